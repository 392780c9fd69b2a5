//! The one core of both faces: literals wake a shape or a name, the leftmost finding wins.
//!
//! [`crate::scan`] runs it over a whole slice, [`crate::Stream`] over what has arrived so far.
//!
//! **Invariant:** what is found at a place depends only on bytes near it and on the findings before
//! it, never on how the text was cut. A step that wanted bytes that are not there yet changes nothing.

use crate::assign::{self, Named};
use crate::literals::{Literals, Trigger};
use crate::rule::{Confidence, Encoding, Part, Read, Rule, Shape};
use crate::window::{Alphabet, URL64, WORD, Window, opens_at};
use bedlock_prefilter::{Found, WIDTH};
use std::ops::Range;
use std::sync::OnceLock;

/// The longest token that is reported, in bytes.
pub const TOKEN_CAP: usize = 16 * 1024;
/// The longest private key that is reported, in bytes.
pub const PRIVATE_KEY_CAP: usize = 64 * 1024;

/// The shortest prefix that is a boundary by itself on a raw page.
const TELLING_PREFIX: usize = 6;
/// The shortest prefix that needs no boundary in front of it on a raw page, but one behind the
/// token, when it has a separator or capitals in it.
const SEPARATED_PREFIX: usize = 4;

/// How far before its trigger a finding may begin: the 76 letters in front of Azure's marks.
pub(crate) const LEAD: usize = 80;
/// The bytes that a finding may have before its trigger.
const LEADING: Alphabet = URL64.or(Alphabet::of(b":/\\%.~+="));

/// A credential in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match<Offset = usize> {
    /// What it is.
    pub rule: &'static Rule,
    /// Where its bytes are.
    pub span: Range<Offset>,
    /// How sure that is.
    pub confidence: Confidence,
    /// How the bytes of the span relate to the value.
    pub encoding: Encoding,
}

impl Match<usize> {
    fn overlaps(&self, other: &Self) -> bool {
        self.span.start < other.span.end && other.span.start < self.span.end
    }
}

pub(crate) struct Engine {
    literals: Literals,
}

/// Where a pass stands, in offsets of its window.
#[derive(Debug, Default)]
pub(crate) struct Cursor {
    /// Every trigger before this has been looked at.
    pub(crate) next: usize,
    /// Findings may not begin before this.
    floor: usize,
    /// A value found by its name, which a provider's shape inside it may still replace.
    pending: Option<Match>,
    /// The bytes are pages of a database, in which values touch.
    raw: bool,
}

impl Cursor {
    /// Starts a pass over raw pages, or over text.
    pub(crate) fn new(raw: bool) -> Self {
        Self {
            raw,
            ..Self::default()
        }
    }

    pub(crate) fn is_raw(&self) -> bool {
        self.raw
    }

    /// Returns the offset before which no finding can begin any more.
    pub(crate) fn settled(&self, bytes: &[u8]) -> usize {
        let left = &bytes[self.next.saturating_sub(LEAD)..self.next.min(bytes.len())];
        let leading = left.iter().rev().take_while(|b| LEADING.has(**b)).count();
        let lead = (self.next - leading).max(self.floor.min(self.next));
        self.pending
            .as_ref()
            .map_or(lead, |pending| lead.min(pending.span.start))
    }

    /// Forgets `count` bytes at the front of the window.
    pub(crate) fn shift(&mut self, count: usize) {
        self.next -= count;
        self.floor = self.floor.saturating_sub(count);
        if let Some(pending) = &mut self.pending {
            pending.span = pending.span.start - count..pending.span.end - count;
        }
    }
}

enum Finding {
    /// With the secret that stands behind an access key id.
    Shape(Match, Option<Match>),
    Named(Match),
}

pub(crate) fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(Engine::build)
}

impl Engine {
    fn build() -> Self {
        Self {
            literals: Literals::new(),
        }
    }

