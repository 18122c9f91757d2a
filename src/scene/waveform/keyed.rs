//! A narrow keyed carrier: random QPSK.

use std::f32::consts::FRAC_1_SQRT_2;
use std::sync::LazyLock;

use super::pulse::{Pulse, REACH};
use super::random::Random;
use super::{Waveform, ramp};

/// Roll-off of the root raised cosine pulse.
pub(super) const ROLL_OFF: f64 = 0.35;
/// Symbols per second for each hertz of the width that holds 95.7 % of the power. Checked by
/// `nominal_widths_hold_the_share_of_power_that_a_gsm_burst_has_in_200_khz`.
pub(super) const SYMBOLS_PER_HERTZ: f64 = 0.956;
/// Half the length of a ramp, in samples: one symbol.
const HALF_RAMP: f64 = 2.0;

pub(super) fn keyed(width_hz: f64, duration_s: f64, random: &mut Random, out: &mut Waveform) {
    static PULSE: LazyLock<Pulse> = LazyLock::new(|| Pulse::new(ROLL_OFF));
    let rate_hz = 2.0 * SYMBOLS_PER_HERTZ * width_hz;
    let length = duration_s * rate_hz;
    let half_ramp = HALF_RAMP.min(0.05 * length);
    let lead = ramp::lead(half_ramp);
    let samples = (length + half_ramp).ceil() as usize + lead + 1;
    out.begin(rate_hz, lead as f64, samples + 1);

    // Keying goes on before and after, so that there is a carrier for the ramps to switch.
    let count = samples.div_ceil(2) + 2 * REACH;
    let amplitude = ramp::amplitude(half_ramp, length) as f32 * FRAC_1_SQRT_2;
    let (mut re, mut im) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for _ in 0..count {
        let symbol = random.qpsk();
        re.push(amplitude * symbol.0);
        im.push(amplitude * symbol.1);
    }
    for (symbols, out) in [(&re, &mut out.re), (&im, &mut out.im)] {
        PULSE.shape(symbols, out);
        out.truncate(samples);
    }
    ramp::apply(ramp::raised_cosine, half_ramp, length, out);
}
