//! Reads every place of a snapshot and says what it found: the report, and what a plan needs.
//!
//! Three kinds of evidence, in two passes. The first pass knows fields (structure) and providers'
//! shapes (pattern); the second searches every byte for the values that the first one found.
//!
//! **Invariant:** a place that could not be read whole is in `unreadable`, never silently clean.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use bedlock_detect::{Rule, ValueSearch};
use bedlock_formats::{Entry, Format};
use bedlock_model::{
    Disposition, Evidence, FingerprintKey, Place, PlaceKind, Progress, Provider, Report, Snapshot,
    Tool, Unreadable,
};
use zeroize::Zeroizing;

use crate::agents::openclaw::meaning::{self, Decision, Referenced};
use crate::agents::{Installation, Reach};
use crate::checks::{self, aws, database, keys, process, stream, text, unpack};
use crate::exposure::{self, AgentUser};
use crate::found::{At, Candidate, Hit, Spot, settle};
use crate::judge;
use crate::report;
use crate::vault::{self, Ground, SecretId, Vault};
use crate::{AuditError, WHOLE_FILE_LIMIT};

/// How the location of bytes that belong to no row begins.
const RAW: &str = "raw bytes";
const FREED_PAGE: &str = "raw bytes (freed page)";
const BESIDE_A_DATABASE: &str = "raw bytes (write-ahead log)";

/// What the caller knows and this crate does not.
#[derive(Debug)]
pub struct Circumstances {
    /// The installations whose world the snapshot shows.
    pub installations: Vec<Installation>,
    /// The home that was looked at.
    pub home: String,
    /// Folders outside of it that the owner counts as the agent's too.
    pub also: Vec<PathBuf>,
    /// The folder that stands for `/`, for a mounted image.
    pub root: Option<String>,
    /// Now.
    pub now: jiff::Timestamp,
    /// How long a session may live: 12 hours, or what the owner set.
    pub session_limit: jiff::SignedDuration,
    /// How many threads read.
    pub threads: usize,
    /// Who made the report.
    pub tool: Tool,
}

impl Circumstances {
    /// What may be changed.
    #[must_use]
    pub fn reach(&self) -> Reach<'_> {
        Reach {
            home: Path::new(&self.home),
            installations: &self.installations,
            also: &self.also,
        }
    }
}

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

