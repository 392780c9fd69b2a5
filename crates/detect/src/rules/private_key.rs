//! Private keys in PEM and of age, and JSON Web Tokens.
//!
//! **Invariant:** data and the reader of PEM; keys are not parsed.

use crate::checks;
use crate::engine::{PRIVATE_KEY_CAP, encoding_of};
use crate::fakes::Dice;
use crate::rule::{Confidence, Examples, Part, Read, Reader, Rule, Severity, Shape};
use crate::window::{ALNUM, Alphabet, BASE64, DIGIT, DOTTED, HEX, UPPER_NUM, URL64, Window};
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
        id: "jwt-in-base64",
        provider: "Unknown",
        title: "JSON Web Token, encoded once more",
        severity: Severity::Medium,
        opens: "What its issuer grants to its bearer, until it expires.",
        revoke: "The service that issued it (claim `iss`).",
        source: "https://www.rfc-editor.org/rfc/rfc7519",
        prefixes: &["ZXlK"],
        shape: Shape::Token(&[Part::Run(BASE64.or(URL64), 40, 12_000), Part::Pad(2)]),
        check: checks::jwt_in_base64,
        examples: Examples::Made(|dice| {
            base64::engine::general_purpose::STANDARD.encode(fake_jwt(dice))
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "password-hash",
        provider: "Unknown",
        title: "Password hash of crypt, bcrypt or Argon2",
        severity: Severity::Low,
        opens: "The account, once the password behind it is guessed.",
        revoke: "Change the password.",
        source: "https://man7.org/linux/man-pages/man5/crypt.5.html",
        prefixes: &[
            "$2a$",
            "$2b$",
            "$2y$",
            "$6$",
            "$5$",
            "$y$",
            "$argon2id$",
            "$argon2i$",
            "$2x$",
            "$1$",
            "$8$",
            "$apr1$",
            "$pbkdf2-sha256$",
        ],
        shape: Shape::Token(&[Part::Run(HASH, 28, 240)]),
        check: checks::crypt_hash,
        examples: Examples::Made(|dice| format!("$2b$12${}", dice.draw(ALNUM, 53))),
        ..Rule::BLANK
    },
    Rule {
        id: "kerberos-hash",
        provider: "Kerberos",
        title: "Kerberos ticket to guess a password from",
        severity: Severity::Low,
        opens: "The account, once the password behind it is guessed.",
        revoke: "Change the password.",
        source: "https://hashcat.net/wiki/doku.php?id=example_hashes",
        prefixes: &["$krb5asrep$", "$krb5tgs$"],
        // The number of the cipher comes first: without it, every repetition of the prefix would be
        // read to the end of the longest ticket.
        shape: Shape::Token(&[
            Part::Run(DIGIT, 1, 2),
            Part::Lit("$"),
            Part::Run(HASH.or(Alphabet::of(b"@:*")), 64, 8192),
        ]),
        examples: Examples::Made(|dice| {
            format!(
                "$krb5asrep$23${}${}",
                dice.draw(HEX, 32),
                dice.draw(HEX, 200)
            )
        }),
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
            opens: false,
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
    Rule {
        id: "private-key-in-base64",
        provider: "Unknown",
        title: "Private key (PEM), encoded once more",
        opens: "Servers, signatures or accounts that trust its public half.",
        revoke: "Wherever its public half is trusted: authorized_keys, the certificate's issuer, the app's key page.",
        source: "https://www.rfc-editor.org/rfc/rfc7468",
        prefixes: &["LS0tLS1CRUdJTi"],
        shape: Shape::Token(&[Part::Run(BASE64, 100, 12_000), Part::Pad(2)]),
        check: checks::pem_in_base64,
        examples: Examples::Made(|dice| {
            base64::engine::general_purpose::STANDARD.encode(fake_pem(dice))
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "putty-private-key",
        provider: "PuTTY",
        title: "PuTTY private key",
        opens: "Servers that trust its public half.",
        revoke: "Wherever its public half is trusted: authorized_keys.",
        source: "https://tartarus.org/~simon/putty-snapshots/htmldoc/AppendixC.html",
        shape: Shape::Read(Reader {
            anchors: &["PuTTY-User-Key-File-"],
            opens: false,
            read: putty,
        }),
        examples: Examples::Made(fake_putty),
        ..Rule::BLANK
    },
];

/// What a password hash is made of: `$` parts its fields.
const HASH: Alphabet = BASE64.or(Alphabet::of(b"$.=,-_"));

/// A body with fewer letters is a picture of a key, not a key.
const SHORTEST_BODY: usize = 64;

/// What may stand between the two lines: base64, headers such as `Proc-Type: 4,ENCRYPTED`, line
/// breaks in any escaping, and the quotes of source code that joins lines.
const BODY: Alphabet = BASE64.or(Alphabet::of(b"=\\\r\n\t :,-\"'%>"));

/// What the file of a PuTTY key is made of, in any escaping.
const PUTTY: Alphabet = BODY.or(Alphabet::of(b"._@()+"));

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
    let body = skip_headers(window, label_end + 5);
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

/// Skips the headers of a PGP key (`Version: GnuPG v2.4 (Linux)`), each to the end of its line.
fn skip_headers(window: &Window<'_>, from: usize) -> usize {
    let mut at = from;
    for _ in 0..8 {
        let line = line_break(window, at);
        let header = [
            "Version: ",
            "Comment: ",
            "MessageID: ",
            "Hash: ",
            "Charset: ",
        ];
        if !header
            .iter()
            .any(|name| window.starts_with(line, name.as_bytes()))
        {
            break;
        }
        at = window.run(line, 256, |b| b != b'\n' && b != b'\\');
    }
    at
}

/// Skips line breaks, raw or escaped at any depth.
fn line_break(window: &Window<'_>, from: usize) -> usize {
    let mut at = from;
    loop {
        let blank = window.run(at, 16, |b| b.is_ascii_whitespace());
        let slashes = window.run(blank, 16, |b| b == b'\\');
        let next = match window.at(slashes) {
            Some(b'n' | b'r') if slashes > blank => slashes + 1,
            _ => blank,
        };
        if next == at {
            return at;
        }
        at = next;
    }
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

/// Reads the file up to its authentication code; a part of it, when it was cut off.
fn putty(window: &Window<'_>, at: usize) -> Option<Read> {
    const LINES: &[u8] = b"Private-Lines:";
    if !opens_putty(window, at) {
        return None;
    }
    let head_end = window.run(at, 8192, |b| PUTTY.has(b));
    let head = window.slice(at..head_end);
    let lines = at + memchr::memmem::find(head, LINES)? + LINES.len();
    let code = memchr::memmem::find(window.slice(lines..head_end), b"Private-MAC:");
    let body_end = code.map_or(head_end, |mac| lines + mac);
    let end = code.map_or(body_end, |mac| {
        let digits = lines + mac + b"Private-MAC:".len();
        window.run(window.run(digits, 2, |b| b == b' '), 64, |b| {
            b.is_ascii_hexdigit()
        })
    });
    checks::looks_random(window.slice(lines..body_end)).then(|| Read {
        span: at..end,
        confidence: Confidence::High,
        encoding: encoding_of(window.slice(at..end)),
    })
}

/// Tells whether the first fields of the file are there; else every mention of its name would read
/// on for thousands of bytes.
fn opens_putty(window: &Window<'_>, at: usize) -> bool {
    let version = at + "PuTTY-User-Key-File-".len();
    let digit = window.at(version).is_some_and(|b| b.is_ascii_digit());
    if !digit || !window.starts_with(version + 1, b": ") {
        return false;
    }
    let algorithm = window.run(version + 3, 40, |b| DOTTED.has(b) || b == b'@');
    window.starts_with(line_break(window, algorithm), b"Encryption: ")
}

fn fake_putty(dice: &mut Dice) -> String {
    format!(
        "{}2: ssh-ed25519\nEncryption: none\nComment: fake\nPublic-Lines: 2\n{}\n{}\nPrivate-Lines: 1\n{}\nPrivate-MAC: {}",
        "PuTTY-User-Key-File-",
        dice.draw(BASE64, 64),
        dice.draw(BASE64, 16),
        dice.draw(BASE64, 48),
        dice.draw(HEX, 40)
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
