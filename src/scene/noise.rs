//! White Gaussian noise by position.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Samples rendered at once; every random number of the noise is found from its block's number.
pub(super) const BLOCK: usize = 1024;

/// Segments of equal probability in which the normal distribution's quantile is drawn as straight lines.
const SEGMENTS: usize = 2048;
/// Bits of a random word below its segment's number.
const FRACTION_BITS: u32 = 32 - SEGMENTS.trailing_zeros();
/// Bytes of random words for one block: one word for I and one for Q.
const WORD_BYTES: usize = BLOCK * 2 * 4;

/// The generator of a scene's `seed` and one of its independent `stream`s.
///
/// The key is the seed itself rather than `seed_from_u64`'s expansion of it, so that bytes once rendered stay the
/// same whatever that expansion becomes.
pub(super) fn generator(seed: u64, stream: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    let mut rng = ChaCha8Rng::from_seed(key);
    rng.set_stream(stream);
    rng
}

/// White Gaussian noise of a given power, any block of it at any time.
///
/// Each component is one 32-bit word sent through the inverse of the normal distribution: straight lines between
/// 2 048 segments of equal probability, and the exact function in the outermost segment at each end. A fixed number of
/// words for each sample is what makes it possible to seek; rejection methods draw a varying number.
/// Checked by `noise_is_normal_far_into_its_tails`.
pub(super) struct Noise {
    rng: ChaCha8Rng,
    deviation: f64,
    /// Value at the lower end and slope of each segment, times the standard deviation.
    lines: Box<[[f32; 2]; SEGMENTS]>,
    words: Box<[u8; WORD_BYTES]>,
}

impl Noise {
    /// Noise whose complex `power` is linear, full scale 1.
    pub(super) fn new(seed: u64, power: f64) -> Self {
        let deviation = (power / 2.0).sqrt();
        let mut lines = Box::new([[0.0; 2]; SEGMENTS]);
        // The outermost segments reach to infinity and are never looked up.
        for (segment, line) in lines.iter_mut().enumerate().take(SEGMENTS - 1).skip(1) {
            let low = deviation * normal_quantile(segment as f64 / SEGMENTS as f64);
            let high = deviation * normal_quantile((segment + 1) as f64 / SEGMENTS as f64);
            let slope = (high - low) / f64::from(1u32 << FRACTION_BITS);
            *line = [(low + 0.5 * slope) as f32, slope as f32];
        }
        Noise { rng: generator(seed, 0), deviation, lines, words: Box::new([0; WORD_BYTES]) }
    }

    /// Overwrites `re` and `im` with block number `block`.
    pub(super) fn block(&mut self, block: u64, re: &mut [f32], im: &mut [f32]) {
        self.rng.set_word_pos(u128::from(block) * (WORD_BYTES / 4) as u128);
        self.rng.fill_bytes(&mut self.words[..]);
        let (for_re, for_im) = self.words.as_chunks::<4>().0.split_at(BLOCK);
        for (out, words) in [(re, for_re), (im, for_im)] {
            for (x, word) in out.iter_mut().zip(words) {
                *x = self.normal(u32::from_le_bytes(*word));
            }
        }
    }

    #[inline]
    fn normal(&self, word: u32) -> f32 {
        let segment = (word >> FRACTION_BITS) as usize;
        if segment == 0 || segment == SEGMENTS - 1 {
            return self.tail(word);
        }
        let fraction = (word & ((1 << FRACTION_BITS) - 1)) as f32;
        let [low, slope] = self.lines[segment];
        low + slope * fraction
    }

    #[cold]
    fn tail(&self, word: u32) -> f32 {
        let probability = (f64::from(word) + 0.5) / 4_294_967_296.0;
        (self.deviation * normal_quantile(probability)) as f32
    }
}

/// The value that a standard normal variable stays below with `probability`, in (0, 1).
///
/// Abramowitz and Stegun, formula 26.2.23 (error below 4.5e−4), then two of Halley's steps on the error function,
/// which leave nothing of it. Checked by `the_quantile_inverts_the_normal_distribution`.
fn normal_quantile(probability: f64) -> f64 {
    if probability > 0.5 {
        return -normal_quantile(1.0 - probability);
    }
    let t = (-2.0 * libm::log(probability)).sqrt();
    let mut x = (2.515517 + t * (0.802853 + t * 0.010328)) / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
    for _ in 0..2 {
        let below = 0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2);
        let density = libm::exp(-0.5 * x * x) / std::f64::consts::TAU.sqrt();
        let step = (below - probability) / density;
        x -= step / (1.0 + 0.5 * x * step);
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quantile_inverts_the_normal_distribution() {
        // Tables of the normal distribution.
        for (probability, value) in [
            (0.5, 0.0),
            (0.975, 1.959_963_984_540_054),
            (0.999, 3.090_232_306_167_813_5),
            (1e-6, -4.753_424_308_822_899),
            (1e-10, -6.361_340_902_404_056),
        ] {
            let got = normal_quantile(probability);
            assert!((got - value).abs() < 1e-11, "{probability}: {got}");
        }
    }

    #[test]
    fn noise_is_normal_far_into_its_tails() {
        let mut noise = Noise::new(1, 2.0);
        let (mut re, mut im) = ([0.0; BLOCK], [0.0; BLOCK]);
        let (mut sums, mut count) = ([0.0f64; 4], 0.0);
        let mut beyond = [0.0; 5];
        for block in 0..4096 {
            noise.block(block, &mut re, &mut im);
            for x in re.iter().chain(&im).map(|x| f64::from(*x)) {
                count += 1.0;
                for (power, sum) in (1..).zip(&mut sums) {
                    *sum += x.powi(power);
                }
                for (sigmas, n) in beyond.iter_mut().enumerate() {
                    *n += f64::from(x.abs() > sigmas as f64 + 1.0);
                }
            }
        }
        // Five standard errors of each moment at 8.4 million draws.
        let error = 5.0 / f64::sqrt(count);
        let moments = sums.map(|s| s / count);
        assert!(moments[0].abs() < error, "mean {}", moments[0]);
        assert!((moments[1] - 1.0).abs() < error * 2f64.sqrt(), "variance {}", moments[1]);
        assert!(moments[2].abs() < error * 15f64.sqrt(), "third moment {}", moments[2]);
        assert!((moments[3] - 3.0).abs() < error * 96f64.sqrt(), "fourth moment {}", moments[3]);
        for (n, sigmas) in beyond.into_iter().zip(1..) {
            let expected = count * libm::erfc(f64::from(sigmas) / 2f64.sqrt());
            assert!((n - expected).abs() < 5.0 * expected.sqrt(), "{n} beyond {sigmas}σ, expected {expected}");
        }
    }

    #[test]
    fn i_and_q_and_neighbouring_samples_are_independent() {
        let mut noise = Noise::new(3, 1.0);
        let (mut re, mut im) = ([0.0; BLOCK], [0.0; BLOCK]);
        let (mut iq, mut neighbours) = (0.0, 0.0);
        for block in 0..256 {
            noise.block(block, &mut re, &mut im);
            iq += re.iter().zip(&im).map(|(a, b)| f64::from(a * b)).sum::<f64>();
            neighbours += re.windows(2).map(|w| f64::from(w[0] * w[1])).sum::<f64>();
        }
        let count = (256 * BLOCK) as f64;
        assert!((iq / count).abs() < 2.5 / count.sqrt(), "{iq}");
        assert!((neighbours / count).abs() < 2.5 / count.sqrt(), "{neighbours}");
    }
}
