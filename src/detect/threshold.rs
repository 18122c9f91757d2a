//! From false alarms per hour to a threshold for every shape.

use super::shapes::{Raster, Shape};
use crate::spectrum::Grid;
use crate::theory::{upper_quantile, upper_tail};

/// Samples in a frame over samples that a row advances: how much frames overlap decides how correlated cells are.
const FRAMES_PER_SAMPLE: f64 = 4.0 / 3.0;

/// The distribution of the sum of noise power over a box of `K` bins by `M` rows, as a shifted gamma matched to its
/// first three cumulants. The cells of a box are correlated through the window; the cumulants are the traces of the
/// powers of their correlation matrix, fitted to closed forms for this window and overlap (error below 0.3 %, by
/// `detect::threshold::tests::the_second_cumulant_is_that_of_the_window`).
#[derive(Clone, Copy, Debug)]
pub struct BoxNoise {
    mean: f64,
    shape: f64,
    scale: f64,
    shift: f64,
    variance: f64,
}

impl BoxNoise {
    /// Noise of unit mean power per bin in a box of `bins` × `rows`.
    pub fn new(bins: usize, rows: usize) -> Self {
        let (k, m, r) = (bins as f64, rows as f64, FRAMES_PER_SAMPLE);
        let k1 = k * m;
        let k2 = r * k1 * (1.0 - 0.327 / k) * (1.0 - 0.078 / m);
        let k3 = 2.0 * r * r * k1 * (1.0 - 0.5 / k) * (1.0 - 0.12 / m);
        let shape = 4.0 * k2.powi(3) / (k3 * k3);
        let scale = k3 / (2.0 * k2);
        BoxNoise { mean: k1, shape, scale, shift: k1 - shape * scale, variance: k2 }
    }

    /// The ratio to the mean that noise exceeds with `probability`.
    pub fn quantile(&self, probability: f64) -> f64 {
        (self.shift + self.scale * upper_quantile(self.shape, probability)) / self.mean
    }

    /// The probability that noise exceeds `ratio` times its mean.
    pub fn tail(&self, ratio: f64) -> f64 {
        upper_tail(self.shape, (ratio * self.mean - self.shift) / self.scale)
    }

    /// Effective degrees of freedom: mean² over variance.
    pub fn dof(&self) -> f64 {
        self.mean * self.mean / self.variance
    }
}

/// How many alarms the sum of all positions' probabilities over-counts, because neighbouring positions and shapes fire
/// together: measured on noise from 10 to 10 000 an hour, one curve for all shapes. `per_hour` is the rate asked for.
fn union_overcount(per_hour: f64) -> f64 {
    (0.64 - 0.06 * per_hour.log10()).clamp(0.2, 0.46)
}

/// What every shape must exceed at a stated rate of false alarms.
#[derive(Clone, Debug)]
pub struct Thresholds {
    per_hour: f64,
    shapes: Vec<ShapeThreshold>,
}

#[derive(Clone, Copy, Debug)]
struct ShapeThreshold {
    noise: BoxNoise,
    /// Positions tried in an hour, divided by the shape's share.
    positions_per_share: f64,
    ratio: f64,
}

impl Thresholds {
    /// Thresholds for a `bank` on `raster` that gives its share of `per_hour` false alarms (events) an hour over all shapes.
    pub fn new(grid: &Grid, raster: Raster, bank: &[Shape], per_hour: f64) -> Self {
        let cells = raster.cells(grid);
        let shapes = bank
            .iter()
            .map(|shape| {
                let starts_per_hour = 3600.0 / (grid.row_s() * (raster.rows as u64 * shape.step) as f64);
                let positions_per_share = starts_per_hour * (cells + 1 - shape.cells) as f64 / shape.share;
                let noise = BoxNoise::new(shape.cells * raster.bins, shape.rows * raster.rows);
                let probability = (per_hour / positions_per_share / union_overcount(per_hour)).min(0.5);
                ShapeThreshold { noise, positions_per_share, ratio: noise.quantile(probability) }
            })
            .collect();
        Thresholds { per_hour, shapes }
    }

