//! The token endpoint of Identity Center: a refresh token buys the next access token.
//!
//! Routed to by `server`; the endpoint that SDKs know as `oidc.<region>.amazonaws.com`.
//!
//! **Invariant:** a refresh token is spent by its first use, and a client only refreshes sessions
//! that were started with it.
//!
//! **Source:** <https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html>

use hyper::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{IdentityCenter, TokenPair};
use crate::reply::Reply;

/// Why no token is given; each has an OAuth code, a name and a status of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Denial {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    UnsupportedGrantType,
}

/// Answers `POST /token`.
pub(crate) fn create_token(center: &IdentityCenter, body: &[u8], now: Timestamp) -> Reply {
    match grant(center, body, now) {
        Ok(tokens) => Reply::json(&json!({
            "accessToken": tokens.access_token.expose(),
            "expiresIn": tokens.expires_at.as_second() - now.as_second(),
            "refreshToken": tokens.refresh_token.expose(),
            "tokenType": "Bearer",
        })),
        Err(denial) => denial.into_reply(),
    }
}

fn grant(center: &IdentityCenter, body: &[u8], now: Timestamp) -> Result<TokenPair, Denial> {
    let request: Value = serde_json::from_slice(body).map_err(|_| Denial::InvalidRequest)?;
    let field = |name: &str| {
        request
            .get(name)
            .and_then(Value::as_str)
            .ok_or(Denial::InvalidRequest)
    };
    let (client_id, client_secret) = (field("clientId")?, field("clientSecret")?);
    center.check_client(client_id, client_secret, now)?;
    match field("grantType")? {
        "refresh_token" => center.refresh(client_id, field("refreshToken")?, now),
        _ => Err(Denial::UnsupportedGrantType),
    }
}

impl IdentityCenter {
    fn check_client(&self, id: &str, secret: &str, now: Timestamp) -> Result<(), Denial> {
        let known = self.records().clients.iter().any(|client| {
            client.id == id && client.secret.expose() == secret && client.expires_at > now
        });
        if known {
            Ok(())
        } else {
            Err(Denial::InvalidClient)
        }
    }

    fn refresh(&self, client_id: &str, token: &str, now: Timestamp) -> Result<TokenPair, Denial> {
        let mut records = self.records();
        let session = records
            .sessions
            .iter_mut()
            .find(|session| {
                session.refresh_token.expose() == token
                    && session.client_id == client_id
                    && session.ends_at > now
            })
            .ok_or(Denial::InvalidGrant)?;
        Ok(self.renew(session, now))
    }
}

impl Denial {
    fn into_reply(self) -> Reply {
        let (status, name, code, description) = match self {
            Self::InvalidRequest => (
                StatusCode::BAD_REQUEST,
                "InvalidRequestException",
                "invalid_request",
                "Invalid request",
            ),
            Self::InvalidClient => (
                StatusCode::UNAUTHORIZED,
                "InvalidClientException",
                "invalid_client",
                "Invalid client credentials provided",
            ),
            Self::InvalidGrant => (
                StatusCode::BAD_REQUEST,
                "InvalidGrantException",
                "invalid_grant",
                "Invalid refresh token provided",
            ),
            Self::UnsupportedGrantType => (
                StatusCode::BAD_REQUEST,
                "UnsupportedGrantTypeException",
                "unsupported_grant_type",
                "Grant type is not supported",
            ),
        };
        let body = json!({ "error": code, "error_description": description });
        Reply::shaped_error(status, name, &body)
    }
}
