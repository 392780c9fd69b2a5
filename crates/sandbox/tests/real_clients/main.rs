//! Lets boto3, the AWS SDK for JavaScript, two AWS CLIs, OpenClaw and Chromium talk to the sandbox:
//! what they accept, AWS would send.
//!
//! The clients are below the folder that `BEDLOCK_PEERS` names, where `cargo xtask peers` puts them.
//! `cargo xtask peer-tests` runs these cases; everywhere else they are ignored.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "test code outside of test functions fails the test by panicking"
)]

mod awscli;
#[cfg(target_os = "linux")]
mod browser;
#[cfg(target_os = "linux")]
mod debian_cli;
mod host;
mod openclaw;
mod peer;
#[cfg(target_os = "linux")]
#[path = "../it/wire.rs"]
mod wire;

use std::time::Duration;

use bedlock_sandbox::TokenCache;
use serde_json::Value;

use host::{Host, Playing};
use peer::Peer;

const PROFILE: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const PROFILE_ARN: &str = "arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const INVOKE_ONLY: &str = "anthropic.claude-haiku-4-5-20251001-v1:0";
const EMBEDDING: &str = "amazon.titan-embed-text-v2:0";
const FORBIDDEN: &str = "us.anthropic.claude-opus-4-5-20251101-v1:0";

fn text(outcome: &Value) -> &str {
    outcome["text"]
        .as_str()
        .unwrap_or_else(|| panic!("{outcome}"))
}

fn hello(model: &str) -> String {
    format!("Hello from the bedlock sandbox: {model} in us-west-2.")
}

/// Plays what every client has to get right.
fn check_conversations(peer: &Peer) {
    let host = Host::new(|_| ());
    for model in [PROFILE, PROFILE_ARN] {
        let whole = host.play(peer, "converse", model);
        assert_eq!(text(&whole), hello(model));
        assert_eq!(whole["stop"], "end_turn");
        assert_eq!(host.last(), ("bedrock:Converse".to_owned(), 200, None));

        let stream = host.play(peer, "stream", model);
        assert_eq!(text(&stream), hello(model));
        assert_eq!(stream["stop"], "end_turn");
        let events = [
            "messageStart",
            "contentBlockDelta",
            "contentBlockStop",
            "messageStop",
            "metadata",
        ];
        assert_eq!(stream["events"], Value::from(events.to_vec()));
        assert_eq!(
            host.last(),
            ("bedrock:ConverseStream".to_owned(), 200, None)
        );

        let vendor = host.play(peer, "invoke-stream", model);
        assert_eq!(
            (text(&vendor), &vendor["stop"]),
            (hello(model).as_str(), &"end_turn".into())
        );

        let record = host.sandbox.requests().pop().unwrap();
        assert_eq!(record.model.as_deref(), Some(model));
        assert_eq!(record.http_version, peer.http_version);
    }
}

/// Plays what has to be refused, and how the client names it.
fn check_refusals(peer: &Peer) {
    let host = Host::new(|_| ());
    let refused = |case: &str, model: &str, error: &str| {
        let outcome = host.play(peer, case, model);
        assert_eq!(outcome["error"], error, "{outcome}");
        assert_eq!(outcome["status"], 403, "{outcome}");
        outcome["message"].as_str().unwrap().to_owned()
    };
    refused("wrong-secret", PROFILE, "InvalidSignatureException");
    refused("wrong-token", PROFILE, "UnrecognizedClientException");
    refused("wrong-region", PROFILE, "InvalidSignatureException");

    let denied = refused("converse", FORBIDDEN, "AccessDeniedException");
    assert!(denied.contains("not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.anthropic.claude-opus"), "{denied}");

    assert_eq!(
        text(&host.play(peer, "converse", INVOKE_ONLY)),
        hello(INVOKE_ONLY)
    );
    let denied = refused("stream", INVOKE_ONLY, "AccessDeniedException");
    assert!(denied.contains("bedrock:InvokeModelWithResponseStream on resource: arn:aws:bedrock:us-west-2::foundation-model/"), "{denied}");
}

