//! Builds, deployments and quality of code.
//!
//! **Invariant:** data and readers of shapes; nothing here talks to a service.

use super::reading::{closed, found};
use super::sets::{SEGMENT, uuid};
use crate::checks;
use crate::engine::read_run;
use crate::rule::{Examples, Part, Read, Reader, Rule, Severity, Shape};
use crate::window::{ALNUM, HEX, UPPER_NUM, URL64, WORD, Window, opens_at};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "bitrise-token",
        provider: "Bitrise",
        title: "Bitrise access token",
        opens: "Builds and their secrets.",
        revoke: "https://app.bitrise.io/me/profile#/security",
        source: "https://docs.bitrise.io/en/bitrise-ci/api/authenticating-with-the-bitrise-api.html (no public prefix)",
        env_names: &["BITRISE_ACCESS_TOKEN", "BITRISE_TOKEN", "BITRISE_API_TOKEN"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 86)),
        ..Rule::BLANK
    },
    Rule {
        id: "buildkite-token",
        provider: "Buildkite",
        title: "Buildkite token",
        opens: "Pipelines, builds and agents of the organization.",
        revoke: "https://buildkite.com/user/api-access-tokens",
        source: "https://buildkite.com/docs/platform/token-security (shape believed)",
        prefixes: &[
            "bkua_", "bkaa_", "bkaj_", "bkar_", "bkct_", "bkpt_", "bkpat_", "bkps_", "bkcht_",
        ],
        shape: Shape::Token(&[Part::Run(URL64, 40, 340)]),
        env_names: &[
            "BUILDKITE_API_TOKEN",
            "BUILDKITE_TOKEN",
            "BUILDKITE_AGENT_TOKEN",
            "BUILDKITE_AGENT_ACCESS_TOKEN",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "circleci-project-token",
        provider: "CircleCI",
        title: "CircleCI project token",
        opens: "Builds of one project.",
        revoke: "https://app.circleci.com (Project settings, API permissions)",
        source: "https://circleci.com/docs/managing-api-tokens/ (shape believed)",
        prefixes: &["CCIPRJ_"],
        shape: Shape::Token(&[Part::Run(WORD, 50, 80)]),
        env_names: &[
            "CIRCLECI_API_TOKEN",
            "CIRCLE_API_TOKEN",
            "CIRCLECI_PROJECT_TOKEN",
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
        id: "codacy-token",
        provider: "Codacy",
        title: "Codacy project or account token",
        opens: "Analyses of the repositories.",
        revoke: "https://app.codacy.com/account/access-management",
        source: "https://docs.codacy.com/codacy-api/api-tokens/ (32 hexadecimal digits)",
        env_names: &["CODACY_PROJECT_TOKEN", "CODACY_API_TOKEN"],
        examples: Examples::Made(|dice| dice.draw(HEX, 32)),
        ..Rule::BLANK
    },
    Rule {
        id: "codecov-token",
        provider: "Codecov",
        title: "Codecov upload or API token",
        severity: Severity::Medium,
        opens: "Coverage reports of the repository; a UUID.",
        revoke: "https://app.codecov.io/account",
        source: "https://docs.codecov.com/docs/codecov-tokens (a UUID)",
        env_names: &["CODECOV_TOKEN", "CODECOV_API_TOKEN", "CODECOV_ACCESS_TOKEN"],
        examples: Examples::Made(uuid),
        ..Rule::BLANK
    },
    Rule {
        id: "coveralls-token",
        provider: "Coveralls",
        title: "Coveralls repository or personal token",
        severity: Severity::Medium,
        opens: "Coverage reports of the repository.",
        revoke: "https://coveralls.io/account",
        source: "https://docs.coveralls.io (32 letters and digits)",
        env_names: &[
            "COVERALLS_REPO_TOKEN",
            "COVERALLS_API_TOKEN",
            "COVERALLS_TOKEN",
        ],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 33)),
        ..Rule::BLANK
    },
    Rule {
        id: "cypress-key",
        provider: "Cypress",
        title: "Cypress Cloud record key",
        severity: Severity::Medium,
        opens: "Records runs into the project; a UUID.",
        revoke: "https://cloud.cypress.io (Project settings, Record keys)",
        source: "https://docs.cypress.io/cloud/account-management/projects (a UUID)",
        env_names: &["CYPRESS_RECORD_KEY", "CYPRESS_API_KEY"],
        examples: Examples::Made(uuid),
        ..Rule::BLANK
    },
    Rule {
        id: "dependency-track-key",
        provider: "OWASP",
        title: "Dependency-Track API key",
        opens: "Projects and findings of the server.",
        revoke: "The server, Administration, Access Management, Teams.",
        source: "https://docs.dependencytrack.org/integrations/rest-api/ (shape believed)",
        prefixes: &["odt_"],
        shape: Shape::Token(&[Part::Run(WORD, 32, 42)]),
        check: checks::mixed,
        env_names: &["DEPENDENCY_TRACK_API_KEY", "DTRACK_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "drone-token",
        provider: "Drone",
        title: "Drone CI token",
        opens: "Builds and their secrets.",
        revoke: "The Drone server, User settings.",
        source: "https://docs.drone.io/cli/setup/ (32 letters and digits)",
        env_names: &["DRONE_TOKEN", "DRONE_ACCESS_TOKEN"],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 32)),
        ..Rule::BLANK
    },
    Rule {
        id: "harness-key",
        provider: "Harness",
        title: "Harness API key or token",
        opens: "Pipelines and their secrets.",
        revoke: "https://app.harness.io/ng/account (My profile)",
        source: "https://developer.harness.io/docs/platform/automation/api/add-and-manage-api-keys/ (shape believed)",
        prefixes: &["pat.", "sat."],
        shape: Shape::Token(&[
            Part::Run(URL64, 22, 22),
            Part::Lit("."),
            Part::Run(ALNUM, 24, 24),
            Part::Lit("."),
            Part::Run(ALNUM, 20, 20),
        ]),
        env_names: &["HARNESS_API_KEY", "HARNESS_PLATFORM_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "infracost-key",
        provider: "Infracost",
        title: "Infracost API key",
        severity: Severity::Low,
        opens: "Cost estimates at its owner's cost.",
        revoke: "https://dashboard.infracost.io",
        source: "https://www.infracost.io/docs/ (shape believed)",
        prefixes: &["ico-"],
        shape: Shape::Token(&[Part::Run(ALNUM, 32, 32)]),
        env_names: &["INFRACOST_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "jenkins-token",
        provider: "Jenkins",
        title: "Jenkins API token",
        opens: "Jobs as that user, with the secrets that they use.",
        revoke: "The Jenkins server, your name, Security.",
        source: "https://www.jenkins.io/doc/book/system-administration/authenticating-scripted-clients/ (34 hexadecimal digits that begin with 11)",
        env_names: &["JENKINS_API_TOKEN", "JENKINS_TOKEN"],
        examples: Examples::Made(|dice| format!("11{}", dice.draw(HEX, 32))),
        ..Rule::BLANK
    },
    Rule {
        id: "mergify-key",
        provider: "Mergify",
        title: "Mergify application key",
        opens: "Merge queues of the organization.",
        revoke: "https://dashboard.mergify.com",
        source: "https://docs.mergify.com (shape believed)",
        prefixes: &["mergify_application_key_"],
        shape: Shape::Token(&[Part::Run(URL64, 40, 200)]),
        env_names: &["MERGIFY_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "octopus-key",
        provider: "Octopus Deploy",
        title: "Octopus API key",
        opens: "Deployments and their variables.",
        revoke: "The Octopus server, your profile, API keys.",
        source: "https://octopus.com/docs/octopus-rest-api/how-to-create-an-api-key (shape believed)",
        prefixes: &["API-"],
        shape: Shape::Token(&[Part::Run(UPPER_NUM, 26, 32)]),
        check: checks::mixed,
        env_names: &["OCTOPUS_API_KEY", "OCTOPUS_CLI_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "prefect-key",
        provider: "Prefect",
        title: "Prefect Cloud API key",
        opens: "Flows and their blocks with secrets.",
        revoke: "https://app.prefect.cloud/my/api-keys",
        source: "https://docs.prefect.io/v3/how-to-guides/cloud/manage-users/api-keys (shape believed)",
        prefixes: &["pnu_", "pnb_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 36, 36)]),
        env_names: &["PREFECT_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "pulumi-token",
        provider: "Pulumi",
        title: "Pulumi access token",
        opens: "Stacks with their state and secrets.",
        revoke: "https://app.pulumi.com/account/tokens",
        source: "https://www.pulumi.com/docs/pulumi-cloud/access-management/access-tokens/ (shape believed)",
        prefixes: &["pul-"],
        shape: Shape::Token(&[Part::Run(HEX, 40, 40)]),
        env_names: &["PULUMI_ACCESS_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "scalr-token",
        provider: "Scalr",
        title: "Scalr API token",
        opens: "Workspaces and their variables; a JWT.",
        revoke: "https://scalr.io (API tokens)",
        source: "https://docs.scalr.io/docs/api-tokens (a JWT)",
        env_names: &["SCALR_TOKEN", "SCALR_API_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "stackhawk-key",
        provider: "StackHawk",
        title: "StackHawk API key",
        opens: "Scans of the organization.",
        revoke: "https://app.stackhawk.com/settings/apikeys",
        source: "https://docs.stackhawk.com (shape believed)",
        prefixes: &["hawk."],
        shape: Shape::Token(&[
            Part::Run(URL64, 20, 20),
            Part::Lit("."),
            Part::Run(URL64, 20, 20),
        ]),
        env_names: &["HAWK_API_KEY", "STACKHAWK_API_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "teamcity-token",
        provider: "JetBrains",
        title: "TeamCity access token",
        opens: "Builds and their parameters as that user.",
        revoke: "The TeamCity server, your profile, Access tokens.",
        source: "https://www.jetbrains.com/help/teamcity/configuring-your-user-profile.html (shape believed)",
        prefixes: &["eyJ0eXAiOiAiVENWMiJ9"],
        shape: Shape::Token(&[
            Part::Lit("."),
            Part::Run(URL64, 36, 60),
            Part::Lit("."),
            Part::Run(URL64, 40, 60),
        ]),
        env_names: &["TEAMCITY_TOKEN", "TEAMCITY_ACCESS_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "terraform-cloud-token",
        provider: "HashiCorp",
        title: "HCP Terraform token",
        opens: "Workspaces, their state and variables.",
        revoke: "https://app.terraform.io/app/settings/tokens",
        source: "https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens (shape believed)",
        shape: Shape::Read(Reader {
            anchors: &[".atlasv1."],
            opens: false,
            read: terraform,
        }),
        env_names: &["TF_TOKEN_app_terraform_io", "TFE_TOKEN", "TFC_TOKEN"],
        examples: Examples::Made(|dice| {
            format!(
                "{}.{}.{}",
                dice.draw(ALNUM, 14),
                "atlasv1",
                dice.draw(ALNUM, 64)
            )
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "travis-token",
        provider: "Travis CI",
        title: "Travis CI API token",
        opens: "Builds and their variables.",
        revoke: "https://app.travis-ci.com/account/preferences",
        source: "https://developer.travis-ci.com/authentication (22 letters and digits)",
        env_names: &[
            "TRAVIS_TOKEN",
            "TRAVIS_API_TOKEN",
            "TRAVISCI_TOKEN",
            "TRAVISCI_ACCESS_TOKEN",
        ],
        examples: Examples::Made(|dice| dice.draw(ALNUM, 22)),
        ..Rule::BLANK
    },
    Rule {
        id: "chromatic-token",
        provider: "Chromatic",
        title: "Chromatic project token",
        severity: Severity::Low,
        opens: "Builds of the component library.",
        revoke: "https://www.chromatic.com (Manage, Configure)",
        source: "https://www.chromatic.com/docs (shape believed)",
        prefixes: &["chpt_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 12, 40)]),
        check: checks::mixed,
        env_names: &["CHROMATIC_PROJECT_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "depot-token",
        provider: "Depot",
        title: "Depot token",
        opens: "Builds at its owner's cost.",
        revoke: "https://depot.dev (Settings, API tokens)",
        source: "https://depot.dev/docs (shape believed)",
        prefixes: &["depot_project_", "depot_org_", "depot_user_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 32, 90)]),
        check: checks::mixed,
        env_names: &["DEPOT_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "inngest-key",
        provider: "Inngest",
        title: "Inngest signing or event key",
        opens: "Functions of the environment.",
        revoke: "https://app.inngest.com (Manage, Signing key)",
        source: "https://www.inngest.com/docs (shape believed)",
        prefixes: &["signkey-prod-", "signkey-test-", "signkey-branch-"],
        shape: Shape::Token(&[Part::Run(HEX, 32, 64)]),
        env_names: &["INNGEST_SIGNING_KEY", "INNGEST_EVENT_KEY"],
        ..Rule::BLANK
    },
    Rule {
        id: "trigger-dev-key",
        provider: "Trigger.dev",
        title: "Trigger.dev secret key",
        opens: "Tasks of the environment.",
        revoke: "https://cloud.trigger.dev (API keys)",
        source: "https://trigger.dev/docs (shape believed)",
        prefixes: &["tr_dev_", "tr_prod_", "tr_stg_", "tr_pat_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 20, 48)]),
        check: checks::mixed,
        env_names: &["TRIGGER_SECRET_KEY", "TRIGGER_ACCESS_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "dvc-studio-token",
        provider: "Iterative",
        title: "DVC Studio token",
        severity: Severity::Medium,
        opens: "Experiments of the account.",
        revoke: "https://studio.datachain.ai (Settings, Tokens)",
        source: "https://dvc.org/doc/studio (shape believed)",
        prefixes: &["isat_"],
        shape: Shape::Token(&[Part::Run(WORD, 40, 80)]),
        env_names: &["DVC_STUDIO_TOKEN"],
        ..Rule::BLANK
    },
];

/// Reads the id in front of the mark and the secret behind it.
fn terraform(window: &Window<'_>, at: usize) -> Option<Read> {
    let start = at.checked_sub(14)?;
    let id = window.slice(start..at);
    let end = read_run(window, at + ".atlasv1.".len(), SEGMENT, 60, 70)?;
    let whole = id.iter().all(|b| ALNUM.has(*b)) && opens_at(window, start, ALNUM);
    let random = checks::looks_random(window.slice(end - 60..end));
    (whole && random && closed(window, end)).then(|| found(window, start..end))?
}
