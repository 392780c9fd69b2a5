//! Measures bedlock next to its peers, in the same run on the same files, and prints Markdown tables.
//!
//! One file per benchmark; [`corpus`] makes what they read.
//!
//! **Invariant:** nothing here is a test: no run fails because it was slow.

mod audit;
mod clock;
mod corpus;
mod creds;
mod detect;
mod engine;
mod gaps;
mod measure;
mod night;
mod recall;
mod scanners;

pub(crate) use engine::{EngineTask, run as engine};
pub(crate) use measure::measure;

use crate::error::Error;

/// What to measure.
#[derive(clap::Subcommand)]
pub(crate) enum Subject {
    /// `bedlock audit` next to `rg -F`, on a small home and on one with 1 GB of transcripts.
    Audit {
        /// How often each program runs on each home.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
        /// Size of the large home's transcripts, in MB.
        #[arg(long, default_value_t = 1000)]
        megabytes: u64,
    },
    /// `bedlock creds` with cached credentials next to boto3 and `true`, as whole processes.
    Creds {
        /// How often each program runs.
        #[arg(long, default_value_t = 50)]
        rounds: usize,
    },
    /// A month of an always-on agent on a simulated clock: taps, messages, minutes without a session.
    Night,
    /// The detection engine next to other scanners: speed, memory, recall, false alarms.
    Detect(detect::Arguments),
}

/// Measures and prints the table.
///
/// # Errors
/// [`Error::Missing`] without ripgrep, [`Error::Check`] when a program did not do its work.
pub(crate) fn run(subject: &Subject) -> Result<(), Error> {
    match subject {
        Subject::Audit { rounds, megabytes } => audit::run(*rounds, *megabytes),
        Subject::Creds { rounds } => creds::run(*rounds),
        Subject::Night => night::run(),
        Subject::Detect(arguments) => detect::run(arguments),
    }
}
