//! The figures: what was found of what, per kind and over all.

use std::collections::BTreeMap;

use super::matching::matches;
use super::{CONFIDENCE, Fit, Found, FoundFate, Matches, NoFit, Role, STATED_DETECTION, Terms, Truth, TruthFate};
use crate::theory::{BurstSearch, binomial_interval, poisson_interval};
use crate::units::Hertz;

/// Detections held against truth.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// What they were held against.
    pub terms: Terms,
    /// Figures of each kind of burst, in order of their labels.
    pub kinds: Vec<Kind>,
    /// Figures of all bursts together. Limit and fit stand with the kinds alone: each has its own.
    pub all: Share,
    /// All bursts by SNR.
    pub bins: Vec<Bin>,
    /// Deviations over all bursts that were found.
    pub deviations: Deviations,
    /// Bursts without a detection of their own that lie in another's.
    pub merged: u64,
    /// Detections that are counted.
    pub detections: u64,
    /// Detections of bursts that have a better one.
    pub pieces: u64,
    /// Detections explained by energy that is no burst to be found.
    pub set_aside: u64,
    /// Detections that nothing explains.
    pub false_alarms: u64,
    /// Bursts of the span that lie outside the band; they are counted nowhere.
    pub outside_band: u64,
    /// Detections without frequency edges, matched on time alone.
    pub without_edges: u64,
    /// What became of every truth and every detection, also of those outside the span.
    pub matches: Matches,
}

/// Figures of one kind of burst.
#[derive(Clone, Debug, PartialEq)]
pub struct Kind {
    /// Its label; may be empty.
    pub label: String,
    /// Bursts, and found ones.
    pub share: Share,
    /// Bursts without a detection of their own that lie in another's.
    pub merged: u64,
    /// Detections of its bursts beyond the first.
    pub pieces: u64,
    /// Bursts by SNR.
    pub bins: Vec<Bin>,
    /// Median duration and, within the band, bandwidth.
    pub median_duration_s: f64,
    /// See [`Kind::median_duration_s`].
    pub median_bandwidth_hz: f64,
    /// The physical limit for a burst of these medians.
    pub limit: BurstSearch,
    /// The curve through the bursts that were found or missed; those that share a detection are left out, as it does
    /// not tell which of them was strong enough.
    pub fit: Result<Fit, NoFit>,
    /// Deviations of those that were found.
    pub deviations: Deviations,
}

/// Found of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Bursts with a detection of their own.
    pub found: u64,
    /// All bursts.
    pub bursts: u64,
}

/// Bursts within half a decibel of a whole one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bin {
    /// The whole number of decibels.
    pub snr_db: i32,
    /// Bursts, and found ones.
    pub share: Share,
}

/// How far detections are off: detection less truth. `None` where no pair states both.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Deviations {
    /// First sample, µs.
    pub start_us: Option<Deviation>,
    /// Last sample, µs.
    pub end_us: Option<Deviation>,
    /// Centre, kHz.
    pub center_khz: Option<Deviation>,
    /// Bandwidth, percent of the truth's.
    pub bandwidth_percent: Option<Deviation>,
    /// SNR, dB.
    pub snr_db: Option<Deviation>,
}

/// How far one quantity is off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deviation {
    /// Pairs that state it.
    pub pairs: u64,
    /// Median with its sign.
    pub median: f64,
    /// Median of the magnitude.
    pub median_magnitude: f64,
    /// What nine of ten magnitudes do not exceed.
    pub ninety_percent_magnitude: f64,
}

/// What is gathered of one kind, or of all.
#[derive(Default)]
struct Gathered {
    share: Share,
    merged: u64,
    pieces: u64,
    bins: BTreeMap<i32, Share>,
    durations_s: Vec<f64>,
    bandwidths_hz: Vec<f64>,
    outcomes: Vec<(f64, bool)>,
    off: [Vec<f64>; 5],
}

