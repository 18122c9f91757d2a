//! A Fourier transform that gives the same bytes on every machine.
//!
//! Libraries choose their kernels by the processor they find, and kernels differ in the last bit. This one is a plain
//! mixed-radix Stockham transform: the same additions in the same order everywhere.

use std::ops::{Add, Mul, Sub};
use std::sync::OnceLock;

/// Longest transform.
pub(super) const LONGEST: usize = 2048;

/// In-phase and quadrature parts of a line of samples or bins, with room to work in.
#[derive(Default)]
pub(super) struct Line {
    pub(super) re: Vec<f32>,
    pub(super) im: Vec<f32>,
    spare_re: Vec<f32>,
    spare_im: Vec<f32>,
}

impl Line {
    /// Makes it `len` zeros.
    pub(super) fn clear(&mut self, len: usize) {
        for part in [&mut self.re, &mut self.im] {
            part.clear();
            part.resize(len, 0.0);
        }
    }

    /// Replaces bins by samples: Σ x(k)·e^(j2πkn/N), not scaled. At most [`LONGEST`].
    pub(super) fn synthesize(&mut self) {
        let len = self.re.len();
        for part in [&mut self.spare_re, &mut self.spare_im] {
            part.resize(len, 0.0);
        }
        for stage in stages(len) {
            stage.run([&self.re, &self.im], [&mut self.spare_re, &mut self.spare_im]);
            std::mem::swap(&mut self.re, &mut self.spare_re);
            std::mem::swap(&mut self.im, &mut self.spare_im);
        }
    }

    /// Replaces samples by bins: Σ x(n)·e^(−j2πkn/N), not scaled. At most [`LONGEST`].
    pub(super) fn analyze(&mut self) {
        std::mem::swap(&mut self.re, &mut self.im);
        self.synthesize();
        std::mem::swap(&mut self.re, &mut self.im);
    }
}

/// e^(j2πk/n).
pub(super) fn root_of_unity(k: usize, n: usize) -> (f64, f64) {
    let (sin, cos) = libm::sincos(std::f64::consts::TAU * (k % n) as f64 / n as f64);
    (cos, sin)
}

/// Raises all of `line`, a power of two long, by half a bin: times e^(jπn/N).
pub(super) fn raise_half_a_bin(line: &mut Line) {
    static TURNS: [OnceLock<Vec<(f32, f32)>>; LONGEST.ilog2() as usize + 1] =
        [const { OnceLock::new() }; LONGEST.ilog2() as usize + 1];
    let len = line.re.len();
    let turns = TURNS[len.ilog2() as usize].get_or_init(|| {
        let turn = |n| {
            let (cos, sin) = root_of_unity(n, 2 * len);
            (cos as f32, sin as f32)
        };
        (0..len).map(turn).collect()
    });
    for ((re, im), (cos, sin)) in line.re.iter_mut().zip(&mut line.im).zip(turns) {
        (*re, *im) = (*re * cos - *im * sin, *re * sin + *im * cos);
    }
}

/// The stages of a transform of `len`, worked out when first needed.
fn stages(len: usize) -> &'static [Stage] {
    static STAGES: [OnceLock<Vec<Stage>>; LONGEST + 1] = [const { OnceLock::new() }; LONGEST + 1];
    STAGES[len].get_or_init(|| {
        let (mut stages, mut stride, mut rest) = (Vec::new(), 1, len);
        while rest > 1 {
            let radix = [4, 2, 3, 5].into_iter().chain(7..).find(|r| rest % r == 0).expect("a number divides itself");
            rest /= radix;
            stages.push(Stage::new(radix, stride, rest));
            stride *= radix;
        }
        stages
    })
}

/// One pass over the line: `columns` butterflies of `radix` inputs, on `stride` interleaved lines at once.
struct Stage {
    radix: usize,
    stride: usize,
    columns: usize,
    /// Factors of outputs 1, 2, … of each butterfly, one line of `columns` for each output.
    twiddles: Vec<Complex<f32>>,
    /// e^(j2πk/radix).
    roots: Vec<Complex<f32>>,
}

