//! Markdown, to be pasted into an issue.
//!
//! **Source:** <https://github.github.com/gfm/>
//!
//! **Invariant:** text from the host cannot end a table cell, open a tag, make a link or
//! mention anybody: it is a code span where that is safe, else every character that Markdown
//! knows is a numeric entity.

use std::fmt::Write as _;

use bedlock_model::{Disposition, Finding, Posture, Receipt, Report, Unreadable};

use super::excerpt::Window;
use super::outcome;
use super::overview::{Group, Overview, audience, by_file, headline, paths};
use super::printable::{is_web_page, printable, shortened};
use super::words::{
    VIAS, disposition, has_lines, kind, number, plural, reveals, severity, short_path, size,
    verdict,
};

/// Rows of a table without `all`; an issue has a limit of 65,536 characters.
const ROWS: usize = 100;
/// Files that a secret is named with.
const NAMED: usize = 5;
/// Columns of a line of source in a cell.
const COLUMNS: usize = 100;
/// Characters of a host's text in a cell.
const LONGEST: usize = 160;

/// Writes what an audit found.
pub(crate) fn report(report: &Report, all: bool) -> String {
    let overview = Overview::of(report);
    let mut out = String::new();
    line(&mut out, "# bedlock audit");
    let answer = headline(report, &overview);
    line(
        &mut out,
        &format!("**{}.** {}.", words(&answer), audience(report, &overview)),
    );
    line(&mut out, &facts(report));
    if !report.secrets.is_empty() {
        secrets(&mut out, report, all);
        matrix(&mut out, report, &overview, all);
        findings(&mut out, report, all);
        revoke(
            &mut out,
            report.secrets.iter().filter_map(|s| s.revoke.as_deref()),
        );
    }
    places(&mut out, "Could not be looked at", &report.unreadable);
    if all {
        places(&mut out, "Left out on purpose", &report.skipped);
    }
    out
}

/// Writes what verify proved.
pub(crate) fn posture(posture: &Posture) -> String {
    let mut out = String::new();
    line(&mut out, "# bedlock verify");
    line(
        &mut out,
        &format!(
            "**{}** · home {} · {} · bedlock {}",
            verdict(posture.verdict()),
            code(&posture.home),
            words(&posture.created),
            words(&posture.tool.version),
        ),
    );
    let rows = posture.invariants.iter().map(|invariant| {
        let mut evidence: Vec<String> = invariant.evidence.iter().map(|e| words(e)).collect();
        if let Some(next) = &invariant.next {
            evidence.push(format!("next: {}", code(next)));
        }
        vec![
            format!("**{}**", verdict(invariant.verdict)),
            code(&invariant.id),
            words(&invariant.statement),
            evidence.join("<br>"),
        ]
    });
    table(&mut out, &["", "invariant", "says", "evidence"], rows);
    places(&mut out, "Could not be looked at", &posture.unreadable);
    out
}

/// Writes what one harden did.
pub(crate) fn receipt(receipt: &Receipt) -> String {
    let mut out = String::new();
    line(&mut out, "# bedlock harden");
    let answer = words(&outcome::answer(receipt));
    line(
        &mut out,
        &format!("**{answer}.** Searched {}.", outcome::searched(receipt)),
    );
    let facts = [
        format!("home {}", code(&receipt.home)),
        format!("transaction {}", code(&receipt.transaction)),
        words(&receipt.created),
        plural(receipt.files.len(), "file changed", "files changed"),
        format!("undo until {}", words(&receipt.undo_until)),
        format!("bedlock {}", words(&receipt.tool.version)),
    ];
    line(&mut out, &facts.join(" · "));
    line(&mut out, "## Secrets");
    let rows = receipt.secrets.iter().take(ROWS).map(|secret| {
        let mut now = words(&outcome::found_now(secret));
        if outcome::survives(secret) {
            now = format!("**{now}**");
        }
        for file in secret.found_in.iter().take(NAMED) {
            let _ = write!(now, "<br>{}", code(&short_path(file, &receipt.home)));
        }
        let hidden = secret.found_in.len().saturating_sub(NAMED);
        if hidden > 0 {
            let _ = write!(now, "<br>and {}", plural(hidden, "more file", "more files"));
        }
        vec![
            format!("{} {}", words(&secret.title), code(&secret.mask)),
            code(secret.fingerprint.as_str()),
            words(&outcome::stood(secret)),
            now,
        ]
    });
    table(
        &mut out,
        &["secret", "fingerprint", "stood in", "found now"],
        rows,
    );
    hidden(&mut out, receipt.secrets.len().saturating_sub(ROWS));
    revoke(&mut out, outcome::pages(receipt).into_keys());
    places(&mut out, "Could not be searched", &receipt.unreadable);
    out
}

