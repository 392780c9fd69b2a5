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
mod azure;
mod chat;
mod ci;
mod cloud;
mod code;
mod databases;
mod gateways;
mod generic;
mod google;
mod mail;
mod media;
mod models;
mod monitoring;
mod network;
mod office;
mod openai;
mod payment;
mod private_key;
mod reading;
mod registries;
mod search;
mod services;
mod sets;
mod vaults;

pub use generic::GENERIC_ID;

const FAMILIES: &[&[Rule]] = &[
    anthropic::RULES,
    aws::RULES,
    azure::RULES,
    chat::RULES,
    ci::RULES,
    cloud::RULES,
    code::RULES,
    databases::RULES,
    gateways::RULES,
    generic::RULES,
    google::RULES,
    mail::RULES,
    media::RULES,
    models::RULES,
    monitoring::RULES,
    network::RULES,
    office::RULES,
    openai::RULES,
    payment::RULES,
    private_key::RULES,
    registries::RULES,
    search::RULES,
    services::RULES,
    vaults::RULES,
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
