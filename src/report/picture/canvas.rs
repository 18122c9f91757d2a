//! Text, lines and areas on a picture, in points that scale with it.

use ab_glyph::{Font, FontRef, Glyph, PxScale, ScaleFont, VariableFont, point};
use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, PremultipliedColorU8, Rect, Stroke,
    StrokeDash, Transform,
};

use crate::report::{Frame, INTER, Rgb};

/// Weight of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Sentences, captions.
    Text,
    /// Values.
    Medium,
    /// Tags, what must be read.
    Strong,
    /// Titles.
    Bold,
}

/// Where a text lies about its x.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Middle,
    Right,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub size: f32,
    pub weight: Weight,
    pub color: Rgb,
    pub align: Align,
}

impl Style {
    pub(crate) fn new(size: f32, weight: Weight, color: Rgb) -> Self {
        Style { size, weight, color, align: Align::Left }
    }

    pub(crate) fn align(self, align: Align) -> Self {
        Style { align, ..self }
    }
}

/// A picture being drawn. Every length is in points; a point is `scale` pixels.
pub(crate) struct Canvas {
    pixmap: Pixmap,
    scale: f32,
    fonts: [FontRef<'static>; 4],
}

impl Canvas {
    /// A picture of `width` × `height` pixels, each above 0, filled with `ground`.
    pub(crate) fn new(width: u32, height: u32, scale: f32, ground: Rgb) -> Self {
        let mut pixmap = Pixmap::new(width, height).expect("the size is checked to be above zero and bounded");
        pixmap.fill(color(ground, 1.0));
        let fonts = [400.0, 500.0, 600.0, 700.0].map(|weight| {
            let mut font = FontRef::try_from_slice(INTER).expect("the bundled font is one");
            font.set_variation(b"wght", weight);
            font
        });
        Canvas { pixmap, scale, fonts }
    }

    pub(crate) fn scale(&self) -> f32 {
        self.scale
    }

    pub(crate) fn into_pixmap(self) -> Pixmap {
        self.pixmap
    }

    /// `frame`, its edges moved to those of pixels.
    pub(crate) fn snapped(&self, frame: &Frame) -> Frame {
        let snap = |value: f32| (value * self.scale).round() / self.scale;
        let Frame { left, top, right, bottom } = *frame;
        Frame { left: snap(left), top: snap(top), right: snap(right), bottom: snap(bottom) }
    }

    /// The whole pixels that `frame` covers: left, top, right, bottom.
    pub(crate) fn pixels(&self, frame: &Frame) -> [u32; 4] {
        [frame.left, frame.top, frame.right, frame.bottom].map(|v| (v * self.scale).round().max(0.0) as u32)
    }

    /// Sets one pixel.
    pub(crate) fn set_pixel(&mut self, x: u32, y: u32, value: Rgb) {
        let [r, g, b] = value.0;
        let index = (y * self.pixmap.width() + x) as usize;
        if let (Some(pixel), Some(value)) =
            (self.pixmap.pixels_mut().get_mut(index), PremultipliedColorU8::from_rgba(r, g, b, 255))
        {
            *pixel = value;
        }
    }

    /// Width of `text`.
    pub(crate) fn text_width(&self, text: &str, size: f32, weight: Weight) -> f32 {
        self.glyphs(text, size, weight).1 / self.scale
    }

    /// Writes `text` with its baseline at `y`.
    pub(crate) fn text(&mut self, x: f32, y: f32, text: &str, style: Style) {
        let (glyphs, width) = self.glyphs(text, style.size, style.weight);
        let left = x * self.scale
            - match style.align {
                Align::Left => 0.0,
                Align::Middle => width / 2.0,
                Align::Right => width,
            };
        // Whole pixels for the baseline: all figures of a line look alike.
        let baseline = (y * self.scale).round();
        let font = &self.fonts[style.weight as usize];
        let (columns, rows) = (self.pixmap.width() as i32, self.pixmap.height() as i32);
        let pixels = self.pixmap.pixels_mut();
        for mut glyph in glyphs {
            glyph.position = point(glyph.position.x + left, baseline);
            let Some(outlined) = font.outline_glyph(glyph) else {
                continue;
            };
            let bounds = outlined.px_bounds();
            outlined.draw(|dx, dy, coverage| {
                let (x, y) = (bounds.min.x as i32 + dx as i32, bounds.min.y as i32 + dy as i32);
                if (0..columns).contains(&x) && (0..rows).contains(&y) {
                    let pixel = &mut pixels[(y * columns + x) as usize];
                    let below = Rgb([pixel.red(), pixel.green(), pixel.blue()]);
                    let [r, g, b] = below.mixed(style.color, coverage.clamp(0.0, 1.0)).0;
                    if let Some(mixed) = PremultipliedColorU8::from_rgba(r, g, b, 255) {
                        *pixel = mixed;
                    }
                }
            });
        }
    }

