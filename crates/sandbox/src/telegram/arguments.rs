//! The arguments of a call, in the ways in which a client may send them.
//!
//! Read by `methods` and `updates`.
//!
//! **Invariant:** a number, a truth or an object may also come as text, as forms carry it; files are
//! not taken.
//!
//! **Source:** <https://core.telegram.org/bots/api#making-requests>

use hyper::header::{CONTENT_TYPE, HeaderMap};
use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::form::parameters;

/// Arguments by name.
#[derive(Debug, Default)]
pub(super) struct Arguments(Map<String, Value>);

impl Arguments {
    /// Reads query and body; the body's word counts where both have one.
    pub(super) fn read(query: &str, headers: &HeaderMap, body: &[u8]) -> Result<Self, Refusal> {
        let mut all: Map<String, Value> = parameters(query)
            .map(|(name, value)| (name, value.into()))
            .collect();
        let kind = headers
            .get(CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().to_ascii_lowercase();
        if kind.starts_with("application/json") && !body.is_empty() {
            let parsed = serde_json::from_slice(body);
            let Ok(Value::Object(given)) = parsed else {
                return Err(Refusal::bad_request(
                    "can't parse the request's JSON object",
                ));
            };
            all.extend(given);
        } else if kind.starts_with("application/x-www-form-urlencoded") {
            let text = String::from_utf8_lossy(body);
            all.extend(parameters(&text).map(|(name, value)| (name, value.into())));
        } else if !body.is_empty() {
            return Err(Refusal::bad_request(
                "the sandbox reads JSON and forms only",
            ));
        }
        all.retain(|_, value| !value.is_null());
        Ok(Self(all))
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        match self.0.get(name)? {
            Value::String(text) => text.parse().ok(),
            other => other.as_i64(),
        }
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        match self.0.get(name) {
            Some(Value::String(text)) => matches!(text.to_ascii_lowercase().as_str(), "true" | "1"),
            Some(other) => other.as_bool() == Some(true),
            None => false,
        }
    }

    /// An object or a list, which a form carries as text.
    pub(super) fn object(&self, name: &str) -> Result<Option<Value>, Refusal> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text)
                .map(Some)
                .map_err(|_| Refusal::bad_request(&format!("can't parse {name} as a JSON object"))),
            Some(value) => Ok(Some(value.clone())),
        }
    }
}
