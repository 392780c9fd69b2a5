//! Looks at the whole state and says what is to be done now, and when to look again.
//!
//! Called by `react`, after `apply`.
//!
//! **Invariant:** every rule either wants something, or waits for an answer, or names the time at
//! which it has to be asked again; so no state is left without a way on.

use std::time::Duration;

use jiff::Timestamp;

use super::event::{Effect, Notice, Reason, Tell};
use super::policy::{Policy, later};
use super::state::{Known, Message, Request, State};

/// One look at the state.
struct Turn {
    now: Timestamp,
    effects: Vec<Effect>,
    wake: Option<Timestamp>,
}

impl Turn {
    fn wake_at(&mut self, at: Timestamp) {
        self.wake = Some(self.wake.map_or(at, |before| before.min(at)));
    }
}

/// Decides.
pub(super) fn decide(state: &mut State, now: Timestamp) -> Vec<Effect> {
    let mut turn = Turn {
        now,
        effects: Vec::new(),
        wake: None,
    };
    look(state, &mut turn);
    if state.session != Known::Not {
        renew(state, &mut turn);
        request(state, &mut turn);
        attempt(state, &mut turn);
        message(state, &mut turn);
    }
    state.wake = turn.wake;
    turn.effects
}

fn look(state: &mut State, turn: &mut Turn) {
    if state.busy.look_again && !state.busy.looking {
        state.busy.look_again = false;
        state.busy.looking = true;
        turn.effects.push(Effect::Look);
    }
}

/// Renews the access token while that works without anybody.
fn renew(state: &mut State, turn: &mut Turn) {
    let Known::Some(session) = &state.session else {
        return;
    };
    let possible = state.over.as_ref() != Some(&session.key)
        && session
            .renewable_until
            .is_some_and(|until| until > turn.now);
    // What is being read may be newer than what is known.
    if !possible || state.busy.renewing || state.busy.looking {
        return;
    }
    let due = session.renew_at;
    let at = state.renewal.not_before.map_or(due, |at| at.max(due));
    if at > turn.now {
        turn.wake_at(at);
        return;
    }
    state.busy.renewing = true;
    turn.effects.push(Effect::Renew);
}

/// Says why a person is needed now, or when to ask again.
fn need(state: &State, turn: &mut Turn) -> Option<Reason> {
    let session = match &state.session {
        Known::Not => return None,
        Known::None => return Some(Reason::NoSession),
        Known::Some(session) => session,
    };
    let good = session.expires_at > turn.now;
    let refused = state.over.as_ref() == Some(&session.key);
    let renewable = !refused
        && session
            .renewable_until
            .is_some_and(|until| until > turn.now);
    if !renewable {
        if !good {
            return Some(Reason::Ended(session.expires_at));
        }
        turn.wake_at(session.expires_at);
        let early = state.policy.ask_at(session.began, session.expires_at)?;
        if refused || early <= turn.now {
            return Some(Reason::Refused(session.expires_at));
        }
        turn.wake_at(early);
        return None;
    }
    let ends = session.ends?;
    let at = state.policy.ask_at(session.began, ends)?;
    if at > turn.now {
        turn.wake_at(at);
        return None;
    }
    // An estimate that has passed while the session can be renewed was wrong.
    (ends > turn.now).then_some(Reason::EndsAbout(ends))
}

/// Opens a request when a person is needed, unless the person asked to be left alone.
fn request(state: &mut State, turn: &mut Turn) {
    if state.request.is_some() || state.busy.looking {
        return;
    }
    if need(state, turn).is_none() {
        return;
    }
    if let Some(pause) = state.pause {
        if pause.until > turn.now {
            turn.wake_at(pause.until);
            return;
        }
        state.pause = None;
        if let Some(message) = &mut state.message {
            message.afresh = true;
        }
    }
    let session = state.session();
    let request = Request {
        key: session.map(|session| session.key.clone()),
        ended: session.map(|session| session.expires_at),
        link: 0,
        attempt: None,
        next_poll: None,
        told_at: None,
        old_link_until: None,
    };
    state.requests = state.requests.saturating_add(1);
    state.request = Some(request);
}

/// Gets a link, renews it, and asks whether the person is done.
fn attempt(state: &mut State, turn: &mut Turn) {
    let Some(request) = &state.request else {
        return;
    };
    if state.busy.beginning || state.busy.polling {
        return;
    }
    if let Some(attempt) = request.attempt.clone()
        && attempt.expires_at > turn.now
    {
        turn.wake_at(attempt.expires_at);
        poll(state, turn);
        return;
    }
    let mut at = fresh_link_at(state, request, turn.now);
    if let Some(wait) = state.begin.waits(turn.now) {
        at = at.max(wait);
    }
    if at > turn.now {
        turn.wake_at(at);
        return;
    }
    state.busy.beginning = true;
    turn.effects.push(Effect::Begin);
}

