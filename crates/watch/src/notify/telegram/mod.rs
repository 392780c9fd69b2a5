//! Telegram: one message in the owner's chat, edited as things change.
//!
//! With a bot of its own it has buttons and reads what is pressed. With OpenClaw's bot it only
//! sends and edits, because two readers of one bot's updates take them from each other.
//!
//! **Invariant:** the token is in the path of requests and nowhere else: no log, error or `Debug`
//! output has an address in it. Only configured chats and users are obeyed, and only buttons that
//! this bot made.
//!
//! **Source:** <https://core.telegram.org/bots/api>

mod api;
mod callback;

use std::time::Duration;

use bedlock_http::Client;

pub use api::{BotToken, read_any_answer};
pub use callback::Pressed;

use api::{Api, DeleteMessage, EditMessageText, Key, Keyboard, SendMessage, Sent, Silence};

use super::{Answer, Letter, Notifier, NotifyError};
use crate::machine::Button;

/// Telegram's own server.
pub const PUBLIC_ROOT: &str = "https://api.telegram.org";

/// The longest text that Telegram takes, in UTF-16 units.
const LONGEST: usize = 4096;

/// A chat, and the bot that writes there.
pub struct Telegram {
    api: Api,
    chat: i64,
    users: Vec<i64>,
    shared: bool,
}

impl Telegram {
    /// A chat. `users` are who may press a button; in a chat with one person the numbers are the
    /// same. `shared` means that another program reads this bot's updates.
    #[must_use]
    pub fn new(
        http: Client,
        root: &str,
        token: BotToken,
        chat: i64,
        users: Vec<i64>,
        shared: bool,
    ) -> Self {
        Self {
            api: Api::new(http, root, token),
            chat,
            users,
            shared,
        }
    }

    /// Whether buttons are shown and read.
    #[must_use]
    pub fn has_buttons(&self) -> bool {
        !self.shared
    }

    /// Waits until somebody who may presses one of our buttons; returns without one when the long
    /// poll was quiet. `offset` is where to go on next time.
    ///
    /// # Errors
    /// [`NotifyError`]; [`NotifyError::Setup`] when another program reads this bot's updates.
    pub async fn pressed(&self, offset: &mut i64) -> Result<Vec<Pressed>, NotifyError> {
        let updates = self.api.updates(*offset, Duration::from_secs(50)).await?;
        let mut all = Vec::new();
        for update in updates {
            *offset = (*offset).max(update.update_id.saturating_add(1));
            let Some(query) = update.callback_query else {
                continue;
            };
            let pressed = callback::read(self.api.token(), self.chat, &self.users, &query);
            // Answered in any case, or the button spins; what is not ours learns nothing.
            let said = pressed.map(|pressed| said(pressed.button));
            self.api.answer_callback(&query.id, said).await?;
            all.extend(pressed);
        }
        Ok(all)
    }

    fn keyboard(&self, letter: &Letter) -> Keyboard {
        let mut rows = Vec::new();
        if let Some(link) = &letter.link {
            rows.push(vec![Key::open(link.label, &link.url)]);
        }
        if !self.shared && !letter.buttons.is_empty() {
            let keys = letter.buttons.iter().map(|(button, request)| {
                let data = callback::data(self.api.token(), self.chat, *button, *request);
                Key::call(label(*button), data)
            });
            rows.push(keys.collect());
        }
        Keyboard {
            inline_keyboard: rows,
        }
    }

    async fn send_new(&self, letter: &Letter) -> Result<Option<String>, NotifyError> {
        let keyboard = self.keyboard(letter);
        let message = SendMessage {
            chat_id: self.chat,
            text: cut(letter.text()),
            disable_notification: letter.silent,
            link_preview_options: Silence::default(),
            reply_markup: keyboard,
        };
        let sent: Sent = self.api.call("sendMessage", &message).await?;
        Ok(Some(sent.message_id.to_string()))
    }

    async fn edit_old(&self, reference: &str, letter: &Letter) -> Result<(), NotifyError> {
        let message = EditMessageText {
            chat_id: self.chat,
            message_id: number(reference)?,
            text: cut(letter.text()),
            link_preview_options: Silence::default(),
            reply_markup: self.keyboard(letter),
        };
        self.api.call_for_nothing("editMessageText", &message).await
    }

    async fn delete(&self, reference: &str) -> Result<(), NotifyError> {
        let message = DeleteMessage {
            chat_id: self.chat,
            message_id: number(reference)?,
        };
        match self.api.call_for_nothing("deleteMessage", &message).await {
            Err(NotifyError::Gone) => Ok(()),
            other => other,
        }
    }
}

fn number(reference: &str) -> Result<i64, NotifyError> {
    reference.parse().map_err(|_| NotifyError::Gone)
}

fn label(button: Button) -> &'static str {
    match button {
        Button::Later => "Later",
        Button::NotMe => "That was not me",
        Button::Again => "Ask me again",
    }
}

/// What the person sees for a moment.
fn said(button: Button) -> &'static str {
    match button {
        Button::Later => "Later, then",
        Button::NotMe => "Stopped",
        Button::Again => "A new link is coming",
    }
}

/// A text that is not longer than Telegram takes.
fn cut(mut text: String) -> String {
    while text.encode_utf16().count() > LONGEST {
        text.pop();
    }
    text
}

impl Notifier for Telegram {
    fn name(&self) -> &'static str {
        "telegram"
    }

    fn send<'a>(&'a self, letter: &'a Letter) -> Answer<'a, Result<Option<String>, NotifyError>> {
        Box::pin(self.send_new(letter))
    }

    fn edit<'a>(
        &'a self,
        reference: &'a str,
        letter: &'a Letter,
    ) -> Answer<'a, Result<(), NotifyError>> {
        Box::pin(self.edit_old(reference, letter))
    }

    fn remove<'a>(&'a self, reference: &'a str) -> Answer<'a, Result<(), NotifyError>> {
        Box::pin(self.delete(reference))
    }
}
