//! `bedlock status`: who is signed in, until when, where that is kept and who can reach it.

use bedlock_host::{Clock as _, Environment, Interrupt, SystemClock};
use bedlock_identity::{Identity, Kept, Session};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::{self, CliError};
use crate::render::{self, printable};
use crate::session::{self, Which};
use crate::terminal;

const EXAMPLES: &str = "\
Examples:
  bedlock status                      one screen
  bedlock status --json               for a program, see docs/schema/session-1.json
  bedlock status --online             asks the portal also which accounts and roles the token opens
  bedlock status >/dev/null || bedlock login

Exit codes:
  0  valid: nobody has to do anything
  3  failed
  10 expiring: a person has to sign in within the hour
  11 expired, or nobody is signed in
  64 wrong usage";

/// How long before a tap the session counts as expiring.
const SOON: SignedDuration = SignedDuration::from_hours(1);

/// Show who is signed in, until when, where the session is kept and what reaches it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Status {
    #[command(flatten)]
    which: Which,
    /// The published schema, see docs/schema/session-1.json
    #[arg(long)]
    json: bool,
    /// Ask the portal what the session opens (renews the token when it is time to)
    #[arg(long)]
    online: bool,
}

/// What can be said of a session without showing any of it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionDocument {
    /// Version of this schema.
    schema_version: u32,
    /// The profile in `~/.aws/config`.
    profile: String,
    /// Address of the access portal.
    portal: String,
    /// The account, 12 digits.
    account: String,
    /// The permission set.
    role: String,
    /// The region that models are called in.
    region: Option<String>,
    /// How the session is.
    state: State,
    /// When the person signed in, where bedlock saw it.
    #[schemars(with = "Option<String>")]
    signed_in_at: Option<Timestamp>,
    /// When the access token ends.
    #[schemars(with = "Option<String>")]
    token_valid_until: Option<Timestamp>,
    /// Whether the token is renewed without a person.
    renewable: bool,
    /// When the cached role credentials end.
    #[schemars(with = "Option<String>")]
    role_valid_until: Option<Timestamp>,
    /// When a person will have to sign in again: an estimate, because no token says it.
    #[schemars(with = "Option<String>")]
    next_tap_estimate: Option<Timestamp>,
    /// What the estimate rests on.
    estimated_from: EstimatedFrom,
    /// Where the session is kept.
    kept_in: String,
    /// Who can read it there, in words.
    reach: String,
    /// Accounts and roles that the token opens, when the portal was asked.
    opens: Option<Vec<Opens>>,
}

/// An account and the roles in it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Opens {
    account: String,
    roles: Vec<String>,
}

/// How a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    /// Nobody has to do anything.
    Valid,
    /// A person has to sign in within the hour.
    Expiring,
    /// A person has to sign in.
    Expired,
    /// Nobody has signed in.
    SignedOut,
}

/// What an estimate rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum EstimatedFrom {
    /// Earlier sessions of this portal.
    EarlierSessions,
    /// bedlock's own limit, because no earlier session has ended yet.
    Limit,
    /// The end of a token that cannot be renewed; this is no estimate.
    TokenEnd,
    /// Nothing is known.
    Nothing,
}

impl SessionDocument {
    /// The version that is written.
    pub(crate) const SCHEMA_VERSION: u32 = 1;

    fn of(identity: &Identity, now: Timestamp) -> Result<Self, CliError> {
        let profile = identity.profile().clone();
        let session = identity.session()?;
        let (next_tap, from) = next_tap(identity, session.as_ref(), now);
        let (kept_in, reach) = place(&identity.kept());
        let role = identity.kept_role_credentials()?;
        Ok(Self {
            schema_version: Self::SCHEMA_VERSION,
            state: state(session.as_ref(), next_tap, now),
            signed_in_at: session.as_ref().and_then(|_| identity.signed_in_at()),
            token_valid_until: session.as_ref().map(|session| session.expires_at),
            renewable: session
                .as_ref()
                .is_some_and(|session| session.is_renewable(now)),
            role_valid_until: role.map(|role| role.expires_at),
            next_tap_estimate: next_tap,
            estimated_from: from,
            profile: profile.name,
            portal: profile.session.start_url,
            account: profile.account_id,
            role: profile.role_name,
            region: profile.region,
            kept_in,
            reach: reach.to_owned(),
            opens: None,
        })
    }
}

fn next_tap(
    identity: &Identity,
    session: Option<&Session>,
    now: Timestamp,
) -> (Option<Timestamp>, EstimatedFrom) {
    match session {
        None => (None, EstimatedFrom::Nothing),
        Some(session) if !session.is_renewable(now) => {
            (Some(session.expires_at), EstimatedFrom::TokenEnd)
        }
        Some(_) => match identity.next_tap() {
            None => (None, EstimatedFrom::Nothing),
            Some(tap) if identity.has_learned() => (Some(tap), EstimatedFrom::EarlierSessions),
            Some(tap) => (Some(tap), EstimatedFrom::Limit),
        },
    }
}

fn state(session: Option<&Session>, next_tap: Option<Timestamp>, now: Timestamp) -> State {
    let Some(session) = session else {
        return State::SignedOut;
    };
    if !session.is_valid(now) && !session.is_renewable(now) {
        return State::Expired;
    }
    let soon = next_tap.is_some_and(|tap| tap.duration_since(now) < SOON);
    if soon { State::Expiring } else { State::Valid }
}

