//! The noise floor's slow shape: power per bin, learnt from stated spans of past rows.
//!
//! Each span is learnt on its own, from robust quantiles refined by rounds of "which places were quiet": so the
//! memory is finite, a start is no special case, and nothing can feed back on itself for hours. The floor in force is
//! an average over the spans of the last eight seconds, without those that differ from the median: a burst or a
//! carrier that fills one span does not move it, and one that stays for half the memory becomes part of it.
//!
//! Noise is what a place falls back to. A few per cent of the time are enough to see it, if what is looked at is the
//! mean over a few neighbouring bins, which in noise alone spreads little: its lowest values are noise, whether the
//! rest is the pauses of a carrier, of one slot in eight, or of a cell that fills the band.

use std::collections::VecDeque;

use super::level::quantile;
use super::quiet::{Around, LANES, LEAST_QUIET, LEVEL_QUANTILE, Learnt, QuietLimits, quantile_of_columns, smooth};
use crate::simd::Instructions;

/// A span in which less than this share of all places was quiet cannot be told from a full band.
const LEAST_QUIET_BAND: f32 = 0.04;

/// Weight of a bin that was never quiet, to that of others.
const UNSURE: f32 = 1e-3;

/// Rounds of learning from what is quiet.
const ROUNDS: usize = 3;

/// How far a span may differ from the median of the spans in memory and still be averaged, as a ratio: three and a half
/// standard deviations of a bin in a span.
const SAME: f32 = 0.2;

/// Longest time constant: spans older than this are forgotten.
pub const MEMORY_S: f64 = 8.0;

/// Groups in a run, and of how many runs of rows one is looked at.
pub const RUN_GROUPS: usize = 10;
/// One run of rows of so many is looked at.
pub const RUNS_APART: u64 = 16;

/// Seconds of a span, to a whole number of runs.
pub const SPAN_S: f64 = 0.5;

/// Sums of a few consecutive rows, bin by bin: what a span is learnt from.
#[derive(Clone, Debug)]
pub struct Groups {
    instructions: Instructions,
    bins: usize,
    rows_per_group: usize,
    /// Groups that follow each other without a pause; a place at the end of a run has a neighbour on one side only.
    run: usize,
    /// Shape `[groups × bins]`: mean power.
    power: Vec<f32>,
    filled: usize,
    limits: QuietLimits,
    around: Around,
    learnt: Learnt,
    floor: Vec<f32>,
    /// What is smoothed, as it was before.
    rough: Vec<f32>,
}

impl Groups {
    /// Room for groups of `rows_per_group` rows of `bins` bins, in runs of `run` groups.
    pub fn new(instructions: Instructions, bins: usize, rows_per_group: usize, run: usize) -> Self {
        Groups {
            instructions,
            bins,
            rows_per_group,
            run,
            power: Vec::new(),
            filled: 0,
            limits: QuietLimits::new(rows_per_group),
            around: Around::new(instructions, bins),
            learnt: Learnt::new(instructions, bins),
            floor: vec![0.0; bins],
            rough: Vec::new(),
        }
    }

    /// Adds a row to the group under way.
    pub fn add(&mut self, row: &[f32]) {
        let share = 1.0 / self.rows_per_group as f32;
        if self.filled == 0 {
            self.power.extend(row.iter().map(|p| p * share));
        } else {
            let at = self.power.len() - self.bins;
            for (sum, p) in self.power[at..].iter_mut().zip(row) {
                *sum += p * share;
            }
        }
        self.filled = (self.filled + 1) % self.rows_per_group;
    }

    /// Adds a whole group: the mean of its rows.
    pub fn add_group(&mut self, mean: &[f32]) {
        self.break_off();
        self.power.extend_from_slice(mean);
    }

    /// Forgets the group under way: one of its rows was silent.
    pub fn break_off(&mut self) {
        if self.filled > 0 {
            self.power.truncate(self.power.len() - self.bins);
            self.filled = 0;
        }
    }

