//! When something is sent: one calendar for each network and each kind of emitter.

mod downlink;
mod gsm;
mod hump;
mod impulses;
mod lte;
mod scattered;
mod speech;
mod wcdma;

#[cfg(test)]
mod tests;

use std::ops::Range;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

pub(super) use downlink::DownlinkCalendar;
pub(super) use gsm::GsmCalendar;
pub(super) use hump::HumpCalendar;
pub(super) use impulses::ImpulseCalendar;
pub(super) use lte::LteCalendar;
pub(super) use scattered::ScatteredCalendar;
pub(super) use speech::draw_pauses;
pub(super) use wcdma::WcdmaCalendar;

use crate::scene::description::{Activity, Span, Strength};
use crate::scene::emission::{Emission, Label};
use crate::scene::waveform::Shape;

/// What one sender sends, stretch by stretch of time.
pub(super) trait Calendar: std::fmt::Debug + Send + Sync {
    /// Adds to `out`, in order of start, what begins from `from_s` on and before `to_s`; the same emissions in whatever
    /// stretches one asks.
    fn emissions(&self, from_s: f64, to_s: f64, out: &mut Vec<Emission>);

    /// What lasts longer than one emission may, in order of start: its pieces carry no label.
    fn long(&self) -> &[Long] {
        &[]
    }
}

/// Something sent in many pieces.
#[derive(Clone, Debug)]
pub(super) struct Long {
    pub(super) span: Span,
    /// The shape of a piece.
    pub(super) shape: Shape,
    pub(super) offset_hz: f64,
    pub(super) strength: Strength,
    pub(super) label: Label,
}

/// Those of `numbers` that begin within `stretch`, if number n begins at `start_s(n)`, `step_s` after the one before.
fn beginning_in(stretch: Span, numbers: Range<u64>, step_s: f64, start_s: impl Fn(u64) -> f64) -> Range<u64> {
    let guess = |s: f64| ((s - start_s(0)) / step_s).floor() as u64;
    // One more at both ends, for the rounding; what begins outside is left out.
    let inside = |n: u64| {
        let start_s = start_s(n);
        stretch.from_s <= start_s && start_s < stretch.to_s
    };
    let end = guess(stretch.to_s).saturating_add(2).min(numbers.end);
    let mut within = guess(stretch.from_s).saturating_sub(1).max(numbers.start)..end;
    while within.start < within.end && !inside(within.start) {
        within.start += 1;
    }
    while within.start < within.end && !inside(within.end - 1) {
        within.end -= 1;
    }
    within
}

/// Steps of `step_s`, the first of which begins at `offset_s`, that lie wholly within `span`.
fn steps_within(span: Span, offset_s: f64, step_s: f64) -> Range<u64> {
    // Where a step begins just where the span does, rounding must not cost it: a thousandth of a step is forgiven.
    let step = |s: f64| (s - offset_s) / step_s;
    (step(span.from_s) - 1e-3).ceil() as u64..(step(span.to_s) + 1e-3).floor() as u64
}

/// From the start of a handset's signalling or traffic to the end of both.
fn connection(activity: &Activity) -> Option<Span> {
    let traffic = activity.traffic.as_ref().map(|traffic| traffic.span);
    match (activity.signalling, traffic) {
        (Some(a), Some(b)) => Some(Span { from_s: a.from_s.min(b.from_s), to_s: a.to_s.max(b.to_s) }),
        (one, other) => one.or(other),
    }
}

/// Whether `at_s` lies in one of `spans`, which are in order.
fn is_in(spans: &[Span], at_s: f64) -> bool {
    let next = spans.partition_point(|span| span.to_s <= at_s);
    spans.get(next).is_some_and(|span| span.from_s <= at_s)
}

/// Random numbers by position: whatever happens elsewhere, place number n draws the same.
#[derive(Clone, Debug)]
struct Chance(ChaCha8Rng);

impl Chance {
    /// The generator of place number `place`; a place has 16 words, one ChaCha block.
    fn at(&self, place: u64) -> Draws {
        let mut rng = self.0.clone();
        rng.set_word_pos(u128::from(place) * 16);
        Draws(rng)
    }
}

/// Random numbers of one place.
struct Draws(ChaCha8Rng);

impl Draws {
    /// A number below `end`, as good as equally likely.
    fn below(&mut self, end: u64) -> u64 {
        (u64::from(self.0.next_u32()) * end) >> 32
    }

    /// A number from 0 on and below 1.
    fn uniform(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / 4_294_967_296.0
    }
}
