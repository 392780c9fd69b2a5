//! What a `${VARIABLE}` of the configuration resolves to, wherever it is set.

use bedlock_model::{Disposition, PlaceKind};
use serde_json::json;

use crate::host::{Ask, Host, neutral, shaped};

/// The places that set a variable for OpenClaw, as a person or OpenClaw writes them.
fn set_everywhere(host: &mut Host, name: &str, value: &str) {
    host.write(
        ".openclaw/.env",
        format!("# my keys\nLANG=C\n{name}={value}\n"),
    );
    host.write(
        ".config/openclaw/gateway.env",
        format!("{name}='{value}'\n"),
    );
    host.write(
        ".config/systemd/user/openclaw-gateway.service",
        format!(
            "[Service]\nExecStart=/usr/bin/node openclaw.mjs gateway run\n\
             Environment=LANG=C \"{name}={value}\"\nEnvironmentFile=-%h/claw/agent.conf\n"
        ),
    );
    host.write(
        ".config/systemd/user/openclaw-gateway.service.d/keys.conf",
        format!("[Service]\nEnvironment={name}={value}\n"),
    );
    host.write("claw/agent.conf", format!("{name}={value}\n"));
    host.write(
        ".openclaw/gateway.systemd.env",
        format!("{name}=\"{value}\"\n"),
    );
    host.write(
        "Library/LaunchAgents/ai.openclaw.gateway.plist",
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\"><dict>\n\
             <key>Label</key><string>ai.openclaw.gateway</string>\n\
             <key>EnvironmentVariables</key><dict>\n\
             <key>{name}</key><string>{value}</string>\n</dict>\n</dict></plist>\n"
        ),
    );
    host.write(
        ".openclaw/service-env/gateway-env-wrapper.sh",
        format!("#!/bin/sh\nexport {name}='{value}'\nexec \"$@\"\n"),
    );
    host.write(".bashrc", format!("export {name}={value}\n"));
    host.write(
        ".config/fish/config.fish",
        format!("set -gx {name} {value}\n"),
    );
    host.write(
        ".config/environment.d/50-keys.conf",
        format!("{name}={value}\n"),
    );
    host.process(4711, &[("PATH", "/usr/bin"), (name, value), ("LANG", "C")]);
}

const PLACES: &[(&str, PlaceKind)] = &[
    (".openclaw/.env", PlaceKind::Dotenv),
    (".config/openclaw/gateway.env", PlaceKind::SystemdEnvFile),
    (
        ".config/systemd/user/openclaw-gateway.service",
        PlaceKind::SystemdUnit,
    ),
    (
        ".config/systemd/user/openclaw-gateway.service.d/keys.conf",
        PlaceKind::SystemdUnit,
    ),
    ("claw/agent.conf", PlaceKind::SystemdEnvFile),
    (".openclaw/gateway.systemd.env", PlaceKind::SystemdEnvFile),
    (
        "Library/LaunchAgents/ai.openclaw.gateway.plist",
        PlaceKind::LaunchdPlist,
    ),
    (
        ".openclaw/service-env/gateway-env-wrapper.sh",
        PlaceKind::ShellStartup,
    ),
    (".bashrc", PlaceKind::ShellStartup),
    (".config/fish/config.fish", PlaceKind::ShellStartup),
    (
        ".config/environment.d/50-keys.conf",
        PlaceKind::SystemdEnvFile,
    ),
    ("/proc/4711/environ", PlaceKind::ProcessEnvironment),
];

/// Every place has exactly one finding, and these dispositions.
fn check(config: serde_json::Value, name: &str, value: &str, disposition: Disposition) {
    let mut host = Host::with_config(config.to_string());
    set_everywhere(&mut host, name, value);
    let report = host.report();
    for (file, kind) in PLACES {
        let here = report.at(file.trim_start_matches('/'));
        assert_eq!(here.len(), 1, "{name} in {file}: {:#?}", report.lines());
        assert_eq!(here[0].kind, *kind, "{file}");
        assert!(
            here[0].location.ends_with(name),
            "{file}: {}",
            here[0].location
        );
        let expected = match (kind, disposition) {
            (PlaceKind::ProcessEnvironment, Disposition::Remove) => Disposition::Report,
            _ => disposition,
        };
        assert_eq!(here[0].disposition, expected, "{name} in {file}");
    }
    assert_eq!(report.findings.len(), PLACES.len(), "{:#?}", report.lines());
    assert_eq!(report.secrets.len(), 1, "{name}");
}

