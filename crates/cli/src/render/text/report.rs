//! What an audit found, for a terminal: the answer first, then each place, then who could see
//! what, then what was not looked at.
//!
//! **Invariant:** without `all` the length grows with secrets and files, not with findings.

use bedlock_model::{Disposition, Report, SecretSummary};

use super::finding::Explained;
use super::{finding, matrix, section, severity_tone, unreadable};
use crate::render::Detail;
use crate::render::look::{Look, Tone};
use crate::render::overview::{Overview, audience, by_file, headline};
use crate::render::screen::{Screen, columns};
use crate::render::words::{number, plural, reveals, severity, short_path, size};

/// Secrets that the first screen names.
const FIRST_SCREEN: usize = 12;
/// Secrets that are explained without `--all`, the worst ones; the others are a line per file.
const EXPLAINED: usize = 25;

/// Writes what an audit found.
pub(crate) fn report(report: &Report, detail: &Detail, look: Look) -> String {
    let overview = Overview::of(report);
    let mut screen = Screen::new(look);
    heading(&mut screen, report);
    answer(&mut screen, report, &overview);
    if !report.secrets.is_empty() {
        summary(&mut screen, report, detail);
        let explained = explained(report, detail.all);
        for file in by_file(report, detail.all) {
            finding::in_file(&mut screen, &file, report, &explained);
        }
        matrix::matrix(&mut screen, report, &overview, detail.all);
    }
    unreadable(&mut screen, &report.unreadable);
    skipped(&mut screen, report, detail.all);
    closing(&mut screen, report, &overview, detail);
    screen.finish()
}

/// Writes the answer, the secrets and who could see them, without each place.
pub(crate) fn first_screen(report: &Report, detail: &Detail, look: Look) -> String {
    let overview = Overview::of(report);
    let mut screen = Screen::new(look);
    answer(&mut screen, report, &overview);
    if !report.secrets.is_empty() {
        summary(&mut screen, report, detail);
        matrix::matrix(&mut screen, report, &overview, detail.all);
    }
    screen.finish()
}

/// Columns of the summary that are neither of the secret, of its mask nor of who sees it.
const AROUND: usize = 23;
/// Columns that who sees it gets at least.
const SEERS: usize = 12;

fn explained(report: &Report, all: bool) -> Explained<'_> {
    let most = if all { usize::MAX } else { EXPLAINED };
    report
        .secrets
        .iter()
        .take(most)
        .map(|secret| (&secret.fingerprint, secret.places))
        .collect()
}

fn heading(screen: &mut Screen, report: &Report) {
    let dot = screen.look().dot();
    let mut line = format!(
        "{} {} audit{dot}{}{dot}{}",
        report.tool.name, report.tool.version, report.home, report.created
    );
    if let Some(root) = &report.root {
        line.push_str(&format!("{dot}image mounted at {root}"));
    }
    screen.wrapped(Tone::Faint, &line, 0);
    screen.end();
}

fn answer(screen: &mut Screen, report: &Report, overview: &Overview<'_>) {
    let look = screen.look();
    let open = report.open().next().is_some();
    let (mark, tone) = match (open, report.complete) {
        (true, _) => (look.cross(), Tone::Bad),
        (false, false) => ("?", Tone::Warn),
        (false, true) => (look.tick(), Tone::Good),
    };
    let mut line = headline(report, overview);
    if open {
        line.push_str(&format!(" ({})", overview.severities()));
        if !overview.left.is_empty() {
            line.push_str(&format!("; {}", overview.left_words()));
        }
    }
    screen
        .put(tone, mark)
        .space(1)
        .wrapped(tone, &format!("{line}."), 2);
    if !report.secrets.is_empty() {
        let line = format!("{}.", audience(report, overview));
        screen.space(2).wrapped(Tone::Plain, &line, 2);
    }
    let looked = format!(
        "Looked at {} ({}){}.",
        plural(
            usize::try_from(report.files).unwrap_or(usize::MAX),
            "file",
            "files"
        ),
        size(report.bytes),
        agents(report),
    );
    screen.space(2).wrapped(Tone::Faint, &looked, 2);
}

fn agents(report: &Report) -> String {
    if report.agents.is_empty() {
        return "; no agent is installed in this home".to_owned();
    }
    let agents: Vec<String> = report
        .agents
        .iter()
        .map(|agent| short_path(agent, &report.home))
        .collect();
    let mut line = format!("; agent state in {}", agents.join(", "));
    let providers: Vec<String> = report
        .providers
        .iter()
        .map(|p| {
            if p.keyless {
                format!("{} (keyless)", p.id)
            } else {
                p.id.clone()
            }
        })
        .collect();
    if !providers.is_empty() {
        line.push_str(&format!("; model providers: {}", providers.join(", ")));
    }
    line
}

