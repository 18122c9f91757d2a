//! Continuous rows on their way from power to power over floor and gain.

use std::collections::VecDeque;

use super::burst::Event;
use super::detector::{Config, Output};
use super::extract::Found;
use super::floor::{Floor, Groups, MEMORY_S, RUN_GROUPS, RUNS_APART, SPAN_S, Unknown};
use super::gain::Gain;
use super::grow::{RAMP_ROWS, SPLATTERS};
use super::image;
use super::refine::{self, Refiner};
use super::search::{Search, Stretch};
use super::shapes::{Raster, Shape};
use super::sliding::SlidingRows;
use super::threshold::Thresholds;
use super::track::Piece;
use crate::iq::SampleFormat;
use crate::simd::{Instructions, vectorised};
use crate::spectrum::{BINS_PER_CELL, BLOCK_ROWS, GROUP_ROWS, Grid, Recall};
use crate::units::{Decibels, SampleIndex};

/// Seconds of signal that the first floor is learnt from; their rows are held and then judged with it.
const START_S: f64 = 0.25;

/// Rows in a run, and in a group of the first floor.
const RUN_ROWS: u64 = (GROUP_ROWS * RUN_GROUPS) as u64;
const START_GROUP_ROWS: usize = 4;

/// A start with fewer rows than this is learnt row by row: groups would all hold a burst.
const FEW_ROWS: u64 = 400;

/// Blocks on either side of a step between which its size is measured: those at the step itself hold both levels.
const STEP_BLOCKS: usize = 4;

/// What stays the same through a stream.
pub struct Setup {
    pub grid: Grid,
    pub instructions: Instructions,
    /// Shapes on [`Raster::CELLS`], and what they must exceed.
    pub bank: Vec<Shape>,
    pub thresholds: Thresholds,
    false_alarms_per_hour: f64,
    /// How much stronger a burst is than its image, as a ratio.
    pub image_rejection: Option<f64>,
    /// Quantisation noise per bin: less power than this is silence, not noise.
    pub quantisation: f32,
    pub start_rows: u64,
    pub span_rows: u64,
    pub memory_rows: u64,
}

impl Setup {
    /// The setup for rows of `grid` made of samples in `format`.
    pub fn new(instructions: Instructions, grid: Grid, format: SampleFormat, config: &Config) -> Self {
        let bank = Shape::bank(&grid, Raster::CELLS);
        let false_alarms_per_hour = config.false_alarms_per_hour;
        let runs = RUN_ROWS * RUNS_APART;
        let in_runs = |seconds: f64| ((seconds / grid.row_s() / runs as f64).round() as u64).max(1) * runs;
        // A complex sample's quantisation noise is step²/6, spread evenly over the bins.
        let quantisation = (format.step().powi(2) / 6.0 / grid.n as f64).max(1e-20) as f32;
        Setup {
            grid,
            instructions,
            thresholds: Thresholds::new(&grid, Raster::CELLS, &bank, false_alarms_per_hour),
            bank,
            false_alarms_per_hour,
            image_rejection: config.image_rejection_db.map(|db| 10f64.powf(0.1 * db)),
            quantisation,
            start_rows: (START_S / grid.row_s() / BLOCK_ROWS as f64).round() as u64 * BLOCK_ROWS,
            span_rows: in_runs(SPAN_S),
            memory_rows: in_runs(MEMORY_S),
        }
    }
}

impl Setup {
    /// A search on `raster`.
    pub fn search(&self, raster: Raster) -> Search {
        let bank = Shape::bank(&self.grid, raster);
        let thresholds = Thresholds::new(&self.grid, raster, &bank, self.false_alarms_per_hour);
        Search::new(self.instructions, &self.grid, raster, &bank, &thresholds)
    }
}

/// A change of gain under way.
struct Step {
    /// First block at the new gain.
    block: u64,
    /// Gain before it.
    before: f32,
    /// Blocks since the last jump.
    calm_blocks: usize,
}

