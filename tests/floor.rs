//! What the noise floor survives.

#[path = "support/air.rs"]
mod air;

use air::{Air, Heard, Kind, Passband, RATE, Sent, add, listen, seconds, store, tone};
use glint::detect::{BestBox, Burst, Config, Detector, Event, Output};
use glint::iq::{SampleBlock, SampleFormat};
use glint::spectrum::{Analyzer, Chunk, Chunker, GROUP_ROWS, Grid, Recall, Spectra};
use glint::units::SampleIndex;
use rustfft::num_complex::Complex32;

const NOISE: f64 = 1e-3;
const FLOAT: SampleFormat = SampleFormat::Cf32Le;

/// Power of a `kind` burst `snr_db` over the noise in its own width.
fn power(kind: Kind, snr_db: f64) -> f64 {
    10f64.powf(snr_db / 10.0) * NOISE * kind.width() / RATE.0
}

/// A GSM burst every 20 ms from `from_s` to before `to_s`, `snr_db` over the noise.
fn send_series(air: &mut Air, samples: &mut [Complex32], (from_s, to_s): (f64, f64), snr_db: f64) -> Vec<Sent> {
    let count = ((to_s - from_s) / 0.02).floor() as usize;
    (0..count)
        .map(|i| {
            let offset = (i % 9) as f64 * 240e3 - 960e3;
            air.send(samples, Kind::Gsm, seconds(from_s + 0.02 * i as f64 + 0.005), offset, power(Kind::Gsm, snr_db))
        })
        .collect()
}

/// Asserts that the bursts are those that were sent, all of them, once, and no other.
fn assert_same(sent: &[Sent], found: &[Burst]) {
    let missing: Vec<_> = sent.iter().filter(|s| !found.iter().any(|b| s.is(b))).collect();
    let other: Vec<_> = found.iter().filter(|b| !sent.iter().any(|s| s.is(b))).collect();
    assert!(missing.is_empty() && other.is_empty(), "missing: {missing:?}; not sent: {other:?}");
    assert_eq!(found.len(), sent.len());
}

#[test]
fn a_step_of_the_gain_is_told_and_is_no_burst() {
    for (factor, seed) in [(2.0, 1), (0.5, 2)] {
        let mut air = Air::new(seed);
        let mut samples = air.noise(seconds(3.0), NOISE);
        let at = seconds(1.5) + 77;
        let sent = send_series(&mut air, &mut samples, (0.3, 3.0), 15.0);
        samples[at..].iter_mut().for_each(|z| *z *= factor);
        let Heard { bursts, others, .. } = listen(FLOAT, 1.0, &samples);

        let [Event::Step { at: told, change }] = others[..] else { panic!("one step: {others:?}") };
        assert!(told.0.abs_diff(at as u64) < seconds(0.005) as u64, "{told} for {at}");
        assert!((f64::from(change.0).abs() - 6.02).abs() < 0.3 && (change.0 > 0.0) == (factor > 1.0), "{change:?}");
        let near = |start: u64| start.abs_diff(at as u64) < seconds(0.005) as u64;
        let (at_step, elsewhere): (Vec<_>, Vec<_>) = bursts.into_iter().partition(|b| near(b.start.0));
        assert!(at_step.len() <= 2, "{at_step:?}");
        let sent: Vec<_> = sent.into_iter().filter(|s| !near(s.start as u64)).collect();
        assert_same(&sent, &elsewhere);
    }
}

#[test]
fn a_slow_drift_of_the_gain_gives_no_more_than_twice_the_alarms_promised() {
    let mut air = Air::new(3);
    let per_hour = 1000.0;
    let duration_s = 30.0;
    let config = Config { false_alarms_per_hour: per_hour, ..Config::default() };
    let mut listener = air::Listener::new(FLOAT, &config);
    let block = 65_536;
    for b in 0..seconds(duration_s).div_ceil(block) {
        let mut samples = air.noise(block, NOISE);
        for (i, z) in samples.iter_mut().enumerate() {
            // ±1.5 dB in a period of 10 s.
            let turns = (b * block + i) as f64 / RATE.0 / 10.0;
            let db = 1.5 * (std::f64::consts::TAU * turns).sin();
            *z *= 10f64.powf(db / 20.0) as f32;
        }
        listener.push(&samples);
    }
    let heard = listener.finish();
    assert_eq!(heard.others, []);
    let expected = per_hour * duration_s / 3600.0;
    println!("{} events for {expected:.1}", heard.bursts.len());
    assert!((heard.bursts.len() as f64) < 2.0 * expected, "{} events for {expected:.1}", heard.bursts.len());
}

