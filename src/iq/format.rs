//! Sample formats: names, sizes, zero and full scale.

use std::ops::RangeInclusive;

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

    /// Value of one stored unit of a component, full scale 1: a component is (stored − [`zero`](Self::zero)) × this.
    pub fn unit(self) -> f64 {
        match self {
            SampleFormat::Cf32Le => 1.0,
            _ => self.step(),
        }
    }

    /// The stored value that stands for nothing received.
    pub fn zero(self) -> f32 {
        match self {
            SampleFormat::Cu8 => 127.5,
            SampleFormat::Ci8 | SampleFormat::Ci16Le | SampleFormat::Cf32Le => 0.0,
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

    /// How many samples in `bytes` have a component at or beyond [`clip_level`](Self::clip_level).
    pub fn at_full_scale(self, bytes: &[u8]) -> usize {
        let count = |size: usize, clips: fn(&[u8]) -> bool| {
            bytes.chunks_exact(2 * size).filter(|sample| sample.chunks_exact(size).any(clips)).count()
        };
        match self {
            SampleFormat::Cu8 => count(1, |b| b[0] == 0 || b[0] == u8::MAX),
            SampleFormat::Ci8 => count(1, |b| b[0].cast_signed().unsigned_abs() >= 127),
            SampleFormat::Ci16Le => count(2, |b| i16::from_le_bytes([b[0], b[1]]).unsigned_abs() >= 32767),
            SampleFormat::Cf32Le => count(4, |b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]).abs() >= 1.0),
        }
    }

    /// Largest magnitude of a component of whole samples in `bytes`, full scale 1.
    pub fn peak(self, bytes: &[u8]) -> f32 {
        fn range<T: Copy + PartialOrd>(values: impl Iterator<Item = T>, least: T, most: T) -> (T, T) {
            values
                .fold((most, least), |(low, high), v| (if v < low { v } else { low }, if v > high { v } else { high }))
        }
        let unit = self.unit() as f32;
        if bytes.is_empty() {
            return 0.0;
        }
        match self {
            SampleFormat::Cu8 => {
                let (low, high) = range(bytes.iter().copied(), 0, u8::MAX);
                (self.zero() - f32::from(low)).max(f32::from(high) - self.zero()) * unit
            }
            SampleFormat::Ci8 => {
                let (low, high) = range(bytes.iter().map(|b| b.cast_signed()), i8::MIN, i8::MAX);
                f32::from(high).max(-f32::from(low)) * unit
            }
            SampleFormat::Ci16Le => {
                let values = bytes.as_chunks::<2>().0.iter().map(|b| i16::from_le_bytes(*b));
                let (low, high) = range(values, i16::MIN, i16::MAX);
                f32::from(high).max(-f32::from(low)) * unit
            }
            SampleFormat::Cf32Le => f32::from_bits(largest(bytes).cast_unsigned()),
        }
    }

    /// Sum of the samples in `bytes`, full scale 1; exact for the integer formats whatever their number.
    pub fn sum(self, bytes: &[u8]) -> Complex64 {
        match self {
            SampleFormat::Cu8 => {
                let middle = Complex64::new(1.0, 1.0) * (bytes.len() as f64 / 2.0 * 127.5);
                (whole_sum(bytes, |b: &[u8; 1]| i32::from(b[0])) - middle) / 128.0
            }
            SampleFormat::Ci8 => whole_sum(bytes, |b: &[u8; 1]| i32::from(b[0].cast_signed())) / 128.0,
            SampleFormat::Ci16Le => whole_sum(bytes, |b: &[u8; 2]| i32::from(i16::from_le_bytes(*b))) / 32768.0,
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
                [i, q].iter().all(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]).abs() <= MOST)
            }
            _ => true,
        }
    }

    /// Whether every sample in `bytes` is [finite](Self::is_finite).
    pub fn all_finite(self, bytes: &[u8]) -> bool {
        self != SampleFormat::Cf32Le || largest(bytes) <= MOST.to_bits().cast_signed()
    }

    /// Writes `samples` as this format stores them, as many as both hold, and returns how many did not fit.
    ///
    /// What [`convert`](Self::convert) gives of a format is stored in the same format, or in one with finer steps that
    /// reaches as far, exactly. Everything else is rounded to the nearest step, halves down (so that cu8 becomes ci8 as it
    /// is, all half a step lower), and what is beyond the format's range becomes the end of it: a sample does not fit if
    /// that moves it by more than half a step. To 16 bits a place within a 500th of a step of a half may go the other way.
    pub fn store(self, samples: &[Complex32], bytes: &mut [u8]) -> usize {
        match self {
            SampleFormat::Cu8 => store_steps(samples, bytes, 128.0, 127.5, 0..=255, |b| [b as u8]),
            SampleFormat::Ci8 => store_steps(samples, bytes, 128.0, 0.0, -128..=127, |s| [s as u8]),
            SampleFormat::Ci16Le => {
                store_steps(samples, bytes, 32768.0, 0.0, -32768..=32767, |s| (s as i16).to_le_bytes())
            }
            SampleFormat::Cf32Le => {
                for (z, b) in samples.iter().zip(bytes.as_chunks_mut::<8>().0) {
                    b[..4].copy_from_slice(&z.re.to_le_bytes());
                    b[4..].copy_from_slice(&z.im.to_le_bytes());
                }
                0
            }
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

/// Sum of samples whose components are whole numbers of `N` bytes, in pieces whose sums surely fit in 32 bits.
fn whole_sum<const N: usize>(bytes: &[u8], value: impl Fn(&[u8; N]) -> i32) -> Complex64 {
    let mut sum = Complex64::default();
    for piece in bytes.as_chunks::<N>().0.chunks(1 << 15) {
        // Components side by side, even ones I, odd ones Q.
        let mut lanes = [0i32; 16];
        let (whole, rest) = piece.as_chunks::<16>();
        for components in whole {
            for i in 0..16 {
                lanes[i] += value(&components[i]);
            }
        }
        rest.iter().enumerate().for_each(|(i, component)| lanes[i] += value(component));
        let of = |first: usize| f64::from(lanes.iter().skip(first).step_by(2).sum::<i32>());
        sum += Complex64::new(of(0), of(1));
    }
    sum
}

/// Largest magnitude a float sample may have.
const MOST: f32 = 1e12;

/// Bits of the largest magnitude of the floats in `bytes`: magnitudes are in the order of their bits, infinity and what is
/// no number last.
fn largest(bytes: &[u8]) -> i32 {
    let magnitude = |b: &[u8; 4]| i32::from_le_bytes(*b) & i32::MAX;
    bytes.as_chunks::<4>().0.iter().map(magnitude).fold(0, |most, m| if m > most { m } else { most })
}

/// Stores samples of value `x` as steps `x·scale + zero`, rounded and clipped to `range`, `put` as `N` bytes each;
/// returns how many samples were clipped.
fn store_steps<const N: usize>(
    samples: &[Complex32],
    bytes: &mut [u8],
    scale: f32,
    zero: f32,
    range: RangeInclusive<i32>,
    put: impl Fn(i32) -> [u8; N],
) -> usize {
    let (lowest, highest) = range.into_inner();
    let most = (highest - lowest) as f32;
    let half_above = highest as f32 - zero + 0.5;
    let (pairs, _) = bytes.as_chunks_mut::<N>().0.as_chunks_mut::<2>();
    let mut clipped = 0;
    for (z, pair) in samples.iter().zip(pairs) {
        // Steps below the highest: rounding halves down is cutting off here, and the conversion to integers does it.
        let below = [half_above - z.re * scale, half_above - z.im * scale];
        let inside = below.map(|steps| steps.clamp(0.0, most));
        let beyond = [below[0] - inside[0], below[1] - inside[1]].map(|by| !(0.0..=1.0).contains(&by));
        clipped += u32::from(beyond[0] | beyond[1]);
        *pair = inside.map(|steps| put(highest - steps as i32));
    }
    clipped as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_name_reads_back() {
        for format in SampleFormat::ALL {
            assert_eq!(SampleFormat::from_name(format.name()), Some(format));
        }
        assert_eq!(SampleFormat::from_name("ri16_le"), None);
    }

    /// `bytes` of one format as another stores them, and how many samples that clipped.
    fn stored(from: SampleFormat, bytes: &[u8], to: SampleFormat) -> (Vec<u8>, usize) {
        let mut samples = vec![Complex32::default(); bytes.len() / from.bytes_per_sample()];
        from.convert(bytes, &mut samples);
        let mut out = vec![0; samples.len() * to.bytes_per_sample()];
        let clipped = to.store(&samples, &mut out);
        (out, clipped)
    }

    #[test]
    fn what_is_read_is_stored_as_it_was_and_exactly_in_finer_steps() {
        let every_byte: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
        let every_pair: Vec<u8> = (0..=u16::MAX).flat_map(u16::to_le_bytes).collect();
        let floats: Vec<u8> = [0.25f32, -3.0, 1e-9, 2e6].into_iter().flat_map(f32::to_le_bytes).collect();
        for (format, bytes) in [
            (SampleFormat::Cu8, &every_byte),
            (SampleFormat::Ci8, &every_byte),
            (SampleFormat::Ci16Le, &every_pair),
            (SampleFormat::Cf32Le, &floats),
        ] {
            assert_eq!(stored(format, bytes, format), (bytes.clone(), 0), "{format:?}");
            for finer in SampleFormat::ALL.into_iter().filter(|finer| finer.step() < format.step()) {
                let (fine, clipped) = stored(format, bytes, finer);
                assert_eq!((stored(finer, &fine, format), clipped), ((bytes.clone(), 0), 0), "{format:?} in {finer:?}");
            }
        }
    }

    #[test]
    fn samples_at_the_end_of_the_range_are_counted_once_each() {
        assert_eq!(SampleFormat::Cu8.at_full_scale(&[0, 255, 1, 254, 255, 128, 128, 0]), 3);
        assert_eq!(SampleFormat::Ci8.at_full_scale(&[127, 0x80, 126, 0x82, 0, 0x81]), 2);
        let le = |values: &[i16]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
        assert_eq!(SampleFormat::Ci16Le.at_full_scale(&le(&[32767, 0, 32766, -32766, 0, -32768])), 2);
        let le = |values: &[f32]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
        assert_eq!(SampleFormat::Cf32Le.at_full_scale(&le(&[1.0, 0.0, 0.99, -0.99, 0.0, -7.0])), 2);
    }

    #[test]
    fn cu8_becomes_ci8_half_a_step_lower_and_none_is_clipped() {
        let (bytes, clipped) = stored(SampleFormat::Cu8, &[0, 127, 128, 255], SampleFormat::Ci8);
        assert_eq!((bytes, clipped), (vec![0x80, 0xff, 0, 127], 0));
    }

    #[test]
    fn samples_beyond_the_range_become_its_end_and_are_counted_once() {
        let samples = [(1.5, -1.5), (0.0, 1.0), (-1.0, 127.0 / 128.0), (-1.01, 0.0)].map(|(i, q)| Complex32::new(i, q));
        let mut bytes = [0; 8];
        // 1.01·128 is 129.28: more than half a step beyond the end.
        assert_eq!((SampleFormat::Ci8.store(&samples, &mut bytes), bytes), (3, [127, 128, 0, 127, 128, 127, 128, 0]));
        let mut bytes = [0; 8];
        assert_eq!((SampleFormat::Cu8.store(&samples, &mut bytes), bytes), (2, [255, 0, 127, 255, 0, 254, 0, 127]));
    }

    proptest! {
        #[test]
        fn rounding_is_to_the_nearest_step(i in -0.99f32..0.99, q in -0.99f32..0.99) {
            for format in [SampleFormat::Cu8, SampleFormat::Ci8, SampleFormat::Ci16Le] {
                let mut bytes = vec![0; format.bytes_per_sample()];
                prop_assert_eq!(format.store(&[Complex32::new(i, q)], &mut bytes), 0);
                let mut back = [Complex32::default()];
                format.convert(&bytes, &mut back);
                let most = format.step() * (0.5 + 1.0 / 500.0);
                prop_assert!(f64::from((back[0].re - i).abs()) <= most && f64::from((back[0].im - q).abs()) <= most);
            }
        }
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