impl Stage {
    fn new(radix: usize, stride: usize, columns: usize) -> Self {
        let root = |k: usize, n: usize| {
            let (cos, sin) = root_of_unity(k, n);
            Complex { re: cos as f32, im: sin as f32 }
        };
        let twiddles = |row: usize| (0..columns).map(move |column| root(row * column, radix * columns));
        Stage {
            radix,
            stride,
            columns,
            twiddles: (1..radix).flat_map(twiddles).collect(),
            roots: (0..radix).map(|k| root(k, radix)).collect(),
        }
    }

    fn run(&self, from: [&[f32]; 2], to: [&mut [f32]; 2]) {
        if self.stride.is_multiple_of(4) {
            let from = from.map(|part| part.as_chunks::<4>().0);
            let to = to.map(|part| part.as_chunks_mut::<4>().0);
            self.pass::<Quad>(self.stride / 4, from, to);
        } else if self.stride == 1 && self.radix == 4 && self.columns.is_multiple_of(4) {
            self.first_pass(from, to);
        } else {
            self.pass::<f32>(self.stride, from, to);
        }
    }

    /// A pass with the butterflies written out, each number by its own name: arrays of them would be slower by half.
    fn pass<L: Lane>(&self, stride: usize, from: [&[L::Cell]; 2], to: [&mut [L::Cell]; 2]) {
        if !matches!(self.radix, 2..=5) {
            return self.sums::<L>(stride, from, to);
        }
        let [to_re, to_im] = to.map(|part| part.chunks_exact_mut(self.radix * stride));
        for ((column, re), im) in (0..self.columns).zip(to_re).zip(to_im) {
            let row = |row: usize| {
                let at = stride * (column + self.columns * row);
                from.map(|part| &part[at..at + stride])
            };
            let twiddle = |row: usize| self.twiddle(row, column).all::<L>();
            let mut to = Rows { re, im, stride };
            match self.radix {
                2 => {
                    let (a, b) = (row(0), row(1));
                    let one = twiddle(1);
                    for q in 0..stride {
                        let (a, b) = (read::<L>(a, q), read(b, q));
                        to.set(0, q, a + b);
                        to.set(1, q, (a - b) * one);
                    }
                }
                3 => {
                    let (a, b, c) = (row(0), row(1), row(2));
                    let (one, two, root) = (twiddle(1), twiddle(2), self.roots[1]);
                    for q in 0..stride {
                        let (a, b, c) = (read::<L>(a, q), read(b, q), read(c, q));
                        let (sum, side) = (b + c, (b - c).scaled(root.im).turned());
                        let middle = a + sum.scaled(root.re);
                        to.set(0, q, a + sum);
                        to.set(1, q, (middle + side) * one);
                        to.set(2, q, (middle - side) * two);
                    }
                }
                4 => {
                    let (a, b, c, d) = (row(0), row(1), row(2), row(3));
                    let (one, two, three) = (twiddle(1), twiddle(2), twiddle(3));
                    for q in 0..stride {
                        let (w, x, y, z) = four(read::<L>(a, q), read(b, q), read(c, q), read(d, q));
                        to.set(0, q, w);
                        to.set(1, q, x * one);
                        to.set(2, q, y * two);
                        to.set(3, q, z * three);
                    }
                }
                _ => {
                    let (a, b, c, d, e) = (row(0), row(1), row(2), row(3), row(4));
                    let (one, two, three, four) = (twiddle(1), twiddle(2), twiddle(3), twiddle(4));
                    let (near, far) = (self.roots[1], self.roots[2]);
                    for q in 0..stride {
                        let (a, b, c, d, e) = (read::<L>(a, q), read(b, q), read(c, q), read(d, q), read(e, q));
                        let (outer, inner) = (b + e, c + d);
                        let (outer_side, inner_side) = ((b - e).turned(), (c - d).turned());
                        let first = a + outer.scaled(near.re) + inner.scaled(far.re);
                        let second = a + outer.scaled(far.re) + inner.scaled(near.re);
                        let first_side = outer_side.scaled(near.im) + inner_side.scaled(far.im);
                        let second_side = outer_side.scaled(far.im) - inner_side.scaled(near.im);
                        to.set(0, q, a + outer + inner);
                        to.set(1, q, (first + first_side) * one);
                        to.set(2, q, (second + second_side) * two);
                        to.set(3, q, (second - second_side) * three);
                        to.set(4, q, (first - first_side) * four);
                    }
                }
            }
        }
    }

