//! What a database column means to OpenClaw, and how its value is read for credentials.
//!
//! **Source:** the schemas of `state/openclaw.sqlite` and `agents/<id>/agent/openclaw-agent.sqlite`
//! as OpenClaw 2026.9.6 makes them.
//!
//! **Invariant:** a column that is on no list is still searched for shapes.

use bedlock_formats::{Format, Segment, path_text};
use zeroize::Zeroizing;

use crate::agents::openclaw::surfaces;
use crate::found::{At, Candidate, CellAt};
use crate::judge::{Field, judge};

/// Columns whose whole value is a credential: of a tool, or of the gateway's own identity.
pub(crate) const SECRET_COLUMNS: &[(&str, &str)] = &[
    ("secret_store_entries", "value"),
    ("device_identities", "private_key_pem"),
    ("device_auth_tokens", "token"),
    ("device_bootstrap_tokens", "token"),
    ("gateway_origin_device_tokens", "token"),
    ("native_hook_relay_bridges", "token"),
    ("apns_registrations", "send_grant"),
];

/// Tables whose credentials are the gateway's own: its identity, its pairing with the owner's
/// devices, its local approval socket. Without them the owner's devices have to be paired anew.
pub(crate) const GATEWAY_TABLES: &[&str] = &[
    "device_identities",
    "device_auth_tokens",
    "device_bootstrap_tokens",
    "device_pairing_paired",
    "device_pairing_pending",
    "device_pairing_join_codes",
    "gateway_origin_device_tokens",
    "native_hook_relay_bridges",
    "exec_approvals_config",
    "apns_registrations",
    "web_push_subscriptions",
];

/// Tables that hold conversations.
pub(crate) const TRANSCRIPT_TABLES: &[&str] = &[
    "transcript_events",
    "session_transcript_archives",
    "session_transcript_cold_archives",
    "trajectory_runtime_events",
    "acp_parent_stream_events",
    "acp_replay_events",
    "session_transcript_fts_content",
    "session_nodes",
    "session_pending_inputs",
    "memory_index_chunks",
    "memory_index_chunks_fts_content",
];

/// Largest value that is read as JSON, in bytes; longer ones are searched for shapes.
const JSON_LIMIT: usize = 4 << 20;

/// What names a value: its table, the row's own name in it, and the column.
pub(crate) struct Column<'r> {
    pub(crate) table: &'r str,
    /// The value of the row's first text column: `authProfiles.store` and the like.
    pub(crate) row_name: &'r str,
    pub(crate) column: &'r str,
}

/// Finds the credentials in one value of a row.
pub(crate) fn check(at: &CellAt, column: &Column<'_>, value: &[u8]) -> Vec<Candidate> {
    let mut found = Vec::new();
    let whole = SECRET_COLUMNS.contains(&(column.table, column.column));
    let name = if whole { "token" } else { column.column };
    let field = if whole {
        Field::Credential
    } else {
        Field::Plain
    };
    let is_json = matches!(value.trim_ascii_start().first(), Some(b'{' | b'['));
    if whole || !is_json {
        for judged in judge(name, value, field, None) {
            found.push(make(
                at,
                value,
                judged.range,
                judged.rule,
                judged.evidence,
                &[],
            ));
        }
    }
    if is_json && value.len() <= JSON_LIMIT && holds_credentials(column) {
        found.extend(check_json(at, column, value));
    }
    for shape in crate::checks::stream::check_text(value) {
        if let At::Bytes(span) = &shape.at {
            let mut at = at.clone();
            at.range = to_usize(span.start)..to_usize(span.end);
            found.push(Candidate {
                at: At::Cell(at),
                ..shape
            });
        }
    }
    found
}

/// Whether a JSON value is a store of credentials, and not a conversation in which the words
/// `token` and `key` mean anything.
fn holds_credentials(column: &Column<'_>) -> bool {
    !TRANSCRIPT_TABLES.contains(&column.table)
}

fn check_json(at: &CellAt, column: &Column<'_>, value: &[u8]) -> Vec<Candidate> {
    let Ok(entries) = bedlock_formats::entries(Format::Json5, value) else {
        return Vec::new();
    };
    let store = column.row_name.starts_with("authProfiles") || column.table == "auth_profile_store";
    let gateway = GATEWAY_TABLES.contains(&column.table);
    let mut found = Vec::new();
    for entry in entries.iter().filter(|entry| entry.is_string) {
        let name = entry.name().unwrap_or_default();
        let surface = surfaces::surface_in(surfaces::AUTH_PROFILES, &entry.path);
        let owner = entry
            .path
            .get(1)
            .and_then(Segment::as_key)
            .and_then(|p| p.split(':').next());
        let field = match surface {
            Some(_) if store => Field::Credential,
            _ if gateway && name == "token" => Field::Credential,
            _ => Field::Plain,
        };
        for judged in judge(name, &entry.value, field, owner.filter(|_| store)) {
            let written = &value[entry.value_span.clone()];
            let start = entry.value_span.start;
            let range = if written == entry.value.as_slice() {
                start + judged.range.start..start + judged.range.end
            } else {
                entry.value_span.clone()
            };
            let mut one = make(at, value, range, judged.rule, judged.evidence, &entry.path);
            one.value = Zeroizing::new(entry.value[judged.range].to_vec());
            found.push(one);
        }
    }
    found
}

fn make(
    at: &CellAt,
    value: &[u8],
    range: std::ops::Range<usize>,
    rule: &'static bedlock_detect::Rule,
    evidence: &'static [bedlock_model::Evidence],
    path: &[Segment],
) -> Candidate {
    Candidate {
        at: At::Cell(CellAt {
            range: range.clone(),
            ..at.clone()
        }),
        location: path_text(path),
        path: path.to_vec(),
        value: Zeroizing::new(value[range].to_vec()),
        rule,
        evidence,
    }
}

fn to_usize(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