/// Where that is, and who can read it.
fn place(kept: &Kept) -> (String, &'static str) {
    match kept {
        Kept::Cache { folder } => (
            folder.display().to_string(),
            "every program of this user, the agent too: with it goes every account and role that \
             you have",
        ),
        Kept::OtherUser { folder, uid } => (
            format!("{} of user {uid}", folder.display()),
            "that user and root; not the agent",
        ),
        Kept::Encrypted { folder, key } => (
            format!("encrypted in {}, key from {key}", folder.display()),
            "programs of this user that ask for the key, and root; not a thief of the disk or of a \
             backup",
        ),
        Kept::Keychain { name } => (
            (*name).to_owned(),
            "programs of this user while the keychain is unlocked; not a thief of the disk",
        ),
    }
}

impl Status {
    pub(crate) fn run(
        &self,
        environment: &Environment,
        interrupt: &Interrupt,
    ) -> Result<u8, CliError> {
        let identity = self.which.identity(environment)?;
        let mut opens = None;
        if self.online {
            let all = session::run(interrupt, identity.reachable())?;
            let each = all.into_iter().map(|found| Opens {
                account: found.account_id,
                roles: found.roles,
            });
            opens = Some(each.collect());
        }
        let now = SystemClock.now();
        let mut document = SessionDocument::of(&identity, now)?;
        document.opens = opens;
        let text = match self.json {
            true => render::json::document(&document, true)?,
            false => text(&document, now),
        };
        terminal::print(&text)?;
        Ok(match document.state {
            State::Valid => error::CLEAN,
            State::Expiring => error::EXPIRING,
            State::Expired | State::SignedOut => error::EXPIRED,
        })
    }
}

fn text(document: &SessionDocument, now: Timestamp) -> String {
    let mut rows: Vec<(&str, String)> = vec![
        ("session", headline(document, now)),
        ("profile", document.profile.clone()),
        ("portal", document.portal.clone()),
        (
            "role",
            format!("{} in account {}", document.role, document.account),
        ),
    ];
    if let Some(until) = document.token_valid_until {
        let renewed = if document.renewable {
            ", then renewed"
        } else {
            ""
        };
        rows.push(("token", format!("until {}{renewed}", local(until))));
    }
    if let Some(until) = document.role_valid_until {
        rows.push(("credentials", format!("until {}", local(until))));
    }
    if let Some(tap) = document.next_tap_estimate {
        let from = match document.estimated_from {
            EstimatedFrom::EarlierSessions => "estimated from earlier sessions of this portal",
            EstimatedFrom::Limit => {
                "at the latest, by bedlock's limit; the portal may end it earlier, which is learned \
                 from the first session that ends"
            }
            EstimatedFrom::TokenEnd => "the token cannot be renewed",
            EstimatedFrom::Nothing => "",
        };
        rows.push(("next tap", format!("{} ({from})", local(tap))));
    }
    rows.push(("kept in", document.kept_in.clone()));
    rows.push(("readable for", document.reach.clone()));
    for opens in document.opens.iter().flatten() {
        let roles = opens.roles.join(", ");
        rows.push(("opens", format!("account {}: {roles}", opens.account)));
    }
    let mut out = String::new();
    for (name, value) in rows {
        out.push_str(&format!("{name:<13} {}\n", printable(&value)));
    }
    if matches!(
        document.state,
        State::Expired | State::SignedOut | State::Expiring
    ) {
        out.push_str(&format!(
            "next: bedlock login --profile {}\n",
            printable(&document.profile)
        ));
    }
    out
}

fn headline(document: &SessionDocument, now: Timestamp) -> String {
    match document.state {
        State::Valid => "valid".to_owned(),
        State::Expiring => "expiring: a person has to sign in within the hour".to_owned(),
        State::Expired => match document.token_valid_until {
            Some(end) => format!("expired {} ago", rough(now.duration_since(end))),
            None => "expired".to_owned(),
        },
        State::SignedOut => "nobody is signed in".to_owned(),
    }
}

/// `3 h 05 min`, for people.
fn rough(duration: SignedDuration) -> String {
    let minutes = duration.as_mins().max(0);
    match (minutes / (24 * 60), minutes / 60, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes:02} min"),
        (1, ..) => "1 day".to_owned(),
        (days, ..) => format!("{days} days"),
    }
}

/// A time for a person: UTC, to the minute, and how far it is.
pub(crate) fn local(time: Timestamp) -> String {
    let text = time.to_string();
    let minute = text.get(..16).unwrap_or(&text).replace('T', " ");
    let ahead = time.duration_since(SystemClock.now());
    match ahead.is_positive() {
        true => format!("{minute} UTC (in {})", rough(ahead)),
        false => format!("{minute} UTC ({} ago)", rough(-ahead)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_rough() {
        let minutes = SignedDuration::from_mins;
        for (duration, text) in [
            (minutes(0), "0 min"),
            (minutes(185), "3 h 05 min"),
            (minutes(24 * 60), "1 day"),
            (minutes(49 * 60), "2 days"),
        ] {
            assert_eq!(rough(duration), text);
        }
    }
}
