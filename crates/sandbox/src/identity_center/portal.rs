//! The access portal: accounts, roles, role credentials and sign-out for a bearer of a session.
//!
//! Routed to by `server`; the endpoint that SDKs know as `portal.sso.<region>.amazonaws.com`.
//!
//! **Invariant:** the token comes in its own header and nowhere else, and is never echoed.
//!
//! **Source:** <https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_Operations.html>

use hyper::StatusCode;
use hyper::header::HeaderMap;
use jiff::Timestamp;
use serde_json::json;

use super::IdentityCenter;
use crate::reply::Reply;
use crate::server::query_parameter;

const BEARER: &str = "x-amz-sso_bearer_token";

/// The operations of the portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    GetRoleCredentials,
    ListAccounts,
    ListAccountRoles,
    Logout,
}

impl Operation {
    pub(crate) fn of(method: &str, path: &str) -> Option<Self> {
        match (method, path) {
            ("GET", "/federation/credentials") => Some(Self::GetRoleCredentials),
            ("GET", "/assignment/accounts") => Some(Self::ListAccounts),
            ("GET", "/assignment/roles") => Some(Self::ListAccountRoles),
            ("POST", "/logout") => Some(Self::Logout),
            _ => None,
        }
    }

    pub(crate) fn action(self) -> &'static str {
        match self {
            Self::GetRoleCredentials => "sso:GetRoleCredentials",
            Self::ListAccounts => "sso:ListAccounts",
            Self::ListAccountRoles => "sso:ListAccountRoles",
            Self::Logout => "sso:Logout",
        }
    }
}

/// Answers one call to the portal.
pub(crate) fn answer(
    center: &IdentityCenter,
    operation: Operation,
    headers: &HeaderMap,
    query: &str,
    now: Timestamp,
) -> Reply {
    let token = headers.get(BEARER).and_then(|value| value.to_str().ok());
    let Some(token) = token.filter(|token| center.is_signed_in(token, now)) else {
        return unauthorized();
    };
    match operation {
        Operation::GetRoleCredentials => role_credentials(center, query, now),
        Operation::ListAccounts => list_accounts(center),
        Operation::ListAccountRoles => list_roles(center, query),
        Operation::Logout => {
            center.sign_out(token);
            Reply::empty()
        }
    }
}

fn role_credentials(center: &IdentityCenter, query: &str, now: Timestamp) -> Reply {
    let (Some(account), Some(role)) = (
        query_parameter(query, "account_id"),
        query_parameter(query, "role_name"),
    ) else {
        return invalid_request();
    };
    if account != center.account || role != center.role {
        return forbidden();
    }
    let credentials = center.issue_role_credentials(now);
    Reply::json(&json!({ "roleCredentials": {
        "accessKeyId": credentials.access_key_id,
        "secretAccessKey": credentials.secret_access_key.expose(),
        "sessionToken": credentials.session_token.expose(),
        "expiration": credentials.expires_at.as_millisecond(),
    }}))
}

fn list_accounts(center: &IdentityCenter) -> Reply {
    Reply::json(&json!({ "accountList": [{
        "accountId": center.account,
        "accountName": "sandbox",
        "emailAddress": "sandbox@example.com",
    }]}))
}

fn list_roles(center: &IdentityCenter, query: &str) -> Reply {
    let Some(account) = query_parameter(query, "account_id") else {
        return invalid_request();
    };
    if account != center.account {
        return forbidden();
    }
    Reply::json(&json!({ "roleList": [{
        "roleName": center.role,
        "accountId": center.account,
    }]}))
}

fn unauthorized() -> Reply {
    portal_error(
        StatusCode::UNAUTHORIZED,
        "UnauthorizedException",
        "Session token not found or invalid",
    )
}

fn forbidden() -> Reply {
    portal_error(StatusCode::FORBIDDEN, "ForbiddenException", "No access")
}

fn invalid_request() -> Reply {
    portal_error(
        StatusCode::BAD_REQUEST,
        "InvalidRequestException",
        "Input is missing or invalid",
    )
}

fn portal_error(status: StatusCode, name: &'static str, message: &str) -> Reply {
    let typed = format!("com.amazonaws.switchboard.portal#{name}");
    Reply::shaped_error(
        status,
        name,
        &json!({ "message": message, "__type": typed }),
    )
}
