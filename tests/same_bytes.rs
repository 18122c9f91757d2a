//! However many threads work on a recording, and whether it is read in place or through a pipe, what is written is the
//! same to the byte.

#[path = "support/air.rs"]
mod air;
#[path = "support/program.rs"]
mod program;

use air::{Air, Kind, RATE, seconds, store};
use glint::iq::SampleFormat;
use program::{fed, glint, text};

#[test]
fn threads_and_the_way_of_reading_change_no_byte_of_what_is_written() {
    let mut air = Air::new(81);
    let mut samples = air.noise(seconds(2.0), 1e-3);
    for i in 0..190 {
        let kind = if i % 3 == 2 { Kind::SixBlocks } else { Kind::Gsm };
        let offset = (air.below(1201) as f64 - 600.0) * 1e3;
        let start = seconds(0.01 * f64::from(i) + 0.02) + air.below(2000);
        air.send(&mut samples, kind, start, offset, 1e-3);
    }
    // Two gaps: samples that are not numbers.
    for gap in [seconds(0.7)..seconds(0.71), seconds(1.3)..seconds(1.3) + 1] {
        samples[gap].iter_mut().for_each(|z| z.re = f32::NAN);
    }
    let bytes = store(SampleFormat::Cf32Le, &samples);
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("bursts_2400k.cf32");
    std::fs::write(&file, &bytes).expect("there is room");

    let options = ["--false-alarms-per-hour", "100", "--all-events", "--threads"];
    // The first line says what was read, and that is a file or a pipe.
    let lines = |out: &str| out.split_once('\n').expect("there are lines").1.to_owned();
    let run = |threads: &str| {
        let ended = glint(&[&["detect", text(&file)], &options[..], &[threads]].concat());
        assert_eq!(ended.status, Some(0), "{}", ended.said);
        ended
    };
    let alone = run("1");
    let written = alone.lines();
    let count = |kind: &str| written.iter().filter(|line| line["kind"] == kind).count();
    let alone = alone.out;
    assert!(count("burst") > 180 && count("gap") == 2, "{} bursts, {} gaps", count("burst"), count("gap"));
    for threads in ["2", "4"] {
        assert!(run(threads).out == alone, "{threads} threads");
    }
    for threads in ["1", "2"] {
        let rate = RATE.0.to_string();
        let source = ["detect", "-", "--sample-format", "cf32_le", "--rate", &rate];
        let piped = fed(&[&source[..], &options[..], &[threads]].concat(), bytes.clone());
        assert_eq!(piped.status, Some(0), "{}", piped.said);
        assert!(lines(&piped.out) == lines(&alone), "through a pipe, {threads} threads");
    }
}
