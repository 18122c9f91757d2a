//! What the detector promises whatever it is given: the same at every sample rate, at every level, wherever a recording
//! begins, with every processor's instructions; and fewer bursts, not others, to who asks for fewer false alarms.

#[path = "support/air.rs"]
mod air;

use std::f64::consts::TAU;

use air::{Air, Heard, Kind, Listener, Passband, RATE, seconds, store};
use glint::detect::{Burst, Config};
use glint::iq::{SampleBlock, SampleFormat};
use glint::simd::Instructions;
use glint::spectrum::Grid;
use glint::units::{Hertz, SampleIndex};
use rustfft::num_complex::Complex32;

const FLOAT: SampleFormat = SampleFormat::Cf32Le;

/// Noise in the whole band.
const NOISE: f64 = 1e-3;

/// Rows after which everything that counts rows begins anew: chunks (180), box starts scanned at once (240), spans of
/// the floor (6720), at 2.4 MS/s.
const ANCHOR_ROWS: u64 = 20_160;

fn config(false_alarms_per_hour: f64) -> Config {
    Config { false_alarms_per_hour, ..Config::default() }
}

/// What is found in samples that begin at sample `first` of the recording.
fn listen_from(first: u64, false_alarms_per_hour: f64, samples: &[Complex32]) -> Vec<Burst> {
    let mut listener = Listener::new(FLOAT, &config(false_alarms_per_hour));
    listener.begin_at(first);
    listener.push(samples);
    bursts_alone(listener.finish())
}

fn listen(false_alarms_per_hour: f64, samples: &[Complex32]) -> Vec<Burst> {
    listen_from(0, false_alarms_per_hour, samples)
}

fn bursts_alone(heard: Heard) -> Vec<Burst> {
    assert_eq!(heard.others, []);
    heard.bursts
}

/// Noise in a rippled passband, with a GSM or six-block burst every 8 to 12 ms, `from_db` to `to_db` over the noise in
/// its own width.
fn mixed(seed: u64, duration_s: f64, (from_db, to_db): (f64, f64)) -> Vec<Complex32> {
    let mut air = Air::new(seed);
    let mut samples = air.noise(seconds(duration_s), NOISE);
    let slot = seconds(0.01);
    for i in 0..samples.len() / slot {
        let kind = if i % 4 == 3 { Kind::SixBlocks } else { Kind::Gsm };
        let share = |air: &mut Air| air.below(1_000_001) as f64 / 1e6;
        let snr_db = from_db + (to_db - from_db) * share(&mut air);
        let offset = (2.0 * share(&mut air) - 1.0) * (0.5 * (RATE.0 - kind.width()) - 100e3);
        let start = slot * i + seconds(0.003) + air.below(seconds(0.002));
        let power = 10f64.powf(snr_db / 10.0) * NOISE * kind.width() / RATE.0;
        air.send(&mut samples, kind, start, offset, power);
    }
    Passband::default().filter(&mut samples);
    samples
}

/// Whether two bursts share half or more of either in time and frequency.
fn alike(a: &Burst, b: &Burst) -> bool {
    let half = |a: (f64, f64), b: (f64, f64)| {
        let both = a.1.min(b.1) - a.0.max(b.0);
        2.0 * both >= a.1 - a.0 && 2.0 * both >= b.1 - b.0
    };
    half((a.start.0 as f64, a.end().0 as f64), (b.start.0 as f64, b.end().0 as f64))
        && half((a.low.0, a.high.0), (b.low.0, b.high.0))
}

/// How far two bursts may differ and still be called the same.
#[derive(Clone, Copy)]
struct Within {
    samples: u64,
    hertz: f64,
    level_db: f64,
}

impl Within {
    fn same(self, a: &Burst, b: &Burst) -> bool {
        let hertz = |a: Hertz, b: Hertz| (a.0 - b.0).abs() <= self.hertz;
        let level = |a: f64, b: f64| (10.0 * (a / b).log10()).abs() <= self.level_db;
        a.start.0.abs_diff(b.start.0) <= self.samples
            && a.end().0.abs_diff(b.end().0) <= self.samples
            && hertz(a.low, b.low)
            && hertz(a.high, b.high)
            && hertz(a.center, b.center)
            && level(a.power, b.power)
            && level(a.noise, b.noise)
            && (a.cut_start, a.cut_end, a.part, a.more) == (b.cut_start, b.cut_end, b.part, b.more)
    }

