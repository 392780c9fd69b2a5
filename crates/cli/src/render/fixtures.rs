//! Values that the tests of this folder show: a host as it comes, an empty one, a large one, and
//! one whose every text is an attack.
//!
//! **Invariant:** no value has ever been a secret; what stands for one says FAKE.

use bedlock_model::{
    Disposition, Evidence, Exposure, Finding, Fingerprint, FingerprintKey, Invariant, Left, Masked,
    PlaceKind, Posture, Provider, Receipt, ReceiptSecret, Remedy, Report, SecretSummary, Severity,
    Stood, Tool, Unreadable, Verdict, Via,
};

use super::plan::{FileView, PlanView};
use super::{Detail, Look};

/// A pipe: no colours, 100 columns.
pub(super) const PLAIN: Look = Look {
    color: false,
    width: 100,
    unicode: true,
};

/// What hostile texts are made of: ends of lines, of tags, of attributes, of cells and of styles.
pub(super) const ATTACK: &str = "a\u{1b}[2J\u{1b}]0;x\u{7}\r\nb\u{202e}c\u{200b}<script>alert(1)</script>\
     \"onmouseover='x'|`[d](javascript:e)` --> ]]> @all {0} \u{9b}31m\u{2028}&lt;";

pub(super) fn detail(next: &str) -> Detail {
    Detail {
        all: false,
        next: next.to_owned(),
    }
}

pub(super) fn fingerprint(of: &str) -> Fingerprint {
    FingerprintKey::new([7; 32]).fingerprint(of.as_bytes())
}

fn tool() -> Tool {
    Tool {
        name: "bedlock".to_owned(),
        version: "0.1.0".to_owned(),
    }
}

fn masked(text: impl Into<String>) -> Masked {
    Masked::danger_already_masked(text.into())
}

fn exposure(provider: &str, via: &[Via]) -> Exposure {
    Exposure {
        provider: provider.to_owned(),
        via: via.to_vec(),
    }
}

/// What a secret has in common at all its places.
struct Secret {
    rule: &'static str,
    title: &'static str,
    issuer: &'static str,
    severity: Severity,
    mask: &'static str,
    revoke: &'static str,
}

const OPENAI: Secret = Secret {
    rule: "openai-api-key",
    title: "OpenAI API key",
    issuer: "OpenAI",
    severity: Severity::High,
    mask: "sk-proj-…AKE1",
    revoke: "https://platform.openai.com/api-keys",
};
const ANTHROPIC: Secret = Secret {
    rule: "anthropic-api-key",
    title: "Anthropic API key",
    issuer: "Anthropic",
    severity: Severity::High,
    mask: "sk-ant-…AKE2",
    revoke: "https://console.anthropic.com/settings/keys",
};
const AWS: Secret = Secret {
    rule: "aws-secret-access-key",
    title: "AWS secret access key",
    issuer: "AWS",
    severity: Severity::High,
    mask: "…AKE3",
    revoke: "https://console.aws.amazon.com/iam/home#/security_credentials",
};
const TELEGRAM: Secret = Secret {
    rule: "telegram-bot-token",
    title: "Telegram bot token",
    issuer: "Telegram",
    severity: Severity::Medium,
    mask: "1234:…AKE4",
    revoke: "https://t.me/BotFather",
};
const SESSION: Secret = Secret {
    rule: "aws-sso-token",
    title: "AWS SSO access token",
    issuer: "AWS",
    severity: Severity::Low,
    mask: "…AKE5",
    revoke: "",
};

