//! A webhook: the message as JSON, with a time and a signature.
//!
//! The receiver computes HMAC-SHA-256 over the header `X-Bedlock-Timestamp`, a full stop and the
//! body, compares it with `X-Bedlock-Signature` (`v1=` and hexadecimal digits), and refuses what is
//! older than it likes.
//!
//! **Invariant:** nothing is sent without a signature.

use bedlock_http::{Client, Limits, http};
use bedlock_model::SecretBytes;
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use serde_json::json;
use sha2::Sha256;

use super::{Answer, Letter, Notifier, NotifyError};

/// Where to, and the key of the signature.
pub struct Webhook {
    /// The address; it may hold a secret, so it is shown nowhere.
    pub url: SecretBytes,
    /// The key.
    pub key: SecretBytes,
    /// The way to the network.
    pub http: Client,
    /// The time.
    pub now: fn() -> Timestamp,
}

/// The letter for programs.
pub(crate) fn document(letter: &Letter) -> String {
    json!({
        "version": 1,
        "kind": letter.kind,
        "title": letter.title,
        "text": letter.text(),
        "code": letter.code,
        "url": letter.link.as_ref().map(|link| &link.url),
        "silent": letter.silent,
    })
    .to_string()
}

/// What stands in `X-Bedlock-Signature`.
pub(crate) fn signature(key: &[u8], timestamp: i64, body: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(format!("{timestamp}.{body}").as_bytes());
    Some(format!("v1={}", hex::encode(mac.finalize().into_bytes())))
}

impl Webhook {
    async fn post(&self, letter: &Letter) -> Result<Option<String>, NotifyError> {
        let body = document(letter);
        let timestamp = (self.now)().as_second();
        let signature = signature(self.key.danger_expose(), timestamp, &body)
            .ok_or(NotifyError::Setup("its key cannot be used"))?;
        let request = http::Request::post(self.url.danger_expose())
            .header(http::header::CONTENT_TYPE, "application/json")
            .header("x-bedlock-timestamp", timestamp)
            .header("x-bedlock-signature", signature)
            .body(body.into_bytes())
            .map_err(|_| NotifyError::Setup("its address is none"))?;
        let answer = self.http.send(request, Limits::default()).await?;
        match answer.status().as_u16() {
            200..=299 => Ok(None),
            status => Err(NotifyError::status(status)),
        }
    }
}

impl Notifier for Webhook {
    fn name(&self) -> &'static str {
        "webhook"
    }

    fn send<'a>(&'a self, letter: &'a Letter) -> Answer<'a, Result<Option<String>, NotifyError>> {
        Box::pin(self.post(letter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_what_openssl_computes() {
        // What `printf '7.{}' | openssl dgst -sha256 -hmac Jefe` prints.
        assert_eq!(
            signature(b"Jefe", 7, "{}").unwrap(),
            "v1=fab47a0bfa9f75f6455e6e0d75f29f95b3118d10f700dec268f191bdcba9b6b7"
        );
    }
}
