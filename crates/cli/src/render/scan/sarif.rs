//! SARIF 2.1.0, for code-scanning dashboards.
//!
//! **Source:** <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>
//!
//! **Invariant:** as in [`crate::render::sarif`], what could not be searched makes
//! `executionSuccessful` false.

use std::collections::BTreeMap;

use bedlock_model::Unreadable;
use serde_json::{Map, Value, json};

use super::file;
use crate::render::json::document;
use crate::render::printable::is_web_page;
use crate::render::sarif::{SCHEMA, encoded, level, plain_message, security_severity};
use crate::scan::report::{ScanFinding, ScanReport};

/// Writes what a scan found; ends with a line end.
///
/// # Errors
/// When the value cannot be written as JSON; nothing in a report does that.
pub(crate) fn report(report: &ScanReport) -> Result<String, serde_json::Error> {
    let mut rules: BTreeMap<&str, Value> = BTreeMap::new();
    for finding in &report.findings {
        rules
            .entry(finding.rule.as_str())
            .or_insert_with(|| rule(finding));
    }
    let index: BTreeMap<&str, usize> = rules.keys().copied().zip(0..).collect();
    let results: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| result(finding, index.get(finding.rule.as_str()).copied()))
        .collect();
    let notes = |places: &[Unreadable], level: &'static str, id: &'static str| {
        let note = |place: &Unreadable| notification(place, level, id);
        places.iter().map(note).collect::<Vec<_>>()
    };
    let mut notifications = notes(&report.unreadable, "error", "unreadable");
    notifications.extend(notes(&report.skipped, "note", "skipped"));
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": report.tool.name,
                "version": report.tool.version,
                "rules": rules.values().collect::<Vec<_>>(),
            }},
            "invocations": [{
                "executionSuccessful": report.complete,
                "endTimeUtc": report.created,
                "toolExecutionNotifications": notifications,
                "properties": { "complete": report.complete },
            }],
            "columnKind": "unicodeCodePoints",
            "results": results,
            "properties": {
                "complete": report.complete,
                "files": report.files,
                "bytes": report.bytes,
                "binary": report.binary,
                "archives": report.archives,
                "excluded": report.excluded,
                "links": report.links,
                "leftOut": report.left_out,
            },
        }],
    });
    document(&log, true)
}

fn rule(finding: &ScanFinding) -> Value {
    let mut rule = json!({
        "id": finding.rule,
        "shortDescription": { "text": finding.title },
        "defaultConfiguration": { "level": level(finding.severity) },
        "properties": {
            "security-severity": security_severity(finding.severity),
            "tags": ["security", "secret"],
        },
    });
    if let Some(page) = finding.revoke.as_deref().filter(|page| is_web_page(page)) {
        rule["helpUri"] = json!(page);
        let help = format!("Removing is not revoking. Revoke it at {page}");
        rule["help"] = json!({ "text": help });
    }
    rule
}

fn result(finding: &ScanFinding, index: Option<usize>) -> Value {
    let mut message = format!("{} {} in {}", finding.title, finding.mask, file(finding));
    if let Some(page) = &finding.revoke {
        message.push_str(&format!(". Revoke: {page}"));
    }
    let mut physical = json!({ "artifactLocation": { "uri": uri(&finding.file) } });
    let region = region(finding);
    if !region.is_empty() {
        physical["region"] = Value::Object(region);
    }
    let mut location = json!({ "physicalLocation": physical });
    if let Some(inside) = &finding.inside {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": inside }]);
    }
    json!({
        "ruleId": finding.rule,
        "ruleIndex": index.unwrap_or_default(),
        "level": level(finding.severity),
        "message": { "text": plain_message(&message) },
        "locations": [location],
        "partialFingerprints": { "bedlock/v1": finding.fingerprint },
        "properties": { "mask": finding.mask, "confidence": finding.confidence },
    })
}

/// Where it is in the file; the lines of what is inside of an archive are no lines of the file.
fn region(finding: &ScanFinding) -> Map<String, Value> {
    let mut region = Map::new();
    if finding.inside.is_some() {
        return region;
    }
    if let (Some(line), Some(column)) = (finding.line, finding.column) {
        region.insert("startLine".to_owned(), json!(line));
        region.insert("startColumn".to_owned(), json!(column));
    }
    if let Some(offset) = finding.offset {
        region.insert("byteOffset".to_owned(), json!(offset));
        region.insert("byteLength".to_owned(), json!(finding.length));
    }
    region
}

fn notification(place: &Unreadable, level: &str, id: &str) -> Value {
    let message = format!("{}: {}. Next: {}", place.path, place.reason, place.next);
    json!({
        "level": level,
        "descriptor": { "id": id },
        "message": { "text": plain_message(&message) },
        "locations": [{ "physicalLocation": { "artifactLocation": { "uri": uri(&place.path) } } }],
    })
}

/// A whole address for a whole path, a relative one for any other.
fn uri(path: &str) -> String {
    if path.starts_with('/') {
        format!("file://{}", encoded(path))
    } else {
        encoded(path.strip_prefix("./").unwrap_or(path))
    }
}
