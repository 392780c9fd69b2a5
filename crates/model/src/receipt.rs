//! What was done: each secret by fingerprint, where it stood, and what is found of it now.
//!
//! **Invariant:** like a report, it can be published: nothing in it opens anything.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Disposition, Fingerprint, Tool, Unreadable};

/// A place where a secret stood, and what was done there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stood {
    /// The file.
    pub file: String,
    /// Where in it.
    pub location: String,
    /// What was done: `removed`, `redacted`, `kept`, `expires`, `left`.
    pub done: String,
}

/// One secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReceiptSecret {
    /// Its name on this host.
    pub fingerprint: Fingerprint,
    /// Rule id.
    pub rule: String,
    /// What it is.
    pub title: String,
    /// What may be shown of it.
    pub mask: String,
    /// What was decided.
    pub disposition: Disposition,
    /// Where it stood.
    pub stood: Vec<Stood>,
    /// How often a search of all bytes of the agent's world finds it now, in any encoding.
    pub found_now: u64,
    /// The files in which it is found now.
    pub found_in: Vec<String>,
    /// Where to revoke it: what stood on this disk must be taken for known.
    pub revoke: Option<String>,
}

/// What one harden did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Receipt {
    /// Version of this shape.
    pub schema_version: u32,
    /// Who made it.
    pub tool: Tool,
    /// Transaction id, as in `bedlock undo --list`.
    pub transaction: String,
    /// When, RFC 3339 UTC.
    pub created: String,
    /// The home.
    pub home: String,
    /// Until when `bedlock undo` can take it back, RFC 3339 UTC.
    pub undo_until: String,
    /// Files that were changed, created or removed.
    pub files: Vec<String>,
    /// Number of files whose bytes were searched afterwards.
    pub searched_files: u64,
    /// Number of bytes that were searched afterwards.
    pub searched_bytes: u64,
    /// Places that the search could not read.
    pub unreadable: Vec<Unreadable>,
    /// Secrets, worst first.
    pub secrets: Vec<ReceiptSecret>,
}

impl Receipt {
    /// The current [`Receipt::schema_version`].
    pub const SCHEMA_VERSION: u32 = 1;
}
