//! The tables of rules, one file per family of providers.
//!
//! The scanner, the masks and the documentation read them through [`rules`].
//!
//! **Invariant:** the order matters in two places: of two rules with the same prefix the first that
//! fits wins, and of two rules with the same variable name the first owns it.

use crate::rule::Rule;
use std::collections::HashMap;
use std::sync::OnceLock;

mod anthropic;
pub(crate) mod aws;
mod chat;
mod cloud;
mod code;
mod generic;
mod google;
mod media;
mod models;
mod openai;
mod private_key;
mod services;

pub use generic::GENERIC_ID;

const FAMILIES: &[&[Rule]] = &[
    anthropic::RULES,
    aws::RULES,
    chat::RULES,
    cloud::RULES,
    code::RULES,
    generic::RULES,
    google::RULES,
    media::RULES,
    models::RULES,
    openai::RULES,
    private_key::RULES,
    services::RULES,
];

/// Lists every rule.
pub fn rules() -> &'static [Rule] {
    static ALL: OnceLock<Vec<Rule>> = OnceLock::new();
    ALL.get_or_init(|| FAMILIES.concat())
}

/// Finds a rule by its id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    static BY_ID: OnceLock<HashMap<&'static str, &'static Rule>> = OnceLock::new();
    BY_ID
        .get_or_init(|| rules().iter().map(|rule| (rule.id, rule)).collect())
        .get(id)
        .copied()
}
