//! The daemon: turns what happens into events for the machine, and carries out what it wants.
//!
//! Run by `bedlock daemon`; in tests on a clock that they move.
//!
//! **Invariant:** one thread, and no waking up without a cause: it sleeps until the machine's next
//! moment, a change of the cache's folder, a press, a question on the socket, or a signal.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use bedlock_host::{FolderWatch, HostError};
use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio::task::{LocalSet, spawn_local};

use crate::keeper::Keeper;
use crate::machine::{Effect, Event, State, Tell, What, react};
use crate::memory::Memory;
use crate::notify::{About, Desk, NotifyError, Telegram};
use crate::socket::{self, Question, Reply, Socket, Wanted};
use crate::time::Time;
use crate::{Phase, Policy, WatchError};

/// Is shown states.
pub type Observer = Box<dyn Fn(&State)>;

/// What a daemon is made of.
pub struct Parts {
    /// Who has the session.
    pub keeper: Rc<dyn Keeper>,
    /// The ways to the owner.
    pub desk: Desk,
    /// The bot whose buttons are read, when it is one of its own.
    pub buttons: Option<Rc<Telegram>>,
    /// What messages say of their sender.
    pub about: About,
    /// What the owner wants.
    pub policy: Policy,
    /// The clocks.
    pub time: Rc<dyn Time>,
    /// What outlives a kill.
    pub memory: Rc<dyn Memory>,
    /// The folders where other programs may change the session, or put it.
    pub folders: Vec<PathBuf>,
    /// Where questions are answered.
    pub socket: Option<Socket>,
    /// How long a request for credentials is held while there is no session.
    pub hold: Duration,
    /// Is shown every state, after what it wants has begun.
    pub observer: Option<Observer>,
}

/// Waits for SIGTERM, SIGINT or SIGHUP.
///
/// # Errors
/// [`WatchError::Host`] when the system does not tell of signals.
pub fn asked_to_stop() -> Result<impl Future<Output = ()>, WatchError> {
    use tokio::signal::unix::{SignalKind, signal};
    let open = |kind| signal(kind).map_err(HostError::Signals);
    let mut terminate = open(SignalKind::terminate())?;
    let mut interrupt = open(SignalKind::interrupt())?;
    let mut hang_up = open(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hang_up.recv() => {}
        }
    })
}

/// Runs until `stop` is done.
pub async fn run(parts: Parts, stop: impl Future<Output = ()>) {
    LocalSet::new().run_until(serve(parts, stop)).await;
}

async fn serve(parts: Parts, stop: impl Future<Output = ()>) {
    let (happened, mut happening) = mpsc::unbounded_channel();
    let state = parts.memory.recall(parts.policy.clone());
    let (buttons, listening) = watch::channel(false);
    let (good, resumed) = watch::channel(false);
    let daemon = Rc::new(Daemon {
        keeper: parts.keeper,
        desk: parts.desk,
        about: parts.about,
        time: parts.time,
        memory: parts.memory,
        hold: parts.hold,
        observer: parts.observer,
        state: RefCell::new(state),
        saved: Cell::new(true),
        held: Cell::new(0),
        happened,
        buttons,
        good,
        resumed,
    });
    if let Some(telegram) = parts.buttons {
        spawn_local(listen(Rc::clone(&daemon), telegram, listening));
    }
    for folder in parts.folders {
        spawn_local(follow(Rc::clone(&daemon), folder));
    }
    if let Some(socket) = parts.socket {
        spawn_local(answer(Rc::clone(&daemon), socket));
    }
    daemon.take(What::Woke);
    tell_system(&[sd_notify::NotifyState::Ready]);
    spawn_local(feed_watchdog());
    tokio::pin!(stop);
    loop {
        let wake = daemon.state.borrow().wake();
        tokio::select! {
            biased;
            () = &mut stop => break,
            Some(what) = happening.recv() => daemon.take(what),
            () = daemon.time.wait_until(wake) => daemon.take(What::Woke),
        }
    }
    tell_system(&[sd_notify::NotifyState::Stopping]);
    tracing::info!("stopping");
}

struct Daemon {
    keeper: Rc<dyn Keeper>,
    desk: Desk,
    about: About,
    time: Rc<dyn Time>,
    memory: Rc<dyn Memory>,
    hold: Duration,
    observer: Option<Observer>,
    state: RefCell<State>,
    /// Whether the last state is on disk.
    saved: Cell<bool>,
    held: Cell<u32>,
    happened: mpsc::UnboundedSender<What>,
    buttons: watch::Sender<bool>,
    good: watch::Sender<bool>,
    resumed: watch::Receiver<bool>,
}

