//! A burst's spectrum, bin by bin: its edges, its centre and its levels.

use super::refine::Rows;
use super::threshold::BoxNoise;
use crate::spectrum::Grid;

/// Share of the power that the stated edges hold: what 200 kHz hold of a GSM burst.
const HELD: f64 = 0.957;

/// From this width on (500 kHz) a spectrum is flat, and its edges are its full width.
const FLAT_HZ: f64 = 500e3;

/// A flat spectrum's middle lies between the outermost crossings of this share of its level.
const FLAT_CROSSING: f64 = 0.12;

/// Width, in bins, of what the window makes of a tone: widths add up as squares, which
/// `detect::profile::tests::widths_add_up_as_squares` checks.
const WINDOW_BINS: f64 = 2.9;

/// Beyond the edges, power is counted as the burst's as far as this share of its width, and these bins at least.
const BESIDE: f64 = 0.3;
const BESIDE_BINS: f64 = 1.5;

/// Of a spectrum narrower than this only the window's own shape is seen.
const TONE_BINS: f64 = 1.6;

/// Two users beside each other: each at least this wide (half a resource block), with at least this between them.
const USER_HZ: f64 = 85e3;
const BETWEEN_HZ: f64 = 18e3;

/// Between two users no more than this share of the weaker one's power density, and so close to the edges at least
/// this: a notch of fading has slopes.
const BETWEEN_SHARE: f64 = 0.25;
const STEEP_SHARE: f64 = 0.5;

/// How much likelier than a chance of one burst a gap must be: the logarithm.
const BETWEEN_EVIDENCE: f64 = 12.0;

/// A burst's place and power in frequency.
#[derive(Clone, Copy, Debug)]
pub struct Spectrum {
    /// Lower edge in bins, from the lower edge of the band.
    pub low: f64,
    /// Upper edge in bins.
    pub high: f64,
    /// Centre in bins.
    pub center: f64,
    /// Power between the edges, noise removed.
    pub signal: f64,
    /// Noise between the edges.
    pub noise: f64,
}

/// Mean spectrum over some of a burst's rows, within its skirts.
#[derive(Default)]
pub struct Profile {
    /// First bin.
    first: usize,
    /// Power over the noise, bin by bin.
    signal: Vec<f64>,
    noise: Vec<f64>,
    /// Rows it is the mean of.
    rows: usize,
}

impl Profile {
    /// Takes the mean over the rows from `from` to before `to`, bins `low` to before `high`.
    pub fn take(&mut self, grid: &Grid, rows: &Rows, (from, to): (usize, usize), (low, high): (usize, usize)) {
        self.first = low;
        self.rows = to - from;
        let share = 1.0 / (to - from) as f64;
        let gain: f32 = rows.gain[from..to].iter().sum();
        self.noise.clear();
        self.noise.extend(rows.shape[low..high].iter().map(|shape| f64::from(gain) * f64::from(*shape) * share));
        self.signal.clear();
        self.signal.resize(high - low, 0.0);
        for row in from..to {
            let power = &rows.power[row * grid.n + low..row * grid.n + high];
            for (sum, p) in self.signal.iter_mut().zip(power) {
                *sum += f64::from(*p);
            }
        }
        for (signal, noise) in self.signal.iter_mut().zip(&self.noise) {
            *signal = *signal * share - noise;
        }
    }

    /// Power over the noise in bins `low` to before `high`, as a ratio to the noise there.
    pub fn level_in(&self, (low, high): (usize, usize)) -> f64 {
        let core = low - self.first..high - self.first;
        self.signal[core.clone()].iter().sum::<f64>() / self.noise[core].iter().sum::<f64>()
    }

