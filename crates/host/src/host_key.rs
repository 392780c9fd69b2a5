//! The key of this host's fingerprints: made once, kept in the state folder.
//!
//! Called by `cli` before `audit::inspect`.
//!
//! **Invariant:** a key is never overwritten, not even by a bedlock that starts at the same
//! moment, because every fingerprint that was ever shown depends on it.

use std::ffi::OsStr;
use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use bedlock_model::FingerprintKey;
use rustix::fs::OFlags;
use zeroize::Zeroizing;

use crate::HostError;
use crate::write::Beside;

const NAME: &str = "host.key";

/// The key in the state folder; it is made when there is none yet, and so is the folder.
///
/// # Errors
/// [`HostError::HostKey`] when the file is somebody else's or no key, [`HostError::Write`] when it
/// cannot be made (see [`temporary_key`]), [`HostError::Random`].
pub fn host_key(state_dir: &Path) -> Result<FingerprintKey, HostError> {
    let path = state_dir.join(NAME);
    if let Some(key) = read(&path)? {
        return Ok(key);
    }
    make(state_dir, &*random()?).map_err(|source| HostError::Write {
        path: path.clone(),
        source,
    })?;
    let vanished = || refused(&path, "it went away while it was made: repeat the command");
    read(&path)?.ok_or_else(vanished)
}

/// A key that is kept nowhere, for an audit that may not write: the fingerprints of one run name
/// the same secret alike, those of two runs do not.
///
/// # Errors
/// [`HostError::Random`].
pub fn temporary_key() -> Result<FingerprintKey, HostError> {
    Ok(FingerprintKey::new(*random()?))
}

/// Random bytes for a file of fingerprints that is used on several hosts.
///
/// # Errors
/// [`HostError::Random`].
pub fn salt() -> Result<[u8; 32], HostError> {
    Ok(*random()?)
}

fn random() -> Result<Zeroizing<[u8; 32]>, HostError> {
    let mut bytes = Zeroizing::new([0; 32]);
    crate::write::random(bytes.as_mut_slice())?;
    Ok(bytes)
}

/// Puts a key there unless there is one.
fn make(state_dir: &Path, key: &[u8; 32]) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(state_dir)?;
    let made = Beside::write(state_dir, OsStr::new(NAME), key)?;
    match made.link(OsStr::new(NAME)) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // A file system without hard links.
        Err(error) if no_links(&error) => made.rename(OsStr::new(NAME)),
        other => other,
    }
}

fn no_links(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied
    )
}

/// Reads the key; `None` when there is no file.
fn read(path: &Path) -> Result<Option<FingerprintKey>, HostError> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let mut file = match OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
    {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(refused(path, error.to_string())),
    };
    check(path, &file)?;
    let mut bytes = Zeroizing::new([0; 33]);
    let mut filled = 0;
    while filled < bytes.len() {
        match file.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(refused(path, error.to_string())),
        }
    }
    match <[u8; 32]>::try_from(&bytes[..filled]) {
        Ok(key) => Ok(Some(FingerprintKey::new(key))),
        Err(_) => Err(refused(
            path,
            "it does not hold 32 bytes; remove it to get another one, and expect every \
             fingerprint to change",
        )),
    }
}

/// Refuses what another user could have put there, and closes what others could read.
fn check(path: &Path, file: &File) -> Result<(), HostError> {
    let meta = file
        .metadata()
        .map_err(|error| refused(path, error.to_string()))?;
    if !meta.is_file() {
        return Err(refused(path, "it is no regular file; remove it"));
    }
    let me = rustix::process::geteuid().as_raw();
    if meta.uid() != me {
        let owner = meta.uid();
        return Err(refused(
            path,
            format!(
                "it belongs to user {owner}, and bedlock runs as user {me}; run bedlock as its \
                 owner, or remove it"
            ),
        ));
    }
    if meta.mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(0o600))
            .map_err(|error| refused(path, error.to_string()))?;
    }
    Ok(())
}

fn refused(path: &Path, reason: impl Into<String>) -> HostError {
    HostError::HostKey {
        path: path.to_path_buf(),
        reason: reason.into(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;

    fn name(key: &FingerprintKey) -> String {
        key.fingerprint(b"FAKE-secret").to_string()
    }

    #[test]
    fn it_is_made_once_and_for_its_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state/bedlock");
        let first = host_key(&state).unwrap();
        let second = host_key(&state).unwrap();
        assert_eq!(name(&first), name(&second));
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o7777;
        assert_eq!(mode(&state), 0o700);
        assert_eq!(mode(&state.join(NAME)), 0o600);
        // Nothing is left beside it.
        assert_eq!(fs::read_dir(&state).unwrap().count(), 1);
    }

    #[test]
    fn bedlocks_that_start_together_agree() {
        let dir = tempfile::tempdir().unwrap();
        let names: BTreeSet<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16)
                .map(|_| scope.spawn(|| name(&host_key(dir.path()).unwrap())))
                .collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert_eq!(names.len(), 1);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(NAME);
        for content in [&[7_u8; 31][..], &[7; 33], b""] {
            fs::write(&path, content).unwrap();
            let error = host_key(dir.path()).unwrap_err();
            assert!(matches!(error, HostError::HostKey { .. }));
            assert_eq!(fs::read(&path).unwrap(), content);
        }
        fs::remove_file(&path).unwrap();
        fs::write(dir.path().join("elsewhere"), [7; 32]).unwrap();
        std::os::unix::fs::symlink("elsewhere", &path).unwrap();
        assert!(matches!(
            host_key(dir.path()),
            Err(HostError::HostKey { .. })
        ));
    }

    #[test]
    fn a_key_that_others_could_read_is_closed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(NAME);
        fs::write(&path, [7; 32]).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        host_key(dir.path()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
    }

    #[test]
    fn a_key_of_somebody_else_is_refused() {
        if !rustix::process::geteuid().is_root() {
            eprintln!("not run: giving a file away needs root");
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(NAME);
        fs::write(&path, [7; 32]).unwrap();
        std::os::unix::fs::chown(&path, Some(12_345), None).unwrap();
        let error = host_key(dir.path()).unwrap_err();
        assert!(error.to_string().contains("user 12345"), "{error}");
    }

    #[test]
    fn where_nothing_can_be_made_the_error_names_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "x").unwrap();
        // A folder cannot be made below a file, whoever asks.
        let error = host_key(&file.join("state")).unwrap_err();
        assert!(error.to_string().contains("host.key"), "{error}");
    }

    #[test]
    fn temporary_keys_differ() {
        assert_ne!(
            name(&temporary_key().unwrap()),
            name(&temporary_key().unwrap())
        );
    }
}
