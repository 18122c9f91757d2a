//! The burst list: newest first, tied to the outlines by its numbers.

use eframe::egui::{Align2, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2};

use super::controls::{Kind, Weight, bare_button, button, chevron, keycap, label, text, width_of, wrapped};
use super::details::{self, details_ui};
use super::history::{Floor, History, Seen};
use super::keys::Command;
use super::layout::{Layout, ListForm};
use super::view::View;
use crate::report::words::{FrequencyScale, count, counted, duration, number, signed};
use crate::report::{Rgb, Tokens};
use crate::units::SampleIndex;

/// Height of a row, points.
const ROW: f32 = 28.0;

/// Width of the list when it is laid over the waterfall.
const OVER: f32 = 312.0;

/// Right edges of the columns: start, bursts, lasts (`None`: it has given way), frequency, decibels.
struct Columns {
    start: f32,
    /// Each row one burst: no column for that.
    bursts: Option<f32>,
    lasts: Option<f32>,
    frequency: f32,
    decibels: f32,
}

impl Columns {
    fn of(form: ListForm, singles: bool) -> Self {
        let (lasts, frequency, decibels) = match form {
            ListForm::Narrow => (None, 190.0, 232.0),
            _ => (Some(198.0), 254.0, 296.0),
        };
        // Single bursts are many: their numbers take the room of the column that they do not need.
        let (start, bursts) = if singles { (130.0, None) } else { (82.0, Some(130.0)) };
        Columns { start, bursts, lasts, frequency, decibels }
    }
}

/// Draws the list, or its rail.
pub(super) fn list_ui(
    ui: &mut Ui,
    layout: &Layout,
    history: &History,
    view: &mut View,
    tokens: &Tokens,
    commands: &mut Vec<Command>,
) {
    let place = history.sample_at(view.figures_s);
    if layout.list_form != ListForm::Rail {
        return panel_ui(ui, layout.list, layout, history, view, place, tokens, commands);
    }
    rail_ui(ui, layout.list, history, place, view.singles, tokens, commands);
    if view.list_over {
        let over = Rect::from_min_max(pos2(layout.list.right() - OVER, layout.list.top()), layout.list.max);
        // Clicks on the panel do not reach the waterfall below.
        ui.interact(over, ui.scope_id().with("list over"), Sense::click_and_drag());
        panel_ui(ui, over, layout, history, view, place, tokens, commands);
    }
}

/// The list folded to its count.
fn rail_ui(
    ui: &Ui,
    rect: Rect,
    history: &History,
    place: SampleIndex,
    singles: bool,
    tokens: &Tokens,
    commands: &mut Vec<Command>,
) {
    let painter = ui.painter();
    painter.rect_filled(rect, 0.0, tokens.panel);
    painter.vline(rect.left() + 0.5, rect.y_range(), Stroke::new(1.0, tokens.line));
    let begun = history.begun(singles, place).len() as u64;
    let what = if singles { ["burst", "bursts"] } else { ["group", "groups"] };
    let name = format!("Show the list: {}", counted(begun, what[0], what[1]));
    let handle = Rect::from_min_size(rect.min + vec2(4.0, 8.0), vec2(36.0, 56.0));
    if bare_button(ui, handle, &name, Kind::Quiet, tokens).clicked() {
        commands.push(Command::List);
    }
    text(
        painter,
        handle.center() - vec2(0.0, 12.0),
        Align2::CENTER_CENTER,
        &count(begun),
        13.0,
        Weight::Strong,
        tokens.text,
    );
    text(painter, handle.center() + vec2(0.0, 5.0), Align2::CENTER_CENTER, "list", 12.0, Weight::Text, tokens.text2);
    text(painter, handle.center() + vec2(0.0, 20.0), Align2::CENTER_CENTER, "F6", 12.0, Weight::Text, tokens.text3);
}

