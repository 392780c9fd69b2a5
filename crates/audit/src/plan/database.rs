//! Cleans databases by rows: what is a store of credentials goes, what is a conversation or a
//! setting is redacted.
//!
//! A change without row edits is not empty: it checkpoints and vacuums, which is what takes a
//! secret out of freed pages and the write-ahead log.
//!
//! **Source:** the schemas of OpenClaw 2026.9.6 (see `checks::cell`).

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;

use bedlock_formats::Segment;
use bedlock_model::{Action, Cell, Place, PlaceKind, Redaction, RowEdit, RowOp, Snapshot};

use super::placeholder::placeholder;
use super::{Decided, Desk, parse};
use crate::AuditError;
use crate::agents::openclaw::bedrock;
use crate::agents::openclaw::chosen::{self, ModelState};
use crate::agents::openclaw::surfaces;
use crate::checks::database::wal_of;
use crate::checks::database::{Met, each_value};
use crate::found::{At, CellAt, Hit};

/// Tables whose rows hold nothing but a credential of a tool or a provider.
const CREDENTIAL_TABLES: &[&str] = &["secret_store_entries", "mcp_oauth_stores"];

/// OpenClaw's notes on what a healthy configuration looked like; it restores a copy when the file
/// differs too much from them.
const HEALTH_TABLE: &str = "config_health_entries";

pub(super) fn decide(
    desk: &Desk<'_>,
    place: &Place,
    hits: &[&Hit],
    moved: &[PathBuf],
) -> Result<Option<(PathBuf, Decided)>, AuditError> {
    let Some(main) = main_of(desk.snapshot, place) else {
        // A log without its database is of no use to anybody.
        let why = vec!["remove: a secret is in it, and its database is gone".to_owned()];
        let gone = Decided {
            action: Action::Remove,
            why,
        };
        return Ok((!hits.is_empty()).then(|| (place.path.clone(), gone)));
    };
    if place.kind == PlaceKind::DatabaseSidecar {
        let why = vec![format!("fold {} into the database", file_name(place))];
        return Ok(Some((
            main.path.clone(),
            Decided {
                action: Action::Database(Vec::new()),
                why,
            },
        )));
    }
    if place.meta.size == 0 {
        return Ok(None);
    }
    let mut edits = Vec::new();
    let mut why = Vec::new();
    let walked = collect(desk, place, hits, moved, &mut edits, &mut why);
    if !walked {
        return overwritten(desk, place, hits);
    }
    if hits.is_empty() && edits.is_empty() {
        return Ok(None);
    }
    if edits.is_empty() {
        why.push("vacuum: a secret is in freed pages".to_owned());
    }
    Ok(Some((
        place.path.clone(),
        Decided {
            action: Action::Database(edits),
            why,
        },
    )))
}

