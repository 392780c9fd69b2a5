//! Documents, tasks, customers, design and other work of an office.
//!
//! **Invariant:** data only.

use super::sets::{DASH_HEX, SEGMENT, TOKEN68};
use crate::checks;
use crate::rule::{Examples, Part, Rule, Severity, Shape};
use crate::window::{ALNUM, BASE64, DIGIT, DOTTED, HEX, URL64};

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
        id: "asana-token",
        provider: "Asana",
        title: "Asana personal token or app secret",
        opens: "Tasks and projects as that person.",
        revoke: "https://app.asana.com/0/my-apps",
        source: "https://developers.asana.com/docs/personal-access-token (no prefix)",
        env_names: &[
            "ASANA_ACCESS_TOKEN",
            "ASANA_TOKEN",
            "ASANA_CLIENT_SECRET",
            "ASANA_PAT",
        ],
        examples: Examples::Made(|dice| {
            format!("1/{}:{}", dice.draw(DIGIT, 16), dice.draw(HEX, 32))
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "calendly-token",
        provider: "Calendly",
        title: "Calendly token",
        opens: "Calendars and bookings of the account; a JWT.",
        revoke: "https://calendly.com/integrations/api_webhooks",
        source: "https://developer.calendly.com/how-to-authenticate-with-personal-access-tokens (a JWT)",
        env_names: &["CALENDLY_TOKEN", "CALENDLY_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "canva-secret",
        provider: "Canva",
        title: "Canva client secret",
        opens: "The integration: designs of users who allowed it.",
        revoke: "https://www.canva.com/developers/integrations",
        source: "https://www.canva.dev/docs/connect/authentication/ (shape believed)",
        prefixes: &["cnvca"],
        shape: Shape::Token(&[Part::Run(URL64, 51, 51)]),
        env_names: &["CANVA_CLIENT_SECRET"],
        ..Rule::BLANK
    },
    Rule {
        id: "clickup-token",
        provider: "ClickUp",
        title: "ClickUp personal token",
        opens: "Tasks and documents as that person.",
        revoke: "https://app.clickup.com/settings/apps",
        source: "https://developer.clickup.com/docs/authentication (shape believed)",
        prefixes: &[
            "pk_1", "pk_2", "pk_3", "pk_4", "pk_5", "pk_6", "pk_7", "pk_8", "pk_9",
        ],
        shape: Shape::Token(&[
            Part::Run(DIGIT, 5, 12),
            Part::Lit("_"),
            Part::Run(ALNUM, 32, 32),
        ]),
        env_names: &["CLICKUP_API_KEY", "CLICKUP_TOKEN", "CLICKUP_API_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "contentful-token",
        provider: "Contentful",
        title: "Contentful management or delivery token",
        opens: "Content of the spaces that it may read or write.",
        revoke: "https://app.contentful.com/account/profile/cma_tokens",
        source: "https://www.contentful.com/developers/docs/references/authentication/ (shape believed)",
        prefixes: &["CFPAT-"],
        shape: Shape::Token(&[Part::Run(URL64, 43, 43)]),
        env_names: &[
            "CONTENTFUL_MANAGEMENT_TOKEN",
            "CONTENTFUL_ACCESS_TOKEN",
            "CONTENTFUL_DELIVERY_TOKEN",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "dropbox-token",
        provider: "Dropbox",
        title: "Dropbox access token",
        opens: "Files of the account.",
        revoke: "https://www.dropbox.com/account/connected_apps",
        source: "https://developers.dropbox.com/oauth-guide (shape believed)",
        prefixes: &["sl.u.", "sl.A", "sl.B", "sl.C"],
        shape: Shape::Token(&[Part::Run(SEGMENT, 120, 1400)]),
        check: checks::mixed,
        env_names: &[
            "DROPBOX_ACCESS_TOKEN",
            "DROPBOX_TOKEN",
            "DROPBOX_REFRESH_TOKEN",
        ],
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
        shape: Shape::Token(&[Part::Run(URL64, 36, 60)]),
        env_names: &["FIGMA_TOKEN", "FIGMA_API_KEY", "FIGMA_ACCESS_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "frameio-token",
        provider: "Frame.io",
        title: "Frame.io developer token",
        opens: "Projects and media of the account.",
        revoke: "https://developer.frame.io",
        source: "https://developer.frame.io/docs (shape believed)",
        prefixes: &["fio-u-"],
        shape: Shape::Token(&[Part::Run(SEGMENT, 64, 64)]),
        env_names: &["FRAMEIO_TOKEN"],
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
        env_names: &[
            "HUBSPOT_ACCESS_TOKEN",
            "HUBSPOT_API_KEY",
            "HUBSPOT_TOKEN",
            "HUBSPOT_SECRET",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "intercom-token",
        provider: "Intercom",
        title: "Intercom access token",
        opens: "Conversations and contacts of the workspace.",
        revoke: "https://app.intercom.com/a/apps/_/developer-hub",
        source: "https://developers.intercom.com/docs/build-an-integration/learn-more/authentication (shape believed)",
        prefixes: &["dG9rO"],
        shape: Shape::Token(&[Part::Run(BASE64, 50, 60), Part::Pad(2)]),
        check: checks::mixed,
        env_names: &[
            "INTERCOM_ACCESS_TOKEN",
            "INTERCOM_TOKEN",
            "INTERCOM_API_KEY",
        ],
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
        id: "mapbox-token",
        provider: "Mapbox",
        title: "Mapbox secret token",
        severity: Severity::Medium,
        opens: "Maps, styles and data of the account; `pk.` is public in web pages.",
        revoke: "https://console.mapbox.com/account/access-tokens/",
        source: "https://docs.mapbox.com/help/dive-deeper/access-tokens/ (shape believed)",
        prefixes: &["sk.eyJ1", "pk.eyJ1", "tk.eyJ1"],
        shape: Shape::Token(&[
            Part::Run(URL64, 50, 200),
            Part::Lit("."),
            Part::Run(URL64, 20, 24),
        ]),
        env_names: &[
            "MAPBOX_SECRET_TOKEN",
            "MAPBOX_ACCESS_TOKEN",
            "MAPBOX_TOKEN",
            "MAPBOX_API_TOKEN",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "miro-token",
        provider: "Miro",
        title: "Miro access token",
        opens: "Boards of the team.",
        revoke: "https://miro.com/app/settings/user-profile/apps",
        source: "https://developers.miro.com/docs/getting-started-with-oauth (shape believed)",
        prefixes: &["eyJtaXJv"],
        shape: Shape::Token(&[Part::Run(URL64, 31, 130)]),
        env_names: &["MIRO_ACCESS_TOKEN", "MIRO_TOKEN", "MIRO_CLIENT_SECRET"],
        ..Rule::BLANK
    },
    Rule {
        id: "monday-token",
        provider: "monday.com",
        title: "monday.com API token",
        opens: "Boards of the account; a JWT.",
        revoke: "https://auth.monday.com (Administration, Connections)",
        source: "https://developer.monday.com/api-reference/docs/authentication (a JWT)",
        env_names: &["MONDAY_API_TOKEN", "MONDAY_API_KEY", "MONDAY_TOKEN"],
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
        id: "pinterest-token",
        provider: "Pinterest",
        title: "Pinterest access token",
        opens: "Boards and ads of the account.",
        revoke: "https://www.pinterest.com/settings/security",
        source: "https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/ (shape believed)",
        prefixes: &["pina_"],
        shape: Shape::Token(&[Part::Run(URL64, 32, 200)]),
        env_names: &["PINTEREST_ACCESS_TOKEN", "PINTEREST_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "salesforce-token",
        provider: "Salesforce",
        title: "Salesforce session id or access token",
        opens: "Records of the organization as that user.",
        revoke: "Salesforce, Setup, Session Management.",
        source: "https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_oauth_and_connected_apps.htm (shape believed)",
        prefixes: &["00D"],
        shape: Shape::Token(&[
            Part::Run(ALNUM, 12, 12),
            Part::Lit("!"),
            Part::Run(DOTTED, 80, 260),
        ]),
        env_names: &[
            "SALESFORCE_ACCESS_TOKEN",
            "SALESFORCE_SECURITY_TOKEN",
            "SF_ACCESS_TOKEN",
        ],
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
        id: "typeform-token",
        provider: "Typeform",
        title: "Typeform personal token",
        opens: "Forms and their answers.",
        revoke: "https://admin.typeform.com/user/tokens",
        source: "https://www.typeform.com/developers/get-started/personal-access-token/ (shape believed)",
        prefixes: &["tfp_"],
        shape: Shape::Token(&[Part::Run(TOKEN68, 40, 64)]),
        env_names: &["TYPEFORM_TOKEN", "TYPEFORM_API_TOKEN", "TYPEFORM_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "wakatime-key",
        provider: "WakaTime",
        title: "WakaTime API key",
        severity: Severity::Low,
        opens: "Times and projects that an editor reported.",
        revoke: "https://wakatime.com/settings/account",
        source: "https://wakatime.com/developers#authentication (shape believed)",
        prefixes: &["waka_"],
        shape: Shape::Token(&[Part::Run(URL64, 36, 64)]),
        env_names: &[
            "WAKATIME_API_KEY",
            "WAKATIME_SECRET",
            "WAKATIME_TOKEN",
            "WAKATIME_KEY",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "zendesk-token",
        provider: "Zendesk",
        title: "Zendesk API token",
        opens: "Tickets and users of the help desk.",
        revoke: "https://support.zendesk.com (Admin Center, APIs)",
        source: "https://developer.zendesk.com/api-reference/introduction/security-and-auth/ (40 letters and digits)",
        env_names: &[
            "ZENDESK_API_TOKEN",
            "ZENDESK_TOKEN",
            "ZENDESK_SECRET_KEY",
            "ZENDESK_SECRET",
        ],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 40)),
        ..Rule::BLANK
    },
    Rule {
        id: "zoho-token",
        provider: "Zoho",
        title: "Zoho OAuth token or client",
        opens: "The applications within its scopes.",
        revoke: "https://accounts.zoho.com/home#sessions/connectedapps",
        source: "https://www.zoho.com/accounts/protocol/oauth.html (shape believed)",
        prefixes: &["1000."],
        shape: Shape::Token(&[
            Part::Run(HEX, 32, 32),
            Part::Lit("."),
            Part::Run(HEX, 32, 32),
        ]),
        env_names: &[
            "ZOHO_REFRESH_TOKEN",
            "ZOHO_ACCESS_TOKEN",
            "ZOHO_CLIENT_SECRET",
            "ZOHO_TOKEN",
        ],
        ..Rule::BLANK
    },
];
