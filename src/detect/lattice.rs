//! Power summed over every box of the bank, at every position.

use std::ops::Range;

use super::shapes::Shape;
use super::threshold::Thresholds;

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

/// Sums boxes by doubling: pairs of rows, pairs of pairs, and so on, and the same in frequency; any size is the sum of
/// a few. Never a running sum with subtraction, which after a strong burst carries rounding errors for ever.
pub struct Lattice {
    cells: usize,
    shapes: Vec<Shape>,
    /// Thresholds as sums over a box.
    limits: Vec<f32>,
    /// Row counts in the bank, each once, with the shapes that have it.
    by_rows: Vec<(usize, Vec<usize>)>,
    /// `doubled[i]`: sums of 2^(i+1) rows from each row on.
    doubled: Vec<Vec<f32>>,
    time_sum: Vec<f32>,
    /// `widened[i]`: sums of 2^i cells from each cell on.
    widened: Vec<Vec<f32>>,
    box_sum: Vec<f32>,
}

impl Lattice {
    /// A lattice over `cells` cells for `bank` with `thresholds`.
    pub fn new(cells: usize, bank: &[Shape], thresholds: &Thresholds) -> Self {
        let mut by_rows: Vec<(usize, Vec<usize>)> = Vec::new();
        for (i, shape) in bank.iter().enumerate() {
            match by_rows.iter_mut().find(|(rows, _)| *rows == shape.rows) {
                Some((_, shapes)) => shapes.push(i),
                None => by_rows.push((shape.rows, vec![i])),
            }
        }
        let levels = |most: usize| most.ilog2() as usize;
        let most_rows = bank.iter().map(|s| s.rows).max().unwrap_or(1);
        let most_cells = bank.iter().map(|s| s.cells).max().unwrap_or(1);
        let limit = |(i, s): (usize, &Shape)| (thresholds.ratio(i) * (s.rows * s.cells) as f64) as f32;
        Lattice {
            cells,
            shapes: bank.to_vec(),
            limits: bank.iter().enumerate().map(limit).collect(),
            by_rows,
            doubled: vec![Vec::new(); levels(most_rows)],
            time_sum: vec![0.0; cells],
            widened: vec![vec![0.0; cells]; levels(most_cells) + 1],
            box_sum: vec![0.0; cells],
        }
    }

    /// Rows that the longest shape needs from its first on.
    pub fn longest(&self) -> usize {
        self.shapes.iter().map(|s| s.rows).max().unwrap_or(1)
    }

    /// Goes through the boxes that begin in `starts` and lie within `y`, in order of their first row. `y`: shape
    /// `[rows × cells]`, noise mean 1; its row 0 is row `first_row` of the stream. Calls `hit` for every box over its
    /// threshold, and `sums` for every start with the means of the first shape at every cell.
    pub fn scan(
        &mut self,
        y: &[f32],
        first_row: u64,
        starts: Range<usize>,
        mut hit: impl FnMut(Hit),
        mut sums: impl FnMut(usize, &[f32]),
    ) {
        let cells = self.cells;
        let rows = y.len() / cells;
        self.double_rows(y, starts.start);
        for row in starts {
            for (count, shapes) in &self.by_rows {
                if row + count > rows {
                    continue;
                }
                let due = |s: &Shape| (first_row + row as u64).is_multiple_of(s.step);
                if !shapes.iter().any(|i| due(&self.shapes[*i])) {
                    continue;
                }
                sum_rows(y, &self.doubled, cells, row, *count, &mut self.time_sum);
                let widest = shapes.iter().map(|i| self.shapes[*i].cells).max().unwrap_or(1);
                widen(&self.time_sum, widest, &mut self.widened);
                for &i in shapes {
                    let shape = self.shapes[i];
                    if !due(&shape) {
                        continue;
                    }
                    let positions = cells + 1 - shape.cells;
                    let box_sum = &mut self.box_sum[..positions];
                    sum_cells(&self.widened, shape.cells, box_sum);
                    let per_cell = 1.0 / (shape.rows * shape.cells) as f32;
                    let limit = self.limits[i];
                    if box_sum.iter().fold(0.0f32, |a, b| a.max(*b)) > limit {
                        for (cell, sum) in box_sum.iter().enumerate().filter(|(_, sum)| **sum > limit) {
                            hit(Hit { row, cell, shape: i, mean: sum * per_cell });
                        }
                    }
                    if i == 0 {
                        for sum in box_sum.iter_mut() {
                            *sum *= per_cell;
                        }
                        sums(row, box_sum);
                    }
                }
            }
        }
    }

