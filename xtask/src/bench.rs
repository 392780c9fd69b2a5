//! Measures bedlock next to a peer, in the same run on the same files, and prints a Markdown table.
//!
//! `bench audit` compares `bedlock audit` with `rg -F` for one literal: ripgrep only looks for one
//! string and knows no format, so it is the floor of what reading that many bytes costs.
//!
//! **Invariant:** nothing here is a test: no run fails because it was slow.

mod corpus;

use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::peers::RIPGREP;
use crate::process::{self, cargo, note, say};
use crate::workspace;

/// What to measure.
#[derive(clap::Subcommand)]
pub(crate) enum Subject {
    /// `bedlock audit` next to `rg -F`, on a small home and on one with 1 GB of transcripts.
    Audit {
        /// How often each program runs on each home.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
        /// Size of the large home's transcripts, in MB.
        #[arg(long, default_value_t = 1000)]
        megabytes: u64,
    },
}

/// What one run of a program used.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Usage {
    wall_seconds: f64,
    cpu_seconds: f64,
    peak_kib: i64,
    exit_code: i32,
}

/// A program in one configuration.
struct Contender {
    name: &'static str,
    program: PathBuf,
    arguments: Vec<String>,
    /// Exit codes that mean it did its work.
    fine: &'static [i32],
}

/// Measures and prints the table.
///
/// # Errors
/// [`Error::Missing`] without ripgrep, [`Error::Check`] when a program did not do its work.
pub(crate) fn run(subject: &Subject) -> Result<(), Error> {
    match subject {
        Subject::Audit { rounds, megabytes } => audit(*rounds, *megabytes),
    }
}

fn audit(rounds: usize, megabytes: u64) -> Result<(), Error> {
    RIPGREP.install()?;
    process::run(cargo().args(["build", "--release", "--locked", "--package", "bedlock"]))?;
    let folder = workspace::target().join("bench");
    let homes = [corpus::small(&folder)?, corpus::large(&folder, megabytes)?];

    say("| home | program | wall (median) | CPU | peak memory | throughput | wall, relative |");
    say("|---|---|--:|--:|--:|--:|--:|");
    for home in &homes {
        let contenders = contenders(&home.path);
        let mut usages: Vec<Vec<Usage>> = contenders.iter().map(|_| Vec::new()).collect();
        // The first round brings the files into the page cache and is not counted.
        for round in 0..=rounds.max(1) {
            for (contender, usages) in contenders.iter().zip(&mut usages) {
                let usage = measured(contender)?;
                note(&format!(
                    "{} round {round}: {}: {:.3} s",
                    home.name, contender.name, usage.wall_seconds
                ));
                if round > 0 {
                    usages.push(usage);
                }
            }
        }
        let medians: Vec<Usage> = usages.iter().map(|usages| median(usages)).collect();
        let floor = medians.last().map_or(1.0, |usage| usage.wall_seconds);
        for (contender, usage) in contenders.iter().zip(&medians) {
            say(&row(home, contender, *usage, floor));
        }
    }
    Ok(())
}

/// The programs to compare; the last is the floor that the others are put in relation to.
fn contenders(home: &Path) -> Vec<Contender> {
    let home = home.display().to_string();
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let search = [
        "--hidden",
        "--no-ignore",
        "--text",
        "--count",
        "-F",
        corpus::LITERAL,
    ];
    vec![
        Contender {
            name: "`bedlock audit`",
            program: workspace::target().join("release/bedlock"),
            arguments: words(&[
                "audit",
                "--home",
                &home,
                "--no-processes",
                "--format",
                "json",
            ]),
            fine: &[0, 1],
        },
        Contender {
            name: "`rg -F`",
            program: "rg".into(),
            arguments: [words(&search), words(&[&home])].concat(),
            fine: &[0],
        },
        Contender {
            name: "`rg -F -j1`",
            program: "rg".into(),
            arguments: [words(&["-j1"]), words(&search), words(&[&home])].concat(),
            fine: &[0],
        },
    ]
}

