//! When a burst begins and ends, between two rows: the likeliest times for the energy of the rows at its edges.

use std::f64::consts::PI;

use crate::spectrum::Grid;

/// Times are tried this share of a row apart, then this.
const COARSE: f64 = 0.25;
const FINE: f64 = 0.0625;

/// Lengths of short bursts spread about the usual one by this ratio's logarithm.
const USUAL_SPREAD: f64 = 0.5;

/// What rows of a window of sine ramps see of a burst: their squared windows add up to 1, so each sample counts once.
#[derive(Clone, Copy)]
pub struct Window {
    n: f64,
    hop: f64,
    ramp: f64,
}

impl Window {
    /// The window of the detector's rows.
    pub fn new(grid: &Grid) -> Self {
        Window { n: grid.n as f64, hop: grid.hop as f64, ramp: grid.overlap() as f64 }
    }

    /// Share of a row's energy that lies before its sample `x`.
    pub fn before(&self, x: f64) -> f64 {
        let rise = |x: f64| 0.5 * x - self.ramp / (2.0 * PI) * (PI * x / self.ramp).sin();
        let sum = if x <= 0.0 {
            0.0
        } else if x < self.ramp {
            rise(x)
        } else if x < self.n - self.ramp {
            x - 0.5 * self.ramp
        } else if x < self.n {
            self.hop - rise(self.n - x)
        } else {
            self.hop
        };
        sum / self.hop
    }

    /// Share of the row that begins at `row` which a burst from `start` to `end` fills.
    pub fn share(&self, row: f64, start: f64, end: f64) -> f64 {
        self.before(end - row) - self.before(start - row)
    }
}

/// Rows of power in a burst's own band, as a ratio to the noise there, noise removed.
pub struct Energies<'a> {
    /// The rows at hand.
    pub excess: &'a [f64],
    /// Sample at which the first of them begins.
    pub first: f64,
    /// What they see.
    pub window: Window,
}

impl Energies<'_> {
    fn row_start(&self, row: usize) -> f64 {
        self.first + row as f64 * self.window.hop
    }

    fn mean(&self, from: usize, to: usize) -> f64 {
        self.excess[from..to].iter().sum::<f64>() / (to - from) as f64
    }

    /// Minus the logarithm of the likelihood of rows `from` to before `to`, per degree of freedom, if the burst fills
    /// `share` of each: power is gamma distributed.
    fn misfit(&self, (from, to): (usize, usize), level: f64, share: impl Fn(f64) -> f64) -> f64 {
        let one = |row: usize| {
            let expected = 1.0 + level * share(self.row_start(row));
            expected.ln() + (1.0 + self.excess[row]).max(0.0) / expected
        };
        (from..to).map(one).sum()
    }

    /// When a burst of the rows from `a` to before `b`, five or more, begins; `clear` rows before `a` hold nothing else.
    pub fn start(&self, a: usize, b: usize) -> f64 {
        let plateau = (a + 2, (a + 7).min(b - 1).max(a + 3));
        let level = self.mean(plateau.0, plateau.1).max(1e-3);
        let rows = (a.saturating_sub(2), a + 3);
        let w = &self.window;
        let misfit = |start: f64| self.misfit(rows, level, |row| 1.0 - w.before(start - row));
        likeliest(self.row_start(a) - w.hop, self.row_start(a) + w.n + w.hop, w.hop, misfit)
    }

    /// When it ends.
    pub fn end(&self, a: usize, b: usize) -> f64 {
        let plateau = (b.saturating_sub(7).max(a + 1).min(b - 3), b - 2);
        let level = self.mean(plateau.0, plateau.1).max(1e-3);
        let rows = (b - 3, (b + 2).min(self.excess.len()));
        let w = &self.window;
        let misfit = |end: f64| self.misfit(rows, level, |row| w.before(end - row));
        likeliest(self.row_start(b - 1) - w.hop, self.row_start(b - 1) + w.n + w.hop, w.hop, misfit)
    }

    /// Start, end and level of a burst of few rows, from `a` to before `b`: all from how its energy is spread over them.
    /// Where noise leaves its length open, it is about `usual` samples; a row has `dof` degrees of freedom.
    pub fn short(&self, a: usize, b: usize, dof: f64, usual: f64) -> (f64, f64, f64) {
        let (from, to) = (a.saturating_sub(1), (b + 1).min(self.excess.len()));
        let w = &self.window;
        let mut energy = 0.0;
        let mut moment = 0.0;
        for row in from..to {
            let e = self.excess[row].max(0.0);
            energy += e;
            moment += e * (self.row_start(row) + 0.5 * w.n);
        }
        let energy = energy.max(1e-3);
        let middle = moment / energy;
        let misfit = |middle: f64, length: f64| {
            let (start, end) = (middle - 0.5 * length, middle + 0.5 * length);
            let misfit = self.misfit((from, to), energy * w.hop / length, |row| w.share(row, start, end));
            dof * misfit + 0.5 * ((length / usual).ln() / USUAL_SPREAD).powi(2)
        };
        let longest = (b - a) as f64 * w.hop + w.ramp;
        let mut best = (f64::MAX, middle, longest);
        let mut attempt = |middle: f64, length: f64| {
            let m = misfit(middle, length);
            if m < best.0 {
                best = (m, middle, length);
            }
            best
        };
        let steps = 8;
        for i in 0..steps {
            // From a quarter of a row to the longest, in equal ratios.
            let length = longest * (0.25 * w.hop / longest).powf(i as f64 / (steps - 1) as f64);
            for j in -3..=3 {
                attempt(middle + f64::from(j) * w.hop / 8.0, length);
            }
        }
        let mut step = 0.5;
        for _ in 0..4 {
            let (_, middle, length) = attempt(middle, longest);
            for (shift, ratio) in [(1.0, 1.0), (-1.0, 1.0), (0.0, 1.0 + 0.5 * step), (0.0, 1.0 / (1.0 + 0.5 * step))] {
                attempt(middle + 0.2 * step * shift * w.hop, (length * ratio).clamp(0.25 * w.hop, longest));
            }
            step *= 0.6;
        }
        let (_, middle, length) = best;
        (middle - 0.5 * length, middle + 0.5 * length, energy * w.hop / length)
    }

    /// The end of one burst and the start of the next where rows `cut - 1` and `cut` hold both; the levels are those of
    /// the rows beside.
    pub fn between(&self, cut: usize, before: f64, after: f64) -> (f64, f64) {
        let w = &self.window;
        let rows = (cut - 2, (cut + 2).min(self.excess.len()));
        let mut best = (f64::MAX, 0.0, 0.0);
        let steps = 24;
        for i in 0..=steps {
            let end = self.row_start(cut - 1) + w.n * 0.25 + (w.hop + 0.5 * w.n) * f64::from(i) / f64::from(steps);
            for j in 0..=8 {
                let start = end + 0.125 * f64::from(j) * w.hop;
                let misfit: f64 = (rows.0..rows.1)
                    .map(|row| {
                        let at = self.row_start(row);
                        let expected = before * w.before(end - at) + after * (1.0 - w.before(start - at));
                        (self.excess[row] - expected).powi(2)
                    })
                    .sum();
                if misfit < best.0 {
                    best = (misfit, end, start);
                }
            }
        }
        (best.1, best.2)
    }
}

