//! The waterfall of a whole run, which the window and the picture share.

use std::ops::Range;

use super::levels::box_level;
use super::row_store::{NOT_LOOKED_AT, RowStore, hundredths};
use crate::detect::JudgedRows;
use crate::spectrum::{BINS_PER_CELL, DisplayRows};
use crate::units::{Dbfs, Hertz, SampleIndex};

/// Levels over time and frequency for a whole run, in bounded memory.
///
/// Row `i` spans the samples from `first() + i · span()`; each cell is the **maximum** of its rows, or
/// [`NOT_LOOKED_AT`]: power in hundredths of a dBFS, or boxes as [`LevelScale`](super::LevelScale) reads them. When the
/// bound is reached, pairs of rows become one and the span doubles, so that a minute and ten hours both fit. Cells run in
/// ascending frequency; [`band`](Self::band) says where they lie.
#[derive(Clone, Debug)]
pub struct Waterfall {
    store: RowStore,
    end: SampleIndex,
    /// Places from the lower edge of cell `bins() / 2` to zero offset.
    zero: f64,
    levels: Vec<i16>,
}

impl Default for Waterfall {
    /// At most 16 Mi cells, 32 MiB.
    fn default() -> Self {
        Waterfall::new(1 << 24)
    }
}

impl Waterfall {
    /// An empty waterfall that will hold at most `max_cells` cells (and never fewer than two rows).
    pub fn new(max_cells: usize) -> Self {
        Waterfall { store: RowStore::new(max_cells), end: SampleIndex(0), zero: 0.5, levels: Vec::new() }
    }

    /// An empty waterfall for the detector's view, whose rows have fewer cells: at most 4 Mi, 8 MiB.
    pub fn of_boxes() -> Self {
        Waterfall::new(1 << 22)
    }

    /// Takes the next rows. A jump of their first sample leaves rows that nobody looked at.
    pub fn push(&mut self, rows: &DisplayRows) {
        for (row, power) in rows.power.chunks_exact(rows.bins).enumerate() {
            let start = SampleIndex(rows.first.0 + row as u64 * rows.span);
            self.levels.clear();
            self.levels.extend(power.iter().map(|&p| hundredths(p)));
            self.store.push(start, rows.span, &self.levels);
            self.end = SampleIndex(start.0 + rows.span);
        }
    }

