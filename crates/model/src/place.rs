//! Places: where a secret may be. What `audit` wants looked at, and what `host` found there.
//!
//! **Invariant:** a snapshot never holds the content of a file. It holds a way to read it in
//! pieces, so memory stays bounded by the piece, not by the file.

use std::fmt;
use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::SecretBytes;

/// What a file is to an agent host, which decides how it is read and how it is cleaned.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum PlaceKind {
    /// The agent's active configuration (`openclaw.json`) or a file that it includes.
    AgentConfig,
    /// A copy of the configuration that the agent wrote: `.bak`, `.last-good`, `.clobbered` and so on.
    AgentConfigCopy,
    /// JSON state: `models.json`, `catalog.json`, `auth-profiles.json`, archives of migrated stores.
    AgentState,
    /// An SQLite database, with its `-wal`.
    Database,
    /// The `-wal`, `-shm` or `-journal` of a database: searched as bytes, changed with its database.
    DatabaseSidecar,
    /// A conversation: JSON Lines or JSON.
    Transcript,
    /// A log.
    Log,
    /// A `.env` file.
    Dotenv,
    /// A systemd unit or drop-in.
    SystemdUnit,
    /// A file that a systemd unit names in `EnvironmentFile=`.
    SystemdEnvFile,
    /// A launchd property list.
    LaunchdPlist,
    /// A file that a login shell reads.
    ShellStartup,
    /// `~/.aws/config`.
    AwsConfig,
    /// `~/.aws/credentials`.
    AwsCredentials,
    /// A token or client registration in `~/.aws/sso/cache`.
    AwsSsoCache,
    /// Role credentials in `~/.aws/cli/cache`.
    AwsCliCache,
    /// `~/.netrc`.
    Netrc,
    /// `~/.npmrc`.
    Npmrc,
    /// `~/.git-credentials`.
    GitCredentials,
    /// A YAML file with credentials, such as `~/.config/gh/hosts.yml`.
    Yaml,
    /// Prose or code in the agent's workspace.
    Workspace,
    /// State of another agent (`~/.codex`, `~/.claude`) on the same host.
    OtherAgent,
    /// Any other text.
    Text,
    /// Any other bytes.
    Binary,
    /// The environment of a running process.
    ProcessEnvironment,
}

/// Where to look.
#[derive(Clone, Debug)]
pub enum Want {
    /// One file; it is no error when it is not there.
    File {
        /// Absolute path as the agent sees it (before `--root`).
        path: PathBuf,
        /// What it is.
        kind: PlaceKind,
    },
    /// Every regular file below a folder.
    Tree {
        /// Absolute path as the agent sees it.
        path: PathBuf,
        /// Says what a file is, by its path relative to `path`; `None` leaves it out.
        classify: fn(&std::path::Path) -> Option<PlaceKind>,
        /// How many levels below `path` are entered; 1 is the folder's own files.
        depth: usize,
    },
}

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// A regular file.
    Regular,
    /// A symbolic link.
    Symlink,
}

/// What the file system says of a file, enough to see that it changed and to put it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileMeta {
    /// Size in bytes.
    pub size: u64,
    /// Permission bits, including set-id and sticky.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Device number.
    pub device: u64,
    /// Inode number.
    pub inode: u64,
    /// Number of hard links.
    pub links: u64,
    /// Last access, nanoseconds since 1970-01-01 UTC.
    pub accessed_ns: i128,
    /// Last modification, nanoseconds since 1970-01-01 UTC.
    pub modified_ns: i128,
}

/// Random access to the bytes of a place.
pub trait Source: Send + Sync + fmt::Debug {
    /// Length in bytes now.
    ///
    /// # Errors
    /// Whatever the file system says.
    fn len(&self) -> io::Result<u64>;

    /// Whether there is nothing in it.
    ///
    /// # Errors
    /// Whatever the file system says.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }

    /// Fills `buf` from `offset` on; returns the number of bytes read, 0 at the end.
    ///
    /// # Errors
    /// Whatever the file system says.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize>;
}

/// A file that was found.
#[derive(Clone, Debug)]
pub struct Place {
    /// Path as the agent sees it, symbolic links in its last component resolved.
    pub path: PathBuf,
    /// What it is.
    pub kind: PlaceKind,
    /// What the file system says.
    pub meta: FileMeta,
    /// Its bytes.
    pub source: Arc<dyn Source>,
}

/// A place that could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Unreadable {
    /// The place.
    pub path: String,
    /// What happened.
    pub reason: String,
    /// What to do about it.
    pub next: String,
}

/// A running process that belongs to an agent.
#[derive(Debug)]
pub struct Process {
    /// Process id.
    pub pid: u32,
    /// Owner, where known.
    pub uid: Option<u32>,
    /// Short name, without arguments.
    pub name: String,
    /// Arguments as given; they may hold a secret.
    pub argv: Vec<SecretBytes>,
    /// Environment block: `NAME=value` separated by NUL; `None` when it cannot be read.
    pub environment: Option<SecretBytes>,
}

/// A service that starts an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Service {
    /// Name for the service manager, e.g. `openclaw-gateway.service`.
    pub name: String,
    /// Whether it runs now; `None` when the service manager cannot be asked.
    pub active: Option<bool>,
}

/// Everything that was found in the wanted places.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// Files, sorted by path.
    pub places: Vec<Place>,
    /// What could not be looked at.
    pub unreadable: Vec<Unreadable>,
    /// What was left out on purpose (sockets, FIFOs, links that leave the home), with the reason.
    pub skipped: Vec<Unreadable>,
    /// Running processes of agents.
    pub processes: Vec<Process>,
}

impl Snapshot {
    /// The place at a path.
    #[must_use]
    pub fn at(&self, path: &std::path::Path) -> Option<&Place> {
        self.places.iter().find(|place| place.path == path)
    }

    /// Adds what another look found, keeping the order and no path twice.
    pub fn merge(&mut self, other: Snapshot) {
        for place in other.places {
            if self.at(&place.path).is_none() {
                self.places.push(place);
            }
        }
        self.places.sort_by(|a, b| a.path.cmp(&b.path));
        for (mine, theirs) in [
            (&mut self.unreadable, other.unreadable),
            (&mut self.skipped, other.skipped),
        ] {
            mine.extend(theirs);
            mine.sort();
            mine.dedup();
        }
        self.processes.extend(other.processes);
    }
}

/// Told of work done, and asked whether to go on.
pub trait Progress: Sync {
    /// `bytes` more were read of `path`'s place; `Break` stops the work as soon as possible.
    fn advance(&self, bytes: u64) -> ControlFlow<()>;
}

/// Progress that nobody watches.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn advance(&self, _bytes: u64) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}
