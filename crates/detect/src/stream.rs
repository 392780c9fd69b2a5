//! The two faces of the engine: a slice at once, or chunks as they come.
//!
//! `audit` scans files; the gateway's guard streams what passes.
//!
//! **Invariant:** a stream reports what a scan of the concatenated chunks reports, in the same order.
//! [`Stream::raw`] reports shapes that touch other values besides; how it is cut does not matter either.

use crate::engine::{Cursor, Match, engine};
use crate::window::LOOK_BACK;
use bedlock_prefilter::{BLOCK, Candidate, Found};
use std::fmt;

/// Finds the credentials in a text, in order and without overlaps.
pub fn scan(text: &[u8]) -> Vec<Match> {
    let mut found = Vec::new();
    let mut candidates = [Candidate::default(); BLOCK];
    engine().advance(
        &mut Cursor::default(),
        text,
        true,
        &mut candidates,
        &mut |m| found.push(m),
    );
    found
}

/// The most bytes that are taken in before they are looked at: few enough to stay in the cache.
const PIECE: usize = 64 * 1024;
/// The bytes of a large chunk that are copied, to look at what stands across its border; the rest
/// is looked at where it is.
const SEAM: usize = 1024;
/// Smaller chunks are gathered until there are this many bytes to look at.
const GATHER: usize = 512;
/// Bytes that are done with are removed when there are this many of them, so that small chunks do
/// not move what is left again and again.
const DONE: usize = 4 * 1024;

/// Finds the credentials in a text that arrives in chunks.
///
/// Holds back at most an unfinished token ([`crate::TOKEN_CAP`], a private key
/// [`crate::PRIVATE_KEY_CAP`]) and a little context.
pub struct Stream {
    cursor: Cursor,
    carry: Vec<u8>,
    /// The offset of the first byte of `carry` in the whole text.
    base: u64,
    /// An unfinished token is looked at again when this many bytes are there, so that tiny chunks
    /// do not read a long token once for every chunk.
    patience: usize,
    /// The bytes of `carry` that were looked at.
    looked: usize,
    candidates: Box<Found>,
}

impl Default for Stream {
    fn default() -> Self {
        Self::new()
    }
}

impl Stream {
    /// Starts at offset 0.
    pub fn new() -> Self {
        Self::over(false)
    }

    /// Starts at offset 0 of raw pages of a database: records put one value directly behind the
    /// other, so a shape with a telling prefix needs no boundary. What is found may end with
    /// bytes of the value behind it.
    pub fn raw() -> Self {
        Self::over(true)
    }

    fn over(raw: bool) -> Self {
        Self {
            cursor: Cursor::new(raw),
            carry: Vec::new(),
            base: 0,
            patience: 0,
            looked: 0,
            candidates: Box::new([Candidate::default(); BLOCK]),
        }
    }

    /// Takes the next chunk and reports what is certain by now, in offsets of the whole text.
    pub fn push(&mut self, chunk: &[u8], on: &mut dyn FnMut(Match<u64>)) {
        let mut rest = chunk;
        if chunk.len() >= 4 * SEAM {
            let (seam, inside) = chunk.split_at(SEAM);
            let known = self.carry.len();
            self.take(seam, on);
            if self.cursor.settled(&self.carry) >= known + LOOK_BACK {
                self.forget(known);
                self.look_inside(chunk, on);
                return;
            }
            rest = inside;
        }
        for piece in rest.chunks(PIECE) {
            self.take(piece, on);
        }
    }

    fn take(&mut self, piece: &[u8], on: &mut dyn FnMut(Match<u64>)) {
        self.carry.extend_from_slice(piece);
        if self.carry.len() >= self.patience.max(self.looked + GATHER) {
            self.look(on);
        }
    }

    /// Reports what is certain by now and returns the offset before which nothing more will be
    /// reported: bytes before it may go on.
    ///
    /// After every [`Stream::push`], it holds back no byte longer than it has to; without it, small
    /// chunks are gathered first.
    pub fn settle(&mut self, on: &mut dyn FnMut(Match<u64>)) -> u64 {
        if self.carry.len() > self.looked && self.carry.len() >= self.patience {
            self.look(on);
        }
        self.settled()
    }

    /// Looks at a chunk where it is; the bytes in `carry` are its first ones.
    fn look_inside(&mut self, chunk: &[u8], on: &mut dyn FnMut(Match<u64>)) {
        let held = self.advance(Some(chunk), false, on);
        let unread = held.map_or(0, |at| chunk.len() - at);
        let done = self.cursor.settled(chunk).saturating_sub(LOOK_BACK);
        self.carry.clear();
        self.carry.extend_from_slice(&chunk[done..]);
        self.cursor.shift(done);
        self.base += done as u64;
        self.looked = self.carry.len();
        self.patience = self.looked + unread / 8;
    }

    fn forget(&mut self, done: usize) {
        self.carry.drain(..done);
        self.cursor.shift(done);
        self.base += done as u64;
        self.looked = self.looked.saturating_sub(done);
        self.patience = self.patience.saturating_sub(done);
    }

    fn look(&mut self, on: &mut dyn FnMut(Match<u64>)) {
        let held = self.advance(None, false, on);
        let unread = held.map_or(0, |at| self.carry.len() - at);
        let done = self.cursor.settled(&self.carry).saturating_sub(LOOK_BACK);
        if done >= DONE {
            self.forget(done);
        }
        self.looked = self.carry.len();
        self.patience = self.looked + unread / 8;
    }

    /// Ends the text, reports the rest, and leaves the stream as new.
    pub fn finish(&mut self, on: &mut dyn FnMut(Match<u64>)) {
        self.advance(None, true, on);
        self.cursor = Cursor::new(self.cursor.is_raw());
        self.carry.clear();
        self.base = 0;
        self.patience = 0;
        self.looked = 0;
    }

    /// Returns the offset before which nothing more will be reported, as far as was looked yet.
    pub fn settled(&self) -> u64 {
        self.base + self.cursor.settled(&self.carry) as u64
    }

    /// Goes on in `text`, which begins where `carry` does, or in `carry` itself.
    fn advance(
        &mut self,
        text: Option<&[u8]>,
        whole: bool,
        on: &mut dyn FnMut(Match<u64>),
    ) -> Option<usize> {
        let base = self.base;
        let mut report = |m: Match| {
            on(Match {
                rule: m.rule,
                span: base + m.span.start as u64..base + m.span.end as u64,
                confidence: m.confidence,
                encoding: m.encoding,
            });
        };
        engine().advance(
            &mut self.cursor,
            text.unwrap_or(&self.carry),
            whole,
            &mut self.candidates,
            &mut report,
        )
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream")
            .field("settled", &self.settled())
            .finish_non_exhaustive()
    }
}
