//! Reads arbitrary bytes as a systemd unit and as an environment file, and edits what is found.

#![no_main]

use bedlock_formats::Format;
use bedlock_fuzz::check_edits;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    check_edits(Format::SystemdUnit, data);
    check_edits(Format::SystemdEnvFile, data);
});
