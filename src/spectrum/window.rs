//! Window functions with their coherent gain and equivalent noise bandwidth.

use std::f64::consts::PI;

/// A window function for a frame of `n` samples. All are periodic (as for overlapping frames), not symmetric, but for
/// the sine ramp, whose halves mirror each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Window {
    /// No window.
    Rectangular,
    /// Raised cosine.
    Hann,
    /// Four terms, sidelobes below −92 dB (Harris, Proc. IEEE 66(1), 1978, table 1).
    BlackmanHarris,
    /// Sine ramps of `overlap` samples at both ends, 1 between. Frames that overlap by `overlap` are
    /// power-complementary: their squared windows add to exactly 1, so every sample counts the same.
    SineRamp {
        /// Length of a ramp in samples.
        overlap: usize,
    },
}

impl Window {
    /// The `n` coefficients.
    ///
    /// # Panics
    /// If the ramps of a [`Window::SineRamp`] do not fit into `n`.
    pub fn coefficients(self, n: usize) -> Vec<f64> {
        let turn = |i: usize, k: f64| (2.0 * PI * k * i as f64 / n as f64).cos();
        match self {
            Window::Rectangular => vec![1.0; n],
            Window::Hann => (0..n).map(|i| 0.5 - 0.5 * turn(i, 1.0)).collect(),
            Window::BlackmanHarris => (0..n)
                .map(|i| 0.358_75 - 0.488_29 * turn(i, 1.0) + 0.141_28 * turn(i, 2.0) - 0.011_68 * turn(i, 3.0))
                .collect(),
            Window::SineRamp { overlap } => {
                assert!(2 * overlap <= n, "two ramps of {overlap} samples fit into a frame of {n}");
                (0..n)
                    .map(|i| {
                        let from_edge = i.min(n - 1 - i);
                        if from_edge < overlap {
                            (0.5 * PI * (from_edge as f64 + 0.5) / overlap as f64).sin()
                        } else {
                            1.0
                        }
                    })
                    .collect()
            }
        }
    }

    /// What the window does to the amplitude of a tone in the middle of a bin: the mean of its coefficients.
    pub fn coherent_gain(self, n: usize) -> f64 {
        self.coefficients(n).iter().sum::<f64>() / n as f64
    }

    /// Equivalent noise bandwidth in bins: `n Σw² / (Σw)²` (Harris, Proc. IEEE 66(1), 1978, equation 11). Checked by
    /// `tests/calibration.rs`.
    pub fn enbw_bins(self, n: usize) -> f64 {
        let w = self.coefficients(n);
        let sum: f64 = w.iter().sum();
        n as f64 * w.iter().map(|w| w * w).sum::<f64>() / (sum * sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_bandwidths_are_the_published_ones() {
        for (window, bins) in [(Window::Rectangular, 1.0), (Window::Hann, 1.5), (Window::BlackmanHarris, 2.0044)] {
            assert!((window.enbw_bins(4096) - bins).abs() < 1e-3, "{window:?}: {}", window.enbw_bins(4096));
        }
    }

    #[test]
    fn overlapping_sine_ramps_weigh_every_sample_alike() {
        let (n, hop) = (256, 160);
        let w = Window::SineRamp { overlap: n - hop }.coefficients(n);
        let mut weight = vec![0.0; 4 * hop + n];
        for m in 0..5 {
            for i in 0..n {
                weight[m * hop + i] += w[i] * w[i];
            }
        }
        assert!(weight[n..4 * hop].iter().all(|sum| (sum - 1.0).abs() < 1e-12));
    }
}
