//! Bytes that nobody vouches for: no panic, no endless walk, no secret in an error.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const CANARY: &str = "FAKE-canary-in-a-cell";

/// A small database with every kind of page, and its log.
fn sample() -> (Vec<u8>, Vec<u8>) {
    let (_folder, main, _connection) = make(&format!(
        "PRAGMA page_size = 512; PRAGMA auto_vacuum = 1; PRAGMA journal_mode = WAL;
         CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT, r REAL);
         CREATE TABLE w (k, v, PRIMARY KEY (v, k)) WITHOUT ROWID;
         CREATE VIRTUAL TABLE f USING fts5(body);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
         INSERT INTO t SELECT i, '{CANARY}' || hex(zeroblob(i * 9)), i FROM n;
         INSERT INTO w SELECT id, v FROM t; INSERT INTO f SELECT v FROM t;
         PRAGMA wal_checkpoint(TRUNCATE); UPDATE t SET r = 0.5; DELETE FROM t WHERE id % 3 = 0;"
    ));
    (bytes_of(&main), bytes_of(&wal_of(&main)))
}

/// Reads all there is and returns how many rows there were, and the errors.
fn walk(main: &[u8], log: &[u8]) -> (usize, Vec<SqliteError>) {
    let mut errors = Vec::new();
    let mut rows = 0;
    match Database::open(&main, Some(&log)) {
        Err(error) => errors.push(error),
        Ok(database) => {
            for table in database.tables() {
                let walked = database.rows(table, &mut |row| {
                    rows += 1;
                    assert!(!format!("{row:?}").contains(CANARY));
                    ControlFlow::Continue(())
                });
                errors.extend(walked.err());
            }
        }
    }
    for error in &errors {
        assert!(!format!("{error} {error:?}").contains(CANARY));
    }
    (rows, errors)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

    #[test]
    fn flipped_bytes_end_in_errors(
        flips in vec(vec((any::<bool>(), any::<prop::sample::Index>(), any::<u8>()), 1..30), 20),
        cut in any::<prop::sample::Index>(),
    ) {
        let (main, log) = sample();
        let bound = main.len() + log.len();
        for flips in flips {
            let (mut main, mut log) = (main.clone(), log.clone());
            for (in_log, at, value) in flips {
                let file = if in_log { &mut log } else { &mut main };
                let at = at.index(file.len());
                file[at] = value;
            }
            prop_assert!(walk(&main, &log).0 <= bound);
            prop_assert!(walk(&main, &[]).0 <= bound);
        }
        walk(&main[..cut.index(main.len())], &log);
        walk(&main, &log[..cut.index(log.len())]);
    }

    #[test]
    fn any_bytes_are_no_database(bytes in vec(any::<u8>(), 0..3000)) {
        walk(&bytes, &bytes);
    }

    #[test]
    fn any_definition_parses(sql in "(?s)CREATE TABLE.{0,80}\\(.{0,200}") {
        super::schema::parse(&sql);
    }
}

#[test]
fn the_sample_is_sound() {
    let (main, log) = sample();
    let (rows, errors) = walk(&main, &log);
    assert!(rows > 100 && errors.is_empty(), "{rows} rows, {errors:?}");
}

/// One row with a chain of overflow pages from page 3 on, and one row after it.
fn chained() -> Vec<u8> {
    let (_folder, main, _connection) = make(
        "PRAGMA page_size = 512; CREATE TABLE t (v);
         INSERT INTO t VALUES (zeroblob(3000)); INSERT INTO t VALUES ('after');",
    );
    bytes_of(&main)
}

fn read_t(bytes: &[u8]) -> (usize, Result<(), SqliteError>) {
    let database = Database::open(&bytes, None).unwrap();
    let mut rows = 0;
    let walked = database.rows(&database.tables()[1], &mut |_| {
        rows += 1;
        ControlFlow::Continue(())
    });
    (rows, walked)
}

