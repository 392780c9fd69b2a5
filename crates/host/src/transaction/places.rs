//! The folders in which a transaction works, and whether it can.
//!
//! Used by `apply` and `undo`.
//!
//! **Invariant:** reads only.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags};
use rustix::io::Errno;

use super::folder::{Folder, fault, open_if_there};
use super::journal::{FolderBefore, PathText, Times};
use crate::HostError;

/// The folders in which a transaction works.
#[derive(Debug, Default)]
pub(super) struct Folders {
    /// Those that are there, as they are.
    pub(super) before: Vec<FolderBefore>,
    /// Those that are missing, outermost first.
    pub(super) missing: Vec<PathBuf>,
}

impl Folders {
    pub(super) fn of<'p>(wanted: impl Iterator<Item = &'p Path>) -> Result<Self, HostError> {
        let mut there = BTreeMap::new();
        let mut missing = BTreeSet::new();
        for path in wanted.collect::<BTreeSet<_>>() {
            for path in path.ancestors() {
                if there.contains_key(path) {
                    break;
                }
                if let Some(folder) = open_if_there(path)? {
                    there.insert(path.to_owned(), before(&folder)?);
                    break;
                }
                missing.insert(path.to_owned());
            }
        }
        // A path sorts before everything below it.
        Ok(Self {
            before: there.into_values().collect(),
            missing: missing.into_iter().collect(),
        })
    }

    /// The folder above a missing one that is there.
    pub(super) fn above(&self, path: &Path) -> Option<&FolderBefore> {
        path.ancestors()
            .find_map(|path| self.before.iter().find(|known| known.path.0 == path))
    }

    /// Refuses when names cannot be made and removed in one of them.
    pub(super) fn are_writable(&self) -> Result<(), HostError> {
        for known in &self.before {
            let path = &known.path.0;
            let folder = Folder::open(path)?;
            let access = Access::WRITE_OK | Access::EXEC_OK;
            // An old kernel cannot answer in another way than these; then staging will.
            if let Err(errno @ (Errno::ACCESS | Errno::PERM | Errno::ROFS)) =
                rustix::fs::accessat(folder.fd(), ".", access, AtFlags::EACCESS)
            {
                return Err(fault("write in", path)(errno.into()));
            }
            is_free(&folder, ".".as_ref())?;
        }
        Ok(())
    }
}

fn before(folder: &Folder) -> Result<FolderBefore, HostError> {
    let meta = folder.meta()?;
    Ok(FolderBefore {
        path: PathText(folder.path().to_owned()),
        mode: meta.mode,
        uid: meta.uid,
        gid: meta.gid,
        times: Times::of(&meta),
    })
}

/// Refuses a file that a rename cannot replace: it would only show after the commit point.
#[cfg(target_os = "linux")]
pub(super) fn is_free(folder: &Folder, name: &OsStr) -> Result<(), HostError> {
    use rustix::fs::{StatxAttributes, StatxFlags};

    let flags = AtFlags::SYMLINK_NOFOLLOW;
    let Ok(said) = rustix::fs::statx(folder.fd(), name, flags, StatxFlags::BASIC_STATS) else {
        return Ok(());
    };
    let is_folder = name == ".";
    let has = |flag| said.stx_attributes.contains(flag);
    let reason = if has(StatxAttributes::IMMUTABLE) || has(StatxAttributes::APPEND) {
        "it is marked immutable or append-only; clear that with `chattr -i -a`"
    } else if !is_folder && has(StatxAttributes::MOUNT_ROOT) {
        "it is mounted by itself, as containers do; run bedlock where it is mounted from"
    } else {
        return Ok(());
    };
    let path = if is_folder {
        folder.path().to_owned()
    } else {
        folder.path().join(name)
    };
    Err(HostError::Pinned { path, reason })
}

#[cfg(not(target_os = "linux"))]
pub(super) fn is_free(_folder: &Folder, _name: &OsStr) -> Result<(), HostError> {
    Ok(())
}
