//! `bedlock login`: signs a person in through IAM Identity Center.

use bedlock_host::{Environment, Interrupt, Start};
use bedlock_identity::{
    Flow, Identity, IdentityError, Parts, Prompt, SignInLink, Store, opener, seal,
};

use crate::error::{self, CliError};
use crate::render::printable;
use crate::session::{self, Which};
use crate::terminal;

const EXAMPLES: &str = "\
Examples:
  bedlock login                       in the browser of this machine, or by a code on another device
  bedlock login --profile openclaw    for a profile of ~/.aws/config
  bedlock login --no-browser          print the link and a QR code, open nothing
  bedlock login --sealed              keep the session where the agent cannot simply read it

The session goes where the AWS CLI and every AWS SDK look for it (~/.aws/sso/cache), so all of
them are signed in with it. A sealed one is for bedlock alone, which hands out role credentials.

Exit codes:
  0  signed in
  3  refused, denied, or failed
  64 wrong usage";

/// Sign in through IAM Identity Center, in a browser or by a code on another device
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Login {
    #[command(flatten)]
    which: Which,
    /// A browser on this machine (authorization code with PKCE)
    #[arg(long, conflicts_with = "device")]
    pkce: bool,
    /// A code for a browser on any device
    #[arg(long)]
    device: bool,
    /// Open no browser: print the link, and a QR code on a terminal
    #[arg(long)]
    no_browser: bool,
    /// Keep the session out of ~/.aws: with another user, or encrypted
    #[arg(long)]
    sealed: bool,
    /// What to do when sessions of this portal outlive the limit
    #[arg(long, value_enum, default_value_t = TooLong::Refuse)]
    too_long: TooLong,
    /// The longest that a session may live, in hours
    #[arg(long, value_name = "HOURS", default_value_t = 12, value_parser = clap::value_parser!(u64).range(1..=2160))]
    max_session: u64,
}

/// What to do about a portal whose sessions are too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum TooLong {
    /// Say it, and do not sign in until it was said
    Refuse,
    /// Say it, and sign in
    Warn,
}

impl Login {
    pub(crate) fn run(
        &self,
        environment: &Environment,
        interrupt: &Interrupt,
    ) -> Result<u8, CliError> {
        let profile = self.which.profile(environment)?;
        let store = match self.sealed {
            true => seal::open(environment)?,
            false => Store::cache(environment),
        };
        let mut parts = Parts::of(profile, store, environment);
        parts.limit = std::time::Duration::from_secs(self.max_session * 3600);
        let identity = Identity::open(parts);
        self.check_length(&identity)?;

        let flow = match (self.pkce, self.device) {
            (true, _) => Flow::Pkce,
            (_, true) => Flow::Device,
            _ => Flow::suited(environment),
        };
        let screen = Screen {
            environment,
            browser: !self.no_browser && opens(environment, flow),
        };
        let session = session::run(interrupt, identity.sign_in(flow, &screen))?;
        self.leave_no_second_one(environment, &identity)?;

        let profile = identity.profile();
        let renewal = match session.refresh {
            Some(_) => ", and is renewed until the portal ends it",
            None => "",
        };
        terminal::print(&format!(
            "signed in to {}\nthe token is good until {}{renewal}\n",
            printable(&profile.session.start_url),
            super::status::local(session.expires_at),
        ))?;
        // The role is what the sign-in is for, and only now can it be known whether it is there.
        let credentials = session::run(interrupt, identity.role_credentials())?;
        terminal::print(&format!(
            "role {} in account {} until {}\n",
            printable(&profile.role_name),
            printable(&profile.account_id),
            super::status::local(credentials.expires_at),
        ))?;
        Ok(error::CLEAN)
    }

    /// A session of the other kind that was there before would be found, or would lie there.
    fn leave_no_second_one(
        &self,
        environment: &Environment,
        identity: &Identity,
    ) -> Result<(), CliError> {
        let session = &identity.profile().session;
        match self.sealed {
            true => seal::forget_open(environment, identity.profile())?,
            false => seal::forget(environment, session)?,
        }
        Ok(())
    }

