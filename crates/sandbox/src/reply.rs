//! Answers as AWS shapes them: JSON, event streams, and errors that carry their name in a header.
//!
//! Built by every service, spoiled by `faults`, turned into HTTP by `server`.
//!
//! **Invariant:** an answer never repeats a header or a body of the request.
//!
//! **Source:** <https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization>

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{CONTENT_TYPE, DATE, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::minted;

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// A part of a body, or what happens in its place.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Data(Bytes),
    /// The connection ends here.
    Break,
    /// Nothing comes any more, and the connection stays.
    Stall,
}

/// An answer before it becomes HTTP.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) error: Option<&'static str>,
    content_type: &'static str,
    headers: Vec<(HeaderName, HeaderValue)>,
    frames: VecDeque<Piece>,
    skew: SignedDuration,
    is_cut: bool,
}

impl Reply {
    pub(crate) fn json(value: &Value) -> Self {
        Self::of_json(StatusCode::OK, None, value)
    }

    pub(crate) fn empty() -> Self {
        Self::of(StatusCode::OK, None, "application/json", VecDeque::new())
    }

    /// Sends a browser elsewhere; the caller says where.
    pub(crate) fn found() -> Self {
        Self::of(StatusCode::FOUND, None, "text/html", VecDeque::new())
    }

    pub(crate) fn html(status: StatusCode, error: Option<&'static str>, text: String) -> Self {
        Self::of(status, error, "text/html; charset=utf-8", one(text))
    }

    /// Streams the frames one by one, each in a chunk or DATA frame of its own.
    pub(crate) fn event_stream(frames: Vec<Bytes>) -> Self {
        let content_type = "application/vnd.amazon.eventstream";
        let frames = frames.into_iter().map(Piece::Data).collect();
        Self::of(StatusCode::OK, None, content_type, frames)
    }

    /// Answers with an error whose body is `{"message": ..}`, as most of Bedrock's are.
    pub(crate) fn error(status: StatusCode, name: &'static str, message: &str) -> Self {
        Self::of_json(status, Some(name), &json!({ "message": message }))
    }

    /// Answers with an error whose body has a shape of its own.
    pub(crate) fn shaped_error(status: StatusCode, name: &'static str, body: &Value) -> Self {
        Self::of_json(status, Some(name), body)
    }

    /// Answers with JSON that does not carry its error's name in a header.
    pub(crate) fn plain_json(
        status: StatusCode,
        error: Option<&'static str>,
        value: &Value,
    ) -> Self {
        Self::of(status, error, "application/json", one(value.to_string()))
    }

    fn of_json(status: StatusCode, error: Option<&'static str>, value: &Value) -> Self {
        let reply = Self::plain_json(status, error, value);
        match error {
            Some(name) => reply.with(ERROR_TYPE, name),
            None => reply,
        }
    }

    fn of(
        status: StatusCode,
        error: Option<&'static str>,
        content_type: &'static str,
        frames: VecDeque<Piece>,
    ) -> Self {
        Self {
            status,
            error,
            content_type,
            headers: Vec::new(),
            frames,
            skew: SignedDuration::ZERO,
            is_cut: false,
        }
    }

    pub(crate) fn xml(status: StatusCode, error: Option<&'static str>, text: String) -> Self {
        Self::of(status, error, "text/xml", one(text))
    }

    /// No answer: the connection ends.
    pub(crate) fn cut() -> Self {
        Self {
            is_cut: true,
            ..Self::of(
                StatusCode::INTERNAL_SERVER_ERROR,
                Some("ConnectionCut"),
                "",
                VecDeque::new(),
            )
        }
    }

    /// A frame of the body, if there are as many.
    pub(crate) fn frame(&self, index: usize) -> Option<&Bytes> {
        match self.frames.get(index)? {
            Piece::Data(bytes) => Some(bytes),
            Piece::Break | Piece::Stall => None,
        }
    }

    /// Leaves some frames and ends with another piece, or with none.
    pub(crate) fn end_after(&mut self, frames: usize, last: Option<Piece>) {
        self.frames.truncate(frames);
        self.frames.extend(last);
    }

    /// Dates the answer wrongly.
    pub(crate) fn skew_date(&mut self, by: SignedDuration) {
        self.skew = by;
    }

    /// Adds a header; a value that HTTP does not allow is left out.
    pub(crate) fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::try_from(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// Turns the answer into HTTP, with its date.
    ///
    /// # Errors
    /// [`Broken`] when there is to be no answer.
    pub(crate) fn into_response(self, now: Timestamp) -> Result<Response<ReplyBody>, Broken> {
        if self.is_cut {
            return Err(Broken);
        }
        let now = now.checked_add(self.skew).unwrap_or(now);
        let mut response = Response::new(ReplyBody {
            frames: self.frames,
        });
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        for (name, value) in [(DATE, date), (REQUEST_ID, minted::request_id())] {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        headers.extend(self.headers);
        Ok(response)
    }
}

fn one(text: String) -> VecDeque<Piece> {
    VecDeque::from([Piece::Data(Bytes::from(text))])
}

/// The connection ends because a test wants it to.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the sandbox cuts this connection")]
pub(crate) struct Broken;

/// A body that yields its frames separately, so that a stream arrives as one.
#[derive(Debug)]
pub(crate) struct ReplyBody {
    frames: VecDeque<Piece>,
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        match self.frames.pop_front() {
            None => Poll::Ready(None),
            Some(Piece::Data(bytes)) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            Some(Piece::Break) => Poll::Ready(Some(Err(Broken))),
            Some(Piece::Stall) => {
                // Nobody is to wake this; it goes with its connection.
                self.frames.push_front(Piece::Stall);
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.frames.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        // A stream must not announce a length, or the client would wait for it as one piece.
        match (self.frames.len(), self.frames.front()) {
            (0, _) => SizeHint::with_exact(0),
            (1, Some(Piece::Data(bytes))) => SizeHint::with_exact(bytes.len() as u64),
            _ => SizeHint::default(),
        }
    }
}
