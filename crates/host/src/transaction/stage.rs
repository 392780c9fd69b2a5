//! New content of a file, written beside it under a name of bedlock's own.
//!
//! Used by `apply` and `undo`.
//!
//! **Invariant:** a file of any size passes through in pieces; while it is written only its
//! owner can read it, whatever the mode of the original is.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use bedlock_model::{FileMeta, Redaction};
use rustix::fs::{Gid, Mode, Uid, XattrFlags};
use rustix::io::Errno;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::folder::{Folder, fault, sized_fault, stamp_of, timestamps};
use super::journal::{Stamp, Times};
use super::manifest::{Before, Span};
use crate::HostError;

/// How many bytes are held at a time.
const PIECE: usize = 256 * 1024;

/// Mode, owner and extended attributes of a file.
#[derive(Clone, Debug)]
pub(super) struct Looks {
    pub(super) mode: u32,
    pub(super) uid: u32,
    pub(super) gid: u32,
    /// Names and values, in hexadecimal.
    pub(super) attributes: Vec<(String, String)>,
}

impl Looks {
    pub(super) fn of(meta: &FileMeta, attributes: &[(String, String)]) -> Self {
        Self {
            mode: meta.mode,
            uid: meta.uid,
            gid: meta.gid,
            attributes: attributes.to_vec(),
        }
    }

    pub(super) fn before(before: &Before) -> Self {
        Self {
            mode: before.mode,
            uid: before.uid,
            gid: before.gid,
            attributes: before.attributes.clone(),
        }
    }
}

/// What was written.
#[derive(Clone, Debug)]
pub(super) struct Staged {
    pub(super) stamp: Stamp,
    pub(super) sha256: [u8; 32],
}

/// A staged file that is being written.
pub(super) struct Draft {
    file: File,
    path: PathBuf,
    hash: Sha256,
    size: u64,
}

