//! The curve of detection over SNR, and the SNR at which nine of ten bursts are found.

use std::collections::BTreeMap;
use std::fmt;

use statrs::function::erf::erf_inv;

use super::STATED_DETECTION;
use crate::theory::normal_tail;

/// Outcomes within this many decibels are taken together, at their mean.
const STEP_DB: f64 = 0.25;

/// SNRs beyond this magnitude, in decibels, are no measurement.
const MOST_DB: f64 = 300.0;

/// Spreads that are tried, in decibels: no noise lets a detector's curve be steeper than the first.
const SPREADS_DB: (f64, f64) = (0.25, 10.0);

/// Shares missed at any strength that are tried; at 0.1 nine of ten would never be found.
const LARGEST_LAPSE: f64 = 0.09;

/// How much the logarithm of the likelihood falls to the ends of a 95 % interval: half the quantile of chi-square with
/// one degree of freedom.
const FALL: f64 = 1.920_729;

/// An SNR whose interval is wider than this, in decibels, is not stated.
const WIDEST_DB: f64 = 6.0;

/// A curve fitted to bursts found and missed: Pd(s) = (1 − λ) Φ((s − m) / σ), s in decibels.
///
/// Maximum likelihood of a probit with a share λ that is missed at any strength (merged with others, say), which
/// would else pull the curve flat. Its interval is that of the profile likelihood. Checked by
/// `score::fit::tests::the_curve_behind_simulated_outcomes_is_recovered`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// SNR at which nine of ten are found, in decibels.
    pub snr_db: f64,
    /// Its 95 % interval.
    pub interval_db: (f64, f64),
    /// m: SNR at which half of those that can be found are, in decibels.
    pub middle_db: f64,
    /// σ: how far the curve spreads, in decibels.
    pub spread_db: f64,
    /// λ: share that is missed at any strength.
    pub lapse: f64,
}

/// Why no SNR for nine of ten is stated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NoFit {
    /// No burst states its SNR.
    NoSnr,
    /// Every burst was found.
    AllFound,
    /// No burst was found.
    NoneFound,
    /// Even the strongest are found less often.
    NeverReached,
    /// Even the weakest are found more often.
    AlwaysReached,
    /// Its interval would be wider than 6 dB.
    TooFew,
}

impl fmt::Display for NoFit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoFit::NoSnr => write!(f, "the truth states no SNR"),
            NoFit::AllFound => write!(f, "every burst was found, so none was weak enough"),
            NoFit::NoneFound => write!(f, "no burst was found"),
            NoFit::NeverReached => write!(f, "even the strongest are not found nine times in ten"),
            NoFit::AlwaysReached => write!(f, "even the weakest are found more than nine times in ten"),
            NoFit::TooFew => write!(f, "too few bursts to tell"),
        }
    }
}

/// Bursts of nearly one SNR.
#[derive(Clone, Copy, Debug, Default)]
struct Group {
    snr_db: f64,
    found: f64,
    missed: f64,
}

impl Fit {
    /// Fits the curve to bursts, each with its SNR in decibels and whether it was found.
    ///
    /// # Errors
    /// Why the bursts do not tell at which SNR nine of ten are found.
    pub fn of(bursts: impl IntoIterator<Item = (f64, bool)>) -> Result<Fit, NoFit> {
        let groups = groups(bursts);
        let (Some(first), Some(last)) = (groups.first(), groups.last()) else { return Err(NoFit::NoSnr) };
        let (low, high) = (first.snr_db, last.snr_db);
        if groups.iter().all(|group| group.missed == 0.0) {
            return Err(NoFit::AllFound);
        }
        if groups.iter().all(|group| group.found == 0.0) {
            return Err(NoFit::NoneFound);
        }
        let likelihood = |snr_db: f64| best_at(&groups, snr_db).0;
        let best_db = highest(low - WIDEST_DB, high + WIDEST_DB, likelihood);
        let (most, spread_db, lapse) = best_at(&groups, best_db);
        // Beyond the bursts' SNRs: said only if it cannot as well be within.
        let excluded = |snr_db: f64| likelihood(snr_db) < most - FALL;
        if lapse == LARGEST_LAPSE || best_db > high && excluded(high) {
            return Err(NoFit::NeverReached);
        }
        if best_db < low && excluded(low) {
            return Err(NoFit::AlwaysReached);
        }
        if !(low..=high).contains(&best_db) {
            return Err(NoFit::TooFew);
        }
        let limit = |direction: f64| {
            let outside = best_db + direction * WIDEST_DB;
            excluded(outside).then(|| {
                let (mut inside, mut outside) = (best_db, outside);
                while (outside - inside).abs() > 1e-3 {
                    let middle = 0.5 * (inside + outside);
                    if excluded(middle) {
                        outside = middle;
                    } else {
                        inside = middle;
                    }
                }
                0.5 * (inside + outside)
            })
        };
        match (limit(-1.0), limit(1.0)) {
            (Some(from), Some(to)) if to - from <= WIDEST_DB => Ok(Fit {
                snr_db: best_db,
                interval_db: (from, to),
                middle_db: best_db - spread_db * stated_quantile(lapse),
                spread_db,
                lapse,
            }),
            _ => Err(NoFit::TooFew),
        }
    }

