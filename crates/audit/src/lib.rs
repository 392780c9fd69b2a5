//! Where secrets live on an agent host, what was found there, and how to move to Bedrock.
//!
//! The line through this crate: `agents::openclaw::places` says what is wanted, the caller brings a
//! snapshot, [`inspect()`] makes the report, [`plan`] makes the plan, [`verify`] the posture.
//!
//! **Invariant:** pure. No file, environment, clock or network is touched here but through the
//! sources of a snapshot.

pub mod again;
pub mod agents;
mod by_value;
mod checks;
mod circumstances;
mod exposure;
pub mod found;
mod inspect;
mod judge;
mod masking;
pub mod modes;
mod parallel;
pub mod plan;
mod read;
mod report;
mod vault;
mod verify;

use std::io;
use std::path::PathBuf;

pub use checks::stream::decoded;
pub use circumstances::Circumstances;
pub use inspect::{Inspection, inspect};
pub use report::severity;
pub use vault::{Secret, SecretId, Vault};
pub use verify::verify;

/// Largest file that is read whole because its structure matters, in bytes. Larger ones are
/// searched as a stream.
pub const WHOLE_FILE_LIMIT: usize = 8 << 20;

/// What can go wrong in this crate.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The caller's progress said stop.
    #[error("finish: it was interrupted")]
    Interrupted,
    /// A file could not be read any more.
    #[error("read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// A file could not be rewritten.
    #[error("rewrite {}: failed to {source}", path.display())]
    Edit {
        /// The file.
        path: PathBuf,
        /// What stood in the way.
        source: bedlock_formats::EditError,
    },
}
