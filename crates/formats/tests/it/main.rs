//! Tests through the public interface: generated documents, arbitrary bytes, the fuzz seeds.

#![expect(
    clippy::expect_used,
    reason = "what fails outside of a test function fails its test"
)]

mod edits;
mod json;
mod properties;
mod seeds;
