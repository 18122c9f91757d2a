//! The list of groups at the right, what went wrong, and how to read the picture.

use super::canvas::{Align, Canvas, Style, Weight};
use super::marks::{draw_samples, draw_tag};
use super::sheet::Sheet;
use crate::detect::Event;
use crate::report::words::{count, counted, duration, number, place, trimmed};
use crate::report::{AirTime, Frame, Group, WaterfallView};

/// Places of the list's rows, and which groups stand in them.
pub(super) struct Listing {
    /// Baseline of the headings.
    head: f32,
    /// The rule under them.
    rule: f32,
    row: f32,
    /// Indices of the groups, the latest first.
    pub groups: Vec<usize>,
    title: Vec<String>,
}

/// As many groups as fit, those that were longest on the air, the latest first.
pub(super) fn listing(canvas: &Canvas, sheet: &Sheet) -> Listing {
    let layout = &sheet.layout;
    let groups = sheet.collected.groups();
    let title = canvas.wrap(&list_title(sheet), TITLE.0, TITLE.1, layout.right - layout.list_left);
    let head = layout.list_top + 24.0 * title.len() as f32 + 10.0;
    let rule = head + 14.0;
    let notes: f32 = notes(canvas, sheet).iter().map(|note| note_height(note)).sum();
    let room = layout.reading_top - 36.0 - notes - rule;
    // Rows stand closer when there are many, and leave a line for the count of the others.
    let row = if groups.len() as f32 * 38.0 <= room { 38.0 } else { 30.0 };
    let fit = (room / row).max(1.0) as usize;
    let shown = if groups.len() <= fit { groups.len() } else { fit - 1 };
    let mut chosen: Vec<usize> = (0..groups.len()).collect();
    chosen.sort_by_key(|&index| std::cmp::Reverse((groups[index].on_air, index)));
    chosen.truncate(shown);
    chosen.sort_by_key(|&index| std::cmp::Reverse(index));
    Listing { head, rule, row, groups: chosen, title }
}

const TITLE: (f32, Weight) = (18.7, Weight::Bold);

fn list_title(sheet: &Sheet) -> String {
    let groups = sheet.collected.groups();
    if groups.is_empty() {
        return nothing_found(sheet).0.to_owned();
    }
    let bursts = groups.iter().map(|group| group.bursts).sum();
    let mut air_time = AirTime::default();
    sheet.collected.bursts.iter().for_each(|burst| air_time.add(burst.start.0, burst.end().0));
    let on_air = duration(air_time.samples() as f64 / sheet.collected.sample_rate().0);
    format!("{}, {on_air} on the air", counted(bursts, "burst", "bursts"))
}

/// Draws the list from its title down to how to read the picture. `row_s`: seconds a line of the waterfall shows;
/// `left_out`: groups without an outline.
pub(super) fn draw_list(canvas: &mut Canvas, sheet: &Sheet, listing: &Listing, row_s: f64, left_out: usize) {
    let left = sheet.layout.list_left;
    draw_notes(canvas, sheet);
    draw_reading(canvas, sheet, row_s, left_out);
    for (index, line) in listing.title.iter().enumerate() {
        let y = sheet.layout.list_top + 24.0 * index as f32;
        canvas.text(left, y, line, Style::new(TITLE.0, TITLE.1, sheet.tokens.text));
    }
    if sheet.collected.groups().is_empty() {
        let style = Style::new(16.0, Weight::Text, sheet.tokens.text2);
        let sentence = nothing_found(sheet).1;
        let lines = canvas.wrap(&sentence, style.size, style.weight, sheet.layout.right - left);
        for (index, line) in lines.iter().enumerate() {
            canvas.text(left, listing.head - 5.0 + 23.0 * index as f32, line, style);
        }
    } else {
        draw_rows(canvas, sheet, listing);
    }
}

/// Title and sentence of an empty list.
fn nothing_found(sheet: &Sheet) -> (&'static str, String) {
    let collected = sheet.collected;
    let looked_at = collected.seconds() - collected.blind_seconds();
    if collected.traces.is_empty() || looked_at <= 0.0 {
        let why = collected.blind().into_iter().map(|blind| blind.why).next();
        let why = why.unwrap_or_else(|| "the samples are too few".to_owned());
        return ("Nothing was looked at", format!("No noise floor could be known: {why}."));
    }
    let (low, high) = (sheet.frequencies.figure(sheet.scale.low), sheet.frequencies.figure(sheet.scale.high));
    let sentence = format!(
        "Looked at: {} from {low} to {high} {}, for bursts of {} and longer, with false alarms set to {} an hour.",
        duration(looked_at),
        sheet.frequencies.unit,
        duration(collected.run.shortest_whole_s),
        trimmed(collected.run.false_alarms_per_hour, 3),
    );
    ("No burst stood out of the noise", sentence)
}

