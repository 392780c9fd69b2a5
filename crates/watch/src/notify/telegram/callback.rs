//! What stands behind a button, and who may press it.
//!
//! **Invariant:** a press counts when the chat and the user are configured and the signature is this
//! bot's: `callback_data` comes back from a client that anybody may have written.
//!
//! **Source:** <https://core.telegram.org/bots/api#callbackquery>

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::api::{BotToken, CallbackQuery};
use crate::machine::Button;

/// A button that was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pressed {
    /// Which.
    pub button: Button,
    /// The number of the request that it belongs to.
    pub request: u64,
}

/// Half of a signature is as hard to guess as an AES key, and 64 bytes is all there is.
const SIGNED: usize = 16;

const NAMES: [(Button, &str); 3] = [
    (Button::Later, "later"),
    (Button::NotMe, "notme"),
    (Button::Again, "again"),
];

/// What a button sends back.
pub(super) fn data(token: &BotToken, chat: i64, button: Button, request: u64) -> String {
    let name = name(button);
    let signature = mac(token, chat, name, request).map_or_else(String::new, |mac| {
        URL_SAFE_NO_PAD.encode(&mac.finalize().into_bytes()[..SIGNED])
    });
    format!("{name}:{request}:{signature}")
}

/// What a press means; `None` when it must not mean anything.
pub(super) fn read(
    token: &BotToken,
    chat: i64,
    users: &[i64],
    query: &CallbackQuery,
) -> Option<Pressed> {
    let in_chat = query.message.as_ref()?.chat.id == chat;
    if !in_chat || !users.contains(&query.from.id) {
        tracing::warn!("a button was pressed by somebody who may not, or elsewhere");
        return None;
    }
    let mut parts = query.data.as_deref()?.split(':');
    let (word, request, signature) = (parts.next()?, parts.next()?, parts.next()?);
    let (button, word) = NAMES.into_iter().find(|(_, name)| *name == word)?;
    let request = request.parse().ok()?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    if signature.len() != SIGNED || parts.next().is_some() {
        return None;
    }
    mac(token, chat, word, request)?
        .verify_truncated_left(&signature)
        .ok()?;
    Some(Pressed { button, request })
}

fn name(button: Button) -> &'static str {
    NAMES
        .into_iter()
        .find(|(known, _)| *known == button)
        .map_or("", |(_, name)| name)
}

/// The key is the bot's token: whoever has that can do more than press a button.
fn mac(token: &BotToken, chat: i64, name: &str, request: u64) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(token.danger_expose().as_bytes()).ok()?;
    mac.update(format!("bedlock callback 1\0{chat}\0{name}\0{request}").as_bytes());
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::super::api::{Chat, InChat, User};
    use super::*;

    fn token(text: &str) -> BotToken {
        BotToken::new(text).unwrap()
    }

    fn query(chat: i64, user: i64, data: &str) -> CallbackQuery {
        CallbackQuery {
            id: "1".to_owned(),
            from: User { id: user },
            message: Some(InChat {
                chat: Chat { id: chat },
            }),
            data: Some(data.to_owned()),
        }
    }

    #[test]
    fn only_our_buttons_in_our_chat_by_our_owner() {
        let ours = token("1000:FAKE-canary-token");
        let sent = data(&ours, 7, Button::Later, 3);
        assert!(sent.len() <= 64, "{sent}");
        let check = |token: &BotToken, query: &CallbackQuery| read(token, 7, &[9], query);
        assert_eq!(
            check(&ours, &query(7, 9, &sent)),
            Some(Pressed {
                button: Button::Later,
                request: 3
            })
        );
        for wrong in [
            query(8, 9, &sent),
            query(7, 8, &sent),
            query(7, 9, &sent.replace("later", "again")),
            query(7, 9, &sent.replace(":3:", ":4:")),
            query(7, 9, &sent[..sent.len() - 4]),
            query(7, 9, &format!("{sent}:")),
            query(7, 9, "later:3:"),
            query(7, 9, ""),
        ] {
            assert_eq!(check(&ours, &wrong), None, "{:?}", wrong.data);
        }
        assert_eq!(check(&token("1000:FAKE-other"), &query(7, 9, &sent)), None);
        let without_message = CallbackQuery {
            message: None,
            ..query(7, 9, &sent)
        };
        assert_eq!(check(&ours, &without_message), None);
    }
}
