//! The name that stands where a secret stood.

use bedlock_model::Fingerprint;

/// What stands in the place of a secret. Its letters need no quoting in JSON, shells, URLs, XML
/// or INI, and no rule takes it for a secret.
pub(super) fn placeholder(fingerprint: &Fingerprint) -> String {
    format!("REDACTED-{fingerprint}")
}
