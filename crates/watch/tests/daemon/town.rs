//! A sandbox, a home, a chat and a daemon on a thread of its own.
//!
//! **Invariant:** when a test ends, the bot's token and the session's tokens stand in no log line, no
//! message and no file but the ones they belong to.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use bedlock_host::Environment;
use bedlock_http::{Client, Settings};
use bedlock_identity::{Identity, Parts as IdentityParts, Store, Wait, config};
use bedlock_model::SecretBytes;
use bedlock_sandbox::{ChatMessage, Clock, Sandbox, SandboxConfig};
use bedlock_watch::daemon::{Parts, run};
use bedlock_watch::notify::telegram::BotToken;
use bedlock_watch::notify::{About, Answer, Desk, Telegram};
use bedlock_watch::{CenterKeeper, FileMemory, Memory, Now, Policy, Time};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::oneshot;

/// The owner, and the chat with the owner.
pub(crate) const OWNER: i64 = 4242;
/// How long a test waits for something that must happen.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Town {
    pub(crate) sandbox: Sandbox,
    pub(crate) home: tempfile::TempDir,
    pub(crate) token: String,
    pub(crate) shared: bool,
    /// Whether the state cannot be written.
    pub(crate) disk_full: bool,
    log: Arc<Mutex<Vec<u8>>>,
    rest: Arc<Mutex<Rest>>,
    daemon: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Town {
    pub(crate) fn new() -> Self {
        let clock = Clock::manual("2026-11-25T12:00:00Z".parse().unwrap());
        let sandbox = Sandbox::start(SandboxConfig {
            clock,
            ..SandboxConfig::default()
        })
        .unwrap();
        let token = sandbox.telegram().new_bot();
        sandbox.telegram().open_chat(OWNER);
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join(".aws")).unwrap();
        fs::write(home.path().join(".aws/config"), sandbox.aws_config("agent")).unwrap();
        Self {
            sandbox,
            home,
            token,
            shared: false,
            disk_full: false,
            log: Arc::default(),
            rest: Arc::default(),
            daemon: None,
        }
    }

    pub(crate) fn start(&mut self) {
        let (stop, stopped) = oneshot::channel::<()>();
        let plan = Plan {
            endpoint: self.sandbox.endpoint(),
            variables: self.sandbox.environment(),
            home: self.home.path().to_path_buf(),
            token: self.token.clone(),
            shared: self.shared,
            disk_full: self.disk_full,
            clock: self.sandbox.clock().clone(),
            rest: Arc::clone(&self.rest),
        };
        let log = Log(Arc::clone(&self.log));
        let thread = std::thread::spawn(move || {
            let subscriber = tracing_subscriber::fmt()
                .with_max_level(tracing::Level::TRACE)
                .with_writer(Mutex::new(log))
                .finish();
            let _guard = tracing::subscriber::set_default(subscriber);
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let parts = plan.parts();
                run(parts, async move {
                    let _ = stopped.await;
                })
                .await;
            });
        });
        self.daemon = Some((stop, thread));
        self.rest.lock().unwrap().busy = true;
    }

    /// Ends the daemon. It writes nothing on its way out, so that is what a kill leaves, too.
    pub(crate) fn kill(&mut self) {
        if let Some((stop, thread)) = self.daemon.take() {
            let _ = stop.send(());
            thread.join().unwrap();
        }
    }

    pub(crate) fn messages(&self) -> Vec<ChatMessage> {
        self.sandbox.telegram().messages(OWNER)
    }

    pub(crate) fn last(&self) -> ChatMessage {
        self.messages().pop().unwrap()
    }

    /// Waits until the last message says that, and returns it.
    pub(crate) fn until_it_says(&self, words: &str) -> ChatMessage {
        let said = |_: &Sandbox| {
            let last = self.messages().pop();
            last.is_some_and(|message| message.text().contains(words))
        };
        assert!(
            self.sandbox.wait_until(PATIENCE, said),
            "nobody said {words:?}: {:?}\n{}",
            self.messages(),
            self.log()
        );
        self.last()
    }

    pub(crate) fn until(&self, what: &str, condition: impl Fn(&Sandbox) -> bool) {
        let done = self.sandbox.wait_until(PATIENCE, condition);
        assert!(done, "{what}: {:?}\n{}", self.messages(), self.log());
    }

    /// Lets time pass in steps, and waits after each until the daemon has nothing more to do then.
    pub(crate) fn pass(&self, minutes: u64) {
        for _ in 0..minutes {
            self.step(Duration::from_secs(60));
        }
    }

    pub(crate) fn step(&self, span: Duration) {
        self.sandbox.clock().advance(span);
        let now = self.sandbox.clock().now();
        let settled = |_: &Sandbox| {
            let rest = self.rest.lock().unwrap();
            !rest.busy && rest.wake.is_none_or(|at| at > now)
        };
        self.until("the daemon does not come to rest", settled);
    }

    /// The owner approves what the last message asks for.
    pub(crate) fn approve(&self) {
        let code = self.code();
        assert!(
            self.sandbox
                .decide(&code, bedlock_sandbox::Decision::Approve)
        );
        self.step(Duration::from_secs(16));
    }

    /// The code that the last message shows.
    pub(crate) fn code(&self) -> String {
        let message = self.last();
        let line = message
            .text()
            .lines()
            .find(|line| line.starts_with("Code: "));
        let words = line.unwrap().trim_start_matches("Code: ");
        words.split(' ').next().unwrap().to_owned()
    }

    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&self.log.lock().unwrap()).into_owned()
    }

    pub(crate) fn cache(&self) -> PathBuf {
        let name = self.sandbox.signed_in_cache().file_name;
        self.home.path().join(".aws/sso/cache").join(name)
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            return;
        }
        let log = self.log();
        let state = fs::read_to_string(self.home.path().join("state/daemon.json"));
        let said: Vec<String> = self
            .messages()
            .iter()
            .flat_map(|message| message.versions.iter().map(|one| one.text.clone()))
            .collect();
        let cache: serde_json::Value = fs::read(self.cache())
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        let mut secrets = vec![self.token.clone()];
        for name in ["accessToken", "refreshToken", "clientSecret"] {
            secrets.extend(cache[name].as_str().map(str::to_owned));
        }
        for secret in secrets {
            assert!(!log.contains(&secret), "a secret stands in the log");
            assert!(!said.concat().contains(&secret), "a secret was sent");
            let kept = state.as_deref().unwrap_or_default();
            assert!(!kept.contains(&secret), "a secret stands in the state");
        }
    }
}

