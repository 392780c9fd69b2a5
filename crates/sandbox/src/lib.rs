//! Identity Center and Bedrock on loopback, strict about signatures and policies.
//!
//! The end-to-end tests and `bedlock demo` start a [`Sandbox`], point an agent's AWS SDK at it with
//! [`Sandbox::environment`], and put [`Sandbox::signed_in_cache`] where the SDK looks for a session.
//!
//! **Invariant:** it listens on 127.0.0.1 only, makes no outgoing connection, and everything that it
//! issues is random per start and worthless elsewhere. Only [`home`] touches files, where it is told.

mod bedrock;
mod clock;
mod event_stream;
mod faults;
mod form;
pub mod home;
mod identity_center;
mod minted;
mod policy;
mod reply;
mod request_log;
mod server;
mod sigv4;
mod sts;
mod telegram;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

pub use crate::clock::Clock;
pub use crate::faults::Fault;
pub use crate::identity_center::sign_in::{Decision, PendingSignIn};
pub use crate::policy::ModelGrant;
pub use crate::request_log::RequestRecord;
pub use crate::telegram::{Button, CallbackAnswer, ChatMessage, Press, Telegram, Version};

use crate::bedrock::Runtime;
use crate::faults::Faults;
use crate::identity_center::IdentityCenter;
use crate::policy::Allowance;
use crate::request_log::RequestLog;
use crate::server::World;

/// Who decides the sign-ins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Approval {
    /// A person on the sign-in page, or a test through the [`Sandbox`].
    #[default]
    Person,
    /// Nobody: every sign-in is approved as soon as it is started.
    Automatic,
}

/// Describes the AWS that a sandbox pretends to be.
#[derive(Clone, Debug)]
pub struct SandboxConfig {
    /// The region of Identity Center and of Bedrock.
    pub region: String,
    /// The account id, 12 digits.
    pub account: String,
    /// The permission set's name, which is the role's name in a profile.
    pub role: String,
    /// The access portal's address as it stands in `~/.aws/config`; it is never contacted.
    pub start_url: String,
    /// The name of the `sso-session` section, which names the cache file.
    pub session_name: String,
    /// What the role may invoke; empty means nothing.
    pub models: Vec<ModelGrant>,
    /// How long a sign-in lasts, however often its tokens are refreshed.
    pub portal_session: Duration,
    /// How long one access token lasts.
    pub access_token: Duration,
    /// How long role credentials last.
    pub role_session: Duration,
    /// How long a refresh token still works after its first use; none by default.
    pub refresh_grace: Duration,
    /// How long a client registration lasts.
    pub registration: Duration,
    /// How long a person has to decide a sign-in.
    pub device_code: Duration,
    /// How long a program has to wait between two polls of a device code.
    pub poll_interval: Duration,
    /// Whether sign-ins wait for somebody.
    pub approval: Approval,
    /// Accounts and roles that the person may take besides the own ones; they grant no model.
    pub also_assigned: Vec<(String, String)>,
    /// The port on 127.0.0.1; 0 lets the system choose.
    pub port: u16,
    /// What time it is there.
    pub clock: Clock,
}

impl Default for SandboxConfig {
    /// Has the durations of a fresh Identity Center instance and grants no model.
    fn default() -> Self {
        Self {
            region: "us-west-2".to_owned(),
            account: "123456789012".to_owned(),
            role: "BedrockInvoke".to_owned(),
            start_url: "https://d-1234567890.awsapps.com/start".to_owned(),
            session_name: "bedlock".to_owned(),
            models: Vec::new(),
            portal_session: Duration::from_secs(8 * 3600),
            access_token: Duration::from_secs(3600),
            role_session: Duration::from_secs(3600),
            refresh_grace: Duration::ZERO,
            registration: Duration::from_secs(90 * 24 * 3600),
            device_code: Duration::from_secs(600),
            poll_interval: Duration::from_secs(5),
            approval: Approval::Person,
            also_assigned: Vec::new(),
            port: 0,
            clock: Clock::real(),
        }
    }
}

