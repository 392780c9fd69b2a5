//! Scans arbitrary bytes, and the same bytes inside a JSON string and a string in that.
//!
//! A finding lies inside of the text, behind the one before it, and is there again next time.

#![no_main]

use bedlock_fuzz::detect::{scanned, text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut text = text(data);
    let first = scanned(&text);
    assert_eq!(scanned(&text), first);
    for _ in 0..2 {
        let quoted = serde_json::Value::from(String::from_utf8_lossy(&text)).to_string();
        text = quoted.into_bytes();
        scanned(&text);
    }
});
