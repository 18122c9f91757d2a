//! One kind's panel.

use super::surface::Surface;
use crate::report::picture::canvas::{Align, Style, Weight};
use crate::report::words::{counted, duration, number, signed, trimmed};
use crate::report::{Frame, Rgb, Tokens, ticks};
use crate::score::text::name;
use crate::score::{Bin, Fit, Kind, STATED_DETECTION, Share};
use crate::theory::detection_of_fixed_energy;

/// So far above the limits bursts are of little interest, in decibels.
const FAR_DB: f64 = 10.0;

/// A panel less wide than this has no room for the fit's figures: they stand in its caption.
const NARROW: f32 = 400.0;

/// Part of a panel's width that is kept free for the limit's label.
const LABEL_ROOM: f64 = 0.26;

/// The SNRs that every panel shows, in decibels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    low: f64,
    high: f64,
}

impl Span {
    /// From before the limits to behind the bursts, but no farther than is of interest.
    pub(super) fn of(kinds: &[&Kind]) -> Self {
        let limits: Vec<f64> = kinds.iter().map(|kind| kind.limit_db()).filter(|limit| limit.is_finite()).collect();
        let fits = kinds.iter().filter_map(|kind| Some(kind.fit.ok()?.snr_db));
        let bins = || kinds.iter().flat_map(|kind| &kind.bins).map(|bin| f64::from(bin.snr_db));
        let first_bin = bins().reduce(f64::min);
        let (Some(first), Some(last)) =
            (limits.iter().copied().reduce(f64::min), limits.iter().copied().chain(fits).reduce(f64::max))
        else {
            let low = first_bin.unwrap_or(0.0);
            return Span { low: low - 1.0, high: low + 19.0 };
        };
        let far = (last + FAR_DB).max(first_bin.map_or(last, |bin| bin + 2.0).min(last + 3.0 * FAR_DB));
        let high = (last + 5.0).max(bins().fold(last, f64::max) + 1.0).min(far);
        let wanted = first_bin.map_or(first - 4.0, |bin| bin - 1.0).min(first - 4.0).max(first - 10.0);
        let with_room = (first - 1.0 - LABEL_ROOM * high) / (1.0 - LABEL_ROOM);
        Span { low: wanted.min(with_room), high }
    }
}

/// Where SNR and probability lie on the sheet, and how large what is written there is.
struct Axes<'a> {
    frame: Frame,
    span: &'a Span,
    label: f32,
}

impl Axes<'_> {
    /// Distance of the lines of a label.
    fn line(&self) -> f32 {
        (1.3 * self.label).round()
    }

    fn x(&self, snr_db: f64) -> f32 {
        let share = (snr_db - self.span.low) / (self.span.high - self.span.low);
        self.frame.left + share as f32 * (self.frame.right - self.frame.left)
    }

    fn y(&self, probability: f64) -> f32 {
        // Points at 0 and 1 stay clear of the border.
        let inset = 7.0;
        let (top, bottom) = (self.frame.top + inset, self.frame.bottom - inset);
        bottom - probability as f32 * (bottom - top)
    }

    fn shows(&self, snr_db: f64) -> bool {
        (self.span.low..=self.span.high).contains(&snr_db)
    }

    /// A curve over all SNRs that are shown.
    fn curve(&self, probability: impl Fn(f64) -> f64) -> Vec<(f32, f32)> {
        let steps = 240;
        (0..=steps)
            .map(|i| self.span.low + (self.span.high - self.span.low) * f64::from(i) / f64::from(steps))
            .map(|snr_db| (self.x(snr_db), self.y(probability(snr_db))))
            .collect()
    }
}

