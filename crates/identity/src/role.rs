//! Role credentials: bought with a session, remembered, handed out while they are good for long.
//!
//! Called by `creds`, and by `watch` for everybody who asks its socket.
//!
//! **Invariant:** nobody gets credentials with less than 15 minutes left when better ones can be
//! had, and one purchase serves all who wait for it, in this process and in others.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bedlock_model::{SecretBytes, SecretText};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha1::{Digest, Sha1};

use crate::history::Event;
use crate::portal::Refusal;
use crate::session::{format_time, parse_time};
use crate::store::python_string;
use crate::{Identity, IdentityError, Profile};

/// What is left has to be longer than this. boto3 asks for new ones 15 minutes before the end.
const ENOUGH: Duration = Duration::from_secs(15 * 60);

/// Credentials of one role, for a limited time.
#[derive(Debug)]
pub struct RoleCredentials {
    /// Public, and the name under which AWS logs what is done with them.
    pub access_key_id: String,
    /// Signs requests.
    pub secret_access_key: SecretText,
    /// Goes with every request.
    pub session_token: SecretText,
    /// When they end.
    pub expires_at: Timestamp,
    /// When they were bought, where that is known.
    pub issued_at: Option<Timestamp>,
    /// The account of the role, where that is known.
    pub account_id: Option<String>,
}

impl RoleCredentials {
    /// Whether they are good for long enough to be handed out without a thought.
    #[must_use]
    pub fn lasts(&self, now: Timestamp) -> bool {
        now.checked_add(ENOUGH)
            .is_ok_and(|then| then < self.expires_at)
    }

    /// Whether they are good now.
    #[must_use]
    pub fn is_valid(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// The output of a `credential_process`, one line of JSON without its line end.
    ///
    /// **Source:** <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>
    #[must_use]
    pub fn to_process_output(&self) -> SecretText {
        let mut value = json!({
            "Version": 1,
            "AccessKeyId": self.access_key_id,
            "SecretAccessKey": self.secret_access_key.danger_expose(),
            "SessionToken": self.session_token.danger_expose(),
            "Expiration": format_time(self.expires_at),
        });
        if let Some(account) = &self.account_id {
            value["AccountId"] = account.clone().into();
        }
        SecretText::new(value.to_string())
    }

    /// Reads the AWS CLI's cache of role credentials.
    #[must_use]
    pub fn from_cli_cache(bytes: &[u8]) -> Option<Self> {
        let value: Map<String, Value> = serde_json::from_slice(bytes).ok()?;
        let found = value.get("Credentials")?.as_object()?;
        let text = |name: &str| found.get(name)?.as_str().map(str::to_owned);
        Some(Self {
            access_key_id: text("AccessKeyId")?,
            secret_access_key: SecretText::new(text("SecretAccessKey")?),
            session_token: SecretText::new(text("SessionToken")?),
            expires_at: parse_time(&text("Expiration")?)?,
            issued_at: None,
            account_id: text("AccountId"),
        })
    }

    fn to_cli_cache(&self) -> SecretBytes {
        let mut value = json!({
            "ProviderType": "sso",
            "Credentials": {
                "AccessKeyId": self.access_key_id,
                "SecretAccessKey": self.secret_access_key.danger_expose(),
                "SessionToken": self.session_token.danger_expose(),
                "Expiration": format_time(self.expires_at),
            },
        });
        if let Some(account) = &self.account_id {
            value["Credentials"]["AccountId"] = account.clone().into();
        }
        SecretBytes::new(value.to_string().into_bytes())
    }
}

impl Identity {
    /// Role credentials that are good for at least 15 minutes, if such can be had.
    ///
    /// # Errors
    /// [`IdentityError::NotSignedIn`], [`IdentityError::SessionEnded`],
    /// [`IdentityError::NotAssigned`], [`IdentityError::Throttled`], and those of a call; not as
    /// long as there are credentials that are still good.
    pub async fn role_credentials(&self) -> Result<Arc<RoleCredentials>, IdentityError> {
        if let Some(found) = self.remembered() {
            return Ok(found);
        }
        let _one = self.purchase.lock().await;
        if let Some(found) = self.remembered() {
            return Ok(found);
        }
        let name = self.role_name();
        let lock = self.store.lock(&name).await?;
        let kept = self.kept_role()?;
        if let Some(found) = kept.filter(|found| found.lasts(self.now())) {
            return Ok(self.remember(found));
        }
        let bought = self.buy().await;
        let answer = match bought {
            Ok(bought) => {
                self.store.roles().write(&name, &bought.to_cli_cache())?;
                Ok(self.remember(bought))
            }
            // What is left is better than nothing, unless somebody took it away.
            Err(error) if error.is_passing() || error.needs_sign_in() => {
                let left = self.kept_role()?.filter(|left| left.is_valid(self.now()));
                left.map(|left| self.remember(left)).ok_or(error)
            }
            Err(error) => Err(error),
        };
        drop(lock);
        answer
    }

