//! A recording made from a scene: the same bursts are found in it as in the scene, and it states what was really sent.

#[path = "support/program.rs"]
mod program;

use std::fs;
use std::path::{Path, PathBuf};

use glint::iq::SampleFormat;
use glint::recording::{Annotation, Recording};
use glint::scene::{Scene, TruthBurst};
use glint::source::{self, Options};
use glint::units::{Hertz, SampleIndex};
use program::{Ended, glint, text};
use serde_json::Value;

const RATE: f64 = 2.4e6;
const CENTER: f64 = 897.3e6;

/// A folder for what one test makes.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Makes the recording `name` of the demonstration.
    fn demo(&self, name: &str, options: &[&str]) -> Pair {
        let meta = self.path(&format!("{name}.sigmf-meta"));
        let ended = glint(&[&["synth", "scene:demo", "-o", text(&meta)], options].concat());
        assert_eq!((ended.status, ended.out.as_str()), (Some(0), ""), "{}", ended.said);
        Pair { data: meta.with_extension("sigmf-data"), meta, ended }
    }

    /// Runs `glint synth` with `NAME` of `-o NAME` in this folder: exit status, and what was said without the folder.
    fn refused(&self, scene: &str, out: &str, options: &[&str]) -> (Option<i32>, String) {
        let ended = glint(&[&["synth", scene, "-o", text(&self.path(out))], options].concat());
        (ended.status, ended.said.replace(&format!("{}/", self.0.path().display()), "").trim_end().to_owned())
    }

    /// Names of the files here, in order.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// A recording that was made, and how that ended.
struct Pair {
    meta: PathBuf,
    data: PathBuf,
    ended: Ended,
}

impl Pair {
    fn bytes(&self) -> Vec<u8> {
        fs::read(&self.data).unwrap()
    }

    fn document(&self) -> Value {
        serde_json::from_str(&fs::read_to_string(&self.meta).unwrap()).unwrap()
    }

    fn annotations(&self) -> Vec<Annotation> {
        Recording::look(&self.meta).unwrap().annotations
    }
}

fn demo() -> Scene {
    Scene::named("demo").unwrap()
}

/// Everything that is sent in the demonstration and done there, as annotations of a recording of all of it, in order of
/// start.
fn everything() -> Vec<Annotation> {
    let scene = demo();
    let bursts = scene.truth(SampleIndex(0), SampleIndex(scene.length()));
    let actions = scene.actions().iter().map(|action| Annotation {
        start: action.start.0,
        count: action.count,
        label: Some(action.label.clone()),
        kind: Some("action".to_owned()),
        ..Annotation::default()
    });
    let mut all: Vec<Annotation> = actions.chain(bursts.into_iter().map(burst)).collect();
    all.sort_by_key(|annotation| annotation.start);
    all
}

fn burst(burst: TruthBurst) -> Annotation {
    let hundredths = |db: f32| (f64::from(db) * 100.0).round() / 100.0;
    Annotation {
        start: burst.start.0,
        count: burst.count,
        edges: Some(((CENTER + burst.low.0).round(), (CENTER + burst.high.0).round())),
        label: Some(burst.label),
        snr_db: Some(hundredths(burst.snr.0)),
        level_dbfs: Some(hundredths(burst.level.0)),
        ..Annotation::default()
    }
}

/// What of `all` is in samples `from` to `to`, counted from there.
fn part(all: Vec<Annotation>, from: u64, to: u64) -> Vec<Annotation> {
    let inside = all.into_iter().filter(|a| a.start < to && a.start + a.count > from);
    let cut = inside.map(|a| {
        let (start, end) = (a.start.max(from), (a.start + a.count).min(to));
        let (cut_start, cut_end) = (a.start < from, a.start + a.count > to);
        Annotation { start: start - from, count: end - start, cut_start, cut_end, ..a }
    });
    cut.collect()
}

/// The samples of the demonstration as its source gives them.
fn samples(first: u64, count: u64) -> Vec<u8> {
    let mut bytes = vec![0; 2 * count as usize];
    demo().renderer().render(SampleIndex(first), &mut bytes);
    bytes
}

