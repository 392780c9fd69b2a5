//! The write-ahead log: what is committed counts, what is not does not, and SQLite agrees.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

/// Commits one table and leaves a larger transaction open, which spills into the log.
const SPILL: &str = "BEGIN;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
    INSERT INTO t SELECT 'uncommitted', zeroblob(900) FROM n;";

fn writer() -> (tempfile::TempDir, PathBuf, Connection) {
    make(
        "PRAGMA page_size = 1024; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
         PRAGMA cache_size = 5; CREATE TABLE t (a, b); INSERT INTO t VALUES ('committed', 1);",
    )
}

fn count(main: &Path) -> (usize, Wal) {
    let (file, log) = (OnDisk::open(main), OnDisk::open(&wal_of(main)));
    let database = Database::open(&file, Some(&log)).unwrap();
    let table = database
        .tables()
        .iter()
        .find(|table| table.name == "t")
        .unwrap();
    (read_rows(&database, table).unwrap().len(), database.wal())
}

/// Reads a copy of the files and lets SQLite recover another copy of them.
fn check_recovery(main: &[u8], log: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.sqlite");
    write(&copy, main);
    write(&wal_of(&copy), log);
    let connection = Connection::open(&copy).unwrap();
    let database = Database::open(&main, Some(&log)).unwrap();
    assert_same(&database, &connection);
}

#[test]
fn committed_rows_are_visible_and_others_are_not() {
    let (_folder, main, connection) = writer();
    assert_eq!(count(&main).0, 1);
    connection.execute_batch(SPILL).unwrap();
    let (rows, wal) = count(&main);
    assert_eq!(rows, 1);
    assert!(
        matches!(
            wal,
            Wal::Applied {
                leftover: 100_000..,
                ..
            }
        ),
        "{wal:?}"
    );
    check(&main, &Connection::open(&main).unwrap());
    connection.execute_batch("COMMIT").unwrap();
    assert_eq!(count(&main).0, 401);
    check(&main, &connection);
}

#[test]
fn a_crash_copy_is_read_as_sqlite_recovers_it() {
    let (_folder, main, connection) = writer();
    connection
        .execute_batch("UPDATE t SET b = zeroblob(5000);")
        .unwrap();
    connection.execute_batch(SPILL).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = crash_copy(&main, folder.path());
    check_recovery(&bytes_of(&copy), &bytes_of(&wal_of(&copy)));
}

#[test]
fn a_restarted_log_hides_its_old_frames() {
    let (_folder, main, connection) = writer();
    connection
        .execute_batch(
            "INSERT INTO t VALUES ('many', zeroblob(20000)); PRAGMA wal_checkpoint(RESTART);
             DELETE FROM t WHERE a = 'many';",
        )
        .unwrap();
    let (rows, wal) = count(&main);
    assert_eq!(rows, 1);
    assert!(matches!(wal, Wal::Applied { leftover: 1.., .. }), "{wal:?}");
    check(&main, &connection);
    check_recovery(&bytes_of(&main), &bytes_of(&wal_of(&main)));
}

#[test]
fn a_log_can_shrink_the_database() {
    let (_folder, main, connection) = writer();
    connection
        .execute_batch(
            "INSERT INTO t VALUES ('many', zeroblob(90000)); PRAGMA wal_checkpoint(TRUNCATE);
             DELETE FROM t; VACUUM;",
        )
        .unwrap();
    check(&main, &connection);
    let (file, log) = (OnDisk::open(&main), OnDisk::open(&wal_of(&main)));
    let database = Database::open(&file, Some(&log)).unwrap();
    let pages: u32 = connection
        .pragma_query_value(None, "page_count", |row| row.get(0))
        .unwrap();
    assert_eq!(database.header().page_count, pages);
    assert!(u64::from(pages) * 1024 < file.len());
}

#[test]
fn a_torn_log_counts_up_to_its_last_whole_commit() {
    let (_folder, main, connection) = writer();
    for value in 0..6 {
        connection
            .execute("INSERT INTO t VALUES (?1, zeroblob(700))", [value])
            .unwrap();
    }
    let (main, log) = (bytes_of(&main), bytes_of(&wal_of(&main)));
    for cut in (0..log.len()).step_by(499) {
        check_recovery(&main, &log[..cut]);
        let mut flipped = log.clone();
        flipped[cut] ^= 1;
        // SQLite does not open a log of an unknown version at all; it is ignored here.
        if !(4..8).contains(&cut) {
            check_recovery(&main, &flipped);
        }
    }
}

