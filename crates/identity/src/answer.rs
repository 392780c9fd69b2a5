//! One call to a service that is asked without a signature: JSON there, JSON back.
//!
//! Used by `oidc` and `portal`.
//!
//! **Invariant:** what a server sent is read field by field; of an error, only its name goes on.

use std::time::Duration;

use bedlock_host::Clock;
use bedlock_http::http::header::{CONTENT_TYPE, DATE, RETRY_AFTER};
use bedlock_http::http::{Method, Request, Response, StatusCode};
use bedlock_http::{Client, Limits};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::IdentityError;

/// A clock that is off by less than this is right: the server's has whole seconds, and a network lies
/// between.
const SKEW_NOTED: SignedDuration = SignedDuration::from_secs(5);

/// Who is asked, and for what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    pub(crate) operation: &'static str,
    pub(crate) endpoint: &'a str,
    pub(crate) path: &'a str,
}

impl Call<'_> {
    fn host(&self) -> String {
        let rest = self.endpoint.split("//").nth(1).unwrap_or_default();
        rest.split('/').next().unwrap_or_default().to_owned()
    }

    pub(crate) fn malformed(&self, what: &'static str) -> IdentityError {
        IdentityError::Answer {
            operation: self.operation,
            host: self.host(),
            what,
        }
    }

    /// A `POST` of JSON.
    pub(crate) fn post(&self, body: &Value) -> Result<Request<Vec<u8>>, IdentityError> {
        Request::builder()
            .method(Method::POST)
            .uri(format!("{}{}", self.endpoint, self.path))
            .header(CONTENT_TYPE, "application/json")
            .body(body.to_string().into_bytes())
            .map_err(|_| self.malformed("its endpoint is no address"))
    }

    /// Sends it. `Ok` for every answer that is JSON, or an error with a name.
    pub(crate) async fn send(
        &self,
        client: &Client,
        clock: &dyn Clock,
        request: Request<Vec<u8>>,
    ) -> Result<Answer, IdentityError> {
        let asked = clock.now();
        let reply = client.send(request, Limits::default()).await?;
        let answered = clock.now();
        read(self, &reply, asked, answered)
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) outcome: Result<Map<String, Value>, Fault>,
    /// When the request was sent, by this machine's clock.
    pub(crate) asked: Timestamp,
    /// How far the server's clock is ahead of this machine's; zero when it is about right.
    pub(crate) skew: SignedDuration,
}

/// An error that the service gave a name to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) status: u16,
    /// The exception, e.g. `SlowDownException`, or the code of OAuth, e.g. `slow_down`.
    pub(crate) name: String,
    pub(crate) retry_after: Option<Duration>,
}

impl Fault {
    pub(crate) fn is(&self, exception: &str, code: &str) -> bool {
        self.name == exception || self.name == code
    }

    /// The error that every call shares.
    pub(crate) fn into_error(self, call: &Call<'_>) -> IdentityError {
        let throttled = self.status == StatusCode::TOO_MANY_REQUESTS.as_u16()
            || ["Throttling", "TooManyRequests", "LimitExceeded"]
                .iter()
                .any(|word| self.name.contains(word));
        if throttled {
            return IdentityError::Throttled {
                host: call.host(),
                after: self.retry_after,
            };
        }
        if self.is("InvalidClientException", "invalid_client") {
            return IdentityError::Registration { host: call.host() };
        }
        IdentityError::Refused {
            operation: call.operation,
            host: call.host(),
            status: self.status,
            name: self.name,
        }
    }
}

