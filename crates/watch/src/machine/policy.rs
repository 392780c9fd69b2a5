//! How early the owner is asked, and when not to make a sound: what the machine's decisions depend on
//! besides its state.
//!
//! Made from the settings by `settings`, and by tests.
//!
//! **Invariant:** nothing here changes while the daemon runs.

use std::time::Duration;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// What the owner wants.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// How long before the estimated end of a session a person is asked; `None` asks only when it
    /// has ended.
    pub lead: Option<Duration>,
    /// When a message must make no sound.
    pub quiet: Option<Quiet>,
    /// How long "later" lasts.
    pub snooze: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            lead: Some(Duration::from_secs(30 * 60)),
            quiet: None,
            snooze: Duration::from_secs(3600),
        }
    }
}

impl Policy {
    /// Whether a message now must make no sound.
    #[must_use]
    pub fn is_quiet(&self, now: Timestamp) -> bool {
        self.quiet.as_ref().is_some_and(|quiet| quiet.contains(now))
    }

    /// When to ask for a session that ends at about `end` and began at `began`.
    ///
    /// Where that would be in quiet hours it is before them, unless so little of the session is over
    /// by then that a new one would end in the same night.
    pub(crate) fn ask_at(&self, began: Option<Timestamp>, end: Timestamp) -> Option<Timestamp> {
        let lead = self.lead?;
        let usual = earlier(end, lead);
        let Some(quiet) = self.quiet.as_ref().filter(|quiet| quiet.contains(usual)) else {
            return Some(usual);
        };
        let before = earlier(quiet.began(usual), BEFORE_QUIET);
        let worthwhile = began.is_none_or(|began| {
            let gained = before.duration_since(began);
            gained * 4 >= end.duration_since(began) && gained > SignedDuration::ZERO
        });
        Some(if worthwhile { before } else { usual })
    }
}

/// How long before quiet hours the last message with a sound is sent.
const BEFORE_QUIET: Duration = Duration::from_secs(15 * 60);

/// Hours of the owner's day in which nothing makes a sound; they may go over midnight.
#[derive(Clone, Debug, PartialEq)]
pub struct Quiet {
    from: Time,
    to: Time,
    zone: TimeZone,
}

impl Quiet {
    /// Quiet from one time of day to another; `None` when they are the same.
    #[must_use]
    pub fn new(from: Time, to: Time, zone: TimeZone) -> Option<Self> {
        (from != to).then_some(Self { from, to, zone })
    }

    /// Whether a moment is in quiet hours.
    #[must_use]
    pub fn contains(&self, moment: Timestamp) -> bool {
        let time = moment.to_zoned(self.zone.clone()).time();
        if self.from < self.to {
            self.from <= time && time < self.to
        } else {
            time >= self.from || time < self.to
        }
    }

    /// When the quiet hours that a moment is in began.
    pub(crate) fn began(&self, moment: Timestamp) -> Timestamp {
        self.nearest(moment, self.from, -1)
            .filter(|began| *began <= moment)
            .unwrap_or(moment)
    }

    /// When the quiet hours that a moment is in are over; always later than the moment.
    pub(crate) fn ends(&self, moment: Timestamp) -> Timestamp {
        self.nearest(moment, self.to, 1)
            .filter(|end| *end > moment)
            // Where the calendar has no such time, an hour is near enough.
            .unwrap_or_else(|| later(moment, Duration::from_secs(3600)))
    }

    /// The next or the last moment at which clocks in that zone show a time of day.
    fn nearest(&self, moment: Timestamp, time: Time, step: i64) -> Option<Timestamp> {
        let today = moment.to_zoned(self.zone.clone()).date();
        for days in 0..=2 {
            let date = today.checked_add((days * step).days()).ok()?;
            let found = date
                .to_datetime(time)
                .to_zoned(self.zone.clone())
                .ok()?
                .timestamp();
            if (step > 0 && found > moment) || (step < 0 && found <= moment) {
                return Some(found);
            }
        }
        None
    }
}

/// A moment and a span, within what the calendar can express.
pub(crate) fn later(moment: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by)
        .ok()
        .and_then(|by| moment.checked_add(by).ok())
        .unwrap_or(Timestamp::MAX)
}

/// A moment less a span, within what the calendar can express.
pub(crate) fn earlier(moment: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by)
        .ok()
        .and_then(|by| moment.checked_sub(by).ok())
        .unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn night(zone: &str) -> Quiet {
        let zone = TimeZone::posix(zone).unwrap();
        Quiet::new(
            Time::constant(23, 0, 0, 0),
            Time::constant(7, 0, 0, 0),
            zone,
        )
        .unwrap()
    }

    #[test]
    fn quiet_hours_go_over_midnight_in_the_zone_of_the_owner() {
        for (moment, quiet) in [
            ("2026-11-25T22:59:59Z", false),
            ("2026-11-25T23:00:00Z", true),
            ("2026-11-26T06:59:59Z", true),
            ("2026-11-26T07:00:00Z", false),
        ] {
            assert_eq!(night("UTC0").contains(at(moment)), quiet, "{moment}");
        }
        // Two hours east of Greenwich it is 23:00 two hours earlier.
        assert!(night("EET-2").contains(at("2026-11-25T21:00:00Z")));
        assert!(!night("EET-2").contains(at("2026-11-26T05:00:00Z")));
    }

    #[test]
    fn the_night_around_a_moment_is_found() {
        let quiet = night("UTC0");
        for moment in ["2026-11-25T23:00:00Z", "2026-11-26T03:00:00Z"] {
            assert_eq!(quiet.began(at(moment)), at("2026-11-25T23:00:00Z"));
            assert_eq!(quiet.ends(at(moment)), at("2026-11-26T07:00:00Z"));
        }
    }

    #[test]
    fn the_owner_is_asked_before_the_night_when_that_gains_something() {
        let policy = Policy {
            quiet: Some(night("UTC0")),
            ..Policy::default()
        };
        let ask = |began: &str, end: &str| policy.ask_at(Some(at(began)), at(end)).unwrap();
        // By day: the lead.
        assert_eq!(
            ask("2026-11-25T09:00:00Z", "2026-11-25T17:00:00Z"),
            at("2026-11-25T16:30:00Z")
        );
        // In the night: before it.
        assert_eq!(
            ask("2026-11-25T17:00:00Z", "2026-11-26T01:00:00Z"),
            at("2026-11-25T22:45:00Z")
        );
        // A session that began just before the night is not asked for again.
        assert_eq!(
            ask("2026-11-25T22:45:00Z", "2026-11-26T06:45:00Z"),
            at("2026-11-26T06:15:00Z")
        );
        let late = Policy {
            lead: None,
            ..Policy::default()
        };
        assert_eq!(late.ask_at(None, at("2026-11-26T06:45:00Z")), None);
    }

    #[test]
    fn spans_saturate() {
        assert_eq!(later(Timestamp::UNIX_EPOCH, Duration::MAX), Timestamp::MAX);
        assert_eq!(
            earlier(Timestamp::UNIX_EPOCH, Duration::MAX),
            Timestamp::MIN
        );
    }
}
