//! x86-64: SSSE3 and AVX2.
//!
//! **Invariant:** a function with a target feature is called only after the processor was asked.

use crate::places::Block;
use crate::{Found, Level, Prefilter};

pub(super) fn levels() -> Vec<Level> {
    let mut levels = Vec::new();
    if is_x86_feature_detected!("ssse3") {
        levels.push(Level::Ssse3);
    }
    if has_avx2() {
        levels.push(Level::Avx2);
    }
    levels
}

/// Tells whether the processor has AVX2, and the instructions on bits that came before it.
fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("popcnt")
}

#[expect(
    unsafe_code,
    reason = "functions with target features are called; the processor is asked first"
)]
pub(super) fn run(filter: &Prefilter, block: &Block<'_>, found: &mut Found) -> usize {
    if filter.level == Level::Avx2 && has_avx2() {
        // SAFETY: the line above asked for AVX2 and what else is needed.
        unsafe { avx2::search(filter, block, found) }
    } else if is_x86_feature_detected!("ssse3") {
        // SAFETY: the line above asked for SSSE3.
        unsafe { ssse3::search(filter, block, found) }
    } else {
        super::everywhere(filter, block, found)
    }
}

mod avx2 {
    use core::arch::x86_64::*;

    super::super::teddy!("avx2,bmi1,popcnt");

    const BYTES: usize = 32;
    type Vector = __m256i;

    #[target_feature(enable = "avx2,bmi1,popcnt")]
    #[inline]
    #[expect(unsafe_code, reason = "the load takes a pointer")]
    fn load(text: &[u8; REACH], at: usize) -> Vector {
        let bytes: &[u8] = &text[at..at + BYTES];
        // SAFETY: the slice has 32 bytes, and the load needs no alignment.
        unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
    }

    /// Repeats a table in both halves of a vector.
    #[target_feature(enable = "avx2,bmi1,popcnt")]
    #[inline]
    fn table(entries: &[u8; 16]) -> Vector {
        _mm256_broadcastsi128_si256(super::load_table(entries))
    }

    /// Looks up the low four bits of each byte; a byte above 127 gives 0, as no pattern has one.
    #[target_feature(enable = "avx2,bmi1,popcnt")]
    #[inline]
    fn low(bytes: Vector, table: Vector) -> Vector {
        _mm256_shuffle_epi8(table, bytes)
    }

    /// Looks up the high four of the seven bits of each byte.
    #[target_feature(enable = "avx2,bmi1,popcnt")]
    #[inline]
    fn high(bytes: Vector, table: Vector) -> Vector {
        let halves = _mm256_and_si256(_mm256_srli_epi16::<3>(bytes), _mm256_set1_epi8(15));
        _mm256_shuffle_epi8(table, halves)
    }

    #[target_feature(enable = "avx2,bmi1,popcnt")]
    #[inline]
    fn both(a: Vector, b: Vector) -> Vector {
        _mm256_and_si256(a, b)
    }

    /// Returns what changes nothing in [`both`].
    #[target_feature(enable = "avx2,bmi1,popcnt")]
    #[inline]
    fn all() -> Vector {
        _mm256_set1_epi8(-1)
    }

    #[target_feature(enable = "avx2,bmi1,popcnt")]
    #[inline]
    fn either(a: Vector, b: Vector) -> Vector {
        _mm256_or_si256(a, b)
    }

    /// Returns a bit for each byte that is not zero.
    #[target_feature(enable = "avx2,bmi1,popcnt")]
    #[inline]
    fn bits(a: Vector) -> u64 {
        let none = _mm256_cmpeq_epi8(a, _mm256_setzero_si256());
        u64::from(!_mm256_movemask_epi8(none).cast_unsigned())
    }

    /// Returns a bit for each byte that is this one.
    #[target_feature(enable = "avx2,bmi1,popcnt")]
    #[inline]
    fn same(a: Vector, byte: u8) -> u64 {
        let equal = _mm256_cmpeq_epi8(a, _mm256_set1_epi8(byte.cast_signed()));
        u64::from(_mm256_movemask_epi8(equal).cast_unsigned())
    }
}

mod ssse3 {
    use core::arch::x86_64::*;

    super::super::teddy!("ssse3");

    const BYTES: usize = 16;
    type Vector = __m128i;

    #[target_feature(enable = "ssse3")]
    #[inline]
    #[expect(unsafe_code, reason = "the load takes a pointer")]
    fn load(text: &[u8; REACH], at: usize) -> Vector {
        let bytes: &[u8] = &text[at..at + BYTES];
        // SAFETY: the slice has 16 bytes, and the load needs no alignment.
        unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
    }

    #[target_feature(enable = "ssse3")]
    #[inline]
    fn table(entries: &[u8; 16]) -> Vector {
        super::load_table(entries)
    }

    /// Looks up the low four bits of each byte; a byte above 127 gives 0, as no pattern has one.
    #[target_feature(enable = "ssse3")]
    #[inline]
    fn low(bytes: Vector, table: Vector) -> Vector {
        _mm_shuffle_epi8(table, bytes)
    }

    /// Looks up the high four of the seven bits of each byte.
    #[target_feature(enable = "ssse3")]
    #[inline]
    fn high(bytes: Vector, table: Vector) -> Vector {
        let halves = _mm_and_si128(_mm_srli_epi16::<3>(bytes), _mm_set1_epi8(15));
        _mm_shuffle_epi8(table, halves)
    }

    #[target_feature(enable = "ssse3")]
    #[inline]
    fn both(a: Vector, b: Vector) -> Vector {
        _mm_and_si128(a, b)
    }

    /// Returns what changes nothing in [`both`].
    #[target_feature(enable = "ssse3")]
    #[inline]
    fn all() -> Vector {
        _mm_set1_epi8(-1)
    }

    #[target_feature(enable = "ssse3")]
    #[inline]
    fn either(a: Vector, b: Vector) -> Vector {
        _mm_or_si128(a, b)
    }

    /// Returns a bit for each byte that is not zero.
    #[target_feature(enable = "ssse3")]
    #[inline]
    fn bits(a: Vector) -> u64 {
        let none = _mm_cmpeq_epi8(a, _mm_setzero_si128());
        u64::from(!_mm_movemask_epi8(none).cast_unsigned() & 0xffff)
    }

    /// Returns a bit for each byte that is this one.
    #[target_feature(enable = "ssse3")]
    #[inline]
    fn same(a: Vector, byte: u8) -> u64 {
        let equal = _mm_cmpeq_epi8(a, _mm_set1_epi8(byte.cast_signed()));
        u64::from(_mm_movemask_epi8(equal).cast_unsigned())
    }
}

/// Reads a table of 16 entries.
#[target_feature(enable = "sse2")]
#[inline]
#[expect(unsafe_code, reason = "the load takes a pointer")]
fn load_table(entries: &[u8; 16]) -> core::arch::x86_64::__m128i {
    // SAFETY: the array has 16 bytes, and the load needs no alignment.
    unsafe { core::arch::x86_64::_mm_loadu_si128(entries.as_ptr().cast()) }
}
