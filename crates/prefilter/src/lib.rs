//! Finds where one of several hundred literals may begin, 32 bytes at a time.
//!
//! The engine in `detect` gives it the first four bytes of everything that wakes a rule, and looks
//! only where it points. The method is Teddy with 16 buckets: each bucket is four sets of bytes,
//! two shuffles tell for 32 places at once whether a byte is in a set, and what is left is looked
//! up in a table of the exact bytes.
//!
//! **Source:** the algorithm is Geoffrey Langdale's for Hyperscan, described in
//! <https://github.com/BurntSushi/aho-corasick/tree/master/src/packed/teddy>.
//!
//! **Invariant:** every instruction set points at the same places: those where the four bytes of a
//! pattern stand, and no other. The only `unsafe` code of bedlock is in `simd/`.

mod buckets;
mod grams;
mod places;
mod simd;

use crate::buckets::Buckets;
use crate::grams::Grams;
use std::fmt;
use std::ops::Range;

/// The bytes of a literal that are looked at.
pub const WIDTH: usize = 4;

/// The most places that one call of [`Prefilter::candidates`] looks at.
pub const BLOCK: usize = 2048;

/// What one call of [`Prefilter::candidates`] finds.
pub type Found = [Candidate; BLOCK];

/// A place where a pattern stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Candidate {
    /// Bytes from the first place that was looked at.
    pub near: u16,
    /// Which patterns stand there, for [`Prefilter::group`].
    pub group: u16,
}

/// The first bytes of a literal, each as the set of ASCII bytes that may stand there.
///
/// Bit `b` of an element is set when byte `b` is a member.
pub type Pattern = [u128; WIDTH];

/// Returns the pattern of a literal.
///
/// The fourth byte of a literal of three bytes is one of `next`; of a longer literal only the first
/// four bytes count.
pub fn pattern(literal: &[u8], next: u128) -> Pattern {
    let mut sets = [next; WIDTH];
    for (set, &byte) in sets.iter_mut().zip(literal) {
        *set = 1 << (byte & 0x7f);
    }
    sets
}

/// An instruction set that the search can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// No vectors: every place is looked up in the table.
    Scalar,
    /// 16 bytes at a time, on x86-64 with SSSE3.
    Ssse3,
    /// 32 bytes at a time, on x86-64 with AVX2.
    Avx2,
    /// 16 bytes at a time, on AArch64.
    Neon,
}

impl Level {
    /// Lists what this processor can do, the slowest first.
    pub fn available() -> Vec<Self> {
        let mut levels = vec![Self::Scalar];
        levels.extend(simd::levels());
        levels
    }
}

/// A set of patterns to look for; built once.
pub struct Prefilter {
    grams: Grams,
    buckets: Box<Buckets>,
    level: Level,
}

impl Prefilter {
    /// Builds the tables and takes the fastest level of this processor.
    pub fn new(patterns: &[Pattern]) -> Self {
        let level = Level::available().pop().unwrap_or(Level::Scalar);
        Self {
            grams: Grams::new(patterns),
            buckets: Box::new(Buckets::new(patterns)),
            level,
        }
    }

    /// Takes another level, for tests and measurements; one that this processor does not have
    /// becomes [`Level::Scalar`].
    pub fn with_level(self, level: Level) -> Self {
        let level = if Level::available().contains(&level) {
            level
        } else {
            Level::Scalar
        };
        Self { level, ..self }
    }

    /// Returns the level in use.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Returns the indexes of the patterns of a group, in ascending order. They have the first three
    /// bytes of a place, and one of them has the fourth.
    pub fn group(&self, group: u16) -> &[u16] {
        self.grams.group(group)
    }

    /// Writes the places in `places` where a pattern stands to `found`, in ascending order, and
    /// returns how many there are.
    ///
    /// Looks at the first [`BLOCK`] places at most, and at none whose four bytes are not all in
    /// `text`; the second number is the first place that was not looked at.
    pub fn candidates(
        &self,
        text: &[u8],
        places: Range<usize>,
        found: &mut Found,
    ) -> (usize, usize) {
        let last = (text.len() + 1).saturating_sub(WIDTH);
        let until = places.end.min(last).min(places.start + BLOCK);
        if until <= places.start {
            return (0, places.start);
        }
        // Offsets are counted from the start of the range, so that they fit 16 bits.
        let near = &text[places.start..until + WIDTH - 1];
        (simd::search(self, near, found), until)
    }
}

impl fmt::Debug for Prefilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prefilter")
            .field("level", &self.level)
            .finish_non_exhaustive()
    }
}
