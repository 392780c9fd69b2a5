//! Where OpenClaw and the person around it keep secrets: which folders and files, and what each is.
//!
//! Called first (`locate`, `wants`), and again with what was found so far (`further`), because the
//! configuration names more places: includes, workspaces, environment files, key files.
//!
//! **Source:** OpenClaw `docs/help/environment.md`, `dist/paths-*.mjs` (2026.9.6), and the layout
//! of hosts that were set up with 2026.5.7 and 2026.9.6.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use bedlock_formats::{Entry, Format, Segment};
use bedlock_model::{PlaceKind, Snapshot, Want};

use crate::agents::{HostFacts, Installation};

/// Environment variables that say where OpenClaw's folders are.
pub const LOCATING_VARIABLES: &[&str] = &[
    "OPENCLAW_HOME",
    "OPENCLAW_STATE_DIR",
    "OPENCLAW_CONFIG_PATH",
    "OPENCLAW_PROFILE",
    "OPENCLAW_WORKSPACE_DIR",
    "CLAWDBOT_STATE_DIR",
    "CLAWDBOT_CONFIG_PATH",
];

const CONFIG_NAMES: &[&str] = &["openclaw.json", "clawdbot.json", "moltbot.json"];

/// Finds every installation below a home: the default one, profiles, legacy folders, and what the
/// environment points at.
#[must_use]
pub fn locate(facts: &HostFacts) -> Vec<Installation> {
    let mut found = Vec::new();
    for name in &facts.home_entries {
        let profile = match name.as_str() {
            ".openclaw" | ".clawdbot" | ".moltbot" => None,
            other => match other.strip_prefix(".openclaw-") {
                Some(profile) if !profile.is_empty() => Some(profile.to_owned()),
                _ => continue,
            },
        };
        let state = facts.home.join(name);
        let config = state.join(config_name(name));
        found.push(Installation {
            state,
            config,
            profile,
        });
    }
    if facts
        .home_entries
        .iter()
        .any(|name| name == ".openclaw.json")
    {
        found.push(Installation {
            state: facts.home.join(".openclaw"),
            config: facts.home.join(".openclaw.json"),
            profile: None,
        });
    }
    for overrides in &facts.overrides {
        found.extend(overridden(&facts.home, overrides));
    }
    found.sort();
    found.dedup();
    found
}

fn config_name(folder: &str) -> &'static str {
    match folder {
        ".clawdbot" => "clawdbot.json",
        ".moltbot" => "moltbot.json",
        _ => "openclaw.json",
    }
}

fn overridden(home: &Path, set: &BTreeMap<String, String>) -> Option<Installation> {
    let get = |name: &str| {
        set.get(name)
            .map(|v| v.trim())
            .filter(|v| !matches!(*v, "" | "undefined" | "null"))
    };
    let base = get("OPENCLAW_HOME").map_or_else(|| home.to_owned(), |p| expand(home, p));
    let profile = get("OPENCLAW_PROFILE")
        .filter(|p| *p != "default")
        .map(str::to_owned);
    let state_set = get("OPENCLAW_STATE_DIR").or_else(|| get("CLAWDBOT_STATE_DIR"));
    let config_set = get("OPENCLAW_CONFIG_PATH").or_else(|| get("CLAWDBOT_CONFIG_PATH"));
    if state_set.is_none() && config_set.is_none() && profile.is_none() && base == home {
        return None;
    }
    let state = match (state_set, &profile) {
        (Some(path), _) => expand(home, path),
        (None, Some(profile)) => base.join(format!(".openclaw-{profile}")),
        (None, None) => base.join(".openclaw"),
    };
    let config = config_set.map_or_else(|| state.join("openclaw.json"), |path| expand(home, path));
    Some(Installation {
        state,
        config,
        profile,
    })
}

fn expand(home: &Path, path: &str) -> PathBuf {
    match path.strip_prefix('~') {
        Some("") => home.to_owned(),
        Some(rest) if rest.starts_with('/') => home.join(&rest[1..]),
        _ => normal(&home.join(path)),
    }
}

/// Removes `.` and resolves `..` by name, without asking the file system.
#[must_use]
pub fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other.as_os_str()),
        }
    }
    out
}

