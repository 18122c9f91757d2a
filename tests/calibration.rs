//! Levels mean what they say: a tone of amplitude 1 reads 0 dBFS, noise its density, in every window and format.

#[path = "support/air.rs"]
mod air;

use air::{Air, Listener, RATE, seconds, store, tone};
use glint::detect::Config;
use glint::iq::{SampleBlock, SampleFormat};
use glint::spectrum::{Analyzer, Chunk, Chunker, Grid, Recall, Scale, Spectra, Stft, Window};
use glint::units::SampleIndex;
use rustfft::num_complex::Complex32;

const N: usize = 1024;
const WINDOWS: [Window; 4] =
    [Window::Rectangular, Window::Hann, Window::BlackmanHarris, Window::SineRamp { overlap: N / 4 }];

fn db(ratio: f64) -> f64 {
    10.0 * ratio.log10()
}

/// Detector's rows of `samples` stored in `format`, as the detector is given them again: shape `[rows × n]`.
fn rows(format: SampleFormat, samples: &[Complex32]) -> Vec<f32> {
    let grid = Grid::for_rate(RATE);
    let mut chunker = Chunker::new(grid, format);
    let mut recall = Recall::new(grid, format);
    let mut rows = Vec::new();
    let mut emit = |chunk: &mut Chunk| {
        let first = chunk.first_row;
        let end = first + chunk.rows as u64;
        recall.keep(chunk);
        rows.extend_from_slice(recall.rows(first, end));
        recall.forget_before(end);
    };
    chunker.push(&SampleBlock { first: SampleIndex(0), bytes: store(format, samples) }, &mut emit);
    chunker.finish(&mut emit);
    rows
}

fn mean_power(samples: &[Complex32]) -> f64 {
    samples.iter().map(|z| f64::from(z.norm_sqr())).sum::<f64>() / samples.len() as f64
}

#[test]
fn a_tone_of_amplitude_1_reads_0_dbfs_with_every_window() {
    for window in WINDOWS {
        for bin in [-500, -256, -1, 0, 1, 77, 256, 511] {
            let samples = tone(N, 0, f64::from(bin) * RATE.0 / N as f64, 1.0);
            let mut row = vec![0.0; N];
            Stft::new(N, N / 2, window, Scale::Tone).row(&samples, &mut row);
            let level = db(f64::from(row[(N as i32 / 2 + bin) as usize]));
            assert!(level.abs() < 0.001, "{window:?}, bin {bin}: {level} dBFS");
        }
    }
}

#[test]
fn noise_reads_its_density_in_every_bin_with_every_window() {
    let power = 0.01;
    let samples = Air::new(1).noise(N * 4000, power);
    for window in WINDOWS {
        let mut stft = Stft::new(N, N, window, Scale::Tone);
        let (mut row, mut mean) = (vec![0.0; N], vec![0.0; N]);
        for frame in samples.chunks_exact(N) {
            stft.row(frame, &mut row);
            for (mean, p) in mean.iter_mut().zip(&row) {
                *mean += f64::from(*p) / 4000.0;
            }
        }
        // A bin holds the noise of its equivalent noise bandwidth.
        let expected = power * window.enbw_bins(N) / N as f64;
        let overall = db(mean.iter().sum::<f64>() / N as f64 / expected);
        assert!(overall.abs() < 0.02, "{window:?}: {overall} dB off");
        // 4000 frames: a bin's standard error is 0.07 dB, and the largest of 1024 stays below five of them.
        for (bin, p) in mean.iter().enumerate() {
            assert!(db(p / expected).abs() < 0.35, "{window:?}, bin {bin}: {} dB off", db(p / expected));
        }
    }
}

#[test]
fn the_same_signal_has_the_same_level_in_every_format() {
    let count = seconds(0.1);
    let mut samples = Air::new(2).noise(count, 1e-3);
    air::add(&mut samples, 0, &tone(count, 0, 313e3, 0.5));
    let expected = mean_power(&samples);
    for format in SampleFormat::ALL {
        let rows = rows(format, &samples);
        let level = rows.iter().map(|p| f64::from(*p)).sum::<f64>() / (rows.len() / 256) as f64;
        // Rounding adds its own noise: step²/6 a complex sample.
        let rounding = format.step().powi(2) / 6.0;
        let off = db(level / (expected + rounding));
        assert!(off.abs() < 0.002, "{}: {off} dB off", format.name());
    }
}