#[test]
fn a_carrier_that_stays_becomes_part_of_the_floor() {
    let mut air = Air::new(4);
    let (begin_s, length_s) = (8.5, 16.0);
    let mut samples = air.noise(seconds(length_s), NOISE);
    let begin = seconds(begin_s);
    let carrier = tone(samples.len() - begin, begin, 303e3, 0.01);
    add(&mut samples, begin, &carrier);
    let Heard { bursts, others, .. } = listen(FLOAT, 1.0, &samples);
    assert_eq!(others, []);
    for (i, b) in bursts.iter().enumerate() {
        println!("{i}: {} s to {} s part {:?}", b.start.seconds(RATE), b.end().seconds(RATE), b.part);
        assert!(b.low.0 > 250e3 && b.high.0 < 350e3, "{b:?}");
    }
    let first = &bursts[0];
    assert!(first.start.0.abs_diff(begin as u64) < seconds(0.0005) as u64, "{first:?}");
    let parts: Vec<_> = bursts.iter().map(|b| b.part).collect();
    let numbered: Vec<_> = (1..=bursts.len() as u32).map(Some).collect();
    assert_eq!(parts, numbered, "one emission in parts of two seconds");
    let end_s = bursts[bursts.len() - 1].end().seconds(RATE) - begin_s;
    assert!((4.0..5.0).contains(&end_s), "found for {end_s} s");
}

#[test]
fn a_signal_over_a_third_of_the_band_that_became_floor_ends_without_a_step_or_a_storm() {
    let mut air = Air::new(9);
    let (begin_s, end_s, length_s) = (1.0, 9.0, 10.5);
    let mut samples = air.noise(seconds(length_s), NOISE);
    // Noise under a third of the band's width, 20 dB over the receiver's own, by two moving averages of 6 samples: its
    // sidelobes stay under the receiver's noise.
    let (begin, end) = (seconds(begin_s), seconds(end_s));
    let mut signal = air.noise(end - begin, 100.0 * NOISE);
    for _ in 0..2 {
        for i in (5..signal.len()).rev() {
            signal[i] = signal[i - 5..=i].iter().sum::<Complex32>() / 6.0;
        }
    }
    add(&mut samples, begin, &signal);
    let Heard { bursts, others, .. } = listen(FLOAT, 1.0, &samples);
    assert_eq!(others, []);
    let after: Vec<_> = bursts.iter().filter(|b| b.end().0 > end as u64 + seconds(0.005) as u64).collect();
    // While the floor forgets the signal, it stands half a decibel too low beside it: a few weak false bursts.
    assert!(after.len() <= 6 && after.iter().all(|b| b.snr.0 < -5.0), "{after:?}");
}

/// Floor under every box in dB at the end of `heard`.
fn floor_db(heard: &Heard) -> Vec<f64> {
    let last = &heard.judged[heard.judged.len() - 1];
    last.floor.iter().map(|f| 10.0 * f64::from(*f).log10()).collect()
}

/// Asserts that the floor at the end of `heard` is, within `most_db`, that of the passband's noise alone.
fn assert_floor(heard: &Heard, most_db: f64) {
    let mut quiet = Air::new(6).noise(seconds(3.0), NOISE);
    Passband::default().filter(&mut quiet);
    let (with, without) = (floor_db(heard), floor_db(&listen(FLOAT, 1.0, &quiet)));
    assert_eq!(with.len(), without.len());
    let off: Vec<f64> = with.iter().zip(&without).map(|(a, b)| a - b).collect();
    let worst = off.iter().fold(0.0f64, |worst, off| worst.max(off.abs()));
    println!("floor: {:.3} dB off, {worst:.3} dB at worst", off.iter().sum::<f64>() / off.len() as f64);
    assert!(worst < most_db, "{worst} dB: {off:.2?}");
}

