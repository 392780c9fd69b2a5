//! A text that is read once, from its beginning to its end: standard input, the members of an
//! archive, what was decompressed or transcoded.
//!
//! **Invariant:** memory is bounded by a piece, an unfinished token and the line in front of it; what
//! is reported does not depend on how the text comes in.

use std::collections::VecDeque;

use bedlock_detect::{Match, Stream};

use super::place::{AROUND, LONG_LINE, Lines, Spot, around};

/// So much is gathered before the front of the window goes.
const SLACK: usize = 256 * 1024;

/// A text on its way through the engine.
pub(crate) struct Flow {
    stream: Stream,
    /// Bytes that a finding or its surroundings may still need.
    window: Vec<u8>,
    /// The offset of the window's first byte.
    base: u64,
    /// The count of lines up to `base`.
    lines: Lines,
    /// The count up to the last finding.
    last: Lines,
    /// Found, but not all of its surroundings have come.
    waiting: VecDeque<Match<u64>>,
    /// Whether it has no lines.
    binary: bool,
}

impl Flow {
    /// Starts at offset 0; `binary` bytes have no lines, and values may touch in them.
    pub(crate) fn new(binary: bool) -> Self {
        Self {
            stream: if binary { Stream::raw() } else { Stream::new() },
            window: Vec::new(),
            base: 0,
            lines: Lines::default(),
            last: Lines::default(),
            waiting: VecDeque::new(),
            binary,
        }
    }

    /// Takes the next bytes, and reports the findings whose surroundings are known by now.
    pub(crate) fn push(&mut self, piece: &[u8], on: &mut dyn FnMut(&Match<u64>, &Spot<'_>)) {
        self.window.extend_from_slice(piece);
        let waiting = &mut self.waiting;
        self.stream.push(piece, &mut |m| waiting.push_back(m));
        self.report(false, on);
        self.forget();
    }

    /// Ends the text.
    pub(crate) fn finish(mut self, on: &mut dyn FnMut(&Match<u64>, &Spot<'_>)) {
        let waiting = &mut self.waiting;
        self.stream.finish(&mut |m| waiting.push_back(m));
        self.report(true, on);
    }

    fn report(&mut self, whole: bool, on: &mut dyn FnMut(&Match<u64>, &Spot<'_>)) {
        let come = self.base + self.window.len() as u64;
        while let Some(m) = self.waiting.front() {
            if !whole && m.span.end + AROUND as u64 > come {
                return;
            }
            let index = |offset: u64| {
                let index = usize::try_from(offset.saturating_sub(self.base));
                index.unwrap_or(usize::MAX).min(self.window.len())
            };
            let (start, end) = (index(m.span.start), index(m.span.end));
            let line_column = (!self.binary).then(|| {
                if self.last.at > m.span.start || self.last.at < self.base {
                    self.last = self.lines;
                }
                let from = index(self.last.at);
                self.last.pass(&self.window[from..start]);
                (self.last.line, self.last.column(&self.window[..start]))
            });
            let (before, secret, after) = around(&self.window, start..end);
            let spot = Spot {
                before,
                secret,
                after,
                line_column,
                offset: Some(m.span.start),
            };
            on(m, &spot);
            self.waiting.pop_front();
        }
    }

    /// Drops what nobody will ask for any more.
    fn forget(&mut self) {
        let first = self
            .waiting
            .iter()
            .map(|m| m.span.start)
            .min()
            .unwrap_or(u64::MAX)
            .min(self.stream.settled());
        let needed = first.saturating_sub(LONG_LINE);
        let drop = usize::try_from(needed.saturating_sub(self.base)).unwrap_or(0);
        if drop > SLACK {
            if !self.binary {
                self.lines.pass(&self.window[..drop]);
            }
            self.window.drain(..drop);
            self.base += drop as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bedlock_detect::{Dice, fake, rule};

    type Seen = Vec<(u64, Option<(u64, u64)>, Vec<u8>, Vec<u8>, Vec<u8>)>;

    fn seen(text: &[u8], piece: usize) -> Seen {
        let mut seen = Seen::new();
        let mut on = |_: &Match<u64>, spot: &Spot<'_>| {
            seen.push((
                spot.offset.unwrap(),
                spot.line_column,
                spot.before.to_vec(),
                spot.secret.to_vec(),
                spot.after.to_vec(),
            ));
        };
        let mut flow = Flow::new(false);
        for piece in text.chunks(piece) {
            flow.push(piece, &mut on);
        }
        flow.finish(&mut on);
        seen
    }

    #[test]
    fn places_do_not_depend_on_the_pieces() {
        let mut dice = Dice::new(11);
        let key = fake(rule("anthropic-api-key").unwrap(), &mut dice);
        let mut text = String::new();
        for number in 0..400 {
            text.push_str(&"金 filler ".repeat(number * 7 % 400));
            if number % 5 == 0 {
                text.push_str(&key);
            }
            if number % 3 == 0 {
                text.push('\n');
            }
        }
        let whole = seen(text.as_bytes(), text.len());
        assert!(whole.len() >= 70, "{}", whole.len());
        for (offset, place, _, secret, _) in &whole {
            let head = &text[..usize::try_from(*offset).unwrap()];
            let line = head.matches('\n').count() as u64 + 1;
            let start = head.rfind('\n').map_or(0, |at| at + 1);
            let column = head[start..].chars().count() as u64 + 1;
            assert_eq!(*place, Some((line, column)));
            assert_eq!(secret, key.as_bytes());
        }
        for piece in [1000, 4096, 65_536, 300_000] {
            assert!(seen(text.as_bytes(), piece) == whole, "{piece}");
        }
    }
}
