//! What harden is going to do: made by `audit`, shown by `cli`, done by `host`.
//!
//! **Invariant:** a plan says of every file which bytes it starts from, so that `host` can
//! refuse when the file is no longer the same.

use std::fmt;
use std::path::PathBuf;

use zeroize::Zeroizing;

use crate::{FileMeta, Fingerprint, PlaceKind};

/// Bytes to be written. They may hold a secret that is kept, so `Debug` shows the length only.
#[derive(Clone, PartialEq, Eq)]
// Clone: a plan is applied from the same value that was shown, and the fault tests need both.
pub struct Content(Zeroizing<Vec<u8>>);

impl Content {
    /// Takes the bytes.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Content({} bytes)", self.0.len())
    }
}

/// Bytes of a file that are replaced; the rest of the file is copied as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redaction {
    /// First byte in the file as it is now.
    pub offset: u64,
    /// Number of bytes.
    pub length: u64,
    /// What stands there afterwards.
    pub replacement: String,
}

/// A value of a row.
#[derive(Clone, PartialEq)]
pub enum Cell {
    /// NULL.
    Null,
    /// An integer.
    Integer(i64),
    /// A floating point number.
    Real(f64),
    /// Text, as UTF-8 (or whatever bytes the database holds as text).
    Text(Vec<u8>),
    /// Bytes.
    Blob(Vec<u8>),
}

impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("Null"),
            Self::Integer(_) => f.write_str("Integer"),
            Self::Real(_) => f.write_str("Real"),
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Blob(blob) => write!(f, "Blob({} bytes)", blob.len()),
        }
    }
}

/// Which row.
#[derive(Clone, Debug, PartialEq)]
pub enum RowKey {
    /// By rowid.
    Rowid(i64),
    /// By the values of its primary key, for a table without rowid.
    Columns(Vec<(String, Cell)>),
}

/// What happens to a row.
#[derive(Clone, Debug, PartialEq)]
pub enum RowOp {
    /// A column gets another value.
    Set {
        /// Column name.
        column: String,
        /// Its new value.
        value: Cell,
    },
    /// The row goes.
    Delete,
}

/// One change of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct RowEdit {
    /// Table name.
    pub table: String,
    /// Which row.
    pub key: RowKey,
    /// What happens.
    pub op: RowOp,
}

/// What happens to a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// The file gets this content; it is created when it does not exist, with mode 0600.
    Write(Content),
    /// Spans are replaced, in order and without overlap; for files of any size.
    Redact(Vec<Redaction>),
    /// Rows of a database change; freed pages, `-wal` and `-shm` go with them.
    Database(Vec<RowEdit>),
    /// The file goes.
    Remove,
}

/// One file's change.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Absolute path as the agent sees it.
    pub path: PathBuf,
    /// What it is.
    pub kind: PlaceKind,
    /// What the file system said when the plan was made; `None`: the file did not exist.
    pub before: Option<FileMeta>,
    /// SHA-256 of the content that the plan was made from; `None` when `before` is.
    pub before_sha256: Option<[u8; 32]>,
    /// What happens.
    pub action: Action,
    /// Why, one line each: `remove models.providers.openai.apiKey`.
    pub why: Vec<String>,
    /// The secrets that go with it.
    pub secrets: Vec<Fingerprint>,
}

/// Something that harden leaves, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Where.
    pub place: String,
    /// What.
    pub what: String,
    /// Why, and what the owner can do.
    pub why: String,
}

/// What harden is going to do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Changes, by path.
    pub changes: Vec<Change>,
    /// What stays, and why.
    pub left: Vec<Left>,
    /// What must be dealt with by a person before this can be applied.
    pub blockers: Vec<Left>,
}

impl Plan {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}
