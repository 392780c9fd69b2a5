//! The daemon's socket: how it is, and role credentials for who may have them.
//!
//! Served by `daemon`, asked by `client`. One line of JSON each way: `{"op":"ping"}`, `{"op":"status"}`
//! or `{"op":"creds"}`, which may say `"account"` and `"role"`; the answer has `"ok"`.
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "kebab-case")]
pub enum Question {
    /// Is anybody there? Answered at once.
    Ping,
    /// How is it?
    Status,
    /// Role credentials, please. Held for a while when there is no session.
    Creds(Wanted),
}

/// Which credentials; what is not said does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// The account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The permission set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

impl Wanted {
    /// Whether that role is meant.
    pub(crate) fn is(&self, account: &str, role: &str) -> bool {
        self.account
            .as_deref()
            .is_none_or(|wanted| wanted == account)
            && self.role.as_deref().is_none_or(|wanted| wanted == role)
    }
}

/// An answer.
pub enum Reply {
    /// Something that may be shown.
    Plain(Value),
    /// The document of `credential_process`.
    Credentials(SecretText),
    /// No, and why.
    No(String),
    /// The credentials of another role than this daemon's are wanted.
    Other,
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
            Self::Other => {
                let error = "this daemon keeps another role";
                let line = serde_json::json!({ "ok": false, "other": true, "error": error });
                format!("{line}\n")
            }
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
        make_way(path, !agents.is_empty())?;
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
    pub(crate) fn allows(&self, uid: u32, question: &Question) -> bool {
        match question {
            Question::Status => uid == self.me || uid == 0,
            Question::Ping | Question::Creds(_) => {
                uid == self.me || uid == 0 || self.agents.contains(&uid)
            }
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // One that stays is removed by the next daemon.
        let _ = bedlock_host::remove_file(&self.path);
    }
}

/// Makes the folder of the socket. Agents of other users pass through it and cannot list it, and it
/// holds nothing else.
fn make_way(path: &Path, others: bool) -> Result<(), WatchError> {
    let Some(folder) = path.parent() else {
        return Ok(());
    };
    bedlock_host::private_folder(folder)?;
    if !others {
        return Ok(());
    }
    let wrong = |what| {
        Err(WatchError::Setting {
            name: "daemon.agents".to_owned(),
            what,
        })
    };
    let own = path.file_name().unwrap_or_default();
    if bedlock_host::names(None, folder)
        .iter()
        .any(|name| own != name.as_str())
    {
        return wrong(format!(
            "other users have to pass through {}, and it holds more than the socket: give \
             daemon.socket a folder of its own",
            folder.display()
        ));
    }
    if bedlock_host::owner(folder) == Some(bedlock_host::user()) {
        bedlock_host::set_mode(folder, 0o711)?;
    }
    match bedlock_host::closed_on_the_way(folder) {
        Some(closed) => wrong(format!(
            "{} is closed to other users, so they do not reach the socket: set daemon.socket, e.g. \
             to /run/bedlock/daemon.sock",
            closed.display()
        )),
        None => Ok(()),
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
