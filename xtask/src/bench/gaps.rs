//! Writes down what the engine missed and what it flagged, for whoever works on the rules.
//!
//! **Invariant:** kinds, contexts and places; never a value.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::corpus::CONTEXTS;
use super::recall::Score;

/// Writes the page.
pub(crate) fn page(score: &Score) -> String {
    let mut out = String::from("# Gaps\n\n## Missed: kind, where it comes from, contexts\n\n");
    missed(score, &mut out);
    out.push_str("\n## Hard negatives that were flagged: kind, by which rule, contexts\n\n");
    flagged(score, &mut out);
    out.push_str("\n## Findings that touch nothing planted: rule, how many, the first places\n\n");
    unplanted(score, &mut out);
    out
}

fn missed(score: &Score, out: &mut String) {
    let mut kinds: BTreeMap<(&str, &str), Vec<(&str, &str)>> = BTreeMap::new();
    for (truth, hit) in &score.secrets {
        if !hit {
            let kind = (truth.kind.as_str(), truth.origin.as_str());
            let places = kinds.entry(kind).or_default();
            places.push((truth.context.as_str(), truth.writer.as_str()));
        }
    }
    for ((kind, origin), places) in kinds {
        let contexts: Vec<String> = CONTEXTS
            .iter()
            .flat_map(|(_, name)| places.iter().filter(move |(context, _)| context == name))
            .map(|(context, writer)| format!("{context} ({writer})"))
            .collect();
        let _ = writeln!(out, "- {kind} [{origin}]: {}", contexts.join(", "));
    }
}

fn flagged(score: &Score, out: &mut String) {
    let mut kinds: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for (truth, by) in &score.negatives {
        if let Some(rule) = by {
            let contexts = kinds
                .entry((truth.kind.as_str(), rule.as_str()))
                .or_default();
            contexts.insert(truth.context.as_str());
        }
    }
    for ((kind, rule), contexts) in kinds {
        let contexts: Vec<&str> = contexts.into_iter().collect();
        let _ = writeln!(out, "- {kind}, by {rule}: {}", contexts.join(", "));
    }
}

fn unplanted(score: &Score, out: &mut String) {
    let mut rules: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for finding in &score.unplanted {
        let (start, end) = finding.span.unwrap_or_default();
        let place = format!("{}:{} ({start}..{end})", finding.file, finding.line);
        rules.entry(&finding.rule).or_default().push(place);
    }
    for (rule, places) in rules {
        let first: Vec<&str> = places.iter().take(4).map(String::as_str).collect();
        let _ = writeln!(out, "- {rule}: {}: {}", places.len(), first.join(", "));
    }
}
