//! Reads a file that has keys and values: configuration, variables, credential files.
//!
//! **Invariant:** the value's place in the file is the place as written; when quotes or escapes
//! lie between, the whole written value is the place.

use std::collections::HashSet;
use std::path::Path;

use bedlock_detect as detect;
use bedlock_formats::{Entry, Format, ParseError, Segment, path_text};
use bedlock_model::PlaceKind;
use zeroize::Zeroizing;

use crate::agents::openclaw::surfaces::{self, Surface};
use crate::checks::stream;
use crate::found::{At, Candidate};
use crate::judge::{Field, Judged, judge};
use crate::vault;

/// Finds the credentials of a text with keys and values: by field, and by shape anywhere in it.
///
/// # Errors
/// Where the text does not parse; it can then be searched for shapes only.
pub(crate) fn check(
    path: &Path,
    kind: PlaceKind,
    format: Format,
    text: &[u8],
) -> Result<Vec<Candidate>, ParseError> {
    let entries = bedlock_formats::entries(format, text)?;
    let mut found = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let before = index.checked_sub(1).map(|i| &entries[i]);
        for judged in judge_entry(path, kind, entry, before) {
            found.push(candidate(text, entry, judged));
        }
    }
    // What a name says of a value was decided above, by all of the value.
    let judged: HashSet<u64> = entries.iter().map(|e| e.value_span.start as u64).collect();
    found.extend(stream::check_text(text).into_iter().filter(|one| {
        let At::Bytes(range) = &one.at else {
            return true;
        };
        !vault::is_generic(one.rule) || !judged.contains(&range.start)
    }));
    Ok(found)
}

fn judge_entry(path: &Path, kind: PlaceKind, entry: &Entry, before: Option<&Entry>) -> Vec<Judged> {
    if !entry.is_string && entry.value.len() < 8 {
        return Vec::new();
    }
    let name = entry.name().unwrap_or_default();
    let (field, owner) = field_of(path, kind, entry);
    let in_list = matches!(entry.path.last(), Some(Segment::Index(_)));
    if in_list && let Some(judged) = judge_argument(entry, before) {
        return judged;
    }
    judge(name, &entry.value, field, owner)
}

/// An argument: `--token VALUE`, `--token=VALUE`, `NAME=VALUE`, `Header: VALUE`.
pub(crate) fn judge_argument(entry: &Entry, before: Option<&Entry>) -> Option<Vec<Judged>> {
    let value = &entry.value;
    if let Some(split) = value.iter().position(|b| matches!(b, b'=' | b':')) {
        let name = std::str::from_utf8(&value[..split])
            .ok()?
            .trim_start_matches('-');
        let strong = detect::credential_name(name).is_some_and(|hint| hint.strong);
        if strong && !name.contains(char::is_whitespace) {
            let mut judged = judge(name, &value[split + 1..], Field::Credential, None);
            for one in &mut judged {
                one.range = one.range.start + split + 1..one.range.end + split + 1;
            }
            return Some(judged);
        }
    }
    let flag = before.filter(|b| b.path.len() == entry.path.len())?;
    let flag = std::str::from_utf8(&flag.value)
        .ok()?
        .strip_prefix('-')?
        .trim_start_matches('-');
    let strong = detect::credential_name(flag).is_some_and(|hint| hint.strong);
    strong.then(|| judge(flag, value, Field::Credential, None))
}

