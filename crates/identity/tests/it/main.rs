//! Sign-in, renewal and role credentials against the sandbox, on its clock.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "test code outside of test functions fails the test by panicking, and makes files"
)]

mod lab;
mod renewal;
mod role;
mod sign_in;
