//! A score as text for people, at most 100 columns wide.

use std::fmt::Write;

use super::{Comparison, Deviation, Kind, STATED_DETECTION, Score, Share, SpanFrom};
use crate::report::words::{FrequencyScale, count, counted, duration, number, signed, trimmed};

/// Columns of a line.
const COLUMNS: usize = 100;

/// Columns of the first column of every table.
const FIRST: usize = 21;

/// What stands where there is nothing to state.
const NOTHING: &str = "–";

/// The score as text, each line ended.
pub fn text(comparison: &Comparison, score: &Score) -> String {
    let mut out = String::new();
    let sections = [head(comparison, score), kinds(score), by_snr(score), detections(score), deviations(score)];
    for (index, section) in sections.iter().filter(|section| !section.is_empty()).enumerate() {
        if index > 0 {
            out.push('\n');
        }
        out.push_str(section);
    }
    if !comparison.notes.is_empty() {
        out.push('\n');
    }
    for note in &comparison.notes {
        paragraph(&mut out, note);
    }
    out
}

fn head(comparison: &Comparison, score: &Score) -> String {
    let terms = &comparison.terms;
    let mut out = String::new();
    let mut line = |name: &str, text: &str| {
        let mut lines = wrapped(text, COLUMNS - 12).into_iter();
        let _ = writeln!(out, "{name:<12}{}", lines.next().unwrap_or_default());
        lines.for_each(|more| {
            let _ = writeln!(out, "{:<12}{more}", "");
        });
    };
    line("Truth", &comparison.truth_name);
    line("Detections", &comparison.detections_name);
    let from = match comparison.span_from {
        SpanFrom::Asked => "as asked",
        SpanFrom::Detections => "as the detections state",
        SpanFrom::Samples => "all samples of the recording",
        SpanFrom::LastAnnotation => "to the end of the last annotation, as the samples are not there",
    };
    let rate = terms.sample_rate.0;
    let seconds = (terms.span.end - terms.span.start) as f64 / rate;
    let begins = match terms.span.start {
        0 => String::new(),
        start => format!(" from {} on", duration(start as f64 / rate)),
    };
    let tuning = crate::iq::Tuning { center: comparison.center, sample_rate: terms.sample_rate };
    let around = match FrequencyScale::of(&tuning).center_text() {
        Some(center) => format!(" around {center}"),
        None => String::new(),
    };
    line("Looked at", &format!("{}{begins}, {} MHz{around}; {from}", duration(seconds), trimmed(rate / 1e6, 6)));
    if score.outside_band > 0 {
        line("Left out", &format!("{} outside the band", counted(score.outside_band, "burst", "bursts")));
    }
    out
}

/// The table of kinds, and why a fit is missing.
fn kinds(score: &Score) -> String {
    let mut out = String::new();
    let head = ["Bursts", "Found", "Pd", "95 % interval", "SNR for Pd 0.9, dB", "Limit", "Gap"];
    row(&mut out, "Kind", &head.map(str::to_owned), &KIND_COLUMNS);
    for kind in &score.kinds {
        let fitted = match kind.fit {
            Ok(fit) => {
                let (low, high) = fit.interval_db;
                format!("{} ({} to {})", signed(fit.snr_db, 1), signed(low, 1), signed(high, 1))
            }
            Err(_) => NOTHING.to_owned(),
        };
        let cells = [limit_text(kind), gap_text(kind)];
        row(&mut out, name(kind), &[&share_cells(&kind.share)[..], &[fitted], &cells].concat(), &KIND_COLUMNS);
    }
    if score.kinds.len() != 1 {
        row(&mut out, "All", &share_cells(&score.all), &KIND_COLUMNS);
    }
    if score.kinds.is_empty() {
        return out;
    }
    let asked = score.terms.false_alarms_per_hour;
    out.push('\n');
    paragraph(
        &mut out,
        &format!(
            "SNR for Pd {STATED_DETECTION}: where the fitted curve reaches it, and 95 % interval. Limit: where the best \
             detector that knows no more than duration and bandwidth would, at {} an hour in this band.",
            alarms(asked)
        ),
    );
    let mut reasons: Vec<(String, Vec<&str>)> = Vec::new();
    for kind in &score.kinds {
        if let Err(why) = kind.fit {
            let why = why.to_string();
            match reasons.iter_mut().find(|(reason, _)| *reason == why) {
                Some((_, names)) => names.push(name(kind)),
                None => reasons.push((why, vec![name(kind)])),
            }
        }
    }
    for (why, names) in reasons {
        paragraph(&mut out, &format!("Not stated for {}: {why}.", names.join(", ")));
    }
    out
}

