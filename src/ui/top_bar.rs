//! The bar at the top: what is looked at, transport, and what one can open.

use eframe::egui::text::{LayoutJob, TextFormat, TextWrapping};
use eframe::egui::{self, Align2, Color32, Painter, Rect, Shape, Stroke, Ui, pos2, vec2};

use super::controls::{Kind, Weight, bare_button, button, step_icon, text, width_of};
use super::figures;
use super::history::History;
use super::keys::Command;
use super::layout::Layout;
use super::view::View;
use crate::report::words::{FrequencyScale, sample_rate};
use crate::report::{Rgb, Tokens, WaterfallView};
use crate::source::{SourceKind, StreamInfo};

/// Draws the bar.
pub(super) fn top_bar_ui(
    ui: &mut Ui,
    layout: &Layout,
    history: &History,
    view: &View,
    tokens: &Tokens,
    commands: &mut Vec<Command>,
) {
    let rect = layout.top_bar;
    let painter = ui.painter().clone();
    let y = rect.center().y;
    painter.rect_filled(rect, 0.0, tokens.panel);
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, tokens.line));

    logo_ui(&painter, pos2(20.0, y), tokens);
    painter.vline(98.5, y - 12.0..=y + 12.0, Stroke::new(1.0, tokens.line));

    let mut right = rect.right() - 12.0;
    if layout.buttons_folded {
        right = menu_ui(ui, right, y, view, tokens, commands);
    } else {
        for (word, kind, command) in buttons(view) {
            let width = width_of(&painter, word, 13.0, Weight::Medium) + 28.0;
            let place = Rect::from_min_max(pos2(right - width, y - 15.0), pos2(right, y + 15.0));
            if button(ui, place, word, kind, tokens).clicked() {
                commands.push(command);
            }
            right = place.left() - 8.0;
        }
    }

    let left = 545.0_f32.min(right - 250.0).max(300.0);
    transport_ui(ui, pos2(left, y), history, view, tokens, commands);
    if let Some(run) = &history.run {
        let (name, kind) = name_words(&run.stream);
        elided(&painter, pos2(114.0, y), left - 124.0, &name, &kind, tokens);
    }
}

