//! Where in a masked line the secret stood, and the part of a long line that shows it.
//!
//! Called by the formats that show source lines.
//!
//! **Invariant:** works on masked text only and allocates in proportion to what is shown, not
//! to the line: a transcript's line may be megabytes.

use std::ops::Range;

use super::printable::source_line;
use super::screen::{clip_end, clip_start, columns};

/// The bytes of the mask in the excerpt: of several equal masks, the one nearest to `column`
/// (from 1, in characters of the line before masking, which is why it can only be a hint).
pub(crate) fn locate(excerpt: &str, mask: &str, column: u64) -> Option<Range<usize>> {
    if mask.is_empty() {
        return None;
    }
    let hint = usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX);
    let hint = excerpt
        .char_indices()
        .nth(hint)
        .map_or(excerpt.len(), |(at, _)| at);
    excerpt
        .match_indices(mask)
        .map(|(at, _)| at..at + mask.len())
        .min_by_key(|range| range.start.abs_diff(hint))
}

/// A part of a line, ready to be shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// What stands before the secret.
    pub(crate) before: String,
    /// The mask; empty when it is not known where in the line it stands.
    pub(crate) mask: String,
    /// What stands after it.
    pub(crate) after: String,
}

impl Window {
    /// Cuts the part of a line that shows the mask, in at most `room` columns.
    pub(crate) fn cut(excerpt: &str, mask: &str, column: u64, room: usize, ellipsis: &str) -> Self {
        let range = locate(excerpt, mask, column);
        let at = range.clone().unwrap_or(0..0);
        // A control character takes up to ten columns when it is written out and a wide one
        // two, so this many characters always fill the room.
        let before = source_line(last_chars(&excerpt[..at.start], room + 1));
        let after = source_line(first_chars(&excerpt[at.end..], room + 1));
        let mask = clip_end(&source_line(&excerpt[at]), room * 3 / 4, ellipsis);
        let left = room.saturating_sub(columns(&mask));
        let after_needs = columns(&after);
        let before_gets = columns(&before).min(left.saturating_sub(after_needs).max(left / 2));
        Self {
            before: clip_start(&before, before_gets, ellipsis),
            after: clip_end(&after, left.saturating_sub(before_gets), ellipsis),
            mask,
        }
    }
}

fn first_chars(text: &str, count: usize) -> &str {
    text.char_indices()
        .nth(count)
        .map_or(text, |(at, _)| &text[..at])
}

fn last_chars(text: &str, count: usize) -> &str {
    text.char_indices()
        .rev()
        .nth(count)
        .map_or(text, |(at, c)| &text[at + c.len_utf8()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_of_equal_masks_is_meant() {
        let line = r#"{"a":"sk-…1","b":"sk-…1"}"#;
        assert_eq!(locate(line, "sk-…1", 7), Some(6..13));
        assert_eq!(locate(line, "sk-…1", 60), Some(20..27));
        assert_eq!(locate(line, "absent", 1), None);
        assert_eq!(locate(line, "", 1), None);
    }

    #[test]
    fn a_long_line_is_cut_around_the_mask() {
        let line = format!("{}sk-…1{}", "a".repeat(5000), "b".repeat(5000));
        let window = Window::cut(&line, "sk-…1", 5001, 25, "…");
        assert_eq!(window.before, "…aaaaaaaaa");
        assert_eq!(window.mask, "sk-…1");
        assert_eq!(window.after, "bbbbbbbbb…");
    }

    #[test]
    fn a_short_line_stays_whole() {
        let window = Window::cut("\tkey = sk-…1;", "sk-…1", 8, 60, "…");
        assert_eq!(window.before, "    key = ");
        assert_eq!(window.after, ";");
    }

    #[test]
    fn an_unknown_place_shows_the_beginning() {
        let window = Window::cut("key = hidden", "sk-…1", 7, 8, "…");
        assert_eq!(window.mask, "");
        assert_eq!(window.after, "key = h…");
    }
}
