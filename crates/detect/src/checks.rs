//! What a token must satisfy beyond its alphabet: randomness, checksums, structure.
//!
//! Rules name these functions in their `check` field.
//!
//! **Invariant:** a check looks only at the token. It returns `None` to reject.

use crate::placeholder::{is_filler, is_placeholder};
use crate::rule::Confidence;
use crate::window::BASE32;
use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::{GeneralPurposeConfig, NO_PAD};

/// Base64 as it is found in the wild: padding and trailing bits do not matter.
const LENIENT: GeneralPurposeConfig = NO_PAD
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
/// The standard alphabet, leniently.
pub(crate) const STANDARD: GeneralPurpose =
    GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT);
/// The URL alphabet, leniently.
pub(crate) const URL: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT);

/// Accepts a body that looks random and is no placeholder.
pub(crate) fn random(token: &[u8], prefix: usize) -> Option<Confidence> {
    looks_random(token.get(prefix..)?).then_some(Confidence::High)
}

/// Accepts like [`random`], but is less sure, because the prefix is short or common.
pub(crate) fn random_short_prefix(token: &[u8], prefix: usize) -> Option<Confidence> {
    random(token, prefix).map(|_| Confidence::Medium)
}

/// Accepts a random body that mixes letters and digits: for prefixes that are also words.
pub(crate) fn mixed(token: &[u8], prefix: usize) -> Option<Confidence> {
    let body = token.get(prefix..)?;
    let classes = [
        body.iter().any(u8::is_ascii_digit),
        body.iter().any(u8::is_ascii_lowercase),
        body.iter().any(u8::is_ascii_uppercase),
    ];
    let count = classes.iter().filter(|&&present| present).count();
    (count >= 2 && !words(body)).then(|| random_short_prefix(token, prefix))?
}

/// Accepts a token that ends with the CRC32 of its random part, as GitHub and npm write it;
/// a wrong checksum is only less sure, because self-made test tokens often lack one.
///
/// **Source:** <https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/>
pub(crate) fn crc32_base62(token: &[u8], prefix: usize) -> Option<Confidence> {
    let body = token.get(prefix..)?;
    random(token, prefix)?;
    let (payload, checksum) = body.split_at_checked(body.len().checked_sub(6)?)?;
    let right = base62_crc32(payload).as_bytes() == checksum;
    Some(if right {
        Confidence::High
    } else {
        Confidence::Medium
    })
}

/// Returns the CRC32 of `payload` as six base62 digits.
pub(crate) fn base62_crc32(payload: &[u8]) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut rest = crc32(payload);
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    digits.iter().map(|&d| char::from(d)).collect()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & 0u32.wrapping_sub(crc & 1))
        })
    })
}

/// Accepts a token whose last 40 characters are hexadecimal digits.
pub(crate) fn hex_tail(token: &[u8], prefix: usize) -> Option<Confidence> {
    let tail = token.get(token.len().checked_sub(40)?.max(prefix)..)?;
    (tail.len() == 40 && tail.iter().all(u8::is_ascii_hexdigit)).then(|| random(token, prefix))?
}

/// Accepts letters and digits that are no part of longer base64: no `+` or `/`, and few of the `A`
/// that zeros make. For prefixes that are themselves base64 of zeros.
pub(crate) fn outside_base64(token: &[u8], prefix: usize) -> Option<Confidence> {
    let body = token.get(prefix..)?;
    let zeros = body.iter().filter(|b| **b == b'A').count();
    let outside = !body.iter().any(|b| matches!(b, b'+' | b'/' | b'\\' | b'%'));
    (outside && zeros * 10 < body.len() + 10).then(|| mixed(token, prefix))?
}

/// Accepts groups of capitals and digits: at least five groups, joined by dashes.
pub(crate) fn capital_groups(token: &[u8], prefix: usize) -> Option<Confidence> {
    let body = token.get(prefix..)?;
    let groups = body.split(|&b| b == b'-');
    let plain = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    (groups.clone().count() >= 5 && groups.flatten().all(plain))
        .then(|| random_short_prefix(token, prefix))?
}

/// Accepts an AWS access key id: base32, not the ids that the documentation uses.
pub(crate) fn aws_key_id(token: &[u8], prefix: usize) -> Option<Confidence> {
    let body = token.get(prefix..)?;
    if token.ends_with(b"EXAMPLE") || distinct(body) < 5 || is_filler(body) {
        return None;
    }
    let base32 = body.iter().all(|b| BASE32.has(*b));
    Some(if base32 {
        Confidence::High
    } else {
        Confidence::Medium
    })
}

/// Accepts a token of Slack: its numbers are long, but for the version in front, and what follows
/// them has a digit.
///
/// **Source:** <https://api.slack.com/concepts/token-types>
pub(crate) fn slack(token: &[u8], prefix: usize) -> Option<Confidence> {
    let body = token.get(prefix..)?;
    let groups = || body.split(|&b| b == b'-').enumerate();
    let number = |group: &[u8]| group.iter().all(u8::is_ascii_digit);
    let short = groups().any(|(i, g)| number(g) && g.len() < 5 && !(i == 0 && g.len() == 1));
    let digit = groups().any(|(i, g)| (i > 0 || g.len() > 1) && g.iter().any(u8::is_ascii_digit));
    (!short && digit).then(|| random(token, prefix))?
}

