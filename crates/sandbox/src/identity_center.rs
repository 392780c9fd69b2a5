//! Identity Center: who is signed in, with which client, and which role credentials are out.
//!
//! `oidc` and `portal` answer its two endpoints and `browser` its pages; `bedrock` and `sts` look up
//! the keys that it issued. `clients`, `sign_in` and `sessions` hold the rules.
//!
//! **Invariant:** every token has an end that is checked at every use, a refresh token
//! works once, and the number of things kept is bounded.

pub(crate) mod browser;
mod clients;
mod denial;
pub(crate) mod oidc;
mod page;
pub(crate) mod portal;
mod sessions;
pub(crate) mod sign_in;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use self::clients::Client;
use self::sessions::{PortalSession, TokenPair};
use self::sign_in::{Decision, SignIn};
use crate::minted::{self, Minted};
use crate::policy::partition;
use crate::sigv4::IssuedKey;
use crate::{Approval, SandboxConfig, TokenCache};

/// How many sessions, clients and issued keys are remembered; the oldest are forgotten first.
const KEPT: usize = 1_000;
/// How many access tokens of one session are good at a time.
const LIVE_TOKENS: usize = 16;

/// A role of an account that the person may take.
#[derive(Debug)]
struct Assignment {
    account: String,
    role: String,
    principal: String,
    role_id: String,
    /// Whether the models are granted to this one.
    may_invoke: bool,
}

#[derive(Debug)]
struct Settings {
    start_url: String,
    portal_session: Duration,
    access_token: Duration,
    role_session: Duration,
    refresh_grace: Duration,
    registration: Duration,
    device_code: Duration,
    poll_interval: Duration,
    decide_all: Option<Decision>,
}

#[derive(Debug, Default)]
struct Records {
    clients: VecDeque<Client>,
    sign_ins: VecDeque<SignIn>,
    /// What the next sign-ins are to be decided as, before they are started.
    orders: VecDeque<Decision>,
    sessions: VecDeque<PortalSession>,
    keys: BTreeMap<String, IssuedKey>,
    /// Access key ids in the order in which they were issued.
    issued: VecDeque<String>,
}

/// The directory of one sandbox.
#[derive(Debug)]
pub(crate) struct IdentityCenter {
    settings: Settings,
    /// The configured account and role first.
    assignments: Vec<Assignment>,
    /// Ties a form to the browser that it was shown in.
    form_key: Minted,
    records: Mutex<Records>,
}

impl IdentityCenter {
    pub(crate) fn new(config: &SandboxConfig) -> Self {
        let own = (config.account.clone(), config.role.clone());
        let assignments = std::iter::once(own)
            .chain(config.also_assigned.iter().cloned())
            .enumerate()
            .map(|(index, (account, role))| Assignment {
                role_id: minted::role_id(),
                may_invoke: index == 0,
                principal: format!(
                    "arn:{}:sts::{account}:assumed-role/AWSReservedSSO_{role}_{}/sandbox-user",
                    partition(&config.region),
                    minted::hex_digits(16)
                ),
                account,
                role,
            });
        Self {
            settings: Settings {
                start_url: config.start_url.clone(),
                portal_session: config.portal_session,
                access_token: config.access_token,
                role_session: config.role_session,
                refresh_grace: config.refresh_grace,
                registration: config.registration,
                device_code: config.device_code,
                poll_interval: config.poll_interval,
                decide_all: (config.approval == Approval::Automatic).then_some(Decision::Approve),
            },
            assignments: assignments.collect(),
            form_key: minted::form_key(),
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
    pub(crate) fn sign_in_at_once(&self, config: &SandboxConfig, now: Timestamp) -> TokenCache {
        let name = format!("botocore-client-{}", config.session_name);
        let client = Client::for_device_flow(&name, now);
        push_bounded(&mut self.records().clients, client.clone());
        let tokens = self.start_session(&client, now);
        TokenCache::compose(config, &client, &tokens)
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
            "refreshToken": tokens.refresh_token.as_ref().map(Minted::expose),
        });
        Self {
            file_name: format!("{}.json", hex::encode(Sha1::digest(&config.session_name))),
            bytes: content.to_string().into_bytes(),
        }
    }
}
