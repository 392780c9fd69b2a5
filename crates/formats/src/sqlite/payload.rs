//! The bytes of one b-tree entry, across its overflow pages.
//!
//! Called by the b-tree walk, which makes it, and by the record reader, which reads it.
//!
//! **Invariant:** no more of the entry is in memory than the caller's buffer.
//!
//! **Source:** <https://www.sqlite.org/fileformat2.html#cell_payload_overflow_pages>

use super::error::SqliteError;
use super::pager::{PageSet, Pager};

/// The number of the next page comes before the content of an overflow page.
const LINK_LEN: u32 = 4;

/// A place in the chain: the page, and how many overflow pages come before it.
#[derive(Clone, Copy)]
struct Link {
    page: u32,
    index: u64,
}

/// A reader over one entry that can go back to an earlier position.
pub(super) struct Payload<'w, 'a> {
    pager: &'w Pager<'a>,
    seen: &'w mut PageSet,
    page: u32,
    local: &'w [u8],
    first: u32,
    length: u64,
    link: Option<Link>,
    /// How many pages of the chain are in `seen`; a second pass meets them again.
    claimed: u64,
}

impl<'w, 'a> Payload<'w, 'a> {
    pub(super) fn new(
        pager: &'w Pager<'a>,
        seen: &'w mut PageSet,
        page: u32,
        local: &'w [u8],
        first: u32,
        length: u64,
    ) -> Result<Self, SqliteError> {
        if length > pager.capacity() {
            return Err(SqliteError::BadPage {
                page,
                what: "an entry is longer than the file",
            });
        }
        Ok(Self {
            pager,
            seen,
            page,
            local,
            first,
            length,
            link: None,
            claimed: 0,
        })
    }

    pub(super) fn len(&self) -> u64 {
        self.length
    }

    pub(super) fn bad(&self, what: &'static str) -> SqliteError {
        SqliteError::BadPage {
            page: self.page,
            what,
        }
    }

    /// Reads `len` bytes from `position` on; the caller bounds `len`.
    pub(super) fn bytes(&mut self, position: u64, len: usize) -> Result<Vec<u8>, SqliteError> {
        if position.saturating_add(len as u64) > self.length {
            return Err(self.bad("a record is shorter than its header says"));
        }
        let mut bytes = vec![0; len];
        self.fill(position, &mut bytes)?;
        Ok(bytes)
    }

    fn fill(&mut self, position: u64, buf: &mut [u8]) -> Result<(), SqliteError> {
        let local = usize::try_from(position)
            .ok()
            .and_then(|at| self.local.get(at..));
        let local = local.unwrap_or_default();
        let (head, mut rest) = buf.split_at_mut(local.len().min(buf.len()));
        head.copy_from_slice(&local[..head.len()]);
        let room = self.pager.usable() - LINK_LEN;
        let mut beyond = (position + head.len() as u64).saturating_sub(self.local.len() as u64);
        while !rest.is_empty() {
            let page = self.seek(beyond / u64::from(room))?;
            let at = (beyond % u64::from(room)) as u32;
            let count = rest.len().min((room - at) as usize);
            let (part, after) = rest.split_at_mut(count);
            self.pager.read(page, LINK_LEN + at, part)?;
            beyond += count as u64;
            rest = after;
        }
        Ok(())
    }

    /// Follows the chain to the overflow page with this index.
    fn seek(&mut self, index: u64) -> Result<u32, SqliteError> {
        let mut link = match self.link {
            Some(link) if link.index <= index => link,
            _ => self.enter(Link {
                page: self.first,
                index: 0,
            })?,
        };
        while link.index < index {
            let mut next = [0; LINK_LEN as usize];
            self.pager.read(link.page, 0, &mut next)?;
            link = self.enter(Link {
                page: u32::from_be_bytes(next),
                index: link.index + 1,
            })?;
        }
        Ok(link.page)
    }

    fn enter(&mut self, link: Link) -> Result<Link, SqliteError> {
        if link.page == 0 {
            return Err(self.bad("an overflow chain ends too early"));
        }
        if link.index >= self.claimed {
            if !self.seen.insert(link.page) {
                return Err(SqliteError::Loop { page: link.page });
            }
            self.claimed = link.index + 1;
        }
        self.link = Some(link);
        Ok(link)
    }
}
