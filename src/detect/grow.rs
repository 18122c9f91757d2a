//! A burst's extent in rows and cells: the best-fitting box trimmed and grown to where the burst ends, and how far its
//! spectrum reaches beyond.

use std::ops::Range;

use super::shapes::Raster;
use super::threshold::BoxNoise;
use crate::simd::sum;

/// A likelihood that has fallen by this much below its best ends the growth.
const GIVE_UP: f32 = 12.0;

/// A slice with fewer degrees of freedom than this may be empty by chance.
const FEW_DOF: f32 = 6.0;

/// A slice belongs to the burst only above this share of its level: in time, and in frequency.
pub const LEAST_IN_TIME: f32 = 0.2;
const LEAST_IN_FREQUENCY: f32 = 0.12;

/// Rounds of fitting in time, then in frequency: each knows the level better.
const ROUNDS: usize = 4;

/// From this level over the noise on (30 dB), a skirt also ends where its fall stops.
const STRONG: f32 = 1000.0;

/// Spacing of subcarriers in LTE. Of all that handsets send, symbols that are cut off sharply spill most.
const SUBCARRIER_HZ: f64 = 15e3;

/// What a burst spills may be stronger than what is spilt on average by this ratio (6 dB).
const ABOVE_AVERAGE: f64 = 4.0;

/// A spectrum that holds this share from one cell to the next does not fall.
const LEVEL_SHARE: f32 = 0.8;

/// Rows on either side of a burst's edges that its ramps and their spectrum may touch.
pub const RAMP_ROWS: usize = 2;

/// From this ratio on, to a weaker burst or to the noise (25 dB), what a burst's ramps spill over the band is heard.
pub const SPLATTERS: f32 = 316.0;

/// Rows of power over the noise, in cells.
#[derive(Clone, Copy)]
pub struct Plane<'a> {
    /// Shape `[rows × cells]`, noise mean 1.
    y: &'a [f32],
    cells: usize,
    raster: Raster,
}

impl<'a> Plane<'a> {
    /// `y`, shape `[rows × cells]` of `raster`, noise mean 1.
    pub fn new(y: &'a [f32], cells: usize, raster: Raster) -> Self {
        Plane { y, cells, raster }
    }

    /// Degrees of freedom of the mean over so many cells and rows.
    pub fn dof(&self, cells: usize, rows: usize) -> f64 {
        BoxNoise::new(cells * self.raster.bins, rows * self.raster.rows).dof()
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.y.len() / self.cells
    }

