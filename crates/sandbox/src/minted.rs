//! Secrets and identifiers that the sandbox makes up: random per start, fake on sight.
//!
//! Called by `identity_center` for tokens and role credentials and by `reply` for request ids.
//!
//! **Invariant:** nothing here is derived from a fixed seed, so no value of one run works in the
//! next, and every secret whose format leaves room for it carries the word FAKE.

use std::fmt;

/// Holds a secret that the sandbox issued.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Minted(String);

impl Minted {
    /// Hands out the secret, for a response body or a signature check.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Takes a secret from elsewhere, as published signature vectors need it.
    #[cfg(test)]
    pub(crate) fn given(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl fmt::Debug for Minted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Minted(..)")
    }
}

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Makes up a temporary access key id: `ASIA` and 16 characters, as STS gives them out.
pub(crate) fn access_key_id() -> String {
    format!("ASIAFAKE{}", random_text(12, BASE32))
}

/// Makes up the unique id of a role.
pub(crate) fn role_id() -> String {
    format!("AROAFAKE{}", random_text(13, BASE32))
}

/// Makes up a secret access key of 40 characters.
pub(crate) fn secret_access_key() -> Minted {
    Minted(format!("FAKE/SANDBOX/SECRET/{}", random_text(20, BASE64)))
}

/// Makes up a session token, long and with `/`, `+` and `=` as real ones have.
pub(crate) fn session_token() -> Minted {
    Minted(format!(
        "FAKESANDBOXSESSION//{}==",
        random_text(330, BASE64)
    ))
}

/// Makes up an Identity Center access token.
pub(crate) fn access_token() -> Minted {
    Minted(format!("aoaFAKE-SANDBOX-{}", random_text(96, BASE32)))
}

/// Makes up an Identity Center refresh token.
pub(crate) fn refresh_token() -> Minted {
    Minted(format!("aorFAKE-SANDBOX-{}", random_text(96, BASE32)))
}

/// Makes up a client id, which is not a secret.
pub(crate) fn client_id() -> String {
    format!("fake-sandbox-client-{}", random_text(16, BASE32))
}

/// Makes up the secret of a registered client.
pub(crate) fn client_secret() -> Minted {
    Minted(format!("FAKE-SANDBOX-CLIENT-{}", random_text(96, BASE32)))
}

/// Makes up what a program polls with while somebody decides.
pub(crate) fn device_code() -> Minted {
    Minted(format!("FAKE-SANDBOX-DEVICE-{}", random_text(64, BASE32)))
}

/// Makes up what a browser brings back to the program that sent it.
pub(crate) fn authorization_code() -> Minted {
    Minted(format!("FAKE-SANDBOX-CODE-{}", random_text(64, BASE32)))
}

/// Makes up the key that forms are tied to their browser with; it never leaves.
pub(crate) fn form_key() -> Minted {
    Minted(random_text(64, BASE32))
}

/// Makes up a code that a person compares, of letters that are not taken for one another.
pub(crate) fn user_code() -> String {
    let letters = random_text(8, b"BCDFGHJKLMNPQRST");
    format!("{}-{}", &letters[..4], &letters[4..])
}

/// Makes up the token of a bot: its number, and 35 characters.
pub(crate) fn bot_token(id: i64) -> Minted {
    Minted(format!("{id}:AAFAKESANDBOX{}", random_text(22, BASE32)))
}

/// Makes up a number that is only compared, as text.
pub(crate) fn decimal_digits(len: usize) -> String {
    random_text(len, b"12345678")
}

/// Makes up a request id in the shape of a version 4 UUID.
pub(crate) fn request_id() -> String {
    let mut bytes = random_bytes::<16>();
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex = hex::encode(bytes);
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

/// Makes up lowercase hexadecimal digits, as role names of Identity Center end in them.
pub(crate) fn hex_digits(len: usize) -> String {
    random_text(len, b"0123456789abcdef")
}

/// Draws characters; the alphabet's length is a power of two, so that every character is as likely.
fn random_text(len: usize, alphabet: &[u8]) -> String {
    let mut text = String::with_capacity(len);
    while text.len() < len {
        let drawn = random_bytes::<64>();
        let wanted = len - text.len();
        text.extend(
            drawn
                .iter()
                .take(wanted)
                .map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()])),
        );
    }
    text
}

#[expect(
    clippy::expect_used,
    reason = "without the system's random source there is no secret to issue, and no caller could go on"
)]
fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system has a random source");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_redacts() {
        assert_eq!(format!("{:?}", secret_access_key()), "Minted(..)");
    }

    #[test]
    fn shapes_are_those_of_aws_and_fake_on_sight() {
        assert_eq!(access_key_id().len(), 20);
        assert_eq!(secret_access_key().expose().len(), 40);
        for secret in [
            access_token(),
            refresh_token(),
            session_token(),
            client_secret(),
        ] {
            assert!(secret.expose().contains("FAKE"));
        }
        assert_ne!(access_token(), access_token());
        assert_eq!(request_id().len(), 36);
    }
}
