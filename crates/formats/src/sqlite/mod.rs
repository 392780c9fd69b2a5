//! A read-only reader of SQLite database files, with the committed part of a write-ahead log.
//!
//! Called by the audit, which must look into databases that another process has open, that lie on
//! a mounted image, or that are damaged. The SQLite library cannot do that without side effects: it
//! takes locks and creates `-wal` and `-shm` files.
//!
//! **Invariant:** nothing is written, locked or cached. Memory is bounded by the depth of a b-tree
//! and the size of one row's pieces, never by the size of the file or by a length in it.
//!
//! A rollback journal is not applied: what a crashed transaction left in the main file is read as it
//! lies there. Freed pages and the leftover of the log are not read; they have no structure to rely on.
//!
//! **Source:** <https://www.sqlite.org/fileformat2.html>

mod btree;
mod error;
mod header;
mod pager;
mod payload;
mod record;
mod schema;
#[cfg(test)]
mod tests;
mod tokens;
mod wal;

use std::fmt;
use std::ops::ControlFlow;

pub use error::SqliteError;
pub use header::{AutoVacuum, Encoding, Header};
pub use pager::Pages;
pub use schema::{Column, Table};
pub use wal::Wal;

use pager::Pager;
use record::{Limits, Reader};
use wal::{WalIndex, WalScan};

/// How much text of the schema is kept, in bytes.
const MAX_SCHEMA: usize = 64 << 20;
/// How many tables are kept.
const MAX_TABLES: usize = 65_536;
/// A longer definition is not parsed, in bytes.
const MAX_DEFINITION: usize = 1 << 20;

/// One value of a row, or one piece of it.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// NULL, also for a column that was added after the row was written.
    Null,
    /// An integer.
    Int(i64),
    /// A real number.
    Real(f64),
    /// Text as UTF-8; bytes that the database holds in violation of its encoding are kept.
    Text(Vec<u8>),
    /// Bytes.
    Blob(Vec<u8>),
}

/// Shows the type and the size only: a value may be a secret.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("Null"),
            Self::Int(_) => f.write_str("Int(..)"),
            Self::Real(_) => f.write_str("Real(..)"),
            Self::Text(bytes) => write!(f, "Text({} bytes)", bytes.len()),
            Self::Blob(bytes) => write!(f, "Blob({} bytes)", bytes.len()),
        }
    }
}

/// A value with its column.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell<'t> {
    /// The name of the column; empty where the declaration has none for it.
    pub column: &'t str,
    /// The value, or the piece of it that begins at `offset`.
    pub value: Value,
    /// How many stored bytes of the value came in earlier pieces.
    pub offset: u64,
    /// Whether another piece of this value follows. A piece may end inside of a character.
    pub more: bool,
}

/// A row, or a further piece of a single long value of the row before.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'t> {
    /// The rowid, unless the table has none.
    pub rowid: Option<i64>,
    /// The values in the order of the declaration, without virtual generated columns.
    pub cells: Vec<Cell<'t>>,
}

/// What every commit of another process changes: the log, and the header where there is none.
#[derive(PartialEq, Eq)]
struct Stamp {
    log: wal::Stamp,
    header: Option<[u8; header::HEADER_LEN]>,
}

/// An opened database.
pub struct Database<'a> {
    main: &'a dyn Pages,
    log: Option<&'a dyn Pages>,
    /// What the files looked like when they were opened.
    seen: Stamp,
    pager: Pager<'a>,
    header: Header,
    wal: Wal,
    tables: Vec<Table>,
    limits: Limits,
}

impl<'a> Database<'a> {
    /// Opens a main file and its write-ahead log, if there is one, and reads the schema.
    ///
    /// Damage in the schema hides tables but does not fail here: `rows` of `tables()[0]`, the schema
    /// table, reports it.
    ///
    /// # Errors
    ///
    /// - `NotSqlite`, `EncryptedOrNotSqlite`, `BadPage`: no usable header.
    /// - `SchemaTooLarge`: more tables than any real database has.
    /// - `Changed`: another process overwrote the log meanwhile; open again.
    /// - `Io`: the storage failed.
    pub fn open(main: &'a dyn Pages, wal: Option<&'a dyn Pages>) -> Result<Self, SqliteError> {
        let scan = WalScan::of(wal)?;
        let log_stamp = scan.stamp;
        let (header, state, index) = read_header(main, scan)?;
        let seen = Stamp {
            log: log_stamp,
            header: header_stamp(main, &state)?,
        };
        let mut database = Self {
            main,
            log: wal,
            seen,
            pager: Pager::new(main, index, &header),
            header,
            wal: state,
            tables: vec![Table::schema()],
            limits: Limits::default(),
        };
        if database.pager.capacity() > 0 {
            database.tables.extend(database.read_schema()?);
        }
        Ok(database)
    }

    /// Returns what the header of the database says.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Tells what became of the write-ahead log.
    pub fn wal(&self) -> Wal {
        self.wal
    }

