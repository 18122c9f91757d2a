//! Which scenes a campaign consists of.

use super::results::Results;
use super::unit::{Outcome, Purpose, Unit};
use crate::score::Score;
use crate::theory::BurstSearch;

/// Seconds of a unit with bursts, and bursts in each of them.
const BURSTS_S: f64 = 60.0;
const BURSTS_PER_S: f64 = 8.0;
/// From so many decibels under the physical limit to so many over it: all of the rise from missed to found.
const AROUND_LIMIT_DB: [f64; 2] = [-2.0, 4.5];
/// From there to where a threshold per bin finds all too.
const OVER_LIMIT_DB: [f64; 2] = [4.5, 17.0];
/// Where measuring is judged.
const PRECISION_DB: f64 = 10.0;

/// A kind of burst: how a scene names it, and what theory needs to know of it.
struct Kind {
    name: &'static str,
    /// As an entry of `bursts` in a scene.
    written: &'static str,
    duration_s: f64,
    bandwidth_hz: f64,
}

/// The known uplinks, then shapes that nobody named in advance.
const KINDS: [Kind; 10] = [
    Kind { name: "GSM access burst", written: "\"GSM access burst\"", duration_s: 324.9e-6, bandwidth_hz: 200e3 },
    Kind { name: "GSM normal burst", written: "\"GSM normal burst\"", duration_s: 546.5e-6, bandwidth_hz: 200e3 },
    Kind { name: "LTE PUSCH 1 RB", written: "\"LTE PUSCH 1 RB\"", duration_s: 1e-3, bandwidth_hz: 180e3 },
    Kind { name: "LTE PUSCH 6 RB", written: "\"LTE PUSCH 6 RB\"", duration_s: 1e-3, bandwidth_hz: 1.08e6 },
    Kind { name: "LTE PRACH", written: "\"LTE PRACH\"", duration_s: 903.1e-6, bandwidth_hz: 1.048_75e6 },
    Kind { name: "LTE PUSCH 3 RB", written: "\"LTE PUSCH 3 RB\"", duration_s: 1e-3, bandwidth_hz: 540e3 },
    Kind {
        name: "LTE PUSCH 1 RB, half a subframe",
        written: "{ lte_pusch_rb = 1, slots = 1 }",
        duration_s: 0.5e-3,
        bandwidth_hz: 180e3,
    },
    Kind { name: "LTE SRS 4 RB", written: "\"LTE SRS 4 RB\"", duration_s: 71.4e-6, bandwidth_hz: 720e3 },
    Kind {
        name: "noise, 180 kHz for 3.3 ms",
        written: "{ noise_hz = 180_000, duration_us = 3300 }",
        duration_s: 3.3e-3,
        bandwidth_hz: 180e3,
    },
    Kind {
        name: "keyed carrier, 25 kHz for 3.3 ms",
        written: "{ keyed_hz = 25_000, duration_us = 3300 }",
        duration_s: 3.3e-3,
        bandwidth_hz: 25e3,
    },
];

/// Noise that a receiver may have.
const NOISES: [(&str, &str); 4] = [
    ("flat", ""),
    ("rippled", RIPPLED),
    ("drifting", "drift = { depth_db = 1.5, period_s = 20 }\n"),
    (
        "spurred",
        "spur = [\n  { offset_hz = -850_000, level_dbfs = -57 },\n  { offset_hz = -310_000, level_dbfs = -62 },\n  \
         { offset_hz = 120_000, level_dbfs = -54 },\n  { offset_hz = 640_000, level_dbfs = -60 },\n]\n",
    ),
];
const RIPPLED: &str = "flat_hz = 900_000\nedge_db = -10\nripple = [\n  { depth_db = 0.45, humps = 5, degrees = 120 },\n  \
                       { depth_db = 0.3, humps = 9, degrees = -50 },\n]\n";

/// False alarms an hour asked for, and seconds and number of units of noise of each kind in a campaign of scale 1.
const ASKED: [(f64, f64, f64); 5] =
    [(10_000.0, 120.0, 3.0), (1_000.0, 600.0, 3.0), (100.0, 600.0, 12.0), (10.0, 1_800.0, 8.0), (1.0, 1_800.0, 20.0)];

/// Scenes to be looked through, in the order in which they are.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// Its units; no two are alike.
    pub units: Vec<Unit>,
}

/// Units of one purpose and group, scored as one.
#[derive(Clone, Debug)]
pub struct Pool {
    /// What they are for.
    pub purpose: Purpose,
    /// What they have in common.
    pub group: String,
    /// False alarms an hour that were asked for.
    pub false_alarms_per_hour: f64,
    /// Units that are done.
    pub units: usize,
    /// All of them as one recording.
    pub score: Score,
    /// The same of what exceeded a plain threshold per bin in them, if all were looked through with one.
    pub plain: Option<Score>,
}

