//! Opening and resolving paths beneath a folder that stands for `/`, link by link.
//!
//! Called by `snapshot` and `source`. Paths in here are absolute as the agent sees them; the
//! folder that stands for `/` is open, so renaming it changes nothing.
//!
//! **Invariant:** the kernel never resolves a symbolic link for bedlock. Every link is read,
//! judged and followed here, so neither a link nor a race can lead a read out of the folder.
//!
//! **Source:** <https://man7.org/linux/man-pages/man2/openat2.2.html>

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, RawMode, Stat};
use rustix::io::Errno;

/// As many links as Linux follows in one path before it says that they go in a circle.
const MAX_LINKS: usize = 40;

/// How many files stay open for reading, over all places of a snapshot.
const MAX_OPEN: usize = 32;

/// Device and inode: two paths with the same are one file.
pub(crate) type Identity = (u64, u64);

/// An open folder that stands for `/`, and the few files beneath it that are open now.
pub(crate) struct Beneath {
    top: OwnedFd,
    open: Mutex<VecDeque<(Identity, Arc<File>)>>,
}

/// Where a path leads.
#[derive(Debug)]
pub(crate) struct Found {
    /// The same place without symbolic links.
    pub(crate) canonical: PathBuf,
    /// What is there.
    pub(crate) kind: FileType,
    /// Owner.
    pub(crate) uid: u32,
    /// Whether the last component of the path was a symbolic link.
    pub(crate) linked: bool,
}

/// Why a path leads nowhere.
#[derive(Debug)]
pub(crate) enum Lost {
    /// There is nothing.
    Absent,
    /// Symbolic links go in a circle.
    Circle,
    /// A symbolic link leads to where it must not be followed.
    Leaves {
        /// The link.
        link: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// The file system said no.
    Refused {
        /// The file or folder that cannot be entered.
        at: PathBuf,
        /// What it said.
        errno: Errno,
        /// Owner of what cannot be entered.
        uid: u32,
    },
}

impl Beneath {
    /// Opens the folder that stands for `/`.
    pub(crate) fn open_top(folder: &Path) -> io::Result<Self> {
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC | walk_flag();
        Ok(Self {
            top: rustix::fs::open(folder, flags, Mode::empty())?,
            open: Mutex::new(VecDeque::new()),
        })
    }

    /// Opens a path in which no component is a symbolic link.
    pub(crate) fn open(&self, canonical: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        let flags = flags | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        match open_at_once(self.top.as_fd(), canonical, flags) {
            Some(outcome) => outcome,
            None => self.open_by_components(canonical, flags),
        }
    }

    /// Opens a regular file for reading, without waiting and, where allowed, without a trace.
    pub(crate) fn open_file(&self, canonical: &Path) -> Result<File, Errno> {
        self.open_untraced(canonical, OFlags::RDONLY | OFlags::NONBLOCK)
            .map(File::from)
    }

    /// Opens a folder for listing it, where allowed without a trace.
    pub(crate) fn open_folder(&self, canonical: &Path) -> Result<OwnedFd, Errno> {
        self.open_untraced(canonical, OFlags::RDONLY | OFlags::DIRECTORY)
    }

    fn open_untraced(&self, canonical: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        match self.open(canonical, flags | no_atime()) {
            // Only the owner and root may leave the time of last access alone.
            Err(Errno::PERM) => self.open(canonical, flags),
            outcome => outcome,
        }
    }

