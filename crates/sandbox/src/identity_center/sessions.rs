//! Portal sessions, the tokens that stand for them, and the role credentials that they buy.
//!
//! Called by `oidc` for tokens, by `portal` for credentials, by [`crate::Sandbox`] to end things.
//!
//! **Invariant:** a session ends when it was started to end, however often it is refreshed, and a
//! refresh token is spent by its first use.

use std::time::Duration;

use jiff::Timestamp;

use super::clients::Client;
use super::denial::Denial;
use super::{Assignment, IdentityCenter, KEPT, LIVE_TOKENS, push_bounded};
use crate::clock::later;
use crate::minted::{self, Minted};
use crate::sigv4::IssuedKey;

/// How long a session lasts that was started without a scope, whatever the portal is set to.
///
/// **Source:** <https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html#sso-legacy>
const WITHOUT_SCOPE: Duration = Duration::from_secs(8 * 3600);

/// A person's sign-in: ends at a fixed time, however often its access token is renewed.
#[derive(Debug)]
pub(super) struct PortalSession {
    client_id: String,
    ends_at: Timestamp,
    /// Every access token still good, with its own end.
    access_tokens: Vec<(Minted, Timestamp)>,
    /// None for a session that cannot be refreshed.
    refresh_token: Option<Minted>,
    /// The refresh token before, and when it was spent.
    spent: Option<(Minted, Timestamp)>,
}

/// Access token, refresh token if there is one, and the access token's end.
#[derive(Debug)]
pub(super) struct TokenPair {
    pub(super) access_token: Minted,
    pub(super) refresh_token: Option<Minted>,
    pub(super) expires_at: Timestamp,
}

/// Role credentials as the portal hands them out.
#[derive(Debug)]
pub(super) struct RoleCredentials {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: Minted,
    pub(super) session_token: Minted,
    pub(super) expires_at: Timestamp,
}

impl PortalSession {
    fn holds(&self, access_token: &str, now: Timestamp) -> bool {
        let mut tokens = self.access_tokens.iter();
        self.ends_at > now
            && tokens.any(|(token, end)| token.expose() == access_token && *end > now)
    }

    /// Tells whether a refresh token is the current one, or the one before within the grace.
    fn takes(&self, refresh_token: &str, grace: Duration, now: Timestamp) -> bool {
        let is = |token: &Minted| token.expose() == refresh_token;
        let within = |at: Timestamp| now < later(at, grace);
        self.refresh_token.as_ref().is_some_and(is)
            || (self.spent.as_ref()).is_some_and(|(token, at)| is(token) && within(*at))
    }
}

impl IdentityCenter {
    /// Starts a session for a client whose sign-in somebody approved.
    pub(super) fn start_session(&self, client: &Client, now: Timestamp) -> TokenPair {
        let refreshable = client.may_refresh();
        let lasts = if refreshable {
            self.settings.portal_session
        } else {
            WITHOUT_SCOPE
        };
        let mut session = PortalSession {
            client_id: client.id.clone(),
            ends_at: later(now, lasts),
            access_tokens: Vec::new(),
            refresh_token: refreshable.then(minted::refresh_token),
            spent: None,
        };
        let tokens = self.renew(&mut session, now);
        push_bounded(&mut self.records().sessions, session);
        tokens
    }

    /// Gives a session its next access token.
    fn renew(&self, session: &mut PortalSession, now: Timestamp) -> TokenPair {
        let lasts = if session.refresh_token.is_some() {
            self.settings.access_token
        } else {
            WITHOUT_SCOPE
        };
        let expires_at = later(now, lasts).min(session.ends_at);
        let access_token = minted::access_token();
        session.access_tokens.retain(|(_, end)| *end > now);
        if session.access_tokens.len() == LIVE_TOKENS {
            session.access_tokens.remove(0);
        }
        let token = (access_token.clone(), expires_at);
        session.access_tokens.push(token);
        TokenPair {
            access_token,
            refresh_token: session.refresh_token.clone(),
            expires_at,
        }
    }

    /// Buys the next tokens with a refresh token.
    pub(super) fn refresh(
        &self,
        client: &Client,
        token: &str,
        now: Timestamp,
    ) -> Result<TokenPair, Denial> {
        let grace = self.settings.refresh_grace;
        let mut records = self.records();
        let session = records
            .sessions
            .iter_mut()
            .find(|session| {
                session.client_id == client.id
                    && session.ends_at > now
                    && session.takes(token, grace, now)
            })
            .ok_or(Denial::InvalidGrant)?;
        // Within the grace, who asks again with the token before is told the same next one.
        if let Some(before) = session
            .refresh_token
            .take_if(|current| current.expose() == token)
        {
            session.spent = Some((before, now));
            session.refresh_token = Some(minted::refresh_token());
        }
        Ok(self.renew(session, now))
    }

    /// Tells whether an access token belongs to a session that still runs.
    pub(super) fn is_signed_in(&self, access_token: &str, now: Timestamp) -> bool {
        let records = self.records();
        let mut sessions = records.sessions.iter();
        sessions.any(|session| session.holds(access_token, now))
    }

    /// Counts the sessions that still run.
    pub(crate) fn running_sessions(&self, now: Timestamp) -> usize {
        let records = self.records();
        let sessions = records.sessions.iter();
        sessions.filter(|session| session.ends_at > now).count()
    }

    /// Ends the session that an access token belongs to; its refresh token goes with it.
    pub(super) fn sign_out(&self, access_token: &str, now: Timestamp) {
        self.records()
            .sessions
            .retain(|session| !session.holds(access_token, now));
    }

    /// Issues role credentials that end with the permission set's session.
    pub(super) fn issue_role_credentials(
        &self,
        assignment: &Assignment,
        now: Timestamp,
    ) -> RoleCredentials {
        let credentials = RoleCredentials {
            access_key_id: minted::access_key_id(),
            secret_access_key: minted::secret_access_key(),
            session_token: minted::session_token(),
            expires_at: later(now, self.settings.role_session),
        };
        let key = IssuedKey {
            secret: credentials.secret_access_key.clone(),
            session_token: Some(credentials.session_token.clone()),
            expires_at: credentials.expires_at,
            principal: assignment.principal.clone(),
            role_id: assignment.role_id.clone(),
            may_invoke: assignment.may_invoke,
        };
        let mut records = self.records();
        if records.issued.len() == KEPT
            && let Some(oldest) = records.issued.pop_front()
        {
            records.keys.remove(&oldest);
        }
        records.issued.push_back(credentials.access_key_id.clone());
        records.keys.insert(credentials.access_key_id.clone(), key);
        credentials
    }

    /// Ends every portal session at once, with its access tokens.
    pub(crate) fn end_portal_sessions(&self) {
        self.records().sessions.clear();
    }

    /// Takes the refresh tokens back; access tokens that are out live to their end.
    pub(crate) fn revoke_refresh_tokens(&self) {
        for session in &mut self.records().sessions {
            session.spent = None;
            session.refresh_token = None;
        }
    }

    /// Makes every role credential that is out an expired one.
    pub(crate) fn expire_role_credentials(&self, now: Timestamp) {
        for key in self.records().keys.values_mut() {
            key.expires_at = key.expires_at.min(now);
        }
    }
}
