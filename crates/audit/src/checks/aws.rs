//! What `~/.aws` says of itself: when a cached session ends.
//!
//! **Source:** botocore `utils.py` (`SSOTokenLoader`, `JSONFileCache`), fields `expiresAt`,
//! `registrationExpiresAt`, `Credentials.Expiration`; times are RFC 3339, older ones end in `UTC`.
//!
//! **Invariant:** a session whose end cannot be read is not said to be short.

use bedlock_formats::{Entry, Format};
use bedlock_model::{Disposition, Place};
use jiff::{SignedDuration, Timestamp};

use crate::WHOLE_FILE_LIMIT;
use crate::agents::openclaw::meaning::Decision;
use crate::found::Hit;

/// What a cache file of the AWS CLI or an SDK holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cached {
    /// When the token or the role credentials end.
    pub(crate) ends: Option<Timestamp>,
    /// Whether it holds a token or credentials, and not only a client registration.
    pub(crate) is_session: bool,
}

/// Reads a cache file; `None` when it is not JSON (another tool may be writing it).
pub(crate) fn read(place: &Place) -> Option<Cached> {
    let text = place.source.read_all(WHOLE_FILE_LIMIT).ok()?;
    let entries = bedlock_formats::entries(Format::Json5, &text).ok()?;
    let value = |name: &str| entries.iter().find(|e| e.name() == Some(name));
    Some(Cached {
        ends: value("expiresAt")
            .or_else(|| value("Expiration"))
            .and_then(time),
        is_session: value("accessToken")
            .or_else(|| value("SessionToken"))
            .is_some(),
    })
}

fn time(entry: &Entry) -> Option<Timestamp> {
    let text = std::str::from_utf8(&entry.value).ok()?;
    text.parse()
        .or_else(|_| text.replace("UTC", "Z").parse())
        .ok()
}

/// Decides about a secret in a cache: it is left when it dies by itself in time.
pub(crate) fn decide(place: &Place, hit: &Hit, now: Timestamp, limit: SignedDuration) -> Decision {
    let Some(cached) = read(place) else {
        return Decision::left(
            Disposition::Report,
            "the cache file cannot be read: sign in again",
        );
    };
    if !cached.is_session
        && let Some(ends) = cached.ends
    {
        return Decision::left(
            Disposition::Expires,
            format!(
                "the registration of a client, which opens no session without a sign-in; good until {ends}"
            ),
        );
    }
    let latest = now.checked_add(limit).unwrap_or(Timestamp::MAX);
    match cached.ends {
        Some(ends) if ends <= now => {
            Decision::left(Disposition::Expires, format!("expired at {ends}"))
        }
        Some(ends) if ends <= latest => {
            let what = match hit.location.as_str() {
                "refreshToken" | "clientSecret" => {
                    "renews the session until the portal session ends"
                }
                _ => "short-lived",
            };
            Decision::left(Disposition::Expires, format!("{what}; good until {ends}"))
        }
        Some(ends) => Decision::left(
            Disposition::Report,
            format!(
                "good until {ends}, longer than the limit: shorten the session in IAM Identity Center, then `aws sso logout`"
            ),
        ),
        None => Decision::left(
            Disposition::Report,
            "nothing says when it ends: `aws sso logout`",
        ),
    }
}

/// When a hit in a cache dies by itself.
pub(crate) fn ends(place: &Place) -> Option<String> {
    read(place)?.ends.map(|ends| ends.to_string())
}
