use num_complex::Complex32;

use super::{all, demo, mean_power, samples};
use crate::scene::{Action, Scene, TruthBurst};
use crate::units::SampleIndex;

/// A receiver that adds next to nothing and a phone that talks, signals and pauses.
const CLEAR: &str = r#"
[scene]
title = "Clear"
duration_s = 12.0
sample_rate_hz = 2_400_000
center_hz = 897_300_000
[receiver]
noise_dbfs = -60.0
[[handset]]
snr_db = 60.0
[handset.gsm]
access_hz = 896_400_000
signalling_hz = 896_800_000
traffic_hz = 897_800_000
frame_offset_ms = 1.0
[[handset.activity]]
do = "call"
from_s = 0.5
to_s = 11.0
signalling_s = [1.0, 4.0]
traffic_s = [4.1, 11.0]
pauses_s = [[7.0, 11.0]]
"#;

fn clear() -> Scene {
    Scene::from_toml(CLEAR, "clear").expect("a good scene")
}

fn between(scene: &Scene, from_s: f64, to_s: f64) -> Vec<TruthBurst> {
    let sample = |s: f64| SampleIndex((s * scene.tuning().sample_rate.0).ceil() as u64);
    scene.truth(sample(from_s), sample(to_s))
}

fn on(bursts: &[TruthBurst], center_offset_hz: f64) -> Vec<TruthBurst> {
    bursts.iter().filter(|b| b.low.0 + 100e3 == center_offset_hz).cloned().collect()
}

#[test]
fn bursts_rise_and_fall_through_half_amplitude_where_the_truth_says() {
    let scene = clear();
    for burst in all(&scene).iter().step_by(17) {
        let lead = 100;
        let around = samples(&scene, burst.start.0 - lead, burst.count as usize + 2 * lead as usize);
        let amplitude = mean_power(&around[200..burst.count as usize]).sqrt() as f32;
        let loud = |z: &Complex32| z.norm() >= 0.5 * amplitude;
        let first = around.iter().position(loud).expect("a burst");
        let last = around.iter().rposition(loud).expect("a burst");
        let (start, end) = (lead as usize, lead as usize + burst.count as usize);
        // One sample for the noise and the 8 bits.
        assert!(first.abs_diff(start) <= 1 && (last + 1).abs_diff(end) <= 1, "{first} {last} for {burst:?}");
    }
}

#[test]
fn normal_and_access_bursts_last_546_and_325_microseconds() {
    for (label, us) in [("GSM normal burst", 546.5), ("GSM access burst", 324.9)] {
        for burst in all(&demo()).iter().filter(|b| b.label == label) {
            let lasts = burst.count as f64 / 2.4;
            assert!((lasts - us).abs() < 0.5, "{lasts} µs for {burst:?}");
        }
    }
}

#[test]
fn bursts_of_a_block_are_a_frame_apart() {
    let scene = clear();
    let traffic = between(&scene, 4.1, 4.2);
    assert!(traffic.len() > 10);
    for pair in traffic.windows(2) {
        let frames = (pair[1].start.0 - pair[0].start.0) as f64 / (2.4e6 * 120e-3 / 26.0);
        assert!((frames - frames.round()).abs() < 1e-3, "{frames}");
    }
    let signalling = between(&scene, 1.0, 4.0);
    for block in signalling.chunks(4) {
        let steps: Vec<u64> = block.windows(2).map(|w| (w[1].start.0 - w[0].start.0).abs_diff(11_077)).collect();
        assert!(steps.len() == 3 && steps.iter().all(|s| *s <= 1), "{block:?}");
    }
}

#[test]
fn a_call_sends_25_bursts_in_each_26_multiframe() {
    let scene = clear();
    for k in 0..20 {
        let from = 4.3 + 0.12 * f64::from(k);
        assert_eq!(between(&scene, from, from + 0.12).len(), 25, "at {from} s");
    }
}

#[test]
fn a_silent_speaker_leaves_12_bursts_in_480_ms() {
    let scene = clear();
    for k in 0..7 {
        let from = 7.1 + 0.48 * f64::from(k);
        assert_eq!(between(&scene, from, from + 0.48).len(), 12, "at {from} s");
    }
}

#[test]
fn signalling_sends_a_block_in_each_51_multiframe_and_its_sacch_in_every_other() {
    let scene = clear();
    let double = 102.0 * 120e-3 / 26.0;
    for k in 0..5 {
        let from = 1.0 + double * f64::from(k);
        assert_eq!(between(&scene, from, from + double).len(), 12, "at {from} s");
    }
}

