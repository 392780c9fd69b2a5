//! Cleans text of any size in place: transcripts, logs, prose. Each secret becomes a name.
//!
//! **Invariant:** lines stay lines: a redacted secret that spanned several lines leaves as many
//! line ends as it had, so that the numbering of a log and the records of a transcript survive.

use bedlock_model::{Action, Place, Redaction};

use super::placeholder::placeholder;
use super::{Decided, Desk};
use crate::AuditError;
use crate::found::{At, Hit};

pub(super) fn decide(
    desk: &Desk<'_>,
    place: &Place,
    hits: &[&Hit],
) -> Result<Option<Decided>, AuditError> {
    let mut redactions: Vec<Redaction> = Vec::with_capacity(hits.len());
    let mut end = 0;
    for hit in hits {
        let At::Bytes(range) = &hit.at else { continue };
        if range.start < end {
            continue;
        }
        end = range.end;
        let secret = desk.vault.get(hit.secret);
        let mut replacement = placeholder(&secret.fingerprint);
        let lines = line_ends(place, range.start, range.end)?;
        replacement.extend(std::iter::repeat_n('\n', lines));
        redactions.push(Redaction {
            offset: range.start,
            length: range.end - range.start,
            replacement,
        });
    }
    if redactions.is_empty() {
        return Ok(None);
    }
    let why = vec![match redactions.len() {
        1 => "redact 1 secret".to_owned(),
        count => format!("redact secrets at {count} places"),
    }];
    Ok(Some(Decided {
        action: Action::Redact(redactions),
        why,
    }))
}

fn line_ends(place: &Place, start: u64, end: u64) -> Result<usize, AuditError> {
    let length = usize::try_from(end - start).unwrap_or(0);
    let mut bytes = zeroize::Zeroizing::new(vec![0; length]);
    let read = place
        .source
        .read_at(start, &mut bytes)
        .map_err(|source| AuditError::Read {
            path: place.path.clone(),
            source,
        })?;
    Ok(memchr::memchr_iter(b'\n', &bytes[..read]).count())
}
