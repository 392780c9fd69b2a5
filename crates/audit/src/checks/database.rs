//! Reads an SQLite database twice: its rows, by table, and its bytes, where freed pages and the
//! write-ahead log keep what a row no longer shows.
//!
//! **Invariant:** nothing is locked and no file is made; see `formats::sqlite`.

use std::io;
use std::ops::ControlFlow;

use bedlock_formats::sqlite::{Cell as RowCell, Database, Pages, Row, SqliteError, Table, Value};
use bedlock_model::{Cell, Place, RowKey, Snapshot, Source};

use crate::checks::cell::{self, Column};
use crate::checks::unpack;
use crate::found::{At, Candidate, CellAt};

/// How the location of bytes that belong to no row begins.
pub(crate) const RAW: &str = "raw bytes";
pub(crate) const FREED_PAGE: &str = "raw bytes (freed page)";
pub(crate) const BESIDE_A_DATABASE: &str = "raw bytes (write-ahead log)";

/// A source as the reader of the file format wants it.
pub(crate) struct AsPages<'s>(pub(crate) &'s dyn Source);

impl Pages for AsPages<'_> {
    fn len(&self) -> u64 {
        self.0.len().unwrap_or(0)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(offset, buf)
    }
}

/// A value of a row, with everything that names it.
pub(crate) struct Met<'r> {
    pub(crate) at: CellAt,
    pub(crate) row_name: String,
    /// Whether the value is declared as text, not as bytes.
    pub(crate) is_text: bool,
    /// Whether these are only some of the value's bytes, because it is very long.
    pub(crate) is_piece: bool,
    pub(crate) bytes: &'r [u8],
}

/// Visits every text and blob of every table; returns what could not be read, by table.
///
/// # Errors
/// When the file is no database, or is no longer one.
pub(crate) fn each_value(
    main: &dyn Source,
    wal: Option<&dyn Source>,
    visit: &mut dyn FnMut(Met<'_>) -> ControlFlow<()>,
) -> Result<Damaged, SqliteError> {
    let main = AsPages(main);
    let wal = wal.map(AsPages);
    let database = Database::open(&main, wal.as_ref().map(|pages| pages as &dyn Pages))?;
    let mut damaged = Vec::new();
    for table in database.tables() {
        let mut number = 0;
        let walked = database.rows(table, &mut |row| {
            number += 1;
            visit_row(table, number, &row, visit)
        });
        if let Err(error) = walked {
            damaged.push((table.name.clone(), error));
        }
    }
    Ok(damaged)
}

fn visit_row(
    table: &Table,
    number: u64,
    row: &Row<'_>,
    visit: &mut dyn FnMut(Met<'_>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let row_name = row_name(table, row);
    for cell in &row.cells {
        let (Value::Text(bytes) | Value::Blob(bytes)) = &cell.value else {
            continue;
        };
        if bytes.len() < 6 {
            continue;
        }
        let at = CellAt {
            table: table.name.clone(),
            key: key_of(row, cell.column),
            row: number,
            column: cell.column.to_owned(),
            range: 0..bytes.len(),
            packed: false,
        };
        let is_text = matches!(cell.value, Value::Text(_));
        let is_piece = cell.more || cell.offset > 0;
        let plain = unpack::zstd(bytes);
        let (packed, bytes) = plain.as_ref().map_or((false, bytes), |plain| (true, plain));
        let at = CellAt {
            range: 0..bytes.len(),
            packed,
            ..at
        };
        visit(Met {
            at,
            row_name: row_name.clone(),
            is_text,
            is_piece,
            bytes,
        })?;
    }
    ControlFlow::Continue(())
}

/// What people call a row: its name where the table has such a column, else its first short text.
fn row_name(table: &Table, row: &Row<'_>) -> String {
    let text = |cell: &RowCell<'_>| match &cell.value {
        // A row is never called by a credential of its own.
        Value::Text(text)
            if text.len() <= 200
                && !bedlock_detect::credential_name(cell.column)
                    .is_some_and(|hint| hint.strong)
                && !bedlock_detect::plausible_secret(text) =>
        {
            Some(String::from_utf8_lossy(text).into_owned())
        }
        _ => None,
    };
    let by_column = (table.name == "secret_store_entries")
        .then(|| row.cells.iter().find(|cell| cell.column == "name"))
        .flatten();
    by_column
        .and_then(text)
        .or_else(|| row.cells.iter().find_map(text))
        .unwrap_or_default()
}

/// The rowid, or for a table without one all other columns of the row.
fn key_of(row: &Row<'_>, column: &str) -> RowKey {
    match row.rowid {
        Some(rowid) => RowKey::Rowid(rowid),
        None => RowKey::Columns(
            row.cells
                .iter()
                .filter(|cell| cell.column != column && !cell.more)
                .map(|cell| (cell.column.to_owned(), owned(cell)))
                .collect(),
        ),
    }
}

fn owned(cell: &RowCell<'_>) -> Cell {
    match &cell.value {
        Value::Null => Cell::Null,
        Value::Int(n) => Cell::Integer(*n),
        Value::Real(n) => Cell::Real(*n),
        Value::Text(text) => Cell::Text(text.clone()),
        Value::Blob(blob) => Cell::Blob(blob.clone()),
    }
}

/// Tables that could not be read whole.
pub(crate) type Damaged = Vec<(String, SqliteError)>;

/// Finds credentials in the rows.
///
/// # Errors
/// When the file is no database.
pub(crate) fn check(
    main: &dyn Source,
    wal: Option<&dyn Source>,
) -> Result<(Vec<Candidate>, Damaged), SqliteError> {
    let mut found = Vec::new();
    let damaged = each_value(main, wal, &mut |met| {
        let column = Column {
            table: &met.at.table,
            row_name: &met.row_name,
            column: &met.at.column,
        };
        let name = row_label(&met.at, &met.row_name);
        let mut candidates = cell::check(&met.at, &column, met.bytes);
        for candidate in &mut candidates {
            candidate.location = join(&name, &candidate.location);
        }
        found.extend(candidates);
        ControlFlow::Continue(())
    })?;
    Ok((found, damaged))
}

/// `table[row].column`, with the row's own name where it has a short one.
pub(crate) fn row_label(at: &CellAt, row_name: &str) -> String {
    let plain = !row_name.is_empty()
        && row_name.len() <= 40
        && row_name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-:".contains(c));
    // A row whose name is itself a credential must not be named by it.
    let telling = |text: &[u8]| {
        bedlock_detect::plausible_secret(text) || !bedlock_detect::scan(text).is_empty()
    };
    if plain && !telling(row_name.as_bytes()) {
        format!("{}[{row_name}].{}", at.table, at.column)
    } else {
        format!("{}[{}].{}", at.table, at.row, at.column)
    }
}

fn join(row: &str, inner: &str) -> String {
    match inner.chars().next() {
        None => row.to_owned(),
        Some('[') => format!("{row}{inner}"),
        Some(_) => format!("{row}.{inner}"),
    }
}

/// Whether a stretch of raw bytes belongs to the file and not to a row.
pub(crate) fn is_raw(at: &At) -> bool {
    matches!(at, At::Bytes(_))
}

/// The write-ahead log of a database, when there is one with something in it.
pub(crate) fn wal_of<'s>(snapshot: &'s Snapshot, place: &Place) -> Option<&'s Place> {
    let mut name = place.path.clone().into_os_string();
    name.push("-wal");
    snapshot
        .at(std::path::Path::new(&name))
        .filter(|wal| wal.meta.size > 0)
}