/// Whether the daemon waits for an answer, and when it wakes if none comes.
#[derive(Default)]
struct Rest {
    busy: bool,
    wake: Option<Timestamp>,
}

/// What a daemon's thread makes its parts of.
struct Plan {
    endpoint: String,
    variables: Vec<(&'static str, String)>,
    home: PathBuf,
    token: String,
    shared: bool,
    disk_full: bool,
    clock: Clock,
    rest: Arc<Mutex<Rest>>,
}

impl Plan {
    fn parts(self) -> Parts {
        let mut environment = Environment::read().unwrap();
        environment.home = self.home.clone();
        environment.variables.clear();
        for (name, value) in &self.variables {
            let value = SecretBytes::new(value.clone().into_bytes());
            environment.variables.insert((*name).to_owned(), value);
        }
        let http = Client::new(Settings::default());
        let identity = Identity::open(IdentityParts {
            clock: Arc::new(SandboxClock(self.clock.clone())),
            wait: Arc::new(NoWait),
            ..IdentityParts::of(
                config::resolve(&environment, Some("agent")).unwrap(),
                Store::cache(&environment),
                &environment,
            )
        });
        let telegram = Rc::new(Telegram::new(
            http,
            &self.endpoint,
            BotToken::new(&self.token).unwrap(),
            OWNER,
            vec![OWNER],
            self.shared,
        ));
        let memory: Rc<dyn Memory> = match self.disk_full {
            true => Rc::new(FullDisk),
            false => Rc::new(FileMemory(self.home.join("state/daemon.json"))),
        };
        Parts {
            keeper: Rc::new(CenterKeeper::new(Rc::new(identity))),
            desk: Desk::new(vec![Box::new(Rc::clone(&telegram))]),
            buttons: (!self.shared).then_some(telegram),
            about: About {
                host: "agent-host".to_owned(),
                account: "123456789012".to_owned(),
                role: "BedrockInvoke".to_owned(),
                zone: TimeZone::UTC,
            },
            policy: Policy::default(),
            time: Rc::new(SandboxTime {
                began: self.clock.now(),
                clock: self.clock,
            }),
            memory,
            folders: vec![self.home.join(".aws/sso/cache")],
            socket: None,
            hold: Duration::from_secs(1),
            observer: Some(Box::new(move |state| {
                *self.rest.lock().unwrap() = Rest {
                    busy: state.is_busy(),
                    wake: state.wake(),
                };
            })),
        }
    }
}

struct SandboxClock(Clock);

impl bedlock_host::Clock for SandboxClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

#[derive(Debug)]
struct NoWait;

impl Wait for NoWait {
    fn pause(&self, _: Duration) -> bedlock_identity::Pause {
        Box::pin(async {})
    }
}

struct SandboxTime {
    began: Timestamp,
    clock: Clock,
}

impl Time for SandboxTime {
    fn now(&self) -> Now {
        let wall = self.clock.now();
        Now {
            wall,
            awake: wall.duration_since(self.began).unsigned_abs(),
        }
    }

    fn wait_until(&self, at: Option<Timestamp>) -> Answer<'_, ()> {
        Box::pin(async move {
            match at {
                Some(at) => self.clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        })
    }
}

/// A disk with no room.
struct FullDisk;

impl Memory for FullDisk {
    fn recall(&self, policy: Policy) -> bedlock_watch::State {
        bedlock_watch::State::new(policy)
    }

    fn keep(&self, _: &bedlock_watch::State) -> Result<(), bedlock_host::HostError> {
        Err(bedlock_host::HostError::NoSpace {
            path: "/state/daemon.json".into(),
            needed: 0,
            free: 0,
        })
    }
}

struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
