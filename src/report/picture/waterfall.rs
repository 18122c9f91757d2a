//! The waterfall, its colour bar, and what was not looked at.

use std::ops::Range;

use super::canvas::{Align, Canvas, Style, Weight};
use super::sheet::{LOWEST_NOISE_DBFS, Sheet};
use crate::report::words::{duration, number};
use crate::report::{Frame, LevelScale, NOT_LOOKED_AT, Waterfall, WaterfallView, pool_columns, shown_noise_dbfs};
use crate::units::{Hertz, SampleIndex};

/// How far the picture's colours reach above the noise, in decibels.
const ABOVE_NOISE_DB: f32 = 36.0;

/// The waterfall as the picture shows it: one level a pixel, the first row at the top, and latest.
pub(super) struct Pixels {
    columns: usize,
    rows: usize,
    levels: Vec<i16>,
    scale: LevelScale,
    /// Seconds whose strongest moment a row of pixels shows.
    pub row_s: f64,
}

/// Pools `waterfall` into `columns` × `rows` pixels of the whole band and over `samples`.
fn pooled(
    waterfall: &Waterfall,
    samples: &Range<SampleIndex>,
    rate: Hertz,
    [columns, rows]: [usize; 2],
    scale: impl FnOnce(f32) -> LevelScale,
) -> Pixels {
    let length = (samples.end.0 - samples.start.0) as f64;
    let mut levels = vec![NOT_LOOKED_AT; columns * rows];
    let bins = waterfall.bins();
    if !waterfall.is_empty() {
        let places = waterfall.band();
        let span = waterfall.span() as f64;
        let lead = samples.start.0 as f64 - waterfall.first().0 as f64;
        let mut strongest = vec![NOT_LOOKED_AT; bins];
        for (below, out) in levels.chunks_exact_mut(columns).rev().enumerate() {
            let place = |row: f64| (lead + length * row / rows as f64) / span;
            // Every row of the waterfall goes to one row of pixels; where there are fewer, to those it spans.
            let (from, to) = (place(below as f64).ceil(), place(below as f64 + 1.0).ceil());
            let (from, to) = if to > from { (from, to) } else { (place(below as f64 + 0.5).floor(), from) };
            let last = waterfall.rows() as f64;
            let touched = from.clamp(0.0, last) as usize..to.clamp(0.0, last) as usize;
            strongest.fill(NOT_LOOKED_AT);
            for row in touched {
                strongest.iter_mut().zip(waterfall.row(row)).for_each(|(a, &b)| *a = (*a).max(b));
            }
            pool_columns(&strongest, places.clone(), out);
        }
    }
    let shown = levels.chunks_exact(columns).map(<[i16]>::to_vec);
    let noise = shown_noise_dbfs(shown).map_or(0.0, |level| level.0.max(LOWEST_NOISE_DBFS));
    let row_s = (length / rows as f64).max(waterfall.span() as f64) / rate.0;
    Pixels { columns, rows, levels, scale: scale(noise), row_s }
}

impl Pixels {
    /// The waterfall of `sheet` at the size it has on `canvas`.
    pub(super) fn new(canvas: &Canvas, sheet: &Sheet) -> Self {
        let [left, top, right, bottom] = canvas.pixels(&sheet.scale.frame);
        let size = [(right - left) as usize, (bottom - top) as usize];
        let collected = sheet.collected;
        let (samples, rate) = (collected.samples(), collected.sample_rate());
        match sheet.view {
            WaterfallView::Power => pooled(&collected.waterfall, &samples, rate, size, |noise| LevelScale::Power {
                low_db: noise - sheet.palette.opening_margin_db(),
                high_db: noise + ABOVE_NOISE_DB,
            }),
            WaterfallView::Detector => {
                pooled(&collected.boxes, &samples, rate, size, |_| LevelScale::Boxes { brighter_db: 0.0 })
            }
        }
    }

    /// Level of the pixel in column `x` of row `y`, from the top left.
    #[cfg(test)]
    pub(super) fn level(&self, x: u32, y: u32) -> i16 {
        self.levels[y as usize * self.columns + x as usize]
    }

    /// Rows of pixels, from the top, that nobody looked at, as runs.
    pub(super) fn blank_runs(&self) -> Vec<Range<usize>> {
        let blank =
            |row: usize| self.levels[row * self.columns..][..self.columns].iter().all(|&level| level == NOT_LOOKED_AT);
        let mut runs: Vec<Range<usize>> = Vec::new();
        for row in (0..self.rows).filter(|&row| blank(row)) {
            match runs.last_mut() {
                Some(run) if run.end == row => run.end = row + 1,
                _ => runs.push(row..row + 1),
            }
        }
        runs
    }

