//! Lossless parsers and editors for the file formats that an agent host keeps secrets in.
//!
//! `audit` calls [`entries`] to learn which key holds which value and where; `harden` calls
//! [`remove`] and [`replace_value`], or the richer [`json5::Document`] and [`ini::set`], to write
//! a file that differs only where it was asked to differ.
//!
//! **Invariant:** pure. No input or output, no environment, no clock. An edit that would change
//! any other entry is refused, because every result is parsed again before it is returned. No
//! error quotes the source text, which may be a secret.

pub mod dotenv;
pub mod git_credentials;
pub mod ini;
pub mod json5;
pub mod jsonl;
pub mod netrc;
pub mod plist;
mod sheet;
pub mod shell;
pub mod sqlite;
mod text;
pub mod unit;
pub mod yaml;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use sheet::Sheet;
pub use text::line_column;

/// Names a text format that this crate reads and edits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// JSON5, and therefore JSON and JSON with comments.
    Json5,
    /// JSON Lines; a line that does not parse is skipped.
    Jsonl,
    /// `~/.aws/config`, `~/.aws/credentials`, `.npmrc`.
    Ini,
    /// `.env` as Node's `dotenv` reads it.
    Dotenv,
    /// Shell start-up files: bash, zsh, POSIX sh, fish, csh's `setenv`.
    Shell,
    /// A systemd unit or drop-in.
    SystemdUnit,
    /// The file that `EnvironmentFile=` points to.
    SystemdEnvFile,
    /// A launchd XML property list.
    LaunchdPlist,
    /// `.netrc`.
    Netrc,
    /// `.git-credentials`, one URL a line.
    GitCredentials,
    /// The `key: value` subset of YAML; see [`yaml`].
    Yaml,
}

impl Format {
    /// Lists every format.
    pub const ALL: [Format; 11] = [
        Format::Json5,
        Format::Jsonl,
        Format::Ini,
        Format::Dotenv,
        Format::Shell,
        Format::SystemdUnit,
        Format::SystemdEnvFile,
        Format::LaunchdPlist,
        Format::Netrc,
        Format::GitCredentials,
        Format::Yaml,
    ];
}

/// Steps from a container to one of its children.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Segment {
    /// A member of an object, a section, a variable. Shared, so that a million entries below one
    /// long key stay small.
    Key(Arc<str>),
    /// A zero-based position.
    Index(usize),
}

impl Segment {
    /// Makes a key segment.
    pub fn key(name: impl AsRef<str>) -> Self {
        Segment::Key(Arc::from(name.as_ref()))
    }

    /// Returns the name of a key segment.
    pub fn as_key(&self) -> Option<&str> {
        match self {
            Segment::Key(name) => Some(name),
            Segment::Index(_) => None,
        }
    }
}

impl From<&str> for Segment {
    fn from(name: &str) -> Self {
        Segment::key(name)
    }
}

impl From<usize> for Segment {
    fn from(index: usize) -> Self {
        Segment::Index(index)
    }
}

/// Writes a path for people: `models.providers.openai.apiKey`, `args[2]`, `env["A B"]`.
pub fn path_text(path: &[Segment]) -> String {
    let mut out = String::new();
    for segment in path {
        match segment {
            Segment::Index(index) => {
                out.push('[');
                out.push_str(&index.to_string());
                out.push(']');
            }
            Segment::Key(name) if is_plain(name) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(name);
            }
            Segment::Key(name) => {
                out.push('[');
                out.push_str(&json5::quoted(name, '"'));
                out.push(']');
            }
        }
    }
    out
}

fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$'))
}

/// Holds one key with its value at a known place.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where the value sits in the document's structure.
    pub path: Vec<Segment>,
    /// The value with quotes and escapes resolved. It may be a secret.
    pub value: Vec<u8>,
    /// Bytes of the value as written, inside the quotes.
    pub value_span: Range<usize>,
    /// Bytes of key and value as written.
    pub entry_span: Range<usize>,
    /// Whether the format says that the value is text, not a number, a boolean or null.
    pub is_string: bool,
}

impl Entry {
    /// Returns the last key of the path, the name that a reader would call the entry by.
    pub fn name(&self) -> Option<&str> {
        self.path.iter().rev().find_map(Segment::as_key)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("path", &path_text(&self.path))
            .field("value", &format_args!("[{} bytes]", self.value.len()))
            .field("value_span", &self.value_span)
            .field("entry_span", &self.entry_span)
            .field("is_string", &self.is_string)
            .finish()
    }
}

/// Says where a text stopped making sense, without quoting it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("parse line {line}, column {column}: {message}")]
pub struct ParseError {
    /// Byte offset, zero-based.
    pub offset: usize,
    /// Line, one-based.
    pub line: usize,
    /// Column in characters, one-based.
    pub column: usize,
    /// What was expected.
    pub message: &'static str,
}

impl ParseError {
    pub(crate) fn at(text: &[u8], offset: usize, message: &'static str) -> Self {
        let offset = offset.min(text.len());
        let (line, column) = line_column(text, offset);
        Self {
            offset,
            line,
            column,
            message,
        }
    }
}

/// Explains why an edit was not made. The text is unchanged then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The text does not parse.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// The entry or path is not in this text; it may have been read from an earlier version.
    #[error("find the entry at {0}")]
    NotFound(String),
    /// The path leads through a scalar, or by a key into an array.
    #[error("go through {0}: it is not a container of that kind")]
    NotAContainer(String),
    /// The root value cannot be removed.
    #[error("remove the root of a document")]
    Root,
    /// The format has no spelling for this value at this place.
    #[error("write a value that this format cannot hold at {0}")]
    CannotExpress(String),
    /// The result would read differently somewhere else.
    #[error("edit the text without changing another entry")]
    ChangesOthers,
}

