//! Lines of session files, as OpenClaw, Claude Code and Codex write them.
//!
//! **Source:** the files that these programs write below `~/.openclaw/agents/*/sessions`,
//! `~/.claude/projects` and `~/.codex/sessions`; Codex keeps a tool's output as JSON in a string.
//!
//! **Invariant:** every line is one JSON document, escaped by `serde_json`.

use bedlock_detect::Dice;
use serde_json::{Value, json};

use super::ids;
use super::text::Pool;

/// Who writes the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writer {
    OpenClaw,
    ClaudeCode,
    Codex,
}

/// All of them.
pub(crate) const WRITERS: [Writer; 3] = [Writer::OpenClaw, Writer::ClaudeCode, Writer::Codex];

impl Writer {
    /// Returns the name that the truth uses.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OpenClaw => "openclaw",
            Self::ClaudeCode => "claude-code",
            Self::Codex => "codex",
        }
    }

    /// Returns the path of a session below the home.
    pub(crate) fn path(self, number: usize) -> String {
        match self {
            Self::OpenClaw => format!(".openclaw/agents/main/sessions/session-{number:04}.jsonl"),
            Self::ClaudeCode => format!(".claude/projects/-srv-app/session-{number:04}.jsonl"),
            Self::Codex => format!(".codex/sessions/2026/11/rollout-{number:04}.jsonl"),
        }
    }

    /// Writes a line in which somebody says something.
    pub(crate) fn said(self, text: &str, dice: &mut Dice) -> String {
        let role = ["user", "assistant"][dice.below(2)];
        match self {
            Self::OpenClaw => open_claw(
                json!({"role": role, "content": [{"type": "text", "text": text}], "usage": usage(dice)}),
                dice,
            ),
            Self::ClaudeCode => claude_code(
                json!({"id": ids::anthropic("msg", dice), "role": role, "content": [{"type": "text", "text": text}], "usage": usage(dice)}),
                role,
                dice,
            ),
            Self::Codex => codex(
                json!({"type": "message", "role": role, "content": [{"type": if role == "user" { "input_text" } else { "output_text" }, "text": text}]}),
                dice,
            ),
        }
        .to_string()
    }

    /// Writes a line with what a tool returned.
    pub(crate) fn returned(self, text: &str, dice: &mut Dice) -> String {
        match self {
            Self::OpenClaw => open_claw(
                json!({"role": "toolResult", "toolCallId": ids::anthropic("toolu", dice), "toolName": "exec", "content": [{"type": "text", "text": text}], "isError": false}),
                dice,
            ),
            Self::ClaudeCode => claude_code(
                json!({"role": "user", "content": [{"tool_use_id": ids::anthropic("toolu", dice), "type": "tool_result", "content": text, "is_error": false}]}),
                "user",
                dice,
            ),
            Self::Codex => {
                let output = json!({"output": text, "metadata": {"exit_code": 0, "duration_seconds": 0.1}});
                codex(
                    json!({"type": "function_call_output", "call_id": ids::call(dice), "output": output.to_string()}),
                    dice,
                )
            }
        }
        .to_string()
    }

    /// Writes a line in which a tool is called.
    pub(crate) fn called(self, command: &str, dice: &mut Dice) -> String {
        match self {
            Self::OpenClaw => open_claw(
                json!({"role": "assistant", "content": [{"type": "toolCall", "id": ids::anthropic("toolu", dice), "name": "exec", "arguments": {"command": command}}], "usage": usage(dice)}),
                dice,
            ),
            Self::ClaudeCode => claude_code(
                json!({"id": ids::anthropic("msg", dice), "role": "assistant", "content": [{"type": "thinking", "thinking": "", "signature": format!("Eq{}==", dice.draw(ids::BASE64, 200))}, {"type": "tool_use", "id": ids::anthropic("toolu", dice), "name": "Bash", "input": {"command": command}}], "usage": usage(dice)}),
                "assistant",
                dice,
            ),
            Self::Codex => {
                let arguments = json!({"command": ["bash", "-lc", command], "timeout_ms": 120_000});
                codex(
                    json!({"type": "function_call", "id": ids::responses("fc", dice), "name": "shell", "arguments": arguments.to_string(), "call_id": ids::call(dice)}),
                    dice,
                )
            }
        }
        .to_string()
    }

    /// Writes a line of the ordinary kind: a call, its output, a sentence, now and then a picture.
    pub(crate) fn filler(self, pool: &Pool, dice: &mut Dice) -> String {
        match dice.below(40) {
            0 => {
                let bytes = 2_000 + dice.below(120_000);
                let picture = pool.picture(dice, bytes);
                self.returned(&format!("data:image/png;base64,{picture}"), dice)
            }
            1..=7 => {
                let bytes = 60 + dice.below(300);
                let command = pool.source(dice, bytes);
                self.called(&command, dice)
            }
            8..=14 => {
                let bytes = 200 + dice.below(2_500);
                let text = pool.document(dice, bytes);
                self.said(&text, dice)
            }
            _ => {
                let bytes = 300 + dice.below(12_000);
                let text = pool.output(dice, bytes);
                self.returned(&text, dice)
            }
        }
    }
}

fn usage(dice: &mut Dice) -> Value {
    json!({"input_tokens": dice.below(9_000), "cache_read_input_tokens": dice.below(200_000), "output_tokens": dice.below(4_000)})
}

fn open_claw(message: Value, dice: &mut Dice) -> Value {
    json!({
        "type": "message",
        "id": dice.draw(ids::HEX, 8),
        "parentId": dice.draw(ids::HEX, 8),
        "timestamp": ids::time(dice),
        "message": message,
    })
}

fn claude_code(message: Value, kind: &str, dice: &mut Dice) -> Value {
    json!({
        "parentUuid": ids::uuid(dice),
        "isSidechain": false,
        "cwd": "/srv/app",
        "sessionId": ids::uuid(dice),
        "version": "2.1.0",
        "gitBranch": "main",
        "type": kind,
        "message": message,
        "requestId": format!("req_011C{}", dice.draw(ids::ALNUM, 20)),
        "uuid": ids::uuid(dice),
        "timestamp": ids::time(dice),
    })
}

fn codex(payload: Value, dice: &mut Dice) -> Value {
    json!({"timestamp": ids::time(dice), "type": "response_item", "payload": payload})
}