#[test]
fn the_floor_is_right_while_ten_carriers_send_in_three_of_eight_slots() {
    let mut air = Air::new(5);
    let mut samples = air.noise(seconds(3.0), NOISE);
    // 31 % of the band's time and frequency, and never more than two slots free on any carrier.
    let slot = 156.25 / (13e6 / 48.0);
    for i in 0..(3.0 / slot) as usize - 2 {
        for carrier in 0..10 {
            if (i + 3 * carrier) % 8 % 3 == 0 {
                let offset = carrier as f64 * 220e3 - 990e3;
                air.send(&mut samples, Kind::Gsm, seconds(i as f64 * slot) + 30, offset, power(Kind::Gsm, 10.0));
            }
        }
    }
    Passband::default().filter(&mut samples);
    assert_floor(&listen(FLOAT, 1.0, &samples), 0.5);
}

#[test]
fn levels_are_right_while_wide_bursts_fill_more_than_a_quarter_of_the_air() {
    let mut air = Air::new(12);
    let mut samples = air.noise(seconds(3.0), NOISE);
    // 1.08 of 2.4 MHz for 1 ms in 1.6, now here, now there: 28 %.
    let mut sent = Vec::new();
    for i in 0..1860 {
        let offset = if i % 2 == 0 { -0.6e6 } else { 0.6e6 };
        let start = seconds(0.0016) * i + 100 + air.below(seconds(0.0003));
        sent.push(air.send(&mut samples, Kind::SixBlocks, start, offset, power(Kind::SixBlocks, 10.0)));
    }
    Passband::default().filter(&mut samples);
    let heard = listen(FLOAT, 1.0, &samples);
    assert_floor(&heard, 0.5);
    let found: Vec<_> = sent.iter().filter_map(|s| heard.bursts.iter().find(|b| s.is(b))).collect();
    println!("{} of {} found as themselves", found.len(), sent.len());
    let mut errors: Vec<_> = found.iter().map(|b| f64::from(b.snr.0) - 10.0).collect();
    errors.sort_by(f64::total_cmp);
    let (low, median, high) = (errors[errors.len() / 20], errors[errors.len() / 2], errors[errors.len() * 19 / 20]);
    println!("SNR: {median:.3} dB off, 90 % between {low:.3} and {high:.3}");
    assert!(median.abs() < 0.5 && low > -1.0 && high < 1.0, "{low} {median} {high}");
    assert!(found.len() as f64 > 0.9 * sent.len() as f64, "{} of {} found", found.len(), sent.len());
}

#[test]
fn digital_silence_gives_no_burst_and_those_after_it_are_found() {
    for format in [SampleFormat::Cu8, SampleFormat::Ci16Le, FLOAT] {
        let mut air = Air::new(7);
        let mut samples = air.noise(seconds(4.0), NOISE);
        let mut sent = send_series(&mut air, &mut samples, (0.3, 1.5), 15.0);
        sent.extend(send_series(&mut air, &mut samples, (2.5, 4.0), 15.0));
        samples[seconds(1.5)..seconds(2.5)].fill(Complex32::default());
        let heard = listen(format, 1.0, &samples);
        assert_same(&sent, &heard.bursts);
    }
}

#[test]
fn a_recording_of_silence_alone_says_that_there_is_nothing() {
    for format in [SampleFormat::Cu8, FLOAT] {
        let heard = listen(format, 1.0, &vec![Complex32::default(); seconds(0.6)]);
        assert_eq!(heard.bursts, []);
        assert!(heard.others.iter().all(|e| matches!(e, Event::FloorUnknown { .. })), "{:?}", heard.others);
        assert!(!heard.others.is_empty());
    }
}

#[test]
fn bursts_are_found_from_the_first_milliseconds_on() {
    let mut air = Air::new(8);
    let mut samples = air.noise(seconds(1.0), NOISE);
    let sent = send_series(&mut air, &mut samples, (0.0, 1.0), 15.0);
    Passband::default().filter(&mut samples);
    let found = listen(SampleFormat::Cu8, 1.0, &samples).bursts;
    assert_same(&sent, &found);
    for (i, burst) in found.iter().enumerate() {
        let us = (burst.start.0 as f64 - sent[i].start as f64) / RATE.0 * 1e6;
        assert!(us.abs() < 30.0, "{i}: {us} µs off");
        assert!((f64::from(burst.snr.0) - 15.0).abs() < 1.5, "{i}: {:?}", burst.snr);
    }
}

