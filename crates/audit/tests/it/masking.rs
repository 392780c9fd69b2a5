//! Whatever a host holds, and wherever: nothing of a secret gets into the report.

use std::collections::BTreeSet;

use bedlock_detect::{Alphabet, Dice};
use bedlock_model::Report;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::host::{Host, neutral, shaped};

/// How much of a secret in a row counts as a leak.
const TELLING: usize = 8;

/// Fails when the report, as it is published, holds a part of a secret that is not the public
/// prefix of its provider's keys.
fn assert_silent(report: &Report, secrets: &[String]) {
    let published = serde_json::to_string(report).unwrap();
    let prefixes: BTreeSet<&str> = bedlock_detect::rules()
        .iter()
        .flat_map(|rule| rule.prefixes)
        .copied()
        .collect();
    for secret in secrets {
        let public = prefixes
            .iter()
            .filter(|p| secret.starts_with(**p))
            .map(|p| p.len())
            .max();
        let private = &secret.as_bytes()[public.unwrap_or(0)..];
        for part in private.windows(TELLING) {
            let part = std::str::from_utf8(part).unwrap();
            if let Some(at) = published.find(part) {
                let around = &published[at.saturating_sub(200)..(at + 60).min(published.len())];
                panic!("{part} of {secret} shows: {around}");
            }
        }
    }
}

