//! Structure where shape fails: a name, a separator and a value, through any escaping.
//!
//! Reads `NAME=value`, `"name": "value"` at any depth of JSON, `name: value`, `--token value`,
//! `<key>name</key><string>value</string>`, `Authorization: Bearer value` and `scheme://user:password@`.
//! The engine calls it where a word such as `key` or `token` stands.
//!
//! What may stand between name and value is in [`crate::separator`], how a value ends in
//! [`crate::extent`].
//!
//! **Invariant:** reads forward at most one value and backward at most one name and the command in
//! front of it.

use crate::engine::encoding_of;
use crate::extent::read_value;
use crate::name::{Demand, Meaning, meaning};
use crate::random::is_identifier_text;
use crate::rule::{Confidence, Encoding, Rule};
use crate::rules::{GENERIC_ID, rule};
use crate::separator::{Delimiter, Evidence, Name, Place, quote_at, value_start};
use crate::url;
use crate::value::fits;
use crate::window::{Alphabet, Extent, URL64, WORD, Window};
use std::ops::Range;

/// The longest name that is read, on either side of the word that woke the reader.
const NAME_REACH: usize = 64;
/// The shortest value that is reported because of its name.
const SHORTEST: usize = 8;
/// The fewest letters without a digit that a sentence may lead to.
const TELLING_LETTERS: usize = 16;
/// The longest word that is read in front of a name.
const PHRASE_REACH: usize = 40;
/// How much of a value is judged.
const JUDGED: usize = 256;

/// A value found by what stands in front of it.
pub(crate) struct Named {
    pub(crate) rule: &'static Rule,
    pub(crate) span: Range<usize>,
    pub(crate) confidence: Confidence,
    pub(crate) encoding: Encoding,
}

/// What may stand behind a name that has a value; everything else is a word of a sentence or of a
/// program.
pub(crate) const AFTER_NAME: Alphabet = Alphabet::of(b"\"'`\\=: \t%<>[]&*\n\r(|,?+");

/// Reads the assignment whose name contains the word `word..word_end`.
pub(crate) fn by_name(window: &Window<'_>, word: usize, word_end: usize) -> Option<Named> {
    let name_end = window.run(word_end, NAME_REACH, |b| URL64.has(b));
    // The bytes after the name reject prose before anything else is read.
    let next = window.at(name_end)?;
    if !AFTER_NAME.has(next) || speaks(window, word, name_end, next) {
        return None;
    }
    // A trigger may begin with a quote: `"auth`.
    let word = word + usize::from(!URL64.has(window.at(word)?));
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
    if !may_be_value(window, place) {
        return None;
    }
    let meaning = meaning_at(window, start, name_end)?;
    let span = read_value(window, place.at, place.delimiter)?;
    judge(window, span, meaning, place)
}

/// Looks at the first bytes of a value: it is not shorter than [`SHORTEST`], and no object or list of
/// JSON. Most names end here.
fn may_be_value(window: &Window<'_>, place: Place) -> bool {
    let (quote, coded) = match place.delimiter {
        Delimiter::Tag => return true,
        Delimiter::Quote { quote, backslashes } => (Some(quote), backslashes > 0),
        Delimiter::PercentQuote => (None, false),
        Delimiter::Bare(_) => {
            let opens = matches!(window.at(place.at), Some(b'{' | b'['));
            let inner = window.at(place.at + usize::from(opens));
            if opens && matches!(inner, Some(b'"' | b'\\' | b'{' | b'[' | b']' | b'}')) {
                return false;
            }
            (Some(b'"'), true)
        }
    };
    let mut escaped = false;
    for at in place.at..place.at + SHORTEST {
        let Some(byte) = window.at(at) else {
            return false;
        };
        // In a plain string a quote may stand escaped.
        if byte <= b' ' || Some(byte) == quote && (coded || !escaped) {
            return false;
        }
        escaped = byte == b'\\' && !escaped;
    }
    true
}

/// Tells whether a name is a word of a sentence: between blanks, and in front of a letter that begins
/// neither `is` nor a value that a command or `.netrc` takes.
fn speaks(window: &Window<'_>, word: usize, name_end: usize, next: u8) -> bool {
    next == b' '
        && window.before(word, 1) == b" "
        && window.at(name_end + 1).is_some_and(|b| {
            matches!(b, b'a'..=b'h' | b'j'..=b'z') && window.slice(word..name_end) != b"password"
        })
        && !matches!(
            window.before(word, 3),
            [b't' | b'v' | b'x' | b'V' | b'G', b' '] | [_, b't' | b'v' | b'x' | b'V' | b'G', b' ']
        )
}