#[allow(clippy::too_many_arguments)]
fn panel_ui(
    ui: &mut Ui,
    rect: Rect,
    layout: &Layout,
    history: &History,
    view: &mut View,
    place: SampleIndex,
    tokens: &Tokens,
    commands: &mut Vec<Command>,
) {
    let painter = ui.painter().clone();
    painter.rect_filled(rect, 0.0, tokens.panel);
    painter.vline(rect.left() + 0.5, rect.y_range(), Stroke::new(1.0, tokens.line));
    let (left, right) = (rect.left() + 16.0, rect.right() - 16.0);
    let at = |x: f32, y: f32| pos2(rect.left() + x, rect.top() + y);
    text(&painter, at(16.0, 24.0), Align2::LEFT_CENTER, "Bursts", 15.0, Weight::Strong, tokens.text);
    let mut title_right = right;
    if layout.list_form == ListForm::Rail {
        let handle = Rect::from_center_size(pos2(right - 8.0, rect.top() + 24.0), vec2(28.0, 28.0));
        let response = bare_button(ui, handle, "Fold the list away", Kind::Quiet, tokens);
        chevron(&painter, handle.center(), false, tokens.text2);
        if response.clicked() {
            commands.push(Command::List);
        }
        title_right = handle.left() - 6.0;
    }
    let totals = history.totals(place);
    let begun = history.begun(view.singles, place);
    let said = title_words(totals.bursts, totals.groups, totals.singles, begun.is_empty());
    text(&painter, pos2(title_right, rect.top() + 24.0), Align2::RIGHT_CENTER, &said, 12.0, Weight::Text, tokens.text2);

    let form = if layout.list_form == ListForm::Narrow { ListForm::Narrow } else { ListForm::Full };
    let columns = Columns::of(form, view.singles);
    let scale = FrequencyScale::of(&history.tuning());
    let head = |x: f32, words: &str| {
        text(&painter, at(x, 54.0), Align2::RIGHT_CENTER, words, 12.0, Weight::Text, tokens.text3);
    };
    head(columns.start, "Start s");
    if let Some(bursts) = columns.bursts {
        head(bursts, "Bursts");
    }
    if let Some(lasts) = columns.lasts {
        head(lasts, "Lasts");
    }
    head(columns.frequency, scale.unit);
    head(columns.decibels, "dB");
    painter.hline(left..=right, rect.top() + 69.5, Stroke::new(1.0, tokens.line));

    let chosen = view.chosen.and_then(|c| history.seen(view.singles, c.0, place));
    let below = details::height(chosen.as_ref(), layout.details_folded, history, view, place);
    let bottom = (rect.bottom() - below).max(rect.top() + 70.0 + 2.0 * ROW);
    let rows = Rect::from_min_max(pos2(rect.left(), rect.top() + 70.0), pos2(rect.right(), bottom - 13.0));
    if begun.is_empty() {
        empty_ui(ui, rows, history, view, tokens, commands);
    } else {
        rows_ui(ui, rows, &columns, &scale, history, view, place, tokens, commands);
    }
    let below = Rect::from_min_max(pos2(rect.left(), bottom), rect.max);
    details_ui(ui, below, chosen.as_ref(), layout.details_folded, history, view, place, tokens, commands);
}

#[allow(clippy::too_many_arguments)]
fn rows_ui(
    ui: &mut Ui,
    rect: Rect,
    columns: &Columns,
    scale: &FrequencyScale,
    history: &History,
    view: &mut View,
    place: SampleIndex,
    tokens: &Tokens,
    commands: &mut Vec<Command>,
) {
    let begun = history.begun(view.singles, place);
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("rows"));
    child.spacing_mut().item_spacing.y = 0.0;
    child.set_clip_rect(rect.intersect(ui.clip_rect()));
    let mut area = ScrollArea::vertical().id_salt("rows").auto_shrink(false);
    if std::mem::take(&mut view.reveal)
        && let Some(id) = view.chosen.map(|c| c.0)
        && let Some(row) = begun.iter().rev().position(|&b| b == id)
    {
        // In the middle, by whole rows.
        let above = (rect.height() / ROW / 2.0 - 0.5).round();
        area = area.vertical_scroll_offset(ROW * (row as f32 - above).max(0.0));
    }
    area.show_rows(&mut child, ROW, begun.len(), |ui, range| {
        for row in range {
            // Newest first, as the waterfall runs.
            let id = begun[begun.len() - 1 - row];
            let (line, response) = ui.allocate_exact_size(vec2(rect.width(), ROW), Sense::click());
            let Some(seen) = history.seen(view.singles, id, place) else { continue };
            let chosen = view.chosen.is_some_and(|c| c.0 == id);
            row_ui(
                ui,
                line,
                response.hovered() || response.has_focus(),
                chosen,
                &seen,
                columns,
                scale,
                history,
                tokens,
            );
            label(&response, Role::ListItem, &row_words(&seen, scale, history));
            if response.clicked() {
                commands.push(Command::Choose(id));
            }
            if response.double_clicked() {
                commands.push(Command::OpenChosen);
            }
        }
    });
}

