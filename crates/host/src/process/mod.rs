//! Running processes: finding an agent's, ending one, starting it again, waiting until it is ready.
//!
//! Called by `cli`: `audit` looks at environments, `harden` and `undo` restart the agent.
//!
//! **Invariant:** a process is named by its id and the time that it started at, so no signal ever
//! reaches a process that got the id later. Nothing is ended by force.

#[cfg(target_os = "linux")]
mod list;
mod parent;
mod ready;
mod start;
#[cfg(target_os = "linux")]
mod stop;
mod talk;

use std::path::{Path, PathBuf};
use std::time::Duration;

use bedlock_model::{Process, Progress, SecretBytes};

pub use parent::parent_of;
pub use ready::wait_ready;
pub use start::{Start, start};
pub use talk::{Program, Said, Talk};

use crate::HostError;

/// What tells processes apart. An agent may hide its arguments behind a title (`argv` is then
/// that title), so what it runs and where are here, too.
#[derive(Debug)]
pub struct ProcessFacts {
    /// Process id.
    pub pid: u32,
    /// Real user.
    pub uid: u32,
    /// Short name, as the kernel cuts it.
    pub name: String,
    /// The program, without ` (deleted)` when it was replaced since; `None` when it may not be
    /// known.
    pub exe: Option<PathBuf>,
    /// The working folder; `None` when it may not be known.
    pub cwd: Option<PathBuf>,
    /// Arguments, without empty ones at the end; they may hold a secret.
    pub argv: Vec<SecretBytes>,
    /// When it started, in clock ticks since boot: with the id, its name for [`stop`].
    pub started: u64,
}

/// A process that was found.
#[derive(Debug)]
pub struct Running {
    /// What tells it apart.
    pub facts: ProcessFacts,
    /// The same for an audit, with its environment.
    pub process: Process,
}

/// How [`stop`] came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It ended when it was asked to.
    Ended,
    /// It was gone already.
    WasGone,
}

/// Finds processes, sorted by id. The environment is read of those that are wanted only.
///
/// `proc` is the process file system, `/proc`. Other systems than Linux have none, and tell the
/// environment of a process to nobody but a debugger: there the list is empty.
///
/// # Errors
/// [`HostError::Folder`] when `proc` cannot be listed.
///
/// **Source:** <https://man7.org/linux/man-pages/man5/proc.5.html>
pub fn processes(
    proc: &Path,
    wanted: &dyn Fn(&ProcessFacts) -> bool,
) -> Result<Vec<Running>, HostError> {
    #[cfg(target_os = "linux")]
    return list::processes(proc, wanted);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (proc, wanted);
        Ok(Vec::new())
    }
}

/// Asks a process to end (SIGTERM) and waits until it has; `started` is
/// [`ProcessFacts::started`]. On other systems than Linux it refuses.
///
/// # Errors
/// [`HostError::StillRuns`] when it takes longer than `patience`, [`HostError::Process`] when it
/// may not be ended, [`HostError::Interrupted`] when `progress` breaks.
pub fn stop(
    pid: u32,
    started: u64,
    patience: Duration,
    progress: &dyn Progress,
) -> Result<Stopped, HostError> {
    #[cfg(target_os = "linux")]
    return stop::stop(pid, started, patience, progress);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (started, patience, progress);
        Err(HostError::Process {
            what: "stop",
            pid,
            reason: format!("this system has no safe way to do it; run `kill {pid}`"),
        })
    }
}
