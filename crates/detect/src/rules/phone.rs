//! Telephone, text messages and chats inside of applications.
//!
//! **Invariant:** data only.

use super::sets::XHEX;
use crate::checks;
use crate::rule::{Examples, Part, Rule, Severity, Shape};
use crate::window::{ALNUM, HEX, URL64};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "messagebird-key",
        provider: "Bird",
        title: "MessageBird access key or client id",
        opens: "Messages and calls at its owner's cost.",
        revoke: "https://dashboard.messagebird.com/developers/access",
        source: "https://developers.messagebird.com/api/ (25 letters and digits, or a UUID)",
        env_names: &[
            "MESSAGEBIRD_ACCESS_KEY",
            "MESSAGEBIRD_API_KEY",
            "MESSAGEBIRD_TOKEN",
            "MESSAGE_BIRD_TOKEN",
            "MESSAGEBIRD_API_TOKEN",
        ],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 25)),
        ..Rule::BLANK
    },
    Rule {
        id: "plivo-key",
        provider: "Plivo",
        title: "Plivo auth token",
        opens: "Calls and messages at its owner's cost.",
        revoke: "https://console.plivo.com/dashboard/",
        source: "https://www.plivo.com/docs/ (no public prefix)",
        env_names: &["PLIVO_AUTH_TOKEN", "PLIVO_TOKEN"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 40)),
        ..Rule::BLANK
    },
    Rule {
        id: "sendbird-key",
        provider: "Sendbird",
        title: "Sendbird API token or application id",
        opens: "Chats of the application.",
        revoke: "https://dashboard.sendbird.com",
        source: "https://sendbird.com/docs/chat/platform-api/v3/prepare-to-use-api (40 hexadecimal digits)",
        env_names: &[
            "SENDBIRD_API_KEY",
            "SENDBIRD_TOKEN",
            "SENDBIRD_API_TOKEN",
            "SENDBIRD_ACCESS_TOKEN",
            "SENDBIRD_SECRET",
            "SENDBIRD_KEY",
            "SENDBIRD_SECRET_KEY",
        ],
        examples: Examples::Made(|dice| dice.draw(HEX, 40)),
        ..Rule::BLANK
    },
    Rule {
        id: "telnyx-api-key",
        provider: "Telnyx",
        title: "Telnyx API key",
        opens: "Calls and messages at its owner's cost.",
        revoke: "https://portal.telnyx.com/#/api-keys",
        source: "https://developers.telnyx.com (shape believed)",
        prefixes: &["KEY0", "KEY1", "KEY2"],
        shape: Shape::Token(&[Part::Run(URL64, 40, 70)]),
        check: checks::mixed,
        env_names: &["TELNYX_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "twilio-api-key-sid",
        provider: "Twilio",
        title: "Twilio API key id",
        severity: Severity::Medium,
        opens: "Names an API key; with its secret, calls and messages.",
        revoke: "https://console.twilio.com/us1/account/keys-credentials/api-keys",
        source: "https://www.twilio.com/docs/iam/api-keys (shape believed)",
        prefixes: &[
            "SK0", "SK1", "SK2", "SK3", "SK4", "SK5", "SK6", "SK7", "SK8", "SK9", "SKa", "SKb",
            "SKc", "SKd", "SKe", "SKf", "SKA", "SKB", "SKC", "SKD", "SKE", "SKF",
        ],
        shape: Shape::Token(&[Part::Run(XHEX, 31, 31)]),
        check: checks::mixed,
        ..Rule::BLANK
    },
    Rule {
        id: "twilio-auth-token",
        provider: "Twilio",
        title: "Twilio auth token or API key secret",
        opens: "Calls and messages at its owner's cost.",
        revoke: "https://console.twilio.com/us1/account/keys-credentials/api-keys",
        source: "https://www.twilio.com/docs/iam/api-keys (no public prefix)",
        env_names: &[
            "TWILIO_AUTH_TOKEN",
            "TWILIO_API_SECRET",
            "TWILIO_API_KEY_SECRET",
        ],
        examples: Examples::Made(|dice| dice.draw(HEX, 32)),
        ..Rule::BLANK
    },
    Rule {
        id: "vonage-secret",
        provider: "Vonage",
        title: "Vonage API secret",
        opens: "Calls and messages at its owner's cost.",
        revoke: "https://dashboard.nexmo.com/settings",
        source: "https://developer.vonage.com/en/getting-started/concepts/authentication (16 letters and digits)",
        env_names: &["VONAGE_API_SECRET", "NEXMO_API_SECRET"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 16)),
        ..Rule::BLANK
    },
];
