//! Looks for canaries in every file below a folder, by bytes, without any of bedlock's code.
//!
//! A database is also read row by row with SQLite itself, and what is compressed in it is
//! decompressed, because bytes alone would not see it. What only the bytes of a database show
//! (freed pages, its log) is a hit of its own kind.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use super::canary::Canary;

/// Where in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Spot {
    /// Plain bytes of a file that is no database.
    Bytes(u64),
    /// Bytes of a database that are in none of its rows: freed pages and slack.
    Freed,
    /// A value of a table.
    Row { table: String, column: String },
    /// Base64 in a file that is no database.
    Base64(u64),
    /// A word of a full-text index of a database, in small letters.
    Word,
}

/// A canary at a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hit {
    /// The canary's name.
    pub(crate) canary: &'static str,
    /// Path relative to the folder.
    pub(crate) file: PathBuf,
    /// Where in it.
    pub(crate) spot: Spot,
}

impl fmt::Display for Hit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.canary, self.file.display())?;
        match &self.spot {
            Spot::Bytes(offset) => write!(f, " at byte {offset}"),
            Spot::Word => write!(f, " as a word of an index"),
            Spot::Freed => write!(f, " in freed pages"),
            Spot::Row { table, column } => write!(f, " in {table}.{column}"),
            Spot::Base64(offset) => write!(f, " as Base64 at byte {offset}"),
        }
    }
}

/// How much of a canary's end is looked for in an index; shorter than any canary.
const WORD_END: usize = 12;

/// A search for some canaries.
pub(crate) struct Search {
    names: Vec<&'static str>,
    plain: AhoCorasick,
    /// Base64 of the canary at each of the three alignments, without the ends that its neighbours
    /// share.
    encoded: AhoCorasick,
    encoded_names: Vec<&'static str>,
    /// The end of the canary in small letters: an index stores a word without what it has in common
    /// with the word before.
    words: AhoCorasick,
}

impl Search {
    pub(crate) fn new(canaries: &[Canary]) -> Self {
        let values: Vec<&str> = canaries.iter().map(|canary| &*canary.value).collect();
        let mut encoded = Vec::new();
        let mut encoded_names = Vec::new();
        for canary in canaries {
            for shift in 0..3 {
                let padded = [&b"\0\0\0"[..shift], canary.value.as_bytes()].concat();
                let text = STANDARD_NO_PAD.encode(&padded);
                let whole = padded.len() / 3 * 4;
                let start = if shift == 0 { 0 } else { 4 };
                encoded.push(text[start..whole].to_owned());
                encoded_names.push(canary.name);
            }
        }
        let ends = canaries.iter().map(|canary| {
            let small = canary.value.to_ascii_lowercase();
            small[small.len() - WORD_END..].to_owned()
        });
        Self {
            words: AhoCorasick::new(ends).unwrap(),
            names: canaries.iter().map(|canary| canary.name).collect(),
            plain: AhoCorasick::new(values).unwrap(),
            encoded: AhoCorasick::new(encoded).unwrap(),
            encoded_names,
        }
    }

    /// Lists every hit in every regular file below `root`, sorted.
    pub(crate) fn tree(&self, root: &Path) -> BTreeSet<Hit> {
        let mut hits = BTreeSet::new();
        for file in files(root) {
            self.file(root, &file, &mut hits);
        }
        hits
    }

    fn file(&self, root: &Path, file: &Path, hits: &mut BTreeSet<Hit>) {
        let path = root.join(file);
        // A lock or a socket's file that is gone by now holds nothing.
        let Ok(bytes) = fs::read(&path) else { return };
        let hit = |canary, spot| Hit {
            canary,
            file: file.to_path_buf(),
            spot,
        };
        if bytes.starts_with(b"SQLite format 3\0") {
            let rows = self.database(&path);
            let mut in_rows = BTreeSet::new();
            for (canary, table, column) in &rows {
                in_rows.insert(*canary);
                hits.insert(hit(
                    canary,
                    Spot::Row {
                        table: table.clone(),
                        column: column.clone(),
                    },
                ));
            }
            for (index, _) in self.words.matches(&bytes) {
                hits.insert(hit(self.names[index], Spot::Word));
            }
            for (index, _) in self.plain.matches(&bytes) {
                let canary = self.names[index];
                if !in_rows.contains(canary) {
                    hits.insert(hit(canary, Spot::Freed));
                }
            }
            return;
        }
        for (index, offset) in self.plain.matches(&bytes) {
            hits.insert(hit(self.names[index], Spot::Bytes(offset)));
        }
        for (index, offset) in self.encoded.matches(&bytes) {
            hits.insert(hit(self.encoded_names[index], Spot::Base64(offset)));
        }
    }

