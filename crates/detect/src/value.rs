//! Judges a value without knowing its provider: a reference, a placeholder, or a plausible secret.
//!
//! The structural scanner uses it on what follows a name; `audit` uses it on configuration fields.
//!
//! **Invariant:** looks only at the value. A name decides first, see [`crate::credential_name`].

use crate::checks::{decode, distinct, entropy};
use crate::name::{Demand, credential_name};
use crate::placeholder::{is_filler, is_placeholder};
use crate::random::{drawn, is_hex, is_identifier_text, is_token_text, reads_like_words, spells};
use crate::window::{ALNUM, HEX};

/// Values that OpenClaw writes where a key would be and that open nothing.
///
/// **Source:** <https://docs.openclaw.ai/reference/secretref-credential-surface>
const MARKERS: [&[u8]; 7] = [
    b"secretref-managed",
    b"codex-app-server",
    b"custom-local",
    b"__aws_sdk_auth__",
    b"ollama-local",
    b"gcp-vertex-credentials",
    b"minimax-oauth",
];

/// What a value that refers to a secret starts with.
const REFERENCE_STARTS: [&[u8]; 34] = [
    b"$",
    b"{{",
    b"op://",
    // OpenClaw writes `fp:` and a keyed hash of a setting into its diagnostics.
    b"fp:",
    b"secretref-env:",
    b"secretref:",
    b"oc-sent-",
    b"vault://",
    b"vault:",
    b"arn:aws:",
    b"keychain:",
    b"env:",
    b"file:",
    b"ref+",
    b"!secret",
    b"!env",
    b"!Ref",
    b"<%",
    b"process.env",
    b"os.environ",
    b"std::env",
    b"import.meta.env",
    b"ENV[",
    b"ENV.",
    b"env(",
    b"getenv(",
    b"secrets.",
    b"secret://",
    b"awssm:",
    b"ssm:",
    b"bws:",
    b"ENC[",
    b"{cipher}",
    b"!vault",
];

/// Tells whether a value only points at a secret: `${VAR}`, `$(cmd)`, `{{x}}`, `op://`, markers,
/// the bare name of a credential's variable.
pub fn is_reference(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    // `\"$TOKEN\"`
    let value = trim_escaped_quotes(value);
    MARKERS.contains(&value)
        || REFERENCE_STARTS
            .iter()
            .any(|start| value.starts_with(start))
            && !dollar_in_front_of_a_hash(value)
        || memchr::memmem::find(value, b"${").is_some()
        || matches!(value, [b'%', name @ .., b'%'] if !name.is_empty() && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_'))
        || matches!(value, [b'_', b'_', .., b'_', b'_'])
        || is_variable_name(value)
}

fn trim_escaped_quotes(value: &[u8]) -> &[u8] {
    let quotes = |b: &&u8| matches!(b, b'\\' | b'"');
    let value = &value[value.iter().take_while(quotes).count()..];
    &value[..value.len() - value.iter().rev().take_while(quotes).count()]
}

/// `OPENAI_API_KEY` as a value: OpenClaw's `models.json` names variables in place of keys.
fn is_variable_name(value: &[u8]) -> bool {
    let plain = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_';
    value.contains(&b'_')
        && value.iter().all(plain)
        && str::from_utf8(value)
            .ok()
            .and_then(credential_name)
            .is_some_and(|hint| hint.strong)
}

/// `$2b$..` is a password hash and `$ecret!` a password; `$NAME`, `$NAME/file` and `$(cmd)` refer.
fn dollar_in_front_of_a_hash(value: &[u8]) -> bool {
    match value {
        [b'$', b'{' | b'(', ..] => false,
        [b'$', name @ ..] => {
            let file = |b: &u8| ALNUM.has(*b) || matches!(b, b'_' | b'.' | b'-' | b'/' | b'#');
            let variable = name.split(|&b| b == b'/').next().unwrap_or_default();
            if variable.len() < name.len() && is_identifier(variable) && name.iter().all(file) {
                return false;
            }
            name.is_empty()
                || name[0].is_ascii_digit()
                || !name
                    .iter()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':'))
        }
        _ => false,
    }
}

fn is_identifier(name: &[u8]) -> bool {
    name.first()
        .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
        && name.iter().all(|b| ALNUM.has(*b) || *b == b'_')
}

/// Tells whether a value under a credential's name is likely the credential: long enough, random
/// enough, and not an id, hash, path, URL, address, word, number or model id.
pub fn plausible_secret(value: &[u8]) -> bool {
    plausible_for_provider(value) && !is_uuid(value) && !is_git_hash(value)
}

