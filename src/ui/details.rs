//! What is known of the chosen group, one second of it, and how to read the picture.

use eframe::egui::{Align2, Mesh, Rect, Shape, Stroke, StrokeKind, Ui, pos2, vec2};

use super::controls::{Kind, Weight, bare_button, chevron, step_icon, text, wrapped};
use super::figures;
use super::history::{History, Seen};
use super::keys::Command;
use super::list::lasts_words;
use super::theme;
use super::view::View;
use crate::report::words::{FrequencyScale, count, number, signed};
use crate::report::{Tokens, WaterfallView};
use crate::units::{Decibels, Hertz, SampleIndex};

/// Heights of the parts, points.
const TITLE: f32 = 36.0;
const SECOND: f32 = 52.0;
const LINE: f32 = 21.0;
const LINES: f32 = 7.0;
const NOTE: f32 = 50.0;
const HINT: f32 = 50.0;
const READING: f32 = 104.0;
const FOLDED: f32 = 32.0;

/// How high everything under the list is.
pub(super) fn height(
    chosen: Option<&Seen<'_>>,
    folded: bool,
    history: &History,
    view: &View,
    place: SampleIndex,
) -> f32 {
    let fold = if folded { FOLDED } else { 0.0 };
    let open = |open: bool, height: f32| if !folded || open { height } else { 0.0 };
    let mut sum = fold + open(view.reading_open, READING);
    sum += match chosen {
        Some(_) => TITLE + LINE * LINES + 12.0 + fold + open(view.second_open, SECOND),
        None if history.begun(view.singles, place).is_empty() => 0.0,
        None => HINT,
    };
    if !folded && unmatched(history, place).is_some() {
        sum += NOTE;
    }
    sum
}

/// Draws it into `rect`, from top to bottom.
#[allow(clippy::too_many_arguments)]
pub(super) fn details_ui(
    ui: &Ui,
    rect: Rect,
    chosen: Option<&Seen<'_>>,
    folded: bool,
    history: &History,
    view: &View,
    place: SampleIndex,
    tokens: &Tokens,
    commands: &mut Vec<Command>,
) {
    let painter = ui.painter();
    let (left, right) = (rect.left() + 16.0, rect.right() - 16.0);
    let mut y = rect.top();
    let line = |y: f32| {
        painter.hline(left..=right, y.round() + 0.5, Stroke::new(1.0, tokens.line));
    };
    if let Some(seen) = chosen {
        line(y);
        title_ui(ui, pos2(left, y + 21.0), right, seen, tokens, commands);
        y += TITLE;
        if !folded {
            second_ui(ui, Rect::from_min_max(pos2(left, y), pos2(right, y + 26.0)), seen, history, tokens);
            y += SECOND;
        }
        for (name, value) in facts(seen, history, rect.width() < 280.0) {
            text(painter, pos2(left, y + 10.0), Align2::LEFT_CENTER, name, 12.0, Weight::Text, tokens.text2);
            text(painter, pos2(right, y + 10.0), Align2::RIGHT_CENTER, &value, 12.0, Weight::Medium, tokens.text);
            y += LINE;
        }
        y += 12.0;
        if folded {
            line(y - 4.0);
            if fold_ui(ui, pos2(left, y + 12.0), right, "One second of it", view.second_open, tokens) {
                commands.push(Command::OpenSecond);
            }
            y += FOLDED;
            if view.second_open {
                second_ui(ui, Rect::from_min_max(pos2(left, y), pos2(right, y + 26.0)), seen, history, tokens);
                y += SECOND;
            }
        }
    }
    if chosen.is_none() && !history.begun(view.singles, place).is_empty() {
        line(y - 4.0);
        let words = "Nothing is selected: click a row or an outline, or press , or . for the one before or after.";
        wrapped(painter, pos2(left, y + 5.0), right - left, words, 12.0, tokens.text2);
        y += HINT;
    }
    if let Some(number) = unmatched(history, place).filter(|_| !folded) {
        line(y - 4.0);
        let words = format!("Nothing was marked at the time of group {number}: another phone, or nothing at all.");
        wrapped(painter, pos2(left, y + 5.0), right - left, &words, 12.0, tokens.text2);
        y += NOTE;
    }
    line(y - 4.0);
    if folded {
        if fold_ui(ui, pos2(left, y + 12.0), right, "How to read this", view.reading_open, tokens) {
            commands.push(Command::OpenReading);
        }
        y += FOLDED;
    } else {
        text(
            painter,
            pos2(left, y + 15.0),
            Align2::LEFT_CENTER,
            "How to read this",
            12.0,
            Weight::Strong,
            tokens.text2,
        );
    }
    if !folded || view.reading_open {
        let y = if folded { y - 28.0 } else { y };
        reading_ui(ui, pos2(left, y + 40.0), view, tokens);
    }
}

