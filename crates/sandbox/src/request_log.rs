//! What the sandbox was asked and how it answered, for tests to query.
//!
//! Written by `server` after each request, read through [`crate::Sandbox::requests`].
//!
//! **Invariant:** a record has no field that can hold a header, a query, a body or a token, and
//! the path of a request that no route claimed is not kept, because its segments could be one.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// The oldest records go when there are more than this.
const KEPT: usize = 10_000;

/// Says what one request asked for and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestRecord {
    /// When it was answered.
    pub at: Timestamp,
    /// The HTTP method.
    pub method: String,
    /// The path as sent and without its query, or `-` when no route claimed it.
    pub path: String,
    /// The operation, such as `sso:GetRoleCredentials` or `bedrock:ConverseStream`.
    pub action: &'static str,
    /// The model id or ARN that was named, percent-decoded.
    pub model: Option<String>,
    /// The HTTP status of the answer.
    pub status: u16,
    /// The AWS error name of the answer, such as `AccessDeniedException`.
    pub error: Option<&'static str>,
    /// `HTTP/1.1` or `HTTP/2.0`.
    pub http_version: String,
}

#[derive(Debug, Default)]
pub(crate) struct RequestLog(Mutex<VecDeque<RequestRecord>>);

impl RequestLog {
    pub(crate) fn push(&self, record: RequestRecord) {
        let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if records.len() == KEPT {
            records.pop_front();
        }
        records.push_back(record);
    }

    pub(crate) fn to_vec(&self) -> Vec<RequestRecord> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }
}
