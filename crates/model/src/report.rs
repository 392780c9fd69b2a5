//! What an audit found, in the published shape of `bedlock audit --format json`.
//!
//! Made by `audit::inspect`, rendered by `cli`.
//!
//! **Invariant:** no field can hold a secret: a span, a keyed fingerprint, and text that went
//! through [`Masked`].

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Fingerprint, PlaceKind, Unreadable};

/// How bad it is when a secret of this kind is taken.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Expires by itself, or opens little.
    Low,
    /// Opens something that is not a model account.
    Medium,
    /// Costs money or opens an account until somebody revokes it.
    High,
}

/// Why a place is believed to hold a secret.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// This path is a credential field.
    Structural,
    /// This text has a provider's shape.
    Pattern,
    /// The same secret was found elsewhere too.
    Value,
}

/// What harden does with a finding.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Disposition {
    /// Removed or redacted.
    Remove,
    /// Left: without it a channel or the gateway itself stops working.
    Keep,
    /// Left: it dies by itself within the limit.
    Expires,
    /// Cannot be edited where it is (the environment of a running process, a binary file).
    Report,
}

/// A path by which a model provider could see a secret.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// The model catalogue, keys included, is put into the prompt.
    CatalogInPrompt,
    /// Environment variables are resolved into the prompt.
    EnvironmentInPrompt,
    /// The agent's shell can read the file, and what it reads goes into the next request.
    AgentShell,
    /// It is part of a conversation that is sent again with each turn.
    Transcript,
    /// It is the provider's own key: the provider knows it anyway.
    OwnKey,
}

/// A configured model provider that could see a secret, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exposure {
    /// Provider id, as in [`Provider::id`].
    pub provider: String,
    /// The paths, sorted.
    pub via: Vec<Via>,
}

/// What to do about a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Remedy {
    /// The next thing to do on this host.
    pub next: String,
    /// Where the owner revokes it: removing is not revoking.
    pub revoke: Option<String>,
}

/// Text from a host with every known secret in it masked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Masked(String);

impl Masked {
    /// Takes text that the caller has masked; the name is a promise, so grep for it in reviews.
    #[must_use]
    pub fn danger_already_masked(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// One secret at one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Rule id, e.g. `openai-api-key`.
    pub rule: String,
    /// What the rule is about, in a few words.
    pub title: String,
    /// How bad.
    pub severity: Severity,
    /// The file, or `/proc/PID/environ`.
    pub file: String,
    /// What the file is to the host.
    pub kind: PlaceKind,
    /// Line, from 1; for a database the number of the row among those read.
    pub line: u64,
    /// Column, from 1, in characters.
    pub column: u64,
    /// First byte of the secret in the file, where that is known (not in a database).
    pub offset: Option<u64>,
    /// Length in bytes as written in the file.
    pub length: u64,
    /// Where in the file's structure: `models.providers.openai.apiKey`, `table[rowid].column`.
    pub location: String,
    /// The secret's name on this host.
    pub fingerprint: Fingerprint,
    /// What may be shown of it.
    pub mask: String,
    /// The line with every secret in it masked.
    pub excerpt: Masked,
    /// Why it is believed to be a secret, sorted.
    pub evidence: Vec<Evidence>,
    /// What harden does with it.
    pub disposition: Disposition,
    /// Why it is left, when it is.
    pub reason: Option<String>,
    /// When it dies by itself, RFC 3339 UTC, where that is known.
    pub expires: Option<String>,
    /// Which model providers could see it.
    pub exposure: Vec<Exposure>,
    /// What to do next.
    pub remedy: Remedy,
}

/// One secret, over all its places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SecretSummary {
    /// Its name on this host.
    pub fingerprint: Fingerprint,
    /// Rule id.
    pub rule: String,
    /// What it is.
    pub title: String,
    /// Whose it is, e.g. `OpenAI`.
    pub issuer: String,
    /// How bad.
    pub severity: Severity,
    /// What may be shown of it.
    pub mask: String,
    /// Number of findings.
    pub places: usize,
    /// `Remove` when any of its places is cleaned, else the most lasting of the others.
    pub disposition: Disposition,
    /// Union over its places.
    pub exposure: Vec<Exposure>,
    /// Where the owner revokes it.
    pub revoke: Option<String>,
}

/// A model provider that the agent is configured to talk to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Provider {
    /// The agent's id for it, e.g. `openai`, `amazon-bedrock`.
    pub id: String,
    /// Why it counts as configured, e.g. `models.providers.openai`.
    pub because: String,
    /// Whether it is Amazon Bedrock, signed by the AWS SDK.
    pub keyless: bool,
}

/// The program that made a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `bedlock`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What an audit found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Version of this shape; a field that goes or changes its meaning makes it one more.
    pub schema_version: u32,
    /// Who made it.
    pub tool: Tool,
    /// When, RFC 3339 UTC.
    pub created: String,
    /// The home that was looked at.
    pub home: String,
    /// The folder that stands for `/`, when a mounted image was looked at.
    pub root: Option<String>,
    /// Which agents were found: state folders.
    pub agents: Vec<String>,
    /// Whether every wanted place could be read.
    pub complete: bool,
    /// Number of files read.
    pub files: u64,
    /// Number of bytes read.
    pub bytes: u64,
    /// What could not be looked at.
    pub unreadable: Vec<Unreadable>,
    /// What was left out on purpose, with the reason.
    pub skipped: Vec<Unreadable>,
    /// Configured model providers.
    pub providers: Vec<Provider>,
    /// Secrets, worst first.
    pub secrets: Vec<SecretSummary>,
    /// Findings, by file and offset.
    pub findings: Vec<Finding>,
}

impl Report {
    /// The current [`Report::schema_version`].
    pub const SCHEMA_VERSION: u32 = 1;

    /// Findings that harden would clean, or that only a person can.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|f| matches!(f.disposition, Disposition::Remove | Disposition::Report))
    }
}
