//! The detection engine on any tree: folders, files, streams.
//!
//! Called by `commands::scan`, which knows the arguments and the terminal.
//!
//! ```text
//! PATH -> walk -> file -> kind of content -> text, bytes, or what is inside -> keep -> Outcome
//! ```
//!
//! **Invariant:** changes nothing. What was not searched, or not to its end, is said. A value that was
//! found lives until it is named and masked, and no longer.

mod allow;
pub(crate) mod content;
mod describe;
mod file;
mod flow;
mod gitignore;
pub(crate) mod glob;
pub(crate) mod known;
pub(crate) mod names;
mod place;
mod queue;
mod ranges;
pub(crate) mod report;
pub(crate) mod staged;
mod tar;
mod unpack;
mod walk;
mod window;
mod zip;

use std::collections::HashSet;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bedlock_detect::Match;
use bedlock_model::{Progress, Unreadable};

pub(crate) use file::Sequential;
use file::{Large, WHOLE};
use glob::Pattern;
use names::Names;
use place::Spot;
use queue::Queue;
use report::{Confidence, LeftOut, ScanFinding};
use unpack::Budget;
use walk::{Files, Folder};

/// What is searched, and what of it counts.
pub(crate) struct Options {
    /// Named paths, each as it is opened and as it is shown.
    pub(crate) paths: Vec<(PathBuf, PathBuf)>,
    /// How many workers.
    pub(crate) threads: usize,
    /// Larger files are left out.
    pub(crate) max_size: Option<u64>,
    /// Whether `bedlock:allow` comments count.
    pub(crate) comments: bool,
    /// Whether links are followed.
    pub(crate) follow: bool,
    /// Whether `.gitignore` files count.
    pub(crate) gitignore: bool,
    /// Names that are left out.
    pub(crate) exclude: Vec<Pattern>,
    /// Findings that are less sure are left out.
    pub(crate) confidence: Confidence,
    /// When it is not empty, only these rules count.
    pub(crate) only: Vec<String>,
    /// These rules do not count.
    pub(crate) not: Vec<String>,
}

impl Options {
    /// Whether a finding counts.
    pub(crate) fn wants(&self, m: &Match<u64>) -> bool {
        let id = m.rule.id;
        Confidence::from(m.confidence) >= self.confidence
            && (self.only.is_empty() || self.only.iter().any(|only| only == id))
            && self.not.iter().all(|not| not != id)
    }
}

/// What came of a scan.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) files: u64,
    pub(crate) binary: u64,
    pub(crate) archives: u64,
    pub(crate) bytes: u64,
    /// Files and folders that `--exclude` left out.
    pub(crate) excluded: u64,
    /// Links that were not followed.
    pub(crate) links: u64,
    pub(crate) unreadable: Vec<Unreadable>,
    pub(crate) skipped: Vec<Unreadable>,
    pub(crate) left_out: LeftOut,
    pub(crate) findings: Vec<ScanFinding>,
    /// Whether something was found that has no name, because this host has no random numbers.
    pub(crate) unnamed: bool,
    /// Whether somebody stopped it.
    pub(crate) interrupted: bool,
}

/// Where a text comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At<'a> {
    pub(crate) file: &'a str,
    /// The member of an archive.
    pub(crate) inside: Option<&'a str>,
    /// Whether offsets are those of the file or the member.
    pub(crate) offsets: bool,
}

impl<'a> At<'a> {
    pub(crate) fn file(file: &'a str) -> Self {
        Self {
            file,
            inside: None,
            offsets: true,
        }
    }

    /// What is inside of it.
    fn member(self, inside: &'a str) -> Self {
        Self {
            inside: Some(inside),
            offsets: true,
            ..self
        }
    }
}

/// Work for one worker.
pub(crate) enum Job {
    /// A named path, by its number.
    Root(usize),
    Folder(Folder),
    Files(Files),
    Link(PathBuf),
    Range(Arc<Large>, usize),
}

/// A scan that goes on.
pub(crate) struct Scan<'s> {
    options: &'s Options,
    names: &'s Names<'s>,
    progress: &'s dyn Progress,
    queue: Queue<Job>,
    bytes: AtomicU64,
    outcome: Mutex<Outcome>,
    entered: Mutex<HashSet<(u64, u64)>>,
}

impl<'s> Scan<'s> {
    /// A scan of the named paths.
    pub(crate) fn new(
        options: &'s Options,
        names: &'s Names<'s>,
        progress: &'s dyn Progress,
    ) -> Self {
        Self {
            options,
            names,
            progress,
            queue: Queue::new((0..options.paths.len()).map(Job::Root)),
            bytes: AtomicU64::new(0),
            outcome: Mutex::new(Outcome::default()),
            entered: Mutex::new(HashSet::new()),
        }
    }

    /// Searches everything that was named.
    pub(crate) fn run(&self) {
        std::thread::scope(|scope| {
            for _ in 1..self.options.threads {
                scope.spawn(|| self.worker());
            }
            self.worker();
        });
    }

