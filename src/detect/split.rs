//! Two users on one carrier, one right after the other: where the power of a burst longer than a slot has a notch or a
//! step.

/// Rows that each of the two must hold for itself at least, and rows on either side that are looked at.
const LEAST: usize = 3;
const MOST: usize = 8;

/// Of two rows at a boundary this share of a row must be missing: between GSM's slots it is 38 %.
const LEAST_NOTCH: f64 = 0.23;

/// Standard deviations that a notch must be deep: in two slots' rows of constant envelope, which differ by little more
/// than the receiver's noise makes them (at most so many times in variance, or by this variance of a row's power to its
/// mean squared: 15 % rms), and in what is longer or like noise itself.
const NOTCH_SIGMAS: f64 = 2.9;
const NOTCH_SIGMAS_ELSEWHERE: f64 = 4.5;
const CONSTANT: f64 = 2.5;
const CONSTANT_SPREAD: f64 = 0.02;
const TWO_SLOTS: usize = 22;

/// From so many degrees of freedom in a row on (some 300 kHz) a burst is like noise itself, whatever its rows look like.
const LIKE_NOISE_DOF: f64 = 24.0;

/// A step is of this ratio at least (1.8 dB), and of so many standard deviations.
const LEAST_STEP: f64 = 1.5;
const STEP_SIGMAS: f64 = 6.0;

/// Pairs of neighbouring rows at most from which it is told how much rows differ.
const MOST_DIFFERENCES: usize = 64;

/// Where one burst ends and another begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut {
    /// This row and the one before hold both.
    pub row: usize,
    /// Level of the one before.
    pub before: f64,
    /// Level of the one after.
    pub after: f64,
}

/// The clearest boundary within `excess`, a burst's rows as ratios to the noise with the noise removed, each of `dof`
/// degrees of freedom; the first and the last row may be filled in part.
pub fn cut(excess: &[f64], dof: f64) -> Option<Cut> {
    let n = excess.len();
    if n < 2 * LEAST + 4 {
        return None;
    }
    let usual = usual_spread(&excess[1..n - 1]);
    let mut best: Option<(f64, Cut)> = None;
    for row in LEAST + 2..n.saturating_sub(LEAST + 1) {
        let left = &excess[1.max((row - 1).saturating_sub(MOST))..row - 1];
        let right = &excess[row + 1..(n - 1).min(row + 1 + MOST)];
        let (before, after) = (mean(left), mean(right));
        let least = before.min(after);
        if least <= 0.0 {
            continue;
        }
        // How much rows differ anyway, as a ratio to their mean: here, all through the burst, and by noise at least.
        let spread = (square_sum(left, before) / before.powi(2) + square_sum(right, after) / after.powi(2))
            / (left.len() + right.len() - 2) as f64;
        let own = if dof > LIKE_NOISE_DOF { 1.0 } else { 0.0 };
        let least_spread = (2.0 * least + 1.0 + own * least * least) / (least * least * dof);
        let sigma = spread.max(usual).max(least_spread).sqrt();

        let missing = 2.0 - (excess[row - 1] + excess[row]) / least;
        let weaker = if before < after { left.len() } else { right.len() };
        let notch = missing / (sigma * (2.0 + 4.0 / weaker as f64).sqrt());
        let step = (before / after).ln().abs();
        let steps = step / (sigma * (1.0 / left.len() as f64 + 1.0 / right.len() as f64).sqrt());
        let near = (mean(&left[left.len() - 2..]) / mean(&right[..2])).ln().abs();
        let constant = n <= TWO_SLOTS && usual < (CONSTANT * least_spread).max(CONSTANT_SPREAD);
        let sigmas = if constant { NOTCH_SIGMAS } else { NOTCH_SIGMAS_ELSEWHERE };
        let is_notch = missing > LEAST_NOTCH && notch > sigmas;
        let is_step = step > LEAST_STEP.ln() && steps > STEP_SIGMAS && near > 0.6 * step;
        let score = notch.max(0.0).hypot(steps);
        if (is_notch || is_step) && best.is_none_or(|(s, _)| score > s) {
            best = Some((score, Cut { row, before, after }));
        }
    }
    best.map(|(_, cut)| cut)
}

/// The variance of a row as a ratio to its mean squared, from the median difference of neighbours: a few boundaries
/// between users do not count.
fn usual_spread(excess: &[f64]) -> f64 {
    let mut differences = [0.0; MOST_DIFFERENCES];
    let step = excess.len().div_ceil(MOST_DIFFERENCES);
    let pairs = excess.windows(2).step_by(step);
    let count = differences.iter_mut().zip(pairs).map(|(d, p)| *d = ((p[0] - p[1]) / (p[0] + p[1])).powi(2)).count();
    let part = &mut differences[..count];
    let (_, median, _) = part.select_nth_unstable_by(count / 2, f64::total_cmp);
    // Of a normal variable's square the median is 0.455 of the mean; half the mean of a pair, and two of them differ.
    2.0 * *median / 0.455
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn square_sum(values: &[f64], mean: f64) -> f64 {
    values.iter().map(|v| (v - mean).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of a constant envelope that differ by a few per cent.
    fn rows(levels: &[f64]) -> Vec<f64> {
        levels.iter().enumerate().map(|(i, level)| level * (1.0 + 0.03 * ((i * 37 % 11) as f64 - 5.0) / 5.0)).collect()
    }

    #[test]
    fn a_notch_between_slots_is_a_boundary_and_a_plain_burst_has_none() {
        let mut levels = [100.0; 18];
        assert_eq!(cut(&rows(&levels), 13.0), None);
        (levels[8], levels[9]) = (80.0, 75.0);
        assert_eq!(cut(&rows(&levels), 13.0).map(|c| c.row), Some(9));
    }

    #[test]
    fn a_step_is_a_boundary_unless_rows_differ_anyway() {
        let step: Vec<f64> = (0..18).map(|i| if i < 9 { 100.0 } else { 40.0 }).collect();
        assert!(cut(&rows(&step), 13.0).is_some_and(|c| (8..=10).contains(&c.row)));
        // Rows of noise that wander by half their mean.
        let wild: Vec<f64> = (0..40).map(|i| 100.0 * (1.0 + 0.6 * ((i * 29 % 13) as f64 - 6.0) / 6.0)).collect();
        assert_eq!(cut(&wild, 5.0), None);
    }
}
