//! Power summed over every box of the bank, at every position where the coarse search sees a chance.

use std::ops::Range;

use super::folded::Folded;
use super::screen::{Chance, Screen};
use super::shapes::Shape;
use super::threshold::Thresholds;
use crate::simd::{Instructions, vectorised};

/// A box that exceeds its threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// First row, relative to the rows given.
    pub row: usize,
    /// First cell.
    pub cell: usize,
    /// Index of the shape in the bank.
    pub shape: usize,
    /// Mean over the box; noise has mean 1.
    pub mean: f32,
}

/// Cells between which boxes of one shape that begin in one row are to be summed; none if the first is not the lesser.
#[derive(Clone, Copy, Debug)]
struct Cells {
    first: u32,
    end: u32,
}

const NONE: Cells = Cells { first: u32::MAX, end: 0 };

/// The exact search. Sums over rows are differences of running sums in f64 that begin anew at every stretch looked at: no
/// rounding error of a strong burst is left that a decision could see.
pub struct Lattice {
    instructions: Instructions,
    cells: usize,
    shapes: Vec<Shape>,
    /// Thresholds as sums over a box, and the square root of its degrees of freedom.
    limits: Vec<f64>,
    root_dof: Vec<f32>,
    screen: Screen,
    folded: Folded,
    chances: Vec<Chance>,
    /// What is to be summed, shape `[starts × shapes]`; all [`NONE`] between scans.
    wanted: Vec<Cells>,
    /// Starts that have something to be summed.
    starts: Vec<bool>,
    boxes: Boxes,
    /// For each start one past the last row that stands out from it on; 0 if nothing does.
    reached: Vec<usize>,
    covered: Vec<usize>,
}

impl Lattice {
    /// A lattice over `cells` cells for `bank` with `thresholds`.
    pub fn new(cells: usize, bank: &[Shape], thresholds: &Thresholds) -> Self {
        Lattice::with(Instructions::best(), cells, bank, thresholds)
    }

    /// The same with the instructions given.
    pub fn with(instructions: Instructions, cells: usize, bank: &[Shape], thresholds: &Thresholds) -> Self {
        let limit = |(i, s): (usize, &Shape)| thresholds.ratio(i) * (s.rows * s.cells) as f64;
        Lattice {
            instructions,
            cells,
            shapes: bank.to_vec(),
            limits: bank.iter().enumerate().map(limit).collect(),
            root_dof: (0..bank.len()).map(|i| thresholds.dof(i).sqrt() as f32).collect(),
            screen: Screen::new(instructions, cells, bank, thresholds),
            folded: Folded::new(instructions, cells),
            chances: Vec::new(),
            wanted: Vec::new(),
            starts: Vec::new(),
            boxes: Boxes { running: Vec::new(), in_time: vec![0.0; cells + 1] },
            reached: Vec::new(),
            covered: Vec::new(),
        }
    }

    /// Cells in a row.
    pub fn cells(&self) -> usize {
        self.cells
    }

    /// Rows that the longest shape needs from its first on.
    pub fn longest(&self) -> usize {
        self.shapes.iter().map(|s| s.rows).max().unwrap_or(1)
    }

