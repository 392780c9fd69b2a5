//! What earlier sessions of a portal taught: when they began, how long they could be renewed.
//!
//! Written at a sign-in, a renewal and an end; read by `status` and by the check of the limit.
//!
//! **Invariant:** holds times and nothing else. A token does not say how long its session lasts, so
//! everything here is an observation, and every answer of it is an estimate.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::IdentityError;

const FILE: &str = "portal-sessions.json";
const LARGEST: u64 = 1 << 20;
/// How many sessions of a portal are remembered.
const KEPT: usize = 10;
/// An end that is known no better than this teaches nothing.
const VAGUE: i64 = 2 * 3600;

/// A session that has ended, in seconds from its sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Lived {
    /// It could still be renewed then.
    at_least: i64,
    /// It could not any more then.
    at_most: i64,
}

/// One portal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct History {
    pub(crate) signed_in_at: Option<Timestamp>,
    last_good_at: Option<Timestamp>,
    lived: Vec<Lived>,
    /// The longest that a session was seen alive, in seconds, until a person was told.
    too_long: Option<i64>,
}

impl History {
    /// When the portal ends the session that runs now, at the earliest, as far as earlier ones tell.
    pub(crate) fn estimated_end(&self) -> Option<Timestamp> {
        let known = self.lived.iter().rev();
        let near = known.filter(|lived| lived.at_most - lived.at_least <= VAGUE);
        // The length is a setting, so the last sessions tell it, and the shortest of them is safe.
        let length = near.take(3).map(|lived| lived.at_least).min()?;
        let began = self.signed_in_at?;
        began
            .checked_add(jiff::SignedDuration::from_secs(length))
            .ok()
    }

    /// How long a session was seen alive, when that is longer than the limit.
    pub(crate) fn longer_than(&self, limit: Duration) -> Option<Duration> {
        let seen = Duration::from_secs(u64::try_from(self.too_long?).ok()?);
        (seen > limit).then_some(seen)
    }

    fn begin(&mut self, now: Timestamp) {
        self.signed_in_at = Some(now);
        self.last_good_at = Some(now);
    }

    fn good(&mut self, now: Timestamp) {
        self.last_good_at = Some(now);
        let lived = self.signed_in_at.map(|began| seconds(began, now));
        self.too_long = self.too_long.max(lived);
    }

    fn end(&mut self, now: Timestamp) {
        if let (Some(began), Some(good)) = (self.signed_in_at.take(), self.last_good_at.take()) {
            self.lived.push(Lived {
                at_least: seconds(began, good),
                at_most: seconds(began, now),
            });
            let surplus = self.lived.len().saturating_sub(KEPT);
            self.lived.drain(..surplus);
        }
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs().max(0)
}

/// Something that happened to a session.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    /// A person signed in.
    SignedIn,
    /// It was renewed.
    Renewed,
    /// The portal said that it is over.
    Ended,
    /// A person ended it, which teaches nothing about its length.
    SignedOut,
    /// A person was told that sessions are too long here.
    Told,
}

/// Reads what is known of a portal. A file that cannot be read is as good as none.
pub(crate) fn read(folder: &Path, portal: &str) -> History {
    all(folder).remove(portal).unwrap_or_default()
}

/// Notes an event; the caller holds the lock of the session.
pub(crate) fn note(
    folder: &Path,
    portal: &str,
    event: Event,
    now: Timestamp,
) -> Result<(), IdentityError> {
    let mut portals = all(folder);
    let history = portals.entry(portal.to_owned()).or_default();
    let before = history.clone();
    match event {
        Event::SignedIn => history.begin(now),
        Event::Renewed => history.good(now),
        Event::Ended => history.end(now),
        Event::SignedOut => {
            history.signed_in_at = None;
            history.last_good_at = None;
        }
        Event::Told => history.too_long = None,
    }
    if *history == before {
        return Ok(());
    }
    bedlock_host::private_folder(folder)?;
    let text = serde_json::to_vec_pretty(&portals).unwrap_or_default();
    Ok(bedlock_host::write_output(&folder.join(FILE), &text)?)
}

/// The file, when there is one.
pub(crate) fn path(folder: &Path) -> Option<std::path::PathBuf> {
    let path = folder.join(FILE);
    bedlock_host::owner(&path).map(|_| path)
}

fn all(folder: &Path) -> BTreeMap<String, History> {
    let bytes = bedlock_host::small_file(None, &folder.join(FILE), LARGEST);
    bytes
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + hour * 3600).unwrap()
    }

    #[test]
    fn the_next_end_is_learned_from_earlier_ones() {
        let mut history = History::default();
        assert_eq!(history.estimated_end(), None);
        history.begin(at(0));
        history.good(at(7));
        history.end(at(8));
        assert_eq!(history.estimated_end(), None, "nobody is signed in");
        history.begin(at(20));
        assert_eq!(history.estimated_end(), Some(at(27)));
        // A machine that slept tells nothing.
        history.end(at(60));
        history.begin(at(70));
        assert_eq!(history.estimated_end(), Some(at(77)));
    }

    #[test]
    fn a_session_that_lives_too_long_is_told_once() {
        let dir = tempfile::tempdir().unwrap();
        let limit = Duration::from_secs(12 * 3600);
        for (event, hour) in [(Event::SignedIn, 0), (Event::Renewed, 11)] {
            note(dir.path(), "p", event, at(hour)).unwrap();
        }
        assert_eq!(read(dir.path(), "p").longer_than(limit), None);
        note(dir.path(), "p", Event::Renewed, at(13)).unwrap();
        let seen = read(dir.path(), "p").longer_than(limit);
        assert_eq!(seen, Some(Duration::from_secs(13 * 3600)));
        note(dir.path(), "p", Event::Told, at(13)).unwrap();
        assert_eq!(read(dir.path(), "p").longer_than(limit), None);
        assert_eq!(read(dir.path(), "other"), History::default());
    }

    #[test]
    fn many_sessions_stay_few() {
        let mut history = History::default();
        for day in 0..30 {
            history.begin(at(day * 24));
            history.end(at(day * 24 + 8));
        }
        assert_eq!(history.lived.len(), KEPT);
    }
}
