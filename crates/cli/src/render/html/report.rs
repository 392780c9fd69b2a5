//! What an audit found: the answer, the matrix of secrets by providers, each place.
//!
//! **Invariant:** the length grows with secrets and files; of the places of one secret in one
//! file at most [`MORE`] are named.

use std::fmt::Write as _;

use bedlock_model::{Disposition, Finding, Report, SecretSummary, Severity, Via};

use super::page::Page;
use super::{badge, code, escaped, link, places, revoke, terms, tile, tone};
use crate::render::excerpt::Window;
use crate::render::overview::{
    Group, InFile, Overview, audience, by_file, headline, is_open, paths,
};
use crate::render::words::{
    VIAS, disposition, evidence, has_lines, kind, number, plural, seen_by, severity, short_path,
    size, via,
};

/// Places of one secret in one file that are named beyond the first.
const MORE: usize = 200;
/// Columns of a line of source.
const COLUMNS: usize = 240;

/// Writes what an audit found.
pub(crate) fn report(report: &Report) -> String {
    let overview = Overview::of(report);
    let answer = headline(report, &overview);
    let mut page = Page::new("audit", &report.home, &answer);
    page.line(&format!("<h1>{}.</h1>", escaped(&answer)));
    page.line(&format!(
        "<p>{}.</p>",
        escaped(&audience(report, &overview))
    ));
    if !report.secrets.is_empty() {
        tiles(&mut page, report, &overview);
    }
    facts(&mut page, report);
    matrix(&mut page, report, &overview);
    let files = by_file(report, false);
    if !files.is_empty() {
        page.heading("Where they stand");
    }
    for file in &files {
        in_file(&mut page, file, report);
    }
    revoke(
        &mut page,
        report.secrets.iter().filter_map(|s| s.revoke.as_deref()),
    );
    places(
        &mut page,
        "Could not be looked at",
        &report.unreadable,
        &report.home,
    );
    places(
        &mut page,
        "Left out on purpose",
        &report.skipped,
        &report.home,
    );
    page.finish(&report.tool, &report.created)
}

fn tiles(page: &mut Page, report: &Report, overview: &Overview<'_>) {
    page.line("<ul class=\"tiles\">");
    for level in [Severity::High, Severity::Medium, Severity::Low] {
        let count = overview.open.iter().filter(|s| s.severity == level).count();
        if count > 0 {
            let what = format!("{} to remove", severity(level));
            tile(page, tone(level), &number(count as u64), &what);
        }
    }
    let left = overview.left.len();
    if left > 0 {
        tile(
            page,
            "",
            &number(left as u64),
            "left on purpose, or expiring",
        );
    }
    tile(page, "", &number(report.findings.len() as u64), "places");
    let seers = if overview.seers > 0 { "bad" } else { "good" };
    let what = "model providers that could see one";
    tile(page, seers, &number(overview.seers as u64), what);
    page.line("</ul>");
}

fn facts(page: &mut Page, report: &Report) {
    let mut rows = vec![("home", code(&report.home))];
    if let Some(root) = &report.root {
        rows.push(("image mounted at", code(root)));
    }
    rows.push((
        "looked at",
        format!("{} files, {}", number(report.files), size(report.bytes)),
    ));
    let agents: Vec<String> = report
        .agents
        .iter()
        .map(|agent| code(&short_path(agent, &report.home)))
        .collect();
    let agents = if agents.is_empty() {
        "none found".to_owned()
    } else {
        agents.join(", ")
    };
    rows.push(("agent state", agents));
    if !report.complete {
        let missed = plural(report.unreadable.len(), "place", "places");
        let text = format!("{missed} could not be looked at");
        rows.push((
            "complete",
            format!("<span class=\"warn\">no: {text}</span>"),
        ));
    }
    terms(page, "card facts", &rows);
}

fn matrix(page: &mut Page, report: &Report, overview: &Overview<'_>) {
    let (seen, unseen): (Vec<&SecretSummary>, Vec<_>) = report
        .secrets
        .iter()
        .partition(|secret| !secret.exposure.is_empty());
    if overview.providers.is_empty() || seen.is_empty() {
        return;
    }
    page.heading("Which model provider could see which secret");
    page.line("<div class=\"card scroll\"><table class=\"matrix\">");
    page.line("<thead><tr><th scope=\"col\">secret</th>");
    for provider in &overview.providers {
        let keyless = report
            .providers
            .iter()
            .any(|p| p.id == *provider && p.keyless);
        let mark = if keyless {
            format!("<br>{}", badge("good", "keyless"))
        } else {
            String::new()
        };
        page.line(&format!(
            "<th scope=\"col\">{}{mark}</th>",
            escaped(provider)
        ));
    }
    page.line("</tr></thead><tbody>");
    for secret in seen {
        page.line(&format!(
            "<tr><th scope=\"row\">{} {}<br>{}</th>",
            badge(tone(secret.severity), severity(secret.severity)),
            escaped(&secret.title),
            code(&secret.mask)
        ));
        for provider in &overview.providers {
            page.line(&cell(paths(&secret.exposure, provider)));
        }
        page.line("</tr>");
    }
    page.line("</tbody></table></div>");
    page.line("<ul class=\"legend\">");
    for (path, _, words) in VIAS {
        page.line(&format!("<li>{} {}</li>", chip(path), escaped(words)));
    }
    page.line("</ul>");
    if !unseen.is_empty() {
        let count = plural(unseen.len(), "secret", "secrets");
        page.line(&format!(
            "<p class=\"faint\">{count} could be seen by none of them.</p>"
        ));
    }
}

