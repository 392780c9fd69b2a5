//! How far a value goes: to its quote, its tag, or what ends it without either.
//!
//! [`crate::assign`] calls it with the place that [`crate::separator`] found.
//!
//! **Invariant:** reads forward over one value, at most [`TOKEN_CAP`] bytes; what ends a value without
//! quotes does not depend on where it begins.

use crate::engine::TOKEN_CAP;
use crate::separator::{Delimiter, coded_at, ends_statement, next_pair, skip_lines};
use crate::window::{Extent, Window};
use std::ops::Range;

/// Reads a value to its delimiter; `None` when it is longer than a token may be.
pub(crate) fn read_value(
    window: &Window<'_>,
    from: usize,
    delimiter: Delimiter,
) -> Option<Range<usize>> {
    let end = match delimiter {
        Delimiter::Quote { quote, backslashes } => quoted_end(window, from, quote, backslashes)?,
        Delimiter::PercentQuote => {
            let stop = |at| matches!(coded_at(window, at), Some((b'"' | b'\'', _)));
            first(window, from, |at, byte| {
                byte <= b' ' || byte == b'%' && stop(at)
            })?
        }
        Delimiter::Tag => return element_text(window, from),
        Delimiter::Bare(extent) => {
            let end = bare_end(window, from, extent)?;
            let trailing = window
                .before(end, end - from)
                .iter()
                .rev()
                .take_while(|b| matches!(b, b'.' | b':' | b'!' | b'?'))
                .count();
            end - if extent == Extent::Line { 0 } else { trailing }
        }
    };
    (end > from).then_some(from..end)
}

/// Reads the text of an element up to its end tag: one word, or the last one inside braces, as
/// Jenkins writes an encrypted secret.
fn element_text(window: &Window<'_>, from: usize) -> Option<Range<usize>> {
    let end = first(window, from, |_, byte| {
        byte == b'<' || byte < b' ' || byte == b'\\'
    })?;
    let text = window.slice(from..end);
    let close = skip_lines(window, end);
    let closed = window.starts_with(close, b"</") || window.starts_with(close, b"<\\");
    let text = match text.trim_ascii_end() {
        [b'{', inner @ .., b'}'] => {
            let last = inner.rsplit(|&b| b == b' ').next()?;
            let start = from + 1 + inner.len() - last.len();
            start..start + last.len()
        }
        text => from..from + text.len(),
    };
    (closed && !text.is_empty()).then_some(text)
}

/// Returns the first offset that satisfies `stop`, or the end of the text.
fn first(window: &Window<'_>, from: usize, stop: impl Fn(usize, u8) -> bool) -> Option<usize> {
    (from..=from + TOKEN_CAP).find(|&at| window.at(at).is_none_or(|byte| stop(at, byte)))
}

/// Returns where a bare value ends. What ends it does not depend on where it begins, so that names
/// inside a long value do not read it again.
fn bare_end(window: &Window<'_>, from: usize, extent: Extent) -> Option<usize> {
    let known = window.clear_until(from, extent);
    let end = (known..=from + TOKEN_CAP).find(|&at| {
        window
            .at(at)
            .is_none_or(|byte| ends_bare(window, at, byte, extent))
    });
    window.set_clear(from, end.unwrap_or(from + TOKEN_CAP + 1).max(known), extent);
    end
}

/// Finds the quote that closes: behind as many backslashes as the one that opened, or fewer.
fn quoted_end(window: &Window<'_>, from: usize, quote: u8, backslashes: usize) -> Option<usize> {
    let mut run = 0;
    for at in from..=from + TOKEN_CAP {
        let byte = window.at(at)?;
        match byte {
            b'\\' => run += 1,
            _ if byte == quote && run <= backslashes => return Some(at - run),
            b'\n' | b'\r' | 0 => return None,
            _ => run = 0,
        }
    }
    None
}

fn ends_bare(window: &Window<'_>, at: usize, byte: u8, extent: Extent) -> bool {
    match byte {
        0..=b' ' | b'"' | b'\'' | b'`' | 0x7f => true,
        // An escape ends the value: `\n`, `\"`, `\\`. An escaped slash is a slash.
        b'\\' => !escaped_slash(window, at),
        b'%' => {
            extent == Extent::Coded
                && matches!(
                    coded_at(window, at),
                    Some((0..=b' ' | b'"' | b'&' | b'\'' | b'\\', _))
                )
        }
        b'&' => next_pair(window, at, extent),
        b';' => short(extent) || next_pair(window, at, extent),
        b',' | b'>' | b')' | b']' | b'}' | b'|' => match extent {
            Extent::Line => false,
            Extent::Clause => {
                let after = window.at(at + 1);
                ends_statement(after)
                    || matches!(
                        after,
                        Some(b',' | b';' | b'.' | b':' | b')' | b']' | b'}' | b'|')
                    )
            }
            Extent::Word | Extent::Coded => true,
        },
        b'<' => match extent {
            Extent::Line => false,
            Extent::Clause => window
                .at(at + 1)
                .is_none_or(|b| matches!(b, b'/' | b'\'') || b.is_ascii_alphabetic()),
            Extent::Word | Extent::Coded => true,
        },
        b'(' | b'[' | b'{' => short(extent),
        _ => false,
    }
}

/// Tells whether punctuation ends a value of this extent.
fn short(extent: Extent) -> bool {
    matches!(extent, Extent::Word | Extent::Coded)
}

fn escaped_slash(window: &Window<'_>, at: usize) -> bool {
    let slash = window.run(at, 8, |b| b == b'\\');
    window.at(slash) == Some(b'/')
}
