//! Renewing a session: early, once for all who wait, and on the disk before it is used.
//!
//! Called by everything that needs a token, in any number of processes at once.
//!
//! **Invariant:** a refresh token is sent by one process at a time, which holds the lock, and what it
//! buys is written before anybody gets it. Whoever waited for the lock reads again before it asks.

use jiff::{SignedDuration, Timestamp};

use crate::answer::Fault;
use crate::history::Event;
use crate::oidc::{Grant, Token};
use crate::session::Refresh;
use crate::{Identity, IdentityError, Session};

/// How long a failed renewal is not tried again in this process, as long as the token is still good.
const AGAIN: SignedDuration = SignedDuration::from_secs(30);

impl Identity {
    /// The session, renewed when it is time to. One that is still good is returned when it could not
    /// be renewed just now.
    ///
    /// # Errors
    /// [`IdentityError::NotSignedIn`] and [`IdentityError::SessionEnded`], when a person has to sign
    /// in; those of a call, when there is no good token left.
    pub async fn fresh_session(&self) -> Result<Session, IdentityError> {
        match self.judge(self.session()?)? {
            Need::Nothing(session) => Ok(session),
            Need::Renewal(..) => self.renewed(None).await,
        }
    }

    /// A session with another token than the one that the portal did not take.
    pub(crate) async fn session_after(&self, refused: &Session) -> Result<Session, IdentityError> {
        self.renewed(Some(refused)).await
    }

    /// Waits for its turn, looks again, and renews if nobody else did.
    async fn renewed(&self, refused: Option<&Session>) -> Result<Session, IdentityError> {
        let mut last = self.renewal.lock().await;
        let name = self.profile.session.cache_name();
        let lock = match self.store.lock(&name).await {
            Ok(lock) => lock,
            Err(error) => return self.still_good(refused, error),
        };
        let session = self.session()?.ok_or_else(|| self.not_signed_in())?;
        let is_refused = refused.is_some_and(|refused| same_token(refused, &session));
        let session = match self.judge(Some(session))? {
            Need::Nothing(session) | Need::Renewal(session) if !is_refused && refused.is_some() => {
                return Ok(session);
            }
            Need::Nothing(session) if !is_refused => return Ok(session),
            Need::Nothing(session) | Need::Renewal(session) => session,
        };
        let now = self.now();
        let tried = last.is_some_and(|last| now.duration_since(last).abs() < AGAIN);
        if tried && session.is_valid(now) && !is_refused {
            return Ok(session);
        }
        let Some(refresh) = session
            .refresh
            .as_ref()
            .filter(|_| session.is_renewable(now))
        else {
            self.note(Event::Ended)?;
            return Err(self.ended("the portal does not take its token, and it cannot be renewed"));
        };
        *last = Some(now);
        let outcome = self
            .oidc()
            .token(&refresh.client, Grant::Refresh(&refresh.token))
            .await;
        let renewed = match outcome {
            Ok(Ok(token)) => self.keep_renewed(token, refresh),
            Ok(Err(fault)) if is_final(&fault) => self.give_up(&session),
            Ok(Err(fault)) => self.still_good(refused, self.oidc().token_error(fault)),
            Err(error) => self.still_good(refused, error),
        };
        drop(lock);
        renewed
    }

    /// Writes the new session, and only then returns it.
    fn keep_renewed(&self, token: Token, refresh: &Refresh) -> Result<Session, IdentityError> {
        let session = Session {
            access_token: token.access_token,
            expires_at: token.expires_at,
            issued_at: Some(token.issued_at),
            refresh: token.refresh_token.map(|token| Refresh {
                token,
                client: refresh.client.copy(),
            }),
        };
        self.keep(&session)?;
        self.note(Event::Renewed)?;
        Ok(session)
    }

    /// Writes a session; the caller holds its lock.
    pub(crate) fn keep(&self, session: &Session) -> Result<(), IdentityError> {
        let bytes = session.to_json(&self.profile.session);
        self.store
            .sessions()
            .write(&self.profile.session.cache_name(), &bytes)
    }

    /// The refresh token is spent or the portal's session is over. A tool without a lock may have
    /// renewed the session in between: then its token is on the disk now, and good.
    fn give_up(&self, tried: &Session) -> Result<Session, IdentityError> {
        let now = self.now();
        match self.session()? {
            Some(found) if !same_token(&found, tried) && found.is_valid(now) => Ok(found),
            _ => {
                // Without what does not work any more nobody tries again, and the access token is
                // used until its end.
                let left = Session {
                    access_token: tried.access_token.danger_copy(),
                    expires_at: tried.expires_at,
                    issued_at: tried.issued_at,
                    refresh: None,
                };
                self.keep(&left)?;
                self.note(Event::Ended)?;
                if left.is_valid(now) {
                    return Ok(left);
                }
                Err(self.ended("the portal has ended it"))
            }
        }
    }

    /// What is on the disk, when that is good and not the refused one; else the error.
    fn still_good(
        &self,
        refused: Option<&Session>,
        error: IdentityError,
    ) -> Result<Session, IdentityError> {
        match self.session()? {
            Some(session)
                if session.is_valid(self.now())
                    && !refused.is_some_and(|refused| same_token(refused, &session)) =>
            {
                Ok(session)
            }
            _ => Err(error),
        }
    }

    /// Whether a session is good as it is, has to be renewed, or is over.
    fn judge(&self, session: Option<Session>) -> Result<Need, IdentityError> {
        let session = session.ok_or_else(|| self.not_signed_in())?;
        let now = self.now();
        if now < session.renew_at() {
            return Ok(Need::Nothing(session));
        }
        let over = self
            .limit_end(&self.history())
            .is_some_and(|end| now >= end);
        match (session.is_valid(now), session.is_renewable(now) && !over) {
            (_, true) => Ok(Need::Renewal(session)),
            (true, false) => Ok(Need::Nothing(session)),
            (false, false) if over => Err(self.ended("it has reached the limit that is set here")),
            (false, false) => Err(self.ended("its token is old, and it cannot be renewed")),
        }
    }
}

enum Need {
    Nothing(Session),
    Renewal(Session),
}

fn same_token(one: &Session, other: &Session) -> bool {
    one.access_token.danger_expose() == other.access_token.danger_expose()
}

/// Whether the service will never take this refresh token, or this client, again.
fn is_final(fault: &Fault) -> bool {
    fault.is("InvalidGrantException", "invalid_grant")
        || fault.is("InvalidClientException", "invalid_client")
        || fault.is("UnauthorizedClientException", "unauthorized_client")
        || fault.is("ExpiredTokenException", "expired_token")
        || fault.is("AccessDeniedException", "access_denied")
}

/// When the next look at a session is due, for whoever keeps it fresh.
impl Session {
    /// The time of the next renewal, or of the end when nothing can be renewed.
    #[must_use]
    pub fn due_at(&self, now: Timestamp) -> Timestamp {
        if self.is_renewable(now) {
            self.renew_at()
        } else {
            self.expires_at
        }
    }
}
