//! Value evidence: finds known secrets wherever they stand, in every encoding they travel in.
//!
//! `audit` searches the host for values that it found in one place; `undo` and `verify` prove that
//! they are gone; the gateway stops them from leaving.
//!
//! **Invariant:** owns the only copy of the values that this module makes, wipes it on drop, and
//! never shows it. A finding is made on its last byte, so chunking cannot change it.

use crate::rule::Encoding;
use base64::Engine as _;
use std::collections::HashSet;
use std::fmt;
use std::fmt::Write as _;
use std::ops::Range;
use zeroize::{Zeroize, Zeroizing};

/// Shorter values would be found everywhere; [`ValueSearch::new`] leaves them out.
pub const SHORTEST_VALUE: usize = 6;
/// Values from this length on are also looked for in base64.
pub const SHORTEST_BASE64_VALUE: usize = 12;

/// The bytes at the end of a pattern that its hash is made of.
const TAIL: usize = 6;
const TAIL_MASK: u64 = (1 << (8 * TAIL)) - 1;

/// A place where a value stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueMatch<Offset = usize> {
    /// The index of the value in the list that the search was made from.
    pub index: usize,
    /// The bytes that carry it. In base64 the first and last character may be left out, because
    /// they also carry neighbouring bytes.
    pub span: Range<Offset>,
    /// How it is written there.
    pub encoding: Encoding,
}

struct Pattern {
    bytes: Zeroizing<Vec<u8>>,
    index: usize,
    encoding: Encoding,
}

/// A set of values to look for; built once, shared by any number of streams.
pub struct ValueSearch {
    /// Sorted by the hash of the tail, and within it the longest first.
    patterns: Vec<Pattern>,
    hashes: Vec<u64>,
    /// One bit for each low part of a hash that occurs.
    filter: Vec<u64>,
    longest: usize,
    rejected: Vec<usize>,
}

impl ValueSearch {
    /// Makes a search for `values`, leaving out those shorter than [`SHORTEST_VALUE`].
    pub fn new(values: &[&[u8]]) -> Self {
        let mut patterns = Vec::new();
        let mut seen = HashSet::new();
        let mut rejected = Vec::new();
        for (index, value) in values.iter().enumerate() {
            if value.len() < SHORTEST_VALUE {
                rejected.push(index);
                continue;
            }
            for (bytes, encoding) in spellings(value) {
                if bytes.len() >= SHORTEST_VALUE && seen.insert(fingerprint(&bytes)) {
                    patterns.push(Pattern {
                        bytes,
                        index,
                        encoding,
                    });
                }
            }
        }
        patterns.sort_by_cached_key(|p| (tail_hash(&p.bytes), usize::MAX - p.bytes.len()));
        let hashes: Vec<u64> = patterns.iter().map(|p| tail_hash(&p.bytes)).collect();
        let bits = (patterns.len() * 64)
            .next_power_of_two()
            .clamp(1 << 12, 1 << 21);
        let mut filter = vec![0u64; bits / 64];
        for &hash in &hashes {
            let (word, bit) = place(hash, filter.len());
            filter[word] |= bit;
        }
        let longest = patterns.iter().map(|p| p.bytes.len()).max().unwrap_or(0);
        Self {
            patterns,
            hashes,
            filter,
            longest,
            rejected,
        }
    }

    /// Lists the indexes of the values that were too short to look for.
    pub fn rejected(&self) -> &[usize] {
        &self.rejected
    }