    /// Tells in order where something stands out that begins in the first `starts` rows of `y`: the first row and one past
    /// the last of every box over its threshold, or of a coarse box that surely holds one. `y`: shape `[rows × cells]`,
    /// noise mean 1; its row 0 is row `first_row` of the stream. Returns the chances in `y`.
    pub fn scan(&mut self, y: &[f32], first_row: u64, starts: usize, mut tell: impl FnMut(usize, usize)) -> &[Chance] {
        let rows = y.len() / self.cells;
        let mut chances = std::mem::take(&mut self.chances);
        chances.clear();
        self.screen.look(y, &mut chances);
        self.reached.clear();
        self.reached.resize(starts, 0);
        self.starts.clear();
        self.starts.resize(starts, false);
        if self.wanted.len() < starts * self.shapes.len() {
            self.wanted.resize(starts * self.shapes.len(), NONE);
        }
        for chance in chances.iter().filter(|chance| chance.certain) {
            if let Some(reached) = self.reached.get_mut(chance.rows.0) {
                *reached = chance.rows.1.min(rows).max(*reached);
            }
        }
        self.cover();
        for chance in chances.iter().filter(|chance| !chance.certain) {
            let place = self.screen.place(chance);
            // What would be found where something surely is tells nothing new.
            let longest = place.shapes.iter().map(|shape| self.shapes[*shape].rows).max().unwrap_or(0);
            let last = (place.starts.1 + longest).min(rows);
            if self.covered.get(place.starts.0).is_some_and(|past| last <= *past) {
                continue;
            }
            for row in place.starts.0..place.starts.1.min(starts) {
                for &shape in place.shapes {
                    let Shape { rows: long, step, .. } = self.shapes[shape];
                    if row + long <= rows && (first_row + row as u64).is_multiple_of(step) {
                        let cells = &mut self.wanted[row * self.shapes.len() + shape];
                        cells.first = cells.first.min(place.cells.0 as u32);
                        cells.end = cells.end.max(place.cells.1 as u32);
                        self.starts[row] = true;
                    }
                }
            }
        }
        self.chances = chances;
        let mut run = 0..0;
        for row in (0..starts).filter(|row| self.starts[*row]) {
            for shape in 0..self.shapes.len() {
                let cells = std::mem::replace(&mut self.wanted[row * self.shapes.len() + shape], NONE);
                if cells.first >= cells.end {
                    continue;
                }
                let Shape { rows: long, cells: wide, .. } = self.shapes[shape];
                if row + long > run.end {
                    run = row..(row + long + LOOK_AHEAD).min(rows);
                    self.boxes.run_up(self.instructions, y, self.cells, run.clone(), 0..self.cells);
                }
                let at = row - run.start;
                let part = cells.first as usize..cells.end as usize;
                let mut sums = self.boxes.sums(self.instructions, self.cells, at..at + long, part, wide);
                if sums.any(|sum| sum > self.limits[shape]) {
                    self.reached[row] = self.reached[row].max(row + long);
                }
            }
        }
        for (row, past) in self.reached.iter().enumerate().filter(|(_, past)| **past > 0) {
            tell(row, *past);
        }
        &self.chances
    }

    /// For each start that surely is within something, one past the last row that surely is with it; 0 for the others.
    fn cover(&mut self) {
        self.covered.clear();
        let mut past = 0;
        self.covered.extend(self.reached.iter().enumerate().map(|(row, reached)| {
            past = past.max(*reached);
            if past > row { past } else { 0 }
        }));
        // What goes on into something that begins later goes as far as that does.
        let mut next = 0;
        for past in self.covered.iter_mut().rev() {
            if *past > 0 {
                *past = next.max(*past);
            }
            next = *past;
        }
    }

    /// Keeps those of `chances`, found in what `y` is a part of from row `first` on, that stand out in `y` too, with noise
    /// after it.
    pub fn within(&mut self, y: &[f32], first: usize, chances: &mut Vec<Chance>) {
        let rows = y.len() / self.cells;
        let Lattice { screen, folded, .. } = self;
        folded.begin(y);
        let whole = |chance: &Chance| first <= chance.rows.0 && chance.rows.1 <= rows;
        chances.retain_mut(|chance| whole(chance) || screen.still(folded, y, chance));
    }

    /// Looks again at those of `chances` that share something with some rows and cells of `y`, which were set to noise:
    /// keeps those that still stand out.
    pub fn look_again(&mut self, y: &[f32], rows: (usize, usize), cells: (usize, usize), chances: &mut Vec<Chance>) {
        let Lattice { screen, folded, .. } = self;
        folded.changed(y, rows);
        chances.retain_mut(|chance| !screen.touches(chance, rows, cells) || screen.still(folded, y, chance));
    }

