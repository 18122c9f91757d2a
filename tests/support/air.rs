//! Air for tests: noise and bursts from a generator of the tests' own, stored in any format, and the library run over
//! them in one thread.

// Every test file takes in this one and uses a part of it.
#![allow(dead_code)]

use std::f32::consts::TAU;

use glint::detect::{Burst, Config, Detector, Event, JudgedRows, Output};
use glint::iq::{SampleBlock, SampleFormat};
use glint::simd::Instructions;
use glint::spectrum::{Analyzer, Chunk, Chunker, Grid, Recall, Spectra};
use glint::units::{Hertz, SampleIndex};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rustfft::FftPlanner;
use rustfft::num_complex::Complex32;

/// Samples a second, unless a test says otherwise.
pub const RATE: Hertz = Hertz(2.4e6);

/// Phases that a noise sample can have.
const PHASES: usize = 4096;

/// Random air.
pub struct Air {
    rate: Hertz,
    rng: ChaCha8Rng,
    phases: Vec<Complex32>,
    fft: FftPlanner<f32>,
}

/// How a burst looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A GSM normal burst: GMSK of random bits, 546.5 µs, 95.7 % of its power in 200 kHz.
    Gsm,
    /// Six resource blocks for a subframe: 1.08 MHz, flat, 1 ms.
    SixBlocks,
}

impl Kind {
    /// Samples from half amplitude to half amplitude.
    pub fn count(self) -> usize {
        self.count_at(RATE)
    }

    /// The same at another rate.
    pub fn count_at(self, rate: Hertz) -> usize {
        let us = if self == Kind::Gsm { 546.5 } else { 1000.0 };
        (us * 1e-6 * rate.0).round() as usize
    }

    /// Samples in which the amplitude rises and falls: 15 and 5 µs.
    fn ramp_at(self, rate: Hertz) -> usize {
        let us = if self == Kind::Gsm { 15e-6 } else { 5e-6 };
        (us * rate.0).round().max(1.0) as usize
    }

    /// Nominal width in hertz.
    pub fn width(self) -> f64 {
        if self == Kind::Gsm { 200e3 } else { 1.08e6 }
    }
}

/// What was sent.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// Sample at half amplitude of the rising ramp.
    pub start: usize,
    /// Samples from half amplitude to half amplitude.
    pub count: usize,
    /// Middle, hertz from the centre.
    pub offset: f64,
    /// Nominal width in hertz.
    pub width: f64,
}

impl Sent {
    /// Whether `burst` and this agree by half or more of either in time and in frequency.
    pub fn is(&self, burst: &Burst) -> bool {
        let shared = |a: (f64, f64), b: (f64, f64)| {
            let both = a.1.min(b.1) - a.0.max(b.0);
            2.0 * both >= a.1 - a.0 && 2.0 * both >= b.1 - b.0
        };
        let (start, half) = (self.start as f64, self.width / 2.0);
        shared((start, start + self.count as f64), (burst.start.0 as f64, burst.end().0 as f64))
            && shared((self.offset - half, self.offset + half), (burst.low.0, burst.high.0))
    }
}

impl Air {
    /// Air that is the same for the same `seed`.
    pub fn new(seed: u64) -> Self {
        Air::at(RATE, seed)
    }

    /// The same at another rate.
    pub fn at(rate: Hertz, seed: u64) -> Self {
        let phase = |i: usize| Complex32::from_polar(1.0, TAU * i as f32 / PHASES as f32);
        Air {
            rate,
            rng: ChaCha8Rng::seed_from_u64(seed),
            phases: (0..PHASES).map(phase).collect(),
            fft: FftPlanner::new(),
        }
    }

    /// White Gaussian noise of mean `power`.
    pub fn noise(&mut self, count: usize, power: f64) -> Vec<Complex32> {
        let mut words = vec![0u8; 8 * count];
        self.rng.fill_bytes(&mut words);
        let power = power as f32;
        // An exponential power and a uniform phase are two independent normal components.
        let sample = |w: &[u8; 8]| {
            let w = u64::from_le_bytes(*w);
            let uniform = ((w >> 32) as f32 + 0.5) * (1.0 / 4_294_967_296.0);
            self.phases[w as usize % PHASES] * (-uniform.ln() * power).max(0.0).sqrt()
        };
        words.as_chunks::<8>().0.iter().map(sample).collect()
    }

