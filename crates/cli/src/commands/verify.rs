//! `bedlock verify`: proves the invariants that need no network, for a person, for CI, for cron.

use std::path::PathBuf;

use bedlock_audit::verify;
use bedlock_model::{Posture, Verdict};

use crate::error::{self, CliError};
use crate::render;
use crate::terminal;
use crate::world::{Where, World};

const EXAMPLES: &str = "\
Examples:
  bedlock verify                      this host
  bedlock verify --format json        for a program
  bedlock verify && echo keyless      for cron: exit code 0 only when all hold

Exit codes:
  0  all invariants hold
  1  one does not
  2  one could not be decided, because a place could not be read
  3  failed
  64 wrong usage";

/// Prove that the host is keyless: no key, one model route, a time limit
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) at: Where,
    /// How the posture is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Short for --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Write it to a file (mode 0600) instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Do not look at the environment of running agents
    #[arg(long)]
    no_processes: bool,
}

/// How a posture is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For a terminal
    Text,
    /// The published schema, see docs/schema/posture-1.json
    Json,
    /// For an issue or a chat
    Markdown,
    /// One self-contained page
    Html,
}

impl Verify {
    pub(crate) fn quiet(&self) -> bool {
        self.format != Format::Text || self.json
    }

    pub(crate) fn run(&self, world: &World) -> Result<u8, CliError> {
        world.recover_if_possible()?;
        let seen = world.look(!self.no_processes)?;
        let posture = verify(&seen.snapshot, &seen.inspection, &seen.around);
        let format = if self.json { Format::Json } else { self.format };
        let text = match format {
            Format::Text => {
                let mut look = terminal::look(&world.environment);
                look.color &= self.output.is_none();
                render::text::posture(&posture, look)
            }
            Format::Json => render::json::document(&posture, true)?,
            Format::Markdown => render::markdown::posture(&posture),
            Format::Html => render::html::posture(&posture),
        };
        match &self.output {
            Some(path) => bedlock_host::write_output(path, text.as_bytes())?,
            None => terminal::print(&text)?,
        }
        Ok(exit_code(&posture))
    }
}

/// The exit code that a posture stands for: what fails is known, so it wins here.
fn exit_code(posture: &Posture) -> u8 {
    match posture.verdict() {
        Verdict::Pass => error::CLEAN,
        Verdict::Fail => error::FINDINGS,
        Verdict::Unknown => error::INCOMPLETE,
    }
}
