//! Travel, houses and other services that fit no other family.
//!
//! **Invariant:** data and readers of shapes; nothing here talks to a service.

use super::reading::{closed, found};
use super::sets::{DASH_HEX, SEGMENT, XHEX, uuid};
use crate::checks;
use crate::engine::{LEAD, read_run};
use crate::rule::{Examples, Part, Read, Reader, Rule, Severity, Shape};
use crate::window::{
    ALNUM, BASE64, DIGIT, DOTTED, HEX, LOWER_NUM, UPPER_NUM, URL64, WORD, Window, opens_at,
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "adafruit-io-key",
        provider: "Adafruit",
        title: "Adafruit IO key",
        opens: "Feeds of the account.",
        revoke: "https://io.adafruit.com (My key)",
        source: "https://io.adafruit.com/api/docs/ (shape believed)",
        prefixes: &["aio_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 28, 28)]),
        check: checks::mixed,
        env_names: &["ADAFRUIT_IO_KEY", "ADAFRUIT_API_KEY", "ADAFRUIT_AIO_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "adobe-client-secret",
        provider: "Adobe",
        title: "Adobe client secret",
        opens: "The integration: its APIs and users' data.",
        revoke: "https://developer.adobe.com/console",
        source: "https://developer.adobe.com/developer-console/docs/guides/authentication/ (prefix believed)",
        prefixes: &["p8e-"],
        shape: Shape::Token(&[Part::Run(URL64, 32, 32)]),
        env_names: &["ADOBE_CLIENT_SECRET"],
        ..Rule::BLANK
    },
    Rule {
        id: "authress-key",
        provider: "Authress",
        title: "Authress service client key",
        opens: "Users and permissions of the account.",
        revoke: "https://authress.io/app/#/settings",
        source: "https://authress.io/knowledge-base/docs/authorization/service-clients/secrets-scanning/",
        shape: Shape::Read(Reader {
            anchors: &[".acc_", ".acc-"],
            opens: false,
            read: authress,
        }),
        env_names: &["AUTHRESS_KEY"],
        examples: Examples::Made(|dice| {
            format!(
                "sc_{}.{}.acc_{}.{}",
                dice.draw(LOWER_NUM, 12),
                dice.draw(LOWER_NUM, 5),
                dice.draw(LOWER_NUM, 16),
                dice.draw(ALNUM, 44)
            )
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "bitly-token",
        provider: "Bitly",
        title: "Bitly access token",
        opens: "Links of the account.",
        revoke: "https://app.bitly.com/settings/api/",
        source: "https://dev.bitly.com/docs/getting-started/authentication/ (40 hexadecimal digits)",
        env_names: &[
            "BITLY_TOKEN",
            "BITLY_ACCESS_TOKEN",
            "BITLY_API_KEY",
            "BITLY_SECRET",
        ],
        examples: Examples::Made(|dice| dice.draw(HEX, 40)),
        ..Rule::BLANK
    },
    Rule {
        id: "chief-tools-token",
        provider: "Chief Tools",
        title: "Chief Tools token",
        opens: "Domains and monitors of the team.",
        revoke: "https://account.chief.app/security/api",
        source: "https://aka.chief.app/cli (shape believed)",
        prefixes: &["ctp_", "ctr_", "cto_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 32, 48)]),
        check: checks::mixed,
        env_names: &["CHIEF_TOOLS_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "configcat-key",
        provider: "ConfigCat",
        title: "ConfigCat SDK key",
        severity: Severity::Low,
        opens: "Reads feature flags.",
        revoke: "https://app.configcat.com/sdkkey",
        source: "https://configcat.com/docs/ (shape believed)",
        prefixes: &["configcat-sdk-1/"],
        shape: Shape::Token(&[
            Part::Run(URL64, 22, 22),
            Part::Lit("/"),
            Part::Run(URL64, 22, 22),
        ]),
        env_names: &["CONFIGCAT_SDK_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "databento-key",
        provider: "Databento",
        title: "Databento API key",
        opens: "Market data at its owner's cost.",
        revoke: "https://databento.com/portal/keys",
        source: "https://databento.com/docs/portal/api-keys (prefix believed)",
        env_names: &["DATABENTO_API_KEY"],
        examples: Examples::Made(|dice| format!("db-{}", dice.draw(ALNUM, 29))),
        ..Rule::BLANK
    },
    Rule {
        id: "devcycle-key",
        provider: "DevCycle",
        title: "DevCycle SDK key",
        severity: Severity::Low,
        opens: "Reads feature flags.",
        revoke: "https://app.devcycle.com",
        source: "https://docs.devcycle.com (shape believed)",
        prefixes: &["dvc_server_", "dvc_client_", "dvc_mobile_"],
        shape: Shape::Token(&[Part::Run(WORD, 8, 60)]),
        check: checks::mixed,
        env_names: &["DEVCYCLE_SERVER_SDK_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "duffel-token",
        provider: "Duffel",
        title: "Duffel access token",
        opens: "Flights booked at its owner's cost.",
        revoke: "https://app.duffel.com (Developers, Access tokens)",
        source: "https://duffel.com/docs/api/overview/authentication (shape believed)",
        prefixes: &["duffel_test_", "duffel_live_"],
        shape: Shape::Token(&[Part::Run(SEGMENT, 43, 43)]),
        env_names: &["DUFFEL_ACCESS_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "easypost-key",
        provider: "EasyPost",
        title: "EasyPost API key",
        opens: "Shipments bought at its owner's cost.",
        revoke: "https://www.easypost.com/account/api-keys",
        source: "https://docs.easypost.com/docs/authentication (shape believed)",
        prefixes: &["EZAK", "EZTK"],
        shape: Shape::Token(&[Part::Run(ALNUM, 54, 54)]),
        env_names: &["EASYPOST_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "ebay-secret",
        provider: "eBay",
        title: "eBay client secret",
        opens: "Poses as the application; sells in its users' names.",
        revoke: "https://developer.ebay.com/my/keys",
        source: "https://developer.ebay.com/api-docs/static/oauth-credentials.html (shape believed)",
        prefixes: &["PRD-", "SBX-"],
        shape: Shape::Token(&[Part::Run(DASH_HEX, 24, 40)]),
        check: checks::mixed,
        env_names: &["EBAY_CLIENT_SECRET", "EBAY_CERT_ID"],
        ..Rule::BLANK
    },
    Rule {
        id: "etsy-key",
        provider: "Etsy",
        title: "Etsy API key",
        opens: "Poses as the application; shops in its users' names.",
        revoke: "https://www.etsy.com/developers/your-apps",
        source: "https://developers.etsy.com/documentation/essentials/authentication (24 letters and digits)",
        env_names: &["ETSY_API_KEY", "ETSY_KEYSTRING", "ETSY_SHARED_SECRET"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 24)),
        ..Rule::BLANK
    },
    Rule {
        id: "freemius-key",
        provider: "Freemius",
        title: "Freemius secret key",
        opens: "Products and licences of the developer.",
        revoke: "https://dashboard.freemius.com",
        source: "https://freemius.com/help/ (prefix believed)",
        env_names: &["FREEMIUS_SECRET_KEY"],
        examples: Examples::Made(|dice| format!("sk_{}", dice.draw(ALNUM, 29))),
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
        id: "intra42-secret",
        provider: "42",
        title: "42 intranet client secret",
        opens: "Poses as the application; reads students.",
        revoke: "https://profile.intra.42.fr/oauth/applications",
        source: "https://api.intra.42.fr/apidoc/guides/getting_started (prefix believed)",
        prefixes: &["s-s4t2ud-", "s-s4t2af-"],
        shape: Shape::Token(&[Part::Run(HEX, 64, 64)]),
        env_names: &["FT_CLIENT_SECRET", "INTRA42_CLIENT_SECRET"],
        ..Rule::BLANK
    },
    Rule {
        id: "ionic-token",
        provider: "Ionic",
        title: "Ionic personal access token",
        opens: "Applications of the account.",
        revoke: "https://dashboard.ionicframework.com/personal-access-tokens",
        source: "https://ionic.io/docs/appflow (prefix believed)",
        env_names: &["IONIC_TOKEN"],
        examples: Examples::Made(|dice| format!("ion_{}", dice.draw(ALNUM, 42))),
        ..Rule::BLANK
    },
    Rule {
        id: "lichess-token",
        provider: "Lichess",
        title: "Lichess personal token",
        opens: "Games and messages in its scopes.",
        revoke: "https://lichess.org/account/oauth/token",
        source: "https://lichess.org/api#section/Introduction/Authentication (prefix believed)",
        prefixes: &["lip_", "lio_"],
        shape: Shape::Token(&[Part::Run(WORD, 16, 60)]),
        check: checks::mixed,
        env_names: &["LICHESS_TOKEN", "LICHESS_API_TOKEN", "LICHESS_BOT_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "maxmind-key",
        provider: "MaxMind",
        title: "MaxMind licence key",
        severity: Severity::Medium,
        opens: "Geolocation at its owner's cost.",
        revoke: "https://www.maxmind.com/en/accounts/current/license-key",
        source: "https://support.maxmind.com/knowledge-base/articles/maxmind-license-key-updates (shape believed)",
        shape: Shape::Read(Reader {
            anchors: &["_mmk"],
            opens: false,
            read: maxmind,
        }),
        env_names: &["MAXMIND_LICENSE_KEY", "GEOIP_LICENSE_KEY"],
        examples: Examples::Made(|dice| {
            format!("{}_{}_mmk", dice.draw(ALNUM, 6), dice.draw(ALNUM, 29))
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "onfido-token",
        provider: "Onfido",
        title: "Onfido API token",
        opens: "Identity checks and the documents in them.",
        revoke: "https://dashboard.onfido.com/api/tokens",
        source: "https://documentation.identity.entrust.com/api/latest/ (shape believed)",
        prefixes: &[
            "api_live.",
            "api_live_us.",
            "api_live_ca.",
            "api_sandbox.",
            "api_sandbox_us.",
            "api_sandbox_ca.",
        ],
        shape: Shape::Token(&[Part::Run(DOTTED, 20, 80)]),
        check: checks::mixed,
        env_names: &["ONFIDO_API_TOKEN"],
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
        id: "persona-key",
        provider: "Persona",
        title: "Persona API key",
        opens: "Identity checks and the documents in them.",
        revoke: "https://app.withpersona.com/dashboard/api-keys",
        source: "https://docs.withpersona.com (prefix believed)",
        prefixes: &["persona_production_", "persona_sandbox_"],
        shape: Shape::Token(&[Part::Run(URL64, 20, 80)]),
        check: checks::mixed,
        env_names: &["PERSONA_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "postman-collection-key",
        provider: "Postman",
        title: "Postman collection access key",
        severity: Severity::Medium,
        opens: "Reads one collection.",
        revoke: "https://go.postman.co (the collection, Share)",
        source: "https://learning.postman.com/docs/developer/postman-api/authentication/ (shape believed)",
        prefixes: &["PMAT-"],
        shape: Shape::Token(&[Part::Run(UPPER_NUM, 26, 26)]),
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
            Part::Run(XHEX, 24, 24),
            Part::Lit("-"),
            Part::Run(XHEX, 34, 34),
        ]),
        env_names: &["POSTMAN_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "proof-key",
        provider: "Proof",
        title: "Proof (Notarize) API key",
        opens: "Notarizations and the documents in them.",
        revoke: "https://app.proof.com",
        source: "https://dev.proof.com (prefix believed)",
        prefixes: &["prf_"],
        shape: Shape::Token(&[Part::Run(URL64, 20, 80)]),
        check: checks::mixed,
        env_names: &["PROOF_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "reddit-secret",
        provider: "Reddit",
        title: "Reddit client secret",
        opens: "Poses as the application.",
        revoke: "https://www.reddit.com/prefs/apps",
        source: "https://github.com/reddit-archive/reddit/wiki/OAuth2 (no public prefix)",
        env_names: &[
            "REDDIT_CLIENT_SECRET",
            "REDDIT_SECRET",
            "REDDIT_REFRESH_TOKEN",
        ],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 30)),
        ..Rule::BLANK
    },
    Rule {
        id: "samsara-token",
        provider: "Samsara",
        title: "Samsara API token",
        opens: "Vehicles and drivers of the fleet.",
        revoke: "https://cloud.samsara.com (Settings, API tokens)",
        source: "https://developers.samsara.com/docs/authentication (shape believed)",
        prefixes: &["samsara_api_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 26, 40)]),
        env_names: &["SAMSARA_API_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "settlemint-token",
        provider: "SettleMint",
        title: "SettleMint access token",
        opens: "Blockchain networks of the workspace.",
        revoke: "https://console.settlemint.com",
        source: "https://console.settlemint.com/documentation (prefix believed)",
        prefixes: &["sm_aat_", "sm_pat_", "sm_sat_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 16, 40)]),
        check: checks::mixed,
        env_names: &["SETTLEMINT_ACCESS_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "shippo-token",
        provider: "Shippo",
        title: "Shippo API token",
        opens: "Labels bought at its owner's cost.",
        revoke: "https://apps.goshippo.com/settings/api",
        source: "https://docs.goshippo.com/docs/guides_general/authentication/ (shape believed)",
        prefixes: &["shippo_live_", "shippo_test_"],
        shape: Shape::Token(&[Part::Run(XHEX, 40, 40)]),
        env_names: &["SHIPPO_API_KEY", "SHIPPO_API_TOKEN"],
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
        id: "squarespace-key",
        provider: "Squarespace",
        title: "Squarespace API key",
        opens: "Orders and products of the site; a UUID.",
        revoke: "https://account.squarespace.com (the site, Developer API keys)",
        source: "https://developers.squarespace.com/commerce-apis/authentication-and-permissions (a UUID)",
        env_names: &[
            "SQUARESPACE_API_KEY",
            "SQUARESPACE_TOKEN",
            "SQUARESPACE_API_TOKEN",
            "SQUARESPACE_ACCESS_TOKEN",
            "SQUARESPACE_SECRET",
            "SQUARESPACE_KEY",
            "SQUARESPACE_SECRET_KEY",
        ],
        examples: Examples::Made(uuid),
        ..Rule::BLANK
    },
    Rule {
        id: "tableau-token",
        provider: "Tableau",
        title: "Tableau personal access token",
        opens: "Workbooks as that person.",
        revoke: "Tableau, your account settings, Personal access tokens.",
        source: "https://help.tableau.com/current/server/en-us/security_personal_access_tokens.htm (shape believed)",
        shape: Shape::Read(Reader {
            anchors: &["==:"],
            opens: false,
            read: tableau,
        }),
        env_names: &["TABLEAU_TOKEN", "TABLEAU_PAT_SECRET", "TABLEAU_TOKEN_VALUE"],
        examples: Examples::Made(|dice| {
            format!("{}==:{}", dice.draw(ALNUM, 22), dice.draw(ALNUM, 32))
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "temporal-key",
        provider: "Temporal",
        title: "Temporal Cloud API key",
        opens: "Workflows of the namespace; a JWT.",
        revoke: "https://cloud.temporal.io/settings/api-keys",
        source: "https://docs.temporal.io/cloud/api-keys (a JWT)",
        env_names: &["TEMPORAL_API_KEY", "TEMPORAL_CLOUD_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "twitter-token",
        provider: "X (Twitter)",
        title: "X API key, secret or bearer token",
        opens: "The application, or the account that allowed it.",
        revoke: "https://developer.x.com/en/portal/projects-and-apps",
        source: "https://docs.x.com/resources/fundamentals/authentication (no public prefix)",
        env_names: &[
            "TWITTER_BEARER_TOKEN",
            "TWITTER_API_KEY",
            "TWITTER_API_SECRET",
            "TWITTER_ACCESS_TOKEN",
            "TWITTER_ACCESS_TOKEN_SECRET",
            "X_BEARER_TOKEN",
            "TWITTER_TOKEN",
        ],
        examples: Examples::Made(|dice| format!("{}{}", "A".repeat(22), dice.draw(ALNUM, 90))),
        ..Rule::BLANK
    },
    Rule {
        id: "val-town-token",
        provider: "Val Town",
        title: "Val Town API token",
        opens: "Vals and their secrets.",
        revoke: "https://www.val.town/settings/api",
        source: "https://docs.val.town (prefix believed)",
        prefixes: &["vtwn_"],
        shape: Shape::Token(&[Part::Run(URL64, 20, 80)]),
        env_names: &["VALTOWN_API_TOKEN", "VAL_TOWN_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "woocommerce-secret",
        provider: "WooCommerce",
        title: "WooCommerce consumer secret or key",
        opens: "Orders and customers of the shop.",
        revoke: "The shop's admin, WooCommerce, Settings, Advanced, REST API.",
        source: "https://woocommerce.github.io/woocommerce-rest-api-docs/#authentication",
        prefixes: &["cs_", "ck_"],
        shape: Shape::Token(&[Part::Run(XHEX, 40, 40)]),
        env_names: &[
            "WC_CONSUMER_SECRET",
            "WOOCOMMERCE_CONSUMER_SECRET",
            "WOOCOMMERCE_SECRET",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "workato-token",
        provider: "Workato",
        title: "Workato developer API token",
        opens: "Recipes and connections of the workspace.",
        revoke: "https://app.workato.com/members/api/clients",
        source: "https://docs.workato.com/workato-api.html (shape believed)",
        prefixes: &[
            "wrkaus-", "wrkaeu-", "wrkajp-", "wrkasg-", "wrkaau-", "wrkail-", "wrkacn-", "wrka-",
        ],
        shape: Shape::Token(&[
            Part::Run(URL64, 10, 400),
            Part::Lit("."),
            Part::Run(URL64, 16, 2000),
            Part::Lit("."),
            Part::Run(URL64, 40, 2000),
        ]),
        env_names: &["WORKATO_API_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "zapier-webhook",
        provider: "Zapier",
        title: "Zapier webhook URL",
        severity: Severity::Medium,
        opens: "Starts the Zap with any data.",
        revoke: "https://zapier.com/app/zaps",
        source: "https://help.zapier.com/hc/en-us/articles/8496288690317",
        prefixes: &["hooks.zapier.com/hooks/catch/"],
        shape: Shape::Token(&[
            Part::Run(DIGIT, 5, 10),
            Part::Lit("/"),
            Part::Run(ALNUM, 5, 12),
        ]),
        check: checks::mixed,
        env_names: &["ZAPIER_WEBHOOK_URL"],
        ..Rule::BLANK
    },
];

/// Reads the licence in front of its mark: six characters, an underscore and 29 more.
fn maxmind(window: &Window<'_>, at: usize) -> Option<Read> {
    let start = at.checked_sub(36)?;
    let key = window.slice(start..at);
    let end = at + "_mmk".len();
    let whole = key[6] == b'_' && key.iter().all(|b| WORD.has(*b)) && opens_at(window, start, WORD);
    (whole && closed(window, end) && checks::looks_random(&key[7..]))
        .then(|| found(window, start..end))?
}

/// Reads a name in base64 in front of `==:` and the secret behind it.
fn tableau(window: &Window<'_>, at: usize) -> Option<Read> {
    let start = at.checked_sub(22)?;
    let end = read_run(window, at + "==:".len(), ALNUM, 32, 32)?;
    let name = window.slice(start..at);
    let whole = name.iter().all(|b| BASE64.has(*b)) && opens_at(window, start, BASE64);
    let random = checks::looks_random(window.slice(end - 32..end)) && checks::looks_random(name);
    (whole && random && closed(window, end)).then(|| found(window, start..end))?
}

/// Reads the client's id in front of `.acc`, and the account and the key behind it.
fn authress(window: &Window<'_>, at: usize) -> Option<Read> {
    let left = window.before(at, LEAD);
    let kinds = [b"authress_".as_slice(), b"scauth_", b"ext_", b"sc_"];
    let kind = kinds
        .iter()
        .find_map(|kind| memchr::memmem::rfind(left, kind))?;
    let start = at - left.len() + kind;
    let id = left[kind..].iter().all(|b| WORD.has(*b) || *b == b'.');
    let account = read_run(window, at + ".acc_".len(), URL64, 10, 32)?;
    let end = read_run(window, account + 1, SEGMENT.or(BASE64), 30, 120)?;
    let whole = id && opens_at(window, start, WORD) && closed(window, end);
    let random = checks::looks_random(window.slice(account + 1..end));
    (window.at(account)? == b'.' && whole && random).then(|| found(window, start..end))?
}
