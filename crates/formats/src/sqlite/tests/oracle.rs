//! Random schemas and values, and the shapes that deserve a case of their own.

use proptest::collection::vec;
use proptest::prelude::*;
use rusqlite::types::Value as Sql;

use super::super::record::Limits;
use super::super::{AutoVacuum, Encoding};
use super::*;

const NAMES: [&str; 8] = [
    "plain",
    "\"two words\"",
    "[primary]",
    "`check`",
    "'sing''le'",
    "\"q\"\"uote\"",
    "ünï",
    "key",
];
const TYPES: [&str; 12] = [
    "",
    "INTEGER",
    "INT",
    "REAL",
    "DOUBLE PRECISION",
    "FLOATING POINT",
    "TEXT",
    "BLOB",
    "NUMERIC",
    "VARCHAR(10, 2)",
    "DECIMAL(4)",
    "\"REAL\"",
];
const CONSTRAINTS: [&str; 9] = [
    "",
    "DEFAULT 'a, b) primary key'",
    "COLLATE NOCASE",
    "CHECK (1 OR (2))",
    "/* , ( */ NULL",
    "CONSTRAINT \"as\" DEFAULT (1 + 2)",
    "REFERENCES other (x) ON DELETE SET NULL",
    "-- half a comment (\n DEFAULT -1.5",
    "UNIQUE",
];

#[derive(Debug, Clone, Copy)]
enum Key {
    None,
    Alias,
    AliasInTable,
    Descending,
    Text,
    WithoutRowid { descending: bool, twice: bool },
}

#[derive(Debug, Clone)]
struct Shape {
    columns: Vec<(usize, usize)>,
    key: Key,
    generated: (bool, bool),
    rows: Vec<Vec<Sql>>,
    delete_every: Option<i64>,
    added: Option<usize>,
}

impl Shape {
    fn create(&self, name: &str) -> String {
        let mut parts = Vec::new();
        for (at, (kind, constraint)) in self.columns.iter().enumerate() {
            let (kind, constraint) = (TYPES[*kind], CONSTRAINTS[*constraint]);
            parts.push(match (at, self.key) {
                (0, Key::Alias) => "id INTEGER PRIMARY KEY AUTOINCREMENT".to_owned(),
                (0, Key::Descending) => "id INTEGER PRIMARY KEY DESC".to_owned(),
                (0, Key::AliasInTable) => "\"i d\" integer".to_owned(),
                (0, Key::Text) => "id TEXT CONSTRAINT pk PRIMARY KEY ASC".to_owned(),
                _ => format!("{} {kind} {constraint}", NAMES[at]),
            });
        }
        if self.generated.0 {
            parts.insert(
                1,
                "gone REAL GENERATED ALWAYS AS (1 + (2)) VIRTUAL NOT NULL".to_owned(),
            );
        }
        if self.generated.1 {
            parts.push("kept AS (length('x')) STORED".to_owned());
        }
        let mut options = "";
        match self.key {
            Key::AliasInTable => parts.push("CONSTRAINT k PRIMARY KEY ([i d] DESC)".to_owned()),
            Key::WithoutRowid { descending, twice } => {
                let order = if descending { "DESC" } else { "COLLATE BINARY" };
                let twice = if twice { ", key" } else { "" };
                parts.push("key TEXT COLLATE NOCASE".to_owned());
                parts.push(format!(
                    "UNIQUE (key) PRIMARY KEY (key {order}{twice}, plain)"
                ));
                options = "WITHOUT ROWID";
            }
            _ => {}
        }
        format!("CREATE TABLE {name} ({}) {options}", parts.join(", "))
    }

    /// The columns that an INSERT may name, in the order of the values.
    fn insertable(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = NAMES[..self.columns.len()].to_vec();
        match self.key {
            Key::Alias | Key::Descending | Key::Text => names[0] = "id",
            Key::AliasInTable => names[0] = "\"i d\"",
            Key::WithoutRowid { .. } => names.push("key"),
            Key::None => {}
        }
        names
    }

    fn fill(&self, connection: &Connection, name: &str) {
        let columns = self.insertable();
        let marks = vec!["?"; columns.len()].join(", ");
        let sql = format!(
            "INSERT OR IGNORE INTO {name} ({}) VALUES ({marks})",
            columns.join(", ")
        );
        let mut statement = connection.prepare(&sql).expect(&sql);
        for (at, row) in self.rows.iter().enumerate() {
            let mut values: Vec<Sql> = row.iter().take(columns.len()).cloned().collect();
            match self.key {
                Key::Alias | Key::AliasInTable => values[0] = Sql::Integer(at as i64 * 7 - 9),
                Key::WithoutRowid { .. } => values.push(Sql::Text(format!("k{at}"))),
                _ => {}
            }
            values.resize(columns.len(), Sql::Null);
            statement
                .execute(rusqlite::params_from_iter(values))
                .expect(&sql);
        }
    }

