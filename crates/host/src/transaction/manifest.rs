//! The manifest: what an undo puts back.
//!
//! Two copies of it exist. The one inside the sealed archive is whole, and it is the one that
//! `undo` believes; the one in clear, for `undo --list`, lacks what only the holder of the
//! recovery code may know.
//!
//! **Invariant:** the copy in clear holds no hash of an original: a short secret could be
//! guessed from one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use bedlock_model::FileMeta;

use super::TransactionId;
use super::journal::{FolderBefore, PathText, Times};

/// Everything about a transaction that outlives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) version: u32,
    pub(super) id: TransactionId,
    /// Counts up, so that the order of transactions does not hang on the clock.
    pub(super) sequence: u64,
    pub(super) created: Timestamp,
    pub(super) expires: Timestamp,
    /// The folder that stood for `/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) root: Option<PathText>,
    pub(super) files: Vec<Kept>,
    pub(super) created_folders: Vec<PathText>,
    pub(super) folders: Vec<FolderBefore>,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Where the agent sees it.
    pub(super) agent_path: PathText,
    /// Where it is on this machine.
    pub(super) path: PathText,
    /// Whether it is the `-wal`, `-shm` or `-journal` of a database.
    #[serde(default)]
    pub(super) sidecar: bool,
    /// What the archive holds of it.
    pub(super) holds: Holds,
    /// What the file was; `None`: it did not exist.
    pub(super) before: Option<Before>,
    /// What the transaction left; `None`: nothing.
    pub(super) after: Option<After>,
}

/// What the archive holds of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Holds {
    /// Nothing: the file did not exist.
    Nothing,
    /// All of it.
    Whole,
    /// The bytes that were taken out of it, one after the other.
    Spans(Vec<Span>),
}

/// Bytes that were replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Span {
    /// Where they began in the original.
    pub(super) offset: u64,
    /// How many they were.
    pub(super) length: u64,
    /// Where what stands there now begins in the new file.
    pub(super) new_offset: u64,
    /// How long that is.
    pub(super) new_length: u64,
}

/// A file before the transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Before {
    pub(super) size: u64,
    pub(super) mode: u32,
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) times: Times,
    /// SHA-256 in hexadecimal; in the sealed copy only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sha256: Option<String>,
    /// Extended attributes, names and values in hexadecimal; in the sealed copy only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) attributes: Vec<(String, String)>,
}

impl Before {
    pub(super) fn of(meta: &FileMeta, sha256: [u8; 32], attributes: Vec<(String, String)>) -> Self {
        Self {
            size: meta.size,
            mode: meta.mode,
            uid: meta.uid,
            gid: meta.gid,
            times: Times::of(meta),
            sha256: Some(hex::encode(sha256)),
            attributes,
        }
    }
}

/// A file as the transaction left it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct After {
    pub(super) size: u64,
    /// SHA-256 in hexadecimal.
    pub(super) sha256: String,
}

impl Manifest {
    /// The copy that may lie in clear.
    pub(super) fn in_clear(&self) -> Self {
        let mut copy = self.clone();
        for before in copy
            .files
            .iter_mut()
            .filter_map(|file| file.before.as_mut())
        {
            before.sha256 = None;
            before.attributes.clear();
        }
        copy
    }
}
