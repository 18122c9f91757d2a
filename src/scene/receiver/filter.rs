//! A receiver's filter: roll-off and ripple, and what they leave of a signal's power.

use std::f64::consts::{PI, TAU};

use crate::scene::description;
use crate::scene::noise::BLOCK;

/// Farthest tap of the filter from its middle.
pub(in crate::scene) const REACH: usize = 16;
/// Samples filtered at once: four vectors of four for each component, few enough to stay in registers.
const LANES: usize = 16;
/// Samples a filtered block needs: itself and the filter's reach on both sides.
pub(in crate::scene) const FILTERED: usize = BLOCK + 2 * REACH;

/// A receiver's filter.
///
/// It has 2·16 + 1 taps and no phase (its response is real), so that bursts stay where the truth says. Its
/// design: the inverse cosine transform of 1 up to `flat_hz`, then a raised cosine in decibels down to `edge_db` at
/// half the sample rate, under a Hann window; and for each ripple one echo before and one after, which together add
/// `depth·cos(humps·2πf/rate + degrees)`. The truth comes from the taps as they are, not from the design.
#[derive(Clone, Debug)]
pub(in crate::scene) struct Filter {
    sample_rate: f64,
    /// Taps from the middle on; those before it are their conjugates.
    real: [f32; REACH + 1],
    imaginary: [f32; REACH + 1],
    /// Sum of the products of taps 0, 1, 2 … samples apart, the later one conjugated.
    correlation: [(f64, f64); 2 * REACH + 1],
}

impl Filter {
    pub(super) fn new(described: &description::Receiver, sample_rate: f64) -> Self {
        let mut real = roll_off(described.flat_hz, described.edge_db, sample_rate);
        let mut imaginary = [0.0; REACH + 1];
        for ripple in &described.ripples {
            let half = 0.5 * (libm::pow(10.0, ripple.depth_db / 20.0) - 1.0);
            let (sin, cos) = libm::sincos(ripple.degrees * PI / 180.0);
            real[ripple.humps] += half * cos;
            imaginary[ripple.humps] -= half * sin;
        }
        let (real, imaginary) = (real.map(|h| h as f32), imaginary.map(|h| h as f32));
        Filter { sample_rate, correlation: correlation(&real, &imaginary), real, imaginary }
    }

    /// Power behind the filter over power before it, of a signal at `offset_hz` with this autocorrelation at lags of
    /// 0, 1, 2 … samples, at least 2·16 + 1 of them.
    ///
    /// Checked by `bursts_have_the_level_and_snr_that_the_truth_states`.
    pub(in crate::scene) fn power_gain(&self, offset_hz: f64, autocorrelation: &[f64]) -> f64 {
        let turn = TAU * offset_hz / self.sample_rate;
        let at_lag = |lag: usize| {
            let (re, im) = self.correlation[lag];
            let (sin, cos) = libm::sincos(turn * lag as f64);
            autocorrelation[lag] * (re * cos - im * sin)
        };
        at_lag(0) + 2.0 * (1..=2 * REACH).map(at_lag).sum::<f64>()
    }

    /// Filters one block. `re` and `im` hold it with [`REACH`] samples before and after.
    pub(in crate::scene) fn filter(&self, re: &[f32; FILTERED], im: &[f32; FILTERED], out: &mut [[f32; BLOCK]; 2]) {
        let [out_re, out_im] = out;
        for start in (0..BLOCK).step_by(LANES) {
            let middle = start + REACH;
            let mut sum_re = lanes(re, middle).map(|x| x * self.real[0]);
            let mut sum_im = lanes(im, middle).map(|x| x * self.real[0]);
            for d in 1..=REACH {
                let (hr, hi) = (self.real[d], self.imaginary[d]);
                let (before_re, after_re) = (lanes(re, middle - d), lanes(re, middle + d));
                let (before_im, after_im) = (lanes(im, middle - d), lanes(im, middle + d));
                for k in 0..LANES {
                    sum_re[k] += hr * (before_re[k] + after_re[k]);
                    sum_im[k] += hr * (before_im[k] + after_im[k]);
                }
                // Only ripples have imaginary parts: most taps are spared this.
                if hi != 0.0 {
                    for k in 0..LANES {
                        sum_re[k] -= hi * (before_im[k] - after_im[k]);
                        sum_im[k] += hi * (before_re[k] - after_re[k]);
                    }
                }
            }
            out_re[start..start + LANES].copy_from_slice(&sum_re);
            out_im[start..start + LANES].copy_from_slice(&sum_im);
        }
    }
}

fn correlation(real: &[f32; REACH + 1], imaginary: &[f32; REACH + 1]) -> [(f64, f64); 2 * REACH + 1] {
    let tap = |place: usize| {
        let k = place.abs_diff(REACH);
        let sign = if place < REACH { -1.0 } else { 1.0 };
        (f64::from(real[k]), sign * f64::from(imaginary[k]))
    };
    std::array::from_fn(|lag| {
        (0..=2 * REACH - lag).fold((0.0, 0.0), |(re, im), a| {
            let ((ar, ai), (br, bi)) = (tap(a), tap(a + lag));
            (re + ar * br + ai * bi, im + ai * br - ar * bi)
        })
    })
}

/// The lanes of `x` that begin at `start`.
#[inline(always)]
fn lanes(x: &[f32; FILTERED], start: usize) -> [f32; LANES] {
    *x[start..].first_chunk().expect("a block and its surroundings hold every lane within the filter's reach")
}

/// Taps of the roll-off from the middle on, all real.
fn roll_off(flat_hz: f64, edge_db: f64, sample_rate: f64) -> [f64; REACH + 1] {
    const POINTS: usize = 512;
    let amplitude = |point: usize| {
        let hz = 0.5 * sample_rate * (point as f64 + 0.5) / POINTS as f64;
        let beyond = ((hz - flat_hz) / (0.5 * sample_rate - flat_hz)).max(0.0);
        libm::pow(10.0, edge_db * 0.5 * (1.0 - libm::cos(PI * beyond)) / 20.0)
    };
    std::array::from_fn(|d| {
        let cosine = |point: usize| libm::cos(PI * d as f64 * (point as f64 + 0.5) / POINTS as f64);
        let window = 0.5 + 0.5 * libm::cos(PI * d as f64 / (REACH + 1) as f64);
        window * (0..POINTS).map(|p| amplitude(p) * cosine(p)).sum::<f64>() / POINTS as f64
    })
}
