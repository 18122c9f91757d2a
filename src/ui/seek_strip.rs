//! The whole stream in two lines, what was done above what was seen, with the visible part framed.

use std::ops::Range;

use eframe::egui::{Align2, CursorIcon, Mesh, Rect, Role, Sense, Shape, Stroke, StrokeKind, Ui, pos2, vec2};

use super::axes::TimeAxis;
use super::controls::{Weight, focus_ring, hatch, label, plate, text};
use super::figures;
use super::history::History;
use super::keys::Command;
use super::view::Extent;
use crate::report::{Tokens, WEAK_BELOW};
use crate::units::SampleIndex;

/// Where bursts were on, column by column; it takes new bursts as they come.
#[derive(Default)]
pub(super) struct Columns {
    on: Vec<Seen>,
    taken: usize,
    over: (f64, f64),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    #[default]
    Nothing,
    Weak,
    Strong,
}

impl Columns {
    /// Brings `width` columns from `begin_s` to `end_s` up to date.
    fn update(&mut self, history: &History, begin_s: f64, end_s: f64, width: usize) {
        let bursts = history.bursts();
        if self.on.len() != width || self.over != (begin_s, end_s) || self.taken > bursts.len() {
            *self = Columns { on: vec![Seen::Nothing; width], taken: 0, over: (begin_s, end_s) };
        }
        let column = |sample: SampleIndex| {
            let share = (history.seconds(sample) - begin_s) / (end_s - begin_s).max(1e-9);
            (share * width as f64).clamp(0.0, width as f64 - 1.0) as usize
        };
        for burst in &bursts[self.taken..] {
            let seen = if burst.snr < WEAK_BELOW { Seen::Weak } else { Seen::Strong };
            for on in &mut self.on[column(burst.start)..=column(burst.end())] {
                *on = seen.max(*on);
            }
        }
        self.taken = bursts.len();
    }

    /// Runs of columns that are alike.
    fn runs(&self) -> impl Iterator<Item = (Range<usize>, Seen)> + '_ {
        let mut from = 0;
        self.on.chunk_by(|a, b| a == b).map(move |run| {
            let range = from..from + run.len();
            from = range.end;
            (range, run[0])
        })
    }
}

/// Draws the strip; dragging or clicking in it moves the place.
pub(super) fn seek_strip_ui(
    ui: &Ui,
    rect: Rect,
    history: &History,
    axis: &TimeAxis,
    columns: &mut Columns,
    tokens: &Tokens,
    commands: &mut Vec<Command>,
) {
    let painter = ui.painter();
    painter.hline(rect.x_range(), rect.top() + 0.5, Stroke::new(1.0, tokens.line));
    let extent = history.extent();
    let (begin_s, end_s) = (extent.begin_s, extent.last_s().max(extent.begin_s + 1e-3));
    let y = rect.center().y;
    let caption = |x: f32, align: Align2, words: &str| {
        text(painter, pos2(x, y), align, words, 12.0, Weight::Text, tokens.text3);
    };
    caption(16.0, Align2::LEFT_CENTER, &figures::length(begin_s));
    caption(rect.right() - 16.0, Align2::RIGHT_CENTER, &figures::length(extent.end_s.unwrap_or(end_s)));

    let track = Rect::from_min_max(pos2(66.0, rect.top() + 9.0), pos2(rect.right() - 56.0, rect.bottom() - 9.0));
    painter.rect_filled(track, 3.0, tokens.panel);
    let x = |seconds: f64| {
        track.left() + (((seconds - begin_s) / (end_s - begin_s)).clamp(0.0, 1.0) as f32) * track.width()
    };
    let place = x(axis.top_s());
    let middle = track.center().y;

    for action in history.actions() {
        let start = history.seconds(action.start);
        let end = history.seconds(SampleIndex(action.start.0 + action.count));
        let block = Rect::from_min_max(pos2(x(start), middle - 9.0), pos2(x(end).max(x(start) + 2.0), middle - 2.0));
        painter.rect(block, 1.0, tokens.done_fill, Stroke::new(1.0, tokens.done), StrokeKind::Inside);
    }
    let pixels = (track.width() * painter.pixels_per_point()).round().max(1.0) as usize;
    columns.update(history, begin_s, end_s, pixels);
    let mut mesh = Mesh::default();
    let ahead = |color: crate::report::Rgb| tokens.panel.mixed(color, 0.35);
    for (run, seen) in columns.runs() {
        let color = match seen {
            Seen::Nothing => continue,
            Seen::Weak => tokens.text2,
            Seen::Strong => tokens.saw,
        };
        let edge = |column: usize| track.left() + column as f32 / pixels as f32 * track.width();
        let (left, right) = (edge(run.start), edge(run.end));
        let split = place.clamp(left, right);
        for (from, to, color) in [(left, split, color), (split, right, ahead(color))] {
            if to > from {
                let line = Rect::from_min_max(pos2(from, middle + 2.0), pos2(to, middle + 10.0));
                mesh.add_colored_rect(line, color.into());
            }
        }
    }
    painter.add(Shape::mesh(mesh));
    unanalysed_ui(ui, track, x(extent.analysed_s), &extent, tokens);

    let shown = Rect::from_min_max(pos2(x(axis.bottom_s()), track.top()), pos2(place, track.bottom()));
    painter.rect_stroke(shown, 3.0, Stroke::new(1.0, tokens.text2), StrokeKind::Inside);
    let mark = Rect::from_center_size(pos2(place, middle), vec2(3.0, track.height() + 8.0));
    painter.rect_filled(mark, 1.5, tokens.text);

    let response = ui
        .interact(track.expand2(vec2(8.0, 8.0)), ui.scope_id().with("place"), Sense::click_and_drag())
        .on_hover_cursor(CursorIcon::ResizeHorizontal);
    label(&response, Role::Slider, &format!("Place: {} of {}", figures::clock(axis.top_s()), figures::length(end_s)));
    focus_ring(painter, &response, track, tokens);
    if let Some(at) = response.interact_pointer_pos().filter(|_| response.dragged() || response.clicked()) {
        let share = f64::from(((at.x - track.left()) / track.width()).clamp(0.0, 1.0));
        commands.push(Command::GoTo(begin_s + share * (end_s - begin_s)));
    }
}

/// What is not analysed yet is hatched, with words where there is room for them.
fn unanalysed_ui(ui: &Ui, track: Rect, from: f32, extent: &Extent, tokens: &Tokens) {
    if extent.finished || track.right() - from < 2.0 {
        return;
    }
    let rest = Rect::from_min_max(pos2(from, track.top()), track.max);
    hatch(ui.painter(), rest, tokens.edge);
    if rest.width() > 120.0 {
        plate(ui.painter(), rest.center(), Align2::CENTER_CENTER, "not analysed yet", tokens);
    }
}
