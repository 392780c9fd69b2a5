//! A small line-based scanner for YAML such as `~/.config/gh/hosts.yml`. It is not a YAML parser.
//!
//! Reads block mappings and sequences by their indentation, plain, quoted and block scalars.
//! Flow collections (`{..}`, `[..]`), anchors, tags and aliases are reported as one raw value;
//! multi-line plain values are joined as written. Several documents in one file share one root.
//!
//! **Invariant:** what the scanner does not understand stays untouched; a removal that would shift
//! the meaning of another line is refused by [`crate::remove`].
//!
//! **Source:** <https://yaml.org/spec/1.2.2/>

use std::ops::Range;

use crate::sheet::{Item, Sheet};
use crate::text::{Line, content_start, is_blank, line_from, lossy, skip_blanks, trim_end};
use crate::{Entry, Segment, json5};

/// Bounds the nesting that is followed; deeper lines are ignored.
const MAX_DEPTH: usize = 200;
const MAX_SEGMENTS: usize = 1 << 24;

const PLAIN: u8 = 0;
const RAW: u8 = b'|';

struct Frame {
    column: usize,
    segment: Segment,
    items: usize,
}

/// A scalar as written.
struct Scalar {
    value: Vec<u8>,
    inside: Range<usize>,
    written: Range<usize>,
    /// The start of the next line that does not belong to the scalar.
    next: usize,
    mark: u8,
    is_string: bool,
}

pub(crate) fn sheet(text: &[u8]) -> Sheet {
    let mut reader = Reader {
        text,
        frames: Vec::new(),
        items: 0,
        segments: 0,
        torn: false,
        sheet: Sheet::default(),
    };
    let mut at = content_start(text);
    while at < text.len() {
        at = reader.line(line_from(text, at));
    }
    reader.sheet
}

struct Reader<'a> {
    text: &'a [u8],
    frames: Vec<Frame>,
    items: usize,
    segments: usize,
    torn: bool,
    sheet: Sheet,
}

