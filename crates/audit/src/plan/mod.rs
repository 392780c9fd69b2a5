//! What harden is going to do with everything that was found. One file per way of cleaning.
//!
//! Called by the command `harden` with what [`crate::inspect()`] returned. The plan is checked before
//! it is returned: no new content holds a secret that was to go.
//!
//! **Invariant:** pure; the same findings give the same plan, and a clean host gives an empty one.

mod aws;
mod database;
mod keys;
mod placeholder;
mod shown;
mod spans;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use bedlock_detect::ValueSearch;
use bedlock_formats::json5::Document;
use bedlock_formats::{EditError, Format};
use bedlock_model::{
    Action, Change, Content, Disposition, Fingerprint, Left, Place, PlaceKind, Plan, Snapshot,
};

pub use shown::Shown;

use crate::agents::openclaw::bedrock::{self, Part};
use crate::agents::openclaw::chosen::ModelState;
use crate::agents::{Installation, Reach};
use crate::by_value::searcher;
use crate::checks::database::wal_of;
use crate::checks::{format_of, unpack};
use crate::circumstances::Circumstances;
use crate::found::{Hit, Spot};
use crate::inspect::Inspection;
use crate::modes::{Request, Route};
use crate::vault::{SecretId, Vault};
use crate::{AuditError, WHOLE_FILE_LIMIT};

/// A plan with what may be shown of it.
#[derive(Debug, Default)]
pub struct Planned {
    /// What is done.
    pub plan: Plan,
    /// What is shown, in the order of `plan.changes`.
    pub shown: Vec<Shown>,
}

impl Planned {
    fn sort(&mut self) {
        let changes = std::mem::take(&mut self.plan.changes);
        let mut both: Vec<_> = changes
            .into_iter()
            .zip(std::mem::take(&mut self.shown))
            .collect();
        both.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
        (self.plan.changes, self.shown) = both.into_iter().unzip();
    }
}

fn sha256(place: &Place) -> Result<[u8; 32], AuditError> {
    place.source.sha256().map_err(|source| AuditError::Read {
        path: place.path.clone(),
        source,
    })
}

/// What the planner works with.
pub(crate) struct Desk<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) vault: &'a Vault,
    pub(crate) installations: &'a [Installation],
    pub(crate) reach: Reach<'a>,
    pub(crate) request: &'a Request,
    pub(crate) route: Route,
    /// Hits that go, by the index of their place.
    pub(crate) going: BTreeMap<usize, Vec<&'a Hit>>,
    /// Secrets that stay at some place of a file, by the index of the place.
    pub(crate) staying: BTreeMap<usize, BTreeSet<SecretId>>,
    /// Finds every secret in a text; match indexes are secret ids.
    pub(crate) search: ValueSearch,
}

/// What a way of cleaning decided for one file.
pub(crate) struct Decided {
    pub(crate) action: Action,
    pub(crate) why: Vec<String>,
}

/// Plans everything that has to change; `keep` names secrets that the owner wants to stay.
///
/// # Errors
/// [`AuditError::Read`] when a file cannot be read any more, [`AuditError::Edit`] when one cannot
/// be rewritten; nothing was changed then.
pub fn plan(
    snapshot: &Snapshot,
    inspection: &Inspection,
    around: &Circumstances,
    request: &Request,
    keep: &BTreeSet<Fingerprint>,
) -> Result<Planned, AuditError> {
    let mut left = Vec::new();
    let mut going: BTreeMap<usize, Vec<&Hit>> = BTreeMap::new();
    let mut staying: BTreeMap<usize, BTreeSet<SecretId>> = BTreeMap::new();
    let found = inspection
        .hits
        .iter()
        .zip(&inspection.decisions)
        .zip(&inspection.report.findings);
    for ((hit, decision), finding) in found {
        let secret = inspection.vault.get(hit.secret);
        let kept_by_owner = keep.contains(&secret.fingerprint);
        match hit.spot {
            Spot::Place(index) if decision.disposition == Disposition::Remove && !kept_by_owner => {
                going.entry(index).or_default().push(hit);
                continue;
            }
            Spot::Place(index) => {
                staying.entry(index).or_default().insert(hit.secret);
            }
            Spot::Process(_) => {}
        }
        let why = if kept_by_owner && decision.disposition == Disposition::Remove {
            "you asked to keep it".to_owned()
        } else {
            decision.reason.clone().unwrap_or_default()
        };
        left.push(Left {
            place: format!("{}: {}", finding.file, finding.location),
            what: format!(
                "{} {} ({})",
                finding.title, finding.mask, finding.fingerprint
            ),
            why,
        });
    }
    let desk = Desk {
        snapshot,
        vault: &inspection.vault,
        installations: &around.installations,
        reach: around.reach(),
        request,
        route: request.mode.route(request),
        going,
        staying,
        search: searcher(&inspection.vault),
    };
    let mut planned = Planned::default();
    planned.plan.left = left;
    planned.plan.left.dedup();
    planned.plan.blockers = broken_configurations(&desk);
    if !planned.plan.blockers.is_empty() {
        return Ok(planned);
    }
    let mut draft = Draft {
        desk: &desk,
        entries: BTreeMap::new(),
    };
    draft.places()?;
    draft.balance_backups()?;
    draft.settings()?;
    draft.finish(&mut planned)?;
    Ok(planned)
}

