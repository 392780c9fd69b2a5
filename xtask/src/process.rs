//! Runs other programs, and says on stderr which.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, ExitStatus, Stdio};

use crate::error::Error;

/// Writes one line to stderr.
pub(crate) fn note(line: &str) {
    // A closed stderr is no reason to stop a test run.
    let _ = writeln!(io::stderr(), "{line}");
}

/// Writes text to stdout at once, so that it stays in order with what child processes write.
pub(crate) fn say(text: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}

/// Returns a command that runs cargo in the repository's root.
pub(crate) fn cargo() -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(crate::workspace::root());
    command
}

/// Writes a command the way a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let mut words = vec![
        std::path::Path::new(command.get_program())
            .file_name()
            .unwrap_or(command.get_program())
            .to_string_lossy()
            .into_owned(),
    ];
    words.extend(command.get_args().map(|argument| {
        let text = argument.to_string_lossy();
        if text.is_empty() || text.contains([' ', '"', '$']) {
            format!("'{text}'")
        } else {
            text.into_owned()
        }
    }));
    words.join(" ")
}

/// Runs a command to its end with our own input and output.
///
/// # Errors
/// [`Error::Start`] and [`Error::Failed`].
pub(crate) fn run(command: &mut Command) -> Result<(), Error> {
    let status = command.status().map_err(|source| Error::Start {
        command: shown(command),
        source,
    })?;
    success(command, status)
}

/// Runs a command and hands each line of its stdout to `each` after echoing it.
///
/// # Errors
/// [`Error::Start`] and [`Error::Failed`].
pub(crate) fn run_reading(command: &mut Command, mut each: impl FnMut(&str)) -> Result<(), Error> {
    let start = |command: &Command, source| Error::Start {
        command: shown(command),
        source,
    };
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|source| start(command, source))?;
    if let Some(output) = child.stdout.take() {
        let mut reader = BufReader::new(output);
        let mut line = Vec::new();
        while reader
            .read_until(b'\n', &mut line)
            .map_err(|source| start(command, source))?
            > 0
        {
            let text = String::from_utf8_lossy(&line);
            say(text.trim_end_matches('\n'));
            each(&text);
            line.clear();
        }
    }
    let status = child.wait().map_err(|source| start(command, source))?;
    success(command, status)
}

/// Runs a command and returns what it printed.
///
/// # Errors
/// [`Error::Start`] and [`Error::Failed`].
pub(crate) fn output_of(command: &mut Command) -> Result<Vec<u8>, Error> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| Error::Start {
            command: shown(command),
            source,
        })?;
    success(command, output.status)?;
    Ok(output.stdout)
}

/// Says whether a program is on the path and starts.
pub(crate) fn is_installed(program: &str, probe: &[&str]) -> bool {
    Command::new(program)
        .args(probe)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn success(command: &Command, status: ExitStatus) -> Result<(), Error> {
    if status.success() {
        return Ok(());
    }
    Err(Error::Failed {
        command: shown(command),
        status: status.to_string(),
        code: status
            .code()
            .and_then(|code| u8::try_from(code).ok())
            .unwrap_or(1),
    })
}