    /// The glyphs of `text` from x = 0, and their width, in pixels.
    fn glyphs(&self, text: &str, size: f32, weight: Weight) -> (Vec<Glyph>, f32) {
        let font = &self.fonts[weight as usize];
        // ab_glyph scales by the height of a line, not by the em.
        let per_em = font.height_unscaled() / font.units_per_em().unwrap_or(2048.0);
        let scale = PxScale::from(size * self.scale * per_em);
        let scaled = font.as_scaled(scale);
        let mut x = 0.0;
        let mut before = None;
        let glyphs = text
            .chars()
            .map(|c| {
                let id = scaled.glyph_id(c);
                if let Some(before) = before.replace(id) {
                    x += scaled.kern(before, id);
                }
                let glyph = id.with_scale_and_position(scale, point(x, 0.0));
                x += scaled.h_advance(id);
                glyph
            })
            .collect();
        (glyphs, x)
    }

    /// Breaks `text` between words so that no line is wider than `width`; a word that is wider keeps its line.
    pub(crate) fn wrap(&self, text: &str, size: f32, weight: Weight, width: f32) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split(' ') {
            match lines.last_mut() {
                Some(line) if self.text_width(&format!("{line} {word}"), size, weight) <= width => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines
    }

    /// `text`, its middle replaced by "…" if it is wider than `width`.
    pub(crate) fn shortened(&self, text: &str, size: f32, weight: Weight, width: f32) -> String {
        let characters: Vec<char> = text.chars().collect();
        (0..characters.len())
            .map(|cut| {
                let keep = characters.len() - cut;
                let (head, tail) = (keep.div_ceil(2), keep / 2);
                match cut {
                    0 => text.to_owned(),
                    _ => {
                        characters[..head].iter().chain(&['…']).chain(&characters[characters.len() - tail..]).collect()
                    }
                }
            })
            .find(|candidate| self.text_width(candidate, size, weight) <= width)
            .unwrap_or_default()
    }

    /// Fills `frame`, its edges moved to whole pixels.
    pub(crate) fn fill(&mut self, frame: &Frame, value: Rgb, opacity: f32) {
        let [left, top, right, bottom] = self.pixels(frame).map(|v| v as f32);
        let rect = Rect::from_ltrb(left, top, right.max(left + 1.0), bottom.max(top + 1.0));
        if let Some(rect) = rect {
            self.pixmap.fill_rect(rect, &paint(value, opacity), Transform::identity(), None);
        }
    }

    /// A hairline of one point, at least one pixel, around `frame` and inside it.
    pub(crate) fn border(&mut self, frame: &Frame, value: Rgb) {
        let hair = self.hair();
        let Frame { left, top, right, bottom } = *frame;
        self.fill(&Frame { bottom: top + hair, ..*frame }, value, 1.0);
        self.fill(&Frame { top: bottom - hair, ..*frame }, value, 1.0);
        self.fill(&Frame { right: left + hair, ..*frame }, value, 1.0);
        self.fill(&Frame { left: right - hair, ..*frame }, value, 1.0);
    }

    /// Width of a hairline: one point in whole pixels, at least one.
    pub(crate) fn hair(&self) -> f32 {
        self.scale.round().max(1.0) / self.scale
    }

    /// Strokes `points` as one open line.
    pub(crate) fn line(&mut self, points: &[(f32, f32)], value: Rgb, width: f32, dash: Option<[f32; 2]>) {
        let mut builder = PathBuilder::new();
        for (i, &(x, y)) in points.iter().enumerate() {
            if i == 0 { builder.move_to(x, y) } else { builder.line_to(x, y) }
        }
        self.stroke(builder.finish(), value, width, dash);
    }

    /// Strokes a rectangle with rounded corners.
    pub(crate) fn rounded(&mut self, frame: &Frame, radius: f32, value: Rgb, width: f32) {
        self.stroke(rounded_path(frame, radius), value, width, None);
    }

    /// Fills a rectangle with rounded corners.
    pub(crate) fn fill_rounded(&mut self, frame: &Frame, radius: f32, value: Rgb) {
        if let Some(path) = rounded_path(frame, radius) {
            let transform = Transform::from_scale(self.scale, self.scale);
            self.pixmap.fill_path(&path, &paint(value, 1.0), FillRule::Winding, transform, None);
        }
    }

    /// Fills the area inside `points`.
    pub(crate) fn polygon(&mut self, points: &[(f32, f32)], value: Rgb, opacity: f32) {
        let mut builder = PathBuilder::new();
        for (i, &(x, y)) in points.iter().enumerate() {
            if i == 0 { builder.move_to(x, y) } else { builder.line_to(x, y) }
        }
        builder.close();
        if let Some(path) = builder.finish() {
            let transform = Transform::from_scale(self.scale, self.scale);
            self.pixmap.fill_path(&path, &paint(value, opacity), FillRule::Winding, transform, None);
        }
    }

    fn stroke(&mut self, path: Option<Path>, value: Rgb, width: f32, dash: Option<[f32; 2]>) {
        let Some(path) = path else { return };
        let stroke = Stroke {
            width,
            line_cap: LineCap::Butt,
            line_join: LineJoin::Miter,
            dash: dash.and_then(|lengths| StrokeDash::new(lengths.to_vec(), 0.0)),
            ..Stroke::default()
        };
        let transform = Transform::from_scale(self.scale, self.scale);
        self.pixmap.stroke_path(&path, &paint(value, 1.0), &stroke, transform, None);
    }

    /// Diagonal lines over `frame`, whatever is in it.
    pub(crate) fn hatch(&mut self, frame: &Frame, value: Rgb) {
        let [left, top, right, bottom] = self.pixels(frame);
        let period = (9.0 * self.scale).round().max(3.0) as u32;
        let thick = (1.3 * self.scale).round().max(1.0) as u32;
        for y in top..bottom {
            for x in (left..right).filter(|x| (x + y) % period < thick) {
                self.set_pixel(x, y, value);
            }
        }
    }
}

fn rounded_path(frame: &Frame, radius: f32) -> Option<Path> {
    // Control points of a quarter circle as a cubic curve.
    let k = radius * (1.0 - 0.552_285);
    let r = radius;
    let Frame { left, top, right, bottom } = *frame;
    let mut path = PathBuilder::new();
    path.move_to(left + r, top);
    path.line_to(right - r, top);
    path.cubic_to(right - k, top, right, top + k, right, top + r);
    path.line_to(right, bottom - r);
    path.cubic_to(right, bottom - k, right - k, bottom, right - r, bottom);
    path.line_to(left + r, bottom);
    path.cubic_to(left + k, bottom, left, bottom - k, left, bottom - r);
    path.line_to(left, top + r);
    path.cubic_to(left, top + k, left + k, top, left + r, top);
    path.close();
    path.finish()
}

fn color(value: Rgb, opacity: f32) -> Color {
    let [r, g, b] = value.0;
    let mut color = Color::from_rgba8(r, g, b, 255);
    color.set_alpha(opacity);
    color
}

fn paint(value: Rgb, opacity: f32) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(color(value, opacity));
    paint.anti_alias = true;
    paint
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHITE: Rgb = Rgb::hex(0xFFFFFF);
    const BLACK: Rgb = Rgb::hex(0x000000);