    /// Starts a search through a text that arrives in chunks.
    pub fn stream(&self) -> ValueStream<'_> {
        ValueStream {
            search: self,
            carry: Zeroizing::default(),
            base: 0,
        }
    }

    /// Finds the values in a text, ordered by where they end.
    pub fn find(&self, text: &[u8]) -> Vec<ValueMatch> {
        let mut found = Vec::new();
        self.visit(text, 0, &mut |m| found.push(m));
        found
    }

    /// Reports every pattern that ends in `text` after its first `known` bytes.
    fn visit(&self, text: &[u8], known: usize, on: &mut dyn FnMut(ValueMatch)) {
        if self.patterns.is_empty() {
            return;
        }
        let mut tail = 0u64;
        for (i, &byte) in text.iter().enumerate().skip(known.saturating_sub(TAIL - 1)) {
            tail = (tail << 8 | u64::from(byte)) & TAIL_MASK;
            let hash = mix(tail);
            let (word, bit) = place(hash, self.filter.len());
            if self.filter[word] & bit != 0 && i >= known {
                self.verify(&text[..=i], hash, on);
            }
        }
    }

    fn verify(&self, text: &[u8], hash: u64, on: &mut dyn FnMut(ValueMatch)) {
        let from = self.hashes.partition_point(|&other| other < hash);
        let same = self.hashes[from..]
            .iter()
            .take_while(|&&other| other == hash)
            .count();
        let longest_first = &self.patterns[from..from + same];
        if let Some(hit) = longest_first.iter().find(|p| text.ends_with(&p.bytes)) {
            on(ValueMatch {
                index: hit.index,
                span: text.len() - hit.bytes.len()..text.len(),
                encoding: hit.encoding,
            });
        }
    }
}

impl Drop for ValueSearch {
    fn drop(&mut self) {
        self.hashes.zeroize();
    }
}

impl fmt::Debug for ValueSearch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValueSearch")
            .field("patterns", &self.patterns.len())
            .finish_non_exhaustive()
    }
}

/// A search in progress.
pub struct ValueStream<'s> {
    search: &'s ValueSearch,
    carry: Zeroizing<Vec<u8>>,
    base: u64,
}

impl ValueStream<'_> {
    /// Takes the next chunk and reports the values that end in it, in offsets of the whole text.
    pub fn push(&mut self, chunk: &[u8], on: &mut dyn FnMut(ValueMatch<u64>)) {
        let keep = self.search.longest.saturating_sub(1);
        // Only the seam is copied; what lies inside the chunk is searched in place.
        let seam = chunk.len().min(keep);
        let known = self.carry.len();
        let mut joined = Zeroizing::new(Vec::with_capacity(known + seam));
        joined.extend_from_slice(&self.carry);
        joined.extend_from_slice(&chunk[..seam]);
        self.report(&joined, known, self.base, on);
        if chunk.len() > seam {
            self.report(chunk, seam, self.base + known as u64, on);
        }
        let end = self.base + known as u64 + chunk.len() as u64;
        let source = if chunk.len() >= keep {
            chunk
        } else {
            joined.as_slice()
        };
        let tail = &source[source.len().saturating_sub(keep)..];
        self.base = end - tail.len() as u64;
        self.carry = Zeroizing::new(tail.to_vec());
    }

    fn report(&self, text: &[u8], known: usize, base: u64, on: &mut dyn FnMut(ValueMatch<u64>)) {
        self.search.visit(text, known, &mut |m| {
            on(ValueMatch {
                index: m.index,
                span: base + m.span.start as u64..base + m.span.end as u64,
                encoding: m.encoding,
            });
        });
    }
}

impl fmt::Debug for ValueStream<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValueStream").finish_non_exhaustive()
    }
}

fn tail_hash(bytes: &[u8]) -> u64 {
    let tail = &bytes[bytes.len() - TAIL..];
    mix(tail
        .iter()
        .fold(0u64, |sum, &byte| sum << 8 | u64::from(byte)))
}