    /// The curve's probability of detection at `snr_db`.
    pub fn detection(&self, snr_db: f64) -> f64 {
        (1.0 - self.lapse) * normal_tail((self.middle_db - snr_db) / self.spread_db)
    }
}

/// The outcomes by SNR, ascending.
fn groups(bursts: impl IntoIterator<Item = (f64, bool)>) -> Vec<Group> {
    let mut groups: BTreeMap<i64, Group> = BTreeMap::new();
    for (snr_db, found) in bursts.into_iter().filter(|(snr_db, _)| snr_db.abs() <= MOST_DB) {
        let group = groups.entry((snr_db / STEP_DB).round() as i64).or_default();
        *if found { &mut group.found } else { &mut group.missed } += 1.0;
        group.snr_db += (snr_db - group.snr_db) / (group.found + group.missed);
    }
    groups.into_values().collect()
}

/// How many spreads above its middle a curve with this lapse reaches nine of ten.
fn stated_quantile(lapse: f64) -> f64 {
    std::f64::consts::SQRT_2 * erf_inv(2.0 * STATED_DETECTION / (1.0 - lapse) - 1.0)
}

/// The largest log-likelihood of all curves that reach nine of ten at `snr_db`, with the spread and the lapse of that
/// curve.
fn best_at(groups: &[Group], snr_db: f64) -> (f64, f64, f64) {
    // Finer towards none.
    let lapses = (0..10).map(|i| LARGEST_LAPSE * (f64::from(i) / 9.0).powi(2));
    lapses
        .map(|lapse| {
            let above = stated_quantile(lapse);
            let at = |ln_spread: f64| log_likelihood(groups, snr_db, above, ln_spread.exp(), lapse);
            let ln_spread = climb(SPREADS_DB.0.ln(), SPREADS_DB.1.ln(), 15, at);
            (at(ln_spread), ln_spread.exp(), lapse)
        })
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .expect("there are ten lapses")
}

fn log_likelihood(groups: &[Group], snr_db: f64, above: f64, spread_db: f64, lapse: f64) -> f64 {
    let slope = 1.0 / spread_db;
    groups
        .iter()
        .map(|group| {
            let z = above + slope * (group.snr_db - snr_db);
            let mut sum = 0.0;
            if group.found > 0.0 {
                sum += group.found * ((1.0 - lapse) * normal_tail(-z)).max(f64::MIN_POSITIVE).ln();
            }
            if group.missed > 0.0 {
                sum += group.missed * (lapse + (1.0 - lapse) * normal_tail(z)).max(f64::MIN_POSITIVE).ln();
            }
            sum
        })
        .sum()
}

/// Where `height` is largest between `low` and `high`: the best of 16 places, then a climb between its neighbours.
fn highest(low: f64, high: f64, height: impl Fn(f64) -> f64) -> f64 {
    let place = |i: f64| low + (high - low) * i / 15.0;
    let (best, _) = (0..16)
        .map(|i| (f64::from(i), height(place(f64::from(i)))))
        .reduce(|best, next| if next.1 > best.1 { next } else { best })
        .expect("there are 16 places");
    climb(place((best - 1.0).max(0.0)), place((best + 1.0).min(15.0)), 20, height)
}