impl Secret {
    fn found(&self, file: &str, kind: PlaceKind, at: (u64, u64), line: &str) -> Finding {
        Finding {
            rule: self.rule.to_owned(),
            title: self.title.to_owned(),
            severity: self.severity,
            file: file.to_owned(),
            kind,
            line: at.0,
            column: at.1,
            offset: Some(at.0 * 40 + at.1),
            length: 51,
            location: String::new(),
            fingerprint: fingerprint(self.mask),
            mask: self.mask.to_owned(),
            excerpt: masked(line.replace("{}", self.mask)),
            evidence: vec![Evidence::Pattern],
            disposition: Disposition::Remove,
            reason: None,
            expires: None,
            exposure: Vec::new(),
            remedy: Remedy {
                next: "bedlock harden".to_owned(),
                revoke: (!self.revoke.is_empty()).then(|| self.revoke.to_owned()),
            },
        }
    }

    fn summary(&self, findings: &[Finding]) -> SecretSummary {
        let name = fingerprint(self.mask);
        let mine: Vec<&Finding> = findings.iter().filter(|f| f.fingerprint == name).collect();
        SecretSummary {
            fingerprint: name,
            rule: self.rule.to_owned(),
            title: self.title.to_owned(),
            issuer: self.issuer.to_owned(),
            severity: self.severity,
            mask: self.mask.to_owned(),
            places: mine.len(),
            disposition: mine[0].disposition,
            exposure: union(&mine),
            revoke: mine[0].remedy.revoke.clone(),
        }
    }
}

fn union(findings: &[&Finding]) -> Vec<Exposure> {
    let mut all: Vec<Exposure> = Vec::new();
    for one in findings.iter().flat_map(|finding| &finding.exposure) {
        match all.iter_mut().find(|known| known.provider == one.provider) {
            Some(known) => known.via.extend(&one.via),
            None => all.push(one.clone()),
        }
    }
    for exposure in &mut all {
        exposure.via.sort();
        exposure.via.dedup();
    }
    all
}

/// A host as it comes: five secrets, four model providers, a file that cannot be read.
pub(super) fn report() -> Report {
    let findings = findings();
    let secrets = [OPENAI, ANTHROPIC, AWS, TELEGRAM, SESSION]
        .iter()
        .map(|secret| secret.summary(&findings))
        .collect();
    Report {
        agents: vec!["/home/ada/.openclaw".to_owned()],
        complete: false,
        files: 214,
        bytes: 18_204_113,
        unreadable: vec![unreadable()],
        skipped: vec![Unreadable {
            path: "/home/ada/.openclaw/gateway.sock".to_owned(),
            reason: "a socket".to_owned(),
            next: String::new(),
        }],
        providers: providers(),
        secrets,
        findings,
        ..empty()
    }
}

fn unreadable() -> Unreadable {
    Unreadable {
        path: "/home/ada/.openclaw/state/private.sqlite".to_owned(),
        reason: "permission denied (owner root, mode 0600)".to_owned(),
        next: "sudo bedlock audit --home /home/ada".to_owned(),
    }
}

fn providers() -> Vec<Provider> {
    let provider = |id: &str, keyless| Provider {
        id: id.to_owned(),
        because: format!("models.providers.{id}"),
        keyless,
    };
    vec![
        provider("openai", false),
        provider("anthropic", false),
        provider("openrouter", false),
        provider("amazon-bedrock", true),
    ]
}

