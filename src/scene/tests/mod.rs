//! What users rely on in a scene.

mod language;
mod rendering;
mod truth;

use num_complex::Complex32;

use crate::iq::SampleFormat;
use crate::scene::Scene;
use crate::units::SampleIndex;

/// `count` samples of `scene` from `first` on.
fn samples(scene: &Scene, first: u64, count: usize) -> Vec<Complex32> {
    let mut bytes = vec![0; 2 * count];
    scene.renderer().render(SampleIndex(first), &mut bytes);
    let mut out = vec![Complex32::default(); count];
    SampleFormat::Cu8.convert(&bytes, &mut out);
    out
}

/// Mean power, linear, full scale 1.
fn mean_power(samples: &[Complex32]) -> f64 {
    samples.iter().map(|z| f64::from(z.norm_sqr())).sum::<f64>() / samples.len() as f64
}

fn demo() -> Scene {
    Scene::named("demo").expect("the demonstration is compiled in")
}
