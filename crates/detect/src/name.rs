//! Decides by its name whether a field, variable, flag or header holds a credential.
//!
//! The structural scanner and `audit` ask it.
//!
//! **Invariant:** looks only at the name; the value is judged in [`crate::plausible_secret`].

use crate::rule::Rule;
use crate::rules::rules;
use std::collections::HashMap;
use std::sync::OnceLock;

/// What a name says about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameHint {
    /// The rule whose variable this is, when it is a known one.
    pub rule: Option<&'static Rule>,
    /// A plausible value under this name is reported; a weak name only supports other evidence.
    pub strong: bool,
}

/// Last words that name a credential on their own.
const NOUNS: [&str; 27] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "pgpassword",
    "secret",
    "token",
    "apikey",
    "authtoken",
    "accesstoken",
    "bottoken",
    "refreshtoken",
    "sessiontoken",
    "secretkey",
    "privatekey",
    "clientsecret",
    "authkey",
    "accesskey",
    "signingkey",
    "encryptionkey",
    "masterkey",
    "authorization",
    "jwt",
    "pat",
    "psk",
    "connectionstring",
];

/// What in front of `key` makes it a credential.
const KEY_KINDS: [&str; 31] = [
    "api",
    "secret",
    "private",
    "access",
    "auth",
    "signing",
    "sign",
    "encryption",
    "encrypt",
    "master",
    "service",
    "admin",
    "bot",
    "app",
    "hmac",
    "webhook",
    "deploy",
    "license",
    "shared",
    "storage",
    "subscription",
    "recovery",
    "root",
    "role",
    "speech",
    "plan",
    "account",
    "ssh",
    "license",
    "preshared",
    "psk",
];

/// What in front of `token` makes it a position, a count or a public value.
const TOKEN_KINDS: [&str; 40] = [
    "next",
    "page",
    "continuation",
    "cursor",
    "max",
    "min",
    "pagination",
    "sync",
    "cancel",
    "cancellation",
    "stop",
    "eos",
    "bos",
    "pad",
    "end",
    "start",
    "special",
    "unk",
    "mask",
    "sep",
    "prompt",
    "completion",
    "context",
    "resume",
    "budget",
    "per",
    "input",
    "output",
    "total",
    "reasoning",
    "cached",
    "first",
    "last",
    "public",
    "idempotency",
    "starting",
    "forward",
    "backward",
    "offending",
    "change",
];

/// Last words after which the word before decides: `API_KEY_2`, `TOKEN_PROD`, `secretBase64`.
const TAILS: [&str; 17] = [
    "value",
    "plain",
    "plaintext",
    "prod",
    "production",
    "dev",
    "staging",
    "test",
    "base64",
    "b64",
    "old",
    "main",
    "primary",
    "secondary",
    "default",
    "pem",
    "string",
];

/// Names that hold a credential in OpenClaw's stores, or sometimes do.
const WEAK: [&str; 13] = [
    "key",
    "auth",
    "pass",
    "access",
    "refresh",
    "cookie",
    "credential",
    "credentials",
    "bearer",
    "authtag",
    "serviceaccount",
    "sig",
    "signature",
];

/// Tells whether a field, variable, flag or header with this name holds a credential.
pub fn credential_name(name: &str) -> Option<NameHint> {
    if name.len() < 3 || name.len() > 128 || !name.is_ascii() {
        return None;
    }
    let words = words(name);
    if let Some(rule) = provider_of(&words) {
        return Some(NameHint {
            rule: Some(rule),
            strong: true,
        });
    }
    let mut meaning = words.as_slice();
    while let [front @ .., last] = meaning
        && !front.is_empty()
        && !(last == "string" && front.ends_with(&["connection".to_owned()]))
        && (TAILS.contains(&last.as_str()) || last.bytes().all(|b| b.is_ascii_digit()))
    {
        meaning = front;
    }
    let (last, before) = meaning.split_last()?;
    let before = before.last().map(String::as_str).unwrap_or_default();
    let strong = match last.as_str() {
        "key" => KEY_KINDS.contains(&before),
        "token" => !TOKEN_KINDS.contains(&before),
        "string" => before == "connection",
        noun => NOUNS.contains(&noun) || glued(noun),
    };
    let joined = meaning.concat();
    if strong {
        return (!joined.starts_with("no") || before != "no").then_some(NameHint {
            rule: None,
            strong: true,
        });
    }
    let weak = WEAK.contains(&last.as_str()) && !(last == "key" && not_a_secret_key(before))
        || WEAK.contains(&joined.as_str());
    weak.then_some(NameHint {
        rule: None,
        strong: false,
    })
}

/// Words written together: `mysecrettoken`, `dbpassword`, `openaiapikey`.
fn glued(word: &str) -> bool {
    [
        "password",
        "passwd",
        "apikey",
        "secretkey",
        "authtoken",
        "accesstoken",
        "clientsecret",
    ]
    .iter()
    .any(|end| word.ends_with(end))
}

