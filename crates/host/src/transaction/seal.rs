//! The sealed archive: what a transaction removed, as a tar file encrypted with age.
//!
//! Written by `apply`, read by `undo`; `age -d -i CODE sealed.age | tar x` opens it without
//! bedlock. In it: `manifest.json`, then in its order `files/PATH` for a whole file and
//! `spans/NUMBER` for the parts that were taken out of one.
//!
//! **Source:** <https://age-encryption.org/v1>
//!
//! **Invariant:** the key that opens it is written nowhere: it exists in the recovery code that
//! is handed out once.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret;
use bedlock_model::SecretBytes;

use super::check::Target;
use super::folder::{Folder, sized_fault};
use super::manifest::{Holds, Manifest, Span};
use super::stage::Measured;
use super::state::SEALED;
use super::{RecoveryCode, TransactionId};
use crate::HostError;

const MANIFEST_ENTRY: &str = "manifest.json";
const UNFINISHED: &str = ".sealed.age.unfinished";
/// A manifest larger than this was not written by bedlock.
const MAX_MANIFEST: u64 = 256 << 20;

type Plain = age::stream::StreamReader<File>;

/// Seals the originals of `targets`, which stand in the order of `manifest.files`.
pub(super) fn seal(
    folder: &Folder,
    manifest: &Manifest,
    targets: &[Target<'_>],
    cancelled: &dyn Fn() -> bool,
) -> Result<RecoveryCode, HostError> {
    let path = folder.path().join(SEALED);
    let write = |error| sized_fault("write", &path, 0)(error);
    let key = age::x25519::Identity::generate();
    let recipient = key.to_public();
    let encryptor =
        age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
            .map_err(|error| write(std::io::Error::other(error)))?;
    let file = folder.create(OsStr::new(UNFINISHED))?;
    let mut archive = tar::Builder::new(encryptor.wrap_output(file).map_err(write)?);

    let text = serde_json::to_vec_pretty(manifest).map_err(|error| HostError::Journal {
        path: path.clone(),
        reason: error.to_string(),
    })?;
    archive
        .append_data(
            &mut header(text.len() as u64),
            MANIFEST_ENTRY,
            text.as_slice(),
        )
        .map_err(write)?;
    for (number, (kept, target)) in manifest.files.iter().zip(targets).enumerate() {
        if cancelled() {
            return Err(HostError::Interrupted);
        }
        match &kept.holds {
            Holds::Nothing => {}
            Holds::Whole => whole(&mut archive, target, &write)?,
            Holds::Spans(spans) => {
                let from = Folder::open(&target.spot.folder)?.read(&target.spot.name)?;
                let removed = Removed {
                    from,
                    spans: spans.iter(),
                    left: 0,
                };
                let length = spans.iter().map(|span| span.length).sum();
                archive
                    .append_data(&mut header(length), format!("spans/{number}"), removed)
                    .map_err(write)?;
            }
        }
    }
    let file = archive
        .into_inner()
        .and_then(|plain| plain.finish())
        .map_err(write)?;
    file.sync_all().map_err(write)?;
    folder.rename(OsStr::new(UNFINISHED), OsStr::new(SEALED))?;
    folder.sync()?;
    Ok(RecoveryCode(SecretBytes::new(
        key.to_string().expose_secret().as_bytes().to_vec(),
    )))
}

fn whole<W: std::io::Write>(
    archive: &mut tar::Builder<W>,
    target: &Target<'_>,
    write: &impl Fn(std::io::Error) -> HostError,
) -> Result<(), HostError> {
    let Some(before) = &target.before else {
        return Ok(());
    };
    let from = Folder::open(&target.spot.folder)?.read(&target.spot.name)?;
    let mut header = header(before.meta.size);
    header.set_mode(before.meta.mode);
    header.set_uid(before.meta.uid.into());
    header.set_gid(before.meta.gid.into());
    let seconds = before.meta.modified_ns.div_euclid(1_000_000_000);
    header.set_mtime(u64::try_from(seconds).unwrap_or(0));
    let mut from = Measured::new(from.take(before.meta.size));
    let name = Path::new("files").join(target.agent.strip_prefix("/").unwrap_or(&target.agent));
    archive
        .append_data(&mut header, name, &mut from)
        .map_err(write)?;
    if from.finish() != (before.sha256, before.meta.size) {
        return Err(HostError::Changed {
            paths: vec![target.agent.clone()],
        });
    }
    Ok(())
}

fn header(size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(size);
    header.set_mode(0o600);
    header
}

/// Reads the spans of a file, one after the other.
struct Removed<'a> {
    from: File,
    spans: std::slice::Iter<'a, Span>,
    left: u64,
}