    pub(super) fn draw(&self, canvas: &mut Canvas, sheet: &Sheet) {
        let [left, top, _, _] = canvas.pixels(&sheet.scale.frame);
        for (index, &level) in self.levels.iter().enumerate() {
            if level != NOT_LOOKED_AT {
                let (x, y) = ((index % self.columns) as u32, (index / self.columns) as u32);
                let value = self.scale.color(sheet.palette, level);
                canvas.set_pixel(left + x, top + y, value);
            }
        }
    }

    pub(super) fn draw_color_bar(&self, canvas: &mut Canvas, sheet: &Sheet) {
        let (bar, tokens) = (sheet.layout.color_bar, &sheet.tokens);
        let [left, top, right, bottom] = canvas.pixels(&bar);
        let height = (bottom - top).max(2);
        for y in 0..height {
            let color = self.scale.color_at(sheet.palette, (height - 1 - y) as f32 / (height - 1) as f32);
            for x in left..right {
                canvas.set_pixel(x, top + y, color);
            }
        }
        canvas.border(&bar, tokens.edge);
        let style = Style::new(15.0, Weight::Text, tokens.text2);
        canvas.text(bar.left, sheet.layout.frequency_baseline, self.scale.unit(), style);
        let most = (bar.height() / 80.0) as usize;
        let at = |share: f32| bar.bottom - share * bar.height();
        for (share, figure) in self.scale.figures(most.clamp(2, 8)) {
            let y = at(share);
            if y > bar.top + 6.0 && y < bar.bottom - 4.0 {
                let mark = Frame { left: bar.right, right: bar.right + 5.0, top: y, bottom: y + canvas.hair() };
                canvas.fill(&mark, tokens.edge, 1.0);
                let style = Style::new(14.0, Weight::Text, tokens.text2);
                canvas.text(bar.right + 10.0, y + 5.0, &figure, style);
            }
        }
        if let Some(share) = self.scale.threshold() {
            let y = at(share);
            canvas.line(&[(bar.left - 4.0, y), (bar.right + 44.0, y)], tokens.saw, 1.6, Some([8.0, 5.0]));
            let style = Style::new(14.0, Weight::Strong, tokens.saw);
            canvas.text(bar.right + 8.0, y - 6.0, "over", style);
            canvas.text(bar.right + 8.0, y + 16.0, "under", style);
        }
    }
}

/// Hatching with words over what was not looked at.
pub(super) fn draw_blind(canvas: &mut Canvas, sheet: &Sheet, pixels: &Pixels) {
    let plot = sheet.scale.frame;
    let tokens = &sheet.tokens;
    let point = 1.0 / canvas.scale();
    let mut labels: Vec<(f32, f32, String)> = Vec::new();
    for run in pixels.blank_runs() {
        let frame =
            Frame { top: plot.top + run.start as f32 * point, bottom: plot.top + run.end as f32 * point, ..plot };
        canvas.fill(&frame, tokens.bg, 1.0);
        canvas.hatch(&frame, tokens.edge);
    }
    let rate = sheet.collected.sample_rate().0;
    for blind in sheet.collected.blind() {
        let (top, bottom) = (sheet.scale.y(blind.to.0 as f64), sheet.scale.y(blind.from.0 as f64));
        let frame = Frame { top: top.max(plot.top), bottom: bottom.min(plot.bottom), ..plot };
        if frame.bottom < frame.top {
            continue;
        }
        if !blind.lost {
            canvas.hatch(&frame, tokens.edge);
        }
        let samples = blind.to.0.saturating_sub(blind.from.0);
        let length = duration(samples as f64 / rate);
        let what = if blind.lost {
            format!("{length} lost, {} samples: {}", number(samples as f64, 0), blind.why)
        } else {
            format!("{length} not looked at: {}", blind.why)
        };
        labels.push((frame.bottom - frame.top, (frame.top + frame.bottom) / 2.0, what));
    }
    if labels.is_empty() && sheet.collected.waterfall.is_empty() {
        labels.push((plot.height(), (plot.top + plot.bottom) / 2.0, "not looked at: too short for a row".to_owned()));
    }
    // The longest are named; all of them are counted at the foot.
    labels.sort_by(|a, b| b.0.total_cmp(&a.0));
    labels.truncate(6);
    for (_, middle, what) in labels {
        let style = Style::new(14.0, Weight::Medium, tokens.text).align(Align::Middle);
        let what = canvas.shortened(&what, style.size, style.weight, plot.width() - 24.0);
        let half = canvas.text_width(&what, style.size, style.weight) / 2.0 + 8.0;
        let center = (plot.left + plot.right) / 2.0;
        let middle = middle.clamp(plot.top + 14.0, plot.bottom - 14.0);
        let plate = Frame { left: center - half, right: center + half, top: middle - 12.0, bottom: middle + 12.0 };
        canvas.fill_rounded(&plate, 3.0, tokens.bg);
        canvas.text(center, middle + 5.0, &what, style);
    }
}
