//! Pieces to bursts: joins what a cut between two stretches divided, writes long emissions in parts, and gives
//! everything out in order of its end.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::burst::Burst;
use super::profile::Spectrum;
use super::refine::Measured;
use crate::spectrum::Grid;
use crate::units::{Decibels, Hertz, SampleIndex};

/// Pieces of one emission on both sides of a cut differ by less than this ratio of power.
const SAME_LEVEL: f64 = 4.0;

/// A piece of fewer rows has no level of its own.
const LITTLE_ROWS: f64 = 3.0;

/// What edges of short pieces are uncertain by at least, in bins.
const HALF_A_BIN: f64 = 0.5;

/// A measured burst, or a piece of one that a stretch's border cuts.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Its extent and levels.
    pub measured: Measured,
    /// How often noise alone would give it.
    pub expected_per_hour: f64,
    /// Reaches the border to the stretch before.
    pub from_before: bool,
    /// Reaches the border to the stretch after.
    pub goes_on: bool,
}

/// An emission under way.
#[derive(Clone, Debug)]
struct Emission {
    start: f64,
    end: f64,
    cut_start: bool,
    cut_end: bool,
    expected_per_hour: f64,
    /// The latest piece's place and power: what the next must agree with.
    latest: Spectrum,
    /// Sums over the pieces of the part under way, weighted with their samples.
    weight: f64,
    low: f64,
    high: f64,
    center: f64,
    signal: f64,
    noise: f64,
    part: u32,
    /// A cut leaves little of some bursts on one side: so few samples tell no level.
    little: f64,
    latest_little: bool,
}

impl Emission {
    /// Begins with `piece`; of pieces shorter than `little` samples the level cannot be told.
    fn new(piece: &Piece, little: f64) -> Self {
        let m = &piece.measured;
        let mut emission = Emission {
            start: m.start,
            end: m.end,
            cut_start: m.cut_start,
            cut_end: m.cut_end,
            expected_per_hour: piece.expected_per_hour,
            latest: m.spectrum,
            weight: 0.0,
            low: 0.0,
            high: 0.0,
            center: 0.0,
            signal: 0.0,
            noise: 0.0,
            part: 0,
            little,
            latest_little: false,
        };
        emission.add(piece);
        emission
    }

    fn add(&mut self, piece: &Piece) {
        let m = &piece.measured;
        let count = m.end - m.start;
        let little = count < self.little;
        if self.weight == 0.0 || !little {
            if self.latest_little {
                self.clear();
            }
            self.weigh(&m.spectrum, count);
            (self.latest, self.latest_little) = (m.spectrum, little);
        }
        if self.part == 0 {
            self.start = self.start.min(m.start);
        }
        self.end = self.end.max(m.end);
        self.cut_start |= m.cut_start;
        self.cut_end = m.cut_end;
        self.expected_per_hour = self.expected_per_hour.min(piece.expected_per_hour);
    }

    fn clear(&mut self) {
        (self.weight, self.low, self.high, self.center, self.signal, self.noise) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    }

    fn weigh(&mut self, spectrum: &Spectrum, samples: f64) {
        let weight = samples.max(1.0);
        self.weight += weight;
        self.low += weight * spectrum.low;
        self.high += weight * spectrum.high;
        self.center += weight * spectrum.center;
        self.signal += weight * spectrum.signal;
        self.noise += weight * spectrum.noise;
    }

    /// Begins the next part at `start`: the latest piece reaches into it.
    fn begin_part(&mut self, start: f64) {
        self.start = start;
        self.cut_start = false;
        self.clear();
        let latest = self.latest;
        self.weigh(&latest, self.end - start);
    }

    fn agrees(&self, piece: &Piece) -> bool {
        let (before, now) = (&self.latest, &piece.measured.spectrum);
        let shared = (before.high.min(now.high) - before.low.max(now.low) + HALF_A_BIN).max(0.0);
        let ratio = before.signal / now.signal;
        let (width_before, width) = (before.high - before.low, now.high - now.low);
        if self.latest_little || piece.measured.end - piece.measured.start < self.little {
            return 2.0 * shared > width_before.max(width);
        }
        2.0 * shared > width_before.min(width) && (1.0 / SAME_LEVEL..SAME_LEVEL).contains(&ratio)
    }
}