/// The ways in which one provider could see one secret, coloured by the worst of them.
fn cell(ways: &[Via]) -> String {
    if ways.is_empty() {
        return "<td><span class=\"faint\" title=\"no way known\">–</span></td>".to_owned();
    }
    let worst = ["bad", "warn", "own"]
        .into_iter()
        .find(|tone| ways.iter().any(|way| way_tone(*way) == *tone))
        .unwrap_or("own");
    let mut chips = String::new();
    for (path, _, _) in VIAS.iter().filter(|(path, _, _)| ways.contains(path)) {
        chips.push_str(&chip(*path));
    }
    format!("<td class=\"worst-{worst}\"><span class=\"chips\">{chips}</span></td>")
}

fn chip(path: Via) -> String {
    let letter = VIAS
        .iter()
        .find(|(known, _, _)| *known == path)
        .map_or(' ', |way| way.1);
    format!(
        "<abbr class=\"chip {}\" title=\"{}\">{letter}</abbr>",
        way_tone(path),
        via(path)
    )
}

fn way_tone(path: Via) -> &'static str {
    match path {
        Via::CatalogInPrompt | Via::EnvironmentInPrompt => "bad",
        Via::AgentShell | Via::Transcript => "warn",
        Via::OwnKey => "own",
    }
}

fn in_file(page: &mut Page, file: &InFile<'_>, report: &Report) {
    page.line("<section class=\"card file\"><header>");
    page.line(&format!(
        "<h3>{}</h3>",
        code(&short_path(file.file, &report.home))
    ));
    let secrets = plural(file.groups.len(), "secret", "secrets");
    page.line(&format!(
        "<span class=\"faint\">{} · {secrets}</span></header>",
        kind(file.kind)
    ));
    for group in &file.groups {
        one_secret(page, group);
    }
    page.line("</section>");
}

fn one_secret(page: &mut Page, group: &Group<'_>) {
    let finding = group.finding;
    page.line("<article class=\"finding\">");
    let left = if is_open(finding.disposition) {
        String::new()
    } else {
        badge("own", disposition(finding.disposition))
    };
    page.line(&format!(
        "<p>{} <b>{}</b> {} {left}</p>",
        badge(tone(finding.severity), severity(finding.severity)),
        escaped(&finding.title),
        code(&finding.mask),
    ));
    source(page, finding);
    notes(page, group);
    more(page, group);
    page.line("</article>");
}

fn source(page: &mut Page, finding: &Finding) {
    let excerpt = finding.excerpt.as_str();
    if excerpt.trim().is_empty() {
        return;
    }
    let window = Window::cut(excerpt, &finding.mask, finding.column, COLUMNS, "…");
    let mut line = String::from("<pre>");
    if has_lines(finding.kind) {
        let _ = write!(line, "<span class=\"number\">{}</span>", finding.line);
    }
    line.push_str(&escaped(&window.before));
    if !window.mask.is_empty() {
        let tone = tone(finding.severity);
        let _ = write!(
            line,
            "<mark class=\"{tone}\">{}</mark>",
            escaped(&window.mask)
        );
    }
    line.push_str(&escaped(&window.after));
    line.push_str("</pre>");
    page.line(&line);
}

/// What there is to say of a place; of the secret only where it is met first.
fn notes(page: &mut Page, group: &Group<'_>) {
    let finding = group.finding;
    let mut rows = Vec::new();
    if !finding.location.is_empty() {
        rows.push(("at", code(&finding.location)));
    }
    if group.first {
        rows.push(("rule", code(&finding.rule)));
        rows.push(("name on this host", code(finding.fingerprint.as_str())));
    }
    let why: Vec<&str> = finding.evidence.iter().copied().map(evidence).collect();
    if !why.is_empty() {
        rows.push(("found by", escaped(&why.join(", "))));
    }
    if !finding.exposure.is_empty() {
        rows.push(("could be seen by", escaped(&seen_by(&finding.exposure))));
    }
    if let Some(expires) = &finding.expires {
        rows.push(("expires", escaped(expires)));
    }
    if let (Disposition::Keep | Disposition::Expires | Disposition::Report, Some(reason)) =
        (finding.disposition, &finding.reason)
    {
        rows.push(("why it stays", escaped(reason)));
    }
    if !finding.remedy.next.is_empty() {
        rows.push(("next", escaped(&finding.remedy.next)));
    }
    if let (true, Some(page)) = (group.first, &finding.remedy.revoke) {
        rows.push(("revoke", link(page)));
    }
    terms(page, "", &rows);
}

fn more(page: &mut Page, group: &Group<'_>) {
    if group.more.is_empty() {
        return;
    }
    let count = plural(group.more.len(), "more place", "more places");
    page.line(&format!(
        "<details><summary>and {count} in this file</summary><ul>"
    ));
    for finding in group.more.iter().take(MORE) {
        page.line(&format!("<li>{}</li>", position(finding)));
    }
    let hidden = group.more.len().saturating_sub(MORE);
    if hidden > 0 {
        page.line(&format!("<li>and {}</li>", plural(hidden, "more", "more")));
    }
    page.line("</ul></details>");
}

fn position(finding: &Finding) -> String {
    let mut out = if has_lines(finding.kind) {
        format!(
            "line {}, column {}",
            number(finding.line),
            number(finding.column)
        )
    } else if let Some(offset) = finding.offset {
        format!("byte {}", number(offset))
    } else {
        String::new()
    };
    if !finding.location.is_empty() {
        let _ = write!(out, " {}", code(&finding.location));
    }
    out
}