impl Read for Removed<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        while self.left == 0 {
            let Some(span) = self.spans.next() else {
                return Ok(0);
            };
            self.from.seek(SeekFrom::Start(span.offset))?;
            self.left = span.length;
        }
        let count = (&mut self.from).take(self.left).read(buf)?;
        if count == 0 && !buf.is_empty() {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= count as u64;
        Ok(count)
    }
}

/// A sealed archive that the recovery code opened.
pub(super) struct Opened {
    archive: tar::Archive<Plain>,
    path: PathBuf,
}

/// Opens the archive of a transaction.
pub(super) fn open(
    folder: &Folder,
    id: &TransactionId,
    code: &SecretBytes,
) -> Result<Opened, HostError> {
    let path = folder.path().join(SEALED);
    let wrong = || HostError::WrongCode { id: id.to_string() };
    let key: age::x25519::Identity = std::str::from_utf8(code.danger_expose())
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .ok_or_else(wrong)?;
    let decryptor = age::Decryptor::new(folder.read(OsStr::new(SEALED))?)
        .map_err(|error| damaged(&path, &error.to_string()))?;
    let plain = match decryptor.decrypt(std::iter::once(&key as &dyn age::Identity)) {
        Ok(plain) => plain,
        Err(age::DecryptError::NoMatchingKeys) => return Err(wrong()),
        Err(error) => return Err(damaged(&path, &error.to_string())),
    };
    Ok(Opened {
        archive: tar::Archive::new(plain),
        path,
    })
}

fn damaged(path: &Path, reason: &str) -> HostError {
    HostError::Journal {
        path: path.to_owned(),
        reason: format!("it is damaged: {reason}"),
    }
}

impl Opened {
    /// Reads the manifest, and nothing else.
    pub(super) fn manifest(mut self) -> Result<Manifest, HostError> {
        let path = self.path;
        let mut entries = self
            .archive
            .entries()
            .map_err(|error| damaged(&path, &error.to_string()))?;
        read_manifest(&mut entries, &path)
    }

    /// Hands out what the archive holds of each file: its number in the manifest, and the bytes.
    pub(super) fn read(
        mut self,
        take: &mut dyn FnMut(usize, &mut dyn Read) -> Result<(), HostError>,
    ) -> Result<(), HostError> {
        let path = self.path;
        let read = |error: std::io::Error| damaged(&path, &error.to_string());
        let mut entries = self.archive.entries().map_err(read)?;
        let manifest = read_manifest(&mut entries, &path)?;
        for (number, kept) in manifest.files.iter().enumerate() {
            if kept.holds == Holds::Nothing {
                continue;
            }
            let entry = entries
                .next()
                .ok_or_else(|| damaged(&path, "a file is missing in it"))?;
            take(number, &mut entry.map_err(read)?)?;
        }
        Ok(())
    }
}

fn read_manifest(
    entries: &mut tar::Entries<'_, Plain>,
    path: &Path,
) -> Result<Manifest, HostError> {
    let no_manifest = || damaged(path, "it does not begin with a manifest");
    let read = |error: std::io::Error| damaged(path, &error.to_string());
    let first = entries.next().ok_or_else(no_manifest)?.map_err(read)?;
    if first.path_bytes().as_ref() != MANIFEST_ENTRY.as_bytes() {
        return Err(no_manifest());
    }
    let mut text = Vec::new();
    first
        .take(MAX_MANIFEST)
        .read_to_end(&mut text)
        .map_err(read)?;
    serde_json::from_slice(&text).map_err(|_| no_manifest())
}