    /// Looks at every trigger that `bytes` decides and reports what is final.
    ///
    /// Returns the offset of the trigger that needs more bytes, if one does.
    pub(crate) fn advance(
        &self,
        cursor: &mut Cursor,
        bytes: &[u8],
        whole: bool,
        found: &mut Found,
        on: &mut dyn FnMut(Match),
    ) -> Option<usize> {
        let window = Window::new(bytes, whole);
        let window = if cursor.raw { window.raw() } else { window };
        // A literal begins where its first bytes stand; with fewer, there is no value behind it.
        let decided = (bytes.len() + 1).saturating_sub(WIDTH);
        let mut held = None;
        while cursor.next < decided && held.is_none() {
            let from = cursor.next;
            let (count, until) = self
                .literals
                .candidates(bytes, from..decided, cursor.raw, found);
            for candidate in &found[..count] {
                let at = from + usize::from(candidate.near);
                if at < cursor.next {
                    continue;
                }
                cursor.next = at;
                flush(cursor, on);
                let found = self.look(&window, cursor, candidate.group);
                if window.take_starved() {
                    held = Some(at);
                    break;
                }
                cursor.next += 1;
                if let Some(found) = found {
                    settle(cursor, found, on);
                }
            }
            if held.is_none() {
                cursor.next = cursor.next.max(until);
            }
        }
        if whole {
            cursor.next = cursor.next.max(bytes.len());
        }
        flush(cursor, on);
        held
    }

    fn look(&self, window: &Window<'_>, cursor: &Cursor, group: u16) -> Option<Finding> {
        let at = cursor.next;
        let triggers = self.literals.longest(window, at, group)?;
        // Only a shape can replace a pending value.
        let taken = cursor.pending.is_some();
        triggers.iter().find_map(|trigger| {
            let found = match *trigger {
                Trigger::Prefix(rule, length) => {
                    read_token(window, at, rule, length).map(|shape| {
                        let after = secret_after(window, &shape);
                        Finding::Shape(shape, after)
                    })
                }
                Trigger::Anchor(rule, read) => {
                    read(window, at).map(|read| Finding::Shape(found(rule, read), None))
                }
                Trigger::Name(_) | Trigger::Bearer(_) | Trigger::Argument(_) | Trigger::Url
                    if taken =>
                {
                    None
                }
                Trigger::Name(length) => assign::by_name(window, at, at + length).map(named),
                Trigger::Bearer(length) => assign::bearer(window, at, at + length).map(named),
                Trigger::Argument(length) => assign::argument(window, at, at + length).map(named),
                Trigger::Url => assign::url_password(window, at).map(named),
            };
            found.filter(|(Finding::Shape(m, _) | Finding::Named(m))| m.span.start >= cursor.floor)
        })
    }
}

fn found(rule: &'static Rule, read: Read) -> Match {
    Match {
        rule,
        span: read.span,
        confidence: read.confidence,
        encoding: read.encoding,
    }
}

/// Looks behind an access key id for its secret, before the id is reported, so that a border of
/// chunks between the two only delays both.
fn secret_after(window: &Window<'_>, shape: &Match) -> Option<Match> {
    if shape.rule.id != "aws-access-key-id" {
        return None;
    }
    let read = crate::rules::aws::secret_after(window, shape.span.end)?;
    Some(found(crate::rules::aws::secret_rule(), read))
}

fn named(found: Named) -> Finding {
    Finding::Named(Match {
        rule: found.rule,
        span: found.span,
        confidence: found.confidence,
        encoding: found.encoding,
    })
}

/// Reports the pending value once no shape can begin inside it any more.
fn flush(cursor: &mut Cursor, on: &mut dyn FnMut(Match)) {
    if let Some(pending) = cursor
        .pending
        .take_if(|pending| pending.span.end <= cursor.next)
    {
        cursor.floor = cursor.floor.max(pending.span.end);
        on(pending);
    }
}

/// Takes a finding in: a shape is final, a named value waits for shapes inside it.
fn settle(cursor: &mut Cursor, found: Finding, on: &mut dyn FnMut(Match)) {
    match found {
        Finding::Named(value) => {
            if cursor.pending.is_none() {
                cursor.pending = Some(value);
            }
        }
        Finding::Shape(mut shape, after) => {
            if let Some(pending) = cursor.pending.take_if(|pending| pending.overlaps(&shape))
                && shape.rule.shared_shape
                && pending.rule.id != crate::rules::GENERIC_ID
            {
                shape.rule = pending.rule;
                shape.confidence = Confidence::High;
            }
            cursor.floor = shape.span.end;
            cursor.next = cursor.next.max(shape.span.end);
            if let Some(pending) = cursor
                .pending
                .take_if(|pending| pending.span.end <= shape.span.start)
            {
                on(pending);
            }
            if cursor.pending.is_none() {
                cursor.pending = after;
            }
            on(shape);
        }
    }
}

