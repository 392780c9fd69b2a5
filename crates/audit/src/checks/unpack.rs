//! Compressed bytes: OpenClaw keeps long events and old conversations as zstd, and backups as gzip.
//! A secret in there is not visible to a search of the bytes.
//!
//! **Invariant:** decompression is streamed and bounded; a bomb ends at the bound and is reported
//! as not fully read.

use std::io::{self, Read};

use bedlock_model::Source;

/// Where a hit in a compressed file is said to be.
pub(crate) const INSIDE: &str = "inside the compressed file";

const ZSTD: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];
const GZIP: &[u8] = &[0x1F, 0x8B];

/// Largest value that is decompressed into memory, in bytes.
const VALUE_LIMIT: u64 = 32 << 20;

/// Largest stream that is decompressed, in bytes.
pub(crate) const STREAM_LIMIT: u64 = 2 << 30;

/// A zstd frame's content, when the bytes are one and it is not too large.
pub(crate) fn zstd(bytes: &[u8]) -> Option<Vec<u8>> {
    if !bytes.starts_with(ZSTD) {
        return None;
    }
    let decoder = ruzstd::decoding::StreamingDecoder::new(bytes).ok()?;
    let mut plain = Vec::new();
    decoder.take(VALUE_LIMIT).read_to_end(&mut plain).ok()?;
    Some(plain)
}

/// A file's content as a decompressing reader, when it is compressed.
///
/// # Errors
/// Whatever the file system says.
pub(crate) fn reader<'s>(source: &'s dyn Source) -> io::Result<Option<Box<dyn Read + 's>>> {
    let mut head = [0; 4];
    let read = source.read_at(0, &mut head)?;
    let reader = io::BufReader::with_capacity(1 << 16, Sequential { source, offset: 0 });
    if head[..read].starts_with(GZIP) {
        return Ok(Some(Box::new(
            flate2::bufread::MultiGzDecoder::new(reader).take(STREAM_LIMIT),
        )));
    }
    if head[..read].starts_with(ZSTD) {
        let decoder = ruzstd::decoding::StreamingDecoder::new(reader).map_err(io::Error::other)?;
        return Ok(Some(Box::new(decoder.take(STREAM_LIMIT))));
    }
    Ok(None)
}

struct Sequential<'s> {
    source: &'s dyn Source,
    offset: u64,
}

impl Read for Sequential<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read_at(self.offset, buf)?;
        self.offset += count as u64;
        Ok(count)
    }
}
