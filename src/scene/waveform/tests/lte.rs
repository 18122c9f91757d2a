//! LTE's symbols, against TS 36.211 and an independent receiver.

use num_complex::Complex64;

use super::*;

/// Where each symbol's part after the cyclic prefix begins, and its prefix, in samples, by TS 36.211 §5.6 (table 5.6-1):
/// 160, then 144, of 2 048.
fn symbols(waveform: &Waveform, size: usize, symbols: std::ops::Range<usize>) -> Vec<(usize, usize)> {
    let mut at = waveform.start as usize;
    symbols
        .map(|symbol| {
            let prefix = if symbol % 7 == 0 { 160 } else { 144 } * size / 2048;
            at += prefix + size;
            (at - size, prefix)
        })
        .collect()
}

/// What a receiver finds on subcarrier `k` + ½ (or `k`) of the symbol at `at`: the definition, written out as a transform.
fn subcarriers(samples: &[Complex64], at: usize, size: usize, half: bool) -> Vec<Complex64> {
    let shift = if half { 0.5 } else { 0.0 };
    let turned: Vec<_> = (0..size)
        .map(|n| samples[at + n] * Complex64::cis(-std::f64::consts::TAU * shift * n as f64 / size as f64))
        .collect();
    transform(&turned)
}

/// Bins of `width` subcarriers around the middle, lowest first.
fn occupied(bins: &[Complex64], width: usize) -> Vec<Complex64> {
    let mut bins = bins.to_vec();
    bins.rotate_right(width / 2);
    bins.truncate(width);
    bins
}

fn power(values: &[Complex64]) -> f64 {
    values.iter().map(|z| z.norm_sqr()).sum()
}

#[test]
fn an_independent_receiver_finds_qpsk_in_the_shared_channel() {
    for (resource_blocks, size) in [(1, 128), (6, 128), (7, 128), (9, 256), (25, 512), (50, 1024), (100, 2048)] {
        let waveform = render(Shape::Pusch { resource_blocks, slots: 2 }, 5);
        assert_eq!(waveform.rate_hz, 15e3 * size as f64);
        let samples = waveform.samples();
        let width = 12 * resource_blocks;
        let symbols = symbols(&waveform, size, 0..14);
        for (number, (at, _)) in symbols.iter().enumerate().take(13) {
            let bins = subcarriers(&samples, *at, size, true);
            let inside = occupied(&bins, width);
            // Nothing lies on other subcarriers: they are orthogonal.
            assert!(power(&bins) - power(&inside) < 1e-9 * power(&bins), "{resource_blocks} blocks, symbol {number}");
            let scale = (width as f64 / power(&inside)).sqrt();
            if number % 7 == 3 {
                // The reference: constant amplitude over the subcarriers.
                assert!(inside.iter().all(|z| (z.norm() * scale - 1.0).abs() < 1e-4), "symbol {number}");
                continue;
            }
            // Back through the transform: symbols of QPSK, each at one of four places.
            let mut data = inside;
            FftPlanner::new().plan_fft_inverse(width).process(&mut data);
            let off = |z: &Complex64| {
                let z = z * scale / (width as f64).sqrt();
                let ideal = Complex64::new(z.re.signum(), z.im.signum()) / 2f64.sqrt();
                (z - ideal).norm()
            };
            let worst = data.iter().map(off).fold(0.0, f64::max);
            assert!(worst < 1e-4, "{resource_blocks} blocks, symbol {number}: {worst}");
        }
    }
}

#[test]
fn symbols_fill_their_slots_and_repeat_their_ends_before_them() {
    for resource_blocks in [1, 6, 50] {
        let shape = Shape::Pusch { resource_blocks, slots: 2 };
        let waveform = render(shape, 8);
        let size = (waveform.rate_hz / 15e3) as usize;
        let symbols = symbols(&waveform, size, 0..14);
        let last = symbols[13].0 + size;
        assert_eq!(last as f64 - waveform.start, 1e-3 * waveform.rate_hz, "{resource_blocks}");
        assert_eq!(shape.duration_s(), 1e-3);
        let samples = waveform.samples();
        for (number, (at, prefix)) in symbols.iter().enumerate().skip(1) {
            // Half a subcarrier turns half a turn in a symbol (TS 36.211 §5.6), so the prefix is the end with the other sign.
            let end = if number == 13 { size - *prefix } else { size };
            for n in at - prefix..at + end - size {
                assert!((samples[n] + samples[n + size]).norm() < 1e-5, "symbol {number}, sample {n}");
            }
        }
    }
}

/// Occupied bandwidth as TS 36.521-1 §6.6.1 defines it. The edges of symbols leave some power outside the subcarriers.
#[test]
fn the_shared_channel_occupies_its_resource_blocks() {
    for (resource_blocks, most_khz) in [(1, 360.0), (6, 1_180.0), (50, 9_050.0)] {
        let spectrum = spectrum(Shape::Pusch { resource_blocks, slots: 2 }, 30);
        let khz = 180.0 * resource_blocks as f64;
        let occupied = occupied_hz(&spectrum, 0.99) / 1e3;
        assert!(0.985 * khz < occupied && occupied < most_khz, "{resource_blocks}: {occupied} kHz");
    }
}

