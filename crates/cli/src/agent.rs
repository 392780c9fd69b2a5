//! The running OpenClaw: who runs it, how it is stopped, started again, and whether it can use Bedrock.
//!
//! Used by `harden` and `undo`, which must not change files under a running agent.
//!
//! **Invariant:** it is stopped the way OpenClaw documents (SIGTERM, or its service manager), never
//! killed; what somebody else starts again by itself is not fought over.
//!
//! **Source:** OpenClaw `docs/cli/gateway.md`, `docs/cli/daemon.md`; measured on 2026.5.7 and 2026.9.6.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bedlock_audit::agents::openclaw::plugin;
use bedlock_audit::found::Spot;
use bedlock_formats::json5::Document;
use bedlock_formats::{Format, Segment};
use bedlock_host::{Manager, Running, Start};
use bedlock_model::{PlaceKind, Snapshot};

use crate::error::CliError;
use crate::terminal;
use crate::world::{Seen, World, variables};

/// OpenClaw lets running turns end before it stops, at most 315 seconds.
const STOP_PATIENCE: Duration = Duration::from_secs(330);
/// A cold start takes 41 seconds on two slow cores.
const START_PATIENCE: Duration = Duration::from_secs(240);
/// How long a gateway that runs already takes to say so.
const ONE_ANSWER: Duration = Duration::from_millis(500);
/// Where a gateway says that it is ready.
const READY: &str = "/readyz";
const DEFAULT_PORT: u16 = 18789;

/// How a running gateway is started again.
#[derive(Debug)]
enum How {
    /// By the user's service manager.
    Service(String),
    /// As it was started: by hand.
    Process(Box<Start>),
    /// Nobody knows how it was started.
    Unknown(String),
}

/// A running gateway.
#[derive(Debug)]
struct Gateway {
    pid: u32,
    started: u64,
    port: u16,
    how: How,
}

/// What runs of OpenClaw for this home.
#[derive(Debug, Default)]
pub(crate) struct Agents {
    gateways: Vec<Gateway>,
    /// Services that are active although none of their processes was seen.
    services: Vec<String>,
    /// Other commands of OpenClaw: a chat in a terminal, a run.
    others: Vec<(u32, u64, String)>,
}

impl Agents {
    /// Finds them. `environment` is what a started agent gets besides what it had.
    pub(crate) fn find(world: &World, seen: &Seen, environment: &[(&str, String)]) -> Self {
        let mut agents = Self::default();
        if world.root.is_some() {
            return agents;
        }
        let active = active_services(world, &seen.snapshot);
        let tainted = tainted_variables(seen);
        let pids: BTreeSet<u32> = seen.running.iter().map(|one| one.facts.pid).collect();
        for one in &seen.running {
            if is_gateway(one) {
                let how = match active.first() {
                    Some(unit) => How::Service(unit.clone()),
                    None => restart(one, seen, &tainted, environment, &world.state),
                };
                agents.gateways.push(Gateway {
                    pid: one.facts.pid,
                    started: one.facts.started,
                    port: port(one, seen),
                    how,
                });
            } else if !is_helper(one, &pids) {
                agents
                    .others
                    .push((one.facts.pid, one.facts.started, title(one)));
            }
        }
        if agents.gateways.is_empty() {
            agents.services = active;
        }
        agents
    }

    /// Whether anything runs.
    pub(crate) fn is_empty(&self) -> bool {
        self.gateways.is_empty() && self.services.is_empty() && self.others.is_empty()
    }

