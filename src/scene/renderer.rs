//! Samples from a scene, any of them at any time.

use std::sync::Arc;

use rand_chacha::ChaCha8Rng;

use super::Plan;
use super::noise::{BLOCK, Noise, generator};
use super::receiver::{FILTERED, REACH, quantise};
use crate::units::SampleIndex;

/// Renders a scene's samples. The same positions always give the same bytes, in whatever order and pieces.
///
/// Made in blocks of 1 024 samples that lie at fixed places: noise of the block's number, the bursts that fall on it, the
/// receiver. The filter reaches a few samples into the neighbouring blocks; going forward each is made once.
pub struct Renderer {
    plan: Arc<Plan>,
    noise: Noise,
    bits: ChaCha8Rng,
    /// Noise and bursts before the filter: a block with its surroundings, and room for the rest of the block after it.
    re: Box<[f32; FILTERED]>,
    im: Box<[f32; FILTERED]>,
    filtered: Box<[[f32; BLOCK]; 2]>,
    /// The finished block and its number.
    bytes: Box<[u8; 2 * BLOCK]>,
    block: Option<u64>,
}

impl Renderer {
    pub(super) fn new(plan: Arc<Plan>) -> Self {
        Renderer {
            noise: Noise::new(plan.seed, plan.noise_power),
            bits: generator(plan.seed, 0),
            plan,
            re: Box::new([0.0; FILTERED]),
            im: Box::new([0.0; FILTERED]),
            filtered: Box::new([[0.0; BLOCK]; 2]),
            bytes: Box::new([0; 2 * BLOCK]),
            block: None,
        }
    }

    /// Fills `bytes` with interleaved samples in the scene's format from sample `first` on.
    ///
    /// Beyond the scene's length there is only the receiver's noise. Nothing is allocated here.
    pub fn render(&mut self, first: SampleIndex, bytes: &mut [u8]) {
        let mut block = first.0 / BLOCK as u64;
        let mut skip = 2 * (first.0 % BLOCK as u64) as usize;
        let mut rest = bytes;
        while !rest.is_empty() {
            self.make(block);
            let ready = &self.bytes[skip..];
            let (now, later) = rest.split_at_mut(ready.len().min(rest.len()));
            now.copy_from_slice(&ready[..now.len()]);
            (rest, skip, block) = (later, 0, block + 1);
        }
    }

    /// Makes `bytes` block number `block`.
    fn make(&mut self, block: u64) {
        if self.block == Some(block) {
            return;
        }
        if block == 0 || self.block != Some(block - 1) {
            self.bring(block);
        }
        self.bring(block + 1);
        self.plan.receiver.filter(&self.re, &self.im, &mut self.filtered);
        self.plan.receiver.add_lines(block * BLOCK as u64, &mut self.filtered);
        quantise(&self.filtered, &mut self.bytes);
        self.block = Some(block);
    }

    /// Moves what lies before the filter on by one block and fills the end with stretch number `stretch`: the
    /// 1 024 samples that end as many samples behind the end of block `stretch − 1` as the filter reaches.
    fn bring(&mut self, stretch: u64) {
        self.re.copy_within(BLOCK.., 0);
        self.im.copy_within(BLOCK.., 0);
        let (re, im) = (&mut self.re[2 * REACH..], &mut self.im[2 * REACH..]);
        self.noise.block(stretch, re, im);
        // Saturating: no scene is that long.
        let first = (stretch as i64 - 1).saturating_mul(BLOCK as i64).saturating_add(REACH as i64);
        for burst in self.plan.bursts_near(first as f64, BLOCK as f64) {
            burst.add(&mut self.bits, self.plan.sample_rate, first, re, im);
        }
    }
}
