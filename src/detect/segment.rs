//! Continuous rows on their way from power to power over floor and gain.

use std::collections::VecDeque;

use super::burst::Event;
use super::detector::Output;
use super::extract::Found;
use super::floor::{Floor, Groups, MEMORY_S, Span};
use super::gain::{BLOCK_ROWS, Gain};
use super::judged::Judged;
use super::refine::{self, measure};
use super::shapes::{BINS_PER_CELL, Shape};
use super::sliding::SlidingRows;
use super::threshold::Thresholds;
use super::track::Piece;
use crate::iq::SampleFormat;
use crate::spectrum::Grid;
use crate::units::{Decibels, SampleIndex};

/// Seconds of signal that the first floor is learnt from; their rows are held and then judged with it.
const START_S: f64 = 0.25;

/// Seconds of a later span that the floor learns from, to a whole number of runs.
const SPAN_S: f64 = 0.25;

/// Of later spans every fourth run of rows is looked at: groups of 4 rows, 12 groups a run.
const GROUP_ROWS: usize = 4;
const RUN_GROUPS: usize = 12;
const RUN_ROWS: u64 = (GROUP_ROWS * RUN_GROUPS) as u64;
const RUNS_APART: u64 = 4;

/// A start with fewer rows than this is learnt row by row: groups would all hold a burst.
const FEW_ROWS: u64 = 400;

/// Rows in a third of a block.
const THIRD_ROWS: u64 = BLOCK_ROWS / 3;

/// Blocks on either side of a step between which its size is measured: those at the step itself hold both levels.
const STEP_BLOCKS: usize = 4;

/// What stays the same through a stream.
pub struct Setup {
    pub grid: Grid,
    pub cells: usize,
    pub thresholds: Thresholds,
    pub first_shape: Shape,
    /// Quantisation noise per bin: less power than this is silence, not noise.
    pub quantisation: f32,
    pub start_rows: u64,
    pub span_rows: u64,
    pub memory_rows: u64,
}

impl Setup {
    /// The setup for rows of `grid` made of samples in `format`.
    pub fn new(grid: Grid, format: SampleFormat, false_alarms_per_hour: f64) -> Self {
        let bank = Shape::bank(&grid);
        let runs = RUN_ROWS * RUNS_APART;
        let in_runs = |seconds: f64| ((seconds / grid.row_s() / runs as f64).round() as u64).max(1) * runs;
        // A complex sample's quantisation noise is step²/6, spread evenly over the bins.
        let quantisation = (format.step().powi(2) / 6.0 / grid.n as f64).max(1e-20) as f32;
        Setup {
            grid,
            cells: grid.n / BINS_PER_CELL,
            thresholds: Thresholds::new(&grid, &bank, false_alarms_per_hour),
            first_shape: bank[0],
            quantisation,
            start_rows: (START_S / grid.row_s()).round() as u64,
            span_rows: in_runs(SPAN_S),
            memory_rows: in_runs(MEMORY_S),
        }
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
    pub power: SlidingRows,
    pub silent: SlidingRows,
    pub span: Groups,
    pub floor: Option<Floor>,
    /// Shapes of the floor before, each with one past the last row that was divided by it.
    pub former_shapes: VecDeque<(u64, Vec<f32>)>,
    /// Power over the floor's shape, a cell at a time.
    pub z: SlidingRows,
    pub gain: Gain,
    pub gain_of_row: SlidingRows,
    /// The newest block's gain, whose rows wait for the next block's; whether it jumped.
    pub held: Option<(f32, bool)>,
    step: Option<Step>,
    /// Gains of the latest blocks.
    recent: VecDeque<f32>,
    /// Power over floor and gain.
    pub y: SlidingRows,
    pub scanned: u64,
    pub stretch: Option<(u64, u64)>,
    /// Whether the stretch begins where the one before was cut.
    pub from_before: bool,
    pub judged: Judged,
}

impl Segment {
    pub fn new(setup: &Setup, first_row: u64) -> Self {
        let n = setup.grid.n;
        let octets = (setup.cells / 2).max(1);
        Segment {
            first_row,
            power: SlidingRows::new(n, first_row),
            silent: SlidingRows::new(1, first_row),
            span: Groups::new(n, GROUP_ROWS, RUN_GROUPS),
            floor: None,
            former_shapes: VecDeque::new(),
            z: SlidingRows::new(setup.cells, first_row),
            gain: Gain::new(first_row / BLOCK_ROWS, octets),
            gain_of_row: SlidingRows::new(1, first_row),
            held: None,
            step: None,
            recent: VecDeque::new(),
            y: SlidingRows::new(setup.cells, first_row),
            scanned: first_row,
            stretch: None,
            from_before: false,
            judged: Judged::new(setup.cells + 1 - setup.first_shape.cells),
        }
    }

