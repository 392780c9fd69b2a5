//! Before and after, side by side: what `bedlock demo` ends with.
//!
//! **Invariant:** a row is green only when its last column is as it should be.

use std::collections::HashSet;

use bedlock_model::{Posture, Report, Verdict};

use crate::render::look::{Look, Tone};
use crate::render::overview::Overview;
use crate::render::screen::{Screen, columns};
use crate::render::words::number;

/// A host in six numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Score {
    /// Secrets that harden removes or that need a person.
    pub(crate) secrets: usize,
    /// Places where they stand.
    pub(crate) places: usize,
    /// Secrets that stay on purpose, or that expire.
    pub(crate) left: usize,
    /// Model providers that could see one of the open secrets, their own keys included.
    pub(crate) providers: usize,
    /// Invariants that hold.
    pub(crate) passing: usize,
    /// Invariants.
    pub(crate) invariants: usize,
}

impl Score {
    /// Counts a report and a posture.
    pub(crate) fn of(report: &Report, posture: &Posture) -> Self {
        let overview = Overview::of(report);
        let providers: HashSet<&str> = overview
            .open
            .iter()
            .flat_map(|secret| &secret.exposure)
            .map(|exposure| exposure.provider.as_str())
            .collect();
        let passes = |verdict| verdict == Verdict::Pass;
        Self {
            secrets: overview.open.len(),
            places: report.open().count(),
            left: overview.left.len(),
            providers: providers.len(),
            passing: posture
                .invariants
                .iter()
                .filter(|i| passes(i.verdict))
                .count(),
            invariants: posture.invariants.len(),
        }
    }
}

/// Writes two scores side by side.
pub(crate) fn scoreboard(before: &Score, after: &Score, look: Look) -> String {
    let of = |score: &Score| format!("{} of {}", score.passing, score.invariants);
    let count = |count: usize| number(count as u64);
    let all_pass = after.passing == after.invariants;
    let rows: [(&str, String, String, Option<bool>); 5] = [
        (
            "secrets to remove",
            count(before.secrets),
            count(after.secrets),
            Some(after.secrets == 0),
        ),
        (
            "places they stand in",
            count(before.places),
            count(after.places),
            Some(after.places == 0),
        ),
        (
            "model providers that could see one",
            count(before.providers),
            count(after.providers),
            Some(after.providers == 0),
        ),
        (
            "invariants that hold",
            of(before),
            of(after),
            Some(all_pass),
        ),
        (
            "left on purpose, or expiring",
            count(before.left),
            count(after.left),
            None,
        ),
    ];
    let label = rows.iter().map(|row| columns(row.0)).max().unwrap_or(0);
    let mut screen = Screen::new(look);
    screen
        .space(label + 4)
        .right(Tone::Faint, "BEFORE", 10)
        .right(Tone::Faint, "AFTER", 10)
        .end();
    for (name, was, is, good) in &rows {
        let (mark, tone) = match good {
            Some(true) => (look.tick(), Tone::Good),
            Some(false) => (look.cross(), Tone::Bad),
            None => (" ", Tone::Faint),
        };
        let was_tone = if was == is || good.is_none() {
            Tone::Faint
        } else {
            Tone::Bad
        };
        screen
            .put(tone, mark)
            .space(1)
            .cell(Tone::Plain, name, label + 2)
            .right(was_tone, was, 10)
            .right(tone, is, 10)
            .end();
    }
    screen.finish()
}
