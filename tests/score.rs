//! `glint score` as a user runs it: whole reports, both pictures, and what it says of input that cannot be scored.

#![recursion_limit = "256"]

#[path = "support/program.rs"]
mod program;

use std::fs;
use std::path::{Path, PathBuf};

use program::{Ended, fed, glint, text};
use serde_json::{Value, json};

const ISOLATED: &str = "recordings/practice/isolated-bursts.sigmf-meta";
const CUT: &str = "recordings/practice/cut-by-the-ends.sigmf-meta";

/// The annotations of a practice recording.
fn annotations(meta: &str) -> Vec<Value> {
    let meta: Value = serde_json::from_str(&fs::read_to_string(meta).unwrap()).unwrap();
    meta["annotations"].as_array().unwrap().clone()
}

/// A detection a little off the burst that `annotation` states.
fn near(annotation: &Value, late: u64) -> Value {
    json!({
        "kind": "burst",
        "core:sample_start": annotation["core:sample_start"].as_u64().unwrap() + late,
        "core:sample_count": annotation["core:sample_count"].as_u64().unwrap() - late,
        "core:freq_lower_edge": annotation["core:freq_lower_edge"].as_f64().unwrap() + 2e3,
        "core:freq_upper_edge": annotation["core:freq_upper_edge"].as_f64().unwrap(),
        "snr_db": annotation["glint:snr_db"].as_f64().unwrap() - 0.25,
    })
}