/// An active configuration that does not parse cannot be moved.
fn broken_configurations(desk: &Desk<'_>) -> Vec<Left> {
    let mut blockers = Vec::new();
    for place in &desk.snapshot.places {
        let active = desk
            .installations
            .iter()
            .any(|one| one.is_config(&place.path));
        if !active || place.kind != PlaceKind::AgentConfig {
            continue;
        }
        let blocked = |why: String| Left {
            place: place.path.display().to_string(),
            what: "the active configuration cannot be rewritten".to_owned(),
            why,
        };
        match text_of(place).map(|text| parse(&text).map(|_| ())) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                blockers.push(blocked(format!(
                    "{error}; mend it, then `openclaw config validate`"
                )));
            }
            Err(error) => blockers.push(blocked(error.to_string())),
        }
    }
    blockers
}

/// The whole of a small file.
pub(crate) fn text_of(place: &Place) -> Result<Vec<u8>, AuditError> {
    place
        .source
        .read_all(WHOLE_FILE_LIMIT)
        .map_err(|source| AuditError::Read {
            path: place.path.clone(),
            source,
        })
}

/// A JSON5 text as a document.
pub(crate) fn parse(text: &[u8]) -> Result<Document, EditError> {
    let text = std::str::from_utf8(text)
        .map_err(|_| EditError::CannotExpress("the file is not UTF-8".to_owned()))?;
    Ok(Document::parse(text)?)
}

/// Files of OpenClaw's state that name models or providers, whether or not they hold a secret.
fn names_models(place: &Place) -> bool {
    let catalogue = place
        .path
        .file_name()
        .is_some_and(|name| name == "models.json" || name == "catalog.json");
    place.kind == PlaceKind::AgentState && (catalogue || ModelState::of_file(&place.path).is_some())
}

struct Entry {
    kind: PlaceKind,
    /// Index of the place, when the file exists.
    place: Option<usize>,
    action: Action,
    why: Vec<String>,
    secrets: BTreeSet<SecretId>,
}

struct Draft<'d, 'a> {
    desk: &'d Desk<'a>,
    entries: BTreeMap<PathBuf, Entry>,
}

impl Draft<'_, '_> {
    fn edit_error(path: &Path) -> impl Fn(EditError) -> AuditError {
        let path = path.to_path_buf();
        move |source| AuditError::Edit {
            path: path.clone(),
            source,
        }
    }

    fn places(&mut self) -> Result<(), AuditError> {
        let moved = self.configurations_that_move();
        for (index, place) in self.desk.snapshot.places.iter().enumerate() {
            let hits = self
                .desk
                .going
                .get(&index)
                .map(Vec::as_slice)
                .unwrap_or_default();
            let is_config = matches!(
                place.kind,
                PlaceKind::AgentConfig | PlaceKind::AgentConfigCopy
            );
            let always = place.kind == PlaceKind::AwsCredentials
                || is_config
                || place.kind == PlaceKind::Database
                || names_models(place);
            if (hits.is_empty() && !always) || !self.desk.reach.holds(&place.path) {
                continue;
            }
            let decided = self.decide(index, place, hits, &moved)?;
            if let Some((path, decided)) = decided {
                self.put(path, index, decided, hits);
            }
        }
        Ok(())
    }

    fn put(&mut self, path: PathBuf, index: usize, decided: Decided, hits: &[&Hit]) {
        let place = &self.desk.snapshot.places[index];
        let secrets = hits.iter().map(|hit| hit.secret);
        match self.entries.get_mut(&path) {
            // Hits in a write-ahead log go with the database.
            Some(known) => {
                if let (Action::Database(edits), Action::Database(more)) =
                    (&mut known.action, decided.action)
                {
                    edits.extend(more);
                }
                known.why.extend(decided.why);
                known.secrets.extend(secrets);
            }
            None => {
                let main = self
                    .desk
                    .snapshot
                    .places
                    .iter()
                    .position(|p| p.path == path);
                let kind = main.map_or(place.kind, |i| self.desk.snapshot.places[i].kind);
                let entry = Entry {
                    kind,
                    place: main,
                    action: decided.action,
                    why: decided.why,
                    secrets: secrets.collect(),
                };
                self.entries.insert(path, entry);
            }
        }
    }