    /// What runs, a line each, for the plan.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for one in &self.gateways {
            lines.push(match &one.how {
                How::Service(unit) => format!(
                    "OpenClaw runs (process {}, service {unit}): --apply stops the service, and starts it again",
                    one.pid
                ),
                How::Process(_) => format!(
                    "OpenClaw runs (process {}, started by hand): --apply stops it, and starts it again",
                    one.pid
                ),
                How::Unknown(why) => format!(
                    "OpenClaw runs (process {}): --apply stops it; start it again yourself, because {why}",
                    one.pid
                ),
            });
        }
        for unit in &self.services {
            lines.push(format!(
                "the service {unit} is active: --apply stops it, and starts it again"
            ));
        }
        for (pid, _, name) in &self.others {
            lines.push(format!(
                "{name} runs (process {pid}): end it before --apply"
            ));
        }
        lines
    }

    /// Stops everything.
    pub(crate) fn stop(&self, world: &World) -> Result<(), CliError> {
        if let Some((pid, _, name)) = self.others.first() {
            return Err(CliError::refused(
                format!("{name} (process {pid}) runs and would write to the files that change"),
                format!("end it (kill {pid}), then run the command again"),
            ));
        }
        let watch = world.watch();
        watch.begin("stopping OpenClaw; it lets running turns end", None);
        for unit in self.units() {
            bedlock_host::stop_service(Manager::User, unit)?;
        }
        for one in &self.gateways {
            if !matches!(one.how, How::Service(_)) {
                bedlock_host::stop(one.pid, one.started, STOP_PATIENCE, &watch)?;
            }
        }
        watch.end();
        Ok(())
    }

    fn units(&self) -> BTreeSet<&str> {
        let of_gateways = self.gateways.iter().filter_map(|one| match &one.how {
            How::Service(unit) => Some(unit.as_str()),
            _ => None,
        });
        self.services
            .iter()
            .map(String::as_str)
            .chain(of_gateways)
            .collect()
    }

    /// Starts what was stopped, and waits until it is ready.
    pub(crate) fn start(self, world: &World) -> Result<(), CliError> {
        let watch = world.watch();
        watch.begin("starting OpenClaw", None);
        let units = self.units();
        if !units.is_empty() {
            bedlock_host::reload_units(Manager::User)?;
        }
        for unit in &units {
            bedlock_host::start_service(Manager::User, unit)?;
        }
        for one in self.gateways {
            let by_hand = !matches!(one.how, How::Service(_));
            let answers = || bedlock_host::wait_ready(one.port, READY, ONE_ANSWER, None, &watch);
            if by_hand && answers().is_ok() {
                terminal::note(&format!(
                    "note: something else started OpenClaw again: port {} answers",
                    one.port
                ));
                continue;
            }
            let pid = match one.how {
                How::Service(_) => None,
                How::Process(start) => Some(bedlock_host::start(*start)?),
                How::Unknown(why) => {
                    watch.end();
                    terminal::note(&format!(
                        "note: OpenClaw was stopped and not started again, because {why}; next: openclaw gateway run"
                    ));
                    continue;
                }
            };
            bedlock_host::wait_ready(one.port, READY, START_PATIENCE, pid, &watch)?;
        }
        watch.end();
        Ok(())
    }
}

/// The services of the user's service manager that run OpenClaw for this home, and are active.
fn active_services(world: &World, snapshot: &Snapshot) -> Vec<String> {
    if !world.own {
        return Vec::new();
    }
    let kinds = [PlaceKind::SystemdUnit, PlaceKind::LaunchdPlist];
    let mut units: Vec<String> = snapshot
        .places
        .iter()
        .filter(|place| kinds.contains(&place.kind))
        .filter_map(|place| place.path.file_name()?.to_str())
        .filter(|name| name.contains("openclaw") || name.contains("clawdbot"))
        .filter_map(|name| match name.strip_suffix(".plist") {
            Some(label) => Some(label.to_owned()),
            None => name.ends_with(".service").then(|| name.to_owned()),
        })
        .collect();
    units.sort();
    units.dedup();
    units.retain(|unit| bedlock_host::is_active(Manager::User, unit) == Some(true));
    units
}

fn words(one: &Running) -> Vec<String> {
    let text = |argument: &bedlock_model::SecretBytes| {
        String::from_utf8_lossy(argument.danger_expose()).into_owned()
    };
    one.facts.argv.iter().map(text).collect()
}

