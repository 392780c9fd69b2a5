//! A model on loopback that speaks OpenAI's chat completions, as far as OpenClaw asks for it.
//!
//! It answers [`ANSWER`]. When the last message of the user holds [`RUN`], it first asks the agent
//! to run the command that follows, so that what the command prints ends up in the transcript.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;

use serde_json::{Value, json};

/// What the model says.
pub(crate) const ANSWER: &str = "PONG from loopback";

/// What makes the model ask for a command; the command ends with the line.
pub(crate) const RUN: &str = "RUN THIS: ";

/// The model. Its thread ends with the test program.
pub(crate) struct ModelServer {
    port: u16,
}

impl ModelServer {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that hangs up in the middle is no concern of the others.
                thread::spawn(move || serve(stream));
            }
        });
        Self { port }
    }

    /// The base address for `models.providers.*.baseUrl`.
    pub(crate) fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }
}

fn serve(mut stream: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut head = String::new();
    let mut length = 0;
    loop {
        let start = head.len();
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
        let line = head[start..].trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let text = String::from_utf8_lossy(&body).into_owned();
    let request: Value = serde_json::from_str(&text).unwrap_or_default();
    let (kind, reply) = if request["stream"] == true {
        ("text/event-stream", streamed(&request))
    } else {
        ("application/json", whole(&request))
    };
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{reply}",
        reply.len()
    )
    .ok()
}

/// The command that the user wants to be run, unless the conversation has its output already.
fn wanted_command(request: &Value) -> Option<String> {
    let messages = request["messages"].as_array()?;
    let role = |message: &Value, role: &str| message["role"] == role;
    let asked = messages
        .iter()
        .rposition(|message| role(message, "user") && message.to_string().contains(RUN))?;
    if messages[asked..]
        .iter()
        .any(|message| role(message, "tool"))
    {
        return None;
    }
    let content = &messages[asked]["content"];
    let text = match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .filter_map(|part| part["text"].as_str())
            .collect::<Vec<_>>()
            .join("\n"),
        _ => return None,
    };
    let (_, command) = text.rsplit_once(RUN)?;
    command.lines().next().map(str::to_owned)
}

fn streamed(request: &Value) -> String {
    let chunk = |delta: Value, finish: Value| {
        let chunk = json!({
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": request["model"],
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        });
        format!("data: {chunk}\n\n")
    };
    let (delta, finish) = match wanted_command(request) {
        Some(command) => {
            let arguments = json!({"command": command}).to_string();
            let call = json!({
                "index": 0,
                "id": "call_1",
                "type": "function",
                "function": {"name": "exec", "arguments": arguments},
            });
            (
                json!({"role": "assistant", "tool_calls": [call]}),
                "tool_calls",
            )
        }
        None => (json!({"role": "assistant", "content": ANSWER}), "stop"),
    };
    let first = chunk(delta, Value::Null);
    let last = chunk(json!({}), finish.into());
    format!("{first}{last}data: [DONE]\n\n")
}

fn whole(request: &Value) -> String {
    json!({
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": request["model"],
        "data": [],
        "choices": [{
            "index": 0,
            "message": {"role": "assistant", "content": ANSWER},
            "finish_reason": "stop",
        }],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    })
    .to_string()
}
