//! What a command can fail with, what the user types next, and the exit code.
//!
//! **Invariant:** an error never holds a secret: it is printed.

use std::process::ExitCode;

use bedlock_audit::AuditError;
use bedlock_host::HostError;
use bedlock_http::HttpError;
use bedlock_identity::IdentityError;
use bedlock_watch::WatchError;

/// Nothing found, everything done.
pub(crate) const CLEAN: u8 = 0;
/// Findings, or an invariant that does not hold.
pub(crate) const FINDINGS: u8 = 1;
/// Something could not be looked at, so nobody can say that there is nothing.
pub(crate) const INCOMPLETE: u8 = 2;
/// Refused or failed; what was there before is there still.
pub(crate) const FAILED: u8 = 3;
/// `status`: a person has to sign in soon.
pub(crate) const EXPIRING: u8 = 10;
/// `status`: a person has to sign in now.
pub(crate) const EXPIRED: u8 = 11;
/// Wrong usage (`EX_USAGE` of sysexits).
pub(crate) const USAGE: u8 = 64;

/// Why a command did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The machine.
    #[error("failed to {0}")]
    Host(#[from] HostError),
    /// The audit or the planner.
    #[error("failed to {0}")]
    Audit(#[from] AuditError),
    /// The daemon or a notifier.
    #[error("failed to {0}")]
    Watch(#[from] WatchError),
    /// The session.
    #[error("failed to {0}")]
    Identity(#[from] IdentityError),
    /// The command line, or the settings file, is wrong.
    #[error("{what}")]
    Usage {
        /// What is wrong.
        what: String,
        /// What to type.
        next: String,
    },
    /// bedlock will not do it.
    #[error("{what}")]
    Refused {
        /// Why.
        what: String,
        /// What to do.
        next: String,
    },
    /// The output is closed, or the disk that it goes to is full.
    #[error("failed to write the output: {0}")]
    Output(#[from] std::io::Error),
    /// A value that cannot be written as JSON.
    #[error("failed to write JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl CliError {
    pub(crate) fn usage(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self::Usage {
            what: what.into(),
            next: next.into(),
        }
    }

    pub(crate) fn refused(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self::Refused {
            what: what.into(),
            next: next.into(),
        }
    }

    /// What to do about it, where that is known.
    pub(crate) fn next(&self) -> Option<String> {
        match self {
            Self::Usage { next, .. } | Self::Refused { next, .. } => Some(next.clone()),
            Self::Host(error) => next_for(error).map(str::to_owned),
            Self::Watch(error) => next_for_watch(error),
            Self::Identity(error) => next_for_session(error),
            Self::Audit(_) | Self::Output(_) | Self::Json(_) => None,
        }
    }

    /// The exit code; a signal ends with 128 and its number.
    pub(crate) fn exit_code(&self, signal: Option<u8>) -> ExitCode {
        let interrupted = matches!(
            self,
            Self::Host(HostError::Interrupted)
                | Self::Audit(AuditError::Interrupted)
                | Self::Identity(IdentityError::Interrupted)
        );
        ExitCode::from(match (interrupted, self) {
            (true, _) => 128 + signal.unwrap_or(2),
            (false, Self::Usage { .. } | Self::Watch(WatchError::Setting { .. })) => USAGE,
            // Past the commit point: the next command finishes it.
            (false, Self::Host(HostError::Incomplete { .. })) => INCOMPLETE,
            (false, _) => FAILED,
        })
    }
}

fn next_for_watch(error: &WatchError) -> Option<String> {
    Some(match error {
        WatchError::Running { .. } => "bedlock service status".to_owned(),
        WatchError::Setting { name, .. } => format!("correct {name} in bedlock.toml"),
        WatchError::Host(error) => return next_for(error).map(str::to_owned),
        _ => return None,
    })
}

fn next_for_session(error: &IdentityError) -> Option<String> {
    let text = match error {
        IdentityError::NotSignedIn { .. }
        | IdentityError::SessionEnded { .. }
        | IdentityError::NotApproved { .. } => "bedlock login",
        IdentityError::Denied => {
            "bedlock login, when it was you; when it was not, there is nothing to do"
        }
        IdentityError::Config { line: Some(_), .. } => {
            "correct that line, then run the command again"
        }
        IdentityError::Config { line: None, .. } => {
            "name a profile that signs in through Identity Center: --profile NAME, or write one with \
             aws configure sso"
        }
        IdentityError::NotAssigned { account, role } => {
            return Some(format!(
                "IAM Identity Center > AWS accounts > {account}: assign the permission set {role} to \
                 you, or correct sso_account_id and sso_role_name in ~/.aws/config"
            ));
        }
        IdentityError::Throttled { after, .. } => match after {
            Some(after) => return Some(format!("wait {} s, then try again", after.as_secs())),
            None => "wait a minute, then try again",
        },
        IdentityError::Registration { .. } => "bedlock logout, then bedlock login",
        IdentityError::TooLong { .. } => {
            "IAM Identity Center > Settings > Authentication > Session settings: shorten the user \
             interactive session; or name an sso-session in the profile, whose tokens last an hour"
        }
        IdentityError::Locked { .. } => "end the process that hangs, then run the command again",
        IdentityError::Callback { .. } => "bedlock login --device",
        IdentityError::Seal { .. } => "bedlock login --sealed as root or as the daemon's user",
        IdentityError::Http(HttpError::Tls { .. }) => {
            "AWS_CA_BUNDLE=FILE, when a proxy of your company answers in its place"
        }
        IdentityError::Http(error) if error.is_passing() => {
            "look at the network, HTTPS_PROXY and NO_PROXY, then run the command again"
        }
        IdentityError::Host(error) => return next_for(error).map(str::to_owned),
        _ => return None,
    };
    Some(text.to_owned())
}

fn next_for(error: &HostError) -> Option<&'static str> {
    Some(match error {
        HostError::Changed { .. } => {
            "run the command again: the plan is made anew; nothing was changed"
        }
        HostError::ChangedSince { .. } => {
            "bedlock undo --overwrite puts the old files back and drops what was written since"
        }
        HostError::Busy { .. } => {
            "wait until the other bedlock is done, then run the command again"
        }
        HostError::Locked { .. } => "stop OpenClaw, then run the command again",
        HostError::NoSpace { .. } => "make room, then run the command again; nothing was changed",
        HostError::ReadOnly { .. } => "mount it writable, then run the command again",
        HostError::NotOwner { .. } => "run bedlock as the owner of the files",
        HostError::NoTransaction { .. } | HostError::Expired { .. } => {
            "bedlock undo --list shows what can be undone"
        }
        HostError::WrongCode { .. } => "find the code that harden printed for this transaction",
        HostError::Database { .. } => {
            "sqlite3 FILE 'PRAGMA integrity_check' says what is wrong with it"
        }
        HostError::StillRuns { .. } => "stop it by hand, then run the command again",
        HostError::NotReady { .. } => "openclaw gateway run, and read its log",
        HostError::Write { .. } => "name a file in a folder that exists and that you may write to",
        HostError::Folder { source, .. }
            if source.kind() == std::io::ErrorKind::PermissionDenied =>
        {
            "run bedlock as the owner of the folder, or as root"
        }
        HostError::Incomplete { .. } => "bedlock verify, which finishes it first",
        HostError::Folder { .. } => "name a folder that exists: --home DIR",
        _ => return None,
    })
}
