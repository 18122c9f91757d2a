//! The noise floor's slow shape: power per bin, learnt from stated spans of past rows.
//!
//! Each span is learnt on its own, from robust quantiles refined by rounds of "which places were quiet": so the
//! memory is finite, a start is no special case, and nothing can feed back on itself for hours. The floor in force is
//! an average over the spans of the last eight seconds, without those that differ from the median: a burst or a
//! carrier that fills one span does not move it, and one that stays for half the memory becomes part of it.

use std::collections::VecDeque;

use statrs::function::gamma::gamma_lr;

use super::threshold::BoxNoise;
use crate::theory::upper_quantile;

/// Quantile of a bin's groups that the first guess of its noise rests on: it stays right while the bin is occupied
/// for well over half the time.
const FIRST_GUESS_QUANTILE: f64 = 0.15;

/// Bins on either side of a place whose mean decides whether it is quiet.
const QUIET_REACH: usize = 8;

/// Share of noise that may be called not quiet on either side.
const QUIET_TAIL: f64 = 0.01;

/// A bin that was quiet for less than this share of a span is taken from its quantile alone.
const LEAST_QUIET: f32 = 0.1;

/// A span in which less than this share of all places was quiet cannot be told from a full band.
const LEAST_QUIET_BAND: f64 = 0.05;

/// How far a span may differ from the median of the spans in memory and still be averaged, as a ratio.
const SAME: f32 = 0.12;

/// Longest time constant: spans older than this are forgotten.
pub const MEMORY_S: f64 = 8.0;

/// Sums of a few consecutive rows, bin by bin: what a span is learnt from.
#[derive(Clone, Debug)]
pub struct Groups {
    bins: usize,
    rows_per_group: usize,
    /// Groups that follow each other without a pause; a place at the end of a run has a neighbour on one side only.
    run: usize,
    /// Shape `[groups × bins]`: mean power.
    power: Vec<f32>,
    filled: usize,
}

