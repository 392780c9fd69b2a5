//! SQLite as OpenClaw keeps it: rows, freed pages, the write-ahead log, compressed events.

use std::fs;

use bedlock_model::{Disposition, Evidence, PlaceKind, Report};
use rusqlite::{Connection, params};
use serde_json::json;

use crate::host::{Ask, Host, neutral, shaped};

const STATE: &str = ".openclaw/state/openclaw.sqlite";
const AGENT: &str = ".openclaw/agents/main/agent/openclaw-agent.sqlite";

fn one<'r>(report: &'r Report, secret: &str) -> &'r bedlock_model::Finding {
    let name = report.of(secret);
    assert_eq!(name.len(), 1, "{:#?}", report.lines());
    report
        .findings
        .iter()
        .find(|f| f.fingerprint == name[0].fingerprint)
        .unwrap()
}

#[test]
fn the_profile_store_is_read_field_by_field() {
    let (key, token, access, refresh) = (neutral(1), neutral(2), neutral(3), neutral(4));
    let store = json!({ "version": 1, "profiles": {
        "openai:default": { "type": "api_key", "provider": "openai", "key": key },
        "anthropic:tok": { "type": "token", "provider": "anthropic", "token": token },
        "openai:chatgpt-default": { "type": "oauth", "provider": "openai", "access": access,
            "refresh": refresh, "expires": 1_790_000_000_000_u64, "accountId": "ann@example.org" },
        "google:ref": { "type": "api_key", "provider": "google",
            "keyRef": { "source": "env", "provider": "default", "id": "GEMINI_API_KEY" } },
    } });
    let host = Host::with_config("{}");
    host.database(STATE, |db| {
        db.execute_batch("PRAGMA journal_mode=WAL; CREATE TABLE config_machine_state (state_key TEXT NOT NULL PRIMARY KEY, value_json TEXT NOT NULL, updated_at_ms INTEGER NOT NULL) STRICT").unwrap();
        let put = "INSERT INTO config_machine_state VALUES (?1, ?2, 1)";
        db.execute(put, params!["auth.sharedStore", "{\"location\":\"state-db\"}"]).unwrap();
        db.execute(put, params!["authProfiles.store", store.to_string()]).unwrap();
    });
    host.database(AGENT, |db| {
        db.execute_batch("CREATE TABLE auth_profile_store (store_key TEXT NOT NULL PRIMARY KEY, store_json TEXT NOT NULL, updated_at INTEGER NOT NULL) STRICT").unwrap();
        db.execute("INSERT INTO auth_profile_store VALUES ('primary', ?1, 1)", [store.to_string()]).unwrap();
    });
    let report = host.report();
    assert!(report.complete, "{:?}", report.unreadable);
    let mut locations: Vec<(String, bool)> = report
        .findings
        .iter()
        .map(|f| {
            (
                f.location.clone(),
                f.evidence.contains(&Evidence::Structural),
            )
        })
        .collect();
    locations.sort();
    let mut expected = Vec::new();
    for row in [
        "auth_profile_store[primary].store_json",
        "config_machine_state[authProfiles.store].value_json",
    ] {
        for field in [
            "profiles[\"anthropic:tok\"].token",
            "profiles[\"openai:chatgpt-default\"].access",
            "profiles[\"openai:chatgpt-default\"].refresh",
            "profiles[\"openai:default\"].key",
        ] {
            expected.push((format!("{row}.{field}"), true));
        }
    }
    assert_eq!(locations, expected);
    assert_eq!(report.secrets.len(), 4);
    assert!(
        report
            .findings
            .iter()
            .all(|f| f.disposition == Disposition::Remove)
    );
    // The provider whose key it is is known from the profile's name.
    assert!(
        report.of(&key).iter().all(|f| f.rule == "openai-api-key"),
        "{:#?}",
        report.lines()
    );
}

