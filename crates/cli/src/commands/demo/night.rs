//! The last chapter of `bedlock demo`: a night of an agent whose session ends, on a sandbox whose
//! clock is moved.
//!
//! Told by `demo`, with the real daemon, the real sign-in and the real notifier.
//!
//! **Invariant:** the only addresses are the sandbox's, and what is kept is kept in a temporary folder.

use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use bedlock_host::{Environment, TemporaryFolder};
use bedlock_http::{Client, Limits, Settings, http};
use bedlock_identity::{Identity, Parts as IdentityParts, Pause, Store, Wait, config};
use bedlock_model::SecretBytes;
use bedlock_sandbox::{ChatMessage, Clock, Decision, ModelGrant, Sandbox, SandboxConfig};
use bedlock_watch::daemon::{Parts, run};
use bedlock_watch::notify::telegram::BotToken;
use bedlock_watch::notify::{About, Answer, Desk, Telegram};
use bedlock_watch::{CenterKeeper, FileMemory, Now, Policy, Time};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::oneshot;

use super::call;
use crate::error::CliError;
use crate::terminal;

const PROFILE: &str = "agent";
const MODEL: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const OWNER: i64 = 4242;
/// The evening that the story begins on; only the time of day is shown.
const EVENING: &str = "2026-11-25T22:00:00Z";
/// How long something that has to happen may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Tells the night, and whether everything happened that has to.
pub(super) fn tell() -> Result<bool, CliError> {
    let mut night = Night::new()?;
    night.fall()?;
    let good = night.pass_quietly()? && night.end()?;
    night.sum_up()?;
    Ok(good)
}

struct Night {
    sandbox: Sandbox,
    folder: TemporaryFolder,
    rest: Arc<Mutex<Rest>>,
    agent: Identity,
    runtime: tokio::runtime::Runtime,
    daemon: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

/// Whether the daemon waits for an answer, and when it wakes if none comes.
#[derive(Default)]
struct Rest {
    busy: bool,
    wake: Option<Timestamp>,
}

impl Night {
    fn new() -> Result<Self, CliError> {
        let start = EVENING.parse().unwrap_or(Timestamp::UNIX_EPOCH);
        let sandbox = Sandbox::start(SandboxConfig {
            clock: Clock::manual(start),
            models: vec![ModelGrant::both(MODEL)],
            ..SandboxConfig::default()
        })
        .map_err(|error| broken(&error))?;
        sandbox.telegram().open_chat(OWNER);
        let folder = TemporaryFolder::new("bedlock-demo-night")?;
        bedlock_host::create_folder(&folder.path().join(".aws"))?;
        let config = folder.path().join(".aws/config");
        bedlock_host::write_output(&config, sandbox.aws_config(PROFILE).as_bytes())?;
        let agent = Plan::of(&sandbox, &folder).identity()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(Self {
            sandbox,
            folder,
            rest: Arc::default(),
            agent,
            runtime,
            daemon: None,
        })
    }

    /// The daemon starts, finds no session, and asks; the owner taps.
    fn fall(&mut self) -> Result<(), CliError> {
        self.start_daemon();
        self.until_it_says("sign in to AWS")?;
        self.show("The daemon starts, finds no session, and writes to its owner:")?;
        self.tap()?;
        self.until_it_says("signed in")?;
        self.show("The same message says so:")?;
        self.call_a_model()?;
        Ok(())
    }

    /// Nobody is asked for as long as the portal's session lasts.
    fn pass_quietly(&mut self) -> Result<bool, CliError> {
        let before = self.sandbox.telegram().messages(OWNER).len();
        for _ in 0..84 {
            self.step(Duration::from_secs(300))?;
        }
        let renewed = self.renewals();
        self.line(&format!(
            "Seven hours have passed: the session was renewed {renewed} times, and nobody was asked."
        ))?;
        let called = self.call_a_model()?;
        Ok(called && renewed > 0 && self.sandbox.telegram().messages(OWNER).len() == before)
    }

    /// The portal's session ends while the owner sleeps; one tap, and the agent goes on.
    fn end(&mut self) -> Result<bool, CliError> {
        self.steps_until("sign in to AWS", 90)?;
        self.show("The portal's eight hours end, and no program can make them longer:")?;
        for _ in 0..75 {
            self.step(Duration::from_secs(60))?;
        }
        let refused = !self.call_a_model()?;
        self.show("The owner slept on. Links live ten minutes, so the message has a fresh one:")?;
        self.tap()?;
        self.until_it_says("signed in")?;
        self.show("One tap:")?;
        let resumed = self.call_a_model()?;
        Ok(refused && resumed)
    }

