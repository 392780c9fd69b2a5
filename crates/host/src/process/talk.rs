//! Running another program for what it says: git.
//!
//! Called by `cli` for `scan --staged`.
//!
//! **Invariant:** the program gets the environment that it is given and nothing else; no shell is between.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::HostError;

/// What is run.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its absolute path.
    pub path: PathBuf,
    /// Its arguments, without the program itself; whoever lists processes sees them.
    pub args: Vec<OsString>,
    /// Its whole environment.
    pub environment: Vec<(OsString, OsString)>,
}

/// What a program said.
#[derive(Debug)]
pub struct Said {
    /// Whether it ended well.
    pub ok: bool,
    /// Its standard output.
    pub out: Vec<u8>,
    /// Its standard error, as text.
    pub error: String,
}

impl Program {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command
            .args(&self.args)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    fn failed(&self, error: &io::Error) -> HostError {
        HostError::Program {
            program: self.path.display().to_string(),
            reason: error.to_string(),
        }
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// [`HostError::Program`] when it cannot be run.
    pub fn output(&self) -> Result<Said, HostError> {
        let output = self
            .command()
            .stdin(Stdio::null())
            .output()
            .map_err(|error| self.failed(&error))?;
        Ok(Said {
            ok: output.status.success(),
            out: output.stdout,
            error: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }

    /// Starts it for questions and answers; what it says on standard error is dropped.
    ///
    /// # Errors
    /// [`HostError::Program`] when it cannot be run.
    pub fn talk(&self) -> Result<Talk, HostError> {
        let mut child = self
            .command()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| self.failed(&error))?;
        let (Some(questions), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(self.failed(&io::ErrorKind::BrokenPipe.into()));
        };
        Ok(Talk {
            child,
            questions: Some(questions),
            answers: BufReader::new(answers),
        })
    }
}

/// A program that answers questions. It ends with this value.
#[derive(Debug)]
pub struct Talk {
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Talk {
    /// Asks a question of one line, and returns the first line of the answer without its end.
    ///
    /// # Errors
    /// When the program is gone.
    pub fn ask(&mut self, line: &str) -> io::Result<String> {
        if let Some(questions) = &mut self.questions {
            questions.write_all(line.as_bytes())?;
            questions.write_all(b"\n")?;
            questions.flush()?;
        }
        let mut answer = String::new();
        // An answer of one line is short; a longer one is none.
        (&mut self.answers).take(4096).read_line(&mut answer)?;
        Ok(answer.trim_end_matches('\n').to_owned())
    }

    /// The rest of the answer.
    pub fn rest(&mut self) -> &mut dyn Read {
        &mut self.answers
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        // Without questions it ends; an answer that nobody reads must not keep it.
        drop(self.questions.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Program {
        Program {
            path: PathBuf::from("/bin/sh"),
            args: vec!["-c".into(), script.into()],
            environment: vec![("ONLY".into(), "this".into())],
        }
    }

    #[test]
    fn a_program_says_what_it_says() {
        let said = shell("echo $ONLY $HOME; echo wrong >&2; exit 3")
            .output()
            .unwrap();
        assert!(!said.ok);
        assert_eq!(said.out, b"this\n");
        assert_eq!(said.error, "wrong");
        let gone = Program {
            path: PathBuf::from("/nowhere/git"),
            ..shell("")
        };
        assert!(matches!(gone.output(), Err(HostError::Program { .. })));
    }

    #[test]
    fn questions_are_answered_one_by_one() {
        let mut talk = shell("while read -r line; do echo \"is $line\"; echo more; done")
            .talk()
            .unwrap();
        for question in ["a", "b"] {
            assert_eq!(talk.ask(question).unwrap(), format!("is {question}"));
            let mut more = [0; 5];
            talk.rest().read_exact(&mut more).unwrap();
            assert_eq!(&more, b"more\n");
        }
        // Dropping it ends it, though it waits for questions.
        drop(talk);
    }
}
