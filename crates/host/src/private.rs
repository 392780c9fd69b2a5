//! Folders, locks and removals for files that only their owner may read.
//!
//! Called by `identity` for the session's cache and by `watch` for the daemon's state.
//!
//! **Invariant:** a lock is the kernel's (`flock`), so it ends with the process that holds it,
//! however that ends.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FlockOperation, OFlags, Uid};

use crate::HostError;

/// Makes a folder, and those above it, that nobody else can enter. One that exists stays as it is.
///
/// # Errors
/// [`HostError::Folder`] when it cannot be made, or when something else has its name.
pub fn private_folder(path: &Path) -> Result<(), HostError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|source| HostError::Folder {
        path: path.to_path_buf(),
        source,
    })
}

/// Removes a file or a link, and says whether there was one.
///
/// # Errors
/// [`HostError::Write`] when it is still there.
pub fn remove_file(path: &Path) -> Result<bool, HostError> {
    match std::fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(HostError::Write {
            path: path.to_path_buf(),
            source,
        }),
    }
}

/// Gives a file or folder to the owner of the folder that it is in. Only root can, and nothing happens
/// for anybody else. A link is given, and not what it leads to.
///
/// # Errors
/// [`HostError::Write`] when the system refuses it to root.
pub fn give_to_folder_owner(path: &Path) -> Result<(), HostError> {
    let fault = |source| HostError::Write {
        path: path.to_path_buf(),
        source,
    };
    let Some(folder) = path.parent() else {
        return Ok(());
    };
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let owner = std::fs::metadata(folder).map_err(fault)?;
    let owner = Uid::from_raw(std::os::unix::fs::MetadataExt::uid(&owner));
    rustix::fs::chownat(CWD, path, Some(owner), None, AtFlags::SYMLINK_NOFOLLOW)
        .map_err(|errno| fault(errno.into()))
}

/// A lock on a file, held until the value is dropped or the process ends.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

impl FileLock {
    /// Waits for it as long as it takes; the file is made when it is not there, and stays.
    ///
    /// # Errors
    /// [`HostError::Write`] when the file cannot be opened or the system refuses a lock.
    pub fn wait(path: &Path) -> Result<Self, HostError> {
        let fault = |source| HostError::Write {
            path: path.to_path_buf(),
            source,
        };
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
            .open(path)
            .map_err(fault)?;
        loop {
            match rustix::fs::flock(&file, FlockOperation::LockExclusive) {
                Ok(()) => return Ok(Self { _file: file }),
                Err(rustix::io::Errno::INTR) => {}
                Err(errno) => return Err(fault(errno.into())),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_folder_is_private_and_a_file_goes_once() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("a/b");
        private_folder(&folder).unwrap();
        private_folder(&folder).unwrap();
        for made in [dir.path().join("a"), folder.clone()] {
            let mode = std::fs::metadata(made).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700);
        }
        let file = folder.join("file");
        drop(FileLock::wait(&file).unwrap());
        assert!(remove_file(&file).unwrap());
        assert!(!remove_file(&file).unwrap());
    }

    #[test]
    fn a_lock_is_held_by_one_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let held = FileLock::wait(&path).unwrap();
        let again = File::open(&path).unwrap();
        let tried = rustix::fs::flock(&again, FlockOperation::NonBlockingLockExclusive);
        assert_eq!(tried, Err(rustix::io::Errno::WOULDBLOCK));
        drop(held);
        let tried = rustix::fs::flock(&again, FlockOperation::NonBlockingLockExclusive);
        assert_eq!(tried, Ok(()));
    }
}