    /// The pass of radix 4 with stride 1, four columns at once.
    fn first_pass(&self, from: [&[f32]; 2], to: [&mut [f32]; 2]) {
        let [to_re, to_im] = to.map(|part| part.as_chunks_mut::<4>().0.as_chunks_mut::<4>().0);
        for ((column, to_re), to_im) in (0..self.columns).step_by(4).zip(to_re).zip(to_im) {
            let row = |row: usize| {
                let at = column + self.columns * row;
                let [re, im] = from.map(|part| Quad([part[at], part[at + 1], part[at + 2], part[at + 3]]));
                Complex { re, im }
            };
            let twiddles = |row: usize| Complex {
                re: Quad(std::array::from_fn(|k| self.twiddle(row, column + k).re)),
                im: Quad(std::array::from_fn(|k| self.twiddle(row, column + k).im)),
            };
            let (w, x, y, z) = four(row(0), row(1), row(2), row(3));
            let (x, y, z) = (x * twiddles(1), y * twiddles(2), z * twiddles(3));
            *to_re = std::array::from_fn(|k| [w.re.0[k], x.re.0[k], y.re.0[k], z.re.0[k]]);
            *to_im = std::array::from_fn(|k| [w.im.0[k], x.im.0[k], y.im.0[k], z.im.0[k]]);
        }
    }

    /// A pass by the definition, for larger factors.
    fn sums<L: Lane>(&self, stride: usize, from: [&[L::Cell]; 2], to: [&mut [L::Cell]; 2]) {
        let [re, im] = to;
        let mut to = Rows { re, im, stride };
        for (column, row) in (0..self.columns).flat_map(|c| (0..self.radix).map(move |r| (c, r))) {
            for q in 0..stride {
                let mut sum = read::<L>(from, stride * column + q);
                for k in 1..self.radix {
                    let x = read::<L>(from, stride * (column + self.columns * k) + q);
                    sum = sum + x * self.roots[row * k % self.radix].all();
                }
                let sum = if row == 0 { sum } else { sum * self.twiddle(row, column).all() };
                to.set(self.radix * column + row, q, sum);
            }
        }
    }

    /// Factor of output `row`, at least 1, of the butterfly of `column`.
    #[inline(always)]
    fn twiddle(&self, row: usize, column: usize) -> Complex<f32> {
        self.twiddles[self.columns * (row - 1) + column]
    }
}

/// The transform of four numbers.
#[inline(always)]
fn four<L: Lane>(
    a: Complex<L>,
    b: Complex<L>,
    c: Complex<L>,
    d: Complex<L>,
) -> (Complex<L>, Complex<L>, Complex<L>, Complex<L>) {
    let (even, odd) = (a + c, b + d);
    let (left, right) = (a - c, (b - d).turned());
    (even + odd, left + right, even - odd, left - right)
}

#[inline(always)]
fn read<L: Lane>([re, im]: [&[L::Cell]; 2], at: usize) -> Complex<L> {
    Complex { re: L::from_cell(re[at]), im: L::from_cell(im[at]) }
}

/// Where outputs go, one row after the other.
struct Rows<'a, C> {
    re: &'a mut [C],
    im: &'a mut [C],
    stride: usize,
}

impl<C: Copy> Rows<'_, C> {
    #[inline(always)]
    fn set<L: Lane<Cell = C>>(&mut self, row: usize, q: usize, x: Complex<L>) {
        self.re[self.stride * row + q] = x.re.cell();
        self.im[self.stride * row + q] = x.im.cell();
    }
}

/// A number, or several side by side, that arithmetic is done on.
trait Lane: Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> {
    /// What it is in memory.
    type Cell: Copy;
    fn from_cell(cell: Self::Cell) -> Self;
    fn cell(self) -> Self::Cell;
    fn all(x: f32) -> Self;
}