/// Bursts wait here until no earlier end can come.
struct Waiting(Burst);

impl Waiting {
    fn key(&self) -> (u64, u64, f64) {
        (self.0.end().0, self.0.start.0, self.0.low.0)
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    /// The earliest end is the greatest, as the heap gives out the greatest first.
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (self.key(), other.key());
        b.0.cmp(&a.0).then(b.1.cmp(&a.1)).then(b.2.total_cmp(&a.2))
    }
}

/// Joins pieces to bursts and orders them.
pub struct Tracker {
    grid: Grid,
    longest: f64,
    little: f64,
    open: Vec<Emission>,
    /// Those of the stretch before that no piece has continued yet.
    uncontinued: Vec<Option<Emission>>,
    waiting: BinaryHeap<Waiting>,
}

impl Tracker {
    /// A tracker that writes emissions longer than `longest_s` seconds in parts.
    pub fn new(grid: Grid, longest_s: f64) -> Self {
        Tracker {
            grid,
            longest: (longest_s * grid.sample_rate.0).max(1.0),
            little: LITTLE_ROWS * grid.hop as f64,
            open: Vec::new(),
            uncontinued: Vec::new(),
            waiting: BinaryHeap::new(),
        }
    }

    /// Takes the pieces of the next stretch. Emissions that no piece continues have ended.
    pub fn stretch(&mut self, pieces: &[Piece]) {
        let mut before = std::mem::take(&mut self.uncontinued);
        before.extend(self.open.drain(..).map(Some));
        for piece in pieces {
            let known = before
                .iter_mut()
                .find(|e| piece.from_before && e.as_ref().is_some_and(|e| e.agrees(piece)))
                .and_then(Option::take);
            let mut emission = match known {
                Some(mut emission) => {
                    emission.add(piece);
                    emission
                }
                None => Emission::new(piece, self.little),
            };
            while emission.end - emission.start > self.longest {
                self.give_part(&mut emission);
            }
            if piece.goes_on {
                self.open.push(emission);
            } else {
                self.give(emission);
            }
        }
        for emission in before.drain(..).flatten() {
            self.give(emission);
        }
        self.uncontinued = before;
    }

    /// Ends every emission under way: the segment is over.
    pub fn end(&mut self) {
        for emission in std::mem::take(&mut self.open) {
            self.give(emission);
        }
    }

    /// End of the burst that ended first of those that wait.
    pub fn next_end(&self) -> Option<u64> {
        Some(self.waiting.peek()?.0.end().0)
    }

    /// The next burst that ended before sample `before`, when no earlier one can come.
    pub fn next_before(&mut self, before: u64) -> Option<Burst> {
        if self.waiting.peek()?.0.end().0 < before { self.waiting.pop().map(|w| w.0) } else { None }
    }

    fn give_part(&mut self, emission: &mut Emission) {
        emission.part += 1;
        let part_end = emission.start + self.longest;
        let mut part = emission.clone();
        part.end = part_end;
        part.cut_end = false;
        let burst = self.burst(&part, Some(emission.part), true);
        self.waiting.push(Waiting(burst));
        emission.begin_part(part_end);
    }

    fn give(&mut self, emission: Emission) {
        let part = (emission.part > 0).then_some(emission.part + 1);
        let burst = self.burst(&emission, part, false);
        self.waiting.push(Waiting(burst));
    }

    fn burst(&self, e: &Emission, part: Option<u32>, more: bool) -> Burst {
        let hertz = |bins: f64| Hertz((bins / e.weight - self.grid.n as f64 / 2.0 - 0.5) * self.grid.bin_width().0);
        let start = e.start.round().max(0.0) as u64;
        let (signal, noise) = (e.signal / e.weight, e.noise / e.weight);
        Burst {
            start: SampleIndex(start),
            count: (e.end.round() as u64).saturating_sub(start).max(1),
            low: hertz(e.low),
            high: hertz(e.high),
            center: hertz(e.center),
            power: signal + noise,
            noise,
            snr: Decibels::from_ratio(signal / noise),
            expected_per_hour: e.expected_per_hour,
            cut_start: e.cut_start,
            cut_end: e.cut_end,
            part,
            more,
        }
    }
}
