//! What may be shown of a change: both texts with every secret masked.
//!
//! **Invariant:** also secrets that stay are masked.

use bedlock_model::{Action, Change, Masked, Place, RowOp};

use super::Desk;
use crate::WHOLE_FILE_LIMIT;
use crate::masking;
use crate::vault::SecretId;

/// Largest text that is shown as a diff, in bytes.
const LARGEST: usize = 1 << 20;

/// What may be shown of one change.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// The text now, when the change is shown as a diff and there is a file.
    pub before: Option<Masked>,
    /// The text afterwards, when the change is shown as a diff and there is a file then.
    pub after: Option<Masked>,
    /// What happens where there is no diff.
    pub summary: Vec<String>,
}

pub(super) fn of(desk: &Desk<'_>, place: Option<&Place>, change: &Change) -> Shown {
    match &change.action {
        Action::Write(content) => {
            let before = place.and_then(|place| place.source.read_all(WHOLE_FILE_LIMIT).ok());
            let large = |text: &[u8]| text.len() > LARGEST;
            if large(content.bytes()) || before.as_deref().is_some_and(large) {
                return Shown {
                    summary: change.why.clone(),
                    ..Shown::default()
                };
            }
            Shown {
                before: before.map(|text| masked(desk, &text)),
                after: Some(masked(desk, content.bytes())),
                summary: Vec::new(),
            }
        }
        Action::Redact(redactions) => Shown {
            summary: redactions
                .iter()
                .map(|one| format!("byte {}: {}", one.offset, one.replacement.trim_end()))
                .collect(),
            ..Shown::default()
        },
        Action::Database(edits) => {
            let mut summary: Vec<String> = Vec::new();
            for edit in edits {
                summary.push(match &edit.op {
                    RowOp::Set { column, .. } => format!("{}.{column}: redact", edit.table),
                    RowOp::Delete => format!("{}: delete a row", edit.table),
                });
            }
            summary.dedup();
            summary.push("checkpoint and VACUUM, so that no freed page keeps a secret".to_owned());
            Shown {
                summary,
                ..Shown::default()
            }
        }
        Action::Remove => {
            let text = place
                .filter(|place| place.meta.size <= LARGEST as u64)
                .and_then(|place| place.source.read_all(LARGEST).ok())
                .filter(|text| std::str::from_utf8(text).is_ok());
            match text {
                Some(text) => Shown {
                    before: Some(masked(desk, &text)),
                    ..Shown::default()
                },
                None => Shown {
                    summary: vec!["the file goes".to_owned()],
                    ..Shown::default()
                },
            }
        }
    }
}

/// A line about a change: a key of a file can itself be a secret.
pub(super) fn line(desk: &Desk<'_>, text: &str) -> String {
    masked(desk, text.as_bytes()).as_str().to_owned()
}

fn masked(desk: &Desk<'_>, text: &[u8]) -> Masked {
    let known: Vec<_> = desk
        .search
        .find(text)
        .into_iter()
        .map(|m| (m.span, desk.vault.get(SecretId(m.index)).mask.as_str()))
        .collect();
    masking::mask_document(text, &known)
}
