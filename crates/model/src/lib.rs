//! The nouns of bedlock: places, findings, plans, receipts and secret types.
//!
//! Every other crate imports this one; it imports none of them.
//!
//! **Invariant:** no input, no output, no clock, and no type that can both be serialised and
//! hold a secret.

mod fingerprint;
mod invariant;
mod place;
mod plan;
mod receipt;
mod report;
mod secret;

pub use fingerprint::{Fingerprint, FingerprintKey};
pub use invariant::{Invariant, Posture, Verdict};
pub use place::{
    FileKind, FileMeta, Place, PlaceKind, Process, Progress, Service, Silent, Snapshot, Source,
    Unreadable, Want,
};
pub use plan::{Action, Cell, Change, Content, Left, Plan, Redaction, RowEdit, RowKey, RowOp};
pub use receipt::{Receipt, ReceiptSecret, Stood};
pub use report::{
    Disposition, Evidence, Exposure, Finding, Masked, Provider, Remedy, Report, SecretSummary,
    Severity, Tool, Via,
};
pub use secret::{SecretBytes, SecretText};
