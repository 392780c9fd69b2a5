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
use sha2::{Digest, Sha256};

use crate::SecretBytes;

/// How many bytes of a source are held when the caller does not say.
const READ_PIECE: usize = 256 * 1024;

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
        /// Says whether a folder, by its path relative to `path`, is entered at all: `node_modules`
        /// and the like are left out whole, without a look at what is in them.
        enter: fn(&std::path::Path) -> bool,
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

impl dyn Source + '_ {
    /// All of its bytes, when there are at most `max` of them.
    ///
    /// # Errors
    /// `FileTooLarge` when there are more; else whatever the file system says.
    pub fn read_all(&self, max: usize) -> io::Result<Vec<u8>> {
        let too_large = || io::Error::from(io::ErrorKind::FileTooLarge);
        let mut bytes = Vec::new();
        if self.len()? > max as u64 {
            return Err(too_large());
        }
        // The length is a hint: a log grows while it is read.
        let outcome = self.for_each_chunk(READ_PIECE, |_, piece| {
            if bytes.len() + piece.len() > max {
                return ControlFlow::Break(());
            }
            bytes.extend_from_slice(piece);
            ControlFlow::Continue(())
        })?;
        match outcome {
            ControlFlow::Continue(()) => Ok(bytes),
            ControlFlow::Break(()) => Err(too_large()),
        }
    }

    /// Hands out its bytes in order, with their offset, in pieces of `size` bytes (the last one
    /// is shorter), until it ends or `take` breaks. Holds one piece at a time.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn for_each_chunk(
        &self,
        size: usize,
        mut take: impl FnMut(u64, &[u8]) -> ControlFlow<()>,
    ) -> io::Result<ControlFlow<()>> {
        let mut piece = vec![0; size.max(1)];
        let mut offset = 0_u64;
        loop {
            let filled = self.fill(offset, &mut piece)?;
            if filled == 0 {
                return Ok(ControlFlow::Continue(()));
            }
            if take(offset, &piece[..filled]).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            if filled < piece.len() {
                return Ok(ControlFlow::Continue(()));
            }
            offset += filled as u64;
        }
    }

    /// SHA-256 of its bytes, read in pieces.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn sha256(&self) -> io::Result<[u8; 32]> {
        let mut hash = Sha256::new();
        // Nothing breaks here, so the flow says nothing.
        let _ = self.for_each_chunk(READ_PIECE, |_, piece| {
            hash.update(piece);
            ControlFlow::Continue(())
        })?;
        Ok(hash.finalize().into())
    }

    /// Fills `buf` as far as there are bytes, over short reads and interruptions.
    fn fill(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buf.len() {
            match self.read_at(offset + filled as u64, &mut buf[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }
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
        let index = self
            .places
            .binary_search_by(|place| place.path.as_path().cmp(path));
        index.ok().map(|index| &self.places[index])
    }

    /// Adds what another look found, keeping the order and no path twice: the later look asked for
    /// the path with more knowledge of what it is.
    pub fn merge(&mut self, other: Snapshot) {
        let mine = std::mem::take(&mut self.places);
        self.places = other.places;
        self.places.extend(mine);
        // The sort is stable, so of two places with one path the later look's comes first.
        self.places.sort_by(|a, b| a.path.cmp(&b.path));
        self.places
            .dedup_by(|second, first| second.path == first.path);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives at most three bytes at a time, and is interrupted before each.
    #[derive(Debug)]
    struct Stutter(Vec<u8>, std::sync::atomic::AtomicBool);

    impl Source for Stutter {
        fn len(&self) -> io::Result<u64> {
            Ok(self.0.len() as u64)
        }

        fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
            if self.1.fetch_not(std::sync::atomic::Ordering::Relaxed) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let rest = &self.0[usize::try_from(offset).unwrap().min(self.0.len())..];
            let count = rest.len().min(buf.len()).min(3);
            buf[..count].copy_from_slice(&rest[..count]);
            Ok(count)
        }
    }

    fn stutter(bytes: &[u8]) -> Stutter {
        Stutter(bytes.to_vec(), true.into())
    }

    #[test]
    fn chunks_are_full_but_for_the_last() {
        let source = stutter(b"abcdefghij");
        let source: &dyn Source = &source;
        let mut seen = Vec::new();
        let flow = source
            .for_each_chunk(4, |offset, piece| {
                seen.push((offset, piece.to_vec()));
                ControlFlow::Continue(())
            })
            .unwrap();
        assert!(flow.is_continue());
        let expected: [(u64, &[u8]); 3] = [(0, b"abcd"), (4, b"efgh"), (8, b"ij")];
        assert_eq!(
            seen,
            expected.map(|(offset, piece)| (offset, piece.to_vec()))
        );
    }

    #[test]
    fn chunks_stop_when_told() {
        let source = stutter(b"abcdefghij");
        let source: &dyn Source = &source;
        let mut count = 0;
        let flow = source
            .for_each_chunk(2, |_, _| {
                count += 1;
                ControlFlow::Break(())
            })
            .unwrap();
        assert!(flow.is_break());
        assert_eq!(count, 1);
    }

    #[test]
    fn read_all_refuses_more_than_it_was_allowed() {
        let source = stutter(b"abcdefghij");
        let source: &dyn Source = &source;
        assert_eq!(source.read_all(10).unwrap(), b"abcdefghij");
        assert_eq!(
            source.read_all(9).unwrap_err().kind(),
            io::ErrorKind::FileTooLarge
        );
    }

    #[test]
    fn sha256_is_the_digest_of_the_bytes() {
        let source = stutter(b"abc");
        let source: &dyn Source = &source;
        assert_eq!(
            hex::encode(source.sha256().unwrap()),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn merge_keeps_order_and_the_later_of_a_path() {
        let place = |path: &str, kind| Place {
            path: path.into(),
            kind,
            meta: FileMeta {
                size: 0,
                mode: 0o600,
                uid: 0,
                gid: 0,
                device: 0,
                inode: 0,
                links: 1,
                accessed_ns: 0,
                modified_ns: 0,
            },
            source: Arc::new(stutter(b"")),
        };
        let mut first = Snapshot {
            places: vec![place("/b", PlaceKind::Log)],
            ..Snapshot::default()
        };
        first.merge(Snapshot {
            places: vec![place("/a", PlaceKind::Text), place("/b", PlaceKind::Text)],
            ..Snapshot::default()
        });
        assert_eq!(first.places.len(), 2);
        assert_eq!(
            first.at("/b".as_ref()).map(|place| place.kind),
            Some(PlaceKind::Text)
        );
        assert!(first.at("/c".as_ref()).is_none());
    }
}
