//! The reader against SQLite itself: what SQLite selects is what `rows` visits.

mod hostile;
mod log;
mod oracle;
mod schema;

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::{Database, Pages, SqliteError, Table, Value, Wal};

/// A file as the host crate hands it over.
struct OnDisk(File);

impl OnDisk {
    #[expect(clippy::disallowed_methods, reason = "the test owns the folder")]
    fn open(path: &Path) -> Self {
        Self(File::open(path).expect("the test made it"))
    }
}

impl Pages for OnDisk {
    fn len(&self) -> u64 {
        self.0.metadata().map_or(0, |metadata| metadata.len())
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(buf, offset)
    }
}

/// A row by rowid with its stored values.
type Rows = Vec<(Option<i64>, Vec<Value>)>;

#[expect(clippy::disallowed_methods, reason = "the test owns the folder")]
fn bytes_of(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("the test made it")
}

#[expect(clippy::disallowed_methods, reason = "the test owns the folder")]
fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).expect("the test owns the folder");
}

fn wal_of(main: &Path) -> PathBuf {
    let mut name = main.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// Every file in a folder with its bytes.
#[expect(clippy::disallowed_methods, reason = "the test owns the folder")]
fn snapshot(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    std::fs::read_dir(folder)
        .expect("the test owns the folder")
        .map(|entry| entry.expect("the test owns the folder").path())
        .map(|path| (path.clone(), bytes_of(&path)))
        .collect()
}

/// Copies a database and its log to another folder, as a crash or a backup would leave them.
fn crash_copy(main: &Path, folder: &Path) -> PathBuf {
    let copy = folder.join("copy.sqlite");
    write(&copy, &bytes_of(main));
    if wal_of(main).exists() {
        write(&wal_of(&copy), &bytes_of(&wal_of(main)));
    }
    copy
}

fn read_rows(database: &Database<'_>, table: &Table) -> Result<Rows, SqliteError> {
    let mut rows = Rows::new();
    database.rows(table, &mut |row| {
        assert!(row.cells.iter().all(|cell| cell.offset == 0 && !cell.more));
        rows.push((
            row.rowid,
            row.cells.into_iter().map(|cell| cell.value).collect(),
        ));
        ControlFlow::Continue(())
    })?;
    Ok(rows)
}

fn select(connection: &Connection, table: &Table) -> Rows {
    let mut columns: Vec<String> = table
        .columns
        .iter()
        .filter(|column| column.stored)
        .map(|column| format!("\"{}\"", column.name.replace('"', "\"\"")))
        .collect();
    if !table.without_rowid {
        columns.insert(0, "_rowid_".to_owned());
    }
    let name = table.name.replace('"', "\"\"");
    let sql = format!("SELECT {} FROM \"{name}\" NOT INDEXED", columns.join(", "));
    let mut statement = connection.prepare(&sql).expect(&sql);
    let mut found = statement.query([]).expect(&sql);
    let mut rows = Rows::new();
    while let Some(row) = found.next().expect(&sql) {
        let mut values: Vec<Value> = (0..columns.len())
            .map(|at| match row.get_ref(at).expect(&sql) {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(value) => Value::Int(value),
                ValueRef::Real(value) => Value::Real(value),
                ValueRef::Text(bytes) => Value::Text(bytes.to_vec()),
                ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
            })
            .collect();
        let rowid = (!table.without_rowid).then(|| match values.remove(0) {
            Value::Int(rowid) => rowid,
            _ => panic!("a rowid is an integer"),
        });
        rows.push((rowid, values));
    }
    rows
}

/// Compares tables, columns and rows of an opened database with what a connection sees.
fn assert_same(database: &Database<'_>, connection: &Connection) {
    let mut names: Vec<String> = vec!["sqlite_schema".to_owned()];
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY rowid";
    let mut statement = connection.prepare(sql).unwrap();
    names.extend(
        statement
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap),
    );
    let found: Vec<_> = database
        .tables()
        .iter()
        .map(|table| table.name.clone())
        .collect();
    assert_eq!(found, names);
    for table in database.tables() {
        assert_same_columns(table, connection);
        let ours = read_rows(database, table).unwrap();
        let theirs = select(connection, table);
        assert_eq!(ours.len(), theirs.len(), "rows of {}", table.name);
        for (at, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
            assert!(
                ours == theirs,
                "row {at} of {}: {ours:?} {theirs:?}",
                table.name
            );
        }
    }
}

fn assert_same_columns(table: &Table, connection: &Connection) {
    let mut statement = connection
        .prepare("SELECT name, hidden FROM pragma_table_xinfo(?1)")
        .unwrap();
    let theirs: Vec<(String, bool)> = statement
        .query_map([&table.name], |row| {
            Ok((row.get(0)?, row.get::<_, i64>(1)? != 2))
        })
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let ours: Vec<_> = table
        .columns
        .iter()
        .map(|column| (column.name.clone(), column.stored))
        .collect();
    assert_eq!(ours, theirs, "columns of {}", table.name);
}

/// Opens the files of a database by themselves, leaves no trace, and compares with the connection.
fn check(main: &Path, connection: &Connection) {
    let folder = main.parent().expect("a file is in a folder");
    let before = snapshot(folder);
    let file = OnDisk::open(main);
    let log = wal_of(main).exists().then(|| OnDisk::open(&wal_of(main)));
    let database = Database::open(&file, log.as_ref().map(|log| log as &dyn Pages)).unwrap();
    for table in database.tables() {
        read_rows(&database, table).unwrap();
    }
    // The connection's own reading changes the -shm file, so it comes after the comparison.
    assert!(before == snapshot(folder), "reading changed a file");
    assert_same(&database, connection);
}

/// Makes a database of one connection in a folder of its own.
fn make(sql: &str) -> (tempfile::TempDir, PathBuf, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let main = folder.path().join("main.sqlite");
    let connection = Connection::open(&main).unwrap();
    connection.execute_batch(sql).unwrap();
    (folder, main, connection)
}
