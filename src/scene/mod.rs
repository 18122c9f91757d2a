//! Synthetic uplinks with known truth.
//!
//! A scene is a text (`demo.scene.toml` is the demonstration): a receiver, handsets, what people do with them. It is
//! rendered while it plays, any stretch at any time, from a seed: same scene, same bytes, on every machine. That is why
//! this room takes its random numbers by position (ChaCha) and its functions from `libm`, and adds in a fixed order.
//!
//! Only handsets' uplinks are made, and only as energy looks: every bit is random.

mod description;
mod gmsk;
mod gsm;
mod language;
mod noise;
mod receiver;
mod renderer;
mod truth;
mod written;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use renderer::Renderer;
pub use truth::{Action, TruthBurst};

use crate::error::Result;
use crate::iq::{SampleFormat, Tuning};
use crate::units::{Dbfs, Decibels, Hertz, SampleIndex};
use gmsk::{Burst, HALF_WIDTH_HZ};
use receiver::{REACH, ROUNDING_POWER, Receiver};

/// Scenes that come with the program: name and text.
const NAMED: [(&str, &str); 1] = [("demo", include_str!("demo.scene.toml"))];
const NAMES: [&str; NAMED.len()] = [NAMED[0].0];

/// A synthetic uplink: what is sent, what was done, and a receiver to hear it with. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Scene {
    plan: Arc<Plan>,
}

/// A scene worked out.
#[derive(Debug)]
struct Plan {
    title: String,
    seed: u64,
    length: u64,
    center: f64,
    sample_rate: f64,
    /// Power of the noise before the filter, over the whole band.
    noise_power: f64,
    receiver: Receiver,
    /// In order of start.
    bursts: Vec<Burst>,
    actions: Vec<Action>,
    /// In order of start.
    truth: Vec<TruthBurst>,
}

impl Scene {
    /// A scene that comes with the program, by its name without `scene:`.
    pub fn named(name: &str) -> Option<Scene> {
        let (_, text) = NAMED.iter().find(|(known, _)| *known == name)?;
        Some(Scene::from_toml(text, name).expect("the scenes compiled in are read by a test"))
    }

    /// Names of the scenes that come with the program.
    pub fn names() -> &'static [&'static str] {
        &NAMES
    }

    /// Reads a scene from its `text`; `name` is what an error calls it.
    ///
    /// # Errors
    /// [`crate::error::Error::Unusable`] with line, column, key and what is allowed.
    pub fn from_toml(text: &str, name: &str) -> Result<Scene> {
        language::read(text, name).map(|description| Scene { plan: Arc::new(Plan::new(description)) })
    }

    /// Centre and rate.
    pub fn tuning(&self) -> Tuning {
        Tuning { center: Some(Hertz(self.plan.center)), sample_rate: Hertz(self.plan.sample_rate) }
    }

    /// How rendered samples are stored.
    pub fn format(&self) -> SampleFormat {
        SampleFormat::Cu8
    }

    /// Samples from start to end.
    pub fn length(&self) -> u64 {
        self.plan.length
    }

    /// The seed of every random number in it.
    pub fn seed(&self) -> u64 {
        self.plan.seed
    }

    /// Its name for people.
    pub fn title(&self) -> &str {
        &self.plan.title
    }

    /// What people did, in order of start.
    pub fn actions(&self) -> &[Action] {
        &self.plan.actions
    }

    /// Every burst sent, in order of start. Levels are those behind the receiver's filter; noise is the filtered
    /// noise in 200 kHz around the burst and that of the rounding to 8 bits.
    pub fn truth(&self) -> &[TruthBurst] {
        &self.plan.truth
    }

    /// A renderer at any position; several may run at once.
    pub fn renderer(&self) -> Renderer {
        Renderer::new(Arc::clone(&self.plan))
    }
}

