//! Shell words: quote removal without expansion.
//!
//! **Invariant:** expansions are copied as written.

use std::ops::Range;

use super::read::nested;

/// Returns the span inside the quotes if the whole word is one quoted piece, and the mark of the
/// quotes: `'`, `"`, `$` for `$'...'`, `(` for an array, zero for none, a blank for a mixture.
pub(super) fn inside(text: &[u8], written: &Range<usize>) -> (Range<usize>, u8) {
    let word = &text[written.clone()];
    let within = |lead: usize| written.start + lead..written.end - 1;
    match word {
        [b'(', .., b')'] => (within(1), b'('),
        [b'$', b'\'', body @ .., b'\''] if ansi_end(body) == body.len() => (within(2), b'$'),
        [b'\'', body @ .., b'\''] if !body.contains(&b'\'') => (within(1), b'\''),
        [b'"', body @ .., b'"'] if double_end(body) == body.len() => (within(1), b'"'),
        _ if word
            .iter()
            .any(|byte| matches!(byte, b'\'' | b'"' | b'\\' | b'$' | b'`')) =>
        {
            (written.clone(), b' ')
        }
        _ => (written.clone(), 0),
    }
}

fn ansi_end(body: &[u8]) -> usize {
    end_of(body, b'\'')
}

fn double_end(body: &[u8]) -> usize {
    end_of(body, b'"')
}

/// Returns the offset of the first closing quote that no backslash escapes, or the length.
fn end_of(body: &[u8], quote: u8) -> usize {
    let mut at = 0;
    while at < body.len() {
        match body[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at,
            _ => at += 1,
        }
    }
    // A backslash at the very end escapes the quote behind the body.
    at
}

/// Removes quotes and escapes.
pub(super) fn decode(word: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(word.len());
    let mut at = 0;
    let mut expansions = Expansions::default();
    while at < word.len() {
        let rest = &word[at..];
        if let Some(end) = expansions.end(word, at) {
            out.extend_from_slice(&word[at..end]);
            at = end;
            continue;
        }
        at += match rest {
            [b'\\', b'\r', b'\n', ..] => 3,
            [b'\\', b'\n', ..] => 2,
            [b'\\', byte, ..] => {
                out.push(*byte);
                2
            }
            [b'\'', body @ ..] => {
                let length = body
                    .iter()
                    .position(|byte| *byte == b'\'')
                    .unwrap_or(body.len());
                out.extend_from_slice(&body[..length]);
                length + 2
            }
            [b'"', body @ ..] => double(body, &mut expansions, &mut out) + 2,
            // `$"..."` is translated by bash, which without a catalogue changes nothing.
            [b'$', b'"', body @ ..] => double(body, &mut expansions, &mut out) + 3,
            [b'$', b'\'', body @ ..] => ansi(body, &mut out) + 3,
            [byte, ..] => {
                out.push(*byte);
                1
            }
            [] => 1,
        };
    }
    out
}

/// Finds the ends of `$(...)`, `${...}` and back quotes in one word.
#[derive(Default)]
struct Expansions {
    /// One did not end. The others of the word are not searched, which would be quadratic.
    torn: bool,
}

impl Expansions {
    fn end(&mut self, text: &[u8], at: usize) -> Option<usize> {
        let open = match &text[at..] {
            [b'$', b'(' | b'{', ..] => at + 1,
            [b'`', ..] => at,
            _ => return None,
        };
        let end = if self.torn { None } else { nested(text, open) };
        self.torn |= end.is_none();
        end
    }
}

/// Decodes up to the closing double quote and returns the length of what was read.
fn double(body: &[u8], expansions: &mut Expansions, out: &mut Vec<u8>) -> usize {
    let mut at = 0;
    while at < body.len() {
        if let Some(end) = expansions.end(body, at) {
            out.extend_from_slice(&body[at..end]);
            at = end;
            continue;
        }
        match &body[at..] {
            [b'"', ..] => return at,
            [b'\\', b'\r', b'\n', ..] => at += 3,
            [b'\\', b'\n', ..] => at += 2,
            [b'\\', byte @ (b'"' | b'\\' | b'$' | b'`'), ..] => {
                out.push(*byte);
                at += 2;
            }
            [byte, ..] => {
                out.push(*byte);
                at += 1;
            }
            [] => {}
        }
    }
    at
}

/// Decodes `$'...'` up to its closing quote and returns the length of what was read.
fn ansi(body: &[u8], out: &mut Vec<u8>) -> usize {
    let mut at = 0;
    while at < body.len() && body[at] != b'\'' {
        if body[at] != b'\\' || at + 1 >= body.len() {
            out.push(body[at]);
            at += 1;
            continue;
        }
        let (bytes, length) = ansi_escape(&body[at + 1..]);
        out.extend_from_slice(&bytes);
        at += 1 + length;
    }
    at
}

fn ansi_escape(rest: &[u8]) -> (Vec<u8>, usize) {
    let one = |byte: u8| (vec![byte], 1);
    match rest[0] {
        b'a' => one(7),
        b'b' => one(8),
        b'e' | b'E' => one(27),
        b'f' => one(12),
        b'n' => one(b'\n'),
        b'r' => one(b'\r'),
        b't' => one(b'\t'),
        b'v' => one(11),
        b'0'..=b'7' => {
            let (value, length) = digits(rest, 8, 3);
            (vec![(value & 0xff) as u8], length)
        }
        b'x' if digits(&rest[1..], 16, 2).1 > 0 => {
            let (value, length) = digits(&rest[1..], 16, 2);
            (vec![(value & 0xff) as u8], 1 + length)
        }
        kind @ (b'u' | b'U') if digits(&rest[1..], 16, 4).1 > 0 => {
            let (value, length) = digits(&rest[1..], 16, if kind == b'u' { 4 } else { 8 });
            let c = char::from_u32(value).unwrap_or('\u{fffd}');
            (c.to_string().into_bytes(), 1 + length)
        }
        b'c' if rest.len() > 1 => (vec![rest[1] & 0x1f], 2),
        quote @ (b'\\' | b'\'' | b'"' | b'?') => one(quote),
        other => (vec![b'\\', other], 1),
    }
}

/// Reads up to `most` digits and returns their value and their number.
fn digits(bytes: &[u8], radix: u32, most: usize) -> (u32, usize) {
    let mut value = 0u32;
    let mut length = 0;
    while let Some(digit) = bytes
        .get(length)
        .filter(|_| length < most)
        .and_then(|byte| char::from(*byte).to_digit(radix))
    {
        value = value.wrapping_mul(radix).wrapping_add(digit);
        length += 1;
    }
    (value, length)
}
