//! Secret stores, identity and security.
//!
//! **Invariant:** data only.

use crate::checks;
use crate::rule::{Examples, Part, Rule, Severity, Shape};
use crate::window::{ALNUM, BASE64, DOTTED, HEX, LOWER_NUM, UPPER_NUM, URL64};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "aikido-token",
        provider: "Aikido",
        title: "Aikido client secret or CI token",
        opens: "Findings of the workspace.",
        revoke: "https://app.aikido.dev/settings/integrations",
        source: "https://help.aikido.dev (shape believed)",
        prefixes: &["AIK_SECRET_", "AIK_CI_", "AIK_CLIENT_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 20, 64)]),
        env_names: &["AIKIDO_CLIENT_SECRET", "AIKIDO_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "akeyless-key",
        provider: "Akeyless",
        title: "Akeyless access key",
        opens: "Secrets in its role.",
        revoke: "https://console.akeyless.io/auth-methods",
        source: "https://docs.akeyless.io/docs/auth-with-api-key (no public prefix)",
        env_names: &["AKEYLESS_ACCESS_KEY"],
        examples: Examples::Made(|dice| dice.draw(BASE64, 43)),
        ..Rule::BLANK
    },
    Rule {
        id: "auth0-secret",
        provider: "Auth0",
        title: "Auth0 client secret",
        opens: "Poses as the application; with the management API, the tenant.",
        revoke: "https://manage.auth0.com (Applications)",
        source: "https://auth0.com/docs/get-started/applications (64 characters)",
        env_names: &["AUTH0_CLIENT_SECRET", "AUTH0_MANAGEMENT_API_TOKEN"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 64)),
        ..Rule::BLANK
    },
    Rule {
        id: "bitwarden-token",
        provider: "Bitwarden",
        title: "Bitwarden client secret or machine token",
        opens: "Secrets of the vault or project.",
        revoke: "https://vault.bitwarden.com (Security, Keys)",
        source: "https://bitwarden.com/help/personal-api-key/ (30 letters and digits)",
        env_names: &["BWS_ACCESS_TOKEN", "BW_CLIENT_SECRET"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 30)),
        ..Rule::BLANK
    },
    Rule {
        id: "clerk-key",
        provider: "Clerk",
        title: "Clerk secret key",
        opens: "Users and sessions of the application.",
        revoke: "https://dashboard.clerk.com (API keys)",
        source: "https://clerk.com/docs (a Stripe-like shape)",
        env_names: &["CLERK_SECRET_KEY"],
        examples: Examples::Made(|dice| {
            format!("{}{}", concat!("sk_", "live_"), dice.draw(ALNUM, 42))
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "doppler-token",
        provider: "Doppler",
        title: "Doppler token",
        opens: "Every secret of the config or workplace.",
        revoke: "https://dashboard.doppler.com",
        source: "https://docs.doppler.com/reference/auth-token-formats",
        prefixes: &[
            "dp.pt.",
            "dp.st.",
            "dp.ct.",
            "dp.sa.",
            "dp.scim.",
            "dp.audit.",
            "dp.said.",
        ],
        shape: Shape::Token(&[Part::Run(DOTTED, 40, 80)]),
        env_names: &["DOPPLER_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "endorlabs-key",
        provider: "Endor Labs",
        title: "Endor Labs API key or secret",
        opens: "Findings of the tenant.",
        revoke: "https://app.endorlabs.com/access-control",
        source: "https://docs.endorlabs.com (shape believed)",
        prefixes: &["endr+"],
        shape: Shape::Token(&[Part::Run(URL64, 16, 16)]),
        check: checks::random,
        env_names: &["ENDOR_API_CREDENTIALS_SECRET", "ENDOR_API_CREDENTIALS_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "hashicorp-cloud-secret",
        provider: "HashiCorp",
        title: "HCP client secret",
        opens: "The HCP project in its role.",
        revoke: "https://portal.cloud.hashicorp.com (Access control, Service principals)",
        source: "https://developer.hashicorp.com/hcp/docs/hcp/iam/service-principal (64 characters)",
        env_names: &["HCP_CLIENT_SECRET"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 64)),
        ..Rule::BLANK
    },
    Rule {
        id: "hashicorp-vault-token",
        provider: "HashiCorp",
        title: "Vault token",
        opens: "The secrets that its policies name.",
        revoke: "`vault token revoke`",
        source: "https://developer.hashicorp.com/vault/docs/concepts/tokens#token-prefixes",
        prefixes: &["hvs.", "hvb.", "hvr."],
        shape: Shape::Token(&[Part::Run(URL64, 24, 400)]),
        env_names: &["VAULT_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "infisical-token",
        provider: "Infisical",
        title: "Infisical service or machine token",
        opens: "Secrets of the project.",
        revoke: "https://app.infisical.com (Access control)",
        source: "https://infisical.com/docs/documentation/platform/token (no public prefix)",
        env_names: &["INFISICAL_TOKEN", "INFISICAL_SERVICE_TOKEN"],
        examples: Examples::Made(|dice| {
            format!(
                "st.{}.{}.{}",
                dice.draw(HEX, 24),
                dice.draw(HEX, 32),
                dice.draw(HEX, 32)
            )
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "jumpcloud-key",
        provider: "JumpCloud",
        title: "JumpCloud API key",
        opens: "Users and devices of the organization.",
        revoke: "https://console.jumpcloud.com",
        source: "https://jumpcloud.com/support/jumpcloud-apis (40 hexadecimal digits, or a prefix)",
        prefixes: &["jca_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 36, 40)]),
        env_names: &["JUMPCLOUD_API_KEY", "JUMPCLOUD_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "okta-token",
        provider: "Okta",
        title: "Okta API token",
        opens: "Users, groups and applications as that administrator.",
        revoke: "https://admin.okta.com (Security, API, Tokens)",
        source: "https://developer.okta.com/docs/guides/create-an-api-token/ (42 characters that begin with 00)",
        env_names: &["OKTA_API_TOKEN", "OKTA_TOKEN", "OKTA_CLIENT_TOKEN"],
        examples: Examples::Made(|dice| format!("00{}", dice.draw(ALNUM, 40))),
        ..Rule::BLANK
    },
    Rule {
        id: "onepassword-secret-key",
        provider: "1Password",
        title: "1Password Secret Key",
        opens: "With the account password, every vault of the account.",
        revoke: "https://my.1password.com (Manage account)",
        source: "https://support.1password.com/secret-key-security/ (shape believed)",
        prefixes: &["A3-"],
        shape: Shape::Token(&[
            Part::Run(UPPER_NUM, 6, 6),
            Part::Lit("-"),
            Part::Run(URL64, 28, 30),
        ]),
        check: checks::capital_groups,
        env_names: &["OP_SECRET_KEY"],
        examples: Examples::Made(|dice| {
            format!(
                "A3-{}",
                [6, 6, 5, 5, 5, 5]
                    .map(|n| dice.draw(UPPER_NUM, n))
                    .join("-")
            )
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "onepassword-service-token",
        provider: "1Password",
        title: "1Password service account token",
        opens: "Every item of the vaults that it was given.",
        revoke: "https://my.1password.com/developer-tools/infrastructure-secrets/serviceaccount",
        source: "https://developer.1password.com/docs/service-accounts/ (prefix believed)",
        prefixes: &["ops_eyJ"],
        shape: Shape::Token(&[Part::Run(BASE64.or(URL64), 150, 2048), Part::Pad(3)]),
        env_names: &["OP_SERVICE_ACCOUNT_TOKEN", "OP_CONNECT_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "snyk-token",
        provider: "Snyk",
        title: "Snyk API token",
        opens: "Projects and findings of the organization; a UUID.",
        revoke: "https://app.snyk.io/account",
        source: "https://docs.snyk.io/snyk-api/authentication-for-api (a UUID, or a prefix)",
        prefixes: &["snyk_uat.", "snyk_sat."],
        shape: Shape::Token(&[Part::Run(DOTTED, 40, 200)]),
        env_names: &[
            "SNYK_TOKEN",
            "SNYK_API_TOKEN",
            "SNYK_API_KEY",
            "SNYK_KEY",
            "SNYK_OAUTH_TOKEN",
        ],
        examples: Examples::Made(|dice| {
            format!("snyk_uat.{}.{}", dice.draw(HEX, 8), dice.draw(ALNUM, 60))
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "socket-token",
        provider: "Socket",
        title: "Socket API token",
        opens: "Scans of the organization.",
        revoke: "https://socket.dev/dashboard",
        source: "https://docs.socket.dev (prefix believed)",
        prefixes: &["sktsec_"],
        shape: Shape::Token(&[Part::Run(URL64, 40, 60)]),
        env_names: &[
            "SOCKET_API_TOKEN",
            "SOCKET_SECURITY_API_KEY",
            "SOCKET_SECURITY_API_TOKEN",
            "SOCKET_CLI_API_TOKEN",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "unkey-root-key",
        provider: "Unkey",
        title: "Unkey root key",
        opens: "Issues and revokes the keys of the workspace.",
        revoke: "https://app.unkey.com/settings/root-keys",
        source: "https://www.unkey.com/docs (shape believed)",
        prefixes: &["unkey_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 20, 40)]),
        check: checks::mixed,
        env_names: &["UNKEY_ROOT_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "virustotal-key",
        provider: "VirusTotal",
        title: "VirusTotal API key",
        severity: Severity::Medium,
        opens: "Lookups in its owner's quota.",
        revoke: "https://www.virustotal.com/gui/my-apikey",
        source: "https://docs.virustotal.com/docs/please-give-me-an-api-key (64 hexadecimal digits)",
        env_names: &["VIRUSTOTAL_API_KEY", "VT_API_KEY", "VIRUSTOTAL_TOKEN"],
        examples: Examples::Made(|dice| dice.draw(HEX, 64)),
        ..Rule::BLANK
    },
    Rule {
        id: "wiz-secret",
        provider: "Wiz",
        title: "Wiz client secret",
        opens: "Findings of the cloud estate.",
        revoke: "https://app.wiz.io/settings/service-accounts",
        source: "https://docs.wiz.io (64 letters and digits)",
        env_names: &["WIZ_CLIENT_SECRET"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 64)),
        ..Rule::BLANK
    },
    Rule {
        id: "workos-key",
        provider: "WorkOS",
        title: "WorkOS API key",
        opens: "Users and organizations of the application.",
        revoke: "https://dashboard.workos.com/api-keys",
        source: "https://workos.com/docs (a Stripe-like shape)",
        env_names: &["WORKOS_API_KEY"],
        examples: Examples::Made(|dice| {
            format!("{}a2V5Xz{}", concat!("sk_", "live_"), dice.draw(ALNUM, 60))
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "zuplo-key",
        provider: "Zuplo",
        title: "Zuplo consumer key",
        opens: "Calls of the gateway that issued it.",
        revoke: "https://portal.zuplo.com",
        source: "https://zuplo.com/docs/articles/api-key-leak-detection (shape believed)",
        prefixes: &["zpka_"],
        shape: Shape::Token(&[
            Part::Run(LOWER_NUM, 32, 32),
            Part::Lit("_"),
            Part::Run(HEX, 8, 8),
        ]),
        env_names: &["ZUPLO_API_KEY"],
        ..Rule::BLANK
    },
];
