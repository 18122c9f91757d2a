//! Outlines and tags of bursts and groups over the waterfall.

use eframe::egui::{Align2, Painter, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};

use super::axes::{FrequencyAxis, TimeAxis, plot_scale};
use super::controls::{Weight, label, text, width_of};
use super::history::History;
use super::keys::Command;
use crate::report::{Form, Outline, Outlines, Rgb, Tokens, group, outlines};
use crate::units::SampleIndex;

/// Tags drawn in a frame, at most.
const MOST_TAGS: usize = 100;

/// Length of the corners of a bracket, points.
const CORNER: f32 = 9.0;

/// What the outlines are drawn over.
pub(super) struct Shown<'a> {
    pub history: &'a History,
    pub time: &'a TimeAxis,
    pub frequency: &'a FrequencyAxis,
    pub singles: bool,
    pub chosen: Option<usize>,
    pub tokens: &'a Tokens,
}

/// Draws the outlines of everything seen up to the place into `rect`; a click on one chooses it.
pub(super) fn outlines_ui(ui: &Ui, rect: Rect, shown: &Shown<'_>, commands: &mut Vec<Command>) {
    let painter = ui.painter().with_clip_rect(rect);
    let tokens = shown.tokens;
    let history = shown.history;
    let (groups, bursts) = (history.groups(), history.bursts());
    let place = history.sample_at(shown.time.top_s());
    let scale = plot_scale(rect, shown.time, shown.frequency);
    let found = outlines(groups, bursts, &scale, place, history.sample_rate(), 1.0);
    // Of single bursts only the chosen one has an outline of its own: the others' would lie on each other.
    let alone = shown.chosen.filter(|_| shown.singles).and_then(|id| bursts.get(id));
    let alone = alone.filter(|burst| burst.start < place).map(|burst| {
        let groups = group(std::slice::from_ref(burst), history.sample_rate());
        outlines(&groups, std::slice::from_ref(burst), &scale, place, history.sample_rate(), 1.0).shown
    });
    let alone = alone.unwrap_or_default();

    let response = ui.interact(rect, ui.scope_id().with("waterfall"), Sense::click());
    label(&response, Role::Image, &words(&found, shown));
    if !found.left_out.is_empty() {
        let starts: Vec<SampleIndex> = found.left_out.iter().map(|&group| groups[group].start).collect();
        density_ui(&painter, rect, &starts, shown);
    }
    let is_chosen = |outline: &Outline| !shown.singles && shown.chosen == Some(outline.group);
    for outline in found.shown.iter().filter(|o| !is_chosen(o)) {
        let frame = snapped(outline, shown);
        match outline.form {
            Form::Rectangle => cased_rect(&painter, frame, tokens.out, 1.0, tokens),
            Form::Brackets => bracket_ui(&painter, frame, outline, tokens),
        }
    }
    // The chosen one is drawn last, over the others.
    for outline in found.shown.iter().filter(|o| is_chosen(o)).chain(&alone) {
        chosen_ui(&painter, snapped(outline, shown), outline.open_top, tokens);
    }
    let tags: Vec<Tag<'_>> = if shown.singles {
        let number = shown.chosen.map_or(0, |id| id + 1);
        alone.iter().map(|outline| Tag { outline, number, chosen: true, still_on: false }).collect()
    } else {
        let tagged = found.shown.iter().filter(|outline| outline.tagged).rev().take(MOST_TAGS);
        tagged
            .map(|outline| {
                let group = &groups[outline.group];
                let still_on = outline.open_top && !(group.cut_end && group.end <= place);
                Tag { outline, number: group.number, chosen: is_chosen(outline), still_on }
            })
            .collect()
    };
    tags_ui(&painter, rect, &found, &tags, shown);

    if let Some(at) = response.interact_pointer_pos().filter(|_| response.clicked()) {
        commands.extend(hit(at, &found, shown).map(Command::Choose));
    }
}

