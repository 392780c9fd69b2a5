//! Makes the homes that `bench audit` reads: made-up conversations with a made-up key here and there.
//!
//! **Invariant:** the same arguments give the same bytes, and a home that is there is not made again.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::process::note;

/// The literal that the peer looks for. It is fake by construction.
pub(crate) const LITERAL: &str = "sk-ant-api03-BENCHFAKE";

/// Size of one transcript of the large home.
const TRANSCRIPT_BYTES: u64 = 16_000_000;

/// Once in how many lines a key stands.
const LINES_PER_KEY: u64 = 20_000;

const WORDS: [&str; 32] = [
    "gateway", "session", "the", "a", "of", "deploy", "model", "please", "check", "folder", "log",
    "token", "again", "when", "error", "tomorrow", "calendar", "file", "answer", "region", "to",
    "and", "config", "remember", "branch", "merge", "is", "not", "ready", "key", "build", "test",
];

/// A folder to read.
pub(crate) struct Home {
    /// What the table calls it.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// How many bytes are in its files.
    pub(crate) bytes: u64,
}

/// Makes a home of 200 files and 5 MB.
///
/// # Errors
/// [`Error::File`].
pub(crate) fn small(folder: &Path) -> Result<Home, Error> {
    home(folder, "small", 200, 25_000)
}

/// Makes a home with that many megabytes of transcripts.
///
/// # Errors
/// [`Error::File`].
pub(crate) fn large(folder: &Path, megabytes: u64) -> Result<Home, Error> {
    let bytes = megabytes * 1_000_000;
    let files = (bytes / TRANSCRIPT_BYTES).max(1);
    home(folder, &format!("large-{megabytes}"), files, bytes / files)
}

fn home(folder: &Path, name: &str, files: u64, bytes_each: u64) -> Result<Home, Error> {
    let path = folder.join(name);
    let made = folder.join(format!("{name}.made"));
    let sessions = path.join(".openclaw/agents/main/sessions");
    if !made.exists() {
        note(&format!("writing {}", path.display()));
        fs::create_dir_all(&sessions).map_err(Error::file("create", &sessions))?;
        let config = path.join(".openclaw/openclaw.json");
        let text = "{\"gateway\": {\"mode\": \"local\"}}\n";
        fs::write(&config, text).map_err(Error::file("write", &config))?;
        for number in 0..files {
            let file = sessions.join(format!("session-{number:04}.jsonl"));
            transcript(&file, number, bytes_each).map_err(Error::file("write", &file))?;
        }
        File::create(&made).map_err(Error::file("write", &made))?;
    }
    let mut bytes = 0;
    for entry in fs::read_dir(&sessions).map_err(Error::file("list", &sessions))? {
        let entry = entry.map_err(Error::file("list", &sessions))?;
        bytes += entry
            .metadata()
            .map_err(Error::file("read", entry.path()))?
            .len();
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a size in bytes is far below 2^52"
    )]
    let megabytes = bytes as f64 / 1e6;
    Ok(Home {
        name: format!("{files} files, {megabytes:.0} MB"),
        path,
        bytes,
    })
}

fn transcript(path: &Path, seed: u64, bytes: u64) -> std::io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut written = 0;
    let mut number = 0;
    let mut line = String::new();
    while written < bytes {
        line.clear();
        let role = if number % 2 == 0 { "user" } else { "assistant" };
        line.push_str("{\"type\":\"message\",\"id\":\"");
        line.push_str(&format!("{:016x}", dice.roll()));
        line.push_str("\",\"message\":{\"role\":\"");
        line.push_str(role);
        line.push_str("\",\"content\":[{\"type\":\"text\",\"text\":\"");
        for _ in 0..20 + dice.roll() % 60 {
            let word = usize::try_from(dice.roll() % WORDS.len() as u64).unwrap_or_default();
            line.push_str(WORDS[word]);
            line.push(' ');
        }
        // The first line always holds one, so that the peer finds something in every home.
        if number % LINES_PER_KEY == 0 {
            line.push_str(&format!(
                "{LITERAL}-{:016x}{:016x}",
                dice.roll(),
                dice.roll()
            ));
        }
        line.push_str("\"}]}}\n");
        out.write_all(line.as_bytes())?;
        written += line.len() as u64;
        number += 1;
    }
    out.flush()
}

/// Marsaglia's xorshift: fast, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}
