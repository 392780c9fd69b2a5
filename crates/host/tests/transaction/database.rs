//! Databases: what is edited is edited, what is freed is gone, what else there is stays.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use bedlock_host::HostError;
use bedlock_model::{Action, Cell, PlaceKind, RowEdit, RowKey, RowOp};
use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::world::{SECRET, World, change, holds, plan, read};

/// Makes a database with a secret in a row, and one in a row that was deleted.
pub(crate) fn make(path: &Path, wal: bool) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let connection = Connection::open(path).unwrap();
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
        .unwrap();
    let mode = if wal { "wal" } else { "delete" };
    let sql = format!(
        "PRAGMA page_size=1024; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode={mode};
         PRAGMA user_version=7; PRAGMA application_id=11; PRAGMA secure_delete=OFF;
         CREATE TABLE notes(body TEXT, more TEXT);
         CREATE INDEX by_body ON notes(body);
         INSERT INTO notes VALUES('key {SECRET}', 'kept'), ('freed {SECRET}', ''), ('last', '');
         DELETE FROM notes WHERE rowid = 2;"
    );
    connection.execute_batch(&sql).unwrap();
}

fn set(table: &str, rowid: i64, column: &str, text: &str) -> RowEdit {
    RowEdit {
        table: table.into(),
        key: RowKey::Rowid(rowid),
        op: RowOp::Set {
            column: column.into(),
            value: Cell::Text(text.as_bytes().to_vec()),
        },
    }
}

fn delete(table: &str, rowid: i64) -> RowEdit {
    RowEdit {
        table: table.into(),
        key: RowKey::Rowid(rowid),
        op: RowOp::Delete,
    }
}

fn ask<T: rusqlite::types::FromSql>(path: &Path, sql: &str) -> T {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let copy = path.with_extension("asked");
    fs::copy(path, &copy).unwrap();
    let connection = Connection::open_with_flags(&copy, flags).unwrap();
    let answer = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    drop(connection);
    for ending in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{ending}", copy.display()));
    }
    answer
}

/// Applies edits to a database that `sql` made; the secret must be in no file afterwards, and
/// the undo must bring everything back.
fn check(sql: &str, edits: Vec<RowEdit>, after: impl Fn(&Path)) {
    let world = World::new();
    let path = world.path("a.db");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(sql).unwrap();
    connection.close().unwrap();
    world.age(&path);
    let before = world.picture();
    let (applied, code) = world
        .apply(&plan(vec![change(&path, Action::Database(edits))]))
        .unwrap();
    for (path, seen) in world.picture() {
        assert!(!holds(&seen, SECRET), "{} holds the secret", path.display());
    }
    world.holds_no_trace();
    let applied_bytes = read(&path);
    after(&path);
    assert_eq!(read(&path), applied_bytes);
    world.undo(&applied.id, &code).unwrap();
    let mut undone = world.picture();
    // `after` looked at the database beside it, so the folder's time is not the apply's doing.
    assert_eq!(undone.remove(&path), before.get(&path).cloned());
}

fn check_wal(wal: bool) {
    let world = World::new();
    let path = world.path("memory.db");
    make(&path, wal);
    let beside = |ending: &str| world.path(&format!("memory.db{ending}"));
    assert_eq!(beside("-wal").exists(), wal);
    let before = world.picture();
    assert!(before.values().any(|seen| holds(seen, SECRET)));
    let edits = vec![set("notes", 1, "body", "[removed]")];
    let (applied, code) = world
        .apply(&plan(vec![change(&path, Action::Database(edits))]))
        .unwrap();
    assert_eq!(applied.files, std::slice::from_ref(&path));
    assert!(!world.picture().values().any(|seen| holds(seen, SECRET)));
    assert!(!beside("-wal").exists() && !beside("-shm").exists());
    world.holds_no_trace();
    assert_eq!(
        ask::<String>(&path, "SELECT body FROM notes WHERE rowid = 1"),
        "[removed]"
    );
    assert_eq!(
        ask::<String>(&path, "SELECT more FROM notes WHERE rowid = 1"),
        "kept"
    );
    assert_eq!(
        ask::<String>(&path, "SELECT body FROM notes WHERE rowid = 3"),
        "last"
    );
    for (pragma, value) in [
        ("page_size", 1024),
        ("auto_vacuum", 2),
        ("user_version", 7),
        ("application_id", 11),
    ] {
        assert_eq!(
            ask::<i64>(&path, &format!("PRAGMA {pragma}")),
            value,
            "{pragma}"
        );
    }
    assert_eq!(read(&path)[18..20], if wal { [2, 2] } else { [1, 1] });
    world.undo(&applied.id, &code).unwrap();
    let files = |picture: crate::world::Picture| {
        picture
            .into_iter()
            .filter(|(_, seen)| seen.bytes.is_some())
            .collect::<Vec<_>>()
    };
    assert_eq!(files(world.picture()), files(before));
}

