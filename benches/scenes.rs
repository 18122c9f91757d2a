//! How fast scenes are rendered, and what their truth costs.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use glint::scene::Scene;
use glint::units::SampleIndex;

fn main() {
    divan::main();
}

/// Seconds of signal rendered at once.
const SECONDS: f64 = 0.25;

/// A scene and a second of it in which most of its users are busy.
fn busy(name: &str) -> (Scene, u64) {
    let scene = Scene::named(name).expect("it comes with the program");
    let middle_s = 0.45 * scene.length() as f64 / scene.tuning().sample_rate.0;
    let first = (middle_s * scene.tuning().sample_rate.0) as u64;
    (scene, first)
}

#[divan::bench(args = Scene::names())]
fn render(bencher: Bencher, name: &str) {
    let (scene, first) = busy(name);
    let samples = (SECONDS * scene.tuning().sample_rate.0) as u64;
    let mut bytes = vec![0; samples as usize * scene.format().bytes_per_sample()];
    let mut renderer = scene.renderer();
    let mut at = first;
    bencher.counter(ItemsCount::new(samples as usize)).bench_local(|| {
        renderer.render(SampleIndex(at), &mut bytes);
        at += samples;
        black_box(&bytes);
    });
}

#[divan::bench(args = Scene::names())]
fn truth(bencher: Bencher, name: &str) {
    let (scene, first) = busy(name);
    let second = scene.tuning().sample_rate.0 as u64;
    let bursts = scene.truth(SampleIndex(first), SampleIndex(first + second)).len();
    bencher
        .counter(ItemsCount::new(bursts))
        .bench_local(|| black_box(scene.truth(SampleIndex(first), SampleIndex(first + second))));
}
