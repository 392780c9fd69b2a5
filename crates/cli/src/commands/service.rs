//! `bedlock service`: lets systemd or launchd run the daemon.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bedlock_host::{Environment, HostError, Manager};
use bedlock_watch::client;
use bedlock_watch::service::{self, Unit};
use bedlock_watch::socket::Question;
use serde_json::json;

use crate::error::{self, CliError};
use crate::settings as own;
use crate::terminal;

const EXAMPLES: &str = "\
Examples:
  bedlock service install              show the unit, change nothing
  bedlock service install --apply      write it, enable it, start it
  bedlock service install --system --user bedlock --apply
  bedlock service status               whether it is installed, runs, and answers
  bedlock service uninstall --apply    stop it and take it away

Exit codes:
  0  done, or shown; status: it runs
  1  status: it does not run
  3  refused or failed; what was there before is there still
  64 wrong usage";

/// Let systemd or launchd run the daemon
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Service {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Write the unit, enable it and start it
    Install(Install),
    /// Stop the daemon and take its unit away
    Uninstall(Uninstall),
    /// Whether it is installed, runs, and answers
    Status(Status),
}

#[derive(Debug, clap::Args)]
struct Install {
    #[command(flatten)]
    at: Where,
    /// User that the daemon of the machine runs as; needs --system
    #[arg(long, value_name = "NAME", requires = "system")]
    user: Option<String>,
    /// Settings file of the daemon
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Do it; without this it is only shown
    #[arg(long)]
    apply: bool,
}

#[derive(Debug, clap::Args)]
struct Uninstall {
    #[command(flatten)]
    at: Where,
    /// Do it; without this it is only shown
    #[arg(long)]
    apply: bool,
}

#[derive(Debug, clap::Args)]
struct Status {
    #[command(flatten)]
    at: Where,
    /// Write JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct Where {
    /// The machine's service manager instead of your own
    #[arg(long)]
    system: bool,
}

impl Where {
    fn manager(&self) -> Manager {
        if self.system {
            Manager::System
        } else {
            Manager::User
        }
    }

    fn file(&self, environment: &Environment) -> PathBuf {
        let home = &environment.home;
        match (cfg!(target_os = "macos"), self.system) {
            (true, true) => PathBuf::from("/Library/LaunchDaemons").join(service::PLIST),
            (true, false) => home.join("Library/LaunchAgents").join(service::PLIST),
            (false, true) => PathBuf::from("/etc/systemd/system").join(service::UNIT),
            (false, false) => environment
                .setting("XDG_CONFIG_HOME")
                .map_or_else(|| home.join(".config"), PathBuf::from)
                .join("systemd/user")
                .join(service::UNIT),
        }
    }
}

/// What the service manager knows it by.
fn name() -> &'static str {
    if cfg!(target_os = "macos") {
        service::LABEL
    } else {
        service::UNIT
    }
}

impl Service {
    pub(crate) fn run(self, environment: &Environment) -> Result<u8, CliError> {
        match self.what {
            What::Install(install) => install.run(environment),
            What::Uninstall(uninstall) => uninstall.run(environment),
            What::Status(status) => status.run(environment),
        }
    }
}

impl Install {
    fn run(self, environment: &Environment) -> Result<u8, CliError> {
        let file = self.at.file(environment);
        let text = self.text(environment)?;
        let before = content(&file);
        let same = before.as_deref() == Some(text.as_bytes());
        let running = bedlock_host::is_active(self.at.manager(), name()) == Some(true);
        if !self.apply {
            terminal::print(&format!("# {}\n{text}", file.display()))?;
            terminal::note(match (same, running) {
                (true, true) => "It is installed like this, and runs.",
                _ => "Nothing was changed. --apply writes it, enables it and starts it.",
            });
            return Ok(error::CLEAN);
        }
        if same && running {
            terminal::note("It is installed like this, and runs: nothing to do.");
            return Ok(error::CLEAN);
        }
        if let Some(folder) = file.parent() {
            bedlock_host::create_folder(folder)?;
        }
        put(&file, text.as_bytes())?;
        if let Err(error) = self.begin(running) {
            take_back(&self.at, &file, before.as_deref());
            return Err(CliError::refused(
                format!("failed to {error}; the unit is as it was before"),
                "bedlock daemon runs it in the foreground and says what is wrong",
            ));
        }
        terminal::note(&format!("{} is installed and runs.", name()));
        Ok(error::CLEAN)
    }

    /// Makes the manager run what the file says.
    fn begin(&self, running: bool) -> Result<(), HostError> {
        let manager = self.at.manager();
        bedlock_host::reload_units(manager)?;
        if running {
            bedlock_host::stop_service(manager, name())?;
        }
        bedlock_host::enable_service(manager, name())?;
        bedlock_host::start_service(manager, name())
    }

