//! What arrived from the pipeline, and what of it was known at a place. No egui here.

use std::ops::Range;

use crossbeam_channel::{Receiver, TryRecvError};

use super::feed::Message;
use super::view::Extent;
use crate::detect::{Burst, Event};
use crate::iq::Tuning;
use crate::pipeline::{Progress, RunInfo, Summary};
use crate::report::{AirTime, Group, Groups, Rhythm, Traces, WEAK_BELOW, Waterfall};
use crate::scene::Action;
use crate::source::SourceKind;
use crate::units::{Decibels, Hertz, SampleIndex};

/// A burst becomes known at most this long after its rows, seconds of signal: playing keeps that far behind.
const BURSTS_LATE_S: f64 = 0.3;

/// A stretch that nobody looked at.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Unseen {
    pub from: SampleIndex,
    pub to: SampleIndex,
    /// Why, as a clause.
    pub why: String,
    /// Samples never arrived (else they did, but no floor was known).
    pub lost: bool,
}

/// What is known of the noise floor, without which nothing can be called a burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Floor {
    Known,
    /// The analysis has only begun.
    Awaited,
    /// The analysis is over without one.
    NeverFound,
}

/// Everything a run gave so far.
#[derive(Default)]
pub(super) struct History {
    pub run: Option<RunInfo>,
    pub waterfall: Waterfall,
    /// The detector's view of the same rows.
    pub boxes: Waterfall,
    pub traces: Traces,
    pub unseen: Vec<Unseen>,
    pub progress: Progress,
    pub summary: Option<Summary>,
    bursts: Vec<Burst>,
    air_time: AirTime,
    /// After each burst, in order of end: samples on air, and bursts with the parts of one emission counted once.
    totals: Vec<(u64, u64)>,
    groups: Option<Groups>,
    /// Indices of groups and bursts in order of start.
    group_order: Vec<usize>,
    burst_order: Vec<usize>,
}

/// A group, or a single burst, as far as it had come at a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seen<'a> {
    /// Index among groups, or among bursts; the same at every place.
    pub id: usize,
    pub number: usize,
    /// Its bursts up to the place, as indices into [`History::bursts`]; empty for a single burst.
    pub members: &'a [usize],
    pub bursts: u64,
    pub on_air: u64,
    pub start: SampleIndex,
    /// Its end, or the place while it is still on.
    pub end: SampleIndex,
    pub still_on: bool,
    pub cut_start: bool,
    pub cut_end: bool,
    pub low: Hertz,
    pub high: Hertz,
    pub center: Hertz,
    pub power: f64,
    pub noise: f64,
    pub snr: Decibels,
    pub weak: bool,
    pub rhythm: Option<Rhythm>,
}

/// Counts up to a place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Totals {
    pub bursts: u64,
    pub on_air_s: f64,
    /// Seconds that were looked at.
    pub listened_s: f64,
    pub groups: usize,
    pub singles: usize,
}

