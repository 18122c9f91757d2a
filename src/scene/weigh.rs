//! What the truth says of levels: what the receiver makes of signals and of noise.

use std::sync::{Arc, Mutex};

use super::channel::{self, Channel, Tap};
use super::description::Span;
use super::emission::{Emission, Label};
use super::plan::{Arrival, Plan, Taps};
use super::receiver::{REACH, rounding_power};
use super::truth::TruthBurst;
use super::waveform::pulse::sinc;
use super::waveform::{Band, Shape};
use crate::units::{Dbfs, Decibels, Hertz, SampleIndex};

/// The autocorrelations that were asked for, each worked out once.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Of each shape at lags of whole samples.
    lags: Mutex<Vec<(Shape, Arc<[f64]>)>>,
    /// Of each shape at the differences of its paths' delays, in seconds.
    delays: Mutex<Vec<(Shape, f64, f64)>>,
}

/// What the receiver makes of signals and noise, for the truth. Levels are those behind the filter and with the gain of
/// their middle, as of a front end that never compresses; noise is the filtered noise between the edges, its mirror image and
/// that of the rounding.
pub(super) struct Weigh<'a> {
    pub(super) plan: &'a Plan,
}

impl Weigh<'_> {
    pub(super) fn arrival(&self, arrival: &Arrival) -> Option<TruthBurst> {
        let Emission { shape, start_s, offset_hz, label, .. } = &arrival.emission;
        let label = label.as_ref()?;
        let span = Span { from_s: *start_s, to_s: start_s + shape.duration_s() };
        let power = match &arrival.taps {
            Taps::Direct(power) => *power,
            Taps::Paths(taps) => self.gain(taps, *shape, *offset_hz),
        };
        Some(self.truth(span, label, Some(*shape), *offset_hz, shape.nominal_width_hz(), power))
    }

    /// Mean power that `channel` brings of what lasts for `span` in pieces of this shape.
    pub(super) fn mean_gain(&self, channel: &Channel, shape: Shape, offset_hz: f64, span: Span) -> f64 {
        /// Enough for a mean over minutes of fading.
        const MOST_PLACES: f64 = 240.0;
        let places = ((span.to_s - span.from_s) / shape.duration_s()).round().clamp(1.0, MOST_PLACES);
        let step_s = (span.to_s - span.from_s) / places;
        let at = |place: usize| {
            let taps: Vec<Tap> = channel.taps(span.from_s + (place as f64 + 0.5) * step_s).collect();
            self.gain(&taps, shape, offset_hz)
        };
        (0..places as usize).map(at).sum::<f64>() / places
    }

    fn gain(&self, taps: &[Tap], shape: Shape, offset_hz: f64) -> f64 {
        channel::power_gain(taps, offset_hz, |delay_s| {
            let mut known = self.plan.known.delays.lock().expect("no thread ends while it holds this");
            if let Some((.., found)) = known.iter().find(|(other, at_s, _)| *other == shape && *at_s == delay_s) {
                return *found;
            }
            let made = shape.autocorrelation(delay_s);
            known.push((shape, delay_s, made));
            made
        })
    }

    fn lags(&self, shape: Shape) -> Arc<[f64]> {
        let mut known = self.plan.known.lags.lock().expect("no thread ends while it holds this");
        if let Some((_, found)) = known.iter().find(|(other, _)| *other == shape) {
            return Arc::clone(found);
        }
        let at = |lag: usize| shape.autocorrelation(lag as f64 / self.plan.sample_rate);
        let made: Arc<[f64]> = (0..=2 * REACH).map(at).collect();
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
        let visible = (high - low) / width_hz;
        let (middle, share) = (0.5 * (low + high), (high - low) / plan.sample_rate);
        let flat: Vec<f64> = (0..=2 * REACH).map(|lag| sinc(share * lag as f64)).collect();
        let through = match shape {
            None => filter.power_gain(offset_hz, &[1.0; 2 * REACH + 1]),
            // What the band's edge leaves of it is taken for flat there.
            Some(shape) if visible < 1.0 => {
                shape.share(Band::heard(plan.sample_rate, offset_hz)) * filter.power_gain(middle, &flat)
            }
            Some(shape) => filter.power_gain(offset_hz, &self.lags(shape)),
        };
        let gain = plan.receiver.gain.power(0.5 * (span.from_s + span.to_s));
        let level = power * through * gain;
        // With the noise comes its own mirror image, from the other side of the centre.
        let mirrored = plan.receiver.image_ratio() * filter.power_gain(-middle, &flat);
        let density = plan.noise_power * (filter.power_gain(middle, &flat) + mirrored) * gain;
        let noise = (density + rounding_power(plan.format)) * share;
        let db = |power: f64| (10.0 * libm::log10(power)) as f32;
        let start = (span.from_s * plan.sample_rate).ceil() as u64;
        let end = (span.to_s * plan.sample_rate).ceil() as u64;
        TruthBurst {
            start: SampleIndex(start),
            count: end.min(plan.length).saturating_sub(start),
            low: Hertz(low),
            high: Hertz(high),
            label: label.text.to_string(),
            kind: label.kind,
            level: Dbfs(db(level)),
            snr: Decibels(db(level / noise)),
        }
    }
}
