//! One chunk of samples to its rows of power: conversion, DC, window, transform, power.

use num_complex::Complex32;

use super::chunker::Chunk;
use super::grid::Grid;
use super::rows::DisplayRows;
use super::stft::{Scale, Stft};
use super::window::Window;
use crate::iq::SampleFormat;
use crate::units::SampleIndex;

/// What a chunk became.
#[derive(Clone, Debug, Default)]
pub struct Spectra {
    /// First detector's row.
    pub first_row: u64,
    /// Shape `[rows × n]`: power of the detector's rows, ascending frequency; the bins of a row add up to its mean
    /// power, full scale 1. A frame of one repeated value is all zero.
    pub power: Vec<f32>,
    /// Rows for the waterfall; `None` when nobody looks or the chunk is too short for one.
    pub display: Option<DisplayRows>,
    /// Samples with a component at the end of the format's range.
    pub clipped: u64,
    /// Largest magnitude of a component.
    pub peak: f32,
}

/// Turns chunks into [`Spectra`]. Each chunk stands alone, so that any thread may take any chunk.
pub struct Analyzer {
    grid: Grid,
    format: SampleFormat,
    detector: Stft,
    display: Option<Stft>,
    samples: Vec<Complex32>,
    display_row: Vec<f32>,
}

impl Analyzer {
    /// An analyzer; waterfall rows are made when `display` is set.
    pub fn new(grid: Grid, format: SampleFormat, display: bool) -> Self {
        let window = Window::SineRamp { overlap: grid.overlap() };
        Analyzer {
            grid,
            format,
            detector: Stft::new(grid.n, grid.hop, window, Scale::Energy),
            display: display.then(|| Stft::new(grid.display_n, grid.display_hop, Window::Hann, Scale::Tone)),
            samples: Vec::new(),
            display_row: vec![0.0; grid.display_n],
        }
    }

    /// Analyses `chunk` into `out`, whose buffers are used again.
    pub fn analyse(&mut self, chunk: &Chunk, out: &mut Spectra) {
        let count = chunk.bytes.len() / self.format.bytes_per_sample();
        self.samples.resize(count, Complex32::default());
        self.format.convert(&chunk.bytes, &mut self.samples);

        let own = &self.samples[..chunk.own_samples];
        out.peak = own.iter().fold(0.0f32, |peak, z| peak.max(z.re.abs()).max(z.im.abs()));
        let clip = self.format.clip_level();
        out.clipped = if out.peak < clip {
            0
        } else {
            own.iter().filter(|z| z.re.abs() >= clip || z.im.abs() >= clip).count() as u64
        };

        for z in &mut self.samples {
            *z -= chunk.dc;
        }
        out.first_row = chunk.first_row;
        out.power.resize(chunk.rows * self.grid.n, 0.0);
        for (m, row) in out.power.chunks_exact_mut(self.grid.n).enumerate() {
            let frame = &self.samples[m * self.grid.hop..][..self.grid.n];
            // A value that repeats is digital silence: nothing was received, not even the receiver's offset.
            if frame.iter().all(|z| *z == frame[0]) {
                row.fill(0.0);
            } else {
                self.detector.row(frame, row);
            }
        }
        self.display_rows(chunk, out);
    }

    /// Waterfall rows: the maximum over every display frame that begins in the row's span.
    fn display_rows(&mut self, chunk: &Chunk, out: &mut Spectra) {
        let Some(stft) = self.display.as_mut() else {
            return;
        };
        let (n, hop) = (stft.n(), stft.hop() as u64);
        let begin = chunk.first_row * self.grid.hop as u64;
        let end = begin + chunk.own_samples as u64;
        let span = self.grid.display_span();
        let first_row = begin / span;
        let mut power = out.display.take().map(|rows| rows.power).unwrap_or_default();
        power.clear();
        let mut at = begin.next_multiple_of(hop);
        while at < end && (at - begin) as usize + n <= self.samples.len() {
            stft.row(&self.samples[(at - begin) as usize..], &mut self.display_row);
            let row = (at / span - first_row) as usize;
            if power.len() < (row + 1) * n {
                power.resize((row + 1) * n, 0.0);
            }
            for (max, p) in power[row * n..].iter_mut().zip(&self.display_row) {
                *max = max.max(*p);
            }
            at += hop;
        }
        if !power.is_empty() {
            out.display = Some(DisplayRows { first: SampleIndex(first_row * span), span, bins: n, power });
        }
    }
}
