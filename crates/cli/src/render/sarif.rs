//! SARIF 2.1.0, for code-scanning dashboards.
//!
//! **Source:** <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>
//!
//! **Invariant:** a place that could not be read is a notification, and makes
//! `executionSuccessful` false: a dashboard must not read silence as clean.

use std::collections::{BTreeMap, HashMap};

use bedlock_model::{Disposition, Finding, Report, Severity, Unreadable};
use serde_json::{Map, Value, json};

use super::json::document;
use super::printable::{is_web_page, printable, source_line};
use super::words::{evidence, has_lines, seen_by};

/// Where the schema of the version is kept.
pub(super) const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// The name of the home among the bases of relative addresses.
const HOME: &str = "HOME";

/// Writes what an audit found; ends with a line end.
///
/// # Errors
/// When the value cannot be written as JSON; nothing in a report does that.
pub(crate) fn report(report: &Report, pretty: bool) -> Result<String, serde_json::Error> {
    let rules = rules(report);
    let index: HashMap<&str, usize> = rules
        .keys()
        .enumerate()
        .map(|(index, id)| (*id, index))
        .collect();
    let results: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| result(finding, report, &index))
        .collect();
    let mut log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": report.tool.name,
                "version": report.tool.version,
                "rules": rules.values().collect::<Vec<_>>(),
            }},
            "invocations": [invocation(report)],
            "originalUriBaseIds": { HOME: { "uri": directory_uri(&report.home) } },
            "columnKind": "unicodeCodePoints",
            "results": results,
            "properties": {
                "complete": report.complete,
                "files": report.files,
                "bytes": report.bytes,
                "agents": report.agents,
                "providers": report.providers,
                "secrets": report.secrets.len(),
            },
        }],
    });
    if let Some(root) = &report.root {
        log["runs"][0]["properties"]["root"] = json!(root);
    }
    document(&log, pretty)
}

/// The rules that found something, by id.
fn rules(report: &Report) -> BTreeMap<&str, Value> {
    let mut rules = BTreeMap::new();
    for finding in &report.findings {
        rules
            .entry(finding.rule.as_str())
            .or_insert_with(|| rule(finding));
    }
    rules
}

fn rule(finding: &Finding) -> Value {
    let mut rule = json!({
        "id": finding.rule,
        "shortDescription": { "text": text(&finding.title, "Secret") },
        "defaultConfiguration": { "level": level(finding.severity) },
        "properties": {
            "security-severity": security_severity(finding.severity),
            "tags": ["security", "secret"],
        },
    });
    if let Some(page) = finding
        .remedy
        .revoke
        .as_deref()
        .filter(|page| is_web_page(page))
    {
        rule["helpUri"] = json!(page);
        let help = format!("Removing is not revoking. Revoke it at {page}");
        rule["help"] = json!({ "text": help });
    }
    rule
}

fn result(finding: &Finding, report: &Report, index: &HashMap<&str, usize>) -> Value {
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": index.get(finding.rule.as_str()).copied().unwrap_or_default(),
        "level": level(finding.severity),
        "message": { "text": message(finding) },
        "locations": [location(finding, report)],
        "partialFingerprints": { "bedlock/v1": finding.fingerprint },
        "properties": {
            "mask": finding.mask,
            "evidence": finding.evidence,
            "disposition": finding.disposition,
            "exposure": finding.exposure,
            "placeKind": finding.kind,
        },
    });
    if let Some(expires) = &finding.expires {
        result["properties"]["expires"] = json!(expires);
    }
    if matches!(
        finding.disposition,
        Disposition::Keep | Disposition::Expires
    ) {
        let reason = finding.reason.as_deref().unwrap_or("left on purpose");
        result["suppressions"] =
            json!([{ "kind": "external", "status": "accepted", "justification": reason }]);
    }
    result
}

fn message(finding: &Finding) -> String {
    let mut parts = vec![if finding.location.is_empty() {
        format!("{} {}", finding.title, finding.mask)
    } else {
        format!("{} {} at {}", finding.title, finding.mask, finding.location)
    }];
    let why: Vec<&str> = finding.evidence.iter().copied().map(evidence).collect();
    if !why.is_empty() {
        parts.push(format!("Found by: {}", why.join(", ")));
    }
    if !finding.exposure.is_empty() {
        parts.push(format!("Could be seen by: {}", seen_by(&finding.exposure)));
    }
    if !finding.remedy.next.is_empty() {
        parts.push(format!("Next: {}", finding.remedy.next));
    }
    if let Some(page) = &finding.remedy.revoke {
        parts.push(format!("Revoke: {page}"));
    }
    plain_message(&parts.join(". "))
}

