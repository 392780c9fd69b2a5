//! `bedlock notify test`: sends a message by every way that is set up, and says which ones work.

use std::path::PathBuf;

use bedlock_host::{Clock as _, Environment, SystemClock};
use bedlock_http::{Client, Settings};
use bedlock_watch::notify::{NotifyError, trial};
use serde_json::json;

use crate::commands::daemon;
use crate::error::{self, CliError};
use crate::settings as own;
use crate::terminal;

const EXAMPLES: &str = "\
Examples:
  bedlock notify test                  every notifier of bedlock.toml, each by itself
  bedlock notify test --json           for a program

Exit codes:
  0  every notifier took the message
  1  one did not; the others stand in for it
  3  none did
  64 wrong usage";

/// Prove the ways to the owner
#[derive(Debug, clap::Args)]
pub(crate) struct Notify {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Test(Test),
}

/// Send a test message by every notifier that is set up, and say which ones took it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
struct Test {
    /// Profile in ~/.aws/config [default: daemon.profile of bedlock.toml, else AWS_PROFILE]
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Settings file [default: ~/.config/bedlock/bedlock.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Server of Telegram's Bot API, when it is one of your own
    #[arg(long, value_name = "URL")]
    api_root: Option<String>,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

impl Notify {
    pub(crate) fn run(self, environment: &Environment) -> Result<u8, CliError> {
        let What::Test(test) = self.what;
        test.run(environment)
    }
}

impl Test {
    fn run(self, environment: &Environment) -> Result<u8, CliError> {
        let tables = own::watch(environment, self.config.as_deref())?;
        let named = self.profile.as_deref().or(tables.daemon.profile.as_deref());
        let profile = daemon::profile(environment, named)?;
        let about = daemon::about(environment, &profile, &tables.daemon)?;
        let http = Client::new(Settings::from_environment(environment));
        let api_root = self.api_root.as_deref();
        let ways = tables.notify.ways(environment, &http, api_root)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let letter = trial(&about, SystemClock.now());
        let outcomes = runtime.block_on(ways.desk.try_all(&letter));
        runtime.shutdown_background();
        if outcomes.is_empty() {
            return Err(CliError::refused(
                "no notifier is set up",
                "write a table [notify.telegram] into bedlock.toml",
            ));
        }
        self.show(&outcomes)?;
        let working = outcomes
            .iter()
            .filter(|(_, outcome)| outcome.is_ok())
            .count();
        Ok(match working {
            0 => error::FAILED,
            all if all == outcomes.len() => error::CLEAN,
            _ => error::FINDINGS,
        })
    }

    fn show(&self, outcomes: &[(&str, Result<(), NotifyError>)]) -> Result<(), CliError> {
        let error = |outcome: &Result<(), NotifyError>| match outcome {
            Ok(()) => None,
            Err(error) => Some(error.to_string()),
        };
        if self.json {
            let all: Vec<_> = outcomes
                .iter()
                .map(|(name, outcome)| {
                    json!({ "notifier": name, "ok": outcome.is_ok(), "error": error(outcome) })
                })
                .collect();
            let text = serde_json::to_string_pretty(&json!({ "notifiers": all }))?;
            return terminal::print(&format!("{text}\n"));
        }
        let mut text = String::new();
        for (name, outcome) in outcomes {
            text.push_str(&match error(outcome) {
                None => format!("{name:10} took the message\n"),
                Some(error) => format!("{name:10} failed: {error}\n"),
            });
        }
        if let Some((first, _)) = outcomes.iter().find(|(_, outcome)| outcome.is_ok()) {
            text.push_str(&format!("The daemon will use {first}.\n"));
        }
        terminal::print(&text)
    }
}
