//! Waveforms against independent facts: what holds for all of them here, what each promises in a file of its own. Spectra
//! are taken with an independent Fourier transform in double precision.

mod heard;
mod lte;
mod noise;
mod prach;
mod wcdma;

use num_complex::Complex64;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rustfft::FftPlanner;

use crate::scene::waveform::{Band, Shape, WORDS_PER_EMISSION, Waveform};

const EVERYTHING: Band = Band { low_hz: f64::NEG_INFINITY, high_hz: f64::INFINITY };

/// One of each shape, and of some the extremes.
const SHAPES: [Shape; 18] = [
    Shape::GsmNormal,
    Shape::GsmAccess,
    Shape::Pusch { resource_blocks: 1, slots: 2 },
    Shape::Pusch { resource_blocks: 6, slots: 2 },
    Shape::Pusch { resource_blocks: 7, slots: 1 },
    Shape::Pusch { resource_blocks: 50, slots: 2 },
    Shape::Pusch { resource_blocks: 100, slots: 1 },
    Shape::Pucch,
    Shape::Prach,
    Shape::Srs { resource_blocks: 4 },
    Shape::Srs { resource_blocks: 48 },
    Shape::WcdmaPreamble,
    Shape::WcdmaSlot,
    Shape::Downlink { resource_blocks: 6, symbols: 14 },
    Shape::Noise { width_hz: 2e6, duration_s: 50e-6 },
    Shape::Noise { width_hz: 1e6, duration_s: 5e-3 },
    Shape::NoisePiece { width_hz: 800e3, duration_s: 1e-3 },
    Shape::Keyed { width_hz: 25e3, duration_s: 4e-3 },
];

/// The generator of draw number `draw`.
fn generator(draw: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::from_seed([7; 32]);
    rng.set_stream(draw);
    rng
}

fn render(shape: Shape, draw: u64) -> Waveform {
    let mut out = Waveform::default();
    shape.waveform(EVERYTHING, &mut generator(draw), &mut out);
    out
}

impl Waveform {
    fn samples(&self) -> Vec<Complex64> {
        assert_eq!(self.re.len(), self.im.len());
        self.re.iter().zip(&self.im).map(|(re, im)| Complex64::new((*re).into(), (*im).into())).collect()
    }

    fn power(&self) -> Vec<f64> {
        self.samples().iter().map(|z| z.norm_sqr()).collect()
    }
}

/// Forward transform, bin 0 first.
fn transform(samples: &[Complex64]) -> Vec<Complex64> {
    let mut line = samples.to_vec();
    FftPlanner::new().plan_fft_forward(line.len()).process(&mut line);
    line
}

/// Mean power spectrum of many draws, as frequencies in hertz, ascending, with their share of the power.
fn spectrum(shape: Shape, draws: u64) -> Vec<(f64, f64)> {
    let first = render(shape, 0);
    let len = first.re.len().next_power_of_two() * 2;
    let mut power = vec![0.0; len];
    let fft = FftPlanner::new().plan_fft_forward(len);
    for draw in 0..draws {
        let mut line = render(shape, draw).samples();
        line.resize(len, Complex64::default());
        fft.process(&mut line);
        line.rotate_right(len / 2);
        power.iter_mut().zip(&line).for_each(|(sum, z)| *sum += z.norm_sqr());
    }
    let total: f64 = power.iter().sum();
    let hz = |k: usize| (k as f64 - len as f64 / 2.0) * first.rate_hz / len as f64;
    power.iter().enumerate().map(|(k, p)| (hz(k), p / total)).collect()
}

/// Share of the power within `half_hz` of the middle.
fn within(spectrum: &[(f64, f64)], half_hz: f64) -> f64 {
    let bin = spectrum[1].0 - spectrum[0].0;
    spectrum.iter().map(|(hz, share)| ((half_hz - hz.abs()) / bin + 0.5).clamp(0.0, 1.0) * share).sum()
}

/// The width that leaves half of what `share` leaves of the power on each side, as spectrum analysers measure it.
fn occupied_hz(spectrum: &[(f64, f64)], share: f64) -> f64 {
    let below: Vec<f64> = spectrum
        .iter()
        .scan(0.0, |sum, (_, power)| {
            *sum += power;
            Some(*sum)
        })
        .collect();
    let edge = |part: f64| spectrum[below.partition_point(|sum| *sum < part)].0;
    edge((1.0 + share) / 2.0) - edge((1.0 - share) / 2.0)
}

