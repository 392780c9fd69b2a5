//! Structure where shape fails: a name, a separator and a value, through any escaping.
//!
//! Reads `NAME=value`, `"name": "value"` at any depth of JSON, `name: value`, `--token value`,
//! `<key>name</key><string>value</string>`, `Authorization: Bearer value` and `scheme://user:password@`.
//! The engine calls it where a word such as `key` or `token` stands.
//!
//! **Invariant:** reads forward at most one value and backward at most one name.

use crate::engine::{TOKEN_CAP, encoding_of};
use crate::name::credential_name;
use crate::rule::{Confidence, Encoding, Rule};
use crate::rules::{GENERIC_ID, rule};
use crate::url;
use crate::value::{plausible_for_provider, plausible_secret};
use crate::window::{URL64, Window};
use std::ops::Range;

/// The longest name that is read, on either side of the word that woke the reader.
const NAME_REACH: usize = 64;
/// The most blanks between a name, its separator and its value.
const BLANKS: usize = 32;
/// How much of a value is judged.
const JUDGED: usize = 256;

/// A value found by what stands in front of it.
pub(crate) struct Named {
    pub(crate) rule: &'static Rule,
    pub(crate) span: Range<usize>,
    pub(crate) confidence: Confidence,
    pub(crate) encoding: Encoding,
}

/// How a value is delimited.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Delimiter {
    /// The same quote behind as many backslashes.
    Quote { quote: u8, backslashes: usize },
    /// `%22`
    PercentQuote,
    /// The next `<`.
    Tag,
    /// White space or punctuation; the value is the rest of the line after `NAME=` at its start.
    Bare { line: bool },
}

/// Reads the assignment whose name contains the word `word..word_end`.
pub(crate) fn by_name(window: &Window<'_>, word: usize, word_end: usize) -> Option<Named> {
    let name_end = window.run(word_end, NAME_REACH, |b| URL64.has(b));
    // The byte after the name rejects prose before anything else is read.
    let next = window.at(name_end)?;
    if !matches!(
        next,
        b'"' | b'\'' | b'`' | b'\\' | b'=' | b':' | b' ' | b'\t' | b'%' | b'<' | b'>' | b']' | b'&'
    ) {
        return None;
    }
    let (name_start, flag) = name_start(window, word)?;
    if in_arn(window, name_start, name_end) {
        return None;
    }
    let (value_start, delimiter) = value_start(window, name_start, name_end, flag)?;
    let name = str::from_utf8(window.slice(name_start..name_end)).ok()?;
    let hint = credential_name(name).filter(|hint| hint.strong)?;
    let span = read_value(window, value_start, delimiter)?;
    judge(window, span, hint.rule, delimiter)
}

/// Reads the value after `Bearer `.
pub(crate) fn bearer(window: &Window<'_>, at: usize, value: usize) -> Option<Named> {
    if window
        .before(at, 1)
        .last()
        .is_some_and(u8::is_ascii_alphanumeric)
        && !after_escape(window, at)
    {
        return None;
    }
    let delimiter = Delimiter::Bare { line: false };
    let span = read_value(window, value, delimiter)?;
    if span.len() < 16 {
        return None;
    }
    judge(window, span, None, delimiter)
}

/// Reads the password in `scheme://user:password@host`; `at` is the colon.
pub(crate) fn url_password(window: &Window<'_>, at: usize) -> Option<Named> {
    let end = window.run(at + 3, 1024, |b| url::AUTHORITY.has(b) || b >= 0x80);
    let span = url::password_of(window.slice(at + 3..end))?;
    let span = at + 3 + span.start..at + 3 + span.end;
    let value = window.slice(span.clone());
    if !url::plausible_password(value) {
        return None;
    }
    let letters = window.before(at, 24);
    let scheme = letters
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'+')
        .count();
    let scheme = &letters[letters.len() - scheme..];
    let id = if url::is_database(scheme) {
        "database-url-password"
    } else {
        "url-password"
    };
    Some(Named {
        rule: rule(id)?,
        encoding: encoding_of(value),
        span,
        confidence: Confidence::Medium,
    })
}

fn judge(
    window: &Window<'_>,
    span: Range<usize>,
    owner: Option<&'static Rule>,
    delimiter: Delimiter,
) -> Option<Named> {
    let value = window.slice(span.clone());
    let called = matches!(delimiter, Delimiter::Bare { .. })
        && matches!(window.at(span.end), Some(b'(' | b'['));
    // The start of a long value tells enough, and names may stand at every few bytes.
    let start = &value[..value.len().min(JUDGED)];
    let plausible = if owner.is_some() {
        plausible_for_provider(start)
    } else {
        plausible_secret(start)
    };
    if called || !plausible {
        return None;
    }
    let (rule, confidence) = match owner {
        Some(owner) => (owner, Confidence::Medium),
        None => (rule(GENERIC_ID)?, Confidence::Low),
    };
    Some(Named {
        rule,
        encoding: encoding_of(value),
        span,
        confidence,
    })
}

