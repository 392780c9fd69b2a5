//! Everything that bedlock shows: reports, postures, plans and receipts, one file per format.
//!
//! Called by the commands, which know the arguments, the terminal and `NO_COLOR`, and pass
//! them in as [`Look`] and [`Detail`].
//!
//! **Invariant:** no output, no environment, no clock: a value goes in and a string comes out,
//! so every screen can be pinned by a snapshot. Text from the host reaches a terminal only
//! through [`screen::Screen`], which neutralises control characters.

pub(crate) mod diff;
mod excerpt;
pub(crate) mod html;
pub(crate) mod json;
mod look;
pub(crate) mod markdown;
mod outcome;
mod overview;
pub(crate) mod plan;
mod printable;
pub(crate) mod rules;
pub(crate) mod sarif;
pub(crate) mod scan;
mod screen;
pub(crate) mod text;
mod words;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod snapshots;

pub(crate) use look::Look;
pub(crate) use printable::printable;
pub(crate) use text::scoreboard::Score;
pub(crate) use words::{plural, size};

/// What a report shows beyond its first screen.
#[derive(Clone, Debug)]
pub(crate) struct Detail {
    /// Every place of every secret, instead of "and 41 more places in this file".
    pub(crate) all: bool,
    /// The command that continues from here, as it has to be typed: `bedlock harden --home DIR`.
    pub(crate) next: String,
}
