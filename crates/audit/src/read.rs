//! The first pass: reads each place as what it is, for fields and for shapes.
//!
//! **Invariant:** a place that could not be read whole is in `unreadable`, never silently clean.

use std::io::Read as _;

use bedlock_detect::Rule;
use bedlock_formats::{Entry, Format};
use bedlock_model::{Evidence, Place, PlaceKind, Progress, Snapshot, Unreadable};
use zeroize::Zeroizing;

use crate::WHOLE_FILE_LIMIT;
use crate::checks::database::{BESIDE_A_DATABASE, FREED_PAGE, wal_of};
use crate::checks::{self, database, keys, stream, text, unpack};
use crate::found::{At, Candidate};
use crate::judge;
use crate::vault::{self};

/// What the first pass brings home from one place.
#[derive(Default)]
pub(crate) struct Reading {
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) unreadable: Vec<Unreadable>,
    pub(crate) interrupted: bool,
    /// Entries of a configuration, kept for providers and references.
    pub(crate) config: Vec<Entry>,
}

pub(crate) fn read_place(snapshot: &Snapshot, place: &Place, progress: &dyn Progress) -> Reading {
    let mut reading = read_as_what_it_is(snapshot, place, progress);
    if !reading.unreadable.is_empty() && is_gone(place) {
        // A running agent makes and deletes files all the time: what is gone holds nothing.
        reading.unreadable.clear();
    }
    reading
}

fn is_gone(place: &Place) -> bool {
    let read = place.source.read_at(0, &mut [0]);
    read.is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}

fn read_as_what_it_is(snapshot: &Snapshot, place: &Place, progress: &dyn Progress) -> Reading {
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
    let checked = if place.kind == PlaceKind::DatabaseSidecar {
        stream::check_pages(&*place.source, progress)
    } else {
        stream::check(&*place.source, progress)
    };
    match checked {
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
    let mut unpacked = 0;
    let mut piece = vec![0; stream::PIECE];
    loop {
        match reader.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => {
                unpacked += count as u64;
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
    if unpacked >= unpack::STREAM_LIMIT {
        reading.unreadable.push(Unreadable {
            path: place.path.display().to_string(),
            reason: format!(
                "it unpacks to more than {} GiB; the rest was not searched",
                unpack::STREAM_LIMIT >> 30
            ),
            next: "unpack it elsewhere and look at it there, or delete it".to_owned(),
        });
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
    match stream::check_pages(&*place.source, progress) {
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

fn unreadable(place: &Place, error: &std::io::Error) -> Unreadable {
    Unreadable {
        path: place.path.display().to_string(),
        reason: format!("failed to read: {error}"),
        next: "run bedlock as the owner of the file, or as root".to_owned(),
    }
}
