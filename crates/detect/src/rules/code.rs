//! Where code lives: GitHub, GitLab, Bitbucket and others.
//!
//! **Invariant:** data and a reader of shapes; nothing here talks to a service.

use super::reading::{closed, found};
use super::sets::{LOWER32, TOKEN68, uuid};
use crate::checks;
use crate::engine::read_run;
use crate::rule::{Examples, Part, Read, Reader, Rule, Severity, Shape};
use crate::window::{
    ALNUM, Alphabet, BASE64, DOTTED, HEX, LOWER_NUM, URL64, WORD, Window, opens_at,
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "atlassian-api-token",
        provider: "Atlassian",
        title: "Atlassian API token",
        opens: "Jira, Confluence and Bitbucket as that person.",
        revoke: "https://id.atlassian.com/manage-profile/security/api-tokens",
        source: "Believed, from issued tokens; documentation: https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/",
        prefixes: &["ATATT3xFfGF0", "ATCTT3xFfGN0", "ATATT3"],
        shape: Shape::Token(&[Part::Run(TOKEN68, 90, 260)]),
        env_names: &[
            "JIRA_API_TOKEN",
            "CONFLUENCE_API_TOKEN",
            "ATLASSIAN_API_TOKEN",
            "BITBUCKET_TOKEN",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "azure-devops-token",
        provider: "Microsoft",
        title: "Azure DevOps personal token",
        opens: "Repositories, pipelines and packages in its scopes.",
        revoke: "https://dev.azure.com (User settings, Personal access tokens)",
        source: "https://learn.microsoft.com/en-us/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate (84 characters with a mark in them, believed)",
        shape: Shape::Read(Reader {
            anchors: &["AZDO"],
            opens: false,
            read: azure_devops,
        }),
        env_names: &[
            "AZURE_DEVOPS_EXT_PAT",
            "AZURE_DEVOPS_PAT",
            "AZURE_DEVOPS_TOKEN",
            "ADO_PAT",
            "SYSTEM_ACCESSTOKEN",
        ],
        examples: Examples::Made(|dice| {
            format!("{}{}{}", dice.draw(ALNUM, 76), "AZDO", dice.draw(ALNUM, 4))
        }),
        ..Rule::BLANK
    },
    Rule {
        id: "bitbucket-app-password",
        provider: "Atlassian",
        title: "Bitbucket app password",
        opens: "Repositories as that person.",
        revoke: "https://bitbucket.org/account/settings/app-passwords/",
        source: "https://support.atlassian.com/bitbucket-cloud/docs/app-passwords/ (prefix believed)",
        prefixes: &["ATBB"],
        shape: Shape::Token(&[Part::Run(ALNUM, 28, 36)]),
        check: checks::mixed,
        env_names: &[
            "BITBUCKET_APP_PASSWORD",
            "BITBUCKET_CLIENT_SECRET",
            "BITBUCKET_API_TOKEN",
        ],
        ..Rule::BLANK
    },
    Rule {
        id: "bitbucket-http-token",
        provider: "Atlassian",
        title: "Bitbucket Data Center HTTP token",
        opens: "Repositories in its scope.",
        revoke: "The Bitbucket server, your profile, HTTP access tokens.",
        source: "https://confluence.atlassian.com/bitbucketserver/http-access-tokens-939515499.html (prefix believed)",
        prefixes: &["BBDC-"],
        shape: Shape::Token(&[Part::Run(BASE64, 36, 50), Part::Pad(2)]),
        env_names: &["BITBUCKET_HTTP_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "gitea-token",
        provider: "Gitea",
        title: "Gitea, Forgejo or Codeberg token",
        opens: "Repositories in its scopes.",
        revoke: "The server, your settings, Applications.",
        source: "https://docs.gitea.com/development/api-usage (40 hexadecimal digits)",
        prefixes: &["gto_"],
        shape: Shape::Token(&[Part::Run(LOWER32, 52, 52)]),
        check: checks::random,
        env_names: &[
            "GITEA_TOKEN",
            "GITEA_ACCESS_TOKEN",
            "GITEA_API_TOKEN",
            "FORGEJO_TOKEN",
            "CODEBERG_TOKEN",
            "GITEA_API_KEY",
            "GITEA_SECRET",
        ],
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
        shape: Shape::Token(&[Part::Run(WORD, 82, 82)]),
        examples: Examples::Made(|dice| {
            format!(
                "{}{}_{}",
                "github_pat_",
                dice.draw(ALNUM, 22),
                dice.draw(ALNUM, 59)
            )
        }),
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
        id: "github-refresh-token",
        provider: "GitHub",
        title: "GitHub App refresh token",
        opens: "New user tokens of the app, for half a year.",
        revoke: "https://github.com/settings/applications",
        source: "https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens (length believed)",
        prefixes: &["ghr_"],
        shape: Shape::Token(&[Part::Run(ALNUM, 36, 80)]),
        ..Rule::BLANK
    },
    Rule {
        id: "github-token",
        provider: "GitHub",
        title: "GitHub personal, OAuth or user token",
        opens: "Repositories, issues and everything else in its scopes.",
        revoke: "https://github.com/settings/tokens",
        source: "https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/",
        prefixes: &["ghp_", "gho_", "ghu_"],
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
            "glimt-", "glsoat-", "glffct-", "glrtr-", "glwt-",
        ],
        shape: Shape::Token(&[
            Part::Run(URL64, 27, 300),
            Part::Lit("."),
            Part::Run(LOWER_DOT, 9, 16),
        ]),
        ..Rule::BLANK
    },
    Rule {
        id: "gitlab-runner-registration-token",
        provider: "GitLab",
        title: "GitLab runner registration token",
        opens: "Registers runners, which receive the jobs' secrets.",
        revoke: "https://gitlab.com (Settings, CI/CD, Runners)",
        source: "https://docs.gitlab.com/security/tokens/#runner-registration-tokens-deprecated (prefix believed)",
        prefixes: &["GR1348941"],
        shape: Shape::Token(&[Part::Run(URL64, 20, 20)]),
        env_names: &["REGISTRATION_TOKEN", "CI_SERVER_TOKEN"],
        ..Rule::BLANK
    },
    Rule {
        id: "gitlab-session-cookie",
        provider: "GitLab",
        title: "GitLab session cookie",
        opens: "GitLab as that person, until it expires.",
        revoke: "https://gitlab.com/-/user_settings/active_sessions",
        source: "https://docs.gitlab.com/user/profile/active_sessions/ (shape believed)",
        prefixes: &["_gitlab_session="],
        shape: Shape::Token(&[Part::Run(LOWER_NUM, 32, 32)]),
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
            "glimt-", "glsoat-", "glffct-", "glrtr-", "glwt-",
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
        id: "launchdarkly-key",
        provider: "LaunchDarkly",
        title: "LaunchDarkly API token or SDK key",
        opens: "Feature flags of the project.",
        revoke: "https://app.launchdarkly.com/settings/authorization",
        source: "https://launchdarkly.com/docs/home/account/api (a UUID behind `api-` or `sdk-`)",
        env_names: &[
            "LAUNCHDARKLY_API_TOKEN",
            "LAUNCHDARKLY_ACCESS_TOKEN",
            "LAUNCHDARKLY_SDK_KEY",
            "LAUNCHDARKLY_TOKEN",
        ],
        examples: Examples::Made(|dice| format!("api-{}", uuid(dice))),
        ..Rule::BLANK
    },
    Rule {
        id: "sourcegraph-token",
        provider: "Sourcegraph",
        title: "Sourcegraph access token",
        opens: "Code that its owner may search.",
        revoke: "The Sourcegraph server, your settings, Access tokens.",
        source: "https://sourcegraph.com/docs/cli/how-tos/creating_an_access_token (prefixes believed)",
        prefixes: &["sgp_", "slk_", "sgd_", "sgs_"],
        shape: Shape::Token(&[Part::Run(WORD, 16, 110)]),
        check: checks::hex_tail,
        env_names: &[
            "SRC_ACCESS_TOKEN",
            "SOURCEGRAPH_TOKEN",
            "SOURCEGRAPH_ACCESS_TOKEN",
        ],
        examples: Examples::Made(|dice| {
            format!("sgp_{}_{}", dice.draw(HEX, 16), dice.draw(HEX, 40))
        }),
        ..Rule::BLANK
    },
];

/// What follows the payload of a routable token: a version and a checksum.
const LOWER_DOT: Alphabet = LOWER_NUM.or(Alphabet::of(b"."));

/// Reads the 76 letters in front of the mark and the four behind it.
fn azure_devops(window: &Window<'_>, at: usize) -> Option<Read> {
    let start = at.checked_sub(76)?;
    let end = read_run(window, at, ALNUM, 8, 8)?;
    let token = window.slice(start..end);
    let whole = token.iter().all(|b| ALNUM.has(*b)) && opens_at(window, start, ALNUM);
    (whole && closed(window, end) && checks::looks_random(token))
        .then(|| found(window, start..end))?
}
