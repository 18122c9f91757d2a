//! Gain over time, and what a front end does to signals too strong for it.

use std::f64::consts::{LN_10, TAU};

use crate::scene::description::{self, Drift, Step};
use crate::scene::noise::BLOCK;

/// A receiver's gain: steady, drifting, stepping, and less of it for strong signals.
#[derive(Clone, Debug)]
pub(in crate::scene) struct Gain {
    sample_rate: f64,
    drift: Option<Drift>,
    steps: Vec<Step>,
    /// Amplitude at which the front end can give no more.
    saturation: Option<f32>,
}

impl Gain {
    pub(super) fn new(described: &description::Receiver, sample_rate: f64) -> Self {
        // A Rapp limiter of smoothness 1, y = x/√(1 + (x/A)²), is 1 dB down at x² = A²·(10^0.1 − 1).
        let saturation = |power: f64| (power / (libm::exp(0.1 * LN_10) - 1.0)).sqrt() as f32;
        Gain {
            sample_rate,
            drift: described.drift,
            steps: described.steps.clone(),
            saturation: described.compression_power.map(saturation),
        }
    }

    /// Power gain at `at_s` for what is weak.
    pub(in crate::scene) fn power(&self, at_s: f64) -> f64 {
        self.power_stepped(at_s, at_s)
    }

    /// The same, with the steps that have come by `stepped_s`.
    fn power_stepped(&self, at_s: f64, stepped_s: f64) -> f64 {
        let drift = |drift: Drift| drift.depth_db * libm::sin(TAU * at_s / drift.period_s);
        let steps = self.steps.iter().take_while(|step| step.at_s <= stepped_s).map(|step| step.gain_db);
        libm::exp(0.1 * LN_10 * (self.drift.map_or(0.0, drift) + steps.sum::<f64>()))
    }

    /// Applies it to the block whose first sample is number `first`.
    pub(super) fn apply(&self, first: u64, block: &mut [[f32; BLOCK]; 2]) {
        if self.drift.is_some() || !self.steps.is_empty() {
            self.turn(first, block);
        }
        if let Some(saturation) = self.saturation {
            let [re, im] = block;
            let weight = 1.0 / (saturation * saturation);
            for (x, y) in re.iter_mut().zip(im) {
                let less = 1.0 / (1.0 + (*x * *x + *y * *y) * weight).sqrt();
                (*x, *y) = (*x * less, *y * less);
            }
        }
    }

    /// Drift is a straight line within a block, a step falls on its own sample.
    fn turn(&self, first: u64, block: &mut [[f32; BLOCK]; 2]) {
        let sample = |s: f64| s * self.sample_rate - first as f64;
        let steps = self.steps.iter().map(|step| sample(step.at_s).ceil());
        let inside = steps.filter(|at| (1.0..BLOCK as f64).contains(at)).map(|at| at as usize);
        let mut from = 0;
        for to in inside.chain([BLOCK]) {
            let second = |at: f64| (first as f64 + at) / self.sample_rate;
            // Up to a step the old gain holds, also where it comes between two samples.
            let amplitude = |at: f64| self.power_stepped(second(at), second(from as f64)).sqrt() as f32;
            let (begin, end) = (amplitude(from as f64), amplitude(to as f64 - 0.5));
            let slope = (end - begin) / ((to - from) as f32 - 0.5).max(0.5);
            for component in block.iter_mut() {
                for (k, x) in component[from..to].iter_mut().enumerate() {
                    *x *= begin + slope * k as f32;
                }
            }
            from = to;
        }
    }
}