    /// Of the boxes of a chance in `y` the one that stands out most over its threshold, by its excess in standard
    /// deviations, if `may` allows it. `y` as for [`Lattice::scan`].
    pub fn best(&mut self, y: &[f32], first_row: u64, chance: &Chance, may: impl Fn(&Hit) -> bool) -> Option<Hit> {
        let rows = y.len() / self.cells;
        let Lattice { instructions, shapes, limits, root_dof, screen, boxes, .. } = self;
        let place = screen.place(chance);
        let longest = place.shapes.iter().map(|shape| shapes[*shape].rows).max().unwrap_or(0);
        let run = place.starts.0..(place.starts.1 + longest).min(rows);
        let (low, high) = place.cells;
        boxes.run_up(*instructions, y, self.cells, run.clone(), low..high);
        let mut best: Option<(f32, Hit)> = None;
        for &shape in place.shapes {
            let Shape { rows: long, cells: wide, step, .. } = shapes[shape];
            let per_cell = 1.0 / (long * wide) as f64;
            for row in place.starts.0..place.starts.1 {
                if row + long > rows || !(first_row + row as u64).is_multiple_of(step) {
                    continue;
                }
                let at = row - run.start;
                let sums = boxes.sums(*instructions, high - low, at..at + long, 0..high - low, wide);
                for (i, sum) in sums.enumerate() {
                    if sum <= limits[shape] {
                        continue;
                    }
                    let hit = Hit { row, cell: low + i, shape, mean: (sum * per_cell) as f32 };
                    let score = (hit.mean - 1.0) * root_dof[shape];
                    if best.is_none_or(|(b, _)| score > b) && may(&hit) {
                        best = Some((score, hit));
                    }
                }
            }
        }
        best.map(|(_, hit)| hit)
    }
}

/// Sums over boxes.
struct Boxes {
    /// Running sums over rows, a row of zeros first: shape `[rows + 1 × cells]`.
    running: Vec<f64>,
    in_time: Vec<f64>,
}

impl Boxes {
    /// Takes some rows and cells of `y`, shape `[rows × width]`.
    fn run_up(&mut self, how: Instructions, y: &[f32], width: usize, rows: Range<usize>, cells: Range<usize>) {
        run_up(how, &y[rows.start * width..rows.end * width], width, cells.start, cells.end, &mut self.running);
    }

    /// Sums over some rows and `wide` cells, from each of some cells on, of the `width` that were taken.
    fn sums(
        &mut self,
        how: Instructions,
        width: usize,
        rows: Range<usize>,
        cells: Range<usize>,
        wide: usize,
    ) -> impl Iterator<Item = f64> {
        let before = &self.running[rows.start * width..][cells.clone()];
        let after = &self.running[rows.end * width..][cells.clone()];
        let sums = &mut self.in_time[..=cells.len()];
        add_up(how, before, after, sums);
        sums.iter().zip(&sums[wide.min(sums.len())..]).map(|(low, high)| high - low)
    }
}

/// Rows beyond a box that are run up with it.
const LOOK_AHEAD: usize = 24;

vectorised! {
    /// Running sums of the cells from `low` to before `high` of `part`, shape `[rows × width]`, over its rows.
    pub(super) fn run_up(part: &[f32], width: usize, low: usize, high: usize, running: &mut Vec<f64>) {
        let cells = high - low;
        running.clear();
        running.resize((part.len() / width + 1) * cells, 0.0);
        for (row, values) in part.chunks_exact(width).enumerate() {
            let (before, here) = running[row * cells..][..2 * cells].split_at_mut(cells);
            for ((sum, above), v) in here.iter_mut().zip(before).zip(&values[low..high]) {
                *sum = *above + f64::from(*v);
            }
        }
    }
}