fn facts(report: &Report) -> String {
    let mut parts = vec![format!("home {}", code(&report.home))];
    if let Some(root) = &report.root {
        parts.push(format!("image at {}", code(root)));
    }
    parts.push(words(&report.created));
    parts.push(format!(
        "{} files, {}",
        number(report.files),
        size(report.bytes)
    ));
    if report.agents.is_empty() {
        parts.push("no agent found".to_owned());
    } else {
        let agents: Vec<String> = report.agents.iter().map(|a| code(a)).collect();
        parts.push(format!("agent state in {}", agents.join(", ")));
    }
    parts.push(format!("bedlock {}", words(&report.tool.version)));
    parts.join(" · ")
}

fn secrets(out: &mut String, report: &Report, all: bool) {
    line(out, "## Secrets");
    let shown = if all { usize::MAX } else { ROWS };
    let rows = report.secrets.iter().take(shown).map(|secret| {
        let seers: Vec<String> = secret
            .exposure
            .iter()
            .filter(|e| reveals(e))
            .map(|e| code(&e.provider))
            .collect();
        vec![
            severity(secret.severity).to_owned(),
            words(&secret.title),
            code(&secret.mask),
            code(secret.fingerprint.as_str()),
            number(secret.places as u64),
            or_nothing(seers.join(", ")),
            disposition(secret.disposition).to_owned(),
        ]
    });
    table(
        out,
        &[
            "severity",
            "secret",
            "mask",
            "fingerprint",
            "places",
            "could be seen by",
            "harden",
        ],
        rows,
    );
    hidden(out, report.secrets.len().saturating_sub(shown));
}

fn matrix(out: &mut String, report: &Report, overview: &Overview<'_>, all: bool) {
    let seen: Vec<_> = report
        .secrets
        .iter()
        .filter(|s| !s.exposure.is_empty())
        .collect();
    if overview.providers.is_empty() || seen.is_empty() {
        return;
    }
    line(out, "## Which model provider could see which secret");
    let mut head = vec!["secret".to_owned()];
    head.extend(overview.providers.iter().map(|p| code(p)));
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let shown = if all { usize::MAX } else { ROWS };
    let rows = seen.iter().take(shown).map(|secret| {
        let mut row = vec![format!("{} {}", words(&secret.title), code(&secret.mask))];
        for provider in &overview.providers {
            let via = paths(&secret.exposure, provider);
            let letters = VIAS.iter().filter(|v| via.contains(&v.0)).map(|v| v.1);
            row.push(or_nothing(letters.collect()));
        }
        row
    });
    table(out, &head, rows);
    hidden(out, seen.len().saturating_sub(shown));
    let legend: Vec<String> = VIAS
        .iter()
        .map(|(_, letter, means)| format!("{letter} = {means}"))
        .collect();
    line(out, &legend.join(", "));
}

fn findings(out: &mut String, report: &Report, all: bool) {
    line(out, "## Findings");
    let groups: Vec<Group<'_>> = by_file(report, all)
        .into_iter()
        .flat_map(|file| file.groups)
        .collect();
    let shown = if all { usize::MAX } else { ROWS };
    let rows = groups
        .iter()
        .take(shown)
        .map(|group| finding(group, report));
    table(
        out,
        &["severity", "secret", "place", "where", "line", "next"],
        rows,
    );
    hidden(out, groups.len().saturating_sub(shown));
}

fn finding(group: &Group<'_>, report: &Report) -> Vec<String> {
    let finding = group.finding;
    let mut place = code(&position(finding, &report.home));
    let _ = write!(place, "<br>{}", kind(finding.kind));
    if !group.more.is_empty() {
        let more = plural(group.more.len(), "more place", "more places");
        let _ = write!(place, ", and {more} in this file");
    }
    let next = match (finding.disposition, &finding.reason) {
        (Disposition::Keep | Disposition::Expires, Some(reason)) => words(reason),
        _ => words(&finding.remedy.next),
    };
    vec![
        severity(finding.severity).to_owned(),
        format!(
            "{}<br>{}",
            code(&finding.rule),
            code(finding.fingerprint.as_str())
        ),
        place,
        code(&finding.location),
        code(excerpt(finding).trim()),
        next,
    ]
}