impl Draft {
    pub(super) fn create(folder: &Folder, name: &OsStr) -> Result<Self, HostError> {
        Ok(Self {
            file: folder.create(name)?,
            path: folder.path().join(name),
            hash: Sha256::new(),
            size: 0,
        })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), HostError> {
        self.file
            .write_all(bytes)
            .map_err(sized_fault("write", &self.path, bytes.len() as u64))?;
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// Copies all that is left in `from`.
    pub(super) fn copy(
        &mut self,
        from: &mut dyn Read,
        from_path: &Path,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<u64, HostError> {
        pump(from, from_path, cancelled, &mut |piece| self.write(piece))
    }

    /// The hash of what was written up to now.
    pub(super) fn sha256(&self) -> [u8; 32] {
        self.hash.clone().finalize().into()
    }

    /// Gives it its mode, owner and times, and makes it durable.
    pub(super) fn finish(self, looks: &Looks, times: Option<Times>) -> Result<Staged, HostError> {
        let Self {
            file, path, hash, ..
        } = self;
        dress(&file, &path, looks)?;
        if let Some(times) = times {
            rustix::fs::futimens(&file, &timestamps(times))
                .map_err(|errno| fault("set the times of", &path)(errno.into()))?;
        }
        file.sync_all().map_err(fault("write", &path))?;
        Ok(Staged {
            stamp: stamp_of(&file, &path)?,
            sha256: hash.finalize().into(),
        })
    }
}

/// Gives a file its owner, extended attributes and mode, in the order in which none undoes another.
fn dress(file: &File, path: &Path, looks: &Looks) -> Result<(), HostError> {
    let meta = crate::file_meta(&file.metadata().map_err(fault("look at", path))?);
    let uid = (meta.uid != looks.uid).then(|| Uid::from_raw(looks.uid));
    let gid = (meta.gid != looks.gid).then(|| Gid::from_raw(looks.gid));
    if uid.is_some() || gid.is_some() {
        rustix::fs::fchown(file, uid, gid)
            .map_err(|errno| fault("give its owner to", path)(errno.into()))?;
    }
    for (name, value) in &looks.attributes {
        let (Ok(name), Ok(value)) = (hex::decode(name), hex::decode(value)) else {
            continue;
        };
        match rustix::fs::fsetxattr(file, name.as_slice(), &value, XattrFlags::empty()) {
            // The system sets its own kind by itself, and does not let everybody.
            Ok(()) | Err(Errno::PERM | Errno::ACCESS | Errno::NOTSUP) => {}
            Err(errno) => return Err(fault("set an attribute of", path)(errno.into())),
        }
    }
    #[cfg(target_os = "linux")]
    let mode = Mode::from_raw_mode(looks.mode);
    #[cfg(not(target_os = "linux"))]
    let mode = Mode::from_bits_truncate(looks.mode.try_into().unwrap_or(0o600));
    rustix::fs::fchmod(file, mode).map_err(|errno| fault("set the mode of", path)(errno.into()))
}

/// Reads the extended attributes of a file, as hexadecimal names and values.
pub(super) fn attributes(file: &File, path: &Path) -> Result<Vec<(String, String)>, HostError> {
    let failed = |errno: Errno| fault("read the attributes of", path)(errno.into());
    let mut names = vec![0; 64 << 10];
    let length = match rustix::fs::flistxattr(file, names.as_mut_slice()) {
        Ok(length) => length,
        Err(Errno::NOTSUP | Errno::NOSYS) => return Ok(Vec::new()),
        Err(errno) => return Err(failed(errno)),
    };
    let mut found = Vec::new();
    let mut value = vec![0; 64 << 10];
    for name in names[..length]
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
    {
        match rustix::fs::fgetxattr(file, name, value.as_mut_slice()) {
            Ok(length) => found.push((hex::encode(name), hex::encode(&value[..length]))),
            Err(Errno::NODATA | Errno::PERM | Errno::ACCESS | Errno::NOTSUP) => {}
            Err(errno) => return Err(failed(errno)),
        }
    }
    Ok(found)
}

/// Hands out what is left in `from` in pieces, and asks before each whether to stop.
pub(super) fn pump(
    from: &mut dyn Read,
    path: &Path,
    cancelled: &dyn Fn() -> bool,
    take: &mut dyn FnMut(&[u8]) -> Result<(), HostError>,
) -> Result<u64, HostError> {
    let mut piece = Zeroizing::new(vec![0; PIECE]);
    let mut total = 0;
    loop {
        if cancelled() {
            return Err(HostError::Interrupted);
        }
        match from.read(&mut piece) {
            Ok(0) => return Ok(total),
            Ok(count) => {
                take(&piece[..count])?;
                total += count as u64;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(fault("read", path)(error)),
        }
    }
}

/// SHA-256 of what is left in `from`, and its length.
pub(super) fn hash_of(
    from: &mut dyn Read,
    path: &Path,
    cancelled: &dyn Fn() -> bool,
) -> Result<([u8; 32], u64), HostError> {
    let mut hash = Sha256::new();
    let length = pump(from, path, cancelled, &mut |piece| {
        hash.update(piece);
        Ok(())
    })?;
    Ok((hash.finalize().into(), length))
}

/// Copies a file but for the spans that are replaced; `from` hashes what it gives.
pub(super) fn redact(
    draft: &mut Draft,
    from: &mut dyn Read,
    from_path: &Path,
    spans: &[Redaction],
    cancelled: &dyn Fn() -> bool,
) -> Result<Vec<Span>, HostError> {
    let mut kept = Vec::with_capacity(spans.len());
    let mut at = 0;
    for span in spans {
        let gap = span.offset.saturating_sub(at);
        draft.copy(&mut from.take(gap), from_path, cancelled)?;
        let new_offset = draft.size;
        pump(
            &mut from.take(span.length),
            from_path,
            cancelled,
            &mut |_| Ok(()),
        )?;
        draft.write(span.replacement.as_bytes())?;
        kept.push(Span {
            offset: span.offset,
            length: span.length,
            new_offset,
            new_length: span.replacement.len() as u64,
        });
        at = span.offset + span.length;
    }
    draft.copy(from, from_path, cancelled)?;
    Ok(kept)
}

/// Copies a redacted file with its removed bytes put back; what follows `size` is left in `from`.
pub(super) fn unredact(
    draft: &mut Draft,
    from: &mut dyn Read,
    removed: &mut dyn Read,
    path: &Path,
    (spans, size): (&[Span], u64),
    cancelled: &dyn Fn() -> bool,
) -> Result<(), HostError> {
    let mut at = 0;
    for span in spans {
        draft.copy(
            &mut from.take(span.new_offset.saturating_sub(at)),
            path,
            cancelled,
        )?;
        draft.copy(&mut removed.take(span.length), path, cancelled)?;
        pump(
            &mut from.take(span.new_length),
            path,
            cancelled,
            &mut |_| Ok(()),
        )?;
        at = span.new_offset + span.new_length;
    }
    draft.copy(&mut from.take(size.saturating_sub(at)), path, cancelled)?;
    Ok(())
}

/// Gives what it reads on, and remembers its hash and length.
pub(super) struct Measured<R> {
    from: R,
    hash: Sha256,
    length: u64,
}

impl<R: Read> Measured<R> {
    pub(super) fn new(from: R) -> Self {
        Self {
            from,
            hash: Sha256::new(),
            length: 0,
        }
    }

    pub(super) fn finish(self) -> ([u8; 32], u64) {
        (self.hash.finalize().into(), self.length)
    }
}

impl<R: Read> Read for Measured<R> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let count = self.from.read(buf)?;
        self.hash.update(&buf[..count]);
        self.length += count as u64;
        Ok(count)
    }
}