fn mix(tail: u64) -> u64 {
    tail.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn place(hash: u64, words: usize) -> (usize, u64) {
    let words_log = words.trailing_zeros();
    // The high bits of a product depend on all of the tail.
    let index = hash >> (64 - 6 - words_log);
    let word = usize::try_from(index >> 6).unwrap_or(0);
    (word, 1 << (index & 63))
}

/// A number that stands for a pattern while duplicates are removed, so that no copy is kept.
fn fingerprint(bytes: &[u8]) -> (usize, u64, u64) {
    let fold = |seed: u64| {
        bytes.iter().fold(seed, |sum, &b| {
            (sum ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01B3)
        })
    };
    (
        bytes.len(),
        fold(0xCBF2_9CE4_8422_2325),
        fold(0x6C62_272E_07BB_0142).rotate_left(17),
    )
}

type Spelling = (Zeroizing<Vec<u8>>, Encoding);

/// Lists how a value may be written, the plainest first.
fn spellings(value: &[u8]) -> Vec<Spelling> {
    let mut list: Vec<Spelling> = vec![(Zeroizing::new(value.to_vec()), Encoding::Raw)];
    for style in JSON_STYLES {
        let once = json_escape(value, style);
        let twice = json_escape(&once, style);
        list.push((once, Encoding::Json { depth: 1 }));
        list.push((twice, Encoding::Json { depth: 2 }));
    }
    for style in PERCENT_STYLES {
        list.push((percent_encode(value, style), Encoding::Percent));
    }
    if value.len() >= SHORTEST_BASE64_VALUE {
        for shift in 0..3 {
            let text = base64_inside(value, shift);
            let url = text.iter().map(|&b| match b {
                b'+' => b'-',
                b'/' => b'_',
                other => other,
            });
            list.push((Zeroizing::new(url.collect()), Encoding::Base64));
            list.push((text, Encoding::Base64));
        }
    }
    list
}

/// How a JSON writer escapes what it need not.
#[derive(Clone, Copy)]
struct JsonStyle {
    slash: bool,
    /// `<`, `>`, `&`, `'` and `=` as `\u00XX`, as HTML-safe writers do.
    html: bool,
    /// Everything above 127 as `\uXXXX`.
    ascii: bool,
    upper: bool,
}

const PLAIN: JsonStyle = JsonStyle {
    slash: false,
    html: false,
    ascii: false,
    upper: false,
};
const JSON_STYLES: [JsonStyle; 8] = [
    PLAIN,
    JsonStyle {
        upper: true,
        ..PLAIN
    },
    JsonStyle {
        slash: true,
        ..PLAIN
    },
    JsonStyle {
        ascii: true,
        ..PLAIN
    },
    JsonStyle {
        slash: true,
        ascii: true,
        ..PLAIN
    },
    JsonStyle {
        html: true,
        ..PLAIN
    },
    JsonStyle {
        html: true,
        upper: true,
        ..PLAIN
    },
    JsonStyle {
        html: true,
        slash: true,
        ..PLAIN
    },
];

fn json_escape(value: &[u8], style: JsonStyle) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(value.len() * 6));
    for chunk in value.utf8_chunks() {
        for letter in chunk.valid().chars() {
            escape_letter(letter, style, &mut out);
        }
        out.extend_from_slice(chunk.invalid());
    }
    out
}

