//! The noise floor's fast part: one gain for all frequencies, followed block by block.
//!
//! A box's power is judged against floor × gain, so a gain that drifts by a few tenths of a decibel would break the
//! promised rate of false alarms. The gain at a block depends on [`LOOK`] blocks before and after it alone.

use std::collections::VecDeque;

use super::threshold::BoxNoise;

/// Detector's rows in a block: 0.8 ms at 2.4 MS/s.
pub const BLOCK_ROWS: u64 = 12;

/// Bins in an octet.
pub const BINS_PER_OCTET: usize = 8;

/// Blocks on either side that the reference level is the median of, and the gain the mean of.
const REACH: u64 = 8;

/// Blocks on either side that a block's gain depends on.
pub const LOOK: u64 = 2 * REACH + 1;

/// Quantile of a block's octets that its first level begins with, and what that quantile of noise is to its mean: it
/// stays within a few per cent while half of the band is occupied.
const QUANTILE: f64 = 0.1;
const QUANTILE_OF_NOISE: f32 = 0.72;

/// How far an octet may be from the first level and still count for it: twice the standard deviation of a third.
const LIKE_NOISE: f32 = 0.45;

/// Mean of noise within that distance, to its own: the tail that is cut off above is longer than that below. Measured;
/// `the_gain_of_noise_is_its_level` checks what comes of it.
const MEAN_OF_LIKE: f32 = 0.985;

/// The smallest of three values is this many standard deviations below their mean: 3 / (2 √π).
const SMALLEST_OF_THREE: f64 = 0.846;

/// How far the mean of five octets may be from the reference and still count as quiet.
const QUIET: f32 = 0.13;

/// How far a block's level may be from the reference and still be averaged: in standard deviations of a block of noise,
/// and at least as a ratio.
const SAME_SIGMAS: f64 = 3.5;
const LEAST_SAME: f32 = 0.05;

/// Smallest change from block to block that is called a step (0.4 dB).
const LEAST_JUMP: f32 = 0.10;

/// Level of the blocks of one segment, and from it their gain.
pub struct Gain {
    octets: usize,
    /// What the quietest third of a block of noise is to its mean.
    quietest_of_noise: f32,
    /// How far a block's level may be from the reference and still be averaged, as a ratio.
    same: f32,
    /// Index of the segment's first block.
    begin: u64,
    /// Index of the first block in the deques.
    first: u64,
    /// Octet means of each block, empty where nothing was received.
    means: VecDeque<Vec<f32>>,
    /// First level of each block; NaN where nothing was received.
    rough: VecDeque<f32>,
    reference: VecDeque<f32>,
    level: VecDeque<f32>,
    /// Blocks whose reference, level and gain were given out: the next to compute.
    next_reference: u64,
    next_level: u64,
    next_gain: u64,
    spare: Vec<Vec<f32>>,
    scratch: Vec<f32>,
}

