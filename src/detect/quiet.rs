//! Which places of a span, a group of rows at a bin, are quiet; and what quiet places add up to.

use statrs::function::gamma::gamma_lr;

use super::threshold::BoxNoise;
use crate::simd::{Instructions, vectorised};
use crate::theory::upper_quantile;

/// Bins on either side whose mean a bin's first shape rests on: few, so that carriers beside each other that pause in
/// turn are seen pausing; more than one, because a single bin spreads too much for its low values to tell a level.
const SHAPE_REACH: usize = 2;

/// Quantile over the groups of the mean around a bin that gives its first shape and level. It stays right while the
/// place is occupied for most of the time.
pub const LEVEL_QUANTILE: f64 = 0.05;

/// Bins on either side of a place whose mean decides whether it is quiet.
const QUIET_REACH: usize = 8;

/// Bins from one first level to the next: the mean around a bin changes slowly.
const LEVEL_STEP: usize = 8;

/// Share of noise that may be called not quiet on either side.
const QUIET_TAIL: f64 = 0.01;

/// A bin is learnt from the groups that are quiet, and whose neighbours are, if they are at least this share; from all
/// that are quiet if those are at least the second share; else its first value stands.
const ENOUGH_QUIET: f32 = 0.1;
pub const LEAST_QUIET: f32 = 0.03;

/// Between which means a place counts as quiet, and how much that cuts off the noise's own mean.
#[derive(Clone, Debug)]
pub struct QuietLimits {
    pub low: f32,
    pub high: f32,
    pub mean_kept: f32,
    /// Degrees of freedom of what is compared with them.
    pub dof: f64,
}

impl QuietLimits {
    pub fn new(rows: usize) -> Self {
        let dof = BoxNoise::new(2 * QUIET_REACH + 1, rows).dof();
        let low = upper_quantile(dof, 1.0 - QUIET_TAIL);
        let high = upper_quantile(dof, QUIET_TAIL);
        // Mean of a gamma variable between two limits: ratio of its distribution functions at dof + 1 and dof.
        let kept = (gamma_lr(dof + 1.0, high) - gamma_lr(dof + 1.0, low)) / (gamma_lr(dof, high) - gamma_lr(dof, low));
        QuietLimits { low: (low / dof) as f32, high: (high / dof) as f32, mean_kept: kept as f32, dof }
    }
}

/// Bins that inner loops take at once.
pub const LANES: usize = 8;

/// Halvings of the range, in octaves, that a quantile is found by: to one per cent of a range of 13 octaves.
const HALVINGS: usize = 10;

/// The `share` quantile of every column of `values`, shape `[rows × columns]`, all positive. `strip` is room to work in.
pub fn quantile_of_columns(
    instructions: Instructions,
    values: &[f32],
    columns: usize,
    share: f64,
    strip: &mut Vec<[i32; LANES]>,
    out: &mut [f32],
) {
    let rows = values.len() / columns;
    let below = ((rows - 1) as f64 * share).round() as i32;
    for (at, out) in out.chunks_mut(LANES).enumerate() {
        strip.clear();
        strip.resize(rows, [1; LANES]);
        for (eight, row) in strip.iter_mut().zip(values.chunks_exact(columns)) {
            let row = &row[at * LANES..];
            // Floating-point numbers over zero are in the order of their bits.
            for (bits, v) in eight.iter_mut().zip(row) {
                *bits = v.to_bits().cast_signed();
            }
        }
        let quantiles = quantile_of_eight(instructions, strip, below);
        out.iter_mut().zip(quantiles).for_each(|(out, bits)| *out = f32::from_bits(bits.cast_unsigned()));
    }
}

vectorised! {
    /// Of every column the value that `below` others are below, found by counting.
    fn quantile_of_eight(rows: &[[i32; LANES]], below: i32) -> [i32; LANES] {
        let (mut low, mut high) = ([i32::MAX; LANES], [0i32; LANES]);
        for row in rows {
            for i in 0..LANES {
                low[i] = if row[i] < low[i] { row[i] } else { low[i] };
                high[i] = if row[i] > high[i] { row[i] } else { high[i] };
            }
        }
        let mut middle = [0i32; LANES];
        for _ in 0..HALVINGS {
            for i in 0..LANES {
                middle[i] = low[i] + (high[i] - low[i]) / 2;
            }
            let mut counts = [0i32; LANES];
            for row in rows {
                for i in 0..LANES {
                    counts[i] += if row[i] <= middle[i] { 1 } else { 0 };
                }
            }
            for i in 0..LANES {
                let enough = counts[i] > below;
                high[i] = if enough { middle[i] } else { high[i] };
                low[i] = if enough { low[i] } else { middle[i] };
            }
        }
        for i in 0..LANES {
            middle[i] = low[i] + (high[i] - low[i]) / 2;
        }
        middle
    }
}

