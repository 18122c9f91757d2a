//! Where the outlines of bursts and groups lie on a waterfall.

use std::ops::Range;

use super::groups::Group;
use crate::detect::Burst;
use crate::units::{Hertz, SampleIndex};

/// Never more outlines than this at once; a density bar at the edge stands for the others.
pub const MOST_OUTLINES: usize = 400;

/// Between the measured box and its outline.
const MARGIN: f32 = 4.0;
/// Least height of the outline of a single burst.
const LEAST_HEIGHT: f32 = 10.0;
/// Bursts of a group have outlines of their own where their boxes are at least this high …
const OWN_HEIGHT: f32 = 4.0;
/// … and at least this far apart.
const OWN_GAP: f32 = 3.0;

/// A rectangle, y downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Left edge.
    pub left: f32,
    /// Upper edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Lower edge.
    pub bottom: f32,
}

impl Frame {
    /// Width.
    pub fn width(&self) -> f32 {
        self.right - self.left
    }

    /// Height.
    pub fn height(&self) -> f32 {
        self.bottom - self.top
    }

    /// Moved in by `by` on every side.
    pub fn inset(&self, by: f32) -> Frame {
        Frame { left: self.left + by, top: self.top + by, right: self.right - by, bottom: self.bottom - by }
    }

    /// Whether the two share a point inside.
    pub fn meets(&self, other: &Frame) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    /// Whether `other` lies inside.
    pub fn holds(&self, other: &Frame) -> bool {
        self.left <= other.left && other.right <= self.right && self.top <= other.top && other.bottom <= self.bottom
    }
}

/// From frequency and time to points on the screen or the paper. Time falls: the latest is at the top.
#[derive(Clone, Copy, Debug)]
pub struct PlotScale {
    /// Where the plot lies.
    pub frame: Frame,
    /// Offset from the centre at its left edge.
    pub low: Hertz,
    /// Offset from the centre at its right edge.
    pub high: Hertz,
    /// Sample at its lower edge.
    pub first: f64,
    /// Sample at its upper edge.
    pub end: f64,
}

impl PlotScale {
    /// Place of an `offset` from the centre.
    pub fn x(&self, offset: Hertz) -> f32 {
        let share = (offset.0 - self.low.0) / (self.high.0 - self.low.0);
        self.frame.left + share as f32 * self.frame.width()
    }

    /// Place of a `sample`.
    pub fn y(&self, sample: f64) -> f32 {
        let share = (self.end - sample) / (self.end - self.first);
        self.frame.top + share as f32 * self.frame.height()
    }

    /// The box of `samples` and `offsets`.
    fn measured(&self, samples: Range<SampleIndex>, low: Hertz, high: Hertz) -> Frame {
        Frame {
            left: self.x(low),
            top: self.y(samples.end.0 as f64),
            right: self.x(high),
            bottom: self.y(samples.start.0 as f64),
        }
    }
}

/// How an outline is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One burst: a closed rectangle.
    Rectangle,
    /// A group: corner brackets.
    Brackets,
}

/// One outline.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// Index of its group.
    pub group: usize,
    /// How it is drawn.
    pub form: Form,
    /// Where it lies, the margin included.
    pub frame: Frame,
    /// Open at the top: it goes on, or a gap cut it off.
    pub open_top: bool,
    /// Open at the bottom: it was on before the first sample, or before a gap's end.
    pub open_bottom: bool,
    /// The outline that bears the group's tag: its latest.
    pub tagged: bool,
}

/// The outlines of a view.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outlines {
    /// At most [`MOST_OUTLINES`], in order of group.
    pub shown: Vec<Outline>,
    /// Indices of the groups in view that have none.
    pub left_out: Vec<usize>,
}

