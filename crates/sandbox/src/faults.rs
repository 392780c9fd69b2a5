//! Faults that a test asks for: what AWS, Telegram and the network do on a bad day.
//!
//! Asked by `server` before and after each request is answered; set through [`crate::Sandbox::inject`].
//!
//! **Invariant:** without an injection nothing here changes an answer, and a fault is used up by
//! exactly as many requests as it was asked for.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::StatusCode;
use hyper::body::Bytes;
use jiff::SignedDuration;
use serde_json::json;

use crate::event_stream::exception;
use crate::reply::{Piece, Reply};
use crate::telegram::Refusal;

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The answer is late by this much, by the sandbox's clock.
    Delay(Duration),
    /// The service fails with this status before it did anything: 500, 502, 503, 504.
    Status(u16),
    /// The service says that it is asked too often; Telegram also says how many seconds to wait.
    Throttle {
        /// The seconds that Telegram names.
        retry_after: u64,
    },
    /// The connection ends before anything was done.
    Refuse,
    /// Everything is done and then the connection ends, so that nobody hears of it.
    LoseAnswer,
    /// The answer breaks off after some frames; a plain answer is one frame.
    Cut {
        /// How many frames arrive.
        after: usize,
    },
    /// The answer ends in the middle of a frame, and as if that were its end.
    HalfFrame {
        /// How many whole frames arrive before.
        after: usize,
    },
    /// The answer stays open, and nothing comes any more.
    Stall {
        /// How many frames arrive.
        after: usize,
    },
    /// The stream of a model ends with an exception.
    StreamException {
        /// How many frames arrive.
        after: usize,
        /// Its name as it stands in the frame, such as `throttlingException`.
        name: &'static str,
    },
    /// The answer's body is not JSON any more.
    Malformed,
    /// The `Date` header is off by this much.
    SkewDate(SignedDuration),
}

#[derive(Debug)]
struct Injected {
    action: String,
    left: usize,
    fault: Fault,
}

/// The faults that are still to happen.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Injected>>);

/// Which kind of service a fault happens to, because each says it in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    Oidc,
    Portal,
    Bedrock,
    Sts,
    Telegram,
    Other,
}

impl Faults {
    pub(crate) fn inject(&self, action: &str, times: usize, fault: Fault) {
        self.lock().push(Injected {
            action: action.to_owned(),
            left: times,
            fault,
        });
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    /// Takes what happens to a request for this action.
    pub(crate) fn take(&self, action: &str) -> Vec<Fault> {
        let mut injected = self.lock();
        let mut taken = Vec::new();
        for one in injected.iter_mut() {
            let whole_service = one.action.is_empty() || one.action.ends_with(':');
            let meant = one.action == action || (whole_service && action.starts_with(&one.action));
            if meant && one.left > 0 {
                one.left -= 1;
                taken.push(one.fault.clone());
            }
        }
        injected.retain(|one| one.left > 0);
        taken
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Injected>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fault {
    /// The answer that stands in for the service's, if there is one.
    pub(crate) fn instead(&self, service: Service) -> Option<Reply> {
        match self {
            Self::Status(status) => Some(broken(service, *status)),
            Self::Throttle { retry_after } => Some(throttled(service, *retry_after)),
            Self::Refuse => Some(Reply::cut()),
            _ => None,
        }
    }

    /// Does to a good answer what the fault does.
    pub(crate) fn spoil(&self, reply: &mut Reply) {
        match self {
            Self::LoseAnswer => *reply = Reply::cut(),
            Self::Cut { after } => reply.end_after(*after, Some(Piece::Break)),
            Self::Stall { after } => reply.end_after(*after, Some(Piece::Stall)),
            Self::HalfFrame { after } => {
                let half = reply.frame(*after).map(|frame| {
                    let half = frame.len() / 2;
                    Piece::Data(frame.slice(..half))
                });
                reply.end_after(*after, half);
            }
            Self::StreamException { after, name } => {
                let told = json!({ "message": "The model stream was ended by the sandbox." });
                reply.end_after(*after, Some(Piece::Data(exception(name, &told))));
            }
            Self::Malformed => {
                let broken = Bytes::from_static(b"{\"accessToken\": \"FAKE");
                reply.end_after(0, Some(Piece::Data(broken)));
            }
            Self::SkewDate(by) => reply.skew_date(*by),
            Self::Delay(_) | Self::Status(_) | Self::Throttle { .. } | Self::Refuse => {}
        }
    }
}

fn broken(service: Service, status: u16) -> Reply {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if service == Service::Telegram {
        return Refusal::broken(status).into_reply();
    }
    if matches!(
        status,
        StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT
    ) {
        // What stands before the service answers, and it knows no JSON.
        let html = format!("<html><body><h1>{status}</h1></body></html>");
        return Reply::html(status, Some("Gateway"), html);
    }
    let name = match status {
        StatusCode::SERVICE_UNAVAILABLE => "ServiceUnavailableException",
        _ => "InternalServerException",
    };
    match service {
        Service::Oidc => {
            let body = json!({
                "error": "server_error",
                "error_description": "The server has an error",
            });
            Reply::shaped_error(status, name, &body)
        }
        Service::Sts => crate::sts::error(status, "InternalFailure", "The service has an error"),
        _ => Reply::error(status, name, "The service has an error"),
    }
}

fn throttled(service: Service, retry_after: u64) -> Reply {
    let status = StatusCode::TOO_MANY_REQUESTS;
    match service {
        Service::Telegram => Refusal::too_many(retry_after).into_reply(),
        Service::Portal => {
            let typed = "com.amazonaws.switchboard.portal#TooManyRequestsException";
            let body = json!({ "message": "Too many requests", "__type": typed });
            Reply::shaped_error(status, "TooManyRequestsException", &body)
        }
        Service::Sts => crate::sts::error(StatusCode::BAD_REQUEST, "Throttling", "Rate exceeded"),
        _ => Reply::error(
            status,
            "ThrottlingException",
            "Too many requests, please wait before trying again.",
        ),
    }
}