#[allow(clippy::too_many_arguments)]
fn row_ui(
    ui: &Ui,
    line: Rect,
    hovered: bool,
    chosen: bool,
    seen: &Seen<'_>,
    columns: &Columns,
    scale: &FrequencyScale,
    history: &History,
    tokens: &Tokens,
) {
    let painter = ui.painter();
    if chosen || hovered {
        painter.rect_filled(line, 0.0, tokens.raised);
    }
    if chosen {
        painter.rect_filled(Rect::from_min_size(line.min, vec2(3.0, line.height())), 0.0, tokens.sel);
    }
    let y = line.center().y;
    let tag = seen.number.to_string();
    let width = (width_of(painter, &tag, 12.0, Weight::Strong) + 8.0).max(18.0);
    let cap = Rect::from_min_size(pos2(line.left() + 16.0, y - 9.0), vec2(width, 18.0));
    let ink = if chosen {
        painter.rect_filled(cap, 3.0, tokens.sel);
        tokens.panel
    } else {
        painter.rect_stroke(cap, 3.0, Stroke::new(1.0, tokens.edge), StrokeKind::Inside);
        tokens.text2
    };
    text(painter, cap.center(), Align2::CENTER_CENTER, &tag, 12.0, Weight::Strong, ink);
    let ink = if seen.weak { tokens.text2 } else { tokens.text };
    let figure = |x: f32, words: &str, ink: Rgb| {
        text(painter, pos2(line.left() + x, y), Align2::RIGHT_CENTER, words, 13.0, Weight::Text, ink);
    };
    figure(columns.start, &number(history.seconds(seen.start), 2), ink);
    if let Some(bursts) = columns.bursts {
        figure(bursts, &count(seen.bursts), ink);
    }
    if let Some(lasts) = columns.lasts {
        figure(lasts, &lasts_words(seen, history), ink);
    }
    figure(columns.frequency, &frequency_words(seen, scale, history), ink);
    figure(columns.decibels, &number(f64::from(seen.snr.0), 0), ink);
}

/// From the first sample to the last; of a burst alone, how long it was.
pub(super) fn lasts_words(seen: &Seen<'_>, history: &History) -> String {
    duration(history.seconds(SampleIndex(seen.end.0 - seen.start.0)))
}

/// The centre in the unit of the head, as fine as the width of the band wants.
fn frequency_words(seen: &Seen<'_>, scale: &FrequencyScale, history: &History) -> String {
    let fine = history.sample_rate().0 / scale.hertz / 20.0;
    let decimals = (-fine.log10()).ceil().clamp(0.0, 4.0) as usize;
    let value = scale.value(seen.center);
    if scale.center.is_some() { number(value, decimals) } else { signed(value, decimals) }
}

/// What a screen reader says of a row.
fn row_words(seen: &Seen<'_>, scale: &FrequencyScale, history: &History) -> String {
    format!(
        "Number {}: starts at {} s, {}, lasts {}, {} {}, {} dB over the noise{}",
        seen.number,
        number(history.seconds(seen.start), 2),
        counted(seen.bursts, "burst", "bursts"),
        lasts_words(seen, history),
        frequency_words(seen, scale, history),
        scale.unit,
        number(f64::from(seen.snr.0), 0),
        if seen.weak { ", weak" } else { "" },
    )
}

