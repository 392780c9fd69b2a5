//! Checks the verifier against signatures that are not its own: the published vectors of AWS and
//! the signer of the AWS SDK for Rust.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use hyper::header::HeaderValue;
use serde_json::Value;

use super::*;

const NOW: &str = "2026-11-22T12:00:00Z";
const KEY_ID: &str = "ASIAFAKESANDBOXKEYID";
const SECRET: &str = "FAKE/SANDBOX/SECRET/FORTESTSONLY";
const TOKEN: &str = "FAKESESSION//TOKEN==";
const PATH: &str = "/model/arn%3Aaws%3Abedrock%3Aus-west-2%3A123456789012%3Ainference-profile%2Fus.a.b-v1%3A0/converse";
const BODY: &[u8] = br#"{"messages":[]}"#;
const SCOPE: Scope<'_> = Scope {
    region: "us-west-2",
    service: "bedrock",
};

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn key() -> IssuedKey {
    IssuedKey {
        secret: Minted::given(SECRET),
        session_token: Some(Minted::given(TOKEN)),
        expires_at: now() + SignedDuration::from_mins(10),
        principal: "arn:aws:sts::123456789012:assumed-role/R/s".to_owned(),
        role_id: String::new(),
        may_invoke: true,
    }
}

/// Signs a request for Bedrock with the signer of the AWS SDK for Rust.
fn signed(scope: Scope<'_>, secret: &str, at: Timestamp) -> HeaderMap {
    let identity = Credentials::new(KEY_ID, secret, Some(TOKEN.to_owned()), None, "test").into();
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Double;
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(at.as_second().unsigned_abs());
    let params = SigningParams::builder()
        .identity(&identity)
        .region(scope.region)
        .name(scope.service)
        .time(time)
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let url = format!("http://127.0.0.1:4100{PATH}");
    let plain = [
        ("host", "127.0.0.1:4100"),
        ("content-type", "application/json"),
    ];
    let request =
        SignableRequest::new("POST", &url, plain.into_iter(), SignableBody::Bytes(BODY)).unwrap();
    let (instructions, _) = sign(request, &params).unwrap().into_parts();

    let mut headers = HeaderMap::new();
    for (name, value) in plain.into_iter().chain(instructions.headers()) {
        let name: HeaderName = name.parse().unwrap();
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    headers
}

fn request<'a>(headers: &'a HeaderMap) -> SignedRequest<'a> {
    SignedRequest {
        method: "POST",
        path: PATH,
        query: "",
        headers,
        authority: None,
        body: BODY,
    }
}

/// Verifies after `change` and returns the refusal's AWS name, or `ok`.
fn outcome(
    headers: &HeaderMap,
    change: impl FnOnce(&mut SignedRequest<'_>, &mut IssuedKey),
) -> &'static str {
    let (mut request, mut key) = (request(headers), key());
    change(&mut request, &mut key);
    match verify(&request, SCOPE, now(), |id| {
        (id == KEY_ID).then(|| key.clone())
    }) {
        Ok(_) => "ok",
        Err(refusal) => refusal.shape().1,
    }
}

#[test]
fn the_signer_of_the_sdk_is_understood_and_every_change_is_noticed() {
    let headers = signed(SCOPE, SECRET, now());
    let mismatch = "InvalidSignatureException";

    assert_eq!(outcome(&headers, |_, _| ()), "ok");
    assert_eq!(
        outcome(&headers, |request, _| request.body = b"{}"),
        mismatch
    );
    assert_eq!(
        outcome(&headers, |request, _| request.method = "PUT"),
        mismatch
    );
    assert_eq!(
        outcome(&headers, |request, _| request.path =
            "/model/other/converse"),
        mismatch
    );
    assert_eq!(
        outcome(&headers, |request, _| request.query = "a=b"),
        mismatch
    );
    assert_eq!(
        outcome(&headers, |_, key| key.secret = Minted::given("other")),
        mismatch
    );
    assert_eq!(
        outcome(&headers, |_, key| key.session_token =
            Some(Minted::given("other"))),
        "UnrecognizedClientException"
    );
    assert_eq!(
        outcome(&headers, |_, key| key.expires_at = now()),
        "ExpiredTokenException"
    );
}

#[test]
fn scope_and_date_are_checked() {
    let wrong_region = Scope {
        region: "us-east-1",
        ..SCOPE
    };
    let wrong_service = Scope {
        service: "bedrock-runtime",
        ..SCOPE
    };
    let minutes = |minutes| now() + SignedDuration::from_mins(minutes);
    for (scope, at, expected) in [
        (SCOPE, minutes(4), "ok"),
        (SCOPE, minutes(-4), "ok"),
        (SCOPE, minutes(6), "InvalidSignatureException"),
        (SCOPE, minutes(-6), "InvalidSignatureException"),
        (wrong_region, now(), "InvalidSignatureException"),
        (wrong_service, now(), "InvalidSignatureException"),
    ] {
        assert_eq!(
            outcome(&signed(scope, SECRET, at), |_, _| ()),
            expected,
            "{scope:?} {at}"
        );
    }
}

