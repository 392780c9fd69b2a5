//! A folder of private files: the cache of the AWS CLI, or the state folder of another user.
//!
//! Opened by [`crate::Store`].
//!
//! **Invariant:** a file is whole or not there at any moment, with mode 0600 from its first byte on;
//! a file that another tool is half-way through writing reads as what it is, and is never an error.

use std::path::PathBuf;

use bedlock_model::SecretBytes;

use super::{Keep, Kept};
use crate::IdentityError;

/// The largest cache file that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// Files in a folder.
#[derive(Debug)]
pub struct FolderKeep {
    folder: PathBuf,
    kept: Kept,
}

impl FolderKeep {
    /// A folder of this user.
    #[must_use]
    pub fn cache(folder: PathBuf) -> Self {
        let kept = Kept::Cache {
            folder: folder.clone(),
        };
        Self { folder, kept }
    }

    /// A folder of a user whom the agent cannot act for.
    #[must_use]
    pub fn of_user(folder: PathBuf, uid: u32) -> Self {
        let kept = Kept::OtherUser {
            folder: folder.clone(),
            uid,
        };
        Self { folder, kept }
    }
}

impl Keep for FolderKeep {
    fn read(&self, name: &str) -> Result<Option<SecretBytes>, IdentityError> {
        let bytes = bedlock_host::small_file(None, &self.folder.join(name), LARGEST);
        Ok(bytes.map(SecretBytes::new))
    }

    fn write(&self, name: &str, secret: &SecretBytes) -> Result<(), IdentityError> {
        bedlock_host::private_folder(&self.folder)?;
        let path = self.folder.join(name);
        bedlock_host::write_output(&path, secret.danger_expose())?;
        // Root may sign in for the daemon's user, who has to be able to read and renew it.
        if let Kept::OtherUser { .. } = self.kept {
            bedlock_host::give_to_folder_owner(&self.folder)?;
            bedlock_host::give_to_folder_owner(&path)?;
        }
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<bool, IdentityError> {
        Ok(bedlock_host::remove_file(&self.folder.join(name))?)
    }

    fn kept(&self) -> Kept {
        self.kept.clone()
    }
}
