//! Signed calls: who is answered, until when, and by which name the others are refused.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use bedlock_sandbox::{ModelGrant, Sandbox};
use serde_json::Value;

use super::identity_center::{credentials, signed_in};
use super::sandbox;
use super::wire::{Answer, try_send};

const MODEL: &str = "us.anthropic.claude-x-v1:0";
pub(crate) const STREAM: &str = "/model/us.anthropic.claude-x-v1%3A0/converse-stream";
const WHOLE: &str = "/model/us.anthropic.claude-x-v1%3A0/converse";
const HELLO: &[u8] = br#"{"messages":[{"role":"user","content":[{"text":"hi"}]}]}"#;
const WHO: &[u8] = b"Action=GetCallerIdentity&Version=2011-06-15";

/// A sandbox that grants one model.
pub(crate) fn granted() -> Sandbox {
    sandbox(|config| config.models = vec![ModelGrant::both(MODEL)])
}

/// Signs in and takes role credentials.
pub(crate) fn role_credentials(sandbox: &Sandbox) -> Value {
    let (_, tokens) = signed_in(sandbox);
    credentials(sandbox, "BedrockInvoke", &tokens).json()["roleCredentials"].clone()
}

/// Sends a request signed for a service and a region.
fn call(
    sandbox: &Sandbox,
    keys: &Value,
    scope: (&str, &str),
    target: &str,
    body: &[u8],
) -> Option<Answer> {
    let text = |name: &str| keys[name].as_str().unwrap().to_owned();
    let token = Some(text("sessionToken"));
    let keys = Credentials::new(
        text("accessKeyId"),
        text("secretAccessKey"),
        token,
        None,
        "it",
    );
    let identity = keys.into();
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Double;
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    let now = sandbox.clock().now().as_second().unsigned_abs();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(scope.1)
        .name(scope.0)
        .time(SystemTime::UNIX_EPOCH + Duration::from_secs(now))
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let url = format!("{}{target}", sandbox.endpoint());
    let host = sandbox.endpoint().trim_start_matches("http://").to_owned();
    let plain = [("host", host.as_str())];
    let signable =
        SignableRequest::new("POST", &url, plain.into_iter(), SignableBody::Bytes(body)).unwrap();
    let (instructions, _) = sign(signable, &params).unwrap().into_parts();
    let headers: Vec<_> = plain.into_iter().chain(instructions.headers()).collect();
    try_send(sandbox, "POST", target, &headers, body)
}

/// Calls a model; none when the connection broke.
pub(crate) fn converse(sandbox: &Sandbox, keys: &Value, target: &str) -> Option<Answer> {
    call(sandbox, keys, ("bedrock", "us-west-2"), target, HELLO)
}

fn who(sandbox: &Sandbox, keys: &Value, region: &str) -> Answer {
    call(sandbox, keys, ("sts", region), "/", WHO).unwrap()
}

#[test]
fn role_credentials_work_until_their_hour_is_over() {
    let sandbox = granted();
    let keys = role_credentials(&sandbox);
    let status = || converse(&sandbox, &keys, WHOLE).unwrap().status;
    assert_eq!(status(), 200);
    sandbox.clock().advance(Duration::from_secs(3599));
    assert_eq!(status(), 200);
    sandbox.clock().advance(Duration::from_secs(1));
    let answer = converse(&sandbox, &keys, WHOLE).unwrap();
    assert_eq!(answer.status, 403);
    assert_eq!(
        answer.header("x-amzn-errortype"),
        Some("ExpiredTokenException")
    );
    let told = &answer.json()["message"];
    assert_eq!(
        told,
        "The security token included in the request is expired"
    );
}

#[test]
fn sts_says_who_signed() {
    let sandbox = granted();
    let keys = role_credentials(&sandbox);
    for region in ["us-west-2", "us-east-1"] {
        let answer = who(&sandbox, &keys, region);
        assert_eq!(answer.status, 200, "{answer:?}");
        let text = answer.text();
        assert!(text.contains("<Account>123456789012</Account>"), "{text}");
        assert!(
            text.contains("assumed-role/AWSReservedSSO_BedrockInvoke_"),
            "{text}"
        );
        assert!(text.contains("<UserId>AROAFAKE"), "{text}");
    }
    let answer = who(&sandbox, &keys, "eu-west-1");
    assert!(
        answer.text().contains("<Code>SignatureDoesNotMatch</Code>"),
        "{answer:?}"
    );
    sandbox.clock().advance(Duration::from_secs(3600));
    let answer = who(&sandbox, &keys, "us-west-2");
    assert_eq!(answer.status, 403);
    assert!(
        answer.text().contains("<Code>ExpiredToken</Code>"),
        "{answer:?}"
    );
}

#[test]
fn a_role_that_is_assigned_but_granted_nothing_is_denied() {
    let sandbox = sandbox(|config| {
        config.models = vec![ModelGrant::both(MODEL)];
        config.also_assigned = vec![("123456789012".to_owned(), "Reader".to_owned())];
    });
    let (_, tokens) = signed_in(&sandbox);
    let keys = credentials(&sandbox, "Reader", &tokens).json()["roleCredentials"].clone();
    let answer = converse(&sandbox, &keys, WHOLE).unwrap();
    assert_eq!(answer.status, 403);
    assert_eq!(
        answer.header("x-amzn-errortype"),
        Some("AccessDeniedException")
    );
    assert!(
        answer.text().contains("AWSReservedSSO_Reader_"),
        "{answer:?}"
    );
}
