use proptest::prelude::*;

use super::all;
use crate::error::Error;
use crate::iq::SampleFormat;
use crate::scene::description::{
    Carriers, Channel, Description, EmitterKind, Gsm, Handset, Lte, Network, Span, Strength, Traffic, TrafficKind,
};
use crate::scene::waveform::Shape;
use crate::scene::{Scene, language};

const GOOD: &str = r#"[scene]
title = "Try"
duration_s = 10
sample_rate_hz = 2.4e6
center_hz = 897.3e6

[receiver]
noise_dbfs = -36

[[handset]]
snr_db = 20
gsm = { signalling_hz = 896.8e6 }
schedule = ["location update 0.5-0.9 s"]

[[handset.activity]]
do = "text message"
from_s = 1
to_s = 5
"#;

fn read(text: &str) -> Description {
    match language::read(text, "try") {
        Ok(described) => described,
        Err(error) => panic!("{error}"),
    }
}

/// A scene of a minute, 20 MHz wide around 900 MHz, with `more` in it.
fn with(more: &str) -> Description {
    let whole = "title = \"Try\"\nduration_s = 60\nsample_rate_hz = 20e6\ncenter_hz = 900e6";
    read(&format!("[scene]\n{whole}\n[receiver]\nnoise_dbfs = -36\n{more}"))
}

fn handset(more: &str) -> Handset {
    with(&format!("[[handset]]\nsnr_db = 20\n{more}")).handsets.remove(0)
}

fn gsm(more: &str) -> Gsm {
    match handset(&format!("gsm = {{ {more} }}")).network {
        Network::Gsm(gsm) => gsm,
        other => panic!("{other:?}"),
    }
}

fn lte(more: &str) -> Lte {
    match handset(&format!("lte = {{ carrier_hz = 902e6, {more} }}")).network {
        Network::Lte(lte) => lte,
        other => panic!("{other:?}"),
    }
}

/// From when to when, in tenths of a second, and as what, the lines of a schedule are understood.
fn understood(lines: &str) -> Vec<(i64, i64, String)> {
    let network = "lte = { carrier_hz = 900e6, bandwidth_hz = 5e6 }";
    let activities = handset(&format!("{network}\nschedule = [{lines}]")).activities;
    let tenths = |s: f64| (s * 10.0).round() as i64;
    activities
        .into_iter()
        .map(|a| (tenths(a.span.from_s), tenths(a.span.to_s), a.label.unwrap_or("not marked".to_owned())))
        .collect()
}

#[test]
fn what_is_left_out_has_a_usual_value() {
    let scene = Scene::from_toml(GOOD, "try").expect("a good scene");
    assert_eq!((scene.seed(), scene.length(), scene.title()), (0, 24_000_000, "Try"));
    assert_eq!(scene.actions().len(), 1);
    let first = all(&scene).first().expect("bursts").start.0;
    let last = all(&scene).last().expect("bursts").start.0;
    assert!(first > 1_200_000 && last < 12_000_000, "{first} {last}");
    let described = read(GOOD);
    assert_eq!(described.format, SampleFormat::Cu8);
    let receiver = described.receiver;
    assert_eq!((receiver.flat_hz, receiver.edge_db, receiver.dc_power), (0.96e6, 0.0, 0.0));
}

#[test]
fn activities_that_are_not_marked_are_no_actions() {
    let text = GOOD.replace("from_s = 1", "from_s = 1\nmarked = false");
    let scene = Scene::from_toml(&text, "try").expect("a good scene");
    assert!(scene.actions().is_empty() && !all(&scene).is_empty());
}