/// Draws the panel of `kind` into `cell`, with the name and the curve of another detector `beside`.
pub(super) fn draw_panel(
    sheet: &mut dyn Surface,
    kind: &Kind,
    beside: Option<(&str, Fit)>,
    cell: &Frame,
    span: &Span,
    tokens: &Tokens,
) {
    let (width, height) = (cell.right - cell.left, cell.bottom - cell.top);
    // A panel that has the picture to itself is read from farther away.
    let label = if height > 400.0 { 17.0 } else { 14.0 };
    let title = Style::new(label + 3.0, Weight::Strong, tokens.text);
    let text = sheet.letters().shortened(name(kind), title.size, title.weight, width);
    sheet.text(cell.left, cell.top + title.size, &text, title);
    let caption = Style::new(label, Weight::Text, tokens.text3);
    let text = sheet.letters().shortened(&caption_text(kind, width < NARROW), caption.size, caption.weight, width);
    sheet.text(cell.left, cell.top + 2.5 * label + 3.0, &text, caption);
    let frame = Frame {
        left: cell.left + 2.5 * label,
        top: cell.top + 3.5 * label,
        right: cell.right,
        bottom: cell.bottom - 1.8 * label,
    };
    let axes = Axes { frame, span, label };
    draw_axes(sheet, &axes, tokens);
    draw_intervals(sheet, &kind.bins, &axes, tokens);
    draw_limit(sheet, kind, &axes, tokens);
    if let Some((name, fit)) = beside {
        draw_beside(sheet, name, &fit, &axes, tokens);
    }
    match kind.fit {
        Ok(fit) => {
            draw_fit(sheet, kind, &fit, &axes, tokens);
            if width >= NARROW {
                write_fit(sheet, kind, &fit, &axes, tokens);
            }
        }
        Err(why) => {
            let left = if kind.limit_db().is_finite() { axes.x(kind.limit_db()) } else { axes.frame.left } + 14.0;
            let width = (0.93 * (axes.frame.right - left - 8.0)).clamp(10.0 * label, 24.0 * label);
            let lines = sheet.letters().wrap(&format!("Not fitted: {why}"), label, Weight::Medium, width);
            draw_label(sheet, &lines, (left, axes.y(0.38)), Align::Left, &axes, [tokens.text2; 2], tokens);
        }
    }
    draw_points(sheet, &kind.bins, &axes, tokens);
    draw_beyond(sheet, &kind.bins, &axes, tokens);
}

/// What the panel shows: the fit's figures where they have no room in it, else the bursts.
fn caption_text(kind: &Kind, with_fit: bool) -> String {
    if with_fit && let Ok(fit) = kind.fit {
        let at = format!("Pd 0.9 at {} dB", signed(fit.snr_db, 1));
        let Some(gap) = kind.gap_db() else { return at };
        let side = if gap < 0.0 { "under" } else { "over" };
        return format!("{at}, {} {side} the limit", number(gap.abs(), 1));
    }
    let hz = kind.median_bandwidth_hz;
    let width =
        if hz < 1e6 { format!("{} kHz", trimmed(hz / 1e3, 1)) } else { format!("{} MHz", trimmed(hz / 1e6, 2)) };
    let share = kind.share.probability().map_or(String::new(), |p| format!("; {} % found", number(p * 100.0, 0)));
    format!(
        "{} of {} × {}{share}",
        counted(kind.share.bursts, "burst", "bursts"),
        duration(kind.median_duration_s),
        width
    )
}

