//! The AWS CLI of Debian, 2.9.19. It is too old to be told endpoints, so it runs where AWS's own
//! names lead to the sandbox, with TLS, which shows that the names and paths are those of AWS.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use bedlock_sandbox::{Decision, SandboxConfig};

use super::host::Host;
use super::peer::{installed, script};
use super::{PROFILE, hello};

const NAMES: [&str; 4] = [
    "oidc.us-west-2.amazonaws.com",
    "portal.sso.us-west-2.amazonaws.com",
    "sts.us-west-2.amazonaws.com",
    "bedrock-runtime.us-west-2.amazonaws.com",
];
const PATIENCE: Duration = Duration::from_secs(120);

/// A network in which AWS's names are the sandbox.
struct Network<'h> {
    host: &'h Host,
    folder: PathBuf,
    relay: Child,
}

impl<'h> Network<'h> {
    fn new(host: &'h Host) -> Self {
        let folder = host.home().join("network");
        fs::create_dir(&folder).unwrap();
        let names = NAMES.join(" ");
        fs::write(
            folder.join("hosts"),
            format!("127.0.0.1 localhost {names}\n"),
        )
        .unwrap();
        certificate(&folder);
        let endpoint = host.sandbox.endpoint();
        let mut relay = Command::new("/usr/bin/python3")
            .arg(script("namespace.py"))
            .arg("relay")
            .arg(folder.join("socket"))
            .arg(endpoint.rsplit(':').next().unwrap())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let told = relay.stdout.take().unwrap();
        BufReader::new(told).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Self {
            host,
            folder,
            relay,
        }
    }

    /// A command of the CLI inside.
    fn aws(&self, arguments: &[&str]) -> Command {
        let cli = installed("awscli-2.9.19/root");
        let mut command = Command::new("unshare");
        if fs::metadata("/proc/self").unwrap().uid() != 0 {
            command.arg("--map-root-user");
        }
        command
            .args(["--net", "--mount", "/usr/bin/python3"])
            .arg(script("namespace.py"))
            .arg("inside")
            .args(["socket", "both.pem", "hosts"].map(|name| self.folder.join(name)))
            .arg("/usr/bin/python3")
            .arg(cli.join("usr/bin/aws"))
            .args(arguments)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("HOME", self.host.home())
            .env("PYTHONPATH", cli.join("usr/lib/python3/dist-packages"))
            .env("AWS_PROFILE", "bedlock")
            .env("AWS_CA_BUNDLE", self.folder.join("certificate.pem"))
            // Bedrock is younger than this release; the model of the newer one teaches it.
            .env("AWS_DATA_PATH", self.folder.join("models"))
            .env("AWS_PAGER", "")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> (Output, String) {
        let output = self.aws(arguments).output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        (output, told)
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let (output, told) = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        told
    }

    /// Starts a sign-in, decides it when it waits, and returns what the CLI made of it.
    fn sign_in(&self, decision: Decision) -> Output {
        let login = self
            .aws(&["sso", "login", "--no-browser"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let sandbox = &self.host.sandbox;
        let waits = sandbox.wait_until(PATIENCE, |sandbox| !sandbox.pending().is_empty());
        if !waits {
            panic!("{:?}", login.wait_with_output().unwrap());
        }
        let code = sandbox.pending()[0].user_code.clone().unwrap();
        assert!(sandbox.decide(&code, decision));
        login.wait_with_output().unwrap()
    }
}

impl Drop for Network<'_> {
    fn drop(&mut self) {
        let _ = self.relay.kill();
        let _ = self.relay.wait();
    }
}

/// Makes a certificate for AWS's names that only this test trusts.
fn certificate(folder: &Path) {
    let names = NAMES.map(|name| format!("DNS:{name}")).join(",");
    let made = Command::new("openssl")
        .args([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        ])
        .args(["-subj", "/CN=bedlock sandbox", "-addext"])
        .arg(format!("subjectAltName={names}"))
        .args(["-keyout", "key.pem", "-out", "certificate.pem"])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    let both = [read("key.pem"), read("certificate.pem")].concat();
    fs::write(folder.join("both.pem"), both).unwrap();
}

/// Lays the service model of a newer botocore where the older CLI looks for more.
fn teach_bedrock(network: &Network<'_>) {
    let folder = network.folder.join("models/bedrock-runtime/2023-09-30");
    fs::create_dir_all(&folder).unwrap();
    let unpack = "import gzip, botocore, os, sys\n\
                  data = os.path.join(os.path.dirname(botocore.__file__), 'data', sys.argv[1])\n\
                  sys.stdout.buffer.write(gzip.open(data).read())";
    let output = Command::new(installed("python/bin/python"))
        .args(["-c", unpack, "bedrock-runtime/2023-09-30/service-2.json.gz"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    fs::write(folder.join("service-2.json"), output.stdout).unwrap();
}

#[test]
#[ignore = "needs the clients that `cargo xtask peers` installs"]
fn debians_cli_signs_in_says_who_it_is_and_calls_a_model() {
    let host = Host::signed_out(|config: &mut SandboxConfig| {
        config.poll_interval = Duration::from_secs(1);
    });
    let network = Network::new(&host);
    let denied = network.sign_in(Decision::Deny);
    assert!(!denied.status.success());
    let told = String::from_utf8_lossy(&denied.stderr);
    assert!(told.contains("AccessDeniedException"), "{told}");

    let signed_in = network.sign_in(Decision::Approve);
    assert!(signed_in.status.success(), "{signed_in:?}");
    assert!(host.sandbox.count("sso-oauth:CreateToken", 400) >= 1);
    assert_eq!(host.sandbox.count("sso-oauth:RegisterClient", 200), 1);

    let who = network.ok(&["sts", "get-caller-identity"]);
    assert!(
        who.contains("assumed-role/AWSReservedSSO_BedrockInvoke_"),
        "{who}"
    );
    assert!(who.contains("\"Account\": \"123456789012\""), "{who}");

    teach_bedrock(&network);
    let answer = network.folder.join("answer.json");
    let body = r#"{"anthropic_version":"bedrock-2023-05-31","max_tokens":64,"messages":[{"role":"user","content":"hi"}]}"#;
    network.ok(&[
        "bedrock-runtime",
        "invoke-model",
        "--model-id",
        PROFILE,
        "--cli-binary-format",
        "raw-in-base64-out",
        "--body",
        body,
        answer.to_str().unwrap(),
    ]);
    let answer = fs::read_to_string(answer).unwrap();
    assert!(answer.contains(&hello(PROFILE)), "{answer}");

    network.ok(&["sso", "logout"]);
    assert_eq!(host.sandbox.running_sessions(), 0);
    let (after, _) = network.run(&["sts", "get-caller-identity"]);
    assert!(!after.status.success());
}
