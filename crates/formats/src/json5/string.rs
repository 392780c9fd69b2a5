//! JSON5 strings: decode and quote.

/// Decodes the string whose opening quote is at `start`; returns it and the offset behind it.
pub(super) fn decode(text: &str, start: usize) -> Result<(String, usize), (usize, &'static str)> {
    let bytes = text.as_bytes();
    let quote = bytes[start];
    let mut out = String::new();
    let mut at = start + 1;
    loop {
        let plain = bytes[at..]
            .iter()
            .position(|byte| *byte == quote || matches!(byte, b'\\' | b'\n' | b'\r'))
            .ok_or((start, "this string does not end"))?;
        out.push_str(&text[at..at + plain]);
        at += plain;
        match bytes[at] {
            b'\\' => at = escape(text, at, &mut out)?,
            b'\n' | b'\r' => {
                return Err((at, "a string ends on its line, or escapes the line end"));
            }
            _ => return Ok((out, at + 1)),
        }
    }
}

/// Resolves the escape at `at`, which is a backslash, and returns the offset behind it.
fn escape(text: &str, at: usize, out: &mut String) -> Result<usize, (usize, &'static str)> {
    let bytes = text.as_bytes();
    let c = text[at + 1..]
        .chars()
        .next()
        .ok_or((at, "this string does not end"))?;
    let after = at + 1 + c.len_utf8();
    match c {
        'b' => out.push('\u{8}'),
        'f' => out.push('\u{c}'),
        'n' => out.push('\n'),
        'r' => out.push('\r'),
        't' => out.push('\t'),
        'v' => out.push('\u{b}'),
        '0' if !bytes.get(after).is_some_and(u8::is_ascii_digit) => out.push('\0'),
        '0'..='9' => return Err((at, "an escape cannot be a digit")),
        'x' => {
            let value =
                hex(bytes, after, 2).ok_or((at, "expected \\x and two hexadecimal digits"))?;
            out.push(char::from_u32(u32::from(value)).unwrap_or('\u{fffd}'));
            return Ok(after + 2);
        }
        'u' => return unicode(bytes, at, out),
        '\r' if bytes.get(after) == Some(&b'\n') => return Ok(after + 1),
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => {}
        other => out.push(other),
    }
    Ok(after)
}

/// Resolves `\uXXXX`, and two of them that form one character. Half a pair becomes U+FFFD.
fn unicode(bytes: &[u8], at: usize, out: &mut String) -> Result<usize, (usize, &'static str)> {
    let (first, length) =
        unicode_escape(bytes, at).ok_or((at, "expected \\u and four hexadecimal digits"))?;
    let mut end = at + length;
    let mut units = vec![first];
    if (0xd800..0xdc00).contains(&first)
        && let Some((second @ 0xdc00..0xe000, more)) = unicode_escape(bytes, end)
    {
        units.push(second);
        end += more;
    }
    out.push_str(&String::from_utf16_lossy(&units));
    Ok(end)
}

/// Reads `\uXXXX` and returns the UTF-16 unit and the length of the escape.
pub(super) fn unicode_escape(bytes: &[u8], at: usize) -> Option<(u16, usize)> {
    if bytes.get(at..at + 2)? != b"\\u" {
        return None;
    }
    hex(bytes, at + 2, 4).map(|unit| (unit, 6))
}

fn hex(bytes: &[u8], at: usize, digits: usize) -> Option<u16> {
    bytes
        .get(at..at + digits)?
        .iter()
        .try_fold(0u16, |value, byte| {
            let digit = char::from(*byte).to_digit(16)?;
            Some(value << 4 | u16::try_from(digit).ok()?)
        })
}

/// Quotes a text so that JSON5 reads it back, and JSON too if the quote is `"`.
pub(crate) fn quoted(text: &str, quote: char) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}
