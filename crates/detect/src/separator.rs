//! What stands between a credential's name and its value, in every notation that is known.
//!
//! [`crate::assign`] calls it with a name and reads the value where it says.
//!
//! **Invariant:** looks at a few dozen bytes on either side of the name; judges neither name nor value.

use crate::window::{Extent, URL64, WORD, Window};

/// The most blanks between a name, its separator and its value.
const BLANKS: usize = 32;
/// How far to the left a command's name or a file's keyword is looked for.
const COMMAND_REACH: usize = 120;
/// A value behind a mere blank is not shorter than this.
const SHORTEST_ARGUMENT: usize = 8;

/// How a value is delimited.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delimiter {
    /// The same quote behind as many backslashes.
    Quote { quote: u8, backslashes: usize },
    /// `%22`
    PercentQuote,
    /// The next `<`.
    Tag,
    /// White space or punctuation.
    Bare(Extent),
}

/// Where a value begins and how it ends.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) at: usize,
    pub(crate) delimiter: Delimiter,
    /// A sentence or a table leads to it: the value must look more like a credential.
    pub(crate) prose: bool,
}

/// A name in its text.
#[derive(Clone, Copy)]
pub(crate) struct Name {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Dashes stand in front of it.
    pub(crate) flag: bool,
}

/// Returns where the value of a name begins and how it ends.
pub(crate) fn value_start(window: &Window<'_>, name: Name) -> Option<Place> {
    if window.starts_with(name.end, b"</key>") || window.starts_with(name.end, b"<\\/key>") {
        return plist_value(window, name.end);
    }
    let tag = window.before(name.start, 1) == b"<";
    if tag && window.at(name.end) == Some(b'>') {
        return Some(tagged(name.end + 1));
    }
    let quoted = quote_at(window, name.end).map(|(length, _)| name.end + length);
    let mut at = quoted.unwrap_or(name.end);
    if window.at(at) == Some(b']') {
        at += 1;
    }
    at = emphasis(window, at);
    let blank = skip_blanks(window, at);
    let after = match window.at(blank)? {
        b'=' if window.at(blank + 1) == Some(b'=') => return None,
        b'=' if window.at(blank + 1) == Some(b'>') => blank + 2,
        b':' if window.at(blank + 1) == Some(b'=') => blank + 2,
        b':' if window.starts_with(blank, b"://") => return None,
        b':' if window.at(blank + 1) == Some(b'-') && window.before(name.start, 2) == b"${" => {
            blank + 2
        }
        b':' => return Some(after_colon(window, quoted.is_some(), blank + 1)),
        b'=' => blank + 1,
        b'%' if matches!(window.percent_at(blank), Some(b'=' | b':')) => blank + 3,
        // Arguments in a list, `"--token", "x"`, and as npm logs them, `"--token" "x"`.
        b',' if name.flag && quoted.is_some() => skip_lines(window, blank + 1),
        _ if name.flag && blank > at => blank,
        _ => return without_sign(window, name, quoted, blank),
    };
    let closes = quote_at(window, skip_blanks(window, after)).is_some()
        && window.before(name.start, 1) == b"?";
    if closes {
        // "`?token=`": the quote closes.
        return None;
    }
    let line =
        window.at(blank) == Some(b'=') && after == name.end + 1 && starts_line(window, name.start);
    Some(place(window, after, line))
}

/// Skips blanks, an opening quote and the scheme of an `Authorization` value.
fn place(window: &Window<'_>, after: usize, line: bool) -> Place {
    let at = skip_blanks(window, after);
    let extent = match line {
        true => Extent::Line,
        false if at > after && matches!(window.before(after, 1), [b':' | b'=' | b'*']) => {
            Extent::Clause
        }
        false => Extent::Word,
    };
    let quote = quote_at(window, at);
    Place {
        at: skip_scheme(window, at + quote.map_or(0, |(length, _)| length)),
        delimiter: quote.map_or(Delimiter::Bare(extent), |(_, delimiter)| delimiter),
        prose: false,
    }
}

fn tagged(at: usize) -> Place {
    Place {
        at,
        delimiter: Delimiter::Tag,
        prose: false,
    }
}

