//! The tables `[daemon]` and `[notify]` of bedlock.toml, and what is made of them.
//!
//! Read by `cli` together with the other tables; the documentation of a field is the documentation
//! of the setting.
//!
//! **Invariant:** reading has no effects, and no setting holds a secret: a token is in a file of mode
//! 0600, in a credential of systemd, or in the environment.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use bedlock_host::{Clock as _, Environment, SystemClock};
use bedlock_http::Client;
use bedlock_model::{SecretBytes, SecretText};
use jiff::SignedDuration;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::WatchError;
use crate::machine::{Policy, Quiet};
use crate::notify::telegram::{BotToken, PUBLIC_ROOT};
use crate::notify::{self, Desk, Notifier, Telegram};

/// The table `[daemon]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Daemon {
    /// Profile in ~/.aws/config whose session is kept
    pub profile: Option<String>,
    /// How long before the end of a session the owner is asked: "30m", or "never"
    pub ask_early: Option<String>,
    /// How long "later" lasts: "1h"
    pub snooze: Option<String>,
    /// When messages make no sound: "23:00-07:00"
    pub quiet_hours: Option<String>,
    /// Where the owner lives: "Europe/Berlin"; else the zone of this machine
    pub time_zone: Option<String>,
    /// How long a request for credentials waits while there is no session: "60s"
    pub hold: Option<String>,
    /// Socket for status and credentials
    pub socket: Option<PathBuf>,
    /// Numbers of users that may have role credentials from the socket, which then has a folder of its
    /// own
    #[serde(default)]
    pub agents: Vec<u32>,
}

/// The table `[notify]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notify {
    /// In which order they are tried; else as in this list
    pub order: Option<Vec<String>>,
    /// A chat in Telegram
    pub telegram: Option<TelegramTable>,
    /// OpenClaw's own way to a chat
    pub openclaw: Option<OpenClawTable>,
    /// A topic of ntfy
    pub ntfy: Option<NtfyTable>,
    /// A signed webhook
    pub webhook: Option<WebhookTable>,
    /// A program
    pub command: Option<CommandTable>,
    /// The desktop of this machine
    pub desktop: Option<DesktopTable>,
}

/// The table `[notify.telegram]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TelegramTable {
    /// Number of the chat
    pub chat: i64,
    /// Numbers of the users who may press buttons; else that of the chat
    pub users: Option<Vec<i64>>,
    /// File with the bot's token, mode 0600; else the credential telegram-token of systemd, else the
    /// variable BEDLOCK_TELEGRAM_TOKEN
    pub token_file: Option<PathBuf>,
    /// Whether another program reads this bot's updates, as OpenClaw does: then there are no buttons
    #[serde(default)]
    pub shared: bool,
    /// Server of the Bot API, when it is one of your own
    pub api_root: Option<String>,
}

/// The table `[notify.openclaw]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenClawTable {
    /// The program
    pub program: Option<PathBuf>,
    /// Its channel
    pub channel: Option<String>,
    /// The chat
    pub target: String,
}

/// The table `[notify.ntfy]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NtfyTable {
    /// The server
    pub server: Option<String>,
    /// The topic
    pub topic: String,
    /// File with an access token, mode 0600; else the credential ntfy-token of systemd
    pub token_file: Option<PathBuf>,
}

/// The table `[notify.webhook]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookTable {
    /// File with the address, mode 0600: an address often is a secret
    pub url_file: PathBuf,
    /// File with the key of the signature, mode 0600
    pub key_file: PathBuf,
}

/// The table `[notify.command]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandTable {
    /// The program; the message is JSON on its standard input
    pub program: PathBuf,
    /// Its arguments
    #[serde(default)]
    pub args: Vec<String>,
}

/// The table `[notify.desktop]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DesktopTable {}

fn wrong(name: &str, what: impl Into<String>) -> WatchError {
    WatchError::Setting {
        name: name.to_owned(),
        what: what.into(),
    }
}

fn span(name: &str, text: Option<&str>, default: Duration) -> Result<Duration, WatchError> {
    let Some(text) = text else {
        return Ok(default);
    };
    let parsed = text.parse::<SignedDuration>().ok();
    parsed
        .and_then(|span| Duration::try_from(span).ok())
        .filter(|span| *span <= Duration::from_secs(7 * 24 * 3600))
        .ok_or_else(|| wrong(name, format!("{text:?} is no span of time like 30m or 1h")))
}

