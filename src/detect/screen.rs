//! The coarse search: where could a box stand out at all?
//!
//! Rows are summed to groups, cells to columns, a few sizes of each; a shape is looked for as a box of the sums whose
//! size is closest, at every place of that coarser grid. On a quiet band this is all that is done: a handful of
//! additions a sample. Where a coarse box exceeds what the shape's threshold would leave in it, less a margin for
//! where the burst lies in the grid, the exact boxes of [`lattice`](super::lattice) decide.

use super::folded::Folded;
use super::shapes::Shape;
use super::threshold::Thresholds;
use crate::simd::{Instructions, Lines, larger, largest_of, vectorised, zeros};

/// Share of a threshold's excess from which a coarse box is looked at closer: what a burst over its threshold leaves at
/// least in the coarse box that holds it best, which `no_box_over_its_threshold_is_passed_over` checks.
const MARGIN: f64 = 0.75;

/// Rows of the sums, and cells.
const GROUPS: [usize; 3] = [1, 3, 12];
const COLUMNS: [usize; 2] = [2, 8];

/// From this many cells on a shape is looked for in the wider columns, and from this many rows on in the longest groups. Of
/// the others only wide ones of one row or two stand out too little to be looked for in groups of three.
const WIDE_CELLS: usize = 16;
const LONG_ROWS: usize = 24;
const SHORT_ROWS: usize = 2;

/// Rows that coarse boxes are anchored at: sums of rows taken from a multiple of these on are the same.
pub const ALIGNED: usize = GROUPS[2];

/// One kind of coarse box, and the shapes that it stands for.
#[derive(Clone, Debug)]
struct Coarse {
    /// Index into [`GROUPS`] and [`COLUMNS`].
    group: usize,
    column: usize,
    /// Groups and columns of the box.
    groups: usize,
    columns: usize,
    /// Sum over the box from which it is looked at closer.
    limit: f32,
    shapes: Vec<usize>,
}

/// A row of coarse boxes of one kind, some of which stand out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chance {
    kind: usize,
    /// First and last of the columns with which those that stand out begin.
    columns: (usize, usize),
    /// Rows of the coarse boxes: the first, and one past the last.
    pub rows: (usize, usize),
    /// By how much the strongest exceeds noise, in standard deviations of noise up to a factor that all kinds share.
    pub strength: f32,
    /// It stands out so far that a box surely does.
    pub certain: bool,
}

impl Chance {
    /// The same in rows of which it begins with row `row`.
    pub fn at(self, row: usize) -> Chance {
        Chance { rows: (row, row + self.rows.1 - self.rows.0), ..self }
    }
}

/// Where boxes are to be looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Place<'a> {
    /// Indices of the shapes in the bank.
    pub shapes: &'a [usize],
    /// First rows of the boxes, relative to the rows given; may reach beyond them.
    pub starts: (usize, usize),
    /// Cells between which the boxes lie.
    pub cells: (usize, usize),
}

/// A coarse box is certain when it exceeds noise by so many times what makes it a chance.
const CERTAIN: f32 = 2.0;

/// Sums rows and cells and compares them with what the thresholds leave of a burst in them.
pub struct Screen {
    instructions: Instructions,
    cells: usize,
    coarse: Vec<Coarse>,
    /// `sums[group][column]`: shape `[groups × columns]`.
    sums: [[Lines<f32>; 2]; 3],
    in_time: Lines<f32>,
    /// Sums of 2, 4, 8 … neighbouring columns of `in_time`, from each on.
    doubled: Vec<Lines<f32>>,
    /// Boxes of one row.
    line: Lines<f32>,
}

