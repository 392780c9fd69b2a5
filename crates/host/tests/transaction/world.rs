//! A tree of files beside a state folder, pictures of it, and plans for it.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use bedlock_host::{
    Applied, ApplyOptions, HostError, Lock, StateDir, TransactionId, UndoOptions, Undone, apply,
    file_meta, undo,
};
use bedlock_model::{Action, Change, Content, PlaceKind, Plan, Redaction, SecretBytes};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// A secret that must be nowhere in the state folder.
pub(crate) const SECRET: &str = "sk-FAKE-EXAMPLE-canary-0123456789";

/// Everything that can be seen of a file or folder and be put back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) mode: u32,
    pub(crate) owner: (u32, u32),
    pub(crate) modified: (i64, i64),
    /// Folders: `None`, because listing one moves it.
    pub(crate) accessed: Option<(i64, i64)>,
    /// Folders: `None`.
    pub(crate) bytes: Option<Vec<u8>>,
}

pub(crate) type Picture = BTreeMap<PathBuf, Seen>;

pub(crate) struct World {
    // Held for its `Drop`, which removes the folder.
    _folder: Option<tempfile::TempDir>,
    top: PathBuf,
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = Self::at(folder.path());
        fs::create_dir(world.home()).unwrap();
        Self {
            _folder: Some(folder),
            ..world
        }
    }

    /// One in memory where there is such a file system: a kill does not ask what a disk keeps,
    /// and hundreds of worlds would wait for one.
    pub(crate) fn in_memory() -> Self {
        let Ok(folder) = tempfile::tempdir_in("/dev/shm") else {
            return Self::new();
        };
        let world = Self::at(folder.path());
        fs::create_dir(world.home()).unwrap();
        Self {
            _folder: Some(folder),
            ..world
        }
    }

    /// One that is there already.
    pub(crate) fn at(top: &Path) -> Self {
        Self {
            _folder: None,
            top: top.canonicalize().unwrap(),
        }
    }

    pub(crate) fn top(&self) -> &Path {
        &self.top
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.top.join("home")
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.home().join(relative)
    }

    pub(crate) fn state(&self) -> StateDir {
        StateDir::open(&self.top.join("state")).unwrap()
    }

    pub(crate) fn lock(&self) -> Lock {
        self.state().lock().unwrap()
    }

    /// Writes a file with a mode of its own and a time in the past.
    pub(crate) fn write(&self, relative: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        self.age(&path);
        path
    }

    /// Sets the times of a file and its folder to odd ones in the past.
    pub(crate) fn age(&self, path: &Path) {
        let long_ago = UNIX_EPOCH + Duration::new(1_600_000_000, 123_456_789);
        let times = fs::FileTimes::new()
            .set_modified(long_ago)
            .set_accessed(long_ago + Duration::new(7, 11));
        File::open(path).unwrap().set_times(times).unwrap();
        File::open(path.parent().unwrap())
            .unwrap()
            .set_times(times)
            .unwrap();
    }

    pub(crate) fn picture(&self) -> Picture {
        let mut picture = BTreeMap::new();
        look(&self.home(), &mut picture);
        picture
    }

    /// The picture without the times, which an apply does not keep.
    pub(crate) fn content(&self) -> BTreeMap<PathBuf, (u32, Option<Vec<u8>>)> {
        let seen = self.picture().into_iter();
        seen.map(|(path, seen)| (path, (seen.mode, seen.bytes)))
            .collect()
    }

    pub(crate) fn apply(&self, plan: &Plan) -> Result<(Applied, SecretBytes), HostError> {
        self.apply_at(plan, None)
    }

    pub(crate) fn apply_at(
        &self,
        plan: &Plan,
        root: Option<&Path>,
    ) -> Result<(Applied, SecretBytes), HostError> {
        let mut code = None;
        let options = apply_options(root);
        let applied = apply(
            &self.lock(),
            plan,
            &options,
            &mut |shown| {
                code = Some(SecretBytes::new(shown.danger_expose().as_bytes().to_vec()));
                Ok(())
            },
            &mut |_| {},
        )?;
        Ok((applied, code.unwrap()))
    }

    pub(crate) fn undo(&self, id: &TransactionId, code: &SecretBytes) -> Result<Undone, HostError> {
        undo(&self.lock(), id, code, &undo_options(false), &mut |_| {})
    }

    /// Fails when a secret can be read anywhere in the state folder, and when a name of
    /// bedlock's own is left beside the agent's files.
    pub(crate) fn holds_no_trace(&self) {
        let mut state = BTreeMap::new();
        look(&self.top.join("state"), &mut state);
        for (path, seen) in &state {
            assert!(!holds(seen, SECRET), "{} holds the secret", path.display());
            let open_to = if seen.bytes.is_some() { 0o600 } else { 0o700 };
            assert_eq!(seen.mode & 0o7777, open_to, "{}", path.display());
        }
        for path in self.picture().keys() {
            assert!(
                !path.to_string_lossy().contains("bedlock"),
                "{} is left",
                path.display()
            );
        }
    }

    /// The transaction folders that are there.
    pub(crate) fn transaction_folders(&self) -> usize {
        fs::read_dir(self.top.join("state/transactions"))
            .unwrap()
            .count()
    }
}