/// Widths of the columns of [`kinds`].
const KIND_COLUMNS: [usize; 7] = [9, 9, 7, 16, 24, 7, 7];

/// What was found at each SNR; the rows at either end where nothing and where everything was found are taken
/// together.
fn by_snr(score: &Score) -> String {
    let rows = joined_rows(score);
    if rows.is_empty() {
        return String::new();
    }
    let mut out = String::from("Found of the bursts at each SNR\n");
    let cell = |bins: &[super::Bin], (low, high): (i32, i32)| {
        let mut sum = Share::default();
        for bin in bins.iter().filter(|bin| (low..=high).contains(&bin.snr_db)) {
            sum.found += bin.share.found;
            sum.bursts += bin.share.bursts;
        }
        if sum.bursts == 0 { String::new() } else { format!("{}/{}", count(sum.found), count(sum.bursts)) }
    };
    // All kinds together have the widest cells; two spaces before each.
    let widest = rows.iter().map(|row| cell(&score.bins, *row).chars().count() + 2).max().unwrap_or(0);
    let width = SNR_COLUMN.max(widest);
    // As many kinds as there is room for, the most numerous first to stay; the rest is in JSON.
    let all_column = usize::from(score.kinds.len() > 1);
    let most = (COLUMNS - 12) / width - all_column;
    let mut shown: Vec<&Kind> = score.kinds.iter().collect();
    shown.sort_by_key(|kind| std::cmp::Reverse(kind.share.bursts));
    shown.truncate(most);
    shown.sort_by(|a, b| a.label.cmp(&b.label));
    let columns = vec![width; shown.len() + all_column];
    let mut heads: Vec<Vec<String>> = shown.iter().map(|kind| heading(name(kind))).collect();
    heads.extend((all_column > 0).then(|| vec!["All".to_owned()]));
    let lines = heads.iter().map(Vec::len).max().unwrap_or(1);
    for line in 0..lines {
        // Heads stand on the last line.
        let cells: Vec<String> = heads
            .iter()
            .map(|head| (line + head.len()).checked_sub(lines).map_or(String::new(), |at| head[at].clone()))
            .collect();
        let first = if line + 1 == lines { "SNR, dB" } else { "" };
        table_row(&mut out, first, 12, &cells, &columns);
    }
    for (low, high) in rows {
        let first = if low == high {
            signed(f64::from(low), 0)
        } else {
            format!("{} to {}", signed(f64::from(low), 0), signed(f64::from(high), 0))
        };
        let row = (low, high);
        let mut cells: Vec<String> = shown.iter().map(|kind| cell(&kind.bins, row)).collect();
        cells.extend((all_column > 0).then(|| cell(&score.bins, row)));
        table_row(&mut out, &first, 12, &cells, &columns);
    }
    if shown.len() < score.kinds.len() {
        paragraph(&mut out, "The rarest kinds are left out here; --json has them.");
    }
    out
}

/// Width of a column of [`by_snr`] unless figures need more.
const SNR_COLUMN: usize = 12;

/// Lowest and highest SNR of each row.
fn joined_rows(score: &Score) -> Vec<(i32, i32)> {
    let bins = &score.bins;
    let none = bins.iter().take_while(|bin| bin.share.found == 0).count();
    let all = bins[none..].iter().rev().take_while(|bin| bin.share.found == bin.share.bursts).count();
    let (begin, end) = (none.saturating_sub(1), bins.len() - all.saturating_sub(1));
    let mut rows = Vec::new();
    for (index, bin) in bins.iter().enumerate() {
        let joins = (index > 0 && index <= begin) || index >= end;
        match rows.last_mut() {
            Some((_, high)) if joins => *high = bin.snr_db,
            _ => rows.push((bin.snr_db, bin.snr_db)),
        }
    }
    rows
}

fn detections(score: &Score) -> String {
    let mut out = String::new();
    // What a line means is said where there is something to say it of.
    let mut line = |name: &str, value: &str, text: &str| {
        let text = if value == "0" && !name.starts_with("False") { "" } else { text };
        let _ = writeln!(out, "{}", format!("{name:<FIRST$}{value:>8}   {text}").trim_end());
    };
    line("Detections", &count(score.detections), "");
    line("  burst found", &count(score.detections - score.pieces - score.set_aside - score.false_alarms), "");
    line("  further piece", &count(score.pieces), "lies in a burst that has a better detection");
    line("  set aside", &count(score.set_aside), "explained by energy that is no burst to be found");
    line("  false alarm", &count(score.false_alarms), "");
    line("Merged", &count(score.merged), "bursts not found, as they lie in the detection of another burst");
    if let (Some(rate), Some((low, high))) = (score.false_alarms_per_hour(), score.false_alarms_per_hour_interval()) {
        let hours = score.terms.hours();
        let text = format!("in {}; 95 % interval {} to {}", duration(hours * 3600.0), figure(low), figure(high));
        line("False alarms an hour", &figure(rate), &text);
    }
    out
}

