//! Looking at hostile homes: what is found, what is left out, and what is never touched.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code outside of test functions fails the test by panicking"
)]

mod image;
mod links;
mod special;
mod trees;

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use bedlock_host::{HostError, Look, snapshot};
use bedlock_model::{PlaceKind, Progress, Silent, Snapshot, Source, Unreadable, Want};

/// A home in a temporary folder, named without symbolic links.
struct Home {
    // Held for its `Drop`, which removes the folder.
    _folder: tempfile::TempDir,
    top: PathBuf,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        fs::create_dir_all(top.join("home/u")).unwrap();
        Self {
            _folder: folder,
            top,
        }
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.top.join("home/u").join(relative)
    }

    fn write(&self, relative: &str, content: &str) -> PathBuf {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    fn link(&self, relative: &str, target: impl AsRef<Path>) -> PathBuf {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(target, &path).unwrap();
        path
    }

    fn look(&self, wants: &[Want]) -> Snapshot {
        self.look_also(wants, &[])
    }

    fn look_also(&self, wants: &[Want], extra_roots: &[PathBuf]) -> Snapshot {
        let home = self.path("");
        let look = Look {
            home: &home,
            root: None,
            extra_roots,
            leave_out: &[],
        };
        snapshot(wants, &look, &Silent).unwrap()
    }
}

fn text(_: &Path) -> Option<PlaceKind> {
    Some(PlaceKind::Text)
}

fn everywhere(_: &Path) -> bool {
    true
}

fn tree(path: impl Into<PathBuf>) -> Want {
    Want::Tree {
        path: path.into(),
        classify: text,
        enter: everywhere,
        depth: 64,
    }
}

fn file(path: impl Into<PathBuf>, kind: PlaceKind) -> Want {
    Want::File {
        path: path.into(),
        kind,
    }
}

fn paths(snapshot: &Snapshot) -> Vec<PathBuf> {
    snapshot
        .places
        .iter()
        .map(|place| place.path.clone())
        .collect()
}

fn content(snapshot: &Snapshot, path: &Path) -> String {
    let source: &dyn Source = &*snapshot.at(path).unwrap().source;
    String::from_utf8(source.read_all(1 << 20).unwrap()).unwrap()
}

/// The one entry about a path, and that it says why and what to do.
fn said<'a>(list: &'a [Unreadable], path: &Path) -> &'a Unreadable {
    let mut about = list.iter().filter(|said| Path::new(&said.path) == path);
    let said = about
        .next()
        .unwrap_or_else(|| panic!("nothing is said of {path:?}: {list:?}"));
    assert!(
        about.next().is_none(),
        "more than one thing is said of {path:?}"
    );
    assert!(!said.reason.is_empty() && !said.next.is_empty(), "{said:?}");
    said
}

#[test]
fn an_empty_home_is_no_error() {
    let home = Home::new();
    let found = home.look(&[
        tree(home.path(".openclaw")),
        file(home.path(".bashrc"), PlaceKind::ShellStartup),
    ]);
    assert!(found.places.is_empty() && found.unreadable.is_empty() && found.skipped.is_empty());
}

#[test]
fn a_missing_home_or_image_is_named() {
    let home = Home::new();
    let nowhere = home.path("nowhere");
    let here = home.path("");
    for (look_home, root) in [(&nowhere, None), (&here, Some(nowhere.as_path()))] {
        let look = Look {
            home: look_home,
            root,
            extra_roots: &[],
            leave_out: &[],
        };
        let error = snapshot(&[], &look, &Silent).unwrap_err();
        assert!(matches!(error, HostError::Folder { .. }));
        assert!(error.to_string().contains("nowhere"), "{error}");
    }
}

#[test]
fn it_stops_when_told() {
    struct Stop;
    impl Progress for Stop {
        fn advance(&self, _: u64) -> ControlFlow<()> {
            ControlFlow::Break(())
        }
    }
    let home = Home::new();
    let path = home.path("");
    let look = Look {
        home: &path,
        root: None,
        extra_roots: &[],
        leave_out: &[],
    };
    let error = snapshot(&[tree(&path)], &look, &Stop).unwrap_err();
    assert!(matches!(error, HostError::Interrupted));
}
