//! What scripts and other programs rely on: what `glint` writes where, in which order, and how it ends.

#[path = "support/program.rs"]
mod program;
#[path = "support/samples.rs"]
mod samples;

use std::fs;
use std::path::PathBuf;
#[cfg(unix)]
use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use glint::iq::SampleFormat;
use program::{Ended, fed, glint, text};
use samples::{Tone, bytes, noise_with};
use serde_json::{Value, json};

const RATE: f64 = 600e3;

/// Fields of every burst, in their order.
const FIELDS: [&str; 15] = [
    "kind",
    "core:sample_start",
    "core:sample_count",
    "core:freq_lower_edge",
    "core:freq_upper_edge",
    "start_s",
    "duration_s",
    "center_hz",
    "bandwidth_hz",
    "power_dbfs",
    "noise_dbfs",
    "snr_db",
    "expected_per_hour",
    "cut_start",
    "cut_end",
];

/// A burst, then a long one during which another comes and goes.
const TONES: [Tone; 3] = [
    Tone { start_s: 0.5, length_s: 0.004, offset_hz: 131e3, amplitude: 0.3 },
    Tone { start_s: 0.8, length_s: 0.5, offset_hz: -160e3, amplitude: 0.02 },
    Tone { start_s: 1.0, length_s: 0.01, offset_hz: 150e3, amplitude: 0.1 },
];

/// Seconds of the recording.
const SECONDS: f64 = 1.6;

/// A folder with noise and these tones at 100 MHz, as a file whose name says rate and centre.
struct Take {
    folder: tempfile::TempDir,
    file: PathBuf,
    bytes: Vec<u8>,
}

impl Take {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("take_100M_600k.cs16");
        let bytes = bytes(SampleFormat::Ci16Le, &noise_with(RATE, SECONDS, &TONES));
        fs::write(&file, &bytes).unwrap();
        Take { folder, file, bytes }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn detect(&self, options: &[&str]) -> Ended {
        glint(&[&["detect", text(&self.file)], options].concat())
    }
}

/// Start and duration in seconds and centre in hertz.
type Place = (f64, f64, f64);

/// Asserts that these are the bursts, in this order, to a quarter of a millisecond and 3 kHz.
fn assert_places(bursts: &[Value], expected: &[Place]) {
    let found: Vec<Place> = bursts
        .iter()
        .map(|burst| (number(burst, "start_s"), number(burst, "duration_s"), number(burst, "center_hz")))
        .collect();
    let near =
        |a: &Place, b: &Place| (a.0 - b.0).abs() < 0.25e-3 && (a.1 - b.1).abs() < 0.25e-3 && (a.2 - b.2).abs() < 3e3;
    let all_near = found.iter().zip(expected).all(|(a, b)| near(a, b));
    assert!(found.len() == expected.len() && all_near, "found {found:?}, sent {expected:?}");
}

/// Where the bursts of [`TONES`] are, in order of their ends.
fn sent() -> [Place; 3] {
    [0, 2, 1].map(|i| (TONES[i].start_s, TONES[i].length_s, 100e6 + TONES[i].offset_hz))
}

fn number(line: &Value, field: &str) -> f64 {
    line[field].as_f64().unwrap_or_else(|| panic!("{field} is a number in {line}"))
}

/// A field in samples as seconds to 0.1 µs.
fn seconds(line: &Value, field: &str) -> f64 {
    (number(line, field) / RATE * 1e7).round() / 1e7
}

fn keys(line: &Value) -> Vec<&str> {
    line.as_object().expect("a line is an object").keys().map(String::as_str).collect()
}