pub(crate) fn holds(seen: &Seen, text: &str) -> bool {
    let bytes = seen.bytes.as_deref().unwrap_or_default();
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

fn look(path: &Path, picture: &mut Picture) {
    let meta = fs::symlink_metadata(path).unwrap();
    let is_file = meta.is_file();
    picture.insert(
        path.to_owned(),
        Seen {
            mode: meta.mode(),
            owner: (meta.uid(), meta.gid()),
            modified: (meta.mtime(), meta.mtime_nsec()),
            accessed: is_file.then(|| (meta.atime(), meta.atime_nsec())),
            bytes: is_file.then(|| read(path)),
        },
    );
    if meta.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            look(&entry.unwrap().path(), picture);
        }
    }
}

/// Reads a file without moving its time of last access.
pub(crate) fn read(path: &Path) -> Vec<u8> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(target_os = "linux")]
    options.custom_flags(rustix::fs::OFlags::NOATIME.bits().cast_signed());
    let mut bytes = Vec::new();
    options.open(path).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

pub(crate) fn now() -> Timestamp {
    "2026-03-04T05:06:07Z".parse().unwrap()
}

pub(crate) fn apply_options(root: Option<&Path>) -> ApplyOptions<'_> {
    ApplyOptions {
        root,
        now: now(),
        keep_for: Duration::from_secs(3600),
        id: TransactionId::generate(now()).unwrap(),
        cancelled: &|| false,
    }
}

pub(crate) fn undo_options(overwrite_changed: bool) -> UndoOptions<'static> {
    UndoOptions {
        root: None,
        now: now(),
        overwrite_changed,
        cancelled: &|| false,
    }
}

pub(crate) fn plan(changes: Vec<Change>) -> Plan {
    Plan {
        changes,
        ..Plan::default()
    }
}

/// A change of a file as it is now.
pub(crate) fn change(path: &Path, action: Action) -> Change {
    let there = fs::symlink_metadata(path).ok();
    Change {
        path: path.to_owned(),
        kind: match action {
            Action::Database(_) => PlaceKind::Database,
            _ => PlaceKind::Text,
        },
        before_sha256: there.as_ref().map(|_| Sha256::digest(read(path)).into()),
        before: there.as_ref().map(file_meta),
        action,
        why: vec!["remove a secret".into()],
        secrets: Vec::new(),
    }
}

pub(crate) fn write(path: &Path, text: impl Into<Vec<u8>>) -> Change {
    change(path, Action::Write(Content::new(text.into())))
}

/// Replaces every place where the secret stands in a file.
pub(crate) fn redact(path: &Path) -> Change {
    let bytes = read(path);
    let spans = bytes
        .windows(SECRET.len())
        .enumerate()
        .filter(|(_, window)| *window == SECRET.as_bytes())
        .map(|(at, _)| Redaction {
            offset: at as u64,
            length: SECRET.len() as u64,
            replacement: "[removed]".into(),
        });
    change(path, Action::Redact(spans.collect()))
}
