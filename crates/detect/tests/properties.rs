//! Properties of the public face on generated texts; chunks and borders are in `detect.rs`.
//!
//! **Invariant:** the cases are the same in every run, so a failure is there again next time.

use bedlock_detect::{Dice, Match, Redactor, Rule, Shape, fake, rules, scan};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

/// Escapes a text as it stands in a JSON string.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, letter| {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            letter if letter < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            letter => out.push(letter),
        }
        out
    })
}

fn nested(text: &str, depth: usize) -> String {
    (0..depth).fold(text.to_owned(), |text, _| escaped(&text))
}

/// Runs a property on the same cases each time.
fn check<S: Strategy>(cases: u32, inputs: S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let seed = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let outcome = TestRunner::new_with_rng(config, seed).run(&inputs, test);
    assert_eq!(outcome.err().map(|error| error.to_string()), None);
}

/// A rule whose credentials have a shape, and one of them on one line.
fn shaped() -> impl Strategy<Value = (&'static Rule, String)> {
    let shaped: Vec<&'static Rule> = rules()
        .iter()
        .filter(|rule| !matches!(rule.shape, Shape::Named))
        .collect();
    (prop::sample::select(shaped), any::<u64>())
        .prop_map(|(rule, seed)| (rule, fake(rule, &mut Dice::new(seed))))
}

fn touches(found: &[Match], start: usize, end: usize) -> bool {
    found
        .iter()
        .any(|m| m.span.start < end && start < m.span.end)
}

/// Text that opens and closes no token: words, sentences, code.
fn prose() -> impl Strategy<Value = String> {
    "([a-z]{1,9}[ ,.;:]{1,2}|[a-z]{2,6}\\(\\);|\\{|\\}|\n|\t|é|—|[0-9]{1,4} ){0,20}"
}

#[test]
fn a_shape_is_found_at_every_depth_of_json() {
    let opens = prop::sample::select(vec!["\n", "\t", " ", "\"", "`", "(", "\r\n", "'", "=\""]);
    let closes = prop::sample::select(vec!["\n", "\t", " ", "\"", "`", ")", "\r\n", "'", "\"\n"]);
    let inputs = (shaped(), prose(), prose(), opens, closes, 0..4_usize);
    check(
        600,
        inputs,
        |((rule, value), before, after, open, close, depth)| {
            let front = nested(&format!("{before}{open}"), depth);
            let inner = nested(&value, depth);
            let text = format!(
                "{front}{inner}{}",
                nested(&format!("{close}{after}"), depth)
            );
            let found = scan(text.as_bytes());
            prop_assert!(
                touches(&found, front.len(), front.len() + inner.len()),
                "{} at depth {depth} in {text}: {found:?}",
                rule.id
            );
            Ok(())
        },
    );
}

#[test]
fn a_variable_is_found_at_every_depth_of_json() {
    let named: Vec<&'static Rule> = rules()
        .iter()
        .filter(|rule| !rule.env_names.is_empty())
        .collect();
    let forms = prop::sample::select(vec![
        "export @=%\n",
        "@=\"%\"\n",
        "Environment=\"@=%\"\n",
        "  @: %\n",
        "{\"@\": \"%\"}",
        "{\"env\":{\"@\":\"%\"}}",
    ]);
    let inputs = (
        prop::sample::select(named),
        any::<u64>(),
        prose(),
        forms,
        0..4_usize,
    );
    check(600, inputs, |(rule, seed, before, form, depth)| {
        let mut dice = Dice::new(seed);
        let value = fake(rule, &mut dice);
        let name = rule.env_names[dice.below(rule.env_names.len())];
        let (front, back) = form.split_once('%').unwrap();
        let front = nested(&format!("{before}\n{}", front.replace('@', name)), depth);
        let inner = nested(&value, depth);
        let text = format!("{front}{inner}{}", nested(back, depth));
        let found = scan(text.as_bytes());
        prop_assert!(
            touches(&found, front.len(), front.len() + inner.len()),
            "{name} at depth {depth} in {text}: {found:?}"
        );
        Ok(())
    });
}

#[test]
fn text_without_names_and_prefixes_is_left_alone() {
    let words = "([a-df-hj-z ]{1,20}[.,;\n]){0,200}";
    check(200, words, |text| {
        let found = scan(text.as_bytes());
        prop_assert!(found.is_empty(), "{found:?} in {text}");
        Ok(())
    });
}

/// Replaces what a scan of the whole text finds.
fn cut(text: &[u8], mark: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    for found in scan(text) {
        out.extend_from_slice(&text[at..found.span.start]);
        let number = text[found.span.clone()].iter().all(u8::is_ascii_digit);
        out.extend_from_slice(if number { b"0" } else { mark.as_bytes() });
        at = found.span.end;
    }
    out.extend_from_slice(&text[at..]);
    out
}

#[test]
fn redacting_changes_the_spans_of_credentials_and_nothing_else() {
    let piece = prop_oneof![
        prose(),
        shaped().prop_map(|(_, value)| value),
        prop::sample::select(vec![
            "API_KEY=",
            "\"token\": \"",
            "password: ",
            "\\n",
            "\"",
            "\n"
        ])
        .prop_map(str::to_owned),
    ];
    let inputs = (prop::collection::vec(piece, 1..12), 1..300_usize);
    check(300, inputs, |(pieces, size)| {
        let text = pieces.concat().into_bytes();
        let mut redactor = Redactor::new();
        let mut out = Vec::new();
        let mut mark = |_: &Match<u64>, _: &[u8]| Some("REDACTED".to_owned());
        for chunk in text.chunks(size) {
            redactor.push(chunk, &mut mark, &mut out);
        }
        redactor.finish(&mut mark, &mut out);
        let expected = cut(&text, "REDACTED");
        prop_assert_eq!(
            String::from_utf8_lossy(&out),
            String::from_utf8_lossy(&expected)
        );
        Ok(())
    });
}