    pub fn take_row(&mut self, setup: &Setup, index: u64, row: &[f32]) {
        let silent = is_silent(row, setup.quantisation);
        self.power.push(row);
        self.silent.push(&[f32::from(u8::from(silent))]);
        if (index / RUN_ROWS).is_multiple_of(RUNS_APART) {
            if silent {
                self.span.break_off();
            } else {
                self.span.add(row);
            }
        }
    }

    /// Learns the first floor from all rows so far.
    pub fn learn_start(&mut self, setup: &Setup) -> Result<(), String> {
        let end = self.power.end();
        let rows = end - self.first_row;
        let per_group = if rows < FEW_ROWS { 1 } else { GROUP_ROWS };
        let mut groups = Groups::new(setup.grid.n, per_group, usize::MAX);
        let mut silent_rows = 0;
        for row in self.first_row..end {
            if self.silent.row(row)[0] > 0.0 {
                groups.break_off();
                silent_rows += 1;
            } else {
                groups.add(self.power.row(row));
            }
        }
        match Span::learn(&groups, end) {
            Ok(span) => {
                self.floor = Some(Floor::new(span, setup.memory_rows));
                Ok(())
            }
            Err(_) if 2 * silent_rows > rows => Err("there is nothing but digital silence".into()),
            Err(unknown) => Err(unknown.why().into()),
        }
    }

    /// Divides rows by floor and gain, block by block.
    pub fn normalise(&mut self, setup: &Setup, ended: bool, out: &mut impl FnMut(Output)) {
        let Some(floor) = self.floor.as_ref() else {
            return;
        };
        let (mut means, mut thirds) = (Vec::new(), Vec::new());
        while self.z.end() < self.power.end() {
            let first = self.z.end();
            let border = (first / BLOCK_ROWS + 1) * BLOCK_ROWS;
            if border > self.power.end() && !ended {
                break;
            }
            let last = border.min(self.power.end());
            for row in first..last {
                let (power, inverse) = (self.power.row(row), floor.inverse());
                self.z.push_with(|z| sum_cells(power, inverse, z));
            }
            means.clear();
            thirds.clear();
            self.octet_means(first, last, &mut means);
            for third in (first..last).step_by(THIRD_ROWS as usize) {
                self.octet_means(third, (third + THIRD_ROWS).min(last), &mut thirds);
            }
            self.gain.push(&means, &thirds);
        }
        let learnt = floor.level();
        while let Some(gain) = self.gain.next(ended, learnt) {
            let gain = gain.max(setup.quantisation);
            let jump = match self.held {
                Some((before, _)) => (gain / before - 1.0).abs() > self.gain.jump(),
                None => false,
            };
            self.follow_step(setup, gain, jump, out);
            if let Some((before, jumped)) = self.held {
                self.divide_block(before, jumped || jump);
            }
            self.held = Some((gain, jump));
        }
        if ended && let Some((gain, jumped)) = self.held.take() {
            self.divide_block(gain, jumped);
            self.give_step(setup, gain, out);
        }
    }

    /// Appends the mean of each octet over the rows from `first` to before `last` that are not silent, if there are any.
    fn octet_means(&self, first: u64, last: u64, out: &mut Vec<f32>) {
        let begin = out.len();
        let mut heard = 0.0;
        for row in (first..last).filter(|row| self.silent.row(*row)[0] == 0.0) {
            heard += 1.0;
            let octets = self.z.row(row).chunks(2).map(|pair| pair.iter().sum::<f32>() / pair.len() as f32);
            if out.len() == begin {
                out.extend(octets);
            } else {
                out[begin..].iter_mut().zip(octets).for_each(|(sum, octet)| *sum += octet);
            }
        }
        out[begin..].iter_mut().for_each(|sum| *sum /= heard);
    }

