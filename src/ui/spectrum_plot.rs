//! The spectrum: what the detector summed, its noise floor, and the threshold it compared with.

use std::ops::Range;

use eframe::egui::{Align2, Color32, Mesh, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

use super::axes::FrequencyAxis;
use super::controls::{Weight, hatch, text, width_of};
use super::history::{Floor, History};
use super::layout::Layout;
use crate::bands;
use crate::report::{NOT_LOOKED_AT, Tokens, Trace, ticks};
use crate::units::{Hertz, SampleIndex};

/// The levels the plot spans at least, decibels.
const LEAST_RANGE_DB: f32 = 46.0;

/// The vertical axis; it grows with what is seen and never shrinks while a stream is open.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct LevelAxis {
    range: Option<(f32, f32)>,
}

impl LevelAxis {
    /// From the lowest to the highest level drawn, dBFS.
    pub fn range(&mut self, latest: &Trace) -> (f32, f32) {
        let mut floors: Vec<i16> = latest.floor.iter().copied().filter(|&l| l > NOT_LOOKED_AT + 1).collect();
        let strongest = latest.power.iter().copied().max().unwrap_or(NOT_LOOKED_AT);
        if !floors.is_empty() {
            let middle = floors.len() / 2;
            let floor = f32::from(*floors.select_nth_unstable(middle).1) / 100.0;
            let low = (floor - 11.0).round();
            let (known_low, known_high) = self.range.unwrap_or((low, low));
            // A floor that drifts by a few decibels moves nothing; one that steps away moves the axis.
            let low = if (known_low - low).abs() < 8.0 { known_low } else { low };
            let high = (low + LEAST_RANGE_DB).max((f32::from(strongest) / 100.0 + 4.0).round());
            self.range = Some((low, high.max(known_high)));
        }
        self.range.unwrap_or((-80.0, -80.0 + LEAST_RANGE_DB))
    }
}

/// What the plot shows.
pub(super) struct Shown<'a> {
    pub history: &'a History,
    pub axis: &'a FrequencyAxis,
    /// The stretch whose strongest moment is drawn.
    pub samples: Range<SampleIndex>,
    pub levels: &'a mut LevelAxis,
    /// The figures of the vertical axis stand inside the plot, for it is laid over something.
    pub figures_inside: bool,
    pub tokens: &'a Tokens,
}

/// Draws the plot into `rect`, the figures of its vertical axis at its left.
pub(super) fn spectrum_ui(painter: &Painter, rect: Rect, shown: Shown<'_>) {
    let Shown { history, axis, samples, levels, figures_inside, tokens } = shown;
    let traces = &history.traces;
    let trace = traces.strongest(samples);
    let (low, high) = levels.range(trace.as_ref().unwrap_or(&Trace::default()));
    let y = |db: f32| rect.bottom() - (db - low) / (high - low) * rect.height();

    let levels = ticks(f64::from(low), f64::from(high), (rect.height() / 26.0) as usize);
    for (i, &level) in levels.values.iter().enumerate() {
        let at = y(level as f32).round();
        if at > rect.bottom() - 4.0 || at < rect.top() + 3.0 {
            continue;
        }
        painter.hline(rect.x_range(), at + 0.5, Stroke::new(1.0, tokens.panel.mixed(tokens.line, 0.5)));
        let (x, align) = if figures_inside {
            (rect.left() + 6.0, Align2::LEFT_CENTER)
        } else {
            (rect.left() - 8.0, Align2::RIGHT_CENTER)
        };
        text(painter, pos2(x, at), align, &levels.text(i), 12.0, Weight::Text, tokens.text3);
    }
    for (offset, _) in axis.ticks() {
        let x = axis.x(offset).round() + 0.5;
        painter.vline(x, rect.y_range(), Stroke::new(1.0, tokens.panel.mixed(tokens.line, 0.5)));
    }

    let Some(trace) = trace.filter(|t| t.power.iter().any(|&level| level != NOT_LOOKED_AT)) else {
        let words = match history.floor() {
            Floor::Awaited => "the noise floor comes first",
            Floor::NeverFound => "no noise floor was found",
            Floor::Known => {
                hatch(painter, rect, tokens.line);
                "not looked at here"
            }
        };
        text(painter, rect.center(), Align2::CENTER_CENTER, words, 12.0, Weight::Text, tokens.text2);
        return;
    };
    let clipped = painter.with_clip_rect(rect);
    let line = |levels: &[i16], above: f32| -> Vec<Pos2> {
        levels
            .iter()
            .enumerate()
            .filter(|&(_, &level)| level != NOT_LOOKED_AT)
            .map(|(cell, &level)| pos2(axis.x(traces.offset(cell)), y(f32::from(level) / 100.0 + above)))
            .collect()
    };
    let power = line(&trace.power, 0.0);
    let floor = line(&trace.floor, 0.0);
    let threshold = line(&trace.floor, traces.threshold().0);
    clipped.add(Shape::mesh(between(&power, &floor, Color32::from(tokens.trace).gamma_multiply(0.14))));
    clipped.add(Shape::line(floor.clone(), Stroke::new(1.0, tokens.floor)));
    clipped.extend(Shape::dashed_line(&threshold, Stroke::new(1.5, tokens.saw), 6.0, 4.0));
    clipped.add(Shape::line(power.clone(), Stroke::new(1.5, tokens.trace)));

    // Labels stand on the lines they name, the threshold's above it and where no burst is, the floor's under it.
    let rate = history.run.as_ref().map_or(1.0, |run| run.false_alarms_per_hour);
    let words = threshold_words(rate);
    let over = |line: &[Pos2], from: f32, to: f32, top: bool| {
        let ys = line.iter().filter(|p| (from..=to).contains(&p.x)).map(|p| p.y);
        if top { ys.fold(f32::INFINITY, f32::min) } else { ys.fold(f32::NEG_INFINITY, f32::max) }
    };
    let width = width_of(painter, &words, 12.0, Weight::Medium);
    let places = [rect.left() + 26.0, rect.right() - 26.0 - width, rect.center().x - width / 2.0];
    let free = |&left: &f32| {
        let (from, to) = (left - 8.0, left + width + 8.0);
        over(&power, from, to, true) > over(&threshold, from, to, true) - 3.0
    };
    let left = places.into_iter().find(free).unwrap_or(places[0]);
    let at = over(&threshold, left, left + width, true);
    if at.is_finite() {
        text(&clipped, pos2(left, at - 2.0), Align2::LEFT_BOTTOM, &words, 12.0, Weight::Medium, tokens.saw);
    }
    let left = rect.left() + 60.0;
    let to = left + width_of(painter, "noise floor", 12.0, Weight::Text);
    let at = over(&floor, left, to, false).min(rect.bottom() - 18.0);
    if at.is_finite() {
        text(&clipped, pos2(left, at + 3.0), Align2::LEFT_TOP, "noise floor", 12.0, Weight::Text, tokens.floor);
    }
}