impl Screen {
    /// A screen over `cells` cells for `bank` with `thresholds`.
    pub fn new(instructions: Instructions, cells: usize, bank: &[Shape], thresholds: &Thresholds) -> Self {
        let mut coarse: Vec<Coarse> = Vec::new();
        for (i, shape) in bank.iter().enumerate() {
            let column = usize::from(shape.cells >= WIDE_CELLS);
            let group = match shape.rows {
                LONG_ROWS.. => 2,
                ..=SHORT_ROWS if column == 1 => 0,
                _ => 1,
            };
            // So many that at most a sixth of the shape lies outside, wherever it begins.
            let groups = (shape.rows + GROUPS[group] - 1 - shape.rows / 6).div_ceil(GROUPS[group]);
            let width = COLUMNS[column];
            // Narrow ones must fit in wherever they begin; of wide ones a column's share at the edges may be missing.
            let fits = (shape.cells + width - 1).div_ceil(width);
            let columns = if shape.cells < 4 * width { fits } else { shape.cells / width };
            let columns = of_few_terms(columns.min(cells / width));
            let inside = (shape.rows as f64 / (groups * GROUPS[group]) as f64)
                * (shape.cells as f64 / (columns * width) as f64).min(1.0);
            let excess = MARGIN * (thresholds.ratio(i) - 1.0) * inside;
            let limit = ((1.0 + excess) * (groups * GROUPS[group] * columns * width) as f64) as f32;
            let same = |c: &&mut Coarse| (c.group, c.column, c.groups, c.columns) == (group, column, groups, columns);
            match coarse.iter_mut().find(same) {
                Some(c) => {
                    c.limit = c.limit.min(limit);
                    c.shapes.push(i);
                }
                None => coarse.push(Coarse { group, column, groups, columns, limit, shapes: vec![i] }),
            }
        }
        // Boxes of one kind of sums in order of their length: each is the one before and some groups more.
        coarse.sort_by_key(|c| (c.group, c.column, c.groups, c.columns));
        Screen {
            instructions,
            cells,
            coarse,
            sums: std::array::from_fn(|_| [Lines::new(0), Lines::new(0)]),
            in_time: Lines::new(0),
            doubled: vec![Lines::new(0); (cells / COLUMNS[0]).ilog2() as usize],
            line: zeros(cells),
        }
    }

    /// Adds to `chances` where boxes may stand out in `y`, shape `[rows × cells]`, noise mean 1.
    pub fn look(&mut self, y: &[f32], chances: &mut Vec<Chance>) {
        self.add_up(y);
        for kind in 0..self.coarse.len() {
            self.compare(kind, chances);
        }
    }

    /// The boxes of a chance: those that begin in its first group of rows, or the one before or after.
    pub fn place(&self, chance: &Chance) -> Place<'_> {
        let Coarse { group, column, columns, ref shapes, .. } = self.coarse[chance.kind];
        let (rows, width) = (GROUPS[group], COLUMNS[column]);
        let (first, last) = chance.columns;
        Place {
            shapes,
            starts: (chance.rows.0.saturating_sub(rows), chance.rows.0 + 2 * rows),
            cells: ((first * width).saturating_sub(width), ((last + columns) * width + width).min(self.cells)),
        }
    }

    /// The cells that a chance's boxes cover, and one past the last.
    fn cells_of(&self, chance: &Chance) -> (usize, usize) {
        let Coarse { column, columns, .. } = self.coarse[chance.kind];
        let width = COLUMNS[column];
        (chance.columns.0 * width, (chance.columns.1 + columns) * width)
    }

    /// Whether a chance's boxes share something with the rows and cells given.
    pub fn touches(&self, chance: &Chance, rows: (usize, usize), cells: (usize, usize)) -> bool {
        let shared = |a: (usize, usize), b: (usize, usize)| a.0 < b.1 && b.0 < a.1;
        shared(chance.rows, rows) && shared(self.cells_of(chance), cells)
    }

    /// Looks at the boxes of a chance again in rows some of which were set to noise: whether one still stands out, and which.
    pub fn still(&self, folded: &mut Folded, y: &[f32], chance: &mut Chance) -> bool {
        let Coarse { group, column, columns, limit, .. } = self.coarse[chance.kind];
        let width = COLUMNS[column];
        folded.run_up(y, chance.rows, self.cells_of(chance), GROUPS[group] > 1);
        let boxes = (chance.columns.1 - chance.columns.0) + 1;
        let most = folded.boxes(boxes, width, columns * width);
        let mean = ((chance.rows.1 - chance.rows.0) * columns * width) as f32;
        chance.strength = (most - mean) / mean.sqrt();
        match above(&folded.line[..boxes], most, limit) {
            Some((first, last)) => {
                chance.columns = (chance.columns.0 + first, chance.columns.0 + last);
                true
            }
            None => false,
        }
    }

    /// Sums over groups of rows and columns of cells; a last group that is not whole is filled up with noise.
    fn add_up(&mut self, y: &[f32]) {
        let cells = self.cells;
        let rows = y.len() / cells;
        let [narrow, wide] = COLUMNS.map(|c| cells / c);
        let padded = rows.next_multiple_of(GROUPS[2]);
        for (i, rows_per_group) in GROUPS.iter().enumerate() {
            let groups = padded / rows_per_group;
            let (done, rest) = self.sums.split_at_mut(i);
            let [by_two, by_eight] = &mut rest[0];
            by_two.resize(groups * narrow, 0.0);
            by_eight.resize(groups * wide, 0.0);
            match done.last() {
                None => {
                    pairs(self.instructions, y, by_two);
                    by_two[rows * narrow..].fill(COLUMNS[0] as f32);
                }
                Some([finer, _]) => {
                    together(self.instructions, finer, narrow, rows_per_group / GROUPS[i - 1], by_two);
                }
            }
            fours(self.instructions, by_two, by_eight);
        }
    }

    /// Boxes of one kind against their limit.
    fn compare(&mut self, which: usize, chances: &mut Vec<Chance>) {
        let Screen { instructions, cells, coarse, sums, in_time, doubled, line } = self;
        let Coarse { group, column, groups, columns, limit, .. } = coarse[which];
        let sums = &sums[group][column];
        let width = *cells / COLUMNS[column];
        if sums.len() < groups * width {
            return;
        }
        // Boxes of the same sums were looked at just before: what they held is a part of these.
        let before = which.checked_sub(1).map(|b| &coarse[b]).filter(|b| (b.group, b.column) == (group, column));
        let held = before.map_or(0, |b| b.groups);
        if held != groups {
            sum_in_time(*instructions, sums, width, held, groups, in_time);
            doubled.iter_mut().for_each(Lines::clear);
        }
        for level in 0..columns.ilog2() as usize {
            if doubled[level].is_empty() {
                let (below, here) = doubled.split_at_mut(level);
                let source = below.last().map_or(in_time.as_slice(), Lines::as_slice);
                sum_of_two(*instructions, source, &source[(1 << level).min(source.len())..], &mut here[0]);
            }
        }
        // Any number of columns is the sum of a few of these, side by side.
        let mut terms = [(&[] as &[f32], 0); TERMS];
        let (mut count, mut at) = (0, 0);
        for level in (0..=columns.ilog2() as usize).rev() {
            if columns & (1 << level) != 0 {
                terms[count] = (if level == 0 { in_time } else { &doubled[level - 1] }, at);
                at += 1 << level;
                count += 1;
            }
        }
        let terms = &terms[..count];
        let boxes = in_time.len() + 1 - columns;
        let positions = width + 1 - columns;
        let rows = GROUPS[group];
        let mean = (groups * rows * columns * COLUMNS[column]) as f32;
        // Boxes that reach over the end of a row into the next are looked at with the others, and then left out.
        for piece in (0..boxes).step_by(PIECE_ROWS * width) {
            let end = (piece + PIECE_ROWS * width).min(boxes);
            if !any_above(*instructions, terms, piece, end, limit) {
                continue;
            }
            for row in (piece..end).step_by(width) {
                let line = &mut line[..positions];
                let most = add_terms(*instructions, terms, row, line);
                let Some(columns) = above(line, most, limit) else {
                    continue;
                };
                let first = row / width * rows;
                chances.push(Chance {
                    kind: which,
                    columns,
                    rows: (first, first + groups * rows),
                    strength: (most - mean) / mean.sqrt(),
                    certain: most - mean > CERTAIN * (limit - mean),
                });
            }
        }
    }
}

