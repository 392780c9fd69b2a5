//! Runs a program and says what it used: time, processor, memory.
//!
//! `bench audit` and `bench detect` call it; `cargo xtask measure` is its other half, a process of
//! its own for each run.
//!
//! **Invariant:** nothing here judges a figure.

use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::process;

/// What one run of a program used.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Usage {
    pub(crate) wall_seconds: f64,
    pub(crate) cpu_seconds: f64,
    pub(crate) user_seconds: f64,
    pub(crate) peak_kib: i64,
    pub(crate) exit_code: i32,
}

/// A program in one configuration.
pub(crate) struct Contender {
    pub(crate) name: String,
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
    /// Exit codes that mean it did its work.
    pub(crate) fine: &'static [i32],
}

/// Takes the median of each number by itself.
pub(crate) fn median(usages: &[Usage]) -> Usage {
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
        user_seconds: middle(|usage| usage.user_seconds),
        peak_kib: peaks.get(peaks.len() / 2).copied().unwrap_or_default(),
        exit_code: 0,
    }
}

/// Runs a contender below a process of its own, because the peak of memory is kept per parent.
pub(crate) fn measured(contender: &Contender) -> Result<Usage, Error> {
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
        user_seconds: seconds(used.user_time()),
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
            user_seconds: cpu_seconds,
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
