//! What must hold before the first write: every file is what the plan was made from, can be
//! replaced, and there is room.
//!
//! Used by `apply`, and in part by `undo`.
//!
//! **Invariant:** reads only.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use bedlock_model::{Action, Change, Content, FileMeta, PlaceKind, Plan, Redaction, RowEdit};

use super::folder::{Folder, Found, Spot, fault, open_if_there, resolve};
use super::journal::{Stamp, with_ending};
use super::places::{Folders, is_free};
use super::stage::{attributes, hash_of};
use crate::HostError;

/// What SQLite appends to a database's name for the files beside it.
pub(super) const SIDECARS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// What happens to a file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Work<'a> {
    Write(&'a Content),
    Redact(&'a [Redaction]),
    Database(&'a [RowEdit]),
    Remove,
    /// It goes if it is there: a file beside the database before it in the list.
    Sidecar,
}

/// A file as it is now.
#[derive(Clone, Debug)]
pub(super) struct Original {
    pub(super) meta: FileMeta,
    pub(super) sha256: [u8; 32],
    pub(super) attributes: Vec<(String, String)>,
}

/// A file of the plan, found on this machine.
#[derive(Debug)]
pub(super) struct Target<'a> {
    /// Where the agent sees it.
    pub(super) agent: PathBuf,
    pub(super) spot: Spot,
    pub(super) before: Option<Original>,
    pub(super) work: Work<'a>,
}

impl Target<'_> {
    pub(super) fn is_sidecar(&self) -> bool {
        matches!(self.work, Work::Sidecar)
    }

    /// The `-shm` of a database holds nothing that cannot be made again.
    pub(super) fn is_expendable(&self) -> bool {
        self.is_sidecar() && is_shm(&self.spot.name)
    }

    /// How large its new content will be, roughly.
    fn new_size(&self) -> u64 {
        let old = self.before.as_ref().map_or(0, |before| before.meta.size);
        match self.work {
            Work::Write(content) => content.bytes().len() as u64,
            Work::Redact(spans) => {
                let added: u64 = spans.iter().map(|span| span.replacement.len() as u64).sum();
                old.saturating_add(added)
            }
            Work::Database(_) => old,
            Work::Remove | Work::Sidecar => 0,
        }
    }
}

pub(super) fn is_shm(name: &OsStr) -> bool {
    name.as_encoded_bytes().ends_with(b"-shm")
}

/// Finds the files of a plan, each database followed by the files beside it.
pub(super) fn targets<'a>(
    plan: &'a Plan,
    root: Option<&Path>,
    cancelled: &dyn Fn() -> bool,
) -> Result<Vec<Target<'a>>, HostError> {
    let by_path: BTreeMap<&Path, &Change> = plan
        .changes
        .iter()
        .map(|change| (change.path.as_path(), change))
        .collect();
    let sidecars: BTreeSet<PathBuf> = plan
        .changes
        .iter()
        .filter(|change| takes_sidecars(change))
        .flat_map(|change| SIDECARS.map(|ending| with_ending(&change.path, ending)))
        .collect();
    let mut search = Search {
        root,
        cancelled,
        changed: Vec::new(),
        found: Vec::new(),
    };
    for change in plan
        .changes
        .iter()
        .filter(|change| !sidecars.contains(&change.path))
    {
        let work = match &change.action {
            Action::Write(content) => Work::Write(content),
            Action::Redact(spans) => Work::Redact(spans),
            Action::Database(edits) => Work::Database(edits),
            Action::Remove => Work::Remove,
        };
        search.take(&change.path, Some(change), work)?;
        if !takes_sidecars(change) {
            continue;
        }
        for ending in SIDECARS {
            let path = with_ending(&change.path, ending);
            let known = by_path.get(path.as_path()).copied();
            search.take(&path, known, Work::Sidecar)?;
        }
    }
    let Search { changed, found, .. } = search;
    if !changed.is_empty() {
        return Err(HostError::Changed { paths: changed });
    }
    let mut seen = BTreeSet::new();
    for target in &found {
        if !seen.insert(&target.spot) {
            return Err(bad(&target.agent, "the plan changes it twice"));
        }
    }
    Ok(found)
}

/// Whether the files beside a database go with a change of it. A `-wal` holds rows that the
/// database does not, so it stays when only bytes are replaced.
fn takes_sidecars(change: &Change) -> bool {
    change.kind == PlaceKind::Database && !matches!(change.action, Action::Redact(_))
}

fn bad(path: &Path, reason: &'static str) -> HostError {
    HostError::BadPlan {
        path: path.to_owned(),
        reason,
    }
}

struct Search<'a, 's> {
    root: Option<&'s Path>,
    cancelled: &'s dyn Fn() -> bool,
    changed: Vec<PathBuf>,
    found: Vec<Target<'a>>,
}

