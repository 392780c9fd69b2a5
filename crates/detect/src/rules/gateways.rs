//! Gateways to many models, and servers that one runs oneself.
//!
//! **Invariant:** data only.

use super::sets::{DASH_HEX, XHEX, sk_alnum};
use crate::rule::{Examples, Part, Rule, Severity, Shape};
use crate::window::{ALNUM, BASE64, DOTTED, HEX, URL64};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "aihubmix-key",
        provider: "AiHubMix",
        title: "AiHubMix key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://aihubmix.com/token",
        source: "https://docs.aihubmix.com (shape shared with others)",
        env_names: &["AIHUBMIX_API_KEY"],
        examples: Examples::Made(sk_alnum),
        ..Rule::BLANK
    },
    Rule {
        id: "aimlapi-key",
        provider: "AI/ML API",
        title: "AI/ML API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://aimlapi.com/app/keys",
        source: "https://docs.aimlapi.com (32 hexadecimal digits)",
        env_names: &["AIMLAPI_API_KEY", "AIML_API_KEY"],
        examples: Examples::Made(|dice| dice.draw(HEX, 32)),
        ..Rule::BLANK
    },
    Rule {
        id: "anyscale-key",
        provider: "Anyscale",
        title: "Anyscale token or endpoint key",
        opens: "Clusters and model calls at its owner's cost.",
        revoke: "https://console.anyscale.com/api-keys",
        source: "https://docs.anyscale.com (shape believed)",
        prefixes: &["esecret_", "aph0_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 20, 80)]),
        env_names: &["ANYSCALE_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "chutes-api-key",
        provider: "Chutes",
        provider_id: "chutes",
        title: "Chutes API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://chutes.ai/app/api",
        source: "Believed, from issued keys; documentation: https://chutes.ai/docs",
        prefixes: &["cpk_"],
        shape: Shape::Token(&[Part::Run(DOTTED, 60, 160)]),
        env_names: &["CHUTES_API_KEY", "CHUTES_OAUTH_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "cometapi-key",
        provider: "CometAPI",
        title: "CometAPI key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://api.cometapi.com/console/token",
        source: "https://docs.cometapi.com (shape shared with others)",
        env_names: &["COMETAPI_KEY", "COMETAPI_API_KEY"],
        examples: Examples::Made(sk_alnum),
        ..Rule::BLANK
    },
    Rule {
        id: "helicone-key",
        provider: "Helicone",
        title: "Helicone API key",
        opens: "Model calls that pass the gateway, with their prompts.",
        revoke: "https://us.helicone.ai/settings/api-keys",
        source: "https://docs.helicone.ai (shape believed)",
        prefixes: &["sk-helicone-", "pk-helicone-"],
        shape: Shape::Token(&[Part::Run(DASH_HEX, 28, 50)]),
        env_names: &["HELICONE_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "kilocode-api-key",
        provider: "Kilo Code",
        provider_id: "kilocode",
        title: "Kilo gateway API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://app.kilo.ai/profile",
        source: "https://kilo.ai/docs (a JWT)",
        env_names: &["KILOCODE_API_KEY", "KILO_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "litellm-key",
        provider: "LiteLLM",
        provider_id: "litellm",
        title: "LiteLLM master or virtual key",
        opens: "Every model behind the proxy; the master key also its settings.",
        revoke: "The proxy's admin page, Virtual Keys; the master key in its config.",
        source: "https://docs.litellm.ai/docs/proxy/virtual_keys",
        env_names: &[
            "LITELLM_API_KEY",
            "LITELLM_MASTER_KEY",
            "LITELLM_PROXY_API_KEY",
        ],
        examples: Examples::Made(sk_alnum),
        ..Rule::BLANK
    },
    Rule {
        id: "nanogpt-key",
        provider: "NanoGPT",
        title: "NanoGPT API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://nano-gpt.com/api",
        source: "https://docs.nano-gpt.com (no public prefix)",
        prefixes: &["sk-nano-"],
        shape: Shape::Token(&[Part::Run(DASH_HEX, 36, 36)]),
        env_names: &["NANOGPT_API_KEY", "NANO_GPT_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "ollama-api-key",
        provider: "Ollama",
        provider_id: "ollama",
        title: "Ollama cloud key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://ollama.com/settings/keys",
        source: "https://docs.ollama.com/cloud (no public prefix)",
        env_names: &["OLLAMA_API_KEY", "OLLAMA_CLOUD_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "opencode-api-key",
        provider: "OpenCode",
        provider_id: "opencode",
        title: "OpenCode Zen API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://opencode.ai/auth",
        source: "https://opencode.ai/docs/zen (shape believed, shared with others)",
        env_names: &["OPENCODE_API_KEY", "OPENCODE_ZEN_API_KEY"],
        examples: Examples::Made(sk_alnum),
        ..Rule::BLANK
    },
    Rule {
        id: "openrouter-api-key",
        provider: "OpenRouter",
        provider_id: "openrouter",
        title: "OpenRouter API key",
        opens: "Calls of every model on OpenRouter, at its owner's cost.",
        revoke: "https://openrouter.ai/settings/keys",
        source: "https://openrouter.ai/docs/api-reference/authentication (length believed)",
        prefixes: &["sk-or-v1-"],
        shape: Shape::Token(&[Part::Run(XHEX, 40, 64)]),
        env_names: &["OPENROUTER_API_KEY"],
        counter_examples: &["sk-or-v1-your-key-here-please-and-thanks"],
        ..Rule::BLANK
    },
    Rule {
        id: "poe-key",
        provider: "Poe",
        title: "Poe API key",
        opens: "Model calls of the subscription.",
        revoke: "https://poe.com/api_key",
        source: "https://creator.poe.com/docs (no public prefix)",
        env_names: &["POE_API_KEY"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 43)),
        ..Rule::BLANK
    },
    Rule {
        id: "portkey-key",
        provider: "Portkey",
        title: "Portkey API key",
        opens: "Model calls that pass the gateway.",
        revoke: "https://app.portkey.ai/api-keys",
        source: "https://portkey.ai/docs (28 characters)",
        env_names: &["PORTKEY_API_KEY"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 28)),
        ..Rule::BLANK
    },
    Rule {
        id: "requesty-key",
        provider: "Requesty",
        title: "Requesty API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://app.requesty.ai/api-keys",
        source: "https://docs.requesty.ai (prefix believed)",
        prefixes: &["rqsty-sk-"],
        shape: Shape::Token(&[Part::Run(BASE64, 40, 100), Part::Pad(2)]),
        env_names: &["REQUESTY_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "synthetic-api-key",
        provider: "Synthetic",
        provider_id: "synthetic",
        title: "Synthetic API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://synthetic.new/user-settings/api",
        source: "Believed, from issued keys; documentation: https://dev.synthetic.new/docs",
        prefixes: &["syn_"],
        shape: Shape::Token(&[Part::Run(HEX, 32, 40)]),
        env_names: &["SYNTHETIC_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "unify-key",
        provider: "Unify",
        title: "Unify API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://console.unify.ai",
        source: "https://docs.unify.ai (no public prefix)",
        env_names: &["UNIFY_API_KEY", "UNIFY_KEY"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 44)),
        ..Rule::BLANK
    },
    Rule {
        id: "venice-api-key",
        provider: "Venice AI",
        provider_id: "venice",
        title: "Venice API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://venice.ai/settings/api",
        source: "https://docs.venice.ai (no public prefix)",
        env_names: &["VENICE_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "vercel-ai-gateway-key",
        provider: "Vercel",
        provider_id: "vercel-ai-gateway",
        title: "Vercel AI Gateway key",
        opens: "Calls of every model on the gateway, at its owner's cost.",
        revoke: "https://vercel.com/dashboard (AI Gateway, API keys)",
        source: "https://vercel.com/docs/ai-gateway/authentication (length believed)",
        prefixes: &["vck_"],
        shape: Shape::Token(&[Part::Run(URL64, 24, 80)]),
        env_names: &["AI_GATEWAY_API_KEY", "VERCEL_AI_GATEWAY_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "vllm-api-key",
        provider: "vLLM",
        provider_id: "vllm",
        title: "Key of a self-hosted vLLM server",
        severity: Severity::Medium,
        opens: "Model calls on that server.",
        revoke: "Restart the server with another --api-key.",
        source: "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html (no shape)",
        env_names: &["VLLM_API_KEY"],
        ..Rule::BLANK
    },
];