/// Text of which a viewer makes neither a link nor a placeholder.
///
/// **Source:** <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>, sections
/// 3.11.5 (placeholders) and 3.11.6 (embedded links)
pub(super) fn plain_message(text: &str) -> String {
    let mut text = printable(text).into_owned();
    if text.contains("](") {
        text = text.replace('[', "\\[").replace(']', "\\]");
    }
    if text.contains('{') && text.contains('}') {
        text = text.replace('{', "{{").replace('}', "}}");
    }
    text
}

fn location(finding: &Finding, report: &Report) -> Value {
    let mut physical = json!({ "artifactLocation": artifact(&finding.file, &report.home) });
    let region = region(finding);
    if !region.is_empty() {
        physical["region"] = Value::Object(region);
    }
    let mut location = json!({ "physicalLocation": physical });
    if !finding.location.is_empty() {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": finding.location }]);
    }
    location
}

fn region(finding: &Finding) -> Map<String, Value> {
    let mut region = Map::new();
    if has_lines(finding.kind) {
        region.insert("startLine".to_owned(), json!(finding.line.max(1)));
        region.insert("startColumn".to_owned(), json!(finding.column.max(1)));
    }
    if let Some(offset) = finding.offset {
        region.insert("byteOffset".to_owned(), json!(offset));
        region.insert("byteLength".to_owned(), json!(finding.length));
    }
    if !region.is_empty() && !finding.excerpt.as_str().is_empty() {
        region.insert(
            "snippet".to_owned(),
            json!({ "text": source_line(finding.excerpt.as_str()) }),
        );
    }
    region
}

fn invocation(report: &Report) -> Value {
    let notifications: Vec<Value> = report
        .unreadable
        .iter()
        .map(|place| notification(place, "error", report))
        .chain(
            report
                .skipped
                .iter()
                .map(|place| notification(place, "note", report)),
        )
        .collect();
    json!({
        "executionSuccessful": report.complete,
        "endTimeUtc": report.created,
        "toolExecutionNotifications": notifications,
        "properties": { "complete": report.complete },
    })
}

fn notification(place: &Unreadable, level: &str, report: &Report) -> Value {
    let mut message = format!("{}: {}", place.path, place.reason);
    if !place.next.is_empty() {
        message.push_str(&format!(". Next: {}", place.next));
    }
    let id = if level == "error" {
        "unreadable"
    } else {
        "skipped"
    };
    json!({
        "level": level,
        "descriptor": { "id": id },
        "message": { "text": plain_message(&message) },
        "locations": [{
            "physicalLocation": { "artifactLocation": artifact(&place.path, &report.home) },
        }],
    })
}

/// A file below the home relative to it, any other by its whole address.
fn artifact(path: &str, home: &str) -> Value {
    let home = home.trim_end_matches('/');
    match path
        .strip_prefix(home)
        .and_then(|rest| rest.strip_prefix('/'))
    {
        Some(rest) if !rest.is_empty() => json!({ "uri": encoded(rest), "uriBaseId": HOME }),
        _ if path.starts_with('/') => json!({ "uri": format!("file://{}", encoded(path)) }),
        _ => json!({ "uri": encoded(path) }),
    }
}

/// The address of a folder: absolute, with a slash at its end.
fn directory_uri(path: &str) -> String {
    match path.trim_matches('/') {
        "" => "file:///".to_owned(),
        path => format!("file:///{}/", encoded(path)),
    }
}

/// Percent-encodes everything but slashes and the characters that addresses never reserve.
///
/// **Source:** <https://www.rfc-editor.org/rfc/rfc3986#section-2.3>
pub(super) fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// The number that code-scanning dashboards sort by, as text: above 7 counts as high.
pub(super) fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "8.5",
        Severity::Medium => "5.5",
        Severity::Low => "2.5",
    }
}

fn text<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_relative_to_the_home_and_encoded() {
        assert_eq!(
            artifact("/home/ada/.openclaw/a b:c%.json", "/home/ada"),
            json!({ "uri": ".openclaw/a%20b%3Ac%25.json", "uriBaseId": "HOME" })
        );
        assert_eq!(
            artifact("/home/adam/x", "/home/ada"),
            json!({ "uri": "file:///home/adam/x" })
        );
        assert_eq!(directory_uri("/home/ada"), "file:///home/ada/");
        assert_eq!(directory_uri("/"), "file:///");
    }
}