/// Detections of the isolated bursts from 0 dB on: the first in two pieces, a false alarm at the end.
fn isolated() -> String {
    let mut lines: Vec<Value> = annotations(ISOLATED)
        .iter()
        .filter(|annotation| annotation["glint:snr_db"].as_f64().unwrap() >= 0.0)
        .map(|annotation| near(annotation, 24))
        .collect();
    let mut piece = lines[0].clone();
    lines[0]["core:sample_count"] = json!(1500);
    piece["core:sample_start"] = json!(lines[0]["core:sample_start"].as_u64().unwrap() + 1600);
    piece["core:sample_count"] = json!(700);
    let mut false_alarm = piece.clone();
    false_alarm["core:sample_start"] = json!(10_000);
    lines.extend([piece, false_alarm]);
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Thin spaces between thousands are plain ones here, so that the text can be read.
fn plain(report: &str) -> String {
    report.replace('\u{2009}', " ")
}

fn written(folder: &Path, name: &str, content: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    path
}

#[test]
fn a_practice_recording_has_its_whole_report() {
    let ended = fed(&["score", ISOLATED, "-"], isolated().into_bytes());
    let report = "\
Truth       recordings/practice/isolated-bursts.sigmf-meta
Detections  standard input
Looked at   0.15 s, 2.4 MHz around 902.400 MHz; all samples of the recording

Kind                    Bursts    Found     Pd   95 % interval      SNR for Pd 0.9, dB  Limit    Gap
gsm_ab                       7        4  0.571  0.184 to 0.901                       –   +0.6      –
prach                        7        5  0.714  0.290 to 0.963                       –   −6.4      –
pusch_1rb                    8        6  0.750  0.349 to 0.968                       –   −2.2      –
pusch_6rb                   10        4  0.400  0.122 to 0.738                       –   −6.8      –
All                         32       19  0.594  0.406 to 0.763

SNR for Pd 0.9: where the fitted curve reaches it, and 95 % interval. Limit: where the best detector
that knows no more than duration and bandwidth would, at 1 false alarm an hour in this band.
Not stated for gsm_ab, prach, pusch_1rb, pusch_6rb: too few bursts to tell.

Found of the bursts at each SNR
SNR, dB           gsm_ab       prach   pusch_1rb   pusch_6rb         All
−10 to −1            0/3         0/2         0/2         0/6        0/13
+1 to +18            4/4         5/5         6/6         4/4       19/19

Detections                 21
  burst found              19
  further piece             1   lies in a burst that has a better detection
  set aside                 0
  false alarm               1
Merged                      0
False alarms an hour   24 700   in 0.15 s; 95 % interval 625 to 138 000

Detection less truth   Median     Median size   90 % within
Start, µs               +10.0            10.0          10.0
End, µs                   0.0             0.0           0.0
Centre, kHz              +1.0             1.0           1.0
Bandwidth, %             −1.0             1.0           1.1
SNR, dB                 −0.25            0.25          0.25
";
    assert_eq!((ended.status, ended.said.as_str(), plain(&ended.out).as_str()), (Some(0), "", report));
}

#[test]
fn json_has_every_figure() {
    let lines: String = annotations(CUT)[..2].iter().map(|a| format!("{}\n", near(a, 12))).collect();
    let ended = fed(&["score", CUT, "-", "--json"], lines.into_bytes());
    let expected = json!({
        "kind": "score",
        "schema": 1,
        "program": concat!("glint ", env!("CARGO_PKG_VERSION")),
        "truth": "recordings/practice/cut-by-the-ends.sigmf-meta",
        "detections": "standard input",
        "sample_rate_hz": 2400000.0,
        "band_low_hz": 901200000.0,
        "band_high_hz": 903600000.0,
        "from_s": 0.0,
        "to_s": 0.12,
        "span_from": "samples",
        "hours": 3.3333333333333335e-05,
        "confidence": 0.95,
        "limit_false_alarms_per_hour": 1.0,
        "bursts": 3,
        "found": 2,
        "merged": 0,
        "pd": 0.666667,
        "pd_interval": [0.094299, 0.991596],
        "detections_counted": 2,
        "pieces": 0,
        "set_aside": 0,
        "false_alarms": 0,
        "false_alarms_per_hour": 0.0,
        "false_alarms_per_hour_interval": [0.0, 110666.383623],
        "bursts_outside_band": 0,
        "detections_without_edges": 0,
        "annotations_left_out": 0,
        "by_snr": [
            {
                "snr_db": 16,
                "bursts": 3,
                "found": 2,
                "pd": 0.666667,
                "pd_interval": [0.094299, 0.991596],
            },
        ],
        "deviations": {
            "start_us": {"pairs": 2, "median": 5.0, "median_magnitude": 5.0, "ninety_percent_magnitude": 5.0},
            "end_us": {"pairs": 2, "median": 0.0, "median_magnitude": 0.0, "ninety_percent_magnitude": 0.0},
            "center_khz": {"pairs": 2, "median": 1.0, "median_magnitude": 1.0, "ninety_percent_magnitude": 1.0},
            "bandwidth_percent": {"pairs": 2, "median": -1.0, "median_magnitude": 1.0, "ninety_percent_magnitude": 1.0},
            "snr_db": {"pairs": 2, "median": -0.25, "median_magnitude": 0.25, "ninety_percent_magnitude": 0.25},
        },
        "kinds": [
            {
                "label": "gsm_ab",
                "bursts": 1,
                "found": 1,
                "merged": 0,
                "pieces": 0,
                "pd": 1.0,
                "pd_interval": [0.025, 1.0],
                "median_duration_s": 0.0001788,
                "median_bandwidth_hz": 200000.0,
                "snr_at_pd_0_9_db": null,
                "snr_at_pd_0_9_interval_db": null,
                "snr_at_pd_0_9_why_not": "every burst was found, so none was weak enough",
                "fit": null,
                "limit_at_pd_0_5_db": 1.117,
                "limit_at_pd_0_9_db": 2.365,
                "gap_db": null,
                "by_snr": [
                    {
                        "snr_db": 16,
                        "bursts": 1,
                        "found": 1,
                        "pd": 1.0,
                        "pd_interval": [0.025, 1.0],
                    },
                ],
                "deviations": {
                    "start_us": {"pairs": 1, "median": 5.0, "median_magnitude": 5.0, "ninety_percent_magnitude": 5.0},
                    "end_us": {"pairs": 1, "median": 0.0, "median_magnitude": 0.0, "ninety_percent_magnitude": 0.0},
                    "center_khz": {"pairs": 1, "median": 1.0, "median_magnitude": 1.0, "ninety_percent_magnitude": 1.0},
                    "bandwidth_percent": {"pairs": 1, "median": -1.0, "median_magnitude": 1.0, "ninety_percent_magnitude": 1.0},
                    "snr_db": {"pairs": 1, "median": -0.25, "median_magnitude": 0.25, "ninety_percent_magnitude": 0.25},
                },
            },
            {
                "label": "gsm_nb_hop",
                "bursts": 2,
                "found": 1,
                "merged": 0,
                "pieces": 0,
                "pd": 0.5,
                "pd_interval": [0.012579, 0.987421],
                "median_duration_s": 0.0004233,
                "median_bandwidth_hz": 200000.0,
                "snr_at_pd_0_9_db": null,
                "snr_at_pd_0_9_interval_db": null,
                "snr_at_pd_0_9_why_not": "too few bursts to tell",
                "fit": null,
                "limit_at_pd_0_5_db": -1.308,
                "limit_at_pd_0_9_db": -0.132,
                "gap_db": null,
                "by_snr": [
                    {
                        "snr_db": 16,
                        "bursts": 2,
                        "found": 1,
                        "pd": 0.5,
                        "pd_interval": [0.012579, 0.987421],
                    },
                ],
                "deviations": {
                    "start_us": {"pairs": 1, "median": 5.0, "median_magnitude": 5.0, "ninety_percent_magnitude": 5.0},
                    "end_us": {"pairs": 1, "median": 0.0, "median_magnitude": 0.0, "ninety_percent_magnitude": 0.0},
                    "center_khz": {"pairs": 1, "median": 1.0, "median_magnitude": 1.0, "ninety_percent_magnitude": 1.0},
                    "bandwidth_percent": {"pairs": 1, "median": -1.0, "median_magnitude": 1.0, "ninety_percent_magnitude": 1.0},
                    "snr_db": {"pairs": 1, "median": -0.25, "median_magnitude": 0.25, "ninety_percent_magnitude": 0.25},
                },
            },
        ],
        "notes": [],
    });
    assert_eq!(serde_json::from_str::<Value>(&ended.out).unwrap(), expected);
    assert!(ended.out.ends_with("}\n"));
}

#[test]
fn annotations_of_another_program_are_scored_as_lines_are() {
    let folder = tempfile::tempdir().unwrap();
    let found: Vec<Value> = isolated()
        .lines()
        .map(|line| {
            let mut one: Value = serde_json::from_str(line).unwrap();
            let snr_db = one["snr_db"].take();
            one["glint:snr_db"] = snr_db;
            one
        })
        .collect();
    let document = json!({
        "global": {"core:datatype": "cu8", "core:sample_rate": 2.4e6, "core:version": "1.2.0"},
        "captures": [{"core:sample_start": 0, "core:frequency": 902.4e6}],
        "annotations": found,
    });
    let other = written(folder.path(), "other.sigmf-meta", &document.to_string());
    let lines = written(folder.path(), "lines.jsonl", &isolated());
    let score = |detections: &Path| {
        let ended = glint(&["score", ISOLATED, text(detections), "--json"]);
        let mut score: Value = serde_json::from_str(&ended.out).unwrap();
        score["detections"] = Value::Null;
        score
    };
    assert_eq!(score(&other), score(&lines));
    // A document is known for one under any name, and from standard input.
    let renamed = written(folder.path(), "other.json", &serde_json::to_string_pretty(&document).unwrap());
    assert_eq!(score(&renamed), score(&lines));
    let ended = fed(&["score", ISOLATED, "-"], document.to_string().into_bytes());
    assert_eq!((ended.status, ended.said.as_str()), (Some(0), ""));
}

#[test]
fn what_detect_writes_is_scored_and_truth_is_its_own_best_detection() {
    let folder = tempfile::tempdir().unwrap();
    let score = |detections: &str| -> Value {
        serde_json::from_str(&glint(&["score", CUT, detections, "--json"]).out).unwrap()
    };
    for (format, name) in [("jsonl", "found.jsonl"), ("sigmf", "found.sigmf-meta")] {
        let path = folder.path().join(name);
        let ended = glint(&["detect", CUT, "--format", format, "-o", text(&path)]);
        assert_eq!(ended.status, Some(0), "{}", ended.said);
        let score = score(text(&path));
        assert_eq!((&score["found"], &score["false_alarms"]), (&json!(3), &json!(0)), "{format}");
    }
    assert_eq!(glint(&["detect", CUT]).lines().len(), 3);
    let itself = score(CUT);
    assert_eq!((&itself["found"], &itself["bursts"]), (&json!(3), &json!(3)));
    assert_eq!(itself["deviations"]["start_us"]["ninety_percent_magnitude"], json!(0.0));
}

#[test]
fn a_part_of_a_recording_is_scored_alone() {
    let score = |more: &[&str], lines: String| -> Value {
        let ended = fed(&[&["score", ISOLATED, "-", "--json"], more].concat(), lines.into_bytes());
        assert_eq!(ended.status, Some(0), "{}", ended.said);
        serde_json::from_str(&ended.out).unwrap()
    };
    let figures = |score: &Value| {
        ["span_from", "from_s", "to_s", "bursts", "found", "false_alarms"].map(|name| score[name].clone())
    };
    let whole = score(&[], isolated());
    assert_eq!(figures(&whole), [json!("samples"), json!(0.0), json!(0.1458333), json!(32), json!(19), json!(1)]);
    let part = score(&["--from", "0.05", "--to", "0.1"], isolated());
    assert_eq!(figures(&part), [json!("asked"), json!(0.05), json!(0.1), json!(12), json!(9), json!(0)]);
    // What detect looked at stands in the lines of all events.
    let run = json!({"kind": "run", "core:sample_rate": 2.4e6, "core:frequency": 902.4e6,
        "core:sample_start": 120_000, "core:sample_count": 120_000, "false_alarms_per_hour": 10.0});
    let stated = score(&[], format!("{run}\n{}", isolated()));
    assert_eq!(figures(&stated), [json!("detections"), json!(0.05), json!(0.1), json!(12), json!(9), json!(0)]);
    assert_eq!(stated["limit_false_alarms_per_hour"], json!(10.0));
}

#[test]
fn a_part_that_detect_wrote_is_scored_alone_in_either_form() {
    let folder = tempfile::tempdir().unwrap();
    let scores = [("jsonl", "part.jsonl"), ("sigmf", "part.sigmf-meta")].map(|(format, name)| {
        let path = folder.path().join(name);
        let part = ["--start", "0.05", "--duration", "0.05", "--false-alarms-per-hour", "10"];
        let all = if format == "jsonl" { &["--all-events"][..] } else { &[] };
        let written = ["detect", ISOLATED, "--format", format, "-o", text(&path)];
        let ended = glint(&[&written[..], &part, all].concat());
        assert_eq!(ended.status, Some(0), "{}", ended.said);
        let mut score: Value = serde_json::from_str(&glint(&["score", ISOLATED, text(&path), "--json"]).out).unwrap();
        score["detections"] = Value::Null;
        score
    });
    assert_eq!(scores[0], scores[1]);
    assert_eq!((&scores[1]["span_from"], &scores[1]["bursts"]), (&json!("detections"), &json!(12)));
    assert_eq!(scores[1]["limit_false_alarms_per_hour"], json!(10.0));
}

#[test]
fn the_plot_is_drawn_and_nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let found = written(folder.path(), "found.jsonl", &isolated());
    let score =
        |plot: &Path, more: &[&str]| glint(&[&["score", ISOLATED, text(&found), "--plot", text(plot)], more].concat());
    let (svg, png) = (folder.path().join("p.svg"), folder.path().join("p.png"));
    assert_eq!((score(&svg, &[]).status, score(&png, &["--light"]).status), (Some(0), Some(0)));
    let drawn = fs::read_to_string(&svg).unwrap();
    assert_eq!(drawn.matches(">physical limit<").count(), 4);
    assert!(fs::read(&png).unwrap().starts_with(b"\x89PNG"));
    let again = score(&svg, &[]);
    assert_eq!((again.status, again.out.as_str()), (Some(1), ""));
    assert!(again.said.ends_with("p.svg exists already: choose another name, or replace it with --force\n"));
    assert_eq!(score(&svg, &["--force"]).status, Some(0));
    assert_eq!(fs::read_to_string(&svg).unwrap(), drawn);
}

