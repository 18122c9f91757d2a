//! Outlines and tags over the waterfall.

use super::canvas::{Align, Canvas, Style, Weight};
use super::sheet::Sheet;
use crate::report::{Form, Frame, Group, Outline, Outlines};
use crate::units::SampleIndex;

/// Size of a point of the outlines, in points of the picture: its figures are larger than a window's.
pub(super) const OUTLINE_POINTS: f32 = 1.4;

const BRACKET: f32 = 14.0;
const TAG_HEIGHT: f32 = 24.0;
const TAG_SIZE: f32 = 15.0;

/// Draws the outlines, their tags, and bars at the right edge for groups that have none.
pub(super) fn draw_outlines(canvas: &mut Canvas, sheet: &Sheet, outlines: &Outlines, listed: &[usize]) {
    let tokens = &sheet.tokens;
    // All casings lie under all lines.
    for casing in [true, false] {
        for outline in &outlines.shown {
            let (value, more) = if casing { (tokens.case, 2.2) } else { (tokens.out, 0.0) };
            let width = more + if outline.form == Form::Rectangle { 1.6 } else { 2.0 };
            let frame = canvas.snapped(&outline.frame);
            if outline.form == Form::Rectangle && !outline.open_top && !outline.open_bottom {
                canvas.rounded(&frame, 2.0, value, width);
            } else {
                for points in strokes(outline, &frame, &sheet.scale.frame) {
                    canvas.line(&points, value, width, None);
                }
            }
        }
    }
    draw_density(canvas, sheet, &outlines.left_out);
    let mut taken: Vec<Frame> = Vec::new();
    // A tag carries the number of a row of the list.
    let tagged = |outline: &&Outline| outline.tagged && listed.contains(&outline.group);
    for outline in outlines.shown.iter().rev().filter(tagged) {
        let text = tag_text(sheet, outline);
        if let Some(frame) = tag_place(canvas, sheet, outline, &text, &taken, &outlines.shown) {
            draw_tag(canvas, sheet, &frame, &text, TAG_SIZE);
            taken.push(frame);
        }
    }
}

/// The lines of an outline that is not a closed rectangle, at `frame`.
fn strokes(outline: &Outline, frame: &Frame, plot: &Frame) -> Vec<Vec<(f32, f32)>> {
    let Frame { left, top, right, bottom } = *frame;
    let (dx, dy) = match outline.form {
        Form::Rectangle => ((right - left) / 2.0, (bottom - top) / 2.0),
        Form::Brackets => (BRACKET.min((right - left) / 2.0), BRACKET.min((bottom - top) / 2.0)),
    };
    let mut lines = Vec::new();
    for (side, inward) in [(left, dx), (right, -dx)] {
        match (outline.open_top, outline.open_bottom) {
            (false, false) => {
                lines.push(vec![(side, top + dy), (side, top), (side + inward, top)]);
                lines.push(vec![(side, bottom - dy), (side, bottom), (side + inward, bottom)]);
            }
            // What goes on has whole sides, to the edge of what was seen.
            (true, false) => lines.push(vec![(side, top), (side, bottom), (side + inward, bottom)]),
            (false, true) => lines.push(vec![(side + inward, top), (side, top), (side, bottom)]),
            (true, true) => lines.push(vec![(side, top), (side, bottom)]),
        }
    }
    for (x, y) in lines.iter_mut().flatten() {
        (*x, *y) = (x.clamp(plot.left, plot.right), y.clamp(plot.top, plot.bottom));
    }
    lines
}

/// A group's number, and how it was cut.
fn tag_text(sheet: &Sheet, outline: &Outline) -> String {
    let group: &Group = &sheet.collected.groups()[outline.group];
    let end = sheet.collected.samples().end;
    let number = group.number;
    if group.runs_on(end, sheet.collected.sample_rate()) {
        format!("{number}, runs on")
    } else if group.cut_end {
        // The last row may reach a little beyond the last sample.
        let at_end = SampleIndex(group.end.0 + sheet.collected.waterfall.span()) >= end;
        if at_end { format!("{number}, runs on") } else { format!("{number}, cut off by the gap") }
    } else if group.cut_start && group.start <= sheet.collected.samples().start {
        format!("{number}, already on")
    } else {
        number.to_string()
    }
}

