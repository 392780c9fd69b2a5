//! What happens from the commit point on, and how an interrupted transaction is recovered.
//!
//! Used by `apply` and `undo`; [`recover`] is called by every command that changes something.
//!
//! **Invariant:** every step can be done again after it was done or half done. A file that
//! somebody else wrote to after the journal was written is never overwritten: it is left, and
//! reported.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::folder::{Folder, Found, Spot, fault, open_if_there};
use super::journal::{
    APPLY_JOURNAL, Journal, PathText, Phase, Stamp, Step, Swap, Times, UNDO_JOURNAL, read_json,
    write_json,
};
use super::state::{Lock, discard_expired};
use super::{Effect, Interrupted, Observer, Outcome, Recovered, TransactionId};
use crate::HostError;

/// Writes a journal, and says so.
pub(super) fn record(
    folder: &Folder,
    name: &str,
    journal: &Journal,
    tell: Observer<'_>,
) -> Result<(), HostError> {
    write_json(folder, name, journal)?;
    tell(match journal.phase {
        Phase::Committed => Effect::Committed,
        Phase::Staging | Phase::Done => Effect::Journaled,
    });
    Ok(())
}

/// Whether a journal that could not be written for sure is on the disk all the same.
pub(super) fn is_committed(folder: &Folder, name: &str) -> bool {
    matches!(
        read_json::<Journal>(folder, name),
        Ok(Some(Journal {
            phase: Phase::Committed,
            ..
        }))
    )
}

/// Does every step of a committed journal; returns the files that were left, because somebody
/// wrote to them since.
pub(super) fn finish(
    folder: &Folder,
    name: &str,
    mut journal: Journal,
    tell: Observer<'_>,
) -> Result<Vec<PathBuf>, HostError> {
    let left = leave_changed(folder, name, &mut journal, tell)?;
    let mut touched = BTreeSet::new();
    for step in &journal.steps {
        if let Step::Files { files, .. } = step {
            for swap in files {
                do_swap(swap, &mut touched, tell)?;
            }
        }
    }
    remove_staged(&journal, &mut touched, tell)?;
    for step in &journal.steps {
        if let Step::RemoveFolder { folder } = step {
            remove_folder(&folder.0, &mut touched, tell)?;
        }
    }
    sync(&touched)?;
    for step in &journal.steps {
        if let Step::FolderTimes { folder, times } = step {
            restore_times(&folder.0, *times, tell)?;
        }
    }
    journal.phase = Phase::Done;
    record(folder, name, &journal, tell)?;
    Ok(left)
}

/// Takes the files out of the journal that somebody wrote to since. The journal is written
/// before their staged files go, so that nobody takes a staged file that went for one that
/// found its place.
fn leave_changed(
    folder: &Folder,
    name: &str,
    journal: &mut Journal,
    tell: Observer<'_>,
) -> Result<Vec<PathBuf>, HostError> {
    let mut left = Vec::new();
    let mut steps = Vec::new();
    for step in journal.steps.drain(..) {
        if let Step::Files { main, files } = &step
            && changed(files)?
        {
            left.push(main.0.clone());
            continue;
        }
        steps.push(step);
    }
    journal.steps = steps;
    if !left.is_empty() {
        record(folder, name, journal, tell)?;
    }
    Ok(left)
}

fn changed(files: &[Swap]) -> Result<bool, HostError> {
    for swap in files.iter().filter(|swap| !swap.expendable) {
        let spot = Spot::of(&swap.target.0)?;
        let Some(folder) = open_if_there(&spot.folder)? else {
            // With the folder went the staged file; what was to go anyway is gone.
            if swap.staged.is_some() {
                return Ok(true);
            }
            continue;
        };
        if let Some(staged) = &swap.staged {
            let staged = Spot::of(&staged.0)?;
            if folder.look(&staged.name)? == Found::Nothing {
                continue;
            }
        }
        let same = match folder.look(&spot.name)? {
            Found::File(meta) => swap.old == Some(Stamp::of(&meta)),
            // What was to go went; what was to be replaced did not go by our doing.
            Found::Nothing => swap.old.is_none() || swap.staged.is_none(),
            Found::Other(_) => false,
        };
        if !same {
            return Ok(true);
        }
    }
    Ok(false)
}

fn do_swap(
    swap: &Swap,
    touched: &mut BTreeSet<PathBuf>,
    tell: Observer<'_>,
) -> Result<(), HostError> {
    let target = Spot::of(&swap.target.0)?;
    let Some(folder) = open_if_there(&target.folder)? else {
        return Ok(());
    };
    touched.insert(target.folder.clone());
    match &swap.staged {
        Some(staged) => {
            let staged = Spot::of(&staged.0)?;
            if folder.file(&staged.name)?.is_some() {
                folder.rename(&staged.name, &target.name)?;
                tell(Effect::Replaced(target.path()));
            }
        }
        None => {
            if folder.unlink(&target.name)? {
                tell(Effect::Removed(target.path()));
            }
        }
    }
    Ok(())
}

fn remove_staged(
    journal: &Journal,
    touched: &mut BTreeSet<PathBuf>,
    tell: Observer<'_>,
) -> Result<(), HostError> {
    for staged in &journal.staged {
        let spot = Spot::of(&staged.0)?;
        let Some(folder) = open_if_there(&spot.folder)? else {
            continue;
        };
        if folder.unlink(&spot.name)? {
            touched.insert(spot.folder.clone());
            tell(Effect::Removed(spot.path()));
        }
    }
    Ok(())
}