#[test]
fn schedules_are_read_as_people_write_them() {
    let call = |from, to| (from, to, "Call".to_owned());
    let ways = [
        "call 20.5-46 s",
        "call 20.5–46 s",
        "call 20.5 s - 46 s",
        "call 20.5 s to 46 s",
        "call from 20.5 s to 46 s",
        "Call at 20.5 s until 46 s",
        "call 20500 ms to 46 s",
        "  call   20.5s-46s ",
        "call at 20.5 s for 25.5 s",
        "call 20 s 500 ms for 25.5 seconds",
    ];
    for way in ways {
        assert_eq!(understood(&format!("\"{way}\"")), [call(205, 460)], "{way}");
    }
    assert_eq!(understood("\"call 0.1-0.5 min\""), [call(60, 300)]);
    assert_eq!(understood("\"call 0 min 6 s to 30 s\""), [call(60, 300)]);
}

#[test]
fn what_has_only_a_beginning_takes_its_usual_time_or_what_is_left() {
    let all = "\"switch on at 1 s\", \"location update at 5 s\", \"text message at 7 s\", \"call at 8.5 s\", \"data at 45 s\", \"flight mode at 58 s\"";
    let expected = [
        (10, 25, "Switched on"),
        (50, 61, "not marked"),
        (70, 85, "Text message"),
        (85, 385, "Call"),
        (450, 550, "Data"),
        (580, 600, "Flight mode"),
    ];
    let expected = expected.map(|(from, to, label)| (from, to, label.to_owned()));
    assert_eq!(understood(all), expected);
    // What begins next ends it.
    let flight = [(100, 200, "Flight mode".to_owned()), (200, 215, "Switched on".to_owned())];
    assert_eq!(understood("\"switch on at 20 s\", \"flight mode at 10 s\""), flight);
}

#[test]
fn an_activity_of_a_schedule_runs_the_usual_course() {
    let schedule = "schedule = [\"call 10-40 s\"]\nspeaks = 0.3";
    let activity = handset(&format!("gsm = {{ carrier_hz = 900e6 }}\n{schedule}")).activities.remove(0);
    let ms = |s: f64| (s * 1e3).round() as i64;
    let span = |span: Span| (ms(span.from_s), ms(span.to_s));
    assert_eq!(activity.access.map(|access| ms(access.at_s)), Some(10_100));
    assert_eq!(activity.signalling.map(span), Some((10_300, 13_100)));
    let Some(Traffic { span: traffic, kind: TrafficKind::Voice { .. }, speaks }) = activity.traffic else { panic!() };
    assert_eq!((span(traffic), speaks), ((13_500, 40_000), 0.3));

    let schedule = "schedule = [\"data 10-40 s\"]\ndata_share = 0.2";
    let activity = handset(&format!("wcdma = {{ carrier_hz = 900e6 }}\n{schedule}")).activities.remove(0);
    assert_eq!(activity.signalling.map(span), Some((10_150, 11_150)));
    let Some(Traffic { span: traffic, kind: TrafficKind::Data { share }, .. }) = activity.traffic else { panic!() };
    assert_eq!((span(traffic), share), ((11_250, 40_000), 0.2));
}

#[test]
fn a_newcomer_needs_only_a_frequency_for_gsm() {
    let one = gsm("carrier_hz = 900.2e6");
    let fixed = |carriers: Option<Carriers>| match carriers {
        Some(Carriers::Fixed(hz)) => hz.round(),
        other => panic!("{other:?}"),
    };
    assert_eq!(one.access.map(f64::round), Some(200e3));
    assert_eq!((fixed(one.signalling), fixed(one.traffic)), (200e3, 200e3));
    assert_eq!((one.signalling_slot, one.subchannel, one.traffic_slot, one.frame_offset_s), (1, 0, 2, 0.0));

    // Handsets keep out of one another's way.
    let several = "[[handset]]\nsnr_db = 1\ngsm = { carrier_hz = 900e6 }\n".repeat(8);
    let places = |handset: Handset| match handset.network {
        Network::Gsm(gsm) => (gsm.subchannel, gsm.traffic_slot),
        other => panic!("{other:?}"),
    };
    let places: Vec<_> = with(&several).handsets.into_iter().map(places).collect();
    assert_eq!(places, [(0, 2), (1, 3), (2, 4), (3, 5), (4, 6), (5, 7), (6, 2), (7, 3)]);
}