#[test]
fn a_database_in_wal_mode_comes_back_with_its_wal() {
    check_wal(true);
}

#[test]
fn a_database_with_a_rollback_journal_stays_one() {
    check_wal(false);
}

#[test]
fn no_edits_means_that_only_what_was_freed_goes() {
    let sql = format!(
        "PRAGMA secure_delete=OFF; CREATE TABLE t(a); INSERT INTO t VALUES('{SECRET}'), ('kept');
         DELETE FROM t WHERE rowid = 1;"
    );
    check(&sql, Vec::new(), |path| {
        assert_eq!(ask::<String>(path, "SELECT a FROM t"), "kept");
        assert_eq!(ask::<i64>(path, "SELECT rowid FROM t"), 2);
    });
}

#[test]
fn the_edits_of_one_row_are_one_change() {
    let sql = format!(
        "CREATE TABLE t(a TEXT, b TEXT, CHECK (length(a) = length(b)));
         INSERT INTO t VALUES('{SECRET}', '{SECRET}');"
    );
    let edits = vec![set("t", 1, "a", "xy"), set("t", 1, "b", "zw")];
    check(&sql, edits, |path| {
        assert_eq!(ask::<String>(path, "SELECT a || b FROM t"), "xyzw")
    });
}

#[test]
fn rows_without_a_rowid_are_found_by_their_key() {
    let sql = format!(
        "CREATE TABLE t(a TEXT, n REAL, b TEXT, PRIMARY KEY (a, n)) WITHOUT ROWID;
         INSERT INTO t VALUES('k', 1.5, '{SECRET}'), ('k', 2.5, 'kept');"
    );
    let key = |n| {
        RowKey::Columns(vec![
            ("a".into(), Cell::Text(b"k".to_vec())),
            ("n".into(), Cell::Real(n)),
        ])
    };
    let op = RowOp::Set {
        column: "b".into(),
        value: Cell::Null,
    };
    let edits = vec![RowEdit {
        table: "t".into(),
        key: key(1.5),
        op,
    }];
    check(&sql, edits, |path| {
        assert_eq!(
            ask::<i64>(path, "SELECT count(*) FROM t WHERE b IS NULL AND n = 1.5"),
            1
        );
        assert_eq!(ask::<String>(path, "SELECT b FROM t WHERE n = 2.5"), "kept");
    });
}

#[test]
fn a_column_may_be_called_rowid() {
    let sql = format!("CREATE TABLE t(rowid TEXT, b TEXT); INSERT INTO t VALUES('9', '{SECRET}');");
    check(&sql, vec![set("t", 1, "b", "x")], |path| {
        assert_eq!(
            ask::<String>(path, "SELECT b FROM t WHERE rowid = '9'"),
            "x"
        );
    });
}

#[test]
fn text_stays_in_the_encoding_of_the_database() {
    let sql =
        "PRAGMA encoding='UTF-16le'; CREATE TABLE t(a TEXT); INSERT INTO t VALUES('x'), ('ä');";
    check(sql, vec![set("t", 1, "a", "ö")], |path| {
        assert_eq!(ask::<String>(path, "PRAGMA encoding"), "UTF-16le");
        assert_eq!(
            ask::<String>(path, "SELECT group_concat(a, '') FROM t"),
            "öä"
        );
    });
}

#[test]
fn a_trigger_does_not_keep_what_is_removed() {
    let sql = format!(
        "CREATE TABLE t(a TEXT); CREATE TABLE history(a TEXT); INSERT INTO t VALUES('{SECRET}');
         CREATE TRIGGER keep AFTER UPDATE ON t BEGIN INSERT INTO history VALUES(old.a); END;"
    );
    check(&sql, vec![set("t", 1, "a", "x")], |path| {
        assert_eq!(ask::<i64>(path, "SELECT count(*) FROM history"), 0);
        assert_eq!(
            ask::<i64>(
                path,
                "SELECT count(*) FROM sqlite_schema WHERE type='trigger'"
            ),
            1
        );
    });
}