    /// Rows of the next block, divided by `gain`; noise alone where the gain jumps or nothing was received.
    pub fn divide_block(&mut self, gain: f32, blank: bool) {
        let first = self.y.end();
        let last = ((first / BLOCK_ROWS + 1) * BLOCK_ROWS).min(self.z.end());
        for row in first..last {
            self.gain_of_row.push(&[gain]);
            let silent = self.silent.row(row)[0] > 0.0;
            let (z, inverse) = (self.z.row(row), 1.0 / gain);
            self.y.push_with(|y| {
                if blank || silent {
                    y.fill(1.0);
                } else {
                    for (y, z) in y.iter_mut().zip(z) {
                        *y = z * inverse;
                    }
                }
            });
        }
    }

    /// Jumps that follow each other are one step, told when the gain has settled.
    fn follow_step(&mut self, setup: &Setup, gain: f32, jump: bool, out: &mut impl FnMut(Output)) {
        match &mut self.step {
            None if jump => {
                let block = self.y.end() / BLOCK_ROWS + 1;
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

    /// Measures what was found in the rows from `first` to before `last`.
    pub fn measure(&self, setup: &Setup, first: u64, last: u64, cut: bool, found: &[Found]) -> Vec<Piece> {
        let Some(floor) = self.floor.as_ref() else {
            return Vec::new();
        };
        let (grid, end) = (&setup.grid, self.gain_of_row.end());
        let from = first.saturating_sub(2).max(self.power.first_wanted());
        let to = (last + 2).min(end);
        // A burst is measured against the floor that it stood out from.
        let shape_at = |row: u64| {
            let former = self.former_shapes.iter().find(|(end, _)| row < *end);
            former.map_or(floor.shape(), |(_, shape)| shape)
        };
        let offset = (first - from) as usize;
        let stretch_rows = (last - first) as usize;
        let mut pieces: Vec<Piece> = found
            .iter()
            .map(|f| {
                let shifted = Found { rows: (f.rows.0 + offset, f.rows.1 + offset), ..*f };
                let rows = refine::Rows {
                    power: self.power.rows(from, to),
                    first_row: from,
                    gain: self.gain_of_row.rows(from, to),
                    shape: shape_at(first + f.rows.0 as u64),
                    first_sample: self.first_row * grid.hop as u64,
                    end_sample: (self.power.end() - 1) * grid.hop as u64 + grid.n as u64,
                };
                Piece {
                    measured: measure(grid, &rows, &shifted),
                    expected_per_hour: f.expected_per_hour,
                    from_before: self.from_before && f.rows.0 <= 1,
                    goes_on: cut && f.rows.1 + 1 >= stretch_rows,
                }
            })
            .collect();
        pieces.sort_by(|a, b| a.measured.start.total_cmp(&b.measured.start));
        pieces
    }

    pub fn forget_before(&mut self, row: u64) {
        for rows in [&mut self.power, &mut self.silent, &mut self.gain_of_row, &mut self.z, &mut self.y] {
            rows.forget_before(row);
        }
        while self.former_shapes.front().is_some_and(|(end, _)| *end <= row) {
            self.former_shapes.pop_front();
        }
    }
}

/// Whether a row holds less than quantisation alone would leave, but for what the DC subtraction puts in the middle.
fn is_silent(row: &[f32], quantisation: f32) -> bool {
    let little = 0.02 * quantisation;
    2 * row.iter().filter(|p| **p < little).count() > row.len()
}

/// Mean over the bins of each cell of the power over the floor's shape.
fn sum_cells(power: &[f32], inverse_shape: &[f32], cells: &mut [f32]) {
    let (power, _) = power.as_chunks::<BINS_PER_CELL>();
    let (inverse, _) = inverse_shape.as_chunks::<BINS_PER_CELL>();
    for ((cell, p), f) in cells.iter_mut().zip(power).zip(inverse) {
        *cell = (p[0] * f[0] + p[1] * f[1] + p[2] * f[2] + p[3] * f[3]) * (1.0 / BINS_PER_CELL as f32);
    }
}
