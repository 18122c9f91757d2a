//! What a receiver does to everything it hears: filter, gain, image, lines of its own, rounding.

mod converter;
mod filter;
mod gain;

use std::f64::consts::{PI, TAU};

pub(super) use converter::rounding_power;
pub(super) use filter::{FILTERED, REACH};

use crate::iq::SampleFormat;
use crate::scene::description;
use crate::scene::noise::BLOCK;
use filter::Filter;
use gain::Gain;

/// A receiver.
#[derive(Clone, Debug)]
pub(super) struct Receiver {
    pub(super) filter: Filter,
    pub(super) gain: Gain,
    /// What of the mirror image is added: the factor of the conjugate.
    image: Option<[f32; 2]>,
    /// The constant that the receiver adds to every sample.
    dc: [f32; 2],
    spurs: Vec<Spur>,
    sample_rate: f64,
    format: SampleFormat,
}

/// A constant tone of the receiver's own.
#[derive(Clone, Debug)]
struct Spur {
    offset_hz: f64,
    /// One block of it, beginning at phase 0.
    re: Box<[f32]>,
    im: Box<[f32]>,
}

impl Receiver {
    pub(super) fn new(described: &description::Receiver, sample_rate: f64, format: SampleFormat) -> Self {
        let spur = |spur: &description::Spur| {
            let tone = |n: usize| libm::sincos(TAU * spur.offset_hz / sample_rate * n as f64);
            let amplitude = spur.power.sqrt();
            Spur {
                offset_hz: spur.offset_hz,
                re: (0..BLOCK).map(|n| (amplitude * tone(n).1) as f32).collect(),
                im: (0..BLOCK).map(|n| (amplitude * tone(n).0) as f32).collect(),
            }
        };
        let image = |image: description::Image| {
            let (sin, cos) = libm::sincos(image.degrees * PI / 180.0);
            let amplitude = image.ratio.sqrt();
            [(amplitude * cos) as f32, (amplitude * sin) as f32]
        };
        // At 30°, so that the constant leans on both components, and unevenly.
        let dc = described.dc_power.sqrt();
        Receiver {
            filter: Filter::new(described, sample_rate),
            gain: Gain::new(described, sample_rate),
            image: described.image.map(image),
            dc: [(dc * 0.75f64.sqrt()) as f32, (dc * 0.5) as f32],
            spurs: described.spurs.iter().map(spur).collect(),
            sample_rate,
            format,
        }
    }

    /// Power of the mirror image over that of what it is an image of.
    pub(super) fn image_ratio(&self) -> f64 {
        self.image.map_or(0.0, |[a, b]| f64::from(a * a + b * b))
    }

    /// Everything behind the filter, for the block whose first sample is number `first`: in `block` and, rounded and
    /// stored, in `bytes`.
    pub(super) fn finish(&self, first: u64, block: &mut [[f32; BLOCK]; 2], bytes: &mut [u8]) {
        self.gain.apply(first, block);
        if let Some([a, b]) = self.image {
            let [re, im] = &mut *block;
            for (x, y) in re.iter_mut().zip(im) {
                (*x, *y) = (*x + a * *x + b * *y, *y + b * *x - a * *y);
            }
        }
        self.add_lines(first, block);
        converter::store(self.format, block, bytes);
    }

    /// Adds the receiver's constant and its spurs.
    fn add_lines(&self, first: u64, block: &mut [[f32; BLOCK]; 2]) {
        let [re, im] = block;
        re.iter_mut().for_each(|x| *x += self.dc[0]);
        im.iter_mut().for_each(|x| *x += self.dc[1]);
        for spur in &self.spurs {
            let turns = spur.offset_hz / self.sample_rate * first as f64;
            let (sin, cos) = libm::sincos(TAU * (turns - turns.floor()));
            let (sin, cos) = (sin as f32, cos as f32);
            for k in 0..BLOCK {
                re[k] += spur.re[k] * cos - spur.im[k] * sin;
                im[k] += spur.re[k] * sin + spur.im[k] * cos;
            }
        }
    }
}
