//! Identity Center: who is signed in, with which client, and which role credentials are out.
//!
//! `portal` and `oidc` answer its two endpoints; `bedrock` looks up the keys that it issued.
//!
//! **Invariant:** every token has an end that is checked at every use, a refresh token
//! works once, and the number of things kept is bounded.

pub(crate) mod oidc;
pub(crate) mod portal;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::clock::later;
use crate::minted::{self, Minted};
use crate::policy::partition;
use crate::sigv4::IssuedKey;
use crate::{SandboxConfig, TokenCache};

/// How many sessions, clients and issued keys are remembered; the oldest are forgotten first.
const KEPT: usize = 1_000;
/// How many access tokens of one session are good at a time.
const LIVE_TOKENS: usize = 16;
/// How long a client registration lasts.
///
/// **Source:** <https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_RegisterClient.html>
const REGISTRATION: Duration = Duration::from_secs(90 * 24 * 3600);

/// A client that may refresh sessions.
#[derive(Debug)]
struct Client {
    id: String,
    secret: Minted,
    expires_at: Timestamp,
}

/// A person's sign-in: ends at a fixed time, however often its access token is renewed.
#[derive(Debug)]
struct PortalSession {
    client_id: String,
    ends_at: Timestamp,
    /// Every access token still good, with its own end.
    access_tokens: Vec<(Minted, Timestamp)>,
    refresh_token: Minted,
}

/// Access token, refresh token and the access token's end.
#[derive(Debug)]
struct TokenPair {
    access_token: Minted,
    refresh_token: Minted,
    expires_at: Timestamp,
}

/// Role credentials as the portal hands them out.
#[derive(Debug)]
struct RoleCredentials {
    access_key_id: String,
    secret_access_key: Minted,
    session_token: Minted,
    expires_at: Timestamp,
}

#[derive(Debug, Default)]
struct Records {
    clients: VecDeque<Client>,
    sessions: VecDeque<PortalSession>,
    keys: BTreeMap<String, IssuedKey>,
    /// Access key ids in the order in which they were issued.
    issued: VecDeque<String>,
}

/// The directory of one sandbox.
#[derive(Debug)]
pub(crate) struct IdentityCenter {
    account: String,
    role: String,
    principal: String,
    portal_session: Duration,
    access_token: Duration,
    role_session: Duration,
    records: Mutex<Records>,
}

impl IdentityCenter {
    pub(crate) fn new(config: &SandboxConfig) -> Self {
        let (account, role) = (&config.account, &config.role);
        let principal = format!(
            "arn:{}:sts::{account}:assumed-role/AWSReservedSSO_{role}_{}/sandbox-user",
            partition(&config.region),
            minted::hex_digits(16)
        );
        Self {
            account: account.clone(),
            role: role.clone(),
            principal,
            portal_session: config.portal_session,
            access_token: config.access_token,
            role_session: config.role_session,
            records: Mutex::default(),
        }
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Finds an issued key by its id, also when it has expired.
    pub(crate) fn find_key(&self, access_key_id: &str) -> Option<IssuedKey> {
        self.records().keys.get(access_key_id).cloned()
    }

    /// Starts a session as a completed sign-in would, and writes it as the SDKs cache it.
    pub(crate) fn sign_in(&self, config: &SandboxConfig, now: Timestamp) -> TokenCache {
        let client = Client {
            id: minted::client_id(),
            secret: minted::client_secret(),
            expires_at: later(now, REGISTRATION),
        };
        let mut session = PortalSession {
            client_id: client.id.clone(),
            ends_at: later(now, self.portal_session),
            access_tokens: Vec::new(),
            refresh_token: minted::refresh_token(),
        };
        let tokens = self.renew(&mut session, now);
        let cache = TokenCache::compose(config, &client, &tokens);

        let mut records = self.records();
        push_bounded(&mut records.clients, client);
        push_bounded(&mut records.sessions, session);
        cache
    }

    /// Gives a session its next pair of tokens; the refresh token before it is spent.
    fn renew(&self, session: &mut PortalSession, now: Timestamp) -> TokenPair {
        let expires_at = later(now, self.access_token).min(session.ends_at);
        let access_token = minted::access_token();
        session.access_tokens.retain(|(_, end)| *end > now);
        if session.access_tokens.len() == LIVE_TOKENS {
            session.access_tokens.remove(0);
        }
        session
            .access_tokens
            .push((access_token.clone(), expires_at));
        session.refresh_token = minted::refresh_token();
        TokenPair {
            access_token,
            refresh_token: session.refresh_token.clone(),
            expires_at,
        }
    }

    /// Tells whether an access token belongs to a session that still runs.
    fn is_signed_in(&self, access_token: &str, now: Timestamp) -> bool {
        self.records().sessions.iter().any(|session| {
            session.ends_at > now
                && session
                    .access_tokens
                    .iter()
                    .any(|(token, end)| token.expose() == access_token && *end > now)
        })
    }

    /// Ends the session that an access token belongs to; its refresh token goes with it.
    fn sign_out(&self, access_token: &str) {
        self.records().sessions.retain(|session| {
            !session
                .access_tokens
                .iter()
                .any(|(token, _)| token.expose() == access_token)
        });
    }

    /// Issues role credentials that end with the permission set's session.
    fn issue_role_credentials(&self, now: Timestamp) -> RoleCredentials {
        let credentials = RoleCredentials {
            access_key_id: minted::access_key_id(),
            secret_access_key: minted::secret_access_key(),
            session_token: minted::session_token(),
            expires_at: later(now, self.role_session),
        };
        let key = IssuedKey {
            secret: credentials.secret_access_key.clone(),
            session_token: Some(credentials.session_token.clone()),
            expires_at: credentials.expires_at,
            principal: self.principal.clone(),
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

    /// Ends every portal session at once, as an administrator can.
    pub(crate) fn end_portal_sessions(&self) {
        self.records().sessions.clear();
    }

    /// Makes every role credential that is out an expired one.
    pub(crate) fn expire_role_credentials(&self, now: Timestamp) {
        for key in self.records().keys.values_mut() {
            key.expires_at = key.expires_at.min(now);
        }
    }
}

fn push_bounded<T>(kept: &mut VecDeque<T>, item: T) {
    if kept.len() == KEPT {
        kept.pop_front();
    }
    kept.push_back(item);
}

impl TokenCache {
    /// Writes the file that the AWS CLI and the SDKs share.
    ///
    /// **Source:** <https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html>
    fn compose(config: &SandboxConfig, client: &Client, tokens: &TokenPair) -> Self {
        use sha1::{Digest, Sha1};

        let second = |instant: Timestamp| instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let content = serde_json::json!({
            "startUrl": config.start_url,
            "region": config.region,
            "accessToken": tokens.access_token.expose(),
            "expiresAt": second(tokens.expires_at),
            "clientId": client.id,
            "clientSecret": client.secret.expose(),
            "registrationExpiresAt": second(client.expires_at),
            "refreshToken": tokens.refresh_token.expose(),
        });
        Self {
            file_name: format!("{}.json", hex::encode(Sha1::digest(&config.session_name))),
            bytes: content.to_string().into_bytes(),
        }
    }
}
