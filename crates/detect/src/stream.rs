//! The two faces of the engine: a slice at once, or chunks as they come.
//!
//! `audit` scans files; the gateway's guard streams what passes.
//!
//! **Invariant:** a stream reports what a scan of the concatenated chunks reports, in the same order.
//! [`Stream::raw`] reports shapes that touch other values besides; how it is cut does not matter either.

use crate::engine::{Cursor, Match, engine};
use crate::window::LOOK_BACK;
use std::fmt;

/// Finds the credentials in a text, in order and without overlaps.
pub fn scan(text: &[u8]) -> Vec<Match> {
    let mut found = Vec::new();
    engine().advance(&mut Cursor::default(), text, true, &mut |m| found.push(m));
    found
}

/// Finds the credentials in a text that arrives in chunks.
///
/// Holds back at most an unfinished token ([`crate::TOKEN_CAP`], a private key
/// [`crate::PRIVATE_KEY_CAP`]) and a little context.
#[derive(Default)]
pub struct Stream {
    cursor: Cursor,
    carry: Vec<u8>,
    /// The offset of the first byte of `carry` in the whole text.
    base: u64,
    /// An unfinished token is looked at again when this many bytes are there, so that tiny chunks
    /// do not read a long token once for every chunk.
    patience: usize,
}

impl Stream {
    /// Starts at offset 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts at offset 0 of raw pages of a database: records put one value directly behind the
    /// other, so a shape with a telling prefix needs no boundary. What is found may end with
    /// bytes of the value behind it.
    pub fn raw() -> Self {
        Self {
            cursor: Cursor::new(true),
            ..Self::default()
        }
    }

    /// Takes the next chunk and reports what is certain by now, in offsets of the whole text.
    pub fn push(&mut self, chunk: &[u8], on: &mut dyn FnMut(Match<u64>)) {
        self.carry.extend_from_slice(chunk);
        if self.carry.len() < self.patience {
            return;
        }
        let held = self.advance(false, on);
        let drop = self.cursor.settled().saturating_sub(LOOK_BACK);
        self.carry.drain(..drop);
        self.cursor.shift(drop);
        self.base += drop as u64;
        let unread = held.map_or(0, |at| self.carry.len() - (at - drop));
        self.patience = self.carry.len() + unread / 8;
    }

    /// Ends the text, reports the rest, and leaves the stream as new.
    pub fn finish(&mut self, on: &mut dyn FnMut(Match<u64>)) {
        self.advance(true, on);
        *self = Self {
            cursor: Cursor::new(self.cursor.is_raw()),
            ..Self::default()
        };
    }

    /// Returns the offset before which nothing more will be reported: bytes before it may go on.
    pub fn settled(&self) -> u64 {
        self.base + self.cursor.settled() as u64
    }

    fn advance(&mut self, whole: bool, on: &mut dyn FnMut(Match<u64>)) -> Option<usize> {
        let base = self.base;
        engine().advance(&mut self.cursor, &self.carry, whole, &mut |m| {
            on(Match {
                rule: m.rule,
                span: base + m.span.start as u64..base + m.span.end as u64,
                confidence: m.confidence,
                encoding: m.encoding,
            });
        })
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream")
            .field("settled", &self.settled())
            .finish_non_exhaustive()
    }
}
