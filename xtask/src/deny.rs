//! Checks the dependency graph against `deny.toml`: licences, banned crates, duplicates, sources.
//!
//! The file is cargo-deny's, and who has cargo-deny can run it on the same file. This command reads
//! the part of it that needs no network, over `cargo metadata`, because building cargo-deny takes
//! longer than everything else that CI does, and its advisory database cannot be fetched there.
//!
//! **Invariant:** a table or key of `deny.toml` that this command does not enforce is an error, so
//! that nobody believes in a rule which is not checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use crate::error::Error;
use crate::process::{cargo, output_of, say};
use crate::workspace;

/// The rules, as `deny.toml` spells them.
struct Rules {
    licences: BTreeSet<String>,
    banned: BTreeSet<String>,
    duplicates_allowed: BTreeSet<String>,
    registries: BTreeSet<String>,
}

struct Package {
    name: String,
    version: String,
    licence: Option<String>,
    source: Option<String>,
}

/// Checks the dependency graph.
///
/// # Errors
/// [`Error::Check`] that lists every violation.
pub(crate) fn run() -> Result<(), Error> {
    let rules = rules()?;
    let packages = packages()?;
    let violations = violations(&rules, &packages);
    if violations.is_empty() {
        say(&format!("{} crates, no violation", packages.len()));
        return Ok(());
    }
    Err(Error::Check {
        what: violations.join("\n"),
        next: "change the dependency, or deny.toml with the reason beside it".to_owned(),
    })
}

fn rules() -> Result<Rules, Error> {
    let path = workspace::root().join("deny.toml");
    let text = fs::read_to_string(&path).map_err(Error::file("read", &path))?;
    parse_rules(&text).map_err(|what| Error::Check {
        what: format!("deny.toml: {what}"),
        next: "edit deny.toml, or teach xtask/src/deny.rs the rule".to_owned(),
    })
}

fn parse_rules(text: &str) -> Result<Rules, String> {
    let table: toml::Table = text.parse().map_err(|error| format!("{error}"))?;
    let known = [
        "graph.all-features",
        "licenses.allow",
        "licenses.private.ignore",
        "bans.multiple-versions",
        "bans.wildcards",
        "bans.deny",
        "bans.skip",
        "sources.unknown-registry",
        "sources.unknown-git",
        "sources.allow-registry",
    ];
    let mut present = Vec::new();
    leaves("", &table, &mut present);
    if let Some(unknown) = present.iter().find(|path| !known.contains(&path.as_str())) {
        return Err(format!("`{unknown}` is not enforced here"));
    }
    Ok(Rules {
        licences: names(&table, "licenses", "allow", "license"),
        banned: names(&table, "bans", "deny", "crate"),
        duplicates_allowed: excused(&table)?,
        registries: names(&table, "sources", "allow-registry", "registry"),
    })
}

/// Lists the dot paths of everything that is not itself a table.
fn leaves(prefix: &str, table: &toml::Table, found: &mut Vec<String>) {
    for (key, value) in table {
        let path = if prefix.is_empty() {
            key.clone()
        } else {
            format!("{prefix}.{key}")
        };
        match value {
            toml::Value::Table(inner) => leaves(&path, inner, found),
            _ => found.push(path),
        }
    }
}

/// Reads a list whose entries are names, or tables that hold the name under `field`.
fn names(table: &toml::Table, section: &str, list: &str, field: &str) -> BTreeSet<String> {
    let entries = table
        .get(section)
        .and_then(|section| section.get(list))
        .and_then(toml::Value::as_array);
    entries
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.as_str().or_else(|| entry.get(field)?.as_str()))
        .map(str::to_owned)
        .collect()
}

/// Reads which crates may be there twice; each has to say why.
fn excused(table: &toml::Table) -> Result<BTreeSet<String>, String> {
    let entries = table
        .get("bans")
        .and_then(|bans| bans.get("skip"))
        .and_then(toml::Value::as_array);
    let text = |entry: &toml::Value, field: &str| {
        entry
            .get(field)
            .and_then(toml::Value::as_str)
            .map(str::to_owned)
    };
    entries
        .into_iter()
        .flatten()
        .map(
            |entry| match (text(entry, "crate"), text(entry, "reason")) {
                (Some(name), Some(_)) => Ok(name),
                (name, _) => Err(format!(
                    "bans.skip: `{}` needs a crate and a reason",
                    name.unwrap_or_default()
                )),
            },
        )
        .collect()
}

