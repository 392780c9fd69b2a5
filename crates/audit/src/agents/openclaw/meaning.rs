//! What a credential at a place is for, and therefore what harden may do with it.
//!
//! **Invariant:** the answer is `Keep` only when taking the credential away would cut the owner's
//! own way to the agent: a chat channel, an inbound route, the gateway's door or its identity.

use std::collections::BTreeSet;
use std::path::Path;

use bedlock_formats::{Entry, Segment};
use bedlock_model::{Disposition, PlaceKind};

use crate::agents::openclaw::surfaces::{self, Serves};
use crate::checks::cell::GATEWAY_TABLES;
use crate::checks::process::ARGUMENTS;
use crate::found::{At, Hit};

/// Variables with which OpenClaw opens a channel or its own door.
///
/// **Source:** OpenClaw `docs/channels/*.md`, `docs/help/environment.md`.
pub const CHANNEL_VARIABLES: &[&str] = &[
    "TELEGRAM_BOT_TOKEN",
    "DISCORD_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_BOT_TOKEN",
    "SLACK_USER_TOKEN",
    "SLACK_SIGNING_SECRET",
    "LINE_CHANNEL_ACCESS_TOKEN",
    "LINE_CHANNEL_SECRET",
    "MATRIX_ACCESS_TOKEN",
    "MATRIX_PASSWORD",
    "MATTERMOST_BOT_TOKEN",
    "MSTEAMS_APP_PASSWORD",
    "NEXTCLOUD_TALK_BOT_SECRET",
    "NOSTR_PRIVATE_KEY",
    "TWILIO_AUTH_TOKEN",
    "ZALO_BOT_TOKEN",
    "FEISHU_APP_SECRET",
    "IRC_PASSWORD",
    "OPENCLAW_GATEWAY_TOKEN",
    "OPENCLAW_GATEWAY_PASSWORD",
    "CLAWDBOT_GATEWAY_TOKEN",
    "CLAWDBOT_GATEWAY_PASSWORD",
];

/// What harden does, and why when it leaves something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What happens.
    pub disposition: Disposition,
    /// Why it stays, when it does.
    pub reason: Option<String>,
}

impl Decision {
    pub(crate) fn remove() -> Self {
        Self {
            disposition: Disposition::Remove,
            reason: None,
        }
    }

    pub(crate) fn left(disposition: Disposition, reason: impl Into<String>) -> Self {
        Self {
            disposition,
            reason: Some(reason.into()),
        }
    }
}

const CHANNEL: &str = "a channel or an inbound route stops without it; it opens no model account";
const GATEWAY: &str = "the gateway's own door or identity; it opens nothing outside this host";

/// What the configuration's channels and its gateway refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Referenced {
    /// Variables: `${NAME}`, `$NAME`, or a SecretRef with the source `env`.
    pub variables: BTreeSet<String>,
    /// Entries of OpenClaw's own secret store.
    pub store: BTreeSet<String>,
    /// JSON pointers into the file of a file provider.
    pub pointers: BTreeSet<String>,
}

impl Referenced {
    /// Reads the entries of all configurations.
    #[must_use]
    pub fn by(config: &[Entry]) -> Self {
        let mut all = Self::default();
        for entry in config {
            let Ok(text) = std::str::from_utf8(&entry.value) else {
                continue;
            };
            let source = (entry.name() == Some("id"))
                .then(|| source_beside(config, entry))
                .flatten();
            let field = match source {
                Some(_) => &entry.path[..entry.path.len() - 1],
                None => &entry.path,
            };
            if !matches!(serves(field), Serves::Channel | Serves::Gateway) {
                continue;
            }
            match source {
                Some("env") => _ = all.variables.insert(text.to_owned()),
                Some("store") => _ = all.store.insert(text.to_owned()),
                Some("file") => _ = all.pointers.insert(text.to_owned()),
                Some(_) => {}
                None => all.variables.extend(variables_in(text)),
            }
        }
        all
    }
}

/// The `source` of the SecretRef that an `id` belongs to.
fn source_beside<'c>(config: &'c [Entry], id: &Entry) -> Option<&'c str> {
    let parent = &id.path[..id.path.len() - 1];
    let source = config.iter().find(|entry| {
        entry.name() == Some("source")
            && entry.path.len() == id.path.len()
            && entry.path.starts_with(parent)
    })?;
    std::str::from_utf8(&source.value).ok()
}

/// The names in `${NAME}` and `$NAME`.
fn variables_in(text: &str) -> impl Iterator<Item = String> {
    text.split('$').skip(1).filter_map(|rest| {
        let rest = rest.trim_start_matches('{');
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(rest.len());
        (end > 0).then(|| rest[..end].to_owned())
    })
}

/// Whether a file belongs to another agent of the same user.
pub(crate) fn is_other_agent(path: &Path) -> bool {
    path.components().any(|part| {
        matches!(
            part.as_os_str().to_str(),
            Some(".codex" | ".claude" | ".claude.json")
        )
    })
}

/// What is said of another agent's own credential.
pub(crate) fn other_agent() -> Decision {
    Decision::left(
        Disposition::Report,
        "another agent's own sign-in, which OpenClaw's shell can read: sign out there, or run OpenClaw as another user",
    )
}

