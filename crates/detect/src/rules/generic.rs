//! Credentials that no provider's rule knows: found by a name, or by the user part of a URL.
//!
//! **Invariant:** data only; [`crate::assign`] finds them.

use crate::rule::{Rule, Severity};

/// The rule of a plausible value behind the name of a credential that belongs to no provider.
pub const GENERIC_ID: &str = "generic-credential";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "database-url-password",
        provider: "Database",
        title: "Password in a database or broker URL",
        opens: "The database or message broker that the URL names.",
        revoke: "Change the password of that user in the database itself.",
        source: "https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1",
        ..Rule::BLANK
    },
    Rule {
        id: GENERIC_ID,
        provider: "Unknown",
        title: "Credential found by its name",
        severity: Severity::Medium,
        opens: "Whatever the name in front of it says.",
        revoke: "The page of whoever issued it; the name of the field or variable tells.",
        source: "No format: a random-looking value under a name such as `token` or `password`.",
        ..Rule::BLANK
    },
    Rule {
        id: "url-password",
        provider: "Unknown",
        title: "Password in a URL",
        severity: Severity::Medium,
        opens: "The service that the URL names.",
        revoke: "Change the password or token at that service.",
        source: "https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1",
        ..Rule::BLANK
    },
];
