//! A text that passes, with every credential in it replaced.
//!
//! Called by `bedlock scan --redact`. The caller says what stands for a credential, and may let one
//! pass.
//!
//! **Invariant:** nothing changes but the spans of credentials, and how the text is cut into chunks
//! does not matter. Holds back what is not certain yet: at most what a [`Stream`] does.

use crate::engine::Match;
use crate::stream::Stream;
use std::fmt;

/// Says what stands for a credential, which it gets with its bytes as written; `None` lets it pass.
pub type Replacement<'f> = dyn FnMut(&Match<u64>, &[u8]) -> Option<String> + 'f;

/// A text on its way, from chunk to chunk.
#[derive(Default)]
pub struct Redactor {
    stream: Stream,
    /// What has come in and not gone out.
    held: Vec<u8>,
    /// The offset of the first byte of `held` in the whole text.
    base: u64,
    /// Found, and not gone out.
    found: Vec<Match<u64>>,
    /// Everything before this has gone out, or has been replaced.
    done: u64,
}

impl Redactor {
    /// Starts at offset 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts at offset 0 of bytes in which values may touch; see [`Stream::raw`].
    pub fn raw() -> Self {
        Self {
            stream: Stream::raw(),
            ..Self::default()
        }
    }

    /// Takes the next chunk and appends to `out` what is certain by now. `replacement` gets a
    /// credential and its bytes as written, and says what stands for it; `None` lets it pass. A number is replaced by `0` instead.
    pub fn push(&mut self, chunk: &[u8], replacement: &mut Replacement<'_>, out: &mut Vec<u8>) {
        self.held.extend_from_slice(chunk);
        let found = &mut self.found;
        self.stream.push(chunk, &mut |m| found.push(m));
        let settled = self.stream.settled();
        self.put(settled, replacement, out);
    }

    /// Ends the text, appends the rest to `out`, and leaves the redactor as new.
    pub fn finish(&mut self, replacement: &mut Replacement<'_>, out: &mut Vec<u8>) {
        let found = &mut self.found;
        self.stream.finish(&mut |m| found.push(m));
        let end = self.base + self.held.len() as u64;
        self.put(end, replacement, out);
        self.held.clear();
        self.base = 0;
        self.done = 0;
    }

    fn put(&mut self, settled: u64, replacement: &mut Replacement<'_>, out: &mut Vec<u8>) {
        self.found.sort_by_key(|m| m.span.start);
        let certain = self.found.partition_point(|m| m.span.start < settled);
        let found: Vec<Match<u64>> = self.found.drain(..certain).collect();
        for m in found {
            self.pass(m.span.start, out);
            let written = self.slice(m.span.start.max(self.done), m.span.end);
            // A bare number in JSON has to stay one.
            let number = !written.is_empty() && written.iter().all(u8::is_ascii_digit);
            match replacement(&m, written) {
                Some(_) if number => {
                    out.push(b'0');
                    self.done = self.done.max(m.span.end);
                }
                Some(text) => {
                    out.extend_from_slice(text.as_bytes());
                    self.done = self.done.max(m.span.end);
                }
                None => self.pass(m.span.end, out),
            }
        }
        self.pass(settled, out);
        let gone = self.index(self.done);
        // Moving what is left for every few bytes would cost more than keeping them.
        if gone > self.held.len() / 2 {
            self.held.drain(..gone);
            self.base += gone as u64;
        }
    }

    /// Lets everything before an offset go out.
    fn pass(&mut self, to: u64, out: &mut Vec<u8>) {
        if to > self.done {
            out.extend_from_slice(self.slice(self.done, to));
            self.done = to;
        }
    }

    fn slice(&self, from: u64, to: u64) -> &[u8] {
        let to = self.index(to);
        &self.held[self.index(from).min(to)..to]
    }

    fn index(&self, offset: u64) -> usize {
        usize::try_from(offset.saturating_sub(self.base))
            .unwrap_or(usize::MAX)
            .min(self.held.len())
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor")
            .field("done", &self.done)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dice, fake, rules, scan};

