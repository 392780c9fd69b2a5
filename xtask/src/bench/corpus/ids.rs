//! Ids of every kind that stands in agents' transcripts, drawn with dice.
//!
//! The transcripts are full of them, and the hard negatives plant them where secrets stand.
//!
//! **Invariant:** none of them opens anything.

use bedlock_detect::{Alphabet, Dice};

pub(crate) const HEX: Alphabet = Alphabet::of(b"0123456789abcdef");
pub(crate) const UPPER_HEX: Alphabet = Alphabet::of(b"0123456789ABCDEF");
pub(crate) const DIGITS: Alphabet = Alphabet::of(b"0123456789");
pub(crate) const LOWER: Alphabet = Alphabet::of(b"abcdefghijklmnopqrstuvwxyz");
pub(crate) const UPPER: Alphabet = Alphabet::of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ");
pub(crate) const ALNUM: Alphabet = LOWER.or(UPPER).or(DIGITS);
pub(crate) const LOWER_NUM: Alphabet = LOWER.or(DIGITS);
pub(crate) const UPPER_NUM: Alphabet = UPPER.or(DIGITS);
pub(crate) const BASE32: Alphabet = UPPER.or(Alphabet::of(b"234567"));
pub(crate) const BASE64: Alphabet = ALNUM.or(Alphabet::of(b"+/"));
pub(crate) const URL64: Alphabet = ALNUM.or(Alphabet::of(b"-_"));

/// A random UUID of version 4.
pub(crate) fn uuid(dice: &mut Dice) -> String {
    format!(
        "{}-{}-4{}-{}{}-{}",
        dice.draw(HEX, 8),
        dice.draw(HEX, 4),
        dice.draw(HEX, 3),
        ["8", "9", "a", "b"][dice.below(4)],
        dice.draw(HEX, 3),
        dice.draw(HEX, 12)
    )
}

/// A UUID of version 7, whose front is a time.
pub(crate) fn uuid7(dice: &mut Dice) -> String {
    let rest = uuid(dice);
    format!("0199a{}-{}-7{}", &rest[..3], &rest[9..13], &rest[15..])
}

/// A number of a step of the Anthropic API: `toolu_01…`, `msg_01…`, `req_011C…`.
pub(crate) fn anthropic(prefix: &str, dice: &mut Dice) -> String {
    format!("{prefix}_01{}", dice.draw(ALNUM, 22))
}

/// A call of a tool in the OpenAI API.
pub(crate) fn call(dice: &mut Dice) -> String {
    format!("call_{}", dice.draw(ALNUM, 24))
}

/// An id of the Responses API: `resp_…`, `fc_…`, `rs_…`, with 50 digits of hex.
pub(crate) fn responses(prefix: &str, dice: &mut Dice) -> String {
    format!("{prefix}_0{}", dice.draw(HEX, 49))
}

/// A ULID.
pub(crate) fn ulid(dice: &mut Dice) -> String {
    let crockford = Alphabet::of(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ");
    format!("01K{}", dice.draw(crockford, 23))
}

/// A time on a day of November 2026.
pub(crate) fn time(dice: &mut Dice) -> String {
    format!(
        "2026-11-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        1 + dice.below(28),
        dice.below(24),
        dice.below(60),
        dice.below(60),
        dice.below(1000)
    )
}
