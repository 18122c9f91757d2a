//! The detector's own sight, for people: what it summed, and what it compared it with.

use super::detector::Output;
use super::floor::Floor;
use super::segment::Setup;
use super::shapes::BINS_PER_CELL;
use super::sliding::SlidingRows;
use crate::units::{Hertz, SampleIndex};

/// Power summed over one GSM burst's width and length at every frequency, for the same rows as the waterfall: the
/// only trace a threshold may be drawn against.
#[derive(Clone, Debug)]
pub struct JudgedRows {
    /// First sample of the first row's span.
    pub first: SampleIndex,
    /// Samples a row spans, the same as the waterfall's.
    pub span: u64,
    /// Positions of the box across the band.
    pub cells: usize,
    /// Offset from the centre of the middle of the first position.
    pub first_offset: Hertz,
    /// Distance between positions.
    pub cell_width: Hertz,
    /// Shape `[rows × cells]`: the largest mean power of a box that begins in the row, full scale 1.
    pub box_power: Vec<f32>,
    /// Shape `[cells]`: the noise floor in the same box.
    pub floor: Vec<f32>,
    /// What a box must reach: `floor` times this, a ratio above 1.
    pub threshold: f32,
}

impl JudgedRows {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.box_power.len() / self.cells.max(1)
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.box_power.is_empty()
    }
}

/// The largest sums of the waterfall row under way.
pub struct Judged {
    pub row: Option<u64>,
    pub largest: Vec<f32>,
    pub gain: f32,
    pub done_first: Option<u64>,
    pub done: Vec<f32>,
}

impl Judged {
    /// No row yet, of `cells` positions.
    pub fn new(cells: usize) -> Self {
        Judged { row: None, largest: vec![0.0; cells], gain: 0.0, done_first: None, done: Vec::new() }
    }

    pub fn take(&mut self, setup: &Setup, row: u64, means: &[f32], gain_of_row: &SlidingRows) {
        let display_row = row / setup.grid.rows_per_display_row as u64;
        if self.row != Some(display_row) {
            self.close();
            self.row = Some(display_row);
        }
        self.gain = gain_of_row.row(row)[0];
        for (largest, mean) in self.largest.iter_mut().zip(means) {
            *largest = largest.max(mean * self.gain);
        }
    }

    /// Ends the row under way.
    pub fn close(&mut self) {
        if let Some(row) = self.row.take() {
            self.done_first.get_or_insert(row);
            self.done.extend_from_slice(&self.largest);
            self.largest.fill(0.0);
        }
    }

    pub fn give(&mut self, setup: &Setup, floor: Option<&Floor>, out: &mut impl FnMut(Output)) {
        let (Some(first), Some(floor)) = (self.done_first.take(), floor) else {
            return;
        };
        let grid = &setup.grid;
        let width = setup.first_shape.cells * BINS_PER_CELL;
        let shape: Vec<f32> = (0..self.largest.len())
            .map(|cell| floor.shape()[cell * BINS_PER_CELL..cell * BINS_PER_CELL + width].iter().sum())
            .collect();
        let mut box_power = std::mem::take(&mut self.done);
        for row in box_power.chunks_exact_mut(shape.len()) {
            for (power, shape) in row.iter_mut().zip(&shape) {
                *power *= shape;
            }
        }
        let middle = width as f64 / 2.0 - 0.5 - grid.n as f64 / 2.0;
        out(Output::Judged(JudgedRows {
            first: SampleIndex(first * grid.display_span()),
            span: grid.display_span(),
            cells: shape.len(),
            first_offset: Hertz(middle * grid.bin_width().0),
            cell_width: Hertz(grid.bin_width().0 * BINS_PER_CELL as f64),
            box_power,
            floor: shape.iter().map(|s| s * self.gain).collect(),
            threshold: setup.thresholds.ratio(0) as f32,
        }));
    }
}
