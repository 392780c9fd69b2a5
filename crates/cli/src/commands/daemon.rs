//! `bedlock daemon`: keeps the session alive, and asks its owner when only a person can go on.

use std::path::PathBuf;
use std::rc::Rc;

use bedlock_host::Environment;
use bedlock_http::{Client, Settings};
use bedlock_identity::{Identity, Kept, Parts as IdentityParts, Profile, Store, config, seal};
use bedlock_watch::daemon::{Parts, asked_to_stop, run};
use bedlock_watch::notify::About;
use bedlock_watch::socket::Socket;
use bedlock_watch::{CenterKeeper, FileMemory, MachineTime, Open, settings};

use crate::error::{self, CliError};
use crate::settings as own;
use crate::terminal;

const EXAMPLES: &str = "\
Examples:
  bedlock daemon                       in the foreground, log lines as text
  bedlock daemon --log json            for a log collector
  bedlock service install --apply      let systemd or launchd run it

Settings are in the tables [daemon] and [notify] of bedlock.toml, e.g.

  [daemon]
  profile = \"openclaw\"
  ask_early = \"30m\"
  quiet_hours = \"23:00-07:00\"
  time_zone = \"Europe/Berlin\"

  [notify.telegram]
  chat = 123456789
  token_file = \"~/.config/bedlock/telegram.token\"

Exit codes:
  0  stopped by a signal
  3  it could not start
  64 wrong usage";

/// Keep the session alive, and send its owner the sign-in link before it ends
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Daemon {
    /// Profile in ~/.aws/config [default: daemon.profile of bedlock.toml, else AWS_PROFILE]
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Settings file [default: ~/.config/bedlock/bedlock.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How log lines are written to standard error
    #[arg(long, value_enum, default_value_t = Log::Text)]
    log: Log,
    /// Server of Telegram's Bot API, when it is one of your own
    #[arg(long, value_name = "URL")]
    api_root: Option<String>,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Log {
    /// For a person
    Text,
    /// One JSON object each
    Json,
}

impl Daemon {
    pub(crate) fn run(self, environment: &Environment) -> Result<u8, CliError> {
        // Before anything secret is read.
        bedlock_host::close_to_others()?;
        start_log(self.log);
        let tables = own::watch(environment, self.config.as_deref())?;
        let named = self.profile.as_deref().or(tables.daemon.profile.as_deref());
        let profile = profile(environment, named)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(serve(
            environment,
            &tables,
            profile,
            self.api_root.as_deref(),
        ))?;
        // A program of a notifier, or a look-up of a name, may still run; nobody waits for it.
        runtime.shutdown_background();
        Ok(error::CLEAN)
    }
}

/// The profile that the daemon keeps.
pub(crate) fn profile(environment: &Environment, named: Option<&str>) -> Result<Profile, CliError> {
    config::resolve(environment, named).map_err(|error| {
        CliError::refused(
            format!("failed to {error}"),
            "bedlock daemon --profile NAME, with a profile that has an sso_session",
        )
    })
}

/// What messages say of their sender.
pub(crate) fn about(
    environment: &Environment,
    profile: &Profile,
    daemon: &settings::Daemon,
) -> Result<About, CliError> {
    Ok(About {
        host: environment.host_name.clone(),
        account: profile.account_id.clone(),
        role: profile.role_name.clone(),
        zone: daemon.zone()?,
    })
}

async fn serve(
    environment: &Environment,
    tables: &own::WatchTables,
    profile: Profile,
    api_root: Option<&str>,
) -> Result<(), CliError> {
    let http = Client::new(Settings::from_environment(environment));
    let ways = tables.notify.ways(environment, &http, api_root)?;
    if ways.desk.names().next().is_none() {
        return Err(CliError::refused(
            "nobody can be told: no notifier is set up",
            "write a table [notify.telegram] into bedlock.toml, then: bedlock notify test",
        ));
    }
    let policy = tables.daemon.policy()?;
    let hold = tables.daemon.hold()?;
    let about = about(environment, &profile, &tables.daemon)?;
    let path = tables.daemon.socket(environment);
    let socket = Socket::listen(&path, tables.daemon.agents.clone()).await?;
    tracing::info!(profile = %profile.name, socket = %path.display(), "starting");
    let mut folders = seal::folders(environment);
    folders.push(environment.home.join(".aws/sso/cache"));
    let parts = Parts {
        keeper: Rc::new(CenterKeeper::wherever(open(
            Environment::read()?,
            profile,
            http,
        ))),
        desk: ways.desk,
        buttons: ways.buttons,
        about,
        policy,
        time: Rc::new(MachineTime::new()?),
        memory: Rc::new(FileMemory(environment.state_folder().join("daemon.json"))),
        folders,
        socket: Some(socket),
        hold,
        observer: None,
    };
    let stop = asked_to_stop()?;
    run(parts, stop).await;
    Ok(())
}

/// Opens the session where the last sign-in put it. A sealed one that was removed stays sealed: the
/// daemon's own sign-in puts it there again, unless somebody has signed in in the open since.
fn open(environment: Environment, profile: Profile, http: Client) -> Open {
    let session = profile.session.clone();
    let identity = move |environment: &Environment, store| {
        Identity::open(IdentityParts {
            http: http.clone(),
            ..IdentityParts::of(profile.clone(), store, environment)
        })
    };
    Box::new(move |current| {
        let in_the_open = || identity(&environment, Store::cache(&environment));
        match (seal::find(&environment, &session)?, current) {
            (Some(store), Some(current)) if store.kept() == *current => Ok(None),
            (Some(store), _) => Ok(Some(identity(&environment, store))),
            (None, None) => Ok(Some(in_the_open())),
            (None, Some(Kept::Cache { .. })) => Ok(None),
            (None, Some(_)) => {
                let open = in_the_open();
                Ok(open.session()?.map(|_| open))
            }
        }
    })
}

/// Log lines of bedlock, and of nobody else: libraries would log addresses.
fn start_log(log: Log) {
    let builder = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .with_writer(std::io::stderr)
        .with_ansi(false);
    let started = match log {
        Log::Text => tracing::subscriber::set_global_default(builder.finish()),
        Log::Json => tracing::subscriber::set_global_default(builder.json().finish()),
    };
    if started.is_err() {
        terminal::note("note: there is a log already");
    }
}
