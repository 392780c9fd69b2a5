//! A home as it is, file by file, so that two moments can be compared.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// What is told apart of one file or folder.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Type and permission bits.
    pub(crate) mode: u32,
    /// Owner and group.
    pub(crate) owner: (u32, u32),
    /// The content's digest, a link's target, nothing for a folder or a special file.
    pub(crate) content: String,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let content = self.content.get(..12).unwrap_or(&self.content);
        write!(f, "{:o} {:?} {content}", self.mode, self.owner)
    }
}

/// Every file and folder below a root, by path relative to it.
pub(crate) fn of(root: &Path) -> BTreeMap<PathBuf, Entry> {
    let mut found = BTreeMap::new();
    walk(root, Path::new(""), &mut found);
    found
}

fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<PathBuf, Entry>) {
    for entry in fs::read_dir(root.join(folder)).unwrap() {
        let relative = folder.join(entry.unwrap().file_name());
        let path = root.join(&relative);
        let meta = fs::symlink_metadata(&path).unwrap();
        let content = if meta.is_file() {
            hex::encode(Sha256::digest(fs::read(&path).unwrap()))
        } else if meta.is_symlink() {
            fs::read_link(&path).unwrap().display().to_string()
        } else {
            String::new()
        };
        let is_folder = meta.is_dir();
        found.insert(
            relative.clone(),
            Entry {
                mode: meta.mode(),
                owner: (meta.uid(), meta.gid()),
                content,
            },
        );
        if is_folder {
            walk(root, &relative, found);
        }
    }
}

/// Says what differs, one line each.
pub(crate) fn differences(
    before: &BTreeMap<PathBuf, Entry>,
    after: &BTreeMap<PathBuf, Entry>,
) -> Vec<String> {
    let mut lines = Vec::new();
    for (path, old) in before {
        match after.get(path) {
            None => lines.push(format!("gone: {}", path.display())),
            Some(present) if present != old => {
                lines.push(format!(
                    "changed: {}: {old:?} -> {present:?}",
                    path.display()
                ));
            }
            Some(_) => {}
        }
    }
    let appeared = after.keys().filter(|path| !before.contains_key(*path));
    lines.extend(appeared.map(|path| format!("appeared: {}", path.display())));
    lines
}
