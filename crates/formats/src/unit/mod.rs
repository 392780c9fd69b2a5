//! systemd units and drop-ins, and the files that `EnvironmentFile=` names.
//!
//! `Environment=` yields one entry per assignment (`Service.Environment.NAME`), `PassEnvironment=`,
//! `UnsetEnvironment=`, `EnvironmentFile=` and the `Exec...=` commands one per word
//! (`Service.ExecStart[2]`), every other directive one entry.
//!
//! **Invariant:** specifiers and `$NAME` are not expanded; `%%` reads as `%`, and `$$` as `$` in
//! commands.
//!
//! **Source:** <https://www.freedesktop.org/software/systemd/man/latest/systemd.syntax.html>,
//! <https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html>

mod envfile;
mod words;

use std::ops::Range;
use std::sync::Arc;

use crate::sheet::{Group, Item, Sheet};
use crate::text::{content_start, is_blank, line_from, lossy, skip_blanks};
use crate::{Entry, Segment};

pub(crate) use envfile::{sheet as environment_file, spell as spell_environment_file};
use words::{Logical, Word};

/// The marks of an item: how its value is escaped.
const PLAIN: u8 = 0;
const WORD: u8 = b'w';
const ASSIGNMENT: u8 = b'=';
const COMMAND: u8 = b'c';

pub(crate) fn sheet(text: &[u8]) -> Sheet {
    let mut sheet = Sheet::default();
    let mut section: Arc<str> = Arc::from("");
    let mut at = content_start(text);
    while at < text.len() {
        let line = line_from(text, at);
        let first = skip_blanks(text, line.start, line.end);
        match text[first..line.end].first() {
            None | Some(b'#' | b';') => at = line.next,
            Some(b'[') => {
                let name = text[first + 1..line.end]
                    .split(|byte| *byte == b']')
                    .next()
                    .unwrap_or_default();
                section = Arc::from(&*lossy(name));
                at = line.next;
            }
            Some(_) => {
                let (logical, next) = words::logical(text, at);
                directive(text, &logical, line.start..next, &section, &mut sheet);
                at = next;
            }
        }
    }
    sheet
}

/// Reads one directive with its continuation lines.
fn directive(
    text: &[u8],
    logical: &Logical,
    whole: Range<usize>,
    section: &Arc<str>,
    sheet: &mut Sheet,
) {
    let Some(equals) = logical.bytes.iter().position(|byte| *byte == b'=') else {
        return;
    };
    let name = logical.bytes[..equals].trim_ascii();
    if name.is_empty() {
        return;
    }
    let key: Arc<str> = Arc::from(&*lossy(name));
    let path = vec![Segment::Key(Arc::clone(section)), Segment::Key(key)];
    let group = sheet.groups.len();
    let before = sheet.items.len();
    match name {
        b"Environment" => words_of(text, logical, equals + 1, path, ASSIGNMENT, sheet),
        b"PassEnvironment" | b"UnsetEnvironment" => {
            words_of(text, logical, equals + 1, path, WORD, sheet)
        }
        name if name.starts_with(b"Exec") => {
            words_of(text, logical, equals + 1, path, COMMAND, sheet)
        }
        _ => plain(text, logical, equals + 1, path, sheet),
    }
    if sheet.items.len() > before {
        debug_assert!(sheet.items[before..].iter().all(|item| item.group == group));
        sheet.groups.push(Group::Whole(whole, ""));
    }
}

fn plain(text: &[u8], logical: &Logical, from: usize, mut path: Vec<Segment>, sheet: &mut Sheet) {
    let raw = &logical.bytes[from..];
    let mut start = from + raw.len() - raw.trim_ascii_start().len();
    let end = start + raw.trim_ascii().len();
    // A missing file may be allowed with `-`, which is not part of its path.
    if path[1].as_key() == Some("EnvironmentFile") {
        start += usize::from(logical.bytes.get(start) == Some(&b'-'));
        path.push(Segment::Index(0));
    }
    if start >= end {
        return;
    }
    let span = logical.span(start..end);
    let entry = Entry {
        path,
        value: unescape_doubles(&logical.bytes[start..end], b'%'),
        value_span: span.clone(),
        entry_span: skip_blanks(text, logical.offset(0), span.end)..span.end,
        is_string: true,
    };
    sheet.items.push(Item {
        entry,
        cut: span.clone(),
        written: span,
        group: sheet.groups.len(),
        mark: PLAIN,
    });
}