/// Power over the floor, as its mean around every place.
#[derive(Clone, Debug)]
pub struct Around {
    instructions: Instructions,
    bins: usize,
    inverse: Vec<f32>,
    /// 1 / bins in the mean.
    share: Vec<f32>,
    /// A row between zeros, and sums of 2, 4, 8, 16 of it.
    sums: [Vec<f32>; 2],
    /// Shape `[groups × bins]`.
    pub mean: Vec<f32>,
    pub strip: Vec<[i32; LANES]>,
    /// The means at every [`LEVEL_STEP`]th bin, and the first level there.
    places: Vec<f32>,
    levels: Vec<f32>,
}

impl Around {
    pub fn new(instructions: Instructions, bins: usize) -> Self {
        let in_mean = |b: usize| (b + QUIET_REACH + 1).min(bins) - b.saturating_sub(QUIET_REACH);
        let padded = || vec![0.0; bins + 2 * QUIET_REACH];
        Around {
            instructions,
            bins,
            inverse: vec![0.0; bins],
            share: (0..bins).map(|b| 1.0 / in_mean(b) as f32).collect(),
            sums: [padded(), padded()],
            mean: Vec::new(),
            strip: Vec::new(),
            places: Vec::new(),
            levels: vec![0.0; bins.div_ceil(LEVEL_STEP)],
        }
    }

    /// Takes the means over [`QUIET_REACH`] bins on either side of `power`, shape `[groups × bins]`, over `floor`.
    pub fn average(&mut self, power: &[f32], floor: &[f32]) {
        self.inverse.iter_mut().zip(floor).for_each(|(i, f)| *i = 1.0 / f);
        self.mean.resize(power.len(), 0.0);
        let [ratio, sums] = &mut self.sums;
        for (p, mean) in power.chunks_exact(self.bins).zip(self.mean.chunks_exact_mut(self.bins)) {
            average_around(self.instructions, p, &self.inverse, &self.share, ratio, sums, mean);
        }
    }

    /// Takes the means over [`SHAPE_REACH`] bins on either side of `power`.
    pub fn few_bins(&mut self, power: &[f32]) {
        self.mean.resize(power.len(), 0.0);
        let [padded, _] = &mut self.sums;
        let shift = QUIET_REACH - SHAPE_REACH;
        for (p, mean) in power.chunks_exact(self.bins).zip(self.mean.chunks_exact_mut(self.bins)) {
            padded[QUIET_REACH..QUIET_REACH + self.bins].copy_from_slice(p);
            mean_of_five(self.instructions, &padded[shift..], mean);
        }
    }

    /// Scales `floor` so that the [`LEVEL_QUANTILE`] of the means over the groups is that of noise.
    pub fn first_level(&mut self, floor: &mut [f32], dof: f64) {
        let Around { instructions, bins, mean, strip, places, levels, .. } = self;
        places.clear();
        for mean in mean.chunks_exact(*bins) {
            places.extend(mean.iter().step_by(LEVEL_STEP));
        }
        quantile_of_columns(*instructions, places, levels.len(), LEVEL_QUANTILE, strip, levels);
        // Where among so many values the quantile stands in the mean.
        let count = (mean.len() / *bins) as f64;
        let rank = ((count - 1.0) * LEVEL_QUANTILE).round();
        let of_noise = (upper_quantile(dof, 1.0 - (rank + 0.625) / (count + 0.25)) / dof) as f32;
        for (b, floor) in floor.iter_mut().enumerate() {
            // Between the two places around.
            let (i, part) = (b / LEVEL_STEP, (b % LEVEL_STEP) as f32 / LEVEL_STEP as f32);
            let next = levels[(i + 1).min(levels.len() - 1)];
            *floor *= (levels[i] * (1.0 - part) + next * part) / of_noise;
        }
    }

    /// Turns each mean into 1 if it is between `low` and `high`, else 0.
    pub fn mark(&mut self, low: f32, high: f32) {
        mark_between(self.instructions, &mut self.mean, low, high);
    }
}

vectorised! {
    /// Mean around every bin of `power` × `inverse`; `ratio` and `sums` are longer by [`QUIET_REACH`] on either side, and
    /// `ratio` is zero there.
    fn average_around(
        power: &[f32],
        inverse: &[f32],
        share: &[f32],
        ratio: &mut [f32],
        sums: &mut [f32],
        mean: &mut [f32],
    ) {
        let bins = power.len();
        let inner = &mut ratio[QUIET_REACH..QUIET_REACH + bins];
        for ((r, p), i) in inner.iter_mut().zip(power).zip(inverse) {
            *r = p * i;
        }
        // Sums of 2, 4 and 8 from each place on; two of 8 and one more are the 17.
        let count = bins + 2 * QUIET_REACH - 1;
        for ((sum, a), b) in sums[..count].iter_mut().zip(&ratio[..count]).zip(&ratio[1..]) {
            *sum = a + b;
        }
        for i in 0..count - 2 {
            sums[i] += sums[i + 2];
        }
        for i in 0..count - 6 {
            sums[i] += sums[i + 4];
        }
        let (low, high, last) = (&sums[..bins], &sums[8..8 + bins], &ratio[16..16 + bins]);
        let (share, mean) = (&share[..bins], &mut mean[..bins]);
        for i in 0..bins {
            mean[i] = (low[i] + high[i] + last[i]) * share[i];
        }
    }
}

