//! Against real processes and real servers on loopback.

#![expect(
    clippy::unwrap_used,
    reason = "test code outside of test functions fails the test by panicking"
)]

#[cfg(target_os = "linux")]
mod process;
mod ready;

use std::ops::ControlFlow;
use std::time::Duration;

use bedlock_model::Progress;

/// Longer than anything here takes, so that reaching it is a failure.
const LONG: Duration = Duration::from_secs(60);

/// Progress of somebody who asked to stop.
struct Stop;

impl Progress for Stop {
    fn advance(&self, _: u64) -> ControlFlow<()> {
        ControlFlow::Break(())
    }
}
