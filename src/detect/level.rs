//! The noise level of one block of rows, whatever else is in it.

use statrs::function::gamma::gamma_lr;

use super::gain::BINS_PER_OCTET;
use super::threshold::BoxNoise;
use crate::simd::{Instructions, vectorised};
use crate::spectrum::{BINS_PER_CELL, BLOCK_ROWS};
use crate::theory::upper_quantile;

/// Cells in an octet.
const CELLS_PER_OCTET: usize = BINS_PER_OCTET / BINS_PER_CELL;

/// Values that inner loops take at once: every grid has a multiple of so many cells.
pub const LANES: usize = 8;

/// How far the spread of octets, and that of rows, may be over what noise gives, in its own standard deviations, in a
/// block that is called noise alone.
const PLAIN_SIGMAS: f32 = 4.0;

/// Rows whose clipped mean is within this many standard deviations of the lowest are the block's quiet rows: of noise
/// alone that is all of them.
const QUIET_ROW_SIGMAS: f32 = 5.0;

/// At how many times the median cells are clipped when rows are compared: a narrow burst then hardly counts.
const CLIP: f32 = 2.0;

/// How far an octet may be from the level and still count for it, in standard deviations of noise.
const LIKE_SIGMAS: f64 = 2.2;

/// Share of octets that the level begins with: it is right while most of the band is occupied.
const LOW_SHARE: f64 = 0.1;

/// Fewest rows × octets in a value that is told from noise by its size: with less, neighbouring octets are put together.
const LEAST_ROW_OCTETS: usize = 4;

/// Measures blocks of up to [`BLOCK_ROWS`] rows.
pub struct BlockLevel {
    instructions: Instructions,
    cells: usize,
    /// Most that the relative variance of rows may be in noise alone.
    row_spread: f32,
    /// Rows that are compared with each other at once: where the band is narrow a single row says little.
    unit_rows: usize,
    /// Quiet units are up to this ratio over the lowest.
    quiet_unit: f32,
    /// What tells noise by its size, for means over so many rows × octets.
    like: [Like; BLOCK_ROWS as usize + 1],
    row_means: [f32; BLOCK_ROWS as usize],
    sum: Vec<f32>,
    values: Vec<f32>,
}

/// Noise, by the size of means over some rows × octets.
#[derive(Clone, Copy, Default)]
struct Like {
    /// Relative variance.
    variance: f32,
    /// How far from the level.
    reach: f32,
    /// Mean of what is within that reach.
    kept: f32,
    /// The [`LOW_SHARE`] quantile.
    low: f32,
}

impl Like {
    fn new(row_octets: usize) -> Self {
        let dof = BoxNoise::new(BINS_PER_OCTET, row_octets).dof();
        let reach = LIKE_SIGMAS / dof.sqrt();
        let (low, high) = (dof * (1.0 - reach).max(0.0), dof * (1.0 + reach));
        let share = |d: f64| gamma_lr(d, high) - if low > 0.0 { gamma_lr(d, low) } else { 0.0 };
        Like {
            variance: (1.0 / dof) as f32,
            reach: reach as f32,
            kept: (share(dof + 1.0) / share(dof)) as f32,
            low: (upper_quantile(dof, 1.0 - LOW_SHARE) / dof) as f32,
        }
    }
}

impl BlockLevel {
    /// For rows of `cells` cells.
    pub fn new(instructions: Instructions, cells: usize) -> Self {
        let unit_rows = if cells < 64 { 4 } else { 1 };
        let unit = BoxNoise::new(cells * BINS_PER_CELL, unit_rows).dof() as f32;
        let row = BoxNoise::new(cells * BINS_PER_CELL, 1).dof() as f32;
        let mut like = [Like::default(); BLOCK_ROWS as usize + 1];
        for (row_octets, like) in like.iter_mut().enumerate().skip(1) {
            *like = Like::new(row_octets);
        }
        BlockLevel {
            instructions,
            cells,
            row_spread: (1.0 + PLAIN_SIGMAS * (2.0 / BLOCK_ROWS as f32).sqrt()) / row,
            unit_rows,
            quiet_unit: 1.0 + QUIET_ROW_SIGMAS / unit.sqrt(),
            like,
            row_means: [0.0; BLOCK_ROWS as usize],
            sum: vec![0.0; cells],
            values: Vec::with_capacity(cells),
        }
    }