/// Tells whether a value is what its name demands.
pub(crate) fn fits(value: &[u8], demand: Demand) -> bool {
    let id = || is_uuid(value) || is_git_hash(value);
    let digest = || id() || value.len() >= 32 && is_hex(value);
    plausible_for_provider(value)
        && match demand {
            Demand::Owned | Demand::Password => true,
            Demand::UserAndPassword => is_user_and_password(value),
            Demand::Token { ids } => is_issued(value) && (ids || !id()),
            Demand::Drawn { ids } => {
                is_issued(value)
                    && (drawn(value, ids) || ids && id())
                    && !is_place(value)
                    && (ids || !digest())
            }
        }
}

/// `user:password` in base64, as Docker and npm keep it.
fn is_user_and_password(value: &[u8]) -> bool {
    decode(value).is_some_and(|plain| {
        plain.iter().all(u8::is_ascii_graphic)
            && matches!(memchr::memchr(b':', &plain), Some(colon) if colon > 0 && colon + 6 < plain.len())
    })
}

/// An object's key in a store or the name of a file: a `/`, or an ending of a few letters.
fn is_place(value: &[u8]) -> bool {
    let ending = value.rsplit(|&b| b == b'.').next().unwrap_or_default();
    let folder = memchr::memchr(b'/', value).map(|slash| &value[..slash]);
    folder.is_some_and(|name| value.len() < 32 || name.len() >= 4 && is_wordy(name))
        || value.ends_with(b"/")
        || ending.len() < value.len()
            && (2..=5).contains(&ending.len())
            && ending.iter().all(u8::is_ascii_lowercase)
}

/// Tells whether a value has the bytes of a token and is not mostly words.
fn is_issued(value: &[u8]) -> bool {
    is_token_text(value) && !spells(value, 3, 2)
}

/// The same where a provider's own variable name stands in front: ids and hashes are accepted,
/// because some providers' keys look like that.
pub(crate) fn plausible_for_provider(value: &[u8]) -> bool {
    if value.len() < 8 || value.len() > crate::TOKEN_CAP {
        return false;
    }
    if !value
        .iter()
        .all(|&b| (0x21..0x7f).contains(&b) || b >= 0x80)
    {
        return false;
    }
    if let [open @ (b'"' | b'\'' | b'`'), inner @ .., close] = value
        && open == close
    {
        return plausible_for_provider(inner);
    }
    // What is cheap and rejects most comes first.
    !is_plain_number(value)
        && !is_wordy(value)
        && distinct(value) >= 5
        && entropy(value) >= if value.len() < 16 { 2.25 } else { 2.75 }
        && !is_uuid_of_one_digit(value)
        && !is_constant(value)
        && !is_named_hash(value)
        && !is_reference(value)
        && !is_placeholder(value)
        && !is_locator(value)
        && !is_code(value)
        && !is_pattern(value)
}

/// A regular expression or a template with `<name>` or `{name}` in it.
pub(crate) fn is_pattern(value: &[u8]) -> bool {
    let parts = [
        b"[0-9".as_slice(),
        b"[a-z",
        b"[A-Z",
        b"(?:",
        b"(?P<",
        b"/^",
        b"&lt;",
        b".*?",
        b"\\(",
        b"%s",
        b"%(",
        b"[^",
        b"&#",
    ];
    // `%v` of Go, with what its linker put behind it.
    if matches!(
        value,
        [b'%', b'+', b'v', ..] | [b'%', b'v' | b'w' | b'q' | b't', ..]
    ) {
        return true;
    }
    let named = |open: u8, close: u8| {
        value.split(|&b| b == open).skip(1).any(|rest| {
            let name = rest
                .iter()
                .take_while(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'-' | b' '));
            let length = name.count();
            length > 2 && rest.get(length) == Some(&close)
        })
    };
    named(b'<', b'>')
        || named(b'{', b'}')
        || parts
            .iter()
            .any(|part| memchr::memmem::find(value, part).is_some())
}

/// `D3D10_SB_RESOURCE_RETURN_TYPE`: capitals with `_` between words.
fn is_constant(value: &[u8]) -> bool {
    value.contains(&b'_')
        && value
            .iter()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_')
        && is_identifier_text(value)
}

