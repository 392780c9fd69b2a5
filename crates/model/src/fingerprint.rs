//! Keyed fingerprints: how a secret is named in reports, plans, receipts and ignore files.
//!
//! **Invariant:** without the host's key a fingerprint says nothing about the secret, so two
//! hosts never give the same secret the same name and nobody can test guesses offline with a
//! report alone.

use std::fmt;

use hmac::{Hmac, Mac};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The per-host key of all fingerprints: 32 random bytes.
// Clone: every look at a host during one command has to give the same names.
#[derive(Clone)]
pub struct FingerprintKey(Zeroizing<[u8; 32]>);

impl FingerprintKey {
    /// Makes a key of 32 random bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Names a secret: HMAC-SHA-256 of its bytes, cut to 64 bits.
    #[must_use]
    pub fn fingerprint(&self, secret: &[u8]) -> Fingerprint {
        Fingerprint(hex::encode(&self.digest(secret)[..8]))
    }

    /// A keyed hash over content of any length, for "is this still the same file?".
    #[must_use]
    pub fn digest(&self, content: &[u8]) -> [u8; 32] {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice()).expect("any key length");
        mac.update(content);
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FingerprintKey([redacted])")
    }
}

/// The name of a secret on this host: 16 hexadecimal digits.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The 16 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_secret_has_one_name_per_host() {
        let here = FingerprintKey::new([1; 32]);
        let there = FingerprintKey::new([2; 32]);
        assert_eq!(here.fingerprint(b"FAKE-a"), here.fingerprint(b"FAKE-a"));
        assert_ne!(here.fingerprint(b"FAKE-a"), here.fingerprint(b"FAKE-b"));
        assert_ne!(here.fingerprint(b"FAKE-a"), there.fingerprint(b"FAKE-a"));
        assert_eq!(here.fingerprint(b"FAKE-a").as_str().len(), 16);
    }

    #[test]
    fn debug_of_the_key_redacts() {
        assert_eq!(
            format!("{:?}", FingerprintKey::new([7; 32])),
            "FingerprintKey([redacted])"
        );
    }
}