    /// Some cells of a row.
    fn part(&self, row: usize, cells: (usize, usize)) -> &'a [f32] {
        &self.y[row * self.cells + cells.0..row * self.cells + cells.1]
    }

    /// Mean over a box.
    pub fn mean(&self, rows: (usize, usize), cells: (usize, usize)) -> f32 {
        let sum: f32 = (rows.0..rows.1).map(|row| sum(self.part(row, cells))).sum();
        sum / ((rows.1 - rows.0) * (cells.1 - cells.0)) as f32
    }

    /// Mean over some rows of a cell.
    pub fn column(&self, rows: (usize, usize), cell: usize) -> f32 {
        let column = self.y[rows.0 * self.cells + cell..].iter().step_by(self.cells);
        column.take(rows.1 - rows.0).sum::<f32>() / (rows.1 - rows.0) as f32
    }

    /// Mean over some cells of a row.
    fn line(&self, row: usize, cells: (usize, usize)) -> f32 {
        sum(self.part(row, cells)) / (cells.1 - cells.0) as f32
    }

    /// The burst's own rows and cells, from those of a box that holds most of it.
    pub fn fit(&self, mut rows: (usize, usize), mut cells: (usize, usize)) -> ((usize, usize), (usize, usize)) {
        for _ in 0..ROUNDS {
            let before = (rows, cells);
            let level = self.mean(rows, cells) - 1.0;
            let dof = self.dof(cells.1 - cells.0, 1) as f32;
            let test = Likelihood::new(level, dof, LEAST_IN_TIME);
            rows = test.fit(rows, self.rows(), |row| self.line(row, cells));
            let level = self.mean(rows, cells) - 1.0;
            let dof = self.dof(1, rows.1 - rows.0) as f32;
            let test = Likelihood::new(level, dof, LEAST_IN_FREQUENCY);
            cells = test.fit(cells, self.cells, |cell| self.column(rows, cell));
            if (rows, cells) == before {
                break;
            }
        }
        (rows, cells)
    }

    /// How far beside the burst its spectrum reaches, below and above; a cell is `cell_hz` wide.
    pub fn skirt(&self, rows: (usize, usize), cells: (usize, usize), cell_hz: f64) -> (Reach, Reach) {
        let sigma = (1.0 / self.dof(1, rows.1 - rows.0)).sqrt() as f32;
        let core = (cells.0..cells.1).fold(0.0f32, |most, cell| most.max(self.column(rows, cell)));
        let level = self.mean(rows, cells) - 1.0;
        let walk = Walk { sigma, core, level, cell_hz };
        let below = walk.down(cells.0, |i| self.column(rows, cells.0 - 1 - i));
        let above = walk.down(self.cells - cells.1, |i| self.column(rows, cells.1 + i));
        (below, above)
    }

    /// The same in a single row, for what a ramp spills. Noise is taken from twice its standard deviation on.
    pub fn splatter(&self, row: usize, cells: (usize, usize)) -> (usize, usize) {
        let sigma = (1.0 / self.dof(1, 1)).sqrt() as f32;
        let line = self.part(row, (0, self.cells));
        let walk = Walk { sigma, core: f32::MAX, level: f32::MAX, cell_hz: 1.0 };
        let below = walk.down(cells.0, |i| line[cells.0 - 1 - i]);
        let above = walk.down(self.cells - cells.1, |i| line[cells.1 + i]);
        (below.cells, above.cells)
    }
}

/// How much likelier a slice of a burst's plane is as a part of the burst than as noise beside it.
pub struct Likelihood {
    dof: f32,
    level: f32,
    weight: f32,
    neutral: f32,
}

impl Likelihood {
    /// For a burst of `level` over a noise of 1, and slices with `dof` degrees of freedom: for a slice of mean `p` it is
    /// `dof S/(1 + S) (p − p₀)`, with `p₀ − 1 = ln(1 + S)(1 + S)/S − 1`, the logarithm of the ratio of two gamma
    /// densities. A slice under `least` of the level never counts for the burst, so that a strong one does not run into
    /// its weaker neighbours.
    pub fn new(level: f32, dof: f32, least: f32) -> Self {
        let s = level.max(1e-3);
        let neutral = 1.0 + ((s.ln_1p() * (1.0 + s) / s) - 1.0).max(least * s);
        Likelihood { dof, level: s, weight: dof * s / (1.0 + s), neutral }
    }

    fn of(&self, slice: f32) -> f32 {
        self.weight * (slice - self.neutral)
    }

    /// Trims `range` to the likeliest run of slices in it, then extends it on both sides, within `0..end`, while the
    /// likelihood rises.
    fn fit(&self, range: (usize, usize), end: usize, slice: impl Fn(usize) -> f32) -> (usize, usize) {
        let (first, last) = self.core(range.0..range.1, &slice);
        let below = self.walk((0..first).rev(), &slice);
        let above = self.walk(last..end, &slice);
        (first - below, last + above)
    }