    /// The edges that hold the stated share of the power, and what lies between them.
    pub fn measure(&self, grid: &Grid) -> Spectrum {
        let mut part = (0, self.signal.len());
        let (mut low, mut high) = self.edges(part);
        // What lies far beside a narrow burst is noise only.
        for _ in 0..2 {
            let beside = (BESIDE * (high - low)).max(BESIDE_BINS);
            let within = ((low - beside).max(0.0) as usize, ((high + beside).ceil() as usize).min(self.signal.len()));
            if within == part {
                break;
            }
            part = within;
            (low, high) = self.edges(part);
        }
        let between = |values: &[f64]| -> f64 {
            let share = |i: usize| (high.min(i as f64 + 1.0) - low.max(i as f64)).max(0.0);
            values.iter().enumerate().map(|(i, v)| v * share(i)).sum()
        };
        let (mut signal, mut noise) = (between(&self.signal), between(&self.noise));
        let width = high - low;
        let center = if width * grid.bin_width().0 > FLAT_HZ {
            let cut = 0.5 * width * (1.0 / HELD - 1.0);
            low = (low - cut).max(-(self.first as f64));
            high = (high + cut).min((grid.n - self.first) as f64);
            signal /= HELD;
            noise *= (high - low) / width;
            self.flat_middle(low, high)
        } else {
            // The window widens what it sees.
            let own = (width * width - WINDOW_BINS * WINDOW_BINS).max(0.0).sqrt().max(1.0).min(width);
            let center = if own < TONE_BINS { self.centroid(low, high) } else { self.log_centroid(low, high) };
            let middle = 0.5 * (low + high);
            (low, high) = (middle - 0.5 * own, middle + 0.5 * own);
            noise *= own / width;
            center
        };
        let first = self.first as f64;
        Spectrum { low: low + first, high: high + first, center: center.clamp(low, high) + first, signal, noise }
    }

    /// The edges that hold the stated share of the power in the bins of `part`.
    fn edges(&self, part: (usize, usize)) -> (f64, f64) {
        let values = &self.signal[part.0..part.1];
        let outside = 0.5 * (1.0 - HELD) * values.iter().sum::<f64>();
        let low = part.0 as f64 + crossing(values.iter().copied(), outside);
        let high = part.1 as f64 - crossing(values.iter().rev().copied(), outside);
        if high > low { (low, high) } else { (part.0 as f64, part.1 as f64) }
    }

    /// Centre of gravity between the edges.
    fn centroid(&self, low: f64, high: f64) -> f64 {
        let (mut sum, mut weight) = (0.0, 0.0);
        for i in low.max(0.0) as usize..(high.ceil() as usize).min(self.signal.len()) {
            let w = self.signal[i].max(0.0);
            sum += w * (i as f64 + 0.5);
            weight += w;
        }
        if weight > 0.0 { sum / weight } else { 0.5 * (low + high) }
    }

    /// The same weighted with ln(1 + signal / noise): of a random spectrum a plain centroid follows the random
    /// spectrum and is twice as far off.
    fn log_centroid(&self, low: f64, high: f64) -> f64 {
        let (mut sum, mut weight) = (0.0, 0.0);
        for i in low.max(0.0) as usize..(high.ceil() as usize).min(self.signal.len()) {
            let w = (self.signal[i] / self.noise[i]).max(0.0).ln_1p();
            sum += w * (i as f64 + 0.5);
            weight += w;
        }
        if weight > 0.0 { sum / weight } else { 0.5 * (low + high) }
    }

    /// Middle between the outermost places where a flat spectrum crosses a share of its level, three bins smoothed; a
    /// share that noise does not cross.
    fn flat_middle(&self, low: f64, high: f64) -> f64 {
        let signal = &self.signal;
        let inside = low.max(0.0).ceil() as usize..(high.floor() as usize).min(signal.len());
        let count = inside.len().max(1) as f64;
        let level = signal[inside.clone()].iter().sum::<f64>() / count;
        let noise = self.noise[inside].iter().sum::<f64>() / count;
        let sigma = noise / BoxNoise::new(3, self.rows).dof().sqrt();
        let least = (FLAT_CROSSING * level).max(3.0 * sigma).min(0.5 * level);
        let smooth = |i: usize| {
            let part = &signal[i.saturating_sub(1)..(i + 2).min(signal.len())];
            part.iter().sum::<f64>() / part.len() as f64
        };
        let over = |i: &usize| smooth(*i) > least;
        match ((0..signal.len()).find(over), (0..signal.len()).rfind(over)) {
            (Some(a), Some(b)) => 0.5 * (a + b + 1) as f64,
            _ => 0.5 * (low + high),
        }
    }

