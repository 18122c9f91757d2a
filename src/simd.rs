//! Which of the processor's instructions the hot loops may use.
//!
//! A loop is written once, plainly; `vectorised!` compiles it twice, for every processor of the
//! family and for those with AVX2, and which of the two runs is decided where the program starts. No loop depends on it
//! otherwise: both do the same operations in the same order and give the same numbers.

/// Instructions that loops may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instructions {
    avx2: bool,
}

impl Instructions {
    /// Those of every processor of the family.
    pub const PORTABLE: Instructions = Instructions { avx2: false };

    /// The best that this processor has.
    pub fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        let avx2 = std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma");
        #[cfg(not(target_arch = "x86_64"))]
        let avx2 = false;
        Instructions { avx2 }
    }

    /// Whether AVX2 and FMA are there.
    pub fn has_avx2(self) -> bool {
        self.avx2
    }
}

/// A buffer that begins with a line of the cache. A load of 32 bytes that spans two lines takes twice as long, and where the
/// allocator happened to put a buffer would else decide by a tenth how fast the program is.
pub type Lines<T> = aligned_vec::AVec<T, aligned_vec::ConstAlign<64>>;

/// So many values of zero.
pub fn zeros<T: Copy + Default>(count: usize) -> Lines<T> {
    let mut lines = Lines::new(0);
    lines.resize(count, T::default());
    lines
}

/// The sum of `values`, in lanes: one accumulator would wait for itself at every addition.
#[inline(always)]
pub fn sum(values: &[f32]) -> f32 {
    let (whole, rest) = values.as_chunks::<8>();
    let mut sums = [0.0f32; 8];
    for values in whole {
        for i in 0..8 {
            sums[i] += values[i];
        }
    }
    sums.iter().sum::<f32>() + rest.iter().sum::<f32>()
}

/// The larger of two numbers, neither of which is none.
#[inline(always)]
pub fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// The largest of `values`, none of which is below zero; in lanes likewise.
#[inline(always)]
pub fn largest_of(values: &[f32]) -> f32 {
    let (whole, rest) = values.as_chunks::<8>();
    let mut most = [0.0f32; 8];
    for values in whole {
        for i in 0..8 {
            most[i] = larger(most[i], values[i]);
        }
    }
    let halves: [f32; 4] = std::array::from_fn(|i| larger(most[i], most[i + 4]));
    let most = larger(larger(halves[0], halves[2]), larger(halves[1], halves[3]));
    rest.iter().fold(most, |most, value| larger(most, *value))
}

/// Compiles a function twice, plainly and for AVX2; the first argument, [`Instructions`], says which one runs. What it
/// calls in its loops must be inlined to profit.
macro_rules! vectorised {
    ($(#[$about:meta])* $visible:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) $(-> $out:ty)? $body:block) => {
        $(#[$about])*
        #[allow(clippy::too_many_arguments)]
        $visible fn $name(instructions: $crate::simd::Instructions, $($arg: $type),*) $(-> $out)? {
            #[inline(always)]
            #[allow(clippy::too_many_arguments)]
            fn plainly($($arg: $type),*) $(-> $out)? $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            #[allow(clippy::too_many_arguments)]
            fn with_avx2($($arg: $type),*) $(-> $out)? {
                plainly($($arg),*)
            }

            #[cfg(target_arch = "x86_64")]
            if instructions.has_avx2() {
                // SAFETY: only a processor that was asked and has AVX2 and FMA gives such `Instructions`.
                return unsafe { with_avx2($($arg),*) };
            }
            let _ = instructions;
            plainly($($arg),*)
        }
    };
}
pub(crate) use vectorised;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_holds_every_value_once() {
        for count in 0..40 {
            let values: Vec<f32> = (0..count).map(|i| (1u32 << (i % 20)) as f32).collect();
            assert_eq!(sum(&values), values.iter().sum::<f32>(), "{count}");
        }
    }

    #[test]
    fn the_largest_of_any_number_of_values_is_found_wherever_it_is() {
        for count in 1..40 {
            for place in 0..count {
                let values: Vec<f32> = (0..count).map(|i| if i == place { 2.0 } else { i as f32 / 40.0 }).collect();
                assert_eq!(largest_of(&values), 2.0, "{place} of {count}");
            }
        }
    }
}
