//! What can go wrong between a person's sign-in and a role credential.
//!
//! Made by every module of this crate; `cli` turns one into words and the next command to type,
//! `watch` decides by it whether to try again or to ask a person.
//!
//! **Invariant:** no variant holds a token, a secret, a code or a body that a server sent.

use std::path::PathBuf;
use std::time::Duration;

use bedlock_host::HostError;
use bedlock_http::HttpError;
use jiff::Timestamp;

/// Why there is no session or no credential; `Display` fits after "failed to".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The AWS configuration does not say what is needed.
    #[error("read the profile {profile:?} in {place}: {what}", place = place(path, *line))]
    Config {
        /// The profile that was looked for.
        profile: String,
        /// The file.
        path: PathBuf,
        /// The line that is wrong, or that the incomplete section begins at; none when there is no
        /// such section.
        line: Option<usize>,
        /// What is wrong with it.
        what: String,
    },
    /// Nobody has signed in, or what was kept of it is unreadable.
    #[error("use the session of {portal}: nobody is signed in")]
    NotSignedIn {
        /// The access portal.
        portal: String,
    },
    /// The session is over and cannot be renewed: a person has to sign in again.
    #[error("use the session of {portal}: it has ended ({why})")]
    SessionEnded {
        /// The access portal.
        portal: String,
        /// How that is known, in words.
        why: &'static str,
    },
    /// The person said no.
    #[error("sign in: the request was denied")]
    Denied,
    /// Nobody approved in time.
    #[error("sign in: nobody approved it within {after:?}")]
    NotApproved {
        /// How long was waited.
        after: Duration,
    },
    /// Somebody asked to stop (Ctrl-C).
    #[error("sign in: it was interrupted")]
    Interrupted,
    /// The browser came back with something that does not belong to this sign-in.
    #[error("sign in: the browser brought back {what}")]
    Callback {
        /// What was wrong.
        what: &'static str,
    },
    /// The address that a server wants a person to open is not safe to open.
    #[error("sign in: the server's link is refused: {what}")]
    Link {
        /// Why.
        what: &'static str,
    },
    /// The sign-in service does not accept this client's registration.
    #[error("sign in: {host} does not accept the registration of this client")]
    Registration {
        /// The server.
        host: String,
    },
    /// The role is not assigned to the person who signed in (403).
    #[error("get credentials for the role {role} in account {account}: it is not assigned to you")]
    NotAssigned {
        /// The account.
        account: String,
        /// The permission set.
        role: String,
    },
    /// The service asks to come back later (429, or 400 with a throttling name).
    #[error("ask {host}: it is throttling requests")]
    Throttled {
        /// The server.
        host: String,
        /// How long it asks to wait, when it says so.
        after: Option<Duration>,
    },
    /// The service refuses for a reason of its own.
    #[error("{operation} at {host}: it answered {status} {name}")]
    Refused {
        /// The call, e.g. `CreateToken`.
        operation: &'static str,
        /// The server.
        host: String,
        /// The HTTP status.
        status: u16,
        /// The name of the error, letters and digits only.
        name: String,
    },
    /// The service answered with something that is not its format.
    #[error("{operation} at {host}: {what}")]
    Answer {
        /// The call.
        operation: &'static str,
        /// The server.
        host: String,
        /// What is wrong.
        what: &'static str,
    },
    /// No answer at all.
    #[error("{0}")]
    Http(#[from] HttpError),
    /// The machine.
    #[error("{0}")]
    Host(#[from] HostError),
    /// Another process holds the lock of the session and does not let go.
    #[error("wait for {path}: another process has held it for {after:?}", path = path.display())]
    Locked {
        /// The lock.
        path: PathBuf,
        /// How long was waited.
        after: Duration,
    },
    /// The portal's session lasts longer than it may here.
    #[error(
        "accept the session of {portal}: it lasts until {until}, longer than the limit of {limit:?}"
    )]
    TooLong {
        /// The access portal.
        portal: String,
        /// How long it is known to last at least.
        until: Timestamp,
        /// The limit.
        limit: Duration,
    },
    /// The session cannot be kept where it was asked to be.
    #[error("keep the session sealed: {what}")]
    Seal {
        /// Why not.
        what: String,
    },
    /// A source of credentials besides Identity Center failed.
    #[error("get credentials from {source_name}: {what}")]
    Source {
        /// Which source.
        source_name: String,
        /// What it said.
        what: String,
    },
}

impl IdentityError {
    /// Whether another try may help without anybody doing something.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Http(error) => error.is_passing(),
            Self::Throttled { .. } | Self::Locked { .. } => true,
            Self::Refused { status, .. } => *status >= 500,
            _ => false,
        }
    }

    /// Whether only a person who signs in can help.
    #[must_use]
    pub fn needs_sign_in(&self) -> bool {
        matches!(self, Self::NotSignedIn { .. } | Self::SessionEnded { .. })
    }
}

fn place(path: &std::path::Path, line: Option<usize>) -> String {
    match line {
        Some(line) => format!("{}:{line}", path.display()),
        None => path.display().to_string(),
    }
}
