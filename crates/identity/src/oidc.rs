//! The sign-in service: registers a client, starts a device sign-in, gives and renews tokens.
//!
//! Used by `sign_in` and `refresh`.
//!
//! **Invariant:** the four calls and nothing else; what an answer must have is checked here, so a
//! token that leaves here has an end.
//!
//! **Source:** <https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_Operations.html>

use std::time::Duration;

use bedlock_host::Clock;
use bedlock_http::Client;
use bedlock_model::SecretText;
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use crate::answer::{Answer, Call, Fault, here, seconds, text};
use crate::config::SsoSession;
use crate::{IdentityError, Registration};

/// Where a browser brings the code of an authorization back to, without the port.
pub(crate) const CALLBACK: &str = "http://127.0.0.1/oauth/callback";
/// A poll interval of the device flow, when the server names none.
const INTERVAL: Duration = Duration::from_secs(5);

/// What stays as it is in a query.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The service, for one portal.
#[derive(Clone, Copy)]
pub(crate) struct Oidc<'a> {
    pub(crate) client: &'a Client,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) session: &'a SsoSession,
}

/// A device sign-in as the service started it.
#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) device_code: SecretText,
    pub(crate) user_code: String,
    pub(crate) verification_uri: String,
    pub(crate) verification_uri_complete: Option<String>,
    pub(crate) expires_in: Duration,
    pub(crate) interval: Duration,
}

/// What a token is asked for with.
#[derive(Debug)]
pub(crate) enum Grant<'a> {
    Device(&'a SecretText),
    Code {
        code: &'a SecretText,
        verifier: &'a SecretText,
        redirect: &'a str,
    },
    Refresh(&'a SecretText),
}

/// A token as it was given, in this machine's time.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) access_token: SecretText,
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// What renews it; a refresh that brings none ends the line.
    pub(crate) refresh_token: Option<SecretText>,
}