    /// Configurations whose bytes are going to change: OpenClaw's notes on their health are about
    /// the old bytes then.
    fn configurations_that_move(&self) -> Vec<PathBuf> {
        let mut moved = Vec::new();
        for (index, place) in self.desk.snapshot.places.iter().enumerate() {
            let active = self
                .desk
                .installations
                .iter()
                .any(|one| one.is_config(&place.path));
            if place.kind != PlaceKind::AgentConfig || !active {
                continue;
            }
            let changes = self
                .configuration(index, place)
                .is_ok_and(|decided| decided.is_some());
            if changes {
                moved.push(place.path.clone());
            }
        }
        moved
    }

    fn decide(
        &self,
        index: usize,
        place: &Place,
        hits: &[&Hit],
        moved: &[PathBuf],
    ) -> Result<Option<(PathBuf, Decided)>, AuditError> {
        let path = place.path.clone();
        if hits.iter().any(|hit| hit.location == unpack::INSIDE) {
            let why = vec!["remove: a secret is inside the compressed file".to_owned()];
            return Ok(Some((
                path,
                Decided {
                    action: Action::Remove,
                    why,
                },
            )));
        }
        match place.kind {
            PlaceKind::AwsCredentials => {
                let why = vec!["remove: long-lived keys have no place on this host".to_owned()];
                Ok(Some((
                    path,
                    Decided {
                        action: Action::Remove,
                        why,
                    },
                )))
            }
            PlaceKind::Database | PlaceKind::DatabaseSidecar => {
                database::decide(self.desk, place, hits, moved)
            }
            PlaceKind::AgentConfig | PlaceKind::AgentConfigCopy => Ok(self
                .configuration(index, place)?
                .map(|decided| (path, decided))),
            kind => match format_of(kind) {
                Some(format) if place.meta.size <= WHOLE_FILE_LIMIT as u64 => {
                    let decided = keys::decide(self.desk, index, place, format, hits)?;
                    Ok(decided.map(|decided| (path, decided)))
                }
                _ => Ok(spans::decide(self.desk, place, hits)?.map(|decided| (path, decided))),
            },
        }
    }

    fn configuration(&self, index: usize, place: &Place) -> Result<Option<Decided>, AuditError> {
        let hits = self
            .desk
            .going
            .get(&index)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let active = self
            .desk
            .installations
            .iter()
            .any(|one| one.is_config(&place.path));
        let part = match place.kind {
            PlaceKind::AgentConfig if !active => Part::Included,
            _ => Part::Whole,
        };
        let text = match text_of(place) {
            Ok(text) => text,
            // A copy that is too large to be a configuration is cleaned like any text.
            Err(_) if !active => return spans::decide(self.desk, place, hits),
            Err(error) => return Err(error),
        };
        let Ok(mut document) = keys::without_parts(self.desk, &text, Format::Json5, hits)
            .and_then(|text| parse(&text))
        else {
            return spans::decide(self.desk, place, hits);
        };
        let secrets = keys::whole_paths(&text, Format::Json5, hits);
        let mut why = bedrock::move_config(
            &mut document,
            part,
            &self.desk.route,
            &self.desk.request.models,
            &secrets,
        )
        .map_err(Self::edit_error(&place.path))?;
        let bytes = keys::scrub(self.desk, index, document.into_text().into_bytes());
        if bytes == text {
            return Ok(None);
        }
        if why.is_empty() {
            why.push("redact secrets".to_owned());
        }
        Ok(Some(Decided {
            action: Action::Write(Content::new(bytes)),
            why,
        }))
    }

    /// OpenClaw 2026.9.6 puts `openclaw.json.bak` back when the active file has lost more than
    /// half of its bytes next to it, or its `meta`, or its `gateway.mode`. A copy that would make
    /// it do that becomes a copy of the new active file.
    fn balance_backups(&mut self) -> Result<(), AuditError> {
        for one in self.desk.installations {
            let Some(active) = self.content_after(&one.config)? else {
                continue;
            };
            let mut name = one.config.clone().into_os_string();
            name.push(".bak");
            let backup_path = PathBuf::from(name);
            let Some(backup) = self.content_after(&backup_path)? else {
                continue;
            };
            if !would_be_restored(&active, &backup) {
                continue;
            }
            let index = self
                .desk
                .snapshot
                .places
                .iter()
                .position(|p| p.path == backup_path);
            let Some(index) = index else { continue };
            let hits = self
                .desk
                .going
                .get(&index)
                .map(Vec::as_slice)
                .unwrap_or_default();
            let why = "make it a copy of the new configuration, so that OpenClaw does not put the \
                       old one back";
            self.entries.remove(&backup_path);
            let action = Action::Write(Content::new(active));
            self.put(
                backup_path,
                index,
                Decided {
                    action,
                    why: vec![why.to_owned()],
                },
                hits,
            );
        }
        Ok(())
    }

