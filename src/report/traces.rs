//! What the detector summed, over a whole run: the trace a threshold may be drawn against.

use std::ops::Range;

use super::row_store::{NOT_LOOKED_AT, RowStore, hundredths, raise};
use crate::detect::JudgedRows;
use crate::units::{Decibels, Hertz, SampleIndex};

/// Box power and noise floor across the band for a whole run, in bounded memory: the span of a row doubles like the
/// waterfall's. Levels are hundredths of a dBFS, or [`NOT_LOOKED_AT`].
#[derive(Clone, Debug)]
pub struct Traces {
    power: RowStore,
    floor: RowStore,
    first_offset: Hertz,
    cell_width: Hertz,
    threshold: Decibels,
}

/// One row of [`Traces`], or the strongest of several.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// Largest mean power of a box at each position.
    pub power: Vec<i16>,
    /// The noise floor in the same box.
    pub floor: Vec<i16>,
}

impl Default for Traces {
    /// At most 4 Mi cells each of power and floor, 16 MiB.
    fn default() -> Self {
        Traces::new(1 << 22)
    }
}

impl Traces {
    /// Nothing yet, and never more than `max_cells` cells each of power and floor (and never fewer than two rows).
    pub fn new(max_cells: usize) -> Self {
        Traces {
            power: RowStore::new(max_cells),
            floor: RowStore::new(max_cells),
            first_offset: Hertz(0.0),
            cell_width: Hertz(0.0),
            threshold: Decibels(0.0),
        }
    }

    /// Takes the next rows.
    pub fn push(&mut self, rows: &JudgedRows) {
        // A band narrower than the box has no place for it.
        if rows.cells == 0 {
            return;
        }
        self.first_offset = rows.first_offset;
        self.cell_width = rows.cell_width;
        self.threshold = Decibels::from_ratio(f64::from(rows.threshold));
        let floor: Vec<i16> = rows.floor.iter().map(|&p| hundredths(p)).collect();
        let mut power = Vec::with_capacity(rows.cells);
        for (row, box_power) in rows.box_power.chunks_exact(rows.cells).enumerate() {
            let start = SampleIndex(rows.first.0 + row as u64 * rows.span);
            power.clear();
            power.extend(box_power.iter().map(|&p| hundredths(p)));
            self.power.push(start, rows.span, &power);
            self.floor.push(start, rows.span, &floor);
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.power.rows() == 0
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.power.rows()
    }

    /// Positions of the box across the band.
    pub fn cells(&self) -> usize {
        self.power.width()
    }

    /// Samples that a row spans; 0 before the first push.
    pub fn span(&self) -> u64 {
        self.power.span()
    }

    /// Offset from the centre of the middle of position `cell`.
    pub fn offset(&self, cell: usize) -> Hertz {
        Hertz(self.first_offset.0 + cell as f64 * self.cell_width.0)
    }

    /// How far over its floor a box must be, by the last rows.
    pub fn threshold(&self) -> Decibels {
        self.threshold
    }

    /// The row that holds `sample`.
    pub fn at(&self, sample: SampleIndex) -> Option<Trace> {
        let row = self.power.row_at(sample)?;
        Some(Trace { power: self.power.row(row).to_vec(), floor: self.floor.row(row).to_vec() })
    }

    /// Position by position, the greatest power over the rows that `samples` touches, and the median over those rows
    /// of the floor. `None` when there is no such row.
    pub fn strongest(&self, samples: Range<SampleIndex>) -> Option<Trace> {
        let rows = self.power.rows_between(&samples);
        if rows.is_empty() {
            return None;
        }
        let mut power = vec![NOT_LOOKED_AT; self.cells()];
        rows.clone().for_each(|row| raise(&mut power, self.power.row(row)));
        let mut over_time = Vec::with_capacity(rows.len());
        let floor = (0..self.cells()).map(|cell| {
            over_time.clear();
            over_time.extend(rows.clone().map(|row| self.floor.row(row)[cell]).filter(|&level| level != NOT_LOOKED_AT));
            let middle = over_time.len() / 2;
            if over_time.is_empty() { NOT_LOOKED_AT } else { *over_time.select_nth_unstable(middle).1 }
        });
        Some(Trace { floor: floor.collect(), power })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(first: u64, power: &[[f32; 2]], floor: [f32; 2]) -> JudgedRows {
        JudgedRows {
            first: SampleIndex(first),
            span: 10,
            cells: 2,
            first_offset: Hertz(-50e3),
            cell_width: Hertz(100e3),
            box_power: power.as_flattened().to_vec(),
            floor: floor.to_vec(),
            threshold: 10.0,
            band_cells: 0,
            best: Vec::new(),
        }
    }

    #[test]
    fn the_strongest_moment_is_taken_position_by_position() {
        let mut t = Traces::default();
        assert_eq!(t.strongest(SampleIndex(0)..SampleIndex(100)), None);
        t.push(&judged(0, &[[1e-3, 1e-5], [1e-4, 1e-4]], [1e-6, 1e-7]));
        t.push(&judged(20, &[[1e-5, 1e-2]], [1e-5, 1e-7]));
        let whole = t.strongest(SampleIndex(0)..SampleIndex(30)).expect("three rows");
        assert_eq!(whole, Trace { power: vec![-3000, -2000], floor: vec![-6000, -7000] });
        let second = t.at(SampleIndex(19)).expect("a row");
        assert_eq!(second, Trace { power: vec![-4000, -4000], floor: vec![-6000, -7000] });
        assert_eq!(t.at(SampleIndex(30)), None);
        assert_eq!([t.offset(0), t.offset(1)], [Hertz(-50e3), Hertz(50e3)]);
        assert!((t.threshold().0 - 10.0).abs() < 1e-5);
    }

    #[test]
    fn a_long_run_keeps_its_strongest_moment() {
        let mut t = Traces::new(2 * 4);
        for row in 0..1000 {
            let power = if row == 437 { 1e-1 } else { 1e-6 };
            t.push(&judged(row * 10, &[[power, 1e-6]], [1e-7, 1e-7]));
        }
        assert!(t.rows() <= 4);
        let whole = t.strongest(SampleIndex(0)..SampleIndex(10_000)).expect("rows");
        assert_eq!(whole, Trace { power: vec![-1000, -6000], floor: vec![-7000, -7000] });
        assert_eq!(t.at(SampleIndex(4371)).expect("a row").power, [-1000, -6000]);
    }
}
