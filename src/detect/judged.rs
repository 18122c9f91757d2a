//! The detector's own sight, for people: what it summed, and what it compared it with.

use std::collections::VecDeque;
use std::ops::Range;

use super::best_boxes::{BestBox, BoxTable, Chooser};
use super::detector::Output;
use super::floor::Floor;
use super::lattice::{add_up, run_up};
use super::segment::Setup;
use super::shapes::Shape;
use crate::simd::vectorised;
use crate::spectrum::BINS_PER_CELL;
use crate::units::{Hertz, SampleIndex};

/// What the detector summed, for the same rows as the waterfall. A box belongs to the row that its middle lies in.
///
/// `box_power`, `floor` and `threshold` are of one GSM burst's width and length at every position: the only trace a
/// threshold may be drawn against. `best` is of all shapes: what the detector's view shows.
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
    /// Shape `[rows × cells]`: the largest mean power of a box, full scale 1.
    pub box_power: Vec<f32>,
    /// Shape `[cells]`: the noise floor in the same box.
    pub floor: Vec<f32>,
    /// What a box must reach: `floor` times this, a ratio above 1.
    pub threshold: f32,
    /// Cells across the whole band; cell `c` covers the bins `4c` to `4c + 3` of the detector's row.
    pub band_cells: usize,
    /// Shape `[rows × band_cells]`: the box that stands out most, of those that lie over the cell.
    pub best: Vec<BestBox>,
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

/// Sums the boxes of every shape at every place that the detector tries, and keeps the largest of each waterfall row.
pub struct Judge {
    bank: Vec<Shape>,
    table: BoxTable,
    chooser: Chooser,
    /// Waterfall rows under way, each the one after the one before, and the first one's index.
    open: VecDeque<Row>,
    first_open: u64,
    spare: Vec<Row>,
    /// Gain of the latest start.
    gain: f32,
    running: Vec<f64>,
    sums: Vec<f64>,
}

/// A waterfall row under way.
#[derive(Default)]
struct Row {
    /// Largest sum of each shape at each position, as [`BoxTable`] lays them out.
    largest: Vec<f64>,
    /// Largest sum of the first shape times its gain.
    first_shape: Vec<f64>,
}

/// Starts whose rows are run up at once.
const PIECE_ROWS: u64 = 96;

impl Judge {
    /// Nothing summed yet.
    pub fn new(setup: &Setup) -> Self {
        Judge {
            bank: setup.bank.clone(),
            table: BoxTable::new(setup.grid.cells(), &setup.bank, &setup.thresholds),
            chooser: Chooser::default(),
            open: VecDeque::new(),
            first_open: 0,
            spare: Vec::new(),
            gain: 0.0,
            running: Vec::new(),
            sums: vec![0.0; setup.grid.cells() + 1],
        }
    }

    /// Rows that a box needs from its first on.
    pub fn longest(&self) -> u64 {
        self.bank.iter().map(|s| s.rows).max().unwrap_or(1) as u64
    }

    /// Sums the boxes that begin in rows `starts` and lie within `y`, shape `[rows × cells]`, noise mean 1, whose first
    /// row is the first of them; `gain`: that of each start. Gives out what is whole.
    pub fn take(
        &mut self,
        setup: &Setup,
        starts: Range<u64>,
        y: &[f32],
        gain: &[f32],
        floor: &Floor,
        out: &mut impl FnMut(Output),
    ) {
        self.sum(setup, starts.clone(), y, gain);
        self.give(setup, starts.end / setup.grid.rows_per_display_row as u64, floor, out);
    }

    /// Sums them.
    fn sum(&mut self, setup: &Setup, starts: Range<u64>, y: &[f32], gain: &[f32]) {
        let cells = setup.grid.cells();
        let end = starts.start + (y.len() / cells) as u64;
        let longest = self.longest();
        for from in starts.clone().step_by(PIECE_ROWS as usize) {
            let to = (from + PIECE_ROWS).min(starts.end);
            let part = (from - starts.start) as usize..((to + longest).min(end) - starts.start) as usize;
            run_up(setup.instructions, &y[part.start * cells..part.end * cells], cells, 0, cells, &mut self.running);
            for row in from..to {
                self.gain = gain[(row - starts.start) as usize];
                self.sum_boxes(setup, row, (row - from) as usize, part.len());
            }
        }
    }