#[test]
fn secret_columns_are_found_and_the_gateways_own_are_kept() {
    let names = [
        "stored",
        "mcp-access",
        "mcp-refresh",
        "mcp-client",
        "device",
        "bootstrap",
        "origin",
        "approval",
    ];
    let secrets: Vec<String> = (0..names.len()).map(|i| neutral(10 + i as u64)).collect();
    let pem = shaped("private-key", 30);
    let host = Host::with_config("{}");
    host.database(STATE, |db| {
        db.execute_batch(
            "CREATE TABLE secret_store_entries (scope_kind TEXT NOT NULL, scope_id TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, kind TEXT NOT NULL, deleted_at_ms INTEGER, PRIMARY KEY (scope_kind, scope_id, name)) STRICT;
             CREATE TABLE mcp_oauth_stores (store_key TEXT NOT NULL PRIMARY KEY, format_version INTEGER NOT NULL CHECK (format_version = 1), store_json TEXT NOT NULL, updated_at INTEGER NOT NULL) STRICT;
             CREATE TABLE device_identities (identity_key TEXT NOT NULL PRIMARY KEY, device_id TEXT NOT NULL, public_key_pem TEXT NOT NULL, private_key_pem TEXT NOT NULL) STRICT;
             CREATE TABLE device_auth_tokens (device_id TEXT NOT NULL, role TEXT NOT NULL, token TEXT NOT NULL, scopes_json TEXT NOT NULL, PRIMARY KEY (device_id, role)) STRICT;
             CREATE TABLE device_bootstrap_tokens (token_key TEXT NOT NULL PRIMARY KEY, token TEXT NOT NULL) STRICT;
             CREATE TABLE gateway_origin_device_tokens (gateway_scope TEXT NOT NULL, device_id TEXT NOT NULL, role TEXT NOT NULL, token TEXT NOT NULL, PRIMARY KEY (gateway_scope, device_id, role)) STRICT;
             CREATE TABLE exec_approvals_config (config_key TEXT NOT NULL PRIMARY KEY, raw_json TEXT NOT NULL) STRICT;",
        )
        .unwrap();
        db.execute("INSERT INTO secret_store_entries VALUES ('team', '', 'ACME_API_KEY', ?1, 'secret', 17)", [&secrets[0]]).unwrap();
        let oauth = json!({
            "tokens": { "access_token": secrets[1], "refresh_token": secrets[2], "token_type": "Bearer" },
            "clientInformation": { "client_id": "c1", "client_secret": secrets[3] } });
        db.execute("INSERT INTO mcp_oauth_stores VALUES ('notes', 1, ?1, 1)", [oauth.to_string()]).unwrap();
        db.execute("INSERT INTO device_identities VALUES ('primary', 'd1', '-----BEGIN PUBLIC KEY-----', ?1)", [&pem]).unwrap();
        db.execute("INSERT INTO device_auth_tokens VALUES ('d1', 'operator', ?1, '[]')", [&secrets[4]]).unwrap();
        db.execute("INSERT INTO device_bootstrap_tokens VALUES ('k', ?1)", [&secrets[5]]).unwrap();
        db.execute("INSERT INTO gateway_origin_device_tokens VALUES ('local', 'd1', 'node', ?1)", [&secrets[6]]).unwrap();
        let approvals = json!({ "version": 1, "socket": { "path": "/run/a.sock", "token": secrets[7] } });
        db.execute("INSERT INTO exec_approvals_config VALUES ('default', ?1)", [approvals.to_string()]).unwrap();
    });
    let report = host.report();
    for (name, secret) in names.iter().zip(&secrets) {
        let finding = one(&report, secret);
        let kept = matches!(*name, "device" | "bootstrap" | "origin" | "approval");
        let expected = if kept {
            Disposition::Keep
        } else {
            Disposition::Remove
        };
        assert_eq!(finding.disposition, expected, "{name} {}", finding.location);
        assert!(finding.evidence.contains(&Evidence::Structural), "{name}");
    }
    assert_eq!(
        one(&report, &secrets[0]).location,
        "secret_store_entries[ACME_API_KEY].value"
    );
    assert_eq!(one(&report, &pem).disposition, Disposition::Keep);
    assert_eq!(
        report.findings.len(),
        names.len() + 1,
        "{:#?}",
        report.lines()
    );
}

#[test]
fn a_store_entry_that_a_channel_refers_to_is_kept() {
    let (kept, removed) = (neutral(40), neutral(41));
    let host = Host::with_config(
        json!({ "channels": { "telegram": { "botToken": { "source": "store", "provider": "default", "id": "CLUB_TOKEN" } } } })
            .to_string(),
    );
    host.database(STATE, |db| {
        db.execute_batch("CREATE TABLE secret_store_entries (scope_kind TEXT, scope_id TEXT, name TEXT, value TEXT)").unwrap();
        for (name, value) in [("CLUB_TOKEN", &kept), ("OTHER_TOKEN", &removed)] {
            db.execute("INSERT INTO secret_store_entries VALUES ('team', '', ?1, ?2)", [name, value]).unwrap();
        }
    });
    let report = host.report();
    assert_eq!(one(&report, &kept).disposition, Disposition::Keep);
    assert_eq!(one(&report, &removed).disposition, Disposition::Remove);
}

