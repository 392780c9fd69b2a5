//! Decides whether a value at a place is a credential, and which part of it.
//!
//! Called by every check that knows names: configuration, variables, database columns.
//!
//! **Invariant:** a reference (`${VAR}`, a SecretRef, a marker) and a placeholder are never a
//! credential, whatever the field is called.

use std::ops::Range;

use bedlock_detect::{self as detect, Rule};
use bedlock_model::Evidence;

/// How much the place itself says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// Every value here is a credential.
    Credential,
    /// A credential may stand here, next to other things (headers, environment, arguments).
    Candidate,
    /// A variable: its name decides.
    Variable,
    /// Nothing is known of the place but its name.
    Plain,
}

/// Evidence that a field gives.
pub(crate) const FIELD: &[Evidence] = &[Evidence::Structural];
/// Evidence that a provider's shape gives.
pub(crate) const SHAPE: &[Evidence] = &[Evidence::Pattern];
const FIELD_AND_SHAPE: &[Evidence] = &[Evidence::Structural, Evidence::Pattern];

/// A credential inside a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judged {
    pub(crate) range: Range<usize>,
    pub(crate) rule: &'static Rule,
    pub(crate) evidence: &'static [Evidence],
}

/// Finds the credentials in `value`, which stands in a field called `name`.
///
/// `owner` is the provider that the place belongs to (`models.providers.<owner>.apiKey`).
pub(crate) fn judge(name: &str, value: &[u8], field: Field, owner: Option<&str>) -> Vec<Judged> {
    if value.is_empty() || refers(value) {
        return Vec::new();
    }
    let core = core_of(value);
    let mut by_shape = shapes(value);
    let hint = detect::credential_name(name);
    let named = hint.as_ref().is_some_and(|hint| hint.strong);
    if !by_shape.is_empty() && by_shape.iter().any(|j| covers(&j.range, &core)) {
        if field == Field::Credential || named {
            for judged in &mut by_shape {
                judged.evidence = FIELD_AND_SHAPE;
            }
        }
        return by_shape;
    }
    let text = &value[core.clone()];
    if refers(text) || is_url(text) {
        return by_shape;
    }
    let believed = match field {
        Field::Credential => true,
        // `--max-old-space-size=4096` is an option.
        Field::Candidate => {
            named && text.len() >= 6 || !text.starts_with(b"-") && detect::plausible_secret(text)
        }
        Field::Variable => named && text.len() >= 6,
        Field::Plain => named && detect::plausible_secret(text),
    };
    if !believed || text.is_empty() {
        return by_shape;
    }
    let rule = hint
        .and_then(|hint| hint.rule)
        .or_else(|| owner.and_then(rule_of_provider))
        .unwrap_or_else(generic);
    vec![Judged {
        range: core,
        rule,
        evidence: FIELD,
    }]
}

/// Whether a value only points at a credential or stands for one.
fn refers(value: &[u8]) -> bool {
    detect::is_reference(value)
        || detect::is_placeholder(value)
        || is_variable_name(value)
        || memchr::memmem::find(value, b"{{").is_some()
}

/// The name of a variable: OpenClaw's `models.json` says `"apiKey": "OPENAI_API_KEY"`.
fn is_variable_name(value: &[u8]) -> bool {
    let plain = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_';
    value.contains(&b'_')
        && value.iter().all(plain)
        && std::str::from_utf8(value)
            .ok()
            .and_then(detect::credential_name)
            .is_some_and(|hint| hint.strong)
}

/// What has a provider's shape, or is the password or key part of a URL.
fn shapes(value: &[u8]) -> Vec<Judged> {
    let mut found: Vec<Judged> = detect::scan(value)
        .into_iter()
        .map(|m| Judged {
            range: m.span,
            rule: m.rule,
            evidence: SHAPE,
        })
        .collect();
    if is_url(value) {
        for range in detect::credential_in_url(value) {
            let text = &value[range.clone()];
            if refers(text) {
                continue;
            }
            if !found.iter().any(|j| overlaps(&j.range, &range)) {
                found.push(Judged {
                    range,
                    rule: generic(),
                    evidence: FIELD,
                });
            }
        }
    }
    found.sort_by_key(|j| j.range.start);
    found
}

/// The part of a value that is the credential itself, without an authentication scheme.
fn core_of(value: &[u8]) -> Range<usize> {
    let start = value.len() - value.trim_ascii_start().len();
    let end = value.trim_ascii_end().len().max(start);
    let text = &value[start..end];
    for scheme in ["bearer ", "token ", "basic ", "apikey ", "key "] {
        let Some(head) = text.get(..scheme.len()) else {
            continue;
        };
        if head.eq_ignore_ascii_case(scheme.as_bytes()) {
            return start + scheme.len()..end;
        }
    }
    start..end
}

fn covers(part: &Range<usize>, core: &Range<usize>) -> bool {
    2 * part.len() >= core.len()
}

pub(crate) fn overlaps<T: PartialOrd>(a: &Range<T>, b: &Range<T>) -> bool {
    a.start < b.end && b.start < a.end
}

fn is_url(value: &[u8]) -> bool {
    let head = &value[..value.len().min(24)];
    memchr::memmem::find(head, b"://").is_some()
}

/// The rule for a provider's keys, by the agent's id for the provider.
pub(crate) fn rule_of_provider(id: &str) -> Option<&'static Rule> {
    detect::rules()
        .iter()
        .find(|rule| !rule.provider_id.is_empty() && rule.provider_id == id)
}

/// The rule for a credential of which only the field's name is known.
pub(crate) fn generic() -> &'static Rule {
    #[expect(
        clippy::expect_used,
        reason = "the rule is part of the table, and a test pins it"
    )]
    detect::rule("generic-credential").expect("detect has the generic rule")
}