    /// The segment has ended: gives out the rows under way.
    pub fn finish(&mut self, setup: &Setup, floor: &Floor, out: &mut impl FnMut(Output)) {
        self.give(setup, u64::MAX, floor, out);
    }

    /// Sums the boxes that begin in `row`, which is row `at` of the `rows` run up.
    fn sum_boxes(&mut self, setup: &Setup, row: u64, at: usize, rows: usize) {
        let cells = setup.grid.cells();
        for shape in 0..self.bank.len() {
            let Shape { rows: long, cells: wide, step, .. } = self.bank[shape];
            if at + long > rows || !row.is_multiple_of(step) {
                continue;
            }
            let before = &self.running[at * cells..][..cells];
            let after = &self.running[(at + long) * cells..][..cells];
            add_up(setup.instructions, before, after, &mut self.sums);
            let span = setup.grid.rows_per_display_row as u64;
            // Of a shorter shape's box the middle may lie in the row before that of a longer one's.
            let rows = (row / span, (row + long as u64 / 2) / span);
            let here = open_row(&mut self.open, &mut self.first_open, &mut self.spare, rows, &self.table);
            let largest = &mut here.largest[self.table.positions(shape)];
            raise(setup.instructions, largest, &self.sums, wide, 1.0);
            if shape == 0 {
                raise(setup.instructions, &mut here.first_shape, &self.sums, wide, f64::from(self.gain));
            }
        }
    }

    /// Gives out the rows before `whole`.
    fn give(&mut self, setup: &Setup, whole: u64, floor: &Floor, out: &mut impl FnMut(Output)) {
        let grid = &setup.grid;
        let Shape { rows: long, cells: wide, .. } = self.bank[0];
        let width = wide * BINS_PER_CELL;
        let positions = self.table.positions(0).len();
        let shape = |cell: usize| floor.shape()[cell * BINS_PER_CELL..cell * BINS_PER_CELL + width].iter().sum();
        let shape: Vec<f32> = (0..positions).map(shape).collect();
        let per_cell = 1.0 / (long * wide) as f64;
        let (mut first, mut box_power, mut best) = (None, Vec::new(), Vec::new());
        while self.first_open < whole {
            let Some(row) = self.open.pop_front() else {
                break;
            };
            // A segment's ends may leave a row without one whole box of the first shape: it has no trace.
            if row.first_shape.iter().all(|sum| *sum > 0.0) {
                first.get_or_insert(self.first_open);
                box_power.extend(row.first_shape.iter().zip(&shape).map(|(sum, s)| (sum * per_cell) as f32 * s));
                self.chooser.choose(&self.table, &row.largest, &mut best);
            }
            self.spare.push(row);
            self.first_open += 1;
        }
        let Some(first) = first else {
            return;
        };
        let middle = width as f64 / 2.0 - 0.5 - grid.n as f64 / 2.0;
        out(Output::Judged(JudgedRows {
            first: SampleIndex(first * grid.display_span()),
            span: grid.display_span(),
            cells: positions,
            first_offset: Hertz(middle * grid.bin_width().0),
            cell_width: Hertz(grid.bin_width().0 * BINS_PER_CELL as f64),
            box_power,
            floor: shape.iter().map(|s| s * self.gain).collect(),
            threshold: setup.thresholds.ratio(0) as f32,
            band_cells: grid.cells(),
            best,
        }));
    }
}

/// The row `wanted` of those under way; it and those before it begin with nothing summed.
fn open_row<'a>(
    open: &'a mut VecDeque<Row>,
    first_open: &mut u64,
    spare: &mut Vec<Row>,
    (least, wanted): (u64, u64),
    table: &BoxTable,
) -> &'a mut Row {
    if open.is_empty() {
        *first_open = least;
    }
    let index = (wanted - *first_open) as usize;
    while open.len() <= index {
        let mut row = spare.pop().unwrap_or_default();
        row.largest.clear();
        row.largest.resize(table.len(), 0.0);
        row.first_shape.clear();
        row.first_shape.resize(table.positions(0).len(), 0.0);
        open.push_back(row);
    }
    &mut open[index]
}

