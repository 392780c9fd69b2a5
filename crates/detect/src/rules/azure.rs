//! Microsoft Azure and Entra.
//!
//! **Invariant:** data and readers of shapes; nothing here talks to a service.

use super::reading::{closed, found};
use crate::checks;
use crate::engine::{read_pad, read_run};
use crate::rule::{Examples, Part, Read, Reader, Rule, Shape};
use crate::window::{ALNUM, Alphabet, BASE64, LOWER_NUM, URL64, Window, opens_at};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "microsoft-refresh-token",
        provider: "Microsoft",
        title: "Microsoft OAuth refresh token or authorization code",
        opens: "New access tokens of the account within its scopes.",
        revoke: "https://myaccount.microsoft.com (Sign out everywhere); https://account.live.com/consent/Manage",
        source: "https://learn.microsoft.com/en-us/entra/identity-platform/refresh-tokens (prefixes believed)",
        prefixes: &[
            "0.AQ", "0.AR", "0.AS", "0.AT", "0.AU", "0.AV", "0.AW", "0.AX", "0.AY", "0.Aa", "0.Ab",
            "1.AQ", "1.AR", "1.AS", "1.AT", "1.AU", "1.AV", "1.AW", "1.AX", "1.AY", "1.Aa", "1.Ab",
            "M.C5", "M.R3_", "M.C1",
        ],
        shape: Shape::Token(&[Part::Run(REFRESH, 120, 3000)]),
        env_names: &[
            "MICROSOFT_REFRESH_TOKEN",
            "MS_REFRESH_TOKEN",
            "AZURE_REFRESH_TOKEN",
            "OUTLOOK_REFRESH_TOKEN",
            "GRAPH_REFRESH_TOKEN",
        ],
        check: checks::mixed,
        ..Rule::BLANK
    },
    Rule {
        id: "azure-app-config-secret",
        provider: "Microsoft Azure",
        title: "App Configuration connection string",
        opens: "Settings of the applications that read the store.",
        revoke: "https://portal.azure.com (the store, Access settings)",
        source: "https://learn.microsoft.com/en-us/azure/azure-app-configuration/howto-disable-access-key-authentication (shape believed)",
        shape: Shape::Read(Reader {
            anchors: &[".azconfig.io;Id="],
            opens: false,
            read: app_configuration,
        }),
        examples: Examples::Made(|dice| {
            format!(
                "Endpoint=https://fake{}.azconfig.io;Id={};Secret={}=",
                dice.draw(LOWER_NUM, 6),
                dice.draw(ALNUM, 8),
                dice.draw(ALNUM, 43)
            )
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "azure-client-secret",
        provider: "Microsoft Azure",
        title: "Entra application secret",
        opens: "Azure or Microsoft 365 as that application.",
        revoke: "https://portal.azure.com (App registrations, Certificates & secrets)",
        source: "https://learn.microsoft.com/en-us/entra/identity-platform/howto-create-service-principal-portal (shape believed)",
        shape: Shape::Read(Reader {
            anchors: &[
                "0Q~", "1Q~", "2Q~", "3Q~", "4Q~", "5Q~", "6Q~", "7Q~", "8Q~", "9Q~",
            ],
            opens: false,
            read: client_secret,
        }),
        env_names: &[
            "AZURE_CLIENT_SECRET",
            "ARM_CLIENT_SECRET",
            "ENTRA_CLIENT_SECRET",
            "AZUREAD_CLIENT_SECRET",
        ],
        examples: Examples::Made(|dice| {
            format!("{}8{}{}", dice.draw(ALNUM, 3), "Q~", dice.draw(ALNUM, 34))
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "azure-function-key",
        provider: "Microsoft Azure",
        title: "Azure Functions key",
        opens: "Calls of the function app.",
        revoke: "https://portal.azure.com (the function app, App keys)",
        source: "https://learn.microsoft.com/en-us/azure/azure-functions/function-keys-how-to (56 characters with a mark in them, believed)",
        shape: Shape::Read(Reader {
            anchors: &["AzFu"],
            opens: false,
            read: function_key,
        }),
        env_names: &["AZURE_FUNCTION_KEY", "FUNCTIONS_KEY", "AZURE_FUNCTIONS_KEY"],
        examples: Examples::Made(|dice| {
            format!(
                "{}{}{}==",
                dice.draw(ALNUM, 44),
                "AzFu",
                dice.draw(ALNUM, 6)
            )
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "azure-search-key",
        provider: "Microsoft Azure",
        title: "Azure AI Search key",
        opens: "Indexes of the search service.",
        revoke: "https://portal.azure.com (the search service, Keys)",
        source: "https://learn.microsoft.com/en-us/azure/search/search-security-api-keys (52 characters with a mark in them, believed)",
        shape: Shape::Read(Reader {
            anchors: &["AzSe"],
            opens: false,
            read: search_key,
        }),
        env_names: &[
            "AZURE_SEARCH_KEY",
            "AZURE_SEARCH_API_KEY",
            "AZURE_SEARCH_ADMIN_KEY",
        ],
        examples: Examples::Made(|dice| {
            format!("{}{}{}", dice.draw(ALNUM, 42), "AzSe", dice.draw(ALNUM, 6))
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "azure-ai-services-key",
        provider: "Microsoft Azure",
        title: "Azure AI services or OpenAI key (new form)",
        opens: "Model, speech and vision calls of the resource.",
        revoke: "https://portal.azure.com (the resource, Keys and Endpoint)",
        source: "https://learn.microsoft.com/en-us/azure/ai-services/authentication (84 characters with a mark in them, believed)",
        shape: Shape::Read(Reader {
            anchors: &["JQQJ99"],
            opens: false,
            read: ai_services_key,
        }),
        shared_shape: true,
        examples: Examples::Made(|dice| {
            format!(
                "{}{}{}",
                dice.draw(ALNUM, 52),
                "JQQJ99",
                dice.draw(ALNUM, 26)
            )
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "azure-marked-key",
        provider: "Microsoft Azure",
        title: "Key of an Azure storage, database, messaging or registry account",
        opens: "The account: its data, queues or images.",
        revoke: "https://portal.azure.com (the account, Keys)",
        source: "https://learn.microsoft.com/en-us/azure/storage/common/storage-account-keys-manage (marks in the keys believed)",
        shape: Shape::Read(Reader {
            anchors: &["+ASt", "ACDb"],
            opens: false,
            read: account_key,
        }),
        shared_shape: true,
        examples: Examples::Made(|dice| {
            format!(
                "{}{}{}==",
                dice.draw(ALNUM, 76),
                "+ASt",
                dice.draw(ALNUM, 6)
            )
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "azure-storage-key",
        provider: "Microsoft Azure",
        title: "Azure storage or service bus key",
        opens: "All data of the storage account or bus.",
        revoke: "https://portal.azure.com (the resource, Access keys, Rotate)",
        source: "https://learn.microsoft.com/en-us/azure/storage/common/storage-account-keys-manage",
        env_names: &[
            "AZURE_STORAGE_KEY",
            "AZURE_STORAGE_ACCOUNT_KEY",
            "AccountKey",
            "SharedAccessKey",
        ],
        examples: Examples::Made(|dice| format!("{}==", dice.draw(BASE64, 86))),
        ..Rule::BLANK
    },
];

/// What a refresh token is made of; those of personal accounts have stars and dollars.
const REFRESH: Alphabet = URL64.or(Alphabet::of(b".!*$"));

/// What an application's secret is made of.
const SECRET: Alphabet = URL64.or(Alphabet::of(b"~."));

/// Reads the secret around its mark: three characters and a digit stand in front of `Q~`.
fn client_secret(window: &Window<'_>, at: usize) -> Option<Read> {
    let start = at.checked_sub(3)?;
    let end = read_run(window, at + 3, SECRET, 31, 37)?;
    let lead = window.slice(start..at);
    let whole = lead.iter().all(|b| SECRET.has(*b)) && opens_at(window, start, SECRET);
    let random = checks::looks_random(window.slice(at + 3..end));
    (whole && random && closed(window, end)).then(|| found(window, start..end))?
}

/// Reads the secret of a connection string behind its id.
fn app_configuration(window: &Window<'_>, at: usize) -> Option<Read> {
    const NAME: &[u8] = b";Secret=";
    let id = at + ".azconfig.io;Id=".len();
    let id_end = window.run(id, 80, |b| b > b' ' && !matches!(b, b';' | b'"' | b'\''));
    if !window.starts_with(id_end, NAME) {
        return None;
    }
    let start = id_end + NAME.len();
    let end = read_run(window, start, BASE64, 36, 100)?;
    let padded = read_pad(window, end, 2);
    checks::looks_random(window.slice(start..end)).then(|| found(window, start..padded))?
}

/// Reads a key around the mark that Azure writes into it: `before` bytes stand in front of the
/// mark, `after` from its first byte on.
fn marked(
    window: &Window<'_>,
    at: usize,
    before: usize,
    after: usize,
    set: Alphabet,
) -> Option<Read> {
    let start = at.checked_sub(before)?;
    let end = read_run(window, at, set, after, after)?;
    let key = window.slice(start..end);
    let padded = read_pad(window, end, 2);
    let whole = key.iter().all(|b| set.has(*b)) && opens_at(window, start, set);
    (whole && closed(window, padded) && checks::looks_random(key))
        .then(|| found(window, start..padded))?
}

fn function_key(window: &Window<'_>, at: usize) -> Option<Read> {
    marked(window, at, 44, 10, URL64)
}

fn search_key(window: &Window<'_>, at: usize) -> Option<Read> {
    marked(window, at, 42, 10, ALNUM)
}

fn ai_services_key(window: &Window<'_>, at: usize) -> Option<Read> {
    marked(window, at, 52, 32, ALNUM)
}

fn account_key(window: &Window<'_>, at: usize) -> Option<Read> {
    marked(window, at, 76, 10, BASE64)
}
