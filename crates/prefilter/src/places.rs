//! From bits to places: each place that some bucket lets through is a bit of a word.
//!
//! `simd` sets the bits, and has the rest compiled for its instructions, which count bits.
//!
//! **Invariant:** without branches on what the text holds, but for words with many places.

use crate::grams::Grams;
use crate::{BLOCK, Found, LOOK_BACK, WIDTH, may_open};

/// Words of 64 bits for a bit of each place.
pub(crate) const WORDS: usize = BLOCK / 64;
/// The number of places in a word that are written without asking how many there are.
const FEW: usize = 4;

/// Some places of a text.
pub(crate) struct Block<'t> {
    /// From [`crate::LOOK_BACK`] bytes before the first place, if there are as many, to what the
    /// last place reaches over.
    pub(crate) text: &'t [u8],
    /// How many bytes of the text stand before the first place.
    pub(crate) lead: usize,
    /// Words may begin at every place.
    pub(crate) everywhere: bool,
}

impl Block<'_> {
    /// Returns the text from the first place on.
    pub(crate) fn ahead(&self) -> &[u8] {
        &self.text[self.lead..]
    }

    /// Returns how many places there are.
    pub(crate) fn places(&self) -> usize {
        (self.ahead().len() + 1).saturating_sub(WIDTH)
    }

    /// Tells whether a word may begin at a place.
    pub(crate) fn opens(&self, near: u16) -> bool {
        self.everywhere || may_open(self.text, self.lead + usize::from(near))
    }
}

/// What is known of the places of a block, a bit for each: lists of words, because each list is read
/// several words at a time. The first word of a list is of the places before the block, of which
/// nothing is known.
pub(crate) struct Known {
    /// A bucket of the patterns that stand anywhere lets it through.
    pub(crate) anywhere: [u64; WORDS + 1],
    /// A bucket of the patterns that open a word lets it through.
    pub(crate) opening: [u64; WORDS + 1],
    /// A letter, digit or underscore, and not the `m` that ends an escape sequence.
    pub(crate) word: [u64; WORDS + 1],
    /// A backslash.
    pub(crate) slash: [u64; WORDS + 1],
    /// A percent sign.
    pub(crate) percent: [u64; WORDS + 1],
}

impl Known {
    /// Knows nothing yet.
    pub(crate) const NOTHING: Self = Self {
        anywhere: [0; WORDS + 1],
        opening: [0; WORDS + 1],
        word: [0; WORDS + 1],
        slash: [0; WORDS + 1],
        percent: [0; WORDS + 1],
    };

    /// Returns the places to look at closer.
    #[inline(always)]
    fn worth_it(&self, everywhere: bool) -> [u64; WORDS] {
        let mut words = [0; WORDS];
        for (at, word) in words.iter_mut().enumerate() {
            let back =
                |list: &[u64; WORDS + 1], by: u32| list[at + 1] << by | list[at] >> (64 - by);
            let opens = !back(&self.word, 1)
                | back(&self.slash, 2)
                | back(&self.slash, 4)
                | back(&self.slash, 6)
                | back(&self.percent, 3)
                | back(&self.percent, 5);
            let opens = if everywhere { u64::MAX } else { opens };
            *word = self.anywhere[at + 1] | self.opening[at + 1] & opens;
        }
        // The bytes before the block are not known here; the exact look asks for them.
        words[0] |= self.opening[1] & ((1 << LOOK_BACK) - 1);
        words
    }
}

/// Writes the places where a pattern really stands, and returns how many there are.
#[inline(always)]
pub(crate) fn keep(known: &Known, grams: &Grams, block: &Block<'_>, found: &mut Found) -> usize {
    let words = known.worth_it(block.everywhere);
    let used = block.places().div_ceil(64).min(WORDS);
    keep_of(&words[..used], grams, block, found)
}

/// Writes those of the places whose bit is set where a pattern really stands.
#[inline(always)]
pub(crate) fn keep_of(words: &[u64], grams: &Grams, block: &Block<'_>, found: &mut Found) -> usize {
    let count = spread(words, found);
    let count = grams.filter(block.ahead(), found, count);
    grams.keep(block, found, count)
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