/// Sums by doubling that a box is put together from at most: a shape that needs more is looked for by fewer columns.
const TERMS: usize = 3;

/// Rows of boxes that are compared at once.
const PIECE_ROWS: usize = 8;

/// The largest number up to `columns` that has at most [`TERMS`] binary digits set.
fn of_few_terms(mut columns: usize) -> usize {
    while columns.count_ones() > TERMS as u32 {
        columns -= columns & columns.wrapping_neg();
    }
    columns
}

/// Sum of `groups` rows of `width` values from each row on; `out` holds that of the first `held` of them.
fn sum_in_time(
    instructions: Instructions,
    sums: &[f32],
    width: usize,
    held: usize,
    groups: usize,
    out: &mut Lines<f32>,
) {
    let length = sums.len() - (groups - 1) * width;
    let mut held = held;
    if held == 0 {
        out.clear();
        if groups == 1 {
            out.extend_from_slice(sums);
            return;
        }
        sum_of_two(instructions, &sums[..length], &sums[width..], out);
        held = 2;
    }
    out.truncate(length);
    for k in held..groups {
        add_to(instructions, out, &sums[k * width..][..length]);
    }
}

vectorised! {
    /// Sums of pairs.
    fn pairs(values: &[f32], out: &mut [f32]) {
        for (sum, pair) in out.iter_mut().zip(values.as_chunks::<2>().0) {
            *sum = pair[0] + pair[1];
        }
    }
}

vectorised! {
    /// Sums of four neighbours.
    fn fours(values: &[f32], out: &mut [f32]) {
        for (sum, four) in out.iter_mut().zip(values.as_chunks::<4>().0) {
            *sum = (four[0] + four[1]) + (four[2] + four[3]);
        }
    }
}

vectorised! {
    /// Sums of `count` rows of `width` values.
    fn together(values: &[f32], width: usize, count: usize, out: &mut [f32]) {
        for (sum, rows) in out.chunks_exact_mut(width).zip(values.chunks_exact(width * count)) {
            sum.copy_from_slice(&rows[..width]);
            for row in rows.chunks_exact(width).skip(1) {
                sum.iter_mut().zip(row).for_each(|(s, v)| *s += v);
            }
        }
    }
}

