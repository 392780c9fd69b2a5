//! The state machine: keeps a session fresh, and asks a person when only a person can go on.
//!
//! `react` is called by `daemon` for every event, by the tests, and by the simulation of a month.
//! `apply` takes in what happened; `decide` looks at the whole and wants things done. All waiting is
//! a time that [`State::wake`] tells.
//!
//! **Invariant:** no clock, no input, no output: the same state and event give the same answer.

mod apply;
mod decide;
mod event;
mod policy;
mod state;

pub use event::{
    Attempt, Button, Effect, Event, Handle, Notice, Now, Poll, Reason, Receipt, Refusal, Session,
    Tell, Untold, What,
};
pub use policy::{Policy, Quiet};
pub use state::{Phase, State};

/// What an event makes of a state, and what is to be done about it, in this order.
#[must_use]
pub fn react(state: &State, event: Event) -> (State, Vec<Effect>) {
    let mut next = state.clone();
    let now = event.at.wall;
    apply::clock(&mut next, event.at);
    let mut effects = apply::event(&mut next, event.what, now);
    effects.extend(decide::decide(&mut next, now));
    if next.keeps_other_than(state) {
        effects.insert(0, Effect::Save);
    }
    (next, effects)
}
