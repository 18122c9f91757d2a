//! Rows of a stretch folded, so that the coarse boxes that a mask touches are soon summed again.

use crate::simd::{Instructions, Lines, largest_of, vectorised, zeros};

/// Rows that are folded into one: longer groups of the coarse search are whole numbers of these.
const FOLD: usize = 3;

/// Sums of [`FOLD`] rows, and of boxes over them.
pub struct Folded {
    instructions: Instructions,
    cells: usize,
    /// Shape `[⌈rows / 3⌉ × cells]`; rows beyond the last are noise.
    rows: Lines<f32>,
    /// Boxes side by side.
    pub line: Lines<f32>,
    /// Running sums over a line, a zero first: in f64, so that none of a strong burst is left beside it.
    running: Vec<f64>,
}

impl Folded {
    /// For rows of `cells` cells.
    pub fn new(instructions: Instructions, cells: usize) -> Self {
        Folded { instructions, cells, rows: Lines::new(0), line: zeros(cells), running: vec![0.0; cells + 1] }
    }

    /// Takes `y`, shape `[rows × cells]`, noise mean 1.
    pub fn begin(&mut self, y: &[f32]) {
        let rows = y.len() / self.cells;
        self.rows.resize(rows.div_ceil(FOLD) * self.cells, 0.0);
        self.changed(y, (0, rows));
    }

    /// Takes the rows of `y` that have changed: the first, and one past the last.
    pub fn changed(&mut self, y: &[f32], rows: (usize, usize)) {
        let cells = self.cells;
        for group in rows.0 / FOLD..rows.1.div_ceil(FOLD) {
            let part = &y[group * FOLD * cells..((group + 1) * FOLD * cells).min(y.len())];
            let beyond = (FOLD - part.len() / cells) as f32;
            add_up(self.instructions, part, beyond, &mut self.rows[group * cells..][..cells]);
        }
    }

    /// Sums the rows given (the first, and one past the last) and runs them up over the cells given; of `y` itself, or what
    /// is `folded` of it.
    pub fn run_up(&mut self, y: &[f32], rows: (usize, usize), cells: (usize, usize), folded: bool) {
        let (y, fold) = if folded { (self.rows.as_slice(), FOLD) } else { (y, 1) };
        let held = y.len() / self.cells;
        let (first, past) = (rows.0 / fold, rows.1 / fold);
        let beyond = (past.max(held) - first.max(held)) * fold;
        let part = &y[first.min(held) * self.cells..past.min(held) * self.cells];
        let (line, running) = (&mut self.line[..cells.1 - cells.0], &mut self.running);
        line.fill(beyond as f32);
        run_up(self.instructions, part, self.cells, cells.0, line, running);
    }

    /// Turns what was run up into boxes of `wide` cells, `count` of them `apart` cells apart, in `line`; returns the largest.
    pub fn boxes(&mut self, count: usize, apart: usize, wide: usize) -> f32 {
        for (i, sum) in self.line[..count].iter_mut().enumerate() {
            *sum = (self.running[i * apart + wide] - self.running[i * apart]) as f32;
        }
        largest_of(&self.line[..count])
    }
}

vectorised! {
    /// Sums of the rows of `part` and `beyond`.
    fn add_up(part: &[f32], beyond: f32, sums: &mut [f32]) {
        sums.fill(beyond);
        for row in part.chunks_exact(sums.len()) {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
    }
}

vectorised! {
    /// Adds the rows of `part`, shape `[rows × width]`, from cell `low` on to `line`, and runs it up.
    fn run_up(part: &[f32], width: usize, low: usize, line: &mut [f32], running: &mut [f64]) {
        for row in part.chunks_exact(width) {
            line.iter_mut().zip(&row[low..]).for_each(|(sum, value)| *sum += value);
        }
        let mut sum = 0.0;
        for (running, value) in running[1..].iter_mut().zip(line) {
            sum += f64::from(*value);
            *running = sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_plain_sums_before_and_after_a_change_and_beyond_the_last_row_there_is_noise() {
        let (cells, rows) = (16, 20);
        let mut y: Vec<f32> = (0..rows * cells).map(|i| 0.5 + ((i * 7919) % 97) as f32 / 90.0).collect();
        let mut folded = Folded::new(Instructions::best(), cells);
        folded.begin(&y);
        for change in [false, true] {
            if change {
                y[7 * cells..11 * cells].fill(1.0);
                folded.changed(&y, (7, 11));
            }
            // Rows that are whole folds, to the last row and beyond it, and single rows.
            for (part, from_folds) in [((6, 15), true), ((15, 24), true), ((24, 30), true), ((8, 9), false)] {
                let value = |row: usize, cell: usize| if row < rows { y[row * cells + cell] } else { 1.0 };
                let plainly: Vec<f32> = (0..4)
                    .map(|i| (0..4).map(|j| (part.0..part.1).map(|row| value(row, 3 + 2 * i + j)).sum::<f32>()).sum())
                    .collect();
                folded.run_up(&y, part, (3, 13), from_folds);
                let largest = folded.boxes(4, 2, 4);
                let near = |a: f32, b: f32| (a - b).abs() < 1e-4 * b;
                assert!(
                    (0..4).all(|i| near(folded.line[i], plainly[i])),
                    "{part:?}: {:?} {plainly:?}",
                    &folded.line[..4]
                );
                assert_eq!(largest, folded.line[..4].iter().copied().fold(0.0, f32::max));
            }
        }
    }
}