    /// Lists canary, table and column of every hit in a database's rows.
    fn database(&self, path: &Path) -> BTreeSet<(&'static str, String, String)> {
        // A copy: reading a database in WAL mode writes beside it.
        let copy = tempfile::tempdir().unwrap();
        for suffix in ["", "-wal"] {
            let mut from = path.as_os_str().to_owned();
            from.push(suffix);
            let to = copy.path().join(format!("db{suffix}"));
            if fs::exists(&from).unwrap() {
                fs::copy(from, to).unwrap();
            }
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let database = Connection::open_with_flags(copy.path().join("db"), flags).unwrap();
        let mut hits = BTreeSet::new();
        for table in tables(&database) {
            let quoted = table.replace('"', "\"\"");
            let Ok(mut statement) = database.prepare(&format!("SELECT * FROM \"{quoted}\"")) else {
                continue;
            };
            let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
            let Ok(mut rows) = statement.query([]) else {
                continue;
            };
            while let Ok(Some(row)) = rows.next() {
                for (index, column) in columns.iter().enumerate() {
                    let value = row.get_ref(index).unwrap();
                    for canary in self.value(value) {
                        hits.insert((canary, table.clone(), column.clone()));
                    }
                }
            }
        }
        hits
    }

    fn value(&self, value: ValueRef<'_>) -> Vec<&'static str> {
        let (ValueRef::Text(bytes) | ValueRef::Blob(bytes)) = value else {
            return Vec::new();
        };
        let unpacked = unpacked(bytes);
        let bytes = unpacked.as_deref().unwrap_or(bytes);
        self.plain
            .matches(bytes)
            .into_iter()
            .map(|(index, _)| self.names[index])
            .collect()
    }
}

/// Reads a zstd frame, where the bytes are one.
fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    if !bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        return None;
    }
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(bytes).ok()?;
    let mut out = Vec::new();
    decoder.read_to_end(&mut out).ok()?;
    Some(out)
}

/// Lists the tables that hold bytes: a virtual one shows those of its shadow tables.
fn tables(database: &Connection) -> Vec<String> {
    let mut statement = database
        .prepare(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'",
        )
        .unwrap();
    let names = statement.query_map([], |row| row.get(0)).unwrap();
    names.map(Result::unwrap).collect()
}

/// Lists the regular files below a folder, relative to it, links not followed.
pub(crate) fn files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(root.join(&folder)) else {
            continue;
        };
        for entry in entries {
            let entry = entry.unwrap();
            let relative = folder.join(entry.file_name());
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() {
                open.push(relative);
            } else if kind.is_file() {
                found.push(relative);
            }
        }
    }
    found.sort();
    found
}

trait Matches {
    /// Lists pattern and offset of every match; canaries do not overlap.
    fn matches(&self, bytes: &[u8]) -> Vec<(usize, u64)>;
}

impl Matches for AhoCorasick {
    fn matches(&self, bytes: &[u8]) -> Vec<(usize, u64)> {
        self.find_iter(bytes)
            .map(|found| (found.pattern().as_usize(), found.start() as u64))
            .collect()
    }
}

#[test]
fn sees_rows_freed_pages_compression_and_base64() {
    use std::collections::BTreeMap;

    use super::canary::{Fate, Shape};

    let canary = |name| Canary::new(name, Shape::Opaque, Fate::Removed);
    let canaries = ["row", "freed", "zstd", "base64"].map(canary);
    let [row, freed, zstd, base64] = &canaries;
    let home = tempfile::tempdir().unwrap();
    let database = Connection::open(home.path().join("a.sqlite")).unwrap();
    let frame = ruzstd::encoding::compress_to_vec(
        zstd.value.as_bytes(),
        ruzstd::encoding::CompressionLevel::Fastest,
    );
    database
        .execute_batch("PRAGMA secure_delete = OFF; CREATE TABLE t (a, b); CREATE TABLE u (a)")
        .unwrap();
    database
        .execute("INSERT INTO t VALUES (?1, ?2)", (&row.value, frame))
        .unwrap();
    database
        .execute("INSERT INTO u VALUES (?1)", [&freed.value])
        .unwrap();
    database.execute_batch("DROP TABLE u").unwrap();
    database.close().unwrap();
    let text = format!("x{}", base64.value);
    fs::write(home.path().join("b"), STANDARD_NO_PAD.encode(text)).unwrap();

    let hits = Search::new(&canaries).tree(home.path());
    let spots: BTreeMap<&str, &Spot> = hits.iter().map(|hit| (hit.canary, &hit.spot)).collect();
    let in_column = |column: &str| Spot::Row {
        table: "t".to_owned(),
        column: column.to_owned(),
    };
    assert_eq!(*spots["row"], in_column("a"));
    assert_eq!(*spots["zstd"], in_column("b"));
    assert!(matches!(spots["freed"], Spot::Freed), "{spots:?}");
    assert!(matches!(spots["base64"], Spot::Base64(_)), "{spots:?}");
}
