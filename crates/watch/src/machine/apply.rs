//! Takes in what happened.
//!
//! Called by `react`, before `decide`.
//!
//! **Invariant:** wants nothing but that waiting requests go on; every other decision is `decide`'s.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::event::{
    Attempt, Button, Effect, Notice, Now, Poll, Receipt, Refusal, Session, Tell, Untold, What,
};
use super::policy::{earlier, later};
use super::state::{Known, Message, Pause, Retry, State};

/// How far the two clocks may drift apart between two events before it counts as a jump.
const JUMP: SignedDuration = SignedDuration::from_secs(30);
/// No link lives longer; what says so was computed before the clock was set back.
const LONGEST_LINK: Duration = Duration::from_secs(15 * 60);
/// How long nobody is asked after a "no" on the page.
const AFTER_NO: Duration = Duration::from_secs(3600);
/// How long nobody is asked after "that was not me".
const AFTER_NOT_ME: Duration = Duration::from_secs(24 * 3600);
/// How long a sign-in that cannot be started is left alone.
const AFTER_BROKEN: Duration = Duration::from_secs(3600);
/// A renewed token is not renewed again before that, whatever it says of its own end.
const AFTER_RENEWAL: Duration = Duration::from_secs(30);

/// Notes the time, and what a jump of it makes worthless.
pub(super) fn clock(state: &mut State, now: Now) {
    let before = state.clock.replace(now);
    let jumped = before.is_none_or(|before| {
        let wall = now.wall.duration_since(before.wall);
        let awake = now.awake.saturating_sub(before.awake);
        let awake = SignedDuration::try_from(awake).unwrap_or(SignedDuration::MAX);
        wall.saturating_sub(awake).abs() > JUMP
    });
    if !jumped {
        return;
    }
    // The laptop slept, or the clock was set: what is on disk may have changed, waiting for a moment
    // of the old clock makes no sense, and the network may be another one.
    state.busy.look_again = true;
    state.renewal = Retry::default();
    state.begin = Retry::default();
    let wall = now.wall;
    if let Some(pause) = &mut state.pause {
        pause.until = pause.until.min(later(wall, pause.length));
    }
    if let Some(message) = &mut state.message {
        message.retry = Retry::default();
    }
    if let Some(request) = &mut state.request {
        request.next_poll = request.next_poll.map(|_| wall);
        request.told_at = request.told_at.map(|told| told.min(wall));
        request.old_link_until = request.told_at.map(|_| later(wall, LONGEST_LINK));
        if let Some(attempt) = &mut request.attempt {
            attempt.expires_at = attempt.expires_at.min(later(wall, LONGEST_LINK));
        }
    }
}

/// Takes in one event.
pub(super) fn event(state: &mut State, what: What, now: Timestamp) -> Vec<Effect> {
    match what {
        What::Woke => {}
        What::Changed => state.busy.look_again = true,
        What::Observed(session) => {
            state.busy.looking = false;
            return observed(state, session, now);
        }
        What::Renewed(answer) => {
            state.busy.renewing = false;
            return renewed(state, answer, now);
        }
        What::Begun(answer) => {
            state.busy.beginning = false;
            begun(state, answer, now);
        }
        What::Polled(poll) => {
            state.busy.polling = false;
            return polled(state, poll, now);
        }
        What::Told(answer) => {
            if let Some(told) = state.busy.telling.take() {
                self::told(state, told, answer, now);
            }
        }
        What::Pressed(button, request) => pressed(state, button, request, now),
        What::Held(held) => state.held = held,
    }
    Vec::new()
}

fn observed(state: &mut State, session: Option<Session>, now: Timestamp) -> Vec<Effect> {
    let Some(session) = session else {
        state.session = Known::None;
        return Vec::new();
    };
    let signed_in = state.request.as_ref().is_some_and(|request| {
        let another = request.key.as_ref() != Some(&session.key);
        // Nobody can renew a session that is over, so a later end is a new sign-in.
        let revived = state.over == request.key
            && request
                .ended
                .is_some_and(|ended| session.expires_at > ended);
        session.expires_at > now && (another || revived)
    });
    if signed_in {
        return granted(state, session, now);
    }
    take(state, session, now)
}

