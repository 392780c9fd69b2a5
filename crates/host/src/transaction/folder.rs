//! Folders held open, and the files in them: every change of a file goes through here.
//!
//! Used by all of this module's siblings.
//!
//! **Invariant:** no symbolic link is followed, neither on the way to a folder nor in the last
//! component, so that nobody can lead a write out of the agent's world by swapping a link in.

use std::collections::{BTreeSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Component, Path, PathBuf};

use bedlock_model::FileMeta;
use rustix::fs::{AtFlags, Mode, OFlags, Timespec, Timestamps};

use super::journal::{Stamp, Times};
use crate::{HostError, file_meta};

/// How many symbolic links a path may go through, as in the kernel.
const MAX_LINKS: usize = 40;

/// Opens a name to look at it, without reading it.
#[cfg(target_os = "linux")]
const LOOK: OFlags = OFlags::PATH.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
#[cfg(not(target_os = "linux"))]
const LOOK: OFlags = OFlags::NONBLOCK
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// Reads a file without moving its time of last access.
#[cfg(target_os = "linux")]
const UNTRACED: OFlags = OFlags::NOATIME;
#[cfg(not(target_os = "linux"))]
const UNTRACED: OFlags = OFlags::empty();

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing.
    Nothing,
    /// A regular file.
    File(FileMeta),
    /// Something else, in words.
    Other(&'static str),
}

/// Where a file is: a folder without symbolic links in its path, and a name in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot {
    pub(super) folder: PathBuf,
    pub(super) name: OsString,
}

impl Spot {
    /// Splits a path that [`resolve`] made, or that a journal holds.
    pub(super) fn of(path: &Path) -> Result<Self, HostError> {
        match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) if path.is_absolute() => Ok(Self {
                folder: folder.to_owned(),
                name: name.to_owned(),
            }),
            _ => Err(bad_path(path)),
        }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.join(&self.name)
    }
}

fn bad_path(path: &Path) -> HostError {
    HostError::BadPlan {
        path: path.to_owned(),
        reason: "it is not an absolute path of a file",
    }
}

/// Finds where an agent's path is on this machine: below `root`, links of folders followed there.
pub(super) fn resolve(root: Option<&Path>, agent: &Path) -> Result<Spot, HostError> {
    let base = match root {
        Some(root) => std::fs::canonicalize(root).map_err(fault("open", root))?,
        None => PathBuf::from("/"),
    };
    let mut todo = VecDeque::new();
    let plain = agent.components().all(|part| match part {
        Component::RootDir => true,
        Component::Normal(name) => {
            todo.push_back(name.to_owned());
            true
        }
        _ => false,
    });
    let Some(name) = todo.pop_back().filter(|_| plain && agent.is_absolute()) else {
        return Err(bad_path(agent));
    };
    let mut done = PathBuf::new();
    let mut links = 0;
    let mut makers = BTreeSet::new();
    while let Some(part) = todo.pop_front() {
        if part == ".." {
            done.pop();
            continue;
        }
        let here = base.join(&done).join(&part);
        let Some(link) = std::fs::symlink_metadata(&here)
            .ok()
            .filter(Metadata::is_symlink)
        else {
            done.push(&part);
            continue;
        };
        makers.insert(link.uid());
        links += 1;
        if links > MAX_LINKS {
            return Err(fault("open", agent)(rustix::io::Errno::LOOP.into()));
        }
        let leads_to = std::fs::read_link(&here).map_err(fault("read the link", &here))?;
        if leads_to.is_absolute() {
            done.clear();
        }
        for part in leads_to.components().rev() {
            match part {
                Component::Normal(name) => todo.push_front(name.to_owned()),
                Component::ParentDir => todo.push_front("..".into()),
                _ => {}
            }
        }
    }
    let spot = Spot {
        folder: base.join(done),
        name,
    };
    leads_home(&spot, &makers)?;
    Ok(spot)
}

