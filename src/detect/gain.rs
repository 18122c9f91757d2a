//! The noise floor's fast part: one gain for all frequencies, followed block by block.
//!
//! A box's power is judged against floor × gain, so a gain that drifts by a few tenths of a decibel would break the
//! promised rate of false alarms. The gain at a block depends on a stated number of blocks before and [`LOOK`] blocks
//! after it alone.
//!
//! A signal over the whole band and a step of the gain look alike while they last. What tells them apart is what comes
//! after: noise is what the power falls back to. A level with a lower one before and after it, within ten milliseconds
//! either way, is a signal; one that follows a lower level, or goes before one, for longer is another gain.

use statrs::function::gamma::gamma_lr;

use super::level::BlockLevel;
use super::threshold::BoxNoise;
use crate::simd::Instructions;
use crate::spectrum::{BINS_PER_CELL, BLOCK_ROWS};

/// Bins in an octet.
pub const BINS_PER_OCTET: usize = 8;

/// Blocks on either side that the reference level is taken from.
const REACH: u64 = 12;

/// Blocks after a block that its gain is the mean of.
const AHEAD: u64 = 4;

/// Blocks after a block that its gain depends on.
pub const LOOK: u64 = REACH + 1 + AHEAD;

/// Blocks that the gain is the mean of: at least so many, and where the band is so narrow that a block says little, up to
/// the second number, until they hold as many independent values as the third.
const FEWEST_BLOCKS: u64 = 17;
const MOST_BLOCKS: u64 = 80;
const ENOUGH_VALUES: f64 = 30_000.0;

/// A block is higher than another when its level is so much over it: as a ratio, and in standard deviations of a block
/// of noise.
const HIGHER: f32 = 0.3;
const HIGHER_SIGMAS: f64 = 7.0;

/// How far the mean of five octets may be from the reference and still count as quiet.
const QUIET: f32 = 0.13;
const QUIET_OCTETS: usize = 5;

/// A block's level is that of its quiet octets while they are at least this share.
const LEAST_QUIET: f32 = 0.3;

/// How far a block's level may be from the reference and still be averaged: in standard deviations of a block of noise,
/// and at least as a ratio.
const SAME_SIGMAS: f64 = 3.5;
const LEAST_SAME: f32 = 0.05;

/// Smallest change from block to block that is called a step (0.4 dB).
const LEAST_JUMP: f32 = 0.10;

/// Level of the blocks of one segment, and from it their gain.
pub struct Gain {
    octets: usize,
    /// A level over so many times another is higher.
    higher: f32,
    /// How far a block's level may be from the reference and still be averaged, as a ratio.
    same: f32,
    /// Mean of noise in quiet octets.
    kept: f32,
    /// Blocks before a block that its gain is the mean of.
    back: u64,
    /// Index of the segment's first block.
    begin: u64,
    /// Index of the block after the last pushed.
    end: u64,
    /// Blocks whose reference, level and gain were given out: the next to compute.
    next_reference: u64,
    next_level: u64,
    next_gain: u64,
    measure: BlockLevel,
    /// Per block, at its index modulo the ring's length: first level, NaN where nothing was received.
    rough: Ring,
    reference: Ring,
    level: Ring,
    /// Mean of each octet.
    means: RowRing,
    /// 1 where an octet is quiet.
    quiet: RowRing,
    /// First levels of the blocks around the next reference, in order; `window` says which.
    sorted: Vec<f32>,
    window: (u64, u64),
    /// Octets of a block between as many zeros as a moving mean needs.
    padded: Vec<f32>,
    /// 1 / octets in the moving mean.
    share: Vec<f32>,
}

/// The latest values of a stream by their index. Each is held twice, a ring's length apart, so that those that follow
/// each other always lie in one piece.
struct Ring {
    mask: u64,
    values: Vec<f32>,
}

impl Ring {
    fn new(blocks: u64) -> Self {
        let length = blocks.next_power_of_two();
        Ring { mask: length - 1, values: vec![0.0; 2 * length as usize] }
    }

    fn get(&self, block: u64) -> f32 {
        self.values[(block & self.mask) as usize]
    }

    fn set(&mut self, block: u64, value: f32) {
        let at = (block & self.mask) as usize;
        self.values[at] = value;
        self.values[at + self.mask as usize + 1] = value;
    }

    /// Those from block `from` to before `to`.
    fn window(&self, from: u64, to: u64) -> &[f32] {
        let at = (from & self.mask) as usize;
        &self.values[at..at + (to - from) as usize]
    }
}