/// Accepts a Bedrock API key: base64 of `BedrockAPIKey-`.
pub(crate) fn bedrock_long_term(token: &[u8], prefix: usize) -> Option<Confidence> {
    let body = token.get(prefix..)?;
    let named = decode(body).is_some_and(|plain| plain.starts_with(b"BedrockAPIKey-"));
    if named {
        Some(Confidence::High)
    } else {
        random_short_prefix(token, prefix)
    }
}

/// Accepts a JWT: the header is a JSON object that names an algorithm.
///
/// **Source:** <https://www.rfc-editor.org/rfc/rfc7519>
pub(crate) fn jwt(token: &[u8], _prefix: usize) -> Option<Confidence> {
    let header = token.split(|&b| b == b'.').next()?;
    let plain = URL.decode(header).ok()?;
    let names_alg = memchr::memmem::find(&plain, b"\"alg\"").is_some();
    (plain.starts_with(b"{") && plain.ends_with(b"}") && names_alg && !documentation_jwt(token))
        .then_some(Confidence::High)
}

/// Accepts base64 of a JWT's start.
pub(crate) fn jwt_in_base64(token: &[u8], _prefix: usize) -> Option<Confidence> {
    // The header and a little of the claims tell.
    let start = &token[..token.len().min(512) / 4 * 4];
    let plain = decode(start)?;
    let header = plain.split(|&b| b == b'.').next()?;
    let header = URL.decode(header).ok()?;
    let names_alg = memchr::memmem::find(&header, b"\"alg\"").is_some();
    (header.starts_with(b"{") && names_alg).then_some(Confidence::High)
}

/// Accepts base64 of a private key in PEM; a certificate begins the same.
pub(crate) fn pem_in_base64(token: &[u8], _prefix: usize) -> Option<Confidence> {
    let start = &token[..token.len().min(96) / 4 * 4];
    let plain = decode(start)?;
    let line = plain.split(|&b| b == b'\n').next()?;
    memchr::memmem::find(line, b"PRIVATE KEY")
        .is_some()
        .then_some(Confidence::High)
}

/// Accepts a hash in the form of crypt: `$method$salt$digest`.
pub(crate) fn crypt_hash(token: &[u8], prefix: usize) -> Option<Confidence> {
    let fields = token.split(|&b| b == b'$').skip(1);
    let digest = fields.clone().last()?;
    (fields.count() >= 3 && digest.len() >= 22 && looks_random(digest) && prefix > 0)
        .then_some(Confidence::Medium)
}

/// The token of jwt.io, which half of all tutorials quote, carries this subject and name.
fn documentation_jwt(token: &[u8]) -> bool {
    let claims = token
        .split(|&b| b == b'.')
        .nth(1)
        .and_then(|claims| URL.decode(claims).ok());
    claims.is_some_and(|plain| memchr::memmem::find(&plain, b"\"John Doe\"").is_some())
}

/// Decodes base64 of either alphabet.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    STANDARD.decode(text).or_else(|_| URL.decode(text)).ok()
}

/// Tells whether a token body looks drawn at random.
pub(crate) fn looks_random(body: &[u8]) -> bool {
    let wanted = match body.len() {
        0..16 => 4,
        16..32 => 6,
        _ => 8,
    };
    distinct(body) >= wanted && !is_filler(body) && !is_placeholder(body) && !words(body)
}

/// Tells whether a body is words joined by `-`, `_` or `.`: `your-own-token-goes-right-here`, or
/// at least three with numbers behind them: `ssh-ed25519-cert-v01`.
fn words(body: &[u8]) -> bool {
    let parts = || {
        body.split(|b| matches!(b, b'-' | b'_' | b'.'))
            .filter(|part| !part.is_empty())
    };
    let many = parts().count() >= 3;
    let word = |part: &[u8]| {
        let letters = part.iter().take_while(|b| b.is_ascii_lowercase()).count();
        part.len() <= 12
            && (part.iter().all(u8::is_ascii_lowercase)
                || part.iter().all(u8::is_ascii_uppercase)
                || part.len() <= 4 && part.iter().all(u8::is_ascii_digit)
                || many && letters > 0 && part[letters..].iter().all(u8::is_ascii_digit))
    };
    parts().all(word)
}

/// Counts the different bytes.
pub(crate) fn distinct(bytes: &[u8]) -> u32 {
    let mut seen = [0u64; 4];
    for &byte in bytes {
        seen[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }
    seen.iter().map(|word| word.count_ones()).sum()
}

/// Returns Shannon's entropy in bits a byte.
pub(crate) fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for &byte in bytes {
        counts[usize::from(byte)] += 1;
    }
    let total = bytes.len() as f64;
    counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| f64::from(count) / total)
        .map(|share| -share * share.log2())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc32_matches_the_published_check_value() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn a_wrong_checksum_lowers_confidence_but_is_not_rejected() {
        let payload = "Q3v8LmZp2RkXw7TgBn5YsJc1HdAf0E";
        let right = format!("zzz_{payload}{}", base62_crc32(payload.as_bytes()));
        assert_eq!(crc32_base62(right.as_bytes(), 4), Some(Confidence::High));
        let wrong = format!("zzz_{payload}000000");
        assert_eq!(crc32_base62(wrong.as_bytes(), 4), Some(Confidence::Medium));
    }

    #[test]
    fn joined_words_are_not_random() {
        assert!(!looks_random(b"put-the-key-of-your-account-in-this-place"));
        assert!(looks_random(b"k3J9xQ-7fLmZ2_pRtVbW8sYcD4hG6nA1"));
    }
}