#[test]
fn what_is_found_in_a_recording_of_a_scene_is_what_is_found_in_the_scene() {
    let folder = Folder::new();
    let part = ["--duration", "4.5"];
    let in_the_scene = glint(&[&["detect", "scene:demo"], &part[..]].concat());
    assert!(in_the_scene.lines().len() > 30, "{}", in_the_scene.said);
    for format in ["ci16_le", "cf32_le", "cu8"] {
        let pair = folder.demo(format, &[&["--sample-format", format], &part[..]].concat());
        let found = glint(&["detect", text(&pair.meta)]);
        assert_eq!((found.status, found.out), (Some(0), in_the_scene.out.clone()), "{format}");
    }
}

#[test]
fn samples_are_those_of_the_scene_in_every_format() {
    let folder = Folder::new();
    let count = 24_000;
    let made = samples(60_000_000, count);
    for (name, size) in [("cu8", 2), ("ci8", 2), ("ci16_le", 4), ("cf32_le", 8)] {
        let options = ["--start", "25", "--duration", "0.01", "--sample-format", name];
        let bytes = folder.demo(name, &options).bytes();
        assert_eq!(bytes.len(), count as usize * size, "{name}");
        let format = SampleFormat::from_name(name).unwrap();
        let mut samples = vec![Default::default(); count as usize];
        format.convert(&bytes, &mut samples);
        // A signed step lies half a step below the unsigned one.
        let lower = if name == "ci8" { 1.0 } else { 0.0 };
        let doubled: Vec<f32> = samples.iter().flat_map(|z| [z.re, z.im]).map(|x| x * 256.0 + lower).collect();
        let expected: Vec<f32> = made.iter().map(|b| 2.0 * f32::from(*b) - 255.0).collect();
        assert!(doubled == expected, "{name}");
    }
}

#[test]
fn annotations_are_everything_that_was_sent_and_done_in_order_of_start() {
    let folder = Folder::new();
    let pair = folder.demo("all", &["--sample-format", "cu8"]);
    let annotations = pair.annotations();
    assert_eq!(annotations.len(), 3351);
    assert_eq!(annotations, everything());
    let written = pair.document();
    let starts: Vec<u64> =
        written["annotations"].as_array().unwrap().iter().map(|a| number(a, "core:sample_start")).collect();
    assert!(starts.is_sorted());
    assert_eq!(fs::metadata(&pair.data).unwrap().len(), 2 * demo().length());

    let said = pair.ended.said;
    let parts: Vec<&str> = said.trim_end().split(", ").collect();
    assert_eq!(parts[..2], ["144000000 samples", "60.000 s of signal"], "{said}");
    assert!(parts[2].strip_suffix(" × real time").unwrap().parse::<f64>().unwrap() > 0.0, "{said}");
    assert_eq!(parts[3..], ["3347 bursts of 2 kinds", "4 actions"], "{said}");
}

fn number(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap_or_else(|| panic!("{key} is a whole number in {value}"))
}

#[test]
fn a_part_begins_at_sample_0_and_what_its_ends_cut_says_so() {
    let folder = Folder::new();
    // From inside a burst to inside another, and inside the action of which they are part.
    let all = everything();
    let bursts: Vec<&Annotation> = all.iter().filter(|a| a.kind.is_none() && a.start > 60_000_000).collect();
    let (from, to) = (bursts[0].start + bursts[0].count / 3, bursts[40].start + bursts[40].count / 3);
    let seconds = |samples: u64| (samples as f64 / RATE).to_string();
    let pair =
        folder.demo("part", &["--start", &seconds(from), "--duration", &seconds(to - from), "--sample-format", "cu8"]);
    let annotations = pair.annotations();
    let cut: Vec<(bool, bool)> = annotations.iter().map(|a| (a.cut_start, a.cut_end)).collect();
    assert_eq!(
        (cut[0], cut[1], cut[2], cut[cut.len() - 1]),
        ((true, true), (true, false), (false, false), (false, true))
    );
    assert_eq!(annotations.len(), 42);
    assert_eq!(annotations, part(all, from, to));
    assert!(pair.bytes() == samples(from, to - from));
    assert_eq!(pair.document()["global"]["glint:scene_sample_start"], from);
    assert!(pair.ended.said.ends_with("41 bursts of 1 kind, 1 action\n"), "{}", pair.ended.said);
}

