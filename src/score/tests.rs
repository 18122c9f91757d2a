//! The figures of made-up detections, and what the tests of this room make them of.

use super::*;

const RATE: Hertz = Hertz(2.4e6);

/// A band of 2.4 MHz about 0 and an hour of time.
pub(super) fn terms() -> Terms {
    Terms {
        sample_rate: RATE,
        band: (Hertz(-1.2e6), Hertz(1.2e6)),
        span: 0..3600 * 2_400_000,
        false_alarms_per_hour: 1.0,
    }
}

/// A burst of 10 dB.
pub(super) fn burst(start: u64, count: u64, low: f64, high: f64) -> Truth {
    Truth {
        start: SampleIndex(start),
        count,
        low: Hertz(low),
        high: Hertz(high),
        label: "GSM normal burst".to_owned(),
        snr_db: Some(10.0),
        role: Role::Burst,
    }
}

/// Energy that is not to be found.
pub(super) fn other(start: u64, count: u64, low: f64, high: f64) -> Truth {
    Truth { role: Role::Other, label: "carrier".to_owned(), ..burst(start, count, low, high) }
}

/// A detection of 10 dB.
pub(super) fn found(start: u64, count: u64, low: f64, high: f64) -> Found {
    Found { start: SampleIndex(start), count, edges: Some((Hertz(low), Hertz(high))), center: None, snr_db: Some(10.0) }
}

#[test]
fn every_burst_and_every_detection_is_counted_once() {
    let access = Truth { label: "GSM access burst".to_owned(), ..burst(9000, 780, 400e3, 600e3) };
    let truth = [
        burst(1000, 1311, -100e3, 100e3),
        burst(20_000, 1311, -100e3, 100e3),
        burst(21_500, 1311, -100e3, 100e3),
        burst(40_000, 1311, -100e3, 100e3),
        access,
        other(0, 100_000, 800e3, 801e3),
        burst(50_000, 1311, 1.3e6, 1.5e6),
    ];
    let detections = [
        found(1010, 1300, -90e3, 90e3),
        found(20_000, 2900, -100e3, 100e3),
        found(9000, 300, 400e3, 600e3),
        found(9400, 380, 400e3, 600e3),
        found(0, 50_000, 795e3, 805e3),
        found(70_000, 1000, -500e3, -300e3),
    ];
    let score = Score::of(&truth, &detections, &terms());
    assert_eq!((score.all, score.merged, score.outside_band), (Share { found: 3, bursts: 5 }, 1, 1));
    assert_eq!((score.detections, score.pieces, score.set_aside, score.false_alarms), (6, 1, 1, 1));
    let kinds: Vec<_> = score.kinds.iter().map(|k| (k.label.as_str(), k.share, k.merged, k.pieces)).collect();
    assert_eq!(
        kinds,
        [
            ("GSM access burst", Share { found: 1, bursts: 1 }, 0, 1),
            ("GSM normal burst", Share { found: 2, bursts: 4 }, 1, 0),
        ]
    );
    assert_eq!(score.bins, [Bin { snr_db: 10, share: Share { found: 3, bursts: 5 } }]);
    assert_eq!(score.false_alarms_per_hour(), Some(1.0));
}

#[test]
fn bursts_that_share_a_detection_do_not_shape_the_curve() {
    // A weak burst of each pair lies in the detection of the strong one beside it, and is more like it.
    let pair = |i: u64| {
        let strong = burst(100_000 * i, 1000, 0.0, 200e3);
        let weak = Truth { snr_db: Some(-20.0), ..burst(100_000 * i + 1100, 1900, 0.0, 200e3) };
        [strong, weak]
    };
    let mut truth: Vec<Truth> = (1..200).flat_map(pair).collect();
    let mut detections: Vec<Found> = (1..200).map(|i| found(100_000 * i, 3000, 0.0, 200e3)).collect();
    // Alone, every burst from 0 dB on is found.
    for i in 0..100 {
        let snr_db = i as f64 / 10.0 - 5.0;
        truth.push(Truth { snr_db: Some(snr_db), ..burst(100_000 * i + 50_000, 1000, 0.0, 200e3) });
        detections.extend((snr_db >= 0.0).then(|| found(100_000 * i + 50_000, 1000, 0.0, 200e3)));
    }
    let score = Score::of(&truth, &detections, &terms());
    assert_eq!((score.merged, score.bins[0]), (199, Bin { snr_db: -20, share: Share { found: 199, bursts: 199 } }));
    let fit = score.kinds[0].fit.expect("there are bursts enough");
    assert!(fit.snr_db.abs() < 0.5 && fit.lapse == 0.0, "{fit:?}");
}

