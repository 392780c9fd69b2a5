//! Runs a small program to its end: a few bytes in, a few bytes out, and a deadline.
//!
//! Called by `watch` for notifiers that are programs; it blocks, so it runs on a thread of its own.
//!
//! **Invariant:** the program inherits no variable that is not named, and what it was given is in no
//! error.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::HostError;

/// The most that is read of each output.
const LARGEST: u64 = 64 << 10;

/// What is to be run.
pub struct Run {
    /// The program; a name without a slash is looked for in the `PATH` of [`Run::environment`].
    pub program: PathBuf,
    /// Its arguments. Whoever lists processes sees them.
    pub args: Vec<OsString>,
    /// What it reads from standard input.
    pub input: Vec<u8>,
    /// Its whole environment.
    pub environment: Vec<(OsString, OsString)>,
    /// How long it may take; then it is ended.
    pub patience: Duration,
}

// All of it may hold a secret.
impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run")
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

/// How it came out.
#[derive(Debug)]
pub struct Ran {
    /// Whether it ended with 0.
    pub success: bool,
    /// Its exit code, when it has one.
    pub code: Option<i32>,
    /// The start of its standard output.
    pub output: Vec<u8>,
}

/// Runs it.
///
/// # Errors
/// [`HostError::Program`] when it cannot be started, or takes too long.
pub fn run(run: Run) -> Result<Ran, HostError> {
    let name = run.program.display().to_string();
    let failed = |reason: String| HostError::Program {
        program: name.clone(),
        reason,
    };
    let mut child = Command::new(&run.program)
        .args(&run.args)
        .env_clear()
        .envs(run.environment)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let mut stdin = child.stdin.take();
    let input = run.input;
    // On threads, because a program may write before it reads.
    let writer = thread::spawn(move || {
        if let Some(stdin) = &mut stdin {
            // One that does not read its input is no error.
            let _ = stdin.write_all(&input);
        }
    });
    let stdout = child.stdout.take();
    let reader = thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(stdout) = stdout {
            let _ = stdout.take(LARGEST).read_to_end(&mut bytes);
        }
        bytes
    });
    let started = Instant::now();
    let mut pause = Duration::from_millis(5);
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if started.elapsed() < run.patience => {
                thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(200));
            }
            Ok(None) => {
                // What it started may hold the pipes open, so the threads are left to themselves.
                let _ = child.kill();
                let _ = child.wait();
                return Err(failed(format!("it was ended after {:?}", run.patience)));
            }
            Err(error) => return Err(failed(error.to_string())),
        }
    };
    let _ = writer.join();
    Ok(Ran {
        success: status.success(),
        code: status.code(),
        output: reader.join().unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, input: &str, patience: Duration) -> Result<Ran, HostError> {
        run(Run {
            program: "/bin/sh".into(),
            args: vec!["-c".into(), script.into()],
            input: input.as_bytes().to_vec(),
            environment: vec![("NAMED".into(), "one".into())],
            patience,
        })
    }

    #[test]
    fn it_reads_writes_and_inherits_nothing() {
        let minute = Duration::from_secs(60);
        let ran = shell("cat; echo $NAMED$HOME", "FAKE ", minute).unwrap();
        assert!(ran.success);
        assert_eq!(ran.output, b"FAKE one\n");
        let ran = shell("exit 3", "not read", minute).unwrap();
        assert_eq!((ran.success, ran.code), (false, Some(3)));
    }

    #[test]
    fn one_that_takes_too_long_is_ended_and_shows_nothing() {
        let error = shell(
            "cat >/dev/null; exec sleep 600",
            "FAKE-secret",
            Duration::from_millis(50),
        );
        let text = error.unwrap_err().to_string();
        assert!(text.contains("ended after"), "{text}");
        assert!(!text.contains("FAKE"), "{text}");
    }
}