/// The first places to look at.
#[must_use]
pub fn wants(facts: &HostFacts, installations: &[Installation]) -> Vec<Want> {
    let home = &facts.home;
    let mut wants = Vec::new();
    for one in installations {
        wants.push(Want::File {
            path: one.config.clone(),
            kind: PlaceKind::AgentConfig,
        });
        wants.push(Want::Tree {
            path: one.state.clone(),
            classify: classify_state,
            enter: enters,
            depth: 24,
        });
    }
    for (folder, depth, classify) in TREES {
        wants.push(Want::Tree {
            path: home.join(folder),
            classify: *classify,
            enter: enters,
            depth: *depth,
        });
    }
    for (file, kind) in HOME_FILES {
        wants.push(Want::File {
            path: home.join(file),
            kind: *kind,
        });
    }
    for folder in &facts.also {
        wants.push(Want::Tree {
            path: folder.clone(),
            classify: classify_workspace,
            enter: enters,
            depth: 16,
        });
    }
    if facts.system {
        for path in ["/etc/systemd/system", "/etc/systemd/user"] {
            wants.push(Want::Tree {
                path: path.into(),
                classify: classify_system_units,
                enter: enters,
                depth: 2,
            });
        }
        wants.push(Want::Tree {
            path: "/tmp/openclaw".into(),
            classify: classify_log,
            enter: enters,
            depth: 2,
        });
    }
    wants
}

type Classify = fn(&Path) -> Option<PlaceKind>;

const TREES: &[(&str, usize, Classify)] = &[
    (".aws/sso/cache", 1, |p| {
        has_extension(p, "json").then_some(PlaceKind::AwsSsoCache)
    }),
    (".aws/cli/cache", 1, |p| {
        has_extension(p, "json").then_some(PlaceKind::AwsCliCache)
    }),
    (".config/systemd/user", 2, classify_units),
    (".config/openclaw", 3, classify_state),
    (".local/state/openclaw", 4, classify_state),
    (".cache/openclaw", 4, classify_state),
    ("Library/LaunchAgents", 1, |p| {
        (has_extension(p, "plist") && names_openclaw(p)).then_some(PlaceKind::LaunchdPlist)
    }),
    ("Library/Logs/openclaw", 2, classify_log),
    (".npm/_logs", 1, |_| Some(PlaceKind::Log)),
    (".codex", 6, classify_other_agent),
    (".claude", 6, classify_other_agent),
    (".config/fish", 2, |p| {
        has_extension(p, "fish").then_some(PlaceKind::ShellStartup)
    }),
    (".config/environment.d", 1, |p| {
        has_extension(p, "conf").then_some(PlaceKind::SystemdEnvFile)
    }),
];

const HOME_FILES: &[(&str, PlaceKind)] = &[
    (".aws/config", PlaceKind::AwsConfig),
    (".aws/credentials", PlaceKind::AwsCredentials),
    (".bash_login", PlaceKind::ShellStartup),
    (".bash_profile", PlaceKind::ShellStartup),
    (".bashrc", PlaceKind::ShellStartup),
    (".profile", PlaceKind::ShellStartup),
    (".zprofile", PlaceKind::ShellStartup),
    (".zshenv", PlaceKind::ShellStartup),
    (".zshrc", PlaceKind::ShellStartup),
    (".zlogin", PlaceKind::ShellStartup),
    (".pam_environment", PlaceKind::Dotenv),
    (".env", PlaceKind::Dotenv),
    (".netrc", PlaceKind::Netrc),
    (".npmrc", PlaceKind::Npmrc),
    (".git-credentials", PlaceKind::GitCredentials),
    (".config/git/credentials", PlaceKind::GitCredentials),
    (".config/gh/hosts.yml", PlaceKind::Yaml),
    (".claude.json", PlaceKind::OtherAgent),
    (".bash_history", PlaceKind::Log),
    (".zsh_history", PlaceKind::Log),
    (".node_repl_history", PlaceKind::Log),
];