/// Returns where the name begins, and whether it is a command-line flag.
fn name_start(window: &Window<'_>, word: usize) -> Option<(usize, bool)> {
    let left = window.before(word, NAME_REACH + 1);
    let length = left.iter().rev().take_while(|b| URL64.has(**b)).count();
    if length > NAME_REACH {
        return None;
    }
    let mut start = word - length;
    let dashes = window
        .slice(start..word)
        .iter()
        .take_while(|b| **b == b'-')
        .count();
    if dashes > 0 {
        return Some((start + dashes, true));
    }
    start += escape_rest(window, start, word);
    let dashes = window
        .slice(start..word)
        .iter()
        .take_while(|b| **b == b'-')
        .count();
    Some((start + dashes, dashes > 0))
}

/// Counts the bytes at the start of a name that belong to an escape before it: the `n` of `\n`,
/// the `u000a` of `\u000a`, the `0A` of `%0A`.
fn escape_rest(window: &Window<'_>, start: usize, word: usize) -> usize {
    let name = window.slice(start..word);
    let hex = |count: usize| name.len() >= count && name[..count].iter().all(u8::is_ascii_hexdigit);
    match (window.before(start, 1).first(), name) {
        (Some(b'\\'), [b'u', rest @ ..])
            if rest.len() >= 4 && rest[..4].iter().all(u8::is_ascii_hexdigit) =>
        {
            5
        }
        (Some(b'\\'), [b'x', rest @ ..])
            if rest.len() >= 2 && rest[..2].iter().all(u8::is_ascii_hexdigit) =>
        {
            3
        }
        (Some(b'\\'), [b'n' | b't' | b'r' | b'b' | b'f' | b'0', ..]) => 1,
        (Some(b'%'), _) if hex(2) => 2,
        _ => 0,
    }
}

/// Tells whether a name is the kind of resource in an ARN: `arn:aws:..:123456789012:secret:name`.
fn in_arn(window: &Window<'_>, name_start: usize, name_end: usize) -> bool {
    window.at(name_end) == Some(b':')
        && matches!(window.before(name_start, 13), [account @ .., b':']
            if account.len() == 12 && account.iter().all(u8::is_ascii_digit))
}

fn after_escape(window: &Window<'_>, at: usize) -> bool {
    matches!(window.before(at, 2), [b'\\', b'n' | b't' | b'r'])
}

/// Returns where the value begins and how it ends.
fn value_start(
    window: &Window<'_>,
    name_start: usize,
    name_end: usize,
    flag: bool,
) -> Option<(usize, Delimiter)> {
    if window.starts_with(name_end, b"</key>") || window.starts_with(name_end, b"<\\/key>") {
        return plist_value(window, name_end);
    }
    let tag = window.before(name_start, 1) == b"<";
    if tag && window.at(name_end) == Some(b'>') {
        return Some((name_end + 1, Delimiter::Tag));
    }
    let mut at = name_end;
    let quoted = quote_at(window, at);
    if let Some((length, _)) = quoted {
        at += length;
    }
    if window.at(at) == Some(b']') {
        at += 1;
    }
    let blank = skip_blanks(window, at);
    let after = match window.at(blank)? {
        b'=' if window.at(blank + 1) == Some(b'=') => return None,
        b'=' if window.at(blank + 1) == Some(b'>') => blank + 2,
        b':' if window.at(blank + 1) == Some(b'=') => blank + 2,
        b':' if window.starts_with(blank, b"://") => return None,
        b'=' | b':' => blank + 1,
        b'%' if matches!(window.percent_at(blank), Some(b'=' | b':')) => blank + 3,
        // Arguments in a list, `"--token", "x"`, and as npm logs them, `"--token" "x"`.
        b',' if flag && quoted.is_some() => skip_lines(window, blank + 1),
        _ if flag && blank > at => blank,
        _ => return None,
    };
    let line =
        window.at(blank) == Some(b'=') && after == name_end + 1 && starts_line(window, name_start);
    let at = skip_blanks(window, after);
    let quote = quote_at(window, at);
    if quote.is_some() && window.before(name_start, 1) == b"?" {
        // "`?token=`": the quote closes.
        return None;
    }
    let at = skip_scheme(window, at + quote.map_or(0, |(length, _)| length));
    Some((
        at,
        quote.map_or(Delimiter::Bare { line }, |(_, delimiter)| delimiter),
    ))
}

/// Reads past `</key>` to the `<string>` that follows.
fn plist_value(window: &Window<'_>, name_end: usize) -> Option<(usize, Delimiter)> {
    let close = window.run(name_end, 10, |b| b != b'>') + 1;
    let open = window.run(close, 96, |b| b != b'<');
    let gap = window.slice(close..open);
    let blank = gap
        .iter()
        .all(|b| b.is_ascii_whitespace() || matches!(b, b'\\' | b'n' | b't' | b'r'));
    (blank && window.starts_with(open, b"<string>")).then_some((open + 8, Delimiter::Tag))
}