/// The latest rows of a stream by their index.
struct RowRing {
    mask: u64,
    width: usize,
    values: Vec<f32>,
}

impl RowRing {
    fn new(blocks: u64, width: usize) -> Self {
        let length = blocks.next_power_of_two();
        RowRing { mask: length - 1, width, values: vec![0.0; length as usize * width] }
    }

    fn row(&self, block: u64) -> &[f32] {
        let at = (block & self.mask) as usize * self.width;
        &self.values[at..at + self.width]
    }

    fn row_mut(&mut self, block: u64) -> &mut [f32] {
        let at = (block & self.mask) as usize * self.width;
        &mut self.values[at..at + self.width]
    }
}

impl Gain {
    /// A gain that begins at block `first`, for rows of `cells` cells.
    pub fn new(instructions: Instructions, first: u64, cells: usize) -> Self {
        let octets = cells * BINS_PER_CELL / BINS_PER_OCTET;
        let block = BoxNoise::new(cells * BINS_PER_CELL, BLOCK_ROWS as usize).dof();
        let blocks = ((ENOUGH_VALUES / block) as u64).clamp(FEWEST_BLOCKS, MOST_BLOCKS);
        // Mean of a gamma variable between two limits: ratio of its distribution functions at dof + 1 and dof.
        let around = BoxNoise::new(QUIET_OCTETS.min(octets) * BINS_PER_OCTET, BLOCK_ROWS as usize).dof();
        let quiet = f64::from(QUIET);
        let share = |dof: f64| gamma_lr(dof, around * (1.0 + quiet)) - gamma_lr(dof, around * (1.0 - quiet));
        let in_mean = |octet: usize| (octet + 3).min(octets) - octet.saturating_sub(2);
        let held = 2 * REACH + LOOK;
        Gain {
            octets,
            higher: 1.0 + ((HIGHER_SIGMAS / block.sqrt()) as f32).max(HIGHER),
            same: ((SAME_SIGMAS / block.sqrt()) as f32).max(LEAST_SAME),
            kept: (share(around + 1.0) / share(around)) as f32,
            back: blocks - 1 - AHEAD,
            begin: first,
            end: first,
            next_reference: first,
            next_level: first,
            next_gain: first,
            measure: BlockLevel::new(instructions, cells),
            rough: Ring::new(held),
            reference: Ring::new(held),
            level: Ring::new(blocks + LOOK),
            means: RowRing::new(LOOK + 3, octets),
            quiet: RowRing::new(4, octets),
            sorted: Vec::with_capacity(2 * REACH as usize + 2),
            window: (first, first),
            padded: vec![0.0; octets + QUIET_OCTETS - 1],
            share: (0..octets).map(|octet| 1.0 / in_mean(octet) as f32).collect(),
        }
    }

    /// The change from one block to the next that is a step, not noise, as a ratio: at least a
    /// quarter more than what is averaged over.
    pub fn jump(&self) -> f32 {
        (1.25 * self.same).max(LEAST_JUMP)
    }

    /// Adds the next block: `z` holds those of its rows that are not silent, shape `[rows × cells]`, power over the
    /// floor's shape. Take out every gain that is ready before the next.
    pub fn push(&mut self, z: &[f32]) {
        let block = self.end;
        let rough = self.measure.measure(z, self.means.row_mut(block));
        self.rough.set(block, rough);
        self.end += 1;
    }

    /// The next block's gain, power per bin over the floor's shape, when what it depends on is there; with `ended`,
    /// as far as the segment goes. `learnt` is the gain that the floor was learnt with: it holds where nothing was
    /// received, and for a segment shorter than what a block's gain depends on, whose blocks may all hold bursts.
    pub fn next(&mut self, ended: bool, learnt: f32) -> Option<f32> {
        let end = self.end;
        if ended && end < self.begin + LOOK {
            self.next_gain += 1;
            return (self.next_gain <= end).then_some(learnt);
        }
        // The first gain needs all that the last of its references look at.
        if !ended && end < self.begin + LOOK + 1 {
            return None;
        }
        while self.next_reference < end && (ended || self.next_reference + REACH < end) {
            let reference = self.reference_at(self.next_reference).unwrap_or(learnt);
            self.reference.set(self.next_reference, reference);
            self.mark_quiet(self.next_reference, reference);
            self.next_reference += 1;
            // A level needs the quiet octets of both neighbours, and the ring holds no more than those.
            while self.next_level + 1 < self.next_reference {
                self.level_at(self.next_level, true);
            }
        }
        if ended && self.next_level < end && self.next_reference == end {
            self.level_at(self.next_level, false);
        }
        let t = self.next_gain;
        if t >= self.next_level || !(ended || t + AHEAD < self.next_level) {
            return None;
        }
        self.next_gain += 1;
        Some(self.mean_around(t))
    }

