//! What the content of a file is, by its first bytes.
//!
//! Called for every file, and for what is inside of an archive.
//!
//! **Invariant:** a name says nothing: a key in `photo.png` is found.

/// How many bytes have to be known.
pub(crate) const HEAD: usize = 8 * 1024;

/// What content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text in UTF-8 or in anything else that contains ASCII.
    Text,
    /// Bytes in which values may touch: a database, a program, a picture.
    Binary,
    /// Text in UTF-16, with its mark; little or big end first.
    Utf16 {
        /// Whether the high byte comes first.
        big: bool,
    },
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
    /// A zip archive, and what is one under another name (`.jar`, `.docx`, `.whl`).
    Zip,
    /// A tar archive.
    Tar,
    /// Compressed in a way that is not read.
    Closed(&'static str),
}

/// Tells by the first [`HEAD`] bytes, or all of them.
///
/// **Source:** <https://www.rfc-editor.org/rfc/rfc1952>, <https://www.rfc-editor.org/rfc/rfc8878>,
/// <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>,
/// <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html>
pub(crate) fn kind(head: &[u8]) -> Kind {
    const CLOSED: &[(&[u8], &str)] = &[
        (b"\xfd7zXZ\0", "xz"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"Rar!\x1a\x07", "rar"),
        (b"\x04\x22\x4d\x18", "lz4"),
    ];
    match head {
        [0xff, 0xfe, rest @ ..] if !rest.starts_with(&[0, 0]) => return Kind::Utf16 { big: false },
        [0xfe, 0xff, ..] => return Kind::Utf16 { big: true },
        [0x1f, 0x8b, 8, ..] => return Kind::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => return Kind::Zstd,
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => return Kind::Zip,
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, ..] => {
            return Kind::Closed("bzip2");
        }
        _ => {}
    }
    if let Some((_, name)) = CLOSED.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Kind::Closed(name);
    }
    if head.get(257..262) == Some(b"ustar") {
        return Kind::Tar;
    }
    let head = &head[..head.len().min(HEAD)];
    if memchr::memchr(0, head).is_some() {
        Kind::Binary
    } else {
        Kind::Text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell() {
        assert_eq!(kind(b"{\"a\":1}"), Kind::Text);
        assert_eq!(kind(b""), Kind::Text);
        assert_eq!(kind("\u{feff}x".as_bytes()), Kind::Text);
        assert_eq!(kind(b"SQLite format 3\0"), Kind::Binary);
        assert_eq!(kind(b"\xff\xfea\0"), Kind::Utf16 { big: false });
        assert_eq!(kind(b"\xfe\xff\0a"), Kind::Utf16 { big: true });
        assert_eq!(kind(b"\x1f\x8b\x08\0"), Kind::Gzip);
        assert_eq!(kind(b"PK\x03\x04.."), Kind::Zip);
        assert_eq!(kind(b"\xfd7zXZ\0\0"), Kind::Closed("xz"));
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        assert_eq!(kind(&tar), Kind::Tar);
    }
}
