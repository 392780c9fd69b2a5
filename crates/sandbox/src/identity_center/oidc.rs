//! The OIDC service of Identity Center: registration, device authorization, tokens.
//!
//! Routed to by `server`; the endpoint that SDKs know as `oidc.<region>.amazonaws.com`.
//!
//! **Invariant:** this file reads requests and writes answers; who may what is decided in `clients`,
//! `sign_in` and `sessions`.
//!
//! **Source:** <https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_Operations.html>

use jiff::Timestamp;
use serde_json::{Value, json};

use super::IdentityCenter;
use super::clients::GrantType;
use super::denial::Denial;
use super::sessions::TokenPair;
use crate::reply::Reply;

/// The operations of the OIDC service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    RegisterClient,
    StartDeviceAuthorization,
    CreateToken,
}

impl Operation {
    pub(crate) fn of(method: &str, path: &str) -> Option<Self> {
        match (method, path) {
            ("POST", "/client/register") => Some(Self::RegisterClient),
            ("POST", "/device_authorization") => Some(Self::StartDeviceAuthorization),
            ("POST", "/token") => Some(Self::CreateToken),
            _ => None,
        }
    }

    pub(crate) fn action(self) -> &'static str {
        match self {
            Self::RegisterClient => "sso-oauth:RegisterClient",
            Self::StartDeviceAuthorization => "sso-oauth:StartDeviceAuthorization",
            Self::CreateToken => "sso-oauth:CreateToken",
        }
    }
}

/// Answers one call; `endpoint` is where this sandbox listens.
pub(crate) fn answer(
    center: &IdentityCenter,
    operation: Operation,
    endpoint: &str,
    body: &[u8],
    now: Timestamp,
) -> Reply {
    let answered = serde_json::from_slice::<Value>(body)
        .map_err(|_| Denial::InvalidRequest)
        .and_then(|request| match operation {
            Operation::RegisterClient => center.register(&request, now),
            Operation::StartDeviceAuthorization => {
                start_device_authorization(center, endpoint, &request, now)
            }
            Operation::CreateToken => create_token(center, &request, now),
        });
    match answered {
        Ok(answer) => Reply::json(&answer),
        Err(denial) => denial.into_reply(),
    }
}

fn start_device_authorization(
    center: &IdentityCenter,
    endpoint: &str,
    request: &Value,
    now: Timestamp,
) -> Result<Value, Denial> {
    let (id, secret) = (field(request, "clientId")?, field(request, "clientSecret")?);
    let client = center.client(id, secret, now)?;
    center.check_start_url(field(request, "startUrl")?)?;
    center.start_device(&client, &format!("{endpoint}/device"), now)
}

fn create_token(center: &IdentityCenter, request: &Value, now: Timestamp) -> Result<Value, Denial> {
    let (id, secret) = (field(request, "clientId")?, field(request, "clientSecret")?);
    let grant = GrantType::parse(field(request, "grantType")?)?;
    let client = center.client(id, secret, now)?;
    client.may(grant)?;
    let tokens = match grant {
        GrantType::DeviceCode => center.poll_device(&client, field(request, "deviceCode")?, now),
        GrantType::RefreshToken => center.refresh(&client, field(request, "refreshToken")?, now),
        GrantType::AuthorizationCode => center.redeem_code(
            &client,
            field(request, "code")?,
            field(request, "redirectUri")?,
            field(request, "codeVerifier")?,
            now,
        ),
    }?;
    Ok(written(&tokens, now))
}

fn written(tokens: &TokenPair, now: Timestamp) -> Value {
    let mut answer = json!({
        "accessToken": tokens.access_token.expose(),
        "expiresIn": tokens.expires_at.as_second() - now.as_second(),
        "tokenType": "Bearer",
    });
    if let Some(token) = &tokens.refresh_token {
        answer["refreshToken"] = token.expose().into();
    }
    answer
}

fn field<'a>(request: &'a Value, name: &str) -> Result<&'a str, Denial> {
    request
        .get(name)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
        .ok_or(Denial::InvalidRequest)
}
