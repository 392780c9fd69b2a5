//! The bytes of a file, read where they are asked for.
//!
//! Made by `snapshot` for each place, and by whoever in this crate needs one file.
//!
//! **Invariant:** holds no content and no open file; each read checks that the path still leads
//! to the file that was found.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bedlock_model::{FileMeta, Source};

use crate::beneath::{Beneath, Identity};

/// A regular file, opened on demand and read at offsets.
#[derive(Debug)]
pub struct FileSource {
    top: Arc<Beneath>,
    canonical: PathBuf,
    identity: Identity,
}

impl FileSource {
    pub(crate) fn new(top: Arc<Beneath>, canonical: PathBuf, identity: Identity) -> Self {
        Self {
            top,
            canonical,
            identity,
        }
    }

    /// Opens one file by itself, and says what the file system says of it. The last component
    /// is not followed when it is a symbolic link.
    ///
    /// # Errors
    /// Whatever the file system says; `InvalidInput` for what is no regular file.
    pub fn open(path: &Path) -> io::Result<(FileMeta, Self)> {
        let no_file = || io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file");
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(no_file());
        };
        let parent = if parent.as_os_str().is_empty() {
            Path::new(".")
        } else {
            parent
        };
        if !std::fs::symlink_metadata(path)?.is_file() {
            return Err(no_file());
        }
        let top = Arc::new(Beneath::open_top(parent)?);
        let canonical = Path::new("/").join(name);
        let meta = top.open_file(&canonical)?.metadata()?;
        if !meta.is_file() {
            return Err(no_file());
        }
        Ok((file_meta(&meta), Self::new(top, canonical, identity(&meta))))
    }
}

impl Source for FileSource {
    fn len(&self) -> io::Result<u64> {
        Ok(self
            .top
            .reading(&self.canonical, self.identity)?
            .metadata()?
            .len())
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.top
            .reading(&self.canonical, self.identity)?
            .read_at(buf, offset)
    }
}

/// Device and inode of an open file.
pub(crate) fn identity(meta: &Metadata) -> Identity {
    (meta.dev(), meta.ino())
}

/// What the file system says of a file, in bedlock's words.
#[must_use]
pub fn file_meta(meta: &Metadata) -> FileMeta {
    let nanoseconds =
        |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
    FileMeta {
        size: meta.len(),
        mode: meta.mode() & 0o7777,
        uid: meta.uid(),
        gid: meta.gid(),
        device: meta.dev(),
        inode: meta.ino(),
        links: meta.nlink(),
        accessed_ns: nanoseconds(meta.atime(), meta.atime_nsec()),
        modified_ns: nanoseconds(meta.mtime(), meta.mtime_nsec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_same_file_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        std::fs::write(&path, "0123456789").unwrap();
        let (meta, source) = FileSource::open(&path).unwrap();
        assert_eq!(meta.size, 10);
        let mut buf = [0; 4];
        assert_eq!(source.read_at(8, &mut buf).unwrap(), 2);
        assert_eq!(&buf[..2], b"89");

        let (_, late) = FileSource::open(&path).unwrap();
        std::fs::write(dir.path().join("other"), "another file").unwrap();
        std::fs::rename(dir.path().join("other"), &path).unwrap();
        assert!(
            late.read_at(0, &mut buf)
                .unwrap_err()
                .to_string()
                .contains("replaced")
        );
        // The first source is still on the file that it found.
        assert_eq!(source.read_at(0, &mut buf).unwrap(), 4);
        assert_eq!(&buf, b"0123");
    }

    #[test]
    fn links_and_folders_are_no_files() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("file"), "x").unwrap();
        std::os::unix::fs::symlink("file", dir.path().join("link")).unwrap();
        assert!(FileSource::open(&dir.path().join("link")).is_err());
        assert!(FileSource::open(dir.path()).is_err());
    }
}
