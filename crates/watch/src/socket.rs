//! The daemon's socket: how it is, and role credentials for who may have them.
//!
//! Served by `daemon`, asked by `status`, `creds` and `bedlock service status`. One line of JSON each
//! way: `{"op":"status"}` or `{"op":"creds"}`; the answer has `"ok"`.
//!
//! **Invariant:** the kernel says who asks. The status is for the daemon's user and root; credentials
//! are for those and for the users that the settings name; nobody else gets a word.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bedlock_model::SecretText;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};

use crate::WatchError;

/// The longest question.
const LONGEST: u64 = 256;
/// How long a question may take to arrive.
const PATIENCE: Duration = Duration::from_secs(5);

/// What can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "kebab-case")]
pub enum Question {
    /// How is it?
    Status,
    /// Role credentials, please.
    Creds,
}

/// An answer.
pub enum Reply {
    /// Something that may be shown.
    Plain(Value),
    /// The document of `credential_process`.
    Credentials(SecretText),
    /// No, and why.
    No(String),
}

impl Reply {
    fn line(&self) -> String {
        match self {
            Self::Plain(value) => {
                format!("{}\n", serde_json::json!({ "ok": true, "status": value }))
            }
            Self::Credentials(document) => {
                let document = document.danger_expose().trim();
                format!("{{\"ok\":true,\"credentials\":{document}}}\n")
            }
            Self::No(why) => format!("{}\n", serde_json::json!({ "ok": false, "error": why })),
        }
    }
}

/// A listening socket.
#[derive(Debug)]
pub struct Socket {
    listener: UnixListener,
    path: PathBuf,
    me: u32,
    /// Other users that may have credentials.
    agents: Vec<u32>,
}

impl Socket {
    /// Listens. What is left of a daemon that was killed goes; one that answers is an error.
    ///
    /// # Errors
    /// [`WatchError::Running`] when another daemon has the socket, [`WatchError::Socket`].
    pub async fn listen(path: &Path, agents: Vec<u32>) -> Result<Self, WatchError> {
        let failed = |source| WatchError::Socket {
            path: path.to_path_buf(),
            source,
        };
        if UnixStream::connect(path).await.is_ok() {
            return Err(WatchError::Running {
                path: path.to_path_buf(),
            });
        }
        bedlock_host::remove_file(path)?;
        let listener = UnixListener::bind(path).map_err(failed)?;
        // Who may connect is the folder's and this mode's business; who is answered is the kernel's.
        let mode = if agents.is_empty() { 0o600 } else { 0o666 };
        bedlock_host::set_mode(path, mode)?;
        Ok(Self {
            listener,
            path: path.to_path_buf(),
            me: bedlock_host::user(),
            agents,
        })
    }

    /// Waits for a question from somebody who may ask it.
    pub(crate) async fn accept(&self) -> Option<(UnixStream, u32)> {
        let (stream, _) = self.listener.accept().await.ok()?;
        let uid = stream.peer_cred().ok()?.uid();
        let known = uid == self.me || uid == 0 || self.agents.contains(&uid);
        known.then_some((stream, uid))
    }

    /// Whether that user may ask that.
    pub(crate) fn allows(&self, uid: u32, question: Question) -> bool {
        match question {
            Question::Status => uid == self.me || uid == 0,
            Question::Creds => uid == self.me || uid == 0 || self.agents.contains(&uid),
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // One that stays is removed by the next daemon.
        let _ = bedlock_host::remove_file(&self.path);
    }
}

/// Reads one question.
pub(crate) async fn question(stream: &mut UnixStream) -> Option<Question> {
    let mut line = String::new();
    let mut reader = BufReader::new(stream.take(LONGEST));
    let read = reader.read_line(&mut line);
    tokio::time::timeout(PATIENCE, read).await.ok()?.ok()?;
    serde_json::from_str(&line).ok()
}

/// Writes one answer.
pub(crate) async fn answer(mut stream: UnixStream, reply: Reply) {
    // Who hung up does not want it any more.
    let _ = stream.write_all(reply.line().as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// Asks a running daemon; `None` when there is none.
///
/// # Errors
/// [`WatchError::Socket`] when it answers with nothing that makes sense.
pub async fn ask(
    path: &Path,
    question: Question,
    patience: Duration,
) -> Result<Option<SecretText>, WatchError> {
    let failed = |source| WatchError::Socket {
        path: path.to_path_buf(),
        source,
    };
    let Ok(mut stream) = UnixStream::connect(path).await else {
        return Ok(None);
    };
    let talk = async {
        let mut line = serde_json::to_vec(&question).unwrap_or_default();
        line.push(b'\n');
        stream.write_all(&line).await?;
        let mut text = String::new();
        stream.take(1 << 20).read_to_string(&mut text).await?;
        Ok(text)
    };
    match tokio::time::timeout(patience, talk).await {
        Ok(Ok(text)) if !text.is_empty() => Ok(Some(SecretText::new(text))),
        Ok(Ok(_)) => Err(failed(std::io::Error::other(
            "it said nothing: this user may not ask",
        ))),
        Ok(Err(error)) => Err(failed(error)),
        Err(_) => Err(failed(std::io::ErrorKind::TimedOut.into())),
    }
}