    /// A whole number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.rng.next_u64() % end as u64) as usize
    }

    /// Adds a burst whose energy is exactly that of `power` over its length.
    pub fn send(&mut self, samples: &mut [Complex32], kind: Kind, start: usize, offset: f64, power: f64) -> Sent {
        let (count, ramp) = (kind.count_at(self.rate), kind.ramp_at(self.rate));
        let mut wave = match kind {
            Kind::Gsm => self.gmsk(count + ramp),
            Kind::SixBlocks => self.flat(count + ramp, kind.width()),
        };
        let carrier = tone_at(self.rate, wave.len(), 0, offset, 1.0);
        for (i, (z, carrier)) in wave.iter_mut().zip(carrier).enumerate() {
            let from_edge = i.min(count + ramp - 1 - i) as f32 + 0.5;
            let rise = (from_edge / ramp as f32).min(1.0);
            *z *= carrier * (0.5 - 0.5 * (0.5 * TAU * rise).cos());
        }
        let energy: f64 = wave.iter().map(|z| f64::from(z.norm_sqr())).sum();
        let scale = (power * count as f64 / energy).sqrt() as f32;
        for (x, z) in samples[start - ramp / 2..].iter_mut().zip(&wave) {
            *x += z * scale;
        }
        Sent { start, count, offset, width: kind.width() }
    }

    /// Random bits in GMSK with BT 0.3 at 270.833 kbit/s (3GPP TS 45.004, section 2).
    fn gmsk(&mut self, count: usize) -> Vec<Complex32> {
        let samples_per_bit = self.rate.0 / (13e6 / 48.0);
        let bits: Vec<f64> =
            (0..(count as f64 / samples_per_bit) as usize + 8).map(|_| 2.0 * self.below(2) as f64 - 1.0).collect();
        // The step from bit to bit, smoothed by a Gaussian filter of bandwidth 0.3 / T.
        let step =
            |bits: f64| 0.5 * libm::erf(bits * std::f64::consts::PI * 0.3 * (2.0 / std::f64::consts::LN_2).sqrt());
        let mut phase = 0.0f64;
        (0..count)
            .map(|i| {
                let at = i as f64 / samples_per_bit + 3.0;
                let near = at as usize - 3..at as usize + 4;
                let frequency: f64 = near.map(|k| bits[k] * (step(at - k as f64) - step(at - k as f64 - 1.0))).sum();
                phase += frequency * 0.25 * f64::from(TAU) / samples_per_bit;
                Complex32::from_polar(1.0, phase as f32)
            })
            .collect()
    }

    /// Gaussian samples with a flat spectrum of `width` hertz.
    pub fn flat(&mut self, count: usize, width: f64) -> Vec<Complex32> {
        let n = count.next_power_of_two().max(8192);
        let mut wave = self.noise(n, 1.0);
        for (i, z) in wave.iter_mut().enumerate() {
            if i.min(n - i) as f64 * self.rate.0 / n as f64 > width / 2.0 {
                *z = Complex32::default();
            }
        }
        self.fft.plan_fft_inverse(n).process(&mut wave);
        wave.truncate(count);
        wave
    }
}

/// A receiver's passband: ripple of ±0.4 dB, and 2 dB less at the band's edges than in its middle.
#[derive(Default)]
pub struct Passband {
    before: Vec<Complex32>,
}

impl Passband {
    /// Filters `samples`, which continue those of the call before.
    pub fn filter(&mut self, samples: &mut [Complex32]) {
        const TAPS: [(usize, f32); 4] = [(0, 1.0), (1, 0.12), (7, 0.05), (8, 0.006)];
        let reach = 8;
        self.before.resize(reach, Complex32::default());
        self.before.extend_from_slice(samples);
        for (i, x) in samples.iter_mut().enumerate() {
            *x = TAPS.iter().map(|(delay, tap)| self.before[i + reach - delay] * *tap).sum();
        }
        self.before.drain(..samples.len());
    }
}

/// A complex tone of `amplitude`, `offset` hertz from the centre, from sample `first` on.
pub fn tone(count: usize, first: usize, offset: f64, amplitude: f32) -> Vec<Complex32> {
    tone_at(RATE, count, first, offset, amplitude)
}

/// The same at another rate.
fn tone_at(rate: Hertz, count: usize, first: usize, offset: f64, amplitude: f32) -> Vec<Complex32> {
    let turn = |i: usize| (i as f64 * offset / rate.0).fract() as f32 * TAU;
    (first..first + count).map(|i| Complex32::from_polar(amplitude, turn(i))).collect()
}

/// Adds `more` to `samples` from sample `at` on.
pub fn add(samples: &mut [Complex32], at: usize, more: &[Complex32]) {
    for (x, z) in samples[at..].iter_mut().zip(more) {
        *x += z;
    }
}