    /// Asserts that `found` is `expected`, burst by burst.
    fn assert_same(self, what: &str, found: &[Burst], expected: &[Burst]) {
        for i in 0..found.len().max(expected.len()) {
            let (found, expected) = (found.get(i), expected.get(i));
            let same = found.zip(expected).is_some_and(|(a, b)| self.same(a, b));
            assert!(same, "{what}, number {i}:\nfound    {found:?}\nexpected {expected:?}");
        }
    }
}

/// `burst` so many samples later and so much higher.
fn moved(burst: &Burst, samples: u64, hertz: f64) -> Burst {
    let up = |f: Hertz| Hertz(f.0 + hertz);
    let start = SampleIndex(burst.start.0 + samples);
    Burst { start, low: up(burst.low), high: up(burst.high), center: up(burst.center), ..burst.clone() }
}

#[test]
fn at_six_sample_rates_a_burst_is_found_at_its_place_and_noise_gives_nothing() {
    for rate in [250e3, 1e6, 2.4e6, 10e6, 20e6, 61.44e6].map(Hertz) {
        // At least the 0.25 s that the floor is learnt from.
        let count = (0.3 * rate.0) as usize;
        let mut noise = Air::at(rate, rate.0 as u64);
        let noise = noise.noise(count, NOISE);
        let kinds: &[Kind] = if rate.0 > 1.5e6 { &[Kind::Gsm, Kind::SixBlocks] } else { &[Kind::Gsm] };
        for kind in [None].into_iter().chain(kinds.iter().copied().map(Some)) {
            let mut samples = noise.clone();
            let sent = kind.map(|kind| {
                let room = 0.4 * (rate.0 - kind.width()).min(10e6);
                let power = 10.0 * NOISE * kind.width() / rate.0;
                Air::at(rate, 3).send(&mut samples, kind, count / 2, -0.5 * room, power)
            });
            let mut listener = Listener::with(Instructions::best(), rate, FLOAT, &config(1.0));
            listener.push(&samples);
            let found = bursts_alone(listener.finish());
            let Some(sent) = sent else {
                assert_eq!(found, [], "noise alone at {} MS/s", rate.0 / 1e6);
                continue;
            };
            let what = format!("{kind:?} at {} MS/s: {sent:?} was found as {found:?}", rate.0 / 1e6);
            assert!(found.len() == 1 && sent.is(&found[0]), "{what}");
            let us = |a: u64, b: usize| (a as f64 - b as f64).abs() / rate.0 * 1e6;
            let (start, end) = (us(found[0].start.0, sent.start), us(found[0].end().0, sent.start + sent.count));
            let center_khz = (found[0].center.0 - sent.offset).abs() / 1e3;
            let snr_db = f64::from(found[0].snr.0);
            println!(
                "{kind:?} at {} MS/s: {start:.1} {end:.1} µs, {center_khz:.1} kHz off, {snr_db:.1} dB",
                rate.0 / 1e6
            );
            assert!(start < 40.0 && end < 40.0 && center_khz < 20.0 && (snr_db - 10.0).abs() < 1.5, "{what}");
        }
    }
}

#[test]
fn asking_for_fewer_alarms_gives_a_subset() {
    // Bursts from far under the threshold to well over it.
    let samples = mixed(61, 8.0, (-9.0, 6.0));
    let runs: Vec<(f64, Vec<Burst>)> =
        [1000.0, 100.0, 10.0, 1.0].map(|per_hour| (per_hour, listen(per_hour, &samples))).into();
    let exactly = Within { samples: 0, hertz: 0.0, level_db: 0.0 };
    let (mut missing, mut otherwise, mut total) = (0, 0, 0);
    for ((more, many), (less, few)) in runs.iter().zip(&runs[1..]) {
        let without =
            |is: &dyn Fn(&Burst, &Burst) -> bool| few.iter().filter(|burst| !many.iter().any(|b| is(b, burst))).count();
        let (gone, moved) = (without(&alike), without(&|a, b| exactly.same(a, b)));
        println!(
            "{} at {less} an hour, {} at {more}: {gone} not among these, {moved} with other edges",
            few.len(),
            many.len()
        );
        assert!(few.len() < many.len() && few.len() > 200);
        (missing, otherwise, total) = (missing + gone, otherwise + moved, total + few.len());
    }
    // A lower threshold lets boxes of other shapes stand out over the same weak burst: it is then measured from another.
    assert!(100 * missing < total && 50 * otherwise < total, "{missing} and {otherwise} of {total}");
    for (per_hour, found) in &runs {
        assert!(found.iter().all(|burst| burst.expected_per_hour <= *per_hour), "{per_hour} an hour");
    }
}

