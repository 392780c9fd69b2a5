//! Zip archives, member by member, from a stream.
//!
//! Called by [`super::unpack`]. Goes from one local header to the next, so that an archive inside of
//! another one needs no memory; the directory at the end is not needed for that.
//!
//! **Source:** <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT> (4.3.7, 4.3.9, 4.4.4, 4.5.3)
//!
//! **Invariant:** a member that cannot be read is said; the ones behind it are read all the same when
//! its length is known.

use std::io::{self, Read};

use flate2::bufread::DeflateDecoder;

use super::window::Window;

const LOCAL: &[u8] = b"PK\x03\x04";
const DESCRIPTOR: &[u8] = b"PK\x07\x08";
const HEADER: usize = 30;

/// Gets the name of a member and its content, or why it cannot be read.
pub(crate) type Taker<'t> = dyn FnMut(&str, Content<'_>) -> io::Result<()> + 't;

/// The content of a member, or why it cannot be read.
pub(crate) type Content<'c> = Result<&'c mut dyn Read, &'static str>;

/// What a local header says.
struct Header {
    name: String,
    flags: u16,
    method: u16,
    /// `None` when it stands behind the content.
    size: Option<u64>,
}

/// Hands on each member: its name and its content, or why it cannot be read. What stands behind the
/// last one is left in the window.
pub(crate) fn members(archive: &mut Window<'_>, on: &mut Taker<'_>) -> io::Result<()> {
    while archive.peek(4)? == LOCAL {
        let header = header(archive)?;
        let reason = match (header.flags & 1, header.method, header.size) {
            (1, _, _) => Some("it is encrypted"),
            (_, 0, None) => Some("its length is not known before its end"),
            (_, 0 | 8, _) => None,
            _ => Some("it is compressed in a way that bedlock does not read"),
        };
        if let Some(reason) = reason {
            on(&header.name, Err(reason))?;
            let Some(size) = header.size else {
                return Err(io::Error::other("the rest of the archive cannot be found"));
            };
            archive.skip(size)?;
        } else if header.method == 0 {
            let mut content = archive.by_ref().take(header.size.unwrap_or(0));
            on(&header.name, Ok(&mut content))?;
            let left = content.limit();
            archive.skip(left)?;
        } else {
            let mut content = DeflateDecoder::new(&mut *archive);
            on(&header.name, Ok(&mut content))?;
            // What nobody wanted; a damaged member ends the archive here.
            io::copy(&mut content, &mut io::sink())?;
        }
        if header.flags & 8 != 0 {
            skip_descriptor(archive)?;
        }
    }
    Ok(())
}

fn header(archive: &mut Window<'_>) -> io::Result<Header> {
    let fixed = archive.take_exactly(HEADER)?;
    let short = |at: usize| u16::from_le_bytes([fixed[at], fixed[at + 1]]);
    let long = |at: usize| {
        u64::from(u32::from_le_bytes([
            fixed[at],
            fixed[at + 1],
            fixed[at + 2],
            fixed[at + 3],
        ]))
    };
    let (flags, method) = (short(6), short(8));
    let (packed, plain) = (long(18), long(22));
    let name = take(archive, short(26))?;
    let extra = take(archive, short(28))?;
    let mut size = packed;
    if packed == u64::from(u32::MAX) {
        size = large_size(&extra, plain == packed)
            .ok_or_else(|| io::Error::other("it is no whole zip archive"))?;
    }
    Ok(Header {
        name: String::from_utf8_lossy(&name).into_owned(),
        flags,
        method,
        size: (flags & 8 == 0 || size > 0).then_some(size),
    })
}

/// Takes a name or an extra field, which may be longer than what is in sight.
fn take(archive: &mut Window<'_>, length: u16) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::from(length)];
    archive.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The packed size of a member of more than 4 GiB.
fn large_size(extra: &[u8], with_plain: bool) -> Option<u64> {
    let mut rest = extra;
    while let [a, b, c, d, tail @ ..] = rest {
        let length = usize::from(u16::from_le_bytes([*c, *d]));
        let field = tail.get(..length)?;
        if u16::from_le_bytes([*a, *b]) == 1 {
            let at = if with_plain { 8 } else { 0 };
            return Some(u64::from_le_bytes(field.get(at..at + 8)?.try_into().ok()?));
        }
        rest = &tail[length..];
    }
    None
}

/// Sizes behind the content: with or without a signature, of 4 or of 8 bytes. What follows them tells.
fn skip_descriptor(archive: &mut Window<'_>) -> io::Result<()> {
    let sight = archive.peek(28)?;
    let signed = usize::from(sight.starts_with(DESCRIPTOR)) * 4;
    let length = [12, 20]
        .into_iter()
        .map(|length| length + signed)
        .find(|length| {
            let next = sight.get(*length..).unwrap_or_default();
            next.starts_with(LOCAL)
                || next.starts_with(b"PK\x01\x02")
                || next.starts_with(b"PK\x06")
        });
    let length = length.unwrap_or(12 + signed).min(sight.len());
    archive.skip(length as u64)
}
