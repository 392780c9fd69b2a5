//! What the benchmarks read: made once below `target/bench`, the same bytes for the same arguments.
//!
//! **Invariant:** no network, no clock, and no credential that was ever issued: secrets are drawn
//! with dice, and the text between them is what lies on this machine.

mod contexts;
mod home;
pub(crate) mod homes;
mod ids;
mod kinds;
mod negatives;
mod planted;
mod plants;
mod text;
mod transcripts;

pub(crate) use contexts::CONTEXTS;
pub(crate) use home::small_agent_home;
pub(crate) use planted::{Corpus, Truth, dense, large, prompt};
pub(crate) use text::Pool;
