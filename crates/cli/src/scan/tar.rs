//! Tar archives, member by member, from a stream.
//!
//! Called by [`super::unpack`]. Own code, because a name or an extended header may be as long as it
//! likes, and the crate for it reads each of them into memory whole.
//!
//! **Source:** <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html>,
//! <https://www.gnu.org/software/tar/manual/html_node/Standard.html>
//!
//! **Invariant:** a name is read up to [`LONGEST`] bytes; everything else is handed on as a stream.

use std::io::{self, Read};

use super::window::Window;

const BLOCK: usize = 512;
/// Longer names are cut.
const LONGEST: u64 = 8 * 1024;

/// What a header says.
struct Header {
    name: String,
    size: u64,
    kind: u8,
}

/// Hands on each regular file of an archive: its name and its content.
pub(crate) fn members(
    archive: &mut Window<'_>,
    on: &mut dyn FnMut(&str, &mut dyn Read) -> io::Result<()>,
) -> io::Result<()> {
    let mut long_name: Option<String> = None;
    let mut long_size: Option<u64> = None;
    loop {
        let block = archive.peek(BLOCK)?;
        // An archive ends with blocks of zeros, or just so.
        if block.is_empty() || block.iter().all(|b| *b == 0) {
            return Ok(());
        }
        let header = header(block).ok_or_else(|| io::Error::other("it is no whole tar archive"))?;
        archive.skip(BLOCK as u64)?;
        let size = match header.kind {
            b'L' | b'K' | b'x' | b'g' => header.size,
            _ => long_size.take().unwrap_or(header.size),
        };
        let padded = size
            .checked_next_multiple_of(BLOCK as u64)
            .ok_or_else(|| io::Error::other("it is no tar archive"))?;
        let mut content = archive.by_ref().take(size);
        match header.kind {
            b'L' => {
                let text = text(&mut content)?;
                long_name = Some(text.trim_end_matches('\0').to_owned());
            }
            b'x' => {
                let text = text(&mut content)?;
                long_name = record(&text, "path").or(long_name);
                long_size = record(&text, "size").and_then(|size| size.parse().ok());
            }
            // Regular, contiguous and sparse files; what a sparse one has is stored one after the other.
            0 | b'0' | b'7' | b'S' => {
                let name = long_name.take().unwrap_or(header.name);
                on(&name, &mut content)?;
            }
            // Folders, links and devices have no content.
            b'g' | b'K' => {}
            _ => long_name = None,
        }
        let left = content.limit();
        archive.skip(left + (padded - size))?;
    }
}

fn text(content: &mut dyn Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    content.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A value of an extended header: `27 path=some/where\n`.
fn record(text: &str, key: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (_, pair) = line.split_once(' ')?;
        let value = pair.strip_prefix(key)?.strip_prefix('=')?;
        Some(value.to_owned())
    })
}

fn header(block: &[u8]) -> Option<Header> {
    if block.len() < BLOCK {
        return None;
    }
    let sum: u64 = block.iter().map(|b| u64::from(*b)).sum();
    let stored: u64 = block[148..156].iter().map(|b| u64::from(*b)).sum();
    // The sum is made with blanks in its own place.
    if number(&block[148..156])? != sum - stored + 8 * u64::from(b' ') {
        return None;
    }
    let text = |range: std::ops::Range<usize>| {
        let bytes = &block[range];
        let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
        String::from_utf8_lossy(&bytes[..end]).into_owned()
    };
    let mut name = text(0..100);
    let prefix = text(345..500);
    if &block[257..263] == b"ustar\0" && !prefix.is_empty() {
        name = format!("{prefix}/{name}");
    }
    Some(Header {
        name,
        size: number(&block[124..136])?,
        kind: block[156],
    })
}

/// A number in octal, or in binary when the first bit is set.
fn number(field: &[u8]) -> Option<u64> {
    if field.first()? & 0x80 != 0 {
        let (high, low) = field.split_at(field.len() - 8);
        if high.iter().skip(1).any(|b| *b != 0) {
            return None;
        }
        return Some(u64::from_be_bytes(low.try_into().ok()?));
    }
    let text = str::from_utf8(field).ok()?;
    let text = text.trim_matches([' ', '\0']);
    if text.is_empty() {
        return Some(0);
    }
    u64::from_str_radix(text, 8).ok()
}