#[test]
fn detect_writes_one_object_for_each_burst_in_order_of_their_ends() {
    let take = Take::new();
    let ended = take.detect(&[]);
    assert_eq!(ended.status, Some(0), "{}", ended.said);
    let bursts = ended.lines();
    assert_places(&bursts, &sent());
    for burst in &bursts {
        assert_eq!(keys(burst), FIELDS);
        assert_eq!(burst["kind"], "burst");
        for field in &FIELDS[1..13] {
            assert!(number(burst, field).is_finite());
        }
        assert!(burst["core:sample_start"].is_u64() && burst["core:sample_count"].is_u64());
        assert_eq!(number(burst, "start_s"), seconds(burst, "core:sample_start"));
        assert_eq!(number(burst, "duration_s"), seconds(burst, "core:sample_count"));
        let (lower, upper) = (number(burst, "core:freq_lower_edge"), number(burst, "core:freq_upper_edge"));
        assert_eq!(number(burst, "bandwidth_hz"), upper - lower);
        assert!((lower..=upper).contains(&number(burst, "center_hz")));
        assert!(number(burst, "expected_per_hour") <= 1.0);
    }
}

#[test]
fn levels_are_those_of_the_signal() {
    let bursts = Take::new().detect(&[]).lines();
    // Amplitude 0.3 is −10.46 dBFS, 0.1 is −20 and 0.02 is −33.98; the edges hold 95.7 % of it, 0.19 dB less.
    let powers: Vec<f64> = bursts.iter().map(|burst| number(burst, "power_dbfs")).collect();
    let sent = [-10.65, -20.19, -34.17];
    let all_near = powers.iter().zip(sent).all(|(power, sent)| (power - sent).abs() < 0.3);
    assert!(powers.len() == 3 && all_near, "found {powers:?} dBFS, sent {sent:?}");
}

#[test]
fn any_number_of_threads_and_any_run_gives_the_same_bytes() {
    let take = Take::new();
    let once = take.detect(&["--threads", "1"]).out;
    assert_eq!(once.lines().count(), 3);
    for threads in ["1", "2", "4"] {
        assert_eq!(take.detect(&["--threads", threads]).out, once, "{threads} threads");
    }
}

#[test]
fn standard_input_and_a_sigmf_pair_give_what_the_file_gives() {
    let take = Take::new();
    let from_file = take.detect(&[]).out;
    let options = ["detect", "-", "--sample-format", "cs16", "--rate", "600k", "--center", "100e6"];
    let from_input = fed(&options, take.bytes.clone());
    assert_eq!((from_input.status, from_input.out), (Some(0), from_file.clone()));

    fs::write(take.path("pair.sigmf-data"), &take.bytes).unwrap();
    let meta = json!({
        "global": {"core:datatype": "ci16_le", "core:sample_rate": RATE, "core:version": "1.2.0"},
        "captures": [{"core:sample_start": 0, "core:frequency": 100e6}],
        "annotations": [],
    });
    fs::write(take.path("pair.sigmf-meta"), meta.to_string()).unwrap();
    for name in ["pair.sigmf-meta", "pair.sigmf-data"] {
        assert_eq!(glint(&["detect", text(&take.path(name))]).out, from_file, "{name}");
    }
}

#[test]
fn the_time_is_written_when_the_recording_says_when_it_began() {
    let take = Take::new();
    fs::write(take.path("pair.sigmf-data"), &take.bytes).unwrap();
    let meta = json!({
        "global": {"core:datatype": "ci16_le", "core:sample_rate": RATE, "core:version": "1.2.0"},
        "captures": [{"core:sample_start": 0, "core:datetime": "2026-01-02T03:04:05Z"}],
        "annotations": [],
    });
    fs::write(take.path("pair.sigmf-meta"), meta.to_string()).unwrap();
    let bursts = glint(&["detect", text(&take.path("pair.sigmf-meta"))]).lines();
    assert_eq!(bursts.len(), 3);
    for burst in &bursts {
        let after = format!("2026-01-02T03:04:{:09.6}Z", 5.0 + number(burst, "start_s"));
        assert_eq!(burst["time"], after);
        assert!(number(burst, "center_hz").abs() < RATE / 2.0, "without a centre frequencies are offsets");
    }
}

