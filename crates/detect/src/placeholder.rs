//! Placeholders and masks: values that stand for a secret and open nothing.
//!
//! The checks of shapes and the judgement of values ask it; `audit` does for configuration fields.
//!
//! **Invariant:** looks only at the value. Says nothing about references such as `${VAR}`, which
//! [`crate::is_reference`] knows.

use crate::random::reads_like_words;
use crate::value::is_wordy;

/// Words that only stand where a person is to put a real value.
const PLACEHOLDER_PARTS: [&[u8]; 33] = [
    b"your-",
    b"your_",
    b"yourkey",
    b"yourtoken",
    b"yourapi",
    b"yoursecret",
    b"yourpass",
    b"youraccess",
    b"yourauth",
    b"placeholder",
    b"changeme",
    b"change-me",
    b"change_me",
    b"replaceme",
    b"replace-",
    b"replace_",
    b"example",
    b"redacted",
    b"***",
    b"...",
    b"-here",
    b"_here",
    b"insert-",
    b"insert_",
    b"dummy",
    b"not-a-real",
    b"not_a_real",
    b"notreal",
    b"<your",
    b"put-your",
    b"enter-your",
    b"goes-here",
    b"deadbeef",
];

/// Whole values that are nobody's secret.
const PLACEHOLDER_WORDS: [&[u8]; 36] = [
    b"secret",
    b"password",
    b"token",
    b"apikey",
    b"api-key",
    b"api_key",
    b"key",
    b"none",
    b"null",
    b"nil",
    b"undefined",
    b"unknown",
    b"test",
    b"todo",
    b"tbd",
    b"foo",
    b"bar",
    b"foobar",
    b"string",
    b"empty",
    b"n/a",
    b"passwd",
    b"username:password",
    b"user:pass",
    b"abc12345",
    b"p@ssw0rd",
    b"p@ssword",
    b"passw0rd",
    b"password!",
    b"qwerty123",
    b"test1234",
    b"changeit",
    b"letmein",
    b"sanitized",
    b"[removed]",
    b"not set",
];

/// Tells whether a value stands for one: `your-api-key-here`, `<token>`, `xxxx`, `****`, `sk-...`.
pub fn is_placeholder(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    if value.len() < 4 || is_filler(value) {
        return true;
    }
    if matches!(
        value,
        [b'<', .., b'>'] | [b'[', .., b']'] | [b'{', .., b'}'] | [b'(', .., b')']
    ) {
        return true;
    }
    // `<generate with openssl rand -hex 32>`: a value that ends at the blank is its first word.
    if let [b'<' | b'[' | b'{' | b'(', rest @ ..] = value
        && is_wordy(rest)
    {
        return true;
    }
    // Only the start is lowered: a placeholder is short, and a long value stays cheap.
    let lower = value[..value.len().min(256)].to_ascii_lowercase();
    PLACEHOLDER_WORDS.contains(&lower.as_slice())
        // In mixed case four of them are chance.
        || [b"xxxx", b"XXXX"].iter().any(|part| memchr::memmem::find(value, *part).is_some())
        || PLACEHOLDER_PARTS
            .iter()
            .any(|part| memchr::memmem::find(&lower, part).is_some())
        || ["…", "•", "●", "█", "∗"]
            .iter()
            .any(|mark| memchr::memmem::find(&lower, mark.as_bytes()).is_some())
        || names_itself(&lower)
}

/// Tells whether most of a value is one byte, or a run like `123456789` or `abcdefgh`.
pub(crate) fn is_filler(value: &[u8]) -> bool {
    if value.len() < 4 {
        return false;
    }
    let mut counts = [0u32; 256];
    for &byte in value {
        counts[usize::from(byte)] += 1;
    }
    let most = counts.iter().max().copied().unwrap_or(0) as usize;
    let steps = value
        .windows(2)
        .filter(|pair| pair[0] == pair[1] || pair[0].wrapping_add(1) == pair[1])
        .count();
    most * 2 > value.len() || steps * 4 >= (value.len() - 1) * 3 || repeats(value)
}

/// Tells whether a value is a short piece three times or more: `abc123abc123abc123`.
fn repeats(value: &[u8]) -> bool {
    (1..=8.min(value.len() / 3)).any(|period| value[period..] == value[..value.len() - period])
}

/// Tells whether a value is words with a credential's noun among them and a number behind:
/// `newpassword99`, `mysecrettoken1`.
fn names_itself(lower: &[u8]) -> bool {
    let letters = lower.iter().take_while(|b| b.is_ascii_lowercase()).count();
    let digits = lower[letters..].iter().all(u8::is_ascii_digit) && lower.len() - letters <= 4;
    digits
        && ["password", "passwd", "secret", "token", "apikey"]
            .iter()
            .any(|noun| memchr::memmem::find(&lower[..letters], noun.as_bytes()).is_some())
        && reads_like_words(&lower[..letters])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_known() {
        for value in [
            "your-api-key-here",
            "xxxxxxxxxxxx",
            "<token>",
            "changeme",
            "sk-...",
            "****masked",
            "[redacted: openai]",
            "AKIAIOSFODNN7EXAMPLE",
            "1234567890",
            "aaaaaaaaaaaa",
            "abc",
            "sk-1234567890abcdefghijklmnop",
            "REPLACE_ME",
            "password",
            "sk-abc…xyz",
            "sk-a***z9",
            "abc123abc123abc123",
            "deadbeefdeadbeef",
            "newpassword99",
            "generatedwebdavpassword1",
            "●●●●●●●●",
        ] {
            assert!(is_placeholder(value.as_bytes()), "{value}");
        }
        for value in [
            "k3J9xQ7fLmZ2pRtVbW8s",
            "FAKE-canary-7f3k9q2m",
            "hunter2hunter2",
        ] {
            assert!(!is_placeholder(value.as_bytes()), "{value}");
        }
    }
}