/// `8-4-4-4-12` hexadecimal digits.
pub(crate) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(i, &b)| match i {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

fn is_uuid_of_one_digit(value: &[u8]) -> bool {
    is_uuid(value) && distinct(value) < 6
}

/// 40 hexadecimal digits: a commit. Other lengths are also what `openssl rand -hex` prints.
fn is_git_hash(value: &[u8]) -> bool {
    value.len() == 40 && value.iter().all(|&b| HEX.has(b))
}

/// `sha256:..`, `sha512-..`, `md5=..`, and password hashes of crypt.
fn is_named_hash(value: &[u8]) -> bool {
    [b"sha1".as_slice(), b"sha256", b"sha384", b"sha512", b"md5"]
        .iter()
        .any(|name| {
            value
                .strip_prefix(*name)
                .is_some_and(|rest| matches!(rest, [b'-' | b':' | b'=', ..]))
        })
}

/// A path, a URL or a mail address.
fn is_locator(value: &[u8]) -> bool {
    let path = [b"./".as_slice(), b"../", b"~/"]
        .iter()
        .any(|start| value.starts_with(start))
        || matches!(value, [b'/', rest @ ..] if rest.split(|&b| b == b'/').all(short_segment))
        || matches!(value, [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic())
        // The name of a secret in Google's Secret Manager.
        || value.starts_with(b"projects/") && memchr::memmem::find(value, b"/secrets/").is_some();
    let url = memchr::memmem::find(value, b"://").is_some();
    let mut at = value.split(|&b| b == b'@');
    let mail = match (at.next(), at.next(), at.next()) {
        (Some(user), Some(host), None) => {
            let plain = |b: &u8| ALNUM.has(*b) || matches!(b, b'.' | b'-' | b'_' | b'+');
            !user.is_empty() && host.contains(&b'.') && user.iter().chain(host).all(plain)
        }
        _ => false,
    };
    path || url || mail || is_file(value)
}

/// What the names of files end with that stand where a key or its file is configured.
const FILE_ENDS: [&[u8]; 30] = [
    b"pem", b"key", b"crt", b"cer", b"der", b"csr", b"p8", b"p12", b"pfx", b"jks", b"pub", b"asc",
    b"gpg", b"age", b"json", b"json5", b"yaml", b"yml", b"toml", b"ini", b"conf", b"cfg", b"cnf",
    b"env", b"txt", b"log", b"sh", b"py", b"js", b"sock",
];

/// The name of a file, with or without folders, told by its ending.
fn is_file(value: &[u8]) -> bool {
    let name = |b: &u8| ALNUM.has(*b) || matches!(b, b'_' | b'.' | b'-' | b'/' | b'\\' | b':');
    let Some(dot) = memchr::memrchr(b'.', value) else {
        return false;
    };
    dot > 0 && FILE_ENDS.contains(&&value[dot + 1..]) && value.iter().all(name)
}

fn short_segment(segment: &[u8]) -> bool {
    segment.len() <= 32
        && segment
            .iter()
            .all(|b| ALNUM.has(*b) || matches!(b, b'.' | b'-' | b'_'))
}

fn is_plain_number(value: &[u8]) -> bool {
    value
        .iter()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'-' | b'+' | b':' | b'T' | b'Z'))
}

/// Identifiers, words, dotted and dashed names, model ids: every piece between the separators is a
/// word or a short number. Letters beyond ASCII separate too: nobody issues keys with them, and
/// the words that a person typed between them still have to be random.
pub(crate) fn is_wordy(value: &[u8]) -> bool {
    value.split(|&b| b == b'%').enumerate().all(|(at, part)| {
        // Two digits behind `%` are no part of a word.
        let part = if at > 0 {
            part.get(2..).unwrap_or_default()
        } else {
            part
        };
        part.split(|&b| separates_words(b))
            .filter(|piece| !piece.is_empty())
            .all(is_word)
    })
}

fn separates_words(byte: u8) -> bool {
    byte >= 0x80
        || matches!(
            byte,
            b'-' | b'_' | b'.' | b'/' | b':' | b'\\' | b'+' | b'@' | b'|' | b'^'
        )
}

/// An expression of a programming language that consists of words: `ctx?.authToken`, `a??b.c`,
/// `!this.#x`, `l?r:null`, `Field$1`, `e.A=e.B=void`.
fn is_code(value: &[u8]) -> bool {
    if value.starts_with(b"/*") {
        return true;
    }
    let has = |text: &[u8]| memchr::memmem::find(value, text).is_some();
    let name = value.iter().take_while(|b| ALNUM.has(**b)).count();
    let numbered = value
        .rsplit(|&b| b == b'$')
        .next()
        .is_some_and(|end| end.len() < value.len() && end.iter().all(u8::is_ascii_digit));
    let operated = has(b"?.")
        || has(b"??")
        || has(b".#")
        || has(b"->")
        || has(b"===")
        || has(b"::")
        || value.starts_with(b"!")
        || value.starts_with(b"#")
        || value.starts_with(b"&")
        || value.starts_with(b"*")
        || value.get(name) == Some(&b'?') && has(b".")
        || value.get(name) == Some(&b'?') && has(b":")
        || has(b"=") && has(b".") && is_identifier(&value[..name]);
    let splits = |b: u8| {
        separates_words(b)
            || matches!(
                b,
                b'?' | b'!' | b'=' | b'#' | b'$' | b'*' | b'&' | b'>' | b')'
            )
    };
    (operated || numbered)
        && value
            .split(|&b| splits(b))
            .filter(|piece| !piece.is_empty())
            .all(is_word)
}

