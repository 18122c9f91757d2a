//! The waveform of a GSM burst: Gaussian minimum-shift keying, switched on and off smoothly.

use std::f64::consts::{PI, TAU};
use std::sync::LazyLock;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

use super::ramp::raised_cosine;
use super::random::Random;
use super::{Waveform, ramp};

/// Symbols per second (TS 45.004 §2.1).
pub(in crate::scene) const SYMBOL_RATE_HZ: f64 = 13e6 / 48.0;
/// Half the nominal width of a burst, which holds 95.7 % of its power. Checked by
/// `a_burst_fills_200_khz_as_the_field_knows_it`.
pub(in crate::scene) const HALF_WIDTH_HZ: f64 = 100e3;
/// Useful symbols, tails and all, of a normal burst (TS 45.002 §5.2.3).
pub(in crate::scene) const NORMAL_SYMBOLS: f64 = 148.0;
/// The same of an access burst (TS 45.002 §5.2.7).
pub(in crate::scene) const ACCESS_SYMBOLS: f64 = 88.0;
/// Product of the Gaussian filter's 3 dB bandwidth and the symbol's length (TS 45.004 §2.4).
const BANDWIDTH_TIME: f64 = 0.3;
/// Length of each ramp. Raised cosine about the half-amplitude point, which lies half a symbol outside the useful part: flat
/// within ±1 dB over the useful part and silent 5 µs beyond it, inside the mask of TS 45.005 annex B.
const RAMP_S: f64 = 6e-6;

/// Symbols over which one bit turns the phase; the pulse beyond them is below 1e−5 of its peak.
const SPAN: usize = 5;
/// Bits sent before the half-amplitude point, so that phase and ramp have something to stand on.
const LEAD: f64 = 4.0;
/// Bits drawn for a burst, lead and trail with it: five 32-bit words, more than the longest burst needs.
const BITS: usize = 160;
/// Steps of a symbol at which the phase is tabulated, straight lines between: 1e−5 of a turn at most.
const STEPS: usize = 128;
/// Random words set aside for each burst: one ChaCha block.
const WORDS_PER_BURST: u128 = 16;

/// A burst as it leaves a handset, already at the receiver's strength.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::scene) struct Burst {
    /// Half amplitude of the rising ramp, in samples from the scene's start.
    pub(in crate::scene) start: f64,
    /// Half amplitude to half amplitude, in symbols; at most 148.
    pub(in crate::scene) symbols: f64,
    /// Carrier, hertz from the centre.
    pub(in crate::scene) offset_hz: f64,
    /// Power between the ramps before the receiver's filter, linear, full scale 1.
    pub(in crate::scene) power: f64,
    /// The random stream of the handset's bits.
    pub(in crate::scene) stream: u64,
}

impl Burst {
    /// First sample past the falling half-amplitude point, not rounded.
    pub(in crate::scene) fn end(&self, sample_rate: f64) -> f64 {
        self.start + self.symbols * sample_rate / SYMBOL_RATE_HZ
    }

    /// Adds to `re` and `im`, whose first sample is number `first`, what of the burst falls on them.
    pub(in crate::scene) fn add(
        &self,
        rng: &mut ChaCha8Rng,
        sample_rate: f64,
        first: i64,
        re: &mut [f32],
        im: &mut [f32],
    ) {
        let half_ramp = 0.5 * RAMP_S * sample_rate;
        let end = self.end(sample_rate);
        let from = ((self.start - half_ramp).ceil() as i64).max(first);
        let to = ((end + half_ramp).floor() as i64 + 1).min(first + re.len() as i64);
        if from >= to {
            return;
        }
        let bits = Bits::draw(rng, self);
        let symbols_per_sample = SYMBOL_RATE_HZ / sample_rate;
        let turns_per_sample = self.offset_hz / sample_rate;
        let amplitude = self.power.sqrt();
        for n in from..to {
            let at = n as f64;
            let turns = bits.turns((at - self.start) * symbols_per_sample + 2.0 + LEAD)
                + bits.first_turns
                + turns_per_sample * (at - self.start);
            let ramp = raised_cosine((at - self.start) / half_ramp) * raised_cosine((end - at) / half_ramp);
            let (sin, cos) = libm::sincos(TAU * (turns - turns.floor()));
            let k = (n - first) as usize;
            re[k] += (amplitude * ramp * cos) as f32;
            im[k] += (amplitude * ramp * sin) as f32;
        }
    }
}

