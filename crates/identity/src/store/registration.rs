//! The registered client: kept where the AWS CLI keeps its own, and read from there.
//!
//! Used by `sign_in` and by sign-out.
//!
//! **Invariant:** a client for a browser is never used for a device, nor the other way around; both
//! have one file, so the last one wins, as it does in the AWS CLI.
//!
//! **Source:** seen from the AWS CLI 2.9.19 and 2.36.7, which name the file alike.

use bedlock_model::{SecretBytes, SecretText};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha1::{Digest, Sha1};

use super::Store;
use crate::config::SsoSession;
use crate::session::{format_time, parse_time};
use crate::{IdentityError, Registration};

impl Store {
    /// The registered client of a portal that is good for this kind of sign-in.
    pub(crate) fn registration(
        &self,
        session: &SsoSession,
        for_browser: bool,
        now: Timestamp,
    ) -> Result<Option<Registration>, IdentityError> {
        let bytes = self.sessions().read(&registration_name(session))?;
        Ok(bytes
            .and_then(|bytes| parse(bytes.danger_expose(), for_browser))
            .filter(|client| now < client.expires_at))
    }

    /// Keeps a client.
    pub(crate) fn keep_registration(
        &self,
        session: &SsoSession,
        client: &Registration,
        for_browser: bool,
    ) -> Result<(), IdentityError> {
        let mut value = json!({
            "clientId": client.client_id,
            "clientSecret": client.client_secret.danger_expose(),
            "expiresAt": format_time(client.expires_at),
            "scopes": session.scopes,
        });
        if for_browser {
            value["grantTypes"] = json!(["authorization_code", "refresh_token"]);
        }
        let bytes = SecretBytes::new(value.to_string().into_bytes());
        self.sessions().write(&registration_name(session), &bytes)
    }

    /// Drops the client, and says whether there was one.
    pub(crate) fn drop_registration(&self, session: &SsoSession) -> Result<bool, IdentityError> {
        self.sessions().remove(&registration_name(session))
    }
}

fn parse(bytes: &[u8], for_browser: bool) -> Option<Registration> {
    let value: Map<String, Value> = serde_json::from_slice(bytes).ok()?;
    let text = |name: &str| value.get(name)?.as_str().map(str::to_owned);
    let grants = value.get("grantTypes").and_then(Value::as_array);
    let browser = grants.is_some_and(|grants| grants.iter().any(|g| g == "authorization_code"));
    (browser == for_browser).then_some(())?;
    Some(Registration {
        client_id: text("clientId")?,
        client_secret: SecretText::new(text("clientSecret")?),
        expires_at: parse_time(&text("expiresAt")?)?,
    })
}

/// SHA-1 over what Python's `json.dumps(…, sort_keys=True)` makes of the portal.
fn registration_name(session: &SsoSession) -> String {
    let list = |items: &[String]| {
        let items: Vec<String> = items.iter().map(|item| python_string(item)).collect();
        format!("[{}]", items.join(", "))
    };
    let scopes = match session.scopes.as_slice() {
        [] => "null".to_owned(),
        scopes => list(scopes),
    };
    let name = session.name.as_deref().map(python_string);
    let text = format!(
        r#"{{"region": {}, "scopes": {scopes}, "session_name": {}, "startUrl": {}, "tool": "botocore"}}"#,
        python_string(&session.region),
        name.as_deref().unwrap_or("null"),
        python_string(&session.start_url),
    );
    format!("{}.json", hex::encode(Sha1::digest(text)))
}

/// A string as Python writes it: in ASCII.
pub(crate) fn python_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    // serde_json escapes the same characters below U+0020 as Python does, but leaves U+007F and what
    // is beyond ASCII.
    for c in Value::from(text).to_string().chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> SsoSession {
        SsoSession {
            name: Some("emu".to_owned()),
            start_url: "https://d-1234567890.awsapps.com/start".to_owned(),
            region: "us-east-1".to_owned(),
            scopes: vec!["sso:account:access".to_owned()],
            oidc_endpoint: String::new(),
            portal_endpoint: String::new(),
        }
    }

    #[test]
    fn the_file_is_named_as_the_cli_names_it() {
        // Seen from the AWS CLI 2.9.19 and 2.36.7.
        assert_eq!(
            registration_name(&session()),
            "0bb1f3fd20f1ccad0949c4e50b86e493ed923042.json"
        );
        let legacy = SsoSession {
            scopes: Vec::new(),
            name: None,
            ..session()
        };
        assert_ne!(registration_name(&legacy), registration_name(&session()));
    }

    #[test]
    fn strings_are_pythons() {
        assert_eq!(
            python_string("a\"b\\\n\u{1}\u{7f}"),
            "\"a\\\"b\\\\\\n\\u0001\u{7f}\""
        );
        assert_eq!(python_string("é😀"), r#""\u00e9\ud83d\ude00""#);
    }

    #[test]
    fn kinds_are_kept_apart() {
        let device =
            br#"{"clientId":"i","clientSecret":"FAKE","expiresAt":"2030-01-01T00:00:00UTC"}"#;
        assert!(parse(device, false).is_some());
        assert!(parse(device, true).is_none());
        let browser = br#"{"clientId":"i","clientSecret":"FAKE","expiresAt":"2030-01-01T00:00:00Z",
            "grantTypes":["authorization_code","refresh_token"]}"#;
        assert!(parse(browser, true).is_some());
        assert!(parse(browser, false).is_none());
        assert!(parse(b"{\"clientId\":", false).is_none());
    }
}