    #[test]
    fn a_size_is_that_of_the_em_and_figures_line_up() {
        let canvas = Canvas::new(10, 10, 1.0, WHITE);
        // Inter's tabular figures are 1328 of 2048 units wide at weight 400.
        assert!((canvas.text_width("0123456789", 20.48, Weight::Text) - 132.8).abs() < 0.1);
        let pairs = canvas.text_width("Te", 20.0, Weight::Text);
        let apart = canvas.text_width("T", 20.0, Weight::Text) + canvas.text_width("e", 20.0, Weight::Text);
        assert!(pairs < apart - 0.5, "T and e stand closer together: {pairs} {apart}");
    }

    #[test]
    fn sentences_break_between_words_and_names_in_the_middle() {
        let canvas = Canvas::new(10, 10, 1.0, WHITE);
        let width = canvas.text_width("one two three", 16.0, Weight::Text);
        assert_eq!(canvas.wrap("one two three four", 16.0, Weight::Text, width + 0.1), ["one two three", "four"]);
        assert_eq!(canvas.shortened("short", 16.0, Weight::Text, 200.0), "short");
        let name = canvas.shortened("a_very_long_name_of_a_recording.sigmf-meta", 16.0, Weight::Text, 150.0);
        assert!(name.starts_with("a_very") && name.contains('…') && name.ends_with("meta"), "{name}");
        assert!(canvas.text_width(&name, 16.0, Weight::Text) <= 150.0);
    }

    #[test]
    fn text_outside_the_picture_is_cut_off() {
        let mut canvas = Canvas::new(40, 20, 1.0, WHITE);
        canvas.text(-300.0, 5.0, "far outside on every side, and in", Style::new(40.0, Weight::Strong, BLACK));
        canvas.fill(&Frame { left: -5.0, top: 15.0, right: 100.0, bottom: 90.0 }, BLACK, 1.0);
        assert_eq!(canvas.into_pixmap().pixel(0, 19).map(|p| p.red()), Some(0));
    }
}
