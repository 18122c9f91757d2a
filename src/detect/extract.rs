//! One event, one box: the best-fitting boxes of a stretch of rows, strongest first.
//!
//! The best box is trimmed and grown to the burst's own extent, its skirts are found, both are set to noise, and the
//! boxes are judged again until none exceeds its threshold: so that a weak neighbour is found as itself.

use std::ops::Range;

use super::grow::{Plane, RAMP_ROWS, SPLATTERS};
use super::lattice::{Hit, Lattice};
use super::screen::Chance;
use super::shapes::{Raster, Shape};
use super::spill::Spill;
use super::threshold::Thresholds;
use crate::spectrum::Grid;

/// A burst's place in rows and cells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// First row and one past the last, relative to the stretch.
    pub rows: (usize, usize),
    /// First cell and one past the last.
    pub cells: (usize, usize),
    /// First cell and one past the last of the burst with its skirts.
    pub skirt: (usize, usize),
    /// Whether the skirt ends at something of its own, below and above.
    pub beside: (bool, bool),
    /// Mean over the noise in the box, noise removed.
    pub level: f32,
    /// How often an hour noise alone would give it.
    pub expected_per_hour: f64,
}

impl Found {
    /// Whether this stronger one may be heard in rows of `weaker`: with its skirts on the same frequencies, or so strong
    /// that its ramps are.
    pub fn disturbs(&self, weaker: &Found) -> bool {
        let shared = |a: (usize, usize), b: (usize, usize)| a.0 < b.1 && b.0 < a.1;
        let rows = (self.rows.0.saturating_sub(RAMP_ROWS), self.rows.1 + RAMP_ROWS);
        shared(rows, weaker.rows) && (shared(self.skirt, weaker.cells) || self.level > SPLATTERS * weaker.level)
    }
}

/// Most bursts in one stretch; a stretch is at most some 260 rows long.
const MOST: usize = 2000;

/// A row beside a burst that holds more than this share of the row before it is no ramp, but another burst.
const RAMP_FALL: f32 = 0.5;

/// Finds the bursts in a stretch of rows.
pub struct Extractor {
    raster: Raster,
    cells: usize,
    cell_hz: f64,
    bank: Vec<Shape>,
    thresholds: Thresholds,
    spill: Spill,
    chances: Vec<Chance>,
    masked: Vec<bool>,
    mask: Vec<Range<usize>>,
}

impl Extractor {
    /// An extractor for rows of `raster`.
    pub fn new(grid: &Grid, raster: Raster, bank: &[Shape], thresholds: &Thresholds) -> Self {
        let cells = raster.cells(grid);
        Extractor {
            raster,
            cells,
            bank: bank.to_vec(),
            thresholds: thresholds.clone(),
            cell_hz: grid.bin_width().0 * raster.bins as f64,
            spill: Spill::new(grid.bin_width().0 * raster.bins as f64, cells),
            chances: Vec::new(),
            masked: Vec::new(),
            mask: Vec::new(),
        }
    }

    /// Finds every burst in `y`, shape `[rows × cells]`, noise mean 1, row 0 being row `first_row` of the stream, where
    /// there are `chances`; the rows before row `own` are noise that was put there. On return the bursts' places are set to
    /// noise. In order of strength.
    pub fn extract(
        &mut self,
        lattice: &mut Lattice,
        y: &mut [f32],
        first_row: u64,
        own: usize,
        chances: impl Iterator<Item = Chance>,
        found: &mut Vec<Found>,
    ) {
        self.masked.clear();
        self.masked.resize(y.len(), false);
        self.chances.clear();
        self.chances.extend(chances);
        lattice.within(y, own, &mut self.chances);
        let mut last = None;
        while found.len() < MOST
            && let Some(at) = strongest(&self.chances)
        {
            let best = lattice.best(y, first_row, &self.chances[at], |hit| !self.mostly_masked(hit));
            // One that a mask did not touch has its burst beside itself.
            let Some(best) = best.filter(|best| last != Some(*best)) else {
                self.chances.swap_remove(at);
                continue;
            };
            last = Some(best);
            let shape = self.bank[best.shape];
            let plane = Plane::new(y, self.cells, self.raster);
            let (rows, cells) = plane.fit((best.row, best.row + shape.rows), (best.cell, best.cell + shape.cells));
            let (below, above) = plane.skirt(rows, cells, self.cell_hz);
            let candidate = Found {
                rows,
                cells,
                skirt: (cells.0 - below.cells, cells.1 + above.cells),
                beside: (below.at_another, above.at_another),
                level: plane.mean(rows, cells) - 1.0,
                expected_per_hour: self.thresholds.expected_per_hour(best.shape, f64::from(best.mean)),
            };
            let spilt = found.iter_mut().any(|strong| self.spill.takes(plane, strong, &candidate));
            if !spilt {
                found.push(candidate);
            }
            let first = self.lay_mask(plane, &candidate);
            let mut touched = (self.cells, 0);
            for (row, cells) in (first..).zip(&self.mask) {
                touched = (touched.0.min(cells.start), touched.1.max(cells.end));
                let part = row * self.cells + cells.start..row * self.cells + cells.end;
                y[part.clone()].fill(1.0);
                self.masked[part].fill(true);
            }
            lattice.look_again(y, (first, first + self.mask.len()), touched, &mut self.chances);
        }
    }

    fn mostly_masked(&self, hit: &Hit) -> bool {
        let shape = self.bank[hit.shape];
        let mut count = 0;
        for row in hit.row..hit.row + shape.rows {
            let at = row * self.cells + hit.cell;
            count += self.masked[at..at + shape.cells].iter().filter(|m| **m).count();
        }
        2 * count > shape.rows * shape.cells
    }

    /// The cells of each row that the burst and its ramps fill; returns their first row.
    fn lay_mask(&mut self, plane: Plane, found: &Found) -> usize {
        let (rows, cells) = (found.rows, found.skirt);
        let ramp = |row: usize, further: Option<usize>| {
            let core = |row: usize| plane.mean((row, row + 1), found.cells) - 1.0;
            1 + usize::from(further.is_some_and(|further| core(further) < RAMP_FALL * core(row)))
        };
        let from = rows.0 - if rows.0 == 0 { 0 } else { ramp(rows.0 - 1, rows.0.checked_sub(RAMP_ROWS)) };
        let beyond = Some(rows.1 + 1).filter(|row| *row < plane.rows());
        let to = rows.1 + if rows.1 == plane.rows() { 0 } else { ramp(rows.1, beyond) };
        self.mask.clear();
        self.mask.resize(to - from, cells.0..cells.1);
        // A ramp is short and its spectrum wide: beside the burst, rows at its ends hold splatter that falls away
        // from it; but not where something of its own stands beside it.
        let ends = (from..(rows.0 + RAMP_ROWS).min(to)).chain(rows.1.saturating_sub(RAMP_ROWS).max(from)..to);
        for row in ends {
            let (below, above) = plane.splatter(row, cells);
            let (below, above) = (if found.beside.0 { 0 } else { below }, if found.beside.1 { 0 } else { above });
            self.mask[row - from] = cells.0 - below..cells.1 + above;
        }
        from
    }
}

/// The chance that stands out most.
fn strongest(chances: &[Chance]) -> Option<usize> {
    let mut best = None;
    for (i, chance) in chances.iter().enumerate() {
        if best.is_none_or(|b: usize| chance.strength > chances[b].strength) {
            best = Some(i);
        }
    }
    best
}
