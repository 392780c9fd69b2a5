//! Notations in which no `=` or `:` stands between a name and its value: sentences, tables, calls,
//! commands, declarations, elements of XML, pairs of fields.
//!
//! [`crate::separator`] calls it when it found no sign.
//!
//! **Invariant:** as there, looks at a few dozen bytes on either side of the name. What leads to a
//! value by standing next to it only is marked so, and the value then has to prove itself.

use crate::separator::{
    Evidence, Name, Place, place, quote_at, skip_blanks, skip_lines, starts_line, tagged,
};
use crate::window::{WORD, Window};

/// How far to the left a command's name or a file's keyword is looked for.
const COMMAND_REACH: usize = 120;
/// A value behind a mere blank is not shorter than this.
const SHORTEST_ARGUMENT: usize = 8;
/// How far to the left the field that holds a name is looked for, past the backslashes of quotes.
const NAMED_REACH: usize = 160;
/// The longest name of a type.
const TYPE_REACH: usize = 24;

/// Reads a value that no `=` or `:` announces.
pub(crate) fn without_sign(
    window: &Window<'_>,
    name: Name,
    quoted: Option<usize>,
    blank: usize,
) -> Option<Place> {
    let after_name = quoted.unwrap_or(name.end);
    let next = window.at(blank)?;
    let direct = blank == after_name;
    match next {
        b'|' => {
            let table = in_table(window, name.start);
            let evidence = if table {
                Evidence::Told
            } else {
                Evidence::Beside
            };
            return Some(place(window, blank + 1, false).with(evidence));
        }
        b',' if quoted.is_some() => {
            if is_named(window, name.start) {
                return paired(window, after_name).map(|at| place(window, at, false));
            }
            let at = skip_lines(window, blank + 1);
            quote_at(window, at)?;
            let argument = is_argument(window, name.start);
            let evidence = if argument {
                Evidence::Assigned
            } else {
                Evidence::Beside
            };
            return Some(place(window, at, false).with(evidence));
        }
        // A row of values: `etsyToken,x,`.
        b',' if direct && starts_row(window, name.start) => {
            return Some(place(window, blank + 1, false).with(Evidence::Beside));
        }
        // A call: `setApiKey("x")`.
        b'(' if direct => {
            quote_at(window, blank + 1)?;
            return Some(place(window, blank + 1, false).with(Evidence::Beside));
        }
        b'-' if !direct && window.at(blank + 1) == Some(b' ') => {
            quote_at(window, blank + 2)?;
            return Some(place(window, blank + 2, false).with(Evidence::Beside));
        }
        b'i' if window.starts_with(blank, b"is ") || window.starts_with(blank, b"is: ") => {
            let after = if window.at(blank + 2) == Some(b':') {
                3
            } else {
                2
            };
            return Some(place(window, blank + after, false).with(Evidence::Told));
        }
        _ => {}
    }
    // What stands to the left tells a word of a sentence at once.
    if is_named(window, name.start) {
        return paired(window, after_name).map(|at| place(window, at, false));
    }
    if let Some(cell) = escaped_tab(window, name, direct && quoted.is_none()) {
        return Some(cell);
    }
    if direct || quoted.is_some() {
        return None;
    }
    let set = in_command(window, name.start) || in_netrc(window, name);
    let length = || window.run(blank, SHORTEST_ARGUMENT, |b| b > b' ') - blank;
    if set && length() == SHORTEST_ARGUMENT {
        return Some(place(window, blank, false));
    }
    beside(window, name, blank)
}

/// Reads a value that only stands next to the name: behind a type, in a definition, behind a tab.
fn beside(window: &Window<'_>, name: Name, blank: usize) -> Option<Place> {
    match window.at(blank)? {
        // `#define API_KEY "x"`, `(setq api-key "x")`, `api_key "x"`.
        b'"' | b'\'' | b'`' | b'\\' | b'@' => {
            let mark = usize::from(window.at(blank) == Some(b'@'));
            quote_at(window, blank + mark)?;
            Some(place(window, blank, false).with(Evidence::Beside))
        }
        // `var apiToken string = "x"`
        b'a'..=b'z' | b'A'..=b'Z' | b'*' | b'[' => {
            let type_end = window.run(blank, TYPE_REACH, |b| {
                WORD.has(b) || matches!(b, b'*' | b'[' | b']' | b'.' | b'<' | b'>')
            });
            let equals = skip_blanks(window, type_end);
            if window.at(equals) == Some(b'=') {
                let value = skip_blanks(window, equals + 1);
                quote_at(window, value)?;
                return Some(place(window, value, false));
            }
            tabbed(window, name, blank)
        }
        b'0'..=b'9' => tabbed(window, name, blank),
        _ => None,
    }
}

/// Reads the second column of a row: `API_KEY<tab>x`.
fn tabbed(window: &Window<'_>, name: Name, blank: usize) -> Option<Place> {
    let tab = blank == name.end + 1 && window.at(name.end) == Some(b'\t');
    tab.then(|| cell(window, name, blank))
}

/// The same where the tab is escaped: `API_KEY\tx`.
fn escaped_tab(window: &Window<'_>, name: Name, direct: bool) -> Option<Place> {
    if !direct || window.at(name.end) != Some(b'\\') {
        return None;
    }
    let letter = window.run(name.end, 31, |b| b == b'\\');
    (window.at(letter) == Some(b't')).then(|| cell(window, name, letter + 1))
}

