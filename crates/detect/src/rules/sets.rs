//! Alphabets that only some providers use, and the values that several of them issue.
//!
//! The tables in this folder name them.
//!
//! **Invariant:** data and generators of fakes only.

use crate::fakes::Dice;
use crate::window::{ALNUM, Alphabet, DOTTED, HEX, LOWER, URL64};

/// `0-9a-fA-F`
pub(super) const XHEX: Alphabet = HEX.or(Alphabet::of(b"ABCDEF"));
/// What a UUID is made of.
pub(super) const DASH_HEX: Alphabet = XHEX.or(Alphabet::of(b"-"));
/// `a-z2-7`
pub(super) const LOWER32: Alphabet = LOWER.or(Alphabet::of(b"234567"));
/// Base64 of the URL alphabet with its padding.
pub(super) const SEGMENT: Alphabet = URL64.or(Alphabet::of(b"="));
/// `A-Za-z0-9_.=-`
pub(super) const TOKEN68: Alphabet = DOTTED.or(Alphabet::of(b"="));

/// Letters and digits without those that look alike.
pub(super) const BASE58: Alphabet =
    Alphabet::of(b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz");

/// Makes a UUID.
pub(super) fn uuid(dice: &mut Dice) -> String {
    [8, 4, 4, 4, 12]
        .map(|length| dice.draw(HEX, length))
        .join("-")
}

/// Makes `sk-` and 32 hexadecimal digits.
pub(super) fn sk_hex(dice: &mut Dice) -> String {
    format!("{}{}", "sk-", dice.draw(HEX, 32))
}

/// Makes `sk-` and 48 letters and digits.
pub(super) fn sk_alnum(dice: &mut Dice) -> String {
    format!("{}{}", "sk-", dice.draw(ALNUM, 48))
}