impl Lane for f32 {
    type Cell = f32;
    fn from_cell(cell: f32) -> Self {
        cell
    }
    fn cell(self) -> f32 {
        self
    }
    fn all(x: f32) -> Self {
        x
    }
}

/// Four numbers side by side, which the compiler keeps in one register.
#[derive(Clone, Copy)]
struct Quad([f32; 4]);

impl Lane for Quad {
    type Cell = [f32; 4];
    fn from_cell(cell: [f32; 4]) -> Self {
        Quad(cell)
    }
    fn cell(self) -> [f32; 4] {
        self.0
    }
    fn all(x: f32) -> Self {
        Quad([x; 4])
    }
}

impl Add for Quad {
    type Output = Quad;
    fn add(self, other: Quad) -> Quad {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        Quad([a + e, b + f, c + g, d + h])
    }
}

impl Sub for Quad {
    type Output = Quad;
    fn sub(self, other: Quad) -> Quad {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        Quad([a - e, b - f, c - g, d - h])
    }
}

impl Mul for Quad {
    type Output = Quad;
    fn mul(self, other: Quad) -> Quad {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        Quad([a * e, b * f, c * g, d * h])
    }
}

#[derive(Clone, Copy)]
struct Complex<T> {
    re: T,
    im: T,
}

impl Complex<f32> {
    /// The same number in every lane.
    fn all<L: Lane>(self) -> Complex<L> {
        Complex { re: L::all(self.re), im: L::all(self.im) }
    }
}

impl<L: Lane> Complex<L> {
    fn scaled(self, by: f32) -> Self {
        Complex { re: self.re * L::all(by), im: self.im * L::all(by) }
    }

    /// Times j.
    fn turned(self) -> Self {
        Complex { re: L::all(0.0) - self.im, im: self.re }
    }
}

impl<L: Lane> Mul for Complex<L> {
    type Output = Self;
    fn mul(self, by: Self) -> Self {
        Complex { re: self.re * by.re - self.im * by.im, im: self.re * by.im + self.im * by.re }
    }
}

impl<T: Add<Output = T>> Add for Complex<T> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Complex { re: self.re + other.re, im: self.im + other.im }
    }
}

impl<T: Sub<Output = T>> Sub for Complex<T> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Complex { re: self.re - other.re, im: self.im - other.im }
    }
}

#[cfg(test)]
mod tests {
    use num_complex::Complex64;
    use rustfft::FftPlanner;

    use super::*;

    /// Against an independent library in double precision, in both directions, for every kind of factor.
    #[test]
    fn the_transform_agrees_with_an_independent_one() {
        for len in [1, 2, 12, 16, 24, 30, 60, 72, 84, 128, 132, 256, 300, 512, 600, 839, 1024, 1188, 1200, 1536, 2048] {
            let input: Vec<Complex64> = (0..len)
                .map(|k| {
                    let x = k as f64;
                    Complex64::new((x * x * 0.37).sin(), (1.0 + x * 1.7).cos())
                })
                .collect();
            for forward in [true, false] {
                let re = input.iter().map(|z| z.re as f32).collect();
                let im = input.iter().map(|z| z.im as f32).collect();
                let mut line = Line { re, im, ..Line::default() };
                let mut expected = input.clone();
                let mut planner = FftPlanner::new();
                if forward {
                    line.analyze();
                    planner.plan_fft_forward(len).process(&mut expected);
                } else {
                    line.synthesize();
                    planner.plan_fft_inverse(len).process(&mut expected);
                }
                let got = line.re.iter().zip(&line.im).map(|(re, im)| Complex64::new((*re).into(), (*im).into()));
                let error: f64 = got.zip(&expected).map(|(a, b)| (a - b).norm_sqr()).sum();
                let power: f64 = expected.iter().map(|z| z.norm_sqr()).sum();
                assert_eq!((line.re.len(), line.im.len()), (len, len));
                assert!(error < 1e-12 * power, "{len}: {}", error / power);
            }
        }
    }
}
