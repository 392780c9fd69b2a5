//! The bounds of the agent's world, and the two names of a place: as the agent sees it, and
//! without symbolic links.
//!
//! **Invariant:** a path is inside because one of the folders that were named is above it, never
//! because a link says so.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bedlock_model::Want;
use rustix::fs::FileType;
use rustix::io::Errno;

use super::Look;
use crate::HostError;
use crate::beneath::{Beneath, Found, Lost, normal};

/// A folder of the world under both of its names.
#[derive(Debug)]
struct Part {
    seen: PathBuf,
    canonical: PathBuf,
    /// Whether links may lead here; else it only gives names back.
    bound: bool,
}

/// Where the agent lives.
#[derive(Debug)]
pub(super) struct World {
    pub(super) top: Arc<Beneath>,
    parts: Vec<Part>,
    leave_out: Vec<PathBuf>,
}

impl World {
    /// Opens the folder that stands for `/`, and finds the named folders in it.
    pub(super) fn open(look: &Look<'_>, wants: &[Want]) -> Result<Self, HostError> {
        let root = look.root.unwrap_or(Path::new("/"));
        let top = Beneath::open_top(root).map_err(|source| HostError::Folder {
            path: root.to_path_buf(),
            source,
        })?;
        let mut world = Self {
            top: Arc::new(top),
            parts: Vec::new(),
            leave_out: Vec::new(),
        };
        world.add_home(look.home)?;
        for folder in look.extra_roots {
            // A folder that was named by a person may be a link: that is what was meant.
            if let Ok(found) = world.top.resolve(folder, &|_, _| true) {
                world.add(folder, found.canonical, true);
            }
        }
        for want in wants {
            if let Want::Tree { path, .. } = want
                && let Ok(found) = world.wanted(path)
                && found.kind == FileType::Directory
            {
                let outside = !world.holds(&found.canonical);
                world.add(path, found.canonical, outside);
            }
        }
        let state = look.home.join(".local/state/bedlock");
        for folder in look.leave_out.iter().chain([&state]) {
            if let Ok(found) = world.top.resolve(folder, &|_, _| true) {
                world.leave_out.push(found.canonical);
            }
        }
        Ok(world)
    }

    fn add_home(&mut self, home: &Path) -> Result<(), HostError> {
        let folder = |errno: Errno| HostError::Folder {
            path: home.to_path_buf(),
            source: errno.into(),
        };
        match self.top.resolve(home, &|_, _| true) {
            Ok(found) if found.kind == FileType::Directory => {
                self.add(home, found.canonical, true);
                Ok(())
            }
            Ok(_) => Err(folder(Errno::NOTDIR)),
            Err(Lost::Refused { errno, .. }) => Err(folder(errno)),
            Err(Lost::Circle) => Err(folder(Errno::LOOP)),
            Err(_) => Err(folder(Errno::NOENT)),
        }
    }

    fn add(&mut self, seen: &Path, canonical: PathBuf, bound: bool) {
        self.parts.push(Part {
            seen: normal(seen),
            canonical,
            bound,
        });
    }

    /// Whether a path, under either name, is in the agent's world.
    pub(super) fn holds(&self, path: &Path) -> bool {
        self.parts
            .iter()
            .filter(|part| part.bound)
            .any(|part| path.starts_with(&part.canonical) || path.starts_with(&part.seen))
    }

    /// Whether bedlock itself lives there.
    pub(super) fn leaves_out(&self, canonical: &Path) -> bool {
        self.leave_out
            .iter()
            .any(|folder| canonical.starts_with(folder))
    }

    /// Whether a folder was named: another file system is entered there and nowhere else.
    pub(super) fn names(&self, canonical: &Path) -> bool {
        self.parts.iter().any(|part| part.canonical == canonical)
    }

    /// How the agent sees a place that is known without links.
    pub(super) fn seen(&self, canonical: &Path) -> PathBuf {
        let part = self
            .parts
            .iter()
            .filter(|part| canonical.starts_with(&part.canonical))
            .max_by_key(|part| part.canonical.as_os_str().len());
        match part.map(|part| (part, canonical.strip_prefix(&part.canonical))) {
            Some((part, Ok(rest))) if rest.as_os_str().is_empty() => part.seen.clone(),
            Some((part, Ok(rest))) => part.seen.join(rest),
            _ => canonical.to_path_buf(),
        }
    }

    /// Follows a path; a link inside the world must lead into the world.
    pub(super) fn resolve(&self, path: &Path) -> Result<Found, Lost> {
        let found = self.top.resolve(path, &|link, target| {
            !self.holds(link) || self.holds(target)
        })?;
        if self.holds(&found.canonical) {
            return Ok(found);
        }
        Err(Lost::Leaves {
            link: path.to_path_buf(),
            target: found.canonical,
        })
    }

    /// Follows a wanted path. One that was named outside the world may be there, as long as its
    /// last component is no link that leads elsewhere still.
    pub(super) fn wanted(&self, path: &Path) -> Result<Found, Lost> {
        let follows = |link: &Path, target: &Path| !self.holds(link) || self.holds(target);
        let found = self.top.resolve(path, &follows)?;
        let named_outside = !self.holds(&normal(path));
        if self.holds(&found.canonical) || (named_outside && !found.linked) {
            return Ok(found);
        }
        Err(Lost::Leaves {
            link: path.to_path_buf(),
            target: found.canonical,
        })
    }
}
