//! The waterfall: a ring of rows in a texture, new rows written one by one, drawn as two pieces.

use std::ops::Range;

use eframe::egui::{self, Color32, ColorImage, Painter, Rect, TextureHandle, TextureOptions, pos2};

use super::axes::TimeAxis;
use crate::report::{LevelScale, NOT_LOOKED_AT, Palette, Waterfall, WaterfallView, pool_columns, shown_noise_dbfs};
use crate::units::SampleIndex;

/// How far over the median noise the range ends, decibels.
const RANGE_DB: f32 = 37.0;

/// Rows that the median noise is taken from, at most.
const NOISE_ROWS: usize = 64;

/// What all rows in the texture have in common: another key means that all are made anew.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Key {
    size: [usize; 2],
    samples_a_row: f64,
    first: SampleIndex,
    palette: Palette,
    scale: LevelScale,
    stream: u64,
}

/// The texture and what stands in it.
#[derive(Default)]
pub(super) struct WaterfallTexture {
    texture: Option<TextureHandle>,
    key: Option<Key>,
    /// Rows in the texture; row `r` stands at `r` modulo its height.
    rows: Range<i64>,
    /// Rows from this one on were not wholly analysed when they were written.
    complete: i64,
    noise: Option<Noise>,
    level: Vec<i16>,
    pooled: Vec<i16>,
}

/// The noise that the range was chosen by, and for what.
#[derive(Clone, Copy, PartialEq)]
struct Noise {
    median_db: f32,
    samples_a_row: f64,
    columns: usize,
    stream: u64,
    analysed: u64,
    finished: bool,
}

/// What the waterfall shows.
pub(super) struct Shown<'a> {
    pub view: WaterfallView,
    pub store: &'a Waterfall,
    pub axis: &'a TimeAxis,
    /// Pixels in a row.
    pub columns: usize,
    pub palette: Palette,
    pub brightness_db: f32,
    /// Counts the streams opened, so that nothing of the last one stays.
    pub stream: u64,
    pub finished: bool,
}

impl WaterfallTexture {
    /// What the colours mean. The range of power is chosen by the noise of the rows as they are shown, that of boxes is
    /// always the same; the brightness moves both.
    pub fn scale(&mut self, shown: &Shown<'_>) -> LevelScale {
        if shown.view == WaterfallView::Detector {
            return LevelScale::Boxes { brighter_db: shown.brightness_db };
        }
        let samples_a_row = shown.axis.samples_a_row;
        let analysed = shown.store.end().0 - shown.store.first().0.min(shown.store.end().0);
        let known = self.noise.filter(|noise| {
            noise.stream == shown.stream
                && noise.samples_a_row == samples_a_row
                && noise.columns == shown.columns
                && noise.finished == shown.finished
                && analysed < 4 * noise.analysed.max(1)
        });
        let noise = known.unwrap_or_else(|| {
            let median_db = noise_db(shown.store, samples_a_row, shown.columns).unwrap_or(-70.0).round();
            let (columns, stream, finished) = (shown.columns, shown.stream, shown.finished);
            Noise { median_db, samples_a_row, columns, stream, analysed, finished }
        });
        self.noise = Some(noise);
        let low_db = noise.median_db - shown.palette.opening_margin_db() - shown.brightness_db;
        LevelScale::Power { low_db, high_db: noise.median_db + RANGE_DB - shown.brightness_db }
    }

    /// Brings the texture up to date and draws it into `rect`, with the colours of [`scale`](Self::scale).
    pub fn show(
        &mut self,
        ctx: &egui::Context,
        painter: &Painter,
        rect: Rect,
        shown: &Shown<'_>,
        scale: LevelScale,
        background: Color32,
    ) {
        let width = shown.columns;
        let height = shown.axis.rows;
        let key = Key {
            size: [width, height],
            samples_a_row: shown.axis.samples_a_row,
            first: shown.axis.first,
            palette: shown.palette,
            scale,
            stream: shown.stream,
        };
        let wanted = shown.axis.top_row + 1 - height as i64..shown.axis.top_row + 1;
        let analysed = shown.axis.row_of(shown.store.end());
        if self.key != Some(key) || self.texture.is_none() {
            self.texture =
                Some(ctx.load_texture("waterfall", ColorImage::filled(key.size, background), TextureOptions::NEAREST));
            self.key = Some(key);
            self.rows = 0..0;
        }
        for rows in missing(&self.rows, &wanted, self.complete) {
            self.write(rows, shown, &key, background);
        }
        self.rows = wanted.clone();
        self.complete = analysed;

        let Some(texture) = &self.texture else { return };
        // The ring's seam: rows from the one at slot 0 upwards are the newer piece.
        let seam = wanted.end - wanted.end.rem_euclid(height as i64);
        let row_height = rect.height() / height as f32;
        let piece = |rows: Range<i64>| {
            if rows.is_empty() {
                return;
            }
            let top = rect.top() + (wanted.end - rows.end) as f32 * row_height;
            let bottom = rect.top() + (wanted.end - rows.start) as f32 * row_height;
            let slot = |row: i64| (row - rows.start + rows.start.rem_euclid(height as i64)) as f32 / height as f32;
            // The newest row is on top, the texture's rows rise downwards: the piece is drawn upside down.
            painter.image(
                texture.id(),
                Rect::from_min_max(pos2(rect.left(), top), pos2(rect.right(), bottom)),
                Rect::from_min_max(pos2(0.0, slot(rows.end)), pos2(1.0, slot(rows.start))),
                Color32::WHITE,
            );
        };
        piece(seam.max(wanted.start)..wanted.end);
        piece(wanted.start..seam);
    }

