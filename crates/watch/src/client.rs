//! Asks a running daemon on its socket.
//!
//! Called by `bedlock creds` and `bedlock service status`.
//!
//! **Invariant:** the kernel says who answers, and only somebody who could not be an impostor is
//! asked: with credentials of somebody else, an agent would tell that account everything.

use std::path::Path;
use std::time::Duration;

use bedlock_model::SecretText;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use crate::WatchError;
use crate::socket::{Question, Wanted};

/// How long a daemon may take to say that it is there.
const QUICK: Duration = Duration::from_secs(2);
/// How long it may take to buy credentials.
const PURCHASE: Duration = Duration::from_secs(30);
/// The longest answer.
const LONGEST: u64 = 1 << 20;

/// What came of asking for credentials.
pub enum Told {
    /// The document of `credential_process`.
    Credentials(SecretText),
    /// There are none, and why.
    No(String),
    /// No daemon that has anything to say to this.
    Nothing,
}

/// Asks for role credentials; a daemon without a session answers after `hold`.
///
/// # Errors
/// [`WatchError::Stranger`], [`WatchError::Socket`] when what answers makes no sense.
pub async fn credentials(path: &Path, wanted: Wanted, hold: Duration) -> Result<Told, WatchError> {
    if ask(path, &Question::Ping, QUICK).await?.is_none() {
        return Ok(Told::Nothing);
    }
    let patience = hold.saturating_add(PURCHASE);
    let Some(text) = ask(path, &Question::Creds(wanted), patience).await? else {
        return Ok(Told::Nothing);
    };
    let answer: Value = serde_json::from_str(text.danger_expose()).unwrap_or_default();
    Ok(
        match (answer.get("credentials"), answer["error"].as_str()) {
            (Some(document), _) if document["Version"] == 1 => {
                Told::Credentials(SecretText::new(document.to_string()))
            }
            (_, Some(_)) if answer["other"] == true => Told::Nothing,
            (_, Some(why)) => Told::No(why.to_owned()),
            (_, None) => {
                return Err(failed(
                    path,
                    std::io::Error::other("it says what makes no sense"),
                ));
            }
        },
    )
}

/// Asks a running daemon; `None` when there is none.
///
/// # Errors
/// [`WatchError::Stranger`] when somebody else has its place, [`WatchError::Socket`] when it does not
/// answer.
pub async fn ask(
    path: &Path,
    question: &Question,
    patience: Duration,
) -> Result<Option<SecretText>, WatchError> {
    let connecting = tokio::time::timeout(patience, UnixStream::connect(path));
    let Ok(Ok(mut stream)) = connecting.await else {
        return Ok(None);
    };
    let peer = stream.peer_cred().map_err(|error| failed(path, error))?;
    if !is_trusted(path, peer.uid()) {
        return Err(WatchError::Stranger {
            path: path.to_path_buf(),
            uid: peer.uid(),
        });
    }
    let talk = async {
        let mut line = serde_json::to_vec(question).unwrap_or_default();
        line.push(b'\n');
        stream.write_all(&line).await?;
        let mut text = String::new();
        stream.take(LONGEST).read_to_string(&mut text).await?;
        Ok(text)
    };
    match tokio::time::timeout(patience, talk).await {
        Ok(Ok(text)) if !text.is_empty() => Ok(Some(SecretText::new(text))),
        Ok(Ok(_)) => Err(failed(
            path,
            std::io::Error::other("it said nothing: this user may not ask"),
        )),
        Ok(Err(error)) => Err(failed(path, error)),
        Err(_) => Err(failed(path, std::io::ErrorKind::TimedOut.into())),
    }
}

/// Root, this user, or the owner of the socket's folder where only root could have made that folder,
/// as systemd does it for a daemon that is a user of its own.
fn is_trusted(path: &Path, uid: u32) -> bool {
    let of_root = || {
        let folder = bedlock_host::canonical(path.parent()?)?;
        let above = folder.parent()?;
        let given = bedlock_host::only_root_writes(above);
        (given && bedlock_host::owner(&folder) == Some(uid)).then_some(())
    };
    uid == 0 || uid == bedlock_host::user() || of_root().is_some()
}

fn failed(path: &Path, source: std::io::Error) -> WatchError {
    WatchError::Socket {
        path: path.to_path_buf(),
        source,
    }
}
