//! Applies a plan.
//!
//! Called by `harden`.
//!
//! **Invariant:** up to the commit point every error takes everything back.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bedlock_model::{FileMeta, Plan};
use jiff::{SignedDuration, Timestamp};

use super::check::{self, Target, Work};
use super::database;
use super::folder::{Folder, fault};
use super::journal::{
    APPLY_JOURNAL, Journal, PathText, Phase, Stamp, Step, Swap, VERSION, staged_name, write_json,
};
use super::manifest::{After, Before, Holds, Kept, Manifest};
use super::places::Folders;
use super::seal;
use super::stage::{Draft, Looks, Measured, Staged, redact};
use super::state::{Lock, MANIFEST, manifests};
use super::steps::{finish, is_committed, make_folders, record, recover, take_back};
use super::{Applied, ApplyOptions, Effect, Observer, RecoveryCode};
use crate::HostError;

/// Applies a plan as one transaction; earlier interrupted ones are recovered first.
///
/// `on_sealed` is given the recovery code once, before anything of the agent's changes; when it
/// fails, nothing has happened.
///
/// A file with several hard links is replaced under the planned name only; [`Applied::linked`]
/// lists such files.
///
/// # Errors
/// Before anything changed: [`HostError::Changed`], [`HostError::NotRegular`],
/// [`HostError::BadPlan`], [`HostError::Locked`], [`HostError::Database`], [`HostError::NoSpace`],
/// [`HostError::ReadOnly`], [`HostError::NotOwner`], [`HostError::Pinned`],
/// [`HostError::Interrupted`], [`HostError::Io`], and what `on_sealed` returns. After the commit
/// point: [`HostError::Incomplete`].
pub fn apply(
    lock: &Lock,
    plan: &Plan,
    options: &ApplyOptions<'_>,
    on_sealed: &mut dyn FnMut(&RecoveryCode) -> Result<(), HostError>,
    observer: Observer<'_>,
) -> Result<Applied, HostError> {
    recover(lock, options.now, observer)?;
    let targets = check::targets(plan, options.root, options.cancelled)?;
    let folders = Folders::of(targets.iter().map(|target| target.spot.folder.as_path()))?;
    is_possible(lock, &targets, &folders)?;

    let names = Names::of(&targets, options.id.as_str());
    let mut journal = names.journal(&targets, &folders);
    let state = Folder::open(&lock.state().transactions_path())?;
    state.make_folder(OsStr::new(options.id.as_str()))?;
    let work = lock.state().transaction(&options.id)?;
    let prepared = begin(&work, &journal, observer)
        .and_then(|()| make_folders(&to_make(&folders), observer))
        .and_then(|()| prepare(lock, &work, &targets, &folders, &names, options, observer))
        .and_then(|(steps, code)| {
            on_sealed(&code)?;
            check::still_the_same(&targets)?;
            are_unlocked(&targets)?;
            journal.phase = Phase::Committed;
            journal.steps = steps;
            write_json(&work, APPLY_JOURNAL, &journal)
        });
    if let Err(error) = prepared
        && !is_committed(&work, APPLY_JOURNAL)
    {
        // If this fails too, the next recovery does it; what went wrong first is what matters.
        let _ = take_back(&journal, observer).and_then(|()| lock.forget(&options.id, observer));
        return Err(error);
    }
    observer(Effect::Committed);
    let left =
        finish(&work, APPLY_JOURNAL, journal, observer).map_err(|error| HostError::Incomplete {
            id: options.id.to_string(),
            source: Box::new(error),
        })?;
    Ok(Applied {
        id: options.id.clone(),
        files: agent_paths(&targets),
        left,
        linked: linked(&targets),
        created: options.now,
        expires: expiry(options.now, options.keep_for),
    })
}

fn begin(work: &Folder, journal: &Journal, tell: Observer<'_>) -> Result<(), HostError> {
    record(work, APPLY_JOURNAL, journal, tell)
}

