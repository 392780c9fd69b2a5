//! What the fuzz targets share, with each other and with the property tests of `bedlock-formats`.
//!
//! **Invariant:** the checks of formats stand in one place, in those tests; a target only chooses
//! the format.

pub mod detect;

use bedlock_formats::Format;

#[path = "../../crates/formats/tests/it/edits.rs"]
mod edits;
#[path = "../../crates/formats/tests/it/json.rs"]
mod json;

/// Checks all properties of reading, removing and replacing on one text.
pub fn check_edits(format: Format, text: &[u8]) {
    edits::check(format, text);
}

/// Compares with serde_json, and edits the document at some of its places.
pub fn check_json(text: &[u8]) {
    json::check(text);
}
