//! The text between the secrets: source code, documents and data that lie on this machine.
//!
//! The sources of the crates that this program was built from are always there; Debian's documents
//! and headers come on top where there are any. Logs, diffs and listings are made of its lines.
//!
//! **Invariant:** files are taken in an order that the dice decide, not the file system.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use bedlock_detect::Dice;

use super::ids;
use crate::workspace;

/// Files outside of these sizes are passed over.
const SIZES: std::ops::RangeInclusive<u64> = 400..=400_000;
/// How much text of each class is kept, in bytes.
const KEPT: usize = 24_000_000;
/// Length of the made-up picture data.
const PICTURE_BYTES: usize = 1_000_000;

const SOURCE: [&str; 8] = ["rs", "c", "h", "py", "js", "ts", "sh", "go"];
const DOCUMENT: [&str; 4] = ["md", "txt", "rst", "html"];
const DATA: [&str; 5] = ["json", "toml", "yml", "yaml", "xml"];

/// Text of this machine.
pub(crate) struct Pool {
    source: Vec<String>,
    documents: Vec<String>,
    data: Vec<String>,
    picture: String,
}

impl Pool {
    /// Reads it.
    pub(crate) fn gather() -> Self {
        let mut paths = Vec::new();
        for root in roots() {
            walk(&root, &mut paths);
        }
        paths.sort_by_key(|path| {
            let mut hasher = DefaultHasher::new();
            path.hash(&mut hasher);
            hasher.finish()
        });
        let mut dice = Dice::new(0xB17);
        Self {
            source: keep(&paths, &SOURCE),
            documents: keep(&paths, &DOCUMENT),
            data: keep(&paths, &DATA),
            picture: dice.draw(ids::BASE64, PICTURE_BYTES),
        }
    }

    /// Says how much there is, in words.
    pub(crate) fn described(&self) -> String {
        let of = |texts: &[String]| texts.iter().map(String::len).sum::<usize>() / 1_000_000;
        format!(
            "{} MB of source code, {} MB of documents, {} MB of data",
            of(&self.source),
            of(&self.documents),
            of(&self.data)
        )
    }

    /// Whole lines of source code.
    pub(crate) fn source(&self, dice: &mut Dice, bytes: usize) -> String {
        excerpt(&self.source, dice, bytes)
    }

    /// Whole lines of a document.
    pub(crate) fn document(&self, dice: &mut Dice, bytes: usize) -> String {
        excerpt(&self.documents, dice, bytes)
    }

    /// Whole lines of JSON, TOML, YAML or XML.
    pub(crate) fn data(&self, dice: &mut Dice, bytes: usize) -> String {
        excerpt(&self.data, dice, bytes)
    }

    /// Base64 as a picture has it.
    pub(crate) fn picture(&self, dice: &mut Dice, bytes: usize) -> String {
        let from = dice.below(self.picture.len() - bytes.min(self.picture.len() / 2));
        let to = (from + bytes).min(self.picture.len());
        format!("iVBORw0KGgoAAAANSUhEUgAA{}", &self.picture[from..to])
    }

    /// What a tool prints: one of the kinds of output that agents read all day.
    pub(crate) fn output(&self, dice: &mut Dice, bytes: usize) -> String {
        match dice.below(10) {
            0..=2 => numbered(&self.source(dice, bytes)),
            3 | 4 => self.source(dice, bytes),
            5 => self.document(dice, bytes),
            6 => self.data(dice, bytes),
            7 => diff(&self.source(dice, bytes), dice),
            8 => log(&self.document(dice, bytes / 2), dice),
            _ => hits(&self.source(dice, bytes), dice),
        }
    }
}

