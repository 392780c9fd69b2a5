//! Starting a process that outlives bedlock.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::fs::{Access, OFlags};

use crate::HostError;

/// Where the program is that makes another one the leader of a session of its own.
#[cfg(target_os = "linux")]
const SETSID: &[&str] = &["/usr/bin/setsid", "/bin/setsid"];
#[cfg(not(target_os = "linux"))]
const SETSID: &[&str] = &[];

/// What is to be started.
pub struct Start {
    /// Absolute path of the program.
    pub program: PathBuf,
    /// Its arguments, without the program itself. Whoever lists processes sees them.
    pub args: Vec<OsString>,
    /// Its working folder.
    pub cwd: PathBuf,
    /// Its whole environment; it inherits nothing.
    pub environment: Vec<(OsString, OsString)>,
    /// Where its output is appended, made with mode 0600; `None` drops the output.
    pub log: Option<PathBuf>,
}

// The environment may hold secrets, and so may arguments.
impl std::fmt::Debug for Start {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Start")
            .field("program", &self.program)
            .field("cwd", &self.cwd)
            .field("log", &self.log)
            .finish_non_exhaustive()
    }
}

/// Starts a program that goes on when bedlock and its terminal are gone, and returns its id. It
/// leads a session of its own (without the program `setsid`, a process group of its own).
///
/// # Errors
/// [`HostError::Program`] when it cannot be run, [`HostError::Write`] for the log.
pub fn start(start: Start) -> Result<u32, HostError> {
    let failed = |error: std::io::Error| HostError::Program {
        program: start.program.display().to_string(),
        reason: error.to_string(),
    };
    // `setsid` would tell the log only.
    rustix::fs::access(&start.program, Access::EXEC_OK).map_err(|errno| failed(errno.into()))?;
    let setsid = SETSID.iter().find(|path| Path::new(path).exists());
    let mut command = match setsid {
        Some(setsid) => {
            let mut command = Command::new(setsid);
            command.arg(&start.program);
            command
        }
        None => {
            let mut command = Command::new(&start.program);
            command.process_group(0);
            command
        }
    };
    command
        .args(&start.args)
        .current_dir(&start.cwd)
        .env_clear()
        .envs(start.environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null());
    match &start.log {
        Some(path) => {
            let (out, err) = log(path).map_err(|source| HostError::Write {
                path: path.clone(),
                source,
            })?;
            command.stdout(out).stderr(err);
        }
        None => {
            command.stdout(Stdio::null()).stderr(Stdio::null());
        }
    }
    // Nobody waits for it: it outlives bedlock, and when it ends first, its exit code goes with
    // bedlock.
    let child = command.spawn().map_err(failed)?;
    Ok(child.id())
}

fn log(path: &Path) -> std::io::Result<(Stdio, Stdio)> {
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed())
        .open(path)?;
    Ok((file.try_clone()?.into(), file.into()))
}
