//! Registration, both sign-in flows, refresh, role credentials, and everything's end.

use std::time::Duration;

use bedlock_sandbox::{Approval, Decision, Sandbox};
use serde_json::{Value, json};

use super::sandbox;
use super::wire::{Answer, get, post, send};

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const START_URL: &str = "https://d-1234567890.awsapps.com/start";
// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CALLBACK: &str = "http://127.0.0.1:41999/oauth/callback";

pub(crate) fn register(sandbox: &Sandbox) -> Value {
    let answer = post(
        sandbox,
        "/client/register",
        &json!({
            "clientName": "it", "clientType": "public", "scopes": ["sso:account:access"],
        }),
    );
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn register_for_pkce(sandbox: &Sandbox) -> Value {
    post(
        sandbox,
        "/client/register",
        &json!({
            "clientName": "it", "clientType": "public", "scopes": ["sso:account:access"],
            "grantTypes": ["authorization_code", "refresh_token"],
            "redirectUris": ["http://127.0.0.1/oauth/callback"], "issuerUrl": START_URL,
        }),
    )
    .json()
}

pub(crate) fn start_device(sandbox: &Sandbox, client: &Value) -> Value {
    let answer = post(
        sandbox,
        "/device_authorization",
        &json!({
            "clientId": client["clientId"], "clientSecret": client["clientSecret"],
            "startUrl": format!("{START_URL}/#/"),
        }),
    );
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn token(sandbox: &Sandbox, client: &Value, fields: Value) -> Answer {
    let mut request = json!({
        "clientId": client["clientId"], "clientSecret": client["clientSecret"],
    });
    let Value::Object(fields) = fields else {
        panic!("fields are an object");
    };
    request.as_object_mut().unwrap().extend(fields);
    post(sandbox, "/token", &request)
}

fn poll(sandbox: &Sandbox, client: &Value, started: &Value) -> Answer {
    let fields = json!({ "grantType": DEVICE, "deviceCode": started["deviceCode"] });
    token(sandbox, client, fields)
}

pub(crate) fn refresh(sandbox: &Sandbox, client: &Value, tokens: &Value) -> Answer {
    let fields = json!({ "grantType": "refresh_token", "refreshToken": tokens["refreshToken"] });
    token(sandbox, client, fields)
}

/// An error of the token endpoint, as [`denied`] writes it.
pub(crate) fn denial(answer: &Answer) -> (u16, String, String) {
    let name = answer.header("x-amzn-errortype").unwrap_or_default();
    let body = answer.json();
    let code = body["error"].as_str().unwrap_or_default();
    (answer.status, name.to_owned(), code.to_owned())
}

pub(crate) fn denied(status: u16, name: &str, code: &str) -> (u16, String, String) {
    (status, name.to_owned(), code.to_owned())
}

fn portal(sandbox: &Sandbox, method: &str, target: &str, tokens: &Value) -> Answer {
    let bearer = tokens["accessToken"].as_str().unwrap();
    let headers = [("x-amz-sso_bearer_token", bearer)];
    send(sandbox, method, target, &headers, b"")
}

pub(crate) fn credentials(sandbox: &Sandbox, role: &str, tokens: &Value) -> Answer {
    let target = format!("/federation/credentials?role_name={role}&account_id=123456789012");
    portal(sandbox, "GET", &target, tokens)
}

/// Signs in through the device flow and returns client and tokens.
pub(crate) fn signed_in(sandbox: &Sandbox) -> (Value, Value) {
    let client = register(sandbox);
    sandbox.decide_next(Decision::Approve);
    let started = start_device(sandbox, &client);
    let answer = poll(sandbox, &client, &started);
    assert_eq!(answer.status, 200, "{answer:?}");
    (client, answer.json())
}

#[test]
fn a_registration_has_the_shape_of_aws_and_ends() {
    let sandbox = sandbox(|_| ());
    let client = register(&sandbox);
    let issued = client["clientIdIssuedAt"].as_i64().unwrap();
    let end = client["clientSecretExpiresAt"].as_i64().unwrap();
    assert_eq!(end - issued, 90 * 24 * 3600);

    let wrong = json!({ "clientId": client["clientId"], "clientSecret": "FAKE" });
    let invalid = denied(401, "InvalidClientException", "invalid_client");
    let refused = |client: &Value| {
        let fields = json!({ "grantType": "refresh_token", "refreshToken": "FAKE" });
        denial(&token(&sandbox, client, fields))
    };
    assert_eq!(refused(&wrong), invalid);
    let grant = denied(400, "InvalidGrantException", "invalid_grant");
    assert_eq!(refused(&client), grant);
    sandbox.clock().advance(Duration::from_secs(90 * 24 * 3600));
    assert_eq!(refused(&client), invalid);

    let client = register(&sandbox);
    sandbox.forget_clients();
    assert_eq!(refused(&client), invalid);
}

#[test]
fn registrations_that_make_no_sense_are_refused() {
    let sandbox = sandbox(|_| ());
    let check = |change: Value, name: &str| {
        let mut request = json!({
            "clientName": "it", "clientType": "public", "scopes": ["sso:account:access"],
            "grantTypes": ["authorization_code", "refresh_token"],
            "redirectUris": ["http://127.0.0.1/oauth/callback"], "issuerUrl": START_URL,
        });
        let Value::Object(change) = change else {
            panic!("a change is an object");
        };
        request.as_object_mut().unwrap().extend(change);
        let answer = post(&sandbox, "/client/register", &request);
        let expected = if name.is_empty() { None } else { Some(name) };
        assert_eq!(answer.header("x-amzn-errortype"), expected, "{request}");
    };
    check(json!({}), "");
    check(json!({ "clientName": null }), "InvalidRequestException");
    check(
        json!({ "clientType": "confidential" }),
        "InvalidClientMetadataException",
    );
    check(
        json!({ "grantTypes": ["password"] }),
        "UnsupportedGrantTypeException",
    );
    check(json!({ "scopes": ["two words"] }), "InvalidScopeException");
    check(
        json!({ "scopes": "sso:account:access" }),
        "InvalidRequestException",
    );
    check(
        json!({ "issuerUrl": "https://d-other.awsapps.com/start" }),
        "InvalidRequestException",
    );
    for uri in [
        "http://127.0.0.1:8080/oauth/callback",
        "https://example.com/oauth/callback",
    ] {
        check(
            json!({ "redirectUris": [uri] }),
            "InvalidRedirectUriException",
        );
    }
    check(json!({ "redirectUris": [] }), "InvalidRedirectUriException");
}

#[test]
fn a_device_code_waits_for_its_person() {
    let sandbox = sandbox(|_| ());
    let client = register(&sandbox);
    let started = start_device(&sandbox, &client);
    assert_eq!(
        (&started["interval"], &started["expiresIn"]),
        (&5.into(), &600.into())
    );
    let code = started["userCode"].as_str().unwrap();
    let page = format!("{}/device", sandbox.endpoint());
    assert_eq!(started["verificationUri"], page);
    assert_eq!(
        started["verificationUriComplete"],
        format!("{page}?user_code={code}")
    );

    let pending = denied(
        400,
        "AuthorizationPendingException",
        "authorization_pending",
    );
    assert_eq!(denial(&poll(&sandbox, &client, &started)), pending);
    let hasty = denied(400, "SlowDownException", "slow_down");
    sandbox.clock().advance(Duration::from_secs(4));
    assert_eq!(denial(&poll(&sandbox, &client, &started)), hasty);
    sandbox.clock().advance(Duration::from_secs(5));
    assert_eq!(denial(&poll(&sandbox, &client, &started)), pending);

    let waiting = sandbox.pending();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].user_code.as_deref(), Some(code));
    assert!(sandbox.decide(&code.to_lowercase().replace('-', ""), Decision::Approve));
    assert!(!sandbox.decide(code, Decision::Deny), "decided once");
    sandbox.clock().advance(Duration::from_secs(5));
    let answer = poll(&sandbox, &client, &started);
    assert_eq!(answer.status, 200);
    let tokens = answer.json();
    assert_eq!(
        (&tokens["tokenType"], &tokens["expiresIn"]),
        (&"Bearer".into(), &3600.into())
    );

    let spent = denied(400, "InvalidGrantException", "invalid_grant");
    assert_eq!(denial(&poll(&sandbox, &client, &started)), spent);
    let other = register(&sandbox);
    assert_eq!(denial(&poll(&sandbox, &other, &started)), spent);
}

