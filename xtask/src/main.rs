//! Developer commands, run as `cargo xtask COMMAND`.
//!
//! `cargo xtask test` is what CI runs. Every other command is one of its steps, or makes something
//! that the repository holds (documentation, benchmark tables).
//!
//! **Invariant:** whatever these commands install goes below `target/`; only Debian packages go
//! elsewhere, and only when root asks for them by running a command that needs them.

mod bench;
mod deny;
mod docs;
mod error;
mod fuzz;
mod peers;
mod process;
mod tests_run;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::error::Error;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Developer commands of bedlock")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check formatting, lints, tests, documentation and dependencies, then the real peers.
    Test {
        /// Leave out the real peers and fuzzing.
        #[arg(long)]
        fast: bool,
    },
    /// Install the real programs that the peer tests talk to, below target/peers.
    Peers,
    /// Run the tests that talk to real programs: OpenClaw, the AWS SDKs and CLIs, Chromium.
    PeerTests,
    /// Fuzz each target for a while, two at a time.
    Fuzz(fuzz::Arguments),
    /// Measure bedlock next to a peer and print a Markdown table.
    Bench {
        #[command(subcommand)]
        what: bench::Subject,
    },
    /// Write the generated documentation, or check that it is up to date.
    Docs(docs::Arguments),
    /// Check licences, duplicate versions, banned crates and sources against deny.toml.
    Deny,
    /// Run one program and print what it used as JSON; `bench` calls this.
    #[command(hide = true)]
    Measure {
        /// The program and its arguments.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        command: Vec<String>,
    },
    /// Run the engine in this process; `bench detect` calls this.
    #[command(hide = true)]
    Engine {
        #[command(subcommand)]
        task: bench::EngineTask,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if !matches!(error, Error::Steps { .. }) {
                process::note(&format!("error: {error}"));
            }
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::Test { fast } => tests_run::everything(fast),
        Command::Peers => peers::install().map(|_| ()),
        Command::PeerTests => tests_run::peers_only(),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::Bench { what } => bench::run(&what),
        Command::Docs(arguments) => docs::run(&arguments),
        Command::Deny => deny::run(),
        Command::Measure { command } => bench::measure(&command),
        Command::Engine { task } => bench::engine(&task),
    }
}
