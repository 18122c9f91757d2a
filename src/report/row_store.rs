//! Levels in rows of time, for a whole run in bounded memory.

use std::ops::Range;

use crate::units::SampleIndex;

/// The level of a cell that nobody looked at.
pub const NOT_LOOKED_AT: i16 = i16::MIN;

/// A linear `power` as hundredths of a dBFS, from −327.67 to 327.67 dBFS.
pub(super) fn hundredths(power: f32) -> i16 {
    // Zero gives −∞, which `as` turns into the lowest i32; both ends are clamped.
    let value = (1000.0 * power.log10()).round() as i32;
    value.clamp(-i32::from(i16::MAX), i32::from(i16::MAX)) as i16
}

/// Rows of equal width and equal span, anchored at the first sample, the span doubling when the bound is reached: two
/// rows become one by maximum. What is stored depends on what was pushed, not on how it was cut into pieces.
#[derive(Clone, Debug)]
pub(super) struct RowStore {
    max_cells: usize,
    width: usize,
    first: SampleIndex,
    span: u64,
    cells: Vec<i16>,
}

impl RowStore {
    pub(super) fn new(max_cells: usize) -> Self {
        RowStore { max_cells, width: 0, first: SampleIndex(0), span: 0, cells: Vec::new() }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn first(&self) -> SampleIndex {
        self.first
    }

    pub(super) fn span(&self) -> u64 {
        self.span
    }

    pub(super) fn rows(&self) -> usize {
        self.cells.len().checked_div(self.width).unwrap_or(0)
    }

    pub(super) fn row(&self, index: usize) -> &[i16] {
        &self.cells[index * self.width..][..self.width]
    }

    pub(super) fn row_at(&self, sample: SampleIndex) -> Option<usize> {
        let index = sample.0.checked_sub(self.first.0)?.checked_div(self.span)?;
        (index < self.rows() as u64).then_some(index as usize)
    }

    /// Indices of the rows that `samples` touches.
    pub(super) fn rows_between(&self, samples: &Range<SampleIndex>) -> Range<usize> {
        if self.span == 0 || samples.is_empty() || samples.end <= self.first {
            return 0..0;
        }
        let rows = self.rows() as u64;
        let from = samples.start.0.saturating_sub(self.first.0) / self.span;
        let to = (samples.end.0 - self.first.0).div_ceil(self.span);
        from.min(rows) as usize..to.min(rows) as usize
    }

    /// Takes the `levels` of one row of `span` samples from `start` on. A row that lies across two of ours goes into
    /// both.
    pub(super) fn push(&mut self, start: SampleIndex, span: u64, levels: &[i16]) {
        if self.width == 0 {
            (self.width, self.first, self.span) = (levels.len(), start, span);
        }
        debug_assert_eq!(levels.len(), self.width, "all rows of a stream have one width");
        let Some(offset) = start.0.checked_sub(self.first.0) else {
            return;
        };
        let most_rows = (self.max_cells / self.width).max(2) as u64;
        while (offset + span - 1) / self.span >= most_rows {
            self.halve();
        }
        let (from, to) = (offset / self.span, (offset + span - 1) / self.span);
        let needed = (to as usize + 1) * self.width;
        if self.cells.len() < needed {
            self.cells.resize(needed, NOT_LOOKED_AT);
        }
        for index in from..=to {
            let row = &mut self.cells[index as usize * self.width..][..self.width];
            raise(row, levels);
        }
    }

    fn halve(&mut self) {
        self.span *= 2;
        let rows = self.rows();
        let width = self.width;
        for row in 0..rows.div_ceil(2) {
            let (target, later) = (row * width, 2 * row * width);
            self.cells.copy_within(later..later + width, target);
            if 2 * row + 1 < rows {
                let (head, tail) = self.cells.split_at_mut(later + width);
                raise(&mut head[target..target + width], &tail[..width]);
            }
        }
        self.cells.truncate(rows.div_ceil(2) * width);
    }

    /// Cell by cell, the maximum over the rows that `samples` touches; [`NOT_LOOKED_AT`] where there is none.
    pub(super) fn max_between(&self, samples: Range<SampleIndex>, out: &mut Vec<i16>) {
        out.clear();
        out.resize(self.width, NOT_LOOKED_AT);
        for row in self.rows_between(&samples) {
            raise(out, self.row(row));
        }
    }
}

/// Raises each level of `row` to that of `other` where it is higher.
pub(super) fn raise(row: &mut [i16], other: &[i16]) {
    for (a, &b) in row.iter_mut().zip(other) {
        *a = (*a).max(b);
    }
}
