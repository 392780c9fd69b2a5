//! The state folder: the lock, the transactions in it, and how one is forgotten.
//!
//! Used by every command of `cli`.
//!
//! **Invariant:** the folder belongs to whoever runs bedlock and nobody else can enter it; a
//! folder of somebody else is refused, because its journals would be obeyed.

use std::ffi::OsStr;
use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use bedlock_model::Receipt;
use jiff::Timestamp;
use rustix::fs::{FlockOperation, Gid, Mode, OFlags, Uid};

use super::folder::{Folder, fault};
use super::journal::{APPLY_JOURNAL, Journal, Phase, UNDO_JOURNAL, read_json, write_json};
use super::manifest::Manifest;
use super::{Effect, Observer, TransactionId};
use crate::HostError;

pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const SEALED: &str = "sealed.age";
const RECEIPT: &str = "receipt.json";
/// A transaction's folder that begins with this is on its way out.
const GONE: &str = ".gone-";

/// Where bedlock keeps what it must remember: `~/.local/state/bedlock`.
#[derive(Clone, Debug)]
pub struct StateDir {
    path: PathBuf,
}

impl StateDir {
    /// Opens the folder, and creates it when it is not there.
    ///
    /// # Errors
    /// [`HostError::State`] when it belongs to somebody else or is no folder, [`HostError::Io`],
    /// [`HostError::NoSpace`] or [`HostError::ReadOnly`] when it cannot be created.
    pub fn open(path: &Path) -> Result<Self, HostError> {
        make_private(path)?;
        let path = std::fs::canonicalize(path).map_err(fault("open the folder", path))?;
        let state = Self { path };
        make_private(&state.transactions_path())?;
        make_private(&state.path.join("receipts"))?;
        Ok(state)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the lock, without waiting; it ends with the returned value or with the process.
    ///
    /// # Errors
    /// [`HostError::Busy`] when another bedlock holds it.
    pub fn lock(&self) -> Result<Lock, HostError> {
        let path = self.path.join("lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
            .open(&path)
            .map_err(fault("open", &path))?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                let mut text = String::new();
                // The number is for the message only, so a lock file without one is no error.
                let _ = (&mut file).take(16).read_to_string(&mut text);
                return Err(HostError::Busy {
                    path,
                    pid: text.trim().parse().ok(),
                });
            }
            Err(errno) => return Err(fault("lock", &path)(errno.into())),
        }
        file.set_len(0)
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(fault("write", &path))?;
        Ok(Lock {
            state: self.clone(),
            file,
        })
    }

    pub(super) fn transactions_path(&self) -> PathBuf {
        self.path.join("transactions")
    }

    pub(super) fn transaction(&self, id: &TransactionId) -> Result<Folder, HostError> {
        let path = self.transactions_path().join(id.as_str());
        match super::folder::open_if_there(&path)? {
            Some(folder) => Ok(folder),
            None => Err(HostError::NoTransaction { id: id.to_string() }),
        }
    }

    /// The names of all transactions; those on their way out are left out.
    pub(super) fn ids(&self) -> Result<Vec<TransactionId>, HostError> {
        let path = self.transactions_path();
        let mut ids = Vec::new();
        for entry in std::fs::read_dir(&path).map_err(fault("list", &path))? {
            let entry = entry.map_err(fault("list", &path))?;
            if let Some(Ok(id)) = entry.file_name().to_str().map(TransactionId::parse) {
                ids.push(id);
            }
        }
        ids.sort();
        Ok(ids)
    }

    /// Reads the receipt of a transaction; `None` when none was written.
    ///
    /// # Errors
    /// [`HostError::Journal`] when it is damaged, [`HostError::Io`].
    pub fn receipt(&self, id: &TransactionId) -> Result<Option<Receipt>, HostError> {
        if let Some(folder) =
            super::folder::open_if_there(&self.transactions_path().join(id.as_str()))?
            && let Some(receipt) = read_json(&folder, RECEIPT)?
        {
            return Ok(Some(receipt));
        }
        let kept = Folder::open(&self.path.join("receipts"))?;
        read_json(&kept, &format!("{id}.json"))
    }
}

