//! A burst's exact extent and levels, from the rows' full resolution.

use super::extract::Found;
use super::shapes::BINS_PER_CELL;
use crate::spectrum::Grid;

/// Share of the power that the stated edges hold: what 200 kHz hold of a GSM burst.
const HELD: f64 = 0.957;

/// From this width on (500 kHz) a spectrum is flat, and its edges are its full width.
const FLAT_HZ: f64 = 500e3;

/// A flat spectrum's middle lies between the outermost crossings of this share of its level.
const FLAT_CROSSING: f64 = 0.12;

/// Share of the power of the box that stood out which the inner rows must hold to be believed.
const LEAST_OF_BOX: f64 = 0.2;

/// No burst is stated to be weaker than this over the noise (−20 dB): no box that small can stand out.
const LEAST_LEVEL: f64 = 0.01;

/// The rows round a burst at full resolution.
pub struct Rows<'a> {
    /// Shape `[rows × n]`: power per bin.
    pub power: &'a [f32],
    /// Row of the stream that `power` begins with.
    pub first_row: u64,
    /// Gain of each row.
    pub gain: &'a [f32],
    /// Floor's shape: noise per bin is `gain × shape`.
    pub shape: &'a [f32],
    /// First sample of the segment.
    pub first_sample: u64,
    /// One past the last sample of the segment, as far as rows cover it.
    pub end_sample: u64,
}

/// A burst, or a piece of one, measured.
#[derive(Clone, Debug)]
pub struct Measured {
    /// First sample, fractional.
    pub start: f64,
    /// One past the last sample.
    pub end: f64,
    /// Touches the segment's beginning.
    pub cut_start: bool,
    /// Touches the segment's end.
    pub cut_end: bool,
    /// Its place and power in frequency.
    pub spectrum: Spectrum,
}

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

/// Measures `found`, whose rows count from `rows.first_row`. The rows must hold two rows more on either side, as far as
/// the segment goes.
pub fn measure(grid: &Grid, rows: &Rows, found: &Found) -> Measured {
    let (mut start, mut end) = extent(grid, rows, found);
    // The first and the last ramp of a segment are covered once, not twice: half of what a burst has there is not
    // seen, and an edge within them cannot be told from the cut.
    let ramp = grid.overlap() as f64;
    let (first, last) = (rows.first_sample as f64, rows.end_sample as f64);
    let cut_start = start < first + ramp;
    let cut_end = end > last - ramp;
    if cut_start {
        start = first;
    }
    if cut_end {
        end = last;
    }

    // The burst's inner rows hold it whole; where they hold nothing (a burst of several short pulses) all rows do; and
    // what no profile shows, the box that stood out says.
    let (a, b) = found.rows;
    let inner = if b - a > 4 { (a + 1, b - 1) } else { (a, b) };
    let level = f64::from(found.level).max(LEAST_LEVEL);
    let spectrum = [inner, (a, b)]
        .into_iter()
        .map(|rows_of| Profile::new(grid, rows, found, rows_of))
        .filter(|profile| profile.level_in(found) > LEAST_OF_BOX * level)
        .map(|profile| profile.measure(grid))
        .find(|s| s.high - s.low >= 1.0 && s.signal > LEAST_OF_BOX * level * s.noise)
        .unwrap_or_else(|| {
            let (low, high) = (found.cells.0 * BINS_PER_CELL, found.cells.1 * BINS_PER_CELL);
            let noise = (a..b).map(|row| rows.noise(row, low, high)).sum::<f64>() / (b - a) as f64;
            let power = (a..b).map(|row| rows.power_in(grid, row, low, high)).sum::<f64>() / (b - a) as f64;
            let (low, high) = (low as f64, high as f64);
            let signal = (power - noise).max(LEAST_LEVEL * noise);
            Spectrum { low, high, center: 0.5 * (low + high), signal, noise }
        });
    Measured { start, end: end.max(start + 1.0), cut_start, cut_end, spectrum }
}

impl Rows<'_> {
    /// Power in bins `low` to before `high` of a row.
    fn power_in(&self, grid: &Grid, row: usize, low: usize, high: usize) -> f64 {
        self.power[row * grid.n + low..row * grid.n + high].iter().map(|p| f64::from(*p)).sum()
    }

    /// Noise in bins `low` to before `high` of a row.
    fn noise(&self, row: usize, low: usize, high: usize) -> f64 {
        f64::from(self.gain[row]) * self.shape[low..high].iter().map(|f| f64::from(*f)).sum::<f64>()
    }
}