#[test]
fn gsm_hops_over_carriers_in_the_band_and_beyond() {
    let hopping = |carriers: &Option<Carriers>| match carriers {
        Some(Carriers::Hopping(hz)) => hz.iter().map(|hz| hz.round()).collect(),
        _ => Vec::new(),
    };
    let one = gsm("hopping_hz = [899e6, 915e6]");
    assert_eq!((hopping(&one.traffic), hopping(&one.signalling)), (vec![-1e6, 15e6], vec![-1e6, 15e6]));
    assert_eq!(one.access, None);
    let one = gsm("carrier_hz = 901e6, hopping_hz = [899e6, 915e6]");
    assert_eq!((hopping(&one.traffic), hopping(&one.signalling)), (vec![-1e6, 15e6], Vec::new()));
    assert_eq!(one.access.map(f64::round), Some(1e6));
}

#[test]
fn lte_cells_have_their_resource_blocks() {
    let widths = [1.4e6, 3e6, 5e6, 10e6, 15e6, 20e6];
    let blocks = widths.map(|hz| {
        let lte = lte(&format!("bandwidth_hz = {hz}"));
        (lte.resource_blocks, lte.access_block, lte.shared_block, lte.shared_blocks)
    });
    let expected = [(6, 0, 1, 4), (15, 1, 1, 13), (25, 1, 1, 23), (50, 1, 1, 48), (75, 1, 1, 73), (100, 1, 1, 98)];
    assert_eq!(blocks, expected);
    let one = lte(
        "bandwidth_hz = 10e6, access_block = 44, shared_block = 40, shared_blocks = 10, sounding_period_ms = 20, frame_offset_ms = 2.5",
    );
    let (rest, times) = (one.shared_blocks, (one.sounding_period_s, one.frame_offset_s));
    assert_eq!(
        (one.offset_hz, one.access_block, one.shared_block, rest, times),
        (2e6, 44, 40, 10, (Some(0.02), 0.0025))
    );
}

#[test]
fn channels_are_described_by_speed_and_profile_or_by_numbers() {
    let channel = |text: &str| handset(&format!("gsm = {{ carrier_hz = 900e6 }}\nchannel = {{ {text} }}")).channel;
    let Channel { doppler_hz, paths, shadowing } = channel("speed_kmh = 50, profile = \"typical urban\"");
    // v·f/c
    assert!(doppler_hz.is_some_and(|hz| (hz - 41.69).abs() < 0.01), "{doppler_hz:?}");
    assert_eq!(paths.len(), 6);
    let last = paths[5];
    assert!((last.delay_s - 5e-6).abs() < 1e-12 && (last.power - 0.1).abs() < 1e-12, "{last:?}");
    assert!(shadowing.is_none());
    for (name, longest_us, count) in
        [("hilly terrain", 17.2, 6), ("pedestrian A", 0.41, 4), ("pedestrian B", 3.7, 6), ("vehicular A", 2.51, 6)]
    {
        let paths = channel(&format!("profile = \"{name}\"")).paths;
        let longest = paths.iter().map(|path| path.delay_s).fold(0.0, f64::max);
        assert!(paths.len() == count && (longest * 1e6 - longest_us).abs() < 1e-9, "{name}");
    }
    let one = channel(
        "doppler_hz = 3, paths = [{ delay_us = 0, db = 0 }, { delay_us = 2, db = -10 }], shadowing_db = 4, shadowing_s = 9",
    );
    assert_eq!(one.doppler_hz, Some(3.0));
    assert!((one.paths[1].delay_s - 2e-6).abs() < 1e-12 && (one.paths[1].power - 0.1).abs() < 1e-12);
    assert_eq!(one.shadowing.map(|s| (s.deviation_db, s.time_s)), Some((4.0, 9.0)));
}

