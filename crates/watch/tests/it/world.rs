//! A world for the state machine: Identity Center, a chat, a network and an owner, on one clock that
//! nobody waits for.
//!
//! Used by the tests beside it and by the simulation of a month, `examples/night.rs`.
//!
//! **Invariant:** seeded, so that every run of the same seed is the same run.

#![expect(dead_code, reason = "each of its users looks at another part")]

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use bedlock_watch::{
    Attempt, Button, Effect, Event, Handle, Notice, Now, Policy, Poll, Receipt, Refusal, Session,
    State, Tell, Untold, What, react,
};
use jiff::{SignedDuration, Timestamp};

/// How many answers to one event count as a loop.
const LOOP: usize = 60;

pub(crate) fn seconds(count: i64) -> SignedDuration {
    SignedDuration::from_secs(count)
}

pub(crate) fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

pub(crate) fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

/// Numbers that look random.
#[derive(Clone, Debug)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        // SplitMix64, which is public domain arithmetic.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides.max(1)
    }
}

/// A message in the owner's chat.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shown {
    pub(crate) id: u64,
    pub(crate) notice: Notice,
    pub(crate) sent: Timestamp,
    pub(crate) sound: bool,
    pub(crate) edits: u32,
}

/// What happened so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) taps: u32,
    pub(crate) messages: u32,
    pub(crate) sounds_in_quiet: u32,
    pub(crate) edits: u32,
    pub(crate) links: u32,
    pub(crate) renewals: u32,
    pub(crate) polls: u32,
    pub(crate) looks: u32,
    pub(crate) saves: u32,
    pub(crate) resumed: u32,
}

/// What a real sign-in service knows.
#[derive(Clone, Debug)]
pub(crate) struct Center {
    pub(crate) portal: SignedDuration,
    pub(crate) token: SignedDuration,
    /// Number, begin and end of the portal session.
    pub(crate) session: Option<(u64, Timestamp, Timestamp)>,
    pub(crate) sessions: u64,
    pub(crate) attempts: u64,
    /// Until when each link works, by a clock that nobody sets.
    pub(crate) links: BTreeMap<String, SignedDuration>,
    /// The link that a person approved or refused.
    pub(crate) approved: Option<String>,
    pub(crate) refused: Option<String>,
    /// Whether earlier sessions taught how long one lasts.
    pub(crate) estimates: bool,
}

pub(crate) struct World {
    pub(crate) now: Timestamp,
    pub(crate) awake: Duration,
    pub(crate) state: State,
    pub(crate) center: Center,
    /// The session as it is cached on this machine.
    pub(crate) cached: Option<Session>,
    pub(crate) network: bool,
    pub(crate) chat_works: bool,
    pub(crate) editable: bool,
    pub(crate) chat: Vec<Shown>,
    pub(crate) counts: Counts,
    /// What the last `Save` would have put on disk.
    pub(crate) disk: State,
    sent: u64,
    /// Time that passed, by a clock that nobody sets.
    passed: SignedDuration,
}

impl World {
    pub(crate) fn new(policy: Policy, now: Timestamp) -> Self {
        Self {
            now,
            awake: Duration::from_secs(1000),
            disk: State::new(policy.clone()),
            state: State::new(policy),
            center: Center {
                portal: hours(8),
                token: hours(1),
                session: None,
                sessions: 0,
                attempts: 0,
                links: BTreeMap::new(),
                approved: None,
                refused: None,
                estimates: true,
            },
            cached: None,
            network: true,
            chat_works: true,
            editable: true,
            chat: Vec::new(),
            counts: Counts::default(),
            sent: 0,
            passed: SignedDuration::ZERO,
        }
    }

    /// Signs in as another program on this machine would.
    pub(crate) fn sign_in_beside(&mut self) {
        let session = self.begin_session();
        self.cached = Some(session);
    }

    fn begin_session(&mut self) -> Session {
        self.center.sessions += 1;
        let ends = self.now + self.center.portal;
        self.center.session = Some((self.center.sessions, self.now, ends));
        self.token().expect("a session that just began")
    }

    /// The present session with a fresh token.
    fn token(&self) -> Option<Session> {
        let (number, began, ends) = self
            .center
            .session
            .filter(|(_, _, ends)| *ends > self.now)?;
        let expires_at = (self.now + self.center.token).min(ends);
        Some(Session {
            key: format!("session-{number}"),
            expires_at,
            renew_at: expires_at - minutes(20),
            renewable_until: Some(self.now + hours(24 * 90)),
            began: Some(began),
            ends: self.center.estimates.then_some(ends),
        })
    }

