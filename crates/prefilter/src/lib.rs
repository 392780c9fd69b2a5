//! Finds where one of several hundred literals may begin, 32 bytes at a time.
//!
//! The engine in `detect` gives it the first four bytes of everything that wakes a rule, and looks
//! only where it points. The method is Teddy with 24 buckets: each bucket is four sets of bytes,
//! two shuffles tell for 32 places at once whether a byte is in a set, and what is left is looked
//! up in a table of the exact bytes. Patterns that stand only where a word begins have 16 of the
//! buckets, and what those let through inside of words is dropped 64 places at a time.
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
use crate::places::Block;
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

/// The first bytes of a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The ASCII bytes that may stand at each position: bit `b` is set when byte `b` is a member.
    pub sets: [u128; WIDTH],
    /// It counts only where a word may begin, which is asked of the bytes before it: see
    /// [`may_open`].
    pub opens: bool,
}

impl Pattern {
    /// Returns the pattern of a literal.
    ///
    /// The fourth byte of a literal of three bytes is one of `next`; of a longer literal only the
    /// first four bytes count.
    pub fn new(literal: &[u8], next: u128, opens: bool) -> Self {
        let mut sets = [next; WIDTH];
        for (set, &byte) in sets.iter_mut().zip(literal) {
            *set = 1 << (byte & 0x7f);
        }
        Self { sets, opens }
    }
}

/// Tells whether a word may begin at `at`: no letter, digit or underscore is in front of it, or
/// one that may be the end of an escape sequence (`\n`, `\x0a`, `\u000a`, `%0A`, `%250A`, `ESC[0m`).
///
/// Wider than what a reader of tokens accepts, because only distances are looked at.
pub fn may_open(text: &[u8], at: usize) -> bool {
    let back = |by: usize| at.checked_sub(by).and_then(|at| text.get(at).copied());
    let word = |byte: u8| byte.is_ascii_alphanumeric() && byte != b'm' || byte == b'_';
    !back(1).is_some_and(word)
        || [2, 4, 6].iter().any(|&by| back(by) == Some(b'\\'))
        || [3, 5].iter().any(|&by| back(by) == Some(b'%'))
}

/// How far before a place [`may_open`] looks.
const LOOK_BACK: usize = 6;

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
    /// bytes of a place, and one of them has the fourth too and may stand there.
    pub fn group(&self, group: u16) -> &[u16] {
        self.grams.group(group)
    }

    /// Writes the places in `places` where a pattern stands to `found`, in ascending order, and
    /// returns how many there are.
    ///
    /// Looks at the first [`BLOCK`] places at most, and at none whose four bytes are not all in
    /// `text`; the second number is the first place that was not looked at. With `everywhere` set,
    /// words may begin at every place.
    pub fn candidates(
        &self,
        text: &[u8],
        places: Range<usize>,
        everywhere: bool,
        found: &mut Found,
    ) -> (usize, usize) {
        let last = (text.len() + 1).saturating_sub(WIDTH);
        let until = places.end.min(last).min(places.start + BLOCK);
        if until <= places.start {
            return (0, places.start);
        }
        let lead = places.start.min(LOOK_BACK);
        let block = Block {
            text: &text[places.start - lead..until + WIDTH - 1],
            lead,
            everywhere,
        };
        (simd::search(self, &block, found), until)
    }
}

impl fmt::Debug for Prefilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prefilter")
            .field("level", &self.level)
            .finish_non_exhaustive()
    }
}
