//! The way from rows to found bursts on one raster: rows are scanned for boxes that stand out, boxes gathered to stretches,
//! and the bursts of each stretch extracted.

use super::extract::{Extractor, Found};
use super::lattice::Lattice;
use super::screen::{ALIGNED, Chance};
use super::shapes::{Raster, Shape};
use super::sliding::SlidingRows;
use super::threshold::Thresholds;
use crate::simd::Instructions;
use crate::spectrum::Grid;

/// Detector's rows of the longest stretch; a longer one is worked off, and the rest is another.
const LONGEST_STRETCH: u64 = 240;

/// Detector's rows over which box starts are scanned at once.
const SCAN_ROWS: u64 = 240;

/// Detector's rows without a hit that end a stretch, and rows that a stretch reaches beyond its hits: at least two of the
/// raster's.
const CLOSE_ROWS: u64 = 8;
const MARGIN_ROWS: u64 = 4;

/// A stretch of rows with bursts in it; rows in the raster's.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    pub first: u64,
    /// One past the last.
    pub last: u64,
    /// Another follows without a pause.
    pub cut: bool,
    /// Another went before without a pause.
    pub from_before: bool,
}

/// A chance, and the row that it begins with.
struct Seen {
    row: u64,
    chance: Chance,
}

/// Looks for bursts in the rows of one raster.
pub struct Search {
    lattice: Lattice,
    extractor: Extractor,
    scan_rows: u64,
    close_rows: u64,
    margin_rows: u64,
    longest_stretch: u64,
    /// Box starts before this row were scanned.
    scanned: u64,
    /// The stretch under way: first row, and one past the last that a box covers.
    open: Option<(u64, u64)>,
    from_before: bool,
    closed: Vec<(u64, u64, bool)>,
    /// Chances in rows that are still wanted.
    seen: Vec<Seen>,
    rows: Vec<f32>,
    found: Vec<Found>,
}

impl Search {
    /// A search on `raster` for `bank` with `thresholds`.
    pub fn new(
        instructions: Instructions,
        grid: &Grid,
        raster: Raster,
        bank: &[Shape],
        thresholds: &Thresholds,
    ) -> Self {
        let in_rows = |rows: u64| rows / raster.rows as u64;
        Search {
            lattice: Lattice::with(instructions, raster.cells(grid), bank, thresholds),
            extractor: Extractor::new(grid, raster, bank, thresholds),
            scan_rows: in_rows(SCAN_ROWS),
            close_rows: in_rows(CLOSE_ROWS).max(2),
            margin_rows: in_rows(MARGIN_ROWS).max(2),
            longest_stretch: in_rows(LONGEST_STRETCH),
            scanned: 0,
            open: None,
            from_before: false,
            closed: Vec::new(),
            seen: Vec::new(),
            rows: Vec::new(),
            found: Vec::new(),
        }
    }

    /// Begins anew at row `first`.
    pub fn begin(&mut self, first: u64) {
        self.scanned = first;
        self.seen.clear();
        self.open = None;
        self.from_before = false;
    }

    /// Rows from here on may still be part of a burst that is found.
    pub fn wanted(&self) -> u64 {
        self.open.map_or(self.scanned, |(first, _)| first.min(self.scanned)).saturating_sub(self.margin_rows)
    }

    /// Scans the next box starts, if the rows before `end` reach far enough, or as many as there are if they have
    /// `ended`; gives `take` every stretch that is over, with what was found in it, and says which starts were scanned.
    pub fn step(
        &mut self,
        y: &SlidingRows,
        end: u64,
        ended: bool,
        mut take: impl FnMut(Stretch, &[Found]),
    ) -> Option<(u64, u64)> {
        let longest = self.lattice.longest() as u64;
        let border = (self.scanned / self.scan_rows + 1) * self.scan_rows;
        let to = if border + longest <= end {
            border
        } else if ended && self.scanned < end {
            end.min(border)
        } else {
            return None;
        };
        let from = self.scanned;
        let Search { lattice, open, closed, close_rows, longest_stretch, .. } = self;
        let mut rows = y.rows(from, (to + longest).min(end));
        // Coarse boxes lie in the same rows wherever a scan begins: before its first row there is noise (the boxes that
        // hold what really is there were looked at by the scan before).
        let begin = from - from % ALIGNED as u64;
        if begin < from {
            noise_first((from - begin) as usize * lattice.cells(), rows, &mut self.rows);
            rows = &self.rows;
        }
        let starts = (to - begin) as usize;
        let chances = lattice.scan(rows, begin, starts, |row, past| {
            let (row, past) = (begin + row as u64, begin + past as u64);
            if let Some((first, last)) = *open {
                if row > last + *close_rows {
                    closed.push((first, last, false));
                    *open = None;
                } else if row >= first + *longest_stretch {
                    closed.push((first, row, true));
                    *open = Some((row, last.max(row + 1)));
                }
            }
            let (_, last) = open.get_or_insert((row, past));
            *last = (*last).max(past);
        });
        // The others are seen again by the next scan.
        let begun = chances.iter().filter(|chance| chance.rows.0 < starts);
        self.seen.extend(begun.map(|chance| Seen { row: begin + chance.rows.0 as u64, chance: *chance }));
        self.scanned = to;
        if let Some((first, last)) = self.open
            && (to > last + self.close_rows || (ended && to == end))
        {
            self.closed.push((first, last.min(end), false));
            self.open = None;
        }
        for i in 0..self.closed.len() {
            let (first, last, cut) = self.closed[i];
            let from_before = self.from_before;
            let first = if from_before { first } else { first.saturating_sub(self.margin_rows) };
            let first = first.max(y.first_wanted());
            let last = if cut { last } else { (last + self.margin_rows).min(end) };
            // Begun with noise, so that coarse boxes that hold a burst's beginning lie in it.
            let filled = first % ALIGNED as u64;
            noise_first(filled as usize * self.lattice.cells(), y.rows(first, last), &mut self.rows);
            self.found.clear();
            let begin = first - filled;
            let chances = self.seen.iter().filter(|seen| (begin..last).contains(&seen.row));
            let chances = chances.map(|seen| seen.chance.at((seen.row - begin) as usize));
            self.extractor.extract(&mut self.lattice, &mut self.rows, begin, filled as usize, chances, &mut self.found);
            for found in &mut self.found {
                let row = |row: usize| row.saturating_sub(filled as usize);
                found.rows = (row(found.rows.0), row(found.rows.1).max(1));
            }
            take(Stretch { first, last, cut, from_before }, &self.found);
            self.from_before = cut;
        }
        self.closed.clear();
        let wanted = self.wanted().saturating_sub(ALIGNED as u64);
        self.seen.retain(|seen| seen.row >= wanted);
        Some((from, to))
    }
}

/// `rows` after `count` cells of noise.
fn noise_first(count: usize, rows: &[f32], out: &mut Vec<f32>) {
    out.clear();
    out.resize(count, 1.0);
    out.extend_from_slice(rows);
}
