//! Notices that something in a folder changed.
//!
//! **Invariant:** says that, never what: the caller looks itself. Other systems than Linux have no
//! descriptor here, and the caller looks once a minute.
//!
//! **Source:** <https://man7.org/linux/man-pages/man7/inotify.7.html>

#[cfg(target_os = "linux")]
use std::os::fd::OwnedFd;
use std::path::Path;

use crate::HostError;

/// A watched folder; its descriptor becomes readable when a file in it was written, renamed, moved
/// or removed.
#[derive(Debug)]
pub struct FolderWatch {
    #[cfg(target_os = "linux")]
    notify: OwnedFd,
}

#[cfg(target_os = "linux")]
impl FolderWatch {
    /// Watches a folder that exists.
    ///
    /// # Errors
    /// [`HostError::Folder`] when it does not, or cannot be watched.
    pub fn new(folder: &Path) -> Result<Self, HostError> {
        use rustix::fs::inotify::{CreateFlags, WatchFlags, add_watch, init};
        let failed = |errno: rustix::io::Errno| HostError::Folder {
            path: folder.to_path_buf(),
            source: errno.into(),
        };
        let notify = init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC).map_err(failed)?;
        let what = WatchFlags::CLOSE_WRITE
            | WatchFlags::MOVE
            | WatchFlags::DELETE
            | WatchFlags::DELETE_SELF
            | WatchFlags::MOVE_SELF
            | WatchFlags::ONLYDIR;
        add_watch(&notify, folder, what).map_err(failed)?;
        Ok(Self { notify })
    }

    /// Takes everything that was noticed so far; says whether the folder is still watched.
    #[must_use]
    pub fn taken(&self) -> bool {
        use rustix::fs::inotify::{ReadFlags, Reader};
        let mut buffer = [std::mem::MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(&self.notify, &mut buffer);
        let gone = ReadFlags::IGNORED | ReadFlags::UNMOUNT;
        let mut watched = true;
        while let Ok(event) = reader.next() {
            watched &= !event.events().intersects(gone);
        }
        watched
    }
}

#[cfg(target_os = "linux")]
impl std::os::fd::AsRawFd for FolderWatch {
    fn as_raw_fd(&self) -> std::os::fd::RawFd {
        self.notify.as_raw_fd()
    }
}

#[cfg(not(target_os = "linux"))]
impl FolderWatch {
    /// Watches nothing here.
    ///
    /// # Errors
    /// None here.
    pub fn new(_: &Path) -> Result<Self, HostError> {
        Ok(Self {})
    }

    /// Does nothing here.
    #[must_use]
    pub fn taken(&self) -> bool {
        true
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::*;

    fn noticed(watch: &FolderWatch) -> bool {
        let mut fds = [PollFd::new(&watch.notify, PollFlags::IN)];
        let now = Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        poll(&mut fds, Some(&now)).unwrap() == 1
    }

    #[test]
    fn writing_renaming_and_removing_are_noticed_and_reading_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a");
        let watch = FolderWatch::new(dir.path()).unwrap();
        assert!(!noticed(&watch));
        let steps: [&dyn Fn(); 3] = [
            &|| std::fs::write(&file, "x").unwrap(),
            &|| std::fs::rename(&file, dir.path().join("b")).unwrap(),
            &|| std::fs::remove_file(dir.path().join("b")).unwrap(),
        ];
        for step in steps {
            step();
            assert!(noticed(&watch));
            assert!(watch.taken());
            assert!(!noticed(&watch));
        }
        let _ = std::fs::read_dir(dir.path()).unwrap().count();
        assert!(!noticed(&watch));
        std::fs::remove_dir(dir.path()).unwrap();
        assert!(noticed(&watch));
        assert!(!watch.taken());
        assert!(FolderWatch::new(dir.path()).is_err());
    }
}
