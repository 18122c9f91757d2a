use super::{generator, transform};
use crate::scene::waveform::{Band, Content, Shape, Waveform};

/// What a receiver of 1.5 MS/s hears that is tuned 150 kHz above the shape's middle.
const HEARD: Band = Band { low_hz: -0.6e6, high_hz: 0.9e6 };

fn render(shape: Shape, draw: u64) -> Waveform {
    let mut out = Waveform::default();
    shape.waveform(HEARD, &mut generator(draw), &mut out);
    out
}

#[test]
fn of_a_shape_wider_than_the_band_only_what_is_heard_is_made_at_its_own_level() {
    for shape in [
        Shape::Pusch { resource_blocks: 50, slots: 2 },
        Shape::Pusch { resource_blocks: 100, slots: 1 },
        Shape::Srs { resource_blocks: 48 },
        Shape::Downlink { resource_blocks: 50, symbols: 14 },
        Shape::Noise { width_hz: 8e6, duration_s: 1e-3 },
        Shape::NoisePiece { width_hz: 8e6, duration_s: 1.5e-3 },
    ] {
        let (mut power, mut inside, mut total) = (0.0, 0.0, 0.0);
        for draw in 0..60 {
            let waveform = render(shape, draw);
            assert!(waveform.rate_hz < 4e6, "{shape:?}: {} samples a second", waveform.rate_hz);
            let Content::Heard { width_hz } = waveform.content else { panic!("{shape:?}: {:?}", waveform.content) };
            assert!((width_hz - 1.5e6).abs() <= 15e3 && width_hz <= 0.8 * waveform.rate_hz, "{shape:?}: {width_hz} Hz");
            let samples = waveform.samples();
            let length = shape.duration_s() * waveform.rate_hz;
            power += waveform.power().iter().sum::<f64>() / length / 60.0;
            let bins = transform(&samples);
            let size = bins.len() as f64;
            for (bin, z) in bins.iter().enumerate() {
                let turns = bin as f64 / size;
                let hz = (turns - turns.round()) * waveform.rate_hz + waveform.middle_hz;
                total += z.norm_sqr();
                inside += if (HEARD.low_hz..HEARD.high_hz).contains(&hz) { z.norm_sqr() } else { 0.0 };
            }
        }
        let share = 1.5e6 / shape.nominal_width_hz();
        assert!((power / share - 1.0).abs() < 0.04, "{shape:?}: {power} for {share}");
        assert!(inside / total > 0.98, "{shape:?}: {} within the band", inside / total);
    }
}

#[test]
fn chips_that_a_band_cuts_are_left_without_their_pulses() {
    for shape in [Shape::WcdmaSlot, Shape::WcdmaPreamble] {
        let waveform = render(shape, 1);
        assert_eq!(waveform.content, Content::Chips { roll_off: 0.22 });
        assert_eq!((waveform.rate_hz, waveform.middle_hz), (3.84e6, 0.0));
        // Each chip in the middle of its time, of power 1 on average.
        let sent: Vec<usize> =
            (0..waveform.re.len()).filter(|n| waveform.re[*n] != 0.0 || waveform.im[*n] != 0.0).collect();
        let chips = (shape.duration_s() * 3.84e6).round() as usize;
        assert_eq!(
            (sent.len(), sent[0] as f64, sent[sent.len() - 1] + 1 - sent[0]),
            (chips, waveform.start + 0.5, chips)
        );
        let power = waveform.power().iter().sum::<f64>() / chips as f64;
        assert!((power - 1.0).abs() < 1e-5, "{shape:?}: {power}");
    }
}