    /// Sums of 2, 4, 8 … rows from each row on, from row `begin`.
    fn double_rows(&mut self, y: &[f32], begin: usize) {
        let cells = self.cells;
        for level in 0..self.doubled.len() {
            let (below, here) = self.doubled.split_at_mut(level);
            let source: &[f32] = if level == 0 { y } else { &below[level - 1] };
            let distance = (1 << level) * cells;
            let out = &mut here[0];
            out.clear();
            out.resize(source.len().saturating_sub(distance), 0.0);
            let from = (begin * cells).min(out.len());
            let pairs = source[from..].iter().zip(&source[(from + distance).min(source.len())..]);
            for (sum, (a, b)) in out[from..].iter_mut().zip(pairs) {
                *sum = a + b;
            }
        }
    }
}

/// Sum of `count` rows from `row` on, at every cell: the longest doubled sums first.
fn sum_rows(y: &[f32], doubled: &[Vec<f32>], cells: usize, row: usize, count: usize, out: &mut [f32]) {
    let mut at = row;
    let mut first = true;
    for level in (0..=doubled.len()).rev() {
        if count & (1 << level) == 0 {
            continue;
        }
        let source: &[f32] = if level == 0 { y } else { &doubled[level - 1] };
        let part = &source[at * cells..(at + 1) * cells];
        if first {
            out.copy_from_slice(part);
            first = false;
        } else {
            for (sum, p) in out.iter_mut().zip(part) {
                *sum += p;
            }
        }
        at += 1 << level;
    }
}

/// Sums of 1, 2, 4 … cells from each cell on, up to what `widest` needs.
fn widen(row: &[f32], widest: usize, widened: &mut [Vec<f32>]) {
    widened[0].copy_from_slice(row);
    let mut valid = row.len();
    for level in 1..=widest.ilog2() as usize {
        let (below, here) = widened.split_at_mut(level);
        let source = &below[level - 1];
        let distance = 1 << (level - 1);
        valid -= distance;
        let pairs = source[..valid].iter().zip(&source[distance..distance + valid]);
        for (sum, (a, b)) in here[0][..valid].iter_mut().zip(pairs) {
            *sum = a + b;
        }
    }
}

/// Sum of `count` cells from each cell on, as many positions as `out` has.
fn sum_cells(widened: &[Vec<f32>], count: usize, out: &mut [f32]) {
    let mut at = 0;
    let mut first = true;
    for level in (0..widened.len()).rev() {
        if count & (1 << level) == 0 {
            continue;
        }
        let part = &widened[level][at..at + out.len()];
        if first {
            out.copy_from_slice(part);
            first = false;
        } else {
            for (sum, p) in out.iter_mut().zip(part) {
                *sum += p;
            }
        }
        at += 1 << level;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spectrum::Grid;
    use crate::units::Hertz;

    #[test]
    fn every_box_is_the_plain_sum_of_its_cells() {
        let grid = Grid::for_rate(Hertz(2.4e6));
        let bank = Shape::bank(&grid);
        // A rate so high that every box is a hit: 0.5 probability each.
        let thresholds = Thresholds::new(&grid, &bank, 1e12);
        let mut lattice = Lattice::new(64, &bank, &thresholds);
        let rows = 90;
        let y: Vec<f32> = (0..rows * 64).map(|i| 1.0 + ((i * 7919) % 101) as f32 / 50.0).collect();
        let mut hits = Vec::new();
        lattice.scan(&y, 1000, 3..20, |h| hits.push(h), |_, _| ());
        let mut plain = Vec::new();
        for row in 3..20usize {
            for (i, s) in bank.iter().enumerate() {
                if row + s.rows > rows || !(1000 + row as u64).is_multiple_of(s.step) {
                    continue;
                }
                for cell in 0..=64 - s.cells {
                    let mut sum = 0.0f64;
                    for r in row..row + s.rows {
                        sum += y[r * 64 + cell..r * 64 + cell + s.cells].iter().map(|v| f64::from(*v)).sum::<f64>();
                    }
                    let mean = sum / (s.rows * s.cells) as f64;
                    if mean > thresholds.ratio(i) {
                        plain.push((row, cell, i, mean));
                    }
                }
            }
        }
        hits.sort_by_key(|h| (h.row, h.shape, h.cell));
        plain.sort_by_key(|p| (p.0, p.2, p.1));
        assert_eq!(hits.len(), plain.len());
        for (h, p) in hits.iter().zip(&plain) {
            assert_eq!((h.row, h.cell, h.shape), (p.0, p.1, p.2));
            assert!((f64::from(h.mean) / p.3 - 1.0).abs() < 1e-5);
        }
    }
}
