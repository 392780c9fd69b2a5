//! A month of an always-on agent, simulated: prints the table of docs/RESULTS.md.
//!
//! **Invariant:** the simulation is an example of the crate `watch`, on the clock of its tests; this
//! only runs it.

use crate::error::Error;
use crate::process::{cargo, run as run_program};

/// Runs it.
///
/// # Errors
/// [`Error`] when it cannot be built.
pub(crate) fn run() -> Result<(), Error> {
    let mut command = cargo();
    command.args(["run", "-q", "-p", "bedlock-watch", "--example", "night"]);
    run_program(&mut command)
}