impl History {
    /// Takes what has arrived, at most `most` messages. `false` when nothing will come any more.
    pub fn drain(&mut self, feed: &Receiver<Message>, most: usize) -> bool {
        for _ in 0..most {
            match feed.try_recv() {
                Ok(message) => self.take(message),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
        true
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Begin(run) => {
                self.groups = Some(Groups::new(run.stream.tuning.sample_rate));
                self.boxes = Waterfall::of_boxes();
                self.run = Some(*run);
            }
            Message::Rows(rows) => self.waterfall.push(&rows),
            Message::Judged(rows) => {
                self.traces.push(&rows);
                self.boxes.push_boxes(&rows);
            }
            Message::Progress(progress) => self.progress = progress,
            Message::Event(event) => self.event(event),
            Message::End(summary) => {
                self.progress = summary.progress;
                self.summary = Some(*summary);
            }
        }
    }

    /// Takes what happened in the stream.
    pub fn event(&mut self, event: Event) {
        match event {
            Event::Burst(burst) => self.burst(burst),
            Event::Gap { from, to, why } => self.unseen.push(Unseen { from, to, why, lost: true }),
            Event::FloorUnknown { from, to, why } => self.unseen.push(Unseen { from, to, why, lost: false }),
            // A step and an overload change neither a count nor a place; clipping is told by the progress.
            Event::Step { .. } | Event::Overload { .. } => {}
        }
    }

    fn burst(&mut self, burst: Burst) {
        let Some(groups) = &mut self.groups else { return };
        let joined = groups.push(&burst);
        if joined == self.group_order.len() {
            self.group_order.push(joined);
        }
        sink_back(&mut self.group_order, joined, |group| groups.groups()[group].start);

        let count = self.totals.last().map_or(0, |total| total.1);
        let first_part = burst.part.is_none_or(|part| part == 1);
        self.air_time.add(burst.start.0, burst.end().0);
        self.totals.push((self.air_time.samples(), count + u64::from(first_part)));

        let index = self.bursts.len();
        self.bursts.push(burst);
        self.burst_order.push(index);
        sink_back(&mut self.burst_order, index, |burst| self.bursts[burst].start);
    }

    /// Centre and rate; before anything is known, one hertz, so that no division is by zero.
    pub fn tuning(&self) -> Tuning {
        self.run.as_ref().map_or(Tuning { center: None, sample_rate: Hertz(1.0) }, |run| run.stream.tuning)
    }

    /// What is known of the noise floor.
    pub fn floor(&self) -> Floor {
        match (self.traces.is_empty(), self.summary.is_some()) {
            (false, _) => Floor::Known,
            (true, false) => Floor::Awaited,
            (true, true) => Floor::NeverFound,
        }
    }

    pub fn sample_rate(&self) -> Hertz {
        self.tuning().sample_rate
    }

    /// First sample of the stream.
    pub fn first(&self) -> SampleIndex {
        self.run.as_ref().map_or(SampleIndex(0), |run| run.stream.first)
    }

    pub fn seconds(&self, sample: SampleIndex) -> f64 {
        sample.seconds(self.sample_rate())
    }

    /// The sample at a place; the first one before the stream begins.
    pub fn sample_at(&self, seconds: f64) -> SampleIndex {
        SampleIndex((seconds * self.sample_rate().0).round().max(self.first().0 as f64) as u64)
    }

    /// What was done, in order of start; empty when unknown.
    pub fn actions(&self) -> &[Action] {
        self.run.as_ref().map_or(&[], |run| &run.stream.actions)
    }

    pub fn bursts(&self) -> &[Burst] {
        &self.bursts
    }

    /// The stretch that can be looked at.
    pub fn extent(&self) -> Extent {
        let Some(run) = &self.run else { return Extent::default() };
        let finished = self.summary.is_some();
        let begin_s = self.seconds(run.stream.first);
        let rows_s = self.seconds(self.waterfall.end().max(run.stream.first));
        let late = if finished { 0.0 } else { BURSTS_LATE_S };
        Extent {
            begin_s,
            analysed_s: (rows_s - late).max(begin_s),
            end_s: run.stream.length.map(|length| begin_s + length as f64 / self.sample_rate().0),
            finished,
            repeats: run.stream.kind == SourceKind::Scene,
        }
    }

    /// Ids of groups (or of single bursts) that had begun at `place`, in order of start.
    pub fn begun(&self, singles: bool, place: SampleIndex) -> &[usize] {
        let order = self.order(singles);
        let begun = if singles {
            order.partition_point(|&burst| self.bursts[burst].start < place)
        } else {
            let groups = self.groups();
            order.partition_point(|&group| groups[group].start < place)
        };
        &order[..begun]
    }

    /// All ids in order of start.
    pub fn order(&self, singles: bool) -> &[usize] {
        if singles { &self.burst_order } else { &self.group_order }
    }

    pub fn groups(&self) -> &[Group] {
        self.groups.as_ref().map_or(&[], Groups::groups)
    }

    /// Start and end of a row, in seconds, at no matter which place.
    pub fn span_s(&self, singles: bool, id: usize) -> Option<(f64, f64)> {
        let (start, end) = if singles {
            self.bursts.get(id).map(|burst| (burst.start, burst.end()))
        } else {
            self.groups().get(id).map(|group| (group.start, group.end))
        }?;
        Some((self.seconds(start), self.seconds(end)))
    }

    /// A group, or a single burst, as far as it had come at `place`; `None` when it had not begun.
    pub fn seen(&self, singles: bool, id: usize, place: SampleIndex) -> Option<Seen<'_>> {
        if singles { self.seen_burst(id, place) } else { self.seen_group(id, place) }
    }

