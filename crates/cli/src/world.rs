//! The host that a command looks at: whose home, what is in it, who runs on it.
//!
//! Used by every command: `World::open`, then [`World::look`] as often as the host may have changed.
//!
//! **Invariant:** an interrupted transaction is recovered before anything is looked at.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use bedlock_audit::agents::openclaw::places;
use bedlock_audit::agents::{HostFacts, Installation};
use bedlock_audit::{Circumstances, Inspection, inspect};
use bedlock_host::{
    Clock, Environment, HostError, Interrupted, Look, Outcome, ProcessFacts, Recovered, Running,
    StateDir, SystemClock, TransactionInfo, TransactionState,
};
use bedlock_model::{FingerprintKey, Process, Snapshot, Tool, Unreadable};

use crate::error::CliError;
use crate::terminal::{self, Watch};

/// Whose host is looked at.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Where {
    /// Look at this home folder instead of your own
    #[arg(long, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// Look at a mounted image: DIR stands for / (the home is found in it, or named with --home)
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
    /// A folder outside of the home that is the agent's too (repeat it for more)
    #[arg(long, value_name = "DIR")]
    pub(crate) also: Vec<PathBuf>,
}

/// Everything that a command was started with.
pub(crate) struct World {
    pub(crate) environment: Environment,
    pub(crate) interrupt: bedlock_host::Interrupt,
    /// The home, as the agent sees it.
    pub(crate) home: PathBuf,
    /// The folder that stands for `/`.
    pub(crate) root: Option<PathBuf>,
    /// Folders outside of the home that are the agent's too, as the agent sees them.
    pub(crate) also: Vec<PathBuf>,
    /// Whether it is the home of whoever runs bedlock.
    pub(crate) own: bool,
    /// Where transactions of this home are kept, on this machine.
    pub(crate) state: PathBuf,
    /// Where the key of fingerprints is: this machine's, also for another home.
    pub(crate) key: PathBuf,
    /// That key, once it was read: every look of a command has to give the same names.
    pub(crate) known_key: OnceCell<FingerprintKey>,
    /// No progress, no notes.
    pub(crate) quiet: bool,
}

/// What a look found.
pub(crate) struct Seen {
    pub(crate) installations: Vec<Installation>,
    pub(crate) snapshot: Snapshot,
    pub(crate) inspection: Inspection,
    pub(crate) around: Circumstances,
    /// Running agents, with what is needed to start them again.
    pub(crate) running: Vec<Running>,
}

/// The longest that a session may live.
pub(crate) const SESSION_LIMIT_HOURS: i64 = 12;

impl World {
    /// Finds the home.
    pub(crate) fn open(
        environment: Environment,
        interrupt: bedlock_host::Interrupt,
        at: &Where,
        quiet: bool,
    ) -> Result<Self, CliError> {
        let root = at.root.as_deref().map(absolute).transpose()?;
        let home = match (&at.home, &root) {
            (Some(home), None) => absolute(home)?,
            (Some(home), Some(_)) => Path::new("/").join(home),
            (None, None) => environment.home.clone(),
            (None, Some(root)) => only_home(root)?,
        };
        let own = root.is_none()
            && bedlock_host::canonical(&home) == bedlock_host::canonical(&environment.home);
        let state = match &root {
            _ if own => environment.state_folder(),
            Some(root) => root
                .join(home.strip_prefix("/").unwrap_or(&home))
                .join(STATE),
            None => home.join(STATE),
        };
        let also = at
            .also
            .iter()
            .map(|folder| match &root {
                Some(_) => Ok(Path::new("/").join(folder)),
                None => absolute(folder),
            })
            .collect::<Result<_, _>>()?;
        let key = environment.state_folder();
        Ok(Self {
            environment,
            interrupt,
            home,
            root,
            also,
            own,
            state,
            key,
            known_key: OnceCell::new(),
            quiet,
        })
    }

    /// A watch over long work.
    pub(crate) fn watch(&self) -> Watch {
        Watch::new(&self.interrupt, &self.environment, self.quiet)
    }

