use serde_json::{Value, json};

use super::Document;
use crate::tests::{Case, check};
use crate::{Format, Segment, entries};

fn path(text: &str) -> Vec<Segment> {
    let segment = |part: &str| {
        part.parse()
            .map_or_else(|_| Segment::key(part), Segment::Index)
    };
    text.split('.')
        .filter(|part| !part.is_empty())
        .map(segment)
        .collect()
}

#[test]
fn reads_all_of_json5() {
    let text = "\u{feff}// head\n{ bare: +1, 'single': 'it\\'s \\x41\\u{e9}', \"d\": \"a\\\nb\", \\u0061b: .5, h: 0xFF, i: -Infinity, n: NaN,\n t: true, z: null, e: [1., 2e3, /* c */ -0,], big: 18446744073709551615, pair: '\\ud83d\\ude00' }";
    let text = text.replace("\\u{e9}", "\\u00e9");
    let value = Document::parse(&text).expect("parses").to_value();
    assert_eq!(
        value,
        json!({"bare": 1, "single": "it's Aé", "d": "ab", "ab": 0.5, "h": 255, "i": null, "n": null, "t": true, "z": null,
            "e": [1.0, 2000.0, -0.0], "big": 18446744073709551615u64, "pair": "😀"})
    );
}

#[test]
fn refuses_with_a_place() {
    for (text, line, column) in [
        ("", 1, 1),
        ("{", 1, 2),
        ("{\n  é: 1\n  b: 2}", 3, 3),
        ("[01]", 1, 2),
        ("'a\nb'", 1, 3),
        ("{a:1}x", 1, 6),
        ("/* ", 1, 1),
        ("[1,,2]", 1, 4),
        ("{\"a\" 1}", 1, 6),
        ("nul", 1, 1),
        ("\"\\u12\"", 1, 2),
    ] {
        let error = Document::parse(text).expect_err("refused");
        assert_eq!(
            (error.line, error.column),
            (line, column),
            "{text:?}: {error}"
        );
    }
    let deep = "[".repeat(100_000);
    assert!(
        Document::parse(&deep)
            .expect_err("refused")
            .message
            .contains("200")
    );
    assert!(entries(Format::Json5, b"{a: '\xff'}").is_err());
}

#[test]
fn removes_entries() {
    check(
        Format::Json5,
        &[
            Case {
                text: "{}",
                reads: &[],
                without: &[],
                left: "{}",
            },
            Case {
                text: "{ a: 1, b: 'x', c: 3 }",
                reads: &[("a", "1"), ("b", "x"), ("c", "3")],
                without: &[0],
                left: "{ b: 'x', c: 3 }",
            },
            Case {
                text: "{ a: 1, b: 'x', c: 3 }",
                reads: &[("a", "1"), ("b", "x"), ("c", "3")],
                without: &[1, 2],
                left: "{ a: 1 }",
            },
            Case {
                text: "{ a: 1, b: 'x', }",
                reads: &[("a", "1"), ("b", "x")],
                without: &[1],
                left: "{ a: 1, }",
            },
            Case {
                text: "{\"a\":1,\"b\":2}",
                reads: &[("a", "1"), ("b", "2")],
                without: &[1],
                left: "{\"a\":1}",
            },
            Case {
                text: "[1, [2, 3], 4]",
                reads: &[("[0]", "1"), ("[1][0]", "2"), ("[1][1]", "3"), ("[2]", "4")],
                without: &[1, 2, 3],
                left: "[1, []]",
            },
            Case {
                text: "{\n  // about a\n  // more\n  a: 1, // note on a\n\n  // apart\n\n  b: 2, // on b\n  c: 3 // on c\n}\n",
                reads: &[("a", "1"), ("b", "2"), ("c", "3")],
                without: &[0, 2],
                left: "{\n\n  // apart\n\n  b: 2 // on b\n}\n",
            },
            Case {
                text: "{ // own\n  a: 1\n}",
                reads: &[("a", "1")],
                without: &[0],
                left: "{ // own\n}",
            },
            Case {
                text: "{\n  o: {\n    k: 'x',\n  },\n}",
                reads: &[("o.k", "x")],
                without: &[0],
                left: "{\n  o: {},\n}",
            },
            Case {
                text: "{ a: 1\n, b: 2\n, c: 3\n}",
                reads: &[("a", "1"), ("b", "2"), ("c", "3")],
                without: &[1],
                left: "{ a: 1\n, c: 3\n}",
            },
            Case {
                text: "{ a: 1, a: 2, /* on c */ c: 3 }",
                reads: &[("a", "1"), ("a", "2"), ("c", "3")],
                without: &[1],
                left: "{ a: 1, /* on c */ c: 3 }",
            },
        ],
    );
}

