//! Gaussian noise, flat over a width and nothing beyond it.

use std::sync::LazyLock;

use super::fft::{self, Line, root_of_unity};
use super::random::Random;
use super::{Band, Content, Waveform, ramp};

/// Rate over width: three quarters of the bins of each block are noise, the rest is nothing.
const OVERSAMPLING: f64 = 4.0 / 3.0;
/// The longest block; what is longer is made of several, faded into one another.
const LONGEST_BLOCK: usize = fft::LONGEST;
/// Samples over which two blocks fade at constant power.
const FADE: usize = 64;
/// Equally likely amplitudes and phases of a bin.
const STEPS: usize = 256;
/// Samples that half a ramp needs at least to be drawn.
const LEAST_HALF_RAMP: f64 = 2.0;
/// Smallest part of the width that is made alone.
const LEAST_PART: f64 = 0.125;
/// Half the length of the ramps of a piece, as part of its duration.
const PIECE_HALF_RAMP: f64 = 1.0 / 16.0;

/// A burst of noise with ramps of 5 µs, or as long as a narrow one needs, but at most a tenth of its duration.
pub(super) fn burst(width_hz: f64, duration_s: f64, heard: Band, random: &mut Random, out: &mut Waveform) {
    let part = Part::of(width_hz, heard);
    let rate_hz = OVERSAMPLING * part.width_hz;
    let length = duration_s * rate_hz;
    let half_ramp = (0.5 * ramp::RAMP_S * rate_hz).max(LEAST_HALF_RAMP).min(0.05 * length);
    let amplitude = ramp::amplitude(half_ramp, length) * part.power.sqrt();
    render(rate_hz, half_ramp, length, amplitude, random, out);
    ramp::apply(ramp::raised_cosine, half_ramp, length, out);
    part.tell(out);
}

/// A piece of lasting noise: with the next, which begins a duration later, it adds up to constant power.
pub(super) fn piece(width_hz: f64, duration_s: f64, heard: Band, random: &mut Random, out: &mut Waveform) {
    let part = Part::of(width_hz, heard);
    let rate_hz = OVERSAMPLING * part.width_hz;
    let length = duration_s * rate_hz;
    let half_ramp = PIECE_HALF_RAMP * length;
    render(rate_hz, half_ramp, length, part.power.sqrt(), random, out);
    ramp::apply(ramp::constant_power, half_ramp, length, out);
    part.tell(out);
}

/// What is heard of noise.
struct Part {
    width_hz: f64,
    middle_hz: f64,
    /// Power over that of the whole.
    power: f64,
    content: Content,
}

impl Part {
    fn of(width_hz: f64, heard: Band) -> Self {
        let (low_hz, high_hz) = (heard.low_hz.max(-0.5 * width_hz), heard.high_hz.min(0.5 * width_hz));
        let part_hz = high_hz - low_hz;
        // A sliver would have a rate too low to say when it begins.
        if part_hz < LEAST_PART * width_hz {
            return Part { width_hz, middle_hz: 0.0, power: 1.0, content: Content::Whole };
        }
        Part {
            width_hz: part_hz,
            middle_hz: 0.5 * (low_hz + high_hz),
            power: part_hz / width_hz,
            content: Content::Heard { width_hz: part_hz },
        }
    }

    fn tell(self, out: &mut Waveform) {
        out.middle_hz = self.middle_hz;
        out.content = self.content;
    }
}

/// Noise of power `amplitude`² that lasts at least from one ramp's beginning to the other's end.
fn render(rate_hz: f64, half_ramp: f64, length: f64, amplitude: f64, random: &mut Random, out: &mut Waveform) {
    let lead = ramp::lead(half_ramp);
    let samples = (length + half_ramp).ceil() as usize + lead + 1;
    out.begin(rate_hz, lead as f64, samples);
    let size = samples.next_power_of_two().clamp(16, LONGEST_BLOCK);
    let amplitude = (amplitude / (0.75 * size as f64).sqrt()) as f32;
    let mut line = Line::default();
    block(size, amplitude, random, &mut line);
    while out.re.len() + size < samples {
        let kept = size - FADE;
        out.re.extend(&line.re[..kept]);
        out.im.extend(&line.im[..kept]);
        let (falling_re, falling_im) = (line.re[kept..].to_vec(), line.im[kept..].to_vec());
        block(size, amplitude, random, &mut line);
        fade(&falling_re, &mut line.re);
        fade(&falling_im, &mut line.im);
    }
    let rest = samples - out.re.len();
    out.re.extend(&line.re[..rest]);
    out.im.extend(&line.im[..rest]);
}

/// Overwrites `line` with `size` samples of noise whose bins have the mean power `amplitude`².
fn block(size: usize, amplitude: f32, random: &mut Random, line: &mut Line) {
    /// Root of the mean of −ln u, the power of a Gaussian bin, over each of equally likely steps of u: exact in power.
    static AMPLITUDES: LazyLock<[f32; STEPS]> = LazyLock::new(|| {
        let integral = |k: usize| {
            let u = k as f64 / STEPS as f64;
            if k == 0 { 0.0 } else { u - u * libm::log(u) }
        };
        std::array::from_fn(|k| (STEPS as f64 * (integral(k + 1) - integral(k))).sqrt() as f32)
    });
    static PHASES: LazyLock<[(f32, f32); STEPS]> = LazyLock::new(|| {
        std::array::from_fn(|k| {
            let (cos, sin) = root_of_unity(k, STEPS);
            (cos as f32, sin as f32)
        })
    });
    line.clear(size);
    let half = 3 * size / 8;
    for bin in (0..half).chain(size - half..size) {
        let step = amplitude * AMPLITUDES[random.bits(8)];
        let (cos, sin) = PHASES[random.bits(8)];
        line.re[bin] = step * cos;
        line.im[bin] = step * sin;
    }
    line.synthesize();
    fft::raise_half_a_bin(line);
}

/// Fades from `falling` into the beginning of `rising`.
fn fade(falling: &[f32], rising: &mut [f32]) {
    static WEIGHTS: LazyLock<[(f32, f32); FADE]> = LazyLock::new(|| {
        std::array::from_fn(|k| {
            let x = 2.0 * (k as f64 + 0.5) / FADE as f64 - 1.0;
            (ramp::constant_power(-x) as f32, ramp::constant_power(x) as f32)
        })
    });
    for ((falling, rising), (down, up)) in falling.iter().zip(rising).zip(&*WEIGHTS) {
        *rising = down * falling + up * *rising;
    }
}