fn deviations(score: &Score) -> String {
    let d = &score.deviations;
    let rows = [
        ("Start, µs", d.start_us, 1),
        ("End, µs", d.end_us, 1),
        ("Centre, kHz", d.center_khz, 1),
        ("Bandwidth, %", d.bandwidth_percent, 1),
        ("SNR, dB", d.snr_db, 2),
    ];
    if rows.iter().all(|(_, deviation, _)| deviation.is_none()) {
        return String::new();
    }
    let mut out = String::new();
    let columns = [8, 16, 14];
    row(&mut out, "Detection less truth", &["Median", "Median size", "90 % within"].map(str::to_owned), &columns);
    for (name, deviation, decimals) in rows {
        let cells = match deviation {
            Some(Deviation { median, median_magnitude, ninety_percent_magnitude, .. }) => [
                signed(median, decimals),
                number(median_magnitude, decimals),
                number(ninety_percent_magnitude, decimals),
            ],
            None => [NOTHING, NOTHING, NOTHING].map(str::to_owned),
        };
        row(&mut out, name, &cells, &columns);
    }
    out
}

/// The name of a kind, also of one without a label.
pub(super) fn name(kind: &Kind) -> &str {
    if kind.label.is_empty() { "(no label)" } else { &kind.label }
}

/// `1 false alarm`, `0.1 false alarms`.
pub(super) fn alarms(per_hour: f64) -> String {
    format!("{} false alarm{}", trimmed(per_hour, 6), if per_hour == 1.0 { "" } else { "s" })
}

/// Three figures: `0.25`, `12.3`, `1 230`.
pub(super) fn figure(value: f64) -> String {
    let digits = if value > 0.0 { value.log10().floor() as i32 } else { 0 };
    match 2 - digits {
        decimals @ 1.. => trimmed(value, decimals.min(6) as usize),
        whole => {
            let unit = 10f64.powi(-whole);
            number((value / unit).round() * unit, 0)
        }
    }
}

fn limit_text(kind: &Kind) -> String {
    let limit = kind.limit_db();
    if limit.is_finite() { signed(limit, 1) } else { NOTHING.to_owned() }
}

/// The difference of the two figures as they are shown, so that a reader finds it again.
fn gap_text(kind: &Kind) -> String {
    let tenths = |db: f64| (db * 10.0).round() / 10.0;
    match kind.fit {
        Ok(fit) if kind.limit_db().is_finite() => signed(tenths(fit.snr_db) - tenths(kind.limit_db()), 1),
        _ => NOTHING.to_owned(),
    }
}

fn share_cells(share: &Share) -> [String; 4] {
    let (low, high) = share.interval();
    let (probability, interval) = match share.probability() {
        Some(probability) => (number(probability, 3), format!("{low:.3} to {high:.3}")),
        None => (NOTHING.to_owned(), NOTHING.to_owned()),
    };
    [count(share.bursts), count(share.found), probability, interval]
}

fn row(out: &mut String, first: &str, cells: &[String], widths: &[usize]) {
    table_row(out, first, FIRST, cells, widths);
}

/// A row: its first cell to the left and cut to its column, the others to the right.
fn table_row(out: &mut String, first: &str, width: usize, cells: &[String], widths: &[usize]) {
    let mut line = format!("{:<width$}", shortened(first, width));
    for (cell, width) in cells.iter().zip(widths) {
        let _ = write!(line, "{cell:>width$}");
    }
    out.push_str(line.trim_end());
    out.push('\n');
}

/// `text` on at most two lines of a column of [`by_snr`], broken between words or after "_".
fn heading(text: &str) -> Vec<String> {
    let width = SNR_COLUMN - 2;
    let (mut first, mut second) = (String::new(), String::new());
    for word in text.split_inclusive([' ', '_']) {
        let fits = first.is_empty() || first.chars().count() + word.trim_end().chars().count() <= width;
        if fits && second.is_empty() { &mut first } else { &mut second }.push_str(word);
    }
    [first, second].iter().filter(|line| !line.is_empty()).map(|line| shortened(line.trim(), width)).collect()
}

/// `text` cut to `width` characters, the last of them "…" if something was cut.
fn shortened(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(2)).chain(['…']).collect()
}

fn paragraph(out: &mut String, text: &str) {
    for line in wrapped(text, COLUMNS) {
        out.push_str(&line);
        out.push('\n');
    }
}