impl SandboxConfig {
    fn check(&self) -> Result<(), SandboxError> {
        let named = |text: &str, extra: &[u8]| {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || extra.contains(&byte))
        };
        let refuse = |field, expected| Err(SandboxError::Config { field, expected });
        if !named(&self.region, b"-") {
            return refuse("region", "letters, digits and hyphens");
        }
        if self.account.len() != 12 || !self.account.bytes().all(|byte| byte.is_ascii_digit()) {
            return refuse("account", "12 digits");
        }
        if self.role.len() > 32 || !named(&self.role, b"+=,.@-_") {
            return refuse("role", "a permission set's name of at most 32 characters");
        }
        if !named(&self.session_name, b"-_.") {
            return refuse(
                "session_name",
                "letters, digits, hyphens, dots and underscores",
            );
        }
        if self.start_url.is_empty() || self.start_url.chars().any(char::is_whitespace) {
            return refuse("start_url", "an address without spaces");
        }
        Ok(())
    }
}

/// Says why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// A field of the configuration is not what AWS would accept.
    #[error("configure the sandbox: {field} must be {expected}")]
    Config {
        /// The field's name.
        field: &'static str,
        /// What the field has to be.
        expected: &'static str,
    },
    /// The port could not be taken.
    #[error("listen on 127.0.0.1:{port}: {source}")]
    Listen {
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The server's thread or its runtime could not be started.
    #[error("start the sandbox's server: {0}")]
    Start(#[source] io::Error),
}

/// Holds the content of `~/.aws/sso/cache/<sha1 of the session's name>.json` for a signed-in session.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenCache {
    /// The file's name, without its folder.
    pub file_name: String,
    /// The file's bytes, which are secret for as long as the sandbox runs.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCache")
            .field("file_name", &self.file_name)
            .finish_non_exhaustive()
    }
}

/// Runs Identity Center and Bedrock on loopback until it is dropped.
pub struct Sandbox {
    address: SocketAddr,
    config: SandboxConfig,
    world: Arc<World>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts a sandbox and returns once its port accepts connections.
    ///
    /// # Errors
    /// [`SandboxError::Config`] for a configuration that AWS would not have,
    /// [`SandboxError::Listen`] when the port is taken, [`SandboxError::Start`] when the system
    /// gives no thread.
    pub fn start(config: SandboxConfig) -> Result<Self, SandboxError> {
        config.check()?;
        let listen = |source| SandboxError::Listen {
            port: config.port,
            source,
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, config.port)).map_err(listen)?;
        listener.set_nonblocking(true).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;

        let world = Arc::new(World {
            endpoint: format!("http://{address}"),
            identity_center: IdentityCenter::new(&config),
            runtime: Runtime {
                region: config.region.clone(),
                allowance: Allowance::new(&config.region, &config.account, &config.models),
            },
            telegram: Telegram::new(config.clock.clone()),
            faults: Faults::default(),
            log: RequestLog::default(),
            clock: config.clock.clone(),
        });
        let (stop, stopped) = oneshot::channel();
        let thread = spawn_server(listener, Arc::clone(&world), stopped)?;
        Ok(Self {
            address,
            config,
            world,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Returns the address of every service, such as `http://127.0.0.1:41234`.
    pub fn endpoint(&self) -> String {
        self.world.endpoint.clone()
    }

    /// Returns what an AWS SDK needs in its environment to talk to this sandbox and to nothing else.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let services = [
            "AWS_ENDPOINT_URL_BEDROCK",
            "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
            "AWS_ENDPOINT_URL_SSO",
            "AWS_ENDPOINT_URL_SSO_OIDC",
            "AWS_ENDPOINT_URL_STS",
        ];
        let mut environment: Vec<_> = services
            .into_iter()
            .map(|name| (name, self.endpoint()))
            .collect();
        environment.push(("AWS_EC2_METADATA_DISABLED", "true".to_owned()));
        environment.push(("AWS_REGION", self.config.region.clone()));
        environment
    }

    /// Writes the `~/.aws/config` of a profile that signs in here.
    ///
    /// **Source:** <https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html>
    pub fn aws_config(&self, profile: &str) -> String {
        let SandboxConfig {
            region,
            account,
            role,
            start_url,
            session_name,
            ..
        } = &self.config;
        let section = if profile == "default" {
            profile.to_owned()
        } else {
            format!("profile {profile}")
        };
        format!(
            "[{section}]\nsso_session = {session_name}\nsso_account_id = {account}\n\
             sso_role_name = {role}\nregion = {region}\n\n\
             [sso-session {session_name}]\nsso_region = {region}\nsso_start_url = {start_url}\n\
             sso_registration_scopes = sso:account:access\n"
        )
    }

