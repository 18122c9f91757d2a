//! WCDMA: the random access preamble and a slot of a dedicated channel.

use std::f32::consts::FRAC_1_SQRT_2;
use std::sync::LazyLock;

use super::pulse::{Pulse, REACH};
use super::random::Random;
use super::{Band, Content, Waveform};

/// Chips per second. A width of as many hertz holds 96.0 % of the power of chips with [`ROLL_OFF`].
pub(in crate::scene) const CHIP_RATE_HZ: f64 = 3.84e6;
/// Roll-off of the root raised cosine pulse.
pub(super) const ROLL_OFF: f64 = 0.22;
/// Chips of the preamble: a signature of 16, 256 times.
const PREAMBLE_CHIPS: usize = 4096;
const SIGNATURE_CHIPS: usize = 16;
const SLOT_CHIPS: usize = 2560;
pub(super) const PREAMBLE_S: f64 = PREAMBLE_CHIPS as f64 / CHIP_RATE_HZ;
pub(super) const SLOT_S: f64 = SLOT_CHIPS as f64 / CHIP_RATE_HZ;
/// Chips of a data bit of a speech call (60 kbit/s on the channel) and of a control bit (15 kbit/s).
const DATA_SPREADING: usize = 64;
const CONTROL_SPREADING: usize = 256;
/// Amplitude of control over data in a speech call: −5.46 dB (TS 25.101 §A.2.1).
const CONTROL_GAIN: f32 = 8.0 / 15.0;

/// The preamble: scrambling of random signs times a signature times e^(j(π/4 + kπ/2)) (TS 25.213).
pub(super) fn preamble(heard: Band, random: &mut Random, out: &mut Waveform) {
    let number = random.below(SIGNATURE_CHIPS);
    let mut chips = Chips::new(PREAMBLE_CHIPS);
    for k in 0..PREAMBLE_CHIPS {
        let x = FRAC_1_SQRT_2 * signature(number, k) * random.sign();
        let (re, im) = [(x, x), (-x, x), (-x, -x), (x, -x)][k % 4];
        chips.push(re, im);
    }
    chips.shape(heard, out);
}

/// Chip number `k` of a preamble's signature: a row of the Hadamard matrix of 16, again and again.
fn signature(number: usize, k: usize) -> f32 {
    if (number & (k % SIGNATURE_CHIPS)).count_ones() % 2 == 1 { -1.0 } else { 1.0 }
}

/// One slot of data on I and control on Q, scrambled so that every second step of a chip is a quarter turn
/// (TS 25.213: c₁(i)·(1 + j(−1)^i·c₂(2⌊i/2⌋))).
pub(super) fn slot(heard: Band, random: &mut Random, out: &mut Waveform) {
    let mut chips = Chips::new(SLOT_CHIPS);
    let scale = 1.0 / (2.0 * (1.0 + CONTROL_GAIN * CONTROL_GAIN)).sqrt();
    let (mut data, mut control, mut second) = (0.0, 0.0, 0.0);
    for i in 0..SLOT_CHIPS {
        if i % DATA_SPREADING == 0 {
            data = scale * random.sign();
        }
        if i % CONTROL_SPREADING == 0 {
            control = scale * CONTROL_GAIN * random.sign();
        }
        if i % 2 == 0 {
            second = random.sign();
        }
        // The data's channelisation code is number 16 of 64: 1, 1, −1, −1 and so on; the control's is all ones.
        let real = if i % 4 < 2 { data } else { -data };
        let first = random.sign();
        let (re, im) = (first, if i % 2 == 0 { first * second } else { -first * second });
        chips.push(real * re - control * im, real * im + control * re);
    }
    chips.shape(heard, out);
}

/// Chips of power 1, with silence before and after for the pulses to die away in.
struct Chips {
    re: Vec<f32>,
    im: Vec<f32>,
}

impl Chips {
    fn new(count: usize) -> Self {
        let silent = || {
            let mut part = Vec::with_capacity(count + 4 * REACH);
            part.resize(2 * REACH, 0.0);
            part
        };
        Chips { re: silent(), im: silent() }
    }

    fn push(&mut self, re: f32, im: f32) {
        self.re.push(re);
        self.im.push(im);
    }

    fn shape(mut self, heard: Band, out: &mut Waveform) {
        let half_hz = 0.5 * (1.0 + ROLL_OFF) * CHIP_RATE_HZ;
        if heard.low_hz > -half_hz || heard.high_hz < half_hz {
            // The pulse and the band's edge in one: half as many samples.
            out.begin(CHIP_RATE_HZ, 2.0 * REACH as f64 - 0.5, self.re.len());
            out.content = Content::Chips { roll_off: ROLL_OFF };
            out.re.extend(self.re);
            out.im.extend(self.im);
            return;
        }
        static PULSE: LazyLock<Pulse> = LazyLock::new(|| Pulse::new(ROLL_OFF));
        // The first chip begins half a chip, one sample, before its middle.
        let start = 2 * REACH - 1;
        out.begin(2.0 * CHIP_RATE_HZ, start as f64, 2 * (self.re.len()));
        for (part, out) in [(&mut self.re, &mut out.re), (&mut self.im, &mut out.im)] {
            part.resize(part.len() + 2 * REACH, 0.0);
            PULSE.shape(part, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// TS 25.213: sixteen signatures of 16 chips, repeated 256 times, none like another.
    #[test]
    fn signatures_repeat_every_16_chips_and_are_orthogonal() {
        let product =
            |a, b, chips: std::ops::Range<usize>| chips.map(|k| signature(a, k) * signature(b, k)).sum::<f32>();
        for a in 0..16 {
            for b in 0..16 {
                assert_eq!(product(a, b, 0..16), if a == b { 16.0 } else { 0.0 });
            }
            assert!((0..4096).all(|k| signature(a, k) == signature(a, k % 16)));
        }
        let first: Vec<_> = (0..4).map(|number| (0..4).map(|k| signature(number, k)).collect::<Vec<_>>()).collect();
        let rows = [[1.0, 1.0, 1.0, 1.0], [1.0, -1.0, 1.0, -1.0], [1.0, 1.0, -1.0, -1.0], [1.0, -1.0, -1.0, 1.0]];
        assert_eq!(first, rows);
    }
}
