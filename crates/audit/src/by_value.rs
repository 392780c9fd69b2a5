//! The second pass: every byte of every place, for the values that the first pass found.
//!
//! **Invariant:** it knows nothing of structure but rows of databases and compression, so a secret
//! is found again wherever it stands, in whatever encoding.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read as _;
use std::ops::ControlFlow;

use bedlock_detect::ValueSearch;
use bedlock_model::{Evidence, Place, PlaceKind, Progress, Snapshot};

use crate::AuditError;
use crate::checks::database::{BESIDE_A_DATABASE, FREED_PAGE, RAW, wal_of};
use crate::checks::{database, stream, unpack};
use crate::found::{At, Hit, Spot};
use crate::parallel::in_parallel;
use crate::vault::{SecretId, Vault};

/// The second pass: every byte of every place, for every value that is known by now.
pub(crate) fn add_by_value(
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
pub(crate) fn note_repeats(hits: &mut [Hit]) {
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
