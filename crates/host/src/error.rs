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
    /// A process was asked to end and did not.
    #[error(
        "stop process {pid}: it was asked to end, and still runs after {waited:?}; let it finish \
         its work, or end it with `kill -KILL {pid}`, then repeat the command"
    )]
    StillRuns {
        /// The process.
        pid: u32,
        /// How long was waited.
        waited: Duration,
    },
    /// A server on this machine did not say in time that it is ready.
    #[error("reach http://127.0.0.1:{port}{path} within {waited:?}: {last}")]
    NotReady {
        /// The port.
        port: u16,
        /// The path that was asked for.
        path: String,
        /// How long was waited.
        waited: Duration,
        /// What the last attempt came to.
        last: String,
    },
    /// The key of this host's fingerprints cannot be used.
    #[error("use {path}: {reason}", path = path.display())]
    HostKey {
        /// The key's file, or the folder that it is in.
        path: PathBuf,
        /// Why not, and what to do.
        reason: String,
    },
    /// The signals that ask a program to stop could not be taken over.
    #[error("watch for Ctrl-C: {0}")]
    Signals(io::Error),
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
    /// Something of a transaction could not be done.
    #[error("{operation} {path}: {source}", path = path.display())]
    Io {
        /// What was to be done, e.g. `replace`.
        operation: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// The disk is full, or would be.
    #[error("write {path}: {}", full(*needed, *free), path = path.display())]
    NoSpace {
        /// The file or folder.
        path: PathBuf,
        /// Bytes that are needed; 0 when nobody knows.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// The file system is mounted read-only.
    #[error("write {path}: its file system is mounted read-only", path = path.display())]
    ReadOnly {
        /// The file or folder.
        path: PathBuf,
    },
    /// A file cannot be replaced: it is marked immutable, or is a mount point.
    #[error("replace {path}: {reason}", path = path.display())]
    Pinned {
        /// The file or folder.
        path: PathBuf,
        /// Why not, and what to do.
        reason: &'static str,
    },
    /// A file belongs to somebody else, who would lose it.
    #[error("replace {path}: it belongs to user {uid}; run bedlock as that user", path = path.display())]
    NotOwner {
        /// The file.
        path: PathBuf,
        /// Its owner.
        uid: u32,
    },
    /// Where a regular file was expected is something else.
    #[error("change {path}: it is {what}, not a regular file", path = path.display())]
    NotRegular {
        /// Where.
        path: PathBuf,
        /// What is there.
        what: &'static str,
    },
    /// Files are not what they were when the plan was made.
    #[error("apply the plan: changed since it was made: {}", list(paths))]
    Changed {
        /// The files.
        paths: Vec<PathBuf>,
    },
    /// Files are not what the transaction left.
    #[error("undo {id}: changed since: {}", list(paths))]
    ChangedSince {
        /// The transaction.
        id: String,
        /// The files.
        paths: Vec<PathBuf>,
    },
    /// A later transaction changed the same files, so it must be undone first.
    #[error("undo {id}: {later} changed the same files later; undo that one first")]
    Later {
        /// The transaction.
        id: String,
        /// The one to undo first.
        later: String,
    },
    /// A plan asks for something that cannot be done.
    #[error("change {path}: {reason}", path = path.display())]
    BadPlan {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: &'static str,
    },
    /// Another program has a database open.
    #[error(
        "change {path}: it is locked{}; stop what uses it",
        pid.map_or(String::new(), |pid| format!(" by process {pid}")),
        path = path.display()
    )]
    Locked {
        /// The database.
        path: PathBuf,
        /// Who has it open, where known.
        pid: Option<u32>,
    },
    /// SQLite cannot work with a database.
    #[error("change the database {path}: {reason}", path = path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// What SQLite said, without any value of a row.
        reason: String,
    },
    /// Another bedlock is changing something.
    #[error(
        "lock {path}: another bedlock holds it{}",
        pid.map_or(String::new(), |pid| format!(" (process {pid})")),
        path = path.display()
    )]
    Busy {
        /// The lock file.
        path: PathBuf,
        /// The other one, where known.
        pid: Option<u32>,
    },
    /// The state folder cannot be trusted.
    #[error("use the state folder {path}: {reason}", path = path.display())]
    State {
        /// The folder.
        path: PathBuf,
        /// Why, and what to do.
        reason: String,
    },
    /// A file of the state folder is damaged.
    #[error("read {path}: {reason}", path = path.display())]
    Journal {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No transaction has this name.
    #[error("find the transaction {id}: there is none of that name")]
    NoTransaction {
        /// What was asked for.
        id: String,
    },
    /// A transaction was interrupted and must be recovered first.
    #[error("forget the transaction {id}: it was interrupted, and must be recovered first")]
    Unfinished {
        /// The transaction.
        id: String,
    },
    /// The time in which a transaction could be undone is over.
    #[error("undo {id}: that was possible until {until}")]
    Expired {
        /// The transaction.
        id: String,
        /// Until when, RFC 3339 UTC.
        until: String,
    },
    /// A recovery code does not open the transaction.
    #[error("undo {id}: the recovery code is not the one that was shown for it")]
    WrongCode {
        /// The transaction.
        id: String,
    },
    /// A transaction passed its commit point and could not be finished.
    #[error("finish {id}: {source}; nothing is lost, the next command goes on from there")]
    Incomplete {
        /// The transaction.
        id: String,
        /// What stopped it.
        source: Box<HostError>,
    },
    /// The system has no random numbers.
    #[error("get random numbers: {reason}")]
    Random {
        /// What the system said.
        reason: String,
    },
}

fn list(paths: &[PathBuf]) -> String {
    let paths: Vec<_> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    paths.join(", ")
}

fn full(needed: u64, free: u64) -> String {
    match needed {
        0 => format!("the disk is full, {free} bytes are free"),
        _ => format!("it needs {needed} bytes, and {free} are free"),
    }
}