#[test]
fn a_device_code_runs_out_or_is_denied() {
    let sandbox = sandbox(|_| ());
    let client = register(&sandbox);
    let started = start_device(&sandbox, &client);
    sandbox.clock().advance(Duration::from_secs(600));
    let expired = denied(400, "ExpiredTokenException", "expired_token");
    assert_eq!(denial(&poll(&sandbox, &client, &started)), expired);
    assert!(!sandbox.decide(started["userCode"].as_str().unwrap(), Decision::Approve));
    assert_eq!(sandbox.pending(), []);

    let started = start_device(&sandbox, &client);
    sandbox.decide_next(Decision::Deny);
    let refused = denied(400, "AccessDeniedException", "access_denied");
    assert_eq!(denial(&poll(&sandbox, &client, &started)), refused);
}

#[test]
fn a_client_gets_tokens_only_by_the_ways_that_it_registered_for() {
    let sandbox = sandbox(|_| ());
    let client = register_for_pkce(&sandbox);
    let answer = post(
        &sandbox,
        "/device_authorization",
        &json!({
            "clientId": client["clientId"], "clientSecret": client["clientSecret"],
            "startUrl": START_URL,
        }),
    );
    let wrong = denied(400, "UnauthorizedClientException", "unauthorized_client");
    assert_eq!(denial(&answer), wrong);
    let answer = token(&sandbox, &client, json!({ "grantType": "password" }));
    let unknown = denied(
        400,
        "UnsupportedGrantTypeException",
        "unsupported_grant_type",
    );
    assert_eq!(denial(&answer), unknown);
    let answer = post(&sandbox, "/token", &json!({}));
    let missing = denied(400, "InvalidRequestException", "invalid_request");
    assert_eq!(denial(&answer), missing);
}

