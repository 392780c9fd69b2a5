//! Decides by its name whether a field, variable, flag or header holds a credential, and what its
//! value must look like then.
//!
//! The structural scanner and `audit` ask it.
//!
//! **Invariant:** looks only at the name; the value is judged in [`crate::plausible_secret`].
//! Allocates nothing: it is asked about every `name: value` of a text.

use crate::provider::is_provider;
use crate::rule::Rule;
use crate::rules::rules;
use crate::words::Words;
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

/// What a value under a name must be to count as its credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    /// A provider's own variable: whatever is no placeholder.
    Owned,
    /// A password: any characters.
    Password,
    /// A token or key: the characters of tokens; with `ids`, UUIDs and hashes count too.
    Token {
        /// Whether the name is clear enough for a value that looks like an id or a hash.
        ids: bool,
    },
    /// The user and password of an `auth` field, in base64.
    UserAndPassword,
    /// A word that often names something else: the value must look drawn at random.
    Drawn {
        /// As in [`Demand::Token`].
        ids: bool,
    },
}

/// What the words of a name mean.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meaning {
    pub(crate) rule: Option<&'static Rule>,
    pub(crate) demand: Demand,
}

/// Last words that name a credential on their own.
const NOUNS: [&str; 33] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "passwort",
    "pwd",
    "pgpassword",
    "secret",
    "token",
    "apikey",
    "apitoken",
    "apisecret",
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
    "accountkey",
    "sharedaccesskey",
    "subscriptionkey",
    "authorization",
    "jwt",
    "pat",
    "psk",
    "connectionstring",
];

/// Nouns whose values are chosen by people and hold any character.
const CHOSEN: [&str; 12] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "passwort",
    "pwd",
    "pgpassword",
    "psk",
    "connectionstring",
    "secret",
    "clientsecret",
    "apisecret",
];

/// Last words that hold a credential if a word stands in front of them: `DB_PASS`, `etsy_auth`.
const FAINT: [&str; 8] = [
    "pass",
    "pw",
    "auth",
    "cred",
    "creds",
    "credential",
    "credentials",
    "api",
];

/// What in front of `key` makes it a credential.
const KEY_KINDS: [&str; 32] = [
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
    "preshared",
    "psk",
    "client",
    "tenant",
];

