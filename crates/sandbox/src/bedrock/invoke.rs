//! InvokeModel and its stream: the body is the model vendor's own dialect.
//!
//! Called by `bedrock` once the request is authorized.
//!
//! **Invariant:** a vendor whose dialect is not spoken here is refused by name, never answered in
//! a shape that its clients would misread.
//!
//! **Source:** <https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::body::Bytes;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{invalid, words};
use crate::event_stream::event;
use crate::reply::Reply;

const MESSAGE_ID: &str = "msg_bdrk_sandbox";
/// Sizes that Titan Text Embeddings V2 offers; the first is its default.
const EMBEDDING_SIZES: [u64; 3] = [1024, 512, 256];

/// The dialects of vendors that the sandbox answers in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    AnthropicMessages,
    TitanEmbedding,
}

impl Dialect {
    fn of(model: &str) -> Option<Self> {
        let named = |family: &str| {
            let mut parts = model.split(['.', '/']);
            parts.any(|part| part == family)
        };
        if named("anthropic") {
            Some(Self::AnthropicMessages)
        } else if model.contains("amazon.titan-embed-text") {
            Some(Self::TitanEmbedding)
        } else {
            None
        }
    }
}

pub(super) fn whole(model: &str, body: &[u8], text: String) -> Reply {
    let Ok(request) = serde_json::from_slice::<Value>(body) else {
        return malformed();
    };
    match Dialect::of(model) {
        Some(Dialect::AnthropicMessages) => message(model, &request, text),
        Some(Dialect::TitanEmbedding) => embedding(&request),
        None => not_spoken(),
    }
}

pub(super) fn streamed(model: &str, body: &[u8], text: String) -> Reply {
    let Ok(request) = serde_json::from_slice::<Value>(body) else {
        return malformed();
    };
    match Dialect::of(model) {
        Some(Dialect::AnthropicMessages) => message_stream(model, &request, &text),
        Some(Dialect::TitanEmbedding) => invalid("The model is unsupported for streaming."),
        None => not_spoken(),
    }
}

fn message(model: &str, request: &Value, text: String) -> Reply {
    if let Err(refusal) = check_message_request(request) {
        return invalid(&refusal);
    }
    Reply::json(&json!({
        "id": MESSAGE_ID,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{ "type": "text", "text": text }],
        "stop_reason": "end_turn",
        "stop_sequence": null,
        "usage": { "input_tokens": 1, "output_tokens": words(&text).len() },
    }))
}

fn message_stream(model: &str, request: &Value, text: &str) -> Reply {
    if let Err(refusal) = check_message_request(request) {
        return invalid(&refusal);
    }
    let words = words(text);
    let mut frames = vec![
        chunk(&json!({ "type": "message_start", "message": {
            "id": MESSAGE_ID,
            "type": "message",
            "role": "assistant",
            "model": model,
            "content": [],
            "stop_reason": null,
            "stop_sequence": null,
            "usage": { "input_tokens": 1, "output_tokens": 0 },
        }})),
        chunk(&json!({ "type": "content_block_start", "index": 0,
            "content_block": { "type": "text", "text": "" } })),
    ];
    frames.extend(words.iter().map(|word| {
        chunk(&json!({ "type": "content_block_delta", "index": 0,
            "delta": { "type": "text_delta", "text": word } }))
    }));
    frames.push(chunk(&json!({ "type": "content_block_stop", "index": 0 })));
    frames.push(chunk(&json!({ "type": "message_delta",
        "delta": { "stop_reason": "end_turn", "stop_sequence": null },
        "usage": { "output_tokens": words.len() } })));
    frames.push(chunk(&json!({ "type": "message_stop" })));
    Reply::event_stream(frames)
}

/// Wraps a vendor's event as Bedrock does: base64 in a member called `bytes`.
fn chunk(vendor_event: &Value) -> Bytes {
    event(
        "chunk",
        &json!({ "bytes": STANDARD.encode(vendor_event.to_string()) }),
    )
}

fn check_message_request(request: &Value) -> Result<(), String> {
    if request.get("anthropic_version").and_then(Value::as_str) != Some("bedrock-2023-05-31") {
        return Err("anthropic_version: Field required".to_owned());
    }
    if request
        .get("max_tokens")
        .and_then(Value::as_u64)
        .is_none_or(|limit| limit == 0)
    {
        return Err("max_tokens: Field required".to_owned());
    }
    match request.get("messages").and_then(Value::as_array) {
        Some(messages) if !messages.is_empty() => Ok(()),
        Some(_) => Err("messages: at least one message is required".to_owned()),
        None => Err("messages: Field required".to_owned()),
    }
}

/// Turns a text into a unit vector that depends on nothing but the text.
fn embedding(request: &Value) -> Reply {
    let Some(text) = request.get("inputText").and_then(Value::as_str) else {
        return invalid(
            "Malformed input request: #: required key [inputText] not found, please reformat your input and try again.",
        );
    };
    let size = request
        .get("dimensions")
        .map_or(Some(EMBEDDING_SIZES[0]), Value::as_u64);
    let Some(size) = size.filter(|size| EMBEDDING_SIZES.contains(size)) else {
        return invalid(
            "Malformed input request: dimensions must be 256, 512 or 1024, please reformat your input and try again.",
        );
    };
    let raw: Vec<f64> = (0..size)
        .map(|index| {
            let digest = Sha256::digest(format!("{index}:{text}"));
            f64::from(u16::from_be_bytes([digest[0], digest[1]])) - 32_767.5
        })
        .collect();
    let norm = raw.iter().map(|value| value * value).sum::<f64>().sqrt();
    let unit: Vec<f64> = raw.into_iter().map(|value| value / norm).collect();
    Reply::json(&json!({ "embedding": unit, "inputTextTokenCount": words(text).len() }))
}

fn malformed() -> Reply {
    invalid("Malformed input request, please reformat your input and try again.")
}

fn not_spoken() -> Reply {
    invalid(
        "The sandbox answers InvokeModel for anthropic.* and amazon.titan-embed-text-* only. Use \
         Converse for any other model.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dialect_follows_the_vendor_in_an_id_a_profile_or_an_arn() {
        for anthropic in [
            "anthropic.claude-x-v1:0",
            "us.anthropic.claude-x-v1:0",
            "arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude-x-v1:0",
        ] {
            assert_eq!(
                Dialect::of(anthropic),
                Some(Dialect::AnthropicMessages),
                "{anthropic}"
            );
        }
        assert_eq!(
            Dialect::of("amazon.titan-embed-text-v2:0"),
            Some(Dialect::TitanEmbedding)
        );
        assert_eq!(Dialect::of("meta.llama3-8b-instruct-v1:0"), None);
    }
}
