//! Why the token endpoint gives nothing: each reason with its OAuth code, name, status and sentence.
//!
//! Returned by `clients`, `sign_in` and `sessions`, turned into an answer by `oidc`.
//!
//! **Invariant:** a denial never repeats what the client sent.
//!
//! **Source:** <https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html#API_CreateToken_Errors>

use hyper::StatusCode;
use serde_json::json;

use crate::reply::Reply;

/// The errors of Identity Center's OIDC service that the sandbox answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    /// A person said no.
    AccessDenied,
    /// Nobody has decided yet.
    AuthorizationPending,
    /// The device code ran out.
    ExpiredToken,
    /// A client that is not registered, or not any more.
    InvalidClient,
    /// A registration that makes no sense.
    InvalidClientMetadata,
    /// A code or a refresh token that is unknown, spent, or another client's.
    InvalidGrant,
    /// A redirect address that is not this machine.
    InvalidRedirectUri,
    /// A field that is missing or of the wrong type.
    InvalidRequest,
    /// A scope that does not exist or was not registered.
    InvalidScope,
    /// Polled before the interval was over.
    SlowDown,
    /// A flow that the client did not register for.
    UnauthorizedClient,
    /// A grant type that does not exist.
    UnsupportedGrantType,
}

impl Denial {
    fn shape(self) -> (StatusCode, &'static str, &'static str, &'static str) {
        let bad = StatusCode::BAD_REQUEST;
        match self {
            Self::AccessDenied => (
                bad,
                "AccessDeniedException",
                "access_denied",
                "Access denied",
            ),
            Self::AuthorizationPending => (
                bad,
                "AuthorizationPendingException",
                "authorization_pending",
                "Authorization is pending",
            ),
            Self::ExpiredToken => (
                bad,
                "ExpiredTokenException",
                "expired_token",
                "Device code has expired",
            ),
            Self::InvalidClient => (
                StatusCode::UNAUTHORIZED,
                "InvalidClientException",
                "invalid_client",
                "Invalid client credentials provided",
            ),
            Self::InvalidClientMetadata => (
                bad,
                "InvalidClientMetadataException",
                "invalid_client_metadata",
                "Invalid client metadata provided",
            ),
            Self::InvalidGrant => (
                bad,
                "InvalidGrantException",
                "invalid_grant",
                "Invalid grant provided",
            ),
            Self::InvalidRedirectUri => (
                bad,
                "InvalidRedirectUriException",
                "invalid_redirect_uri",
                "Invalid redirect URI provided",
            ),
            Self::InvalidRequest => (
                bad,
                "InvalidRequestException",
                "invalid_request",
                "Invalid request",
            ),
            Self::InvalidScope => (
                bad,
                "InvalidScopeException",
                "invalid_scope",
                "Invalid scope provided",
            ),
            Self::SlowDown => (
                bad,
                "SlowDownException",
                "slow_down",
                "Polled faster than the interval",
            ),
            Self::UnauthorizedClient => (
                bad,
                "UnauthorizedClientException",
                "unauthorized_client",
                "Client is not authorized for this grant type",
            ),
            Self::UnsupportedGrantType => (
                bad,
                "UnsupportedGrantTypeException",
                "unsupported_grant_type",
                "Grant type is not supported",
            ),
        }
    }

    /// The code that OAuth knows the denial by.
    pub(crate) fn code(self) -> &'static str {
        self.shape().2
    }

    /// A sentence for a person.
    pub(crate) fn description(self) -> &'static str {
        self.shape().3
    }

    pub(crate) fn into_reply(self) -> Reply {
        let (status, name, code, description) = self.shape();
        let body = json!({ "error": code, "error_description": description });
        Reply::shaped_error(status, name, &body)
    }
}
