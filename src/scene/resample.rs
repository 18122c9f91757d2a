//! From a waveform's own rate to the scene's, at any offset in time and frequency.
//!
//! The filter is a sinc under a Kaiser window (β = 7, 70 dB) tabulated at 512 places between two samples of the waveform;
//! the nearest place is taken, which leaves an error below −52 dB. Checked by
//! `a_tone_keeps_its_level_and_phase_at_every_place_in_its_width`. It passes half the waveform's rate either side; where the
//! waveform would reach beyond the scene's band, it passes only what lies in the band, and falls over a tenth of the
//! band's width around its edge, as a receiver's own filter does. To chips that still lack their pulses it
//! gives them: in place of the sinc it is a root raised cosine, cut by the band's edges.

use std::f64::consts::{PI, TAU};

use super::channel::Tap;
use super::waveform::{Content, Waveform};

/// Places between two samples of the waveform.
const PLACES: usize = 512;
/// Kaiser's β: 70 dB of stopband.
const BETA: f64 = 7.0;
/// More waveform samples than any filter reaches beyond a waveform's beginning.
const FAR: i64 = 1 << 16;
/// Taps are a whole number of these.
const LANES: usize = 8;

/// A filter for one rate and part of the spectrum.
#[derive(Debug)]
pub(super) struct Resampler {
    /// What it is for.
    fit: Fit,
    /// Waveform samples for one sample of the scene.
    ratio: f64,
    /// `taps` numbers for each place; the imaginary ones only where the filter is not even in frequency.
    re: Vec<f32>,
    im: Option<Vec<f32>>,
}

/// What a resampler is made for: two of the same give the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fit {
    waveform_rate_hz: f64,
    sample_rate: f64,
    /// What passes, in hertz from the waveform's middle.
    low_hz: f64,
    high_hz: f64,
    taps: usize,
    /// Of the pulses that the waveform lacks.
    roll_off: Option<f64>,
}

impl Fit {
    /// For `waveform` of a shape `width_hz` wide, whose own middle lies `offset_hz` from the scene's centre.
    ///
    /// The offset matters only where the band's edge cuts.
    pub(super) fn new(waveform: &Waveform, width_hz: f64, sample_rate: f64, offset_hz: f64) -> Self {
        let rate_hz = waveform.rate_hz;
        let edge = 0.5 * sample_rate;
        let (own, width_hz, cut, roll_off) = match waveform.content {
            Content::Heard { width_hz } => (0.5 * rate_hz, width_hz, false, None),
            Content::Chips { roll_off } => (0.5 * (1.0 + roll_off) * rate_hz, width_hz, true, Some(roll_off)),
            Content::Whole => {
                let beyond = |half_hz: f64| offset_hz.abs() + half_hz > edge;
                (0.5 * rate_hz, width_hz, beyond(0.5 * rate_hz) && beyond(0.6 * width_hz), None)
            }
        };
        let (low_hz, high_hz, fall) = if cut {
            ((-edge - offset_hz).max(-own), (edge - offset_hz).min(own), 0.1 * sample_rate)
        } else {
            (-own, own, rate_hz - width_hz)
        };
        // Kaiser: taps for 70 dB over a fall from pass to stop.
        let wanted = (70.0 - 7.95) / (2.285 * TAU * fall / rate_hz);
        let taps = (wanted as usize + 1).next_multiple_of(LANES);
        Fit { waveform_rate_hz: rate_hz, sample_rate, low_hz, high_hz, taps, roll_off }
    }
}

impl Resampler {
    pub(super) fn new(fit: Fit) -> Self {
        let Fit { taps, .. } = fit;
        let (low, high) = (fit.low_hz / fit.waveform_rate_hz, fit.high_hz / fit.waveform_rate_hz);
        // How far the sample wanted lies behind this one of the waveform, in steps of a place and counted from the last.
        let first = 0.5 / PLACES as f64 - (taps / 2) as f64;
        let late = |step: usize| step as f64 / PLACES as f64 + first;
        let steps = PLACES * taps;
        let impulse = match fit.roll_off {
            None => band_pass(low, high, steps, late),
            Some(roll_off) => pulse(low, high, roll_off, steps, late),
        };
        let (mut re, mut im) = (vec![0.0; steps], vec![0.0; steps]);
        for (step, [real, imaginary]) in impulse.into_iter().enumerate() {
            let x = 2.0 * late(step) / taps as f64;
            let window = bessel_i0(BETA * (1.0 - x * x).max(0.0).sqrt()) / bessel_i0(BETA);
            let (place, tap) = (step % PLACES, taps - 1 - step / PLACES);
            re[place * taps + tap] = (window * real) as f32;
            im[place * taps + tap] = (window * imaginary) as f32;
        }
        let even = low + high == 0.0;
        Resampler { fit, ratio: fit.waveform_rate_hz / fit.sample_rate, re, im: (!even).then_some(im) }
    }

    pub(super) fn fit(&self) -> Fit {
        self.fit
    }