    /// The file for reading, kept open among the last ones; fails when it is another one now.
    pub(crate) fn reading(&self, canonical: &Path, identity: Identity) -> io::Result<Arc<File>> {
        // A panic elsewhere leaves the queue whole: it is only ever pushed and popped.
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, file)) = open.iter().find(|(known, _)| *known == identity) {
            return Ok(Arc::clone(file));
        }
        let file = self.open_file(canonical)?;
        let meta = file.metadata()?;
        if crate::source::identity(&meta) != identity || !meta.is_file() {
            return Err(io::Error::other(
                "it was replaced by another file since it was found",
            ));
        }
        let file = Arc::new(file);
        if open.len() == MAX_OPEN {
            open.pop_front();
        }
        open.push_back((identity, Arc::clone(&file)));
        Ok(file)
    }

    /// Follows a path link by link. `follows(link, target)` says whether a link may be followed.
    pub(crate) fn resolve(
        &self,
        path: &Path,
        follows: &dyn Fn(&Path, &Path) -> bool,
    ) -> Result<Found, Lost> {
        let mut pending: VecDeque<OsString> = names(path).collect();
        let mut done = PathBuf::from("/");
        let mut folder = self.folder(&done)?;
        let mut links = 0;
        let mut linked = false;
        while let Some(name) = pending.pop_front() {
            if name == ".." {
                done.pop();
                folder = self.folder(&done)?;
                continue;
            }
            let here = done.join(&name);
            let stat = match rustix::fs::statat(&folder, &name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => stat,
                Err(Errno::NOENT | Errno::NOTDIR) => return Err(Lost::Absent),
                Err(errno) => return Err(refused(done, errno, rustix::fs::fstat(&folder).ok())),
            };
            match kind_of(&stat) {
                FileType::Symlink => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(Lost::Circle);
                    }
                    // Links that stand for the last component keep nothing pending behind them.
                    linked |= pending.is_empty();
                    let text = rustix::fs::readlinkat(&folder, &name, Vec::new())
                        .map_err(|errno| refused(here.clone(), errno, Some(stat)))?;
                    let text = PathBuf::from(OsString::from_vec(text.into_bytes()));
                    let target = normal(&done.join(&text));
                    if !follows(&here, &target) {
                        return Err(Lost::Leaves { link: here, target });
                    }
                    if text.is_absolute() {
                        done = PathBuf::from("/");
                        folder = self.folder(&done)?;
                    }
                    for name in names(&text).collect::<Vec<_>>().into_iter().rev() {
                        pending.push_front(name);
                    }
                }
                FileType::Directory => {
                    folder = step(&folder, &name)
                        .map_err(|errno| refused(here.clone(), errno, Some(stat)))?;
                    done = here;
                }
                kind if pending.is_empty() => {
                    return Ok(Found {
                        canonical: here,
                        kind,
                        uid: stat.st_uid,
                        linked,
                    });
                }
                _ => return Err(Lost::Absent),
            }
        }
        let uid = rustix::fs::fstat(&folder).map_or(0, |stat| stat.st_uid);
        Ok(Found {
            canonical: done,
            kind: FileType::Directory,
            uid,
            linked,
        })
    }

    fn folder(&self, canonical: &Path) -> Result<OwnedFd, Lost> {
        self.open(canonical, OFlags::DIRECTORY | walk_flag())
            .map_err(|errno| refused(canonical.to_path_buf(), errno, None))
    }

    /// The same as one `openat2`, for kernels and sandboxes without it and for long paths.
    fn open_by_components(&self, canonical: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
        let mut names: Vec<OsString> = names(canonical).collect();
        let last = names.pop().unwrap_or_else(|| OsString::from("."));
        let mut folder = None;
        for name in &names {
            let next = match &folder {
                None => step(&self.top, name),
                Some(folder) => step(folder, name),
            }?;
            folder = Some(next);
        }
        let folder = folder.as_ref().unwrap_or(&self.top);
        rustix::fs::openat(folder, last, flags, Mode::empty())
    }
}

impl fmt::Debug for Beneath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Beneath").finish_non_exhaustive()
    }
}

/// What a file is, whatever the width of the mode is on this system.
pub(crate) fn kind_of(stat: &Stat) -> FileType {
    FileType::from_raw_mode(RawMode::from(stat.st_mode))
}

/// A path without `.` and `..`, by its text alone.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::from("/");
    for name in names(path) {
        if name == ".." {
            out.pop();
        } else {
            out.push(name);
        }
    }
    out
}

fn names(path: &Path) -> impl Iterator<Item = OsString> {
    path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_os_string()),
        Component::ParentDir => Some(OsString::from("..")),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    })
}

fn refused(at: PathBuf, errno: Errno, stat: Option<Stat>) -> Lost {
    match errno {
        Errno::NOENT | Errno::NOTDIR => Lost::Absent,
        errno => Lost::Refused {
            at,
            errno,
            uid: stat.map_or(0, |stat| stat.st_uid),
        },
    }
}

fn step(folder: impl AsFd, name: &OsStr) -> Result<OwnedFd, Errno> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | walk_flag();
    rustix::fs::openat(folder, name, flags, Mode::empty())
}

