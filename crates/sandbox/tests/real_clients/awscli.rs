//! The AWS CLI of PyPI, version 1, which reads the session that newer tools cache.

use std::process::{Command, Output};
use std::time::Duration;

use super::host::Host;
use super::peer::installed;
use super::{FORBIDDEN, PROFILE, hello};

fn aws(host: &Host, arguments: &[&str]) -> Output {
    Command::new(installed("python/bin/python"))
        .args(["-m", "awscli"])
        .args(arguments)
        .env_clear()
        .env("HOME", host.home())
        .env("PATH", "/usr/bin:/bin")
        .env("AWS_PROFILE", "bedlock")
        .env("AWS_MAX_ATTEMPTS", "1")
        .envs(host.sandbox.environment())
        .output()
        .unwrap()
}

fn converse(host: &Host, model: &str) -> Output {
    let messages = r#"[{"role":"user","content":[{"text":"hi"}]}]"#;
    aws(
        host,
        &[
            "bedrock-runtime",
            "converse",
            "--model-id",
            model,
            "--messages",
            messages,
        ],
    )
}

fn told(output: &Output) -> String {
    let streams = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8(streams).unwrap()
}

#[test]
#[ignore = "needs the clients that `cargo xtask peers` installs"]
fn the_first_cli_says_who_it_is_and_converses() {
    let host = Host::new(|_| ());
    let who = told(&aws(&host, &["sts", "get-caller-identity"]));
    assert!(
        who.contains("assumed-role/AWSReservedSSO_BedrockInvoke_"),
        "{who}"
    );
    let answer = told(&converse(&host, PROFILE));
    assert!(answer.contains(&hello(PROFILE)), "{answer}");

    let denied = converse(&host, FORBIDDEN);
    assert!(!denied.status.success());
    assert!(
        told(&denied).contains("AccessDeniedException"),
        "{denied:?}"
    );

    host.sandbox.end_portal_sessions();
    let after = aws(&host, &["sts", "get-caller-identity"]);
    assert!(!after.status.success());
    assert!(!told(&after).contains("FAKE"), "{after:?}");
}

#[test]
#[ignore = "needs the clients that `cargo xtask peers` installs"]
fn the_first_cli_refreshes() {
    let host = Host::new(|config| config.access_token = Duration::from_secs(60));
    let before = host.cached();
    let answer = told(&converse(&host, PROFILE));
    assert!(answer.contains(&hello(PROFILE)), "{answer}");
    assert_eq!(host.count("sso-oauth:CreateToken", 200), 1);
    assert_ne!(host.cached(), before);
}
