//! What the parser makes of declarations; SQLite's own view of them is in the oracle tests.

use super::super::Table;

pub(super) fn parse(sql: &str) -> Option<Table> {
    Table::from_schema("t".to_owned(), 2, sql)
}

/// Checks the columns, virtual ones in angle brackets, the alias, and whether there is a rowid.
fn check(sql: &str, columns: &[&str], alias: Option<usize>, without_rowid: bool) {
    let table = parse(sql).expect(sql);
    let shown = |column: &super::super::Column| match column.stored {
        true => column.name.clone(),
        false => format!("<{}>", column.name),
    };
    assert_eq!(
        table.columns.iter().map(shown).collect::<Vec<_>>(),
        columns,
        "{sql}"
    );
    assert_eq!(table.rowid_alias, alias, "{sql}");
    assert_eq!(table.without_rowid, without_rowid, "{sql}");
}

#[test]
fn names_and_keys() {
    check("CREATE TABLE t(a,b)", &["a", "b"], None, false);
    check(
        "CREATE TABLE \"t(\"(a INTEGER PRIMARY KEY)",
        &["a"],
        Some(0),
        false,
    );
    check("CREATE TABLE t(a INT PRIMARY KEY)", &["a"], None, false);
    check(
        "CREATE TABLE t(a INTEGER PRIMARY KEY DESC)",
        &["a"],
        None,
        false,
    );
    check(
        "CREATE TABLE t(a, b INTEGER, PRIMARY KEY(B DESC))",
        &["a", "b"],
        Some(1),
        false,
    );
    check(
        "CREATE TABLE t(a INTEGER, b, PRIMARY KEY(a, b))",
        &["a", "b"],
        None,
        false,
    );
    check(
        "CREATE TABLE t(a INTEGER PRIMARY KEY) WITHOUT ROWID",
        &["a"],
        None,
        true,
    );
    check(
        "CREATE TABLE t(a PRIMARY KEY) STRICT, WITHOUT ROWID",
        &["a"],
        None,
        true,
    );
    check(
        "CREATE TABLE t([a b] x, 'c''d' y, `e` z, \"\")",
        &["a b", "c'd", "e", ""],
        None,
        false,
    );
    check(
        "CREATE TABLE t(\"primary\" key, \"check\")",
        &["primary", "check"],
        None,
        false,
    );
}

#[test]
fn generated_columns() {
    check(
        "CREATE TABLE t(a, b AS (a), c GENERATED ALWAYS AS (a || ')') STORED, d INT AS (1) VIRTUAL)",
        &["a", "<b>", "c", "<d>"],
        None,
        false,
    );
    check(
        "CREATE TABLE t(\"as\" \"as\" DEFAULT (CAST(1 AS TEXT)))",
        &["as"],
        None,
        false,
    );
    check(
        "CREATE TABLE t(a CONSTRAINT stored AS (1))",
        &["<a>"],
        None,
        false,
    );
}

#[test]
fn comments_and_constraints() {
    check(
        "CREATE TABLE t -- (a)\n(/* b, */ c, d DEFAULT ',', CHECK (c > (1)) UNIQUE (c), \
         CONSTRAINT k FOREIGN KEY (c) REFERENCES o(p))",
        &["c", "d"],
        None,
        false,
    );
}

#[test]
fn what_is_not_understood_has_no_columns() {
    for sql in [
        "",
        "nonsense",
        "CREATE TABLE t",
        "CREATE TABLE t(a, b",
        "CREATE TABLE t(,)",
    ] {
        check(sql, &[], None, false);
    }
    assert!(parse("CREATE VIRTUAL TABLE t USING fts5(a)").is_none());
}
