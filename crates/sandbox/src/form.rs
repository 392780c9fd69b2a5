//! Names and values as addresses and forms carry them.
//!
//! Used by everything that reads a query or a form, and by `sigv4` for its canonical forms.
//!
//! **Invariant:** a stray percent sign stays as it is, so nothing is refused here.
//!
//! **Source:** <https://url.spec.whatwg.org/#application/x-www-form-urlencoded>

/// Finds a parameter of a query or a form, decoded; `+` is a space.
pub(crate) fn parameter(pairs: &str, name: &str) -> Option<String> {
    pairs.split('&').find_map(|pair| {
        let (found, value) = pair.split_once('=')?;
        (decode(found) == name).then(|| decode(value))
    })
}

/// Every name and value, decoded.
pub(crate) fn parameters(pairs: &str) -> impl Iterator<Item = (String, String)> {
    let pairs = pairs.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}

fn decode(text: &str) -> String {
    String::from_utf8_lossy(&percent_decode(&text.replace('+', " "))).into_owned()
}

/// Encodes everything but unreserved characters.
pub(crate) fn encode(text: &str) -> String {
    encode_bytes(text.as_bytes())
}

/// Encodes every byte that is not an unreserved character.
pub(crate) fn encode_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Decodes `%XX`; a stray percent sign stays as it is.
pub(crate) fn percent_decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let escaped = bytes
            .get(index + 1..index + 3)
            .filter(|_| bytes[index] == b'%')
            .and_then(|digits| hex::decode(digits).ok());
        match escaped {
            Some(decoded) => {
                out.extend_from_slice(&decoded);
                index += 3;
            }
            None => {
                out.push(bytes[index]);
                index += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_and_nothing_is_refused() {
        let query = "a=1&scopes=sso%3Aaccount+x%20y&%61b=c%2&&d";
        assert_eq!(
            parameter(query, "scopes").as_deref(),
            Some("sso:account x y")
        );
        assert_eq!(parameter(query, "ab").as_deref(), Some("c%2"));
        assert_eq!(parameter(query, "d"), None);
        assert_eq!(parameters(query).count(), 4);
        assert_eq!(encode("a b/ü~"), "a%20b%2F%C3%BC~");
    }
}