/// `text` broken between words into lines of at most `width` characters; a longer word keeps its line.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Terms;
    use crate::score::tests::{burst, found, terms};

    /// Bursts of these SNRs, and whether each is found.
    fn score(bursts: &[(f64, bool)]) -> Score {
        let at = |i: usize| 10_000 * (i as u64 + 1);
        let truth: Vec<_> = bursts
            .iter()
            .enumerate()
            .map(|(i, (snr_db, _))| crate::score::Truth { snr_db: Some(*snr_db), ..burst(at(i), 1000, 0.0, 200e3) })
            .collect();
        let detections: Vec<_> = bursts
            .iter()
            .enumerate()
            .filter(|(_, (_, is_found))| *is_found)
            .map(|(i, _)| found(at(i), 1000, 0.0, 200e3))
            .collect();
        Score::of(&truth, &detections, &Terms { span: 0..10_000_000, ..terms() })
    }

    #[test]
    fn rows_at_the_ends_where_all_is_alike_are_one() {
        let rows = |bursts: &[(f64, bool)]| joined_rows(&score(bursts));
        let all = [(-9.0, false), (-7.0, false), (-5.0, true), (-4.0, false), (-3.0, true), (0.4, true), (2.0, true)];
        assert_eq!(rows(&all), [(-9, -7), (-5, -5), (-4, -4), (-3, 2)]);
        assert_eq!(rows(&[(1.0, true), (2.0, true)]), [(1, 2)]);
        assert_eq!(rows(&[(1.0, false), (2.0, false)]), [(1, 2)]);
        assert_eq!(rows(&[(1.0, false), (2.0, true)]), [(1, 1), (2, 2)]);
        assert_eq!(rows(&[]), []);
    }

    #[test]
    fn figures_have_three_digits() {
        let written = [0.0, 0.251_9, 3.0, 12.34, 99.96, 123.4, 5_917.0, 38_640.0, 1.0e-7].map(figure);
        assert_eq!(written, ["0", "0.252", "3", "12.3", "100", "123", "5\u{2009}920", "38\u{2009}600", "0"]);
    }

    #[test]
    fn heads_break_between_words_and_are_cut() {
        assert_eq!(heading("gsm_ab"), ["gsm_ab"]);
        assert_eq!(heading("GSM normal burst"), ["GSM normal", "burst"]);
        assert_eq!(heading("WCDMA RACH preamble, a slice of it"), ["WCDMA RACH", "preamble…"]);
        assert_eq!(heading("a_word_without_a_space"), ["a_word_", "without_…"]);
    }

    #[test]
    fn the_gap_has_its_sign_and_is_the_difference_of_what_is_shown() {
        let bursts: Vec<_> = (0..400).map(|i| (f64::from(i % 40) / 4.0 - 5.0, (i * 7) % 40 < i % 40 + 8)).collect();
        let score = score(&bursts);
        let table = kinds(&score);
        let row = table.lines().nth(1).unwrap();
        assert!(score.kinds[0].fit.is_ok(), "{row}");
        let figures: Vec<f64> = row
            .replace(['(', ')'], " ")
            .replace('\u{2212}', "-")
            .split_whitespace()
            .filter(|word| word.starts_with(['+', '-']) || *word == "0.0")
            .map(|word| word.parse().unwrap())
            .collect();
        let [snr, _, _, limit, gap] = figures[..] else { panic!("{row}") };
        assert!((snr - limit - gap).abs() < 1e-9, "{row}");
        assert!(row.ends_with(&signed(gap, 1)), "{row}");
    }

    #[test]
    fn figures_of_any_size_stand_two_spaces_apart() {
        let mut score = score(&[(1.0, true), (-3.0, false)]);
        score.kinds = vec![score.kinds[0].clone(); 12];
        let many = Share { found: 12_345, bursts: 23_456 };
        for bin in score.bins.iter_mut().chain(score.kinds.iter_mut().flat_map(|kind| &mut kind.bins)) {
            bin.share = many;
        }
        let cell = format!("  {}/{}", count(many.found), count(many.bursts));
        let table = by_snr(&score);
        assert_eq!(table.lines().nth(3).unwrap().matches(&cell).count(), 5, "{table}");
    }

    #[test]
    fn no_table_is_wider_than_a_hundred_columns() {
        let mut score = score(&[(1.0, true), (-3.0, false)]);
        score.kinds[0].label = "a kind of burst with a name that takes more room than there is".to_owned();
        score.kinds = vec![score.kinds[0].clone(); 12];
        score.all = Share { found: 1_000_000, bursts: 1_000_000 };
        for section in [kinds(&score), by_snr(&score), detections(&score), super::deviations(&score)] {
            for line in section.lines() {
                assert!(line.chars().count() <= COLUMNS, "{line}");
            }
        }
    }
}