vectorised! {
    fn add_to(sums: &mut [f32], values: &[f32]) {
        sums.iter_mut().zip(values).for_each(|(sum, v)| *sum += v);
    }
}

vectorised! {
    fn sum_of_two(a: &[f32], b: &[f32], out: &mut Lines<f32>) {
        out.resize(a.len().min(b.len()), 0.0);
        out.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum = a + b);
    }
}

vectorised! {
    /// Whether the sum of the terms, each from its own place on, exceeds `limit` anywhere from `from` to before `to`.
    fn any_above(terms: &[(&[f32], usize)], from: usize, to: usize, limit: f32) -> bool {
        let mut most = [0.0f32; LANES];
        let part = |term: usize| {
            let (values, at) = terms[term];
            values[from + at..to + at].as_chunks::<LANES>()
        };
        let rest = (to - from) / LANES * LANES + from;
        match terms.len() {
            1 => {
                for a in part(0).0 {
                    for i in 0..LANES {
                        most[i] = larger(most[i], a[i]);
                    }
                }
            }
            2 => {
                for (a, b) in part(0).0.iter().zip(part(1).0) {
                    for i in 0..LANES {
                        most[i] = larger(most[i], a[i] + b[i]);
                    }
                }
            }
            _ => {
                for ((a, b), c) in part(0).0.iter().zip(part(1).0).zip(part(2).0) {
                    for i in 0..LANES {
                        most[i] = larger(most[i], (a[i] + b[i]) + c[i]);
                    }
                }
            }
        }
        let mut largest = largest_of(&most);
        for i in rest..to {
            largest = larger(largest, terms.iter().map(|(values, at)| values[i + at]).fold(0.0, |a, b| a + b));
        }
        largest > limit
    }
}

vectorised! {
    /// Sums of the terms, each from its own place on, from `from` on; returns the largest.
    fn add_terms(terms: &[(&[f32], usize)], from: usize, out: &mut [f32]) -> f32 {
        let count = out.len();
        let part = |term: usize| {
            let (values, at) = terms[term];
            &values[from + at..][..count]
        };
        match terms.len() {
            1 => out.copy_from_slice(part(0)),
            2 => out.iter_mut().zip(part(0)).zip(part(1)).for_each(|((sum, a), b)| *sum = a + b),
            _ => {
                let rest = part(1).iter().zip(part(2));
                out.iter_mut().zip(part(0)).zip(rest).for_each(|((sum, a), (b, c))| *sum = (a + b) + c);
            }
        }
        largest_of(out)
    }
}

/// First and last of those in `line`, the largest of which is `most`, that exceed `limit`.
fn above(line: &[f32], most: f32, limit: f32) -> Option<(usize, usize)> {
    if most <= limit {
        return None;
    }
    let is_above = |sum: &f32| *sum > limit;
    Some((line.iter().position(is_above)?, line.iter().rposition(is_above)?))
}

/// Boxes that are compared side by side.
const LANES: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::shapes::Raster;
    use crate::spectrum::Grid;
    use crate::units::Hertz;

    /// A burst that just exceeds its shape's threshold, alone among noise of exactly the mean, is flagged wherever it lies.
    #[test]
    fn no_box_over_its_threshold_is_passed_over() {
        let grid = Grid::for_rate(Hertz(2.4e6));
        let bank = Shape::bank(&grid, Raster::CELLS);
        let thresholds = Thresholds::new(&grid, Raster::CELLS, &bank, 1.0);
        let cells = grid.cells();
        let mut screen = Screen::new(Instructions::best(), cells, &bank, &thresholds);
        let rows = 100;
        let mut missed = Vec::new();
        for (i, shape) in bank.iter().enumerate() {
            for start in 10..22 {
                for first in (0..=cells - shape.cells).step_by(3) {
                    let mut y = vec![1.0f32; rows * cells];
                    for row in y.chunks_exact_mut(cells).skip(start).take(shape.rows) {
                        row[first..first + shape.cells].fill(1.01 * thresholds.ratio(i) as f32);
                    }
                    let mut chances = Vec::new();
                    screen.look(&y, &mut chances);
                    let seen = chances.iter().map(|chance| screen.place(chance)).any(|place| {
                        place.shapes.contains(&i)
                            && (place.starts.0..place.starts.1).contains(&start)
                            && place.cells.0 <= first
                            && first + shape.cells <= place.cells.1
                    });
                    if !seen {
                        missed.push((shape.rows, shape.cells, start, first));
                    }
                }
            }
        }
        assert_eq!(missed, []);
    }
}
