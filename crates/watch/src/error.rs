//! Why the daemon does not run.
//!
//! Rendered by `cli`.
//!
//! **Invariant:** holds no secret; once it runs, nothing ends the daemon but a signal.

use std::path::PathBuf;

use bedlock_host::HostError;

/// Why; `Display` fits after "failed to".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WatchError {
    /// Another daemon runs already.
    #[error("start: another bedlock daemon answers on {path}", path = path.display())]
    Running {
        /// Its socket.
        path: PathBuf,
    },
    /// The socket.
    #[error("use the socket {path}: {source}", path = path.display())]
    Socket {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Somebody else has the daemon's place.
    #[error("trust the socket {path}: user {uid} answers there", path = path.display())]
    Stranger {
        /// Where.
        path: PathBuf,
        /// Who.
        uid: u32,
    },
    /// A setting makes no sense.
    #[error("use the setting {name}: {what}")]
    Setting {
        /// Its name, with its table.
        name: String,
        /// What is wrong.
        what: String,
    },
    /// The machine.
    #[error("{0}")]
    Host(#[from] HostError),
}
