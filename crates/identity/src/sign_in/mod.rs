//! Signing in: with a browser on this machine (PKCE), or with a code on another device.
//!
//! Called by `login` and by the daemon, which shows the link in a chat.
//!
//! **Invariant:** nothing is written before a token is there, and then all of it at once; whoever
//! drops the future of a sign-in leaves nothing half done.

mod callback;
mod device;
mod pkce;

use std::time::Duration;

use bedlock_host::Environment;
use bedlock_model::SecretText;
use jiff::Timestamp;

use crate::answer::Fault;
use crate::history::Event;
use crate::oidc::{CALLBACK, Grant, Token};
use crate::session::Refresh;
use crate::{Identity, IdentityError, Registration, Session};

pub use device::{DevicePoll, DeviceSignIn};

/// How a person signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Authorization code with PKCE: the browser runs on this machine. Nobody else's browser can
    /// finish it, so it cannot be phished.
    Pkce,
    /// Device code: any browser, on any device, by a link and a code.
    Device,
}

impl Flow {
    /// The flow that suits this process: PKCE where a browser can be opened.
    #[must_use]
    pub fn suited(environment: &Environment) -> Self {
        let set = |name: &str| environment.variable(name).is_some();
        let remote = ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"]
            .iter()
            .any(|name| set(name));
        // systemd sets both for what it starts; a desktop's terminal is started by it, too, but has
        // a display.
        let container = set("container")
            || ["/.dockerenv", "/run/.containerenv"]
                .iter()
                .any(|path| bedlock_host::owner(path.as_ref()).is_some());
        let display = cfg!(target_os = "macos") || set("DISPLAY") || set("WAYLAND_DISPLAY");
        if remote || container || !display || opener(environment).is_none() {
            Self::Device
        } else {
            Self::Pkce
        }
    }
}

/// The program that opens a browser.
#[must_use]
pub fn opener(environment: &Environment) -> Option<std::path::PathBuf> {
    let name = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let path = environment.variable("PATH")?;
    bedlock_host::program_on(path.danger_expose(), name)
}

/// What a person needs to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInLink {
    /// Which way it goes.
    pub flow: Flow,
    /// The address to open; with a device code, the code is in it where the server allows that.
    pub url: String,
    /// The address without a code, for typing.
    pub short_url: Option<String>,
    /// The code to compare or to type.
    pub user_code: Option<String>,
    /// When the link is worth nothing any more.
    pub expires_at: Timestamp,
}

/// Shows a link to a person.
pub trait Prompt: Send + Sync {
    /// Shows it, and returns at once.
    ///
    /// # Errors
    /// Any, when it cannot be shown; the sign-in then ends with it.
    fn show(&self, link: &SignInLink) -> Result<(), IdentityError>;
}

impl Identity {
    /// Signs a person in, from the link to the session on the disk.
    ///
    /// # Errors
    /// [`IdentityError::Denied`], [`IdentityError::NotApproved`], [`IdentityError::TooLong`],
    /// [`IdentityError::Link`], [`IdentityError::Registration`], and those of a call.
    pub async fn sign_in(&self, flow: Flow, prompt: &dyn Prompt) -> Result<Session, IdentityError> {
        match self.flow_for(flow) {
            Flow::Pkce => self.sign_in_with_browser(prompt).await,
            Flow::Device => {
                let device = self.start_device().await?;
                prompt.show(device.link())?;
                self.finish_device(device).await
            }
        }
    }

    /// A legacy profile has no refresh token and knows device codes only.
    #[must_use]
    pub fn flow_for(&self, wanted: Flow) -> Flow {
        match self.profile.session.name {
            Some(_) => wanted,
            None => Flow::Device,
        }
    }

    /// The registered client, or a new one. `force` drops the one that was refused.
    async fn client(&self, for_browser: bool, force: bool) -> Result<Registration, IdentityError> {
        let session = &self.profile.session;
        let known = self.store.registration(session, for_browser, self.now())?;
        if !force
            && let Some(known) = known
            && (!for_browser || self.is_known(&known).await?)
        {
            return Ok(known);
        }
        let client = self.oidc().register(for_browser).await?;
        self.store
            .keep_registration(session, &client, for_browser)?;
        Ok(client)
    }

    /// Whether the service still knows a client. It would tell a browser and not us, so it is asked
    /// to redeem a code that nobody gave out: an unknown client is refused before the code is.
    async fn is_known(&self, client: &Registration) -> Result<bool, IdentityError> {
        let nothing = SecretText::new(random(24)?);
        let grant = Grant::Code {
            code: &nothing,
            verifier: &nothing,
            redirect: CALLBACK,
        };
        match self.oidc().token(client, grant).await? {
            Ok(_) => Ok(true),
            Err(fault) => Ok(!wants_registration(&fault)),
        }
    }

    /// Keeps what a sign-in brought.
    async fn keep_sign_in(
        &self,
        token: Token,
        client: Registration,
    ) -> Result<Session, IdentityError> {
        // Where the token says all, e.g. for a legacy profile, the limit is checked at once.
        let limit = token
            .issued_at
            .checked_add(self.limit)
            .unwrap_or(Timestamp::MAX);
        if token.expires_at > limit {
            return Err(self.too_long(token.expires_at));
        }
        let session = Session {
            access_token: token.access_token,
            expires_at: token.expires_at,
            issued_at: Some(token.issued_at),
            refresh: token.refresh_token.map(|token| Refresh { token, client }),
        };
        let _lock = self.store.lock(&self.profile.session.cache_name()).await?;
        self.keep(&session)?;
        // Credentials of the session before would hide that this one may have another person's.
        self.store.roles().remove(&self.role_name())?;
        self.forget_role_credentials();
        self.note(Event::SignedIn)?;
        Ok(session)
    }

    pub(crate) fn too_long(&self, until: Timestamp) -> IdentityError {
        IdentityError::TooLong {
            portal: self.profile.session.start_url.clone(),
            until,
            limit: self.limit,
        }
    }

    /// A link of the server is opened by a browser, or tapped in a chat.
    fn check_link(&self, url: &str) -> Result<(), IdentityError> {
        let refuse = |what| Err(IdentityError::Link { what });
        if url.len() > 2048 || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
            return refuse("it is no plain address");
        }
        let on_loopback = self.profile.session.oidc_endpoint.starts_with("http://");
        match url.split_once("://") {
            Some(("https", rest)) if !rest.is_empty() => Ok(()),
            // A sandbox on this machine.
            Some(("http", rest)) if on_loopback => {
                let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
                let host = authority
                    .rsplit_once(':')
                    .map_or(authority, |(host, _)| host);
                match host {
                    "127.0.0.1" | "localhost" | "[::1]" => Ok(()),
                    _ => refuse("it leads out of this machine without https"),
                }
            }
            _ => refuse("it does not begin with https://"),
        }
    }
}

/// A random text of that many bytes, in base64 for addresses.
fn random(bytes: usize) -> Result<String, IdentityError> {
    use base64::Engine as _;
    let mut buffer = vec![0; bytes];
    getrandom::fill(&mut buffer).map_err(|error| IdentityError::Source {
        source_name: "the system's random numbers".to_owned(),
        what: error.to_string(),
    })?;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(buffer))
}

/// Whether a fault means that the client has to be registered anew.
fn wants_registration(fault: &Fault) -> bool {
    fault.is("InvalidClientException", "invalid_client")
        || fault.is("UnauthorizedClientException", "unauthorized_client")
}

/// How long a person may take in the browser.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
