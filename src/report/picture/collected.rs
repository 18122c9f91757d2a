//! What a run gave, kept for the picture.

use std::ops::Range;

use crate::detect::{Burst, Event, JudgedRows};
use crate::pipeline::{RunInfo, Summary};
use crate::report::{Group, Groups, Traces, Waterfall};
use crate::spectrum::DisplayRows;
use crate::units::{Hertz, SampleIndex};

/// Everything a picture shows of a run, in bounded memory but for the bursts.
#[derive(Clone, Debug)]
pub struct Collected {
    pub(super) run: RunInfo,
    pub(super) waterfall: Waterfall,
    /// The detector's view of the same rows.
    pub(super) boxes: Waterfall,
    pub(super) traces: Traces,
    pub(super) bursts: Vec<Burst>,
    pub(super) events: Vec<Event>,
    groups: Groups,
    summary: Option<Summary>,
}

impl Collected {
    /// Nothing yet of the run that `run` describes.
    pub fn new(run: &RunInfo) -> Self {
        Collected {
            waterfall: Waterfall::default(),
            boxes: Waterfall::of_boxes(),
            traces: Traces::default(),
            bursts: Vec::new(),
            events: Vec::new(),
            groups: Groups::new(run.stream.tuning.sample_rate),
            summary: None,
            run: run.clone(),
        }
    }

    /// Takes rows for the waterfall.
    pub fn rows(&mut self, rows: &DisplayRows) {
        self.waterfall.push(rows);
    }

    /// Takes what the detector summed.
    pub fn judged(&mut self, rows: &JudgedRows) {
        self.traces.push(rows);
        self.boxes.push_boxes(rows);
    }

    /// Takes a burst or another event.
    pub fn event(&mut self, event: &Event) {
        match event {
            Event::Burst(burst) => {
                self.groups.push(burst);
                self.bursts.push(burst.clone());
            }
            other => self.events.push(other.clone()),
        }
    }

    /// Takes the run's summary.
    pub fn end(&mut self, summary: &Summary) {
        self.summary = Some(summary.clone());
    }

    pub(super) fn sample_rate(&self) -> Hertz {
        self.run.stream.tuning.sample_rate
    }

    pub(super) fn groups(&self) -> &[Group] {
        self.groups.groups()
    }

    /// The samples the picture spans; at least one.
    pub(super) fn samples(&self) -> Range<SampleIndex> {
        let first = self.run.stream.first;
        // The last row may reach beyond the last sample.
        let told = self.summary.as_ref().map_or(0, |s| s.progress.samples + s.progress.lost);
        let drawn = self.waterfall.end().0;
        let end = match (told, self.waterfall.is_empty()) {
            (0, _) => drawn,
            (told, true) => first.0 + told,
            (told, false) => drawn.min(first.0 + told),
        };
        first..SampleIndex(end.max(first.0 + 1))
    }

    /// Seconds that the picture spans.
    pub(super) fn seconds(&self) -> f64 {
        let samples = self.samples();
        (samples.end.0 - samples.start.0) as f64 / self.sample_rate().0
    }

    /// Seconds of the source that were never reached, when that is known.
    pub(super) fn missing_seconds(&self) -> Option<f64> {
        let samples = self.samples();
        let missing = self.run.stream.length?.saturating_sub(samples.end.0 - samples.start.0) as f64;
        let row = self.waterfall.span() as f64;
        (missing > 2.0 * row).then_some(missing / self.sample_rate().0)
    }

    /// Stretches that were not looked at, in order, joined where they meet, each with why.
    pub(super) fn blind(&self) -> Vec<Blind> {
        let mut found: Vec<Blind> = self
            .events
            .iter()
            .filter_map(|event| match event {
                Event::Gap { from, to, why } => Some(Blind { from: *from, to: *to, why: why.clone(), lost: true }),
                Event::FloorUnknown { from, to, why } => {
                    Some(Blind { from: *from, to: *to, why: why.clone(), lost: false })
                }
                _ => None,
            })
            .collect();
        found.sort_by_key(|blind| blind.from);
        let mut joined: Vec<Blind> = Vec::new();
        for blind in found {
            match joined.last_mut() {
                Some(last) if blind.from <= last.to && blind.lost == last.lost && blind.why == last.why => {
                    last.to = last.to.max(blind.to);
                }
                _ => joined.push(blind),
            }
        }
        joined
    }

    /// Seconds of the picture that were not looked at.
    pub(super) fn blind_seconds(&self) -> f64 {
        let samples = self.samples();
        let mut reached = samples.start.0;
        let mut blind = 0;
        for stretch in self.blind() {
            let (from, to) = (stretch.from.0.max(reached), stretch.to.0.min(samples.end.0));
            blind += to.saturating_sub(from);
            reached = reached.max(to);
        }
        blind as f64 / self.sample_rate().0
    }
}

/// A stretch that was not looked at.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Blind {
    pub from: SampleIndex,
    pub to: SampleIndex,
    /// Why, as a clause.
    pub why: String,
    /// The samples never arrived; else they did, but no floor was known to judge them with.
    pub lost: bool,
}
