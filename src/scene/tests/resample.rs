use std::f64::consts::TAU;

use num_complex::Complex64;

use crate::scene::channel::Tap;
use crate::scene::resample::{Fit, Place, Resampler};
use crate::scene::waveform::Waveform;

const SAMPLES: usize = 4_800;
const RATE: f64 = 2.4e6;
const PLAIN: Tap = Tap { delay_s: 0.0, gain: [1.0, 0.0] };

/// A tone of amplitude 1 that begins long before and ends long after what is rendered.
fn tone(waveform_rate_hz: f64, hz: f64) -> Waveform {
    let start = (1_600.0 * waveform_rate_hz / RATE).round();
    let length = (SAMPLES as f64 * waveform_rate_hz / RATE) as usize + 2 * start as usize;
    let at = |n: usize| Complex64::cis(TAU * hz / waveform_rate_hz * (n as f64 - start));
    Waveform {
        rate_hz: waveform_rate_hz,
        start,
        re: (0..length).map(|n| at(n).re as f32).collect(),
        im: (0..length).map(|n| at(n).im as f32).collect(),
        ..Waveform::default()
    }
}

/// What comes of `waveform` as it is rendered in blocks of `block`.
fn rendered(waveform: &Waveform, width_hz: f64, place: Place, tap: Tap, block: usize) -> Vec<Complex64> {
    let resampler = Resampler::new(Fit::new(waveform, width_hz, RATE, place.offset_hz));
    let (mut re, mut im) = (vec![0.0; SAMPLES], vec![0.0; SAMPLES]);
    for from in (0..SAMPLES).step_by(block) {
        let to = (from + block).min(SAMPLES);
        resampler.add(waveform, place, tap, from as i64, &mut re[from..to], &mut im[from..to]);
    }
    re.iter().zip(&im).map(|(re, im)| Complex64::new((*re).into(), (*im).into())).collect()
}

/// The amplitude of the line at `hz` and the power of everything else.
fn line(samples: &[Complex64], hz: f64) -> (Complex64, f64) {
    let turn = |n: usize| Complex64::cis(TAU * hz / RATE * n as f64);
    let sum: Complex64 = samples.iter().enumerate().map(|(n, z)| z * turn(n).conj()).sum();
    let amplitude = sum / samples.len() as f64;
    let rest = samples.iter().enumerate().map(|(n, z)| (z - amplitude * turn(n)).norm_sqr()).sum::<f64>();
    (amplitude, rest / samples.len() as f64)
}

#[test]
fn a_tone_keeps_its_level_and_phase_at_every_place_in_its_width() {
    for hz in [-540e3, -100e3, 0.0, 250e3, 540e3] {
        // Half a millisecond in, between two samples, 300 kHz up.
        let place = Place { start: 1_200.37, offset_hz: 300e3 };
        let waveform = tone(1.92e6, hz);
        let out = rendered(&waveform, 1.08e6, place, PLAIN, SAMPLES);
        let (amplitude, rest) = line(&out, hz + 300e3);
        assert!((20.0 * amplitude.norm().log10()).abs() < 0.01, "{} dB at {hz} Hz", 20.0 * amplitude.norm().log10());
        assert!(10.0 * rest.log10() < -52.0, "{} dB beside {hz} Hz", 10.0 * rest.log10());
        // Phase 0 at its start.
        let expected = -TAU * (hz + 300e3) / RATE * 1_200.37;
        let error = (amplitude * Complex64::cis(-expected)).arg();
        assert!(error.abs() < 0.01, "{error} rad at {hz} Hz");
    }
}

#[test]
fn what_lies_beyond_the_band_does_not_fold_back_into_it() {
    let level = |hz: f64, offset_hz: f64| {
        let place = Place { start: 700.5, offset_hz };
        let (amplitude, rest) = line(&rendered(&tone(7.68e6, hz), 3.84e6, place, PLAIN, SAMPLES), hz + offset_hz);
        (20.0 * amplitude.norm().log10(), 10.0 * (amplitude.norm_sqr() + rest).log10())
    };
    for (hz, offset_hz) in [(0.0, 0.0), (1.05e6, 0.0), (-1.5e6, 900e3), (1.9e6, -1.0e6)] {
        assert!(level(hz, offset_hz).0.abs() < 0.02, "{:?} at {hz} + {offset_hz} Hz", level(hz, offset_hz));
    }
    for (hz, offset_hz) in [(1.4e6, 0.0), (-1.4e6, 0.0), (0.5e6, 900e3), (-1.9e6, 0.2e6)] {
        assert!(level(hz, offset_hz).1 < -60.0, "{:?} at {hz} + {offset_hz} Hz", level(hz, offset_hz));
    }
}

#[test]
fn a_tap_turns_weakens_and_delays() {
    let place = Place { start: 300.0, offset_hz: 200e3 };
    let waveform = tone(1.92e6, 100e3);
    let tap = Tap { delay_s: 3.3e-6, gain: [0.0, 0.5] };
    let (plain, _) = line(&rendered(&waveform, 1.08e6, place, PLAIN, SAMPLES), 300e3);
    let (tapped, _) = line(&rendered(&waveform, 1.08e6, place, tap, SAMPLES), 300e3);
    let expected = plain * Complex64::new(0.0, 0.5) * Complex64::cis(-TAU * 300e3 * 3.3e-6);
    assert!((tapped - expected).norm() < 2e-3, "{tapped} for {expected}");
}

#[test]
fn a_waveform_is_the_same_in_whatever_blocks_of_a_thousand_samples_it_falls() {
    let place = Place { start: 1_500.25, offset_hz: -400e3 };
    let mut waveform = tone(1.92e6, 123e3);
    waveform.re.truncate(2_000);
    waveform.im.truncate(2_000);
    let whole = rendered(&waveform, 1.08e6, place, PLAIN, SAMPLES);
    let pieces = rendered(&waveform, 1.08e6, place, PLAIN, 1_024);
    let error = whole.iter().zip(&pieces).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max);
    assert!(whole.len() == pieces.len() && error < 1e-6, "{error}");
    assert!(whole[1_000..2_000].iter().all(|z| z.norm() > 0.9) && whole[3_200..].iter().all(|z| z.norm() < 1e-9));
}