/// Makes a session the present one.
fn take(state: &mut State, session: Session, now: Timestamp) -> Vec<Effect> {
    let before = state.session().cloned();
    let was_good = before.as_ref().is_some_and(|old| old.expires_at > now);
    let is_good = session.expires_at > now;
    let longer = before
        .as_ref()
        .is_some_and(|old| old.key == session.key && session.expires_at > old.expires_at);
    if longer || state.over.as_ref() != Some(&session.key) {
        state.over = None;
    }
    let moved = before.is_some_and(|old| old.key == session.key && old.ends != session.ends);
    if moved && is_good && state.over.is_none() && !asks_now(state, &session, now) {
        // The estimate was too short, and the session goes on.
        withdraw(state);
    }
    state.session = Known::Some(session);
    if is_good {
        state.pause = state.pause.filter(|_| was_good);
    }
    if is_good && !was_good {
        resume(state)
    } else {
        Vec::new()
    }
}

fn asks_now(state: &State, session: &Session, now: Timestamp) -> bool {
    let at = session
        .ends
        .and_then(|ends| state.policy.ask_at(session.began, ends));
    at.is_some_and(|at| at <= now)
}

fn withdraw(state: &mut State) {
    if state.request.take().is_some()
        && let Some(message) = &mut state.message
    {
        message.wanted = Notice::NotNeeded;
    }
}

/// Somebody signed in.
fn granted(state: &mut State, session: Session, now: Timestamp) -> Vec<Effect> {
    state.request = None;
    state.pause = None;
    state.over = None;
    state.begin.succeeded();
    state.renewal.succeeded();
    if let Some(message) = &mut state.message {
        message.wanted = Notice::SignedIn {
            until: session.ends.unwrap_or(session.expires_at),
            resumed: state.held,
        };
        message.afresh = false;
    }
    let good = session.expires_at > now;
    state.session = Known::Some(session);
    if good { resume(state) } else { Vec::new() }
}

fn resume(state: &mut State) -> Vec<Effect> {
    match std::mem::take(&mut state.held) {
        0 => Vec::new(),
        held => vec![Effect::Resume(held)],
    }
}

fn renewed(state: &mut State, answer: Result<Session, Refusal>, now: Timestamp) -> Vec<Effect> {
    match answer {
        Ok(session) => {
            state.renewal = Retry {
                failures: 0,
                not_before: Some(later(now, AFTER_RENEWAL)),
            };
            return observed(state, Some(session), now);
        }
        // What is broken is repaired by signing in, which makes everything anew.
        Err(Refusal::Over | Refusal::Broken(_)) => {
            state.over = state.session().map(|session| session.key.clone());
        }
        Err(Refusal::Unreachable) => state.renewal.failed(now, Duration::ZERO),
        Err(Refusal::Busy(wait)) => state.renewal.failed(now, wait),
    }
    Vec::new()
}

fn begun(state: &mut State, answer: Result<Attempt, Refusal>, now: Timestamp) {
    match answer {
        Ok(attempt) => {
            state.begin.succeeded();
            if let Some(request) = &mut state.request {
                request.link = request.link.saturating_add(1);
                request.next_poll = Some(later(now, attempt.interval));
                request.attempt = Some(attempt);
            }
        }
        Err(Refusal::Unreachable) => state.begin.failed(now, Duration::ZERO),
        Err(Refusal::Busy(wait)) => state.begin.failed(now, wait),
        Err(Refusal::Over) => state.begin.failed(now, AFTER_BROKEN),
        Err(Refusal::Broken(why)) => {
            state.begin.failed(now, AFTER_BROKEN);
            want(state, Notice::Broken(why));
        }
    }
}

