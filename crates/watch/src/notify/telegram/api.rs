//! The five calls of the Bot API that bedlock makes, over the client that everything else uses.
//!
//! **Invariant:** what Telegram answers is read into these types and dropped; its words never leave
//! this file, because they quote what was sent.
//!
//! **Source:** <https://core.telegram.org/bots/api#making-requests>

use std::time::Duration;

use bedlock_http::{Client, Limits, http};
use bedlock_model::SecretText;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

use super::NotifyError;

/// A bot's token.
#[derive(Debug)]
pub struct BotToken(SecretText);

impl BotToken {
    /// Takes a token; `None` when the text has not the shape of one.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let (number, secret) = text.split_once(':')?;
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let plain = !secret.is_empty() && secret.bytes().all(word);
        (digits && plain && text.len() <= 128).then(|| Self(SecretText::new(text.to_owned())))
    }

    pub(super) fn danger_expose(&self) -> &str {
        self.0.danger_expose()
    }
}

/// The way to one bot.
pub(super) struct Api {
    http: Client,
    root: String,
    token: BotToken,
}

/// Text without a picture of the page that it links to: fetching it would use the link.
#[derive(Debug, Serialize)]
pub(super) struct Silence {
    is_disabled: bool,
}

impl Default for Silence {
    fn default() -> Self {
        Self { is_disabled: true }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Keyboard {
    pub(super) inline_keyboard: Vec<Vec<Key>>,
}

#[derive(Debug, Serialize)]
pub(super) struct Key {
    text: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_data: Option<String>,
}

impl Key {
    pub(super) fn open(text: &'static str, url: &str) -> Self {
        Self {
            text,
            url: Some(url.to_owned()),
            callback_data: None,
        }
    }

    pub(super) fn call(text: &'static str, data: String) -> Self {
        Self {
            text,
            url: None,
            callback_data: Some(data),
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct SendMessage {
    pub(super) chat_id: i64,
    pub(super) text: String,
    pub(super) disable_notification: bool,
    pub(super) link_preview_options: Silence,
    pub(super) reply_markup: Keyboard,
}

#[derive(Debug, Serialize)]
pub(super) struct EditMessageText {
    pub(super) chat_id: i64,
    pub(super) message_id: i64,
    pub(super) text: String,
    pub(super) link_preview_options: Silence,
    pub(super) reply_markup: Keyboard,
}

#[derive(Debug, Serialize)]
pub(super) struct DeleteMessage {
    pub(super) chat_id: i64,
    pub(super) message_id: i64,
}

#[derive(Debug, Serialize)]
struct GetUpdates {
    offset: i64,
    timeout: u64,
    allowed_updates: [&'static str; 1],
}

#[derive(Debug, Serialize)]
struct AnswerCallbackQuery<'a> {
    callback_query_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'static str>,
}

/// A message that was sent.
#[derive(Debug, Deserialize)]
pub(super) struct Sent {
    pub(super) message_id: i64,
}

/// Something that happened to the bot.
#[derive(Debug, Deserialize)]
pub(super) struct Update {
    pub(super) update_id: i64,
    pub(super) callback_query: Option<CallbackQuery>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CallbackQuery {
    pub(super) id: String,
    pub(super) from: User,
    pub(super) message: Option<InChat>,
    pub(super) data: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub(super) id: i64,
}

#[derive(Debug, Deserialize)]
pub(super) struct InChat {
    pub(super) chat: Chat,
}

#[derive(Debug, Deserialize)]
pub(super) struct Chat {
    pub(super) id: i64,
}

#[derive(Debug, Deserialize)]
struct Envelope<T> {
    ok: bool,
    result: Option<T>,
    #[serde(default)]
    description: String,
    parameters: Option<Parameters>,
}

#[derive(Debug, Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
}

/// Reads an answer of the Bot API: status and body.
///
/// # Errors
/// [`NotifyError`] for everything but a result.
fn read_answer<T: DeserializeOwned>(status: u16, body: &[u8]) -> Result<T, NotifyError> {
    let Ok(envelope) = serde_json::from_slice::<Envelope<T>>(body) else {
        // A proxy, or a server that is not Telegram's; the status says more than the body.
        return Err(match status {
            200..=299 => NotifyError::Answer,
            status => refused(status, "", None),
        });
    };
    match (envelope.ok, envelope.result) {
        (true, Some(result)) => Ok(result),
        (true, None) => Err(NotifyError::Answer),
        (false, _) => {
            let wait = envelope.parameters.and_then(|one| one.retry_after);
            Err(refused(status, &envelope.description, wait))
        }
    }
}

/// Reads an answer in every way in which one is read, and shows every error; for the fuzzer.
pub fn read_any_answer(status: u16, body: &[u8]) {
    let said = |error: NotifyError| format!("{error} {error:?} {:?}", error.wait());
    let _ = read_answer::<Vec<Update>>(status, body).map_err(said);
    let _ = read_answer::<Sent>(status, body).map_err(said);
    let _ = read_answer::<IgnoredAny>(status, body).map_err(said);
}

fn refused(status: u16, description: &str, wait: Option<u64>) -> NotifyError {
    let says = |words: &str| description.contains(words);
    let why = match status {
        429 => {
            // Nobody waits longer than a day because a number is wrong.
            let wait = wait.map(|seconds| Duration::from_secs(seconds.min(86_400)));
            return NotifyError::Limited { wait };
        }
        400 if says("message is not modified") => return NotifyError::Setup(UNCHANGED),
        400 if says("message to edit not found")
            || says("message can't be edited")
            || says("message to delete not found")
            || says("message can't be deleted") =>
        {
            return NotifyError::Gone;
        }
        400 if says("chat not found") => {
            "there is no such chat; the owner has to write to the bot first"
        }
        401 | 404 => "the token is not one of a bot",
        403 => "the owner has blocked the bot, or left the chat",
        409 => {
            return NotifyError::Setup(
                "another program reads this bot's updates: set shared = true in [notify.telegram]",
            );
        }
        500.. => "Telegram has a problem",
        _ => "Telegram does not take the message",
    };
    NotifyError::Refused { status, why }
}

/// Not an error, where it is met.
const UNCHANGED: &str = "the message says that already";

impl Api {
    pub(super) fn new(http: Client, root: &str, token: BotToken) -> Self {
        Self {
            http,
            root: root.trim_end_matches('/').to_owned(),
            token,
        }
    }

    pub(super) fn token(&self) -> &BotToken {
        &self.token
    }

    /// Makes a call and reads its result.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        method: &str,
        arguments: &impl Serialize,
    ) -> Result<T, NotifyError> {
        self.within(method, arguments, Limits::default()).await
    }

    /// Makes a call whose result says nothing more.
    pub(super) async fn call_for_nothing(
        &self,
        method: &str,
        arguments: &impl Serialize,
    ) -> Result<(), NotifyError> {
        match self.call::<IgnoredAny>(method, arguments).await {
            Err(NotifyError::Setup(UNCHANGED)) => Ok(()),
            other => other.map(drop),
        }
    }

    pub(super) async fn updates(
        &self,
        offset: i64,
        wait: Duration,
    ) -> Result<Vec<Update>, NotifyError> {
        let arguments = GetUpdates {
            offset,
            timeout: wait.as_secs(),
            allowed_updates: ["callback_query"],
        };
        let limits = Limits {
            deadline: wait + Duration::from_secs(15),
            ..Limits::default()
        };
        self.within("getUpdates", &arguments, limits).await
    }

    pub(super) async fn answer_callback(
        &self,
        id: &str,
        text: Option<&'static str>,
    ) -> Result<(), NotifyError> {
        let arguments = AnswerCallbackQuery {
            callback_query_id: id,
            text,
        };
        // One that is too old to be answered was pressed all the same.
        match self
            .call_for_nothing("answerCallbackQuery", &arguments)
            .await
        {
            Err(NotifyError::Refused { status: 400, .. }) => Ok(()),
            other => other,
        }
    }

    async fn within<T: DeserializeOwned>(
        &self,
        method: &str,
        arguments: &impl Serialize,
        limits: Limits,
    ) -> Result<T, NotifyError> {
        let address = format!("{}/bot{}/{method}", self.root, self.token.danger_expose());
        let body = serde_json::to_vec(arguments).map_err(|_| NotifyError::Answer)?;
        let request = http::Request::post(address)
            .header(http::header::CONTENT_TYPE, "application/json")
            .body(body)
            .map_err(|_| NotifyError::Setup("api_root is no address"))?;
        let answer = self.http.send(request, limits).await?;
        read_answer(answer.status().as_u16(), answer.body())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_a_shape_and_are_not_shown() {
        for wrong in ["", "abc", ":x", "1:", "1:a b", "1:a/../b", "x:abc", "1:a?b"] {
            assert!(BotToken::new(wrong).is_none(), "{wrong}");
        }
        let token = BotToken::new("1000:FAKE-canary_value\n").unwrap();
        assert_eq!(token.danger_expose(), "1000:FAKE-canary_value");
        assert!(!format!("{token:?}").contains("canary"));
    }

    #[test]
    fn answers_are_understood_and_not_quoted() {
        let check = |status, body: &str| read_answer::<Sent>(status, body.as_bytes());
        assert_eq!(
            check(200, r#"{"ok":true,"result":{"message_id":5,"x":1}}"#)
                .unwrap()
                .message_id,
            5
        );
        let error = |status, body: &str| check(status, body).unwrap_err();
        let wait = r#"{"ok":false,"error_code":429,"description":"Too Many","parameters":{"retry_after":7}}"#;
        assert_eq!(error(429, wait).wait(), Some(Duration::from_secs(7)));
        let gone = r#"{"ok":false,"description":"Bad Request: message to edit not found"}"#;
        assert!(matches!(error(400, gone), NotifyError::Gone));
        for (status, body) in [
            (400, r#"{"ok":false,"description":"CANARY chat not found"}"#),
            (400, r#"{"ok":false,"description":"CANARY"}"#),
            (401, r#"{"ok":false,"description":"CANARY Unauthorized"}"#),
            (403, r#"{"ok":false,"description":"CANARY blocked"}"#),
            (409, r#"{"ok":false,"description":"CANARY Conflict"}"#),
            (502, "<html>CANARY</html>"),
            (200, "CANARY"),
            (200, r#"{"ok":true,"result":"CANARY"}"#),
        ] {
            let error = error(status, body);
            assert!(
                !format!("{error} {error:?}").contains("CANARY"),
                "{error:?}"
            );
        }
    }
}
