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
