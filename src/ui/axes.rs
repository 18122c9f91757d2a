//! The one time axis and the one frequency axis that everything in the middle shares.

use std::ops::Range;

use eframe::egui::Rect;

use crate::iq::Tuning;
use crate::report::words::{FrequencyScale, number};
use crate::report::{Frame, PlotScale, TimeUnit, ticks, time_ticks};
use crate::units::{Hertz, SampleIndex};

/// Rows of the waterfall and the lanes: time falls, the place is at the top.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TimeAxis {
    /// First sample of the stream, where row 0 begins.
    pub first: SampleIndex,
    pub sample_rate: Hertz,
    pub samples_a_row: f64,
    /// Rows from top to bottom, one a pixel.
    pub rows: usize,
    /// The row at the top: the last that ends at the place or before it.
    pub top_row: i64,
    /// Upper and lower end on the screen.
    pub top: f32,
    pub bottom: f32,
}

impl TimeAxis {
    /// An axis over `rect` that covers `span_s` seconds up to `position_s`.
    pub fn new(
        rect: Rect,
        pixels_per_point: f32,
        first: SampleIndex,
        sample_rate: Hertz,
        position_s: f64,
        span_s: f64,
    ) -> Self {
        let rows = (rect.height() * pixels_per_point).round().max(1.0) as usize;
        let samples_a_row = span_s * sample_rate.0 / rows as f64;
        let since = position_s * sample_rate.0 - first.0 as f64;
        // A little grace, so that a place just on a row's end does not fall to the row below by rounding.
        let top_row = (since / samples_a_row + 1e-6).floor() as i64 - 1;
        TimeAxis { first, sample_rate, samples_a_row, rows, top_row, top: rect.top(), bottom: rect.bottom() }
    }

    /// Seconds at the top, from the recording's first sample.
    pub fn top_s(&self) -> f64 {
        self.seconds((self.top_row + 1) as f64)
    }

    /// Seconds at the bottom; before the beginning of the stream when little has been played.
    pub fn bottom_s(&self) -> f64 {
        self.seconds((self.top_row + 1 - self.rows as i64) as f64)
    }

    fn seconds(&self, row: f64) -> f64 {
        (self.first.0 as f64 + row * self.samples_a_row) / self.sample_rate.0
    }

    /// Where a time stands, which may be outside.
    pub fn y(&self, seconds: f64) -> f32 {
        let (top, bottom) = (self.top_s(), self.bottom_s());
        self.top + ((top - seconds) / (top - bottom)) as f32 * (self.bottom - self.top)
    }

    /// Samples of `row`; empty before the beginning of the stream.
    pub fn samples_of(&self, row: i64) -> Range<SampleIndex> {
        let at = |row: i64| SampleIndex(self.first.0 + (row.max(0) as f64 * self.samples_a_row).round() as u64);
        at(row)..at(row + 1)
    }

    /// The row that holds `sample`, the first of the stream or a later one.
    pub fn row_of(&self, sample: SampleIndex) -> i64 {
        (sample.0.saturating_sub(self.first.0) as f64 / self.samples_a_row).floor() as i64
    }

    /// Ticks with their words, at least 50 points apart, from bottom to top and none before the stream begins.
    pub fn ticks(&self) -> Vec<(f64, String)> {
        let begin_s = self.first.seconds(self.sample_rate);
        let most = ((self.bottom - self.top) / 50.0) as usize;
        let (ticks, unit) = time_ticks(self.bottom_s(), self.top_s(), most);
        let words = |i: usize| match unit {
            // Below a second the figures would be long: "23.63 s" stands for 23 630 ms.
            TimeUnit::Milliseconds => fine_words(ticks.values[i] * 1e-3, ticks.step * 1e-3),
            _ => format!("{} {}", ticks.text(i), unit.name()),
        };
        (0..ticks.values.len())
            .map(|i| (ticks.values[i] * unit.seconds(), words(i)))
            .filter(|(seconds, _)| *seconds >= begin_s)
            .collect()
    }
}

/// A time on an axis whose ticks are `step` apart, both in seconds: "23.63 s", "12:03.63".
fn fine_words(seconds: f64, step: f64) -> String {
    let decimals = (-(step * 1.001).log10().floor()).max(0.0) as usize;
    if seconds < 100.0 {
        return format!("{} s", number(seconds, decimals));
    }
    let minutes = (seconds / 60.0 + 1e-9).floor();
    format!("{minutes}:{:0width$.decimals$}", (seconds - minutes * 60.0).max(0.0), width = decimals + 3)
}

/// Both axes as the outlines want them.
pub(super) fn plot_scale(rect: Rect, time: &TimeAxis, frequency: &FrequencyAxis) -> PlotScale {
    PlotScale {
        frame: Frame { left: rect.left(), top: rect.top(), right: rect.right(), bottom: rect.bottom() },
        low: frequency.offset_at(rect.left()),
        high: frequency.offset_at(rect.right()),
        first: time.bottom_s() * time.sample_rate.0,
        end: time.top_s() * time.sample_rate.0,
    }
}