    /// The level of the rows in `z`, shape `[rows × cells]` with noise of one level, and in `octets` the mean of every
    /// octet over all of them. NaN without rows. Exact in a block of noise; where there is more, that of the quiet rows'
    /// quiet octets, as long as there are some.
    pub fn measure(&mut self, z: &[f32], octets: &mut [f32]) -> f32 {
        let rows = z.len() / self.cells;
        if rows == 0 {
            octets.fill(f32::NAN);
            return f32::NAN;
        }
        let mut lanes = [[0.0; LANES]; BLOCK_ROWS as usize];
        sum_rows(self.instructions, z.as_chunks().0, self.sum.as_chunks_mut().0, &mut lanes);
        for (mean, lanes) in self.row_means.iter_mut().zip(lanes) {
            *mean = lanes.iter().sum::<f32>() / self.cells as f32;
        }
        let scale = 1.0 / (rows * CELLS_PER_OCTET) as f32;
        for (octet, cells) in octets.iter_mut().zip(self.sum.as_chunks::<CELLS_PER_OCTET>().0) {
            *octet = (cells[0] + cells[1]) * scale;
        }
        let means = &self.row_means[..rows];
        let mean = means.iter().sum::<f32>() / rows as f32;
        let spread = 1.0 + PLAIN_SIGMAS * (2.0 / octets.len() as f32).sqrt();
        let plain = variance(octets, mean) <= spread * self.like[rows].variance * mean * mean
            && variance(means, mean) <= self.row_spread * mean * mean;
        if plain { mean } else { self.quiet_level(z, octets) }
    }

    /// The level of the octets like noise, in the rows that hold least.
    fn quiet_level(&mut self, z: &[f32], octets: &[f32]) -> f32 {
        let rows = z.len() / self.cells;
        let clip = CLIP * quantile(octets, 0.5);
        for (row, mean) in z.chunks_exact(self.cells).zip(&mut self.row_means) {
            let mut lanes = [0.0f32; LANES];
            for z in row.as_chunks::<LANES>().0 {
                for i in 0..LANES {
                    lanes[i] += if z[i] < clip { z[i] } else { clip };
                }
            }
            *mean = lanes.iter().sum();
        }
        let units = self.row_means[..rows].chunks_mut(self.unit_rows);
        let mut lowest = f32::INFINITY;
        for unit in units {
            let mean = unit.iter().sum::<f32>() / unit.len() as f32;
            unit.fill(mean);
            lowest = lowest.min(mean);
        }
        let limit = lowest * self.quiet_unit;
        let quiet_rows = self.row_means[..rows].iter().filter(|mean| **mean <= limit).count();
        if quiet_rows == rows {
            return like_noise(octets, &self.like[rows]);
        }
        self.sum.fill(0.0);
        for (row, mean) in z.chunks_exact(self.cells).zip(&self.row_means) {
            if *mean <= limit {
                self.sum.iter_mut().zip(row).for_each(|(sum, z)| *sum += z);
            }
        }
        let wide = LEAST_ROW_OCTETS.div_ceil(quiet_rows).min(octets.len());
        let width = wide * CELLS_PER_OCTET;
        self.values.clear();
        let scale = 1.0 / (quiet_rows * width) as f32;
        self.values.extend(self.sum.chunks_exact(width).map(|cells| cells.iter().sum::<f32>() * scale));
        like_noise(&self.values, &self.like[(quiet_rows * wide).min(BLOCK_ROWS as usize)])
    }
}

vectorised! {
    /// Sums over the rows of `z`: cell by cell in `sums`, and row by row in lanes that are left for the caller to add up (the
    /// compiler would otherwise shuffle them at every cell).
    fn sum_rows(z: &[[f32; LANES]], sums: &mut [[f32; LANES]], rows: &mut [[f32; LANES]]) {
        sums.fill([0.0; LANES]);
        for (row, lanes) in z.chunks_exact(sums.len()).zip(rows) {
            let mut total = [0.0f32; LANES];
            for (sum, z) in sums.iter_mut().zip(row) {
                for i in 0..LANES {
                    total[i] += z[i];
                    sum[i] += z[i];
                }
            }
            *lanes = total;
        }
    }
}

/// Mean squared distance from `mean`.
fn variance(values: &[f32], mean: f32) -> f32 {
    let (whole, rest) = values.as_chunks::<4>();
    let mut lanes = [0.0f32; 4];
    for v in whole {
        for i in 0..4 {
            lanes[i] += (v[i] - mean) * (v[i] - mean);
        }
    }
    let rest: f32 = rest.iter().map(|v| (v - mean) * (v - mean)).sum();
    (lanes.iter().sum::<f32>() + rest) / values.len() as f32
}