/// A word that a full-text index holds as it is.
const WORD: &str = "skfakeexamplecanary";

fn holds_no_word(path: &Path) {
    let bytes = read(path);
    assert!(
        !bytes
            .windows(WORD.len())
            .any(|window| window == WORD.as_bytes())
    );
}

#[test]
fn a_full_text_table_forgets_the_words() {
    let sql = format!(
        "CREATE VIRTUAL TABLE t USING fts5(body, id UNINDEXED);
         INSERT INTO t VALUES('the {WORD} here', 1), ('another {WORD}', 2), ('kept words', 3);"
    );
    let edits = vec![set("t", 1, "body", "the removed here"), delete("t", 2)];
    check(&sql, edits, |path| {
        holds_no_word(path);
        let count = |word: &str| ask::<i64>(path, &format!("SELECT count(*) FROM t('{word}')"));
        assert_eq!(
            (count("removed"), count(WORD), count("kept"), count("here")),
            (1, 0, 1, 1)
        );
    });
}

#[test]
fn the_rows_that_a_full_text_table_keeps_itself_can_be_edited() {
    let sql = format!(
        "CREATE VIRTUAL TABLE t USING fts5(body);
         INSERT INTO t VALUES('the {WORD} here'), ('kept words');"
    );
    check(
        &sql,
        vec![set("t_content", 1, "c0", "the removed here")],
        |path| {
            holds_no_word(path);
            let count = |word: &str| ask::<i64>(path, &format!("SELECT count(*) FROM t('{word}')"));
            assert_eq!((count("removed"), count(WORD), count("kept")), (1, 0, 1));
        },
    );
}

#[test]
fn a_database_that_goes_takes_what_is_beside_it() {
    let world = World::new();
    let path = world.path("a.db");
    make(&path, true);
    let before = world.picture();
    let mut gone = change(&path, Action::Remove);
    gone.kind = PlaceKind::Database;
    let (applied, code) = world.apply(&plan(vec![gone])).unwrap();
    assert_eq!(fs::read_dir(world.home()).unwrap().count(), 0);
    world.undo(&applied.id, &code).unwrap();
    assert_eq!(world.picture(), before);
}

#[test]
fn a_full_text_index_of_another_table_follows_it() {
    let sql = format!(
        "CREATE TABLE docs(body TEXT);
         CREATE VIRTUAL TABLE t USING fts5(body, content='docs');
         CREATE TRIGGER docs_ai AFTER INSERT ON docs BEGIN
           INSERT INTO t(rowid, body) VALUES (new.rowid, new.body); END;
         INSERT INTO docs VALUES('gone'), ('the {WORD} here'), ('kept words');
         DELETE FROM docs WHERE rowid = 1; INSERT INTO t(t) VALUES('rebuild');"
    );
    check(
        &sql,
        vec![set("docs", 2, "body", "the removed here")],
        |path| {
            holds_no_word(path);
            let first = |word: &str| ask::<i64>(path, &format!("SELECT rowid FROM t('{word}')"));
            assert_eq!((first("removed"), first("kept")), (2, 3));
            assert_eq!(
                ask::<String>(path, "SELECT body FROM t('kept')"),
                "kept words"
            );
            assert_eq!(
                ask::<i64>(path, &format!("SELECT count(*) FROM t('{WORD}')")),
                0
            );
        },
    );
}

#[test]
fn the_planner_keeps_no_sample_of_what_is_removed() {
    // A value is sampled when it is frequent.
    let sql = format!(
        "CREATE TABLE t(a TEXT); CREATE INDEX i ON t(a);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99)
         INSERT INTO t SELECT iif(i <= 50, '{SECRET}', 'v' || i) FROM n; ANALYZE;"
    );
    let edits = (1..=50).map(|rowid| set("t", rowid, "a", "x")).collect();
    check(&sql, edits, |path| {
        assert_eq!(ask::<i64>(path, "SELECT count(*) FROM t WHERE a = 'x'"), 50);
        assert_eq!(ask::<i64>(path, "SELECT count(*) FROM sqlite_stat1"), 1);
    });
}