/// Continuous rows since the stream's beginning, a gap, or a loss of the floor.
pub struct Segment {
    pub first_row: u64,
    /// Rows of cells: power as it came, from `shaped` on; before that power over the floor's shape; before `divided`
    /// power over floor and gain, noise mean 1.
    pub rows: SlidingRows,
    /// Groups of rows, bin by bin: power as it came; power over floor and gain where all of their rows are before `divided`.
    pub groups: SlidingRows,
    shaped: u64,
    pub divided: u64,
    silent: SlidingRows,
    pub span: Groups,
    pub floor: Option<Floor>,
    /// 1 / sum of the floor's shape over the bins of each cell.
    inverse: Vec<f32>,
    /// Shapes of the floor before, each with one past the last row that was divided by it.
    former_shapes: VecDeque<(u64, Vec<f32>)>,
    spare_shapes: Vec<Vec<f32>>,
    gain: Gain,
    pub gain_of_row: SlidingRows,
    /// The newest block's gain, whose rows wait for the next block's; whether it jumped.
    held: Option<(f32, bool)>,
    step: Option<Step>,
    /// Gains of the latest blocks.
    recent: VecDeque<f32>,
    heard: Vec<f32>,
}

impl Segment {
    pub fn new(setup: &Setup, first_row: u64) -> Self {
        let grid = &setup.grid;
        Segment {
            first_row,
            rows: SlidingRows::new(grid.cells(), first_row),
            groups: SlidingRows::new(grid.n, first_row.div_ceil(GROUP_ROWS as u64)),
            shaped: first_row,
            divided: first_row,
            silent: SlidingRows::new(1, first_row),
            span: Groups::new(setup.instructions, grid.n, GROUP_ROWS, RUN_GROUPS),
            floor: None,
            inverse: Vec::new(),
            former_shapes: VecDeque::new(),
            spare_shapes: Vec::new(),
            gain: Gain::new(setup.instructions, first_row / BLOCK_ROWS, grid.cells()),
            gain_of_row: SlidingRows::new(1, first_row),
            held: None,
            step: None,
            recent: VecDeque::new(),
            heard: Vec::new(),
        }
    }

    /// Takes rows of cells.
    pub fn take_rows(&mut self, setup: &Setup, cells: &[f32]) {
        let little = SILENT * setup.quantisation * BINS_PER_CELL as f32;
        for row in cells.chunks_exact(setup.grid.cells()) {
            self.silent.push(&[f32::from(u8::from(is_silent(setup.instructions, row, little)))]);
        }
        self.rows.push(cells);
    }

    /// Takes the power per bin of the six rows from `first_row` on.
    pub fn take_group(&mut self, first_row: u64, bins: &[f32]) {
        if first_row < self.first_row {
            return;
        }
        self.groups.push(bins);
        // Of all groups the floor learns from some.
        if (first_row / RUN_ROWS).is_multiple_of(RUNS_APART) && !self.any_silent(first_row) {
            self.span.add_group(bins);
        }
    }

    /// Whether nothing was received in one of the six rows from `first_row` on.
    fn any_silent(&self, first_row: u64) -> bool {
        self.silent.rows(first_row, first_row + GROUP_ROWS as u64).iter().any(|silent| *silent > 0.0)
    }

    /// The first row that may still be asked for.
    pub fn first_wanted(&self) -> u64 {
        self.rows.first_wanted()
    }

    /// The floor in force, if it is known.
    pub fn floor(&self) -> Option<&Floor> {
        self.floor.as_ref()
    }

    /// Learns the first floor from all rows so far.
    pub fn learn_start(&mut self, setup: &Setup, recall: &mut Recall) -> Result<(), String> {
        let end = self.rows.end();
        let rows = end - self.first_row;
        let per_group = if rows < FEW_ROWS { 1 } else { START_GROUP_ROWS };
        let mut groups = Groups::new(setup.instructions, setup.grid.n, per_group, usize::MAX);
        let mut silent_rows = 0;
        for first in (self.first_row..end).step_by(START_PIECE_ROWS as usize) {
            let last = (first + START_PIECE_ROWS).min(end);
            for (row, power) in (first..last).zip(recall.rows(first, last).chunks_exact(setup.grid.n)) {
                if self.silent.row(row)[0] > 0.0 {
                    groups.break_off();
                    silent_rows += 1;
                } else {
                    groups.add(power);
                }
            }
        }
        match Floor::first(&mut groups, end, setup.memory_rows) {
            Ok(floor) => {
                self.floor = Some(floor);
                self.floor_changed();
                Ok(())
            }
            Err(_) if 2 * silent_rows > rows => Err("there is nothing but digital silence".into()),
            Err(unknown) => Err(unknown.why().into()),
        }
    }