/// What a file below a state folder is.
#[must_use]
pub fn classify_state(relative: &Path) -> Option<PlaceKind> {
    let name = relative.file_name()?.to_string_lossy().to_lowercase();
    let top = relative
        .components()
        .next()?
        .as_os_str()
        .to_string_lossy()
        .into_owned();
    if let Some(kind) = classify_sqlite(&name) {
        return Some(kind);
    }
    if name == ".env" || name.starts_with(".env.") {
        return Some(PlaceKind::Dotenv);
    }
    if name.ends_with(".env") {
        return Some(PlaceKind::SystemdEnvFile);
    }
    if let Some(config) = CONFIG_NAMES
        .iter()
        .find(|config| name.starts_with(**config))
    {
        let active = name == **config && relative.components().count() == 1;
        return Some(if active {
            PlaceKind::AgentConfig
        } else {
            PlaceKind::AgentConfigCopy
        });
    }
    if name.contains(".jsonl") {
        let log = top == "logs" || top == "cron";
        return Some(if log {
            PlaceKind::Log
        } else {
            PlaceKind::Transcript
        });
    }
    if top.starts_with("workspace") {
        return Some(PlaceKind::Workspace);
    }
    if name.ends_with(".log") || top == "logs" {
        return Some(PlaceKind::Log);
    }
    if name.ends_with(".json") || name.ends_with(".json5") || name.contains(".json.") {
        return Some(PlaceKind::AgentState);
    }
    if name.ends_with(".yml") || name.ends_with(".yaml") {
        return Some(PlaceKind::Yaml);
    }
    if name.ends_with(".sh") {
        return Some(PlaceKind::ShellStartup);
    }
    Some(if BINARY.iter().any(|ext| has_extension(relative, ext)) {
        PlaceKind::Binary
    } else {
        PlaceKind::Text
    })
}

/// Extensions of files that are searched as bytes and never edited.
const BINARY: &[&str] = &[
    "png", "jpg", "jpeg", "gif", "webp", "mp3", "mp4", "ogg", "wav", "opus", "pdf", "zip", "gz",
    "tgz", "zst", "br", "node", "so", "dylib", "wasm", "woff2", "ttf", "key",
];

fn classify_sqlite(name: &str) -> Option<PlaceKind> {
    let sidecar = ["-wal", "-shm", "-journal"]
        .iter()
        .find_map(|tail| name.strip_suffix(tail));
    let database = |n: &str| {
        [".sqlite", ".sqlite3", ".db"]
            .iter()
            .any(|ext| n.ends_with(ext))
    };
    match sidecar {
        Some(stem) if database(stem) => Some(PlaceKind::DatabaseSidecar),
        _ => database(name).then_some(PlaceKind::Database),
    }
}

/// Leaves out folders that hold other people's code, or nothing but bulk.
fn enters(relative: &Path) -> bool {
    !relative.file_name().is_some_and(|name| {
        matches!(
            name.to_str(),
            Some(
                "node_modules"
                    | ".git"
                    | "__pycache__"
                    | ".venv"
                    | "npm-cache"
                    // OpenClaw unpacks its own web pages here.
                    | "control-ui-assets"
            )
        )
    })
}

fn classify_units(relative: &Path) -> Option<PlaceKind> {
    let unit = has_extension(relative, "service") || has_extension(relative, "conf");
    unit.then_some(PlaceKind::SystemdUnit)
}

fn classify_system_units(relative: &Path) -> Option<PlaceKind> {
    names_openclaw(relative)
        .then(|| classify_units(relative))
        .flatten()
}

fn classify_log(_: &Path) -> Option<PlaceKind> {
    Some(PlaceKind::Log)
}

fn classify_other_agent(relative: &Path) -> Option<PlaceKind> {
    let name = relative.file_name()?.to_string_lossy().to_lowercase();
    match classify_state(relative)? {
        PlaceKind::AgentState | PlaceKind::Yaml | PlaceKind::Text => {
            let transcript = name.starts_with("history") || name.contains("session");
            Some(if transcript {
                PlaceKind::Transcript
            } else {
                PlaceKind::OtherAgent
            })
        }
        PlaceKind::AgentConfig | PlaceKind::AgentConfigCopy => Some(PlaceKind::OtherAgent),
        other => Some(other),
    }
}

