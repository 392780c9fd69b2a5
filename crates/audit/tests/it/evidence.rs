//! Three kinds of evidence, one finding for each place, one name for each secret.

use base64::Engine as _;
use bedlock_model::{Evidence, Finding, PlaceKind};
use serde_json::json;

use crate::host::{Ask, Host, neutral, shaped};

fn evidence_of(finding: &Finding) -> &[Evidence] {
    &finding.evidence
}

#[test]
fn a_field_with_a_known_shape_that_stands_elsewhere_too_is_one_finding_with_all_evidence() {
    let secret = shaped("openai-api-key", 1);
    let host = Host::with_config(
        json!({ "models": { "providers": { "openai": { "apiKey": secret } } } }).to_string(),
    );
    host.write(
        ".openclaw/workspace/notes.md",
        format!("the key: {secret}\n"),
    );
    let report = host.report();
    assert_eq!(report.findings.len(), 2, "{:#?}", report.lines());
    let in_config = report.at("openclaw.json")[0];
    assert_eq!(
        evidence_of(in_config),
        [Evidence::Structural, Evidence::Pattern, Evidence::Value]
    );
    assert!(evidence_of(report.at("notes.md")[0]).contains(&Evidence::Pattern));
    assert!(evidence_of(report.at("notes.md")[0]).contains(&Evidence::Value));
}

#[test]
fn a_value_without_shape_or_name_is_found_by_value_alone() {
    let secret = neutral(2);
    let host = Host::with_config(json!({ "gateway": { "auth": { "token": secret } } }).to_string());
    host.write(
        ".openclaw/workspace/notes.md",
        format!("I say {secret} to enter\n"),
    );
    host.write(
        ".openclaw/logs/gateway.log",
        format!("connect from ann {secret}\n"),
    );
    let report = host.report();
    assert_eq!(report.findings.len(), 3, "{:#?}", report.lines());
    assert_eq!(evidence_of(report.at("notes.md")[0]), [Evidence::Value]);
    assert_eq!(evidence_of(report.at("gateway.log")[0]), [Evidence::Value]);
    assert_eq!(report.secrets.len(), 1);
    assert_eq!(report.secrets[0].places, 3);
}

#[test]
fn every_spelling_of_a_secret_has_the_same_name() {
    // With bytes that JSON, URLs and base64 write differently.
    let secret = format!("{}/\"+\\é={}", &neutral(3)[..14], &neutral(4)[..14]);
    let config = json!({ "gateway": { "auth": { "password": secret } } });
    let json_text = json!({ "content": format!("it is {secret}, I think") }).to_string();
    let twice = json!({ "content": json_text }).to_string();
    let percent: String = secret
        .bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect();
    let base64 = |prefix: &str, suffix: &str| {
        base64::engine::general_purpose::STANDARD.encode(format!("{prefix}{secret}{suffix}"))
    };
    let spellings = [
        (
            "plain.jsonl",
            json!({ "content": "nothing" }).to_string() + "\n" + &secret,
        ),
        ("json.jsonl", json_text.clone()),
        ("json-in-json.jsonl", twice),
        (
            "url.jsonl",
            json!({ "content": format!("GET /login?p={percent}&x=1") }).to_string(),
        ),
        (
            "base64.jsonl",
            json!({ "content": base64("", "") }).to_string(),
        ),
        (
            "basic-0.jsonl",
            json!({ "content": base64("ann:", "") }).to_string(),
        ),
        (
            "basic-1.jsonl",
            json!({ "content": base64("anna:", "\n") }).to_string(),
        ),
        (
            "basic-2.jsonl",
            json!({ "content": base64("annie:", "--") }).to_string(),
        ),
    ];
    let host = Host::with_config(config.to_string());
    for (name, text) in &spellings {
        host.write(
            &format!(".openclaw/agents/main/sessions/{name}"),
            format!("{text}\n"),
        );
    }
    let report = host.report();
    for (name, _) in &spellings {
        let here = report.at(name);
        assert_eq!(here.len(), 1, "{name}: {:#?}", report.lines());
        assert_eq!(here[0].kind, PlaceKind::Transcript);
    }
    assert_eq!(
        report.of(&secret).len(),
        1 + spellings.len(),
        "{:#?}",
        report.lines()
    );
    assert_eq!(report.secrets.len(), 1, "{:#?}", report.lines());
}