/// Decides about one hit.
#[must_use]
pub fn decide(path: &Path, kind: PlaceKind, hit: &Hit, referenced: &Referenced) -> Decision {
    match (&hit.at, kind) {
        (At::Cell(cell), _)
            if cell.table == "secret_store_entries"
                && names_one_of(&hit.location, &referenced.store) =>
        {
            Decision::left(Disposition::Keep, CHANNEL)
        }
        (At::Cell(cell), _) if GATEWAY_TABLES.contains(&cell.table.as_str()) => {
            Decision::left(Disposition::Keep, GATEWAY)
        }
        (At::Cell(cell), _) if cell.table == "config_machine_state" => {
            let own = ["nodeHost", "gateway", "node."]
                .iter()
                .any(|name| hit.location.contains(&format!("[{name}")));
            if own {
                Decision::left(Disposition::Keep, GATEWAY)
            } else {
                Decision::remove()
            }
        }
        (At::Cell(_), _) => Decision::remove(),
        (At::Bytes(_), PlaceKind::AgentConfig | PlaceKind::AgentConfigCopy) => {
            config(hit, referenced)
        }
        (At::Bytes(_), PlaceKind::AgentState)
            if is_channel_file(path) || referenced.pointers.contains(&pointer(&hit.path)) =>
        {
            Decision::left(Disposition::Keep, CHANNEL)
        }
        (At::Bytes(_), PlaceKind::AgentState) if is_device_file(path) => {
            Decision::left(Disposition::Keep, GATEWAY)
        }
        (
            At::Bytes(_),
            PlaceKind::Dotenv
            | PlaceKind::SystemdEnvFile
            | PlaceKind::SystemdUnit
            | PlaceKind::LaunchdPlist
            | PlaceKind::ShellStartup
            | PlaceKind::ProcessEnvironment,
        ) => variable(kind, hit, referenced),
        (At::Bytes(_), PlaceKind::Binary) => Decision::left(
            Disposition::Report,
            "a file of bytes that bedlock does not edit: delete it, or make it anew without the secret",
        ),
        (At::Bytes(_), PlaceKind::Text) if is_secret_file(path) => {
            Decision::left(Disposition::Keep, CHANNEL)
        }
        _ => Decision::remove(),
    }
}

/// Whether `table[NAME].column` names one of these.
fn names_one_of(location: &str, names: &BTreeSet<String>) -> bool {
    let name = location
        .split_once('[')
        .and_then(|(_, rest)| rest.split_once(']'));
    name.is_some_and(|(name, _)| names.contains(name))
}

/// A path as a JSON pointer (RFC 6901).
fn pointer(path: &[Segment]) -> String {
    path.iter()
        .map(|segment| match segment {
            Segment::Key(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
            Segment::Index(index) => format!("/{index}"),
        })
        .collect()
}

fn config(hit: &Hit, referenced: &Referenced) -> Decision {
    if hit.path.is_empty() {
        return Decision::remove();
    }
    if hit.path.first().and_then(Segment::as_key) == Some("env") {
        return variable(PlaceKind::Dotenv, hit, referenced);
    }
    match serves(&hit.path) {
        Serves::Channel => Decision::left(Disposition::Keep, CHANNEL),
        Serves::Gateway => Decision::left(Disposition::Keep, GATEWAY),
        Serves::Provider | Serves::Tool => Decision::remove(),
    }
}

fn serves(path: &[Segment]) -> Serves {
    surfaces::surface_of(path)
        .map_or_else(|| surfaces::serves_by_place(path), |surface| surface.serves)
}

fn variable(kind: PlaceKind, hit: &Hit, referenced: &Referenced) -> Decision {
    if kind == PlaceKind::ProcessEnvironment
        && hit.path.first().and_then(Segment::as_key) == Some(ARGUMENTS)
    {
        return Decision::left(
            Disposition::Report,
            "in the arguments of a running process, which every user of this machine may read: start it without",
        );
    }
    let name = hit
        .path
        .iter()
        .rev()
        .find_map(Segment::as_key)
        .unwrap_or_default();
    let channel = CHANNEL_VARIABLES.contains(&name) || referenced.variables.contains(name);
    match (channel, kind) {
        (true, _) => Decision::left(Disposition::Keep, CHANNEL),
        (false, PlaceKind::ProcessEnvironment) => Decision::left(
            Disposition::Report,
            "in the environment of a running process: gone when the process is started again",
        ),
        (false, _) => Decision::remove(),
    }
}

/// Pairing state of a channel: `credentials/whatsapp/<account>/creds.json`.
fn is_channel_file(path: &Path) -> bool {
    let text = path.to_string_lossy();
    text.contains("/credentials/") && !text.ends_with("oauth.json") && !text.contains("oauth.json.")
}

fn is_device_file(path: &Path) -> bool {
    let text = path.to_string_lossy();
    ["/identity/", "/devices/", "exec-approvals.json"]
        .iter()
        .any(|part| text.contains(part))
}

/// A file that the configuration names as `tokenFile`.
pub(crate) fn is_secret_file(path: &Path) -> bool {
    path.file_name().is_some_and(|name| {
        let name = name.to_string_lossy().to_lowercase();
        name.contains("token") || name.contains("password")
    })
}
