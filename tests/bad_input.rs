//! Input that cannot be analysed, or not all of it: one sentence that says what, where and what to do, an exit status
//! that a script can rely on, and no half-written output under the final name.

#[path = "support/program.rs"]
mod program;
#[path = "support/samples.rs"]
mod samples;

use std::fs;
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::{
    io::Write,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use glint::iq::SampleFormat;
use program::{Ended, fed, glint, text};
use samples::{Tone, bytes, noise_with};

/// A folder for the files of one test.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Runs `glint detect` on a file here: exit status, number of lines on standard output, and what was said, without
    /// the folder and without how fast it was.
    fn detect(&self, name: &str, options: &[&str]) -> (Option<i32>, usize, Vec<String>) {
        let ended = glint(&[&["detect", text(&self.path().join(name))], options].concat());
        (ended.status, ended.out.lines().count(), self.said(&ended))
    }

    fn said(&self, ended: &Ended) -> Vec<String> {
        let here = format!("{}/", self.path().display());
        ended.said.lines().map(|line| without_speed(&line.replace(&here, ""))).collect()
    }

    /// Names of the files here, in order.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// The summary line without its third part, which differs from run to run.
fn without_speed(line: &str) -> String {
    line.split(", ").filter(|part| !part.ends_with("× real time")).collect::<Vec<_>>().join(", ")
}

/// A summary line without its speed.
fn summary(samples: &str, seconds: &str, bursts: u64, lost: u64) -> String {
    let s = if bursts == 1 { "" } else { "s" };
    format!(
        "{samples} samples, {seconds} s of signal, {bursts} burst{s}, {lost} samples lost, false alarms set to 1 an \
         hour"
    )
}

fn sentence(words: &str) -> String {
    format!("glint: {words}")
}

/// Half a second at 1 MS/s: noise with one burst.
fn half_a_second() -> Vec<num_complex::Complex32> {
    noise_with(1e6, 0.5, &[Tone { start_s: 0.3, length_s: 0.004, offset_hz: 1e5, amplitude: 0.1 }])
}

#[test]
fn an_empty_file_says_so() {
    let folder = Folder::new();
    folder.file("a.cu8", []);
    assert_eq!(
        folder.detect("a.cu8", &["--rate", "1M"]),
        (Some(1), 0, vec![summary("0", "0.000", 0, 0), sentence("a.cu8 is empty: there is no sample to analyse")])
    );
    let ended = fed(&["detect", "-", "--sample-format", "cu8", "--rate", "1M"], Vec::new());
    assert_eq!(
        (ended.status, folder.said(&ended)[1].as_str()),
        (Some(1), "glint: standard input is empty: there is no sample to analyse")
    );
}

#[test]
fn a_file_shorter_than_a_frame_says_so() {
    let folder = Folder::new();
    folder.file("a.cu8", [128; 20]);
    assert_eq!(
        folder.detect("a.cu8", &["--rate", "1M"]),
        (
            Some(1),
            0,
            vec![
                summary("10", "0.000010", 0, 0),
                sentence("a.cu8 ends after 10 samples, before one row of the spectrum: a longer recording is needed")
            ]
        )
    );
}

#[test]
fn a_file_that_ends_inside_a_sample_is_analysed_to_there() {
    let folder = Folder::new();
    let whole = bytes(SampleFormat::Cu8, &half_a_second());
    folder.file("a.cu8", [&whole[..], &[128]].concat());
    folder.file("b.cs16", [0; 3]);
    assert_eq!(
        folder.detect("a.cu8", &["--rate", "1M"]),
        (
            Some(1),
            1,
            vec![
                summary("500000", "0.500", 1, 0),
                sentence(
                    "a.cu8 ends 1 byte into sample 500000, which has 2 as cu8: what came before is analysed; check \
                     the sample format"
                )
            ]
        )
    );
    assert_eq!(
        folder.detect("b.cs16", &["--rate", "1M"]),
        (
            Some(1),
            0,
            vec![
                summary("0", "0.000", 0, 0),
                sentence(
                    "b.cs16 ends 3 bytes into sample 0, which has 4 as ci16_le: nothing is analysed; check the \
                     sample format"
                )
            ]
        )
    );
}

#[test]
fn half_of_a_pair_is_missing() {
    let folder = Folder::new();
    folder.file("a.sigmf-meta", META);
    folder.file("b.sigmf-data", [0; 400]);
    assert_eq!(
        folder.detect("a.sigmf-meta", &[]),
        (
            Some(1),
            0,
            vec![sentence("a.sigmf-meta has no a.sigmf-data beside it, so there are no samples: put it there")]
        )
    );
    assert_eq!(
        folder.detect("b.sigmf-data", &[]),
        (
            Some(1),
            0,
            vec![sentence(
                "b.sigmf-data has no b.sigmf-meta beside it to say what it is: put it there, or give the file the \
                 extension of its sample format, such as .cs16"
            )]
        )
    );
    assert_eq!(
        folder.detect("none.sigmf-meta", &[]),
        (Some(1), 0, vec![sentence("there is no file none.sigmf-meta: check the name")])
    );
}

const META: &str = r#"{"global": {"core:datatype": "ci16_le", "core:sample_rate": 1000000, "core:version": "1.2.0"},
    "captures": [], "annotations": []}"#;