    /// Takes the next rows of the detector's view; a waterfall holds these or power, never both.
    pub fn push_boxes(&mut self, rows: &JudgedRows) {
        // A cell begins half a bin under the middle of its first bin, and zero offset is the middle of a bin.
        self.zero = 0.5 / BINS_PER_CELL as f64;
        for (row, boxes) in rows.best.chunks_exact(rows.band_cells.max(1)).enumerate() {
            let start = SampleIndex(rows.first.0 + row as u64 * rows.span);
            self.levels.clear();
            self.levels.extend(boxes.iter().map(box_level));
            self.store.push(start, rows.span, &self.levels);
            self.end = SampleIndex(start.0 + rows.span);
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.store.rows()
    }

    /// Cells in a row; 0 before the first push.
    pub fn bins(&self) -> usize {
        self.store.width()
    }

    /// Place of a frequency `offset` among the cells, where cell `b` covers `b` to `b + 1`.
    pub fn place(&self, offset: Hertz, sample_rate: Hertz) -> f64 {
        let bins = self.bins();
        offset.0 / sample_rate.0 * bins as f64 + (bins / 2) as f64 + self.zero
    }

    /// Places of the band's edges, half the sample rate from the centre.
    pub fn band(&self) -> Range<f64> {
        let half = Hertz(0.5);
        self.place(Hertz(-half.0), Hertz(1.0))..self.place(half, Hertz(1.0))
    }

    /// Samples that a row spans; 0 before the first push.
    pub fn span(&self) -> u64 {
        self.store.span()
    }

    /// First sample of row 0.
    pub fn first(&self) -> SampleIndex {
        self.store.first()
    }

    /// One past the last sample that a row was given for.
    pub fn end(&self) -> SampleIndex {
        self.end
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows() == 0
    }

    /// Levels of row `index`, below [`rows`](Self::rows).
    pub fn row(&self, index: usize) -> &[i16] {
        self.store.row(index)
    }

    /// Index of the row that holds `sample`.
    pub fn row_at(&self, sample: SampleIndex) -> Option<usize> {
        self.store.row_at(sample)
    }

    /// Indices of the rows that `samples` touches.
    pub fn rows_between(&self, samples: &Range<SampleIndex>) -> Range<usize> {
        self.store.rows_between(samples)
    }

    /// Cell by cell, the maximum over the rows that `samples` touches; [`NOT_LOOKED_AT`] where there is none. `out`
    /// takes `bins()` levels.
    pub fn max_between(&self, samples: Range<SampleIndex>, out: &mut Vec<i16>) {
        self.store.max_between(samples, out);
    }
}

/// The level of the noise in rows of pixels as they are shown: the median over the rows of each row's median. `None` when
/// nothing was looked at. A row that spans more of the waterfall's rows shows higher maxima of the same noise, so the
/// range of colours begins with this, not with a row as it was stored.
pub fn shown_noise_dbfs(rows: impl IntoIterator<Item = Vec<i16>>) -> Option<Dbfs> {
    let mut medians: Vec<i16> = rows
        .into_iter()
        .filter_map(|mut row| {
            row.retain(|&level| level != NOT_LOOKED_AT);
            median(&mut row)
        })
        .collect();
    median(&mut medians).map(|level| Dbfs(f32::from(level) / 100.0))
}

fn median(levels: &mut [i16]) -> Option<i16> {
    let middle = levels.len() / 2;
    (!levels.is_empty()).then(|| *levels.select_nth_unstable(middle).1)
}

/// Fits the cells between the places `bins.start` and `bins.end` (see [`Waterfall::place`]) into `out`, left to right:
/// the maximum of the cells that a column covers, so that a narrow line keeps its level; the cell under its middle
/// when columns are narrower than cells. A place outside the row takes the nearest cell.
pub fn pool_columns(row: &[i16], bins: Range<f64>, out: &mut [i16]) {
    let last = row.len() as f64 - 1.0;
    let columns = out.len() as f64;
    let width = (bins.end - bins.start) / columns;
    for (x, level) in out.iter_mut().enumerate() {
        let from = bins.start + x as f64 * width;
        let (from, to) = if width < 1.0 {
            let middle = (from + width / 2.0).floor();
            (middle, middle)
        } else {
            (from.floor(), (from + width - 1e-9).floor())
        };
        let cells = &row[from.clamp(0.0, last) as usize..=to.clamp(0.0, last) as usize];
        *level = cells.iter().copied().max().unwrap_or(NOT_LOOKED_AT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::BestBox;

    const SPAN: u64 = 100;

    /// `count` rows of four bins from row `first` on; bin 0 holds 10 to the row's number, the others 1.
    fn rows(first: u64, count: u64) -> DisplayRows {
        let power = (first..first + count).flat_map(|r| [10f32.powi(-(r as i32 % 7)), 1e-3, 1e-4, 0.0]).collect();
        DisplayRows { first: SampleIndex(1000 + first * SPAN), span: SPAN, bins: 4, power }
    }

    fn all(w: &Waterfall) -> Vec<Vec<i16>> {
        (0..w.rows()).map(|i| w.row(i).to_vec()).collect()
    }

    #[test]
    fn rows_keep_their_levels_in_hundredths() {
        let mut w = Waterfall::new(1000);
        w.push(&rows(0, 2));
        assert_eq!(all(&w), [[0, -3000, -4000, -32767], [-1000, -3000, -4000, -32767]]);
        assert_eq!((w.bins(), w.span(), w.first(), w.end()), (4, 100, SampleIndex(1000), SampleIndex(1200)));
        assert_eq!(w.row_at(SampleIndex(1099)), Some(0));
        assert_eq!(w.row_at(SampleIndex(1100)), Some(1));
        assert_eq!([w.row_at(SampleIndex(999)), w.row_at(SampleIndex(1200))], [None, None]);
    }

    #[test]
    fn a_run_of_any_length_fits_and_keeps_its_maxima() {
        let mut w = Waterfall::new(4 * 8);
        w.push(&rows(0, 50));
        // 50 rows into at most 8: spans of eight rows, seven of them begun.
        assert_eq!((w.rows(), w.span(), w.end()), (7, 8 * SPAN, SampleIndex(1000 + 50 * SPAN)));
        // Rows 0, 7, 14 … hold 0 dBFS in bin 0, and each span of eight holds one; the last has rows 48 and 49.
        assert_eq!(all(&w), vec![vec![0, -3000, -4000, -32767]; 7]);
    }

    #[test]
    fn the_size_of_the_pieces_changes_nothing() {
        let whole = {
            let mut w = Waterfall::new(4 * 8);
            w.push(&rows(0, 61));
            w
        };
        for piece in [1, 2, 3, 7, 60] {
            let mut w = Waterfall::new(4 * 8);
            for first in (0..61).step_by(piece) {
                w.push(&rows(first, (piece as u64).min(61 - first)));
            }
            assert_eq!(all(&w), all(&whole), "in pieces of {piece}");
            assert_eq!((w.span(), w.end()), (whole.span(), whole.end()));
        }
    }

    #[test]
    fn a_gap_leaves_rows_that_nobody_looked_at() {
        let mut w = Waterfall::new(1000);
        w.push(&rows(0, 1));
        w.push(&rows(3, 1));
        assert_eq!(w.rows(), 4);
        assert_eq!([w.row(1), w.row(2)], [[NOT_LOOKED_AT; 4]; 2]);
        assert_eq!(w.row(3), [-3000, -3000, -4000, -32767]);
        // Where the stream goes on between two rows of ours, both were partly looked at.
        let mut off = rows(5, 1);
        off.first.0 += 50;
        w.push(&off);
        assert_eq!(w.rows(), 7);
        assert_eq!(
            [w.row(4), w.row(5), w.row(6)],
            [[NOT_LOOKED_AT; 4], [-5000, -3000, -4000, -32767], [-5000, -3000, -4000, -32767]]
        );
    }

    #[test]
    fn the_maximum_between_two_samples_takes_every_row_they_touch() {
        let mut w = Waterfall::new(1000);
        w.push(&rows(1, 6));
        let mut out = Vec::new();
        w.max_between(SampleIndex(1250)..SampleIndex(1301), &mut out);
        assert_eq!(out, [-2000, -3000, -4000, -32767]);
        w.max_between(SampleIndex(0)..SampleIndex(5000), &mut out);
        assert_eq!(out, [-1000, -3000, -4000, -32767]);
        w.max_between(SampleIndex(0)..SampleIndex(1100), &mut out);
        assert_eq!(out, [NOT_LOOKED_AT; 4]);
    }

    #[test]
    fn the_median_is_the_noise_whatever_a_burst_does() {
        let rows = (0..400).map(|r| (0..16).map(|b| if r < 150 && b < 7 { -2000 } else { -8000 }).collect());
        assert_eq!(shown_noise_dbfs(rows), Some(Dbfs(-80.0)));
        assert_eq!(shown_noise_dbfs([vec![NOT_LOOKED_AT; 4], vec![]]), None);
    }

    #[test]
    fn columns_take_the_maximum_of_the_cells_they_cover() {
        let row: Vec<i16> = vec![0, 9, 1, 2, 3, 8, 4, 5];
        let pooled = |bins, columns| {
            let mut out = vec![0; columns];
            pool_columns(&row, bins, &mut out);
            out
        };
        assert_eq!(pooled(0.0..8.0, 4), [9, 2, 8, 5]);
        assert_eq!(pooled(0.0..8.0, 8), row);
        assert_eq!(pooled(0.0..8.0, 3), [9, 8, 8]);
        assert_eq!(pooled(2.0..4.0, 6), [1, 1, 1, 2, 2, 2]);
        assert_eq!(pooled(-2.0..10.0, 3), [9, 8, 5]);
    }

    #[test]
    fn cells_lie_where_their_offset_is() {
        let rate = Hertz(2.4e6);
        let mut power = Waterfall::default();
        power.push(&DisplayRows { first: SampleIndex(0), span: SPAN, bins: 1024, power: vec![1e-6; 1024] });
        for bin in [0, 100, 512, 1023] {
            let middle = DisplayRows::offset(bin, 1024, rate);
            assert!((power.place(middle, rate) - (bin as f64 + 0.5)).abs() < 1e-9);
        }
        // Of 256 bins in 64 cells, bin 100 is the first of cell 25, and the last of cell 25 is bin 103.
        let mut boxes = Waterfall::default();
        boxes.push_boxes(&judged(64, vec![BestBox { mean: 1.0, over: false }; 64]));
        for (bin, place) in [(100, 25.125), (103, 25.875), (128, 32.125)] {
            let middle = DisplayRows::offset(bin, 256, rate);
            assert!((boxes.place(middle, rate) - place).abs() < 1e-9);
        }
        assert_eq!(power.band(), 0.5..1024.5);
        assert_eq!(boxes.band(), 0.125..64.125);
    }

    fn judged(band_cells: usize, best: Vec<BestBox>) -> JudgedRows {
        JudgedRows {
            first: SampleIndex(1000),
            span: SPAN,
            cells: 0,
            first_offset: Hertz(0.0),
            cell_width: Hertz(1.0),
            box_power: Vec::new(),
            floor: Vec::new(),
            threshold: 2.0,
            band_cells,
            best,
        }
    }

    #[test]
    fn of_several_boxes_the_strongest_over_its_threshold_is_kept() {
        let boxes = |mean, over| BestBox { mean, over };
        let mut w = Waterfall::new(2 * 2);
        let best = [
            [boxes(3.0, false), boxes(1.2, false)],
            [boxes(1.1, true), boxes(1.3, false)],
            [boxes(1.25, true), boxes(1.1, false)],
            [boxes(9.0, false), boxes(1.0, false)],
        ];
        w.push_boxes(&judged(2, best.concat()));
        assert_eq!((w.rows(), w.span(), w.end()), (2, 2 * SPAN, SampleIndex(1000 + 4 * SPAN)));
        let level = |mean, over| box_level(&boxes(mean, over));
        assert_eq!(w.row(0), [level(1.1, true), level(1.3, false)]);
        assert_eq!(w.row(1), [level(1.25, true), level(1.1, false)]);
    }
}
