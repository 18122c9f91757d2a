//! What an energy detector finds of a burst in noise.

use statrs::function::gamma::{gamma_lr, ln_gamma};

use super::upper_tail;

/// Probability that the energy of a signal of fixed energy in noise exceeds `threshold`: the generalised Marcum
/// function Q_n(√(2 n g), √(2 η)), with `degrees` n complex degrees of freedom, signal-to-noise ratio `snr` g (a
/// ratio of powers) and `threshold` η.
///
/// Twice the energy is noncentral chi-square with 2n degrees of freedom and noncentrality 2 n g (Urkowitz, Proc. IEEE
/// 55(4), 1967), so that the probability is Σ_k e^(−ng) (ng)^k / k! · Q(n + k, η). Summed so that every term is
/// positive, of the smaller of the probability and its complement. Checked by
/// `theory::energy::tests::detection_agrees_with_sums_of_sixty_figures`.
///
/// # Panics
/// If `degrees` is not positive or `snr` is negative.
pub fn detection_of_fixed_energy(degrees: f64, snr: f64, threshold: f64) -> f64 {
    assert!(degrees > 0.0 && snr >= 0.0, "degrees of freedom above zero and a ratio of powers");
    let mean_count = degrees * snr;
    if mean_count == 0.0 || threshold <= 0.0 {
        return upper_tail(degrees, threshold);
    }
    // The lower tail of the sum at distance d below its mean is less than exp(−d² / (2n + 4ng)) (Birgé 2001, lemma
    // 8.1): where that is less than f64 resolves beside 1 nothing need be summed.
    let below = degrees + mean_count - threshold;
    if below > 0.0 && below * below > 60.0 * (2.0 * degrees + 4.0 * mean_count) {
        return 1.0;
    }
    // Poisson weights outside lie below e^−70 of the largest.
    let reach = 12.0 * mean_count.sqrt() + 60.0;
    let first = (mean_count - reach).max(0.0).floor();
    let last = (mean_count + reach).ceil();
    let weight = |k: f64| (k * mean_count.ln() - mean_count - ln_gamma(k + 1.0)).exp();
    // Q(a + 1, η) = Q(a, η) + η^a e^−η / Γ(a + 1).
    let step = |a: f64| (a * threshold.ln() - threshold - ln_gamma(a + 1.0)).exp();
    if below <= 0.0 {
        let (mut k, mut w) = (first, weight(first));
        let (mut tail, mut s) = (upper_tail(degrees + first, threshold), step(degrees + first));
        let mut sum = 0.0;
        while k <= last {
            sum += w * tail;
            tail += s;
            k += 1.0;
            w *= mean_count / k;
            s *= threshold / (degrees + k);
        }
        sum.min(1.0)
    } else {
        let (mut k, mut w) = (last, weight(last));
        let (mut tail, mut s) = (gamma_lr(degrees + last, threshold), step(degrees + last - 1.0));
        let mut missed = 0.0;
        while k >= first {
            missed += w * tail;
            tail += s;
            w *= k / mean_count;
            k -= 1.0;
            s *= (degrees + k) / threshold;
        }
        1.0 - missed
    }
}

/// Probability that the energy of a Gaussian signal in noise exceeds `threshold` η: Q(n, η / (1 + g)), with `degrees`
/// n and signal-to-noise ratio `snr` g (a ratio of powers).
///
/// The sum of n complex Gaussian variables of variance 1 + g is that of noise, scaled (Urkowitz, Proc. IEEE 55(4),
/// 1967). Checked by `theory::energy::tests::a_gaussian_signal_costs_little_more_than_one_of_fixed_energy`.
///
/// # Panics
/// If `degrees` is not positive or `snr` is negative.
pub fn detection_of_gaussian(degrees: f64, snr: f64, threshold: f64) -> f64 {
    assert!(snr >= 0.0, "a ratio of powers");
    upper_tail(degrees, threshold / (1.0 + snr))
}

