//! The `bedlock` binary: reads the command line, runs one command, turns its outcome into an exit code.

mod agent;
mod commands;
mod error;
mod render;
mod settings;
mod terminal;
mod world;

use std::process::ExitCode;

use bedlock_host::{Environment, Interrupt};
use clap::{Parser, Subcommand};

use crate::error::CliError;
use crate::world::World;

/// Makes an AI-agent host keyless: no API key on disk, in the environment or in a prompt
#[derive(Debug, Parser)]
#[command(name = "bedlock", version, max_term_width = 100, propagate_version = false)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Audit(commands::audit::Audit),
    Harden(commands::harden::Harden),
    Undo(commands::undo::Undo),
    Verify(commands::verify::Verify),
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let wanted = matches!(
                error.kind(),
                clap::error::ErrorKind::DisplayHelp | clap::error::ErrorKind::DisplayVersion
            );
            // When the terminal is gone there is nobody to tell.
            let _ = error.print();
            return ExitCode::from(if wanted { error::CLEAN } else { error::USAGE });
        }
    };
    let interrupt = match Interrupt::install() {
        Ok(interrupt) => interrupt,
        Err(error) => return report(&CliError::Host(error), None),
    };
    match run(arguments.command, &interrupt) {
        Ok(code) => ExitCode::from(code),
        Err(error) => report(&error, interrupt.received()),
    }
}

fn run(command: Command, interrupt: &Interrupt) -> Result<u8, CliError> {
    let environment = Environment::read()?;
    let open = |at: &world::Where, quiet| World::open(environment, interrupt.clone(), at, quiet);
    match command {
        Command::Audit(audit) => audit.run(&open(&audit.at, audit.quiet())?),
        Command::Harden(harden) => harden.run(&open(&harden.at, harden.quiet())?),
        Command::Undo(undo) => undo.run(&open(&undo.at, undo.quiet())?),
        Command::Verify(verify) => verify.run(&open(&verify.at, verify.quiet())?),
    }
}

fn report(error: &CliError, signal: Option<u8>) -> ExitCode {
    terminal::note(&format!("error: {error}"));
    if let Some(next) = error.next() {
        terminal::note(&format!("  next: {next}"));
    }
    error.exit_code(signal)
}