    /// The level that block `t` is compared with: the median of those around it that are not signals over the whole band.
    fn reference_at(&mut self, t: u64) -> Option<f32> {
        // Nearly as many blocks at the segment's ends as elsewhere; `end` is its end where it cuts something off.
        let from = t.saturating_sub(REACH).min(self.end.saturating_sub(2 * REACH + 1)).max(self.begin);
        let to = (t + REACH + 1).max(self.begin + LOOK + 1).min(self.end);
        while self.window.1 < to {
            let rough = self.rough.get(self.window.1);
            if !rough.is_nan() {
                let at = self.sorted.partition_point(|r| *r < rough);
                self.sorted.insert(at, rough);
            }
            self.window.1 += 1;
        }
        while self.window.0 < from {
            let rough = self.rough.get(self.window.0);
            if !rough.is_nan() {
                let at = self.sorted.partition_point(|r| *r < rough);
                self.sorted.remove(at);
            }
            self.window.0 += 1;
        }
        let sorted = &self.sorted;
        // The second lowest: one block alone may be an accident.
        let lowest = *sorted.get(1).or(sorted.first())?;
        let limit = lowest * self.higher;
        let low = sorted.partition_point(|r| *r <= limit);
        if low == sorted.len() {
            return Some(sorted[(low - 1) / 2]);
        }
        let is_low = |u: u64| self.rough.get(u) <= limit;
        // What the segment's ends hide counts as low: a burst may be cut off there.
        let before = t < self.begin + REACH || (from..t).any(is_low);
        let after = to < t + REACH + 1 || (t + 1..to).any(is_low);
        let among_low = is_low(t) || (before && after);
        Some(if among_low { sorted[(low - 1) / 2] } else { sorted[low + (sorted.len() - low - 1) / 2] })
    }

