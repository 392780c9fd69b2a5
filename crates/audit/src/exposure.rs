//! Which configured model providers could see a secret, and by which path.
//!
//! **Source:** OpenClaw issues #11202 and #14411 (catalogue and environment in the prompt);
//! `docs/help/environment.md` (which variables the agent resolves).
//!
//! **Invariant:** a provider is counted as able to see what the agent it drives can read; whether
//! it ever looked is not claimed.

use std::collections::{BTreeMap, BTreeSet};

use bedlock_formats::{Entry, Segment};
use bedlock_model::{Exposure, FileMeta, PlaceKind, Provider, Via};

use crate::checks::cell::TRANSCRIPT_TABLES;
use crate::found::{At, Hit};

/// Collects the configured providers from the entries of a configuration.
pub(crate) fn providers_of(entries: &[Entry], into: &mut BTreeMap<String, String>) {
    for entry in entries {
        let keys: Vec<&str> = entry.path.iter().filter_map(Segment::as_key).collect();
        if let ["models", "providers", id, ..] = keys.as_slice() {
            note(into, id, format!("models.providers.{id}"));
        }
        if let ["auth", "profiles", profile, ..] = keys.as_slice() {
            let id = profile.split(':').next().unwrap_or(profile);
            note(into, id, format!("auth.profiles.{profile}"));
        }
        let names_model = entry.path.iter().rev().take(3).any(|segment| {
            matches!(
                segment.as_key(),
                Some("model" | "primary" | "fallbacks" | "imageModel")
            )
        });
        let agents = keys
            .first()
            .is_some_and(|k| matches!(*k, "agents" | "agent" | "tools" | "hooks"));
        if names_model
            && agents
            && let Ok(text) = std::str::from_utf8(&entry.value)
            && let Some((id, model)) = text.split_once('/')
            && !id.is_empty()
            && !model.is_empty()
            && !text.contains("://")
        {
            note(into, id, bedlock_formats::path_text(&entry.path));
        }
    }
}

/// Adds a provider that is configured by a key of its own: OpenClaw takes it from the environment
/// or from its profile store without any other setting.
pub(crate) fn note(into: &mut BTreeMap<String, String>, id: &str, because: String) {
    // A key in the place of a name keeps its case, so that the report can mask it.
    let id = if bedlock_detect::plausible_secret(id.as_bytes()) {
        id.to_owned()
    } else {
        id.to_ascii_lowercase()
    };
    into.entry(id).or_insert(because);
}

/// The providers as the report lists them.
pub(crate) fn listed(found: BTreeMap<String, String>) -> Vec<Provider> {
    found
        .into_iter()
        .map(|(id, because)| Provider {
            keyless: matches!(id.as_str(), "amazon-bedrock" | "bedrock"),
            id,
            because,
        })
        .collect()
}

/// Who reads as the agent: the owner of its state folder.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AgentUser {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl AgentUser {
    fn reads(self, meta: &FileMeta) -> bool {
        self.uid == 0
            || (meta.uid == self.uid && meta.mode & 0o400 != 0)
            || (meta.gid == self.gid && meta.mode & 0o040 != 0)
            || meta.mode & 0o004 != 0
    }
}

/// The paths by which any provider could see a hit.
pub(crate) fn paths(
    hit: &Hit,
    kind: PlaceKind,
    file: &str,
    meta: Option<&FileMeta>,
    agent: Option<AgentUser>,
) -> BTreeSet<Via> {
    let mut via = BTreeSet::new();
    if meta
        .zip(agent)
        .is_none_or(|(meta, agent)| agent.reads(meta))
    {
        via.insert(Via::AgentShell);
    }
    let top = hit.path.first().and_then(Segment::as_key);
    match kind {
        PlaceKind::AgentConfig if matches!(top, Some("models")) => {
            via.insert(Via::CatalogInPrompt);
        }
        PlaceKind::AgentConfig if matches!(top, Some("env")) => {
            via.insert(Via::EnvironmentInPrompt);
        }
        PlaceKind::AgentState if file.contains("models.json") || file.contains("catalog.json") => {
            via.insert(Via::CatalogInPrompt);
        }
        PlaceKind::Dotenv
        | PlaceKind::SystemdUnit
        | PlaceKind::SystemdEnvFile
        | PlaceKind::LaunchdPlist
        | PlaceKind::ShellStartup
        | PlaceKind::ProcessEnvironment => {
            via.insert(Via::EnvironmentInPrompt);
        }
        PlaceKind::Transcript => {
            via.insert(Via::Transcript);
        }
        _ => {}
    }
    if let At::Cell(cell) = &hit.at
        && TRANSCRIPT_TABLES.contains(&cell.table.as_str())
    {
        via.insert(Via::Transcript);
    }
    via
}

/// One row of the matrix: every provider with the paths by which it could see the secret.
pub(crate) fn row(providers: &[Provider], own: &str, via: &BTreeSet<Via>) -> Vec<Exposure> {
    providers
        .iter()
        .filter(|_| !via.is_empty())
        .map(|provider| {
            let mut via = via.clone();
            if !own.is_empty() && provider.id == own {
                via.insert(Via::OwnKey);
            }
            Exposure {
                provider: provider.id.clone(),
                via: via.into_iter().collect(),
            }
        })
        .collect()
}

/// The union of several rows.
pub(crate) fn union<'e>(rows: impl Iterator<Item = &'e Vec<Exposure>>) -> Vec<Exposure> {
    let mut all: BTreeMap<&str, BTreeSet<Via>> = BTreeMap::new();
    for row in rows {
        for exposure in row {
            all.entry(&exposure.provider)
                .or_default()
                .extend(exposure.via.iter().copied());
        }
    }
    all.into_iter()
        .map(|(provider, via)| Exposure {
            provider: provider.to_owned(),
            via: via.into_iter().collect(),
        })
        .collect()
}
