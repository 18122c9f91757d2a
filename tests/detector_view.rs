//! The detector's view shows what the power does not: a burst that only a box sees.

#[path = "support/air.rs"]
mod air;

use air::{Air, Kind, RATE, Sent, listen, seconds};
use glint::detect::{BestBox, JudgedRows};
use glint::iq::SampleFormat;
use glint::units::SampleIndex;
use rustfft::num_complex::Complex32;

const NOISE: f64 = 1e-4;

/// What is shown in the row and cell that hold a place, and in the cells around it.
fn around(judged: &[JudgedRows], sample: u64, offset: f64, cells: usize) -> Vec<BestBox> {
    let rows =
        judged.iter().find(|rows| (rows.first.0..rows.first.0 + rows.len() as u64 * rows.span).contains(&sample));
    let rows = rows.expect("the place was judged");
    let row = &rows.best[((sample - rows.first.0) / rows.span) as usize * rows.band_cells..][..rows.band_cells];
    let cell = ((offset / RATE.0 + 0.5) * rows.band_cells as f64) as usize;
    row[cell - cells..=cell + cells].to_vec()
}

/// Bursts that no frame sees: 0 dB in their own width, or less, 20 ms apart.
fn weak_air(kind: Kind, snr: f64, bursts: usize) -> (Vec<Complex32>, Vec<Sent>) {
    let mut air = Air::new(77);
    let mut samples = air.noise(seconds(0.4 + 0.02 * bursts as f64), NOISE);
    let power = snr * NOISE * kind.width() / RATE.0;
    let sent = (0..bursts).map(|i| {
        let start = seconds(0.35 + 0.02 * i as f64) + air.below(20_000);
        let offset = (air.below(1_000_000) as f64) - 500e3;
        air.send(&mut samples, kind, start, offset, power)
    });
    let sent = sent.collect();
    (samples, sent)
}

#[test]
fn a_burst_that_only_boxes_see_stands_out_at_its_place() {
    // 1 dB over the limit of a GSM burst for one, and of six resource blocks for the other.
    for (kind, snr_db) in [(Kind::Gsm, 1.5), (Kind::SixBlocks, -4.5)] {
        let (samples, sent) = weak_air(kind, 10f64.powf(snr_db / 10.0), 60);
        let heard = listen(SampleFormat::Cf32Le, 1.0, &samples);
        let middle = |s: &Sent| (s.start + s.count / 2) as u64;
        let seen = sent.iter().filter(|s| around(&heard.judged, middle(s), s.offset, 0)[0].over).count();
        assert!(seen >= 56, "{kind:?}: {seen} of 60 stand out at their middle");
        // The mean of a box that fits: the noise's and the burst's.
        let means = sent.iter().map(|s| f64::from(around(&heard.judged, middle(s), s.offset, 0)[0].mean)).sum::<f64>();
        let excess_db = 10.0 * (means / 60.0 - 1.0).log10();
        assert!((excess_db - snr_db).abs() < 1.5, "{kind:?}: {excess_db} dB for {snr_db} dB");
        // Whatever the detector reports is seen to be over its threshold, in the line of its middle.
        for burst in &heard.bursts {
            let (middle, half) = (burst.start.0 + burst.count / 2, (burst.high.0 - burst.low.0) / 2.0);
            let shown = around(&heard.judged, middle, burst.center.0, (half / 37.5e3).round() as usize);
            assert!(shown.iter().any(|shown| shown.over), "{burst:?}");
        }
        // Nothing else does: as many cells as boxes that fit the bursts have, and their neighbours.
        let over = heard.judged.iter().flat_map(|rows| &rows.best).filter(|shown| shown.over).count();
        let widest = if kind == Kind::Gsm { 18 } else { 40 };
        assert!(over <= 2 * 60 * widest, "{kind:?}: {over} cells");
    }
}

#[test]
fn noise_alone_shows_no_box_over_its_threshold_and_every_place_a_box() {
    let samples = Air::new(5).noise(seconds(2.0), NOISE);
    let heard = listen(SampleFormat::Cf32Le, 1.0, &samples);
    let shown: Vec<&BestBox> = heard.judged.iter().flat_map(|rows| &rows.best).collect();
    assert!(shown.len() > 400 * 64, "{} cells", shown.len());
    assert!(shown.iter().all(|shown| !shown.over && shown.mean > 0.5 && shown.mean < 5.0));
}

#[test]
fn a_strong_burst_shows_where_it_is_and_not_as_wide_as_the_boxes_it_is_in() {
    let mut air = Air::new(6);
    let mut samples = air.noise(seconds(0.6), NOISE);
    let power = 1e3 * NOISE * 200e3 / RATE.0;
    // In the middle of a waterfall row, so that no box of it reaches into the next.
    let row = 90 * 60 * 192 + 30 * 192;
    air.send(&mut samples, Kind::Gsm, row, 300e3, power);
    let heard = listen(SampleFormat::Cf32Le, 1.0, &samples);
    let row = around(&heard.judged, row as u64, 0.0, 31);
    let over = row.iter().filter(|shown| shown.over).count();
    assert!((4..=16).contains(&over), "{over} cells");
    let middle = around(&heard.judged, SampleIndex((90 * 60 + 33) * 192).0, 300e3, 0)[0];
    assert!((10.0 * middle.mean.log10() - 30.0).abs() < 2.0, "{}", middle.mean);
}
