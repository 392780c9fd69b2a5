//! Ending a process through a descriptor that stays with it.
//!
//! **Source:** <https://man7.org/linux/man-pages/man2/pidfd_open.2.html>

use std::path::Path;
use std::time::{Duration, Instant};

use bedlock_model::Progress;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::{Stopped, list};
use crate::HostError;

/// How long Ctrl-C may go unnoticed.
const LOOK_UP_EVERY: Duration = Duration::from_millis(100);

pub(super) fn stop(
    pid: u32,
    started: u64,
    patience: Duration,
    progress: &dyn Progress,
) -> Result<Stopped, HostError> {
    let failed = |errno: Errno| HostError::Process {
        what: "stop",
        pid,
        reason: reason(errno),
    };
    let raw = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let Some(raw) = raw else {
        return Ok(Stopped::WasGone);
    };
    let process = match pidfd_open(raw, PidfdFlags::empty()) {
        Ok(process) => process,
        Err(Errno::SRCH) => return Ok(Stopped::WasGone),
        Err(errno) => return Err(failed(errno)),
    };
    // Looked at after the descriptor was opened: whoever has the id now is who the signal goes to.
    if list::started(Path::new("/proc"), pid) != Some(started) {
        return Ok(Stopped::WasGone);
    }
    match pidfd_send_signal(&process, Signal::TERM) {
        Ok(()) => {}
        Err(Errno::SRCH) => return Ok(Stopped::WasGone),
        Err(errno) => return Err(failed(errno)),
    }
    let begin = Instant::now();
    loop {
        let left = patience.saturating_sub(begin.elapsed());
        let mut ended = [PollFd::new(&process, PollFlags::IN)];
        let wait = Timespec::try_from(left.min(LOOK_UP_EVERY)).ok();
        match poll(&mut ended, wait.as_ref()) {
            Ok(0) | Err(Errno::INTR) => {}
            Ok(_) => return Ok(Stopped::Ended),
            Err(errno) => return Err(failed(errno)),
        }
        if progress.advance(0).is_break() {
            return Err(HostError::Interrupted);
        }
        if left.is_zero() {
            return Err(HostError::StillRuns {
                pid,
                waited: patience,
            });
        }
    }
}

fn reason(errno: Errno) -> String {
    match errno {
        Errno::PERM => "it belongs to another user; run bedlock as its owner or as root".to_owned(),
        Errno::NOSYS => "this kernel is older than Linux 5.3; end it by hand".to_owned(),
        _ => std::io::Error::from(errno).to_string(),
    }
}