    /// The ratio to the noise mean that a box of `shape` (its index in the bank) must exceed.
    pub fn ratio(&self, shape: usize) -> f64 {
        self.shapes[shape].ratio
    }

    /// Effective degrees of freedom of a box of `shape`.
    pub fn dof(&self, shape: usize) -> f64 {
        self.shapes[shape].noise.dof()
    }

    /// How often an hour noise alone gives an event with a box of `shape` at `ratio` or more, over all shapes at the
    /// same improbability; at most what was asked for.
    pub fn expected_per_hour(&self, shape: usize, ratio: f64) -> f64 {
        let s = &self.shapes[shape];
        let union = s.noise.tail(ratio) * s.positions_per_share;
        // The over-count depends on the rate it corrects: two rounds settle it to a per cent.
        let mut rate = union;
        for _ in 0..3 {
            rate = union * union_overcount(rate.max(1e-300));
        }
        rate.clamp(1e-300, self.per_hour)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iq::{SampleBlock, SampleFormat};
    use crate::spectrum::{Analyzer, Chunker, Spectra, Window};
    use crate::theory::binomial_interval;
    use crate::units::{Hertz, SampleIndex};
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};
    use std::f64::consts::PI;

    /// Sum of the squared correlation coefficients of a box's cells, from the window itself.
    fn second_cumulant(n: usize, hop: usize, bins: usize, rows: usize) -> f64 {
        let w = Window::SineRamp { overlap: n - hop }.coefficients(n);
        let energy: f64 = w.iter().map(|w| w * w).sum();
        let mut sum = 0.0;
        for dm in 0..rows.min(2) {
            for dk in 0..bins {
                let (mut re, mut im) = (0.0, 0.0);
                for i in dm * hop..n {
                    let phase = 2.0 * PI * (dk * i) as f64 / n as f64;
                    let product = w[i] * w[i - dm * hop];
                    re += product * phase.cos();
                    im += product * phase.sin();
                }
                let rho2 = (re * re + im * im) / (energy * energy);
                let sides = if dm == 0 { 1.0 } else { 2.0 } * if dk == 0 { 1.0 } else { 2.0 };
                sum += sides * (rows - dm) as f64 * (bins - dk) as f64 * rho2;
            }
        }
        sum
    }

    #[test]
    fn the_second_cumulant_is_that_of_the_window() {
        for (bins, rows) in [(4, 8), (16, 5), (16, 8), (20, 14), (112, 14), (112, 2), (4, 60)] {
            let exact = second_cumulant(256, 192, bins, rows);
            let fitted = BoxNoise::new(bins, rows).variance;
            assert!((fitted / exact - 1.0).abs() < 0.005, "{bins} × {rows}: {fitted} for {exact}");
        }
    }

    #[test]
    fn a_stronger_box_is_expected_less_often_and_the_threshold_exactly_as_asked() {
        let grid = Grid::for_rate(Hertz(2.4e6));
        let bank = Shape::bank(&grid, Raster::CELLS);
        for per_hour in [1.0, 100.0] {
            let thresholds = Thresholds::new(&grid, Raster::CELLS, &bank, per_hour);
            for shape in 0..bank.len() {
                let at = thresholds.expected_per_hour(shape, thresholds.ratio(shape));
                assert!((at / per_hour - 1.0).abs() < 0.02, "shape {shape}: {at} for {per_hour}");
                let above = thresholds.expected_per_hour(shape, 1.2 * thresholds.ratio(shape));
                assert!(above < 0.5 * at && above > 0.0);
            }
        }
    }

