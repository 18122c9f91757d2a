//! Painted controls and the small things every part of the window draws: text, icons, keycaps, hatching.

use eframe::egui::{
    Align2, Color32, FontFamily, FontId, Painter, Pos2, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind, Ui,
    WidgetInfo, pos2, vec2,
};

use crate::report::{Rgb, Tokens};

/// Weight of the typeface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// 400: text.
    Text,
    /// 500: controls and values.
    Medium,
    /// 600: titles.
    Strong,
    /// 700: the wordmark.
    Bold,
}

impl Weight {
    pub const ALL: [Weight; 4] = [Weight::Text, Weight::Medium, Weight::Strong, Weight::Bold];

    /// Position on the font's weight axis.
    pub fn value(self) -> f32 {
        match self {
            Weight::Text => 400.0,
            Weight::Medium => 500.0,
            Weight::Strong => 600.0,
            Weight::Bold => 700.0,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Weight::Text => "text",
            Weight::Medium => "medium",
            Weight::Strong => "strong",
            Weight::Bold => "bold",
        }
    }

    pub fn family(self) -> FontFamily {
        match self {
            Weight::Text => FontFamily::Proportional,
            _ => FontFamily::Name(self.name().into()),
        }
    }

    pub fn font(self, size: f32) -> FontId {
        FontId::new(size, self.family())
    }
}

/// One line of text; gives the rectangle it took.
pub(super) fn text(
    painter: &Painter,
    at: Pos2,
    align: Align2,
    words: &str,
    size: f32,
    weight: Weight,
    color: Rgb,
) -> Rect {
    painter.text(at, align, words, weight.font(size), color.into())
}

/// Text that wraps at `width`; gives the rectangle it took.
pub(super) fn wrapped(painter: &Painter, at: Pos2, width: f32, words: &str, size: f32, color: Rgb) -> Rect {
    let galley = painter.layout(words.to_owned(), Weight::Text.font(size), color.into(), width);
    let rect = Rect::from_min_size(at, galley.size());
    painter.galley(at, galley, color.into());
    rect
}

/// How wide one line of text is.
pub(super) fn width_of(painter: &Painter, words: &str, size: f32, weight: Weight) -> f32 {
    painter.layout_no_wrap(words.to_owned(), weight.font(size), Color32::PLACEHOLDER).size().x
}

/// Tells a screen reader what a painted control is.
pub(super) fn label(response: &Response, role: Role, words: &str) {
    response.widget_info(|| WidgetInfo::labeled(role, true, words));
}

/// Two points of text colour, three points outside, round what has the keyboard's focus.
pub(super) fn focus_ring(painter: &Painter, response: &Response, rect: Rect, tokens: &Tokens) {
    if response.has_focus() {
        painter.rect_stroke(rect.expand(3.0), 8.0, Stroke::new(2.0, tokens.text), StrokeKind::Inside);
    }
}

/// How a button is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Raised.
    Plain,
    /// Raised with an edge: what it names is on.
    Pressed,
    /// No fill until the pointer is over it.
    Quiet,
}

/// A button of `rect` with a word in it.
pub(super) fn button(ui: &Ui, rect: Rect, word: &str, kind: Kind, tokens: &Tokens) -> Response {
    let response = bare_button(ui, rect, word, kind, tokens);
    let color = if kind == Kind::Quiet { tokens.text2 } else { tokens.text };
    text(ui.painter(), rect.center(), Align2::CENTER_CENTER, word, 13.0, Weight::Medium, color);
    response
}

/// A button of `rect` without its content; `name` is what it is called.
pub(super) fn bare_button(ui: &Ui, rect: Rect, name: &str, kind: Kind, tokens: &Tokens) -> Response {
    let response = ui.interact(rect, ui.scope_id().with(("button", name)), Sense::click());
    label(&response, Role::Button, name);
    let painter = ui.painter();
    let fill = match (response.hovered() || response.has_focus(), kind) {
        (true, _) => Some(tokens.hover),
        (false, Kind::Plain | Kind::Pressed) => Some(tokens.raised),
        (false, Kind::Quiet) => None,
    };
    if let Some(fill) = fill {
        painter.rect_filled(rect, 6.0, fill);
    }
    if kind == Kind::Pressed {
        painter.rect_stroke(rect, 6.0, Stroke::new(1.0, tokens.edge), StrokeKind::Inside);
    }
    focus_ring(painter, &response, rect, tokens);
    response
}