fn skip_blanks(window: &Window<'_>, from: usize) -> usize {
    window.run(from, BLANKS, |b| b == b' ' || b == b'\t')
}

/// Skips white space with line feeds, escaped ones too, before an item of a list.
fn skip_lines(window: &Window<'_>, from: usize) -> usize {
    let mut at = window.run(from, BLANKS, |b| b.is_ascii_whitespace());
    let slashes = window.run(at, 8, |b| b == b'\\');
    if slashes > at && window.at(slashes) == Some(b'n') {
        at = window.run(slashes + 1, BLANKS, |b| b == b' ');
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
fn quote_at(window: &Window<'_>, at: usize) -> Option<(usize, Delimiter)> {
    let backslashes = window.run(at, 31, |b| b == b'\\') - at;
    match window.at(at + backslashes)? {
        quote @ (b'"' | b'\'' | b'`') => {
            Some((backslashes + 1, Delimiter::Quote { quote, backslashes }))
        }
        b'%' if backslashes == 0 && matches!(window.percent_at(at), Some(b'"' | b'\'')) => {
            Some((3, Delimiter::PercentQuote))
        }
        b'&' if backslashes == 0 && window.starts_with(at, b"&quot;") => {
            Some((6, Delimiter::Bare { line: false }))
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

/// Reads a value to its delimiter; `None` when it is longer than a token may be.
fn read_value(window: &Window<'_>, from: usize, delimiter: Delimiter) -> Option<Range<usize>> {
    let end = match delimiter {
        Delimiter::Quote { quote, backslashes } => quoted_end(window, from, quote, backslashes)?,
        Delimiter::PercentQuote => {
            let stop = |at| matches!(window.percent_at(at), Some(b'"' | b'\''));
            first(window, from, |at, byte| {
                byte <= b' ' || byte == b'%' && stop(at)
            })?
        }
        Delimiter::Tag => {
            let end = first(window, from, |_, byte| byte == b'<' || byte < b' ')?;
            let closed = window.starts_with(end, b"</") || window.starts_with(end, b"<\\");
            closed.then_some(end)?
        }
        Delimiter::Bare { line } => {
            let end = bare_end(window, from, line)?;
            let trailing = window
                .slice(from..end)
                .iter()
                .rev()
                .take_while(|b| matches!(b, b'.' | b':' | b'!' | b'?'))
                .count();
            end - if line { 0 } else { trailing }
        }
    };
    (end > from).then_some(from..end)
}

/// Returns the first offset that satisfies `stop`, or the end of the text.
fn first(window: &Window<'_>, from: usize, stop: impl Fn(usize, u8) -> bool) -> Option<usize> {
    (from..=from + TOKEN_CAP).find(|&at| window.at(at).is_none_or(|byte| stop(at, byte)))
}

/// Returns where a bare value ends. What ends it does not depend on where it begins, so that names
/// inside a long value do not read it again.
fn bare_end(window: &Window<'_>, from: usize, line: bool) -> Option<usize> {
    let known = window.clear_until(from, line);
    let end = (known..=from + TOKEN_CAP).find(|&at| {
        window
            .at(at)
            .is_none_or(|byte| ends_bare(window, at, byte, line))
    });
    window.set_clear(from, end.unwrap_or(from + TOKEN_CAP + 1).max(known), line);
    end
}

/// Finds the quote that closes: behind as many backslashes as the one that opened, or fewer.
fn quoted_end(window: &Window<'_>, from: usize, quote: u8, backslashes: usize) -> Option<usize> {
    let mut run = 0;
    for at in from..=from + TOKEN_CAP {
        let byte = window.at(at)?;
        match byte {
            b'\\' => run += 1,
            _ if byte == quote && run <= backslashes => return Some(at - run),
            b'\n' | b'\r' | 0 => return None,
            _ => run = 0,
        }
    }
    None
}

fn ends_bare(window: &Window<'_>, at: usize, byte: u8, line: bool) -> bool {
    match byte {
        0..=b' ' | b'"' | b'\'' | b'`' | 0x7f => true,
        // An escape ends the value: `\n`, `\"`, `\\`. An escaped slash is a slash.
        b'\\' => !escaped_slash(window, at),
        b'%' => matches!(
            window.percent_at(at),
            Some(b' ' | b'"' | b'&' | b'\n' | b'\r' | b'\'')
        ),
        b',' | b';' | b'&' | b'<' | b'>' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'|' => !line,
        _ => false,
    }
}

fn escaped_slash(window: &Window<'_>, at: usize) -> bool {
    let slash = window.run(at, 8, |b| b == b'\\');
    window.at(slash) == Some(b'/')
}