impl Groups {
    /// Room for groups of `rows_per_group` rows of `bins` bins, in runs of `run` groups.
    pub fn new(bins: usize, rows_per_group: usize, run: usize) -> Self {
        Groups { bins, rows_per_group, run, power: Vec::new(), filled: 0 }
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
#[derive(Clone, Debug)]
pub struct Span {
    /// Row at which the span ended.
    pub end: u64,
    /// Mean level: power per bin, over the quieter bins.
    pub level: f32,
    /// Power per bin divided by `level`.
    shape: Vec<f32>,
    /// Whether the bin was quiet long enough for `shape` to be a mean, not a quantile.
    sure: Vec<bool>,
    /// Rows that a bin's value rests on, typically.
    weight: f32,
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

/// Independent values that a bin's noise rests on at least: with fewer groups, neighbouring bins are averaged.
const ENOUGH_VALUES: usize = 240;

impl Span {
    /// Learns the floor from `groups`, which ended at row `end`.
    ///
    /// # Errors
    /// The floor cannot be known from these rows.
    pub fn learn(groups: &Groups, end: u64) -> Result<Span, Unknown> {
        let (bins, count) = (groups.bins, groups.whole());
        if count < FEWEST_GROUPS {
            return Err(Unknown::TooShort);
        }
        let power = &groups.power[..count * bins];
        let single = BoxNoise::new(1, groups.rows_per_group);
        let pool = (ENOUGH_VALUES / count) / 2;
        let mut floor = quantile_per_bin(power, bins, pool, FIRST_GUESS_QUANTILE);
        let guess = upper_quantile(single.dof(), 1.0 - FIRST_GUESS_QUANTILE) / single.dof();
        for f in &mut floor {
            *f = (*f / guess as f32).max(f32::MIN_POSITIVE);
        }

        let limits = QuietLimits::new(groups.rows_per_group);
        let mut quiet = vec![false; count * bins];
        let mut seen = vec![0.0f32; bins];
        for _ in 0..3 {
            mark_quiet(power, &floor, bins, groups.run, &limits, &mut quiet);
            let mut sum = vec![0.0f64; bins];
            seen.fill(0.0);
            for (p, q) in power.chunks_exact(bins).zip(quiet.chunks_exact(bins)) {
                for b in 0..bins {
                    if q[b] {
                        sum[b] += f64::from(p[b]);
                        seen[b] += 1.0;
                    }
                }
            }
            for b in 0..bins {
                if seen[b] >= LEAST_QUIET * count as f32 {
                    floor[b] = (sum[b] / f64::from(seen[b]) / limits.mean_kept) as f32;
                }
            }
        }
        let share_quiet = f64::from(seen.iter().sum::<f32>()) / (count * bins) as f64;
        if share_quiet < LEAST_QUIET_BAND {
            return Err(Unknown::TooFull);
        }
        if pool > 0 {
            floor = smooth(&floor, pool);
        }
        let sure = seen.iter().map(|n| *n >= LEAST_QUIET * count as f32).collect();
        let mut sorted = floor.clone();
        sorted.sort_unstable_by(f32::total_cmp);
        let middle = &sorted[bins / 10..(bins * 2 / 5).max(bins / 10 + 1)];
        let level = (middle.iter().map(|f| f64::from(*f)).sum::<f64>() / middle.len() as f64) as f32;
        for f in &mut floor {
            *f /= level;
        }
        Ok(Span { end, level, shape: floor, sure, weight: (count * groups.rows_per_group) as f32 })
    }
}

/// Between which means a place counts as quiet, and how much that cuts off the noise's own mean.
struct QuietLimits {
    low: f32,
    high: f32,
    mean_kept: f64,
}

impl QuietLimits {
    fn new(rows: usize) -> Self {
        let dof = BoxNoise::new(2 * QUIET_REACH + 1, rows).dof();
        let low = upper_quantile(dof, 1.0 - QUIET_TAIL);
        let high = upper_quantile(dof, QUIET_TAIL);
        // Mean of a gamma variable between two limits: ratio of its distribution functions at dof + 1 and dof.
        let kept = (gamma_lr(dof + 1.0, high) - gamma_lr(dof + 1.0, low)) / (gamma_lr(dof, high) - gamma_lr(dof, low));
        QuietLimits { low: (low / dof) as f32, high: (high / dof) as f32, mean_kept: kept }
    }
}

/// The `quantile` of every bin over the groups, pooled over `pool` bins on either side.
fn quantile_per_bin(power: &[f32], bins: usize, pool: usize, quantile: f64) -> Vec<f32> {
    let mut values = Vec::new();
    (0..bins)
        .map(|b| {
            values.clear();
            let (from, to) = (b.saturating_sub(pool), (b + pool + 1).min(bins));
            for group in power.chunks_exact(bins) {
                values.extend_from_slice(&group[from..to]);
            }
            let at = ((values.len() - 1) as f64 * quantile).round() as usize;
            *values.select_nth_unstable_by(at, f32::total_cmp).1
        })
        .collect()
}

/// Marks the places that look like noise of `floor` and whose neighbours in time do too.
fn mark_quiet(power: &[f32], floor: &[f32], bins: usize, run: usize, limits: &QuietLimits, quiet: &mut [bool]) {
    let inverse: Vec<f32> = floor.iter().map(|f| 1.0 / f).collect();
    let mut ratio = vec![0.0f64; bins + 1];
    let count = power.len() / bins;
    let mut alone = vec![false; count * bins];
    for (p, q) in power.chunks_exact(bins).zip(alone.chunks_exact_mut(bins)) {
        for b in 0..bins {
            ratio[b + 1] = ratio[b] + f64::from(p[b] * inverse[b]);
        }
        for (b, q) in q.iter_mut().enumerate() {
            let (from, to) = (b.saturating_sub(QUIET_REACH), (b + QUIET_REACH + 1).min(bins));
            let mean = ((ratio[to] - ratio[from]) / (to - from) as f64) as f32;
            *q = (limits.low..limits.high).contains(&mean);
        }
    }
    for g in 0..count {
        let before = if g % run == 0 { g } else { g - 1 };
        let after = if (g + 1) % run == 0 || g + 1 == count { g } else { g + 1 };
        for b in 0..bins {
            quiet[g * bins + b] = alone[before * bins + b] && alone[g * bins + b] && alone[after * bins + b];
        }
    }
}

/// Moving average over `reach` bins on either side.
fn smooth(values: &[f32], reach: usize) -> Vec<f32> {
    (0..values.len())
        .map(|b| {
            let part = &values[b.saturating_sub(reach)..(b + reach + 1).min(values.len())];
            part.iter().sum::<f32>() / part.len() as f32
        })
        .collect()
}

/// The floor in force: the spans of the last eight seconds.
#[derive(Clone, Debug)]
pub struct Floor {
    memory_rows: u64,
    spans: VecDeque<Span>,
    shape: Vec<f32>,
    inverse: Vec<f32>,
}

impl Floor {
    /// A floor that begins with `first` and remembers `memory_rows` rows.
    pub fn new(first: Span, memory_rows: u64) -> Self {
        let mut floor = Floor { memory_rows, spans: VecDeque::from([first]), shape: Vec::new(), inverse: Vec::new() };
        floor.combine();
        floor
    }

    /// Takes in another span. Its level is measured against the shape in force, so that a carrier over part of the band
    /// moves it as little as one over a few bins.
    pub fn push(&mut self, mut span: Span) {
        let mut ratios: Vec<f32> = span.shape.iter().zip(&self.inverse).map(|(s, i)| s * i).collect();
        let middle = (ratios.len() - 1) / 2;
        let scale = *ratios.select_nth_unstable_by(middle, f32::total_cmp).1;
        span.level *= scale;
        span.shape.iter_mut().for_each(|s| *s /= scale);
        while self.spans.front().is_some_and(|s| s.end + self.memory_rows <= span.end) {
            self.spans.pop_front();
        }
        self.spans.push_back(span);
        self.combine();
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
        self.spans.back().map_or(1.0, |s| s.level)
    }

    /// Row at which the newest span ended.
    pub fn newest_end(&self) -> u64 {
        self.spans.back().map_or(0, |s| s.end)
    }

    fn combine(&mut self) {
        let bins = self.spans[0].shape.len();
        let mut values: Vec<(f32, f32)> = Vec::with_capacity(self.spans.len());
        self.shape.clear();
        for b in 0..bins {
            values.clear();
            values.extend(self.spans.iter().filter(|s| s.sure[b]).map(|s| (s.shape[b], s.weight)));
            if values.is_empty() {
                values.extend(self.spans.iter().map(|s| (s.shape[b], s.weight)));
            }
            values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
            let median = values[(values.len() - 1) / 2].0;
            let (mut sum, mut weight) = (0.0f64, 0.0f64);
            for (value, w) in &values {
                if (value / median - 1.0).abs() <= SAME {
                    sum += f64::from(*value) * f64::from(*w);
                    weight += f64::from(*w);
                }
            }
            self.shape.push((sum / weight) as f32);
        }
        self.inverse.clear();
        self.inverse.extend(self.shape.iter().map(|f| 1.0 / f));
    }
}