#[test]
fn what_cannot_be_scored_is_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| written(folder.path(), name, content);
    let found = file("found.jsonl", &isolated());
    let no_rate = file("no-rate.sigmf-meta", r#"{"global": {}, "captures": [], "annotations": []}"#);
    let slow = file("slow.sigmf-meta", r#"{"global": {"core:sample_rate": 1e6}, "captures": [], "annotations": []}"#);
    let broken = file("broken.jsonl", &format!("{}{{\"kind\": \"burst\"}}\n", isolated()));
    let csv = file("found.csv", "kind,core:sample_start\n");
    let not_text = folder.path().join("samples.cu8");
    fs::write(&not_text, [0xff; 100]).unwrap();
    let nowhere = folder.path().join("nowhere.jsonl");
    let said = |arguments: &[&str]| {
        let Ended { status, out, said } = glint(&[&["score"], arguments].concat());
        assert_eq!(out, "");
        let said = said.replace(&format!("{}/", folder.path().display()), "");
        (status, said.strip_prefix("glint: ").map_or(said.clone(), |sentence| sentence.trim_end().to_owned()))
    };
    let (isolated, found) = (ISOLATED, text(&found));
    let unreadable = [
        (said(&["none.sigmf-meta", found]), "there is no file none.sigmf-meta: check the name"),
        (said(&[isolated, text(&nowhere)]), "there is no file nowhere.jsonl: check the name"),
        (said(&["recordings", found]), "recordings is a folder: name one file in it"),
        (said(&[isolated, "recordings"]), "recordings is a folder: name one file in it"),
        (
            said(&[text(&no_rate), found]),
            "no-rate.sigmf-meta states no sample rate, so its samples have no time: add core:sample_rate",
        ),
        (
            said(&[isolated, text(&slow)]),
            "slow.sigmf-meta counts samples at 1 MS/s and recordings/practice/isolated-bursts.sigmf-meta at 2.4 MS/s, \
             so they cannot be compared: detect in the recording that the truth is of",
        ),
        (said(&[found, found]), "found.jsonl is no SigMF metadata: TRUTH comes first, then DETECTIONS"),
        (
            said(&[isolated, text(&broken)]),
            "broken.jsonl, line 22, is no detection (it has no core:sample_start that can be one): mend it or leave it \
             out",
        ),
        (
            said(&[isolated, text(&csv)]),
            "found.csv, line 1, is no JSON object: give JSON Lines as glint detect writes them, or SigMF annotations",
        ),
        (
            said(&[isolated, text(&not_text)]),
            "samples.cu8, line 1, is no detection (it is not text): mend it or leave it out",
        ),
    ];
    for ((status, sentence), expected) in unreadable {
        assert_eq!((status, sentence.as_str()), (Some(1), expected));
    }
    let unusable = [
        (
            said(&["-", found]),
            "the truth cannot come from standard input: name its file, and give - for the detections",
        ),
        (
            said(&["scene:demo", found]),
            "scene:demo is a scene: make its truth with glint synth scene:demo -o x.sigmf-meta",
        ),
        (
            said(&[isolated, found, "--from", "5"]),
            "there is nothing to score from 5 s to 0.145833 s: recordings/practice/isolated-bursts.sigmf-meta \
             lasts 0.145833 s",
        ),
        (
            said(&[isolated, found, "--plot", "a.pdf"]),
            "the plot a.pdf is neither SVG nor PNG: give a name that ends in .svg or .png",
        ),
    ];
    for ((status, sentence), expected) in unusable {
        assert_eq!((status, sentence.as_str()), (Some(2), expected));
    }
    assert_eq!(said(&[isolated]).0, Some(2));
    assert_eq!(said(&[isolated, found, "--to", "0"]).0, Some(2));
}

#[test]
fn what_belongs_to_the_plot_alone_needs_one() {
    for option in ["--light", "--force"] {
        let ended = glint(&["score", ISOLATED, ISOLATED, option]);
        assert_eq!((ended.status, ended.out.as_str()), (Some(2), ""), "{}", ended.said);
    }
}