fn findings() -> Vec<Finding> {
    use Via::{AgentShell, CatalogInPrompt, EnvironmentInPrompt, OwnKey, Transcript};
    let config = "/home/ada/.openclaw/openclaw.json";
    let chat = "/home/ada/.openclaw/agents/main/sessions/2026-03-01.jsonl";
    let everybody = |via: &[Via]| {
        providers()
            .iter()
            .map(|provider| exposure(&provider.id, via))
            .collect::<Vec<_>>()
    };
    let mut openai = OPENAI.found(
        config,
        PlaceKind::AgentConfig,
        (12, 18),
        "        \"apiKey\": \"{}\",",
    );
    openai.location = "models.providers.openai.apiKey".to_owned();
    openai.evidence = vec![Evidence::Structural, Evidence::Pattern];
    openai.exposure = everybody(&[CatalogInPrompt, AgentShell]);
    openai.exposure[0].via.push(OwnKey);
    let mut telegram = TELEGRAM.found(
        config,
        PlaceKind::AgentConfig,
        (40, 20),
        "    \"botToken\": \"{}\" // my bot",
    );
    telegram.location = "channels.telegram.botToken".to_owned();
    telegram.evidence = vec![Evidence::Structural];
    telegram.disposition = Disposition::Keep;
    telegram.reason = Some("without it the Telegram channel stops working".to_owned());
    telegram.exposure = everybody(&[AgentShell]);
    telegram.remedy.next = "keep it readable by its owner only".to_owned();
    let mut anthropic = ANTHROPIC.found(
        "/home/ada/.openclaw/.env",
        PlaceKind::Dotenv,
        (3, 19),
        "ANTHROPIC_API_KEY={}",
    );
    anthropic.location = "ANTHROPIC_API_KEY".to_owned();
    anthropic.exposure = everybody(&[EnvironmentInPrompt, AgentShell]);
    anthropic.exposure[1].via = vec![OwnKey];
    let mut said: Vec<Finding> = (0..12)
        .map(|turn| {
            let before = r#"{"role":"user","content":[{"type":"text","text":"#.repeat(3);
            let line = format!("{before}\"use {{}} for now, I will rotate it tomorrow\"}}]}}");
            let mut said = OPENAI.found(chat, PlaceKind::Transcript, (7 + turn * 4, 152), &line);
            said.evidence = vec![Evidence::Value];
            said.exposure = everybody(&[Transcript]);
            said
        })
        .collect();
    let mut stored = OPENAI.found(
        "/home/ada/.openclaw/state/openclaw.sqlite",
        PlaceKind::Database,
        (3, 1),
        "payload_json = {\"argv\":[\"--key\",\"{}\"]}",
    );
    stored.offset = None;
    stored.location = "diagnostic_events[17].payload_json".to_owned();
    let mut running = AWS.found(
        "/proc/4711/environ",
        PlaceKind::ProcessEnvironment,
        (1, 1),
        "AWS_SECRET_ACCESS_KEY={}",
    );
    running.location = "AWS_SECRET_ACCESS_KEY".to_owned();
    running.disposition = Disposition::Report;
    running.reason = Some("the environment of a running process cannot be edited".to_owned());
    running.remedy.next = "remove the variable where it is set and restart process 4711".to_owned();
    running.exposure = everybody(&[EnvironmentInPrompt]);
    let mut session = SESSION.found(
        "/home/ada/.aws/sso/cache/0c2f.json",
        PlaceKind::AwsSsoCache,
        (1, 18),
        "{\"accessToken\": \"{}\", \"expiresAt\": \"2026-03-01T17:00:00Z\"}",
    );
    session.location = "accessToken".to_owned();
    session.disposition = Disposition::Expires;
    session.reason = Some("it ends within 12 hours".to_owned());
    session.expires = Some("2026-03-01T17:00:00Z".to_owned());
    session.remedy.next.clear();
    let mut all = vec![session, anthropic];
    all.append(&mut said);
    all.extend([openai, telegram, stored, running]);
    all
}

/// A host on which nothing was found.
pub(super) fn empty() -> Report {
    Report {
        schema_version: Report::SCHEMA_VERSION,
        tool: tool(),
        created: "2026-03-01T09:30:00Z".to_owned(),
        home: "/home/ada".to_owned(),
        root: None,
        agents: Vec::new(),
        complete: true,
        files: 61,
        bytes: 1_204_551,
        unreadable: Vec::new(),
        skipped: Vec::new(),
        providers: Vec::new(),
        secrets: Vec::new(),
        findings: Vec::new(),
    }
}