/// Refuses, for root, a path through somebody's symbolic link to a folder that is not his: the
/// agent could have root write anywhere.
fn leads_home(spot: &Spot, makers: &BTreeSet<u32>) -> Result<(), HostError> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let there = spot
        .folder
        .ancestors()
        .find_map(|path| std::fs::symlink_metadata(path).ok());
    let owner = there.map_or(0, |meta| meta.uid());
    if makers.iter().all(|maker| *maker == 0 || *maker == owner) {
        return Ok(());
    }
    Err(HostError::BadPlan {
        path: spot.path(),
        reason: "somebody's symbolic link leads into the folder of somebody else",
    })
}

/// Turns what the system said into an error that names the place.
pub(super) fn fault<'a>(
    operation: &'static str,
    path: &'a Path,
) -> impl Fn(io::Error) -> HostError + 'a {
    sized_fault(operation, path, 0)
}

/// Like [`fault`], for an operation that needs `needed` bytes.
pub(super) fn sized_fault<'a>(
    operation: &'static str,
    path: &'a Path,
    needed: u64,
) -> impl Fn(io::Error) -> HostError + 'a {
    move |source| {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                let free = path
                    .ancestors()
                    .find_map(|folder| rustix::fs::statvfs(folder).ok());
                let free = free.map_or(0, |fs| fs.f_bavail.saturating_mul(fs.f_frsize));
                HostError::NoSpace { path, needed, free }
            }
            io::ErrorKind::ReadOnlyFilesystem => HostError::ReadOnly { path },
            _ => HostError::Io {
                operation,
                path,
                source,
            },
        }
    }
}

/// A folder, held open.
#[derive(Debug)]
pub(super) struct Folder {
    fd: OwnedFd,
    path: PathBuf,
}

impl Folder {
    /// Opens a folder by a path that holds no symbolic link.
    pub(super) fn open(path: &Path) -> Result<Self, HostError> {
        Self::walk(path).map_err(|errno| fault("open the folder", path)(errno.into()))
    }

