//! Google: Gemini and other API keys, OAuth tokens, service accounts.
//!
//! **Invariant:** data and the reader of key files; nothing here talks to Google.

use super::private_key;
use super::reading::{closed, found};
use crate::checks;
use crate::engine::read_run;
use crate::fakes::Dice;
use crate::rule::{Examples, Part, Read, Reader, Rule, Severity, Shape};
use crate::window::{ALNUM, BASE64, HEX, UPPER_NUM, URL64, Window, opens_at};

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
        id: "google-api-key-in-base64",
        provider: "Google",
        provider_id: "google",
        title: "Google API key, encoded in base64",
        opens: "Gemini calls and every other Google API that the key is not barred from.",
        revoke: "https://console.cloud.google.com/apis/credentials",
        source: "https://cloud.google.com/docs/authentication/api-keys (length believed, from issued keys)",
        prefixes: &["QUl6YVN5"],
        shape: Shape::Token(&[Part::Run(BASE64, 43, 46), Part::Pad(2)]),
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
        id: "google-fcm-server-key",
        provider: "Google",
        title: "Firebase Cloud Messaging server key (old form)",
        opens: "Pushes messages to every user of the app.",
        revoke: "https://console.firebase.google.com (Project settings, Cloud Messaging)",
        source: "https://firebase.google.com/docs/cloud-messaging/auth-server (shape believed)",
        shape: Shape::Read(Reader {
            anchors: &[":APA91b"],
            opens: false,
            read: server_key,
        }),
        env_names: &["FCM_SERVER_KEY", "FIREBASE_SERVER_KEY"],
        examples: Examples::Made(|dice| {
            format!(
                "AAAA{}{}{}",
                dice.draw(ALNUM, 7),
                ":APA91b",
                dice.draw(ALNUM, 134)
            )
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "google-hmac-key-id",
        provider: "Google",
        title: "Cloud Storage HMAC key id",
        severity: Severity::Medium,
        opens: "Names an HMAC key; with its secret, the buckets of its account.",
        revoke: "https://console.cloud.google.com/storage/settings;tab=interoperability",
        source: "https://cloud.google.com/storage/docs/authentication/hmackeys",
        prefixes: &["GOOG1E", "GOOG1"],
        shape: Shape::Token(&[Part::Run(UPPER_NUM, 55, 58)]),
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
            opens: false,
            read: service_account,
        }),
        examples: Examples::Made(google_key_file),
        ..Rule::BLANK
    },
];

/// Reads the id in front of the mark and the key behind it.
fn server_key(window: &Window<'_>, at: usize) -> Option<Read> {
    let start = at.checked_sub(11)?;
    let id = window.slice(start..at);
    let end = read_run(window, at + ":APA91b".len(), URL64, 120, 150)?;
    let whole = id.iter().all(|b| URL64.has(*b)) && opens_at(window, start, URL64);
    let random = checks::looks_random(window.slice(at + 1..end));
    (whole && random && closed(window, end)).then(|| found(window, start..end))?
}

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
