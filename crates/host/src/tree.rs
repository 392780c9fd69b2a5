//! Any tree, folder by folder and file by file, for a scan that decides itself what comes next.
//!
//! Called by `cli` for `bedlock scan`. A look at an agent's world goes through `snapshot`, which
//! knows what it wants; a scan wants everything.
//!
//! **Invariant:** below a named folder no symbolic link is followed, and nothing but regular files is
//! opened for reading; opening one never waits.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::{File, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, FileTypeExt};
use std::path::Path;

use rustix::fs::{AtFlags, Dir, FileType};

use crate::beneath::{Beneath, kind_of};
use crate::source::identity;

/// What a path or an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// Something else: `a FIFO`, `a socket`, `a device`.
    Special(&'static str),
}

/// An entry of a folder.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name, without the folder.
    pub name: OsString,
    /// What it is.
    pub kind: EntryKind,
}

/// A folder's entries.
#[derive(Debug)]
pub struct Listing {
    /// The entries, by name.
    pub entries: Vec<Entry>,
    /// Device and inode: two folders with the same are one.
    pub identity: (u64, u64),
    /// The kind of file system, when what it shows are no files of a disk: `/proc`, `/sys`.
    pub pseudo: Option<&'static str>,
}

/// An open folder and everything below it.
pub struct Tree {
    top: Beneath,
}

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tree").finish_non_exhaustive()
    }
}

impl Tree {
    /// Opens a folder that a person named; links that lead to it are followed.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn open(folder: &Path) -> io::Result<Self> {
        Ok(Self {
            top: Beneath::open_top(folder)?,
        })
    }

    /// Lists a folder; the tree's own is the empty path.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn list(&self, relative: &Path) -> io::Result<Listing> {
        let file = File::from(self.top.open_folder(&Path::new("/").join(relative))?);
        let meta = file.metadata()?;
        let mut entries = Vec::new();
        for entry in Dir::read_from(&file)? {
            let entry = entry?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name == "." || name == ".." {
                continue;
            }
            let kind = match entry.file_type() {
                FileType::Unknown => {
                    match rustix::fs::statat(&file, name, AtFlags::SYMLINK_NOFOLLOW) {
                        Ok(stat) => kind_of(&stat),
                        // It is gone.
                        Err(_) => continue,
                    }
                }
                kind => kind,
            };
            entries.push(Entry {
                name: name.to_os_string(),
                kind: entry_kind(kind),
            });
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Listing {
            entries,
            identity: identity(&meta),
            pseudo: crate::mount::pseudo(&file),
        })
    }

    /// Opens a regular file.
    ///
    /// # Errors
    /// Whatever the file system says; `InvalidInput` for what is no regular file any more.
    pub fn file(&self, relative: &Path) -> io::Result<OpenFile> {
        OpenFile::of(self.top.open_file(&Path::new("/").join(relative))?)
    }
}

/// A regular file, open for reading.
#[derive(Debug)]
pub struct OpenFile {
    file: File,
    size: u64,
    identity: (u64, u64),
}

impl OpenFile {
    fn of(file: File) -> io::Result<Self> {
        let meta = file.metadata()?;
        if !meta.is_file() {
            return Err(no_file());
        }
        Ok(Self {
            size: meta.len(),
            identity: identity(&meta),
            file,
        })
    }

    /// Opens a file that a person named; links that lead to it are followed.
    ///
    /// # Errors
    /// Whatever the file system says; `InvalidInput` for what is no regular file.
    pub fn open(path: &Path) -> io::Result<Self> {
        let path = std::fs::canonicalize(path)?;
        // Asked before it is opened: opening a pipe would wait for a writer, and opening a device
        // may do something.
        if !std::fs::symlink_metadata(&path)?.is_file() {
            return Err(no_file());
        }
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(no_file());
        };
        Tree::open(folder)?.file(Path::new(name))
    }

    /// Its size when it was opened, in bytes; files of `/proc` say 0.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Device and inode: two paths with the same are one file.
    #[must_use]
    pub fn identity(&self) -> (u64, u64) {
        self.identity
    }

    /// Fills the buffer from `offset` on; returns less than its length at the end of the file only.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn fill(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self
                .file
                .read_at(&mut buffer[filled..], offset + filled as u64)
            {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }
}

/// What a path that a person named is, with links followed.
///
/// # Errors
/// Whatever the file system says.
pub fn kind_at(path: &Path) -> io::Result<EntryKind> {
    let meta = std::fs::metadata(path)?;
    Ok(meta_kind(&meta))
}

fn meta_kind(meta: &Metadata) -> EntryKind {
    let kind = meta.file_type();
    if kind.is_file() {
        EntryKind::File
    } else if kind.is_dir() {
        EntryKind::Folder
    } else if kind.is_symlink() {
        EntryKind::Link
    } else if kind.is_fifo() {
        entry_kind(FileType::Fifo)
    } else if kind.is_socket() {
        entry_kind(FileType::Socket)
    } else {
        entry_kind(FileType::CharacterDevice)
    }
}

fn entry_kind(kind: FileType) -> EntryKind {
    match kind {
        FileType::RegularFile => EntryKind::File,
        FileType::Directory => EntryKind::Folder,
        FileType::Symlink => EntryKind::Link,
        FileType::Fifo => EntryKind::Special("a FIFO"),
        FileType::Socket => EntryKind::Special("a socket"),
        FileType::CharacterDevice | FileType::BlockDevice => EntryKind::Special("a device"),
        _ => EntryKind::Special("neither a file nor a folder"),
    }
}

fn no_file() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_listed_by_name_and_links_are_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("b"), "0123456789").unwrap();
        std::fs::create_dir(dir.path().join("a")).unwrap();
        std::os::unix::fs::symlink("b", dir.path().join("c")).unwrap();
        rustix::fs::mkfifoat(
            rustix::fs::CWD,
            dir.path().join("d"),
            rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        )
        .unwrap();
        let tree = Tree::open(dir.path()).unwrap();
        let listed = tree.list(Path::new("")).unwrap();
        let seen: Vec<_> = listed
            .entries
            .iter()
            .map(|entry| (entry.name.to_str().unwrap(), entry.kind))
            .collect();
        assert_eq!(
            seen,
            [
                ("a", EntryKind::Folder),
                ("b", EntryKind::File),
                ("c", EntryKind::Link),
                ("d", EntryKind::Special("a FIFO")),
            ]
        );
        let file = tree.file(Path::new("b")).unwrap();
        let mut buffer = [0; 4];
        assert_eq!(file.fill(8, &mut buffer).unwrap(), 2);
        assert_eq!(&buffer[..2], b"89");
        assert!(tree.file(Path::new("c")).is_err());
        assert!(tree.file(Path::new("d")).is_err());
        assert!(tree.file(Path::new("a")).is_err());
        // Named by a person, a link leads somewhere.
        assert_eq!(OpenFile::open(&dir.path().join("c")).unwrap().size(), 10);
        assert!(OpenFile::open(&dir.path().join("d")).is_err());
    }
}
