//! Text from a host, made safe to look at: what could move a cursor, recolour a screen, turn
//! the direction of reading or hide itself is written out as an escape.
//!
//! Called by every format.
//!
//! **Invariant:** the result of [`printable`] is one line and holds no character for which
//! [`deceives`] is true.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character does something else than show itself.
///
/// **Source:** <https://www.unicode.org/reports/tr9/> (bidirectional controls),
/// <https://www.unicode.org/reports/tr36/> (invisible characters),
/// <https://ecma-international.org/publications-and-standards/standards/ecma-48/> (C0 and C1).
pub(crate) fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Writes out what [`deceives`]: `\n`, `\t`, `\u{1b}`.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(deceives) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if deceives(c) => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Like [`printable`] for a line of source: tabs are drawn as spaces.
pub(crate) fn source_line(text: &str) -> String {
    printable(&text.replace('\t', "    ")).into_owned()
}

/// The first `most` characters, with a note of how many were left out.
pub(crate) fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some((cut, _)) => {
            let left = text[cut..].chars().count();
            Cow::Owned(format!("{} (+{left} characters)", &text[..cut]))
        }
    }
}

/// Whether something is an address that a browser may open.
pub(crate) fn is_web_page(page: &str) -> bool {
    page.starts_with("https://")
        && page
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_are_written_out() {
        assert_eq!(printable("a\u{1b}[31mb\n"), "a\\u{1b}[31mb\\n");
        assert_eq!(printable("x\u{202e}y\u{9b}z"), "x\\u{202e}y\\u{9b}z");
        assert_eq!(
            printable("\u{feff}\u{200b}\u{2028}"),
            "\\u{feff}\\u{200b}\\u{2028}"
        );
    }

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(printable("你好, ~/x y"), Cow::Borrowed(_)));
    }

    #[test]
    fn long_text_says_what_is_missing() {
        assert_eq!(shortened("abcdef", 4), "abcd (+2 characters)");
        assert_eq!(shortened("abcd", 4), "abcd");
    }

    #[test]
    fn only_web_pages_become_links() {
        assert!(is_web_page("https://platform.openai.com/api-keys"));
        assert!(!is_web_page("javascript:alert(1)"));
        assert!(!is_web_page("https://x/\" onclick="));
    }
}
