//! The middle of the window: summary and spectrum, lanes and waterfall, and the seek strip below them.

use eframe::egui::{Align2, Rect, Shape, Stroke, StrokeKind, Ui, pos2, vec2};

use super::axes::{FrequencyAxis, TimeAxis};
use super::controls::{Weight, button, keycap, plate, text, width_of, wrapped};
use super::history::History;
use super::keys::Command;
use super::layout::Layout;
use super::seek_strip::{Columns, seek_strip_ui};
use super::spectrum_plot::{self, LevelAxis, caption_ui, frequency_axis_ui, spectrum_ui};
use super::view::View;
use super::waterfall::WaterfallTexture;
use super::{lanes, outlines, summary, theme, waterfall};
use crate::report::{LevelScale, Palette, Tokens, WaterfallView};

/// What the middle keeps from frame to frame.
#[derive(Default)]
pub(super) struct Middle {
    waterfall: WaterfallTexture,
    levels: LevelAxis,
    columns: Columns,
    /// Counts the streams opened, so that nothing of the last one stays.
    stream: u64,
}

impl Middle {
    /// Forgets the last stream.
    pub fn reset(&mut self) {
        *self = Middle { stream: self.stream + 1, ..Middle::default() };
    }

    /// Draws the middle.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        layout: &Layout,
        history: &History,
        view: &mut View,
        tokens: &Tokens,
        commands: &mut Vec<Command>,
    ) {
        let painter = ui.painter().clone();
        let extent = history.extent();
        let span_s = view.span_s(layout.waterfall.height(), &extent);
        view.shown_s = span_s;
        let time = TimeAxis::new(
            layout.waterfall,
            painter.pixels_per_point(),
            history.first(),
            history.sample_rate(),
            view.position_s,
            span_s,
        );
        let frequency = FrequencyAxis::new(layout.waterfall, history.tuning());

        summary::summary_ui(&painter, layout.summary, layout.summary_short, history, view.figures_s, tokens);
        caption_ui(&painter, layout, history.tuning().center, tokens);
        frequency_axis_ui(&painter, layout.frequency_axis, &frequency, tokens);
        let mut spectrum = |painter: &_, rect: Rect, figures_inside: bool| {
            let newest = time.samples_of(time.top_row);
            let shown = spectrum_plot::Shown {
                history,
                axis: &frequency,
                samples: newest,
                levels: &mut self.levels,
                figures_inside,
                tokens,
            };
            spectrum_ui(painter, rect, shown);
        };
        if !layout.spectrum_folded {
            painter.rect_filled(layout.spectrum, 0.0, plot_color(view.dark, tokens));
            spectrum(&painter, layout.spectrum, false);
        }

        let background = plot_color(view.dark, tokens);
        let shown = waterfall::Shown {
            view: view.waterfall,
            store: match view.waterfall {
                WaterfallView::Power => &history.waterfall,
                WaterfallView::Detector => &history.boxes,
            },
            axis: &time,
            columns: (layout.waterfall.width() * painter.pixels_per_point()).round().max(1.0) as usize,
            palette: theme::palette(view.dark),
            brightness_db: view.brightness_db,
            stream: self.stream,
            finished: extent.finished,
        };
        let scale = self.waterfall.scale(&shown);
        self.waterfall.show(ui.ctx(), &painter, layout.waterfall, &shown, scale, background.into());
        lanes::lanes_ui(&painter, layout, &time, history, tokens);
        let words_below = if view.waterfall == WaterfallView::Detector { 30.0 } else { 0.0 };
        begin_ui(
            &painter,
            layout.waterfall.with_max_y(layout.waterfall.bottom() - words_below),
            &time,
            extent.begin_s,
            tokens,
        );
        if !view.dark {
            painter.rect_stroke(layout.waterfall, 0.0, Stroke::new(1.0, tokens.edge), StrokeKind::Inside);
        }
        let outlined = outlines::Shown {
            history,
            time: &time,
            frequency: &frequency,
            singles: view.singles,
            chosen: view.chosen.map(|c| c.0),
            tokens,
        };
        outlines::outlines_ui(ui, layout.waterfall, &outlined, commands);
        if view.waterfall == WaterfallView::Detector {
            let at = layout.waterfall.left_bottom() + vec2(8.0, -8.0);
            let words = "The detector’s view: at each place the box that stands out most, in dB over the noise";
            plate(&painter, at, Align2::LEFT_BOTTOM, words, tokens);
        }
        learning_ui(&painter, layout.waterfall, history, tokens);
        color_bar_ui(&painter, layout.color_bar, scale, shown.palette, tokens);

        if layout.spectrum_folded {
            if view.spectrum_over {
                let top = layout.waterfall.left_top();
                let over = Rect::from_min_size(top, vec2(layout.waterfall.width(), 110.0));
                painter.rect(over, 0.0, tokens.panel, Stroke::new(1.0, tokens.edge), StrokeKind::Inside);
                spectrum(&painter.with_clip_rect(over), over.shrink2(vec2(0.0, 6.0)), true);
            }
            spectrum_button_ui(ui, layout, tokens, commands);
        }
        seek_strip_ui(ui, layout.seek, history, &time, &mut self.columns, tokens, commands);
    }
}

