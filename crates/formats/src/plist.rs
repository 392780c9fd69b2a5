//! launchd property lists in XML: the environment and the arguments of a service.
//!
//! Yields every scalar: `EnvironmentVariables.NAME`, `ProgramArguments[1]`. A binary property list
//! is an error that says so.
//!
//! **Invariant:** no document type is fetched and no entity is expanded but the five of XML and
//! character numbers. Nesting is bounded.
//!
//! **Source:** <https://www.apple.com/DTDs/PropertyList-1.0.dtd>, `launchd.plist(5)`

use std::ops::Range;
use std::sync::Arc;

use crate::sheet::{Item, Sheet};
use crate::text::{content_start, lossy, whole_lines};
use crate::{Entry, ParseError, Segment};

const MAX_DEPTH: usize = 200;
const MAX_SEGMENTS: usize = 1 << 24;

/// Marks an element that is written `<string/>`.
const SELF_CLOSED: u8 = b'/';
const CONTENT: u8 = 0;
const BOOLEAN: u8 = b'b';

/// Says whether a property list is in Apple's binary form.
pub fn is_binary(text: &[u8]) -> bool {
    text.starts_with(b"bplist")
}

enum Token {
    Open { name: Range<usize>, closed: bool },
    Close { name: Range<usize> },
}

/// A container that is open, and what the next value in it is called.
struct Level {
    is_dict: bool,
    key: Option<(Arc<str>, usize)>,
    count: usize,
}

pub(crate) fn sheet(text: &[u8]) -> Result<Sheet, ParseError> {
    if is_binary(text) {
        return Err(ParseError::at(
            text,
            0,
            "a binary property list; convert it with `plutil -convert xml1`",
        ));
    }
    let mut reader = Reader {
        text,
        at: content_start(text),
        levels: Vec::new(),
        segments: 0,
        sheet: Sheet::default(),
    };
    while let Some((token, range)) = reader.token()? {
        reader.take(token, range)?;
    }
    match reader.levels.is_empty() {
        true => Ok(reader.sheet),
        false => Err(ParseError::at(text, text.len(), "an element does not end")),
    }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    levels: Vec<Level>,
    segments: usize,
    sheet: Sheet,
}

impl Reader<'_> {
    fn fail<T>(&self, offset: usize, message: &'static str) -> Result<T, ParseError> {
        Err(ParseError::at(self.text, offset, message))
    }

    /// Returns the next tag and skips what is between tags.
    fn token(&mut self) -> Result<Option<(Token, Range<usize>)>, ParseError> {
        loop {
            let Some(ahead) = self.text[self.at..].iter().position(|byte| *byte == b'<') else {
                self.at = self.text.len();
                return Ok(None);
            };
            let start = self.at + ahead;
            let rest = &self.text[start..];
            let skipped = match rest {
                [b'<', b'!', b'-', b'-', ..] => Some(self.behind(start + 4, b"-->")),
                [b'<', b'?', ..] => Some(self.behind(start + 2, b"?>")),
                [b'<', b'!', b'[', ..] => Some(self.behind(start + 3, b"]]>")),
                [b'<', b'!', ..] => Some(self.behind(start + 2, b">")),
                _ => None,
            };
            if let Some(end) = skipped {
                let Some(end) = end else {
                    return self.fail(start, "this markup does not end");
                };
                self.at = end;
                continue;
            }
            let Some(end) = self.behind(start, b">") else {
                return self.fail(start, "this tag does not end");
            };
            self.at = end;
            return Ok(Some((tag(self.text, start, end), start..end)));
        }
    }

    fn behind(&self, from: usize, mark: &[u8]) -> Option<usize> {
        let ahead = self
            .text
            .get(from..)?
            .windows(mark.len())
            .position(|window| window == mark)?;
        Some(from + ahead + mark.len())
    }

    fn take(&mut self, token: Token, range: Range<usize>) -> Result<(), ParseError> {
        match token {
            Token::Open { name, closed } => match &self.text[name] {
                b"plist" => Ok(()),
                b"dict" | b"array" if closed => {
                    self.named();
                    Ok(())
                }
                kind @ (b"dict" | b"array") => {
                    if self.levels.len() >= MAX_DEPTH {
                        return self.fail(range.start, "nested deeper than 200 levels");
                    }
                    let is_dict = kind == b"dict";
                    self.levels.push(Level {
                        is_dict,
                        key: None,
                        count: 0,
                    });
                    Ok(())
                }
                b"key" => self.key(range, closed),
                _ => self.scalar(range, closed),
            },
            Token::Close { name } => match &self.text[name] {
                kind @ (b"dict" | b"array") => match self.levels.pop() {
                    Some(level) if level.is_dict == (kind == b"dict") => {
                        self.named();
                        Ok(())
                    }
                    _ => self.fail(range.start, "this end tag closes nothing"),
                },
                b"plist" => Ok(()),
                _ => self.fail(range.start, "this end tag closes nothing"),
            },
        }
    }

    /// Counts a value, and forgets the key that named it. Returns where the key began.
    fn named(&mut self) -> Option<usize> {
        let level = self.levels.last_mut()?;
        level.count += 1;
        level.key.take().map(|(_, start)| start)
    }

    /// Reads up to the end tag of the element that `open` began; returns content and whole.
    fn content(&mut self, open: &Range<usize>) -> Result<(Range<usize>, usize), ParseError> {
        let opened = tag_name(self.text, open.start + 1);
        match self.token()? {
            Some((Token::Close { name }, range))
                if self.text[name.clone()] == self.text[opened] =>
            {
                Ok((open.end..range.start, range.end))
            }
            _ => self.fail(open.start, "a scalar holds another element"),
        }
    }

    fn key(&mut self, open: Range<usize>, closed: bool) -> Result<(), ParseError> {
        let content = if closed {
            open.end..open.end
        } else {
            self.content(&open)?.0
        };
        let name: Arc<str> = Arc::from(&*lossy(&decode(&self.text[content])));
        match self.levels.last_mut() {
            Some(level) if level.is_dict && level.key.is_none() => {
                level.key = Some((name, open.start));
                Ok(())
            }
            _ => self.fail(open.start, "a key where no key belongs"),
        }
    }

    fn scalar(&mut self, open: Range<usize>, closed: bool) -> Result<(), ParseError> {
        let (content, end) = if closed {
            (open.end..open.end, open.end)
        } else {
            self.content(&open)?
        };
        let mut path = Vec::with_capacity(self.levels.len());
        for level in &self.levels {
            match &level.key {
                Some((key, _)) => path.push(Segment::Key(Arc::clone(key))),
                None if level.is_dict => return self.fail(open.start, "a value without a key"),
                None => path.push(Segment::Index(level.count)),
            }
        }
        self.segments += path.len();
        if self.segments > MAX_SEGMENTS {
            return self.fail(open.start, "too many deeply nested values");
        }
        let start = self.named().unwrap_or(open.start);
        let tag = &self.text[open.clone()];
        let is_boolean = tag.starts_with(b"<true") || tag.starts_with(b"<false");
        let is_string = tag.starts_with(b"<string");
        let (value, written, mark) = match (is_boolean, closed) {
            (true, _) => (
                if tag.starts_with(b"<true") {
                    b"true".to_vec()
                } else {
                    b"false".to_vec()
                },
                open.start..end,
                BOOLEAN,
            ),
            (false, true) => (Vec::new(), open.clone(), SELF_CLOSED),
            (false, false) => (
                decode(&self.text[content.clone()]),
                content.clone(),
                CONTENT,
            ),
        };
        let value_span = if is_boolean { open.start..end } else { content };
        let entry = Entry {
            path,
            value,
            value_span,
            entry_span: start..end,
            is_string,
        };
        let whole =
            whole_lines(self.text, start..end, content_start(self.text)).unwrap_or(start..end);
        self.sheet.push_single(entry, written, whole, mark);
        Ok(())
    }
}

