//! Reads arbitrary bytes as a `.env` file and edits every entry that is found.

#![no_main]

use bedlock_formats::Format;
use bedlock_fuzz::check_edits;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| check_edits(Format::Dotenv, data));