vectorised! {
    /// Running sums over cells of the differences `after` − `before`, a zero first.
    pub(super) fn add_up(before: &[f64], after: &[f64], sums: &mut [f64]) {
        sums[0] = 0.0;
        let mut sum = 0.0;
        for ((out, before), after) in sums[1..].iter_mut().zip(before).zip(after) {
            sum += after - before;
            *out = sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::shapes::Raster;
    use crate::spectrum::Grid;
    use crate::units::Hertz;

    /// Two strong bursts and what lies between them, in cells of noise that is hardly any.
    fn air(rows: usize) -> Vec<f32> {
        let burst = |row: usize, cell: usize| (20..28).contains(&row) && (7..12).contains(&cell) || row == 41;
        let noise = |i: usize| 0.9 + ((i * 7919) % 101) as f32 / 500.0;
        (0..rows * 64).map(|i| noise(i) + if burst(i / 64, i % 64) { 3.0 } else { 0.0 }).collect()
    }

    /// Every box over its threshold by plain sums: row, shape, cell, mean.
    fn plainly(y: &[f32], bank: &[Shape], thresholds: &Thresholds, starts: Range<usize>) -> Vec<Hit> {
        let rows = y.len() / 64;
        let mut hits = Vec::new();
        for row in starts {
            for (shape, s) in bank.iter().enumerate() {
                if row + s.rows > rows || !(1000 + row as u64).is_multiple_of(s.step) {
                    continue;
                }
                for cell in 0..=64 - s.cells {
                    let line = |r: usize| y[r * 64 + cell..][..s.cells].iter().map(|v| f64::from(*v)).sum::<f64>();
                    let mean = (row..row + s.rows).map(line).sum::<f64>() / (s.rows * s.cells) as f64;
                    if mean > thresholds.ratio(shape) {
                        hits.push(Hit { row, cell, shape, mean: mean as f32 });
                    }
                }
            }
        }
        hits
    }

    #[test]
    fn a_scan_covers_what_every_box_over_its_threshold_covers() {
        let grid = Grid::for_rate(Hertz(2.4e6));
        let bank = Shape::bank(&grid, Raster::CELLS);
        let thresholds = Thresholds::new(&grid, Raster::CELLS, &bank, 1.0);
        let mut lattice = Lattice::new(64, &bank, &thresholds);
        let y = air(110);
        let mut covered = [false; 110];
        let _ = lattice.scan(&y, 1000, 60, |row, past| covered[row..past].fill(true));
        let mut plain = [false; 110];
        for hit in plainly(&y, &bank, &thresholds, 0..60) {
            plain[hit.row..hit.row + bank[hit.shape].rows].fill(true);
        }
        assert!(plain.iter().any(|c| *c) && !plain.iter().all(|c| *c));
        let missing: Vec<usize> = (0..110).filter(|row| plain[*row] && !covered[*row]).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn the_best_of_the_strongest_chance_is_the_best_of_its_shapes() {
        let grid = Grid::for_rate(Hertz(2.4e6));
        let bank = Shape::bank(&grid, Raster::CELLS);
        let thresholds = Thresholds::new(&grid, Raster::CELLS, &bank, 1.0);
        let mut lattice = Lattice::new(64, &bank, &thresholds);
        let y = air(110);
        let chances = lattice.scan(&y, 1000, 60, |_, _| {}).to_vec();
        assert!(chances.len() > 20);
        for chance in &chances {
            let best = lattice.best(&y, 1000, chance, |_| true);
            let place = lattice.screen.place(chance);
            let inside = |h: &Hit| {
                place.shapes.contains(&h.shape)
                    && place.cells.0 <= h.cell
                    && h.cell + bank[h.shape].cells <= place.cells.1
            };
            let score = |h: &Hit| (h.mean - 1.0) * thresholds.dof(h.shape).sqrt() as f32;
            let plain = plainly(&y, &bank, &thresholds, place.starts.0..place.starts.1);
            let plain = plain.into_iter().filter(inside).map(|h| score(&h)).fold(0.0, f32::max);
            assert!((best.map_or(0.0, |h| score(&h)) - plain).abs() < 1e-4, "{best:?} for {plain}");
        }
    }
}
