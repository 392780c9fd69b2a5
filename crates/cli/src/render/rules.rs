//! The rules as pages of the documentation: an index, and a page for each family with an anchor for
//! each rule.
//!
//! `bedlock docs` writes them to `docs/rules/`.
//!
//! **Invariant:** everything on them is data of the rules; prefixes are the only part of a key that
//! is shown.

use std::fmt::Write as _;

use bedlock_detect::{Family, Rule, Severity, Shape};

/// What every page says about itself.
const ORIGIN: &str = "Written by `cargo xtask docs --write` from `crates/detect/src/rules`.";

/// Makes the pages: names of files and their text.
pub(crate) fn pages() -> Vec<(String, String)> {
    let families = bedlock_detect::families();
    let mut pages = vec![("README.md".to_owned(), index(families))];
    pages.extend(
        families
            .iter()
            .map(|family| (format!("{}.md", family.id), page(family))),
    );
    pages
}

fn index(families: &[Family]) -> String {
    let count: usize = families.iter().map(|family| family.rules.len()).sum();
    let mut out = format!(
        "# Rules\n\nWhat bedlock takes for a credential: {count} kinds in {} families. A page says for each \
         kind what it\nopens, where its owner revokes it, how it is recognized and where its format is \
         documented.\n{ORIGIN}\n",
        families.len(),
    );
    for family in families {
        // Writing to a string cannot fail.
        let _ = write!(out, "\n## [{}]({}.md)\n\n", family.title, family.id);
        for rule in family.rules {
            let _ = writeln!(
                out,
                "- [`{0}`]({1}.md#{0}): {2}",
                rule.id, family.id, rule.title
            );
        }
    }
    out
}

fn page(family: &Family) -> String {
    let mut out = format!("# {}\n\n[All rules](README.md). {ORIGIN}\n", family.title);
    for rule in family.rules {
        section(&mut out, rule);
    }
    out
}

fn section(out: &mut String, rule: &Rule) {
    let _ = write!(
        out,
        "\n## {}\n\n{}, issued by {}. Severity: {}.\n\n",
        rule.id,
        rule.title,
        rule.provider,
        severity(rule.severity),
    );
    let _ = writeln!(out, "- **Opens:** {}", rule.opens);
    let _ = writeln!(out, "- **Revoke:** {}", rule.revoke);
    let _ = writeln!(out, "- **Recognized by:** {}", evidence(rule));
    if !rule.env_names.is_empty() {
        let _ = writeln!(out, "- **Variables:** {}", quoted(rule.env_names));
    }
    let _ = writeln!(out, "- **Format:** {}", rule.source);
}

fn evidence(rule: &Rule) -> String {
    match rule.shape {
        Shape::Token(_) => format!("{} and its shape behind it.", quoted(rule.prefixes)),
        Shape::Read(_) => "its structure.".to_owned(),
        Shape::Named if rule.env_names.is_empty() => "what stands in front of it.".to_owned(),
        Shape::Named => "the name of its variable or field.".to_owned(),
    }
}

fn quoted(literals: &[&str]) -> String {
    let quoted: Vec<String> = literals
        .iter()
        .map(|literal| format!("`{literal}`"))
        .collect();
    quoted.join(", ")
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
    }
}
