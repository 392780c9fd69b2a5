//! One profile of one user, bound to the place where its session is kept.
//!
//! Opened by `cli` for a command and by `watch` for as long as the daemon runs; shared by reference.
//!
//! **Invariant:** holds no token between two calls. The store is asked each time, because other
//! tools write there too; only role credentials are remembered.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bedlock_host::{Clock, Environment, SystemClock};
use bedlock_http::{Client, Settings};
use jiff::Timestamp;

use crate::history::{self, Event, History};
use crate::oidc::Oidc;
use crate::portal::{Portal, Refusal};
use crate::time::RealWait;
use crate::{IdentityError, Kept, Profile, Reachable, RoleCredentials, Session, Store, Wait};

/// How long a session may last, unless a setting says otherwise.
pub const SESSION_LIMIT: Duration = Duration::from_secs(12 * 3600);

/// What an [`Identity`] is made of.
pub struct Parts {
    /// Whose session.
    pub profile: Profile,
    /// Where it is kept.
    pub store: Store,
    /// The way to the network.
    pub http: Client,
    /// The time.
    pub clock: Arc<dyn Clock + Send + Sync>,
    /// How to wait.
    pub wait: Arc<dyn Wait>,
    /// How long a session may last from its sign-in on; it is not renewed beyond that.
    pub limit: Duration,
}

impl Parts {
    /// The real network, clock and waits.
    #[must_use]
    pub fn of(profile: Profile, store: Store, environment: &Environment) -> Self {
        Self {
            profile,
            store,
            http: Client::new(Settings::from_environment(environment)),
            clock: Arc::new(SystemClock),
            wait: Arc::new(RealWait),
            limit: SESSION_LIMIT,
        }
    }
}

/// A profile and its session.
pub struct Identity {
    pub(crate) profile: Profile,
    pub(crate) store: Store,
    pub(crate) http: Client,
    pub(crate) clock: Arc<dyn Clock + Send + Sync>,
    pub(crate) wait: Arc<dyn Wait>,
    pub(crate) limit: Duration,
    /// One renewal at a time in this process; between processes it is the store's lock.
    pub(crate) renewal: tokio::sync::Mutex<Option<Timestamp>>,
    /// One purchase of role credentials at a time in this process.
    pub(crate) purchase: tokio::sync::Mutex<()>,
    pub(crate) role: Mutex<Option<Arc<RoleCredentials>>>,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("profile", &self.profile)
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

impl Identity {
    /// Puts the parts together; nothing is read and nobody is asked.
    #[must_use]
    pub fn open(parts: Parts) -> Self {
        Self {
            profile: parts.profile,
            store: parts.store,
            http: parts.http,
            clock: parts.clock,
            wait: parts.wait,
            limit: parts.limit,
            renewal: tokio::sync::Mutex::new(None),
            purchase: tokio::sync::Mutex::new(()),
            role: Mutex::new(None),
        }
    }

    /// The profile.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Where the session is kept.
    #[must_use]
    pub fn kept(&self) -> Kept {
        self.store.kept()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn oidc(&self) -> Oidc<'_> {
        Oidc {
            client: &self.http,
            clock: &*self.clock,
            session: &self.profile.session,
        }
    }

    pub(crate) fn portal(&self) -> Portal<'_> {
        Portal {
            client: &self.http,
            clock: &*self.clock,
            profile: &self.profile,
        }
    }

    /// The session as it is kept now, whatever its age. No network.
    ///
    /// # Errors
    /// [`IdentityError::Seal`] when a sealed one cannot be opened.
    pub fn session(&self) -> Result<Option<Session>, IdentityError> {
        let bytes = self
            .store
            .sessions()
            .read(&self.profile.session.cache_name())?;
        Ok(bytes.and_then(|bytes| Session::from_json(bytes.danger_expose())))
    }

