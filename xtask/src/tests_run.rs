//! `cargo xtask test`: every check that a change has to pass.
//!
//! CI calls this through `.ci/run`. Each step prints a header and how long it took. A failure does
//! not stop the quick steps, so that one run tells all; the slow ones start only after a clean quick
//! part. The last line on stdout is always `N passed, N failed`: a test counts as one, and so does a
//! step or a part of a step that is no test program, such as the formatting or a fuzz target.

use std::time::{Duration, Instant};

use crate::error::Error;
use crate::process::{self, cargo, run_reading, say};
use crate::{deny, docs, fuzz, peers};

/// How many checks came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
}

impl Tally {
    /// Adds a line such as `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    fn add(&mut self, line: &str) {
        let Some((_, counts)) = line
            .strip_prefix("test result: ")
            .and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for count in counts.split(';') {
            let mut words = count.split_whitespace();
            let (Some(number), Some(what)) = (words.next(), words.next()) else {
                continue;
            };
            let number = number.parse::<u64>().unwrap_or(0);
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                _ => {}
            }
        }
    }
}

struct Step {
    name: &'static str,
    /// What a person types to run only this step.
    rerun: &'static str,
    /// Does the work and counts what it is made of; what it leaves at zero counts as one.
    work: fn(&mut Tally) -> Result<(), Error>,
}

const FORMAT: Step = Step {
    name: "formatting",
    rerun: "cargo fmt --all --check",
    work: |_| process::run(cargo().args(["fmt", "--all", "--check"])),
};

const LINTS: Step = Step {
    name: "lints",
    rerun: "cargo clippy --workspace --all-targets --locked -- -D warnings",
    work: |_| {
        process::run(
            cargo()
                .args(["clippy", "--workspace", "--all-targets", "--locked"])
                .args(["--", "-D", "warnings"]),
        )
    },
};

const TESTS: Step = Step {
    name: "tests",
    rerun: "cargo test --workspace --locked --no-fail-fast",
    work: |tally| {
        run_reading(
            cargo()
                // A snapshot that differs is a failure, never a file to accept.
                .env("INSTA_UPDATE", "no")
                // The same cases in every run, so that a failure is about the change; `cargo test`
                // by hand draws others each time.
                .env("PROPTEST_RNG_SEED", "20261123")
                .args(["test", "--workspace", "--locked", "--no-fail-fast"]),
            |line| tally.add(line),
        )
    },
};

const DOCS: Step = Step {
    name: "generated documentation",
    rerun: "cargo xtask docs --check",
    work: |_| docs::check(),
};

/// Bare addresses are allowed: the documentation of an option is its help text.
const RUSTDOC: Step = Step {
    name: "API documentation",
    rerun: "RUSTDOCFLAGS='-D warnings -A rustdoc::bare-urls' cargo doc --workspace --no-deps --locked",
    work: |_| {
        process::run(
            cargo()
                .env("RUSTDOCFLAGS", "-D warnings -A rustdoc::bare-urls")
                .args(["doc", "--workspace", "--no-deps", "--locked"]),
        )
    },
};

const DENY: Step = Step {
    name: "dependencies",
    rerun: "cargo xtask deny",
    work: |_| deny::run(),
};

const INSTALL: Step = Step {
    name: "installation of the peers",
    rerun: "cargo xtask peers",
    work: |_| peers::install().map(|_| ()),
};

const PEERS: Step = Step {
    name: "real peers",
    rerun: "cargo xtask peer-tests",
    work: peer_tests,
};

const FUZZ: Step = Step {
    name: "fuzzing",
    rerun: "cargo xtask fuzz",
    work: fuzzing,
};

/// Runs every step, or all but the slow ones.
///
/// # Errors
/// [`Error::Steps`] that names the steps which failed.
pub(crate) fn everything(fast: bool) -> Result<(), Error> {
    let slow: &[Step] = if fast { &[] } else { &[INSTALL, PEERS, FUZZ] };
    let quick = [FORMAT, LINTS, TESTS, DOCS, RUSTDOC, DENY];
    run_steps(&quick, slow, &say)
}

/// Runs only the tests that talk to real programs.
///
/// # Errors
/// [`Error::Steps`] when an installation or a test fails.
pub(crate) fn peers_only() -> Result<(), Error> {
    run_steps(&[INSTALL], &[PEERS], &say)
}

