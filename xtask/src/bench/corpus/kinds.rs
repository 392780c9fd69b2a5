//! Kinds of credentials as their issuers or public write-ups document them: prefix, characters, length.
//!
//! The table knows nothing of the rules of `bedlock-detect`, so that a rule which only knows its
//! own examples shows in `bench detect`.
//!
//! **Source:** the pages that `docs/rules` name per provider, and the formats that GitHub
//! lists for secret scanning:
//! <https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns>
//!
//! **Invariant:** bodies are drawn at random: no checksum is right but by chance, and no whole key
//! stands in this file.

use std::ops::Range;

use bedlock_detect::{Alphabet, Dice};

use super::ids;
use Piece::{Close, Lit, Of, Open, Pem, Snowflake};

const LETTER: Alphabet = ids::LOWER.or(ids::UPPER);
const BECH32: Alphabet = Alphabet::of(b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L");

/// A part of a credential.
pub(super) enum Piece {
    /// These bytes.
    Lit(&'static str),
    /// So many random members of a set.
    Of(Alphabet, usize),
    /// Base64 of a number of 19 digits, as Discord writes the id of a bot.
    Snowflake,
    /// A PEM block of this kind.
    Pem(&'static str),
    /// What is secret begins here; without it all is.
    Open,
    /// What is secret ends here.
    Close,
}

/// A kind of credential.
pub(super) struct Kind {
    pub(super) id: &'static str,
    /// The variable that people keep it in.
    pub(super) name: &'static str,
    /// What people call it in a sentence.
    pub(super) title: &'static str,
    /// It has no shape of its own, so that only a name tells.
    pub(super) needs_name: bool,
    pieces: &'static [Piece],
}

impl Kind {
    /// Draws one, and says which part of it is secret.
    pub(super) fn draw(&self, dice: &mut Dice) -> (String, Range<usize>) {
        let mut value = String::new();
        let (mut from, mut to) = (0, None);
        for piece in self.pieces {
            match piece {
                Lit(text) => value.push_str(text),
                Of(set, count) => value.push_str(&inner(*set, *count, dice)),
                Snowflake => value.push_str(&snowflake(dice)),
                Pem(kind) => value.push_str(&pem(kind, dice)),
                Open => from = value.len(),
                Close => to = Some(value.len()),
            }
        }
        let to = to.unwrap_or(value.len());
        (value, from..to)
    }
}

/// Draws members of a set; the last is a letter or digit, so that the value does not end in
/// punctuation which a sentence could own.
fn inner(set: Alphabet, count: usize, dice: &mut Dice) -> String {
    let mut body = dice.draw(set, count);
    while !body.ends_with(|last: char| last.is_ascii_alphanumeric()) {
        body.pop();
        body.push_str(&dice.draw(set, 1));
    }
    body
}

fn snowflake(dice: &mut Dice) -> String {
    let digits = format!("1{}", dice.draw(ids::DIGITS, 17));
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    digits
        .as_bytes()
        .chunks(3)
        .fold(String::new(), |mut out, chunk| {
            let bits = chunk
                .iter()
                .fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
            for shift in [18, 12, 6, 0] {
                out.push(char::from(letters[bits >> shift & 63]));
            }
            out
        })
}

fn pem(kind: &str, dice: &mut Dice) -> String {
    let mut text = format!("-----BEGIN {kind}PRIVATE KEY-----\n");
    for _ in 0..12 + dice.below(12) {
        text.push_str(&dice.draw(ids::BASE64, 64));
        text.push('\n');
    }
    text.push_str(&dice.draw(ids::BASE64, 30));
    text.push_str(&format!("==\n-----END {kind}PRIVATE KEY-----"));
    text
}

const fn shaped(
    id: &'static str,
    name: &'static str,
    title: &'static str,
    pieces: &'static [Piece],
) -> Kind {
    Kind {
        id,
        name,
        title,
        needs_name: false,
        pieces,
    }
}

const fn named(
    id: &'static str,
    name: &'static str,
    title: &'static str,
    pieces: &'static [Piece],
) -> Kind {
    Kind {
        needs_name: true,
        ..shaped(id, name, title, pieces)
    }
}

/// The table.
pub(super) const KINDS: &[Kind] = &[
    shaped(
        "anthropic-api-key",
        "ANTHROPIC_API_KEY",
        "Anthropic API key",
        &[Lit("sk-ant-api03-"), Of(ids::URL64, 93), Lit("AA")],
    ),
    shaped(
        "anthropic-setup-token",
        "CLAUDE_CODE_OAUTH_TOKEN",
        "Claude Code token",
        &[Lit("sk-ant-oat01-"), Of(ids::URL64, 93), Lit("AA")],
    ),
    shaped(
        "anthropic-refresh",
        "ANTHROPIC_REFRESH_TOKEN",
        "Anthropic refresh token",
        &[Lit("sk-ant-ort01-"), Of(ids::URL64, 93), Lit("AA")],
    ),
    shaped(
        "anthropic-admin",
        "ANTHROPIC_ADMIN_KEY",
        "Anthropic admin key",
        &[Lit("sk-ant-admin01-"), Of(ids::URL64, 93), Lit("AA")],
    ),
    shaped(
        "openai-project",
        "OPENAI_API_KEY",
        "OpenAI API key",
        &[
            Lit("sk-proj-"),
            Of(ids::URL64, 74),
            Lit("T3BlbkFJ"),
            Of(ids::URL64, 74),
        ],
    ),
    shaped(
        "openai-project-short",
        "OPENAI_API_KEY",
        "OpenAI API key",
        &[
            Lit("sk-proj-"),
            Of(ids::ALNUM, 20),
            Lit("T3BlbkFJ"),
            Of(ids::ALNUM, 20),
        ],
    ),
    shaped(
        "openai-service-account",
        "OPENAI_API_KEY",
        "OpenAI API key",
        &[
            Lit("sk-svcacct-"),
            Of(ids::URL64, 74),
            Lit("T3BlbkFJ"),
            Of(ids::URL64, 74),
        ],
    ),
    shaped(
        "openai-admin",
        "OPENAI_ADMIN_KEY",
        "OpenAI admin key",
        &[
            Lit("sk-admin-"),
            Of(ids::URL64, 74),
            Lit("T3BlbkFJ"),
            Of(ids::URL64, 74),
        ],
    ),
    shaped(
        "openai-legacy",
        "OPENAI_API_KEY",
        "OpenAI API key",
        &[
            Lit("sk-"),
            Of(ids::ALNUM, 20),
            Lit("T3BlbkFJ"),
            Of(ids::ALNUM, 20),
        ],
    ),
    shaped(
        "aws-access-key-id",
        "AWS_ACCESS_KEY_ID",
        "AWS access key",
        &[Lit("AKIA"), Of(ids::BASE32, 16)],
    ),
    named(
        "aws-secret",
        "AWS_SECRET_ACCESS_KEY",
        "AWS secret access key",
        &[Of(ids::BASE64, 40)],
    ),
    named(
        "aws-session-token",
        "AWS_SESSION_TOKEN",
        "AWS session token",
        &[Lit("IQoJb3JpZ2luX2VjE"), Of(ids::BASE64, 560), Lit("==")],
    ),
    shaped(
        "bedrock-long-term",
        "AWS_BEARER_TOKEN_BEDROCK",
        "Bedrock API key",
        &[
            Lit("ABSKQmVkcm9ja0FQSUtleS"),
            Of(ids::BASE64, 109),
            Lit("="),
        ],
    ),
    shaped(
        "bedrock-short-term",
        "AWS_BEARER_TOKEN_BEDROCK",
        "Bedrock API key",
        &[
            Lit(
                "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29tLz9BY3Rpb249Q2FsbFdpdGhCZWFyZXJUb2tlbi",
            ),
            Of(ids::BASE64, 800),
        ],
    ),
    shaped(
        "google-api-key",
        "GEMINI_API_KEY",
        "Gemini API key",
        &[Lit("AIza"), Of(ids::URL64, 35)],
    ),
    shaped(
        "google-auth-key",
        "GOOGLE_API_KEY",
        "Google API key",
        &[Lit("AQ.Ab8RN6"), Of(ids::URL64, 44)],
    ),
    shaped(
        "google-client-secret",
        "GOOGLE_CLIENT_SECRET",
        "Google client secret",
        &[Lit("GOCSPX-"), Of(ids::URL64, 28)],
    ),
    shaped(
        "google-refresh",
        "GOOGLE_REFRESH_TOKEN",
        "Google refresh token",
        &[Lit("1//0"), Of(ids::URL64, 98)],
    ),
    shaped(
        "google-access",
        "GOOGLE_ACCESS_TOKEN",
        "Google access token",
        &[Lit("ya29.a0"), Of(ids::URL64, 200)],
    ),
    shaped(
        "groq",
        "GROQ_API_KEY",
        "Groq API key",
        &[
            Lit("gsk_"),
            Of(ids::ALNUM, 20),
            Lit("WGdyb3FY"),
            Of(ids::ALNUM, 24),
        ],
    ),
    shaped(
        "openrouter",
        "OPENROUTER_API_KEY",
        "OpenRouter API key",
        &[Lit("sk-or-v1-"), Of(ids::HEX, 64)],
    ),
    shaped(
        "xai",
        "XAI_API_KEY",
        "xAI API key",
        &[Lit("xai-"), Of(ids::ALNUM, 80)],
    ),
    shaped(
        "perplexity",
        "PERPLEXITY_API_KEY",
        "Perplexity API key",
        &[Lit("pplx-"), Of(ids::ALNUM, 48)],
    ),
    shaped(
        "tavily",
        "TAVILY_API_KEY",
        "Tavily API key",
        &[Lit("tvly-"), Of(ids::ALNUM, 32)],
    ),
    shaped(
        "tavily-dev",
        "TAVILY_API_KEY",
        "Tavily API key",
        &[Lit("tvly-dev-"), Of(ids::ALNUM, 32)],
    ),
    shaped(
        "nvidia",
        "NVIDIA_API_KEY",
        "NVIDIA API key",
        &[Lit("nvapi-"), Of(ids::URL64, 64)],
    ),
    shaped(
        "cerebras",
        "CEREBRAS_API_KEY",
        "Cerebras API key",
        &[Lit("csk-"), Of(ids::LOWER_NUM, 48)],
    ),
    shaped(
        "huggingface",
        "HF_TOKEN",
        "Hugging Face token",
        &[Lit("hf_"), Of(LETTER, 34)],
    ),
    shaped(
        "replicate",
        "REPLICATE_API_TOKEN",
        "Replicate token",
        &[Lit("r8_"), Of(ids::ALNUM, 37)],
    ),
    shaped(
        "fireworks",
        "FIREWORKS_API_KEY",
        "Fireworks API key",
        &[Lit("fw_"), Of(ids::ALNUM, 22)],
    ),
    shaped(
        "together",
        "TOGETHER_API_KEY",
        "Together API key",
        &[Lit("tgp_v1_"), Of(ids::URL64, 43)],
    ),
    shaped(
        "kimi-code",
        "KIMI_API_KEY",
        "Kimi API key",
        &[Lit("sk-kimi-"), Of(ids::ALNUM, 64)],
    ),
    shaped(
        "moonshot",
        "MOONSHOT_API_KEY",
        "Moonshot API key",
        &[Lit("sk-"), Of(ids::ALNUM, 48)],
    ),
    shaped(
        "minimax-plan",
        "MINIMAX_API_KEY",
        "MiniMax API key",
        &[Lit("sk-cp-"), Of(ids::URL64, 116)],
    ),
    shaped(
        "deepseek",
        "DEEPSEEK_API_KEY",
        "DeepSeek API key",
        &[Lit("sk-"), Of(ids::HEX, 32)],
    ),
    named(
        "zai",
        "ZAI_API_KEY",
        "Z.ai API key",
        &[Of(ids::HEX, 32), Lit("."), Of(ids::ALNUM, 16)],
    ),
    named(
        "volcengine",
        "ARK_API_KEY",
        "Volcengine API key",
        &[
            Of(ids::HEX, 8),
            Lit("-"),
            Of(ids::HEX, 4),
            Lit("-4"),
            Of(ids::HEX, 3),
            Lit("-a"),
            Of(ids::HEX, 3),
            Lit("-"),
            Of(ids::HEX, 12),
        ],
    ),
    named(
        "mistral",
        "MISTRAL_API_KEY",
        "Mistral API key",
        &[Of(ids::ALNUM, 32)],
    ),
    named(
        "cohere",
        "COHERE_API_KEY",
        "Cohere API key",
        &[Of(ids::ALNUM, 40)],
    ),
    named(
        "azure-openai",
        "AZURE_OPENAI_API_KEY",
        "Azure OpenAI API key",
        &[Of(ids::HEX, 32)],
    ),
    named(
        "azure-openai-long",
        "AZURE_OPENAI_API_KEY",
        "Azure OpenAI API key",
        &[Of(ids::ALNUM, 52), Lit("JQQJ99BA"), Of(ids::ALNUM, 24)],
    ),
    shaped(
        "azure-storage",
        "AZURE_STORAGE_CONNECTION_STRING",
        "Azure connection string",
        &[
            Lit("DefaultEndpointsProtocol=https;AccountName=app1;AccountKey="),
            Open,
            Of(ids::BASE64, 86),
            Close,
            Lit("=="),
        ],
    ),
    shaped(
        "azure-client-secret",
        "AZURE_CLIENT_SECRET",
        "Azure client secret",
        &[Of(ids::ALNUM, 3), Lit("8Q~"), Of(ids::URL64, 34)],
    ),
    shaped(
        "elevenlabs",
        "ELEVENLABS_API_KEY",
        "ElevenLabs API key",
        &[Lit("sk_"), Of(ids::HEX, 48)],
    ),
    named(
        "deepgram",
        "DEEPGRAM_API_KEY",
        "Deepgram API key",
        &[Of(ids::HEX, 40)],
    ),
    named(
        "assemblyai",
        "ASSEMBLYAI_API_KEY",
        "AssemblyAI API key",
        &[Of(ids::HEX, 32)],
    ),
    shaped(
        "brave",
        "BRAVE_API_KEY",
        "Brave Search API key",
        &[Lit("BSA"), Of(ids::URL64, 28)],
    ),
    named(
        "exa",
        "EXA_API_KEY",
        "Exa API key",
        &[
            Of(ids::HEX, 8),
            Lit("-"),
            Of(ids::HEX, 4),
            Lit("-4"),
            Of(ids::HEX, 3),
            Lit("-b"),
            Of(ids::HEX, 3),
            Lit("-"),
            Of(ids::HEX, 12),
        ],
    ),
    shaped(
        "firecrawl",
        "FIRECRAWL_API_KEY",
        "Firecrawl API key",
        &[Lit("fc-"), Of(ids::HEX, 32)],
    ),
    shaped(
        "jina",
        "JINA_API_KEY",
        "Jina API key",
        &[Lit("jina_"), Of(ids::HEX, 32), Of(ids::URL64, 28)],
    ),
    shaped(
        "apify",
        "APIFY_TOKEN",
        "Apify token",
        &[Lit("apify_api_"), Of(ids::ALNUM, 36)],
    ),
    shaped(
        "github-classic",
        "GITHUB_TOKEN",
        "GitHub token",
        &[Lit("ghp_"), Of(ids::ALNUM, 36)],
    ),
    shaped(
        "github-fine-grained",
        "GITHUB_TOKEN",
        "GitHub token",
        &[
            Lit("github_pat_"),
            Of(ids::ALNUM, 22),
            Lit("_"),
            Of(ids::ALNUM, 59),
        ],
    ),
    shaped(
        "github-oauth",
        "GH_TOKEN",
        "GitHub token",
        &[Lit("gho_"), Of(ids::ALNUM, 36)],
    ),
    shaped(
        "github-server",
        "GITHUB_TOKEN",
        "GitHub token",
        &[Lit("ghs_"), Of(ids::ALNUM, 36)],
    ),
    shaped(
        "github-user",
        "GITHUB_TOKEN",
        "GitHub token",
        &[Lit("ghu_"), Of(ids::ALNUM, 36)],
    ),
    shaped(
        "gitlab",
        "GITLAB_TOKEN",
        "GitLab token",
        &[Lit("glpat-"), Of(ids::URL64, 20)],
    ),
    shaped(
        "npm",
        "NPM_TOKEN",
        "npm token",
        &[Lit("npm_"), Of(ids::ALNUM, 36)],
    ),
    shaped(
        "pypi",
        "PYPI_TOKEN",
        "PyPI token",
        &[Lit("pypi-AgEIcHlwaS5vcmc"), Of(ids::URL64, 156)],
    ),
    shaped(
        "docker",
        "DOCKER_TOKEN",
        "Docker token",
        &[Lit("dckr_pat_"), Of(ids::URL64, 27)],
    ),
    shaped(
        "rubygems",
        "GEM_HOST_API_KEY",
        "RubyGems API key",
        &[Lit("rubygems_"), Of(ids::HEX, 48)],
    ),
    shaped(
        "crates-io",
        "CARGO_REGISTRY_TOKEN",
        "crates.io token",
        &[Lit("cio"), Of(ids::ALNUM, 32)],
    ),
    shaped(
        "slack-bot",
        "SLACK_BOT_TOKEN",
        "Slack token",
        &[
            Lit("xoxb-"),
            Of(ids::DIGITS, 12),
            Lit("-"),
            Of(ids::DIGITS, 13),
            Lit("-"),
            Of(ids::ALNUM, 24),
        ],
    ),
    shaped(
        "slack-user",
        "SLACK_USER_TOKEN",
        "Slack token",
        &[
            Lit("xoxp-"),
            Of(ids::DIGITS, 12),
            Lit("-"),
            Of(ids::DIGITS, 12),
            Lit("-"),
            Of(ids::DIGITS, 13),
            Lit("-"),
            Of(ids::HEX, 32),
        ],
    ),
    shaped(
        "slack-app",
        "SLACK_APP_TOKEN",
        "Slack app token",
        &[
            Lit("xapp-1-A"),
            Of(ids::UPPER_NUM, 10),
            Lit("-"),
            Of(ids::DIGITS, 13),
            Lit("-"),
            Of(ids::HEX, 64),
        ],
    ),
    shaped(
        "slack-webhook",
        "SLACK_WEBHOOK_URL",
        "Slack webhook",
        &[
            Lit("https://hooks.slack.com/services/T"),
            Of(ids::UPPER_NUM, 8),
            Lit("/B"),
            Of(ids::UPPER_NUM, 10),
            Lit("/"),
            Of(ids::ALNUM, 24),
        ],
    ),
    shaped(
        "telegram",
        "TELEGRAM_BOT_TOKEN",
        "Telegram bot token",
        &[Lit("7"), Of(ids::DIGITS, 9), Lit(":AA"), Of(ids::URL64, 33)],
    ),
    shaped(
        "discord-bot",
        "DISCORD_BOT_TOKEN",
        "Discord token",
        &[
            Snowflake,
            Lit("."),
            Of(ids::URL64, 6),
            Lit("."),
            Of(ids::URL64, 38),
        ],
    ),
    shaped(
        "discord-webhook",
        "DISCORD_WEBHOOK_URL",
        "Discord webhook",
        &[
            Lit("https://discord.com/api/webhooks/1"),
            Of(ids::DIGITS, 18),
            Lit("/"),
            Of(ids::URL64, 68),
        ],
    ),
    shaped(
        "stripe-live",
        "STRIPE_SECRET_KEY",
        "Stripe secret key",
        &[Lit("sk_live_51"), Of(ids::ALNUM, 97)],
    ),
    shaped(
        "stripe-old",
        "STRIPE_SECRET_KEY",
        "Stripe secret key",
        &[Lit("sk_live_"), Of(ids::ALNUM, 24)],
    ),
    shaped(
        "stripe-restricted",
        "STRIPE_API_KEY",
        "Stripe API key",
        &[Lit("rk_live_51"), Of(ids::ALNUM, 97)],
    ),
    shaped(
        "stripe-webhook",
        "STRIPE_WEBHOOK_SECRET",
        "Stripe webhook secret",
        &[Lit("whsec_"), Of(ids::ALNUM, 32)],
    ),
    shaped(
        "sendgrid",
        "SENDGRID_API_KEY",
        "SendGrid API key",
        &[Lit("SG."), Of(ids::URL64, 22), Lit("."), Of(ids::URL64, 43)],
    ),
    named(
        "twilio",
        "TWILIO_AUTH_TOKEN",
        "Twilio auth token",
        &[Of(ids::HEX, 32)],
    ),
    shaped(
        "mailgun",
        "MAILGUN_API_KEY",
        "Mailgun API key",
        &[Lit("key-"), Of(ids::HEX, 32)],
    ),
    shaped(
        "resend",
        "RESEND_API_KEY",
        "Resend API key",
        &[Lit("re_"), Of(ids::ALNUM, 8), Lit("_"), Of(ids::ALNUM, 24)],
    ),
    shaped(
        "notion",
        "NOTION_TOKEN",
        "Notion token",
        &[Lit("ntn_"), Of(ids::DIGITS, 11), Of(ids::ALNUM, 35)],
    ),
    shaped(
        "linear",
        "LINEAR_API_KEY",
        "Linear API key",
        &[Lit("lin_api_"), Of(ids::ALNUM, 40)],
    ),
    shaped(
        "airtable",
        "AIRTABLE_API_KEY",
        "Airtable token",
        &[Lit("pat"), Of(ids::ALNUM, 14), Lit("."), Of(ids::HEX, 64)],
    ),
    shaped(
        "figma",
        "FIGMA_TOKEN",
        "Figma token",
        &[Lit("figd_"), Of(ids::URL64, 40)],
    ),
    shaped(
        "hubspot",
        "HUBSPOT_TOKEN",
        "HubSpot token",
        &[
            Lit("pat-na1-"),
            Of(ids::HEX, 8),
            Lit("-"),
            Of(ids::HEX, 4),
            Lit("-4"),
            Of(ids::HEX, 3),
            Lit("-9"),
            Of(ids::HEX, 3),
            Lit("-"),
            Of(ids::HEX, 12),
        ],
    ),
    shaped(
        "atlassian",
        "ATLASSIAN_API_TOKEN",
        "Atlassian API token",
        &[
            Lit("ATATT3xFfGF0"),
            Of(ids::URL64, 171),
            Lit("="),
            Of(ids::UPPER_HEX, 8),
        ],
    ),
    shaped(
        "supabase",
        "SUPABASE_ACCESS_TOKEN",
        "Supabase token",
        &[Lit("sbp_"), Of(ids::HEX, 40)],
    ),
    named(
        "cloudflare",
        "CLOUDFLARE_API_TOKEN",
        "Cloudflare API token",
        &[Of(ids::URL64, 40)],
    ),
    shaped(
        "digitalocean",
        "DIGITALOCEAN_TOKEN",
        "DigitalOcean token",
        &[Lit("dop_v1_"), Of(ids::HEX, 64)],
    ),
    shaped(
        "doppler",
        "DOPPLER_TOKEN",
        "Doppler token",
        &[Lit("dp.pt."), Of(ids::ALNUM, 43)],
    ),
    shaped(
        "netlify",
        "NETLIFY_AUTH_TOKEN",
        "Netlify token",
        &[Lit("nfp_"), Of(ids::ALNUM, 36)],
    ),
    shaped(
        "heroku",
        "HEROKU_API_KEY",
        "Heroku API key",
        &[Lit("HRKU-AA"), Of(ids::URL64, 58)],
    ),
    shaped(
        "vault",
        "VAULT_TOKEN",
        "Vault token",
        &[Lit("hvs.CAESI"), Of(ids::URL64, 90)],
    ),
    shaped(
        "terraform",
        "TF_TOKEN",
        "Terraform token",
        &[Of(ids::ALNUM, 14), Lit(".atlasv1."), Of(ids::URL64, 67)],
    ),
    shaped(
        "tailscale",
        "TS_AUTHKEY",
        "Tailscale auth key",
        &[
            Lit("tskey-auth-k"),
            Of(ids::ALNUM, 11),
            Lit("CNTRL-"),
            Of(ids::ALNUM, 32),
        ],
    ),
    shaped(
        "onepassword",
        "OP_SERVICE_ACCOUNT_TOKEN",
        "1Password token",
        &[Lit("ops_eyJ"), Of(ids::BASE64, 250)],
    ),
    shaped(
        "databricks",
        "DATABRICKS_TOKEN",
        "Databricks token",
        &[Lit("dapi"), Of(ids::HEX, 32)],
    ),
    shaped(
        "grafana",
        "GRAFANA_TOKEN",
        "Grafana token",
        &[Lit("glsa_"), Of(ids::ALNUM, 32), Lit("_"), Of(ids::HEX, 8)],
    ),
    shaped(
        "sentry",
        "SENTRY_AUTH_TOKEN",
        "Sentry token",
        &[Lit("sntryu_"), Of(ids::HEX, 64)],
    ),
    shaped(
        "shopify",
        "SHOPIFY_ACCESS_TOKEN",
        "Shopify token",
        &[Lit("shpat_"), Of(ids::HEX, 32)],
    ),
    shaped(
        "postman",
        "POSTMAN_API_KEY",
        "Postman API key",
        &[Lit("PMAK-"), Of(ids::HEX, 24), Lit("-"), Of(ids::HEX, 34)],
    ),
    shaped(
        "langsmith",
        "LANGSMITH_API_KEY",
        "LangSmith API key",
        &[
            Lit("lsv2_pt_"),
            Of(ids::HEX, 32),
            Lit("_"),
            Of(ids::HEX, 10),
        ],
    ),
    shaped(
        "langfuse",
        "LANGFUSE_SECRET_KEY",
        "Langfuse secret key",
        &[
            Lit("sk-lf-"),
            Of(ids::HEX, 8),
            Lit("-"),
            Of(ids::HEX, 4),
            Lit("-4"),
            Of(ids::HEX, 3),
            Lit("-8"),
            Of(ids::HEX, 3),
            Lit("-"),
            Of(ids::HEX, 12),
        ],
    ),
    named(
        "wandb",
        "WANDB_API_KEY",
        "Weights and Biases API key",
        &[Of(ids::HEX, 40)],
    ),
    shaped(
        "jwt",
        "SUPABASE_SERVICE_ROLE_KEY",
        "service role key",
        &[
            Lit("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ"),
            Of(ids::URL64, 120),
            Lit("."),
            Of(ids::URL64, 43),
        ],
    ),
    shaped(
        "age",
        "SOPS_AGE_KEY",
        "age key",
        &[Lit("AGE-SECRET-KEY-1"), Of(BECH32, 58)],
    ),
    shaped(
        "rsa-private-key",
        "DEPLOY_KEY",
        "deploy key",
        &[Pem("RSA ")],
    ),
    shaped(
        "openssh-private-key",
        "SSH_PRIVATE_KEY",
        "SSH private key",
        &[Pem("OPENSSH ")],
    ),
    shaped("pkcs8-private-key", "TLS_KEY", "private key", &[Pem("")]),
    shaped(
        "postgres-url",
        "DATABASE_URL",
        "database URL",
        &[
            Lit("postgres://app:"),
            Open,
            Of(ids::ALNUM, 20),
            Close,
            Lit("@db.internal:5432/app"),
        ],
    ),
    shaped(
        "redis-url",
        "REDIS_URL",
        "Redis URL",
        &[
            Lit("redis://default:"),
            Open,
            Of(ids::ALNUM, 24),
            Close,
            Lit("@cache.internal:6379/0"),
        ],
    ),
    shaped(
        "git-url",
        "REPO_URL",
        "repository URL",
        &[
            Lit("https://deploy:"),
            Open,
            Of(ids::ALNUM, 24),
            Close,
            Lit("@git.example.org/team/app.git"),
        ],
    ),
    named(
        "openclaw-gateway",
        "OPENCLAW_GATEWAY_TOKEN",
        "gateway token",
        &[Of(ids::HEX, 48)],
    ),
    named(
        "password",
        "DB_PASSWORD",
        "database password",
        &[
            Of(ids::ALNUM, 7),
            Lit("!k"),
            Of(ids::ALNUM, 5),
            Lit("#7"),
            Of(ids::ALNUM, 3),
        ],
    ),
    named(
        "password-plain",
        "SMTP_PASSWORD",
        "SMTP password",
        &[Of(ids::ALNUM, 16)],
    ),
    named(
        "client-secret",
        "OAUTH_CLIENT_SECRET",
        "OAuth client secret",
        &[Of(ids::URL64, 40)],
    ),
    named(
        "service-token",
        "INTERNAL_SERVICE_TOKEN",
        "service token",
        &[Of(ids::ALNUM, 36)],
    ),
    named(
        "signing-secret",
        "SLACK_SIGNING_SECRET",
        "Slack signing secret",
        &[Of(ids::HEX, 32)],
    ),
];
