//! Splits the text of a CREATE TABLE statement into tokens.
//!
//! Called by the schema parser.
//!
//! **Invariant:** any text splits into tokens; an unclosed quote or comment reaches to the end.
//!
//! **Source:** <https://www.sqlite.org/lang_keywords.html> for the four ways to quote a name.

use std::borrow::Cow;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A keyword, a bare name or a number.
    Word(&'t str),
    /// A quoted name or a string, with its quotes.
    Quoted(&'t str),
    /// Anything else.
    Sign(char),
}

impl<'t> Token<'t> {
    /// Tells whether this is the keyword, which a quoted name never is.
    pub(super) fn is(self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    pub(super) fn is_any(self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.is(keyword))
    }

    /// The name that this token spells.
    pub(super) fn name(self) -> Option<Cow<'t, str>> {
        match self {
            Self::Word(word) => Some(Cow::Borrowed(word)),
            Self::Quoted(text) => Some(unquote(text)),
            Self::Sign(_) => None,
        }
    }
}

fn unquote(text: &str) -> Cow<'_, str> {
    let quote = &text[..1];
    let inner = &text[1..];
    if quote == "[" {
        return Cow::Borrowed(inner.strip_suffix(']').unwrap_or(inner));
    }
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    let doubled = quote.repeat(2);
    if inner.contains(&doubled) {
        Cow::Owned(inner.replace(&doubled, quote))
    } else {
        Cow::Borrowed(inner)
    }
}

/// The tokens of a statement, without spaces and comments.
pub(super) fn tokens(sql: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = sql;
    std::iter::from_fn(move || {
        rest = skip_blank(rest);
        let first = rest.chars().next()?;
        let len = match first {
            '"' | '\'' | '`' => quoted_len(rest, first),
            '[' => rest.find(']').map_or(rest.len(), |end| end + 1),
            _ if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at(len);
        rest = after;
        Some(match first {
            '"' | '\'' | '`' | '[' => Token::Quoted(token),
            _ if is_word(first) => Token::Word(token),
            _ => Token::Sign(first),
        })
    })
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}

/// A doubled quote stands for itself and does not close the name.
fn quoted_len(text: &str, quote: char) -> usize {
    let mut quotes = text
        .char_indices()
        .skip(1)
        .filter(|(_, c)| *c == quote)
        .peekable();
    while let Some((at, _)) = quotes.next() {
        match quotes.peek() {
            Some((next, _)) if *next == at + 1 => {
                quotes.next();
            }
            _ => return at + 1,
        }
    }
    text.len()
}

fn skip_blank(mut text: &str) -> &str {
    loop {
        text = text.trim_start_matches([' ', '\t', '\n', '\x0c', '\r']);
        let (opened, close) = if let Some(rest) = text.strip_prefix("--") {
            (rest, "\n")
        } else if let Some(rest) = text.strip_prefix("/*") {
            (rest, "*/")
        } else {
            return text;
        };
        text = opened
            .find(close)
            .map_or("", |end| &opened[end + close.len()..]);
    }
}
