//! One large text, searched in ranges by several threads, with the findings of one pass.
//!
//! Called by [`super::file`] for files that are longer than a range.
//!
//! What the engine finds at a place depends on at most [`LOOK_BACK`] bytes before it and on the
//! findings that reach into it. So each range is searched from a little before its start to a little
//! behind its end, and two neighbours are joined where they agree from there on: behind a finding
//! that both have, or in front of a stretch in which neither has one. Where they do not agree, the
//! earlier pass goes on into the later range until they do.
//!
//! **Invariant:** the joined findings are those of one pass, for every choice of ranges.

use std::io;
use std::ops::ControlFlow;

use bedlock_detect::{Match, Stream, TOKEN_CAP};

/// How many bytes before a place the engine may look at; it says so itself of its window.
const LOOK_BACK: u64 = 256;

/// A value found by its name may be replaced by a shape that begins inside of it. So passes agree
/// where neither has a finding for as long as such a value can be.
const QUIET: u64 = TOKEN_CAP as u64 + 2 * LOOK_BACK;

/// How far a range is searched beyond its end, so that it has a chance to agree with the next one.
const BEYOND: u64 = QUIET + 1024;

/// Bytes read at a time; they stay in a processor's cache.
pub(crate) const PIECE: usize = 256 * 1024;

/// Bytes of one range; a whole number of pieces.
pub(crate) const RANGE: u64 = 2 << 20;

/// Where the bytes come from.
pub(crate) trait Bytes {
    /// Fills the buffer from `offset` on; returns less than its length at the end only.
    fn fill(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;
}

/// One pass from some place on.
pub(crate) struct Pass {
    /// The offset that this pass was started for.
    start: u64,
    /// The offset of the stream's first byte.
    base: u64,
    /// The offset of the next byte to read.
    at: u64,
    stream: Stream,
    ended: bool,
    found: Vec<Match<u64>>,
}

impl Pass {
    /// A pass for what begins at `start` or later.
    pub(crate) fn new(start: u64, raw: bool) -> Self {
        let base = start.saturating_sub(LOOK_BACK);
        Self {
            start,
            base,
            at: base,
            stream: if raw { Stream::raw() } else { Stream::new() },
            ended: false,
            found: Vec::new(),
        }
    }

    /// Goes on until every finding that begins before `until` plus a little is known. Tells
    /// `on_piece` what was read and where, and stops when it says so.
    pub(crate) fn run(
        &mut self,
        bytes: &dyn Bytes,
        until: u64,
        buffer: &mut [u8],
        on_piece: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>,
    ) -> io::Result<ControlFlow<()>> {
        let enough = until.saturating_add(BEYOND);
        while !self.ended && self.base + self.stream.settled() < enough {
            // Pieces end where pieces of the file end, and a range's last one a little behind it.
            let piece = PIECE as u64;
            let to_border = piece - self.at % piece;
            let wanted = if self.at >= until {
                32 << 10
            } else {
                to_border
            };
            let wanted = usize::try_from(wanted).unwrap_or(PIECE).min(buffer.len());
            let read = bytes.fill(self.at, &mut buffer[..wanted])?;
            let (base, found) = (self.base, &mut self.found);
            let mut keep = |m: Match<u64>| {
                found.push(Match {
                    span: base + m.span.start..base + m.span.end,
                    ..m
                });
            };
            self.stream.push(&buffer[..read], &mut keep);
            if read < wanted {
                self.stream.finish(&mut keep);
                self.ended = true;
            }
            let flow = on_piece(self.at, &buffer[..read]);
            self.at += read as u64;
            if flow.is_break() {
                return Ok(flow);
            }
        }
        self.found.sort_by_key(|m| m.span.start);
        Ok(ControlFlow::Continue(()))
    }

    /// What the pass knows by now; its stream goes.
    pub(crate) fn part(self) -> Part {
        Part {
            start: self.start,
            known: self.known(),
            found: self.found,
        }
    }