#[test]
fn receivers_are_described_with_all_their_faults() {
    let text = r#"
compression_dbfs = -10
image = { rejection_db = 30, degrees = 90 }
drift = { depth_db = 0.5, period_s = 60 }
step = [{ at_s = 1, gain_db = -3 }, { at_s = 2, gain_db = 6 }]
"#;
    let receiver = with(text).receiver;
    assert!(receiver.compression_power.is_some_and(|p| (p - 0.1).abs() < 1e-12));
    assert!(receiver.image.is_some_and(|i| (i.ratio - 1e-3).abs() < 1e-12 && i.degrees == 90.0));
    assert!(receiver.drift.is_some_and(|d| (d.depth_db, d.period_s) == (0.5, 60.0)));
    let steps: Vec<_> = receiver.steps.iter().map(|step| (step.at_s, step.gain_db)).collect();
    assert_eq!(steps, [(1.0, -3.0), (2.0, 6.0)]);
}

#[test]
fn emitters_are_read_with_all_they_say() {
    let text = r#"
[[carrier]]
frequency_hz = 901e6
level_dbfs = -20
from_s = 5
to_s = 6
[[downlink]]
carrier_hz = 899e6
bandwidth_hz = 5e6
configuration = 1
level_dbfs = -10
[[hump]]
middle_hz = 905e6
width_hz = 2e6
snr_db = 3
[[impulses]]
per_s = 2
duration_us = 5
snr_db = 10
[[scattered]]
bursts = ["GSM access burst", "LTE PUSCH 12 RB", "LTE SRS 8 RB", "LTE PRACH", { lte_pusch_rb = 6, slots = 4 },
  { noise_hz = 1e5, duration_us = 300 }, { keyed_hz = 5e4, duration_us = 2000 }]
per_s = 20
snr_db = [0, 12]
band_hz = [895e6, 904e6]
"#;
    let emitters = with(text).emitters;
    let spans: Vec<_> = emitters.iter().map(|emitter| (emitter.span.from_s, emitter.span.to_s)).collect();
    assert_eq!(spans, [(5.0, 6.0), (0.0, 60.0), (0.0, 60.0), (0.0, 60.0), (0.0, 60.0)]);
    let [carrier, downlink, hump, impulses, scattered] = &emitters[..] else { panic!("five emitters") };
    let is = |x: f64, expected: f64| (x - expected).abs() < 1e-9 * expected.abs();
    assert!(matches!(carrier.kind, EmitterKind::Carrier { offset_hz, power } if is(offset_hz, 1e6) && is(power, 0.01)));
    assert!(
        matches!(downlink.kind, EmitterKind::Downlink { resource_blocks: 25, configuration: 1, strength: Strength::Power(p), .. } if is(p, 0.1))
    );
    assert!(
        matches!(hump.kind, EmitterKind::Hump { width_hz, strength: Strength::OverNoise(_), .. } if width_hz == 2e6)
    );
    assert!(
        matches!(impulses.kind, EmitterKind::Impulses { per_s, duration_s, .. } if per_s == 2.0 && is(duration_s, 5e-6))
    );
    let EmitterKind::Scattered(scattered) = &scattered.kind else { panic!("scattered") };
    assert_eq!(
        scattered.shapes,
        [
            Shape::GsmAccess,
            Shape::Pusch { resource_blocks: 12, slots: 2 },
            Shape::Srs { resource_blocks: 8 },
            Shape::Prach,
            Shape::Pusch { resource_blocks: 6, slots: 4 },
            Shape::Noise { width_hz: 1e5, duration_s: 300e-6 },
            Shape::Keyed { width_hz: 5e4, duration_s: 2e-3 },
        ]
    );
    assert_eq!((scattered.per_s, scattered.snr_db, scattered.offsets_hz), (20.0, [0.0, 12.0], [-5e6, 4e6]));
}

