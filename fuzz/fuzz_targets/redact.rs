//! Redacts arbitrary bytes in arbitrary chunks: what a scan of the whole finds changes, no other byte.
//!
//! The first byte says how the text is cut.

#![no_main]

use bedlock_detect::{Match, Redactor};
use bedlock_fuzz::detect::{cuts, scanned, text};
use libfuzzer_sys::fuzz_target;

const MARK: &str = "REDACTED";

fuzz_target!(|data: &[u8]| {
    let Some((&seed, data)) = data.split_first() else {
        return;
    };
    let text = text(data);
    let mut redactor = Redactor::new();
    let mut out = Vec::new();
    let mut replacement = |_: &Match<u64>, _: &[u8]| Some(MARK.to_owned());
    for piece in cuts(seed, text.len()) {
        redactor.push(&text[piece], &mut replacement, &mut out);
    }
    redactor.finish(&mut replacement, &mut out);
    assert_eq!(
        String::from_utf8_lossy(&out),
        String::from_utf8_lossy(&expected(&text))
    );
});

/// The slow way: cuts at what a scan of the whole text finds.
fn expected(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    for found in scanned(text) {
        out.extend_from_slice(&text[at..found.span.start]);
        // A bare number in JSON has to stay one.
        let number = text[found.span.clone()].iter().all(u8::is_ascii_digit);
        out.extend_from_slice(if number { b"0" } else { MARK.as_bytes() });
        at = found.span.end;
    }
    out.extend_from_slice(&text[at..]);
    out
}
