//! Reads bytes of any length for provider shapes: transcripts, logs, prose, raw database pages.
//!
//! **Invariant:** one piece of the file is in memory at a time, and the matches themselves.

use std::io;
use std::ops::ControlFlow;

use bedlock_detect::{self as detect, Encoding};
use bedlock_model::{Evidence, Progress, Source};
use zeroize::Zeroizing;

use crate::found::{At, Candidate};
use crate::judge::{FIELD, SHAPE};

/// Bytes read at a time.
pub(crate) const PIECE: usize = 1 << 20;

/// What came of a read.
pub(crate) enum Outcome {
    /// Everything was read.
    Read(Vec<Candidate>),
    /// The caller was told to stop.
    Interrupted,
}

/// Finds what has a provider's shape in a file of any size.
///
/// # Errors
/// Whatever the file system says.
pub(crate) fn check(source: &dyn Source, progress: &dyn Progress) -> io::Result<Outcome> {
    check_by(detect::Stream::new(), source, progress)
}

/// The same for pages of a database, where one column stands directly behind the other.
///
/// # Errors
/// Whatever the file system says.
pub(crate) fn check_pages(source: &dyn Source, progress: &dyn Progress) -> io::Result<Outcome> {
    check_by(detect::Stream::raw(), source, progress)
}

fn check_by(
    mut stream: detect::Stream,
    source: &dyn Source,
    progress: &dyn Progress,
) -> io::Result<Outcome> {
    let mut matches = Vec::new();
    let flow = source.for_each_chunk(PIECE, |_, piece| {
        stream.push(piece, &mut |m| matches.push(m));
        progress.advance(piece.len() as u64)
    })?;
    if flow.is_break() {
        return Ok(Outcome::Interrupted);
    }
    stream.finish(&mut |m| matches.push(m));
    let mut found = Vec::with_capacity(matches.len());
    for m in matches {
        let mut raw = Zeroizing::new(vec![
            0;
            usize::try_from(m.span.end - m.span.start).unwrap_or(0)
        ]);
        let read = source.read_at(m.span.start, &mut raw)?;
        raw.truncate(read);
        found.push(Candidate {
            at: At::Bytes(m.span.start..m.span.end),
            location: String::new(),
            path: Vec::new(),
            value: decoded(&raw, m.encoding),
            rule: m.rule,
            evidence: evidence_of(m.rule),
        });
    }
    Ok(Outcome::Read(found))
}

/// Finds what has a provider's shape in a text in memory.
pub(crate) fn check_text(text: &[u8]) -> Vec<Candidate> {
    detect::scan(text)
        .into_iter()
        .map(|m| Candidate {
            at: At::Bytes(m.span.start as u64..m.span.end as u64),
            location: String::new(),
            path: Vec::new(),
            value: decoded(&text[m.span], m.encoding),
            rule: m.rule,
            evidence: evidence_of(m.rule),
        })
        .collect()
}

/// Where nothing but a name in front of it speaks for a value, it is the place that was recognised.
fn evidence_of(rule: &'static detect::Rule) -> &'static [Evidence] {
    if crate::vault::is_generic(rule) {
        FIELD
    } else {
        SHAPE
    }
}

/// The value that an encoded stretch stands for, so that one secret has one name however it is
/// written.
#[must_use]
pub fn decoded(raw: &[u8], encoding: Encoding) -> Zeroizing<Vec<u8>> {
    let mut value = Zeroizing::new(raw.to_vec());
    if let Encoding::Json { depth } = encoding {
        for _ in 0..depth {
            if !value.contains(&b'\\') {
                break;
            }
            let mut quoted = Zeroizing::new(Vec::with_capacity(value.len() + 2));
            quoted.push(b'"');
            quoted.extend_from_slice(&value);
            quoted.push(b'"');
            let Ok(text) = serde_json::from_slice::<String>(&quoted) else {
                break;
            };
            value = Zeroizing::new(text.into_bytes());
        }
    }
    value
}

/// Reads a whole file through a searcher.
///
/// # Errors
/// Whatever the file system says.
pub(crate) fn each_piece(
    source: &dyn Source,
    progress: &dyn Progress,
    mut take: impl FnMut(&[u8]),
) -> io::Result<ControlFlow<()>> {
    source.for_each_chunk(PIECE, |_, piece| {
        take(piece);
        progress.advance(piece.len() as u64)
    })
}

/// Finds values in bytes that cannot be read twice (a decompressing reader).
#[derive(Default)]
pub(crate) struct Collecting {
    stream: detect::Stream,
    /// The bytes that matches may still refer to, from `base` on.
    window: Vec<u8>,
    base: u64,
    found: Vec<(Zeroizing<Vec<u8>>, &'static detect::Rule)>,
}

impl Collecting {
    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.window.extend_from_slice(piece);
        let (window, base, found) = (&self.window, self.base, &mut self.found);
        self.stream
            .push(piece, &mut |m| found.extend(taken(window, base, &m)));
        let settled = usize::try_from(self.stream.settled().saturating_sub(self.base)).unwrap_or(0);
        let drop = settled.min(self.window.len());
        if drop > PIECE {
            self.window.drain(..drop);
            self.base += drop as u64;
        }
    }

    pub(crate) fn finish(mut self) -> Vec<(Zeroizing<Vec<u8>>, &'static detect::Rule)> {
        let (window, base, found) = (&self.window, self.base, &mut self.found);
        self.stream
            .finish(&mut |m| found.extend(taken(window, base, &m)));
        self.found
    }
}

fn taken(
    window: &[u8],
    base: u64,
    m: &detect::Match<u64>,
) -> Option<(Zeroizing<Vec<u8>>, &'static detect::Rule)> {
    let from = usize::try_from(m.span.start.checked_sub(base)?).ok()?;
    let to = usize::try_from(m.span.end.checked_sub(base)?).ok()?;
    Some((decoded(window.get(from..to)?, m.encoding), m.rule))
}