fn draw_axes(sheet: &mut dyn Surface, axes: &Axes, tokens: &Tokens) {
    let Frame { left, top, right, bottom } = axes.frame;
    let style = Style::new(axes.label - 1.0, Weight::Text, tokens.text3).align(Align::Right);
    sheet.text(left - 8.0, axes.y(1.0) + 3.0, "Pd", style);
    for (probability, text) in [(0.0, "0"), (0.5, "0.5"), (STATED_DETECTION, "0.9")] {
        let y = axes.y(probability).round();
        sheet.fill(&Frame { left, right, top: y, bottom: y + 1.0 }, tokens.line);
        sheet.text(left - 8.0, y + 5.0, text, style);
    }
    for (top, bottom, left, right) in [
        (top, top + 1.0, left, right),
        (bottom - 1.0, bottom, left, right),
        (top, bottom, left, left + 1.0),
        (top, bottom, right - 1.0, right),
    ] {
        sheet.fill(&Frame { left, top, right, bottom }, tokens.line);
    }
    let style = style.align(Align::Left);
    let figures = ticks(axes.span.low, axes.span.high, ((right - left) / (3.3 * axes.label)) as usize);
    for (index, value) in figures.values.iter().enumerate() {
        let x = axes.x(*value).round();
        sheet.fill(&Frame { left: x, right: x + 1.0, top: bottom, bottom: bottom + 4.0 }, tokens.edge);
        let text = figures.text(index);
        // The unit stands at the axis' end.
        let half = sheet.letters().text_width(&text, style.size, style.weight) / 2.0;
        if x + half < right - 1.8 * axes.label && x - half > left - 30.0 {
            sheet.text(x, bottom + 1.4 * axes.label, &text, style.align(Align::Middle));
        }
    }
    sheet.text(right, bottom + 1.4 * axes.label, "dB", style.align(Align::Right));
}

fn draw_limit(sheet: &mut dyn Surface, kind: &Kind, axes: &Axes, tokens: &Tokens) {
    let limit_db = kind.limit_db();
    if !limit_db.is_finite() {
        return;
    }
    let (degrees, threshold) = (kind.limit.degrees(), kind.limit.threshold());
    let curve = axes.curve(|snr_db| detection_of_fixed_energy(degrees, 10f64.powf(snr_db / 10.0), threshold));
    sheet.line(&curve, tokens.floor, 1.8, Some([7.0, 5.0]));
    // No detector's points lie above the limit: there is room to its left.
    let leftmost = kind.fit.map_or(f64::INFINITY, |fit| fit.snr_db - fit.spread_db).min(kind.limit.snr_db(0.6));
    let at = (axes.x(leftmost) - 12.0, axes.y(0.8));
    let lines = ["physical limit".to_owned(), format!("{} dB", signed(limit_db, 1))];
    draw_label(sheet, &lines, at, Align::Right, axes, [tokens.text, tokens.text2], tokens);
}

/// The curve of another detector, and its figure below it.
fn draw_beside(sheet: &mut dyn Surface, name: &str, fit: &Fit, axes: &Axes, tokens: &Tokens) {
    sheet.line(&axes.curve(|snr_db| fit.detection(snr_db)), tokens.text3, 1.8, Some([2.0, 4.0]));
    let lines = [name.to_owned(), format!("{} dB", signed(fit.snr_db, 1))];
    let at = (axes.x(fit.snr_db + 0.5 * fit.spread_db) + 12.0, axes.y(0.28));
    draw_label(sheet, &lines, at, Align::Left, axes, [tokens.text2; 2], tokens);
}

fn draw_intervals(sheet: &mut dyn Surface, bins: &[Bin], axes: &Axes, tokens: &Tokens) {
    for bin in bins.iter().filter(|bin| axes.shows(f64::from(bin.snr_db))) {
        let (low, high) = bin.share.interval();
        let x = axes.x(f64::from(bin.snr_db));
        sheet.line(&[(x, axes.y(high)), (x, axes.y(low))], tokens.edge, 1.2, None);
    }
}

fn draw_points(sheet: &mut dyn Surface, bins: &[Bin], axes: &Axes, tokens: &Tokens) {
    for bin in bins.iter().filter(|bin| axes.shows(f64::from(bin.snr_db))) {
        let Some(probability) = bin.share.probability() else { continue };
        let (x, y) = (axes.x(f64::from(bin.snr_db)), axes.y(probability));
        sheet.circle(x, y, 5.5, tokens.bg);
        sheet.circle(x, y, 4.0, tokens.out);
    }
}

fn draw_fit(sheet: &mut dyn Surface, kind: &Kind, fit: &Fit, axes: &Axes, tokens: &Tokens) {
    sheet.line(&axes.curve(|snr_db| fit.detection(snr_db)), tokens.trace, 1.8, None);
    if kind.gap_db().is_some() {
        let y = axes.y(STATED_DETECTION);
        let from = axes.x(kind.limit_db()).max(axes.frame.left);
        sheet.line(&[(from, y), (axes.x(fit.snr_db), y)], tokens.saw, 3.0, None);
    }
}

