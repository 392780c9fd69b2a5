//! `bedlock scan`: the detection engine on any tree, for people who know ripgrep.
//!
//! **Invariant:** changes no file that is searched. `--write-baseline` and `--output` write the one file
//! that they name.

use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use bedlock_detect::Redactor;
use bedlock_host::{
    Clock as _, EntryKind, Environment, HostError, Input, Interrupt, OpenFile, Output, SystemClock,
};
use bedlock_model::Progress as _;

use crate::error::{self, CliError};
use crate::render;
use crate::scan::content::{self, Kind};
use crate::scan::glob::Pattern;
use crate::scan::known::Known;
use crate::scan::names::Names;
use crate::scan::report::{Confidence, ScanReport};
use crate::scan::staged::Staged;
use crate::scan::{Options, Outcome, Scan as Search, Sequential};
use crate::terminal::{self, Watch};
use crate::world::tool;

/// The file of known secrets that is looked for.
const IGNORE_FILE: &str = ".bedlockignore";
/// A longer one is not read, in bytes.
const LONGEST_IGNORE_FILE: u64 = 64 << 20;

const EXAMPLES: &str = "\
Examples:
  bedlock scan                              the current folder, hidden files included
  bedlock scan ~ --exclude node_modules     another one, without some folders
  git diff | bedlock scan -                 what another program writes
  bedlock scan --format sarif > scan.sarif
  bedlock scan --staged                     what the next commit would have, as a pre-commit hook
  agent 2>&1 | bedlock scan --redact | tee log
  bedlock scan --write-baseline .bedlockignore

What stays out of the list:
  a secret with bedlock:allow or bedlock:allow[rule-id] in a comment on its line, or alone in
  one on the line before; a secret that .bedlockignore or --baseline has. Both are counted.

