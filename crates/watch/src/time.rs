//! The two clocks, and waiting for a moment of the wall clock.
//!
//! Used by `daemon`; tests put a clock in its place that they move.
//!
//! **Invariant:** nothing wakes up to look at the time, except where the system has no better way.

use std::time::Duration;

use bedlock_host::{Clock as _, HostError, SystemClock, WallAlarm};
use jiff::Timestamp;

use crate::machine::Now;
use crate::notify::Answer;

/// Tells the time and waits for it.
pub trait Time {
    /// Both clocks.
    fn now(&self) -> Now;

    /// Waits for a moment, or until the clock was set or the machine woke up.
    fn wait_until(&self, at: Option<Timestamp>) -> Answer<'_, ()>;
}

/// The time of this machine.
pub struct MachineTime {
    #[cfg(target_os = "linux")]
    alarm: tokio::io::unix::AsyncFd<WallAlarm>,
}

/// How often a system without such a timer looks at its clock.
const LOOK: Duration = Duration::from_secs(60);

impl MachineTime {
    /// Makes its timer; needs a running tokio.
    ///
    /// # Errors
    /// [`HostError::Signals`] when the system has no more descriptors.
    pub fn new() -> Result<Self, HostError> {
        let alarm = WallAlarm::new()?;
        #[cfg(target_os = "linux")]
        {
            let alarm = readiness(alarm).map_err(HostError::Signals)?;
            Ok(Self { alarm })
        }
        #[cfg(not(target_os = "linux"))]
        {
            drop(alarm);
            Ok(Self {})
        }
    }

    async fn wait(&self, at: Option<Timestamp>) {
        #[cfg(target_os = "linux")]
        if self.alarm.get_ref().set(at).is_ok()
            && let Ok(mut ready) = self.alarm.readable().await
        {
            self.alarm.get_ref().taken();
            ready.clear_ready();
            return;
        }
        let left = at.map_or(LOOK, |at| {
            let left = at.duration_since(self.now().wall);
            Duration::try_from(left).unwrap_or_default().min(LOOK)
        });
        tokio::time::sleep(left).await;
    }
}

/// Waits for a descriptor of the kernel.
#[cfg(target_os = "linux")]
#[expect(
    deprecated,
    reason = "its safe form is deprecated because a type could close its descriptor early; these own theirs"
)]
pub(crate) fn readiness<T: std::os::fd::AsRawFd>(
    source: T,
) -> std::io::Result<tokio::io::unix::AsyncFd<T>> {
    tokio::io::unix::AsyncFd::with_interest(source, tokio::io::Interest::READABLE)
}

impl Time for MachineTime {
    fn now(&self) -> Now {
        Now {
            wall: SystemClock.now(),
            awake: bedlock_host::awake(),
        }
    }

    fn wait_until(&self, at: Option<Timestamp>) -> Answer<'_, ()> {
        Box::pin(self.wait(at))
    }
}
