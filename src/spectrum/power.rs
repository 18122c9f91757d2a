//! Transformed frames to power: every row summed to cells, every group of rows per bin.

use num_complex::Complex32;

use super::grid::BINS_PER_CELL;
use crate::simd::Instructions;

/// Power of frames of `n` transformed values, shape `[rows × n]` with bin 0 first: their cells to `cells`, shape
/// `[rows × n / 4]`, and their bins, times `share`, to `bins` (`n` values), added to what is there unless it is `fresh`; both
/// in ascending frequency, zero offset in the middle.
pub fn add_up(
    instructions: Instructions,
    frames: &[Complex32],
    n: usize,
    share: f32,
    fresh: bool,
    cells: &mut [f32],
    bins: &mut [f32],
) {
    #[cfg(target_arch = "x86_64")]
    if instructions.has_avx2() && n >= 2 * BINS_PER_CELL * EIGHT {
        // SAFETY: only a processor that was asked and has AVX2 and FMA gives such `Instructions`.
        return unsafe { add_up_avx2(frames, n, share, fresh, cells, bins) };
    }
    let _ = instructions;
    add_up_plainly(frames, n, share, fresh, cells, bins);
}

const EIGHT: usize = 8;

/// In the same order of operations as the version for AVX2.
fn add_up_plainly(frames: &[Complex32], n: usize, share: f32, fresh: bool, cells: &mut [f32], bins: &mut [f32]) {
    let half = n / 2;
    for (frame, cells) in frames.chunks_exact(n).zip(cells.chunks_exact_mut(n / BINS_PER_CELL)) {
        for (i, cell) in cells.iter_mut().enumerate() {
            let at = (i * BINS_PER_CELL + half) % n;
            let [a, b, c, d] = [0, 1, 2, 3].map(|k| frame[at + k]);
            let squared = |x: f32| x * x;
            let even = (squared(a.re) + squared(c.re)) + (squared(b.re) + squared(d.re));
            let odd = (squared(a.im) + squared(c.im)) + (squared(b.im) + squared(d.im));
            *cell = even + odd;
        }
    }
    for (i, bin) in bins.iter_mut().enumerate() {
        let at = (i + half) % n;
        let (mut re, mut im) = (0.0, 0.0);
        for frame in frames.chunks_exact(n) {
            re += frame[at].re * frame[at].re;
            im += frame[at].im * frame[at].im;
        }
        *bin = if fresh { 0.0 } else { *bin } + (re + im) * share;
    }
}

/// A cell is the sum of eight squares that lie side by side, so the work is transposing: measured, this is 2.1 times as
/// fast as what the compiler makes of the plain version.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn add_up_avx2(frames: &[Complex32], n: usize, share: f32, fresh: bool, cells: &mut [f32], bins: &mut [f32]) {
    use std::arch::x86_64::*;

    let components: &[f32] = bytemuck::cast_slice(frames);
    let per_row = n / BINS_PER_CELL;
    let share = _mm256_set1_ps(share);
    // Eight cells of every row at a time.
    for block in 0..per_row / EIGHT {
        let place = (block * EIGHT + per_row / 2) % per_row;
        let mut sums = [_mm256_setzero_ps(); EIGHT];
        for (frame, cells) in components.chunks_exact(2 * n).zip(cells.chunks_exact_mut(per_row)) {
            let (parts, _) = frame[block * 64..][..64].as_chunks::<EIGHT>();
            let mut folded = [_mm256_setzero_ps(); 4];
            for j in 0..4 {
                let (low, high): (__m256, __m256) = (bytemuck::cast(parts[j]), bytemuck::cast(parts[j + 4]));
                let (low, high) = (_mm256_mul_ps(low, low), _mm256_mul_ps(high, high));
                sums[j] = _mm256_add_ps(sums[j], low);
                sums[j + 4] = _mm256_add_ps(sums[j + 4], high);
                // The four sums of cell j in the lower half, those of cell j + 4 in the upper.
                let (first, second) =
                    (_mm256_permute2f128_ps::<0x20>(low, high), _mm256_permute2f128_ps::<0x31>(low, high));
                folded[j] = _mm256_add_ps(first, second);
            }
            let pairs = |a, b| _mm256_add_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
            let sum = pairs(pairs(folded[0], folded[2]), pairs(folded[1], folded[3]));
            cells[place..][..EIGHT].copy_from_slice(&bytemuck::cast::<__m256, [f32; EIGHT]>(sum));
        }
        let (out, _) = bins[place * BINS_PER_CELL..][..32].as_chunks_mut::<EIGHT>();
        for (j, out) in out.iter_mut().enumerate() {
            let pairs = _mm256_castps_pd(_mm256_hadd_ps(sums[2 * j], sums[2 * j + 1]));
            let four = _mm256_castpd_ps(_mm256_permute4x64_pd::<0b11_01_10_00>(pairs));
            let before: __m256 = if fresh { _mm256_setzero_ps() } else { bytemuck::cast(*out) };
            *out = bytemuck::cast(_mm256_add_ps(before, _mm256_mul_ps(four, share)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_give_the_same_numbers_and_they_are_the_powers() {
        for n in [32, 64, 256, 1024] {
            let rows = 5;
            let frames: Vec<Complex32> =
                (0..rows * n).map(|i| Complex32::new((i as f32 * 0.37).sin(), (i as f32 * 0.91).cos() * 3.0)).collect();
            let run = |instructions| {
                let (mut cells, mut bins) = (vec![0.0; rows * n / 4], vec![1.0; n]);
                add_up(instructions, &frames, n, 0.25, false, &mut cells, &mut bins);
                (cells, bins)
            };
            let (cells, bins) = run(Instructions::PORTABLE);
            assert_eq!((cells.clone(), bins.clone()), run(Instructions::best()), "{n} bins");
            let power = |row: usize, bin: usize| f64::from(frames[row * n + (bin + n / 2) % n].norm_sqr());
            for (i, cell) in cells.iter().enumerate() {
                let (row, first) = (i / (n / 4), i % (n / 4) * 4);
                let sum: f64 = (first..first + 4).map(|bin| power(row, bin)).sum();
                assert!((f64::from(*cell) / sum - 1.0).abs() < 1e-5);
            }
            for (bin, value) in bins.iter().enumerate() {
                let sum: f64 = (0..rows).map(|row| power(row, bin)).sum();
                assert!((f64::from(*value) / (1.0 + 0.25 * sum) - 1.0).abs() < 1e-5);
            }
        }
    }
}