/// "Selected: group 4", with a step to the one before and the one after.
fn title_ui(
    ui: &Ui,
    at: eframe::egui::Pos2,
    right: f32,
    seen: &Seen<'_>,
    tokens: &Tokens,
    commands: &mut Vec<Command>,
) {
    let what = if seen.bursts == 1 { "burst" } else { "group" };
    let words = format!("Selected: {what} {}", seen.number);
    text(ui.painter(), at, Align2::LEFT_CENTER, &words, 13.0, Weight::Strong, tokens.text);
    for (x, forward, name, command) in [
        (right - 36.0, false, "Previous burst", Command::PreviousBurst),
        (right - 10.0, true, "Next burst", Command::NextBurst),
    ] {
        let place = Rect::from_center_size(pos2(x, at.y), vec2(24.0, 24.0));
        if bare_button(ui, place, name, Kind::Quiet, tokens).clicked() {
            commands.push(command);
        }
        step_icon(ui.painter(), place.center(), forward, tokens.text2);
    }
}

/// A line that unfolds; `true` when it was clicked.
fn fold_ui(ui: &Ui, at: eframe::egui::Pos2, right: f32, words: &str, open: bool, tokens: &Tokens) -> bool {
    let place = Rect::from_min_max(at - vec2(6.0, 13.0), pos2(right + 6.0, at.y + 13.0));
    let clicked = bare_button(ui, place, words, Kind::Quiet, tokens).clicked();
    chevron(ui.painter(), at + vec2(4.0, 0.0), open, tokens.text2);
    text(ui.painter(), at + vec2(20.0, 0.0), Align2::LEFT_CENTER, words, 13.0, Weight::Text, tokens.text2);
    clicked
}

/// The first second of it: each line a burst.
fn second_ui(ui: &Ui, rect: Rect, seen: &Seen<'_>, history: &History, tokens: &Tokens) {
    let painter = ui.painter();
    painter.rect_filled(rect, 0.0, tokens.bg);
    let start_s = history.seconds(seen.start);
    let color = if seen.weak { tokens.text2 } else { tokens.saw };
    let x = |seconds: f64| rect.left() + 4.0 + ((seconds - start_s).clamp(0.0, 1.0) as f32) * (rect.width() - 8.0);
    let mut mesh = Mesh::default();
    // Members are in order of end; a burst that ends within the second began within it.
    let within = history.bursts_of(seen).take_while(|burst| history.seconds(burst.end()) < start_s + 3.0);
    for burst in within.filter(|burst| history.seconds(burst.start) < start_s + 1.0) {
        let (from, to) = (x(history.seconds(burst.start)), x(history.seconds(burst.end())));
        let bar = Rect::from_min_max(pos2(from, rect.top() + 5.0), pos2(to.max(from + 1.0), rect.bottom() - 5.0));
        mesh.add_colored_rect(bar, color.into());
    }
    painter.add(Shape::mesh(mesh));
    let words = "one second of it, each line a burst";
    text(
        painter,
        pos2(rect.left(), rect.bottom() + 11.0),
        Align2::LEFT_CENTER,
        words,
        12.0,
        Weight::Text,
        tokens.text3,
    );
}

