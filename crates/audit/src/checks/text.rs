//! Files of which the name says what they are: one credential and nothing else, as `tokenFile`
//! names one, or the program of a plugin.
//!
//! **Invariant:** only a short file of one word counts as a credential; anything longer is prose.

use std::path::Path;

use bedlock_model::{Place, PlaceKind};
use zeroize::Zeroizing;

use crate::agents::openclaw::meaning;
use crate::found::{At, Candidate};
use crate::judge;

/// Longest file that is taken for one credential, in bytes.
const LONGEST: usize = 4 << 10;

/// Whether a file is a program, in which `token: t.token` is no credential.
pub(crate) fn is_program(path: &Path) -> bool {
    const EXTENSIONS: &[&str] = &[
        "cjs", "cts", "css", "htm", "html", "js", "jsx", "map", "mjs", "mts", "py", "svg", "ts",
        "tsx",
    ];
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| EXTENSIONS.contains(&extension))
}

/// The credential that a file consists of.
pub(crate) fn whole_secret(place: &Place) -> Option<Candidate> {
    let short = place.meta.size <= LONGEST as u64;
    if place.kind != PlaceKind::Text || !short || !meaning::is_secret_file(&place.path) {
        return None;
    }
    // What cannot be read is reported by the search for shapes.
    let text = Zeroizing::new(place.source.read_all(LONGEST).ok()?);
    let start = text.len() - text.trim_ascii_start().len();
    let value = text.trim_ascii();
    bedlock_detect::plausible_secret(value).then(|| Candidate {
        at: At::Bytes(start as u64..(start + value.len()) as u64),
        location: String::new(),
        path: Vec::new(),
        value: Zeroizing::new(value.to_vec()),
        rule: judge::generic(),
        evidence: judge::FIELD,
    })
}