/// What in front of `token` makes it a position, a count or a public value.
const TOKEN_KINDS: [&str; 48] = [
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
    "csrf",
    "xsrf",
    "antiforgery",
    "verificationrequest",
    "update",
    "lock",
    "consistency",
    "request",
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

/// What in front of `token` makes a UUID or a hash under it an id and no secret.
const ID_KINDS: [&str; 24] = [
    "client",
    "session",
    "sync",
    "device",
    "registration",
    "transaction",
    "correlation",
    "trace",
    "cart",
    "upload",
    "tracking",
    "invocation",
    "action",
    "turn",
    "preview",
    "run",
    "call",
    "tool",
    "message",
    "thread",
    "poll",
    "conversation",
    "event",
    "snapshot",
];

/// Words behind a credential's noun that make the name one of something else: `token_type`.
const ASIDE: [&str; 72] = [
    "id",
    "ids",
    "name",
    "names",
    "file",
    "path",
    "dir",
    "url",
    "uri",
    "endpoint",
    "host",
    "type",
    "kind",
    "hash",
    "digest",
    "checksum",
    "fingerprint",
    "signature",
    "count",
    "length",
    "len",
    "size",
    "limit",
    "limits",
    "max",
    "min",
    "ttl",
    "expiry",
    "expires",
    "expiration",
    "at",
    "in",
    "ref",
    "reference",
    "env",
    "var",
    "arn",
    "alias",
    "prefix",
    "suffix",
    "header",
    "field",
    "label",
    "hint",
    "policy",
    "mode",
    "enabled",
    "required",
    "version",
    "algorithm",
    "format",
    "error",
    "message",
    "title",
    "text",
    "description",
    "index",
    "usage",
    "audience",
    "issuer",
    "scope",
    "scopes",
    "status",
    "state",
    "store",
    "provider",
    "manager",
    "service",
    "reset",
    "rotation",
    "event",
    "validator",
];

/// Tells whether a field, variable, flag or header with this name holds a credential.
pub fn credential_name(name: &str) -> Option<NameHint> {
    let words = Words::of(name)?;
    let hint = |rule, strong| Some(NameHint { rule, strong });
    match meaning_of(&words) {
        Some(Meaning { rule, demand })
            if !matches!(demand, Demand::Drawn { .. } | Demand::UserAndPassword) =>
        {
            hint(rule, true)
        }
        _ if is_weak(&words) => hint(None, false),
        _ => None,
    }
}

/// Returns what a value under this name must be; `None` when the name says nothing.
pub(crate) fn meaning(name: &str) -> Option<Meaning> {
    meaning_of(&Words::of(name)?)
}

fn meaning_of(words: &Words) -> Option<Meaning> {
    if let Some(rule) = provider_of(words) {
        return Some(Meaning {
            rule: Some(rule),
            demand: Demand::Owned,
        });
    }
    let end = meaning_end(words);
    let demand = match words.word(end, 1) {
        "" => None,
        last => demand_of(words, end, last),
    };
    demand
        .or_else(|| with_something_behind(words, end))
        .map(|demand| Meaning { rule: None, demand })
}

/// What the word `last` demands behind the words in front of it, which end at `end`.
fn demand_of(words: &Words, end: usize, last: &str) -> Option<Demand> {
    let before = words.word(end, 2);
    // `token1`
    let last = last.trim_end_matches(|c: char| c.is_ascii_digit());
    let demand = match last {
        "key" if KEY_KINDS.contains(&before) => Demand::Token { ids: true },
        "key" if named_provider(words, end) => Demand::Drawn { ids: true },
        "key" if before.is_empty() || not_a_secret_key(before) => return None,
        "key" => Demand::Drawn { ids: false },
        "token" if TOKEN_KINDS.contains(&before) => return None,
        "token" => Demand::Token {
            ids: !ID_KINDS.contains(&before),
        },
        "string" if before == "connection" => Demand::Password,
        "string" => return None,
        noun if CHOSEN.contains(&noun) => Demand::Password,
        noun if NOUNS.contains(&noun) => Demand::Token { ids: true },
        faint if FAINT.contains(&faint) => match faint {
            "auth" if before.is_empty() => Demand::UserAndPassword,
            _ if before.is_empty() => return None,
            "pass" | "pw" => Demand::Password,
            "api" if !named_provider(words, end) => return None,
            _ => Demand::Drawn {
                ids: named_provider(words, end),
            },
        },
        noun => glued(noun)?,
    };
    (before != "no").then_some(demand)
}

/// `password_of_the_service`, `api_token_for_ci`: the noun stands further to the left.
fn with_something_behind(words: &Words, end: usize) -> Option<Demand> {
    (1..end.min(5)).find_map(|behind| {
        let noun = words.word(end, behind + 1);
        let clear = matches!(noun, "password" | "passwd" | "secret" | "token" | "apikey")
            || noun == "key" && KEY_KINDS.contains(&words.word(end, behind + 2));
        let aside = (1..=behind).any(|at| ASIDE.contains(&words.word(end, at)));
        (clear && !aside && !TOKEN_KINDS.contains(&words.word(end, behind + 2)))
            .then_some(Demand::Drawn { ids: false })
    })
}

/// Tells whether the name of a service stands in front of the last word: `etsy key`, `NEW_RELIC_KEY`.
fn named_provider(words: &Words, end: usize) -> bool {
    let one = words.word(end, 2);
    is_provider(one) || {
        let two = words.word(end, 3);
        !two.is_empty() && two.len() + one.len() <= crate::provider::LONGEST && {
            let mut joined = [0; crate::provider::LONGEST];
            joined[..two.len()].copy_from_slice(two.as_bytes());
            joined[two.len()..two.len() + one.len()].copy_from_slice(one.as_bytes());
            str::from_utf8(&joined[..two.len() + one.len()]).is_ok_and(is_provider)
        }
    }
}

fn is_weak(words: &Words) -> bool {
    let end = meaning_end(words);
    let (last, before) = (words.word(end, 1), words.word(end, 2));
    // `authTag` and `serviceAccount` are weak as wholes.
    let joined: bool = end == 2
        && WEAK.iter().any(|weak| {
            weak.strip_prefix(before)
                .is_some_and(|rest| !before.is_empty() && rest == last)
        });
    WEAK.contains(&last) && !(last == "key" && not_a_secret_key(before)) || joined
}

/// Words written together: `mysecrettoken`, `dbpassword`, `openaiapikey`.
fn glued(word: &str) -> Option<Demand> {
    let ends = |end: &str| {
        word.strip_suffix(end)
            .filter(|front| front.len() >= 2 && !front.ends_with("no"))
    };
    if ["password", "passwd"].iter().any(|end| ends(end).is_some()) {
        return Some(Demand::Password);
    }
    if [
        "apikey",
        "secretkey",
        "authtoken",
        "accesstoken",
        "accountkey",
        "accesskey",
        "subscriptionkey",
    ]
    .iter()
    .any(|end| ends(end).is_some())
    {
        return Some(Demand::Token { ids: true });
    }
    if ends("secret").is_some() {
        return Some(Demand::Password);
    }
    let front = ends("token")?;
    let position = TOKEN_KINDS.iter().any(|kind| front.ends_with(kind));
    (!position).then_some(Demand::Token { ids: false })
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
            | "bucket"
            | "natural"
            | "schema"
            | "sequence"
            | "site"
            | "verify"
            | "verifying"
            | "verification"
            | "websocket"
            | "socket"
            | "s3"
            | "s3object"
            | "websocketaccept"
            | "surrogate"
            | "unique"
            | "composite"
            | "range"
            | "shard"
            | "query"
            | "dict"
            | "message"
            | "translation"
            | "i18n"
            | "locale"
            | "event"
            | "file"
            | "item"
            | "entry"
            | "node"
            | "record"
            | "react"
            | "data"
            | "job"
            | "task"
            | "request"
            | "correlation"
            | "trace"
            | "peer"
            | "identity"
            | "device"
            | "pk"
            | "lock"
            | "mutex"
            | "memo"
            | "etag"
            | "hash"
            | "checksum"
            | "content"
            | "artifact"
            | "package"
            | "image"
            | "layer"
            | "build"
            | "version"
            | "release"
            | "commit"
            | "tree"
            | "blob"
            | "order"
            | "grouping"
            | "parent"
            | "child"
            | "column"
            | "table"
            | "field"
            | "property"
            | "the"
            | "a"
            | "this"
            | "my"
            | "your"
            | "new"
            | "old"
            | "each"
            | "every"
            | "next"
            | "first"
            | "last"
    )
}

