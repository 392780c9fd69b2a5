//! Assignments in shell start-up files: sh, bash, zsh, and fish's `set`, csh's `setenv`.
//!
//! Reads `A=b`, `A=b cmd args`, `export A=b C="d e"`, `declare -x A=b`, `env A=b cmd`,
//! `set -gx NAME value`, `setenv NAME value`. Nothing is evaluated: `$B` in a value stays as
//! written. Here-documents and comments are skipped.
//!
//! **Invariant:** a removal leaves a command list that still parses: where the command was the
//! only one that a construct may need, `:` stays in its place.
//!
//! **Source:** <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html>

mod read;
mod word;

use std::ops::Range;
use std::sync::Arc;

use crate::sheet::{Group, Item, Sheet};
use crate::text::{content_start, is_blank, line_from, lossy};
use crate::{Entry, Segment};
use read::{Command, Word};

pub(crate) fn sheet(text: &[u8]) -> Sheet {
    let mut sheet = Sheet::default();
    read::commands(text, content_start(text), &mut |command| {
        assignments(text, &command, &mut sheet)
    });
    sheet
}

/// Finds the assignments of one simple command.
fn assignments(text: &[u8], command: &Command, sheet: &mut Sheet) {
    let words = &command.words;
    let prefix = words.iter().take_while(|word| word.name.is_some()).count();
    let group = sheet.groups.len();
    let before = sheet.items.len();
    for at in 0..prefix {
        // In front of a command the white space behind goes too, else the one in front.
        let cut = match words.get(at + 1) {
            Some(next) if at == 0 || prefix < words.len() => {
                words[at].range.start..next.range.start
            }
            None if at > 0 => words[at - 1].range.end..words[at].range.end,
            Some(_) => words[at - 1].range.end..words[at].range.end,
            // What is left is a redirection.
            None if command.redirected => {
                words[at].range.start..blanks_after(text, words[at].range.end)
            }
            None => words[at].range.clone(),
        };
        push_assignment(text, &words[at], cut, group, sheet);
    }
    let mut bare = prefix == words.len() && !command.redirected;
    if let Some(name) = words.get(prefix) {
        let arguments = &words[prefix + 1..];
        let spare = match &text[name.range.clone()] {
            b"export" | b"declare" | b"typeset" | b"local" | b"readonly" => {
                declared(text, words, prefix, group, sheet)
            }
            b"env" => {
                declared(text, words, prefix, group, sheet);
                false
            }
            b"set" => {
                fish_set(text, arguments, name.range.start, group, sheet) || {
                    arguments.first().is_some_and(|word| word.name.is_some())
                        && declared(text, words, prefix, group, sheet)
                }
            }
            b"setenv" => plain_pair(text, arguments, name.range.start, group, sheet),
            _ => false,
        };
        bare = spare && prefix == 0 && !command.redirected;
    }
    if sheet.items.len() > before {
        sheet.groups.push(if bare {
            whole(text, command)
        } else {
            Group::Keep
        });
    }
}

/// Reads the arguments of `export` and its kin. Says whether nothing but assignments is there.
fn declared(text: &[u8], words: &[Word], command: usize, group: usize, sheet: &mut Sheet) -> bool {
    let mut only = true;
    for at in command + 1..words.len() {
        if words[at].name.is_some() {
            push_assignment(
                text,
                &words[at],
                words[at - 1].range.end..words[at].range.end,
                group,
                sheet,
            );
        } else if text[words[at].range.start] != b'-' {
            if text[words[command].range.clone()] == *b"env" {
                break;
            }
            only = false;
        }
    }
    only
}

/// Reads `set -gx NAME value...`; bash's `set -x` has no name and value behind it.
fn fish_set(
    text: &[u8],
    arguments: &[Word],
    start: usize,
    group: usize,
    sheet: &mut Sheet,
) -> bool {
    let flags = arguments
        .iter()
        .take_while(|word| text[word.range.start] == b'-')
        .count();
    flags > 0 && plain_pair(text, &arguments[flags..], start, group, sheet)
}

/// Reads a name and the words behind it as its value.
fn plain_pair(
    text: &[u8],
    arguments: &[Word],
    start: usize,
    group: usize,
    sheet: &mut Sheet,
) -> bool {
    let [name, first, ..] = arguments else {
        return false;
    };
    let name = &text[name.range.clone()];
    if !name
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    {
        return false;
    }
    let last = &arguments[arguments.len() - 1];
    let written = first.range.start..last.range.end;
    let (value_span, mark) = if arguments.len() == 2 {
        word::inside(text, &written)
    } else {
        (written.clone(), b' ')
    };
    let values: Vec<Vec<u8>> = arguments[1..]
        .iter()
        .map(|word| word::decode(&text[word.range.clone()]))
        .collect();
    let entry = Entry {
        path: vec![Segment::key(lossy(name))],
        value: values.join(&b' '),
        value_span,
        entry_span: start..written.end,
        is_string: true,
    };
    sheet.items.push(Item {
        entry,
        cut: start..written.end,
        written,
        group,
        mark,
    });
    true
}

fn push_assignment(text: &[u8], word: &Word, cut: Range<usize>, group: usize, sheet: &mut Sheet) {
    let Some(name) = &word.name else { return };
    let written = word.value..word.range.end;
    let (value_span, mark) = word::inside(text, &written);
    let value = if mark == b'(' {
        text[value_span.clone()].to_vec()
    } else {
        word::decode(&text[written.clone()])
    };
    let name: Arc<str> = Arc::from(&*lossy(&text[name.clone()]));
    let entry = Entry {
        path: vec![Segment::Key(name)],
        value,
        value_span,
        entry_span: word.range.clone(),
        is_string: true,
    };
    sheet.items.push(Item {
        entry,
        written,
        cut,
        group,
        mark,
    });
}

/// Says what goes with a command that is nothing but assignments.
fn whole(text: &[u8], command: &Command) -> Group {
    if command.needed {
        return Group::Whole(command.range.clone(), ":");
    }
    let line_start = blanks_before(text, command.range.start);
    let begins = line_start == content_start(text) || text[line_start - 1] == b'\n';
    let mut end = blanks_after(text, command.range.end);
    let separated = text.get(end) == Some(&b';') && text.get(end + 1) != Some(&b';');
    if separated {
        end = blanks_after(text, end + 1);
    }
    let line = line_from(text, end);
    let ends = end == line.end || (text[end] == b'#' && end > command.range.end);
    match (begins, ends) {
        (true, true) => Group::Whole(line_start..line.next, ""),
        (_, false) if separated => Group::Whole(command.range.start..end, ""),
        (false, true) => Group::Whole(line_start..command.range.end, ""),
        _ => Group::Whole(command.range.clone(), ":"),
    }
}

fn blanks_before(text: &[u8], mut at: usize) -> usize {
    while at > content_start(text) && is_blank(text[at - 1]) {
        at -= 1;
    }
    at
}

fn blanks_after(text: &[u8], at: usize) -> usize {
    crate::text::skip_blanks(text, at, text.len())
}

pub(crate) fn spell(item: &Item, new: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@+,%^".contains(c);
    if item.mark == 0 && !new.is_empty() && new.chars().all(plain) {
        return Some(new.to_owned());
    }
    if item.mark == b'"' {
        let mut out = String::from('"');
        for c in new.chars() {
            if matches!(c, '"' | '\\' | '$' | '`') {
                out.push('\\');
            }
            out.push(c);
        }
        out.push('"');
        return Some(out);
    }
    Some(format!("'{}'", new.replace('\'', "'\\''")))
}

#[cfg(test)]
mod tests;