    /// Lets something happen, and carries out whatever is wanted because of it.
    pub(crate) fn happen(&mut self, what: What) {
        let mut queue = VecDeque::from([what]);
        let mut rounds = 0;
        while let Some(what) = queue.pop_front() {
            rounds += 1;
            assert!(
                rounds < LOOP,
                "one event wants more and more: {:?}",
                self.state
            );
            let at = Now {
                wall: self.now,
                awake: self.awake,
            };
            let (next, effects) = react(&self.state, Event { at, what });
            self.state = next;
            for effect in effects {
                queue.extend(self.carry_out(effect));
            }
            self.check();
        }
        if let Some(wake) = self.state.wake() {
            assert!(
                wake > self.now,
                "woken at {wake}, which is past: {:?}",
                self.state
            );
        }
        assert!(
            self.state.wake().is_some() || self.state.has_message() || self.has_session(),
            "silent for ever: {:?}",
            self.state
        );
    }

    /// What must be true at every moment.
    fn check(&self) {
        // Where nothing can be edited, a receipt below a request closes it for the reader.
        let closed = self
            .chat
            .iter()
            .rposition(|shown| !self.editable && !matches!(shown.notice, Notice::Ask { .. }));
        let open = self.chat.iter().skip(closed.map_or(0, |at| at + 1)).filter(|shown| {
            matches!(&shown.notice, Notice::Ask { attempt, .. } if self.works(attempt.handle.danger_expose()))
        });
        assert!(open.count() <= 1, "two open requests: {:?}", self.chat);
    }

    fn works(&self, handle: &str) -> bool {
        self.center
            .links
            .get(handle)
            .is_some_and(|until| *until > self.passed)
    }

    fn carry_out(&mut self, effect: Effect) -> Option<What> {
        Some(match effect {
            Effect::Save => {
                self.counts.saves += 1;
                self.disk = self.state.clone();
                return None;
            }
            Effect::Resume(count) => {
                self.counts.resumed += count;
                return None;
            }
            Effect::Look => {
                self.counts.looks += 1;
                What::Observed(self.cached.clone())
            }
            Effect::Renew => What::Renewed(self.renew()),
            Effect::Begin => What::Begun(self.begin()),
            Effect::Poll(attempt) => What::Polled(self.poll(&attempt)),
            Effect::Tell(tell) => What::Told(self.tell(tell)),
        })
    }

    fn renew(&mut self) -> Result<Session, Refusal> {
        if !self.network {
            return Err(Refusal::Unreachable);
        }
        self.counts.renewals += 1;
        let session = self.token().ok_or(Refusal::Over)?;
        self.cached = Some(session.clone());
        Ok(session)
    }

    fn begin(&mut self) -> Result<Attempt, Refusal> {
        if !self.network {
            return Err(Refusal::Unreachable);
        }
        self.counts.links += 1;
        self.center.attempts += 1;
        let handle = format!("attempt-{}", self.center.attempts);
        self.center
            .links
            .insert(handle.clone(), self.passed + minutes(10));
        Ok(Attempt {
            url: format!("https://example.com/{handle}"),
            code: "FAKE-CODE".to_owned(),
            expires_at: self.now + minutes(10),
            interval: Duration::from_secs(5),
            handle: Handle::new(&handle),
        })
    }

    fn poll(&mut self, attempt: &Attempt) -> Poll {
        if !self.network {
            return Poll::Unreachable;
        }
        self.counts.polls += 1;
        if self.center.refused.as_deref() == Some(attempt.handle.danger_expose()) {
            return Poll::Denied;
        }
        if self.center.approved.as_deref() == Some(attempt.handle.danger_expose()) {
            self.center.approved = None;
            let session = self.begin_session();
            self.cached = Some(session.clone());
            return Poll::Granted(session);
        }
        match self.works(attempt.handle.danger_expose()) {
            true => Poll::Pending,
            false => Poll::Expired,
        }
    }

