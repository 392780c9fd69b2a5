//! `.gitignore` files, for `--gitignore`: those of each folder, of the folders above it up to the
//! repository's, and `.git/info/exclude`.
//!
//! Called by the walk. The person's own `core.excludesFile` is not read: it is no part of the tree.
//!
//! **Source:** <https://git-scm.com/docs/gitignore#_description>
//!
//! **Invariant:** what is ignored is known from files alone; git is not run, and no repository is
//! needed.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::glob::{Pattern, leaves_out};

/// A longer file of patterns is not read.
const LONGEST: u64 = 1 << 20;

/// The patterns of a folder, and behind them those of the folders above.
#[derive(Debug)]
pub(crate) struct Ignores {
    above: Option<Arc<Ignores>>,
    /// The folder, without links.
    folder: PathBuf,
    patterns: Vec<Pattern>,
}

impl Ignores {
    /// What stands above a named folder.
    pub(crate) fn above(folder: &Path) -> Option<Arc<Self>> {
        let repository = folder
            .ancestors()
            .find(|above| bedlock_host::kind_at(&above.join(".git")).is_ok())?;
        let exclude = repository.join(".git/info/exclude");
        let mut chain = Self::read(None, repository, &exclude);
        let mut between: Vec<&Path> = folder
            .ancestors()
            .skip(1)
            .take_while(|above| above.starts_with(repository))
            .collect();
        between.reverse();
        for folder in between {
            chain = Self::below(chain, folder);
        }
        chain
    }

    /// The patterns for a folder: its own, when it has some, and those above.
    pub(crate) fn below(above: Option<Arc<Self>>, folder: &Path) -> Option<Arc<Self>> {
        Self::read(above, folder, &folder.join(".gitignore"))
    }

    fn read(above: Option<Arc<Self>>, folder: &Path, file: &Path) -> Option<Arc<Self>> {
        let Some(text) = bedlock_host::small_file(None, file, LONGEST) else {
            return above;
        };
        let patterns: Vec<Pattern> = text
            .split(|b| *b == b'\n')
            .filter_map(Pattern::parse)
            .collect();
        Some(Arc::new(Self {
            above,
            folder: folder.to_path_buf(),
            patterns,
        }))
    }

    /// Whether git ignores a path; a folder above it was not ignored.
    pub(crate) fn ignores(&self, path: &Path, folder: bool) -> bool {
        let mut here = Some(self);
        while let Some(one) = here {
            if let Ok(below) = path.strip_prefix(&one.folder)
                && let Some(out) = leaves_out(&one.patterns, below.as_os_str().as_bytes(), folder)
            {
                return out;
            }
            here = one.above.as_deref();
        }
        false
    }
}
