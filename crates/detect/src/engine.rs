//! The one core of both faces: literals wake a shape or a name, the leftmost finding wins.
//!
//! [`crate::scan`] runs it over a whole slice, [`crate::Stream`] over what has arrived so far.
//!
//! **Invariant:** what is found at a place depends only on bytes near it and on the findings before
//! it, never on how the text was cut. A step that wanted bytes that are not there yet changes nothing.

use crate::assign::{self, Named};
use crate::rule::{Confidence, Encoding, Part, Read, Rule, Shape};
use crate::rules::rules;
use crate::window::{Alphabet, WORD, Window, opens_at};
use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};
use std::collections::BTreeMap;
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

/// How far before its trigger a finding may begin: the digits of a Telegram token.
pub(crate) const LEAD: usize = 24;

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

#[derive(Clone, Copy)]
enum Trigger {
    Prefix(&'static Rule, usize),
    Anchor(&'static Rule, fn(&Window<'_>, usize) -> Option<Read>),
    Name(usize),
    Bearer(usize),
    Argument(usize),
    Url,
}

/// The words that a credential's name contains, in the three ways to write them.
const NAME_WORDS: [&str; 11] = [
    "key",
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "authorization",
    "jwt",
    "passcode",
    "psk",
];

/// Names that no word above is part of.
const WHOLE_NAMES: [&str; 6] = [
    "_PAT",
    "_pat",
    "connectionString",
    "ConnectionString",
    "SharedAccessKey",
    "connection_string",
];

/// Options of programs that take a password; `-u` counts behind `curl` only.
const ARGUMENTS: [&str; 3] = ["sshpass -p ", "redis-cli -a ", " -u "];

pub(crate) struct Engine {
    automaton: AhoCorasick,
    triggers: Vec<Vec<Trigger>>,
    longest: usize,
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
    pub(crate) fn settled(&self) -> usize {
        let lead = self
            .next
            .saturating_sub(LEAD)
            .max(self.floor.min(self.next));
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

enum Found {
    /// With the secret that stands behind an access key id.
    Shape(Match, Option<Match>),
    Named(Match),
}

pub(crate) fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(Engine::build)
}

impl Engine {
    #[expect(
        clippy::expect_used,
        reason = "the literals are constants; a test builds the automaton"
    )]
    fn build() -> Self {
        let mut table: BTreeMap<String, Vec<Trigger>> = BTreeMap::new();
        for (literal, trigger) in triggers() {
            table.entry(literal).or_default().push(trigger);
        }
        let literals: Vec<&String> = table.keys().collect();
        let triggers = literals
            .iter()
            .map(|literal| every_trigger(&table, literal))
            .collect();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::DFA))
            .build(&literals)
            .expect("a few hundred short literals fit a DFA");
        let longest = literals
            .iter()
            .map(|literal| literal.len())
            .max()
            .unwrap_or(1);
        Self {
            automaton,
            triggers,
            longest,
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
        on: &mut dyn FnMut(Match),
    ) -> Option<usize> {
        let window = Window::new(bytes, whole);
        let window = if cursor.raw { window.raw() } else { window };
        let decided = if whole {
            bytes.len()
        } else {
            (bytes.len() + 1).saturating_sub(self.longest)
        };
        let mut held = None;
        while cursor.next < decided {
            let input = Input::new(bytes).range(cursor.next..);
            let Some(hit) = self
                .automaton
                .find(input)
                .filter(|hit| hit.start() < decided)
            else {
                cursor.next = decided;
                break;
            };
            cursor.next = hit.start();
            flush(cursor, on);
            let found = self.look(&window, cursor, hit.pattern().as_usize());
            if window.take_starved() {
                held = Some(cursor.next);
                break;
            }
            cursor.next += 1;
            if let Some(found) = found {
                settle(cursor, found, on);
            }
        }
        if whole && let Some(pending) = cursor.pending.take() {
            on(pending);
        }
        flush(cursor, on);
        held
    }

    fn look(&self, window: &Window<'_>, cursor: &Cursor, literal: usize) -> Option<Found> {
        let at = cursor.next;
        // Only a shape can replace a pending value.
        let taken = cursor.pending.is_some();
        self.triggers[literal].iter().find_map(|trigger| {
            let found = match *trigger {
                Trigger::Prefix(rule, length) => {
                    read_token(window, at, rule, length).map(|shape| {
                        let after = secret_after(window, &shape);
                        Found::Shape(shape, after)
                    })
                }
                Trigger::Anchor(rule, read) => {
                    read(window, at).map(|read| Found::Shape(found(rule, read), None))
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
            found.filter(|(Found::Shape(m, _) | Found::Named(m))| m.span.start >= cursor.floor)
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

fn named(found: Named) -> Found {
    Found::Named(Match {
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
fn settle(cursor: &mut Cursor, found: Found, on: &mut dyn FnMut(Match)) {
    match found {
        Found::Named(value) => {
            if cursor.pending.is_none() {
                cursor.pending = Some(value);
            }
        }
        Found::Shape(mut shape, after) => {
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

/// Lists every literal with what it wakes.
fn triggers() -> Vec<(String, Trigger)> {
    let mut list = Vec::new();
    for rule in rules() {
        match rule.shape {
            Shape::Token(_) => list.extend(
                rule.prefixes
                    .iter()
                    .map(|p| ((*p).to_owned(), Trigger::Prefix(rule, p.len()))),
            ),
            Shape::Read(reader) => list.extend(
                reader
                    .anchors
                    .iter()
                    .map(|a| ((*a).to_owned(), Trigger::Anchor(rule, reader.read))),
            ),
            Shape::Named => {}
        }
    }
    for word in NAME_WORDS {
        let capital = format!("{}{}", word[..1].to_uppercase(), &word[1..]);
        for spelling in [word.to_owned(), capital, word.to_uppercase()] {
            let length = spelling.len();
            list.push((spelling, Trigger::Name(length)));
        }
    }
    list.extend(
        WHOLE_NAMES
            .iter()
            .map(|name| ((*name).to_owned(), Trigger::Name(name.len()))),
    );
    // Variables such as `AZURE_INFERENCE_CREDENTIAL` wake the reader by their whole name.
    let spoken = |name: &str| {
        let lower = name.to_ascii_lowercase();
        NAME_WORDS.iter().any(|word| lower.contains(word))
            || WHOLE_NAMES.iter().any(|whole| name.contains(whole))
    };
    let silent = rules()
        .iter()
        .flat_map(|rule| rule.env_names)
        .filter(|name| !spoken(name));
    list.extend(silent.map(|name| ((*name).to_owned(), Trigger::Name(name.len()))));
    list.extend(["Bearer ", "bearer "].map(|word| (word.to_owned(), Trigger::Bearer(word.len()))));
    list.extend(ARGUMENTS.map(|option| (option.to_owned(), Trigger::Argument(option.len()))));
    list.push(("://".to_owned(), Trigger::Url));
    list
}

/// Collects what a literal wakes and what the shorter literals that it begins with wake, the
/// longest first: the most specific shape that fits wins.
fn every_trigger(table: &BTreeMap<String, Vec<Trigger>>, literal: &str) -> Vec<Trigger> {
    (1..=literal.len())
        .rev()
        .filter_map(|length| table.get(literal.get(..length)?))
        .flatten()
        .copied()
        .collect()
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