/// When the next link is worth getting.
fn fresh_link_at(state: &State, request: &Request, now: Timestamp) -> Timestamp {
    let Some(message) = &state.message else {
        return now;
    };
    if let Some(wait) = message.retry.waits(now) {
        // Nobody can be told of it before that.
        return wait;
    }
    let Some(told) = request.told_at.filter(|_| !message.editable()) else {
        return now;
    };
    // A message that cannot be edited is repeated, ever more rarely, and never in quiet hours.
    let gap = match request.link {
        0 | 1 => 20,
        2 => 60,
        3 => 180,
        _ => 360,
    };
    let at = later(told, Duration::from_secs(gap * 60)).max(request.old_link_until.unwrap_or(now));
    let at = at.max(now);
    match &state.policy.quiet {
        Some(quiet) if quiet.contains(at) => quiet.ends(at),
        _ => at,
    }
}

fn poll(state: &mut State, turn: &mut Turn) {
    let (Some(request), Some(message)) = (&state.request, &state.message) else {
        return;
    };
    let Some(attempt) = request.attempt.clone() else {
        return;
    };
    if !message.shows(&attempt) {
        return;
    }
    match request.next_poll.filter(|at| *at > turn.now) {
        Some(at) => turn.wake_at(at),
        None => {
            state.busy.polling = true;
            turn.effects.push(Effect::Poll(attempt));
        }
    }
}

/// Makes the one message say what it should.
fn message(state: &mut State, turn: &mut Turn) {
    want_link(state, turn);
    let policy = state.policy.clone();
    let Some(message) = &mut state.message else {
        return;
    };
    if state.busy.telling.is_some() {
        return;
    }
    if message.shown.as_ref() == Some(&message.wanted) {
        if matches!(message.wanted, Notice::SignedIn { .. } | Notice::NotNeeded) {
            state.message = None;
            return;
        }
        if !sound_due(message, &policy, turn) {
            return;
        }
        message.afresh = true;
    }
    if let Some(at) = message.retry.waits(turn.now) {
        turn.wake_at(at);
        return;
    }
    if let Notice::Ask { attempt, .. } = &message.wanted
        && attempt.expires_at <= turn.now
    {
        // `attempt` is getting a link that works.
        return;
    }
    let tell = Tell {
        notice: message.wanted.clone(),
        replaces: message.receipt.clone(),
        afresh: message.afresh,
        silent: !message.wanted.wants_answer() || policy.is_quiet(turn.now),
    };
    // On disk before it is sent: whoever comes after a kill must not send it again.
    message.unsure = message.receipt.is_none() || message.afresh;
    state.busy.telling = Some(tell.clone());
    turn.effects.push(Effect::Tell(tell));
}

/// Puts the present link into the message.
fn want_link(state: &mut State, turn: &mut Turn) {
    let Some(request) = &state.request else {
        return;
    };
    let Some(attempt) = request.attempt.clone().filter(|a| a.expires_at > turn.now) else {
        return;
    };
    let wants = |message: &Message| matches!(&message.wanted, Notice::Ask { attempt: wanted, .. } if wanted.handle == attempt.handle);
    if state.message.as_ref().is_some_and(wants) {
        return;
    }
    let link = request.link;
    let mut ignored = Turn {
        now: turn.now,
        effects: Vec::new(),
        wake: None,
    };
    let reason = need(state, &mut ignored).unwrap_or(Reason::NoSession);
    let notice = Notice::Ask {
        request: state.requests,
        link,
        reason,
        attempt,
    };
    super::apply::want(state, notice);
}

/// Whether a message that came without a sound in the night has to make one now.
fn sound_due(message: &Message, policy: &Policy, turn: &mut Turn) -> bool {
    let Some(quiet) = &policy.quiet else {
        return false;
    };
    if !message.silent || !message.wanted.wants_answer() || !message.editable() {
        return false;
    }
    if quiet.contains(turn.now) {
        turn.wake_at(quiet.ends(turn.now));
        return false;
    }
    true
}

impl Notice {
    /// Whether the owner is asked for something.
    #[must_use]
    pub fn wants_answer(&self) -> bool {
        matches!(self, Self::Ask { .. } | Self::Broken(_))
    }
}
