//! Model providers besides Anthropic, AWS, Google and OpenAI.
//!
//! **Invariant:** data only.

use super::sets::uuid;
use crate::checks;
use crate::fakes::Dice;
use crate::rule::{Examples, Part, Rule, Severity, Shape};
use crate::window::{ALNUM, Alphabet, BASE64, DIGIT, HEX, LETTER, URL64};

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
        id: "ai21-key",
        provider: "AI21 Labs",
        title: "AI21 API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://studio.ai21.com/v2/api-keys",
        source: "https://docs.ai21.com (a UUID)",
        env_names: &["AI21_API_KEY"],
        examples: Examples::Made(uuid),
        ..Rule::BLANK
    },
    Rule {
        id: "arcee-key",
        provider: "Arcee",
        title: "Arcee API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://models.arcee.ai",
        source: "https://docs.arcee.ai (no public prefix)",
        env_names: &["ARCEE_API_KEY", "ARCEEAI_API_KEY"],
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
        shape: Shape::Token(&[Part::Run(ALNUM, 36, 64)]),
        env_names: &["CEREBRAS_API_KEY"],
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
        id: "clarifai-pat",
        provider: "Clarifai",
        title: "Clarifai personal access token",
        opens: "Models and data of the account.",
        revoke: "https://clarifai.com/settings/security",
        source: "https://docs.clarifai.com (32 hexadecimal digits)",
        env_names: &["CLARIFAI_PAT", "CLARIFAI_API_KEY"],
        examples: Examples::Made(|dice| dice.draw(HEX, 32)),
        ..Rule::BLANK
    },
    Rule {
        id: "cursor-api-key",
        provider: "Cursor",
        title: "Cursor API key",
        opens: "Agents and usage of the team.",
        revoke: "https://cursor.com/dashboard",
        source: "https://cursor.com/docs/cli/reference/authentication (shape believed)",
        prefixes: &["key_", "crsr_"],
        shape: Shape::Token(&[Part::Run(HEX, 64, 64)]),
        env_names: &["CURSOR_API_KEY", "CURSOR_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "dashscope-plan-key",
        provider: "Alibaba Cloud",
        provider_id: "qwen",
        title: "Model Studio coding-plan key",
        opens: "Model calls of the subscription.",
        revoke: "https://bailian.console.alibabacloud.com/?tab=model#/api-key",
        source: "Believed, from issued keys; documentation: https://www.alibabacloud.com/help/en/model-studio/coding-plan",
        prefixes: &["sk-sp-"],
        shape: Shape::Token(&[Part::Run(URL64, 32, 64)]),
        env_names: &["QWEN_CODING_PLAN_API_KEY"],
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
        id: "devin-key",
        provider: "Cognition",
        title: "Devin API key",
        opens: "Sessions of the coding agent, with its repositories.",
        revoke: "https://app.devin.ai/settings/api-keys",
        source: "https://docs.devin.ai/api-reference/overview (shape believed)",
        prefixes: &["apk_user_", "apk_", "cog_"],
        shape: Shape::Token(&[Part::Run(BASE64, 52, 180), Part::Pad(2)]),
        env_names: &["DEVIN_API_KEY"],
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
        id: "friendli-token",
        provider: "FriendliAI",
        title: "Friendli token",
        opens: "Model calls at its owner's cost.",
        revoke: "https://friendli.ai (Personal settings, Tokens)",
        source: "https://friendli.ai/docs (prefix believed)",
        prefixes: &["flp_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 32, 60)]),
        env_names: &["FRIENDLI_TOKEN", "FRIENDLI_API_KEY"],
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
        shape: Shape::Token(&[Part::Run(ALNUM, 40, 64)]),
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
        id: "hyperbolic-key",
        provider: "Hyperbolic",
        title: "Hyperbolic API key",
        opens: "Model calls at its owner's cost; a JWT.",
        revoke: "https://app.hyperbolic.ai",
        source: "https://docs.hyperbolic.xyz (a JWT)",
        env_names: &["HYPERBOLIC_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "inception-key",
        provider: "Inception",
        title: "Inception (Mercury) API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://platform.inceptionlabs.ai",
        source: "https://docs.inceptionlabs.ai (shape shared with others)",
        env_names: &["INCEPTION_API_KEY"],
        examples: Examples::Made(sk_hex),
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
        id: "lepton-key",
        provider: "Lepton",
        title: "Lepton API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://dashboard.lepton.ai",
        source: "https://docs.lepton.ai (no public prefix)",
        env_names: &["LEPTON_API_KEY", "LEPTON_API_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "llama-api-key",
        provider: "Meta",
        title: "Llama API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://llama.developer.meta.com",
        source: "https://llama.developer.meta.com/docs/api-keys (shape believed)",
        prefixes: &["LLM|"],
        shape: Shape::Token(&[
            Part::Run(DIGIT, 10, 20),
            Part::Lit("|"),
            Part::Run(URL64, 20, 40),
        ]),
        env_names: &["LLAMA_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "llamacloud-key",
        provider: "LlamaIndex",
        title: "LlamaCloud API key",
        opens: "Documents and indices of the project.",
        revoke: "https://cloud.llamaindex.ai/api-key",
        source: "https://docs.cloud.llamaindex.ai (shape believed)",
        prefixes: &["llx-"],
        shape: Shape::Token(&[Part::Run(ALNUM, 44, 60)]),
        env_names: &["LLAMA_CLOUD_API_KEY", "LLAMAPARSE_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "mem0-key",
        provider: "Mem0",
        title: "Mem0 API key",
        opens: "Memories of the agent's users.",
        revoke: "https://app.mem0.ai/dashboard/api-keys",
        source: "https://docs.mem0.ai (shape believed)",
        prefixes: &["m0-"],
        shape: Shape::Token(&[Part::Run(ALNUM, 24, 44)]),
        check: checks::mixed,
        env_names: &["MEM0_API_KEY"],
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
        shape: Shape::Token(&[Part::Run(URL64, 60, 90)]),
        env_names: &["NVIDIA_API_KEY", "NGC_API_KEY", "NVIDIA_NIM_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "ovhcloud-ai-token",
        provider: "OVHcloud",
        title: "AI Endpoints token",
        opens: "Model calls at its owner's cost; a JWT.",
        revoke: "https://endpoints.ai.cloud.ovh.net",
        source: "https://help.ovhcloud.com/csm/en-public-cloud-ai-endpoints-getting-started (a JWT)",
        env_names: &["OVHCLOUD_API_KEY", "OVH_AI_ENDPOINTS_ACCESS_TOKEN"],
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
        shape: Shape::Token(&[Part::Run(ALNUM, 36, 64)]),
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
        id: "reka-key",
        provider: "Reka",
        title: "Reka API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://platform.reka.ai/apikeys",
        source: "https://docs.reka.ai (64 hexadecimal digits)",
        env_names: &["REKA_API_KEY"],
        examples: Examples::Made(|dice| dice.draw(HEX, 64)),
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
        shape: Shape::Token(&[Part::Run(ALNUM, 36, 40)]),
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
        id: "stepfun-key",
        provider: "StepFun",
        title: "StepFun API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://platform.stepfun.com/interface-key",
        source: "https://platform.stepfun.com/docs (no public prefix)",
        env_names: &["STEPFUN_API_KEY", "STEP_API_KEY"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 64)),
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
        shape: Shape::Token(&[Part::Run(URL64, 36, 64)]),
        env_names: &[
            "TOGETHER_API_KEY",
            "TOGETHERAI_API_KEY",
            "TOGETHER_AI_API_KEY",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "upstage-key",
        provider: "Upstage",
        title: "Upstage API key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://console.upstage.ai/api-keys",
        source: "https://console.upstage.ai/docs (prefix believed)",
        env_names: &["UPSTAGE_API_KEY", "UPSTAGE_TOKEN"],
        examples: Examples::Made(|dice| format!("up_{}", dice.draw(ALNUM, 32))),
        ..Rule::BLANK
    },
    Rule {
        id: "voyage-key",
        provider: "Voyage AI",
        title: "Voyage API key",
        opens: "Embeddings at its owner's cost.",
        revoke: "https://dashboard.voyageai.com",
        source: "https://docs.voyageai.com (shape believed)",
        env_names: &["VOYAGE_API_KEY", "VOYAGEAI_API_KEY", "VOYAGE_TOKEN"],
        examples: Examples::Made(|dice| format!("pa-{}", dice.draw(ALNUM, 43))),
        ..Rule::BLANK
    },
    Rule {
        id: "writer-key",
        provider: "Writer",
        title: "Writer API key",
        opens: "Model calls and applications of the team.",
        revoke: "https://app.writer.com/aistudio",
        source: "https://dev.writer.com (no public prefix)",
        env_names: &["WRITER_API_KEY"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 40)),
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
        shape: Shape::Token(&[Part::Run(URL64, 70, 120)]),
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