    fn known(&self) -> u64 {
        if self.ended {
            u64::MAX
        } else {
            self.base + self.stream.settled()
        }
    }
}

/// What a pass over one range found.
pub(crate) struct Part {
    start: u64,
    /// The offset before which every finding's start is known.
    known: u64,
    found: Vec<Match<u64>>,
}

/// Joins the parts of neighbouring ranges into the findings of one pass; `None` when `go_on`, which
/// is told of bytes that are read again, said no.
pub(crate) fn join(
    bytes: &dyn Bytes,
    parts: Vec<Part>,
    raw: bool,
    buffer: &mut [u8],
    go_on: &mut dyn FnMut() -> ControlFlow<()>,
) -> io::Result<Option<Vec<Match<u64>>>> {
    let mut joined = Vec::new();
    let mut rest = parts.into_iter();
    let Some(mut current) = rest.next() else {
        return Ok(Some(joined));
    };
    let mut from = 0;
    let mut longer: Option<Pass> = None;
    while let Some(next) = rest.next() {
        if let Some(at) = agreement(&current, &next, from) {
            joined.extend(between(current.found, from..at));
            from = at;
            current = next;
            longer = None;
            continue;
        }
        // The earlier pass does the later range, too.
        let end = rest
            .as_slice()
            .first()
            .map_or(u64::MAX / 2, |after| after.start);
        let pass = longer.get_or_insert_with(|| Pass::new(current.start, raw));
        if pass
            .run(bytes, end, buffer, &mut |_, _| go_on())?
            .is_break()
        {
            return Ok(None);
        }
        current = Part {
            start: current.start,
            known: pass.known(),
            found: pass.found.clone(),
        };
    }
    joined.extend(between(current.found, from..u64::MAX));
    Ok(Some(joined))
}

fn between(
    found: Vec<Match<u64>>,
    range: std::ops::Range<u64>,
) -> impl Iterator<Item = Match<u64>> {
    found
        .into_iter()
        .filter(move |m| range.contains(&m.span.start))
}

/// The first place, not before `from`, from which on two passes find the same, as far as what they
/// have shows it.
fn agreement(one: &Part, other: &Part, from: u64) -> Option<u64> {
    let from = other.start.max(from);
    let known = one.known.min(other.known);
    let common =
        |m: &&Match<u64>| m.span.start >= from && m.span.end <= known && other.found.contains(m);
    let shared = one.found.iter().find(common).map(|m| m.span.end);
    let both = || one.found.iter().chain(&other.found);
    let ends = both().map(|m| m.span.end).filter(|end| *end > from);
    let quiet = |at: u64| {
        at.saturating_add(QUIET) <= known
            && both().all(|m| m.span.end <= at || m.span.start >= at.saturating_add(QUIET))
    };
    std::iter::once(from)
        .chain(ends)
        .filter(|at| quiet(*at))
        .chain(shared)
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bedlock_detect::{Dice, fake, rules, scan};
    use proptest::prelude::*;

    struct Text(Vec<u8>);

    impl Bytes for Text {
        fn fill(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
            let from = usize::try_from(offset).unwrap().min(self.0.len());
            let count = buffer.len().min(self.0.len() - from);
            buffer[..count].copy_from_slice(&self.0[from..from + count]);
            Ok(count)
        }
    }

    fn in_ranges(text: &Text, borders: &[u64], raw: bool) -> Vec<Match<u64>> {
        let mut buffer = vec![0; PIECE];
        let mut starts = vec![0];
        starts.extend_from_slice(borders);
        let mut parts = Vec::new();
        for (index, start) in starts.iter().enumerate() {
            let end = starts.get(index + 1).copied().unwrap_or(u64::MAX / 2);
            let mut pass = Pass::new(*start, raw);
            let flow = pass
                .run(
                    text,
                    end,
                    &mut buffer,
                    &mut |_, _| ControlFlow::Continue(()),
                )
                .unwrap();
            assert!(flow.is_continue());
            parts.push(pass.part());
        }
        join(text, parts, raw, &mut buffer, &mut || {
            ControlFlow::Continue(())
        })
        .unwrap()
        .unwrap()
    }

    fn in_one_pass(text: &Text, raw: bool) -> Vec<Match<u64>> {
        let mut found = Vec::new();
        let mut stream = if raw { Stream::raw() } else { Stream::new() };
        stream.push(&text.0, &mut |m| found.push(m));
        stream.finish(&mut |m| found.push(m));
        found.sort_by_key(|m| m.span.start);
        found
    }

    /// Text with secrets that touch, nest, run over and stand far apart.
    fn text(seed: u64, stretches: usize) -> Text {
        let mut dice = Dice::new(seed);
        let all = rules();
        let mut out = Vec::new();
        for _ in 0..stretches {
            let rule = &all[dice.below(all.len())];
            let secret = fake(rule, &mut dice);
            match dice.below(9) {
                0 => out.extend(format!("{secret}{secret}\n").bytes()),
                1 => out.extend(format!("password={secret} ").bytes()),
                2 => out.extend(format!("\"token\": \"{secret}\"").bytes()),
                3 => out.extend(format!("{{\"a\":\"x\\n{secret}\\n\"}}\n").bytes()),
                4 => out.extend(format!("token: token: {secret}:{secret}").bytes()),
                5 => out.extend(std::iter::repeat_n(b'A', dice.below(20_000))),
                6 => out.extend(b"the quick brown fox ".repeat(dice.below(1200))),
                7 => out.extend(b"-----BEGIN PRIVATE KEY-----\n".iter()),
                _ => out.extend(secret[..dice.below(secret.len())].bytes()),
            }
        }
        Text(out)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_ranges_find_what_one_pass_finds(
            seed in any::<u64>(),
            stretches in 1_usize..120,
            cuts in prop::collection::vec(0.0_f64..1.0, 1..6),
            raw in any::<bool>(),
        ) {
            let text = text(seed, stretches);
            let length = text.0.len() as f64;
            let mut borders: Vec<u64> = cuts.iter().map(|cut| (cut * length) as u64).collect();
            borders.sort_unstable();
            borders.dedup();
            borders.retain(|border| *border > 0);
            prop_assert_eq!(in_ranges(&text, &borders, raw), in_one_pass(&text, raw));
        }
    }

    #[test]
    fn a_border_inside_every_byte_of_a_secret_changes_nothing() {
        let mut dice = Dice::new(3);
        for rule in rules().iter().take(40) {
            let secret = fake(rule, &mut dice);
            let text = Text(format!("x = 1\nsecret_key: \"{secret}\"\nnext").into_bytes());
            let whole = in_one_pass(&text, false);
            assert_eq!(whole.len(), scan(&text.0).len());
            for border in (1..text.0.len() as u64).step_by(7) {
                assert_eq!(in_ranges(&text, &[border], false), whole, "{}", rule.id);
            }
        }
    }

    #[test]
    fn text_that_never_agrees_is_read_by_one_pass() {
        // Every word wakes the reader of names, and each value reaches over the next name.
        let text = Text(b"token:".repeat(60_000));
        let whole = in_one_pass(&text, false);
        assert_eq!(in_ranges(&text, &[60_003, 120_001, 200_000], false), whole);
    }
}
