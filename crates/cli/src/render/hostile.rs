//! What a host must not be able to do to its reader: move a cursor, end a line, run a script,
//! make a link, break a table.
//!
//! Most tests compare the page of a host whose every text is an attack with the page of the same
//! host whose every text is one letter: the two may differ in text only.

use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};

use super::fixtures::{self, ATTACK, PLAIN, detail};
use super::printable::{deceives, is_web_page};
use super::{Detail, Look, html, json, markdown, sarif, text};

fn looks() -> Vec<Look> {
    let mut looks = Vec::new();
    for width in [1, 40, 80, 120, 10_000] {
        for (color, unicode) in [(false, true), (true, true), (false, false)] {
            looks.push(Look {
                color,
                width,
                unicode,
            });
        }
    }
    looks
}

fn screens(text: &str, look: Look) -> Vec<String> {
    let all = Detail {
        all: true,
        ..detail(text)
    };
    vec![
        text::report(&fixtures::hostile(text), &detail(text), look),
        text::report(&fixtures::hostile(text), &all, look),
        text::plan(&fixtures::hostile_plan(text), &all, look),
        text::posture(&fixtures::hostile_posture(text), look),
        text::receipt(&fixtures::hostile_receipt(text), &all, look),
    ]
}

fn pages(text: &str) -> Vec<String> {
    vec![
        html::report(&fixtures::hostile(text)),
        html::posture(&fixtures::hostile_posture(text)),
        html::receipt(&fixtures::hostile_receipt(text)),
    ]
}

fn markdowns(text: &str) -> Vec<String> {
    vec![
        markdown::report(&fixtures::hostile(text), false),
        markdown::report(&fixtures::hostile(text), true),
        markdown::posture(&fixtures::hostile_posture(text)),
        markdown::receipt(&fixtures::hostile_receipt(text)),
    ]
}

/// Takes out the styles that a screen may use; what is left of an escape stays.
fn without_styles(screen: &str) -> String {
    let mut out = String::new();
    let mut rest = screen;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        let end = after.find(|c: char| !c.is_ascii_digit()).unwrap();
        let known = matches!(&after[..end], "0" | "1" | "2" | "31" | "32" | "33" | "36");
        if known && after[end..].starts_with('m') {
            rest = &after[end + 1..];
        } else {
            out.push('\u{1b}');
            rest = after;
        }
    }
    out + rest
}

#[track_caller]
fn assert_quiet(page: &str) {
    let loud = page.chars().find(|c| *c != '\n' && deceives(*c));
    assert_eq!(loud, None, "{page}");
}

#[test]
fn a_terminal_gets_no_control_character() {
    for look in looks() {
        for screen in screens(ATTACK, look) {
            if !look.color {
                assert!(!screen.contains('\u{1b}'), "{screen}");
            }
            assert_quiet(&without_styles(&screen));
        }
    }
}

#[test]
fn a_text_cannot_begin_a_line() {
    const FORGED: &str = "a\nFORGED\r\nFORGED\rFORGED\n";
    for look in looks() {
        let markup = pages(FORGED).into_iter().chain(markdowns(FORGED));
        for page in screens(FORGED, look).into_iter().chain(markup) {
            let forged = page.lines().find(|line| line.starts_with("FORGED"));
            assert_eq!(forged, None, "{page}");
        }
    }
}

#[test]
fn other_formats_hold_no_control_character() {
    for page in pages(ATTACK).iter().chain(&markdowns(ATTACK)) {
        assert_quiet(page);
    }
    let report = fixtures::hostile(ATTACK);
    assert_quiet(&sarif::report(&report, true).unwrap());
    assert_quiet(&json::document(&report, false).unwrap());
    assert_quiet(&json::plan(&fixtures::hostile_plan(ATTACK), true).unwrap());
}

/// The tags of a page, in order, without what stands in the attributes that hold text.
fn tags(page: &str) -> Vec<String> {
    let body = page.split_once("</style>").unwrap().1;
    body.split('<')
        .skip(1)
        .map(|tag| tag.split_once('>').expect("a tag ends").0.to_owned())
        .collect()
}

#[test]
fn html_of_an_attack_has_the_tags_of_a_letter() {
    for (attack, letter) in pages(ATTACK).iter().zip(&pages("x")) {
        assert_eq!(tags(attack), tags(letter));
        let head = |page: &str| page.split_once("<style>").unwrap().0.matches('<').count();
        assert_eq!(head(attack), head(letter));
        assert!(!attack.contains("<script") && !attack.contains("href=\"javascript"));
    }
}

#[test]
fn html_loads_and_runs_nothing() {
    for page in pages("https://example.com/x") {
        assert!(page.contains("content=\"default-src 'none'; style-src 'sha256-"));
        let style = page.split_once("<style>").unwrap().1;
        let style = style.split_once("</style>").unwrap().0;
        assert!(
            !style.contains("url(") && !style.contains("@import"),
            "{style}"
        );
        for tag in tags(&page) {
            let name = tag.split(' ').next().unwrap();
            let loads = [
                "script", "img", "link", "iframe", "object", "embed", "base", "form",
            ];
            assert!(!loads.contains(&name), "{tag}");
            let attributes = tag.replace(" open", "");
            for attribute in [" src=", " on", " style=", " srcset="] {
                assert!(!attributes.contains(attribute), "{tag}");
            }
        }
    }
}

