//! The picture of a run: waterfall, spectrum, outlines and list on one sheet, as a PNG. No clock time is in it: the
//! same input gives the same bytes.

mod axes;
pub(crate) mod canvas;
mod collected;
mod layout;
mod list;
#[cfg(test)]
mod made_up;
mod margins;
mod marks;
mod sheet;
mod spectrum;
#[cfg(test)]
mod tests;
mod waterfall;

use std::sync::Arc;

use tiny_skia::Pixmap;

use crate::detect::{Event, JudgedRows};
use crate::error::{Error, Result};
use crate::pipeline::{RunInfo, Sink, Summary};
use crate::report::{WaterfallView, outlines};
use crate::spectrum::DisplayRows;
use sheet::Sheet;

pub use collected::Collected;

/// How a picture looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureOptions {
    width: u32,
    height: u32,
    light: bool,
    view: WaterfallView,
}

impl Default for PictureOptions {
    /// Dark, 1600 × 900 pixels, of power.
    fn default() -> Self {
        PictureOptions { width: 1600, height: 900, light: false, view: WaterfallView::Power }
    }
}

impl PictureOptions {
    /// Smallest width and height, in pixels: smaller, and texts no longer fit.
    pub const SMALLEST: (u32, u32) = (800, 400);

    /// Largest width and height, in pixels.
    pub const LARGEST: u32 = 8000;

    /// The form for print: black on white, nothing by colour.
    pub fn light(self) -> Self {
        PictureOptions { light: true, ..self }
    }

    /// A picture whose waterfall shows `view`.
    pub fn showing(self, view: WaterfallView) -> Self {
        PictureOptions { view, ..self }
    }

    /// A picture of the size that `text` says: `1600x900`, width by height in pixels.
    ///
    /// # Errors
    /// It is no size, or outside [`SMALLEST`](Self::SMALLEST) and [`LARGEST`](Self::LARGEST).
    pub fn sized(self, text: &str) -> Result<Self> {
        let (least_width, least_height) = Self::SMALLEST;
        let most = Self::LARGEST;
        let size = text.split_once(['x', 'X', '×']).and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
        let (width, height) = size.ok_or_else(|| {
            Error::Unusable(format!(
                "\"{text}\" is no size of a picture: write width by height in pixels, as in 1600x900."
            ))
        })?;
        if !(least_width..=most).contains(&width) || !(least_height..=most).contains(&height) {
            return Err(Error::Unusable(format!(
                "a picture of {width}x{height} pixels cannot be drawn: choose from {least_width}x{least_height} to {most}x{most}."
            )));
        }
        Ok(PictureOptions { width, height, ..self })
    }
}

/// Draws the picture of what was `collected`.
pub fn draw(collected: &Collected, options: &PictureOptions) -> Pixmap {
    let (sheet, mut drawn) = Sheet::new(collected, options);
    let canvas = &mut drawn;
    let (rate, samples) = (collected.sample_rate(), collected.samples());

    margins::draw_title(canvas, &sheet);
    if let Some(frame) = &sheet.layout.spectrum {
        spectrum::draw_spectrum(canvas, &sheet, frame);
    }
    canvas.border(&canvas.snapped(&sheet.layout.waterfall), sheet.border);
    axes::draw_frequency_axis(canvas, &sheet);
    let pixels = waterfall::Pixels::new(canvas, &sheet);
    if !collected.waterfall.is_empty() {
        axes::draw_time_axis(canvas, &sheet);
        pixels.draw(canvas, &sheet);
        pixels.draw_color_bar(canvas, &sheet);
    }
    waterfall::draw_blind(canvas, &sheet, &pixels);
    let found = outlines(collected.groups(), &collected.bursts, &sheet.scale, samples.end, rate, marks::OUTLINE_POINTS);
    let listing = list::listing(canvas, &sheet);
    marks::draw_outlines(canvas, &sheet, &found, &listing.groups);
    list::draw_list(canvas, &sheet, &listing, pixels.row_s, found.left_out.len());
    margins::draw_foot(canvas, &sheet);
    drawn.into_pixmap()
}

/// The bytes of `pixmap` as a PNG file.
///
/// # Errors
/// The encoder fails, as when memory runs out.
pub fn encode_png(pixmap: &Pixmap) -> Result<Vec<u8>> {
    pixmap.encode_png().map_err(|error| Error::CannotWrite(format!("the picture cannot be encoded as PNG: {error}.")))
}

/// Takes the bytes of the finished picture to where they belong.
pub type Deliver = Box<dyn FnOnce(&[u8]) -> Result<()> + Send>;

/// A sink that collects a run and delivers its picture at the end, also of a run that was stopped.
pub struct Picture {
    options: PictureOptions,
    deliver: Option<Deliver>,
    collected: Option<Collected>,
}

impl Picture {
    /// A picture that goes to `deliver`, as a PNG file's bytes, once.
    pub fn new(options: PictureOptions, deliver: Deliver) -> Self {
        Picture { options, deliver: Some(deliver), collected: None }
    }
}

impl Sink for Picture {
    fn begin(&mut self, run: &RunInfo) -> Result<()> {
        self.collected = Some(Collected::new(run));
        Ok(())
    }

    fn rows(&mut self, rows: &Arc<DisplayRows>) -> Result<()> {
        self.collected.iter_mut().for_each(|collected| collected.rows(rows));
        Ok(())
    }

    fn judged(&mut self, rows: &Arc<JudgedRows>) -> Result<()> {
        self.collected.iter_mut().for_each(|collected| collected.judged(rows));
        Ok(())
    }

    fn event(&mut self, event: &Event) -> Result<()> {
        self.collected.iter_mut().for_each(|collected| collected.event(event));
        Ok(())
    }

    fn end(&mut self, summary: &Summary) -> Result<()> {
        let (Some(mut collected), Some(deliver)) = (self.collected.take(), self.deliver.take()) else {
            return Ok(());
        };
        collected.end(summary);
        deliver(&encode_png(&draw(&collected, &self.options))?)
    }
}
