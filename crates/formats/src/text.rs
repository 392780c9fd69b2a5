//! Bytes, lines and splices: what every format of this crate stands on.
//!
//! **Invariant:** knows no format.

use std::ops::Range;

/// The byte order mark that Windows editors put in front of UTF-8.
pub(crate) const BOM: &[u8] = b"\xef\xbb\xbf";

/// Replaces one range of bytes.
#[derive(Clone, Debug)]
pub(crate) struct Splice {
    pub(crate) range: Range<usize>,
    pub(crate) with: Vec<u8>,
}

impl Splice {
    pub(crate) fn cut(range: Range<usize>) -> Self {
        Self {
            range,
            with: Vec::new(),
        }
    }

    pub(crate) fn put(range: Range<usize>, with: impl Into<Vec<u8>>) -> Self {
        Self {
            range,
            with: with.into(),
        }
    }
}

/// Applies splices in one pass. Ranges that overlap are joined: the bytes of both go.
pub(crate) fn splice(text: &[u8], mut splices: Vec<Splice>) -> Vec<u8> {
    splices.sort_by_key(|splice| (splice.range.start, splice.range.end));
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    for splice in &splices {
        let start = splice.range.start.min(text.len());
        if start > at {
            out.extend_from_slice(&text[at..start]);
        }
        out.extend_from_slice(&splice.with);
        at = at.max(splice.range.end.min(text.len()));
    }
    out.extend_from_slice(&text[at..]);
    out
}

/// Returns the one-based line and column of a byte offset; columns count characters.
pub fn line_column(text: &[u8], offset: usize) -> (usize, usize) {
    let before = &text[..offset.min(text.len())];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    // A byte that continues a UTF-8 sequence is not a character of its own.
    let column = before[start..]
        .iter()
        .filter(|byte| (**byte & 0xc0) != 0x80)
        .count()
        + 1;
    (line, column)
}

/// Marks one line: its first byte, the end of its content, and the first byte of the next line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) next: usize,
}

/// Walks the lines from an offset; `\r\n` and `\n` end a line.
pub(crate) fn lines(text: &[u8], from: usize) -> impl Iterator<Item = Line> + '_ {
    let mut at = from;
    std::iter::from_fn(move || {
        if at >= text.len() {
            return None;
        }
        let line = line_from(text, at);
        at = line.next;
        Some(line)
    })
}

/// Returns the line that begins at `start`.
pub(crate) fn line_from(text: &[u8], start: usize) -> Line {
    match text[start..].iter().position(|byte| *byte == b'\n') {
        Some(length) => {
            let stop = start + length;
            let end = if length > 0 && text[stop - 1] == b'\r' {
                stop - 1
            } else {
                stop
            };
            Line {
                start,
                end,
                next: stop + 1,
            }
        }
        None => Line {
            start,
            end: text.len(),
            next: text.len(),
        },
    }
}

/// Returns the offset of the first byte behind a byte order mark.
pub(crate) fn content_start(text: &[u8]) -> usize {
    if text.starts_with(BOM) { BOM.len() } else { 0 }
}

/// Skips spaces and tabs.
pub(crate) fn skip_blanks(text: &[u8], mut at: usize, end: usize) -> usize {
    while at < end && is_blank(text[at]) {
        at += 1;
    }
    at
}

/// Drops spaces and tabs at the end of a range.
pub(crate) fn trim_end(text: &[u8], start: usize, mut end: usize) -> usize {
    while end > start && (is_blank(text[end - 1]) || text[end - 1] == b'\r') {
        end -= 1;
    }
    end
}

pub(crate) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Reads bytes as text for a key; what is not UTF-8 becomes the replacement character.
pub(crate) fn lossy(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// Grows a range to its whole lines when nothing else is written on them.
///
/// Returns the range unchanged when something else shares a line with it. `floor` is the first byte
/// that may be taken, so that a byte order mark stays.
pub(crate) fn whole_lines(text: &[u8], range: Range<usize>, floor: usize) -> Option<Range<usize>> {
    let mut start = range.start;
    while start > floor && is_blank(text[start - 1]) {
        start -= 1;
    }
    if start != floor && text[start - 1] != b'\n' {
        return None;
    }
    let end = skip_blanks(text, range.end, text.len());
    match text.get(end) {
        None => Some(start..end),
        Some(b'\n') => Some(start..end + 1),
        Some(b'\r') if text.get(end + 1) == Some(&b'\n') => Some(start..end + 2),
        Some(_) => None,
    }
}
