//! Folders: what is in them goes onto the queue.
//!
//! **Invariant:** a link below a named folder is followed with `--follow` only, and no folder is
//! entered twice then.

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use bedlock_host::{EntryKind, OpenFile, Tree};

use super::gitignore::Ignores;
use super::glob::leaves_out;
use super::{Job, Scan, describe};

/// Files of one folder that go to one worker.
const BATCH: usize = 16;

/// A folder that is still to be listed.
pub(crate) struct Folder {
    pub(crate) tree: Arc<Tree>,
    /// Its path below the tree.
    pub(crate) relative: PathBuf,
    /// Its path as it is shown.
    pub(crate) shown: PathBuf,
    /// Whether a person named it.
    pub(crate) named: bool,
    /// With `--gitignore`: its path without links, and the patterns of the folders above.
    pub(crate) ignores: Option<(PathBuf, Option<Arc<Ignores>>)>,
}

/// Files of one folder.
pub(crate) struct Files {
    folder: Arc<Folder>,
    names: Vec<OsString>,
}

impl Scan<'_> {
    /// Looks at a path that a person named.
    pub(crate) fn root(&self, path: &Path, shown: &Path, buffer: &mut [u8]) {
        match bedlock_host::kind_at(path) {
            Ok(EntryKind::Folder) => match Tree::open(path) {
                Ok(tree) => self.folder(
                    Folder {
                        tree: Arc::new(tree),
                        relative: PathBuf::new(),
                        shown: shown.to_path_buf(),
                        named: true,
                        ignores: self.top_ignores(path),
                    },
                    buffer,
                ),
                Err(error) => self.refuse(describe::failed(path, &error)),
            },
            Ok(EntryKind::Special(what)) => self.refuse(describe::special(path, what)),
            Ok(_) => match OpenFile::open(path) {
                Ok(file) => self.file(shown, file, buffer),
                Err(error) => self.refuse(describe::failed(path, &error)),
            },
            Err(error) => self.refuse(describe::failed(path, &error)),
        }
    }

    /// Lists a folder: its folders go onto the queue, and so do its files when they are many.
    pub(crate) fn folder(&self, folder: Folder, buffer: &mut [u8]) {
        let listing = match folder.tree.list(&folder.relative) {
            Ok(listing) => listing,
            // It went away since it was seen.
            Err(error) if !folder.named && error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => return self.refuse(describe::failed(&folder.shown, &error)),
        };
        if let Some(what) = listing.pseudo
            && !folder.named
        {
            return self.skip(describe::pseudo(&folder.shown, what));
        }
        if self.options.follow && !self.enter(listing.identity) {
            return;
        }
        let ignores = folder
            .ignores
            .as_ref()
            .map(|(whole, above)| (whole, Ignores::below(above.clone(), whole)));
        let mut names = Vec::new();
        let mut deeper = Vec::new();
        for entry in listing.entries {
            let relative = folder.relative.join(&entry.name);
            let is_folder = entry.kind == EntryKind::Folder;
            if leaves_out(
                &self.options.exclude,
                relative.as_os_str().as_bytes(),
                is_folder,
            ) == Some(true)
            {
                self.count(|outcome| outcome.excluded += 1);
                continue;
            }
            let whole = ignores
                .as_ref()
                .map(|(whole, patterns)| (whole.join(&entry.name), patterns.clone()));
            if let Some((path, patterns)) = &whole
                && (entry.name == ".git"
                    || patterns
                        .as_ref()
                        .is_some_and(|patterns| patterns.ignores(path, is_folder)))
            {
                self.count(|outcome| outcome.excluded += 1);
                continue;
            }
            match entry.kind {
                EntryKind::File => names.push(entry.name),
                EntryKind::Folder => deeper.push(Job::Folder(Folder {
                    tree: Arc::clone(&folder.tree),
                    shown: folder.shown.join(&entry.name),
                    relative,
                    // What a kernel's file system holds is wanted when its top was named.
                    named: listing.pseudo.is_some(),
                    ignores: whole,
                })),
                EntryKind::Link if self.options.follow => {
                    let path = folder.shown.join(&entry.name);
                    deeper.push(Job::Link(path));
                }
                EntryKind::Link => self.count(|outcome| outcome.links += 1),
                EntryKind::Special(what) => {
                    self.skip(describe::special(&folder.shown.join(&entry.name), what));
                }
            }
        }
        self.queue.add(deeper.into_iter());
        let folder = Arc::new(folder);
        let first: Vec<OsString> = names.drain(..names.len().min(BATCH)).collect();
        let more = names.chunks(BATCH).map(|names| {
            Job::Files(Files {
                folder: Arc::clone(&folder),
                names: names.to_vec(),
            })
        });
        if !names.is_empty() {
            self.queue.add(more);
        }
        self.files(
            Files {
                folder,
                names: first,
            },
            buffer,
        );
    }

    fn top_ignores(&self, path: &Path) -> Option<(PathBuf, Option<Arc<Ignores>>)> {
        if !self.options.gitignore {
            return None;
        }
        let whole = bedlock_host::canonical(path)?;
        let above = Ignores::above(&whole);
        Some((whole, above))
    }

    /// Reads files of one folder.
    pub(crate) fn files(&self, files: Files, buffer: &mut [u8]) {
        for name in files.names {
            if self.read(0).is_break() {
                return;
            }
            let shown = files.folder.shown.join(&name);
            match files.folder.tree.file(&files.folder.relative.join(&name)) {
                Ok(file) => self.file(&shown, file, buffer),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => self.refuse(describe::failed(&shown, &error)),
            }
        }
    }

    /// Follows a link, with `--follow`.
    pub(crate) fn link(&self, path: &Path, buffer: &mut [u8]) {
        match bedlock_host::kind_at(path) {
            // It leads nowhere.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.count(|outcome| outcome.links += 1);
            }
            Ok(EntryKind::File) => match OpenFile::open(path) {
                Ok(file) if self.enter(file.identity()) => self.file(path, file, buffer),
                Ok(_) => {}
                Err(error) => self.refuse(describe::failed(path, &error)),
            },
            _ => self.root(path, path, buffer),
        }
    }

    /// Whether a folder, or a file behind a link, is entered for the first time.
    fn enter(&self, identity: (u64, u64)) -> bool {
        let mut entered = self.entered.lock().unwrap_or_else(PoisonError::into_inner);
        entered.insert(identity)
    }
}