impl Daemon {
    /// Takes in an event, and does what the machine wants.
    fn take(self: &Rc<Self>, what: What) {
        let at = self.time.now();
        let before = self.state.borrow().phase(at.wall);
        let (next, effects) = react(&self.state.borrow(), Event { at, what });
        let phase = next.phase(at.wall);
        let listens = next.has_message();
        let good = next
            .session()
            .is_some_and(|session| session.expires_at > at.wall);
        *self.state.borrow_mut() = next;
        if phase != before {
            tracing::info!(phase = phase.name(), "the session");
            tell_system(&[sd_notify::NotifyState::Status(phase.name())]);
        }
        for effect in effects {
            self.carry_out(effect);
        }
        if let Some(observer) = &self.observer {
            observer(&self.state.borrow());
        }
        self.buttons
            .send_if_modified(|old| std::mem::replace(old, listens) != listens);
        self.good
            .send_if_modified(|old| std::mem::replace(old, good) != good);
    }

    fn carry_out(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::Save => self.save(),
            Effect::Look => self.answer(self.look()),
            Effect::Renew => {
                self.begin(|daemon| async move { What::Renewed(daemon.keeper.renew().await) })
            }
            Effect::Begin => {
                self.begin(|daemon| async move { What::Begun(daemon.keeper.begin().await) })
            }
            Effect::Poll(attempt) => {
                self.begin(|daemon| async move { What::Polled(daemon.keeper.poll(&attempt).await) })
            }
            Effect::Tell(tell) => self.begin(|daemon| async move { daemon.tell(tell).await }),
            Effect::Resume(count) => tracing::info!(count, "requests go on"),
        }
    }

    /// Does something that takes time; its outcome is an event.
    fn begin<F: Future<Output = What> + 'static>(
        self: &Rc<Self>,
        work: impl FnOnce(Rc<Self>) -> F + 'static,
    ) {
        let daemon = Rc::clone(self);
        spawn_local(async move {
            let what = work(Rc::clone(&daemon)).await;
            daemon.answer(what);
        });
    }

    fn answer(&self, what: What) {
        // It fails only when the daemon is on its way out.
        let _ = self.happened.send(what);
    }

    fn save(&self) {
        match self.memory.keep(&self.state.borrow()) {
            Ok(()) => self.saved.set(true),
            Err(error) => {
                self.saved.set(false);
                tracing::error!(%error, "the state is not on disk");
                self.desk.note(format!(
                    "bedlock failed to {error}; it goes on from memory."
                ));
            }
        }
    }

    fn look(&self) -> What {
        match self.keeper.look() {
            Ok(session) => What::Observed(session),
            Err(error) => {
                tracing::error!(%error, "the session cannot be read");
                self.desk.note(format!("bedlock failed to {error}."));
                What::Observed(self.state.borrow().session().cloned())
            }
        }
    }

    async fn tell(&self, tell: Tell) -> What {
        let now = self.time.now().wall;
        let letter = self.about.letter(&tell.notice, tell.silent, now);
        let kind = letter.kind;
        let outcome = self.desk.tell(&tell, letter).await;
        match &outcome {
            Ok(receipt) => tracing::info!(kind, notifier = %receipt.notifier, "told the owner"),
            Err(_) => tracing::warn!(kind, "nobody could tell the owner"),
        }
        What::Told(outcome)
    }

    fn status(&self) -> serde_json::Value {
        let now = self.time.now().wall;
        let state = self.state.borrow();
        json!({
            "phase": state.phase(now).name(),
            "expiresAt": state.session().map(|session| session.expires_at),
            "endsAbout": state.session().and_then(|session| session.ends),
            "asked": state.attempt().is_some(),
            "held": self.held.get(),
            "wakesAt": state.wake(),
            "stateOnDisk": self.saved.get(),
            "notifiers": self.desk.names().collect::<Vec<_>>(),
        })
    }

    /// Role credentials; without a session the request waits for one, for a while.
    async fn credentials(&self, wanted: &Wanted) -> Reply {
        if !wanted.is(&self.about.account, &self.about.role) {
            return Reply::Other;
        }
        let mut resumed = self.resumed.clone();
        if !*resumed.borrow_and_update() {
            self.hold(1);
            let wait = tokio::time::timeout(self.hold, resumed.wait_for(|good| *good));
            let waited = wait.await;
            self.hold(-1);
            if waited.is_err() {
                return Reply::No(self.excuse());
            }
        }
        match self.keeper.credentials().await {
            Ok(document) => Reply::Credentials(document),
            Err(why) => Reply::No(why),
        }
    }

    fn hold(&self, more: i32) {
        let held = self.held.get().saturating_add_signed(more);
        self.held.set(held);
        self.answer(What::Held(held));
    }

    fn excuse(&self) -> String {
        let now = self.time.now().wall;
        match self.state.borrow().phase(now) {
            Phase::WaitingForTap => {
                "no session: the sign-in link is in the owner's chat".to_owned()
            }
            phase => format!("no session ({}): bedlock login", phase.name()),
        }
    }
}

