//! What stands between a credential's name and its value, in every notation that is known.
//!
//! [`crate::assign`] calls it with a name and reads the value where it says. Notations without a
//! sign between the two are in [`crate::notation`].
//!
//! **Invariant:** looks at a few dozen bytes on either side of the name; judges neither name nor value.

use crate::notation::{enclosed_value, plist_value, without_sign};
use crate::window::{Extent, URL64, WORD, Window, hex_digit};

/// The most blanks between a name, its separator and its value.
pub(crate) const BLANKS: usize = 32;

/// The longest value that is looked for on a line of its own.
const LINE_REACH: usize = 512;

/// How a value is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delimiter {
    /// The same quote behind as many backslashes.
    Quote { quote: u8, backslashes: usize },
    /// `%22`, however often the percent sign itself is coded.
    PercentQuote,
    /// The next `<`.
    Tag,
    /// White space or punctuation.
    Bare(Extent),
}

/// How much a notation says about the value that it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// It sets the name to the value.
    Assigned,
    /// A sentence or a table leads to it: the value must look like a credential.
    Told,
    /// The two only stand side by side: the value must look drawn at random.
    Beside,
}

/// Where a value begins and how it ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) at: usize,
    pub(crate) delimiter: Delimiter,
    pub(crate) evidence: Evidence,
}

impl Place {
    pub(crate) fn with(self, evidence: Evidence) -> Self {
        Self { evidence, ..self }
    }
}

/// A name in its text.
#[derive(Clone, Copy)]
pub(crate) struct Name {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Dashes stand in front of it.
    pub(crate) flag: bool,
}

/// Signs of two or more bytes that set a name, the longest first.
const ASSIGNMENTS: [&[u8]; 10] = [
    b":::=", b"::=", b"??=", b"||=", b"?=", b"+=", b".=", b":=", b"=>", b"<-",
];
/// Signs that compare.
const COMPARISONS: [&[u8]; 4] = [b"===", b"!==", b"==", b"!="];

/// Returns where the value of a name begins and how it ends.
pub(crate) fn value_start(window: &Window<'_>, name: Name) -> Option<Place> {
    if window.at(name.end) == Some(b'<') {
        return plist_value(window, name.end);
    }
    let tag = window.before(name.start, 1) == b"<";
    if tag && window.at(name.end) == Some(b'>') {
        return Some(tagged(skip_lines(window, name.end + 1)));
    }
    let quoted = quote_at(window, name.end).map(|(length, _)| name.end + length);
    let at = brackets(window, quoted.unwrap_or(name.end))?;
    let at = emphasis(window, at);
    let blank = skip_blanks(window, at);
    let next = window.at(blank)?;
    let second = window.at(blank + 1);
    let doubled = matches!(second, Some(b':' | b'=' | b'?' | b'|' | b'>' | b'-'));
    let sign = |signs: &[&[u8]]| {
        signs
            .iter()
            .find(|sign| window.starts_with(blank, sign))
            .map(|sign| blank + sign.len())
    };
    let after = match next {
        b'=' | b'!' if second == Some(b'=') => {
            return compared(window, sign(&COMPARISONS)?);
        }
        b':' if window.starts_with(blank, b"://") => return None,
        b':' if second == Some(b'-') && window.before(name.start, 2) == b"${" => blank + 2,
        b'=' | b':' | b'?' | b'+' | b'.' | b'|' | b'<'
            if doubled && let Some(after) = sign(&ASSIGNMENTS) =>
        {
            after
        }
        b':' => return Some(after_colon(window, quoted.is_some(), blank + 1)),
        b'=' => blank + 1,
        b'%' if let Some((b'=' | b':', length)) = coded_at(window, blank) => {
            return Some(coded(window, blank + length));
        }
        b'\\' if let Some(length) = unicode_at(window, blank, b"003d") => blank + length,
        b'>' if quoted == Some(at) => return enclosed_value(window, name, at),
        // Arguments in a list, `"--token", "x"`, and as npm logs them, `"--token" "x"`.
        b',' if name.flag && quoted.is_some() => skip_lines(window, blank + 1),
        _ if name.flag && blank > at => blank,
        _ => return without_sign(window, name, quoted, blank),
    };
    let closes = window.before(name.start, 1) == b"?"
        && quote_at(window, skip_blanks(window, after)).is_some();
    if closes {
        // "`?token=`": the quote closes.
        return None;
    }
    let line = next == b'='
        && after == name.end + 1
        && (starts_line(window, name.start) || window.before(name.start, 1) == b"\"");
    Some(place(window, after, line))
}

/// Reads a value behind a percent-coded sign.
fn coded(window: &Window<'_>, after: usize) -> Place {
    let found = place(window, after, false);
    match found.delimiter {
        Delimiter::Bare(_) => Place {
            delimiter: Delimiter::Bare(Extent::Coded),
            ..found
        },
        _ => found,
    }
}

/// Reads what a name is compared with, if that is a string.
fn compared(window: &Window<'_>, after: usize) -> Option<Place> {
    let at = skip_blanks(window, after);
    quote_at(window, at)?;
    Some(place(window, at, false).with(Evidence::Beside))
}