fn read(
    call: &Call<'_>,
    reply: &Response<impl AsRef<[u8]>>,
    asked: Timestamp,
    answered: Timestamp,
) -> Result<Answer, IdentityError> {
    let header = |name| {
        reply
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let skew = header(DATE).map_or(SignedDuration::ZERO, |date| skew(date, asked, answered));
    let body = serde_json::from_slice::<Map<String, Value>>(reply.body().as_ref());
    if reply.status().is_success() {
        let empty = reply.body().as_ref().is_empty();
        let outcome = match body {
            Ok(body) => Ok(body),
            Err(_) if empty => Ok(Map::new()),
            Err(_) => return Err(call.malformed("its answer is no JSON object")),
        };
        return Ok(Answer {
            outcome,
            asked,
            skew,
        });
    }
    let body = body.unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let name = text("error")
        .or_else(|| reply.headers().get("x-amzn-errortype")?.to_str().ok())
        .or_else(|| text("__type"))
        .unwrap_or_default();
    let fault = Fault {
        status: reply.status().as_u16(),
        name: bare_name(name),
        retry_after: header(RETRY_AFTER)
            .and_then(|seconds| seconds.parse().ok())
            .map(|seconds: u64| Duration::from_secs(seconds.min(3600))),
    };
    Ok(Answer {
        outcome: Err(fault),
        asked,
        skew,
    })
}

/// `com.amazonaws.x#Name:http://…` is `Name`; nothing else of it goes on.
fn bare_name(text: &str) -> String {
    let text = text.split(':').next().unwrap_or_default();
    let text = text.rsplit('#').next().unwrap_or_default();
    let kept = text
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_');
    kept.take(64).collect()
}

/// How far the server is ahead, by its `Date`.
fn skew(date: &str, asked: Timestamp, answered: Timestamp) -> SignedDuration {
    let Ok(there) = jiff::fmt::rfc2822::parse(date) else {
        return SignedDuration::ZERO;
    };
    let there = there.timestamp();
    // Inside of the time that the call took, nobody can say who is right.
    let ahead = if there < asked {
        there.duration_since(asked)
    } else if there > answered {
        there.duration_since(answered)
    } else {
        SignedDuration::ZERO
    };
    if ahead.abs() < SKEW_NOTED {
        SignedDuration::ZERO
    } else {
        ahead
    }
}

/// A time of the server's clock, on this machine's.
pub(crate) fn here(time: Timestamp, skew: SignedDuration) -> Timestamp {
    time.checked_sub(skew).unwrap_or(time)
}

/// A text field that is not empty.
pub(crate) fn text(body: &Map<String, Value>, name: &str) -> Option<String> {
    let text = body.get(name)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

/// A number of seconds that makes sense; a server that says a century is not believed.
pub(crate) fn seconds(body: &Map<String, Value>, name: &str) -> Option<Duration> {
    let seconds = body.get(name)?.as_u64()?;
    (seconds <= 400 * 24 * 3600).then(|| Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_skew_is_what_the_network_cannot_explain() {
        let date = "Wed, 25 Nov 2026 10:00:00 GMT";
        let now = at("2026-11-25T10:00:00Z");
        let cases = [
            ("2026-11-25T10:00:00Z", 0),
            ("2026-11-25T10:00:04Z", 0),
            ("2026-11-25T12:00:00Z", -7200),
            ("2026-11-25T09:00:00Z", 3600),
        ];
        for (local, ahead) in cases {
            let found = skew(date, at(local), at(local));
            assert_eq!(found, SignedDuration::from_secs(ahead), "{local}");
            let back = here(now, found);
            assert!(back.duration_since(at(local)).abs() < SKEW_NOTED);
        }
        assert_eq!(skew("yesterday", now, now), SignedDuration::ZERO);
        let long = skew(date, at("2026-11-25T09:59:00Z"), at("2026-11-25T10:01:00Z"));
        assert_eq!(long, SignedDuration::ZERO);
    }

    #[test]
    fn an_error_is_its_name() {
        let cases = [
            (
                "AuthorizationPendingException",
                "AuthorizationPendingException",
            ),
            (
                "com.amazonaws.switchboard.portal#ForbiddenException",
                "ForbiddenException",
            ),
            ("X:http://internal.amazon.com/", "X"),
            ("<html>canary FAKE</html>", "htmlcanaryFAKEhtml"),
        ];
        for (text, name) in cases {
            assert_eq!(bare_name(text), name);
        }
    }
}
