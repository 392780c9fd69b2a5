//! The daemon against the sandbox: Identity Center and Telegram on loopback, on a clock that the
//! tests move.

#![expect(
    clippy::unwrap_used,
    reason = "test code outside of test functions fails the test by panicking"
)]

mod story;
mod telegram;
mod town;
