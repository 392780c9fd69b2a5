//! OpenAI: project, service-account and admin keys, the old `sk-` form, and everybody who copied it.
//!
//! **Invariant:** data only.

use crate::checks;
use crate::rule::{Confidence, Part, Rule, Severity, Shape};
use crate::window::{ALNUM, HEX, URL64};

const REVOKE: &str = "https://platform.openai.com/api-keys";
const SOURCE: &str = "https://platform.openai.com/docs/api-reference/authentication (shape believed, from issued keys)";

/// Keys of OpenAI carry this mark in their middle: base64 of `OpenAI`.
fn openai_body(token: &[u8], prefix: usize) -> Option<Confidence> {
    let marked = memchr::memmem::find(token, concat!("T3Blbk", "FJ").as_bytes()).is_some();
    let confidence = checks::random(token, prefix)?;
    Some(if marked {
        confidence
    } else {
        Confidence::Medium
    })
}

fn marked(token: &[u8], prefix: usize) -> Option<Confidence> {
    openai_body(token, prefix).filter(|confidence| *confidence == Confidence::High)
}

fn lettered(token: &[u8], prefix: usize) -> Option<Confidence> {
    checks::mixed(token, prefix)
}

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "openai-api-key",
        provider: "OpenAI",
        provider_id: "openai",
        title: "OpenAI API key",
        severity: Severity::High,
        opens: "Model calls, files and fine-tunes of the project, at its owner's cost.",
        revoke: REVOKE,
        source: SOURCE,
        prefixes: &["sk-proj-", "sk-svcacct-", "sk-None-"],
        shape: Shape::Token(&[Part::Run(URL64, 20, 300)]),
        check: openai_body,
        env_names: &[
            "OPENAI_API_KEY",
            "CODEX_API_KEY",
            "OPENAI_KEY",
            "OPENCLAW_LIVE_OPENAI_KEY",
        ],
        counter_examples: &[
            "sk-proj-your-api-key-goes-here-please",
            "sk-proj-xxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "openai-admin-key",
        provider: "OpenAI",
        provider_id: "openai",
        title: "OpenAI admin key",
        opens: "The whole organization: members, projects, keys and billing.",
        revoke: "https://platform.openai.com/settings/organization/admin-keys",
        source: SOURCE,
        prefixes: &["sk-admin-"],
        shape: Shape::Token(&[Part::Run(URL64, 20, 300)]),
        check: openai_body,
        env_names: &["OPENAI_ADMIN_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "openai-session-key",
        provider: "OpenAI",
        provider_id: "openai",
        title: "OpenAI session key of the web console",
        opens: "The account of a person on platform.openai.com, until it expires.",
        revoke: "https://platform.openai.com/settings (log out of all devices)",
        source: "Believed, from the console's requests.",
        prefixes: &["sess-"],
        shape: Shape::Token(&[Part::Run(ALNUM, 40, 40)]),
        check: checks::mixed,
        ..Rule::BLANK
    },
    Rule {
        id: "openai-legacy-key",
        provider: "OpenAI",
        provider_id: "openai",
        title: "OpenAI user key (old form)",
        opens: "Model calls, files and fine-tunes of the user's projects.",
        revoke: REVOKE,
        source: SOURCE,
        prefixes: &["sk-"],
        shape: Shape::Token(&[
            Part::Run(ALNUM, 20, 20),
            Part::Lit(concat!("T3Blbk", "FJ")),
            Part::Run(ALNUM, 20, 20),
        ]),
        check: marked,
        ..Rule::BLANK
    },
    Rule {
        id: "sk-hex-key",
        provider: "DeepSeek, Alibaba Cloud Model Studio or another that uses this shape",
        title: "API key of the form sk- and 32 hexadecimal digits",
        opens: "Model calls at its owner's cost.",
        revoke: "The provider's key page; the variable name or the base URL beside it tells which.",
        source: "Believed, from issued keys of DeepSeek and DashScope.",
        prefixes: &["sk-"],
        shape: Shape::Token(&[Part::Run(HEX, 32, 32)]),
        shared_shape: true,
        check: checks::random_short_prefix,
        ..Rule::BLANK
    },
    Rule {
        id: "sk-api-key",
        provider: "Moonshot, LiteLLM, OpenCode or another that uses this shape",
        title: "API key of the form sk- and random letters",
        opens: "Model calls at its owner's cost.",
        revoke: "The provider's key page; the variable name or the base URL beside it tells which.",
        source: "Believed, from issued keys of Moonshot AI, LiteLLM and OpenCode.",
        prefixes: &["sk-"],
        shape: Shape::Token(&[Part::Run(URL64, 20, 256)]),
        shared_shape: true,
        check: lettered,
        counter_examples: &[
            "sk-learn-contrib-and-friends",
            "sk-based-authentication-header",
        ],
        ..Rule::BLANK
    },
];
