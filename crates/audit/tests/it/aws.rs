//! `~/.aws`: what is static, what ends by itself, and what nobody can tell.

use bedlock_model::{Disposition, Finding};
use serde_json::json;

use crate::host::{Ask, Host, neutral};

fn one(host: &Host, secret: &str) -> Finding {
    let report = host.report();
    let found = report.of(secret);
    assert_eq!(found.len(), 1, "{:#?}", report.lines());
    found[0].clone()
}

#[test]
fn static_keys_are_removed_from_credentials_and_config() {
    let (first, second, third, session) = (neutral(1), neutral(2), neutral(3), neutral(4));
    let host = Host::with_config("{}");
    host.write(
        ".aws/credentials",
        format!(
            "[default]\naws_access_key_id = FAKEID\naws_secret_access_key = {first}\n\n\
             [work]\naws_secret_access_key={second}\naws_session_token = {session}\n"
        ),
    );
    host.write(
        ".aws/config",
        format!(
            "[profile old]\nregion = eu-west-1\naws_secret_access_key = {third}\n\
             [profile sso]\nsso_session = corp\nsso_account_id = 111122223333\n\
             sso_role_name = ModelUser\n[sso-session corp]\n\
             sso_start_url = https://d-0000000000.awsapps.com/start\nsso_region = us-east-1\n"
        ),
    );
    let report = host.report();
    for secret in [&first, &second, &third, &session] {
        assert_eq!(report.of(secret).len(), 1, "{:#?}", report.lines());
        assert_eq!(report.of(secret)[0].disposition, Disposition::Remove);
    }
    assert_eq!(report.findings.len(), 4, "{:#?}", report.lines());
    assert_eq!(
        report.of(&third)[0].location,
        "profile old.aws_secret_access_key"
            .to_owned()
            .replace("profile old", "[\"profile old\"]")
    );
    assert!(report.of(&first)[0].rule.starts_with("aws-secret"));
}

/// A cached session with this end, as the AWS CLI writes it.
fn token(ends: Option<&str>) -> (Host, Vec<String>) {
    let secrets: Vec<String> = (10..13).map(neutral).collect();
    let mut cache = json!({
        "startUrl": "https://d-0000000000.awsapps.com/start", "region": "us-east-1",
        "accessToken": secrets[0], "clientId": "abc", "clientSecret": secrets[1],
        "refreshToken": secrets[2], "registrationExpiresAt": "2027-02-20T00:00:00Z" });
    if let Some(ends) = ends {
        cache["expiresAt"] = json!(ends);
    }
    let host = Host::with_config("{}");
    host.write(
        ".aws/sso/cache/d033e22ae348aeb5660fc2140aec35850c4da997.json",
        cache.to_string(),
    );
    (host, secrets)
}

#[test]
fn a_cached_session_is_judged_by_its_end() {
    for (ends, disposition, reason) in [
        (
            Some("2026-11-20T11:00:00Z"),
            Disposition::Expires,
            "expired at",
        ),
        (
            Some("2026-11-20T12:00:00Z"),
            Disposition::Expires,
            "expired at",
        ),
        (
            Some("2026-11-20T23:59:59Z"),
            Disposition::Expires,
            "good until",
        ),
        (
            Some("2026-11-20T20:00:00UTC"),
            Disposition::Expires,
            "good until",
        ),
        (
            Some("2026-11-21T00:00:00Z"),
            Disposition::Expires,
            "good until",
        ),
        (
            Some("2026-11-21T00:00:01Z"),
            Disposition::Report,
            "longer than the limit",
        ),
        (
            Some("2027-01-01T00:00:00+01:00"),
            Disposition::Report,
            "longer than the limit",
        ),
        (
            Some("soon"),
            Disposition::Report,
            "nothing says when it ends",
        ),
        (None, Disposition::Report, "nothing says when it ends"),
    ] {
        let (host, secrets) = token(ends);
        let report = host.report();
        assert_eq!(report.findings.len(), 3, "{:#?}", report.lines());
        for secret in &secrets {
            let finding = &report.of(secret)[0];
            assert_eq!(
                finding.disposition, disposition,
                "{ends:?} {}",
                finding.location
            );
            let text = finding.reason.as_deref().unwrap_or_default();
            assert!(text.contains(reason), "{ends:?}: {text}");
            assert_eq!(
                finding.expires.is_some(),
                disposition == Disposition::Expires
            );
        }
    }
}

#[test]
fn the_registration_of_a_client_is_judged_by_its_own_end() {
    let secret = neutral(20);
    let registration = |ends: &str| {
        let host = Host::with_config("{}");
        host.write(
            ".aws/sso/cache/botocore-client-id-us-east-1.json",
            json!({ "clientId": "abc", "clientSecret": secret, "expiresAt": ends }).to_string(),
        );
        one(&host, &secret)
    };
    let weeks = registration("2027-02-10T00:00:00Z");
    assert_eq!(weeks.location, "clientSecret");
    assert_eq!(weeks.disposition, Disposition::Expires);
    assert!(weeks.reason.unwrap().contains("no session"));
    assert_eq!(
        registration("2026-11-01T00:00:00Z").disposition,
        Disposition::Expires
    );
}

#[test]
fn role_credentials_of_the_cli_are_judged_by_their_end() {
    for (ends, disposition) in [
        ("2026-11-20T13:00:00+00:00", Disposition::Expires),
        ("2026-11-22T13:00:00+00:00", Disposition::Report),
    ] {
        let (key, token) = (neutral(30), neutral(31));
        let host = Host::with_config("{}");
        host.write(
            ".aws/cli/cache/0123456789abcdef.json",
            json!({ "ProviderType": "sso", "Credentials": {
                "AccessKeyId": "FAKEID", "SecretAccessKey": key, "SessionToken": token,
                "Expiration": ends, "AccountId": "111122223333" } })
            .to_string(),
        );
        for secret in [&key, &token] {
            assert_eq!(one(&host, secret).disposition, disposition, "{ends}");
        }
    }
}

#[test]
fn a_cache_that_is_no_json_is_named() {
    let host = Host::with_config("{}");
    host.write(
        ".aws/sso/cache/half.json",
        "{ \"accessToken\": \"FAKE-half-writ",
    );
    let report = host.report();
    assert!(!report.complete);
    assert!(report.unreadable[0].path.ends_with("half.json"));
}

#[test]
fn a_running_agent_with_a_static_key_is_named() {
    let (bearer, key) = (neutral(40), neutral(41));
    let mut host = Host::with_config("{}");
    host.process(
        4711,
        &[
            ("AWS_BEARER_TOKEN_BEDROCK", &bearer),
            ("AWS_PROFILE", "openclaw"),
            ("AWS_REGION", "us-west-2"),
        ],
    );
    host.process(
        4712,
        &[
            ("AWS_SECRET_ACCESS_KEY", &key),
            ("AWS_ACCESS_KEY_ID", "FAKEID"),
        ],
    );
    let report = host.report();
    // The id of a key is no secret, but it goes with its key.
    assert_eq!(report.findings.len(), 3, "{:#?}", report.lines());
    assert_eq!(report.of("FAKEID")[0].location, "AWS_ACCESS_KEY_ID");
    assert_eq!(report.of(&bearer)[0].file, "/proc/4711/environ");
    assert_eq!(report.of(&key)[0].file, "/proc/4712/environ");
    for finding in &report.findings {
        assert_eq!(finding.disposition, Disposition::Report);
        assert!(
            finding.remedy.next.contains("bedlock harden"),
            "{}",
            finding.remedy.next
        );
    }
}
