//! The search with vectors, and without.
//!
//! Each instruction set is a module that says what its vector can do; the search itself is written
//! once, in [`teddy`], and compiled in each of them with their instructions switched on.
//!
//! **Invariant:** reads only inside the text that it is given: a rest that is shorter than a step
//! is copied to a buffer first.

#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "x86_64")]
mod x86;

use crate::places::{WORDS, keep};
use crate::{Found, Level, Prefilter, WIDTH};

/// Lists the vector levels of this processor, the slowest first.
pub(crate) fn levels() -> Vec<Level> {
    #[cfg(target_arch = "x86_64")]
    return x86::levels();
    #[cfg(target_arch = "aarch64")]
    return neon::levels();
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    Vec::new()
}

/// Writes the places where a pattern stands, and returns how many there are.
///
/// The text is a block of at most [`crate::BLOCK`] places and what the last of them reach over.
pub(crate) fn search(filter: &Prefilter, text: &[u8], found: &mut Found) -> usize {
    match filter.level {
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 | Level::Ssse3 => x86::run(filter, text, found),
        #[cfg(target_arch = "aarch64")]
        Level::Neon => neon::run(filter, text, found),
        _ => everywhere(filter, text, found),
    }
}

/// Searches without vectors: every place is looked up.
fn everywhere(filter: &Prefilter, text: &[u8], found: &mut Found) -> usize {
    let places = (text.len() + 1).saturating_sub(WIDTH);
    let words: [u64; WORDS] =
        std::array::from_fn(|index| first_bits(places.saturating_sub(64 * index)));
    keep(&words, &filter.grams, text, found)
}

/// Returns a word with the first `count` bits set, all of them from 64 on.
fn first_bits(count: usize) -> u64 {
    match count {
        0..64 => (1 << count) - 1,
        _ => u64::MAX,
    }
}

/// Writes the search for one instruction set.
///
/// The module has `BYTES` (of a vector), `Vector`, and the functions `load`, `table`, `low`,
/// `high`, `both` and `bits`, all with the same features.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! teddy {
    ($features:literal) => {
        use crate::buckets::Buckets;
        use crate::places::{WORDS, keep};
        use crate::simd::first_bits;
        use crate::{Found, Prefilter, WIDTH};

        /// Places in a step: all or half of a word.
        const STEP: usize = 2 * BYTES;
        /// Bytes that a step reads.
        const REACH: usize = STEP + WIDTH - 1;

        #[target_feature(enable = $features)]
        pub(super) fn search(filter: &Prefilter, text: &[u8], found: &mut Found) -> usize {
            let places = (text.len() + 1).saturating_sub(WIDTH);
            let mut words = [0; WORDS];
            let words = &mut words[..places.div_ceil(64).min(WORDS)];
            let mut at = 0;
            while at + STEP <= places
                && let Some(here) = text.get(at..).and_then(<[u8]>::first_chunk)
            {
                words[at / 64] |= step(&filter.buckets, here) << (at % 64);
                at += STEP;
            }
            if at < places {
                let mut rest = [0; REACH];
                let left = &text[at..];
                rest[..left.len()].copy_from_slice(left);
                let bits = step(&filter.buckets, &rest) & first_bits(places - at);
                words[at / 64] |= bits << (at % 64);
            }
            keep(words, &filter.grams, text, found)
        }

        /// Returns a bit for each place where some bucket lets all four bytes through.
        #[target_feature(enable = $features)]
        #[inline]
        fn step(buckets: &Buckets, text: &[u8; REACH]) -> u64 {
            let mut near = [both_all(); 2];
            let mut far = [both_all(); 2];
            for position in 0..WIDTH {
                let masks = &buckets.masks[position];
                let first = load(text, position);
                let second = load(text, position + BYTES);
                for group in 0..2 {
                    let low_table = table(&masks.low[group]);
                    let high_table = table(&masks.high[group]);
                    let here = both(low(first, low_table), high(first, high_table));
                    near[group] = both(near[group], here);
                    let there = both(low(second, low_table), high(second, high_table));
                    far[group] = both(far[group], there);
                }
            }
            bits(near[0], near[1]) | bits(far[0], far[1]) << BYTES
        }
    };
}
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use teddy;
