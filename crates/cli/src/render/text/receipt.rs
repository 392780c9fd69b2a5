//! What one harden did, for a terminal.
//!
//! **Invariant:** a secret that was to be removed and is still found cannot be overlooked: it
//! changes the first line, its own line and the last ones.

use bedlock_model::{Disposition, Receipt, ReceiptSecret, Verdict};

use super::{section, unreadable};
use crate::render::Detail;
use crate::render::look::{Look, Tone};
use crate::render::outcome::{answer, found_now, pages, searched, stood, survives, verdict};
use crate::render::screen::{Screen, columns};
use crate::render::words::{plural, short_path};

/// Files that a secret that is still found is named with, without `--all`.
const NAMED_FILES: usize = 5;

/// Secrets that went without a trace, shown one by one without `--all`.
const NAMED_SECRETS: usize = 15;

fn is_gone(secret: &ReceiptSecret) -> bool {
    secret.disposition == Disposition::Remove && secret.found_now == 0
}

/// Writes what one harden did; `detail.next` is the command that takes it back.
pub(crate) fn receipt(receipt: &Receipt, detail: &Detail, look: Look) -> String {
    let mut screen = Screen::new(look);
    let dot = look.dot();
    let heading = format!(
        "{} {} harden{dot}{}{dot}{}{dot}transaction {}",
        receipt.tool.name, receipt.tool.version, receipt.home, receipt.created, receipt.transaction
    );
    screen.wrapped(Tone::Faint, &heading, 0);
    screen.end();
    first_line(&mut screen, receipt);
    let (gone, rest): (Vec<_>, Vec<_>) = receipt.secrets.iter().partition(|secret| is_gone(secret));
    let shown = if detail.all {
        gone.len()
    } else {
        NAMED_SECRETS
    };
    for secret in rest.iter().chain(gone.iter().take(shown)) {
        one_secret(&mut screen, secret, receipt, detail.all);
    }
    let hidden = gone.len().saturating_sub(shown);
    if hidden > 0 {
        let line = format!(
            "{} removed in the same way; --all shows each",
            plural(hidden, "more secret was", "more secrets were")
        );
        screen.end();
        screen
            .put(Tone::Good, look.tick())
            .space(1)
            .wrapped(Tone::Plain, &line, 2);
    }
    if detail.all && !receipt.files.is_empty() {
        section(&mut screen, "Files that were changed");
        for file in &receipt.files {
            screen.space(2).wrapped(Tone::Plain, file, 2);
        }
    }
    unreadable(&mut screen, &receipt.unreadable);
    revoke(&mut screen, receipt);
    undo(&mut screen, receipt, detail);
    screen.finish()
}

fn first_line(screen: &mut Screen, receipt: &Receipt) {
    let look = screen.look();
    let (tone, mark) = match verdict(receipt) {
        Verdict::Pass => (Tone::Good, look.tick()),
        Verdict::Unknown => (Tone::Warn, "?"),
        Verdict::Fail => (Tone::Bad, look.cross()),
    };
    let line = format!("{}; searched {}.", answer(receipt), searched(receipt));
    screen.put(tone, mark).space(1).wrapped(tone, &line, 2);
    let changed = plural(receipt.files.len(), "file was", "files were");
    screen.space(2).wrapped(
        Tone::Faint,
        &format!("{changed} changed, created or removed."),
        2,
    );
}

fn one_secret(screen: &mut Screen, secret: &ReceiptSecret, receipt: &Receipt, all: bool) {
    let look = screen.look();
    let (tone, mark) = match (survives(secret), secret.disposition) {
        (true, _) => (Tone::Bad, look.cross()),
        (false, Disposition::Remove) => (Tone::Good, look.tick()),
        (false, _) => (Tone::Warn, look.nothing()),
    };
    screen.end();
    let name = format!("{} {}", secret.title, secret.mask);
    let ids = format!("{} {}", secret.rule, secret.fingerprint);
    let needed = columns(&screen.safe(&name)) + columns(&screen.safe(&ids)) + 4;
    screen.put(tone, mark).space(1).put(Tone::Strong, &name);
    if needed > look.columns() {
        screen.end();
    }
    screen.space(2).put(Tone::Faint, &ids).end();
    screen
        .space(2)
        .put(Tone::Faint, "stood in  ")
        .wrapped(Tone::Plain, &stood(secret), 12);
    if all {
        for stood in &secret.stood {
            let file = short_path(&stood.file, &receipt.home);
            let line = format!("{}  {}  {}", stood.done, file, stood.location);
            screen.space(12).wrapped(Tone::Faint, &line, 14);
        }
    }
    screen.space(2).put(Tone::Faint, "found now ");
    let tone = match (secret.found_now, survives(secret)) {
        (0, _) => Tone::Good,
        (_, true) => Tone::Bad,
        (_, false) => Tone::Warn,
    };
    screen.wrapped(tone, &found_now(secret), 12);
    let shown = if all {
        secret.found_in.len()
    } else {
        NAMED_FILES
    };
    for file in secret.found_in.iter().take(shown) {
        let tone = if survives(secret) {
            Tone::Bad
        } else {
            Tone::Faint
        };
        screen.space(12).wrapped(tone, file, 12);
    }
    let hidden = secret.found_in.len().saturating_sub(shown);
    if hidden > 0 {
        let line = format!(
            "and {}; --all lists them",
            plural(hidden, "more file", "more files")
        );
        screen.space(12).wrapped(Tone::Faint, &line, 12);
    }
    if let Some(revoke) = &secret.revoke {
        screen
            .space(2)
            .put(Tone::Faint, "revoke at ")
            .wrapped(Tone::Link, revoke, 12);
    }
}

fn revoke(screen: &mut Screen, receipt: &Receipt) {
    let pages = pages(receipt);
    if pages.is_empty() {
        return;
    }
    section(screen, "Removing is not revoking");
    screen.wrapped(
        Tone::Plain,
        "What stood on this disk must be taken for known: to backups, to model providers, to \
         whoever read it. Open these pages and revoke:",
        0,
    );
    for (page, secrets) in pages {
        screen.space(2).wrapped(Tone::Link, page, 2);
        screen.space(4).wrapped(Tone::Faint, &secrets.join(", "), 4);
    }
}

fn undo(screen: &mut Screen, receipt: &Receipt, detail: &Detail) {
    screen.end();
    screen
        .put(Tone::Plain, "undo: ")
        .put(Tone::Link, &detail.next)
        .end();
    let until = format!("until {}, with the recovery code", receipt.undo_until);
    screen.space(6).wrapped(Tone::Faint, &until, 6);
}
