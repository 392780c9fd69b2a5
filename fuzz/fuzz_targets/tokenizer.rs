//! Puts a value behind names and separators of every kind, at some depth of JSON strings.
//!
//! The readers of structure may or may not take it; what they take lies inside of the text. Now and
//! then the whole stands there many times, and a reader that is not linear becomes a hang.

#![no_main]

use bedlock_detect::{Dice, fake, rules};
use bedlock_fuzz::detect::{scanned, text};
use libfuzzer_sys::fuzz_target;

/// Long enough that a reader which goes over the text again and again is a hang.
const REPEATED: usize = 40_000;

fuzz_target!(|data: &[u8]| {
    let [depth, many, rest @ ..] = data else {
        return;
    };
    // The part before the value is always made of pieces.
    let mut notation = text(&[&[0], rest].concat());
    if notation.is_empty() {
        return;
    }
    let rule = &rules()[usize::from(*many) % rules().len()];
    notation.extend_from_slice(fake(rule, &mut Dice::new(u64::from(*many))).as_bytes());
    for _ in 0..depth % 4 {
        let quoted = serde_json::Value::from(String::from_utf8_lossy(&notation)).to_string();
        notation = quoted.into_bytes();
    }
    scanned(&notation);
    if many % 32 == 0 {
        scanned(&notation.repeat(REPEATED / notation.len() + 1));
    }
});
