//! What the daemon asks of the session, and the one that asks Identity Center.
//!
//! Called by `daemon`; tests put another one in its place.
//!
//! **Invariant:** what leaves here has no token in it, but for the credentials that somebody asked
//! the socket for.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use bedlock_identity::{DevicePoll, DeviceSignIn, Flow, Identity, IdentityError, Kept, SignInLink};
use bedlock_model::SecretText;

use crate::machine::{Attempt, Handle, Poll, Refusal, Session};
use crate::notify::Answer;

/// Who has the session.
pub trait Keeper {
    /// Reads it.
    ///
    /// # Errors
    /// Words, when it cannot be read.
    fn look(&self) -> Result<Option<Session>, String>;

    /// Renews the access token.
    fn renew(&self) -> Answer<'_, Result<Session, Refusal>>;

    /// Starts a sign-in.
    fn begin(&self) -> Answer<'_, Result<Attempt, Refusal>>;

    /// Asks whether the person is done.
    fn poll<'a>(&'a self, attempt: &'a Attempt) -> Answer<'a, Poll>;

    /// Role credentials, as `credential_process` prints them.
    fn credentials(&self) -> Answer<'_, Result<SecretText, String>>;
}

/// Opens the session where it is kept now; `None` while that is the place it is given.
pub type Open = Box<dyn Fn(Option<&Kept>) -> Result<Option<Identity>, IdentityError>>;

/// Identity Center's session of one profile.
pub struct CenterKeeper {
    /// Looks for the session, which a sign-in may have put elsewhere.
    open: Open,
    /// The session, else why it cannot be opened.
    identity: RefCell<Result<Rc<Identity>, String>>,
    /// The sign-in that waits, when this process started it.
    waiting: RefCell<Option<DeviceSignIn>>,
}

impl CenterKeeper {
    /// Keeps that session, which stays where it is.
    #[must_use]
    pub fn new(identity: Rc<Identity>) -> Self {
        Self {
            open: Box::new(|_| Ok(None)),
            identity: RefCell::new(Ok(identity)),
            waiting: RefCell::default(),
        }
    }

    /// Keeps the session wherever it is. One that cannot be opened is reported when it is needed.
    #[must_use]
    pub fn wherever(open: Open) -> Self {
        let keeper = Self {
            open,
            identity: RefCell::new(Err("the session was not looked for".to_owned())),
            waiting: RefCell::default(),
        };
        keeper.find();
        keeper
    }

    /// Looks where the session is kept now.
    fn find(&self) {
        let kept = self.identity.borrow().as_ref().map(|here| here.kept()).ok();
        let found = match (self.open)(kept.as_ref()) {
            Ok(None) => return,
            Ok(Some(identity)) => Ok(Rc::new(identity)),
            Err(error) => Err(error.to_string()),
        };
        *self.identity.borrow_mut() = found;
    }

    /// The session, else why it cannot be opened.
    fn identity(&self) -> Result<Rc<Identity>, String> {
        if self.identity.borrow().is_err() {
            self.find();
        }
        self.identity.borrow().clone()
    }

    /// The same for what cannot do without it.
    fn opened(&self) -> Result<Rc<Identity>, Refusal> {
        self.identity()
            .map_err(|why| Refusal::Broken(format!("Failed to {why}")))
    }

    fn session(identity: &Identity, kept: &bedlock_identity::Session) -> Session {
        let ours = kept.issued_at.is_some();
        let began = identity.signed_in_at().filter(|_| ours);
        Session {
            // What another program wrote is told apart by its token, of which only a name is kept.
            key: match began {
                Some(began) => began.to_string(),
                None => name_of(kept),
            },
            expires_at: kept.expires_at,
            renew_at: kept.renew_at(),
            renewable_until: kept
                .refresh
                .as_ref()
                .map(|refresh| refresh.client.expires_at),
            began,
            ends: identity.next_tap().filter(|_| ours),
        }
    }

    async fn renewed(&self) -> Result<Session, Refusal> {
        let identity = self.opened()?;
        let before = identity.session();
        let before = before.ok().flatten().map(|session| session.expires_at);
        match identity.fresh_session().await {
            // What cannot be renewed any more is returned as it is while it is good.
            Ok(session) if session.refresh.is_none() && Some(session.expires_at) == before => {
                Err(Refusal::Over)
            }
            // Renewing failed for now, which is told by the old token coming back.
            Ok(session) if Some(session.expires_at) == before => {
                tracing::warn!("the session was not renewed; the old token is still good");
                Err(Refusal::Unreachable)
            }
            Ok(session) => Ok(Self::session(&identity, &session)),
            Err(error) => Err(refusal(&error)),
        }
    }

