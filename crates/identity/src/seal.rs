//! Sealed places for a session: another user's folder, or an encrypted file.
//!
//! Called by `login --sealed`, and by every later command to find what was sealed.
//!
//! **Invariant:** nothing that is sealed is ever below `~/.aws`, and the key of an encrypted file is
//! never on a disk.

use std::path::{Path, PathBuf};

use bedlock_host::Environment;

use crate::config::{Profile, SsoSession};
use crate::store::EncryptedKeep;
use crate::{FolderKeep, IdentityError, Kept, Store};

/// The state folder of a daemon that is a user of its own.
const DAEMON: &str = "/var/lib/bedlock";

/// The place of a new sealed session: the daemon's own user, else an encrypted file.
///
/// # Errors
/// [`IdentityError::Seal`] when there is no such place for whoever runs this.
pub fn open(environment: &Environment) -> Result<Store, IdentityError> {
    let daemon = daemon_folder(environment);
    if let Some(owner) = bedlock_host::owner(&daemon).filter(|owner| *owner != agent(environment)) {
        if environment.uid == owner || environment.uid == 0 {
            return Ok(of_user(&daemon, owner));
        }
        return Err(IdentityError::Seal {
            what: format!(
                "the daemon's folder {} belongs to user {owner}, who has to sign in: run this as \
                 that user or as root",
                daemon.display()
            ),
        });
    }
    let Some((key, from)) = EncryptedKeep::key(environment, true)? else {
        return Err(IdentityError::Seal {
            what: format!(
                "there is no daemon's user (a folder {DAEMON} of another user), no systemd \
                 credential bedlock-seal, and the kernel gives no keyring"
            ),
        });
    };
    let folder = folder(environment);
    let keep = || EncryptedKeep::new(folder.clone(), key.danger_copy(), from);
    Ok(Store::sealed(
        Box::new(keep()),
        Box::new(keep()),
        folder.clone(),
        environment.state_folder(),
    ))
}

/// The place where the session of a portal was sealed, if it was.
///
/// # Errors
/// [`IdentityError::Seal`] when it was, and the key is gone.
pub fn find(
    environment: &Environment,
    session: &SsoSession,
) -> Result<Option<Store>, IdentityError> {
    let daemon = daemon_folder(environment);
    // Whose home this is does not matter here: the daemon's user has one of its own.
    if let Some(owner) = bedlock_host::owner(&daemon)
        && (environment.uid == owner || environment.uid == 0)
        && bedlock_host::owner(&sessions(&daemon).join(session.cache_name())).is_some()
    {
        return Ok(Some(of_user(&daemon, owner)));
    }
    let folder = folder(environment);
    if bedlock_host::owner(&folder.join(EncryptedKeep::file(&session.cache_name()))).is_none() {
        return Ok(None);
    }
    match EncryptedKeep::key(environment, false)? {
        Some((key, from)) => {
            let keep = || EncryptedKeep::new(folder.clone(), key.danger_copy(), from);
            Ok(Some(Store::sealed(
                Box::new(keep()),
                Box::new(keep()),
                folder.clone(),
                environment.state_folder(),
            )))
        }
        None => Err(IdentityError::Seal {
            what: format!(
                "the key of {} is gone: it lives in the kernel or with systemd, and does not \
                 outlive a restart of this machine",
                folder.display()
            ),
        }),
    }
}

/// The folders that a sealed session of whoever runs this is in, or may come to be in.
#[must_use]
pub fn folders(environment: &Environment) -> Vec<PathBuf> {
    let daemon = daemon_folder(environment);
    let own = bedlock_host::owner(&daemon) == Some(environment.uid);
    let mut all = vec![folder(environment)];
    all.extend(own.then(|| sessions(&daemon)));
    all
}

/// Removes a sealed session of a portal that is signed in to in the open now.
///
/// # Errors
/// [`IdentityError::Host`] when it is still there.
pub fn forget(environment: &Environment, session: &SsoSession) -> Result<(), IdentityError> {
    let file = folder(environment).join(EncryptedKeep::file(&session.cache_name()));
    bedlock_host::remove_file(&file)?;
    Ok(())
}

/// Removes the open session of a portal that is sealed now, with its client and its credentials.
///
/// # Errors
/// [`IdentityError::Host`] when it is still there.
pub fn forget_open(environment: &Environment, profile: &Profile) -> Result<(), IdentityError> {
    let open = Store::cache(environment);
    open.sessions().remove(&profile.session.cache_name())?;
    open.drop_registration(&profile.session)?;
    open.roles().remove(&crate::role::cache_name(profile))?;
    Ok(())
}

fn of_user(daemon: &Path, owner: u32) -> Store {
    Store::sealed(
        Box::new(FolderKeep::of_user(sessions(daemon), owner)),
        Box::new(FolderKeep::of_user(daemon.join("roles"), owner)),
        sessions(daemon),
        daemon.to_path_buf(),
    )
}

fn sessions(daemon: &Path) -> PathBuf {
    daemon.join("sessions")
}

/// The daemon's state folder: what systemd says to the daemon itself, else where its unit has it.
fn daemon_folder(environment: &Environment) -> PathBuf {
    let said = environment.setting("STATE_DIRECTORY").map(PathBuf::from);
    said.filter(|said| said.is_absolute())
        .unwrap_or_else(|| PathBuf::from(DAEMON))
}

fn folder(environment: &Environment) -> PathBuf {
    environment.state_folder().join("sealed")
}

/// The user that the agent runs as: who owns the home, unless that is root's.
fn agent(environment: &Environment) -> u32 {
    let behind_sudo = environment
        .setting("SUDO_UID")
        .and_then(|uid| uid.parse().ok());
    behind_sudo
        .or_else(|| bedlock_host::owner(&environment.home))
        .unwrap_or(environment.uid)
}

/// Where a kept session is, for a person who asks before there is one.
#[must_use]
pub fn preview(environment: &Environment) -> Option<Kept> {
    open(environment).ok().map(|store| store.kept())
}
