//! `bedlock creds`: role credentials for an AWS SDK, as its `credential_process`.

use bedlock_host::{Clock as _, Environment, HostError, Interrupt, SystemClock};
use bedlock_identity::Profile;
use bedlock_model::SecretText;
use bedlock_watch::WatchError;
use bedlock_watch::client::{self, Told};
use bedlock_watch::socket::Wanted;

use crate::error::CliError;
use crate::session::{self, Which};
use crate::{settings, terminal};

const EXAMPLES: &str = "\
Examples:
  bedlock creds                       prints the credentials: for a program, not for a screen
  credential_process = bedlock creds --profile openclaw
                                      in another profile of ~/.aws/config: any AWS SDK then asks
                                      bedlock instead of reading the session

A daemon that runs and keeps the role is asked first. It may wait for the owner's tap, as long as
daemon.hold says. In the settings of a daemon, daemon.agents names other users that may ask; theirs
need no profile of ~/.aws/config that signs in.

Credentials have 15 minutes or more left, unless no better ones can be had. They are kept in
~/.aws/cli/cache, where the AWS CLI keeps its own; those of a sealed session are kept sealed.

Exit codes:
  0  credentials are on standard output, and nothing else
  3  there are none; one line on standard error says why and what to type
  64 wrong usage";

/// Print role credentials, as the credential_process of an AWS SDK
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Creds {
    #[command(flatten)]
    which: Which,
}

impl Creds {
    /// SDKs show one line of standard error, so the next step is in the same one.
    pub(crate) fn run(
        &self,
        environment: &Environment,
        interrupt: &Interrupt,
    ) -> Result<u8, CliError> {
        match self.print(environment, interrupt) {
            Ok(()) => Ok(crate::error::CLEAN),
            Err(error) if matches!(error, CliError::Host(HostError::Interrupted)) => Err(error),
            Err(error) => {
                let next = error.next().map(|next| format!("; next: {next}"));
                let line = format!("bedlock: {error}{}", next.unwrap_or_default());
                terminal::note(&line.replace('\n', " "));
                Ok(crate::error::FAILED)
            }
        }
    }

    fn print(&self, environment: &Environment, interrupt: &Interrupt) -> Result<(), CliError> {
        let profile = self.which.profile(environment);
        let document = match self.of_daemon(environment, interrupt, profile.as_ref().ok())? {
            Some(document) => document,
            None => own(environment, interrupt, profile?)?,
        };
        terminal::print_all(&format!("{}\n", document.danger_expose()))
    }

    /// What a daemon has; `None` when there is no daemon, or one that keeps another role.
    fn of_daemon(
        &self,
        environment: &Environment,
        interrupt: &Interrupt,
        profile: Option<&Profile>,
    ) -> Result<Option<SecretText>, CliError> {
        let wanted = match profile {
            Some(profile) => Wanted {
                account: Some(profile.account_id.clone()),
                role: Some(profile.role_name.clone()),
            },
            // The agent's user has no profile that signs in; the daemon keeps one role.
            None if self.which.profile.is_none() => Wanted::default(),
            None => return Ok(None),
        };
        // Settings that cannot be read stop a daemon, and not this.
        let tables = settings::watch(environment, None).ok();
        let daemon = tables.map(|tables| tables.daemon).unwrap_or_default();
        let hold = daemon.hold().unwrap_or_default();
        for path in daemon.sockets(environment) {
            if bedlock_host::owner(&path).is_none() {
                continue;
            }
            let asked = client::credentials(&path, wanted.clone(), hold);
            match session::run(interrupt, asked) {
                Ok(Told::Credentials(document)) => return Ok(Some(document)),
                Ok(Told::No(why)) => {
                    return Err(CliError::refused(
                        format!("the daemon has no credentials: {why}"),
                        "the link in the owner's chat, or bedlock login",
                    ));
                }
                Ok(Told::Nothing) => {}
                Err(error @ CliError::Host(HostError::Interrupted)) => return Err(error),
                Err(error @ CliError::Watch(WatchError::Stranger { .. })) => {
                    terminal::note(&format!("bedlock: {error}; it was not asked"));
                }
                // One that hangs, or does not talk to this user, is as good as none.
                Err(_) => {}
            }
        }
        Ok(None)
    }
}

/// Credentials without a daemon.
fn own(
    environment: &Environment,
    interrupt: &Interrupt,
    profile: Profile,
) -> Result<SecretText, CliError> {
    let identity = session::identity(environment, profile)?;
    // The quick way needs no runtime and no network.
    let kept = identity.kept_role_credentials()?;
    Ok(match kept.filter(|kept| kept.lasts(SystemClock.now())) {
        Some(kept) => kept.to_process_output(),
        None => session::run(interrupt, identity.role_credentials())?.to_process_output(),
    })
}