/// The fit's figures beside its curve.
fn write_fit(sheet: &mut dyn Surface, kind: &Kind, fit: &Fit, axes: &Axes, tokens: &Tokens) {
    let mut lines = vec![
        format!("Pd 0.9 at {} dB", signed(fit.snr_db, 1)),
        format!("95 %: {} to {} dB", signed(fit.interval_db.0, 1), signed(fit.interval_db.1, 1)),
    ];
    if let Some(gap) = kind.gap_db() {
        let side = if gap < 0.0 { "under" } else { "over" };
        lines.push(format!("{} dB {side} the limit", number(gap.abs(), 1)));
    }
    // No curve falls with the SNR: there is room below it to the right.
    let rightmost = kind.limit_db().max(fit.snr_db);
    let at = (axes.x(rightmost) + 14.0, axes.y(0.38));
    draw_label(sheet, &lines, at, Align::Left, axes, [tokens.text, tokens.text2], tokens);
}

/// Writes lines, the first with its middle at `at` and in the first colour, inside the panel.
fn draw_label(
    sheet: &mut dyn Surface,
    lines: &[String],
    at: (f32, f32),
    align: Align,
    axes: &Axes,
    colors: [Rgb; 2],
    tokens: &Tokens,
) {
    let size = axes.label;
    let width = lines.iter().map(|line| sheet.letters().text_width(line, size, Weight::Medium)).fold(0.0, f32::max);
    let Frame { left, right, bottom, .. } = axes.frame;
    let x = match align {
        Align::Right => at.0.max(left + width + 8.0),
        _ => at.0.min(right - width - 8.0),
    };
    let first = (at.1 + size / 3.0).min(bottom - axes.line() * (lines.len() - 1) as f32 - 12.0);
    for (index, line) in lines.iter().enumerate() {
        let style = Style::new(size, Weight::Medium, colors[index.min(1)]).align(align);
        draw_plated(sheet, x, first + axes.line() * index as f32, line, style, tokens);
    }
}

/// Writes a line on a plate that keeps what lies under it away.
fn draw_plated(sheet: &mut dyn Surface, x: f32, y: f32, text: &str, style: Style, tokens: &Tokens) {
    let width = sheet.letters().text_width(text, style.size, style.weight);
    let left = if style.align == Align::Right { x - width } else { x };
    let plate =
        Frame { left: left - 3.0, right: left + width + 3.0, top: y - style.size, bottom: y + 0.36 * style.size };
    sheet.fill(&plate, tokens.bg);
    sheet.text(x, y, text, style);
}

/// What was found beyond the SNRs that are shown.
fn draw_beyond(sheet: &mut dyn Surface, bins: &[Bin], axes: &Axes, tokens: &Tokens) {
    let sum = |beyond: &dyn Fn(f64) -> bool| {
        bins.iter().filter(|bin| beyond(f64::from(bin.snr_db))).fold(Share::default(), |sum, bin| Share {
            found: sum.found + bin.share.found,
            bursts: sum.bursts + bin.share.bursts,
        })
    };
    let style = Style::new(axes.label - 1.0, Weight::Text, tokens.text3);
    let (below, above) = (sum(&|snr_db| snr_db < axes.span.low), sum(&|snr_db| snr_db > axes.span.high));
    if above.bursts > 0 {
        let text = format!("beyond: {} of {} →", above.found, above.bursts);
        draw_plated(
            sheet,
            axes.frame.right - 8.0,
            axes.y(0.9) + 1.5 * axes.label,
            &text,
            style.align(Align::Right),
            tokens,
        );
    }
    if below.bursts > 0 {
        let text = format!("← below: {} of {}", below.found, below.bursts);
        draw_plated(sheet, axes.frame.left + 8.0, axes.y(0.0) - axes.label, &text, style, tokens);
    }
}
