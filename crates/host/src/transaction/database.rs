//! Edits a database: in a working copy inside the transaction's own folder, and from there into
//! a fresh file that holds the live rows only.
//!
//! Used by `apply`.
//!
//! **Invariant:** SQLite never opens the agent's file, so it cannot leave a `-wal` or `-shm`
//! there; triggers do not fire, so that nothing but the planned cells changes.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use bedlock_model::{RowEdit, RowKey};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use rustix::process::{Flock, FlockType};

use super::check::SIDECARS;
use super::folder::{Folder, Spot, fault, sized_fault};
use super::journal::with_ending;
use super::rows::{Bound, Row, quoted, rows};
use super::stage::Draft;
use crate::HostError;

const WORK: &str = "work.db";
const FRESH: &str = "fresh.db";
/// Where the header of a database says that it is in WAL mode: 2 in both bytes, else 1.
///
/// **Source:** <https://www.sqlite.org/fileformat.html#file_format_version_numbers>
const VERSION_BYTES: u64 = 18;

/// Refuses a database that another process has open.
///
/// **Source:** <https://www.sqlite.org/src/file?name=src/os_unix.c> for the locks
pub(super) fn is_unlocked(spot: &Spot) -> Result<(), HostError> {
    let folder = Folder::open(&spot.folder)?;
    for ending in ["", "-shm"] {
        let name = with_ending(Path::new(&spot.name), ending).into_os_string();
        if folder.file(&name)?.is_none() {
            continue;
        }
        let file = folder.read(&name)?;
        let path = spot.path();
        let asked = Flock::from(FlockType::WriteLock);
        match rustix::process::fcntl_getlk(&file, &asked) {
            Ok(Some(held)) if held.typ != FlockType::Unlocked => {
                let pid = held
                    .pid
                    .and_then(|pid| u32::try_from(pid.as_raw_nonzero().get()).ok());
                return Err(HostError::Locked { path, pid });
            }
            // A file system without locks cannot tell; the stamps will.
            Ok(_) | Err(rustix::io::Errno::NOLCK | rustix::io::Errno::NOSYS) => {}
            Err(errno) => return Err(fault("ask for locks of", &path)(errno.into())),
        }
    }
    Ok(())
}

/// Edits a database into a fresh file in `work`, the transaction's folder, and gives it out.
pub(super) fn edit(
    work: &Folder,
    spot: &Spot,
    edits: &[RowEdit],
    cancelled: &dyn Fn() -> bool,
) -> Result<File, HostError> {
    remove_work(work)?;
    let source = Folder::open(&spot.folder)?;
    let wal = copy(&source, work, spot, cancelled)?;
    let told = |error: rusqlite::Error| explain(&spot.path(), error);
    let database = Database {
        path: spot.path(),
        connection: open(work).map_err(told)?,
    };
    database.settle(cancelled).map_err(told)?;
    database.edit(edits)?;
    database.tidy_search(edits)?;
    database.integrity()?;
    work.create(OsStr::new(FRESH))?;
    database
        .vacuum_into(&work.path().join(FRESH))
        .map_err(told)?;
    drop(database);
    for ending in ["", "-wal", "-shm", "-journal"] {
        work.unlink(OsStr::new(&format!("{WORK}{ending}")))?;
    }
    finish(work, wal, &spot.path())
}

/// Removes what the editing of a database left in the transaction's folder.
pub(super) fn remove_work(work: &Folder) -> Result<(), HostError> {
    for name in [WORK, FRESH] {
        for ending in ["", "-wal", "-shm", "-journal"] {
            work.unlink(OsStr::new(&format!("{name}{ending}")))?;
        }
    }
    Ok(())
}

/// Copies a database and what belongs to it; says whether it is in WAL mode.
fn copy(
    source: &Folder,
    work: &Folder,
    spot: &Spot,
    cancelled: &dyn Fn() -> bool,
) -> Result<bool, HostError> {
    let mut wal = false;
    for ending in ["", SIDECARS[0], SIDECARS[2]] {
        let name = with_ending(Path::new(&spot.name), ending).into_os_string();
        if source.file(&name)?.is_none() {
            continue;
        }
        let mut from = source.read(&name)?;
        if ending.is_empty() {
            wal = version_bytes(&mut from).map_err(fault("read", &spot.path()))? == [2, 2];
        }
        let mut draft = Draft::create(work, OsStr::new(&format!("{WORK}{ending}")))?;
        draft.copy(&mut from, &source.path().join(&name), cancelled)?;
    }
    Ok(wal)
}