/// Outlines of the `groups` of `bursts` (all bursts of the stream, as [`Group::members`] counts them) that meet
/// `scale`. `data_end` is one past the last sample looked at; `points` is the size of a point.
pub fn outlines(
    groups: &[Group],
    bursts: &[Burst],
    scale: &PlotScale,
    data_end: SampleIndex,
    sample_rate: Hertz,
    points: f32,
) -> Outlines {
    let mut found: Vec<(usize, Vec<Outline>)> = groups
        .iter()
        .enumerate()
        .filter(|(_, group)| in_view(group, scale))
        .map(|(index, group)| {
            let runs_on = group.runs_on(data_end, sample_rate).then_some(data_end);
            (index, of_group(index, group, bursts, scale, runs_on, points))
        })
        .collect();
    // The strongest come first when there are too many.
    let mut order: Vec<usize> = (0..found.len()).collect();
    let snr = |&i: &usize| groups[found[i].0].snr.0;
    order.sort_by(|a, b| snr(b).total_cmp(&snr(a)).then(a.cmp(b)));
    let (mut room, mut keep) = (MOST_OUTLINES, vec![false; found.len()]);
    for index in order {
        let wanted = found[index].1.len();
        keep[index] = wanted <= room;
        room -= if keep[index] { wanted } else { 0 };
    }
    let mut out = Outlines::default();
    for ((index, outlines), keep) in found.drain(..).zip(keep) {
        if keep {
            out.shown.extend(outlines);
        } else {
            out.left_out.push(index);
        }
    }
    out
}

fn in_view(group: &Group, scale: &PlotScale) -> bool {
    (group.start.0 as f64) < scale.end
        && group.end.0 as f64 > scale.first
        && group.low < scale.high
        && group.high > scale.low
}

fn of_group(
    index: usize,
    group: &Group,
    bursts: &[Burst],
    scale: &PlotScale,
    runs_on: Option<SampleIndex>,
    points: f32,
) -> Vec<Outline> {
    let measured = |burst: &Burst| scale.measured(burst.start..burst.end(), burst.low, burst.high);
    let visible = |&member: &usize| {
        let frame = measured(&bursts[member]);
        frame.bottom > scale.frame.top && frame.top < scale.frame.bottom
    };
    let members: Vec<usize> = group.members.iter().copied().filter(visible).collect();
    if group.members.len() == 1 || stand_apart(members.iter().map(|&m| measured(&bursts[m])).collect(), points) {
        let latest = members.iter().copied().max_by_key(|&m| bursts[m].end());
        let rectangle = |&member: &usize| {
            let burst = &bursts[member];
            Outline {
                group: index,
                form: Form::Rectangle,
                frame: around(measured(burst), &scale.frame, points),
                open_top: burst.cut_end || burst.more,
                open_bottom: burst.cut_start || burst.part.is_some_and(|part| part > 1),
                tagged: Some(member) == latest,
            }
        };
        return members.iter().map(rectangle).collect();
    }
    let end = if let Some(until) = runs_on { until.max(group.end) } else { group.end };
    let frame = scale.measured(group.start..end, group.low, group.high);
    vec![Outline {
        group: index,
        form: Form::Brackets,
        frame: around(frame, &scale.frame, points),
        open_top: runs_on.is_some() || group.cut_end,
        open_bottom: group.cut_start,
        tagged: true,
    }]
}

/// Whether each of a group's boxes can have an outline of its own.
fn stand_apart(mut frames: Vec<Frame>, points: f32) -> bool {
    // From the earliest, lowest, upwards.
    frames.sort_by(|a, b| b.bottom.total_cmp(&a.bottom));
    let high_enough = frames.iter().all(|f| f.height() >= OWN_HEIGHT * points);
    let apart = frames.windows(2).all(|w| w[0].top - w[1].bottom >= OWN_GAP * points);
    high_enough && apart
}

/// The outline of a `measured` box: a margin wider, not too low, and inside the plot where the box itself is.
fn around(measured: Frame, plot: &Frame, points: f32) -> Frame {
    let margin = MARGIN * points;
    let grow = margin.max((LEAST_HEIGHT * points - measured.height()) / 2.0);
    let inside = |edge: f32, from: f32, to: f32, grown: f32| {
        if (from..=to).contains(&edge) { grown.clamp(from, to) } else { grown }
    };
    Frame {
        left: inside(measured.left, plot.left, plot.right, measured.left - margin),
        top: inside(measured.top, plot.top, plot.bottom, measured.top - grow),
        right: inside(measured.right, plot.left, plot.right, measured.right + margin),
        bottom: inside(measured.bottom, plot.top, plot.bottom, measured.bottom + grow),
    }
}

