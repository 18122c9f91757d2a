//! Random numbers of one waveform.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Random bits by the handful.
pub(super) struct Random {
    rng: ChaCha8Rng,
    word: u32,
    left: u32,
}

impl Random {
    /// A generator with eight words of `rng` as its key.
    pub(super) fn new(rng: &mut ChaCha8Rng) -> Self {
        let mut key = [0; 32];
        rng.fill_bytes(&mut key);
        Random { rng: ChaCha8Rng::from_seed(key), word: 0, left: 0 }
    }

    /// The next `count` bits, 1 to 32; what is left of a word and too few is dropped.
    pub(super) fn bits(&mut self, count: u32) -> usize {
        if self.left < count {
            self.word = self.rng.next_u32();
            self.left = 32;
        }
        let bits = self.word & (u32::MAX >> (32 - count));
        self.word = self.word.checked_shr(count).unwrap_or(0);
        self.left -= count;
        bits as usize
    }

    /// A number below `end`, as good as equally likely.
    pub(super) fn below(&mut self, end: usize) -> usize {
        ((u64::from(self.rng.next_u32()) * end as u64) >> 32) as usize
    }

    /// +1 or −1.
    pub(super) fn sign(&mut self) -> f32 {
        sign(self.bits(1))
    }

    /// A symbol of QPSK with power 2.
    pub(super) fn qpsk(&mut self) -> (f32, f32) {
        let bits = self.bits(2);
        (sign(bits & 1), sign(bits >> 1))
    }
}

fn sign(bit: usize) -> f32 {
    1.0 - 2.0 * bit as f32
}