/// 200 secrets; each stands 42 times in a transcript, and every other in the configuration too.
pub(super) fn large() -> Report {
    let mut findings = Vec::new();
    let mut secrets = Vec::new();
    for number in 0..200 {
        let name = fingerprint(&format!("FAKE-{number}"));
        let mask = format!("sk-…F{number:03}");
        let of = |mut finding: Finding| {
            finding.excerpt = masked(finding.excerpt.as_str().replace(OPENAI.mask, &mask));
            finding.fingerprint = name.clone();
            finding.mask.clone_from(&mask);
            finding.exposure = vec![exposure("openai", &[Via::Transcript])];
            finding
        };
        let config = "/home/ada/.openclaw/openclaw.json";
        if number % 2 == 1 {
            let line = "  key: '{}'";
            let at = (number, 9);
            findings.push(of(OPENAI.found(config, PlaceKind::AgentConfig, at, line)));
        }
        let chat = format!(
            "/home/ada/.openclaw/agents/main/sessions/{:02}.jsonl",
            number / 10
        );
        findings.extend((0..42).map(|turn| {
            of(OPENAI.found(
                &chat,
                PlaceKind::Transcript,
                (number * 50 + turn + 1, 9),
                "{\"t\":\"{}\"}",
            ))
        }));
        let mut summary = OPENAI.summary(&[OPENAI.found("", PlaceKind::Text, (1, 1), "")]);
        summary.fingerprint = name.clone();
        summary.mask.clone_from(&mask);
        summary.places = if number % 2 == 1 { 43 } else { 42 };
        summary.exposure = vec![exposure("openai", &[Via::Transcript])];
        secrets.push(summary);
    }
    findings.sort_by(|a, b| a.file.cmp(&b.file));
    Report {
        agents: vec!["/home/ada/.openclaw".to_owned()],
        providers: providers(),
        secrets,
        findings,
        ..empty()
    }
}

/// A host whose every text is this one.
pub(super) fn hostile(text: &str) -> Report {
    let attack = || text.to_owned();
    let mut report = report();
    for finding in &mut report.findings {
        finding.rule = attack();
        finding.title = attack();
        finding.file = format!("/home/ada/{text}");
        finding.location = attack();
        finding.mask = attack();
        finding.excerpt = masked(format!("{text}{text}"));
        finding.reason = Some(attack());
        finding.expires = Some(attack());
        finding.remedy.next = attack();
        finding.remedy.revoke = Some(attack());
        for exposure in &mut finding.exposure {
            exposure.provider = attack();
        }
    }
    for secret in &mut report.secrets {
        secret.rule = attack();
        secret.title = attack();
        secret.issuer = attack();
        secret.mask = attack();
        secret.revoke = Some(attack());
        for exposure in &mut secret.exposure {
            exposure.provider = attack();
        }
    }
    for provider in &mut report.providers {
        provider.id = attack();
        provider.because = attack();
    }
    for place in report.unreadable.iter_mut().chain(&mut report.skipped) {
        attack_on(place, text);
    }
    report.tool.version = attack();
    report.created = attack();
    report.home = format!("/home/ada/{text}");
    report.root = Some(attack());
    report.agents = vec![attack()];
    report
}

fn attack_on(place: &mut Unreadable, text: &str) {
    place.path = text.to_owned();
    place.reason = text.to_owned();
    place.next = text.to_owned();
}

/// A host that harden has cleaned in part.
pub(super) fn posture() -> Posture {
    let invariant =
        |id: &str, statement: &str, verdict, evidence: &[&str], next: Option<&str>| Invariant {
            id: id.to_owned(),
            statement: statement.to_owned(),
            verdict,
            evidence: evidence.iter().map(|&line| line.to_owned()).collect(),
            next: next.map(str::to_owned),
        };
    Posture {
        schema_version: Posture::SCHEMA_VERSION,
        tool: tool(),
        created: "2026-03-01T09:30:00Z".to_owned(),
        home: "/home/ada".to_owned(),
        invariants: vec![
            invariant(
                "KEYS-CONFIG",
                "no secret in the agent's configuration, includes and copies",
                Verdict::Pass,
                &["8 files read: openclaw.json and 7 copies of it"],
                None,
            ),
            invariant(
                "KEYS-STATE",
                "none in its databases (also freed pages and -wal), caches, transcripts, logs",
                Verdict::Fail,
                &[
                    "OpenAI API key sk-proj-…AKE1 in agents/main/sessions/2026-03-01.jsonl:7",
                    "198 other files read",
                ],
                Some("bedlock harden"),
            ),
            invariant(
                "MODEL-ROUTE",
                "the agent's only model route is Bedrock, by region and model id",
                Verdict::Unknown,
                &["/home/ada/.openclaw/state/private.sqlite: permission denied"],
                Some("sudo bedlock verify --home /home/ada"),
            ),
        ],
        unreadable: vec![unreadable()],
    }
}