#[test]
fn conversations_are_searched_in_text_and_in_compressed_events() {
    let (plain, packed, known) = (
        shaped("openai-api-key", 50),
        shaped("anthropic-api-key", 51),
        neutral(52),
    );
    let host = Host::with_config(json!({ "gateway": { "auth": { "token": known } } }).to_string());
    let event = |text: &str| {
        json!({ "type": "message", "message": { "role": "toolResult", "content": text } })
            .to_string()
    };
    let long = event(&format!(
        "{}\nANTHROPIC_API_KEY={packed}\ndoor {known}\n",
        "all quiet\n".repeat(900)
    ));
    let compressed = ruzstd::encoding::compress_to_vec(
        long.as_bytes(),
        ruzstd::encoding::CompressionLevel::Fastest,
    );
    assert!(compressed.len() < long.len() / 2);
    host.database(AGENT, |db| {
        db.execute_batch("CREATE TABLE transcript_events (session_id TEXT NOT NULL, seq INTEGER NOT NULL, event_json TEXT, created_at INTEGER NOT NULL, event_zstd BLOB, event_utf8_bytes INTEGER, navigation_json TEXT, PRIMARY KEY (session_id, seq)) STRICT").unwrap();
        let put = "INSERT INTO transcript_events VALUES ('11111111-2222-4333-8444-555555555555', ?1, ?2, 1, ?3, ?4, NULL)";
        db.execute(put, params![1, event("hello"), None::<Vec<u8>>, 1]).unwrap();
        db.execute(put, params![2, event(&format!("OPENAI_API_KEY={plain}\n")), None::<Vec<u8>>, 1]).unwrap();
        db.execute(put, params![3, None::<String>, compressed, i64::try_from(long.len()).unwrap()]).unwrap();
    });
    let report = host.report();
    assert_eq!(one(&report, &plain).line, 2);
    assert!(one(&report, &plain).location.ends_with(".event_json"));
    let inside = one(&report, &packed);
    assert_eq!(inside.line, 3);
    assert!(
        inside.location.ends_with(".event_zstd"),
        "{}",
        inside.location
    );
    assert!(
        inside
            .excerpt
            .as_str()
            .contains("ANTHROPIC_API_KEY=sk-ant-api"),
        "{}",
        inside.excerpt
    );
    let by_value: Vec<_> = report
        .of(&known)
        .into_iter()
        .filter(|f| f.kind == PlaceKind::Database)
        .collect();
    assert_eq!(by_value.len(), 1, "{:#?}", report.lines());
    assert!(by_value[0].location.ends_with(".event_zstd"));
    assert_eq!(report.findings.len(), 4, "{:#?}", report.lines());
}

#[test]
fn a_deleted_row_is_found_in_the_freed_page_once() {
    let (shape, value) = (shaped("openai-api-key", 60), neutral(61));
    let host = Host::with_config(json!({ "gateway": { "auth": { "token": value } } }).to_string());
    host.database(STATE, |db| {
        db.execute_batch(
            "PRAGMA secure_delete=OFF; CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT)",
        )
        .unwrap();
        for _ in 0..40 {
            let body = format!("{shape} {value} {}", "x".repeat(3000));
            db.execute("INSERT INTO notes (body) VALUES (?1)", [body])
                .unwrap();
        }
        db.execute("DELETE FROM notes", []).unwrap();
    });
    let file = fs::read(host.path(STATE)).unwrap();
    let count = |what: &str| {
        file.windows(what.len())
            .filter(|w| *w == what.as_bytes())
            .count()
    };
    assert!(
        count(&shape) > 10 && count(&value) > 10,
        "the pages were overwritten"
    );
    let report = host.report();
    for secret in [&shape, &value] {
        let here: Vec<_> = report
            .of(secret)
            .into_iter()
            .filter(|f| f.kind == PlaceKind::Database)
            .collect();
        assert_eq!(here.len(), 1, "{:#?}", report.lines());
        assert_eq!(here[0].location, "raw bytes (freed page)");
        assert_eq!(here[0].disposition, Disposition::Remove);
    }
    assert_eq!(report.secrets.len(), 2, "{:#?}", report.lines());
}

#[test]
fn what_only_the_write_ahead_log_holds_is_found_as_a_row() {
    let (row, gone) = (neutral(70), shaped("openai-api-key", 71));
    let host = Host::with_config("{}");
    let path = host.path(STATE);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let writer = Connection::open(&path).unwrap();
    writer.execute_batch("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE secret_store_entries (scope_kind TEXT, scope_id TEXT, name TEXT, value TEXT)").unwrap();
    writer
        .execute(
            "INSERT INTO secret_store_entries VALUES ('team', '', 'OLD', ?1)",
            [json!({ "key": gone }).to_string()],
        )
        .unwrap();
    writer
        .execute("DELETE FROM secret_store_entries", [])
        .unwrap();
    writer
        .execute(
            "INSERT INTO secret_store_entries VALUES ('team', '', 'NEW', ?1)",
            [&row],
        )
        .unwrap();
    let main = fs::read(&path).unwrap();
    assert!(
        !main.windows(row.len()).any(|w| w == row.as_bytes()),
        "it was checkpointed"
    );
    let before = fs::read_dir(path.parent().unwrap()).unwrap().count();
    let report = host.report();
    assert!(report.complete, "{:?}", report.unreadable);
    assert_eq!(
        fs::read_dir(path.parent().unwrap()).unwrap().count(),
        before
    );
    let rows: Vec<_> = report
        .at("openclaw.sqlite")
        .iter()
        .map(|f| f.location.clone())
        .collect();
    assert_eq!(
        rows,
        ["secret_store_entries[NEW].value"],
        "{:#?}",
        report.lines()
    );
    for secret in [&row, &gone] {
        let in_log: Vec<_> = report
            .of(secret)
            .into_iter()
            .filter(|f| f.kind == PlaceKind::DatabaseSidecar)
            .collect();
        assert_eq!(in_log.len(), 1, "{:#?}", report.lines());
        assert_eq!(in_log[0].location, "raw bytes (write-ahead log)");
    }
    drop(writer);
}

