//! The latest samples, to be looked at again where something was found.

use std::collections::VecDeque;

use num_complex::Complex32;

use super::analyzer::repeats;
use super::chunker::Chunk;
use super::frames::Frames;
use super::grid::Grid;
use crate::iq::SampleFormat;
use crate::simd::{Instructions, vectorised};

/// Keeps the samples of the latest chunks and gives rows of power per bin from them: the detector's hot path stores
/// power per cell alone, and few rows are ever asked for again.
pub struct Recall {
    grid: Grid,
    format: SampleFormat,
    instructions: Instructions,
    frames: Frames,
    held: VecDeque<Held>,
    spare: Vec<Vec<u8>>,
    /// The row that `power` begins with, and which of its rows are there.
    first: u64,
    made: Vec<bool>,
    power: Vec<f32>,
}

struct Held {
    first_row: u64,
    rows: u64,
    bytes: Vec<u8>,
    dc: Complex32,
}

impl Recall {
    /// Nothing yet, of samples in `format`.
    pub fn new(grid: Grid, format: SampleFormat) -> Self {
        Recall::with(Instructions::best(), grid, format)
    }

    /// The same with the instructions given.
    pub fn with(instructions: Instructions, grid: Grid, format: SampleFormat) -> Self {
        let frames = Frames::new(grid, format, instructions);
        Recall {
            grid,
            format,
            instructions,
            frames,
            held: VecDeque::new(),
            spare: Vec::new(),
            first: 0,
            made: Vec::new(),
            power: Vec::new(),
        }
    }

    /// Keeps the samples of `chunk`, and leaves it an empty buffer instead.
    pub fn keep(&mut self, chunk: &mut Chunk) {
        let mut bytes = self.spare.pop().unwrap_or_default();
        bytes.clear();
        std::mem::swap(&mut bytes, &mut chunk.bytes);
        self.held.push_back(Held { first_row: chunk.first_row, rows: chunk.rows as u64, bytes, dc: chunk.dc });
    }

    /// The rows before `row` will not be asked for any more.
    pub fn forget_before(&mut self, row: u64) {
        while self.held.front().is_some_and(|held| held.first_row + held.rows <= row) {
            self.spare.extend(self.held.pop_front().map(|held| held.bytes));
        }
    }

    /// Power per bin of the rows from `first` to before `end`, shape `[rows × n]`, ascending frequency; the bins of a row
    /// add up to its mean power, full scale 1. A frame of one repeated value, or one that is not kept, is all zero.
    pub fn rows(&mut self, first: u64, end: u64) -> &[f32] {
        self.begin(first, end);
        self.make(first, end);
        &self.power
    }

    /// Room for the rows from `first` to before `end`, of which some will be made.
    pub fn begin(&mut self, first: u64, end: u64) {
        self.first = first;
        self.power.resize((end - first) as usize * self.grid.n, 0.0);
        self.made.clear();
        self.made.resize((end - first) as usize, false);
    }

    /// Makes those of the rows from `first` to before `end` that are not there yet.
    pub fn make(&mut self, first: u64, end: u64) {
        let mut row = first;
        while row < end {
            let run =
                self.made[(row - self.first) as usize..(end - self.first) as usize].iter().take_while(|made| !**made);
            let to = row + run.count() as u64;
            if to > row {
                self.transform(row, to);
            }
            row = to + 1;
        }
    }

    /// Shape `[rows × n]`: the rows that there is room for, of which only those hold something that were made.
    pub fn power(&self) -> &[f32] {
        &self.power
    }

    fn transform(&mut self, first: u64, end: u64) {
        let Grid { n, hop, .. } = self.grid;
        let size = self.format.bytes_per_sample();
        let place = |row: u64| (row - self.first) as usize;
        self.made[place(first)..place(end)].fill(true);
        let power = &mut self.power[place(first) * n..place(end) * n];
        power.fill(0.0);
        let batch = Frames::batch(&self.grid) as u64;
        for held in &self.held {
            let (mut row, to) = (first.max(held.first_row), end.min(held.first_row + held.rows));
            while row < to {
                let count = batch.min(to - row) as usize;
                let at = (row - held.first_row) as usize;
                let bytes = &held.bytes[at * hop * size..][..((count - 1) * hop + n) * size];
                let out = &mut power[(row - first) as usize * n..][..count * n];
                let frames = self.frames.transform(bytes, count, held.dc);
                for (m, (row, frame)) in out.chunks_exact_mut(n).zip(frames.chunks_exact(n)).enumerate() {
                    if repeats(&bytes[m * hop * size..][..n * size], size) {
                        continue;
                    }
                    let (low, high) = row.split_at_mut(n / 2);
                    powers(self.instructions, &frame[..n / 2], high);
                    powers(self.instructions, &frame[n / 2..], low);
                }
                row += count as u64;
            }
        }
    }
}

vectorised! {
    fn powers(frame: &[Complex32], out: &mut [f32]) {
        out.iter_mut().zip(frame).for_each(|(p, z)| *p = z.norm_sqr());
    }
}