    fn tell(&mut self, tell: Tell) -> Result<Receipt, Untold> {
        if !self.network || !self.chat_works {
            return Err(Untold::Failed(None));
        }
        let old = tell.replaces.as_ref().filter(|receipt| receipt.editable);
        if let Some(old) = old
            && !tell.afresh
        {
            let Some(shown) = self.shown(&old.reference) else {
                return Err(Untold::Gone);
            };
            shown.notice = tell.notice;
            shown.edits += 1;
            self.counts.edits += 1;
            return Ok(old.clone());
        }
        if let Some(old) = old {
            let gone = old.reference.clone();
            self.chat.retain(|shown| shown.id.to_string() != gone);
        }
        self.sent += 1;
        self.counts.messages += 1;
        if !tell.silent && self.quiet() {
            self.counts.sounds_in_quiet += 1;
        }
        self.chat.push(Shown {
            id: self.sent,
            notice: tell.notice,
            sent: self.now,
            sound: !tell.silent,
            edits: 0,
        });
        Ok(Receipt {
            notifier: "chat".to_owned(),
            reference: self.sent.to_string(),
            editable: self.editable,
        })
    }

    fn shown(&mut self, reference: &str) -> Option<&mut Shown> {
        self.chat
            .iter_mut()
            .find(|shown| shown.id.to_string() == reference)
    }

    fn quiet(&self) -> bool {
        self.quiet_at(self.now)
    }

    pub(crate) fn quiet_at(&self, at: Timestamp) -> bool {
        self.state.policy().is_quiet(at)
    }

    pub(crate) fn last(&self) -> &Notice {
        &self.chat.last().expect("a message").notice
    }

    pub(crate) fn has_session(&self) -> bool {
        self.state
            .session()
            .is_some_and(|session| session.expires_at > self.now)
    }

    /// The owner taps the link of the last message, and says yes.
    pub(crate) fn approve(&mut self) -> bool {
        let Some(handle) = self.open_link() else {
            return false;
        };
        self.counts.taps += 1;
        self.center.approved = Some(handle);
        true
    }

    /// The owner taps the link of the last message, and says no.
    pub(crate) fn refuse(&mut self) {
        self.center.refused = self.open_link();
    }

    fn open_link(&self) -> Option<String> {
        match &self.chat.last()?.notice {
            Notice::Ask { attempt, .. } if self.works(attempt.handle.danger_expose()) => {
                Some(attempt.handle.danger_expose().to_owned())
            }
            _ => None,
        }
    }

    pub(crate) fn press(&mut self, button: Button) {
        let number = match self.last() {
            Notice::Ask { request, .. }
            | Notice::Denied { request, .. }
            | Notice::Snoozed { request, .. }
            | Notice::NotMe { request, .. } => *request,
            _ => 0,
        };
        self.happen(What::Pressed(button, number));
    }

    /// Lets time pass, and wakes the machine whenever it asked for it.
    pub(crate) fn pass(&mut self, span: SignedDuration) {
        let until = self.now + span;
        let mut wakes = 0;
        while let Some(wake) = self.state.wake().filter(|wake| *wake <= until) {
            self.step_to(wake);
            self.happen(What::Woke);
            wakes += 1;
            assert!(
                wakes < 2_000_000,
                "it is woken for nothing: {:?}",
                self.state
            );
        }
        self.step_to(until);
    }

    fn step_to(&mut self, at: Timestamp) {
        let passed = at.duration_since(self.now);
        self.awake += passed.unsigned_abs();
        self.passed += passed;
        self.now = at;
    }

    /// The laptop sleeps: the wall clock goes on, the other one does not. The system wakes the
    /// machine when it is opened.
    pub(crate) fn suspend(&mut self, span: SignedDuration) {
        self.now += span;
        self.passed += span;
        self.happen(What::Woke);
    }

    /// Somebody sets the clock. Identity Center's own does not change, so its times move against it.
    pub(crate) fn set_clock(&mut self, by: SignedDuration) {
        self.now += by;
        if let Some((_, began, ends)) = &mut self.center.session {
            *began += by;
            *ends += by;
        }
        self.happen(What::Woke);
    }

    /// The process is killed and started again.
    pub(crate) fn restart(&mut self) {
        let policy = self.state.policy().clone();
        self.state = State::restored(reread(&self.disk), policy);
        self.happen(What::Woke);
    }
}

/// What comes back from a disk: only what is serialised.
pub(crate) fn reread(state: &State) -> State {
    let text = serde_json::to_string(state).expect("a state that can be written");
    serde_json::from_str(&text).expect("a state that can be read")
}
