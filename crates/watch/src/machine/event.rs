//! What happens to the machine, and what it wants done.
//!
//! Events are made by `daemon` (and by tests), effects are carried out by it.
//!
//! **Invariant:** no token in any of them. A sign-in is named by a handle that only its maker can
//! turn into a token.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A moment on both clocks of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The time of day, UTC; it can be set, forward and back.
    pub wall: Timestamp,
    /// Time that passed while the machine was awake; it only grows, and stands still in suspension.
    pub awake: Duration,
}

/// What happened, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When.
    pub at: Now,
    /// What.
    pub what: What,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// The time that the machine asked to be woken at has come, or the clock was set, or the laptop
    /// was opened.
    Woke,
    /// Somebody else changed the session: another program signed in, or removed the cache.
    Changed,
    /// The answer to [`Effect::Look`]: the session, if there is one.
    Observed(Option<Session>),
    /// The answer to [`Effect::Renew`].
    Renewed(Result<Session, Refusal>),
    /// The answer to [`Effect::Begin`].
    Begun(Result<Attempt, Refusal>),
    /// The answer to [`Effect::Poll`].
    Polled(Poll),
    /// The answer to [`Effect::Tell`].
    Told(Result<Receipt, Untold>),
    /// A button under the request with that number.
    Pressed(Button, u64),
    /// Requests that wait for a session, all together.
    Held(u32),
}

/// What is known of a session, without any of its secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Tells one sign-in from the next; renewing keeps it.
    pub key: String,
    /// When the present access token ends.
    pub expires_at: Timestamp,
    /// When it is time to renew it.
    pub renew_at: Timestamp,
    /// Until when it can be renewed without anybody; `None` when not at all.
    pub renewable_until: Option<Timestamp>,
    /// When somebody signed in, where that is known.
    pub began: Option<Timestamp>,
    /// When only a person can go on: an estimate from earlier sessions.
    pub ends: Option<Timestamp>,
}

/// Why something that Identity Center was asked for was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The session is over; only a person can go on.
    Over,
    /// It could not be reached.
    Unreachable,
    /// It asks to be left alone for a while.
    Busy(Duration),
    /// It will not work until somebody changes something; the words say what.
    Broken(String),
}

/// What the maker of an attempt knows it by: a device code.
// It is cloned with the state, compared by tests, and kept on disk so that a tap during a restart is
// not lost; alone it opens nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handle(String);

impl Handle {
    /// Takes a code.
    #[must_use]
    pub fn new(code: &str) -> Self {
        Self(code.to_owned())
    }

    /// Whether it is that code.
    #[must_use]
    pub fn is(&self, code: &str) -> bool {
        self.0 == code
    }

    /// The code.
    #[must_use]
    pub fn danger_expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handle([redacted])")
    }
}

/// A sign-in that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// What the maker of the attempt knows it by.
    pub handle: Handle,
    /// The link, with the code in it.
    pub url: String,
    /// The code that the page shows.
    pub code: String,
    /// When the link is of no use any more.
    pub expires_at: Timestamp,
    /// How often may be asked whether the person is done.
    pub interval: Duration,
}

/// How a question whether the person is done came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Poll {
    /// Not yet.
    Pending,
    /// Not yet, and ask less often.
    SlowDown,
    /// Signed in.
    Granted(Session),
    /// The person said no.
    Denied,
    /// The link has run out, or nobody knows it any more.
    Expired,
    /// Identity Center could not be reached.
    Unreachable,
}

/// Where a message is, so that it can be edited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Name of the notifier that sent it.
    pub notifier: String,
    /// What that notifier knows it by.
    pub reference: String,
    /// Whether it can be edited.
    pub editable: bool,
}

/// Why a message did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untold {
    /// Nobody could be reached; try again, not before the given time has passed.
    Failed(Option<Duration>),
    /// The message that was to be edited is gone.
    Gone,
    /// It was sent, and nobody knows whether it arrived.
    Unsure,
}

/// What the owner can press.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Button {
    /// Not now.
    Later,
    /// I did not ask for this.
    NotMe,
    /// Ask me again.
    Again,
}

/// What the machine wants done. Each but [`Effect::Save`] and [`Effect::Resume`] has exactly one
/// answer, and none is wanted twice before it came.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Keep the state; it comes first, so that a kill between two effects finds it on disk.
    Save,
    /// Read the session.
    Look,
    /// Renew the access token.
    Renew,
    /// Start a sign-in.
    Begin,
    /// Ask whether the person is done.
    Poll(Attempt),
    /// Send or edit the message.
    Tell(Tell),
    /// Let so many requests go on.
    Resume(u32),
}

/// A message to the owner.
#[derive(Clone, Debug, PartialEq)]
pub struct Tell {
    /// What it says.
    pub notice: Notice,
    /// The message that says something else until now.
    pub replaces: Option<Receipt>,
    /// Whether it has to be a new message that makes a sound, so that the old one goes.
    pub afresh: bool,
    /// Whether it must make no sound.
    pub silent: bool,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    /// Please sign in.
    Ask {
        /// Number of the request, for the buttons.
        request: u64,
        /// Which link of this request it is, from 1.
        link: u32,
        /// Why.
        reason: Reason,
        /// The sign-in.
        attempt: Attempt,
    },
    /// Signed in.
    SignedIn {
        /// When only a person can go on again, an estimate; else when the access token ends.
        until: Timestamp,
        /// Requests that waited and went on.
        resumed: u32,
    },
    /// The person said no on the page.
    Denied {
        /// When the next request comes.
        until: Timestamp,
        /// Number of the request, for the button.
        request: u64,
    },
    /// The person said later.
    Snoozed {
        /// When the next request comes.
        until: Timestamp,
        /// Number of the request, for the button.
        request: u64,
    },
    /// The person did not ask for it.
    NotMe {
        /// When the next request comes.
        until: Timestamp,
        /// Number of the request, for the button.
        request: u64,
    },
    /// The session turned out to go on.
    NotNeeded,
    /// A sign-in cannot even be started.
    Broken(String),
}

/// Why a person is needed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// There is no session at all.
    NoSession,
    /// It has ended.
    Ended(Timestamp),
    /// It cannot be renewed any more, and the access token ends then.
    Refused(Timestamp),
    /// It will end at about that time.
    EndsAbout(Timestamp),
}