#[test]
fn damage_costs_one_row() {
    let page = |number: usize| (number - 1) * 512;
    let sound = chained();
    assert!(matches!(read_t(&sound), (2, Ok(()))));

    let mut looping = sound.clone();
    looping[page(3)..page(3) + 4].copy_from_slice(&3_u32.to_be_bytes());
    assert!(matches!(
        read_t(&looping),
        (1, Err(SqliteError::Loop { page: 3 }))
    ));

    let mut ended = sound.clone();
    ended[page(4)..page(4) + 4].fill(0);
    assert!(matches!(
        read_t(&ended),
        (1, Err(SqliteError::BadPage { page: 2, .. }))
    ));

    let mut astray = sound.clone();
    astray[page(4)..page(4) + 4].copy_from_slice(&9_999_u32.to_be_bytes());
    assert!(matches!(
        read_t(&astray),
        (1, Err(SqliteError::ShortRead { page: 9_999, .. }))
    ));

    let mut zeroed = sound.clone();
    zeroed[page(2)..page(3)].fill(0);
    assert!(matches!(
        read_t(&zeroed),
        (0, Err(SqliteError::BadPage { page: 2, .. }))
    ));

    let truncated = &sound[..sound.len() - 100];
    assert!(matches!(
        read_t(truncated),
        (1, Err(SqliteError::ShortRead { .. }))
    ));
}

#[test]
fn a_page_that_is_its_own_child_ends_the_walk() {
    let (_folder, main, _connection) = make(
        "PRAGMA page_size = 512; CREATE TABLE t (v);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
         INSERT INTO t SELECT zeroblob(100) FROM n;",
    );
    let mut bytes = bytes_of(&main);
    let (all, _) = read_t(&bytes);
    // The right-most child of the root is the root.
    bytes[512 + 8..512 + 12].copy_from_slice(&2_u32.to_be_bytes());
    let (rows, walked) = read_t(&bytes);
    assert!(
        matches!(walked, Err(SqliteError::Loop { page: 2 })),
        "{walked:?}"
    );
    assert!(rows > 0 && rows < all);
}

#[test]
fn a_length_is_not_believed() {
    let mut bytes = chained();
    // The payload length of the first cell, at the end of page 2, as nine bytes of ones.
    let at = 512 + usize::from(u16::from_be_bytes([bytes[512 + 8], bytes[512 + 9]]));
    bytes[at..at + 9].fill(0xff);
    let (rows, walked) = read_t(&bytes);
    assert_eq!(rows, 1);
    assert!(
        matches!(walked, Err(SqliteError::BadPage { page: 2, .. })),
        "{walked:?}"
    );
}

#[test]
fn files_that_are_no_databases_are_told_apart() {
    let open = |bytes: &[u8]| Database::open(&bytes, None).map(|_| ()).unwrap_err();
    let noise: Vec<u8> = (0..4096_u32)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    assert!(matches!(open(&noise), SqliteError::EncryptedOrNotSqlite));
    assert!(matches!(open(&noise[..1000]), SqliteError::NotSqlite));
    assert!(matches!(open(&[b'x'; 4096]), SqliteError::NotSqlite));
    assert!(matches!(open(b"SQLite format 3\0"), SqliteError::NotSqlite));
    let mut header = chained();
    header[16] = 3;
    assert!(matches!(
        open(&header),
        SqliteError::BadPage { page: 1, .. }
    ));
}

#[test]
fn failing_storage_is_told() {
    struct Broken;
    impl Pages for Broken {
        fn len(&self) -> u64 {
            4096
        }
        fn read_at(&self, _: u64, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::from(io::ErrorKind::PermissionDenied))
        }
    }
    let error = Database::open(&Broken, None).unwrap_err();
    assert!(matches!(error, SqliteError::Io { page: 1, .. }));
    assert!(
        error.to_string().starts_with("read SQLite page 1"),
        "{error}"
    );
}

#[test]
fn debug_shows_no_values() {
    let value = Value::Text(CANARY.as_bytes().to_vec());
    assert_eq!(format!("{value:?}"), "Text(21 bytes)");
    assert_eq!(format!("{:?}", Value::Int(42)), "Int(..)");
}
