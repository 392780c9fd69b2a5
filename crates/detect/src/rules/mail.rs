//! Mail, newsletters and push messages.
//!
//! **Invariant:** data and readers of shapes; nothing here talks to a service.

use super::reading::{closed, found};
use super::sets::{LOWER32, TOKEN68, XHEX, uuid};
use crate::checks;
use crate::engine::read_run;
use crate::rule::{Examples, Part, Read, Reader, Rule, Severity, Shape};
use crate::window::{ALNUM, DIGIT, HEX, WORD, Window, opens_at};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "brevo-key",
        provider: "Brevo",
        title: "Brevo (Sendinblue) API or SMTP key",
        opens: "Sends mail and SMS, reads contacts.",
        revoke: "https://app.brevo.com/settings/keys/api",
        source: "https://developers.brevo.com/docs/getting-started (shape believed)",
        prefixes: &["xkeysib-", "xsmtpsib-"],
        shape: Shape::Token(&[
            Part::Run(XHEX, 64, 64),
            Part::Lit("-"),
            Part::Run(ALNUM, 16, 16),
        ]),
        env_names: &["BREVO_API_KEY", "SENDINBLUE_API_KEY", "SENDINBLUE_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "customerio-key",
        provider: "Customer.io",
        title: "Customer.io API key",
        opens: "Messages and people of the workspace.",
        revoke: "https://fly.customer.io/settings/api_credentials",
        source: "https://docs.customer.io/accounts-and-workspaces/managing-credentials/ (no public prefix)",
        env_names: &["CUSTOMERIO_API_KEY", "CUSTOMER_IO_API_KEY"],
        examples: Examples::Made(|dice| dice.draw(HEX, 32)),
        ..Rule::BLANK
    },
    Rule {
        id: "klaviyo-key",
        provider: "Klaviyo",
        title: "Klaviyo private key",
        opens: "Profiles, lists and campaigns.",
        revoke: "https://www.klaviyo.com/settings/account/api-keys",
        source: "https://developers.klaviyo.com/en/docs/authenticate_ (shape believed)",
        env_names: &["KLAVIYO_API_KEY", "KLAVIYO_PRIVATE_KEY", "KLAVIYO_TOKEN"],
        examples: Examples::Made(|dice| format!("pk_{}", dice.draw(HEX, 34))),
        ..Rule::BLANK
    },
    Rule {
        id: "loops-key",
        provider: "Loops",
        title: "Loops API key",
        opens: "Sends mail and reads contacts.",
        revoke: "https://app.loops.so/settings?page=api",
        source: "https://loops.so/docs/api-reference/intro (32 hexadecimal digits, believed)",
        env_names: &["LOOPS_API_KEY"],
        examples: Examples::Made(|dice| dice.draw(HEX, 32)),
        ..Rule::BLANK
    },
    Rule {
        id: "mailchimp-key",
        provider: "Mailchimp",
        title: "Mailchimp API key",
        opens: "Audiences and campaigns of the account.",
        revoke: "https://admin.mailchimp.com/account/api/",
        source: "https://mailchimp.com/developer/marketing/guides/quick-start/ (shape believed)",
        shape: Shape::Read(Reader {
            anchors: &[
                "-us1", "-us2", "-us3", "-us4", "-us5", "-us6", "-us7", "-us8", "-us9",
            ],
            opens: false,
            read: mailchimp,
        }),
        env_names: &["MAILCHIMP_API_KEY", "MAILCHIMP_TOKEN"],
        examples: Examples::Made(|dice| format!("{}-us{}", dice.draw(HEX, 32), 1 + dice.below(19))),
        ..Rule::BLANK
    },
    Rule {
        id: "mailersend-token",
        provider: "MailerSend",
        title: "MailerSend API token",
        opens: "Sends mail from the domain.",
        revoke: "https://app.mailersend.com/api-tokens",
        source: "https://developers.mailersend.com/general.html#authentication (shape believed)",
        prefixes: &["mlsn."],
        shape: Shape::Token(&[Part::Run(ALNUM, 30, 100)]),
        env_names: &["MAILERSEND_API_KEY", "MAILERSEND_API_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "mailgun-key",
        provider: "Mailgun",
        title: "Mailgun API key",
        opens: "Sends and reads mail of the domain.",
        revoke: "https://app.mailgun.com/settings/api_security",
        source: "https://documentation.mailgun.com/docs/mailgun/api-reference/mg-auth (shape believed)",
        prefixes: &["key-"],
        shape: Shape::Token(&[Part::Run(XHEX, 32, 32)]),
        env_names: &["MAILGUN_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "mailgun-signing-key",
        provider: "Mailgun",
        title: "Mailgun sending or webhook key",
        severity: Severity::Medium,
        opens: "Sends mail of the domain, or forges its events.",
        revoke: "https://app.mailgun.com/settings/api_security",
        source: "https://documentation.mailgun.com/docs/mailgun/api-reference/mg-auth (shape believed)",
        prefixes: &["pubkey-"],
        shape: Shape::Token(&[Part::Run(XHEX, 32, 32)]),
        env_names: &["MAILGUN_SIGNING_KEY", "MAILGUN_WEBHOOK_SIGNING_KEY"],
        examples: Examples::Made(|dice| format!("{}{}", "pubkey-", dice.draw(HEX, 32))),
        ..Rule::BLANK
    },
    Rule {
        id: "mailjet-secret",
        provider: "Mailjet",
        title: "Mailjet secret key",
        opens: "Sends mail from the account.",
        revoke: "https://app.mailjet.com/account/apikeys",
        source: "https://dev.mailjet.com/email/reference/overview/authentication/ (32 hexadecimal digits)",
        env_names: &[
            "MAILJET_SECRET_KEY",
            "MAILJET_API_SECRET",
            "MAILJET_API_KEY",
        ],
        examples: Examples::Made(|dice| dice.draw(HEX, 32)),
        ..Rule::BLANK
    },
    Rule {
        id: "nylas-key",
        provider: "Nylas",
        title: "Nylas API key",
        opens: "Mailboxes and calendars of every connected user.",
        revoke: "https://dashboard-v3.nylas.com",
        source: "https://developer.nylas.com/docs/v3/auth/ (shape believed)",
        prefixes: &["nyk_v0_", "nyk_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 60, 70)]),
        env_names: &["NYLAS_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "onesignal-key",
        provider: "OneSignal",
        title: "OneSignal key",
        opens: "Pushes messages to every user of the app.",
        revoke: "https://dashboard.onesignal.com (Keys & IDs)",
        source: "https://documentation.onesignal.com/docs/en/keys-and-ids (shape believed)",
        prefixes: &["os_v2_app_", "os_v2_org_"],
        shape: Shape::Token(&[Part::Run(LOWER32, 60, 110)]),
        env_names: &["ONESIGNAL_API_KEY", "ONESIGNAL_REST_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "postmark-token",
        provider: "Postmark",
        title: "Postmark server or account token",
        opens: "Sends mail of the server and reads its history.",
        revoke: "https://account.postmarkapp.com/api_tokens",
        source: "https://postmarkapp.com/developer/api/overview#authentication (a UUID)",
        env_names: &[
            "POSTMARK_API_TOKEN",
            "POSTMARK_SERVER_TOKEN",
            "POSTMARK_ACCOUNT_TOKEN",
            "POSTMARK_TOKEN",
            "POSTMARK_API_KEY",
            "X-Postmark-Server-Token",
        ],
        examples: Examples::Made(uuid),
        ..Rule::BLANK
    },
    Rule {
        id: "resend-api-key",
        provider: "Resend",
        title: "Resend API key",
        opens: "Sends mail from the domain.",
        revoke: "https://resend.com/api-keys",
        source: "https://resend.com/docs/api-reference/introduction (shape believed)",
        prefixes: &["re_"],
        shape: Shape::Token(&[Part::Run(WORD, 24, 40)]),
        check: checks::mixed,
        env_names: &["RESEND_API_KEY"],
        counter_examples: &["re_export_all_members_of_the_module"],
        ..Rule::BLANK
    },
    Rule {
        id: "sendgrid-api-key",
        provider: "SendGrid",
        title: "SendGrid API key",
        opens: "Sends mail from the domain.",
        revoke: "https://app.sendgrid.com/settings/api_keys",
        source: "https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys (lengths believed)",
        prefixes: &["SG."],
        shape: Shape::Token(&[Part::Run(TOKEN68, 60, 80)]),
        env_names: &["SENDGRID_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "sparkpost-key",
        provider: "SparkPost",
        title: "SparkPost API key",
        opens: "Sends mail from the account.",
        revoke: "https://app.sparkpost.com/account/api-keys",
        source: "https://developers.sparkpost.com/api/#header-authentication (40 hexadecimal digits)",
        env_names: &["SPARKPOST_API_KEY", "SPARKPOST_TOKEN"],
        examples: Examples::Made(|dice| dice.draw(HEX, 40)),
        ..Rule::BLANK
    },
];

/// Reads the 32 digits in front of the data centre.
fn mailchimp(window: &Window<'_>, at: usize) -> Option<Read> {
    let end = read_run(window, at + 3, DIGIT, 1, 2)?;
    let start = at.checked_sub(32)?;
    let key = window.slice(start..at);
    let whole = key.iter().all(|b| HEX.has(*b)) && opens_at(window, start, HEX);
    (whole && closed(window, end) && checks::looks_random(key))
        .then(|| found(window, start..end))?
}