#[test]
fn csv_and_sigmf_say_what_json_lines_say() {
    let take = Take::new();
    let bursts = take.detect(&[]).lines();

    let csv = take.detect(&["--format", "csv"]).out;
    let mut table = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = table.next().unwrap();
    assert_eq!(header[..15], FIELDS);
    let rows: Vec<Vec<String>> = table.map(|row| row[..15].iter().map(|&cell| cell.to_owned()).collect()).collect();
    let as_text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let expected: Vec<Vec<String>> =
        bursts.iter().map(|burst| FIELDS.iter().map(|&field| as_text(&burst[field])).collect()).collect();
    assert_eq!(rows, expected);

    let document: Value = serde_json::from_str(&take.detect(&["--format", "sigmf"]).out).unwrap();
    let mut by_start = bursts;
    by_start.sort_by_key(|burst| burst["core:sample_start"].as_u64());
    let annotations = document["annotations"].as_array().unwrap();
    // SigMF says these by the sample rate and the edges.
    let left_out = ["start_s", "duration_s", "bandwidth_hz"];
    for field in FIELDS.iter().filter(|field| !left_out.contains(field)) {
        let name = if field.starts_with("core:") { (*field).to_owned() } else { format!("glint:{field}") };
        let said: Vec<&Value> = annotations.iter().map(|annotation| &annotation[&name]).collect();
        let expected: Vec<&Value> = by_start.iter().map(|burst| &burst[*field]).collect();
        assert_eq!(said, expected, "{field}");
    }
}

#[test]
fn a_file_is_written_whole_and_replaced_only_by_force() {
    let take = Take::new();
    let out = take.path("found.jsonl");
    let lines = take.detect(&[]).out;
    let ended = take.detect(&["-o", text(&out)]);
    assert_eq!((ended.status, ended.out.as_str()), (Some(0), ""));
    assert_eq!(fs::read_to_string(&out).unwrap(), lines);

    fs::write(&out, "mine").unwrap();
    let refused = take.detect(&["-o", text(&out)]);
    assert_eq!(refused.status, Some(1));
    assert_eq!(fs::read_to_string(&out).unwrap(), "mine");
    assert_eq!(take.detect(&["--output", text(&out), "--force"]).status, Some(0));
    assert_eq!(fs::read_to_string(&out).unwrap(), lines);
    let names: Vec<_> = fs::read_dir(take.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "only the recording and the list: {names:?}");
}

#[test]
fn one_line_at_the_end_says_what_was_done() {
    let said = Take::new().detect(&["--false-alarms-per-hour", "0.5"]).said;
    let parts: Vec<&str> = said.trim_end().split(", ").collect();
    assert_eq!(parts[..2], ["960000 samples", "1.600 s of signal"]);
    assert!(parts[2].strip_suffix(" × real time").unwrap().parse::<f64>().unwrap() > 0.0, "{said}");
    assert_eq!(parts[3..], ["3 bursts", "0 samples lost", "false alarms set to 0.5 an hour"]);
    assert_eq!(said.lines().count(), 1);
}

#[test]
fn samples_count_from_the_recordings_first_one_also_with_start_and_duration() {
    let take = Take::new();
    let ended = take.detect(&["--start", "0.25", "--duration", "0.5"]);
    assert_places(&ended.lines(), &sent()[..1]);
    assert!(ended.said.starts_with("300000 samples, 0.500 s of signal, "), "{}", ended.said);
    // A cut through the long burst.
    let cut = take.detect(&["--start", "0.45", "--duration", "0.5"]).lines();
    assert_places(&cut, &[sent()[0], (0.8, 0.15, 100e6 - 160e3)]);
    assert_eq!((&cut[1]["cut_start"], &cut[1]["cut_end"]), (&json!(false), &json!(true)));
    let options = ["detect", "-", "--sample-format", "cs16", "--rate", "600k", "--center", "100M", "--start", "0.25"];
    let from_input = fed(&[&options[..], &["--duration", "0.5"]].concat(), take.bytes.clone());
    assert_eq!(from_input.out, ended.out);
}

