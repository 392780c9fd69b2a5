//! The methods of the Bot API, one function each.
//!
//! Routed to by `server`.
//!
//! **Invariant:** a method works on a chat only when somebody opened it, and changes only messages
//! of the bot that asks.
//!
//! **Source:** <https://core.telegram.org/bots/api#available-methods>

use hyper::StatusCode;
use hyper::header::HeaderMap;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::arguments::Arguments;
use super::keyboard::{self, Button};
use super::markup;
use super::refusal::Refusal;
use super::{Bot, CallbackAnswer, Chat, ChatMessage, State, Telegram, Version, push};
use crate::reply::Reply;

const LONGEST_TEXT: usize = 4096;
/// How long after a press it can be answered.
const ANSWERABLE: SignedDuration = SignedDuration::from_mins(15);

/// The methods that bedlock uses, and those that tests of it need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    AnswerCallbackQuery,
    DeleteMessage,
    DeleteWebhook,
    EditMessageReplyMarkup,
    EditMessageText,
    GetChat,
    GetMe,
    GetUpdates,
    GetWebhookInfo,
    SendMessage,
    SetWebhook,
    Unknown,
}

impl Method {
    const ALL: [(Self, &str, &str); 11] = [
        (
            Self::AnswerCallbackQuery,
            "telegram:answerCallbackQuery",
            "/bot-/answerCallbackQuery",
        ),
        (
            Self::DeleteMessage,
            "telegram:deleteMessage",
            "/bot-/deleteMessage",
        ),
        (
            Self::DeleteWebhook,
            "telegram:deleteWebhook",
            "/bot-/deleteWebhook",
        ),
        (
            Self::EditMessageReplyMarkup,
            "telegram:editMessageReplyMarkup",
            "/bot-/editMessageReplyMarkup",
        ),
        (
            Self::EditMessageText,
            "telegram:editMessageText",
            "/bot-/editMessageText",
        ),
        (Self::GetChat, "telegram:getChat", "/bot-/getChat"),
        (Self::GetMe, "telegram:getMe", "/bot-/getMe"),
        (Self::GetUpdates, "telegram:getUpdates", "/bot-/getUpdates"),
        (
            Self::GetWebhookInfo,
            "telegram:getWebhookInfo",
            "/bot-/getWebhookInfo",
        ),
        (
            Self::SendMessage,
            "telegram:sendMessage",
            "/bot-/sendMessage",
        ),
        (Self::SetWebhook, "telegram:setWebhook", "/bot-/setWebhook"),
    ];

    /// Reads `/bot<token>/<method>`; the token is returned beside.
    pub(crate) fn of(path: &str) -> Option<(Self, &str)> {
        let (token, name) = path.strip_prefix("/bot")?.split_once('/')?;
        let known = Self::ALL.iter().find(|(_, action, _)| {
            let (_, known) = action.split_once(':').unwrap_or_default();
            known.eq_ignore_ascii_case(name)
        });
        Some((known.map_or(Self::Unknown, |(method, ..)| *method), token))
    }

    pub(crate) fn action(self) -> &'static str {
        self.entry().map_or("telegram:unknown", |entry| entry.1)
    }

    /// The path without its token, for the log.
    pub(crate) fn logged_path(self) -> &'static str {
        self.entry().map_or("/bot-/-", |entry| entry.2)
    }

    fn entry(self) -> Option<&'static (Self, &'static str, &'static str)> {
        Self::ALL.iter().find(|(method, ..)| *method == self)
    }
}