    /// Forgets everything; keeps the room.
    pub fn clear(&mut self) {
        self.power.clear();
        self.filled = 0;
    }

    fn whole(&self) -> usize {
        self.power.len() / self.bins - usize::from(self.filled > 0)
    }
}

/// Power per bin learnt from one span.
#[derive(Clone, Debug, Default)]
struct Span {
    /// Row at which the span ended.
    end: u64,
    /// Median over the bins of the power per bin.
    level: f32,
    /// Power per bin divided by `level`.
    shape: Vec<f32>,
    /// Rows that each bin's value rests on; hardly any where it is a quantile, because the bin was never quiet.
    weights: Vec<f32>,
}

/// Why a span gave no floor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// Fewer rows than a floor needs.
    TooShort,
    /// Almost no place was quiet.
    TooFull,
}

impl Unknown {
    /// The reason as a clause.
    pub fn why(self) -> &'static str {
        match self {
            Unknown::TooShort => "there is too little signal to know the noise from",
            Unknown::TooFull => "almost all of the band is occupied",
        }
    }
}

/// Fewest groups that a floor is learnt from.
const FEWEST_GROUPS: usize = 12;

/// Groups that are many for a quantile.
const MANY_GROUPS: usize = 64;

/// Independent values that a bin's noise rests on at least: with fewer groups, neighbouring bins are averaged.
const ENOUGH_VALUES: usize = 240;

impl Groups {
    /// Learns the floor from what was added, which ended at row `end`, into `span`.
    fn learn(&mut self, end: u64, span: &mut Span) -> Result<(), Unknown> {
        let (bins, count) = (self.bins, self.whole());
        if count < FEWEST_GROUPS {
            return Err(Unknown::TooShort);
        }
        let Groups { instructions, limits, around, learnt, floor, rough, .. } = self;
        let power = &self.power[..count * bins];
        let pool = (ENOUGH_VALUES / count) / 2;
        // Every second group is enough for a first shape, if there are many.
        let apart = if count < MANY_GROUPS { 1 } else { 2 };
        around.few_bins(power);
        quantile_of_columns(*instructions, &around.mean, apart * bins, LEVEL_QUANTILE, &mut around.strip, floor);
        if pool > 0 {
            smooth(floor, pool, rough);
        }
        floor.iter_mut().for_each(|f| *f = f.max(f32::MIN_POSITIVE));
        around.average(power, floor);
        around.first_level(floor, limits.dof);
        for _ in 0..ROUNDS {
            around.average(power, floor);
            around.mark(limits.low, limits.high);
            learnt.add_up(power, &around.mean, self.run);
            learnt.refine(floor, count as f32, limits.mean_kept);
        }
        if learnt.quiet.iter().sum::<f32>() < LEAST_QUIET_BAND * (count * bins) as f32 {
            return Err(Unknown::TooFull);
        }
        if pool > 0 {
            smooth(floor, pool, rough);
        }
        span.end = end;
        span.level = quantile(floor, 0.5);
        span.shape.clear();
        span.shape.extend(floor.iter().map(|f| f / span.level));
        let rows = (count * self.rows_per_group) as f32;
        span.weights.clear();
        let sure = |n: &f32| *n >= LEAST_QUIET * count as f32;
        span.weights.extend(learnt.quiet.iter().map(|n| if sure(n) { rows } else { UNSURE * rows }));
        Ok(())
    }
}

/// The floor in force: the spans of the last eight seconds.
#[derive(Clone, Debug)]
pub struct Floor {
    instructions: Instructions,
    memory_rows: u64,
    spans: VecDeque<Span>,
    spare: Vec<Span>,
    shape: Vec<f32>,
    inverse: Vec<f32>,
    level: f32,
    /// Shapes of the spans, shape `[spans × bins]`, and their median.
    shapes: Vec<f32>,
    median: Vec<f32>,
    weights: Vec<f32>,
    strip: Vec<[i32; LANES]>,
}

