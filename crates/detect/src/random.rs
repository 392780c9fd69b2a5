//! Tells text that was drawn at random from text that somebody wrote.
//!
//! [`crate::value`] asks it about pieces of a value, [`crate::assign`] about whole values whose name
//! alone proves little.
//!
//! **Invariant:** looks at letters, digits and their order only; knows no provider and no language
//! beyond which letters follow each other in English and in the identifiers of programs.

use crate::checks::distinct;
use crate::window::ALNUM;

/// The letters that follow each letter in nine of ten places of English prose and of identifiers,
/// one bit for each from `a`. Two letters drawn at random are in the table one time in three.
///
/// **Source:** counted over the 33,000 most frequent words of the documentation, headers and
/// service descriptions of a Debian system.
const FOLLOWERS: [u32; 26] = [
    0x11e_bd4e, 0x014_4911, 0x01a_4d95, 0x016_4919, 0x1ef_f97f, 0x012_4931, 0x016_2111, 0x000_4111,
    0x22e_f87f, 0x000_0010, 0x000_0110, 0x11c_4919, 0x004_c113, 0x03c_617d, 0x07e_f96e, 0x01e_c911,
    0x010_0000, 0x13e_7d5d, 0x11c_cd95, 0x11e_c9bd, 0x00e_b917, 0x000_0111, 0x000_4101, 0x00c_8004,
    0x004_a000, 0x000_0010,
];

/// The share of unusual pairs that written text does not reach, in percent.
const UNUSUAL_IN_WORDS: usize = 38;
/// The share that drawn letters and digits reach, and identifiers with numbers in them do not.
const UNUSUAL_IF_DRAWN: usize = 52;
/// The share that most identifiers do not reach, where a name says that the value is likely drawn.
const UNUSUAL_IF_LIKELY: usize = 40;
/// The shortest value that counts as drawn.
const SHORTEST_DRAWN: usize = 16;

/// Tells whether letters follow each other as they do in words. Other bytes are passed over.
pub(crate) fn reads_like_words(text: &[u8]) -> bool {
    let (mut pairs, mut unusual) = (0, 0);
    for pair in text.windows(2) {
        if pair.iter().all(u8::is_ascii_alphabetic) {
            pairs += 1;
            unusual += usize::from(is_unusual(pair[0], pair[1]));
        }
    }
    unusual * 100 < pairs * UNUSUAL_IN_WORDS
}

/// Tells whether a value was drawn at random from letters and digits: long, of both, and without
/// words in it. Names, versions, slugs and paths are not. A `likely` value may look a little more
/// like an identifier.
pub(crate) fn drawn(value: &[u8], likely: bool) -> bool {
    let count = |member: fn(&u8) -> bool| value.iter().filter(|byte| member(byte)).count();
    let digits = count(u8::is_ascii_digit);
    let letters = count(u8::is_ascii_alphabetic);
    let others = value.len() - digits - letters;
    value.len() >= SHORTEST_DRAWN
        && digits >= 1
        && letters >= 4
        && others * 5 <= value.len()
        && distinct(value) >= 8
        && value.iter().all(u8::is_ascii_graphic)
        && !spells(value, 2, 1)
        && !unusual_below(
            value,
            if likely {
                UNUSUAL_IF_LIKELY
            } else {
                UNUSUAL_IF_DRAWN
            },
        )
}

/// Tells whether the letters and digits of a value follow each other as in identifiers: words, in
/// `camelCase` too, and numbers behind them.
pub(crate) fn is_identifier_text(value: &[u8]) -> bool {
    unusual_below(value, UNUSUAL_IF_DRAWN)
}

/// Tells whether fewer pairs than this share are ones that identifiers do not have. Two digits say
/// nothing.
fn unusual_below(value: &[u8], percent: usize) -> bool {
    let (mut pairs, mut unusual) = (0, 0);
    for (at, pair) in value.windows(2).enumerate() {
        let [first, second] = [pair[0], pair[1]];
        let strange = match (first.is_ascii_alphabetic(), second.is_ascii_alphabetic()) {
            (true, true) => {
                let begins = first.is_ascii_lowercase() && second.is_ascii_uppercase();
                let word = value.get(at + 2).is_some_and(u8::is_ascii_lowercase);
                begins && !word || !begins && is_unusual(first, second)
            }
            (true, false) if second.is_ascii_digit() => true,
            (false, true) if first.is_ascii_digit() => true,
            _ => continue,
        };
        pairs += 1;
        unusual += usize::from(strange);
    }
    unusual * 100 < pairs * percent
}

