//! What is said of a place that was not looked at: the reason, and the next step.
//!
//! **Invariant:** names from the file system are shown without control characters, so a file
//! name cannot write to somebody's terminal.

use std::path::Path;

use bedlock_model::Unreadable;
use rustix::fs::FileType;
use rustix::io::Errno;

use crate::environment::account_name;

/// A path as text: undecodable bytes replaced, control characters escaped.
pub(crate) fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    if !text.chars().any(char::is_control) {
        return text.into_owned();
    }
    let escape = |c: char| -> String {
        if c.is_control() {
            c.escape_default().collect()
        } else {
            c.into()
        }
    };
    text.chars().map(escape).collect()
}

fn place(path: &Path, reason: impl Into<String>, next: impl Into<String>) -> Unreadable {
    Unreadable {
        path: shown(path),
        reason: reason.into(),
        next: next.into(),
    }
}

/// The file system said no. `names_known`: user names of this host are those of the place.
pub(super) fn refused(path: &Path, errno: Errno, uid: u32, names_known: bool) -> Unreadable {
    let next = match errno {
        Errno::ACCESS | Errno::PERM => {
            let name = names_known.then(|| account_name(uid)).flatten();
            let owner = name.unwrap_or_else(|| format!("user {uid}"));
            format!("run bedlock as the owner {owner}, or as root")
        }
        Errno::NAMETOOLONG => "give the folders above it shorter names".to_owned(),
        Errno::MFILE | Errno::NFILE => "raise the limit of open files (ulimit -n)".to_owned(),
        Errno::LOOP | Errno::NOENT | Errno::NOTDIR | Errno::STALE => {
            "it changed while it was looked at: run bedlock again".to_owned()
        }
        _ => "check the disk or the mount that it is on, then run bedlock again".to_owned(),
    };
    place(path, std::io::Error::from(errno).to_string(), next)
}

/// A link leads out of the agent's world.
pub(super) fn leaves(path: &Path, target: &Path) -> Unreadable {
    place(
        path,
        format!(
            "it is a symbolic link that leaves the agent's world, to {}",
            shown(target)
        ),
        "if its target belongs to the agent, name that folder as one to look at, too",
    )
}

/// Links go in a circle.
pub(super) fn circle(path: &Path) -> Unreadable {
    place(
        path,
        "it is a symbolic link that leads back to itself",
        "remove the link: nothing can be read through it",
    )
}

/// A link to nothing.
pub(super) fn dangling(path: &Path) -> Unreadable {
    place(
        path,
        "it is a symbolic link to a file that does not exist",
        "nothing to do, unless the file is on a disk that is not mounted now",
    )
}

/// Neither a file nor a folder.
pub(super) fn special(path: &Path, kind: FileType) -> Unreadable {
    let kind = match kind {
        FileType::Fifo => "a FIFO",
        FileType::Socket => "a socket",
        FileType::CharacterDevice | FileType::BlockDevice => "a device",
        FileType::Directory => "a folder where a file is expected",
        FileType::RegularFile => "a file where a folder is expected",
        _ => "neither a file nor a folder",
    };
    place(
        path,
        format!("it is {kind}"),
        "nothing to do: it holds no bytes at rest",
    )
}

/// A folder or file is not what it should be.
pub(super) fn unexpected(path: &Path, kind: FileType) -> Unreadable {
    let mut said = special(path, kind);
    if matches!(kind, FileType::Directory | FileType::RegularFile) {
        said.next = "look at it by hand: an agent does not make it".to_owned();
    }
    said
}

/// A second name of a file.
pub(super) fn hard_link(path: &Path, first: &Path) -> Unreadable {
    place(
        path,
        format!("it is the same file as {} (a hard link)", shown(first)),
        "nothing to do for the audit; a change replaces the first name only, so audit again after it",
    )
}

/// Another file system begins here.
pub(super) fn mount(path: &Path, kind: &str) -> Unreadable {
    place(
        path,
        format!("{kind} is mounted here"),
        "if it belongs to the agent, name that folder as one to look at, too",
    )
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn names_cannot_write_to_a_terminal() {
        let name = Path::new(OsStr::from_bytes(b"/h/\x1b[31mred\nline\xff"));
        assert_eq!(shown(name), "/h/\\u{1b}[31mred\\nline\u{fffd}");
        assert_eq!(shown("/家/ä b".as_ref()), "/家/ä b");
    }
}
