//! Samples from a scene, any of them at any time.

use std::sync::Arc;

use rand_chacha::ChaCha8Rng;

use super::channel::Tap;
use super::emission::LONGEST_S;
use super::noise::{BLOCK, Noise, generator};
use super::plan::{Arrival, Plan, Taps};
use super::receiver::{FILTERED, REACH};
use super::resample::{Fit, Phasor, Place, Resampler};
use super::waveform::{Band, Shape, WORDS_PER_EMISSION, Waveform, gmsk};
use crate::units::SampleIndex;

/// Time for which arrivals are asked at once: longer than an emission, so that most are asked for only once.
const AT_ONCE_S: f64 = 2.0 * LONGEST_S;
/// No emission is narrower.
const LEAST_WIDTH_HZ: f64 = 5e3;
/// From this rate on a GSM burst is made at the scene's own rate; below, its skirts would fold back.
const DIRECT_GSM_HZ: f64 = 1e6;
/// Resamplers kept: one for each shape, more only where the band's edge cuts.
const RESAMPLERS: usize = 32;

/// Renders a scene's samples. The same positions always give the same bytes, in whatever order and pieces.
///
/// Made in blocks of 1 024 samples that lie at fixed places: noise of the block's number, the emissions that fall on it,
/// the receiver. The filter reaches a few samples into the neighbouring blocks; going forward each is made once.
pub struct Renderer {
    plan: Arc<Plan>,
    noise: Noise,
    bits: ChaCha8Rng,
    air: Air,
    /// Noise and emissions before the filter: a block with its surroundings, and room for the rest of the block after it.
    re: Box<[f32; FILTERED]>,
    im: Box<[f32; FILTERED]>,
    filtered: Box<[[f32; BLOCK]; 2]>,
    /// The finished block and its number.
    bytes: Vec<u8>,
    block: Option<u64>,
}

/// What is on the air around the block being made.
#[derive(Default)]
struct Air {
    /// Number of the run of blocks that `arrivals` is for.
    run: Option<u64>,
    arrivals: Vec<Arrival>,
    sounding: Vec<Sounding>,
    /// Waveforms to be used again.
    spare: Vec<Waveform>,
    resamplers: Vec<Resampler>,
}

/// A waveform that has been made and is not over yet.
struct Sounding {
    stream: u64,
    start: f64,
    shape: Shape,
    /// First sample past it.
    end: f64,
    waveform: Waveform,
}

impl Renderer {
    pub(super) fn new(plan: Arc<Plan>) -> Self {
        Renderer {
            noise: Noise::new(plan.seed, plan.noise_power),
            bits: generator(plan.seed, 0),
            air: Air::default(),
            re: Box::new([0.0; FILTERED]),
            im: Box::new([0.0; FILTERED]),
            filtered: Box::new([[0.0; BLOCK]; 2]),
            bytes: vec![0; BLOCK * plan.format.bytes_per_sample()],
            block: None,
            plan,
        }
    }

    /// Fills `bytes` with interleaved samples in the scene's format from sample `first` on.
    ///
    /// Beyond the scene's length there is only the receiver's noise.
    pub fn render(&mut self, first: SampleIndex, bytes: &mut [u8]) {
        let mut block = first.0 / BLOCK as u64;
        let mut skip = self.plan.format.bytes_per_sample() * (first.0 % BLOCK as u64) as usize;
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
        self.plan.receiver.filter.filter(&self.re, &self.im, &mut self.filtered);
        self.plan.receiver.finish(block * BLOCK as u64, &mut self.filtered, &mut self.bytes);
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
        self.air.add(&self.plan, &mut self.bits, stretch, first, re, im);
    }
}

