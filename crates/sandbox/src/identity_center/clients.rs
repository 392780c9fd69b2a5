//! Registered clients: what a program may ask for, and until when it is known.
//!
//! Called by `oidc` (RegisterClient, and at every other call) and by `browser` (the authorize page).
//!
//! **Invariant:** only public clients on this machine are registered: a redirect address is a
//! loopback address without a port.
//!
//! **Source:** <https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_RegisterClient.html>

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::denial::Denial;
use super::{IdentityCenter, push_bounded};
use crate::clock::later;
use crate::minted::{self, Minted};

/// How long a client registration lasts.
pub(super) const REGISTRATION: Duration = Duration::from_secs(90 * 24 * 3600);
/// The scopes that a client of Identity Center can ask for.
const SCOPE: &str = "sso:account:access";
const LONGEST_NAME: usize = 256;

/// The ways to get a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GrantType {
    AuthorizationCode,
    DeviceCode,
    RefreshToken,
}

impl GrantType {
    pub(crate) fn parse(text: &str) -> Result<Self, Denial> {
        match text {
            "authorization_code" => Ok(Self::AuthorizationCode),
            "urn:ietf:params:oauth:grant-type:device_code" => Ok(Self::DeviceCode),
            "refresh_token" => Ok(Self::RefreshToken),
            _ => Err(Denial::UnsupportedGrantType),
        }
    }
}

/// A program that registered.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) id: String,
    pub(super) secret: Minted,
    pub(super) name: String,
    pub(super) grant_types: Vec<GrantType>,
    pub(super) redirect_uris: Vec<String>,
    pub(super) scopes: Vec<String>,
    pub(super) expires_at: Timestamp,
}

impl Client {
    /// A client as the AWS CLI registers it for the device flow.
    pub(super) fn for_device_flow(name: &str, now: Timestamp) -> Self {
        Self {
            id: minted::client_id(),
            secret: minted::client_secret(),
            name: name.to_owned(),
            grant_types: vec![GrantType::DeviceCode, GrantType::RefreshToken],
            redirect_uris: Vec::new(),
            scopes: vec![SCOPE.to_owned()],
            expires_at: later(now, REGISTRATION),
        }
    }

    pub(super) fn may(&self, grant: GrantType) -> Result<(), Denial> {
        if self.grant_types.contains(&grant) {
            Ok(())
        } else {
            Err(Denial::UnauthorizedClient)
        }
    }

    /// A client that asked for no scope has the older kind of session, which cannot be refreshed.
    pub(super) fn may_refresh(&self) -> bool {
        !self.scopes.is_empty() && self.grant_types.contains(&GrantType::RefreshToken)
    }

    /// Tells whether an address is one that was registered, whatever its port.
    pub(super) fn redirects_to(&self, uri: &str) -> bool {
        let Some(asked) = Loopback::parse(uri) else {
            return false;
        };
        let mut registered = self
            .redirect_uris
            .iter()
            .filter_map(|uri| Loopback::parse(uri));
        registered.any(|known| known.host == asked.host && known.path == asked.path)
    }
}

impl IdentityCenter {
    /// Registers a client and returns the answer's body.
    pub(super) fn register(&self, request: &Value, now: Timestamp) -> Result<Value, Denial> {
        let text = |name: &str| request.get(name).and_then(Value::as_str);
        let name = text("clientName").ok_or(Denial::InvalidRequest)?;
        let public = text("clientType").ok_or(Denial::InvalidRequest)? == "public";
        if !public || name.is_empty() || name.len() > LONGEST_NAME {
            return Err(Denial::InvalidClientMetadata);
        }
        let grant_types = grant_types(request)?;
        let redirect_uris = texts(request, "redirectUris")?;
        if redirect_uris
            .iter()
            .any(|uri| Loopback::parse(uri).is_none_or(|uri| uri.port.is_some()))
        {
            return Err(Denial::InvalidRedirectUri);
        }
        if grant_types.contains(&GrantType::AuthorizationCode) {
            if redirect_uris.is_empty() {
                return Err(Denial::InvalidRedirectUri);
            }
            let issuer = text("issuerUrl").ok_or(Denial::InvalidRequest)?;
            self.check_start_url(issuer)?;
        }
        let scopes = texts(request, "scopes")?;
        if scopes.iter().any(|scope| !is_scope(scope)) {
            return Err(Denial::InvalidScope);
        }

        let client = Client {
            id: minted::client_id(),
            secret: minted::client_secret(),
            name: name.to_owned(),
            grant_types,
            redirect_uris,
            scopes,
            expires_at: later(now, self.settings.registration),
        };
        let answer = json!({
            "clientId": client.id,
            "clientSecret": client.secret.expose(),
            "clientIdIssuedAt": now.as_second(),
            "clientSecretExpiresAt": client.expires_at.as_second(),
        });
        push_bounded(&mut self.records().clients, client);
        Ok(answer)
    }