/// Goes to the authorize page as a browser does.
fn authorize(sandbox: &Sandbox, client: &Value, scopes: &str) -> Answer {
    let id = client["clientId"].as_str().unwrap();
    get(
        sandbox,
        &format!(
            "/authorize?response_type=code&client_id={id}\
             &redirect_uri=http%3A%2F%2F127.0.0.1%3A41999%2Foauth%2Fcallback&state=s%2Bt\
             &code_challenge_method=S256&code_challenge={CHALLENGE}&scopes={scopes}"
        ),
    )
}

fn redeem(sandbox: &Sandbox, client: &Value, code: &str, callback: &str, verifier: &str) -> Answer {
    let fields = json!({
        "grantType": "authorization_code", "code": code, "redirectUri": callback,
        "codeVerifier": verifier,
    });
    token(sandbox, client, fields)
}

#[test]
fn a_browser_brings_a_code_that_only_the_verifier_redeems() {
    let sandbox = sandbox(|config| config.approval = Approval::Automatic);
    let client = register_for_pkce(&sandbox);
    let answer = authorize(&sandbox, &client, "sso%3Aaccount%3Aaccess");
    assert_eq!(answer.status, 302);
    let location = answer.header("location").unwrap().to_owned();
    let code = location
        .strip_prefix(&format!("{CALLBACK}?code="))
        .and_then(|rest| rest.strip_suffix("&state=s%2Bt"))
        .unwrap_or_else(|| panic!("{location}"));

    let refused = denied(400, "InvalidGrantException", "invalid_grant");
    let other = "http://127.0.0.1:42000/oauth/callback";
    let guessed = VERIFIER.replace('d', "e");
    assert_eq!(
        denial(&redeem(&sandbox, &client, code, CALLBACK, &guessed)),
        refused
    );
    assert_eq!(
        denial(&redeem(&sandbox, &client, code, other, VERIFIER)),
        refused
    );
    let answer = redeem(&sandbox, &client, code, CALLBACK, VERIFIER);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.json()["refreshToken"].is_string());
    assert_eq!(
        denial(&redeem(&sandbox, &client, code, CALLBACK, VERIFIER)),
        refused
    );
}