/// The buttons from the right edge leftwards.
fn buttons(view: &View) -> [(&'static str, Kind, Command); 4] {
    let theme = if view.dark { "Light" } else { "Dark" };
    let detector = if view.waterfall == WaterfallView::Detector { Kind::Pressed } else { Kind::Plain };
    [
        ("Keys", Kind::Quiet, Command::Keys),
        (theme, Kind::Quiet, Command::Theme),
        ("Detector", detector, Command::Detector),
        ("Open…", Kind::Plain, Command::Open),
    ]
}

/// All buttons in one menu; gives the left edge of what it took.
fn menu_ui(ui: &Ui, right: f32, y: f32, view: &View, tokens: &Tokens, commands: &mut Vec<Command>) -> f32 {
    let place = Rect::from_min_max(pos2(right - 64.0, y - 15.0), pos2(right, y + 15.0));
    let response = button(ui, place, "Menu", Kind::Plain, tokens);
    egui::Popup::menu(&response).show(|ui| {
        for (word, kind, command) in buttons(view).into_iter().rev() {
            if ui.selectable_label(kind == Kind::Pressed, word).clicked() {
                commands.push(command);
                ui.close();
            }
        }
    });
    place.left() - 8.0
}

/// Two corners of an outline with a burst between them, and the name.
fn logo_ui(painter: &Painter, at: egui::Pos2, tokens: &Tokens) {
    let p = |x: f32, y: f32| at + vec2(x, y);
    let stroke = Stroke::new(2.0, tokens.text);
    painter.line(vec![p(0.0, -2.0), p(0.0, -8.0), p(6.0, -8.0)], stroke);
    painter.line(vec![p(17.0, 2.0), p(17.0, 8.0), p(11.0, 8.0)], stroke);
    let bar = |x: f32, y: f32, w: f32, color: Rgb| {
        painter.rect_filled(Rect::from_min_size(p(x, y), vec2(w, 2.5)), 1.0, color);
    };
    bar(4.0, -1.5, 8.0, tokens.saw);
    text(painter, p(22.0, 1.0), Align2::LEFT_CENTER, "glint", 18.0, Weight::Bold, tokens.text);
}

/// One step back, play or pause, one step on; the place; the speed. `at` is the middle of the left edge.
fn transport_ui(ui: &Ui, at: egui::Pos2, history: &History, view: &View, tokens: &Tokens, commands: &mut Vec<Command>) {
    let painter = ui.painter();
    let place = |x: f32, width: f32| Rect::from_center_size(at + vec2(x, 0.0), vec2(width, 30.0));
    let mut press = |rect: Rect, name: &str, kind: Kind, command: Command| {
        if bare_button(ui, rect, name, kind, tokens).clicked() {
            commands.push(command);
        }
        rect.center()
    };
    let back = press(place(9.0, 28.0), "One second back", Kind::Quiet, Command::Step(-1.0));
    step_icon(painter, back, false, tokens.text2);
    let name = if view.playing { "Pause" } else { "Play" };
    let middle = press(place(45.0, 36.0), name, Kind::Plain, Command::PlayPause);
    if view.playing {
        for x in [-3.5, 3.5] {
            painter.rect_filled(Rect::from_center_size(middle + vec2(x, 0.0), vec2(3.5, 12.0)), 0.5, tokens.text);
        }
    } else {
        let points = [vec2(-4.0, -6.5), vec2(6.5, 0.0), vec2(-4.0, 6.5)].map(|p| middle + p).to_vec();
        painter.add(Shape::convex_polygon(points, tokens.text, Stroke::NONE));
    }
    let on = press(place(80.0, 28.0), "One second on", Kind::Quiet, Command::Step(1.0));
    step_icon(painter, on, true, tokens.text2);

    let extent = history.extent();
    let shown = text(
        painter,
        at + vec2(107.0, 0.0),
        Align2::LEFT_CENTER,
        &figures::clock(view.figures_s),
        13.0,
        Weight::Medium,
        tokens.text,
    );
    let length = length_words(extent.end_s, extent.analysed_s, extent.finished);
    let shown = text(
        painter,
        shown.right_center() + vec2(7.0, 0.0),
        Align2::LEFT_CENTER,
        &length,
        13.0,
        Weight::Text,
        tokens.text3,
    );

    let speed = view.speed_words();
    let width = width_of(painter, &speed, 13.0, Weight::Medium) + 20.0;
    let rect = Rect::from_min_size(pos2(shown.right() + 9.0, at.y - 15.0), vec2(width, 30.0));
    let middle = press(rect, &format!("Speed {speed}: next"), Kind::Quiet, Command::NextSpeed);
    text(painter, middle, Align2::CENTER_CENTER, &speed, 13.0, Weight::Medium, tokens.text2);
}

/// "of 1:00", or how far it is known.
fn length_words(end_s: Option<f64>, analysed_s: f64, finished: bool) -> String {
    match end_s {
        Some(end) => format!("of {}", figures::length(end)),
        None if finished => format!("of {}", figures::length(analysed_s)),
        None => format!("of {} so far", figures::length(analysed_s)),
    }
}

/// What the source is called, and what it is.
fn name_words(stream: &StreamInfo) -> (String, String) {
    if stream.name == "scene:demo" {
        return ("Demonstration".into(), "a replayed scene, no radio".into());
    }
    let name = match stream.kind {
        SourceKind::StandardInput => "Standard input".to_owned(),
        SourceKind::Scene => stream.name.trim_start_matches("scene:").to_owned(),
        SourceKind::Recording => stream.name.clone(),
    };
    // Of a path only the file's name: the bar has no room for more.
    let name = name.rsplit(['/', '\\']).next().unwrap_or(&name).to_owned();
    let kind = match stream.kind {
        SourceKind::Scene => "a scene, no radio",
        SourceKind::Recording => "a recording",
        SourceKind::StandardInput => "samples as they come",
    };
    let center = FrequencyScale::of(&stream.tuning).center_text();
    let tuning = [center, Some(sample_rate(stream.tuning.sample_rate))];
    let tuning = tuning.into_iter().flatten().collect::<Vec<_>>().join(", ");
    (name, format!("{kind}, {tuning}"))
}

/// A name and what it is, on one line no wider than `width`.
fn elided(painter: &Painter, left: egui::Pos2, width: f32, name: &str, kind: &str, tokens: &Tokens) {
    let format = |weight: Weight, color: Rgb| TextFormat::simple(weight.font(13.0), color.into());
    let mut job = LayoutJob { wrap: TextWrapping::truncate_at_width(width), ..LayoutJob::default() };
    job.append(name, 0.0, format(Weight::Strong, tokens.text));
    job.append(kind, 8.0, format(Weight::Text, tokens.text2));
    let galley = painter.layout_job(job);
    let at = Align2::LEFT_CENTER.anchor_size(left, galley.size());
    painter.galley(at.min, galley, Color32::PLACEHOLDER);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iq::{SampleFormat, Tuning};
    use crate::units::{Hertz, SampleIndex};

    fn stream(name: &str, kind: SourceKind) -> StreamInfo {
        StreamInfo {
            name: name.into(),
            kind,
            tuning: Tuning { center: Some(Hertz(897.3e6)), sample_rate: Hertz(2.4e6) },
            format: SampleFormat::Cu8,
            first: SampleIndex(0),
            length: None,
            start_time: None,
            actions: Vec::new(),
        }
    }

    #[test]
    fn every_source_says_what_it_is() {
        let words = |name, kind| {
            let (name, what) = name_words(&stream(name, kind));
            format!("{name} · {what}")
        };
        assert_eq!(words("scene:demo", SourceKind::Scene), "Demonstration · a replayed scene, no radio");
        assert_eq!(
            words("/somewhere/uplink.sigmf-meta", SourceKind::Recording),
            "uplink.sigmf-meta · a recording, 897.300 MHz, 2.4 MS/s"
        );
        assert_eq!(
            words("-", SourceKind::StandardInput),
            "Standard input · samples as they come, 897.300 MHz, 2.4 MS/s"
        );
    }

    #[test]
    fn an_unknown_length_says_how_far_it_goes_so_far() {
        assert_eq!(length_words(Some(60.0), 4.0, false), "of 1:00");
        assert_eq!(length_words(None, 75.2, false), "of 1:15 so far");
        assert_eq!(length_words(None, 75.2, true), "of 1:15");
    }
}
