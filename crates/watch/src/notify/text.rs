//! What a message says, in words, before a notifier gives it its form.
//!
//! Made by `daemon` for every notice, and by `bedlock notify test`.
//!
//! **Invariant:** who reads it can tell what asks, for what, on which machine and since when, so that
//! a link that somebody else made does not look like it.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::machine::{Button, Notice, Reason};

/// What every message says of its sender.
#[derive(Clone, Debug)]
pub struct About {
    /// Name of this machine.
    pub host: String,
    /// AWS account.
    pub account: String,
    /// Permission set.
    pub role: String,
    /// Where the owner lives.
    pub zone: TimeZone,
}

/// The button with the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What stands on it.
    pub label: &'static str,
    /// Where it leads.
    pub url: String,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// One word for programs: `ask`, `signed-in`, `denied`, `snoozed`, `not-me`, `not-needed`,
    /// `broken`, `test`.
    pub kind: &'static str,
    /// One line.
    pub title: String,
    /// The rest, line by line.
    pub lines: Vec<String>,
    /// The code to compare.
    pub code: Option<String>,
    /// The link.
    pub link: Option<Link>,
    /// What can be pressed, where that works, and the number of the request.
    pub buttons: Vec<(Button, u64)>,
    /// Whether it must make no sound.
    pub silent: bool,
    /// What else the owner should know: a notifier that failed, a full disk.
    pub notes: Vec<String>,
}

impl Letter {
    /// The whole text, without the link.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = self.title.clone();
        text.push('\n');
        for line in &self.lines {
            text.push('\n');
            text.push_str(line);
        }
        if !self.notes.is_empty() {
            text.push('\n');
        }
        for note in &self.notes {
            text.push_str("\nNote: ");
            text.push_str(note);
        }
        text
    }

    /// The whole text with the link at its end, for who has no buttons.
    #[must_use]
    pub fn text_with_link(&self) -> String {
        match &self.link {
            Some(link) => format!("{}\n\n{}", self.text(), link.url),
            None => self.text(),
        }
    }
}

impl About {
    /// Puts a notice into words.
    #[must_use]
    pub fn letter(&self, notice: &Notice, silent: bool, now: Timestamp) -> Letter {
        let mut letter = Letter {
            kind: "",
            title: String::new(),
            lines: Vec::new(),
            code: None,
            link: None,
            buttons: Vec::new(),
            silent,
            notes: Vec::new(),
        };
        self.fill(&mut letter, notice, now);
        letter
    }

    fn fill(&self, letter: &mut Letter, notice: &Notice, now: Timestamp) {
        let host = &self.host;
        match notice {
            Notice::Ask {
                request,
                link,
                reason,
                attempt,
            } => {
                letter.kind = "ask";
                letter.title = format!("{host}: sign in to AWS");
                letter.lines.push(self.reason(reason, now));
                letter.lines.push(self.identity());
                let code = &attempt.code;
                letter
                    .lines
                    .push(format!("Code: {code} (the page must show the same)"));
                letter.lines.push(format!(
                    "{} on {host} at {}, link good until {}.",
                    if *link > 1 { "Renewed" } else { "Asked" },
                    self.time(now, now),
                    self.time(attempt.expires_at, now)
                ));
                letter
                    .lines
                    .push("Approve only if the code and the host are right.".to_owned());
                letter.code = Some(code.clone());
                letter.link = Some(Link {
                    label: "Sign in",
                    url: attempt.url.clone(),
                });
                letter.buttons = vec![(Button::Later, *request), (Button::NotMe, *request)];
            }
            Notice::SignedIn { until, resumed } => {
                letter.kind = "signed-in";
                letter.title = format!("{host}: signed in, good until {}", self.time(*until, now));
                letter.lines.push(self.identity());
                match resumed {
                    0 => {}
                    1 => letter.lines.push("1 request resumed.".to_owned()),
                    count => letter.lines.push(format!("{count} requests resumed.")),
                }
            }
            Notice::Denied { until, request } => {
                letter.kind = "denied";
                letter.title = format!("{host}: the sign-in was denied");
                self.again(letter, *until, *request, now);
            }
            Notice::Snoozed { until, request } => {
                letter.kind = "snoozed";
                letter.title = format!("{host}: snoozed until {}", self.time(*until, now));
                self.again(letter, *until, *request, now);
            }
            Notice::NotMe { until, request } => {
                letter.kind = "not-me";
                letter.title = format!("{host}: stopped, because that was not you");
                letter.lines.extend([
                    "The code is dropped: approving it now gives nobody on this machine a session."
                        .to_owned(),
                    format!("1. If you approved a code today that {host} did not show you, end that session in the AWS access portal, or have an administrator do it."),
                    format!("2. On {host}: `bedlock status`, and who can start programs there."),
                    "3. In CloudTrail: CreateToken and GetRoleCredentials of your user.".to_owned(),
                ]);
                self.again(letter, *until, *request, now);
            }
            Notice::NotNeeded => {
                letter.kind = "not-needed";
                letter.title = format!("{host}: no sign-in needed, the session goes on");
            }
            Notice::Broken(why) => {
                letter.kind = "broken";
                letter.title = format!("{host}: signing in cannot be started");
                letter.lines.push(format!("{why}."));
                letter
                    .lines
                    .push(format!("On {host}, `bedlock login` says more."));
            }
        }
    }

    fn again(&self, letter: &mut Letter, until: Timestamp, request: u64, now: Timestamp) {
        letter.lines.push(format!(
            "The next request comes at {}; `bedlock login` on {} works at any time.",
            self.time(until, now),
            self.host
        ));
        letter.buttons = vec![(Button::Again, request)];
    }

    fn identity(&self) -> String {
        format!("Account {}, role {}", self.account, self.role)
    }

    fn reason(&self, reason: &Reason, now: Timestamp) -> String {
        match reason {
            Reason::NoSession => "There is no session.".to_owned(),
            Reason::Ended(at) => format!("The session ended at {}.", self.time(*at, now)),
            Reason::Refused(at) => format!(
                "The session is not renewed any more; it ends at {}.",
                self.time(*at, now)
            ),
            Reason::EndsAbout(at) => format!("The session ends at about {}.", self.time(*at, now)),
        }
    }

    /// The time of day, with the date when it is another one.
    fn time(&self, at: Timestamp, now: Timestamp) -> String {
        let at = at.to_zoned(self.zone.clone());
        let today = now.to_zoned(self.zone.clone()).date();
        let text = if at.date() == today {
            at.strftime("%H:%M")
        } else {
            at.strftime("%a %d %b %H:%M")
        };
        text.to_string()
    }
}

/// The message of `bedlock notify test`.
#[must_use]
pub fn trial(about: &About, now: Timestamp) -> Letter {
    Letter {
        kind: "test",
        title: format!("{}: this is a test of bedlock", about.host),
        lines: vec![
            about.identity(),
            format!("Sent at {}. Nothing has to be done.", about.time(now, now)),
        ],
        code: None,
        link: None,
        buttons: Vec::new(),
        silent: false,
        notes: Vec::new(),
    }
}
