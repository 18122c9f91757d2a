//! What each calendar promises, and what all of them do.

mod emitters;
mod gsm;
mod lte;
mod wcdma;

use std::time::{Duration, Instant};

use crate::scene::calendar::Calendar;
use crate::scene::description::{Access, Activity, Span, Strength, Traffic, TrafficKind};
use crate::scene::emission::{Emission, LONGEST_S};

fn span(from_s: f64, to_s: f64) -> Span {
    Span { from_s, to_s }
}

/// Signalling and traffic 30 dB over the noise, access 27 dB.
fn activity(access_s: Option<f64>, signalling: Option<Span>, traffic: Option<(Span, TrafficKind)>) -> Activity {
    let spans = [signalling, traffic.as_ref().map(|(span, _)| *span)];
    let from_s = spans.iter().flatten().map(|span| span.from_s).chain(access_s).fold(f64::INFINITY, f64::min);
    let to_s = spans.iter().flatten().map(|span| span.to_s).chain(access_s.map(|s| s + 0.1)).fold(0.0, f64::max);
    Activity {
        span: span(from_s, to_s),
        label: None,
        strength: Strength::OverNoise(1000.0),
        access: access_s.map(|at_s| Access { at_s, strength: Strength::OverNoise(500.0) }),
        signalling,
        traffic: traffic.map(|(span, kind)| Traffic { span, kind, speaks: 1.0 }),
    }
}

fn speech(span: Span, pauses: Vec<Span>) -> (Span, TrafficKind) {
    (span, TrafficKind::Voice { pauses })
}

fn ends_s(emission: &Emission) -> f64 {
    emission.start_s + emission.shape.duration_s()
}

fn ratio(emission: &Emission) -> f64 {
    match emission.strength {
        Strength::OverNoise(ratio) => ratio,
        Strength::Power(power) => panic!("{power} is a power"),
    }
}

/// What `calendar` sends: asked at once, asked in odd pieces, and asked backwards it must be the same.
fn sent(calendar: &dyn Calendar, from_s: f64, to_s: f64) -> Vec<Emission> {
    let mut whole = Vec::new();
    calendar.emissions(from_s, to_s, &mut whole);
    assert!(whole.is_sorted_by_key(|one| one.start_s), "not in order of start");
    assert!(whole.iter().all(|one| from_s <= one.start_s && one.start_s < to_s), "not in the stretch");
    assert!(whole.iter().all(|one| one.shape.duration_s() <= LONGEST_S), "too long");

    let mut bounds = vec![from_s];
    let mut step = 1;
    while bounds[bounds.len() - 1] < to_s {
        step = step * 75 % 65_537;
        // 1 µs to 66 ms; now and then exactly at an emission's start.
        let next = bounds[bounds.len() - 1] + f64::from(step) * 1e-6;
        let start = whole.iter().map(|one| one.start_s).find(|start_s| *start_s > next);
        bounds.push(if step % 3 == 0 { start.unwrap_or(to_s) } else { next }.min(to_s));
    }
    let mut pieces = Vec::new();
    bounds.windows(2).for_each(|pair| calendar.emissions(pair[0], pair[1], &mut pieces));
    assert!(pieces == whole, "in odd pieces it sends something else");
    let mut backwards = Vec::new();
    for pair in bounds.windows(2).rev() {
        let mut piece = Vec::new();
        calendar.emissions(pair[0], pair[1], &mut piece);
        backwards.splice(0..0, piece);
    }
    assert!(backwards == whole, "backwards it sends something else");
    whole
}

/// Asking for the end of an hour must cost no more than asking for its beginning.
fn assert_an_hour_costs_no_more_than_a_second(calendar: &dyn Calendar) {
    let begun = Instant::now();
    let mut out = Vec::new();
    for stretch in 0..500 {
        out.clear();
        let from_s = 3599.0 + 2e-3 * f64::from(stretch);
        calendar.emissions(from_s, from_s + 2e-3, &mut out);
    }
    // A thousand times what it takes; a walk from the beginning takes longer still.
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}
