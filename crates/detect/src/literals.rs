//! The literals that wake the engine, and what each of them wakes.
//!
//! The engine asks it where to look. The prefilter points at places where the first bytes of a
//! literal stand; [`Literals::longest`] then compares the rest.
//!
//! **Invariant:** at each place the longest literal wins, and wakes what its beginnings wake too.

use crate::rule::{Part, Read, Rule, Shape};
use crate::rules::rules;
use crate::window::{Alphabet, Window};
use bedlock_prefilter::{Found, Pattern, Prefilter, WIDTH};
use std::collections::BTreeMap;
use std::ops::Range;

/// What a literal wakes.
#[derive(Clone, Copy)]
pub(crate) enum Trigger {
    Prefix(&'static Rule, usize),
    Anchor(&'static Rule, fn(&Window<'_>, usize) -> Option<Read>),
    Name(usize),
    Bearer(usize),
    Argument(usize),
    Url,
}

/// The words that a credential's name contains, in the three ways to write them.
const NAME_WORDS: [&str; 13] = [
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
    "credential",
    "creds",
];

/// Names that no word above is part of.
const WHOLE_NAMES: [&str; 13] = [
    "_PAT",
    "_pat",
    "_PASS",
    "_pass",
    "_PW",
    "_pw",
    "_AUTH",
    "_auth",
    "\"auth",
    "connectionString",
    "ConnectionString",
    "SharedAccessKey",
    "connection_string",
];

/// Options of programs that take a password; `-u` counts behind `curl` only.
const ARGUMENTS: [&str; 3] = ["sshpass -p ", "redis-cli -a ", " -u "];

/// What may follow a name of three letters, such as `key`: more of a name, or what stands between
/// a name and its value. A small letter but the plural's makes another word: `keyboard`.
const AFTER_NAME: Alphabet =
    Alphabet::of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-s").or(crate::assign::AFTER_NAME);

/// What may follow another literal that is shorter than the prefilter looks at.
const AFTER_SHORT: Alphabet = Alphabet::of(
    b"!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~",
);

/// The bytes that all literals of a group share.
const SAME: usize = WIDTH - 1;

struct Literal {
    bytes: Box<[u8]>,
    /// What may follow, if it is shorter than the prefilter looks at.
    next: Alphabet,
    /// It wakes nothing inside of a word.
    opens: bool,
    /// What it wakes, and what the shorter literals wake that it begins with, the longest first: the
    /// most specific shape that fits wins.
    triggers: Vec<Trigger>,
}

pub(crate) struct Literals {
    prefilter: Prefilter,
    /// Sorted, so that a literal stands behind those that it begins with.
    literals: Vec<Literal>,
}

impl Literals {
    pub(crate) fn new() -> Self {
        let mut table: BTreeMap<String, Vec<Trigger>> = BTreeMap::new();
        for (literal, trigger) in triggers() {
            table.entry(literal).or_default().push(trigger);
        }
        // In this order a literal stands behind those that it begins with: they are open still.
        let mut open: Vec<(&str, &[Trigger])> = Vec::new();
        let mut literals = Vec::with_capacity(table.len());
        for (literal, own) in &table {
            while open
                .pop_if(|(shorter, _)| !literal.starts_with(*shorter))
                .is_some()
            {}
            open.push((literal, own));
            literals.push(Literal {
                bytes: literal.as_bytes().into(),
                next: next(own),
                opens: own.iter().all(opens),
                triggers: open
                    .iter()
                    .rev()
                    .flat_map(|(_, wake)| *wake)
                    .copied()
                    .collect(),
            });
        }
        let patterns: Vec<_> = literals
            .iter()
            .map(|literal| Pattern::new(&literal.bytes, literal.next.mask(), literal.opens))
            .collect();
        Self {
            prefilter: Prefilter::new(&patterns),
            literals,
        }
    }

    /// Takes another instruction set, to compare what it finds.
    #[cfg(test)]
    pub(crate) fn with_level(self, level: bedlock_prefilter::Level) -> Self {
        Self {
            prefilter: self.prefilter.with_level(level),
            ..self
        }
    }

    /// Points at places where the first bytes of a literal stand.
    pub(crate) fn candidates(
        &self,
        text: &[u8],
        places: Range<usize>,
        raw: bool,
        found: &mut Found,
    ) -> (usize, usize) {
        self.prefilter.candidates(text, places, raw, found)
    }

    /// Returns what the longest literal at `at` wakes; the first bytes there are those of `group`.
    pub(crate) fn longest(&self, window: &Window<'_>, at: usize, group: u16) -> Option<&[Trigger]> {
        // The first three bytes are the same in the whole group.
        let stands = |literal: &&Literal| match &literal.bytes[SAME.min(literal.bytes.len())..] {
            [] => window
                .at(at + SAME)
                .is_some_and(|byte| literal.next.has(byte)),
            rest => window.starts_with(at + SAME, rest),
        };
        self.prefilter
            .group(group)
            .iter()
            .rev()
            .filter_map(|&index| self.literals.get(usize::from(index)))
            .find(stands)
            .map(|literal| literal.triggers.as_slice())
    }
}

/// Tells whether a trigger finds something only where a word begins.
fn opens(trigger: &Trigger) -> bool {
    match trigger {
        Trigger::Prefix(..) => true,
        Trigger::Anchor(rule, _) => match rule.shape {
            Shape::Read(reader) => reader.opens,
            _ => false,
        },
        _ => false,
    }
}

/// Tells what may follow a literal that is shorter than the prefilter looks at.
fn next(triggers: &[Trigger]) -> Alphabet {
    let sets = triggers.iter().map(|trigger| match trigger {
        Trigger::Prefix(rule, _) => after_prefix(rule),
        Trigger::Name(_) => AFTER_NAME,
        _ => AFTER_SHORT,
    });
    sets.reduce(Alphabet::or).unwrap_or(AFTER_SHORT)
}

fn after_prefix(rule: &Rule) -> Alphabet {
    match rule.shape {
        Shape::Token([Part::Run(set, ..), ..]) => set.or(Alphabet::of(b"\\%")),
        _ => AFTER_SHORT,
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
                    .flat_map(|prefix| spellings(prefix))
                    .map(|spelling| {
                        let length = spelling.len();
                        (spelling, Trigger::Prefix(rule, length))
                    }),
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
        let has = |word: &&str| {
            let mut windows = name.as_bytes().windows(word.len());
            windows.any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
        };
        NAME_WORDS.iter().any(has) || WHOLE_NAMES.iter().any(|whole| name.contains(whole))
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

/// Lists how a prefix is written: as it is, and where it has a `/`, `+` or `=` also as in an address
/// and in a string of JSON.
fn spellings(prefix: &str) -> Vec<String> {
    if !prefix.contains(['/', '+', '=']) {
        return vec![prefix.to_owned()];
    }
    let written = |slash: &str, plus: &str, equals: &str| {
        let slashed = prefix.replace('/', slash).replace('+', plus);
        slashed.replace('=', equals)
    };
    let mut list = vec![
        prefix.to_owned(),
        written("%2F", "%2B", "%3D"),
        written("%2f", "%2b", "%3d"),
        written("\\/", "+", "="),
    ];
    list.sort();
    list.dedup();
    list
}