/// Opens a folder to pass through it, for which its owner need not allow listing it.
#[cfg(target_os = "linux")]
fn walk_flag() -> OFlags {
    OFlags::PATH
}

#[cfg(not(target_os = "linux"))]
fn walk_flag() -> OFlags {
    OFlags::RDONLY
}

#[cfg(target_os = "linux")]
fn no_atime() -> OFlags {
    OFlags::NOATIME
}

#[cfg(not(target_os = "linux"))]
fn no_atime() -> OFlags {
    OFlags::empty()
}

/// One system call for the whole path; `None` when this system cannot do it.
#[cfg(target_os = "linux")]
fn open_at_once(
    top: std::os::fd::BorrowedFd<'_>,
    canonical: &Path,
    flags: OFlags,
) -> Option<Result<OwnedFd, Errno>> {
    use rustix::fs::ResolveFlags;
    let relative = canonical.strip_prefix("/").unwrap_or(canonical);
    let relative = if relative.as_os_str().is_empty() {
        Path::new(".")
    } else {
        relative
    };
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    match rustix::fs::openat2(top, relative, flags, Mode::empty(), resolve) {
        Err(Errno::PERM) if flags.contains(OFlags::NOATIME) => Some(Err(Errno::PERM)),
        // Refused by a sandbox, unknown to the kernel, or longer than it takes: other ways work.
        Err(
            Errno::NOSYS
            | Errno::PERM
            | Errno::INVAL
            | Errno::TOOBIG
            | Errno::NAMETOOLONG
            | Errno::AGAIN,
        ) => None,
        outcome => Some(outcome),
    }
}

#[cfg(not(target_os = "linux"))]
fn open_at_once(
    _top: std::os::fd::BorrowedFd<'_>,
    _canonical: &Path,
    _flags: OFlags,
) -> Option<Result<OwnedFd, Errno>> {
    None
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn anywhere(_: &Path, _: &Path) -> bool {
        true
    }

    #[test]
    fn absolute_links_stay_beneath_the_top() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("etc")).unwrap();
        std::fs::write(dir.path().join("etc/passwd"), "inside").unwrap();
        std::fs::create_dir_all(dir.path().join("home/u")).unwrap();
        symlink("/etc/passwd", dir.path().join("home/u/absolute")).unwrap();
        symlink(
            "../../../../../etc/passwd",
            dir.path().join("home/u/upwards"),
        )
        .unwrap();
        let top = Beneath::open_top(dir.path()).unwrap();
        for link in ["/home/u/absolute", "/home/u/upwards"] {
            let found = top.resolve(link.as_ref(), &anywhere).unwrap();
            assert_eq!(found.canonical, Path::new("/etc/passwd"));
            assert!(found.linked);
            let file = top.open_file(&found.canonical).unwrap();
            assert_eq!(std::io::read_to_string(file).unwrap(), "inside");
            assert_eq!(top.open_file(link.as_ref()).unwrap_err(), Errno::LOOP);
        }
    }

    #[test]
    fn both_ways_of_opening_refuse_a_link_in_the_middle() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("real")).unwrap();
        std::fs::write(dir.path().join("real/file"), "x").unwrap();
        symlink("real", dir.path().join("link")).unwrap();
        let top = Beneath::open_top(dir.path()).unwrap();
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        assert!(top.open("/real/file".as_ref(), flags).is_ok());
        assert!(top.open_by_components("/real/file".as_ref(), flags).is_ok());
        assert!(top.open("/link/file".as_ref(), flags).is_err());
        assert!(
            top.open_by_components("/link/file".as_ref(), flags)
                .is_err()
        );
    }

    #[test]
    fn circles_end() {
        let dir = tempfile::tempdir().unwrap();
        symlink("b", dir.path().join("a")).unwrap();
        symlink("a", dir.path().join("b")).unwrap();
        let top = Beneath::open_top(dir.path()).unwrap();
        assert!(matches!(
            top.resolve("/a".as_ref(), &anywhere),
            Err(Lost::Circle)
        ));
    }

    #[test]
    fn normal_drops_dots() {
        assert_eq!(normal("/a/./b/../../../c".as_ref()), Path::new("/c"));
    }
}
