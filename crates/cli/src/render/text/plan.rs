//! What harden is going to do, for a terminal: a unified diff of each file.
//!
//! **Invariant:** a line of a diff is clipped to [`LONGEST`] columns, so that a file of one
//! line stays readable; the JSON form has it whole.

use bedlock_model::Left;

use super::section;
use crate::render::Detail;
use crate::render::diff::{Diff, Line, Tag};
use crate::render::look::{Look, Tone};
use crate::render::plan::{Change, FileView, PlanView};
use crate::render::printable::shortened;
use crate::render::screen::{Screen, columns};
use crate::render::words::{kind, plural};

/// Characters of a line that are shown.
const LONGEST: usize = 400;
/// Lines of a summary that are shown without `--all`.
const SUMMARY: usize = 12;

/// Writes what harden is going to do; `detail.next` is the command that does it.
pub(crate) fn plan(view: &PlanView, detail: &Detail, look: Look) -> String {
    let mut screen = Screen::new(look);
    if view.files.is_empty() && view.blockers.is_empty() {
        screen.put(Tone::Good, look.tick()).space(1).wrapped(
            Tone::Good,
            "Nothing to change: this host is hardened.",
            2,
        );
    }
    for file in &view.files {
        one_file(&mut screen, file, detail.all);
    }
    reasons(&mut screen, "Stays, and why", &view.left, Tone::Warn);
    if !view.warnings.is_empty() {
        section(&mut screen, "Before you apply this");
        for warning in &view.warnings {
            screen
                .put(Tone::Warn, "! ")
                .wrapped(Tone::Plain, warning, 2);
        }
    }
    reasons(
        &mut screen,
        "Has to be dealt with first",
        &view.blockers,
        Tone::Bad,
    );
    closing(&mut screen, view, detail);
    screen.finish()
}

fn one_file(screen: &mut Screen, file: &FileView, all: bool) {
    let look = screen.look();
    let (word, tone) = match file.change() {
        Change::Create => ("create", Tone::Good),
        Change::Edit => ("change", Tone::Warn),
        Change::Remove => ("remove", Tone::Bad),
    };
    let about = format!("{}{}", look.dot(), kind(file.kind));
    screen
        .put(tone, word)
        .space(1)
        .put(Tone::Strong, &file.path)
        .put(Tone::Faint, &about)
        .end();
    for why in &file.why {
        screen.put(Tone::Faint, "  # ").wrapped(Tone::Faint, why, 4);
    }
    if file.before.is_some() || file.after.is_some() {
        let name = |there: bool| {
            if there {
                file.path.as_str()
            } else {
                "/dev/null"
            }
        };
        screen
            .put(Tone::Strong, "--- ")
            .put(Tone::Strong, name(file.before.is_some()))
            .end();
        screen
            .put(Tone::Strong, "+++ ")
            .put(Tone::Strong, name(file.after.is_some()))
            .end();
        hunks(screen, &file.diff());
    }
    let shown = if all { file.summary.len() } else { SUMMARY };
    for line in file.summary.iter().take(shown) {
        screen.put(Tone::Warn, "  ~ ").wrapped(Tone::Plain, line, 4);
    }
    let hidden = file.summary.len().saturating_sub(shown);
    if hidden > 0 {
        let line = format!("and {}; --all shows each", plural(hidden, "more", "more"));
        screen.space(4).wrapped(Tone::Faint, &line, 4);
    }
    screen.end();
}

fn hunks(screen: &mut Screen, diff: &Diff) {
    match diff {
        Diff::Counted { before, after } => {
            let line = format!(
                "too large to be shown here: {} now, {} afterwards",
                plural(*before, "line", "lines"),
                plural(*after, "line", "lines")
            );
            screen.wrapped(Tone::Faint, &line, 0);
        }
        Diff::Hunks(hunks) => {
            for hunk in hunks {
                screen.put(Tone::Link, &hunk.header).end();
                for line in &hunk.lines {
                    hunk_line(screen, line);
                }
            }
        }
    }
}

fn hunk_line(screen: &mut Screen, line: &Line) {
    let tone = match line.tag {
        Tag::Same => Tone::Faint,
        Tag::Gone => Tone::Bad,
        Tag::Come => Tone::Good,
    };
    // A carriage return matters where it is what changes, and is noise around it.
    let text = match line.tag {
        Tag::Same => line.text.strip_suffix('\r').unwrap_or(&line.text),
        Tag::Gone | Tag::Come => &line.text,
    };
    let text = shortened(text, LONGEST).replace('\t', "    ");
    screen
        .put(tone, &format!("{}{text}", line.tag.sign()))
        .end();
    if line.unended {
        screen
            .put(Tone::Faint, "\\ No newline at end of file")
            .end();
    }
}

fn reasons(screen: &mut Screen, title: &str, reasons: &[Left], tone: Tone) {
    if reasons.is_empty() {
        return;
    }
    section(screen, title);
    for left in reasons {
        screen.wrapped(tone, &format!("{}: {}", left.place, left.what), 2);
        screen.space(4).wrapped(Tone::Plain, &left.why, 4);
    }
}

fn closing(screen: &mut Screen, view: &PlanView, detail: &Detail) {
    let dot = screen.look().dot();
    let of = |change| {
        view.files
            .iter()
            .filter(|file| file.change() == change)
            .count()
    };
    let mut parts = Vec::new();
    for (count, word) in [
        (of(Change::Edit), "change"),
        (of(Change::Create), "create"),
        (of(Change::Remove), "remove"),
        (view.left.len(), "left"),
    ] {
        if count > 0 {
            parts.push(format!("{count} to {word}").replace("to left", "left"));
        }
    }
    if !view.blockers.is_empty() {
        let line = format!("{} to be dealt with first", view.blockers.len());
        screen.end();
        screen.put(Tone::Bad, &line).put(Tone::Faint, dot);
        screen.put(Tone::Faint, "nothing was changed").end();
        return;
    }
    if view.files.is_empty() {
        return;
    }
    screen.end();
    let counts = parts.join(dot);
    screen.put(Tone::Strong, &counts).put(Tone::Faint, dot);
    if columns(&counts) + columns(&detail.next) + 40 > screen.look().columns() {
        screen.put(Tone::Faint, "nothing was changed yet").end();
    } else {
        screen
            .put(Tone::Faint, "nothing was changed yet")
            .put(Tone::Faint, dot);
    }
    screen
        .put(Tone::Plain, "next: ")
        .put(Tone::Link, &detail.next)
        .end();
}