impl Telegram {
    /// Answers one call.
    pub(crate) async fn answer(
        &self,
        method: Method,
        token: &str,
        query: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Reply {
        let answered = match Arguments::read(query, headers, body) {
            Ok(asked) => self.call(method, token, &asked).await,
            Err(refusal) => Err(refusal),
        };
        match answered {
            Ok(result) => {
                let body = json!({ "ok": true, "result": result });
                Reply::plain_json(StatusCode::OK, None, &body)
            }
            Err(refusal) => refusal.into_reply(),
        }
    }

    async fn call(&self, method: Method, token: &str, asked: &Arguments) -> Result<Value, Refusal> {
        let bot = self.state().authenticate(token)?;
        match method {
            Method::GetUpdates => self.updates(bot, asked).await,
            Method::GetMe => Ok(written_bot(bot)),
            Method::SendMessage => self.send_message(bot, asked),
            Method::EditMessageText => self.edit(bot, asked, true),
            Method::EditMessageReplyMarkup => self.edit(bot, asked, false),
            Method::DeleteMessage => self.delete_message(bot, asked),
            Method::AnswerCallbackQuery => self.answer_callback_query(bot, asked),
            Method::GetChat => {
                let mut state = self.state();
                let (id, _) = state.chat(bot, asked)?;
                Ok(chat_of(id))
            }
            Method::SetWebhook => self.set_webhook(bot, asked.text("url").unwrap_or_default()),
            Method::DeleteWebhook => {
                if asked.is_true("drop_pending_updates") {
                    self.state().bot(bot)?.updates.clear();
                }
                self.set_webhook(bot, "")
            }
            Method::GetWebhookInfo => {
                let mut state = self.state();
                let bot = state.bot(bot)?;
                Ok(json!({
                    "url": bot.webhook.clone().unwrap_or_default(),
                    "has_custom_certificate": false,
                    "pending_update_count": bot.updates.len(),
                }))
            }
            Method::Unknown => Err(Refusal::not_found()),
        }
    }

    fn send_message(&self, bot: i64, asked: &Arguments) -> Result<Value, Refusal> {
        let now = self.now();
        let mut state = self.state();
        let (id, chat) = state.chat(bot, asked)?;
        let version = Version {
            at: now,
            ..content(asked)?
        };
        chat.next_message += 1;
        let message = ChatMessage {
            id: chat.next_message,
            from: username(bot),
            silent: asked.is_true("disable_notification"),
            versions: vec![version],
            bot,
        };
        let answer = written(&message, id);
        push(&mut chat.messages, message);
        Ok(answer)
    }

    /// Edits text and buttons, or the buttons alone; without any, they go.
    fn edit(&self, bot: i64, asked: &Arguments, with_text: bool) -> Result<Value, Refusal> {
        let now = self.now();
        let mut state = self.state();
        let (id, chat) = state.chat(bot, asked)?;
        let message = chat.message(bot, asked, "message to edit not found")?;
        let Some(before) = message.versions.last() else {
            return Err(Refusal::bad_request("message to edit not found"));
        };
        let next = if with_text {
            content(asked)?
        } else {
            Version {
                buttons: keyboard::parse(asked.object("reply_markup")?)?,
                ..before.clone()
            }
        };
        if (&next.text, &next.source, &next.buttons)
            == (&before.text, &before.source, &before.buttons)
        {
            return Err(Refusal::bad_request(
                "message is not modified: specified new message content and reply markup are \
                 exactly the same as a current content and reply markup of the message",
            ));
        }
        message.versions.push(Version { at: now, ..next });
        Ok(written(message, id))
    }

    fn delete_message(&self, bot: i64, asked: &Arguments) -> Result<Value, Refusal> {
        let mut state = self.state();
        let (_, chat) = state.chat(bot, asked)?;
        let id = chat.message(bot, asked, "message to delete not found")?.id;
        chat.messages.retain(|message| message.id != id);
        Ok(true.into())
    }

    fn answer_callback_query(&self, bot: i64, asked: &Arguments) -> Result<Value, Refusal> {
        let now = self.now();
        let mut state = self.state();
        let id = asked.text("callback_query_id").unwrap_or_default();
        let position = state.queries.iter().position(|query| {
            query.id == id && query.bot == bot && now.duration_since(query.at) < ANSWERABLE
        });
        let Some(query) = position.and_then(|position| state.queries.remove(position)) else {
            return Err(Refusal::bad_request(
                "query is too old and response timeout expired or query ID is invalid",
            ));
        };
        let answer = CallbackAnswer {
            query: query.id,
            text: asked.text("text").map(str::to_owned),
        };
        push(&mut state.answers, answer);
        Ok(true.into())
    }

    fn set_webhook(&self, bot: i64, url: &str) -> Result<Value, Refusal> {
        if !url.is_empty() && !url.starts_with("https://") {
            let why = "bad webhook: An HTTPS URL must be provided for webhook";
            return Err(Refusal::bad_request(why));
        }
        let mut state = self.state();
        state.bot(bot)?.webhook = (!url.is_empty()).then(|| url.to_owned());
        Ok(true.into())
    }
}

impl State {
    fn authenticate(&self, token: &str) -> Result<i64, Refusal> {
        let known = self.bots.iter().find(|bot| bot.token.expose() == token);
        match (known, token.split_once(':')) {
            (Some(bot), _) => Ok(bot.id),
            (None, Some((id, _))) if id.parse::<u64>().is_ok() => Err(Refusal::unauthorized()),
            (None, _) => Err(Refusal::not_found()),
        }
    }

