//! A key in the kernel's keyring of this user: in memory only, gone with the machine's restart.
//!
//! Called by `encrypted`.
//!
//! **Invariant:** the key is 32 random bytes that this file made, in hexadecimal; anything else under
//! the name is no key.
//!
//! **Source:** <https://man7.org/linux/man-pages/man7/user-keyring.7.html>

use bedlock_model::SecretText;

use crate::IdentityError;

/// The key that is there, or a new one.
#[cfg(target_os = "linux")]
pub(crate) fn key(make: bool) -> Result<Option<SecretText>, IdentityError> {
    use linux_keyutils::{KeyRing, KeyRingIdentifier};

    const NAME: &str = "bedlock:seal";
    let Ok(ring) = KeyRing::from_special_id(KeyRingIdentifier::User, false) else {
        return Ok(None);
    };
    if let Ok(found) = ring.search(NAME) {
        let text = found
            .read_to_vec()
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        let good = text.filter(|text| text.len() == 64 && hex::decode(text).is_ok());
        if let Some(text) = good {
            return Ok(Some(SecretText::new(text)));
        }
    }
    if !make {
        return Ok(None);
    }
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| IdentityError::Seal {
        what: error.to_string(),
    })?;
    let text = hex::encode(bytes);
    match ring.add_key(NAME, text.as_bytes()) {
        Ok(_) => Ok(Some(SecretText::new(text))),
        Err(_) => Ok(None),
    }
}

/// Other systems have no such thing.
#[cfg(not(target_os = "linux"))]
pub(crate) fn key(_make: bool) -> Result<Option<SecretText>, IdentityError> {
    Ok(None)
}
