//! Title, foot and sign.

use super::canvas::{Align, Canvas, Style, Weight};
use super::sheet::Sheet;
use crate::report::words::{duration, sample_rate, trimmed};
use crate::report::{Frame, WaterfallView};
use crate::source::SourceKind;

/// What no picture of this kind may be read without.
const CAUTION: &str =
    "Not seen here does not mean not sent, and not seen by this receiver does not mean not seen by another.";

/// Draws title and sub-title.
pub(super) fn draw_title(canvas: &mut Canvas, sheet: &Sheet) {
    let (layout, tokens) = (&sheet.layout, &sheet.tokens);
    let width = layout.right - layout.left;
    let title = Style::new(29.5, Weight::Bold, tokens.text);
    let text = canvas.shortened(&title_text(sheet), title.size, title.weight, width);
    canvas.text(layout.left, 60.0, &text, title);
    let sub = Style::new(17.0, Weight::Text, tokens.text2);
    let text = canvas.shortened(&sub_title_text(sheet), sub.size, sub.weight, width);
    canvas.text(layout.left, 93.0, &text, sub);
}

fn title_text(sheet: &Sheet) -> String {
    let stream = &sheet.collected.run.stream;
    let what = if sheet.collected.bursts.is_empty() { "Bursts looked for" } else { "Bursts found" };
    match stream.kind {
        SourceKind::StandardInput => format!("{what} in standard input"),
        SourceKind::Scene if stream.name.starts_with("scene:") => {
            format!("{what} in “{}”", stream.name)
        }
        // A picture is passed on: the folders of the one who made it are not in it.
        SourceKind::Scene | SourceKind::Recording => {
            let name = stream.name.rsplit(['/', '\\']).next().unwrap_or(&stream.name);
            format!("{what} in “{name}”")
        }
    }
}

fn sub_title_text(sheet: &Sheet) -> String {
    let collected = sheet.collected;
    let stream = &collected.run.stream;
    let kind = match stream.kind {
        SourceKind::Recording => "recording",
        SourceKind::Scene => "synthetic scene",
        SourceKind::StandardInput => "raw samples",
    };
    let length = match collected.waterfall.is_empty() {
        true => "Less than a row".to_owned(),
        false => duration(collected.seconds()),
    };
    let rate = sample_rate(stream.tuning.sample_rate);
    let mut text = match sheet.frequencies.center_text() {
        Some(center) => format!("{length} around {center}, {rate} · {kind}"),
        None => format!("{length}, {rate} · {kind}; centre unknown, frequencies are offsets from the centre"),
    };
    if sheet.view == WaterfallView::Detector {
        text += " · the detector’s view";
    }
    if let Some(missing) = collected.missing_seconds() {
        text = format!("{text} · stopped early, the last {} not read", duration(missing));
    }
    text
}

/// Title, sub-title and first sentence of the foot.
#[cfg(test)]
pub(super) fn words(sheet: &Sheet) -> [String; 3] {
    [title_text(sheet), sub_title_text(sheet), looked_at_text(sheet)]
}

/// Draws the foot: what was looked at, the caution, the sign.
pub(super) fn draw_foot(canvas: &mut Canvas, sheet: &Sheet) {
    let (layout, tokens) = (&sheet.layout, &sheet.tokens);
    let rule = Frame { left: layout.left, right: layout.right, top: layout.foot, bottom: layout.foot + canvas.hair() };
    canvas.fill(&rule, tokens.line, 1.0);
    let plain = Style::new(15.0, Weight::Text, tokens.text2);
    let strong = Style::new(15.0, Weight::Strong, tokens.text);
    let width = layout.right - layout.left - 96.0;
    let mut lines: Vec<(String, Style)> = Vec::new();
    for (text, style) in [(looked_at_text(sheet), plain), (CAUTION.to_owned(), strong)] {
        lines.extend(canvas.wrap(&text, style.size, style.weight, width).into_iter().map(|line| (line, style)));
    }
    let (first, step) = if lines.len() <= 2 { (29.0, 23.0) } else { (20.0, 18.0) };
    for (index, (line, style)) in lines.iter().enumerate() {
        canvas.text(layout.left, layout.foot + first + step * index as f32, line, *style);
    }
    draw_sign(canvas, sheet);
}

fn looked_at_text(sheet: &Sheet) -> String {
    let collected = sheet.collected;
    let shortest = duration(collected.run.shortest_whole_s);
    let blind = collected.blind_seconds();
    let (total, alarms) = (collected.seconds(), trimmed(collected.run.false_alarms_per_hour, 3));
    let looked = if collected.traces.is_empty() || blind >= total {
        "No sample was judged.".to_owned()
    } else if blind > 0.0 {
        let (blind, total) = (duration(blind), duration(total));
        format!("{blind} of {total} not looked at; elsewhere a burst of {shortest} or longer gets a whole look.")
    } else {
        format!("Every sample was examined; a burst of {shortest} or longer gets a whole look.")
    };
    format!("Levels are dBFS, calibration unknown. {looked} False alarms: set to {alarms} an hour.")
}

/// The sign: two corners of an outline, a burst between them, the name.
fn draw_sign(canvas: &mut Canvas, sheet: &Sheet) {
    let tokens = &sheet.tokens;
    let (right, baseline) = (sheet.layout.right, sheet.layout.foot + 40.0);
    let name = Style::new(16.0, Weight::Strong, tokens.text).align(Align::Right);
    canvas.text(right, baseline, "glint", name);
    let left = right - canvas.text_width("glint", name.size, name.weight) - 24.0;
    let (top, bottom) = (baseline - 14.0, baseline + 2.0);
    let (left, right) = (left + 1.0, left + 17.0);
    canvas.line(&[(left, top + 5.5), (left, top), (left + 5.5, top)], tokens.out, 1.6, None);
    canvas.line(&[(right, bottom - 5.5), (right, bottom), (right - 5.5, bottom)], tokens.out, 1.6, None);
    let middle = (top + bottom) / 2.0;
    canvas.line(&[(left + 3.5, middle), (right - 3.5, middle)], tokens.saw, 3.0, None);
}
