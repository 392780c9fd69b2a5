//! The file that `EnvironmentFile=` names: neither a shell script nor `dotenv`.
//!
//! `NAME=value`; comments begin with `#` or `;` at the start of a line only. Values may join
//! several quoted pieces. A backslash escapes any character outside quotes, nothing in single
//! quotes, and `"`, `\`, `` ` `` and `$` in double quotes; before a line end it joins lines.
//!
//! **Invariant:** a line without `=` makes no entry and is left alone.
//!
//! **Source:** <https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile=>

use std::ops::Range;

use crate::sheet::{Item, Sheet};
use crate::text::{content_start, is_blank, line_from, lossy, skip_blanks, trim_end};
use crate::{Entry, Segment};

pub(crate) fn sheet(text: &[u8]) -> Sheet {
    let mut sheet = Sheet::default();
    let mut at = content_start(text);
    while at < text.len() {
        let line = line_from(text, at);
        let first = skip_blanks(text, line.start, line.end);
        let equals = match text[first..line.end].first() {
            Some(b'#' | b';') => None,
            _ => text[first..line.end]
                .iter()
                .position(|byte| *byte == b'=')
                .map(|ahead| first + ahead),
        };
        let Some(equals) = equals.filter(|equals| *equals > first) else {
            at = line.next;
            continue;
        };
        let value = read(text, equals + 1);
        let entry = Entry {
            path: vec![Segment::key(lossy(
                &text[first..trim_end(text, first, equals)],
            ))],
            value_span: value.inside,
            entry_span: first..value.written.end,
            value: value.decoded,
            is_string: true,
        };
        at = value.next;
        sheet.push_single(entry, value.written, line.start..value.next, value.mark);
    }
    sheet
}

struct Value {
    decoded: Vec<u8>,
    written: Range<usize>,
    inside: Range<usize>,
    mark: u8,
    next: usize,
}

/// Reads pieces up to the line end that no quote and no backslash covers.
fn read(text: &[u8], from: usize) -> Value {
    let start = skip_blanks(text, from, text.len());
    let (mut decoded, mut at, mut end) = (Vec::new(), start, start);
    // How much of the value white space at the end cannot be trimmed from.
    let mut solid = 0;
    let mut pieces: Vec<Range<usize>> = Vec::new();
    let mut leading = true;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\n' => break,
            b'\r' if matches!(text.get(at + 1), Some(b'\n') | None) => break,
            b'\'' | b'"' if leading => {
                let close = quoted(text, at, &mut decoded);
                pieces.push(at..close);
                (at, end, solid) = (close, close, decoded.len());
                continue;
            }
            byte if is_blank(byte) && leading => {}
            b'\\' => {
                leading = false;
                at += escape(text, at, &mut decoded);
                (end, solid) = (at.min(text.len()), decoded.len());
                pieces.push(end..end);
                continue;
            }
            byte => {
                leading = false;
                decoded.push(byte);
                if !is_blank(byte) {
                    (end, solid) = (at + 1, decoded.len());
                }
                pieces.push(at..at);
            }
        }
        at += 1;
        pieces.truncate(2);
    }
    decoded.truncate(solid);
    let next = line_from(text, at.min(text.len())).next;
    let written = start..end;
    let (inside, mark) = match pieces.as_slice() {
        [piece] if *piece == written && piece.len() >= 2 && text[end - 1] == text[start] => {
            (start + 1..end - 1, text[start])
        }
        _ => (written.clone(), 0),
    };
    Value {
        decoded,
        written,
        inside,
        mark,
        next,
    }
}

/// Reads a quoted piece and returns the offset behind it.
fn quoted(text: &[u8], open: usize, out: &mut Vec<u8>) -> usize {
    let quote = text[open];
    let mut at = open + 1;
    while let Some(&byte) = text.get(at) {
        if byte == quote {
            return at + 1;
        }
        at += 1;
        if byte != b'\\' || quote == b'\'' {
            out.push(byte);
            continue;
        }
        match text.get(at) {
            Some(b'\n') => at += 1,
            Some(b'\r') if text.get(at + 1) == Some(&b'\n') => at += 2,
            Some(escaped @ (b'"' | b'\\' | b'`' | b'$')) => {
                out.push(*escaped);
                at += 1;
            }
            _ => out.push(b'\\'),
        }
    }
    at
}

fn escape(text: &[u8], at: usize, out: &mut Vec<u8>) -> usize {
    match text.get(at + 1) {
        Some(b'\n') => 2,
        Some(b'\r') if text.get(at + 2) == Some(&b'\n') => 3,
        Some(byte) => {
            out.push(*byte);
            2
        }
        None => 1,
    }
}

pub(crate) fn spell(item: &Item, new: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@+,%=^~".contains(c);
    if item.mark == 0 && new.chars().all(plain) {
        return Some(new.to_owned());
    }
    if item.mark == b'\'' && !new.contains('\'') {
        return Some(format!("'{new}'"));
    }
    let mut out = String::from('"');
    for c in new.chars() {
        if matches!(c, '"' | '\\' | '`' | '$') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    Some(out)
}