impl Campaign {
    /// The whole campaign: at scale 1 some 2 400 bursts of each kind around the limit, 480 stronger ones and 480 at 10 dB, and
    /// 16 hours of each kind of noise.
    pub fn whole(scale: f64) -> Self {
        let number = |at_scale_1: f64| (at_scale_1 * scale).ceil() as u64;
        let mut units = Vec::new();
        for kind in &KINDS {
            units.extend((0..number(5.0)).map(|seed| kind.sensitivity(AROUND_LIMIT_DB, seed, BURSTS_S)));
            units.extend((0..number(1.0)).map(|seed| kind.sensitivity(OVER_LIMIT_DB, seed + 200, BURSTS_S)));
            units.extend((0..number(1.0)).map(|seed| kind.precision(seed, BURSTS_S)));
        }
        for (asked, seconds, times) in ASKED {
            for (name, receiver) in NOISES {
                units.extend((0..number(times)).map(|seed| noise(name, receiver, asked, seconds, seed)));
            }
        }
        Campaign { units }
    }

    /// The short form for tests: two known kinds, one shape that nobody named in advance, rippled noise at a high rate.
    pub fn short() -> Self {
        let kinds =
            || KINDS.iter().filter(|k| ["GSM normal burst", "LTE PUSCH 6 RB", "LTE PUSCH 3 RB"].contains(&k.name));
        let mut units: Vec<Unit> = kinds().map(|kind| kind.sensitivity(AROUND_LIMIT_DB, 1_000, 40.0)).collect();
        units.extend(kinds().map(|kind| kind.precision(1_000, 10.0)));
        units.push(noise("rippled", RIPPLED, 10_000.0, 60.0, 1_000));
        Campaign { units }
    }

    /// What is done of it, pooled, in the order of the campaign.
    pub fn pools(&self, results: &Results) -> Vec<Pool> {
        let alike = |a: &Unit, b: &Unit| {
            a.purpose == b.purpose && a.group == b.group && a.false_alarms_per_hour == b.false_alarms_per_hour
        };
        let mut pools = Vec::new();
        let mut rest = &self.units[..];
        while let [first, ..] = rest {
            let (these, others) = rest.split_at(rest.iter().take_while(|unit| alike(first, unit)).count());
            rest = others;
            let done: Vec<&Outcome> = these.iter().filter_map(|unit| results.get(&unit.key())).collect();
            let Some(some) = done.first() else { continue };
            let (mut truth, mut found, mut samples) = (Vec::new(), Vec::new(), 0);
            let mut plain = Some(Vec::new());
            for outcome in &done {
                outcome.pool(samples, &mut truth, &mut found);
                plain = plain.and_then(|mut plain| outcome.pool_plain(samples, &mut plain).map(|()| plain));
                samples += outcome.samples;
            }
            let terms = some.terms(samples, first.false_alarms_per_hour);
            pools.push(Pool {
                purpose: first.purpose,
                group: first.group.clone(),
                false_alarms_per_hour: first.false_alarms_per_hour,
                units: done.len(),
                score: Score::of(&truth, &found, &terms),
                plain: plain.map(|plain| Score::of(&truth, &plain, &terms)),
            });
        }
        pools
    }
}

impl Kind {
    fn sensitivity(&self, over_limit_db: [f64; 2], seed: u64, seconds: f64) -> Unit {
        let (duration_s, bandwidth_hz) = (self.duration_s, self.bandwidth_hz);
        let limit = BurstSearch { duration_s, bandwidth_hz, band_hz: 2.4e6, false_alarms_per_hour: 1.0 };
        let limit_db = (10.0 * limit.snr_db(0.9)).round() / 10.0;
        let [low, high] = over_limit_db.map(|db| limit_db + db);
        self.unit(Purpose::Sensitivity, [low, high], seed, seconds)
    }

    fn precision(&self, seed: u64, seconds: f64) -> Unit {
        self.unit(Purpose::Precision, [PRECISION_DB; 2], seed + 500, seconds)
    }

    fn unit(&self, purpose: Purpose, [low, high]: [f64; 2], seed: u64, seconds: f64) -> Unit {
        let scene = format!(
            "{}{RIPPLED}\n[[scattered]]\nbursts = [{}]\nper_s = {BURSTS_PER_S}\nsnr_db = [{low:.1}, {high:.1}]\n\
             band_hz = [899_000_000, 901_000_000]\n",
            head(self.name, seed, seconds),
            self.written,
        );
        Unit { purpose, group: self.name.to_owned(), scene, false_alarms_per_hour: 1.0 }
    }
}

fn noise(name: &str, receiver: &str, asked: f64, seconds: f64, seed: u64) -> Unit {
    // Other noise for each rate asked for.
    let seed = 1_000_000 + 1_000 * asked as u64 + seed;
    let scene = format!("{}{receiver}", head(name, seed, seconds));
    Unit { purpose: Purpose::Noise, group: name.to_owned(), scene, false_alarms_per_hour: asked }
}

fn head(title: &str, seed: u64, seconds: f64) -> String {
    format!(
        "[scene]\ntitle = \"{title}\"\nseed = {seed}\nduration_s = {seconds:.1}\nsample_rate_hz = 2_400_000\n\
         center_hz = 900_000_000\n\n[receiver]\nnoise_dbfs = -36\n"
    )
}
