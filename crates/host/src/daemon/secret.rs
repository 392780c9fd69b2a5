//! Reads a secret from a file that only its owner can read.
//!
//! **Invariant:** a file that others can read is refused, because the secret in it is theirs already.

use std::fs::OpenOptions;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use bedlock_model::SecretBytes;
use rustix::fs::OFlags;

use crate::HostError;

/// The longest secret.
const LARGEST: u64 = 4096;

/// The content of a file, without white space at its end.
///
/// # Errors
/// [`HostError::Io`] when it cannot be read, is no regular file, is open to others, or is too long.
pub fn secret_file(path: &Path) -> Result<SecretBytes, HostError> {
    let failed = |source| HostError::Io {
        operation: "read",
        path: path.to_path_buf(),
        source,
    };
    let refused = |why: &str| failed(std::io::Error::other(why.to_owned()));
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(path)
        .map_err(failed)?;
    let meta = file.metadata().map_err(failed)?;
    if !meta.is_file() {
        return Err(refused("it is no regular file"));
    }
    let me = super::user();
    if meta.uid() != me && meta.uid() != 0 {
        return Err(refused("it belongs to another user"));
    }
    if meta.mode() & 0o077 != 0 {
        return Err(refused(
            "others may read it; chmod 600 it, and think of a new secret",
        ));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > LARGEST {
        return Err(refused("it is too long for a secret"));
    }
    bytes.truncate(bytes.trim_ascii_end().len());
    Ok(SecretBytes::new(bytes))
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn only_a_closed_file_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        std::fs::write(&path, "FAKE-canary\n").unwrap();
        for (mode, good) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false)] {
            std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            match secret_file(&path) {
                Ok(secret) => assert!(good && secret.danger_expose() == b"FAKE-canary"),
                Err(error) => {
                    assert!(!good, "{mode:o}");
                    assert!(!error.to_string().contains("canary"));
                }
            }
        }
        assert!(secret_file(dir.path()).is_err());
        std::fs::write(dir.path().join("long"), [b'x'; 5000]).unwrap();
        std::fs::set_permissions(dir.path().join("long"), Permissions::from_mode(0o600)).unwrap();
        assert!(secret_file(&dir.path().join("long")).is_err());
    }
}