fn not_a_secret_key(before: &str) -> bool {
    matches!(
        before,
        "public"
            | "pub"
            | "session"
            | "primary"
            | "foreign"
            | "sort"
            | "partition"
            | "cache"
            | "idempotency"
            | "dedupe"
            | "object"
            | "state"
            | "row"
            | "config"
            | "index"
            | "hot"
            | "map"
            | "registry"
            | "host"
            | "route"
            | "group"
            | "lookup"
            | "storage"
            | "known"
    )
}

/// Finds the rule that owns a variable name, also as the tail of a longer one: `TEAM_A_OPENAI_API_KEY`,
/// and with a number after it: `OPENAI_API_KEY_2`.
fn provider_of(words: &[String]) -> Option<&'static Rule> {
    static OWNERS: OnceLock<HashMap<String, &'static Rule>> = OnceLock::new();
    let owners = OWNERS.get_or_init(|| {
        let named = |rule: &'static Rule| {
            rule.env_names
                .iter()
                .map(move |name| (self::words(name).join("_"), rule))
        };
        // The first rule that names a variable owns it.
        rules().iter().rev().flat_map(named).collect()
    });
    let numbered = words
        .last()
        .is_some_and(|word| word.bytes().all(|b| b.is_ascii_digit()));
    let words = &words[..words.len() - usize::from(numbered)];
    (0..words.len()).find_map(|from| {
        (words.len() - from > 1 || from == 0)
            .then(|| owners.get(&words[from..].join("_")).copied())
            .flatten()
    })
}

/// Splits a name at separators and at changes of case, in lower case.
fn words(name: &str) -> Vec<String> {
    let bytes = name.as_bytes();
    let mut words = vec![String::new()];
    for (i, &byte) in bytes.iter().enumerate() {
        if !byte.is_ascii_alphanumeric() {
            words.push(String::new());
            continue;
        }
        let after_lower =
            i > 0 && (bytes[i - 1].is_ascii_lowercase() || bytes[i - 1].is_ascii_digit());
        let before_lower = bytes.get(i + 1).is_some_and(u8::is_ascii_lowercase);
        let starts = byte.is_ascii_uppercase()
            && i > 0
            && (after_lower && !bytes[i - 1].is_ascii_digit()
                || bytes[i - 1].is_ascii_uppercase() && before_lower
                || bytes[i - 1].is_ascii_digit() && before_lower);
        if starts {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(char::from(byte.to_ascii_lowercase()));
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credential_names_are_strong() {
        for name in [
            "apiKey",
            "api_key",
            "API_KEY",
            "api-key",
            "apikey",
            "token",
            "botToken",
            "password",
            "secret",
            "clientSecret",
            "OPENAI_API_KEY",
            "AWS_SECRET_ACCESS_KEY",
            "MY_TOKEN",
            "X-Api-Key",
            "Authorization",
            "private_key_pem",
            "privateKey",
            "_authToken",
            "webhookSecret",
            "appPassword",
            "signingSecret",
            "encryptKey",
            "verificationToken",
            "TEAM_A_OPENAI_API_KEY",
            "OPENAI_API_KEY_2",
            "gatewayToken",
            "refresh_token",
            "accessToken",
            "DB_PASSWORD",
            "PGPASSWORD",
            "GITHUB_PAT",
            "serviceRoleKey",
            "connectionString",
            "aws_session_token",
            "FAL_KEY",
            "userToken",
            "pushToken",
            "hook-token",
            "secretAccessKey",
            "dbpassword",
            "SECRET_KEY_BASE64",
            "passphrase",
        ] {
            assert!(
                credential_name(name).is_some_and(|hint| hint.strong),
                "{name}"
            );
        }
    }

    #[test]
    fn lookalikes_are_not() {
        for name in [
            "maxTokens",
            "tokenFile",
            "tokenizer",
            "tokens",
            "publicKey",
            "keyId",
            "sessionKey",
            "contextTokens",
            "passwordless",
            "TOKEN_PATH",
            "KEY_FILE",
            "secretName",
            "nextPageToken",
            "page_token",
            "keyboard",
            "primaryKey",
            "SSH_AUTH_SOCK",
            "input_tokens",
            "API_KEY_ID",
            "accessKeyId",
            "token_type",
            "password_hash",
            "monkey",
            "tokenCount",
            "secretRef",
            "max_token",
            "starting-token",
            "nextForwardToken",
            "idempotencyKey",
            "author",
        ] {
            assert!(
                !credential_name(name).is_some_and(|hint| hint.strong),
                "{name}"
            );
        }
    }

    #[test]
    fn provider_variables_know_their_rule() {
        let id = |name| {
            credential_name(name)
                .and_then(|hint| hint.rule)
                .map(|rule| rule.id)
        };
        assert_eq!(id("OPENAI_API_KEY"), Some("openai-api-key"));
        assert_eq!(id("WORK_ANTHROPIC_API_KEY"), Some("anthropic-api-key"));
        assert_eq!(id("AWS_SECRET_ACCESS_KEY"), Some("aws-secret-access-key"));
        assert_eq!(id("aws_secret_access_key"), Some("aws-secret-access-key"));
        assert_eq!(id("secretAccessKey"), Some("aws-secret-access-key"));
        assert_eq!(id("token"), None);
    }
}
