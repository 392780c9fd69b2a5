//! What a CREATE TABLE statement says about the records of its table.
//!
//! Called by `Database::open` for each row of the schema table.
//!
//! **Invariant:** a statement that is not understood costs the names of the columns, never the rows.
//!
//! **Source:** <https://www.sqlite.org/lang_createtable.html>

use std::collections::{HashMap, HashSet};

use super::Value;
use super::tokens::{Token, tokens};

/// The most columns that SQLite can be compiled for.
const MAX_COLUMNS: usize = 32_767;
const COLUMN_CONSTRAINTS: &[&str] = &[
    "CONSTRAINT",
    "PRIMARY",
    "NOT",
    "NULL",
    "UNIQUE",
    "CHECK",
    "DEFAULT",
    "COLLATE",
    "REFERENCES",
    "AS",
    "DEFERRABLE",
];
const TABLE_CONSTRAINTS: &[&str] = &["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];

/// A column as it was declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The name, without quotes.
    pub name: String,
    /// Whether the records hold it; a virtual generated column is computed when it is read.
    pub stored: bool,
    /// Whether its integers stand for real numbers.
    real: bool,
    /// Whether it is another name of the rowid.
    rowid: bool,
}

impl Column {
    fn plain(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            stored: true,
            real: false,
            rowid: false,
        }
    }

    /// Undoes what SQLite saves in a record: the rowid alias and the fraction of whole numbers.
    pub(super) fn refine(&self, value: Value, rowid: Option<i64>) -> Value {
        match (value, rowid) {
            (Value::Null, Some(rowid)) if self.rowid => Value::Int(rowid),
            (Value::Int(value), _) if self.real => Value::Real(value as f64),
            (value, _) => value,
        }
    }
}

/// A table with rows of its own: not a view, and not a virtual table (its shadow tables are listed).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The name, without quotes.
    pub name: String,
    /// The root page of the b-tree.
    pub root: u32,
    /// The columns in the order of the declaration; none if the declaration is not understood.
    pub columns: Vec<Column>,
    /// The column that is another name of the rowid.
    pub rowid_alias: Option<usize>,
    /// Whether the rows are kept by primary key and have no rowid.
    pub without_rowid: bool,
    /// The columns in the order in which the records hold them; `None` repeats an earlier one.
    layout: Vec<Option<usize>>,
}

/// What the nth value of a record is.
pub(super) enum Slot<'t> {
    /// The value of a column, with its place in the declaration.
    Column(usize, &'t Column),
    /// A column that the record holds once more, for another collation.
    Repeat,
    /// A value without a column.
    Surplus,
}

impl Table {
    /// The schema table itself, which no schema lists.
    pub(super) fn schema() -> Self {
        let columns = ["type", "name", "tbl_name", "rootpage", "sql"].map(Column::plain);
        Self {
            name: "sqlite_schema".to_owned(),
            root: 1,
            layout: (0..columns.len()).map(Some).collect(),
            columns: columns.into(),
            rowid_alias: None,
            without_rowid: false,
        }
    }

    /// Makes a table from one row of the schema; `None` for a virtual table.
    pub(super) fn from_schema(name: String, root: u32, sql: &str) -> Option<Self> {
        let mut table = Self {
            name,
            root,
            columns: Vec::new(),
            rowid_alias: None,
            without_rowid: false,
            layout: Vec::new(),
        };
        match Statement::parse(sql) {
            Parsed::Virtual => return None,
            Parsed::Unknown => {}
            Parsed::Table(statement) => statement.describe(&mut table),
        }
        Some(table)
    }

    pub(super) fn stored_columns(&self) -> usize {
        self.layout.len()
    }

    /// Tells what the nth value of a record is.
    pub(super) fn slot(&self, index: usize) -> Slot<'_> {
        match self.layout.get(index) {
            Some(Some(place)) => Slot::Column(*place, &self.columns[*place]),
            Some(None) => Slot::Repeat,
            None => Slot::Surplus,
        }
    }
}

/// A column of the primary key, with the collation that its constraint names.
struct KeyPart {
    name: String,
    collation: Option<String>,
}

