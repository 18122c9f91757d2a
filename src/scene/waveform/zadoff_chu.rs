//! Zadoff–Chu sequences: constant amplitude in time and in frequency.

use super::fft::root_of_unity;

/// Number `n` of the sequence of odd `length` and root `root`: e^(−jπ·root·n(n+1)/length) (TS 36.211 §5.5.1.1 and §5.7),
/// as real and imaginary part.
pub(super) fn element(root: usize, n: usize, length: usize) -> (f64, f64) {
    let (re, im) = root_of_unity(root * (n * (n + 1) / 2 % length), length);
    (re, -im)
}

/// A sequence of `length`, at least 3, made from the longest Zadoff–Chu sequence of prime length below it, continued
/// from its beginning (TS 36.211 §5.5.1.1). `root` is at least 1; what of it the prime divides does not matter.
///
/// For fewer than three resource blocks the standard has tables of QPSK sequences instead (§5.5.1.2); their power and
/// spectrum are the same.
pub(super) fn base_sequence(length: usize, root: usize) -> impl Iterator<Item = (f64, f64)> {
    let prime = largest_prime_below(length);
    let root = 1 + (root - 1) % (prime - 1);
    (0..length).map(move |n| element(root, n % prime, prime))
}

fn largest_prime_below(end: usize) -> usize {
    let prime = |n: &usize| (2..).take_while(|d| d * d <= *n).all(|d| !n.is_multiple_of(d));
    (2..end).rev().find(prime).expect("2 is a prime below 3 and all that is larger")
}

#[cfg(test)]
mod tests {
    use num_complex::Complex64;
    use rustfft::FftPlanner;

    use super::*;

    fn sequence(root: usize, length: usize) -> Vec<Complex64> {
        (0..length).map(|n| element(root, n, length)).map(|(re, im)| Complex64::new(re, im)).collect()
    }

    /// Source: the formula of TS 36.211 §5.7, as written.
    #[test]
    fn elements_are_those_of_the_definition() {
        for (n, z) in sequence(7, 139).into_iter().enumerate() {
            let expected = Complex64::cis(-std::f64::consts::PI * 7.0 * (n * (n + 1)) as f64 / 139.0);
            assert!((z - expected).norm() < 1e-9, "{n}");
        }
    }

    /// Source: Chu, Polyphase codes with good periodic correlation properties, IEEE Trans. Inf. Theory 18 (1972).
    #[test]
    fn a_sequence_of_prime_length_is_flat_in_time_and_frequency_and_matches_only_itself() {
        for (root, length) in [(1, 11), (25, 71), (129, 839), (838, 839)] {
            let x = sequence(root, length);
            assert!(x.iter().all(|z| (z.norm() - 1.0).abs() < 1e-12));
            let mut bins = x.clone();
            FftPlanner::new().plan_fft_forward(length).process(&mut bins);
            let flat = (length as f64).sqrt();
            assert!(bins.iter().all(|z| (z.norm() / flat - 1.0).abs() < 1e-9));
            for lag in 1..length {
                let sum: Complex64 = (0..length).map(|n| x[(n + lag) % length] * x[n].conj()).sum();
                assert!(sum.norm() < 1e-8 * length as f64, "{length}, lag {lag}");
            }
        }
    }

    /// TS 36.211 §5.5.1.1: for 6 resource blocks the prime is 71, for 3 it is 31.
    #[test]
    fn base_sequences_continue_the_longest_sequence_of_prime_length() {
        for (length, prime) in [(3, 2), (6, 5), (12, 11), (24, 23), (36, 31), (72, 71), (1200, 1193)] {
            assert_eq!(largest_prime_below(length), prime);
            for root in [1, length / 2 + 1, length] {
                let base: Vec<_> = base_sequence(length, root).collect();
                assert_eq!(base.len(), length);
                assert!(base.iter().all(|(re, im)| (re.hypot(*im) - 1.0).abs() < 1e-12));
                assert_eq!(base[prime..], base[..length - prime]);
            }
        }
    }
}