#[test]
fn one_shape_in_every_spelling_is_one_secret_without_any_field() {
    let secret = shaped("anthropic-api-key", 6);
    let host = Host::with_config("{}");
    host.write(
        ".openclaw/agents/main/sessions/a.jsonl",
        format!(
            "{}\n{}\n",
            json!({ "content": format!("ANTHROPIC_API_KEY=\"{secret}\"\n") }),
            json!({ "content": json!({ "output": format!("x-api-key: {secret}\r\n") }).to_string() }),
        ),
    );
    host.write(
        ".openclaw/agents/main/sessions/b.jsonl",
        base64::engine::general_purpose::STANDARD.encode(format!("key={secret};")) + "\n",
    );
    let report = host.report();
    assert_eq!(report.at("a.jsonl").len(), 2, "{:#?}", report.lines());
    assert_eq!(report.at("b.jsonl").len(), 1, "{:#?}", report.lines());
    assert_eq!(report.secrets.len(), 1, "{:#?}", report.lines());
    assert_eq!(report.secrets[0].rule, "anthropic-api-key");
    assert_eq!([2, 1].iter().sum::<usize>(), report.of(&secret).len());
}

#[test]
fn lines_and_columns_are_those_of_the_value() {
    let secret = shaped("openai-api-key", 7);
    let host = Host::with_config("{}");
    host.write(
        ".openclaw/workspace/notes.md",
        format!("# Notes\n\nGrüße, the key is {secret}.\n"),
    );
    let report = host.report();
    let finding = report.at("notes.md")[0];
    assert_eq!((finding.line, finding.column), (3, 19));
    assert_eq!(finding.length as usize, secret.len());
    let text = std::fs::read(host.path(".openclaw/workspace/notes.md")).unwrap();
    let offset = finding.offset.unwrap() as usize;
    assert_eq!(&text[offset..offset + secret.len()], secret.as_bytes());
}

#[test]
fn the_same_secret_many_times_in_one_file_is_a_finding_each_time() {
    let secret = shaped("github-token", 8);
    let host = Host::with_config("{}");
    let line = json!({ "content": format!("token {secret}") }).to_string();
    host.write(
        ".openclaw/agents/main/sessions/a.jsonl",
        format!("{line}\n{line}\n{line}\n"),
    );
    let report = host.report();
    assert_eq!(report.findings.len(), 3);
    let lines: Vec<u64> = report.findings.iter().map(|f| f.line).collect();
    assert_eq!(lines, [1, 2, 3]);
}

#[test]
fn a_password_that_is_a_word_is_found_in_its_field_and_not_in_every_text() {
    let host = Host::with_config(
        json!({ "gateway": { "auth": { "password": "telegram" } }, "channels": { "telegram": {} } })
            .to_string(),
    );
    host.write(
        ".openclaw/openclaw.json.bak",
        json!({ "gateway": { "auth": { "password": "telegram" } } }).to_string(),
    );
    host.write(".openclaw/workspace/notes.md", "Write to me on telegram.\n");
    host.write(".openclaw/logs/gateway.log", "channel telegram is up\n");
    let report = host.report();
    let files: Vec<&str> = report
        .findings
        .iter()
        .map(|f| f.location.as_str())
        .collect();
    assert_eq!(files, ["gateway.auth.password"; 2], "{:#?}", report.lines());
}

#[test]
fn the_name_of_a_variable_is_no_key() {
    let host = Host::with_config(
        json!({ "models": { "providers": { "openai": { "apiKey": "OPENAI_API_KEY" } } } })
            .to_string(),
    );
    host.write(
        ".openclaw/agents/main/agent/models.json",
        json!({ "providers": { "acme": { "apiKey": "ACME_TOKEN" } } }).to_string(),
    );
    host.write(".bashrc", "echo ACME_TOKEN OPENAI_API_KEY\n");
    assert_eq!(host.report().lines(), [""; 0]);
}

#[test]
fn what_only_a_name_in_a_program_speaks_for_is_not_looked_for_elsewhere() {
    let host = Host::with_config("{}");
    let program = "const token = section?.token9;\nexport const ZodJWT: core.$constructor1 = 1;\n";
    host.write(".openclaw/workspace/site/a.ts", program);
    host.write(
        ".openclaw/workspace/site/b.ts",
        "core.$constructor1(section?.token9)\n".repeat(20),
    );
    let report = host.report();
    assert!(report.at("b.ts").is_empty(), "{:#?}", report.lines());

    let secret = neutral(20);
    host.write(
        ".openclaw/workspace/site/c.ts",
        format!("const token = '{secret}';\n"),
    );
    host.write(
        ".openclaw/workspace/site/d.ts",
        format!("login('{secret}')\n"),
    );
    let report = host.report();
    assert_eq!(report.of(&secret).len(), 2, "{:#?}", report.lines());
}
