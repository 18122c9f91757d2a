//! Detections against truth: what was found, what was missed, what was false, and how near a detector comes to the
//! physical limit.
//!
//! The rule, in `docs/scoring.md` at length: a detection and a burst belong together if they share at least half of
//! the shorter one's time and half of the narrower one's width; each has at most one partner, and the pair with the
//! largest intersection over union is taken first. `Score::of` is all of it, for any room below.

mod comparison;
mod detections;
mod fit;
mod json;
mod matching;
mod plot;
mod tally;
#[cfg(test)]
mod tests;
mod text;

use std::ops::Range;

pub use comparison::{Asked, Comparison, SpanFrom};
pub use fit::{Fit, NoFit};
pub use json::json;
pub use matching::{FoundFate, Matches, TruthFate};
pub use plot::{Beside, PlotFile, curves, plot};
pub use tally::{Bin, Deviation, Deviations, Kind, Score, Share};
pub use text::text;

use crate::units::{Hertz, SampleIndex};

/// Confidence of every interval.
pub const CONFIDENCE: f64 = 0.95;

/// The probability of detection for which an SNR is stated.
pub const STATED_DETECTION: f64 = 0.9;

/// What was really on the air.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    /// First sample.
    pub start: SampleIndex,
    /// Number of samples.
    pub count: u64,
    /// Lower edge; absolute or an offset, as everything that is scored together.
    pub low: Hertz,
    /// Upper edge, above the lower one.
    pub high: Hertz,
    /// Its kind, by which figures are grouped: `GSM normal burst`. May be empty.
    pub label: String,
    /// Signal over noise between the edges, if it is known.
    pub snr_db: Option<f64>,
    /// Whether it is to be found.
    pub role: Role,
}

/// Whether something on the air is to be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A burst to be found.
    Burst,
    /// Real energy that is no burst to be found: a carrier, a hump, an impulse. Finding it is neither right nor wrong.
    Other,
}

/// What a detector found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// First sample.
    pub start: SampleIndex,
    /// Number of samples.
    pub count: u64,
    /// Lower and upper edge; `None` if the detector knows no frequency: then time alone decides.
    pub edges: Option<(Hertz, Hertz)>,
    /// Centre; the middle of the edges if it is not stated.
    pub center: Option<Hertz>,
    /// Signal over noise between its edges, if the detector states it.
    pub snr_db: Option<f64>,
}

/// What truth and detections are held against.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// Samples per second.
    pub sample_rate: Hertz,
    /// Lower and upper edge of the band that was looked at. Truth is cut to it.
    pub band: (Hertz, Hertz),
    /// Samples that were looked at: what has its middle elsewhere is not counted.
    pub span: Range<u64>,
    /// False alarms an hour for which the physical limit is stated.
    pub false_alarms_per_hour: f64,
}

/// One past the last sample of something that begins at `start`.
fn end(start: SampleIndex, count: u64) -> u64 {
    start.0.saturating_add(count)
}

impl Truth {
    /// One past its last sample.
    pub fn end(&self) -> SampleIndex {
        SampleIndex(end(self.start, self.count))
    }
}

impl Found {
    /// One past its last sample.
    pub fn end(&self) -> SampleIndex {
        SampleIndex(end(self.start, self.count))
    }

    /// Its centre: stated, or the middle of its edges.
    pub fn center(&self) -> Option<Hertz> {
        self.center.or_else(|| self.edges.map(|(low, high)| Hertz(0.5 * (low.0 + high.0))))
    }
}

impl Terms {
    /// Whether something is counted: its middle lies in the span.
    fn counts(&self, start: SampleIndex, count: u64) -> bool {
        self.span.contains(&start.0.saturating_add(count / 2))
    }

    /// `truth` cut to the band; `None` if it lies outside.
    fn cut_to_band(&self, truth: &Truth) -> Option<(Hertz, Hertz)> {
        let low = if truth.low < self.band.0 { self.band.0 } else { truth.low };
        let high = if truth.high > self.band.1 { self.band.1 } else { truth.high };
        (low < high).then_some((low, high))
    }

    /// Hours that were looked at.
    pub fn hours(&self) -> f64 {
        (self.span.end.saturating_sub(self.span.start)) as f64 / self.sample_rate.0 / 3600.0
    }
}
