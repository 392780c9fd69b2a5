//! Splits a name into its words: at separators and at changes of case.
//!
//! [`crate::name`] reads meanings from them.
//!
//! **Invariant:** allocates nothing; it is called for every `name: value` of a text.

/// The longest name that is looked at.
const LONGEST_NAME: usize = 128;
/// The most words of a name that are told apart; more are no name.
const MOST_WORDS: usize = 24;

/// A name split at separators and at changes of case, in lower case, joined by `_`.
pub(crate) struct Words {
    text: [u8; LONGEST_NAME + MOST_WORDS],
    /// Where each word begins and ends.
    spans: [(u8, u8); MOST_WORDS],
    pub(crate) count: usize,
}

impl Words {
    /// Splits a name; `None` when it is too short, too long or not ASCII.
    pub(crate) fn of(name: &str) -> Option<Self> {
        if name.len() < 3 || name.len() > LONGEST_NAME || !name.is_ascii() {
            return None;
        }
        let bytes = name.as_bytes();
        let mut words = Self {
            text: [b'_'; LONGEST_NAME + MOST_WORDS],
            spans: [(0, 0); MOST_WORDS],
            count: 0,
        };
        let mut at = 0u8;
        let mut open = false;
        for (i, &byte) in bytes.iter().enumerate() {
            let part = byte.is_ascii_alphanumeric();
            if open && (!part || starts_word(bytes, i)) {
                open = false;
            }
            if !part {
                continue;
            }
            if !open {
                if words.count == MOST_WORDS {
                    return None;
                }
                at += u8::from(words.count > 0);
                words.spans[words.count] = (at, at);
                words.count += 1;
                open = true;
            }
            words.text[usize::from(at)] = byte.to_ascii_lowercase();
            at += 1;
            words.spans[words.count - 1].1 = at;
        }
        (words.count > 0).then_some(words)
    }

    /// Returns the word that is `back`th from the end of the first `end`; `""` when there is none.
    pub(crate) fn word(&self, end: usize, back: usize) -> &str {
        end.checked_sub(back)
            .map_or("", |index| self.joined(index, index + 1))
    }

    /// Returns the words `from..end` with `_` between them.
    pub(crate) fn joined(&self, from: usize, end: usize) -> &str {
        let end = end.min(self.count);
        if from >= end {
            return "";
        }
        let span = usize::from(self.spans[from].0)..usize::from(self.spans[end - 1].1);
        str::from_utf8(&self.text[span]).unwrap_or_default()
    }
}

/// Tells whether a word begins at a capital: behind a small letter, or at the last of several.
fn starts_word(bytes: &[u8], i: usize) -> bool {
    let before_lower = bytes.get(i + 1).is_some_and(u8::is_ascii_lowercase);
    i > 0
        && bytes[i].is_ascii_uppercase()
        && (bytes[i - 1].is_ascii_lowercase()
            || before_lower && bytes[i - 1].is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_at_separators_and_changes_of_case() {
        for (name, wanted) in [
            ("API_KEY", "api_key"),
            ("openaiApiKey", "openai_api_key"),
            ("X-Api-Key", "x_api_key"),
            ("HTTPServerToken", "http_server_token"),
            ("OAuth2Token", "o_auth2_token"),
            ("etsy.api key", "etsy_api_key"),
            ("token1", "token1"),
        ] {
            let words = Words::of(name).unwrap();
            assert_eq!(words.joined(0, usize::MAX), wanted, "{name}");
        }
        assert!(Words::of("ab").is_none());
        assert!(Words::of(&"a_".repeat(30)).is_none());
        assert!(Words::of(&"a".repeat(129)).is_none());
    }
}