fn version_bytes(file: &mut File) -> std::io::Result<[u8; 2]> {
    let mut header = Vec::new();
    file.take(VERSION_BYTES + 2).read_to_end(&mut header)?;
    file.rewind()?;
    Ok(header
        .last_chunk()
        .copied()
        .filter(|_| header.len() == 20)
        .unwrap_or([1, 1]))
}

fn open(work: &Folder) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(work.path().join(WORK), flags)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    Ok(connection)
}

/// Turns what SQLite said into an error that names the agent's file.
fn explain(path: &Path, error: rusqlite::Error) -> HostError {
    let path = path.to_owned();
    match error {
        rusqlite::Error::SqliteFailure(code, text) => match code.code {
            ErrorCode::OperationInterrupted => HostError::Interrupted,
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
                HostError::Locked { path, pid: None }
            }
            ErrorCode::DiskFull => sized_fault("write", &path, 0)(ErrorKind::StorageFull.into()),
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
                damaged(path, &code.to_string())
            }
            _ => HostError::Database {
                path,
                reason: text.unwrap_or_else(|| code.to_string()),
            },
        },
        error => HostError::Database {
            path,
            reason: error.to_string(),
        },
    }
}

fn damaged(path: PathBuf, what: &str) -> HostError {
    let reason = format!(
        "it is damaged ({what}); repair it with `sqlite3 FILE .recover`, or remove it, and plan again"
    );
    HostError::Database { path, reason }
}

fn finish(work: &Folder, wal: bool, path: &Path) -> Result<File, HostError> {
    use std::os::unix::fs::FileExt;

    let fresh = work.path().join(FRESH);
    let mut file = File::options()
        .read(true)
        .write(true)
        .open(&fresh)
        .map_err(fault("open", &fresh))?;
    let check = Database {
        path: path.to_owned(),
        connection: Connection::open_with_flags(
            &fresh,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )
        .map_err(|error| explain(path, error))?,
    };
    check.integrity()?;
    drop(check);
    let length = file.metadata().map_err(fault("look at", &fresh))?.len();
    if wal && length > VERSION_BYTES {
        file.write_all_at(&[2, 2], VERSION_BYTES)
            .and_then(|()| file.flush())
            .map_err(fault("write", &fresh))?;
    }
    file.seek(SeekFrom::Start(0))
        .map_err(fault("read", &fresh))?;
    Ok(file)
}

struct Database {
    /// The agent's file, for messages.
    path: PathBuf,
    connection: Connection,
}

impl Database {
    /// Brings the `-wal` in. The working copy needs no journal: if anything fails it is dropped.
    fn settle(&self, cancelled: &dyn Fn() -> bool) -> rusqlite::Result<()> {
        let all = &self.connection;
        for pragma in [
            "wal_checkpoint(TRUNCATE)",
            "journal_mode=DELETE",
            "journal_mode=OFF",
            "synchronous=OFF",
            "secure_delete=ON",
            "foreign_keys=OFF",
            "trusted_schema=OFF",
        ] {
            if cancelled() {
                return Err(interrupted());
            }
            let mut statement = all.prepare(&format!("PRAGMA {pragma}"))?;
            let mut rows = statement.query([])?;
            while rows.next()?.is_some() {}
        }
        Ok(())
    }

    fn told<T>(&self, result: rusqlite::Result<T>) -> Result<T, HostError> {
        result.map_err(|error| explain(&self.path, error))
    }

    /// Does the edits: those of one row as one statement, so that a check which looks at
    /// several columns sees the row as it will be.
    fn edit(&self, edits: &[RowEdit]) -> Result<(), HostError> {
        self.told(self.connection.execute_batch("BEGIN"))?;
        for row in rows(edits) {
            let (sql, values) = self.told(self.statement(&row))?;
            let changed = self.told(
                self.connection
                    .execute(&sql, rusqlite::params_from_iter(values)),
            )?;
            if changed != 1 {
                let reason = format!(
                    "table {}: {changed} rows where one was expected; plan again",
                    quoted(row.table)
                );
                return Err(HostError::Database {
                    path: self.path.clone(),
                    reason,
                });
            }
        }
        self.told(self.connection.execute_batch("COMMIT"))
    }