/// A filled triangle with its point at the right, or at the left, and a bar at its point.
pub(super) fn step_icon(painter: &Painter, center: Pos2, forward: bool, color: Rgb) {
    let s = if forward { 1.0 } else { -1.0 };
    let at = |x: f32, y: f32| center + vec2(s * x, y);
    painter.add(Shape::convex_polygon(vec![at(-5.0, -5.5), at(3.0, 0.0), at(-5.0, 5.5)], color, Stroke::NONE));
    painter.rect_filled(Rect::from_two_pos(at(3.5, -5.5), at(5.5, 5.5)), 0.0, color);
}

/// A chevron, pointing down when `open` and to the right otherwise.
pub(super) fn chevron(painter: &Painter, center: Pos2, open: bool, color: Rgb) {
    let points = if open {
        [vec2(-4.0, -2.0), vec2(0.0, 2.0), vec2(4.0, -2.0)]
    } else {
        [vec2(-2.0, -4.0), vec2(2.0, 0.0), vec2(-2.0, 4.0)]
    };
    painter.line(points.iter().map(|p| center + *p).collect(), Stroke::new(1.5, color));
}

/// The sign of trouble: a triangle with an exclamation mark.
pub(super) fn trouble_icon(painter: &Painter, center: Pos2, tokens: &Tokens) {
    let at = |x: f32, y: f32| center + vec2(x, y);
    painter.add(Shape::closed_line(vec![at(0.0, -6.0), at(7.0, 6.0), at(-7.0, 6.0)], Stroke::new(1.5, tokens.trouble)));
    painter.line_segment([at(0.0, -2.0), at(0.0, 2.0)], Stroke::new(1.5, tokens.trouble));
    painter.circle_filled(at(0.0, 4.0), 0.9, tokens.trouble);
}

/// Where the keycap `cap` stands when its upper left corner is at `min`.
pub(super) fn keycap_rect(painter: &Painter, min: Pos2, cap: &str) -> Rect {
    Rect::from_min_size(min, vec2((width_of(painter, cap, 12.0, Weight::Medium) + 12.0).max(20.0), 20.0))
}

/// A keycap; gives the rectangle it took.
pub(super) fn keycap(painter: &Painter, min: Pos2, cap: &str, hovered: bool, tokens: &Tokens) -> Rect {
    let rect = keycap_rect(painter, min, cap);
    let fill = if hovered { tokens.hover } else { tokens.raised };
    painter.rect(rect, 4.0, fill, Stroke::new(1.0, tokens.edge), StrokeKind::Inside);
    text(painter, rect.center(), Align2::CENTER_CENTER, cap, 12.0, Weight::Medium, tokens.text2);
    rect
}

/// Diagonal lines over `rect`, at most sixty: nothing was looked at here.
pub(super) fn hatch(painter: &Painter, rect: Rect, color: Rgb) {
    let painter = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    let run = rect.width() + rect.height();
    let spacing = (run / 60.0).max(7.0);
    let mut x = rect.left() - rect.height();
    while x < rect.right() {
        painter.line_segment([pos2(x, rect.bottom()), pos2(x + rect.height(), rect.top())], Stroke::new(1.0, color));
        x += spacing;
    }
}

/// A plate with a line of words on it, centred at `at`: text over a picture is never without one.
pub(super) fn plate(painter: &Painter, at: Pos2, align: Align2, words: &str, tokens: &Tokens) -> Rect {
    let galley = painter.layout_no_wrap(words.to_owned(), Weight::Medium.font(12.0), tokens.out.into());
    let rect = align.anchor_size(at, galley.size() + vec2(10.0, 4.0));
    painter.rect_filled(rect, 3.0, tokens.case);
    painter.galley(rect.min + vec2(5.0, 2.0), galley, tokens.out.into());
    rect
}

/// A meter 44 × 8 with its upper left corner at `min`, filled by `share`, 0 to 1.
pub(super) fn meter(painter: &Painter, min: Pos2, share: f32, color: Rgb, tokens: &Tokens) {
    let rect = Rect::from_min_size(min, vec2(44.0, 8.0));
    painter.rect_filled(rect, 2.0, tokens.hover);
    let full = Rect::from_min_size(min, vec2(44.0 * share.clamp(0.0, 1.0), 8.0));
    painter.rect_filled(full, 2.0, color);
}
