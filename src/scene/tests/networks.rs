//! Everything that calendars send, rendered and measured: it must be what the truth says.

use std::collections::BTreeMap;

use num_complex::{Complex32, Complex64};
use rustfft::FftPlanner;

use super::{all, mean_power};
use crate::iq::SampleFormat;
use crate::scene::description::{
    Access, Activity, Carriers, Channel, Description, Emitter, EmitterKind, Gsm, Handset, Lte, Network, Receiver,
    Ripple, Scattered, Span, Strength, Traffic, TrafficKind, Wcdma,
};
use crate::scene::waveform::Shape;
use crate::scene::{Kind, Renderer, Scene, TruthBurst};
use crate::units::SampleIndex;

/// 40 dB over the noise: what remains of it after it is taken off again is nothing.
const STRONG: Strength = Strength::OverNoise(1e4);
/// Nothing is sent before this.
const QUIET_S: f64 = 0.1;

fn span(from_s: f64, to_s: f64) -> Span {
    Span { from_s, to_s }
}

/// A receiver that rolls off and ripples, and stores as floating point.
fn scene(sample_rate_hz: f64, duration_s: f64, handsets: Vec<Handset>, emitters: Vec<Emitter>) -> Scene {
    let receiver = Receiver {
        noise_power: 1e-6,
        flat_hz: 0.375 * sample_rate_hz,
        edge_db: -10.0,
        dc_power: 0.0,
        ripples: vec![Ripple { depth_db: 0.45, humps: 5, degrees: 120.0 }],
        spurs: Vec::new(),
        image: None,
        drift: None,
        steps: Vec::new(),
        compression_power: None,
    };
    Scene::of(Description {
        title: "Networks".into(),
        seed: 7,
        duration_s,
        sample_rate_hz,
        center_hz: 900e6,
        format: SampleFormat::Cf32Le,
        receiver,
        handsets,
        emitters,
    })
}

fn handset(network: Network, activities: Vec<Activity>) -> Handset {
    Handset { network, channel: Channel::default(), activities }
}

/// Access, signalling and traffic one after another, a third of the span each.
fn activity(from_s: f64, to_s: f64, kind: TrafficKind) -> Activity {
    let third = |n: f64| from_s + n * (to_s - from_s) / 3.0;
    Activity {
        span: span(from_s, to_s),
        label: None,
        strength: STRONG,
        access: Some(Access { at_s: from_s + 1e-3, strength: STRONG }),
        signalling: Some(span(third(1.0), third(2.0))),
        traffic: Some(Traffic { span: span(third(2.0), to_s), kind, speaks: 1.0 }),
    }
}

fn lte(offset_hz: f64, resource_blocks: usize) -> Lte {
    Lte {
        offset_hz,
        resource_blocks,
        access_block: resource_blocks / 2 - 3,
        shared_block: 1,
        shared_blocks: resource_blocks - 2,
        sounding_period_s: Some(0.01),
        frame_offset_s: 1.234e-3,
    }
}

fn render(renderer: &mut Renderer, first: u64, count: u64) -> Vec<Complex32> {
    let mut bytes = vec![0; 8 * count as usize];
    renderer.render(SampleIndex(first), &mut bytes);
    let mut out = vec![Complex32::default(); count as usize];
    SampleFormat::Cf32Le.convert(&bytes, &mut out);
    out
}

/// Power of each bin of the whole of `samples`, ascending, in sum their mean power.
fn spectrum(samples: &[Complex32]) -> Vec<f64> {
    let mut line: Vec<Complex64> = samples.iter().map(|z| Complex64::new(z.re.into(), z.im.into())).collect();
    FftPlanner::new().plan_fft_forward(line.len()).process(&mut line);
    line.rotate_right(samples.len() / 2);
    line.iter().map(|z| z.norm_sqr() / (samples.len() as f64).powi(2)).collect()
}

/// Power between two offsets, as parts of the sample rate, of an ascending spectrum; bins that an edge cuts by their part.
fn between(spectrum: &[f64], low: f64, high: f64) -> f64 {
    let size = spectrum.len() as f64;
    let weigh = |(bin, power): (usize, &f64)| {
        let middle = bin as f64 - (size / 2.0).floor();
        let inside = (high * size - middle + 0.5).min(middle + 0.5 - low * size).clamp(0.0, 1.0);
        inside * power
    };
    spectrum.iter().enumerate().map(weigh).sum()
}

