//! The random access preamble, against TS 36.211 §5.7 and the nature of Zadoff–Chu sequences.

use num_complex::Complex64;
use std::f64::consts::{PI, TAU};

use super::*;

const PREFIX: usize = 198;
const SEQUENCE: usize = 1536;

/// Format 0: 3 168 and 24 576 of Ts = 1/30.72 µs (table 5.7.1-1).
#[test]
fn a_preamble_lasts_903_microseconds_and_its_prefix_is_its_end() {
    assert!((Shape::Prach.duration_s() - (3_168.0 + 24_576.0) / 30.72e6).abs() < 1e-12);
    for draw in 0..5 {
        let waveform = render(Shape::Prach, draw);
        assert_eq!(waveform.rate_hz, 1.92e6);
        let samples = waveform.samples();
        let start = waveform.start as usize;
        for n in start + 5..start + PREFIX - 5 {
            assert!((samples[n] - samples[n + SEQUENCE]).norm() < 1e-5);
        }
    }
}

/// 839 subcarriers of 1.25 kHz are 1.049 MHz wide (§5.7).
#[test]
fn a_preamble_occupies_1_049_mhz() {
    let spectrum = spectrum(Shape::Prach, 30);
    let occupied = occupied_hz(&spectrum, 0.99);
    assert!((occupied - 1.0432e6).abs() < 6e3, "{occupied}");
    // Flat over its width, and 30 dB down a twentieth of it outside.
    let near = |hz: f64| {
        let close: Vec<_> = spectrum.iter().filter(|(f, _)| (f - hz).abs() < 10e3).map(|(_, p)| *p).collect();
        close.iter().sum::<f64>() / close.len() as f64
    };
    let middle = near(0.0);
    for hz in [-500e3, -300e3, -100e3, 100e3, 300e3, 500e3] {
        let db = 10.0 * (near(hz) / middle).log10();
        assert!(db.abs() < 1.5, "{hz}: {db} dB");
    }
    for hz in [-575e3, 575e3, -700e3, 700e3, 900e3] {
        let db = 10.0 * (near(hz) / middle).log10();
        assert!(db < -30.0, "{hz}: {db} dB");
    }
}

/// The sequence on the subcarriers is the transform of a Zadoff–Chu sequence: constant amplitude back in its own time,
/// and against its root, computed here by its definition, one peak at the cyclic shift and nothing anywhere else.
#[test]
fn the_preamble_correlates_with_its_root_in_one_place() {
    for draw in 0..3 {
        let waveform = render(Shape::Prach, draw);
        let at = waveform.start as usize + PREFIX - 20;
        // The window is taken 20 samples early, which turns subcarrier k by −20k samples.
        let bins = transform(&waveform.samples()[at..at + SEQUENCE]);
        let mut sequence: Vec<_> = (0..839)
            .map(|k| {
                let subcarrier = k as f64 - 419.0;
                let bin = bins[(SEQUENCE + k - 419) % SEQUENCE];
                bin * Complex64::cis(TAU * 20.0 * subcarrier / SEQUENCE as f64)
            })
            .collect();
        FftPlanner::new().plan_fft_inverse(839).process(&mut sequence);
        let mean = (sequence.iter().map(|z| z.norm_sqr()).sum::<f64>() / 839.0).sqrt();
        sequence.iter_mut().for_each(|z| *z /= mean);
        assert!(sequence.iter().all(|z| (z.norm() - 1.0).abs() < 1e-3), "constant amplitude");

        let sequence = transform(&sequence);
        let inverse = FftPlanner::new().plan_fft_inverse(839);
        let mut peaks = Vec::new();
        for root in 1..839 {
            let element = |n: i32| Complex64::cis(-PI * f64::from(root * n) * f64::from(n + 1) / 839.0);
            let ideal = transform(&(0..839).map(element).collect::<Vec<_>>());
            let mut product: Vec<_> = sequence.iter().zip(&ideal).map(|(a, b)| a * b.conj()).collect();
            inverse.process(&mut product);
            let correlation: Vec<f64> = product.iter().map(|z| z.norm() / (839.0 * 839.0)).collect();
            let highest = correlation.iter().copied().fold(0.0, f64::max);
            if highest > 0.5 {
                let others = correlation.iter().filter(|c| **c > 1e-3).count();
                peaks.push((root, others, (highest * 1e3).round() / 1e3));
            }
        }
        assert_eq!(peaks.len(), 1, "{peaks:?}");
        assert_eq!((peaks[0].1, peaks[0].2), (1, 1.0));
    }
}