/// Asks about a name; a single word means more together with the word in front of it: "the API key
/// is ..", `spring.datasource.password`.
fn meaning_at(window: &Window<'_>, start: usize, end: usize) -> Option<Meaning> {
    let name = window.slice(start..end);
    let alone = meaning(str::from_utf8(name).ok()?);
    let sign = match window.before(start, 1) {
        // The parameter `key` of a query.
        [b'?' | b'&'] if alone.is_none() && name == b"key" => {
            return Some(Meaning {
                rule: None,
                demand: Demand::Drawn { ids: true },
            });
        }
        [sign @ (b' ' | b'.')] => *sign,
        _ => return alone,
    };
    if alone.is_some_and(|alone| alone.rule.is_some()) || !name.iter().all(u8::is_ascii_alphabetic)
    {
        return alone;
    }
    let from = phrase_start(window, start, sign);
    if from == start {
        return alone;
    }
    let phrase = str::from_utf8(window.slice(from..end)).ok()?;
    let together = meaning(phrase)?;
    // `Biases key`: a word with a capital in front of `key` is likely the name of a service.
    let before = phrase.rsplit(' ').nth(1).unwrap_or_default();
    let capital = sign == b' ' && before.starts_with(|c: char| c.is_ascii_uppercase());
    // A provider's variable is one word; a phrase that happens to spell one is less.
    Some(Meaning {
        rule: together.rule.filter(|_| sign == b'.'),
        demand: match together.demand {
            Demand::Owned => Demand::Token { ids: true },
            Demand::Drawn { ids } => Demand::Drawn {
                ids: ids || capital,
            },
            demand => demand,
        },
    })
}

/// Returns where the word in front of a name begins, or the path; behind a blank two words count:
/// "my Bright Data key".
fn phrase_start(window: &Window<'_>, start: usize, sign: u8) -> usize {
    let mut from = start;
    for _ in 0..if sign == b' ' { 2 } else { 1 } {
        if window.before(from, 1) != [sign] {
            break;
        }
        let left = window.before(from - 1, PHRASE_REACH);
        let length = left
            .iter()
            .rev()
            .take_while(|b| WORD.has(**b) || matches!(b, b'.' | b'-'))
            .count();
        if length == 0 {
            break;
        }
        let word = from - 1 - length;
        from = word + escape_rest(window, word, from - 1);
        if from != word {
            break;
        }
    }
    from
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
    let meaning = Meaning {
        rule: None,
        demand: Demand::Token { ids: true },
    };
    judge(window, span, meaning, place)
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
        evidence: Evidence::Assigned,
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

fn judge(window: &Window<'_>, span: Range<usize>, meaning: Meaning, place: Place) -> Option<Named> {
    // The start of a long value tells enough, and names may stand at every few bytes.
    let start = window.slice(span.start..span.end.min(span.start + JUDGED));
    let called = matches!(place.delimiter, Delimiter::Bare { .. })
        && (matches!(window.at(span.end), Some(b'(' | b'[' | b'<'))
            // `$parser->next`
            || window.before(span.end, 1) == b"-" && window.at(span.end) == Some(b'>')
            || place.delimiter == Delimiter::Bare(Extent::Clause) && calls(start));
    let demand = match (place.evidence, meaning.demand) {
        (Evidence::Beside, Demand::Token { ids } | Demand::Drawn { ids }) => Demand::Drawn { ids },
        (Evidence::Beside, Demand::Password) => Demand::Drawn { ids: false },
        (_, demand) => demand,
    };
    let both = start.iter().any(u8::is_ascii_alphabetic)
        && (start.iter().any(u8::is_ascii_digit)
            || start.len() >= TELLING_LETTERS && !is_identifier_text(start));
    if called || !fits(start, demand) || place.evidence == Evidence::Told && !both {
        return None;
    }
    let (rule, confidence) = match meaning.rule {
        Some(owner) => (owner, Confidence::Medium),
        None => (rule(GENERIC_ID)?, Confidence::Low),
    };
    Some(Named {
        rule,
        encoding: encoding_of(window.slice(span.clone())),
        span,
        confidence,
    })
}

/// Tells whether a value begins as a call, an index or a structure does: `get(x)`, `Key { .. }`.
fn calls(value: &[u8]) -> bool {
    let marks = value
        .iter()
        .take_while(|b| matches!(b, b'&' | b'*' | b'!' | b'#' | b'$'))
        .count();
    let name = |b: &&u8| {
        WORD.has(**b) || matches!(b, b'.' | b':' | b'?' | b'!' | b'$' | b'-' | b'>' | b'#')
    };
    let length = marks + value[marks..].iter().take_while(name).count();
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

#[cfg(test)]
mod tests {
    use crate::window::STEPS;

    /// Repeats of what wakes a reader and of what it waits for: the number of
    /// bytes looked at grows with the text and not with its square.
    #[test]
    fn catastrophic_texts_are_read_in_linear_time() {
        for piece in [
            "token=",
            "token: ",
            "\"token\":\"",
            "\"token\",\"",
            "token,",
            "token(\"",
            "token:\n",
            "token\t",
            "token\\t",
            "token%3D",
            "token%253Dx%2526",
            "token - '",
            "token is ",
            "token |",
            "token | ",
            "token[",
            "token string = ",
            "<token>",
            "<token>{",
            "<key>token</key>",
            "\"name\":\"token\",",
            "etsy key ",
            "etsy.key.",
            "auth_",
            "_pass",
            "credential",
            "--token ",
            "Bearer ",
            "://u:p",
            "password ",
            "machine login password ",
            "setenv token ",
            "\\u0022token\\u0022:",
            "&quot;token&quot;:&quot;",
            "\"",
            "\\\"",
            "\\",
            "key=a&",
            "key=a;",
            "token=&",
            "token: a,",
        ] {
            let text = piece.repeat((1 << 17) / piece.len());
            STEPS.with(|steps| steps.set(0));
            let _ = crate::scan(text.as_bytes());
            let steps = STEPS.with(std::cell::Cell::get);
            let share = steps / text.len() as u64;
            assert!(share < 200, "{piece}: {share} looks at each byte");
        }
    }
}
