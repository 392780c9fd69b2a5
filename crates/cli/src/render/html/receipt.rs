//! What one harden did: the answer, then each secret, where it stood and what is found of it.
//!
//! **Invariant:** a secret that was to be removed and is still found changes the first line and
//! its own.

use bedlock_model::{Receipt, ReceiptSecret, Verdict};

use super::page::Page;
use super::{badge, code, escaped, link, places, revoke, terms, tile};
use crate::render::outcome::{answer, found_now, pages, searched, stood, survives, verdict};
use crate::render::words::{disposition, number, plural, short_path};

/// Places of one secret that are named.
const PLACES: usize = 500;

/// Writes what one harden did.
pub(crate) fn receipt(receipt: &Receipt) -> String {
    let answer = answer(receipt);
    let mut page = Page::new("harden", &receipt.home, &answer);
    let tone = match verdict(receipt) {
        Verdict::Pass => "good",
        Verdict::Unknown => "warn",
        Verdict::Fail => "bad",
    };
    page.line(&format!("<h1 class=\"{tone}\">{}.</h1>", escaped(&answer)));
    tiles(&mut page, receipt);
    let facts = [
        ("home", code(&receipt.home)),
        ("transaction", code(&receipt.transaction)),
        ("searched afterwards", escaped(&searched(receipt))),
        (
            "undo until",
            format!("{}, with the recovery code", escaped(&receipt.undo_until)),
        ),
    ];
    terms(&mut page, "card facts", &facts);
    if !receipt.secrets.is_empty() {
        page.heading("Secrets");
        page.line("<section class=\"card file\">");
        for secret in &receipt.secrets {
            one_secret(&mut page, secret, &receipt.home);
        }
        page.line("</section>");
    }
    changed(&mut page, receipt);
    revoke(&mut page, pages(receipt).into_keys());
    places(
        &mut page,
        "Could not be searched",
        &receipt.unreadable,
        &receipt.home,
    );
    page.finish(&receipt.tool, &receipt.created)
}

fn tiles(page: &mut Page, receipt: &Receipt) {
    let still = receipt.secrets.iter().filter(|s| survives(s)).count();
    let stood: usize = receipt.secrets.iter().map(|s| s.stood.len()).sum();
    page.line("<ul class=\"tiles\">");
    tile(page, "", &number(receipt.secrets.len() as u64), "secrets");
    tile(page, "", &number(stood as u64), "places where they stood");
    tile(
        page,
        "",
        &number(receipt.files.len() as u64),
        "files changed",
    );
    let class = if still > 0 { "bad" } else { "good" };
    tile(page, class, &number(still as u64), "to go and still found");
    page.line("</ul>");
}

fn one_secret(page: &mut Page, secret: &ReceiptSecret, home: &str) {
    page.line("<article class=\"finding\">");
    let (class, word) = if survives(secret) {
        ("bad", "still found")
    } else if is_gone(secret) {
        ("good", "gone")
    } else {
        ("own", disposition(secret.disposition))
    };
    page.line(&format!(
        "<p>{} <b>{}</b> {}</p>",
        badge(class, word),
        escaped(&secret.title),
        code(&secret.mask)
    ));
    let class = if survives(secret) { "bad" } else { "" };
    let now = format!(
        "<span class=\"{class}\">{}</span>",
        escaped(&found_now(secret))
    );
    let mut rows = vec![
        ("rule", code(&secret.rule)),
        ("name on this host", code(secret.fingerprint.as_str())),
        ("stood in", escaped(&stood(secret))),
        ("found now", now),
    ];
    for file in secret.found_in.iter().take(PLACES) {
        rows.push(("found in", code(&short_path(file, home))));
    }
    if let Some(address) = &secret.revoke {
        rows.push(("revoke", link(address)));
    }
    terms(page, "", &rows);
    each_place(page, secret, home);
    page.line("</article>");
}

fn is_gone(secret: &ReceiptSecret) -> bool {
    secret.found_now == 0 && secret.disposition == bedlock_model::Disposition::Remove
}

fn each_place(page: &mut Page, secret: &ReceiptSecret, home: &str) {
    if secret.stood.is_empty() {
        return;
    }
    let count = plural(secret.stood.len(), "place", "places");
    page.line(&format!("<details><summary>{count}</summary><ul>"));
    for stood in secret.stood.iter().take(PLACES) {
        page.line(&format!(
            "<li>{}: {} {}</li>",
            escaped(&stood.done),
            code(&short_path(&stood.file, home)),
            escaped(&stood.location)
        ));
    }
    let hidden = secret.stood.len().saturating_sub(PLACES);
    if hidden > 0 {
        page.line(&format!("<li>and {}</li>", plural(hidden, "more", "more")));
    }
    page.line("</ul></details>");
}

fn changed(page: &mut Page, receipt: &Receipt) {
    if receipt.files.is_empty() {
        return;
    }
    page.heading("Files that were changed, created or removed");
    page.line("<div class=\"card note\"><ul>");
    for file in &receipt.files {
        page.line(&format!(
            "<li>{}</li>",
            code(&short_path(file, &receipt.home))
        ));
    }
    page.line("</ul></div>");
}
