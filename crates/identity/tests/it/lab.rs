//! A home, a sandbox, and identities of it that go by the sandbox's clock.
//!
//! **Invariant:** no real time passes: a wait moves the sandbox's clock and is over.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bedlock_host::{Clock, Environment};
use bedlock_http::{Client, Settings};
use bedlock_identity::{
    Identity, IdentityError, Parts, Pause, Prompt, SESSION_LIMIT, SignInLink, Store, Wait, config,
};
use bedlock_model::SecretBytes;
use bedlock_sandbox::{Approval, Sandbox, SandboxConfig};
use jiff::Timestamp;

pub(crate) const TOKEN: &str = "sso-oauth:CreateToken";
pub(crate) const ROLE: &str = "sso:GetRoleCredentials";

pub(crate) struct Lab {
    pub(crate) sandbox: Sandbox,
    pub(crate) home: tempfile::TempDir,
    pub(crate) waits: Arc<Waits>,
}

/// The sandbox's clock, and by how much this machine's differs from it.
pub(crate) struct LabClock(bedlock_sandbox::Clock, jiff::SignedDuration);

impl Clock for LabClock {
    fn now(&self) -> Timestamp {
        self.0.now().checked_add(self.1).unwrap()
    }
}

/// Waits by moving the clock, and remembers how long.
pub(crate) struct Waits {
    clock: bedlock_sandbox::Clock,
    pub(crate) seen: Mutex<Vec<Duration>>,
}

impl std::fmt::Debug for Waits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Waits")
    }
}

impl Wait for Waits {
    fn pause(&self, duration: Duration) -> Pause {
        self.seen.lock().unwrap().push(duration);
        self.clock.advance(duration);
        Box::pin(std::future::ready(()))
    }
}

impl Lab {
    pub(crate) fn new(change: impl FnOnce(&mut SandboxConfig)) -> Self {
        let start: Timestamp = "2026-11-25T03:00:00Z".parse().unwrap();
        let mut config = SandboxConfig {
            clock: bedlock_sandbox::Clock::manual(start),
            approval: Approval::Automatic,
            ..SandboxConfig::default()
        };
        change(&mut config);
        let clock = config.clock.clone();
        let sandbox = Sandbox::start(config).unwrap();
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(".aws")).unwrap();
        let written = sandbox.aws_config("agent");
        std::fs::write(home.path().join(".aws/config"), written).unwrap();
        Self {
            sandbox,
            home,
            waits: Arc::new(Waits {
                clock,
                seen: Mutex::default(),
            }),
        }
    }

    pub(crate) fn environment(&self) -> Environment {
        let mut environment = Environment::read().unwrap();
        environment.home = self.home.path().to_path_buf();
        environment.variables.clear();
        for (name, value) in self.sandbox.environment() {
            let value = SecretBytes::new(value.into_bytes());
            environment.variables.insert(name.to_owned(), value);
        }
        environment
    }

    pub(crate) fn identity(&self) -> Identity {
        self.identity_off_by(jiff::SignedDuration::ZERO)
    }

    /// An identity on a machine whose clock is wrong.
    pub(crate) fn identity_off_by(&self, ahead: jiff::SignedDuration) -> Identity {
        let environment = self.environment();
        let profile = config::resolve(&environment, Some("agent")).unwrap();
        Identity::open(Parts {
            profile,
            store: Store::cache(&environment),
            http: Client::new(Settings::default()),
            clock: Arc::new(LabClock(self.sandbox.clock().clone(), ahead)),
            wait: Arc::clone(&self.waits) as Arc<dyn Wait>,
            limit: SESSION_LIMIT,
        })
    }

    pub(crate) fn token_file(&self) -> PathBuf {
        let name = self.identity().profile().session.cache_name();
        self.home.path().join(".aws/sso/cache").join(name)
    }

    pub(crate) fn pass(&self, minutes: u64) {
        self.sandbox
            .clock()
            .advance(Duration::from_secs(minutes * 60));
    }

    /// How many refreshes or sign-ins the sandbox granted.
    pub(crate) fn tokens(&self) -> usize {
        self.sandbox.count(TOKEN, 200)
    }
}

/// Remembers the link.
#[derive(Default)]
pub(crate) struct Shown(pub(crate) Mutex<Vec<SignInLink>>);

impl Prompt for Shown {
    fn show(&self, link: &SignInLink) -> Result<(), IdentityError> {
        self.0.lock().unwrap().push(link.clone());
        Ok(())
    }
}