/// The samples as a receiver of this format stores them.
pub fn store(format: SampleFormat, samples: &[Complex32]) -> Vec<u8> {
    let parts = samples.iter().flat_map(|z| [z.re, z.im]);
    match format {
        SampleFormat::Cu8 => parts.map(|x| (x * 128.0 + 128.0) as u8).collect(),
        SampleFormat::Ci8 => parts.map(|x| (x * 128.0 + 128.5).floor() - 128.0).map(|x| x as i8 as u8).collect(),
        SampleFormat::Ci16Le => parts.flat_map(|x| ((x * 32768.0).round() as i16).to_le_bytes()).collect(),
        SampleFormat::Cf32Le => parts.flat_map(f32::to_le_bytes).collect(),
    }
}

/// Samples that are stored at once.
const BLOCK: usize = 1 << 18;

/// The library from samples to events, in one thread.
pub struct Listener {
    format: SampleFormat,
    chunker: Chunker,
    analyzer: Analyzer,
    detector: Detector,
    recall: Recall,
    spectra: Spectra,
    next: u64,
    outputs: Vec<Output>,
}

impl Listener {
    /// A listener for samples in `format`.
    pub fn new(format: SampleFormat, config: &Config) -> Self {
        Listener::with(Instructions::best(), RATE, format, config)
    }

    /// The same at another rate, or with other instructions.
    pub fn with(instructions: Instructions, rate: Hertz, format: SampleFormat, config: &Config) -> Self {
        let grid = Grid::for_rate(rate);
        Listener {
            format,
            chunker: Chunker::new(grid, format),
            analyzer: Analyzer::with(instructions, grid, format, false),
            detector: Detector::with(instructions, grid, format, config),
            recall: Recall::with(instructions, grid, format),
            spectra: Spectra::default(),
            next: 0,
            outputs: Vec::new(),
        }
    }

    /// Takes the next samples from sample `index` of the recording on.
    pub fn begin_at(&mut self, index: u64) {
        self.next = index;
    }

    /// Takes the next samples.
    pub fn push(&mut self, samples: &[Complex32]) {
        for samples in samples.chunks(BLOCK) {
            let block = SampleBlock { first: SampleIndex(self.next), bytes: store(self.format, samples) };
            self.push_block(&block);
        }
    }

    /// Takes the next samples as they are stored.
    pub fn push_block(&mut self, block: &SampleBlock) {
        self.next = block.first.0 + (block.bytes.len() / self.format.bytes_per_sample()) as u64;
        self.work(|chunker, emit| chunker.push(block, &mut |chunk| emit(chunk)));
    }

    /// The bursts given out so far.
    pub fn bursts(&self) -> impl Iterator<Item = &Burst> {
        self.outputs.iter().filter_map(|output| match output {
            Output::Event(Event::Burst(burst)) => Some(burst),
            _ => None,
        })
    }

    /// Ends the stream; everything that came out.
    pub fn finish(mut self) -> Heard {
        self.work(|chunker, emit| chunker.finish(&mut |chunk| emit(chunk)));
        let outputs = &mut self.outputs;
        self.detector.finish(&mut self.recall, &mut |output| outputs.push(output));
        let mut heard = Heard::default();
        for output in self.outputs {
            match output {
                Output::Event(Event::Burst(burst)) => heard.bursts.push(burst),
                Output::Event(event) => heard.others.push(event),
                Output::Judged(rows) => heard.judged.push(rows),
            }
        }
        heard
    }

    fn work(&mut self, feed: impl FnOnce(&mut Chunker, &mut dyn FnMut(&mut Chunk))) {
        let Listener { chunker, analyzer, detector, recall, spectra, outputs, .. } = self;
        feed(chunker, &mut |chunk| {
            analyzer.analyse(chunk, spectra);
            recall.keep(chunk);
            detector.push(spectra, chunk.begins_segment, recall, &mut |output| outputs.push(output));
        });
    }
}

/// What came out of a [`Listener`].
#[derive(Default)]
pub struct Heard {
    /// Bursts in order of their end.
    pub bursts: Vec<Burst>,
    /// Everything else that happened.
    pub others: Vec<Event>,
    /// What was summed.
    pub judged: Vec<JudgedRows>,
}

/// What the library finds in `samples`.
pub fn listen(format: SampleFormat, false_alarms_per_hour: f64, samples: &[Complex32]) -> Heard {
    let config = Config { false_alarms_per_hour, view: true, ..Config::default() };
    let mut listener = Listener::new(format, &config);
    listener.push(samples);
    listener.finish()
}

/// Seconds as samples.
pub fn seconds(s: f64) -> usize {
    (s * RATE.0).round() as usize
}
