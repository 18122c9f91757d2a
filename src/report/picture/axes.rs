//! Figures of frequency and time around the waterfall.

use super::canvas::{Align, Canvas, Style, Weight};
use super::sheet::Sheet;
use crate::report::words::{signed, trimmed};
use crate::report::{Frame, ticks, time_ticks};

/// Figures and marks of the frequency axis, between spectrum and waterfall.
pub(super) fn draw_frequency_axis(canvas: &mut Canvas, sheet: &Sheet) {
    let (plot, tokens) = (sheet.scale.frame, &sheet.tokens);
    let baseline = sheet.layout.frequency_baseline;
    for (x, text) in frequency_figures(sheet) {
        let mark = Frame { left: x - 1.0, right: x + 1.0, top: plot.top - 9.0, bottom: plot.top - 1.0 };
        canvas.fill(&mark, tokens.edge, 1.0);
        let style = Style::new(16.0, Weight::Medium, tokens.text).align(Align::Middle);
        canvas.text(x, baseline, &text, style);
    }
    let style = Style::new(15.0, Weight::Text, tokens.text2).align(Align::Right);
    canvas.text(plot.left - 14.0, baseline, sheet.frequencies.unit, style);
}

/// Places and texts of the frequency figures.
fn frequency_figures(sheet: &Sheet) -> Vec<(f32, String)> {
    let plot = sheet.scale.frame;
    let (low, high) = (sheet.frequencies.value(sheet.scale.low), sheet.frequencies.value(sheet.scale.high));
    let figures = ticks(low, high, ((plot.width() / 122.0) as usize).clamp(2, 12));
    let text = |index: usize| match sheet.frequencies.center {
        Some(_) => figures.text(index),
        None => signed(figures.values[index], figures.decimals),
    };
    (0..figures.values.len())
        .map(|index| (sheet.scale.x(sheet.frequencies.offset(figures.values[index])), text(index)))
        .filter(|(x, _)| *x > plot.left + 12.0 && *x < plot.right - 22.0)
        .collect()
}

/// Figures and marks of the time axis, at the waterfall's left.
pub(super) fn draw_time_axis(canvas: &mut Canvas, sheet: &Sheet) {
    let (plot, tokens) = (sheet.scale.frame, &sheet.tokens);
    let rate = sheet.collected.sample_rate().0;
    let (low, high) = (sheet.scale.first / rate, sheet.scale.end / rate);
    let (figures, unit) = time_ticks(low, high, ((plot.height() / 70.0) as usize).clamp(2, 12));
    let right = plot.left - 15.0;
    for (index, &value) in figures.values.iter().enumerate() {
        let y = sheet.scale.y(value * unit.seconds() * rate);
        if y < plot.top + 30.0 || y > plot.bottom - 26.0 {
            continue;
        }
        let mark = Frame { left: plot.left - 9.0, right: plot.left - 1.0, top: y - 1.0, bottom: y + 1.0 };
        canvas.fill(&mark, tokens.edge, 1.0);
        let style = Style::new(16.0, Weight::Medium, tokens.text).align(Align::Right);
        canvas.text(right, y + 6.0, &format!("{} {}", figures.text(index), unit.name()), style);
    }
    let style = Style::new(16.0, Weight::Text, tokens.text2).align(Align::Right);
    let end = |seconds: f64| format!("{} {}", trimmed(seconds / unit.seconds(), 1), unit.name());
    canvas.text(right, plot.top + 13.0, &end(high), style);
    canvas.text(right, plot.bottom - 1.0, &end(low), style);
}
