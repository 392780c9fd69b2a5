//! The write-ahead log: which pages it holds in a newer version than the main file.
//!
//! Called by `Database::open` (scan) and by the pager (read).
//!
//! **Invariant:** a frame counts only if every frame up to the commit that covers it has the salts
//! of the log and the right running checksum. That is SQLite's own rule of recovery.
//!
//! **Source:** <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>

use std::collections::HashMap;

use super::error::SqliteError;
use super::header::page_size_is_valid;
use super::pager::{Pages, read_fully};

const HEADER_LEN: usize = 32;
const FRAME_HEADER_LEN: usize = 24;
const MAGIC_LITTLE_ENDIAN: u32 = 0x377f_0682;
const MAGIC_BIG_ENDIAN: u32 = 0x377f_0683;
const VERSION: u32 = 3_007_000;

/// What became of the write-ahead log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wal {
    /// None was given, or it is empty.
    Absent,
    /// It was not used, for this reason. It may still hold bytes worth a look.
    Ignored(&'static str),
    /// The frames up to the last commit were laid over the main file.
    Applied {
        /// How many frames are committed.
        frames: u32,
        /// How many bytes follow them: uncommitted, torn or older than the last restart.
        leftover: u64,
    },
}

/// What a commit changes in a log: the header, or how many frames are committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    header: [u8; HEADER_LEN],
    frames: u32,
}

/// What a look at a log brings.
pub(super) struct WalScan<'a> {
    pub(super) wal: Wal,
    pub(super) stamp: Stamp,
    pub(super) index: Option<WalIndex<'a>>,
}

impl<'a> WalScan<'a> {
    /// Reads the log once and keeps the position of the newest committed frame of each page.
    pub(super) fn of(file: Option<&'a dyn Pages>) -> Result<Self, SqliteError> {
        let mut stamp = Stamp {
            header: [0; HEADER_LEN],
            frames: 0,
        };
        let without = |wal, stamp| {
            Ok(Self {
                wal,
                stamp,
                index: None,
            })
        };
        let Some(file) = file else {
            return without(Wal::Absent, stamp);
        };
        let got = read_fully(file, 0, &mut stamp.header)
            .map_err(|source| SqliteError::Io { page: 0, source })?;
        if got == 0 {
            return without(Wal::Absent, stamp);
        }
        let checks = match check_header(&stamp.header) {
            Ok(checks) => checks,
            Err(why) => return without(Wal::Ignored(why), stamp),
        };
        let mut index = WalIndex::new(file, &stamp.header);
        stamp.frames = index.follow(checks)?;
        if stamp.frames == 0 {
            return without(Wal::Ignored("it holds no committed frame"), stamp);
        }
        let wal = Wal::Applied {
            frames: stamp.frames,
            leftover: file.len().saturating_sub(index.offset(stamp.frames)),
        };
        Ok(Self {
            wal,
            stamp,
            index: Some(index),
        })
    }
}

/// The committed frames of a log, by page.
pub(super) struct WalIndex<'a> {
    file: &'a dyn Pages,
    salts: [u8; 8],
    frames: HashMap<u32, u32>,
    pub(super) page_size: u32,
    /// The size of the database in pages after the last commit.
    pub(super) page_count: u32,
}

impl<'a> WalIndex<'a> {
    fn new(file: &'a dyn Pages, header: &[u8; HEADER_LEN]) -> Self {
        let mut salts = [0; 8];
        salts.copy_from_slice(&header[16..24]);
        Self {
            file,
            salts,
            frames: HashMap::new(),
            page_size: be32(header, 8),
            page_count: 0,
        }
    }