/// Returns the number of words without those behind the meaning one: `API_KEY_2`, `TOKEN_PROD`.
fn meaning_end(words: &Words) -> usize {
    let mut end = words.count;
    while end > 1 {
        let last = words.word(end, 1);
        let connection = last == "string" && words.word(end, 2) == "connection";
        if connection || !(TAILS.contains(&last) || last.bytes().all(|b| b.is_ascii_digit())) {
            break;
        }
        end -= 1;
    }
    end
}

/// Finds the rule that owns a variable name, also as the tail of a longer one: `TEAM_A_OPENAI_API_KEY`,
/// and with a number after it: `OPENAI_API_KEY_2`.
fn provider_of(words: &Words) -> Option<&'static Rule> {
    static OWNERS: OnceLock<HashMap<String, &'static Rule>> = OnceLock::new();
    let owners = OWNERS.get_or_init(|| {
        let named = |rule: &'static Rule| {
            rule.env_names.iter().filter_map(move |name| {
                Some((Words::of(name)?.joined(0, usize::MAX).to_owned(), rule))
            })
        };
        // The first rule that names a variable owns it.
        rules().iter().rev().flat_map(named).collect()
    });
    let numbered = words
        .word(words.count, 1)
        .bytes()
        .all(|b| b.is_ascii_digit());
    let end = words.count - usize::from(numbered && words.count > 1);
    (0..end).find_map(|from| {
        (end - from > 1 || from == 0)
            .then(|| owners.get(words.joined(from, end)).copied())
            .flatten()
    })
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