fn check_set(text: &str, at: &str, value: Value, expected: &str) {
    let mut document = Document::parse(text).expect("parses");
    document.set(&path(at), &value).expect("sets");
    assert_eq!(document.text(), expected, "set {at} in {text:?}");
    assert_eq!(
        document.get(&path(at)).map(super::Node::to_value),
        Some(value)
    );
}

#[test]
fn sets_in_the_style_of_the_document() {
    check_set("{}", "a", json!("x"), "{\n  \"a\": \"x\"\n}");
    check_set(
        "{}\n",
        "a.b",
        json!(1),
        "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n",
    );
    check_set(
        "{ a: 1 }",
        "b",
        json!({"c": [1, 2]}),
        "{ a: 1, b: { c: [ 1, 2 ] } }",
    );
    check_set(
        "{\"a\":1}",
        "b",
        json!({"c": 1}),
        "{\"a\":1,\"b\":{\"c\":1}}",
    );
    check_set("{ a: 1, }", "b", json!(2), "{ a: 1, b: 2, }");
    check_set(
        "{\n\ta: 'x', // note\n}\n",
        "b.c",
        json!("y"),
        "{\n\ta: 'x', // note\n\tb: {\n\t\tc: 'y',\n\t},\n}\n",
    );
    check_set(
        "{\r\n    \"a\": 1 // note\r\n}",
        "b",
        json!([1]),
        "{\r\n    \"a\": 1, // note\r\n    \"b\": [\r\n        1\r\n    ]\r\n}",
    );
    check_set(
        "{\n  a: 1, // keep\n  b: 2\n}",
        "a",
        json!("it's"),
        "{\n  a: \"it's\", // keep\n  b: 2\n}",
    );
    check_set("{ a: 1 // c\n}", "b", json!(2), "{ a: 1, // c\n  b: 2\n}");
    check_set(
        "{\n  a: {}\n}",
        "a.b",
        json!(true),
        "{\n  a: {\n    b: true\n  }\n}",
    );
    check_set(
        "{\n  a: {\n    // later\n  }\n}",
        "a.b",
        json!(true),
        "{\n  a: {\n    // later\n    b: true\n  }\n}",
    );
    check_set("{ a: 1, a: 2 }", "a", json!(3), "{ a: 1, a: 3 }");
    check_set("{ a: [1] }", "a.1", json!(3), "{ a: [1, 3] }");
    check_set(
        "{ k: 1 }",
        "not-bare",
        json!(3),
        "{ k: 1, \"not-bare\": 3 }",
    );
    check_set("{ a: 1 // c\r}", "b", json!(2), "{ a: 1, // c\n  b: 2\r}");
    check_set(
        "{ a: [ // c\u{2028}] }",
        "a.0",
        json!(2),
        "{ a: [ // c\n  2\u{2028}] }",
    );
    check_set("[1]", "", json!({"a": 1}), "{\n  \"a\": 1\n}");
}

#[test]
fn refuses_paths_through_scalars() {
    let mut document = Document::parse("{ a: 1, b: [] }").expect("parses");
    for at in ["a.b", "b.1", "b.x", "0"] {
        assert!(document.set(&path(at), &json!(1)).is_err(), "{at}");
    }
    assert!(document.push(&path("a"), &json!(1)).is_err());
    assert_eq!(document.text(), "{ a: 1, b: [] }");
}

#[test]
fn pushes_and_removes() {
    let mut document = Document::parse("{\n  l: [\n    'a', // one\n  ],\n  gone: { x: 1 },\n}\n")
        .expect("parses");
    document.push(&path("l"), &json!("b")).expect("pushes");
    document.push(&path("m.n"), &json!(1)).expect("pushes");
    document.remove(&path("gone")).expect("removes");
    assert_eq!(
        document.text(),
        "{\n  l: [\n    'a', // one\n    'b',\n  ],\n  m: {\n    n: [\n      1,\n    ],\n  },\n}\n"
    );
    document.remove(&path("l.0")).expect("removes");
    document.remove(&path("l.0")).expect("removes");
    document.remove(&path("m")).expect("removes");
    assert_eq!(document.text(), "{\n  l: [],\n}\n");
    assert!(document.remove(&path("l.0")).is_err());
    assert!(document.remove(&[]).is_err());
    let mut twice = Document::parse("{ a: 1, b: 2, a: 3 }").expect("parses");
    twice.remove(&path("a")).expect("removes");
    assert_eq!(twice.text(), "{ b: 2 }");
}