#[test]
fn only_what_has_its_middle_in_the_span_is_counted() {
    let truth = [burst(900, 150, 0.0, 200e3), burst(950, 200, 400e3, 600e3), burst(1950, 101, 0.0, 200e3)];
    let detections = [found(940, 110, 0.0, 200e3), found(960, 190, 400e3, 600e3), found(100, 10, 0.0, 200e3)];
    let terms = Terms { span: 1000..2000, ..terms() };
    let score = Score::of(&truth, &detections, &terms);
    assert_eq!((score.all, score.detections, score.false_alarms), (Share { found: 1, bursts: 1 }, 1, 0));
    assert_eq!(score.false_alarms_per_hour(), Some(0.0));
    assert!((terms.hours() - 1000.0 / 2.4e6 / 3600.0).abs() < 1e-15);
    let (low, high) = score.false_alarms_per_hour_interval().unwrap();
    assert!(low == 0.0 && (high / 3.689 * terms.hours() - 1.0).abs() < 1e-3, "{high}");
    let none = Score::of(&truth, &detections, &Terms { span: 5..5, ..terms });
    assert_eq!((none.all.bursts, none.detections, none.false_alarms_per_hour()), (0, 0, None));
}

#[test]
fn deviations_have_their_sign_and_their_unit() {
    // 2.4 samples are a microsecond.
    let truth: Vec<Truth> = (0..11).map(|i| burst(10_000 * (i + 1), 1200, 0.0, 200e3)).collect();
    let off = |i: u64| -> Found {
        let late = 24 * (i + 1);
        Found {
            snr_db: (i > 0).then_some(10.0 - i as f64 / 10.0),
            center: (i == 0).then_some(Hertz(101e3)),
            ..found(10_000 * (i + 1) + late, 1200 - 2 * late, 10e3, 200e3)
        }
    };
    let detections: Vec<Found> = (0..11).map(off).collect();
    let deviations = Score::of(&truth, &detections, &terms()).deviations;
    let of = |d: Option<Deviation>| {
        let d = d.expect("all state it");
        [d.median, d.median_magnitude, d.ninety_percent_magnitude].map(|value| (value * 1e6).round() / 1e6)
    };
    assert_eq!(of(deviations.start_us), [60.0, 60.0, 100.0]);
    assert_eq!(of(deviations.end_us), [-60.0, 60.0, 100.0]);
    assert_eq!(of(deviations.center_khz), [5.0, 5.0, 5.0]);
    assert_eq!(of(deviations.bandwidth_percent), [-5.0, 5.0, 5.0]);
    assert_eq!(of(deviations.snr_db), [-0.55, 0.55, 0.91]);
    assert_eq!(deviations.snr_db.map(|d| d.pairs), Some(10));
    let none = Score::of(&truth, &[], &terms()).deviations;
    assert_eq!(none, Deviations::default());
}

#[test]
fn a_kind_has_the_limit_of_its_medians_within_the_band() {
    // 1.3 MHz, of which 1.08 MHz lie in the band: six resource blocks for a subframe.
    let truth = [burst(10_000, 2400, 0.12e6, 1.42e6)];
    let score = Score::of(&truth, &[], &terms());
    let kind = &score.kinds[0];
    assert_eq!((kind.median_duration_s, kind.median_bandwidth_hz), (1e-3, 1.08e6));
    assert!((kind.limit_db() + 6.7).abs() < 0.1, "{}", kind.limit_db());
    assert_eq!((kind.fit, kind.gap_db()), (Err(NoFit::NoneFound), None));
}

#[test]
fn bursts_of_no_sample_of_endless_ones_and_without_a_label_are_kinds_too() {
    let truth = [Truth { label: String::new(), snr_db: None, ..burst(10_000, 0, 0.0, 200e3) }];
    let score = Score::of(&truth, &[], &terms());
    assert_eq!((score.kinds.len(), score.kinds[0].label.as_str(), score.bins.len()), (1, "", 0));
    assert!(score.kinds[0].limit_db().is_finite());
    let endless = Truth { snr_db: Some(1e300), ..burst(5, u64::MAX - 5, -1e300, 1e300) };
    let span = 0..u64::MAX;
    let score = Score::of(&[endless], &[found(3, u64::MAX, -1e300, 1e300)], &Terms { span, ..terms() });
    assert_eq!(score.all, Share { found: 1, bursts: 1 });
    assert!(score.kinds[0].limit_db() < -25.0, "{}", score.kinds[0].limit_db());
}
