//! What verify proved: the verdict, then each invariant with its evidence.
//!
//! **Invariant:** `unknown` never looks like `pass`.

use bedlock_model::{Posture, Verdict};

use super::page::Page;
use super::{badge, code, escaped, places, terms, tile};
use crate::render::words::{plural, verdict};

/// Writes what verify proved.
pub(crate) fn posture(posture: &Posture) -> String {
    let answer = answer(posture);
    let mut page = Page::new("verify", &posture.home, &answer);
    page.line(&format!("<h1>{}.</h1>", escaped(&answer)));
    page.line("<ul class=\"tiles\">");
    for wanted in [Verdict::Pass, Verdict::Fail, Verdict::Unknown] {
        let count = of(posture, wanted);
        let class = if count == 0 { "faint" } else { tone(wanted) };
        tile(&mut page, class, &count.to_string(), verdict(wanted));
    }
    page.line("</ul>");
    terms(&mut page, "card facts", &[("home", code(&posture.home))]);
    page.heading("Invariants");
    page.line("<div class=\"card scroll\"><table>");
    page.line("<thead><tr><th>verdict</th><th>invariant</th><th>evidence</th></tr></thead><tbody>");
    for invariant in &posture.invariants {
        page.line(&format!(
            "<tr><td>{}</td><td>{}<br>{}</td><td>",
            badge(tone(invariant.verdict), verdict(invariant.verdict)),
            code(&invariant.id),
            escaped(&invariant.statement),
        ));
        for line in &invariant.evidence {
            page.line(&format!("{}<br>", escaped(line)));
        }
        if let Some(next) = &invariant.next {
            page.line(&format!("next: {}", code(next)));
        }
        page.line("</td></tr>");
    }
    page.line("</tbody></table></div>");
    places(
        &mut page,
        "Could not be looked at",
        &posture.unreadable,
        &posture.home,
    );
    page.finish(&posture.tool, &posture.created)
}

fn answer(posture: &Posture) -> String {
    let count = plural(posture.invariants.len(), "invariant", "invariants");
    if posture.invariants.is_empty() {
        return "No invariant was looked at".to_owned();
    }
    match posture.verdict() {
        Verdict::Pass => format!("All of {count} hold"),
        Verdict::Unknown => {
            format!(
                "{} of {count} could not be decided",
                of(posture, Verdict::Unknown)
            )
        }
        Verdict::Fail => {
            let fail = format!("{} of {count} fail", of(posture, Verdict::Fail));
            match of(posture, Verdict::Unknown) {
                0 => fail,
                unknown => format!("{fail}, {unknown} could not be decided"),
            }
        }
    }
}

fn of(posture: &Posture, wanted: Verdict) -> usize {
    posture
        .invariants
        .iter()
        .filter(|i| i.verdict == wanted)
        .count()
}

fn tone(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "good",
        Verdict::Unknown => "warn",
        Verdict::Fail => "bad",
    }
}