    /// The bytes of a file after the plan; `None` when it does not exist then.
    fn content_after(&self, path: &Path) -> Result<Option<Vec<u8>>, AuditError> {
        match self.entries.get(path).map(|entry| &entry.action) {
            Some(Action::Write(content)) => Ok(Some(content.bytes().to_vec())),
            Some(Action::Remove) => Ok(None),
            Some(Action::Redact(_) | Action::Database(_)) | None => {
                self.desk.snapshot.at(path).map(text_of).transpose()
            }
        }
    }

    /// What the new route needs besides the configuration: the profile and the variables.
    fn settings(&mut self) -> Result<(), AuditError> {
        if let Some(profile) = &self.desk.route.profile {
            let path = self.desk.reach.home.join(".aws/config");
            let before = self.content_after(&path)?.unwrap_or_default();
            let (text, why) =
                aws::with_profile(&before, profile).map_err(Self::edit_error(&path))?;
            self.write(path, PlaceKind::AwsConfig, text, why);
        }
        let states: BTreeSet<&PathBuf> = self
            .desk
            .installations
            .iter()
            .filter(|one| self.desk.snapshot.at(&one.config).is_some())
            .map(|one| &one.state)
            .collect();
        for state in states {
            let path = state.join(".env");
            let before = self.content_after(&path)?.unwrap_or_default();
            let (text, why) = aws::with_variables(&before, &self.desk.route.environment)
                .map_err(Self::edit_error(&path))?;
            self.write(path, PlaceKind::Dotenv, text, why);
        }
        Ok(())
    }

    /// Adds a write of settings to a file, whatever is planned for it already.
    fn write(&mut self, path: PathBuf, kind: PlaceKind, text: Vec<u8>, why: Vec<String>) {
        if why.is_empty() {
            return;
        }
        let action = Action::Write(Content::new(text));
        match self.entries.get_mut(&path) {
            Some(entry) => {
                entry.action = action;
                entry.why.extend(why);
            }
            None => {
                let place = self
                    .desk
                    .snapshot
                    .places
                    .iter()
                    .position(|p| p.path == path);
                let entry = Entry {
                    kind,
                    place,
                    action,
                    why,
                    secrets: BTreeSet::new(),
                };
                self.entries.insert(path, entry);
            }
        }
    }

    fn finish(self, planned: &mut Planned) -> Result<(), AuditError> {
        for (path, entry) in self.entries {
            let place = entry.place.map(|index| &self.desk.snapshot.places[index]);
            let before_sha256 = place.map(sha256).transpose()?;
            let change = Change {
                kind: entry.kind,
                before: place.map(|place| place.meta.clone()),
                before_sha256,
                action: entry.action,
                why: entry
                    .why
                    .iter()
                    .map(|line| shown::line(self.desk, line))
                    .collect(),
                secrets: entry
                    .secrets
                    .iter()
                    .map(|id| self.desk.vault.get(*id).fingerprint.clone())
                    .collect(),
                path,
            };
            let log = match (&change.action, place) {
                (Action::Database(_), Some(place)) => wal_of(self.desk.snapshot, place),
                _ => None,
            };
            planned.shown.push(shown::of(self.desk, place, &change));
            planned.plan.changes.push(change);
            if let Some(log) = log {
                // It is named, so that a commit between plan and apply stops the apply.
                let change = Change {
                    path: log.path.clone(),
                    kind: PlaceKind::DatabaseSidecar,
                    before: Some(log.meta.clone()),
                    before_sha256: Some(sha256(log)?),
                    action: Action::Remove,
                    why: vec!["fold it into the database".to_owned()],
                    secrets: Vec::new(),
                };
                planned.shown.push(shown::of(self.desk, None, &change));
                planned.plan.changes.push(change);
            }
        }
        planned.sort();
        Ok(())
    }
}

/// Whether OpenClaw would take `active` for a damaged form of `backup`.
fn would_be_restored(active: &[u8], backup: &[u8]) -> bool {
    const SMALLEST: usize = 512;
    let shrank = backup.len() >= SMALLEST && active.len() * 2 < backup.len();
    let has = |text: &[u8], path: &[&str]| {
        let path: Vec<_> = path.iter().map(|name| (*name).into()).collect();
        parse(text).is_ok_and(|document| document.get(&path).is_some())
    };
    let lost = |path: &[&str]| has(backup, path) && !has(active, path);
    shrank || lost(&["meta"]) || lost(&["gateway", "mode"])
}
