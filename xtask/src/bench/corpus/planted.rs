//! Session files with secrets and hard negatives in known places, and the truth about them.
//!
//! **Invariant:** the truth is written beside the corpus and holds no value: a place, a kind, a
//! context and a digest.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use bedlock_detect::Dice;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::contexts::{CONTEXTS, Context, quoted};
use super::plants::Plant;
use super::text::Pool;
use super::transcripts::{WRITERS, Writer};
use super::{negatives, plants};
use crate::error::Error;
use crate::process::note;

/// A corpus on disk.
pub(crate) struct Corpus {
    /// What the table calls it.
    pub(crate) name: String,
    /// The folder.
    pub(crate) path: PathBuf,
    /// The bytes of its files.
    pub(crate) bytes: u64,
    /// What was planted.
    pub(crate) truth: Vec<Truth>,
}

/// What was planted in one place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Truth {
    /// The file, below the corpus.
    pub(crate) file: String,
    /// The line, from 1.
    pub(crate) line: usize,
    /// The offset of the secret part's first byte in the file.
    pub(crate) start: u64,
    /// The offset behind its last byte.
    pub(crate) end: u64,
    /// The rule, the row of the table, or the negative.
    pub(crate) kind: String,
    /// `rule`, `table` or `negative`.
    pub(crate) origin: String,
    /// One of the contexts.
    pub(crate) context: String,
    /// Who wrote the file.
    pub(crate) writer: String,
    /// SHA-256 of the value.
    pub(crate) sha256: String,
}

struct Order {
    plant: Plant,
    context: Context,
}

/// Makes the large corpus: that many bytes, with about 600 secrets.
///
/// # Errors
/// [`Error::File`].
pub(crate) fn large(folder: &Path, pool: &dyn Fn() -> Pool, bytes: u64) -> Result<Corpus, Error> {
    let mut dice = Dice::new(0xA);
    let mut orders = Vec::new();
    for number in 0..600 {
        let plant = plants::draw(number * 7 % plants::kinds(), &mut dice);
        let (context, _) = CONTEXTS[dice.below(CONTEXTS.len())];
        orders.push(Order { plant, context });
    }
    let files = usize::try_from(bytes / 16_000_000).unwrap_or(1).max(3);
    let name = format!("transcripts-{}", bytes / 1_000_000);
    corpus(folder, &name, pool, &orders, bytes, files)
}

/// Makes the dense corpus: every kind in every context, and the hard negatives, in about 42 MB.
///
/// # Errors
/// [`Error::File`].
pub(crate) fn dense(folder: &Path, pool: &dyn Fn() -> Pool) -> Result<Corpus, Error> {
    let mut dice = Dice::new(0xA9);
    let mut orders = Vec::new();
    for (context, _) in CONTEXTS {
        for number in 0..plants::kinds() {
            let plant = plants::draw(number, &mut dice);
            orders.push(Order { plant, context });
        }
        for number in 0..negatives::kinds() {
            let plant = negatives::draw(number, &mut dice);
            orders.push(Order { plant, context });
        }
    }
    for at in (1..orders.len()).rev() {
        orders.swap(at, dice.below(at + 1));
    }
    corpus(folder, "dense", pool, &orders, 42_000_000, 30)
}

/// Makes a prompt of that many bytes, as a model's API gets it: messages and tool results.
pub(crate) fn prompt(pool: &Pool, bytes: usize) -> Vec<u8> {
    let mut dice = Dice::new(0x200);
    let mut text = String::from("{\"model\":\"anthropic.claude\",\"messages\":[");
    while text.len() < bytes {
        let content = match dice.below(4) {
            0 => pool.document(&mut dice, 1_500),
            _ => pool.output(&mut dice, 6_000),
        };
        text.push_str(&format!(
            "{{\"role\":\"user\",\"content\":[{{\"type\":\"text\",\"text\":\"{}\"}}]}},",
            quoted(&content)
        ));
    }
    let mut end = bytes;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text.into_bytes()
}

