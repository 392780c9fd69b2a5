//! Reading the process file system.
//!
//! **Invariant:** everything of a process is read through its open folder. When it ends, that
//! folder is empty for good, so two processes with one id are never mixed.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use bedlock_model::{Process, SecretBytes};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use zeroize::{Zeroize, Zeroizing};

use super::{ProcessFacts, Running};
use crate::HostError;

/// No block of arguments or environment is larger: the kernel allows 6 MiB.
const MAX_BLOCK: usize = 16 * 1024 * 1024;

/// What Linux puts after the path of a program that was replaced.
const DELETED: &[u8] = b" (deleted)";

pub(super) fn processes(
    proc: &Path,
    wanted: &dyn Fn(&ProcessFacts) -> bool,
) -> Result<Vec<Running>, HostError> {
    let folder = |source| HostError::Folder {
        path: proc.to_path_buf(),
        source,
    };
    let mut ids = Vec::new();
    for entry in std::fs::read_dir(proc).map_err(folder)? {
        let name = entry.map_err(folder)?.file_name();
        ids.extend(name.to_str().and_then(|name| name.parse::<u32>().ok()));
    }
    ids.sort_unstable();
    let mut found = Vec::new();
    for pid in ids {
        // One that ended in the meantime, or that may not be seen, is not there.
        let Ok(open) = Open::new(proc, pid) else {
            continue;
        };
        let Ok(facts) = open.facts() else {
            continue;
        };
        if wanted(&facts) {
            found.push(open.running(facts));
        }
    }
    Ok(found)
}

/// When a process started; `None` when there is none, or only its exit code is left.
pub(super) fn started(proc: &Path, pid: u32) -> Option<u64> {
    let stat = Open::new(proc, pid).and_then(|open| open.stat()).ok()?;
    (!stat.ended).then_some(stat.started)
}

/// A process's folder, held open.
struct Open {
    pid: u32,
    folder: OwnedFd,
}

/// What is used of the file `stat`.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    name: String,
    ended: bool,
    started: u64,
}

impl Open {
    fn new(proc: &Path, pid: u32) -> io::Result<Self> {
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        let folder = rustix::fs::open(proc.join(pid.to_string()), flags, Mode::empty())?;
        Ok(Self { pid, folder })
    }

    fn facts(&self) -> io::Result<ProcessFacts> {
        let invalid = || io::Error::from(io::ErrorKind::InvalidData);
        let stat = self.stat()?;
        if stat.ended {
            return Err(io::ErrorKind::NotFound.into());
        }
        let status = self.read("status")?;
        let uid = real_uid(status.as_slice()).ok_or_else(invalid)?;
        let argv = self.read("cmdline").unwrap_or_default();
        let facts = ProcessFacts {
            pid: self.pid,
            uid,
            name: stat.name,
            exe: self.link("exe").map(without_deleted),
            cwd: self.link("cwd"),
            argv: arguments(argv.as_slice()),
            started: stat.started,
        };
        Ok(facts)
    }

    fn running(&self, facts: ProcessFacts) -> Running {
        let copy = |argument: &SecretBytes| SecretBytes::new(argument.danger_expose().to_vec());
        let environment = self.read("environ").ok();
        let process = Process {
            pid: facts.pid,
            uid: Some(facts.uid),
            name: facts.name.clone(),
            argv: facts.argv.iter().map(copy).collect(),
            environment: environment.map(|mut block| SecretBytes::new(std::mem::take(&mut *block))),
        };
        Running { facts, process }
    }