    /// When a person will have to sign in again, as far as this portal's earlier sessions tell: an
    /// estimate, and never later than the limit. `None` when nothing is known.
    #[must_use]
    pub fn next_tap(&self) -> Option<Timestamp> {
        let history = self.history();
        let limit = self.limit_end(&history);
        history.estimated_end().into_iter().chain(limit).min()
    }

    /// When the person of this session signed in, where bedlock saw it.
    #[must_use]
    pub fn signed_in_at(&self) -> Option<Timestamp> {
        self.history().signed_in_at
    }

    /// Whether [`Identity::next_tap`] comes from earlier sessions, and not only from the limit.
    #[must_use]
    pub fn has_learned(&self) -> bool {
        self.history().estimated_end().is_some()
    }

    /// How long a session of this portal was seen alive, when that is longer than the limit.
    #[must_use]
    pub fn seen_too_long(&self) -> Option<Duration> {
        self.history().longer_than(self.limit)
    }

    /// Notes that a person was told of too long sessions, so that the next sign-in is not refused.
    ///
    /// # Errors
    /// [`IdentityError::Host`] when it cannot be noted.
    pub fn told_too_long(&self) -> Result<(), IdentityError> {
        self.note(Event::Told)
    }

    /// The end of the session by bedlock's own limit.
    pub(crate) fn limit_end(&self, history: &History) -> Option<Timestamp> {
        history.signed_in_at?.checked_add(self.limit).ok()
    }

    pub(crate) fn history(&self) -> History {
        history::read(self.store.notes(), &self.profile.session.cache_name())
    }

    pub(crate) fn note(&self, event: Event) -> Result<(), IdentityError> {
        let portal = self.profile.session.cache_name();
        history::note(self.store.notes(), &portal, event, self.now())?;
        match history::path(self.store.notes()) {
            Some(path) => self.store.give_away(&path),
            None => Ok(()),
        }
    }

    pub(crate) fn not_signed_in(&self) -> IdentityError {
        IdentityError::NotSignedIn {
            portal: self.profile.session.start_url.clone(),
        }
    }

    pub(crate) fn ended(&self, why: &'static str) -> IdentityError {
        IdentityError::SessionEnded {
            portal: self.profile.session.start_url.clone(),
            why,
        }
    }

    /// Every account and role that the session opens: what a thief of the token would have.
    ///
    /// # Errors
    /// [`IdentityError::NotSignedIn`], [`IdentityError::SessionEnded`], and those of a call.
    pub async fn reachable(&self) -> Result<Vec<Reachable>, IdentityError> {
        let session = self.fresh_session().await?;
        match self.portal().reachable(&session.access_token).await {
            Ok(all) => Ok(all),
            Err(Refusal::Token) => Err(self.ended("the portal does not know it any more")),
            Err(Refusal::Other(error)) => Err(error),
        }
    }

    /// Ends the session at the portal and forgets it: the token, the role credentials, and the
    /// registered client with its secret. What is here goes also when the portal cannot be asked.
    ///
    /// # Errors
    /// Those of the store; those of the call to the portal, when everything here is gone.
    pub async fn sign_out(&self) -> Result<SignedOut, IdentityError> {
        let name = self.profile.session.cache_name();
        let _lock = self.store.lock(&name).await?;
        let session = self.session()?;
        let told = match &session {
            Some(session) if session.is_valid(self.now()) => {
                self.portal().logout(&session.access_token).await
            }
            _ => Ok(()),
        };
        let token = self.store.sessions().remove(&name)?;
        let role = self.store.roles().remove(&self.role_name())?;
        let registration = self.store.drop_registration(&self.profile.session)?;
        *self.role.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.note(Event::SignedOut)?;
        told?;
        Ok(SignedOut {
            token,
            role,
            registration,
        })
    }
}

/// What a sign-out removed from this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedOut {
    /// The session.
    pub token: bool,
    /// Credentials of the profile's role; those that somebody else holds live on until they end.
    pub role: bool,
    /// The registered client.
    pub registration: bool,
}