/// Returns the name that begins at an offset; the tag's `>` ends it at the latest.
fn tag_name(text: &[u8], start: usize) -> Range<usize> {
    let length = text[start..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric())
        .count();
    start..start + length
}

fn tag(text: &[u8], start: usize, end: usize) -> Token {
    let closes = text[start + 1] == b'/';
    let name = tag_name(text, start + 1 + usize::from(closes));
    match closes {
        true => Token::Close { name },
        false => Token::Open {
            name,
            closed: text[end - 2] == b'/',
        },
    }
}

/// Resolves entities, character data sections and comments.
fn decode(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    let position = |from: usize, mark: &[u8]| {
        raw[from..]
            .windows(mark.len())
            .position(|window| window == mark)
            .map_or(raw.len(), |ahead| from + ahead)
    };
    while at < raw.len() {
        let rest = &raw[at..];
        if rest.starts_with(b"<![CDATA[") {
            let end = position(at + 9, b"]]>");
            out.extend_from_slice(&raw[at + 9..end]);
            at = (end + 3).min(raw.len());
        } else if rest.starts_with(b"<!--") {
            at = (position(at + 4, b"-->") + 3).min(raw.len());
        } else if rest[0] == b'&' {
            at += entity(rest, &mut out);
        } else {
            out.push(rest[0]);
            at += 1;
        }
    }
    out
}

/// Resolves one entity and returns its length; an unknown one stays as written.
fn entity(rest: &[u8], out: &mut Vec<u8>) -> usize {
    const LONGEST: usize = 12;
    let name_end = rest.iter().take(LONGEST).position(|byte| *byte == b';');
    let name = name_end.and_then(|end| std::str::from_utf8(&rest[1..end]).ok());
    let c = match name {
        Some("amp") => Some('&'),
        Some("lt") => Some('<'),
        Some("gt") => Some('>'),
        Some("quot") => Some('"'),
        Some("apos") => Some('\''),
        Some(name) => match name.strip_prefix("#x").or_else(|| name.strip_prefix("#X")) {
            Some(hex) => u32::from_str_radix(hex, 16).ok().and_then(char::from_u32),
            None => name
                .strip_prefix('#')
                .and_then(|digits| digits.parse().ok())
                .and_then(char::from_u32),
        },
        None => None,
    };
    match (c, name_end) {
        (Some(c), Some(end)) => {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            end + 1
        }
        _ => {
            out.push(b'&');
            1
        }
    }
}

pub(crate) fn spell(item: &Item, new: &str) -> Option<String> {
    if new
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
    {
        return None;
    }
    let escaped = new
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    match item.mark {
        CONTENT => Some(escaped),
        SELF_CLOSED if item.entry.is_string => Some(format!("<string>{escaped}</string>")),
        BOOLEAN => Some(format!("<string>{escaped}</string>")),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
