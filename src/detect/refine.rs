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
    /// First row and one past the last that the segment has.
    pub segment: (u64, u64),
    /// One past the last sample of the segment, as far as rows cover it.
    pub segment_end_sample: u64,
}

/// A burst, or a piece of one, measured.
#[derive(Clone, Debug)]
pub struct Measured {
    /// First sample and one past the last, fractional.
    pub start: f64,
    /// One past the last sample.
    pub end: f64,
    /// Touches the segment's beginning.
    pub cut_start: bool,
    /// Touches the segment's end.
    pub cut_end: bool,
    /// Edges and centre in bins, from the lowest frequency of the band.
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
    let n = grid.n;
    let hop = grid.hop as f64;
    let count = rows.power.len() / n;
    let (a, b) = found.rows;
    let cells = n / BINS_PER_CELL;
    let core = (found.cells.0 * BINS_PER_CELL, found.cells.1 * BINS_PER_CELL);

    // Time: the excess of every row in the burst's own cells.
    let noise_in = |row: usize, bins: (usize, usize)| -> f64 {
        f64::from(rows.gain[row]) * rows.shape[bins.0..bins.1].iter().map(|f| f64::from(*f)).sum::<f64>()
    };
    let excess = |row: usize| -> f64 {
        let power = &rows.power[row * n + core.0..row * n + core.1];
        power.iter().map(|p| f64::from(*p)).sum::<f64>() - noise_in(row, core)
    };
    let (from, to) = (a.saturating_sub(2), (b + 2).min(count));
    let energy: Vec<f64> = (from..to).map(excess).collect();
    let at = |row: usize| energy[row - from];
    let row_start = |row: usize| (rows.first_row + row as u64) as f64 * hop;
    let half_ramp = grid.overlap() as f64 / 2.0;

    let (mut start, mut end);
    if b - a >= 5 {
        // A row's squared window is a trapezium of soft edges, and the rows' windows add up to 1: the excess of the
        // rows up to the cut, over the level beyond it, is how many rows' worth of burst lies before the cut.
        let early = (a + 2..(a + 5).min(b - 1)).map(at).sum::<f64>() / ((a + 5).min(b - 1) - (a + 2)) as f64;
        let begin = a.saturating_sub(1).max(from);
        let before = (begin..=a + 1).map(at).sum::<f64>() / early;
        start = row_start(a + 1) + grid.n as f64 - half_ramp - hop * before.clamp(0.0, 3.2);
        let late_from = b.saturating_sub(5).max(a + 1);
        let late = (late_from..b - 2).map(at).sum::<f64>() / (b - 2 - late_from) as f64;
        let after = (b - 2..(b + 1).min(to)).map(at).sum::<f64>() / late;
        end = row_start(b - 2) + half_ramp + hop * after.clamp(0.0, 3.2);
    } else {
        // Too short for a plateau: the strongest row is taken as its level, and the rows' centre of gravity as its middle.
        let level = energy.iter().fold(0.0f64, |x, y| x.max(*y)).max(f64::MIN_POSITIVE);
        let total: f64 = energy.iter().map(|e| e.max(0.0)).sum::<f64>().max(f64::MIN_POSITIVE);
        let middle = energy.iter().enumerate().map(|(i, e)| e.max(0.0) * row_start(from + i)).sum::<f64>() / total
            + n as f64 / 2.0;
        let length = hop * total / level;
        start = middle - length / 2.0;
        end = middle + length / 2.0;
    }
    let first_sample = rows.segment.0 as f64 * hop;
    let last_sample = rows.segment_end_sample as f64;
    // The first and the last ramp of a segment are covered once, not twice: half of what a burst has there is not
    // seen, and an edge within them cannot be told from the cut.
    let ramp = grid.overlap() as f64;
    let cut_start = start < first_sample + ramp;
    let cut_end = end > last_sample - ramp;
    if cut_start {
        start = first_sample;
    }
    if cut_end {
        end = last_sample;
    }
    end = end.max(start + 1.0);

    // Frequency: the mean spectrum over the burst's inner rows, within its skirts.
    let (inner_from, inner_to) = if b - a > 4 { (a + 1, b - 1) } else { (a, b) };
    let reach = (found.skirt.0.min(found.cells.0.saturating_sub(1)), found.skirt.1.max((found.cells.1 + 1).min(cells)));
    let reach = (reach.0 * BINS_PER_CELL, reach.1 * BINS_PER_CELL);
    let rows_inside = (inner_to - inner_from) as f64;
    let mut signal = vec![0.0f64; reach.1 - reach.0];
    let mut noise = vec![0.0f64; reach.1 - reach.0];
    for row in inner_from..inner_to {
        for (i, bin) in (reach.0..reach.1).enumerate() {
            let floor = f64::from(rows.gain[row]) * f64::from(rows.shape[bin]);
            signal[i] += (f64::from(rows.power[row * n + bin]) - floor) / rows_inside;
            noise[i] += floor / rows_inside;
        }
    }
    let total: f64 = signal.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    let outside = 0.5 * (1.0 - HELD) * total;
    let mut low = crossing(signal.iter().copied(), outside);
    let mut high = signal.len() as f64 - crossing(signal.iter().rev().copied(), outside);
    if high <= low {
        (low, high) = ((core.0 - reach.0) as f64, (core.1 - reach.0) as f64);
    }
    let center;
    if (high - low) * grid.bin_width().0 > FLAT_HZ {
        let cut = 0.5 * (high - low) * (1.0 / HELD - 1.0);
        low = (low - cut).max(-(reach.0 as f64));
        high = (high + cut).min((n - reach.0) as f64);
        center = flat_middle(&signal, low, high);
    } else {
        let (mut sum, mut weight) = (0.0, 0.0);
        for i in low.floor().max(0.0) as usize..(high.ceil() as usize).min(signal.len()) {
            let w = (signal[i] / noise[i]).max(0.0).ln_1p();
            sum += w * (i as f64 + 0.5);
            weight += w;
        }
        center = if weight > 0.0 { sum / weight } else { 0.5 * (low + high) };
    }
    let between = |values: &[f64]| -> f64 {
        values.iter().enumerate().map(|(i, v)| v * (high.min(i as f64 + 1.0) - low.max(i as f64)).max(0.0)).sum()
    };
    Measured {
        start,
        end,
        cut_start,
        cut_end,
        low: low + reach.0 as f64,
        high: high + reach.0 as f64,
        center: center.clamp(low, high) + reach.0 as f64,
        signal: between(&signal).max(f64::MIN_POSITIVE),
        noise: between(&noise),
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