    /// Writes `rows` into the texture, in one piece, or two where the ring begins anew.
    fn write(&mut self, rows: Range<i64>, shown: &Shown<'_>, key: &Key, background: Color32) {
        let [width, height] = key.size;
        let mut from = rows.start;
        while from < rows.end {
            let slot = from.rem_euclid(height as i64) as usize;
            let to = rows.end.min(from + (height - slot) as i64);
            let mut image = ColorImage::filled([width, (to - from) as usize], background);
            for (line, row) in image.pixels.chunks_exact_mut(width).zip(from..to) {
                self.paint(line, row, shown, key);
            }
            if let Some(texture) = &mut self.texture {
                texture.set_partial([0, slot], image, TextureOptions::NEAREST);
            }
            from = to;
        }
    }

    /// One row: the maximum over all stored rows it covers, columns by their maximum too.
    fn paint(&mut self, line: &mut [Color32], row: i64, shown: &Shown<'_>, key: &Key) {
        let samples = shown.axis.samples_of(row);
        if samples.is_empty() || shown.store.is_empty() {
            return;
        }
        shown.store.max_between(samples, &mut self.level);
        self.pooled.resize(line.len(), 0);
        pool_columns(&self.level, shown.store.band(), &mut self.pooled);
        for (pixel, &level) in line.iter_mut().zip(&self.pooled) {
            if level != NOT_LOOKED_AT {
                *pixel = key.scale.color(key.palette, level).into();
            }
        }
    }
}

/// Which of the `wanted` rows are not in the ring that holds `held`, of which those from `complete` on were written
/// before they were wholly analysed.
fn missing(held: &Range<i64>, wanted: &Range<i64>, complete: i64) -> Vec<Range<i64>> {
    let kept = held.start.max(wanted.start)..held.end.min(wanted.end).min(complete.max(held.start));
    if kept.is_empty() {
        return vec![wanted.clone()];
    }
    [wanted.start..kept.start, kept.end..wanted.end].into_iter().filter(|rows| !rows.is_empty()).collect()
}

/// The median level of the pixels of rows of `samples_a_row` samples each, as they are shown.
fn noise_db(store: &Waterfall, samples_a_row: f64, columns: usize) -> Option<f32> {
    let analysed = store.end().0.saturating_sub(store.first().0) as f64;
    let rows = (analysed / samples_a_row).floor().max(1.0);
    let step = (rows / NOISE_ROWS as f64).max(1.0);
    let bins = store.bins();
    if bins == 0 {
        return None;
    }
    let mut level = Vec::new();
    let shown = (0..NOISE_ROWS).map(|i| (i as f64 * step).floor()).take_while(|&row| row < rows).map(|row| {
        let at = |row: f64| SampleIndex(store.first().0 + (row * samples_a_row) as u64);
        store.max_between(at(row)..at(row + 1.0), &mut level);
        let mut pooled = vec![0; columns];
        pool_columns(&level, 0.0..bins as f64, &mut pooled);
        pooled
    });
    shown_noise_dbfs(shown).map(|level| level.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spectrum::DisplayRows;

    #[test]
    fn only_rows_that_are_new_or_were_incomplete_are_written() {
        let written = |held: Range<i64>, wanted: Range<i64>, complete| -> Vec<(i64, i64)> {
            missing(&held, &wanted, complete).into_iter().map(|rows| (rows.start, rows.end)).collect()
        };
        assert_eq!(written(0..0, 5..15, 0), [(5, 15)]);
        assert_eq!(written(5..15, 6..16, 20), [(15, 16)]);
        assert_eq!(written(5..15, 5..15, 20), []);
        assert_eq!(written(5..15, 3..13, 20), [(3, 5)], "back by two");
        assert_eq!(written(5..15, 40..50, 50), [(40, 50)], "a jump");
        assert_eq!(written(5..15, 6..16, 12), [(12, 16)], "the analysis had come to row 12");
        assert_eq!(written(5..15, 5..15, 2), [(5, 15)], "nothing was analysed yet");
    }

    #[test]
    fn the_noise_is_the_median_of_rows_as_they_are_shown() {
        let mut store = Waterfall::default();
        // Every tenth row is 10 dB stronger: rows of ten show that level, rows of one the lower.
        let power = (0..1000).flat_map(|r| [if r % 10 == 0 { 1e-6 } else { 1e-7 }; 8]).collect();
        store.push(&DisplayRows { first: SampleIndex(0), span: 100, bins: 8, power });
        assert_eq!(noise_db(&store, 100.0, 8), Some(-70.0));
        assert_eq!(noise_db(&store, 1000.0, 8), Some(-60.0));
        assert_eq!(noise_db(&store, 1000.0, 4), Some(-60.0));
        assert_eq!(noise_db(&Waterfall::default(), 1000.0, 4), None);
    }
}