#[test]
fn the_value_behind_a_reference_of_a_provider_is_found_and_removed() {
    let config = json!({ "models": { "providers": { "acme": { "apiKey": "${ACME_API_KEY}" } } } });
    check(config, "ACME_API_KEY", &neutral(1), Disposition::Remove);
}

#[test]
fn a_provider_variable_that_nothing_refers_to_is_found_too() {
    check(
        json!({}),
        "OPENAI_API_KEY",
        &shaped("openai-api-key", 2),
        Disposition::Remove,
    );
    check(
        json!({}),
        "AWS_BEARER_TOKEN_BEDROCK",
        &neutral(3),
        Disposition::Remove,
    );
    check(
        json!({}),
        "AWS_SECRET_ACCESS_KEY",
        &neutral(4),
        Disposition::Remove,
    );
}

#[test]
fn a_variable_that_a_channel_refers_to_is_kept() {
    let by_text = json!({ "channels": { "telegram": { "botToken": "${MY_BOT_TOKEN}" } } });
    check(by_text, "MY_BOT_TOKEN", &neutral(5), Disposition::Keep);
    let by_reference = json!({ "channels": { "slack": { "accounts": { "work": {
        "botToken": { "source": "env", "provider": "default", "id": "WORK_SLACK_TOKEN" } } } } } });
    check(
        by_reference,
        "WORK_SLACK_TOKEN",
        &neutral(6),
        Disposition::Keep,
    );
    let gateway = json!({ "gateway": { "auth": { "mode": "token", "token": "$DOOR_TOKEN" } } });
    check(gateway, "DOOR_TOKEN", &neutral(7), Disposition::Keep);
}

#[test]
fn a_channel_variable_that_openclaw_reads_by_itself_is_kept() {
    check(
        json!({}),
        "TELEGRAM_BOT_TOKEN",
        &shaped("telegram-bot-token", 8),
        Disposition::Keep,
    );
    check(
        json!({}),
        "OPENCLAW_GATEWAY_TOKEN",
        &neutral(9),
        Disposition::Keep,
    );
}

/// `id: "openai/api-key"` of an exec provider names no variable, and a variable that happens to be
/// called as a word of the configuration is not kept for it.
#[test]
fn only_a_reference_keeps_a_variable() {
    let config = json!({ "channels": { "telegram": {
        "botToken": { "source": "exec", "provider": "vault", "id": "ACME_API_KEY" },
        "name": "ACME_API_KEY" } } });
    check(config, "ACME_API_KEY", &neutral(10), Disposition::Remove);
}

#[test]
fn a_reference_of_a_variable_is_no_secret_where_variables_are_set() {
    let mut host = Host::with_config("{}");
    set_everywhere(&mut host, "OPENAI_API_KEY", "${OTHER_VARIABLE}");
    assert_eq!(host.report().lines(), [""; 0]);
    set_everywhere(&mut host, "OPENAI_API_KEY", "your-api-key-here");
    assert_eq!(host.report().lines(), [""; 0]);
}

#[test]
fn variables_of_the_configuration_follow_the_same_rule() {
    let (kept, removed) = (neutral(11), neutral(12));
    let config = json!({
        "env": { "vars": { "CLUB_BOT_TOKEN": kept, "ACME_API_KEY": removed } },
        "channels": { "discord": { "token": "${CLUB_BOT_TOKEN}" } } });
    let report = Host::with_config(config.to_string()).report();
    assert_eq!(report.of(&kept)[0].disposition, Disposition::Keep);
    assert_eq!(report.of(&removed)[0].disposition, Disposition::Remove);
    assert_eq!(report.findings.len(), 2);
}
