//! Applies a plan as one journaled transaction, and takes it back.
//!
//! Called by the commands `harden` and `undo` of `cli`; `recover` is called by every command
//! before it does anything else. docs/decisions/002 says why it works the way it does.
//!
//! **Invariant:** before the commit point nothing but names of bedlock's own exists beside the
//! agent's files, so it can be taken back; from the commit point on every step can be repeated,
//! so it can be finished. No file of the state folder holds a secret that can be read, or a
//! hash of one that could be guessed, without the recovery code; the one exception is the
//! working copy of a database, which is gone before the commit point.

mod apply;
mod check;
mod database;
mod folder;
mod journal;
mod manifest;
mod places;
mod rows;
mod seal;
mod stage;
mod state;
mod steps;
mod survey;
mod undo;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bedlock_model::SecretBytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use apply::apply;
pub use state::{Lock, StateDir, TransactionInfo, TransactionState};
pub use state::{discard, discard_expired, transactions};
pub use steps::recover;
pub use undo::undo;

use crate::HostError;

/// The name of a transaction: lower case letters, digits and dashes, at most 64.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TransactionId(String);

impl TransactionId {
    /// Makes a name from the time and four random bytes, so that names sort by age.
    ///
    /// # Errors
    /// [`HostError::Random`] when the system has no random numbers.
    pub fn generate(now: Timestamp) -> Result<Self, HostError> {
        let mut random = [0; 4];
        getrandom::fill(&mut random).map_err(|error| HostError::Random {
            reason: error.to_string(),
        })?;
        let time = now.strftime("%Y%m%d-%H%M%S");
        Ok(Self(format!("{time}-{}", hex::encode(random))))
    }

    /// Takes a name that somebody typed.
    ///
    /// # Errors
    /// [`HostError::NoTransaction`] when it cannot be the name of one.
    pub fn parse(text: &str) -> Result<Self, HostError> {
        let fits = (1..=64).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-');
        if !fits {
            return Err(HostError::NoTransaction {
                id: text.chars().take(64).collect(),
            });
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for TransactionId {
    type Error = HostError;

    fn try_from(text: String) -> Result<Self, HostError> {
        Self::parse(&text)
    }
}

impl From<TransactionId> for String {
    fn from(id: TransactionId) -> Self {
        id.0
    }
}

/// The one thing that opens what a transaction removed: an age identity, `AGE-SECRET-KEY-1...`.
///
/// **Source:** <https://age-encryption.org/v1>
#[derive(Debug)]
pub struct RecoveryCode(SecretBytes);

impl RecoveryCode {
    /// Gives access to the text, to print it once; whoever calls this answers for where it goes.
    #[must_use]
    pub fn danger_expose(&self) -> &str {
        std::str::from_utf8(self.0.danger_expose()).unwrap_or_default()
    }
}

/// How a plan is applied.
pub struct ApplyOptions<'a> {
    /// The folder that stands for `/`, when a mounted image is changed.
    pub root: Option<&'a Path>,
    /// The time now.
    pub now: Timestamp,
    /// How long it can be undone.
    pub keep_for: Duration,
    /// The name of the transaction.
    pub id: TransactionId,
    /// Asked while files are staged whether to stop; from the commit point on nobody is asked.
    pub cancelled: &'a dyn Fn() -> bool,
}

/// How a transaction is undone.
pub struct UndoOptions<'a> {
    /// The folder that stands for `/`, when a mounted image is changed; `None`: the same as when
    /// the transaction was applied.
    pub root: Option<&'a Path>,
    /// The time now.
    pub now: Timestamp,
    /// Whether files that changed since are put back all the same.
    pub overwrite_changed: bool,
    /// Asked while files are staged whether to stop; from the commit point on nobody is asked.
    pub cancelled: &'a dyn Fn() -> bool,
}

/// Something that changed on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The journal says where the transaction stands.
    Journaled,
    /// A folder was created.
    FolderCreated(PathBuf),
    /// The new content of a file stands beside it, under a name of bedlock's own.
    Staged(PathBuf),
    /// The originals are sealed.
    Sealed,
    /// The journal says that the transaction will be finished, whatever happens.
    Committed,
    /// A file got its new content.
    Replaced(PathBuf),
    /// A file went.
    Removed(PathBuf),
    /// A folder that the transaction had created went.
    FolderRemoved(PathBuf),
    /// A folder got its times back.
    TimesRestored(PathBuf),
    /// The transaction's own folder went.
    Forgotten,
}

/// Told of every [`Effect`].
pub type Observer<'a> = &'a mut dyn FnMut(Effect);

/// What an apply did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The name of the transaction.
    pub id: TransactionId,
    /// Files that were changed, created or removed, as the agent sees them.
    pub files: Vec<PathBuf>,
    /// Files that somebody wrote to at the very moment of the change, so that they were left as
    /// they are; normally none. On this machine's paths.
    pub left: Vec<PathBuf>,
    /// Files that have other names (hard links) which the plan does not know: under those they
    /// still hold what they held.
    pub linked: Vec<PathBuf>,
    /// When.
    pub created: Timestamp,
    /// Until when it can be undone.
    pub expires: Timestamp,
}

/// What an undo did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// The name of the transaction.
    pub id: TransactionId,
    /// Files that are what they were before the transaction.
    pub files: Vec<PathBuf>,
    /// Redacted files that were rewritten or deleted since, so that the removed parts have no
    /// place any more, and files that somebody wrote to at the very moment of the change; they
    /// were left as they are.
    pub left: Vec<PathBuf>,
}

/// What a recovery found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interrupted {
    /// An apply.
    Apply,
    /// An undo.
    Undo,
}

/// How a recovery ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As if it had never begun.
    TakenBack,
    /// As if it had never been interrupted.
    Finished,
}

/// A transaction that was interrupted and is whole now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The name of the transaction.
    pub id: TransactionId,
    /// What was interrupted.
    pub what: Interrupted,
    /// How it ended.
    pub outcome: Outcome,
    /// Files that somebody wrote to after the interruption, so that they were left as they are;
    /// on this machine's paths.
    pub left: Vec<PathBuf>,
}
