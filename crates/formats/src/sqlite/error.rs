//! Why a database, a table or a row could not be read.
//!
//! **Invariant:** no variant has a field that could hold the contents of a cell.

use std::io;

/// Tells why a SQLite file could not be read, or not all of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SqliteError {
    /// The file does not begin with the SQLite header and does not look encrypted.
    #[error("recognise a SQLite database: the header is missing")]
    NotSqlite,
    /// The file is a whole number of blocks without any known header, as an encrypted database is.
    #[error("recognise a SQLite database: it is encrypted, or it is not one")]
    EncryptedOrNotSqlite,
    /// A page contradicts the file format.
    #[error("read SQLite page {page}: {what}")]
    BadPage {
        /// The page, counted from 1.
        page: u32,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A page is linked to twice, so that following the links would not end.
    #[error("read SQLite page {page}: it is linked to more than once")]
    Loop {
        /// The page, counted from 1.
        page: u32,
    },
    /// The file ends before the page does.
    #[error("read SQLite page {page}: {got} of {wanted} bytes are in the file")]
    ShortRead {
        /// The page, counted from 1.
        page: u32,
        /// How many bytes were asked for.
        wanted: usize,
        /// How many bytes there were.
        got: usize,
    },
    /// The schema lists more tables, or longer definitions, than any real database does.
    #[error("read the SQLite schema: it is larger than {limit} bytes or names too many tables")]
    SchemaTooLarge {
        /// How many bytes of definitions are accepted.
        limit: usize,
    },
    /// Another process restarted the write-ahead log while it was read: read the database again.
    #[error("read SQLite page {page}: the write-ahead log was overwritten meanwhile")]
    Changed {
        /// The page, counted from 1.
        page: u32,
    },
    /// The storage below failed.
    #[error("read SQLite page {page}: {source}")]
    Io {
        /// The page, counted from 1; 0 for the header of the write-ahead log.
        page: u32,
        /// What the operating system said.
        source: io::Error,
    },
}