#[test]
fn scaling_the_input_moves_every_level_and_changes_no_decision() {
    let samples = mixed(62, 2.0, (-6.0, 20.0));
    let plain = listen(100.0, &samples);
    assert!(plain.len() > 120, "{}", plain.len());
    for k in [0.5, 0.1, 3.7] {
        let scaled: Vec<Complex32> = samples.iter().map(|z| z * k).collect();
        let squared = f64::from(k) * f64::from(k);
        let level = |b: &Burst| Burst { power: b.power * squared, noise: b.noise * squared, ..b.clone() };
        let expected: Vec<Burst> = plain.iter().map(level).collect();
        // Quantiles are found to a fraction of a per cent, by halving, so that another place may count as quiet where the
        // floor is learnt: one of thousands.
        Within { samples: 1, hertz: 200.0, level_db: 0.002 }.assert_same(
            &format!("times {k}"),
            &listen(100.0, &scaled),
            &expected,
        );
    }
}

#[test]
fn a_recording_that_begins_at_a_later_anchor_gives_the_same_later() {
    let samples = mixed(63, 2.0, (-6.0, 20.0));
    let plain = listen(100.0, &samples);
    let hop = Grid::for_rate(RATE).hop as u64;
    for anchors in [1, 1000] {
        let later = anchors * ANCHOR_ROWS * hop;
        let expected: Vec<Burst> = plain.iter().map(|b| moved(b, later, 0.0)).collect();
        // But for the last digits of numbers of samples in millions.
        let exactly = Within { samples: 0, hertz: 0.01, level_db: 1e-9 };
        exactly.assert_same(&format!("{anchors} anchors"), &listen_from(later, 100.0, &samples), &expected);
    }
}

#[test]
fn shifting_by_whole_frames_shifts_every_burst_that_stands_out() {
    let samples = mixed(64, 2.0, (6.0, 20.0));
    let plain = listen(1.0, &samples);
    let hop = Grid::for_rate(RATE).hop as u64;
    for frames in [1, 5, 17] {
        let later = frames * hop;
        let expected: Vec<Burst> = plain.iter().map(|b| moved(b, later, 0.0)).collect();
        // Chunks, and with them the offset subtracted, begin elsewhere; so do blocks of gain, and boxes of every
        // second row: a burst may be trimmed a row differently, which moves its edges by some microseconds.
        let found = listen_from(later, 1.0, &samples);
        assert_eq!(found.len(), expected.len(), "{frames} frames");
        let near = Within { samples: 24, hertz: 8_000.0, level_db: 0.3 };
        let off = found.iter().filter(|b| !expected.iter().any(|e| near.same(b, e))).count();
        println!("{frames} frames: {off} of {} differ by more", found.len());
        assert!(50 * off <= found.len(), "{frames} frames: {off} of {}", found.len());
        assert!(found.iter().all(|b| expected.iter().any(|e| alike(b, e))), "{frames} frames");
    }
}

