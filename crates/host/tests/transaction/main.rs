//! Plans applied to real trees and taken back: exactly what was there, whatever happens between.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code outside of test functions fails the test by panicking"
)]

mod database;
mod kill;
mod links;
mod memory;
mod refuse;
mod roundtrip;
mod world;