/// Behind a plot: the window's colour in the dark theme, paper in the light one.
fn plot_color(dark: bool, tokens: &Tokens) -> crate::report::Rgb {
    if dark { tokens.bg } else { tokens.panel }
}

/// The button that lays the folded spectrum over the waterfall.
fn spectrum_button_ui(ui: &Ui, layout: &Layout, tokens: &Tokens, commands: &mut Vec<Command>) {
    let rect = layout.caption;
    let word = "Spectrum";
    let width = width_of(ui.painter(), word, 13.0, Weight::Medium) + 16.0;
    let place = Rect::from_min_size(pos2(rect.right() - width - 26.0, rect.top() + 2.0), vec2(width, 22.0));
    if button(ui, place, word, super::controls::Kind::Plain, tokens).clicked() {
        commands.push(Command::Spectrum);
    }
    keycap(ui.painter(), pos2(place.right() + 6.0, place.top() + 1.0), "S", false, tokens);
}

/// The line under which there is nothing: the stream begins here.
fn begin_ui(painter: &eframe::egui::Painter, rect: Rect, time: &TimeAxis, begin_s: f64, tokens: &Tokens) {
    let y = time.y(begin_s);
    if y > rect.bottom() - 24.0 || y < rect.top() {
        return;
    }
    painter.extend(Shape::dashed_line(
        &[pos2(rect.left(), y), pos2(rect.right(), y)],
        Stroke::new(1.0, tokens.line),
        3.0,
        3.0,
    ));
    text(
        painter,
        pos2(rect.center().x, y + 14.0),
        Align2::CENTER_CENTER,
        "It begins here.",
        12.0,
        Weight::Text,
        tokens.text3,
    );
}

/// While no floor is known yet: what is going on, and that nothing is lost.
fn learning_ui(painter: &eframe::egui::Painter, rect: Rect, history: &History, tokens: &Tokens) {
    if history.run.is_none() || !history.traces.is_empty() || history.summary.is_some() {
        return;
    }
    let width = 390.0_f32.min(rect.width() - 32.0);
    let at = |y: f32| pos2(rect.center().x, rect.center().y - 60.0 + y);
    let title = "Learning how strong the noise is";
    text(painter, at(0.0), Align2::CENTER_CENTER, title, 20.0, Weight::Strong, tokens.text);
    let words = "Until then nothing can be called a burst. The samples are kept and judged as soon as the floor is \
                 known, so a burst in this first second is not lost.";
    wrapped(painter, at(24.0) - vec2(width / 2.0, 0.0), width, words, 13.0, tokens.text2);
}

/// The palette with its figures.
fn color_bar_ui(painter: &eframe::egui::Painter, rect: Rect, scale: LevelScale, palette: Palette, tokens: &Tokens) {
    let mut mesh = eframe::egui::Mesh::default();
    let steps = 256;
    let step = rect.height() / steps as f32;
    for i in 0..steps {
        let color = scale.color_at(palette, (steps - 1 - i) as f32 / (steps - 1) as f32);
        let min = rect.left_top() + vec2(0.0, i as f32 * step);
        mesh.add_colored_rect(Rect::from_min_size(min, vec2(rect.width(), step + 0.5)), color.into());
    }
    painter.add(Shape::mesh(mesh));
    painter.rect_stroke(rect, 0.0, Stroke::new(1.0, tokens.edge), StrokeKind::Outside);
    let word = |y: f32, words: &str, weight: Weight, color| {
        text(painter, pos2(rect.right() + 6.0, y), Align2::LEFT_CENTER, words, 12.0, weight, color);
    };
    let at = |place: f32| (rect.bottom() - place * rect.height()).round();
    for (place, figure) in scale.figures((rect.height() / 60.0) as usize) {
        let y = at(place);
        if y <= rect.bottom() - 16.0 {
            word(y.max(rect.top() + 6.0), &figure, Weight::Text, tokens.text3);
        }
    }
    if let Some(place) = scale.threshold() {
        let y = at(place);
        let line = [pos2(rect.left() - 4.0, y), pos2(rect.right() + 34.0, y)];
        painter.extend(Shape::dashed_line(&line, Stroke::new(1.5, tokens.saw), 6.0, 4.0));
        word(y - 8.0, "over", Weight::Medium, tokens.saw);
    }
    word(rect.bottom() - 6.0, scale.unit(), Weight::Text, tokens.text3);
}