/// Where a secret may get to.
#[derive(Clone, Debug)]
enum Spot {
    Field(&'static str),
    KeyName,
    Argument,
    Url,
    Comment,
    Header,
    FileName(&'static str),
    FolderName,
    Line(&'static str, &'static str),
    Json(&'static str),
    Row,
    RowName,
    DeletedRow,
    ColumnOfJson,
    Process,
    BrokenConfig,
    Yaml,
    Unit,
}

fn spot() -> impl Strategy<Value = Spot> {
    use Spot::{
        Argument, BrokenConfig, ColumnOfJson, Comment, DeletedRow, Field, FileName, FolderName,
        Header, Json, KeyName, Line, Process, Row, RowName, Unit, Url, Yaml,
    };
    prop_oneof![
        prop::sample::select(vec![
            Field("models.providers.acme.apiKey"),
            Field("gateway.auth.token"),
            Field("channels.telegram.botToken"),
            Field("env.vars.ACME_TOKEN"),
            Field("agents.defaults.model.primary"),
            Field("agents.list.main.workspace"),
            Field("no.such.field"),
            KeyName,
            Argument,
            Url,
            Comment,
            Header,
            FileName(".openclaw/agents/main/agent"),
            FileName(".openclaw/workspace"),
            FileName(".openclaw/credentials"),
            FolderName,
            BrokenConfig,
            Yaml,
            Unit,
        ]),
        prop::sample::select(vec![
            Line(".openclaw/.env", "ACME_TOKEN=@"),
            Line(".bashrc", "export ACME_TOKEN=\"@\" # @"),
            Line(".openclaw/logs/gateway.log", "connect @ and ?token=@&x=1"),
            Line(
                ".openclaw/workspace/notes.md",
                "| key | @ | and `@`, \u{fffd}@"
            ),
            Line(".netrc", "machine m login ann password @"),
            Line(".npmrc", "//r.test/:_authToken=@"),
            Line(".git-credentials", "https://ann:@@git.test"),
            Line(".aws/credentials", "[default]\naws_secret_access_key = @"),
            Line(
                ".bash_history",
                "curl -H 'Authorization: Bearer @' https://@.test/@"
            ),
            Json(".openclaw/agents/main/sessions/a.jsonl"),
            Json(".openclaw/agents/main/agent/models.json"),
            Json(".aws/sso/cache/a.json"),
            Row,
            RowName,
            DeletedRow,
            ColumnOfJson,
            Process,
        ]),
    ]
}

#[derive(Clone, Debug)]
enum Looks {
    Neutral,
    Shaped(&'static str),
    Quoted,
    Hex,
    Long,
}

fn looks() -> impl Strategy<Value = Looks> {
    prop::sample::select(vec![
        Looks::Neutral,
        Looks::Neutral,
        Looks::Shaped("openai-api-key"),
        Looks::Shaped("anthropic-api-key"),
        Looks::Shaped("github-token"),
        Looks::Shaped("telegram-bot-token"),
        Looks::Quoted,
        Looks::Hex,
        Looks::Long,
    ])
}

fn make(looks: &Looks, seed: u64) -> String {
    let mut dice = Dice::new(seed);
    match looks {
        Looks::Neutral => neutral(seed),
        Looks::Shaped(rule) => shaped(rule, seed),
        Looks::Quoted => format!("{}\"\\{}", &neutral(seed)[..15], &neutral(seed + 1)[..15]),
        Looks::Hex => dice.draw(Alphabet::of(b"0123456789abcdef"), 64),
        Looks::Long => (0..9).map(|i| neutral(seed + 100 * i)).collect(),
    }
}

/// The host, and the configuration as it grows.
struct Garden {
    host: Host,
    config: Value,
    comment: String,
    rows: Vec<(String, String)>,
    deleted: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Garden {
    fn set(&mut self, path: &str, value: Value) {
        let mut at = &mut self.config;
        for key in path.split('.') {
            at = &mut at[key];
        }
        *at = value;
    }

    fn plant(&mut self, number: usize, spot: &Spot, secret: &str) {
        let is_name = secret.len() < 200 && !secret.contains('/');
        let quoted = secret.contains('"');
        match spot {
            Spot::Field(path) => self.set(path, json!(secret)),
            Spot::KeyName => self.config["models"]["providers"][secret] = json!({ "apiKey": secret }),
            Spot::Argument => self.config["mcp"]["servers"]["one"]["args"] = json!(["--token", secret, format!("--key={secret}"), secret]),
            Spot::Url => self.config["mcp"]["servers"]["two"]["url"] = json!(format!("https://u:{secret}@h.test/{secret}?api_key={secret}#{secret}")),
            Spot::Comment if !quoted => self.comment.push_str(&format!("// old key {secret}\n/* {secret} */\n")),
            Spot::Header => self.config["models"]["providers"]["acme"]["headers"]["X-Trace"] = json!(format!("Bearer {secret}")),
            Spot::FileName(folder) if is_name => self.host.write(&format!("{folder}/{secret}.json"), json!({ "token": secret }).to_string()),
            Spot::FolderName if is_name => self.host.write(&format!(".openclaw/agents/{secret}/agent/models.json"), json!({ "providers": { "acme": { "apiKey": secret } } }).to_string()),
            Spot::Line(file, line) if !quoted => self.host.write(file, line.replace('@', secret) + "\n"),
            Spot::Json(file) => self.host.write(file, json!({ "accessToken": secret, secret: secret, "content": format!("it is {secret} and {}", json!({ "in": secret })) }).to_string() + "\n"),
            Spot::Row => self.rows.push((format!("row{number}"), secret.to_owned())),
            Spot::RowName => self.rows.push((secret.to_owned(), "nothing here".to_owned())),
            Spot::ColumnOfJson => self.rows.push(("authProfiles.store".to_owned() + &number.to_string(), json!({ "profiles": { secret: { "key": secret } } }).to_string())),
            Spot::DeletedRow => self.deleted.push(secret.to_owned()),
            Spot::Process => self.environment.push((format!("ACME{number}_TOKEN"), secret.to_owned())),
            Spot::BrokenConfig => self.host.write(".openclaw-broken/openclaw.json", format!("{{ gateway: {{ auth: {{ token: '{secret}' '{secret}' ")),
            Spot::Yaml if !quoted => self.host.write(".config/gh/hosts.yml", format!("github.com:\n    oauth_token: {secret}\n    {secret}: x\n")),
            Spot::Unit if !quoted => self.host.write(".config/systemd/user/openclaw-gateway.service", format!("[Service]\nExecStart=/usr/bin/node openclaw --token {secret}\nEnvironment=ACME_TOKEN={secret}\n")),
            Spot::Comment
            | Spot::FileName(_)
            | Spot::FolderName
            | Spot::Line(..)
            | Spot::Yaml
            | Spot::Unit => {}
        }
    }

    fn finish(mut self) -> Host {
        self.host.write(
            ".openclaw/openclaw.json",
            format!(
                "{}{}",
                self.comment,
                serde_json::to_string_pretty(&self.config).unwrap()
            ),
        );
        let (rows, deleted) = (self.rows, self.deleted);
        self.host.database(".openclaw/state/openclaw.sqlite", |db| {
            db.execute_batch("PRAGMA secure_delete=OFF; CREATE TABLE config_machine_state (state_key TEXT, value_json TEXT, token TEXT)").unwrap();
            for (name, value) in &rows {
                db.execute("INSERT INTO config_machine_state VALUES (?1, ?2, ?2)", [name, value]).unwrap();
            }
            for secret in &deleted {
                db.execute("INSERT INTO config_machine_state VALUES ('gone', ?1, '')", [json!({ "token": secret }).to_string()]).unwrap();
            }
            db.execute("DELETE FROM config_machine_state WHERE state_key = 'gone'", []).unwrap();
        });
        let environment: Vec<(&str, &str)> = self
            .environment
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        self.host.process(4711, &environment);
        self.host
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_report_holds_nothing_of_any_secret(
        planted in prop::collection::vec((spot(), looks(), any::<u32>()), 1..8)
    ) {
        let mut garden = Garden {
            host: Host::new(),
            config: json!({}),
            comment: String::new(),
            rows: Vec::new(),
            deleted: Vec::new(),
            environment: Vec::new(),
        };
        let mut secrets = Vec::new();
        for (number, (spot, looks, seed)) in planted.iter().enumerate() {
            let secret = make(looks, u64::from(*seed));
            garden.plant(number, spot, &secret);
            secrets.push(secret);
        }
        let report = garden.finish().report();
        assert_silent(&report, &secrets);
    }
}

#[test]
fn the_check_of_this_file_notices_a_leak() {
    let secret = neutral(1);
    let host = Host::with_config("{}");
    let mut report = host.report();
    assert_silent(&report, std::slice::from_ref(&secret));
    report.home = format!("/home/{}", &secret[5..14]);
    let caught = std::panic::catch_unwind(|| assert_silent(&report, std::slice::from_ref(&secret)));
    assert!(caught.is_err());
}
