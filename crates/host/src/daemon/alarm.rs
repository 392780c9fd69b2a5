//! A timer on the wall clock, which also goes off when that clock is set or the machine wakes up.
//!
//! **Invariant:** on Linux nothing is polled: `TFD_TIMER_CANCEL_ON_SET` ends the wait at every jump,
//! and a resume counts as one. Other systems have no such timer, and the caller looks once a minute.
//!
//! **Source:** <https://man7.org/linux/man-pages/man2/timerfd_create.2.html>

#[cfg(target_os = "linux")]
use std::os::fd::OwnedFd;
use std::time::Duration;

use jiff::Timestamp;
use rustix::time::{ClockId, clock_gettime};

use crate::HostError;

/// Time that passed while this machine was awake; it stands still in suspension.
#[must_use]
pub fn awake() -> Duration {
    let time = clock_gettime(ClockId::Monotonic);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// The timer; its descriptor becomes readable when the time has come, or the clock jumped.
#[derive(Debug)]
pub struct WallAlarm {
    #[cfg(target_os = "linux")]
    timer: OwnedFd,
}

#[cfg(target_os = "linux")]
impl WallAlarm {
    /// Makes one that is not set.
    ///
    /// # Errors
    /// [`HostError::Signals`] when the system has no more descriptors.
    pub fn new() -> Result<Self, HostError> {
        use rustix::time::{TimerfdClockId, TimerfdFlags, timerfd_create};
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let timer = timerfd_create(TimerfdClockId::Realtime, flags)
            .map_err(|errno| HostError::Signals(errno.into()))?;
        Ok(Self { timer })
    }

    /// Sets it; `None` waits for jumps of the clock only.
    ///
    /// # Errors
    /// [`HostError::Signals`].
    pub fn set(&self, at: Option<Timestamp>) -> Result<(), HostError> {
        use rustix::time::{Itimerspec, TimerfdTimerFlags, Timespec, timerfd_settime};
        // A time of zero would switch it off, and so would one before 1970.
        let at = at.unwrap_or(Timestamp::MAX);
        let value = Timespec {
            tv_sec: at.as_second().max(1),
            tv_nsec: i64::from(at.subsec_nanosecond()).max(0),
        };
        let spec = Itimerspec {
            it_interval: Timespec {
                tv_sec: 0,
                tv_nsec: 0,
            },
            it_value: value,
        };
        let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
        timerfd_settime(&self.timer, flags, &spec)
            .map(drop)
            .map_err(|errno| HostError::Signals(errno.into()))
    }

    /// Takes note that it went off, so that the descriptor is not readable any more.
    pub fn taken(&self) {
        // A jump of the clock is told as an error of the read; both mean: look at the time.
        let _ = rustix::io::read(&self.timer, &mut [0_u8; 8]);
    }
}

#[cfg(target_os = "linux")]
impl std::os::fd::AsRawFd for WallAlarm {
    fn as_raw_fd(&self) -> std::os::fd::RawFd {
        self.timer.as_raw_fd()
    }
}

#[cfg(not(target_os = "linux"))]
impl WallAlarm {
    /// Makes one that is never readable.
    ///
    /// # Errors
    /// None here.
    pub fn new() -> Result<Self, HostError> {
        Ok(Self {})
    }

    /// Does nothing here.
    ///
    /// # Errors
    /// None here.
    pub fn set(&self, _: Option<Timestamp>) -> Result<(), HostError> {
        Ok(())
    }

    /// Does nothing here.
    pub fn taken(&self) {}
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::*;

    fn readable(alarm: &WallAlarm, patience: Duration) -> bool {
        let mut fds = [PollFd::new(&alarm.timer, PollFlags::IN)];
        let timeout = Timespec {
            tv_sec: i64::try_from(patience.as_secs()).unwrap(),
            tv_nsec: 0,
        };
        poll(&mut fds, Some(&timeout)).unwrap() == 1
    }

    #[test]
    fn a_time_that_is_past_goes_off_at_once() {
        let alarm = WallAlarm::new().unwrap();
        alarm.set(None).unwrap();
        assert!(!readable(&alarm, Duration::ZERO));
        for past in [Timestamp::UNIX_EPOCH, Timestamp::MIN] {
            alarm.set(Some(past)).unwrap();
            assert!(readable(&alarm, Duration::from_secs(10)), "{past}");
            alarm.taken();
            assert!(!readable(&alarm, Duration::ZERO));
        }
    }

    #[test]
    fn the_other_clock_grows() {
        let before = awake();
        assert!(before > Duration::ZERO);
        assert!(awake() >= before);
    }
}
