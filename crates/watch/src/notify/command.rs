//! A program of the owner's own: the message as JSON on its standard input.
//!
//! **Invariant:** nothing of the message is in an argument, because whoever lists processes sees
//! those.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use bedlock_host::{HostError, Ran, Run};

use super::{Answer, Letter, Notifier, NotifyError, webhook};

/// The program.
pub struct Command {
    /// Where it is.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Its environment.
    pub environment: Vec<(OsString, OsString)>,
}

const PATIENCE: Duration = Duration::from_secs(60);

/// Runs a program away from the thread that everything else happens on.
pub(crate) async fn away(run: Run) -> Result<Ran, NotifyError> {
    let name = run.program.display().to_string();
    let ran = tokio::task::spawn_blocking(move || bedlock_host::run(run))
        .await
        .map_err(|_| {
            NotifyError::Program(HostError::Program {
                program: name.clone(),
                reason: "it was not started".to_owned(),
            })
        })??;
    if ran.success {
        return Ok(ran);
    }
    Err(NotifyError::Ended {
        program: name,
        code: ran
            .code
            .map_or("a signal".to_owned(), |code| code.to_string()),
    })
}

impl Notifier for Command {
    fn name(&self) -> &'static str {
        "command"
    }

    fn send<'a>(&'a self, letter: &'a Letter) -> Answer<'a, Result<Option<String>, NotifyError>> {
        let run = Run {
            program: self.program.clone(),
            args: self.args.clone(),
            input: webhook::document(letter).into_bytes(),
            environment: self.environment.clone(),
            patience: PATIENCE,
        };
        Box::pin(async move { away(run).await.map(|_| None) })
    }
}
