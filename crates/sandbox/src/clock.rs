//! The one clock of a sandbox: the machine's, or one that stands still until it is told.
//!
//! Held by [`crate::SandboxConfig`]; everything that ends, waits or is dated asks it, so that a test
//! lets hours pass in no time.
//!
//! **Invariant:** nothing else in this crate reads the time, and a clock never goes back.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

/// Tells the time; clones are the same clock.
#[derive(Clone)]
pub struct Clock {
    /// Where a clock that stands still began; `None` follows the machine.
    start: Option<Timestamp>,
    /// What was added so far. A watch, so that who waits for an instant hears of it.
    added: Arc<watch::Sender<Duration>>,
}

impl Clock {
    /// Follows the machine's clock, plus what [`Clock::advance`] adds.
    pub fn real() -> Self {
        Self {
            start: None,
            added: Arc::new(watch::Sender::new(Duration::ZERO)),
        }
    }

    /// Stands still at an instant; only [`Clock::advance`] moves it.
    pub fn manual(start: Timestamp) -> Self {
        Self {
            start: Some(start),
            ..Self::real()
        }
    }

    /// Returns what time it is.
    pub fn now(&self) -> Timestamp {
        let base = self.start.unwrap_or_else(Timestamp::now);
        later(base, *self.added.borrow())
    }

    /// Lets time pass, and wakes who waited for it.
    pub fn advance(&self, by: Duration) {
        self.added
            .send_modify(|added| *added = added.saturating_add(by));
    }

    /// Waits until the clock shows an instant.
    pub async fn sleep_until(&self, instant: Timestamp) {
        let mut added = self.added.subscribe();
        loop {
            // Seen before the time is read, so that no advance in between is missed.
            added.borrow_and_update();
            let left = instant.duration_since(self.now());
            if !left.is_positive() {
                return;
            }
            let left = left.unsigned_abs();
            tokio::select! {
                () = tokio::time::sleep(left), if self.start.is_none() => {}
                // The sender is in `self`, so this cannot fail.
                _ = added.changed() => {}
            }
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::real()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").field("now", &self.now()).finish()
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
    fn an_absurd_span_saturates() {
        assert_eq!(later(Timestamp::UNIX_EPOCH, Duration::MAX), Timestamp::MAX);
        assert_eq!(
            later(Timestamp::UNIX_EPOCH, Duration::from_secs(90)).to_string(),
            "1970-01-01T00:01:30Z"
        );
    }

    #[test]
    fn a_manual_clock_stands_still_until_it_is_told() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let same = clock.clone();
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH);
        same.advance(Duration::from_secs(3600));
        assert_eq!(clock.now().to_string(), "1970-01-01T01:00:00Z");
    }

    #[tokio::test]
    async fn who_waits_on_a_manual_clock_wakes_when_it_is_advanced() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let waiting = clock.sleep_until(later(clock.now(), Duration::from_secs(8 * 3600)));
        tokio::pin!(waiting);
        let early = is_done(waiting.as_mut()).await;
        assert!(!early);
        clock.advance(Duration::from_secs(4 * 3600));
        assert!(!is_done(waiting.as_mut()).await);
        clock.advance(Duration::from_secs(4 * 3600));
        waiting.await;
    }

    /// Polls once and says whether the future is done.
    async fn is_done(mut future: std::pin::Pin<&mut impl Future<Output = ()>>) -> bool {
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(future.as_mut().poll(context).is_ready())
        })
        .await
    }
}
