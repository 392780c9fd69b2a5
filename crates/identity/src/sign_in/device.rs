//! The device flow: a link and a code for any browser, and polling until somebody approves.
//!
//! Called by [`Identity::sign_in`], and in two steps by the daemon, which renews the link.
//!
//! **Invariant:** the server's interval is obeyed, and each `slow_down` adds five seconds for good; a
//! network that is gone for a while ends nothing.
//!
//! **Source:** <https://www.rfc-editor.org/rfc/rfc8628#section-3.5>

use std::time::Duration;

use jiff::Timestamp;

use super::{Flow, SignInLink, wants_registration};
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

    /// Waits until the person has approved, and keeps the session.
    ///
    /// # Errors
    /// [`IdentityError::Denied`], [`IdentityError::NotApproved`], [`IdentityError::TooLong`], and
    /// those of a call that no other try can help.
    pub async fn finish_device(&self, waiting: DeviceSignIn) -> Result<Session, IdentityError> {
        let DeviceSignIn {
            client,
            device,
            link,
        } = waiting;
        let mut interval = device.interval;
        loop {
            self.wait.pause(interval).await;
            let late = IdentityError::NotApproved {
                after: device.expires_in,
            };
            if self.now() >= link.expires_at {
                return Err(late);
            }
            let grant = Grant::Device(&device.device_code);
            let fault = match self.oidc().token(&client, grant).await {
                Ok(Ok(token)) => return self.keep_sign_in(token, client).await,
                Ok(Err(fault)) => fault,
                Err(error) if error.is_passing() => continue,
                Err(error) => return Err(error),
            };
            if fault.is("AuthorizationPendingException", "authorization_pending") {
                continue;
            }
            if fault.is("SlowDownException", "slow_down") {
                interval = interval.saturating_add(SLOW_DOWN);
                continue;
            }
            if fault.is("ExpiredTokenException", "expired_token") {
                return Err(late);
            }
            if fault.is("AccessDeniedException", "access_denied") {
                return Err(IdentityError::Denied);
            }
            let error = self.oidc().token_error(fault);
            if !error.is_passing() {
                return Err(error);
            }
            interval = interval.saturating_add(SLOW_DOWN);
        }
    }
}