/// Where `misfit` is least between `from` and `to`.
fn likeliest(from: f64, to: f64, hop: f64, misfit: impl Fn(f64) -> f64) -> f64 {
    let least = |best: (f64, f64), at: f64| {
        let m = misfit(at);
        if m < best.0 { (m, at) } else { best }
    };
    let steps = ((to - from) / (COARSE * hop)) as usize;
    let coarse = (0..=steps).map(|i| from + i as f64 * COARSE * hop).fold((f64::MAX, from), least);
    let best = (-3..=3).map(|i| coarse.1 + f64::from(i) * FINE * hop).fold(coarse, least);
    // The least of a parabola through the last three.
    let (at, step) = (best.1, FINE * hop);
    let (low, middle, high) = (misfit(at - step), best.0, misfit(at + step));
    let bend = low - 2.0 * middle + high;
    if bend > 0.0 { at + (0.5 * step * (low - high) / bend).clamp(-step, step) } else { at }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spectrum;
    use crate::units::Hertz;

    #[test]
    fn a_row_sees_as_much_as_its_squared_window_lets_through() {
        let grid = Grid::for_rate(Hertz(2.4e6));
        let window = Window::new(&grid);
        let mut sum = 0.0;
        for (i, w) in (spectrum::Window::SineRamp { overlap: grid.overlap() }).coefficients(grid.n).iter().enumerate() {
            assert!((window.before(i as f64) * grid.hop as f64 - sum).abs() < 1e-2, "before sample {i}");
            sum += w * w;
        }
        assert_eq!((window.before(-1.0), window.before(1e9)), (0.0, 1.0));
    }

    #[test]
    fn edges_are_exact_without_noise() {
        let grid = Grid::for_rate(Hertz(2.4e6));
        let window = Window::new(&grid);
        let row = |i: usize| i as f64 * grid.hop as f64;
        for (start, end) in [(1000.0, 2312.0), (1033.0, 2500.0), (1100.5, 9000.0), (1000.0, 1171.0), (1090.0, 1300.0)] {
            let excess: Vec<f64> = (0..64).map(|i| 10.0 * window.share(row(i), start, end)).collect();
            let energies = Energies { excess: &excess, first: 0.0, window };
            let a = excess.iter().position(|e| *e > 2.0).unwrap();
            let b = excess.iter().rposition(|e| *e > 2.0).unwrap() + 1;
            let (found_start, found_end) = if b - a >= 5 {
                (energies.start(a, b), energies.end(a, b))
            } else {
                let (start, end, _) = energies.short(a, b, 100.0, 171.0);
                (start, end)
            };
            let off = (found_start - start).abs().max((found_end - end).abs());
            // Of a short burst the usual length weighs in: a fifth of a row is 32 samples.
            assert!(off < if b - a >= 5 { 3.0 } else { 32.0 }, "{start} to {end}: {found_start} to {found_end}");
        }
    }
}