fn remove_folder(
    path: &Path,
    touched: &mut BTreeSet<PathBuf>,
    tell: Observer<'_>,
) -> Result<(), HostError> {
    let spot = Spot::of(path)?;
    if let Some(parent) = open_if_there(&spot.folder)?
        && parent.remove_folder(&spot.name)?
    {
        touched.remove(path);
        touched.insert(spot.folder.clone());
        tell(Effect::FolderRemoved(path.to_owned()));
    }
    Ok(())
}

fn sync(folders: &BTreeSet<PathBuf>) -> Result<(), HostError> {
    for path in folders {
        if let Some(folder) = open_if_there(path)? {
            folder.sync()?;
        }
    }
    Ok(())
}

fn restore_times(path: &Path, times: Times, tell: Observer<'_>) -> Result<(), HostError> {
    let Some(folder) = open_if_there(path)? else {
        return Ok(());
    };
    if Times::of(&folder.meta()?).modified_ns != times.modified_ns {
        folder.set_times(times)?;
        folder.sync()?;
        tell(Effect::TimesRestored(path.to_owned()));
    }
    Ok(())
}

/// Removes everything that was staged; afterwards it is as if the transaction had never begun.
pub(super) fn take_back(journal: &Journal, tell: Observer<'_>) -> Result<(), HostError> {
    let mut touched = BTreeSet::new();
    remove_staged(journal, &mut touched, tell)?;
    for PathText(folder) in journal.created_folders.iter().rev() {
        remove_folder(folder, &mut touched, tell)?;
    }
    sync(&touched)?;
    for folder in &journal.folders {
        restore_times(&folder.path.0, folder.times, tell)?;
    }
    Ok(())
}

/// Makes every interrupted transaction whole: one that had not reached its commit point is taken
/// back, any other is finished. Forgets the transactions whose time is over.
///
/// # Errors
/// [`HostError::Journal`] when a journal is damaged; [`HostError::Io`], [`HostError::NoSpace`] and
/// [`HostError::ReadOnly`] when a file cannot be changed.
pub fn recover(
    lock: &Lock,
    now: Timestamp,
    observer: Observer<'_>,
) -> Result<Vec<Recovered>, HostError> {
    lock.sweep()?;
    let mut recovered = Vec::new();
    for id in lock.state().ids()? {
        recovered.extend(recover_one(lock, id, observer)?);
    }
    discard_expired(lock, now)?;
    Ok(recovered)
}

fn recover_one(
    lock: &Lock,
    id: TransactionId,
    tell: Observer<'_>,
) -> Result<Option<Recovered>, HostError> {
    let folder = lock.state().transaction(&id)?;
    if let Some(journal) = read_json::<Journal>(&folder, UNDO_JOURNAL)? {
        let what = Interrupted::Undo;
        if journal.phase == Phase::Staging {
            take_back(&journal, tell)?;
            drop_undo(&folder)?;
            return Ok(Some(Recovered {
                id,
                what,
                outcome: Outcome::TakenBack,
                left: Vec::new(),
            }));
        }
        let left = match journal.phase {
            Phase::Committed => finish(&folder, UNDO_JOURNAL, journal, tell)?,
            Phase::Staging | Phase::Done => Vec::new(),
        };
        lock.forget(&id, tell)?;
        return Ok(Some(Recovered {
            id,
            what,
            outcome: Outcome::Finished,
            left,
        }));
    }
    let what = Interrupted::Apply;
    match read_json::<Journal>(&folder, APPLY_JOURNAL)? {
        Some(journal) if journal.phase == Phase::Done => Ok(None),
        Some(journal) if journal.phase == Phase::Committed => {
            let left = finish(&folder, APPLY_JOURNAL, journal, tell)?;
            Ok(Some(Recovered {
                id,
                what,
                outcome: Outcome::Finished,
                left,
            }))
        }
        begun => {
            if let Some(journal) = begun {
                take_back(&journal, tell)?;
            }
            lock.forget(&id, tell)?;
            Ok(Some(Recovered {
                id,
                what,
                outcome: Outcome::TakenBack,
                left: Vec::new(),
            }))
        }
    }
}

/// Removes the journal of an undo that was taken back.
pub(super) fn drop_undo(folder: &Folder) -> Result<(), HostError> {
    folder.unlink(UNDO_JOURNAL.as_ref())?;
    folder.sync()
}

/// Creates the folders that are missing, each readable by its owner only.
pub(super) fn make_folders(
    folders: &[(PathBuf, u32, u32, u32)],
    tell: Observer<'_>,
) -> Result<(), HostError> {
    for (path, mode, uid, gid) in folders {
        let spot = Spot::of(path)?;
        let parent = Folder::open(&spot.folder)?;
        parent.make_folder(&spot.name)?;
        let made = Folder::open(path)?;
        let meta = made.meta()?;
        if (meta.uid, meta.gid) != (*uid, *gid) {
            let (uid, gid) = (
                rustix::fs::Uid::from_raw(*uid),
                rustix::fs::Gid::from_raw(*gid),
            );
            rustix::fs::fchown(made.fd(), Some(uid), Some(gid))
                .map_err(|errno| fault("give its owner to", path)(errno.into()))?;
        }
        if meta.mode != *mode {
            #[cfg(target_os = "linux")]
            let mode = rustix::fs::Mode::from_raw_mode(*mode);
            #[cfg(not(target_os = "linux"))]
            let mode = rustix::fs::Mode::from_bits_truncate((*mode).try_into().unwrap_or(0o700));
            rustix::fs::fchmod(made.fd(), mode)
                .map_err(|errno| fault("set the mode of", path)(errno.into()))?;
        }
        parent.sync()?;
        tell(Effect::FolderCreated(path.clone()));
    }
    Ok(())
}