/// Signal-to-noise ratio (of powers) at which a signal of fixed energy over `degrees` n exceeds `threshold` with
/// `probability`: the inverse of [`detection_of_fixed_energy`]. 0 where noise alone does so as often.
///
/// Bisection to a relative width of 1e-9. Checked by
/// `theory::energy::tests::the_ratio_for_a_probability_gives_it_back`.
///
/// # Panics
/// If `degrees` is not positive or `probability` is not between 0 and 1, both excluded.
pub fn snr_for_detection(degrees: f64, threshold: f64, probability: f64) -> f64 {
    assert!(probability > 0.0 && probability < 1.0, "a probability between 0 and 1, both excluded");
    if upper_tail(degrees, threshold) >= probability {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    while detection_of_fixed_energy(degrees, high, threshold) < probability {
        low = high;
        high *= 2.0;
    }
    while high - low > 1e-9 * high {
        let middle = 0.5 * (low + high);
        if detection_of_fixed_energy(degrees, middle, threshold) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Signal-to-noise ratio (of powers) below which no energy detector works, however long it looks, when the noise is
/// known to ± `uncertainty_db` only: (ρ² − 1) / ρ with ρ = 10^(uncertainty / 10).
///
/// Tandra & Sahai, IEEE J. Sel. Topics Signal Process. 2(1), 2008, formula 2. Checked by
/// `theory::energy::tests::the_wall_stands_where_it_was_published`.
pub fn snr_wall(uncertainty_db: f64) -> f64 {
    let rho = 10f64.powf(uncertainty_db / 10.0);
    (rho * rho - 1.0) / rho
}

/// Probability that a standard normal variable exceeds `z`: erfc(z / √2) / 2. Checked by
/// `theory::energy::tests::the_normal_tail_has_its_known_quantiles`.
pub(crate) fn normal_tail(z: f64) -> f64 {
    0.5 * libm::erfc(z * std::f64::consts::FRAC_1_SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::upper_quantile;

    /// n, g, η, probability, its complement: the Poisson sum in 60 figures.
    const SIXTY_FIGURES: [(f64, f64, f64, f64, f64); 15] = [
        (1.0, 0.5, 3.0, 0.1323014503602243, 0.86769855),
        (1.0, 10.0, 20.0, 0.03934503310510359, 0.96065497),
        (1.0, 40.0, 20.0, 0.9963850838577335, 0.0036149161),
        (0.5, 2.0, 6.0, 0.02018821314337115, 0.97981179),
        (4.0, 1.0, 30.0, 1.331618759833729e-5, 0.99998668),
        (65.0, 1.148, 121.3, 0.8983099851474339, 0.10169001),
        (65.0, 0.1, 160.0, 1.692618209838807e-14, 1.0),
        (65.0, 1e-4, 121.3, 8.019495639081732e-9, 0.99999999),
        (65.0, 3.0, 121.0, 0.9999999999999982, 1.827821e-15),
        (109.0, 0.83, 178.0, 0.8994035759184295, 0.10059642),
        (874.0, 0.25, 1048.0, 0.8915552957446669, 0.1084447),
        (2560.0, 0.129, 2820.0, 0.8927519910617527, 0.10724801),
        (5000.0, 0.02, 5600.0, 8.83710063509039e-12, 1.0),
        (5000.0, 0.05, 5400.0, 0.02230156107410766, 0.97769844),
        (5000.0, 0.1, 5200.0, 0.9999593507993567, 4.0649201e-5),
    ];

    #[test]
    fn detection_agrees_with_sums_of_sixty_figures() {
        for (n, g, threshold, detected, missed) in SIXTY_FIGURES {
            let found = detection_of_fixed_energy(n, g, threshold);
            assert!((found / detected - 1.0).abs() < 1e-9, "n {n} g {g} η {threshold}: {found} for {detected}");
            assert!((1.0 - found - missed).abs() < 1e-7 * missed + 1e-15, "n {n} g {g} η {threshold}: {found}");
        }
    }

    #[test]
    fn no_signal_is_found_as_often_as_noise_and_a_strong_one_always() {
        for (n, threshold) in [(1.0, 5.0), (65.0, 121.3), (5000.0, 5400.0)] {
            assert_eq!(detection_of_fixed_energy(n, 0.0, threshold), upper_tail(n, threshold));
            assert_eq!(detection_of_gaussian(n, 0.0, threshold), upper_tail(n, threshold));
            for snr in [1e3, 1e6, 1e12] {
                assert_eq!(detection_of_fixed_energy(n, snr, threshold), 1.0);
            }
            assert_eq!(detection_of_fixed_energy(n, 1.0, 0.0), 1.0);
        }
    }

    #[test]
    fn detection_rises_with_the_signal_and_without_a_jump() {
        for n in [1.0, 10.0, 65.0, 1080.0, 5000.0] {
            let threshold = upper_quantile(n, 1e-8);
            let all: Vec<f64> = (-250..250)
                .map(|step| detection_of_fixed_energy(n, 10f64.powf(f64::from(step) / 100.0), threshold))
                .collect();
            for pair in all.windows(2) {
                assert!(pair[1] >= pair[0] * (1.0 - 1e-9) && pair[1] - pair[0] < 0.1, "n {n}: {pair:?}");
            }
        }
    }

    #[test]
    fn the_ratio_for_a_probability_gives_it_back() {
        for n in [1.0, 4.0, 65.0, 1080.0, 5000.0] {
            for false_alarm in [1e-3, 1e-8, 1e-11] {
                let threshold = upper_quantile(n, false_alarm);
                for probability in [2.0 * false_alarm, 0.1, 0.5, 0.9, 0.999_999] {
                    let snr = snr_for_detection(n, threshold, probability);
                    let back = detection_of_fixed_energy(n, snr, threshold);
                    assert!((back / probability - 1.0).abs() < 1e-6, "n {n}: {back} for {probability}");
                }
                assert_eq!(snr_for_detection(n, threshold, 0.5 * false_alarm), 0.0);
            }
        }
        let threshold = upper_quantile(65.0, 1e-8);
        for missed in [1e-9, 1e-12] {
            let snr = snr_for_detection(65.0, threshold, 1.0 - missed);
            let back = 1.0 - detection_of_fixed_energy(65.0, snr, threshold);
            assert!((back / missed - 1.0).abs() < 1e-3, "{back} for {missed}");
        }
    }

    #[test]
    fn a_gaussian_signal_costs_little_more_than_one_of_fixed_energy() {
        // n = 1: a Gaussian signal has P = exp(−η / (1 + g)).
        let closed = (-12.0f64 / 5.0).exp();
        assert!((detection_of_gaussian(1.0, 4.0, 12.0) - closed).abs() < 1e-12);
        // From n = 65 on at most a quarter of a decibel more for 9 of 10.
        for n in [65.0, 180.0, 1080.0] {
            let threshold = upper_quantile(n, 1e-8);
            let fixed = snr_for_detection(n, threshold, 0.9);
            let more = fixed * 10f64.powf(0.025);
            assert!(detection_of_gaussian(n, fixed, threshold) < 0.9, "n {n}");
            assert!(detection_of_gaussian(n, more, threshold) > 0.9, "n {n}");
        }
    }

    #[test]
    fn the_wall_stands_where_it_was_published() {
        let walls = [0.1, 0.25, 0.5, 1.0, 2.0].map(|x| (100.0 * snr_wall(x).log10()).round() / 10.0);
        assert_eq!(walls, [-13.4, -9.4, -6.4, -3.3, -0.2]);
        assert_eq!(snr_wall(0.0), 0.0);
    }

    #[test]
    fn the_normal_tail_has_its_known_quantiles() {
        for (z, tail) in [(0.0, 0.5), (1.281_551_565_5, 0.1), (1.959_963_984_5, 0.025), (-1.281_551_565_5, 0.9)] {
            assert!((normal_tail(z) - tail).abs() < 1e-10, "z {z}: {}", normal_tail(z));
        }
    }
}