    fn statement<'r>(&self, row: &Row<'r>) -> rusqlite::Result<(String, Vec<Bound<'r>>)> {
        let mut values = Vec::new();
        let mut set = Vec::new();
        for (column, value) in &row.set {
            values.push(Bound::Cell(value));
            set.push(format!("{} = ?{}", quoted(column), values.len()));
        }
        let condition = match row.key {
            RowKey::Rowid(rowid) => {
                values.push(Bound::Rowid(*rowid));
                format!("{} = ?{}", self.rowid_name(row.table)?, values.len())
            }
            RowKey::Columns(columns) => {
                let mut all = Vec::new();
                for (column, value) in columns {
                    values.push(Bound::Cell(value));
                    all.push(format!("{} IS ?{}", quoted(column), values.len()));
                }
                all.join(" AND ")
            }
        };
        let table = quoted(row.table);
        let sql = if row.delete {
            format!("DELETE FROM {table} WHERE {condition}")
        } else {
            format!("UPDATE {table} SET {} WHERE {condition}", set.join(", "))
        };
        Ok((sql, values))
    }

    /// The name by which the rowid of a table can be asked for: a column may have the usual one.
    fn rowid_name(&self, table: &str) -> rusqlite::Result<&'static str> {
        let mut statement = self
            .connection
            .prepare("SELECT lower(name) FROM pragma_table_xinfo(?1)")?;
        let columns: Vec<String> = statement
            .query_map([table], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let free = ["rowid", "_rowid_", "oid"]
            .into_iter()
            .find(|name| !columns.iter().any(|column| column == name));
        Ok(free.unwrap_or("rowid"))
    }

    /// Makes full-text indexes again: deleted text stays in them until their parts are merged.
    /// Removes samples of column values that the query planner keeps.
    fn tidy_search(&self, edits: &[RowEdit]) -> Result<(), HostError> {
        for (table, sql) in self.told(self.virtual_tables())? {
            let sql = sql.to_ascii_lowercase();
            if !["fts3", "fts4", "fts5"]
                .iter()
                .any(|module| sql.contains(module))
            {
                continue;
            }
            let command = |word: &str| {
                let name = quoted(&table);
                self.connection
                    .execute_batch(&format!("INSERT INTO {name}({name}) VALUES('{word}')"))
            };
            let touched = edits.iter().any(|edit| belongs(&edit.table, &table));
            let outcome = if edits.is_empty() {
                command("optimize")
            } else {
                // One without content of its own, or whose content is elsewhere and gone,
                // cannot be made again.
                command("rebuild").or_else(|_| command("optimize"))
            };
            // An index that nobody edited may need a tokenizer that is not here; it stays as it is.
            if touched {
                self.told(outcome)?;
            }
        }
        let edited: BTreeSet<&str> = edits.iter().map(|edit| edit.table.as_str()).collect();
        edited
            .into_iter()
            .try_for_each(|table| self.forget_samples(table))
    }

    fn virtual_tables(&self) -> rusqlite::Result<Vec<(String, String)>> {
        let mut statement = self.connection.prepare(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'create virtual%'",
        )?;
        let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        found.collect()
    }

    fn forget_samples(&self, table: &str) -> Result<(), HostError> {
        for samples in ["sqlite_stat3", "sqlite_stat4"] {
            let there = "SELECT count(*) FROM sqlite_schema WHERE name = ?1";
            let count: i64 = self.told(
                self.connection
                    .query_row(there, [samples], |row| row.get(0)),
            )?;
            if count > 0 {
                let sql = format!("DELETE FROM {samples} WHERE tbl = ?1 COLLATE NOCASE");
                self.told(self.connection.execute(&sql, [table]))?;
            }
        }
        Ok(())
    }

    fn integrity(&self) -> Result<(), HostError> {
        let found: rusqlite::Result<String> =
            self.connection
                .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0));
        match self.told(found)?.as_str() {
            "ok" => Ok(()),
            // SQLite names pages, rows by number, tables and indexes here, never a value.
            problem => Err(damaged(self.path.clone(), problem)),
        }
    }

    /// Unlike a plain VACUUM, this one keeps the rowids of tables that do not name theirs, by
    /// which other tables may point to them.
    fn vacuum_into(&self, path: &Path) -> rusqlite::Result<()> {
        let name = Bound::Text(path.as_os_str().as_bytes());
        self.connection
            .execute("VACUUM INTO ?1", [name])
            .map(|_| ())
    }
}

fn interrupted() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_INTERRUPT),
        None,
    )
}

/// Whether an edited table is a full-text index or a part of it.
fn belongs(edited: &str, index: &str) -> bool {
    let (edited, index) = (edited.to_ascii_lowercase(), index.to_ascii_lowercase());
    edited == index
        || edited
            .strip_prefix(&index)
            .is_some_and(|rest| rest.starts_with('_'))
}