/// A process title hides the arguments. 2026.9.6 says `openclaw-gateway` in it; 2026.5.7 says
/// `openclaw` whatever it does, and names its gateway in a lock file.
fn is_gateway(one: &Running) -> bool {
    let words = words(one);
    let titled = words
        .first()
        .is_some_and(|word| word.starts_with("openclaw-gateway"));
    let script = words.iter().position(|word| is_entry(word));
    let argued = script.is_some_and(|at| words.get(at + 1).is_some_and(|word| word == "gateway"));
    titled || argued || holds_gateway_lock(one)
}

/// Whether a lock of a gateway names the process: `/tmp/openclaw-UID/gateway.HASH.lock`, JSON.
fn holds_gateway_lock(one: &Running) -> bool {
    const LARGEST: u64 = 64 << 10;
    let block = one
        .process
        .environment
        .as_ref()
        .map(|block| block.danger_expose());
    let temporary = block
        .and_then(|block| variables(block).find(|(name, _)| *name == b"TMPDIR"))
        .map(|(_, value)| PathBuf::from(OsStr::from_bytes(value)));
    let folders = temporary.into_iter().chain([PathBuf::from("/tmp")]);
    folders
        .map(|folder| folder.join(format!("openclaw-{}", one.facts.uid)))
        .any(|folder| {
            let locks = bedlock_host::names(None, &folder);
            locks
                .iter()
                .filter(|name| name.starts_with("gateway.") && name.ends_with(".lock"))
                .filter_map(|name| bedlock_host::small_file(None, &folder.join(name), LARGEST))
                .filter_map(|text| serde_json::from_slice::<serde_json::Value>(&text).ok())
                .any(|lock| lock["pid"].as_u64() == Some(u64::from(one.facts.pid)))
        })
}

fn is_entry(word: &str) -> bool {
    let file = word.rsplit('/').next().unwrap_or_default();
    matches!(
        file,
        "openclaw.mjs" | "openclaw" | "clawdbot" | "clawdbot.mjs"
    )
}

/// A helper of another OpenClaw process ends with it; one that is gone already is no concern.
fn is_helper(one: &Running, agents: &BTreeSet<u32>) -> bool {
    const GENERATIONS: usize = 16;
    let is_worker = words(one)
        .iter()
        .any(|word| word.contains("/node_modules/openclaw/dist/"));
    let mut pid = one.facts.pid;
    for generation in 0..GENERATIONS {
        match bedlock_host::parent_of(pid) {
            None => return is_worker || generation == 0,
            Some(parent) if agents.contains(&parent) => return true,
            Some(parent) => pid = parent,
        }
    }
    is_worker
}

fn title(one: &Running) -> String {
    let words = words(one);
    let script = words.iter().position(|word| is_entry(word));
    let verb = script
        .and_then(|at| words.get(at + 1))
        .filter(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '-'));
    verb.map_or_else(
        || "an OpenClaw command".to_owned(),
        |verb| format!("openclaw {verb}"),
    )
}

/// Names of variables that hold a secret in a running agent.
fn tainted_variables(seen: &Seen) -> BTreeSet<String> {
    seen.inspection
        .hits
        .iter()
        .zip(&seen.inspection.decisions)
        .filter(|(hit, decision)| {
            matches!(hit.spot, Spot::Process(_))
                && decision.disposition == bedlock_model::Disposition::Report
        })
        .filter_map(|(hit, _)| {
            hit.path
                .first()
                .and_then(Segment::as_key)
                .map(str::to_owned)
        })
        .collect()
}

