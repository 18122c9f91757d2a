//! The detector: rows in, events out.

use super::burst::Event;
use super::extract::{Extractor, Found};
use super::floor::{Span, Unknown};
use super::gain::BLOCK_ROWS;
use super::judged::JudgedRows;
use super::lattice::Lattice;
use super::segment::{Segment, Setup};
use super::shapes::Shape;
use super::track::Tracker;
use crate::iq::SampleFormat;
use crate::spectrum::Grid;
use crate::units::SampleIndex;

/// How to detect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Config {
    /// False alarms (events) an hour that noise alone may give, over the whole band; 1 unless asked otherwise.
    pub false_alarms_per_hour: f64,
    /// Emissions longer than this many seconds are given in parts; 2 unless asked otherwise.
    pub longest_s: f64,
}

impl Default for Config {
    fn default() -> Self {
        Config { false_alarms_per_hour: 1.0, longest_s: 2.0 }
    }
}

/// What the detector gives.
#[derive(Clone, Debug)]
pub enum Output {
    /// A burst or another event; bursts in order of their end, at most 300 ms of signal after it.
    Event(Event),
    /// What it summed, for people to see.
    Judged(JudgedRows),
}

/// Box starts that are scanned at once.
const SCAN_ROWS: u64 = 192;

/// Rows without a hit that end a stretch, and rows that a stretch reaches beyond its hits.
const CLOSE_ROWS: u64 = 8;
const MARGIN_ROWS: u64 = 4;

/// A stretch longer than this is worked off, and the rest is another.
const LONGEST_STRETCH: u64 = 240;

/// Rows that a burst's measured extent may reach beyond its stretch.
const REACH_ROWS: u64 = 16;

/// Starts without a floor that follow each other are told together, but after this many seconds at the latest.
const LONGEST_BLIND_S: f64 = 10.0;

/// A stretch of samples that gave no floor, not told yet.
struct Blind {
    from: u64,
    to: u64,
    why: String,
}

/// Turns rows of power into bursts. Any number of rows at a time gives the same events.
pub struct Detector {
    setup: Setup,
    lattice: Lattice,
    extractor: Extractor,
    tracker: Tracker,
    segment: Option<Segment>,
    unknown: Option<Blind>,
    found: Vec<Found>,
    stretch: Vec<f32>,
}

impl Detector {
    /// A detector for rows of `grid` made of samples in `format`.
    pub fn new(grid: Grid, format: SampleFormat, config: &Config) -> Self {
        let setup = Setup::new(grid, format, config.false_alarms_per_hour);
        let bank = Shape::bank(&grid);
        Detector {
            lattice: Lattice::new(setup.cells, &bank, &setup.thresholds),
            extractor: Extractor::new(setup.cells, &bank, &setup.thresholds),
            tracker: Tracker::new(grid, config.longest_s),
            setup,
            segment: None,
            unknown: None,
            found: Vec::new(),
            stretch: Vec::new(),
        }
    }

    /// Takes rows, shape `[rows × n]`, the first being row `first_row`. `begins_segment`: they do not continue those
    /// before.
    pub fn push(&mut self, first_row: u64, power: &[f32], begins_segment: bool, out: &mut impl FnMut(Output)) {
        if begins_segment {
            self.end_segment(out);
        }
        let n = self.setup.grid.n;
        for (i, row) in power.chunks_exact(n).enumerate() {
            let index = first_row + i as u64;
            let setup = &self.setup;
            self.segment.get_or_insert_with(|| Segment::new(setup, index)).take_row(setup, index, row);
            self.after_row(index + 1, out);
        }
    }

    /// Ends the stream: everything that is still held is judged and given out.
    pub fn finish(&mut self, out: &mut impl FnMut(Output)) {
        self.end_segment(out);
        self.tell_unknown(out);
    }

    /// Work that is due when the rows before `end` are there.
    fn after_row(&mut self, end: u64, out: &mut impl FnMut(Output)) {
        let Some(segment) = self.segment.as_mut() else {
            return;
        };
        if segment.floor.is_none() && end - segment.first_row == self.setup.start_rows {
            match segment.learn_start(&self.setup) {
                Ok(()) => {
                    self.tell_unknown(out);
                    self.advance(false, out);
                }
                Err(why) => self.give_up(end, why, out),
            }
        } else if segment.floor.is_some() && end.is_multiple_of(BLOCK_ROWS) {
            self.advance(false, out);
            if end.is_multiple_of(self.setup.span_rows) {
                self.learn_span(end, out);
            }
        } else if end.is_multiple_of(self.setup.span_rows) {
            segment.span.clear();
        }
    }

    fn learn_span(&mut self, end: u64, out: &mut impl FnMut(Output)) {
        let Some(segment) = self.segment.as_mut() else {
            return;
        };
        let whole = segment.first_row + self.setup.span_rows <= end;
        let learnt = Span::learn(&segment.span, end);
        segment.span.clear();
        let Some(floor) = segment.floor.as_mut() else {
            return;
        };
        match learnt {
            Ok(span) if whole => {
                segment.former_shapes.push_back((segment.z.end(), floor.shape().to_vec()));
                floor.push(span);
            }
            // A full band freezes the floor, but not for ever.
            Err(Unknown::TooFull) if floor.newest_end() + self.setup.memory_rows <= end => {
                self.end_segment(out);
            }
            _ => {}
        }
    }