impl Gain {
    /// A gain that begins at block `first`, with `octets` values a block.
    pub fn new(first: u64, octets: usize) -> Self {
        let third = BoxNoise::new(octets * BINS_PER_OCTET, BLOCK_ROWS as usize / 3);
        let block = BoxNoise::new(octets * BINS_PER_OCTET, BLOCK_ROWS as usize);
        Gain {
            octets,
            quietest_of_noise: MEAN_OF_LIKE * (1.0 - SMALLEST_OF_THREE / third.dof().sqrt()) as f32,
            same: ((SAME_SIGMAS / block.dof().sqrt()) as f32).max(LEAST_SAME),
            begin: first,
            first,
            means: VecDeque::new(),
            rough: VecDeque::new(),
            reference: VecDeque::new(),
            level: VecDeque::new(),
            next_reference: first,
            next_level: first,
            next_gain: first,
            spare: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// The change from one block to the next that is a step, not noise, as a ratio: at least a
    /// quarter more than what is averaged over.
    pub fn jump(&self) -> f32 {
        (1.25 * self.same).max(LEAST_JUMP)
    }

    /// Adds the next block: `means` holds the mean power over the floor's shape of each octet of bins, `thirds` the
    /// same for each third of the block's rows; both are empty when the block was silent. The first level is that of
    /// the quietest third, so that short bursts over the whole band leave it alone.
    pub fn push(&mut self, means: &[f32], thirds: &[f32]) {
        let mut kept = self.spare.pop().unwrap_or_default();
        kept.clear();
        kept.extend_from_slice(means);
        let mut rough = f32::NAN;
        for third in thirds.chunks_exact(self.octets) {
            rough = rough.min(self.rough_level(third) / self.quietest_of_noise);
        }
        self.means.push_back(kept);
        self.rough.push_back(rough);
    }

    /// A first level: that of the octets that look like noise of one level, begun from a low quantile or from the
    /// median, whichever more octets agree with. The low one is right while half of the band is occupied, the median
    /// when part of the band falls silent.
    fn rough_level(&mut self, means: &[f32]) -> f32 {
        let (low, agreeing) = self.level_from(means, QUANTILE, QUANTILE_OF_NOISE);
        let (middle, more) = self.level_from(means, 0.5, 1.0);
        if more > agreeing { middle } else { low }
    }

    /// The mean of the octets that look like noise of the level begun from a quantile, and how many they are.
    fn level_from(&mut self, means: &[f32], quantile: f64, of_noise: f32) -> (f32, usize) {
        self.scratch.clear();
        self.scratch.extend_from_slice(means);
        let at = ((means.len() - 1) as f64 * quantile).round() as usize;
        let mut level = *self.scratch.select_nth_unstable_by(at, f32::total_cmp).1 / of_noise;
        let mut agreeing = 0;
        for _ in 0..2 {
            let like = means.iter().filter(|mean| (**mean / level - 1.0).abs() < LIKE_NOISE);
            let (sum, count) = like.fold((0.0, 0), |(sum, count), mean| (sum + mean, count + 1));
            agreeing = count;
            if count > 0 {
                level = sum / count as f32;
            }
        }
        (level, agreeing)
    }

    /// The next block's gain, power per bin over the floor's shape, when what it depends on is there; with `ended`,
    /// as far as the segment goes. `learnt` is the gain that the floor was learnt with: it holds where nothing was
    /// received, and for a segment shorter than what a block's gain depends on, whose blocks may all hold bursts.
    pub fn next(&mut self, ended: bool, learnt: f32) -> Option<f32> {
        let end = self.first + self.means.len() as u64;
        if ended && end < self.begin + LOOK {
            self.next_gain += 1;
            return (self.next_gain <= end).then_some(learnt);
        }
        let ready = |needed: u64| ended || needed < end;
        while self.next_reference < end && ready(self.next_reference + REACH) {
            let reference = self.median_around(self.next_reference).unwrap_or(learnt);
            self.reference.push_back(reference);
            self.next_reference += 1;
        }
        while self.next_level < self.next_reference && (ended || self.next_level + 1 < self.next_reference) {
            let level = self.quiet_level(self.next_level);
            self.level.push_back(level);
            self.next_level += 1;
        }
        let t = self.next_gain;
        if t >= self.next_level || !(ended || t + REACH < self.next_level) {
            return None;
        }
        let reference = self.reference[(t - self.first) as usize];
        let (from, to) = (t.saturating_sub(REACH).max(self.first), (t + REACH + 1).min(self.next_level));
        let (mut sum, mut count) = (0.0, 0);
        for u in from..to {
            let level = self.level[(u - self.first) as usize];
            if (level / reference - 1.0).abs() < self.same {
                sum += level;
                count += 1;
            }
        }
        self.next_gain += 1;
        while self.first + LOOK < self.next_gain {
            self.first += 1;
            self.spare.extend(self.means.pop_front());
            self.rough.pop_front();
            self.reference.pop_front();
            self.level.pop_front();
        }
        Some(if count >= 3 { sum / count as f32 } else { reference })
    }

    fn median_around(&mut self, t: u64) -> Option<f32> {
        let from = t.saturating_sub(REACH).max(self.first);
        let to = (t + REACH + 1).min(self.first + self.rough.len() as u64);
        self.scratch.clear();
        let rough = from..to;
        self.scratch.extend(rough.map(|u| self.rough[(u - self.first) as usize]).filter(|r| !r.is_nan()));
        if self.scratch.is_empty() {
            return None;
        }
        let at = (self.scratch.len() - 1) / 2;
        Some(*self.scratch.select_nth_unstable_by(at, f32::total_cmp).1)
    }

    fn is_quiet(&self, t: u64, octet: usize) -> bool {
        if t < self.first || t >= self.next_reference {
            return true;
        }
        let means = &self.means[(t - self.first) as usize];
        if means.is_empty() {
            return true;
        }
        let part = &means[octet.saturating_sub(2)..(octet + 3).min(self.octets)];
        let mean = part.iter().sum::<f32>() / part.len() as f32;
        (mean / self.reference[(t - self.first) as usize] - 1.0).abs() < QUIET
    }

    /// Mean of the octets that are quiet in this block and in both its neighbours.
    fn quiet_level(&self, t: u64) -> f32 {
        let means = &self.means[(t - self.first) as usize];
        let (mut sum, mut count) = (0.0, 0);
        for (octet, mean) in means.iter().enumerate() {
            if self.is_quiet(t.wrapping_sub(1), octet) && self.is_quiet(t, octet) && self.is_quiet(t + 1, octet) {
                sum += mean;
                count += 1;
            }
        }
        if count * 10 >= self.octets * 3 { sum / count as f32 } else { self.rough[(t - self.first) as usize] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    /// Means of `octets` octets of noise over a third of a block: gamma variables of 22 degrees of freedom.
    fn third(random: &mut ChaCha8Rng, octets: usize) -> Vec<f32> {
        let mut exponential = || -(((f64::from(random.next_u32()) + 0.5) / 4_294_967_296.0).ln());
        (0..octets).map(|_| ((0..22).map(|_| exponential()).sum::<f64>() / 22.0) as f32).collect()
    }

    #[test]
    fn the_gain_of_noise_is_its_level() {
        let mut off = Vec::new();
        for octets in [4, 8, 16, 32, 256] {
            let mut random = ChaCha8Rng::seed_from_u64(octets as u64);
            let mut gain = Gain::new(0, octets);
            let (mut rough, mut sum, mut count) = (0.0, 0.0, 0);
            let blocks = 40_000 / octets;
            for _ in 0..blocks {
                let thirds: Vec<f32> = (0..3).flat_map(|_| third(&mut random, octets)).collect();
                let means: Vec<f32> =
                    (0..octets).map(|o| (thirds[o] + thirds[octets + o] + thirds[2 * octets + o]) / 3.0).collect();
                gain.push(&means, &thirds);
                rough += f64::from(gain.rough[gain.rough.len() - 1]) / blocks as f64;
                while let Some(g) = gain.next(false, 1.0) {
                    sum += f64::from(g);
                    count += 1;
                }
            }
            println!("{octets} octets: first level {rough:.4}, gain {:.4}", sum / f64::from(count));
            off.push(sum / f64::from(count) - 1.0);
        }
        assert!(off.iter().all(|o: &f64| o.abs() < 0.003), "{off:.4?}");
    }
}
