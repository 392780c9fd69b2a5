//! The edits of a database, by row, and their values as SQLite takes them.
//!
//! Used by `database`.
//!
//! **Invariant:** a value is only ever bound, never part of a statement, so that no message of
//! SQLite can hold one.

use std::collections::HashMap;

use bedlock_model::{Cell, RowEdit, RowKey, RowOp};
use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};

/// A name as SQL takes it, whatever is in it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// All that happens to one row.
pub(super) struct Row<'a> {
    pub(super) table: &'a str,
    pub(super) key: &'a RowKey,
    pub(super) set: Vec<(&'a str, &'a Cell)>,
    pub(super) delete: bool,
}

/// Brings the edits of each row together, in the order in which rows first appear.
pub(super) fn rows(edits: &[RowEdit]) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut known = HashMap::new();
    for edit in edits {
        let at = *known
            .entry((edit.table.as_str(), key_bytes(&edit.key)))
            .or_insert(rows.len());
        if at == rows.len() {
            rows.push(Row {
                table: &edit.table,
                key: &edit.key,
                set: Vec::new(),
                delete: false,
            });
        }
        match &edit.op {
            RowOp::Set { column, value } if !rows[at].delete => {
                rows[at].set.retain(|(known, _)| known != column);
                rows[at].set.push((column, value));
            }
            RowOp::Set { .. } => {}
            RowOp::Delete => {
                rows[at].delete = true;
                rows[at].set.clear();
            }
        }
    }
    rows
}

/// A row's key such that keys are equal when their bytes are: floating point numbers, which can
/// be part of one, cannot be compared as such.
fn key_bytes(key: &RowKey) -> Vec<u8> {
    let columns = match key {
        RowKey::Rowid(rowid) => return rowid.to_le_bytes().to_vec(),
        RowKey::Columns(columns) => columns,
    };
    let mut all = Vec::new();
    for (name, cell) in columns {
        let number;
        let (kind, bytes): (u8, &[u8]) = match cell {
            Cell::Null => (0, &[]),
            Cell::Integer(integer) => {
                number = integer.to_le_bytes();
                (1, &number)
            }
            Cell::Real(real) => {
                number = real.to_bits().to_le_bytes();
                (2, &number)
            }
            Cell::Text(text) => (3, text),
            Cell::Blob(blob) => (4, blob),
        };
        for part in [name.as_bytes(), &[kind], bytes] {
            all.extend_from_slice(&(part.len() as u64).to_le_bytes());
            all.extend_from_slice(part);
        }
    }
    all
}

/// A value of a statement.
pub(super) enum Bound<'a> {
    Cell(&'a Cell),
    Rowid(i64),
    Text(&'a [u8]),
}

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Cell(Cell::Null) => ToSqlOutput::Owned(Value::Null),
            Self::Cell(Cell::Integer(number)) => ToSqlOutput::Owned(Value::Integer(*number)),
            Self::Cell(Cell::Real(number)) => ToSqlOutput::Owned(Value::Real(*number)),
            Self::Cell(Cell::Text(text)) => ToSqlOutput::Borrowed(ValueRef::Text(text)),
            Self::Cell(Cell::Blob(blob)) => ToSqlOutput::Borrowed(ValueRef::Blob(blob)),
            Self::Rowid(rowid) => ToSqlOutput::Owned(Value::Integer(*rowid)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text)),
        })
    }
}