    /// Signs somebody in and returns the session as the SDKs cache it; every call is a new session.
    pub fn signed_in_cache(&self) -> TokenCache {
        self.world
            .identity_center
            .sign_in_at_once(&self.config, self.clock().now())
    }

    /// Returns the clock that everything here goes by.
    pub fn clock(&self) -> &Clock {
        &self.config.clock
    }

    /// Returns Telegram's side: bots, chats, messages and their buttons. The root of its Bot API is
    /// [`Sandbox::endpoint`].
    pub fn telegram(&self) -> &Telegram {
        &self.world.telegram
    }

    /// Returns what was asked so far, oldest first; only the last 10,000 are kept.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.world.log.to_vec()
    }

    /// Returns how many requests were answered so far, and those after the first `seen` of them.
    pub fn requests_after(&self, seen: usize) -> (usize, Vec<RequestRecord>) {
        self.world.log.after(seen)
    }

    /// Lets a fault happen to the next requests for an action, such as `sso-oauth:CreateToken`; to a
    /// whole service, such as `telegram:`; or to all of them, by an empty text.
    pub fn inject(&self, action: &str, times: usize, fault: Fault) {
        self.world.faults.inject(action, times, fault);
    }

    /// Takes back the faults that have not happened yet.
    pub fn clear_faults(&self) {
        self.world.faults.clear();
    }

    /// Counts the requests for an action that were answered with a status.
    pub fn count(&self, action: &str, status: u16) -> usize {
        let records = self.requests();
        let same = records
            .iter()
            .filter(|record| record.action == action && record.status == status);
        same.count()
    }

    /// Waits until a condition holds, looking again after each request, and says whether it does.
    ///
    /// The longest wait is there so that a test that fails also ends.
    pub fn wait_until(&self, longest: Duration, condition: impl Fn(&Self) -> bool) -> bool {
        self.world.log.wait_until(longest, || condition(self))
    }

    /// Returns the sign-ins that wait for somebody, oldest first.
    pub fn pending(&self) -> Vec<PendingSignIn> {
        self.world.identity_center.pending(self.clock().now())
    }

    /// Decides the sign-in with a user code; false when none with that code waits.
    pub fn decide(&self, user_code: &str, decision: Decision) -> bool {
        let now = self.clock().now();
        let center = &self.world.identity_center;
        center.decide_user_code(user_code, decision, now)
    }

    /// Decides the device sign-in that waits longest, or else the next sign-in that is started.
    pub fn decide_next(&self, decision: Decision) {
        let now = self.clock().now();
        self.world.identity_center.decide_next(decision, now);
    }

    /// Counts the portal sessions that have not ended.
    pub fn running_sessions(&self) -> usize {
        let now = self.clock().now();
        self.world.identity_center.running_sessions(now)
    }

    /// Forgets every client registration, so that the next use of one is refused.
    pub fn forget_clients(&self) {
        self.world.identity_center.forget_clients();
    }

    /// Takes every refresh token back; access tokens and role credentials that are out live on.
    pub fn revoke_refresh_tokens(&self) {
        self.world.identity_center.revoke_refresh_tokens();
    }

    /// Ends every portal session, as an administrator can; role credentials live on.
    pub fn end_portal_sessions(&self) {
        self.world.identity_center.end_portal_sessions();
    }

    /// Makes all role credentials that were issued so far expired ones.
    pub fn expire_role_credentials(&self) {
        self.world
            .identity_center
            .expire_role_credentials(self.clock().now());
    }
}

// What was issued stays out, down to the ids of keys.
impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("address", &self.address)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn spawn_server(
    listener: TcpListener,
    world: Arc<World>,
    stop: oneshot::Receiver<()>,
) -> Result<JoinHandle<()>, SandboxError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(SandboxError::Start)?;
    let listener = {
        let _inside = runtime.enter();
        tokio::net::TcpListener::from_std(listener).map_err(SandboxError::Start)?
    };
    std::thread::Builder::new()
        .name("bedlock-sandbox".to_owned())
        .spawn(move || runtime.block_on(server::serve(listener, world, stop)))
        .map_err(SandboxError::Start)
}