/// Where `height`, with one summit between `low` and `high`, is largest: golden sections.
fn climb(mut low: f64, mut high: f64, sections: u32, height: impl Fn(f64) -> f64) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_895;
    let (mut left, mut right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
    let (mut left_height, mut right_height) = (height(left), height(right));
    for _ in 0..sections {
        if left_height >= right_height {
            (high, right, right_height) = (right, left, left_height);
            left = high - GOLDEN * (high - low);
            left_height = height(left);
        } else {
            (low, left, left_height) = (left, right, right_height);
            right = low + GOLDEN * (high - low);
            right_height = height(right);
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    /// Bursts of SNRs from `low` to `high`, found as a curve says.
    fn simulated(rng: &mut ChaCha8Rng, count: usize, low: f64, high: f64, curve: &Fit) -> Vec<(f64, bool)> {
        let mut uniform = || (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        (0..count)
            .map(|_| {
                let snr_db = low + (high - low) * uniform();
                (snr_db, uniform() < curve.detection(snr_db))
            })
            .collect()
    }

    fn curve(middle_db: f64, spread_db: f64, lapse: f64) -> Fit {
        let snr_db = middle_db + spread_db * stated_quantile(lapse);
        Fit { snr_db, interval_db: (snr_db, snr_db), middle_db, spread_db, lapse }
    }

    #[test]
    fn the_curve_behind_simulated_outcomes_is_recovered() {
        for (seed, truth) in [curve(-2.0, 1.0, 0.0), curve(6.0, 2.0, 0.0), curve(0.0, 0.8, 0.03)].iter().enumerate() {
            let mut rng = ChaCha8Rng::seed_from_u64(10 + seed as u64);
            let fit = Fit::of(simulated(&mut rng, 20_000, -10.0, 20.0, truth)).unwrap();
            assert!(
                (truth.detection(truth.snr_db) - 0.9).abs() < 1e-9 && (fit.detection(fit.snr_db) - 0.9).abs() < 1e-6
            );
            assert!((fit.snr_db - truth.snr_db).abs() < 0.15, "{fit:?} for {truth:?}");
            assert!((fit.middle_db - truth.middle_db).abs() < 0.12, "{fit:?} for {truth:?}");
            assert!((fit.spread_db / truth.spread_db - 1.0).abs() < 0.1, "{fit:?} for {truth:?}");
            assert!((fit.lapse - truth.lapse).abs() < 0.012, "{fit:?} for {truth:?}");
            assert!(fit.interval_db.0 < truth.snr_db && truth.snr_db < fit.interval_db.1, "{fit:?} for {truth:?}");
        }
    }

    #[test]
    fn the_interval_holds_the_truth_about_as_often_as_it_says() {
        let truth = curve(-1.0, 1.0, 0.0);
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let runs = 60;
        let held = (0..runs)
            .filter(|_| {
                let fit = Fit::of(simulated(&mut rng, 150, -5.0, 5.0, &truth)).unwrap();
                (fit.interval_db.0..=fit.interval_db.1).contains(&truth.snr_db)
            })
            .count();
        // 95 % of 60 are 57; fewer than 52 come once in a hundred and fifty times.
        assert!(held >= 52, "{held} of {runs}");
    }

    #[test]
    fn strong_bursts_that_are_missed_do_not_pull_the_curve_flat() {
        let mut bursts: Vec<(f64, bool)> = (-100..200).map(|i| (f64::from(i) / 10.0, i > -10)).collect();
        bursts.extend([(15.0, false), (19.0, false), (12.0, false)]);
        let fit = Fit::of(bursts).unwrap();
        assert!((fit.snr_db + 0.8).abs() < 0.5 && fit.spread_db < 0.6, "{fit:?}");
    }

    #[test]
    fn what_the_bursts_do_not_tell_is_not_stated() {
        let fit = |bursts: &[(f64, bool)]| Fit::of(bursts.iter().copied());
        assert_eq!(fit(&[]), Err(NoFit::NoSnr));
        assert_eq!(fit(&[(f64::NAN, true), (1e17, false)]), Err(NoFit::NoSnr));
        assert_eq!(fit(&[(1.0, true), (2.0, true)]), Err(NoFit::AllFound));
        assert_eq!(fit(&[(1.0, false), (2.0, false)]), Err(NoFit::NoneFound));
        assert_eq!(fit(&[(-10.0, false), (10.0, true)]), Err(NoFit::TooFew));
        assert_eq!(fit(&[(16.0, false), (16.0, true)]), Err(NoFit::TooFew));
        // Half of the strongest are found, as many as ever will be.
        let half: Vec<(f64, bool)> = (0..400).map(|i| (f64::from(i / 20), i % 2 == 0 && i > 100)).collect();
        assert_eq!(fit(&half), Err(NoFit::NeverReached));
        // Half of the strongest are found, and they are not strong.
        let weak: Vec<(f64, bool)> = (0..400).map(|i| (f64::from(i / 100), i % 8 < i / 100)).collect();
        assert_eq!(fit(&weak), Err(NoFit::NeverReached));
        let strong: Vec<(f64, bool)> = (0..4000).map(|i| (f64::from(i % 10), i % 200 != 0)).collect();
        assert_eq!(fit(&strong), Err(NoFit::AlwaysReached));
        // A coin decides, at any strength.
        let coin: Vec<(f64, bool)> = (0..40).map(|i| (f64::from(i % 20), (i * 7) % 20 > 1)).collect();
        assert!(fit(&coin).is_err(), "{:?}", fit(&coin));
    }
}