    fn sum_up(&self) -> Result<(), CliError> {
        let messages = self.sandbox.telegram().messages(OWNER).len();
        let renewed = self.renewals();
        terminal::print(&format!(
            "\nThe night in figures: 2 taps, {messages} messages, {renewed} renewals that nobody saw,\n\
             and no key on any disk.\n"
        ))
    }

    /// The owner opens the link, compares the code, and allows it.
    fn tap(&self) -> Result<(), CliError> {
        let message = self.last()?;
        let opened = message.buttons().find_map(|button| button.opens());
        let link = opened.ok_or_else(|| broken("the message has no link"))?;
        let page = http::Request::get(link)
            .body(Vec::new())
            .map_err(|error| broken(&error))?;
        let client = Client::new(Settings::default());
        let page = self
            .runtime
            .block_on(client.send(page, Limits::default()))
            .map_err(|error| broken(&error))?;
        let code = link.rsplit('=').next().unwrap_or_default();
        let shown = String::from_utf8_lossy(page.body()).contains(code);
        if !shown || !self.sandbox.decide(code, Decision::Approve) {
            return Err(broken("the sign-in page does not show the code"));
        }
        self.line(&format!(
            "The owner taps, sees the same code {code} on the sign-in page, and allows it."
        ))?;
        self.step(Duration::from_secs(16))
    }

    /// The agent asks a model something; says what came, and whether it was an answer.
    fn call_a_model(&self) -> Result<bool, CliError> {
        let endpoint = self.sandbox.endpoint();
        let now = self.sandbox.clock().now();
        let asked = self.runtime.block_on(async {
            let keys = self.agent.role_credentials().await;
            let keys = keys.map_err(|error| error.to_string())?;
            call::converse(&endpoint, "us-west-2", MODEL, &keys, now).await
        });
        match asked {
            Ok(text) => self
                .line(&format!("The agent calls its model: \"{text}\""))
                .map(|()| true),
            Err(why) => self
                .line(&format!("The agent calls its model: failed to {why}"))
                .map(|()| false),
        }
    }

    fn renewals(&self) -> usize {
        let tokens = self.sandbox.count("sso-oauth:CreateToken", 200);
        // The first tokens of a sign-in are no renewal.
        let messages = self.sandbox.telegram().messages(OWNER);
        let signed_in = messages
            .iter()
            .filter(|message| message.text().contains("signed in"));
        tokens.saturating_sub(signed_in.count())
    }

    fn line(&self, text: &str) -> Result<(), CliError> {
        let time = self.sandbox.clock().now().strftime("%H:%M");
        terminal::print(&format!("  {time}  {text}\n"))
    }

    /// Shows the last message as a phone does.
    fn show(&self, before: &str) -> Result<(), CliError> {
        self.line(before)?;
        let message = self.last()?;
        let text: String = message
            .text()
            .lines()
            .map(|line| format!("           | {line}\n"))
            .collect();
        let labels: Vec<String> = message
            .buttons()
            .map(|button| format!("[ {} ]", button.label))
            .collect();
        let buttons = match labels.is_empty() {
            true => String::new(),
            false => format!("           | {}\n", labels.join(" ")),
        };
        terminal::print(&format!("{text}{buttons}"))
    }

    fn last(&self) -> Result<ChatMessage, CliError> {
        let mut messages = self.sandbox.telegram().messages(OWNER);
        messages.pop().ok_or_else(|| broken("there is no message"))
    }

    fn says(&self, words: &str) -> bool {
        self.last()
            .is_ok_and(|message| message.text().contains(words))
    }

    fn until_it_says(&self, words: &str) -> Result<(), CliError> {
        if self.sandbox.wait_until(PATIENCE, |_| self.says(words)) {
            return Ok(());
        }
        Err(broken(&format!("no message says {words:?}")))
    }

    /// Lets minutes pass until the last message says something.
    fn steps_until(&self, words: &str, minutes: usize) -> Result<(), CliError> {
        for _ in 0..minutes {
            if self.says(words) {
                return Ok(());
            }
            self.step(Duration::from_secs(60))?;
        }
        self.until_it_says(words)
    }

