//! Keeps the session alive: the daemon's state machine, and the notifiers that reach its owner.
//!
//! Used by `cli` for `bedlock daemon` and `bedlock notify test`.
//!
//! **Invariant:** no AWS secret: a sign-in is begun, polled and renewed by whoever implements
//! [`Keeper`], and what comes back has no token in it.

pub mod client;
pub mod daemon;
mod error;
mod keeper;
mod machine;
mod memory;
pub mod notify;
pub mod service;
pub mod settings;
pub mod socket;
mod time;

pub use error::WatchError;
pub use keeper::{CenterKeeper, Keeper, Open};
pub use machine::{
    Attempt, Button, Effect, Event, Handle, Notice, Now, Phase, Policy, Poll, Quiet, Reason,
    Receipt, Refusal, Session, State, Tell, Untold, What, react,
};
pub use memory::{FileMemory, Memory};
pub use time::{MachineTime, Time};