/// Everything that can be known before the first write.
fn is_possible(lock: &Lock, targets: &[Target<'_>], folders: &Folders) -> Result<(), HostError> {
    folders.are_writable()?;
    check::are_free(targets)?;
    are_unlocked(targets)?;
    check::room_to_apply(targets, folders, lock.state().path())
}

/// Only a database is followed by the files beside it.
fn are_unlocked(targets: &[Target<'_>]) -> Result<(), HostError> {
    for pair in targets.windows(2) {
        if let [main, sidecar] = pair
            && sidecar.is_sidecar()
            && !main.is_sidecar()
        {
            database::is_unlocked(&main.spot)?;
        }
    }
    Ok(())
}

fn expiry(now: Timestamp, keep_for: Duration) -> Timestamp {
    let keep_for = SignedDuration::try_from(keep_for).unwrap_or(SignedDuration::MAX);
    now.checked_add(keep_for).unwrap_or(Timestamp::MAX)
}

fn agent_paths(targets: &[Target<'_>]) -> Vec<PathBuf> {
    let files = targets.iter().filter(|target| !target.is_sidecar());
    files.map(|target| target.agent.clone()).collect()
}

/// Files with more names than the plan knows.
fn linked(targets: &[Target<'_>]) -> Vec<PathBuf> {
    let identity = |meta: &FileMeta| (meta.device, meta.inode);
    let mut names = BTreeMap::new();
    let known = || {
        targets
            .iter()
            .filter_map(|target| Some((target, &target.before.as_ref()?.meta)))
    };
    for (_, meta) in known() {
        *names.entry(identity(meta)).or_insert(0) += 1_u64;
    }
    known()
        .filter(|(_, meta)| {
            names
                .get(&identity(meta))
                .is_some_and(|count| *count < meta.links)
        })
        .map(|(target, _)| target.agent.clone())
        .collect()
}

fn to_make(folders: &Folders) -> Vec<(PathBuf, u32, u32, u32)> {
    let missing = folders.missing.iter().map(|path| {
        let (uid, gid) = owner(folders, path);
        (path.clone(), 0o700, uid, gid)
    });
    missing.collect()
}

/// Who owns what is created below a folder: who owns the folder.
fn owner(folders: &Folders, path: &Path) -> (u32, u32) {
    match folders.above(path) {
        Some(above) if rustix::process::geteuid().is_root() => (above.uid, above.gid),
        _ => (
            rustix::process::geteuid().as_raw(),
            rustix::process::getegid().as_raw(),
        ),
    }
}

/// The name under which each target's new content is staged.
struct Names(Vec<Option<OsString>>);

impl Names {
    fn of(targets: &[Target<'_>], id: &str) -> Self {
        let names = targets
            .iter()
            .enumerate()
            .map(|(number, target)| match target.work {
                Work::Remove | Work::Sidecar => None,
                _ => Some(staged_name(&target.spot.name, id, number, "")),
            });
        Self(names.collect())
    }

    fn path(&self, number: usize, target: &Target<'_>) -> Option<PathText> {
        let name = self.0.get(number)?.as_ref()?;
        Some(PathText(target.spot.folder.join(name)))
    }

    fn journal(&self, targets: &[Target<'_>], folders: &Folders) -> Journal {
        let staged = targets.iter().enumerate();
        Journal {
            version: VERSION,
            phase: Phase::Staging,
            staged: staged
                .filter_map(|(number, target)| self.path(number, target))
                .collect(),
            created_folders: folders.missing.iter().cloned().map(PathText).collect(),
            folders: folders.before.clone(),
            steps: Vec::new(),
        }
    }
}

/// Stages the new contents and seals the originals.
fn prepare(
    lock: &Lock,
    work: &Folder,
    targets: &[Target<'_>],
    folders: &Folders,
    names: &Names,
    options: &ApplyOptions<'_>,
    tell: Observer<'_>,
) -> Result<(Vec<Step>, RecoveryCode), HostError> {
    let mut files = Vec::with_capacity(targets.len());
    let mut touched = BTreeSet::new();
    for (number, target) in targets.iter().enumerate() {
        let (holds, staged) = match names.0.get(number).and_then(Option::as_ref) {
            None => (Holds::Whole, None),
            Some(name) => {
                let (holds, staged) = stage(work, target, name, folders, options.cancelled)?;
                touched.insert(&target.spot.folder);
                tell(Effect::Staged(target.spot.folder.join(name)));
                (holds, Some(staged))
            }
        };
        files.push(kept(target, holds, staged.as_ref()));
    }
    database::remove_work(work)?;
    for path in touched {
        Folder::open(path)?.sync()?;
    }
    let mut manifest = Manifest {
        version: VERSION,
        id: options.id.clone(),
        sequence: manifests(lock.state())?
            .last()
            .map_or(1, |(last, _)| last.sequence + 1),
        created: options.now,
        expires: expiry(options.now, options.keep_for),
        root: canonical(options.root)?,
        files,
        created_folders: folders.missing.iter().cloned().map(PathText).collect(),
        folders: folders.before.clone(),
    };
    let code = seal::seal(work, &manifest, targets, options.cancelled)?;
    tell(Effect::Sealed);
    manifest = manifest.in_clear();
    write_json(work, MANIFEST, &manifest)?;
    tell(Effect::Journaled);
    Ok((steps(targets, names), code))
}

fn canonical(root: Option<&Path>) -> Result<Option<PathText>, HostError> {
    let canonical = root.map(|root| std::fs::canonicalize(root).map_err(fault("open", root)));
    Ok(canonical.transpose()?.map(PathText))
}

fn kept(target: &Target<'_>, holds: Holds, staged: Option<&Staged>) -> Kept {
    Kept {
        agent_path: PathText(target.agent.clone()),
        path: PathText(target.spot.path()),
        sidecar: target.is_sidecar(),
        holds: if target.before.is_some() {
            holds
        } else {
            Holds::Nothing
        },
        before: target
            .before
            .as_ref()
            .map(|before| Before::of(&before.meta, before.sha256, before.attributes.clone())),
        after: staged.map(|staged| After {
            size: staged.stamp.size,
            sha256: hex::encode(staged.sha256),
        }),
    }
}

/// Writes a file's new content beside it.
fn stage(
    work: &Folder,
    target: &Target<'_>,
    name: &OsStr,
    folders: &Folders,
    cancelled: &dyn Fn() -> bool,
) -> Result<(Holds, Staged), HostError> {
    if cancelled() {
        return Err(HostError::Interrupted);
    }
    let folder = Folder::open(&target.spot.folder)?;
    let mut draft = Draft::create(&folder, name)?;
    let mut holds = Holds::Whole;
    match target.work {
        Work::Write(content) => draft.write(content.bytes())?,
        Work::Redact(spans) => {
            let mut from = Measured::new(folder.read(&target.spot.name)?);
            let removed = redact(&mut draft, &mut from, &target.spot.path(), spans, cancelled)?;
            holds = Holds::Spans(removed);
            let expected = target
                .before
                .as_ref()
                .map(|old| (old.sha256, old.meta.size));
            if Some(from.finish()) != expected {
                return Err(HostError::Changed {
                    paths: vec![target.agent.clone()],
                });
            }
        }
        Work::Database(edits) => {
            let mut fresh = database::edit(work, &target.spot, edits, cancelled)?;
            draft.copy(&mut fresh, &target.spot.path(), cancelled)?;
            database::remove_work(work)?;
        }
        Work::Remove | Work::Sidecar => {}
    }
    let looks = match &target.before {
        Some(before) => Looks::of(&before.meta, &before.attributes),
        None => {
            let (uid, gid) = owner(folders, &target.spot.folder);
            Looks {
                mode: 0o600,
                uid,
                gid,
                attributes: Vec::new(),
            }
        }
    };
    Ok((holds, draft.finish(&looks, None)?))
}

/// What happens from the commit point on: the files beside a database go before it changes.
fn steps(targets: &[Target<'_>], names: &Names) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (number, target) in targets.iter().enumerate() {
        let swap = Swap {
            target: PathText(target.spot.path()),
            staged: names.path(number, target),
            old: target.before.as_ref().map(|before| Stamp::of(&before.meta)),
            expendable: target.is_expendable(),
        };
        match steps.last_mut() {
            Some(Step::Files { files, .. }) if target.is_sidecar() => {
                files.insert(files.len().saturating_sub(1), swap);
            }
            _ => steps.push(Step::Files {
                main: swap.target.clone(),
                files: vec![swap],
            }),
        }
    }
    steps
}