#[test]
fn noise_near_the_step_of_8_bits_reads_its_power_and_the_roundings() {
    // Deviation of a component: 1.4 steps.
    let samples = Air::new(3).noise(seconds(0.2), 2.4e-4);
    let expected = mean_power(&samples);
    for format in [SampleFormat::Cu8, SampleFormat::Ci8] {
        let rows = rows(format, &samples);
        let level = rows.iter().map(|p| f64::from(*p)).sum::<f64>() / (rows.len() / 256) as f64;
        let off = db(level / (expected + format.step().powi(2) / 6.0));
        assert!(off.abs() < 0.01, "{}: {off} dB off", format.name());
    }
}

#[test]
fn the_detectors_rows_add_up_to_the_samples_power() {
    let grid = Grid::for_rate(RATE);
    let mut samples = Air::new(4).noise(seconds(0.05), 0.02);
    // Silence at both ends, so that every sample lies under two overlapping windows.
    samples[..grid.n].fill(Complex32::default());
    let from_end = samples.len() - 2 * grid.n;
    samples[from_end..].fill(Complex32::default());
    let window = Window::SineRamp { overlap: grid.overlap() };
    let mut stft = Stft::new(grid.n, grid.hop, window, Scale::Energy);
    let (mut row, mut energy) = (vec![0.0; grid.n], 0.0);
    for frame in samples.windows(grid.n).step_by(grid.hop) {
        stft.row(frame, &mut row);
        energy += row.iter().map(|p| f64::from(*p)).sum::<f64>() * grid.hop as f64;
    }
    let expected: f64 = samples.iter().map(|z| f64::from(z.norm_sqr())).sum();
    assert!((energy / expected - 1.0).abs() < 1e-5, "{energy} for {expected}");

    // A tone between two bins too, row by row.
    let rows = rows(SampleFormat::Cf32Le, &tone(seconds(0.05), 0, 100.5 * grid.bin_width().0, 0.3));
    for row in rows.chunks_exact(grid.n) {
        let power: f32 = row.iter().sum();
        assert!((power / 0.09 - 1.0).abs() < 1e-4, "{power} for 0.09");
    }
}

#[test]
fn frequencies_ascend_with_zero_offset_in_the_middle() {
    let largest = |row: &[f32]| (0..row.len()).max_by(|a, b| row[*a].total_cmp(&row[*b])).expect("a row has bins");
    let grid = Grid::for_rate(RATE);
    for (quarter, place) in [(-1.0, 1), (1.0, 3)] {
        let samples = tone(seconds(0.05), 0, quarter * RATE.0 / 4.0, 0.5);
        let rows = rows(SampleFormat::Ci16Le, &samples);
        assert_eq!(largest(&rows[..grid.n]), place * grid.n / 4);

        let mut analyzer = Analyzer::new(grid, SampleFormat::Ci16Le, true);
        let bytes = store(SampleFormat::Ci16Le, &samples);
        let chunk = Chunk { rows: 240, own_samples: 240 * grid.hop, bytes, ..Chunk::default() };
        let mut spectra = Spectra::default();
        analyzer.analyse(&chunk, &mut spectra);
        let display = spectra.display.expect("a chunk this long holds a waterfall row");
        assert_eq!(largest(&display.power[..display.bins]), place * display.bins / 4);
        assert!(db(f64::from(display.power[place * display.bins / 4] / 0.25)).abs() < 0.01);
    }
    // Zero offset, below what the offset's removal takes away: a tone a hundredth of a bin off.
    let mut row = vec![0.0; N];
    Stft::new(N, N, Window::Hann, Scale::Tone).row(&tone(N, 0, 20.0, 1.0), &mut row);
    assert_eq!(largest(&row), N / 2);
}

#[test]
fn the_receivers_offset_is_taken_away() {
    let grid = Grid::for_rate(RATE);
    let mut samples = Air::new(5).noise(seconds(1.0), 1e-3);
    for z in &mut samples {
        *z += Complex32::new(0.1, -0.06);
    }
    for format in SampleFormat::ALL {
        let rows = rows(format, &samples);
        let count = rows.len() / grid.n;
        let mean = |bin: usize| -> f64 { rows[bin..].iter().step_by(grid.n).map(|p| f64::from(*p)).sum() };
        let expected = (1e-3 + format.step().powi(2) / 6.0) / grid.n as f64;
        for bin in grid.n / 2 - 3..=grid.n / 2 + 3 {
            // 15 000 rows: a bin's standard error is 0.04 dB. Untouched, the offset would stand 36 dB over the noise.
            let off = db(mean(bin) / count as f64 / expected);
            assert!(off.abs() < 0.2, "{}, bin {bin}: {off} dB off", format.name());
        }
    }
    // And nothing is found there.
    let mut listener = Listener::new(SampleFormat::Cu8, &Config::default());
    listener.push(&samples);
    assert_eq!(listener.finish().bursts, []);
}