#[test]
fn a_browser_brings_back_why_there_is_no_code() {
    let sandbox = sandbox(|_| ());
    let client = register_for_pkce(&sandbox);
    sandbox.decide_next(Decision::Deny);
    let answer = authorize(&sandbox, &client, "sso%3Aaccount%3Aaccess");
    let location = answer.header("location").unwrap();
    assert!(
        location.starts_with(&format!("{CALLBACK}?error=access_denied&")),
        "{location}"
    );
    let answer = authorize(&sandbox, &client, "codewhisperer%3Acompletions");
    let location = answer.header("location").unwrap();
    assert!(
        location.starts_with(&format!("{CALLBACK}?error=invalid_scope&")),
        "{location}"
    );

    // Nobody is sent to an address that was not registered.
    let unknown = json!({ "clientId": "FAKE" });
    let answer = authorize(&sandbox, &unknown, "sso%3Aaccount%3Aaccess");
    assert_eq!((answer.status, answer.header("location")), (403, None));
}

#[test]
fn a_refresh_token_works_once() {
    let sandbox = sandbox(|_| ());
    let (client, first) = signed_in(&sandbox);
    let second = refresh(&sandbox, &client, &first).json();
    for name in ["accessToken", "refreshToken"] {
        assert_ne!(first[name], second[name], "{name}");
    }
    let spent = denied(400, "InvalidGrantException", "invalid_grant");
    assert_eq!(denial(&refresh(&sandbox, &client, &first)), spent);
    let other = register(&sandbox);
    assert_eq!(denial(&refresh(&sandbox, &other, &second)), spent);
    assert_eq!(refresh(&sandbox, &client, &second).status, 200);
}

#[test]
fn within_the_grace_a_spent_refresh_token_tells_the_same_next_one() {
    let sandbox = sandbox(|config| config.refresh_grace = Duration::from_secs(30));
    let (client, first) = signed_in(&sandbox);
    let second = refresh(&sandbox, &client, &first).json();
    sandbox.clock().advance(Duration::from_secs(29));
    let again = refresh(&sandbox, &client, &first).json();
    assert_eq!(again["refreshToken"], second["refreshToken"]);
    sandbox.clock().advance(Duration::from_secs(1));
    let spent = denied(400, "InvalidGrantException", "invalid_grant");
    assert_eq!(denial(&refresh(&sandbox, &client, &first)), spent);
    assert_eq!(refresh(&sandbox, &client, &second).status, 200);
}

#[test]
fn a_session_ends_when_the_portal_says_however_often_it_is_refreshed() {
    let sandbox = sandbox(|_| ());
    let (client, mut tokens) = signed_in(&sandbox);
    for _ in 0..8 {
        assert_eq!(credentials(&sandbox, "BedrockInvoke", &tokens).status, 200);
        sandbox.clock().advance(Duration::from_secs(3590));
        tokens = refresh(&sandbox, &client, &tokens).json();
    }
    // 80 seconds of the eight hours are left, so the token lasts no longer.
    assert_eq!(tokens["expiresIn"], 80);
    sandbox.clock().advance(Duration::from_secs(80));
    assert_eq!(credentials(&sandbox, "BedrockInvoke", &tokens).status, 401);
    let over = denied(400, "InvalidGrantException", "invalid_grant");
    assert_eq!(denial(&refresh(&sandbox, &client, &tokens)), over);
    assert_eq!(sandbox.running_sessions(), 0);
}