Exit codes:
  0  nothing found; with --redact: everything is written; with --write-baseline: it is written
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
    /// Write the findings to a file (mode 0600) instead of standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Leave out findings that are less sure than this
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = Confidence::Low)]
    confidence: Confidence,
    /// Report this rule only (repeat it for more)
    #[arg(long, value_name = "ID")]
    rule: Vec<String>,
    /// Do not report this rule (repeat it for more)
    #[arg(long, value_name = "ID")]
    not_rule: Vec<String>,
    /// List the rules and do nothing else
    #[arg(long)]
    list_rules: bool,
    /// Leave out files and folders, as a line of a .gitignore would (repeat it for more)
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Leave out what git ignores, and .git itself
    #[arg(long)]
    gitignore: bool,
    /// Leave out larger files: a number of bytes, or one with K, M or G
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    max_size: Option<u64>,
    /// Follow symbolic links
    #[arg(long)]
    follow: bool,
    /// Do not report the secrets that this file has
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write what is found now to a file for --baseline, or to .bedlockignore
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "output", "json", "format"])]
    write_baseline: Option<PathBuf>,
    /// Report what bedlock:allow comments and .bedlockignore leave out
    #[arg(long)]
    no_ignore: bool,
    /// Search what git has staged instead of files
    #[arg(long, conflicts_with_all = ["paths", "follow", "gitignore", "max_size"])]
    staged: bool,
    /// Copy a file or standard input to standard output, with REDACTED- and a fingerprint for each secret
    #[arg(long, conflicts_with_all = ["staged", "format", "json", "output", "baseline", "write_baseline", "no_ignore", "exclude", "gitignore", "max_size", "follow", "threads"])]
    redact: bool,
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
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// For an issue or a chat
    Markdown,
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
        if self.list_rules {
            return list_rules(format, environment);
        }
        let options = self.options()?;
        if self.redact {
            return self.redact(&options, environment, interrupt);
        }
        let staged = self.staged.then(|| Staged::ask(environment)).transpose()?;
        let names = self.names(environment, staged.as_ref())?;
        let watch = Watch::new(interrupt, environment, format != Format::Text);
        if environment.stderr_is_terminal {
            watch.begin("searching", None);
        }
        let search = Search::new(&options, &names, &watch);
        if self.paths.iter().any(|path| path == Path::new("-")) {
            search.stream("-", &mut Input::new(&watch), None);
        }
        if let Some(staged) = &staged {
            staged.search(&search)?;
        }
        search.run();
        let outcome = search.finish();
        watch.end();
        if outcome.interrupted {
            return Err(HostError::Interrupted.into());
        }
        if outcome.unnamed {
            names.check()?;
        }
        let report = self.report(outcome, names.files());
        if let Some((baseline, noted)) = names.noted() {
            return write_baseline(&report, &baseline, &noted, environment);
        }
        self.print(&report, format, environment)?;
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
        let paths = if self.staged {
            Vec::new()
        } else if self.paths.is_empty() {
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
            comments: !self.no_ignore,
            follow: self.follow,
            gitignore: self.gitignore,
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

    /// The files of known secrets that count, and the one that is to be written.
    fn names<'e>(
        &self,
        environment: &'e Environment,
        staged: Option<&Staged>,
    ) -> Result<Names<'e>, CliError> {
        let root = staged.map(|staged| staged.top.clone()).unwrap_or_default();
        if let Some(path) = &self.write_baseline {
            let baseline = match read_known(path, &root)? {
                Some(known) => known,
                None => Known::new(path, &folder_of(path), &root, bedlock_host::salt()?),
            };
            return Ok(Names::new(environment, Vec::new()).writing(baseline));
        }
        let mut known = Vec::new();
        if !self.no_ignore {
            let folders = self
                .paths
                .iter()
                .filter(|path| matches!(bedlock_host::kind_at(path), Ok(EntryKind::Folder)))
                .map(PathBuf::as_path)
                .chain([Path::new("")]);
            let candidates: Vec<PathBuf> = match staged {
                Some(staged) => vec![staged.top.join(IGNORE_FILE)],
                None => folders.map(|folder| folder.join(IGNORE_FILE)).collect(),
            };
            for path in candidates {
                if let Some(file) = read_known(&path, &root)? {
                    known.push(file);
                    break;
                }
            }
        }
        if let Some(path) = &self.baseline {
            known.push(read_known(path, &root)?.ok_or_else(|| {
                CliError::usage(
                    format!("there is no baseline {}", path.display()),
                    format!("bedlock scan --write-baseline {}", path.display()),
                )
            })?);
        }
        Ok(Names::new(environment, known))
    }

    fn report(&self, outcome: Outcome, ignore_files: Vec<String>) -> ScanReport {
        let now = SystemClock.now();
        let now = jiff::Timestamp::from_second(now.as_second()).unwrap_or(now);
        let paths = match (self.staged, self.paths.is_empty()) {
            (true, _) => vec!["staged".to_owned()],
            (false, true) => vec![".".to_owned()],
            (false, false) => {
                let shown = |path: &PathBuf| path.to_string_lossy().into_owned();
                self.paths.iter().map(shown).collect()
            }
        };
        ScanReport {
            schema_version: ScanReport::SCHEMA_VERSION,
            tool: tool(),
            created: now.to_string(),
            paths,
            ignore_files,
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

    fn print(
        &self,
        report: &ScanReport,
        format: Format,
        environment: &Environment,
    ) -> Result<(), CliError> {
        let look = terminal::look(environment);
        let plain = render::Look {
            color: false,
            ..look
        };
        let summary = || terminal::note(render::scan::text::summary(report, plain).trim_end());
        let text = match format {
            Format::Text if environment.stdout_is_terminal && self.output.is_none() => {
                render::scan::text::grouped(report, look)
            }
            Format::Text => render::scan::text::lines(report),
            Format::Json => render::json::document(report, true)?,
            Format::Sarif => render::scan::sarif::report(report)?,
            Format::Markdown => render::scan::markdown::report(report),
        };
        match &self.output {
            Some(path) => bedlock_host::write_output(path, text.as_bytes())?,
            None => terminal::print(&text)?,
        }
        if format == Format::Text && (!environment.stdout_is_terminal || self.output.is_some()) {
            summary();
        }
        Ok(())
    }

    /// Copies one text, with every secret replaced.
    fn redact(
        &self,
        options: &Options,
        environment: &Environment,
        interrupt: &Interrupt,
    ) -> Result<u8, CliError> {
        let file = match self.paths.as_slice() {
            [] => None,
            [path] if path == Path::new("-") => None,
            [path] => Some(OpenFile::open(path).map_err(|error| {
                CliError::usage(
                    format!("failed to read {}: {error}", path.display()),
                    "bedlock scan --redact FILE",
                )
            })?),
            _ => {
                return Err(CliError::usage(
                    "--redact copies one file",
                    "bedlock scan --redact FILE > COPY",
                ));
            }
        };
        let names = Names::new(environment, Vec::new());
        names.check()?;
        let mut input: Box<dyn io::Read> = match &file {
            Some(file) => Box::new(Sequential::new(file)),
            None => Box::new(Input::new(interrupt)),
        };
        let mut buffer = vec![0; 64 * 1024];
        let failed = |error: io::Error| {
            CliError::refused(
                format!("failed to read what is to be redacted: {error}"),
                "bedlock scan --redact FILE",
            )
        };
        let mut read = input.read(&mut buffer).map_err(failed)?;
        let mut redactor = match content::kind(&buffer[..read]) {
            Kind::Text => Redactor::new(),
            Kind::Binary => Redactor::raw(),
            Kind::Utf16 { .. } => {
                return Err(CliError::refused(
                    "it is text in UTF-16, in which --redact would find nothing",
                    "iconv -f UTF-16 -t UTF-8 FILE | bedlock scan --redact",
                ));
            }
            _ => {
                return Err(CliError::refused(
                    "it is compressed or an archive, in which --redact would find nothing",
                    "unpack it, and redact what comes out",
                ));
            }
        };
        let mut count = 0_u64;
        let mut replacement = |m: &bedlock_detect::Match<u64>, written: &[u8]| {
            if !options.wants(m) {
                return None;
            }
            count += 1;
            let value = bedlock_audit::decoded(written, m.encoding);
            let name = names.of_host(&value);
            // There is a key: it was looked for before anything was read.
            Some(name.map_or_else(|| "REDACTED".to_owned(), |name| format!("REDACTED-{name}")))
        };
        let mut stdout = Output::new(interrupt);
        let mut out = Vec::new();
        loop {
            if interrupt.advance(0).is_break() {
                return Err(HostError::Interrupted.into());
            }
            if read == 0 {
                redactor.finish(&mut replacement, &mut out);
            } else {
                redactor.push(&buffer[..read], &mut replacement, &mut out);
            }
            match stdout.write_all(&out) {
                // Whoever closed the pipe has read what they wanted.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(error::CLEAN),
                Err(_) if interrupt.received().is_some() => {
                    return Err(HostError::Interrupted.into());
                }
                other => other?,
            }
            if read == 0 {
                break;
            }
            out.clear();
            read = input.read(&mut buffer).map_err(failed)?;
        }
        if count > 0 {
            let secrets = render::plural(
                usize::try_from(count).unwrap_or(usize::MAX),
                "secret",
                "secrets",
            );
            terminal::note(&format!("{secrets} redacted"));
        }
        Ok(error::CLEAN)
    }
}

fn list_rules(format: Format, environment: &Environment) -> Result<u8, CliError> {
    let rules = bedlock_detect::rules();
    terminal::print(&match format {
        Format::Json => render::scan::rules::json(rules)?,
        _ => render::scan::rules::text(rules, terminal::look(environment)),
    })?;
    Ok(error::CLEAN)
}

/// Reads a file of known secrets; `None` when there is none.
fn read_known(path: &Path, root: &Path) -> Result<Option<Known>, CliError> {
    if bedlock_host::kind_at(path).is_err() {
        return Ok(None);
    }
    let wrong = |what: &str| {
        CliError::refused(
            format!("failed to read {}: {what}", path.display()),
            "repair it, or make another one with bedlock scan --write-baseline FILE",
        )
    };
    let text = bedlock_host::small_file(None, path, LONGEST_IGNORE_FILE)
        .ok_or_else(|| wrong("it is no file that can be read"))?;
    let text = String::from_utf8(text).map_err(|_| wrong("it is no text"))?;
    Known::parse(path, &folder_of(path), root, &text)
        .map(Some)
        .map_err(|what| wrong(&what))
}

/// The folder that a file is in, without links.
fn folder_of(path: &Path) -> PathBuf {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    bedlock_host::canonical(folder).unwrap_or_else(|| folder.to_path_buf())
}

fn write_baseline(
    report: &ScanReport,
    baseline: &Known,
    noted: &[crate::scan::names::Noted],
    environment: &Environment,
) -> Result<u8, CliError> {
    let text = baseline.with(noted);
    bedlock_host::write_output(baseline.path(), text.as_bytes())?;
    let look = render::Look {
        color: false,
        ..terminal::look(environment)
    };
    terminal::note(render::scan::text::summary(report, look).trim_end());
    let gone = match baseline.gone(noted) {
        0 => String::new(),
        gone => format!("; {gone} that are no longer found went"),
    };
    terminal::note(&format!(
        "wrote {} to {}{gone}",
        render::plural(noted.len(), "place", "places"),
        baseline.path().display()
    ));
    Ok(if report.complete {
        error::CLEAN
    } else {
        error::INCOMPLETE
    })
}

/// The exit code that a report stands for.
fn exit_code(report: &ScanReport) -> u8 {
    match (report.complete, report.findings.is_empty()) {
        (false, _) => error::INCOMPLETE,
        (true, false) => error::FINDINGS,
        (true, true) => error::CLEAN,
    }
}