    pub(super) fn bot(&mut self, id: i64) -> Result<&mut Bot, Refusal> {
        let mut bots = self.bots.iter_mut();
        bots.find(|bot| bot.id == id)
            .ok_or_else(Refusal::unauthorized)
    }

    /// The chat that a call names, if it can be written to.
    fn chat(&mut self, bot: i64, asked: &Arguments) -> Result<(i64, &mut Chat), Refusal> {
        let id = asked.number("chat_id");
        if id.is_none() && asked.text("chat_id").is_none() {
            return Err(Refusal::bad_request("chat_id is empty"));
        }
        let known = id.and_then(|id| self.chats.get_mut(&id).map(|chat| (id, chat)));
        match known {
            Some((_, chat)) if chat.blocked.contains(&bot) => Err(Refusal::blocked()),
            Some(found) => Ok(found),
            None => Err(Refusal::bad_request("chat not found")),
        }
    }
}

impl Chat {
    fn message(
        &mut self,
        bot: i64,
        asked: &Arguments,
        missing: &str,
    ) -> Result<&mut ChatMessage, Refusal> {
        let id = asked.number("message_id");
        let mut messages = self.messages.iter_mut();
        let found = messages.find(|one| Some(one.id) == id && one.bot == bot);
        found.ok_or_else(|| Refusal::bad_request(missing))
    }
}

/// Reads text and buttons of a message.
fn content(asked: &Arguments) -> Result<Version, Refusal> {
    let source = asked.text("text").unwrap_or_default();
    let text = markup::read(source, asked.text("parse_mode"))?;
    if text.trim().is_empty() {
        return Err(Refusal::bad_request("message text is empty"));
    }
    if text.chars().count() > LONGEST_TEXT {
        return Err(Refusal::bad_request("message is too long"));
    }
    Ok(Version {
        at: jiff::Timestamp::UNIX_EPOCH,
        text,
        buttons: keyboard::parse(asked.object("reply_markup")?)?,
        source: source.to_owned(),
    })
}

/// Writes a message as the Bot API returns it.
pub(super) fn written(message: &ChatMessage, chat: i64) -> Value {
    let second = |version: Option<&Version>| version.map_or(0, |one| one.at.as_second());
    let mut answer = json!({
        "message_id": message.id,
        "from": written_bot(message.bot),
        "chat": chat_of(chat),
        "date": second(message.versions.first()),
        "text": message.text(),
    });
    if message.versions.len() > 1 {
        answer["edit_date"] = second(message.versions.last()).into();
    }
    let buttons: &[Vec<Button>] = message
        .versions
        .last()
        .map_or(&[], |version| &version.buttons);
    if !buttons.is_empty() {
        answer["reply_markup"] = keyboard::written(buttons);
    }
    answer
}

fn username(bot: i64) -> String {
    format!("sandbox_{bot}_bot")
}

fn written_bot(bot: i64) -> Value {
    json!({
        "id": bot,
        "is_bot": true,
        "first_name": "bedlock sandbox",
        "username": username(bot),
        "can_join_groups": true,
        "can_read_all_group_messages": false,
        "supports_inline_queries": false,
    })
}

/// Writes a chat; groups have negative numbers.
pub(super) fn chat_of(id: i64) -> Value {
    if id < 0 {
        json!({ "id": id, "title": "A group", "type": "supergroup" })
    } else {
        json!({ "id": id, "first_name": "Somebody", "type": "private" })
    }
}