/// How a gateway that was started by hand is started again: the same program, folder and
/// environment, without the variables that hold a secret.
fn restart(
    one: &Running,
    seen: &Seen,
    tainted: &BTreeSet<String>,
    added: &[(&str, String)],
    state: &Path,
) -> How {
    let unknown = |why: &str| How::Unknown(why.to_owned());
    let (Some(exe), Some(cwd)) = (&one.facts.exe, &one.facts.cwd) else {
        return unknown("its program cannot be seen");
    };
    let Some(block) = &one.process.environment else {
        return unknown("its environment cannot be read");
    };
    let mut environment: Vec<(OsString, OsString)> = variables(block.danger_expose())
        .filter(|(name, _)| {
            let name = String::from_utf8_lossy(name);
            !tainted.contains(&*name) && !added.iter().any(|(added, _)| *added == name)
        })
        .map(|(name, value)| {
            (
                OsStr::from_bytes(name).into(),
                OsStr::from_bytes(value).into(),
            )
        })
        .collect();
    environment.extend(
        added
            .iter()
            .map(|(name, value)| (name.into(), value.into())),
    );
    let words = words(one);
    // A title looks like an argument: only a file can be started again.
    let is_script =
        |word: &String| is_entry(word) && (word.contains('/') || word.ends_with(".mjs"));
    let by_arguments = words.iter().position(is_script);
    let args: Vec<OsString> = match by_arguments {
        Some(at) => words[at..].iter().map(OsString::from).collect(),
        None => match entry_script(one, seen) {
            Some(script) => vec![script.into(), "gateway".into(), "run".into()],
            None => return unknown("the folder that it is installed in was not found"),
        },
    };
    How::Process(Box::new(Start {
        program: exe.clone(),
        args,
        cwd: cwd.clone(),
        environment,
        log: Some(state.join("openclaw-start.log")),
    }))
}

/// The `openclaw.mjs` that a process with a hidden command line runs: its helpers name it, or its
/// own PATH does.
fn entry_script(one: &Running, seen: &Seen) -> Option<PathBuf> {
    let by_helpers = seen
        .running
        .iter()
        .flat_map(words)
        .find_map(|word| install_folder(&word));
    let by_path = || {
        let block = one.process.environment.as_ref()?;
        let path = variables(block.danger_expose())
            .find(|(name, _)| *name == b"PATH")?
            .1
            .to_vec();
        install_folder(bedlock_host::program_on(&path, "openclaw")?.to_str()?)
    };
    let script = by_helpers.or_else(by_path)?.join("openclaw.mjs");
    bedlock_host::canonical(&script)
}

/// The package folder in a path below it.
fn install_folder(path: &str) -> Option<PathBuf> {
    const PACKAGE: &str = "/node_modules/openclaw";
    let end = path.find(PACKAGE)? + PACKAGE.len();
    let whole = matches!(path.as_bytes().get(end), None | Some(b'/'));
    (whole && path.starts_with('/')).then(|| PathBuf::from(&path[..end]))
}

/// The port that a gateway listens on.
fn port(one: &Running, seen: &Seen) -> u16 {
    let by_environment = || {
        let block = one.process.environment.as_ref()?;
        let (_, value) =
            variables(block.danger_expose()).find(|(name, _)| *name == b"OPENCLAW_GATEWAY_PORT")?;
        std::str::from_utf8(value).ok()?.parse().ok()
    };
    let by_argument = || {
        let words = words(one);
        let at = words.iter().position(|word| word == "--port")?;
        words.get(at + 1)?.parse().ok()
    };
    let by_config = || {
        configurations(seen).into_iter().find_map(|document| {
            let port = document.get(&["gateway".into(), "port".into()])?;
            match &port.kind {
                bedlock_formats::json5::Kind::Number(Some(number)) => {
                    u16::try_from(number.as_u64()?).ok()
                }
                _ => None,
            }
        })
    };
    by_argument()
        .or_else(by_environment)
        .or_else(by_config)
        .unwrap_or(DEFAULT_PORT)
}

fn configurations(seen: &Seen) -> Vec<Document> {
    seen.installations
        .iter()
        .filter_map(|one| seen.snapshot.at(&one.config))
        .filter_map(|place| place.source.read_all(bedlock_audit::WHOLE_FILE_LIMIT).ok())
        .filter_map(|text| Document::parse(std::str::from_utf8(&text).ok()?).ok())
        .collect()
}