#[test]
fn markdown_of_an_attack_is_text_in_the_cells_of_a_letter() {
    let shape = |page: &str| -> Vec<&'static str> {
        let mut shape = Vec::new();
        for event in Parser::new_ext(page, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::TableRow) => shape.push("row"),
                Event::Start(Tag::TableCell) => shape.push("cell"),
                Event::Start(Tag::Heading { .. }) => shape.push("heading"),
                Event::Start(Tag::Paragraph) => shape.push("paragraph"),
                Event::Start(Tag::Item) => shape.push("item"),
                Event::Start(Tag::Link { dest_url, .. }) => {
                    assert!(is_web_page(&dest_url), "{dest_url}");
                }
                Event::InlineHtml(tag) => assert!(
                    ["<br>", "<code>", "</code>", "<!-- -->"].contains(&&*tag),
                    "{tag}"
                ),
                Event::Html(block) => panic!("{block}"),
                Event::Start(Tag::Image { .. } | Tag::CodeBlock(_)) => panic!("{page}"),
                _ => {}
            }
        }
        shape
    };
    for (attack, letter) in markdowns(ATTACK).iter().zip(&markdowns("x")) {
        assert_eq!(shape(attack), shape(letter), "{attack}");
    }
}

#[test]
fn sarif_addresses_are_addresses_and_messages_make_no_links() {
    let log = sarif::report(&fixtures::hostile(ATTACK), false).unwrap();
    let log: serde_json::Value = serde_json::from_str(&log).unwrap();
    let run = &log["runs"][0];
    for result in run["results"].as_array().unwrap() {
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(
            uri.bytes()
                .all(|b| b.is_ascii_graphic() && b != b'"' && b != b'<'),
            "{uri}"
        );
        let message = result["message"]["text"].as_str().unwrap();
        assert!(!message.replace("\\]", "").contains("]("), "{message}");
        assert!(message.contains("{{0}}"), "{message}");
    }
    assert_eq!(
        run["tool"]["driver"]["rules"][0]["helpUri"],
        serde_json::Value::Null
    );
}

#[test]
fn json_gives_back_what_went_in() {
    let report = fixtures::hostile(ATTACK);
    let text = json::document(&report, true).unwrap();
    let back: bedlock_model::Report = serde_json::from_str(&text).unwrap();
    assert_eq!(back, report);
    let receipt = fixtures::hostile_receipt(ATTACK);
    let text = json::document(&receipt, false).unwrap();
    let back: bedlock_model::Receipt = serde_json::from_str(&text).unwrap();
    assert_eq!(back, receipt);
}

#[test]
fn two_hundred_secrets_stay_readable() {
    let report = fixtures::large();
    let short = text::report(&report, &detail("bedlock harden"), PLAIN);
    let lines = short.lines().count();
    assert!(lines < 800, "{lines} lines");
    assert!(short.contains("and 41 more places in this file"), "{short}");
    assert!(
        short.contains("and 188 more secrets; --all lists them"),
        "{short}"
    );
    let all = Detail {
        all: true,
        ..detail("bedlock harden")
    };
    let long = text::report(&report, &all, PLAIN);
    for secret in &report.secrets {
        assert!(long.contains(&secret.mask), "{} is missing", secret.mask);
    }
    assert!(long.lines().count() > report.findings.len());
    let page = html::report(&report);
    assert!(page.len() < 8_000_000, "{} bytes", page.len());
    let issue = markdown::report(&report, false);
    assert!(
        issue.len() < 65_536,
        "{} bytes do not fit into an issue",
        issue.len()
    );
}

#[test]
fn lines_fit_the_terminal_unless_they_hold_what_must_be_copied_whole() {
    for width in [60, 80, 120] {
        let look = Look { width, ..PLAIN };
        let screens = [
            text::report(&fixtures::report(), &detail("bedlock harden"), look),
            text::posture(&fixtures::posture(), look),
            text::receipt(&fixtures::receipt(), &detail("bedlock undo"), look),
        ];
        for line in screens.iter().flat_map(|screen| screen.lines()) {
            let copied = line.contains("/home/ada/") || line.contains("https://");
            let wide = unicode_width::UnicodeWidthStr::width(line);
            assert!(copied || wide <= width, "{wide} columns of {width}: {line}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_is_only_text(text in any::<String>()) {
        for screen in screens(&text, PLAIN) {
            prop_assert!(!screen.chars().any(|c| c != '\n' && deceives(c)));
        }
        prop_assume!(!text.is_empty() && !is_web_page(&text));
        for (page, letter) in pages(&text).iter().zip(&pages("x")) {
            prop_assert_eq!(tags(page).len(), tags(letter).len());
        }
    }
}