#[test]
fn another_seed_changes_the_noise_and_not_what_is_true() {
    let folder = Folder::new();
    let part = ["--start", "2.9", "--duration", "0.5", "--sample-format", "cu8"];
    let made = |name: &str, seed: &[&str]| folder.demo(name, &[&part[..], seed].concat());
    let (own, same, other) = (made("own", &[]), made("same", &["--seed", "20"]), made("other", &["--seed", "21"]));
    assert!(own.bytes() == same.bytes() && own.document() == same.document());
    let differing = own.bytes().iter().zip(other.bytes()).filter(|(a, b)| **a != *b).count();
    assert!(differing > own.bytes().len() / 2, "{differing} bytes differ");
    let mut document = other.document();
    assert_eq!(document["global"]["glint:seed"], 21);
    document["global"]["glint:seed"] = 20.into();
    assert_eq!(document, own.document());
    assert!(own.annotations().len() > 5);
}

#[test]
fn the_metadata_say_what_the_recording_is_and_nothing_of_who_made_it_where() {
    let folder = Folder::new();
    let document = folder.demo("short", &["--duration", "0.01"]).document();
    let version = env!("CARGO_PKG_VERSION");
    let expected = serde_json::json!({
        "global": {
            "core:datatype": "ci16_le",
            "core:sample_rate": RATE,
            "core:version": "1.2.0",
            "core:description": "Demonstration",
            "core:recorder": format!("glint {version}"),
            "core:extensions": [{"name": "glint", "version": version, "optional": true}],
            "glint:scene": "Demonstration",
            "glint:seed": 20,
        },
        "captures": [{"core:sample_start": 0, "core:frequency": CENTER}],
        "annotations": [],
    });
    assert_eq!(document, expected);
}

#[test]
fn the_recording_opens_as_a_source_with_what_was_done() {
    let folder = Folder::new();
    let pair = folder.demo("source", &["--start", "2", "--duration", "2", "--sample-format", "cu8"]);
    let source = source::open(&pair.data, &Options::default()).unwrap();
    let info = source.info();
    assert_eq!(
        (info.tuning.center, info.tuning.sample_rate, info.length),
        (Some(Hertz(CENTER)), Hertz(RATE), Some(4_800_000))
    );
    let actions: Vec<(&str, u64, u64)> =
        info.actions.iter().map(|action| (action.label.as_str(), action.start.0, action.count)).collect();
    assert_eq!(actions, [("Switched on", 2_400_000, 2_400_000)]);
}

const OWN: &str = r#"
[scene]
title = "My own"
duration_s = 0.01
sample_rate_hz = 1_000_000
center_hz = 900_000_000
[receiver]
noise_dbfs = -36.0
"#;

#[test]
fn a_scene_of_ones_own_is_recorded_and_the_name_of_the_samples_will_do() {
    let folder = Folder::new();
    let scene = folder.path("own.scene.toml");
    fs::write(&scene, OWN).unwrap();
    let out = folder.path("a.b.sigmf-data");
    let ended = glint(&["synth", text(&scene), "-o", text(&out)]);
    assert_eq!(ended.status, Some(0), "{}", ended.said);
    assert_eq!(folder.names(), ["a.b.sigmf-data", "a.b.sigmf-meta", "own.scene.toml"]);
    let meta = fs::read_to_string(out.with_extension("sigmf-meta")).unwrap();
    assert!(meta.contains("My own") && !meta.contains("own.scene"), "{meta}");
}

#[test]
fn what_cannot_be_recorded_is_refused_with_one_sentence() {
    let folder = Folder::new();
    fs::write(folder.path("a.cu8"), [128; 4000]).unwrap();
    let sentence = |words: &str| format!("glint: {words}");
    let a_recording = folder.refused(text(&folder.path("a.cu8")), "o.sigmf-meta", &[]);
    assert_eq!(a_recording.0, Some(2));
    assert!(
        a_recording.1.starts_with("glint: a.cu8 is no scene: give one that comes with glint (scene:demo"),
        "{a_recording:?}"
    );
    assert_eq!(
        folder.refused(text(&folder.path("none.scene.toml")), "o.sigmf-meta", &[]),
        (Some(1), sentence("there is no file none.scene.toml: check the name"))
    );
    assert_eq!(
        folder.refused("scene:demo", "o.sigmf-meta", &["--start", "60"]),
        (Some(2), sentence("scene:demo is 60 s long, so nothing comes after 60 s: give less with --start"))
    );
    for name in ["o.wav", "o", "o.sigmf", ".sigmf-meta"] {
        assert_eq!(
            folder.refused("scene:demo", name, &[]),
            (
                Some(2),
                sentence(&format!(
                    "{name} does not name a SigMF recording: end it in .sigmf-meta, and the samples go beside it in \
                     .sigmf-data"
                ))
            )
        );
    }
    assert_eq!(
        folder.refused("scene:demo", "none/o.sigmf-meta", &[]),
        (Some(1), sentence("none/o.sigmf-meta cannot be written, as its folder does not exist: make it first"))
    );
    assert_eq!(folder.names(), ["a.cu8"]);
    for (option, value) in [("--sample-format", "wav"), ("--seed", "-1"), ("--start", "-1"), ("--duration", "0")] {
        let (status, said) = folder.refused("scene:demo", "o.sigmf-meta", &[option, value]);
        assert_eq!(status, Some(2), "{said}");
        assert!(said.starts_with(&format!("error: invalid value '{value}' for '{option}")), "{said}");
    }
}