/// A burst of so many symbols at four samples a symbol, amplitude 1 between the ramps, with a random phase at its start.
pub(super) fn waveform(symbols: f64, random: &mut Random, out: &mut Waveform) {
    const SAMPLES_PER_SYMBOL: f64 = 4.0;
    let rate_hz = SAMPLES_PER_SYMBOL * SYMBOL_RATE_HZ;
    let half_ramp = 0.5 * RAMP_S * rate_hz;
    let length = symbols * SAMPLES_PER_SYMBOL;
    let lead = ramp::lead(half_ramp);
    let samples = 2 * lead + 1 + length.ceil() as usize;
    out.begin(rate_hz, lead as f64, samples);
    let bits = Bits::new(std::array::from_fn(|_| random.bits(32) as u32), random.bits(32) as u32);
    for n in 0..samples {
        let since_start = n as f64 - lead as f64;
        let turns = bits.turns(since_start / SAMPLES_PER_SYMBOL + 2.0 + LEAD) + bits.first_turns;
        let (sin, cos) = libm::sincos(TAU * (turns - turns.floor()));
        out.re.push(cos as f32);
        out.im.push(sin as f32);
    }
    ramp::apply(raised_cosine, half_ramp, length, out);
}

/// A burst's random bits, ready to be turned into phase.
struct Bits {
    /// For each bit: it and the four before it as a number, oldest bit highest.
    pattern: [u8; BITS],
    /// Quarter turns that the bits before `pattern`'s five have added up to, modulo 4.
    quarters: [u8; BITS],
    /// Phase of the carrier at the burst's start, in turns.
    first_turns: f64,
}

impl Bits {
    fn draw(rng: &mut ChaCha8Rng, burst: &Burst) -> Self {
        // By the burst's own place in time, so that a change to one activity leaves the bits of all others alone.
        rng.set_stream(burst.stream);
        rng.set_word_pos(burst.start as u128 * WORDS_PER_BURST);
        Bits::new(std::array::from_fn(|_| rng.next_u32()), rng.next_u32())
    }

    fn new(words: [u32; BITS / 32], phase: u32) -> Self {
        let first_turns = f64::from(phase) / 4_294_967_296.0;
        let (mut pattern, mut quarters) = ([0; BITS], [0; BITS]);
        let (mut recent, mut sum) = (0u8, 0u8);
        for i in 0..BITS {
            let bit = (words[i / 32] >> (i % 32)) as u8 & 1;
            if i >= SPAN {
                let done = recent >> (SPAN - 1) & 1;
                sum = sum.wrapping_add(if done == 1 { 1 } else { 3 }) & 3;
            }
            recent = (recent << 1 | bit) & ((1 << SPAN) - 1);
            pattern[i] = recent;
            quarters[i] = sum;
        }
        Bits { pattern, quarters, first_turns }
    }

    /// Phase in turns when the newest bit that has begun to count is number ⌊`at`⌋.
    fn turns(&self, at: f64) -> f64 {
        static TURNS: LazyLock<Vec<[f64; 1 << SPAN]>> = LazyLock::new(phase_table);
        let bit = at as usize;
        let step = (at - bit as f64) * STEPS as f64;
        let row = step as usize;
        let pattern = usize::from(self.pattern[bit]);
        let (low, high) = (TURNS[row][pattern], TURNS[row + 1][pattern]);
        0.25 * f64::from(self.quarters[bit]) + low + (high - low) * (step - row as f64)
    }
}

/// Turns added by the five newest bits at each step through a symbol.
fn phase_table() -> Vec<[f64; 1 << SPAN]> {
    let row = |step: usize| {
        std::array::from_fn(|pattern| {
            (0..SPAN)
                .map(|age| {
                    let sign = if pattern >> age & 1 == 1 { 0.25 } else { -0.25 };
                    sign * phase_step(step as f64 / STEPS as f64 + age as f64 - SPAN as f64 / 2.0)
                })
                .sum()
        })
    };
    (0..=STEPS).map(row).collect()
}

/// Share of its quarter turn that a bit has made `t` symbols after the middle of it: 0 long before, 1 long after.
///
/// The integral of TS 45.004 §2.5's pulse, a rectangle of one symbol smoothed by a Gaussian:
/// with Q the normal distribution's upper tail, ∫Q(x)dx = x·Q(x) − φ(x).
fn phase_step(t: f64) -> f64 {
    let scale = TAU * BANDWIDTH_TIME / std::f64::consts::LN_2.sqrt();
    let integral = |x: f64| {
        let tail = 0.5 * libm::erfc(x * std::f64::consts::FRAC_1_SQRT_2);
        x * tail - libm::exp(-0.5 * x * x) / TAU.sqrt()
    };
    1.0 + (integral(scale * (t - 0.5)) - integral(scale * (t + 0.5))) / scale
}

