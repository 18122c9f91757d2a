//! Noise is Gaussian, of constant power, and lies within its width.

use super::*;

/// A complex Gaussian's mean square power is twice its mean power squared, its peaks those of an exponential distribution.
#[test]
fn noise_is_gaussian() {
    for width_hz in [200e3, 2e6] {
        let duration_s = 40_000.0 / width_hz;
        let waveform = render(Shape::Noise { width_hz, duration_s }, 6);
        let power = waveform.power();
        let power = &power[20..power.len() - 20];
        let mean = power.iter().sum::<f64>() / power.len() as f64;
        let square = power.iter().map(|p| p * p).sum::<f64>() / power.len() as f64;
        assert!((mean - 1.0).abs() < 0.02, "{mean}");
        assert!((square / (mean * mean) - 2.0).abs() < 0.06, "{}", square / (mean * mean));
        for (level, share) in [(0.5f64, 0.6065), (2.0, 0.1353), (5.0, 0.006738)] {
            let above = power.iter().filter(|p| **p > level * mean).count() as f64 / power.len() as f64;
            assert!((above - share).abs() < 0.015 * share.sqrt(), "above {level}: {above}");
        }
    }
}

#[test]
fn noise_has_nothing_beyond_its_width() {
    let spectrum = spectrum(Shape::Noise { width_hz: 1e6, duration_s: 5e-3 }, 20);
    let outside = 1.0 - within(&spectrum, 0.52e6);
    assert!(outside < 1e-3, "{outside}");
}

#[test]
fn pieces_a_duration_apart_add_up_to_lasting_noise() {
    let shape = Shape::NoisePiece { width_hz: 800e3, duration_s: 0.3e-3 };
    let first = render(shape, 0);
    let length = shape.duration_s() * first.rate_hz;
    assert!((length - 320.0).abs() < 1e-6);
    let draws = 1_500;
    let mut power = vec![0.0; 320];
    for draw in 0..draws {
        let pieces: Vec<_> = (0..3).map(|k| render(shape, 3 * draw + k).samples()).collect();
        for (k, sum) in power.iter_mut().enumerate() {
            let at = first.start as usize + k;
            let piece =
                |samples: &[Complex64], at: Option<usize>| at.and_then(|n| samples.get(n)).copied().unwrap_or_default();
            let z = piece(&pieces[0], Some(at + 320))
                + piece(&pieces[1], Some(at))
                + piece(&pieces[2], at.checked_sub(320));
            *sum += z.norm_sqr() / draws as f64;
        }
    }
    // Each mean is known to 1/√1 500; five of that.
    for (k, p) in power.iter().enumerate() {
        assert!((p - 1.0).abs() < 0.13, "sample {k}: {p}");
    }
    for part in power.chunks(40) {
        let mean = part.iter().sum::<f64>() / 40.0;
        assert!((mean - 1.0).abs() < 0.04, "{mean}");
    }
}