#[test]
fn shifting_by_whole_cells_shifts_every_burst_in_frequency() {
    let grid = Grid::for_rate(RATE);
    // Away from the band's edges, and in a flat passband: the ripple would move too.
    let mut air = Air::new(65);
    let mut samples = air.noise(seconds(2.0), NOISE);
    for i in 0..180 {
        let kind = if i % 4 == 3 { Kind::SixBlocks } else { Kind::Gsm };
        let offset = (air.below(401) as f64 - 200.0) * 1e3;
        let power = 10f64.powf(0.6 + 0.01 * i as f64) * NOISE * kind.width() / RATE.0;
        let start = seconds(0.01 * i as f64 + 0.1) + air.below(2000);
        air.send(&mut samples, kind, start, offset, power);
    }
    let plain = listen(1.0, &samples);
    for b in plain.windows(2).filter(|w| w[1].start.0 < w[0].end().0) {
        println!("DOUBLE {b:?}");
    }
    assert!((180..=182).contains(&plain.len()), "{}", plain.len());
    for cells in [-7i64, 1, 8] {
        let turned = |(n, z): (usize, &Complex32)| {
            let turns = (4 * cells * (n % grid.n) as i64).rem_euclid(grid.n as i64) as f64 / grid.n as f64;
            z * Complex32::from_polar(1.0, (TAU * turns) as f32)
        };
        let shifted: Vec<Complex32> = samples.iter().enumerate().map(turned).collect();
        let hertz = 4.0 * cells as f64 * grid.bin_width().0;
        let expected: Vec<Burst> = plain.iter().map(|b| moved(b, 0, hertz)).collect();
        let found = listen(1.0, &shifted);
        assert_eq!(found.len(), expected.len(), "{cells} cells");
        let near = Within { samples: 12, hertz: 2_000.0, level_db: 0.2 };
        let off = found.iter().filter(|b| !expected.iter().any(|e| near.same(b, e))).count();
        println!("{cells} cells: {off} of {} differ by more", found.len());
        assert!(50 * off <= found.len(), "{cells} cells: {off} of {}", found.len());
        assert!(found.iter().all(|b| expected.iter().any(|e| alike(b, e))), "{cells} cells");
    }
}

#[test]
fn two_recordings_joined_give_the_bursts_of_both() {
    let joint = 2 * ANCHOR_ROWS * Grid::for_rate(RATE).hop as u64;
    let per_hour = 10.0;
    let duration_s = joint as f64 / RATE.0;
    let (first, second) = (mixed(66, duration_s, (-6.0, 20.0)), mixed(67, duration_s, (-6.0, 20.0)));
    let mut listener = Listener::new(FLOAT, &config(per_hour));
    listener.push(&first[..joint as usize]);
    listener.push(&second);
    let joined = bursts_alone(listener.finish());
    let apart: Vec<Burst> = listen(per_hour, &first[..joint as usize])
        .into_iter()
        .chain(listen(per_hour, &second).iter().map(|b| moved(b, joint, 0.0)))
        .collect();
    // But for 0.1 s around the joint, and for the second's start-up, whose floor is learnt from its first quarter of a
    // second.
    let counts = |b: &&Burst| b.end().0 + (0.1 * RATE.0) as u64 <= joint || b.start.0 >= joint + (0.25 * RATE.0) as u64;
    // 0.2 dB over the threshold noise gives a burst of the narrowest, shortest boxes a tenth as often, and one of the
    // widest a ten-thousandth.
    let close = |b: &Burst| b.expected_per_hour > per_hour * if b.bandwidth().0 < 400e3 { 0.1 } else { 1e-4 };
    let same = |a: &Burst, b: &Burst| alike(a, b) && (10.0 * (a.power / b.power).log10()).abs() < 0.5;
    let missing = |from: &[Burst], list: &[Burst]| -> Vec<Burst> {
        from.iter().filter(counts).filter(|b| !list.iter().any(|a| same(a, b))).cloned().collect()
    };
    let (lost, new) = (missing(&apart, &joined), missing(&joined, &apart));
    let all = apart.iter().filter(counts).count();
    println!("{all} bursts; {} only apart, {} only joined", lost.len(), new.len());
    for burst in lost.iter().chain(&new) {
        println!("{burst:?}");
    }
    assert!(all > 400 && lost.iter().chain(&new).all(close), "{lost:#?}\n{new:#?}");
    assert!(50 * (lost.len() + new.len()) < all, "{} of {all}", lost.len() + new.len());
}

#[test]
fn the_portable_path_gives_the_same_bursts() {
    let samples = mixed(68, 2.0, (-6.0, 25.0));
    for format in [SampleFormat::Cu8, SampleFormat::Ci8, SampleFormat::Ci16Le, FLOAT] {
        let bytes = store(format, &samples);
        let run = |instructions| {
            let mut listener = Listener::with(instructions, RATE, format, &config(100.0));
            listener.push_block(&SampleBlock { first: SampleIndex(0), bytes: bytes.clone() });
            bursts_alone(listener.finish())
        };
        let (portable, best) = (run(Instructions::PORTABLE), run(Instructions::best()));
        assert!(best.len() > 120, "{}", best.len());
        Within { samples: 1, hertz: 20.0, level_db: 0.001 }.assert_same(format.name(), &portable, &best);
    }
}