vectorised! {
    fn mean_of_five(values: &[f32], mean: &mut [f32]) {
        let bins = mean.len();
        let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|shift| &values[shift..shift + bins]);
        for i in 0..bins {
            mean[i] = (a[i] + b[i] + c[i] + d[i] + e[i]) * 0.2;
        }
    }
}

vectorised! {
    fn mark_between(values: &mut [f32], low: f32, high: f32) {
        for v in values {
            *v = if (*v > low) & (*v < high) { 1.0 } else { 0.0 };
        }
    }
}

/// What the quiet places of each bin add up to.
#[derive(Clone, Debug)]
pub struct Learnt {
    instructions: Instructions,
    /// Power and number of places that are quiet with their neighbours in time.
    settled_power: Vec<f32>,
    settled: Vec<f32>,
    /// The same of all quiet places.
    quiet_power: Vec<f32>,
    pub quiet: Vec<f32>,
}

impl Learnt {
    pub fn new(instructions: Instructions, bins: usize) -> Self {
        let zeros = || vec![0.0; bins];
        Learnt { instructions, settled_power: zeros(), settled: zeros(), quiet_power: zeros(), quiet: zeros() }
    }

    /// Adds up `power` where `quiet` is 1; both have shape `[groups × bins]`, and groups follow each other in runs of
    /// `run`.
    pub fn add_up(&mut self, power: &[f32], quiet: &[f32], run: usize) {
        let bins = self.quiet.len();
        for sum in [&mut self.settled_power, &mut self.settled, &mut self.quiet_power, &mut self.quiet] {
            sum.fill(0.0);
        }
        let count = power.len() / bins;
        let row = |g: usize| g * bins..(g + 1) * bins;
        for g in 0..count {
            let before = if g % run == 0 { g } else { g - 1 };
            let after = if (g + 1) % run == 0 || g + 1 == count { g } else { g + 1 };
            self.add(&power[row(g)], [before, g, after].map(|g| &quiet[row(g)]));
        }
    }

    fn add(&mut self, power: &[f32], [before, own, after]: [&[f32]; 3]) {
        add_quiet(
            self.instructions,
            power,
            before,
            own,
            after,
            &mut self.settled_power,
            &mut self.settled,
            &mut self.quiet_power,
            &mut self.quiet,
        );
    }

    /// Sets `floor` to the mean of what was quiet, where that was enough of `count` groups.
    pub fn refine(&self, floor: &mut [f32], count: f32, mean_kept: f32) {
        for (b, floor) in floor.iter_mut().enumerate() {
            let mean = if self.settled[b] >= ENOUGH_QUIET * count {
                self.settled_power[b] / self.settled[b]
            } else if self.quiet[b] >= (LEAST_QUIET * count).max(1.0) {
                self.quiet_power[b] / self.quiet[b]
            } else {
                continue;
            };
            *floor = (mean / mean_kept).max(f32::MIN_POSITIVE);
        }
    }
}

vectorised! {
    /// Adds `power` and number of the places that are quiet, with those before and after them or alone.
    fn add_quiet(
        power: &[f32],
        before: &[f32],
        own: &[f32],
        after: &[f32],
        settled_power: &mut [f32],
        settled: &mut [f32],
        quiet_power: &mut [f32],
        quiet: &mut [f32],
    ) {
        let bins = power.len();
        let (before, own, after) = (&before[..bins], &own[..bins], &after[..bins]);
        let (settled_power, settled) = (&mut settled_power[..bins], &mut settled[..bins]);
        let (quiet_power, quiet) = (&mut quiet_power[..bins], &mut quiet[..bins]);
        for b in 0..bins {
            let all = before[b] * own[b] * after[b];
            settled_power[b] += all * power[b];
            settled[b] += all;
            quiet_power[b] += own[b] * power[b];
            quiet[b] += own[b];
        }
    }
}

/// Moving average over `reach` bins on either side; `before` is room to work in.
pub fn smooth(values: &mut [f32], reach: usize, before: &mut Vec<f32>) {
    before.clear();
    before.extend_from_slice(values);
    for (b, value) in values.iter_mut().enumerate() {
        let part = &before[b.saturating_sub(reach)..(b + reach + 1).min(before.len())];
        *value = part.iter().sum::<f32>() / part.len() as f32;
    }
}
