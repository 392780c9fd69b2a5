//! Streams arbitrary bytes in arbitrary chunks: the findings are those of a scan of the whole.
//!
//! The first byte says how the text is cut. Raw pages give the same findings however they are cut,
//! and nothing is reported before what was settled.

#![no_main]

use bedlock_detect::{Match, Stream};
use bedlock_fuzz::detect::{cuts, scanned, text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&seed, data)) = data.split_first() else {
        return;
    };
    let text = text(data);
    let whole: Vec<_> = scanned(&text)
        .into_iter()
        .map(|found| Match {
            rule: found.rule,
            span: found.span.start as u64..found.span.end as u64,
            confidence: found.confidence,
            encoding: found.encoding,
        })
        .collect();
    assert_eq!(streamed(Stream::new(), &text, seed), whole);
    let whole = streamed(Stream::raw(), &text, u8::MAX);
    assert_eq!(streamed(Stream::raw(), &text, seed), whole);
});

fn streamed(mut stream: Stream, text: &[u8], seed: u8) -> Vec<Match<u64>> {
    let mut found = Vec::new();
    let mut settled = 0;
    let mut report = |m: Match<u64>, settled| {
        assert!(m.span.start >= settled, "{m:?} begins before {settled}");
        found.push(m);
    };
    // A seed of 255 leaves the text whole.
    let whole = std::iter::once(0..text.len()).collect();
    let pieces = if seed == u8::MAX {
        whole
    } else {
        cuts(seed, text.len())
    };
    for piece in pieces {
        stream.push(&text[piece], &mut |m| report(m, settled));
        assert!(stream.settled() >= settled);
        settled = stream.settled();
    }
    stream.finish(&mut |m| report(m, settled));
    found
}
