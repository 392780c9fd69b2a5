//! The state machine against a world of its own: Identity Center, a chat, a network, an owner.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test and a simulation may stop where they are"
)]

mod properties;
mod table;
mod world;
