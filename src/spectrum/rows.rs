//! Rows of power for people: what the waterfall is made of.

use crate::units::{Hertz, SampleIndex};

/// Consecutive waterfall rows. Each is, bin by bin, the **maximum** over all the frames that begin in its span, so
/// that a burst shorter than a row keeps its level.
#[derive(Clone, Debug)]
pub struct DisplayRows {
    /// First sample of the first row's span.
    pub first: SampleIndex,
    /// Samples a row spans, the same for all rows of a stream.
    pub span: u64,
    /// Bins a row has, the same for all rows of a stream.
    pub bins: usize,
    /// Shape `[rows × bins]`, ascending frequency, zero offset at bin `bins / 2`; linear power, a complex tone of
    /// amplitude 1 reads 1.
    pub power: Vec<f32>,
}

impl DisplayRows {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.power.len() / self.bins
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.power.is_empty()
    }

    /// Offset from the centre of the middle of `bin`, at `sample_rate`.
    pub fn offset(bin: usize, bins: usize, sample_rate: Hertz) -> Hertz {
        Hertz((bin as f64 - (bins / 2) as f64) * sample_rate.0 / bins as f64)
    }
}
