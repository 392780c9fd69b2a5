//! What must hold for any bytes in any format: reading ends, an edit that is made changes what it
//! names and nothing else.
//!
//! The property tests and the fuzz targets both call this file.

use bedlock_formats::{Entry, Format, Segment, entries, remove, replace_value};

/// Bounds how many entries of one text are edited, so that large inputs stay fast.
const EDITED: usize = 6;

/// Values that every format finds hard to write, each for another reason.
const VALUES: [&str; 5] = [
    "plain",
    "",
    "it's \"quoted\" `x` #1; $HOME ${A}",
    "a\\b%c d\\",
    "line\nline",
];

/// Checks all properties of reading, removing and replacing on one text.
pub(crate) fn check(format: Format, text: &[u8]) {
    let Ok(found) = entries(format, text) else {
        return;
    };
    assert_eq!(
        remove(format, text, &[]).as_deref(),
        Ok(text),
        "removing nothing is identity"
    );
    check_places(text, &found);
    let step = found.len().div_ceil(EDITED).max(1);
    for at in (0..found.len()).step_by(step) {
        check_removal(format, text, &found, at);
        for new in VALUES {
            check_replacement(format, text, &found, at, new);
        }
    }
    if let Ok(left) = remove(format, text, &found) {
        assert!(entries(format, &left).is_ok_and(|after| after.is_empty()));
    }
}

fn check_places(text: &[u8], found: &[Entry]) {
    let mut before = 0;
    for entry in found {
        assert!(entry.entry_span.start <= entry.entry_span.end, "{entry:?}");
        assert!(entry.entry_span.end <= text.len(), "{entry:?}");
        assert!(
            entry.entry_span.start <= entry.value_span.start,
            "{entry:?}"
        );
        assert!(entry.value_span.start <= entry.value_span.end, "{entry:?}");
        assert!(entry.value_span.end <= entry.entry_span.end, "{entry:?}");
        assert!(
            before <= entry.value_span.start,
            "{entry:?} stands behind the one before"
        );
        before = entry.value_span.start;
    }
}

fn check_removal(format: Format, text: &[u8], found: &[Entry], at: usize) {
    let Ok(left) = remove(format, text, &found[at..=at]) else {
        return;
    };
    let after = entries(format, &left).expect("what an edit returns parses");
    let others = found[..at].iter().chain(&found[at + 1..]);
    assert!(
        others.map(reading).eq(after.iter().map(reading)),
        "the others are unchanged"
    );
    // The shell's `:` may stand for the command that went.
    let put = usize::from(format == Format::Shell);
    match format {
        // The comma of the element in front may go too, so there are two cuts.
        Format::Json5 | Format::Jsonl => assert!(is_subsequence(&left, text)),
        _ => assert!(
            common(text, &left) + put >= left.len(),
            "one range is cut: {:?}",
            found[at]
        ),
    }
}

fn check_replacement(format: Format, text: &[u8], found: &[Entry], at: usize, new: &str) {
    let entry = &found[at];
    let Ok(result) = replace_value(format, text, entry, new) else {
        return;
    };
    assert!(
        result.starts_with(&text[..entry.entry_span.start]),
        "{entry:?}"
    );
    assert!(result.ends_with(&text[entry.entry_span.end..]), "{entry:?}");
    let after = entries(format, &result).expect("what an edit returns parses");
    assert_eq!(after.len(), found.len());
    assert_eq!(after[at].value, new.as_bytes());
    for (other, (left, right)) in found.iter().zip(&after).enumerate() {
        assert!(
            other == at || reading(left) == reading(right),
            "the others are unchanged"
        );
    }
}

/// Returns what an entry says, without array positions, which move.
fn reading(entry: &Entry) -> (Vec<Option<&str>>, &[u8]) {
    (
        entry.path.iter().map(Segment::as_key).collect(),
        &entry.value,
    )
}

/// Returns how many bytes of `left` the common prefix and suffix with `text` cover.
fn common(text: &[u8], left: &[u8]) -> usize {
    let suffix = text
        .iter()
        .rev()
        .zip(left.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    (prefix(text, left) + suffix).min(left.len())
}

fn prefix(text: &[u8], left: &[u8]) -> usize {
    text.iter().zip(left).take_while(|(a, b)| a == b).count()
}

fn is_subsequence(part: &[u8], whole: &[u8]) -> bool {
    let mut bytes = whole.iter();
    part.iter().all(|byte| bytes.any(|other| other == byte))
}
