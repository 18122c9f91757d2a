//! What is found in the demonstration, against its truth.

use std::sync::{Arc, Mutex};

use glint::detect::{Burst, Event};
use glint::error::Result;
use glint::pipeline::{Config, Pipeline, Sink};
use glint::scene::Scene;
use glint::source::{self, Options};
use glint::units::SampleIndex;

struct Bursts(Arc<Mutex<Vec<Burst>>>);

impl Sink for Bursts {
    fn event(&mut self, event: &Event) -> Result<()> {
        if let Event::Burst(burst) = event {
            self.0.lock().unwrap().push(burst.clone());
        }
        Ok(())
    }
}

#[test]
fn the_phones_bursts_are_found_once_each_where_and_when_they_were_sent_and_nothing_else() {
    // Switched on, a text message and the beginning of a call; without the faint handset from 17.7 s on.
    for (start_s, duration_s) in [(0.0, 16.5), (20.0, 5.0)] {
        let options = Options { start_s, duration_s: Some(duration_s), ..Options::default() };
        let source = source::open("scene:demo", &options).unwrap();
        let info = source.info().clone();
        let end = info.first.0 + info.length.unwrap();
        let found = Arc::new(Mutex::new(Vec::new()));
        Pipeline::start(source, Config::default(), vec![Box::new(Bursts(found.clone()))]).unwrap().join().unwrap();
        let found = found.lock().unwrap();
        let scene = Scene::named("demo").unwrap();
        let mut sent = scene.truth(info.first, SampleIndex(end));
        sent.retain(|t| t.start.0 + t.count <= end);
        assert!(sent.len() > 200, "{} bursts were sent", sent.len());
        // Every burst found is one that was sent: at its place to 60 µs and 40 kHz, at its level to 1.5 dB.
        let rate = info.tuning.sample_rate.0;
        let near = |a: f64, b: f64, most: f64| (a - b).abs() <= most;
        let mut places = Vec::new();
        for burst in found.iter() {
            let matching: Vec<usize> = (0..sent.len())
                .filter(|&i| {
                    let (truth, middle) = (&sent[i], (sent[i].low.0 + sent[i].high.0) / 2.0);
                    near(burst.start.0 as f64, truth.start.0 as f64, 60e-6 * rate)
                        && near(burst.end().0 as f64, (truth.start.0 + truth.count) as f64, 60e-6 * rate)
                        && near(burst.center.0, middle, 40e3)
                        && near(f64::from(burst.snr.0), f64::from(truth.snr.0), 1.5)
                })
                .collect();
            assert_eq!(matching.len(), 1, "{burst:?}");
            places.push(matching[0]);
        }
        places.sort_unstable();
        assert_eq!(places, (0..sent.len()).collect::<Vec<_>>());
    }
}
