//! The spectrum over the waterfall.

use super::canvas::{Align, Canvas, Style, Weight};
use super::sheet::{LOWEST_NOISE_DBFS, Sheet};
use crate::report::{Frame, NOT_LOOKED_AT, Ticks, Trace, ticks};

/// The spectrum: strongest moment, floor and threshold, each named on its line.
pub(super) fn draw_spectrum(canvas: &mut Canvas, sheet: &Sheet, frame: &Frame) {
    let tokens = &sheet.tokens;
    let traces = &sheet.collected.traces;
    let Some(trace) = traces.strongest(sheet.collected.samples()) else {
        canvas.border(frame, sheet.border);
        let style = Style::new(15.0, Weight::Text, tokens.text2).align(Align::Middle);
        let middle = (frame.left + frame.right) / 2.0;
        canvas.text(middle, (frame.top + frame.bottom) / 2.0 + 5.0, "Nothing was judged: no noise floor.", style);
        return;
    };
    let style = Style::new(15.0, Weight::Text, tokens.text2).align(Align::Right);
    let caption = "strongest moment of the whole recording, in one burst’s width and length";
    canvas.text(frame.right, frame.top - 10.0, caption, style);

    let (low, high) = level_range(&trace, traces.threshold().0, frame.height());
    let y = |db: f32| frame.bottom - ((db - low) / (high - low) * frame.height()).clamp(0.0, frame.height());
    draw_level_axis(canvas, sheet, frame, (low, high));

    let places: Vec<f32> = (0..traces.cells()).map(|cell| sheet.scale.x(traces.offset(cell))).collect();
    let line = |levels: &[i16], above: f32| -> Vec<(f32, f32)> {
        places.iter().zip(levels).map(|(&x, &level)| (x, y(f32::from(level) / 100.0 + above))).collect()
    };
    let power = line(&trace.power, 0.0);
    let floor = line(&trace.floor, 0.0);
    let threshold = line(&trace.floor, traces.threshold().0);
    let area: Vec<(f32, f32)> = power.iter().copied().chain(floor.iter().rev().copied()).collect();
    canvas.polygon(&area, tokens.trace, 0.1);
    canvas.line(&floor, tokens.floor, 1.2, None);
    canvas.line(&threshold, tokens.saw, 1.6, Some([8.0, 5.0]));
    canvas.line(&power, tokens.trace, 1.8, None);
    canvas.border(frame, sheet.border);

    let strong = Style::new(15.0, Weight::Strong, tokens.saw);
    let width = canvas.text_width("threshold", strong.size, strong.weight);
    if let Some((x, y)) = label_place(&threshold, &[&power], frame, width, Side::Above) {
        canvas.text(x, y, "threshold", strong);
    }
    let plain = Style::new(15.0, Weight::Text, tokens.floor);
    let width = canvas.text_width("noise floor", plain.size, plain.weight);
    if let Some((x, y)) = label_place(&floor, &[], frame, width, Side::Below) {
        canvas.text(x, y, "noise floor", plain);
    }
}

/// The levels at the spectrum's lower and upper edge: everything but a band edge that falls away, and room for the
/// floor's name under it.
fn level_range(trace: &Trace, threshold_db: f32, height: f32) -> (f32, f32) {
    let level = |v: &i16| f32::from(*v) / 100.0;
    let seen = |levels: &[i16]| levels.iter().filter(|&&v| v != NOT_LOOKED_AT).map(level).collect::<Vec<f32>>();
    let (power, mut floor) = (seen(&trace.power), seen(&trace.floor));
    floor.sort_by(f32::total_cmp);
    let middle = floor.get(floor.len() / 2).copied().unwrap_or(-100.0).max(LOWEST_NOISE_DBFS);
    let highest = power.iter().copied().fold(middle + threshold_db + 12.0, f32::max);
    let high = highest + 4.5;
    let room = 25.0 / height;
    let under_name = (middle - room * high) / (1.0 - room);
    let lowest = floor.first().copied().unwrap_or(middle).max(middle - 12.0) - 1.0;
    (lowest.min(under_name), high)
}

fn draw_level_axis(canvas: &mut Canvas, sheet: &Sheet, frame: &Frame, (low, high): (f32, f32)) {
    let tokens = &sheet.tokens;
    let figures: Ticks = ticks(f64::from(low), f64::from(high), 3);
    let style = Style::new(14.0, Weight::Text, tokens.text2).align(Align::Right);
    let right = frame.left - 13.0;
    let mut places = Vec::new();
    for (index, &level) in figures.values.iter().enumerate() {
        let y = frame.bottom - (level as f32 - low) / (high - low) * frame.height();
        if y > frame.top + 3.0 && y < frame.bottom - 3.0 {
            let grid = Frame { left: frame.left, right: frame.right, top: y, bottom: y + canvas.hair() };
            canvas.fill(&grid, tokens.line, 0.6);
            canvas.text(right, y + 5.0, &figures.text(index), style);
            places.push(y);
        }
    }
    // The unit stands once, under the highest figure.
    match places.as_slice() {
        [.., next, highest] if next - highest > 36.0 => canvas.text(right, (next + highest) / 2.0 + 5.0, "dBFS", style),
        [.., highest] => canvas.text(right, highest + 22.0, "dBFS", style),
        [] => {}
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Above,
    Below,
}

/// Left end and baseline for a name `width` wide on `line`, from the right, where it lies in the frame and, above its
/// line, above `others` too.
fn label_place(
    line: &[(f32, f32)],
    others: &[&[(f32, f32)]],
    frame: &Frame,
    width: f32,
    side: Side,
) -> Option<(f32, f32)> {
    let extent = |points: &[(f32, f32)], left: f32| -> Option<(f32, f32)> {
        let near = points.iter().filter(|(x, _)| (left - 6.0..=left + width + 6.0).contains(x));
        near.fold(None, |found: Option<(f32, f32)>, &(_, y)| {
            Some(found.map_or((y, y), |(low, high)| (low.min(y), high.max(y))))
        })
    };
    let steps = ((frame.width() - width - 28.0) / 8.0).max(0.0) as usize;
    (0..=steps).map(|step| frame.right - 14.0 - width - 8.0 * step as f32).find_map(|left| {
        let (top, bottom) = extent(line, left)?;
        // A steep line has no place for a name, and a name belongs to the line it is nearest to.
        let highest = others.iter().filter_map(|other| extent(other, left)).fold(top, |y, (top, _)| y.min(top));
        if bottom - top > 8.0 || (side == Side::Above && top - highest > 12.0) {
            return None;
        }
        let text = match side {
            Side::Above => (highest - 18.0, highest - 3.0),
            Side::Below => (bottom + 3.0, bottom + 20.0),
        };
        let inside = text.0 > frame.top && text.1 < frame.bottom;
        let baseline = if side == Side::Above { text.1 - 3.0 } else { text.1 - 5.0 };
        inside.then_some((left, baseline))
    })
}
