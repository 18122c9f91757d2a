//! One scene of a campaign: made, looked through, written down.

use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};

use super::plain::{Overheard, PlainThreshold};
use crate::detect::{self, Event};
use crate::error::Result;
use crate::pipeline::{Config, Pipeline, Sink};
use crate::scene::{self, Scene};
use crate::score::{Found, Role, Terms, Truth};
use crate::source::{Options, SceneSource, Source};
use crate::spectrum::Grid;
use crate::units::{Decibels, Hertz, SampleIndex};

/// What a unit is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Bursts around the limit: how weak may they be?
    Sensitivity,
    /// Bursts 10 dB over the noise: how well are they measured?
    Precision,
    /// Noise alone: how many false alarms?
    Noise,
}

/// A scene to be looked through.
#[derive(Clone, Debug)]
pub struct Unit {
    /// What it is for.
    pub purpose: Purpose,
    /// Units of one purpose and group are pooled: a kind of burst, or a kind of noise.
    pub group: String,
    /// The scene's text, seed and all.
    pub scene: String,
    /// False alarms an hour that the detector is asked for.
    pub false_alarms_per_hour: f64,
}

/// What was sent and what was found, with offsets from the centre.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Samples that were looked through.
    pub samples: u64,
    /// Samples a second.
    pub sample_rate: f64,
    /// Start and count in samples, lower and upper edge in hertz, SNR in thousandths of a decibel, label.
    sent: Vec<(u64, u64, i64, i64, i64, String)>,
    /// Start and count in samples, lower edge, upper edge and centre in hertz, SNR in thousandths of a decibel.
    found: Vec<FoundBurst>,
    /// What exceeded a plain threshold per bin, where that was looked for: start and count in samples, lower and upper edge in
    /// hertz.
    plain: Option<Vec<(u64, u64, i64, i64)>>,
}

type FoundBurst = (u64, u64, i64, i64, i64, i64);

fn hertz(value: Hertz) -> i64 {
    value.0.round() as i64
}

fn thousandths(value: Decibels) -> i64 {
    (1e3 * value.0).round() as i64
}

impl Unit {
    /// Identifies the unit, with all that makes it: FNV-1a over its scene and setting.
    pub fn key(&self) -> String {
        let text = format!("{}\n{}", self.false_alarms_per_hour, self.scene);
        let hash = |h: u64, b: u8| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3);
        format!("{:016x}", text.bytes().fold(0xcbf2_9ce4_8422_2325, hash))
    }

    /// Seconds of signal in it.
    ///
    /// # Errors
    /// The scene cannot be read.
    pub fn seconds(&self) -> Result<f64> {
        let scene = Scene::from_toml(&self.scene, &self.group)?;
        Ok(scene.length() as f64 / scene.tuning().sample_rate.0)
    }

    /// Renders the scene and looks through it; where it tells how weak bursts may be, with a plain threshold per bin too.
    ///
    /// # Errors
    /// The scene cannot be read.
    pub fn run(&self) -> Result<Outcome> {
        let scene = Scene::from_toml(&self.scene, &self.group)?;
        let source = SceneSource::new(&scene, &self.group, &Options::default())?;
        let detect = detect::Config { false_alarms_per_hour: self.false_alarms_per_hour, ..detect::Config::default() };
        let found = Arc::new(Mutex::new(Vec::new()));
        let config = Config { detect, ..Config::default() };
        let grid = Grid::for_rate(scene.tuning().sample_rate);
        let plain = Arc::new(Mutex::new(PlainThreshold::new(grid, scene.format(), self.false_alarms_per_hour)));
        let beside = self.purpose == Purpose::Sensitivity;
        let mut source: Box<dyn Source> = Box::new(source);
        if beside {
            source = Box::new(Overheard { source, plain: plain.clone() });
        }
        Pipeline::start(source, config, vec![Box::new(Bursts(found.clone()))])?.join()?;
        let plain = Arc::into_inner(plain).and_then(|plain| plain.into_inner().ok()).filter(|_| beside);
        let plain = plain.map(|plain| plain.finish().iter().map(|one| one.in_samples_and_hertz(&grid)).collect());
        let sent = scene.truth(SampleIndex(0), SampleIndex(scene.length())).into_iter();
        let bursts = sent.filter(|burst| burst.kind == scene::Kind::Burst);
        let found = std::mem::take(&mut *found.lock().expect("no thread ends while it holds this"));
        Ok(Outcome {
            samples: scene.length(),
            sample_rate: scene.tuning().sample_rate.0,
            sent: bursts
                .map(|b| (b.start.0, b.count, hertz(b.low), hertz(b.high), thousandths(b.snr), b.label))
                .collect(),
            found,
            plain,
        })
    }
}

struct Bursts(Arc<Mutex<Vec<FoundBurst>>>);

impl Sink for Bursts {
    fn event(&mut self, event: &Event) -> Result<()> {
        if let Event::Burst(b) = event {
            let burst = (b.start.0, b.count, hertz(b.low), hertz(b.high), hertz(b.center), thousandths(b.snr));
            self.0.lock().expect("no thread ends while it holds this").push(burst);
        }
        Ok(())
    }
}

impl Outcome {
    /// Adds what was sent and found to lists of a longer recording in which it begins at sample `at`.
    pub fn pool(&self, at: u64, truth: &mut Vec<Truth>, found: &mut Vec<Found>) {
        truth.extend(self.sent.iter().map(|(start, count, low, high, snr_db, label)| Truth {
            start: SampleIndex(at + start),
            count: *count,
            low: Hertz(*low as f64),
            high: Hertz(*high as f64),
            label: label.clone(),
            snr_db: Some(1e-3 * *snr_db as f64),
            role: Role::Burst,
        }));
        found.extend(self.found.iter().map(|(start, count, low, high, center, snr_db)| Found {
            start: SampleIndex(at + start),
            count: *count,
            edges: Some((Hertz(*low as f64), Hertz(*high as f64))),
            center: Some(Hertz(*center as f64)),
            snr_db: Some(1e-3 * *snr_db as f64),
        }));
    }

    /// Adds what exceeded a plain threshold to a list of a longer recording in which this begins at sample `at`; `None` if
    /// it was not looked for.
    pub fn pool_plain(&self, at: u64, found: &mut Vec<Found>) -> Option<()> {
        found.extend(self.plain.as_ref()?.iter().map(|(start, count, low, high)| Found {
            start: SampleIndex(at + start),
            count: *count,
            edges: Some((Hertz(*low as f64), Hertz(*high as f64))),
            center: None,
            snr_db: None,
        }));
        Some(())
    }

    /// The terms of a recording of so many samples.
    pub fn terms(&self, samples: u64, false_alarms_per_hour: f64) -> Terms {
        let half = 0.5 * self.sample_rate;
        Terms {
            sample_rate: Hertz(self.sample_rate),
            band: (Hertz(-half), Hertz(half)),
            span: 0..samples,
            false_alarms_per_hour,
        }
    }
}