    fn shrink_and_grow(&self, connection: &Connection, name: &str) {
        if let Some(every) = self.delete_every
            && !matches!(self.key, Key::WithoutRowid { .. })
        {
            let sql = format!("DELETE FROM {name} WHERE _rowid_ % {every} = 0");
            connection.execute(&sql, []).expect(&sql);
        }
        if let Some(kind) = self.added {
            let sql = format!("ALTER TABLE {name} ADD COLUMN \"late, (\" {}", TYPES[kind]);
            connection.execute(&sql, []).expect(&sql);
            self.fill(connection, name);
        }
    }
}

fn value() -> impl Strategy<Value = Sql> {
    prop_oneof![
        Just(Sql::Null),
        (any::<i64>(), 0..64_u32).prop_map(|(value, shift)| Sql::Integer(value >> shift)),
        any::<f64>().prop_map(Sql::Real),
        any::<i32>().prop_map(|value| Sql::Real(f64::from(value))),
        ("\\PC{0,12}", 0..200_usize).prop_map(|(text, times)| Sql::Text(text.repeat(times))),
        (any::<u8>(), 0..9_000_usize).prop_map(|(byte, len)| Sql::Blob(vec![byte; len])),
    ]
}

fn key() -> impl Strategy<Value = Key> {
    prop_oneof![
        Just(Key::None),
        Just(Key::Alias),
        Just(Key::AliasInTable),
        Just(Key::Descending),
        Just(Key::Text),
        any::<(bool, bool)>()
            .prop_map(|(descending, twice)| Key::WithoutRowid { descending, twice }),
    ]
}

fn shape() -> impl Strategy<Value = Shape> {
    let columns = vec((0..TYPES.len(), 0..CONSTRAINTS.len()), 1..7);
    let rows = vec(vec(value(), 7), 0..40);
    let delete_every = prop::option::of(1..4_i64);
    let added = prop::option::of(0..TYPES.len());
    (
        columns,
        key(),
        any::<(bool, bool)>(),
        rows,
        delete_every,
        added,
    )
        .prop_map(
            |(columns, key, generated, rows, delete_every, added)| Shape {
                columns,
                key,
                generated,
                rows,
                delete_every,
                added,
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

    #[test]
    fn rows_are_what_sqlite_selects(
        page_size in (9..=16_u32).prop_map(|bits| 1 << bits),
        encoding in prop::sample::select(vec!["UTF-8", "UTF-16le", "UTF-16be"]),
        auto_vacuum in 0..3,
        wal in any::<bool>(),
        shapes in vec(shape(), 1..4),
    ) {
        let (_folder, main, connection) = make(&format!(
            "PRAGMA page_size = {page_size}; PRAGMA encoding = '{encoding}';
             PRAGMA auto_vacuum = {auto_vacuum}; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;
             CREATE TABLE other (x, y);"
        ));
        if wal {
            connection.execute_batch("PRAGMA journal_mode = WAL").unwrap();
        }
        for (at, shape) in shapes.iter().enumerate() {
            let name = format!("\"t {at}\"");
            let sql = shape.create(&name);
            connection.execute(&sql, []).expect(&sql);
            connection.execute_batch("BEGIN").unwrap();
            shape.fill(&connection, &name);
            connection.execute_batch("COMMIT").unwrap();
            shape.shrink_and_grow(&connection, &name);
        }
        check(&main, &connection);
    }
}

#[test]
fn shadow_tables_are_read_and_virtual_tables_are_not() {
    let (_folder, main, connection) = make(
        "CREATE VIRTUAL TABLE notes USING fts5(title, body);
         INSERT INTO notes VALUES ('one', 'the quick brown fox'), ('two', 'the lazy dog');
         CREATE VIEW v AS SELECT * FROM notes;
         CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, v);
         INSERT INTO counted (v) VALUES (1), (2); CREATE INDEX i ON counted (v);
         CREATE TRIGGER t AFTER INSERT ON counted BEGIN SELECT 1; END;
         ANALYZE;",
    );
    check(&main, &connection);
    let file = OnDisk::open(&main);
    let database = Database::open(&file, None).unwrap();
    let names: Vec<_> = database
        .tables()
        .iter()
        .map(|table| table.name.as_str())
        .collect();
    assert!(
        names.contains(&"notes_content") && names.contains(&"sqlite_sequence"),
        "{names:?}"
    );
    assert!(!names.contains(&"notes"), "{names:?}");
}

#[test]
fn a_tree_of_several_levels_comes_in_order() {
    for options in ["", "WITHOUT ROWID"] {
        let (_folder, main, connection) = make(&format!(
            "PRAGMA page_size = 512; CREATE TABLE t (k INTEGER PRIMARY KEY, v) {options};
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
             INSERT INTO t SELECT i * 3, hex(randomblob(i % 50)) FROM n;
             DELETE FROM t WHERE k BETWEEN 900 AND 9000;"
        ));
        check(&main, &connection);
    }
}

#[test]
fn the_header_is_told() {
    let (_folder, main, connection) = make(
        "PRAGMA page_size = 65536; PRAGMA encoding = 'UTF-16be'; PRAGMA auto_vacuum = 2;
         CREATE TABLE t (v); INSERT INTO t VALUES (zeroblob(500000)); DELETE FROM t;",
    );
    let file = OnDisk::open(&main);
    let header = *Database::open(&file, None).unwrap().header();
    let pragma = |name: &str| -> u32 {
        connection
            .pragma_query_value(None, name, |row| row.get(0))
            .unwrap()
    };
    assert_eq!(header.page_size, 65_536);
    assert_eq!(header.encoding, Encoding::Utf16Be);
    assert_eq!(header.auto_vacuum, AutoVacuum::Incremental);
    assert_eq!(header.page_count, pragma("page_count"));
    assert_eq!(header.freelist_count, pragma("freelist_count"));
    assert!(header.freelist_count > 0 && !header.wal_mode);
}

#[test]
fn bytes_reserved_for_an_extension_are_left_out() {
    let (_folder, main, connection) = make("PRAGMA page_size = 512; PRAGMA user_version = 1;");
    drop(connection);
    let mut bytes = bytes_of(&main);
    bytes[20] = 32;
    bytes[105..107].copy_from_slice(&480_u16.to_be_bytes());
    write(&main, &bytes);
    let connection = Connection::open(&main).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE t (a, b); CREATE TABLE w (a PRIMARY KEY, b) WITHOUT ROWID;
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
             INSERT INTO t SELECT i, randomblob(i * 7) FROM n;
             INSERT INTO w SELECT hex(b), a FROM t;",
        )
        .unwrap();
    let file = OnDisk::open(&main);
    assert_eq!(Database::open(&file, None).unwrap().header().reserved, 32);
    check(&main, &connection);
}