fn summary(screen: &mut Screen, report: &Report, detail: &Detail) {
    let shown = if detail.all {
        report.secrets.len()
    } else {
        FIRST_SCREEN
    };
    let secrets = &report.secrets[..report.secrets.len().min(shown)];
    let width = screen.look().columns();
    let widest = |text: fn(&SecretSummary) -> &str| {
        secrets
            .iter()
            .map(|s| columns(&screen.safe(text(s))))
            .max()
            .unwrap_or(0)
    };
    let mask = widest(|s| &s.mask).clamp(4, width / 4);
    let most = width.saturating_sub(AROUND + mask + SEERS).max(6);
    let title = widest(|s| &s.title).clamp(6, most);
    let room = width.saturating_sub(AROUND + title + mask).max(SEERS);
    let seen_by = if room < 16 {
        "SEEN BY"
    } else {
        "COULD BE SEEN BY"
    };
    screen.end();
    screen
        .space(2)
        .cell(Tone::Faint, "HOW BAD", 9)
        .cell(Tone::Faint, "SECRET", title + 2)
        .cell(Tone::Faint, "MASK", mask + 2)
        .right(Tone::Faint, "PLACES", 6)
        .space(2)
        .put(Tone::Faint, seen_by)
        .end();
    for secret in secrets {
        screen
            .space(2)
            .cell(severity_tone(secret.severity), severity(secret.severity), 9)
            .cell(Tone::Strong, &secret.title, title)
            .space(2)
            .cell(Tone::Plain, &secret.mask, mask)
            .space(2)
            .right(Tone::Plain, &number(secret.places as u64), 6)
            .space(2);
        let (tone, audience) = seers(screen, secret, room);
        let audience = screen.clipped(&audience, room);
        screen.put(tone, &audience).end();
    }
    let hidden = report.secrets.len() - secrets.len();
    if hidden > 0 {
        let line = format!(
            "and {}; --all lists them",
            plural(hidden, "more secret", "more secrets")
        );
        screen.space(2).wrapped(Tone::Faint, &line, 2);
    }
}

fn seers(screen: &Screen, secret: &SecretSummary, room: usize) -> (Tone, String) {
    let names: Vec<&str> = secret
        .exposure
        .iter()
        .filter(|e| reveals(e))
        .map(|e| e.provider.as_str())
        .collect();
    let left = match secret.disposition {
        Disposition::Remove | Disposition::Report => "",
        Disposition::Keep => " (stays)",
        Disposition::Expires => " (expires)",
    };
    let mut text = names.join(", ");
    if names.is_empty() {
        text = screen.look().nothing().to_owned();
    } else if columns(&screen.safe(&text)) + columns(left) > room {
        text = plural(names.len(), "provider", "providers");
    }
    text.push_str(left);
    let tone = if names.is_empty() {
        Tone::Faint
    } else {
        Tone::Warn
    };
    (tone, text)
}

fn skipped(screen: &mut Screen, report: &Report, all: bool) {
    if report.skipped.is_empty() {
        return;
    }
    let count = plural(report.skipped.len(), "place was", "places were");
    if !all {
        screen.end();
        let line = format!("{count} left out on purpose; --all lists them.");
        screen.wrapped(Tone::Faint, &line, 0);
        return;
    }
    section(screen, &format!("{count} left out on purpose"));
    for place in &report.skipped {
        let line = format!("{}: {}", place.path, place.reason);
        screen.wrapped(Tone::Faint, &line, 2);
    }
}

fn closing(screen: &mut Screen, report: &Report, overview: &Overview<'_>, detail: &Detail) {
    let dot = screen.look().dot();
    let mut parts = Vec::new();
    if !report.secrets.is_empty() {
        parts.push(plural(report.secrets.len(), "secret", "secrets"));
        parts.push(plural(report.findings.len(), "place", "places"));
    }
    if !overview.left.is_empty() {
        parts.push(format!("{} left", overview.left.len()));
    }
    if !report.unreadable.is_empty() {
        parts.push(format!(
            "{} unreadable",
            number(report.unreadable.len() as u64)
        ));
    }
    screen.end();
    let parts = parts.join(dot);
    screen.put(Tone::Faint, &parts);
    let needed = columns(&parts) + columns(dot) + columns(&screen.safe(&detail.next)) + 6;
    if needed > screen.look().columns() {
        screen.end();
    } else if !parts.is_empty() {
        screen.put(Tone::Faint, dot);
    }
    screen
        .put(Tone::Plain, "next: ")
        .put(Tone::Link, &detail.next)
        .end();
}
