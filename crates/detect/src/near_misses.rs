//! Shows that no input is catastrophic: work is counted in bytes looked at, never in time.
//!
//! Every reader sees the text through [`crate::window::Window`], which counts in tests. A text that
//! almost is a credential everywhere must cost twice as much when it is twice as long, and not more
//! than a fixed number of looks at each byte.
//!
//! **Invariant:** tests only; nothing asserts on wall time.

use crate::fakes::Dice;
use crate::rule::{Part, Rule, Shape};
use crate::window::STEPS;
use crate::{Stream, fake, rules, scan};

/// The size of a text for one rule: more than the cap on a token's length, so that a reader which goes
/// to its cap again and again would look thousands of times at a byte.
const SIZE: usize = 20 * 1024;

/// The most looks at one byte, over a whole text.
const LOOKS_A_BYTE: u64 = 120;

fn looks(work: impl FnOnce()) -> u64 {
    let before = STEPS.get();
    work();
    STEPS.get() - before
}

/// Scans a text and returns how many looks a byte of it cost.
fn check(what: &str, text: &[u8]) -> u64 {
    let a_byte = looks(|| drop(scan(text))) / text.len() as u64;
    assert!(a_byte <= LOOKS_A_BYTE, "{what}: {a_byte} looks a byte");
    a_byte
}

/// Repeats a piece up to a size.
fn repeated(piece: &str, size: usize) -> Vec<u8> {
    piece.repeat(size / piece.len().max(1) + 1).into_bytes()
}

/// A literal and a name that wake a rule.
fn wakers(rule: &'static Rule) -> Vec<&'static str> {
    let shape: &[&str] = match rule.shape {
        Shape::Token(_) => rule.prefixes,
        Shape::Read(reader) => reader.anchors,
        Shape::Named => &[],
    };
    let both = [shape.first(), rule.env_names.first()];
    both.into_iter().flatten().copied().collect()
}

/// Members of the body's alphabet, or letters for a rule without a shape.
fn body(rule: &Rule) -> String {
    let Shape::Token(parts) = rule.shape else {
        return "Kx9".to_owned();
    };
    let set = parts.iter().find_map(|part| match part {
        Part::Run(set, ..) => Some(*set),
        _ => None,
    });
    set.map_or_else(|| "a".to_owned(), |set| Dice::new(1).draw(set, 16))
}

#[test]
fn near_misses_of_every_rule_are_looked_at_a_few_times() {
    let mut dice = Dice::new(0xBAD);
    for rule in rules() {
        let value = fake(rule, &mut dice);
        let short: String = value.chars().take(value.chars().count() * 3 / 4).collect();
        for waker in wakers(rule) {
            for piece in [
                waker.to_owned(),
                format!("{waker}="),
                format!("\"{waker}\":\""),
                format!("{short} "),
                format!("{waker}={value}\\"),
            ] {
                check(&piece, &repeated(&piece, SIZE));
            }
            for rest in [body(rule).as_str(), "\\", "\\\\\""] {
                let front = format!("{waker}=\"{waker}");
                let text = [front.as_bytes(), &repeated(rest, SIZE)].concat();
                check(&format!("{front} and {rest} for long"), &text);
            }
        }
    }
}

/// What wakes many readers, or leads them far.
const PIECES: [&str; 16] = [
    "sk-",
    "key_",
    "token: ",
    "\"token\":\"",
    "token='",
    "AWS_SECRET_KEY=",
    "password is ",
    "eyJ",
    "://a:",
    "-----BEGIN PRIVATE KEY-----",
    "AKIA",
    "Bearer ",
    "\\",
    "%3D",
    "\"",
    "<key>token</key><string>",
];

#[test]
fn a_megabyte_of_near_misses_costs_twice_what_half_of_it_costs() {
    for piece in PIECES {
        let half = looks(|| drop(scan(&repeated(piece, 512 * 1024))));
        let whole = looks(|| drop(scan(&repeated(piece, 1024 * 1024))));
        assert!(
            whole <= half * 2 + half / 10 + 4_096,
            "{piece}: {half} looks at half a megabyte, {whole} at one"
        );
    }
}

#[test]
fn small_chunks_of_near_misses_cost_little_more_than_the_whole() {
    for piece in PIECES {
        let text = repeated(piece, SIZE);
        let whole = looks(|| drop(scan(&text)));
        let chunked = looks(|| {
            let mut stream = Stream::new();
            for chunk in text.chunks(7) {
                stream.push(chunk, &mut |_| {});
            }
            stream.finish(&mut |_| {});
        });
        assert!(
            chunked <= whole * 12 + 65_536,
            "{piece}: {whole} looks at the whole, {chunked} in chunks"
        );
    }
}