    /// Marks the octets of block `t` that are quiet against `reference`; all of them where nothing was received.
    fn mark_quiet(&mut self, t: u64, reference: f32) {
        let reach = QUIET_OCTETS / 2;
        self.padded[reach..reach + self.octets].copy_from_slice(self.means.row(t));
        let (low, high) = (reference * (1.0 - QUIET), reference * (1.0 + QUIET));
        let silent = self.rough.get(t).is_nan();
        let quiet = self.quiet.row_mut(t);
        if silent {
            return quiet.fill(1.0);
        }
        let n = quiet.len();
        let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|shift| &self.padded[shift..shift + n]);
        let share = &self.share[..n];
        for i in 0..n {
            let mean = (a[i] + b[i] + c[i] + d[i] + e[i]) * share[i];
            quiet[i] = if (mean > low) & (mean < high) { 1.0 } else { 0.0 };
        }
    }

    /// Level of block `t`: that of the octets that are quiet in it and in both its neighbours, or if those are few, in
    /// it alone; where hardly any is, its first level. `followed`: there is a block after it.
    fn level_at(&mut self, t: u64, followed: bool) {
        let before = self.quiet.row(if t == self.begin { t } else { t - 1 });
        let (own, after) = (self.quiet.row(t), self.quiet.row(if followed { t + 1 } else { t }));
        let means = self.means.row(t);
        let (mut sum, mut count) = ([0.0f32; 4], [0.0f32; 4]);
        let (mut sum_own, mut count_own) = ([0.0f32; 4], [0.0f32; 4]);
        let chunks = |values| <[f32]>::as_chunks::<4>(values).0.iter();
        for (((m, b), o), a) in chunks(means).zip(chunks(before)).zip(chunks(own)).zip(chunks(after)) {
            for i in 0..4 {
                let all = b[i] * o[i] * a[i];
                sum[i] += all * m[i];
                count[i] += all;
                sum_own[i] += o[i] * m[i];
                count_own[i] += o[i];
            }
        }
        let least = LEAST_QUIET * self.octets as f32;
        let total = |lanes: [f32; 4]| lanes.iter().sum::<f32>();
        let level = if total(count) >= least {
            total(sum) / total(count) / self.kept
        } else if total(count_own) >= least {
            total(sum_own) / total(count_own) / self.kept
        } else {
            self.rough.get(t)
        };
        self.level.set(t, level);
        self.next_level += 1;
    }

    /// Mean of the levels around block `t` that are like its reference.
    fn mean_around(&self, t: u64) -> f32 {
        let reference = self.reference.get(t);
        let from = t.saturating_sub(self.back).max(self.begin);
        let to = (t + AHEAD + 1).min(self.next_level);
        let (low, high) = (reference * (1.0 - self.same), reference * (1.0 + self.same));
        let (mut sums, mut counts) = ([0.0f32; 4], [0.0f32; 4]);
        let mut add = |i: usize, level: f32| {
            let same = (level > low) & (level < high);
            sums[i] += if same { level } else { 0.0 };
            counts[i] += if same { 1.0 } else { 0.0 };
        };
        let (whole, rest) = self.level.window(from, to).as_chunks::<4>();
        whole.iter().for_each(|levels| (0..4).for_each(|i| add(i, levels[i])));
        rest.iter().enumerate().for_each(|(i, level)| add(i, *level));
        let (sum, count) = (sums.iter().sum::<f32>(), counts.iter().sum::<f32>());
        if count >= 3.0 { sum / count } else { reference }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    /// Rows of cells of noise of mean 1: gamma variables with as many degrees of freedom as a cell has, some 3, so
    /// that an octet over a block has its own number.
    fn noise(random: &mut ChaCha8Rng, count: usize) -> Vec<f32> {
        let mut exponential = || -(((f64::from(random.next_u32()) + 0.5) / 4_294_967_296.0).ln());
        (0..count).map(|_| ((0..3).map(|_| exponential()).sum::<f64>() / 3.0) as f32).collect()
    }

    /// Gains of blocks whose rows `scale` changes: it is given block and row.
    fn gains(cells: usize, blocks: usize, scale: impl Fn(usize, usize) -> f32) -> Vec<f32> {
        let mut random = ChaCha8Rng::seed_from_u64(cells as u64);
        let mut gain = Gain::new(Instructions::best(), 7, cells);
        let mut gains = Vec::new();
        for block in 0..blocks {
            let mut z = noise(&mut random, BLOCK_ROWS as usize * cells);
            for (row, z) in z.chunks_exact_mut(cells).enumerate() {
                z.iter_mut().for_each(|z| *z *= scale(block, row));
            }
            gain.push(&z);
            gains.extend(std::iter::from_fn(|| gain.next(block + 1 == blocks, 1.0)));
        }
        assert_eq!(gains.len(), blocks);
        gains
    }

    fn mean(values: &[f32]) -> f64 {
        values.iter().map(|v| f64::from(*v)).sum::<f64>() / values.len() as f64
    }

    #[test]
    fn the_gain_of_noise_is_its_level() {
        for cells in [8, 16, 32, 64, 512] {
            let gains = gains(cells, 80_000 / cells, |_, _| 1.0);
            let mean = mean(&gains);
            let spread = gains.iter().map(|g| (f64::from(*g) - mean).powi(2)).sum::<f64>() / gains.len() as f64;
            println!("{cells} cells: {mean:.4}, spread {:.4}", spread.sqrt());
            assert!((mean - 1.0).abs() < 0.003 && spread.sqrt() < 0.012, "{cells} cells: {mean} {spread}");
        }
    }

    #[test]
    fn a_signal_over_the_whole_band_that_pauses_is_no_gain() {
        // Four blocks in five are 26 dB higher; pauses begin and end within a block.
        for cells in [16, 64, 512] {
            let high = |block: usize, row: usize| (block * 12 + row) % 61 >= 12;
            let gains = gains(cells, 400, |block, row| if high(block, row) { 400.0 } else { 1.0 });
            let worst = gains.iter().fold(0.0f32, |worst, g| worst.max((g - 1.0).abs()));
            println!("{cells} cells: {:.4}, at worst {worst:.4} off", mean(&gains));
            assert!((mean(&gains) - 1.0).abs() < 0.06 && worst < 0.25, "{cells} cells: {gains:?}");
        }
    }

    #[test]
    fn a_step_is_followed_at_its_block() {
        for factor in [4.0, 0.25] {
            let gains = gains(64, 120, |block, _| if block < 60 { 1.0 } else { factor });
            for (block, gain) in gains.iter().enumerate() {
                let expected = if block < 60 { 1.0 } else { factor };
                assert!((gain / expected - 1.0).abs() < 0.05, "block {block}: {gain} for {expected}");
            }
        }
    }
}
