//! Every credential field of OpenClaw, one by one: a value there is found, a reference is not.

use bedlock_audit::agents::openclaw::surfaces::{
    AUTH_PROFILES, LEGACY_STATE, LISTED, Surface, UNLISTED,
};
use bedlock_model::Evidence;
use serde_json::{Value, json};

use crate::host::{Ask, Host, neutral, shaped};

/// What a star of a path stands for in these tests.
fn name_of_star(before: &str, at_the_end: bool) -> Name {
    match before {
        "args" | "list" | "mappings" => Name::Index,
        "env" | "vars" => Name::Key("GITHUB_TOKEN"),
        "headers" => Name::Key("X-Api-Key"),
        _ if at_the_end => Name::Key("apiToken"),
        "profiles" => Name::Key("work:default"),
        _ => Name::Key("some-name"),
    }
}

enum Name {
    Key(&'static str),
    Index,
}

/// A document with `value` at the surface's path, and that path as audit writes it.
fn document(surface: &Surface, value: &Value) -> (Value, String) {
    let parts: Vec<&str> = surface.path.split('.').collect();
    let mut document = value.clone();
    let mut written = Vec::new();
    for (index, part) in parts.iter().enumerate().rev() {
        let before = index.checked_sub(1).map_or("", |i| parts[i]);
        let name = match *part {
            "*" => name_of_star(before, index + 1 == parts.len()),
            key => {
                document = json!({ key: document });
                written.push(format!(".{key}"));
                continue;
            }
        };
        match name {
            Name::Key(key) => {
                document = json!({ key: document });
                let plain = key.chars().all(|c| c.is_alphanumeric() || "_-".contains(c));
                written.push(if plain {
                    format!(".{key}")
                } else {
                    format!("[\"{key}\"]")
                });
            }
            Name::Index => {
                document = json!(["first", document]);
                written.push("[1]".to_owned());
            }
        }
    }
    written.reverse();
    let location = written.concat().trim_start_matches('.').to_owned();
    (document, location)
}

/// How a credential is written at a surface: as it is, or in the query of a URL.
fn written(surface: &Surface, secret: &str) -> String {
    let is_url = ["url", "baseUrl", "cdpUrl"]
        .iter()
        .any(|tail| surface.path.rsplit('.').next() == Some(*tail));
    if is_url {
        format!("https://tools.test/v1?api_key={secret}")
    } else {
        secret.to_owned()
    }
}

fn check(file: &str, surface: &Surface, number: usize) {
    let secret = neutral(number as u64 + 1);
    let (found, location) = document(surface, &json!(written(surface, &secret)));
    let host = Host::with_config("{}");
    host.write(file, serde_json::to_vec_pretty(&found).unwrap());
    let report = host.report();
    assert_eq!(
        report.findings.len(),
        1,
        "{file} {location}: {:#?}",
        report.lines()
    );
    let finding = &report.of(&secret)[0];
    assert_eq!(finding.location, location, "{file}");
    assert!(
        finding.evidence.contains(&Evidence::Structural),
        "{file} {location}"
    );
    assert!(finding.file.ends_with(file), "{}", finding.file);
    assert!(report.complete);

    // One installation for each, so that one look is enough.
    let host = Host::with_config("{}");
    for (number, not_one) in no_credentials().iter().enumerate() {
        let (clean, _) = document(surface, not_one);
        let file = file.replacen(".openclaw/", &format!(".openclaw-{number}/"), 1);
        host.write(&file, serde_json::to_vec_pretty(&clean).unwrap());
    }
    let report = host.report();
    assert_eq!(report.lines(), [""; 0], "{file} {location}");
    assert_eq!(report.agents.len(), 1 + no_credentials().len());
}

/// What stands where a credential could, and is none.
fn no_credentials() -> Vec<Value> {
    vec![
        json!("${SOME_VARIABLE}"),
        json!("Bearer ${SOME_VARIABLE}"),
        json!("$SOME_VARIABLE"),
        json!({ "source": "env", "provider": "default", "id": "SOME_VARIABLE" }),
        json!({ "source": "file", "provider": "disk", "id": "/providers/openai/apiKey" }),
        json!({ "source": "exec", "provider": "vault", "id": "team/openai/api-key" }),
        json!({ "source": "store", "provider": "default", "id": "OPENAI_API_KEY" }),
        json!("secretref-managed"),
        json!("your-api-key-here"),
        json!("<your key>"),
        json!("sk-..."),
        json!("changeme"),
        json!(""),
        json!(null),
        json!(true),
    ]
}

#[test]
fn each_listed_field_of_the_configuration() {
    for (number, surface) in LISTED.iter().enumerate() {
        check(".openclaw/openclaw.json", surface, number);
    }
}

#[test]
fn each_field_that_openclaw_does_not_list() {
    for (number, surface) in UNLISTED.iter().enumerate() {
        check(".openclaw/openclaw.json", surface, 1000 + number);
    }
}

#[test]
fn each_field_in_every_copy_of_the_configuration() {
    let surfaces = LISTED.iter().chain(UNLISTED).step_by(9);
    let copies = [
        "bak",
        "bak.4",
        "last-good",
        "pre-update",
        "rejected.1",
        "clobbered.2026-11-01",
    ];
    for (number, surface) in surfaces.enumerate() {
        let copy = copies[number % copies.len()];
        check(
            &format!(".openclaw/openclaw.json.{copy}"),
            surface,
            2000 + number,
        );
    }
}

#[test]
fn each_field_of_the_profile_store() {
    for (number, surface) in AUTH_PROFILES.iter().enumerate() {
        for file in [
            ".openclaw/agents/main/agent/auth-profiles.json",
            ".openclaw/agents/main/agent/auth-profiles.json.migrated-2026-09-01T00-00-00Z-1",
        ] {
            check(file, surface, 3000 + number);
        }
    }
}

#[test]
fn each_field_of_the_older_stores() {
    for (number, surface) in LEGACY_STATE.iter().enumerate() {
        for file in [
            ".openclaw/agents/main/agent/models.json",
            ".openclaw/agents/main/agent/plugins/acme/catalog.json",
            ".openclaw/agents/main/agent/auth.json.migrated-2026-09-01T00-00-00Z-2",
            ".openclaw/credentials/oauth.json",
        ] {
            check(file, surface, 4000 + number);
        }
    }
}

#[test]
fn a_header_with_a_neutral_name_is_told_by_the_shape_of_its_value() {
    let secret = shaped("openai-api-key", 5);
    for path in ["models.providers.acme.headers", "mcp.servers.acme.headers"] {
        let keys: Vec<&str> = path.split('.').collect();
        let document = keys
            .iter()
            .rev()
            .fold(json!({ "X-Trace": secret }), |d, k| json!({ *k: d }));
        let host = Host::with_config(document.to_string());
        let findings = host.findings_of(&secret);
        assert_eq!(findings.len(), 1, "{path}");
        assert_eq!(findings[0].location, format!("{path}.X-Trace"));
        assert_eq!(findings[0].rule, "openai-api-key");
    }
}

#[test]
fn a_field_of_no_table_is_told_by_its_name_and_value() {
    let secret = neutral(77);
    let config = json!({ "plugins": { "entries": { "never-heard-of-it": { "config": {
        "deep": { "clientSecret": secret, "maxTokens": 8192, "tokenizer": "o200k_base" } } } } } });
    let findings = Host::with_config(config.to_string()).findings_of(&secret);
    assert_eq!(findings.len(), 1);
    assert_eq!(
        findings[0].location,
        "plugins.entries.never-heard-of-it.config.deep.clientSecret"
    );
}

/// OpenClaw's own list, from the package that the peers' folder holds.
#[test]
#[ignore = "needs the installed OpenClaw: `cargo xtask peer-tests` sets BEDLOCK_PEERS"]
fn the_listed_fields_are_those_of_the_installed_openclaw() {
    let peers = std::env::var_os("BEDLOCK_PEERS")
        .expect("BEDLOCK_PEERS names no folder: run `cargo xtask peer-tests`");
    let list = std::path::Path::new(&peers).join(
        "openclaw-2026.9.6/node_modules/openclaw/docs/reference/\
         secretref-user-supplied-credentials-matrix.json",
    );
    let matrix: Value = serde_json::from_slice(&std::fs::read(list).unwrap()).unwrap();
    let dotted = |path: &str| path.replace("[]", ".*");
    let of_file = |name: &str| {
        let mut paths: Vec<String> = matrix["entries"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["configFile"] == name)
            .map(|entry| dotted(entry["path"].as_str().unwrap()))
            .collect();
        paths.sort();
        paths
    };
    let mut listed: Vec<String> = LISTED.iter().map(|s| s.path.to_owned()).collect();
    listed.sort();
    assert_eq!(listed, of_file("openclaw.json"));
    let mut profiles: Vec<&str> = AUTH_PROFILES[..2].iter().map(|s| s.path).collect();
    profiles.sort_unstable();
    let theirs = of_file("auth-profile-store");
    assert_eq!(
        profiles,
        theirs.iter().map(String::as_str).collect::<Vec<_>>()
    );
    let known: Vec<&str> = LISTED.iter().chain(UNLISTED).map(|s| s.path).collect();
    for excluded in matrix["excludedMutableOrRuntimeManaged"]
        .as_array()
        .unwrap()
    {
        let path = dotted(excluded.as_str().unwrap());
        let elsewhere = path.contains("creds.json") || path.starts_with("auth-profiles");
        assert!(elsewhere || known.contains(&path.as_str()), "{path}");
    }
}
