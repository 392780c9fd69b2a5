//! Talks to the sandbox over its sockets, without any client of AWS: what each service answers, and
//! when. `tests/real_clients` checks the same answers with programs that others wrote.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "test code outside of test functions fails the test by panicking"
)]

mod bedrock;
mod contract;
mod faults;
mod identity_center;
mod pages;
mod telegram;
mod wire;

use bedlock_sandbox::{Clock, Sandbox, SandboxConfig};
use jiff::Timestamp;

/// A sandbox whose clock stands still at a fixed instant.
fn sandbox(change: impl FnOnce(&mut SandboxConfig)) -> Sandbox {
    let start: Timestamp = "2026-11-25T03:00:00Z".parse().unwrap();
    let mut config = SandboxConfig {
        clock: Clock::manual(start),
        ..SandboxConfig::default()
    };
    change(&mut config);
    Sandbox::start(config).unwrap()
}