/// Lets role credentials end while a client holds them, then the portal's session.
fn check_endings(peer: &Peer, portal_error: &str) {
    let host = Host::new(|_| ());
    let mut playing = Playing::start(&host, peer, "paused", PROFILE);
    assert_eq!(playing.line(), "ready\n");
    host.sandbox.expire_role_credentials();
    playing.go_on();
    let outcome = playing.outcome(&host);
    assert_eq!(
        (&outcome["error"], &outcome["status"]),
        (&"ExpiredTokenException".into(), &403.into())
    );

    host.sandbox.end_portal_sessions();
    let outcome = host.play(peer, "converse", PROFILE);
    assert_eq!(outcome["error"], portal_error, "{outcome}");
    assert_eq!(host.count("sso:GetRoleCredentials", 401), 1);
}

/// Gives a token that is about to end: the client must buy the next one, and each only once.
fn check_refresh(peer: &Peer) {
    let host = Host::new(|config| config.access_token = Duration::from_secs(60));
    let spent = host.cached();
    assert_eq!(text(&host.play(peer, "converse", PROFILE)), hello(PROFILE));
    assert_eq!(host.count("sso-oauth:CreateToken", 200), 1);
    let renewed = host.cached();
    let field =
        |cache: &str, name: &str| serde_json::from_str::<Value>(cache).unwrap()[name].clone();
    for rotated in ["accessToken", "refreshToken"] {
        assert_ne!(
            field(&spent, rotated),
            field(&renewed, rotated),
            "{rotated}"
        );
    }

    assert_eq!(text(&host.play(peer, "converse", PROFILE)), hello(PROFILE));
    assert_eq!(host.count("sso-oauth:CreateToken", 200), 2);

    let name = host.sandbox.signed_in_cache().file_name;
    host.sign_in(&TokenCache {
        file_name: name,
        bytes: spent.into_bytes(),
    });
    host.play(peer, "converse", PROFILE);
    assert_eq!(host.count("sso-oauth:CreateToken", 400), 1);
}

#[test]
#[ignore = "needs the clients that `cargo xtask peers` installs"]
fn boto3_converses() {
    let peer = Peer::boto3();
    check_conversations(&peer);

    let host = Host::new(|_| ());
    assert_eq!(text(&host.play(&peer, "invoke", PROFILE)), hello(PROFILE));
    assert_eq!(text(&host.play(&peer, "embed", EMBEDDING)), "256");
    let portal = host.play(&peer, "portal", PROFILE);
    assert_eq!(
        text(&portal),
        "123456789012 BedrockInvoke ForbiddenException UnauthorizedException"
    );
}

#[test]
#[ignore = "needs the clients that `cargo xtask peers` installs"]
fn boto3_is_refused() {
    let peer = Peer::boto3();
    check_refusals(&peer);
    check_endings(&peer, "UnauthorizedSSOTokenError");
}

#[test]
#[ignore = "needs the clients that `cargo xtask peers` installs"]
fn boto3_refreshes() {
    let peer = Peer::boto3();
    check_refresh(&peer);
}

#[test]
#[ignore = "needs the clients that `cargo xtask peers` installs"]
fn the_javascript_sdk_converses_over_http2_and_http1() {
    for trailing in [None, Some("http1")] {
        let peer = Peer::js(trailing);
        check_conversations(&peer);
    }
}

#[test]
#[ignore = "needs the clients that `cargo xtask peers` installs"]
fn the_javascript_sdk_is_refused() {
    let peer = Peer::js(None);
    check_refusals(&peer);
    check_endings(&peer, "CredentialsProviderError");
}

#[test]
#[ignore = "needs the clients that `cargo xtask peers` installs"]
fn the_javascript_sdk_refreshes() {
    let peer = Peer::js(None);
    check_refresh(&peer);
}