#[test]
fn either_file_of_a_pair_that_exists_is_kept_unless_forced() {
    let folder = Folder::new();
    let part = ["--duration", "0.001"];
    for name in ["o.sigmf-meta", "o.sigmf-data"] {
        fs::write(folder.path(name), "mine").unwrap();
        assert_eq!(
            folder.refused("scene:demo", "o.sigmf-meta", &part),
            (Some(1), format!("glint: {name} exists already: choose another name, or replace it with --force"))
        );
        assert_eq!(folder.names(), [name]);
        assert_eq!(fs::read_to_string(folder.path(name)).unwrap(), "mine");
        fs::remove_file(folder.path(name)).unwrap();
    }
    fs::write(folder.path("o.sigmf-data"), "mine").unwrap();
    let pair = folder.demo("o", &[&part[..], &["--force"]].concat());
    assert_eq!(pair.bytes().len(), 2400 * 4);
    assert_eq!(folder.names(), ["o.sigmf-data", "o.sigmf-meta"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_leaves_nothing_half_made() {
    let folder = Folder::new();
    for full in ["o.sigmf-data", "o.sigmf-meta"] {
        let link = folder.path(full);
        std::os::unix::fs::symlink("/dev/full", &link).unwrap();
        assert_eq!(
            folder.refused("scene:demo", "o.sigmf-meta", &["--duration", "0.1"]),
            (Some(1), format!("glint: {full} cannot be written, as there is no room left: make room"))
        );
        assert_eq!(folder.names(), [full]);
        fs::remove_file(link).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_nothing_half_made_and_says_so() {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    let folder = Folder::new();
    let mut running = Command::new(env!("CARGO_BIN_EXE_glint"))
        .args(["synth", "scene:demo", "--sample-format", "cf32", "-o", text(&folder.path("o.sigmf-meta"))])
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let patience = Instant::now() + Duration::from_secs(60);
    let begun = |folder: &Folder| folder.names().iter().any(|name| is_begun(&folder.path(name)));
    while !begun(&folder) && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(running.try_wait().unwrap(), None, "it was made before it could be stopped");
    // As `timeout` does, which sends it to the program and then to the group of programs.
    let kill =
        Command::new("sh").args(["-c", &format!("kill -INT {0}; kill -INT {0}", running.id())]).status().unwrap();
    assert!(kill.success());
    let ended = Ended::from(running.wait_with_output().unwrap());
    assert_eq!(
        (ended.status, ended.said.as_str()),
        (Some(1), "glint: stopped before the recording was whole: nothing is left of it\n")
    );
    assert_eq!(folder.names(), [] as [&str; 0]);
}

/// Whether these are samples being written.
#[cfg(unix)]
fn is_begun(path: &Path) -> bool {
    path.to_string_lossy().contains(".sigmf-data.") && fs::metadata(path).is_ok_and(|file| file.len() > 1_000_000)
}

#[test]
fn samples_that_the_scene_itself_clips_are_said_and_a_scene_is_never_its_own_recording() {
    let folder = Folder::new();
    let meta = folder.path("o.sigmf-meta");
    let ended = glint(&["synth", "scene:own-phone-too-close", "-o", text(&meta), "--duration", "20"]);
    assert_eq!(ended.status, Some(0), "{}", ended.said);
    let first = ended.said.lines().next().unwrap();
    let said = "at full scale: the receiver that the scene describes clips what is stronger";
    assert!(first.ends_with(said), "{first}");

    let scene = folder.path("own.scene.toml");
    fs::write(&scene, "not replaced").unwrap();
    assert_eq!(folder.refused(text(&scene), "own.scene.toml", &["--force"]).0, Some(2));
    assert_eq!(fs::read_to_string(&scene).unwrap(), "not replaced");
}