impl Score {
    /// Holds `found` against `truth`.
    ///
    /// Order matters only among pairs that are alike to the last bit: the earlier in the list is taken first.
    ///
    /// # Panics
    /// If the sample rate or the false alarms an hour are not above zero, or the band has no width.
    pub fn of(truth: &[Truth], found: &[Found], terms: &Terms) -> Score {
        let matches = matches(truth, found, terms);
        let mut kinds: BTreeMap<&str, Gathered> = BTreeMap::new();
        let mut all = Gathered::default();
        let mut outside_band = 0;
        // Detections of several bursts: which of them was strong enough is not known.
        let mut of_several = vec![false; found.len()];
        for fate in &matches.truth {
            if let TruthFate::Merged(index) = fate {
                of_several[*index] = true;
            }
        }
        for (truth, fate) in truth.iter().zip(&matches.truth).filter(|(t, _)| terms.counts(t.start, t.count)) {
            if truth.role == Role::Other {
                continue;
            }
            let Some(edges) = terms.cut_to_band(truth) else {
                outside_band += 1;
                continue;
            };
            let detection = if let TruthFate::Found(index) = fate { found.get(*index) } else { None };
            let tells = match fate {
                TruthFate::Found(index) => !of_several[*index],
                _ => *fate == TruthFate::Missed,
            };
            for gathered in [kinds.entry(&truth.label).or_default(), &mut all] {
                gathered.add(truth, *fate, tells);
                gathered.durations_s.push(truth.count as f64 / terms.sample_rate.0);
                gathered.bandwidths_hz.push(edges.1.0 - edges.0.0);
                if let Some(detection) = detection {
                    gathered.compare(truth, edges, detection, terms);
                }
            }
        }
        let mut score = Score {
            terms: terms.clone(),
            kinds: Vec::new(),
            all: all.share,
            bins: all.bins(),
            deviations: all.deviations(),
            merged: all.merged,
            detections: 0,
            pieces: 0,
            set_aside: 0,
            false_alarms: 0,
            outside_band,
            without_edges: 0,
            matches,
        };
        for (detection, fate) in found.iter().zip(&score.matches.found) {
            // A pair is counted where its burst is.
            let counts = match fate {
                FoundFate::Burst(index) => terms.counts(truth[*index].start, truth[*index].count),
                _ => terms.counts(detection.start, detection.count),
            };
            if !counts {
                continue;
            }
            score.detections += 1;
            score.without_edges += u64::from(detection.edges.is_none());
            match fate {
                FoundFate::Burst(_) => {}
                FoundFate::Piece(index) => {
                    score.pieces += 1;
                    if let Some(kind) = kinds.get_mut(truth[*index].label.as_str()) {
                        kind.pieces += 1;
                    }
                }
                FoundFate::Other(_) => score.set_aside += 1,
                FoundFate::FalseAlarm => score.false_alarms += 1,
            }
        }
        score.kinds = kinds.into_iter().map(|(label, gathered)| gathered.kind(label, terms)).collect();
        score
    }

    /// False alarms an hour; `None` where no time was looked at.
    pub fn false_alarms_per_hour(&self) -> Option<f64> {
        let hours = self.terms.hours();
        (hours > 0.0).then(|| self.false_alarms as f64 / hours)
    }

    /// 95 % interval of the false alarms an hour; `None` where no time was looked at.
    pub fn false_alarms_per_hour_interval(&self) -> Option<(f64, f64)> {
        let hours = self.terms.hours();
        let (low, high) = poisson_interval(self.false_alarms, CONFIDENCE);
        (hours > 0.0).then(|| (low / hours, high / hours))
    }
}

impl Kind {
    /// The limit: SNR in decibels at which no energy detector finds more than nine of ten.
    pub fn limit_db(&self) -> f64 {
        self.limit.snr_db(STATED_DETECTION)
    }

    /// How far the detector stays behind the limit, in decibels; `None` without a fit or a limit.
    pub fn gap_db(&self) -> Option<f64> {
        Some(self.fit.ok()?.snr_db - self.limit_db()).filter(|gap| gap.is_finite())
    }
}

