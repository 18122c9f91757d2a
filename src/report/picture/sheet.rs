//! What every part of the picture draws from.

use super::PictureOptions;
use super::canvas::Canvas;
use super::collected::Collected;
use super::layout::{Layout, layout};
use crate::report::words::FrequencyScale;
use crate::report::{Palette, PlotScale, Rgb, Tokens, WaterfallView};
use crate::units::Hertz;

/// No converter's noise is lower, in dBFS: digital silence gets a range too.
pub(super) const LOWEST_NOISE_DBFS: f32 = -160.0;

/// What every part of the picture draws from.
pub(super) struct Sheet<'a> {
    pub collected: &'a Collected,
    pub layout: Layout,
    pub tokens: Tokens,
    pub palette: Palette,
    pub view: WaterfallView,
    /// The waterfall, inside its border.
    pub scale: PlotScale,
    pub frequencies: FrequencyScale,
    /// Around the plots: hairlines on the screen, lines on paper.
    pub border: Rgb,
}

impl<'a> Sheet<'a> {
    /// The sheet for a picture of `collected`, and an empty canvas for it.
    pub(super) fn new(collected: &'a Collected, options: &PictureOptions) -> (Self, Canvas) {
        let (tokens, palette) =
            if options.light { (Tokens::PRINT, Palette::Ink) } else { (Tokens::DARK, Palette::Night) };
        let layout = layout(options.width, options.height);
        let canvas = Canvas::new(options.width, options.height, layout.scale, tokens.bg);
        let tuning = &collected.run.stream.tuning;
        let samples = collected.samples();
        let half = tuning.sample_rate.0 / 2.0;
        let sheet = Sheet {
            collected,
            palette,
            view: options.view,
            scale: PlotScale {
                frame: canvas.snapped(&layout.waterfall).inset(canvas.hair()),
                low: Hertz(-half),
                high: Hertz(half),
                first: samples.start.0 as f64,
                end: samples.end.0 as f64,
            },
            frequencies: FrequencyScale::of(tuning),
            border: if options.light { tokens.edge } else { tokens.line },
            layout,
            tokens,
        };
        (sheet, canvas)
    }
}
