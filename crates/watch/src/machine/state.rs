//! What the machine remembers, which part of it outlives a kill, and how it is shown.
//!
//! Changed by `react` only; kept by `saved`, shown by `health`.
//!
//! **Invariant:** one message slot. Whatever happens, a second open request has no place to stand.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::event::{Attempt, Notice, Now, Receipt, Session, Tell};
use super::policy::{Policy, later};

/// Everything that the next decision depends on.
///
/// What is serialised is what must survive a kill: which message is open for which session, and the
/// sign-in that it links to. What is in flight is not: it has died with the process.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    #[serde(skip)]
    pub(crate) policy: Policy,
    #[serde(skip)]
    pub(crate) clock: Option<Now>,
    #[serde(skip)]
    pub(crate) session: Known,
    /// The session that Identity Center will not renew any more.
    pub(crate) over: Option<String>,
    pub(crate) request: Option<Request>,
    pub(crate) message: Option<Message>,
    pub(crate) pause: Option<Pause>,
    /// How many requests there have been; the last one's number.
    pub(crate) requests: u64,
    #[serde(skip)]
    pub(crate) held: u32,
    #[serde(skip)]
    pub(crate) busy: Busy,
    #[serde(skip)]
    pub(crate) renewal: Retry,
    #[serde(skip)]
    pub(crate) begin: Retry,
    #[serde(skip)]
    pub(crate) wake: Option<Timestamp>,
}

/// The session as it was last read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Known {
    /// Nobody has looked yet.
    #[default]
    Not,
    /// There is none.
    None,
    /// There is one, good or not.
    Some(Session),
}

/// A person is needed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Request {
    /// The session that it is for, so that the next one is told from it.
    pub(crate) key: Option<String>,
    /// When that session's token ended; a later end means that somebody signed in.
    pub(crate) ended: Option<Timestamp>,
    /// Links so far.
    pub(crate) link: u32,
    pub(crate) attempt: Option<Attempt>,
    pub(crate) next_poll: Option<Timestamp>,
    /// When the last message that made a sound, or could have, was sent.
    pub(crate) told_at: Option<Timestamp>,
    /// After a jump of the clock nobody knows how old the last link is; until then it may work.
    pub(crate) old_link_until: Option<Timestamp>,
}

/// The one message, what it says and what it should say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) wanted: Notice,
    pub(crate) shown: Option<Notice>,
    pub(crate) receipt: Option<Receipt>,
    /// It was sent without a sound.
    pub(crate) silent: bool,
    /// It was sent, and nobody knows whether it arrived.
    pub(crate) unsure: bool,
    /// The next one has to make a sound, so an edit will not do.
    pub(crate) afresh: bool,
    #[serde(skip)]
    pub(crate) retry: Retry,
}

impl Message {
    pub(crate) fn wanting(wanted: Notice) -> Self {
        Self {
            wanted,
            shown: None,
            receipt: None,
            silent: false,
            unsure: false,
            afresh: false,
            retry: Retry::default(),
        }
    }

    /// Whether the reader has that link, as far as anybody knows.
    pub(crate) fn shows(&self, attempt: &Attempt) -> bool {
        matches!(&self.shown, Some(Notice::Ask { attempt: shown, .. }) if shown.handle == attempt.handle)
    }

    pub(crate) fn editable(&self) -> bool {
        self.receipt
            .as_ref()
            .is_some_and(|receipt| receipt.editable)
    }
}

/// Nobody is asked until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pause {
    pub(crate) until: Timestamp,
    pub(crate) length: Duration,
}

/// What was wanted and is not answered yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Busy {
    pub(crate) looking: bool,
    /// The session changed while it was being read.
    pub(crate) look_again: bool,
    pub(crate) renewing: bool,
    pub(crate) beginning: bool,
    pub(crate) polling: bool,
    pub(crate) telling: Option<Tell>,
}

/// When something that failed is tried again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Retry {
    pub(crate) failures: u32,
    pub(crate) not_before: Option<Timestamp>,
}

