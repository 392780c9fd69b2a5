//! The rules, for `scan --list-rules`.

use bedlock_detect::Rule;
use serde::Serialize;

use crate::render::look::{Look, Tone};
use crate::render::screen::{Screen, columns};
use crate::render::words::severity;

/// A rule, as a list in JSON has it.
#[derive(Serialize)]
struct Listed<'r> {
    id: &'r str,
    provider: &'r str,
    title: &'r str,
    severity: bedlock_model::Severity,
    opens: &'r str,
    revoke: &'r str,
}

/// A line for each rule.
pub(crate) fn text(rules: &[Rule], look: Look) -> String {
    let mut screen = Screen::new(look);
    let width = rules.iter().map(|rule| columns(rule.id)).max().unwrap_or(0);
    for rule in rules {
        screen
            .cell(Tone::Plain, rule.id, width)
            .space(2)
            .cell(
                Tone::Faint,
                severity(bedlock_audit::severity(rule)),
                "medium".len(),
            )
            .space(2)
            .put(Tone::Plain, rule.title)
            .end();
    }
    screen.finish()
}

/// The same in JSON.
///
/// # Errors
/// When it cannot be written as JSON; nothing in a rule does that.
pub(crate) fn json(rules: &[Rule]) -> Result<String, serde_json::Error> {
    let listed: Vec<Listed<'_>> = rules
        .iter()
        .map(|rule| Listed {
            id: rule.id,
            provider: rule.provider,
            title: rule.title,
            severity: bedlock_audit::severity(rule),
            opens: rule.opens,
            revoke: rule.revoke,
        })
        .collect();
    crate::render::json::document(&listed, true)
}
