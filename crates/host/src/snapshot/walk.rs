//! The walk itself: one wanted file, or one wanted tree.
//!
//! **Invariant:** bounded by the wants: the list of folders still to enter is on the heap, no
//! folder is entered twice in one tree, and one folder is open at a time.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fs::File;
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bedlock_model::{Place, PlaceKind, Progress, Snapshot, Unreadable};
use rustix::fs::{AtFlags, Dir, FileType};
use rustix::io::Errno;

use super::world::World;
use super::{Look, describe};
use crate::HostError;
use crate::beneath::{Found, Identity, Lost, kind_of};
use crate::source::{FileSource, file_meta, identity};

/// What is wanted of a tree.
#[derive(Clone, Copy)]
pub(super) struct Tree {
    pub(super) classify: fn(&Path) -> Option<PlaceKind>,
    pub(super) enter: fn(&Path) -> bool,
    pub(super) depth: usize,
}

/// A folder that is still to be entered.
struct Folder {
    canonical: PathBuf,
    seen: PathBuf,
    relative: PathBuf,
    level: usize,
}

/// A symbolic link in a tree, looked at when everything without links was.
struct Link {
    canonical: PathBuf,
    relative: PathBuf,
    level: usize,
}

/// What has been found so far.
pub(super) struct Walk<'a> {
    world: &'a World,
    progress: &'a dyn Progress,
    names_known: bool,
    snapshot: Snapshot,
    files: HashMap<Identity, PathBuf>,
}

/// The state of one tree.
struct Round {
    tree: Tree,
    folders: Vec<Folder>,
    links: Vec<Link>,
    entered: HashSet<Identity>,
    device: Option<u64>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(world: &'a World, look: &Look<'_>, progress: &'a dyn Progress) -> Self {
        Self {
            world,
            progress,
            names_known: look.root.is_none(),
            snapshot: Snapshot::default(),
            files: HashMap::new(),
        }
    }

    pub(super) fn finish(mut self) -> Snapshot {
        self.snapshot.places.sort_by(|a, b| a.path.cmp(&b.path));
        for said in [&mut self.snapshot.unreadable, &mut self.snapshot.skipped] {
            said.sort();
            said.dedup();
        }
        let Snapshot {
            unreadable,
            skipped,
            ..
        } = &mut self.snapshot;
        // A link that a file and a tree are both wanted through is one place.
        skipped.retain(|one| unreadable.binary_search(one).is_err());
        self.snapshot
    }

    /// Looks at one wanted file.
    pub(super) fn file(&mut self, path: &Path, kind: PlaceKind) -> Result<(), HostError> {
        self.go_on()?;
        let Some(found) = self.wanted(path) else {
            return Ok(());
        };
        if found.kind == FileType::RegularFile {
            let seen = if found.linked {
                self.world.seen(&found.canonical)
            } else {
                path.to_path_buf()
            };
            self.take(&found.canonical, seen, kind);
        } else {
            self.skip(describe::unexpected(path, found.kind));
        }
        Ok(())
    }

    /// Looks at everything below a wanted folder.
    pub(super) fn tree(&mut self, path: &Path, tree: Tree) -> Result<(), HostError> {
        self.go_on()?;
        let Some(found) = self.wanted(path) else {
            return Ok(());
        };
        if found.kind != FileType::Directory {
            self.skip(describe::unexpected(path, found.kind));
            return Ok(());
        }
        if tree.depth == 0 {
            return Ok(());
        }
        let top = Folder {
            canonical: found.canonical,
            seen: path.to_path_buf(),
            relative: PathBuf::new(),
            level: 1,
        };
        let mut round = Round {
            tree,
            folders: vec![top],
            links: Vec::new(),
            entered: HashSet::new(),
            device: None,
        };
        loop {
            // Real paths first: a file that is also behind a link is found under its own name.
            if let Some(folder) = round.folders.pop() {
                self.go_on()?;
                self.folder(&folder, &mut round);
            } else if let Some(link) = round.links.pop() {
                self.link(link, &mut round);
            } else {
                return Ok(());
            }
        }
    }

    /// Follows a wanted path. A wanted place that is there and cannot be looked at makes the look
    /// incomplete, whether the file system or a link is the reason.
    fn wanted(&mut self, path: &Path) -> Option<Found> {
        match self.world.wanted(path) {
            Ok(found) => return Some(found),
            Err(Lost::Absent) => {}
            Err(Lost::Circle) => self.skip(describe::circle(path)),
            Err(Lost::Leaves { link, target }) => {
                // One link above many wanted files is said once.
                let link = self.world.seen(&link);
                let said = describe::leaves(&link, &target);
                self.snapshot.unreadable.push(said);
            }
            Err(Lost::Refused { at, errno, uid }) => {
                let at = self.world.seen(&at);
                self.refuse(&at, errno, uid);
            }
        }
        None
    }

