//! A campaign's figures: tables in Markdown, and curves.

use std::fmt::Write;

use super::campaign::Pool;
use super::unit::Purpose;
use crate::error::Result;
use crate::report::words;
use crate::score::{self, Beside, Deviation, Kind, PlotFile, Score};
use crate::theory::poisson_interval;

/// Two tables: what is found and how well it is measured, for each kind of burst; and the false alarms, for each kind of
/// noise and number asked for.
pub fn tables(pools: &[Pool]) -> String {
    let mut text = String::from(
        "| burst | T·B | limit, dB | SNR at Pd 0.9, dB (95 %) | over the limit, dB | a threshold per bin, dB over the limit (95 %) | \
         bursts | in pieces, % | start, end, µs | centre, kHz | bandwidth, % | SNR, dB |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for pool in pools.iter().filter(|pool| pool.purpose == Purpose::Sensitivity) {
        let precise = pools.iter().find(|other| other.purpose == Purpose::Precision && other.group == pool.group);
        for kind in &pool.score.kinds {
            let plain =
                pool.plain.as_ref().and_then(|plain| plain.kinds.iter().find(|other| other.label == kind.label));
            burst_row(&mut text, &pool.group, kind, plain, precise.and_then(|pool| pool.score.kinds.first()));
        }
    }
    text.push_str(
        "\n| noise | asked an hour | hours | expected | events | events over expected (95 %) |\n\
         | --- | --- | --- | --- | --- | --- |\n",
    );
    for pool in pools.iter().filter(|pool| pool.purpose == Purpose::Noise) {
        noise_row(&mut text, pool);
    }
    text.push_str(
        "\nLimit and SNR: where nine of ten bursts are found (Pd 0.9), in the burst's own bandwidth. A threshold per \
         bin: the same samples, every bin of every frame judged alone, at one false alarm an hour. In pieces: bursts 10 dB over \
         the noise that are found as more than one. The last four columns: errors at 10 dB, median of their size, and in brackets \
         what nine of ten do not exceed.\n",
    );
    text
}

/// Probability of detection over SNR, a panel for each kind of burst; `None` if no burst has been looked for yet.
///
/// # Errors
/// The encoder fails, as when memory runs out.
pub fn curves(pools: &[Pool], file: PlotFile, light: bool) -> Result<Option<Vec<u8>>> {
    let pools: Vec<&Pool> = pools.iter().filter(|pool| pool.purpose == Purpose::Sensitivity).collect();
    let Some(first) = pools.first() else { return Ok(None) };
    let named = |pool: &Pool, kind: &Kind| Kind { label: pool.group.clone(), ..kind.clone() };
    let kind = |pool: &&Pool, score: &Score| score.kinds.first().map(|kind| named(pool, kind));
    let kinds: Vec<Kind> = pools.iter().filter_map(|pool| kind(pool, &pool.score)).collect();
    let plain: Vec<Kind> = pools.iter().filter_map(|pool| kind(pool, pool.plain.as_ref()?)).collect();
    let bursts = pools.iter().map(|pool| pool.score.all.bursts).sum();
    let sub_title = format!(
        "{} around the limit and over it, each kind alone, in rippled noise at {} MS/s and 8 bits, its floor learnt",
        words::counted(bursts, "burst", "bursts"),
        words::trimmed(first.score.terms.sample_rate.0 / 1e6, 3)
    );
    let beside = Beside {
        name: "bin by bin",
        about: "a threshold on each bin of each frame of the same samples",
        kinds: &plain,
    };
    score::curves(&sub_title, &kinds.iter().collect::<Vec<_>>(), Some(&beside), &first.score.terms, file, light)
        .map(Some)
}

fn burst_row(text: &mut String, name: &str, kind: &Kind, plain: Option<&Kind>, precise: Option<&Kind>) {
    let (snr, gap) = match &kind.fit {
        Ok(fit) => {
            let (low, high) = fit.interval_db;
            (format!("{} ({} to {})", db(fit.snr_db), db(low), db(high)), db(fit.snr_db - kind.limit_db()))
        }
        Err(_) => ("–".to_owned(), "–".to_owned()),
    };
    let plain = plain.and_then(|plain| plain.fit.ok()).map_or("–".to_owned(), |fit| {
        let [over, low, high] = [fit.snr_db, fit.interval_db.0, fit.interval_db.1].map(|snr| db(snr - kind.limit_db()));
        format!("{over} ({low} to {high})")
    });
    let pieces = precise.map_or("–".to_owned(), |precise| {
        format!("{:.1}", 100.0 * precise.pieces as f64 / precise.share.bursts.max(1) as f64)
    });
    let off = |pick: fn(&Kind) -> Option<Deviation>| precise.and_then(pick);
    let magnitude = |deviation: Option<Deviation>, decimals: usize| {
        deviation.map_or("–".to_owned(), |d| {
            format!("{:.decimals$} ({:.decimals$})", d.median_magnitude, d.ninety_percent_magnitude)
        })
    };
    let _ = writeln!(
        text,
        "| {name} | {:.0} | {} | {snr} | {gap} | {plain} | {} | {pieces} | {}, {} | {} | {} | {} |",
        kind.limit.degrees(),
        db(kind.limit_db()),
        kind.share.bursts,
        magnitude(off(|k| k.deviations.start_us), 0),
        magnitude(off(|k| k.deviations.end_us), 0),
        magnitude(off(|k| k.deviations.center_khz), 1),
        magnitude(off(|k| k.deviations.bandwidth_percent), 1),
        magnitude(off(|k| k.deviations.snr_db), 2),
    );
}

fn noise_row(text: &mut String, pool: &Pool) {
    let hours = pool.score.terms.hours();
    let expected = hours * pool.false_alarms_per_hour;
    let events = pool.score.false_alarms;
    let (low, high) = poisson_interval(events, 0.95);
    let _ = writeln!(
        text,
        "| {} | {} | {hours:.2} | {expected:.1} | {events} | {:.2} ({:.2} to {:.2}) |",
        pool.group,
        pool.false_alarms_per_hour,
        events as f64 / expected,
        low / expected,
        high / expected,
    );
}

/// Decibels with their sign.
fn db(value: f64) -> String {
    format!("{value:+.2}").replace('-', "−")
}
