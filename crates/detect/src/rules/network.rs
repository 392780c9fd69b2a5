//! Networks, tunnels, domains and delivery of content.
//!
//! **Invariant:** data only.

use super::sets::SEGMENT;
use crate::rule::{Examples, Part, Rule, Shape};
use crate::window::{ALNUM, BASE64, HEX, URL64};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "cloudflare-api-token",
        provider: "Cloudflare",
        title: "Cloudflare API token or global key",
        opens: "DNS, Workers and everything else in its scopes.",
        revoke: "https://dash.cloudflare.com/profile/api-tokens",
        source: "https://developers.cloudflare.com/fundamentals/api/get-started/create-token/ (no public prefix)",
        env_names: &[
            "CLOUDFLARE_API_TOKEN",
            "CLOUDFLARE_API_KEY",
            "CF_API_TOKEN",
            "CF_API_KEY",
            "CLOUDFLARE_AI_GATEWAY_API_KEY",
            "CLOUDFLARE_TUNNEL_TOKEN",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "cloudflare-origin-ca-key",
        provider: "Cloudflare",
        title: "Cloudflare Origin CA key",
        opens: "Issues certificates for the account's zones.",
        revoke: "https://dash.cloudflare.com/profile/api-tokens",
        source: "https://developers.cloudflare.com/fundamentals/api/get-started/ca-keys/",
        prefixes: &["v1.0-"],
        shape: Shape::Token(&[
            Part::Run(HEX, 24, 24),
            Part::Lit("-"),
            Part::Run(HEX, 146, 146),
        ]),
        env_names: &["CLOUDFLARE_API_USER_SERVICE_KEY", "CF_API_USER_SERVICE_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "cloudflare-prefixed-token",
        provider: "Cloudflare",
        title: "Cloudflare API token (prefixed form)",
        opens: "Zones, workers and storage in its scopes.",
        revoke: "https://dash.cloudflare.com/profile/api-tokens",
        source: "https://developers.cloudflare.com/fundamentals/api/get-started/create-token/ (shape believed)",
        prefixes: &["cfut_", "cfat_", "cfk_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 40, 56)]),
        env_names: &["CLOUDFLARE_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "defined-networking-token",
        provider: "Defined Networking",
        title: "Defined Networking API key",
        opens: "Hosts of the overlay network.",
        revoke: "https://admin.defined.net/settings/api-keys",
        source: "https://docs.defined.net/guides/automating-host-creation/ (shape believed)",
        prefixes: &["dnkey-"],
        shape: Shape::Token(&[Part::Run(SEGMENT, 60, 90)]),
        env_names: &["DEFINED_NETWORKING_API_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "fastly-token",
        provider: "Fastly",
        title: "Fastly API token",
        opens: "Services and their caches.",
        revoke: "https://manage.fastly.com/account/personal/tokens",
        source: "https://www.fastly.com/documentation/reference/api/auth-tokens/ (32 characters)",
        env_names: &[
            "FASTLY_API_TOKEN",
            "FASTLY_API_KEY",
            "FASTLY_TOKEN",
            "FASTLY_KEY",
        ],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 32)),
        ..Rule::BLANK
    },
    Rule {
        id: "meraki-key",
        provider: "Cisco",
        title: "Cisco Meraki dashboard API key",
        opens: "Networks of the organizations.",
        revoke: "https://dashboard.meraki.com (My profile, API access)",
        source: "https://developer.cisco.com/meraki/api-v1/authorization/ (40 hexadecimal digits)",
        env_names: &[
            "MERAKI_API_KEY",
            "MERAKI_TOKEN",
            "MERAKI_API_TOKEN",
            "MERAKI_ACCESS_TOKEN",
            "MERAKI_SECRET",
            "MERAKI_KEY",
            "MERAKI_SECRET_KEY",
            "MERAKI_DASHBOARD_API_KEY",
        ],
        examples: Examples::Made(|dice| dice.draw(HEX, 40)),
        ..Rule::BLANK
    },
    Rule {
        id: "netbird-token",
        provider: "NetBird",
        title: "NetBird access token",
        opens: "Peers and policies of the network.",
        revoke: "https://app.netbird.io/team/users",
        source: "https://docs.netbird.io/api/guides/authentication (shape believed)",
        prefixes: &["nbp_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 36, 36)]),
        env_names: &["NETBIRD_TOKEN", "NB_API_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "ngrok-key",
        provider: "ngrok",
        title: "ngrok API key or authtoken",
        opens: "Tunnels at its owner's cost.",
        revoke: "https://dashboard.ngrok.com/api-keys",
        source: "https://ngrok.com/docs/api/ (27 letters, `_`, 21 letters)",
        env_names: &[
            "NGROK_AUTHTOKEN",
            "NGROK_API_KEY",
            "NGROK_AUTH_TOKEN",
            "NGROK_TOKEN",
        ],
        examples: Examples::Made(|dice| {
            format!(
                "2{}_{}{}",
                dice.draw(ALNUM, 26),
                1 + dice.below(9),
                dice.draw(ALNUM, 20)
            )
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "tailscale-key",
        provider: "Tailscale",
        title: "Tailscale auth, API or OAuth key",
        opens: "Adds machines to the tailnet, or manages it.",
        revoke: "https://login.tailscale.com/admin/settings/keys",
        source: "https://tailscale.com/kb/1277/key-prefixes",
        prefixes: &[
            "tskey-auth-",
            "tskey-api-",
            "tskey-client-",
            "tskey-webhook-",
            "tskey-scim-",
            "tskey-",
        ],
        shape: Shape::Token(&[Part::Run(URL64, 22, 80)]),
        env_names: &[
            "TS_AUTHKEY",
            "TS_AUTH_KEY",
            "TAILSCALE_AUTHKEY",
            "TAILSCALE_AUTH_KEY",
            "TAILSCALE_API_KEY",
            "TS_API_KEY",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "wireguard-private-key",
        provider: "WireGuard",
        title: "WireGuard private or preshared key",
        opens: "Traffic of the tunnel.",
        revoke: "`wg genkey` again, on both ends.",
        source: "https://www.wireguard.com/#conceptual-overview (32 bytes in base64)",
        env_names: &[
            "WG_PRIVATE_KEY",
            "WIREGUARD_PRIVATE_KEY",
            "WIREGUARD_PRESHARED_KEY",
            "WG_PRESHARED_KEY",
        ],
        examples: Examples::Made(|dice| format!("{}=", dice.draw(BASE64, 43))),
        ..Rule::BLANK
    },
    Rule {
        id: "zerotier-token",
        provider: "ZeroTier",
        title: "ZeroTier Central token",
        opens: "Networks of the account.",
        revoke: "https://my.zerotier.com/account",
        source: "https://docs.zerotier.com/api/tokens/ (32 letters and digits)",
        env_names: &["ZEROTIER_TOKEN", "ZEROTIER_API_TOKEN", "ZT_TOKEN"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 32)),
        ..Rule::BLANK
    },
];
