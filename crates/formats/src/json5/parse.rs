//! The JSON5 grammar.
//!
//! **Invariant:** recursion ends at [`MAX_DEPTH`]; messages are fixed texts.

use std::sync::Arc;

use serde_json::Number;

use super::{Element, Kind, Node, string};
use crate::ParseError;

/// Bounds how deep arrays and objects may nest.
pub const MAX_DEPTH: usize = 200;

type Parsed<T> = Result<T, ParseError>;

/// Parses a whole text.
pub(super) fn document(text: &str) -> Parsed<Node> {
    let mut parser = Parser {
        text,
        bytes: text.as_bytes(),
        at: 0,
    };
    parser.trivia()?;
    let root = parser.value(0)?;
    parser.trivia()?;
    if parser.at < text.len() {
        return parser.fail("expected the end of the text");
    }
    Ok(root)
}

/// Returns the length of the white space at an offset, line ends included.
pub(super) fn space_length(text: &str, at: usize) -> usize {
    match text.as_bytes().get(at) {
        Some(b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c) => 1,
        Some(0xc2..) => text[at..]
            .chars()
            .next()
            .filter(|c| is_space(*c))
            .map_or(0, char::len_utf8),
        _ => 0,
    }
}

fn is_space(c: char) -> bool {
    matches!(
        c,
        '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}'
                | '\u{2028}'
                | '\u{2029}'
                | '\u{202f}'
                | '\u{205f}'
                | '\u{3000}'
                | '\u{feff}'
    )
}

/// Returns the end of the comment at an offset: `None` if there is none, `Err` if it does not end.
pub(super) fn comment_end(bytes: &[u8], at: usize) -> Result<Option<usize>, ()> {
    if bytes.get(at) != Some(&b'/') {
        return Ok(None);
    }
    match bytes.get(at + 1) {
        Some(b'/') => Ok(Some(line_comment_end(bytes, at + 2))),
        Some(b'*') => {
            let body = &bytes[at + 2..];
            body.windows(2)
                .position(|pair| pair == b"*/")
                .map(|end| Some(at + 4 + end))
                .ok_or(())
        }
        _ => Ok(None),
    }
}

