//! Recordings made up for a test: noise, and tones that begin and end.

use std::f64::consts::TAU;

use glint::iq::SampleFormat;
use num_complex::Complex32;

/// Noise power, full scale 1: −40 dBFS.
const NOISE: f64 = 1e-4;

/// A tone with ramps of 0.1 ms.
#[derive(Clone, Copy, Debug)]
pub struct Tone {
    pub start_s: f64,
    pub length_s: f64,
    pub offset_hz: f64,
    pub amplitude: f64,
}

/// Noise with `tones`, the same at every call.
pub fn noise_with(rate: f64, seconds: f64, tones: &[Tone]) -> Vec<Complex32> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    // Twelve uniform numbers add up to nearly normal noise of variance 1 (the linear congruential generator of
    // Knuth's MMIX; its upper bits are good).
    let mut normal = || {
        let sum: f64 = (0..12)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 11) as f64 / (1u64 << 53) as f64
            })
            .sum();
        sum - 6.0
    };
    let scale = (NOISE / 2.0).sqrt();
    (0..(rate * seconds) as usize)
        .map(|n| {
            let t = n as f64 / rate;
            let (mut i, mut q) = (scale * normal(), scale * normal());
            for tone in tones {
                let to_end = (t - tone.start_s).min(tone.start_s + tone.length_s - t);
                if to_end >= 0.0 {
                    let level = tone.amplitude * (to_end / 1e-4).min(1.0);
                    let (sin, cos) = (TAU * (tone.offset_hz * t).fract()).sin_cos();
                    i += level * cos;
                    q += level * sin;
                }
            }
            Complex32::new(i as f32, q as f32)
        })
        .collect()
}

/// The samples as a file of this format holds them.
pub fn bytes(format: SampleFormat, samples: &[Complex32]) -> Vec<u8> {
    let components = samples.iter().flat_map(|z| [z.re, z.im]);
    match format {
        SampleFormat::Cu8 => components.map(|x| (x * 128.0 + 127.5).round() as u8).collect(),
        SampleFormat::Ci8 => components.flat_map(|x| ((x * 128.0).round() as i8).to_le_bytes()).collect(),
        SampleFormat::Ci16Le => components.flat_map(|x| ((x * 32768.0).round() as i16).to_le_bytes()).collect(),
        SampleFormat::Cf32Le => components.flat_map(f32::to_le_bytes).collect(),
    }
}
