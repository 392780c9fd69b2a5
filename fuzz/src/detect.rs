//! Texts for the targets of the detection engine, made from few bytes.
//!
//! A seed must not hold what looks like a key, and a fuzzer hardly ever writes one. So a byte above
//! 127 stands for a piece: a name, a separator, the beginning of a token, or a whole fake.
//!
//! **Invariant:** the same input gives the same text.

use std::ops::Range;

use bedlock_detect::{Dice, Match, fake, rules, scan};

/// A text is not made longer than this: many short ones find more in a minute.
const LONGEST: usize = 12_000;

/// What wakes the readers of structure, and what may stand around a value.
const PIECES: [&str; 96] = [
    "\\n",
    "\\\"",
    "\\\\n",
    "\\\\\\\"",
    "\\u0022",
    "\\u000a",
    "\\/",
    "\\\\",
    "%22",
    "%3D",
    "%2F",
    "%0A",
    "&amp;",
    "\x1b[32m",
    "\u{2026}",
    "\u{e4}",
    "=",
    ": ",
    " = ",
    ":=",
    "=>",
    "\": \"",
    "\":\"",
    "\\\":\\\"",
    "=\"",
    "='",
    "', '",
    "\", \"",
    "(\"",
    "[\"",
    "{\"",
    "\"}",
    "\"]",
    "\")",
    "`",
    "**",
    "| ",
    " |",
    "<key>",
    "</key><string>",
    "</string>",
    "<",
    ">",
    "/>",
    " value=\"",
    "- name: ",
    "\n  value: ",
    "\n",
    "\r\n",
    "\t",
    "\0",
    " ",
    "export ",
    "set ",
    "setenv ",
    "Environment=",
    "Environment=\"",
    "--token ",
    "--api-key=",
    "Bearer ",
    "Authorization: ",
    "Basic ",
    "token",
    "api_key",
    "apiKey",
    "API_KEY",
    "password",
    "PASSWORD",
    "secret",
    "_PAT",
    "passphrase",
    "is ",
    "machine h login u password ",
    "config set ",
    "curl -u me:",
    "sshpass -p ",
    "://",
    "https://u:",
    "@h/",
    "?",
    "&",
    ";",
    "#",
    "${",
    "}",
    "{{",
    "$(",
    "process.env.",
    "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----",
    "AKIA",
    "eyJ",
    "sk-",
    "ghp_",
    "xxxx",
    "****",
];

/// Makes the text of an input: as it is when its first byte is odd, else with pieces.
pub fn text(data: &[u8]) -> Vec<u8> {
    let Some((&kind, data)) = data.split_first() else {
        return Vec::new();
    };
    if kind % 2 == 1 {
        return data.to_vec();
    }
    let mut text = Vec::new();
    let mut bytes = data.iter();
    while text.len() < LONGEST
        && let Some(&byte) = bytes.next()
    {
        match byte {
            0..=127 => text.push(byte),
            128..=223 => text.extend_from_slice(PIECES[usize::from(byte) - 128].as_bytes()),
            _ => {
                let number = usize::from(bytes.next().copied().unwrap_or_default());
                // 256 numbers for more rules: the byte before them says which half.
                let rule = &rules()[(number + usize::from(byte & 1) * 256) % rules().len()];
                let seed = u64::from(byte) << 8 | number as u64;
                text.extend_from_slice(fake(rule, &mut Dice::new(seed)).as_bytes());
            }
        }
    }
    text
}

/// Cuts a length into pieces, by a seed.
pub fn cuts(seed: u8, length: usize) -> Vec<Range<usize>> {
    let mut dice = Dice::new(u64::from(seed));
    let most = [1, 2, 7, 64, 600, 5_000, 70_000][usize::from(seed) % 7];
    let mut pieces = Vec::new();
    let mut from = 0;
    while from < length {
        let to = length.min(from + 1 + dice.below(most));
        pieces.push(from..to);
        from = to;
    }
    pieces
}

/// Scans and checks what holds for every text: findings inside of it, in order, none over another.
pub fn scanned(text: &[u8]) -> Vec<Match> {
    let found = scan(text);
    let mut end = 0;
    for finding in &found {
        assert!(finding.span.start >= end, "{found:?}");
        assert!(finding.span.start < finding.span.end, "{found:?}");
        end = finding.span.end;
    }
    assert!(end <= text.len(), "{found:?}");
    found
}