    /// Lets time pass, and waits until the daemon has nothing more to do then.
    fn step(&self, span: Duration) -> Result<(), CliError> {
        self.sandbox.clock().advance(span);
        let now = self.sandbox.clock().now();
        let rests = |_: &Sandbox| {
            let rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
            !rest.busy && rest.wake.is_none_or(|at| at > now)
        };
        if self.sandbox.wait_until(PATIENCE, rests) {
            return Ok(());
        }
        Err(broken("the daemon does not come to rest"))
    }

    fn start_daemon(&mut self) {
        let plan = Plan::of(&self.sandbox, &self.folder);
        let token = self.sandbox.telegram().new_bot();
        let rest = Arc::clone(&self.rest);
        rest.lock().unwrap_or_else(PoisonError::into_inner).busy = true;
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            // Without it nothing is ever said, and whoever waits for that says so.
            let (Ok(runtime), Ok(identity)) = (runtime, plan.identity()) else {
                return;
            };
            runtime.block_on(async move {
                let Some(parts) = plan.parts(identity, &token, rest) else {
                    return;
                };
                run(parts, async move {
                    let _ = stopped.await;
                })
                .await;
            });
        });
        self.daemon = Some((stop, thread));
    }
}

impl Drop for Night {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.daemon.take() {
            let _ = stop.send(());
            let _ = thread.join();
        }
    }
}

/// What an identity and a daemon are made of; it can go to another thread.
struct Plan {
    endpoint: String,
    variables: Vec<(&'static str, String)>,
    home: std::path::PathBuf,
    clock: Clock,
}

impl Plan {
    fn of(sandbox: &Sandbox, folder: &TemporaryFolder) -> Self {
        Self {
            endpoint: sandbox.endpoint(),
            variables: sandbox.environment(),
            home: folder.path().to_path_buf(),
            clock: sandbox.clock().clone(),
        }
    }

    fn identity(&self) -> Result<Identity, CliError> {
        let mut environment = Environment::read()?;
        environment.home = self.home.clone();
        environment.variables.clear();
        for (name, value) in &self.variables {
            let value = SecretBytes::new(value.clone().into_bytes());
            environment.variables.insert((*name).to_owned(), value);
        }
        let profile =
            config::resolve(&environment, Some(PROFILE)).map_err(|error| broken(&error))?;
        Ok(Identity::open(IdentityParts {
            clock: Arc::new(SandboxClock(self.clock.clone())),
            wait: Arc::new(NoWait),
            ..IdentityParts::of(profile, Store::cache(&environment), &environment)
        }))
    }

    fn parts(self, identity: Identity, token: &str, rest: Arc<Mutex<Rest>>) -> Option<Parts> {
        let profile = identity.profile();
        let about = About {
            host: "agent-host".to_owned(),
            account: profile.account_id.clone(),
            role: profile.role_name.clone(),
            zone: TimeZone::UTC,
        };
        let telegram = Rc::new(Telegram::new(
            Client::new(Settings::default()),
            &self.endpoint,
            BotToken::new(token)?,
            OWNER,
            vec![OWNER],
            false,
        ));
        Some(Parts {
            keeper: Rc::new(CenterKeeper::new(Rc::new(identity))),
            desk: Desk::new(vec![Box::new(Rc::clone(&telegram))]),
            buttons: Some(telegram),
            about,
            policy: Policy::default(),
            time: Rc::new(SandboxTime {
                began: self.clock.now(),
                clock: self.clock,
            }),
            memory: Rc::new(FileMemory(self.home.join("state/daemon.json"))),
            folders: vec![self.home.join(".aws/sso/cache")],
            socket: None,
            hold: Duration::from_secs(1),
            observer: Some(Box::new(move |state| {
                *rest.lock().unwrap_or_else(PoisonError::into_inner) = Rest {
                    busy: state.is_busy(),
                    wake: state.wake(),
                };
            })),
        })
    }
}

struct SandboxClock(Clock);

impl bedlock_host::Clock for SandboxClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// Nothing is waited for where the clock is moved by hand.
#[derive(Debug)]
struct NoWait;

impl Wait for NoWait {
    fn pause(&self, _: Duration) -> Pause {
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

fn broken(why: &(impl std::fmt::Display + ?Sized)) -> CliError {
    CliError::refused(
        format!("the demo's night broke off: {why}"),
        "run the command again; if it breaks off again, open an issue with this line",
    )
}
