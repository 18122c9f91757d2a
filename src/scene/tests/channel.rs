use std::collections::BTreeMap;

use super::{all, mean_power, samples};
use crate::scene::Scene;
use crate::scene::channel::{Channel, Tap, power_gain};
use crate::scene::description::{Channel as Described, Path, Shadowing};
use crate::scene::noise::generator;
use crate::scene::waveform::Shape;

fn power(tap: Tap) -> f64 {
    tap.gain[0] * tap.gain[0] + tap.gain[1] * tap.gain[1]
}

/// Power of the only path at `count` moments `step_s` apart, over 64 channels.
fn powers(described: &Described, step_s: f64, count: usize) -> Vec<f64> {
    (0..64)
        .flat_map(|stream| {
            let channel = Channel::new(described, &mut generator(9, stream));
            (0..count).map(|k| power(channel.taps(k as f64 * step_s).next().expect("one path"))).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn fading_is_rayleigh_with_mean_power_1() {
    let powers = powers(&Described { doppler_hz: Some(10.0), ..Described::default() }, 0.5, 500);
    let count = powers.len() as f64;
    let mean = powers.iter().sum::<f64>() / count;
    assert!((mean - 1.0).abs() < 0.03, "mean {mean}");
    // Of a Rayleigh amplitude, the power is exponential: 1 − e^(−x) lies below x.
    for x in [0.01, 0.1, 0.5, 1.0, 2.0, 4.0] {
        let below = powers.iter().filter(|p| **p < x).count() as f64 / count;
        let expected = 1.0 - f64::exp(-x);
        assert!((below - expected).abs() < 0.012 + 0.03 * expected, "{below} below {x}, expected {expected}");
    }
}

#[test]
fn fading_crosses_its_rms_as_often_as_its_doppler_shift_says() {
    // Level crossing rate of Clarke's model at the rms level: √(2π)·f·e^(−1) upward crossings a second (Rappaport,
    // Wireless Communications, section 5.7.1).
    let (doppler_hz, step_s, count) = (10.0, 1e-3, 20_000);
    let powers = powers(&Described { doppler_hz: Some(doppler_hz), ..Described::default() }, step_s, count);
    let upward = powers.chunks(count).flat_map(|one| one.windows(2)).filter(|w| w[0] < 1.0 && w[1] >= 1.0).count();
    let rate = upward as f64 / (64.0 * count as f64 * step_s);
    let expected = std::f64::consts::TAU.sqrt() * doppler_hz / std::f64::consts::E;
    assert!((rate / expected - 1.0).abs() < 0.1, "{rate} crossings a second, expected {expected}");
}

#[test]
fn shadowing_is_log_normal_and_changes_in_its_own_time() {
    let shadowing = Some(Shadowing { deviation_db: 6.0, time_s: 4.0 });
    let described = Described { shadowing, ..Described::default() };
    let db: Vec<f64> = powers(&described, 1.0, 1000).iter().map(|p| 10.0 * p.log10()).collect();
    let mean = |values: &mut dyn Iterator<Item = f64>| {
        let (sum, count) = values.fold((0.0, 0.0), |(s, n), x| (s + x, n + 1.0));
        sum / count
    };
    let middle = mean(&mut db.iter().copied());
    assert!(middle.abs() < 0.5, "{middle}");
    let deviation = mean(&mut db.iter().map(|x| x * x)).sqrt();
    assert!((deviation - 6.0).abs() < 0.5, "{deviation}");
    let correlation = |lag: usize| {
        mean(&mut db.chunks(1000).flat_map(|one| one.windows(lag + 1).map(|w| w[0] * w[lag]))) / (deviation * deviation)
    };
    // exp(−½(τ/4 s)²).
    for (lag, expected) in [(1, 0.969), (4, 0.607), (12, 0.011)] {
        assert!((correlation(lag) - expected).abs() < 0.08, "{} after {lag} s", correlation(lag));
    }
}

#[test]
fn paths_share_the_power_and_keep_their_delays() {
    let path = |delay_us: f64, power: f64| Path { delay_s: delay_us * 1e-6, power };
    // Delays count from the shortest way.
    let paths = vec![path(3.0, 2.0), path(3.4, 1.0), path(8.0, 1.0)];
    let channel = Channel::new(&Described { paths, ..Described::default() }, &mut generator(1, 1));
    let taps: Vec<(f64, f64)> = channel.taps(77.0).map(|tap| (tap.delay_s * 1e6, power(tap))).collect();
    let delays: Vec<f64> = taps.iter().map(|(delay, _)| (delay * 10.0).round() / 10.0).collect();
    assert_eq!(delays, [0.0, 0.4, 5.0]);
    let shares: Vec<f64> = taps.iter().map(|(_, share)| (share * 1e9).round() / 1e9).collect();
    assert_eq!(shares, [0.5, 0.25, 0.25]);
}

#[test]
fn two_equal_paths_cancel_where_they_are_opposed() {
    // Half a turn between them at 100 kHz for a delay of 5 µs: |1 + e^(−j2πfτ)|²/2 = 1 + cos(2πfτ).
    let amplitude = 0.5f64.sqrt();
    let taps = [0.0, 5e-6].map(|delay_s| Tap { delay_s, gain: [amplitude, 0.0] });
    for (offset_hz, expected) in [(0.0, 2.0), (50e3, 1.0), (100e3, 0.0), (-200e3, 2.0)] {
        let gain = power_gain(&taps, offset_hz, |_| 1.0);
        assert!((gain - expected).abs() < 1e-9, "{gain} at {offset_hz} Hz");
    }
    // Over a width of many such turns the paths' powers add.
    let wide = Shape::Noise { width_hz: 2e6, duration_s: 1e-3 };
    let gain = power_gain(&taps, 30e3, |lag_s| wide.autocorrelation(lag_s));
    assert!((gain - 1.0).abs() < 0.01, "{gain}");
}

/// A GSM and an LTE handset in hilly terrain that stands still, in a receiver that adds next to nothing.
const HILLS: &str = r#"
[scene]
title = "Hills"
seed = 5
duration_s = 8
sample_rate_hz = 2_400_000
center_hz = 897_300_000
format = "cf32_le"
[receiver]
noise_dbfs = -90
[[handset]]
level_dbfs = -20
gsm = { carrier_hz = 896_500_000 }
channel = { profile = "hilly terrain" }
schedule = ["text message 0.1-3 s"]
[[handset]]
level_dbfs = -20
lte = { carrier_hz = 897_700_000, bandwidth_hz = 1_400_000 }
channel = { profile = "hilly terrain", doppler_hz = 3 }
schedule = ["call 3.5-8 s"]
"#;

#[test]
fn what_arrives_by_several_paths_has_the_power_that_the_truth_states() {
    let scene = Scene::from_toml(HILLS, "hills").expect("a good scene");
    let mut kinds: BTreeMap<String, [f64; 2]> = BTreeMap::new();
    for burst in all(&scene) {
        // The echoes come up to 17.2 µs later: from there to the end all are there.
        let late = 50;
        let inside = samples(&scene, burst.start.0 + late, burst.count as usize - late as usize);
        let sums = kinds.entry(burst.label.clone()).or_default();
        let power = mean_power(&inside);
        // Of one burst the random bits alone move the power by a decibel; the mean ratio of many does not.
        sums[0] += power / burst.level.power();
        sums[1] += 1.0;
    }
    kinds.retain(|_, [_, count]| *count >= 40.0);
    let expected = ["GSM normal burst", "LTE PUCCH", "LTE PUSCH 1 RB", "LTE PUSCH 2 RB", "LTE PUSCH 3 RB"];
    assert_eq!(kinds.keys().collect::<Vec<_>>(), expected);
    for (label, [sum, count]) in kinds {
        let off_db = 10.0 * (sum / count).log10();
        assert!(off_db.abs() < 0.15, "{off_db} dB over {count} of {label}");
    }
}