/// What the place of an entry says about it, and whose it is.
fn field_of<'e>(path: &Path, kind: PlaceKind, entry: &'e Entry) -> (Field, Option<&'e str>) {
    let of_surface = |surface: Option<&Surface>| match surface {
        Some(surface) if surface.always => Field::Credential,
        Some(_) => Field::Candidate,
        None => Field::Plain,
    };
    let name = entry.name().unwrap_or_default();
    match kind {
        PlaceKind::AgentConfig | PlaceKind::AgentConfigCopy => (
            of_surface(surfaces::surface_of(&entry.path)),
            owner_in_config(&entry.path),
        ),
        PlaceKind::AgentState => state_field(path, entry),
        PlaceKind::Dotenv
        | PlaceKind::SystemdUnit
        | PlaceKind::SystemdEnvFile
        | PlaceKind::LaunchdPlist
        | PlaceKind::ShellStartup => (Field::Variable, None),
        PlaceKind::AwsConfig | PlaceKind::AwsCredentials => {
            let secret = [
                "aws_secret_access_key",
                "aws_session_token",
                "aws_security_token",
            ];
            let known = secret.contains(&name.to_ascii_lowercase().as_str());
            (
                if known {
                    Field::Credential
                } else {
                    Field::Plain
                },
                None,
            )
        }
        PlaceKind::AwsSsoCache | PlaceKind::AwsCliCache => {
            let secret = [
                "accessToken",
                "refreshToken",
                "clientSecret",
                "SecretAccessKey",
                "SessionToken",
            ];
            (
                if secret.contains(&name) {
                    Field::Credential
                } else {
                    Field::Plain
                },
                None,
            )
        }
        // Every value of it is a password, under the name of its user.
        PlaceKind::GitCredentials => (Field::Credential, None),
        PlaceKind::Netrc => (
            if name == "password" {
                Field::Credential
            } else {
                Field::Plain
            },
            None,
        ),
        PlaceKind::Npmrc => {
            let secret = ["_authToken", "_auth", "_password"];
            let known = secret.iter().any(|tail| name.ends_with(tail));
            (
                if known {
                    Field::Credential
                } else {
                    Field::Plain
                },
                None,
            )
        }
        _ => (Field::Plain, None),
    }
}

/// The provider that a path of the configuration belongs to.
fn owner_in_config(path: &[Segment]) -> Option<&str> {
    let keys: Vec<&str> = path.iter().filter_map(Segment::as_key).collect();
    match keys.as_slice() {
        ["models", "providers", owner, ..]
        | ["plugins", "entries", owner, ..]
        | ["channels", owner, ..] => Some(owner),
        [.., "providers", owner, _] => Some(owner),
        _ => None,
    }
}

fn state_field<'e>(path: &Path, entry: &'e Entry) -> (Field, Option<&'e str>) {
    let file = path
        .file_name()
        .map(|n| n.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let first = entry.path.first().and_then(Segment::as_key);
    let second = entry.path.get(1).and_then(Segment::as_key);
    if let Some(surface) = surfaces::surface_in(surfaces::AUTH_PROFILES, &entry.path) {
        // `openai:default`: the provider stands before the colon.
        let owner = second.and_then(|profile| profile.split(':').next());
        return (
            if surface.always {
                Field::Credential
            } else {
                Field::Candidate
            },
            owner,
        );
    }
    let store = ["models", "catalog", "auth", "oauth", "secrets"];
    if store.iter().any(|name| file.starts_with(name)) {
        let surface = surfaces::surface_in(surfaces::LEGACY_STATE, &entry.path);
        let owner = if first == Some("providers") {
            second
        } else {
            first
        };
        match surface {
            Some(surface) if surface.always => return (Field::Credential, owner),
            Some(_) => return (Field::Candidate, owner),
            None if file.starts_with("secrets") => return (Field::Candidate, None),
            None => {}
        }
    }
    (Field::Plain, None)
}

fn candidate(text: &[u8], entry: &Entry, judged: Judged) -> Candidate {
    let written = &text[entry.value_span.clone()];
    let span = if written == entry.value.as_slice() {
        let start = entry.value_span.start;
        start + judged.range.start..start + judged.range.end
    } else {
        entry.value_span.clone()
    };
    Candidate {
        at: At::Bytes(span.start as u64..span.end as u64),
        location: path_text(&entry.path),
        path: entry.path.clone(),
        value: Zeroizing::new(entry.value[judged.range].to_vec()),
        rule: judged.rule,
        evidence: judged.evidence,
    }
}
