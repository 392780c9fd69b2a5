//! What a scan found, one file per format; JSON is [`super::json::document`].
//!
//! **Invariant:** nothing is left out silently in any format: what could not be read, what was cut,
//! what was left out on purpose and what was filtered is counted in each.

pub(crate) mod markdown;
pub(crate) mod rules;
pub(crate) mod sarif;
pub(crate) mod text;

use crate::scan::report::ScanFinding;

/// The file, and the member of an archive in it.
fn file(finding: &ScanFinding) -> String {
    match &finding.inside {
        Some(inside) => format!("{}!{inside}", finding.file),
        None => finding.file.clone(),
    }
}

/// Line and column, or the byte.
fn place(finding: &ScanFinding) -> String {
    match (finding.line, finding.column, finding.offset) {
        (Some(line), Some(column), _) => format!("{line}:{column}"),
        (_, _, Some(offset)) => format!("byte {offset}"),
        _ => "?".to_owned(),
    }
}
