//! Modes: how far the agent is from a credential. One file each.
//!
//! A mode turns what the owner asked for into a [`Route`]; everything else (removing secrets,
//! moving models) is the same for every mode. A new mode is a file here, a variant and a line in
//! [`Mode::route`].
//!
//! **Invariant:** a mode that has no data plane is not a variant, so it cannot be chosen.

mod direct;
mod request;

pub use request::{Problem, Request};

/// How far the agent is from a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The agent holds an SSO profile, and the AWS SDK in it reads the session cache.
    Direct,
}

impl Mode {
    /// All modes that can be chosen, with the names that people type.
    pub const ALL: &'static [(&'static str, Mode)] = &[("direct", Mode::Direct)];

    /// What the agent is told about where models are and who it is.
    #[must_use]
    pub fn route(self, request: &Request) -> Route {
        match self {
            Self::Direct => direct::route(request),
        }
    }
}

/// What an agent is told: where models are, how requests are signed, who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Base URL of the model endpoint.
    pub base_url: String,
    /// How the agent authenticates, in the words of its configuration.
    pub auth: &'static str,
    /// Variables that the agent's environment gets: settings, never secrets.
    pub environment: Vec<(&'static str, String)>,
    /// The profile in `~/.aws/config`, where the mode has one.
    pub profile: Option<AwsProfile>,
}

/// A profile of `~/.aws/config` that signs in through IAM Identity Center.
///
/// **Source:** <https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sso.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsProfile {
    /// Profile name.
    pub name: String,
    /// Name of its `[sso-session ...]`.
    pub session: String,
    /// `sso_start_url`.
    pub start_url: String,
    /// `sso_region`: where Identity Center is.
    pub sso_region: String,
    /// `sso_account_id`: 12 digits.
    pub account: String,
    /// `sso_role_name`: the permission set.
    pub role: String,
    /// `region`: where models are called.
    pub region: String,
}

impl AwsProfile {
    /// Name of the profile's section.
    #[must_use]
    pub fn section(&self) -> String {
        if self.name == "default" {
            "default".to_owned()
        } else {
            format!("profile {}", self.name)
        }
    }

    /// The sections with their keys and values, in the order in which they are written.
    #[must_use]
    pub fn settings(&self) -> Vec<(String, &'static str, &str)> {
        let profile = self.section();
        let session = format!("sso-session {}", self.session);
        vec![
            (profile.clone(), "sso_session", self.session.as_str()),
            (profile.clone(), "sso_account_id", &self.account),
            (profile.clone(), "sso_role_name", &self.role),
            (profile, "region", &self.region),
            (session.clone(), "sso_start_url", &self.start_url),
            (session.clone(), "sso_region", &self.sso_region),
            (session, "sso_registration_scopes", "sso:account:access"),
        ]
    }
}