fn from_db(db: f32) -> f64 {
    10f64.powf(f64::from(db) / 10.0)
}

/// What was measured of all bursts of a kind.
#[derive(Default)]
struct Measured {
    bursts: usize,
    /// Mean powers, less the noise, and what the truth says of them.
    power: f64,
    stated: f64,
    snr: f64,
    stated_snr: f64,
    /// Power within the edges, and within edges moved by a quarter of the width down and up.
    inside: f64,
    moved: [f64; 2],
    /// Bursts with silence around, and power 8 to 30 µs outside, at the edges, and 8 to 30 µs inside them.
    alone: usize,
    outside: f64,
    edge: f64,
    within: f64,
}

/// Measures up to `most` bursts of each kind.
fn measure(scene: &Scene, most: usize) -> BTreeMap<String, Measured> {
    let rate = scene.tuning().sample_rate.0;
    let truth = all(scene);
    let mut renderer = scene.renderer();
    let quiet = render(&mut renderer, 0, (QUIET_S * rate) as u64);
    assert!(truth.iter().all(|burst| burst.start.0 as usize > quiet.len()));
    let noise = spectrum(&quiet);
    let mut kinds: BTreeMap<String, Measured> = BTreeMap::new();
    let us = rate / 1e6;
    let (far, near) = ((30.0 * us) as usize, (8.0 * us) as usize);
    for (at, burst) in truth.iter().enumerate() {
        let kind = kinds.entry(burst.label.clone()).or_default();
        if kind.bursts == most {
            continue;
        }
        let (low, high) = (burst.low.0 / rate, burst.high.0 / rate);
        let samples = render(&mut renderer, burst.start.0, burst.count);
        let power = mean_power(&samples) - mean_power(&quiet);
        kind.bursts += 1;
        kind.power += power;
        kind.stated += from_db(burst.level.0);
        kind.snr += power / between(&noise, low, high);
        kind.stated_snr += from_db(burst.snr.0);
        let spectrum = spectrum(&samples);
        let quarter = 0.25 * (high - low);
        kind.inside += between(&spectrum, low, high);
        kind.moved[0] += between(&spectrum, low - quarter, high - quarter);
        kind.moved[1] += between(&spectrum, low + quarter, high + quarter);

        let end = |burst: &TruthBurst| burst.start.0 + burst.count;
        let apart = |other: &TruthBurst| {
            end(other) + 60 * us as u64 <= burst.start.0 || end(burst) + 60 * us as u64 <= other.start.0
        };
        let neighbours = truth[at.saturating_sub(2)..(at + 3).min(truth.len())].iter().filter(|other| *other != burst);
        if neighbours.clone().all(apart) && burst.count as usize > 2 * far {
            let around = render(&mut renderer, burst.start.0 - far as u64, burst.count + 2 * far as u64);
            let (start, end) = (far, around.len() - far);
            kind.alone += 1;
            kind.outside += 0.5 * (mean_power(&around[..start - near]) + mean_power(&around[end + near..]));
            kind.edge += 0.5 * (mean_power(&around[start - 1..=start]) + mean_power(&around[end - 1..=end]));
            kind.within +=
                0.5 * (mean_power(&around[start + near..start + far]) + mean_power(&around[end - far..end - near]));
        }
    }
    kinds
}

fn db(ratio: f64) -> f64 {
    10.0 * ratio.log10()
}

/// Asserts that level and signal-to-noise ratio are those of the truth to 0.1 dB, and that its edges are where it says.
fn assert_true(kinds: &BTreeMap<String, Measured>) {
    for (label, kind) in kinds {
        let (level, snr) = (db(kind.power / kind.stated), db(kind.snr / kind.stated_snr));
        let inside = kind.inside / kind.power;
        let moved = kind.moved.map(|power| power / kind.power);
        let [outside, edge] = [kind.outside, kind.edge].map(|power| db(power / kind.within));
        assert!(level.abs() < 0.1 && snr.abs() < 0.1, "{label}: level {level} dB, SNR {snr} dB off");
        assert!(inside > 0.94, "{label}: {inside} of its power within its edges");
        assert!(moved.iter().all(|moved| *moved < 0.85), "{label}: {moved:?} within edges beside its own");
        // Of too few bursts a few samples at the edges say nothing, and a hump swells slowly.
        assert!(kind.alone < 3 || outside < -25.0, "{label}: {outside} dB outside");
        assert!(
            kind.alone < 10 || (-8.0..-4.5).contains(&edge),
            "{label}: {edge} dB where half amplitude, −6 dB, should be"
        );
    }
}