impl Plan {
    fn new(described: description::Description) -> Self {
        let sample_rate = described.sample_rate_hz;
        let at = |s: f64| (s * sample_rate).round() as u64;
        let receiver = Receiver::new(&described.receiver, sample_rate);
        let weigh = Weigh::new(sample_rate, described.receiver.noise_power, &receiver);
        let noise_in_width = described.receiver.noise_power * weigh.share;

        let mut sent = Vec::new();
        for (stream, handset) in (1..).zip(&described.handsets) {
            // A burst that the scene's end would cut is not sent.
            let whole = gsm::sent(handset).into_iter().filter(|s| s.end_s() < described.duration_s);
            sent.extend(whole.map(|s| (s.burst(sample_rate, noise_in_width, stream), s.kind)));
        }
        sent.sort_by(|(a, _), (b, _)| a.start.total_cmp(&b.start).then(a.stream.cmp(&b.stream)));
        let truth = sent.iter().map(|(burst, kind)| weigh.truth(burst, kind.label())).collect();

        let activities = described.handsets.iter().flat_map(|h| &h.activities);
        let mut actions: Vec<Action> = activities
            .filter_map(|activity| {
                let start = at(activity.span.from_s);
                let count = at(activity.span.to_s) - start;
                activity.label.clone().map(|label| Action { start: SampleIndex(start), count, label })
            })
            .collect();
        actions.sort_by_key(|action| action.start);

        Plan {
            title: described.title,
            seed: described.seed,
            length: at(described.duration_s),
            center: described.center_hz,
            sample_rate,
            noise_power: described.receiver.noise_power,
            receiver,
            bursts: sent.into_iter().map(|(burst, _)| burst).collect(),
            actions,
            truth,
        }
    }

    /// The bursts that may touch `count` samples from number `first` on.
    fn bursts_near(&self, first: f64, count: f64) -> &[Burst] {
        /// Longer than a burst with its ramps, far shorter than a frame.
        const LONGEST_S: f64 = 1e-3;
        let reach = LONGEST_S * self.sample_rate;
        let from = self.bursts.partition_point(|b| b.start < first - reach);
        let to = self.bursts.partition_point(|b| b.start < first + count + reach);
        &self.bursts[from..to]
    }
}

/// What a receiver makes of bursts and noise, for the truth.
struct Weigh<'a> {
    receiver: &'a Receiver,
    sample_rate: f64,
    noise_power: f64,
    /// The part of the band that a burst's nominal width is.
    share: f64,
    gmsk: Vec<f64>,
    flat: Vec<f64>,
}

impl<'a> Weigh<'a> {
    fn new(sample_rate: f64, noise_power: f64, receiver: &'a Receiver) -> Self {
        let share = 2.0 * HALF_WIDTH_HZ / sample_rate;
        let lags = || (0..=2 * REACH).map(|lag| lag as f64);
        let sinc = |x: f64| if x == 0.0 { 1.0 } else { libm::sin(x) / x };
        let symbols_per_sample = gmsk::SYMBOL_RATE_HZ / sample_rate;
        Weigh {
            receiver,
            sample_rate,
            noise_power,
            share,
            gmsk: lags().map(|lag| gmsk::autocorrelation(lag * symbols_per_sample)).collect(),
            flat: lags().map(|lag| sinc(std::f64::consts::PI * share * lag)).collect(),
        }
    }

    fn truth(&self, burst: &Burst, label: &str) -> TruthBurst {
        let level = burst.power * self.receiver.power_gain(burst.offset_hz, &self.gmsk);
        let filtered = self.noise_power * self.receiver.power_gain(burst.offset_hz, &self.flat);
        let noise = (filtered + ROUNDING_POWER) * self.share;
        let db = |power: f64| (10.0 * libm::log10(power)) as f32;
        let start = burst.start.ceil() as u64;
        TruthBurst {
            start: SampleIndex(start),
            count: burst.end(self.sample_rate).ceil() as u64 - start,
            low: Hertz(burst.offset_hz - HALF_WIDTH_HZ),
            high: Hertz(burst.offset_hz + HALF_WIDTH_HZ),
            label: label.to_owned(),
            level: Dbfs(db(level)),
            snr: Decibels(db(level / noise)),
        }
    }
}