    /// The bin at which two users beside each other are told apart, in the middle of the gap between them, if there is
    /// one. `low` and `high` are the edges of both together.
    pub fn gap(&self, grid: &Grid, low: f64, high: f64) -> Option<usize> {
        let bins = |hertz: f64| (hertz / grid.bin_width().0).ceil() as usize;
        let (user, between) = (bins(USER_HZ), bins(BETWEEN_HZ).max(2));
        let begin = (low.max(self.first as f64) - self.first as f64) as usize;
        let end = ((high.ceil() as usize).saturating_sub(self.first)).min(self.signal.len());
        let dof = BoxNoise::new(between, self.rows).dof();
        let ratio = |from: usize, count: usize| {
            let part = from..from + count;
            self.signal[part.clone()].iter().sum::<f64>() / self.noise[part].iter().sum::<f64>()
        };
        let mut best: Option<(f64, usize)> = None;
        // A bin on either side of the gap belongs to both.
        for at in begin + user + 1..(end + 1).saturating_sub(between + 1 + user) {
            let gap = ratio(at, between).max(0.0);
            let (near_below, near_above) = (ratio(at - 4, 3), ratio(at + between + 1, 3));
            if gap > BETWEEN_SHARE * near_below.min(near_above) {
                continue;
            }
            let (below, above) = (ratio(at - 1 - user, user), ratio(at + between + 1, user));
            if near_below < STEEP_SHARE * below || near_above < STEEP_SHARE * above {
                continue;
            }
            let level = below.min(above);
            let fall = (1.0 + gap) / (1.0 + level);
            let evidence = dof * (fall - 1.0 - fall.ln());
            if gap < BETWEEN_SHARE * level && evidence > best.map_or(BETWEEN_EVIDENCE, |(e, _)| e) {
                best = Some((evidence, self.first + at + between / 2));
            }
        }
        best.map(|(_, bin)| bin)
    }
}

/// Where the running sum of `values` passes `share`, in bins from the beginning, interpolated.
fn crossing(values: impl Iterator<Item = f64>, share: f64) -> f64 {
    let mut sum = 0.0;
    for (i, v) in values.enumerate() {
        if sum + v >= share && v > 0.0 {
            return i as f64 + ((share - sum) / v).clamp(0.0, 1.0);
        }
        sum += v;
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spectrum::Window;
    use crate::units::Hertz;
    use std::f64::consts::PI;

    /// What the rows' window makes of a flat spectrum from `low` to `high`, in bins.
    fn seen(grid: &Grid, low: f64, high: f64) -> Vec<f64> {
        let window = Window::SineRamp { overlap: grid.overlap() }.coefficients(grid.n);
        let tones = 32;
        let mut power = vec![0.0; 64];
        for t in 0..tones {
            let at = low + (high - low) * (f64::from(t) + 0.5) / f64::from(tones);
            for (bin, power) in power.iter_mut().enumerate() {
                let (mut re, mut im) = (0.0, 0.0);
                for (i, w) in window.iter().enumerate() {
                    let phase = 2.0 * PI * (at - bin as f64 - 0.5) * i as f64 / grid.n as f64;
                    re += w * phase.cos();
                    im += w * phase.sin();
                }
                *power += re * re + im * im;
            }
        }
        power
    }

    fn profile(signal: Vec<f64>, rows: usize) -> Profile {
        let noise = vec![1e-3 * signal.iter().fold(0.0f64, |a, b| a.max(*b)); signal.len()];
        Profile { first: 0, signal, noise, rows }
    }

    #[test]
    fn widths_add_up_as_squares() {
        let grid = Grid::for_rate(Hertz(2.4e6));
        for width in [3.0, 5.0, 10.0, 20.0] {
            for middle in [32.0, 32.3, 32.5] {
                let signal = seen(&grid, middle - 0.5 * width, middle + 0.5 * width);
                let spectrum = profile(signal, 8).measure(&grid);
                let measured = spectrum.high - spectrum.low;
                assert!((measured - HELD * width).abs() < 0.15 * width + 0.2, "{width} bins at {middle}: {measured}");
                assert!((spectrum.center - middle).abs() < 0.3, "{width} bins at {middle}: {}", spectrum.center);
            }
        }
    }

    #[test]
    fn users_are_told_apart_at_a_gap_and_not_at_a_notch_with_slopes() {
        let grid = Grid::for_rate(Hertz(2.4e6));
        let (below, above) = (seen(&grid, 5.0, 25.0), seen(&grid, 28.2, 48.2));
        let both: Vec<f64> = below.iter().zip(&above).map(|(a, b)| a + b).collect();
        let gap = profile(both, 13).gap(&grid, 5.0, 48.0);
        assert!(gap.is_some_and(|bin| (25..=28).contains(&bin)), "{gap:?}");
        let one = seen(&grid, 5.0, 48.0);
        assert_eq!(profile(one.clone(), 13).gap(&grid, 5.0, 48.0), None);
        // Two paths of 5 µs: a notch every 200 kHz.
        let faded = one.iter().enumerate().map(|(i, p)| p * (PI * (i as f64 - 26.5) * 9.375 / 200.0).sin().powi(2));
        assert_eq!(profile(faded.collect(), 13).gap(&grid, 5.0, 48.0), None);
    }
}
