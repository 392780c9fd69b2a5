//! Waiting, passed in like the clock, so that a test need not wait.
//!
//! Used between two polls of a device sign-in, and between two looks at a lock.
//!
//! **Invariant:** nothing in this crate sleeps in another way, except the deadlines of a socket.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// A wait that is over at some time.
pub type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Makes waits.
pub trait Wait: Send + Sync + fmt::Debug {
    /// Waits that long.
    fn pause(&self, duration: Duration) -> Pause;
}

/// Waits in real time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RealWait;

impl Wait for RealWait {
    fn pause(&self, duration: Duration) -> Pause {
        Box::pin(tokio::time::sleep(duration))
    }
}
