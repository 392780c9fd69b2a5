//! The journal: what a transaction is about to do, so that whoever comes next can finish it.
//!
//! Written by `apply` and `undo`, read by `steps`.
//!
//! **Invariant:** paths, sizes, inodes and times only: no content, and no hash of content.

use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use bedlock_model::FileMeta;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::folder::{Folder, fault, sized_fault};
use crate::HostError;

/// The version of every JSON file of the state folder that this program writes.
pub(super) const VERSION: u32 = 1;
/// A journal or manifest larger than this was not written by bedlock.
const MAX_BYTES: u64 = 256 << 20;

/// A path in JSON: the path itself, or `bytes:` and its hexadecimal bytes if it is not UTF-8.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PathText(pub(super) PathBuf);

impl Serialize for PathText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.to_str() {
            Some(text) => serializer.serialize_str(text),
            None => serializer.serialize_str(&format!(
                "bytes:{}",
                hex::encode(self.0.as_os_str().as_bytes())
            )),
        }
    }
}

impl<'de> Deserialize<'de> for PathText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // Every path is absolute, so none begins with the word.
        let path = match text.strip_prefix("bytes:") {
            Some(digits) => {
                std::ffi::OsString::from_vec(hex::decode(digits).map_err(serde::de::Error::custom)?)
                    .into()
            }
            None => PathBuf::from(text),
        };
        Ok(Self(path))
    }
}

/// What says that a file is still the same one, at the price of one look.
///
/// The device number is left out: it can be another one after a restart of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    pub(super) inode: u64,
    pub(super) size: u64,
    pub(super) modified_ns: i64,
}

impl Stamp {
    pub(super) fn of(meta: &FileMeta) -> Self {
        Self {
            inode: meta.inode,
            size: meta.size,
            modified_ns: nanoseconds(meta.modified_ns),
        }
    }
}

/// Nanoseconds as JSON can hold them, which is enough until the year 2262.
pub(super) fn nanoseconds(ns: i128) -> i64 {
    i64::try_from(ns).unwrap_or(if ns < 0 { i64::MIN } else { i64::MAX })
}

/// When something was read and written last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Times {
    pub(super) accessed_ns: i64,
    pub(super) modified_ns: i64,
}

impl Times {
    pub(super) fn of(meta: &FileMeta) -> Self {
        Self {
            accessed_ns: nanoseconds(meta.accessed_ns),
            modified_ns: nanoseconds(meta.modified_ns),
        }
    }
}

/// A folder in which something changes, as it was before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FolderBefore {
    pub(super) path: PathText,
    pub(super) mode: u32,
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) times: Times,
}

/// One file's part of a [`Step::Files`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Swap {
    pub(super) target: PathText,
    /// What becomes the target; `None`: the target goes.
    pub(super) staged: Option<PathText>,
    /// What the target was when the journal was written; `None`: it was not there.
    pub(super) old: Option<Stamp>,
    /// Whether it is no loss when somebody wrote to the target since: the `-shm` of a database.
    #[serde(default)]
    pub(super) expendable: bool,
}

/// One change of the agent's files after the commit point; doing it twice does no harm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub(super) enum Step {
    /// Files change together, in this order: a database and its sidecars, or a single file. When
    /// somebody wrote to one of them after the journal was written, all are left as they are.
    Files {
        /// Which one stands for all of them in a message.
        main: PathText,
        files: Vec<Swap>,
    },
    /// A folder that the transaction had created goes, if it is empty.
    RemoveFolder { folder: PathText },
    /// A folder gets its times back.
    FolderTimes { folder: PathText, times: Times },
}

/// Where a transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Phase {
    /// Files are staged; nothing of the agent's has changed. Recovery takes it back.
    Staging,
    /// Every step will be done. Recovery finishes it.
    Committed,
    /// Every step is done.
    Done,
}

/// The journal of an apply (`journal.json`) or of an undo (`undo.json`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Journal {
    pub(super) version: u32,
    pub(super) phase: Phase,
    /// Every name that bedlock may have created beside the agent's files.
    pub(super) staged: Vec<PathText>,
    /// Folders that it creates, outermost first.
    pub(super) created_folders: Vec<PathText>,
    /// Folders whose times it changes by that.
    pub(super) folders: Vec<FolderBefore>,
    /// What happens from the commit point on, in this order.
    pub(super) steps: Vec<Step>,
}

/// The name of an apply's journal.
pub(super) const APPLY_JOURNAL: &str = "journal.json";
/// The name of an undo's journal.
pub(super) const UNDO_JOURNAL: &str = "undo.json";

/// Writes a JSON file such that after a crash it is either the old or the new one, whole.
pub(super) fn write_json<T: Serialize>(
    folder: &Folder,
    name: &str,
    value: &T,
) -> Result<(), HostError> {
    let path = folder.path().join(name);
    let mut text = serde_json::to_vec_pretty(value).map_err(|error| HostError::Journal {
        path: path.clone(),
        reason: error.to_string(),
    })?;
    text.push(b'\n');
    write_whole(folder, name, &text)
}

/// Writes a file of the state folder such that after a crash it is the old or the new one.
pub(super) fn write_whole(folder: &Folder, name: &str, text: &[u8]) -> Result<(), HostError> {
    let path = folder.path().join(name);
    let unfinished = format!(".{name}.unfinished");
    folder.unlink(OsStr::new(&unfinished))?;
    let mut file = folder.create(OsStr::new(&unfinished))?;
    file.write_all(text)
        .and_then(|()| file.sync_all())
        .map_err(sized_fault("write", &path, text.len() as u64))?;
    folder.rename(OsStr::new(&unfinished), OsStr::new(name))?;
    folder.sync()
}

/// Reads a JSON file of the state folder; `None` when it is not there.
pub(super) fn read_json<T: DeserializeOwned>(
    folder: &Folder,
    name: &str,
) -> Result<Option<T>, HostError> {
    let path = folder.path().join(name);
    let broken = |reason: String| HostError::Journal {
        path: path.clone(),
        reason,
    };
    let Some(meta) = folder.file(OsStr::new(name))? else {
        return Ok(None);
    };
    if meta.size > MAX_BYTES {
        return Err(broken("it is larger than any that bedlock writes".into()));
    }
    let mut text = Vec::new();
    let file = folder.read(OsStr::new(name))?;
    std::io::Read::read_to_end(&mut std::io::Read::take(file, MAX_BYTES), &mut text)
        .map_err(fault("read", &path))?;
    // serde's own text may quote what it read; the position is enough to find it.
    let value = serde_json::from_slice(&text).map_err(|error| {
        broken(format!(
            "line {}, column {} is not as bedlock writes it",
            error.line(),
            error.column()
        ))
    })?;
    Ok(Some(value))
}

/// The name under which a file's new content waits beside it.
pub(super) fn staged_name(
    name: &OsStr,
    id: &str,
    number: usize,
    suffix: &str,
) -> std::ffi::OsString {
    /// What file systems allow, less the endings that SQLite adds.
    const LONGEST: usize = 255 - 16;
    let mut long = std::ffi::OsString::from(".");
    long.push(name);
    long.push(format!(".bedlock-{id}{suffix}"));
    if long.len() <= LONGEST {
        return long;
    }
    format!(".bedlock-{id}-{number}{suffix}").into()
}

/// The path of a sidecar of a database.
pub(super) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