/// Reads what stands behind a colon: a value, emphasis (`Token:** x`), a type (`: &str = "x"`), the
/// mark of a YAML block, or a line feed before a string of JSON.
fn after_colon(window: &Window<'_>, quoted: bool, after: usize) -> Place {
    let after = emphasis(window, after);
    let at = skip_blanks(window, after);
    let typed = window.run(at, 32, |b| {
        WORD.has(b) || matches!(b, b'&' | b'<' | b'>' | b'.')
    });
    let equals = skip_blanks(window, typed);
    if typed > at && window.at(equals) == Some(b'=') {
        let value = skip_blanks(window, equals + 1);
        if quote_at(window, value).is_some() {
            return place(window, value, false);
        }
    }
    let mark = matches!(window.at(at), Some(b'|' | b'>'));
    let line = window.run(at + 1, 1, |b| matches!(b, b'-' | b'+'));
    let next = skip_lines(window, if mark { line } else { at });
    let block = mark && next > line && window.at(line) != Some(b' ');
    let below = quoted && !mark && next > at && quote_at(window, next).is_some();
    place(window, if block || below { next } else { after }, false)
}

/// Reads a value that no `=` or `:` announces.
fn without_sign(
    window: &Window<'_>,
    name: Name,
    quoted: Option<usize>,
    blank: usize,
) -> Option<Place> {
    let after_name = quoted.unwrap_or(name.end);
    match window.at(blank)? {
        b'|' if in_table(window, name.start) => {
            let found = place(window, blank + 1, false);
            return Some(Place {
                prose: true,
                ..found
            });
        }
        b',' if quoted.is_some() && is_argument(window, name.start) => {
            let at = skip_lines(window, blank + 1);
            quote_at(window, at)?;
            return Some(place(window, at, false));
        }
        b'i' if window.starts_with(blank, b"is ") || window.starts_with(blank, b"is: ") => {
            let after = if window.at(blank + 2) == Some(b':') {
                3
            } else {
                2
            };
            let found = place(window, blank + after, false);
            return Some(Place {
                prose: true,
                ..found
            });
        }
        _ => {}
    }
    // What stands to the left tells a word of a sentence at once.
    if is_named(window, name.start) {
        return paired(window, after_name).map(|at| place(window, at, false));
    }
    if blank == after_name || quoted.is_some() {
        return None;
    }
    let set = in_command(window, name.start) || in_netrc(window, name);
    let length = || window.run(blank, SHORTEST_ARGUMENT, |b| b > b' ') - blank;
    (set && length() == SHORTEST_ARGUMENT).then(|| place(window, blank, false))
}

/// Finds the value of `"name": "API_KEY", "value": "x"`, in JSON, YAML and attributes of XML.
fn paired(window: &Window<'_>, after_name: usize) -> Option<usize> {
    let comma = usize::from(window.at(after_name) == Some(b','));
    let field = skip_lines(window, after_name + comma);
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
    let left = window.before(at, 24);
    let left = &left[..trimmed(left)];
    let Some((b':' | b'=', left)) = left.split_last() else {
        return false;
    };
    let left = left[..trimmed(left)].to_ascii_lowercase();
    left.ends_with(b"name") || left.ends_with(b"key")
}