    /// Returns the tables that have rows, the schema table first.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// Visits the rows of a table in key order until the visitor breaks.
    ///
    /// A value that is longer than 16 MiB comes in pieces: the row with the first piece, then one
    /// more visit for each further piece. The time is linear in the pages of the table.
    ///
    /// # Errors
    ///
    /// The first damage in this table. All rows that can be read have been visited by then, before
    /// and after it, except on `Changed`, which ends the walk: open the database again.
    pub fn rows(
        &self,
        table: &Table,
        visit: &mut dyn FnMut(Row<'_>) -> ControlFlow<()>,
    ) -> Result<(), SqliteError> {
        if self.pager.capacity() == 0 {
            return Ok(());
        }
        let reader = Reader {
            table,
            encoding: self.header.encoding,
            limits: self.limits,
        };
        btree::walk(&self.pager, table.root, &mut |rowid, payload| {
            reader.read(rowid, payload, visit)
        })
    }

    /// Tells whether no other process committed anything since the database was opened.
    ///
    /// Asked after the rows were read, it says whether they are one committed state. If it says no,
    /// rows may have been missed or seen twice, and damage may be none: open again. A transaction
    /// under a rollback journal that was being written at the moment of opening goes unnoticed.
    ///
    /// # Errors
    ///
    /// `Io`: the storage failed.
    pub fn is_current(&self) -> Result<bool, SqliteError> {
        let now = Stamp {
            log: WalScan::of(self.log)?.stamp,
            header: header_stamp(self.main, &self.wal)?,
        };
        Ok(now == self.seen)
    }

    fn read_schema(&self) -> Result<Vec<Table>, SqliteError> {
        let schema = Table::schema();
        let limits = Limits {
            cell: MAX_DEFINITION,
            row: 4 * MAX_DEFINITION,
        };
        let reader = Reader {
            table: &schema,
            encoding: self.header.encoding,
            limits,
        };
        let mut tables = Vec::new();
        let mut size = 0;
        let walked = btree::walk(&self.pager, schema.root, &mut |rowid, payload| {
            reader.read(rowid, payload, &mut |row| {
                size += schema_size(&row);
                tables.extend(table_of(row));
                if size > MAX_SCHEMA || tables.len() > MAX_TABLES {
                    return ControlFlow::Break(());
                }
                ControlFlow::Continue(())
            })
        });
        if size > MAX_SCHEMA || tables.len() > MAX_TABLES {
            return Err(SqliteError::SchemaTooLarge { limit: MAX_SCHEMA });
        }
        match walked {
            Err(error @ SqliteError::Changed { .. }) => Err(error),
            _ => Ok(tables),
        }
    }
}

impl fmt::Debug for Database<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("header", &self.header)
            .field("wal", &self.wal)
            .field("tables", &self.tables.len())
            .finish_non_exhaustive()
    }
}

/// The newest version of page 1 has the header; a log of another page size cannot belong to it.
fn read_header<'a>(
    main: &dyn Pages,
    log: WalScan<'a>,
) -> Result<(Header, Wal, Option<WalIndex<'a>>), SqliteError> {
    let Some(index) = log.index else {
        return Ok((main_header(main)?, log.wal, None));
    };
    let logged = match index.frame_of(1) {
        Some(frame) => {
            let mut bytes = [0; header::HEADER_LEN];
            index.read(frame, 1, 0, &mut bytes)?;
            Header::parse(&bytes, main.len())
        }
        None => main_header(main),
    };
    match logged {
        Ok(mut header) if header.page_size == index.page_size => {
            header.page_count = index.page_count;
            Ok((header, log.wal, Some(index)))
        }
        _ => Ok((
            main_header(main)?,
            Wal::Ignored("it belongs to another database"),
            None,
        )),
    }
}

/// A checkpoint copies page 1 from the log without changing the database, so that the header of the
/// main file tells something only where the log does not.
fn header_stamp(
    main: &dyn Pages,
    wal: &Wal,
) -> Result<Option<[u8; header::HEADER_LEN]>, SqliteError> {
    if matches!(wal, Wal::Applied { .. }) {
        return Ok(None);
    }
    let (bytes, _) = pager::main_header(main)?;
    Ok(Some(bytes))
}

fn main_header(main: &dyn Pages) -> Result<Header, SqliteError> {
    let (bytes, got) = pager::main_header(main)?;
    match got {
        0 => Ok(Header::of_empty_file()),
        header::HEADER_LEN => Header::parse(&bytes, main.len()),
        _ => Err(SqliteError::NotSqlite),
    }
}

fn schema_size(row: &Row<'_>) -> usize {
    let size = |cell: &Cell<'_>| match &cell.value {
        Value::Text(bytes) | Value::Blob(bytes) => bytes.len(),
        _ => 0,
    };
    row.cells.iter().map(size).sum()
}

/// Makes a table from a row of the schema, unless it describes something without rows.
fn table_of(row: Row<'_>) -> Option<Table> {
    let [kind, name, _, root, sql] = <[Cell<'_>; 5]>::try_from(row.cells).ok()?;
    if text(&kind.value) != "table" {
        return None;
    }
    // Page 0 is reported as damage when the rows are asked for.
    let root = match root.value {
        Value::Int(page) => u32::try_from(page).unwrap_or(0),
        _ => 0,
    };
    let definition = if sql.more {
        String::new()
    } else {
        text(&sql.value)
    };
    Table::from_schema(text(&name.value), root, &definition)
}

fn text(value: &Value) -> String {
    match value {
        Value::Text(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        _ => String::new(),
    }
}
