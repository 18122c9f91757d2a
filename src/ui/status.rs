//! The strip at the bottom: what can be relied on, in plain words.

use eframe::egui::{Align2, Painter, Rect, Stroke, pos2, vec2};

use super::controls::{Weight, meter, text, trouble_icon, width_of};
use super::history::{Floor, History};
use crate::pipeline::{Progress, RunInfo};
use crate::report::Tokens;
use crate::report::words::{count, counted, duration, number};
use crate::source::SourceKind;

/// One cell of the strip.
#[derive(Clone, Debug, PartialEq)]
struct Cell {
    caption: &'static str,
    words: String,
    trouble: bool,
    /// A meter before the words, 0 to 1.
    meter: Option<f32>,
    /// Goes first when there is no room; trouble never goes.
    rank: u8,
}

/// Draws the strip into `rect`. `failure`: why the source ended, when it ended too early.
pub(super) fn status_ui(painter: &Painter, rect: Rect, history: &History, failure: Option<&str>, tokens: &Tokens) {
    painter.rect_filled(rect, 0.0, tokens.panel);
    painter.hline(rect.x_range(), rect.top() + 0.5, Stroke::new(1.0, tokens.line));
    let Some(run) = &history.run else { return };
    let mut cells = cells(run, history, failure);
    let width = |cell: &Cell| {
        let weight = if cell.trouble { Weight::Strong } else { Weight::Text };
        let extra = if cell.meter.is_some() { 53.0 } else { 0.0 } + if cell.trouble { 22.0 } else { 0.0 };
        let words = width_of(painter, &cell.words, 13.0, weight) + extra;
        words.max(width_of(painter, cell.caption, 12.0, Weight::Text)) + 28.0
    };
    let room = rect.width() - 18.0;
    while cells.iter().map(width).sum::<f32>() > room {
        let last = (0..cells.len()).filter(|&i| !cells[i].trouble).max_by_key(|&i| cells[i].rank);
        let Some(last) = last else { break };
        cells.remove(last);
    }
    let spare = (room - cells.iter().map(width).sum::<f32>()).max(0.0) / cells.len().max(1) as f32;
    let mut x = rect.left() + 16.0;
    for (i, cell) in cells.iter().enumerate() {
        if i > 0 {
            painter.vline(
                (x - 14.0).round() + 0.5,
                rect.top() + 12.0..=rect.bottom() - 12.0,
                Stroke::new(1.0, tokens.line),
            );
        }
        text(painter, pos2(x, rect.top() + 17.0), Align2::LEFT_CENTER, cell.caption, 12.0, Weight::Text, tokens.text3);
        let mut at = pos2(x, rect.top() + 36.0);
        let (ink, weight) = if cell.trouble { (tokens.trouble, Weight::Strong) } else { (tokens.text, Weight::Text) };
        if cell.trouble {
            trouble_icon(painter, at + vec2(7.0, 0.0), tokens);
            at.x += 22.0;
        }
        if let Some(share) = cell.meter {
            let color = if cell.trouble { tokens.trouble } else { tokens.text2 };
            meter(painter, at - vec2(0.0, 4.0), share, color, tokens);
            at.x += 53.0;
        }
        text(painter, at, Align2::LEFT_CENTER, &cell.words, 13.0, weight, ink);
        x += width(cell) + spare;
    }
}

fn cells(run: &RunInfo, history: &History, failure: Option<&str>) -> Vec<Cell> {
    let plain = |caption, words: String, rank| Cell { caption, words, trouble: false, meter: None, rank };
    let progress = &history.progress;
    let source = match (failure, run.stream.kind) {
        (Some(_), _) => Cell { trouble: true, ..plain("Source", "Ended early".into(), 0) },
        (None, SourceKind::Scene) => plain("Source", "Scene, no radio".into(), 4),
        (None, SourceKind::Recording) => plain("Source", "Recording".into(), 4),
        (None, SourceKind::StandardInput) => plain("Source", "Standard input".into(), 4),
    };
    let lost = match progress.lost {
        0 => plain("Lost samples", "None".into(), 1),
        n => Cell { trouble: true, ..plain("Lost samples", format!("{} lost", counted(n, "sample", "samples")), 0) },
    };
    let clipping = match progress.clipped {
        0 => plain("Clipping", headroom_words(progress), 2),
        n => {
            let words = format!("{} at full scale", counted(n, "sample", "samples"));
            Cell { trouble: true, ..plain("Clipping", words, 0) }
        }
    };
    let level = plain("Level scale", "Calibration unknown: dBFS, not dBm".into(), 3);
    let alarms = plain("False alarms", alarms_words(run.false_alarms_per_hour), 5);
    vec![source, lost, clipping, level, air_time(run, history), alarms]
}

