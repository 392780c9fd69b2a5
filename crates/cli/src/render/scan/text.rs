//! What a scan found: for a terminal, for a pipe, and the summary that ends both.
//!
//! **Invariant:** nothing is left out of the summary: what could not be read, what was cut, what was
//! left out on purpose and what was filtered is counted there, and named when it is few.

use std::fmt::Write as _;

use bedlock_model::{Severity, Unreadable};

use super::{file, place};
use crate::render::look::{Look, Tone};
use crate::render::printable::printable;
use crate::render::screen::{Screen, columns};
use crate::render::words::{number, plural, severity, size};
use crate::scan::report::{ScanFinding, ScanReport};

/// How many places are named in the summary; all of them are in JSON.
const NAMED: usize = 20;

/// Findings under the name of their file, and the summary: for a person.
pub(crate) fn grouped(report: &ScanReport, look: Look) -> String {
    let mut screen = Screen::new(look);
    let widest = |text: &dyn Fn(&ScanFinding) -> String| {
        report.findings.iter().map(|f| columns(&text(f))).max()
    };
    let place_width = widest(&place).unwrap_or(0);
    let rule_width = widest(&|f| f.rule.clone()).unwrap_or(0).min(32);
    let mut last = None;
    for finding in &report.findings {
        let file = file(finding);
        if last.as_ref() != Some(&file) {
            if last.is_some() {
                screen.end();
            }
            screen.put(Tone::Link, &file).end();
            last = Some(file);
        }
        screen
            .right(Tone::Good, &place(finding), place_width)
            .space(2)
            .cell(tone(finding.severity), severity(finding.severity), 6)
            .space(2)
            .cell(Tone::Plain, &finding.rule, rule_width)
            .space(2)
            .put(Tone::Strong, &finding.mask)
            .space(2)
            .put(Tone::Faint, finding.fingerprint.as_str())
            .end();
    }
    if last.is_some() {
        screen.end();
    }
    summary_on(&mut screen, report);
    screen.finish()
}

/// A line for each finding, as compilers write them: for a pipe.
pub(crate) fn lines(report: &ScanReport) -> String {
    let mut out = String::new();
    for finding in &report.findings {
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "{}:{}: {} {} {} {}",
            printable(&file(finding)),
            place(finding),
            severity(finding.severity),
            finding.rule,
            printable(&finding.mask),
            finding.fingerprint,
        );
    }
    out
}

/// The summary alone.
pub(crate) fn summary(report: &ScanReport, look: Look) -> String {
    let mut screen = Screen::new(look);
    summary_on(&mut screen, report);
    screen.finish()
}

fn summary_on(screen: &mut Screen, report: &ScanReport) {
    for (places, tone, what) in [
        (
            &report.unreadable,
            Tone::Bad,
            "not searched, or not to its end",
        ),
        (&report.skipped, Tone::Faint, "left out"),
    ] {
        named(screen, places, tone, what);
    }
    let tone = match (report.findings.is_empty(), report.complete) {
        (true, true) => Tone::Good,
        (true, false) => Tone::Warn,
        (false, _) => Tone::Bad,
    };
    screen.put(tone, &found(report)).put(Tone::Plain, "; ");
    screen.wrapped(Tone::Plain, &searched(report), 2);
}

/// How much was found.
pub(super) fn found(report: &ScanReport) -> String {
    if report.findings.is_empty() {
        "no secret found".to_owned()
    } else {
        let files: std::collections::BTreeSet<_> = report
            .findings
            .iter()
            .map(|finding| &finding.file)
            .collect();
        format!(
            "{} in {}",
            plural(report.findings.len(), "secret", "secrets"),
            plural(files.len(), "file", "files")
        )
    }
}

/// How much was searched, and how much was not.
pub(super) fn searched(report: &ScanReport) -> String {
    let mut parts = vec![format!(
        "searched {}, {}",
        plural(usize::try_from(report.files).unwrap_or(0), "file", "files"),
        size(report.bytes)
    )];
    let mut also = |count: u64, what: &str| {
        if count > 0 {
            parts.push(format!("{} {what}", number(count)));
        }
    };
    also(report.binary, "as bytes");
    also(report.archives, "unpacked");
    also(report.unreadable.len() as u64, "not searched to the end");
    also(report.skipped.len() as u64, "left out");
    also(report.excluded, "excluded");
    also(
        report.links,
        if report.links == 1 {
            "link not followed"
        } else {
            "links not followed"
        },
    );
    also(report.left_out.allowed, "allowed by a comment");
    let known = match report.ignore_files.as_slice() {
        [] => "known".to_owned(),
        files => format!("known from {}", files.join(" and ")),
    };
    also(report.left_out.known, &known);
    also(report.left_out.unwanted, "below what was asked for");
    parts.join(", ")
}

fn named(screen: &mut Screen, places: &[Unreadable], tone: Tone, what: &str) {
    for place in places.iter().take(NAMED) {
        screen
            .put(tone, what)
            .put(Tone::Plain, ": ")
            .put(Tone::Strong, &place.path)
            .put(Tone::Plain, ": ")
            .put(Tone::Plain, &place.reason)
            .put(Tone::Faint, &format!("; {}", place.next))
            .end();
    }
    if places.len() > NAMED {
        let more = plural(places.len() - NAMED, "more place", "more places");
        screen
            .put(tone, what)
            .put(Tone::Plain, &format!(": {more}; --format json names all"))
            .end();
    }
}

fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::High => Tone::Bad,
        Severity::Medium => Tone::Warn,
        Severity::Low => Tone::Link,
    }
}
