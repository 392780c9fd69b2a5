//! What harden is going to do: what goes, what is moved, what is left alone.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use bedlock_audit::modes::{Mode, Request};
use bedlock_audit::plan::{Planned, plan};
use bedlock_audit::{inspect, verify};
use bedlock_model::{Action, Change, RowOp, Silent, Verdict};
use proptest::prelude::*;

use crate::host::{Host, key, neutral, shaped};

const MODEL: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

fn request() -> Request {
    Request {
        mode: Mode::Direct,
        region: "us-west-2".into(),
        models: vec![MODEL.into()],
        sso_start_url: "https://d-1234567890.awsapps.com/start".into(),
        sso_region: "us-east-1".into(),
        account: "123456789012".into(),
        role: "BedrockInvoke".into(),
        profile: "openclaw".into(),
    }
}

fn planned(host: &Host) -> Planned {
    let (snapshot, around) = host.snapshot();
    let inspection = inspect(&snapshot, key(), &around, &Silent).unwrap();
    plan(
        &snapshot,
        &inspection,
        &around,
        &request(),
        &BTreeSet::new(),
    )
    .unwrap()
}

fn change<'p>(planned: &'p Planned, file: &str) -> Option<&'p Change> {
    planned
        .plan
        .changes
        .iter()
        .find(|change| change.path.ends_with(file))
}

/// The text that a file gets.
fn written(planned: &Planned, file: &str) -> String {
    match change(planned, file).map(|change| &change.action) {
        Some(Action::Write(content)) => String::from_utf8(content.bytes().to_vec()).unwrap(),
        other => panic!("{file}: {other:?}"),
    }
}

/// Does the writes and removals of a plan, as `host` would.
fn apply(planned: &Planned) {
    for change in &planned.plan.changes {
        match &change.action {
            Action::Write(content) => {
                fs::create_dir_all(change.path.parent().unwrap()).unwrap();
                fs::write(&change.path, content.bytes()).unwrap();
            }
            Action::Remove => fs::remove_file(&change.path).unwrap(),
            Action::Redact(redactions) => {
                let mut text = fs::read(&change.path).unwrap();
                for one in redactions.iter().rev() {
                    let start = usize::try_from(one.offset).unwrap();
                    let end = start + usize::try_from(one.length).unwrap();
                    text.splice(start..end, one.replacement.bytes());
                }
                fs::write(&change.path, text).unwrap();
            }
            Action::Database(_) => {}
        }
    }
}

#[test]
fn an_include_moves_with_the_configuration() {
    let secret = neutral(1);
    let host = Host::with_config(r#"{"$include": ["./a.json5"], "gateway": {"mode": "local"}}"#);
    host.write(
        ".openclaw/a.json5",
        format!(
            r#"{{models: {{providers: {{openai: {{apiKey: "{secret}"}}}}}}, agents: {{defaults: {{model: {{primary: "openai/gpt-5"}}}}}}}}"#
        ),
    );
    let (snapshot, around) = host.snapshot();
    let inspection = inspect(&snapshot, key(), &around, &Silent).unwrap();
    let route = |posture: bedlock_model::Posture| {
        posture
            .invariants
            .into_iter()
            .find(|one| one.id == "MODEL-ROUTE")
            .unwrap()
    };
    assert!(
        inspection
            .report
            .providers
            .iter()
            .any(|one| one.id == "openai")
    );
    assert_eq!(
        route(verify(&snapshot, &inspection, &around)).verdict,
        Verdict::Fail
    );

    let planned = planned(&host);
    let include = written(&planned, ".openclaw/a.json5");
    assert!(!include.contains("openai"), "{include}");
    assert!(
        include.contains(&format!("amazon-bedrock/{MODEL}")),
        "{include}"
    );
    apply(&planned);
    let (snapshot, around) = host.snapshot();
    let inspection = inspect(&snapshot, key(), &around, &Silent).unwrap();
    let after = route(verify(&snapshot, &inspection, &around));
    assert_eq!(after.verdict, Verdict::Pass, "{after:?}");
}

#[test]
fn a_name_in_the_configuration_is_no_permission_to_change_a_file() {
    let secret = shaped("openai-api-key", 2);
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().canonicalize().unwrap();
    fs::write(folder.join("notes.md"), format!("key: {secret}\n")).unwrap();
    let config = |workspace: &Path| {
        format!(
            r#"{{"agents": {{"defaults": {{"workspace": "{}"}}}}}}"#,
            workspace.display()
        )
    };
    let host = Host::with_config(config(&folder));
    let found = host.findings_of(&secret);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].disposition, bedlock_model::Disposition::Report);
    assert!(change(&planned(&host), "notes.md").is_none());
}