/// The power that is exceeded for a thousandth of the time, over the mean, in dB.
fn peak_to_average_db(mut power: Vec<f64>) -> f64 {
    let mean = power.iter().sum::<f64>() / power.len() as f64;
    power.sort_by(f64::total_cmp);
    10.0 * (power[power.len() - power.len() / 1000] / mean).log10()
}

/// Mean over many draws of the power at each sample.
fn envelope(shape: Shape, draws: u64) -> (Waveform, Vec<f64>) {
    let first = render(shape, 0);
    let mut mean = vec![0.0; first.re.len()];
    for draw in 0..draws {
        let power = render(shape, draw).power();
        assert_eq!(power.len(), mean.len());
        mean.iter_mut().zip(power).for_each(|(sum, p)| *sum += p / draws as f64);
    }
    (first, mean)
}

#[test]
fn the_mean_power_between_the_half_amplitude_points_is_1() {
    for shape in SHAPES {
        let (first, mean) = envelope(shape, 60);
        let (start, length) = (first.start, shape.duration_s() * first.rate_hz);
        // Each sample counts with what of the half sample on each side of it lies between the points.
        let weight = |n: usize| {
            let (low, high) = (n as f64 - 0.5, n as f64 + 0.5);
            (high.min(start + length) - low.max(start)).max(0.0)
        };
        let power = mean.iter().enumerate().map(|(n, p)| weight(n) * p).sum::<f64>() / length;
        // Pieces of lasting noise lack what their neighbours add; a GSM burst is 1 between the ramps.
        let (expected, off) = match shape {
            Shape::NoisePiece { .. } => (1.0 - 0.125 * (0.5 - std::f64::consts::FRAC_1_PI), 0.02),
            Shape::GsmNormal => (0.9966, 0.0005),
            Shape::GsmAccess => (0.9943, 0.0005),
            Shape::WcdmaPreamble | Shape::WcdmaSlot | Shape::Prach | Shape::Pucch | Shape::Srs { .. } => (1.0, 0.003),
            Shape::Noise { .. } => (1.0, 0.03),
            _ => (1.0, 0.01),
        };
        assert!((power - expected).abs() < off, "{shape:?}: {power}");
    }
}

#[test]
fn bursts_rise_and_fall_through_half_amplitude_a_duration_apart() {
    for shape in SHAPES {
        let (first, mean) = envelope(shape, 400);
        let half: f64 = match shape {
            Shape::NoisePiece { .. } => 0.5,
            _ => 0.25,
        };
        let crossing = |n: usize, before: f64, after: f64| {
            let (a, b, half) = (before.sqrt(), after.sqrt(), half.sqrt());
            n as f64 + (half - a) / (b - a)
        };
        let rise = mean.windows(2).position(|w| w[0] < half && half <= w[1]).expect("it rises");
        let fall = mean.windows(2).rposition(|w| w[1] < half && half <= w[0]).expect("it falls");
        let off_us = |at: f64, expected: f64| 1e6 * (at - expected) / first.rate_hz;
        let start = off_us(crossing(rise, mean[rise], mean[rise + 1]), first.start);
        let end = off_us(crossing(fall, mean[fall], mean[fall + 1]), first.start + shape.duration_s() * first.rate_hz);
        // The mean of so many draws of noise is known to a twentieth, of which a ramp of 5 µs makes 0.1 µs. The mean of
        // keying is a tenth higher on symbols than between them.
        let ramp_us = match shape {
            Shape::NoisePiece { duration_s, .. } => 0.125e6 * duration_s,
            Shape::Keyed { width_hz, .. } => 3e6 / width_hz,
            _ => 5.0,
        };
        assert!(start.abs() < 0.04 * ramp_us && end.abs() < 0.04 * ramp_us, "{shape:?}: {start} {end} µs");
    }
}

#[test]
fn waveforms_begin_and_end_in_silence() {
    for shape in SHAPES {
        for draw in 0..8 {
            let waveform = render(shape, draw);
            let power = waveform.power();
            assert!(power[0] < 1e-6 && power[power.len() - 1] < 1e-6, "{shape:?}");
            assert!(waveform.rate_hz >= 1.25 * shape.nominal_width_hz() * 0.999_999, "{shape:?}");
            // Neither longer than needed: no more than a tenth beyond a burst's ends, or 100 samples.
            let samples = shape.duration_s() * waveform.rate_hz;
            assert!(power.len() as f64 <= samples * 1.15 + 160.0, "{shape:?}: {} for {samples}", power.len());
        }
    }
}

