//! Overlapping Fourier transforms of one chunk of samples.

use std::sync::Arc;

use num_complex::Complex32;
use rustfft::{Fft, FftPlanner};

use super::window::Window;

/// How power is scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// A complex tone of amplitude 1 in the middle of a bin reads 1 in that bin.
    Tone,
    /// The bins of a row add up to the mean power of the frame, weighted with the squared window.
    Energy,
}

/// Turns frames of samples into rows of power, ascending frequency, zero offset at bin `n / 2`.
pub struct Stft {
    n: usize,
    hop: usize,
    window: Vec<f32>,
    fft: Arc<dyn Fft<f32>>,
    frame: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl Stft {
    /// Plans frames of `n` samples, `hop` apart.
    pub fn new(n: usize, hop: usize, window: Window, scale: Scale) -> Self {
        let w = window.coefficients(n);
        let norm = match scale {
            Scale::Tone => 1.0 / (n as f64 * window.coherent_gain(n)),
            Scale::Energy => 1.0 / (n as f64 * w.iter().map(|w| w * w).sum::<f64>()).sqrt(),
        };
        let fft = FftPlanner::new().plan_fft_forward(n);
        Stft {
            n,
            hop,
            window: w.iter().map(|w| (w * norm) as f32).collect(),
            frame: vec![Complex32::default(); n],
            scratch: vec![Complex32::default(); fft.get_inplace_scratch_len()],
            fft,
        }
    }

    /// Samples in a frame.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Samples from one frame to the next.
    pub fn hop(&self) -> usize {
        self.hop
    }

    /// Power of the frame that is the first `n` of `samples`, written to `row` (`n` values).
    ///
    /// # Panics
    /// If `samples` or `row` is shorter than a frame.
    pub fn row(&mut self, samples: &[Complex32], row: &mut [f32]) {
        for ((z, x), w) in self.frame.iter_mut().zip(&samples[..self.n]).zip(&self.window) {
            *z = x * w;
        }
        self.fft.process_with_scratch(&mut self.frame, &mut self.scratch);
        let (low, high) = row[..self.n].split_at_mut(self.n / 2);
        for (p, z) in high.iter_mut().zip(&self.frame[..self.n / 2]) {
            *p = z.norm_sqr();
        }
        for (p, z) in low.iter_mut().zip(&self.frame[self.n / 2..]) {
            *p = z.norm_sqr();
        }
    }
}
