//! What a plot is drawn on: one drawing, two kinds of file.

use std::fmt::Write;

use crate::error::Result;
use crate::report::picture::canvas::{Align, Canvas, Style, Weight};
use crate::report::picture::encode_png;
use crate::report::{Frame, Rgb};

/// Something to draw on, in points from the upper left corner; a point is a pixel.
pub(super) trait Surface {
    /// What knows how wide letters are.
    fn letters(&self) -> &Canvas;

    /// Fills `frame`.
    fn fill(&mut self, frame: &Frame, color: Rgb);

    /// Strokes `points` as one open line.
    fn line(&mut self, points: &[(f32, f32)], color: Rgb, width: f32, dash: Option<[f32; 2]>);

    /// Fills a circle.
    fn circle(&mut self, x: f32, y: f32, radius: f32, color: Rgb);

    /// Writes `text` with its baseline at `y`.
    fn text(&mut self, x: f32, y: f32, text: &str, style: Style);

    /// The file's bytes.
    ///
    /// # Errors
    /// The encoder fails, as when memory runs out.
    fn finish(self: Box<Self>) -> Result<Vec<u8>>;
}

/// A PNG picture.
pub(super) struct Png(Canvas);

impl Png {
    /// A picture of `width` × `height` pixels filled with `ground`.
    pub(super) fn new(width: u32, height: u32, ground: Rgb) -> Self {
        Png(Canvas::new(width, height, 1.0, ground))
    }
}

impl Surface for Png {
    fn letters(&self) -> &Canvas {
        &self.0
    }

    fn fill(&mut self, frame: &Frame, color: Rgb) {
        self.0.fill(frame, color, 1.0);
    }

    fn line(&mut self, points: &[(f32, f32)], color: Rgb, width: f32, dash: Option<[f32; 2]>) {
        self.0.line(points, color, width, dash);
    }

    fn circle(&mut self, x: f32, y: f32, radius: f32, color: Rgb) {
        let frame = Frame { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius };
        self.0.fill_rounded(&frame, radius, color);
    }

    fn text(&mut self, x: f32, y: f32, text: &str, style: Style) {
        self.0.text(x, y, text, style);
    }

    fn finish(self: Box<Self>) -> Result<Vec<u8>> {
        encode_png(&self.0.into_pixmap())
    }
}

/// An SVG document. Text stays text; where Inter is not installed another typeface is fitted to its width.
pub(super) struct Svg {
    letters: Canvas,
    body: String,
}

impl Svg {
    /// A document of `width` × `height` pixels filled with `ground`; `title` is read out by screen readers.
    pub(super) fn new(width: u32, height: u32, ground: Rgb, title: &str) -> Self {
        let mut body = String::new();
        let _ = writeln!(
            body,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"Inter, 'Noto Sans', 'Helvetica Neue', \
             Arial, sans-serif\" style=\"font-feature-settings: 'tnum'\">\n<title>{}</title>",
            escaped(title)
        );
        let mut svg = Svg { letters: Canvas::new(1, 1, 1.0, ground), body };
        svg.fill(&Frame { left: 0.0, top: 0.0, right: width as f32, bottom: height as f32 }, ground);
        svg
    }
}

impl Surface for Svg {
    fn letters(&self) -> &Canvas {
        &self.letters
    }

    fn fill(&mut self, frame: &Frame, color: Rgb) {
        let Frame { left, top, right, bottom } = *frame;
        let _ = writeln!(
            self.body,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>",
            place(left),
            place(top),
            place(right - left),
            place(bottom - top),
            hex(color)
        );
    }

    fn line(&mut self, points: &[(f32, f32)], color: Rgb, width: f32, dash: Option<[f32; 2]>) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", place(*x), place(*y))).collect();
        let dash =
            dash.map_or(String::new(), |[on, off]| format!(" stroke-dasharray=\"{} {}\"", place(on), place(off)));
        let _ = writeln!(
            self.body,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"{dash}/>",
            points.join(" "),
            hex(color),
            place(width)
        );
    }

    fn circle(&mut self, x: f32, y: f32, radius: f32, color: Rgb) {
        let _ = writeln!(
            self.body,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"/>",
            place(x),
            place(y),
            place(radius),
            hex(color)
        );
    }

    fn text(&mut self, x: f32, y: f32, text: &str, style: Style) {
        let anchor = match style.align {
            Align::Left => "start",
            Align::Middle => "middle",
            Align::Right => "end",
        };
        let weight = match style.weight {
            Weight::Text => 400,
            Weight::Medium => 500,
            Weight::Strong => 600,
            Weight::Bold => 700,
        };
        let _ = writeln!(
            self.body,
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\" font-weight=\"{weight}\" fill=\"{}\" text-anchor=\"{anchor}\" \
             textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\">{}</text>",
            place(x),
            place(y),
            place(style.size),
            hex(style.color),
            place(self.letters.text_width(text, style.size, style.weight)),
            escaped(text)
        );
    }

    fn finish(mut self: Box<Self>) -> Result<Vec<u8>> {
        self.body.push_str("</svg>\n");
        Ok(self.body.into_bytes())
    }
}

/// A length to a hundredth of a point, without zeros at its end.
fn place(value: f32) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn hex(color: Rgb) -> String {
    let [r, g, b] = color.0;
    format!("#{r:02X}{g:02X}{b:02X}")
}

/// `text` as XML takes it; what XML has no character for is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_is_the_same_in_both_files() {
        let draw = |surface: &mut dyn Surface| {
            surface.fill(&Frame { left: 0.0, top: 0.0, right: 10.5, bottom: 4.0 }, Rgb::hex(0x102030));
            surface.line(&[(1.0, 2.0), (3.25, -0.001)], Rgb::hex(0xFFFFFF), 1.5, Some([3.0, 2.0]));
            surface.circle(5.0, 6.0, 2.0, Rgb::hex(0xABCDEF));
            let style = Style::new(13.0, Weight::Strong, Rgb::hex(0)).align(Align::Right);
            surface.text(50.0, 40.0, "a < b & \"c\"\u{7}", style);
        };
        let mut svg = Box::new(Svg::new(60, 50, Rgb::hex(0xFFFFFF), "x & y"));
        draw(svg.as_mut());
        let text = String::from_utf8(svg.finish().unwrap()).unwrap();
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(
            lines[..5],
            [
                "<title>x &amp; y</title>",
                r##"<rect x="0" y="0" width="60" height="50" fill="#FFFFFF"/>"##,
                r##"<rect x="0" y="0" width="10.5" height="4" fill="#102030"/>"##,
                r##"<polyline points="1,2 3.25,0" fill="none" stroke="#FFFFFF" stroke-width="1.5" stroke-dasharray="3 2"/>"##,
                r##"<circle cx="5" cy="6" r="2" fill="#ABCDEF"/>"##,
            ]
        );
        assert!(
            lines[5].ends_with("lengthAdjust=\"spacingAndGlyphs\">a &lt; b &amp; &quot;c&quot;</text>"),
            "{}",
            lines[5]
        );
        assert_eq!(lines[6..], ["</svg>"]);
        let mut png = Box::new(Png::new(60, 50, Rgb::hex(0xFFFFFF)));
        draw(png.as_mut());
        assert!(png.finish().unwrap().starts_with(b"\x89PNG"));
    }
}