/// What the first pass brings home from one place.
#[derive(Default)]
struct Reading {
    candidates: Vec<Candidate>,
    unreadable: Vec<Unreadable>,
    interrupted: bool,
    /// Entries of a configuration, kept for providers and references.
    config: Vec<Entry>,
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

/// Runs `work` over all items on a few threads; results keep the order of the items.
pub(crate) fn in_parallel<T: Sync, R: Send>(
    threads: usize,
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, 16) {
            scope.spawn(|| {
                while let index = next.fetch_add(1, Ordering::Relaxed)
                    && let Some(item) = items.get(index)
                {
                    let result = work(item);
                    if let Ok(mut done) = done.lock() {
                        done.push((index, result));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

fn read_place(snapshot: &Snapshot, place: &Place, progress: &dyn Progress) -> Reading {
    match (place.kind, checks::format_of(place.kind)) {
        (PlaceKind::Database, _) => read_database(snapshot, place, progress),
        (_, Some(format)) if place.meta.size <= WHOLE_FILE_LIMIT as u64 => {
            read_keys(place, format, progress)
        }
        _ => read_bytes(place, progress),
    }
}

fn read_keys(place: &Place, format: Format, progress: &dyn Progress) -> Reading {
    let mut reading = Reading::default();
    let text = match place.source.read_all(WHOLE_FILE_LIMIT) {
        Ok(text) => text,
        Err(error) => {
            reading.unreadable.push(unreadable(place, &error));
            return reading;
        }
    };
    reading.interrupted = progress.advance(text.len() as u64).is_break();
    match keys::check(&place.path, place.kind, format, &text) {
        Ok(candidates) => {
            reading.candidates = candidates;
            if place.kind == PlaceKind::AgentConfig {
                reading.config = bedlock_formats::entries(format, &text).unwrap_or_default();
            }
            return reading;
        }
        // Copies and archives that do not parse are what OpenClaw keeps them for.
        Err(_) if place.kind == PlaceKind::AgentConfigCopy => {}
        Err(error) if is_active(place.kind) => reading.unreadable.push(Unreadable {
            path: place.path.display().to_string(),
            reason: format!("{error}; searched for shapes only"),
            next: next_for_broken(place.kind).to_owned(),
        }),
        Err(_) => {}
    }
    reading.candidates = stream::check_text(&text);
    reading
}

fn is_active(kind: PlaceKind) -> bool {
    matches!(
        kind,
        PlaceKind::AgentConfig | PlaceKind::LaunchdPlist | PlaceKind::AwsSsoCache
    )
}

fn next_for_broken(kind: PlaceKind) -> &'static str {
    match kind {
        PlaceKind::AgentConfig => "mend the file by hand, then `openclaw config validate`",
        PlaceKind::LaunchdPlist => "plutil -convert xml1 FILE, then audit again",
        _ => "delete the file, or sign in again so that it is written anew",
    }
}

fn read_bytes(place: &Place, progress: &dyn Progress) -> Reading {
    let mut reading = Reading::default();
    match unpack::reader(&*place.source) {
        Ok(Some(reader)) => return read_packed(place, reader, progress),
        Ok(None) => {}
        Err(error) => reading.unreadable.push(unreadable(place, &error)),
    }
    match stream::check(&*place.source, progress) {
        Ok(stream::Outcome::Read(candidates)) => reading.candidates = candidates,
        Ok(stream::Outcome::Interrupted) => reading.interrupted = true,
        Err(error) => reading.unreadable.push(unreadable(place, &error)),
    }
    if place.kind == PlaceKind::DatabaseSidecar {
        for candidate in &mut reading.candidates {
            candidate.location = BESIDE_A_DATABASE.to_owned();
        }
    }
    if place.kind == PlaceKind::Text && text::is_program(&place.path) {
        reading
            .candidates
            .retain(|one| !vault::is_generic(one.rule));
    }
    reading.candidates.extend(text::whole_secret(place));
    reading
}

/// A compressed file: what is inside is found; its place is the file as a whole.
fn read_packed(
    place: &Place,
    mut reader: Box<dyn std::io::Read + '_>,
    progress: &dyn Progress,
) -> Reading {
    let mut reading = Reading::default();
    let mut collect = stream::Collecting::default();
    let mut piece = vec![0; stream::PIECE];
    loop {
        match reader.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => {
                collect.push(&piece[..count]);
                if progress.advance(0).is_break() {
                    reading.interrupted = true;
                    return reading;
                }
            }
            Err(error) => {
                reading.unreadable.push(unreadable(place, &error));
                break;
            }
        }
    }
    for (value, rule) in collect.finish() {
        reading
            .candidates
            .push(whole_file(place, value, rule, judge::SHAPE));
    }
    reading
}

fn whole_file(
    place: &Place,
    value: Zeroizing<Vec<u8>>,
    rule: &'static Rule,
    evidence: &'static [Evidence],
) -> Candidate {
    Candidate {
        at: At::Bytes(0..place.meta.size),
        location: unpack::INSIDE.to_owned(),
        path: Vec::new(),
        value,
        rule,
        evidence,
    }
}

fn read_database(snapshot: &Snapshot, place: &Place, progress: &dyn Progress) -> Reading {
    let mut reading = Reading::default();
    if place.meta.size == 0 {
        return reading;
    }
    let wal = wal_of(snapshot, place);
    match database::check(&*place.source, wal.map(|wal| &*wal.source)) {
        Ok((candidates, damaged)) => {
            reading.candidates = candidates;
            for (table, error) in damaged {
                reading.unreadable.push(Unreadable {
                    path: format!("{} (table {table})", place.path.display()),
                    reason: format!("failed to {error}"),
                    next: "stop OpenClaw, then `sqlite3 FILE 'PRAGMA integrity_check'`".to_owned(),
                });
            }
        }
        Err(error) => reading.unreadable.push(Unreadable {
            path: place.path.display().to_string(),
            reason: format!("failed to {error}; searched as bytes only"),
            next: "if OpenClaw does not need the file any more, delete it".to_owned(),
        }),
    }
    match stream::check(&*place.source, progress) {
        Ok(stream::Outcome::Read(mut raw)) => {
            for candidate in &mut raw {
                candidate.location = FREED_PAGE.to_owned();
            }
            reading.candidates.extend(raw);
        }
        Ok(stream::Outcome::Interrupted) => reading.interrupted = true,
        Err(error) => reading.unreadable.push(unreadable(place, &error)),
    }
    reading
}

/// The write-ahead log of a database, when there is one with something in it.
pub(crate) fn wal_of<'s>(snapshot: &'s Snapshot, place: &Place) -> Option<&'s Place> {
    let mut name = place.path.clone().into_os_string();
    name.push("-wal");
    snapshot
        .at(std::path::Path::new(&name))
        .filter(|wal| wal.meta.size > 0)
}

fn unreadable(place: &Place, error: &std::io::Error) -> Unreadable {
    Unreadable {
        path: place.path.display().to_string(),
        reason: format!("failed to read: {error}"),
        next: "run bedlock as the owner of the file, or as root".to_owned(),
    }
}

/// Leaves out what is a row's secret cut short or run on: a value that goes on in another page
/// looks like a shorter one there, and a value with the next column behind it like a longer one.
fn without_fragments(mut readings: Vec<Reading>) -> Vec<Reading> {
    // More than the prefix that all keys of a provider share.
    const SHARED: usize = 16;
    let mut whole: Vec<Zeroizing<Vec<u8>>> = readings
        .iter()
        .flat_map(|reading| &reading.candidates)
        .filter(|one| matches!(one.at, At::Cell(_)))
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

/// The second pass: every byte of every place, for every value that is known by now.
fn add_by_value(
    snapshot: &Snapshot,
    vault: &Vault,
    threads: usize,
    progress: &dyn Progress,
    hits: &mut Vec<Hit>,
) -> Result<(), AuditError> {
    if vault.is_empty() {
        return Ok(());
    }
    let search = searcher(vault);
    let places: Vec<usize> = (0..snapshot.places.len()).collect();
    let found = in_parallel(threads, &places, |&index| {
        let found = sightings(snapshot, &snapshot.places[index], &search, progress);
        found.map(|found| found.map(|found| (index, found)))
    });
    let mut by_spot: HashMap<Spot, Vec<usize>> = HashMap::new();
    for (index, hit) in hits.iter().enumerate() {
        by_spot.entry(hit.spot).or_default().push(index);
    }
    let mut added = Vec::new();
    for result in found {
        // A file that went away between the passes was reported by the first one or is gone.
        let Some((index, found)) = result? else {
            continue;
        };
        let spot = Spot::Place(index);
        let known = by_spot.get(&spot).map(Vec::as_slice).unwrap_or_default();
        merge_values(spot, found, known, hits, &mut added);
    }
    hits.extend(added);
    Ok(())
}

/// A value search over the secrets of a vault; match indexes are secret ids.
pub(crate) fn searcher(vault: &Vault) -> ValueSearch {
    // A value that is not looked for keeps its number in the list.
    let values: Vec<&[u8]> = vault
        .iter()
        .map(|(_, secret)| match secret.telling {
            true => secret.value.danger_expose(),
            false => b"",
        })
        .collect();
    ValueSearch::new(&values)
}

/// A known value at a place.
pub(crate) struct Sighting {
    at: At,
    location: String,
    pub(crate) secret: SecretId,
}

/// Every known value in one place; `None` when the file went away since the first pass.
pub(crate) fn sightings(
    snapshot: &Snapshot,
    place: &Place,
    search: &ValueSearch,
    progress: &dyn Progress,
) -> Result<Option<Vec<Sighting>>, AuditError> {
    let mut found = Vec::new();
    if place.kind == PlaceKind::Database && place.meta.size > 0 {
        let wal = wal_of(snapshot, place);
        let walked = database::each_value(&*place.source, wal.map(|w| &*w.source), &mut |met| {
            for m in search.find(met.bytes) {
                let mut at = met.at.clone();
                let location = database::row_label(&at, &met.row_name);
                at.range = m.span;
                found.push(Sighting {
                    at: At::Cell(at),
                    location,
                    secret: SecretId(m.index),
                });
            }
            ControlFlow::Continue(())
        });
        // Damage was reported by the first pass.
        drop(walked);
    }
    let location = match place.kind {
        PlaceKind::Database => FREED_PAGE,
        PlaceKind::DatabaseSidecar => BESIDE_A_DATABASE,
        _ => "",
    };
    if let Ok(Some(mut reader)) = unpack::reader(&*place.source) {
        let mut seen = BTreeSet::new();
        let mut stream = search.stream();
        let mut piece = vec![0; stream::PIECE];
        while let Ok(count @ 1..) = reader.read(&mut piece) {
            stream.push(&piece[..count], &mut |m| {
                seen.insert(m.index);
            });
        }
        found.extend(seen.into_iter().map(|index| Sighting {
            at: At::Bytes(0..place.meta.size),
            location: unpack::INSIDE.to_owned(),
            secret: SecretId(index),
        }));
        return Ok(Some(found));
    }
    let mut stream = search.stream();
    let flow = stream::each_piece(&*place.source, progress, |piece| {
        stream.push(piece, &mut |m| {
            found.push(Sighting {
                at: At::Bytes(m.span),
                location: location.to_owned(),
                secret: SecretId(m.index),
            });
        });
    });
    match flow {
        Ok(ControlFlow::Continue(())) => Ok(Some(found)),
        Ok(ControlFlow::Break(())) => Err(AuditError::Interrupted),
        Err(_) => Ok(None),
    }
}

fn merge_values(
    spot: Spot,
    found: Vec<Sighting>,
    known: &[usize],
    hits: &[Hit],
    added: &mut Vec<Hit>,
) {
    let first_added = added.len();
    let rows: BTreeSet<SecretId> = found
        .iter()
        .filter(|s| matches!(s.at, At::Cell(_)))
        .map(|s| s.secret)
        .chain(
            known
                .iter()
                .filter(|i| matches!(hits[**i].at, At::Cell(_)))
                .map(|i| hits[*i].secret),
        )
        .collect();
    let raw: BTreeSet<SecretId> = known
        .iter()
        .filter(|i| hits[**i].location.starts_with(RAW))
        .map(|i| hits[*i].secret)
        .collect();
    // Sorted by start, so that the overlap test only has to look at a few neighbours.
    let mut order: Vec<usize> = known.to_vec();
    order.sort_by(|a, b| hits[*a].at.sort_key().cmp(&hits[*b].at.sort_key()));
    let longest = known
        .iter()
        .map(|i| hits[*i].at.length())
        .max()
        .unwrap_or(0);
    let mut raw_added = BTreeSet::new();
    for sighting in found {
        if sighting.location.starts_with(RAW)
            && (rows.contains(&sighting.secret)
                || raw.contains(&sighting.secret)
                || !raw_added.insert(sighting.secret))
        {
            continue;
        }
        let overlapping = neighbours(&order, hits, &sighting.at, longest)
            .find(|index| hits[*index].at.overlaps(&sighting.at));
        match overlapping {
            // The value where it was found already is no further evidence.
            Some(_) => {}
            None => {
                if added[first_added..]
                    .last()
                    .is_some_and(|last| last.at.overlaps(&sighting.at))
                {
                    continue;
                }
                added.push(Hit {
                    spot,
                    at: sighting.at,
                    location: sighting.location,
                    path: Vec::new(),
                    secret: sighting.secret,
                    evidence: BTreeSet::from([Evidence::Value]),
                });
            }
        }
    }
}

/// Known hits that may overlap `at`: those that start before its end and not far before its start.
fn neighbours<'o>(
    order: &'o [usize],
    hits: &'o [Hit],
    at: &At,
    longest: u64,
) -> impl Iterator<Item = usize> + 'o {
    let (kind, table, row, column, start) = at.sort_key();
    let (table, column) = (table.to_owned(), column.to_owned());
    let end = start + at.length();
    let low = (kind, table, row, column, start.saturating_sub(longest));
    let from = order.partition_point(|index| {
        let (k, t, r, c, s) = hits[*index].at.sort_key();
        (k, t, r, c, s) < (low.0, low.1.as_str(), low.2, low.3.as_str(), low.4)
    });
    let bound = (low.0, low.1, low.2, low.3, end);
    order[from..].iter().copied().take_while(move |index| {
        let (k, t, r, c, s) = hits[*index].at.sort_key();
        (k, t, r, c, s)
            < (
                bound.0,
                bound.1.as_str(),
                bound.2,
                bound.3.as_str(),
                bound.4,
            )
    })
}

/// A secret that stands at several places is known by its value at each of them.
fn note_repeats(hits: &mut [Hit]) {
    let mut count: BTreeMap<SecretId, usize> = BTreeMap::new();
    for hit in hits.iter() {
        *count.entry(hit.secret).or_default() += 1;
    }
    for hit in hits {
        if count.get(&hit.secret).is_some_and(|n| *n > 1) {
            hit.evidence.insert(Evidence::Value);
        }
    }
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