fn corpus(
    folder: &Path,
    name: &str,
    pool: &dyn Fn() -> Pool,
    orders: &[Order],
    bytes: u64,
    files: usize,
) -> Result<Corpus, Error> {
    // What was made for other rules is not taken for these.
    let name = format!("{name}-{}-kinds", plants::kinds());
    let path = folder.join(&name);
    let truth_path = folder.join(format!("{name}.truth.jsonl"));
    if !truth_path.exists() {
        note(&format!("writing {}", path.display()));
        let pool = pool();
        note(&format!("between the secrets: {}", pool.described()));
        let mut lines = String::new();
        for number in 0..files {
            let share: Vec<&Order> = orders.iter().skip(number).step_by(files).collect();
            let writer = WRITERS[number % WRITERS.len()];
            let truth = session(&path, writer, number, &share, bytes / files as u64, &pool)?;
            for truth in truth {
                lines.push_str(&serde_json::to_string(&truth).unwrap_or_default());
                lines.push('\n');
            }
        }
        fs::write(&truth_path, lines).map_err(Error::file("write", &truth_path))?;
    }
    let text = fs::read_to_string(&truth_path).map_err(Error::file("read", &truth_path))?;
    let truth = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let mut size = 0;
    for number in 0..files {
        let file = path.join(WRITERS[number % WRITERS.len()].path(number));
        size += fs::metadata(&file)
            .map_err(Error::file("read", &file))?
            .len();
    }
    Ok(Corpus {
        name,
        path,
        bytes: size,
        truth,
    })
}

/// Writes one session and returns what is planted in it.
fn session(
    home: &Path,
    writer: Writer,
    number: usize,
    orders: &[&Order],
    bytes: u64,
    pool: &Pool,
) -> Result<Vec<Truth>, Error> {
    let mut dice = Dice::new(0x5E55 + number as u64);
    let name = writer.path(number);
    let path = home.join(&name);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(Error::file("create", parent))?;
    }
    let file = File::create(&path).map_err(Error::file("write", &path))?;
    let mut out = BufWriter::with_capacity(1 << 20, file);
    let (mut at, mut line_number, mut truth) = (0_u64, 0, Vec::new());
    let mut pending = orders.iter();
    let mut planted = 0_u64;
    while at < bytes || planted < orders.len() as u64 {
        // The plants are spread evenly over the file.
        let due = planted * bytes <= at * orders.len() as u64;
        let order = due.then(|| pending.next()).flatten();
        let (line, snippet) = match order {
            Some(order) => planted_line(writer, order, pool, &mut dice),
            None => (writer.filler(pool, &mut dice), String::new()),
        };
        line_number += 1;
        if let Some(order) = order {
            planted += 1;
            if let Some(found) = place(&line, &snippet, order) {
                truth.push(Truth {
                    file: name.clone(),
                    line: line_number,
                    start: at + found.start as u64,
                    end: at + found.end as u64,
                    kind: order.plant.kind.clone(),
                    origin: order.plant.origin.to_owned(),
                    context: order.context.name().to_owned(),
                    writer: writer.name().to_owned(),
                    sha256: hex(&Sha256::digest(order.plant.value.as_bytes())),
                });
            } else {
                note(&format!(
                    "lost {} in {}",
                    order.plant.kind,
                    order.context.name()
                ));
            }
        }
        out.write_all(line.as_bytes())
            .map_err(Error::file("write", &path))?;
        out.write_all(b"\n").map_err(Error::file("write", &path))?;
        at += line.len() as u64 + 1;
    }
    out.flush().map_err(Error::file("write", &path))?;
    Ok(truth)
}

/// Returns the line, and the piece of text that was put into it.
fn planted_line(writer: Writer, order: &Order, pool: &Pool, dice: &mut Dice) -> (String, String) {
    let snippet = order.context.text(&order.plant, dice);
    let line = match order.context {
        Context::Prose | Context::Backtick => {
            let before = pool.document(dice, 300);
            writer.said(&format!("{before}\n{snippet}"), dice)
        }
        Context::Bearer => writer.called(&snippet, dice),
        _ => {
            let (before, after) = (100 + dice.below(900), 100 + dice.below(900));
            let before = pool.output(dice, before);
            let after = pool.output(dice, after);
            let before = before.trim_end_matches('\n');
            writer.returned(&format!("{before}\n{snippet}{after}"), dice)
        }
    };
    (line, snippet)
}

/// Finds the secret part of the plant in the line that was written, however often it is escaped.
fn place(line: &str, snippet: &str, order: &Order) -> Option<std::ops::Range<usize>> {
    let whole = order.context.spelled(&order.plant);
    let mut part = Plant {
        value: order.plant.value[order.plant.secret.clone()].to_owned(),
        ..order.plant.clone()
    };
    part.secret = 0..part.value.len();
    let part = order.context.spelled(&part);
    let [mut snippet, mut whole, mut part] = [snippet.to_owned(), whole, part];
    for _ in 0..4 {
        [snippet, whole, part] = [quoted(&snippet), quoted(&whole), quoted(&part)];
        if let Some(start) = line.find(&snippet) {
            // The last place in the snippet: the name in front may be part of the value.
            let start = start + snippet.rfind(&whole)? + whole.find(&part)?;
            return Some(start..start + part.len());
        }
    }
    None
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
