//! Two lanes beside the waterfall that share its rows: what was done, and what the monitor saw.

use eframe::egui::{Align2, Mesh, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

use super::axes::TimeAxis;
use super::controls::{Weight, hatch, plate, text, width_of, wrapped};
use super::figures;
use super::history::{Floor, History};
use super::layout::Layout;
use crate::report::{Rgb, Tokens, WEAK_BELOW, words};
use crate::scene::Action;
use crate::source::SourceKind;
use crate::units::SampleIndex;

/// Width of the bar code at the left of the lane, points.
const CODE: f32 = 34.0;
/// A column less wide than this has no room for words.
const NARROW: f32 = 50.0;

/// Names of the lanes, the figures of the time axis, and both lanes.
pub(super) fn lanes_ui(painter: &Painter, layout: &Layout, axis: &TimeAxis, history: &History, tokens: &Tokens) {
    let title = layout.frequency_axis.top() + 14.0;
    let (done, saw) = (layout.done_lane, layout.saw_lane);
    let names = if layout.lanes_short { ["Done", "Seen"] } else { ["What was done", "What the monitor saw"] };
    text(painter, pos2(done.left(), title), Align2::LEFT_CENTER, names[0], 12.0, Weight::Strong, tokens.done);
    text(painter, pos2(saw.left(), title), Align2::LEFT_CENTER, names[1], 12.0, Weight::Strong, tokens.saw);

    time_axis_ui(painter, layout, axis, tokens);
    done_ui(&painter.with_clip_rect(done), done, axis, history, layout.lanes_short, tokens);
    saw_ui(&painter.with_clip_rect(saw), saw, axis, history, layout.lanes_short, tokens);
    unseen_ui(painter, layout, axis, history, tokens);
}

fn time_axis_ui(painter: &Painter, layout: &Layout, axis: &TimeAxis, tokens: &Tokens) {
    let rect = layout.time_axis;
    let now = pos2(rect.right() - 8.0, rect.top() + 5.0);
    text(painter, now, Align2::RIGHT_CENTER, "now", 12.0, Weight::Strong, tokens.text);
    for (tick, words) in axis.ticks() {
        let y = axis.y(tick).round() + 0.5;
        if y < rect.top() + 18.0 || y > rect.bottom() - 6.0 {
            continue;
        }
        painter.hline(rect.right() - 4.0..=rect.right(), y, Stroke::new(1.0, tokens.edge));
        let lanes = layout.done_lane.left()..=layout.saw_lane.left() + CODE;
        painter.hline(lanes, y, Stroke::new(1.0, tokens.bg.mixed(tokens.line, 0.7)));
        text(painter, pos2(rect.right() - 8.0, y), Align2::RIGHT_CENTER, &words, 12.0, Weight::Text, tokens.text3);
    }
}

fn done_ui(painter: &Painter, lane: Rect, axis: &TimeAxis, history: &History, short: bool, tokens: &Tokens) {
    let Some(run) = &history.run else { return };
    if history.actions().is_empty() {
        let words = match run.stream.kind {
            SourceKind::Scene => "The scene does not say what was done.",
            SourceKind::Recording => "Not known: the recording does not say what was done.",
            SourceKind::StandardInput => "Not known: samples alone do not say what was done.",
        };
        sentence(painter, lane, words, tokens);
        return;
    }
    let now = axis.top_s();
    let mut any = false;
    let (places, columns) = side_by_side(history.actions());
    let width = lane.width() / columns as f32;
    for (action, column) in history.actions().iter().zip(places) {
        let start = history.seconds(action.start);
        let end = history.seconds(SampleIndex(action.start.0 + action.count));
        if start >= now || end <= axis.bottom_s() {
            continue;
        }
        any = true;
        let still = end > now;
        let left = lane.left() + column as f32 * width;
        let right = if columns == 1 { left + width } else { left + width - 2.0 };
        let rect = Rect::from_min_max(pos2(left, axis.y(end.min(now))), pos2(right, axis.y(start)));
        painter.rect_filled(rect, 3.0, tokens.done_fill);
        painter.rect_filled(Rect::from_min_size(rect.min, vec2(3.0, rect.height())), 0.0, tokens.done);
        // Words that would be cut wait until the block is high enough for them.
        let room = rect.intersect(lane).height();
        if room < 24.0 || (columns > 1 && width < NARROW) {
            continue;
        }
        let inside = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
        let at = pos2(rect.left() + 11.0, rect.top().max(lane.top()) + 13.0);
        if short {
            let width = rect.right() - at.x;
            wrapped(&inside, at - vec2(3.0, 8.0), width, &action.label, 12.0, tokens.text);
            continue;
        }
        text(&inside, at, Align2::LEFT_CENTER, &action.label, 13.0, Weight::Strong, tokens.text);
        if room < 42.0 {
            continue;
        }
        let lasted = end.min(now) - start;
        let said = if still { format!("{lasted:.1} s so far") } else { format!("{lasted:.1} s") };
        text(&inside, at + vec2(0.0, 18.0), Align2::LEFT_CENTER, &said, 12.0, Weight::Text, tokens.text2);
    }
    if !any {
        sentence(painter, lane, "Nothing was done yet.", tokens);
    }
}

/// The column of each of `actions`, which are in order of start, so that what was done at the same time stands side by
/// side; and the number of columns, at least 1.
fn side_by_side(actions: &[Action]) -> (Vec<usize>, usize) {
    let mut ends: Vec<u64> = Vec::new();
    let place = |action: &Action| {
        let end = action.start.0.saturating_add(action.count);
        let column = ends.iter().position(|end| *end <= action.start.0).unwrap_or(ends.len());
        match ends.get_mut(column) {
            Some(last) => *last = end,
            None => ends.push(end),
        }
        column
    };
    let places = actions.iter().map(place).collect();
    (places, ends.len().max(1))
}

/// Why the lane is empty, over the lines of the time axis.
fn sentence(painter: &Painter, lane: Rect, words: &str, tokens: &Tokens) {
    let galley = painter.layout(words.to_owned(), Weight::Text.font(12.0), tokens.text2.into(), lane.width());
    let at = lane.min + vec2(0.0, 16.0);
    painter.rect_filled(Rect::from_min_size(at, vec2(lane.width(), galley.size().y)), 0.0, tokens.bg);
    painter.galley(at, galley, tokens.text2.into());
}

/// A stretch of the lane with a text of its own.
#[derive(Debug, PartialEq)]
struct Section {
    start: SampleIndex,
    end: SampleIndex,
    bursts: u64,
    on_air: u64,
    weak: bool,
}

fn saw_ui(painter: &Painter, lane: Rect, axis: &TimeAxis, history: &History, short: bool, tokens: &Tokens) {
    let code = Rect::from_min_size(lane.min, vec2(CODE, lane.height()));
    painter.add(Shape::mesh(bar_code(code, axis, history, tokens)));

    let sections = sections(axis, history);
    if sections.is_empty() {
        let words = match (history.floor(), history.summary.is_some()) {
            (Floor::Awaited, _) => "Waiting for the noise floor.",
            (Floor::NeverFound, _) => "Not looked at: no noise floor was found.",
            (Floor::Known, false) => "No burst so far.",
            (Floor::Known, true) => "No burst here.",
        };
        sentence(painter, lane, words, tokens);
        return;
    }
    let mut free_from = lane.top();
    for section in &sections {
        let top = axis.y(history.seconds(section.end)).max(lane.top()).max(free_from);
        let at = pos2(lane.left() + CODE + 8.0, top + 13.0);
        if at.y > lane.bottom() {
            continue;
        }
        let number = words::count(section.bursts);
        let ink = if section.weak { tokens.text2 } else { tokens.text };
        text(painter, at, Align2::LEFT_CENTER, &number, 13.0, Weight::Strong, ink);
        let unit = at + vec2(width_of(painter, &number, 13.0, Weight::Strong) + 4.0, 0.0);
        let bursts = if section.bursts == 1 { "burst" } else { "bursts" };
        if !short {
            text(painter, unit, Align2::LEFT_CENTER, bursts, 12.0, Weight::Text, tokens.text2);
            let on_air = format!("{} on air", figures::air(history.seconds(SampleIndex(section.on_air))));
            let words = if section.weak { "weak" } else { &on_air };
            text(painter, at + vec2(0.0, 17.0), Align2::LEFT_CENTER, words, 12.0, Weight::Text, tokens.text2);
        }
        free_from = at.y + if short { 8.0 } else { 26.0 };
    }
}

/// One line for each row of the screen in which a burst was on; weak ones in grey.
fn bar_code(rect: Rect, axis: &TimeAxis, history: &History, tokens: &Tokens) -> Mesh {
    #[derive(Clone, Copy, PartialEq)]
    enum Row {
        Nothing,
        Weak,
        Seen,
    }
    let place = history.sample_at(axis.top_s());
    let bottom = history.sample_at(axis.bottom_s());
    let mut rows = vec![Row::Nothing; axis.rows];
    let begun = history.begun(true, place);
    // Starts are in order and a part of an emission is no longer than a few seconds, but one burst may be the whole
    // band's for ever: look back until far before the lower edge.
    let slack = (10.0 * history.sample_rate().0) as u64;
    for burst in begun.iter().rev().map(|&b| &history.bursts()[b]) {
        if burst.start.0 + slack < bottom.0 {
            break;
        }
        if burst.end() < bottom {
            continue;
        }
        let row = |sample: SampleIndex| (axis.top_row - axis.row_of(sample)).clamp(0, axis.rows as i64 - 1) as usize;
        let last = SampleIndex(burst.end().min(place).0 - 1).max(burst.start);
        let kind = if burst.snr < WEAK_BELOW { Row::Weak } else { Row::Seen };
        for r in &mut rows[row(last)..=row(burst.start)] {
            if *r != Row::Seen {
                *r = kind;
            }
        }
    }
    let mut mesh = Mesh::default();
    let height = rect.height() / axis.rows as f32;
    let mut from = 0;
    while from < rows.len() {
        let run = rows[from..].iter().take_while(|&&r| r == rows[from]).count();
        let color: Option<Rgb> = match rows[from] {
            Row::Nothing => None,
            Row::Weak => Some(tokens.text2),
            Row::Seen => Some(tokens.saw),
        };
        if let Some(color) = color {
            let min: Pos2 = rect.min + vec2(0.0, from as f32 * height);
            mesh.add_colored_rect(Rect::from_min_size(min, vec2(rect.width(), run as f32 * height)), color.into());
        }
        from += run;
    }
    mesh
}

/// Stretches with a text, newest first: one for each action, and one for each group that belongs to none.
fn sections(axis: &TimeAxis, history: &History) -> Vec<Section> {
    let place = history.sample_at(axis.top_s());
    let bottom = history.sample_at(axis.bottom_s());
    let mut sections: Vec<(Option<usize>, Section)> = Vec::new();
    for seen in history.begun(false, place).iter().rev().filter_map(|&id| history.seen(false, id, place)) {
        if seen.end < bottom {
            continue;
        }
        // A phone is on the air a moment before and after the span of what was done.
        let action = history.actions().iter().rposition(|action| {
            let slack = history.sample_rate().0 as u64 / 2;
            seen.start.0 + slack >= action.start.0 && seen.start.0 < action.start.0 + action.count
        });
        let action = action.filter(|_| !seen.weak);
        let found = sections.iter_mut().find(|(of, s)| {
            let close = s.start.0 < seen.end.0 + (history.sample_rate().0 * 0.5) as u64;
            if action.is_some() { *of == action } else { of.is_none() && s.weak == seen.weak && close }
        });
        match found {
            Some((_, section)) => {
                section.start = section.start.min(seen.start);
                section.end = section.end.max(seen.end);
                section.bursts += seen.bursts;
                section.on_air += seen.on_air;
                section.weak &= seen.weak;
            }
            None => sections.push((
                action,
                Section { start: seen.start, end: seen.end, bursts: seen.bursts, on_air: seen.on_air, weak: seen.weak },
            )),
        }
    }
    let mut sections: Vec<Section> = sections.into_iter().map(|(_, section)| section).collect();
    sections.sort_by_key(|section| std::cmp::Reverse(section.end));
    sections
}

/// Hatching over the lane and the waterfall where nobody looked, with the reason in words.
fn unseen_ui(painter: &Painter, layout: &Layout, axis: &TimeAxis, history: &History, tokens: &Tokens) {
    let extent = history.extent();
    let waterfall = layout.waterfall;
    let stretch = |from_s: f64, to_s: f64| {
        let top = axis.y(to_s).clamp(waterfall.top(), waterfall.bottom());
        let bottom = axis.y(from_s).clamp(waterfall.top(), waterfall.bottom());
        (bottom - top >= 1.0).then_some((top, bottom))
    };
    for unseen in &history.unseen {
        let (from_s, to_s) = (history.seconds(unseen.from), history.seconds(unseen.to));
        let Some((top, bottom)) = stretch(from_s, to_s.min(axis.top_s())) else { continue };
        let code = Rect::from_x_y_ranges(layout.saw_lane.left()..=layout.saw_lane.left() + CODE, top..=bottom);
        hatch(painter, code, tokens.trouble);
        let shown = Rect::from_x_y_ranges(waterfall.x_range(), top..=bottom);
        hatch(painter, shown, tokens.trouble);
        if bottom - top >= 18.0 {
            let what = if unseen.lost { "not received" } else { "not looked at" };
            let said = format!(
                "{what}: {}, {} samples; {}",
                words::duration(to_s - from_s),
                words::count(unseen.to.0 - unseen.from.0),
                unseen.why
            );
            plate(painter, shown.center(), Align2::CENTER_CENTER, &said, tokens);
        }
    }
    if !extent.finished
        && let Some((top, bottom)) = stretch(extent.analysed_s, axis.top_s())
        && bottom - top >= 2.0
    {
        for x in [
            layout.done_lane.x_range(),
            (layout.saw_lane.left()..=layout.saw_lane.left() + CODE).into(),
            waterfall.x_range(),
        ] {
            hatch(painter, Rect::from_x_y_ranges(x, top..=bottom), tokens.edge);
        }
        if bottom - top >= 18.0 {
            let middle = pos2(waterfall.center().x, (top + bottom) / 2.0);
            plate(painter, middle, Align2::CENTER_CENTER, "not analysed yet", tokens);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_at_the_same_time_stands_side_by_side() {
        let action = |start, count| Action { start: SampleIndex(start), count, label: "Call".to_owned() };
        let one_after_another = [action(0, 5), action(5, 5), action(20, 1)];
        assert_eq!(side_by_side(&one_after_another), (vec![0, 0, 0], 1));
        let together = [action(0, 10), action(2, 3), action(4, 9), action(5, 1), action(12, 1), action(13, u64::MAX)];
        assert_eq!(side_by_side(&together), (vec![0, 1, 2, 1, 0, 0], 3));
        assert_eq!(side_by_side(&[]), (vec![], 1));
    }
}