    fn seen_burst(&self, id: usize, place: SampleIndex) -> Option<Seen<'_>> {
        let burst = self.bursts.get(id).filter(|burst| burst.start < place)?;
        let end = burst.end().min(place);
        Some(Seen {
            id,
            number: id + 1,
            members: &[],
            bursts: 1,
            on_air: end.0 - burst.start.0,
            start: burst.start,
            end,
            still_on: burst.end() > place,
            cut_start: burst.cut_start,
            cut_end: burst.cut_end,
            low: burst.low,
            high: burst.high,
            center: burst.center,
            power: burst.power,
            noise: burst.noise,
            snr: burst.snr,
            weak: burst.snr < WEAK_BELOW,
            rhythm: None,
        })
    }

    fn seen_group(&self, id: usize, place: SampleIndex) -> Option<Seen<'_>> {
        let group = self.groups().get(id).filter(|group| group.start < place)?;
        let whole = Seen {
            id,
            number: group.number,
            members: &group.members,
            bursts: group.bursts,
            on_air: group.on_air,
            start: group.start,
            end: group.end,
            still_on: false,
            cut_start: group.cut_start,
            cut_end: group.cut_end,
            low: group.low,
            high: group.high,
            center: group.center,
            power: group.power,
            noise: group.noise,
            snr: group.snr,
            weak: group.weak,
            rhythm: group.rhythm,
        };
        if group.end <= place {
            return Some(whole);
        }
        // Members are in order of end: those that had ended, and the one under way.
        let ended = group.members.partition_point(|&m| self.bursts[m].end() <= place);
        let under_way = group.members[ended..].iter().take_while(|&&m| self.bursts[m].start < place).count();
        let members = &group.members[..ended + under_way];
        let (mut on_air, mut last, mut bursts) = (0, 0, 0);
        for burst in members.iter().map(|&m| &self.bursts[m]) {
            let end = burst.end().0.min(place.0);
            on_air += end.saturating_sub(burst.start.0.max(last));
            last = last.max(end);
            bursts += u64::from(burst.part.is_none_or(|part| part == 1));
        }
        Some(Seen { members, bursts, on_air, end: place, still_on: true, cut_end: false, ..whole })
    }

    /// The bursts of a group up to the place, in order of end; or the single burst.
    pub fn bursts_of<'a>(&'a self, seen: &Seen<'a>) -> impl DoubleEndedIterator<Item = &'a Burst> + use<'a> {
        let alone = if seen.members.is_empty() { seen.id..seen.id + 1 } else { 0..0 };
        seen.members.iter().map(|&m| &self.bursts[m]).chain(self.bursts[alone].iter())
    }

    /// Counts up to `place`.
    pub fn totals(&self, place: SampleIndex) -> Totals {
        let ended = self.bursts.partition_point(|burst| burst.end() <= place);
        let (on_air, bursts) = ended.checked_sub(1).map_or((0, 0), |last| self.totals[last]);
        let first = self.first();
        let unseen: u64 = self.unseen.iter().map(|u| overlap(u.from..u.to, first..place)).sum();
        let listened = place.0.saturating_sub(first.0).saturating_sub(unseen);
        let begun = self.begun(false, place);
        let singles = begun.iter().filter(|&&group| self.groups()[group].bursts == 1).count();
        Totals {
            bursts,
            on_air_s: self.seconds(SampleIndex(on_air)),
            listened_s: self.seconds(SampleIndex(listened)),
            groups: begun.len() - singles,
            singles,
        }
    }
}