/// Where a tag goes: beside its outline, where it covers no other tag and, if it can be helped, no other outline.
fn tag_place(
    canvas: &Canvas,
    sheet: &Sheet,
    outline: &Outline,
    text: &str,
    taken: &[Frame],
    outlines: &[Outline],
) -> Option<Frame> {
    let plot = sheet.scale.frame;
    let width = tag_width(canvas, text);
    let Frame { left, top, right, bottom } = outline.frame;
    let beside = 7.0;
    let middle = (top + bottom) / 2.0;
    let level = match outline.form {
        Form::Rectangle => middle - TAG_HEIGHT / 2.0,
        Form::Brackets => top + 2.0,
    }
    .clamp(plot.top + 5.0, (plot.bottom - TAG_HEIGHT - 2.0).max(plot.top + 5.0));
    let at = |x: f32, y: f32| Frame { left: x, right: x + width, top: y, bottom: y + TAG_HEIGHT };
    let (at_left, at_right) = (at(left - beside - width, level), at(right + beside, level));
    let sides = match outline.form {
        Form::Rectangle => [at_left, at_right],
        Form::Brackets => [at_right, at_left],
    };
    let center = (left + right - width) / 2.0;
    let around = [at(center, top - TAG_HEIGHT - 4.0), at(center, bottom + 4.0)];
    let free = |frame: &&Frame| plot.holds(frame) && !taken.iter().any(|t| t.meets(frame));
    let clear = |frame: &&Frame| free(frame) && !outlines.iter().any(|o| o.frame.meets(frame));
    let places = [sides, around].concat();
    places.iter().find(clear).or_else(|| places.iter().find(free)).copied()
}

fn tag_width(canvas: &Canvas, text: &str) -> f32 {
    (canvas.text_width(text, TAG_SIZE, Weight::Strong) + 12.0).max(20.0)
}

/// A plate with a text, such as a group's number.
pub(super) fn draw_tag(canvas: &mut Canvas, sheet: &Sheet, frame: &Frame, text: &str, size: f32) {
    let tokens = &sheet.tokens;
    // On the middle of pixels, so that the edge is one clean line.
    let half = canvas.hair() / 2.0;
    let frame = canvas.snapped(frame).inset(half);
    canvas.fill_rounded(&frame, 3.0, tokens.bg);
    canvas.rounded(&frame, 3.0, tokens.edge, canvas.hair());
    let style = Style::new(size, Weight::Strong, tokens.text).align(Align::Middle);
    canvas.text((frame.left + frame.right) / 2.0, (frame.top + frame.bottom) / 2.0 + 0.36 * size, text, style);
}

/// Bars at the right edge: the longer, the more groups without an outline at that time.
fn draw_density(canvas: &mut Canvas, sheet: &Sheet, left_out: &[usize]) {
    let plot = sheet.scale.frame;
    let step = 6.0;
    let rows = (plot.height() / step).ceil() as usize;
    let mut counts = vec![0u32; rows];
    for &index in left_out {
        let group = &sheet.collected.groups()[index];
        let middle = (group.start.0 as f64 + group.end.0 as f64) / 2.0;
        let row = ((sheet.scale.y(middle) - plot.top) / step).max(0.0) as usize;
        counts[row.min(rows - 1)] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    for (row, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let length = 3.0 + 15.0 * count as f32 / most as f32;
        let top = plot.top + row as f32 * step;
        let bar =
            Frame { left: plot.right - length, right: plot.right, top, bottom: (top + step - 1.0).min(plot.bottom) };
        let casing = Frame { left: bar.left - 1.0, top: bar.top - 1.0, ..bar };
        canvas.fill(&casing, sheet.tokens.case, 1.0);
        canvas.fill(&bar, sheet.tokens.out, 1.0);
    }
}

/// The samples of outlines in the explanation, from x = `left` about `middle`.
pub(super) fn draw_samples(canvas: &mut Canvas, sheet: &Sheet, left: f32, middle: f32) {
    let tokens = &sheet.tokens;
    let text = Style::new(16.0, Weight::Text, tokens.text2);
    let one = Frame { left: left + 0.5, right: left + 34.5, top: middle - 6.0, bottom: middle + 7.0 };
    canvas.rounded(&one, 2.0, tokens.out, 1.6);
    canvas.text(left + 48.0, middle + 6.0, "one burst", text);
    let frame = Frame { left: left + 158.5, right: left + 192.5, top: middle - 11.0, bottom: middle + 11.0 };
    for (side, inward) in [(frame.left, 10.0), (frame.right, -10.0)] {
        for (edge, down) in [(frame.top, 9.0), (frame.bottom, -9.0)] {
            canvas.line(&[(side, edge + down), (side, edge), (side + inward, edge)], tokens.out, 2.0, None);
        }
    }
    canvas.text(left + 206.0, middle + 6.0, "a group of bursts", text);
}
