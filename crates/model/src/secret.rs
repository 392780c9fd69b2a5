//! A secret as a type: held, compared by fingerprint, exposed only by a method that says so.
//!
//! Used by `audit` (what was found), `host` (the recovery code, sealed content) and `cli`.
//!
//! **Invariant:** no `Display`, no `Serialize`, no `Clone`; `Debug` shows the length only.

use std::fmt;

use secrecy::{ExposeSecret, SecretBox, SecretString};

/// Bytes that must never be printed, logged or stored; wiped from memory when dropped.
pub struct SecretBytes(SecretBox<[u8]>);

impl SecretBytes {
    /// Takes ownership of the bytes of a secret.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(SecretBox::new(bytes.into_boxed_slice()))
    }

    /// Gives access to the bytes; whoever calls this answers for where they go.
    #[must_use]
    pub fn danger_expose(&self) -> &[u8] {
        self.0.expose_secret()
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.danger_expose().len()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretBytes([redacted], {} bytes)", self.len())
    }
}

/// Text that must never be printed, logged or stored in the clear; wiped from memory when dropped.
pub struct SecretText(SecretString);

impl SecretText {
    /// Takes ownership of the text of a secret.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(SecretString::from(text))
    }

    /// Gives access to the text; whoever calls this answers for where it goes.
    #[must_use]
    pub fn danger_expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Makes a second copy, for a second owner; each is wiped by itself.
    #[must_use]
    pub fn danger_copy(&self) -> Self {
        Self::new(self.danger_expose().to_owned())
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_the_length_and_nothing_else() {
        let secret = SecretBytes::new(b"canary-FAKE-value".to_vec());
        assert_eq!(format!("{secret:?}"), "SecretBytes([redacted], 17 bytes)");
        let secret = SecretText::new("canary-FAKE-value".to_owned());
        assert_eq!(
            format!("{:?}", secret.danger_copy()),
            "SecretText([redacted])"
        );
    }
}
