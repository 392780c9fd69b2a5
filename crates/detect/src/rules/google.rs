//! Google: Gemini and other API keys, OAuth tokens, service accounts.
//!
//! **Invariant:** data and the reader of key files; nothing here talks to Google.

use super::private_key;
use crate::checks;
use crate::fakes::Dice;
use crate::rule::{Examples, Part, Read, Reader, Rule, Severity, Shape};
use crate::window::{HEX, URL64, Window};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "google-api-key",
        provider: "Google",
        provider_id: "google",
        title: "Google API key (Gemini, Maps and others)",
        opens: "Gemini calls and every other Google API that the key is not barred from.",
        revoke: "https://console.cloud.google.com/apis/credentials",
        source: "https://cloud.google.com/docs/authentication/api-keys (length believed, from issued keys)",
        prefixes: &["AIza"],
        shape: Shape::Token(&[Part::Run(URL64, 35, 35)]),
        env_names: &[
            "GEMINI_API_KEY",
            "GOOGLE_API_KEY",
            "GOOGLE_GENERATIVE_AI_API_KEY",
            "GOOGLE_AI_API_KEY",
            "GOOGLE_CLOUD_API_KEY",
            "GOOGLE_MAPS_API_KEY",
            "GOOGLE_PLACES_API_KEY",
            "OPENCLAW_LIVE_GEMINI_KEY",
        ],
        counter_examples: &["AIzaYourGoogleApiKeyGoesHere"],
        ..Rule::BLANK
    },
    Rule {
        id: "google-auth-key",
        provider: "Google",
        provider_id: "google",
        title: "Gemini authorization key",
        opens: "Gemini calls of the service account that the key is bound to.",
        revoke: "https://aistudio.google.com/api-keys",
        source: "Believed, from issued keys; documentation: https://ai.google.dev/gemini-api/docs/api-key",
        prefixes: &["AQ.Ab"],
        shape: Shape::Token(&[Part::Run(URL64, 30, 120)]),
        ..Rule::BLANK
    },
    Rule {
        id: "google-oauth-access-token",
        provider: "Google",
        title: "Google OAuth access token",
        severity: Severity::Medium,
        opens: "The Google account within the scopes granted, for about an hour.",
        revoke: "https://myaccount.google.com/connections",
        source: "https://developers.google.com/identity/protocols/oauth2 (prefix believed)",
        prefixes: &["ya29."],
        shape: Shape::Token(&[Part::Run(URL64, 40, 2048)]),
        env_names: &["GOOGLE_OAUTH_ACCESS_TOKEN", "CLOUDSDK_AUTH_ACCESS_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "google-oauth-client-secret",
        provider: "Google",
        title: "Google OAuth client secret",
        opens: "Lets anybody pose as the application when it signs users in.",
        revoke: "https://console.cloud.google.com/apis/credentials",
        source: "https://developers.google.com/identity/protocols/oauth2 (prefix believed)",
        prefixes: &["GOCSPX-"],
        shape: Shape::Token(&[Part::Run(URL64, 28, 28)]),
        env_names: &["GOOGLE_CLIENT_SECRET", "GOOGLE_OAUTH_CLIENT_SECRET"],
        ..Rule::BLANK
    },
    Rule {
        id: "google-oauth-refresh-token",
        provider: "Google",
        title: "Google OAuth refresh token",
        opens: "New access tokens of the Google account until it is revoked.",
        revoke: "https://myaccount.google.com/connections",
        source: "https://developers.google.com/identity/protocols/oauth2 (prefix believed)",
        prefixes: &["1//0"],
        shape: Shape::Token(&[Part::Run(URL64, 38, 256)]),
        check: checks::mixed,
        env_names: &["GOOGLE_REFRESH_TOKEN", "GMAIL_REFRESH_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "google-service-account-key",
        provider: "Google",
        title: "Private key of a Google service account",
        opens: "Everything that the service account may do.",
        revoke: "https://console.cloud.google.com/iam-admin/serviceaccounts",
        source: "https://cloud.google.com/iam/docs/keys-create-delete",
        shape: Shape::Read(Reader {
            anchors: &["private_key\":", "private_key\\"],
            read: service_account,
        }),
        examples: Examples::Made(google_key_file),
        ..Rule::BLANK
    },
];

/// How far behind the name the key may begin: `\": \"`, also escaped.
const GAP: usize = 24;

/// Reads the key after `"private_key":` when `private_key_id` stands right before it, as Google
/// writes its key files.
fn service_account(window: &Window<'_>, at: usize) -> Option<Read> {
    let left = window.before(at, 160);
    memchr::memmem::find(left, b"private_key_id")?;
    let name_end = at + "private_key".len();
    let start = window.run(name_end, GAP, |b| b != b'-');
    private_key::read(window, start)
}

fn google_key_file(dice: &mut Dice) -> String {
    let id = dice.draw(HEX, 40);
    let key = private_key::fake_pem(dice).replace('\n', "\\n");
    format!(
        "{{\"type\":\"service_account\",\"private_key_id\":\"{id}\",\"private_key\":\"{key}\"}}"
    )
}