fn run_steps(quick: &[Step], slow: &[Step], tell: &dyn Fn(&str)) -> Result<(), Error> {
    let start = Instant::now();
    let mut tally = Tally::default();
    let mut lines: Vec<(&str, Duration, &str)> = Vec::new();
    let mut failed: Vec<&Step> = Vec::new();
    for (index, step) in quick.iter().chain(slow).enumerate() {
        if index >= quick.len() && !failed.is_empty() {
            lines.push((step.name, Duration::ZERO, "not started"));
            continue;
        }
        tell(&format!("\n=== {} ({})", step.name, step.rerun));
        let began = Instant::now();
        let mut counted = Tally::default();
        let result = (step.work)(&mut counted);
        match &result {
            // A step that ran no test program is one check, and so is one that did not get that far.
            Ok(()) if counted == Tally::default() => counted.passed = 1,
            Err(_) if counted.failed == 0 => counted.failed = 1,
            _ => {}
        }
        tally.passed += counted.passed;
        tally.failed += counted.failed;
        let verdict = match result {
            Ok(()) => "ok",
            Err(error) => {
                tell(&format!("FAILED: {}: {error}", step.name));
                failed.push(step);
                "FAILED"
            }
        };
        lines.push((step.name, began.elapsed(), verdict));
    }
    summarize(&lines, start.elapsed(), tell);
    let outcome = match failed.first() {
        None => Ok(()),
        Some(first) => Err(Error::Steps {
            steps: failed.iter().map(|step| step.name).collect(),
            next: first.rerun.to_owned(),
        }),
    };
    // Told here and not where errors are told, so that the counts are the last line.
    if let Err(error) = &outcome {
        tell(&format!("error: {error}"));
    }
    tell(&format!("{} passed, {} failed", tally.passed, tally.failed));
    outcome
}

fn summarize(lines: &[(&str, Duration, &str)], total: Duration, tell: &dyn Fn(&str)) {
    tell("\n=== summary");
    for (name, took, verdict) in lines {
        tell(&format!("{name:<26} {:>9} {verdict}", seconds(*took)));
    }
    tell(&format!("{:<26} {:>9}", "total", seconds(total)));
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

/// Runs the tests that need a real program, with the folder of those programs in the environment.
fn peer_tests(tally: &mut Tally) -> Result<(), Error> {
    let folder = peers::folder();
    // The whole workspace each time, as in the quick part: a package alone has other features, and
    // everything below it would be compiled once more.
    let mut test = |binary: &str, arguments: &[&str]| {
        run_reading(
            cargo()
                .env("BEDLOCK_PEERS", &folder)
                .args(["test", "--workspace", "--locked", "--no-fail-fast"])
                .args(["--test", binary, "--"])
                .args(arguments),
            |line| tally.add(line),
        )
    };
    let clients = test("real_clients", &["--include-ignored"]);
    let models_and_surfaces = test("it", &["--ignored"]);
    // Two at a time: the two releases of OpenClaw have a home each.
    let hosts = test(
        "openclaw*",
        &["--ignored", "--nocapture", "--test-threads", "2"],
    );
    let sessions = test("session", &["--ignored"]);
    clients.and(models_and_surfaces).and(hosts).and(sessions)
}

fn fuzzing(tally: &mut Tally) -> Result<(), Error> {
    let outcome = fuzz::fuzz(&fuzz::Arguments::default())?;
    tally.passed += outcome.survived as u64;
    tally.failed += outcome.failures.len() as u64;
    if outcome.failures.is_empty() {
        return Ok(());
    }
    Err(Error::Check {
        what: outcome.failures.join("\n"),
        next: "run the target on the input that it names".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Step, Tally, run_steps};
    use crate::error::Error;

    #[test]
    fn counts_what_cargo_says() {
        let mut tally = Tally::default();
        for line in [
            "running 4 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: FAILED. 2 passed; 5 failed; 0 ignored; 0 measured; 9 filtered out; finished in 1.00s",
            "the test result: 7 passed",
        ] {
            tally.add(line);
        }
        assert_eq!(
            tally,
            Tally {
                passed: 5,
                failed: 5
            }
        );
    }

    #[test]
    fn slow_steps_wait_for_a_clean_quick_part() {
        let step = |name, work| Step {
            name,
            rerun: "rerun",
            work,
        };
        let quick = [
            step("first", |_: &mut Tally| {
                Err(Error::Check {
                    what: "made to fail".to_owned(),
                    next: "nothing".to_owned(),
                })
            }),
            step("second", |_: &mut Tally| Ok(())),
        ];
        let slow = [step("third", |_: &mut Tally| {
            Err(Error::Check {
                what: "was started".to_owned(),
                next: "nothing".to_owned(),
            })
        })];
        let Err(Error::Steps { steps, .. }) = run_steps(&quick, &slow, &|_| ()) else {
            panic!("a failing step went unnoticed");
        };
        assert_eq!(steps, ["first"]);
    }
}