/// What an outline means, and which way time and level go.
fn reading_ui(ui: &Ui, at: eframe::egui::Pos2, view: &View, tokens: &Tokens) {
    let painter = ui.painter();
    let one = Rect::from_min_size(at + vec2(0.0, -4.0), vec2(24.0, 8.0));
    painter.rect_stroke(one, 2.0, Stroke::new(1.0, tokens.out), StrokeKind::Inside);
    let said = text(painter, at + vec2(32.0, 0.0), Align2::LEFT_CENTER, "one burst", 12.0, Weight::Text, tokens.text2);
    let many = Rect::from_min_size(pos2(said.right() + 16.0, at.y - 8.0), vec2(22.0, 16.0));
    for (x, side) in [(many.left(), 1.0), (many.right(), -1.0)] {
        for (y, down) in [(many.top(), 1.0), (many.bottom(), -1.0)] {
            let corner = vec![pos2(x + side * 6.0, y), pos2(x, y), pos2(x, y + down * 5.0)];
            painter.line(corner, Stroke::new(1.5, tokens.out));
        }
    }
    let at_words = pos2(many.right() + 8.0, at.y);
    text(painter, at_words, Align2::LEFT_CENTER, "a group of bursts", 12.0, Weight::Text, tokens.text2);
    let stronger = if theme::palette(view.dark).stronger_is_darker() { "Darker" } else { "Brighter" };
    let words = match view.waterfall {
        WaterfallView::Power => format!("Time falls: now is at the top. {stronger} is stronger."),
        WaterfallView::Detector => format!("Time falls. {stronger}: a box over its threshold."),
    };
    text(painter, at + vec2(0.0, 26.0), Align2::LEFT_CENTER, &words, 12.0, Weight::Text, tokens.text2);
}

/// Names and values of the chosen one; `narrow`: there is no room for how many a second.
fn facts(seen: &Seen<'_>, history: &History, narrow: bool) -> [(&'static str, String); 7] {
    let lasts = lasts_words(seen, history);
    let on_air = figures::air(history.seconds(SampleIndex(seen.on_air)));
    let scale = FrequencyScale::of(&history.tuning());
    let width = Hertz(seen.high.0 - seen.low.0);
    let level = |power: f64| format!("{} dBFS", number(10.0 * power.log10(), 1));
    [
        ("Lasts", if seen.bursts == 1 { lasts } else { format!("{lasts}, of it {on_air} on air") }),
        ("Bursts", bursts_words(seen.bursts, together(seen, history))),
        ("Rhythm", rhythm_words(seen, narrow)),
        ("Centre, width", frequency_words(seen.center, width, &scale)),
        ("Power", level(seen.power)),
        ("Noise, same width", level(seen.noise)),
        ("Above the noise", format!("{} dB", number(f64::from(Decibels::from_ratio(seen.power / seen.noise).0), 1))),
    ]
}

/// "896.80 MHz, 0.27 MHz"; from the centre when that is unknown.
fn frequency_words(center: Hertz, width: Hertz, scale: &FrequencyScale) -> String {
    let decimals = if scale.hertz >= 1e6 { 2 } else { 1 };
    let width = number(width.0 / scale.hertz, decimals);
    match scale.center {
        Some(_) => format!("{} {unit}, {width} {unit}", number(scale.value(center), decimals), unit = scale.unit),
        None => format!("{} {unit} from the centre, {width}", signed(scale.value(center), decimals), unit = scale.unit),
    }
}

/// "132, four at a time".
fn bursts_words(bursts: u64, together: Option<usize>) -> String {
    let figures = ["two", "three", "four", "five", "six", "seven", "eight"];
    match together {
        Some(n) => match figures.get(n - 2) {
            Some(figure) => format!("{}, {figure} at a time", count(bursts)),
            None => format!("{}, {n} at a time", count(bursts)),
        },
        None => count(bursts),
    }
}

/// "4.615 ms apart, about 25 a second".
fn rhythm_words(seen: &Seen<'_>, narrow: bool) -> String {
    match seen.rhythm {
        Some(rhythm) => {
            let apart = rhythm.spacing_s;
            let apart =
                if apart < 1.0 { format!("{} ms", number(apart * 1e3, 3)) } else { format!("{} s", number(apart, 2)) };
            if narrow {
                return format!("{apart} apart");
            }
            let decimals = if rhythm.per_second < 9.5 { 1 } else { 0 };
            format!("{apart} apart, about {} a second", number(rhythm.per_second, decimals))
        }
        None if seen.bursts == 1 => "a single one".into(),
        None => "not regular".into(),
    }
}