#[test]
fn a_recording_of_fifty_milliseconds_is_enough() {
    let mut air = Air::new(9);
    let mut samples = air.noise(seconds(0.05), NOISE);
    let sent = send_series(&mut air, &mut samples, (0.0, 0.05), 15.0);
    Passband::default().filter(&mut samples);
    let heard = listen(SampleFormat::Cu8, 1.0, &samples);
    assert_eq!(heard.others, []);
    assert_same(&sent, &heard.bursts);
}

#[test]
fn noise_of_fifty_milliseconds_gives_no_more_alarms_than_noise_of_hours() {
    // 400 recordings: 20 s at 1000 an hour are 5.6 events; 14 or more have a probability of 0.2 %.
    let events: usize =
        (0..400).map(|i| listen(FLOAT, 1000.0, &Air::new(1000 + i).noise(seconds(0.05), NOISE)).bursts.len()).sum();
    println!("{events} events for 5.6");
    assert!(events < 14, "{events} events for 5.6");
}

#[test]
fn a_steady_tone_at_zero_offset_is_no_burst_and_hides_none() {
    for format in [SampleFormat::Cu8, FLOAT] {
        let mut air = Air::new(10);
        let mut samples = air.noise(seconds(2.0), NOISE);
        let sent = send_series(&mut air, &mut samples, (0.0, 2.0), 15.0);
        samples.iter_mut().for_each(|z| *z += Complex32::new(0.2, 0.1));
        assert_same(&sent, &listen(format, 1.0, &samples).bursts);
    }
}

#[test]
fn the_detector_gives_the_same_whatever_the_number_of_groups_at_a_time() {
    let mut air = Air::new(11);
    let mut samples = air.noise(seconds(1.5), NOISE);
    send_series(&mut air, &mut samples, (0.0, 1.5), 8.0);
    let step = seconds(0.9);
    samples[step..].iter_mut().for_each(|z| *z *= 1.5);
    let grid = Grid::for_rate(RATE);
    // The rows of all chunks in one, and the samples to recall.
    let mut analyzer = Analyzer::new(grid, FLOAT, false);
    let (mut spectra, mut whole, mut chunks) = (Spectra::default(), Spectra::default(), Vec::new());
    let mut emit = |chunk: &mut Chunk| {
        analyzer.analyse(chunk, &mut spectra);
        whole.cells.extend_from_slice(&spectra.cells);
        whole.groups.extend_from_slice(&spectra.groups);
        chunks.push(chunk.clone());
    };
    let mut chunker = Chunker::new(grid, FLOAT);
    chunker.push(&SampleBlock { first: SampleIndex(0), bytes: store(FLOAT, &samples) }, &mut emit);
    chunker.finish(&mut emit);
    let rows = whole.cells.len() / grid.cells();

    let run = |rows_at_a_time: usize| -> (Vec<Event>, (Vec<f32>, Vec<BestBox>)) {
        let (mut events, mut judged) = (Vec::new(), (Vec::new(), Vec::new()));
        let config = Config { false_alarms_per_hour: 1e4, view: true, ..Config::default() };
        let mut detector = Detector::new(grid, FLOAT, &config);
        let mut take = |output| match output {
            Output::Event(event) => events.push(event),
            Output::Judged(rows) => {
                judged.0.extend(rows.box_power);
                judged.1.extend(rows.best);
            }
        };
        let mut recall = Recall::new(grid, FLOAT);
        chunks.iter().for_each(|chunk| recall.keep(&mut chunk.clone()));
        for first in (0..rows).step_by(rows_at_a_time) {
            let end = (first + rows_at_a_time).min(rows);
            let (first_group, end_group) = (first.div_ceil(GROUP_ROWS), end / GROUP_ROWS);
            let part = Spectra {
                first_row: first as u64,
                cells: whole.cells[first * grid.cells()..end * grid.cells()].to_vec(),
                first_group: first_group as u64,
                groups: whole.groups.get(first_group * grid.n..end_group * grid.n).unwrap_or_default().to_vec(),
                ..Spectra::default()
            };
            detector.push(&part, first == 0, &mut recall, &mut take);
        }
        detector.finish(&mut recall, &mut take);
        (events, judged)
    };
    let whole = run(rows);
    assert!(whole.0.len() > 50);
    for rows_at_a_time in [6, 12, 18, 300, 4002] {
        assert_eq!(run(rows_at_a_time), whole, "{rows_at_a_time} rows at a time");
    }
}