/// First sample and one past the last, from the excess of every row in the burst's own cells.
fn extent(grid: &Grid, rows: &Rows, found: &Found) -> (f64, f64) {
    let (n, hop) = (grid.n, grid.hop as f64);
    let (low, high) = (found.cells.0 * BINS_PER_CELL, found.cells.1 * BINS_PER_CELL);
    let excess = |row: usize| -> f64 { rows.power_in(grid, row, low, high) - rows.noise(row, low, high) };
    let (a, b) = found.rows;
    let (from, to) = (a.saturating_sub(2), (b + 2).min(rows.power.len() / n));
    let energy: Vec<f64> = (from..to).map(excess).collect();
    let at = |row: usize| energy[row - from];
    let row_start = |row: usize| (rows.first_row + row as u64) as f64 * hop;
    let half_ramp = grid.overlap() as f64 / 2.0;
    if b - a >= 5 {
        // The rows' squared windows add up to 1, so the excess of the rows up to the cut, over the level beyond it, is
        // how many rows' worth of burst lies before the cut.
        let beyond = a + 2..(a + 5).min(b - 1);
        let early = beyond.clone().map(at).sum::<f64>() / beyond.len() as f64;
        let before = (a.saturating_sub(1).max(from)..=a + 1).map(at).sum::<f64>() / early;
        let start = row_start(a + 1) + n as f64 - half_ramp - hop * rows_worth(before);
        let beyond = b.saturating_sub(5).max(a + 1)..b - 2;
        let late = beyond.clone().map(at).sum::<f64>() / beyond.len() as f64;
        let after = (b - 2..(b + 1).min(to)).map(at).sum::<f64>() / late;
        (start, row_start(b - 2) + half_ramp + hop * rows_worth(after))
    } else {
        // Too short for a plateau: the strongest row is taken as its level, and the rows' centre of gravity as its
        // middle.
        let level = energy.iter().fold(0.0f64, |x, y| x.max(*y)).max(f64::MIN_POSITIVE);
        let total: f64 = energy.iter().map(|e| e.max(0.0)).sum::<f64>().max(f64::MIN_POSITIVE);
        let weighted = energy.iter().enumerate().map(|(i, e)| e.max(0.0) * row_start(from + i));
        let middle = weighted.sum::<f64>() / total + n as f64 / 2.0;
        let length = hop * total / level;
        (middle - length / 2.0, middle + length / 2.0)
    }
}

/// Three rows hold at most little more than three rows' worth of burst; what noise makes of it beyond is cut off.
fn rows_worth(ratio: f64) -> f64 {
    if ratio.is_finite() { ratio.clamp(0.0, 3.2) } else { 1.5 }
}

/// Mean spectrum over some of a burst's rows, within its skirts.
struct Profile {
    /// First bin.
    first: usize,
    /// Power over the noise, bin by bin.
    signal: Vec<f64>,
    noise: Vec<f64>,
}

impl Profile {
    fn new(grid: &Grid, rows: &Rows, found: &Found, (from, to): (usize, usize)) -> Self {
        let cells = grid.n / BINS_PER_CELL;
        let low = found.skirt.0.min(found.cells.0.saturating_sub(1)) * BINS_PER_CELL;
        let high = found.skirt.1.max((found.cells.1 + 1).min(cells)) * BINS_PER_CELL;
        let share = 1.0 / (to - from) as f64;
        let mut profile = Profile { first: low, signal: vec![0.0; high - low], noise: vec![0.0; high - low] };
        for row in from..to {
            for (i, bin) in (low..high).enumerate() {
                let floor = f64::from(rows.gain[row]) * f64::from(rows.shape[bin]);
                profile.signal[i] += (f64::from(rows.power[row * grid.n + bin]) - floor) * share;
                profile.noise[i] += floor * share;
            }
        }
        profile
    }

    /// Power over the noise in the cells that stood out, as a ratio to the noise there.
    fn level_in(&self, found: &Found) -> f64 {
        let core = found.cells.0 * BINS_PER_CELL - self.first..found.cells.1 * BINS_PER_CELL - self.first;
        self.signal[core.clone()].iter().sum::<f64>() / self.noise[core].iter().sum::<f64>()
    }

    /// The edges that hold the stated share of the power, and what lies between them.
    fn measure(&self, grid: &Grid) -> Spectrum {
        let bins = self.signal.len() as f64;
        let outside = 0.5 * (1.0 - HELD) * self.signal.iter().sum::<f64>();
        let mut low = crossing(self.signal.iter().copied(), outside);
        let mut high = bins - crossing(self.signal.iter().rev().copied(), outside);
        if high <= low {
            (low, high) = (0.0, bins);
        }
        let center = if (high - low) * grid.bin_width().0 > FLAT_HZ {
            let cut = 0.5 * (high - low) * (1.0 / HELD - 1.0);
            low = (low - cut).max(-(self.first as f64));
            high = (high + cut).min((grid.n - self.first) as f64);
            flat_middle(&self.signal, low, high)
        } else {
            self.log_centroid(low, high)
        };
        let between = |values: &[f64]| -> f64 {
            values.iter().enumerate().map(|(i, v)| v * (high.min(i as f64 + 1.0) - low.max(i as f64)).max(0.0)).sum()
        };
        let first = self.first as f64;
        Spectrum {
            low: low + first,
            high: high + first,
            center: center.clamp(low, high) + first,
            signal: between(&self.signal),
            noise: between(&self.noise),
        }
    }

    /// Centre of gravity between the edges, weighted with ln(1 + signal / noise): a plain centroid follows the random
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

/// Middle between the outermost places where a flat spectrum crosses a share of its level, three bins smoothed.
fn flat_middle(signal: &[f64], low: f64, high: f64) -> f64 {
    let inside = low.max(0.0).ceil() as usize..(high.floor() as usize).min(signal.len());
    let level = signal[inside.clone()].iter().sum::<f64>() / inside.len().max(1) as f64;
    let smooth = |i: usize| {
        let part = &signal[i.saturating_sub(1)..(i + 2).min(signal.len())];
        part.iter().sum::<f64>() / part.len() as f64
    };
    let over = |i: &usize| smooth(*i) > FLAT_CROSSING * level;
    match ((0..signal.len()).find(over), (0..signal.len()).rfind(over)) {
        (Some(a), Some(b)) => 0.5 * (a + b + 1) as f64,
        _ => 0.5 * (low + high),
    }
}