    fn redacted(text: &[u8], sizes: &mut dyn FnMut() -> usize, most: usize) -> Vec<u8> {
        let mut redactor = Redactor::new();
        let mut out = Vec::new();
        let mut name = |m: &Match<u64>, written: &[u8]| {
            assert_eq!(written.len() as u64, m.span.end - m.span.start);
            Some(format!("REDACTED-{}", m.rule.id))
        };
        let mut rest = text;
        while !rest.is_empty() {
            let (piece, tail) = rest.split_at(sizes().clamp(1, rest.len()));
            redactor.push(piece, &mut name, &mut out);
            assert!(redactor.held.len() <= most, "{} held", redactor.held.len());
            rest = tail;
        }
        redactor.finish(&mut name, &mut out);
        out
    }

    /// The slow way: cut at what a scan of the whole text finds.
    fn expected(text: &[u8]) -> Vec<u8> {
        let mut found = scan(text);
        found.sort_by_key(|m| m.span.start);
        let mut out = Vec::new();
        let mut at = 0;
        for m in found {
            out.extend_from_slice(&text[at..m.span.start]);
            if text[m.span.clone()].iter().all(u8::is_ascii_digit) {
                out.push(b'0');
            } else {
                out.extend_from_slice(format!("REDACTED-{}", m.rule.id).as_bytes());
            }
            at = m.span.end;
        }
        out.extend_from_slice(&text[at..]);
        out
    }

    fn texts() -> Vec<(String, String)> {
        let mut dice = Dice::new(5);
        let mut texts = Vec::new();
        for rule in rules() {
            let secret = fake(rule, &mut dice);
            let line = secret.replace('\n', "\\n");
            let text = format!(
                "a = 1\nsecret_key=\"{line}\"\n{{\"token\":\"{line}\",\"n\":\"x\\n{line}\\n\"}}\n{secret} {secret}\nend"
            );
            texts.push((line, text));
        }
        texts
    }

    #[test]
    fn every_chunking_gives_the_same_and_nothing_else_changes() {
        let mut dice = Dice::new(9);
        for (_, text) in texts() {
            let text = text.as_bytes();
            let expected = expected(text);
            for bound in [1, 2, 7, 64, 4096] {
                let mut sizes = || 1 + dice.below(bound);
                let out = redacted(text, &mut sizes, usize::MAX);
                assert!(
                    out == expected,
                    "{} instead of {}",
                    String::from_utf8_lossy(&out),
                    String::from_utf8_lossy(&expected)
                );
            }
        }
    }

    #[test]
    fn no_secret_is_left() {
        for (secret, text) in texts() {
            if scan(format!("secret_key=\"{secret}\"").as_bytes()).is_empty() {
                continue;
            }
            let out = redacted(text.as_bytes(), &mut || 100, usize::MAX);
            let out = String::from_utf8(out).unwrap();
            assert!(!out.contains(&format!("secret_key=\"{secret}\"")), "{out}");
        }
    }

    #[test]
    fn what_is_let_pass_is_as_it_was() {
        let (_, text) = texts().swap_remove(0);
        let mut redactor = Redactor::new();
        let mut out = Vec::new();
        redactor.push(text.as_bytes(), &mut |_, _| None, &mut out);
        redactor.finish(&mut |_, _| None, &mut out);
        assert_eq!(out, text.as_bytes());
    }

    #[test]
    fn little_is_held_back() {
        let mut dice = Dice::new(2);
        let key = fake(&rules()[0], &mut dice);
        let text = format!("{} {key} ", "the quick brown fox ".repeat(300)).repeat(200);
        let out = redacted(text.as_bytes(), &mut || 4096, 128 * 1024);
        assert!(out == expected(text.as_bytes()));
        // Without anything that could go on, the last bytes wait only for their context.
        let mut redactor = Redactor::new();
        let mut out = Vec::new();
        redactor.push(
            b"hello, world. how are you? ".repeat(40).as_slice(),
            &mut |_, _| None,
            &mut out,
        );
        assert!(out.len() > 900, "{}", out.len());
    }
}