impl Reader<'_> {
    /// Reads the line and what belongs to its scalar; returns the start of the next line.
    fn line(&mut self, line: Line) -> usize {
        let mut at = skip_blanks(self.text, line.start, line.end);
        let rest = &self.text[at..line.end];
        if rest.is_empty() || rest[0] == b'#' || rest[0] == b'%' {
            return line.next;
        }
        if rest.starts_with(b"---") || rest.starts_with(b"...") {
            self.frames.clear();
            return line.next;
        }
        let mut dash = None;
        while is_dash(&self.text[at..line.end]) {
            self.item(at - line.start);
            dash = Some(at);
            at = skip_blanks(self.text, at + 1, line.end);
            if at == line.end || self.text[at] == b'#' || self.frames.len() > MAX_DEPTH {
                return line.next;
            }
        }
        let column = at - line.start;
        let Some((key, value)) = key(self.text, at, line.end) else {
            return match dash {
                Some(dash) => self.leaf(line, dash, dash, at, dash - line.start),
                None => line.next,
            };
        };
        self.close(column);
        self.frames.push(Frame {
            column,
            segment: Segment::key(key),
            items: 0,
        });
        let value = skip_blanks(self.text, value, line.end);
        if self.frames.len() > MAX_DEPTH || opens_block(&self.text[value..line.end]) {
            return line.next;
        }
        let next = self.leaf(line, dash.unwrap_or(at), at, value, column);
        self.frames.pop();
        next
    }

    /// Leaves the containers that a key at this column ends.
    fn close(&mut self, column: usize) {
        while self
            .frames
            .last()
            .is_some_and(|frame| frame.column >= column)
        {
            self.frames.pop();
        }
    }

    /// Enters the next item of the sequence whose dashes stand at this column. A sequence may stand
    /// at the column of the key that it belongs to.
    fn item(&mut self, column: usize) {
        while let Some(frame) = self.frames.last() {
            let is_item = matches!(frame.segment, Segment::Index(_));
            if frame.column < column || (frame.column == column && !is_item) {
                break;
            }
            self.frames.pop();
        }
        let count = self
            .frames
            .last_mut()
            .map_or(&mut self.items, |frame| &mut frame.items);
        let segment = Segment::Index(*count);
        *count += 1;
        self.frames.push(Frame {
            column,
            segment,
            items: 0,
        });
    }

    /// Writes a scalar down. `outer` is the dash in front of it on its line, or its own start.
    fn leaf(
        &mut self,
        line: Line,
        outer: usize,
        start: usize,
        value: usize,
        column: usize,
    ) -> usize {
        let scalar = self.scalar(line, value, column);
        self.segments += self.frames.len();
        if self.segments > MAX_SEGMENTS {
            return scalar.next;
        }
        let begins_line = skip_blanks(self.text, line.start, line.end) == start;
        let last = line_end_before(self.text, scalar.next);
        // Behind a dash only the content goes: the item keeps its place.
        let cut = match begins_line {
            true => line.start..scalar.next,
            false if outer < start => outer + 1..last,
            false => start..last,
        };
        let entry = Entry {
            path: self
                .frames
                .iter()
                .map(|frame| frame.segment.clone())
                .collect(),
            value: scalar.value,
            value_span: scalar.inside,
            entry_span: start..scalar.written.end,
            is_string: scalar.is_string,
        };
        self.sheet
            .push_single(entry, scalar.written, cut, scalar.mark);
        scalar.next
    }

    fn scalar(&mut self, line: Line, start: usize, column: usize) -> Scalar {
        let text = self.text;
        match text[start] {
            quote @ (b'"' | b'\'') => {
                let limit = if self.torn { line.end } else { text.len() };
                if let Some(end) = quote_end(&text[..limit], start, quote) {
                    let inside = start + 1..end - 1;
                    let next = line_from(text, end).next;
                    let value = unquoted(&text[inside.clone()], quote);
                    return Scalar {
                        value,
                        inside,
                        written: start..end,
                        next,
                        mark: quote,
                        is_string: true,
                    };
                }
                self.torn = true;
            }
            b'|' | b'>' => {
                let next = self.block_end(line.next, column);
                let body = line.next.min(next)..trim_line_end(text, line.next.min(next), next);
                let written = start..body.end.max(line.end);
                let value = text[body.clone()].to_vec();
                return Scalar {
                    value,
                    inside: body,
                    written,
                    next,
                    mark: RAW,
                    is_string: true,
                };
            }
            _ => {}
        }
        let next = self.block_end(line.next, column);
        let last = trim_line_end(text, line.next.min(next), next);
        let end = if next > line.next {
            last
        } else {
            comment_start(text, start, line.end)
        };
        let end = trim_end(text, start, end);
        let value = text[start..end].to_vec();
        let is_string =
            !matches!(value.first(), Some(b'{' | b'[' | b'&' | b'*' | b'!')) && !is_typed(&value);
        Scalar {
            value,
            inside: start..end,
            written: start..end,
            next,
            mark: PLAIN,
            is_string,
        }
    }

    /// Returns the start of the first line that is not deeper than a column. Blank lines count as
    /// deeper only in front of a deeper line.
    fn block_end(&self, from: usize, column: usize) -> usize {
        let (mut at, mut end) = (from, from);
        while at < self.text.len() {
            let line = line_from(self.text, at);
            let first = skip_blanks(self.text, line.start, line.end);
            if first < line.end {
                if first - line.start <= column {
                    break;
                }
                end = line.next;
            }
            at = line.next;
        }
        end
    }
}

fn is_dash(rest: &[u8]) -> bool {
    rest.first() == Some(&b'-') && rest.get(1).is_none_or(|byte| is_blank(*byte))
}

/// Says whether what stands behind a key leaves its value to the lines below.
fn opens_block(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii_end();
    let marked =
        matches!(rest.first(), Some(b'&' | b'!')) && !rest.iter().any(|byte| is_blank(*byte));
    rest.is_empty() || rest[0] == b'#' || marked
}

/// Reads a key; returns it and the offset behind its colon.
fn key(text: &[u8], start: usize, end: usize) -> Option<(String, usize)> {
    let quote = text
        .get(start)
        .copied()
        .filter(|byte| matches!(byte, b'"' | b'\''));
    let (name, colon) = match quote {
        Some(quote) => {
            let close = quote_end(&text[..end], start, quote)?;
            (
                unquoted(&text[start + 1..close - 1], quote),
                skip_blanks(text, close, end),
            )
        }
        None if matches!(
            text.get(start),
            Some(b'{' | b'[' | b'|' | b'>' | b'?' | b'#')
        ) =>
        {
            return None;
        }
        None => {
            let colon = (start..end)
                .find(|at| text[*at] == b':' && (at + 1 == end || is_blank(text[at + 1])))?;
            (text[start..trim_end(text, start, colon)].to_vec(), colon)
        }
    };
    let fits =
        colon < end && text[colon] == b':' && (colon + 1 == end || is_blank(text[colon + 1]));
    fits.then(|| (lossy(&name).into_owned(), colon + 1))
}

