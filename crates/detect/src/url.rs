//! Credentials inside URLs: the password of the user part and the values of telling parameters.
//!
//! `audit` asks it about URL fields; the structural scanner uses its password reader.
//!
//! **Invariant:** returns ranges of the given bytes and decodes nothing.

use crate::name::credential_name;
use crate::placeholder::is_placeholder;
use crate::value::{is_pattern, is_reference};
use crate::window::{Alphabet, URL64};
use std::ops::Range;

/// The bytes that may stand in the user and host part of a URL.
pub(crate) const AUTHORITY: Alphabet = URL64.or(Alphabet::of(b".~!$&()*+,;=:%@[]^|{}#?"));

/// Parameters that carry a credential although their name says little.
const PARAMETERS: [&str; 8] = [
    "key",
    "sig",
    "signature",
    "x-amz-signature",
    "x-goog-signature",
    "auth",
    "code",
    "hapikey",
];

/// Finds the user part's password and the values of parameters such as `api_key`, `token`, `sig`.
pub fn credential_in_url(url: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if let Some(scheme) = memchr::memmem::find(url, b"://") {
        let from = scheme + 3;
        let length = url[from..]
            .iter()
            .position(|&b| !AUTHORITY.has(b) && b < 0x80)
            .unwrap_or(url.len() - from);
        if let Some(span) = password_of(&url[from..from + length])
            && !worthless(&url[from + span.start..from + span.end])
        {
            found.push(from + span.start..from + span.end);
        }
    }
    found.extend(
        parameters(url)
            .filter(|(name, span)| tells(name) && !worthless(&url[span.clone()]))
            .map(|(_, span)| span),
    );
    found.sort_by_key(|span| span.start);
    found
}

/// Lists the parameters of the query and of the fragment.
fn parameters(url: &[u8]) -> impl Iterator<Item = (&[u8], Range<usize>)> {
    let starts = memchr::memchr_iter(b'?', url)
        .take(1)
        .chain(memchr::memchr_iter(b'&', url))
        .chain(memchr::memchr_iter(b'#', url).take(1));
    starts.filter_map(|at| {
        let pair = url[at + 1..].split(|b| matches!(b, b'&' | b'#')).next()?;
        let equals = memchr::memchr(b'=', pair)?;
        Some((&pair[..equals], at + 1 + equals + 1..at + 1 + pair.len()))
    })
}

fn tells(name: &[u8]) -> bool {
    let Ok(name) = str::from_utf8(name) else {
        return false;
    };
    PARAMETERS.contains(&name.to_ascii_lowercase().as_str())
        || credential_name(name).is_some_and(|hint| hint.strong)
}

fn worthless(value: &[u8]) -> bool {
    value.len() < 6 || is_reference(value) || is_placeholder(value) || is_pattern(value)
}

/// Finds the password in `user:password@host`.
pub(crate) fn password_of(authority: &[u8]) -> Option<Range<usize>> {
    // `#` and `?` end the authority, unless an unescaped password contains them before its `@`.
    let at = memchr::memrchr(b'@', authority)?;
    let colon = memchr::memchr(b':', &authority[..at])?;
    (colon + 1 < at).then_some(colon + 1..at)
}

/// What stands in the place of a password in documentation, or is nobody's secret.
const COMMON_PASSWORDS: [&[u8]; 14] = [
    b"password",
    b"passwd",
    b"pass",
    b"secret",
    b"postgres",
    b"mysql",
    b"root",
    b"admin",
    b"guest",
    b"user",
    b"x-access-token",
    b"pass%20word",
    b"p%40ss%3aword",
    b"opensesame",
];

/// Tells whether a password in a URL is worth reporting; people choose short ones for databases.
pub(crate) fn plausible_password(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    // `[user[:password]@]`
    let lower = lower.strip_suffix(b"]").unwrap_or(&lower);
    let says_password =
        lower.starts_with(b"pass") && lower.len() <= 11 && !lower.iter().any(u8::is_ascii_digit);
    !worthless(value)
        && !says_password
        && !COMMON_PASSWORDS.contains(&lower)
        && !value.iter().all(|&b| b == b'*' || b == b'.')
}

/// Tells whether a URL scheme is one of a database or message broker.
pub(crate) fn is_database(scheme: &[u8]) -> bool {
    let scheme = scheme.to_ascii_lowercase();
    [
        "postgres",
        "mysql",
        "mariadb",
        "mongodb",
        "redis",
        "amqp",
        "mssql",
        "sqlserver",
        "clickhouse",
        "cockroachdb",
        "nats",
        "valkey",
        "libsql",
        "oracle",
    ]
    .iter()
    .any(|name| scheme.starts_with(name.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(url: &str) -> Vec<&str> {
        credential_in_url(url.as_bytes())
            .into_iter()
            .map(|span| &url[span])
            .collect()
    }

    #[test]
    fn passwords_and_telling_parameters_are_found() {
        assert_eq!(
            found("https://me:hunter2hunter2@example.org/x"),
            ["hunter2hunter2"]
        );
        assert_eq!(
            found("postgres://u:p%40ss#word9@db:5432/x"),
            ["p%40ss#word9"]
        );
        assert_eq!(
            found("https://h/mcp?api_key=k3J9xQ7f&mode=fast&token=Zz9aaBcd#access_token=Qw3rty77"),
            ["k3J9xQ7f", "Zz9aaBcd", "Qw3rty77"]
        );
        assert_eq!(
            found("https://h/x?sig=a%2Fb%3Dcdefg&sv=2020"),
            ["a%2Fb%3Dcdefg"]
        );
    }

    #[test]
    fn harmless_urls_are_left_alone() {
        for url in [
            "https://example.org/a?page=2&tokens=100",
            "https://h/?api_key=${KEY}",
            "https://user@host/",
            "https://h:8443/a@b",
            "https://h/?token=<token>",
            "not a url",
        ] {
            assert!(found(url).is_empty(), "{url}");
        }
    }
}
