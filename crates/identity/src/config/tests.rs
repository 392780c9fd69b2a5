use super::*;

const FILE: &str = "\
# a comment
[default]
region = eu-west-1

[profile agent]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = BedrockInvoke
region = us-west-2

[profile \"with space\"]
sso_start_url = https://d-1234567890.awsapps.com/start
sso_region = cn-north-1
sso_account_id = 123456789012
sso_role_name = R
services = local

[profile lost]
sso_session = nowhere
sso_account_id = 123456789012
sso_role_name = R

[profile short]
sso_session = corp
sso_account_id = 12345
sso_role_name = R

[profile other]
sso_session = corp
sso_region = us-east-1
sso_account_id = 123456789012
sso_role_name = R

[sso-session corp]
SSO_Region = us-gov-west-1
sso_start_url = https://d-1234567890.awsapps.com/start
sso_registration_scopes = sso:account:access, other:scope

[services local]
sso =
  endpoint_url = http://127.0.0.1:4000/
sso_oidc =
  endpoint_url = http://evil.example/
";

fn read(name: &str, variables: &[(&str, &str)]) -> Result<Profile, String> {
    let config = ConfigFile::parse("/c".into(), FILE.as_bytes());
    let variable = |wanted: &str| {
        let found = variables.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, value)| (*value).to_owned())
    };
    profile_in(&config, name, &variable).map_err(|error| error.to_string())
}

#[test]
fn a_profile_with_a_session_is_read() {
    let profile = read("agent", &[]).unwrap();
    assert_eq!(profile.region.as_deref(), Some("us-west-2"));
    let session = profile.session;
    assert_eq!(session.scopes, ["sso:account:access", "other:scope"]);
    assert_eq!(
        session.oidc_endpoint,
        "https://oidc.us-gov-west-1.amazonaws.com"
    );
    assert_eq!(
        session.portal_endpoint,
        "https://portal.sso.us-gov-west-1.amazonaws.com"
    );
    // sha1("corp")
    assert_eq!(session.cache_name().len(), 45);
}

#[test]
fn the_cache_file_is_named_as_the_cli_names_it() {
    let mut session = read("agent", &[]).unwrap().session;
    session.name = Some("emu".to_owned());
    // Seen from the AWS CLI.
    assert_eq!(
        session.cache_name(),
        "6551e797240051925b8a62615f4c8baaa4c1698c.json"
    );
}

#[test]
fn a_legacy_profile_is_named_by_its_portal() {
    let profile = read(
        "with space",
        &[("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")],
    )
    .unwrap();
    assert_eq!(profile.session.name, None);
    assert!(profile.session.scopes.is_empty());
    assert_eq!(
        profile.session.oidc_endpoint,
        "https://oidc.cn-north-1.amazonaws.com.cn"
    );
}

#[test]
fn variables_come_first_then_services() {
    let local = "http://localhost:1";
    let profile = read("with space", &[("AWS_ENDPOINT_URL_SSO_OIDC", local)]).unwrap();
    assert_eq!(profile.session.oidc_endpoint, local);
    assert_eq!(profile.session.portal_endpoint, "http://127.0.0.1:4000");
    let profile = read("agent", &[("AWS_ENDPOINT_URL", "https://x.example/")]).unwrap();
    assert_eq!(profile.session.portal_endpoint, "https://x.example");
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    for (name, said) in [
        ("with space", "/c:43: an endpoint must begin with https://"),
        ("lost", "/c:19: there is no section [sso-session nowhere]"),
        ("short", "/c:25: sso_account_id must be 12 digits"),
        (
            "other",
            "/c:30: sso_region differs from the one in [sso-session corp]",
        ),
        (
            "default",
            "/c:2: [default] has neither sso_session nor sso_start_url",
        ),
        (
            "none",
            "/c: there is no such profile; it has agent, default, lost",
        ),
    ] {
        let error = read(name, &[]).unwrap_err();
        assert!(error.contains(said), "{name}: {error}");
    }
}

#[test]
fn only_this_machine_is_spoken_to_in_the_clear() {
    for address in [
        "http://10.0.0.1",
        "http://127.0.0.1@evil.example",
        "ftp://x",
        "https://",
    ] {
        assert!(
            read("agent", &[("AWS_ENDPOINT_URL_SSO", address)]).is_err(),
            "{address}"
        );
    }
    for address in [
        "http://127.0.0.1:1",
        "http://[::1]:1",
        "https://x.example/p",
    ] {
        assert!(
            read("agent", &[("AWS_ENDPOINT_URL_SSO", address)]).is_ok(),
            "{address}"
        );
    }
}

#[test]
fn the_only_profile_that_signs_in_needs_no_name() {
    let parse = |text: &str| ConfigFile::parse("/c".into(), text.as_bytes());
    let one = "[default]\nregion = x\n[profile agent]\nsso_session = corp\n";
    assert_eq!(parse(one).only_one_that_signs_in(), "agent");
    assert_eq!(parse(FILE).only_one_that_signs_in(), "default");
    assert_eq!(parse("").only_one_that_signs_in(), "default");
}
