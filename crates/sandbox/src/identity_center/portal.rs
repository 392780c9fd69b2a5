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
use serde_json::{Value, json};

use super::IdentityCenter;
use crate::form::parameter;
use crate::reply::Reply;

const BEARER: &str = "x-amz-sso_bearer_token";
/// The longest page, and the one of who does not say.
const MOST_RESULTS: usize = 100;
const PAGE_TOKEN: &str = "sandbox-page-";

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
        Operation::ListAccounts => list_accounts(center, query),
        Operation::ListAccountRoles => list_roles(center, query),
        Operation::Logout => {
            center.sign_out(token, now);
            Reply::empty()
        }
    }
}

fn role_credentials(center: &IdentityCenter, query: &str, now: Timestamp) -> Reply {
    let (Some(account), Some(role)) = (
        parameter(query, "account_id"),
        parameter(query, "role_name"),
    ) else {
        return invalid_request();
    };
    let mut assigned = center.assignments.iter();
    let Some(assignment) = assigned.find(|one| one.account == account && one.role == role) else {
        return forbidden();
    };
    let credentials = center.issue_role_credentials(assignment, now);
    Reply::json(&json!({ "roleCredentials": {
        "accessKeyId": credentials.access_key_id,
        "secretAccessKey": credentials.secret_access_key.expose(),
        "sessionToken": credentials.session_token.expose(),
        "expiration": credentials.expires_at.as_millisecond(),
    }}))
}

fn list_accounts(center: &IdentityCenter, query: &str) -> Reply {
    let mut accounts: Vec<&str> = Vec::new();
    for assignment in &center.assignments {
        if !accounts.contains(&assignment.account.as_str()) {
            accounts.push(&assignment.account);
        }
    }
    let accounts = accounts.into_iter().map(|account| {
        json!({
            "accountId": account,
            "accountName": "sandbox",
            "emailAddress": "sandbox@example.com",
        })
    });
    page_of("accountList", accounts.collect(), query)
}

fn list_roles(center: &IdentityCenter, query: &str) -> Reply {
    let Some(account) = parameter(query, "account_id") else {
        return invalid_request();
    };
    let assigned = center.assignments.iter();
    let roles: Vec<Value> = assigned
        .filter(|assignment| assignment.account == account)
        .map(|assignment| json!({ "roleName": assignment.role, "accountId": account }))
        .collect();
    if roles.is_empty() {
        return forbidden();
    }
    page_of("roleList", roles, query)
}

/// Answers with one page of a list, and with where the next one starts.
fn page_of(name: &str, all: Vec<Value>, query: &str) -> Reply {
    let size = match parameter(query, "max_result") {
        None => Some(MOST_RESULTS),
        Some(text) => text
            .parse()
            .ok()
            .filter(|size| (1..=MOST_RESULTS).contains(size)),
    };
    let start = match parameter(query, "next_token") {
        None => Some(0),
        Some(token) => token
            .strip_prefix(PAGE_TOKEN)
            .and_then(|start| start.parse::<usize>().ok())
            .filter(|start| *start < all.len()),
    };
    let (Some(size), Some(start)) = (size, start) else {
        return invalid_request();
    };
    let end = start.saturating_add(size).min(all.len());
    let mut answer = json!({ name: all[start..end] });
    if end < all.len() {
        answer["nextToken"] = format!("{PAGE_TOKEN}{end}").into();
    }
    Reply::json(&answer)
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