#[test]
fn an_empty_file_is_an_empty_database() {
    let empty: &[u8] = &[];
    let database = Database::open(&empty, None).unwrap();
    assert_eq!(database.tables().len(), 1);
    assert!(
        read_rows(&database, &database.tables()[0])
            .unwrap()
            .is_empty()
    );
}

#[test]
fn long_values_come_in_pieces() {
    for encoding in ["UTF-8", "UTF-16le", "UTF-16be"] {
        let (_folder, main, connection) = make(&format!(
            "PRAGMA page_size = 512; PRAGMA encoding = '{encoding}'; CREATE TABLE t (a, b, c, d);
             INSERT INTO t VALUES
               (hex(randomblob(4000)), randomblob(3333), 'short', hex(randomblob(2001))),
               ('x', 1, NULL, randomblob(1501));"
        ));
        let file = OnDisk::open(&main);
        let mut database = Database::open(&file, None).unwrap();
        let table = database.tables()[1].clone();
        let whole = select(&connection, &table);
        for limits in [
            Limits {
                cell: 1001,
                row: 1501,
            },
            Limits { cell: 2, row: 0 },
        ] {
            database.limits = limits;
            assert!(joined(&database, &table) == whole, "{encoding} {limits:?}");
        }
    }
}

/// Puts the pieces of each row together again.
fn joined(database: &Database<'_>, table: &Table) -> Rows {
    let mut rows = Rows::new();
    let mut pending = 0;
    database
        .rows(table, &mut |row| {
            if pending == 0 {
                pending = row.cells.iter().filter(|cell| cell.more).count();
                let values = row.cells.into_iter().map(|cell| cell.value).collect();
                rows.push((row.rowid, values));
                return ControlFlow::Continue(());
            }
            let [cell] = row.cells.as_slice() else {
                panic!("a piece is one cell")
            };
            pending -= usize::from(!cell.more);
            let at = table
                .columns
                .iter()
                .position(|column| column.name == cell.column)
                .unwrap();
            let (_, values) = rows.last_mut().unwrap();
            match (&mut values[at], &cell.value) {
                (Value::Text(whole), Value::Text(piece))
                | (Value::Blob(whole), Value::Blob(piece)) => whole.extend(piece),
                _ => panic!("a piece is of the type of its value"),
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(pending, 0);
    rows
}

#[test]
fn the_visitor_can_stop() {
    let (_folder, main, _connection) = make("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2);");
    let file = OnDisk::open(&main);
    let database = Database::open(&file, None).unwrap();
    let mut visits = 0;
    let stopped = database.rows(&database.tables()[1], &mut |_| {
        visits += 1;
        ControlFlow::Break(())
    });
    assert!(stopped.is_ok());
    assert_eq!(visits, 1);
}