/// Reads presses while there is a message with buttons.
async fn listen(daemon: Rc<Daemon>, telegram: Rc<Telegram>, mut wanted: watch::Receiver<bool>) {
    let mut offset = 0;
    let mut failures = 0_u32;
    loop {
        if wanted.wait_for(|wanted| *wanted).await.is_err() {
            return;
        }
        let pressed = tokio::select! {
            pressed = telegram.pressed(&mut offset) => pressed,
            // A press that was on its way is delivered again: its number was not confirmed.
            _ = wanted.wait_for(|wanted| !*wanted) => continue,
        };
        match pressed {
            Ok(all) => {
                failures = 0;
                for one in all {
                    tracing::info!(button = ?one.button, "the owner pressed a button");
                    daemon.answer(What::Pressed(one.button, one.request));
                }
            }
            Err(error) => {
                tracing::warn!(%error, "buttons cannot be read");
                if let NotifyError::Setup(why) = error {
                    daemon.desk.note(format!("telegram: {why}."));
                }
                let least = error.wait().unwrap_or_default();
                let wait = Duration::from_secs(5 << failures.min(6)).max(least);
                failures = failures.saturating_add(1);
                tokio::time::sleep(wait).await;
            }
        }
    }
}

/// How often a folder that cannot be watched is looked at.
const LOOK: Duration = Duration::from_secs(60);
/// A file is often written in several steps.
const SETTLE: Duration = Duration::from_millis(200);

/// Notices when another program signs in, or removes the session.
async fn follow(daemon: Rc<Daemon>, folder: PathBuf) {
    let mut said = false;
    loop {
        match bedlock_host::private_folder(&folder) {
            Err(error) if !std::mem::replace(&mut said, true) => {
                tracing::warn!(%error, "a folder that a session may be in is not there");
            }
            Err(_) => {}
            Ok(()) => said = false,
        }
        if let Ok(watch) = FolderWatch::new(&folder) {
            daemon.answer(What::Changed);
            watch_folder(&daemon, watch).await;
        }
        tokio::time::sleep(LOOK).await;
        daemon.answer(What::Changed);
    }
}

/// Returns when the folder is not watched any more.
#[cfg(target_os = "linux")]
async fn watch_folder(daemon: &Daemon, watch: FolderWatch) {
    let Ok(watch) = crate::time::readiness(watch) else {
        return;
    };
    while let Ok(mut ready) = watch.readable().await {
        tokio::time::sleep(SETTLE).await;
        let watched = watch.get_ref().taken();
        ready.clear_ready();
        daemon.answer(What::Changed);
        if !watched {
            return;
        }
    }
}

/// There is nothing to wait for here.
#[cfg(not(target_os = "linux"))]
async fn watch_folder(_: &Daemon, _: FolderWatch) {}

/// Answers questions, each by itself.
async fn answer(daemon: Rc<Daemon>, socket: Socket) {
    let socket = Rc::new(socket);
    loop {
        let Some((mut stream, uid)) = socket.accept().await else {
            // Refused, or out of descriptors: not in a hurry either way.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (daemon, socket) = (Rc::clone(&daemon), Rc::clone(&socket));
        spawn_local(async move {
            let Some(asked) = socket::question(&mut stream).await else {
                return;
            };
            let reply = match asked {
                question if !socket.allows(uid, &question) => {
                    Reply::No("this user may not ask that".to_owned())
                }
                Question::Ping => Reply::Plain(serde_json::Value::Null),
                Question::Status => Reply::Plain(daemon.status()),
                Question::Creds(wanted) => daemon.credentials(&wanted).await,
            };
            socket::answer(stream, reply).await;
        });
    }
}

/// Tells systemd that the daemon lives, as often as it wants to hear it.
async fn feed_watchdog() {
    let Some(patience) = sd_notify::watchdog_enabled() else {
        return;
    };
    loop {
        tokio::time::sleep(patience / 2).await;
        tell_system(&[sd_notify::NotifyState::Watchdog]);
    }
}

fn tell_system(news: &[sd_notify::NotifyState<'_>]) {
    // Without systemd there is nobody to tell.
    let _ = sd_notify::notify(news);
}
