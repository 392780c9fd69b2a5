//! Where code lives and is published: GitHub, GitLab, npm and others.
//!
//! **Invariant:** data only.

use crate::checks;
use crate::rule::{Examples, Part, Rule, Severity, Shape};
use crate::window::{ALNUM, Alphabet, BASE64, DOTTED, HEX, LOWER_NUM, UPPER_NUM, URL64, WORD};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "atlassian-api-token",
        provider: "Atlassian",
        title: "Atlassian API token",
        opens: "Jira, Confluence and Bitbucket as that person.",
        revoke: "https://id.atlassian.com/manage-profile/security/api-tokens",
        source: "Believed, from issued tokens; documentation: https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/",
        prefixes: &["ATATT3xFfGF0", "ATCTT3xFfGN0"],
        shape: Shape::Token(&[
            Part::Run(DOTTED, 100, 250),
            Part::Pad(1),
            Part::Run(UPPER_NUM, 0, 8),
        ]),
        env_names: &[
            "JIRA_API_TOKEN",
            "CONFLUENCE_API_TOKEN",
            "ATLASSIAN_API_TOKEN",
            "BITBUCKET_TOKEN",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "circleci-token",
        provider: "CircleCI",
        title: "CircleCI personal token",
        opens: "Builds, and the secrets that they may use.",
        revoke: "https://app.circleci.com/settings/user/tokens",
        source: "https://circleci.com/docs/managing-api-tokens/ (length believed)",
        prefixes: &["CCIPAT_"],
        shape: Shape::Token(&[Part::Run(WORD, 50, 80)]),
        env_names: &["CIRCLE_TOKEN", "CIRCLECI_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "crates-io-token",
        provider: "crates.io",
        title: "crates.io API token",
        opens: "Publishes versions of its owner's crates.",
        revoke: "https://crates.io/settings/tokens",
        source: "https://github.com/rust-lang/crates.io/blob/main/crates/crates_io_database/src/models/token.rs (shape believed)",
        prefixes: &["cio"],
        shape: Shape::Token(&[Part::Run(ALNUM, 32, 32)]),
        check: checks::mixed,
        env_names: &["CARGO_REGISTRY_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "docker-token",
        provider: "Docker",
        title: "Docker Hub access token",
        opens: "Private images, and pushes if it may.",
        revoke: "https://app.docker.com/settings/personal-access-tokens",
        source: "https://docs.docker.com/security/access-tokens/ (length believed)",
        prefixes: &["dckr_pat_", "dckr_oat_"],
        shape: Shape::Token(&[Part::Run(URL64, 26, 40)]),
        env_names: &["DOCKER_PASSWORD", "DOCKERHUB_TOKEN", "DOCKER_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "github-fine-grained-token",
        provider: "GitHub",
        title: "GitHub fine-grained token",
        opens: "The repositories and actions that it was made for.",
        revoke: "https://github.com/settings/personal-access-tokens",
        source: "https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats",
        prefixes: &["github_pat_"],
        shape: Shape::Token(&[
            Part::Run(ALNUM, 22, 22),
            Part::Lit("_"),
            Part::Run(ALNUM, 59, 59),
        ]),
        ..Rule::BLANK
    },
    Rule {
        id: "github-installation-token",
        provider: "GitHub",
        title: "GitHub App installation token",
        severity: Severity::Medium,
        opens: "What the app may do in the repositories, for an hour.",
        revoke: "Expires by itself; https://github.com/settings/installations suspends the app.",
        source: "https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats",
        prefixes: &["ghs_"],
        shape: Shape::Token(&[Part::Run(DOTTED, 36, 1024)]),
        ..Rule::BLANK
    },
    Rule {
        id: "github-token",
        provider: "GitHub",
        title: "GitHub personal, OAuth or user token",
        opens: "Repositories, issues and everything else in its scopes.",
        revoke: "https://github.com/settings/tokens",
        source: "https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/",
        prefixes: &["ghp_", "gho_", "ghu_", "ghr_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 36, 36)]),
        check: checks::crc32_base62,
        env_names: &[
            "GITHUB_TOKEN",
            "GH_TOKEN",
            "GITHUB_PAT",
            "GH_PAT",
            "GITHUB_PERSONAL_ACCESS_TOKEN",
            "GITHUB_ACCESS_TOKEN",
            "GITHUB_API_TOKEN",
        ],
        examples: Examples::Made(|dice| crate::fakes::with_crc32("ghp_", 30, dice)),
        counter_examples: &["ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"],
        ..Rule::BLANK
    },
    Rule {
        id: "gitlab-routable-token",
        provider: "GitLab",
        title: "GitLab token (routable form)",
        opens: "The projects and actions in its scopes.",
        revoke: "https://gitlab.com/-/user_settings/personal_access_tokens",
        source: "https://docs.gitlab.com/security/tokens/#token-prefixes",
        prefixes: &[
            "glpat-", "gldt-", "glptt-", "glcbt-", "gloas-", "glrt-", "glft-", "glagent-",
            "glimt-", "glsoat-", "glffct-",
        ],
        shape: Shape::Token(&[
            Part::Run(URL64, 27, 300),
            Part::Lit("."),
            Part::Run(LOWER_DOT, 9, 16),
        ]),
        ..Rule::BLANK
    },
    Rule {
        id: "gitlab-token",
        provider: "GitLab",
        title: "GitLab token",
        opens: "The projects and actions in its scopes.",
        revoke: "https://gitlab.com/-/user_settings/personal_access_tokens",
        source: "https://docs.gitlab.com/security/tokens/#token-prefixes",
        prefixes: &[
            "glpat-", "gldt-", "glptt-", "glcbt-", "gloas-", "glrt-", "glft-", "glagent-",
            "glimt-", "glsoat-", "glffct-",
        ],
        shape: Shape::Token(&[Part::Run(URL64, 20, 120)]),
        env_names: &[
            "GITLAB_TOKEN",
            "GITLAB_PAT",
            "GITLAB_ACCESS_TOKEN",
            "CI_JOB_TOKEN",
            "GITLAB_PERSONAL_ACCESS_TOKEN",
        ],
        counter_examples: &["glpat-your-access-token-goes-here"],
        ..Rule::BLANK
    },
    Rule {
        id: "npm-token",
        provider: "npm",
        title: "npm access token",
        opens: "Publishes and reads its owner's packages.",
        revoke: "https://www.npmjs.com/settings/~/tokens",
        source: "https://github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format/",
        prefixes: &["npm_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 36, 36)]),
        check: checks::crc32_base62,
        env_names: &["NPM_TOKEN", "NODE_AUTH_TOKEN", "NPM_AUTH_TOKEN"],
        examples: Examples::Made(|dice| crate::fakes::with_crc32("npm_", 30, dice)),
        counter_examples: &["npm_config_registry_and_other_settings"],
        ..Rule::BLANK
    },
    Rule {
        id: "nuget-api-key",
        provider: "NuGet",
        title: "NuGet API key",
        opens: "Publishes its owner's packages.",
        revoke: "https://www.nuget.org/account/apikeys",
        source: "https://learn.microsoft.com/en-us/nuget/nuget-org/publish-a-package (length believed)",
        prefixes: &["oy2"],
        shape: Shape::Token(&[Part::Run(LOWER_NUM, 43, 43)]),
        check: checks::mixed,
        env_names: &["NUGET_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "pypi-token",
        provider: "PyPI",
        title: "PyPI API token",
        opens: "Publishes its owner's projects.",
        revoke: "https://pypi.org/manage/account/token/",
        source: "https://pypi.org/help/#apitoken",
        prefixes: &["pypi-AgEIcHlwaS5vcmc", "pypi-AgENdGVzdC5weXBpLm9yZ"],
        shape: Shape::Token(&[Part::Run(URL64, 50, 400)]),
        env_names: &[
            "PYPI_TOKEN",
            "PYPI_API_TOKEN",
            "TWINE_PASSWORD",
            "UV_PUBLISH_TOKEN",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "rubygems-key",
        provider: "RubyGems",
        title: "RubyGems API key",
        opens: "Publishes its owner's gems.",
        revoke: "https://rubygems.org/profile/api_keys",
        source: "https://guides.rubygems.org/api-key-scopes/ (length believed)",
        prefixes: &["rubygems_"],
        shape: Shape::Token(&[Part::Run(HEX, 48, 48)]),
        env_names: &["RUBYGEMS_API_KEY", "GEM_HOST_API_KEY"],
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
        shape: Shape::Token(&[Part::Run(SENTRY, 60, 300)]),
        env_names: &["SENTRY_AUTH_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "vercel-token",
        provider: "Vercel",
        title: "Vercel access token",
        opens: "Deployments and their environment variables.",
        revoke: "https://vercel.com/account/settings/tokens",
        source: "https://vercel.com/docs/rest-api (no public prefix)",
        env_names: &["VERCEL_TOKEN", "VERCEL_ACCESS_TOKEN"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 24)),
        ..Rule::BLANK
    },
];

/// What follows the payload of a routable token: a version and a checksum.
const LOWER_DOT: Alphabet = LOWER_NUM.or(Alphabet::of(b"."));

/// What follows `sntrys_`: base64, an underscore and a signature.
const SENTRY: Alphabet = BASE64.or(Alphabet::of(b"_="));
