//! `bedlock creds`: role credentials for an AWS SDK, as its `credential_process`.

use bedlock_host::{Clock as _, Environment, Interrupt, SystemClock};

use crate::error::CliError;
use crate::session::{self, Which};
use crate::terminal;

const EXAMPLES: &str = "\
Examples:
  bedlock creds                       prints the credentials: for a program, not for a screen
  credential_process = bedlock creds --profile openclaw
                                      in another profile of ~/.aws/config: any AWS SDK then asks
                                      bedlock instead of reading the session

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
            Err(error) if matches!(error, CliError::Host(bedlock_host::HostError::Interrupted)) => {
                Err(error)
            }
            Err(error) => {
                let next = error.next().map(|next| format!("; next: {next}"));
                let line = format!("bedlock: {error}{}", next.unwrap_or_default());
                terminal::note(&line.replace('\n', " "));
                Ok(crate::error::FAILED)
            }
        }
    }

    fn print(&self, environment: &Environment, interrupt: &Interrupt) -> Result<(), CliError> {
        let identity = self.which.identity(environment)?;
        // The quick way needs no runtime and no network.
        let kept = identity.kept_role_credentials()?;
        let output = match kept.filter(|kept| kept.lasts(SystemClock.now())) {
            Some(kept) => kept.to_process_output(),
            None => session::run(interrupt, identity.role_credentials())?.to_process_output(),
        };
        terminal::print_all(&format!("{}\n", output.danger_expose()))
    }
}