/// Reads a token that begins at `at` with the first `length` bytes as its prefix.
fn read_token(window: &Window<'_>, at: usize, rule: &'static Rule, length: usize) -> Option<Match> {
    let Shape::Token(parts) = rule.shape else {
        return None;
    };
    let first = parts.iter().find_map(|part| match part {
        Part::Run(set, ..) => Some(*set),
        _ => None,
    });
    let touching = window.is_raw() && opens_alone(window.slice(at..at + length));
    if !touching && !opens_at(window, at, first.unwrap_or(WORD)) {
        return None;
    }
    let mut end = at + length;
    let mut last = WORD;
    for part in parts {
        end = match *part {
            Part::Lit(text) => window
                .starts_with(end, text.as_bytes())
                .then_some(end + text.len())?,
            Part::Run(set, min, max) => {
                last = set;
                read_run(window, end, set, min, max)?
            }
            Part::Pad(max) => read_pad(window, end, max),
        };
    }
    let next = window.at(end);
    let goes_on = next.is_some_and(|byte| WORD.has(byte) || last.has(byte));
    if goes_on && !(touching && length >= TELLING_PREFIX) {
        return None;
    }
    let token = window.slice(at..end);
    let confidence = (rule.check)(token, length)?;
    Some(Match {
        rule,
        span: at..end,
        confidence,
        encoding: encoding_of(token),
    })
}

/// Tells whether a prefix says enough without a boundary in front of it. `key-` is also a word.
fn opens_alone(prefix: &[u8]) -> bool {
    let separated =
        matches!(prefix.last(), Some(b'_' | b'-')) || prefix.iter().any(u8::is_ascii_uppercase);
    prefix.len() >= TELLING_PREFIX
        || prefix.len() >= SEPARATED_PREFIX
            && separated
            && !prefix[..3].eq_ignore_ascii_case(b"key")
}

/// Returns the end of a run of members, escaped ones counted as one each.
pub(crate) fn read_run(
    window: &Window<'_>,
    from: usize,
    set: Alphabet,
    min: usize,
    max: usize,
) -> Option<usize> {
    let mut end = from;
    let mut count = 0;
    while count < max {
        let Some(step) = window.member_at(end, set) else {
            break;
        };
        end += step;
        count += 1;
    }
    (count >= min).then_some(end)
}

/// Returns the end of at most `max` padding signs, which may stand as `%3D` or `\u003d`.
pub(crate) fn read_pad(window: &Window<'_>, from: usize, max: usize) -> usize {
    let mut end = from;
    for _ in 0..max {
        let step = match window.at(end) {
            Some(b'=') => 1,
            Some(b'%') if window.percent_at(end) == Some(b'=') => 3,
            Some(b'\\') if window.starts_with_ignore_case(end, b"\\u003d") => 6,
            _ => break,
        };
        end += step;
    }
    end
}

/// Tells how the bytes of a token are written.
pub(crate) fn encoding_of(bytes: &[u8]) -> Encoding {
    let mut longest = 0u32;
    let mut current = 0u32;
    for &byte in bytes {
        current = if byte == b'\\' { current + 1 } else { 0 };
        longest = longest.max(current);
    }
    if longest > 0 {
        // One backslash at depth 1, two or three at depth 2, four to seven at depth 3.
        let depth = u8::try_from(longest.ilog2() + 1).unwrap_or(u8::MAX);
        return Encoding::Json { depth };
    }
    if bytes.contains(&b'%') {
        Encoding::Percent
    } else {
        Encoding::Raw
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fakes::{Dice, fake};
    use crate::rules::rules;
    use bedlock_prefilter::{BLOCK, Candidate, Level};
    use proptest::prelude::*;

    fn findings(engine: &Engine, text: &[u8]) -> Vec<Match> {
        let mut found = Vec::new();
        engine.advance(
            &mut Cursor::default(),
            text,
            true,
            &mut [Candidate::default(); BLOCK],
            &mut |m| found.push(m),
        );
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_instruction_set_gives_the_same_findings(
            seed in any::<u64>(),
            pieces in prop::collection::vec((any::<prop::sample::Index>(), "[ -~]{0,90}"), 1..40),
        ) {
            let mut dice = Dice::new(seed);
            let mut text = Vec::new();
            for (index, noise) in pieces {
                text.extend_from_slice(noise.as_bytes());
                text.push(b'\n');
                text.extend_from_slice(fake(index.get(rules()), &mut dice).as_bytes());
                text.push(b' ');
            }
            let mut levels = Level::available().into_iter().map(|level| {
                let literals = Literals::new().with_level(level);
                findings(&Engine { literals }, &text)
            });
            let scalar = levels.next().unwrap_or_default();
            for other in levels {
                prop_assert_eq!(&other, &scalar);
            }
        }
    }
}
