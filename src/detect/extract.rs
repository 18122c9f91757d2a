//! One event, one box: the best-fitting boxes of a stretch of rows, strongest first.
//!
//! The best box is grown to the burst's own extent, its skirts are found, both are set to noise, and the stretch is
//! searched again until nothing exceeds its threshold: so that a weak neighbour is found as itself.

use super::lattice::{Hit, Lattice};
use super::shapes::{BINS_PER_CELL, Shape};
use super::threshold::{BoxNoise, Thresholds};

/// A burst's place in rows and cells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// First row and one past the last, relative to the stretch.
    pub rows: (usize, usize),
    /// First cell and one past the last.
    pub cells: (usize, usize),
    /// First cell and one past the last of the burst with its skirts.
    pub skirt: (usize, usize),
    /// Mean over the noise in the box, noise removed.
    pub level: f32,
    /// How often an hour noise alone would give it.
    pub expected_per_hour: f64,
}

/// Most bursts in one stretch; a stretch is at most some 260 rows long.
const MOST: usize = 2000;

/// A likelihood that has fallen by this much below its best ends the growth.
const GIVE_UP: f32 = 12.0;

/// A slice belongs to the burst only above this share of its level: in time, and in frequency.
const LEAST_IN_TIME: f32 = 0.2;
const LEAST_IN_FREQUENCY: f32 = 0.12;

/// From this level over the noise on (30 dB), a skirt also ends where its fall stops.
const STRONG: f32 = 1000.0;

/// A burst this much weaker (15 dB) than one beside it may be the stronger one's skirt.
const FAR_WEAKER: f32 = 32.0;

/// Only a spectrum of this many cells or more can be told from a narrow neighbour of its own.
const WIDE_CELLS: usize = 8;

/// Cells that may lie between a burst's skirt and the rest of what it spills.
const SKIRT_GAP: usize = 4;

/// Rows on either side of a burst that its ramps and their spectrum may touch.
const RAMP_ROWS: usize = 2;

/// Finds the bursts in a stretch of rows.
pub struct Extractor {
    cells: usize,
    bank: Vec<Shape>,
    thresholds: Thresholds,
    masked: Vec<bool>,
    profile: Vec<f32>,
    hits: Vec<Hit>,
}

impl Extractor {
    /// An extractor over `cells` cells.
    pub fn new(cells: usize, bank: &[Shape], thresholds: &Thresholds) -> Self {
        Extractor {
            cells,
            bank: bank.to_vec(),
            thresholds: thresholds.clone(),
            masked: Vec::new(),
            profile: vec![0.0; cells],
            hits: Vec::new(),
        }
    }

    /// The bank of shapes.
    pub fn bank(&self) -> &[Shape] {
        &self.bank
    }

    /// Finds every burst in `y`, shape `[rows × cells]`, noise mean 1, row 0 being row `first_row` of the stream; on
    /// return their places are set to noise. In order of strength.
    pub fn extract(&mut self, lattice: &mut Lattice, y: &mut [f32], first_row: u64, found: &mut Vec<Found>) {
        let cells = self.cells;
        let rows = y.len() / cells;
        self.masked.clear();
        self.masked.resize(y.len(), false);
        // Starts that the last mask touched; the others' hits still stand.
        let mut dirty = 0..rows;
        self.hits.clear();
        while found.len() < MOST {
            let longest = lattice.longest();
            self.hits.retain(|h| h.row < dirty.start || h.row >= dirty.end);
            let hits = &mut self.hits;
            lattice.scan(y, first_row, dirty.clone(), |h| hits.push(h), |_, _| ());
            let Some(best) = self.best() else {
                break;
            };
            let shape = self.bank[best.shape];
            let mut rows_of = (best.row, best.row + shape.rows);
            let mut cells_of = (best.cell, best.cell + shape.cells);
            for _ in 0..2 {
                rows_of = self.grow_rows(y, rows_of, cells_of);
                cells_of = self.grow_cells(y, rows_of, cells_of);
            }
            let skirt = self.skirt(y, rows_of, cells_of);
            let candidate = Found {
                rows: rows_of,
                cells: cells_of,
                skirt,
                level: mean(y, cells, rows_of, cells_of) - 1.0,
                expected_per_hour: self.thresholds.expected_per_hour(best.shape, f64::from(best.mean)),
            };
            if !found.iter().any(|f| self.is_skirt_of(f, &candidate)) {
                found.push(candidate);
            }
            let masked = self.mask(y, rows_of, skirt);
            dirty = masked.0.saturating_sub(longest)..masked.1;
        }
    }