fn file_name(place: &Place) -> String {
    place
        .path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// The database that a place is or belongs to.
fn main_of<'s>(snapshot: &'s Snapshot, place: &'s Place) -> Option<&'s Place> {
    if place.kind == PlaceKind::Database {
        return Some(place);
    }
    let name = place.path.to_str()?;
    let stem = ["-wal", "-shm", "-journal"]
        .iter()
        .find_map(|tail| name.strip_suffix(tail))?;
    snapshot.at(stem.as_ref())
}

/// One value of one row, for grouping.
type Value = (String, u64, String);

fn value_of(at: &CellAt) -> Value {
    (at.table.clone(), at.row, at.column.clone())
}

/// Walks the database and makes the edits; says whether the whole of it could be walked.
fn collect(
    desk: &Desk<'_>,
    place: &Place,
    hits: &[&Hit],
    moved: &[PathBuf],
    edits: &mut Vec<RowEdit>,
    why: &mut Vec<String>,
) -> bool {
    let mut wanted: BTreeMap<Value, Vec<(&CellAt, &Hit)>> = BTreeMap::new();
    for hit in hits {
        if let At::Cell(cell) = &hit.at {
            wanted.entry(value_of(cell)).or_default().push((cell, hit));
        }
    }
    let wal = wal_of(desk.snapshot, place);
    let mut deleted: Option<(String, u64)> = None;
    let walked = each_value(&*place.source, wal.map(|wal| &*wal.source), &mut |met| {
        let row = (met.at.table.clone(), met.at.row);
        if deleted.as_ref() == Some(&row) {
            return ControlFlow::Continue(());
        }
        if met.at.table == HEALTH_TABLE && names_config(met.bytes, moved) {
            why.push(format!(
                "delete {HEALTH_TABLE}: it describes the old configuration"
            ));
            edits.push(RowEdit {
                table: row.0.clone(),
                key: met.at.key.clone(),
                op: RowOp::Delete,
            });
            deleted = Some(row);
            return ControlFlow::Continue(());
        }
        let here = wanted
            .get(&value_of(&met.at))
            .map(Vec::as_slice)
            .unwrap_or_default();
        let state = ModelState::of_column(&met.at.table, &met.at.column);
        if here.is_empty() && state.is_none() {
            return ControlFlow::Continue(());
        }
        let location = crate::checks::database::row_label(&met.at, &met.row_name);
        match edit_value(desk, &met, here, state) {
            Edited::Nothing => {}
            Edited::Delete => {
                why.push(format!("delete the row of {location}"));
                edits.push(RowEdit {
                    table: row.0.clone(),
                    key: met.at.key.clone(),
                    op: RowOp::Delete,
                });
                // Edits of the row's other columns would find no row.
                edits.retain(|edit| {
                    edit.op == RowOp::Delete || edit.table != row.0 || edit.key != met.at.key
                });
                deleted = Some(row);
            }
            Edited::Set(columns) => {
                let what = if here.is_empty() {
                    "move to Bedrock"
                } else {
                    "redact"
                };
                why.push(format!("{what}: {location}"));
                edits.extend(columns.into_iter().map(|(column, value)| RowEdit {
                    table: row.0.clone(),
                    key: met.at.key.clone(),
                    op: RowOp::Set { column, value },
                }));
            }
        }
        ControlFlow::Continue(())
    });
    walked.is_ok_and(|damaged| damaged.is_empty())
}

fn names_config(bytes: &[u8], moved: &[PathBuf]) -> bool {
    moved.iter().any(|path| {
        path.to_str()
            .is_some_and(|path| memchr::memmem::find(bytes, path.as_bytes()).is_some())
    })
}

enum Edited {
    Nothing,
    Delete,
    Set(Vec<(String, Cell)>),
}

fn edit_value(
    desk: &Desk<'_>,
    met: &Met<'_>,
    hits: &[(&CellAt, &Hit)],
    state: Option<ModelState>,
) -> Edited {
    let table = met.at.table.as_str();
    if is_search_index(table) || (hits.is_empty() && met.is_piece) {
        return Edited::Nothing;
    }
    if CREDENTIAL_TABLES.contains(&table) || met.is_piece {
        return Edited::Delete;
    }
    if met.at.packed && table != "transcript_events" {
        // An archive of a conversation carries a checksum of itself.
        return Edited::Delete;
    }
    let store = met.row_name.starts_with("authProfiles") || table == "auth_profile_store";
    let text = match without_profiles(met.bytes, hits).filter(|_| store) {
        Some(text) => text,
        None => redacted(desk, met.bytes, hits),
    };
    let text = state
        .and_then(|state| moved(desk, &text, state))
        .unwrap_or(text);
    if text == met.bytes {
        return Edited::Nothing;
    }
    if met.at.packed {
        return Edited::Set(vec![
            ("event_json".to_owned(), Cell::Text(text.clone())),
            (
                "event_utf8_bytes".to_owned(),
                Cell::Integer(i64::try_from(text.len()).unwrap_or(0)),
            ),
            ("event_zstd".to_owned(), Cell::Null),
            ("navigation_json".to_owned(), Cell::Null),
        ]);
    }
    let length = i64::try_from(text.len()).unwrap_or(0);
    let counted = table == "transcript_events" && met.at.column == "event_json";
    let value = if met.is_text {
        Cell::Text(text)
    } else {
        Cell::Blob(text)
    };
    let mut columns = vec![(met.at.column.clone(), value)];
    if counted {
        columns.push(("event_utf8_bytes".to_owned(), Cell::Integer(length)));
    }
    Edited::Set(columns)
}

/// A store of profiles without those that hold a credential that goes.
fn without_profiles(text: &[u8], hits: &[(&CellAt, &Hit)]) -> Option<Vec<u8>> {
    let mut document = parse(text).ok()?;
    let mut unwanted: Vec<Vec<Segment>> = Vec::new();
    for (_, hit) in hits {
        surfaces::surface_in(surfaces::AUTH_PROFILES, &hit.path)?;
        unwanted.push(hit.path[..2].to_vec());
    }
    bedrock::remove_all(&mut document, unwanted, &mut Vec::new()).ok()?;
    Some(document.into_text().into_bytes())
}

/// The index of a full-text search: made again from the text when a database is changed.
fn is_search_index(table: &str) -> bool {
    table.contains("_fts") && ["_data", "_idx"].iter().any(|tail| table.ends_with(tail))
}

/// State that names models, with Bedrock's; `None` when it is not JSON.
fn moved(desk: &Desk<'_>, text: &[u8], state: ModelState) -> Option<Vec<u8>> {
    let mut document = parse(text).ok()?;
    chosen::move_state(&mut document, state, &desk.request.models).ok()?;
    Some(document.into_text().into_bytes())
}

fn redacted(desk: &Desk<'_>, bytes: &[u8], hits: &[(&CellAt, &Hit)]) -> Vec<u8> {
    let mut spans: Vec<_> = hits
        .iter()
        .map(|(cell, hit)| (cell.range.clone(), hit.secret))
        .collect();
    spans.sort_by_key(|(range, _)| range.start);
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for (range, secret) in spans {
        if range.start < at || range.end > bytes.len() {
            continue;
        }
        out.extend_from_slice(&bytes[at..range.start]);
        out.extend_from_slice(placeholder(&desk.vault.get(secret).fingerprint).as_bytes());
        at = range.end;
    }
    out.extend_from_slice(&bytes[at..]);
    out
}

/// A database that SQLite would not open: its secrets are overwritten in place, byte for byte, so
/// that whatever can still be read of it can be read afterwards too.
fn overwritten(
    desk: &Desk<'_>,
    place: &Place,
    hits: &[&Hit],
) -> Result<Option<(PathBuf, Decided)>, AuditError> {
    if hits.is_empty() {
        return Ok(None);
    }
    let going: std::collections::BTreeSet<_> = hits.iter().map(|hit| hit.secret).collect();
    let mut redactions: Vec<Redaction> = Vec::new();
    let mut stream = desk.search.stream();
    let read = place
        .source
        .for_each_chunk(crate::checks::stream::PIECE, |_, piece| {
            stream.push(piece, &mut |m| {
                let end = redactions
                    .last()
                    .map_or(0, |last| last.offset + last.length);
                if going.contains(&crate::vault::SecretId(m.index)) && m.span.start >= end {
                    let length = m.span.end - m.span.start;
                    redactions.push(Redaction {
                        offset: m.span.start,
                        length,
                        replacement: "x".repeat(usize::try_from(length).unwrap_or(0)),
                    });
                }
            });
            ControlFlow::Continue(())
        });
    // Nothing breaks, so the flow says nothing.
    let _ = read.map_err(|source| AuditError::Read {
        path: place.path.clone(),
        source,
    })?;
    let why = vec!["overwrite secrets in place: it is no readable database".to_owned()];
    Ok(Some((
        place.path.clone(),
        Decided {
            action: Action::Redact(redactions),
            why,
        },
    )))
}
