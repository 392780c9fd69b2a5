//! Reads arbitrary bytes as an answer of the Bot API: a status, then a body.

#![no_main]

use bedlock_watch::notify::telegram::read_any_answer;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (status, body) = data.split_at(data.len().min(2));
    let number = status
        .iter()
        .fold(0, |number, byte| number * 256 + u16::from(*byte));
    // Mostly the ones that are answered with.
    for status in [200, 400, 429, number] {
        read_any_answer(status, body);
    }
});
