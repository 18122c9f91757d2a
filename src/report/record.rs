//! A burst as it is written: the fields, their order and their rounding, the same for every form.

use serde::Serialize;

use crate::detect::Burst;
use crate::iq::Tuning;
use crate::pipeline::RunInfo;
use crate::units::{Hertz, SampleIndex};

/// One burst, as JSON Lines and CSV give it. A field is never renamed; more may be added.
///
/// Times are rounded to 0.1 µs, levels to 0.01 dB, frequencies to 1 Hz, and every number is finite: a level below
/// −200 dBFS (digital silence has −∞) is written as −200. Samples count from the recording's first one;
/// frequencies are absolute, or offsets from the centre if the recording has none.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BurstRecord {
    /// Always `burst`.
    pub kind: &'static str,
    /// First sample.
    #[serde(rename = "core:sample_start")]
    pub sample_start: u64,
    /// Number of samples.
    #[serde(rename = "core:sample_count")]
    pub sample_count: u64,
    /// Lower edge, Hz.
    #[serde(rename = "core:freq_lower_edge")]
    pub freq_lower_edge: i64,
    /// Upper edge, Hz; above the lower one.
    #[serde(rename = "core:freq_upper_edge")]
    pub freq_upper_edge: i64,
    /// First sample over the sample rate, s.
    pub start_s: f64,
    /// Number of samples over the sample rate, s.
    pub duration_s: f64,
    /// Centre of its power, Hz; not outside the edges.
    pub center_hz: i64,
    /// Upper less lower edge, Hz.
    pub bandwidth_hz: i64,
    /// Mean power over the burst's time and width, signal and noise.
    pub power_dbfs: f64,
    /// Noise power in the same width.
    pub noise_dbfs: f64,
    /// Signal over noise in the same width, noise removed.
    pub snr_db: f64,
    /// How often an hour noise alone would give a burst at least this strong, to three figures; at most what was
    /// asked for.
    pub expected_per_hour: f64,
    /// Touches the beginning of the data or a gap.
    pub cut_start: bool,
    /// Touches the end of the data or a gap.
    pub cut_end: bool,
    /// When it began: RFC 3339, UTC, microseconds. Only if the recording says when it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Which part of a longer emission this is, from 1. Only for parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<u32>,
    /// Whether another part follows. Only for parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more: Option<bool>,
}

impl BurstRecord {
    /// The names of all fields in their order.
    pub const FIELDS: [&str; 18] = [
        "kind",
        "core:sample_start",
        "core:sample_count",
        "core:freq_lower_edge",
        "core:freq_upper_edge",
        "start_s",
        "duration_s",
        "center_hz",
        "bandwidth_hz",
        "power_dbfs",
        "noise_dbfs",
        "snr_db",
        "expected_per_hour",
        "cut_start",
        "cut_end",
        "time",
        "part",
        "more",
    ];

    /// `burst` of this run.
    pub fn new(burst: &Burst, run: &RunInfo) -> Self {
        let Tuning { sample_rate, .. } = run.stream.tuning;
        let hertz = |offset| run.stream.tuning.absolute(offset).0.round() as i64;
        let lower = hertz(burst.low);
        let upper = hertz(burst.high).max(lower + 1);
        BurstRecord {
            kind: "burst",
            sample_start: burst.start.0,
            sample_count: burst.count,
            freq_lower_edge: lower,
            freq_upper_edge: upper,
            start_s: seconds(burst.start.0, sample_rate),
            duration_s: seconds(burst.count, sample_rate),
            center_hz: hertz(burst.center).clamp(lower, upper),
            bandwidth_hz: upper - lower,
            power_dbfs: level(burst.power),
            noise_dbfs: level(burst.noise),
            snr_db: decibels(f64::from(burst.snr.0)),
            expected_per_hour: three_figures(burst.expected_per_hour).min(run.false_alarms_per_hour),
            cut_start: burst.cut_start,
            cut_end: burst.cut_end,
            time: time(run, burst.start),
            part: burst.part,
            more: burst.part.map(|_| burst.more),
        }
    }
}

/// What `samples` last, in seconds to 0.1 µs.
pub(super) fn seconds(samples: u64, sample_rate: Hertz) -> f64 {
    (samples as f64 / sample_rate.0 * 1e7).round() / 1e7
}

/// The level of a linear `power`, in dBFS to 0.01 dB.
pub(super) fn level(power: f64) -> f64 {
    decibels(10.0 * power.log10())
}

/// Decibels to 0.01 dB, between −200 and 200; −200 for what is not a number.
pub(super) fn decibels(db: f64) -> f64 {
    let db = if db.is_nan() { -200.0 } else { db.clamp(-200.0, 200.0) };
    // Plus zero, so that −0.001 is written 0 and not −0.
    (db * 100.0).round() / 100.0 + 0.0
}

/// A number of 0 or more to three figures, read back from its decimals so that it prints with no more of them.
fn three_figures(value: f64) -> f64 {
    let value = if value.is_nan() { 0.0 } else { value.clamp(0.0, 1e300) };
    format!("{value:.2e}").parse().expect("Rust reads the numbers it writes")
}