    /// Takes the span that ends at row `end` into the floor, unless it is not `whole`.
    pub fn learn(&mut self, end: u64, whole: bool) -> Result<(), Unknown> {
        let learnt = match self.floor.as_mut().filter(|_| whole) {
            Some(floor) => {
                let mut before = self.spare_shapes.pop().unwrap_or_default();
                before.clear();
                before.extend_from_slice(floor.shape());
                let learnt = floor.learn(&mut self.span, end);
                if learnt.is_ok() {
                    self.former_shapes.push_back((self.shaped, before));
                    self.floor_changed();
                } else {
                    self.spare_shapes.push(before);
                }
                learnt
            }
            None => Ok(()),
        };
        self.span.clear();
        learnt
    }

    fn floor_changed(&mut self) {
        if let Some(floor) = &self.floor {
            let cell = |bins: &[f32; BINS_PER_CELL]| 1.0 / bins.iter().sum::<f32>();
            self.inverse.clear();
            self.inverse.extend(floor.shape().as_chunks::<BINS_PER_CELL>().0.iter().map(cell));
        }
    }

    /// Divides rows by floor and gain, block by block.
    pub fn normalise(&mut self, setup: &Setup, ended: bool, out: &mut impl FnMut(Output)) {
        let Some(learnt) = self.floor.as_ref().map(Floor::level) else {
            return;
        };
        while self.shaped < self.rows.end() {
            let border = (self.shaped / BLOCK_ROWS + 1) * BLOCK_ROWS;
            if border > self.rows.end() && !ended {
                break;
            }
            let (first, last) = (self.shaped, border.min(self.rows.end()));
            times_each(setup.instructions, self.rows.rows_mut(first, last), &self.inverse);
            self.shaped = last;
            self.push_block(first, last);
            self.take_gains(setup, ended && self.shaped == self.rows.end(), learnt, out);
        }
        self.take_gains(setup, ended, learnt, out);
        if ended && let Some((gain, jumped)) = self.held.take() {
            self.divide_block(setup, gain, jumped);
            self.give_step(setup, gain, out);
        }
    }

    /// Gives the rows of the next block to the gain, but for those in which nothing was received.
    fn push_block(&mut self, first: u64, last: u64) {
        let rows = self.rows.rows(first, last);
        let silent = self.silent.rows(first, last);
        if silent.iter().all(|silent| *silent == 0.0) {
            return self.gain.push(rows);
        }
        self.heard.clear();
        for (row, _) in rows.chunks_exact(self.inverse.len()).zip(silent).filter(|(_, silent)| **silent == 0.0) {
            self.heard.extend_from_slice(row);
        }
        self.gain.push(&self.heard);
    }

    fn take_gains(&mut self, setup: &Setup, ended: bool, learnt: f32, out: &mut impl FnMut(Output)) {
        while let Some(gain) = self.gain.next(ended, learnt) {
            let gain = gain.max(setup.quantisation);
            let jump = match self.held {
                Some((before, _)) => (gain / before - 1.0).abs() > self.gain.jump(),
                None => false,
            };
            self.follow_step(setup, gain, jump, out);
            if let Some((before, jumped)) = self.held {
                self.divide_block(setup, before, jumped || jump);
            }
            self.held = Some((gain, jump));
        }
    }