/// How many bursts follow each other in the rhythm before a pause, when most runs are alike and more than one.
fn together(seen: &Seen<'_>, history: &History) -> Option<usize> {
    let spacing_s = seen.rhythm?.spacing_s;
    let mut runs = vec![1_usize];
    let mut last_s: Option<f64> = None;
    // A few hundred are enough to see it.
    for burst in history.bursts_of(seen).take(400) {
        let start_s = history.seconds(burst.start);
        match last_s {
            Some(last) if start_s - last > 1.5 * spacing_s => runs.push(1),
            Some(_) => *runs.last_mut()? += 1,
            None => {}
        }
        last_s = Some(start_s);
    }
    let mut sorted = runs.clone();
    sorted.sort_unstable();
    let typical = sorted[sorted.len() / 2];
    let alike = runs.iter().filter(|&&run| run == typical).count();
    (typical >= 2 && runs.len() >= 3 && 2 * alike > runs.len()).then_some(typical)
}

/// The newest group up to the place during which nothing was done, when it is known what was done.
fn unmatched(history: &History, place: SampleIndex) -> Option<usize> {
    let actions = history.actions();
    if actions.is_empty() {
        return None;
    }
    let slack = history.sample_rate().0 as u64 / 2;
    let of_an_action = |seen: &Seen<'_>| {
        actions.iter().any(|a| seen.start.0 < a.start.0 + a.count + slack && a.start.0 < seen.end.0 + slack)
    };
    let begun = history.begun(false, place).iter().rev();
    begun.filter_map(|&id| history.seen(false, id, place)).find(|seen| !of_an_action(seen)).map(|seen| seen.number)
}

#[cfg(test)]
mod tests {
    use super::super::history::tests::{burst, history};
    use super::*;
    use crate::detect::Event;

    #[test]
    fn a_train_of_four_at_a_time_is_described_as_one() {
        let mut history = history(30);
        for block in 0..10 {
            for i in 0..4 {
                history.event(Event::Burst(burst(
                    3.0 + f64::from(block) * 0.235 + f64::from(i) * 4.615e-3,
                    0.55e-3,
                    0.0,
                    30.0,
                )));
            }
        }
        let seen = history.seen(false, 0, history.sample_at(20.0)).unwrap();
        let facts = facts(&seen, &history, false).map(|(name, value)| format!("{name}: {value}"));
        assert_eq!(
            facts,
            [
                "Lasts: 2.13 s, of it 0.04 s on air",
                "Bursts: 40, four at a time",
                "Rhythm: 5.000 ms apart, about 18 a second",
                "Centre, width: 897.30 MHz, 0.20 MHz",
                "Power: −40.0 dBFS",
                "Noise, same width: −70.0 dBFS",
                "Above the noise: 30.0 dB",
            ]
        );
    }

    #[test]
    fn a_single_burst_has_no_rhythm() {
        let mut history = history(30);
        history.event(Event::Burst(burst(3.0, 0.3e-3, 0.0, 30.0)));
        let seen = history.seen(false, 0, history.sample_at(20.0)).unwrap();
        assert_eq!(rhythm_words(&seen, false), "a single one");
        assert_eq!(bursts_words(1, together(&seen, &history)), "1");
    }

    #[test]
    fn what_nobody_did_is_pointed_out() {
        let mut history = history(30);
        history.event(Event::Burst(burst(11.0, 0.1, 0.0, 30.0)));
        assert_eq!(unmatched(&history, history.sample_at(20.0)), None, "a text message was sent then");
        history.event(Event::Burst(burst(18.0, 0.1, 900e3, 3.0)));
        assert_eq!(unmatched(&history, history.sample_at(20.0)), Some(2));
        assert_eq!(unmatched(&history, history.sample_at(17.0)), None);
    }
}
