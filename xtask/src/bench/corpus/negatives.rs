//! Hard negatives: what looks like a secret, or stands where one would stand, and is none.
//!
//! **Invariant:** each stands under the name that it has in real files: a placeholder under a
//! credential's name, an id under an id's.

use bedlock_detect::{Alphabet, Dice};

use super::ids::{self, ALNUM, BASE64, DIGITS, HEX, LOWER_NUM, UPPER_HEX, UPPER_NUM, URL64};
use super::plants::Plant;

/// Draws a value.
type Make = fn(&mut Dice) -> String;

/// Kind, the name that it stands under, and its value. A name with a word of a credential in it
/// stands in a bearer header too.
const NEGATIVES: &[(&str, &str, Make)] = &[
    // Placeholders and references, where a secret would stand.
    ("your-key-here", "OPENAI_API_KEY", |_| {
        "your-api-key-here".into()
    }),
    ("your-key-shape", "OPENAI_API_KEY", |_| {
        "sk-proj-your-openai-api-key-goes-here".into()
    }),
    ("prefix-and-x", "ANTHROPIC_API_KEY", |_| {
        format!("sk-ant-api03-{}", "x".repeat(80))
    }),
    ("prefix-and-dots", "ANTHROPIC_API_KEY", |_| {
        "sk-ant-api03-...".into()
    }),
    ("github-x", "GITHUB_TOKEN", |_| {
        format!("ghp_{}", "x".repeat(36))
    }),
    ("github-zeros", "GITHUB_TOKEN", |_| {
        format!("ghp_{}", "0".repeat(36))
    }),
    ("angle", "GROQ_API_KEY", |_| "<YOUR_GROQ_API_KEY>".into()),
    ("angle-sentence", "DB_PASSWORD", |_| {
        "<the password of the database>".into()
    }),
    ("variable", "OPENAI_API_KEY", |_| "${OPENAI_API_KEY}".into()),
    ("variable-plain", "OPENAI_API_KEY", |_| {
        "$OPENAI_API_KEY".into()
    }),
    ("variable-default", "API_TOKEN", |_| "${API_TOKEN:-}".into()),
    ("variable-windows", "API_TOKEN", |_| "%API_TOKEN%".into()),
    ("mustache", "API_TOKEN", |_| "{{ api_token }}".into()),
    ("actions-secret", "NPM_TOKEN", |_| {
        "${{ secrets.NPM_TOKEN }}".into()
    }),
    ("process-env", "OPENAI_API_KEY", |_| {
        "process.env.OPENAI_API_KEY".into()
    }),
    ("os-environ", "OPENAI_API_KEY", |_| {
        "os.environ['OPENAI_API_KEY']".into()
    }),
    ("rust-env", "OPENAI_API_KEY", |_| {
        "std::env::var(OPENAI_API_KEY)".into()
    }),
    ("redacted", "TELEGRAM_BOT_TOKEN", |_| "[REDACTED]".into()),
    ("redacted-word", "TELEGRAM_BOT_TOKEN", |_| {
        "__OPENCLAW_REDACTED__".into()
    }),
    ("stars", "DB_PASSWORD", |_| "****************".into()),
    ("masked-middle", "ANTHROPIC_API_KEY", |d| {
        format!("sk-ant-api03-{}****{}", d.draw(ALNUM, 4), d.draw(ALNUM, 4))
    }),
    ("masked-dots", "OPENAI_API_KEY", |d| {
        format!("sk-proj-{}...{}", d.draw(ALNUM, 4), d.draw(ALNUM, 4))
    }),
    ("masked-ellipsis", "OPENAI_API_KEY", |d| {
        format!("sk-{}\u{2026}{}", d.draw(ALNUM, 4), d.draw(ALNUM, 4))
    }),
    ("changeme", "DB_PASSWORD", |_| "changeme".into()),
    ("replace-me", "STRIPE_SECRET_KEY", |_| {
        "REPLACE_ME_WITH_YOUR_KEY".into()
    }),
    ("todo", "API_TOKEN", |_| "TODO-set-in-production".into()),
    ("aws-example-id", "AWS_ACCESS_KEY_ID", |_| {
        format!("AKIAIOSFODNN7{}", "EXAMPLE")
    }),
    ("aws-example-secret", "AWS_SECRET_ACCESS_KEY", |_| {
        format!("wJalrXUtnFEMI/K7MDENG/bPxRfiCY{}KEY", "EXAMPLE")
    }),
    ("dummy", "API_KEY", |_| "dummy-api-key-for-tests".into()),
    ("fake", "API_KEY", |_| "fake-token-1234567890".into()),
    ("test-key", "API_KEY", |_| "test_api_key_123".into()),
    ("not-needed", "OPENAI_API_KEY", |_| "not-needed".into()),
    ("local-marker", "OLLAMA_API_KEY", |_| "ollama-local".into()),
    ("custom-local", "OPENAI_API_KEY", |_| "custom-local".into()),
    ("managed-marker", "OPENAI_API_KEY", |_| {
        "secretref-managed".into()
    }),
    ("sequence-digits", "API_KEY", |_| {
        "sk-1234567890abcdef1234567890abcdef".into()
    }),
    ("sequence-letters", "API_KEY", |_| {
        "abcdefghijklmnopqrstuvwxyz012345".into()
    }),
    ("zeros", "API_TOKEN", |_| "0".repeat(40)),
    ("one-letter", "API_TOKEN", |_| "A".repeat(32)),
    ("null", "API_TOKEN", |_| "null".into()),
    ("true", "REQUIRE_TOKEN", |_| "true".into()),
    ("onepassword-ref", "API_TOKEN", |_| {
        "op://Private/openai/credential".into()
    }),
    ("vault-ref", "DB_PASSWORD", |_| {
        "vault:secret/data/app#db_password".into()
    }),
    ("aws-secret-arn", "DB_PASSWORD_SECRET", |d| {
        format!(
            "arn:aws:secretsmanager:eu-west-1:{}:secret:prod/db-{}",
            d.draw(DIGITS, 12),
            d.draw(ALNUM, 6)
        )
    }),
    ("google-secret-name", "API_TOKEN", |d| {
        format!(
            "projects/{}/secrets/api-token/versions/latest",
            d.draw(DIGITS, 12)
        )
    }),
    ("cloudformation-ref", "DB_PASSWORD", |_| {
        "{{resolve:secretsmanager:prod/db:SecretString:password}}".into()
    }),
    ("keychain-ref", "API_TOKEN", |_| {
        "keychain:openclaw/api-token".into()
    }),
    ("file-path", "PRIVATE_KEY", |_| {
        "/etc/ssl/private/server.key".into()
    }),
    ("file-of-token", "API_TOKEN_FILE", |d| {
        format!("/run/secrets/{}", d.draw(LOWER_NUM, 12))
    }),
    ("variable-name", "API_KEY", |_| "OPENAI_API_KEY".into()),
    // Ids, hashes and encoded data, under their own names.
    ("uuid", "SESSION_ID", ids::uuid),
    ("uuid-7", "REQUEST_ID", ids::uuid7),
    ("uuid-upper", "DEVICE_ID", |d| {
        ids::uuid(d).to_ascii_uppercase()
    }),
    ("git-commit", "COMMIT", |d| d.draw(HEX, 40)),
    ("sha256", "SHA256", |d| d.draw(HEX, 64)),
    ("sha256-digest", "IMAGE", |d| {
        format!("ghcr.io/openclaw/gateway@sha256:{}", d.draw(HEX, 64))
    }),
    ("integrity", "INTEGRITY", |d| {
        format!("sha512-{}==", d.draw(BASE64, 86))
    }),
    ("go-sum", "CHECKSUM", |d| {
        format!("h1:{}=", d.draw(BASE64, 43))
    }),
    ("md5-etag", "ETAG", |d| d.draw(HEX, 32)),
    ("cache-name", "CACHE", |d| {
        format!("v1-linux-node-modules-{}", d.draw(HEX, 64))
    }),
    ("toolu", "TOOL_USE_ID", |d| ids::anthropic("toolu", d)),
    ("toolu-bedrock", "TOOL_USE_ID", |d| {
        format!("toolu_bdrk_01{}", d.draw(ALNUM, 22))
    }),
    ("tooluse-converse", "TOOL_USE_ID", |d| {
        format!("tooluse_{}", d.draw(URL64, 22))
    }),
    ("msg", "MESSAGE_ID", |d| ids::anthropic("msg", d)),
    ("req", "REQUEST_ID", |d| {
        format!("req_011C{}", d.draw(ALNUM, 20))
    }),
    ("call", "TOOL_CALL_ID", ids::call),
    ("chatcmpl", "RESPONSE_ID", |d| {
        format!("chatcmpl-{}", d.draw(ALNUM, 29))
    }),
    ("resp", "RESPONSE_ID", |d| ids::responses("resp", d)),
    ("fc", "ITEM_ID", |d| ids::responses("fc", d)),
    ("rs", "ITEM_ID", |d| ids::responses("rs", d)),
    ("thread", "THREAD_ID", |d| {
        format!("thread_{}", d.draw(ALNUM, 24))
    }),
    ("fingerprint", "SYSTEM_FINGERPRINT", |d| {
        format!("fp_{}", d.draw(HEX, 10))
    }),
    ("ulid", "RUN_ID", ids::ulid),
    ("nanoid", "TRACE_ID", |d| d.draw(URL64, 21)),
    ("traceparent", "TRACEPARENT", |d| {
        format!("00-{}-{}-01", d.draw(HEX, 32), d.draw(HEX, 16))
    }),
    ("signature-of-thinking", "SIGNATURE", |d| {
        format!("Eq{}=", d.draw(BASE64, 300))
    }),
    ("encrypted-reasoning", "ENCRYPTED_CONTENT", |d| {
        format!("gAAAAAB{}==", d.draw(URL64, 400))
    }),
    ("stripe-customer", "CUSTOMER", |d| {
        format!("cus_{}", d.draw(ALNUM, 14))
    }),
    ("stripe-intent", "PAYMENT", |d| {
        format!("pi_{}", d.draw(ALNUM, 24))
    }),
    ("slack-channel", "CHANNEL", |d| {
        format!("C0{}", d.draw(UPPER_NUM, 9))
    }),
    ("discord-id", "GUILD_ID", |d| {
        format!("11{}", d.draw(DIGITS, 17))
    }),
    ("telegram-chat", "CHAT_ID", |d| {
        format!("-100{}", d.draw(DIGITS, 10))
    }),
    ("aws-role", "ROLE_ARN", |d| {
        format!(
            "arn:aws:iam::{}:role/deploy-{}",
            d.draw(DIGITS, 12),
            d.draw(ALNUM, 12)
        )
    }),
    ("aws-unique-id", "ROLE_ID", |d| {
        format!("AROA{}", d.draw(UPPER_NUM, 17))
    }),
    ("s3-request", "X_AMZ_ID_2", |d| {
        format!("{}=", d.draw(BASE64, 75))
    }),
    ("ssh-public", "SSH_PUBKEY", |d| {
        format!(
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{} me@host",
            d.draw(BASE64, 43)
        )
    }),
    ("ssh-fingerprint", "FINGERPRINT", |d| {
        format!("SHA256:{}", d.draw(BASE64, 43))
    }),
    ("age-recipient", "RECIPIENT", |d| {
        format!(
            "age1{}",
            d.draw(Alphabet::of(b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"), 58)
        )
    }),
    ("certificate", "CERTIFICATE", |d| block("CERTIFICATE", d)),
    ("public-key", "PUBKEY", |d| block("PUBLIC KEY", d)),
    ("picture", "IMAGE", |d| {
        format!("data:image/png;base64,iVBORw0KGgo{}==", d.draw(BASE64, 600))
    }),
    ("crypt-colors", "COLORS", |d| {
        format!("#{},#{}", d.draw(HEX, 6), d.draw(UPPER_HEX, 6))
    }),
    ("asset", "ASSET", |d| {
        format!("/assets/index-{}.js", d.draw(URL64, 8))
    }),
    ("algorithms", "HOST_KEY_ALGORITHMS", |_| {
        "sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com".into()
    }),
    ("words-with-prefixes", "BRANCH", |_| {
        "risk-assessment-for-task-list-and-desk-research-2026".into()
    }),
    ("max-tokens", "MAX_TOKENS", |_| "128000".into()),
    ("tokenizer", "TOKENIZER", |_| "cl100k_base".into()),
    ("key-binding", "KEY_BINDING", |_| "ctrl+shift+alt+k".into()),
    ("key-code", "SORT_KEY", |_| "created_at_desc".into()),
];

/// How many kinds there are.
pub(crate) fn kinds() -> usize {
    NEGATIVES.len()
}

/// Draws one of the kind with that number.
pub(crate) fn draw(number: usize, dice: &mut Dice) -> Plant {
    let (kind, name, make) = NEGATIVES[number % NEGATIVES.len()];
    let value = make(dice);
    let words = ["KEY", "TOKEN", "SECRET", "PASSWORD"];
    let is_id = kind_is_id(number) || !words.iter().any(|word| name.contains(word));
    let title = name
        .to_ascii_lowercase()
        .replace('_', if is_id { "-" } else { " " });
    Plant {
        kind: kind.to_owned(),
        name: name.to_owned(),
        title,
        secret: 0..value.len(),
        value,
        needs_name: true,
        is_secret: false,
        in_its_place: !is_id,
        origin: "negative",
    }
}

fn kind_is_id(number: usize) -> bool {
    let first = NEGATIVES.iter().position(|(kind, ..)| *kind == "uuid");
    first.is_some_and(|first| number >= first)
}

fn block(kind: &str, dice: &mut Dice) -> String {
    format!(
        "-----BEGIN {kind}-----\n{}\n{}\n-----END {kind}-----",
        dice.draw(BASE64, 64),
        dice.draw(BASE64, 64)
    )
}