    fn text(&self, environment: &Environment) -> Result<String, CliError> {
        let tables = own::watch(environment, self.config.as_deref())?;
        let program = bedlock_host::own_program()?;
        let unit = Unit {
            program,
            config: self.config.clone(),
            system: self.at.system,
            user: self.user.clone(),
            home: environment.home.clone(),
            token: tables
                .notify
                .telegram
                .as_ref()
                .and_then(|table| table.token_file.clone()),
            agents: !tables.daemon.agents.is_empty(),
            programs: tables.notify.openclaw.is_some() || tables.notify.command.is_some(),
        };
        let made = if cfg!(target_os = "macos") {
            unit.plist()
        } else {
            unit.systemd()
        };
        Ok(made?)
    }
}

impl Uninstall {
    fn run(self, environment: &Environment) -> Result<u8, CliError> {
        let file = self.at.file(environment);
        let manager = self.at.manager();
        let Some(before) = content(&file) else {
            terminal::note(&format!("{} is not there: nothing to do.", file.display()));
            return Ok(error::CLEAN);
        };
        if !self.apply {
            terminal::print(&format!("stop {}\nremove {}\n", name(), file.display()))?;
            terminal::note("Nothing was changed. --apply does it.");
            return Ok(error::CLEAN);
        }
        if bedlock_host::is_active(manager, name()) == Some(true) {
            bedlock_host::stop_service(manager, name())?;
        }
        bedlock_host::disable_service(manager, name())?;
        bedlock_host::remove_file(&file)?;
        if let Err(error) = bedlock_host::reload_units(manager) {
            put(&file, &before)?;
            return Err(error.into());
        }
        terminal::note(&format!("{} is stopped and gone.", name()));
        Ok(error::CLEAN)
    }
}

impl Status {
    fn run(self, environment: &Environment) -> Result<u8, CliError> {
        let file = self.at.file(environment);
        let installed = content(&file).is_some();
        let active = bedlock_host::is_active(self.at.manager(), name());
        let tables = own::watch(environment, None)?;
        let mut answer = None;
        for path in tables.daemon.sockets(environment) {
            answer = answer.or(ask(&path)?);
        }
        let runs = active == Some(true) || answer.is_some();
        if self.json {
            let value = json!({
                "file": file,
                "installed": installed,
                "active": active,
                "daemon": answer,
            });
            terminal::print(&format!("{}\n", serde_json::to_string_pretty(&value)?))?;
        } else {
            let state = match active {
                Some(true) => "runs",
                Some(false) => "does not run",
                None => "unknown: the service manager does not answer",
            };
            let mut text = format!(
                "unit      {}{}\nservice   {state}\n",
                file.display(),
                if installed { "" } else { " (not installed)" }
            );
            match &answer {
                Some(answer) => {
                    let status = &answer["status"];
                    let word = |name: &str| status[name].as_str().unwrap_or("-").to_owned();
                    text.push_str(&format!(
                        "session   {}\nends      {}\nnext look {}\n",
                        word("phase"),
                        word("expiresAt"),
                        word("wakesAt")
                    ));
                }
                None => text.push_str("daemon    does not answer\n"),
            }
            terminal::print(&text)?;
        }
        Ok(if runs { error::CLEAN } else { error::FINDINGS })
    }
}

fn ask(path: &Path) -> Result<Option<serde_json::Value>, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let asked = client::ask(path, &Question::Status, Duration::from_secs(5));
    // A socket that does not talk to this user is as good as none.
    let answer = runtime.block_on(asked).ok().flatten();
    Ok(answer.and_then(|text| serde_json::from_str(text.danger_expose()).ok()))
}

const LARGEST: u64 = 1 << 20;

fn content(file: &Path) -> Option<Vec<u8>> {
    bedlock_host::small_file(None, file, LARGEST)
}

fn put(file: &Path, text: &[u8]) -> Result<(), CliError> {
    bedlock_host::write_output(file, text)?;
    // A unit holds no secret, and `systemctl cat` of another user reads it.
    bedlock_host::set_mode(file, 0o644)?;
    Ok(())
}

/// Makes the file what it was. What fails here is told by the error that led here.
fn take_back(at: &Where, file: &Path, before: Option<&[u8]>) {
    let manager = at.manager();
    let _ = bedlock_host::stop_service(manager, name());
    match before {
        Some(before) => {
            let _ = put(file, before);
            let _ = bedlock_host::reload_units(manager);
            let _ = bedlock_host::start_service(manager, name());
        }
        None => {
            let _ = bedlock_host::disable_service(manager, name());
            let _ = bedlock_host::remove_file(file);
            let _ = bedlock_host::reload_units(manager);
        }
    }
}