#[test]
fn a_log_of_another_database_is_ignored() {
    let (_folder, main, _connection) = writer();
    let (_other_folder, other, _other) = make("PRAGMA page_size = 512; CREATE TABLE only (here);");
    let (file, log) = (OnDisk::open(&other), OnDisk::open(&wal_of(&main)));
    // Page 1 of the log is a header of its own, of another page size than the main file has.
    let database = Database::open(&file, Some(&log)).unwrap();
    assert!(matches!(
        database.wal(),
        Wal::Applied { .. } | Wal::Ignored(_)
    ));
    let empty: &[u8] = &[];
    let junk: &[u8] = &[7; 4096];
    assert_eq!(
        Database::open(&file, Some(&empty)).unwrap().wal(),
        Wal::Absent
    );
    let ignored = Database::open(&file, Some(&junk)).unwrap();
    assert!(matches!(ignored.wal(), Wal::Ignored(_)));
    assert_eq!(ignored.tables()[1].name, "only");
}

#[test]
fn a_commit_of_another_process_is_noticed() {
    let current = |main: &Path, act: &dyn Fn()| {
        let (file, log) = (OnDisk::open(main), OnDisk::open(&wal_of(main)));
        let database = Database::open(&file, Some(&log)).unwrap();
        assert!(database.is_current().unwrap());
        act();
        database.is_current().unwrap()
    };
    let (_folder, main, connection) = writer();
    let run = |sql: &'static str| {
        let connection = &connection;
        move || connection.execute_batch(sql).unwrap()
    };
    assert!(current(&main, &run("PRAGMA wal_checkpoint(PASSIVE)")));
    assert!(!current(&main, &run("INSERT INTO t VALUES (1, 1)")));
    assert!(current(&main, &run("SELECT * FROM t")));
    assert!(!current(
        &main,
        &run("PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES (1, 1)")
    ));

    let (_folder, main, connection) = make("CREATE TABLE t (a)");
    let file = OnDisk::open(&main);
    let database = Database::open(&file, None).unwrap();
    assert!(database.is_current().unwrap());
    connection.execute("INSERT INTO t VALUES (1)", []).unwrap();
    assert!(!database.is_current().unwrap());
}

/// Every transaction keeps the number of rows, so that a mixture of two states shows.
#[test]
fn what_is_current_is_one_committed_state() {
    let (_folder, main, connection) = make(
        "PRAGMA page_size = 512; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 20;
         PRAGMA synchronous = OFF; CREATE TABLE t (a PRIMARY KEY, b) WITHOUT ROWID;
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
         INSERT INTO t SELECT randomblob(20), 1 FROM n;",
    );
    let stop = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&stop);
    let writer = std::thread::spawn(move || {
        while !told.load(Ordering::Relaxed) {
            let sql = "UPDATE t SET a = randomblob(20), b = randomblob(abs(random()) % 900)
                       WHERE a IN (SELECT a FROM t ORDER BY random() LIMIT 9)";
            connection.execute(sql, []).unwrap();
        }
        connection
    });
    let (file, log) = (OnDisk::open(&main), OnDisk::open(&wal_of(&main)));
    for _ in 0..200 {
        let Ok(database) = Database::open(&file, Some(&log)) else {
            continue;
        };
        let Some(table) = database.tables().get(1) else {
            continue;
        };
        let rows = read_rows(&database, table);
        if database.is_current().unwrap() {
            assert_eq!(rows.unwrap().len(), 300);
        }
    }
    stop.store(true, Ordering::Relaxed);
    let connection = writer.join().unwrap();
    let database = Database::open(&file, Some(&log)).unwrap();
    assert_same(&database, &connection);
}

/// A file that another process writes to.
struct Shared(RefCell<Vec<u8>>);

impl Pages for Shared {
    fn len(&self) -> u64 {
        self.0.borrow().len() as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.0.borrow().as_slice().read_at(offset, buf)
    }
}

#[test]
fn a_log_that_is_overwritten_meanwhile_is_noticed() {
    let (_folder, main, connection) = writer();
    let (file, log) = (
        OnDisk::open(&main),
        Shared(RefCell::new(bytes_of(&wal_of(&main)))),
    );
    let database = Database::open(&file, Some(&log)).unwrap();
    connection
        .execute_batch("PRAGMA wal_checkpoint(RESTART); INSERT INTO t VALUES (2, zeroblob(50000));")
        .unwrap();
    log.0.replace(bytes_of(&wal_of(&main)));
    let changed = read_rows(&database, &database.tables()[1]);
    assert!(
        matches!(changed, Err(SqliteError::Changed { .. })),
        "{changed:?}"
    );
}
