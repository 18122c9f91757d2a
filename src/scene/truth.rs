//! What a scene knows for certain.

use crate::units::{Dbfs, Decibels, Hertz, SampleIndex};

/// Something a person did: switched the phone on, sent a text message, made a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// First sample of its span.
    pub start: SampleIndex,
    /// Samples of its span.
    pub count: u64,
    /// What was done, in plain words: `Call`.
    pub label: String,
}

/// What a [`TruthBurst`] is to somebody who looks for bursts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A handset's burst: to be found.
    Burst,
    /// Real energy that is no burst of a handset: a carrier, a base station, a disturbance. Finding it is neither a
    /// success nor a false alarm.
    Other,
}

/// Something that was really sent.
#[derive(Clone, Debug, PartialEq)]
pub struct TruthBurst {
    /// First sample, at half amplitude of the rising ramp.
    pub start: SampleIndex,
    /// Samples from half amplitude to half amplitude.
    pub count: u64,
    /// Nominal lower edge, offset from the centre.
    pub low: Hertz,
    /// Nominal upper edge, offset from the centre.
    pub high: Hertz,
    /// The kind of burst: `GSM normal burst`.
    pub label: String,
    /// Power during the burst.
    pub level: Dbfs,
    /// Power during the burst over the noise within the nominal edges.
    pub snr: Decibels,
    /// Whether it is a handset's burst.
    pub kind: Kind,
}
