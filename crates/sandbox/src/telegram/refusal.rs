//! Why the Bot API does not do it: a number, a sentence, and how long to wait.
//!
//! Returned by `methods` and `updates`; `faults` makes the one for too many requests.
//!
//! **Invariant:** a refusal never repeats a token.
//!
//! **Source:** <https://core.telegram.org/bots/api#making-requests>

use hyper::StatusCode;
use serde_json::json;

use crate::reply::Reply;

/// An error as the Bot API writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: StatusCode,
    description: String,
    retry_after: Option<u64>,
}

impl Refusal {
    fn of(status: StatusCode, description: impl Into<String>) -> Self {
        Self {
            status,
            description: description.into(),
            retry_after: None,
        }
    }

    pub(super) fn bad_request(why: &str) -> Self {
        Self::of(StatusCode::BAD_REQUEST, format!("Bad Request: {why}"))
    }

    pub(super) fn unauthorized() -> Self {
        Self::of(StatusCode::UNAUTHORIZED, "Unauthorized")
    }

    pub(super) fn not_found() -> Self {
        Self::of(StatusCode::NOT_FOUND, "Not Found")
    }

    pub(super) fn blocked() -> Self {
        let sentence = "Forbidden: bot was blocked by the user";
        Self::of(StatusCode::FORBIDDEN, sentence)
    }

    pub(super) fn conflict(why: &str) -> Self {
        Self::of(StatusCode::CONFLICT, format!("Conflict: {why}"))
    }

    /// The answer to a bot that writes too often.
    pub(crate) fn too_many(seconds: u64) -> Self {
        Self {
            retry_after: Some(seconds),
            ..Self::of(
                StatusCode::TOO_MANY_REQUESTS,
                format!("Too Many Requests: retry after {seconds}"),
            )
        }
    }

    /// The answer of a Telegram that is in trouble itself.
    pub(crate) fn broken(status: StatusCode) -> Self {
        let reason = status.canonical_reason().unwrap_or("Internal Server Error");
        Self::of(status, reason)
    }

    pub(crate) fn into_reply(self) -> Reply {
        let mut body = json!({
            "ok": false,
            "error_code": self.status.as_u16(),
            "description": self.description,
        });
        if let Some(seconds) = self.retry_after {
            body["parameters"] = json!({ "retry_after": seconds });
        }
        let name = match self.status {
            StatusCode::BAD_REQUEST => "BadRequest",
            StatusCode::UNAUTHORIZED => "Unauthorized",
            StatusCode::FORBIDDEN => "Forbidden",
            StatusCode::NOT_FOUND => "NotFound",
            StatusCode::CONFLICT => "Conflict",
            StatusCode::TOO_MANY_REQUESTS => "TooManyRequests",
            _ => "InternalServerError",
        };
        Reply::plain_json(self.status, Some(name), &body)
    }
}