impl Share {
    /// The share found; `None` without a burst.
    pub fn probability(&self) -> Option<f64> {
        (self.bursts > 0).then(|| self.found as f64 / self.bursts as f64)
    }

    /// 95 % interval of the probability of detection.
    pub fn interval(&self) -> (f64, f64) {
        binomial_interval(self.found, self.bursts, CONFIDENCE)
    }

    fn count(&mut self, found: bool) {
        self.bursts += 1;
        self.found += u64::from(found);
    }
}

impl Gathered {
    /// Counts `truth`; its outcome goes into the curve if it `tells` what was strong enough.
    fn add(&mut self, truth: &Truth, fate: TruthFate, tells: bool) {
        let found = matches!(fate, TruthFate::Found(_));
        self.share.count(found);
        self.merged += u64::from(matches!(fate, TruthFate::Merged(_)));
        if let Some(snr_db) = truth.snr_db.filter(|snr_db| snr_db.is_finite()) {
            self.bins.entry(snr_db.round() as i32).or_default().count(found);
            if tells {
                self.outcomes.push((snr_db, found));
            }
        }
    }

    fn compare(&mut self, truth: &Truth, edges: (Hertz, Hertz), found: &Found, terms: &Terms) {
        let us = |found: u64, truth: u64| (found as f64 - truth as f64) / terms.sample_rate.0 * 1e6;
        let [start, end, center, bandwidth, snr] = &mut self.off;
        start.push(us(found.start.0, truth.start.0));
        end.push(us(found.end().0, truth.end().0));
        let width = edges.1.0 - edges.0.0;
        center.extend(found.center().map(|center| (center.0 - 0.5 * (edges.0.0 + edges.1.0)) / 1e3));
        bandwidth.extend(found.edges.map(|(low, high)| ((high.0 - low.0) / width - 1.0) * 100.0));
        snr.extend(found.snr_db.zip(truth.snr_db).map(|(found, truth)| found - truth));
    }

    fn bins(&self) -> Vec<Bin> {
        self.bins.iter().map(|(snr_db, share)| Bin { snr_db: *snr_db, share: *share }).collect()
    }

    fn deviations(&self) -> Deviations {
        let [start_us, end_us, center_khz, bandwidth_percent, snr_db] =
            self.off.each_ref().map(|off| Deviation::of(off));
        Deviations { start_us, end_us, center_khz, bandwidth_percent, snr_db }
    }

    fn kind(mut self, label: &str, terms: &Terms) -> Kind {
        let median_duration_s = median(&mut self.durations_s);
        let median_bandwidth_hz = median(&mut self.bandwidths_hz);
        let band_hz = (terms.band.1 - terms.band.0).0;
        Kind {
            label: label.to_owned(),
            share: self.share,
            merged: self.merged,
            pieces: self.pieces,
            bins: self.bins(),
            median_duration_s,
            median_bandwidth_hz,
            limit: BurstSearch {
                duration_s: median_duration_s,
                bandwidth_hz: median_bandwidth_hz,
                band_hz,
                false_alarms_per_hour: terms.false_alarms_per_hour,
            },
            deviations: self.deviations(),
            fit: Fit::of(self.outcomes),
        }
    }
}

impl Deviation {
    fn of(off: &[f64]) -> Option<Deviation> {
        let mut signed = off.to_vec();
        let mut magnitudes: Vec<f64> = off.iter().map(|value| value.abs()).collect();
        (!off.is_empty()).then(|| Deviation {
            pairs: off.len() as u64,
            median: median(&mut signed),
            median_magnitude: median(&mut magnitudes),
            ninety_percent_magnitude: quantile(&magnitudes, 0.9),
        })
    }
}

/// Sorts `values`, of which there is at least one, and gives their median.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    quantile(values, 0.5)
}

/// The quantile of values in ascending order, between two of them in proportion (Hyndman & Fan 1996, definition 7).
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}