impl Floor {
    /// A floor that begins with what is learnt from `groups`, which ended at row `end`, and remembers `memory_rows` rows.
    ///
    /// # Errors
    /// The floor cannot be known from these rows.
    pub fn first(groups: &mut Groups, end: u64, memory_rows: u64) -> Result<Self, Unknown> {
        let zeros = || vec![0.0; groups.bins];
        let mut floor = Floor {
            instructions: groups.instructions,
            memory_rows,
            spans: VecDeque::new(),
            spare: Vec::new(),
            shape: zeros(),
            inverse: zeros(),
            level: 0.0,
            shapes: Vec::new(),
            median: zeros(),
            weights: zeros(),
            strip: Vec::new(),
        };
        floor.learn(groups, end)?;
        Ok(floor)
    }

    /// Learns another span from `groups`, which ended at row `end`, and forgets those that ended too long before. What
    /// is in force depends on the spans in memory alone.
    ///
    /// # Errors
    /// The floor cannot be known from these rows: the one in force stays.
    pub fn learn(&mut self, groups: &mut Groups, end: u64) -> Result<(), Unknown> {
        let mut span = self.spare.pop().unwrap_or_default();
        if let Err(unknown) = groups.learn(end, &mut span) {
            self.spare.push(span);
            return Err(unknown);
        }
        while self.spans.front().is_some_and(|s| s.end + self.memory_rows <= end) {
            self.spare.extend(self.spans.pop_front());
        }
        self.spans.push_back(span);
        self.combine();
        Ok(())
    }

    /// Noise power per bin, up to a gain common to all bins.
    pub fn shape(&self) -> &[f32] {
        &self.shape
    }

    /// 1 / [`Floor::shape`].
    pub fn inverse(&self) -> &[f32] {
        &self.inverse
    }

    /// Gain of the newest span: power per bin over `shape`.
    pub fn level(&self) -> f32 {
        self.level
    }

    /// Row at which the newest span ended.
    pub fn newest_end(&self) -> u64 {
        self.spans.back().map_or(0, |s| s.end)
    }

