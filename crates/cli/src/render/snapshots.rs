//! What every screen looks like. `cargo insta review` shows what a change did to them.

use super::fixtures::{self, PLAIN, detail};
use super::text::{self, scoreboard::Score};
use super::{Detail, Look, html, json, markdown, sarif};

const NARROW: Look = Look { width: 80, ..PLAIN };
const WIDE: Look = Look {
    width: 120,
    ..PLAIN
};
const COLOR: Look = Look {
    color: true,
    ..PLAIN
};
/// What a `dumb` terminal gets.
const ASCII: Look = Look {
    unicode: false,
    ..NARROW
};
const NEXT: &str = "bedlock harden";

fn all(next: &str) -> Detail {
    Detail {
        all: true,
        ..detail(next)
    }
}

#[test]
fn report_as_text() {
    let report = fixtures::report();
    let detail = detail(NEXT);
    insta::assert_snapshot!("report_80", text::report(&report, &detail, NARROW));
    insta::assert_snapshot!("report_120", text::report(&report, &detail, WIDE));
    insta::assert_snapshot!("report_ascii", text::report(&report, &detail, ASCII));
    insta::assert_snapshot!("report_all", text::report(&report, &all(NEXT), PLAIN));
    let colored = text::report(&report, &detail, COLOR).replace('\u{1b}', "␛");
    insta::assert_snapshot!("report_color", colored);
}

#[test]
fn an_empty_report_says_what_was_looked_at() {
    let report = fixtures::empty();
    insta::assert_snapshot!(
        "empty_text",
        text::report(&report, &detail("bedlock verify"), PLAIN)
    );
    insta::assert_snapshot!("empty_markdown", markdown::report(&report, false));
    let mut with_agent = fixtures::report();
    with_agent.secrets.clear();
    with_agent.findings.clear();
    insta::assert_snapshot!(
        "empty_incomplete_text",
        text::report(&with_agent, &detail("bedlock verify"), PLAIN)
    );
}

#[test]
fn report_as_data() {
    let report = fixtures::report();
    insta::assert_snapshot!("report_json", json::document(&report, true).unwrap());
    insta::assert_snapshot!("report_sarif", sarif::report(&report, true).unwrap());
}

#[test]
fn report_as_markup() {
    let report = fixtures::report();
    insta::assert_snapshot!("report_markdown", markdown::report(&report, false));
    insta::assert_snapshot!("report_html", without_style(&html::report(&report)));
}

#[test]
fn plan() {
    let view = fixtures::plan();
    let next = detail("bedlock harden --apply");
    insta::assert_snapshot!("plan_text", text::plan(&view, &next, NARROW));
    insta::assert_snapshot!("plan_json", json::plan(&view, true).unwrap());
    let mut blocked = fixtures::plan();
    blocked.files.clear();
    blocked.blockers.push(fixtures::left(
        "a key that nobody knows",
        "remove it by hand",
    ));
    insta::assert_snapshot!("plan_blocked_text", text::plan(&blocked, &next, NARROW));
    let nothing = super::plan::PlanView::default();
    insta::assert_snapshot!("plan_nothing_text", text::plan(&nothing, &next, NARROW));
}

#[test]
fn posture() {
    let posture = fixtures::posture();
    insta::assert_snapshot!("posture_text", text::posture(&posture, NARROW));
    insta::assert_snapshot!("posture_json", json::document(&posture, true).unwrap());
    insta::assert_snapshot!("posture_markdown", markdown::posture(&posture));
    insta::assert_snapshot!("posture_html", without_style(&html::posture(&posture)));
}

#[test]
fn receipt() {
    let receipt = fixtures::receipt();
    let next = detail("bedlock undo");
    insta::assert_snapshot!("receipt_text", text::receipt(&receipt, &next, NARROW));
    insta::assert_snapshot!(
        "receipt_all_text",
        text::receipt(&receipt, &all("bedlock undo"), WIDE)
    );
    insta::assert_snapshot!(
        "receipt_clean_text",
        text::receipt(&fixtures::clean_receipt(), &next, NARROW)
    );
    insta::assert_snapshot!("receipt_json", json::document(&receipt, true).unwrap());
    insta::assert_snapshot!("receipt_markdown", markdown::receipt(&receipt));
    insta::assert_snapshot!("receipt_html", without_style(&html::receipt(&receipt)));
}

#[test]
fn scoreboard() {
    let before = Score::of(&fixtures::report(), &fixtures::posture());
    let after = Score {
        secrets: 0,
        places: 0,
        left: 2,
        providers: 0,
        passing: 3,
        invariants: 3,
    };
    insta::assert_snapshot!("scoreboard", text::scoreboard(&before, &after, NARROW));
    insta::assert_snapshot!(
        "scoreboard_ascii",
        text::scoreboard(&before, &before, ASCII)
    );
}

#[test]
fn schemas_are_published_with_their_version() {
    for (name, schema) in json::schemas() {
        insta::assert_snapshot!(format!("schema_{name}"), schema);
    }
}

/// The style is reviewed in a browser.
fn without_style(page: &str) -> String {
    let (before, rest) = page.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    let hash = before
        .split_once("'sha256-")
        .unwrap()
        .1
        .split_once('\'')
        .unwrap()
        .0;
    format!("{}<style>…</style>{after}", before.replace(hash, "…"))
}
