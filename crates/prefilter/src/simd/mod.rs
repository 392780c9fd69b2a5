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

use crate::places::{Block, WORDS, keep_of};
use crate::{Found, Level, Prefilter};

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
pub(crate) fn search(filter: &Prefilter, block: &Block<'_>, found: &mut Found) -> usize {
    match filter.level {
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 | Level::Ssse3 => x86::run(filter, block, found),
        #[cfg(target_arch = "aarch64")]
        Level::Neon => neon::run(filter, block, found),
        _ => everywhere(filter, block, found),
    }
}

/// Searches without vectors: every place is looked up.
fn everywhere(filter: &Prefilter, block: &Block<'_>, found: &mut Found) -> usize {
    let places = block.places();
    let words: [u64; WORDS] =
        std::array::from_fn(|index| first_bits(places.saturating_sub(64 * index)));
    keep_of(&words, &filter.grams, block, found)
}

/// Returns a word with the first `count` bits set, all of them from 64 on.
fn first_bits(count: usize) -> u64 {
    match count {
        0..64 => (1 << count) - 1,
        _ => u64::MAX,
    }
}

/// Letters, digits and the underscore, but not `m`, as tables for the low and the high four of seven
/// bits: a row of eight bytes in a class, and the columns of that class.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
const WORD_TABLES: [[u8; 16]; 2] = {
    /// Rows by their number, and the low four bits of their members.
    const CLASSES: [(u16, u16); 6] = [
        (1 << 6 | 1 << 9 | 1 << 10 | 1 << 14, 0xffff),
        (1 << 8 | 1 << 12, 0x00fe),
        (1 << 7 | 1 << 11 | 1 << 15, 0x0300),
        (1 << 11 | 1 << 15, 0x0400),
        (1 << 11, 0x8000),
        (1 << 13, 0xdf00),
    ];
    let mut tables = [[0; 16]; 2];
    let mut class = 0;
    while class < CLASSES.len() {
        let (rows, columns) = CLASSES[class];
        let mut at = 0;
        while at < 16 {
            tables[0][at] |= ((columns >> at & 1) as u8) << class;
            tables[1][at] |= ((rows >> at & 1) as u8) << class;
            at += 1;
        }
        class += 1;
    }
    tables
};

/// Writes the search for one instruction set.
///
/// The module has `BYTES` (of a vector), `Vector`, and the functions `load`, `table`, `low`,
/// `high`, `both`, `either`, `all`, `bits` and `same`, all with the same features.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! teddy {
    ($features:literal) => {
        use crate::buckets::{Buckets, GROUPS};
        use crate::places::{Block, Known, WORDS, keep};
        use crate::simd::{WORD_TABLES, first_bits};
        use crate::{Found, Prefilter, WIDTH};

        /// Places in a step: all or half of a word.
        const STEP: usize = 2 * BYTES;
        /// Bytes that a step reads.
        const REACH: usize = STEP + WIDTH - 1;

        #[target_feature(enable = $features)]
        pub(super) fn search(filter: &Prefilter, block: &Block<'_>, found: &mut Found) -> usize {
            let (text, places) = (block.ahead(), block.places());
            let mut known = Known::NOTHING;
            let mut at = 0;
            while at + STEP <= places
                && let Some(here) = text.get(at..).and_then(<[u8]>::first_chunk)
            {
                step(&filter.buckets, here, &mut known, at);
                at += STEP;
            }
            if at < places {
                let mut rest = [0; REACH];
                let left = &text[at..];
                rest[..left.len()].copy_from_slice(left);
                step(&filter.buckets, &rest, &mut known, at);
                let there = first_bits(at % 64 + places - at);
                known.anywhere[at / 64 + 1] &= there;
                known.opening[at / 64 + 1] &= there;
            }
            keep(&known, &filter.grams, block, found)
        }

        /// Looks at the places of a step, and adds what it sees to the words from the place `at` on.
        ///
        /// Nothing is returned: a value of several words would go through memory, and reading it
        /// there right away waits for it.
        #[target_feature(enable = $features)]
        #[inline]
        fn step(buckets: &Buckets, text: &[u8; REACH], known: &mut Known, at: usize) {
            let mut near = [all(); GROUPS];
            let mut far = [all(); GROUPS];
            for position in 0..WIDTH {
                let masks = &buckets.masks[position];
                let first = load(text, position);
                let second = load(text, position + BYTES);
                for group in 0..GROUPS {
                    let low_table = table(&masks.low[group]);
                    let high_table = table(&masks.high[group]);
                    let here = both(low(first, low_table), high(first, high_table));
                    near[group] = both(near[group], here);
                    let there = both(low(second, low_table), high(second, high_table));
                    far[group] = both(far[group], there);
                }
            }
            let (first, second) = (load(text, 0), load(text, BYTES));
            let [low_table, high_table] = [table(&WORD_TABLES[0]), table(&WORD_TABLES[1])];
            let word = bits(both(low(first, low_table), high(first, high_table)))
                | bits(both(low(second, low_table), high(second, high_table))) << BYTES;
            let anywhere = bits(near[0]) | bits(far[0]) << BYTES;
            let opening = bits(either(near[1], near[2])) | bits(either(far[1], far[2])) << BYTES;
            let (index, shift) = ((at / 64).min(WORDS - 1) + 1, at % 64);
            known.anywhere[index] |= anywhere << shift;
            known.opening[index] |= opening << shift;
            known.word[index] |= word << shift;
            known.slash[index] |= (same(first, b'\\') | same(second, b'\\') << BYTES) << shift;
            known.percent[index] |= (same(first, b'%') | same(second, b'%') << BYTES) << shift;
        }
    };
}
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use teddy;

#[cfg(all(test, any(target_arch = "x86_64", target_arch = "aarch64")))]
mod tests {
    use super::*;
    use crate::may_open;

    #[test]
    fn the_tables_of_words_know_each_byte() {
        for byte in 0..128u8 {
            let [low, high] = WORD_TABLES;
            let word = low[usize::from(byte & 15)] & high[usize::from(byte >> 3)] != 0;
            assert_eq!(word, !may_open(&[byte], 1), "{byte}");
        }
    }
}
