//! Private keys in PEM and of age, and JSON Web Tokens.
//!
//! **Invariant:** data and the reader of PEM; keys are not parsed.

use crate::checks;
use crate::engine::{PRIVATE_KEY_CAP, encoding_of};
use crate::fakes::Dice;
use crate::rule::{Confidence, Examples, Part, Read, Reader, Rule, Severity, Shape};
use crate::window::{ALNUM, Alphabet, BASE64, UPPER_NUM, URL64, Window};
use base64::Engine as _;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "age-secret-key",
        provider: "age",
        title: "age identity",
        opens: "Everything that was encrypted to it.",
        revoke: "Cannot be revoked: make a new identity and encrypt again.",
        source: "https://github.com/C2SP/C2SP/blob/main/age.md",
        prefixes: &["AGE-SECRET-KEY-1"],
        shape: Shape::Token(&[Part::Run(UPPER_NUM, 58, 58)]),
        env_names: &["AGE_SECRET_KEY", "SOPS_AGE_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "jwt",
        provider: "Unknown",
        title: "JSON Web Token",
        severity: Severity::Medium,
        opens: "What its issuer grants to its bearer, until it expires.",
        revoke: "The service that issued it (claim `iss`).",
        source: "https://www.rfc-editor.org/rfc/rfc7519",
        prefixes: &["eyJ"],
        shape: Shape::Token(&[
            Part::Run(URL64, 12, 2048),
            Part::Lit("."),
            Part::Run(URL64, 8, 12000),
            Part::Lit("."),
            Part::Run(URL64, 20, 2048),
        ]),
        shared_shape: true,
        check: checks::jwt,
        examples: Examples::Made(fake_jwt),
        ..Rule::BLANK
    },
    Rule {
        id: "private-key",
        provider: "Unknown",
        title: "Private key (PEM)",
        opens: "Servers, signatures or accounts that trust its public half.",
        revoke: "Wherever its public half is trusted: authorized_keys, the certificate's issuer, the app's key page.",
        source: "https://www.rfc-editor.org/rfc/rfc7468",
        shape: Shape::Read(Reader {
            anchors: &["-----BEGIN "],
            read,
        }),
        env_names: &[
            "GITHUB_APP_PRIVATE_KEY",
            "SSH_PRIVATE_KEY",
            "GOOGLE_PRIVATE_KEY",
            "FIREBASE_PRIVATE_KEY",
        ],
        examples: Examples::Made(fake_pem),
        counter_examples: &[
            "-----BEGIN PRIVATE KEY-----\\n...\\n-----END PRIVATE KEY-----",
            "-----BEGIN PUBLIC KEY-----",
        ],
        ..Rule::BLANK
    },
];

/// A body with fewer letters is a picture of a key, not a key.
const SHORTEST_BODY: usize = 64;

/// What may stand between the two lines: base64, headers such as `Proc-Type: 4,ENCRYPTED`, line
/// breaks in any escaping, and the quotes of source code that joins lines.
const BODY: Alphabet = BASE64.or(Alphabet::of(b"=\\\r\n\t :,-\"'%>"));

/// Reads a key from its first line to its last; one that was cut off ends with its last letter.
pub(super) fn read(window: &Window<'_>, at: usize) -> Option<Read> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    if !window.starts_with(at, BEGIN) {
        return None;
    }
    let label = at + BEGIN.len();
    let label_end = window.run(label, 40, |b| UPPER_NUM.has(b) || b == b' ');
    let private = memchr::memmem::find(window.slice(label..label_end), b"PRIVATE KEY").is_some();
    if !private || !window.starts_with(label_end, b"-----") {
        return None;
    }
    let body = label_end + 5;
    let mut end = body;
    let mut last = body;
    let mut members = 0usize;
    while end - at < PRIVATE_KEY_CAP && !window.starts_with(end, b"-----") {
        let Some(byte) = window.at(end).filter(|&byte| BODY.has(byte)) else {
            break;
        };
        end += 1;
        if BASE64.has(byte) || byte == b'=' {
            members += 1;
            last = end;
        }
    }
    if members < SHORTEST_BODY || !checks::looks_random(window.slice(body..last)) {
        return None;
    }
    let end = if window.starts_with(end, b"-----END ") {
        last_line(window, end)?
    } else {
        last
    };
    let encoding = encoding_of(window.slice(at..end));
    Some(Read {
        span: at..end,
        confidence: Confidence::High,
        encoding,
    })
}

/// Returns the end of the line `-----END .. PRIVATE KEY-----`.
fn last_line(window: &Window<'_>, at: usize) -> Option<usize> {
    let label = at + b"-----END ".len();
    let label_end = window.run(label, 40, |b| UPPER_NUM.has(b) || b == b' ');
    Some(window.run(label_end, 5, |b| b == b'-'))
}

/// Makes a key of random letters; no tool could load it.
pub(super) fn fake_pem(dice: &mut Dice) -> String {
    let lines: Vec<String> = (0..6).map(|_| dice.draw(BASE64, 64)).collect();
    format!(
        "{0}BEGIN {1}{0}\n{2}\n{0}END {1}{0}",
        "-----",
        "PRIVATE KEY",
        lines.join("\n")
    )
}

fn fake_jwt(dice: &mut Dice) -> String {
    let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let claims = format!("{{\"sub\":\"FAKE-{}\"}}", dice.draw(ALNUM, 12));
    format!(
        "{}.{}.{}",
        encode("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"),
        encode(&claims),
        dice.draw(URL64, 43)
    )
}
