//! LTE: SC-FDMA of handsets' channels, and OFDM of a base station.

use std::f32::consts::FRAC_1_SQRT_2;
use std::ops::Range;
use std::sync::LazyLock;

use super::fft::{self, Line, root_of_unity};
use super::random::Random;
use super::zadoff_chu::base_sequence;
use super::{Band, Content, Waveform, ramp};

pub(super) const SUBCARRIER_HZ: f64 = 15e3;
/// Subcarriers in a resource block (TS 36.211).
const SUBCARRIERS_PER_BLOCK: usize = 12;
pub(in crate::scene) const BLOCK_HZ: f64 = SUBCARRIERS_PER_BLOCK as f64 * SUBCARRIER_HZ;
/// Symbols in a slot.
const SYMBOLS_PER_SLOT: usize = 7;
pub(super) const SLOT_S: f64 = 0.5e-3;
/// The symbol of each slot that carries the demodulation reference of the shared channel (TS 36.211).
const REFERENCE_SYMBOL: usize = 3;
/// Steps of the cyclic shift of a reference sequence in a whole turn.
const SHIFTS: usize = 12;

/// Length of symbols numbered from the beginning of a slot, cyclic prefixes with them, in seconds.
pub(super) fn duration_s(symbols: Range<usize>) -> f64 {
    let size = fft::LONGEST;
    symbols.map(|s| prefix(s, size) + size).sum::<usize>() as f64 / (size as f64 * SUBCARRIER_HZ)
}

/// The part of a symbol that still is the same symbol `lag_s` later.
pub(super) fn left_of_symbol(lag_s: f64) -> f64 {
    (1.0 - lag_s.abs() * SYMBOLS_PER_SLOT as f64 / SLOT_S).max(0.0)
}

/// Whether the shared channel may have so many resource blocks: 2, 3 and 5 are its only prime factors (TS 36.211).
pub(in crate::scene) fn can_be_precoded(resource_blocks: usize) -> bool {
    let without = |mut n: usize, factor: usize| {
        while n > 0 && n.is_multiple_of(factor) {
            n /= factor;
        }
        n
    };
    [2, 3, 5].into_iter().fold(resource_blocks, without) == 1
}

/// Samples of cyclic prefix before symbol number `symbol` of `size` samples (TS 36.211 §5.6, §6.12: 160 and 144 of 2 048).
fn prefix(symbol: usize, size: usize) -> usize {
    (if symbol.is_multiple_of(SYMBOLS_PER_SLOT) { 160 } else { 144 }) * size / 2048
}

/// The shared channel: QPSK through a Fourier transform over all its subcarriers, and a reference symbol in each slot.
pub(super) fn pusch(resource_blocks: usize, slots: usize, heard: Band, random: &mut Random, out: &mut Waveform) {
    let width = SUBCARRIERS_PER_BLOCK * resource_blocks;
    let reference: Vec<_> = base_sequence(width, 1 + random.below(width)).collect();
    let mut data = Line::default();
    // QPSK of power 1 through a transform that adds `width` of them up to power 1 for each subcarrier.
    let scale = FRAC_1_SQRT_2 / (width as f32).sqrt();
    let modulator = Modulator::new(width, Raster::HalfSubcarrier, heard);
    modulator.run(0..slots * SYMBOLS_PER_SLOT, width, out, |symbol, bins| {
        if symbol % SYMBOLS_PER_SLOT == REFERENCE_SYMBOL {
            shifted(&reference, random.below(SHIFTS), (1.0, 0.0), bins);
            return;
        }
        data.clear(width);
        for (re, im) in data.re.iter_mut().zip(&mut data.im) {
            (*re, *im) = random.qpsk();
        }
        data.analyze();
        bins.set(data.re.iter().zip(&data.im).map(|(re, im)| (re * scale, im * scale)));
    });
}