    async fn begun(&self) -> Result<Attempt, Refusal> {
        let device = match self.opened()?.start_device().await {
            Ok(device) => device,
            Err(error) => return Err(refusal(&error)),
        };
        let link = device.link();
        let attempt = Attempt {
            handle: Handle::new(device.code().danger_expose()),
            url: link.url.clone(),
            code: link.user_code.clone().unwrap_or_default(),
            expires_at: link.expires_at,
            interval: device.interval(),
        };
        *self.waiting.borrow_mut() = Some(device);
        Ok(attempt)
    }

    async fn polled(&self, attempt: &Attempt) -> Poll {
        let Ok(identity) = self.identity() else {
            return Poll::Expired;
        };
        let taken = self.waiting.borrow_mut().take();
        let ours = taken.filter(|device| attempt.handle.is(device.code().danger_expose()));
        let waiting = match ours {
            Some(waiting) => waiting,
            None => match Self::resumed(&identity, attempt) {
                Some(waiting) => waiting,
                None => return Poll::Expired,
            },
        };
        let outcome = identity.poll_device(&waiting).await;
        *self.waiting.borrow_mut() = Some(waiting);
        match outcome {
            Ok(DevicePoll::Pending) => Poll::Pending,
            Ok(DevicePoll::SlowDown) => Poll::SlowDown,
            Ok(DevicePoll::SignedIn(session)) => Poll::Granted(Self::session(&identity, &session)),
            Err(IdentityError::Denied) => Poll::Denied,
            Err(error) if error.is_passing() => Poll::Unreachable,
            Err(error) => {
                tracing::warn!(%error, "a sign-in came to nothing");
                Poll::Expired
            }
        }
    }

    /// The sign-in that an earlier process started.
    fn resumed(identity: &Identity, attempt: &Attempt) -> Option<DeviceSignIn> {
        let link = SignInLink {
            flow: Flow::Device,
            url: attempt.url.clone(),
            short_url: None,
            user_code: Some(attempt.code.clone()),
            expires_at: attempt.expires_at,
        };
        let code = SecretText::new(attempt.handle.danger_expose().to_owned());
        let resumed = identity.resume_device(code, link, attempt.interval);
        resumed.ok().flatten()
    }
}

impl Keeper for CenterKeeper {
    fn look(&self) -> Result<Option<Session>, String> {
        self.find();
        let identity = self.identity()?;
        match identity.session() {
            Ok(kept) => Ok(kept.map(|kept| Self::session(&identity, &kept))),
            Err(error) => {
                // The next look opens it anew: the key may be another one by then.
                *self.identity.borrow_mut() = Err(error.to_string());
                Err(error.to_string())
            }
        }
    }

    fn renew(&self) -> Answer<'_, Result<Session, Refusal>> {
        Box::pin(self.renewed())
    }

    fn begin(&self) -> Answer<'_, Result<Attempt, Refusal>> {
        Box::pin(self.begun())
    }

    fn poll<'a>(&'a self, attempt: &'a Attempt) -> Answer<'a, Poll> {
        Box::pin(self.polled(attempt))
    }

    fn credentials(&self) -> Answer<'_, Result<SecretText, String>> {
        Box::pin(async {
            let identity = self.identity().map_err(|why| format!("failed to {why}"))?;
            let credentials = identity.role_credentials().await;
            credentials
                .map(|credentials| credentials.to_process_output())
                .map_err(|error| format!("failed to {error}"))
        })
    }
}

fn refusal(error: &IdentityError) -> Refusal {
    match error {
        IdentityError::Throttled { after, .. } => {
            Refusal::Busy(after.unwrap_or(Duration::from_secs(30)))
        }
        error if error.is_passing() => Refusal::Unreachable,
        error if error.needs_sign_in() => Refusal::Over,
        error => Refusal::Broken(format!("Failed to {error}")),
    }
}

/// A name of a session that says nothing about its token.
fn name_of(kept: &bedlock_identity::Session) -> String {
    use sha2::{Digest, Sha256};
    let secret = kept
        .refresh
        .as_ref()
        .map_or(&kept.access_token, |refresh| &refresh.token);
    let digest = Sha256::digest(secret.danger_expose().as_bytes());
    format!("beside-{}", hex::encode(&digest[..6]))
}
