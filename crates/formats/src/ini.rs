//! INI as AWS and npm write it: `~/.aws/config`, `~/.aws/credentials`, `.npmrc`.
//!
//! `key = value`, or `key: value` as botocore's parser allows, below `[section]`; `#` and `;` begin a comment at the start of a line or behind
//! white space. Indented lines below a key without a value are keys of their own, one level
//! deeper (`s3 =` in AWS); other indented lines continue the value above unless they are
//! `key = value` themselves, as npm allows.
//!
//! **Invariant:** section names and keys are compared as written; no case folding.
//!
//! **Source:** <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>,
//! <https://docs.python.org/3/library/configparser.html#supported-ini-file-structure>

use std::ops::Range;
use std::sync::Arc;

use crate::sheet::{Item, Sheet, keys};
use crate::text::{
    Line, Splice, content_start, is_blank, lines, lossy, skip_blanks, splice, trim_end,
};
use crate::{EditError, Entry};

/// What one line is.
enum Row {
    Blank,
    Section(Arc<str>),
    /// Key, value without its comment, and whether it is indented.
    Pair {
        key: Range<usize>,
        value: Range<usize>,
        indented: bool,
    },
    /// An indented line that is not a pair.
    Continuation(Range<usize>),
    Other,
}

fn row(text: &[u8], line: Line) -> Row {
    let first = skip_blanks(text, line.start, line.end);
    let end = trim_end(text, first, line.end);
    let indented = first > line.start;
    match text[first..end].first() {
        None | Some(b'#' | b';') => return Row::Blank,
        Some(b'[') => {
            if let Some(close) = text[first..end].iter().position(|byte| *byte == b']') {
                let close = first + close;
                let begin = skip_blanks(text, first + 1, close);
                let name = &text[begin..trim_end(text, begin, close)];
                return Row::Section(Arc::from(&*lossy(name)));
            }
        }
        Some(_) => {}
    }
    let equals = text[first..end]
        .iter()
        .position(|byte| *byte == b'=')
        .map(|at| first + at);
    let sign = if indented {
        equals
    } else {
        colon(text, first, end).or(equals)
    };
    match sign {
        Some(equals)
            if equals > first
                && (!indented || looks_like_pair(&text[first..end], equals - first)) =>
        {
            let begin = skip_blanks(text, equals + 1, end);
            let value = begin..trim_end(text, begin, comment_start(text, begin, end));
            Row::Pair {
                key: first..trim_end(text, first, equals),
                value,
                indented,
            }
        }
        _ if indented => Row::Continuation(first..end),
        _ => Row::Other,
    }
}

/// Finds the `:` of `name: value`, which botocore reads. Keys of npm have a `:` inside, behind marks
/// that no name of AWS has.
fn colon(text: &[u8], first: usize, end: usize) -> Option<usize> {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let name = text[first..end].iter().take_while(is_part).count();
    let sign = skip_blanks(text, first + name, end);
    (name > 0 && text[..end].get(sign) == Some(&b':')).then_some(sign)
}

/// Tells an indented pair from base64 that goes on: its `=` only pads the end.
fn looks_like_pair(line: &[u8], equals: usize) -> bool {
    let name = &line[..trim_end(line, 0, equals)];
    let named = name
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_.-:/@[]".contains(byte));
    named && line[equals..] != *b"==" && !(line[equals..] == *b"=" && name.len() > 32)
}

/// Finds ` #` or ` ;`. At the very start of a value either is a comment too.
fn comment_start(text: &[u8], start: usize, end: usize) -> usize {
    (start..end)
        .find(|at| {
            matches!(text[*at], b'#' | b';')
                && text.get(at.wrapping_sub(1)).copied().is_some_and(is_blank)
        })
        .unwrap_or(end)
}

pub(crate) fn sheet(text: &[u8]) -> Sheet {
    let mut reader = Reader {
        text,
        sheet: Sheet::default(),
        section: None,
        parent: None,
        open: None,
    };
    for line in lines(text, content_start(text)) {
        reader.line(line);
    }
    reader.finish();
    reader.sheet
}

/// A pair whose value may go on in the next line.
struct Open {
    key: Range<usize>,
    value: Range<usize>,
    parts: Vec<Range<usize>>,
    whole: Range<usize>,
    nested: bool,
}

struct Reader<'a> {
    text: &'a [u8],
    sheet: Sheet,
    section: Option<Arc<str>>,
    /// The key without a value that indented pairs belong to.
    parent: Option<Arc<str>>,
    open: Option<Open>,
}

