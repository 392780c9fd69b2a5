//! Directive lines joined over their continuations, and their words with systemd's quoting.
//!
//! **Invariant:** every logical byte knows where it is written.

use std::ops::Range;

use super::is_separator;
use crate::text::{line_from, skip_blanks};

/// A directive with its continuation lines joined, and the offset of each byte.
pub(super) struct Logical {
    pub(super) bytes: Vec<u8>,
    offsets: Vec<usize>,
    end: usize,
}

impl Logical {
    pub(super) fn offset(&self, at: usize) -> usize {
        self.offsets.get(at).copied().unwrap_or(self.end)
    }

    /// Returns where a range of logical bytes is written.
    pub(super) fn span(&self, range: Range<usize>) -> Range<usize> {
        let start = self.offset(range.start);
        if range.is_empty() {
            start..start
        } else {
            start..self.offset(range.end - 1) + 1
        }
    }
}

/// Joins the line at `start` with its continuations; returns it and the start of the next line.
///
/// A comment line inside a continuation is skipped, and the continuation goes on behind it.
pub(super) fn logical(text: &[u8], start: usize) -> (Logical, usize) {
    let mut out = Logical {
        bytes: Vec::new(),
        offsets: Vec::new(),
        end: start,
    };
    let mut at = start;
    loop {
        let line = line_from(text, at);
        let first = skip_blanks(text, line.start, line.end);
        let is_comment = at > start && matches!(text[first..line.end].first(), Some(b'#' | b';'));
        if is_comment {
            at = line.next;
            if at < text.len() {
                continue;
            }
            return (out, at);
        }
        // A backslash that another one escapes does not join lines.
        let slashes = text[line.start..line.end]
            .iter()
            .rev()
            .take_while(|byte| **byte == b'\\')
            .count();
        let continues = slashes % 2 == 1;
        let end = if continues { line.end - 1 } else { line.end };
        out.bytes.extend_from_slice(&text[line.start..end]);
        out.offsets.extend(line.start..end);
        out.end = end;
        if !continues {
            return (out, line.next);
        }
        out.bytes.push(b' ');
        out.offsets.push(end);
        at = line.next;
        if at >= text.len() {
            return (out, at);
        }
    }
}

/// One word of a directive.
pub(super) struct Word {
    /// Logical bytes with quotes.
    pub(super) range: Range<usize>,
    /// Logical bytes inside the quotes, if one pair encloses the value.
    pub(super) inside: Range<usize>,
    /// The quote that encloses the whole word.
    pub(super) quote: Option<u8>,
    /// Whether quotes enclose what stands behind the first `=`.
    pub(super) value_quoted: bool,
    pub(super) value: Vec<u8>,
    /// Offset of the first `=` in the value and in the logical bytes.
    pub(super) equals: Option<(usize, usize)>,
}

/// Splits the logical bytes from an offset.
pub(super) fn split(bytes: &[u8], from: usize) -> Vec<Word> {
    let mut words = Vec::new();
    let mut at = from;
    loop {
        while bytes.get(at).copied().is_some_and(is_separator) {
            at += 1;
        }
        if at >= bytes.len() {
            return words;
        }
        let word = word(bytes, at);
        at = word.range.end;
        words.push(word);
    }
}

fn word(bytes: &[u8], start: usize) -> Word {
    let mut value = Vec::new();
    let mut equals = None;
    let mut quote: Option<u8> = None;
    // Where the last quoted piece began and ended.
    let mut piece = (start, start);
    let mut pieces = 0;
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match (quote, byte) {
            (None, byte) if is_separator(byte) => break,
            (None, b'"' | b'\'') => {
                quote = Some(byte);
                piece = (at, at);
                pieces += 1;
                at += 1;
            }
            (Some(open), byte) if open == byte => {
                quote = None;
                piece.1 = at;
                at += 1;
            }
            (_, b'\\') => at += escape(&bytes[at..], &mut value),
            (_, byte) => {
                if byte == b'=' && equals.is_none() {
                    equals = Some((value.len(), at));
                }
                value.push(byte);
                at += 1;
            }
        }
    }
    let range = start..at;
    let closes_at_end = pieces == 1 && quote.is_none() && piece.1 + 1 == at;
    let whole = closes_at_end && piece.0 == start;
    let value_quoted = closes_at_end && equals.is_some_and(|(_, raw)| raw + 1 == piece.0);
    let mut inside = if closes_at_end && (whole || value_quoted) {
        piece.0 + 1..piece.1
    } else {
        range.clone()
    };
    if value_quoted && let Some((_, raw)) = &mut equals {
        // The span of the value begins behind its quote.
        *raw = piece.0;
    }
    inside.end = inside.end.max(inside.start);
    Word {
        range,
        inside,
        quote: whole.then(|| bytes[start]),
        value_quoted,
        value,
        equals,
    }
}

/// Resolves one escape and returns its length. An unknown one stays as written.
fn escape(rest: &[u8], out: &mut Vec<u8>) -> usize {
    let Some(&kind) = rest.get(1) else {
        out.push(b'\\');
        return 1;
    };
    let simple = match kind {
        b'a' => Some(7),
        b'b' => Some(8),
        b'f' => Some(12),
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        b'v' => Some(11),
        b's' => Some(b' '),
        b'\\' | b'"' | b'\'' => Some(kind),
        _ => None,
    };
    if let Some(byte) = simple {
        out.push(byte);
        return 2;
    }
    let (radix, skip, digits) = match kind {
        b'x' => (16, 2, 2),
        b'u' => (16, 2, 4),
        b'U' => (16, 2, 8),
        b'0'..=b'7' => (8, 1, 3),
        _ => (0, 0, 0),
    };
    match rest
        .get(skip..skip + digits)
        .and_then(|digits| number(digits, radix))
    {
        Some(value) if matches!(kind, b'u' | b'U') => {
            let c = char::from_u32(value).unwrap_or('\u{fffd}');
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Some(value) => out.push((value & 0xff) as u8),
        None => {
            out.push(b'\\');
            return 1;
        }
    }
    skip + digits
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u32, |value, byte| {
        Some(
            value
                .wrapping_mul(radix)
                .wrapping_add(char::from(*byte).to_digit(radix)?),
        )
    })
}

/// Escapes a text for the inside of quotes.
pub(super) fn escaped(text: &str, quote: char) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_ascii_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}