/// Moves `item`, near the end of `order`, back to its place in order of start.
fn sink_back(order: &mut [usize], item: usize, start: impl Fn(usize) -> SampleIndex) {
    let Some(mut at) = order.iter().rposition(|&i| i == item) else { return };
    while at > 0 && start(order[at - 1]) > start(item) {
        order.swap(at - 1, at);
        at -= 1;
    }
}

/// Samples that two stretches share.
fn overlap(a: Range<SampleIndex>, b: Range<SampleIndex>) -> u64 {
    a.end.min(b.end).0.saturating_sub(a.start.max(b.start).0)
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::detect::JudgedRows;
    use crate::iq::SampleFormat;
    use crate::source::StreamInfo;
    use crate::spectrum::DisplayRows;

    /// A minute at a thousand samples per second: switched on, a text message, a call.
    pub fn run() -> RunInfo {
        let action = |start: u64, end: u64, label: &str| Action {
            start: SampleIndex(start),
            count: end - start,
            label: label.into(),
        };
        RunInfo {
            stream: StreamInfo {
                name: "scene:demo".into(),
                kind: SourceKind::Scene,
                tuning: Tuning { center: Some(Hertz(897.3e6)), sample_rate: Hertz(1000.0) },
                format: SampleFormat::Cu8,
                first: SampleIndex(0),
                length: Some(60_000),
                start_time: None,
                actions: vec![
                    action(3_000, 6_200, "Switched on"),
                    action(11_000, 16_200, "Text message"),
                    action(20_500, 45_000, "Call"),
                ],
            },
            false_alarms_per_hour: 1.0,
            shortest_whole_s: 0.17e-3,
        }
    }

    /// A run of which `seconds` are analysed, without a burst.
    pub fn history(seconds: u64) -> History {
        let mut history = History::default();
        let samples = seconds * 1000;
        let rows = DisplayRows { first: SampleIndex(0), span: 100, bins: 4, power: vec![1e-7; samples as usize / 25] };
        let judged = JudgedRows {
            first: SampleIndex(0),
            span: 100,
            cells: 2,
            first_offset: Hertz(-250.0),
            cell_width: Hertz(500.0),
            box_power: vec![1e-7; samples as usize / 50],
            floor: vec![1e-7; 2],
            threshold: 2.0,
            band_cells: 0,
            best: Vec::new(),
        };
        history.take(Message::Begin(Box::new(run())));
        history.take(Message::Rows(Arc::new(rows)));
        history.take(Message::Judged(Arc::new(judged)));
        history.take(Message::Progress(Progress { samples, lost: 0, clipped: 0, rows_dropped: 0, peak: 0.1 }));
        history
    }

    /// A burst of `length_s` at `start_s`, 200 kHz wide around `center`.
    pub fn burst(start_s: f64, length_s: f64, center: f64, snr: f32) -> Burst {
        let start = (start_s * 1000.0).round() as u64;
        let end = ((start_s + length_s) * 1000.0).round() as u64;
        Burst {
            start: SampleIndex(start),
            count: (end - start).max(1),
            low: Hertz(center - 100e3),
            high: Hertz(center + 100e3),
            center: Hertz(center),
            power: 1e-4,
            noise: 1e-7,
            snr: Decibels(snr),
            expected_per_hour: 1e-6,
            cut_start: false,
            cut_end: false,
            part: None,
            more: false,
        }
    }

    fn with_bursts(bursts: &[Burst]) -> History {
        let mut history = history(60);
        for burst in bursts {
            history.event(Event::Burst(burst.clone()));
        }
        history
    }

    #[test]
    fn what_was_seen_is_told_as_far_as_the_place() {
        let train: Vec<Burst> = (0..10).map(|i| burst(10.0 + f64::from(i) * 0.1, 0.01, 0.0, 20.0)).collect();
        let h = with_bursts(&train);
        let at = |s: f64| h.sample_at(s);
        assert_eq!(h.begun(false, at(10.0)), [] as [usize; 0], "it begins at the place, not before");
        assert_eq!(h.seen(false, 0, at(9.0)), None);

        let half = h.seen(false, 0, at(10.405)).unwrap();
        assert_eq!((half.bursts, half.on_air, half.end, half.still_on), (5, 45, at(10.405), true));
        assert_eq!(half.members, [0, 1, 2, 3, 4]);
        let whole = h.seen(false, 0, at(30.0)).unwrap();
        assert_eq!((whole.bursts, whole.on_air, whole.end, whole.still_on), (10, 100, at(10.91), false));

        let totals = h.totals(at(10.405));
        assert_eq!((totals.bursts, totals.on_air_s, totals.listened_s), (4, 0.04, 10.405));
        assert_eq!((totals.groups, totals.singles), (1, 0));
    }

    #[test]
    fn air_that_two_bursts_share_counts_once_and_so_do_parts_of_one_emission() {
        let mut bursts = [burst(1.0, 0.5, 0.0, 20.0), burst(1.2, 0.5, 400e3, 20.0), burst(1.7, 0.3, 400e3, 20.0)];
        (bursts[1].part, bursts[1].more) = (Some(1), true);
        bursts[2].part = Some(2);
        let h = with_bursts(&bursts);
        let totals = h.totals(h.sample_at(5.0));
        assert_eq!((totals.bursts, totals.on_air_s), (2, 1.0));
    }

    #[test]
    fn rows_come_in_order_of_start_even_when_a_long_burst_ends_late() {
        let h = with_bursts(&[burst(2.0, 0.1, 0.0, 20.0), burst(1.0, 3.0, 600e3, 20.0), burst(4.2, 0.1, 0.0, 20.0)]);
        assert_eq!(h.order(true), [1, 0, 2]);
        assert_eq!(h.order(false), [1, 0, 2]);
        assert_eq!(h.begun(true, h.sample_at(2.05)), [1, 0]);
        let long = h.seen(true, 1, h.sample_at(2.05)).unwrap();
        assert_eq!((long.number, long.on_air, long.still_on), (2, 1050, true));
        assert_eq!(h.bursts_of(&long).count(), 1);
        assert_eq!(h.span_s(true, 1), Some((1.0, 4.0)));
    }

    #[test]
    fn listening_leaves_out_what_was_not_looked_at() {
        let mut h = history(60);
        h.event(Event::Gap { from: SampleIndex(10_000), to: SampleIndex(14_000), why: "lost".into() });
        assert_eq!(h.totals(h.sample_at(12.0)).listened_s, 10.0);
        assert_eq!(h.totals(h.sample_at(20.0)).listened_s, 16.0);
    }

    #[test]
    fn playing_keeps_behind_the_analysis_until_it_is_over() {
        let mut h = history(30);
        let running = h.extent();
        assert_eq!((running.analysed_s, running.finished, running.end_s), (29.7, false, Some(60.0)));
        let summary = Summary { progress: h.progress, seconds: 30.0, rows: 0, bursts: 0, false_alarms_per_hour: 1.0 };
        h.take(Message::End(Box::new(summary)));
        let ended = h.extent();
        assert_eq!((ended.analysed_s, ended.finished, ended.last_s()), (30.0, true, 30.0));
    }

    #[test]
    fn messages_are_taken_in_order_and_the_end_of_the_channel_is_noticed() {
        let (sender, receiver) = crossbeam_channel::bounded(8);
        let mut h = History::default();
        assert!(h.drain(&receiver, 10));
        sender.send(Message::Begin(Box::new(run()))).unwrap();
        sender.send(Message::Event(Event::Burst(burst(1.0, 0.1, 0.0, 20.0)))).unwrap();
        assert!(h.drain(&receiver, 1));
        assert_eq!(h.bursts().len(), 0);
        drop(sender);
        assert!(!h.drain(&receiver, 10));
        assert_eq!(h.bursts().len(), 1);
    }
}
