//! Bytes to transformed frames: conversion, DC offset and window in one pass, then the transform.

use std::sync::Arc;

use num_complex::Complex32;
use rustfft::{Fft, FftPlanner, FftPlannerScalar};

use super::grid::Grid;
use super::window::Window;
use crate::iq::SampleFormat;
use crate::simd::{Instructions, Lines, vectorised, zeros};

/// Samples transformed at once, about: so many values stay in the fastest cache.
const BATCH_SAMPLES: usize = 1536;

/// The detector's frames: transformed so that the bins' powers add up to the frame's mean power, weighted with the
/// squared window.
pub struct Frames {
    grid: Grid,
    format: SampleFormat,
    instructions: Instructions,
    /// The window for real and imaginary part in turn, scaled from the format's steps.
    window: Lines<f32>,
    fft: Arc<dyn Fft<f32>>,
    /// A batch of frames, then what the transform needs besides. In one buffer: measured, two that lie anywhere cost 7 % of
    /// the whole command.
    transformed: Lines<Complex32>,
}

impl Frames {
    /// Plans the frames of `grid` from samples in `format`.
    pub fn new(grid: Grid, format: SampleFormat, instructions: Instructions) -> Self {
        let n = grid.n;
        let w = Window::SineRamp { overlap: grid.overlap() }.coefficients(n);
        let norm = format.unit() / (n as f64 * w.iter().map(|w| w * w).sum::<f64>()).sqrt();
        let fft = if instructions == Instructions::PORTABLE {
            FftPlannerScalar::new().plan_fft_forward(n)
        } else {
            FftPlanner::new().plan_fft_forward(n)
        };
        Frames {
            grid,
            format,
            instructions,
            window: Lines::from_iter(0, w.iter().flat_map(|w| [(w * norm) as f32; 2])),
            transformed: zeros(Frames::batch(&grid) * n + fft.get_inplace_scratch_len()),
            fft,
        }
    }

    /// How many frames are transformed at once.
    pub fn batch(grid: &Grid) -> usize {
        (BATCH_SAMPLES / grid.n).clamp(1, super::grid::GROUP_ROWS)
    }

    /// Transforms `count` frames, at most [`Frames::batch`], the first beginning where `bytes` does, after subtracting
    /// `dc` (full scale 1); shape `[count × n]`, bin 0 first.
    pub fn transform(&mut self, bytes: &[u8], count: usize, dc: Complex32) -> &[Complex32] {
        let Grid { n, hop, .. } = self.grid;
        let size = self.format.bytes_per_sample();
        let unit = self.format.unit() as f32;
        let zero = self.format.zero();
        let (re, im) = (zero + dc.re / unit, zero + dc.im / unit);
        let mut offset = [re; LANES];
        offset.iter_mut().skip(1).step_by(2).for_each(|o| *o = im);
        let (batch, scratch) = self.transformed.split_at_mut(Frames::batch(&self.grid) * n);
        let frames = &mut batch[..count * n];
        for (m, frame) in frames.chunks_exact_mut(n).enumerate() {
            let bytes = &bytes[m * hop * size..][..n * size];
            let out = bytemuck::cast_slice_mut(frame);
            match self.format {
                SampleFormat::Cu8 => window_cu8(self.instructions, bytes, &self.window, &offset, out),
                SampleFormat::Ci8 => window_ci8(self.instructions, bytes, &self.window, &offset, out),
                SampleFormat::Ci16Le => window_ci16(self.instructions, bytes, &self.window, &offset, out),
                SampleFormat::Cf32Le => window_cf32(self.instructions, bytes, &self.window, &offset, out),
            }
        }
        self.fft.process_with_scratch(frames, scratch);
        frames
    }
}

/// Components that a step of the loops below works on.
const LANES: usize = 16;

/// Every component of `$bytes`, less its offset, times its window.
macro_rules! windowed {
    ($name:ident, $size:literal, $value:expr) => {
        vectorised! {
            fn $name(bytes: &[u8], window: &[f32], offset: &[f32; LANES], out: &mut [f32]) {
                let (bytes, _) = bytes.as_chunks::<{ $size * LANES }>();
                let (window, _) = window.as_chunks::<LANES>();
                let (out, _) = out.as_chunks_mut::<LANES>();
                for ((bytes, window), out) in bytes.iter().zip(window).zip(out) {
                    let (components, _) = bytes.as_chunks::<$size>();
                    for i in 0..LANES {
                        let value: f32 = $value(components[i]);
                        out[i] = (value - offset[i]) * window[i];
                    }
                }
            }
        }
    };
}
windowed!(window_cu8, 1, |b: [u8; 1]| f32::from(b[0]));
windowed!(window_ci8, 1, |b: [u8; 1]| f32::from(b[0].cast_signed()));
windowed!(window_ci16, 2, |b| f32::from(i16::from_le_bytes(b)));
windowed!(window_cf32, 4, f32::from_le_bytes);