impl Daemon {
    /// The zone that the owner lives in.
    ///
    /// # Errors
    /// [`WatchError::Setting`].
    pub fn zone(&self) -> Result<TimeZone, WatchError> {
        match &self.time_zone {
            Some(name) => TimeZone::get(name).map_err(|_| {
                wrong(
                    "daemon.time_zone",
                    format!("there is no time zone {name:?}"),
                )
            }),
            None => Ok(TimeZone::try_system().unwrap_or(TimeZone::UTC)),
        }
    }

    /// What the owner wants.
    ///
    /// # Errors
    /// [`WatchError::Setting`].
    pub fn policy(&self) -> Result<Policy, WatchError> {
        let default = Policy::default();
        let lead = match self.ask_early.as_deref() {
            Some("never") => None,
            text => Some(span(
                "daemon.ask_early",
                text,
                default.lead.unwrap_or_default(),
            )?),
        };
        let quiet = match &self.quiet_hours {
            Some(text) => quiet(text, self.zone()?)?,
            None => None,
        };
        Ok(Policy {
            lead,
            quiet,
            snooze: span("daemon.snooze", self.snooze.as_deref(), default.snooze)?
                .max(Duration::from_secs(60)),
        })
    }

    /// How long a request for credentials waits.
    ///
    /// # Errors
    /// [`WatchError::Setting`].
    pub fn hold(&self) -> Result<Duration, WatchError> {
        span("daemon.hold", self.hold.as_deref(), Duration::from_secs(60))
    }

    /// Where the socket is: what is set, else `bedlock/daemon.sock` in the folder for such things,
    /// else in bedlock's own.
    #[must_use]
    pub fn socket(&self, environment: &Environment) -> PathBuf {
        if let Some(path) = &self.socket {
            return path.clone();
        }
        let runtime = environment
            .setting("RUNTIME_DIRECTORY")
            .map(PathBuf::from)
            .or_else(|| Some(Path::new(environment.setting("XDG_RUNTIME_DIR")?).join("bedlock")));
        runtime
            .unwrap_or_else(|| environment.state_folder())
            .join("daemon.sock")
    }

    /// Where a daemon may listen: there, else where the machine's service manager has it.
    #[must_use]
    pub fn sockets(&self, environment: &Environment) -> Vec<PathBuf> {
        let mut all = vec![self.socket(environment)];
        if self.socket.is_none() {
            all.push(PathBuf::from("/run/bedlock/daemon.sock"));
        }
        all
    }
}

fn quiet(text: &str, zone: TimeZone) -> Result<Option<Quiet>, WatchError> {
    let bad = || {
        wrong(
            "daemon.quiet_hours",
            format!("{text:?} is not like 23:00-07:00"),
        )
    };
    let (from, to) = text.split_once('-').ok_or_else(bad)?;
    let time = |text: &str| text.trim().parse::<Time>().map_err(|_| bad());
    Ok(Quiet::new(time(from)?, time(to)?, zone))
}

/// The notifiers, and the bot whose buttons are read.
pub struct Ways {
    /// All of them, in order.
    pub desk: Desk,
    /// The bot, when it is one of bedlock's own.
    pub buttons: Option<Rc<Telegram>>,
}

/// In this order they are tried unless something else is said.
const ORDER: [&str; 6] = [
    "telegram", "ntfy", "webhook", "command", "openclaw", "desktop",
];

