//! Reads every place of a snapshot and says what it found: the report, and what a plan needs.
//!
//! Three kinds of evidence, in two passes. The first pass knows fields (structure) and providers'
//! shapes (pattern); the second searches every byte for the values that the first one found.
//!
//! **Invariant:** a place that could not be read whole is in `unreadable`, never silently clean.

use std::collections::{BTreeMap, BTreeSet};

use bedlock_formats::Entry;
use bedlock_model::{
    Disposition, Evidence, FingerprintKey, Place, PlaceKind, Progress, Provider, Report, Snapshot,
};
use zeroize::Zeroizing;

use crate::AuditError;
use crate::agents::Installation;
use crate::agents::openclaw::meaning::{self, Decision, Referenced};
use crate::by_value::{add_by_value, note_repeats};
use crate::checks::database::RAW;
use crate::checks::{aws, database, process, text, unpack};
use crate::circumstances::Circumstances;
use crate::exposure::{self, AgentUser};
use crate::found::{At, Candidate, Hit, Spot, settle};
use crate::parallel::in_parallel;
use crate::read::{Reading, read_place};
use crate::report;
use crate::vault::{self, Ground, SecretId, Vault};

/// What was found, for people and for the planner.
#[derive(Debug)]
pub struct Inspection {
    /// The published report.
    pub report: Report,
    /// The values.
    pub vault: Vault,
    /// Every secret at every place, in the order of `report.findings`.
    pub hits: Vec<Hit>,
    /// What is decided about each hit, in the same order.
    pub decisions: Vec<Decision>,
}

/// Reads the snapshot.
///
/// # Errors
/// [`AuditError::Interrupted`] when `progress` says stop.
pub fn inspect(
    snapshot: &Snapshot,
    key: FingerprintKey,
    around: &Circumstances,
    progress: &dyn Progress,
) -> Result<Inspection, AuditError> {
    let readings = in_parallel(around.threads, &snapshot.places, |place| {
        read_place(snapshot, place, progress)
    });
    if readings.iter().any(|reading| reading.interrupted) {
        return Err(AuditError::Interrupted);
    }
    let mut unreadable = snapshot.unreadable.clone();
    let mut config = Vec::new();
    let mut vault = Vault::new(key);
    let mut found = Vec::new();
    for (index, reading) in without_fragments(readings).into_iter().enumerate() {
        unreadable.extend(reading.unreadable);
        config.extend(reading.config);
        found.push((Spot::Place(index), settle(reading.candidates)));
    }
    for (index, one) in snapshot.processes.iter().enumerate() {
        found.push((Spot::Process(index), settle(process::check(one))));
    }
    let mut hits = admit(found, &mut vault);
    drop_shown_rows(&mut hits);
    add_by_value(snapshot, &vault, around.threads, progress, &mut hits)?;
    note_repeats(&mut hits);
    hits.sort_by(|a, b| (a.spot, a.at.sort_key()).cmp(&(b.spot, b.at.sort_key())));

    let referenced = Referenced::by(&config);
    let mut decisions: Vec<Decision> = hits
        .iter()
        .map(|hit| decide(snapshot, &vault, hit, &referenced, around))
        .collect();
    leave_other_agents(snapshot, &hits, &mut decisions);
    let providers = providers(&config, &vault, &hits, snapshot);
    let agent = agent_user(snapshot, &around.installations);
    unreadable.sort();
    unreadable.dedup();
    let scene = report::Scene {
        snapshot,
        around,
        vault: &vault,
        providers,
        agent,
        unreadable,
    };
    let report = report::build(&scene, &hits, &decisions);
    Ok(Inspection {
        report,
        vault,
        hits,
        decisions,
    })
}

/// Leaves out what is a known secret cut short or run on: a value that goes on in another page
/// looks like a shorter one there, and a value with the next column behind it like a longer one.
fn without_fragments(mut readings: Vec<Reading>) -> Vec<Reading> {
    // More than the prefix that all keys of a provider share.
    const SHARED: usize = 16;
    let mut whole: Vec<Zeroizing<Vec<u8>>> = readings
        .iter()
        .flat_map(|reading| &reading.candidates)
        .filter(|one| !one.location.starts_with(RAW))
        .map(|one| one.value.clone())
        .collect();
    whole.sort_by(|a, b| a.as_slice().cmp(b));
    for reading in &mut readings {
        reading.candidates.retain(|one| {
            let next = whole.partition_point(|value| **value <= *one.value);
            let begins_another = whole
                .get(next)
                .is_some_and(|value| value.starts_with(&one.value));
            let shared =
                |value: &[u8]| value.len() >= SHARED && one.value.starts_with(&value[..SHARED]);
            let runs_on = whole[..next]
                .iter()
                .rev()
                .take_while(|value| shared(value))
                .any(|value| value.len() < one.value.len() && one.value.starts_with(value));
            !((begins_another || runs_on) && one.location.starts_with(RAW))
        });
    }
    readings
}

type Settled = Vec<(Candidate, BTreeSet<Evidence>)>;

fn admit(found: Vec<(Spot, Settled)>, vault: &mut Vault) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (spot, settled) in found {
        for (candidate, evidence) in settled {
            let by_name_only = candidate.path.is_empty() && vault::is_generic(candidate.rule);
            let ground = if by_name_only {
                Ground::Name
            } else {
                Ground::Firm
            };
            let secret = vault.admit(&candidate.value, candidate.rule, ground);
            hits.push(Hit {
                spot,
                at: candidate.at,
                location: candidate.location,
                path: candidate.path,
                secret,
                evidence,
            });
        }
    }
    hits
}

