use super::{assert_an_hour_costs_no_more_than_a_second, ends_s, ratio, sent, span};
use crate::scene::calendar::{Calendar, DownlinkCalendar, HumpCalendar, ImpulseCalendar, ScatteredCalendar};
use crate::scene::description::{Scattered, Strength};
use crate::scene::emission::Emission;
use crate::scene::noise::generator;
use crate::scene::truth::Kind;
use crate::scene::waveform::Shape;

const STRONG: Strength = Strength::OverNoise(1000.0);

#[test]
fn a_base_station_in_time_division_is_silent_in_the_subframes_of_the_uplink() {
    // TS 36.211 table 4.2-2.
    let patterns = ["DSUUUDSUUU", "DSUUDDSUUD", "DSUDDDSUDD", "DSUUUDDDDD", "DSUUDDDDDD", "DSUDDDDDDD", "DSUUUDSUUD"];
    for (configuration, pattern) in patterns.into_iter().enumerate() {
        let calendar = DownlinkCalendar::new(0.0, 50, configuration, STRONG, span(0.0, 10.0));
        let sent = sent(&calendar, 0.0, 10.0);
        let on = |s: f64| sent.iter().any(|one| one.start_s <= s && s < ends_s(one));
        // In the frame that begins at 5 s: a special subframe has downlink for 21 952 of 30 720 Ts.
        let mark = |subframe: u32| {
            let at = |ms: f64| on(5.0 + (f64::from(subframe) + ms) * 1e-3);
            match [0.01, 0.71, 0.72, 0.99].map(at) {
                [true, true, true, true] => 'D',
                [true, true, false, false] => 'S',
                [false, false, false, false] => 'U',
                other => panic!("{other:?}"),
            }
        };
        assert_eq!((0..10).map(mark).collect::<String>(), pattern, "configuration {configuration}");
        assert!(sent.windows(2).all(|pair| ends_s(&pair[0]) < pair[1].start_s), "one run is one emission");
        let label = sent[0].label.as_ref().expect("a name");
        assert_eq!((label.text.as_ref(), label.kind), ("LTE downlink", Kind::Other));
    }
}

#[test]
fn a_base_station_keeps_to_its_span() {
    let calendar = DownlinkCalendar::new(0.0, 50, 5, STRONG, span(1.003, 2.0));
    let sent = sent(&calendar, 0.0, 3.0);
    assert!((sent[0].start_s - 1.003).abs() < 1e-9, "{:?}", sent[0]);
    // The run that begins at 1.993 s would last until 2.0017 s.
    assert!((sent[sent.len() - 1].start_s - 1.983).abs() < 1e-9, "{:?}", sent[sent.len() - 1]);
    assert_eq!(sent.len(), 99);
}

#[test]
fn a_hump_is_pieces_without_a_gap() {
    let calendar = HumpCalendar::new(1e5, 3e5, STRONG, span(0.5, 2.0 + 1e-4));
    let sent = sent(&calendar, 0.0, 3.0);
    assert!((sent[0].start_s - 0.5).abs() < 1e-9 && (ends_s(&sent[sent.len() - 1]) - 2.0001).abs() < 1e-9);
    assert!(sent.windows(2).all(|pair| (pair[1].start_s - ends_s(&pair[0])).abs() < 1e-9), "a gap");
    assert!(sent.iter().all(|one| (one.offset_hz, one.strength, &one.label) == (1e5, STRONG, &None)));
    let [long] = calendar.long() else { panic!("{:?}", calendar.long()) };
    assert_eq!((long.span.from_s, long.span.to_s, long.offset_hz, long.strength), (0.5, 2.0001, 1e5, STRONG));
    assert_eq!((long.shape, long.label.kind), (sent[0].shape, Kind::Other));
}

#[test]
fn a_hump_that_ends_where_it_begins_sends_nothing() {
    assert_eq!(sent(&HumpCalendar::new(0.0, 3e5, STRONG, span(0.5, 0.5)), 0.0, 3.0), []);
}

fn impulses(per_s: f64, to_s: f64) -> ImpulseCalendar {
    let shape = Shape::Noise { width_hz: 2.4e6, duration_s: 20e-6 };
    ImpulseCalendar::new(per_s, shape, STRONG, span(0.5, to_s), generator(1, 1))
}

