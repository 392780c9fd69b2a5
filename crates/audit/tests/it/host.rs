//! A host in a temporary folder: what is written there, and what audit says of it.

use std::fs;
use std::path::{Path, PathBuf};

use bedlock_audit::agents::HostFacts;
use bedlock_audit::agents::openclaw::places;
use bedlock_audit::{Circumstances, Inspection, inspect};
use bedlock_detect::{Alphabet, Dice};
use bedlock_host::Look;
use bedlock_model::{
    Finding, FingerprintKey, Process, Report, SecretBytes, Silent, Snapshot, Tool,
};
use tempfile::TempDir;

const LETTERS_AND_DIGITS: Alphabet =
    Alphabet::of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

/// When every look of these tests happens.
pub(crate) const NOW: &str = "2026-11-20T12:00:00Z";

/// A value without any provider's shape.
pub(crate) fn neutral(seed: u64) -> String {
    Dice::new(seed).draw(LETTERS_AND_DIGITS, 32)
}

/// A value in the shape of a provider's rule.
pub(crate) fn shaped(rule: &str, seed: u64) -> String {
    let rule = bedlock_detect::rule(rule).expect("a rule of that id");
    bedlock_detect::fake(rule, &mut Dice::new(seed))
}

pub(crate) fn key() -> FingerprintKey {
    FingerprintKey::new([7; 32])
}

pub(crate) struct Host {
    _folder: TempDir,
    pub(crate) home: PathBuf,
    pub(crate) processes: Vec<(u32, Vec<u8>)>,
    /// What every process was started with.
    pub(crate) arguments: Vec<String>,
}

impl Host {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().canonicalize().unwrap().join("ann");
        fs::create_dir(&home).unwrap();
        Self {
            _folder: folder,
            home,
            processes: Vec::new(),
            arguments: Vec::new(),
        }
    }

    /// A host whose `openclaw.json` is this.
    pub(crate) fn with_config(config: impl AsRef<[u8]>) -> Self {
        let host = Self::new();
        host.write(".openclaw/openclaw.json", config);
        host
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// An SQLite database that the closure fills; it is closed, and so checkpointed, afterwards.
    pub(crate) fn database(&self, name: &str, fill: impl FnOnce(&rusqlite::Connection)) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let database = rusqlite::Connection::open(path).unwrap();
        fill(&database);
        database.close().unwrap();
    }

    /// A running agent with this environment.
    pub(crate) fn process(&mut self, pid: u32, environment: &[(&str, &str)]) {
        let block: Vec<u8> = environment
            .iter()
            .flat_map(|(name, value)| format!("{name}={value}\0").into_bytes())
            .collect();
        self.processes.push((pid, block));
    }

    pub(crate) fn snapshot(&self) -> (Snapshot, Circumstances) {
        let mut facts = HostFacts {
            home: self.home.clone(),
            home_entries: bedlock_host::names(None, &self.home),
            ..HostFacts::default()
        };
        let look = Look {
            home: &self.home,
            root: None,
            extra_roots: &[],
            leave_out: &[],
        };
        let mut installations = places::locate(&facts);
        let wants = places::wants(&facts, &installations);
        let mut snapshot = bedlock_host::snapshot(&wants, &look, &Silent).unwrap();
        facts
            .overrides
            .extend(places::overrides_in_units(&snapshot));
        installations = places::locate(&facts);
        let wants = places::wants(&facts, &installations);
        snapshot.merge(bedlock_host::snapshot(&wants, &look, &Silent).unwrap());
        for _ in 0..3 {
            let more = places::further(&facts, &snapshot);
            snapshot.merge(bedlock_host::snapshot(&more, &look, &Silent).unwrap());
        }
        snapshot.processes = self
            .processes
            .iter()
            .map(|(pid, block)| Process {
                pid: *pid,
                uid: None,
                name: "openclaw-gateway".to_owned(),
                argv: self
                    .arguments
                    .iter()
                    .map(|one| SecretBytes::new(one.clone().into_bytes()))
                    .collect(),
                environment: Some(SecretBytes::new(block.clone())),
            })
            .collect();
        let around = Circumstances {
            installations,
            home: self.home.display().to_string(),
            also: Vec::new(),
            root: None,
            now: NOW.parse().unwrap(),
            session_limit: "PT12H".parse().unwrap(),
            threads: 2,
            tool: Tool {
                name: "bedlock".to_owned(),
                version: "0".to_owned(),
            },
        };
        (snapshot, around)
    }

    pub(crate) fn inspect(&self) -> Inspection {
        let (snapshot, around) = self.snapshot();
        inspect(&snapshot, key(), &around, &Silent).unwrap()
    }

    pub(crate) fn report(&self) -> Report {
        self.inspect().report
    }

    /// The findings about one value.
    pub(crate) fn findings_of(&self, value: &str) -> Vec<Finding> {
        self.report().of(value)
    }
}

/// Short ways to ask a report.
pub(crate) trait Ask {
    /// The findings about one value.
    fn of(&self, value: &str) -> Vec<Finding>;
    /// The findings in one file, by the end of its path.
    fn at(&self, file: &str) -> Vec<&Finding>;
    /// One line per finding: file below the home, location, rule, disposition.
    fn lines(&self) -> Vec<String>;
}

impl Ask for Report {
    fn of(&self, value: &str) -> Vec<Finding> {
        let name = key().fingerprint(value.as_bytes());
        self.findings
            .iter()
            .filter(|f| f.fingerprint == name)
            .cloned()
            .collect()
    }

    fn at(&self, file: &str) -> Vec<&Finding> {
        self.findings
            .iter()
            .filter(|f| Path::new(&f.file).ends_with(file))
            .collect()
    }

    fn lines(&self) -> Vec<String> {
        self.findings
            .iter()
            .map(|f| {
                let file = f.file.strip_prefix(&self.home).unwrap_or(&f.file);
                format!(
                    "{} {} {} {:?} {}",
                    file.trim_start_matches('/'),
                    f.location,
                    f.rule,
                    f.disposition,
                    f.excerpt
                )
            })
            .collect()
    }
}