fn words_of(
    text: &[u8],
    logical: &Logical,
    from: usize,
    path: Vec<Segment>,
    kind: u8,
    sheet: &mut Sheet,
) {
    let words = words::split(&logical.bytes, from);
    let start = skip_blanks(text, logical.offset(0), text.len());
    for (index, word) in words.iter().enumerate() {
        let span = logical.span(word.range.clone());
        let mut cut = match (
            index.checked_sub(1).map(|before| &words[before]),
            words.get(index + 1),
        ) {
            (None, Some(next)) => span.start..logical.offset(next.range.start),
            (None, None) => span.clone(),
            (Some(before), _) => logical.span(before.range.clone()).end..span.end,
        };
        if holds_comment(&text[cut.clone()]) {
            cut = span.clone();
        }
        let mut value = unescape_doubles(&word.value, b'%');
        let mut path = path.clone();
        let mut inside = word.inside.clone();
        match (kind, word.equals) {
            (ASSIGNMENT, Some((decoded, raw))) => {
                path.push(Segment::key(lossy(&word.value[..decoded])));
                value = unescape_doubles(&word.value[decoded + 1..], b'%');
                inside.start = raw + 1;
            }
            (COMMAND, _) => {
                value = unescape_doubles(&value, b'$');
                path.push(Segment::Index(index));
            }
            _ => path.push(Segment::Index(index)),
        }
        let value_span = logical.span(inside);
        let entry_span = if kind == ASSIGNMENT || words.len() > 1 {
            span.clone()
        } else {
            start..span.end
        };
        let entry = Entry {
            path,
            value,
            value_span,
            entry_span,
            is_string: true,
        };
        let (written, mark) = written(logical, word, kind, &entry.value_span, span);
        sheet.items.push(Item {
            entry,
            cut,
            written,
            group: sheet.groups.len(),
            mark,
        });
    }
}

/// Says what a replacement overwrites. An assignment keeps its name: if its quotes enclose name and
/// value, what is inside them is written again, else the value gets quotes of its own.
fn written(
    logical: &Logical,
    word: &Word,
    kind: u8,
    value: &Range<usize>,
    span: Range<usize>,
) -> (Range<usize>, u8) {
    if kind != ASSIGNMENT || word.equals.is_none() {
        return (span, kind);
    }
    let whole_quoted = word.quote.is_some();
    let end = if whole_quoted {
        value.end
    } else {
        logical.span(word.range.clone()).end
    };
    let start = value.start - usize::from(word.value_quoted);
    (start..end, word.quote.unwrap_or(ASSIGNMENT))
}

/// Says whether a comment line stands among the continuation lines of a range.
fn holds_comment(range: &[u8]) -> bool {
    range
        .split(|byte| *byte == b'\n')
        .skip(1)
        .any(|line| matches!(line.trim_ascii_start().first(), Some(b'#' | b';')))
}

/// Turns a doubled byte into one.
fn unescape_doubles(bytes: &[u8], byte: u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        out.push(bytes[at]);
        at += if bytes[at] == byte && bytes.get(at + 1) == Some(&byte) {
            2
        } else {
            1
        };
    }
    out
}

pub(crate) fn spell(item: &Item, new: &str) -> Option<String> {
    let new = new.replace('%', "%%");
    let quote_free = |c: char| c.is_ascii_alphanumeric() || "_-./:@+,%=^~".contains(c);
    match item.mark {
        PLAIN if new.contains(['\n', '\r']) || new.trim() != new || new.ends_with('\\') => None,
        PLAIN => Some(new),
        quote @ (b'"' | b'\'') => Some(words::escaped(&new, char::from(quote))),
        mark => {
            let new = if mark == COMMAND {
                new.replace('$', "$$")
            } else {
                new
            };
            if !new.is_empty() && new.chars().all(quote_free) {
                return Some(new);
            }
            Some(format!("\"{}\"", words::escaped(&new, '"')))
        }
    }
}

/// Says whether a byte separates words.
fn is_separator(byte: u8) -> bool {
    is_blank(byte) || matches!(byte, b'\n' | b'\r')
}

#[cfg(test)]
mod tests;
