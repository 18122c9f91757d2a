//! How bursts are measured and told apart, by simulation with fixed seeds: users one after the other and beside each
//! other, strong ones and what they spill, mirror images, shapes that nobody names in advance.

#[path = "support/air.rs"]
mod air;

use air::{Air, Kind, Listener, RATE, Sent, add, listen, seconds, tone};
use glint::detect::{Burst, Config};
use glint::iq::SampleFormat;
use rustfft::num_complex::Complex32;

/// Noise in the whole band of a receiver of 16 bits.
const NOISE: f64 = 1e-7;

/// Power of a burst `snr_db` over the noise in its own width.
fn power(width: f64, snr_db: f64) -> f64 {
    10f64.powf(snr_db / 10.0) * NOISE * width / RATE.0
}

/// Adds flat noise of `width` for `duration_s`, with ramps of 5 µs.
fn send_flat(air: &mut Air, samples: &mut [Complex32], start: usize, duration_s: f64, place: Place) -> Sent {
    let (count, ramp) = (seconds(duration_s), 12);
    let mut wave = air.flat(count + ramp, place.width);
    for (i, (z, carrier)) in wave.iter_mut().zip(tone(count + ramp, 0, place.offset, 1.0)).enumerate() {
        let from_edge = i.min(count + ramp - 1 - i) as f32 + 0.5;
        *z *= carrier * (0.5 - 0.5 * (std::f32::consts::PI * (from_edge / ramp as f32).min(1.0)).cos());
    }
    let energy: f64 = wave.iter().map(|z| f64::from(z.norm_sqr())).sum();
    let scale = (power(place.width, place.snr_db) * count as f64 / energy).sqrt() as f32;
    wave.iter_mut().for_each(|z| *z *= scale);
    add(samples, start - ramp / 2, &wave);
    Sent { start, count, offset: place.offset, width: place.width }
}

#[derive(Clone, Copy)]
struct Place {
    offset: f64,
    width: f64,
    snr_db: f64,
}

/// How many of `pairs` were found as two bursts, each as itself.
fn told_apart(pairs: &[[Sent; 2]], found: &[Burst]) -> usize {
    let own = |sent: &Sent| found.iter().filter(|burst| sent.is(burst)).count() == 1;
    let both = |pair: &&[Sent; 2]| {
        // One burst that is like both would be both's own.
        let shared = found.iter().any(|burst| pair.iter().all(|sent| sent.is(burst)));
        own(&pair[0]) && own(&pair[1]) && !shared
    };
    pairs.iter().filter(both).count()
}

#[test]
fn two_users_in_slots_one_after_the_other_are_told_apart() {
    for (seed, snr_db, other_db, least) in
        [(1, 15.0, 15.0, 50), (2, 20.0, 20.0, 90), (3, 25.0, 22.0, 90), (4, 20.0, 14.0, 90), (5, 30.0, 15.0, 90)]
    {
        let mut air = Air::new(seed);
        let mut samples = air.noise(seconds(1.5), NOISE);
        let pairs: Vec<[Sent; 2]> = (0..100)
            .map(|i| {
                let start = seconds(0.3) + i * seconds(0.011) + air.below(2000);
                let offset = air.below(1_600_000) as f64 - 800e3;
                let slot = (RATE.0 * 7500.0 / 13e6).round() as usize;
                let [first, second] = if i % 2 == 0 { [snr_db, other_db] } else { [other_db, snr_db] };
                [(0, first), (slot, second)].map(|(after, snr_db)| {
                    air.send(&mut samples, Kind::Gsm, start + after, offset, power(200e3, snr_db))
                })
            })
            .collect();
        let found = listen(SampleFormat::Ci16Le, 1.0, &samples).bursts;
        let count = told_apart(&pairs, &found);
        println!("slots of {snr_db} and {other_db} dB: {count} of 100 pairs told apart, {} bursts", found.len());
        assert!(count >= least, "{snr_db} and {other_db} dB: {count}");
    }
}

#[test]
fn two_users_with_30_khz_between_are_told_apart() {
    for (seed, width, snr_db, other_db, least) in [
        (11, 180e3, 15.0, 15.0, 50),
        (12, 180e3, 20.0, 20.0, 60),
        (13, 360e3, 15.0, 15.0, 60),
        (14, 360e3, 20.0, 14.0, 60),
        (15, 360e3, 30.0, 15.0, 60),
    ] {
        let mut air = Air::new(seed);
        let mut samples = air.noise(seconds(1.5), NOISE);
        let pairs: Vec<[Sent; 2]> = (0..100)
            .map(|i| {
                let start = seconds(0.3) + i * seconds(0.011) + air.below(2000);
                let middle = air.below(1_200_000) as f64 - 600e3;
                let [low, high] = if i % 2 == 0 { [snr_db, other_db] } else { [other_db, snr_db] };
                [(-1.0, low), (1.0, high)].map(|(side, snr_db)| {
                    let place = Place { offset: middle + side * (0.5 * width + 15e3), width, snr_db };
                    send_flat(&mut air, &mut samples, start, 1e-3, place)
                })
            })
            .collect();
        let found = listen(SampleFormat::Ci16Le, 1.0, &samples).bursts;
        let count = told_apart(&pairs, &found);
        println!("{width} Hz each, {snr_db} and {other_db} dB: {count} of 100 told apart, {} bursts", found.len());
        assert!(count >= least, "{width} Hz, {snr_db} and {other_db} dB: {count}");
    }
}