/// A posture whose every text is this one.
pub(super) fn hostile_posture(text: &str) -> Posture {
    let mut posture = posture();
    for invariant in &mut posture.invariants {
        invariant.id = text.to_owned();
        invariant.statement = text.to_owned();
        invariant.evidence = vec![text.to_owned()];
        invariant.next = Some(text.to_owned());
    }
    posture.home = text.to_owned();
    posture.created = text.to_owned();
    posture.tool.version = text.to_owned();
    for place in &mut posture.unreadable {
        attack_on(place, text);
    }
    posture
}

/// What a harden did that left one copy behind.
pub(super) fn receipt() -> Receipt {
    let stood = |file: &str, location: &str, done: &str| Stood {
        file: format!("/home/ada/{file}"),
        location: location.to_owned(),
        done: done.to_owned(),
    };
    let secret = |of: &Secret, disposition, stood: Vec<Stood>| ReceiptSecret {
        fingerprint: fingerprint(of.mask),
        rule: of.rule.to_owned(),
        title: of.title.to_owned(),
        mask: of.mask.to_owned(),
        disposition,
        stood,
        found_now: 0,
        found_in: Vec::new(),
        revoke: (!of.revoke.is_empty()).then(|| of.revoke.to_owned()),
    };
    let mut openai = secret(
        &OPENAI,
        Disposition::Remove,
        vec![
            stood(
                ".openclaw/openclaw.json",
                "models.providers.openai.apiKey",
                "removed",
            ),
            stood(
                ".openclaw/openclaw.json.bak",
                "models.providers.openai.apiKey",
                "removed",
            ),
            stood(
                ".openclaw/agents/main/sessions/2026-03-01.jsonl",
                "line 7",
                "redacted",
            ),
        ],
    );
    openai.found_now = 2;
    openai.found_in = vec!["/home/ada/notes/keys.txt".to_owned()];
    let anthropic = secret(
        &ANTHROPIC,
        Disposition::Remove,
        vec![stood(".openclaw/.env", "ANTHROPIC_API_KEY", "removed")],
    );
    let mut telegram = secret(
        &TELEGRAM,
        Disposition::Keep,
        vec![stood(
            ".openclaw/openclaw.json",
            "channels.telegram.botToken",
            "kept",
        )],
    );
    telegram.found_now = 1;
    telegram.found_in = vec!["/home/ada/.openclaw/openclaw.json".to_owned()];
    Receipt {
        schema_version: Receipt::SCHEMA_VERSION,
        tool: tool(),
        transaction: "20260301T093000Z-5f2c".to_owned(),
        created: "2026-03-01T09:30:00Z".to_owned(),
        home: "/home/ada".to_owned(),
        undo_until: "2026-03-08T09:30:00Z".to_owned(),
        files: vec![
            "/home/ada/.openclaw/.env".to_owned(),
            "/home/ada/.openclaw/openclaw.json".to_owned(),
        ],
        searched_files: 219,
        searched_bytes: 18_310_000,
        unreadable: vec![unreadable()],
        secrets: vec![openai, anthropic, telegram],
    }
}

/// What a harden did that left nothing behind.
pub(super) fn clean_receipt() -> Receipt {
    let mut receipt = receipt();
    receipt.unreadable.clear();
    for secret in &mut receipt.secrets {
        if secret.disposition == Disposition::Remove {
            secret.found_now = 0;
            secret.found_in.clear();
        }
    }
    receipt
}

