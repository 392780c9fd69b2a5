//! The access portal: role credentials for a session, what else the session opens, and sign-out.
//!
//! Used by `role`, and by [`crate::Identity`] for `status` and `logout`.
//!
//! **Invariant:** the token goes in its own header, which no log and no `Debug` shows.
//!
//! **Source:** <https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_Operations.html>

use bedlock_host::Clock;
use bedlock_http::Client;
use bedlock_http::http::header::HeaderValue;
use bedlock_http::http::{Method, Request};
use bedlock_model::SecretText;
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use crate::answer::{Answer, Call, Fault, here, text};
use crate::config::Profile;
use crate::{IdentityError, RoleCredentials};

const BEARER: &str = "x-amz-sso_bearer_token";
/// How many pages of accounts or roles are read; what is beyond them is not told.
const PAGES: usize = 20;

/// An account and its roles that a session opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reachable {
    /// The account, 12 digits.
    pub account_id: String,
    /// Its name, if it has one.
    pub account_name: Option<String>,
    /// The permission sets.
    pub roles: Vec<String>,
}

/// The portal, for one profile.
#[derive(Clone, Copy)]
pub(crate) struct Portal<'a> {
    pub(crate) client: &'a Client,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) profile: &'a Profile,
}

/// Why the portal gives nothing.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// 401: the token is not, or no longer, good.
    Token,
    /// Everything else.
    Other(IdentityError),
}

impl From<IdentityError> for Refusal {
    fn from(error: IdentityError) -> Self {
        Self::Other(error)
    }
}

impl Portal<'_> {
    async fn ask(
        &self,
        call: &Call<'_>,
        method: Method,
        query: &[(&str, &str)],
        token: &SecretText,
    ) -> Result<Answer, IdentityError> {
        let mut address = format!("{}{}", call.endpoint, call.path);
        for (index, (name, value)) in query.iter().enumerate() {
            let sign = if index == 0 { '?' } else { '&' };
            let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
            address.push_str(&format!("{sign}{name}={value}"));
        }
        let mut bearer = HeaderValue::from_str(token.danger_expose())
            .map_err(|_| call.malformed("the token cannot stand in a header"))?;
        bearer.set_sensitive(true);
        let request = Request::builder()
            .method(method)
            .uri(address)
            .header(BEARER, bearer)
            .body(Vec::new())
            .map_err(|_| call.malformed("its endpoint is no address"))?;
        call.send(self.client, self.clock, request).await
    }

    fn call(&self, operation: &'static str, path: &'static str) -> Call<'_> {
        Call {
            operation,
            endpoint: &self.profile.session.portal_endpoint,
            path,
        }
    }

    /// Buys credentials of the profile's role.
    pub(crate) async fn role_credentials(
        &self,
        token: &SecretText,
    ) -> Result<RoleCredentials, Refusal> {
        let call = self.call("GetRoleCredentials", "/federation/credentials");
        let Profile {
            account_id,
            role_name,
            ..
        } = self.profile;
        let query = [
            ("role_name", role_name.as_str()),
            ("account_id", account_id),
        ];
        let answer = self.ask(&call, Method::GET, &query, token).await?;
        match answer.outcome {
            Ok(body) => {
                let found = credentials(&body, account_id, answer.asked, answer.skew);
                Ok(found.ok_or_else(|| call.malformed("its answer lacks credentials"))?)
            }
            Err(fault) => Err(self.refusal(&call, fault)),
        }
    }

    /// Lists what the session opens, which is more than the profile's one role.
    pub(crate) async fn reachable(&self, token: &SecretText) -> Result<Vec<Reachable>, Refusal> {
        let call = self.call("ListAccounts", "/assignment/accounts");
        let accounts = self.pages(&call, &[], "accountList", token).await?;
        let mut all = Vec::new();
        for account in accounts {
            let Some(account_id) = text(&account, "accountId") else {
                continue;
            };
            let call = self.call("ListAccountRoles", "/assignment/roles");
            let query = [("account_id", account_id.as_str())];
            let roles = self.pages(&call, &query, "roleList", token).await?;
            all.push(Reachable {
                account_name: text(&account, "accountName"),
                roles: roles.iter().filter_map(|r| text(r, "roleName")).collect(),
                account_id,
            });
        }
        Ok(all)
    }

    async fn pages(
        &self,
        call: &Call<'_>,
        query: &[(&str, &str)],
        list: &str,
        token: &SecretText,
    ) -> Result<Vec<Map<String, Value>>, Refusal> {
        let mut all = Vec::new();
        let mut next: Option<String> = None;
        for _ in 0..PAGES {
            let mut query = query.to_vec();
            query.push(("max_result", "100"));
            if let Some(next) = &next {
                query.push(("next_token", next));
            }
            let answer = self.ask(call, Method::GET, &query, token).await?;
            let body = answer.outcome.map_err(|fault| self.refusal(call, fault))?;
            let page = body.get(list).and_then(Value::as_array);
            all.extend(
                page.into_iter()
                    .flatten()
                    .filter_map(|v| v.as_object().cloned()),
            );
            next = text(&body, "nextToken");
            if next.is_none() {
                break;
            }
        }
        Ok(all)
    }

    /// Ends the session at the portal. A session that is over already is no error.
    pub(crate) async fn logout(&self, token: &SecretText) -> Result<(), IdentityError> {
        let call = self.call("Logout", "/logout");
        match self.ask(&call, Method::POST, &[], token).await?.outcome {
            Ok(_) => Ok(()),
            Err(fault) if fault.status == 401 => Ok(()),
            Err(fault) => Err(fault.into_error(&call)),
        }
    }

    fn refusal(&self, call: &Call<'_>, fault: Fault) -> Refusal {
        match fault.status {
            401 => Refusal::Token,
            403 => Refusal::Other(IdentityError::NotAssigned {
                account: self.profile.account_id.clone(),
                role: self.profile.role_name.clone(),
            }),
            _ => Refusal::Other(fault.into_error(call)),
        }
    }
}

fn credentials(
    body: &Map<String, Value>,
    account_id: &str,
    asked: Timestamp,
    skew: jiff::SignedDuration,
) -> Option<RoleCredentials> {
    let found = body.get("roleCredentials")?.as_object()?;
    let ends = found.get("expiration")?.as_i64()?;
    Some(RoleCredentials {
        access_key_id: text(found, "accessKeyId")?,
        secret_access_key: SecretText::new(text(found, "secretAccessKey")?),
        session_token: SecretText::new(text(found, "sessionToken")?),
        expires_at: here(Timestamp::from_millisecond(ends).ok()?, skew),
        issued_at: Some(asked),
        account_id: Some(account_id.to_owned()),
    })
}
