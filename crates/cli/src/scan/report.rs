//! What a scan found, in the published shape of `bedlock scan --format json`.
//!
//! Made by [`super::Scan`], rendered by `render::scan`.
//!
//! **Invariant:** no field can hold a secret: a span, a keyed fingerprint, and a mask.

use bedlock_model::{Fingerprint, Severity, Tool, Unreadable};
use schemars::JsonSchema;
use serde::Serialize;

/// How sure the engine is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Confidence {
    /// A value that looks random under a name that sounds like a credential
    Low,
    /// A provider's shape, or a provider's variable name with a plausible value
    Medium,
    /// A shape that only this provider uses, or one whose checksum is right
    High,
}

impl From<bedlock_detect::Confidence> for Confidence {
    fn from(confidence: bedlock_detect::Confidence) -> Self {
        match confidence {
            bedlock_detect::Confidence::Low => Self::Low,
            bedlock_detect::Confidence::Medium => Self::Medium,
            bedlock_detect::Confidence::High => Self::High,
        }
    }
}

/// One secret at one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ScanFinding {
    /// Rule id, e.g. `openai-api-key`.
    pub(crate) rule: String,
    /// What the rule is about, in a few words.
    pub(crate) title: String,
    /// How bad it is when a secret of this kind is taken.
    pub(crate) severity: Severity,
    /// How sure the engine is.
    pub(crate) confidence: Confidence,
    /// The file, as it was named or found below a named folder; `-` for standard input.
    pub(crate) file: String,
    /// The member of an archive, `a.tar/b`; `null` in a plain file.
    pub(crate) inside: Option<String>,
    /// Line, from 1; `null` in binary content.
    pub(crate) line: Option<u64>,
    /// Column, from 1, in characters (in bytes when the line is longer than 64 KiB); `null` in
    /// binary content.
    pub(crate) column: Option<u64>,
    /// First byte of the secret in the file or the member; `null` in UTF-16 text.
    pub(crate) offset: Option<u64>,
    /// Length in bytes as written.
    pub(crate) length: u64,
    /// The secret's name: the same for the same secret on this host, or wherever the same ignore
    /// file is used.
    pub(crate) fingerprint: Fingerprint,
    /// What may be shown of it.
    pub(crate) mask: String,
    /// Where its owner revokes it.
    pub(crate) revoke: Option<String>,
}

/// Findings that are left out of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct LeftOut {
    /// By a `bedlock:allow` comment.
    pub(crate) allowed: u64,
    /// By the ignore file or the baseline.
    pub(crate) known: u64,
    /// Because of `--confidence`, `--rule` or `--not-rule`.
    pub(crate) unwanted: u64,
}

/// What a scan found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct ScanReport {
    /// Version of this shape; a field that goes or changes its meaning makes it one more.
    pub(crate) schema_version: u32,
    /// Who made it.
    pub(crate) tool: Tool,
    /// When, RFC 3339 UTC.
    pub(crate) created: String,
    /// What was looked at, as it was named.
    pub(crate) paths: Vec<String>,
    /// Files of known secrets that were used.
    pub(crate) ignore_files: Vec<String>,
    /// Whether everything could be read.
    pub(crate) complete: bool,
    /// Number of files read.
    pub(crate) files: u64,
    /// How many of them were searched as bytes, because they are no text.
    pub(crate) binary: u64,
    /// How many of them were unpacked or decompressed.
    pub(crate) archives: u64,
    /// Number of bytes read, before decompression.
    pub(crate) bytes: u64,
    /// Number of files and folders that `--exclude` left out.
    pub(crate) excluded: u64,
    /// Number of symbolic links that were not followed.
    pub(crate) links: u64,
    /// What could not be read, or not to its end.
    pub(crate) unreadable: Vec<Unreadable>,
    /// What was left out on purpose, with the reason.
    pub(crate) skipped: Vec<Unreadable>,
    /// Findings that are left out.
    pub(crate) left_out: LeftOut,
    /// Findings, by file and place.
    pub(crate) findings: Vec<ScanFinding>,
}

impl ScanReport {
    /// The current [`ScanReport::schema_version`].
    pub(crate) const SCHEMA_VERSION: u32 = 1;
}
