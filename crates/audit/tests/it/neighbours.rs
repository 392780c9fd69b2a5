//! What stands around OpenClaw: other agents, other programs' credentials, named files.

use bedlock_model::Disposition;
use serde_json::json;

use crate::host::{Ask, Host, neutral, shaped};

#[test]
fn another_agents_sign_in_is_reported_and_taken_away_only_when_it_is_openclaws_too() {
    let (own, shared) = (neutral(1), neutral(2));
    let codex = json!({ "tokens": { "access_token": own, "refresh_token": shared } }).to_string();
    let host = Host::with_config("{}");
    host.write(".codex/auth.json", &codex);
    let report = host.report();
    assert_eq!(report.findings.len(), 2, "{:#?}", report.lines());
    for finding in &report.findings {
        assert_eq!(finding.disposition, Disposition::Report);
        let reason = finding.reason.as_deref().unwrap();
        assert!(reason.contains("sign out there"), "{reason}");
        assert!(reason.contains("another user"), "{reason}");
    }
    host.write(
        ".openclaw/agents/main/agent/auth-profiles.json",
        json!({ "profiles": { "openai:chatgpt": { "type": "oauth", "refresh": shared } } })
            .to_string(),
    );
    // The same in another agent's conversation does not make it OpenClaw's.
    host.write(
        ".claude/projects/site/history.jsonl",
        format!("{{\"display\":\"{own}\"}}\n"),
    );
    let report = host.report();
    let in_codex = |secret: &str| {
        report
            .of(secret)
            .into_iter()
            .find(|f| f.file.ends_with(".codex/auth.json"))
            .unwrap()
    };
    assert_eq!(in_codex(&shared).disposition, Disposition::Remove);
    assert_eq!(in_codex(&own).disposition, Disposition::Report);
}

#[test]
fn credentials_of_the_programs_around_it() {
    let secrets: Vec<String> = (10..17).map(neutral).collect();
    let host = Host::with_config("{}");
    host.write(
        ".netrc",
        format!("machine git.test login ann password {}\n", secrets[0]),
    );
    host.write(
        ".npmrc",
        format!("fund=false\n//registry.test/:_authToken={}\n", secrets[1]),
    );
    host.write(
        ".git-credentials",
        format!("https://ann:{}@git.test\n", secrets[2]),
    );
    host.write(
        ".config/gh/hosts.yml",
        format!(
            "github.com:\n    user: ann\n    oauth_token: {}\n",
            secrets[3]
        ),
    );
    host.write(
        ".npm/_logs/2026-09-01-debug-0.log",
        format!("1 verbose argv exec notes-mcp --token {}\n", secrets[4]),
    );
    host.write(
        ".bash_history",
        format!("ls\nexport ACME_API_KEY={}\n", secrets[5]),
    );
    host.write(
        ".zshrc",
        format!("export ACME_TOKEN='{}' # mine\n", secrets[6]),
    );
    let report = host.report();
    for secret in &secrets {
        assert_eq!(report.of(secret).len(), 1, "{:#?}", report.lines());
        assert_eq!(report.of(secret)[0].disposition, Disposition::Remove);
    }
    let git = &report.of(&secrets[2])[0];
    assert_eq!(git.location, "[\"https://git.test\"].ann");
    assert_eq!(
        report.findings.len(),
        secrets.len(),
        "{:#?}",
        report.lines()
    );
}

#[test]
fn a_file_that_is_a_token_is_found_and_kept() {
    let secret = neutral(20);
    let host = Host::with_config(
        json!({ "channels": { "telegram": { "tokenFile": "~/private/bot-token" } } }).to_string(),
    );
    host.write("private/bot-token", format!("{secret}\n"));
    let report = host.report();
    assert_eq!(report.of(&secret).len(), 1, "{:#?}", report.lines());
    assert_eq!(report.of(&secret)[0].disposition, Disposition::Keep);
    assert_eq!(report.of(&secret)[0].length as usize, secret.len());
}

#[test]
fn the_file_of_a_file_provider_is_cleaned_but_for_what_a_channel_refers_to() {
    let (kept, removed) = (neutral(30), neutral(31));
    let host = Host::with_config(
        json!({
            "secrets": { "providers": { "disk": { "source": "file", "path": "~/vault/secrets.json", "mode": "json" } } },
            "channels": { "telegram": { "botToken": { "source": "file", "provider": "disk", "id": "/telegram/bot" } } },
            "models": { "providers": { "acme": { "apiKey": { "source": "file", "provider": "disk", "id": "/acme/key" } } } },
        })
        .to_string(),
    );
    host.write(
        "vault/secrets.json",
        json!({ "telegram": { "bot": kept }, "acme": { "key": removed } }).to_string(),
    );
    let report = host.report();
    assert_eq!(report.findings.len(), 2, "{:#?}", report.lines());
    assert_eq!(report.of(&kept)[0].disposition, Disposition::Keep);
    assert_eq!(report.of(&removed)[0].disposition, Disposition::Remove);
}