fn is_unusual(first: u8, second: u8) -> bool {
    let index = |byte: u8| usize::from((byte | 0x20) - b'a');
    FOLLOWERS[index(first)] >> index(second) & 1 == 0
}

/// Tells whether more than `of` parts in `parts` of a value are words: runs of letters in one case,
/// or `Capitalised` ones, that read like words.
pub(crate) fn spells(value: &[u8], parts: usize, of: usize) -> bool {
    let mut written = 0;
    for run in value.split(|byte| !byte.is_ascii_alphabetic()) {
        let mut from = 0;
        for at in 1..=run.len() {
            let breaks =
                at == run.len() || run[at].is_ascii_uppercase() && run[at - 1].is_ascii_lowercase();
            if !breaks {
                continue;
            }
            let word = &run[from..at];
            let one_case = word[1..].iter().all(u8::is_ascii_lowercase)
                || word.iter().all(u8::is_ascii_uppercase);
            if word.len() >= 4 && one_case && reads_like_words(word) {
                written += word.len();
            }
            from = at;
        }
    }
    written * parts > value.len() * of
}

/// Tells whether a value is hexadecimal digits in one case, of any length.
pub(crate) fn is_hex(value: &[u8]) -> bool {
    value.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        || value.iter().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'))
}

/// Tells whether a value has only the bytes that issued tokens are made of, `%XX` and `\/` included.
/// A password may have others: then it is short, or they are several different ones.
pub(crate) fn is_token_text(value: &[u8]) -> bool {
    let plain = |b: &u8| {
        ALNUM.has(*b)
            || matches!(
                b,
                b'-' | b'_' | b'.' | b'~' | b'+' | b'/' | b'=' | b':' | b'|' | b'\\'
            )
    };
    // Brackets belong to programs, patterns and templates.
    let bracket = |b: &u8| {
        matches!(
            b,
            b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'<' | b'>' | b',' | b';'
        )
    };
    if value.iter().any(bracket) {
        return false;
    }
    let mut odd = [0u8; 4];
    let mut kinds = 0;
    for (at, byte) in value.iter().enumerate().filter(|(_, b)| !plain(b)) {
        let coded = *byte == b'%'
            && value
                .get(at + 1..at + 3)
                .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        if coded || odd[..kinds].contains(byte) {
            continue;
        }
        if kinds == odd.len() {
            break;
        }
        odd[kinds] = *byte;
        kinds += 1;
    }
    kinds == 0 || value.len() < 20 || kinds >= 2 && value.len() < 64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_drawn_letters() {
        for text in [
            "authentication",
            "generatedwebdavpassword",
            "PRESENTHISTORYTOKEN",
            "masterUserPasswordVersion",
        ] {
            assert!(reads_like_words(text.as_bytes()), "{text}");
        }
        for text in [
            "qzrtblkpwxsvnmcdfghj",
            "vzqhlaqukznriqlht",
            "xkcdjwqpzmvbtrgh",
        ] {
            assert!(!reads_like_words(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn drawn_values_are_told_from_names() {
        for text in [
            "k3J9xQ7fLmZ2pRtVbW8s",
            "9f86d081884c7d659a2feaa0c55ad015",
            "o8oqti3tghu2xic76ii4t7jb",
            "QX7ZP2M4K9W3B8V5N6",
        ] {
            assert!(drawn(text.as_bytes(), false), "{text}");
        }
        for text in [
            "production-cluster-2024",
            "us-east-1-primary-02",
            "MyFirstService2Test3",
            "2024-01-15T10:30:00Z",
            "short9x",
            "eslint-plugin-react-17.0.2",
            "gss_krb5_rfc1964_keydata",
            "mlkem.MLKEM1024PrivateKey",
            "NID_pbe_WithSHA1And3_Key_TripleDES_CBC",
            "1+sqlite3Fts3ReadInt",
            "TLS13_CHACHA20_POLY1305_SHA256_INTERNAL",
            "DOT11EXT_SET_KEY_MAPPING_KEY",
        ] {
            assert!(!drawn(text.as_bytes(), false), "{text}");
        }
    }

    #[test]
    fn one_odd_sign_in_a_token_is_a_mistake_and_several_are_a_password() {
        assert!(is_token_text(b"qpgv7z8amkp4ln55znaacezm9jy35wcayy6bya2r"));
        assert!(is_token_text(b"a%2Fb9Kx%3D"));
        assert!(is_token_text(b"Lj2^5O%xi214"));
        assert!(is_token_text(b"Tr0ub4dor&3horse"));
        assert!(!is_token_text(b"qpgv7z8amkp4ln55znaa?ezm9jy35wcayy6bya2r"));
    }
}