/// What a click at `at` chooses: the group whose outline is the smallest there, so that one inside another's box can be
/// reached; of single bursts, the one of that group that is nearest in time.
fn hit(at: Pos2, found: &Outlines, shown: &Shown<'_>) -> Option<usize> {
    let history = shown.history;
    let (outline, _) = found
        .shown
        .iter()
        .map(|outline| (outline, snapped(outline, shown)))
        .filter(|(_, frame)| frame.expand(3.0).contains(at))
        .min_by(|a, b| a.1.area().total_cmp(&b.1.area()))?;
    if !shown.singles {
        return Some(outline.group);
    }
    let away = |&id: &usize| {
        let burst = &history.bursts()[id];
        let (top, bottom) = (shown.time.y(history.seconds(burst.end())), shown.time.y(history.seconds(burst.start)));
        (top - at.y).max(at.y - bottom).max(0.0)
    };
    let members = &history.groups()[outline.group].members;
    members.iter().copied().min_by(|a, b| away(a).total_cmp(&away(b)))
}

/// The number of a row beside its outline.
struct Tag<'a> {
    outline: &'a Outline,
    number: usize,
    chosen: bool,
    still_on: bool,
}

/// An outline on whole points and within the band.
fn snapped(outline: &Outline, shown: &Shown<'_>) -> Rect {
    let frame = outline.frame;
    Rect::from_min_max(
        pos2(frame.left.round().max(shown.frequency.left + 1.0), frame.top.round()),
        pos2(frame.right.round().min(shown.frequency.right - 1.0), frame.bottom.round()),
    )
}

/// A closed line with its casing.
fn cased_rect(painter: &Painter, rect: Rect, color: Rgb, width: f32, tokens: &Tokens) {
    painter.rect_stroke(rect.shrink(1.0), 2.0, Stroke::new(width + 2.0, tokens.case), StrokeKind::Outside);
    painter.rect_stroke(rect, 2.0, Stroke::new(width, color), StrokeKind::Outside);
}

fn cased_line(painter: &Painter, points: &[Pos2], width: f32, tokens: &Tokens) {
    painter.line(points.to_vec(), Stroke::new(width + 2.0, tokens.case));
    painter.line(points.to_vec(), Stroke::new(width, tokens.out));
}

/// The corners of a group; one that goes on is open at the top, one that was on before is open at the bottom.
fn bracket_ui(painter: &Painter, rect: Rect, outline: &Outline, tokens: &Tokens) {
    let corner = CORNER.min(rect.width() / 2.0).min(rect.height() / 2.0);
    for (x, side) in [(rect.left(), 1.0), (rect.right(), -1.0)] {
        let upper = [pos2(x + side * corner, rect.top()), pos2(x, rect.top()), pos2(x, rect.top() + corner)];
        let lower = [pos2(x, rect.bottom() - corner), pos2(x, rect.bottom()), pos2(x + side * corner, rect.bottom())];
        match (outline.open_top, outline.open_bottom) {
            // One line from the lower corner up to where it still is.
            (true, false) => cased_line(painter, &[pos2(x, rect.top()), lower[1], lower[2]], 1.5, tokens),
            (true, true) => cased_line(painter, &[pos2(x, rect.top()), pos2(x, rect.bottom())], 1.5, tokens),
            (false, true) => {
                cased_line(painter, &upper, 1.5, tokens);
                cased_line(painter, &lower[..2], 1.5, tokens);
            }
            (false, false) => {
                cased_line(painter, &upper, 1.5, tokens);
                cased_line(painter, &lower, 1.5, tokens);
            }
        }
    }
}

