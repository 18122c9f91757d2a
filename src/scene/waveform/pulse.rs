//! Root raised cosine pulses, two samples for each chip or symbol.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_PI, FRAC_PI_2, FRAC_PI_4, PI};

/// Chips on each side of its middle over which a pulse reaches.
///
/// With a taper over the last quarter, so that it ends below −70 dB; neighbouring chips after a matched filter then
/// disturb one another by −65 dB at a roll-off of 0.22. Checked by `a_matched_filter_gives_back_every_chip`.
pub(super) const REACH: usize = 16;
const TAPER: f64 = 0.25 * REACH as f64;
/// Outputs worked on at once.
const BATCH: usize = 64;

/// A pulse whose train of chips of power 1 has power 1.
pub(super) struct Pulse {
    /// At whole chips from the middle, −REACH first.
    at_chips: [f32; 2 * REACH + 1],
    /// Half way between them.
    between: [f32; 2 * REACH],
}

impl Pulse {
    pub(super) fn new(roll_off: f64) -> Self {
        let value = |chips: f64| {
            let beyond = (chips.abs() - (REACH as f64 - TAPER)) / (TAPER + 0.5);
            let taper = if beyond <= 0.0 { 1.0 } else { libm::cos(FRAC_PI_2 * beyond) };
            root_raised_cosine(chips, roll_off) * taper * taper
        };
        let half_chip = |k: usize| 0.5 * k as f64 - REACH as f64;
        let power: f64 = (0..=4 * REACH).map(|k| value(half_chip(k)) * value(half_chip(k))).sum();
        let scaled = |k: usize| (value(half_chip(k)) * (2.0 / power).sqrt()) as f32;
        Pulse { at_chips: std::array::from_fn(|k| scaled(2 * k)), between: std::array::from_fn(|k| scaled(2 * k + 1)) }
    }

    /// Appends to `out` two samples for each of `chips` but the first and last [`REACH`]: at its middle, and half a chip on.
    pub(super) fn shape(&self, chips: &[f32], out: &mut Vec<f32>) {
        let count = chips.len() - 2 * REACH;
        for first in (0..count).step_by(BATCH) {
            let batch = BATCH.min(count - first);
            let (mut at_chips, mut between) = ([0.0; BATCH], [0.0; BATCH]);
            for (taps, sums) in [(&self.at_chips[..], &mut at_chips), (&self.between[..], &mut between)] {
                for (j, tap) in taps.iter().enumerate() {
                    let from = first + 2 * REACH - j;
                    for (sum, chip) in sums.iter_mut().zip(&chips[from..from + batch]) {
                        *sum += tap * chip;
                    }
                }
            }
            out.extend(at_chips.iter().zip(&between).take(batch).flat_map(|(a, b)| [*a, *b]));
        }
    }
}

/// The pulse of TS 25.101 and of textbooks, `t` in chips from its middle, peak 1 + roll-off·(4/π − 1).
fn root_raised_cosine(t: f64, roll_off: f64) -> f64 {
    let x = 4.0 * roll_off * t;
    if t == 0.0 {
        1.0 + roll_off * (2.0 * FRAC_2_PI - 1.0)
    } else if (x.abs() - 1.0).abs() < 1e-9 {
        let (sin, cos) = libm::sincos(FRAC_PI_4 / roll_off);
        roll_off * FRAC_1_SQRT_2 * ((1.0 + FRAC_2_PI) * sin + (1.0 - FRAC_2_PI) * cos)
    } else {
        (libm::sin(PI * t * (1.0 - roll_off)) + x * libm::cos(PI * t * (1.0 + roll_off))) / (PI * t * (1.0 - x * x))
    }
}

/// What two root raised cosine filters in a row make of a chip, `t` chips from its middle, 1 there: the autocorrelation
/// of a train of random chips.
pub(super) fn raised_cosine(t: f64, roll_off: f64) -> f64 {
    let x = 2.0 * roll_off * t;
    if (x.abs() - 1.0).abs() < 1e-9 {
        FRAC_PI_4 * sinc(t)
    } else {
        sinc(t) * libm::cos(PI * roll_off * t) / (1.0 - x * x)
    }
}

/// Part of the power of a train of random chips that lies below `frequency`, in chips a second: the integral of a raised
/// cosine.
pub(super) fn power_below(frequency: f64, roll_off: f64) -> f64 {
    let beyond = frequency.abs() - 0.5;
    let above_middle = if beyond <= -0.5 * roll_off {
        0.5 + beyond
    } else if beyond >= 0.5 * roll_off {
        0.5
    } else {
        let falling = 0.5 * (beyond + 0.5 * roll_off) + 0.5 * roll_off / PI * libm::cos(PI * beyond / roll_off);
        0.5 - 0.5 * roll_off + falling
    };
    0.5 + above_middle.copysign(frequency)
}

/// sin(πx)/πx.
pub(in crate::scene) fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { libm::sin(PI * x) / (PI * x) }
}
