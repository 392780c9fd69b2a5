//! Searches every byte for secrets that are known already: the proof in a receipt.
//!
//! Called by `harden` on a fresh snapshot after an apply, with the vault from before it.
//!
//! **Invariant:** the search knows nothing of structure, so it cannot share a blind spot with the
//! checks that found the secrets.

use std::path::PathBuf;

use bedlock_model::{PlaceKind, Progress, Snapshot};

use crate::AuditError;
use crate::by_value::{searcher, sightings};
use crate::parallel::in_parallel;
use crate::vault::{SecretId, Vault};

/// A secret in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// Which secret.
    pub secret: SecretId,
    /// In which file.
    pub file: PathBuf,
    /// How often.
    pub count: u64,
}

/// Finds every secret of `vault` in every place, in any encoding, rows of databases and compressed
/// content included.
///
/// # Errors
/// [`AuditError::Interrupted`] when `progress` says stop.
pub fn search(
    snapshot: &Snapshot,
    vault: &Vault,
    threads: usize,
    progress: &dyn Progress,
) -> Result<Vec<Seen>, AuditError> {
    if vault.is_empty() {
        return Ok(Vec::new());
    }
    let search = searcher(vault);
    let found = in_parallel(threads, &snapshot.places, |place| {
        // The `-shm` index holds page numbers only, and is made anew whenever it is needed.
        let index_only = place.kind == PlaceKind::DatabaseSidecar
            && place.path.to_string_lossy().ends_with("-shm");
        if index_only {
            return Ok(Vec::new());
        }
        let mut counts = std::collections::BTreeMap::new();
        for secret in sightings(snapshot, place, &search, progress)?.unwrap_or_default() {
            *counts.entry(secret.secret).or_insert(0) += 1;
        }
        Ok::<_, AuditError>(
            counts
                .into_iter()
                .map(|(secret, count)| Seen {
                    secret,
                    file: place.path.clone(),
                    count,
                })
                .collect(),
        )
    });
    let mut all = Vec::new();
    for one in found {
        all.extend(one?);
    }
    all.sort();
    Ok(all)
}
