//! Takes a transaction back.
//!
//! Called by `undo`.
//!
//! **Invariant:** what the sealed manifest says is what is put back; the one in clear is only
//! asked whether the transaction exists and how long.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use bedlock_model::SecretBytes;

use super::check;
use super::database;
use super::folder::{Folder, fault};
use super::journal::{
    FolderBefore, Journal, PathText, Phase, Stamp, Step, Swap, Times, UNDO_JOURNAL, VERSION,
    write_json,
};
use super::manifest::{Kept, Manifest};
use super::places::{Folders, is_free};
use super::seal;
use super::stage::{Draft, Looks, Staged, unredact};
use super::state::{Lock, TransactionState, manifests};
use super::steps::{drop_undo, finish, is_committed, make_folders, record, recover, take_back};
use super::survey::{Form, Way, still_the_same, survey};
use super::{
    Effect, Interrupted, Observer, Outcome, Recovered, TransactionId, UndoOptions, Undone,
};
use crate::HostError;

/// Puts back what a transaction changed, and forgets it; earlier interrupted ones are recovered
/// first.
///
/// A redacted file to which something was appended since gets its removed parts back and keeps
/// what was appended. Any other file that changed since is refused, unless
/// [`UndoOptions::overwrite_changed`] says otherwise.
///
/// # Errors
/// Before anything changed: [`HostError::NoTransaction`], [`HostError::Expired`],
/// [`HostError::WrongCode`], [`HostError::Journal`] when the sealed archive is damaged,
/// [`HostError::ChangedSince`], [`HostError::Later`], [`HostError::NotRegular`],
/// [`HostError::Locked`], [`HostError::NoSpace`], [`HostError::ReadOnly`], [`HostError::Pinned`],
/// [`HostError::Interrupted`], [`HostError::Io`]. After the commit point:
/// [`HostError::Incomplete`].
pub fn undo(
    lock: &Lock,
    id: &TransactionId,
    code: &SecretBytes,
    options: &UndoOptions<'_>,
    observer: Observer<'_>,
) -> Result<Undone, HostError> {
    let known = known(lock, id, options)?;
    let recovered = recover(lock, options.now, observer)?;
    if let Some(finished) = recovered
        .into_iter()
        .find(|one| one.id == *id && is_undone(one))
    {
        return Ok(finished_by_recovery(known, finished));
    }
    let work = lock.state().transaction(id)?;
    let manifest = rebased(seal::open(&work, id, code)?.manifest()?, id, options.root)?;
    let ways = survey(lock, &manifest, options)?;
    let folders = folders(&ways)?;
    is_possible(&ways, &folders)?;

    let mut journal = journal(&ways, &folders);
    let prepared = record(&work, UNDO_JOURNAL, &journal, observer)
        .and_then(|()| make_folders(&to_make(&manifest, &folders), observer))
        .and_then(|()| {
            let sealed = seal::open(&work, id, code)?;
            stage_all(sealed, &ways, options.cancelled, observer)?;
            still_the_same(id, &ways)?;
            are_unlocked(&ways)?;
            journal.phase = Phase::Committed;
            journal.steps = steps(&manifest, &ways);
            write_json(&work, UNDO_JOURNAL, &journal)
        });
    if let Err(error) = prepared
        && !is_committed(&work, UNDO_JOURNAL)
    {
        // If this fails too, the next recovery does it; what went wrong first is what matters.
        let _ = take_back(&journal, observer).and_then(|()| drop_undo(&work));
        return Err(error);
    }
    observer(Effect::Committed);
    let incomplete = |error| HostError::Incomplete {
        id: id.to_string(),
        source: Box::new(error),
    };
    let raced = finish(&work, UNDO_JOURNAL, journal, observer).map_err(incomplete)?;
    lock.forget(id, observer).map_err(incomplete)?;
    Ok(undone(id, &ways, &raced))
}

/// The copy in clear of a transaction's manifest.
fn known(
    lock: &Lock,
    id: &TransactionId,
    options: &UndoOptions<'_>,
) -> Result<Manifest, HostError> {
    let known = manifests(lock.state())?
        .into_iter()
        .find(|(manifest, _)| manifest.id == *id);
    match known {
        None => Err(HostError::NoTransaction { id: id.to_string() }),
        Some((manifest, TransactionState::Done)) if manifest.expires <= options.now => {
            Err(HostError::Expired {
                id: id.to_string(),
                until: manifest.expires.to_string(),
            })
        }
        Some((manifest, _)) => Ok(manifest),
    }
}

