//! The daemon against the sandbox: Identity Center and Telegram on loopback, on a clock that the
//! tests move.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "test code fails the test by panicking, and plays the programs beside the daemon"
)]

mod story;
mod telegram;
mod town;
