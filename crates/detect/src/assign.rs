//! Structure where shape fails: a name, a separator and a value, through any escaping.
//!
//! Reads `NAME=value`, `"name": "value"` at any depth of JSON, `name: value`, `--token value`,
//! `<key>name</key><string>value</string>`, `Authorization: Bearer value` and `scheme://user:password@`.
//! The engine calls it where a word such as `key` or `token` stands.
//!
//! What may stand between name and value is in [`crate::separator`].
//!
//! **Invariant:** reads forward at most one value and backward at most one name and the command in
//! front of it.

use crate::engine::{TOKEN_CAP, encoding_of};
use crate::name::{NameHint, credential_name};
use crate::rule::{Confidence, Encoding, Rule};
use crate::rules::{GENERIC_ID, rule};
use crate::separator::{Delimiter, Name, Place, ends_statement, next_pair, quote_at, value_start};
use crate::url;
use crate::value::{plausible_for_provider, plausible_secret};
use crate::window::{Extent, URL64, WORD, Window};
use std::ops::Range;

/// The longest name that is read, on either side of the word that woke the reader.
const NAME_REACH: usize = 64;
/// The shortest value that is reported because of its name.
const SHORTEST: usize = 8;
/// How much of a value is judged.
const JUDGED: usize = 256;

/// A value found by what stands in front of it.
pub(crate) struct Named {
    pub(crate) rule: &'static Rule,
    pub(crate) span: Range<usize>,
    pub(crate) confidence: Confidence,
    pub(crate) encoding: Encoding,
}

/// Reads the assignment whose name contains the word `word..word_end`.
pub(crate) fn by_name(window: &Window<'_>, word: usize, word_end: usize) -> Option<Named> {
    let name_end = window.run(word_end, NAME_REACH, |b| URL64.has(b));
    // The byte after the name rejects prose before anything else is read.
    let next = window.at(name_end)?;
    if !matches!(
        next,
        b'"' | b'\''
            | b'`'
            | b'\\'
            | b'='
            | b':'
            | b' '
            | b'\t'
            | b'%'
            | b'<'
            | b'>'
            | b']'
            | b'&'
            | b'*'
            | b'\n'
            | b'\r'
    ) {
        return None;
    }
    let (start, flag) = name_start(window, word)?;
    let name = Name {
        start,
        end: name_end,
        flag,
    };
    if in_arn(window, start, name_end) || in_badge(window, start) {
        return None;
    }
    let place = value_start(window, name)?;
    // No shorter value is plausible; most names in sentences end here.
    if window.run(place.at, SHORTEST, |b| b > b' ') < place.at + SHORTEST {
        return None;
    }
    let hint = hint_of(window, start, name_end)?;
    let span = read_value(window, place.at, place.delimiter)?;
    judge(window, span, hint.rule, place)
}

/// Asks about a name, for `key` together with the word in front of it: "the API key is ..".
fn hint_of(window: &Window<'_>, start: usize, end: usize) -> Option<NameHint> {
    let name = str::from_utf8(window.slice(start..end)).ok()?;
    let strong = |name: &str| credential_name(name).filter(|hint| hint.strong);
    if !name.eq_ignore_ascii_case("key") || window.before(start, 1) != b" " {
        return strong(name);
    }
    let left = window.before(start - 1, 16);
    let length = left.iter().rev().take_while(|b| WORD.has(**b)).count();
    let kind = str::from_utf8(&left[left.len() - length..]).ok()?;
    strong(&format!("{kind}_{name}"))
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
    let place = bare(value);
    let span = read_value(window, value, place.delimiter)?;
    if span.len() < 16 {
        return None;
    }
    judge(window, span, None, place)
}

/// Reads the password that a program takes as an argument; `value` is behind the option.
pub(crate) fn argument(window: &Window<'_>, option: usize, value: usize) -> Option<Named> {
    let quote = quote_at(window, value);
    let from = value + quote.map_or(0, |(length, _)| length);
    let delimiter = quote.map_or(Delimiter::Bare(Extent::Word), |(_, delimiter)| delimiter);
    let mut span = read_value(window, from, delimiter)?;
    if window.slice(option..value).ends_with(b"u ") {
        // `curl -u user:password`
        let line = window.before(option, 200);
        let line = line.rsplit(|&b| b == b'\n').next().unwrap_or_default();
        memchr::memmem::find(line, b"curl")?;
        let colon = memchr::memchr(b':', window.slice(span.clone()))?;
        span.start += colon + 1;
    }
    let value = window.slice(span.clone());
    if !url::plausible_password(value) {
        return None;
    }
    Some(Named {
        rule: rule(GENERIC_ID)?,
        encoding: encoding_of(value),
        span,
        confidence: Confidence::Low,
    })
}