    fn check_length(&self, identity: &Identity) -> Result<(), CliError> {
        let Some(seen) = identity.seen_too_long() else {
            return Ok(());
        };
        let hours = seen.as_secs() / 3600;
        let what = format!(
            "an earlier session of this portal lived for {hours} hours, and the limit is {} hours; \
             whoever steals such a session can renew it for as long",
            self.max_session
        );
        let next = "IAM Identity Center > Settings > Authentication > Session settings: shorten the \
                    user interactive session; then bedlock login (which accepts, and watches the \
                    new sessions)";
        identity.told_too_long()?;
        match self.too_long {
            TooLong::Refuse => Err(CliError::refused(what, next)),
            TooLong::Warn => {
                terminal::note(&format!("warning: {what}\n  next: {next}"));
                Ok(())
            }
        }
    }
}

/// Whether a browser of this machine is opened: always for PKCE, for a code where there is a screen.
fn opens(environment: &Environment, flow: Flow) -> bool {
    flow == Flow::Pkce || Flow::suited(environment) == Flow::Pkce
}

/// Shows the link.
struct Screen<'a> {
    environment: &'a Environment,
    browser: bool,
}

impl Prompt for Screen<'_> {
    fn show(&self, link: &SignInLink) -> Result<(), IdentityError> {
        let mut text = match self.browser {
            true => format!(
                "opening the browser; if none opens, use this link:\n\n  {}\n",
                link.url
            ),
            false => format!("open this link to sign in:\n\n  {}\n", link.url),
        };
        if let Some(code) = &link.user_code {
            text.push_str(&format!("\ncode: {code}  (the page must show the same)\n"));
            if let Some(short) = link.short_url.as_ref().filter(|short| **short != link.url) {
                text.push_str(&format!("to type: {short}\n"));
            }
        }
        if !self.browser
            && self.environment.stderr_is_terminal
            && let Some(code) = qr(&link.url)
        {
            text.push_str(&format!("\n{code}\n"));
        }
        text.push_str(&format!(
            "waiting until {} …",
            super::status::local(link.expires_at)
        ));
        terminal::note(&text);
        if self.browser && !open(self.environment, &link.url) {
            terminal::note("no browser could be opened");
        }
        Ok(())
    }
}

/// A QR code of half blocks, two rows of it in a line; `None` when the link is too long for a screen.
fn qr(url: &str) -> Option<String> {
    use qrcode::render::unicode::Dense1x2;
    let code = qrcode::QrCode::with_error_correction_level(url, qrcode::EcLevel::L).ok()?;
    (code.width() <= 76).then(|| {
        code.render::<Dense1x2>()
            .dark_color(Dense1x2::Light)
            .light_color(Dense1x2::Dark)
            .quiet_zone(true)
            .build()
    })
}

/// Hands the link to the desktop. It was checked to be an `https:` address, or one of this machine.
fn open(environment: &Environment, url: &str) -> bool {
    use std::os::unix::ffi::OsStringExt as _;
    let Some(program) = opener(environment) else {
        return false;
    };
    let variables = environment.variables.iter().map(|(name, value)| {
        let value = std::ffi::OsString::from_vec(value.danger_expose().to_vec());
        (name.into(), value)
    });
    bedlock_host::start(Start {
        program,
        args: vec![url.into()],
        cwd: environment.home.clone(),
        environment: variables.collect(),
        log: None,
    })
    .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_fits_a_screen_or_is_left_out() {
        let code = qr("https://device.sso.us-east-1.amazonaws.com/?user_code=ABCD-EFGH").unwrap();
        assert!(code.lines().count() < 24, "{code}");
        assert!(code.lines().all(|line| line.chars().count() < 80));
        assert_eq!(qr(&"x".repeat(2900)), None);
    }
}
