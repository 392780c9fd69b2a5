//! Inline keyboards: rows of buttons that open an address or call the bot back.
//!
//! Read by `methods`, pressed through [`super::Telegram`].
//!
//! **Invariant:** a button that the Bot API would refuse is refused.
//!
//! **Source:** <https://core.telegram.org/bots/api#inlinekeyboardbutton>

use serde_json::{Value, json};

use super::refusal::Refusal;

const LONGEST_DATA: usize = 64;

/// A button below a message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Button {
    /// What stands on it.
    pub label: String,
    action: Action,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Action {
    Open(String),
    CallBack(String),
}

/// What a press did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Press {
    /// The person's browser goes to an address.
    Opens(String),
    /// The bot is told, and has this press to answer.
    Sent(String),
}

impl Button {
    /// The address that it opens.
    pub fn opens(&self) -> Option<&str> {
        match &self.action {
            Action::Open(url) => Some(url),
            Action::CallBack(_) => None,
        }
    }

    /// What it tells the bot.
    pub fn data(&self) -> Option<&str> {
        match &self.action {
            Action::Open(_) => None,
            Action::CallBack(data) => Some(data),
        }
    }

    fn parse(button: &Value) -> Result<Self, Refusal> {
        let text = |name: &str| button.get(name).and_then(Value::as_str);
        let label = text("text").filter(|label| !label.is_empty());
        let label = label.ok_or_else(|| {
            Refusal::bad_request("can't parse inline keyboard button: Text is empty")
        })?;
        let action = match (text("url"), text("callback_data")) {
            (Some(url), None) if is_address(url) => Action::Open(url.to_owned()),
            (Some(url), None) => {
                let why = format!("inline keyboard button URL '{url}' is invalid: Wrong HTTP URL");
                return Err(Refusal::bad_request(&why));
            }
            (None, Some(data)) if (1..=LONGEST_DATA).contains(&data.len()) => {
                Action::CallBack(data.to_owned())
            }
            (None, Some(_)) => return Err(Refusal::bad_request("BUTTON_DATA_INVALID")),
            _ => {
                return Err(Refusal::bad_request(
                    "can't parse inline keyboard button: Text buttons are unallowed in the inline \
                     keyboard",
                ));
            }
        };
        Ok(Self {
            label: label.to_owned(),
            action,
        })
    }

    fn written(&self) -> Value {
        match &self.action {
            Action::Open(url) => json!({ "text": self.label, "url": url }),
            Action::CallBack(data) => json!({ "text": self.label, "callback_data": data }),
        }
    }
}

/// Reads a `reply_markup`; none and an empty one are the same.
pub(super) fn parse(markup: Option<Value>) -> Result<Vec<Vec<Button>>, Refusal> {
    let Some(markup) = markup else {
        return Ok(Vec::new());
    };
    let wrong = || Refusal::bad_request("object expected as reply markup");
    let rows = match markup.get("inline_keyboard") {
        Some(rows) => rows.as_array().ok_or_else(wrong)?,
        None if markup.as_object().is_some_and(serde_json::Map::is_empty) => return Ok(Vec::new()),
        None => return Err(wrong()),
    };
    let rows = rows.iter().map(|row| {
        let row = row.as_array().ok_or_else(wrong)?;
        row.iter().map(Button::parse).collect()
    });
    let rows: Vec<Vec<Button>> = rows.collect::<Result<_, _>>()?;
    Ok(rows.into_iter().filter(|row| !row.is_empty()).collect())
}

/// Writes the keyboard as the Bot API returns it.
pub(super) fn written(rows: &[Vec<Button>]) -> Value {
    let rows: Vec<Vec<Value>> = rows
        .iter()
        .map(|row| row.iter().map(Button::written).collect())
        .collect();
    json!({ "inline_keyboard": rows })
}

/// Takes the addresses that Telegram takes: a host has a dot in it, so `localhost` is refused.
fn is_address(url: &str) -> bool {
    let web = ["http://", "https://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme));
    match web {
        Some(rest) => {
            let end = rest.find(['/', '?', '#', ':']).unwrap_or(rest.len());
            rest[..end].contains('.') && !url.contains(char::is_whitespace)
        }
        None => url.starts_with("tg://"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(button: Value) -> Result<Vec<Vec<Button>>, Refusal> {
        parse(Some(json!({ "inline_keyboard": [[button]] })))
    }

    #[test]
    fn a_button_opens_or_calls_back_and_not_both() {
        let ok = [
            json!({ "text": "x", "url": "https://example.com/a?b" }),
            json!({ "text": "x", "url": "http://127.0.0.1:8080/device" }),
            json!({ "text": "x", "callback_data": "later" }),
            json!({ "text": "x", "callback_data": "a".repeat(64) }),
        ];
        for button in ok {
            assert!(check(button.clone()).is_ok(), "{button}");
        }
        let refused = [
            json!({ "text": "", "callback_data": "later" }),
            json!({ "text": "x" }),
            json!({ "text": "x", "url": "https://example.com", "callback_data": "x" }),
            json!({ "text": "x", "url": "http://localhost:8080/device" }),
            json!({ "text": "x", "url": "ftp://example.com" }),
            json!({ "text": "x", "callback_data": "" }),
            json!({ "text": "x", "callback_data": "ü".repeat(33) }),
        ];
        for button in refused {
            assert!(check(button.clone()).is_err(), "{button}");
        }
    }
}