impl Notify {
    /// Makes the notifiers, and reads their secrets.
    ///
    /// # Errors
    /// [`WatchError::Setting`], [`WatchError::Host`] for a file with a secret.
    pub fn ways(
        &self,
        environment: &Environment,
        http: &Client,
        api_root: Option<&str>,
    ) -> Result<Ways, WatchError> {
        let order = match &self.order {
            Some(order) => order.iter().map(String::as_str).collect(),
            None => ORDER.to_vec(),
        };
        let mut ways = Ways {
            desk: Desk::new(Vec::new()),
            buttons: None,
        };
        let mut all: Vec<Box<dyn Notifier>> = Vec::new();
        for name in order {
            let made: Option<Box<dyn Notifier>> = match name {
                "telegram" => {
                    let made = self.telegram(environment, http, api_root)?;
                    ways.buttons = made.clone().filter(|telegram| telegram.has_buttons());
                    made.map(|telegram| Box::new(telegram) as Box<dyn Notifier>)
                }
                "ntfy" => self.ntfy(environment, http)?,
                "webhook" => self.webhook(environment, http)?,
                "command" => self.command(environment),
                "openclaw" => self.openclaw(environment)?,
                "desktop" => self.desktop(environment),
                other => {
                    return Err(wrong(
                        "notify.order",
                        format!("there is no notifier {other:?}, only {}", ORDER.join(", ")),
                    ));
                }
            };
            all.extend(made);
        }
        ways.desk = Desk::new(all);
        Ok(ways)
    }

    fn telegram(
        &self,
        environment: &Environment,
        http: &Client,
        api_root: Option<&str>,
    ) -> Result<Option<Rc<Telegram>>, WatchError> {
        let Some(table) = &self.telegram else {
            return Ok(None);
        };
        let file = table.token_file.as_deref();
        let secret = secret(environment, file, "telegram-token")?;
        let from_environment = || environment.variable("BEDLOCK_TELEGRAM_TOKEN");
        let text = match &secret {
            Some(secret) => Some(secret),
            None => from_environment(),
        };
        let text = text.ok_or_else(|| {
            wrong(
                "notify.telegram.token_file",
                "there is no token: name a file, or set BEDLOCK_TELEGRAM_TOKEN",
            )
        })?;
        let token = std::str::from_utf8(text.danger_expose()).ok();
        let token = token.and_then(BotToken::new).ok_or_else(|| {
            wrong(
                "notify.telegram.token_file",
                "what is there has not the shape of a bot's token",
            )
        })?;
        let root = api_root
            .or(table.api_root.as_deref())
            .unwrap_or(PUBLIC_ROOT);
        let users = table.users.clone().unwrap_or_else(|| vec![table.chat]);
        Ok(Some(Rc::new(Telegram::new(
            http.clone(),
            root,
            token,
            table.chat,
            users,
            table.shared,
        ))))
    }

    fn ntfy(
        &self,
        environment: &Environment,
        http: &Client,
    ) -> Result<Option<Box<dyn Notifier>>, WatchError> {
        let Some(table) = &self.ntfy else {
            return Ok(None);
        };
        let token = secret(environment, table.token_file.as_deref(), "ntfy-token")?;
        let token = token
            .map(|token| String::from_utf8(token.danger_expose().to_vec()).map(SecretText::new))
            .transpose()
            .map_err(|_| wrong("notify.ntfy.token_file", "the token is no text"))?;
        Ok(Some(Box::new(notify::Ntfy {
            server: table
                .server
                .clone()
                .unwrap_or_else(|| "https://ntfy.sh".to_owned()),
            topic: table.topic.clone(),
            token,
            http: http.clone(),
        })))
    }

    fn webhook(
        &self,
        environment: &Environment,
        http: &Client,
    ) -> Result<Option<Box<dyn Notifier>>, WatchError> {
        let Some(table) = &self.webhook else {
            return Ok(None);
        };
        Ok(Some(Box::new(notify::Webhook {
            url: bedlock_host::secret_file(&at_home(environment, &table.url_file))?,
            key: bedlock_host::secret_file(&at_home(environment, &table.key_file))?,
            http: http.clone(),
            now: || SystemClock.now(),
        })))
    }

    fn command(&self, environment: &Environment) -> Option<Box<dyn Notifier>> {
        let table = self.command.as_ref()?;
        Some(Box::new(notify::Command {
            program: at_home(environment, &table.program),
            args: table.args.iter().map(OsString::from).collect(),
            environment: passed_on(environment),
        }))
    }

