//! What a process that stays needs from the machine: to be woken, to notice a changed folder, to be
//! closed to other processes, to run a small program.
//!
//! Called by `watch` and by `bedlock daemon`.
//!
//! **Invariant:** nothing here waits in a loop: every wait is the kernel's.

mod alarm;
mod closed;
mod folder;
mod reach;
mod run;
mod secret;

pub use alarm::{WallAlarm, awake};
pub use closed::close_to_others;
pub use folder::FolderWatch;
pub use reach::{closed_on_the_way, only_root_writes};
pub use run::{Ran, Run, run};
pub use secret::secret_file;

use std::path::Path;

use crate::HostError;

/// The user that this process acts as.
#[must_use]
pub fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Sets the permissions of a file or a socket.
///
/// # Errors
/// [`HostError::Write`].
pub fn set_mode(path: &Path, mode: u32) -> Result<(), HostError> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).map_err(|source| {
        HostError::Write {
            path: path.to_path_buf(),
            source,
        }
    })
}

/// The program that this process runs.
///
/// # Errors
/// [`HostError::Process`] when the system does not say.
pub fn own_program() -> Result<std::path::PathBuf, HostError> {
    std::env::current_exe().map_err(|error| HostError::Process {
        what: "find the program of",
        pid: std::process::id(),
        reason: error.to_string(),
    })
}
