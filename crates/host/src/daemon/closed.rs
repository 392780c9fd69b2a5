//! Closes this process to others of its user: no core dump, no tracing, no reading of its memory.
//!
//! **Invariant:** best effort is no effort: whoever asks for it is told when it did not work.
//!
//! **Source:** <https://man7.org/linux/man-pages/man2/PR_SET_DUMPABLE.2const.html>

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::HostError;

/// Makes this process non-dumpable and forbids core files. After it, only root may trace it or open
/// its files below `/proc`.
///
/// # Errors
/// [`HostError::Process`] when the system refuses.
pub fn close_to_others() -> Result<(), HostError> {
    let failed = |errno: rustix::io::Errno| HostError::Process {
        what: "close to others",
        pid: std::process::id(),
        reason: errno.to_string(),
    };
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none).map_err(failed)?;
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(failed)?;
    }
    Ok(())
}