/// The whole band over the width of the waterfall and the spectrum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct FrequencyAxis {
    pub left: f32,
    pub right: f32,
    pub tuning: Tuning,
}

impl FrequencyAxis {
    pub fn new(rect: Rect, tuning: Tuning) -> Self {
        FrequencyAxis { left: rect.left(), right: rect.right(), tuning }
    }

    /// Where an `offset` from the centre stands.
    pub fn x(&self, offset: Hertz) -> f32 {
        self.left + ((offset.0 / self.tuning.sample_rate.0 + 0.5) as f32) * (self.right - self.left)
    }

    /// The offset from the centre at `x`.
    pub fn offset_at(&self, x: f32) -> Hertz {
        Hertz((f64::from((x - self.left) / (self.right - self.left)) - 0.5) * self.tuning.sample_rate.0)
    }

    /// Ticks at round frequencies, at least 85 points apart: offset and figure.
    pub fn ticks(&self) -> Vec<(Hertz, String)> {
        let scale = self.scale();
        let half = self.tuning.sample_rate.0 / 2.0;
        let most = ((self.right - self.left) / 85.0) as usize;
        let ticks = ticks(scale.value(Hertz(-half)), scale.value(Hertz(half)), most);
        (0..ticks.values.len()).map(|i| (scale.offset(ticks.values[i]), ticks.text(i))).collect()
    }

    /// How frequencies are written: absolute, or from the centre when that is unknown.
    pub fn scale(&self) -> FrequencyScale {
        FrequencyScale::of(&self.tuning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::pos2;

    fn axis(position_s: f64, span_s: f64) -> TimeAxis {
        let rect = Rect::from_min_max(pos2(0.0, 240.0), pos2(600.0, 690.0));
        TimeAxis::new(rect, 1.0, SampleIndex(2_400_000), Hertz(2.4e6), position_s, span_s)
    }

    #[test]
    fn the_place_is_at_the_top_and_time_falls_by_whole_rows() {
        let a = axis(29.0, 45.0);
        assert_eq!((a.rows, a.samples_a_row), (450, 240_000.0));
        assert!((a.top_s() - 29.0).abs() < 1e-9 && (a.bottom_s() + 16.0).abs() < 1e-9);
        assert_eq!((a.y(29.0), a.y(-16.0)), (240.0, 690.0));
        assert_eq!(axis(29.05, 45.0).top_row, a.top_row, "half a row on, nothing moves");
        assert_eq!(axis(29.1, 45.0).top_row, a.top_row + 1);
    }

    #[test]
    fn rows_follow_each_other_and_none_begins_before_the_stream() {
        let a = axis(2.0, 45.0);
        assert_eq!(a.samples_of(0), SampleIndex(2_400_000)..SampleIndex(2_640_000));
        assert_eq!(a.samples_of(1).start, a.samples_of(0).end);
        assert!(a.samples_of(-1).is_empty());
        assert_eq!(a.row_of(SampleIndex(2_640_000)), 1);
        assert_eq!(a.ticks(), [], "only 1 s to 2 s of air, and a tick every 5 s");
    }

    #[test]
    fn ticks_are_round_and_far_enough_apart() {
        let words: Vec<String> = axis(29.0, 28.125).ticks().into_iter().map(|(_, words)| words).collect();
        assert_eq!(words, ["5 s", "10 s", "15 s", "20 s", "25 s"]);
        let words: Vec<String> = axis(23.65, 0.05).ticks().into_iter().map(|(_, words)| words).collect();
        assert_eq!(words, ["23.60 s", "23.61 s", "23.62 s", "23.63 s", "23.64 s", "23.65 s"]);
        assert_eq!(fine_words(723.63, 0.01), "12:03.63");
    }

    #[test]
    fn frequencies_read_as_in_the_picture() {
        let rect = Rect::from_min_max(pos2(310.0, 0.0), pos2(910.0, 1.0));
        let known = Tuning { center: Some(Hertz(897.3e6)), sample_rate: Hertz(2.4e6) };
        let a = FrequencyAxis::new(rect, known);
        let words: Vec<String> = a.ticks().into_iter().map(|(_, words)| words).collect();
        assert_eq!(words, ["896.4", "896.8", "897.2", "897.6", "898.0", "898.4"]);
        assert_eq!((a.x(Hertz(0.0)), a.x(Hertz(-1.2e6))), (610.0, 310.0));
        assert_eq!(a.offset_at(910.0), Hertz(1.2e6));
        let unknown = FrequencyAxis::new(rect, Tuning { center: None, sample_rate: Hertz(250e3) });
        let words: Vec<String> = unknown.ticks().into_iter().map(|(_, words)| words).collect();
        assert_eq!(words, ["−120", "−80", "−40", "0", "40", "80", "120"]);
    }
}