#[test]
fn bytes_before_the_first_sample_are_left_out() {
    let take = Take::new();
    let file = take.path("header_100M_600k.cs16");
    fs::write(&file, [&[7; 129][..], &take.bytes].concat()).unwrap();
    let ended = glint(&["detect", text(&file), "--skip-bytes", "129"]);
    assert_eq!((ended.status, ended.out), (Some(0), take.detect(&[]).out));
}

#[test]
fn exchanging_i_and_q_mirrors_the_frequencies() {
    let bursts = Take::new().detect(&["--swap-iq"]).lines();
    assert_places(&bursts, &sent().map(|(start, length, center)| (start, length, 200e6 - center)));
}

#[test]
fn a_long_emission_comes_in_parts() {
    let lines = Take::new().detect(&["--longest", "0.15"]).lines();
    let whole: Vec<Value> = lines.iter().filter(|line| line.get("part").is_none()).cloned().collect();
    assert_places(&whole, &sent()[..2]);
    let parts: Vec<&Value> = lines.iter().filter(|line| line.get("part").is_some()).collect();
    let numbers: Vec<u64> = parts.iter().map(|part| part["part"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    let more: Vec<bool> = parts.iter().map(|part| part["more"].as_bool().unwrap()).collect();
    assert_eq!(more, [true, true, true, false]);
    for pair in parts.windows(2) {
        let end = number(pair[0], "core:sample_start") + number(pair[0], "core:sample_count");
        assert_eq!(number(pair[1], "core:sample_start"), end, "parts follow each other");
    }
    assert_eq!(lines.iter().map(end_of).collect::<Vec<_>>(), sorted(lines.iter().map(end_of).collect()));
}

fn end_of(burst: &Value) -> u64 {
    burst["core:sample_start"].as_u64().unwrap() + burst["core:sample_count"].as_u64().unwrap()
}

fn sorted(mut ends: Vec<u64>) -> Vec<u64> {
    ends.sort_unstable();
    ends
}

#[test]
fn all_events_tell_everything_that_happened_from_run_to_summary() {
    let folder = tempfile::tempdir().unwrap();
    let mut take = noise_with(RATE, 3.0, &[Tone { amplitude: 1.2, ..TONES[0] }]);
    let (first, second) = take.split_at_mut(1_200_000);
    first[600_000..600_100].fill(f32::NAN.into());
    second.iter_mut().for_each(|sample| *sample *= 2.0);
    let file = folder.path().join("events.cf32");
    fs::write(&file, bytes(SampleFormat::Cf32Le, &take)).unwrap();
    let detect = ["detect", text(&file), "--rate", "600k"];
    let ended = glint(&[&detect[..], &["--all-events"]].concat());
    assert_eq!(ended.status, Some(0), "{}", ended.said);
    let lines = ended.lines();
    let kinds: Vec<&str> = lines.iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!((kinds.first(), kinds.last()), (Some(&"run"), Some(&"summary")));
    let one = |kind: &str| {
        let mut found = lines.iter().filter(|line| line["kind"] == kind);
        let line = found.next().unwrap_or_else(|| panic!("a line of kind {kind}"));
        assert_eq!(found.count(), 0, "one line of kind {kind}");
        line
    };
    let run = one("run");
    assert_eq!(
        (&run["schema"], &run["source"], &run["core:sample_rate"], &run["core:sample_count"]),
        (&json!(1), &json!(text(&file)), &json!(RATE), &json!(1_800_000))
    );
    let gap = one("gap");
    assert_eq!((&gap["core:sample_start"], &gap["core:sample_count"]), (&json!(600_000), &json!(100)));
    assert!(one("overload")["clipped"].as_u64().unwrap() > 0);
    let step = one("step");
    assert!((number(step, "start_s") - 2.0).abs() < 0.02 && (number(step, "change_db") - 6.02).abs() < 1.0, "{step}");
    assert_eq!(one("summary")["lost"], 100);
    let bursts: String =
        ended.out.lines().filter(|line| line.contains(r#""kind":"burst""#)).fold(String::new(), joined);
    assert_eq!(glint(&detect).out, bursts, "without it only the bursts");
}

fn joined(text: String, line: &str) -> String {
    text + line + "\n"
}

#[test]
fn help_has_examples_and_unusable_arguments_end_with_status_2() {
    for command in
        [&["--help"][..], &["detect", "--help"], &["render", "--help"], &["synth", "--help"], &["watch", "--help"]]
    {
        let ended = glint(command);
        assert_eq!(ended.status, Some(0), "{command:?}");
        let (_, examples) = ended.out.split_once("Examples:\n").expect("there are examples");
        assert!(examples.lines().filter(|line| line.starts_with("  glint ")).count() >= 2, "{command:?}");
    }
    assert!(glint(&["--version"]).out.starts_with("glint 0."));
    for wrong in [&["nonsense"][..], &["detect"], &["detect", "scene:demo", "--false-alarms-per-hour", "0"]] {
        let ended = glint(wrong);
        assert_eq!((ended.status, ended.out.as_str()), (Some(2), ""), "{wrong:?}");
        assert!(ended.said.starts_with("error: "), "{}", ended.said);
    }
}

#[test]
fn render_makes_the_same_picture_of_the_size_asked_for_without_a_display() {
    let take = Take::new();
    let render = |name: &str, options: &[&str]| {
        let out = take.path(name);
        let ended = glint(&[&["render", text(&take.file), "-o", text(&out)], options].concat());
        assert_eq!((ended.status, ended.out.as_str()), (Some(0), ""), "{}", ended.said);
        fs::read(out).unwrap()
    };
    let size = |png: &[u8]| {
        assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
        [16, 20].map(|at| u32::from_be_bytes(png[at..at + 4].try_into().unwrap()))
    };
    let dark = render("dark.png", &[]);
    assert_eq!(size(&dark), [1600, 900]);
    assert!(render("again.png", &["--threads", "1"]) == dark, "the same input gives the same bytes");
    let light = render("light.png", &["--light", "--size", "1200x800"]);
    assert_eq!(size(&light), [1200, 800]);

    let refused = glint(&["render", text(&take.file), "-o", text(&take.path("dark.png"))]);
    assert_eq!(refused.status, Some(1));
    assert!(fs::read(take.path("dark.png")).unwrap() == dark, "an existing picture is kept");
    let sizeless = glint(&["render", text(&take.file), "-o", text(&take.path("x.png")), "--size", "big"]);
    assert_eq!((sizeless.status, sizeless.said.lines().count()), (Some(2), 1));
    assert!(!take.path("x.png").exists());
}

#[test]
fn render_shows_power_or_what_the_detector_sums() {
    let take = Take::new();
    let render = |name: &str, options: &[&str]| {
        let out = take.path(name);
        let ended = glint(&[&["render", text(&take.file), "-o", text(&out), "--size", "800x400"], options].concat());
        assert_eq!((ended.status, ended.out.as_str()), (Some(0), ""), "{}", ended.said);
        fs::read(out).unwrap()
    };
    let boxes = render("boxes.png", &["--view", "detector"]);
    assert!(render("again.png", &["--view", "detector", "--threads", "1"]) == boxes, "the same input, the same bytes");
    assert!(render("more.png", &["--view", "detector", "--threads", "3"]) == boxes, "the same input, the same bytes");
    let power = render("power.png", &["--view", "power"]);
    assert!(power != boxes);
    assert!(render("usual.png", &[]) == power, "power unless asked otherwise");

    let wrong = glint(&["render", text(&take.file), "-o", text(&take.path("x.png")), "--view", "phase"]);
    assert_eq!(wrong.status, Some(2));
    assert_eq!(wrong.said.lines().next(), Some("error: invalid value 'phase' for '--view <VIEW>'"));
    assert!(!take.path("x.png").exists());
}

/// Starts glint with pipes for all its streams.
#[cfg(unix)]
fn started(arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_glint"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Presses Ctrl-C and returns how the run ended and how long that took.
#[cfg(unix)]
fn interrupted(running: Child) -> (Ended, Duration) {
    let pressed = Instant::now();
    let kill = Command::new("sh").args(["-c", &format!("kill -INT {}", running.id())]).status().unwrap();
    assert!(kill.success());
    let ended = running.wait_with_output().unwrap().into();
    (ended, pressed.elapsed())
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_run_with_what_was_found_so_far() {
    let second = bytes(SampleFormat::Ci16Le, &noise_with(RATE, 1.0, &TONES[..1]));
    let mut running = started(&["detect", "-", "--sample-format", "cs16", "--rate", "600k", "--center", "100M"]);
    let mut samples = running.stdin.take().unwrap();
    // The same second again and again, until nobody reads it any more.
    let feeding = std::thread::spawn(move || while samples.write_all(&second).is_ok() {});
    let mut out = String::new();
    BufReader::with_capacity(1, running.stdout.as_mut().unwrap()).read_line(&mut out).unwrap();
    let (mut ended, _) = interrupted(running);
    feeding.join().unwrap();
    ended.out.insert_str(0, &out);
    assert_eq!(ended.status, Some(0), "{}", ended.said);
    let bursts = ended.lines();
    let (start, length, center) = sent()[0];
    let expected: Vec<Place> = (0..bursts.len()).map(|n| (start + n as f64, length, center)).collect();
    assert_places(&bursts, &expected);
    let summary = ended.said.lines().last().unwrap();
    let count = if bursts.len() == 1 { ", 1 burst, ".to_owned() } else { format!(", {} bursts, ", bursts.len()) };
    assert!(summary.contains(&count), "{summary}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_run_that_waits_for_samples() {
    let take = Take::new();
    let out = take.path("found.jsonl");
    let options = ["detect", "-", "--sample-format", "cs16", "--rate", "600k", "--center", "100M"];
    let mut running = started(&[&options[..], &["-o", text(&out)]].concat());
    let mut samples = running.stdin.take().unwrap();
    // Whole blocks of 20 ms, so that none is still being filled; then nothing more, but the pipe stays open.
    samples.write_all(&take.bytes[..65 * 12_000 * 4]).unwrap();
    std::thread::sleep(Duration::from_secs(2));
    let (ended, took) = interrupted(running);
    assert_eq!(ended.status, Some(0), "{}", ended.said);
    assert!(took < Duration::from_secs(2), "it took {took:?}");
    assert!(ended.said.starts_with("780000 samples, "), "{}", ended.said);
    let found: Vec<Value> =
        fs::read_to_string(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_places(&found, &sent());
    drop(samples);
}

#[cfg(unix)]
#[test]
fn ctrl_c_before_any_sample_is_no_failure() {
    let mut running = started(&["detect", "-", "--sample-format", "cs16", "--rate", "600k"]);
    let samples = running.stdin.take();
    std::thread::sleep(Duration::from_secs(1));
    let (ended, took) = interrupted(running);
    drop(samples);
    assert_eq!((ended.status, ended.out.as_str()), (Some(0), ""), "{}", ended.said);
    assert!(took < Duration::from_secs(2), "it took {took:?}");
}

#[cfg(unix)]
#[test]
fn a_reader_that_closes_the_pipe_has_had_enough() {
    let take = Take::new();
    for options in [&[][..], &["--format", "csv"], &["--format", "sigmf"], &["--all-events"]] {
        let mut running = started(&[&["detect", text(&take.file)], options].concat());
        drop(running.stdout.take());
        let ended = Ended::from(running.wait_with_output().unwrap());
        assert_eq!(ended.status, Some(0), "{options:?}: {}", ended.said);
        assert!(ended.said.lines().count() <= 1, "{}", ended.said);
    }
}
