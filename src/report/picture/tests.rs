//! What a picture must show.

use std::sync::{Arc, Mutex};

use super::made_up::*;
use super::*;
use crate::detect::Burst;
use crate::report::{NOT_LOOKED_AT, Rgb, Tokens};
use crate::source::SourceKind;
use crate::units::{Decibels, Hertz, SampleIndex};

/// A quarter of the demonstration, enough for most questions.
fn short_run() -> (RunInfo, Vec<Burst>) {
    let bursts = demonstration().into_iter().filter(|b| b.end().0 < 336 * SPAN).collect();
    (run("scene:demonstration", center()), bursts)
}

fn sized(text: &str) -> PictureOptions {
    PictureOptions::default().sized(text).expect("a size")
}

fn at(seconds: f64) -> SampleIndex {
    SampleIndex((seconds * RATE.0) as u64)
}

fn pixel(picture: &Pixmap, x: f32, y: f32) -> Rgb {
    let p = picture.pixel(x as u32, y as u32).expect("inside the picture");
    Rgb([p.red(), p.green(), p.blue()])
}

#[test]
fn the_same_run_gives_the_same_bytes_through_the_sink_too() {
    let (run, bursts) = short_run();
    let collected = collect(&run, 60, &bursts[..20], &[]);
    let bytes = encode_png(&draw(&collected, &sized("900x500"))).expect("encodes");
    assert_eq!(bytes, encode_png(&draw(&collect(&run, 60, &bursts[..20], &[]), &sized("900x500"))).expect("encodes"));

    let delivered = Arc::new(Mutex::new(Vec::new()));
    let place = delivered.clone();
    let mut picture = Picture::new(
        sized("900x500"),
        Box::new(move |bytes| {
            place.lock().expect("no one panics").push(bytes.to_vec());
            Ok(())
        }),
    );
    let sink: &mut dyn Sink = &mut picture;
    sink.begin(&run).expect("begins");
    let empty = encode_png(&draw(&Collected::new(&run), &sized("900x500"))).expect("encodes");
    sink.end(&summary(0)).expect("ends");
    sink.end(&summary(0)).expect("a second end is nothing");
    assert_eq!(*delivered.lock().expect("no one panics"), [empty]);
}

#[test]
fn what_cannot_be_delivered_is_said() {
    let refused = Error::CannotWrite("the disk is full.".to_owned());
    let answer = refused.clone();
    let mut picture = Picture::new(sized("800x400"), Box::new(move |_| Err(answer)));
    picture.begin(&run("scene:demo", center())).expect("begins");
    assert_eq!(picture.end(&summary(0)), Err(refused));
}

#[test]
fn a_picture_has_the_size_asked_for_and_its_theme() {
    let (run, bursts) = short_run();
    let collected = collect(&run, 60, &bursts[..20], &[]);
    for size in ["800x400", "1024x768", "1000x1400", "2400x1350"] {
        let dark = draw(&collected, &sized(size));
        let light = draw(&collected, &sized(size).light());
        for (picture, tokens) in [(&dark, Tokens::DARK), (&light, Tokens::PRINT)] {
            let (right, bottom) = (picture.width() - 1, picture.height() - 1);
            assert_eq!(format!("{}x{}", picture.width(), picture.height()), size);
            for (x, y) in [(0, 0), (right, 0), (0, bottom), (right, bottom)] {
                assert_eq!(pixel(picture, x as f32, y as f32), tokens.bg, "{size}");
            }
        }
        assert!(light.pixels().iter().all(|p| p.red() == p.green() && p.green() == p.blue()), "{size} in grey alone");
        assert!(dark.pixels().iter().chain(light.pixels()).all(|p| p.alpha() == 255));
    }
}