/// "1 046: 5 groups, 3 single".
fn title_words(bursts: u64, groups: usize, singles: usize, empty: bool) -> String {
    if empty {
        return "none yet".into();
    }
    let groups = (groups > 0).then(|| counted(groups as u64, "group", "groups"));
    let singles = (singles > 0).then(|| format!("{} single", count(singles as u64)));
    let parts: Vec<String> = groups.into_iter().chain(singles).collect();
    format!("{}: {}", count(bursts), parts.join(", "))
}

/// Why the list is empty, and the next step as a button with its key.
#[derive(Clone, Debug, PartialEq)]
struct Empty {
    sentences: Vec<String>,
    step: Option<(&'static str, &'static str, Command)>,
}

fn empty_words(history: &History) -> Empty {
    let extent = history.extent();
    let first = history.order(false).first().and_then(|&id| history.span_s(false, id));
    let unknown = history.unseen.iter().find(|unseen| !unseen.lost);
    if let Some((start, _)) = first {
        return Empty {
            sentences: vec![format!("No burst up to this place. The first one begins at {} s.", number(start, 2))],
            step: Some(("Go to the first burst", ".", Command::NextBurst)),
        };
    }
    if history.floor() == Floor::Awaited {
        return Empty {
            sentences: vec![
                "The list is empty because the noise floor is not known yet. It fills by itself.".into(),
                "If it stays empty after that, nothing stood out of the noise.".into(),
            ],
            step: None,
        };
    }
    if !extent.finished {
        return Empty { sentences: vec!["Nothing has stood out of the noise so far.".into()], step: None };
    }
    let why = match unknown {
        Some(unseen) => format!("No noise floor could be found: {}. So nothing could be called a burst.", unseen.why),
        None if history.floor() == Floor::NeverFound => {
            "There was too little to find a noise floor in, so nothing could be called a burst.".into()
        }
        None => "Nothing stood out of the noise in all of it.".into(),
    };
    Empty {
        sentences: vec![why, "That can also mean that the antenna was loose or the gain too low.".into()],
        step: Some(("Open another…", "Ctrl O", Command::Open)),
    }
}

fn empty_ui(ui: &Ui, rect: Rect, history: &History, view: &View, tokens: &Tokens, commands: &mut Vec<Command>) {
    let painter = ui.painter();
    let width = rect.width() - 32.0;
    let mut y = rect.top() + 20.0;
    let empty = empty_words(history);
    for sentence in &empty.sentences {
        let drawn = wrapped(painter, pos2(rect.left() + 16.0, y), width, sentence, 13.0, tokens.text2);
        y = drawn.bottom() + 12.0;
    }
    if let Some((word, key, command)) = empty.step.filter(|_| !view.keys_open) {
        let width = width_of(painter, word, 13.0, Weight::Medium) + 24.0;
        let place = Rect::from_min_size(pos2(rect.left() + 16.0, y), vec2(width, 30.0));
        if button(ui, place, word, Kind::Plain, tokens).clicked() {
            commands.push(command);
        }
        keycap(painter, pos2(place.right() + 10.0, y + 5.0), key, false, tokens);
    }
}

#[cfg(test)]
mod tests {
    use super::super::history::tests::{burst, history};
    use super::*;
    use crate::detect::Event;

    #[test]
    fn the_title_counts_groups_and_single_bursts() {
        assert_eq!(title_words(1046, 5, 3, false), "1\u{2009}046: 5 groups, 3 single");
        assert_eq!(title_words(1, 0, 1, false), "1: 1 single");
        assert_eq!(title_words(80, 1, 0, false), "80: 1 group");
        assert_eq!(title_words(0, 0, 0, true), "none yet");
    }

    #[test]
    fn an_empty_list_says_why_and_what_to_do_next() {
        let waiting = empty_words(&History::default());
        assert!(waiting.sentences[0].contains("the noise floor is not known yet"));

        let mut h = history(30);
        assert_eq!(empty_words(&h).sentences, ["Nothing has stood out of the noise so far."]);

        h.event(Event::Burst(burst(3.05, 0.3, 0.0, 20.0)));
        let later = empty_words(&h);
        assert_eq!(later.sentences, ["No burst up to this place. The first one begins at 3.05 s."]);
        assert_eq!(later.step.map(|(_, key, command)| (key, command)), Some((".", Command::NextBurst)));
    }
}