/// Autocorrelation of the modulation at a lag of `symbols`, 1 at lag 0; real, because the spectrum is symmetric.
///
/// For random bits the mean of e^(j(φ(t+τ)−φ(t))) is the product of one cosine a bit, averaged here over one symbol.
/// Checked by the levels in `bursts_have_the_level_and_snr_that_the_truth_states`.
pub(in crate::scene) fn autocorrelation(symbols: f64) -> f64 {
    const PLACES: i32 = 16;
    let reach = SPAN as i32 + symbols.abs().ceil() as i32;
    let product = |place: i32| -> f64 {
        let t = f64::from(place) / f64::from(PLACES);
        (-reach..=reach)
            .map(|bit| {
                let age = t - f64::from(bit);
                libm::cos(0.5 * PI * (phase_step(age + symbols) - phase_step(age)))
            })
            .product()
    };
    (0..PLACES).map(product).sum::<f64>() / f64::from(PLACES)
}

#[cfg(test)]
mod tests {
    use num_complex::Complex64;
    use rustfft::FftPlanner;

    use super::*;
    use crate::scene::noise::generator;

    const SAMPLE_RATE: f64 = 2.4e6;
    const FIRST: i64 = 1_000;
    /// Samples rendered for each burst: its 1 311 with room on both sides.
    const ROOM: usize = 2_048;

    /// Burst number `k` of many, alone, with its half-amplitude points.
    fn alone(k: u64, offset_hz: f64) -> (Vec<Complex64>, f64, f64) {
        let start = 1_300.25 + 0.125 * k as f64;
        let burst = Burst { start, symbols: 148.0, offset_hz, power: 0.25, stream: k };
        let (mut re, mut im) = (vec![0.0; ROOM], vec![0.0; ROOM]);
        burst.add(&mut generator(1, 0), SAMPLE_RATE, FIRST, &mut re, &mut im);
        let samples = re.iter().zip(&im).map(|(re, im)| Complex64::new((*re).into(), (*im).into())).collect();
        (samples, start - FIRST as f64, burst.end(SAMPLE_RATE) - FIRST as f64)
    }

    #[test]
    fn a_burst_fills_200_khz_as_the_field_knows_it() {
        let fft = FftPlanner::new().plan_fft_forward(ROOM);
        let mut power = vec![0.0; ROOM];
        for k in 0..300 {
            let (mut line, ..) = alone(k, 0.0);
            fft.process(&mut line);
            line.rotate_right(ROOM / 2);
            power.iter_mut().zip(&line).for_each(|(sum, z)| *sum += z.norm_sqr());
        }
        let total: f64 = power.iter().sum();
        let within = |half_hz: f64| {
            let bins = half_hz / SAMPLE_RATE * ROOM as f64;
            let distance = |k: usize| (k as f64 - ROOM as f64 / 2.0).abs();
            let weight = |k: usize| (bins + 0.5 - distance(k)).clamp(0.0, 1.0);
            (0..ROOM).map(|k| weight(k) * power[k]).sum::<f64>() / total
        };
        assert!((within(100e3) - 0.957).abs() < 0.003, "{} in 200 kHz", within(100e3));
        assert!(within(122e3) < 0.99 && 0.99 < within(125e3), "{} {}", within(122e3), within(125e3));
        assert!((within(81e3) - 0.90).abs() < 0.005, "{} in 162 kHz", within(81e3));
    }

    #[test]
    fn ramps_stay_within_the_mask_of_the_standard() {
        let us = SAMPLE_RATE / 1e6;
        for k in 0..8 {
            let (samples, start, end) = alone(k, 312.5e3);
            for (n, z) in samples.iter().enumerate() {
                let db = 10.0 * (z.norm_sqr() / 0.25).log10();
                // Microseconds outside the useful part, which begins and ends half a symbol inside half amplitude.
                let outside = (start - n as f64).max(n as f64 - end) / us + 0.5e6 / SYMBOL_RATE_HZ;
                let allowed = match outside {
                    x if x <= 0.0 => -1.0..=1.0,
                    x if x <= 10.0 => f64::NEG_INFINITY..=4.0,
                    x if x <= 18.0 => f64::NEG_INFINITY..=-6.0,
                    x if x <= 28.0 => f64::NEG_INFINITY..=-30.0,
                    _ => f64::NEG_INFINITY..=-59.0,
                };
                assert!(allowed.contains(&db), "{db} dB {outside} µs outside");
            }
        }
    }

    #[test]
    fn the_autocorrelation_is_that_of_the_waveform() {
        for lag in [0, 3, 9, 20] {
            let (mut sum, mut count) = (Complex64::default(), 0.0);
            for k in 0..400 {
                let (samples, start, end) = alone(k, 0.0);
                let flat = &samples[start as usize + 20..end as usize - 20];
                for pair in flat.windows(lag + 1) {
                    sum += pair[lag] * pair[0].conj() / 0.25;
                    count += 1.0;
                }
            }
            let expected = autocorrelation(lag as f64 * SYMBOL_RATE_HZ / SAMPLE_RATE);
            assert!((sum / count - expected).norm() < 0.01, "lag {lag}: {} {expected}", sum / count);
        }
    }
}