/// Lists what the workspace depends on, on every platform, without the workspace itself.
fn packages() -> Result<Vec<Package>, Error> {
    let output = output_of(cargo().args(["metadata", "--format-version", "1", "--locked"]))?;
    let metadata: Value = serde_json::from_slice(&output).map_err(|error| Error::Check {
        what: format!("cargo metadata printed no JSON: {error}"),
        next: "cargo metadata --format-version 1".to_owned(),
    })?;
    let text = |package: &Value, field: &str| package[field].as_str().map(str::to_owned);
    Ok(metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|package| !package["source"].is_null())
        .map(|package| Package {
            name: text(package, "name").unwrap_or_default(),
            version: text(package, "version").unwrap_or_default(),
            licence: text(package, "license"),
            source: text(package, "source"),
        })
        .collect())
}

fn violations(rules: &Rules, packages: &[Package]) -> Vec<String> {
    let mut found = Vec::new();
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in packages {
        let Package {
            name,
            version,
            licence,
            source,
        } = package;
        versions.entry(name).or_default().insert(version);
        if rules.banned.contains(name) {
            found.push(format!("banned: {name} {version}"));
        }
        match licence {
            Some(expression) if is_allowed(expression, &rules.licences) => {}
            Some(expression) => found.push(format!("licence: {name} {version} is {expression}")),
            None => found.push(format!("licence: {name} {version} names none")),
        }
        let registry = source
            .as_deref()
            .and_then(|source| source.strip_prefix("registry+"));
        if !registry.is_some_and(|registry| rules.registries.contains(registry)) {
            let source = source.as_deref().unwrap_or("nowhere");
            found.push(format!("source: {name} {version} comes from {source}"));
        }
    }
    for name in &rules.duplicates_allowed {
        if versions
            .get(name.as_str())
            .is_none_or(|versions| versions.len() < 2)
        {
            found.push(format!(
                "stale: {name} in bans.skip is no duplicate any more"
            ));
        }
    }
    for (name, versions) in versions {
        if versions.len() > 1 && !rules.duplicates_allowed.contains(name) {
            let versions: Vec<_> = versions.into_iter().collect();
            found.push(format!("duplicate: {name} {}", versions.join(", ")));
        }
    }
    found
}

/// Says whether an SPDX expression can be satisfied with allowed licences only.
///
/// **Source:** <https://spdx.github.io/spdx-spec/v3.0.1/annexes/spdx-license-expressions/>
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    // Crates from before SPDX expressions write "MIT/Apache-2.0".
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    either(&mut rest, allowed) == Some(true) && rest.is_empty()
}

fn either(words: &mut &[&str], allowed: &BTreeSet<String>) -> Option<bool> {
    let mut satisfied = both(words, allowed)?;
    while let ["OR", rest @ ..] = words {
        *words = rest;
        satisfied |= both(words, allowed)?;
    }
    Some(satisfied)
}

fn both(words: &mut &[&str], allowed: &BTreeSet<String>) -> Option<bool> {
    let mut satisfied = one(words, allowed)?;
    while let ["AND", rest @ ..] = words {
        *words = rest;
        satisfied &= one(words, allowed)?;
    }
    Some(satisfied)
}

fn one(words: &mut &[&str], allowed: &BTreeSet<String>) -> Option<bool> {
    match words {
        ["(", rest @ ..] => {
            *words = rest;
            let satisfied = either(words, allowed)?;
            let [")", rest @ ..] = words else {
                return None;
            };
            *words = rest;
            Some(satisfied)
        }
        [licence, "WITH", exception, rest @ ..] => {
            let combined = format!("{licence} WITH {exception}");
            *words = rest;
            Some(allowed.contains(&combined))
        }
        [licence, rest @ ..] => {
            let satisfied = allowed.contains(*licence);
            *words = rest;
            Some(satisfied)
        }
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{is_allowed, parse_rules};

    #[test]
    fn reads_licence_expressions() {
        let allowed: BTreeSet<String> = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"]
            .map(str::to_owned)
            .into();
        for (expression, expected) in [
            ("MIT", true),
            ("MIT/Apache-2.0", true),
            ("MIT OR GPL-3.0", true),
            ("MIT AND GPL-3.0", false),
            ("GPL-3.0 AND MIT OR Apache-2.0", true),
            ("(MIT OR GPL-3.0) AND Apache-2.0", true),
            ("(MIT AND GPL-3.0) AND Apache-2.0", false),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("MIT WITH LLVM-exception", false),
            ("MIT OR", false),
            ("(MIT", false),
            ("MIT MIT", false),
            ("", false),
        ] {
            assert_eq!(is_allowed(expression, &allowed), expected, "{expression}");
        }
    }

    #[test]
    fn refuses_a_rule_that_it_does_not_enforce() {
        assert!(parse_rules("[advisories]\nversion = 2").is_err());
        assert!(parse_rules("[bans]\ndeny = [{ crate = \"openssl\" }]").is_ok());
    }
}