#[test]
fn without_a_scope_there_is_no_refresh_token_and_eight_hours() {
    let sandbox = sandbox(|config| config.approval = Approval::Automatic);
    let request = json!({ "clientName": "it", "clientType": "public" });
    let client = post(&sandbox, "/client/register", &request).json();
    let started = start_device(&sandbox, &client);
    let tokens = poll(&sandbox, &client, &started).json();
    assert_eq!(tokens["expiresIn"], 8 * 3600);
    assert!(tokens.get("refreshToken").is_none());
}

#[test]
fn a_session_is_ended_by_its_person_or_by_an_administrator() {
    let sandbox = sandbox(|_| ());
    let (client, tokens) = signed_in(&sandbox);
    assert_eq!(portal(&sandbox, "POST", "/logout", &tokens).status, 200);
    let answer = credentials(&sandbox, "BedrockInvoke", &tokens);
    assert_eq!(
        answer.header("x-amzn-errortype"),
        Some("UnauthorizedException")
    );
    assert_eq!(refresh(&sandbox, &client, &tokens).status, 400);

    let (client, tokens) = signed_in(&sandbox);
    sandbox.revoke_refresh_tokens();
    assert_eq!(refresh(&sandbox, &client, &tokens).status, 400);
    assert_eq!(credentials(&sandbox, "BedrockInvoke", &tokens).status, 200);
    sandbox.end_portal_sessions();
    assert_eq!(credentials(&sandbox, "BedrockInvoke", &tokens).status, 401);
}

#[test]
fn role_credentials_are_for_assigned_roles_and_say_when_they_end() {
    let sandbox = sandbox(|_| ());
    let (_, tokens) = signed_in(&sandbox);
    let given = credentials(&sandbox, "BedrockInvoke", &tokens).json();
    let end = sandbox.clock().now().as_millisecond() + 3_600_000;
    assert_eq!(given["roleCredentials"]["expiration"], end);
    let answer = credentials(&sandbox, "Admin", &tokens);
    assert_eq!(answer.status, 403);
    assert_eq!(
        answer.header("x-amzn-errortype"),
        Some("ForbiddenException")
    );
    let answer = portal(&sandbox, "GET", "/federation/credentials", &tokens);
    assert_eq!(answer.status, 400);
}

#[test]
fn accounts_and_roles_come_in_pages() {
    let sandbox = sandbox(|config| {
        let more = [("123456789012", "Admin"), ("210987654321", "Admin")];
        let more = more.map(|(account, role)| (account.to_owned(), role.to_owned()));
        config.also_assigned = more.to_vec();
    });
    let (_, tokens) = signed_in(&sandbox);
    let ask = |target: &str| portal(&sandbox, "GET", target, &tokens);
    let accounts = ask("/assignment/accounts").json();
    assert_eq!(accounts["accountList"].as_array().unwrap().len(), 2);
    assert!(accounts.get("nextToken").is_none());

    let first = ask("/assignment/roles?account_id=123456789012&max_result=1").json();
    assert_eq!(first["roleList"][0]["roleName"], "BedrockInvoke");
    let next = first["nextToken"].as_str().unwrap();
    let target =
        format!("/assignment/roles?account_id=123456789012&max_result=1&next_token={next}");
    let second = ask(&target).json();
    assert_eq!(second["roleList"][0]["roleName"], "Admin");
    assert!(second.get("nextToken").is_none());
    for wrong in ["max_result=0", "max_result=x", "next_token=x"] {
        assert_eq!(
            ask(&format!("/assignment/accounts?{wrong}")).status,
            400,
            "{wrong}"
        );
    }
    assert_eq!(ask("/assignment/roles?account_id=999999999999").status, 403);
}