/// A database's bytes show its rows too: where a row is named, its bytes are not named again.
fn drop_shown_rows(hits: &mut Vec<Hit>) {
    let rows: BTreeSet<(Spot, SecretId)> = hits
        .iter()
        .filter(|hit| matches!(hit.at, At::Cell(_)))
        .map(|hit| (hit.spot, hit.secret))
        .collect();
    let mut shown = BTreeSet::new();
    hits.retain(|hit| {
        let raw_of_database = database::is_raw(&hit.at) && hit.location.starts_with(RAW);
        !raw_of_database
            || (!rows.contains(&(hit.spot, hit.secret)) && shown.insert((hit.spot, hit.secret)))
    });
}

fn decide(
    snapshot: &Snapshot,
    vault: &Vault,
    hit: &Hit,
    referenced: &Referenced,
    around: &Circumstances,
) -> Decision {
    match hit.spot {
        Spot::Process(_) => meaning::decide(
            std::path::Path::new(""),
            PlaceKind::ProcessEnvironment,
            hit,
            referenced,
        ),
        Spot::Place(index) => {
            let place = &snapshot.places[index];
            if !around.reach().holds(&place.path) {
                return Decision::left(
                    Disposition::Report,
                    "outside of the home: harden does not change it; take it out by hand, or name \
                     the folder with --also DIR",
                );
            }
            if hit.location == unpack::INSIDE {
                return compressed(place, around);
            }
            let in_a_program = place.kind == PlaceKind::Workspace && text::is_program(&place.path);
            if in_a_program && hit.path.is_empty() && !vault.get(hit.secret).telling {
                return Decision::left(
                    Disposition::Report,
                    "only its name speaks for it, in a program of yours: look at the line",
                );
            }
            if matches!(place.kind, PlaceKind::AwsSsoCache | PlaceKind::AwsCliCache) {
                return aws::decide(place, hit, around.now, around.session_limit);
            }
            meaning::decide(&place.path, place.kind, hit, referenced)
        }
    }
}

/// A compressed file can only go as a whole: what OpenClaw packed may, the owner's own may not.
fn compressed(place: &Place, around: &Circumstances) -> Decision {
    let own = around.installations.iter().any(|one| {
        place.path.strip_prefix(&one.state).is_ok_and(|inside| {
            !inside
                .components()
                .any(|part| part.as_os_str().to_string_lossy().starts_with("workspace"))
        })
    });
    if own {
        Decision::remove()
    } else {
        Decision::left(
            Disposition::Report,
            "inside a compressed file of yours: unpack it, take the secret out, pack it again",
        )
    }
}

/// Another agent's credential is taken away only when it is OpenClaw's too.
fn leave_other_agents(snapshot: &Snapshot, hits: &[Hit], decisions: &mut [Decision]) {
    let other = |hit: &Hit| match hit.spot {
        Spot::Place(index) => meaning::is_other_agent(&snapshot.places[index].path),
        Spot::Process(_) => false,
    };
    let shared: BTreeSet<SecretId> = hits
        .iter()
        .zip(&*decisions)
        .filter(|(hit, decision)| !other(hit) && decision.disposition == Disposition::Remove)
        .map(|(hit, _)| hit.secret)
        .collect();
    for (hit, decision) in hits.iter().zip(decisions) {
        let Spot::Place(index) = hit.spot else {
            continue;
        };
        if snapshot.places[index].kind == PlaceKind::OtherAgent && !shared.contains(&hit.secret) {
            *decision = meaning::other_agent();
        }
    }
}

/// Providers that are configured, by setting or by a key that OpenClaw picks up by itself.
fn providers(config: &[Entry], vault: &Vault, hits: &[Hit], snapshot: &Snapshot) -> Vec<Provider> {
    let mut found = BTreeMap::new();
    exposure::providers_of(config, &mut found);
    for hit in hits {
        let rule = vault.get(hit.secret).rule;
        let Spot::Place(index) = hit.spot else {
            if !rule.provider_id.is_empty() {
                exposure::note(&mut found, rule.provider_id, hit.location.clone());
            }
            continue;
        };
        let picked_up = match snapshot.places[index].kind {
            PlaceKind::Dotenv | PlaceKind::SystemdUnit | PlaceKind::SystemdEnvFile => true,
            PlaceKind::AgentConfig => hit.location.starts_with("env."),
            PlaceKind::Database => hit.location.contains("authProfiles.store"),
            PlaceKind::AgentState => hit.location.starts_with("profiles"),
            _ => false,
        };
        if picked_up && !rule.provider_id.is_empty() {
            exposure::note(&mut found, rule.provider_id, hit.location.clone());
        }
    }
    exposure::listed(found)
}

/// The user that the agent runs as: the owner of its configuration.
fn agent_user(snapshot: &Snapshot, installations: &[Installation]) -> Option<AgentUser> {
    let place = snapshot
        .places
        .iter()
        .find(|place| installations.iter().any(|one| one.is_config(&place.path)))
        .or_else(|| {
            let inside = |p: &&Place| installations.iter().any(|i| p.path.starts_with(&i.state));
            snapshot.places.iter().find(inside)
        })?;
    Some(AgentUser {
        uid: place.meta.uid,
        gid: place.meta.gid,
    })
}
