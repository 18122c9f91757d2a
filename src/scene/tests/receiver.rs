use std::f64::consts::TAU;

use num_complex::Complex64;

use crate::iq::SampleFormat;
use crate::scene::description::{Drift, Image, Receiver as Described, Step};
use crate::scene::noise::BLOCK;
use crate::scene::receiver::Receiver;

const RATE: f64 = 1.024e6;

fn plain() -> Described {
    Described {
        noise_power: 1e-6,
        flat_hz: 0.4 * RATE,
        edge_db: 0.0,
        dc_power: 0.0,
        ripples: Vec::new(),
        spurs: Vec::new(),
        image: None,
        drift: None,
        steps: Vec::new(),
        compression_power: None,
    }
}

/// What comes out for a tone of this amplitude at 100 kHz, block number `block`.
fn tone(described: &Described, format: SampleFormat, amplitude: f64, block: u64) -> Vec<Complex64> {
    let receiver = Receiver::new(described, RATE, format);
    let at = |n: usize| Complex64::cis(TAU * 1e5 / RATE * n as f64) * amplitude;
    let mut samples = [std::array::from_fn(|n| at(n).re as f32), std::array::from_fn(|n| at(n).im as f32)];
    let mut bytes = vec![0; BLOCK * format.bytes_per_sample()];
    receiver.finish(block * BLOCK as u64, &mut samples, &mut bytes);
    let mut out = vec![Default::default(); BLOCK];
    format.convert(&bytes, &mut out);
    out.iter().map(|z| Complex64::new(z.re.into(), z.im.into())).collect()
}

/// Level of the line at `hz`: a block holds a whole number of its turns.
fn line_db(samples: &[Complex64], hz: f64) -> f64 {
    let turn = |n: usize| Complex64::cis(-TAU * hz / RATE * n as f64);
    let sum: Complex64 = samples.iter().enumerate().map(|(n, z)| z * turn(n)).sum();
    10.0 * (sum / samples.len() as f64).norm_sqr().log10()
}

#[test]
fn the_image_lies_opposite_its_signal_and_as_far_below_as_asked() {
    let described = Described { image: Some(Image { ratio: 1e-3, degrees: 40.0 }), ..plain() };
    let out = tone(&described, SampleFormat::Cf32Le, 0.1, 0);
    assert!((line_db(&out, 1e5) + 20.0).abs() < 0.001, "{}", line_db(&out, 1e5));
    assert!((line_db(&out, -1e5) + 50.0).abs() < 0.01, "{}", line_db(&out, -1e5));
}

#[test]
fn a_tone_at_the_compression_point_is_one_decibel_short() {
    let described = Described { compression_power: Some(0.01), ..plain() };
    let level = |amplitude: f64| line_db(&tone(&described, SampleFormat::Cf32Le, amplitude, 0), 1e5);
    assert!((level(0.1) + 21.0).abs() < 0.001, "{}", level(0.1));
    assert!((level(0.001) + 60.0).abs() < 0.001, "{}", level(0.001));
    // Far above, it gives no more: 20·log10 of √(0.01/(10^0.1 − 1)).
    assert!((level(10.0) + 14.13).abs() < 0.05, "{}", level(10.0));
}

#[test]
fn a_step_of_gain_comes_at_its_own_sample_and_stays() {
    let step = Step { at_s: 300.0 / RATE, gain_db: 6.0 };
    let described = Described { steps: vec![step], ..plain() };
    let first = tone(&described, SampleFormat::Cf32Le, 0.1, 0);
    let steps: Vec<usize> = (1..BLOCK).filter(|n| (first[*n].norm() - first[n - 1].norm()).abs() > 1e-3).collect();
    assert_eq!(steps, [300]);
    assert!((20.0 * (first[1000].norm() / first[0].norm()).log10() - 6.0).abs() < 1e-3);
    assert!((line_db(&tone(&described, SampleFormat::Cf32Le, 0.1, 500), 1e5) + 14.0).abs() < 1e-3);
}

#[test]
fn up_to_a_step_between_two_samples_the_old_gain_holds() {
    let described = Described { steps: vec![Step { at_s: 300.3 / RATE, gain_db: 6.0 }], ..plain() };
    let out = tone(&described, SampleFormat::Cf32Le, 0.1, 0);
    let db = |n: usize| 20.0 * (out[n].norm() / 0.1).log10();
    assert!([0, 150, 300].map(db).iter().all(|db| db.abs() < 1e-3), "{:?}", [0, 150, 300].map(db));
    assert!([301, 1023].map(db).iter().all(|db| (db - 6.0).abs() < 1e-3), "{:?}", [301, 1023].map(db));
}

#[test]
fn gain_drifts_by_its_depth_within_its_period() {
    let described = Described { drift: Some(Drift { depth_db: 1.5, period_s: 10.0 }), ..plain() };
    let level = |at_s: f64| line_db(&tone(&described, SampleFormat::Cf32Le, 0.1, (at_s * RATE) as u64 / 1024), 1e5);
    for (at_s, db) in [(0.0, 0.0), (2.5, 1.5), (5.0, 0.0), (7.5, -1.5), (12.5, 1.5), (1.25, 1.0607)] {
        assert!((level(at_s) + 20.0 - db).abs() < 0.003, "{} dB at {at_s} s", level(at_s) + 20.0);
    }
}

#[test]
fn what_is_too_strong_is_clipped_at_full_scale() {
    for (format, least, most) in [
        (SampleFormat::Cu8, -127.5 / 128.0, 127.5 / 128.0),
        (SampleFormat::Ci8, -1.0, 127.0 / 128.0),
        (SampleFormat::Ci16Le, -1.0, 32_767.0 / 32_768.0),
    ] {
        let out = tone(&plain(), format, 2.0, 0);
        let parts = || out.iter().flat_map(|z| [z.re, z.im]);
        let range = (parts().fold(0.0, f64::min), parts().fold(0.0, f64::max));
        assert_eq!(range, (least, most), "{format:?}");
        // A tone of twice full scale is beyond it for two thirds of its turn: |2·cos| ≥ 1 over 240 of 360 degrees.
        let clipped = parts().filter(|x| *x == least || *x == most).count() as f64 / (2 * BLOCK) as f64;
        assert!((clipped - 2.0 / 3.0).abs() < 0.01, "{clipped} clipped in {format:?}");
    }
}

#[test]
fn rounding_adds_a_twelfth_of_a_step_squared() {
    for (format, step) in [(SampleFormat::Cu8, 1.0 / 128.0), (SampleFormat::Ci16Le, 1.0 / 32_768.0f64)] {
        let exact = tone(&plain(), SampleFormat::Cf32Le, 0.7, 3);
        let rounded = tone(&plain(), format, 0.7, 3);
        let error: f64 = (0..BLOCK).map(|n| (rounded[n] - exact[n]).norm_sqr()).sum::<f64>() / BLOCK as f64;
        let expected = 2.0 * step * step / 12.0;
        assert!((error / expected - 1.0).abs() < 0.15, "{format:?}: {error} for {expected}");
    }
}