    /// Rows of cells of white noise of mean power 1 a sample, through the whole front end.
    fn rows_of_noise(grid: Grid, seed: u64, rows: usize) -> Vec<f32> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut uniform = || (f64::from(random.next_u32()) + 0.5) / 4_294_967_296.0;
        let mut chunker = Chunker::new(grid, SampleFormat::Cf32Le);
        let mut analyzer = Analyzer::new(grid, SampleFormat::Cf32Le, false);
        let (mut spectra, mut cells) = (Spectra::default(), Vec::new());
        let mut block = SampleBlock::default();
        while cells.len() < rows * grid.cells() {
            block.first = SampleIndex(block.first.0 + (block.bytes.len() / 8) as u64);
            block.bytes.clear();
            for _ in 0..grid.chunk_rows * grid.hop {
                let (amplitude, phase) = ((-uniform().ln()).sqrt(), 2.0 * PI * uniform());
                block.bytes.extend(((amplitude * phase.cos()) as f32).to_le_bytes());
                block.bytes.extend(((amplitude * phase.sin()) as f32).to_le_bytes());
            }
            chunker.push(&block, &mut |chunk| {
                analyzer.analyse(chunk, &mut spectra);
                cells.extend_from_slice(&spectra.cells);
            });
        }
        cells.truncate(rows * grid.cells());
        cells
    }

    #[test]
    fn boxes_of_noise_exceed_a_ratio_as_often_as_stated() {
        let grid = Grid::for_rate(Hertz(2.4e6));
        let (cells, rows) = (grid.cells(), 60_000);
        let noise = rows_of_noise(grid, 19, rows);
        for (wide, long) in [(1, 7), (4, 7), (5, 13), (19, 1), (28, 12)] {
            // Boxes that touch no other, and not the middle, where the offset is subtracted, nor wrap round the edges.
            let boxes: Vec<f64> = (0..rows / (long + 1))
                .flat_map(|i| (0..cells / 2 / (wide + 1)).map(move |j| (i * (long + 1), j * (wide + 1))))
                .flat_map(|(row, cell)| [(row, cell), (row, cell + cells / 2 + 1)])
                .filter(|(_, cell)| cell + wide <= cells && !(*cell..cell + wide).contains(&(cells / 2)))
                .map(|(row, cell)| {
                    let sum = |r: usize| noise[r * cells + cell..][..wide].iter().map(|p| f64::from(*p)).sum::<f64>();
                    (row..row + long).map(sum).sum::<f64>() / (wide * long) as f64 * cells as f64
                })
                .collect();
            let model = BoxNoise::new(wide * 4, long);
            for probability in [1e-2, 1e-3] {
                let ratio = model.quantile(probability);
                let over = boxes.iter().filter(|mean| **mean > ratio).count() as u64;
                let (low, high) = binomial_interval(over, boxes.len() as u64, 0.95);
                println!("{wide} × {long}: {over} of {} over, {low:.2e} to {high:.2e} for {probability}", boxes.len());
                // Three cumulants are not the whole distribution, and those of a single cell are fitted least well: to 10 %
                // of a probability, 0.02 dB of a threshold.
                let near = low < 1.1 * probability && 1.1 * high > probability;
                assert!(near, "{wide} × {long} at {probability}: {low:e} to {high:e}");
            }
        }
    }

    #[test]
    fn thresholds_at_one_an_hour_are_those_computed_apart() {
        // From positions, shares and cumulants, with another library's incomplete gamma function.
        let grid = Grid::for_rate(Hertz(2.4e6));
        let bank = Shape::bank(&grid, Raster::CELLS);
        let thresholds = Thresholds::new(&grid, Raster::CELLS, &bank, 1.0);
        for (cells, rows, db) in [(5, 4, 3.10), (4, 7, 2.70), (5, 13, 1.79), (28, 12, 0.81)] {
            let shape = bank.iter().position(|s| (s.cells, s.rows) == (cells, rows)).expect("the shape is in the bank");
            let over_mean_db = 10.0 * thresholds.ratio(shape).log10();
            assert!((over_mean_db - db).abs() < 0.02, "{cells} × {rows}: {over_mean_db} dB for {db}");
        }
    }
}
