//! Sample formats, tuning and blocks of samples.
//!
//! A block keeps the device's own bytes: the conversion to complex numbers is fused into the spectrum's first pass.

mod format;

pub use format::SampleFormat;

use crate::units::{Hertz, SampleIndex};

/// Where the receiver is tuned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tuning {
    /// Centre frequency; `None` when the recording does not say, and frequencies are then offsets from the centre.
    pub center: Option<Hertz>,
    /// Complex samples per second.
    pub sample_rate: Hertz,
}

impl Tuning {
    /// Absolute frequency of a baseband `offset`, or the offset itself when the centre is unknown.
    pub fn absolute(&self, offset: Hertz) -> Hertz {
        self.center.unwrap_or_default() + offset
    }
}

/// Consecutive samples in their native format.
///
/// `first` is the index of the first sample: a jump from one block to the next *is* a gap.
#[derive(Clone, Debug, Default)]
pub struct SampleBlock {
    /// Index of the first sample in `bytes`.
    pub first: SampleIndex,
    /// Interleaved samples, a whole number of them, in the stream's [`SampleFormat`].
    pub bytes: Vec<u8>,
}
