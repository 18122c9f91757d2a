//! How long after its end a burst is given out.

#[path = "support/air.rs"]
mod air;

use air::{Air, Kind, Listener, RATE, seconds};
use glint::detect::Config;
use glint::iq::SampleFormat;

const NOISE: f64 = 1e-3;

#[test]
fn a_burst_is_given_out_at_most_300_milliseconds_of_signal_after_its_end() {
    let mut air = Air::new(31);
    let mut samples = air.noise(seconds(2.0), NOISE);
    let power = 100.0 * NOISE * Kind::Gsm.width() / RATE.0;
    // From the first milliseconds, whose rows are held until the floor is known, to a dense stretch at the end.
    let starts: Vec<f64> =
        (0..30).map(|i| 0.0005 + 0.03 * i as f64).chain((0..200).map(|i| 1.0 + 0.0046 * i as f64)).collect();
    for (i, start) in starts.iter().enumerate() {
        air.send(&mut samples, Kind::Gsm, seconds(*start), (i % 5) as f64 * 400e3 - 800e3, power);
    }
    let mut listener = Listener::new(SampleFormat::Cf32Le, &Config::default());
    let (mut known, mut pushed, mut latest) = (0, 0, 0.0f64);
    for block in samples.chunks(seconds(0.001)) {
        listener.push(block);
        pushed += block.len() as u64;
        for burst in listener.bursts().skip(known) {
            latest = latest.max((pushed - burst.end().0) as f64 / RATE.0);
        }
        known = listener.bursts().count();
    }
    println!("at most {:.0} ms after its end", 1e3 * latest);
    assert!(latest <= 0.3, "{latest} s");
    let found = listener.finish().bursts.len();
    assert_eq!(found, starts.len());
    assert!(known + 20 > found, "{known} of {found} were given out before the end of the stream");
}