/// Tells whether a quoted name is the first argument of a call: `setenv("API_KEY", "x")`.
fn is_argument(window: &Window<'_>, name_start: usize) -> bool {
    matches!(
        window.before(name_start, 2),
        [b'(', b'"' | b'\'' | b'`'] | [_, b'(']
    ) || window.before(name_start, 3) == b"(\\\""
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

/// Tells whether a command in front of the name sets it to what follows behind a blank.
fn in_command(window: &Window<'_>, name_start: usize) -> bool {
    let left = window.before(name_start, COMMAND_REACH);
    // The name may be the end of a path: `gateway.auth.token`.
    let path = left.iter().rev().take_while(|b| **b > b' ').count();
    let left = &left[..left.len() - path];
    // All of them end with one of these letters and a blank.
    if !matches!(left, [.., b't' | b'v' | b'x' | b'V', b' ']) {
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
    ]
    .iter()
    .any(|command| left.ends_with(command))
}

/// Tells whether a password stands behind a login, as in `.netrc`.
fn in_netrc(window: &Window<'_>, name: Name) -> bool {
    let left = window.before(name.start, COMMAND_REACH);
    window.slice(name.start..name.end) == b"password"
        && memchr::memmem::find(left, b"machine ").is_some()
        && memchr::memmem::find(left, b"login ").is_some()
}

/// Reads past `</key>` to the `<string>` that follows.
fn plist_value(window: &Window<'_>, name_end: usize) -> Option<Place> {
    let close = window.run(name_end, 10, |b| b != b'>') + 1;
    let open = window.run(close, 96, |b| b != b'<');
    let gap = window.slice(close..open);
    let blank = gap
        .iter()
        .all(|b| b.is_ascii_whitespace() || matches!(b, b'\\' | b'n' | b't' | b'r'));
    (blank && window.starts_with(open, b"<string>")).then(|| tagged(open + 8))
}

/// Skips the end of Markdown's emphasis.
fn emphasis(window: &Window<'_>, at: usize) -> usize {
    window.run(at, 2, |b| b == b'*')
}

fn skip_blanks(window: &Window<'_>, from: usize) -> usize {
    window.run(from, BLANKS, |b| b == b' ' || b == b'\t')
}

/// Skips white space with line feeds, also an escaped one, before an item of a list or a field.
fn skip_lines(window: &Window<'_>, from: usize) -> usize {
    let at = window.run(from, BLANKS, |b| b.is_ascii_whitespace());
    let letter = window.run(at, 8, |b| b == b'\\');
    if letter > at && window.at(letter) == Some(b'n') {
        return window.run(letter + 1, BLANKS, |b| b == b' ');
    }
    at
}

/// Skips the scheme of an `Authorization` value.
fn skip_scheme(window: &Window<'_>, at: usize) -> usize {
    [
        b"Bearer ".as_slice(),
        b"Basic ",
        b"Token ",
        b"Bot ",
        b"Bearer%20",
        b"ApiKey ",
    ]
    .iter()
    .find(|scheme| window.starts_with_ignore_case(at, scheme))
    .map_or(at, |scheme| at + scheme.len())
}

/// Reads a quote, escaped or not, and returns its length and the delimiter that it opens.
pub(crate) fn quote_at(window: &Window<'_>, at: usize) -> Option<(usize, Delimiter)> {
    let backslashes = window.run(at, 31, |b| b == b'\\') - at;
    match window.at(at + backslashes)? {
        quote @ (b'"' | b'\'' | b'`') => {
            Some((backslashes + 1, Delimiter::Quote { quote, backslashes }))
        }
        b'%' if backslashes == 0 && matches!(window.percent_at(at), Some(b'"' | b'\'')) => {
            Some((3, Delimiter::PercentQuote))
        }
        b'&' if backslashes == 0 && window.starts_with(at, b"&quot;") => {
            Some((6, Delimiter::Bare(Extent::Word)))
        }
        _ => None,
    }
}

/// Tells whether a name stands at the start of a line, after `export ` or after a NUL byte.
fn starts_line(window: &Window<'_>, name_start: usize) -> bool {
    let left = window.before(name_start, 8);
    let left = left.strip_suffix(b"export ").unwrap_or(left);
    matches!(left.last(), None | Some(b'\n' | b'\r' | 0)) || left.ends_with(b"\\n")
}

/// Tells whether a separator at `at` begins the next pair (`&page=2`, `;Server=x`) or ends the
/// statement. Inside a password it does neither.
pub(crate) fn next_pair(window: &Window<'_>, at: usize, extent: Extent) -> bool {
    let after = window.at(at + 1);
    if ends_statement(after) || matches!(after, Some(b'&' | b';')) && extent == Extent::Word {
        return true;
    }
    let end = window.run(at + 1, 40, |b| URL64.has(b) || b == b'.');
    let name = window.slice(at + 1..end);
    let word = name.len() > 2 && name.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_');
    match window.at(end) {
        Some(b'=') => word || extent == Extent::Word,
        next => extent == Extent::Word && (word || next == Some(b';')),
    }
}

/// Tells whether punctuation in front of this byte ends a clause.
pub(crate) fn ends_statement(after: Option<u8>) -> bool {
    after.is_none_or(|b| b <= b' ' || matches!(b, b'"' | b'\'' | b'`' | b'\\'))
}
