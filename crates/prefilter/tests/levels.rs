//! Every level points at the same places, and at no others.

use bedlock_prefilter::{BLOCK, Candidate, Level, Pattern, Prefilter, WIDTH, may_open};
use proptest::prelude::*;

fn naive(patterns: &[Pattern], text: &[u8], everywhere: bool) -> Vec<usize> {
    (0..(text.len() + 1).saturating_sub(WIDTH))
        .filter(|&at| {
            let open = everywhere || may_open(text, at);
            patterns.iter().any(|pattern| {
                let mut bytes = pattern.sets.iter().zip(&text[at..]);
                (open || !pattern.opens)
                    && bytes.all(|(set, &byte)| byte < 128 && set >> byte & 1 == 1)
            })
        })
        .collect()
}

fn found(filter: &Prefilter, text: &[u8], everywhere: bool) -> Vec<usize> {
    let mut places = Vec::new();
    let mut buffer = Box::new([Candidate::default(); BLOCK]);
    let mut from = 0;
    loop {
        let (count, next) = filter.candidates(text, from..text.len(), everywhere, &mut buffer);
        places.extend(
            buffer[..count]
                .iter()
                .map(|found| from + usize::from(found.near)),
        );
        if next == from {
            return places;
        }
        from = next;
    }
}

fn check(patterns: &[Pattern], text: &[u8]) {
    for everywhere in [false, true] {
        let expected = naive(patterns, text, everywhere);
        for level in Level::available() {
            let filter = Prefilter::new(patterns).with_level(level);
            assert_eq!(filter.level(), level);
            assert_eq!(found(&filter, text, everywhere), expected, "{level:?}");
        }
    }
}

/// Few letters, so that patterns are hit, nearly hit and overlap.
fn letters() -> impl Strategy<Value = u8> {
    prop_oneof![
        8 => prop::sample::select(b"ke-y_sAKm\\%\"".to_vec()),
        1 => any::<u8>(),
    ]
}

fn literal() -> impl Strategy<Value = (Vec<u8>, bool)> {
    let bytes = prop::sample::select(b"ke-y_sAK\"".to_vec());
    (prop::collection::vec(bytes, 3..7), any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn levels_agree(
        literals in prop::collection::vec(literal(), 0..60),
        text in prop::collection::vec(letters(), 0..400),
        next in any::<u128>(),
    ) {
        // The NUL byte is in no literal.
        let patterns: Vec<Pattern> = literals
            .iter()
            .map(|(literal, opens)| Pattern::new(literal, next & !1, *opens))
            .collect();
        check(&patterns, &text);
    }
}

#[test]
fn borders_of_steps_and_blocks_lose_nothing() {
    let patterns = [
        Pattern::new(b"sk-a", 0, true),
        Pattern::new(b"key", 1 << b'=', false),
    ];
    for length in (0..200).chain([BLOCK - 1, BLOCK, BLOCK + 1, BLOCK + 65]) {
        let text: Vec<u8> = b"sk-akey=".iter().copied().cycle().take(length).collect();
        check(&patterns, &text);
    }
}

#[test]
fn only_the_asked_places_are_looked_at() {
    let filter = Prefilter::new(&[Pattern::new(b"aaaa", 0, false)]);
    let text = [b'a'; 100];
    let mut buffer = Box::new([Candidate::default(); BLOCK]);
    assert_eq!(
        filter.candidates(&text, 10..20, false, &mut buffer),
        (10, 20)
    );
    let near: Vec<u16> = buffer[..10].iter().map(|found| found.near).collect();
    assert_eq!(near, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(
        filter.candidates(&text, 95..200, false, &mut buffer),
        (2, 97)
    );
    assert_eq!(
        filter.candidates(&text, 98..200, false, &mut buffer),
        (0, 98)
    );
    assert_eq!(filter.candidates(&[], 0..9, false, &mut buffer), (0, 0));
}

#[test]
fn a_candidate_names_every_pattern_that_may_stand_there() {
    let literals: [&[u8]; 4] = [b"key", b"key-", b"keys", b"sk-ant-"];
    let next = (1 << b'-') | (1 << b'=');
    let patterns = literals.map(|literal| Pattern::new(literal, next, false));
    let filter = Prefilter::new(&patterns);
    let mut buffer = Box::new([Candidate::default(); BLOCK]);
    let mut standing = |text: &[u8]| -> Vec<u16> {
        let (count, _) = filter.candidates(text, 0..text.len(), false, &mut buffer);
        buffer[..count]
            .iter()
            .flat_map(|found| filter.group(found.group).to_vec())
            .collect()
    };
    assert_eq!(standing(b"key-1"), [0, 1, 2]);
    assert_eq!(standing(b"keys"), [0, 1, 2]);
    assert_eq!(standing(b"key="), [0, 1, 2]);
    assert_eq!(standing(b"sk-an sk-a"), [3, 3]);
    assert_eq!(standing(b"keyb"), [0; 0]);
    assert_eq!(filter.group(u16::MAX), [0; 0]);
}

#[test]
fn a_pattern_that_opens_a_word_does_not_stand_inside_one() {
    let filter = Prefilter::new(&[Pattern::new(b"sk-a", 0, true)]);
    for (left, open) in [
        ("", true),
        (" ", true),
        ("\"", true),
        ("\\n", true),
        ("\\u000a", true),
        ("\\x0a", true),
        ("%0A", true),
        ("%250A", true),
        ("\u{1b}[32m", true),
        ("\u{e9}", true),
        ("a", false),
        ("ta", false),
        ("_", false),
        ("9", false),
    ] {
        // At the start of a text, and where a block begins right before it.
        for text in [format!("{left}sk-a"), format!("{:>80}{left}sk-a", "")] {
            let at = text.len() - 4;
            for from in at.saturating_sub(8)..=at {
                let mut buffer = Box::new([Candidate::default(); BLOCK]);
                let places = from..text.len();
                let (count, _) = filter.candidates(text.as_bytes(), places, false, &mut buffer);
                assert_eq!(count == 1, open, "{left:?} from {from}");
            }
        }
    }
}