/// The one chosen thing: closed, two points wide, square handles at the corners.
fn chosen_ui(painter: &Painter, rect: Rect, still_on: bool, tokens: &Tokens) {
    let mut rect = rect;
    if still_on {
        rect.min.y = painter.clip_rect().top() - 8.0;
    }
    cased_rect(painter, rect, tokens.sel, 2.0, tokens);
    for corner in [rect.left_top(), rect.right_top(), rect.left_bottom(), rect.right_bottom()] {
        painter.rect_filled(Rect::from_center_size(corner, Vec2::splat(8.0)), 0.0, tokens.case);
        painter.rect_filled(Rect::from_center_size(corner, Vec2::splat(6.0)), 0.0, tokens.sel);
    }
}

/// Draws tags beside their outlines where nothing else stands; the chosen one's always.
fn tags_ui(painter: &Painter, plot: Rect, found: &Outlines, tags: &[Tag<'_>], shown: &Shown<'_>) {
    let tokens = shown.tokens;
    let mut taken: Vec<Rect> = found.shown.iter().map(|outline| snapped(outline, shown)).collect();
    for Tag { outline, number, chosen, still_on } in tags {
        let alone = outline.form == Form::Rectangle;
        let words = if *still_on { format!("{number} still on") } else { number.to_string() };
        let size = vec2((width_of(painter, &words, 12.0, Weight::Strong) + 10.0).max(18.0), 18.0);
        let frame = snapped(outline, shown);
        let top = if alone { (frame.center().y - 9.0).round() } else { frame.top() };
        let top = top.clamp(plot.top() + 3.0, (plot.bottom() - 21.0).max(plot.top() + 3.0));
        let right = pos2(frame.right() + 6.0, top);
        let left = pos2(frame.left() - 6.0 - size.x, top);
        let sides = if alone { [left, right] } else { [right, left] };
        let fits = |at: &&Pos2| {
            let tag = Rect::from_min_size(**at, size);
            plot.shrink(2.0).contains_rect(tag) && !taken.iter().any(|t| t.intersects(tag))
        };
        let Some(at) = sides.iter().find(fits).or(chosen.then_some(&sides[0])) else { continue };
        let tag = Rect::from_min_size(*at, size);
        let (fill, edge, ink) = if *chosen {
            (tokens.sel, tokens.case, tokens.case)
        } else {
            (tokens.case, tokens.case.mixed(tokens.out, 0.45), tokens.out)
        };
        painter.rect(tag, 3.0, fill, Stroke::new(1.0, edge), StrokeKind::Inside);
        text(painter, tag.center(), Align2::CENTER_CENTER, &words, 12.0, Weight::Strong, ink);
        taken.push(tag);
    }
}

/// Too many to outline: bars at the left edge, as long as there are groups without an outline at that height.
fn density_ui(painter: &Painter, rect: Rect, starts: &[SampleIndex], shown: &Shown<'_>) {
    const BAND: f32 = 4.0;
    let mut counts = vec![0_u32; (rect.height() / BAND).ceil() as usize];
    for &start in starts {
        let y = shown.time.y(shown.history.seconds(start)).min(rect.bottom() - 1.0) - rect.top();
        if let Some(count) = counts.get_mut((y / BAND).max(0.0) as usize) {
            *count += 1;
        }
    }
    let most = counts.iter().copied().max().unwrap_or(1).max(1);
    for (band, &count) in counts.iter().enumerate().filter(|&(_, &count)| count > 0) {
        let min = rect.min + vec2(0.0, band as f32 * BAND);
        let bar = Rect::from_min_size(min, vec2(4.0 + 20.0 * count as f32 / most as f32, BAND - 1.0));
        painter.rect_filled(bar.expand(1.0), 0.0, shown.tokens.case);
        painter.rect_filled(bar, 0.0, shown.tokens.out);
    }
}

/// What a screen reader says of the waterfall.
fn words(found: &Outlines, shown: &Shown<'_>) -> String {
    format!(
        "Waterfall from {:.1} to {:.1} seconds, {} outlined",
        shown.time.bottom_s().max(0.0),
        shown.time.top_s(),
        found.shown.len()
    )
}
