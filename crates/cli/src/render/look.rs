//! How a terminal wants to be written to: colours, width, characters.
//!
//! Made by the commands from the arguments, `NO_COLOR` and the terminal; read by
//! [`super::screen::Screen`].
//!
//! **Invariant:** nothing is detected here.

use anstyle::{AnsiColor, Effects, Style};

/// How a terminal wants to be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    /// Whether ANSI styles are written.
    pub(crate) color: bool,
    /// Columns; long lines are wrapped or clipped to them.
    pub(crate) width: usize,
    /// Whether characters outside ASCII are drawn (rules, ellipses, ticks).
    pub(crate) unicode: bool,
}

impl Look {
    /// The width that layouts work with: no less than what a table needs, no more than what
    /// can be read.
    pub(crate) fn columns(self) -> usize {
        self.width.clamp(40, 140)
    }

    /// What stands for text that was cut off.
    pub(crate) fn ellipsis(self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }

    /// What stands between the parts of a line.
    pub(crate) fn dot(self) -> &'static str {
        if self.unicode { " · " } else { " - " }
    }

    /// What a horizontal line is drawn with.
    pub(crate) fn rule(self) -> &'static str {
        if self.unicode { "─" } else { "-" }
    }

    /// What stands in a cell where there is nothing.
    pub(crate) fn nothing(self) -> &'static str {
        if self.unicode { "·" } else { "." }
    }

    /// What stands before something that is as it should be.
    pub(crate) fn tick(self) -> &'static str {
        if self.unicode { "✓" } else { "+" }
    }

    /// What stands before something that is not.
    pub(crate) fn cross(self) -> &'static str {
        if self.unicode { "✗" } else { "x" }
    }
}

/// What a piece of text means to the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Nothing in particular.
    Plain,
    /// Read this first.
    Strong,
    /// Context.
    Faint,
    /// Something is wrong.
    Bad,
    /// Something needs attention.
    Warn,
    /// Something is as it should be.
    Good,
    /// A command or a page to open.
    Link,
}

impl Tone {
    /// The style that stands for it; the eight basic colours, so that the reader's own palette
    /// decides what they look like.
    pub(crate) fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().effects(Effects::BOLD),
            Self::Faint => Style::new().effects(Effects::DIMMED),
            Self::Bad => AnsiColor::Red.on_default().effects(Effects::BOLD),
            Self::Warn => AnsiColor::Yellow.on_default(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Link => AnsiColor::Cyan.on_default(),
        }
    }
}