    /// Adds `waveform` at `offset_hz`, its start at sample `start`, times the tap's gain and after its delay, to `re` and
    /// `im`, whose first sample is number `first`.
    pub(super) fn add(&self, waveform: &Waveform, at: Place, tap: Tap, first: i64, re: &mut [f32], im: &mut [f32]) {
        let sample_rate = self.fit.sample_rate;
        let start = at.start + tap.delay_s * sample_rate;
        let place = |n: i64| (n as f64 - start) * self.ratio + waveform.start;
        let sample = |place: f64| (place - waveform.start) / self.ratio + start;
        let reach = (self.fit.taps / 2) as f64;
        let from = (sample(-reach).ceil() as i64).max(first);
        let to = ((sample(waveform.re.len() as f64 + reach).floor()) as i64 + 1).min(first + re.len() as i64);
        let turn = at.offset_hz / sample_rate;
        // Counted from where it arrives: a delay turns the carrier too.
        let mut phasor = Phasor::new(turn * (from as f64 - start), turn);
        for n in from..to {
            let place = place(n);
            // Positive before it is cut, which is then rounding down.
            let whole = (place + FAR as f64) as i64 - FAR;
            let between = ((place - whole as f64) * PLACES as f64) as usize;
            let (x, y) = self.sum(waveform, whole + 1 - (self.fit.taps / 2) as i64, between.min(PLACES - 1));
            let (cos, sin) = phasor.next();
            let (a, b) = (tap.gain[0] * cos - tap.gain[1] * sin, tap.gain[0] * sin + tap.gain[1] * cos);
            let k = (n - first) as usize;
            re[k] += (a * x - b * y) as f32;
            im[k] += (a * y + b * x) as f32;
        }
    }

    /// The filter at `place` between samples, its first tap on waveform sample number `begin`.
    #[inline]
    fn sum(&self, waveform: &Waveform, begin: i64, place: usize) -> (f64, f64) {
        let taps = self.fit.taps;
        let length = waveform.re.len() as i64;
        let skip = (-begin).clamp(0, taps as i64) as usize;
        let end = (length - begin).clamp(0, taps as i64) as usize;
        if skip >= end {
            return (0.0, 0.0);
        }
        let range = (begin + skip as i64) as usize..(begin + end as i64) as usize;
        let (x, y) = (&waveform.re[range.clone()], &waveform.im[range]);
        let sums = |table: &[f32]| {
            let taps = &table[place * taps + skip..place * taps + end];
            [dot(taps, x), dot(taps, y)]
        };
        let [re_x, re_y] = sums(&self.re);
        match &self.im {
            None => (re_x, re_y),
            Some(im) => {
                let [im_x, im_y] = sums(im);
                (re_x - im_y, re_y + im_x)
            }
        }
    }
}

/// What passes from `low` to `high`, in turns a sample, at each of `steps` moments `late`.
fn band_pass(low: f64, high: f64, steps: usize, late: impl Fn(usize) -> f64) -> Vec<[f64; 2]> {
    let (middle, width) = (0.5 * (low + high), high - low);
    let at = |step| {
        let t = late(step);
        let sinc = if t == 0.0 { width } else { libm::sin(PI * width * t) / (PI * t) };
        let (sin, cos) = libm::sincos(TAU * middle * t);
        [sinc * cos, sinc * sin]
    };
    (0..steps).map(at).collect()
}

/// The same of a root raised cosine pulse: its spectrum by narrow strips, and each strip's share at every moment.
fn pulse(low: f64, high: f64, roll_off: f64, steps: usize, late: impl Fn(usize) -> f64) -> Vec<[f64; 2]> {
    const STRIPS: u32 = 256;
    let strip = (high - low) / f64::from(STRIPS);
    let mut impulse = vec![[0.0; 2]; steps];
    for number in 0..STRIPS {
        let turns = low + (f64::from(number) + 0.5) * strip;
        let over = ((turns.abs() - 0.5 * (1.0 - roll_off)) / roll_off).clamp(0.0, 1.0);
        let weight = libm::cos(0.5 * PI * over);
        let mut phasor = Phasor::new(turns * late(0), turns / PLACES as f64);
        for sum in &mut impulse {
            let (cos, sin) = phasor.next();
            *sum = [sum[0] + weight * cos, sum[1] + weight * sin];
        }
    }
    for (step, sum) in impulse.iter_mut().enumerate() {
        let x = PI * strip * late(step);
        *sum = sum.map(|part| part * libm::sin(x) / (PI * late(step)));
    }
    impulse
}

/// Where a waveform lies in a scene.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Half amplitude of the rise, in samples from the scene's start.
    pub(super) start: f64,
    pub(super) offset_hz: f64,
}

/// Sum of the products of `taps` and `x`, in a fixed order.
#[inline]
fn dot(taps: &[f32], x: &[f32]) -> f64 {
    let ((taps, last_taps), (x, last_x)) = (taps.as_chunks::<LANES>(), x.as_chunks::<LANES>());
    let mut sums = [0.0; LANES];
    for (taps, x) in taps.iter().zip(x) {
        for k in 0..LANES {
            sums[k] += taps[k] * x[k];
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    let mut sum = ((a + e) + (c + g)) + ((b + f) + (d + h));
    // Only at a waveform's ends.
    if !last_taps.is_empty() {
        sum += last_taps.iter().zip(last_x).map(|(a, b)| a * b).sum::<f32>();
    }
    f64::from(sum)
}

/// A turning unit vector.
pub(super) struct Phasor {
    now: [f64; 2],
    step: [f64; 2],
}

impl Phasor {
    /// At `turns`, turning by `step` turns a sample.
    pub(super) fn new(turns: f64, step: f64) -> Self {
        let unit = |turns: f64| {
            let (sin, cos) = libm::sincos(TAU * (turns - turns.floor()));
            [cos, sin]
        };
        Phasor { now: unit(turns), step: unit(step) }
    }

    /// Cosine and sine now; turns on. Within a block of a thousand samples the length stays 1 to 1e−12.
    pub(super) fn next(&mut self) -> (f64, f64) {
        let [cos, sin] = self.now;
        let [c, s] = self.step;
        self.now = [cos * c - sin * s, cos * s + sin * c];
        (cos, sin)
    }
}

/// Modified Bessel function of the first kind, order 0, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..40 {
        term *= (0.5 * x / f64::from(k)) * (0.5 * x / f64::from(k));
        sum += term;
    }
    sum
}
