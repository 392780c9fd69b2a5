//! `bedlock logout`: ends the session at the portal, and forgets it here.

use bedlock_host::{Environment, Interrupt};

use crate::error::{self, CliError};
use crate::session::{self, Which};
use crate::terminal;

const EXAMPLES: &str = "\
Examples:
  bedlock logout
  bedlock logout --profile openclaw

The portal ends the session. From this machine go: the token, the cached role credentials, and the
registered client with its secret (which `aws sso logout` leaves). Role credentials that a program
holds in its memory stay good until they end, an hour at most unless the permission set says more.

Exit codes:
  0  signed out, or nobody was signed in
  3  failed; what was on this machine is gone all the same, unless it is said otherwise
  64 wrong usage";

/// End the session at the portal, and forget the token, the role credentials and the client
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Logout {
    #[command(flatten)]
    which: Which,
}

impl Logout {
    pub(crate) fn run(
        &self,
        environment: &Environment,
        interrupt: &Interrupt,
    ) -> Result<u8, CliError> {
        let identity = self.which.identity(environment)?;
        let gone = session::run(interrupt, identity.sign_out())?;
        let parts = [
            (gone.token, "the session"),
            (gone.role, "cached role credentials"),
            (gone.registration, "the registered client"),
        ];
        let named: Vec<&str> = parts
            .iter()
            .filter(|(gone, _)| *gone)
            .map(|(_, n)| *n)
            .collect();
        terminal::print(&match named.as_slice() {
            [] => "nobody was signed in\n".to_owned(),
            named => format!("signed out; removed: {}\n", named.join(", ")),
        })?;
        Ok(error::CLEAN)
    }
}
