//! Names and small files that are looked up before a snapshot: where an agent is installed, which
//! folders a home has.
//!
//! Called by `cli` to find out what to want.
//!
//! **Invariant:** reads folders and the start of regular files; a thing that is not there is no
//! error.

use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// A path of the agent's world on this machine.
fn real(root: Option<&Path>, path: &Path) -> PathBuf {
    match root {
        Some(root) => root.join(path.strip_prefix("/").unwrap_or(path)),
        None => path.to_path_buf(),
    }
}

/// Names of a folder's entries, sorted; empty when it cannot be listed. Names that are no UTF-8
/// are left out.
#[must_use]
pub fn names(root: Option<&Path>, folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(real(root, folder)) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

/// A regular file's content, when it is at most `max` bytes long.
#[must_use]
pub fn small_file(root: Option<&Path>, path: &Path, max: u64) -> Option<Vec<u8>> {
    let path = real(root, path);
    // Asked before it is opened: opening a pipe would wait for a writer.
    if !std::fs::metadata(&path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(&path).ok()?;
    file.take(max + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= max).then_some(bytes)
}

/// A path without symbolic links, when it exists on this machine.
#[must_use]
pub fn canonical(path: &Path) -> Option<PathBuf> {
    std::fs::canonicalize(path).ok()
}

/// The first program of that name on a `PATH`, without symbolic links.
#[must_use]
pub fn program_on(path: &[u8], name: &str) -> Option<PathBuf> {
    path.split(|byte| *byte == b':')
        .filter(|folder| !folder.is_empty())
        .map(|folder| Path::new(std::ffi::OsStr::from_bytes(folder)).join(name))
        .find_map(|candidate| {
            let found = std::fs::canonicalize(candidate).ok()?;
            found.is_file().then_some(found)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_empty() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("b"), b"12").unwrap();
        std::fs::create_dir(dir.path().join("a")).unwrap();
        assert_eq!(names(None, dir.path()), ["a", "b"]);
        assert_eq!(names(Some(dir.path()), Path::new("/")), ["a", "b"]);
        assert_eq!(names(None, &dir.path().join("x")), Vec::<String>::new());
        assert_eq!(
            small_file(Some(dir.path()), Path::new("/b"), 2),
            Some(b"12".to_vec())
        );
        assert_eq!(small_file(Some(dir.path()), Path::new("/b"), 1), None);
        assert_eq!(small_file(Some(dir.path()), Path::new("/a"), 9), None);
    }
}