impl<'a> Search<'a, '_> {
    fn take(
        &mut self,
        agent: &Path,
        change: Option<&Change>,
        work: Work<'a>,
    ) -> Result<(), HostError> {
        let spot = resolve(self.root, agent)?;
        let found = match open_if_there(&spot.folder)? {
            Some(folder) => Some((folder.look(&spot.name)?, folder)),
            None => None,
        };
        let sidecar = matches!(work, Work::Sidecar);
        let mut before = match found {
            None | Some((Found::Nothing, _)) => None,
            Some((Found::File(meta), folder)) => Some(self.read(&folder, &spot, meta)?),
            Some((Found::Other(what), _)) => {
                return Err(HostError::NotRegular {
                    path: spot.path(),
                    what,
                });
            }
        };
        // Of a sidecar that the plan does not name, nobody knows what it was.
        if let Some(change) = change
            && !(sidecar && is_shm(&spot.name))
            && !self.same(change, before.as_ref())
        {
            self.changed.push(agent.to_owned());
        }
        if let (Some(before), Some(planned)) = (
            &mut before,
            change.and_then(|change| change.before.as_ref()),
        ) {
            // Our own reading may have moved the time of the last access.
            before.meta.accessed_ns = planned.accessed_ns.min(before.meta.accessed_ns);
        }
        match work {
            Work::Redact(spans) => fits(agent, spans, before.as_ref())?,
            Work::Write(_) | Work::Sidecar => {}
            Work::Database(_) | Work::Remove => {
                if before.is_none() && self.changed.is_empty() {
                    return Err(bad(agent, "it does not exist"));
                }
            }
        }
        self.found.push(Target {
            agent: agent.to_owned(),
            spot,
            before,
            work,
        });
        Ok(())
    }

    fn read(&self, folder: &Folder, spot: &Spot, meta: FileMeta) -> Result<Original, HostError> {
        let path = spot.path();
        let me = rustix::process::geteuid();
        if !me.is_root() && meta.uid != me.as_raw() {
            return Err(HostError::NotOwner {
                path,
                uid: meta.uid,
            });
        }
        let mut file = folder.read(&spot.name)?;
        let attributes = attributes(&file, &path)?;
        let (sha256, _) = hash_of(&mut file, &path, self.cancelled)?;
        Ok(Original {
            meta,
            sha256,
            attributes,
        })
    }

    fn same(&self, change: &Change, now: Option<&Original>) -> bool {
        match (&change.before, now) {
            (None, None) => true,
            (Some(before), Some(now)) => {
                Stamp::of(before) == Stamp::of(&now.meta)
                    && before.device == now.meta.device
                    && change.before_sha256 == Some(now.sha256)
            }
            _ => false,
        }
    }
}

/// Whether spans are in order, apart, and within the file.
fn fits(agent: &Path, spans: &[Redaction], before: Option<&Original>) -> Result<(), HostError> {
    let Some(before) = before else {
        return Ok(());
    };
    let mut at = 0;
    for span in spans {
        let end = span.offset.checked_add(span.length);
        match end {
            Some(end) if span.offset >= at && end <= before.meta.size => at = end,
            _ => return Err(bad(agent, "its spans overlap, or leave the file")),
        }
    }
    Ok(())
}

/// Looks once more whether every file is what it was: right before the commit point.
pub(super) fn still_the_same(targets: &[Target<'_>]) -> Result<(), HostError> {
    let mut changed = Vec::new();
    for target in targets.iter().filter(|target| !target.is_expendable()) {
        let now = match open_if_there(&target.spot.folder)? {
            Some(folder) => folder.look(&target.spot.name)?,
            None => Found::Nothing,
        };
        let same = match (&target.before, now) {
            (None, Found::Nothing) => true,
            (Some(before), Found::File(meta)) => Stamp::of(&before.meta) == Stamp::of(&meta),
            _ => false,
        };
        if !same {
            changed.push(target.agent.clone());
        }
    }
    if changed.is_empty() {
        Ok(())
    } else {
        Err(HostError::Changed { paths: changed })
    }
}

/// Refuses files that cannot be replaced.
pub(super) fn are_free(targets: &[Target<'_>]) -> Result<(), HostError> {
    for target in targets.iter().filter(|target| target.before.is_some()) {
        is_free(&Folder::open(&target.spot.folder)?, &target.spot.name)?;
    }
    Ok(())
}

/// Refuses when a file system has not enough room for what is staged and sealed.
pub(super) fn room_to_apply(
    targets: &[Target<'_>],
    folders: &Folders,
    state: &Path,
) -> Result<(), HostError> {
    let mut wanted = Vec::new();
    let mut sealed = 0_u64;
    let mut working = 0_u64;
    for target in targets {
        let above = folders.above(&target.spot.folder);
        wanted.push((
            above.map_or(Path::new("/"), |known| &known.path.0),
            target.new_size(),
        ));
        let old = target.before.as_ref().map_or(0, |before| before.meta.size);
        sealed = sealed.saturating_add(match target.work {
            Work::Redact(spans) => spans.iter().map(|span| span.length).sum(),
            _ => old,
        });
        if let Work::Database(_) = target.work {
            working = working.max(old.saturating_mul(2));
        }
    }
    wanted.push((state, sealed.saturating_add(working)));
    room(wanted)
}

/// Refuses when a file system has not enough room for what is wanted in its folders.
pub(super) fn room<'p>(wanted: impl IntoIterator<Item = (&'p Path, u64)>) -> Result<(), HostError> {
    let mut by_device: BTreeMap<u64, (&Path, u64)> = BTreeMap::new();
    for (path, bytes) in wanted {
        let device = Folder::open(path)?.meta()?.device;
        let entry = by_device.entry(device).or_insert((path, 0));
        entry.1 = entry.1.saturating_add(bytes);
    }
    for (path, needed) in by_device.into_values() {
        let said =
            rustix::fs::statvfs(path).map_err(|errno| fault("look at", path)(errno.into()))?;
        let free = said.f_bavail.saturating_mul(said.f_frsize);
        if free < needed {
            return Err(HostError::NoSpace {
                path: path.to_owned(),
                needed,
                free,
            });
        }
    }
    Ok(())
}
