//! Takes a transaction back.
//!
//! Called by `undo`.
//!
//! **Invariant:** what the sealed manifest says is what is put back; the one in clear is only
//! asked whether the transaction exists and how long.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use bedlock_model::{FileMeta, SecretBytes};

use super::check::{self, Folders, is_shm};
use super::database;
use super::folder::{Folder, Found, Spot, fault, open_if_there};
use super::journal::{
    FolderBefore, Journal, PathText, Phase, Stamp, Step, Swap, Times, UNDO_JOURNAL, VERSION,
    staged_name, write_json,
};
use super::manifest::{After, Before, Holds, Kept, Manifest, Span};
use super::seal;
use super::stage::{Draft, Looks, Staged, hash_of, unredact};
use super::state::{Lock, TransactionState, manifests};
use super::steps::{drop_undo, finish, is_committed, make_folders, record, recover, take_back};
use super::{Effect, Observer, TransactionId, UndoOptions, Undone};
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
    is_there(lock, id, options)?;
    recover(lock, options.now, observer)?;
    is_there(lock, id, options)?;
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

fn is_there(lock: &Lock, id: &TransactionId, options: &UndoOptions<'_>) -> Result<(), HostError> {
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
        Some(_) => Ok(()),
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

/// What happens to a file.
enum Form<'a> {
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
struct Way<'a> {
    kept: &'a Kept,
    spot: Spot,
    now: Option<FileMeta>,
    form: Form<'a>,
    staged: Option<OsString>,
}

impl Way<'_> {
    fn before(&self) -> Option<&Before> {
        match &self.form {
            Form::Whole(before) | Form::Parts { before, .. } => Some(before),
            Form::Nothing | Form::Gone | Form::Left => None,
        }
    }

    fn staged_path(&self) -> Option<PathText> {
        Some(PathText(self.spot.folder.join(self.staged.as_ref()?)))
    }

    fn is_expendable(&self) -> bool {
        self.kept.sidecar && is_shm(&self.spot.name)
    }
}

/// Looks at every file, and refuses when one changed that must not have.
fn survey<'m>(
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

fn folders(ways: &[Way<'_>]) -> Result<Folders, HostError> {
    let active = ways
        .iter()
        .filter(|way| !matches!(way.form, Form::Nothing | Form::Left));
    Folders::of(active.map(|way| way.spot.folder.as_path()))
}

fn is_possible(ways: &[Way<'_>], folders: &Folders) -> Result<(), HostError> {
    folders.are_writable()?;
    let mut wanted = Vec::new();
    for (number, way) in ways.iter().enumerate() {
        if way.now.is_some() && !matches!(way.form, Form::Nothing | Form::Left) {
            check::is_free(&Folder::open(&way.spot.folder)?, &way.spot.name)?;
        }
        // Only a database is followed by the files beside it.
        let is_database = ways.get(number + 1).is_some_and(|next| next.kept.sidecar);
        if is_database && !way.kept.sidecar && way.now.is_some() {
            database::is_unlocked(&way.spot)?;
        }
        if let (Some(before), Some(above)) = (way.before(), folders.above(&way.spot.folder)) {
            wanted.push((above.path.0.as_path(), before.size));
        }
    }
    check::room(wanted)
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

/// Looks once more whether every file is what it was: right before the commit point.
fn still_the_same(id: &TransactionId, ways: &[Way<'_>]) -> Result<(), HostError> {
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