fn names_openclaw(path: &Path) -> bool {
    let text = path.to_string_lossy().to_lowercase();
    ["openclaw", "clawdbot", "moltbot"]
        .iter()
        .any(|name| text.contains(name))
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension()
        .is_some_and(|ext| ext.eq_ignore_ascii_case(wanted))
}

/// The places that what was found so far points at: includes, workspaces, key files of the
/// configuration, environment files of the units. Empty when everything named is known already.
#[must_use]
pub fn further(facts: &HostFacts, snapshot: &Snapshot) -> Vec<Want> {
    let mut wants = Vec::new();
    for place in &snapshot.places {
        let format = match place.kind {
            PlaceKind::AgentConfig => Format::Json5,
            PlaceKind::SystemdUnit => Format::SystemdUnit,
            _ => continue,
        };
        let Ok(text) = place.source.read_all(crate::WHOLE_FILE_LIMIT) else {
            continue;
        };
        let Ok(entries) = bedlock_formats::entries(format, &text) else {
            continue;
        };
        let folder = place.path.parent().unwrap_or(&facts.home);
        for entry in &entries {
            let target = match format {
                Format::Json5 => config_points_at(&facts.home, folder, entry),
                _ => unit_points_at(&facts.home, entry),
            };
            wants.extend(target);
        }
    }
    let of_the_kernel = |path: &Path| {
        ["/proc", "/sys", "/dev"]
            .iter()
            .any(|top| path.starts_with(top))
    };
    wants.retain(|want| match want {
        Want::File { path, .. } | Want::Tree { path, .. } if of_the_kernel(path) => false,
        // What a name in the configuration says of a file is more than its folder does.
        Want::File { path, kind } => snapshot.at(path).is_none_or(|place| place.kind != *kind),
        Want::Tree { path, .. } => !snapshot.places.iter().any(|p| p.path.starts_with(path)),
    });
    wants
}

/// Settings in service units that move OpenClaw's folders.
#[must_use]
pub fn overrides_in_units(snapshot: &Snapshot) -> Vec<BTreeMap<String, String>> {
    let mut found = Vec::new();
    for place in &snapshot.places {
        let format = match place.kind {
            PlaceKind::SystemdUnit => Format::SystemdUnit,
            PlaceKind::SystemdEnvFile => Format::SystemdEnvFile,
            PlaceKind::LaunchdPlist => Format::LaunchdPlist,
            _ => continue,
        };
        let Ok(text) = place.source.read_all(crate::WHOLE_FILE_LIMIT) else {
            continue;
        };
        let set = locating(&bedlock_formats::entries(format, &text).unwrap_or_default());
        if !set.is_empty() {
            found.push(set);
        }
    }
    found
}

fn locating(entries: &[Entry]) -> BTreeMap<String, String> {
    entries
        .iter()
        .filter_map(|entry| {
            let name = entry
                .name()
                .filter(|name| LOCATING_VARIABLES.contains(name))?;
            Some((
                name.to_owned(),
                String::from_utf8(entry.value.clone()).ok()?,
            ))
        })
        .collect()
}

/// Whether a file outside of any home is OpenClaw's: its logs, and what starts it.
pub(crate) fn is_openclaws_by_name(path: &Path) -> bool {
    let roots = [
        "/tmp/openclaw",
        "/etc/systemd",
        "/etc/default",
        "/etc/openclaw",
        "/Library/LaunchDaemons",
    ];
    roots.iter().any(|root| path.starts_with(root)) && names_openclaw(path)
}

fn config_points_at(home: &Path, folder: &Path, entry: &Entry) -> Option<Want> {
    let text = std::str::from_utf8(&entry.value).ok()?;
    let keys: Vec<&str> = entry.path.iter().filter_map(Segment::as_key).collect();
    let path = || {
        let expanded = expand(home, text);
        if text.starts_with('~') || text.starts_with('/') {
            expanded
        } else {
            normal(&folder.join(text))
        }
    };
    if text.is_empty() || text.contains("${") {
        return None;
    }
    match keys.as_slice() {
        [.., "$include"] => Some(Want::File {
            path: path(),
            kind: PlaceKind::AgentConfig,
        }),
        [.., "workspace"] => Some(Want::Tree {
            path: path(),
            classify: classify_workspace,
            enter: enters,
            depth: 16,
        }),
        [.., "agentDir"] => Some(Want::Tree {
            path: path(),
            classify: classify_state,
            enter: enters,
            depth: 8,
        }),
        ["secrets", "providers", _, "path"] => Some(Want::File {
            path: path(),
            kind: PlaceKind::AgentState,
        }),
        [.., "tokenFile"] | [.., "passwordFile"] => Some(Want::File {
            path: path(),
            kind: PlaceKind::Text,
        }),
        _ => None,
    }
}

