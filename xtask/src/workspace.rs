//! Where things are in this repository.

use std::path::{Path, PathBuf};

/// Returns the repository's root.
pub(crate) fn root() -> &'static Path {
    // The manifest of this crate is one folder below the root, wherever the checkout is.
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
}

/// Returns the build folder, which honours `CARGO_TARGET_DIR`.
pub(crate) fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}
