//! What the sandbox was asked and how it answered, for tests to query.
//!
//! Written by `server` after each request, read through [`crate::Sandbox::requests`].
//!
//! **Invariant:** a record has no field that can hold a header, a query, a body or a token, and
//! the path of a request that no route claimed is not kept, because its segments could be one.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

/// The oldest records go when there are more than this.
const KEPT: usize = 10_000;
/// How long a waiting test may miss what happened between its look and its wait.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

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
struct Kept {
    records: VecDeque<RequestRecord>,
    /// How many were forgotten.
    forgotten: usize,
}

/// The records, and whoever waits for the next one.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    records: Mutex<Kept>,
    added: Condvar,
}

impl RequestLog {
    pub(crate) fn push(&self, record: RequestRecord) {
        let mut kept = self.lock();
        if kept.records.len() == KEPT {
            kept.records.pop_front();
            kept.forgotten += 1;
        }
        kept.records.push_back(record);
        self.added.notify_all();
    }

    pub(crate) fn to_vec(&self) -> Vec<RequestRecord> {
        self.lock().records.iter().cloned().collect()
    }

    /// How many there were, and those after the first `seen`.
    pub(crate) fn after(&self, seen: usize) -> (usize, Vec<RequestRecord>) {
        let kept = self.lock();
        let total = kept.forgotten + kept.records.len();
        let known = seen.saturating_sub(kept.forgotten);
        (total, kept.records.iter().skip(known).cloned().collect())
    }

    /// Waits until a condition holds, looking again whenever something was asked.
    pub(crate) fn wait_until(&self, longest: Duration, condition: impl Fn() -> bool) -> bool {
        let end = Instant::now() + longest;
        loop {
            // The condition may look at the records, so it is asked without the lock; what happens
            // between the two is seen at the next round at the latest.
            if condition() {
                return true;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let records = self.lock();
            drop(self.added.wait_timeout(records, left.min(LOOK_AGAIN)));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