/// When the sample at `at` was taken.
pub(super) fn time(run: &RunInfo, at: SampleIndex) -> Option<String> {
    let after = (at.seconds(run.stream.tuning.sample_rate) * 1e9).round() as i128;
    let microseconds = (run.stream.start_time?.as_nanosecond() + after + 500).div_euclid(1000);
    let time = jiff::Timestamp::from_microsecond(microseconds.try_into().ok()?).ok()?;
    Some(format!("{time:.6}"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::iq::SampleFormat;
    use crate::pipeline::{Progress, Summary};
    use crate::source::{SourceKind, StreamInfo};
    use crate::units::Decibels;

    /// A run on a recording at 2.4 MS/s whose first sample was taken at `start_time`.
    pub fn run(center: Option<f64>, start_time: Option<&str>) -> RunInfo {
        RunInfo {
            stream: StreamInfo {
                name: "a.cu8".to_owned(),
                kind: SourceKind::Recording,
                tuning: Tuning { center: center.map(Hertz), sample_rate: Hertz(2.4e6) },
                format: SampleFormat::Cu8,
                first: SampleIndex(0),
                length: Some(24_000_000),
                start_time: start_time.map(|time| time.parse().unwrap()),
                actions: Vec::new(),
            },
            false_alarms_per_hour: 1.0,
            shortest_whole_s: 140e-6,
        }
    }

    /// The end of such a run.
    pub fn summary() -> Summary {
        Summary {
            progress: Progress { samples: 24_000_000, lost: 3, clipped: 12, peak: 0.5, ..Progress::default() },
            seconds: 10.000_000_04,
            bursts: 2,
            false_alarms_per_hour: 1.0,
            ..Summary::default()
        }
    }

    /// A GSM-shaped burst with values that need rounding.
    pub fn burst(start: u64) -> Burst {
        Burst {
            start: SampleIndex(start),
            count: 1311,
            low: Hertz(-500_100.4),
            high: Hertz(-299_899.6),
            center: Hertz(-400_012.5),
            power: 2e-5,
            noise: 1e-6,
            snr: Decibels(12.788_746),
            expected_per_hour: 1.234_56e-9,
            cut_start: false,
            cut_end: true,
            part: None,
            more: false,
        }
    }

    #[test]
    fn values_are_rounded_as_promised() {
        let record = BurstRecord::new(&burst(720_001), &run(Some(897.3e6), Some("2026-01-02T03:04:05Z")));
        assert_eq!(
            record,
            BurstRecord {
                kind: "burst",
                sample_start: 720_001,
                sample_count: 1311,
                freq_lower_edge: 896_799_900,
                freq_upper_edge: 897_000_100,
                start_s: 0.300_000_4,
                duration_s: 0.000_546_3,
                center_hz: 896_899_988,
                bandwidth_hz: 200_200,
                power_dbfs: -46.99,
                noise_dbfs: -60.0,
                snr_db: 12.79,
                expected_per_hour: 1.23e-9,
                cut_start: false,
                cut_end: true,
                time: Some("2026-01-02T03:04:05.300000Z".to_owned()),
                part: None,
                more: None,
            }
        );
    }

    #[test]
    fn every_number_is_finite_whatever_the_detector_gave() {
        let broken = Burst {
            power: 0.0,
            noise: f64::NAN,
            snr: Decibels(f32::INFINITY),
            expected_per_hour: f64::NAN,
            ..burst(0)
        };
        let record = BurstRecord::new(&broken, &run(None, None));
        assert_eq!(
            (record.power_dbfs, record.noise_dbfs, record.snr_db, record.expected_per_hour),
            (-200.0, -200.0, 200.0, 0.0)
        );
        assert_eq!(decibels(-0.001).to_string(), "0");
        assert_eq!(level(f64::INFINITY), 200.0);
    }

    #[test]
    fn rounding_keeps_the_promises_between_fields() {
        let run = run(None, None);
        let thin = Burst { low: Hertz(10.2), high: Hertz(10.4), center: Hertz(12.0), ..burst(0) };
        let record = BurstRecord::new(&thin, &run);
        assert_eq!((record.freq_lower_edge, record.freq_upper_edge), (10, 11));
        assert_eq!((record.center_hz, record.bandwidth_hz), (11, 1));
        let limit = RunInfo { false_alarms_per_hour: 0.1236, ..run };
        let faint = Burst { expected_per_hour: 0.12355, ..burst(0) };
        assert_eq!(BurstRecord::new(&faint, &limit).expected_per_hour, 0.1236);
    }

    #[test]
    fn the_list_of_fields_is_the_fields() {
        let part = Burst { part: Some(1), more: true, ..burst(0) };
        let record = BurstRecord::new(&part, &run(None, Some("2026-01-02T03:04:05Z")));
        let written = serde_json::to_value(record).unwrap();
        let fields: Vec<&String> = written.as_object().unwrap().keys().collect();
        assert_eq!(fields, BurstRecord::FIELDS);
    }
}