fn row(home: &corpus::Home, contender: &Contender, usage: Usage, floor: f64) -> String {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a size in bytes is far below 2^52"
    )]
    let (bytes, peak_kib) = (home.bytes as f64, usage.peak_kib as f64);
    format!(
        "| {} | {} | {:.3} s | {:.3} s | {:.0} MiB | {:.0} MB/s | {:.1}× |",
        home.name,
        contender.name,
        usage.wall_seconds,
        usage.cpu_seconds,
        peak_kib / 1024.0,
        bytes / 1e6 / usage.wall_seconds,
        usage.wall_seconds / floor,
    )
}

/// Takes the median of each number by itself.
fn median(usages: &[Usage]) -> Usage {
    let middle = |number: fn(&Usage) -> f64| {
        let mut numbers: Vec<f64> = usages.iter().map(number).collect();
        numbers.sort_by(f64::total_cmp);
        numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
    };
    let mut peaks: Vec<i64> = usages.iter().map(|usage| usage.peak_kib).collect();
    peaks.sort_unstable();
    Usage {
        wall_seconds: middle(|usage| usage.wall_seconds),
        cpu_seconds: middle(|usage| usage.cpu_seconds),
        peak_kib: peaks.get(peaks.len() / 2).copied().unwrap_or_default(),
        exit_code: 0,
    }
}

/// Runs a contender below a process of its own, because the peak of memory is kept per parent.
fn measured(contender: &Contender) -> Result<Usage, Error> {
    let myself = std::env::current_exe().map_err(Error::file("find", "this program"))?;
    let output = process::output_of(
        Command::new(myself)
            .args(["measure", "--"])
            .arg(&contender.program)
            .args(&contender.arguments),
    )?;
    let failed = |what: String| Error::Check {
        what: format!("{}: {what}", contender.name),
        next: "run it by hand and read what it says".to_owned(),
    };
    let usage: Usage =
        serde_json::from_slice(&output).map_err(|error| failed(format!("no numbers: {error}")))?;
    if contender.fine.contains(&usage.exit_code) {
        Ok(usage)
    } else {
        Err(failed(format!("ended with {}", usage.exit_code)))
    }
}

/// Runs one program, lets its output go nowhere, and prints what it used as JSON.
///
/// # Errors
/// [`Error::Start`] when it cannot be started or waited for.
pub(crate) fn measure(words: &[String]) -> Result<(), Error> {
    let Some((program, arguments)) = words.split_first() else {
        return Ok(());
    };
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let start = Instant::now();
    let status = command.status().map_err(|source| Error::Start {
        command: process::shown(&command),
        source,
    })?;
    let wall_seconds = start.elapsed().as_secs_f64();
    let used = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|errno| Error::Start {
        command: "getrusage".to_owned(),
        source: errno.into(),
    })?;
    #[expect(
        clippy::cast_precision_loss,
        reason = "a run takes far less than 2^52 microseconds"
    )]
    let seconds =
        |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    // Linux counts in KiB, macOS in bytes.
    let peak_kib = if cfg!(target_os = "macos") {
        used.max_rss() / 1024
    } else {
        used.max_rss()
    };
    let usage = Usage {
        wall_seconds,
        cpu_seconds: seconds(used.user_time()) + seconds(used.system_time()),
        peak_kib,
        exit_code: status
            .code()
            .or_else(|| status.signal().map(|signal| 128 + signal))
            .unwrap_or(-1),
    };
    let line = serde_json::to_string(&usage).unwrap_or_default();
    let mut out = std::io::stdout();
    writeln!(out, "{line}").map_err(Error::file("write", "stdout"))
}

#[cfg(test)]
mod tests {
    use super::{Usage, median};

    #[test]
    fn takes_each_median_by_itself() {
        let usage = |wall_seconds, cpu_seconds, peak_kib| Usage {
            wall_seconds,
            cpu_seconds,
            peak_kib,
            exit_code: 1,
        };
        let middle = median(&[
            usage(3.0, 1.0, 30),
            usage(1.0, 3.0, 10),
            usage(2.0, 2.0, 20),
        ]);
        assert!((middle.wall_seconds - 2.0).abs() < 1e-9);
        assert!((middle.cpu_seconds - 2.0).abs() < 1e-9);
        assert_eq!(middle.peak_kib, 20);
    }
}