fn classify_workspace(relative: &Path) -> Option<PlaceKind> {
    match classify_state(relative)? {
        kind @ (PlaceKind::Dotenv
        | PlaceKind::Database
        | PlaceKind::DatabaseSidecar
        | PlaceKind::Binary) => Some(kind),
        _ => Some(PlaceKind::Workspace),
    }
}

fn unit_points_at(home: &Path, entry: &Entry) -> Option<Want> {
    let is_file = entry
        .path
        .iter()
        .any(|s| s.as_key() == Some("EnvironmentFile"));
    let text = std::str::from_utf8(&entry.value)
        .ok()?
        .trim_start_matches('-');
    let text = text.replace("%h", &home.to_string_lossy());
    (is_file && text.starts_with('/')).then(|| Want::File {
        path: text.into(),
        kind: PlaceKind::SystemdEnvFile,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn installations_are_found_by_folder_profile_and_environment() {
        let set = |pairs: &[(&str, &str)]| {
            pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect()
        };
        let facts = HostFacts {
            home: "/home/ann".into(),
            system: true,
            also: Vec::new(),
            home_entries: [
                ".openclaw",
                ".openclaw-work",
                ".clawdbot",
                ".openclaw.json",
                "x",
            ]
            .map(str::to_owned)
            .to_vec(),
            overrides: vec![
                set(&[("OPENCLAW_STATE_DIR", "~/state")]),
                set(&[("OPENCLAW_PROFILE", "night")]),
                set(&[
                    ("OPENCLAW_HOME", "/srv/claw"),
                    ("OPENCLAW_CONFIG_PATH", "/etc/claw.json"),
                ]),
                set(&[("OPENCLAW_STATE_DIR", "undefined")]),
            ],
        };
        let configs: Vec<String> = locate(&facts)
            .iter()
            .map(|one| one.config.display().to_string())
            .collect();
        assert_eq!(
            configs,
            [
                "/home/ann/.clawdbot/clawdbot.json",
                "/home/ann/.openclaw/openclaw.json",
                "/home/ann/.openclaw.json",
                "/home/ann/.openclaw-night/openclaw.json",
                "/home/ann/.openclaw-work/openclaw.json",
                "/home/ann/state/openclaw.json",
                "/etc/claw.json",
            ]
        );
    }

    #[test]
    fn files_of_a_state_folder_are_told_apart() {
        use PlaceKind as K;
        for (path, kind) in [
            ("openclaw.json", Some(K::AgentConfig)),
            ("openclaw.json.bak.3", Some(K::AgentConfigCopy)),
            ("openclaw.json.last-good", Some(K::AgentConfigCopy)),
            ("backups/2026/openclaw.json", Some(K::AgentConfigCopy)),
            ("state/openclaw.sqlite", Some(K::Database)),
            ("state/openclaw.sqlite-wal", Some(K::DatabaseSidecar)),
            ("agents/main/agent/models.json", Some(K::AgentState)),
            (
                "agents/main/agent/auth-profiles.json.migrated-2026-x",
                Some(K::AgentState),
            ),
            ("agents/main/sessions/a.jsonl", Some(K::Transcript)),
            (
                "agents/main/sessions/a.jsonl.bak-12-34",
                Some(K::Transcript),
            ),
            ("logs/config-audit.jsonl", Some(K::Log)),
            (".env", Some(K::Dotenv)),
            ("gateway.systemd.env", Some(K::SystemdEnvFile)),
            ("workspace/notes/keys.md", Some(K::Workspace)),
            ("media/a.png", Some(K::Binary)),
        ] {
            assert_eq!(classify_state(Path::new(path)), kind, "{path}");
        }
    }
}
