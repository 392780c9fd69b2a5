//! Names and small files that are looked up before a snapshot: where an agent is installed, which
//! folders a home has.
//!
//! Called by `cli` to find out what to want.
//!
//! **Invariant:** reads folders and the start of regular files; a thing that is not there is no
//! error.

use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::HostError;

use rustix::fs::{Dir, FileType};

use crate::beneath::Beneath;

/// Opens a path of the agent's world, unless it is something else than `kind`. The links of an image
/// lead to places of that image.
fn open(root: Option<&Path>, path: &Path, kind: FileType) -> Option<File> {
    let path = std::path::absolute(path).ok()?;
    let top = Beneath::open_top(root.unwrap_or(Path::new("/"))).ok()?;
    let found = top.resolve(&path, &|_, _| true).ok()?;
    // Asked before it is opened: opening a pipe would wait for a writer.
    if found.kind != kind {
        return None;
    }
    match kind {
        FileType::Directory => top.open_folder(&found.canonical).map(File::from).ok(),
        _ => top.open_file(&found.canonical).ok(),
    }
}

/// Names of a folder's entries, sorted; empty when it cannot be listed. Names that are no UTF-8
/// are left out.
#[must_use]
pub fn names(root: Option<&Path>, folder: &Path) -> Vec<String> {
    let listed = open(root, folder, FileType::Directory).and_then(|open| Dir::new(open).ok());
    let mut names: Vec<String> = listed
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_owned().into_string().ok())
        .filter(|name| name != "." && name != "..")
        .collect();
    names.sort();
    names
}

/// A regular file's content, when it is at most `max` bytes long.
#[must_use]
pub fn small_file(root: Option<&Path>, path: &Path, max: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = open(root, path, FileType::RegularFile)?;
    file.take(max + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= max).then_some(bytes)
}

/// Who owns a file or folder, when it exists.
#[must_use]
pub fn owner(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    Some(std::fs::metadata(path).ok()?.uid())
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

/// Makes a folder and those above it.
///
/// # Errors
/// [`HostError::Write`] when it cannot be made.
pub fn create_folder(path: &Path) -> Result<(), HostError> {
    std::fs::create_dir_all(path).map_err(|source| HostError::Write {
        path: path.to_path_buf(),
        source,
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

    #[test]
    fn links_of_an_image_stay_in_the_image() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("image");
        std::fs::create_dir_all(root.join("real")).unwrap();
        std::fs::write(root.join("real/file"), b"inside").unwrap();
        std::fs::create_dir(dir.path().join("real")).unwrap();
        std::fs::write(dir.path().join("real/file"), b"outside").unwrap();
        for target in ["/real", "../real", "../../real"] {
            let link = root.join("link");
            std::os::unix::fs::symlink(target, &link).unwrap();
            assert_eq!(names(Some(&root), Path::new("/link")), ["file"]);
            assert_eq!(
                small_file(Some(&root), Path::new("/link/file"), 9),
                Some(b"inside".to_vec()),
                "{target}"
            );
            std::fs::remove_file(link).unwrap();
        }
    }
}
