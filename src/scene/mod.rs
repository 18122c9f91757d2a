//! Synthetic uplinks with known truth.
//!
//! A scene is a text (those of `situations/` come with the program): a receiver, handsets, what people do with them. It is
//! rendered while it plays, any stretch at any time, from a seed: same scene, same bytes, on every machine. That is why
//! this room takes its random numbers by position (ChaCha) and its functions from `libm`, and adds in a fixed order.
//!
//! Handsets' uplinks and what disturbs them are made only as energy looks: every bit is random.

mod calendar;
mod channel;
mod description;
mod emission;
mod language;
mod noise;
mod plan;
mod receiver;
mod renderer;
mod resample;
mod truth;
mod waveform;
mod weigh;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use renderer::Renderer;
pub use truth::{Action, Kind, TruthBurst};

use crate::error::Result;
use crate::iq::{SampleFormat, Tuning};
use crate::units::{Hertz, SampleIndex};
use description::Description;
use plan::Plan;

/// Scenes that come with the program: name and text.
const NAMED: [(&str, &str); 6] = [
    ("demo", include_str!("situations/demo.scene.toml")),
    ("border-valley", include_str!("situations/border-valley.scene.toml")),
    ("quiet-night", include_str!("situations/quiet-night.scene.toml")),
    ("busy-evening", include_str!("situations/busy-evening.scene.toml")),
    ("own-phone-too-close", include_str!("situations/own-phone-too-close.scene.toml")),
    ("three-generations", include_str!("situations/three-generations.scene.toml")),
];
const NAMES: [&str; NAMED.len()] = {
    let mut names = [""; NAMED.len()];
    let mut n = 0;
    while n < NAMED.len() {
        names[n] = NAMED[n].0;
        n += 1;
    }
    names
};

/// A synthetic uplink: what is sent, what was done, and a receiver to hear it with. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Scene {
    described: Arc<Description>,
    plan: Arc<Plan>,
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
        language::read(text, name).map(Scene::of)
    }

    fn of(described: Description) -> Scene {
        let plan = Arc::new(Plan::new(described.clone()));
        Scene { described: Arc::new(described), plan }
    }

    /// The JSON Schema by which an editor completes and checks a scene.
    pub fn json_schema() -> String {
        language::json_schema()
    }

    /// Centre and rate.
    pub fn tuning(&self) -> Tuning {
        Tuning { center: Some(Hertz(self.plan.center_hz)), sample_rate: Hertz(self.plan.sample_rate) }
    }

    /// How rendered samples are stored.
    pub fn format(&self) -> SampleFormat {
        self.plan.format
    }

    /// Samples from start to end.
    pub fn length(&self) -> u64 {
        self.plan.length
    }

    /// The seed of every random number in it.
    pub fn seed(&self) -> u64 {
        self.plan.seed
    }

    /// The same scene with other random numbers: noise, bits, fading, whatever is left to chance.
    pub fn with_seed(self, seed: u64) -> Scene {
        Scene::of(Description { seed, ..Arc::unwrap_or_clone(self.described) })
    }

    /// Its name for people.
    pub fn title(&self) -> &str {
        &self.plan.title
    }

    /// What people did, in order of start.
    pub fn actions(&self) -> &[Action] {
        &self.plan.actions
    }

    /// The bursts that begin from sample `from` on and before `to`, in order of start.
    ///
    /// Levels are those behind the receiver's filter, as of a front end that never compresses; noise is the filtered
    /// noise between the burst's edges and that of the rounding. A burst that the band's edge cuts has the edges and
    /// the power of what is within.
    pub fn truth(&self, from: SampleIndex, to: SampleIndex) -> Vec<TruthBurst> {
        let mut truth = Vec::new();
        self.plan.truth(from.0, to.0, &mut truth);
        truth
    }

    /// The bursts that begin before sample `at` and are not over there, in order of start; otherwise as [`Scene::truth`].
    pub fn truth_across(&self, at: SampleIndex) -> Vec<TruthBurst> {
        let mut truth = Vec::new();
        self.plan.truth_across(at.0, &mut truth);
        truth
    }

    /// A renderer at any position; several may run at once.
    pub fn renderer(&self) -> Renderer {
        Renderer::new(Arc::clone(&self.plan))
    }
}