    pub(crate) fn now(&self) -> jiff::Timestamp {
        // Nobody reads fractions of a second, and not every reader of RFC 3339 takes them.
        let now = SystemClock.now();
        jiff::Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    /// The state folder, when there is one already.
    pub(crate) fn known_state(&self) -> Result<Option<StateDir>, CliError> {
        if bedlock_host::canonical(&self.state).is_none() {
            return Ok(None);
        }
        Ok(Some(StateDir::open(&self.state)?))
    }

    /// Like [`World::recover`] for a command that changes nothing: when it cannot be done, the
    /// answer is about the host as it is.
    pub(crate) fn recover_if_possible(&self) -> Result<(), CliError> {
        match self.recover() {
            Err(CliError::Host(error @ (HostError::State { .. } | HostError::Busy { .. }))) => {
                terminal::note(&format!(
                    "note: interrupted transactions were not looked for: failed to {error}"
                ));
                Ok(())
            }
            other => other,
        }
    }

    /// Finishes or takes back what was interrupted, and forgets what has expired.
    pub(crate) fn recover(&self) -> Result<(), CliError> {
        let Some(state) = self.known_state()? else {
            return Ok(());
        };
        if !self.is_recovery_due(&state) {
            return Ok(());
        }
        let lock = state.lock()?;
        for one in bedlock_host::recover(&lock, self.now(), &mut |_| {})? {
            terminal::note(&recovered(&one));
        }
        for id in bedlock_host::discard_expired(&lock, self.now())? {
            terminal::note(&format!("{id} has expired: it can no longer be undone"));
        }
        Ok(())
    }

    /// Whether there is anything to recover or to forget: two commands that only look must not
    /// get in each other's way.
    fn is_recovery_due(&self, state: &StateDir) -> bool {
        let folders = bedlock_host::names(None, &state.path().join("transactions"));
        let due = |one: &TransactionInfo| {
            one.state == TransactionState::Unfinished || one.expires <= self.now()
        };
        match bedlock_host::transactions(state) {
            Ok(known) => known.len() != folders.len() || known.iter().any(due),
            Err(_) => true,
        }
    }

    fn fingerprint_key(&self) -> Result<FingerprintKey, CliError> {
        if let Some(key) = self.known_key.get() {
            return Ok(key.clone());
        }
        let key = match bedlock_host::host_key(&self.key) {
            Ok(key) => key,
            Err(error) => {
                terminal::note(&format!(
                    "note: failed to {error}; fingerprints of this run are of this run only"
                ));
                bedlock_host::temporary_key()?
            }
        };
        Ok(self.known_key.get_or_init(|| key).clone())
    }

    /// Looks at every place and says what is there; once more when a running agent replaced a file
    /// while it was read.
    pub(crate) fn look(&self, processes: bool) -> Result<Seen, CliError> {
        let seen = self.look_once(processes)?;
        if seen.inspection.report.complete || seen.running.is_empty() {
            return Ok(seen);
        }
        self.look_once(processes)
    }

    fn look_once(&self, processes: bool) -> Result<Seen, CliError> {
        let watch = self.watch();
        watch.begin("looking for agents", None);
        let (running, doubt) = if processes {
            self.running()
        } else {
            (Vec::new(), None)
        };
        let facts = self.facts(&running);
        let mut installations = places::locate(&facts);
        let mut snapshot = self.snapshot(&facts, &mut installations, &watch)?;
        snapshot.unreadable.extend(doubt);
        snapshot.processes = running.iter().map(|one| copy(&one.process)).collect();
        let around = Circumstances {
            installations: installations.clone(),
            home: self.home.display().to_string(),
            also: self.also.clone(),
            root: self.root.as_ref().map(|root| root.display().to_string()),
            now: self.now(),
            session_limit: jiff::SignedDuration::from_hours(SESSION_LIMIT_HOURS),
            threads: std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
            tool: tool(),
        };
        // Every byte is read twice: for shapes and names, then for values.
        let bytes: u64 = snapshot.places.iter().map(|place| place.meta.size).sum();
        watch.begin("reading", Some(2 * bytes));
        let inspection = inspect(&snapshot, self.fingerprint_key()?, &around, &watch)?;
        watch.end();
        Ok(Seen {
            installations,
            snapshot,
            inspection,
            around,
            running,
        })
    }

    fn facts(&self, running: &[Running]) -> HostFacts {
        let mut overrides: Vec<BTreeMap<String, String>> =
            running.iter().map(|one| locating(&one.process)).collect();
        if self.own {
            let own = places::LOCATING_VARIABLES.iter().filter_map(|name| {
                Some((
                    (*name).to_owned(),
                    self.environment.setting(name)?.to_owned(),
                ))
            });
            overrides.push(own.collect());
        }
        overrides.retain(|set| !set.is_empty());
        HostFacts {
            home: self.home.clone(),
            home_entries: bedlock_host::names(self.root.as_deref(), &self.home),
            system: self.own || self.root.is_some(),
            also: self.also.clone(),
            overrides,
        }
    }

    /// The files, and the files that they point at, until nothing new is named.
    fn snapshot(
        &self,
        facts: &HostFacts,
        installations: &mut Vec<Installation>,
        watch: &Watch,
    ) -> Result<Snapshot, CliError> {
        const ROUNDS: usize = 12;
        let leave_out = [self.state.clone()];
        let outside: Vec<PathBuf> = installations.iter().map(|one| one.state.clone()).collect();
        let look = Look {
            home: &self.home,
            root: self.root.as_deref(),
            extra_roots: &outside,
            leave_out: &leave_out,
        };
        let mut facts = facts.clone();
        let mut snapshot =
            bedlock_host::snapshot(&places::wants(&facts, installations), &look, watch)?;
        facts
            .overrides
            .extend(places::overrides_in_units(&snapshot));
        let located = places::locate(&facts);
        if located != *installations {
            *installations = located;
            let wants = places::wants(&facts, installations);
            snapshot.merge(bedlock_host::snapshot(&wants, &look, watch)?);
        }
        let mut asked = BTreeSet::new();
        for _ in 0..ROUNDS {
            let mut more = places::further(&facts, &snapshot);
            // A place that is not there stays wanted; it is asked for once.
            more.retain(|want| asked.insert(format!("{want:?}")));
            if more.is_empty() {
                break;
            }
            snapshot.merge(bedlock_host::snapshot(&more, &look, watch)?);
        }
        Ok(snapshot)
    }

    /// Running agents of this home.
    fn running(&self) -> (Vec<Running>, Option<Unreadable>) {
        if self.root.is_some() {
            return (Vec::new(), None);
        }
        if !cfg!(target_os = "linux") {
            let doubt = Unreadable {
                path: "running processes".to_owned(),
                reason: "this system shows the environment of a process to nobody else".to_owned(),
                next: "restart OpenClaw after harden; --no-processes leaves this out".to_owned(),
            };
            return (Vec::new(), Some(doubt));
        }
        match bedlock_host::processes(Path::new("/proc"), &is_agent) {
            Ok(found) => (
                found
                    .into_iter()
                    .filter(|one| self.is_of_this_home(one))
                    .collect(),
                None,
            ),
            Err(error) => (
                Vec::new(),
                Some(Unreadable {
                    path: "/proc".to_owned(),
                    reason: format!("failed to {error}"),
                    next: "run bedlock where /proc is mounted, or with --no-processes".to_owned(),
                }),
            ),
        }
    }

    fn is_of_this_home(&self, one: &Running) -> bool {
        let Some(block) = &one.process.environment else {
            // Nobody can say whose home it uses: it counts when it runs as the home's owner.
            return self.own && bedlock_host::owner(&self.home) == Some(one.facts.uid);
        };
        let home = self.home.display().to_string();
        variables(block.danger_expose()).any(|(name, value)| match name {
            b"HOME" => value == home.as_bytes(),
            b"OPENCLAW_HOME" | b"OPENCLAW_STATE_DIR" | b"OPENCLAW_CONFIG_PATH" => {
                Path::new(&*String::from_utf8_lossy(value)).starts_with(&self.home)
            }
            _ => false,
        })
    }
}

const STATE: &str = ".local/state/bedlock";

/// bedlock, as reports name it.
pub(crate) fn tool() -> Tool {
    Tool {
        name: "bedlock".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

fn absolute(path: &Path) -> Result<PathBuf, CliError> {
    bedlock_host::canonical(path).ok_or_else(|| {
        CliError::usage(
            format!("there is no folder {}", path.display()),
            "name a folder that exists: --home DIR or --root DIR",
        )
    })
}

/// The one home of an image that has an agent in it.
fn only_home(root: &Path) -> Result<PathBuf, CliError> {
    let mut homes = vec![PathBuf::from("/root")];
    for parent in ["/home", "/Users"] {
        let names = bedlock_host::names(Some(root), Path::new(parent));
        homes.extend(names.into_iter().map(|name| Path::new(parent).join(name)));
    }
    homes.retain(|home| {
        let facts = HostFacts {
            home: home.clone(),
            home_entries: bedlock_host::names(Some(root), home),
            ..HostFacts::default()
        };
        !places::locate(&facts).is_empty()
    });
    match homes.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(CliError::usage(
            format!("no home below {} has an OpenClaw in it", root.display()),
            format!("bedlock audit --root {} --home /home/NAME", root.display()),
        )),
        several => Err(CliError::usage(
            format!(
                "{} homes below {} have an OpenClaw in them",
                several.len(),
                root.display()
            ),
            format!(
                "bedlock audit --root {} --home {}",
                root.display(),
                several[0].display()
            ),
        )),
    }
}

/// Whether a process is OpenClaw: by its title, or by the program that its interpreter runs.
fn is_agent(facts: &ProcessFacts) -> bool {
    let names_it = |text: &[u8]| {
        let text = String::from_utf8_lossy(text);
        let file = text.rsplit('/').next().unwrap_or_default();
        ["openclaw", "clawdbot", "moltbot"]
            .iter()
            .any(|name| file.starts_with(name))
            || text.contains("/node_modules/openclaw/")
    };
    let by_node = facts
        .exe
        .as_ref()
        .and_then(|exe| exe.file_name())
        .is_some_and(|name| {
            ["node", "bun"]
                .iter()
                .any(|n| name == std::ffi::OsStr::new(n))
        });
    let title = facts.argv.first().is_some_and(|argument| {
        let text = argument.danger_expose();
        !text.contains(&b'/') && names_it(text)
    });
    title
        || (by_node
            && facts
                .argv
                .iter()
                .take(4)
                .any(|argument| names_it(argument.danger_expose())))
}

/// The variables of an environment block.
pub(crate) fn variables(block: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    block.split(|byte| *byte == 0).filter_map(|variable| {
        let split = variable.iter().position(|byte| *byte == b'=')?;
        Some((&variable[..split], &variable[split + 1..]))
    })
}

fn locating(process: &Process) -> BTreeMap<String, String> {
    let block = process
        .environment
        .as_ref()
        .map(|block| block.danger_expose())
        .unwrap_or_default();
    variables(block)
        .filter_map(|(name, value)| {
            let name = std::str::from_utf8(name).ok()?;
            places::LOCATING_VARIABLES
                .contains(&name)
                .then(|| (name.to_owned(), String::from_utf8_lossy(value).into_owned()))
        })
        .collect()
}

fn copy(process: &Process) -> Process {
    let again = |secret: &bedlock_model::SecretBytes| {
        bedlock_model::SecretBytes::new(secret.danger_expose().to_vec())
    };
    Process {
        pid: process.pid,
        uid: process.uid,
        name: process.name.clone(),
        argv: process.argv.iter().map(again).collect(),
        environment: process.environment.as_ref().map(again),
    }
}

fn recovered(one: &Recovered) -> String {
    let what = match one.what {
        Interrupted::Apply => "harden",
        Interrupted::Undo => "undo",
    };
    match one.outcome {
        Outcome::TakenBack => format!(
            "note: an interrupted {what} ({}) was taken back: every file is as it was before it",
            one.id
        ),
        Outcome::Finished => format!("note: an interrupted {what} ({}) was finished", one.id),
    }
}