/// Lists the scalar leaves of a text in the order in which they are written.
///
/// # Errors
///
/// [`ParseError`] where the structure is broken: JSON5, property lists. The line formats skip what
/// they cannot read and do not fail.
pub fn entries(format: Format, text: &[u8]) -> Result<Vec<Entry>, ParseError> {
    Ok(match format {
        Format::Json5 => json5::entries(text)?,
        Format::Jsonl => jsonl::entries(text)?,
        _ => sheet_of(format, text)?.into_entries(),
    })
}

/// Removes whole entries, with their separators and their lines, and keeps every other byte.
///
/// The entries come from [`entries`] over the same text. They are matched by position, so two
/// entries with the same path are told apart.
///
/// # Errors
///
/// [`EditError::NotFound`] for an entry of another text, [`EditError::ChangesOthers`] if what is
/// left would read differently, [`EditError::Root`] for a document that is one scalar.
pub fn remove(format: Format, text: &[u8], unwanted: &[Entry]) -> Result<Vec<u8>, EditError> {
    if unwanted.is_empty() {
        return Ok(text.to_vec());
    }
    let before = entries(format, text)?;
    let selected = select(&before, unwanted)?;
    let splices = match format {
        Format::Json5 => json5::removal(text, &selected)?,
        Format::Jsonl => jsonl::removal(text, &selected)?,
        _ => sheet_of(format, text)?.removal(&selected),
    };
    let result = text::splice(text, splices);
    let after = entries(format, &result).map_err(|_| EditError::ChangesOthers)?;
    let kept = before
        .iter()
        .zip(&selected)
        .filter(|(_, gone)| !**gone)
        .map(|(entry, _)| entry);
    if !same_reading(kept, after.iter()) {
        return Err(EditError::ChangesOthers);
    }
    Ok(result)
}

/// Writes another value for one entry, quoted and escaped as the format wants it.
///
/// # Errors
///
/// [`EditError::NotFound`] for an entry of another text, [`EditError::CannotExpress`] if the format
/// has no spelling for the value.
pub fn replace_value(
    format: Format,
    text: &[u8],
    entry: &Entry,
    new: &str,
) -> Result<Vec<u8>, EditError> {
    let mut expected = entries(format, text)?;
    let place = find(&expected, entry)?;
    let splices = match format {
        Format::Json5 | Format::Jsonl => Some(json5::replacement(text, entry, new)),
        _ => sheet_of(format, text)?.replacement(format, place, new),
    };
    let Some(splice) = splices else {
        return Err(EditError::CannotExpress(path_text(&entry.path)));
    };
    let result = text::splice(text, vec![splice]);
    let after =
        entries(format, &result).map_err(|_| EditError::CannotExpress(path_text(&entry.path)))?;
    expected[place].value = new.as_bytes().to_vec();
    if !same_reading(expected.iter(), after.iter()) {
        return Err(EditError::CannotExpress(path_text(&entry.path)));
    }
    Ok(result)
}

fn sheet_of(format: Format, text: &[u8]) -> Result<Sheet, ParseError> {
    Ok(match format {
        // JSON has separators, not lines: its editors never ask for a sheet.
        Format::Json5 | Format::Jsonl => Sheet::default(),
        Format::Ini => ini::sheet(text),
        Format::Dotenv => dotenv::sheet(text),
        Format::Shell => shell::sheet(text),
        Format::SystemdUnit => unit::sheet(text),
        Format::SystemdEnvFile => unit::environment_file(text),
        Format::LaunchdPlist => plist::sheet(text)?,
        Format::Netrc => netrc::sheet(text),
        Format::GitCredentials => git_credentials::sheet(text),
        Format::Yaml => yaml::sheet(text),
    })
}

/// Marks the entries to remove. Both lists are in text order or sorted into it, so this is linear
/// but for the sort.
fn select(all: &[Entry], unwanted: &[Entry]) -> Result<Vec<bool>, EditError> {
    let mut selected = vec![false; all.len()];
    for entry in unwanted {
        selected[find(all, entry)?] = true;
    }
    Ok(selected)
}

fn find(all: &[Entry], entry: &Entry) -> Result<usize, EditError> {
    let from = all.partition_point(|other| other.value_span.start < entry.value_span.start);
    all[from..]
        .iter()
        .take_while(|other| other.value_span.start == entry.value_span.start)
        .position(|other| other == entry)
        .map(|ahead| from + ahead)
        .ok_or_else(|| EditError::NotFound(path_text(&entry.path)))
}

/// Compares names and values. Positions and array indices move when something else is removed.
fn same_reading<'a>(
    mut left: impl Iterator<Item = &'a Entry>,
    mut right: impl Iterator<Item = &'a Entry>,
) -> bool {
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a.value == b.value && same_keys(&a.path, &b.path) => {}
            _ => return false,
        }
    }
}

fn same_keys(left: &[Segment], right: &[Segment]) -> bool {
    left.len() == right.len()
        && left.iter().zip(right).all(|(a, b)| match (a, b) {
            (Segment::Index(_), Segment::Index(_)) => true,
            _ => a == b,
        })
}

#[cfg(test)]
mod tests;
