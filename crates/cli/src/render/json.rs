//! JSON, in the published shapes.
//!
//! **Invariant:** what is printed parses to exactly the value that went in, and holds no raw
//! character that could deceive the reader of a terminal.

use std::fmt::Write as _;

use bedlock_model::{Posture, Receipt, Report};
use schemars::JsonSchema;
use serde::Serialize;

use super::plan::{PlanDocument, PlanView};
use super::printable::deceives;
use crate::commands::status::SessionDocument;
use crate::scan::report::ScanReport;

/// Writes a report, a posture or a receipt; ends with a line end.
///
/// # Errors
/// When the value cannot be written as JSON; no type of the model does that.
pub(crate) fn document<T: Serialize>(value: &T, pretty: bool) -> Result<String, serde_json::Error> {
    let text = if pretty {
        serde_json::to_string_pretty(value)?
    } else {
        serde_json::to_string(value)?
    };
    Ok(guarded(&text))
}

/// Writes a plan; ends with a line end.
///
/// # Errors
/// Like [`document`].
pub(crate) fn plan(view: &PlanView, pretty: bool) -> Result<String, serde_json::Error> {
    document(&PlanDocument::of(view), pretty)
}

/// The published schemas: file name below `docs/schema`, and content.
pub(crate) fn schemas() -> Vec<(String, String)> {
    vec![
        schema::<PlanDocument<'_>>("plan", PlanDocument::SCHEMA_VERSION),
        schema::<Posture>("posture", Posture::SCHEMA_VERSION),
        schema::<Receipt>("receipt", Receipt::SCHEMA_VERSION),
        schema::<Report>("report", Report::SCHEMA_VERSION),
        schema::<ScanReport>("scan", ScanReport::SCHEMA_VERSION),
        schema::<SessionDocument>("session", SessionDocument::SCHEMA_VERSION),
    ]
}

fn schema<T: JsonSchema>(name: &str, version: u32) -> (String, String) {
    let mut schema = schemars::schema_for!(T);
    schema.insert(
        "$id".to_owned(),
        format!("urn:bedlock:{name}:{version}").into(),
    );
    (
        format!("{name}-{version}.json"),
        format!("{:#}\n", schema.as_value()),
    )
}

/// Characters that deceive appear in JSON inside of strings only, where they may be escaped.
fn guarded(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + 1);
    for c in json.chars() {
        if c != '\n' && deceives(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deceiving_characters_are_escaped_and_come_back() {
        let value = "a\u{1b}\u{9b}\u{202e}\u{e0041}\u{7f}\n金";
        let json = document(&value, false).unwrap();
        assert_eq!(
            json,
            "\"a\\u001b\\u009b\\u202e\\udb40\\udc41\\u007f\\n金\"\n"
        );
        let back: String = serde_json::from_str(&json).unwrap();
        assert_eq!(back, value);
    }
}