/// The surface between two lines over the same places.
fn between(upper: &[Pos2], lower: &[Pos2], color: Color32) -> Mesh {
    let mut mesh = Mesh::default();
    for (u, l) in upper.iter().zip(lower) {
        mesh.colored_vertex(*u, color);
        mesh.colored_vertex(*l, color);
        let n = mesh.vertices.len() as u32;
        if n > 2 {
            mesh.add_triangle(n - 4, n - 3, n - 2);
            mesh.add_triangle(n - 3, n - 2, n - 1);
        }
    }
    mesh
}

/// Figures of the frequency axis under the spectrum, its unit at the right end.
pub(super) fn frequency_axis_ui(painter: &Painter, rect: Rect, axis: &FrequencyAxis, tokens: &Tokens) {
    for (offset, words) in axis.ticks() {
        let x = axis.x(offset).round() + 0.5;
        painter.vline(x, rect.top()..=rect.top() + 4.0, Stroke::new(1.0, tokens.edge));
        let half = width_of(painter, &words, 12.0, Weight::Text) / 2.0;
        let x = x.clamp(rect.left() + half, rect.right() - half);
        text(painter, pos2(x, rect.top() + 14.0), Align2::CENTER_CENTER, &words, 12.0, Weight::Text, tokens.text3);
    }
    let unit = axis.scale().unit;
    text(painter, rect.right_top() + vec2(10.0, 14.0), Align2::LEFT_CENTER, unit, 12.0, Weight::Text, tokens.text3);
}

/// The line over the plot: what is drawn, and where the band's downlink lies.
pub(super) fn caption_ui(painter: &Painter, layout: &Layout, center: Option<Hertz>, tokens: &Tokens) {
    if layout.spectrum_folded {
        return;
    }
    let rect = layout.caption;
    let y = rect.bottom() - if layout.summary_short { 11.0 } else { 14.0 };
    let said = "dBFS, in one burst’s width and length";
    text(painter, pos2(rect.left(), y), Align2::LEFT_CENTER, said, 12.0, Weight::Text, tokens.text3);
    if let Some(words) = center.and_then(band_words).filter(|_| layout.band_text) {
        text(painter, pos2(rect.right(), y), Align2::RIGHT_CENTER, &words, 12.0, Weight::Text, tokens.text3);
    }
}

/// The dashed line's name: "threshold: 1 false alarm an hour".
fn threshold_words(per_hour: f64) -> String {
    let alarms = if per_hour == 1.0 { "alarm" } else { "alarms" };
    format!("threshold: {per_hour} false {alarms} an hour")
}

/// "Band 8 uplink 880–915 MHz · its downlink lies 45 MHz higher"; `None` outside every uplink of handsets.
fn band_words(center: Hertz) -> Option<String> {
    let band = bands::uplink(center)?;
    let mhz = |f: Hertz| f.0 / 1e6;
    let duplex = mhz(band.duplex());
    let side = if duplex > 0.0 { "higher" } else { "lower" };
    Some(format!(
        "Band {} uplink {}–{} MHz · its downlink lies {} MHz {side}",
        band.number,
        mhz(band.uplink_low),
        mhz(band.uplink_high),
        duplex.abs(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_band_is_named_with_the_way_to_its_downlink() {
        assert_eq!(band_words(Hertz(897.3e6)).unwrap(), "Band 8 uplink 880–915 MHz · its downlink lies 45 MHz higher");
        assert_eq!(band_words(Hertz(857e6)).unwrap(), "Band 20 uplink 832–862 MHz · its downlink lies 41 MHz lower");
        assert_eq!(band_words(Hertz(433.92e6)), None);
    }

    #[test]
    fn the_threshold_names_its_false_alarms() {
        assert_eq!(threshold_words(1.0), "threshold: 1 false alarm an hour");
        assert_eq!(threshold_words(0.1), "threshold: 0.1 false alarms an hour");
    }

    #[test]
    fn the_levels_hold_floor_and_bursts_and_do_not_jump_about() {
        let trace = |floor: i16, strongest: i16| Trace { floor: vec![floor; 9], power: vec![strongest; 9] };
        let mut axis = LevelAxis::default();
        assert_eq!(axis.range(&trace(-6300, -3300)), (-74.0, -28.0));
        assert_eq!(axis.range(&trace(-6100, -6000)), (-74.0, -28.0));
        assert_eq!(axis.range(&trace(-6300, -1000)), (-74.0, -6.0));
        assert_eq!(axis.range(&Trace::default()), (-74.0, -6.0));
    }
}
