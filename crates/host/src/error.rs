//! What can go wrong between bedlock and the machine.
//!
//! Made by every module of this crate, rendered by `cli`.
//!
//! **Invariant:** no variant holds content of a file or of an environment, so an error can be
//! printed and logged.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// Why something on the machine could not be done; `Display` fits after "failed to".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// The folder that was to be looked at is not there, or is no folder.
    #[error("open the folder {path}: {source}", path = path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// A file of bedlock's own, or a report, could not be written.
    #[error("write {path}: {source}", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// Somebody asked to stop (Ctrl-C).
    #[error("finish: it was interrupted")]
    Interrupted,
    /// Neither the environment nor the account database says where the home folder is.
    #[error(
        "find the home folder: HOME is not set, and user {uid} has none in the account database"
    )]
    NoHome {
        /// The user.
        uid: u32,
    },
    /// A program that manages services or processes could not be run, or said no.
    #[error("run {program}: {reason}")]
    Program {
        /// The program and its verb, without values.
        program: String,
        /// What happened.
        reason: String,
    },
    /// A process did not do in time what it was asked to.
    #[error("{what} of process {pid}: it took longer than {waited:?}")]
    TimedOut {
        /// What was waited for, e.g. `wait for the end`.
        what: &'static str,
        /// The process.
        pid: u32,
        /// How long was waited.
        waited: Duration,
    },
    /// A process cannot be stopped or started by bedlock.
    #[error("{what} process {pid}: {reason}")]
    Process {
        /// What was to be done, e.g. `stop`.
        what: &'static str,
        /// The process.
        pid: u32,
        /// Why not.
        reason: String,
    },
}
