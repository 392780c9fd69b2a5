//! The first 100 bytes of a database.
//!
//! Called by `Database::open`.
//!
//! **Source:** <https://www.sqlite.org/fileformat2.html#the_database_header>

use super::error::SqliteError;

pub(super) const HEADER_LEN: usize = 100;
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// SQLite refuses pages that leave less room than this.
const MIN_USABLE: u32 = 480;

/// How text is stored; it is handed over as UTF-8 in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
}

/// Whether freed pages leave the file by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AutoVacuum {
    /// Freed pages stay in the file with their contents until VACUUM.
    None,
    /// Freed pages leave at each commit.
    Full,
    /// Freed pages leave on request.
    Incremental,
}

/// What the database header says about the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The size of a page in bytes, a power of two from 512 to 65536.
    pub page_size: u32,
    /// How many bytes at the end of each page belong to an extension.
    pub reserved: u8,
    /// How text is stored.
    pub encoding: Encoding,
    /// Whether the journal mode is WAL.
    pub wal_mode: bool,
    /// The number of pages that the database claims, with the log applied.
    pub page_count: u32,
    /// The number of freed pages, which may still hold what was deleted.
    pub freelist_count: u32,
    /// Whether freed pages leave the file by themselves.
    pub auto_vacuum: AutoVacuum,
}

impl Header {
    pub(super) fn usable(&self) -> u32 {
        self.page_size - u32::from(self.reserved)
    }

    /// Describes a main file without a single byte, which SQLite takes for an empty database.
    pub(super) fn of_empty_file() -> Self {
        Self {
            page_size: 4096,
            reserved: 0,
            encoding: Encoding::Utf8,
            wal_mode: false,
            page_count: 0,
            freelist_count: 0,
            auto_vacuum: AutoVacuum::None,
        }
    }

    /// Parses the header; `file_len` is the length of the main file in bytes.
    pub(super) fn parse(bytes: &[u8; HEADER_LEN], file_len: u64) -> Result<Self, SqliteError> {
        if !bytes.starts_with(MAGIC) {
            return Err(unrecognised(bytes, file_len));
        }
        let page_size = match u16::from_be_bytes([bytes[16], bytes[17]]) {
            1 => 65_536,
            size => u32::from(size),
        };
        if !page_size_is_valid(page_size) {
            return Err(SqliteError::BadPage {
                page: 1,
                what: "the page size is impossible",
            });
        }
        let reserved = bytes[20];
        if page_size - u32::from(reserved) < MIN_USABLE {
            return Err(SqliteError::BadPage {
                page: 1,
                what: "too many bytes are reserved",
            });
        }
        Ok(Self {
            page_size,
            reserved,
            encoding: match word(bytes, 56) & 3 {
                2 => Encoding::Utf16Le,
                3 => Encoding::Utf16Be,
                _ => Encoding::Utf8,
            },
            wal_mode: bytes[18] == 2 || bytes[19] == 2,
            page_count: page_count(bytes, page_size, file_len),
            freelist_count: word(bytes, 36),
            auto_vacuum: match (word(bytes, 52), word(bytes, 64)) {
                (0, _) => AutoVacuum::None,
                (_, 0) => AutoVacuum::Full,
                _ => AutoVacuum::Incremental,
            },
        })
    }
}

pub(super) fn page_size_is_valid(size: u32) -> bool {
    size.is_power_of_two() && (512..=65_536).contains(&size)
}

fn word(bytes: &[u8; HEADER_LEN], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// The size in the header counts only if the last writer was new enough to maintain it.
fn page_count(bytes: &[u8; HEADER_LEN], page_size: u32, file_len: u64) -> u32 {
    let claimed = word(bytes, 28);
    if claimed != 0 && word(bytes, 24) == word(bytes, 92) {
        return claimed;
    }
    u32::try_from(file_len.div_ceil(u64::from(page_size))).unwrap_or(u32::MAX)
}

/// An encrypted database is a whole number of blocks that begins with random bytes.
fn unrecognised(bytes: &[u8; HEADER_LEN], file_len: u64) -> SqliteError {
    let blocks = file_len >= 512 && file_len.is_multiple_of(512);
    let readable = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace() || *byte == 0;
    if blocks && !bytes.iter().all(readable) {
        SqliteError::EncryptedOrNotSqlite
    } else {
        SqliteError::NotSqlite
    }
}