fn quote_end(text: &[u8], start: usize, quote: u8) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match *text.get(at)? {
            b'\\' if quote == b'"' => at += 2,
            byte if byte == quote && quote == b'\'' && text.get(at + 1) == Some(&b'\'') => at += 2,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// Resolves the escapes of a quoted scalar; folded lines stay as written.
fn unquoted(raw: &[u8], quote: u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    while at < raw.len() {
        at += match &raw[at..] {
            [b'\'', b'\'', ..] if quote == b'\'' => {
                out.push(b'\'');
                2
            }
            [b'\\', kind, rest @ ..] if quote == b'"' => escape(*kind, rest, &mut out),
            rest => {
                out.push(rest[0]);
                1
            }
        };
    }
    out
}

fn escape(kind: u8, rest: &[u8], out: &mut Vec<u8>) -> usize {
    let digits = match kind {
        b'x' => 2,
        b'u' => 4,
        b'U' => 8,
        _ => 0,
    };
    let number = rest
        .get(..digits)
        .and_then(|hex| std::str::from_utf8(hex).ok());
    match (
        kind,
        number.and_then(|hex| u32::from_str_radix(hex, 16).ok()),
    ) {
        (b'x' | b'u' | b'U', Some(value)) => {
            let c = char::from_u32(value).unwrap_or('\u{fffd}');
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            return 2 + digits;
        }
        (b'n', _) => out.push(b'\n'),
        (b'r', _) => out.push(b'\r'),
        (b't', _) => out.push(b'\t'),
        (b'0', _) => out.push(0),
        (b'b', _) => out.push(8),
        (b'f', _) => out.push(12),
        (b'e', _) => out.push(27),
        (b'\n', _) => {}
        (other, _) => out.push(other),
    }
    2
}

fn comment_start(text: &[u8], start: usize, end: usize) -> usize {
    (start + 1..end)
        .find(|at| text[*at] == b'#' && is_blank(text[at - 1]))
        .unwrap_or(end)
}

/// Drops the line end in front of `next`.
fn line_end_before(text: &[u8], next: usize) -> usize {
    trim_line_end(text, 0, next)
}

fn trim_line_end(text: &[u8], start: usize, mut end: usize) -> usize {
    if end > start && text[end - 1] == b'\n' {
        end -= 1;
        if end > start && text[end - 1] == b'\r' {
            end -= 1;
        }
    }
    end
}

/// Says whether a plain scalar is a boolean, null or a number.
fn is_typed(value: &[u8]) -> bool {
    let Ok(value) = std::str::from_utf8(value) else {
        return false;
    };
    let word = value.to_ascii_lowercase();
    matches!(
        &*word,
        "true" | "false" | "null" | "~" | "yes" | "no" | "on" | "off" | "y" | "n"
    ) || value.parse::<f64>().is_ok()
}

pub(crate) fn spell(item: &Item, new: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./+=".contains(c);
    let safe = !new.is_empty()
        && !new.starts_with(['-', '.', '='])
        && new.chars().all(plain)
        && !is_typed(new.as_bytes());
    match item.mark {
        PLAIN if safe => Some(new.to_owned()),
        b'\'' if !new.chars().any(char::is_control) => {
            Some(format!("'{}'", new.replace('\'', "''")))
        }
        _ => Some(json5::quoted(new, '"')),
    }
}

#[cfg(test)]
mod tests {
    use crate::Format;
    use crate::tests::{Case, check};

    #[test]
    fn reads_and_removes() {
        check(
            Format::Yaml,
            &[
                Case {
                    text: "",
                    reads: &[],
                    without: &[],
                    left: "",
                },
                Case {
                    text: "github.com:\n    users:\n        me:\n            oauth_token: canary # c\n    git_protocol: https\n    oauth_token: \"can\\tary\"\n",
                    reads: &[
                        ("[\"github.com\"].users.me.oauth_token", "canary"),
                        ("[\"github.com\"].git_protocol", "https"),
                        ("[\"github.com\"].oauth_token", "can\tary"),
                    ],
                    without: &[0, 2],
                    left: "github.com:\n    users:\n        me:\n    git_protocol: https\n",
                },
                Case {
                    text: "a:\n- k: 1\n  v: 'it''s'\n- k: 2\n- plain\nb: |\n  one\n  two\nc: x\n",
                    reads: &[
                        ("a[0].k", "1"),
                        ("a[0].v", "it's"),
                        ("a[1].k", "2"),
                        ("a[2]", "plain"),
                        ("b", "  one\n  two"),
                        ("c", "x"),
                    ],
                    without: &[0, 3, 4],
                    left: "a:\n-\n  v: 'it''s'\n- k: 2\nc: x\n",
                },
            ],
        );
    }
}