#[test]
fn a_backup_that_would_be_put_back_becomes_a_copy() {
    let padding = "x".repeat(4000);
    let host = Host::with_config(r#"{"gateway": {"mode": "local"}}"#);
    host.write(
        ".openclaw/openclaw.json.bak",
        format!(r#"{{"gateway": {{"mode": "local"}}, "ui": {{"note": "{padding}"}}}}"#),
    );
    let planned = planned(&host);
    assert_eq!(
        written(&planned, ".openclaw/openclaw.json.bak"),
        written(&planned, ".openclaw/openclaw.json")
    );
}

#[test]
fn a_broken_copy_is_redacted_and_a_broken_configuration_stops_the_plan() {
    let secret = shaped("anthropic-api-key", 3);
    let host = Host::with_config("{}");
    host.write(
        ".openclaw/openclaw.json.rejected.1",
        format!("{{\"models\": {{ broken \"apiKey\": \"{secret}\"\n"),
    );
    let plan = planned(&host);
    let broken = change(&plan, "openclaw.json.rejected.1").unwrap();
    assert!(
        matches!(&broken.action, Action::Redact(spans) if spans.len() == 1),
        "{broken:?}"
    );

    let host = Host::with_config(format!("{{ \"apiKey\": \"{secret}\" "));
    let plan = planned(&host);
    assert!(plan.plan.changes.is_empty());
    assert_eq!(plan.plan.blockers.len(), 1);
    assert!(
        plan.plan.blockers[0].why.contains("line 1"),
        "{:?}",
        plan.plan.blockers
    );
}

#[test]
fn rows_are_deleted_redacted_and_moved() {
    let secret = shaped("openai-api-key", 4);
    let host = Host::with_config("{}");
    host.database(".openclaw/agents/main/agent/openclaw-agent.sqlite", |database| {
        database
            .execute_batch(
                "CREATE TABLE mcp_oauth_stores (server TEXT PRIMARY KEY, store_json TEXT NOT NULL) STRICT;
                 CREATE TABLE session_nodes (session_key TEXT NOT NULL PRIMARY KEY, entry_json TEXT NOT NULL) STRICT;
                 CREATE TABLE transcript_events (session_id TEXT, seq INTEGER, event_json TEXT,
                   event_zstd BLOB, event_utf8_bytes INTEGER, navigation_json TEXT) STRICT;",
            )
            .unwrap();
        let store = format!(r#"{{"access_token": "{secret}"}}"#);
        database.execute("INSERT INTO mcp_oauth_stores VALUES ('notes', ?1)", [&store]).unwrap();
        let entry = r#"{"sessionId": "s", "providerOverride": "openai", "modelOverride": "gpt-5"}"#;
        database.execute("INSERT INTO session_nodes VALUES ('agent:main:main', ?1)", [entry]).unwrap();
        let event = format!(r#"{{"text": "my key is {secret}"}}"#);
        database
            .execute(
                "INSERT INTO transcript_events VALUES ('s', 1, ?1, NULL, ?2, NULL)",
                rusqlite::params![event, 90],
            )
            .unwrap();
    });
    let planned = planned(&host);
    let database = change(&planned, "openclaw-agent.sqlite").unwrap();
    let Action::Database(edits) = &database.action else {
        panic!("{database:?}")
    };
    let of = |table: &str| {
        edits
            .iter()
            .filter(|edit| edit.table == table)
            .map(|edit| &edit.op)
            .collect::<Vec<_>>()
    };
    assert_eq!(of("mcp_oauth_stores"), [&RowOp::Delete]);
    let columns: Vec<&str> = of("transcript_events")
        .into_iter()
        .filter_map(|op| match op {
            RowOp::Set { column, .. } => Some(column.as_str()),
            RowOp::Delete => None,
        })
        .collect();
    assert_eq!(columns, ["event_json", "event_utf8_bytes"]);
    assert!(matches!(
        of("session_nodes").as_slice(),
        [RowOp::Set { .. }]
    ));
}

#[test]
fn a_secret_of_several_lines_leaves_as_many_lines() {
    let host = Host::with_config("{}");
    let secret = shaped("private-key", 5);
    let lines = secret.lines().count();
    assert!(lines > 1);
    host.write(
        ".openclaw/logs/gateway.log",
        format!("before\n{secret}\nafter\n"),
    );
    let plan = planned(&host);
    apply(&plan);
    let text = fs::read_to_string(host.path(".openclaw/logs/gateway.log")).unwrap();
    assert_eq!(text.lines().count(), lines + 2, "{text}");
    assert!(text.contains("REDACTED-"));
}

#[test]
fn other_aws_profiles_keep_their_settings_and_lose_their_keys() {
    let secret = neutral(6);
    let host = Host::with_config("{}");
    host.write(
        ".aws/config",
        format!(
            "[default]\nregion = eu-west-1\naws_access_key_id = {}\naws_secret_access_key = {secret}{}\n\n[profile work]\nsso_session = work\n",
            shaped("aws-access-key-id", 6),
            neutral(7).split_at(8).0,
        ),
    );
    host.write(".aws/credentials", "[default]\n");
    let planned = planned(&host);
    assert_eq!(
        change(&planned, ".aws/credentials").unwrap().action,
        Action::Remove
    );
    let config = written(&planned, ".aws/config");
    assert!(
        config.starts_with("[default]\nregion = eu-west-1\n\n[profile work]\nsso_session = work\n"),
        "{config}"
    );
    assert!(
        config.contains("[profile openclaw]\nsso_session = openclaw\n"),
        "{config}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Wherever secrets stand in a configuration and its neighbours, after the plan there are none,
    /// and a second plan has nothing to do.
    #[test]
    fn after_the_plan_there_is_nothing_to_plan(
        places in proptest::collection::vec((0_usize..8, 0_u64..1000), 1..6),
        comment in "[ a-z]{0,20}",
    ) {
        let mut providers = String::new();
        let mut variables = String::new();
        let mut arguments = String::new();
        let mut dotenv = String::new();
        let mut shell = String::new();
        let mut log = String::new();
        let mut secrets = Vec::new();
        for (number, (place, seed)) in places.iter().enumerate() {
            let seed = seed * 10 + number as u64;
            let secret = if seed.is_multiple_of(2) { neutral(seed) } else { shaped("openai-api-key", seed) };
            match place {
                0 => providers.push_str(&format!("    p{number}: {{apiKey: '{secret}', models: []}}, // {comment}\n")),
                1 => variables.push_str(&format!("    SOME_{number}_API_KEY: \"{secret}\",\n")),
                2 => arguments.push_str(&format!("\"--token\", \"{secret}\", ")),
                3 => arguments.push_str(&format!("\"--api-key={secret}\", ")),
                4 => arguments.push_str(&format!("\"https://u:{secret}@example.org/{number}\", ")),
                5 => dotenv.push_str(&format!("# {comment}\nexport K{number}_API_KEY=\"{secret}\"\n")),
                6 => shell.push_str(&format!("alias a{number}='x'\nexport K{number}_TOKEN={secret} # {comment}\n")),
                _ => log.push_str(&format!("{{\"argv\": [\"--api-key\", \"{secret}\"], \"API_KEY\": \"{secret}\"}}\n")),
            }
            secrets.push(secret);
        }
        let config = format!(
            "{{\n  // {comment}\n  models: {{providers: {{\n{providers}  }}}},\n  env: {{vars: {{\n{variables}    EDITOR: 'vim',\n  }}}},\n  mcp: {{servers: {{a: {{command: 'npx', args: [{arguments}\"x\"]}}}}}},\n}}\n"
        );
        let host = Host::with_config(&config);
        host.write(".openclaw/openclaw.json.bak", &config);
        host.write(".openclaw/.env", &dotenv);
        host.write(".bashrc", &shell);
        host.write(".openclaw/logs/a.jsonl", &log);
        let first = planned(&host);
        prop_assert!(first.plan.blockers.is_empty());
        apply(&first);
        for file in [".openclaw/openclaw.json", ".openclaw/openclaw.json.bak", ".openclaw/.env", ".bashrc", ".openclaw/logs/a.jsonl"] {
            let text = fs::read_to_string(host.path(file)).unwrap();
            for secret in &secrets {
                prop_assert!(!text.contains(secret.as_str()), "{file}: {text}");
            }
            if file.contains("openclaw.json") {
                prop_assert!(text.contains("EDITOR: 'vim'"), "{file}: {text}");
            }
        }
        let second = planned(&host);
        prop_assert!(second.plan.is_empty(), "{:?}", second.plan.changes);
    }
}

#[test]
fn a_deleted_row_of_plain_columns_is_found_and_vacuumed() {
    let secret = shaped("openai-api-key", 8);
    let host = Host::with_config("{}");
    host.database(".openclaw/state/openclaw.sqlite", |database| {
        database
            .execute_batch("CREATE TABLE secret_store_entries (name TEXT, value TEXT) STRICT;")
            .unwrap();
        database
            .execute(
                "INSERT INTO secret_store_entries VALUES ('MY_KEY', ?1)",
                [&secret],
            )
            .unwrap();
        database
            .execute("DELETE FROM secret_store_entries", [])
            .unwrap();
    });
    let file = host.path(".openclaw/state/openclaw.sqlite");
    let bytes = fs::read(&file).unwrap();
    let stands = |bytes: &[u8]| bytes.windows(secret.len()).any(|w| w == secret.as_bytes());
    assert!(
        stands(&bytes),
        "SQLite wiped the row; the test shows nothing"
    );
    let found = host.report();
    assert!(
        found
            .findings
            .iter()
            .any(|one| one.rule == "openai-api-key"),
        "{:?}",
        found.findings
    );
    let planned = planned(&host);
    let database = change(&planned, "openclaw.sqlite").unwrap();
    assert_eq!(database.action, Action::Database(Vec::new()));
}