#[test]
fn no_waveform_takes_more_random_words_than_stated() {
    for shape in SHAPES {
        let mut rng = generator(0);
        shape.waveform(EVERYTHING, &mut rng, &mut Waveform::default());
        assert!(rng.get_word_pos() <= WORDS_PER_EMISSION, "{shape:?}: {}", rng.get_word_pos());
    }
}

#[test]
fn what_a_buffer_held_before_leaves_no_trace() {
    for shape in SHAPES {
        let mut used = render(Shape::Downlink { resource_blocks: 25, symbols: 14 }, 1);
        shape.waveform(EVERYTHING, &mut generator(2), &mut used);
        let fresh = render(shape, 2);
        assert_eq!(used.re, fresh.re);
        assert_eq!(used.im, fresh.im);
        assert_eq!((used.rate_hz, used.start), (fresh.rate_hz, fresh.start));
    }
}

/// Source: the definition of a burst's extent, which is a GSM burst's 200 kHz; WCDMA's chip rate holds 96.0 % by the
/// integral of the raised cosine: 1 − 0.22·(1/2 − 1/π).
#[test]
fn nominal_widths_hold_the_share_of_power_that_a_gsm_burst_has_in_200_khz() {
    for shape in SHAPES {
        let spectrum = spectrum(shape, 60);
        let inside = within(&spectrum, 0.5 * shape.nominal_width_hz());
        let most = within(&spectrum, 0.45 * shape.nominal_width_hz());
        match shape {
            Shape::GsmNormal | Shape::GsmAccess => assert!((inside - 0.957).abs() < 0.004, "{shape:?}: {inside}"),
            Shape::Keyed { .. } => assert!((inside - 0.957).abs() < 0.006, "{shape:?}: {inside}"),
            Shape::WcdmaPreamble | Shape::WcdmaSlot => assert!((inside - 0.960).abs() < 0.003, "{shape:?}: {inside}"),
            // Flat: the whole width and no less.
            _ => assert!(inside > 0.96 && (most / inside - 0.9).abs() < 0.03, "{shape:?}: {inside} {most}"),
        }
    }
}

#[test]
fn autocorrelations_are_those_of_the_waveforms() {
    for shape in SHAPES {
        const LAGS: [usize; 5] = [0, 1, 2, 5, 9];
        let (mut sums, mut power) = ([Complex64::default(); LAGS.len()], 0.0);
        let mut rate_hz = 0.0;
        let draws = 1_000_000 / (render(shape, 0).re.len() as u64 + 2_500);
        for draw in 0..draws {
            let waveform = render(shape, draw);
            rate_hz = waveform.rate_hz;
            let samples = waveform.samples();
            power += samples.iter().map(|z| z.norm_sqr()).sum::<f64>();
            for (sum, lag) in sums.iter_mut().zip(LAGS) {
                *sum += samples.windows(lag + 1).map(|pair| pair[lag] * pair[0].conj()).sum::<Complex64>();
            }
        }
        for (sum, lag) in sums.into_iter().zip(LAGS) {
            let expected = shape.autocorrelation(lag as f64 / rate_hz);
            let got = sum / power;
            assert!((got - expected).norm() < 0.02, "{shape:?}, lag {lag}: {got} for {expected}");
        }
        assert_eq!(shape.autocorrelation(0.0), 1.0, "{shape:?}");
    }
}

/// Fowler–Noll–Vo hash (FNV-1a, 64 bits) of every sample's bytes.
fn hash(waveform: &Waveform) -> u64 {
    let bytes = waveform.re.iter().chain(&waveform.im).flat_map(|x| x.to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn waveforms_are_the_same_bytes_for_ever() {
    let hashes: Vec<_> = SHAPES.iter().map(|shape| format!("{:016x}", hash(&render(*shape, 3)))).collect();
    let expected = [
        "3d5324e10083cd3e",
        "e25d00a740f41ee4",
        "99d17fc85f2c8967",
        "13523a0666255955",
        "e9325d5834ee897a",
        "c58bbc29d7fb97bd",
        "5da672bc02486bd8",
        "5584db424dc43a1a",
        "c2c193d5fac4456d",
        "017ffd2d1611fbd7",
        "e72b96a3ff560f4a",
        "0f14202107918376",
        "cd63253623b99848",
        "349850d994eedeba",
        "23e3f32c7bc94486",
        "3c3d61373559db4c",
        "06d6f2548a63f194",
        "0076f38ce400d73c",
    ];
    assert_eq!(hashes, expected);
}
