//! OpenClaw: where it keeps secrets, what its fields mean, and how it is moved to Bedrock.
//!
//! **Source:** the package `openclaw` 2026.9.6 and 2026.5.7, its docs and its behaviour.

pub mod bedrock;
pub mod chosen;
pub mod meaning;
pub mod places;
pub mod plugin;
pub mod surfaces;