#[test]
fn included_files_and_other_profiles_are_read_as_configurations() {
    let (included, profile, legacy) = (neutral(40), neutral(41), neutral(42));
    let config = |secret: &str| {
        json!({ "models": { "providers": { "acme": { "apiKey": secret } } } }).to_string()
    };
    let host = Host::with_config(r#"{ "$include": ["./parts/models.json5"], /* and more */ }"#);
    host.write(".openclaw/parts/models.json5", config(&included));
    host.write(".openclaw-night/openclaw.json", config(&profile));
    host.write(".clawdbot/clawdbot.json", config(&legacy));
    let report = host.report();
    for secret in [&included, &profile, &legacy] {
        let found = report.of(secret);
        assert_eq!(found.len(), 1, "{:#?}", report.lines());
        assert_eq!(found[0].location, "models.providers.acme.apiKey");
    }
}

#[test]
fn a_configuration_that_does_not_parse_is_named_and_still_searched() {
    let secret = shaped("openai-api-key", 50);
    let report = Host::with_config(format!("{{ models: {{ apiKey: \"{secret}\" ")).report();
    assert!(!report.complete);
    assert!(report.unreadable[0].path.ends_with("openclaw.json"));
    assert_eq!(report.of(&secret).len(), 1);
}

#[test]
fn the_programs_of_a_plugin_are_searched_for_shapes_only() {
    let secret = shaped("openai-api-key", 60);
    let program = format!(
        "export const opts={{authToken:ctx.a1B2c3D4e5F6g7H8.authToken,password:`パスワード認証の設定項目です`}};// {secret}\n"
    );
    let host = Host::with_config("{}");
    host.write(".openclaw/extensions/acme/dist/index.js", &program);
    host.write(
        ".openclaw/cache/control-ui-assets/1a2b/assets/zh.js",
        &program,
    );
    let report = host.report();
    assert_eq!(report.findings.len(), 1, "{:#?}", report.lines());
    assert_eq!(
        report.of(&secret)[0].file,
        host.path(".openclaw/extensions/acme/dist/index.js")
            .display()
            .to_string()
    );
}

#[test]
fn the_arguments_of_a_running_agent_are_read() {
    let (door, key) = (neutral(70), shaped("openai-api-key", 71));
    let mut host = Host::with_config("{}");
    host.arguments = [
        "/usr/bin/node",
        "openclaw.mjs",
        "gateway",
        "run",
        "--port",
        "18789",
        "--token",
        &door,
    ]
    .map(str::to_owned)
    .to_vec();
    host.arguments.push(format!("--header=X-Api-Key: {key}"));
    host.process(4711, &[("LANG", "C")]);
    let report = host.report();
    assert_eq!(report.findings.len(), 2, "{:#?}", report.lines());
    for (secret, location) in [(&door, "argv[7]"), (&key, "argv[8]")] {
        let finding = &report.of(secret)[0];
        assert_eq!(finding.file, "/proc/4711/cmdline");
        assert_eq!(finding.location, location);
        assert_eq!(finding.disposition, Disposition::Report);
        assert!(finding.reason.as_deref().unwrap().contains("arguments"));
    }
}

#[test]
fn what_only_a_name_speaks_for_in_the_owners_program_is_left_to_the_owner() {
    let host = Host::with_config("{}");
    let line = "const password = 'Sommer!2026.Paris';\n";
    host.write(".openclaw/workspace/site/login.ts", line);
    host.write(".openclaw/workspace/site/notes.md", line);
    let report = host.report();
    let of = |file: &str| report.at(file)[0].disposition;
    assert_eq!(of("login.ts"), Disposition::Report, "{:#?}", report.lines());
    assert_eq!(of("notes.md"), Disposition::Remove);
}

#[test]
fn an_archive_of_openclaws_may_go_and_one_of_the_owners_may_not() {
    let secret = shaped("openai-api-key", 80);
    let packed = ruzstd::encoding::compress_to_vec(
        format!("OPENAI_API_KEY={secret}\n").as_bytes(),
        ruzstd::encoding::CompressionLevel::Fastest,
    );
    let host = Host::with_config("{}");
    host.write(".openclaw/backups/2026-09-01.tar.zst", &packed);
    host.write(".openclaw/workspace/data/export.zst", &packed);
    let report = host.report();
    assert_eq!(report.of(&secret).len(), 2, "{:#?}", report.lines());
    assert_eq!(
        report.at("2026-09-01.tar.zst")[0].disposition,
        Disposition::Remove
    );
    assert_eq!(report.at("export.zst")[0].disposition, Disposition::Report);
}