/// A single carrier's point is its low peaks. OFDM of many subcarriers is Gaussian, so that its power exceeds the mean by
/// −ln(0.001), 8.4 dB, for a thousandth of the time; SC-FDMA stays well below (Myung, Lim and Goodman, Peak-to-average
/// power ratio of single carrier FDMA signals with pulse shaping, 2006). Measured here: 5.8 dB against 8.4 dB.
#[test]
fn sc_fdma_has_lower_peaks_than_ofdm_by_more_than_2_db() {
    for resource_blocks in [6, 25] {
        let peaks = |shape: Shape| {
            let inner = |draw| {
                let waveform = render(shape, draw);
                let ramp = 2 * waveform.start as usize;
                let power = waveform.power();
                power[ramp..power.len() - ramp].to_vec()
            };
            peak_to_average_db((0..60).flat_map(inner).collect())
        };
        let single = peaks(Shape::Pusch { resource_blocks, slots: 2 });
        let ofdm = peaks(Shape::Downlink { resource_blocks, symbols: 14 });
        assert!((ofdm - 8.4).abs() < 0.3, "{ofdm} dB");
        assert!(ofdm - single > 2.0, "{single} dB, OFDM {ofdm} dB");
    }
}

#[test]
fn the_control_channel_has_constant_amplitude_over_one_resource_block() {
    for draw in 0..20 {
        let waveform = render(Shape::Pucch, draw);
        let samples = waveform.samples();
        assert_eq!(waveform.rate_hz, 1.92e6);
        for (number, (at, _)) in symbols(&waveform, 128, 0..7).into_iter().enumerate().take(6) {
            let bins = subcarriers(&samples, at, 128, true);
            let inside = occupied(&bins, 12);
            assert!(power(&bins) - power(&inside) < 1e-9 * power(&bins), "symbol {number}");
            let mean = (power(&inside) / 12.0).sqrt();
            assert!(inside.iter().all(|z| (z.norm() / mean - 1.0).abs() < 1e-4), "symbol {number}");
        }
    }
}

/// TS 36.211 §5.5.3: a sounding reference signal takes every other subcarrier.
#[test]
fn a_sounding_symbol_is_a_comb() {
    let mut combs = [0; 2];
    for draw in 0..20 {
        let waveform = render(Shape::Srs { resource_blocks: 24 }, draw);
        assert_eq!(waveform.rate_hz, 7.68e6);
        assert!((Shape::Srs { resource_blocks: 24 }.duration_s() - 71.35e-6).abs() < 0.01e-6);
        // Taken early, in the prefix, so that little of the ramps is in it; that only turns subcarriers.
        let at = waveform.start as usize + 36 - 18;
        let inside = occupied(&subcarriers(&waveform.samples(), at, 512, true), 288);
        let total = power(&inside);
        let even = power(&inside.iter().copied().step_by(2).collect::<Vec<_>>()) / total;
        let comb = usize::from(even < 0.5);
        combs[comb] += 1;
        assert!((even - [1.0, 0.0][comb]).abs() < 1e-6, "{even}");
        let mean = (total / 144.0).sqrt();
        assert!(inside.iter().skip(comb).step_by(2).all(|z| (z.norm() / mean - 1.0).abs() < 2e-3));
    }
    assert!(combs.iter().all(|n| *n > 0), "both combs are used: {combs:?}");
}

/// TS 36.211 §6.12: no subcarrier in the middle, whole subcarriers, prefixes that are the symbols' ends.
#[test]
fn a_downlink_leaves_its_middle_subcarrier_empty() {
    let waveform = render(Shape::Downlink { resource_blocks: 6, symbols: 9 }, 4);
    let samples = waveform.samples();
    let symbols = symbols(&waveform, 128, 0..9);
    assert_eq!(Shape::Downlink { resource_blocks: 6, symbols: 14 }.duration_s(), 1e-3);
    for (number, (at, prefix)) in symbols.into_iter().enumerate().take(8) {
        let bins = subcarriers(&samples, at, 128, false);
        let middle = bins[0].norm_sqr();
        let used: Vec<_> = (1..=36).flat_map(|k| [bins[k], bins[128 - k]]).collect();
        assert!(middle < 1e-9 * power(&used) && power(&bins) - power(&used) < 1e-9 * power(&used));
        for z in &used {
            let (re, im) = (z.re.abs(), z.im.abs());
            assert!((re - im).abs() < 1e-4 * re, "QPSK");
        }
        let from = if number == 0 { at } else { at - prefix };
        for n in from..at {
            assert!((samples[n] - samples[n + 128]).norm() < 1e-5, "symbol {number}");
        }
    }
}
