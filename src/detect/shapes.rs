//! The bank of time-frequency boxes whose power is summed.

use crate::spectrum::{BINS_PER_CELL, GROUP_ROWS, Grid};

/// How wide a shape is.
#[derive(Clone, Copy, Debug)]
enum Width {
    Khz(f64),
    /// A share of the band, for bursts wider than any handset's.
    OfBand(f64),
}

/// A shape as it is meant: hertz and microseconds, whatever the sample rate.
struct Nominal {
    width: Width,
    us: f64,
    /// A start every so many rows is tried.
    step: u64,
    /// Share of the false alarms it may give, relative to the others.
    share: f64,
}

const fn nominal(width: Width, us: f64, step: u64, share: f64) -> Nominal {
    Nominal { width, us, step, share }
}

use Width::{Khz, OfBand};

/// The shapes. GSM's are narrower than its channel of 200 kHz: the spectrum is a bell, and its middle gives most.
const NOMINAL: [Nominal; 18] = [
    nominal(Khz(150.0), 533.0, 1, 1.0), // GSM normal burst; half slots of one resource block
    nominal(Khz(188.0), 333.0, 1, 1.6), // GSM access burst
    nominal(Khz(375.0), 533.0, 1, 0.3), // two resource blocks, half a subframe
    nominal(Khz(188.0), 1010.0, 1, 3.5), // PUSCH, one resource block
    nominal(Khz(375.0), 933.0, 2, 0.4), // two resource blocks
    nominal(Khz(675.0), 933.0, 2, 0.5), // four
    nominal(Khz(1050.0), 933.0, 1, 4.2), // six, and PRACH
    nominal(Khz(720.0), 71.0, 1, 1.6),  // sounding reference signal, four resource blocks
    nominal(Khz(720.0), 160.0, 1, 1.0),
    nominal(Khz(37.5), 533.0, 2, 0.2), // the ladder for what nobody names in advance
    nominal(Khz(188.0), 2000.0, 4, 0.2),
    nominal(Khz(188.0), 4000.0, 8, 0.25),
    nominal(Khz(675.0), 267.0, 1, 0.25),
    nominal(Khz(1050.0), 67.0, 1, 0.25),
    nominal(Khz(1050.0), 160.0, 1, 0.25),
    nominal(OfBand(0.8), 67.0, 1, 0.25),
    nominal(OfBand(0.8), 267.0, 1, 0.25),
    nominal(OfBand(0.8), 933.0, 2, 0.25),
];

/// Shapes narrower than a cell, looked for bin by bin.
const NARROW: [Nominal; 3] =
    [nominal(Khz(28.0), 1440.0, 1, 0.3), nominal(Khz(28.0), 2880.0, 2, 0.3), nominal(Khz(28.0), 5760.0, 4, 0.3)];

/// Of what boxes are made: how many bins and rows of the detector's grid are one of theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raster {
    /// Bins in a cell of the raster.
    pub bins: usize,
    /// Detector's rows in a row of the raster.
    pub rows: usize,
}

impl Raster {
    /// Rows of cells: fine in time.
    pub const CELLS: Raster = Raster { bins: BINS_PER_CELL, rows: 1 };
    /// Groups of rows, bin by bin: fine in frequency.
    pub const BINS: Raster = Raster { bins: 1, rows: GROUP_ROWS };

    /// Cells across the band.
    pub fn cells(self, grid: &Grid) -> usize {
        grid.n / self.bins
    }
}

/// A shape rounded to the grid of one sample rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Cells of frequency.
    pub cells: usize,
    /// Rows of time.
    pub rows: usize,
    /// Starts at rows that are multiples of this.
    pub step: u64,
    /// Share of the false alarms, of a total of 1 over all shapes.
    pub share: f64,
}

impl Shape {
    /// The shapes at `grid`'s rate on `raster`. On [`Raster::CELLS`] the first is the GSM normal burst's. Shapes wider than
    /// the band drop out, and so do those that round to one already there.
    pub fn bank(grid: &Grid, raster: Raster) -> Vec<Shape> {
        let mut banks = [(Raster::CELLS, &NOMINAL[..]), (Raster::BINS, &NARROW[..])]
            .map(|(raster, nominal)| (raster, Shape::rounded(grid, raster, nominal)));
        let total: f64 = banks.iter().flat_map(|(_, bank)| bank).map(|s| s.share).sum();
        let (_, bank) = banks.iter_mut().find(|(of, _)| *of == raster).expect("every raster has a bank");
        bank.iter_mut().for_each(|shape| shape.share /= total);
        std::mem::take(bank)
    }

    fn rounded(grid: &Grid, raster: Raster, nominal: &[Nominal]) -> Vec<Shape> {
        let band = raster.cells(grid);
        let cell_khz = grid.bin_width().0 * raster.bins as f64 / 1e3;
        let row_us = grid.row_s() * raster.rows as f64 * 1e6;
        let mut bank: Vec<Shape> = Vec::new();
        for nominal in nominal {
            let cells = match nominal.width {
                Width::Khz(khz) => (khz / cell_khz).round(),
                Width::OfBand(share) => (share * band as f64).round(),
            };
            let cells = (cells as usize).max(1);
            let rows = ((nominal.us / row_us).round() as usize).max(1);
            if cells <= band && !bank.iter().any(|s| s.cells == cells && s.rows == rows) {
                bank.push(Shape { cells, rows, step: nominal.step, share: nominal.share });
            }
        }
        bank
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Hertz;

    #[test]
    fn at_two_point_four_megasamples_the_shapes_are_the_designs() {
        let bank = Shape::bank(&Grid::for_rate(Hertz(2.4e6)), Raster::CELLS);
        let sizes: Vec<_> = bank.iter().map(|s| (s.cells, s.rows)).collect();
        assert_eq!(
            sizes,
            [
                (4, 7),
                (5, 4),
                (10, 7),
                (5, 13),
                (10, 12),
                (18, 12),
                (28, 12),
                (19, 1),
                (19, 2),
                (1, 7),
                (5, 25),
                (5, 50),
                (18, 3),
                (28, 1),
                (28, 2),
                (51, 1),
                (51, 3),
                (51, 12)
            ]
        );
    }

    #[test]
    fn shapes_keep_their_size_at_every_rate_and_fit_the_band() {
        for rate in [250e3, 1e6, 1.92e6, 2.4e6, 20e6, 61.44e6] {
            let grid = Grid::for_rate(Hertz(rate));
            let bank = Shape::bank(&grid, Raster::CELLS);
            let gsm = bank[0];
            let khz = gsm.cells as f64 * grid.bin_width().0 * BINS_PER_CELL as f64 / 1e3;
            let us = gsm.rows as f64 * grid.row_s() * 1e6;
            assert!((105.0..=195.0).contains(&khz) && (480.0..=590.0).contains(&us), "{rate}: {khz} kHz, {us} µs");
            assert!(bank.iter().all(|s| s.cells * BINS_PER_CELL <= grid.n));
            let narrow = Shape::bank(&grid, Raster::BINS);
            assert!((bank.iter().chain(&narrow).map(|s| s.share).sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }
}
