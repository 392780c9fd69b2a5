//! Standard input, read so that Ctrl-C ends the wait for it.
//!
//! Called by `cli` for `scan -`.
//!
//! **Invariant:** waits in small steps, because a signal only sets a flag.

use std::io::{self, Read};

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