/// "None, 21 dB to spare".
fn headroom_words(progress: &Progress) -> String {
    match progress.peak {
        _ if progress.samples == 0 => "Not known yet".into(),
        0.0 => "None, every sample is zero".into(),
        peak => format!("None, {} dB to spare", number(-20.0 * f64::from(peak).log10().min(0.0), 0)),
    }
}

/// "Set to 1 an hour".
fn alarms_words(per_hour: f64) -> String {
    format!("Set to {per_hour} an hour")
}

fn air_time(run: &RunInfo, history: &History) -> Cell {
    let extent = history.extent();
    let analysed_s = extent.analysed_s - extent.begin_s;
    let unseen: u64 = history.unseen.iter().map(|u| u.to.0 - u.from.0).sum();
    let unseen_s = unseen as f64 / history.sample_rate().0;
    let cell = |words, trouble, share: f64| Cell {
        caption: "Air time examined",
        words,
        trouble,
        meter: Some(share as f32),
        rank: 0,
    };
    match history.floor() {
        Floor::Known => {}
        Floor::Awaited => return cell("None yet: the noise floor comes first".into(), false, 0.0),
        Floor::NeverFound => return cell("None: no noise floor was found".into(), true, 0.0),
    }
    let share = if analysed_s > 0.0 { 1.0 - (unseen_s / analysed_s).min(1.0) } else { 0.0 };
    if unseen > 0 {
        // Never rounded up to everything.
        let percent = (share * 100.0).floor();
        return cell(format!("{percent} %, {} not looked at", duration(unseen_s)), true, share);
    }
    let shortest = duration(run.shortest_whole_s);
    match extent.end_s.map(|end| end - extent.begin_s) {
        Some(length) if !extent.finished && length > 0.0 => {
            let share = (analysed_s / length).min(1.0);
            let percent = count((share * 100.0).floor() as u64);
            cell(format!("{percent} % so far; bursts from {shortest} looked at whole"), false, share)
        }
        _ => cell(format!("100 %; bursts from {shortest} looked at whole"), false, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::super::history::Unseen;
    use super::super::history::tests::{history, run};
    use super::*;
    use crate::pipeline::Summary;
    use crate::units::SampleIndex;

    fn said(history: &History, failure: Option<&str>) -> Vec<(String, bool)> {
        cells(history.run.as_ref().unwrap(), history, failure).into_iter().map(|c| (c.words, c.trouble)).collect()
    }

    #[test]
    fn a_whole_run_without_trouble_is_said_plainly() {
        let mut history = history(60);
        history.progress = Progress { samples: 60_000, lost: 0, clipped: 0, rows_dropped: 0, peak: 0.0891 };
        history.summary =
            Some(Summary { progress: history.progress, seconds: 60.0, rows: 0, bursts: 0, false_alarms_per_hour: 1.0 });
        let words: Vec<String> = said(&history, None).into_iter().map(|(words, _)| words).collect();
        assert_eq!(
            words,
            [
                "Scene, no radio",
                "None",
                "None, 21 dB to spare",
                "Calibration unknown: dBFS, not dBm",
                "100 %; bursts from 0.17 ms looked at whole",
                "Set to 1 an hour",
            ]
        );
    }

    #[test]
    fn half_way_it_says_so_far() {
        let history = history(30);
        assert_eq!(said(&history, None)[4].0, "49 % so far; bursts from 0.17 ms looked at whole");
        let mut waiting = History::default();
        waiting.run = Some(run());
        assert_eq!(said(&waiting, None)[4].0, "None yet: the noise floor comes first");
        assert_eq!(said(&waiting, None)[2].0, "Not known yet");
        waiting.summary =
            Some(Summary { progress: waiting.progress, seconds: 0.0, rows: 0, bursts: 0, false_alarms_per_hour: 1.0 });
        assert_eq!(said(&waiting, None)[4], ("None: no noise floor was found".into(), true));
    }

    #[test]
    fn trouble_is_marked_and_says_how_much() {
        let mut history = history(60);
        history.progress = Progress { samples: 60_000, lost: 6300, clipped: 1, rows_dropped: 0, peak: 1.0 };
        let from = SampleIndex(10_000);
        history.unseen.push(Unseen { from, to: SampleIndex(16_300), why: "lost".into(), lost: true });
        let trouble: Vec<String> = said(&history, Some("…")).into_iter().filter(|c| c.1).map(|c| c.0).collect();
        assert_eq!(
            trouble,
            ["Ended early", "6\u{2009}300 samples lost", "1 sample at full scale", "89 %, 6.30 s not looked at",]
        );
    }
}
