//! `.netrc`: machines with logins and passwords.
//!
//! Words between white space, in double quotes where curl reads them so. `#` at the place of a
//! keyword begins a comment; a `macdef` runs to the next blank line and is skipped.
//!
//! **Invariant:** only the three keywords of the format make entries.
//!
//! **Source:** <https://everything.curl.dev/usingcurl/netrc.html>

use std::ops::Range;
use std::sync::Arc;

use crate::Entry;
use crate::sheet::{Item, Sheet, keys};
use crate::text::{content_start, is_blank, line_from, lossy, whole_lines};

pub(crate) fn sheet(text: &[u8]) -> Sheet {
    let floor = content_start(text);
    let mut sheet = Sheet::default();
    let mut machine: Arc<str> = Arc::from("");
    let mut at = floor;
    while let Some(word) = word(text, at) {
        at = word.end;
        match &text[word.clone()] {
            [b'#', ..] => at = line_from(text, word.start).next,
            b"default" => machine = Arc::from("default"),
            b"macdef" => at = macro_end(text, at),
            b"machine" => {
                let Some(name) = self::word(text, at) else {
                    break;
                };
                at = name.end;
                machine = Arc::from(&*lossy(&decode(&text[name])));
            }
            key @ (b"login" | b"password" | b"account") => {
                let Some(value) = self::word(text, at) else {
                    break;
                };
                at = value.end;
                let key: Arc<str> = Arc::from(&*lossy(key));
                push(
                    text,
                    floor,
                    &[&machine, &key],
                    word.start,
                    value,
                    &mut sheet,
                );
            }
            _ => {}
        }
    }
    sheet
}

fn push(
    text: &[u8],
    floor: usize,
    names: &[&Arc<str>],
    start: usize,
    written: Range<usize>,
    sheet: &mut Sheet,
) {
    let quoted = is_quoted(&text[written.clone()]);
    let inside = written.start + usize::from(quoted)..written.end - usize::from(quoted);
    let whole = whole_lines(text, start..written.end, floor).unwrap_or_else(|| {
        // Takes the white space in front, so that the words around stay apart by what follows.
        let mut from = start;
        while from > floor && is_blank(text[from - 1]) {
            from -= 1;
        }
        let at_line_start = from == floor || text[from - 1] == b'\n';
        if at_line_start {
            start..skip_blanks_after(text, written.end)
        } else {
            from..written.end
        }
    });
    let entry = Entry {
        path: keys(names),
        value: decode(&text[written.clone()]),
        value_span: inside,
        entry_span: start..written.end,
        is_string: true,
    };
    sheet.push_single(entry, written, whole, if quoted { b'"' } else { 0 });
}

fn skip_blanks_after(text: &[u8], at: usize) -> usize {
    crate::text::skip_blanks(text, at, text.len())
}

fn word(text: &[u8], from: usize) -> Option<Range<usize>> {
    let start = from
        + text[from..]
            .iter()
            .position(|byte| !byte.is_ascii_whitespace())?;
    if text[start] == b'"'
        && let Some(end) = quoted_end(text, start)
    {
        return Some(start..end);
    }
    let length = text[start..]
        .iter()
        .take_while(|byte| !byte.is_ascii_whitespace())
        .count();
    Some(start..start + length)
}

/// A quoted word ends on its line.
fn quoted_end(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match text.get(at)? {
            b'\n' => return None,
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            _ => at += 1,
        }
    }
}

fn macro_end(text: &[u8], from: usize) -> usize {
    let mut line = line_from(text, from);
    while line.next > line.start {
        line = line_from(text, line.next);
        if line.end == line.start {
            break;
        }
    }
    line.next
}

fn is_quoted(word: &[u8]) -> bool {
    word.len() >= 2
        && word[0] == b'"'
        && word.ends_with(b"\"")
        && quoted_end(word, 0) == Some(word.len())
}

fn decode(word: &[u8]) -> Vec<u8> {
    if !is_quoted(word) {
        return word.to_vec();
    }
    let mut out = Vec::new();
    let mut bytes = word[1..word.len() - 1].iter();
    while let Some(byte) = bytes.next() {
        out.push(
            match (byte, if *byte == b'\\' { bytes.next() } else { None }) {
                (_, Some(b'n')) => b'\n',
                (_, Some(b'r')) => b'\r',
                (_, Some(b't')) => b'\t',
                (_, Some(other)) => *other,
                (byte, None) => *byte,
            },
        );
    }
    out
}

pub(crate) fn spell(item: &Item, new: &str) -> Option<String> {
    let plain = !new.is_empty() && !new.starts_with('"') && !new.contains(char::is_whitespace);
    if item.mark == 0 && plain {
        return Some(new.to_owned());
    }
    let escaped = new
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
        .replace('\r', "\\r");
    Some(format!("\"{escaped}\""))
}

#[cfg(test)]
mod tests {
    use crate::Format;
    use crate::tests::{Case, check};

    #[test]
    fn reads_and_removes() {
        check(
            Format::Netrc,
            &[
                Case {
                    text: "",
                    reads: &[],
                    without: &[],
                    left: "",
                },
                Case {
                    text: "machine a.example login me password canary\n",
                    reads: &[
                        ("[\"a.example\"].login", "me"),
                        ("[\"a.example\"].password", "canary"),
                    ],
                    without: &[1],
                    left: "machine a.example login me\n",
                },
                Case {
                    text: "# c\nmachine h\n  login me\n  password \"a \\\"b\"\nmacdef init\n  password no\n\ndefault account x",
                    reads: &[
                        ("h.login", "me"),
                        ("h.password", "a \"b"),
                        ("default.account", "x"),
                    ],
                    without: &[1, 2],
                    left: "# c\nmachine h\n  login me\nmacdef init\n  password no\n\ndefault",
                },
            ],
        );
    }
}