#[test]
fn a_value_that_goes_on_in_another_page_is_one_secret() {
    let secret = shaped("openai-api-key", 80);
    let host = Host::with_config("{}");
    host.database(AGENT, |db| {
        db.execute_batch("PRAGMA page_size=512; CREATE TABLE transcript_events (session_id TEXT, seq INTEGER, event_json TEXT)").unwrap();
        for pad in 0..40 {
            let text = format!("{}{} is my key", " la ".repeat(70 + pad * 4), secret);
            db.execute("INSERT INTO transcript_events VALUES ('s', ?1, ?2)", params![pad as i64, text]).unwrap();
        }
    });
    let report = host.report();
    assert_eq!(report.secrets.len(), 1, "{:#?}", report.lines());
    assert_eq!(report.of(&secret).len(), 40);
}

#[test]
fn tables_without_rowid_generated_columns_and_long_rows() {
    let secrets: Vec<String> = (0..4).map(|i| neutral(90 + i)).collect();
    let host = Host::with_config("{}");
    host.database(STATE, |db| {
        db.execute_batch(
            "CREATE TABLE keyed (token TEXT NOT NULL, n INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (name, n)) WITHOUT ROWID, STRICT;
             CREATE TABLE made (a TEXT, token TEXT GENERATED ALWAYS AS (a || '') VIRTUAL, b TEXT);
             CREATE TABLE \"odd name\" (\"api key\" TEXT, z BLOB);
             ALTER TABLE \"odd name\" ADD COLUMN later TEXT;",
        ).unwrap();
        db.execute("INSERT INTO keyed VALUES (?1, 1, 'first')", [&secrets[0]]).unwrap();
        db.execute("INSERT INTO made (a, b) VALUES ('plain', ?1)", [json!({ "accessToken": secrets[1] }).to_string()]).unwrap();
        db.execute("INSERT INTO \"odd name\" VALUES (?1, zeroblob(70000), NULL)", [&secrets[2]]).unwrap();
        let long = json!({ "pad": "la ".repeat(40_000), "clientSecret": secrets[3] }).to_string();
        db.execute("INSERT INTO \"odd name\" VALUES ('', NULL, ?1)", [long]).unwrap();
    });
    let report = host.report();
    assert!(report.complete, "{:?}", report.unreadable);
    let at = |i: usize| one(&report, &secrets[i]).location.clone();
    assert_eq!(at(0), "keyed[first].token");
    assert_eq!(at(1), "made[plain].b.accessToken");
    assert_eq!(one(&report, &secrets[2]).line, 1);
    assert!(at(3).ends_with(".later.clientSecret"), "{}", at(3));
}

#[test]
fn a_file_that_is_no_database_is_named_and_searched_all_the_same() {
    let secret = shaped("openai-api-key", 100);
    let host = Host::with_config("{}");
    host.write(
        ".openclaw/state/broken.sqlite",
        format!("not a database {secret} at all"),
    );
    host.write(".openclaw/state/empty.lock.sqlite", "");
    let report = host.report();
    assert!(!report.complete);
    assert_eq!(report.unreadable.len(), 1);
    assert!(report.unreadable[0].path.ends_with("broken.sqlite"));
    assert_eq!(one(&report, &secret).disposition, Disposition::Remove);
}

#[test]
fn a_value_with_the_next_column_behind_it_is_one_secret() {
    let secret = shaped("openai-api-key", 110);
    let host = Host::with_config("{}");
    host.database(STATE, |db| {
        db.execute_batch("CREATE TABLE secret_store_entries (value TEXT, kind TEXT, name TEXT)")
            .unwrap();
        db.execute(
            "INSERT INTO secret_store_entries VALUES (?1, 'secret', 'SOME_NAME')",
            [&secret],
        )
        .unwrap();
    });
    let report = host.report();
    assert_eq!(report.secrets.len(), 1, "{:#?}", report.lines());
    assert_eq!(
        one(&report, &secret).location,
        "secret_store_entries[SOME_NAME].value"
    );
}