/// Right ends of the columns, from the list's left.
struct Columns {
    start: f32,
    bursts: f32,
    lasts: Option<f32>,
    frequency: f32,
    snr: f32,
}

/// Headings, then rows, then the count of the groups that have none.
fn draw_rows(canvas: &mut Canvas, sheet: &Sheet, listing: &Listing) {
    let (layout, tokens) = (&sheet.layout, &sheet.tokens);
    let left = layout.list_left;
    let snr = layout.right - left;
    let columns = match layout.list_is_wide() {
        true => Columns { start: 104.0, bursts: 180.0, lasts: Some(280.0), frequency: 364.0, snr },
        false => Columns { start: 104.0, bursts: 168.0, lasts: None, frequency: 264.0, snr },
    };
    let head = Style::new(15.0, Weight::Text, tokens.text2).align(Align::Right);
    for (x, text) in [
        (Some(columns.start), "Start"),
        (Some(columns.bursts), "Bursts"),
        (columns.lasts, "Lasts"),
        (Some(columns.frequency), sheet.frequencies.unit),
        (Some(columns.snr), "dB"),
    ] {
        if let Some(x) = x {
            canvas.text(left + x, listing.head, text, head);
        }
    }
    let hair = canvas.hair();
    let line = |y: f32| Frame { left, right: layout.right, top: y, bottom: y + hair };
    canvas.fill(&line(listing.rule), tokens.edge, 1.0);
    let groups = sheet.collected.groups();
    let row = listing.row;
    for (index, &group) in listing.groups.iter().enumerate() {
        let top = listing.rule + row * index as f32;
        draw_row(canvas, sheet, &groups[group], &columns, top + row / 2.0);
        canvas.fill(&line(top + row), tokens.line, 1.0);
    }
    let others = (groups.len() - listing.groups.len()) as u64;
    if others > 0 {
        let more = counted(others, "other group", "other groups");
        let text = format!("and {more}, shorter on the air");
        let y = listing.rule + row * (listing.groups.len() as f32 + 0.5) + 6.0;
        let style = Style::new(15.0, Weight::Text, tokens.text2);
        let text = canvas.shortened(&text, style.size, style.weight, layout.right - left);
        canvas.text(left, y, &text, style);
    }
}

fn draw_row(canvas: &mut Canvas, sheet: &Sheet, group: &Group, columns: &Columns, middle: f32) {
    let (layout, tokens) = (&sheet.layout, &sheet.tokens);
    let left = layout.list_left;
    let tag = group.number.to_string();
    // A number of many figures stays clear of its neighbour.
    let size = if tag.len() < 4 { 15.0 } else { 12.0 };
    let width = (canvas.text_width(&tag, size, Weight::Strong) + 8.0).max(24.0);
    let frame = Frame { left, right: left + width, top: middle - 12.0, bottom: middle + 12.0 };
    draw_tag(canvas, sheet, &frame, &tag, size);

    let rate = sheet.collected.sample_rate();
    let value = if group.weak { tokens.text2 } else { tokens.text };
    let style = Style::new(16.0, Weight::Text, value).align(Align::Right);
    let baseline = middle + 6.0;
    let run_s = sheet.scale.end / rate.0;
    canvas.text(left + columns.start, baseline, &place(group.start.seconds(rate), run_s), style);
    canvas.text(left + columns.bursts, baseline, &count(group.bursts), style);
    if let Some(x) = columns.lasts {
        canvas.text(left + x, baseline, &duration(group.span() as f64 / rate.0), style);
    }
    canvas.text(left + columns.frequency, baseline, &sheet.frequencies.figure(group.center), style);
    canvas.text(left + columns.snr, baseline, &number(f64::from(group.snr.0), 0), style);
}