impl Reader<'_> {
    fn line(&mut self, line: Line) {
        match row(self.text, line) {
            Row::Blank => {}
            Row::Other => self.finish(),
            Row::Section(name) => {
                self.finish();
                self.section = Some(name);
                self.parent = None;
            }
            Row::Continuation(range) => match &mut self.open {
                Some(open) if !open.value.is_empty() => {
                    open.value.end = range.end;
                    open.whole.end = line.next;
                    open.parts.push(range);
                }
                _ => self.finish(),
            },
            Row::Pair {
                key,
                value,
                indented,
            } => {
                self.finish();
                if !indented {
                    let name = value
                        .is_empty()
                        .then(|| Arc::from(&*lossy(&self.text[key.clone()])));
                    self.parent = name;
                }
                let whole = line.start..line.next;
                let nested = indented && self.parent.is_some();
                self.open = Some(Open {
                    key,
                    parts: vec![value.clone()],
                    value,
                    whole,
                    nested,
                });
            }
        }
    }

    fn finish(&mut self) {
        let Some(open) = self.open.take() else { return };
        // A key without a value may be the parent of what follows; it holds nothing itself.
        if open.value.is_empty() {
            return;
        }
        let key: Arc<str> = Arc::from(&*lossy(&self.text[open.key.clone()]));
        let parent = if open.nested {
            self.parent.as_ref()
        } else {
            None
        };
        let names: Vec<&Arc<str>> = self.section.iter().chain(parent).chain([&key]).collect();
        let written = open.value.clone();
        let (inside, mark) = unquoted(self.text, &written);
        let value = if open.parts.len() == 1 {
            self.text[inside.clone()].to_vec()
        } else {
            open.parts
                .iter()
                .map(|part| &self.text[part.clone()])
                .collect::<Vec<_>>()
                .join(&b'\n')
        };
        let entry = Entry {
            path: keys(&names),
            value,
            value_span: inside,
            entry_span: open.key.start..written.end,
            is_string: true,
        };
        self.sheet.push_single(entry, written, open.whole, mark);
    }
}

/// Strips one pair of quotes around the whole value, as npm does.
fn unquoted(text: &[u8], value: &Range<usize>) -> (Range<usize>, u8) {
    match &text[value.clone()] {
        [quote @ (b'"' | b'\''), .., last]
            if quote == last && !text[value.clone()].contains(&b'\n') =>
        {
            (value.start + 1..value.end - 1, *quote)
        }
        _ => (value.clone(), 0),
    }
}

pub(crate) fn spell(item: &Item, new: &str) -> Option<String> {
    if new.contains(['\n', '\r']) {
        return None;
    }
    match item.mark {
        0 => Some(new.to_owned()),
        quote => Some(format!("{0}{new}{0}", char::from(quote))),
    }
}

