//! What a transaction's files are now, and what an undo does to each.
//!
//! Used by `undo`.
//!
//! **Invariant:** reads only.

use std::ffi::OsString;
use std::io::Read;
use std::path::PathBuf;

use bedlock_model::FileMeta;

use super::check::is_shm;
use super::folder::{Folder, Found, Spot, open_if_there};
use super::journal::{PathText, Stamp, staged_name};
use super::manifest::{After, Before, Holds, Kept, Manifest, Span};
use super::stage::hash_of;
use super::state::{Lock, manifests};
use super::{TransactionId, UndoOptions};
use crate::HostError;

/// What happens to a file.
pub(super) enum Form<'a> {
    /// It is what it was, or neither was nor is there.
    Nothing,
    /// The archive holds all of it.
    Whole(&'a Before),
    /// The archive holds parts of it.
    Parts {
        before: &'a Before,
        spans: &'a [Span],
        after: &'a After,
    },
    /// It goes.
    Gone,
    /// It has no place for what the archive holds.
    Left,
}

/// A file of the transaction, as it is now and as it will be.
pub(super) struct Way<'a> {
    pub(super) kept: &'a Kept,
    pub(super) spot: Spot,
    pub(super) now: Option<FileMeta>,
    pub(super) form: Form<'a>,
    pub(super) staged: Option<OsString>,
}

impl Way<'_> {
    pub(super) fn before(&self) -> Option<&Before> {
        match &self.form {
            Form::Whole(before) | Form::Parts { before, .. } => Some(before),
            Form::Nothing | Form::Gone | Form::Left => None,
        }
    }

    pub(super) fn staged_path(&self) -> Option<PathText> {
        Some(PathText(self.spot.folder.join(self.staged.as_ref()?)))
    }

    pub(super) fn is_expendable(&self) -> bool {
        self.kept.sidecar && is_shm(&self.spot.name)
    }
}

/// Looks at every file, and refuses when one changed that must not have.
pub(super) fn survey<'m>(
    lock: &Lock,
    manifest: &'m Manifest,
    options: &UndoOptions<'_>,
) -> Result<Vec<Way<'m>>, HostError> {
    let mut ways = Vec::with_capacity(manifest.files.len());
    let mut changed = Vec::new();
    for (number, kept) in manifest.files.iter().enumerate() {
        let spot = Spot::of(&kept.path.0)?;
        let (now, form, same) = look(kept, &spot, options)?;
        if !same {
            changed.push(kept.agent_path.0.clone());
        }
        let staged = match form {
            Form::Whole(_) | Form::Parts { .. } => Some(staged_name(
                &spot.name,
                manifest.id.as_str(),
                number,
                "-undo",
            )),
            Form::Nothing | Form::Gone | Form::Left => None,
        };
        ways.push(Way {
            kept,
            spot,
            now,
            form,
            staged,
        });
    }
    if changed.is_empty() || options.overwrite_changed {
        return Ok(ways);
    }
    let id = manifest.id.to_string();
    for (later, _) in manifests(lock.state())? {
        let shares = |path: &PathBuf| later.files.iter().any(|kept| kept.agent_path.0 == *path);
        if later.sequence > manifest.sequence && changed.iter().any(shares) {
            return Err(HostError::Later {
                id,
                later: later.id.to_string(),
            });
        }
    }
    Err(HostError::ChangedSince { id, paths: changed })
}

/// Says what a file is now, what happens to it, and whether that loses nothing.
fn look<'m>(
    kept: &'m Kept,
    spot: &Spot,
    options: &UndoOptions<'_>,
) -> Result<(Option<FileMeta>, Form<'m>, bool), HostError> {
    let folder = open_if_there(&spot.folder)?;
    let found = match &folder {
        Some(folder) => folder.look(&spot.name)?,
        None => Found::Nothing,
    };
    let (now, folder) = match (found, folder) {
        (Found::File(meta), Some(folder)) => (meta, folder),
        (Found::Other(what), _) => {
            return Err(HostError::NotRegular {
                path: spot.path(),
                what,
            });
        }
        _ => return Ok(absent(kept)),
    };
    let whole = |size: u64, sha256: &str| -> Result<bool, HostError> {
        Ok(now.size == size && begins(&folder, spot, size, sha256, options.cancelled)?)
    };
    if let Some(before) = &kept.before
        && let Some(sha256) = &before.sha256
        && kept
            .after
            .as_ref()
            .is_none_or(|after| after.sha256 != *sha256)
        && whole(before.size, sha256)?
    {
        return Ok((Some(now), Form::Nothing, true));
    }
    let same = match &kept.after {
        Some(after) => whole(after.size, &after.sha256)?,
        // SQLite makes both when it opens a database, and a `-wal` of no length says nothing.
        None => kept.sidecar && (is_shm(&spot.name) || now.size == 0),
    };
    let form = match (&kept.holds, &kept.before, &kept.after) {
        (Holds::Whole, Some(before), _) => Form::Whole(before),
        (Holds::Spans(spans), Some(before), Some(after)) => {
            let grown = !same
                && now.size > after.size
                && begins(&folder, spot, after.size, &after.sha256, options.cancelled)?;
            if same || grown {
                return Ok((
                    Some(now),
                    Form::Parts {
                        before,
                        spans,
                        after,
                    },
                    true,
                ));
            }
            Form::Left
        }
        _ => Form::Gone,
    };
    Ok((Some(now), form, same))
}

/// What happens to a file that is not there now.
fn absent(kept: &Kept) -> (Option<FileMeta>, Form<'_>, bool) {
    match (&kept.holds, &kept.before) {
        (Holds::Whole, Some(before)) => (None, Form::Whole(before), kept.after.is_none()),
        (Holds::Spans(_), _) => (None, Form::Left, false),
        _ => (None, Form::Nothing, kept.after.is_none()),
    }
}

/// Whether the first `size` bytes of a file have a hash.
fn begins(
    folder: &Folder,
    spot: &Spot,
    size: u64,
    sha256: &str,
    cancelled: &dyn Fn() -> bool,
) -> Result<bool, HostError> {
    let mut file = folder.read(&spot.name)?.take(size);
    let (hash, length) = hash_of(&mut file, &spot.path(), cancelled)?;
    Ok(length == size && hex::encode(hash) == sha256)
}

/// Looks once more whether every file is what it was: right before the commit point.
pub(super) fn still_the_same(id: &TransactionId, ways: &[Way<'_>]) -> Result<(), HostError> {
    let mut changed = Vec::new();
    for way in ways.iter().filter(|way| !way.is_expendable()) {
        let found = match open_if_there(&way.spot.folder)? {
            Some(folder) => folder.look(&way.spot.name)?,
            None => Found::Nothing,
        };
        let same = match (&way.now, found) {
            (None, Found::Nothing) => true,
            (Some(now), Found::File(meta)) => Stamp::of(now) == Stamp::of(&meta),
            _ => false,
        };
        if !same {
            changed.push(way.kept.agent_path.0.clone());
        }
    }
    if changed.is_empty() {
        return Ok(());
    }
    Err(HostError::ChangedSince {
        id: id.to_string(),
        paths: changed,
    })
}