#[test]
fn a_burst_50_db_above_its_neighbour_makes_no_false_ones_and_the_neighbour_is_found() {
    // A neighbour that a ramp of the strong one cuts may come in two: at most two of a hundred.
    // At the same time and some rows later; above and below.
    let mut air = Air::new(21);
    let mut samples = air.noise(seconds(1.5), NOISE);
    let mut sent = Vec::new();
    for i in 0..100 {
        let start = seconds(0.3) + i * seconds(0.011) + air.below(2000);
        let offset = air.below(800_000) as f64 - 400e3;
        sent.push(air.send(&mut samples, Kind::Gsm, start, offset, power(200e3, 62.0)));
        let (later, side) = (if i % 3 == 0 { 0 } else { air.below(1000) }, if i % 2 == 0 { 400e3 } else { -400e3 });
        sent.push(air.send(&mut samples, Kind::Gsm, start + later, offset + side, power(200e3, 12.0)));
    }
    let found = listen(SampleFormat::Ci16Le, 1.0, &samples).bursts;
    let strong = sent.iter().step_by(2).filter(|sent| found.iter().filter(|b| sent.is(b)).count() == 1).count();
    let weak = sent.iter().skip(1).step_by(2).filter(|sent| found.iter().any(|b| sent.is(b))).count();
    let false_ones = found.iter().filter(|burst| !sent.iter().any(|sent| sent.is(burst))).count();
    for burst in found.iter().filter(|burst| !sent.iter().any(|sent| sent.is(burst))) {
        println!("beside what was sent: {burst:?}");
    }
    println!("strong {strong}, weak {weak} of 100, {false_ones} false");
    assert!(strong == 100 && weak >= 97 && false_ones <= 2, "strong {strong}, weak {weak}, false {false_ones}");
}

#[test]
fn a_mirror_image_is_no_burst_of_its_own_unless_asked_for() {
    let mut air = Air::new(31);
    let mut samples = air.noise(seconds(0.9), NOISE);
    let mut clean = vec![Complex32::default(); samples.len()];
    let sent: Vec<Sent> = (0..40)
        .map(|i| {
            let side = if i % 2 == 0 { 1.0 } else { -1.0 };
            let offset = side * (200e3 + air.below(600_000) as f64);
            let start = seconds(0.3) + i * seconds(0.012) + air.below(2000);
            air.send(&mut clean, Kind::Gsm, start, offset, power(200e3, 45.0))
        })
        .collect();
    let rejection = 10f32.powf(-32.0 / 20.0);
    for (x, z) in samples.iter_mut().zip(&clean) {
        *x += z + z.conj() * rejection;
    }
    let heard = |image_rejection_db| {
        let config = Config { image_rejection_db, ..Config::default() };
        let mut listener = Listener::new(SampleFormat::Ci16Le, &config);
        listener.push(&samples);
        listener.finish().bursts
    };
    let alone = heard(Some(30.0));
    for burst in alone.iter().filter(|burst| !sent.iter().any(|sent| sent.is(burst))) {
        println!("beside what was sent: {burst:?}");
    }
    assert_eq!(alone.len(), sent.len());
    assert!(sent.iter().all(|sent| alone.iter().filter(|burst| sent.is(burst)).count() == 1));
    assert_eq!(heard(None).len(), 2 * sent.len());
    // An image that is so much weaker than stated is another's burst.
    assert_eq!(heard(Some(45.0)).len(), 2 * sent.len());
}

#[test]
fn long_and_wide_bursts_that_nobody_named_are_measured_right() {
    for (seed, width, duration_s) in [(41, 180e3, 3.3e-3), (42, 540e3, 1e-3), (43, 90e3, 3e-3)] {
        let mut air = Air::new(seed);
        let mut samples = air.noise(seconds(1.8), NOISE);
        let sent: Vec<Sent> = (0..100)
            .map(|i| {
                let start = seconds(0.3) + i * seconds(0.014) + air.below(2000);
                let offset = air.below(1_600_000) as f64 - 800e3;
                send_flat(&mut air, &mut samples, start, duration_s, Place { offset, width, snr_db: 10.0 })
            })
            .collect();
        let found = listen(SampleFormat::Ci16Le, 1.0, &samples).bursts;
        assert!((99..=101).contains(&found.len()), "{width} Hz: {} bursts", found.len());
        let mut errors: [Vec<f64>; 4] = Default::default();
        for sent in &sent {
            let Some(burst) = found.iter().find(|burst| sent.is(burst)) else { continue };
            let us = |a: u64, b: usize| (a as f64 - b as f64).abs() / RATE.0 * 1e6;
            errors[0].push(us(burst.start.0, sent.start));
            errors[1].push(us(burst.end().0, sent.start + sent.count));
            errors[2].push((burst.center.0 - sent.offset).abs() / 1e3);
            errors[3].push((burst.bandwidth().0 / sent.width - 1.0).abs());
        }
        let median = |values: &mut Vec<f64>| {
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        let [start, end, center, bandwidth] = errors.each_mut().map(median);
        println!("{width} Hz for {duration_s} s: {start:.1}, {end:.1} µs, {center:.2} kHz, {bandwidth:.3}");
        assert!(start <= 20.0 && end <= 20.0, "{width} Hz: edges {start} and {end} µs off");
        assert!(center <= 5.0 && bandwidth <= 0.15, "{width} Hz: {center} kHz and {bandwidth} off");
    }
}