fn escape_letter(letter: char, style: JsonStyle, out: &mut Vec<u8>) {
    let mut code = |unit: u16| {
        let text = if style.upper {
            format!("\\u{unit:04X}")
        } else {
            format!("\\u{unit:04x}")
        };
        out.extend_from_slice(text.as_bytes());
    };
    match letter {
        '"' => out.extend_from_slice(b"\\\""),
        '\\' => out.extend_from_slice(b"\\\\"),
        '\n' => out.extend_from_slice(b"\\n"),
        '\r' => out.extend_from_slice(b"\\r"),
        '\t' => out.extend_from_slice(b"\\t"),
        '\u{8}' => out.extend_from_slice(b"\\b"),
        '\u{c}' => out.extend_from_slice(b"\\f"),
        '/' if style.slash => out.extend_from_slice(b"\\/"),
        '<' | '>' | '&' | '\'' | '=' if style.html => code(letter as u32 as u16),
        _ if letter < ' '
            || letter == '\u{7f}' && style.ascii
            || letter > '\u{7f}' && style.ascii =>
        {
            let mut units = [0u16; 2];
            letter
                .encode_utf16(&mut units)
                .iter()
                .for_each(|&unit| code(unit));
        }
        _ => out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

/// Bytes that a percent-encoder leaves alone besides letters and digits, its hexadecimal digits
/// and what it makes of a space.
const PERCENT_STYLES: [(&[u8], bool, bool); 6] = [
    (b"-_.~", true, false),
    (b"-_.~", false, false),
    (b"-_.!~*'()", true, false),
    (b"-_.*", true, true),
    (b"-_.~/", true, false),
    (b"-_.!~*'();/?:@&=+$,#", true, false),
];

fn percent_encode(value: &[u8], (kept, upper, plus): (&[u8], bool, bool)) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(value.len() * 3));
    for &byte in value {
        let mut code = Zeroizing::new(String::with_capacity(3));
        match byte {
            b' ' if plus => out.push(b'+'),
            _ if byte.is_ascii_alphanumeric() || kept.contains(&byte) => out.push(byte),
            _ => {
                // Writing to a string cannot fail.
                let _ = if upper {
                    write!(code, "%{byte:02X}")
                } else {
                    write!(code, "%{byte:02x}")
                };
                out.extend_from_slice(code.as_bytes());
            }
        }
    }
    out
}

/// Encodes a value that stands `shift` bytes into its group of three, without the characters that
/// also carry bytes around it.
fn base64_inside(value: &[u8], shift: usize) -> Zeroizing<Vec<u8>> {
    let mut padded = Zeroizing::new(vec![0u8; shift]);
    padded.extend_from_slice(value);
    let text = Zeroizing::new(base64::engine::general_purpose::STANDARD_NO_PAD.encode(&*padded));
    let whole = padded.len() * 8 / 6;
    let first = (shift * 8).div_ceil(6);
    Zeroizing::new(text.as_bytes()[first..whole].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_values_are_rejected_and_debug_redacts() {
        let search = ValueSearch::new(&[b"12345", b"canary-value-77"]);
        assert_eq!(search.rejected(), [0]);
        assert!(search.find(b"12345").is_empty());
        let shown = format!("{search:?} {:?}", search.stream());
        assert!(!shown.contains("canary"));
    }

    #[test]
    fn a_value_is_found_in_every_encoding() {
        let value = "p\"w\\/+=é k\n9canary<&>";
        let search = ValueSearch::new(&[value.as_bytes()]);
        for style in JSON_STYLES {
            let once = json_escape(value.as_bytes(), style);
            let text = [b"{\"a\":\"", once.as_slice(), b"\"}"].concat();
            assert_eq!(search.find(&text).len(), 1);
            assert_eq!(search.find(&json_escape(&text, style)).len(), 1);
        }
        assert_eq!(
            search
                .find(b"x=p%22w%5C%2F%2B%3D%C3%A9%20k%0A9canary%3C%26%3E&y")
                .len(),
            1
        );
        for shift in 0..3 {
            let padded = [&b"abc"[..shift], value.as_bytes(), b"tail"].concat();
            let text = base64::engine::general_purpose::STANDARD.encode(&padded);
            assert_eq!(search.find(text.as_bytes()).len(), 1, "{shift}");
            let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(&padded);
            assert_eq!(search.find(text.as_bytes()).len(), 1, "{shift}");
        }
    }

    #[test]
    fn the_longest_of_several_values_is_reported() {
        let search = ValueSearch::new(&[b"canary-1", b"long-canary-1", b"long-canary-1-x"]);
        let indexes: Vec<usize> = search
            .find(b"a long-canary-1-x")
            .iter()
            .map(|m| m.index)
            .collect();
        assert_eq!(indexes, [1, 2]);
    }
}