vectorised! {
    /// Raises `largest` to the sums of boxes `wide` cells wide times `factor`; `sums`: running sums, a zero first.
    fn raise(largest: &mut [f64], sums: &[f64], wide: usize, factor: f64) {
        for ((largest, low), high) in largest.iter_mut().zip(sums).zip(&sums[wide..]) {
            *largest = largest.max((high - low) * factor);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Config;
    use crate::iq::SampleFormat;
    use crate::simd::Instructions;
    use crate::spectrum::Grid;

    /// Rows of noise of mean about 1, with a burst in rows 57 to 64, cells 20 to 24.
    fn rows(count: usize, cells: usize) -> Vec<f32> {
        let mut state = 7u64;
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 40) as f32 + 0.5) / (1u64 << 24) as f32
        };
        let burst = |i: usize| (57..65).contains(&(i / cells)) && (20..25).contains(&(i % cells));
        (0..count * cells).map(|i| -uniform().ln() * if burst(i) { 50.0 } else { 1.0 }).collect()
    }

    #[test]
    fn every_row_holds_the_largest_of_the_plain_sums_of_every_shape() {
        for instructions in [Instructions::PORTABLE, Instructions::best()] {
            let grid = Grid::for_rate(Hertz(2.4e6));
            let setup = Setup::new(instructions, grid, SampleFormat::Cu8, &Config::default());
            let (cells, first) = (grid.cells(), 600u64);
            let (starts, count) = (150, 180);
            let y = rows(count, cells);
            let gain: Vec<f32> = (0..starts).map(|i| 1.0 + 0.01 * i as f32).collect();
            let mut judge = Judge::new(&setup);
            // In two pieces, as long as those that the detector takes.
            judge.sum(&setup, first..first + 100, &y, &gain[..100]);
            judge.sum(&setup, first + 100..first + 150, &y[100 * cells..], &gain[100..]);

            assert_eq!((judge.first_open, judge.open.len()), (first / 60, 3));
            for (display_row, found) in (first / 60..).zip(&judge.open) {
                for (index, shape) in setup.bank.iter().enumerate() {
                    let (mut largest, mut with_gain) =
                        (vec![0.0f64; cells + 1 - shape.cells], vec![0.0f64; cells + 1 - shape.cells]);
                    for start in (0..starts).filter(|start| start + shape.rows <= count) {
                        let row = first + start as u64;
                        if !row.is_multiple_of(shape.step) || (row + shape.rows as u64 / 2) / 60 != display_row {
                            continue;
                        }
                        for cell in 0..largest.len() {
                            let rows = y[start * cells..][..shape.rows * cells].chunks(cells);
                            let sum =
                                rows.flat_map(|row| &row[cell..cell + shape.cells]).map(|v| f64::from(*v)).sum::<f64>();
                            largest[cell] = largest[cell].max(sum);
                            with_gain[cell] = with_gain[cell].max(sum * f64::from(gain[start]));
                        }
                    }
                    let near = |a: &[f64], b: &[f64]| {
                        a.len() == b.len() && (0..a.len()).all(|i| (a[i] - b[i]).abs() < 1e-9 * (1.0 + b[i]))
                    };
                    assert!(
                        near(&found.largest[judge.table.positions(index)], &largest),
                        "row {display_row}, {shape:?}"
                    );
                    assert!(index > 0 || near(&found.first_shape, &with_gain), "row {display_row}, first shape");
                }
            }
        }
    }

    #[test]
    fn a_segment_may_begin_at_any_row() {
        let grid = Grid::for_rate(Hertz(2.4e6));
        let setup = Setup::new(Instructions::best(), grid, SampleFormat::Cu8, &Config::default());
        let y = rows(70, grid.cells());
        for first in 600..660 {
            let mut judge = Judge::new(&setup);
            judge.sum(&setup, first..first + 10, &y, &[1.0; 10]);
            assert_eq!(judge.first_open, first / 60);
        }
    }
}
