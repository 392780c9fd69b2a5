//! Which model provider could see which secret: a table of letters.
//!
//! **Invariant:** never wider than the terminal; providers that do not fit side by side go to
//! a table of their own below.

use bedlock_model::{Report, SecretSummary, Via};

use super::section;
use crate::render::look::Tone;
use crate::render::overview::{Overview, paths};
use crate::render::screen::{Screen, columns};
use crate::render::words::{VIAS, plural};

/// Rows without `--all`.
const ROWS: usize = 30;
/// Columns of a cell: a letter for each path.
const CELL: usize = VIAS.len();

/// Writes the matrix of secrets by providers.
pub(super) fn matrix(screen: &mut Screen, report: &Report, overview: &Overview<'_>, all: bool) {
    if overview.providers.is_empty() {
        return;
    }
    section(screen, "Which model provider could see which secret");
    let (seen, unseen): (Vec<&SecretSummary>, Vec<_>) =
        report.secrets.iter().partition(|s| !s.exposure.is_empty());
    let rows = if all {
        seen.len()
    } else {
        seen.len().min(ROWS)
    };
    let rows_shown = &seen[..rows];
    if !rows_shown.is_empty() {
        tables(screen, report, overview, rows_shown);
    }
    if rows < seen.len() {
        let line = format!(
            "and {}; --all lists them",
            plural(seen.len() - rows, "more", "more")
        );
        screen.wrapped(Tone::Faint, &line, 0);
    }
    if !unseen.is_empty() {
        let line = format!(
            "{} could be seen by none of them.",
            plural(unseen.len(), "secret", "secrets")
        );
        screen.wrapped(Tone::Faint, &line, 0);
    }
}

fn tables(screen: &mut Screen, report: &Report, overview: &Overview<'_>, rows: &[&SecretSummary]) {
    let width = screen.look().columns();
    let label = rows
        .iter()
        .map(|s| columns(&screen.safe(&name(s))))
        .max()
        .unwrap_or(0)
        .clamp(8, width / 2);
    let mut rest = overview.providers.as_slice();
    while !rest.is_empty() {
        let (heads, taken) = fitting(screen, rest, width.saturating_sub(label));
        let (now, later) = rest.split_at(taken);
        screen.space(label);
        for (provider, head) in now.iter().zip(&heads) {
            let keyless = report
                .providers
                .iter()
                .any(|p| p.id == *provider && p.keyless);
            let tone = if keyless { Tone::Good } else { Tone::Strong };
            screen.space(2).cell(tone, provider, *head);
        }
        screen.end();
        for secret in rows {
            screen.cell(Tone::Plain, &name(secret), label);
            for (provider, head) in now.iter().zip(&heads) {
                screen.space(2);
                cell(screen, paths(&secret.exposure, provider));
                screen.space(head.saturating_sub(CELL));
            }
            screen.end();
        }
        screen.end();
        rest = later;
    }
    let legend: Vec<String> = VIAS
        .iter()
        .map(|(_, letter, words)| format!("{letter} {words}"))
        .collect();
    screen.wrapped(Tone::Faint, &legend.join(screen.look().dot()), 0);
}

/// The widths of the columns that fit into `room`; at least one.
fn fitting(screen: &Screen, providers: &[&str], room: usize) -> (Vec<usize>, usize) {
    let mut used = 0;
    let mut heads = Vec::new();
    for provider in providers {
        let most = room.saturating_sub(2).max(CELL);
        let head = columns(&screen.safe(provider)).clamp(CELL, most);
        if !heads.is_empty() && used + head + 2 > room {
            break;
        }
        used += head + 2;
        heads.push(head);
    }
    let taken = heads.len();
    (heads, taken)
}

fn cell(screen: &mut Screen, via: &[Via]) {
    let nothing = screen.look().nothing();
    for (path, letter, _) in VIAS {
        let tone = match path {
            Via::OwnKey => Tone::Plain,
            Via::CatalogInPrompt | Via::EnvironmentInPrompt => Tone::Bad,
            Via::AgentShell | Via::Transcript => Tone::Warn,
        };
        if via.contains(&path) {
            screen.put(tone, letter.encode_utf8(&mut [0; 4]));
        } else {
            screen.put(Tone::Faint, nothing);
        }
    }
}

fn name(secret: &SecretSummary) -> String {
    format!("{} {}", secret.title, secret.mask)
}