/// Skips blanks, an opening quote with what marks its string, and the scheme of an `Authorization`
/// value.
pub(crate) fn place(window: &Window<'_>, after: usize, line: bool) -> Place {
    let at = skip_blanks(window, after);
    let extent = match line {
        true => Extent::Line,
        false if at > after && matches!(window.before(after, 1), [b':' | b'=' | b'*']) => {
            Extent::Clause
        }
        false => Extent::Word,
    };
    let open = string_mark(window, at);
    let quote = quote_at(window, open);
    let Some((length, delimiter)) = quote else {
        return Place {
            at: skip_scheme(window, at),
            delimiter: Delimiter::Bare(extent),
            evidence: Evidence::Assigned,
        };
    };
    let (at, delimiter) = inner_quote(window, open + length, delimiter);
    Place {
        at: skip_scheme(window, at),
        delimiter,
        evidence: Evidence::Assigned,
    }
}

/// Skips what makes a string a special one: `@"x"` of Objective-C, `b'x'` of Python, `L"x"` of C.
fn string_mark(window: &Window<'_>, at: usize) -> usize {
    let mark = |b: u8| matches!(b, b'@' | b'$' | b'b' | b'r' | b'f' | b'u' | b'U' | b'L');
    if !window.at(at).is_some_and(mark) {
        return at;
    }
    let quote = quote_at(window, at + 1);
    at + usize::from(matches!(quote, Some((_, Delimiter::Quote { .. }))))
}

/// Skips a quote inside a quote, `'"x"'`, and the rest of three, `"""x"""`.
fn inner_quote(window: &Window<'_>, at: usize, outer: Delimiter) -> (usize, Delimiter) {
    let Delimiter::Quote { quote, .. } = outer else {
        return (at, outer);
    };
    if !matches!(window.at(at), Some(b'"' | b'\'' | b'\\')) {
        return (at, outer);
    }
    match quote_at(window, at) {
        Some((length, inner)) if matches!(inner, Delimiter::Quote { quote: q, .. } if q != quote) => {
            (at + length, inner)
        }
        Some((length, inner)) if inner == outer => {
            match quote_at(window, at + length) {
                Some((third, inner)) if inner == outer => (at + length + third, outer),
                // An empty string ends here.
                _ => (at, outer),
            }
        }
        _ => (at, outer),
    }
}

/// Makes a place inside an element of XML.
pub(crate) fn tagged(at: usize) -> Place {
    Place {
        at,
        delimiter: Delimiter::Tag,
        evidence: Evidence::Assigned,
    }
}

/// Skips the end of an index, `env["KEY"]`, and the marks of an array, `char secret[] =`.
fn brackets(window: &Window<'_>, at: usize) -> Option<usize> {
    match window.at(at)? {
        b']' => Some(at + 1),
        b'[' => {
            let close = window.run(at + 1, 4, |b| b.is_ascii_digit());
            (window.at(close) == Some(b']')).then_some(close + 1)
        }
        _ => Some(at),
    }
}

/// Reads what stands behind a colon: a value, emphasis (`Token:** x`), a type (`: &str = "x"`), the
/// mark of a YAML block, or a line feed before a string of JSON.
fn after_colon(window: &Window<'_>, quoted: bool, after: usize) -> Place {
    let after = emphasis(window, after);
    let at = skip_blanks(window, after);
    let typed = window.run(at, 32, |b| {
        WORD.has(b) || matches!(b, b'&' | b'<' | b'>' | b'.' | b'?')
    });
    let equals = skip_blanks(window, typed);
    if typed > at && window.at(equals) == Some(b'=') {
        let value = skip_blanks(window, equals + 1);
        if quote_at(window, string_mark(window, value)).is_some() {
            return place(window, value, false);
        }
    }
    let mark = matches!(window.at(at), Some(b'|' | b'>'));
    let line = window.run(at + 1, 1, |b| matches!(b, b'-' | b'+'));
    let next = skip_lines(window, if mark { line } else { at });
    let block = mark && next > line && window.at(line) != Some(b' ');
    let below = quoted && !mark && next > at && quote_at(window, next).is_some();
    if block || below {
        return place(window, next, false);
    }
    // "The token:" and the value on a line of its own.
    if !quoted && !mark && next > at && fills_line(window, next) {
        return alone(window, next);
    }
    place(window, after, false)
}

/// Tells whether one word fills the line from `at`.
fn fills_line(window: &Window<'_>, at: usize) -> bool {
    let end = window.run(at, LINE_REACH, |b| b > b' ' && b != b'\\');
    matches!(window.at(end), None | Some(b'\n' | b'\r' | b'\\'))
}

/// Reads a value that has a line of its own below its name.
fn alone(window: &Window<'_>, at: usize) -> Place {
    let found = place(window, at, false);
    let indented = window.before(at, 1) == b" ";
    found.with(if indented {
        Evidence::Beside
    } else {
        Evidence::Told
    })
}

/// Skips the end of Markdown's emphasis.
fn emphasis(window: &Window<'_>, at: usize) -> usize {
    window.run(at, 2, |b| b == b'*')
}

