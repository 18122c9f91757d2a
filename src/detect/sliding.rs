//! Rows in one flat array that slides.

use crate::simd::Lines;

/// The latest rows of a stream, each of the same width, addressed by their absolute index.
pub struct SlidingRows {
    width: usize,
    /// Index of the first row held.
    first: u64,
    /// Index of the first row that is still wanted; those before it are forgotten when the array slides.
    wanted: u64,
    values: Lines<f32>,
}

impl SlidingRows {
    /// No rows of `width` yet; the first will be row `first`.
    pub fn new(width: usize, first: u64) -> Self {
        SlidingRows { width, first, wanted: first, values: Lines::new(0) }
    }

    /// Index of the row after the last.
    pub fn end(&self) -> u64 {
        self.first + (self.values.len() / self.width) as u64
    }

    /// Index of the first row that may still be asked for.
    pub fn first_wanted(&self) -> u64 {
        self.wanted
    }

    /// Appends whole rows.
    pub fn push(&mut self, rows: &[f32]) {
        self.slide();
        self.values.extend_from_slice(rows);
    }

    /// The rows before `row` are not wanted any more.
    pub fn forget_before(&mut self, row: u64) {
        self.wanted = self.wanted.max(row.min(self.end()));
    }

    /// One row.
    pub fn row(&self, row: u64) -> &[f32] {
        self.rows(row, row + 1)
    }

    /// The rows from `from` to before `to`.
    pub fn rows(&self, from: u64, to: u64) -> &[f32] {
        &self.values[(from - self.first) as usize * self.width..(to - self.first) as usize * self.width]
    }

    /// The rows from `from` to before `to`, to be changed.
    pub fn rows_mut(&mut self, from: u64, to: u64) -> &mut [f32] {
        &mut self.values[(from - self.first) as usize * self.width..(to - self.first) as usize * self.width]
    }

    /// Moves the wanted rows to the front once most of the array is not wanted.
    fn slide(&mut self) {
        let dead = (self.wanted - self.first) as usize * self.width;
        if dead > self.values.len() / 2 && dead > 256 * self.width {
            self.values.copy_within(dead.., 0);
            self.values.truncate(self.values.len() - dead);
            self.first = self.wanted;
        }
    }
}
