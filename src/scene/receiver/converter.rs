//! The converter: rounding, clipping and storing.

use crate::iq::SampleFormat;
use crate::scene::noise::BLOCK;

/// Power of the rounding over the whole band, linear, full scale 1: a twelfth of a step squared in I and in Q.
pub(in crate::scene) fn rounding_power(format: SampleFormat) -> f64 {
    let step = match format {
        SampleFormat::Cu8 | SampleFormat::Ci8 => 1.0 / 128.0,
        SampleFormat::Ci16Le => 1.0 / 32_768.0,
        SampleFormat::Cf32Le => 0.0,
    };
    2.0 / 12.0 * step * step
}

/// Rounds a block to `format`, clips what does not fit, and interleaves it; `bytes` holds it exactly.
pub(super) fn store(format: SampleFormat, block: &[[f32; BLOCK]; 2], bytes: &mut [u8]) {
    let [re, im] = block;
    match format {
        SampleFormat::Cu8 => {
            // floor(x·128 + 128) is round(x·128 + 127.5); below zero the conversion truncates, and the clamp comes first.
            let byte = |x: f32| (x * 128.0 + 128.0).clamp(0.0, 255.0) as i32 as u8;
            for (k, pair) in bytes.as_chunks_mut::<2>().0.iter_mut().enumerate() {
                *pair = [byte(re[k]), byte(im[k])];
            }
        }
        SampleFormat::Ci8 => {
            let byte = |x: f32| (x * 128.0).round_ties_even().clamp(-128.0, 127.0) as i8 as u8;
            for (k, pair) in bytes.as_chunks_mut::<2>().0.iter_mut().enumerate() {
                *pair = [byte(re[k]), byte(im[k])];
            }
        }
        SampleFormat::Ci16Le => {
            let word = |x: f32| (x * 32_768.0).round_ties_even().clamp(-32_768.0, 32_767.0) as i16;
            for (k, [a, b, c, d]) in bytes.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                [*a, *b] = word(re[k]).to_le_bytes();
                [*c, *d] = word(im[k]).to_le_bytes();
            }
        }
        SampleFormat::Cf32Le => {
            for (k, pair) in bytes.as_chunks_mut::<8>().0.iter_mut().enumerate() {
                pair[..4].copy_from_slice(&re[k].to_le_bytes());
                pair[4..].copy_from_slice(&im[k].to_le_bytes());
            }
        }
    }
}