/// What went wrong, above how to read the picture.
fn draw_notes(canvas: &mut Canvas, sheet: &Sheet) {
    let tokens = &sheet.tokens;
    let left = sheet.layout.list_left;
    let notes = notes(canvas, sheet);
    let mut top = sheet.layout.reading_top - 36.0 - notes.iter().map(|note| note_height(note)).sum::<f32>();
    for note in &notes {
        for (index, line) in note.iter().enumerate() {
            let style = Style::new(15.0, Weight::Medium, tokens.trouble);
            canvas.text(left + 26.0, top + 25.0 + 20.0 * index as f32, line, style);
        }
        let triangle = [(left + 8.0, top + 11.0), (left + 16.5, top + 26.0), (left - 0.5, top + 26.0)];
        canvas.polygon(&triangle, tokens.trouble, 1.0);
        let mark = Style::new(11.0, Weight::Strong, tokens.bg).align(Align::Middle);
        canvas.text(left + 8.0, top + 24.5, "!", mark);
        top += note_height(note);
    }
}

fn note_height(lines: &[String]) -> f32 {
    10.0 + 20.0 * lines.len() as f32
}

/// The sentences, broken into lines.
fn notes(canvas: &Canvas, sheet: &Sheet) -> Vec<Vec<String>> {
    let width = sheet.layout.right - sheet.layout.list_left - 26.0;
    troubles(sheet).iter().map(|text| canvas.wrap(text, 15.0, Weight::Medium, width)).collect()
}

/// Sentences about losses, clipping and steps of the gain.
fn troubles(sheet: &Sheet) -> Vec<String> {
    let rate = sheet.collected.sample_rate().0;
    let (mut lost, mut gaps, mut clipped, mut steps) = (0, 0u64, 0, 0u64);
    for event in &sheet.collected.events {
        match event {
            Event::Gap { from, to, .. } => {
                lost += to.0.saturating_sub(from.0);
                gaps += 1;
            }
            Event::Overload { clipped: samples, .. } => clipped += samples,
            Event::Step { .. } => steps += 1,
            Event::FloorUnknown { .. } | Event::Burst(_) => {}
        }
    }
    let mut notes = Vec::new();
    if gaps > 0 {
        let where_lost = counted(gaps, "place", "places");
        let length = duration(lost as f64 / rate);
        notes.push(format!("{} samples ({length}) lost in {where_lost}. Bursts there went unseen.", count(lost)));
    }
    if clipped > 0 {
        notes
            .push(format!("{} samples at full scale: what was found there may be the receiver’s own.", count(clipped)));
    }
    if steps > 0 {
        notes.push(format!("The noise jumped in {}, as when a gain is changed.", counted(steps, "place", "places")));
    }
    notes
}

fn draw_reading(canvas: &mut Canvas, sheet: &Sheet, row_s: f64, left_out: usize) {
    let (layout, tokens) = (&sheet.layout, &sheet.tokens);
    let (left, mut y) = (layout.list_left, layout.reading_top);
    canvas.text(left, y, "How to read it", Style::new(16.5, Weight::Bold, tokens.text));
    if layout.reading_is_tall() {
        draw_samples(canvas, sheet, left, y + 24.0);
        y += 37.0;
    } else {
        y += 3.0;
    }
    let mut text = "Time falls: the latest is at the top.".to_owned();
    let boxes = sheet.view == WaterfallView::Detector;
    if !sheet.collected.waterfall.is_empty() {
        text += &format!(" Each line is the strongest moment of {}", duration(two_figures(row_s)));
        text += if boxes { ": at each place the box that stands out most, in dB over the noise" } else { "" };
        text += match (boxes, sheet.palette.stronger_is_darker()) {
            (false, _) => ".",
            (true, false) => "; bright if over its threshold.",
            (true, true) => "; dark if over its threshold.",
        };
    }
    if !boxes || layout.reading_is_tall() {
        text += " dB: above the noise in the burst’s own width.";
    }
    if left_out > 0 {
        let bars = counted(left_out as u64, "weaker group is a bar", "weaker groups are bars");
        text = format!("{text} {bars} at the right edge.");
    }
    let style = Style::new(16.0, Weight::Text, tokens.text2);
    for line in canvas.wrap(&text, style.size, style.weight, layout.right - left) {
        y += layout.reading_line;
        canvas.text(left, y, &line, style);
    }
}

/// `value` to two significant figures.
fn two_figures(value: f64) -> f64 {
    let unit = 10f64.powf(value.log10().floor() - 1.0);
    (value / unit).round() * unit
}