impl Air {
    /// Adds all that is sent to stretch number `stretch`, whose first sample is number `first`.
    fn add(&mut self, plan: &Plan, bits: &mut ChaCha8Rng, stretch: u64, first: i64, re: &mut [f32], im: &mut [f32]) {
        let at_once = (AT_ONCE_S * plan.sample_rate / BLOCK as f64).ceil() as u64;
        let run = stretch / at_once;
        let second = |block: u64| (block as f64 * BLOCK as f64) / plan.sample_rate;
        if self.run != Some(run) {
            // What lies in a stretch began at most an emission's length before it, or begins no more than the margin
            // behind its last sample, which is one of the filter's reach behind the block's end.
            let margin_s = margin(plan.sample_rate, LEAST_WIDTH_HZ) / plan.sample_rate;
            let from_s = second(run * at_once) - second(1) - LONGEST_S - margin_s;
            plan.arrivals(from_s, second((run + 1) * at_once + 1) + margin_s, &mut self.arrivals);
            self.run = Some(run);
        }
        let Air { arrivals, sounding, spare, resamplers, .. } = self;
        let (begin, end) = (first as f64, first as f64 + re.len() as f64);
        let over = |one: &mut Sounding| one.end < begin || one.start > end + 2.0 * LONGEST_S * plan.sample_rate;
        spare.extend(sounding.extract_if(.., over).map(|one| one.waveform));
        for arrival in arrivals.iter() {
            let shape = arrival.emission.shape;
            let margin = margin(plan.sample_rate, shape.nominal_width_hz());
            if end <= arrival.start - margin || arrival.end + margin <= begin {
                continue;
            }
            let offset_hz = arrival.emission.offset_hz;
            if let (Taps::Direct(power), Some(symbols)) = (&arrival.taps, shape.gsm_symbols())
                && plan.sample_rate >= DIRECT_GSM_HZ
            {
                let (start, stream) = (arrival.start, arrival.stream);
                let burst = gmsk::Burst { start, symbols, offset_hz, power: *power, stream };
                burst.add(bits, plan.sample_rate, first, re, im);
                continue;
            }
            let is_it = |one: &Sounding| (one.stream, one.start, one.shape) == (arrival.stream, arrival.start, shape);
            let which = sounding.iter().position(is_it).unwrap_or_else(|| {
                let mut waveform = spare.pop().unwrap_or_default();
                bits.set_stream(arrival.stream);
                // By the emission's own place in time, so that a change to one leaves the bits of all others alone.
                bits.set_word_pos(arrival.start.max(0.0) as u128 * WORDS_PER_EMISSION);
                let heard = Band::heard(plan.sample_rate, offset_hz);
                shape.waveform(heard, bits, &mut waveform);
                let (stream, start, end) = (arrival.stream, arrival.start, arrival.end + margin);
                sounding.push(Sounding { stream, start, shape, end, waveform });
                sounding.len() - 1
            });
            let waveform = &sounding[which].waveform;
            let offset_hz = offset_hz + waveform.middle_hz;
            let fit = Fit::new(waveform, shape.nominal_width_hz(), plan.sample_rate, offset_hz);
            let resampler = fitting(resamplers, fit);
            let place = Place { start: arrival.start, offset_hz };
            match &arrival.taps {
                Taps::Direct(power) => {
                    let tap = Tap { delay_s: 0.0, gain: [power.sqrt(), 0.0] };
                    resampler.add(waveform, place, tap, first, re, im);
                }
                Taps::Paths(taps) => taps.iter().for_each(|tap| resampler.add(waveform, place, *tap, first, re, im)),
            }
        }
        for carrier in &plan.carriers {
            let sample =
                |s: f64| ((s * plan.sample_rate).ceil() as i64).saturating_sub(first).clamp(0, re.len() as i64);
            let (from, to) = (sample(carrier.span.from_s), sample(carrier.span.to_s));
            let turn = carrier.offset_hz / plan.sample_rate;
            let amplitude = carrier.power.sqrt();
            let mut phasor = Phasor::new(turn * (first as f64 + from as f64), turn);
            for k in from as usize..to as usize {
                let (cos, sin) = phasor.next();
                re[k] += (amplitude * cos) as f32;
                im[k] += (amplitude * sin) as f32;
            }
        }
    }
}

/// Samples by which ramps, tails, delayed paths and the resampler reach beyond an emission of this width.
fn margin(sample_rate: f64, width_hz: f64) -> f64 {
    (100e-6 + 11.0 / width_hz) * sample_rate + 256.0
}

/// The resampler for `fit`, made if there is none yet.
fn fitting(resamplers: &mut Vec<Resampler>, fit: Fit) -> &Resampler {
    if let Some(which) = resamplers.iter().position(|one| one.fit() == fit) {
        return &resamplers[which];
    }
    if resamplers.len() == RESAMPLERS {
        resamplers.remove(0);
    }
    resamplers.push(Resampler::new(fit));
    &resamplers[resamplers.len() - 1]
}
