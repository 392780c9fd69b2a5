//! `.env` files as Node's `dotenv` package reads them.
//!
//! An assignment is `NAME=value` or `NAME: value`, with an optional `export`; name, sign and the
//! start of the value stand on one line. A value may stand in single, double or back quotes and
//! then run over several lines. Only `\n` and `\r` in double quotes are escapes. `#` ends an
//! unquoted value wherever it stands.
//!
//! **Invariant:** a line that is not an assignment is left alone.
//!
//! **Source:** <https://github.com/motdotla/dotenv#what-rules-does-the-parsing-engine-follow>

use std::ops::Range;

use crate::sheet::{Item, Sheet};
use crate::text::{content_start, is_blank, line_from, lossy, skip_blanks, trim_end};
use crate::{Entry, Segment};

pub(crate) fn sheet(text: &[u8]) -> Sheet {
    let mut sheet = Sheet::default();
    let mut at = content_start(text);
    while at < text.len() {
        at = match assignment(text, at) {
            Some(found) => {
                let end = found.end;
                let next = line_from(text, end).next;
                // The comment on the line speaks about the value and goes with it.
                push(text, found, at..next, &mut sheet);
                next
            }
            None => line_from(text, at).next,
        };
    }
    sheet
}

struct Assignment {
    start: usize,
    name: Range<usize>,
    written: Range<usize>,
    quote: u8,
    /// Behind the value: what follows on the line is white space and a comment.
    end: usize,
}

fn push(text: &[u8], found: Assignment, whole: Range<usize>, sheet: &mut Sheet) {
    let quoted = usize::from(found.quote != 0);
    let inside = found.written.start + quoted..found.written.end - quoted;
    // dotenv looks for escapes behind a double quote even if that quote encloses nothing.
    let escapes = match (found.quote, text[inside.clone()].first()) {
        (0, Some(b'"')) => b'"',
        (quote, _) => quote,
    };
    let entry = Entry {
        path: vec![Segment::key(lossy(&text[found.name]))],
        value: decode(&text[inside.clone()], escapes),
        value_span: inside,
        entry_span: found.start..found.written.end,
        is_string: true,
    };
    sheet.push_single(entry, found.written, whole, found.quote);
}