    fn stat(&self) -> io::Result<Stat> {
        let text = self.read("stat")?;
        stat_in(text.as_slice()).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    /// Reads a file whose size is not known before; what it held is wiped on the way.
    fn read(&self, name: &str) -> io::Result<Zeroizing<Vec<u8>>> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(&self.folder, name, flags, Mode::empty())?;
        let mut file = File::from(fd);
        let mut held = Zeroizing::new(Vec::new());
        let mut piece = Zeroizing::new(vec![0; 16 * 1024]);
        loop {
            match file.read(&mut piece) {
                Ok(0) => return Ok(held),
                Ok(count) => append(&mut held, &piece[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if held.len() > MAX_BLOCK {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
        }
    }

    fn link(&self, name: &str) -> Option<PathBuf> {
        let target: Result<_, Errno> = rustix::fs::readlinkat(&self.folder, name, Vec::new());
        let target = target.ok()?;
        Some(PathBuf::from(OsStr::from_bytes(target.to_bytes())))
    }
}

/// Grows by hand: a vector that grows by itself leaves its old bytes in memory.
fn append(held: &mut Vec<u8>, piece: &[u8]) {
    let needed = held.len() + piece.len();
    if needed > held.capacity() {
        let mut larger = Vec::with_capacity(needed.max(held.capacity() * 2));
        larger.extend_from_slice(held);
        held.zeroize();
        *held = larger;
    }
    held.extend_from_slice(piece);
}

/// Reads `PID (NAME) STATE ...`; the name may hold spaces and parentheses itself.
fn stat_in(text: &[u8]) -> Option<Stat> {
    let open = text.iter().position(|byte| *byte == b'(')?;
    let close = text.iter().rposition(|byte| *byte == b')')?;
    let name = text.get(open + 1..close)?;
    let rest = std::str::from_utf8(text.get(close + 1..)?).ok()?;
    let mut fields = rest.split_ascii_whitespace();
    let state = fields.next()?;
    // The state is field 3 of the file, the start is field 22.
    let started = fields.nth(22 - 4)?.parse().ok()?;
    Some(Stat {
        name: String::from_utf8_lossy(name).into_owned(),
        ended: matches!(state, "Z" | "X" | "x"),
        started,
    })
}

/// The first number of the line `Uid:` is the real user.
fn real_uid(status: &[u8]) -> Option<u32> {
    let mut lines = status.split(|byte| *byte == b'\n');
    let line = lines.find_map(|line| line.strip_prefix(b"Uid:"))?;
    let line = std::str::from_utf8(line).ok()?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

/// Splits at NUL. A title that is shorter than the arguments were is filled up with NUL, so empty
/// arguments at the end are none.
fn arguments(block: &[u8]) -> Vec<SecretBytes> {
    let end = block.iter().rposition(|byte| *byte != 0);
    let Some(end) = end else {
        return Vec::new();
    };
    block[..=end]
        .split(|byte| *byte == 0)
        .map(|argument| SecretBytes::new(argument.to_vec()))
        .collect()
}

fn without_deleted(path: PathBuf) -> PathBuf {
    let mut bytes = path.into_os_string().into_vec();
    if bytes.ends_with(DELETED) {
        bytes.truncate(bytes.len() - DELETED.len());
    }
    PathBuf::from(OsString::from_vec(bytes))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_name_may_look_like_fields() {
        let stat =
            stat_in(b"12 (a) Z 1 (b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4242 20 21\n");
        let expected = Stat {
            name: "a) Z 1 (b".to_owned(),
            ended: false,
            started: 4242,
        };
        assert_eq!(stat.unwrap(), expected);
        assert_eq!(stat_in(b"12 (cut"), None);
        assert_eq!(stat_in(b")("), None);
        assert_eq!(stat_in(b"12 (short) S 1 2"), None);
    }

    #[test]
    fn a_title_is_one_argument_and_inner_empty_ones_stay() {
        let check = |block: &[u8], expected: &[&str]| {
            let found: Vec<_> = arguments(block)
                .iter()
                .map(|a| String::from_utf8(a.danger_expose().to_vec()).unwrap())
                .collect();
            assert_eq!(found, expected);
        };
        check(b"openclaw-gateway\0\0\0\0\0\0", &["openclaw-gateway"]);
        check(b"a\0\0b\0", &["a", "", "b"]);
        check(b"no NUL at the end", &["no NUL at the end"]);
        check(b"\0\0", &[]);
        check(b"", &[]);
    }

    /// A folder that looks like a process's, for what no real process of a test can be.
    fn process_in(proc: &Path, pid: u32, state: &str) -> PathBuf {
        let folder = proc.join(pid.to_string());
        fs::create_dir(&folder).unwrap();
        let zeros = "0 ".repeat(18);
        fs::write(
            folder.join("stat"),
            format!("{pid} (MainThread) {state} {zeros}77 0\n"),
        )
        .unwrap();
        fs::write(
            folder.join("status"),
            "Name:\tMainThread\nUid:\t501\t0\t0\t0\n",
        )
        .unwrap();
        fs::write(folder.join("cmdline"), "openclaw-gateway\0\0\0").unwrap();
        symlink("/usr/bin/node (deleted)", folder.join("exe")).unwrap();
        symlink("/home/u", folder.join("cwd")).unwrap();
        folder
    }

    #[test]
    fn what_cannot_be_read_is_not_made_up() {
        let proc = tempfile::tempdir().unwrap();
        process_in(proc.path(), 30, "S");
        let full = process_in(proc.path(), 4, "R");
        fs::write(full.join("environ"), "KEY=canary-FAKE-value\0").unwrap();
        process_in(proc.path(), 5, "Z");
        fs::create_dir(proc.path().join("6")).unwrap();
        fs::create_dir(proc.path().join("self")).unwrap();
        let found = processes(proc.path(), &|_| true).unwrap();
        let ids: Vec<_> = found.iter().map(|one| one.facts.pid).collect();
        assert_eq!(ids, [4, 30]);
        let facts = &found[0].facts;
        assert_eq!((facts.uid, facts.started), (501, 77));
        assert_eq!(facts.exe.as_deref(), Some(Path::new("/usr/bin/node")));
        assert_eq!(facts.cwd.as_deref(), Some(Path::new("/home/u")));
        let environment = found[0].process.environment.as_ref().unwrap();
        assert_eq!(environment.danger_expose(), b"KEY=canary-FAKE-value\0");
        assert!(!format!("{found:?}").contains("canary"));
        assert!(found[1].process.environment.is_none());
        assert_eq!(started(proc.path(), 4), Some(77));
        assert_eq!(started(proc.path(), 5), None);
        assert_eq!(started(proc.path(), 6), None);
    }

    #[test]
    fn a_large_block_is_read_whole() {
        let proc = tempfile::tempdir().unwrap();
        let folder = process_in(proc.path(), 4, "S");
        let block = [b'x'; 100_000];
        fs::write(folder.join("environ"), block).unwrap();
        let found = processes(proc.path(), &|_| true).unwrap();
        let environment = found[0].process.environment.as_ref().unwrap();
        assert_eq!(environment.danger_expose(), block);
    }
}