impl Oidc<'_> {
    fn call(&self, operation: &'static str, path: &'static str) -> Call<'_> {
        Call {
            operation,
            endpoint: &self.session.oidc_endpoint,
            path,
        }
    }

    async fn ask(&self, call: &Call<'_>, body: &Value) -> Result<Answer, IdentityError> {
        call.send(self.client, self.clock, call.post(body)?).await
    }

    /// Registers a client, for a browser on this machine or for a device.
    pub(crate) async fn register(&self, for_browser: bool) -> Result<Registration, IdentityError> {
        let call = self.call("RegisterClient", "/client/register");
        let name = self.session.name.as_deref().unwrap_or("legacy");
        let mut body = json!({
            "clientName": format!("bedlock-{name}"),
            "clientType": "public",
        });
        if !self.session.scopes.is_empty() {
            body["scopes"] = json!(self.session.scopes);
        }
        if for_browser {
            body["grantTypes"] = json!(["authorization_code", "refresh_token"]);
            body["redirectUris"] = json!([CALLBACK]);
            body["issuerUrl"] = json!(self.session.start_url);
        }
        let answer = self.ask(&call, &body).await?;
        let skew = answer.skew;
        let body = answer.outcome.map_err(|fault| fault.into_error(&call))?;
        registration(&body, skew).ok_or_else(|| call.malformed("its answer lacks a client"))
    }

    /// Starts a device sign-in. The inner error is the service's, for the caller to judge.
    pub(crate) async fn start_device(
        &self,
        client: &Registration,
    ) -> Result<Result<Device, Fault>, IdentityError> {
        let call = self.call("StartDeviceAuthorization", "/device_authorization");
        let body = json!({
            "clientId": client.client_id,
            "clientSecret": client.client_secret.danger_expose(),
            "startUrl": self.session.start_url,
        });
        match self.ask(&call, &body).await?.outcome {
            Ok(body) => device(&body)
                .map(Ok)
                .ok_or_else(|| call.malformed("its answer lacks a device code")),
            Err(fault) => Ok(Err(fault)),
        }
    }

    /// Asks for a token. The inner error is the service's, for the caller to judge.
    pub(crate) async fn token(
        &self,
        client: &Registration,
        grant: Grant<'_>,
    ) -> Result<Result<Token, Fault>, IdentityError> {
        let call = self.call("CreateToken", "/token");
        let mut body = json!({
            "clientId": client.client_id,
            "clientSecret": client.client_secret.danger_expose(),
        });
        match grant {
            Grant::Device(code) => {
                body["grantType"] = "urn:ietf:params:oauth:grant-type:device_code".into();
                body["deviceCode"] = code.danger_expose().into();
            }
            Grant::Code {
                code,
                verifier,
                redirect,
            } => {
                body["grantType"] = "authorization_code".into();
                body["code"] = code.danger_expose().into();
                body["codeVerifier"] = verifier.danger_expose().into();
                body["redirectUri"] = redirect.into();
            }
            Grant::Refresh(refresh) => {
                body["grantType"] = "refresh_token".into();
                body["refreshToken"] = refresh.danger_expose().into();
            }
        }
        let answer = self.ask(&call, &body).await?;
        let asked = answer.asked;
        match answer.outcome {
            Ok(body) => token(&body, asked)
                .map(Ok)
                .ok_or_else(|| call.malformed("its answer lacks a token or the token's end")),
            Err(fault) => Ok(Err(fault)),
        }
    }

    /// The error for a token that was not given, where nothing more is known.
    pub(crate) fn token_error(&self, fault: Fault) -> IdentityError {
        fault.into_error(&self.call("CreateToken", "/token"))
    }

    /// The error for a device sign-in that was not started.
    pub(crate) fn device_error(&self, fault: Fault) -> IdentityError {
        fault.into_error(&self.call("StartDeviceAuthorization", "/device_authorization"))
    }

    /// The address that a browser begins at.
    pub(crate) fn authorize_url(
        &self,
        client: &Registration,
        redirect: &str,
        state: &str,
        challenge: &str,
    ) -> String {
        let quoted = |text: &str| utf8_percent_encode(text, QUERY).to_string();
        format!(
            "{}/authorize?response_type=code&client_id={}&redirect_uri={}&state={}\
             &code_challenge_method=S256&scopes={}&code_challenge={}",
            self.session.oidc_endpoint,
            quoted(&client.client_id),
            quoted(redirect),
            quoted(state),
            quoted(&self.session.scopes.join(" ")),
            quoted(challenge),
        )
    }
}

fn registration(body: &Map<String, Value>, skew: jiff::SignedDuration) -> Option<Registration> {
    let ends = body.get("clientSecretExpiresAt")?.as_i64()?;
    Some(Registration {
        client_id: text(body, "clientId")?,
        client_secret: SecretText::new(text(body, "clientSecret")?),
        expires_at: here(Timestamp::from_second(ends).ok()?, skew),
    })
}

fn device(body: &Map<String, Value>) -> Option<Device> {
    let code = text(body, "userCode")?;
    // It is shown on a terminal and in a chat.
    let plain = code.len() <= 32 && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    plain.then_some(())?;
    Some(Device {
        device_code: SecretText::new(text(body, "deviceCode")?),
        user_code: code,
        verification_uri: text(body, "verificationUri")?,
        verification_uri_complete: text(body, "verificationUriComplete"),
        expires_in: seconds(body, "expiresIn")?,
        interval: seconds(body, "interval").unwrap_or(INTERVAL),
    })
}

fn token(body: &Map<String, Value>, asked: Timestamp) -> Option<Token> {
    Some(Token {
        access_token: SecretText::new(text(body, "accessToken")?),
        issued_at: asked,
        // Counted from when it was asked for: rather a second too short than one too long.
        expires_at: asked.checked_add(seconds(body, "expiresIn")?).ok()?,
        refresh_token: text(body, "refreshToken").map(SecretText::new),
    })
}
