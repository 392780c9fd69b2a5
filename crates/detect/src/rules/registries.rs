//! Package and image registries.
//!
//! **Invariant:** data only.

use super::sets::XHEX;
use crate::checks;
use crate::rule::{Examples, Part, Rule, Shape};
use crate::window::{ALNUM, HEX, LOWER_NUM, URL64};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "artifactory-key",
        provider: "JFrog",
        title: "Artifactory API key or reference token",
        opens: "Packages of the repository manager, read and written.",
        revoke: "The Artifactory server, your profile, Identity tokens.",
        source: "https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens (shape believed)",
        prefixes: &["AKCp", "cmVmd"],
        shape: Shape::Token(&[Part::Run(ALNUM, 50, 73)]),
        env_names: &[
            "ARTIFACTORY_API_KEY",
            "JFROG_API_KEY",
            "JFROG_ACCESS_TOKEN",
            "ARTIFACTORY_TOKEN",
        ],
        examples: Examples::Made(|dice| format!("AKCp{}", dice.draw(ALNUM, 69))),
        ..Rule::BLANK
    },
    Rule {
        id: "clojars-token",
        provider: "Clojars",
        title: "Clojars deploy token",
        opens: "Publishes its owner's libraries.",
        revoke: "https://clojars.org/tokens",
        source: "https://github.com/clojars/clojars-web/wiki/Deploy-Tokens (shape believed)",
        prefixes: &["CLOJARS_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 60, 60)]),
        env_names: &["CLOJARS_PASSWORD", "CLOJARS_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "cloudsmith-key",
        provider: "Cloudsmith",
        title: "Cloudsmith API key",
        opens: "Packages of the organization.",
        revoke: "https://cloudsmith.io/user/settings/api/",
        source: "https://help.cloudsmith.io/docs/api-keys (shape believed)",
        prefixes: &["csa_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 36, 36)]),
        check: checks::mixed,
        env_names: &["CLOUDSMITH_API_KEY"],
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
        id: "deno-token",
        provider: "Deno",
        title: "Deno Deploy access token",
        opens: "Deployments of the account or organization.",
        revoke: "https://dash.deno.com/account#access-tokens",
        source: "https://docs.deno.com/deploy/ (shape believed)",
        prefixes: &["ddp_", "ddo_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 36, 36)]),
        env_names: &["DENO_DEPLOY_TOKEN", "DENO_AUTH_TOKENS"],
        ..Rule::BLANK
    },
    Rule {
        id: "docker-swarm-key",
        provider: "Docker",
        title: "Swarm join token or unlock key",
        opens: "Joins the cluster as worker or manager, or unlocks its state.",
        revoke: "`docker swarm join-token --rotate worker` (or manager), `docker swarm unlock-key --rotate`",
        source: "https://docs.docker.com/engine/swarm/join-nodes/",
        prefixes: &["SWMTKN-1-", "SWMKEY-1-"],
        shape: Shape::Token(&[Part::Run(URL64, 43, 90)]),
        examples: Examples::Made(|dice| {
            format!(
                "{}{}-{}",
                "SWMTKN-1-",
                dice.draw(LOWER_NUM, 50),
                dice.draw(LOWER_NUM, 25)
            )
        }),
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
        shape: Shape::Token(&[Part::Run(URL64, 24, 40)]),
        env_names: &["DOCKER_PASSWORD", "DOCKERHUB_TOKEN", "DOCKER_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "hex-key",
        provider: "Hex",
        title: "Hex.pm API key",
        opens: "Publishes its owner's packages.",
        revoke: "https://hex.pm/dashboard/keys",
        source: "https://hex.pm/docs/publish (32 hexadecimal digits)",
        env_names: &["HEX_API_KEY"],
        examples: Examples::Made(|dice| dice.draw(HEX, 32)),
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
        id: "packagist-token",
        provider: "Packagist",
        title: "Packagist API token",
        opens: "Updates its owner's packages.",
        revoke: "https://packagist.org/profile/",
        source: "https://packagist.org/apidoc (shape believed)",
        prefixes: &[
            "packagist_uut_",
            "packagist_out_",
            "packagist_ort_",
            "packagist_ack_",
        ],
        shape: Shape::Token(&[Part::Run(XHEX, 60, 80)]),
        env_names: &["PACKAGIST_TOKEN", "PACKAGIST_API_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "pypi-token",
        provider: "PyPI",
        title: "PyPI API token",
        opens: "Publishes its owner's projects.",
        revoke: "https://pypi.org/manage/account/token/",
        source: "https://pypi.org/help/#apitoken",
        prefixes: &[
            "pypi-AgEIcHlwaS5vcmc",
            "pypi-AgENdGVzdC5weXBpLm9yZ",
            "pypi-AgE",
        ],
        shape: Shape::Token(&[Part::Run(URL64, 50, 1000)]),
        env_names: &[
            "PYPI_TOKEN",
            "PYPI_API_TOKEN",
            "TWINE_PASSWORD",
            "UV_PUBLISH_TOKEN",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "pyx-token",
        provider: "Astral",
        title: "pyx access token",
        opens: "Private Python packages of the organization.",
        revoke: "https://pyx.dev",
        source: "https://docs.astral.sh/pyx/ (shape believed)",
        prefixes: &["sk-pyx-key-"],
        shape: Shape::Token(&[Part::Run(URL64, 30, 80)]),
        env_names: &["PYX_API_KEY"],
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
        shape: Shape::Token(&[Part::Run(XHEX, 48, 48)]),
        env_names: &["RUBYGEMS_API_KEY", "GEM_HOST_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "thunderstore-token",
        provider: "Thunderstore",
        title: "Thunderstore service token",
        opens: "Publishes mods of the team.",
        revoke: "https://thunderstore.io/settings/teams/",
        source: "https://thunderstore.io/api/docs/ (shape believed)",
        prefixes: &["tss_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 20, 80)]),
        check: checks::mixed,
        env_names: &["THUNDERSTORE_TOKEN", "THUNDERSTORE_API_TOKEN"],
        ..Rule::BLANK
    },
];
