//! Which configured provider could see which secret, and by which path.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use bedlock_model::{Report, Via};
use serde_json::json;

use crate::host::{Ask, Host, neutral, shaped};

/// The paths of each provider to the one finding in a file.
fn via(report: &Report, file: &str, secret: &str) -> BTreeMap<String, Vec<Via>> {
    let found: Vec<_> = report
        .of(secret)
        .into_iter()
        .filter(|f| f.file.ends_with(file))
        .collect();
    assert_eq!(found.len(), 1, "{file}: {:#?}", report.lines());
    found[0]
        .exposure
        .iter()
        .map(|e| (e.provider.clone(), e.via.clone()))
        .collect()
}

fn map(rows: &[(&str, &[Via])]) -> BTreeMap<String, Vec<Via>> {
    rows.iter()
        .map(|(provider, via)| ((*provider).to_owned(), via.to_vec()))
        .collect()
}

#[test]
fn each_place_opens_its_own_path_and_the_owner_of_a_key_is_named() {
    use Via::{AgentShell, CatalogInPrompt, EnvironmentInPrompt, OwnKey, Transcript};
    let (openai, anthropic, door) = (
        shaped("openai-api-key", 1),
        shaped("anthropic-api-key", 2),
        neutral(3),
    );
    let mut host = Host::with_config(
        json!({
            "models": { "providers": { "openai": { "apiKey": openai } } },
            "agents": { "defaults": { "model": { "primary": "groq/llama-4" } } },
            "gateway": { "auth": { "token": door } },
        })
        .to_string(),
    );
    host.write(".openclaw/.env", format!("ANTHROPIC_API_KEY={anthropic}\n"));
    host.write(
        ".openclaw/agents/main/agent/models.json",
        json!({ "providers": { "openai": { "apiKey": openai } } }).to_string(),
    );
    host.write(
        ".openclaw/agents/main/sessions/a.jsonl",
        json!({ "content": format!("it is {anthropic}") }).to_string(),
    );
    host.write(".openclaw/workspace/n.md", format!("door {door}\n"));
    host.process(4711, &[("ANTHROPIC_API_KEY", &anthropic)]);
    host.database(".openclaw/agents/main/agent/openclaw-agent.sqlite", |db| {
        db.execute_batch("CREATE TABLE transcript_events (session_id TEXT, event_json TEXT)")
            .unwrap();
        db.execute(
            "INSERT INTO transcript_events VALUES ('s', ?1)",
            [format!("{{\"content\":\"it is {openai}\"}}")],
        )
        .unwrap();
    });
    let report = host.report();
    let because: Vec<(&str, &str)> = report
        .providers
        .iter()
        .map(|p| (p.id.as_str(), p.because.as_str()))
        .collect();
    assert_eq!(
        because,
        [
            ("anthropic", "ANTHROPIC_API_KEY"),
            ("groq", "agents.defaults.model.primary"),
            ("openai", "models.providers.openai"),
        ]
    );
    let rows = |own: &str, paths: &[Via]| {
        let mut rows = map(&[("anthropic", paths), ("groq", paths), ("openai", paths)]);
        if let Some(row) = rows.get_mut(own) {
            row.push(OwnKey);
        }
        rows
    };
    assert_eq!(
        via(&report, "openclaw.json", &openai),
        rows("openai", &[CatalogInPrompt, AgentShell])
    );
    assert_eq!(
        via(&report, "openclaw.json", &door),
        rows("", &[AgentShell])
    );
    assert_eq!(
        via(&report, "models.json", &openai),
        rows("openai", &[CatalogInPrompt, AgentShell])
    );
    assert_eq!(
        via(&report, ".env", &anthropic),
        rows("anthropic", &[EnvironmentInPrompt, AgentShell])
    );
    assert_eq!(
        via(&report, "environ", &anthropic),
        rows("anthropic", &[EnvironmentInPrompt, AgentShell])
    );
    assert_eq!(
        via(&report, "a.jsonl", &anthropic),
        rows("anthropic", &[AgentShell, Transcript])
    );
    assert_eq!(
        via(&report, "openclaw-agent.sqlite", &openai),
        rows("openai", &[AgentShell, Transcript])
    );
    assert_eq!(via(&report, "n.md", &door), rows("", &[AgentShell]));
    let union = report
        .secrets
        .iter()
        .find(|s| s.rule == "openai-api-key")
        .unwrap();
    let own = union
        .exposure
        .iter()
        .find(|e| e.provider == "openai")
        .unwrap();
    assert_eq!(own.via, [CatalogInPrompt, AgentShell, Transcript, OwnKey]);
}

#[test]
fn bedrock_is_the_keyless_provider() {
    let secret = neutral(4);
    let report = Host::with_config(
        json!({
            "models": { "providers": { "amazon-bedrock": { "auth": "aws-sdk" } } },
            "gateway": { "auth": { "token": secret } },
        })
        .to_string(),
    )
    .report();
    assert_eq!(report.providers.len(), 1);
    assert!(report.providers[0].keyless);
}

#[test]
fn without_a_provider_nobody_sees_anything() {
    let secret = neutral(5);
    let report =
        Host::with_config(json!({ "gateway": { "auth": { "token": secret } } }).to_string())
            .report();
    assert!(report.providers.is_empty());
    assert!(report.findings[0].exposure.is_empty());
}

/// Needs to give files away, which only root can; what is asserted without it is still something.
#[test]
fn a_file_that_the_agents_user_cannot_read_is_out_of_its_shells_reach() {
    const AGENT: u32 = 54_321;
    const OTHER: u32 = 54_322;
    let secret = neutral(6);
    let host = Host::with_config(
        json!({ "models": { "providers": { "acme": { "apiKey": "${ACME_API_KEY}" } } } })
            .to_string(),
    );
    let unit = ".config/systemd/user/openclaw-gateway.service.d/keys.conf";
    host.write(
        unit,
        format!("[Service]\nEnvironment=ACME_API_KEY={secret}\n"),
    );
    let own = std::os::unix::fs::chown(
        host.path(".openclaw/openclaw.json"),
        Some(AGENT),
        Some(AGENT),
    );
    if own.is_err() {
        let shell = &host.report().of(&secret)[0].exposure[0];
        assert!(shell.via.contains(&Via::AgentShell));
        return;
    }
    for (owner, mode, reachable) in [
        (AGENT, 0o600, true),
        (AGENT, 0o000, false),
        (OTHER, 0o600, false),
        (OTHER, 0o640, false),
        (OTHER, 0o644, true),
    ] {
        let path = host.path(unit);
        std::os::unix::fs::chown(&path, Some(owner), Some(OTHER)).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let report = host.report();
        let exposure = &report.of(&secret)[0].exposure;
        let shell = exposure.iter().any(|e| e.via.contains(&Via::AgentShell));
        assert_eq!(shell, reachable, "{owner} {mode:o}");
        // It is in the agent's environment all the same.
        assert!(exposure[0].via.contains(&Via::EnvironmentInPrompt));
    }
}
