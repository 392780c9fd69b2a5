//! What a credential at a place is for, and therefore what harden may do with it.
//!
//! **Invariant:** the answer is `Keep` only when taking the credential away would cut the owner's
//! own way to the agent: a chat channel, an inbound route, the gateway's door or its identity.

use std::path::Path;

use bedlock_formats::Segment;
use bedlock_model::{Disposition, PlaceKind};

use crate::agents::openclaw::surfaces::{self, Serves};
use crate::checks::cell::GATEWAY_TABLES;
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

/// Decides about one hit. `referenced` are the variables that the configuration's channel and
/// gateway fields refer to with `${NAME}` or a SecretRef.
#[must_use]
pub fn decide(path: &Path, kind: PlaceKind, hit: &Hit, referenced: &[String]) -> Decision {
    match (&hit.at, kind) {
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
        (At::Bytes(_), PlaceKind::AgentState) if is_channel_file(path) => {
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

fn config(hit: &Hit, referenced: &[String]) -> Decision {
    if hit.path.is_empty() {
        return Decision::remove();
    }
    if hit.path.first().and_then(Segment::as_key) == Some("env") {
        return variable(PlaceKind::Dotenv, hit, referenced);
    }
    let serves = surfaces::surface_of(&hit.path).map_or_else(
        || surfaces::serves_by_place(&hit.path),
        |surface| surface.serves,
    );
    match serves {
        Serves::Channel => Decision::left(Disposition::Keep, CHANNEL),
        Serves::Gateway => Decision::left(Disposition::Keep, GATEWAY),
        Serves::Provider | Serves::Tool => Decision::remove(),
    }
}

fn variable(kind: PlaceKind, hit: &Hit, referenced: &[String]) -> Decision {
    let name = hit
        .path
        .iter()
        .rev()
        .find_map(Segment::as_key)
        .unwrap_or_default();
    let channel = CHANNEL_VARIABLES.contains(&name) || referenced.iter().any(|known| known == name);
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
fn is_secret_file(path: &Path) -> bool {
    path.file_name().is_some_and(|name| {
        let name = name.to_string_lossy().to_lowercase();
        name.contains("token") || name.contains("password")
    })
}
