//! LTE's random access preamble, format 0 (TS 36.211 §5.7).

use std::sync::LazyLock;

use super::fft::{Line, root_of_unity};
use super::random::Random;
use super::{Band, Content, Waveform, ramp};

const SUBCARRIER_HZ: f64 = 1250.0;
/// Length of the Zadoff–Chu sequence, one number on each subcarrier.
const LENGTH: usize = 839;
pub(super) const WIDTH_HZ: f64 = LENGTH as f64 * SUBCARRIER_HZ;
const RATE_HZ: f64 = 1.92e6;
/// Samples of the sequence's part, 24 576 Ts of 1/30.72 µs.
const SEQUENCE: usize = 1536;
/// Samples of cyclic prefix, 3 168 Ts.
const PREFIX: usize = 198;
pub(super) const DURATION_S: f64 = (PREFIX + SEQUENCE) as f64 / RATE_HZ;

pub(super) fn prach(heard: Band, random: &mut Random, out: &mut Waveform) {
    static ROOTS: LazyLock<Vec<(f64, f64)>> = LazyLock::new(|| (0..LENGTH).map(|k| root_of_unity(k, LENGTH)).collect());
    let (root, shift) = (1 + random.below(LENGTH - 1), random.below(LENGTH));
    let half_ramp = 0.5 * ramp::RAMP_S * RATE_HZ;
    let lead = ramp::lead(half_ramp);
    let samples = PREFIX + SEQUENCE;
    out.begin(RATE_HZ, lead as f64, samples + 2 * lead + 1);
    out.content = Content::Heard { width_hz: WIDTH_HZ };

    // The transform of a Zadoff–Chu sequence of prime length is, but for a constant, its own conjugate at k/root: with
    // k = root·m, root·n(n+1) + 2kn = root·((n+m)(n+m+1) − m(m+1)). A cyclic shift turns number k by k·shift.
    // Checked by `the_preamble_correlates_with_its_root_in_one_place`.
    let inverse = (1..LENGTH).find(|i| root * i % LENGTH == 1).expect("839 is a prime");
    let mut line = Line::default();
    line.clear(SEQUENCE);
    let is_heard = |k: &usize| {
        let hz = (*k as f64 - (LENGTH / 2) as f64) * SUBCARRIER_HZ;
        (heard.low_hz..heard.high_hz).contains(&hz)
    };
    for k in (0..LENGTH).filter(is_heard) {
        let m = inverse * k % LENGTH;
        let (re, im) = ROOTS[(root * (m * (m + 1) / 2 % LENGTH) + k * shift) % LENGTH];
        let bin = (SEQUENCE + k - LENGTH / 2) % SEQUENCE;
        line.re[bin] = re as f32;
        line.im[bin] = im as f32;
    }
    line.synthesize();
    let amplitude = (ramp::amplitude(half_ramp, samples as f64) / (LENGTH as f64).sqrt()) as f32;
    for (from, to) in [(&line.re, &mut out.re), (&line.im, &mut out.im)] {
        to.extend(from[SEQUENCE - PREFIX - lead..].iter().map(|x| amplitude * x));
        to.extend(from.iter().map(|x| amplitude * x));
        to.extend(from[..=lead].iter().map(|x| amplitude * x));
    }
    ramp::apply(ramp::raised_cosine, half_ramp, samples as f64, out);
}
