//! What `~/.aws/config` says of a profile: which access portal, which account, which role.
//!
//! [`resolve`] is called by every command that signs in or uses a session.
//!
//! **Invariant:** reads, and never writes; no static key is ever taken from these files.
//!
//! **Source:** <https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html>

mod endpoint;
mod file;

use std::path::PathBuf;

use bedlock_host::Environment;
use sha1::{Digest, Sha1};

use crate::IdentityError;
use file::ConfigFile;

/// The largest configuration that is read, in bytes.
const LARGEST: u64 = 4 << 20;
/// The scope that a session needs, and the one that the AWS CLI asks for.
const SCOPE: &str = "sso:account:access";

/// An access portal, and how it is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SsoSession {
    /// The name of the `sso-session` section; none for a legacy profile.
    pub name: Option<String>,
    /// The portal's address as it is configured; it is sent, never opened.
    pub start_url: String,
    /// The region of Identity Center.
    pub region: String,
    /// What is asked for at the sign-in.
    pub scopes: Vec<String>,
    /// Address of the sign-in service, without a `/` at its end.
    pub oidc_endpoint: String,
    /// Address of the portal's interface for programs, without a `/` at its end.
    pub portal_endpoint: String,
}

impl SsoSession {
    /// The name of the cache file: SHA-1 of the session's name, or of a legacy profile's portal.
    ///
    /// **Source:** <https://docs.aws.amazon.com/sdkref/latest/guide/understanding-sso.html>
    #[must_use]
    pub fn cache_name(&self) -> String {
        let key = self.name.as_deref().unwrap_or(&self.start_url);
        format!("{}.json", hex::encode(Sha1::digest(key)))
    }
}

/// A profile that signs in through Identity Center.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// The portal.
    pub session: SsoSession,
    /// The account, 12 digits.
    pub account_id: String,
    /// The permission set.
    pub role_name: String,
    /// The region that models are called in, where it says one.
    pub region: Option<String>,
}

/// The configuration file: `AWS_CONFIG_FILE`, else `~/.aws/config`.
#[must_use]
pub fn config_path(environment: &Environment) -> PathBuf {
    match environment.setting("AWS_CONFIG_FILE") {
        Some(path) => match path.strip_prefix("~/") {
            Some(rest) => environment.home.join(rest),
            None => PathBuf::from(path),
        },
        None => environment.home.join(".aws/config"),
    }
}

/// Reads a profile: the one that is named, else `AWS_PROFILE`, else `default`, and the only one that
/// signs in when `default` does not.
///
/// # Errors
/// [`IdentityError::Config`], which names the file and the line.
pub fn resolve(environment: &Environment, named: Option<&str>) -> Result<Profile, IdentityError> {
    let path = config_path(environment);
    let bytes = bedlock_host::small_file(None, &path, LARGEST);
    let said = named
        .or_else(|| environment.setting("AWS_PROFILE"))
        .or_else(|| environment.setting("AWS_DEFAULT_PROFILE"));
    let Some(bytes) = bytes else {
        return Err(IdentityError::Config {
            profile: said.unwrap_or("default").to_owned(),
            path,
            line: None,
            what: "there is no readable file of that name".to_owned(),
        });
    };
    let config = ConfigFile::parse(path, &bytes);
    let name = match said {
        Some(said) => said.to_owned(),
        None => config.only_one_that_signs_in(),
    };
    profile_in(&config, &name, &|variable| {
        environment.setting(variable).map(str::to_owned)
    })
}

fn profile_in(
    config: &ConfigFile,
    name: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Profile, IdentityError> {
    let section = config.profile(name).ok_or_else(|| {
        let known = config.profile_names();
        let what = match known.as_slice() {
            [] => "there is no profile in it".to_owned(),
            known => format!("there is no such profile; it has {}", known.join(", ")),
        };
        config.error(name, None, what)
    })?;
    let asked = |key: &str| section.get(key);
    let need = |key: &str| {
        asked(key).ok_or_else(|| {
            config.error(
                name,
                Some(section.line),
                format!("{key} is missing in [{}]", section.title),
            )
        })
    };
    let session = match asked("sso_session") {
        Some(session) => Some(session),
        None if asked("sso_start_url").is_some() => None,
        None => {
            let what = format!(
                "[{}] has neither sso_session nor sso_start_url, so it does not sign in through \
                 Identity Center",
                section.title
            );
            return Err(config.error(name, Some(section.line), what));
        }
    };
    let (from, session_name) = match &session {
        None => (section, None),
        Some(session) => {
            let found = config.sso_session(&session.text).ok_or_else(|| {
                let what = format!("there is no section [sso-session {}]", session.text);
                config.error(name, Some(session.line), what)
            })?;
            (found, Some(session.text.clone()))
        }
    };
    let portal_key = |key: &str| {
        from.get(key).ok_or_else(|| {
            let what = format!("{key} is missing in [{}]", from.title);
            config.error(name, Some(from.line), what)
        })
    };
    let start_url = portal_key("sso_start_url")?;
    if !start_url.text.starts_with("https://") {
        let what = "sso_start_url must begin with https://".to_owned();
        return Err(config.error(name, Some(start_url.line), what));
    }
    let region = portal_key("sso_region")?;
    if !is_region(&region.text) {
        let what = "sso_region must be a region such as us-east-1".to_owned();
        return Err(config.error(name, Some(region.line), what));
    }
    // One section of a session and a second portal in the profile: the SDKs refuse that too.
    if session.is_some() {
        for key in ["sso_start_url", "sso_region"] {
            let other = from.get(key).map(|value| value.text.as_str());
            if let Some(own) = asked(key).filter(|own| Some(own.text.as_str()) != other) {
                let what = format!("{key} differs from the one in [{}]", from.title);
                return Err(config.error(name, Some(own.line), what));
            }
        }
    }
    let account = need("sso_account_id")?;
    if account.text.len() != 12 || !account.text.bytes().all(|byte| byte.is_ascii_digit()) {
        let what = "sso_account_id must be 12 digits".to_owned();
        return Err(config.error(name, Some(account.line), what));
    }
    let endpoints = endpoint::Endpoints {
        config,
        profile: section,
        name,
        region: &region.text,
        variable,
    };
    // A legacy session has no refresh token, because it is asked for without a scope.
    let scopes = match (&session, from.get("sso_registration_scopes")) {
        (None, _) => Vec::new(),
        (Some(_), None) => vec![SCOPE.to_owned()],
        (Some(_), Some(listed)) => listed
            .text
            .split(',')
            .map(str::trim)
            .filter(|scope| !scope.is_empty())
            .map(str::to_owned)
            .collect(),
    };
    Ok(Profile {
        name: name.to_owned(),
        account_id: account.text.clone(),
        role_name: need("sso_role_name")?.text.clone(),
        region: asked("region").map(|value| value.text.clone()),
        session: SsoSession {
            name: session_name,
            oidc_endpoint: endpoints.of(endpoint::Service::Oidc)?,
            portal_endpoint: endpoints.of(endpoint::Service::Portal)?,
            start_url: start_url.text.clone(),
            region: region.text.clone(),
            scopes,
        },
    })
}

/// The region becomes a part of a host name.
fn is_region(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 32
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests;
