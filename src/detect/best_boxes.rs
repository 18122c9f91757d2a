//! Which box each place of the detector's view shows.

use std::ops::Range;

use super::shapes::Shape;
use super::threshold::Thresholds;

/// The box that stands out most at a place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BestBox {
    /// Mean power over the box in units of the noise's: noise alone has mean 1.
    pub mean: f32,
    /// It exceeds its shape's threshold: by it alone the detector reports a burst here.
    pub over: bool,
}

/// Every shape at every position, in one row of numbers: the positions of the first shape, then of the second, and so on.
pub(super) struct BoxTable {
    cells: usize,
    /// Where a shape's positions begin; one past the last of all at the end.
    begins: Vec<usize>,
    wide: Vec<usize>,
    per_cell: Vec<f64>,
    /// Thresholds as sums over a box.
    limits: Vec<f64>,
    /// 1 over the excess of the threshold's ratio over 1.
    per_excess: Vec<f64>,
}

impl BoxTable {
    pub(super) fn new(cells: usize, bank: &[Shape], thresholds: &Thresholds) -> Self {
        let mut begins = vec![0];
        begins.extend(bank.iter().scan(0, |end, shape| {
            *end += cells + 1 - shape.cells;
            Some(*end)
        }));
        let area = |shape: &Shape| (shape.rows * shape.cells) as f64;
        let ratio = |i: usize| thresholds.ratio(i);
        BoxTable {
            cells,
            begins,
            wide: bank.iter().map(|shape| shape.cells).collect(),
            per_cell: bank.iter().map(|shape| 1.0 / area(shape)).collect(),
            limits: bank.iter().enumerate().map(|(i, shape)| ratio(i) * area(shape)).collect(),
            per_excess: (0..bank.len()).map(|i| 1.0 / (ratio(i) - 1.0)).collect(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.begins.last().copied().unwrap_or(0)
    }

    /// Where the positions of `shape` stand.
    pub(super) fn positions(&self, shape: usize) -> Range<usize> {
        self.begins[shape]..self.begins[shape + 1]
    }
}

/// A box, and how much of its threshold's excess it has: boxes of all shapes are compared by that. For a burst of a given
/// energy it is greatest for the box that just holds it, since the excess that noise reaches falls with the square root
/// of a box's size, and the burst's excess with the size itself.
#[derive(Clone, Copy)]
struct Candidate {
    share: f64,
    shape: usize,
    cell: usize,
}

/// Chooses the boxes that are shown.
#[derive(Default)]
pub(super) struct Chooser {
    candidates: Vec<Candidate>,
    taken: Vec<bool>,
}

impl Chooser {
    /// Appends a row of `table`'s cells to `out`, from the `largest` sum of every shape at every position.
    ///
    /// The box that stands out most covers its cells, then the one that does so most of those that lie beside it, and so
    /// on: a burst shows as the box that fits it, and not as every wider one in which it is enough to pass the threshold.
    pub(super) fn choose(&mut self, table: &BoxTable, largest: &[f64], out: &mut Vec<BestBox>) {
        self.candidates.clear();
        for shape in 0..table.wide.len() {
            let (per_cell, per_excess) = (table.per_cell[shape], table.per_excess[shape]);
            let sums = largest[table.positions(shape)].iter().enumerate().filter(|(_, sum)| **sum > 0.0);
            let candidate =
                |(cell, sum): (usize, &f64)| Candidate { share: (sum * per_cell - 1.0) * per_excess, shape, cell };
            self.candidates.extend(sums.map(candidate));
        }
        self.candidates
            .sort_unstable_by(|a, b| b.share.total_cmp(&a.share).then(a.shape.cmp(&b.shape)).then(a.cell.cmp(&b.cell)));
        let row = out.len();
        out.resize(row + table.cells, BestBox::default());
        self.taken.clear();
        self.taken.resize(table.cells, false);
        let mut free = table.cells;
        // A second round covers what no box fits into beside the others.
        for round in 0..2 {
            for &Candidate { shape, cell, .. } in &self.candidates {
                if free == 0 {
                    return;
                }
                let covered = cell..cell + table.wide[shape];
                if round == 0 && self.taken[covered.clone()].contains(&true) {
                    continue;
                }
                let sum = largest[table.positions(shape)][cell];
                let shown = BestBox { mean: (sum * table.per_cell[shape]) as f32, over: sum > table.limits[shape] };
                for cell in covered {
                    if !self.taken[cell] {
                        self.taken[cell] = true;
                        out[row + cell] = shown;
                        free -= 1;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::shapes::Raster;
    use crate::spectrum::Grid;
    use crate::units::Hertz;

    /// What is shown for sums of noise of mean 1 everywhere, but for boxes of these cells and rows from these cells on with
    /// these means.
    fn shown(boxes: &[((usize, usize), usize, f64)]) -> Vec<BestBox> {
        let grid = Grid::for_rate(Hertz(2.4e6));
        let bank = Shape::bank(&grid, Raster::CELLS);
        let thresholds = Thresholds::new(&grid, Raster::CELLS, &bank, 1.0);
        let table = BoxTable::new(grid.cells(), &bank, &thresholds);
        let mut largest = vec![0.0; table.len()];
        for (index, shape) in bank.iter().enumerate() {
            let area = (shape.rows * shape.cells) as f64;
            for (cell, sum) in largest[table.positions(index)].iter_mut().enumerate() {
                let here = boxes.iter().find(|(size, at, _)| *size == (shape.cells, shape.rows) && *at == cell);
                *sum = area * here.map_or(1.0, |(_, _, mean)| *mean);
            }
        }
        let mut out = Vec::new();
        Chooser::default().choose(&table, &largest, &mut out);
        out
    }

    #[test]
    fn a_burst_shows_as_the_box_that_fits_it_and_hides_none_beside_it() {
        // A strong narrow burst is also in a box over most of the band, and a weak one lies beside it, near 0.8 dB for 0.81.
        let shown = shown(&[((4, 7), 10, 1000.0), ((51, 12), 5, 45.0), ((28, 12), 30, 1.22), ((4, 7), 32, 1.3)]);
        assert_eq!(shown.len(), 64);
        for (cell, found) in shown.iter().enumerate() {
            let expected = match cell {
                10..14 => BestBox { mean: 1000.0, over: true },
                30..58 => BestBox { mean: 1.22, over: true },
                _ => BestBox { mean: 1.0, over: false },
            };
            assert_eq!(*found, expected, "cell {cell}");
        }
    }

    #[test]
    fn what_stands_out_is_measured_by_each_shapes_own_threshold() {
        // 2.6 dB is under the threshold of a narrow box, and 0.9 dB over that of a wide one.
        let shown = shown(&[((4, 7), 20, 1.82), ((28, 12), 10, 1.23)]);
        assert_eq!(
            (shown[9], shown[10], shown[37]),
            (
                BestBox { mean: 1.0, over: false },
                BestBox { mean: 1.23, over: true },
                BestBox { mean: 1.23, over: true },
            )
        );
    }
}