    /// Role credentials that are kept and last, without asking anybody: the quick way of `creds`.
    ///
    /// # Errors
    /// Those of the store.
    pub fn kept_role_credentials(&self) -> Result<Option<RoleCredentials>, IdentityError> {
        Ok(self.kept_role()?.filter(|found| found.lasts(self.now())))
    }

    async fn buy(&self) -> Result<RoleCredentials, IdentityError> {
        let session = self.fresh_session().await?;
        match self.portal().role_credentials(&session.access_token).await {
            Ok(bought) => return Ok(bought),
            Err(Refusal::Other(error)) => return Err(error),
            Err(Refusal::Token) => {}
        }
        // A token that should be good and is not: somebody renewed it without a lock, or the portal
        // has ended the session. One renewal tells which.
        let session = self.session_after(&session).await?;
        match self.portal().role_credentials(&session.access_token).await {
            Ok(bought) => Ok(bought),
            Err(Refusal::Other(error)) => Err(error),
            Err(Refusal::Token) => {
                self.note(Event::Ended)?;
                Err(self.ended("the portal does not know it any more"))
            }
        }
    }

    fn remembered(&self) -> Option<Arc<RoleCredentials>> {
        let role = self.role.lock().unwrap_or_else(PoisonError::into_inner);
        role.clone().filter(|found| found.lasts(self.now()))
    }

    fn remember(&self, found: RoleCredentials) -> Arc<RoleCredentials> {
        let found = Arc::new(found);
        let mut role = self.role.lock().unwrap_or_else(PoisonError::into_inner);
        *role = Some(Arc::clone(&found));
        found
    }

    fn kept_role(&self) -> Result<Option<RoleCredentials>, IdentityError> {
        let bytes = self.store.roles().read(&self.role_name())?;
        Ok(bytes.and_then(|bytes| RoleCredentials::from_cli_cache(bytes.danger_expose())))
    }

    pub(crate) fn role_name(&self) -> String {
        cache_name(&self.profile)
    }
}

/// The name of the AWS CLI's cache file: SHA-1 over what Python's `json.dumps` makes of the role,
/// sorted and without blanks.
pub(crate) fn cache_name(profile: &Profile) -> String {
    let session = &profile.session;
    let (key, value) = match &session.name {
        Some(name) => ("sessionName", name),
        None => ("startUrl", &session.start_url),
    };
    let text = format!(
        r#"{{"accountId":{},"roleName":{},"{key}":{}}}"#,
        python_string(&profile.account_id),
        python_string(&profile.role_name),
        python_string(value),
    );
    format!("{}.json", hex::encode(Sha1::digest(text)))
}

impl Identity {
    /// Forgets role credentials in this process, e.g. after AWS refused them.
    pub fn forget_role_credentials(&self) {
        *self.role.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
