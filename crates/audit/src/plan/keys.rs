//! Cleans files of keys and values: whole entries go, parts of a value are redacted.
//!
//! **Invariant:** what the result still holds of a secret that goes is redacted by value at the
//! end, so an entry that could not be taken out whole is clean all the same.

use std::collections::BTreeSet;
use std::ops::Range;

use bedlock_detect::ValueSearch;
use bedlock_formats::json5::Document;
use bedlock_formats::{EditError, Entry, Format, Segment};
use bedlock_model::{Action, Content, Place, PlaceKind};

use super::placeholder::placeholder;
use super::{Decided, Desk, parse, spans, text_of};
use crate::AuditError;
use crate::agents::openclaw::bedrock;
use crate::agents::openclaw::chosen::{self, ModelState};
use crate::agents::openclaw::surfaces;
use crate::found::{At, Hit};

pub(super) fn decide(
    desk: &Desk<'_>,
    index: usize,
    place: &Place,
    format: Format,
    hits: &[&Hit],
) -> Result<Option<Decided>, AuditError> {
    let text = text_of(place)?;
    let Some((bytes, mut why)) = cleaned(desk, place, format, &text, hits) else {
        return spans::decide(desk, place, hits);
    };
    let bytes = scrub(desk, index, bytes);
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

/// The text without the entries that go; `None` when it cannot be edited by its structure.
fn cleaned(
    desk: &Desk<'_>,
    place: &Place,
    format: Format,
    text: &[u8],
    hits: &[&Hit],
) -> Option<(Vec<u8>, Vec<String>)> {
    let without = without_parts(desk, text, format, hits).ok()?;
    if format == Format::Json5 {
        let mut document = parse(&without).ok()?;
        let mut why = clean_state(&mut document, place, &whole_paths(text, format, hits)).ok()?;
        let state =
            ModelState::of_file(&place.path).filter(|_| place.kind == PlaceKind::AgentState);
        if let Some(state) = state {
            why.extend(chosen::move_state(&mut document, state, &desk.request.models).ok()?);
        }
        return Some((document.into_text().into_bytes(), why));
    }
    let going = whole_entries(text, format, hits);
    let now = bedlock_formats::entries(format, &without).ok()?;
    let going: BTreeSet<_> = going.iter().map(|gone| (&gone.path, &gone.value)).collect();
    let unwanted: Vec<Entry> = now
        .into_iter()
        .filter(|entry| going.contains(&(&entry.path, &entry.value)))
        .collect();
    let why = unwanted
        .iter()
        .map(|entry| format!("remove {}", bedlock_formats::path_text(&entry.path)))
        .collect();
    Some((
        bedlock_formats::remove(format, &without, &unwanted).ok()?,
        why,
    ))
}

/// Files of OpenClaw's state: a profile goes whole, and so does a provider's catalogue.
fn clean_state(
    document: &mut Document,
    place: &Place,
    secrets: &[Vec<Segment>],
) -> Result<Vec<String>, EditError> {
    let mut unwanted: Vec<Vec<Segment>> = Vec::new();
    for path in secrets {
        let in_store = place.kind == PlaceKind::AgentState
            && surfaces::surface_in(surfaces::AUTH_PROFILES, path).is_some();
        unwanted.push(if in_store {
            path[..2].to_vec()
        } else {
            path.clone()
        });
    }
    let file = place
        .path
        .file_name()
        .map(|name| name.to_string_lossy().to_lowercase());
    let catalogue =
        file.is_some_and(|f| f.starts_with("models.json") || f.starts_with("catalog.json"));
    if place.kind == PlaceKind::AgentState && catalogue {
        let providers = document.get(&["providers".into()]);
        for element in providers
            .map(bedlock_formats::json5::Node::elements)
            .unwrap_or_default()
        {
            if &*element.key != bedrock::PROVIDER {
                unwanted.push(vec!["providers".into(), Segment::Key(element.key.clone())]);
            }
        }
    }
    let mut why = Vec::new();
    bedrock::remove_all(document, unwanted, &mut why)?;
    Ok(why)
}

/// The text with the parts of values redacted that are not a whole entry: a password in a URL, an
/// argument, a key in a comment.
pub(super) fn without_parts(
    desk: &Desk<'_>,
    text: &[u8],
    format: Format,
    hits: &[&Hit],
) -> Result<Vec<u8>, EditError> {
    let mut whole: Vec<Range<usize>> = whole_entries(text, format, hits)
        .into_iter()
        .map(|entry| entry.entry_span)
        .collect();
    whole.sort_by_key(|span| span.start);
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    for hit in hits {
        let Some(range) = range_of(hit, text.len()) else {
            continue;
        };
        // Entries do not overlap, so only the last one that begins before the hit can hold it.
        let after = whole.partition_point(|span| span.start <= range.start);
        let inside = after
            .checked_sub(1)
            .is_some_and(|before| range.end <= whole[before].end);
        if inside || range.start < at {
            continue;
        }
        out.extend_from_slice(&text[at..range.start]);
        out.extend_from_slice(placeholder(&desk.vault.get(hit.secret).fingerprint).as_bytes());
        at = range.end;
    }
    out.extend_from_slice(&text[at..]);
    Ok(out)
}

fn range_of(hit: &Hit, length: usize) -> Option<Range<usize>> {
    let At::Bytes(range) = &hit.at else {
        return None;
    };
    let start = usize::try_from(range.start).ok()?;
    let end = usize::try_from(range.end).ok()?;
    (start < end && end <= length).then_some(start..end)
}

/// Entries whose value is a secret and nothing else but an authentication scheme.
fn whole_entries(text: &[u8], format: Format, hits: &[&Hit]) -> Vec<Entry> {
    let Ok(entries) = bedlock_formats::entries(format, text) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for hit in hits.iter().filter(|hit| !hit.path.is_empty()) {
        let Some(range) = range_of(hit, text.len()) else {
            continue;
        };
        // Entries come in the order of the text, and their values do not overlap.
        let after = entries.partition_point(|entry| entry.value_span.start <= range.start);
        let Some(index) = after.checked_sub(1) else {
            continue;
        };
        let entry = &entries[index];
        let holds = entry.path == hit.path && range.end <= entry.value_span.end;
        if holds && is_all_of(text, entry, &range) {
            found.push(entry.clone());
            found.extend(flag_of(
                entry,
                index.checked_sub(1).map(|before| &entries[before]),
            ));
        }
    }
    found
}

fn is_all_of(text: &[u8], entry: &Entry, range: &Range<usize>) -> bool {
    let before = text[entry.value_span.start..range.start].trim_ascii();
    let after = text[range.end..entry.value_span.end].trim_ascii();
    let scheme = before.len() <= 8 && before.iter().all(u8::is_ascii_alphabetic);
    after.is_empty() && scheme
}

/// The `--token` that stands before its value in a list of arguments.
fn flag_of(entry: &Entry, before: Option<&Entry>) -> Option<Entry> {
    let (Segment::Index(index), above) = entry.path.split_last()? else {
        return None;
    };
    let place = index.checked_sub(1)?;
    before
        .filter(|other| {
            other.path.split_last() == Some((&Segment::Index(place), above))
                && other.value.starts_with(b"-")
                && !other.value.contains(&b'=')
        })
        .cloned()
}

/// The paths of the entries that go whole.
pub(super) fn whole_paths(text: &[u8], format: Format, hits: &[&Hit]) -> Vec<Vec<Segment>> {
    whole_entries(text, format, hits)
        .into_iter()
        .map(|entry| entry.path)
        .collect()
}

/// Redacts what is left of secrets that go, however it is encoded.
pub(super) fn scrub(desk: &Desk<'_>, index: usize, bytes: Vec<u8>) -> Vec<u8> {
    let staying = desk.staying.get(&index);
    let going: Vec<_> = desk
        .going
        .get(&index)
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
        .map(|hit| hit.secret)
        .filter(|secret| staying.is_none_or(|staying| !staying.contains(secret)))
        .collect();
    let values: Vec<&[u8]> = going
        .iter()
        .map(|id| desk.vault.get(*id).value.danger_expose())
        .collect();
    let found = ValueSearch::new(&values).find(&bytes);
    if found.is_empty() {
        return bytes;
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for m in found {
        if m.span.start < at {
            continue;
        }
        out.extend_from_slice(&bytes[at..m.span.start]);
        let secret = desk.vault.get(going[m.index]);
        out.extend_from_slice(placeholder(&secret.fingerprint).as_bytes());
        at = m.span.end;
    }
    out.extend_from_slice(&bytes[at..]);
    out
}