    /// Rows of the next block, divided by `gain`; noise alone where the gain jumps or nothing was received.
    fn divide_block(&mut self, setup: &Setup, gain: f32, blank: bool) {
        let first = self.divided;
        let last = ((first / BLOCK_ROWS + 1) * BLOCK_ROWS).min(self.shaped);
        let rows = self.rows.rows_mut(first, last);
        if blank {
            rows.fill(1.0);
        } else {
            times(setup.instructions, rows, 1.0 / gain);
        }
        for (row, values) in (first..last).zip(rows.chunks_exact_mut(setup.grid.cells())) {
            self.gain_of_row.push(&[gain]);
            if self.silent.row(row)[0] > 0.0 {
                values.fill(1.0);
            }
        }
        self.divided = last;
        let group_rows = GROUP_ROWS as u64;
        let Some(floor) = self.floor.as_ref() else {
            return;
        };
        for group in first.div_ceil(group_rows)..(last / group_rows).min(self.groups.end()) {
            if blank || self.any_silent(group * group_rows) {
                self.groups.rows_mut(group, group + 1).fill(1.0);
            } else {
                let bins = self.groups.rows_mut(group, group + 1);
                times_all(setup.instructions, bins, floor.inverse(), 1.0 / gain);
            }
        }
    }

    /// Jumps that follow each other are one step, told when the gain has settled.
    fn follow_step(&mut self, setup: &Setup, gain: f32, jump: bool, out: &mut impl FnMut(Output)) {
        match &mut self.step {
            None if jump => {
                let block = self.divided / BLOCK_ROWS + 1;
                let before = self.recent.front().copied().unwrap_or(gain);
                self.step = Some(Step { block, before, calm_blocks: 0 });
            }
            Some(step) if jump => step.calm_blocks = 0,
            Some(step) => {
                step.calm_blocks += 1;
                if step.calm_blocks == STEP_BLOCKS {
                    self.give_step(setup, gain, out);
                }
            }
            None => {}
        }
        if self.recent.len() == STEP_BLOCKS {
            self.recent.pop_front();
        }
        self.recent.push_back(gain);
    }

    fn give_step(&mut self, setup: &Setup, settled: f32, out: &mut impl FnMut(Output)) {
        if let Some(Step { block, before, .. }) = self.step.take() {
            let at = SampleIndex(block * BLOCK_ROWS * setup.grid.hop as u64);
            let change = Decibels::from_ratio(f64::from(settled / before));
            out(Output::Event(Event::Step { at, change }));
        }
    }

    /// Measures what was found in the rows from `first` to before `last`; `pieces` then holds it in order of its start.
    pub fn measure(
        &self,
        setup: &Setup,
        (recall, refiner): (&mut Recall, &mut Refiner),
        Stretch { first, last, cut, from_before }: Stretch,
        found: &[Found],
        pieces: &mut Vec<Piece>,
    ) {
        pieces.clear();
        let Some(floor) = self.floor.as_ref().filter(|_| !found.is_empty()) else {
            return;
        };
        let (grid, end) = (&setup.grid, self.gain_of_row.end());
        // No more rows than are looked at are made again.
        let (low, high) = found
            .iter()
            .fold((u64::MAX, 0), |(low, high), found| (low.min(found.rows.0 as u64), high.max(found.rows.1 as u64)));
        let from = (first + low).saturating_sub(ROWS_BESIDE).max(self.rows.first_wanted());
        let to = (first + high + ROWS_BESIDE).min(end);
        // A burst is measured against the floor that it stood out from.
        let shape_at = |row: u64| {
            let former = self.former_shapes.iter().find(|(end, _)| row < *end);
            former.map_or(floor.shape(), |(_, shape)| shape)
        };
        recall.begin(from, to);
        let in_rows = |row: usize| ((first + row as u64) - from) as usize;
        let stretch_rows = (last - first) as usize;
        for (i, f) in found.iter().enumerate() {
            let alone = found[..i].iter().all(|stronger| !stronger.disturbs(f));
            recall.make(
                (first + f.rows.0 as u64).saturating_sub(ROWS_BESIDE).max(from),
                (first + f.rows.1 as u64 + ROWS_BESIDE).min(to),
            );
            let shifted = Found { rows: (in_rows(f.rows.0), in_rows(f.rows.1)), ..*f };
            let rows = refine::Rows {
                power: recall.power(),
                first_row: from,
                gain: self.gain_of_row.rows(from, to),
                shape: shape_at(first + f.rows.0 as u64),
                first_sample: self.first_row * grid.hop as u64,
                end_sample: (self.rows.end() - 1) * grid.hop as u64 + grid.n as u64,
            };
            let users = refiner.measure(&rows, &shifted, alone);
            let (first_start, last_end) = users
                .iter()
                .fold((f64::MAX, f64::MIN), |(start, end), user| (start.min(user.start), end.max(user.end)));
            pieces.extend(users.drain(..).map(|measured| Piece {
                from_before: from_before && f.rows.0 <= 1 && measured.start == first_start,
                goes_on: cut && f.rows.1 + 1 >= stretch_rows && measured.end == last_end,
                measured,
                expected_per_hour: f.expected_per_hour,
            }));
        }
        if let Some(rejection) = setup.image_rejection {
            image::take_out(pieces, grid, rejection);
        }
        pieces.sort_unstable_by(|a, b| {
            let (a, b) = (&a.measured, &b.measured);
            a.start.total_cmp(&b.start).then(a.spectrum.low.total_cmp(&b.spectrum.low))
        });
    }