    fn walk(path: &Path) -> rustix::io::Result<Self> {
        let parts: Vec<&OsStr> = path
            .components()
            .filter_map(|part| match part {
                Component::Normal(name) => Some(name),
                _ => None,
            })
            .collect();
        let whole = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let flags = |last: bool| if last { whole } else { whole | LOOK };
        let mut fd = rustix::fs::open("/", flags(parts.is_empty()), Mode::empty())?;
        for (at, part) in parts.iter().enumerate() {
            fd = rustix::fs::openat(&fd, *part, flags(at + 1 == parts.len()), Mode::empty())?;
        }
        Ok(Self {
            fd,
            path: path.to_owned(),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Says what is at a name.
    pub(super) fn look(&self, name: &OsStr) -> Result<Found, HostError> {
        let path = self.path.join(name);
        let fd = match rustix::fs::openat(&self.fd, name, LOOK, Mode::empty()) {
            Ok(fd) => fd,
            Err(rustix::io::Errno::NOENT) => return Ok(Found::Nothing),
            Err(rustix::io::Errno::LOOP) => return Ok(Found::Other("a symbolic link")),
            Err(errno) => return Err(fault("look at", &path)(errno.into())),
        };
        let meta = File::from(fd).metadata().map_err(fault("look at", &path))?;
        let kind = meta.file_type();
        Ok(if kind.is_file() {
            Found::File(file_meta(&meta))
        } else if kind.is_symlink() {
            Found::Other("a symbolic link")
        } else if kind.is_dir() {
            Found::Other("a folder")
        } else if kind.is_fifo() {
            Found::Other("a FIFO")
        } else if kind.is_socket() {
            Found::Other("a socket")
        } else {
            Found::Other("a device")
        })
    }

    /// Like [`Folder::look`], for a place where only a regular file or nothing may be.
    pub(super) fn file(&self, name: &OsStr) -> Result<Option<FileMeta>, HostError> {
        match self.look(name)? {
            Found::Nothing => Ok(None),
            Found::File(meta) => Ok(Some(meta)),
            Found::Other(what) => Err(HostError::NotRegular {
                path: self.path.join(name),
                what,
            }),
        }
    }

    /// Opens a regular file to read it, without a trace in its time of last access where possible.
    pub(super) fn read(&self, name: &OsStr) -> Result<File, HostError> {
        let path = self.path.join(name);
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let open = |more| rustix::fs::openat(&self.fd, name, flags | more, Mode::empty());
        // Only the owner may ask for no trace.
        let fd = open(UNTRACED)
            .or_else(|_| open(OFlags::empty()))
            .map_err(|errno| fault("read", &path)(errno.into()))?;
        let file = File::from(fd);
        let meta = file.metadata().map_err(fault("look at", &path))?;
        if !meta.is_file() {
            return Err(HostError::NotRegular {
                path,
                what: "something else",
            });
        }
        Ok(file)
    }

    /// Creates a file that only its owner can read; fails when the name is taken.
    pub(super) fn create(&self, name: &OsStr) -> Result<File, HostError> {
        let path = self.path.join(name);
        let flags =
            OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        rustix::fs::openat(&self.fd, name, flags, Mode::from_raw_mode(0o600))
            .map(File::from)
            .map_err(|errno| fault("create", &path)(errno.into()))
    }

    /// Opens the folder itself for `fsync` and for its attributes.
    pub(super) fn fd(&self) -> impl AsFd + '_ {
        &self.fd
    }

    pub(super) fn make_folder(&self, name: &OsStr) -> Result<(), HostError> {
        rustix::fs::mkdirat(&self.fd, name, Mode::from_raw_mode(0o700))
            .map_err(|errno| fault("create the folder", &self.path.join(name))(errno.into()))
    }

    /// Removes a folder if it is there and empty; says whether it went.
    pub(super) fn remove_folder(&self, name: &OsStr) -> Result<bool, HostError> {
        use rustix::io::Errno;
        match rustix::fs::unlinkat(&self.fd, name, AtFlags::REMOVEDIR) {
            Ok(()) => Ok(true),
            Err(Errno::NOENT | Errno::NOTEMPTY | Errno::EXIST | Errno::NOTDIR) => Ok(false),
            Err(errno) => Err(fault("remove the folder", &self.path.join(name))(
                errno.into(),
            )),
        }
    }

    pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> Result<(), HostError> {
        rustix::fs::renameat(&self.fd, from, &self.fd, to)
            .map_err(|errno| fault("replace", &self.path.join(to))(errno.into()))
    }

    /// Removes a file; says whether it was there.
    pub(super) fn unlink(&self, name: &OsStr) -> Result<bool, HostError> {
        match rustix::fs::unlinkat(&self.fd, name, AtFlags::empty()) {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::NOENT) => Ok(false),
            Err(errno) => Err(fault("remove", &self.path.join(name))(errno.into())),
        }
    }

    /// Makes the names in it durable.
    pub(super) fn sync(&self) -> Result<(), HostError> {
        rustix::fs::fsync(&self.fd)
            .map_err(|errno| fault("write the folder", &self.path)(errno.into()))
    }

    pub(super) fn meta(&self) -> Result<FileMeta, HostError> {
        let fd = self.fd.try_clone().map_err(fault("look at", &self.path))?;
        let meta = File::from(fd)
            .metadata()
            .map_err(fault("look at", &self.path))?;
        Ok(file_meta(&meta))
    }

    pub(super) fn set_times(&self, times: Times) -> Result<(), HostError> {
        rustix::fs::futimens(&self.fd, &timestamps(times))
            .map_err(|errno| fault("set the times of", &self.path)(errno.into()))
    }
}

/// Opens the folder of a path that a journal holds, if it is still there and still a folder.
pub(super) fn open_if_there(path: &Path) -> Result<Option<Folder>, HostError> {
    use rustix::io::Errno;
    match Folder::walk(path) {
        Ok(folder) => Ok(Some(folder)),
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(None),
        Err(errno) => Err(fault("open the folder", path)(errno.into())),
    }
}

pub(super) fn timestamps(times: Times) -> Timestamps {
    let spec = |ns: i64| Timespec {
        tv_sec: ns.div_euclid(1_000_000_000),
        tv_nsec: ns.rem_euclid(1_000_000_000),
    };
    Timestamps {
        last_access: spec(times.accessed_ns),
        last_modification: spec(times.modified_ns),
    }
}

/// The stamp of an open file.
pub(super) fn stamp_of(file: &File, path: &Path) -> Result<Stamp, HostError> {
    let meta = file.metadata().map_err(fault("look at", path))?;
    Ok(Stamp::of(&file_meta(&meta)))
}