/// How a column was declared, as far as it matters here.
struct Declared {
    column: Column,
    integer: bool,
    collation: Option<String>,
}

#[derive(Default)]
struct Statement {
    columns: Vec<Declared>,
    key: Vec<KeyPart>,
    /// `INTEGER PRIMARY KEY DESC` on a column is no alias of the rowid, by an old mistake.
    key_is_never_alias: bool,
    without_rowid: bool,
}

enum Parsed {
    Table(Statement),
    Virtual,
    Unknown,
}

impl Statement {
    fn parse(sql: &str) -> Parsed {
        let mut tokens = tokens(sql);
        if !tokens.next().is_some_and(|token| token.is("CREATE")) {
            return Parsed::Unknown;
        }
        if tokens.next().is_some_and(|token| token.is("VIRTUAL")) {
            return Parsed::Virtual;
        }
        if !tokens.any(|token| token == Token::Sign('(')) {
            return Parsed::Unknown;
        }
        Self::default()
            .body(&mut tokens)
            .map_or(Parsed::Unknown, Parsed::Table)
    }

    /// Reads what follows the first parenthesis.
    fn body<'t>(mut self, tokens: &mut impl Iterator<Item = Token<'t>>) -> Option<Self> {
        let mut item = Vec::new();
        let mut depth = 1_u32;
        loop {
            let token = tokens.next()?;
            match token {
                Token::Sign('(') => depth = depth.checked_add(1)?,
                Token::Sign(')') => depth -= 1,
                _ => {}
            }
            let ends = depth == 0 || depth == 1 && token == Token::Sign(',');
            if !ends {
                item.push(token);
                continue;
            }
            self.item(&item)?;
            item.clear();
            if depth == 0 {
                break;
            }
        }
        let options: Vec<_> = tokens.take(8).collect();
        self.without_rowid = options
            .windows(2)
            .any(|pair| pair[0].is("WITHOUT") && pair[1].is("ROWID"));
        Some(self)
    }

    fn item(&mut self, item: &[Token<'_>]) -> Option<()> {
        let first = *item.first()?;
        if first.is_any(TABLE_CONSTRAINTS) {
            self.table_constraints(item);
            return Some(());
        }
        if self.columns.len() >= MAX_COLUMNS {
            return None;
        }
        self.column(&first.name()?, &item[1..]);
        Some(())
    }

    /// Only a primary key matters, with the columns in the parentheses after it.
    fn table_constraints(&mut self, item: &[Token<'_>]) {
        let mut rest = item;
        while let [first, after @ ..] = rest {
            rest = match first {
                Token::Sign('(') => after_group(after),
                _ if first.is("CONSTRAINT") => after.get(1..).unwrap_or_default(),
                _ if first.is("PRIMARY") => {
                    self.key = key_parts(after);
                    after
                }
                _ => after,
            };
        }
    }

    fn column(&mut self, name: &str, definition: &[Token<'_>]) {
        let type_len = definition
            .iter()
            .position(|token| token.is_any(COLUMN_CONSTRAINTS))
            .unwrap_or(definition.len());
        let (type_name, mut rest) = definition.split_at(type_len);
        let mut column = Column {
            real: is_real(type_name),
            ..Column::plain(name)
        };
        let mut collation = None;
        while let [first, after @ ..] = rest {
            rest = match first {
                Token::Sign('(') => after_group(after),
                // The word after these is a name, whatever it looks like.
                _ if first.is("CONSTRAINT") => after.get(1..).unwrap_or_default(),
                _ if first.is("COLLATE") => {
                    collation = after.first().and_then(|token| token.name());
                    after.get(1..).unwrap_or_default()
                }
                _ if first.is("PRIMARY") => {
                    self.key = vec![KeyPart {
                        name: name.to_owned(),
                        collation: None,
                    }];
                    self.key_is_never_alias = after.get(1).is_some_and(|token| token.is("DESC"));
                    after
                }
                _ if first.is("AS") => {
                    let after = after_group(after.get(1..).unwrap_or_default());
                    column.stored = after.first().is_some_and(|token| token.is("STORED"));
                    after
                }
                _ => after,
            };
        }
        let integer = matches!(type_name, [only] if only.is("INTEGER"));
        let collation = collation.map(|name| name.into_owned());
        self.columns.push(Declared {
            column,
            integer,
            collation,
        });
    }

    fn describe(self, table: &mut Table) {
        let mut places = HashMap::new();
        for (place, declared) in self.columns.iter().enumerate() {
            places
                .entry(declared.column.name.to_ascii_lowercase())
                .or_insert(place);
        }
        let place_of = |part: &KeyPart| places.get(&part.name.to_ascii_lowercase()).copied();
        table.without_rowid = self.without_rowid;
        if self.without_rowid {
            table.layout = self.key_layout(place_of);
        } else if let [only] = self.key.as_slice()
            && !self.key_is_never_alias
        {
            table.rowid_alias = place_of(only).filter(|place| self.columns[*place].integer);
        }
        let mut in_key = vec![false; self.columns.len()];
        for place in table.layout.iter().flatten() {
            in_key[*place] = true;
        }
        table.columns = self
            .columns
            .into_iter()
            .map(|declared| declared.column)
            .collect();
        if let Some(column) = table
            .rowid_alias
            .and_then(|place| table.columns.get_mut(place))
        {
            column.rowid = true;
        }
        let others =
            (0..table.columns.len()).filter(|at| !in_key[*at] && table.columns[*at].stored);
        let others: Vec<_> = others.map(Some).collect();
        table.layout.extend(others);
    }

    /// Without a rowid the key comes first, each column once for each collation.
    fn key_layout(&self, place_of: impl Fn(&KeyPart) -> Option<usize>) -> Vec<Option<usize>> {
        let mut seen = HashSet::new();
        let mut placed = HashSet::new();
        let mut layout = Vec::new();
        for part in &self.key {
            let Some(place) = place_of(part) else {
                continue;
            };
            let collation = part
                .collation
                .as_ref()
                .or(self.columns[place].collation.as_ref());
            let collation =
                collation.map_or_else(|| "binary".to_owned(), |c| c.to_ascii_lowercase());
            if seen.insert((place, collation)) {
                layout.push(placed.insert(place).then_some(place));
            }
        }
        layout
    }
}

/// The columns in the parentheses that come next.
fn key_parts(tokens: &[Token<'_>]) -> Vec<KeyPart> {
    let Some(open) = tokens.iter().position(|token| *token == Token::Sign('(')) else {
        return Vec::new();
    };
    let inside = &tokens[open + 1..];
    let end = inside
        .iter()
        .position(|token| *token == Token::Sign(')'))
        .unwrap_or(inside.len());
    inside[..end]
        .split(|token| *token == Token::Sign(','))
        .filter_map(|part| {
            let name = part.first()?.name()?.into_owned();
            let collate = part.iter().position(|token| token.is("COLLATE"));
            let collation = collate
                .and_then(|at| part.get(at + 1))
                .and_then(|token| token.name());
            Some(KeyPart {
                name,
                collation: collation.map(|name| name.into_owned()),
            })
        })
        .collect()
}

/// What follows the group that is already open.
fn after_group<'s, 't>(tokens: &'s [Token<'t>]) -> &'s [Token<'t>] {
    let mut depth = 1_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &tokens[at + 1..];
        }
    }
    &[]
}

/// Tells whether a declared type has REAL affinity.
///
/// **Source:** <https://www.sqlite.org/datatype3.html#determination_of_column_affinity>
fn is_real(type_name: &[Token<'_>]) -> bool {
    let mut text = String::new();
    for token in type_name {
        if let Token::Word(word) | Token::Quoted(word) = token {
            text.push_str(&word.to_ascii_uppercase());
            text.push(' ');
        }
    }
    let has = |part: &&str| text.contains(*part);
    ["REAL", "FLOA", "DOUB"].iter().any(has)
        && !["INT", "CHAR", "CLOB", "TEXT", "BLOB"].iter().any(has)
}
