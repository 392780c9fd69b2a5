//! One finding, the way a compiler shows an error: the masked line, the place underlined, and
//! notes on what to do.
//!
//! Drawn here: libraries for diagnostics compute the column from the text that they are given,
//! and this text is masked, cut around the secret, or a row of a database that has no line.
//!
//! **Invariant:** a secret is explained once, where it is first found; its other places are a
//! line each.

use std::collections::HashMap;

use bedlock_model::{Disposition, Finding, Fingerprint, Report};

use super::severity_tone;
use crate::render::excerpt::Window;
use crate::render::look::Tone;
use crate::render::overview::{Group, InFile};
use crate::render::screen::{Screen, clip_start, columns};
use crate::render::words::{evidence, has_lines, kind, plural, seen_by, severity, short_path};

/// The secrets that are explained, with the number of their places.
pub(super) type Explained<'a> = HashMap<&'a Fingerprint, usize>;

/// Columns that a file's path gets at least.
const PATH: usize = 16;
/// Secrets of one file that are a line each, where not every secret is explained.
const LINES: usize = 20;
/// Lines that "and 41 more places" names.
const NAMED_LINES: usize = 8;

/// Writes the findings of one file.
pub(super) fn in_file(
    screen: &mut Screen,
    file: &InFile<'_>,
    report: &Report,
    explained: &Explained<'_>,
) {
    let look = screen.look();
    let secrets = plural(file.groups.len(), "secret", "secrets");
    let dot = look.dot();
    let mut about = format!("{dot}{}{dot}{secrets} ", kind(file.kind));
    if columns(&about) + 3 + PATH > look.columns() {
        about = format!("{dot}{secrets} ");
    }
    let room = look.columns().saturating_sub(columns(&about) + 3).max(PATH);
    let path = screen.safe(&short_path(file.file, &report.home));
    let path = clip_start(&path, room, look.ellipsis());
    let rest = look
        .columns()
        .saturating_sub(columns(&path) + columns(&about) + 3);
    screen.end();
    screen
        .put(Tone::Faint, &look.rule().repeat(2))
        .space(1)
        .put(Tone::Strong, &path)
        .put(Tone::Faint, &about)
        .put(Tone::Faint, &look.rule().repeat(rest))
        .end();
    let mut after_block = true;
    let mut lines = 0;
    for group in &file.groups {
        match explained.get(&group.finding.fingerprint) {
            Some(places) if group.first => {
                screen.end();
                full(screen, group, *places);
                after_block = true;
            }
            _ => {
                if after_block {
                    screen.end();
                }
                after_block = false;
                lines += 1;
                if lines <= LINES || explained.len() == report.secrets.len() {
                    again(screen, group);
                }
            }
        }
    }
    if lines > LINES && explained.len() < report.secrets.len() {
        let more = plural(lines - LINES, "more secret", "more secrets");
        let line = format!("and {more} in this file; --all shows each");
        screen.space(2).wrapped(Tone::Faint, &line, 2);
    }
}

/// A secret that is explained elsewhere, or with `--all` only: one line.
fn again(screen: &mut Screen, group: &Group<'_>) {
    let finding = group.finding;
    let place = match (position(finding), finding.location.is_empty()) {
        (Some(position), true) => position,
        (Some(position), false) => format!("{position}  {}", finding.location),
        (None, _) => finding.location.clone(),
    };
    let head = format!("{} {}", finding.title, finding.mask);
    let width = screen.look().columns();
    let head_width = columns(&screen.safe(&head)).clamp(30, (width / 2).max(30));
    screen
        .space(2)
        .cell(
            severity_tone(finding.severity),
            severity(finding.severity),
            7,
        )
        .cell(Tone::Plain, &head, head_width)
        .space(2);
    let mut rest = place;
    if !group.more.is_empty() {
        rest.push_str(&format!(
            " (+{} here)",
            plural(group.more.len(), "place", "places")
        ));
    }
    let room = width.saturating_sub(head_width + 11).max(12);
    let rest = clip_start(&screen.safe(&rest), room, screen.look().ellipsis());
    screen.put(Tone::Faint, &rest).end();
}

fn full(screen: &mut Screen, group: &Group<'_>, places: usize) {
    let finding = group.finding;
    screen
        .put(
            severity_tone(finding.severity),
            &format!("{}[{}]", severity(finding.severity), finding.rule),
        )
        .put(
            Tone::Strong,
            &format!(": {} {}", finding.title, finding.mask),
        )
        .end();
    let gutter = gutter(finding);
    let place = match position(finding) {
        Some(position) if has_lines(finding.kind) => format!("{}:{position}", finding.file),
        Some(position) => format!("{} ({position})", finding.file),
        None => finding.file.clone(),
    };
    screen
        .space(gutter)
        .put(Tone::Link, "--> ")
        .put(Tone::Plain, &place)
        .end();
    let labelled = source(screen, finding, gutter);
    notes(screen, group, gutter, labelled, places);
}

