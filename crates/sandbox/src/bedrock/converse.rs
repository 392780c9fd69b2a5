//! Converse and ConverseStream: Bedrock's own dialect, the same for every model.
//!
//! Called by `bedrock` once the request is authorized.
//!
//! **Invariant:** what a client would be told off for by Bedrock, it is told off for here, before
//! the first byte of a stream.
//!
//! **Source:** <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>

use serde_json::{Value, json};

use super::{invalid, words};
use crate::event_stream::event;
use crate::reply::Reply;

/// An answer, cut where the request's token limit cuts it.
struct Turn {
    text: String,
    stop_reason: &'static str,
    input_tokens: usize,
    output_tokens: usize,
}

impl Turn {
    fn usage(&self) -> Value {
        json!({
            "inputTokens": self.input_tokens,
            "outputTokens": self.output_tokens,
            "totalTokens": self.input_tokens + self.output_tokens,
        })
    }
}

pub(super) fn whole(body: &[u8], text: String) -> Reply {
    let turn = match turn(body, &text) {
        Ok(turn) => turn,
        Err(refusal) => return invalid(&refusal),
    };
    Reply::json(&json!({
        "output": { "message": { "role": "assistant", "content": [{ "text": turn.text }] } },
        "stopReason": turn.stop_reason,
        "usage": turn.usage(),
        "metrics": { "latencyMs": 1 },
    }))
}

pub(super) fn streamed(body: &[u8], text: String) -> Reply {
    let turn = match turn(body, &text) {
        Ok(turn) => turn,
        Err(refusal) => return invalid(&refusal),
    };
    let mut frames = vec![event("messageStart", &json!({ "role": "assistant" }))];
    frames.extend(words(&turn.text).into_iter().map(|word| {
        event(
            "contentBlockDelta",
            &json!({ "contentBlockIndex": 0, "delta": { "text": word } }),
        )
    }));
    frames.push(event(
        "contentBlockStop",
        &json!({ "contentBlockIndex": 0 }),
    ));
    frames.push(event(
        "messageStop",
        &json!({ "stopReason": turn.stop_reason }),
    ));
    let metadata = json!({ "usage": turn.usage(), "metrics": { "latencyMs": 1 } });
    frames.push(event("metadata", &metadata));
    Reply::event_stream(frames)
}

fn turn(body: &[u8], text: &str) -> Result<Turn, String> {
    let request: Value = serde_json::from_slice(body)
        .map_err(|_| "The request body is not valid JSON.".to_owned())?;
    let input_tokens = check_messages(&request)?;
    let limit = max_tokens(&request)?;
    let words = words(text);
    let said = words.len().min(limit);
    Ok(Turn {
        text: words[..said].concat(),
        stop_reason: if said < words.len() {
            "max_tokens"
        } else {
            "end_turn"
        },
        input_tokens,
        output_tokens: said,
    })
}

/// Checks roles and content, and counts the words that were said.
fn check_messages(request: &Value) -> Result<usize, String> {
    let messages = request
        .get("messages")
        .and_then(Value::as_array)
        .map(Vec::as_slice);
    let Some(messages) = messages.filter(|messages| !messages.is_empty()) else {
        return Err("The request must have at least one message.".to_owned());
    };
    let mut tokens = 0;
    for (index, message) in messages.iter().enumerate() {
        let role = message.get("role").and_then(Value::as_str);
        if !matches!(role, Some("user" | "assistant")) {
            return Err(format!("messages.{index}.role must be user or assistant."));
        }
        if index == 0 && role != Some("user") {
            return Err(
                "A conversation must start with a user message. Try again with a \
                        conversation that starts with a user message."
                    .to_owned(),
            );
        }
        let Some(content) = message.get("content").and_then(Value::as_array) else {
            return Err(format!(
                "messages.{index}.content must be a list of content blocks."
            ));
        };
        if content.is_empty() {
            return Err(format!(
                "The content field in the Message object at messages.{index} is empty. Add a \
                 ContentBlock object to the content field and try again."
            ));
        }
        let texts = content
            .iter()
            .filter_map(|block| block.get("text")?.as_str());
        tokens += texts.map(|text| words(text).len()).sum::<usize>();
    }
    Ok(tokens)
}

fn max_tokens(request: &Value) -> Result<usize, String> {
    let Some(limit) = request.pointer("/inferenceConfig/maxTokens") else {
        return Ok(usize::MAX);
    };
    limit
        .as_u64()
        .filter(|limit| *limit > 0)
        .map(|limit| usize::try_from(limit).unwrap_or(usize::MAX))
        .ok_or_else(|| "inferenceConfig.maxTokens must be an integer of at least 1.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_off_as_bedrock_does() {
        let ok = r#"{"messages":[{"role":"user","content":[{"text":"hi there"}]}]}"#;
        assert_eq!(turn(ok.as_bytes(), "one two").unwrap().input_tokens, 2);
        for refused in [
            "",
            "[]",
            "{}",
            r#"{"messages":[]}"#,
            r#"{"messages":[{"role":"assistant","content":[{"text":"hi"}]}]}"#,
            r#"{"messages":[{"role":"user","content":"hi"}]}"#,
            r#"{"messages":[{"role":"user","content":[]}]}"#,
            r#"{"messages":[{"role":"user","content":[{"text":"hi"}]}],"inferenceConfig":{"maxTokens":0}}"#,
        ] {
            assert!(turn(refused.as_bytes(), "one two").is_err(), "{refused}");
        }
    }

    #[test]
    fn a_token_limit_cuts_the_answer() {
        let body = r#"{"messages":[{"role":"user","content":[{"text":"hi"}]}],"inferenceConfig":{"maxTokens":1}}"#;
        let turn = turn(body.as_bytes(), "one two").unwrap();
        assert_eq!(
            (turn.text.as_str(), turn.stop_reason),
            ("one", "max_tokens")
        );
    }
}