    /// Takes a burst that was found in the rows of cells, which begin with row `first`, out of the groups: what is narrower
    /// than a cell is looked for without it.
    pub fn mask_groups(&mut self, first: u64, found: &Found) {
        let group_of = |row: u64| row / GROUP_ROWS as u64;
        let ramp = RAMP_ROWS as u64;
        let (start, end) = (first + found.rows.0 as u64, first + found.rows.1 as u64);
        let from = group_of(start.saturating_sub(ramp)).max(self.groups.first_wanted());
        let to = (group_of(end + ramp) + 1).min(self.groups.end());
        for group in from..to {
            let bins = self.groups.rows_mut(group, group + 1);
            let at_an_edge = group <= group_of(start + ramp) || group >= group_of(end.saturating_sub(ramp));
            if found.level > SPLATTERS && at_an_edge {
                bins.fill(1.0);
            } else {
                let (low, high) = (found.skirt.0 * BINS_PER_CELL, found.skirt.1 * BINS_PER_CELL);
                let high = (high + BINS_PER_CELL).min(bins.len());
                bins[low.saturating_sub(BINS_PER_CELL)..high].fill(1.0);
            }
        }
    }

    /// The rows before `row` are not wanted any more.
    pub fn forget_before(&mut self, row: u64) {
        self.groups.forget_before(row / GROUP_ROWS as u64);
        for rows in [&mut self.rows, &mut self.silent, &mut self.gain_of_row] {
            rows.forget_before(row);
        }
        while self.former_shapes.front().is_some_and(|(end, _)| *end <= row) {
            self.spare_shapes.extend(self.former_shapes.pop_front().map(|(_, shape)| shape));
        }
    }
}

/// Rows on either side of bursts that measuring looks at.
const ROWS_BESIDE: u64 = 2;

/// Rows that are asked for at once when the floor is first learnt.
const START_PIECE_ROWS: u64 = 240;

/// Share of the quantisation noise under which a cell holds nothing that was received.
const SILENT: f32 = 0.02;

vectorised! {
    /// Whether a row holds less than quantisation alone would leave, but for what the DC subtraction puts in the middle.
    fn is_silent(row: &[f32], little: f32) -> bool {
        2 * row.iter().map(|p| u32::from(*p < little)).sum::<u32>() > row.len() as u32
    }
}

vectorised! {
    /// Every row times `factors`.
    fn times_each(rows: &mut [f32], factors: &[f32]) {
        for row in rows.chunks_exact_mut(factors.len()) {
            row.iter_mut().zip(factors).for_each(|(value, factor)| *value *= factor);
        }
    }
}

vectorised! {
    fn times_all(values: &mut [f32], factors: &[f32], factor: f32) {
        values.iter_mut().zip(factors).for_each(|(value, each)| *value *= each * factor);
    }
}

vectorised! {
    fn times(values: &mut [f32], factor: f32) {
        values.iter_mut().for_each(|value| *value *= factor);
    }
}
