//! The detector: rows in, events out.

use super::burst::Event;
use super::extract::Found;
use super::floor::{Floor, Unknown};
use super::judged::{Judge, JudgedRows};
use super::refine::Refiner;
use super::search::{Search, Stretch};
use super::segment::{Segment, Setup};
use super::shapes::Raster;
use super::track::{Piece, Tracker};
use crate::iq::SampleFormat;
use crate::simd::Instructions;
use crate::spectrum::{BINS_PER_CELL, BLOCK_ROWS, GROUP_ROWS, Grid, Recall, Spectra};
use crate::units::SampleIndex;

/// How to detect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Config {
    /// False alarms (events) an hour that noise alone may give, over the whole band; 1 unless asked otherwise.
    pub false_alarms_per_hour: f64,
    /// Emissions longer than this many seconds are given in parts; 2 unless asked otherwise.
    pub longest_s: f64,
    /// Whether what was summed is given out too, for people to see.
    pub view: bool,
    /// The receiver's image rejection in decibels: a burst that mirrors one about so much stronger, 3 dB less to 15 dB
    /// more, at the same time on the other side of the centre is that one's image and not given. `None` takes no burst
    /// for an image. 30 unless stated: receivers that mix to zero frequency reach 25 to 45 dB without calibration.
    pub image_rejection_db: Option<f64>,
}

impl Default for Config {
    fn default() -> Self {
        Config { false_alarms_per_hour: 1.0, longest_s: 2.0, view: false, image_rejection_db: Some(30.0) }
    }
}

/// What the detector gives.
#[derive(Clone, Debug)]
pub enum Output {
    /// A burst or another event; bursts in order of their end, at most 300 ms of signal after it.
    Event(Event),
    /// What it summed, for people to see; only if asked for.
    Judged(JudgedRows),
}

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

/// Turns rows of power into bursts. Any number of whole groups of rows at a time gives the same events.
pub struct Detector {
    setup: Setup,
    /// Most bursts are found here.
    in_cells: Search,
    /// Those narrower than a cell, in what the other left over.
    in_bins: Search,
    refiner: Refiner,
    trackers: [Tracker; 2],
    judge: Option<Judge>,
    segment: Option<Segment>,
    unknown: Option<Blind>,
    /// Found in cells, each with the first row of its stretch: the bins are looked at without them.
    masks: Vec<(u64, Found)>,
    /// Found in bins, in rows and cells.
    in_rows: Vec<Found>,
    pieces: Vec<Piece>,
}

impl Detector {
    /// A detector for rows of `grid` made of samples in `format`.
    pub fn new(grid: Grid, format: SampleFormat, config: &Config) -> Self {
        Detector::with(Instructions::best(), grid, format, config)
    }

    /// The same with the instructions given.
    pub fn with(instructions: Instructions, grid: Grid, format: SampleFormat, config: &Config) -> Self {
        let setup = Setup::new(instructions, grid, format, config);
        Detector {
            in_cells: setup.search(Raster::CELLS),
            in_bins: setup.search(Raster::BINS),
            refiner: Refiner::new(grid),
            trackers: [Tracker::new(grid, config.longest_s), Tracker::new(grid, config.longest_s)],
            judge: config.view.then(|| Judge::new(&setup)),
            setup,
            segment: None,
            unknown: None,
            masks: Vec::new(),
            in_rows: Vec::new(),
            pieces: Vec::new(),
        }
    }

    /// Takes the rows of a chunk. `begins_segment`: they do not continue those before. `recall` holds the samples of
    /// this chunk and those before, as far as the detector has not let it forget them.
    pub fn push(&mut self, rows: &Spectra, begins_segment: bool, recall: &mut Recall, out: &mut impl FnMut(Output)) {
        if begins_segment {
            self.end_segment(recall, out);
        }
        let (cells, n) = (self.setup.grid.cells(), self.setup.grid.n);
        let end = rows.first_row + (rows.cells.len() / cells) as u64;
        let mut first = rows.first_row;
        while first < end {
            let last = ((first / BLOCK_ROWS + 1) * BLOCK_ROWS).min(end);
            let segment = self.segment.get_or_insert_with(|| {
                self.in_cells.begin(first);
                self.in_bins.begin(first.div_ceil(GROUP_ROWS as u64));
                Segment::new(&self.setup, first)
            });
            let part = (first - rows.first_row) as usize * cells..(last - rows.first_row) as usize * cells;
            segment.take_rows(&self.setup, &rows.cells[part]);
            let group_rows = GROUP_ROWS as u64;
            for group in (first / group_rows).max(rows.first_group)..last / group_rows {
                let bins = &rows.groups[(group - rows.first_group) as usize * n..][..n];
                segment.take_group(group * group_rows, bins);
            }
            self.after_rows(last, recall, out);
            first = last;
        }
        recall.forget_before(self.segment.as_ref().map_or(end, Segment::first_wanted));
    }

    /// Ends the stream: everything that is still held is judged and given out.
    pub fn finish(&mut self, recall: &mut Recall, out: &mut impl FnMut(Output)) {
        self.end_segment(recall, out);
        self.tell_unknown(out);
    }

