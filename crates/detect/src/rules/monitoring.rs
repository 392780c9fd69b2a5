//! Monitoring, analytics, logs and traces.
//!
//! **Invariant:** data only.

use super::sets::{DASH_HEX, SEGMENT, XHEX, uuid};
use crate::checks;
use crate::rule::{Examples, Part, Rule, Severity, Shape};
use crate::window::{ALNUM, Alphabet, BASE64, HEX, LOWER_NUM, URL64, WORD};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "amplitude-secret",
        provider: "Amplitude",
        title: "Amplitude secret key",
        opens: "Events of the project.",
        revoke: "https://app.amplitude.com (Settings, Projects)",
        source: "https://amplitude.com/docs/apis/authentication (32 hexadecimal digits)",
        env_names: &[
            "AMPLITUDE_SECRET_KEY",
            "AMPLITUDE_API_KEY",
            "AMPLITUDE_SECRET",
            "AMPLITUDE_TOKEN",
        ],
        examples: Examples::Made(|dice| dice.draw(HEX, 32)),
        ..Rule::BLANK
    },
    Rule {
        id: "axiom-token",
        provider: "Axiom",
        title: "Axiom API token",
        opens: "Datasets of the organization.",
        revoke: "https://app.axiom.co/settings/api-tokens",
        source: "https://axiom.co/docs/reference/tokens (shape believed)",
        prefixes: &["xaat-", "xapt-"],
        shape: Shape::Token(&[Part::Run(DASH_HEX, 36, 36)]),
        env_names: &["AXIOM_TOKEN", "AXIOM_API_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "better-stack-token",
        provider: "Better Stack",
        title: "Better Stack API token",
        opens: "Monitors and logs of the team.",
        revoke: "https://betterstack.com (API tokens)",
        source: "https://betterstack.com/docs (no public prefix)",
        env_names: &[
            "BETTERSTACK_API_TOKEN",
            "BETTER_STACK_API_TOKEN",
            "BETTERUPTIME_TOKEN",
            "LOGTAIL_SOURCE_TOKEN",
            "LOGTAIL_TOKEN",
        ],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 24)),
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
        id: "dynatrace-token",
        provider: "Dynatrace",
        title: "Dynatrace token",
        opens: "Metrics, logs and settings in its scopes.",
        revoke: "https://www.dynatrace.com (Access tokens)",
        source: "https://docs.dynatrace.com/docs/manage/identity-access-management/access-tokens-and-oauth-clients/access-tokens",
        prefixes: &[
            "dt0c01.", "dt0s01.", "dt0s02.", "dt0s03.", "dt0s04.", "dt0s06.", "dt0s08.", "dt0s16.",
            "dt0a01.", "dt0e01.", "dt0d01.", "dt0p01.",
        ],
        shape: Shape::Token(&[
            Part::Run(ALNUM, 8, 24),
            Part::Lit("."),
            Part::Run(ALNUM, 64, 64),
        ]),
        env_names: &["DYNATRACE_API_TOKEN", "DT_API_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "elastic-key",
        provider: "Elastic",
        title: "Elastic API key",
        opens: "Indices and deployments that it may read or write.",
        revoke: "https://cloud.elastic.co/account/keys",
        source: "https://www.elastic.co/docs/deploy-manage/api-keys (shape believed)",
        prefixes: &["essu_"],
        shape: Shape::Token(&[Part::Run(SEGMENT, 60, 200)]),
        env_names: &[
            "ELASTIC_API_KEY",
            "EC_API_KEY",
            "ELASTICSEARCH_API_KEY",
            "ELASTIC_CLOUD_API_KEY",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "grafana-api-key",
        provider: "Grafana",
        title: "Grafana API key (old form)",
        opens: "Dashboards and data sources in its role.",
        revoke: "The Grafana server, Administration, API keys.",
        source: "https://grafana.com/docs/grafana/latest/administration/api-keys/ (shape believed)",
        prefixes: &["eyJrIjoi"],
        shape: Shape::Token(&[Part::Run(BASE64, 40, 400), Part::Pad(2)]),
        examples: Examples::Made(|dice| format!("{}{}", "eyJrIjoi", dice.draw(ALNUM, 60))),
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
        id: "honeycomb-key",
        provider: "Honeycomb",
        title: "Honeycomb key",
        opens: "Events of the environment, written and read.",
        revoke: "https://ui.honeycomb.io (Environment settings, API keys)",
        source: "https://docs.honeycomb.io/configure/environments/manage-api-keys/ (shape believed)",
        prefixes: &["hcaik_", "hcamk_", "hcbik_", "hcxik_", "hcalk_", "hcxlk_"],
        shape: Shape::Token(&[Part::Run(LOWER_NUM, 58, 64)]),
        env_names: &["HONEYCOMB_API_KEY", "HONEYCOMB_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "langfuse-public-key",
        provider: "Langfuse",
        title: "Langfuse public key",
        severity: Severity::Low,
        opens: "Names the project; with its secret key, every trace.",
        revoke: "https://cloud.langfuse.com (Settings, API keys)",
        source: "https://langfuse.com/docs/api (shape believed)",
        prefixes: &["pk-lf-"],
        shape: Shape::Token(&[Part::Run(DASH_HEX, 36, 36)]),
        env_names: &["LANGFUSE_PUBLIC_KEY"],
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
            Part::Run(XHEX, 32, 32),
            Part::Lit("_"),
            Part::Run(XHEX, 10, 10),
        ]),
        env_names: &["LANGSMITH_API_KEY", "LANGCHAIN_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "new-relic-ingest-key",
        provider: "New Relic",
        title: "New Relic licence, insert, query or browser key",
        severity: Severity::Medium,
        opens: "Writes telemetry; the query key reads it.",
        revoke: "https://one.newrelic.com/api-keys",
        source: "https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys/",
        prefixes: &["NRII-", "NRIQ-", "NRJS-", "NRRA-", "NRSP-"],
        shape: Shape::Token(&[Part::Run(URL64, 19, 48)]),
        check: checks::mixed,
        env_names: &["NEW_RELIC_LICENSE_KEY", "NEW_RELIC_INSERT_KEY"],
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
        shape: Shape::Token(&[Part::Run(ALNUM, 27, 27)]),
        env_names: &["NEW_RELIC_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "opsgenie-key",
        provider: "Opsgenie",
        title: "Opsgenie API key",
        opens: "Alerts and schedules of the team; a UUID.",
        revoke: "https://app.opsgenie.com/settings/api-key-management",
        source: "https://support.atlassian.com/opsgenie/docs/api-key-management/ (a UUID)",
        env_names: &[
            "OPSGENIE_API_KEY",
            "OPSGENIE_TOKEN",
            "OPSGENIE_KEY",
            "OPSGENIE_API_TOKEN",
            "OPSGENIE_SECRET",
        ],
        examples: Examples::Made(uuid),
        ..Rule::BLANK
    },
    Rule {
        id: "pagerduty-key",
        provider: "PagerDuty",
        title: "PagerDuty API key",
        opens: "Incidents, schedules and services.",
        revoke: "https://support.pagerduty.com/main/docs/api-access-keys",
        source: "https://support.pagerduty.com/main/docs/api-access-keys (shape believed)",
        prefixes: &["pdus+_", "pdeu+_"],
        shape: Shape::Token(&[Part::Run(WORD, 20, 60)]),
        env_names: &["PAGERDUTY_API_KEY", "PAGERDUTY_TOKEN", "PD_API_KEY"],
        examples: Examples::Made(|dice| format!("{}{}", "pdus+_", dice.draw(ALNUM, 32))),
        ..Rule::BLANK
    },
    Rule {
        id: "posthog-key",
        provider: "PostHog",
        title: "PostHog personal or feature flag key",
        opens: "Events and settings of the organization.",
        revoke: "https://app.posthog.com/settings/user-api-keys",
        source: "https://posthog.com/docs/api#authentication (shape believed)",
        prefixes: &["phx_", "phs_"],
        shape: Shape::Token(&[Part::Run(URL64, 41, 64)]),
        env_names: &["POSTHOG_PERSONAL_API_KEY", "POSTHOG_PERSONAL_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "posthog-project-key",
        provider: "PostHog",
        title: "PostHog project key",
        severity: Severity::Low,
        opens: "Writes events into the project; public in web pages.",
        revoke: "https://app.posthog.com/settings/project",
        source: "https://posthog.com/docs/api (shape believed)",
        prefixes: &["phc_"],
        shape: Shape::Token(&[Part::Run(URL64, 41, 48)]),
        env_names: &["POSTHOG_API_KEY", "POSTHOG_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "readme-key",
        provider: "ReadMe",
        title: "ReadMe API key",
        opens: "Documentation of the project.",
        revoke: "https://dash.readme.com (Configuration, API keys)",
        source: "https://docs.readme.com/main/reference/intro-authentication (shape believed)",
        prefixes: &["rdme_"],
        shape: Shape::Token(&[Part::Run(LOWER_NUM, 70, 70)]),
        env_names: &["README_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "rollbar-token",
        provider: "Rollbar",
        title: "Rollbar access token",
        opens: "Errors of the project.",
        revoke: "https://rollbar.com (Settings, Project access tokens)",
        source: "https://docs.rollbar.com/docs/access-tokens (32 hexadecimal digits)",
        env_names: &["ROLLBAR_ACCESS_TOKEN", "ROLLBAR_TOKEN", "ROLLBAR_API_TOKEN"],
        examples: Examples::Made(|dice| dice.draw(HEX, 32)),
        ..Rule::BLANK
    },
    Rule {
        id: "rootly-key",
        provider: "Rootly",
        title: "Rootly API key",
        opens: "Incidents of the organization.",
        revoke: "https://rootly.com/account/api_keys",
        source: "https://docs.rootly.com/api-reference/overview (shape believed)",
        prefixes: &["rootly_"],
        shape: Shape::Token(&[Part::Run(HEX, 64, 64)]),
        env_names: &["ROOTLY_API_KEY", "ROOTLY_API_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "segment-token",
        provider: "Segment",
        title: "Segment public API token",
        opens: "Sources and destinations of the workspace.",
        revoke: "https://app.segment.com (Settings, Access management)",
        source: "https://www.twilio.com/docs/segment/api/public-api (shape believed)",
        prefixes: &["sgp_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 64, 64)]),
        env_names: &[
            "SEGMENT_API_TOKEN",
            "SEGMENT_PUBLIC_API_TOKEN",
            "SEGMENT_WRITE_KEY",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "sentry-token",
        provider: "Sentry",
        title: "Sentry auth token",
        opens: "Projects, events and releases of the organization.",
        revoke: "https://sentry.io/settings/account/api/auth-tokens/",
        source: "https://docs.sentry.io/api/guides/create-auth-token/ (shape believed)",
        prefixes: &["sntrys_", "sntryu_"],
        shape: Shape::Token(&[Part::Run(SENTRY, 60, 500)]),
        env_names: &["SENTRY_AUTH_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "sonarqube-token",
        provider: "SonarSource",
        title: "SonarQube or SonarCloud token",
        opens: "Analyses and findings of the projects.",
        revoke: "The server, My Account, Security.",
        source: "https://docs.sonarsource.com/sonarqube-server/user-guide/managing-tokens/ (shape believed)",
        prefixes: &["squ_", "sqp_", "sqa_"],
        shape: Shape::Token(&[Part::Run(HEX, 40, 40)]),
        env_names: &["SONAR_TOKEN", "SONARQUBE_TOKEN", "SONARCLOUD_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "sumologic-key",
        provider: "Sumo Logic",
        title: "Sumo Logic access key",
        opens: "Logs of the organization.",
        revoke: "https://service.sumologic.com (Preferences, Access keys)",
        source: "https://help.sumologic.com/docs/manage/security/access-keys/ (64 letters and digits)",
        env_names: &["SUMOLOGIC_ACCESS_KEY", "SUMO_ACCESS_KEY", "SUMOLOGIC_TOKEN"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 64)),
        ..Rule::BLANK
    },
    Rule {
        id: "wandb-api-key",
        provider: "Weights & Biases",
        title: "W&B API key",
        opens: "Runs and artifacts of the account.",
        revoke: "https://wandb.ai/authorize",
        source: "https://docs.wandb.ai (40 hexadecimal digits)",
        env_names: &[
            "WANDB_API_KEY",
            "WANDB_TOKEN",
            "WANDB_KEY",
            "WEIGHTSANDBIASES_TOKEN",
            "WEIGHTS_AND_BIASES_API_KEY",
        ],
        examples: Examples::Made(|dice| dice.draw(HEX, 40)),
        ..Rule::BLANK
    },
    Rule {
        id: "wandb-api-key-v1",
        provider: "Weights & Biases",
        title: "W&B API key (new form)",
        opens: "Runs and artifacts of the account.",
        revoke: "https://wandb.ai/authorize",
        source: "https://docs.wandb.ai (shape believed)",
        prefixes: &["wandb_v1_"],
        shape: Shape::Token(&[Part::Run(WORD, 70, 90)]),
        ..Rule::BLANK
    },
    Rule {
        id: "coralogix-key",
        provider: "Coralogix",
        title: "Coralogix API key",
        opens: "Logs and metrics of the team.",
        revoke: "https://coralogix.com (Settings, API keys)",
        source: "https://coralogix.com/docs (shape believed)",
        prefixes: &["cxtp_", "cxup_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 28, 40)]),
        env_names: &["CORALOGIX_API_KEY", "CORALOGIX_PRIVATE_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "honeybadger-key",
        provider: "Honeybadger",
        title: "Honeybadger project key",
        severity: Severity::Medium,
        opens: "Errors of the project.",
        revoke: "https://app.honeybadger.io (Project settings)",
        source: "https://docs.honeybadger.io (shape believed)",
        prefixes: &["hbp_", "hba_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 34, 48)]),
        env_names: &["HONEYBADGER_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "logicmonitor-token",
        provider: "LogicMonitor",
        title: "LogicMonitor token",
        opens: "Devices and alerts of the portal.",
        revoke: "The portal, Settings, Users & roles.",
        source: "https://www.logicmonitor.com/support (shape believed)",
        prefixes: &["lmb_", "lma_"],
        shape: Shape::Token(&[Part::Run(BASE64, 40, 120), Part::Pad(2)]),
        check: checks::mixed,
        env_names: &["LM_BEARER_TOKEN", "LOGICMONITOR_TOKEN"],
        ..Rule::BLANK
    },
];

/// What follows `sntrys_`: base64, an underscore and a signature.
const SENTRY: Alphabet = BASE64.or(Alphabet::of(b"_="));

/// What follows `glsa_` and `glc_`: base64 or letters, an underscore and a checksum.
const GRAFANA: Alphabet = BASE64.or(Alphabet::of(b"_="));