fn is_undone(one: &Recovered) -> bool {
    one.what == Interrupted::Undo && one.outcome == Outcome::Finished
}

/// The undo that was asked for had been interrupted, and recovery finished it.
fn finished_by_recovery(known: Manifest, finished: Recovered) -> Undone {
    let files = known.files.into_iter().filter(|kept| !kept.sidecar);
    let (left, files): (Vec<_>, Vec<_>) =
        files.partition(|kept| finished.left.contains(&kept.path.0));
    let paths = |kept: Vec<Kept>| kept.into_iter().map(|kept| kept.agent_path.0).collect();
    Undone {
        id: finished.id,
        files: paths(files),
        left: paths(left),
    }
}

/// Moves a manifest's paths to where the image is mounted now.
fn rebased(
    mut manifest: Manifest,
    id: &TransactionId,
    root: Option<&Path>,
) -> Result<Manifest, HostError> {
    if manifest.id != *id || manifest.version != VERSION {
        return Err(HostError::WrongCode { id: id.to_string() });
    }
    let Some(root) = root else {
        return Ok(manifest);
    };
    let root = std::fs::canonicalize(root).map_err(fault("open", root))?;
    let old = manifest
        .root
        .clone()
        .map_or(PathBuf::from("/"), |old| old.0);
    let moved = |path: &mut PathText| {
        if let Ok(rest) = path.0.strip_prefix(&old) {
            // Joining nothing would append a slash.
            path.0 = if rest.as_os_str().is_empty() {
                root.clone()
            } else {
                root.join(rest)
            };
        }
    };
    manifest
        .files
        .iter_mut()
        .for_each(|kept| moved(&mut kept.path));
    manifest
        .folders
        .iter_mut()
        .for_each(|folder| moved(&mut folder.path));
    manifest.created_folders.iter_mut().for_each(moved);
    Ok(manifest)
}

