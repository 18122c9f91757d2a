//! Switching on and off smoothly.

use std::f64::consts::{FRAC_1_PI, FRAC_PI_2};

use super::Waveform;

/// Length of the ramps of bursts other than GSM's: short against the shortest burst, long enough to keep its spectrum clean.
pub(super) const RAMP_S: f64 = 5e-6;

/// Amplitude of a rising raised-cosine ramp; `x` runs from −1 to 1 over it and is 0 at half amplitude.
pub(super) fn raised_cosine(x: f64) -> f64 {
    if x >= 1.0 {
        1.0
    } else if x <= -1.0 {
        0.0
    } else {
        0.5 + 0.5 * libm::sin(FRAC_PI_2 * x)
    }
}

/// The same, whose square and that of the falling ramp at the same place add to 1; it is 0 at half power.
pub(super) fn constant_power(x: f64) -> f64 {
    libm::sin(FRAC_PI_2 * (0.5 + 0.5 * x.clamp(-1.0, 1.0)))
}

/// Samples before the half-amplitude point that a ramp of `half_ramp` samples on each side of it needs, silence included.
pub(super) fn lead(half_ramp: f64) -> usize {
    half_ramp.ceil() as usize
}

/// Amplitude between raised-cosine ramps of half length `half_ramp` that gives a burst the mean power 1 from half
/// amplitude to half amplitude, `length` later.
///
/// The upper half of a ramp holds 3/8 + 1/π of the power of as much flat burst: the integral of (1 + sin(πx/2))²/4.
/// Checked by `the_mean_power_between_the_half_amplitude_points_is_1`.
pub(super) fn amplitude(half_ramp: f64, length: f64) -> f64 {
    1.0 / (1.0 - 2.0 * (0.625 - FRAC_1_PI) * half_ramp / length).sqrt()
}

/// Applies `shape` to both ends of `out`, half amplitude at its start and `length` samples later.
pub(super) fn apply(shape: fn(f64) -> f64, half_ramp: f64, length: f64, out: &mut Waveform) {
    let (start, end) = (out.start, out.start + length);
    let samples = out.re.len();
    let flat = (start + half_ramp).ceil() as usize..((end - half_ramp).floor() as usize + 1).min(samples);
    let weigh = |n: usize| {
        let at = n as f64;
        let weight = (shape((at - start) / half_ramp) * shape((end - at) / half_ramp)) as f32;
        out.re[n] *= weight;
        out.im[n] *= weight;
    };
    (0..flat.start).chain(flat.end.max(flat.start)..samples).for_each(weigh);
}
