//! Builds the fuzz targets and runs each for a while, two at a time.
//!
//! The targets are a workspace of their own (`fuzz/`), because the coverage instrumentation must not
//! reach the rest of the build. It is LLVM's own, so stable Rust is enough.
//!
//! **Invariant:** a run adds nothing to `fuzz/seeds`; what it learns stays below `target/fuzz`, and
//! an input that fails a target is kept in `fuzz/artifacts`.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::Error;
use crate::process::{self, cargo, say};
use crate::workspace;

/// What libFuzzer needs from the compiler.
///
/// **Source:** <https://clang.llvm.org/docs/SanitizerCoverage.html>
const COVERAGE: [&str; 5] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// How long an input may take before it counts as a hang.
const HANG_SECONDS: u32 = 20;

/// How much memory a target may hold, in MiB.
const MEMORY_MIB: u32 = 2048;

/// Which targets to fuzz and for how long.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Targets; all of fuzz/fuzz_targets when none is named.
    targets: Vec<String>,
    /// Seconds for each target.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// How many targets run at the same time.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            targets: Vec::new(),
            seconds: 60,
            jobs: 2,
        }
    }
}

/// How the targets came out.
pub(crate) struct Outcome {
    /// Targets that ran their time.
    pub(crate) survived: usize,
    /// Targets that failed, with what to look at.
    pub(crate) failures: Vec<String>,
}

/// Builds the targets and fuzzes them.
///
/// # Errors
/// [`Error::Check`] when a target does not exist, whatever the build ended with.
pub(crate) fn fuzz(arguments: &Arguments) -> Result<Outcome, Error> {
    let targets = chosen(&arguments.targets)?;
    let programs = build()?;
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..arguments.jobs.max(1) {
            scope.spawn(|| {
                while let Some(target) = targets.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = run_one(&programs, target, arguments.seconds);
                    let verdict = match &outcome {
                        Ok(summary) => format!("fuzz {target}: {summary}"),
                        Err(error) => format!("fuzz {target}: FAILED: {error}"),
                    };
                    say(&verdict);
                    if let Ok(mut outcomes) = outcomes.lock() {
                        outcomes.insert(target.clone(), outcome);
                    }
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().unwrap_or_default();
    let survived = outcomes.values().filter(|outcome| outcome.is_ok()).count();
    let failures = targets
        .iter()
        .filter_map(|target| match outcomes.get(target) {
            Some(Ok(_)) => None,
            Some(Err(error)) => Some(format!("{target}: {error}")),
            None => Some(format!("{target}: did not run")),
        })
        .collect();
    Ok(Outcome { survived, failures })
}

/// Fuzzes, as a command of its own.
///
/// # Errors
/// As [`fuzz`], and [`Error::Check`] that names the targets which failed.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Error> {
    let outcome = fuzz(arguments)?;
    if outcome.failures.is_empty() {
        return Ok(());
    }
    Err(Error::Check {
        what: outcome.failures.join("\n"),
        next: "run the target on the input that it names".to_owned(),
    })
}

fn chosen(wanted: &[String]) -> Result<Vec<String>, Error> {
    let present = present()?;
    if wanted.is_empty() {
        return Ok(present);
    }
    match wanted.iter().find(|target| !present.contains(target)) {
        None => Ok(wanted.to_vec()),
        Some(unknown) => Err(Error::Check {
            what: format!("there is no fuzz target {unknown}"),
            next: format!("cargo xtask fuzz [{}]", present.join("|")),
        }),
    }
}

/// Lists the targets: the files of `fuzz/fuzz_targets`.
fn present() -> Result<Vec<String>, Error> {
    let folder = workspace::root().join("fuzz/fuzz_targets");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).map_err(Error::file("list", &folder))? {
        let path = entry.map_err(Error::file("list", &folder))?.path();
        if path.extension().is_some_and(|extension| extension == "rs")
            && let Some(stem) = path.file_stem()
        {
            names.push(stem.to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Builds all targets and returns the folder that holds the programs.
fn build() -> Result<PathBuf, Error> {
    let triple = host_triple()?;
    let folder = workspace::target().join("fuzz");
    process::run(
        cargo()
            .env("RUSTFLAGS", COVERAGE.join(" "))
            .args(["build", "--release", "--locked", "--manifest-path"])
            .arg("fuzz/Cargo.toml")
            // Naming the target keeps the instrumentation out of build scripts.
            .args(["--target", &triple, "--target-dir"])
            .arg(&folder),
    )?;
    Ok(folder.join(triple).join("release"))
}

fn host_triple() -> Result<String, Error> {
    let output = process::output_of(Command::new("rustc").args(["--print", "host-tuple"]))?;
    Ok(String::from_utf8_lossy(&output).trim().to_owned())
}

/// Runs one target and returns libFuzzer's closing line.
fn run_one(programs: &Path, target: &str, seconds: u32) -> Result<String, Error> {
    let scratch = workspace::target().join("fuzz");
    let learned = scratch.join("corpus").join(target);
    let artifacts = workspace::root().join("fuzz/artifacts").join(target);
    for folder in [&learned, &artifacts] {
        fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
    }
    let log_path = scratch.join(format!("{target}.log"));
    let log = File::create(&log_path).map_err(Error::file("write", &log_path))?;
    let mut command = Command::new(programs.join(target));
    command
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-timeout={HANG_SECONDS}"))
        .arg(format!("-rss_limit_mb={MEMORY_MIB}"))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .arg(&learned)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log);
    let seeds = workspace::root().join("fuzz/seeds").join(target);
    if seeds.is_dir() {
        command.arg(&seeds);
    }
    let outcome = process::run(&mut command);
    let log = fs::read(&log_path).map_err(Error::file("read", &log_path))?;
    let log = String::from_utf8_lossy(&log);
    match outcome {
        Ok(()) => Ok(closing_line(&log)),
        Err(_) => Err(Error::Check {
            what: failure(&log),
            next: format!("read {}", log_path.display()),
        }),
    }
}

fn closing_line(log: &str) -> String {
    let done = log.lines().rev().find(|line| line.starts_with("Done "));
    done.unwrap_or("ended before its time").to_owned()
}

/// Finds the panic or libFuzzer's reason, and the input that was kept.
fn failure(log: &str) -> String {
    let telling = |line: &&str| {
        line.contains("panicked at")
            || line.starts_with("SUMMARY:")
            || line.contains("Test unit written to")
            || line.contains("ERROR: libFuzzer")
    };
    let lines: Vec<&str> = log.lines().filter(telling).collect();
    if lines.is_empty() {
        return "the target failed without a reason".to_owned();
    }
    lines.join("; ")
}

#[cfg(test)]
mod tests {
    use super::{closing_line, failure};

    #[test]
    fn tells_what_libfuzzer_said() {
        let log = "INFO: seed corpus\nDone 1234 runs in 61 second(s)\n";
        assert_eq!(closing_line(log), "Done 1234 runs in 61 second(s)");
        let log = "thread '<unnamed>' panicked at src/lib.rs:3:5:\nboom\n==1== ERROR: libFuzzer: deadly signal\nartifact_prefix='x/'; Test unit written to x/crash-1\n";
        let told = failure(log);
        assert!(told.contains("src/lib.rs:3:5"), "{told}");
        assert!(told.contains("x/crash-1"), "{told}");
    }
}