fn line_comment_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'\n' | b'\r' => break,
            // U+2028 and U+2029 end a line in ECMAScript.
            0xe2 if bytes[at..].starts_with(b"\xe2\x80\xa8")
                || bytes[at..].starts_with(b"\xe2\x80\xa9") =>
            {
                break;
            }
            _ => at += 1,
        }
    }
    at
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn fail<T>(&self, message: &'static str) -> Parsed<T> {
        Err(ParseError::at(self.bytes, self.at, message))
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn trivia(&mut self) -> Parsed<()> {
        loop {
            let space = space_length(self.text, self.at);
            if space > 0 {
                self.at += space;
                continue;
            }
            match comment_end(self.bytes, self.at) {
                Ok(Some(end)) => self.at = end,
                Ok(None) => return Ok(()),
                Err(()) => return self.fail("this comment does not end"),
            }
        }
    }

    fn value(&mut self, depth: usize) -> Parsed<Node> {
        let start = self.at;
        let kind = match self.peek() {
            None => return self.fail("expected a value"),
            Some(b'{' | b'[') if depth >= MAX_DEPTH => {
                return self.fail("nested deeper than 200 levels");
            }
            Some(b'{') => Kind::Object(self.elements(depth, b'}')?),
            Some(b'[') => Kind::Array(self.elements(depth, b']')?),
            Some(b'"' | b'\'') => Kind::String(self.string()?),
            Some(b'+' | b'-' | b'.' | b'0'..=b'9' | b'I' | b'N') => Kind::Number(self.number()?),
            Some(_) => self.word()?,
        };
        Ok(Node {
            span: start..self.at,
            kind,
        })
    }

    fn elements(&mut self, depth: usize, close: u8) -> Parsed<Vec<Element>> {
        let mut elements: Vec<Element> = Vec::new();
        self.at += 1;
        loop {
            self.trivia()?;
            if self.peek() == Some(close) {
                self.at += 1;
                return Ok(elements);
            }
            if self.peek().is_none() {
                return self.fail(if close == b'}' {
                    "this object does not end"
                } else {
                    "this array does not end"
                });
            }
            if elements.last().is_some_and(|before| before.comma.is_none()) {
                return self.fail(if close == b'}' {
                    "expected ',' or '}'"
                } else {
                    "expected ',' or ']'"
                });
            }
            let (key, key_span) = if close == b'}' {
                self.key()?
            } else {
                (Arc::from(""), self.at..self.at)
            };
            let value = self.value(depth + 1)?;
            self.trivia()?;
            let comma = (self.peek() == Some(b',')).then_some(self.at);
            self.at += usize::from(comma.is_some());
            elements.push(Element {
                key,
                key_span,
                value,
                comma,
            });
        }
    }

    fn key(&mut self) -> Parsed<(Arc<str>, std::ops::Range<usize>)> {
        let start = self.at;
        let key = match self.peek() {
            Some(b'"' | b'\'') => self.string()?,
            _ => self.identifier()?,
        };
        let span = start..self.at;
        self.trivia()?;
        if self.peek() != Some(b':') {
            return self.fail("expected ':'");
        }
        self.at += 1;
        self.trivia()?;
        Ok((Arc::from(key), span))
    }

    fn identifier(&mut self) -> Parsed<String> {
        let mut name = String::new();
        while let Some(c) = self.text[self.at..].chars().next() {
            let (c, length) = if c == '\\' {
                match string::unicode_escape(self.bytes, self.at) {
                    Some((unit, length)) => {
                        (char::from_u32(u32::from(unit)).unwrap_or('\0'), length)
                    }
                    None => return self.fail("expected \\u and four hexadecimal digits"),
                }
            } else {
                (c, c.len_utf8())
            };
            let fits = matches!(c, '$' | '_')
                || if name.is_empty() {
                    c.is_alphabetic()
                } else {
                    is_name_part(c)
                };
            if !fits {
                break;
            }
            name.push(c);
            self.at += length;
        }
        if name.is_empty() {
            return self.fail("expected a key");
        }
        Ok(name)
    }

    fn string(&mut self) -> Parsed<String> {
        match string::decode(self.text, self.at) {
            Ok((text, end)) => {
                self.at = end;
                Ok(text)
            }
            Err((at, message)) => {
                self.at = at;
                self.fail(message)
            }
        }
    }

    fn word(&mut self) -> Parsed<Kind> {
        let length = self.bytes[self.at..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .count();
        let kind = match &self.bytes[self.at..self.at + length] {
            b"null" => Kind::Null,
            b"true" => Kind::Bool(true),
            b"false" => Kind::Bool(false),
            _ => return self.fail("expected a value"),
        };
        self.at += length;
        Ok(kind)
    }

    fn number(&mut self) -> Parsed<Option<Number>> {
        let rest = &self.text[self.at..];
        let length = number_length(rest.as_bytes());
        match number(&rest[..length]) {
            Some(number) => {
                self.at += length;
                Ok(number)
            }
            None => self.fail("this number is malformed"),
        }
    }
}

fn is_name_part(c: char) -> bool {
    // U+200C and U+200D join letters in some scripts.
    c.is_alphanumeric() || matches!(c, '\u{200c}' | '\u{200d}')
}

/// Takes everything that could belong to a number, so that `12abc` is one malformed number.
fn number_length(bytes: &[u8]) -> usize {
    let mut at = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let hex = bytes.get(at) == Some(&b'0') && matches!(bytes.get(at + 1), Some(b'x' | b'X'));
    while let Some(byte) = bytes.get(at) {
        let exponent_sign =
            !hex && matches!(byte, b'+' | b'-') && matches!(bytes[at - 1], b'e' | b'E');
        if !(byte.is_ascii_alphanumeric() || *byte == b'.' || exponent_sign) {
            break;
        }
        at += 1;
    }
    at
}

/// Reads a number; the inner `None` is `Infinity` or `NaN`.
fn number(text: &str) -> Option<Option<Number>> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if matches!(digits, "Infinity" | "NaN") {
        return Some(None);
    }
    if let Some(hex) = digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"))
    {
        return hexadecimal(hex, negative).map(whole);
    }
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (&digits[..at], Some(&digits[at + 1..])),
        None => (digits, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|part| {
        let part = part.strip_prefix(['+', '-']).unwrap_or(part);
        !part.is_empty() && all_digits(part)
    });
    let octal_looking = whole.len() > 1 && whole.starts_with('0');
    if !all_digits(whole)
        || !all_digits(fraction)
        || (whole.len() + fraction.len() == 0)
        || !exponent_fits
        || octal_looking
    {
        return None;
    }
    let is_integer = exponent.is_none() && !mantissa.contains('.');
    if is_integer && !(negative && whole == "0") {
        if !negative && let Ok(value) = whole.parse::<u64>() {
            return Some(Some(Number::from(value)));
        }
        if negative && let Ok(value) = text.parse::<i64>() {
            return Some(Some(Number::from(value)));
        }
    }
    text.parse::<f64>().ok().map(finite)
}

fn hexadecimal(digits: &str, negative: bool) -> Option<f64> {
    if digits.is_empty() {
        return None;
    }
    let mut value = 0f64;
    for digit in digits.chars() {
        value = value * 16.0 + f64::from(digit.to_digit(16)?);
    }
    Some(if negative { -value } else { value })
}

/// Keeps hexadecimal numbers whole while a double holds them exactly.
fn whole(value: f64) -> Option<Number> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.abs() <= EXACT && !(value == 0.0 && value.is_sign_negative()) {
        return Some(Number::from(value as i64));
    }
    finite(value)
}

/// Turns what overflows into "not representable".
fn finite(value: f64) -> Option<Number> {
    Number::from_f64(value)
}
