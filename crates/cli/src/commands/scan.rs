//! `bedlock scan`: the detection engine on any tree, for people who know ripgrep. Changes nothing.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use bedlock_detect::Rule;
use bedlock_host::{Clock as _, Environment, HostError, Input, Interrupt, SystemClock};
use bedlock_model::{Fingerprint, FingerprintKey};

use crate::error::{self, CliError};
use crate::render;
use crate::scan::glob::Pattern;
use crate::scan::report::{Confidence, ScanReport};
use crate::scan::{Names, Options, Outcome, Scan as Search};
use crate::terminal::{self, Watch};
use crate::world::tool;

const EXAMPLES: &str = "\
Examples:
  bedlock scan                              the current folder, hidden files included
  bedlock scan ~ --exclude node_modules     another one, without some folders
  git diff | bedlock scan -                 what another program writes
  bedlock scan --format sarif > scan.sarif

Exit codes:
  0  nothing found
  1  secrets found
  2  something could not be searched, or not to its end; each is named
  3  failed
  64 wrong usage";

/// Find secrets in any files and folders
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Scan {
    /// Files and folders, or - for standard input [default: the current folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How the findings are written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Short for --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Leave out findings that are less sure than this
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = Confidence::Low)]
    confidence: Confidence,
    /// Report this rule only (repeat it for more)
    #[arg(long, value_name = "ID")]
    rule: Vec<String>,
    /// Do not report this rule (repeat it for more)
    #[arg(long, value_name = "ID")]
    not_rule: Vec<String>,
    /// Leave out files and folders, as a line of a .gitignore would (repeat it for more)
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Leave out larger files: a number of bytes, or one with K, M or G
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    max_size: Option<u64>,
    /// Follow symbolic links
    #[arg(long)]
    follow: bool,
    /// Report what a bedlock:allow comment lets pass
    #[arg(long)]
    no_allow: bool,
    /// How many threads search [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
}

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For a terminal; a line for each finding when it goes into a pipe
    Text,
    /// The published schema, see docs/schema/scan-1.json
    Json,
}

/// Reads `100`, `64K`, `2M`, `1G`.
fn bytes(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (&text[..text.len() - 1], 1 << 10),
        Some(b'm' | b'M') => (&text[..text.len() - 1], 1 << 20),
        Some(b'g' | b'G') => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1),
    };
    digits
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(unit))
        .ok_or_else(|| "a size is a number of bytes, or one with K, M or G".to_owned())
}

impl Scan {
    pub(crate) fn run(
        &self,
        environment: &Environment,
        interrupt: &Interrupt,
    ) -> Result<u8, CliError> {
        let format = if self.json { Format::Json } else { self.format };
        let options = self.options()?;
        let names = HostNames::new(environment);
        let watch = Watch::new(interrupt, environment, format != Format::Text);
        let search = Search::new(&options, &names, &watch);
        if self.paths.iter().any(|path| path == Path::new("-")) {
            search.stream("-", &mut Input::new(&watch))?;
        }
        search.run();
        let outcome = search.finish();
        watch.end();
        if outcome.interrupted {
            return Err(HostError::Interrupted.into());
        }
        let report = self.report(outcome);
        print(&report, format, environment)?;
        Ok(exit_code(&report))
    }

    fn options(&self) -> Result<Options, CliError> {
        for id in self.rule.iter().chain(&self.not_rule) {
            if bedlock_detect::rule(id).is_none() {
                return Err(CliError::usage(
                    format!("there is no rule {id}"),
                    "bedlock scan --list-rules",
                ));
            }
        }
        let paths = if self.paths.is_empty() {
            vec![(PathBuf::from("."), PathBuf::new())]
        } else {
            let named = self.paths.iter().filter(|path| *path != Path::new("-"));
            named.map(|path| (path.clone(), path.clone())).collect()
        };
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Ok(Options {
            paths,
            threads: self.threads.map_or(cores.min(16), usize::from),
            max_size: self.max_size,
            comments: !self.no_allow,
            follow: self.follow,
            exclude: self
                .exclude
                .iter()
                .filter_map(|glob| Pattern::parse(glob.as_bytes()))
                .collect(),
            confidence: self.confidence,
            only: self.rule.clone(),
            not: self.not_rule.clone(),
        })
    }

    fn report(&self, outcome: Outcome) -> ScanReport {
        let now = SystemClock.now();
        let now = jiff::Timestamp::from_second(now.as_second()).unwrap_or(now);
        let paths = if self.paths.is_empty() {
            vec![".".to_owned()]
        } else {
            let shown = |path: &PathBuf| path.to_string_lossy().into_owned();
            self.paths.iter().map(shown).collect()
        };
        ScanReport {
            schema_version: ScanReport::SCHEMA_VERSION,
            tool: tool(),
            created: now.to_string(),
            paths,
            complete: outcome.unreadable.is_empty(),
            files: outcome.files,
            binary: outcome.binary,
            archives: outcome.archives,
            bytes: outcome.bytes,
            excluded: outcome.excluded,
            links: outcome.links,
            unreadable: outcome.unreadable,
            skipped: outcome.skipped,
            left_out: outcome.left_out,
            findings: outcome.findings,
        }
    }
}

fn print(report: &ScanReport, format: Format, environment: &Environment) -> Result<(), CliError> {
    let look = terminal::look(environment);
    match format {
        Format::Text if environment.stdout_is_terminal => {
            terminal::print(&render::scan::grouped(report, look))
        }
        Format::Text => {
            terminal::print(&render::scan::lines(report))?;
            let plain = render::Look {
                color: false,
                ..look
            };
            terminal::note(render::scan::summary(report, plain).trim_end());
            Ok(())
        }
        Format::Json => terminal::print(&render::json::document(report, true)?),
    }
}

/// The exit code that a report stands for.
fn exit_code(report: &ScanReport) -> u8 {
    match (report.complete, report.findings.is_empty()) {
        (false, _) => error::INCOMPLETE,
        (true, false) => error::FINDINGS,
        (true, true) => error::CLEAN,
    }
}

/// Names by the key of this host, which is read when the first secret is found.
struct HostNames<'e> {
    environment: &'e Environment,
    key: OnceLock<Option<FingerprintKey>>,
}

impl<'e> HostNames<'e> {
    fn new(environment: &'e Environment) -> Self {
        Self {
            environment,
            key: OnceLock::new(),
        }
    }

    fn key(&self) -> Option<&FingerprintKey> {
        let read = || match bedlock_host::host_key(&self.environment.state_folder()) {
            Ok(key) => Some(key),
            Err(error) => {
                terminal::note(&format!(
                    "note: failed to {error}; fingerprints of this run are of this run only"
                ));
                bedlock_host::temporary_key().ok()
            }
        };
        self.key.get_or_init(read).as_ref()
    }
}

impl Names for HostNames<'_> {
    fn name(&self, _: &'static Rule, _: &str, value: &[u8]) -> (Fingerprint, bool) {
        let key = self.key();
        // Without random numbers there is no key; then nothing may be said of the value at all.
        let fingerprint = match key {
            Some(key) => key.fingerprint(value),
            None => FingerprintKey::new([0; 32]).fingerprint(b""),
        };
        (fingerprint, false)
    }
}
