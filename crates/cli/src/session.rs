//! The session of a profile, for the commands that use one: which profile, where it is kept, and a
//! runtime that Ctrl-C can end.
//!
//! Used by `login`, `logout`, `status` and `creds`.
//!
//! **Invariant:** a session that was sealed is never looked for in the open, and the other way around:
//! where it is kept was decided by `login`.

use std::future::Future;
use std::time::Duration;

use bedlock_host::{Environment, HostError, Interrupt};
use bedlock_identity::{Identity, Parts, Profile, Store, config, seal};

use crate::error::CliError;

/// Which profile.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Which {
    /// Profile in ~/.aws/config [default: AWS_PROFILE, else the one that signs in]
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
}

impl Which {
    /// Reads the profile.
    pub(crate) fn profile(&self, environment: &Environment) -> Result<Profile, CliError> {
        Ok(config::resolve(environment, self.profile.as_deref())?)
    }

    /// The profile with the place that its session is kept in.
    pub(crate) fn identity(&self, environment: &Environment) -> Result<Identity, CliError> {
        identity(environment, self.profile(environment)?)
    }
}

/// A profile with the place that its session is kept in.
pub(crate) fn identity(environment: &Environment, profile: Profile) -> Result<Identity, CliError> {
    let store = store(environment, &profile)?;
    Ok(Identity::open(Parts::of(profile, store, environment)))
}

/// Where the session of a profile is kept: sealed, when that was asked for at the sign-in.
pub(crate) fn store(environment: &Environment, profile: &Profile) -> Result<Store, CliError> {
    Ok(match seal::find(environment, &profile.session)? {
        Some(store) => store,
        None => Store::cache(environment),
    })
}

/// Runs asynchronous work until it is done, or until somebody asks to stop.
pub(crate) fn run<T, E>(
    interrupt: &Interrupt,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, CliError>
where
    CliError: From<E>,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(HostError::Signals)?;
    let outcome = runtime.block_on(async {
        tokio::select! {
            outcome = work => outcome.map_err(CliError::from),
            () = asked_to_stop(interrupt) => Err(CliError::Host(HostError::Interrupted)),
        }
    });
    // A thread that waits for another process's lock would hold the end up.
    runtime.shutdown_background();
    outcome
}

async fn asked_to_stop(interrupt: &Interrupt) {
    while interrupt.received().is_none() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