fn assignment(text: &[u8], start: usize) -> Option<Assignment> {
    let line = line_from(text, start);
    let first = skip_blanks(text, start, line.end);
    let mut name_start = first;
    if text[first..line.end].starts_with(b"export") {
        let after = skip_blanks(text, first + 6, line.end);
        if after > first + 6 && text.get(after).copied().is_some_and(is_name) {
            name_start = after;
        }
    }
    let length = text[name_start..line.end]
        .iter()
        .take_while(|byte| is_name(**byte))
        .count();
    let name = name_start..name_start + length;
    let equals = skip_blanks(text, name.end, line.end);
    let sign = text[equals..line.end].first();
    // White space may stand in front of `=`, and has to stand behind `:`.
    let colon = equals == name.end
        && sign == Some(&b':')
        && text[equals + 1..line.end]
            .first()
            .copied()
            .is_some_and(is_blank);
    if length == 0 || !(colon || sign == Some(&b'=')) {
        return None;
    }
    let value = skip_blanks(text, equals + 1, line.end);
    if let Some(quote @ (b'"' | b'\'' | b'`')) = text[value..line.end].first().copied()
        && let Some(close) = closing_quote(text, value, quote)
    {
        return Some(Assignment {
            start: first,
            name,
            written: value..close + 1,
            quote,
            end: close + 1,
        });
    }
    let stop = text[value..line.end]
        .iter()
        .position(|byte| *byte == b'#')
        .map_or(line.end, |at| value + at);
    let end = trim_end(text, value, stop);
    Some(Assignment {
        start: first,
        name,
        written: value..end,
        quote: 0,
        end: line.end,
    })
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

/// Finds the quote that ends a value. A quote behind a backslash ends it only if no other can.
fn closing_quote(text: &[u8], open: usize, quote: u8) -> Option<usize> {
    let mut escaped = Vec::new();
    let mut at = open + 1;
    let plain = loop {
        match text[at..].iter().position(|byte| *byte == quote) {
            None => break None,
            Some(ahead) => {
                at += ahead;
                if at > open + 1 && text[at - 1] == b'\\' {
                    escaped.push(at);
                    at += 1;
                } else {
                    break Some(at);
                }
            }
        }
    };
    plain
        .into_iter()
        .chain(escaped.into_iter().rev())
        .find(|close| ends_line(text, close + 1))
}

fn ends_line(text: &[u8], mut at: usize) -> bool {
    while text
        .get(at)
        .copied()
        .is_some_and(|byte| is_blank(byte) || byte == b'\r')
    {
        at += 1;
    }
    matches!(text.get(at), None | Some(b'\n' | b'#'))
}

fn decode(raw: &[u8], quote: u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    while at < raw.len() {
        let escape = if quote == b'"' && raw[at] == b'\\' {
            raw.get(at + 1)
        } else {
            None
        };
        match (raw[at], escape) {
            (_, Some(b'n')) => out.push(b'\n'),
            (_, Some(b'r')) => out.push(b'\r'),
            (b'\r', _) => {
                // dotenv turns every line end into a line feed before it looks at the text.
                out.push(b'\n');
                at += usize::from(raw.get(at + 1) == Some(&b'\n'));
            }
            (byte, _) => out.push(byte),
        }
        at += if matches!(escape, Some(b'n' | b'r')) {
            2
        } else {
            1
        };
    }
    out
}

pub(crate) fn spell(item: &Item, new: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@+,%=~^".contains(c);
    if item.mark == 0 && new.chars().all(plain) {
        return Some(new.to_owned());
    }
    [item.mark, b'\'', b'"', b'`']
        .into_iter()
        .find_map(|quote| quoted(new, quote))
}

/// Quotes a value if it reads the same between these quotes; nothing can be escaped but line ends.
fn quoted(new: &str, quote: u8) -> Option<String> {
    let mark = char::from(quote);
    if quote == 0 || new.contains(mark) || new.ends_with('\\') {
        return None;
    }
    let body = match quote {
        b'"' if new.contains("\\n") || new.contains("\\r") => return None,
        b'"' => new.replace('\r', "\\r"),
        _ if new.contains('\r') => return None,
        _ => new.to_owned(),
    };
    Some(format!("{mark}{body}{mark}"))
}

#[cfg(test)]
mod tests {
    use crate::Format;
    use crate::tests::{Case, check};

    #[test]
    fn reads_and_removes() {
        check(
            Format::Dotenv,
            &[
                Case {
                    text: "",
                    reads: &[],
                    without: &[],
                    left: "",
                },
                Case {
                    text: "A=b\n",
                    reads: &[("A", "b")],
                    without: &[0],
                    left: "",
                },
                Case {
                    text: "A=b",
                    reads: &[("A", "b")],
                    without: &[0],
                    left: "",
                },
                Case {
                    text: "# c\r\nexport A = 'x y' # why\r\nB=\"1\\n2\"\r\n",
                    reads: &[("A", "x y"), ("B", "1\n2")],
                    without: &[0],
                    left: "# c\r\nB=\"1\\n2\"\r\n",
                },
                Case {
                    text: "\u{feff}A=b#c\nK=\"-----\r\nline\n-----\"\nC=\n",
                    reads: &[("A", "b"), ("K", "-----\nline\n-----"), ("C", "")],
                    without: &[0, 1],
                    left: "\u{feff}C=\n",
                },
                Case {
                    text: "A: b\nC : d\nE:f\nG: \"h\"\nI=\"j\\nk\" l\n",
                    reads: &[("A", "b"), ("G", "h"), ("I", "\"j\nk\" l")],
                    without: &[0],
                    left: "C : d\nE:f\nG: \"h\"\nI=\"j\\nk\" l\n",
                },
                Case {
                    text: "A=\"open\nB='it\\'s'\nC=`a'b\"c`\nD=\"x\" y\n",
                    reads: &[
                        ("A", "\"open"),
                        ("B", "it\\'s"),
                        ("C", "a'b\"c"),
                        ("D", "\"x\" y"),
                    ],
                    without: &[1],
                    left: "A=\"open\nC=`a'b\"c`\nD=\"x\" y\n",
                },
            ],
        );
    }
}
