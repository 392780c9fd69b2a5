//! Anthropic: API, admin and OAuth tokens, and the session key of claude.ai.
//!
//! **Invariant:** data only.

use crate::checks;
use crate::rule::{Part, Rule, Severity, Shape};
use crate::window::URL64;

const SOURCE: &str = "https://docs.anthropic.com/en/api/admin-api/apikeys/get-api-key (length believed, from issued keys)";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "anthropic-api-key",
        provider: "Anthropic",
        provider_id: "anthropic",
        title: "Anthropic API key",
        opens: "Claude model calls and files of the workspace, at its owner's cost.",
        revoke: "https://console.anthropic.com/settings/keys",
        source: SOURCE,
        prefixes: &["sk-ant-api03-", "sk-ant-api"],
        shape: Shape::Token(&[Part::Run(URL64, 32, 200)]),
        env_names: &[
            "ANTHROPIC_API_KEY",
            "CLAUDE_API_KEY",
            "OPENCLAW_LIVE_ANTHROPIC_KEY",
            "ANTHROPIC_API_TOKEN",
            "ANTHROPIC_AUTH_TOKEN",
        ],
        counter_examples: &[
            "sk-ant-api03-your-key-here",
            "sk-ant-api03-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "anthropic-admin-key",
        provider: "Anthropic",
        provider_id: "anthropic",
        title: "Anthropic admin key",
        opens: "The organization: members, workspaces and API keys.",
        revoke: "https://console.anthropic.com/settings/admin-keys",
        source: SOURCE,
        prefixes: &["sk-ant-admin01-", "sk-ant-admin"],
        shape: Shape::Token(&[Part::Run(URL64, 32, 200)]),
        env_names: &["ANTHROPIC_ADMIN_KEY", "ANTHROPIC_ADMIN_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "anthropic-oauth-token",
        provider: "Anthropic",
        provider_id: "anthropic",
        title: "Claude OAuth access token",
        opens: "A Claude subscription: model calls in the name of its owner.",
        revoke: "https://claude.ai/settings (log out of all devices), or `claude setup-token` again",
        source: "Believed, from tokens that `claude setup-token` prints.",
        prefixes: &["sk-ant-oat01-", "sk-ant-oat"],
        shape: Shape::Token(&[Part::Run(URL64, 32, 200)]),
        env_names: &["ANTHROPIC_OAUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "anthropic-refresh-token",
        provider: "Anthropic",
        provider_id: "anthropic",
        title: "Claude OAuth refresh token",
        opens: "New access tokens of a Claude subscription, until it is revoked.",
        revoke: "https://claude.ai/settings (log out of all devices)",
        source: "Believed, from ~/.claude/.credentials.json.",
        prefixes: &["sk-ant-ort01-", "sk-ant-ort"],
        shape: Shape::Token(&[Part::Run(URL64, 32, 200)]),
        env_names: &["CLAUDE_CODE_OAUTH_REFRESH_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "anthropic-session-key",
        provider: "Anthropic",
        provider_id: "anthropic",
        title: "Session key of claude.ai",
        opens: "The claude.ai account of a person, with its conversations.",
        revoke: "https://claude.ai/settings (log out of all devices)",
        source: "Believed, from the sessionKey cookie of claude.ai.",
        prefixes: &["sk-ant-sid01-", "sk-ant-sid"],
        shape: Shape::Token(&[Part::Run(URL64, 32, 200)]),
        severity: Severity::High,
        check: checks::random,
        env_names: &["CLAUDE_AI_SESSION_KEY", "CLAUDE_WEB_SESSION_KEY"],
        ..Rule::BLANK
    },
];
