//! How sure a count is: exact intervals for a probability and for a rate.

use statrs::function::gamma::ln_gamma;

use super::upper_quantile;

/// Exact interval for a probability of which `successes` of `trials` were seen (Clopper & Pearson, Biometrika 26,
/// 1934), each side left out with (1 − `confidence`) / 2. From 0 to 1 without a trial.
///
/// The limits are those probabilities at which as many or more, and as few or fewer, successes are just so rare; the
/// binomial tail is summed term by term. Checked by `theory::interval::tests::proportions_have_their_published_limits`.
///
/// # Panics
/// If there are more successes than trials or `confidence` is not between 0 and 1, both excluded.
pub fn binomial_interval(successes: u64, trials: u64, confidence: f64) -> (f64, f64) {
    assert!(successes <= trials, "no more successes than trials");
    assert!(confidence > 0.0 && confidence < 1.0, "a confidence between 0 and 1, both excluded");
    let left_out = 0.5 * (1.0 - confidence);
    (lower_limit(successes, trials, left_out), 1.0 - lower_limit(trials - successes, trials, left_out))
}

/// The probability at which `successes` or more of `trials` come with probability `left_out`.
fn lower_limit(successes: u64, trials: u64, left_out: f64) -> f64 {
    if successes == 0 {
        return 0.0;
    }
    let (k, n) = (successes as f64, trials as f64);
    let ways = ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0);
    // For p below k / n the terms fall from the first on.
    let tail = |p: f64| {
        let odds = p / (1.0 - p);
        let mut term = (ways + k * p.ln() + (n - k) * (-p).ln_1p()).exp();
        let (mut sum, mut i) = (0.0, k);
        while i <= n && term > 1e-17 * sum {
            sum += term;
            term *= (n - i) / (i + 1.0) * odds;
            i += 1.0;
        }
        sum
    };
    bisect(0.0, k / n, |p| tail(p) < left_out)
}

/// Exact interval for the mean of a count of which `count` were seen (Garwood, Biometrika 28, 1936), each side left out
/// with (1 − `confidence`) / 2.
///
/// A mean m gives `count` or more with probability P(count, m), and `count` or fewer with Q(count + 1, m). Checked by
/// `theory::interval::tests::counts_have_their_published_limits`.
///
/// # Panics
/// If `confidence` is not between 0 and 1, both excluded.
pub fn poisson_interval(count: u64, confidence: f64) -> (f64, f64) {
    assert!(confidence > 0.0 && confidence < 1.0, "a confidence between 0 and 1, both excluded");
    let left_out = 0.5 * (1.0 - confidence);
    let low = if count == 0 { 0.0 } else { upper_quantile(count as f64, 1.0 - left_out) };
    (low, upper_quantile(count as f64 + 1.0, left_out))
}

/// Where `below` turns from true to false between `low` and `high`, to a relative width of 1e-12.
fn bisect(mut low: f64, mut high: f64, below: impl Fn(f64) -> bool) -> f64 {
    while high - low > 1e-12 * high {
        let middle = 0.5 * (low + high);
        if below(middle) {
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

    fn assert_interval(found: (f64, f64), published: (f64, f64), within: f64) {
        let close = |a: f64, b: f64| (a - b).abs() <= within;
        assert!(close(found.0, published.0) && close(found.1, published.1), "{found:?} for {published:?}");
    }

    #[test]
    fn proportions_have_their_published_limits() {
        // Newcombe, Statistics in Medicine 17, 1998, table I, method 5.
        let published =
            [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684), (1, 29, 0.0009, 0.1776)];
        for (successes, trials, low, high) in published {
            assert_interval(binomial_interval(successes, trials, 0.95), (low, high), 5e-5);
        }
    }

    #[test]
    fn no_success_and_no_failure_have_closed_forms() {
        for n in [1u64, 7, 1000, 1_000_000] {
            // (1 − p)^n = 0.025.
            let high = 1.0 - 0.025f64.powf(1.0 / n as f64);
            assert_interval(binomial_interval(0, n, 0.95), (0.0, high), 1e-9);
            assert_interval(binomial_interval(n, n, 0.95), (1.0 - high, 1.0), 1e-9);
        }
        assert_eq!(binomial_interval(0, 0, 0.95), (0.0, 1.0));
    }

    #[test]
    fn a_million_trials_are_normal() {
        let (low, high) = binomial_interval(300_000, 1_000_000, 0.95);
        let normal = 1.959_964 * (0.3f64 * 0.7 / 1e6).sqrt();
        assert_interval((low, high), (0.3 - normal, 0.3 + normal), 2e-6);
    }

    #[test]
    fn counts_have_their_published_limits() {
        // Garwood, Biometrika 28, 1936, as tabulated since: 95 %.
        let published =
            [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390), (50, 37.11, 65.92)];
        for (count, low, high) in published {
            assert_interval(poisson_interval(count, 0.95), (low, high), 6e-3);
        }
        // No event: e^−m = 0.025.
        assert_interval(poisson_interval(0, 0.95), (0.0, -0.025f64.ln()), 1e-9);
        let (low, high) = poisson_interval(1_000_000, 0.95);
        assert_interval((low, high), (1e6 - 1960.0, 1e6 + 1960.0), 3.0);
    }
}