#[test]
fn an_lte_handset_sends_what_the_truth_says() {
    let speech = TrafficKind::Voice { pauses: vec![span(1.5, 1.6)] };
    let activities = vec![
        activity(0.2, 1.7, speech),
        activity(1.8, 3.3, TrafficKind::Data { share: 0.4 }),
        activity(3.4, 4.0, TrafficKind::Data { share: 0.1 }),
    ];
    // A cell of 1.4 MHz, so that both its edges are heard.
    let handset = handset(Network::Lte(lte(150e3, 6)), activities);
    let kinds = measure(&scene(2.4e6, 4.1, vec![handset], Vec::new()), 40);
    let labels: Vec<&str> = kinds.keys().map(String::as_str).collect();
    let expected =
        ["LTE PRACH", "LTE PUCCH", "LTE PUSCH 1 RB", "LTE PUSCH 2 RB", "LTE PUSCH 3 RB", "LTE PUSCH 4 RB", "LTE SRS"];
    assert_eq!(labels, expected);
    assert_true(&kinds);
}

#[test]
fn of_what_the_bands_edge_cuts_the_truth_states_the_part_that_is_heard() {
    // The band's edges cut the cell of 10 MHz, and within it single bursts.
    let whole = activity(0.2, 1.1, TrafficKind::Data { share: 0.3 });
    let wide = handset(Network::Lte(Lte { shared_blocks: 45, ..lte(0.3e6, 50) }), vec![whole]);
    let kinds = measure(&scene(2.4e6, 1.2, vec![wide], Vec::new()), 60);
    assert!(kinds.contains_key("LTE PUSCH 45 RB") && kinds.contains_key("LTE SRS"), "{:?}", kinds.keys());
    let sum = |of: &str, value: fn(&Measured) -> f64| {
        kinds.iter().filter(|(label, _)| label.starts_with(of)).map(|(_, kind)| value(kind)).sum::<f64>()
    };
    for of in ["LTE PUSCH", "LTE SRS"] {
        let level = db(sum(of, |kind| kind.power) / sum(of, |kind| kind.stated));
        let snr = db(sum(of, |kind| kind.snr) / sum(of, |kind| kind.stated_snr));
        assert!(level.abs() < 0.1 && snr.abs() < 0.1, "{of}: level {level} dB, SNR {snr} dB off");
    }
}

#[test]
fn a_wcdma_handset_sends_what_the_truth_says() {
    for (rate, offset_hz) in [(6e6, 0.2e6), (2.4e6, 0.0), (2.4e6, -0.8e6)] {
        let speech = TrafficKind::Voice { pauses: vec![span(0.65, 0.7)] };
        let activities = vec![activity(0.15, 0.75, speech), activity(0.8, 1.1, TrafficKind::Data { share: 0.5 })];
        let wcdma = Wcdma { offset_hz, frame_offset_s: 4e-3 };
        let kinds = measure(&scene(rate, 1.2, vec![handset(Network::Wcdma(wcdma), activities)], Vec::new()), 60);
        let labels: Vec<&str> = kinds.keys().map(String::as_str).collect();
        assert_eq!(labels, ["WCDMA RACH message", "WCDMA RACH preamble", "WCDMA dedicated channel"]);
        assert_true(&kinds);
    }
}