#[test]
fn impulses_come_at_random_as_often_as_asked() {
    let sent = sent(&impulses(200.0, 60.5), 0.0, 70.0);
    assert!(sent.iter().all(|one| 0.5 <= one.start_s && ends_s(one) <= 60.5 && one.offset_hz == 0.0));
    let label = sent[0].label.as_ref().expect("a name");
    assert_eq!((label.text.as_ref(), label.kind), ("Impulse", Kind::Other));
    // Poisson: 12 000 with a deviation of 110; in each 50 ms 10 with a variance of 10.
    assert!(sent.len().abs_diff(12_000) < 440, "{}", sent.len());
    let mut counts = [0.0; 1200];
    sent.iter().for_each(|one| counts[((one.start_s - 0.5) / 0.05) as usize] += 1.0);
    let variance = counts.iter().map(|count| (count - 10.0f64).powi(2)).sum::<f64>() / 1200.0;
    assert!((7.5..12.0).contains(&variance), "{variance}");
}

fn scattered(to_s: f64) -> ScatteredCalendar {
    let scattered = Scattered {
        shapes: vec![Shape::GsmNormal, Shape::Pusch { resource_blocks: 6, slots: 2 }, Shape::Prach],
        per_s: 20.0,
        snr_db: [-5.0, 15.0],
        offsets_hz: [-1.1e6, 0.9e6],
    };
    ScatteredCalendar::new(scattered, span(0.51, to_s), generator(1, 1))
}

#[test]
fn scattered_bursts_come_one_in_each_stretch_anywhere_in_band_and_level() {
    let sent = sent(&scattered(100.5), 0.0, 110.0);
    // 99.99 s hold 1 999 whole stretches of 50 ms.
    assert_eq!(sent.len(), 1999);
    let labels: Vec<&str> =
        sent[..4].iter().filter_map(|one| one.label.as_ref()).map(|label| label.text.as_ref()).collect();
    assert_eq!(labels, ["GSM normal burst", "LTE PUSCH 6 RB", "LTE PRACH", "GSM normal burst"]);
    let within = |(n, one): (usize, &Emission)| {
        let cell_s = 0.51 + 0.05 * n as f64;
        cell_s + 0.005 <= one.start_s + 1e-9 && ends_s(one) <= cell_s + 0.045 + 1e-9
    };
    assert!(sent.iter().enumerate().all(within), "too near to a neighbour");
    let spread = |values: Vec<f64>, low: f64, high: f64| {
        let at = |value: &f64| (value - low) / (high - low);
        assert!(values.iter().map(at).all(|at| (-1e-9..=1.0 + 1e-9).contains(&at)), "beyond {low} to {high}");
        let mut tenths = [0; 10];
        values.iter().for_each(|value| tenths[(at(value) * 10.0).clamp(0.0, 9.0) as usize] += 1);
        let even = values.len() as f64 / 10.0;
        assert!(tenths.iter().all(|count| (f64::from(*count) - even).abs() < 4.5 * even.sqrt()), "{tenths:?}");
    };
    spread(sent.iter().map(|one| 10.0 * ratio(one).log10()).collect(), -5.0, 15.0);
    let offsets = |shape: Shape| sent.iter().filter(|one| one.shape == shape).map(|one| one.offset_hz).collect();
    spread(offsets(Shape::GsmNormal), -1.0e6, 0.8e6);
    spread(offsets(Shape::Prach), -1.1e6 + 524.375e3, 0.9e6 - 524.375e3);
}

#[test]
fn the_last_second_of_an_hour_comes_as_fast_as_the_first() {
    let whole = span(0.0, 3600.0);
    let calendars: [&dyn Calendar; 4] = [
        &DownlinkCalendar::new(0.0, 50, 2, STRONG, whole),
        &HumpCalendar::new(0.0, 1e6, STRONG, whole),
        &impulses(1000.0, 3600.0),
        &scattered(3600.0),
    ];
    calendars.into_iter().for_each(assert_an_hour_costs_no_more_than_a_second);
}