#[test]
fn headers_that_do_not_add_up_are_refused() {
    let check = |change: &dyn Fn(&mut HeaderMap), expected: &str| {
        let mut headers = signed(SCOPE, SECRET, now());
        change(&mut headers);
        assert_eq!(outcome(&headers, |_, _| ()), expected);
    };
    let put = |headers: &mut HeaderMap, name: &'static str, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    let incomplete = "IncompleteSignatureException";
    let mismatch = "InvalidSignatureException";

    check(
        &|headers| drop(headers.remove("authorization")),
        "MissingAuthenticationTokenException",
    );
    check(
        &|headers| put(headers, "authorization", "Bearer FAKE"),
        "AccessDeniedException",
    );
    check(
        &|headers| put(headers, "authorization", "Basic FAKE"),
        "MissingAuthenticationTokenException",
    );
    check(
        &|headers| put(headers, "authorization", "AWS4-HMAC-SHA256 ,,=,"),
        incomplete,
    );
    check(
        &|headers| {
            let value = "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=00";
            put(headers, "authorization", value);
        },
        incomplete,
    );
    check(
        &|headers| {
            let value = "AWS4-HMAC-SHA256 Credential=X/20261122/us-west-2/bedrock/aws4_request, \
                         SignedHeaders=host, Signature=00";
            put(headers, "authorization", value);
        },
        "UnrecognizedClientException",
    );
    check(&|headers| drop(headers.remove("x-amz-date")), incomplete);
    check(
        &|headers| drop(headers.remove("x-amz-security-token")),
        "UnrecognizedClientException",
    );
    check(&|headers| put(headers, "host", "127.0.0.1:4101"), mismatch);
    check(
        &|headers| put(headers, "x-amz-target", "unsigned"),
        mismatch,
    );
    check(
        &|headers| put(headers, "x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
        mismatch,
    );
}

#[test]
fn dates_that_are_none_are_no_dates() {
    assert_eq!(parse_basic("20261122T120000Z"), Some(now()));
    for date in [
        "",
        "20261122",
        "20261322T120000Z",
        "20261122T250000Z",
        "2026112\u{e9}T12000Z",
        "+0261122T120000Z",
    ] {
        assert_eq!(parse_basic(date), None, "{date}");
    }
}

/// Reads the vectors that the crate `aws-sigv4` carries in its source.
///
/// **Source:** <https://github.com/smithy-lang/smithy-rs/tree/main/aws/rust-runtime/aws-sigv4/aws-signing-test-suite>
#[test]
fn the_published_vectors_verify() {
    let Some(suite) = suite() else {
        eprintln!("skipped: the source of aws-sigv4 is not in the registry's cache");
        return;
    };
    let mut verified = 0;
    for case in fs::read_dir(suite).unwrap() {
        let case = case.unwrap().path();
        // Cases that leave the path as it is are for S3, the one service that does not normalise.
        let context = fs::read_to_string(case.join("context.json")).unwrap_or_default();
        let Ok(context) = serde_json::from_str::<Value>(&context) else {
            continue;
        };
        if context["normalize"] == Value::Bool(true) {
            verify_case(&case, &context);
            verified += 1;
        }
    }
    assert!(verified >= 25, "only {verified} cases were found");
}

fn suite() -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))?;
    fs::read_dir(home.join("registry/src"))
        .ok()?
        .filter_map(Result::ok)
        .find_map(|registry| {
            fs::read_dir(registry.path())
                .ok()?
                .filter_map(Result::ok)
                .find_map(|krate| {
                    let is_sigv4 = krate
                        .file_name()
                        .to_string_lossy()
                        .starts_with("aws-sigv4-1.");
                    let suite = krate.path().join("aws-signing-test-suite/v4");
                    (is_sigv4 && suite.is_dir()).then_some(suite)
                })
        })
}

fn verify_case(case: &Path, context: &Value) {
    let text = fs::read_to_string(case.join("header-signed-request.txt")).unwrap();
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let (start, fields) = head.split_once('\n').unwrap();
    let (method, target) = start.split_once(' ').unwrap();
    let target = target.strip_suffix(" HTTP/1.1").unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));

    let text_of = |pointer: &str| context.pointer(pointer).and_then(Value::as_str);
    let now = text_of("/timestamp").unwrap().parse().unwrap();
    let scope = Scope {
        region: text_of("/region").unwrap(),
        service: text_of("/service").unwrap(),
    };
    let key = IssuedKey {
        secret: Minted::given(text_of("/credentials/secret_access_key").unwrap()),
        session_token: text_of("/credentials/token").map(Minted::given),
        expires_at: Timestamp::MAX,
        principal: String::new(),
        role_id: String::new(),
        may_invoke: true,
    };
    let headers = parse_fields(fields);
    let body = body.as_bytes();
    let request = SignedRequest {
        method,
        path,
        query,
        headers: &headers,
        authority: None,
        body,
    };
    let verified = verify(&request, scope, now, |_| Some(key.clone()));
    // The one case that signs everything but the token is refused for just that.
    match context.get("omit_session_token").and_then(Value::as_bool) {
        Some(true) => assert!(verified.is_err(), "{}", case.display()),
        _ => assert!(verified.is_ok(), "{}: {verified:?}", case.display()),
    }
}

/// Reads header lines; a line that starts with a space continues the one before.
fn parse_fields(fields: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut last: Option<(HeaderName, String)> = None;
    let mut keep = |field: Option<(HeaderName, String)>| {
        if let Some((name, value)) = field {
            headers.append(
                name,
                HeaderValue::from_bytes(value.trim().as_bytes()).unwrap(),
            );
        }
    };
    for line in fields.lines() {
        if line.starts_with(' ') {
            last = last.map(|(name, value)| (name, format!("{value} {}", line.trim())));
        } else {
            keep(last.take());
            let (name, value) = line.split_once(':').unwrap();
            last = Some((name.parse().unwrap(), value.to_owned()));
        }
    }
    keep(last);
    headers
}
