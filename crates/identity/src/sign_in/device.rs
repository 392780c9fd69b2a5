//! The device flow: a link and a code for any browser, and polling until somebody approves.
//!
//! Called by [`Identity::sign_in`], and in two steps by the daemon, which renews the link.
//!
//! **Invariant:** the server's interval is obeyed, and each `slow_down` adds five seconds for good; a
//! network that is gone for a while ends nothing.
//!
//! **Source:** <https://www.rfc-editor.org/rfc/rfc8628#section-3.5>

use std::time::Duration;

use bedlock_model::SecretText;
use jiff::Timestamp;

use super::{Flow, PATIENCE, SignInLink, wants_registration};
use crate::oidc::{Device, Grant};
use crate::{Identity, IdentityError, Registration, Session};

const SLOW_DOWN: Duration = Duration::from_secs(5);

/// A device sign-in that waits for a person.
#[derive(Debug)]
pub struct DeviceSignIn {
    client: Registration,
    device: Device,
    link: SignInLink,
}

impl DeviceSignIn {
    /// What to show.
    #[must_use]
    pub fn link(&self) -> &SignInLink {
        &self.link
    }

    /// What another process needs to go on, beside the registered client: [`Identity::resume_device`].
    #[must_use]
    pub fn code(&self) -> &SecretText {
        &self.device.device_code
    }

    /// How often may be asked.
    #[must_use]
    pub fn interval(&self) -> Duration {
        self.device.interval
    }
}

impl Identity {
    /// Starts a device sign-in. A client that is not accepted any more is registered anew, once.
    ///
    /// # Errors
    /// [`IdentityError::Registration`], [`IdentityError::Link`], and those of a call.
    pub async fn start_device(&self) -> Result<DeviceSignIn, IdentityError> {
        let mut client = self.client(false, false).await?;
        let asked = self.now();
        let device = match self.oidc().start_device(&client).await? {
            Ok(device) => device,
            Err(fault) if wants_registration(&fault) => {
                client = self.client(false, true).await?;
                let again = self.oidc().start_device(&client).await?;
                again.map_err(|fault| self.oidc().device_error(fault))?
            }
            Err(fault) => return Err(self.oidc().device_error(fault)),
        };
        self.check_link(&device.verification_uri)?;
        if let Some(complete) = &device.verification_uri_complete {
            self.check_link(complete)?;
        }
        let short = device.verification_uri.clone();
        let link = SignInLink {
            flow: Flow::Device,
            url: device
                .verification_uri_complete
                .clone()
                .unwrap_or_else(|| short.clone()),
            short_url: Some(short),
            user_code: Some(device.user_code.clone()),
            expires_at: asked
                .checked_add(device.expires_in)
                .unwrap_or(Timestamp::MAX),
        };
        Ok(DeviceSignIn {
            client,
            device,
            link,
        })
    }

    /// Goes on with a device sign-in of an earlier process. `None` when the client that it was made
    /// with is not kept any more: then nobody can finish it.
    ///
    /// # Errors
    /// Those of the store.
    pub fn resume_device(
        &self,
        code: SecretText,
        link: SignInLink,
        interval: Duration,
    ) -> Result<Option<DeviceSignIn>, IdentityError> {
        let session = &self.profile.session;
        let client = self.store.registration(session, false, self.now())?;
        Ok(client.map(|client| DeviceSignIn {
            client,
            device: Device {
                device_code: code,
                user_code: link.user_code.clone().unwrap_or_default(),
                verification_uri: link.url.clone(),
                verification_uri_complete: None,
                expires_in: PATIENCE,
                interval,
            },
            link,
        }))
    }

    /// Asks once whether the person has approved, and keeps the session when that is so.
    ///
    /// # Errors
    /// [`IdentityError::Denied`], [`IdentityError::NotApproved`], [`IdentityError::TooLong`], and
    /// those of a call.
    pub async fn poll_device(&self, waiting: &DeviceSignIn) -> Result<DevicePoll, IdentityError> {
        let grant = Grant::Device(&waiting.device.device_code);
        let fault = match self.oidc().token(&waiting.client, grant).await? {
            Ok(token) => {
                let client = waiting.client.copy();
                let session = self.keep_sign_in(token, client).await?;
                return Ok(DevicePoll::SignedIn(session));
            }
            Err(fault) => fault,
        };
        if fault.is("AuthorizationPendingException", "authorization_pending") {
            return Ok(DevicePoll::Pending);
        }
        if fault.is("SlowDownException", "slow_down") {
            return Ok(DevicePoll::SlowDown);
        }
        if fault.is("ExpiredTokenException", "expired_token") {
            return Err(IdentityError::NotApproved {
                after: waiting.device.expires_in,
            });
        }
        if fault.is("AccessDeniedException", "access_denied") {
            return Err(IdentityError::Denied);
        }
        Err(self.oidc().token_error(fault))
    }

    /// Waits until the person has approved, and keeps the session.
    ///
    /// # Errors
    /// [`IdentityError::Denied`], [`IdentityError::NotApproved`], [`IdentityError::TooLong`], and
    /// those of a call that no other try can help.
    pub async fn finish_device(&self, waiting: DeviceSignIn) -> Result<Session, IdentityError> {
        let mut interval = waiting.device.interval;
        loop {
            self.wait.pause(interval).await;
            if self.now() >= waiting.link.expires_at {
                return Err(IdentityError::NotApproved {
                    after: waiting.device.expires_in,
                });
            }
            match self.poll_device(&waiting).await {
                Ok(DevicePoll::SignedIn(session)) => return Ok(session),
                Ok(DevicePoll::Pending) => {}
                Ok(DevicePoll::SlowDown) => interval = interval.saturating_add(SLOW_DOWN),
                // A network that is gone has no say in how often; a server that refuses has.
                Err(IdentityError::Http(error)) if error.is_passing() => {}
                Err(error) if error.is_passing() => interval = interval.saturating_add(SLOW_DOWN),
                Err(error) => return Err(error),
            }
        }
    }
}

/// What one question came to.
#[derive(Debug)]
pub enum DevicePoll {
    /// Not approved yet.
    Pending,
    /// Not approved yet, and ask five seconds less often from now on.
    SlowDown,
    /// Approved, and kept.
    SignedIn(Session),
}
