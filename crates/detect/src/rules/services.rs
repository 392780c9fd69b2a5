//! Payment, mail, telephone, office and monitoring services.
//!
//! **Invariant:** data only.

use crate::checks;
use crate::rule::{Examples, Part, Rule, Severity, Shape};
use crate::window::{ALNUM, Alphabet, BASE64, HEX, UPPER_NUM, URL64, WORD};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "airtable-token",
        provider: "Airtable",
        title: "Airtable personal token",
        opens: "Bases in its scopes.",
        revoke: "https://airtable.com/create/tokens",
        source: "https://airtable.com/developers/web/guides/personal-access-tokens (shape believed)",
        prefixes: &["pat"],
        shape: Shape::Token(&[
            Part::Run(ALNUM, 14, 14),
            Part::Lit("."),
            Part::Run(HEX, 64, 64),
        ]),
        env_names: &[
            "AIRTABLE_API_KEY",
            "AIRTABLE_TOKEN",
            "AIRTABLE_PERSONAL_ACCESS_TOKEN",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "datadog-key",
        provider: "Datadog",
        title: "Datadog API or application key",
        opens: "Writes metrics; with an application key reads everything.",
        revoke: "https://app.datadoghq.com/organization-settings/api-keys",
        source: "https://docs.datadoghq.com/account_management/api-app-keys/ (hexadecimal, no prefix)",
        env_names: &[
            "DD_API_KEY",
            "DD_APP_KEY",
            "DATADOG_API_KEY",
            "DATADOG_APP_KEY",
        ],
        examples: Examples::Made(|dice| dice.draw(HEX, 32)),
        ..Rule::BLANK
    },
    Rule {
        id: "figma-token",
        provider: "Figma",
        title: "Figma personal token",
        opens: "Files and comments of the account.",
        revoke: "https://www.figma.com/settings",
        source: "https://developers.figma.com/docs/rest-api/authentication/ (length believed)",
        prefixes: &["figd_"],
        shape: Shape::Token(&[Part::Run(URL64, 38, 60)]),
        env_names: &["FIGMA_TOKEN", "FIGMA_API_KEY", "FIGMA_ACCESS_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "home-assistant-token",
        provider: "Home Assistant",
        title: "Home Assistant long-lived token",
        opens: "Everything in the house that Home Assistant controls.",
        revoke: "Home Assistant, your profile, Security.",
        source: "https://developers.home-assistant.io/docs/auth_api/#long-lived-access-token (a JWT)",
        env_names: &[
            "HASS_TOKEN",
            "HA_TOKEN",
            "HOME_ASSISTANT_TOKEN",
            "HOMEASSISTANT_TOKEN",
            "SUPERVISOR_TOKEN",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "hubspot-token",
        provider: "HubSpot",
        title: "HubSpot private app token",
        opens: "Contacts and deals in its scopes.",
        revoke: "https://app.hubspot.com (Settings, Private Apps)",
        source: "https://developers.hubspot.com/docs/guides/apps/private-apps/overview (shape believed)",
        prefixes: &["pat-na1-", "pat-na2-", "pat-eu1-", "pat-ap1-"],
        shape: Shape::Token(&[Part::Run(DASH_HEX, 36, 36)]),
        env_names: &["HUBSPOT_ACCESS_TOKEN", "HUBSPOT_API_KEY", "HUBSPOT_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "langfuse-secret-key",
        provider: "Langfuse",
        title: "Langfuse secret key",
        opens: "Traces of the project, with prompts and answers.",
        revoke: "https://cloud.langfuse.com (Settings, API keys)",
        source: "https://langfuse.com/docs/api (shape believed)",
        prefixes: &["sk-lf-"],
        shape: Shape::Token(&[Part::Run(DASH_HEX, 36, 36)]),
        env_names: &["LANGFUSE_SECRET_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "langsmith-api-key",
        provider: "LangChain",
        title: "LangSmith API key",
        opens: "Traces of the workspace, with prompts and answers.",
        revoke: "https://smith.langchain.com/settings",
        source: "https://docs.smith.langchain.com (shape believed)",
        prefixes: &["lsv2_pt_", "lsv2_sk_"],
        shape: Shape::Token(&[
            Part::Run(HEX, 32, 32),
            Part::Lit("_"),
            Part::Run(HEX, 10, 10),
        ]),
        env_names: &["LANGSMITH_API_KEY", "LANGCHAIN_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "linear-api-key",
        provider: "Linear",
        title: "Linear API key",
        opens: "Issues and projects as that person.",
        revoke: "https://linear.app/settings/account/security",
        source: "https://linear.app/developers/graphql (length believed)",
        prefixes: &["lin_api_", "lin_oauth_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 40, 64)]),
        env_names: &["LINEAR_API_KEY"],
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
        shape: Shape::Token(&[Part::Run(HEX, 32, 32)]),
        env_names: &["MAILGUN_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "new-relic-key",
        provider: "New Relic",
        title: "New Relic user key",
        opens: "Queries and settings of the account.",
        revoke: "https://one.newrelic.com/api-keys",
        source: "https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/",
        prefixes: &["NRAK-"],
        shape: Shape::Token(&[Part::Run(UPPER_NUM, 27, 27)]),
        env_names: &["NEW_RELIC_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "notion-token",
        provider: "Notion",
        title: "Notion integration token",
        opens: "Pages and databases shared with the integration.",
        revoke: "https://www.notion.so/profile/integrations",
        source: "https://developers.notion.com/changelog/changes-for-september-11-2024 (length believed)",
        prefixes: &["ntn_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 40, 60)]),
        env_names: &["NOTION_API_KEY", "NOTION_TOKEN", "NOTION_API_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "notion-token-old-form",
        provider: "Notion",
        title: "Notion integration token (old form)",
        opens: "Pages and databases shared with the integration.",
        revoke: "https://www.notion.so/profile/integrations",
        source: "https://developers.notion.com/changelog/changes-for-september-11-2024 (length believed)",
        prefixes: &["secret_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 43, 43)]),
        check: checks::mixed,
        ..Rule::BLANK
    },
    Rule {
        id: "openclaw-token",
        provider: "OpenClaw",
        title: "OpenClaw gateway or hook token",
        opens: "The gateway: sends messages, runs tools, reads sessions.",
        revoke: "`openclaw doctor --generate-gateway-token`; then pair the clients again.",
        source: "https://docs.openclaw.ai/gateway/security (no shape)",
        env_names: &[
            "OPENCLAW_GATEWAY_TOKEN",
            "OPENCLAW_GATEWAY_PASSWORD",
            "OPENCLAW_HOOKS_TOKEN",
            "CLAWDBOT_GATEWAY_TOKEN",
            "CLAWDBOT_GATEWAY_PASSWORD",
            "MOLTBOT_GATEWAY_TOKEN",
        ],
        examples: Examples::Made(|dice| dice.draw(HEX, 48)),
        ..Rule::BLANK
    },
    Rule {
        id: "postman-key",
        provider: "Postman",
        title: "Postman API key",
        opens: "Collections and environments of the account.",
        revoke: "https://go.postman.co/settings/me/api-keys",
        source: "https://learning.postman.com/docs/developer/postman-api/authentication/ (shape believed)",
        prefixes: &["PMAK-"],
        shape: Shape::Token(&[
            Part::Run(HEX, 24, 24),
            Part::Lit("-"),
            Part::Run(HEX, 34, 34),
        ]),
        env_names: &["POSTMAN_API_KEY"],
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
        shape: Shape::Token(&[Part::Run(WORD, 30, 40)]),
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
        shape: Shape::Token(&[
            Part::Run(URL64, 22, 22),
            Part::Lit("."),
            Part::Run(URL64, 43, 43),
        ]),
        env_names: &["SENDGRID_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "shopify-token",
        provider: "Shopify",
        title: "Shopify access token or app secret",
        opens: "Orders, customers and products of the shop.",
        revoke: "The shop's admin, Settings, Apps.",
        source: "https://shopify.dev/docs/apps/build/authentication-authorization (length believed)",
        prefixes: &["shpat_", "shpca_", "shppa_", "shpss_"],
        shape: Shape::Token(&[Part::Run(HEX, 32, 32)]),
        env_names: &["SHOPIFY_ACCESS_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "square-token",
        provider: "Square",
        title: "Square access token",
        opens: "Payments and customers of the account.",
        revoke: "https://developer.squareup.com/apps",
        source: "https://developer.squareup.com/docs/build-basics/access-tokens (shape believed)",
        prefixes: &["sq0atp-", "sq0csp-"],
        shape: Shape::Token(&[Part::Run(URL64, 22, 60)]),
        env_names: &["SQUARE_ACCESS_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "spotify-client-secret",
        provider: "Spotify",
        title: "Spotify client secret or refresh token",
        severity: Severity::Medium,
        opens: "The app, or the account that allowed it.",
        revoke: "https://developer.spotify.com/dashboard",
        source: "https://developer.spotify.com/documentation/web-api/concepts/apps (no prefix)",
        env_names: &["SPOTIFY_CLIENT_SECRET", "SPOTIFY_REFRESH_TOKEN"],
        examples: Examples::Made(|dice| dice.draw(HEX, 32)),
        ..Rule::BLANK
    },
    Rule {
        id: "stripe-live-key",
        provider: "Stripe",
        title: "Stripe live secret or restricted key",
        opens: "Payments, refunds and customers.",
        revoke: "https://dashboard.stripe.com/apikeys",
        source: "https://docs.stripe.com/keys",
        prefixes: &["sk_live_", "rk_live_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 20, 250)]),
        env_names: &["STRIPE_SECRET_KEY", "STRIPE_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "stripe-test-key",
        provider: "Stripe",
        title: "Stripe test key",
        severity: Severity::Low,
        opens: "The sandbox of the account: no money.",
        revoke: "https://dashboard.stripe.com/test/apikeys",
        source: "https://docs.stripe.com/keys",
        prefixes: &["sk_test_", "rk_test_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 20, 250)]),
        ..Rule::BLANK
    },
    Rule {
        id: "stripe-webhook-secret",
        provider: "Stripe",
        title: "Webhook signing secret",
        severity: Severity::Medium,
        opens: "Forged events that look as if Stripe (or another Standard Webhooks sender) had sent them.",
        revoke: "https://dashboard.stripe.com/webhooks",
        source: "https://docs.stripe.com/webhooks/signature",
        prefixes: &["whsec_"],
        shape: Shape::Token(&[Part::Run(BASE64, 32, 64), Part::Pad(2)]),
        env_names: &["STRIPE_WEBHOOK_SECRET"],
        ..Rule::BLANK
    },
    Rule {
        id: "todoist-token",
        provider: "Todoist",
        title: "Todoist API token",
        opens: "Tasks and projects of the account.",
        revoke: "https://app.todoist.com/app/settings/integrations/developer",
        source: "https://developer.todoist.com/api/v1/ (40 hexadecimal digits)",
        env_names: &["TODOIST_API_TOKEN", "TODOIST_API_KEY", "TODOIST_TOKEN"],
        examples: Examples::Made(|dice| dice.draw(HEX, 40)),
        ..Rule::BLANK
    },
    Rule {
        id: "trello-token",
        provider: "Trello",
        title: "Trello token",
        opens: "Boards of the account.",
        revoke: "https://trello.com/your/account",
        source: "https://developer.atlassian.com/cloud/trello/guides/rest-api/authorization/ (prefix believed)",
        prefixes: &["ATTA"],
        shape: Shape::Token(&[Part::Run(HEX, 72, 72)]),
        env_names: &["TRELLO_TOKEN", "TRELLO_API_KEY", "TRELLO_API_TOKEN"],
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
        id: "telnyx-api-key",
        provider: "Telnyx",
        title: "Telnyx API key",
        opens: "Calls and messages at its owner's cost.",
        revoke: "https://portal.telnyx.com/#/api-keys",
        source: "https://developers.telnyx.com (shape believed)",
        prefixes: &["KEY0"],
        shape: Shape::Token(&[Part::Run(URL64, 40, 70)]),
        check: checks::mixed,
        env_names: &["TELNYX_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "wandb-api-key",
        provider: "Weights & Biases",
        title: "W&B API key",
        opens: "Runs and artifacts of the account.",
        revoke: "https://wandb.ai/authorize",
        source: "https://docs.wandb.ai (40 hexadecimal digits)",
        env_names: &["WANDB_API_KEY"],
        examples: Examples::Made(|dice| dice.draw(HEX, 40)),
        ..Rule::BLANK
    },
];

/// A UUID, written in lower case.
const DASH_HEX: Alphabet = HEX.or(Alphabet::of(b"-"));
