//! A score as one JSON object: every figure, its unit in its name.

use serde_json::{Value, json};

use super::{Bin, CONFIDENCE, Comparison, Deviation, Deviations, Kind, STATED_DETECTION, Score, Share};
use crate::output::PROGRAM;

/// Version of the object's fields. It rises when one changes its meaning; a new field does not raise it.
const SCHEMA: u32 = 1;

/// The score as one JSON object on many lines, ended.
pub fn json(comparison: &Comparison, score: &Score) -> String {
    let terms = &comparison.terms;
    let rate = terms.sample_rate.0;
    let interval = score.false_alarms_per_hour_interval();
    let object = json!({
        "kind": "score",
        "schema": SCHEMA,
        "program": PROGRAM,
        "truth": comparison.truth_name,
        "detections": comparison.detections_name,
        "sample_rate_hz": rate,
        "band_low_hz": terms.band.0.0,
        "band_high_hz": terms.band.1.0,
        "from_s": rounded(terms.span.start as f64 / rate, 7),
        "to_s": rounded(terms.span.end as f64 / rate, 7),
        "span_from": comparison.span_from.name(),
        "hours": terms.hours(),
        "confidence": CONFIDENCE,
        "limit_false_alarms_per_hour": terms.false_alarms_per_hour,
        "bursts": score.all.bursts,
        "found": score.all.found,
        "merged": score.merged,
        "pd": probability(&score.all),
        "pd_interval": pair(Some(score.all.interval()), 6),
        "detections_counted": score.detections,
        "pieces": score.pieces,
        "set_aside": score.set_aside,
        "false_alarms": score.false_alarms,
        "false_alarms_per_hour": score.false_alarms_per_hour().map(|rate| rounded(rate, 6)),
        "false_alarms_per_hour_interval": pair(interval, 6),
        "bursts_outside_band": score.outside_band,
        "detections_without_edges": score.without_edges,
        "annotations_left_out": comparison.left_out,
        "by_snr": bins(&score.bins),
        "deviations": deviations(&score.deviations),
        "kinds": score.kinds.iter().map(kind).collect::<Vec<Value>>(),
        "notes": comparison.notes,
    });
    serde_json::to_string_pretty(&object).expect("an object of finite numbers and text keys") + "\n"
}

fn kind(kind: &Kind) -> Value {
    let fit = kind.fit.ok();
    let limit =
        |probability: f64| Some(kind.limit.snr_db(probability)).filter(|db| db.is_finite()).map(|db| rounded(db, 3));
    json!({
        "label": kind.label,
        "bursts": kind.share.bursts,
        "found": kind.share.found,
        "merged": kind.merged,
        "pieces": kind.pieces,
        "pd": probability(&kind.share),
        "pd_interval": pair(Some(kind.share.interval()), 6),
        "median_duration_s": rounded(kind.median_duration_s, 7),
        "median_bandwidth_hz": rounded(kind.median_bandwidth_hz, 0),
        "snr_at_pd_0_9_db": fit.map(|fit| rounded(fit.snr_db, 3)),
        "snr_at_pd_0_9_interval_db": pair(fit.map(|fit| fit.interval_db), 3),
        "snr_at_pd_0_9_why_not": kind.fit.err().map(|why| why.to_string()),
        "fit": fit.map(|fit| json!({
            "model": "probit in dB with a share missed at any SNR",
            "middle_db": rounded(fit.middle_db, 3),
            "spread_db": rounded(fit.spread_db, 3),
            "missed_at_any_snr": rounded(fit.lapse, 4),
        })),
        "limit_at_pd_0_5_db": limit(0.5),
        "limit_at_pd_0_9_db": limit(STATED_DETECTION),
        "gap_db": kind.gap_db().map(|gap| rounded(gap, 3)),
        "by_snr": bins(&kind.bins),
        "deviations": deviations(&kind.deviations),
    })
}

fn bins(bins: &[Bin]) -> Vec<Value> {
    bins.iter()
        .map(|bin| {
            json!({
                "snr_db": bin.snr_db,
                "bursts": bin.share.bursts,
                "found": bin.share.found,
                "pd": probability(&bin.share),
                "pd_interval": pair(Some(bin.share.interval()), 6),
            })
        })
        .collect()
}

fn deviations(all: &Deviations) -> Value {
    let one = |deviation: Option<Deviation>| {
        deviation.map(|d| {
            json!({
                "pairs": d.pairs,
                "median": rounded(d.median, 3),
                "median_magnitude": rounded(d.median_magnitude, 3),
                "ninety_percent_magnitude": rounded(d.ninety_percent_magnitude, 3),
            })
        })
    };
    json!({
        "start_us": one(all.start_us),
        "end_us": one(all.end_us),
        "center_khz": one(all.center_khz),
        "bandwidth_percent": one(all.bandwidth_percent),
        "snr_db": one(all.snr_db),
    })
}

fn probability(share: &Share) -> Option<f64> {
    share.probability().map(|probability| rounded(probability, 6))
}

fn pair(interval: Option<(f64, f64)>, decimals: i32) -> Value {
    interval.map_or(Value::Null, |(low, high)| json!([rounded(low, decimals), rounded(high, decimals)]))
}

/// `value` to so many figures behind the point; no −0.
fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (value * scale).round() / scale + 0.0
}