    /// Searches a text that is read once, such as standard input.
    pub(crate) fn stream(&self, shown: &str, reader: &mut dyn Read, size: Option<u64>) {
        self.count(|outcome| outcome.files += 1);
        let at = At::file(shown);
        let mut counted = Counted {
            scan: self,
            inner: reader,
        };
        let mut buffer = vec![0; ranges::PIECE];
        let mut budget = Budget::of(size);
        if let Err(error) = self.contents(&at, &mut counted, &mut budget, &mut buffer) {
            self.refuse(unpack::said(&at, &error.to_string()));
        }
    }

    /// Whether `--exclude` leaves a path out, or a folder above it.
    pub(crate) fn is_excluded(&self, path: &Path) -> bool {
        let excluded = path.ancestors().enumerate().any(|(above, path)| {
            let path = path.as_os_str().as_bytes();
            !path.is_empty()
                && glob::leaves_out(&self.options.exclude, path, above > 0) == Some(true)
        });
        if excluded {
            self.count(|outcome| outcome.excluded += 1);
        }
        excluded
    }

    /// What was found, sorted by place.
    pub(crate) fn finish(self) -> Outcome {
        let mut outcome = self
            .outcome
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        outcome.bytes = self.bytes.into_inner();
        outcome.findings.sort_by(|a, b| {
            (&a.file, &a.inside, a.line, a.column, a.offset)
                .cmp(&(&b.file, &b.inside, b.line, b.column, b.offset))
        });
        outcome.unreadable.sort();
        outcome.skipped.sort();
        outcome
    }

    fn worker(&self) {
        let mut buffer = vec![0; WHOLE];
        self.queue.work(|job| {
            if self.read(0).is_break() {
                return self.queue.close();
            }
            match job {
                Job::Root(number) => {
                    if let Some((path, shown)) = self.options.paths.get(number) {
                        self.root(path, shown, &mut buffer);
                    }
                }
                Job::Folder(folder) => self.folder(folder, &mut buffer),
                Job::Files(files) => self.files(files, &mut buffer),
                Job::Link(path) => self.link(&path, &mut buffer),
                Job::Range(large, index) => self.range(&large, index, &mut buffer),
            }
        });
    }

    /// Takes a finding, unless it is left out.
    fn keep(&self, at: &At<'_>, m: &Match<u64>, spot: &Spot<'_>) {
        if !self.options.wants(m) {
            return self.count(|outcome| outcome.left_out.unwanted += 1);
        }
        if self.options.comments && allow::allows(spot, m.rule.id) {
            return self.count(|outcome| outcome.left_out.allowed += 1);
        }
        let value = bedlock_audit::decoded(spot.secret, m.encoding);
        let (fingerprint, known) = self.names.name(m.rule, at.file, &value);
        if known {
            return self.count(|outcome| outcome.left_out.known += 1);
        }
        let Some(fingerprint) = fingerprint else {
            // Without a key nothing may be said of the value.
            return self.count(|outcome| outcome.unnamed = true);
        };
        let finding = ScanFinding {
            rule: m.rule.id.to_owned(),
            title: m.rule.title.to_owned(),
            severity: bedlock_audit::severity(m.rule),
            confidence: m.confidence.into(),
            file: at.file.to_owned(),
            inside: at.inside.map(str::to_owned),
            line: spot.line_column.map(|(line, _)| line),
            column: spot.line_column.map(|(_, column)| column),
            offset: spot.offset.filter(|_| at.offsets),
            length: m.span.end - m.span.start,
            fingerprint,
            mask: bedlock_detect::mask(&value),
            revoke: (!m.rule.revoke.is_empty()).then(|| m.rule.revoke.to_owned()),
        };
        self.count(|outcome| outcome.findings.push(finding));
    }

    /// Counts bytes that were read, and asks whether to go on.
    fn read(&self, bytes: u64) -> ControlFlow<()> {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let flow = self.progress.advance(bytes);
        if flow.is_break() {
            self.count(|outcome| outcome.interrupted = true);
        }
        flow
    }

    fn count(&self, note: impl FnOnce(&mut Outcome)) {
        // A worker that panicked has left a count that is one short, and nothing worse.
        note(&mut self.outcome.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn refuse(&self, said: Unreadable) {
        self.count(|outcome| outcome.unreadable.push(said));
    }

    fn skip(&self, said: Unreadable) {
        self.count(|outcome| outcome.skipped.push(said));
    }
}

/// A reader whose bytes are counted; it ends when somebody stops the scan.
struct Counted<'a, 's> {
    scan: &'a Scan<'s>,
    inner: &'a mut dyn Read,
}

impl Read for Counted<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.scan.read(read as u64) {
            ControlFlow::Continue(()) => Ok(read),
            ControlFlow::Break(()) => Ok(0),
        }
    }
}

/// Fills the buffer; returns less than its length at the end only.
fn fill(reader: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
