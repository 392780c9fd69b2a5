//! One b-tree from its root: every entry in key order, each page at most once.
//!
//! Called by `Database::rows`, for table b-trees and for the index b-trees of WITHOUT ROWID tables.
//!
//! **Invariant:** damage costs the page or the entry that it is in, never the rest of the tree; the
//! first damage is remembered and returned at the end.
//!
//! **Source:** <https://www.sqlite.org/fileformat2.html#b_tree_pages>

use std::ops::{ControlFlow, Range};

use super::error::SqliteError;
use super::pager::{PageSet, Pager};
use super::payload::Payload;
use super::record::varint;

/// SQLite's own limit; a deeper tree would hold more pages than page numbers exist.
const MAX_DEPTH: usize = 20;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    IndexInterior,
    TableInterior,
    IndexLeaf,
    TableLeaf,
}

impl Kind {
    fn is_leaf(self) -> bool {
        matches!(self, Self::IndexLeaf | Self::TableLeaf)
    }

    fn is_table(self) -> bool {
        matches!(self, Self::TableInterior | Self::TableLeaf)
    }
}

/// A page that is being walked, and how far the walk has come.
struct Level {
    page: u32,
    bytes: Vec<u8>,
    kind: Kind,
    /// Where the array of cell pointers begins.
    pointers: usize,
    cells: usize,
    /// Interior pages alternate child, cell, child, ..; leaves have cells only.
    step: usize,
}

enum Step {
    Child(u32),
    Cell(Cell),
    Nothing,
}

/// An entry whose payload begins on this page.
struct Cell {
    rowid: Option<i64>,
    length: u64,
    local: Range<usize>,
    overflow: u32,
}

impl Level {
    fn load(pager: &Pager<'_>, page: u32) -> Result<Self, SqliteError> {
        let bad = |what| SqliteError::BadPage { page, what };
        let bytes = pager.page(page)?;
        let start = if page == 1 {
            super::header::HEADER_LEN
        } else {
            0
        };
        let kind = match bytes[start] {
            0x02 => Kind::IndexInterior,
            0x05 => Kind::TableInterior,
            0x0a => Kind::IndexLeaf,
            0x0d => Kind::TableLeaf,
            _ => return Err(bad("it is not a b-tree page")),
        };
        let cells = usize::from(u16::from_be_bytes([bytes[start + 3], bytes[start + 4]]));
        let pointers = start + if kind.is_leaf() { 8 } else { 12 };
        if pointers + 2 * cells > bytes.len() {
            return Err(bad("it has more cells than room"));
        }
        Ok(Self {
            page,
            bytes,
            kind,
            pointers,
            cells,
            step: 0,
        })
    }

    fn next(&mut self, usable: u32) -> Option<Result<Step, SqliteError>> {
        let step = self.step;
        self.step += 1;
        if self.kind.is_leaf() {
            return (step < self.cells).then(|| self.cell(step, usable).map(Step::Cell));
        }
        if step > 2 * self.cells {
            return None;
        }
        Some(if step.is_multiple_of(2) {
            self.child(step / 2).map(Step::Child)
        } else if self.kind == Kind::IndexInterior {
            self.cell(step / 2, usable).map(Step::Cell)
        } else {
            Ok(Step::Nothing)
        })
    }

    fn bad(&self, what: &'static str) -> SqliteError {
        SqliteError::BadPage {
            page: self.page,
            what,
        }
    }

    fn word(&self, at: usize) -> Result<u32, SqliteError> {
        match self.bytes.get(at..at + 4) {
            Some(&[a, b, c, d]) => Ok(u32::from_be_bytes([a, b, c, d])),
            _ => Err(self.bad("a cell lies outside of the page")),
        }
    }

    fn cell_offset(&self, number: usize) -> Result<usize, SqliteError> {
        let at = self.pointers + 2 * number;
        let offset = usize::from(u16::from_be_bytes([self.bytes[at], self.bytes[at + 1]]));
        if offset < self.pointers + 2 * self.cells {
            return Err(self.bad("a cell overlaps the page header"));
        }
        Ok(offset)
    }

