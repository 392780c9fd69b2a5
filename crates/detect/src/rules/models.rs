//! Model providers besides Anthropic, AWS, Google and OpenAI.
//!
//! **Invariant:** data only.

use crate::checks;
use crate::fakes::Dice;
use crate::rule::{Examples, Part, Rule, Severity, Shape};
use crate::window::{ALNUM, Alphabet, DOTTED, HEX, LETTER, URL64};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "azure-openai-key",
        provider: "Microsoft Azure",
        provider_id: "azure-openai",
        title: "Azure OpenAI or AI Foundry key",
        opens: "Model calls of the Azure resource.",
        revoke: "https://portal.azure.com (the resource, Keys and Endpoint, Regenerate)",
        source: "https://learn.microsoft.com/en-us/azure/ai-services/openai/reference#authentication (no public prefix)",
        env_names: &[
            "AZURE_OPENAI_API_KEY",
            "AZURE_OPENAI_KEY",
            "AZURE_API_KEY",
            "AZURE_AI_API_KEY",
            "AZURE_AI_FOUNDRY_API_KEY",
            "AZURE_INFERENCE_CREDENTIAL",
            "AZURE_COGNITIVE_SERVICES_KEY",
            "AZURE_SPEECH_KEY",
        ],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 84)),
        ..Rule::BLANK
    },
    Rule {
        id: "baseten-api-key",
        provider: "Baseten",
        title: "Baseten API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://app.baseten.co/settings/api_keys",
        source: "https://docs.baseten.co/organization/api-keys (no public prefix)",
        env_names: &["BASETEN_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "byteplus-api-key",
        provider: "BytePlus",
        provider_id: "byteplus",
        title: "BytePlus or Volcano Engine ModelArk key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://console.byteplus.com/ark/apikey",
        source: "https://docs.byteplus.com/en/docs/ModelArk/1361424 (a UUID)",
        env_names: &[
            "BYTEPLUS_API_KEY",
            "VOLCANO_ENGINE_API_KEY",
            "VOLCENGINE_API_KEY",
            "ARK_API_KEY",
        ],
        examples: Examples::Made(uuid),
        ..Rule::BLANK
    },
    Rule {
        id: "cerebras-api-key",
        provider: "Cerebras",
        provider_id: "cerebras",
        title: "Cerebras API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://cloud.cerebras.ai/platform",
        source: "Believed, from issued keys; documentation: https://inference-docs.cerebras.ai/quickstart",
        prefixes: &["csk-"],
        shape: Shape::Token(&[Part::Run(ALNUM, 40, 64)]),
        env_names: &["CEREBRAS_API_KEY"],
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
        id: "cohere-api-key",
        provider: "Cohere",
        provider_id: "cohere",
        title: "Cohere API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://dashboard.cohere.com/api-keys",
        source: "https://docs.cohere.com/docs/rate-limits (no public prefix)",
        env_names: &["COHERE_API_KEY", "CO_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "dashscope-api-key",
        provider: "Alibaba Cloud",
        provider_id: "qwen",
        title: "Model Studio (DashScope, Qwen) API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://bailian.console.alibabacloud.com/?tab=model#/api-key",
        source: "https://www.alibabacloud.com/help/en/model-studio/get-api-key",
        env_names: &[
            "DASHSCOPE_API_KEY",
            "MODELSTUDIO_API_KEY",
            "QWEN_API_KEY",
            "BAILIAN_API_KEY",
            "ALIBABA_API_KEY",
        ],
        examples: Examples::Made(sk_hex),
        ..Rule::BLANK
    },
    Rule {
        id: "deepinfra-api-key",
        provider: "DeepInfra",
        title: "DeepInfra API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://deepinfra.com/dash/api_keys",
        source: "https://deepinfra.com/docs (no public prefix)",
        env_names: &["DEEPINFRA_API_KEY", "DEEPINFRA_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "deepseek-api-key",
        provider: "DeepSeek",
        provider_id: "deepseek",
        title: "DeepSeek API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://platform.deepseek.com/api_keys",
        source: "https://api-docs.deepseek.com (shape believed, shared with others)",
        env_names: &["DEEPSEEK_API_KEY"],
        examples: Examples::Made(sk_hex),
        ..Rule::BLANK
    },
    Rule {
        id: "fireworks-api-key",
        provider: "Fireworks AI",
        provider_id: "fireworks",
        title: "Fireworks API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://app.fireworks.ai/settings/users/api-keys",
        source: "Believed, from issued keys; documentation: https://docs.fireworks.ai/api-reference/introduction",
        prefixes: &["fw_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 20, 28)]),
        check: checks::mixed,
        env_names: &["FIREWORKS_API_KEY", "FIREWORKS_AI_API_KEY"],
        counter_examples: &["fw_update_download_progress_bar"],
        ..Rule::BLANK
    },
    Rule {
        id: "github-copilot-token",
        provider: "GitHub",
        provider_id: "github-copilot",
        title: "Copilot session token",
        severity: Severity::Medium,
        opens: "Copilot model calls of one person, for about half an hour.",
        revoke: "Expires by itself; https://github.com/settings/applications revokes what minted it.",
        source: "Believed, from ~/.config/github-copilot.",
        env_names: &[
            "COPILOT_GITHUB_TOKEN",
            "GITHUB_COPILOT_TOKEN",
            "COPILOT_API_TOKEN",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "groq-api-key",
        provider: "Groq",
        provider_id: "groq",
        title: "Groq API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://console.groq.com/keys",
        source: "Believed, from issued keys; documentation: https://console.groq.com/docs/quickstart",
        prefixes: &["gsk_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 44, 60)]),
        env_names: &["GROQ_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "huggingface-token",
        provider: "Hugging Face",
        provider_id: "huggingface",
        title: "Hugging Face user token",
        opens: "Private models and data sets, inference at its owner's cost, writes if it may.",
        revoke: "https://huggingface.co/settings/tokens",
        source: "https://huggingface.co/docs/hub/security-tokens (length believed)",
        prefixes: &["hf_"],
        shape: Shape::Token(&[Part::Run(LETTER, 34, 40)]),
        env_names: &[
            "HF_TOKEN",
            "HUGGINGFACE_HUB_TOKEN",
            "HUGGING_FACE_HUB_TOKEN",
            "HUGGINGFACE_API_KEY",
            "HUGGINGFACE_TOKEN",
            "HF_API_KEY",
        ],
        counter_examples: &["hf_modelDownloadProgressCallback"],
        ..Rule::BLANK
    },
    Rule {
        id: "huggingface-org-token",
        provider: "Hugging Face",
        provider_id: "huggingface",
        title: "Hugging Face organization token",
        opens: "Private models and data sets of the organization.",
        revoke: "https://huggingface.co/settings/tokens",
        source: "Believed, from issued tokens; documentation: https://huggingface.co/docs/hub/security-tokens",
        prefixes: &["api_org_"],
        shape: Shape::Token(&[Part::Run(LETTER, 34, 40)]),
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
        id: "kimi-code-key",
        provider: "Moonshot AI",
        provider_id: "kimi-coding",
        title: "Kimi Code subscription key",
        opens: "Model calls of a Kimi Code subscription.",
        revoke: "https://www.kimi.com/code/console",
        source: "Believed, from issued keys; documentation: https://www.kimi.com/code/docs",
        prefixes: &["sk-kimi-"],
        shape: Shape::Token(&[Part::Run(URL64, 40, 100)]),
        env_names: &["KIMI_API_KEY", "KIMICODE_API_KEY", "KIMI_CODE_API_KEY"],
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
        id: "minimax-api-key",
        provider: "MiniMax",
        provider_id: "minimax",
        title: "MiniMax API or coding-plan key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://platform.minimax.io/user-center/basic-information/interface-key",
        source: "Believed, from issued keys; documentation: https://platform.minimax.io/docs",
        prefixes: &["sk-cp-", "sk-api-"],
        shape: Shape::Token(&[Part::Run(URL64, 40, 200)]),
        env_names: &[
            "MINIMAX_API_KEY",
            "MINIMAX_CODE_PLAN_KEY",
            "MINIMAX_CODING_API_KEY",
            "MINIMAX_OAUTH_TOKEN",
            "OPENCLAW_LIVE_MINIMAX_KEY",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "mistral-api-key",
        provider: "Mistral AI",
        provider_id: "mistral",
        title: "Mistral API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://console.mistral.ai/api-keys",
        source: "https://docs.mistral.ai/getting-started/quickstart (no public prefix)",
        env_names: &["MISTRAL_API_KEY", "CODESTRAL_API_KEY"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 32)),
        ..Rule::BLANK
    },
    Rule {
        id: "moonshot-api-key",
        provider: "Moonshot AI",
        provider_id: "moonshot",
        title: "Moonshot (Kimi) API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://platform.moonshot.ai/console/api-keys",
        source: "https://platform.moonshot.ai/docs (shape believed, shared with others)",
        env_names: &["MOONSHOT_API_KEY"],
        examples: Examples::Made(sk_alnum),
        ..Rule::BLANK
    },
    Rule {
        id: "nebius-api-key",
        provider: "Nebius",
        title: "Nebius Token Factory API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://tokenfactory.nebius.com",
        source: "https://docs.tokenfactory.nebius.com (a JWT)",
        env_names: &["NEBIUS_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "novita-api-key",
        provider: "Novita AI",
        title: "Novita API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://novita.ai/settings/key-management",
        source: "Believed, from issued keys; documentation: https://novita.ai/docs",
        env_names: &["NOVITA_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "nvidia-api-key",
        provider: "NVIDIA",
        provider_id: "nvidia",
        title: "NVIDIA API key (build.nvidia.com, NGC)",
        opens: "Hosted model calls and private containers of the account.",
        revoke: "https://build.nvidia.com/settings/api-keys",
        source: "Believed, from issued keys; documentation: https://docs.nvidia.com/ngc",
        prefixes: &["nvapi-"],
        shape: Shape::Token(&[Part::Run(URL64, 60, 80)]),
        env_names: &["NVIDIA_API_KEY", "NGC_API_KEY", "NVIDIA_NIM_API_KEY"],
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
        shape: Shape::Token(&[Part::Run(HEX, 64, 64)]),
        env_names: &["OPENROUTER_API_KEY"],
        counter_examples: &["sk-or-v1-your-key-here-please-and-thanks"],
        ..Rule::BLANK
    },
    Rule {
        id: "perplexity-api-key",
        provider: "Perplexity",
        provider_id: "perplexity",
        title: "Perplexity API key",
        opens: "Search and model calls at its owner's cost.",
        revoke: "https://www.perplexity.ai/account/api/keys",
        source: "Believed, from issued keys; documentation: https://docs.perplexity.ai/getting-started/quickstart",
        prefixes: &["pplx-"],
        shape: Shape::Token(&[Part::Run(ALNUM, 40, 64)]),
        env_names: &["PERPLEXITY_API_KEY", "PPLX_API_KEY"],
        counter_examples: &["pplx-embed-large-context"],
        ..Rule::BLANK
    },
    Rule {
        id: "qianfan-api-key",
        provider: "Baidu",
        provider_id: "qianfan",
        title: "Qianfan API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://console.bce.baidu.com/iam/#/iam/apikey/list",
        source: "Believed, from issued keys; documentation: https://cloud.baidu.com/doc/qianfan-api/index.html",
        prefixes: &["bce-v3/ALTAK-"],
        shape: Shape::Token(&[Part::Run(QIANFAN, 50, 80)]),
        env_names: &["QIANFAN_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "replicate-api-token",
        provider: "Replicate",
        provider_id: "replicate",
        title: "Replicate API token",
        opens: "Model calls at its owner's cost.",
        revoke: "https://replicate.com/account/api-tokens",
        source: "https://replicate.com/docs/topics/security/api-tokens (length believed)",
        prefixes: &["r8_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 37, 40)]),
        env_names: &["REPLICATE_API_TOKEN", "REPLICATE_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "sambanova-api-key",
        provider: "SambaNova",
        title: "SambaNova Cloud API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://cloud.sambanova.ai/apis",
        source: "https://docs.sambanova.ai (a UUID)",
        env_names: &["SAMBANOVA_API_KEY"],
        examples: Examples::Made(uuid),
        ..Rule::BLANK
    },
    Rule {
        id: "siliconflow-api-key",
        provider: "SiliconFlow",
        title: "SiliconFlow API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://cloud.siliconflow.com/account/ak",
        source: "https://docs.siliconflow.com (shape believed, shared with others)",
        env_names: &["SILICONFLOW_API_KEY"],
        examples: Examples::Made(sk_alnum),
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
        shape: Shape::Token(&[Part::Run(HEX, 32, 32)]),
        env_names: &["SYNTHETIC_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "together-api-key",
        provider: "Together AI",
        provider_id: "together",
        title: "Together API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://api.together.ai/settings/api-keys",
        source: "Believed, from issued keys; documentation: https://docs.together.ai/docs/quickstart",
        prefixes: &["tgp_v1_"],
        shape: Shape::Token(&[Part::Run(URL64, 40, 60)]),
        env_names: &[
            "TOGETHER_API_KEY",
            "TOGETHERAI_API_KEY",
            "TOGETHER_AI_API_KEY",
        ],
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
        shape: Shape::Token(&[Part::Run(ALNUM, 40, 80)]),
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
    Rule {
        id: "xai-api-key",
        provider: "xAI",
        provider_id: "xai",
        title: "xAI (Grok) API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://console.x.ai/team/default/api-keys",
        source: "Believed, from issued keys; documentation: https://docs.x.ai/docs/tutorial",
        prefixes: &["xai-"],
        shape: Shape::Token(&[Part::Run(ALNUM, 70, 90)]),
        env_names: &["XAI_API_KEY", "GROK_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "xiaomi-api-key",
        provider: "Xiaomi",
        provider_id: "xiaomi",
        title: "Xiaomi MiMo API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://platform.xiaomimimo.com/#/console/api-keys",
        source: "https://platform.xiaomimimo.com/#/docs (shape believed, shared with others)",
        env_names: &["XIAOMI_API_KEY", "MIMO_API_KEY"],
        examples: Examples::Made(sk_alnum),
        ..Rule::BLANK
    },
    Rule {
        id: "zai-api-key",
        provider: "Z.AI",
        provider_id: "zai",
        title: "Z.AI (GLM) API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://z.ai/manage-apikey/apikey-list",
        source: "https://docs.z.ai/api-reference/introduction (an id, a dot and a secret; believed)",
        env_names: &[
            "ZAI_API_KEY",
            "Z_AI_API_KEY",
            "ZHIPU_API_KEY",
            "ZHIPUAI_API_KEY",
            "GLM_API_KEY",
            "BIGMODEL_API_KEY",
        ],
        examples: Examples::Made(|dice| format!("{}.{}", dice.draw(HEX, 32), dice.draw(ALNUM, 16))),
        ..Rule::BLANK
    },
];

/// What follows `bce-v3/ALTAK-`: an id, a slash and a secret.
const QIANFAN: Alphabet = ALNUM.or(Alphabet::of(b"/"));

fn sk_hex(dice: &mut Dice) -> String {
    format!("{}{}", "sk-", dice.draw(HEX, 32))
}

fn sk_alnum(dice: &mut Dice) -> String {
    format!("{}{}", "sk-", dice.draw(ALNUM, 48))
}

fn uuid(dice: &mut Dice) -> String {
    [8, 4, 4, 4, 12]
        .map(|length| dice.draw(HEX, length))
        .join("-")
}