impl Retry {
    /// 5 s, 10 s, 20 s … 5 min, and never less than what the other side asked for.
    pub(crate) fn failed(&mut self, now: Timestamp, least: Duration) {
        let wait = Duration::from_secs(5 << self.failures.min(6)).min(Duration::from_secs(300));
        self.failures = self.failures.saturating_add(1);
        self.not_before = Some(later(now, wait.max(least)));
    }

    pub(crate) fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// `None` when it may be done now, else when.
    pub(crate) fn waits(&self, now: Timestamp) -> Option<Timestamp> {
        self.not_before.filter(|at| *at > now)
    }
}

/// The state in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nobody has looked yet.
    Starting,
    /// There is a session, and nothing to do.
    Valid,
    /// It is being renewed.
    Refreshing,
    /// It will end, and the owner has been asked.
    Expiring,
    /// There is none, and the owner has been asked.
    WaitingForTap,
    /// There is none, and the owner said later, no, or not me.
    Paused,
    /// There is none, and nobody could be asked so far.
    Expired,
}

impl Phase {
    /// The word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Valid => "valid",
            Self::Refreshing => "refreshing",
            Self::Expiring => "expiring",
            Self::WaitingForTap => "waiting-for-tap",
            Self::Paused => "paused",
            Self::Expired => "expired",
        }
    }
}

impl State {
    /// A state that knows nothing yet.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            ..Self::default()
        }
    }

    /// What was kept of an earlier process's state. A message that was on its way when that process
    /// was killed counts as sent: a second one for the same session would be worse than the ten
    /// minutes until its link is renewed.
    #[must_use]
    pub fn restored(mut kept: Self, policy: Policy) -> Self {
        kept.policy = policy;
        if let Some(message) = &mut kept.message
            && message.unsure
        {
            message.shown = Some(message.wanted.clone());
            message.afresh = false;
        }
        kept
    }

    /// When the machine has to be woken if nothing happens before; `None` while it waits for an
    /// answer, or for nothing.
    #[must_use]
    pub fn wake(&self) -> Option<Timestamp> {
        self.wake
    }

    /// The state in one word.
    #[must_use]
    pub fn phase(&self, now: Timestamp) -> Phase {
        let asked = self.request.is_some();
        match &self.session {
            Known::Not => Phase::Starting,
            Known::Some(session) if session.expires_at > now => match (asked, self.busy.renewing) {
                (true, _) => Phase::Expiring,
                (false, true) => Phase::Refreshing,
                (false, false) => Phase::Valid,
            },
            _ if self.busy.renewing => Phase::Refreshing,
            _ if self.pause.is_some_and(|pause| pause.until > now) => Phase::Paused,
            _ if asked && self.message.as_ref().is_some_and(|m| m.shown.is_some()) => {
                Phase::WaitingForTap
            }
            _ => Phase::Expired,
        }
    }

    /// What the owner wants.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The session that was last seen.
    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        match &self.session {
            Known::Some(session) => Some(session),
            Known::Not | Known::None => None,
        }
    }

    /// The sign-in that waits for a person.
    #[must_use]
    pub fn attempt(&self) -> Option<&Attempt> {
        self.request.as_ref()?.attempt.as_ref()
    }

    /// Whether an answer is still to come.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        let Busy {
            looking,
            renewing,
            beginning,
            polling,
            ref telling,
            ..
        } = self.busy;
        looking || renewing || beginning || polling || telling.is_some()
    }

    /// Whether there is a message that the owner has, or will have as soon as somebody can be reached.
    #[must_use]
    pub fn has_message(&self) -> bool {
        self.message.is_some()
    }

    /// Whether what must survive a kill differs.
    pub(crate) fn keeps_other_than(&self, before: &Self) -> bool {
        self.over != before.over
            || self.request != before.request
            || self.pause != before.pause
            || self.requests != before.requests
            || kept(&self.message) != kept(&before.message)
    }
}

/// A message without what does not survive.
fn kept(message: &Option<Message>) -> Option<Message> {
    let mut message = message.clone()?;
    message.retry = Retry::default();
    Some(message)
}