#[test]
fn sizes_are_read_and_bounded() {
    assert_eq!(sized("1600x900"), PictureOptions::default());
    for (text, part) in [
        ("1600", "no size of a picture"),
        ("axb", "no size of a picture"),
        ("-800x600", "no size of a picture"),
        ("799x600", "cannot be drawn"),
        ("1600x399", "cannot be drawn"),
        ("8001x900", "cannot be drawn"),
        ("99999999999999999999x900", "no size of a picture"),
    ] {
        let error = PictureOptions::default().sized(text).expect_err(text);
        assert!(error.to_string().contains(part) && error.exit_status() == 2, "{error}");
    }
}

#[test]
fn time_falls_and_frequency_ascends() {
    let run = run("scene:two", center());
    // First a burst low in the band, then one high in it, each over several rows of pixels.
    let bursts = [burst(0.2, 300.0, -600.0, 30.0), burst(1.4, 300.0, 600.0, 30.0)];
    let collected = collect(&run, 100, &bursts, &[]);
    let options = PictureOptions::default();
    let (sheet, _) = Sheet::new(&collected, &options);
    let picture = draw(&collected, &options);
    let light_at =
        |khz: f64, s: f64| pixel(&picture, sheet.scale.x(Hertz(khz * 1e3)), sheet.scale.y(s * RATE.0)).luminance();
    assert!(light_at(-600.0, 0.35) > 10.0 * light_at(-600.0, 1.55));
    assert!(light_at(600.0, 1.55) > 10.0 * light_at(600.0, 0.35));
    assert!(sheet.scale.y(1.55 * RATE.0) < sheet.scale.y(0.35 * RATE.0));
}

#[test]
fn the_shortest_burst_of_a_long_run_can_be_seen() {
    let run = run("scene:long", center());
    let collected = collect(&run, 3000, &[burst(31.4, 0.5, 300.0, 30.0)], &[]);
    let options = sized("800x400");
    let (sheet, canvas) = Sheet::new(&collected, &options);
    let pixels = waterfall::Pixels::new(&canvas, &sheet);
    let strongest = |from: f32, to: f32| {
        let [left, top, ..] = canvas.pixels(&sheet.scale.frame);
        let columns = from as u32 - left..to as u32 - left;
        let middle = sheet.scale.y(31.4 * RATE.0) * canvas.scale();
        let rows = middle as u32 - 2 - top..middle as u32 + 3 - top;
        rows.flat_map(|y| columns.clone().map(move |x| (x, y))).map(|(x, y)| pixels.level(x, y)).max()
    };
    let x = |khz: f64| sheet.scale.x(Hertz(khz * 1e3)) * canvas.scale();
    let (on, off) = (strongest(x(250.0), x(350.0)), strongest(x(700.0), x(800.0)));
    assert!(on > off.map(|level| level + 1500), "{on:?} {off:?} hundredths of a dBFS");
}

#[test]
fn what_was_not_looked_at_is_hatched_and_counted() {
    let run = run("scene:gap", center());
    let gap = Event::Gap { from: at(0.6), to: at(1.2), why: "the queue ran over".to_owned() };
    let start = Event::FloorUnknown { from: at(0.0), to: at(0.3), why: "too few rows".to_owned() };
    let overlapping = Event::FloorUnknown { from: at(1.1), to: at(1.4), why: "too few rows".to_owned() };
    let collected = collect(&run, 100, &[], &[gap, start, overlapping]);
    assert!((collected.blind_seconds() - 1.1).abs() < 1e-9);
    let options = PictureOptions::default();
    let (sheet, canvas) = Sheet::new(&collected, &options);
    let pixels = waterfall::Pixels::new(&canvas, &sheet);
    let columns = (0..40).map(|x| pixels.level(x, sheet.scale.y(0.9 * RATE.0) as u32 - 295));
    assert!(columns.into_iter().all(|level| level == NOT_LOOKED_AT));
    let picture = draw(&collected, &options);
    let row = |s: f64| (0..100).map(move |x| (sheet.scale.frame.left + x as f32, sheet.scale.y(s * RATE.0)));
    let edges = |s: f64| row(s).filter(|&(x, y)| pixel(&picture, x, y) == Tokens::DARK.edge).count();
    assert!(edges(0.75) > 8 && edges(0.05) > 8, "{} {}", edges(0.75), edges(0.05));
    assert_eq!(edges(0.45), 0);
}

