//! An encrypted folder, whose key comes from systemd or from the kernel and is never on a disk.
//!
//! Opened by `seal`.
//!
//! **Invariant:** a file that was changed, or that was given another one's name, is not opened.
//!
//! **Source:** <https://systemd.io/CREDENTIALS/>,
//! <https://man7.org/linux/man-pages/man7/keyrings.7.html>

use std::path::PathBuf;

use bedlock_host::Environment;
use bedlock_model::{SecretBytes, SecretText};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};

use super::{Keep, Kept};
use crate::IdentityError;

/// The first bytes of a file.
const MAGIC: &[u8] = b"bedlock-sealed-1\n";
const NONCE: usize = 24;
const LARGEST: u64 = 1 << 20;
/// The name of the credential that systemd hands over.
const CREDENTIAL: &str = "bedlock-seal";
/// A shorter one could be guessed.
const SHORTEST: usize = 16;

/// Files in a folder, encrypted.
pub(crate) struct EncryptedKeep {
    folder: PathBuf,
    key: SecretText,
    from: &'static str,
}

impl std::fmt::Debug for EncryptedKeep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EncryptedKeep")
            .field("folder", &self.folder)
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

impl EncryptedKeep {
    pub(crate) fn new(folder: PathBuf, key: SecretText, from: &'static str) -> Self {
        Self { folder, key, from }
    }

    /// The name of the file that keeps something of that name.
    pub(crate) fn file(name: &str) -> String {
        format!("{}.sealed", name.trim_end_matches(".json"))
    }

    /// The key, and where it comes from: systemd, else the kernel. `make` makes one in the kernel.
    pub(crate) fn key(
        environment: &Environment,
        make: bool,
    ) -> Result<Option<(SecretText, &'static str)>, IdentityError> {
        if let Some(folder) = environment.setting("CREDENTIALS_DIRECTORY") {
            let file = PathBuf::from(folder).join(CREDENTIAL);
            if let Some(bytes) = bedlock_host::small_file(None, &file, LARGEST) {
                let bytes = SecretBytes::new(bytes);
                if bytes.len() < SHORTEST {
                    return Err(IdentityError::Seal {
                        what: format!(
                            "the credential {CREDENTIAL} is shorter than {SHORTEST} bytes"
                        ),
                    });
                }
                let digest = Sha256::digest(bytes.danger_expose());
                return Ok(Some((SecretText::new(hex::encode(digest)), "systemd")));
            }
        }
        let found = super::keyring::key(make)?;
        Ok(found.map(|key| (key, "the kernel keyring of this user")))
    }

    fn cipher(&self) -> Option<XChaCha20Poly1305> {
        let key = SecretBytes::new(hex::decode(self.key.danger_expose()).ok()?);
        XChaCha20Poly1305::new_from_slice(key.danger_expose()).ok()
    }

    fn fault(&self, what: &str) -> IdentityError {
        IdentityError::Seal {
            what: format!("{what} in {}", self.folder.display()),
        }
    }
}

impl Keep for EncryptedKeep {
    fn read(&self, name: &str) -> Result<Option<SecretBytes>, IdentityError> {
        let path = self.folder.join(Self::file(name));
        let Some(bytes) = bedlock_host::small_file(None, &path, LARGEST) else {
            return Ok(None);
        };
        let opened = bytes.strip_prefix(MAGIC).and_then(|rest| {
            let (nonce, sealed) = rest.split_at_checked(NONCE)?;
            let payload = Payload {
                msg: sealed,
                aad: name.as_bytes(),
            };
            self.cipher()?
                .decrypt(XNonce::from_slice(nonce), payload)
                .ok()
        });
        match opened {
            Some(opened) => Ok(Some(SecretBytes::new(opened))),
            None => Err(self.fault("a file does not open with the key of today")),
        }
    }

    fn write(&self, name: &str, secret: &SecretBytes) -> Result<(), IdentityError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| self.fault("no random numbers"))?;
        let payload = Payload {
            msg: secret.danger_expose(),
            aad: name.as_bytes(),
        };
        let sealed = self
            .cipher()
            .and_then(|cipher| cipher.encrypt(XNonce::from_slice(&nonce), payload).ok())
            .ok_or_else(|| self.fault("nothing can be sealed"))?;
        let content = [MAGIC, &nonce, &sealed].concat();
        bedlock_host::private_folder(&self.folder)?;
        bedlock_host::write_output(&self.folder.join(Self::file(name)), &content)?;
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<bool, IdentityError> {
        Ok(bedlock_host::remove_file(
            &self.folder.join(Self::file(name)),
        )?)
    }

    fn kept(&self) -> Kept {
        Kept::Encrypted {
            folder: self.folder.clone(),
            key: self.from,
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test breaks files on purpose")]
mod tests {
    use super::*;

    fn keep(folder: &std::path::Path, key: u8) -> EncryptedKeep {
        let key = SecretText::new(hex::encode([key; 32]));
        EncryptedKeep::new(folder.to_path_buf(), key, "a test")
    }

    #[test]
    fn what_was_sealed_opens_with_its_key_and_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let secret = SecretBytes::new(b"canary-FAKE-value".to_vec());
        let one = keep(dir.path(), 1);
        one.write("a.json", &secret).unwrap();
        let bytes = std::fs::read(dir.path().join("a.sealed")).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"canary"));
        let read = one.read("a.json").unwrap().unwrap();
        assert_eq!(read.danger_expose(), secret.danger_expose());
        // Another key, another name, a changed byte, half a file.
        assert!(keep(dir.path(), 2).read("a.json").is_err());
        std::fs::write(dir.path().join("b.sealed"), &bytes).unwrap();
        assert!(one.read("b.json").is_err());
        let mut changed = bytes.clone();
        *changed.last_mut().unwrap() ^= 1;
        for broken in [&changed[..], &bytes[..bytes.len() / 2], b"", b"{}"] {
            std::fs::write(dir.path().join("a.sealed"), broken).unwrap();
            assert!(one.read("a.json").is_err());
        }
        assert!(one.remove("a.json").unwrap());
        assert!(one.read("a.json").unwrap().is_none());
        assert!(!format!("{one:?}").contains("0101"));
    }
}
