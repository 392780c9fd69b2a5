//! What the JSON subset of JSON5 must read as: serde_json is the oracle.

use bedlock_formats::json5::Document;
use bedlock_formats::{Format, Segment};
use serde_json::Value;

/// Compares with serde_json, and edits the document at some of its places.
pub(crate) fn check(text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let document = Document::parse(text);
    if let Ok(expected) = serde_json::from_str::<Value>(text) {
        let read = document.as_ref().expect("JSON is JSON5").to_value();
        assert!(same(&read, &expected));
    }
    let Ok(document) = document else { return };
    check_nothing_is_refused(text);
    let mut paths: Vec<Vec<Segment>> = bedlock_formats::entries(Format::Json5, text.as_bytes())
        .map(|found| found.into_iter().map(|entry| entry.path).take(4).collect())
        .unwrap_or_default();
    // Of equal keys only the last one can be reached by its path.
    paths.retain(|path| document.get(path).is_some());
    paths.push(Vec::new());
    for path in paths {
        check_edits(&document, &path);
    }
}

/// JSON5 has a spelling for every text, and separators that let any element go.
fn check_nothing_is_refused(text: &str) {
    let Ok(found) = bedlock_formats::entries(Format::Json5, text.as_bytes()) else {
        return;
    };
    for entry in found.iter().take(4) {
        if !entry.path.is_empty() {
            let one = std::slice::from_ref(entry);
            bedlock_formats::remove(Format::Json5, text.as_bytes(), one).expect("removes");
        }
        bedlock_formats::replace_value(Format::Json5, text.as_bytes(), entry, "it's\n\"x\"")
            .expect("replaces");
    }
    if found.iter().all(|entry| !entry.path.is_empty()) {
        bedlock_formats::remove(Format::Json5, text.as_bytes(), &found).expect("removes all");
    }
}

/// Sets, inserts and removes at a path and beside it; what is set must be there, and what was
/// added must leave the text as it was when it is removed again.
fn check_edits(document: &Document, path: &[Segment]) {
    let values = [
        Value::from("it's \"x\"\n"),
        serde_json::json!({"k": [1, {}], "not-bare": null}),
    ];
    for value in values {
        let mut edited = document.clone();
        edited
            .set(path, &value)
            .expect("a place that exists can be set");
        assert!(
            edited
                .get(path)
                .is_some_and(|node| node.to_value() == value)
        );
        assert_eq!(
            Document::parse(edited.text()).expect("parses").to_value(),
            edited.to_value()
        );
        let Some((_, parent)) = path.split_last() else {
            continue;
        };
        let before = document
            .get(parent)
            .expect("the parent of a leaf")
            .to_value();
        let segment = match &before {
            Value::Array(items) => Segment::Index(items.len()),
            _ => Segment::key("never-there-\u{2028}"),
        };
        let beside: Vec<Segment> = parent.iter().cloned().chain([segment]).collect();
        let mut edited = document.clone();
        edited
            .set(&beside, &value)
            .expect("a container takes another element");
        assert!(
            edited
                .get(&beside)
                .is_some_and(|node| node.to_value() == value)
        );
        edited.remove(&beside).expect("what was set can be removed");
        assert!(same(&edited.to_value(), &document.to_value()));
    }
    if !path.is_empty() {
        let mut edited = document.clone();
        edited.remove(path).expect("a leaf can be removed");
        let is_index = matches!(path.last(), Some(Segment::Index(_)));
        assert!(is_index || edited.get(path).is_none());
    }
}

/// Compares values. serde_json rounds some fractions to a neighbour of the nearest double.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => a == b || close(a.as_f64(), b.as_f64()),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => left == right,
    }
}

fn close(left: Option<f64>, right: Option<f64>) -> bool {
    match (left, right) {
        (Some(a), Some(b)) => (a - b).abs() <= 4.0 * f64::EPSILON * a.abs().max(b.abs()),
        _ => false,
    }
}