#[test]
fn a_talker_pauses_anew_with_every_seed_and_alike_with_the_same() {
    let text = GOOD.replace("do = \"text message\"", "do = \"call\"\nspeaks = 0.5").replace("to_s = 5", "to_s = 10");
    let text = text.replace("signalling_hz", "carrier_hz");
    let scene = Scene::from_toml(&text, "try").expect("a good scene");
    assert_eq!(all(&scene), all(&scene.clone().with_seed(0)));
    let (other, written) = (scene.clone().with_seed(1), text.replace("title", "seed = 1\ntitle"));
    assert_ne!(all(&scene).len(), all(&other).len());
    assert_eq!(all(&Scene::from_toml(&written, "try").expect("a good scene")), all(&other));
}

#[test]
fn every_scene_that_comes_with_the_program_is_read_and_has_something_to_see() {
    for name in Scene::names() {
        let scene = Scene::named(name).unwrap_or_else(|| panic!("{name} is missing"));
        let seconds = scene.length() as f64 / scene.tuning().sample_rate.0;
        assert!((20.0..=120.0).contains(&seconds), "{name}");
        assert!(!scene.actions().is_empty() && !all(&scene).is_empty(), "{name}");
    }
    assert!(Scene::named("nowhere").is_none());
}

#[test]
fn lists_within_lists_are_refused_however_deep() {
    let said = Scene::from_toml(&format!("a = {}", "[".repeat(500_000)), "try").expect_err("no scene").to_string();
    assert!(said.starts_with("try, line 1, column ") && said.len() < 200, "{said}");
}

#[test]
fn an_hour_of_calls_takes_no_more_memory_than_its_pauses() {
    let day = "title = \"Try\"\nduration_s = 3600\nsample_rate_hz = 2.4e6\ncenter_hz = 900e6";
    let phone = "[[handset]]\nsnr_db = 1\nspeaks = 0\nschedule = [\"call 0-60 min\"]\ngsm = { carrier_hz = 900e6 }\n";
    let text = format!("[scene]\n{day}\n[receiver]\nnoise_dbfs = -36\n{}", phone.repeat(200));
    let scene = Scene::from_toml(&text, "try").expect("a good scene");
    assert_eq!(scene.actions().len(), 200);
    let most = format!("{text}{phone}");
    let said = Scene::from_toml(&most, "try").expect_err("too many").to_string();
    assert_eq!(said, "try, line 8, column 1: `handset` has 201, allowed is at most 200");
}

#[test]
fn a_text_longer_than_any_scene_is_refused_before_it_is_read() {
    let said = Scene::from_toml(&"#".repeat(1_100_000), "try").expect_err("too long").to_string();
    assert_eq!(said, "try, line 1, column 1: the text is 1.1 MB long, allowed is 1 MB");
}

/// [`GOOD`] and one of each kind of table.
fn rich() -> String {
    let more = r#"
[[handset]]
level_dbfs = -20
speaks = 0.4
schedule = ["switch on at 0.1 s", "data 2-4 s", "call 5 s to 9 s"]
lte = { carrier_hz = 897.5e6, bandwidth_hz = 1.4e6, sounding_period_ms = 20 }
channel = { speed_kmh = 3, paths = [{ delay_us = 0, db = 0 }], shadowing_db = 2 }
[[hump]]
middle_hz = 897e6
width_hz = 1e5
snr_db = 3
[[scattered]]
bursts = ["LTE PUSCH 3 RB", { noise_hz = 1e5, duration_us = 100 }]
per_s = 5
snr_db = [3, 5]
"#;
    format!("{GOOD}{more}")
}

proptest! {
    #[test]
    fn whatever_is_typed_into_a_scene_is_read_or_refused_in_one_line(
        at in 0..rich().len(), length in 0..12usize, typed in "[-0-9eE.\"\\[\\]{}= µ\n#a,ms]{0,6}",
    ) {
        let rich = rich();
        let text = format!("{}{typed}{}", &rich[..at], &rich[(at + length).min(rich.len())..]);
        match Scene::from_toml(&text, "try") {
            Ok(scene) => prop_assert!(scene.length() > 0),
            Err(Error::Unusable(sentence)) => prop_assert!(sentence.starts_with("try, line ") && !sentence.contains('\n'), "{sentence}"),
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}