#[test]
fn emitters_send_what_the_truth_says() {
    let emitter = |kind, from_s, to_s| Emitter { kind, span: span(from_s, to_s) };
    let downlink = EmitterKind::Downlink { offset_hz: -0.2e6, resource_blocks: 6, configuration: 1, strength: STRONG };
    let hump = EmitterKind::Hump { offset_hz: 0.3e6, width_hz: 0.5e6, strength: STRONG };
    let impulses = EmitterKind::Impulses { per_s: 400.0, duration_s: 50e-6, strength: STRONG };
    let scattered = Scattered {
        shapes: vec![
            Shape::GsmNormal,
            Shape::Pusch { resource_blocks: 5, slots: 2 },
            Shape::Keyed { width_hz: 0.15e6, duration_s: 2e-3 },
            Shape::Noise { width_hz: 0.2e6, duration_s: 1e-3 },
        ],
        per_s: 100.0,
        snr_db: [35.0, 45.0],
        offsets_hz: [-1.1e6, 1.1e6],
    };
    let emitters = vec![
        emitter(downlink, 0.2, 0.5),
        emitter(hump, 0.51, 1.0),
        emitter(impulses, 1.01, 1.5),
        emitter(EmitterKind::Scattered(scattered), 1.51, 3.0),
    ];
    let kinds = measure(&scene(2.4e6, 3.1, Vec::new(), emitters), 200);
    let labels: Vec<&str> = kinds.keys().map(String::as_str).collect();
    let expected =
        ["GSM normal burst", "Hump", "Impulse", "Keyed carrier", "LTE PUSCH 5 RB", "LTE downlink", "Noise burst"];
    assert_eq!(labels, expected);
    assert_true(&kinds);
}

/// Three generations, hopping and cut by the band, for an hour.
fn an_hour() -> Scene {
    let gsm = Gsm {
        access: Some(-1e6),
        signalling: Some(Carriers::Fixed(0.8e6)),
        traffic: Some(Carriers::Hopping(vec![-0.6e6, -0.2e6, 0.4e6, 9.0e6])),
        signalling_slot: 1,
        subchannel: 3,
        traffic_slot: 2,
        frame_offset_s: 1e-3,
    };
    let call = |kind| vec![activity(0.2, 3599.9, kind)];
    let speech = || TrafficKind::Voice { pauses: vec![span(3000.0, 3599.05)] };
    let wcdma = Wcdma { offset_hz: 2.0e6, frame_offset_s: 4e-3 };
    let handsets = vec![
        handset(Network::Gsm(gsm), call(speech())),
        handset(Network::Lte(lte(0.3e6, 50)), call(TrafficKind::Data { share: 0.5 })),
        handset(Network::Wcdma(wcdma), call(speech())),
    ];
    let hump = EmitterKind::Hump { offset_hz: 0.3e6, width_hz: 0.5e6, strength: STRONG };
    scene(2.4e6, 3600.0, handsets, vec![Emitter { kind: hump, span: span(0.2, 3599.5) }])
}

#[test]
fn any_second_of_an_hour_is_the_same_alone_and_after_the_one_before() {
    let scene = an_hour();
    let first = 3599 * 2_400_000;
    let alone = render(&mut scene.renderer(), first, 120_000);
    let mut renderer = scene.renderer();
    // The last 20 ms before it begin somewhere within a block.
    render(&mut renderer, first - 48_333, 48_333);
    assert!(alone == render(&mut renderer, first, 120_000), "not the same samples");
    let truth = scene.truth(SampleIndex(first), SampleIndex(first + 120_000));
    let around = scene.truth(SampleIndex(first - 100_000), SampleIndex(first + 200_000));
    let within = around.into_iter().filter(|burst| (first..first + 120_000).contains(&burst.start.0));
    assert_eq!(truth, within.collect::<Vec<_>>());
}

#[test]
fn hops_stay_on_their_list_and_those_out_of_the_band_are_absent() {
    let scene = an_hour();
    let second = |s: u64| SampleIndex(s * 2_400_000);
    let mut truth = scene.truth(second(2500), second(2520));
    truth.retain(|burst| burst.label.starts_with("GSM"));
    let count = |hz: f64| truth.iter().filter(|burst| 0.5 * (burst.low.0 + burst.high.0) == hz).count();
    let counts = [-0.6e6, -0.2e6, 0.4e6].map(count);
    assert_eq!(counts.iter().sum::<usize>(), truth.len());
    // 25 bursts in 120 ms, one in four on each carrier.
    assert!(counts.iter().all(|count| count.abs_diff(1042) < 150), "{counts:?}");
    assert!(truth.iter().all(|burst| burst.kind == Kind::Burst));
}
