//! What the detector gives: bursts and the other events of a stream.

use crate::units::{Decibels, Hertz, SampleIndex};

/// One burst: one emission of energy, or one part of an emission longer than the longest burst asked for.
///
/// Frequencies are offsets from the centre. Time runs from half amplitude to half amplitude of the ramps; the edges
/// hold 95.7 % of the power (a GSM burst's share in 200 kHz), flat spectra their full width.
#[derive(Clone, Debug, PartialEq)]
pub struct Burst {
    /// First sample.
    pub start: SampleIndex,
    /// Number of samples, at least 1.
    pub count: u64,
    /// Lower edge, offset from the centre.
    pub low: Hertz,
    /// Upper edge, offset from the centre.
    pub high: Hertz,
    /// Centre of its power, offset from the centre frequency; between the edges.
    pub center: Hertz,
    /// Mean power over the burst's time and width, signal and noise, full scale 1.
    pub power: f64,
    /// Noise power in the same width.
    pub noise: f64,
    /// Signal over noise in the same width, noise removed.
    pub snr: Decibels,
    /// How often an hour noise alone would give a burst at least this strong; at most what was asked for.
    pub expected_per_hour: f64,
    /// Touches the beginning of the data or a gap.
    pub cut_start: bool,
    /// Touches the end of the data or a gap.
    pub cut_end: bool,
    /// Which part of a longer emission this is, from 1; `None` for a whole one.
    pub part: Option<u32>,
    /// Another part follows.
    pub more: bool,
}

impl Burst {
    /// One past the last sample.
    pub fn end(&self) -> SampleIndex {
        SampleIndex(self.start.0 + self.count)
    }

    /// Width between the edges.
    pub fn bandwidth(&self) -> Hertz {
        self.high - self.low
    }
}

/// Something that happened in the stream.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A burst ended (or a part of one).
    Burst(Burst),
    /// The noise floor could not be known: nothing was looked at here.
    FloorUnknown {
        /// First sample not looked at.
        from: SampleIndex,
        /// One past the last sample not looked at.
        to: SampleIndex,
        /// Why, as a clause: "almost all of the band is occupied".
        why: String,
    },
    /// The receiver's gain changed: the noise moved by this much from here on.
    Step {
        /// Where the new level begins.
        at: SampleIndex,
        /// How much the noise rose.
        change: Decibels,
    },
    /// Samples that never arrived, or were not numbers.
    Gap {
        /// First lost sample.
        from: SampleIndex,
        /// One past the last lost sample.
        to: SampleIndex,
        /// Why, as a clause.
        why: String,
    },
    /// Samples at full scale: what is found here may be the receiver's own products.
    Overload {
        /// First sample of the overloaded stretch.
        from: SampleIndex,
        /// One past its last sample.
        to: SampleIndex,
        /// Clipped samples in it.
        clipped: u64,
    },
}
