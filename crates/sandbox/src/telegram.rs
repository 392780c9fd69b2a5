//! The Bot API as far as bedlock uses it, and the chats behind it.
//!
//! Routed to by `server` for `/bot<token>/<method>`; tests and `bedlock demo` hold a [`Telegram`] to
//! read a chat and to press its buttons.
//!
//! **Invariant:** nothing is sent anywhere: a webhook is remembered and never called. A token stands
//! in no record and in no `Debug` output.
//!
//! **Source:** <https://core.telegram.org/bots/api>

mod arguments;
mod keyboard;
mod markup;
mod methods;
mod refusal;
mod updates;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::watch;

pub use self::keyboard::{Button, Press};
pub(crate) use self::methods::Method;
pub(crate) use self::refusal::Refusal;

use crate::clock::Clock;
use crate::minted::{self, Minted};

/// How many messages of a chat, updates of a bot and answers are kept.
const KEPT: usize = 1_000;

/// What a message looked like from one moment on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Version {
    /// When it was sent or edited.
    pub at: Timestamp,
    /// The text as a person reads it, without markup.
    pub text: String,
    /// The rows of buttons below it.
    pub buttons: Vec<Vec<Button>>,
    /// The text as it was sent, for telling a change from none.
    source: String,
}

/// A message that a bot sent, with everything that it ever said.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChatMessage {
    /// Its number in the chat.
    pub id: i64,
    /// Who sent it, by name.
    pub from: String,
    /// Whether it came without a sound.
    pub silent: bool,
    /// How it was sent, and each edit after that; never empty.
    pub versions: Vec<Version>,
    /// The bot's number.
    bot: i64,
}

impl ChatMessage {
    /// What it says now.
    pub fn text(&self) -> &str {
        self.versions.last().map_or("", |version| &version.text)
    }

    /// The buttons that it has now, row by row.
    pub fn buttons(&self) -> impl Iterator<Item = &Button> {
        self.versions
            .iter()
            .next_back()
            .into_iter()
            .flat_map(|version| version.buttons.iter().flatten())
    }

    /// The button with a label.
    pub fn button(&self, label: &str) -> Option<&Button> {
        self.buttons().find(|button| button.label == label)
    }
}

/// What a bot answered to a press.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallbackAnswer {
    /// The press, as [`Press::Sent`] names it.
    pub query: String,
    /// What is shown to the person, if anything.
    pub text: Option<String>,
}

/// Telegram's side of one sandbox; clones are the same Telegram.
#[derive(Clone)]
pub struct Telegram {
    shared: Arc<Shared>,
}

struct Shared {
    clock: Clock,
    state: Mutex<State>,
    /// Told whenever there may be something for a waiting reader.
    changed: watch::Sender<()>,
}

#[derive(Default)]
struct State {
    bots: Vec<Bot>,
    chats: BTreeMap<i64, Chat>,
    queries: VecDeque<Query>,
    answers: VecDeque<CallbackAnswer>,
}

struct Bot {
    token: Minted,
    id: i64,
    webhook: Option<String>,
    updates: VecDeque<(i64, Value)>,
    next_update: i64,
    /// Which reader is the last one; any before is told to go.
    reader: u64,
}

#[derive(Default)]
struct Chat {
    messages: VecDeque<ChatMessage>,
    next_message: i64,
    blocked: BTreeSet<i64>,
}

/// A press that waits for its answer.
struct Query {
    id: String,
    bot: i64,
    at: Timestamp,
}

