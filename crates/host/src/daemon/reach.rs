//! Who can get to a folder, by its modes.
//!
//! Called by `watch` before others are let to a socket, and before a socket of others is believed.
//!
//! **Invariant:** looks and changes nothing; what cannot be looked at is closed and not root's alone.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The first folder on the way to one, itself included, that only its owner passes through.
#[must_use]
pub fn closed_on_the_way(folder: &Path) -> Option<PathBuf> {
    let Ok(whole) = std::fs::canonicalize(folder) else {
        return Some(folder.to_path_buf());
    };
    let closed = |folder: &&Path| {
        let meta = std::fs::metadata(folder);
        meta.map_or(true, |meta| meta.mode() & 0o011 == 0)
    };
    whole.ancestors().find(closed).map(Path::to_path_buf)
}

/// Whether nobody but root puts anything into a folder.
#[must_use]
pub fn only_root_writes(folder: &Path) -> bool {
    std::fs::metadata(folder).is_ok_and(|meta| meta.uid() == 0 && meta.mode() & 0o022 == 0)
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_closed_folder_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let outer = dir.path().canonicalize().unwrap();
        let inner = outer.join("inner");
        std::fs::create_dir(&inner).unwrap();
        let mode = |path: &Path, mode| {
            std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        };
        mode(&inner, 0o711);
        mode(&outer, 0o700);
        assert_eq!(closed_on_the_way(&inner), Some(outer.clone()));
        mode(&outer, 0o755);
        assert_eq!(closed_on_the_way(&inner), None);
        mode(&inner, 0o700);
        assert_eq!(closed_on_the_way(&inner), Some(inner.clone()));
        let missing = inner.join("missing");
        assert_eq!(closed_on_the_way(&missing), Some(missing));
        mode(&inner, 0o777);
        assert!(!only_root_writes(&inner));
        assert!(only_root_writes(Path::new("/")));
    }
}
