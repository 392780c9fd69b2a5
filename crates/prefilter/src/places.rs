//! From bits to places: each place that some bucket lets through is a bit of a word.
//!
//! `simd` sets the bits, and has the rest compiled for its instructions, which count bits.
//!
//! **Invariant:** without branches on what the text holds, but for words with many places.

use crate::grams::Grams;
use crate::{BLOCK, Found};

/// Words of 64 bits for a bit of each place.
pub(crate) const WORDS: usize = BLOCK / 64;
/// The number of places in a word that are written without asking how many there are.
const FEW: usize = 4;

/// Writes the places where a pattern really stands, and returns how many there are.
#[inline(always)]
pub(crate) fn keep(words: &[u64], grams: &Grams, text: &[u8], found: &mut Found) -> usize {
    let count = spread(words, found);
    let count = grams.filter(text, found, count);
    grams.keep(text, found, count)
}

/// Writes the places of all bits that are set.
#[inline(always)]
fn spread(words: &[u64], found: &mut Found) -> usize {
    let mut count = 0;
    for (base, &word) in (0u16..).step_by(64).zip(words) {
        let many = word.count_ones() as usize;
        let mut rest = word;
        // Most words have few bits: as many as that are written whether they are there or not,
        // because a branch on their number would be guessed wrong often.
        if let Some(few) = found.get_mut(count..count + FEW) {
            for slot in few {
                slot.near = base + (rest.trailing_zeros() & 63) as u16;
                rest &= rest.wrapping_sub(1);
            }
        } else {
            rest = word;
        }
        let mut written = many - rest.count_ones() as usize;
        while rest != 0 {
            if let Some(slot) = found.get_mut(count + written) {
                slot.near = base + rest.trailing_zeros() as u16;
            }
            rest &= rest - 1;
            written += 1;
        }
        count += many;
    }
    count
}