/// What is said of a pair with `META` after a replacement in it, without the name of the file it is about.
fn pair(replace: &str, with: &str) -> (Option<i32>, String) {
    let folder = Folder::new();
    folder.file("m.sigmf-meta", META.replace(replace, with));
    folder.file("m.sigmf-data", [0; 4000]);
    let (status, lines, said) = folder.detect("m.sigmf-meta", &[]);
    assert_eq!((lines, said.len()), (0, 1), "{said:?}");
    (status, said[0].strip_prefix("glint: m.sigmf-meta ").unwrap_or(&said[0]).to_owned())
}

#[test]
fn a_wrong_or_missing_datatype_is_named() {
    let refused = |words: &str| (Some(1), words.to_owned());
    assert_eq!(
        pair("ci16_le", "ri16_le"),
        refused(
            "holds real samples (ri16_le, 1 channel), and glint reads complex ones: convert it or choose another \
             recording"
        )
    );
    assert_eq!(
        pair("ci16_le", "i16"),
        refused(
            "states the sample format \"i16\", and glint reads cu8, cs8 (ci8), cs16 (ci16_le) and cf32 (cf32_le): \
             convert it or choose another recording"
        )
    );
    assert_eq!(
        pair(r#""core:datatype": "ci16_le", "#, ""),
        (
            Some(2),
            "does not say its sample format: add --sample-format F, with F one of cu8, cs8 (ci8), cs16 (ci16_le) and \
             cf32 (cf32_le)"
                .to_owned()
        )
    );
    assert_eq!(
        pair(r#""ci16_le""#, "16"),
        refused(
            "is not valid SigMF metadata (invalid type: integer `16`, expected a string at line 1 column 31): mend it \
             or choose another file"
        )
    );
    assert_eq!(
        pair(META, "{"),
        refused(
            "is not valid SigMF metadata (EOF while parsing an object at line 1 column 1): mend it or choose another \
             file"
        )
    );
}

#[test]
fn a_rate_that_cannot_be_is_refused() {
    let folder = Folder::new();
    folder.file("a.cu8", [128; 4000]);
    for rate in ["0", "-1", "nan", "inf", "1e30", "fast"] {
        let (status, lines, said) = folder.detect("a.cu8", &["--rate", rate]);
        assert_eq!((status, lines), (Some(2), 0));
        assert_eq!(
            said[0],
            format!(
                "error: invalid value '{rate}' for '--rate <HZ>': a sample rate is a number from 1 kHz to 1 GHz, such \
                 as 2.4M, 2400k or 2.4e6"
            )
        );
    }
    assert_eq!(
        folder.detect("a.cu8", &[]),
        (Some(2), 0, vec![sentence("a.cu8 does not say its sample rate: add --rate HZ, such as --rate 2.4M")])
    );
    for (rate, shown) in [("0", "0"), ("-1000000", "-1000000"), ("1e30", "1000000000000000000000000000000")] {
        assert_eq!(
            pair("1000000", rate),
            (
                Some(1),
                format!(
                    "states a sample rate of {shown} Hz, which is not between 1 kHz and 1 GHz: give the right one \
                     with --rate"
                )
            )
        );
    }
    assert_eq!(
        pair("1000000", "NaN"),
        (
            Some(1),
            "is not valid SigMF metadata (expected value at line 1 column 61): mend it or choose another file"
                .to_owned()
        )
    );
}

#[test]
fn samples_that_are_no_numbers_are_a_gap() {
    let folder = Folder::new();
    let mut samples = half_a_second();
    samples[100_000..100_010].fill(f32::NAN.into());
    samples[200_000].im = f32::NEG_INFINITY;
    folder.file("some.cf32", bytes(SampleFormat::Cf32Le, &samples));
    assert_eq!(
        folder.detect("some.cf32", &["--rate", "1M"]),
        (
            Some(0),
            1,
            vec![
                "10 samples lost from 0.100 s: samples are not numbers; bursts there went unseen".to_owned(),
                "1 sample lost from 0.200 s: samples are not numbers; bursts there went unseen".to_owned(),
                summary("499989", "0.500", 1, 11),
            ]
        )
    );
    samples.fill(num_complex::Complex32::new(0.0, f32::INFINITY));
    folder.file("all.cf32", bytes(SampleFormat::Cf32Le, &samples));
    let (status, lines, said) = folder.detect("all.cf32", &["--rate", "1M"]);
    assert_eq!((status, lines), (Some(1), 0));
    assert_eq!(
        said,
        [
            "500\u{2009}000 samples lost from 0.000 s: samples are not numbers; bursts there went unseen",
            &summary("0", "0.000", 0, 500_000),
            &sentence(
                "all.cf32 holds no stretch of samples that are numbers: check the sample format (--sample-format)"
            ),
        ]
    );
}

#[test]
fn floats_too_large_to_be_samples_are_a_gap() {
    let folder = Folder::new();
    for amplitude in [1e13f32, 1e20, f32::MAX] {
        let mut samples = noise_with(1e6, 0.5, &[]);
        samples[200_000..200_010].fill(num_complex::Complex32::new(amplitude, 0.0));
        folder.file("large.cf32", bytes(SampleFormat::Cf32Le, &samples));
        let lost = "10 samples lost from 0.200 s: samples are not numbers; bursts there went unseen".to_owned();
        let said = vec![lost, summary("499990", "0.500", 0, 10)];
        assert_eq!(folder.detect("large.cf32", &["--rate", "1M"]), (Some(0), 0, said), "{amplitude}");
    }
}

#[test]
fn settings_that_no_run_could_keep_are_refused() {
    let folder = Folder::new();
    folder.file("a.cu8", [128; 4000]);
    for (option, value) in [
        ("--longest", "1e-300"),
        ("--longest", "0.001"),
        ("--longest", "11"),
        ("--false-alarms-per-hour", "1e-320"),
        ("--false-alarms-per-hour", "2e6"),
    ] {
        let (status, lines, said) = folder.detect("a.cu8", &["--rate", "1M", option, value]);
        assert_eq!((status, lines), (Some(2), 0), "{option} {value}: {said:?}");
        assert!(said[0].contains(&format!("invalid value '{value}' for '{option}")), "{said:?}");
    }
}

#[test]
fn digital_silence_gives_no_burst_and_says_why() {
    let folder = Folder::new();
    folder.file("a.cu8", [128; 1_000_000]);
    assert_eq!(
        folder.detect("a.cu8", &["--rate", "1M"]),
        (
            Some(0),
            0,
            vec![
                "from 0.000 s to 0.500 s no burst could be looked for: there is nothing but digital silence".to_owned(),
                summary("500000", "0.500", 0, 0),
            ]
        )
    );
}

#[test]
fn a_recording_that_is_clipped_throughout_ends_well() {
    let folder = Folder::new();
    let noise = bytes(SampleFormat::Cu8, &half_a_second());
    let clipped: Vec<u8> = noise.iter().map(|component| if *component > 127 { 255 } else { 0 }).collect();
    folder.file("a.cu8", clipped);
    let ended = glint(&["detect", text(&folder.path().join("a.cu8")), "--rate", "1M", "--all-events"]);
    assert_eq!(ended.status, Some(0), "{}", ended.said);
    let overload = ended.lines().into_iter().find(|line| line["kind"] == "overload").expect("it is overloaded");
    assert_eq!(overload["core:sample_start"], 0);
    assert!(overload["clipped"].as_u64() > Some(499_000), "{overload}");
}

#[test]
fn an_output_that_exists_or_cannot_be_written_is_refused_before_anything_is_read() {
    let folder = Folder::new();
    folder.file("a.cu8", bytes(SampleFormat::Cu8, &half_a_second()));
    folder.file("found", "mine");
    fs::create_dir(folder.path().join("day")).unwrap();
    let sentences = [
        ("found", "found exists already: choose another name, or replace it with --force"),
        ("none/found", "none/found cannot be written, as its folder does not exist: make it first"),
        ("day", "day is a folder: name a file in it"),
    ];
    for command in ["detect", "render"] {
        for (name, words) in sentences {
            let out = folder.path().join(name);
            let input = folder.path().join("a.cu8");
            let ended = glint(&[command, text(&input), "--rate", "1M", "-o", text(&out)]);
            assert_eq!((ended.status, folder.said(&ended)), (Some(1), vec![sentence(words)]), "{command}");
        }
    }
    assert_eq!(fs::read_to_string(folder.path().join("found")).unwrap(), "mine");
    assert_eq!(folder.names(), ["a.cu8", "day", "found"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let folder = Folder::new();
    folder.file("a.cu8", bytes(SampleFormat::Cu8, &half_a_second()));
    let (status, _, said) = folder.detect("a.cu8", &["--rate", "1M", "-o", "/dev/full"]);
    assert_eq!(status, Some(1));
    assert_eq!(said.last(), Some(&sentence("/dev/full cannot be written, as there is no room left: make room")));
}

#[test]
fn a_run_that_fails_under_way_leaves_what_it_found_under_the_final_name() {
    let folder = Folder::new();
    let whole = bytes(SampleFormat::Cu8, &half_a_second());
    folder.file("a.cu8", [&whole[..], &[128]].concat());
    let out = folder.path().join("found.jsonl");
    let (status, _, _) = folder.detect("a.cu8", &["--rate", "1M", "-o", text(&out)]);
    assert_eq!((status, fs::read_to_string(out).unwrap().lines().count()), (Some(1), 1));
    assert_eq!(folder.names(), ["a.cu8", "found.jsonl"]);
}

#[test]
fn a_source_that_cannot_be_opened_leaves_no_output() {
    let folder = Folder::new();
    for command in ["detect", "render"] {
        let (input, out) = (folder.path().join("none.cu8"), folder.path().join("found"));
        let ended = glint(&[command, text(&input), "--rate", "1M", "-o", text(&out)]);
        assert_eq!(
            (ended.status, folder.said(&ended)),
            (Some(1), vec![sentence("there is no file none.cu8: check the name")])
        );
        assert_eq!(folder.names(), [] as [&str; 0]);
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_is_killed_leaves_nothing_under_the_final_name() {
    let folder = Folder::new();
    let out = folder.path().join("found.jsonl");
    let mut running = Command::new(env!("CARGO_BIN_EXE_glint"))
        .args(["detect", "-", "--sample-format", "cu8", "--rate", "1M", "-o", text(&out)])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut samples = running.stdin.take().unwrap();
    samples.write_all(&bytes(SampleFormat::Cu8, &half_a_second())).unwrap();
    let patience = Instant::now() + Duration::from_secs(60);
    while folder.names().is_empty() && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(20));
    }
    running.kill().unwrap();
    running.wait().unwrap();
    let left = folder.names();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].starts_with(".found.jsonl.") && left[0].ends_with(".part"), "{left:?}");

    // What is left is in nobody's way.
    let again = fed(
        &["detect", "-", "--sample-format", "cu8", "--rate", "1M", "-o", text(&out)],
        bytes(SampleFormat::Cu8, &half_a_second()),
    );
    assert_eq!((again.status, fs::read_to_string(out).unwrap().lines().count()), (Some(0), 1));
}

#[cfg(unix)]
#[test]
fn a_pipe_whose_reader_is_gone_is_no_failure() {
    let folder = Folder::new();
    folder.file("a.cu8", bytes(SampleFormat::Cu8, &half_a_second()));
    let mut running = Command::new(env!("CARGO_BIN_EXE_glint"))
        .args(["detect", text(&folder.path().join("a.cu8")), "--rate", "1M"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(running.stdout.take());
    let ended = Ended::from(running.wait_with_output().unwrap());
    assert_eq!(ended.status, Some(0));
    assert!(!ended.said.contains("glint: "), "{}", ended.said);
}

#[test]
fn what_is_read_is_never_replaced_and_a_picture_is_named_for_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for end in ["sigmf-meta", "sigmf-data"] {
        let from = format!("recordings/practice/cut-by-the-ends.{end}");
        std::fs::copy(from, path(&format!("t.{end}"))).unwrap();
    }
    let bytes = || ["t.sigmf-meta", "t.sigmf-data"].map(|name| std::fs::read(path(name)).unwrap());
    let before = bytes();
    let meta = path("t.sigmf-meta");
    for command in ["detect", "render"] {
        for out in ["t.sigmf-meta", "t.sigmf-data"] {
            let ended = glint(&[command, text(&meta), "-o", text(&path(out)), "--force"]);
            let said = ended.said.replace(&format!("{}/", folder.path().display()), "");
            let sentence = format!("glint: {out} is what is read here, and would be lost: write to another name\n");
            assert_eq!((ended.status, said), (Some(2), sentence), "{command}");
        }
    }
    assert!(before == bytes());
    let ended = glint(&["render", text(&meta), "-o", text(&path("o.JPG"))]);
    let said = ended.said.replace(&format!("{}/", folder.path().display()), "");
    let sentence = "glint: the picture o.JPG would be a PNG: give a name that ends in .png\n";
    assert_eq!((ended.status, said.as_str()), (Some(2), sentence));
    assert!(!path("o.JPG").exists());
}
