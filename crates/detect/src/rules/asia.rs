//! Model providers of China and Korea.
//!
//! **Invariant:** data only.

use super::sets::{sk_alnum, sk_hex, uuid};
use crate::rule::{Examples, Part, Rule, Shape};
use crate::window::{ALNUM, Alphabet, HEX, URL64};

pub(super) const RULES: &[Rule] = &[
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