/// Sets a key in a section: replaces the value, or adds the key below the section's last one, or
/// adds the section at the end of the text. An empty section name means the lines before the
/// first section.
///
/// # Errors
///
/// [`EditError::CannotExpress`] if a line end or a bracket would break the structure.
pub fn set(text: &[u8], section: &str, key: &str, value: &str) -> Result<Vec<u8>, EditError> {
    let breaks = |part: &str| part.contains(['\n', '\r']);
    if breaks(section)
        || breaks(key)
        || breaks(value)
        || section.contains(']')
        || key.contains('=')
        || key.trim() != key
        || key.is_empty()
    {
        return Err(EditError::CannotExpress(format!("[{section}] {key}")));
    }
    let map = Map::of(text, section, key);
    let newline = if text.windows(2).any(|pair| pair == b"\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let pair = format!("{key}{}{value}", map.equals);
    let edit = match (&map.value, map.last) {
        (Some(range), _) => Splice::put(range.clone(), pair),
        (None, Some(line)) => below(line, &pair, newline),
        (None, None) if section.is_empty() => {
            let start = content_start(text);
            Splice::put(start..start, format!("{pair}{newline}"))
        }
        (None, None) => {
            let ended = text.is_empty() || text.ends_with(b"\n");
            let blank = text.len() == content_start(text)
                || text.ends_with(b"\n\n")
                || text.ends_with(b"\n\r\n");
            let lead = format!(
                "{}{}",
                if ended { "" } else { newline },
                if blank { "" } else { newline }
            );
            Splice::put(
                text.len()..text.len(),
                format!("{lead}[{section}]{newline}{pair}{newline}"),
            )
        }
    };
    let result = splice(text, vec![edit]);
    if !reads_as(text, &result, section, key, value) {
        return Err(EditError::CannotExpress(format!("[{section}] {key}")));
    }
    Ok(result)
}

/// Says whether the last `key` of a section holds `value` now and all other entries are the same.
fn reads_as(before: &[u8], after: &[u8], section: &str, key: &str, value: &str) -> bool {
    let is_it = |entry: &Entry| match entry.path.as_slice() {
        [name] => section.is_empty() && name.as_key() == Some(key),
        [outer, name] => outer.as_key() == Some(section) && name.as_key() == Some(key),
        _ => false,
    };
    let others = |text| {
        let entries = sheet(text).into_entries().into_iter();
        entries
            .filter(|entry| !is_it(entry))
            .map(|entry| (entry.path, entry.value))
    };
    let set = sheet(after).into_entries().into_iter().rfind(is_it);
    set.map_or(value.is_empty(), |entry| entry.value == value.as_bytes())
        && others(before).eq(others(after))
}

fn below(line: Line, pair: &str, newline: &str) -> Splice {
    if line.next == line.end {
        return Splice::put(line.end..line.end, format!("{newline}{pair}"));
    }
    Splice::put(line.next..line.next, format!("{pair}{newline}"))
}

/// What [`set`] needs to know about a text.
struct Map {
    /// The key and the value as written, of the last pair with that name.
    value: Option<Range<usize>>,
    /// The last line of the section that is not blank and not a comment.
    last: Option<Line>,
    /// How this text writes the sign between key and value.
    equals: &'static str,
}

impl Map {
    fn of(text: &[u8], section: &str, key: &str) -> Self {
        let (mut inside, mut loose, mut tight) = (section.is_empty(), 0, 0);
        let mut map = Self {
            value: None,
            last: None,
            equals: " = ",
        };
        let mut continues = false;
        for line in lines(text, content_start(text)) {
            let found = row(text, line);
            match found {
                Row::Section(ref name) => inside = &**name == section,
                Row::Pair {
                    key: ref name,
                    ref value,
                    indented,
                } => {
                    let is_loose = text[name.end] != b'=';
                    *(if is_loose { &mut loose } else { &mut tight }) += 1;
                    continues = inside && !indented && text[name.clone()] == *key.as_bytes();
                    if continues {
                        map.value = Some(name.start..value.end);
                    }
                }
                Row::Continuation(ref range) if continues => {
                    map.value = map.value.map(|value| value.start..range.end);
                }
                Row::Continuation(_) | Row::Other | Row::Blank => {}
            }
            if inside && !matches!(found, Row::Blank) {
                map.last = Some(line);
            }
        }
        if tight > loose {
            map.equals = "=";
        }
        map
    }
}

/// Removes a section with its header, its keys and the comments and blank lines in it. The
/// comments directly above the next header belong to that header and stay.
///
/// # Errors
///
/// [`EditError::NotFound`] if there is no such section.
pub fn remove_section(text: &[u8], section: &str) -> Result<Vec<u8>, EditError> {
    let mut cuts: Vec<Splice> = Vec::new();
    let mut open: Option<usize> = None;
    // Where the comments above the line begin, if there is nothing but comments since.
    let mut lead: Option<usize> = None;
    for line in lines(text, content_start(text)) {
        let comment = matches!(
            text.get(skip_blanks(text, line.start, line.end)),
            Some(b'#' | b';')
        );
        match row(text, line) {
            Row::Section(name) => {
                if let Some(start) = open.take() {
                    cuts.push(Splice::cut(start..lead.unwrap_or(line.start)));
                }
                open = (&*name == section).then_some(line.start);
                lead = None;
            }
            Row::Blank if comment => lead = lead.or(Some(line.start)),
            _ => lead = None,
        }
    }
    cuts.extend(open.map(|start| Splice::cut(start..text.len())));
    if cuts.is_empty() {
        return Err(EditError::NotFound(format!("[{section}]")));
    }
    Ok(splice(text, cuts))
}

/// Lists the section names in order; a name that occurs twice is listed twice.
pub fn sections(text: &[u8]) -> Vec<String> {
    lines(text, content_start(text))
        .filter_map(|line| match row(text, line) {
            Row::Section(name) => Some(name.to_string()),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests;
