//! The tail of summed noise power, and the threshold that a false-alarm probability asks for.

use statrs::function::gamma::gamma_ur;

/// Probability that a gamma variable of `shape` and unit scale exceeds `x`: the regularised upper incomplete gamma
/// function Q(shape, x).
///
/// For `shape` = n independent complex samples of unit-mean noise power this is the false-alarm probability of an
/// energy detector with threshold `x` on the sum (Urkowitz, Proc. IEEE 55(4), 1967). Checked by
/// `theory::noise::tests::upper_tail_agrees_with_closed_forms`.
///
/// # Panics
/// If `shape` is not positive.
pub fn upper_tail(shape: f64, x: f64) -> f64 {
    match x {
        _ if x <= 0.0 => 1.0,
        f64::INFINITY => 0.0,
        _ => gamma_ur(shape, x),
    }
}

/// The `x` that a gamma variable of `shape` and unit scale exceeds with `probability`: the inverse of [`upper_tail`].
///
/// Bisection in the logarithm of the probability, to a relative width of 1e-12. Checked by
/// `theory::noise::tests::the_threshold_gives_back_its_probability`.
///
/// # Panics
/// If `shape` is not positive or `probability` is not between 0 and 1, both excluded.
pub fn upper_quantile(shape: f64, probability: f64) -> f64 {
    assert!(probability > 0.0 && probability < 1.0, "a probability between 0 and 1, both excluded");
    let (mut low, mut high) = (0.0, shape + 1.0);
    while upper_tail(shape, high) > probability {
        low = high;
        high *= 2.0;
    }
    while high - low > 1e-12 * high {
        let middle = 0.5 * (low + high);
        if upper_tail(shape, middle) > probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upper_tail_agrees_with_closed_forms() {
        // n = 1: exp(−x); n = 2: (1 + x) exp(−x); n = 3: (1 + x + x²/2) exp(−x).
        for x in [0.1, 1.0, 5.0, 20.0, 40.0f64] {
            let forms = [(-x).exp(), (1.0 + x) * (-x).exp(), (1.0 + x + x * x / 2.0) * (-x).exp()];
            let tails = [1.0, 2.0, 3.0].map(|n| upper_tail(n, x));
            for i in 0..3 {
                assert!((tails[i] / forms[i] - 1.0).abs() < 1e-9, "n {} x {x}: {} for {}", i + 1, tails[i], forms[i]);
            }
        }
    }

    #[test]
    fn the_threshold_gives_back_its_probability() {
        for shape in [1.0, 4.1, 65.0, 109.0, 1080.0] {
            for probability in [0.5, 1e-3, 1e-8, 1e-12] {
                let back = upper_tail(shape, upper_quantile(shape, probability));
                assert!((back / probability - 1.0).abs() < 1e-6, "shape {shape}: {back} for {probability}");
            }
        }
    }

    #[test]
    fn thresholds_over_the_mean_are_those_of_the_energy_detector() {
        // Threshold over the mean for one false alarm an hour in 2.4 MHz: GSM access burst (n = 65, 7.5e-9) 2.71 dB,
        // normal burst (n = 109, 1.3e-8) 2.12 dB, six resource blocks for 1 ms (n = 1080, 1.3e-7) 0.66 dB.
        for (n, probability, db) in [(65.0, 7.5e-9, 2.71), (109.0, 1.3e-8, 2.12), (1080.0, 1.3e-7, 0.66)] {
            let over_mean_db = 10.0 * (upper_quantile(n, probability) / n).log10();
            assert!((over_mean_db - db).abs() < 0.01, "n {n}: {over_mean_db} dB for {db}");
        }
    }
}
