//! Makes credentials that are fake by construction: the shape of a rule filled with dice.
//!
//! Tests, documentation and the demo plant them. The same seed gives the same fakes.
//!
//! **Invariant:** nothing here was ever issued; no real key shape is written down in a file.

use crate::checks::base62_crc32;
use crate::rule::{Examples, Part, Rule, Shape};
use crate::window::{ALNUM, Alphabet};

/// A small seeded generator (SplitMix64); repeatable, not for cryptography.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns the next number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below `bound`, which must not be zero.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.roll() % bound.max(1) as u64).unwrap_or(0)
    }

    /// Returns `count` random members of a set.
    pub fn draw(&mut self, set: Alphabet, count: usize) -> String {
        let members: Vec<u8> = set.members().collect();
        (0..count)
            .map(|_| char::from(members[self.below(members.len())]))
            .collect()
    }
}

/// Makes one fake credential of a rule.
pub fn fake(rule: &Rule, dice: &mut Dice) -> String {
    match (rule.examples, rule.shape) {
        (Examples::Made(make), _) => make(dice),
        (Examples::Shape, Shape::Token(parts)) => {
            let prefix = rule.prefixes[dice.below(rule.prefixes.len())];
            let body: String = parts.iter().map(|part| fill(part, dice)).collect();
            format!("{prefix}{body}")
        }
        (Examples::Shape, _) => dice.draw(ALNUM, 40),
    }
}

/// Makes a token whose last six characters are the checksum of the `random` ones before.
pub(crate) fn with_crc32(prefix: &str, random: usize, dice: &mut Dice) -> String {
    let payload = dice.draw(ALNUM, random);
    format!("{prefix}{payload}{}", base62_crc32(payload.as_bytes()))
}

fn fill(part: &Part, dice: &mut Dice) -> String {
    match *part {
        Part::Lit(text) => text.to_owned(),
        Part::Run(set, min, max) => {
            let count = min + dice.below(max.min(min + 8) - min + 1);
            // The first and the last byte are letters or digits where the set has them, so that an
            // example never ends in punctuation that a sentence could own.
            let body = dice.draw(set, count);
            let edge = |dice: &mut Dice| {
                let inner: Vec<u8> = set.members().filter(u8::is_ascii_alphanumeric).collect();
                char::from(inner[dice.below(inner.len())])
            };
            let (first, last) = (edge(dice), edge(dice));
            match count {
                0 => body,
                1 => first.to_string(),
                _ => format!("{first}{}{last}", &body[1..count - 1]),
            }
        }
        Part::Pad(_) => String::new(),
    }
}
