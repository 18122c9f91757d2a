//! A made-up run, close to the demonstration.

use super::collected::Collected;
use crate::detect::{BestBox, Burst, Event, JudgedRows};
use crate::iq::{SampleFormat, Tuning};
use crate::pipeline::{Progress, RunInfo, Summary};
use crate::source::{SourceKind, StreamInfo};
use crate::spectrum::DisplayRows;
use crate::units::{Decibels, Hertz, SampleIndex};

pub(super) const RATE: Hertz = Hertz(2.4e6);
pub(super) const SPAN: u64 = 48_000;
pub(super) const BINS: usize = 512;
pub(super) const CELLS: usize = 110;
pub(super) const BAND_CELLS: usize = 64;
pub(super) const CELL_WIDTH: f64 = 20e3;

pub(super) fn run(name: &str, center: Option<Hertz>) -> RunInfo {
    RunInfo {
        stream: StreamInfo {
            name: name.to_owned(),
            kind: SourceKind::Scene,
            tuning: Tuning { center, sample_rate: RATE },
            format: SampleFormat::Cu8,
            first: SampleIndex(0),
            length: None,
            start_time: None,
            actions: Vec::new(),
        },
        false_alarms_per_hour: 1.0,
        shortest_whole_s: 0.000_16,
    }
}

/// A burst of `ms` at `start_s`, 200 kHz wide around `center_khz`, over a noise of −62 dBFS.
pub(super) fn burst(start_s: f64, ms: f64, center_khz: f64, snr_db: f32) -> Burst {
    let noise = 10f64.powf(-6.2);
    Burst {
        start: SampleIndex((start_s * RATE.0) as u64),
        count: (ms * RATE.0 / 1e3) as u64,
        low: Hertz((center_khz - 100.0) * 1e3),
        high: Hertz((center_khz + 100.0) * 1e3),
        center: Hertz(center_khz * 1e3),
        power: noise * (1.0 + Decibels(snr_db).ratio()),
        noise,
        snr: Decibels(snr_db),
        expected_per_hour: 1e-9,
        cut_start: false,
        cut_end: false,
        part: None,
        more: false,
    }
}

/// Bursts every `every_ms` from `start_s`.
pub(super) fn train(start_s: f64, every_ms: f64, number: u32, center_khz: f64, snr_db: f32) -> Vec<Burst> {
    (0..number).map(|i| burst(start_s + f64::from(i) * every_ms / 1e3, 0.55, center_khz, snr_db)).collect()
}

/// The bursts of the demonstration's first half minute, in order of end.
pub(super) fn demonstration() -> Vec<Burst> {
    let mut bursts = [
        train(3.05, 1.0, 1, -900.0, 27.0),
        train(3.25, 37.8, 80, -500.0, 29.0),
        train(11.10, 1.0, 1, -900.0, 27.0),
        train(11.30, 37.8, 132, -500.0, 30.0),
        train(17.70, 52.0, 31, 900.0, 3.0),
        train(20.60, 1.0, 1, -900.0, 27.0),
        train(20.80, 37.8, 76, -500.0, 29.0),
        train(24.00, 6.36, 724, 500.0, 30.0),
    ]
    .concat();
    bursts.sort_by_key(Burst::end);
    bursts
}

/// A small generator of numbers from 0 to 1, always the same.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }
}

/// The receiver's passband at an offset of `mhz`.
pub(super) fn passband(mhz: f64) -> f64 {
    let ripple = 10f64.powf(0.07 * (mhz * 5.0).sin());
    ripple / (1.0 + (mhz.abs() / 1.12).powi(40))
}

/// A run of `rows` rows with `bursts` in exponential noise, each row the maximum of 200 frames.
pub(super) fn collect(run: &RunInfo, rows: u64, bursts: &[Burst], events: &[Event]) -> Collected {
    let mut collected = Collected::new(run);
    let mut chance = Chance(20);
    let noise = 10f64.powf(-7.7);
    for row in 0..rows {
        let (from, to) = (row * SPAN, (row + 1) * SPAN);
        let lost = |e: &Event| matches!(e, Event::Gap { from: a, to: b, .. } if a.0 < to && b.0 > from);
        if events.iter().any(lost) {
            continue;
        }
        let on: Vec<&Burst> = bursts.iter().filter(|b| b.start.0 < to && b.end().0 > from).collect();
        let shape = |offset: f64, width: f64| -> f64 {
            on.iter().map(|b| b.snr.ratio() * (-((offset - b.center.0) / width).powi(2)).exp()).sum()
        };
        let power = (0..BINS).map(|bin| {
            let offset = DisplayRows::offset(bin, BINS, RATE).0;
            let largest = -(1.0 - chance.next().powf(1.0 / 200.0)).ln();
            let line = if bin == BINS / 2 { 300.0 } else { 0.0 };
            let flicker = 0.5 + chance.next();
            (noise * passband(offset / 1e6) * (largest + 2.0 * flicker * shape(offset, 90e3) + line)) as f32
        });
        let power = power.collect();
        collected.rows(&DisplayRows { first: SampleIndex(from), span: SPAN, bins: BINS, power });

        let first_offset = -CELL_WIDTH * (CELLS - 1) as f64 / 2.0;
        let cell = |i: usize| first_offset + i as f64 * CELL_WIDTH;
        let floor: Vec<f32> = (0..CELLS).map(|i| (10f64.powf(-6.2) * passband(cell(i) / 1e6 * 1.02)) as f32).collect();
        let box_power = floor.iter().enumerate();
        let box_power =
            box_power.map(|(i, f)| f * (1.3 + 0.3 * chance.next() + shape(cell(i), 110e3)) as f32).collect();
        let best = (0..BAND_CELLS).map(|i| {
            let offset = ((i as f64 + 0.375) / BAND_CELLS as f64 - 0.5) * RATE.0;
            let mean = (1.3 + 0.3 * chance.next() + shape(offset, 110e3)) as f32;
            BestBox { mean, over: mean > 1.9 }
        });
        let best = best.collect();
        collected.judged(&JudgedRows {
            first: SampleIndex(from),
            span: SPAN,
            cells: CELLS,
            first_offset: Hertz(first_offset),
            cell_width: Hertz(CELL_WIDTH),
            box_power,
            floor,
            threshold: 1.9,
            band_cells: BAND_CELLS,
            best,
        });
    }
    bursts.iter().for_each(|b| collected.event(&Event::Burst(b.clone())));
    events.iter().for_each(|e| collected.event(e));
    collected.end(&summary(rows * SPAN));
    collected
}

pub(super) fn summary(samples: u64) -> Summary {
    let progress = Progress { samples, ..Progress::default() };
    Summary { progress, seconds: samples as f64 / RATE.0, rows: 0, bursts: 0, false_alarms_per_hour: 1.0 }
}

pub(super) fn center() -> Option<Hertz> {
    Some(Hertz(897.3e6))
}