#[test]
fn an_empty_database_stays_one() {
    check("", Vec::new(), |path| {
        assert_eq!(ask::<i64>(path, "SELECT count(*) FROM sqlite_schema"), 0);
    });
}

fn refused(world: &World, path: &Path, edits: Vec<RowEdit>) -> HostError {
    let before = world.picture();
    let change = change(path, Action::Database(edits));
    let error = world.apply(&plan(vec![change])).unwrap_err();
    assert_eq!(world.picture(), before);
    assert_eq!(world.transaction_folders(), 0);
    error
}

#[test]
fn a_damaged_database_is_named() {
    let world = World::new();
    let path = world.path("a.db");
    make(&path, false);
    let whole = read(&path);
    let mut broken_page = whole.clone();
    broken_page[1024 * 2..1024 * 3].fill(0x5a);
    for bytes in [b"SQLite format 3\0 and then no more".to_vec(), broken_page] {
        fs::write(&path, &bytes).unwrap();
        match refused(&world, &path, vec![set("notes", 1, "body", "x")]) {
            HostError::Database {
                path: named,
                reason,
            } => {
                assert_eq!(named, path);
                assert!(reason.contains("recover"), "{reason}");
            }
            error => panic!("{error}"),
        }
    }
    fs::write(&path, whole).unwrap();
    world
        .apply(&plan(vec![change(&path, Action::Database(Vec::new()))]))
        .unwrap();
}

#[test]
fn a_row_that_is_not_there_is_an_error() {
    let world = World::new();
    let path = world.path("a.db");
    make(&path, false);
    for edit in [set("notes", 99, "body", "x"), set("absent", 1, "body", "x")] {
        let error = refused(&world, &path, vec![edit]);
        assert!(matches!(error, HostError::Database { .. }), "{error}");
    }
}

#[test]
fn a_wal_that_the_plan_knows_must_be_the_same() {
    let world = World::new();
    let path = world.path("a.db");
    make(&path, true);
    let wal = world.path("a.db-wal");
    let mut known = change(&wal, Action::Remove);
    known.kind = PlaceKind::DatabaseSidecar;
    let plan = plan(vec![change(&path, Action::Database(Vec::new())), known]);
    let mut bytes = read(&wal);
    bytes.truncate(bytes.len() / 2);
    fs::write(&wal, bytes).unwrap();
    match world.apply(&plan).unwrap_err() {
        HostError::Changed { paths } => assert_eq!(paths, [wal]),
        error => panic!("{error}"),
    }
}

const HOLDER: &str = "BEDLOCK_TEST_HOLDER";

#[test]
#[ignore = "it is started by another test, and holds a database open until its input ends"]
fn holder() {
    let path = std::env::var(HOLDER).unwrap();
    let connection = Connection::open(path).unwrap();
    let count: i64 = connection
        .query_row("SELECT count(*) FROM notes", [], |row| row.get(0))
        .unwrap();
    if std::env::var_os("BEDLOCK_TEST_WRITES").is_some() {
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    }
    println!("\nready {count}");
    std::io::stdin().lines().for_each(drop);
}

fn check_locked(wal: bool) {
    let world = World::new();
    let path = world.path("a.db");
    make(&path, wal);
    let mut holder = Command::new(std::env::current_exe().unwrap());
    holder
        .args(["--exact", "database::holder", "--ignored", "--nocapture"])
        .env(HOLDER, &path);
    if !wal {
        holder.env("BEDLOCK_TEST_WRITES", "1");
    }
    let mut holder = holder
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    assert!(
        lines
            .by_ref()
            .map_while(Result::ok)
            .any(|line| line.starts_with("ready"))
    );
    match refused(&world, &path, vec![set("notes", 1, "body", "x")]) {
        HostError::Locked { path: named, pid } => {
            assert_eq!((named, pid), (path.clone(), Some(holder.id())));
        }
        error => panic!("{error}"),
    }
    holder.stdin.take().unwrap().flush().unwrap();
    holder.wait().unwrap();
    let edits = vec![set("notes", 1, "body", "x")];
    world
        .apply(&plan(vec![change(&path, Action::Database(edits))]))
        .unwrap();
}

#[test]
fn a_database_that_another_process_has_open_is_refused() {
    check_locked(true);
}

#[test]
fn a_database_that_another_process_writes_is_refused() {
    check_locked(false);
}