#[test]
fn bursts_have_the_level_and_snr_that_the_truth_states() {
    // Near the roll-off, on the slope of a ripple, in the middle.
    for carrier in [896_250_000, 896_500_000, 897_050_000, 898_300_000] {
        let text = include_str!("../situations/demo.scene.toml")
            .replace("signalling_hz = 896_800_000", &format!("signalling_hz = {carrier}"));
        let scene = Scene::from_toml(&text, "moved").expect("a good scene");
        let bursts = between(&scene, 11.2, 16.3);
        let mut power = 0.0;
        for burst in &bursts {
            power += mean_power(&samples(&scene, burst.start.0, burst.count as usize)) / bursts.len() as f64;
        }
        let quiet = samples(&scene, 0, 4_000_000);
        let offset = f64::from(carrier) - 897.3e6;
        let level = 10.0 * (power - mean_power(&quiet)).log10();
        let noise = 10.0 * in_200_khz(&quiet, offset).log10();
        let truth = &bursts[0];
        assert!((level - f64::from(truth.level.0)).abs() < 0.05, "{carrier}: {level} dBFS, {truth:?}");
        assert!((level - noise - f64::from(truth.snr.0)).abs() < 0.1, "{carrier}: {level} − {noise} dBFS, {truth:?}");
    }
}

/// Power within 100 kHz of `offset_hz`: from 480-point spectra, so that a bin is 5 kHz and 41 bins, the outer two by
/// half, are 200 kHz.
fn in_200_khz(samples: &[Complex32], offset_hz: f64) -> f64 {
    let fft = rustfft::FftPlanner::new().plan_fft_forward(480);
    let middle = (offset_hz / 5e3).round() as i64;
    let mut power = 0.0;
    for frame in samples.chunks_exact(480) {
        let mut line = frame.to_vec();
        fft.process(&mut line);
        for bin in -20..=20i64 {
            let weight = if bin.abs() == 20 { 0.5 } else { 1.0 };
            let z = line[(middle + bin).rem_euclid(480) as usize];
            power += weight * f64::from(z.norm_sqr()) / (480.0 * 480.0);
        }
    }
    power / (samples.len() / 480) as f64
}

#[test]
fn the_demonstration_tells_its_story() {
    let scene = demo();
    let action = |start: u64, count: u64, label: &str| Action { start: SampleIndex(start), count, label: label.into() };
    assert_eq!(
        scene.actions(),
        [
            action(7_200_000, 7_800_000, "Switched on"),
            action(26_400_000, 12_648_000, "Text message"),
            action(49_200_000, 61_440_000, "Call"),
            action(119_040_000, 19_200_000, "Flight mode"),
        ]
    );
    assert_eq!((scene.title(), scene.seed(), scene.length()), ("Demonstration", 20, 144_000_000));
    // From, to, megahertz from the centre; below: bursts, decibels over the noise.
    let groups = [
        (3.0, 3.2, -0.9),
        (3.2, 6.3, -0.5),
        (11.0, 11.2, -0.9),
        (11.2, 16.3, -0.5),
        (20.5, 20.7, -0.9),
        (20.7, 23.7, -0.5),
        (24.0, 29.0, 0.5),
        (24.0, 46.0, 0.5),
        (17.7, 19.3, 0.9),
        (32.7, 32.8, -0.9),
        (33.0, 36.0, -0.25),
        (49.6, 57.6, 0.5),
    ];
    let seen = groups.map(|(from, to, mhz)| {
        let bursts = between(&scene, from, to);
        let bursts = on(&bursts, mhz * 1e6);
        (bursts.len(), bursts.first().map(|b| b.snr.0.round()))
    });
    let expected = [
        (1, Some(27.0)),
        (80, Some(30.0)),
        (1, Some(27.0)),
        (132, Some(30.0)),
        (1, Some(27.0)),
        (76, Some(30.0)),
        (731, Some(30.0)),
        (2939, Some(30.0)),
        (40, Some(3.0)),
        (1, Some(2.0)),
        (76, Some(0.0)),
        (0, None),
    ];
    assert_eq!(seen, expected);
    let listed: usize = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10].map(|k| seen[k].0).iter().sum();
    assert_eq!(listed, all(&scene).len(), "nothing else is sent");
}

#[test]
fn what_is_on_at_a_sample_is_known_without_all_that_came_before() {
    let scene = clear();
    let sent = all(&scene);
    let burst = &sent[sent.len() / 2];
    let end = burst.start.0 + burst.count;
    let across = |at: u64| scene.truth_across(SampleIndex(at));
    assert_eq!(across(burst.start.0), [], "it begins there");
    assert_eq!(across(burst.start.0 + 1), std::slice::from_ref(burst));
    assert_eq!(across(end - 1), std::slice::from_ref(burst));
    assert_eq!(across(end), [], "it is over");
}
