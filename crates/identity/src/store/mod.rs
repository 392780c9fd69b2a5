//! Where sessions, registrations and role credentials are kept.
//!
//! Opened by `cli` and `watch`, used by [`crate::Identity`].
//!
//! **Invariant:** everything is found by a name that is a hash, so no path is ever made of what a
//! server or a file said; and a sealed store writes nothing below `~/.aws`.

mod encrypted;
mod folder;
mod keyring;
mod registration;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bedlock_host::{Environment, FileLock};
use bedlock_model::SecretBytes;

use crate::IdentityError;
pub(crate) use encrypted::EncryptedKeep;
pub use folder::FolderKeep;
pub(crate) use registration::python_string;

/// How long another process may hold the lock of a session: longer than its request may take.
const LOCK_WAIT: Duration = Duration::from_secs(60);

/// One way to keep secrets by name.
pub trait Keep: Send + Sync + fmt::Debug {
    /// Reads one; `None` when there is none.
    ///
    /// # Errors
    /// [`IdentityError::Seal`] when there is one that cannot be opened.
    fn read(&self, name: &str) -> Result<Option<SecretBytes>, IdentityError>;

    /// Keeps one, in place of what had the name, so that a crash leaves the one or the other.
    ///
    /// # Errors
    /// [`IdentityError::Host`] or [`IdentityError::Seal`] when it cannot be kept.
    fn write(&self, name: &str, secret: &SecretBytes) -> Result<(), IdentityError>;

    /// Drops one, and says whether there was one.
    ///
    /// # Errors
    /// [`IdentityError::Host`] or [`IdentityError::Seal`] when it is still there.
    fn remove(&self, name: &str) -> Result<bool, IdentityError>;

    /// Where that is.
    fn kept(&self) -> Kept;
}

/// Where a session is kept, in words for `status`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// In the cache of the AWS CLI and the SDKs, readable for every program of this user.
    Cache {
        /// The folder.
        folder: PathBuf,
    },
    /// In a folder of another user, whom the agent cannot act for.
    OtherUser {
        /// The folder.
        folder: PathBuf,
        /// Its owner.
        uid: u32,
    },
    /// In an encrypted file.
    Encrypted {
        /// The folder.
        folder: PathBuf,
        /// Where the key comes from, in words.
        key: &'static str,
    },
    /// In the keychain of the desktop.
    Keychain {
        /// Which one.
        name: &'static str,
    },
}

/// The places of one user.
#[derive(Debug)]
pub struct Store {
    sessions: Box<dyn Keep>,
    roles: Box<dyn Keep>,
    locks: PathBuf,
    /// bedlock's own notes, which hold no secret.
    notes: PathBuf,
}

impl Store {
    /// The cache that the AWS CLI and every SDK read.
    #[must_use]
    pub fn cache(environment: &Environment) -> Self {
        let aws = environment.home.join(".aws");
        Self {
            sessions: Box::new(FolderKeep::cache(aws.join("sso/cache"))),
            roles: Box::new(FolderKeep::cache(aws.join("cli/cache"))),
            locks: aws.join("sso/cache"),
            notes: environment.state_folder(),
        }
    }

    /// A sealed place, which also takes the role credentials.
    #[must_use]
    pub fn sealed(
        sessions: Box<dyn Keep>,
        roles: Box<dyn Keep>,
        locks: PathBuf,
        notes: PathBuf,
    ) -> Self {
        Self {
            sessions,
            roles,
            locks,
            notes,
        }
    }

    /// Where sessions are.
    #[must_use]
    pub fn kept(&self) -> Kept {
        self.sessions.kept()
    }

    pub(crate) fn sessions(&self) -> &dyn Keep {
        &*self.sessions
    }

    pub(crate) fn roles(&self) -> &dyn Keep {
        &*self.roles
    }

    pub(crate) fn notes(&self) -> &Path {
        &self.notes
    }

    /// What root made in a folder of the daemon's user is that user's.
    pub(crate) fn give_away(&self, path: &Path) -> Result<(), IdentityError> {
        if let Kept::OtherUser { .. } = self.kept() {
            bedlock_host::give_to_folder_owner(path)?;
        }
        Ok(())
    }

    /// Waits for the lock of a name. The kernel takes it from a process that dies.
    pub(crate) async fn lock(&self, name: &str) -> Result<FileLock, IdentityError> {
        bedlock_host::private_folder(&self.locks)?;
        let path = self
            .locks
            .join(name.trim_end_matches(".json"))
            .with_extension("lock");
        let wanted = path.clone();
        let waiting = tokio::task::spawn_blocking(move || FileLock::wait(&wanted));
        match tokio::time::timeout(LOCK_WAIT, waiting).await {
            Ok(Ok(lock)) => {
                let lock = lock?;
                self.give_away(&self.locks)?;
                self.give_away(&path)?;
                Ok(lock)
            }
            Ok(Err(_)) | Err(_) => Err(IdentityError::Locked {
                path,
                after: LOCK_WAIT,
            }),
        }
    }
}