/// The part of the line that shows the secret's mask.
fn excerpt(finding: &Finding) -> String {
    let line = finding.excerpt.as_str();
    let window = Window::cut(line, &finding.mask, finding.column, COLUMNS, "…");
    format!("{}{}{}", window.before, window.mask, window.after)
}

fn position(finding: &Finding, home: &str) -> String {
    let path = short_path(&finding.file, home);
    if has_lines(finding.kind) {
        format!("{path}:{}:{}", finding.line, finding.column)
    } else {
        path
    }
}

pub(super) fn revoke<'a>(out: &mut String, pages: impl Iterator<Item = &'a str>) {
    let mut pages: Vec<&str> = pages.collect();
    pages.sort_unstable();
    pages.dedup();
    if pages.is_empty() {
        return;
    }
    line(out, "## Removing is not revoking");
    line(
        out,
        "What stood on this disk must be taken for known. Revoke it here:",
    );
    for page in pages {
        if is_web_page(page) {
            let _ = writeln!(out, "- <{page}>");
        } else {
            let _ = writeln!(out, "- {}", words(page));
        }
    }
    out.push('\n');
}

pub(super) fn places(out: &mut String, title: &str, places: &[Unreadable]) {
    if places.is_empty() {
        return;
    }
    line(out, &format!("## {title}"));
    let rows = places
        .iter()
        .map(|place| vec![code(&place.path), words(&place.reason), words(&place.next)]);
    table(out, &["place", "why", "next"], rows);
}

pub(super) fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push_str("\n\n");
}

fn hidden(out: &mut String, count: usize) {
    if count > 0 {
        line(out, &format!("… and {}.", plural(count, "more", "more")));
    }
}

/// Writes a table; heads and cells are Markdown already.
pub(super) fn table(out: &mut String, head: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    let _ = writeln!(out, "| {} |", head.join(" | "));
    let _ = writeln!(out, "|{}", " --- |".repeat(head.len()));
    for row in rows {
        let _ = writeln!(out, "| {} |", row.join(" | "));
    }
    out.push('\n');
}

fn or_nothing(text: String) -> String {
    if text.is_empty() {
        "–".to_owned()
    } else {
        text
    }
}

/// Text from the host as code.
pub(super) fn code(text: &str) -> String {
    let text = shown(text);
    if text.is_empty() {
        return or_nothing(text);
    }
    let plain = !text.contains(['`', '|', '\\', '<', '>', '&']) && text.trim() == text;
    if plain {
        format!("`{text}`")
    } else {
        format!("<code>{}</code>", entities(&text))
    }
}

/// Text as prose.
pub(super) fn words(text: &str) -> String {
    entities(&shown(text))
}

fn shown(text: &str) -> String {
    shortened(&printable(text), LONGEST).into_owned()
}

/// Replaces what Markdown or HTML gives a meaning to by numeric entities, which neither does.
/// A comment follows what a forge would still take for the name of somebody or of an issue,
/// because it looks for those after entities are gone.
///
/// **Source:** <https://github.github.com/gfm/#entity-and-numeric-character-references>,
/// <https://github.github.com/gfm/#autolinks-extension->
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let begins_address = c == '.' && ends_with_www(&out);
        let meant = matches!(
            c,
            '.' | ',' | ';' | '/' | '-' | '(' | ')' | '\'' | '+' | '=' | '?' | '%'
        );
        let in_time = c == ':' && out.ends_with(|before: char| before.is_ascii_digit());
        if c.is_ascii_punctuation() && !in_time && (!meant || begins_address) {
            let _ = write!(out, "&#{};", u32::from(c));
        } else {
            out.push(c);
        }
        if matches!(c, '@' | '#') {
            out.push_str("<!-- -->");
        }
    }
    out
}

fn ends_with_www(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 3 && bytes[bytes.len() - 3..].eq_ignore_ascii_case(b"www")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_a_span_only_where_that_is_safe() {
        assert_eq!(code("~/.env"), "`~/.env`");
        assert_eq!(code("a`b"), "<code>a&#96;b</code>");
        assert_eq!(code("a|b"), "<code>a&#124;b</code>");
        assert_eq!(code("<b>"), "<code>&#60;b&#62;</code>");
        assert_eq!(code(""), "–");
        assert_eq!(code("x\ny"), "<code>x&#92;ny</code>");
    }

    #[test]
    fn prose_makes_no_link_and_mentions_nobody() {
        assert_eq!(
            words("@all [x](http://y) *z* #1 www.x 9:30"),
            "&#64;<!-- -->all &#91;x&#93;(http&#58;//y) &#42;z&#42; &#35;<!-- -->1 www&#46;x 9:30"
        );
    }
}