    /// The box that stands out most, by its excess in standard deviations, of those that are not mostly masked.
    fn best(&self) -> Option<Hit> {
        let score = |h: &Hit| (h.mean - 1.0) * self.thresholds.dof(h.shape).sqrt() as f32;
        let mut best: Option<(f32, Hit)> = None;
        for hit in &self.hits {
            let s = score(hit);
            if best.is_none_or(|(b, _)| s > b) && !self.mostly_masked(hit) {
                best = Some((s, *hit));
            }
        }
        best.map(|(_, hit)| hit)
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

    fn grow_rows(&self, y: &[f32], rows: (usize, usize), cells: (usize, usize)) -> (usize, usize) {
        let level = mean(y, self.cells, rows, cells) - 1.0;
        let dof = BoxNoise::new((cells.1 - cells.0) * BINS_PER_CELL, 1).dof() as f32;
        let slice = |row: usize| mean(y, self.cells, (row, row + 1), cells);
        grow(rows, y.len() / self.cells, level, dof, LEAST_IN_TIME, slice)
    }

    fn grow_cells(&self, y: &[f32], rows: (usize, usize), cells: (usize, usize)) -> (usize, usize) {
        let level = mean(y, self.cells, rows, cells) - 1.0;
        let dof = BoxNoise::new(BINS_PER_CELL, rows.1 - rows.0).dof() as f32;
        let slice = |cell: usize| mean(y, self.cells, rows, (cell, cell + 1));
        grow(cells, self.cells, level, dof, LEAST_IN_FREQUENCY, slice)
    }

    /// How far the burst's spectrum reaches beyond its box.
    fn skirt(&mut self, y: &[f32], rows: (usize, usize), cells: (usize, usize)) -> (usize, usize) {
        for (cell, p) in self.profile.iter_mut().enumerate() {
            *p = mean(y, self.cells, rows, (cell, cell + 1));
        }
        let sigma = (1.0 / BoxNoise::new(BINS_PER_CELL, rows.1 - rows.0).dof()).sqrt() as f32;
        let core = self.profile[cells.0..cells.1].iter().fold(0.0f32, |a, b| a.max(*b));
        let up: Vec<f32> = self.profile[cells.1..].to_vec();
        let down: Vec<f32> = self.profile[..cells.0].iter().rev().copied().collect();
        (cells.0 - walk_down(&down, sigma, core), cells.1 + walk_down(&up, sigma, core))
    }

    /// Whether `weak` is only what a far stronger burst spills beside itself: at the same time, close to its skirt, wide,
    /// and not rising away from it, as a neighbour of its own does. Uses the profile of the last skirt.
    fn is_skirt_of(&self, strong: &Found, weak: &Found) -> bool {
        if weak.level * FAR_WEAKER > strong.level
            || weak.rows.0 + 2 * RAMP_ROWS < strong.rows.0
            || weak.rows.1 > strong.rows.1 + 2 * RAMP_ROWS
        {
            return false;
        }
        let above = (strong.skirt.1..=strong.skirt.1 + SKIRT_GAP).contains(&weak.cells.0);
        let below = (weak.cells.1..=weak.cells.1 + SKIRT_GAP).contains(&strong.skirt.0);
        let wide = weak.cells.1 - weak.cells.0 >= WIDE_CELLS;
        if !wide || !above && !below {
            return false;
        }
        let mut away = self.profile[weak.cells.0..weak.cells.1].to_vec();
        if below {
            away.reverse();
        }
        let mean = |part: &[f32]| part.iter().sum::<f32>() / part.len() as f32;
        let third = away.len() / 3;
        let nearest = mean(&away[..third]);
        mean(&away[third..2 * third]) < 1.25 * nearest && mean(&away[2 * third..]) < 1.25 * nearest
    }

    /// Sets the burst and its ramps to noise; returns the rows touched.
    fn mask(&mut self, y: &mut [f32], rows: (usize, usize), cells: (usize, usize)) -> (usize, usize) {
        let from = rows.0.saturating_sub(RAMP_ROWS);
        let to = (rows.1 + RAMP_ROWS).min(y.len() / self.cells);
        for row in from..to {
            let part = row * self.cells + cells.0..row * self.cells + cells.1;
            y[part.clone()].fill(1.0);
            self.masked[part].fill(true);
        }
        // A ramp is short and its spectrum wide: beside the burst, rows at its ends hold splatter that falls away
        // from it. A single row's noise is taken from twice its standard deviation on.
        for row in (from..(rows.0 + RAMP_ROWS).min(to)).chain(rows.1.saturating_sub(RAMP_ROWS).max(from)..to) {
            let line = row * self.cells..(row + 1) * self.cells;
            let sigma = (1.0 / BoxNoise::new(BINS_PER_CELL, 1).dof()).sqrt() as f32;
            let up: Vec<f32> = y[line.clone()][cells.1..].to_vec();
            let down: Vec<f32> = y[line.clone()][..cells.0].iter().rev().copied().collect();
            let (reach_up, reach_down) = (walk_down(&up, sigma, f32::MAX), walk_down(&down, sigma, f32::MAX));
            let (from, to) = (line.start + cells.0 - reach_down, line.start + cells.1 + reach_up);
            y[from..to].fill(1.0);
            self.masked[from..to].fill(true);
        }
        (from, to)
    }
}

/// Mean over a box.
fn mean(y: &[f32], cells: usize, rows: (usize, usize), part: (usize, usize)) -> f32 {
    let mut sum = 0.0f32;
    for row in rows.0..rows.1 {
        sum += y[row * cells + part.0..row * cells + part.1].iter().sum::<f32>();
    }
    sum / ((rows.1 - rows.0) * (part.1 - part.0)) as f32
}

/// Extends `range` on both sides, within `0..end`, while the likelihood that the slices hold the burst of `level`
/// (over a noise of 1) rises. `dof`: degrees of freedom of a slice. A slice under `least` of the level never counts
/// for it, so that a strong burst does not run into its weaker neighbours.
fn grow(
    range: (usize, usize),
    end: usize,
    level: f32,
    dof: f32,
    least: f32,
    slice: impl Fn(usize) -> f32,
) -> (usize, usize) {
    let s = level.max(1e-3);
    let neutral = 1.0 + ((s.ln_1p() * (1.0 + s) / s) - 1.0).max(least * s);
    let weight = dof * s / (1.0 + s);
    let walk = |mut next: Box<dyn FnMut() -> Option<usize>>| {
        let (mut sum, mut best, mut best_steps, mut steps) = (0.0f32, 0.0f32, 0, 0);
        while let Some(i) = next() {
            steps += 1;
            sum += weight * (slice(i) - neutral);
            if sum > best {
                (best, best_steps) = (sum, steps);
            } else if sum < best - GIVE_UP {
                break;
            }
        }
        best_steps
    };
    let (mut below, mut above) = (range.0, range.1);
    let down = walk(Box::new(move || {
        below = below.checked_sub(1)?;
        Some(below)
    }));
    let up = walk(Box::new(move || {
        above += 1;
        (above <= end).then(|| above - 1)
    }));
    (range.0 - down, range.1 + up)
}

/// How many values of `profile`, going away from a burst whose core stands at `core`, belong to its falling skirt.
fn walk_down(profile: &[f32], sigma: f32, core: f32) -> usize {
    let mut lowest = f32::MAX;
    for (i, p) in profile.iter().enumerate() {
        let following = &profile[i + 1..(i + 4).min(profile.len())];
        let following_mean = following.iter().sum::<f32>() / following.len().max(1) as f32;
        if *p < 1.0 + 2.5 * sigma && (following.is_empty() || following_mean < 1.3) {
            return i;
        }
        if *p > 1.6 * lowest + 3.0 * sigma {
            return i;
        }
        let far_under_core = *p * STRONG < core;
        if far_under_core && i >= 2 && *p > 0.5 * profile[i - 1] && profile[i - 1] > 0.5 * profile[i - 2] {
            return i;
        }
        lowest = lowest.min(*p);
    }
    profile.len()
}
