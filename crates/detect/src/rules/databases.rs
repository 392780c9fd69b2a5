//! Databases, warehouses and search indices.
//!
//! **Invariant:** data only.

use super::sets::{TOKEN68, XHEX};
use crate::checks;
use crate::rule::{Examples, Part, Rule, Shape};
use crate::window::{ALNUM, Alphabet, BASE64, DIGIT, HEX, URL64, WORD};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "aiven-service-password",
        provider: "Aiven",
        title: "Password of an Aiven service",
        opens: "The database of that service.",
        revoke: "https://console.aiven.io (the service, Users)",
        source: "https://aiven.io/docs (prefix believed)",
        prefixes: &["AVNS_"],
        shape: Shape::Token(&[Part::Run(URL64, 15, 24)]),
        check: checks::mixed,
        ..Rule::BLANK
    },
    Rule {
        id: "aiven-token",
        provider: "Aiven",
        title: "Aiven token",
        opens: "Databases and services of the projects.",
        revoke: "https://console.aiven.io/profile/tokens",
        source: "https://aiven.io/docs/platform/concepts/authentication-tokens (no public prefix)",
        env_names: &["AIVEN_TOKEN", "AIVEN_AUTH_TOKEN", "AIVEN_API_TOKEN"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 372)),
        ..Rule::BLANK
    },
    Rule {
        id: "algolia-key",
        provider: "Algolia",
        title: "Algolia admin or search key",
        opens: "Indices of the application.",
        revoke: "https://dashboard.algolia.com/account/api-keys",
        source: "https://www.algolia.com/doc/guides/security/api-keys/ (32 hexadecimal digits)",
        env_names: &[
            "ALGOLIA_API_KEY",
            "ALGOLIA_ADMIN_KEY",
            "ALGOLIA_ADMIN_API_KEY",
            "ALGOLIA_TOKEN",
            "ALGOLIA_SEARCH_KEY",
        ],
        examples: Examples::Made(|dice| dice.draw(HEX, 32)),
        ..Rule::BLANK
    },
    Rule {
        id: "astra-token",
        provider: "DataStax",
        title: "Astra DB token",
        opens: "Databases in its role.",
        revoke: "https://astra.datastax.com (Tokens)",
        source: "https://docs.datastax.com/en/astra-db-serverless/administration/manage-application-tokens.html (shape believed)",
        prefixes: &["AstraCS:"],
        shape: Shape::Token(&[Part::Run(ASTRA, 20, 110)]),
        check: checks::random,
        env_names: &["ASTRA_DB_APPLICATION_TOKEN", "ASTRA_TOKEN"],
        examples: Examples::Made(|dice| {
            format!("AstraCS:{}:{}", dice.draw(ALNUM, 24), dice.draw(HEX, 64))
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "clickhouse-key",
        provider: "ClickHouse",
        title: "ClickHouse Cloud API key secret",
        opens: "Services of the organization.",
        revoke: "https://clickhouse.cloud (Organization, API keys)",
        source: "https://clickhouse.com/docs/cloud/manage/openapi (shape believed)",
        prefixes: &["4b1d"],
        shape: Shape::Token(&[Part::Run(ALNUM, 38, 38)]),
        check: checks::mixed,
        env_names: &["CLICKHOUSE_API_SECRET", "CLICKHOUSE_CLOUD_KEY_SECRET"],
        ..Rule::BLANK
    },
    Rule {
        id: "cockroach-key",
        provider: "Cockroach Labs",
        title: "CockroachDB Cloud API key",
        opens: "Clusters in its service account's role.",
        revoke: "https://cockroachlabs.cloud/access/service-accounts",
        source: "https://www.cockroachlabs.com/docs/cockroachcloud/managing-access (shape believed)",
        prefixes: &["CCDB1_"],
        shape: Shape::Token(&[
            Part::Run(ALNUM, 22, 22),
            Part::Lit("_"),
            Part::Run(ALNUM, 40, 40),
        ]),
        env_names: &["COCKROACH_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "couchbase-secret",
        provider: "Couchbase",
        title: "Couchbase Capella API key secret",
        opens: "Clusters of the organization.",
        revoke: "https://cloud.couchbase.com (Settings, API keys)",
        source: "https://docs.couchbase.com/cloud/management-api-guide/management-api-start.html (64 or more characters)",
        env_names: &[
            "CAPELLA_API_SECRET",
            "COUCHBASE_API_SECRET",
            "CAPELLA_API_KEY_SECRET",
        ],
        examples: Examples::Made(|dice| dice.draw(BASE64, 64)),
        ..Rule::BLANK
    },
    Rule {
        id: "databricks-token",
        provider: "Databricks",
        title: "Databricks token",
        opens: "Workspaces, notebooks and data as that person.",
        revoke: "Databricks, Settings, Developer, Access tokens.",
        source: "https://docs.databricks.com/aws/en/dev-tools/auth/pat (shape believed)",
        prefixes: &["dapi", "dkea", "dose"],
        shape: Shape::Token(&[Part::Run(XHEX, 32, 32), Part::Run(DASH_NUM, 0, 2)]),
        env_names: &["DATABRICKS_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "influxdb-token",
        provider: "InfluxData",
        title: "InfluxDB token",
        opens: "Buckets that it may read or write.",
        revoke: "The InfluxDB server, Load Data, API tokens.",
        source: "https://docs.influxdata.com/influxdb/v2/admin/tokens/ (86 characters and `==`)",
        prefixes: &["apiv3_"],
        shape: Shape::Token(&[Part::Run(URL64, 64, 90)]),
        env_names: &[
            "INFLUXDB_TOKEN",
            "INFLUX_TOKEN",
            "INFLUXDB_API_TOKEN",
            "INFLUXDB_API_KEY",
        ],
        examples: Examples::Made(|dice| {
            format!("apiv3_{}", dice.draw(URL64, 86).replace("-", "x"))
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "milvus-zilliz-key",
        provider: "Zilliz",
        title: "Zilliz Cloud API key",
        opens: "Vector databases of the organization.",
        revoke: "https://cloud.zilliz.com (API keys)",
        source: "https://docs.zilliz.com/docs/manage-api-keys (no public prefix)",
        env_names: &["ZILLIZ_API_KEY", "ZILLIZ_TOKEN", "ZILLIZ_CLOUD_API_KEY"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 100)),
        ..Rule::BLANK
    },
    Rule {
        id: "mongodb-atlas-key",
        provider: "MongoDB",
        title: "Atlas API key or service account secret",
        opens: "Clusters of the organization.",
        revoke: "https://cloud.mongodb.com (Access Manager)",
        source: "https://www.mongodb.com/docs/atlas/configure-api-access/ (prefix believed)",
        prefixes: &["mdb_sa_sk_", "mdb_sa_id_"],
        shape: Shape::Token(&[Part::Run(URL64, 24, 60)]),
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
        shape: Shape::Token(&[Part::Run(ALNUM, 40, 80)]),
        env_names: &["NEON_API_KEY"],
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
        env_names: &["PINECONE_API_KEY", "PINECONE_TOKEN", "PINECONE_KEY"],
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
        shape: Shape::Token(&[Part::Run(TOKEN68, 28, 64)]),
        env_names: &["PLANETSCALE_SERVICE_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "qdrant-key",
        provider: "Qdrant",
        title: "Qdrant Cloud API key",
        opens: "Vector databases of the cluster.",
        revoke: "https://cloud.qdrant.io (API keys)",
        source: "https://qdrant.tech/documentation/cloud/authentication/ (a JWT, or no public prefix)",
        env_names: &["QDRANT_API_KEY", "QDRANT_CLOUD_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "snowflake-token",
        provider: "Snowflake",
        title: "Snowflake programmatic access token",
        opens: "The warehouse in the user's role.",
        revoke: "Snowflake, Settings, Authentication.",
        source: "https://docs.snowflake.com/en/user-guide/programmatic-access-tokens (a JWT, or no public prefix)",
        env_names: &[
            "SNOWFLAKE_TOKEN",
            "SNOWFLAKE_PAT",
            "SNOWFLAKE_PASSWORD",
            "SNOWFLAKE_ACCESS_TOKEN",
        ],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 120)),
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
        shape: Shape::Token(&[Part::Run(URL64, 28, 60)]),
        env_names: &[
            "SUPABASE_SERVICE_ROLE_KEY",
            "SUPABASE_SERVICE_KEY",
            "SUPABASE_SECRET_KEY",
            "SUPABASE_ACCESS_TOKEN",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "tinybird-token",
        provider: "Tinybird",
        title: "Tinybird token",
        opens: "Data sources and endpoints of the workspace.",
        revoke: "https://app.tinybird.co (Tokens)",
        source: "https://www.tinybird.co/docs/forward/administration/tokens (shape believed)",
        prefixes: &["p.eyJ1Ij"],
        shape: Shape::Token(&[
            Part::Run(URL64, 20, 400),
            Part::Lit("."),
            Part::Run(URL64, 40, 50),
        ]),
        env_names: &["TINYBIRD_TOKEN", "TB_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "turso-token",
        provider: "Turso",
        title: "Turso database or platform token",
        opens: "The database; a JWT.",
        revoke: "`turso db tokens invalidate`",
        source: "https://docs.turso.tech (a JWT)",
        env_names: &["TURSO_AUTH_TOKEN", "LIBSQL_AUTH_TOKEN", "TURSO_API_TOKEN"],
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
    Rule {
        id: "weaviate-key",
        provider: "Weaviate",
        title: "Weaviate Cloud API key",
        opens: "Vector databases of the cluster.",
        revoke: "https://console.weaviate.cloud",
        source: "https://docs.weaviate.io/cloud/manage-clusters/authentication (no public prefix)",
        env_names: &["WEAVIATE_API_KEY", "WCD_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "xata-key",
        provider: "Xata",
        title: "Xata API key",
        opens: "Databases of the workspace.",
        revoke: "https://app.xata.io/settings",
        source: "https://xata.io/docs (prefix believed)",
        prefixes: &["xau_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 28, 64)]),
        env_names: &["XATA_API_KEY"],
        ..Rule::BLANK
    },
];

/// An id, a colon and a secret.
const ASTRA: Alphabet = ALNUM.or(Alphabet::of(b":"));

/// The number of a Databricks token that was renewed.
const DASH_NUM: Alphabet = DIGIT.or(Alphabet::of(b"-"));
