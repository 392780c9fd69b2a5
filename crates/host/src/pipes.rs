//! Standard input and output, so that Ctrl-C ends the wait for the other side.
//!
//! Called by `cli` for `scan -` and `scan --redact`.
//!
//! **Invariant:** waits in small steps, because a signal only sets a flag.

use std::io::{self, Read, Write};

use bedlock_model::Progress;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// How long one wait is; whoever stops the work waits no longer than this.
const STEP: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 200_000_000,
};

/// Standard input.
pub struct Input<'p> {
    progress: &'p dyn Progress,
}

impl<'p> Input<'p> {
    /// Standard input, until `progress` says that it is enough: then it ends.
    #[must_use]
    pub fn new(progress: &'p dyn Progress) -> Self {
        Self { progress }
    }
}

impl std::fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input").finish_non_exhaustive()
    }
}

impl Read for Input<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let stdin = io::stdin();
        loop {
            if self.progress.advance(0).is_break() {
                return Ok(0);
            }
            let mut wanted = [PollFd::new(&stdin, PollFlags::IN)];
            match poll(&mut wanted, Some(&STEP)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                // What cannot be waited for is read at once.
                Ok(_) | Err(_) => return Ok(rustix::io::read(&stdin, buffer)?),
            }
        }
    }
}

/// As many bytes as a pipe takes without waiting when it says that it takes some: `PIPE_BUF`.
///
/// **Source:** <https://man7.org/linux/man-pages/man7/pipe.7.html>; POSIX asks for 512 at least.
const AT_ONCE: usize = if cfg!(target_os = "linux") { 4096 } else { 512 };

/// Standard output.
pub struct Output<'p> {
    progress: &'p dyn Progress,
    /// Whether it is a file, which never makes anybody wait.
    file: bool,
}

impl<'p> Output<'p> {
    /// Standard output, until `progress` says that it is enough: then it fails with `TimedOut`.
    #[must_use]
    pub fn new(progress: &'p dyn Progress) -> Self {
        let stat = rustix::fs::fstat(io::stdout());
        let file = stat
            .is_ok_and(|stat| crate::beneath::kind_of(&stat) == rustix::fs::FileType::RegularFile);
        Self { progress, file }
    }
}

impl std::fmt::Debug for Output<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output").finish_non_exhaustive()
    }
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let stdout = io::stdout();
        let most = if self.file { bytes.len() } else { AT_ONCE };
        let piece = &bytes[..bytes.len().min(most)];
        loop {
            if self.progress.advance(0).is_break() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            let mut wanted = [PollFd::new(&stdout, PollFlags::OUT)];
            match poll(&mut wanted, Some(&STEP)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) | Err(_) => return Ok(rustix::io::write(&stdout, piece)?),
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