/// The control channel as format 1b sends it: one sequence in each symbol, cyclically shifted by symbol, times the QPSK
/// symbol of the slot or the reference's 1, times a spreading code of signs (TS 36.211 §5.4.1).
pub(super) fn pucch(heard: Band, random: &mut Random, out: &mut Waveform) {
    let width = SUBCARRIERS_PER_BLOCK;
    let sequence: Vec<_> = base_sequence(width, 1 + random.below(width)).collect();
    let symbol_of_slot = random.qpsk();
    let modulator = Modulator::new(width, Raster::HalfSubcarrier, heard);
    modulator.run(0..SYMBOLS_PER_SLOT, width, out, |symbol, bins| {
        let sign = random.sign();
        // The three symbols in the middle are reference.
        let by = if (2..5).contains(&symbol) {
            (sign, 0.0)
        } else {
            (sign * symbol_of_slot.0 * FRAC_1_SQRT_2, sign * symbol_of_slot.1 * FRAC_1_SQRT_2)
        };
        shifted(&sequence, random.below(SHIFTS), by, bins);
    });
}

/// The symbol in which a sounding reference signal is sent, the last of a slot's (TS 36.211 §5.5.3).
pub(super) const SOUNDING_SYMBOL: usize = SYMBOLS_PER_SLOT - 1;

/// A sounding reference symbol: a base sequence on the even or the odd subcarriers.
pub(super) fn srs(resource_blocks: usize, heard: Band, random: &mut Random, out: &mut Waveform) {
    let width = SUBCARRIERS_PER_BLOCK * resource_blocks;
    let comb = random.bits(1);
    let sequence: Vec<_> = base_sequence(width / 2, 1 + random.below(width / 2)).collect();
    let modulator = Modulator::new(width, Raster::HalfSubcarrier, heard);
    modulator.run(SOUNDING_SYMBOL..SOUNDING_SYMBOL + 1, width / 2, out, |_, bins| {
        let mut teeth = Vec::with_capacity(width);
        let shift = random.below(SHIFTS);
        for (n, x) in sequence.iter().enumerate() {
            let (re, im) = turned(*x, n * shift);
            let pair = [(re as f32, im as f32), (0.0, 0.0)];
            teeth.extend([pair[comb], pair[1 - comb]]);
        }
        bins.set(teeth.into_iter());
    });
}

/// A base station: QPSK on every subcarrier but the middle one.
pub(super) fn downlink(resource_blocks: usize, symbols: usize, heard: Band, random: &mut Random, out: &mut Waveform) {
    let width = SUBCARRIERS_PER_BLOCK * resource_blocks;
    let modulator = Modulator::new(width + 1, Raster::Whole, heard);
    modulator.run(0..symbols, width, out, |_, bins| {
        let middle = width / 2;
        bins.set_each(|k| {
            if k == middle {
                return (0.0, 0.0);
            }
            let (re, im) = random.qpsk();
            (re * FRAC_1_SQRT_2, im * FRAC_1_SQRT_2)
        });
    });
}

/// Writes `sequence`, cyclically shifted in time by `shift` of twelve steps and times `by`.
fn shifted(sequence: &[(f64, f64)], shift: usize, by: (f32, f32), bins: &mut Bins) {
    bins.set(sequence.iter().enumerate().map(|(n, x)| {
        let (re, im) = turned(*x, n * shift);
        let (re, im) = (re as f32, im as f32);
        (re * by.0 - im * by.1, re * by.1 + im * by.0)
    }));
}

/// `x` turned by `steps` twelfths of a turn.
fn turned(x: (f64, f64), steps: usize) -> (f64, f64) {
    static TURNS: LazyLock<[(f64, f64); SHIFTS]> = LazyLock::new(|| std::array::from_fn(|k| root_of_unity(k, SHIFTS)));
    let (re, im) = TURNS[steps % SHIFTS];
    (x.0 * re - x.1 * im, x.0 * im + x.1 * re)
}

/// Where subcarriers lie.
#[derive(Clone, Copy, PartialEq)]
enum Raster {
    /// At whole multiples of 15 kHz.
    Whole,
    /// Half a subcarrier above, as SC-FDMA has them, so that an even number of them lies around 0.
    HalfSubcarrier,
}

