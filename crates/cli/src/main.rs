//! The `bedlock` binary: reads the command line, runs one command, turns its outcome into an exit code.

mod agent;
mod commands;
mod error;
mod render;
mod scan;
mod session;
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
#[command(
    name = "bedlock",
    version,
    max_term_width = 100,
    propagate_version = false
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Audit(commands::audit::Audit),
    Harden(Box<commands::harden::Harden>),
    Undo(commands::undo::Undo),
    Verify(commands::verify::Verify),
    Scan(commands::scan::Scan),
    Daemon(commands::daemon::Daemon),
    Notify(commands::notify::Notify),
    Service(commands::service::Service),
    Sandbox(commands::sandbox::SandboxCommand),
    Login(commands::login::Login),
    Logout(commands::logout::Logout),
    Status(commands::status::Status),
    Creds(commands::creds::Creds),
    Demo(commands::demo::Demo),
    #[command(hide = true)]
    Docs(commands::docs::Docs),
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
    match command {
        Command::Audit(audit) => audit.run(&World::open(
            environment,
            interrupt.clone(),
            &audit.at,
            audit.quiet(),
        )?),
        Command::Harden(harden) => harden.run(&World::open(
            environment,
            interrupt.clone(),
            &harden.at,
            harden.quiet(),
        )?),
        Command::Undo(undo) => undo.run(&World::open(
            environment,
            interrupt.clone(),
            &undo.at,
            undo.quiet(),
        )?),
        Command::Scan(scan) => scan.run(&environment, interrupt),
        Command::Daemon(daemon) => daemon.run(&environment),
        Command::Notify(notify) => notify.run(&environment),
        Command::Service(service) => service.run(&environment),
        Command::Sandbox(sandbox) => sandbox.run(&environment, interrupt),
        Command::Demo(demo) => demo.run(environment, interrupt.clone()),
        Command::Login(login) => login.run(&environment, interrupt),
        Command::Logout(logout) => logout.run(&environment, interrupt),
        Command::Status(status) => status.run(&environment, interrupt),
        Command::Creds(creds) => creds.run(&environment, interrupt),
        Command::Docs(docs) => docs.run(),
        Command::Verify(verify) => verify.run(&World::open(
            environment,
            interrupt.clone(),
            &verify.at,
            verify.quiet(),
        )?),
    }
}

fn report(error: &CliError, signal: Option<u8>) -> ExitCode {
    terminal::note(&format!("error: {error}"));
    if let Some(next) = error.next() {
        terminal::note(&format!("  next: {next}"));
    }
    error.exit_code(signal)
}
