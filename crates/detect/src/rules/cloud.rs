//! Clouds, hosting, databases and networks besides AWS and Google.
//!
//! **Invariant:** data only.

use crate::rule::{Examples, Part, Rule, Shape};
use crate::window::{ALNUM, Alphabet, BASE64, DIGIT, DOTTED, HEX, LOWER_NUM, URL64, WORD};

pub(super) const RULES: &[Rule] = &[
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
    Rule {
        id: "azure-client-secret",
        provider: "Microsoft Azure",
        title: "Entra application secret",
        opens: "What the application may do in the tenant.",
        revoke: "https://portal.azure.com (App registrations, Certificates & secrets)",
        source: "https://learn.microsoft.com/en-us/entra/identity-platform/howto-create-service-principal-portal",
        env_names: &["AZURE_CLIENT_SECRET", "ARM_CLIENT_SECRET"],
        ..Rule::BLANK
    },
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
        id: "databricks-token",
        provider: "Databricks",
        title: "Databricks token",
        opens: "Workspaces, notebooks and data as that person.",
        revoke: "Databricks, Settings, Developer, Access tokens.",
        source: "https://docs.databricks.com/aws/en/dev-tools/auth/pat (shape believed)",
        prefixes: &["dapi"],
        shape: Shape::Token(&[Part::Run(HEX, 32, 32), Part::Run(DASH_NUM, 0, 2)]),
        env_names: &["DATABRICKS_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "digitalocean-token",
        provider: "DigitalOcean",
        title: "DigitalOcean token",
        opens: "Droplets, databases and everything else of the account.",
        revoke: "https://cloud.digitalocean.com/account/api/tokens",
        source: "https://docs.digitalocean.com/reference/api/create-personal-access-token/ (prefixes: https://www.digitalocean.com/blog/secret-scanning)",
        prefixes: &["dop_v1_", "doo_v1_", "dor_v1_"],
        shape: Shape::Token(&[Part::Run(HEX, 64, 64)]),
        env_names: &[
            "DIGITALOCEAN_TOKEN",
            "DIGITALOCEAN_ACCESS_TOKEN",
            "DO_API_TOKEN",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "digitalocean-model-key",
        provider: "DigitalOcean",
        title: "DigitalOcean model access key",
        opens: "Model calls at its owner's cost.",
        revoke: "https://cloud.digitalocean.com/gen-ai",
        source: "Believed, from issued keys.",
        prefixes: &["sk-do-"],
        shape: Shape::Token(&[Part::Run(URL64, 40, 100)]),
        env_names: &[
            "DIGITALOCEAN_INFERENCE_KEY",
            "GRADIENT_MODEL_ACCESS_KEY",
            "MODEL_ACCESS_KEY",
        ],
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
        ],
        shape: Shape::Token(&[Part::Run(DOTTED, 40, 80)]),
        env_names: &["DOPPLER_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "fly-token",
        provider: "Fly.io",
        title: "Fly.io token",
        opens: "Apps, machines and secrets of the organization.",
        revoke: "https://fly.io/dashboard/personal/tokens",
        source: "https://fly.io/docs/security/tokens/ (shape believed)",
        prefixes: &["fm2_", "fm1r_", "fm1a_", "fo1_"],
        shape: Shape::Token(&[Part::Run(FLY, 40, 4096), Part::Pad(2)]),
        env_names: &["FLY_API_TOKEN", "FLY_ACCESS_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "grafana-token",
        provider: "Grafana",
        title: "Grafana service account or cloud token",
        opens: "Dashboards and data sources of the stack.",
        revoke: "Grafana, Administration, Service accounts.",
        source: "https://grafana.com/docs/grafana/latest/administration/service-accounts/ (shape believed)",
        prefixes: &["glsa_", "glc_"],
        shape: Shape::Token(&[Part::Run(GRAFANA, 32, 400)]),
        env_names: &[
            "GRAFANA_TOKEN",
            "GRAFANA_API_KEY",
            "GRAFANA_SERVICE_ACCOUNT_TOKEN",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "heroku-api-key",
        provider: "Heroku",
        title: "Heroku API key",
        opens: "Apps and their environment variables.",
        revoke: "https://dashboard.heroku.com/account",
        source: "https://devcenter.heroku.com/changelog-items/2842 (length believed)",
        prefixes: &["HRKU-AA"],
        shape: Shape::Token(&[Part::Run(URL64, 50, 70)]),
        env_names: &["HEROKU_API_KEY", "HEROKU_API_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "hetzner-token",
        provider: "Hetzner",
        title: "Hetzner Cloud token",
        opens: "Servers and volumes of the project.",
        revoke: "https://console.hetzner.cloud (Security, API tokens)",
        source: "https://docs.hetzner.cloud (64 letters and digits, no prefix)",
        env_names: &["HCLOUD_TOKEN", "HETZNER_API_TOKEN", "HETZNER_TOKEN"],
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
        id: "mongodb-atlas-key",
        provider: "MongoDB",
        title: "Atlas API key or service account secret",
        opens: "Clusters of the organization.",
        revoke: "https://cloud.mongodb.com (Access Manager)",
        source: "https://www.mongodb.com/docs/atlas/configure-api-access/ (prefix believed)",
        prefixes: &["mdb_sa_sk_"],
        shape: Shape::Token(&[Part::Run(URL64, 30, 60)]),
        env_names: &["MONGODB_ATLAS_PRIVATE_KEY", "ATLAS_PRIVATE_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "neon-api-key",
        provider: "Neon",
        title: "Neon API key",
        opens: "Postgres projects of the account.",
        revoke: "https://console.neon.tech/app/settings/api-keys",
        source: "https://neon.com/docs/manage/api-keys (prefix believed)",
        prefixes: &["napi_"],
        shape: Shape::Token(&[Part::Run(LOWER_NUM, 40, 80)]),
        env_names: &["NEON_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "netlify-token",
        provider: "Netlify",
        title: "Netlify token",
        opens: "Sites and their environment variables.",
        revoke: "https://app.netlify.com/user/applications",
        source: "https://docs.netlify.com/api/get-started/ (prefix believed)",
        prefixes: &["nfp_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 36, 40)]),
        env_names: &["NETLIFY_AUTH_TOKEN"],
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
        shape: Shape::Token(&[Part::Run(URL64, 200, 2048)]),
        env_names: &["OP_SERVICE_ACCOUNT_TOKEN", "OP_CONNECT_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "pinecone-api-key",
        provider: "Pinecone",
        title: "Pinecone API key",
        opens: "Indexes of the project.",
        revoke: "https://app.pinecone.io (API keys)",
        source: "https://docs.pinecone.io/guides/projects/manage-api-keys (shape believed)",
        prefixes: &["pcsk_"],
        shape: Shape::Token(&[Part::Run(WORD, 40, 80)]),
        env_names: &["PINECONE_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "planetscale-token",
        provider: "PlanetScale",
        title: "PlanetScale token or password",
        opens: "Databases of the organization.",
        revoke: "https://app.planetscale.com (Settings, Service tokens)",
        source: "https://planetscale.com/docs/concepts/service-tokens (shape believed)",
        prefixes: &["pscale_tkn_", "pscale_pw_", "pscale_oauth_"],
        shape: Shape::Token(&[Part::Run(DOTTED, 32, 64)]),
        env_names: &["PLANETSCALE_SERVICE_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "render-api-key",
        provider: "Render",
        title: "Render API key",
        opens: "Services and their environment variables.",
        revoke: "https://dashboard.render.com/u/settings#api-keys",
        source: "https://render.com/docs/api (shape believed)",
        prefixes: &["rnd_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 28, 40)]),
        env_names: &["RENDER_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "supabase-secret-key",
        provider: "Supabase",
        title: "Supabase secret or service role key",
        opens: "All data of the project, past row level security.",
        revoke: "https://supabase.com/dashboard/project/_/settings/api-keys",
        source: "https://supabase.com/docs/guides/api/api-keys (length believed)",
        prefixes: &["sb_secret_", "sbp_"],
        shape: Shape::Token(&[Part::Run(WORD, 30, 60)]),
        env_names: &[
            "SUPABASE_SERVICE_ROLE_KEY",
            "SUPABASE_SERVICE_KEY",
            "SUPABASE_SECRET_KEY",
            "SUPABASE_ACCESS_TOKEN",
        ],
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
        id: "terraform-cloud-token",
        provider: "HashiCorp",
        title: "HCP Terraform token",
        opens: "Workspaces, their state and variables.",
        revoke: "https://app.terraform.io/app/settings/tokens",
        source: "https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens (no public prefix)",
        env_names: &["TF_TOKEN_app_terraform_io", "TFE_TOKEN", "TFC_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "upstash-token",
        provider: "Upstash",
        title: "Upstash REST token",
        opens: "The Redis database or queue.",
        revoke: "https://console.upstash.com",
        source: "https://upstash.com/docs/redis/features/restapi (no public prefix)",
        env_names: &[
            "UPSTASH_REDIS_REST_TOKEN",
            "QSTASH_TOKEN",
            "UPSTASH_VECTOR_REST_TOKEN",
        ],
        ..Rule::BLANK
    },
];

/// The number of a Databricks token that was renewed.
const DASH_NUM: Alphabet = DIGIT.or(Alphabet::of(b"-"));

/// Fly.io writes standard base64 and joins tokens with commas; one token is one finding.
const FLY: Alphabet = BASE64.or(Alphabet::of(b"_-"));

/// What follows `glsa_` and `glc_`: base64 or letters, an underscore and a checksum.
const GRAFANA: Alphabet = BASE64.or(Alphabet::of(b"_="));
