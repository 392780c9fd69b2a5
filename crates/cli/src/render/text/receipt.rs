//! What one harden did, for a terminal.
//!
//! **Invariant:** a secret that was to be removed and is still found cannot be overlooked: it
//! changes the first line, its own line and the last ones.

use std::collections::BTreeMap;

use bedlock_model::{Disposition, Receipt, ReceiptSecret};

use super::{section, unreadable};
use crate::render::Detail;
use crate::render::look::{Look, Tone};
use crate::render::screen::Screen;
use crate::render::words::{disposition, number, plural, short_path, size};

/// Files that a secret that is still found is named with, without `--all`.
const NAMED_FILES: usize = 5;

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
    answer(&mut screen, receipt);
    for secret in &receipt.secrets {
        one_secret(&mut screen, secret, receipt, detail.all);
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

/// Whether a secret that was to go is still there.
fn survives(secret: &ReceiptSecret) -> bool {
    secret.disposition == Disposition::Remove && secret.found_now > 0
}

fn answer(screen: &mut Screen, receipt: &Receipt) {
    let look = screen.look();
    let removed = |s: &&ReceiptSecret| s.disposition == Disposition::Remove;
    let gone = receipt
        .secrets
        .iter()
        .filter(removed)
        .filter(|s| !survives(s))
        .count();
    let still = receipt.secrets.iter().filter(|s| survives(s)).count();
    let searched = format!(
        "searched {} ({})",
        plural(
            usize::try_from(receipt.searched_files).unwrap_or(usize::MAX),
            "file",
            "files"
        ),
        size(receipt.searched_bytes)
    );
    if still > 0 {
        let line = format!(
            "{} STILL FOUND after harden; {searched}.",
            plural(still, "SECRET IS", "SECRETS ARE")
        );
        screen
            .put(Tone::Bad, look.cross())
            .space(1)
            .wrapped(Tone::Bad, &line, 2);
    } else {
        let (tone, mark, blind) = if receipt.unreadable.is_empty() {
            (Tone::Good, look.tick(), "")
        } else {
            (Tone::Warn, "?", ", but not everything could be searched")
        };
        let line = format!(
            "{} removed, 0 found now{blind}; {searched}.",
            plural(gone, "secret", "secrets")
        );
        screen.put(tone, mark).space(1).wrapped(tone, &line, 2);
    }
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
    screen
        .put(tone, mark)
        .space(1)
        .put(Tone::Strong, &format!("{} {}", secret.title, secret.mask))
        .put(
            Tone::Faint,
            &format!("  {} {}", secret.rule, secret.fingerprint),
        )
        .end();
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
    match (secret.found_now, secret.disposition) {
        (0, _) => screen.wrapped(Tone::Good, "0", 12),
        (count, Disposition::Remove) => {
            screen.wrapped(Tone::Bad, &format!("{} TIMES", number(count)), 12)
        }
        (count, left) => screen.wrapped(
            Tone::Warn,
            &format!("{} ({})", number(count), disposition(left)),
            12,
        ),
    };
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

/// `7 places in 5 files: 5 removed, 2 redacted`.
fn stood(secret: &ReceiptSecret) -> String {
    let mut done: BTreeMap<&str, usize> = BTreeMap::new();
    for stood in &secret.stood {
        *done.entry(&stood.done).or_default() += 1;
    }
    let mut files: Vec<&str> = secret.stood.iter().map(|s| s.file.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    let done: Vec<String> = done
        .iter()
        .map(|(what, count)| format!("{count} {what}"))
        .collect();
    let places = plural(secret.stood.len(), "place", "places");
    let files = plural(files.len(), "file", "files");
    if done.is_empty() {
        format!("{places} in {files}")
    } else {
        format!("{places} in {files}: {}", done.join(", "))
    }
}

fn revoke(screen: &mut Screen, receipt: &Receipt) {
    let mut pages: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let stay = |s: &&ReceiptSecret| s.disposition != Disposition::Expires;
    for secret in receipt.secrets.iter().filter(stay) {
        if let Some(page) = &secret.revoke {
            let names = pages.entry(page).or_default();
            names.push(format!("{} {}", secret.title, secret.mask));
        }
    }
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
        .put(
            Tone::Faint,
            &format!("  until {}, with the recovery code", receipt.undo_until),
        )
        .end();
}
