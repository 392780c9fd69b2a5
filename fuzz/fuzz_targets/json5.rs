//! Reads arbitrary bytes as JSON5 and JSON Lines, compares with serde_json, and edits what is found.

#![no_main]

use bedlock_formats::Format;
use bedlock_fuzz::{check_edits, check_json};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    check_edits(Format::Json5, data);
    check_edits(Format::Jsonl, data);
    check_json(data);
});
