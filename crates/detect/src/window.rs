//! A bounded view of the text under the scanner, and the alphabets that tokens are made of.
//!
//! Every shape reads through it, so that a reader that runs into the end of a chunk is noticed
//! and tried again when more bytes are there.
//!
//! **Invariant:** a reader that was not starved has seen only bytes that are final. Nothing looks
//! further back than [`LOOK_BACK`] bytes.

use std::cell::Cell;
use std::ops::Range;

/// Counts bytes that a reader looks at, in tests only.
fn count(bytes: usize) {
    #[cfg(test)]
    STEPS.with(|steps| steps.set(steps.get() + bytes as u64));
    let _ = bytes;
}

/// The number of bytes to the left of a trigger that a shape may look at.
pub(crate) const LOOK_BACK: usize = 256;

/// A set of ASCII bytes, written as `Alphabet::of(b"..")`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alphabet(u128);

impl Alphabet {
    /// Makes a set from the bytes that are in it; bytes above 127 are left out.
    pub const fn of(members: &[u8]) -> Self {
        let mut mask = 0u128;
        let mut i = 0;
        while i < members.len() {
            if members[i] < 128 {
                mask |= 1 << members[i];
            }
            i += 1;
        }
        Self(mask)
    }

    /// Makes the union of two sets.
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Tells whether a byte is in the set.
    pub const fn has(self, byte: u8) -> bool {
        byte < 128 && (self.0 >> byte) & 1 == 1
    }

    /// Returns the set as bits: bit `b` is set when byte `b` is a member.
    pub(crate) const fn mask(self) -> u128 {
        self.0
    }

    /// Lists the members in ASCII order.
    pub fn members(self) -> impl Iterator<Item = u8> {
        (0..128u8).filter(move |&byte| self.has(byte))
    }
}

/// `0-9`
pub(crate) const DIGIT: Alphabet = Alphabet::of(b"0123456789");
/// `0-9a-f`
pub(crate) const HEX: Alphabet = DIGIT.or(Alphabet::of(b"abcdef"));
/// `a-z`
pub(crate) const LOWER: Alphabet = Alphabet::of(b"abcdefghijklmnopqrstuvwxyz");
/// `A-Z`
pub(crate) const UPPER: Alphabet = Alphabet::of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ");
/// `A-Z0-9`
pub(crate) const UPPER_NUM: Alphabet = UPPER.or(DIGIT);
/// `a-z0-9`
pub(crate) const LOWER_NUM: Alphabet = LOWER.or(DIGIT);
/// `A-Za-z`
pub(crate) const LETTER: Alphabet = UPPER.or(LOWER);
/// `A-Za-z0-9`
pub(crate) const ALNUM: Alphabet = LETTER.or(DIGIT);
/// `A-Za-z0-9_`
pub(crate) const WORD: Alphabet = ALNUM.or(Alphabet::of(b"_"));
/// `A-Za-z0-9_-`
pub(crate) const URL64: Alphabet = WORD.or(Alphabet::of(b"-"));
/// `A-Za-z0-9_.-`
pub(crate) const DOTTED: Alphabet = URL64.or(Alphabet::of(b"."));
/// `A-Za-z0-9+/`
pub(crate) const BASE64: Alphabet = ALNUM.or(Alphabet::of(b"+/"));
/// `A-Z2-7`
pub(crate) const BASE32: Alphabet = UPPER.or(Alphabet::of(b"234567"));

/// How far a value without quotes goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// To the next blank: it stands behind `NAME=` at the start of a line.
    Line,
    /// To a blank or to punctuation in front of one: it stands behind `name: `.
    Clause,
    /// To the next blank or punctuation.
    Word,
    /// The same where the signs in front of it are percent-coded, as a coded separator then is.
    Coded,
}

/// The bytes at hand and whether more may follow.
pub(crate) struct Window<'t> {
    bytes: &'t [u8],
    whole: bool,
    raw: bool,
    starved: Cell<bool>,
    /// The last stretch known to be free of what ends a bare value, and of which kind.
    clear: Cell<(usize, usize, Extent)>,
}

impl<'t> Window<'t> {
    pub(crate) fn new(bytes: &'t [u8], whole: bool) -> Self {
        Self {
            bytes,
            whole,
            raw: false,
            starved: Cell::new(false),
            clear: Cell::new((0, 0, Extent::Word)),
        }
    }

    /// Makes the window one over raw pages.
    pub(crate) fn raw(self) -> Self {
        Self { raw: true, ..self }
    }

    /// Tells whether values may touch what is not part of them.
    pub(crate) fn is_raw(&self) -> bool {
        self.raw
    }

    /// Tells whether a reader wanted bytes that are not there yet, and forgets it.
    pub(crate) fn take_starved(&self) -> bool {
        self.starved.replace(false)
    }

    /// Remembers that nothing in `from..until` ends a bare value.
    pub(crate) fn set_clear(&self, from: usize, until: usize, extent: Extent) {
        self.clear.set((from, until, extent));
    }

    /// Returns the offset before which nothing ends a bare value that begins at `from`.
    pub(crate) fn clear_until(&self, from: usize, extent: Extent) -> usize {
        match self.clear.get() {
            (start, until, kind) if kind == extent && (start..until).contains(&from) => until,
            _ => from,
        }
    }