    /// The rows held since the segment's beginning gave no floor: they are not looked at.
    fn give_up(&mut self, end: u64, why: String, out: &mut impl FnMut(Output)) {
        if let Some(segment) = self.segment.take() {
            let hop = self.setup.grid.hop as u64;
            let (from, to) = (segment.first_row * hop, end * hop);
            match &mut self.unknown {
                Some(blind) if blind.to == from && blind.why == why => blind.to = to,
                _ => {
                    self.tell_unknown(out);
                    self.unknown = Some(Blind { from, to, why });
                }
            }
            let longest = LONGEST_BLIND_S * self.setup.grid.sample_rate.0;
            if self.unknown.as_ref().is_some_and(|blind| (blind.to - blind.from) as f64 >= longest) {
                self.tell_unknown(out);
            }
        }
    }

    fn tell_unknown(&mut self, out: &mut impl FnMut(Output)) {
        if let Some(Blind { from, to, why }) = self.unknown.take() {
            let (from, to) = (SampleIndex(from), SampleIndex(to));
            out(Output::Event(Event::FloorUnknown { from, to, why }));
        }
    }

    fn end_segment(&mut self, out: &mut impl FnMut(Output)) {
        let Some(segment) = self.segment.as_mut() else {
            return;
        };
        let end = segment.power.end();
        if segment.floor.is_none()
            && let Err(why) = segment.learn_start(&self.setup)
        {
            return self.give_up(end, why, out);
        }
        self.tell_unknown(out);
        self.advance(true, out);
        self.segment = None;
    }

    /// Takes everything as far as the rows reach; with `ended` to the segment's end.
    fn advance(&mut self, ended: bool, out: &mut impl FnMut(Output)) {
        let Some(segment) = self.segment.as_mut() else {
            return;
        };
        let setup = &self.setup;
        segment.normalise(setup, ended, out);
        let longest = self.lattice.longest() as u64;
        loop {
            let border = (segment.scanned / SCAN_ROWS + 1) * SCAN_ROWS;
            let end = segment.y.end();
            let to = if border + longest <= end {
                border
            } else if ended && segment.scanned < end {
                end.min(border)
            } else {
                break;
            };
            let from = segment.scanned;
            let mut stretches = Vec::new();
            {
                let Segment { y, judged, gain_of_row, stretch, .. } = segment;
                let bank_rows = self.extractor.bank();
                let rows = y.rows(from, (to + longest).min(end));
                let mut next = |row: u64, length: u64| gather(stretch, row, length, &mut stretches);
                self.lattice.scan(
                    rows,
                    from,
                    0..(to - from) as usize,
                    |hit| next(from + hit.row as u64, bank_rows[hit.shape].rows as u64),
                    |row, means| judged.take(setup, from + row as u64, means, gain_of_row),
                );
            }
            segment.scanned = to;
            if let Some((a, b)) = segment.stretch
                && (to > b + CLOSE_ROWS || (ended && to == end))
            {
                stretches.push((a, b.min(end), false));
                segment.stretch = None;
            }
            for (a, b, cut) in stretches {
                self.found.clear();
                let first = if segment.from_before { a } else { a.saturating_sub(MARGIN_ROWS) };
                let first = first.max(segment.y.first_wanted());
                let last = if cut { b } else { (b + MARGIN_ROWS).min(end) };
                self.stretch.clear();
                self.stretch.extend_from_slice(segment.y.rows(first, last));
                self.extractor.extract(&mut self.lattice, &mut self.stretch, first, &mut self.found);
                let pieces = segment.measure(setup, first, last, cut, &self.found);
                self.tracker.stretch(&pieces);
                segment.from_before = cut;
            }
            segment.judged.give(setup, segment.floor.as_ref(), out);
            let safe = segment.stretch.map_or(to, |(a, _)| a.min(to)).saturating_sub(REACH_ROWS);
            segment.forget_before(safe.saturating_sub(REACH_ROWS));
            while let Some(burst) = self.tracker.next_before(safe * setup.grid.hop as u64) {
                out(Output::Event(Event::Burst(burst)));
            }
        }
        if ended {
            segment.judged.close();
            segment.judged.give(setup, segment.floor.as_ref(), out);
            self.tracker.end();
            while let Some(burst) = self.tracker.next_before(u64::MAX) {
                out(Output::Event(Event::Burst(burst)));
            }
        }
    }
}

/// Gathers the rows that hits cover into stretches; a stretch that grows too long is cut at a hit's row.
fn gather(stretch: &mut Option<(u64, u64)>, row: u64, length: u64, closed: &mut Vec<(u64, u64, bool)>) {
    if let Some((a, b)) = *stretch {
        if row > b + CLOSE_ROWS {
            closed.push((a, b, false));
            *stretch = None;
        } else if row >= a + LONGEST_STRETCH {
            closed.push((a, row, true));
            *stretch = Some((row, b.max(row + 1)));
        }
    }
    let (_, b) = stretch.get_or_insert((row, row + length));
    *b = (*b).max(row + length);
}