#[test]
fn no_run_is_too_odd_for_a_picture() {
    let mut unknown = run("-", None);
    unknown.stream.kind = SourceKind::StandardInput;
    unknown.stream.length = Some(1_000_000_000);
    let mut recording = run(&format!("/some where/{}.cu8", "ö\n漢".repeat(80)), Some(Hertz(433_920_125.0)));
    recording.stream.kind = SourceKind::Recording;
    recording.stream.first = SampleIndex(1_000_000);
    let every = |count: u32| -> Vec<Burst> {
        (0..count)
            .map(|i| burst(f64::from(i) * 0.03, 0.5, f64::from(i * 37 % 21) * 100.0 - 1000.0, (i % 40) as f32))
            .collect()
    };
    let mut parts = every(20);
    parts.iter_mut().for_each(|b| (b.cut_start, b.cut_end, b.more, b.part) = (true, true, true, Some(2)));
    let mut silent = Collected::new(&unknown);
    silent.rows(&DisplayRows { first: SampleIndex(0), span: SPAN, bins: BINS, power: vec![0.0; 3 * BINS] });
    let mut one_row = Collected::new(&recording);
    one_row.rows(&DisplayRows { first: SampleIndex(1_000_000), span: 10, bins: 2, power: vec![1.0; 2] });
    let runs = [
        Collected::new(&unknown),
        silent,
        one_row,
        collect(&unknown, 2, &[], &[]),
        collect(&recording, 30, &parts, &[Event::Overload { from: at(0.0), to: at(9.0), clipped: 3 }]),
        collect(&unknown, 1000, &every(600), &[Event::Step { at: at(2.0), change: Decibels(6.0) }]),
    ];
    for collected in &runs {
        for size in ["800x400", "1600x900", "800x2000"] {
            assert_eq!(draw(collected, &sized(size)).width().to_string(), size.split_once('x').expect("a size").0);
        }
    }
}

#[test]
fn the_list_holds_what_fits_and_the_longest_on_the_air() {
    let collected = collect(&run("scene:demonstration", center()), 1430, &demonstration(), &[]);
    let listed = |size: &str| -> Vec<usize> {
        let (sheet, canvas) = Sheet::new(&collected, &sized(size));
        list::listing(&canvas, &sheet).groups.iter().map(|&i| collected.groups()[i].number).collect()
    };
    assert_eq!(listed("1600x900"), [8, 7, 6, 5, 4, 3, 2, 1]);
    // Three rows and the count of the others are left: the three longest trains.
    assert_eq!(listed("800x400"), [8, 4, 2]);
}

#[test]
fn a_picture_says_where_it_comes_from_but_not_whose_it_is() {
    let words = |run: &RunInfo, rows: u64| {
        let collected = collect(run, rows, &[], &[]);
        let options = PictureOptions::default();
        let (sheet, _) = Sheet::new(&collected, &options);
        margins::words(&sheet)
    };
    let [title, sub, foot] = words(&run("scene:demo", center()), 50);
    assert_eq!(title, "Bursts looked for in “scene:demo”");
    assert_eq!(sub, "1.00 s around 897.300 MHz, 2.4 MS/s · synthetic scene");
    assert_eq!(
        foot,
        "Levels are dBFS, calibration unknown. Every sample was examined; a burst of 0.16 ms or longer gets a whole \
         look. False alarms: set to 1 an hour."
    );
    let mut recording = run("/somewhere/secret/x.cu8", None);
    recording.stream.kind = SourceKind::Recording;
    recording.stream.length = Some(240_000_000);
    let [title, sub, _] = words(&recording, 50);
    assert_eq!(title, "Bursts looked for in “x.cu8”");
    assert_eq!(
        sub,
        "1.00 s, 2.4 MS/s · recording; centre unknown, frequencies are offsets from the centre · stopped early, the \
         last 99.0 s not read"
    );
}