    /// Finds a client that is still registered, by its id and secret.
    pub(super) fn client(&self, id: &str, secret: &str, now: Timestamp) -> Result<Client, Denial> {
        self.client_by_id(id, now)
            .filter(|client| client.secret.expose() == secret)
            .ok_or(Denial::InvalidClient)
    }

    /// Finds a client by its id alone, as the authorize page has to.
    pub(super) fn client_by_id(&self, id: &str, now: Timestamp) -> Option<Client> {
        let records = self.records();
        let mut clients = records.clients.iter();
        clients
            .find(|client| client.id == id && client.expires_at > now)
            .cloned()
    }

    /// Forgets every registration, as Identity Center does when they have run out.
    pub(crate) fn forget_clients(&self) {
        self.records().clients.clear();
    }

    /// Takes the portal's address with or without the fragment that browsers add.
    pub(super) fn check_start_url(&self, url: &str) -> Result<(), Denial> {
        let bare = |url: &str| url.trim_end_matches(['/', '#']).to_owned();
        if bare(url) == bare(&self.settings.start_url) {
            Ok(())
        } else {
            Err(Denial::InvalidRequest)
        }
    }
}

fn grant_types(request: &Value) -> Result<Vec<GrantType>, Denial> {
    let named = texts(request, "grantTypes")?;
    if named.is_empty() {
        return Ok(vec![GrantType::DeviceCode, GrantType::RefreshToken]);
    }
    named.iter().map(|name| GrantType::parse(name)).collect()
}

/// Reads an optional list of strings.
fn texts(request: &Value, name: &str) -> Result<Vec<String>, Denial> {
    let Some(list) = request.get(name).filter(|list| !list.is_null()) else {
        return Ok(Vec::new());
    };
    let list = list.as_array().ok_or(Denial::InvalidRequest)?;
    list.iter()
        .map(|one| {
            one.as_str()
                .map(str::to_owned)
                .ok_or(Denial::InvalidRequest)
        })
        .collect()
}

fn is_scope(scope: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b":_-.".contains(&byte);
    !scope.is_empty() && scope.len() <= 128 && scope.bytes().all(known)
}

/// An `http` address on this machine, in its parts.
#[derive(Debug, PartialEq, Eq)]
struct Loopback<'a> {
    host: &'a str,
    port: Option<u16>,
    path: &'a str,
}

impl<'a> Loopback<'a> {
    fn parse(uri: &'a str) -> Option<Self> {
        let rest = uri.strip_prefix("http://")?;
        let end = rest.find('/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if path.contains(['?', '#']) {
            return None;
        }
        for host in ["127.0.0.1", "[::1]", "localhost"] {
            match authority.strip_prefix(host) {
                Some("") => {
                    return Some(Self {
                        host,
                        port: None,
                        path,
                    });
                }
                Some(port) => {
                    let port = port.strip_prefix(':')?.parse().ok()?;
                    return Some(Self {
                        host,
                        port: Some(port),
                        path,
                    });
                }
                None => {}
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_matches_whatever_its_port() {
        let client = Client {
            redirect_uris: vec!["http://127.0.0.1/oauth/callback".to_owned()],
            ..Client::for_device_flow("test", Timestamp::UNIX_EPOCH)
        };
        assert!(client.redirects_to("http://127.0.0.1:41234/oauth/callback"));
        for other in [
            "http://127.0.0.1:41234/oauth/other",
            "http://127.0.0.1:41234/oauth/callback?x=1",
            "http://localhost:41234/oauth/callback",
            "http://127.0.0.1.example.com/oauth/callback",
            "http://127.0.0.1@example.com/oauth/callback",
            "http://127.0.0.1:99999/oauth/callback",
            "https://127.0.0.1/oauth/callback",
            "http://example.com/oauth/callback",
        ] {
            assert!(!client.redirects_to(other), "{other}");
        }
    }
}