fn bare(at: usize) -> Place {
    Place {
        at,
        delimiter: Delimiter::Bare(Extent::Word),
        prose: false,
    }
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
    place: Place,
) -> Option<Named> {
    let value = window.slice(span.clone());
    let called = matches!(place.delimiter, Delimiter::Bare { .. })
        && (matches!(window.at(span.end), Some(b'(' | b'['))
            // `$parser->next`
            || value.ends_with(b"-") && window.at(span.end) == Some(b'>')
            || place.delimiter == Delimiter::Bare(Extent::Clause) && calls(value));
    // The start of a long value tells enough, and names may stand at every few bytes.
    let start = &value[..value.len().min(JUDGED)];
    let plausible = if owner.is_some() {
        plausible_for_provider(start)
    } else {
        plausible_secret(start)
    };
    let both = start.iter().any(u8::is_ascii_digit) && start.iter().any(u8::is_ascii_alphabetic);
    if called || !plausible || place.prose && !both {
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

/// Tells whether a value begins as a call, an index or a structure does: `get(x)`, `Key { .. }`.
fn calls(value: &[u8]) -> bool {
    let name = |b: &&u8| {
        WORD.has(**b)
            || matches!(
                b,
                b'.' | b':' | b'?' | b'!' | b'#' | b'$' | b'&' | b'*' | b'-' | b'>'
            )
    };
    let length = value.iter().take_while(name).count();
    matches!(value.get(length), Some(b'(' | b'[' | b'{' | b'<'))
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

/// Tells whether a name is the kind of resource in an ARN, `arn:aws:..:123456789012:secret:name`,
/// or in CloudFormation, `AWS::IAM::AccessKey`.
fn in_arn(window: &Window<'_>, name_start: usize, name_end: usize) -> bool {
    let left = window.before(name_start, 48);
    match left {
        [.., b':', b':'] => memchr::memmem::find(left, b"AWS::").is_some(),
        [.., b'*', b':'] => window.at(name_end) == Some(b':'),
        [rest @ .., b':'] => {
            let digits = rest.iter().rev().take_while(|b| b.is_ascii_digit());
            digits.count() == 12 && window.at(name_end) == Some(b':')
        }
        _ => false,
    }
}

/// Tells whether a name is a parameter of a badge: projects publish the tokens of those.
fn in_badge(window: &Window<'_>, name_start: usize) -> bool {
    window.before(name_start, 10) == b"badge.svg?"
}

fn after_escape(window: &Window<'_>, at: usize) -> bool {
    matches!(window.before(at, 2), [b'\\', b'n' | b't' | b'r'])
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
        Delimiter::Bare(extent) => {
            let end = bare_end(window, from, extent)?;
            let trailing = window
                .slice(from..end)
                .iter()
                .rev()
                .take_while(|b| matches!(b, b'.' | b':' | b'!' | b'?'))
                .count();
            end - if extent == Extent::Line { 0 } else { trailing }
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
fn bare_end(window: &Window<'_>, from: usize, extent: Extent) -> Option<usize> {
    let known = window.clear_until(from, extent);
    let end = (known..=from + TOKEN_CAP).find(|&at| {
        window
            .at(at)
            .is_none_or(|byte| ends_bare(window, at, byte, extent))
    });
    window.set_clear(from, end.unwrap_or(from + TOKEN_CAP + 1).max(known), extent);
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

fn ends_bare(window: &Window<'_>, at: usize, byte: u8, extent: Extent) -> bool {
    match byte {
        0..=b' ' | b'"' | b'\'' | b'`' | 0x7f => true,
        // An escape ends the value: `\n`, `\"`, `\\`. An escaped slash is a slash.
        b'\\' => !escaped_slash(window, at),
        b'%' => matches!(
            window.percent_at(at),
            Some(b' ' | b'"' | b'&' | b'\n' | b'\r' | b'\'')
        ),
        b'&' => next_pair(window, at, extent),
        b';' => extent == Extent::Word || next_pair(window, at, extent),
        b',' | b'>' | b')' | b']' | b'}' | b'|' => match extent {
            Extent::Line => false,
            Extent::Clause => {
                let after = window.at(at + 1);
                ends_statement(after)
                    || matches!(
                        after,
                        Some(b',' | b';' | b'.' | b':' | b')' | b']' | b'}' | b'|')
                    )
            }
            Extent::Word => true,
        },
        b'<' => match extent {
            Extent::Line => false,
            Extent::Clause => window
                .at(at + 1)
                .is_none_or(|b| matches!(b, b'/' | b'\'') || b.is_ascii_alphabetic()),
            Extent::Word => true,
        },
        b'(' | b'[' | b'{' => extent == Extent::Word,
        _ => false,
    }
}

fn escaped_slash(window: &Window<'_>, at: usize) -> bool {
    let slash = window.run(at, 8, |b| b == b'\\');
    window.at(slash) == Some(b'/')
}