fn cell(window: &Window<'_>, name: Name, at: usize) -> Place {
    let compound = window.slice(name.start..name.end).contains(&b'_');
    let evidence = if compound {
        Evidence::Told
    } else {
        Evidence::Beside
    };
    place(window, at, false).with(evidence)
}

/// Finds the value of `"name": "API_KEY", "value": "x"`, in JSON, YAML and attributes of XML.
fn paired(window: &Window<'_>, after_name: usize) -> Option<usize> {
    let comma = usize::from(window.at(after_name) == Some(b','));
    let mut field = skip_lines(window, after_name + comma);
    // The next element: `/>` and `<`.
    let tag = window.run(field, 2, |b| matches!(b, b'/' | b'>'));
    if tag > field {
        field = skip_lines(window, tag);
        field += usize::from(window.at(field) == Some(b'<'));
    }
    if field == after_name {
        return None;
    }
    let open = quote_at(window, field).map_or(0, |(length, _)| length);
    if !window.starts_with_ignore_case(field + open, b"value") {
        return None;
    }
    let close = field + open + b"value".len();
    let close = close + quote_at(window, close).map_or(0, |(length, _)| length);
    let sign = skip_blanks(window, close);
    matches!(window.at(sign), Some(b':' | b'=')).then_some(sign + 1)
}

/// Tells whether the text at `at` is what a field `name` or `key` holds.
fn is_named(window: &Window<'_>, at: usize) -> bool {
    let trimmed = |text: &[u8]| {
        text.iter()
            .rev()
            .skip_while(|b| matches!(b, b' ' | b'"' | b'\'' | b'\\'))
            .count()
    };
    let left = window.before(at, NAMED_REACH);
    let left = &left[..trimmed(left)];
    let Some((b':' | b'=', left)) = left.split_last() else {
        return false;
    };
    let left = &left[..trimmed(left)];
    let ends = |word: &[u8]| {
        left.len() >= word.len() && left[left.len() - word.len()..].eq_ignore_ascii_case(word)
    };
    ends(b"name") || ends(b"key")
}

/// Reads the text of an element whose attribute holds the name: `<string name="api_key">x</string>`.
pub(crate) fn enclosed_value(window: &Window<'_>, name: Name, close: usize) -> Option<Place> {
    let named = is_named(window, name.start);
    let evidence = if named {
        Evidence::Assigned
    } else {
        Evidence::Beside
    };
    Some(tagged(skip_lines(window, close + 1)).with(evidence))
}

/// Tells whether a quoted name is the first argument of a call: `setenv("API_KEY", "x")`.
fn is_argument(window: &Window<'_>, name_start: usize) -> bool {
    let left = window.before(name_start, 16);
    let quote = matches!(left.last(), Some(b'"' | b'\'' | b'`'));
    let rest = &left[..left.len() - usize::from(quote)];
    let backslashes = rest.iter().rev().take_while(|b| **b == b'\\').count();
    rest[..rest.len() - backslashes].last() == Some(&b'(')
}

/// Tells whether a name is a cell of a table: `| API_KEY | x |`.
fn in_table(window: &Window<'_>, name_start: usize) -> bool {
    window
        .before(name_start, 8)
        .iter()
        .rev()
        .find(|b| !matches!(b, b' ' | b'`' | b'*'))
        == Some(&b'|')
}

/// Tells whether a name is the first or a later cell of a row of comma-separated values.
fn starts_row(window: &Window<'_>, name_start: usize) -> bool {
    starts_line(window, name_start) || matches!(window.before(name_start, 1), [b',' | b'"'])
}

/// Tells whether a command in front of the name sets it to what follows behind a blank.
fn in_command(window: &Window<'_>, name_start: usize) -> bool {
    let left = window.before(name_start, COMMAND_REACH);
    // The name may be the end of a path: `gateway.auth.token`.
    let path = left.iter().rev().take_while(|b| **b > b' ').count();
    let left = &left[..left.len() - path];
    // All of them end with one of these letters and a blank.
    if !matches!(left, [.., b't' | b'v' | b'x' | b'V' | b'G', b' ']) {
        return false;
    }
    [
        b"config set ".as_slice(),
        b"configure set ",
        b"setenv ",
        b"set -gx ",
        b"set -x ",
        b"setx ",
        b"ENV ",
        b"ARG ",
    ]
    .iter()
    .any(|command| left.ends_with(command))
}

/// Tells whether a password stands behind a login, as in `.netrc`.
fn in_netrc(window: &Window<'_>, name: Name) -> bool {
    if window.slice(name.start..name.end) != b"password" {
        return false;
    }
    let left = window.before(name.start, COMMAND_REACH);
    memchr::memmem::find(left, b"machine ").is_some()
        && memchr::memmem::find(left, b"login ").is_some()
}

/// Reads past `</key>` to the `<string>` that follows, and past `</name>` to `<value>`.
pub(crate) fn plist_value(window: &Window<'_>, name_end: usize) -> Option<Place> {
    let close = window.run(name_end, 12, |b| b != b'>') + 1;
    let slash = window.run(name_end + 1, 8, |b| b == b'\\');
    let opens: &[u8] = match window.slice(slash..close) {
        b"/key>" => b"<string>",
        b"/name>" => b"<value>",
        _ => return None,
    };
    let open = skip_lines(window, close);
    window
        .starts_with(open, opens)
        .then(|| tagged(open + opens.len()))
}
