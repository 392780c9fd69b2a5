//! Where in a text a secret stands, for people: line, column, and the text around it.
//!
//! Called by the readers of files and streams, which know the bytes.
//!
//! **Invariant:** counts forward only, so a file with many findings is counted once.

/// The longest line whose columns are counted in characters.
pub(crate) const LONG_LINE: u64 = 64 << 10;

/// How far from a secret a comment about it may stand.
pub(crate) const AROUND: usize = 1024;

/// A count of lines up to some byte.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lines {
    /// The byte up to which was counted.
    pub(crate) at: u64,
    /// The line that it is in, from 1.
    pub(crate) line: u64,
    /// Where that line starts.
    pub(crate) start: u64,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            at: 0,
            line: 1,
            start: 0,
        }
    }
}

impl Lines {
    /// Counts on over the bytes that follow.
    pub(crate) fn pass(&mut self, bytes: &[u8]) {
        self.line += memchr::memchr_iter(b'\n', bytes).count() as u64;
        if let Some(last) = memchr::memrchr(b'\n', bytes) {
            self.start = self.at + last as u64 + 1;
        }
        self.at += bytes.len() as u64;
    }

    /// The column of the byte that was counted up to; `before` are bytes that end there.
    pub(crate) fn column(&self, before: &[u8]) -> u64 {
        let length = self.at - self.start;
        let known = usize::try_from(length)
            .ok()
            .and_then(|length| before.len().checked_sub(length));
        match known {
            Some(from) if length <= LONG_LINE => {
                String::from_utf8_lossy(&before[from..]).chars().count() as u64 + 1
            }
            _ => length + 1,
        }
    }
}

/// A secret in its text.
#[derive(Debug)]
pub(crate) struct Spot<'t> {
    /// At most [`AROUND`] bytes in front of it.
    pub(crate) before: &'t [u8],
    /// Its bytes as written.
    pub(crate) secret: &'t [u8],
    /// At most [`AROUND`] bytes behind it.
    pub(crate) after: &'t [u8],
    /// Line and column; `None` where there are none.
    pub(crate) line_column: Option<(u64, u64)>,
    /// First byte; `None` where the bytes are not those of the file.
    pub(crate) offset: Option<u64>,
}

/// Cuts a text around a secret.
pub(crate) fn around(text: &[u8], span: std::ops::Range<usize>) -> (&[u8], &[u8], &[u8]) {
    let end = span.end.min(text.len());
    let start = span.start.min(end);
    (
        &text[start.saturating_sub(AROUND)..start],
        &text[start..end],
        &text[end..(end + AROUND).min(text.len())],
    )
}
