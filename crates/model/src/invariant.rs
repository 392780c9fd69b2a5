//! The invariants that `bedlock verify` proves, and how the proof came out.
//!
//! **Invariant:** `Unknown` is a verdict of its own and never counts as `Pass`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Tool, Unreadable};

/// How a proof came out.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Holds; the evidence says what was looked at.
    Pass,
    /// Could not be decided, for the reason that the evidence gives.
    Unknown,
    /// Does not hold.
    Fail,
}

/// One invariant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Invariant {
    /// Id, e.g. `KEYS-CONFIG`.
    pub id: String,
    /// What it says.
    pub statement: String,
    /// How it came out.
    pub verdict: Verdict,
    /// What was looked at and what was found, a line each.
    pub evidence: Vec<String>,
    /// The next command to type, when it does not pass.
    pub next: Option<String>,
}

/// All invariants of a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Posture {
    /// Version of this shape.
    pub schema_version: u32,
    /// Who made it.
    pub tool: Tool,
    /// When, RFC 3339 UTC.
    pub created: String,
    /// The home.
    pub home: String,
    /// The invariants, in the order of the design.
    pub invariants: Vec<Invariant>,
    /// What could not be looked at.
    pub unreadable: Vec<Unreadable>,
}

impl Posture {
    /// The current [`Posture::schema_version`].
    pub const SCHEMA_VERSION: u32 = 1;

    /// The worst verdict; `Pass` when there is no invariant.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.invariants
            .iter()
            .map(|i| i.verdict)
            .max()
            .unwrap_or(Verdict::Pass)
    }
}