    /// Work that is due when the rows before `end` are there.
    fn after_rows(&mut self, end: u64, recall: &mut Recall, out: &mut impl FnMut(Output)) {
        let Some(segment) = self.segment.as_mut() else {
            return;
        };
        if !end.is_multiple_of(BLOCK_ROWS) {
            return;
        }
        if segment.floor().is_none() && end - segment.first_row >= self.setup.start_rows {
            match segment.learn_start(&self.setup, recall) {
                Ok(()) => {
                    self.tell_unknown(out);
                    self.advance(false, recall, out);
                }
                Err(why) => self.give_up(end, why, out),
            }
        } else if segment.floor().is_some() {
            self.advance(false, recall, out);
            if end.is_multiple_of(self.setup.span_rows) {
                self.learn_span(end, recall, out);
            }
        } else if end.is_multiple_of(self.setup.span_rows) {
            segment.span.clear();
        }
    }

    fn learn_span(&mut self, end: u64, recall: &mut Recall, out: &mut impl FnMut(Output)) {
        let Some(segment) = self.segment.as_mut() else {
            return;
        };
        let whole = segment.first_row + self.setup.span_rows <= end;
        match segment.learn(end, whole) {
            // A full band freezes the floor, but not for ever.
            Err(Unknown::TooFull) if segment.floor().map_or(0, Floor::newest_end) + self.setup.memory_rows <= end => {
                self.end_segment(recall, out);
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

    fn end_segment(&mut self, recall: &mut Recall, out: &mut impl FnMut(Output)) {
        let Some(segment) = self.segment.as_mut() else {
            return;
        };
        let end = segment.rows.end();
        if segment.floor().is_none()
            && let Err(why) = segment.learn_start(&self.setup, recall)
        {
            return self.give_up(end, why, out);
        }
        self.tell_unknown(out);
        self.advance(true, recall, out);
        self.segment = None;
    }

    /// Takes everything as far as the rows reach; with `ended` to the segment's end.
    fn advance(&mut self, ended: bool, recall: &mut Recall, out: &mut impl FnMut(Output)) {
        let Detector { setup, in_cells, in_bins, refiner, trackers: [of_cells, of_bins], judge, segment, .. } = self;
        let (masks, in_rows, pieces) = (&mut self.masks, &mut self.in_rows, &mut self.pieces);
        let Some(segment) = segment.as_mut() else {
            return;
        };
        let group_rows = GROUP_ROWS as u64;
        segment.normalise(setup, ended, out);
        loop {
            masks.clear();
            let scanned = in_cells.step(&segment.rows, segment.divided, ended, |stretch, found| {
                segment.measure(setup, (recall, refiner), stretch, found, pieces);
                of_cells.stretch(pieces);
                masks.extend(found.iter().map(|found| (stretch.first, *found)));
            });
            let Some((from, to)) = scanned else {
                break;
            };
            masks.iter().for_each(|(first, found)| segment.mask_groups(*first, found));
            if let (Some(judge), Some(floor)) = (judge.as_mut(), segment.floor.as_ref()) {
                let reach = (to + judge.longest()).min(segment.divided);
                let (rows, gain) = (segment.rows.rows(from, reach), segment.gain_of_row.rows(from, to));
                judge.take(setup, from..to, rows, gain, floor, out);
            }
            let over = ended && to == segment.divided;
            let groups_end = if over { segment.groups.end() } else { in_cells.wanted() / group_rows };
            while in_bins
                .step(&segment.groups, groups_end, over, |stretch, found| {
                    in_rows.clear();
                    in_rows.extend(found.iter().map(|found| in_bins_to_cells(setup, found)));
                    let stretch =
                        Stretch { first: stretch.first * group_rows, last: stretch.last * group_rows, ..stretch };
                    segment.measure(setup, (recall, refiner), stretch, in_rows, pieces);
                    of_bins.stretch(pieces);
                })
                .is_some()
            {}
            let wanted = in_cells.wanted().min(in_bins.wanted() * group_rows).saturating_sub(REACH_ROWS);
            segment.forget_before(wanted.saturating_sub(REACH_ROWS));
            give_out(of_cells, of_bins, wanted * setup.grid.hop as u64, out);
        }
        if ended {
            if let (Some(judge), Some(floor)) = (judge.as_mut(), segment.floor.as_ref()) {
                judge.finish(setup, floor, out);
            }
            of_cells.end();
            of_bins.end();
            give_out(of_cells, of_bins, u64::MAX, out);
        }
    }
}

/// What was found bin by bin, in rows and cells: those that it touches.
fn in_bins_to_cells(setup: &Setup, found: &Found) -> Found {
    let outward =
        |(low, high): (usize, usize)| (low / BINS_PER_CELL, high.div_ceil(BINS_PER_CELL).min(setup.grid.cells()));
    Found {
        rows: (found.rows.0 * GROUP_ROWS, found.rows.1 * GROUP_ROWS),
        cells: outward(found.cells),
        skirt: outward(found.skirt),
        ..*found
    }
}

/// Gives out the bursts of both trackers that ended before sample `before`, in order.
fn give_out(a: &mut Tracker, b: &mut Tracker, before: u64, out: &mut impl FnMut(Output)) {
    loop {
        let first = match (a.next_end(), b.next_end()) {
            (Some(end), Some(other)) if other < end => &mut *b,
            (None, _) => &mut *b,
            _ => &mut *a,
        };
        match first.next_before(before) {
            Some(burst) => out(Output::Event(Event::Burst(burst))),
            None => break,
        }
    }
}
