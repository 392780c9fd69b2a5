//! Where the sign-in service and the portal are: by region and partition, unless it is said otherwise.
//!
//! Called by `config` only.
//!
//! **Invariant:** a token never goes over a network in the clear: `http:` is for this machine only.
//!
//! **Source:** <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>,
//! <https://docs.aws.amazon.com/general/latest/gr/sso.html>

use super::file::{ConfigFile, Section};
use crate::IdentityError;

/// The two services that are asked without a signature.
#[derive(Clone, Copy, Debug)]
pub(super) enum Service {
    Oidc,
    Portal,
}

impl Service {
    fn variable(self) -> &'static str {
        match self {
            Self::Oidc => "AWS_ENDPOINT_URL_SSO_OIDC",
            Self::Portal => "AWS_ENDPOINT_URL_SSO",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Oidc => "sso_oidc.endpoint_url",
            Self::Portal => "sso.endpoint_url",
        }
    }

    fn host(self, region: &str) -> String {
        let suffix = if region.starts_with("cn-") {
            "amazonaws.com.cn"
        } else {
            "amazonaws.com"
        };
        match self {
            Self::Oidc => format!("https://oidc.{region}.{suffix}"),
            Self::Portal => format!("https://portal.sso.{region}.{suffix}"),
        }
    }
}

/// Everything that can say where a service is.
pub(super) struct Endpoints<'a> {
    pub(super) config: &'a ConfigFile,
    pub(super) profile: &'a Section,
    pub(super) name: &'a str,
    pub(super) region: &'a str,
    pub(super) variable: &'a dyn Fn(&str) -> Option<String>,
}

impl Endpoints<'_> {
    /// The address of a service: the first of its variable, the variable for all, its entry in
    /// `services`, the profile's `endpoint_url`, the default.
    pub(super) fn of(&self, service: Service) -> Result<String, IdentityError> {
        let (address, line) = self.said(service)?;
        let address = address.trim_end_matches('/').to_owned();
        if is_safe(&address) {
            return Ok(address);
        }
        let what = "an endpoint must begin with https://, or with http:// and a loopback address";
        Err(self.config.error(self.name, line, what.to_owned()))
    }

    fn said(&self, service: Service) -> Result<(String, Option<usize>), IdentityError> {
        let default = || Ok((service.host(self.region), None));
        let is_true = |text: String| text.eq_ignore_ascii_case("true");
        let ignored = (self.variable)("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").or_else(|| {
            let said = self.profile.get("ignore_configured_endpoint_urls")?;
            Some(said.text.clone())
        });
        if ignored.is_some_and(is_true) {
            return default();
        }
        for variable in [service.variable(), "AWS_ENDPOINT_URL"] {
            if let Some(address) = (self.variable)(variable) {
                return Ok((address, None));
            }
        }
        if let Some(named) = self.profile.get("services") {
            let Some(section) = self.config.services(&named.text) else {
                let what = format!("there is no section [services {}]", named.text);
                return Err(self.config.error(self.name, Some(named.line), what));
            };
            if let Some(address) = section.get(service.key()) {
                return Ok((address.text.clone(), Some(address.line)));
            }
        }
        match self.profile.get("endpoint_url") {
            Some(address) => Ok((address.text.clone(), Some(address.line))),
            None => default(),
        }
    }
}

fn is_safe(address: &str) -> bool {
    if let Some(rest) = address.strip_prefix("https://") {
        return !rest.is_empty() && !rest.contains(['?', '#', '@']);
    }
    let Some(rest) = address.strip_prefix("http://") else {
        return false;
    };
    let authority = rest.split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(inside) => inside.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let loopback = host
        .parse::<std::net::IpAddr>()
        .is_ok_and(|address| address.is_loopback());
    (loopback || host == "localhost") && !rest.contains(['?', '#', '@'])
}
