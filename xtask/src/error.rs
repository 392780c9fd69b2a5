//! What can stop a developer command, with the next thing to type.

use std::io;
use std::path::PathBuf;

/// Says why a developer command stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A program ran and said no.
    #[error("`{command}` ended with {status}")]
    Failed {
        /// The command line.
        command: String,
        /// How it ended, in words.
        status: String,
        /// Its exit code, 1 when it had none.
        code: u8,
    },
    /// A program could not be started.
    #[error("cannot run `{command}`: {source}")]
    Start {
        /// The command line.
        command: String,
        /// What the system said.
        source: io::Error,
    },
    /// A program that is needed is not there.
    #[error("{program} is needed and is not installed.\n  next: {next}")]
    Missing {
        /// The program.
        program: String,
        /// The command that installs it.
        next: String,
    },
    /// A file or folder could not be used.
    #[error("cannot {action} {}: {source}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Something was checked and is not as it has to be.
    #[error("{what}\n  next: {next}")]
    Check {
        /// What is wrong.
        what: String,
        /// What to do.
        next: String,
    },
    /// Steps of `cargo xtask test` failed; what went wrong stands above their summary.
    #[error("failed: {}\n  next: {next}", steps.join(", "))]
    Steps {
        /// The steps' names.
        steps: Vec<&'static str>,
        /// The command that runs only the first of them.
        next: String,
    },
}

impl Error {
    /// Returns the exit code to end with, which is the failing program's where there is one.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Failed { code, .. } => *code,
            _ => 1,
        }
    }

    /// Makes the error of an operation on `path`.
    pub(crate) fn file(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File {
            action,
            path,
            source,
        }
    }
}