    /// The run of slices with the greatest sum, none of whose parts falls far below the best before it: what lies
    /// beyond such a fall is another burst.
    pub fn core(&self, range: Range<usize>, slice: impl Fn(usize) -> f32) -> (usize, usize) {
        // Where slices have few degrees of freedom one of a burst may be empty by chance.
        let chance = if self.dof < FEW_DOF { self.dof * self.level.ln_1p() } else { f32::MAX };
        let give_up = if self.dof < FEW_DOF { GIVE_UP.max(2.5 * chance) } else { GIVE_UP };
        let mut best = (0.0, (range.start, range.end));
        let (mut sum, mut peak, mut start) = (0.0f32, 0.0f32, range.start);
        for i in range {
            if sum <= 0.0 || sum < peak - give_up {
                (sum, peak, start) = (0.0, 0.0, i);
            }
            sum += self.of(slice(i)).max(-chance);
            if sum > peak {
                peak = sum;
                if peak > best.0 {
                    best = (peak, (start, i + 1));
                }
            }
        }
        best.1
    }

    /// How many of the slices `away` from the burst belong to it.
    fn walk(&self, away: impl Iterator<Item = usize>, slice: impl Fn(usize) -> f32) -> usize {
        let (mut sum, mut best, mut best_steps) = (0.0f32, 0.0f32, 0);
        for (steps, i) in away.enumerate() {
            sum += self.of(slice(i));
            if sum > best {
                (best, best_steps) = (sum, steps + 1);
            } else if sum < best - GIVE_UP {
                break;
            }
        }
        best_steps
    }
}

/// How far a burst's spectrum reaches on one side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reach {
    /// Cells beside the burst's own.
    pub cells: usize,
    /// It ends where something of its own stands, not where it sinks into noise.
    pub at_another: bool,
}

/// What a skirt is held against.
struct Walk {
    /// Standard deviation of noise in a cell.
    sigma: f32,
    /// The burst's strongest cell, and its level over the noise.
    core: f32,
    level: f32,
    cell_hz: f64,
}

impl Walk {
    /// How many of `count` values, going away from a burst, belong to its falling skirt.
    fn down(&self, count: usize, value: impl Fn(usize) -> f32) -> Reach {
        let at = |i: usize| if i < count { value(i) } else { 0.0 };
        let mut next = [at(0), at(1), at(2), at(3)];
        let (mut before, mut two_before) = (f32::MAX, f32::MAX);
        let mut lowest = f32::MAX;
        for i in 0..count {
            let p = next[0];
            let following = (count - i - 1).min(3);
            let following_mean = next[1..=following].iter().sum::<f32>() / following.max(1) as f32;
            if p < 1.0 + 2.5 * self.sigma && (following == 0 || following_mean < 1.3) {
                return Reach { cells: i, at_another: false };
            }
            if p > 1.6 * lowest + 3.0 * self.sigma {
                return Reach { cells: i, at_another: true };
            }
            let far_under_core = p * STRONG < self.core;
            if far_under_core && i >= 2 && p > 0.5 * before && before > 0.5 * two_before {
                return Reach { cells: i, at_another: true };
            }
            let most = most_spilt((i as f64 + 0.5) * self.cell_hz) as f32 * self.level;
            if p - 1.0 > most + 3.0 * self.sigma && p - 1.0 > LEVEL_SHARE * (before - 1.0) {
                // Another burst, from where the fall ended on; a wide one's soft flank still falls.
                let fell = |j: &usize| *j == 0 || value(*j - 1) > 1.6 * p;
                return Reach { cells: (0..=i).rev().find(fell).unwrap_or(0), at_another: true };
            }
            lowest = lowest.min(p);
            (two_before, before) = (before, p);
            next = [next[1], next[2], next[3], at(i + 4)];
        }
        Reach { cells: count, at_another: false }
    }
}

/// The most that a burst spills `distance_hz` beside itself, as a ratio to its own power density: what a wide burst of
/// sharply cut symbols spills on average, and 6 dB. Each subcarrier's spectrum is a squared sinc, on average 1/(2π²x²)
/// at x subcarriers, and from a distance of d on their sum is at most 1/(2π²d).
pub fn most_spilt(distance_hz: f64) -> f64 {
    let subcarriers = (distance_hz / SUBCARRIER_HZ).max(1.0);
    ABOVE_AVERAGE * 0.5 / (std::f64::consts::PI.powi(2) * subcarriers)
}
