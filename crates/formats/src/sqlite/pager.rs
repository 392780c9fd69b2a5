//! Pages by number, the newest committed version of each: from the write-ahead log, else from the file.
//!
//! Called by the b-tree walk and by `Database::open`.
//!
//! **Invariant:** nothing is cached and nothing is locked; a page is read where it lies, every time.

use std::collections::HashMap;
use std::io;

use super::error::SqliteError;
use super::header::{HEADER_LEN, Header};
use super::wal::WalIndex;

/// The byte that SQLite locks; the page that holds it never holds data.
const LOCK_BYTE: u64 = 0x4000_0000;

/// Random access to the bytes of one file.
///
/// Closing a file drops the POSIX locks that the same process holds on it, SQLite's among them: do
/// not implement this with a file that the SQLite library has open in this process.
pub trait Pages {
    /// Returns the length in bytes.
    fn len(&self) -> u64;

    /// Reads some bytes at `offset` and returns how many; 0 means the end of the file.
    ///
    /// # Errors
    ///
    /// Whatever the storage below reports.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize>;

    /// Tells whether there are no bytes at all.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Pages for &[u8] {
    fn len(&self) -> u64 {
        <[u8]>::len(self) as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(offset)
            .ok()
            .and_then(|at| self.get(at..))
            .unwrap_or_default();
        let count = rest.len().min(buf.len());
        buf[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }
}

/// Reads until `buf` is full or the file ends, and returns the number of bytes.
pub(super) fn read_fully(file: &dyn Pages, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
    let mut done = 0;
    while done < buf.len() {
        match file.read_at(offset.saturating_add(done as u64), &mut buf[done..]) {
            Ok(0) => break,
            Ok(count) => done = done.saturating_add(count).min(buf.len()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// The main file with the committed part of its write-ahead log laid over it.
pub(super) struct Pager<'a> {
    main: &'a dyn Pages,
    main_len: u64,
    wal: Option<WalIndex<'a>>,
    page_size: u32,
    usable: u32,
}

impl<'a> Pager<'a> {
    pub(super) fn new(main: &'a dyn Pages, wal: Option<WalIndex<'a>>, header: &Header) -> Self {
        Self {
            main,
            main_len: main.len(),
            wal,
            page_size: header.page_size,
            usable: header.usable(),
        }
    }

    /// How many bytes of a page belong to the b-tree.
    pub(super) fn usable(&self) -> u32 {
        self.usable
    }

    /// An upper bound for what the database can hold, whatever its headers claim.
    pub(super) fn capacity(&self) -> u64 {
        let logged = self.wal.as_ref().map_or(0, WalIndex::pages);
        self.main_len
            .saturating_add(logged.saturating_mul(u64::from(self.page_size)))
    }

    /// The b-tree part of a page.
    pub(super) fn page(&self, page: u32) -> Result<Vec<u8>, SqliteError> {
        let mut bytes = vec![0; self.usable as usize];
        self.read(page, 0, &mut bytes)?;
        Ok(bytes)
    }

    /// Fills `buf` with the bytes of one page from `at` on.
    pub(super) fn read(&self, page: u32, at: u32, buf: &mut [u8]) -> Result<(), SqliteError> {
        let Some(before) = page.checked_sub(1) else {
            return Err(SqliteError::BadPage {
                page,
                what: "there is no page 0",
            });
        };
        let start = u64::from(before) * u64::from(self.page_size);
        if start == LOCK_BYTE {
            return Err(SqliteError::BadPage {
                page,
                what: "the lock page holds no data",
            });
        }
        if let Some(wal) = &self.wal
            && let Some(frame) = wal.frame_of(page)
        {
            return wal.read(frame, page, at, buf);
        }
        let wanted = buf.len();
        match read_fully(self.main, start + u64::from(at), buf) {
            Ok(got) if got == wanted => Ok(()),
            Ok(got) => Err(SqliteError::ShortRead { page, wanted, got }),
            Err(source) => Err(SqliteError::Io { page, source }),
        }
    }
}

/// Reads the first bytes of the main file; fewer than a header means that there is none.
pub(super) fn main_header(main: &dyn Pages) -> Result<([u8; HEADER_LEN], usize), SqliteError> {
    let mut bytes = [0; HEADER_LEN];
    let got =
        read_fully(main, 0, &mut bytes).map_err(|source| SqliteError::Io { page: 1, source })?;
    Ok((bytes, got))
}

/// Which pages a walk has been to. Costs memory only for neighbourhoods that were visited.
#[derive(Default)]
pub(super) struct PageSet {
    blocks: HashMap<u32, [u64; 16]>,
}

impl PageSet {
    /// Adds a page and tells whether it was new.
    pub(super) fn insert(&mut self, page: u32) -> bool {
        let block = self.blocks.entry(page >> 10).or_default();
        let word = &mut block[(page >> 6 & 15) as usize];
        let bit = 1 << (page & 63);
        let fresh = *word & bit == 0;
        *word |= bit;
        fresh
    }
}
