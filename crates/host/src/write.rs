//! Files that bedlock makes for somebody: reports, its own key, a demo's home.
//!
//! Called by `cli` for `--output` and `demo`, and by `host_key`.
//!
//! **Invariant:** a file appears under its name whole or not at all, and nobody but its owner can
//! read it at any moment. Changes of an agent's files go through `transaction`, never through here.

use std::ffi::{OsStr, OsString};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::HostError;

/// Writes a report to a path that a person named: beside it first, then in one step over a regular
/// file that was there. Mode 0600.
///
/// # Errors
/// [`HostError::Write`] when the path is a symbolic link, a folder or another special file, or when
/// the file system says no; [`HostError::Random`].
pub fn write_output(path: &Path, content: &[u8]) -> Result<(), HostError> {
    let fault = |source| HostError::Write {
        path: path.to_path_buf(),
        source,
    };
    let Some(name) = path.file_name() else {
        return Err(fault(io::Error::other("it is not the name of a file")));
    };
    match std::fs::symlink_metadata(path) {
        Ok(meta) if meta.is_file() => {}
        Ok(meta) => {
            let what = if meta.is_symlink() {
                "it is a symbolic link; name the file itself"
            } else if meta.is_dir() {
                "it is a folder; name a file in it"
            } else {
                "it is no regular file; name another one"
            };
            return Err(fault(io::Error::other(what)));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(fault(error)),
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let made = Beside::write(folder, name, content).map_err(fault)?;
    made.rename(name).map_err(fault)
}

/// Fills a buffer with random bytes.
pub(crate) fn random(bytes: &mut [u8]) -> Result<(), HostError> {
    getrandom::fill(bytes).map_err(|error| HostError::Random {
        reason: error.to_string(),
    })
}

/// Eight random digits that end a temporary name.
fn random_name() -> io::Result<String> {
    let mut bytes = [0; 8];
    random(&mut bytes).map_err(io::Error::other)?;
    Ok(hex::encode(bytes))
}

/// A file with its whole content on the disk, under a name of its own, in the folder where it
/// belongs. It is removed unless it gets its name.
pub(crate) struct Beside {
    folder: PathBuf,
    temporary: PathBuf,
}

impl Beside {
    /// Writes it.
    pub(crate) fn write(folder: &Path, name: &OsStr, content: &[u8]) -> io::Result<Self> {
        let mut temporary = OsString::from(".");
        temporary.push(name);
        temporary.push(format!(".{}", random_name()?));
        let temporary = folder.join(temporary);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&temporary)?;
        let made = Self {
            folder: folder.to_path_buf(),
            temporary,
        };
        file.write_all(content)?;
        file.sync_all()?;
        Ok(made)
    }

    /// Gives it its name, in place of a file that had it.
    pub(crate) fn rename(&self, name: &OsStr) -> io::Result<()> {
        std::fs::rename(&self.temporary, self.folder.join(name))?;
        File::open(&self.folder)?.sync_all()
    }

    /// Gives it its name, unless something has it.
    pub(crate) fn link(&self, name: &OsStr) -> io::Result<()> {
        std::fs::hard_link(&self.temporary, self.folder.join(name))?;
        File::open(&self.folder)?.sync_all()
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // After a rename there is nothing here, and an error on the way is told by who met it.
        let _ = std::fs::remove_file(&self.temporary);
    }
}

/// A folder for a demo's home: nobody else can enter it, and it goes with this value.
#[derive(Debug)]
pub struct TemporaryFolder {
    path: PathBuf,
}

impl TemporaryFolder {
    /// Makes one below the system's folder for temporary files; its name begins with `prefix`.
    ///
    /// # Errors
    /// [`HostError::Folder`] when it cannot be made.
    pub fn new(prefix: &str) -> Result<Self, HostError> {
        let parent = std::env::temp_dir();
        let fault = |source| HostError::Folder {
            path: parent.clone(),
            source,
        };
        let parent = std::fs::canonicalize(&parent).map_err(fault)?;
        let path = parent.join(format!("{prefix}-{}", random_name().map_err(fault)?));
        // Making it fails when the name is taken, so nobody can have prepared it.
        DirBuilder::new().mode(0o700).create(&path).map_err(fault)?;
        Ok(Self { path })
    }

    /// Where it is, without symbolic links.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps it, and says where it is.
    #[must_use]
    pub fn keep(mut self) -> PathBuf {
        std::mem::take(&mut self.path)
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            // Links are removed, not followed. Nobody can be told when it fails.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_report_replaces_a_file_in_one_step() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("report.json");
        fs::write(&path, "before").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let reader = File::open(&path).unwrap();
        write_output(&path, b"after").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"after");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
        // Whoever had it open still reads the whole of what was there.
        assert_eq!(io::read_to_string(reader).unwrap(), "before");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn links_and_folders_are_refused_and_left() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("target");
        fs::write(&target, "before").unwrap();
        symlink("target", dir.path().join("link")).unwrap();
        symlink("nothing", dir.path().join("loose")).unwrap();
        fs::create_dir(dir.path().join("folder")).unwrap();
        for (name, said) in [
            ("link", "symbolic link"),
            ("loose", "symbolic link"),
            ("folder", "folder"),
            ("..", "not the name"),
        ] {
            let error = write_output(&dir.path().join(name), b"after").unwrap_err();
            let HostError::Write { source, .. } = error else {
                panic!("{error}")
            };
            assert!(source.to_string().contains(said), "{name}: {source}");
        }
        assert_eq!(fs::read(&target).unwrap(), b"before");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 4);
    }

    #[test]
    fn a_file_that_cannot_get_its_name_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("taken")).unwrap();
        let made = Beside::write(dir.path(), "taken".as_ref(), b"x").unwrap();
        assert!(made.rename("taken".as_ref()).is_err());
        drop(made);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_temporary_folder_is_private_and_goes() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("file"), "x").unwrap();
        let folder = TemporaryFolder::new("bedlock-test").unwrap();
        let path = folder.path().to_path_buf();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o700);
        fs::create_dir(path.join("inner")).unwrap();
        fs::write(path.join("inner/file"), "x").unwrap();
        symlink(outside.path(), path.join("link")).unwrap();
        drop(folder);
        assert!(!path.exists());
        assert!(outside.path().join("file").exists());
    }

    #[test]
    fn a_temporary_folder_can_be_kept() {
        let kept = TemporaryFolder::new("bedlock-test").unwrap().keep();
        assert!(kept.is_dir());
        fs::remove_dir(kept).unwrap();
    }
}