/// Makes the one message say something else.
pub(super) fn want(state: &mut State, notice: Notice) {
    match &mut state.message {
        Some(message) => message.wanted = notice,
        None => state.message = Some(Message::wanting(notice)),
    }
}

fn polled(state: &mut State, poll: Poll, now: Timestamp) -> Vec<Effect> {
    if let Poll::Granted(session) = poll {
        return granted(state, session, now);
    }
    let asked_at = state.request.as_ref().and_then(|request| request.told_at);
    let Some(request) = &mut state.request else {
        return Vec::new();
    };
    let Some(attempt) = &mut request.attempt else {
        return Vec::new();
    };
    match poll {
        Poll::Denied => pause(
            state,
            AFTER_NO,
            |until, request| Notice::Denied { until, request },
            now,
        ),
        Poll::Expired => attempt.expires_at = attempt.expires_at.min(now),
        Poll::SlowDown => {
            attempt.interval = attempt.interval.saturating_add(Duration::from_secs(5));
            request.next_poll = Some(later(now, attempt.interval));
        }
        Poll::Pending | Poll::Unreachable | Poll::Granted(_) => {
            request.next_poll = Some(next_poll(attempt, asked_at, now));
        }
    }
    Vec::new()
}

/// Who is at the telephone taps within minutes; for everybody else a quarter of a minute is as good.
/// The last question comes right before the link runs out, because a tap after the last question
/// would be lost.
fn next_poll(attempt: &Attempt, asked_at: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let fresh = asked_at.is_some_and(|at| later(at, Duration::from_secs(180)) > now);
    let pace = Duration::from_secs(if fresh { 1 } else { 15 });
    let usual = later(now, attempt.interval.max(pace));
    let soonest = later(now, attempt.interval);
    let last = earlier(attempt.expires_at, Duration::from_secs(1));
    if usual > last && soonest < attempt.expires_at {
        return soonest.max(last);
    }
    usual
}

fn pause(
    state: &mut State,
    length: Duration,
    notice: impl FnOnce(Timestamp, u64) -> Notice,
    now: Timestamp,
) {
    let until = later(now, length);
    state.request = None;
    state.pause = Some(Pause { until, length });
    let request = state.requests;
    want(state, notice(until, request));
}

fn told(state: &mut State, told: Tell, answer: Result<Receipt, Untold>, now: Timestamp) {
    let Some(message) = &mut state.message else {
        return;
    };
    message.unsure = false;
    match answer {
        Ok(receipt) => {
            let edited = message.receipt.as_ref() == Some(&receipt);
            if !edited {
                message.silent = told.silent;
                if let Some(request) = &mut state.request {
                    request.told_at = Some(now);
                }
            }
            message.receipt = Some(receipt);
            message.afresh = false;
            message.shown = Some(told.notice);
            message.retry.succeeded();
        }
        Err(Untold::Failed(wait)) => message.retry.failed(now, wait.unwrap_or_default()),
        Err(Untold::Gone) => {
            message.receipt = None;
            message.shown = None;
            message.afresh = false;
        }
        Err(Untold::Unsure) => {
            message.unsure = true;
            message.shown = Some(told.notice);
            message.silent = told.silent;
            if let Some(request) = &mut state.request {
                request.told_at = Some(now);
            }
        }
    }
}

fn pressed(state: &mut State, button: Button, number: u64, now: Timestamp) {
    if number != state.requests {
        // A button of a message that is out of date.
        return;
    }
    match button {
        Button::Later if state.request.is_some() => {
            let length = state.policy.snooze;
            pause(
                state,
                length,
                |until, request| Notice::Snoozed { until, request },
                now,
            );
        }
        Button::NotMe if state.request.is_some() => {
            pause(
                state,
                AFTER_NOT_ME,
                |until, request| Notice::NotMe { until, request },
                now,
            );
        }
        Button::Again => state.pause = None,
        Button::Later | Button::NotMe => {}
    }
}