/// A receipt whose every text is this one.
pub(super) fn hostile_receipt(text: &str) -> Receipt {
    let mut receipt = receipt();
    for secret in &mut receipt.secrets {
        secret.rule = text.to_owned();
        secret.title = text.to_owned();
        secret.mask = text.to_owned();
        secret.found_in = vec![text.to_owned()];
        secret.revoke = Some(text.to_owned());
        for stood in &mut secret.stood {
            stood.file = text.to_owned();
            stood.location = text.to_owned();
            stood.done = text.to_owned();
        }
    }
    receipt.transaction = text.to_owned();
    receipt.created = text.to_owned();
    receipt.home = text.to_owned();
    receipt.undo_until = text.to_owned();
    receipt.files = vec![text.to_owned()];
    receipt.tool.version = text.to_owned();
    for place in &mut receipt.unreadable {
        attack_on(place, text);
    }
    receipt
}

/// A plan with one file of each kind of change.
pub(super) fn plan() -> PlanView {
    let before = "{\n  // models\n  \"models\": {\n    \"providers\": {\n      \"openai\": {\n        \
                  \"apiKey\": \"sk-proj-…AKE1\"\n      }\n    }\n  },\n  \"gateway\": { \"mode\": \"local\" }\n}\n";
    let after = "{\n  // models\n  \"models\": {\n    \"providers\": {}\n  },\n  \"gateway\": { \"mode\": \"local\" }\n}\n";
    let file = |path: &str, kind, why: &str| FileView {
        path: format!("/home/ada/{path}"),
        kind,
        why: vec![why.to_owned()],
        before: None,
        after: None,
        summary: Vec::new(),
    };
    let mut config = file(
        ".openclaw/openclaw.json",
        PlaceKind::AgentConfig,
        "remove models.providers.openai",
    );
    config.before = Some(masked(before));
    config.after = Some(masked(after));
    let mut aws = file(
        ".aws/config",
        PlaceKind::AwsConfig,
        "add the SSO profile that Bedrock uses",
    );
    aws.after = Some(masked("[profile bedlock]\nregion = eu-central-1\n"));
    let mut env = file(".openclaw/.env", PlaceKind::Dotenv, "nothing else is in it");
    env.before = Some(masked("ANTHROPIC_API_KEY=sk-ant-…AKE2"));
    let mut database = file(
        ".openclaw/state/openclaw.sqlite",
        PlaceKind::Database,
        "redact OpenAI API key sk-proj-…AKE1",
    );
    database.summary = (1..=15)
        .map(|row| format!("diagnostic_events[{row}].payload_json is redacted"))
        .collect();
    PlanView {
        files: vec![config, aws, env, database],
        left: vec![left("it", "without it the Telegram channel stops working")],
        blockers: Vec::new(),
        warnings: vec!["OpenClaw is running (process 4711) and has to be stopped first".to_owned()],
    }
}

pub(super) fn left(what: &str, why: &str) -> Left {
    Left {
        place: "/home/ada/.openclaw/openclaw.json: channels.telegram.botToken".to_owned(),
        what: what.to_owned(),
        why: why.to_owned(),
    }
}

/// A plan whose every text is this one.
pub(super) fn hostile_plan(text: &str) -> PlanView {
    let attack = || text.to_owned();
    let mut plan = plan();
    for file in &mut plan.files {
        file.path = attack();
        file.why = vec![attack()];
        file.summary = vec![attack()];
        file.before = file.before.as_ref().map(|_| masked(attack()));
        file.after = file
            .after
            .as_ref()
            .map(|_| masked(format!("{text}\n{text}")));
    }
    let left = || Left {
        place: attack(),
        what: attack(),
        why: attack(),
    };
    plan.left = vec![left()];
    plan.blockers = vec![left()];
    plan.warnings = vec![attack()];
    plan
}
