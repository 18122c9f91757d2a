//! Sample formats: names, sizes, zero and full scale.

use num_complex::{Complex32, Complex64};

/// How one complex sample is stored.
///
/// Full scale: a complex tone of amplitude 1 reads 0 dBFS. Checked by `tests/calibration.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleFormat {
    /// Unsigned 8 bit, I then Q: `(b − 127.5) / 128`.
    Cu8,
    /// Signed 8 bit, I then Q: `s / 128`.
    Ci8,
    /// Signed 16 bit little endian, I then Q: `s / 2¹⁵`.
    Ci16Le,
    /// 32-bit floats little endian, I then Q, as they are.
    Cf32Le,
}

impl SampleFormat {
    /// Every format that can be read.
    pub const ALL: [SampleFormat; 4] =
        [SampleFormat::Cu8, SampleFormat::Ci8, SampleFormat::Ci16Le, SampleFormat::Cf32Le];

    /// The format of a SigMF name (`ci16_le`) or its short spelling (`cs16`, `ci16`, `cf32`, `cs8`).
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "cu8" => Some(SampleFormat::Cu8),
            "ci8" | "cs8" => Some(SampleFormat::Ci8),
            "ci16_le" | "ci16" | "cs16" | "cs16_le" => Some(SampleFormat::Ci16Le),
            "cf32_le" | "cf32" => Some(SampleFormat::Cf32Le),
            _ => None,
        }
    }

    /// The SigMF name.
    pub fn name(self) -> &'static str {
        match self {
            SampleFormat::Cu8 => "cu8",
            SampleFormat::Ci8 => "ci8",
            SampleFormat::Ci16Le => "ci16_le",
            SampleFormat::Cf32Le => "cf32_le",
        }
    }

    /// Bytes of one complex sample.
    pub fn bytes_per_sample(self) -> usize {
        match self {
            SampleFormat::Cu8 | SampleFormat::Ci8 => 2,
            SampleFormat::Ci16Le => 4,
            SampleFormat::Cf32Le => 8,
        }
    }

    /// The smallest step of one component, full scale 1; 0 for floats.
    pub fn step(self) -> f64 {
        match self {
            SampleFormat::Cu8 | SampleFormat::Ci8 => 1.0 / 128.0,
            SampleFormat::Ci16Le => 1.0 / 32768.0,
            SampleFormat::Cf32Le => 0.0,
        }
    }

    /// Magnitude from which a component counts as clipped: the end of the format's range.
    pub fn clip_level(self) -> f32 {
        match self {
            SampleFormat::Cu8 => 127.5 / 128.0,
            SampleFormat::Ci8 => 127.0 / 128.0,
            SampleFormat::Ci16Le => 32767.0 / 32768.0,
            SampleFormat::Cf32Le => 1.0,
        }
    }

    /// Sum of the samples in `bytes`, full scale 1; exact for the integer formats whatever their number.
    pub fn sum(self, bytes: &[u8]) -> Complex64 {
        match self {
            SampleFormat::Cu8 => {
                let (pairs, _) = bytes.as_chunks::<2>();
                let i: u64 = pairs.iter().map(|b| u64::from(b[0])).sum();
                let q: u64 = pairs.iter().map(|b| u64::from(b[1])).sum();
                Complex64::new(i as f64, q as f64) / 128.0
                    - Complex64::new(1.0, 1.0) * (pairs.len() as f64 * 127.5 / 128.0)
            }
            SampleFormat::Ci8 => {
                let (pairs, _) = bytes.as_chunks::<2>();
                let i: i64 = pairs.iter().map(|b| i64::from(b[0] as i8)).sum();
                let q: i64 = pairs.iter().map(|b| i64::from(b[1] as i8)).sum();
                Complex64::new(i as f64, q as f64) / 128.0
            }
            SampleFormat::Ci16Le => {
                let (pairs, _) = bytes.as_chunks::<4>();
                let i: i64 = pairs.iter().map(|b| i64::from(i16::from_le_bytes([b[0], b[1]]))).sum();
                let q: i64 = pairs.iter().map(|b| i64::from(i16::from_le_bytes([b[2], b[3]]))).sum();
                Complex64::new(i as f64, q as f64) / 32768.0
            }
            SampleFormat::Cf32Le => {
                let mut sum = Complex64::default();
                for b in bytes.as_chunks::<8>().0 {
                    sum.re += f64::from(f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
                    sum.im += f64::from(f32::from_le_bytes([b[4], b[5], b[6], b[7]]));
                }
                sum
            }
        }
    }

    /// Whether the sample that begins `bytes` is a number that can be a sample; always true for the integer formats.
    /// Floats beyond ±10¹² (240 dBFS) are none: their power would leave the range of what it is summed in.
    pub fn is_finite(self, bytes: &[u8]) -> bool {
        match self {
            SampleFormat::Cf32Le => {
                let (i, q) = bytes[..8].split_at(4);
                [i, q].iter().all(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]).abs() <= 1e12)
            }
            _ => true,
        }
    }

    /// Converts whole samples from `bytes` into `out`, as many as both hold.
    ///
    /// # Panics
    /// If `bytes` holds fewer samples than `out`.
    pub fn convert(self, bytes: &[u8], out: &mut [Complex32]) {
        let bytes = &bytes[..out.len() * self.bytes_per_sample()];
        match self {
            SampleFormat::Cu8 => {
                for (z, b) in out.iter_mut().zip(bytes.as_chunks::<2>().0) {
                    *z = Complex32::new(
                        (f32::from(b[0]) - 127.5) * (1.0 / 128.0),
                        (f32::from(b[1]) - 127.5) * (1.0 / 128.0),
                    );
                }
            }
            SampleFormat::Ci8 => {
                for (z, b) in out.iter_mut().zip(bytes.as_chunks::<2>().0) {
                    *z = Complex32::new(f32::from(b[0] as i8) * (1.0 / 128.0), f32::from(b[1] as i8) * (1.0 / 128.0));
                }
            }
            SampleFormat::Ci16Le => {
                for (z, b) in out.iter_mut().zip(bytes.as_chunks::<4>().0) {
                    *z = Complex32::new(
                        f32::from(i16::from_le_bytes([b[0], b[1]])) * (1.0 / 32768.0),
                        f32::from(i16::from_le_bytes([b[2], b[3]])) * (1.0 / 32768.0),
                    );
                }
            }
            SampleFormat::Cf32Le => {
                for (z, b) in out.iter_mut().zip(bytes.as_chunks::<8>().0) {
                    *z = Complex32::new(
                        f32::from_le_bytes([b[0], b[1], b[2], b[3]]),
                        f32::from_le_bytes([b[4], b[5], b[6], b[7]]),
                    );
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back() {
        for format in SampleFormat::ALL {
            assert_eq!(SampleFormat::from_name(format.name()), Some(format));
        }
        assert_eq!(SampleFormat::from_name("ri16_le"), None);
    }

    #[test]
    fn zero_and_full_scale_are_the_contracts() {
        let one = |format: SampleFormat, bytes: &[u8]| {
            let mut out = [Complex32::default()];
            format.convert(bytes, &mut out);
            out[0]
        };
        assert_eq!(one(SampleFormat::Cu8, &[0, 255]), Complex32::new(-127.5 / 128.0, 127.5 / 128.0));
        assert_eq!(one(SampleFormat::Ci8, &[0x80, 0x7f]), Complex32::new(-1.0, 127.0 / 128.0));
        assert_eq!(one(SampleFormat::Ci16Le, &[0x00, 0x80, 0x00, 0x40]), Complex32::new(-1.0, 0.5));
        let mut floats = 0.25f32.to_le_bytes().to_vec();
        floats.extend((-2f32).to_le_bytes());
        assert_eq!(one(SampleFormat::Cf32Le, &floats), Complex32::new(0.25, -2.0));
    }
}