impl Telegram {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            shared: Arc::new(Shared {
                clock,
                state: Mutex::default(),
                changed: watch::Sender::new(()),
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        let state = self.shared.state.lock();
        state.unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// Makes a bot and returns its token.
    pub fn new_bot(&self) -> String {
        let mut state = self.state();
        let id = 1_000_000_001 + i64::try_from(state.bots.len()).unwrap_or(0);
        let token = minted::bot_token(id);
        let text = token.expose().to_owned();
        state.bots.push(Bot {
            token,
            id,
            webhook: None,
            updates: VecDeque::new(),
            next_update: 700_000_001,
            reader: 0,
        });
        text
    }

    /// Lets a chat be written to, as a person does who starts a bot; private chats carry the number
    /// of their person.
    pub fn open_chat(&self, chat: i64) {
        self.state().chats.entry(chat).or_default();
    }

    /// Lets the person of a chat block every bot, or unblock them.
    pub fn set_blocked(&self, chat: i64, blocked: bool) {
        let mut state = self.state();
        let bots: BTreeSet<i64> = state.bots.iter().map(|bot| bot.id).collect();
        if let Some(chat) = state.chats.get_mut(&chat) {
            chat.blocked = if blocked { bots } else { BTreeSet::new() };
        }
    }

    /// Returns what bots wrote in a chat and did not delete, oldest first.
    pub fn messages(&self, chat: i64) -> Vec<ChatMessage> {
        let state = self.state();
        let chat = state.chats.get(&chat);
        chat.map_or_else(Vec::new, |chat| chat.messages.iter().cloned().collect())
    }

    /// Returns what bots answered to presses, oldest first.
    pub fn answers(&self) -> Vec<CallbackAnswer> {
        self.state().answers.iter().cloned().collect()
    }

    /// Presses a button as a user; `None` when the message is gone or has no such button now.
    pub fn press(&self, chat: i64, message: i64, user: i64, label: &str) -> Option<Press> {
        let found = self
            .messages(chat)
            .into_iter()
            .find(|one| one.id == message)?;
        let button = found.button(label)?.clone();
        match button.opens() {
            Some(url) => Some(Press::Opens(url.to_owned())),
            None => self.press_data(chat, message, user, button.data()?),
        }
    }

    /// Sends a press with any data, as a client that somebody tampered with can, or one that shows
    /// an older version of the message; `None` when the message is gone.
    pub fn press_data(&self, chat: i64, message: i64, user: i64, data: &str) -> Option<Press> {
        let now = self.now();
        let mut state = self.state();
        let mut known = state.chats.get(&chat)?.messages.iter();
        let found = known.find(|one| one.id == message)?.clone();
        let query = minted::decimal_digits(18);
        let update = json!({
            "id": query,
            "from": person(user),
            "message": methods::written(&found, chat),
            "chat_instance": "-4000000000000000001",
            "data": data,
        });
        push(
            &mut state.queries,
            Query {
                id: query.clone(),
                bot: found.bot,
                at: now,
            },
        );
        state.deliver(found.bot, "callback_query", &update);
        drop(state);
        self.shared.changed.send_replace(());
        Some(Press::Sent(query))
    }

    /// Writes a message to every bot as a user.
    pub fn say(&self, chat: i64, user: i64, text: &str) {
        let now = self.now();
        let mut state = self.state();
        let known = state.chats.entry(chat).or_default();
        known.next_message += 1;
        let message = json!({
            "message_id": known.next_message,
            "from": person(user),
            "chat": methods::chat_of(chat),
            "date": now.as_second(),
            "text": text,
        });
        let bots: Vec<i64> = state.bots.iter().map(|bot| bot.id).collect();
        for bot in bots {
            state.deliver(bot, "message", &message);
        }
        drop(state);
        self.shared.changed.send_replace(());
    }
}

impl State {
    /// Puts an update where its bot will read it.
    fn deliver(&mut self, bot: i64, kind: &str, content: &Value) {
        if let Some(bot) = self.bots.iter_mut().find(|one| one.id == bot) {
            let id = bot.next_update;
            bot.next_update += 1;
            let update = json!({ "update_id": id, kind: content });
            push(&mut bot.updates, (id, update));
        }
    }
}

fn person(user: i64) -> Value {
    json!({ "id": user, "is_bot": false, "first_name": "Somebody" })
}

fn push<T>(kept: &mut VecDeque<T>, item: T) {
    if kept.len() == KEPT {
        kept.pop_front();
    }
    kept.push_back(item);
}

impl fmt::Debug for Telegram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telegram").finish_non_exhaustive()
    }
}