/// The level of the `means` that look like noise of one level: begun from a low quantile, which is right while most of
/// the band is occupied, or from the median, which is right when part of the band has fallen silent; of two that differ
/// the one that more agree with.
fn like_noise(means: &[f32], like: &Like) -> f32 {
    let (low, agreeing) = agreed(means, quantile(means, LOW_SHARE) / like.low, like);
    if 2 * agreeing > means.len() {
        return low;
    }
    let (middle, more) = agreed(means, quantile(means, 0.5), like);
    if more > agreeing { middle } else { low }
}

/// The level begun from `level`, and how many of `means` are like noise of it.
fn agreed(means: &[f32], mut level: f32, like: &Like) -> (f32, usize) {
    let mut agreeing = 0.0;
    for _ in 0..3 {
        let (from, to) = (level * (1.0 - like.reach), level * (1.0 + like.reach));
        let (mut sums, mut counts) = ([0.0f32; LANES], [0.0f32; LANES]);
        let mut add = |i: usize, m: f32| {
            let inside = if (m > from) & (m < to) { 1.0 } else { 0.0 };
            sums[i] += inside * m;
            counts[i] += inside;
        };
        let (whole, rest) = means.as_chunks::<LANES>();
        for m in whole {
            (0..LANES).for_each(|i| add(i, m[i]));
        }
        rest.iter().enumerate().for_each(|(i, m)| add(i, *m));
        agreeing = counts.iter().sum::<f32>();
        if agreeing > 0.0 {
            level = sums.iter().sum::<f32>() / agreeing / like.kept;
        }
    }
    (level, agreeing as usize)
}

/// Values that are soon sorted.
const FEW: usize = 16;

/// The value that `share` of `values` (positive) are below: found by counting, halving the range that it is in until few
/// values are left in it, which needs no copy. Floating-point numbers over zero are in the order of their bits.
pub fn quantile(values: &[f32], share: f64) -> f32 {
    let rank = ((values.len() - 1) as f64 * share).round() as usize;
    let bits = |v: &f32| v.to_bits().cast_signed();
    let (mut low, mut high) = (i32::MAX, 0);
    for v in values {
        low = low.min(bits(v));
        high = high.max(bits(v));
    }
    // How many are less than `low`, and how many no more than `high`.
    let (mut under, mut up_to) = (0, values.len());
    while up_to - under > FEW && low < high {
        let middle = low + (high - low) / 2;
        let count = count_up_to(values, middle);
        if count > rank {
            (high, up_to) = (middle, count);
        } else {
            (low, under) = (middle + 1, count);
        }
    }
    if low == high {
        return f32::from_bits(high.cast_unsigned());
    }
    let mut left = [0; FEW];
    let inside = values.iter().map(bits).filter(|v| (low..=high).contains(v));
    left.iter_mut().zip(inside).for_each(|(left, v)| *left = v);
    let left = &mut left[..up_to - under];
    left.sort_unstable();
    f32::from_bits(left[rank - under].cast_unsigned())
}

/// How many of `values` have bits of no more than `most`.
fn count_up_to(values: &[f32], most: i32) -> usize {
    let mut counts = [0i32; LANES];
    let (whole, rest) = values.as_chunks::<LANES>();
    for v in whole {
        for i in 0..LANES {
            counts[i] += i32::from(v[i].to_bits().cast_signed() <= most);
        }
    }
    let rest = rest.iter().filter(|v| v.to_bits().cast_signed() <= most).count();
    counts.iter().sum::<i32>() as usize + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_the_value_of_its_rank() {
        for count in [1, 2, 15, 16, 17, 64, 500] {
            // Some values stand more than once, one more often than are soon sorted.
            let values: Vec<f32> =
                (0..count).map(|i| if i % 3 == 0 { 2.5 } else { 0.1 + ((i * 7919) % 251) as f32 }).collect();
            let mut sorted = values.clone();
            sorted.sort_unstable_by(f32::total_cmp);
            for share in [0.0, 0.05, 0.1, 0.5, 0.9, 1.0] {
                let rank = ((count - 1) as f64 * share).round() as usize;
                assert_eq!(quantile(&values, share), sorted[rank], "{share} of {count}");
            }
        }
    }
}