/// The crates that this repository is built from, and what Debian brings.
fn roots() -> Vec<PathBuf> {
    let lock = fs::read_to_string(workspace::root().join("Cargo.lock")).unwrap_or_default();
    let lock: toml::Table = lock.parse().unwrap_or_default();
    let packages = lock.get("package").and_then(toml::Value::as_array);
    let crates: Vec<String> = packages
        .into_iter()
        .flatten()
        .filter_map(|package| {
            let text = |key| package.get(key).and_then(toml::Value::as_str);
            Some(format!("{}-{}", text("name")?, text("version")?))
        })
        .collect();
    let registries = cargo_home().map(|home| home.join("registry/src"));
    let registries = registries.and_then(|folder| fs::read_dir(folder).ok());
    registries
        .into_iter()
        .flatten()
        .flatten()
        .flat_map(|registry| crates.iter().map(move |name| registry.path().join(name)))
        .chain(["/usr/share/doc", "/usr/include", "/usr/lib/python3"].map(PathBuf::from))
        .collect()
}

fn cargo_home() -> Option<PathBuf> {
    let set = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    set.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")))
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() {
            walk(&entry.path(), paths);
        } else if kind.is_file()
            && entry
                .metadata()
                .is_ok_and(|meta| SIZES.contains(&meta.len()))
        {
            paths.push(entry.path());
        }
    }
}

fn keep(paths: &[PathBuf], extensions: &[&str]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut bytes = 0;
    for path in paths {
        let extension = path.extension().and_then(|extension| extension.to_str());
        if bytes >= KEPT || !extension.is_some_and(|extension| extensions.contains(&extension)) {
            continue;
        }
        if let Ok(text) = fs::read_to_string(path) {
            bytes += text.len();
            kept.push(text);
        }
    }
    if kept.is_empty() {
        kept.push("there is no text of this kind on this machine\n".to_owned());
    }
    kept
}

/// Cuts about that many bytes out of one of the texts, at the beginning of a line.
fn excerpt(texts: &[String], dice: &mut Dice, bytes: usize) -> String {
    let text = &texts[dice.below(texts.len())];
    let from = dice.below(text.len().saturating_sub(bytes).max(1));
    let from = text.as_bytes()[..from]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    let to = (from + bytes).min(text.len());
    let to = text.as_bytes()[..to]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .filter(|at| *at > from)
        .unwrap_or_else(|| {
            (to..=text.len())
                .find(|at| text.is_char_boundary(*at))
                .unwrap_or(text.len())
        });
    text[from..to].to_owned()
}

fn numbered(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    for (number, line) in text.lines().enumerate() {
        out.push_str(&format!("{:>6}\u{2192}{line}\n", number + 1));
    }
    out
}

fn diff(text: &str, dice: &mut Dice) -> String {
    let (old, new) = (dice.draw(ids::HEX, 10), dice.draw(ids::HEX, 10));
    let mut out = format!(
        "diff --git a/src/lib.rs b/src/lib.rs\nindex {old}..{new} 100644\n--- a/src/lib.rs\n+++ b/src/lib.rs\n@@ -{},12 +{},14 @@\n",
        1 + dice.below(900),
        1 + dice.below(900)
    );
    for line in text.lines() {
        out.push_str([" ", " ", " ", "+", "-"][dice.below(5)]);
        out.push_str(line);
        out.push('\n');
    }
    out
}

fn log(text: &str, dice: &mut Dice) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let level = ["INFO", "INFO", "DEBUG", "WARN", "ERROR"][dice.below(5)];
        out.push_str(&format!(
            "{} {level} gateway/ws conn={} reqId={} {}\n",
            ids::time(dice),
            ids::uuid(dice),
            dice.draw(ids::HEX, 16),
            line.trim()
        ));
    }
    out
}

fn hits(text: &str, dice: &mut Dice) -> String {
    let mut out = String::new();
    let mut number = dice.below(400);
    for line in text.lines() {
        number += 1 + dice.below(30);
        out.push_str(&format!("crates/app/src/main.rs:{number}:{line}\n"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Dice, excerpt};

    #[test]
    fn cuts_at_lines_and_never_inside_a_letter() {
        let texts = [
            "äöü line\nsecond line ß\n".repeat(20),
            "no line end ü".repeat(50),
        ];
        let mut dice = Dice::new(1);
        for bytes in 1..200 {
            let cut = excerpt(&texts, &mut dice, bytes);
            assert!(texts.iter().any(|text| text.contains(&cut)));
        }
    }
}
