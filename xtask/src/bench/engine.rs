//! The engine in this process: what it finds below a folder, and how long a text in memory takes.
//!
//! `bench detect` starts the release build of this program with `engine`, so that the figures are
//! those of the engine alone, without a command around it.
//!
//! **Invariant:** what is found is told by place and rule, never by value.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use bedlock_detect::{Stream, scan};
use serde::{Deserialize, Serialize};

use super::clock;
use super::recall::Finding;
use crate::error::Error;
use crate::process::say;

/// What to do with the engine.
#[derive(clap::Subcommand)]
pub(crate) enum EngineTask {
    /// Print what stands below a folder, one finding per line as JSON.
    Find {
        /// The folder.
        folder: PathBuf,
    },
    /// Time a text: whole, and through the stream face in chunks of several sizes.
    Time {
        /// The text.
        file: PathBuf,
        /// How often each runs.
        #[arg(long, default_value_t = 31)]
        rounds: usize,
    },
    /// Print how many seconds the files below a folder take, each read into memory first.
    Pass {
        /// The folder.
        folder: PathBuf,
    },
    /// Scan a file once; a profiler counts.
    Once {
        /// The file.
        file: PathBuf,
    },
}

/// How long a text took in one way.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Timing {
    /// How the text went in.
    pub(crate) face: String,
    /// The middle of all runs, in milliseconds.
    pub(crate) median_ms: f64,
    /// The fastest run, in milliseconds.
    pub(crate) least_ms: f64,
    /// Cycles for a byte in the fastest run, by the clock measured around it.
    pub(crate) cycles_per_byte: f64,
    /// Findings.
    pub(crate) findings: usize,
}

/// Does it.
///
/// # Errors
/// [`Error::File`].
pub(crate) fn run(task: &EngineTask) -> Result<(), Error> {
    match task {
        EngineTask::Find { folder } => find(folder, folder),
        EngineTask::Time { file, rounds } => time(file, *rounds),
        EngineTask::Pass { folder } => {
            // The fastest of three: the machine does other things too.
            let mut least = f64::MAX;
            for _ in 0..3 {
                least = least.min(pass(folder)?);
            }
            say(&least.to_string());
            Ok(())
        }
        EngineTask::Once { file } => {
            let text = fs::read(file).map_err(Error::file("read", file))?;
            say(&scan(&text).len().to_string());
            Ok(())
        }
    }
}

fn find(root: &Path, folder: &Path) -> Result<(), Error> {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .map_err(Error::file("list", folder))?
        .flatten()
        .collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            find(root, &path)?;
            continue;
        }
        let text = fs::read(&path).map_err(Error::file("read", &path))?;
        let (mut line, mut from) = (1, 0);
        for found in scan(&text) {
            line += text[from..found.span.start]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count();
            from = found.span.start;
            let finding = Finding {
                file: path
                    .strip_prefix(root)
                    .unwrap_or(&path)
                    .display()
                    .to_string(),
                line,
                span: Some((found.span.start as u64, found.span.end as u64)),
                rule: found.rule.id.to_owned(),
                text: None,
            };
            say(&serde_json::to_string(&finding).unwrap_or_default());
        }
    }
    Ok(())
}

/// Returns the seconds that scanning took, without reading.
fn pass(folder: &Path) -> Result<f64, Error> {
    let mut seconds = 0.0;
    for entry in fs::read_dir(folder).map_err(Error::file("list", folder))? {
        let path = entry.map_err(Error::file("list", folder))?.path();
        if path.is_dir() {
            seconds += pass(&path)?;
            continue;
        }
        let text = fs::read(&path).map_err(Error::file("read", &path))?;
        let start = Instant::now();
        black_box(scan(&text));
        seconds += start.elapsed().as_secs_f64();
    }
    Ok(seconds)
}

fn time(file: &Path, rounds: usize) -> Result<(), Error> {
    let text = fs::read(file).map_err(Error::file("read", file))?;
    for face in [
        "scan",
        "stream, whole",
        "stream, 4 kB",
        "stream, 64 B",
        "stream, 1 B",
    ] {
        let chunk = match face {
            "stream, 4 kB" => 4_096,
            "stream, 64 B" => 64,
            "stream, 1 B" => 1,
            _ => text.len(),
        };
        // Byte by byte takes long; a part of the runs is enough.
        let rounds = if chunk < 64 {
            rounds.div_ceil(4)
        } else {
            rounds
        };
        let mut runs = Vec::new();
        let mut findings = 0;
        let before = clock::megahertz();
        for _ in 0..rounds.max(1) {
            let start = Instant::now();
            findings = if face == "scan" {
                scan(black_box(&text)).len()
            } else {
                streamed(black_box(&text), chunk)
            };
            runs.push(start.elapsed().as_secs_f64());
        }
        let megahertz = before.max(clock::megahertz());
        runs.sort_by(f64::total_cmp);
        let timing = Timing {
            face: face.to_owned(),
            median_ms: runs[runs.len() / 2] * 1e3,
            least_ms: runs[0] * 1e3,
            cycles_per_byte: runs[0] * megahertz * 1e6 / float(text.len()),
            findings,
        };
        say(&serde_json::to_string(&timing).unwrap_or_default());
    }
    Ok(())
}

fn streamed(text: &[u8], chunk: usize) -> usize {
    let mut count = 0;
    let mut stream = Stream::new();
    for chunk in text.chunks(chunk.max(1)) {
        stream.push(chunk, &mut |_| count += 1);
    }
    stream.finish(&mut |_| count += 1);
    count
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a size in bytes is far below 2^52"
)]
fn float(number: usize) -> f64 {
    number as f64
}