/// Names of algorithms and formats, whose digits are no sign of chance.
const TERMS: [&[u8]; 13] = [
    b"ed25519",
    b"x25519",
    b"base64",
    b"sha256",
    b"sha512",
    b"secp256k1",
    b"oauth2",
    b"aes256",
    b"utf8",
    b"x509",
    b"pkcs7",
    b"x448",
    b"ed448",
];

fn is_word(piece: &[u8]) -> bool {
    is_plain_word(piece)
        || piece.len() <= 40
            && TERMS.iter().any(|term| {
                let lower = piece.to_ascii_lowercase();
                memchr::memmem::find(&lower, term).is_some_and(|at| {
                    let rest = &piece[at + term.len()..];
                    (at == 0 || is_plain_word(&piece[..at]))
                        && (rest.is_empty() || is_plain_word(rest))
                })
            })
}

/// The fewest letters that are no word because of their order.
const LETTERS_ALONE: usize = 16;

fn is_plain_word(piece: &[u8]) -> bool {
    let digits = piece.iter().filter(|b| b.is_ascii_digit()).count();
    if digits == piece.len() {
        return piece.len() <= 8 || is_filler(piece);
    }
    if !piece.iter().all(u8::is_ascii_alphanumeric) {
        return false;
    }
    if digits > 0 {
        // `v1`, `4o`, `utf8`, `sha256`, `k2`.
        let letters_first = piece.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        return piece.len() <= 4
            || letters_first + digits == piece.len() && digits <= 3 && piece.len() <= 10;
    }
    // A password of small letters only, as mail providers make them for programs.
    if piece.len() >= LETTERS_ALONE && !reads_like_words(piece) {
        return false;
    }
    // Random letters change case all the time and are capitals half of the time; in
    // `getAccessToken` and `SpDeleteContextFn` few are.
    let capitals = piece.iter().filter(|b| b.is_ascii_uppercase()).count();
    let changes = piece
        .windows(2)
        .filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
        .count();
    piece.len() < 12 && changes < 3
        || changes * 6 < piece.len()
        || changes * 4 < piece.len() && capitals * 3 <= piece.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_told_from_passwords() {
        for value in [
            "${OPENAI_API_KEY}",
            "$OPENAI_API_KEY",
            "$(pass show x)",
            "{{ .token }}",
            "op://v/i/f",
            "secretref-managed",
            "secretref-env:FOO",
            "__aws_sdk_auth__",
            "custom-local",
            "oc-sent-v2.abcdef",
            "%TOKEN%",
            "Bearer ${TOKEN}",
            "process.env.TOKEN",
        ] {
            assert!(is_reference(value.as_bytes()), "{value}");
        }
        for value in [
            "$ecret!pass9",
            "hunter2hunter2",
            "$2b$12$abcdefghijklmnopqrstuv",
            "100%sure%x!",
        ] {
            assert!(!is_reference(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn plausible_secrets_are_told_from_ids_and_words() {
        for value in [
            "hunter2hunter2",
            "k3J9xQ7fLmZ2pRtVbW8s",
            "S3cr3t!pass",
            "9f86d081884c7d659a2feaa0c55ad015",
            "Tr0ub4dor&3",
            "FAKE-canary-7f3k9q2m",
            "qZrTbLkPwXsVnMcDfGhJ",
            "ab/cD+9kLm3nOpQrStUv==",
        ] {
            assert!(plausible_secret(value.as_bytes()), "{value}");
        }
        for value in [
            "550e8400-e29b-41d4-a716-446655440000",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "sha512-9f86d081884c7d659a2feaa0",
            "/home/user/.openclaw/key",
            "~/.ssh/id_ed25519",
            "https://api.openai.com/v1",
            "me@example.org",
            "true",
            "1234567890123",
            "2026-11-22T12:00:00Z",
            "gpt-4o-mini",
            "anthropic/claude-sonnet-4-5-20250929",
            "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "getAccessToken",
            "config.gateway.token",
            "string",
            "short1",
            "required",
            "agent:main:telegram",
        ] {
            assert!(!plausible_secret(value.as_bytes()), "{value}");
        }
    }
}
