//! Where secrets live on an agent host, what was found there, and how to move to Bedrock.
//!
//! The line through this crate: `agents::openclaw::places` says what is wanted, the caller brings a
//! snapshot, [`inspect()`] makes the report, [`plan`] makes the plan, [`verify`] the posture.
//!
//! **Invariant:** pure. No file, environment, clock or network is touched here but through the
//! sources of a snapshot.

pub mod agents;
mod checks;
mod exposure;
pub mod found;
mod inspect;
mod judge;
mod masking;
mod report;
mod vault;

pub use inspect::{Circumstances, Inspection, inspect};
pub use vault::{Secret, SecretId, Vault};

/// Largest file that is read whole because its structure matters, in bytes. Larger ones are
/// searched as a stream.
pub const WHOLE_FILE_LIMIT: usize = 8 << 20;

/// What can go wrong in this crate.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The caller's progress said stop.
    #[error("finish: it was interrupted")]
    Interrupted,
}