/// The lock, held; whoever holds it is the only bedlock that changes anything.
#[derive(Debug)]
pub struct Lock {
    state: StateDir,
    file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing it is not enough while a program that is being started still shares it; if this
        // fails, the lock ends with the process.
        let _ = rustix::fs::flock(&self.file, FlockOperation::Unlock);
    }
}

impl Lock {
    /// The state folder that it locks.
    #[must_use]
    pub fn state(&self) -> &StateDir {
        &self.state
    }

    /// Stores what an apply did beside its transaction; it outlives the transaction.
    ///
    /// # Errors
    /// [`HostError::NoTransaction`], [`HostError::Io`], [`HostError::NoSpace`].
    pub fn save_receipt(&self, id: &TransactionId, receipt: &Receipt) -> Result<(), HostError> {
        write_json(&self.state.transaction(id)?, RECEIPT, receipt)
    }

    /// Removes a transaction's folder such that a crash leaves it whole or recognisably gone.
    pub(super) fn forget(&self, id: &TransactionId, tell: Observer<'_>) -> Result<(), HostError> {
        let all = Folder::open(&self.state.transactions_path())?;
        let here = all.path().join(id.as_str());
        let receipt = here.join(RECEIPT);
        if receipt.exists() {
            let kept = self.state.path.join("receipts").join(format!("{id}.json"));
            std::fs::rename(&receipt, &kept).map_err(fault("keep", &receipt))?;
        }
        let gone = format!("{GONE}{id}");
        all.rename(OsStr::new(id.as_str()), OsStr::new(&gone))?;
        all.sync()?;
        tell(Effect::Forgotten);
        remove_all(&all.path().join(gone))
    }

    /// Removes what an earlier [`Lock::forget`] did not come to.
    pub(super) fn sweep(&self) -> Result<(), HostError> {
        let path = self.state.transactions_path();
        for entry in std::fs::read_dir(&path).map_err(fault("list", &path))? {
            let entry = entry.map_err(fault("list", &path))?;
            if entry
                .file_name()
                .as_encoded_bytes()
                .starts_with(GONE.as_bytes())
            {
                remove_all(&entry.path())?;
            }
        }
        Ok(())
    }
}

fn remove_all(path: &Path) -> Result<(), HostError> {
    std::fs::remove_dir_all(path).map_err(fault("remove", path))
}

/// Makes the folders above one that are missing, for whoever owns the folder that they are made
/// in: root may look after somebody else's home, and must not lock its owner out of `~/.local`.
///
/// Everything goes through descriptors, so that the owner cannot put another folder in its place
/// between the making and the giving.
fn make_parents(path: &Path) -> Result<(), HostError> {
    let Some(parent) = path
        .parent()
        .filter(|parent| std::fs::symlink_metadata(parent).is_err())
    else {
        return Ok(());
    };
    make_parents(parent)?;
    let (Some(above), Some(name)) = (parent.parent(), parent.file_name()) else {
        return Ok(());
    };
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder = rustix::fs::open(above, flags, Mode::empty())
        .map_err(|errno| fault("open the folder", above)(errno.into()))?;
    match rustix::fs::mkdirat(&folder, name, Mode::RWXU) {
        Ok(()) => {}
        Err(rustix::io::Errno::EXIST) => return Ok(()),
        Err(errno) => return Err(fault("create the folder", parent)(errno.into())),
    }
    let given = || -> rustix::io::Result<()> {
        let owner = rustix::fs::fstat(&folder)?;
        if owner.st_uid == rustix::process::geteuid().as_raw() {
            return Ok(());
        }
        let made = rustix::fs::openat(&folder, name, flags, Mode::empty())?;
        let (uid, gid) = (owner.st_uid, owner.st_gid);
        rustix::fs::fchown(&made, Some(Uid::from_raw(uid)), Some(Gid::from_raw(gid)))
    };
    given().map_err(|errno| fault("give to its owner", parent)(errno.into()))
}