fn folders(ways: &[Way<'_>]) -> Result<Folders, HostError> {
    let active = ways
        .iter()
        .filter(|way| !matches!(way.form, Form::Nothing | Form::Left));
    Folders::of(active.map(|way| way.spot.folder.as_path()))
}

fn is_possible(ways: &[Way<'_>], folders: &Folders) -> Result<(), HostError> {
    folders.are_writable()?;
    let mut wanted = Vec::new();
    for way in ways {
        if way.now.is_some() && !matches!(way.form, Form::Nothing | Form::Left) {
            is_free(&Folder::open(&way.spot.folder)?, &way.spot.name)?;
        }
        if let (Some(before), Some(above)) = (way.before(), folders.above(&way.spot.folder)) {
            wanted.push((above.path.0.as_path(), before.size));
        }
    }
    are_unlocked(ways)?;
    check::room(wanted)
}

/// Only a database is followed by the files beside it.
fn are_unlocked(ways: &[Way<'_>]) -> Result<(), HostError> {
    for pair in ways.windows(2) {
        if let [main, sidecar] = pair
            && sidecar.kept.sidecar
            && !main.kept.sidecar
            && main.now.is_some()
        {
            database::is_unlocked(&main.spot)?;
        }
    }
    Ok(())
}

fn journal(ways: &[Way<'_>], folders: &Folders) -> Journal {
    Journal {
        version: VERSION,
        phase: Phase::Staging,
        staged: ways.iter().filter_map(Way::staged_path).collect(),
        created_folders: folders.missing.iter().cloned().map(PathText).collect(),
        folders: folders.before.clone(),
        steps: Vec::new(),
    }
}

/// Folders that went since: made again as they were.
fn to_make(manifest: &Manifest, folders: &Folders) -> Vec<(PathBuf, u32, u32, u32)> {
    let known: BTreeMap<&Path, &FolderBefore> = manifest
        .folders
        .iter()
        .map(|folder| (folder.path.0.as_path(), folder))
        .collect();
    let made = folders
        .missing
        .iter()
        .map(|path| match known.get(path.as_path()) {
            Some(was) => (path.clone(), was.mode, was.uid, was.gid),
            None => {
                let above = folders
                    .above(path)
                    .map_or((0, 0), |above| (above.uid, above.gid));
                (path.clone(), 0o700, above.0, above.1)
            }
        });
    made.collect()
}

/// Stages every file that comes back, in the order of the archive.
fn stage_all(
    sealed: seal::Opened,
    ways: &[Way<'_>],
    cancelled: &dyn Fn() -> bool,
    tell: Observer<'_>,
) -> Result<(), HostError> {
    let mut touched = BTreeSet::new();
    sealed.read(&mut |number, bytes| {
        let Some(way) = ways.get(number) else {
            return Ok(());
        };
        if let Some(path) = way.staged_path() {
            stage(way, bytes, cancelled)?;
            touched.insert(&way.spot.folder);
            tell(Effect::Staged(path.0));
        }
        Ok(())
    })?;
    for path in touched {
        Folder::open(path)?.sync()?;
    }
    Ok(())
}

fn stage(
    way: &Way<'_>,
    bytes: &mut dyn Read,
    cancelled: &dyn Fn() -> bool,
) -> Result<(), HostError> {
    let (Some(before), Some(name)) = (way.before(), &way.staged) else {
        return Ok(());
    };
    let path = way.spot.path();
    let folder = Folder::open(&way.spot.folder)?;
    let mut draft = Draft::create(&folder, name)?;
    let mut times = Some(before.times);
    let restored = match way.form {
        Form::Parts { spans, after, .. } => {
            let mut from = folder.read(&way.spot.name)?;
            unredact(
                &mut draft,
                &mut from,
                bytes,
                &path,
                (spans, after.size),
                cancelled,
            )?;
            let restored = draft.sha256();
            from.seek(SeekFrom::Start(after.size))
                .map_err(fault("read", &path))?;
            if draft.copy(&mut from, &path, cancelled)? > 0 {
                times = way.now.as_ref().map(Times::of);
            }
            restored
        }
        _ => {
            draft.copy(bytes, &path, cancelled)?;
            draft.sha256()
        }
    };
    if before.sha256.as_ref() != Some(&hex::encode(restored)) {
        let reason = "what it holds is not what was sealed".to_owned();
        return Err(HostError::Journal { path, reason });
    }
    let _: Staged = draft.finish(&Looks::before(before), times)?;
    Ok(())
}

/// What happens from the commit point on. Beside a database the files that only go, go first,
/// and those that come back come after it.
fn steps(manifest: &Manifest, ways: &[Way<'_>]) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = ways;
    while let Some((main, after)) = rest.split_first() {
        let count = after.iter().take_while(|way| way.kept.sidecar).count();
        let (sidecars, next) = after.split_at(count);
        rest = next;
        let swaps = |wanted: fn(&Form<'_>) -> bool| {
            sidecars
                .iter()
                .filter(move |way| wanted(&way.form))
                .map(swap)
        };
        let mut files: Vec<Swap> = swaps(|form| matches!(form, Form::Gone)).collect();
        if !matches!(main.form, Form::Nothing | Form::Left) {
            files.push(swap(main));
        }
        files.extend(swaps(|form| matches!(form, Form::Whole(_))));
        if !files.is_empty() {
            steps.push(Step::Files {
                main: PathText(main.spot.path()),
                files,
            });
        }
    }
    let created = manifest.created_folders.iter().rev();
    steps.extend(created.map(|folder| Step::RemoveFolder {
        folder: folder.clone(),
    }));
    let times = manifest.folders.iter().map(|folder| Step::FolderTimes {
        folder: folder.path.clone(),
        times: folder.times,
    });
    steps.extend(times);
    steps
}

fn swap(way: &Way<'_>) -> Swap {
    Swap {
        target: PathText(way.spot.path()),
        staged: way.staged_path(),
        old: way.now.as_ref().map(Stamp::of),
        expendable: way.is_expendable(),
    }
}

fn undone(id: &TransactionId, ways: &[Way<'_>], raced: &[PathBuf]) -> Undone {
    let (left, files): (Vec<_>, Vec<_>) = ways
        .iter()
        .filter(|way| !way.kept.sidecar)
        .partition(|way| matches!(way.form, Form::Left) || raced.contains(&way.spot.path()));
    let paths = |ways: Vec<&Way<'_>>| {
        ways.iter()
            .map(|way| way.kept.agent_path.0.clone())
            .collect()
    };
    Undone {
        id: id.clone(),
        files: paths(files),
        left: paths(left),
    }
}