pub(crate) fn skip_blanks(window: &Window<'_>, from: usize) -> usize {
    window.run(from, BLANKS, |b| b == b' ' || b == b'\t')
}

/// Skips white space with line feeds, also escaped ones, before an item of a list or a field.
pub(crate) fn skip_lines(window: &Window<'_>, from: usize) -> usize {
    let mut at = window.run(from, BLANKS, |b| b.is_ascii_whitespace());
    for _ in 0..4 {
        let letter = window.run(at, 16, |b| b == b'\\');
        if letter == at || !matches!(window.at(letter), Some(b'n' | b'r' | b't')) {
            break;
        }
        at = window.run(letter + 1, BLANKS, |b| b == b' ');
    }
    at
}

/// Skips the scheme of an `Authorization` value.
fn skip_scheme(window: &Window<'_>, at: usize) -> usize {
    if !matches!(
        window.at(at).map(|b| b | 0x20),
        Some(b'b' | b't' | b'a' | b'k')
    ) {
        return at;
    }
    [
        b"Bearer ".as_slice(),
        b"Basic ",
        b"Token ",
        b"Bot ",
        b"Bearer%20",
        b"ApiKey ",
        b"Key ",
        b"Api-Key ",
    ]
    .iter()
    .find(|scheme| window.starts_with_ignore_case(at, scheme))
    .map_or(at, |scheme| at + scheme.len())
}

/// Reads a quote, escaped or not, and returns its length and the delimiter that it opens.
pub(crate) fn quote_at(window: &Window<'_>, at: usize) -> Option<(usize, Delimiter)> {
    let backslashes = window.run(at, 63, |b| b == b'\\') - at;
    match window.at(at + backslashes)? {
        quote @ (b'"' | b'\'' | b'`') => {
            Some((backslashes + 1, Delimiter::Quote { quote, backslashes }))
        }
        b'u' if backslashes > 0 => {
            let length = unicode_at(window, at, b"0022").or(unicode_at(window, at, b"0027"))?;
            Some((length, Delimiter::Bare(Extent::Line)))
        }
        b'%' if backslashes == 0 => match coded_at(window, at)? {
            (b'"' | b'\'', length) => Some((length, Delimiter::PercentQuote)),
            _ => None,
        },
        b'&' if backslashes == 0 => [b"&quot;".as_slice(), b"&#34;", b"&#39;", b"&#x27;"]
            .iter()
            .find(|entity| window.starts_with(at, entity))
            .map(|entity| (entity.len(), Delimiter::Bare(Extent::Word))),
        _ => None,
    }
}

/// Reads `%XX` at any depth, `%25XX`, `%2525XX`, and returns the byte and the length.
pub(crate) fn coded_at(window: &Window<'_>, at: usize) -> Option<(u8, usize)> {
    let mut byte = window.percent_at(at)?;
    let mut length = 3;
    for _ in 0..4 {
        if byte != b'%' {
            break;
        }
        let high = window.at(at + length).and_then(hex_digit);
        let low = window.at(at + length + 1).and_then(hex_digit);
        let (Some(high), Some(low)) = (high, low) else {
            break;
        };
        byte = high << 4 | low;
        length += 2;
    }
    Some((byte, length))
}

/// Reads `\uXXXX` with these digits, behind one backslash or more, and returns its length.
fn unicode_at(window: &Window<'_>, at: usize, digits: &[u8; 4]) -> Option<usize> {
    let letter = window.run(at, 63, |b| b == b'\\');
    let coded = letter > at
        && window.at(letter) == Some(b'u')
        && window.starts_with_ignore_case(letter + 1, digits);
    coded.then_some(letter + 5 - at)
}

/// Tells whether a name stands at the start of a line, after `export ` or after a NUL byte.
pub(crate) fn starts_line(window: &Window<'_>, name_start: usize) -> bool {
    let left = window.before(name_start, 8);
    let left = left.strip_suffix(b"export ").unwrap_or(left);
    matches!(left.last(), None | Some(b'\n' | b'\r' | 0)) || left.ends_with(b"\\n")
}

/// Tells whether a separator at `at` begins the next pair (`&page=2`, `;Server=x`) or ends the
/// statement. Inside a password it does neither.
pub(crate) fn next_pair(window: &Window<'_>, at: usize, extent: Extent) -> bool {
    let after = window.at(at + 1);
    let word_only = matches!(extent, Extent::Word | Extent::Coded);
    if ends_statement(after) || matches!(after, Some(b'&' | b';')) && word_only {
        return true;
    }
    let end = window.run(at + 1, 40, |b| URL64.has(b) || b == b'.');
    let name = window.slice(at + 1..end);
    let word = name.len() > 2 && name.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_');
    match window.at(end) {
        Some(b'=') => word || word_only,
        next => word_only && (word || next == Some(b';')),
    }
}

/// Tells whether punctuation in front of this byte ends a clause.
pub(crate) fn ends_statement(after: Option<u8>) -> bool {
    after.is_none_or(|b| b <= b' ' || matches!(b, b'"' | b'\'' | b'`' | b'\\'))
}