    /// Follows the frames while their checksums hold; returns how many are committed.
    fn follow(&mut self, mut checks: Checksum) -> Result<u32, SqliteError> {
        let mut frame = vec![0; FRAME_HEADER_LEN + self.page_size as usize];
        let mut uncommitted = Vec::new();
        let mut committed = 0;
        for number in 0..u32::MAX {
            let got = read_fully(self.file, self.offset(number), &mut frame)
                .map_err(|source| SqliteError::Io { page: 0, source })?;
            let page = be32(&frame, 0);
            if got < frame.len() || page == 0 || frame[8..16] != self.salts {
                break;
            }
            checks.add(&frame[..8]);
            checks.add(&frame[FRAME_HEADER_LEN..]);
            if checks.value() != (be32(&frame, 16), be32(&frame, 20)) {
                break;
            }
            uncommitted.push((page, number));
            let size_after_commit = be32(&frame, 4);
            if size_after_commit != 0 {
                self.frames.extend(uncommitted.drain(..));
                self.page_count = size_after_commit;
                committed = number + 1;
            }
        }
        Ok(committed)
    }

    fn offset(&self, frame: u32) -> u64 {
        let frame_len = FRAME_HEADER_LEN as u64 + u64::from(self.page_size);
        HEADER_LEN as u64 + u64::from(frame) * frame_len
    }

    /// How many pages the log holds.
    pub(super) fn pages(&self) -> u64 {
        self.frames.len() as u64
    }

    /// The frame with the newest committed version of a page.
    pub(super) fn frame_of(&self, page: u32) -> Option<u32> {
        self.frames.get(&page).copied()
    }

    /// Fills `buf` from a frame, after a look that another process did not overwrite it.
    pub(super) fn read(
        &self,
        frame: u32,
        page: u32,
        at: u32,
        buf: &mut [u8],
    ) -> Result<(), SqliteError> {
        let failed = |source| SqliteError::Io { page, source };
        let offset = self.offset(frame);
        let body = offset + FRAME_HEADER_LEN as u64 + u64::from(at);
        let wanted = buf.len();
        let got = read_fully(self.file, body, buf).map_err(failed)?;
        let mut header = [0; FRAME_HEADER_LEN];
        read_fully(self.file, offset, &mut header).map_err(failed)?;
        if be32(&header, 0) != page || header[8..16] != self.salts {
            return Err(SqliteError::Changed { page });
        }
        if got < wanted {
            Err(SqliteError::ShortRead { page, wanted, got })
        } else {
            Ok(())
        }
    }
}

fn check_header(header: &[u8; HEADER_LEN]) -> Result<Checksum, &'static str> {
    let big_endian = match be32(header, 0) {
        MAGIC_LITTLE_ENDIAN => false,
        MAGIC_BIG_ENDIAN => true,
        _ => return Err("it does not begin like a write-ahead log"),
    };
    if be32(header, 4) != VERSION {
        return Err("its format version is unknown");
    }
    if !page_size_is_valid(be32(header, 8)) {
        return Err("its page size is impossible");
    }
    let mut checks = Checksum {
        big_endian,
        first: 0,
        second: 0,
    };
    checks.add(&header[..24]);
    if checks.value() != (be32(header, 24), be32(header, 28)) {
        return Err("the checksum of its header is wrong");
    }
    Ok(checks)
}

fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// The running checksum over pairs of words; the magic number tells their byte order.
struct Checksum {
    big_endian: bool,
    first: u32,
    second: u32,
}

impl Checksum {
    fn add(&mut self, bytes: &[u8]) {
        let word = |bytes: [u8; 4]| {
            if self.big_endian {
                u32::from_be_bytes(bytes)
            } else {
                u32::from_le_bytes(bytes)
            }
        };
        let (mut first, mut second) = (self.first, self.second);
        let (pairs, _) = bytes.as_chunks::<8>();
        for &[a, b, c, d, e, f, g, h] in pairs {
            first = first.wrapping_add(word([a, b, c, d])).wrapping_add(second);
            second = second.wrapping_add(word([e, f, g, h])).wrapping_add(first);
        }
        (self.first, self.second) = (first, second);
    }

    fn value(&self) -> (u32, u32) {
        (self.first, self.second)
    }
}