    pub(crate) fn at(&self, index: usize) -> Option<u8> {
        count(1);
        let byte = self.bytes.get(index).copied();
        if byte.is_none() && !self.whole {
            self.starved.set(true);
        }
        byte
    }

    /// Returns at most `most` bytes that end before `index`.
    pub(crate) fn before(&self, index: usize, most: usize) -> &'t [u8] {
        let end = index.min(self.bytes.len());
        let start = end.saturating_sub(most.min(LOOK_BACK));
        count(end - start);
        &self.bytes[start..end]
    }

    pub(crate) fn slice(&self, range: Range<usize>) -> &'t [u8] {
        let bytes = self.bytes.get(range).unwrap_or_default();
        count(bytes.len());
        bytes
    }

    pub(crate) fn starts_with(&self, index: usize, literal: &[u8]) -> bool {
        literal
            .iter()
            .enumerate()
            .all(|(i, &byte)| self.at(index + i) == Some(byte))
    }

    pub(crate) fn starts_with_ignore_case(&self, index: usize, literal: &[u8]) -> bool {
        literal.iter().enumerate().all(|(i, byte)| {
            self.at(index + i)
                .is_some_and(|b| b.eq_ignore_ascii_case(byte))
        })
    }

    /// Returns the end of the run of bytes that satisfy `member`, at most `max` long.
    pub(crate) fn run(&self, from: usize, max: usize, member: impl Fn(u8) -> bool) -> usize {
        let mut index = from;
        while index - from < max && self.at(index).is_some_and(&member) {
            index += 1;
        }
        index
    }

    /// Returns how many bytes encode the next member of `set`: 1, or more where `/`, `+` or `=`
    /// stands escaped (`\/`, `%2F`).
    pub(crate) fn member_at(&self, index: usize, set: Alphabet) -> Option<usize> {
        let byte = self.at(index)?;
        if set.has(byte) {
            return Some(1);
        }
        match byte {
            b'\\' if set.has(b'/') => {
                let slash = self.run(index, 8, |b| b == b'\\');
                (self.at(slash) == Some(b'/')).then(|| slash + 1 - index)
            }
            b'%' => {
                let decoded = self.percent_at(index)?;
                (matches!(decoded, b'+' | b'/' | b'=') && set.has(decoded)).then_some(3)
            }
            _ => None,
        }
    }

    /// Decodes `%XX` at `index`.
    pub(crate) fn percent_at(&self, index: usize) -> Option<u8> {
        if self.at(index)? != b'%' {
            return None;
        }
        Some(hex_digit(self.at(index + 1)?)? << 4 | hex_digit(self.at(index + 2)?)?)
    }
}

#[cfg(test)]
thread_local! {
    /// How many bytes readers were given, for the tests that they do not go over their ground again.
    pub(crate) static STEPS: Cell<u64> = const { Cell::new(0) };
}

pub(crate) fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

/// Tells whether a token may begin at `index`: the byte before it does not belong to the token,
/// or is the last byte of an escape sequence (`\n`, `\u000a`, `%0A`, a terminal colour).
pub(crate) fn opens_at(window: &Window<'_>, index: usize, body: Alphabet) -> bool {
    let left = window.before(index, 16);
    // `=` is padding inside a body and a separator in front of one.
    let joins = |byte: u8| WORD.has(byte) || byte != b'=' && body.has(byte);
    let Some(&last) = left.last() else {
        return true;
    };
    !joins(last) || escape_ends(left, joins)
}

/// Tells whether `left` ends with an escape sequence that stands for a byte that does not join.
fn escape_ends(left: &[u8], joins: impl Fn(u8) -> bool) -> bool {
    let coded = |digits: &[u8]| {
        digits
            .iter()
            .try_fold(0u32, |sum, &d| Some(sum << 4 | u32::from(hex_digit(d)?)))
    };
    let outside = |code: u32| u8::try_from(code).map_or(true, |byte| !joins(byte));
    match left {
        [.., b'\\', b'n' | b't' | b'r' | b'b' | b'f' | b'0'] => true,
        [.., b'\\', b'u', a, b, c, d] if coded(&[*a, *b, *c, *d]).is_some_and(outside) => true,
        [.., b'\\', b'x', a, b] | [.., b'%', a, b] if coded(&[*a, *b]).is_some_and(outside) => true,
        [rest @ .., b'm'] => {
            let digits = rest
                .iter()
                .rev()
                .take_while(|b| matches!(b, b'0'..=b'9' | b';'))
                .count();
            rest[..rest.len() - digits].last() == Some(&b'[')
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_open_after_escapes_and_not_inside_words() {
        for left in [
            "",
            " ",
            "=",
            "\"",
            "\\n",
            "\\\\n",
            "\\u000a",
            "%0A",
            "%22",
            "\\x1b[32m",
            "(",
            "\0",
        ] {
            let text = format!("{left}sk-");
            assert!(
                opens_at(&Window::new(text.as_bytes(), true), left.len(), URL64),
                "{left:?}"
            );
        }
        for left in ["a", "ta", "_", "-", "\\u0061", "%41", "n", "m", "9"] {
            let text = format!("{left}sk-");
            assert!(
                !opens_at(&Window::new(text.as_bytes(), true), left.len(), URL64),
                "{left:?}"
            );
        }
    }
}
