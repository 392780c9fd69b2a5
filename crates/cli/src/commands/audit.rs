//! `bedlock audit`: every secret of the host, and who could see it. Changes nothing.

use std::path::{Path, PathBuf};

use bedlock_model::Report;

use crate::error::{self, CliError};
use crate::render::{self, Detail};
use crate::terminal;
use crate::world::{Where, World};

const EXAMPLES: &str = "\
Examples:
  bedlock audit                             this host, as text
  bedlock audit --all                       with every place of every secret
  bedlock audit --format html --output audit.html
  bedlock audit --format sarif > audit.sarif
  bedlock audit --home /srv/agent/home      another home folder
  bedlock audit --root /mnt/image           a mounted image

Exit codes:
  0  nothing found
  1  secrets found
  2  some place could not be looked at; each is named
  3  failed
  64 wrong usage";

/// Find every secret of the agent on this host, and say which model provider could see it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Audit {
    #[command(flatten)]
    pub(crate) at: Where,
    /// How the report is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write the report to a file (mode 0600) instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Short for --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Show every place of every secret
    #[arg(long)]
    all: bool,
    /// Do not look at the environment of running agents
    #[arg(long)]
    no_processes: bool,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For a terminal
    Text,
    /// The published schema, see docs/schema/report-1.json
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// For an issue or a chat
    Markdown,
    /// One self-contained page
    Html,
}

impl Audit {
    pub(crate) fn quiet(&self) -> bool {
        self.format != Format::Text || self.json
    }

    pub(crate) fn run(&self, world: &World) -> Result<u8, CliError> {
        world.recover_if_possible()?;
        let seen = world.look(!self.no_processes)?;
        let report = &seen.inspection.report;
        let format = if self.json { Format::Json } else { self.format };
        let text = self.text(world, report, format)?;
        match &self.output {
            Some(path) => bedlock_host::write_output(path, text.as_bytes())?,
            None => terminal::print(&text)?,
        }
        Ok(exit_code(report))
    }

    fn text(&self, world: &World, report: &Report, format: Format) -> Result<String, CliError> {
        Ok(match format {
            Format::Text => {
                let mut look = terminal::look(&world.environment);
                look.color &= self.output.is_none();
                let detail = Detail {
                    all: self.all,
                    next: world.command("harden"),
                };
                render::text::report(report, &detail, look)
            }
            Format::Json => render::json::document(report, true)?,
            Format::Sarif => render::sarif::report(report, true)?,
            Format::Markdown => render::markdown::report(report, self.all),
            Format::Html => render::html::report(report),
        })
    }
}

/// The exit code that a report stands for.
pub(crate) fn exit_code(report: &Report) -> u8 {
    match (report.complete, report.open().next().is_some()) {
        (false, _) => error::INCOMPLETE,
        (true, true) => error::FINDINGS,
        (true, false) => error::CLEAN,
    }
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/-._~+@%".contains(&b);
    if text.bytes().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

impl World {
    /// A command that goes on with the same host.
    pub(crate) fn command(&self, verb: &str) -> String {
        let mut text = format!("bedlock {verb}");
        if let Some(root) = &self.root {
            text.push_str(&format!(" --root {}", quoted(root)));
        }
        for folder in &self.also {
            text.push_str(&format!(" --also {}", quoted(folder)));
        }
        if !self.own {
            text.push_str(&format!(" --home {}", quoted(&self.home)));
        }
        text
    }
}
