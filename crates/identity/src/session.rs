//! A session: an access token, until when it is good, and what renews it.
//!
//! Read and written by `store`, made by `sign_in` and `refresh`, spent by `portal`.
//!
//! **Invariant:** reads what any tool wrote, and everything but the token and its end may be
//! missing. Times are those of this machine's clock, because that is what every reader compares
//! them with.
//!
//! **Source:** <https://docs.aws.amazon.com/sdkref/latest/guide/understanding-sso.html>

use std::time::Duration;

use bedlock_model::{SecretBytes, SecretText};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::config::SsoSession;

/// The earliest that a session is renewed before its end. The AWS CLI and boto3 do it 15 minutes
/// before, so whoever comes first is bedlock, which has a lock.
const EARLY: Duration = Duration::from_secs(20 * 60);

/// A client that was registered with Identity Center.
#[derive(Debug)]
pub struct Registration {
    /// Its public name.
    pub client_id: String,
    /// Its secret.
    pub client_secret: SecretText,
    /// When it has to be registered anew.
    pub expires_at: Timestamp,
}

impl Registration {
    pub(crate) fn copy(&self) -> Self {
        Self {
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.danger_copy(),
            expires_at: self.expires_at,
        }
    }
}

/// What renews a session.
#[derive(Debug)]
pub struct Refresh {
    /// Works once.
    pub token: SecretText,
    /// The client that the token was given to.
    pub client: Registration,
}

/// A signed-in person.
#[derive(Debug)]
pub struct Session {
    /// Opens every account and role that the person has, not only one.
    pub access_token: SecretText,
    /// When the access token ends.
    pub expires_at: Timestamp,
    /// When the access token was issued, where bedlock wrote the session.
    pub issued_at: Option<Timestamp>,
    /// What renews it, when something does.
    pub refresh: Option<Refresh>,
}

impl Session {
    /// Whether the access token is good now.
    #[must_use]
    pub fn is_valid(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// Whether it can be renewed without a person.
    #[must_use]
    pub fn is_renewable(&self, now: Timestamp) -> bool {
        self.refresh
            .as_ref()
            .is_some_and(|refresh| now < refresh.client.expires_at)
    }

    /// When it is time to renew it: 20 minutes before the end, or after two thirds of a short life.
    #[must_use]
    pub fn renew_at(&self) -> Timestamp {
        let third = self
            .issued_at
            .and_then(|issued| Duration::try_from(self.expires_at.duration_since(issued)).ok());
        let early = third.map_or(EARLY, |life| EARLY.min(life / 3));
        self.expires_at.checked_sub(early).unwrap_or(Timestamp::MIN)
    }

    /// Reads a cache file. `None` for anything that is no session, e.g. a file that another tool is
    /// half-way through writing.
    #[must_use]
    pub fn from_json(bytes: &[u8]) -> Option<Self> {
        let value: Map<String, Value> = serde_json::from_slice(bytes).ok()?;
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let time = |name: &str| text(name).and_then(parse_time);
        let token = text("accessToken").filter(|token| !token.is_empty())?;
        let refresh = || {
            Some(Refresh {
                token: SecretText::new(text("refreshToken")?.to_owned()),
                client: Registration {
                    client_id: text("clientId")?.to_owned(),
                    client_secret: SecretText::new(text("clientSecret")?.to_owned()),
                    expires_at: time("registrationExpiresAt")?,
                },
            })
        };
        Some(Self {
            access_token: SecretText::new(token.to_owned()),
            expires_at: time("expiresAt")?,
            issued_at: time("issuedAt"),
            refresh: refresh(),
        })
    }

    /// Writes it as the AWS CLI does.
    pub(crate) fn to_json(&self, session: &SsoSession) -> SecretBytes {
        let mut value = json!({
            "startUrl": session.start_url,
            "region": session.region,
            "accessToken": self.access_token.danger_expose(),
            "expiresAt": format_time(self.expires_at),
        });
        if let Some(issued) = self.issued_at {
            value["issuedAt"] = format_time(issued).into();
        }
        if let Some(Refresh { token, client }) = &self.refresh {
            value["clientId"] = client.client_id.clone().into();
            value["clientSecret"] = client.client_secret.danger_expose().into();
            value["registrationExpiresAt"] = format_time(client.expires_at).into();
            value["refreshToken"] = token.danger_expose().into();
        }
        SecretBytes::new(value.to_string().into_bytes())
    }
}

/// `2026-11-25T08:00:00Z`, which every reader takes.
pub(crate) fn format_time(time: Timestamp) -> String {
    let whole = Timestamp::from_second(time.as_second()).unwrap_or(time);
    whole.to_string()
}

/// Any time of ISO 8601 with an offset; the AWS CLI of earlier days wrote `UTC` for `Z`.
pub(crate) fn parse_time(text: &str) -> Option<Timestamp> {
    match text.strip_suffix("UTC") {
        Some(bare) => format!("{bare}Z").parse().ok(),
        None => text.parse().ok(),
    }
}
