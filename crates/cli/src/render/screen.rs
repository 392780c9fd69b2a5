//! A page of terminal text under construction.
//!
//! Used by the text format and by the diff.
//!
//! **Invariant:** text gets in through [`printable`] only, so the result holds no control
//! character but line ends and the styles that [`Tone`] knows.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::look::{Look, Tone};
use super::printable::{printable, shortened};

/// Characters of one piece of text that are shown: no path is longer.
const LONGEST: usize = 4096;

/// A page of terminal text.
#[derive(Debug)]
pub(crate) struct Screen {
    out: String,
    look: Look,
}

impl Screen {
    /// An empty page.
    pub(crate) fn new(look: Look) -> Self {
        Self {
            out: String::new(),
            look,
        }
    }

    /// How the terminal wants to be written to.
    pub(crate) fn look(&self) -> Look {
        self.look
    }

    /// Adds text to the current line.
    pub(crate) fn put(&mut self, tone: Tone, text: &str) -> &mut Self {
        let text = self.safe(text);
        self.styled(tone, &text);
        self
    }

    /// Adds text that takes exactly `width` columns: clipped at its end, filled on its right.
    pub(crate) fn cell(&mut self, tone: Tone, text: &str, width: usize) -> &mut Self {
        let text = self.clipped(text, width);
        let fill = width.saturating_sub(columns(&text));
        self.styled(tone, &text);
        self.space(fill)
    }

    /// Like [`Screen::cell`], filled on its left.
    pub(crate) fn right(&mut self, tone: Tone, text: &str, width: usize) -> &mut Self {
        let text = self.clipped(text, width);
        self.space(width.saturating_sub(columns(&text)));
        self.styled(tone, &text);
        self
    }

    /// Adds spaces.
    pub(crate) fn space(&mut self, count: usize) -> &mut Self {
        self.out.extend(std::iter::repeat_n(' ', count));
        self
    }

    /// Ends the line; spaces at its end go.
    pub(crate) fn end(&mut self) -> &mut Self {
        while self.out.ends_with(' ') {
            self.out.pop();
        }
        self.out.push('\n');
        self
    }

    /// Adds text at column `indent` of the current line and ends it; what does not fit goes to
    /// lines of its own, below the first word. Words are not broken, so that a path or an
    /// address can be copied.
    pub(crate) fn wrapped(&mut self, tone: Tone, text: &str, indent: usize) -> &mut Self {
        let text = self.safe(text);
        let room = self.look.columns().saturating_sub(indent).max(20);
        let mut used = 0;
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let wide = columns(word);
            if used > 0 && used + 1 + wide > room {
                self.end().space(indent);
                used = 0;
            } else if used > 0 {
                self.space(1);
                used += 1;
            }
            self.styled(tone, word);
            used += wide;
        }
        self.end()
    }

    /// The page.
    pub(crate) fn finish(self) -> String {
        self.out
    }

    /// The text as this terminal can show it.
    pub(crate) fn safe(&self, text: &str) -> String {
        let text = shortened(text, LONGEST);
        let text = printable(&text);
        if self.look.unicode {
            text.into_owned()
        } else {
            text.replace('…', "...").replace('·', "-")
        }
    }

    /// The text as this terminal can show it, cut at its end to `width` columns.
    pub(crate) fn clipped(&self, text: &str, width: usize) -> String {
        clip_end(&self.safe(text), width, self.look.ellipsis())
    }

    fn styled(&mut self, tone: Tone, text: &str) {
        let style = tone.style();
        if self.look.color && tone != Tone::Plain && !text.is_empty() {
            self.out.push_str(&style.render().to_string());
            self.out.push_str(text);
            self.out.push_str(&style.render_reset().to_string());
        } else {
            self.out.push_str(text);
        }
    }
}

/// Columns that text takes on a terminal.
pub(crate) fn columns(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// Keeps the beginning of text.
pub(crate) fn clip_end(text: &str, width: usize, ellipsis: &str) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(columns(ellipsis));
    let mut kept = text;
    if let Some(end) = overflow(text.char_indices(), room) {
        kept = &text[..end];
    }
    // A sequence may be wider than its characters one by one.
    while columns(kept) > room {
        let mut chars = kept.chars();
        chars.next_back();
        kept = chars.as_str();
    }
    format!("{kept}{ellipsis}")
}

/// Keeps the end of text.
pub(crate) fn clip_start(text: &str, width: usize, ellipsis: &str) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(columns(ellipsis));
    let mut kept = text;
    if let Some(start) = overflow(text.char_indices().rev(), room) {
        kept = &text[start..];
        kept = kept.get(first_length(kept)..).unwrap_or("");
    }
    while columns(kept) > room {
        kept = kept.get(first_length(kept)..).unwrap_or("");
    }
    format!("{ellipsis}{kept}")
}

/// Where the first character begins that does not fit into `room` columns any more.
fn overflow(chars: impl Iterator<Item = (usize, char)>, room: usize) -> Option<usize> {
    let mut used = 0;
    for (at, c) in chars {
        used += UnicodeWidthChar::width(c).unwrap_or(0);
        if used > room {
            return Some(at);
        }
    }
    None
}

fn first_length(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Look = Look {
        color: false,
        width: 40,
        unicode: true,
    };

    #[test]
    fn cells_have_their_width_in_columns() {
        let mut screen = Screen::new(PLAIN);
        screen
            .cell(Tone::Plain, "金鑰金鑰金鑰", 7)
            .put(Tone::Plain, "|")
            .end();
        assert_eq!(screen.finish(), "金鑰金…|\n");
        let mut screen = Screen::new(PLAIN);
        screen
            .right(Tone::Plain, "7", 3)
            .put(Tone::Plain, "|")
            .end();
        assert_eq!(screen.finish(), "  7|\n");
    }

    #[test]
    fn clipping_keeps_the_end_or_the_beginning() {
        assert_eq!(clip_start("/home/ada/x", 6, "…"), "…ada/x");
        assert_eq!(clip_end("/home/ada/x", 6, "…"), "/home…");
        assert_eq!(clip_start("金鑰金鑰", 6, "…"), "…金鑰");
        assert_eq!(clip_end("金鑰金鑰", 6, "…"), "金鑰…");
        assert_eq!(
            clip_end("\u{263a}\u{fe0f}\u{263a}\u{fe0f}x", 3, "…"),
            "\u{263a}\u{fe0f}…"
        );
        assert_eq!(clip_end("abc", 0, ""), "");
    }

    #[test]
    fn a_style_cannot_be_smuggled_in() {
        let mut screen = Screen::new(Look {
            color: true,
            ..PLAIN
        });
        screen.put(Tone::Bad, "a\u{1b}[0mb").end();
        assert_eq!(
            screen.finish(),
            "\u{1b}[1m\u{1b}[31ma\\u{1b}[0mb\u{1b}[0m\n"
        );
    }
}
