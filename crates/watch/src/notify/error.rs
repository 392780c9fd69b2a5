//! Why a message did not reach its owner.
//!
//! Made by the notifiers; shown in logs, by `bedlock notify test`, and in the next message.
//!
//! **Invariant:** no address, no token, no body of an answer: a host's name, a status and words that
//! stand here.

use std::time::Duration;

use bedlock_host::HostError;
use bedlock_http::HttpError;

/// Why; `Display` fits after "failed: ".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotifyError {
    /// No answer.
    #[error("{0}")]
    Http(#[from] HttpError),
    /// It asks to wait.
    #[error("it asks to wait{}", wait.map_or(String::new(), |wait| format!(" {} s", wait.as_secs())))]
    Limited {
        /// How long, when it says so.
        wait: Option<Duration>,
    },
    /// It does not take the message.
    #[error("it answered {status}: {why}")]
    Refused {
        /// Status of HTTP.
        status: u16,
        /// What that means here.
        why: &'static str,
    },
    /// The answer is not in its format.
    #[error("its answer makes no sense")]
    Answer,
    /// There is no message to edit any more.
    #[error("the message is gone")]
    Gone,
    /// A program.
    #[error("{0}")]
    Program(#[from] HostError),
    /// A program said no.
    #[error("{program} ended with {code}")]
    Ended {
        /// Its name.
        program: String,
        /// Its exit code, in words.
        code: String,
    },
    /// The settings, or this system, do not allow it.
    #[error("{0}")]
    Setup(&'static str),
}

impl NotifyError {
    /// How long it asks to wait.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::Limited { wait } => Some(wait.unwrap_or(Duration::from_secs(30))),
            // It will not change its mind soon.
            Self::Refused { .. } | Self::Setup(_) => Some(Duration::from_secs(60)),
            _ => None,
        }
    }

    /// Whether the message may have arrived all the same.
    #[must_use]
    pub fn is_unsure(&self) -> bool {
        matches!(
            self,
            Self::Http(
                HttpError::Timeout { .. } | HttpError::Broken { .. } | HttpError::TooLong { .. }
            ) | Self::Answer
        )
    }

    /// What a status means that has nothing to do with the message.
    pub(crate) fn status(status: u16) -> Self {
        match status {
            429 => Self::Limited { wait: None },
            401 | 403 => Self::Refused {
                status,
                why: "the token is not accepted, or may not do this",
            },
            404 => Self::Refused {
                status,
                why: "there is nothing at this address",
            },
            500.. => Self::Refused {
                status,
                why: "the server has a problem",
            },
            _ => Self::Refused {
                status,
                why: "the message is not accepted",
            },
        }
    }
}