    /// Lists one folder: files are taken, folders and links are put on their lists.
    fn folder(&mut self, folder: &Folder, round: &mut Round) {
        if self.world.leaves_out(&folder.canonical) {
            return;
        }
        let (file, entries) = match self.list(&folder.canonical) {
            Ok(listed) => listed,
            Err(errno) => return self.refuse_found(&folder.canonical, &folder.seen, errno),
        };
        let Ok(meta) = file.metadata() else {
            return self.refuse(&folder.seen, Errno::STALE, 0);
        };
        let device = *round.device.get_or_insert(identity(&meta).0);
        if identity(&meta).0 != device && !self.world.names(&folder.canonical) {
            let kind = crate::mount::kind(&file);
            return self.skip(describe::mount(&folder.seen, kind));
        }
        if !round.entered.insert(identity(&meta)) {
            return;
        }
        let (folders, links) = (round.folders.len(), round.links.len());
        for (name, kind) in entries {
            let kind = match kind {
                FileType::Unknown => {
                    match rustix::fs::statat(&file, &name, AtFlags::SYMLINK_NOFOLLOW) {
                        Ok(stat) => kind_of(&stat),
                        Err(_) => continue,
                    }
                }
                kind => kind,
            };
            self.entry(folder, name, kind, round);
        }
        // Last in, first out: the reverse order makes the walk go by name.
        round.folders[folders..].reverse();
        round.links[links..].reverse();
    }

    fn entry(&mut self, folder: &Folder, name: OsString, kind: FileType, round: &mut Round) {
        let relative = folder.relative.join(&name);
        let canonical = folder.canonical.join(&name);
        let seen = folder.seen.join(&name);
        let deeper = folder.level < round.tree.depth && (round.tree.enter)(&relative);
        match kind {
            FileType::RegularFile => {
                if let Some(kind) = (round.tree.classify)(&relative) {
                    self.take(&canonical, seen, kind);
                }
            }
            FileType::Directory if deeper => {
                round.folders.push(Folder {
                    canonical,
                    seen,
                    relative,
                    level: folder.level + 1,
                });
            }
            FileType::Directory => {}
            FileType::Symlink => {
                if deeper || (round.tree.classify)(&relative).is_some() {
                    round.links.push(Link {
                        canonical,
                        relative,
                        level: folder.level,
                    });
                }
            }
            kind => self.skip(describe::special(&seen, kind)),
        }
    }

    fn link(&mut self, link: Link, round: &mut Round) {
        let seen = self.world.seen(&link.canonical);
        let kind = (round.tree.classify)(&link.relative);
        let found = match self.world.resolve(&link.canonical) {
            Ok(found) => found,
            Err(Lost::Absent) if kind.is_none() => return,
            Err(Lost::Absent) => return self.skip(describe::dangling(&seen)),
            Err(Lost::Circle) => return self.skip(describe::circle(&seen)),
            Err(Lost::Leaves { target, .. }) => return self.skip(describe::leaves(&seen, &target)),
            Err(Lost::Refused { errno, uid, .. }) => return self.refuse(&seen, errno, uid),
        };
        let target = self.world.seen(&found.canonical);
        match (found.kind, kind) {
            (FileType::RegularFile, Some(kind)) => self.take(&found.canonical, target, kind),
            (FileType::Directory, _) => {
                if link.level < round.tree.depth && (round.tree.enter)(&link.relative) {
                    round.folders.push(Folder {
                        canonical: found.canonical,
                        seen: target,
                        relative: link.relative,
                        level: link.level + 1,
                    });
                }
            }
            (FileType::RegularFile, None) => {}
            (kind, _) => self.skip(describe::special(&seen, kind)),
        }
    }

    /// Takes a regular file, once.
    fn take(&mut self, canonical: &Path, seen: PathBuf, kind: PlaceKind) {
        if self.world.leaves_out(canonical) {
            return;
        }
        let file = match self.world.top.open_file(canonical) {
            Ok(file) => file,
            Err(Errno::NOENT) => return,
            Err(errno) => return self.refuse_found(canonical, &seen, errno),
        };
        let meta = match file.metadata() {
            Ok(meta) if meta.is_file() => meta,
            // It was a file when it was found, and is none now.
            Ok(_) => return self.refuse(&seen, Errno::STALE, 0),
            Err(_) => return self.refuse(&seen, Errno::IO, 0),
        };
        let identity = identity(&meta);
        if let Some(first) = self.files.get(&identity) {
            if *first != canonical {
                let first = self.world.seen(first);
                self.skip(describe::hard_link(&seen, &first));
            }
            return;
        }
        self.files.insert(identity, canonical.to_path_buf());
        let top = Arc::clone(&self.world.top);
        self.snapshot.places.push(Place {
            path: seen,
            kind,
            meta: file_meta(&meta),
            source: Arc::new(FileSource::new(top, canonical.to_path_buf(), identity)),
        });
    }

    fn list(&self, canonical: &Path) -> Result<(File, Vec<(OsString, FileType)>), Errno> {
        let file = File::from(self.world.top.open_folder(canonical)?);
        let mut entries = Vec::new();
        for entry in Dir::read_from(&file)? {
            let entry = entry?;
            let name = std::ffi::OsStr::from_bytes(entry.file_name().to_bytes());
            if name != "." && name != ".." {
                entries.push((name.to_os_string(), entry.file_type()));
            }
        }
        entries.sort_by(|a: &(OsString, FileType), b| a.0.cmp(&b.0));
        Ok((file, entries))
    }

    fn refuse_found(&mut self, canonical: &Path, seen: &Path, errno: Errno) {
        let uid = self.world.resolve(canonical).map_or(0, |found| found.uid);
        self.refuse(seen, errno, uid);
    }

    fn refuse(&mut self, seen: &Path, errno: Errno, uid: u32) {
        let said = describe::refused(seen, errno, uid, self.names_known);
        self.snapshot.unreadable.push(said);
    }

    fn skip(&mut self, said: Unreadable) {
        self.snapshot.skipped.push(said);
    }

    fn go_on(&self) -> Result<(), HostError> {
        match self.progress.advance(0) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(HostError::Interrupted),
        }
    }
}
