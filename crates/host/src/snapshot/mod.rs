//! Looking at the wanted places: which files are there, and how to read each of them.
//!
//! Called by `cli` between `audit::wanted` and `audit::inspect`.
//!
//! **Invariant:** reads names and file metadata only, follows no link out of the agent's world,
//! opens nothing but folders and regular files, and changes nothing.

mod describe;
mod walk;
mod world;

use std::path::{Path, PathBuf};

use bedlock_model::{Progress, Snapshot, Want};

use crate::HostError;
use walk::Walk;
use world::World;

/// Whose world is looked at, and where it is mounted. Paths are as the agent sees them.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The agent's home folder.
    pub home: &'a Path,
    /// The mounted image that stands for `/`; `None` looks at this host.
    pub root: Option<&'a Path>,
    /// Folders outside the home that belong to the agent's world too: links may lead there.
    pub extra_roots: &'a [PathBuf],
    /// Folders that are not looked at, besides `.local/state/bedlock` in the home.
    pub leave_out: &'a [PathBuf],
}

/// Finds the files of the wanted places. A file that is wanted twice, or that has several names,
/// is found once, as what the first want says; single files come before trees.
///
/// What a link, a pipe or another file system keeps from being looked at inside a wanted tree is
/// in [`Snapshot::skipped`]. A wanted place itself that cannot be looked at is in
/// [`Snapshot::unreadable`].
///
/// # Errors
/// [`HostError::Folder`] when the home or the image is not there; [`HostError::Interrupted`]
/// when `progress` breaks.
pub fn snapshot(
    wants: &[Want],
    look: &Look<'_>,
    progress: &dyn Progress,
) -> Result<Snapshot, HostError> {
    let world = World::open(look, wants)?;
    let mut walk = Walk::new(&world, look, progress);
    for want in wants {
        if let Want::File { path, kind } = want {
            walk.file(path, *kind)?;
        }
    }
    for want in wants {
        if let Want::Tree {
            path,
            classify,
            enter,
            depth,
        } = want
        {
            walk.tree(
                path,
                walk::Tree {
                    classify: *classify,
                    enter: *enter,
                    depth: *depth,
                },
            )?;
        }
    }
    Ok(walk.finish())
}
