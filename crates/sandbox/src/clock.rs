//! The sandbox's idea of now, so that sessions can be expired without waiting for them.
//!
//! Every part of the sandbox asks this clock; tests keep a clone of it and move it.
//!
//! **Invariant:** the clock only ever moves forward by hand, and `Date` headers follow it, so a
//! client that corrects its own skew sees one consistent time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;

/// Tells the time to the sandbox; clones share the same hands.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Milliseconds since the Unix epoch at which a held clock stands; `None` follows the system.
    held_at: Option<i64>,
    ahead_millis: Arc<AtomicI64>,
}

impl Clock {
    /// Follows the system's clock.
    pub fn system() -> Self {
        Self {
            held_at: None,
            ahead_millis: Arc::default(),
        }
    }

    /// Stands still at `instant` until it is advanced.
    pub fn held_at(instant: Timestamp) -> Self {
        Self {
            held_at: Some(instant.as_millisecond()),
            ahead_millis: Arc::default(),
        }
    }

    /// Moves this clock and all its clones forward.
    pub fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let moved = self
            .ahead_millis
            .load(Ordering::SeqCst)
            .saturating_add(millis);
        self.ahead_millis.store(moved, Ordering::SeqCst);
    }

    /// Returns the current instant, with millisecond precision.
    pub fn now(&self) -> Timestamp {
        let base = self
            .held_at
            .unwrap_or_else(|| Timestamp::now().as_millisecond());
        let ahead = self.ahead_millis.load(Ordering::SeqCst);
        Timestamp::from_millisecond(base.saturating_add(ahead)).unwrap_or(Timestamp::MAX)
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

/// Adds a span to an instant and stays within what the calendar can express.
pub(crate) fn later(instant: Timestamp, by: Duration) -> Timestamp {
    let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(instant.as_millisecond().saturating_add(millis))
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_of_a_held_clock_move_together() {
        let start: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let clock = Clock::held_at(start);
        let other = clock.clone();
        assert_eq!(other.now(), start);
        clock.advance(Duration::from_secs(90));
        assert_eq!(other.now().to_string(), "2026-11-22T12:01:30Z");
    }

    #[test]
    fn an_absurd_step_saturates() {
        let clock = Clock::held_at(Timestamp::UNIX_EPOCH);
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), Timestamp::MAX);
        assert_eq!(later(Timestamp::UNIX_EPOCH, Duration::MAX), Timestamp::MAX);
    }
}