/// `line:column`, or the row of a database; nothing where neither says something.
fn position(finding: &Finding) -> Option<String> {
    if has_lines(finding.kind) {
        Some(format!("{}:{}", finding.line, finding.column))
    } else {
        finding.offset.map(|offset| format!("byte {offset}"))
    }
}

fn gutter(finding: &Finding) -> usize {
    if has_lines(finding.kind) {
        finding.line.to_string().len().max(2)
    } else {
        2
    }
}

/// Writes the line with the place underlined; says whether the location stands there too.
fn source(screen: &mut Screen, finding: &Finding, gutter: usize) -> bool {
    let excerpt = finding.excerpt.as_str();
    if excerpt.trim().is_empty() {
        return false;
    }
    let look = screen.look();
    let room = look.columns().saturating_sub(gutter + 3);
    let window = Window::cut(
        excerpt,
        &finding.mask,
        finding.column,
        room,
        look.ellipsis(),
    );
    let line = if has_lines(finding.kind) {
        finding.line.to_string()
    } else {
        String::new()
    };
    screen.space(gutter + 1).put(Tone::Link, "|").end();
    screen
        .right(Tone::Link, &line, gutter)
        .put(Tone::Link, " | ")
        .put(Tone::Plain, &window.before)
        .put(severity_tone(finding.severity), &window.mask)
        .put(Tone::Plain, &window.after)
        .end();
    if window.mask.is_empty() {
        return false;
    }
    // Measured as the terminal gets them: without Unicode an ellipsis takes three columns.
    let before = columns(&screen.safe(&window.before));
    let carets = columns(&screen.safe(&window.mask));
    let location = screen.safe(&finding.location);
    let fits = !location.is_empty() && before + carets + 1 + columns(&location) <= room;
    screen
        .space(gutter + 1)
        .put(Tone::Link, "| ")
        .space(before)
        .put(severity_tone(finding.severity), &"^".repeat(carets));
    if fits {
        screen
            .space(1)
            .put(severity_tone(finding.severity), &location);
    }
    screen.end();
    screen.space(gutter + 1).put(Tone::Link, "|").end();
    fits
}

fn notes(screen: &mut Screen, group: &Group<'_>, gutter: usize, labelled: bool, places: usize) {
    let finding = group.finding;
    let mut note = |name: &str, tone: Tone, text: &str| {
        screen.space(gutter + 1).put(Tone::Link, "= ");
        screen.put(Tone::Strong, &format!("{name}: "));
        screen.wrapped(tone, text, gutter + 5 + name.len());
    };
    if !labelled && !finding.location.is_empty() {
        note("at", Tone::Plain, &finding.location);
    }
    note(
        "secret",
        Tone::Plain,
        &format!(
            "{}, in {}",
            finding.fingerprint,
            plural(places, "place", "places")
        ),
    );
    let why: Vec<&str> = finding.evidence.iter().copied().map(evidence).collect();
    if !why.is_empty() {
        note("found by", Tone::Plain, &why.join(", "));
    }
    if finding.exposure.is_empty() {
        note("seen by", Tone::Plain, "no configured model provider");
    } else {
        note("seen by", Tone::Warn, &seen_by(&finding.exposure));
    }
    if let Some(expires) = &finding.expires {
        note("expires", Tone::Plain, expires);
    }
    match (finding.disposition, &finding.reason) {
        (Disposition::Keep | Disposition::Expires, Some(reason)) => {
            note("stays", Tone::Plain, reason);
        }
        (Disposition::Report, Some(reason)) => note("by hand", Tone::Warn, reason),
        _ => {}
    }
    if !finding.remedy.next.is_empty() {
        note("next", Tone::Plain, &finding.remedy.next);
    }
    if let Some(revoke) = &finding.remedy.revoke {
        note("revoke", Tone::Link, revoke);
    }
    if !group.more.is_empty() {
        note("more", Tone::Plain, &more(group));
    }
}

fn more(group: &Group<'_>) -> String {
    let count = plural(group.more.len(), "more place", "more places");
    let mut line = format!("and {count} in this file");
    let lines: Vec<String> = group
        .more
        .iter()
        .filter(|f| has_lines(f.kind))
        .take(NAMED_LINES)
        .map(|f| f.line.to_string())
        .collect();
    if !lines.is_empty() {
        let word = if lines.len() == 1 { "line" } else { "lines" };
        line.push_str(&format!(", {word} {}", lines.join(", ")));
    }
    if lines.len() < group.more.len() {
        line.push_str("; --all shows each");
    }
    line
}