/// Makes a folder and those above it, or takes one that is there and is ours.
fn make_private(path: &Path) -> Result<(), HostError> {
    make_parents(path)?;
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(fault("create the folder", path)(error)),
    }
    let meta = std::fs::symlink_metadata(path).map_err(fault("look at", path))?;
    let refuse = |reason| HostError::State {
        path: path.to_owned(),
        reason,
    };
    if !meta.is_dir() {
        return Err(refuse(
            "it is a symbolic link; give the path that it leads to".into(),
        ));
    }
    if meta.uid() != rustix::process::geteuid().as_raw() {
        return Err(refuse(format!(
            "it belongs to user {}; run bedlock as that user",
            meta.uid()
        )));
    }
    if meta.mode() & 0o7777 != 0o700 {
        std::fs::set_permissions(path, Permissions::from_mode(0o700))
            .map_err(fault("close to others", path))?;
    }
    Ok(())
}

/// What can be done with a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionState {
    /// It is done, and can be undone.
    Done,
    /// It was interrupted; the next command that changes something recovers it first.
    Unfinished,
}

/// What is known of a transaction without its recovery code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionInfo {
    /// Its name.
    pub id: TransactionId,
    /// When it was made.
    pub created: Timestamp,
    /// Until when it can be undone.
    pub expires: Timestamp,
    /// What can be done with it.
    pub state: TransactionState,
    /// The files that it changed, as the agent sees them.
    pub files: Vec<PathBuf>,
}

/// Lists the transactions, oldest first; one that was interrupted before it was sealed is left out.
///
/// # Errors
/// [`HostError::Journal`] when a file of it is damaged, [`HostError::Io`].
pub fn transactions(state: &StateDir) -> Result<Vec<TransactionInfo>, HostError> {
    let infos = manifests(state)?
        .into_iter()
        .map(|(manifest, state)| TransactionInfo {
            id: manifest.id,
            created: manifest.created,
            expires: manifest.expires,
            state,
            files: {
                let files = manifest.files.into_iter().filter(|file| !file.sidecar);
                files.map(|file| file.agent_path.0).collect()
            },
        });
    Ok(infos.collect())
}

/// The manifests of all transactions, oldest first.
pub(super) fn manifests(state: &StateDir) -> Result<Vec<(Manifest, TransactionState)>, HostError> {
    let mut found: Vec<(Manifest, TransactionState)> = Vec::new();
    for id in state.ids()? {
        let folder = state.transaction(&id)?;
        let Some(manifest) = read_json::<Manifest>(&folder, MANIFEST)? else {
            continue;
        };
        let journal: Option<Journal> = read_json(&folder, APPLY_JOURNAL)?;
        let undo: Option<Journal> = read_json(&folder, UNDO_JOURNAL)?;
        let done = undo.is_none() && journal.is_some_and(|j| j.phase == Phase::Done);
        let state = if done {
            TransactionState::Done
        } else {
            TransactionState::Unfinished
        };
        found.push((manifest, state));
    }
    found.sort_by_key(|(manifest, _)| manifest.sequence);
    Ok(found)
}

/// Forgets a transaction for good: from now on nothing can put back what it removed.
///
/// # Errors
/// [`HostError::NoTransaction`], [`HostError::Unfinished`], [`HostError::Io`].
pub fn discard(lock: &Lock, id: &TransactionId) -> Result<(), HostError> {
    match manifests(lock.state())?
        .into_iter()
        .find(|(manifest, _)| manifest.id == *id)
    {
        None => Err(HostError::NoTransaction { id: id.to_string() }),
        Some((_, TransactionState::Unfinished)) => {
            Err(HostError::Unfinished { id: id.to_string() })
        }
        Some((_, TransactionState::Done)) => lock.forget(id, &mut |_| {}),
    }
}

/// Forgets the transactions whose time is over; returns their names.
///
/// # Errors
/// [`HostError::Io`], [`HostError::Journal`].
pub fn discard_expired(lock: &Lock, now: Timestamp) -> Result<Vec<TransactionId>, HostError> {
    let mut gone = Vec::new();
    for (manifest, state) in manifests(lock.state())? {
        if state == TransactionState::Done && manifest.expires <= now {
            lock.forget(&manifest.id, &mut |_| {})?;
            gone.push(manifest.id);
        }
    }
    Ok(gone)
}
