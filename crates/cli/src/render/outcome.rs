//! What the reader of a receipt wants to know first: is everything gone that was to go?
//!
//! Used by the formats for people, so that they say the same.
//!
//! **Invariant:** a receipt whose search was not complete is never called clean without saying so.

use std::collections::{BTreeMap, BTreeSet};

use bedlock_model::{Disposition, Receipt, ReceiptSecret, Verdict};

use super::words::{disposition, number, plural, size};

/// Whether a secret that was to go is still there.
pub(crate) fn survives(secret: &ReceiptSecret) -> bool {
    secret.disposition == Disposition::Remove && secret.found_now > 0
}

/// How a harden came out: `Unknown` when not everything could be searched.
pub(crate) fn verdict(receipt: &Receipt) -> Verdict {
    if receipt.secrets.iter().any(survives) {
        Verdict::Fail
    } else if receipt.unreadable.is_empty() {
        Verdict::Pass
    } else {
        Verdict::Unknown
    }
}

/// The answer in one sentence.
pub(crate) fn answer(receipt: &Receipt) -> String {
    let still = receipt.secrets.iter().filter(|s| survives(s)).count();
    if still > 0 {
        let secrets = plural(still, "SECRET IS", "SECRETS ARE");
        return format!("{secrets} STILL FOUND after harden");
    }
    let to_go = |s: &&ReceiptSecret| s.disposition == Disposition::Remove;
    let gone = plural(
        receipt.secrets.iter().filter(to_go).count(),
        "secret",
        "secrets",
    );
    let blind = match verdict(receipt) {
        Verdict::Pass => "",
        Verdict::Unknown | Verdict::Fail => ", but not everything could be searched",
    };
    format!("{gone} removed, 0 found now{blind}")
}

/// What was searched afterwards: `219 files (18.3 MB)`.
pub(crate) fn searched(receipt: &Receipt) -> String {
    let files = usize::try_from(receipt.searched_files).unwrap_or(usize::MAX);
    format!(
        "{} ({})",
        plural(files, "file", "files"),
        size(receipt.searched_bytes)
    )
}

/// `7 places in 5 files: 5 removed, 2 redacted`.
pub(crate) fn stood(secret: &ReceiptSecret) -> String {
    let mut done: BTreeMap<&str, usize> = BTreeMap::new();
    for stood in &secret.stood {
        *done.entry(&stood.done).or_default() += 1;
    }
    let files: BTreeSet<&str> = secret.stood.iter().map(|s| s.file.as_str()).collect();
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

/// How often a secret is found now, and why that is as it should be when it is.
pub(crate) fn found_now(secret: &ReceiptSecret) -> String {
    match (secret.found_now, secret.disposition) {
        (0, _) => "0".to_owned(),
        (1, Disposition::Remove) => "1 TIME".to_owned(),
        (count, Disposition::Remove) => format!("{} TIMES", number(count)),
        (count, left) => format!("{} ({})", number(count), disposition(left)),
    }
}

/// Where to revoke, and which secrets there; those that die by themselves need no visit.
pub(crate) fn pages(receipt: &Receipt) -> BTreeMap<&str, Vec<String>> {
    let mut pages: BTreeMap<&str, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    let lasts = |s: &&ReceiptSecret| s.disposition != Disposition::Expires;
    for secret in receipt.secrets.iter().filter(lasts) {
        if let Some(page) = &secret.revoke {
            let titles = pages.entry(page).or_default();
            titles.entry(&secret.title).or_default().push(&secret.mask);
        }
    }
    let named = |(title, masks): (&str, Vec<&str>)| match masks.as_slice() {
        [mask] => format!("{title} {mask}"),
        masks => format!("{} of: {title}", masks.len()),
    };
    pages
        .into_iter()
        .map(|(page, titles)| (page, titles.into_iter().map(named).collect()))
        .collect()
}