/// Whether OpenClaw's Bedrock plugin is there, for every installation with a configuration.
pub(crate) fn has_bedrock_plugin(world: &World, seen: &Seen) -> bool {
    const LARGEST: u64 = 1 << 20;
    let root = world.root.as_deref();
    let is_plugin = |path: &Path| {
        bedlock_host::small_file(root, path, LARGEST)
            .is_some_and(|text| plugin::is_bedrock_manifest(&text))
    };
    let bundled = installs(world, seen)
        .iter()
        .any(|folder| is_plugin(&folder.join(plugin::BUNDLED_MANIFEST)));
    let mut paths = Vec::new();
    for document in configurations(seen) {
        for path in plugin::plugin_paths(&document) {
            let path = match path.strip_prefix("~/") {
                Some(rest) => world.home.join(rest),
                None => PathBuf::from(path),
            };
            paths.push(path.join("openclaw.plugin.json"));
        }
    }
    for one in &seen.installations {
        for pattern in plugin::PLUGIN_MANIFESTS {
            paths.extend(expand(root, &one.state, pattern));
        }
    }
    bundled || paths.iter().any(|path| is_plugin(path))
}

fn expand(root: Option<&Path>, folder: &Path, pattern: &[&str]) -> Vec<PathBuf> {
    let Some((first, rest)) = pattern.split_first() else {
        return vec![folder.to_path_buf()];
    };
    let names = match *first {
        "*" => bedlock_host::names(root, folder),
        name => vec![name.to_owned()],
    };
    names
        .iter()
        .flat_map(|name| expand(root, &folder.join(name), rest))
        .collect()
}

/// Folders that OpenClaw is installed in: what runs, what services start, what is on the PATH.
fn installs(world: &World, seen: &Seen) -> BTreeSet<PathBuf> {
    let mut found: BTreeSet<PathBuf> = seen
        .running
        .iter()
        .flat_map(words)
        .filter_map(|word| install_folder(&word))
        .collect();
    for place in &seen.snapshot.places {
        let format = match place.kind {
            PlaceKind::SystemdUnit => Format::SystemdUnit,
            PlaceKind::LaunchdPlist => Format::LaunchdPlist,
            _ => continue,
        };
        let Ok(text) = place.source.read_all(bedlock_audit::WHOLE_FILE_LIMIT) else {
            continue;
        };
        for entry in bedlock_formats::entries(format, &text).unwrap_or_default() {
            let value = String::from_utf8_lossy(&entry.value).into_owned();
            found.extend(value.split_whitespace().filter_map(install_folder));
        }
    }
    if world.root.is_none() {
        let on_path = world
            .environment
            .variable("PATH")
            .and_then(|path| bedlock_host::program_on(path.danger_expose(), "openclaw"));
        found.extend(
            on_path
                .as_deref()
                .and_then(Path::to_str)
                .and_then(install_folder),
        );
    }
    for folder in [
        "/usr/lib/node_modules/openclaw",
        "/usr/local/lib/node_modules/openclaw",
        "/opt/homebrew/lib/node_modules/openclaw",
    ] {
        found.insert(folder.into());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_install_folder_is_the_package_and_nothing_that_begins_like_it() {
        let folder = |path| install_folder(path).map(|path| path.display().to_string());
        let package = Some("/usr/lib/node_modules/openclaw".to_owned());
        assert_eq!(folder("/usr/lib/node_modules/openclaw"), package);
        assert_eq!(
            folder("/usr/lib/node_modules/openclaw/dist/worker.mjs"),
            package
        );
        assert_eq!(folder("/usr/lib/node_modules/openclaw-extras/a.js"), None);
        assert_eq!(folder("node_modules/openclaw/openclaw.mjs"), None);
    }

    #[test]
    fn a_program_of_openclaw_is_known_by_its_file() {
        for (word, known) in [
            ("/opt/node_modules/openclaw/openclaw.mjs", true),
            ("openclaw", true),
            ("/usr/bin/clawdbot", true),
            ("/usr/bin/openclaw-helper", false),
            ("--openclaw", false),
        ] {
            assert_eq!(is_entry(word), known, "{word}");
        }
    }
}
