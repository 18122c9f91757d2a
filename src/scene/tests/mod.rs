//! What users rely on in a scene.

mod channel;
mod docs;
mod language;
mod language_errors;
mod language_forms;
mod networks;
mod receiver;
mod rendering;
mod resample;
mod schema;
mod truth;

use num_complex::Complex32;

use crate::scene::{Scene, TruthBurst};
use crate::units::SampleIndex;

/// `count` samples of `scene` from `first` on.
fn samples(scene: &Scene, first: u64, count: usize) -> Vec<Complex32> {
    let mut bytes = vec![0; scene.format().bytes_per_sample() * count];
    scene.renderer().render(SampleIndex(first), &mut bytes);
    let mut out = vec![Complex32::default(); count];
    scene.format().convert(&bytes, &mut out);
    out
}

/// Everything sent in `scene`.
fn all(scene: &Scene) -> Vec<TruthBurst> {
    scene.truth(SampleIndex(0), SampleIndex(scene.length()))
}

/// Mean power, linear, full scale 1.
fn mean_power(samples: &[Complex32]) -> f64 {
    samples.iter().map(|z| f64::from(z.norm_sqr())).sum::<f64>() / samples.len() as f64
}

fn demo() -> Scene {
    Scene::named("demo").expect("the demonstration is compiled in")
}

/// That the file at `path` has this `text`; with `GLINT_RENEW` set it is written instead.
fn renewed(path: &str, text: &str) {
    if std::env::var_os("GLINT_RENEW").is_some() {
        // At once, as other tests read it meanwhile.
        let new = format!("{path}.new");
        std::fs::write(&new, text).expect("the repository can be written");
        std::fs::rename(&new, path).expect("the repository can be written");
    }
    let there = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        there == text,
        "{path} is not what the code says: run `GLINT_RENEW=1 cargo test --lib scene`, and look at the difference"
    );
}
