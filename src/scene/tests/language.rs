use proptest::prelude::*;

use crate::error::Error;
use crate::scene::Scene;

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

[[handset.activity]]
do = "text message"
from_s = 1
to_s = 5
"#;

/// What is said of [`GOOD`] when `right` is replaced by `wrong`.
fn said(right: &str, wrong: &str) -> String {
    assert!(GOOD.contains(right), "{right}");
    match Scene::from_toml(&GOOD.replacen(right, wrong, 1), "try.scene.toml") {
        Err(Error::Unusable(sentence)) => sentence,
        other => panic!("{wrong}: {other:?}"),
    }
}

#[test]
fn what_is_left_out_has_a_usual_value() {
    let scene = Scene::from_toml(GOOD, "try").expect("a good scene");
    assert_eq!((scene.seed(), scene.length(), scene.title()), (0, 24_000_000, "Try"));
    assert_eq!(scene.actions().len(), 1);
    let first = scene.truth().first().expect("bursts").start.0;
    let last = scene.truth().last().expect("bursts").start.0;
    assert!(first > 3_120_000 && last < 12_000_000, "{first} {last}");
}

#[test]
fn activities_that_are_not_marked_are_no_actions() {
    let text = GOOD.replace("from_s = 1", "from_s = 1\nmarked = false");
    let scene = Scene::from_toml(&text, "try").expect("a good scene");
    assert!(scene.actions().is_empty() && !scene.truth().is_empty());
}

#[test]
fn a_wrong_scene_is_told_line_column_key_and_what_is_allowed() {
    let cases = [
        ("snr_db = 20", "snr_db = 200", "11, column 10: `snr_db` is 200, allowed is -30 to 60 dB"),
        ("snr_db = 20", "snr_db = nan", "11, column 10: `snr_db` is NaN, allowed is -30 to 60 dB"),
        ("snr_db = 20", "snr_db = \"loud\"", "11, column 10: invalid type: string \"loud\", expected a number"),
        ("snr_db = 20", "snr = 20", "11, column 1: unknown field `snr`, expected one of `snr_db`, `gsm`, `activity`"),
        ("snr_db = 20", "snr_db = ", "11, column 10: string values must be quoted, expected literal string"),
        ("title = \"Try\"\n", "", "1, column 1: missing field `title`"),
        (
            "title = \"Try\"",
            "title = \"Try\"\nseed = -1",
            "3, column 8: invalid value: integer `-1`, expected a whole number from 0 up",
        ),
        (
            "title = \"Try\"",
            "title = \"Try\"\nformat = \"ci16_le\"",
            "3, column 10: `format` is \"ci16_le\", allowed is \"cu8\"",
        ),
        ("duration_s = 10", "duration_s = 0", "3, column 14: `duration_s` is 0, allowed is 0.001 to 3600 s"),
        (
            "sample_rate_hz = 2.4e6",
            "sample_rate_hz = -1",
            "4, column 18: `sample_rate_hz` is -1, allowed is 1000000 to 20000000 Hz",
        ),
        (
            "signalling_hz = 896.8e6",
            "signalling_hz = 896e6",
            "12, column 25: `signalling_hz` is 896000000, allowed is 896200000 to 898400000 Hz, so that the burst \
             fits the band",
        ),
        ("signalling_hz = 896.8e6", "signalling_slot = 8", "12, column 27: `signalling_slot` is 8, allowed is 0 to 7"),
        (
            "signalling_hz = 896.8e6",
            "access_hz = 896.8e6",
            "14, column 1: this activity needs `signalling_hz` in [handset.gsm]",
        ),
        (
            "\"text message\"",
            "\"sing\"",
            "15, column 6: unknown variant `sing`, expected one of `switch on`, `text message`, `call`, `flight mode`",
        ),
        ("\"text message\"", "\"call\"", "14, column 1: this activity needs `traffic_hz` in [handset.gsm]"),
        ("to_s = 5", "to_s = 0.5", "17, column 8: `to_s` is 0.5, allowed is 1 to 10 s"),
        (
            "to_s = 5",
            "to_s = 1.1",
            "17, column 8: `to_s` is too early: the usual course takes at least 0.3 s, or write `signalling_s`",
        ),
        ("to_s = 5", "to_s = 11", "17, column 8: `to_s` is 11, allowed is 1 to 10 s"),
        (
            "to_s = 5",
            "to_s = 5\nsignalling_s = [0, 3]",
            "18, column 16: `signalling_s` has [0, 3], allowed is from and to, in this order, within 1 to 5 s",
        ),
        ("to_s = 5", "to_s = 5\npauses_s = [[2, 3]]", "18, column 12: `pauses_s` belongs only to a call"),
        (
            "to_s = 5",
            "to_s = 5\n[[handset.activity]]\ndo = \"flight mode\"\nfrom_s = 4\nto_s = 6",
            "20, column 10: `from_s` is 4, allowed is 5 to 10 s: a handset does one thing after another",
        ),
        (
            "to_s = 5",
            "to_s = 5\n[[handset.activity]]\ndo = \"flight mode\"\nfrom_s = 6\nto_s = 7\naccess_s = 6.5",
            "22, column 12: `access_s` belongs only to an activity that sends",
        ),
    ];
    let heard = cases.map(|(right, wrong, _)| said(right, wrong));
    let expected = cases.map(|(.., sentence)| format!("try.scene.toml, line {sentence}"));
    assert_eq!(heard, expected);
}

proptest! {
    #[test]
    fn whatever_is_typed_into_a_scene_is_read_or_refused_in_one_line(
        at in 0..GOOD.len(), length in 0..12usize, typed in "[-0-9eE.\"\\[\\]= µ\n#a]{0,6}",
    ) {
        let text = format!("{}{typed}{}", &GOOD[..at], &GOOD[(at + length).min(GOOD.len())..]);
        match Scene::from_toml(&text, "try") {
            Ok(scene) => prop_assert!(scene.length() > 0),
            Err(Error::Unusable(sentence)) => prop_assert!(sentence.starts_with("try, line ") && !sentence.contains('\n'), "{sentence}"),
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}
