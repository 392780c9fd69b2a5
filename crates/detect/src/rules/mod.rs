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
mod asia;
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
mod phone;
mod private_key;
mod reading;
mod registries;
mod search;
mod services;
mod sets;
mod vaults;

pub use generic::GENERIC_ID;

/// The rules of one kind of provider: a file here, a page of the documentation.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// Stable name, as `code`.
    pub id: &'static str,
    /// What its providers have in common.
    pub title: &'static str,
    /// Its rules.
    pub rules: &'static [Rule],
}

const fn family(id: &'static str, title: &'static str, rules: &'static [Rule]) -> Family {
    Family { id, title, rules }
}

const FAMILIES: &[Family] = &[
    family("anthropic", "Anthropic", anthropic::RULES),
    family("asia", "Model providers of China and Korea", asia::RULES),
    family("aws", "Amazon Web Services", aws::RULES),
    family("azure", "Microsoft Azure and Entra", azure::RULES),
    family("chat", "Messengers", chat::RULES),
    family("ci", "Builds, deployments and quality of code", ci::RULES),
    family("cloud", "Clouds and hosting", cloud::RULES),
    family("code", "Code hosts", code::RULES),
    family(
        "databases",
        "Databases, warehouses and search indices",
        databases::RULES,
    ),
    family(
        "gateways",
        "Gateways to many models, and self-hosted servers",
        gateways::RULES,
    ),
    family("generic", "Credentials without a provider", generic::RULES),
    family("google", "Google", google::RULES),
    family("mail", "Mail, newsletters and push messages", mail::RULES),
    family("media", "Speech, pictures and video", media::RULES),
    family("models", "Model providers", models::RULES),
    family(
        "monitoring",
        "Monitoring, analytics, logs and traces",
        monitoring::RULES,
    ),
    family(
        "network",
        "Networks, tunnels and delivery of content",
        network::RULES,
    ),
    family(
        "office",
        "Documents, tasks, customers and design",
        office::RULES,
    ),
    family("openai", "OpenAI and keys of its form", openai::RULES),
    family("payment", "Payment and shops", payment::RULES),
    family("phone", "Telephone, text messages and chats", phone::RULES),
    family(
        "private-key",
        "Private keys, JSON Web Tokens and password hashes",
        private_key::RULES,
    ),
    family(
        "registries",
        "Package and image registries",
        registries::RULES,
    ),
    family(
        "search",
        "Search, crawling and remote browsers",
        search::RULES,
    ),
    family(
        "services",
        "Travel, houses and other services",
        services::RULES,
    ),
    family(
        "vaults",
        "Secret stores, identity and security",
        vaults::RULES,
    ),
];

/// Lists the families of rules.
pub fn families() -> &'static [Family] {
    FAMILIES
}

/// Lists every rule.
pub fn rules() -> &'static [Rule] {
    static ALL: OnceLock<Vec<Rule>> = OnceLock::new();
    ALL.get_or_init(|| {
        FAMILIES
            .iter()
            .flat_map(|family| family.rules)
            .copied()
            .collect()
    })
}

/// Finds a rule by its id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    static BY_ID: OnceLock<HashMap<&'static str, &'static Rule>> = OnceLock::new();
    BY_ID
        .get_or_init(|| rules().iter().map(|rule| (rule.id, rule)).collect())
        .get(id)
        .copied()
}