    fn openclaw(&self, environment: &Environment) -> Result<Option<Box<dyn Notifier>>, WatchError> {
        let Some(table) = &self.openclaw else {
            return Ok(None);
        };
        let found = || {
            let path = environment.variable("PATH")?;
            bedlock_host::program_on(path.danger_expose(), "openclaw")
        };
        let program = match &table.program {
            Some(program) => at_home(environment, program),
            None => found()
                .ok_or_else(|| wrong("notify.openclaw.program", "openclaw is not on the PATH"))?,
        };
        Ok(Some(Box::new(notify::OpenClaw {
            program,
            channel: table
                .channel
                .clone()
                .unwrap_or_else(|| "telegram".to_owned()),
            target: table.target.clone(),
            environment: passed_on(environment),
        })))
    }

    fn desktop(&self, environment: &Environment) -> Option<Box<dyn Notifier>> {
        self.desktop.as_ref()?;
        Some(Box::new(notify::Desktop {
            environment: passed_on(environment),
        }))
    }
}

/// A secret from a file that is named, else from systemd.
fn secret(
    environment: &Environment,
    file: Option<&Path>,
    credential: &str,
) -> Result<Option<SecretBytes>, WatchError> {
    if let Some(file) = file {
        return Ok(Some(bedlock_host::secret_file(&at_home(
            environment,
            file,
        ))?));
    }
    let Some(folder) = environment.setting("CREDENTIALS_DIRECTORY") else {
        return Ok(None);
    };
    // The unit may have no credential of that name, and need none.
    Ok(bedlock_host::secret_file(&Path::new(folder).join(credential)).ok())
}

/// `~/` at the start is the home.
fn at_home(environment: &Environment, path: &Path) -> PathBuf {
    match path.strip_prefix("~") {
        Ok(rest) => environment.home.join(rest),
        Err(_) => path.to_path_buf(),
    }
}

/// What a program that notifies may know: where things are, how to reach the desktop, and OpenClaw's
/// own settings. Nothing of AWS, and no token of bedlock's.
fn passed_on(environment: &Environment) -> Vec<(OsString, OsString)> {
    const NAMES: [&str; 9] = [
        "PATH",
        "HOME",
        "USER",
        "LANG",
        "TZ",
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "XDG_RUNTIME_DIR",
        "DBUS_SESSION_BUS_ADDRESS",
    ];
    use std::os::unix::ffi::OsStringExt as _;
    let wanted = |name: &str| NAMES.contains(&name) || name.starts_with("OPENCLAW_");
    environment
        .variables
        .iter()
        .filter(|(name, _)| wanted(name))
        .map(|(name, value)| {
            let value = OsString::from_vec(value.danger_expose().to_vec());
            (OsString::from(name), value)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_hours_are_read_or_refused() {
        let mut daemon = Daemon {
            ask_early: Some("45m".to_owned()),
            quiet_hours: Some("23:00-07:00".to_owned()),
            time_zone: Some("UTC".to_owned()),
            ..Daemon::default()
        };
        let policy = daemon.policy().unwrap();
        assert_eq!(policy.lead, Some(Duration::from_secs(2700)));
        assert!(policy.is_quiet("2026-11-25T23:30:00Z".parse().unwrap()));
        daemon.ask_early = Some("never".to_owned());
        assert_eq!(daemon.policy().unwrap().lead, None);
        for wrong in ["soon", "-5m", "9 years"] {
            daemon.ask_early = Some(wrong.to_owned());
            assert!(daemon.policy().is_err(), "{wrong}");
        }
        daemon.ask_early = None;
        for wrong in ["23:00", "25:00-07:00", "night"] {
            daemon.quiet_hours = Some(wrong.to_owned());
            let error = daemon.policy().unwrap_err().to_string();
            assert!(error.contains("daemon.quiet_hours"), "{error}");
        }
    }

    #[test]
    fn no_credential_is_passed_on_to_a_program() {
        let mut environment = Environment::read().unwrap();
        environment.variables.clear();
        for name in [
            "PATH",
            "AWS_PROFILE",
            "BEDLOCK_TELEGRAM_TOKEN",
            "OPENCLAW_HOME",
        ] {
            let value = SecretBytes::new(b"FAKE".to_vec());
            environment.variables.insert(name.to_owned(), value);
        }
        let names: Vec<_> = passed_on(&environment)
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, ["OPENCLAW_HOME", "PATH"]);
    }
}