    fn combine(&mut self) {
        let bins = self.shape.len();
        self.shapes.clear();
        for span in &self.spans {
            self.shapes.extend_from_slice(&span.shape);
        }
        quantile_of_columns(self.instructions, &self.shapes, bins, 0.5, &mut self.strip, &mut self.median);
        // Spans are compared bin by bin, by the median of what they differ by: so that a carrier over part of the band
        // moves a span's level as little as one over a few bins.
        for (span, shape) in self.spans.iter().zip(self.shapes.chunks_exact_mut(bins)) {
            for ((ratio, s), m) in self.weights.iter_mut().zip(&*shape).zip(&self.median) {
                *ratio = s / m;
            }
            let scale = quantile(&self.weights, 0.5);
            shape.iter_mut().for_each(|s| *s /= scale);
            self.level = span.level * scale;
        }
        quantile_of_columns(self.instructions, &self.shapes, bins, 0.5, &mut self.strip, &mut self.median);
        self.shape.fill(0.0);
        self.weights.fill(0.0);
        for (span, shape) in self.spans.iter().zip(self.shapes.chunks_exact(bins)) {
            let sums = self.shape.iter_mut().zip(&mut self.weights);
            for ((((sum, total), s), m), w) in sums.zip(shape).zip(&self.median).zip(&span.weights) {
                let weight = if (s - m).abs() <= SAME * m { *w } else { 0.0 };
                *sum += weight * s;
                *total += weight;
            }
        }
        for b in 0..bins {
            self.shape[b] = if self.weights[b] > 0.0 { self.shape[b] / self.weights[b] } else { self.median[b] };
            self.inverse[b] = 1.0 / self.shape[b];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    const BINS: usize = 64;

    /// Half a second of rows of noise whose mean in every bin is `shape`, times what `factor` says for row and bin,
    /// in groups of `per_group`.
    fn groups(seed: u64, per_group: usize, factor: impl Fn(usize, usize) -> f32) -> Groups {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut groups = Groups::new(Instructions::best(), BINS, per_group, usize::MAX);
        for row in 0..7500 {
            let mut noise = |b: usize| {
                let exponential = -(((f64::from(random.next_u32()) + 0.5) / 4_294_967_296.0).ln());
                exponential as f32 * shape(b) * factor(row, b)
            };
            let row: Vec<f32> = (0..BINS).map(&mut noise).collect();
            groups.add(&row);
        }
        groups
    }

    /// Ripple of 1.5 dB, and a line of 15 dB.
    fn shape(b: usize) -> f32 {
        let ripple_db = 1.5 * (b as f32 / 9.0).sin();
        10f32.powf(ripple_db / 10.0) * if b == 40 { 30.0 } else { 1.0 }
    }

    /// How far `floor` × its level is from the noise, in dB: over all bins, and in the bin that is worst.
    fn off(floor: &Floor) -> (f32, f32) {
        let off = |(b, s): (usize, &f32)| 10.0 * (s * floor.level() / shape(b)).log10();
        let off: Vec<f32> = floor.shape().iter().enumerate().map(off).collect();
        (off.iter().sum::<f32>() / BINS as f32, off.iter().fold(0.0, |worst, o| worst.max(o.abs())))
    }

    #[test]
    fn the_floor_of_noise_is_right_in_every_bin() {
        let floor = Floor::first(&mut groups(1, 4, |_, _| 1.0), 7500, 1).expect("there is noise");
        let (mean, worst) = off(&floor);
        println!("{mean:.4} dB, at worst {worst:.3}");
        assert!(mean.abs() < 0.02 && worst < 0.35, "{mean} dB, at worst {worst}");
    }

    #[test]
    fn carriers_in_seven_of_eight_slots_are_no_floor() {
        // Slots of 8.65 rows; two carriers of 10 bins, each with another slot free, 20 dB over the noise.
        let slot = |row: usize| (row as f64 / 8.65) as usize % 8;
        let air = |row: usize, b: usize| match b {
            8..18 if slot(row) != 1 => 100.0,
            44..54 if slot(row) != 5 => 100.0,
            _ => 1.0,
        };
        let floor = Floor::first(&mut groups(2, 4, air), 7500, 1).expect("there is noise");
        let (mean, worst) = off(&floor);
        println!("{mean:.4} dB, at worst {worst:.3}");
        assert!(mean.abs() < 0.5 && worst < 1.5, "{mean} dB, at worst {worst}");
    }

    #[test]
    fn a_cell_that_fills_the_band_but_for_a_fifth_of_the_time_is_no_floor() {
        let air = |row: usize, _| if row % 60 >= 12 { 400.0 } else { 1.0 };
        let floor = Floor::first(&mut groups(3, 4, air), 7500, 1).expect("there is noise");
        let (mean, worst) = off(&floor);
        println!("{mean:.4} dB, at worst {worst:.3}");
        assert!(mean.abs() < 0.1 && worst < 0.8, "{mean} dB, at worst {worst}");
    }

    #[test]
    fn what_is_in_force_depends_on_the_spans_in_memory_alone() {
        let memory = 3 * 7500;
        let mut floors = [false, true].map(|loud_before| {
            // Before: something else, over the whole band or over half of it.
            let air = |_, b: usize| if loud_before && b < 40 { 50.0 } else { 1.0 };
            let mut floor = Floor::first(&mut groups(4, 4, air), 7500, memory).expect("there is noise");
            floor.learn(&mut groups(5, 4, air), 2 * 7500).expect("there is noise");
            floor
        });
        for floor in &mut floors {
            for i in 2..6 {
                floor.learn(&mut groups(4 + i, 4, |_, _| 1.0), (i + 1) * 7500).expect("there is noise");
            }
        }
        assert_eq!(floors[0].shape(), floors[1].shape());
        assert_eq!(floors[0].level(), floors[1].level());
    }
}