/// Turns subcarriers into symbols with cyclic prefix.
struct Modulator {
    raster: Raster,
    /// Those of its subcarriers, counted from the lowest, that are heard.
    heard: Range<usize>,
    /// Number of the lowest of these, from the waveform's own middle.
    first: isize,
    middle_hz: f64,
}

/// The subcarriers of one symbol, to be written.
struct Bins<'a> {
    line: &'a mut Line,
    heard: Range<usize>,
    first: isize,
}

impl Bins<'_> {
    /// Writes subcarriers, of which `values` has all from the lowest on.
    fn set(&mut self, values: impl Iterator<Item = (f32, f32)>) {
        let mut values = values.skip(self.heard.start);
        self.set_each(|_| values.next().expect("a value for each subcarrier"));
    }

    /// Writes subcarriers by their number from the lowest.
    fn set_each(&mut self, mut value: impl FnMut(usize) -> (f32, f32)) {
        let size = self.line.re.len() as isize;
        for (bin, k) in (self.first..).zip(self.heard.clone()) {
            let bin = bin.rem_euclid(size) as usize;
            (self.line.re[bin], self.line.im[bin]) = value(k);
        }
    }
}

impl Modulator {
    /// For `occupied` subcarriers around a shape's middle.
    fn new(occupied: usize, raster: Raster, heard: Band) -> Self {
        let lowest = -(occupied as isize) / 2;
        let above = if raster == Raster::Whole { 0.0 } else { 0.5 };
        let is_below = |k: usize, hz: f64| (lowest as f64 + k as f64 + above) * SUBCARRIER_HZ < hz;
        let from = (0..occupied).take_while(|k| is_below(*k, heard.low_hz)).count();
        let to = from + (from..occupied).take_while(|k| is_below(*k, heard.high_hz)).count();
        // The waveform's own middle is a whole number of subcarriers from the shape's.
        let first = -((to - from) as isize) / 2;
        let middle_hz = (lowest + from as isize - first) as f64 * SUBCARRIER_HZ;
        Modulator { raster, heard: from..to, first, middle_hz }
    }

    /// Renders `symbols`, numbered from the beginning of a slot, whose subcarriers `fill` writes; their powers add up to
    /// `power` on average.
    fn run(&self, symbols: Range<usize>, power: usize, out: &mut Waveform, mut fill: impl FnMut(usize, &mut Bins)) {
        let occupied = self.heard.len();
        let size = (occupied * 5).div_ceil(4).next_power_of_two().max(128);
        let rate_hz = size as f64 * SUBCARRIER_HZ;
        let samples: usize = symbols.clone().map(|s| prefix(s, size) + size).sum();
        let half_ramp = 0.5 * ramp::RAMP_S * rate_hz;
        let lead = ramp::lead(half_ramp);
        out.begin(rate_hz, lead as f64, samples + 2 * lead + 1);
        out.middle_hz = self.middle_hz;
        out.content = Content::Heard { width_hz: occupied as f64 * SUBCARRIER_HZ };

        let amplitude = (ramp::amplitude(half_ramp, samples as f64) / (power as f64).sqrt()) as f32;
        let mut line = Line::default();
        for symbol in symbols.clone() {
            line.clear(size);
            fill(symbol, &mut Bins { line: &mut line, heard: self.heard.clone(), first: self.first });
            line.synthesize();
            let before = prefix(symbol, size) + if symbol == symbols.start { lead } else { 0 };
            let after = if symbol + 1 == symbols.end { lead + 1 } else { 0 };
            // One symbol further the half subcarrier has turned half a turn.
            let around = match self.raster {
                Raster::Whole => amplitude,
                Raster::HalfSubcarrier => -amplitude,
            };
            if self.raster == Raster::HalfSubcarrier {
                fft::raise_half_a_bin(&mut line);
            }
            for (from, to) in [(&line.re, &mut out.re), (&line.im, &mut out.im)] {
                to.extend(from[size - before..].iter().map(|x| around * x));
                to.extend(from.iter().map(|x| amplitude * x));
                to.extend(from[..after].iter().map(|x| around * x));
            }
        }
        ramp::apply(ramp::raised_cosine, half_ramp, samples as f64, out);
    }
}
