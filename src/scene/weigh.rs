//! What the truth says of levels: what the receiver makes of signals and of noise.

use std::sync::{Arc, Mutex};

use super::channel;
use super::description::Span;
use super::emission::{Emission, Label};
use super::plan::{Arrival, Plan, Taps};
use super::receiver::{REACH, rounding_power};
use super::truth::TruthBurst;
use super::waveform::Shape;
use crate::units::{Dbfs, Decibels, Hertz, SampleIndex};

/// The autocorrelations of the shapes that were asked for: each takes milliseconds, once.
#[derive(Debug, Default)]
pub(super) struct Known(Mutex<Vec<(Shape, Arc<Autocorrelation>)>>);

/// What the receiver makes of signals and noise, for the truth. Levels are those behind the filter and with the gain of
/// their middle, as of a front end that never compresses; noise is the filtered noise between the edges and that of the
/// rounding.
pub(super) struct Weigh<'a> {
    pub(super) plan: &'a Plan,
}

/// A shape's autocorrelation at lags of whole samples, and its spectrum.
#[derive(Debug)]
struct Autocorrelation {
    lags: Vec<f64>,
    spectrum: Vec<[f64; 2]>,
}

impl Weigh<'_> {
    pub(super) fn arrival(&self, arrival: &Arrival) -> Option<TruthBurst> {
        let Emission { shape, start_s, offset_hz, label, .. } = &arrival.emission;
        let label = label.as_ref()?;
        let span = Span { from_s: *start_s, to_s: start_s + shape.duration_s() };
        let power = match &arrival.taps {
            Taps::Direct(power) => *power,
            Taps::Paths(taps) => channel::power_gain(taps, *offset_hz, &self.of(*shape).spectrum),
        };
        Some(self.truth(span, label, Some(*shape), *offset_hz, shape.nominal_width_hz(), power))
    }

    fn of(&self, shape: Shape) -> Arc<Autocorrelation> {
        let mut known = self.plan.known.0.lock().expect("no thread ends while it holds this");
        if let Some((_, found)) = known.iter().find(|(other, _)| *other == shape) {
            return Arc::clone(found);
        }
        let sample_rate = self.plan.sample_rate;
        let made = Arc::new(Autocorrelation {
            lags: (0..=2 * REACH).map(|lag| shape.autocorrelation(lag as f64 / sample_rate)).collect(),
            spectrum: channel::spectrum(shape.nominal_width_hz(), |lag_s| shape.autocorrelation(lag_s)),
        });
        known.push((shape, Arc::clone(&made)));
        made
    }

    pub(super) fn truth(
        &self,
        span: Span,
        label: &Label,
        shape: Option<Shape>,
        offset_hz: f64,
        width_hz: f64,
        power: f64,
    ) -> TruthBurst {
        let plan = self.plan;
        let filter = &plan.receiver.filter;
        let half = 0.5 * plan.sample_rate;
        let (low, high) = ((offset_hz - 0.5 * width_hz).max(-half), (offset_hz + 0.5 * width_hz).min(half));
        // What is within the band: of a spectrum that the band's edge cuts, the part of a flat one.
        let visible = (high - low) / width_hz;
        let (middle, share) = (0.5 * (low + high), (high - low) / plan.sample_rate);
        let flat: Vec<f64> = (0..=2 * REACH).map(|lag| sinc(share * lag as f64)).collect();
        let through = match shape {
            None => filter.power_gain(offset_hz, &[1.0; 2 * REACH + 1]),
            Some(_) if visible < 1.0 => visible * filter.power_gain(middle, &flat),
            Some(shape) => filter.power_gain(offset_hz, &self.of(shape).lags),
        };
        let gain = plan.receiver.gain.power(0.5 * (span.from_s + span.to_s));
        let level = power * through * gain;
        let noise = (plan.noise_power * filter.power_gain(middle, &flat) * gain + rounding_power(plan.format)) * share;
        let db = |power: f64| (10.0 * libm::log10(power)) as f32;
        let start = (span.from_s * plan.sample_rate).ceil() as u64;
        let end = (span.to_s * plan.sample_rate).ceil() as u64;
        TruthBurst {
            start: SampleIndex(start),
            count: end.min(plan.length) - start,
            low: Hertz(low),
            high: Hertz(high),
            label: label.text.to_string(),
            kind: label.kind,
            level: Dbfs(db(level)),
            snr: Decibels(db(level / noise)),
        }
    }
}

/// sin(πx)/(πx).
fn sinc(x: f64) -> f64 {
    let x = std::f64::consts::PI * x;
    if x == 0.0 { 1.0 } else { libm::sin(x) / x }
}