#[cfg(test)]
mod tests {
    use super::super::groups::group;
    use super::*;
    use crate::units::Decibels;

    const RATE: Hertz = Hertz(1e6);

    fn burst(start: u64, count: u64, snr: f32) -> Burst {
        Burst {
            start: SampleIndex(start),
            count,
            low: Hertz(-100e3),
            high: Hertz(100e3),
            center: Hertz(0.0),
            power: 1e-4,
            noise: 1e-7,
            snr: Decibels(snr),
            expected_per_hour: 1e-9,
            cut_start: false,
            cut_end: false,
            part: None,
            more: false,
        }
    }

    /// A plot of 100 by 100 points, 1 MHz wide.
    fn scale(first: f64, end: f64) -> PlotScale {
        let frame = Frame { left: 0.0, top: 0.0, right: 100.0, bottom: 100.0 };
        PlotScale { frame, low: Hertz(-500e3), high: Hertz(500e3), first, end }
    }

    fn seen(bursts: &[Burst], scale: &PlotScale) -> Outlines {
        outlines(&group(bursts, RATE), bursts, scale, SampleIndex(scale.end as u64), RATE, 1.0)
    }

    #[test]
    fn a_short_burst_gets_a_rectangle_that_can_be_seen() {
        let seen = seen(&[burst(500_000, 500, 20.0)], &scale(0.0, 1e6));
        assert_eq!(seen.shown.len(), 1);
        let outline = &seen.shown[0];
        assert_eq!((outline.form, outline.open_top, outline.tagged), (Form::Rectangle, false, true));
        let frame = outline.frame;
        assert_eq!((frame.left, frame.right), (36.0, 64.0));
        assert!((frame.height() - 10.0).abs() < 1e-3 && (frame.top + frame.bottom - 99.95).abs() < 1e-2, "{frame:?}");
    }

    #[test]
    fn a_train_is_bracketed_from_afar_and_comes_apart_near_by() {
        let train: Vec<Burst> = (0..10).map(|i| burst(400_000 + i * 5_000, 600, 20.0)).collect();
        let far = seen(&train, &scale(0.0, 2e6));
        assert_eq!(far.shown.iter().map(|o| o.form).collect::<Vec<_>>(), [Form::Brackets]);
        // 600 samples are 6 points high, 4400 are 44; two of the ten are in view.
        let near = seen(&train, &scale(400_000.0, 410_000.0));
        assert_eq!(near.shown.iter().map(|o| o.form).collect::<Vec<_>>(), [Form::Rectangle; 2]);
        assert_eq!(near.shown.iter().filter(|o| o.tagged).count(), 1);
    }

    #[test]
    fn what_runs_on_is_open_at_the_top() {
        let mut train: Vec<Burst> = (0..10).map(|i| burst(700_000 + i * 5_000, 600, 20.0)).collect();
        assert!(seen(&train, &scale(0.0, 1e6)).shown[0].open_top);
        assert!(!seen(&train, &scale(0.0, 1.5e6)).shown[0].open_top);
        train[0].cut_start = true;
        assert!(seen(&train, &scale(0.0, 1e6)).shown[0].open_bottom);
    }

    #[test]
    fn among_too_many_the_strongest_are_outlined_and_the_others_named() {
        let bursts: Vec<Burst> = (0..600).map(|i| burst(i * 1_000_000, 600, (i % 100) as f32)).collect();
        let seen = seen(&bursts, &scale(0.0, 6e8));
        assert_eq!((seen.shown.len(), seen.left_out.len()), (400, 200));
        assert!(seen.left_out.iter().all(|&g| g % 100 < 34));
        assert!(seen.shown.is_sorted_by_key(|o| o.group));
    }
}