    fn child(&self, number: usize) -> Result<u32, SqliteError> {
        // The right-most child has no cell; its number is the last field of the page header.
        if number == self.cells {
            self.word(self.pointers - 4)
        } else {
            self.word(self.cell_offset(number)?)
        }
    }

    fn cell(&self, number: usize, usable: u32) -> Result<Cell, SqliteError> {
        let mut at = self.cell_offset(number)? + if self.kind.is_leaf() { 0 } else { 4 };
        let mut number = || {
            let (value, len) = varint(self.bytes.get(at..).unwrap_or_default())?;
            at += len;
            Some(value)
        };
        let outside = || self.bad("a cell lies outside of the page");
        let length = number().ok_or_else(outside)?;
        let rowid = match self.kind.is_table() {
            true => Some(number().ok_or_else(outside)?.cast_signed()),
            false => None,
        };
        let kept = local_len(length, usable, self.kind.is_table());
        let local = at..at + kept;
        if local.end > self.bytes.len() {
            return Err(outside());
        }
        let overflow = if kept as u64 == length {
            0
        } else {
            self.word(local.end)?
        };
        Ok(Cell {
            rowid,
            length,
            local,
            overflow,
        })
    }
}

/// How many bytes of a payload stay on the b-tree page.
///
/// **Source:** <https://www.sqlite.org/fileformat2.html#b_tree_pages>, the list of "computation of
/// the amount of payload that spills".
fn local_len(length: u64, usable: u32, table: bool) -> usize {
    let usable = u64::from(usable);
    let most = if table {
        usable - 35
    } else {
        (usable - 12) * 64 / 255 - 23
    };
    let least = (usable - 12) * 32 / 255 - 23;
    let kept = if length <= most {
        length
    } else {
        let fitting = least + (length - least) % (usable - 4);
        if fitting <= most { fitting } else { least }
    };
    // At most a page, which is at most 64 KiB.
    kept as usize
}

/// What the walk does with each entry.
pub(super) type Visit<'v> =
    dyn FnMut(Option<i64>, &mut Payload<'_, '_>) -> Result<ControlFlow<()>, SqliteError> + 'v;

/// Walks the b-tree below `root`, past damage, until the visitor has enough.
///
/// # Errors
///
/// The first damage, after everything else was visited; `Changed` at once.
pub(super) fn walk(pager: &Pager<'_>, root: u32, visit: &mut Visit<'_>) -> Result<(), SqliteError> {
    let mut seen = PageSet::default();
    let mut damage = Ok(());
    seen.insert(root);
    let mut stack = vec![Level::load(pager, root)?];
    while let Some(level) = stack.last_mut() {
        let outcome = match level.next(pager.usable()) {
            None => {
                stack.pop();
                continue;
            }
            Some(Ok(Step::Nothing)) => continue,
            Some(Ok(Step::Child(page))) => {
                let table = level.kind.is_table();
                descend(pager, &mut seen, &mut stack, page, table).map(ControlFlow::Continue)
            }
            Some(Ok(Step::Cell(cell))) => {
                let local = &level.bytes[cell.local];
                Payload::new(
                    pager,
                    &mut seen,
                    level.page,
                    local,
                    cell.overflow,
                    cell.length,
                )
                .and_then(|mut payload| visit(cell.rowid, &mut payload))
            }
            Some(Err(error)) => Err(error),
        };
        match outcome {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => break,
            Err(error @ SqliteError::Changed { .. }) => return Err(error),
            Err(error) => damage = damage.and(Err(error)),
        }
    }
    damage
}

fn descend(
    pager: &Pager<'_>,
    seen: &mut PageSet,
    stack: &mut Vec<Level>,
    page: u32,
    table: bool,
) -> Result<(), SqliteError> {
    if !seen.insert(page) {
        return Err(SqliteError::Loop { page });
    }
    if stack.len() >= MAX_DEPTH {
        return Err(SqliteError::BadPage {
            page,
            what: "the b-tree is too deep",
        });
    }
    let level = Level::load(pager, page)?;
    if level.kind.is_table() != table {
        return Err(level.bad("it belongs to another kind of b-tree"));
    }
    stack.push(level);
    Ok(())
}
