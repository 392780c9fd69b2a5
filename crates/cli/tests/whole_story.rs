//! The whole story on a leaky home, through the built binary: audit, harden, verify, undo.
//!
//! **Invariant:** what is searched for is searched by this file's own code, not by bedlock's.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "these tests stand in for the person and the machine"
)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use bedlock_sandbox::home::{Canary, leaky_home};

const HARDEN: &[&str] = &[
    "harden",
    "--region",
    "us-west-2",
    "--model",
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "--sso-start-url",
    "https://d-1234567890.awsapps.com/start",
    "--sso-region",
    "us-east-1",
    "--account",
    "123456789012",
    "--role",
    "BedrockInvoke",
    "--no-plugin-check",
];

/// Canaries without which a channel or the gateway would stop.
const STAYING: &[&str] = &["telegram", "gateway"];

struct Home {
    folder: tempfile::TempDir,
    canaries: Vec<Canary>,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("home")).unwrap();
        let canaries = leaky_home(&folder.path().join("home")).unwrap();
        Self { folder, canaries }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Runs bedlock on this home, as a user whose own home is elsewhere.
    fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_bedlock"))
            .args(arguments)
            .arg("--home")
            .arg(self.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that refuses ends without reading its input.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        for canary in &self.canaries {
            for stream in [&output.stdout, &output.stderr] {
                assert!(
                    !contains(stream, canary.value.as_bytes()),
                    "{arguments:?} printed {}",
                    canary.name
                );
            }
        }
        output
    }

    fn json(&self, arguments: &[&str]) -> (i32, serde_json::Value) {
        let output = self.run(arguments, "");
        let value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code().unwrap(), value)
    }

    fn harden(&self, more: &[&str]) -> Output {
        self.run(&[HARDEN, more].concat(), "")
    }

    /// Every file below the home but bedlock's own, with everything that undo puts back.
    fn tree(&self) -> BTreeMap<PathBuf, Entry> {
        let mut found = BTreeMap::new();
        walk(&self.path(), &mut found);
        found
    }

    /// Names of canaries that stand anywhere below the home, in plain bytes.
    fn standing(&self) -> Vec<&'static str> {
        let tree = self.tree();
        let stands = |canary: &&Canary| {
            tree.values()
                .any(|entry| contains(&entry.bytes, canary.value.as_bytes()))
        };
        self.canaries
            .iter()
            .filter(stands)
            .map(|canary| canary.name)
            .collect()
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Entry {
    bytes: Vec<u8>,
    mode: u32,
    owner: (u32, u32),
    modified: (i64, i64),
}

fn walk(folder: &Path, into: &mut BTreeMap<PathBuf, Entry>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with(".local") {
            continue;
        }
        let meta = std::fs::symlink_metadata(&path).unwrap();
        let bytes = if meta.is_file() {
            std::fs::read(&path).unwrap()
        } else {
            Vec::new()
        };
        let entry = Entry {
            bytes,
            mode: meta.mode(),
            owner: (meta.uid(), meta.gid()),
            modified: (meta.mtime(), meta.mtime_nsec()),
        };
        into.insert(path.clone(), entry);
        if meta.is_dir() {
            walk(&path, into);
        }
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_leaky_home_becomes_keyless_and_is_put_back() {
    let home = Home::new();
    let before = home.tree();
    let (code, report) = home.json(&["audit", "--json"]);
    assert_eq!(code, 1);
    assert_eq!(report["complete"], true);
    assert!(report["findings"].as_array().unwrap().len() >= 40);
    assert_eq!(home.tree(), before, "audit changed something");

    let shown = home.harden(&[]);
    assert_eq!(shown.status.code(), Some(0));
    assert_eq!(home.tree(), before, "the plan changed something");

    let applied = home.harden(&["--apply"]);
    assert_eq!(applied.status.code(), Some(0), "{}", text(&applied.stderr));
    assert_eq!(home.standing(), STAYING);

    let (code, posture) = home.json(&["verify", "--json"]);
    assert_eq!(code, 0, "{posture:#}");
    for invariant in posture["invariants"].as_array().unwrap() {
        assert_eq!(invariant["verdict"], "pass", "{invariant:#}");
    }
    assert_eq!(home.run(&["audit"], "").status.code(), Some(0));

    let hardened = home.tree();
    let again = home.harden(&["--apply"]);
    assert_eq!(again.status.code(), Some(0));
    assert!(
        text(&again.stdout).contains("Nothing to change"),
        "{}",
        text(&again.stdout)
    );
    assert_eq!(home.tree(), hardened, "the second run changed something");

    let undone = home.run(&["undo", "--code-file", "-"], &text(&applied.stdout));
    assert_eq!(undone.status.code(), Some(0), "{}", text(&undone.stderr));
    let after = home.tree();
    for (path, entry) in &before {
        assert_eq!(Some(entry), after.get(path), "{}", path.display());
    }
    assert_eq!(before.len(), after.len());
}

#[test]
fn the_json_of_an_apply_is_two_events_and_a_receipt() {
    let home = Home::new();
    let output = home.harden(&["--apply", "--json"]);
    let events: Vec<serde_json::Value> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(events.len(), 2);
    assert_eq!(events[0]["event"], "sealed");
    assert!(
        events[0]["recovery_code"]
            .as_str()
            .unwrap()
            .starts_with("AGE-SECRET-KEY-1")
    );
    assert_eq!(events[1]["event"], "applied");
    for secret in events[1]["receipt"]["secrets"].as_array().unwrap() {
        if secret["disposition"] == "remove" {
            assert_eq!(secret["found_now"], 0, "{secret:#}");
            assert!(!secret["stood"].as_array().unwrap().is_empty());
        }
    }
}

#[test]
fn a_secret_that_the_owner_keeps_stays_where_it_is() {
    let home = Home::new();
    let (_, report) = home.json(&["audit", "--json"]);
    let github = report["secrets"]
        .as_array()
        .unwrap()
        .iter()
        .find(|secret| secret["rule"] == "github-token")
        .unwrap();
    let name = github["fingerprint"].as_str().unwrap();
    let output = home.harden(&["--apply", "--keep", name]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let mut standing = home.standing();
    standing.sort_unstable();
    assert_eq!(standing, ["gateway", "github", "telegram"]);
}

#[test]
fn the_configuration_keeps_what_it_does_not_have_to_lose() {
    let home = Home::new();
    home.harden(&["--apply"]);
    let config = std::fs::read_to_string(home.path().join(".openclaw/openclaw.json")).unwrap();
    for kept in [
        "// my assistant",
        "// for photos in the chat",
        r#""workspace": "~/.openclaw/workspace""#,
        r#""EDITOR": "vim""#,
        r#""allowFrom": ["42"]"#,
        r#""meta": { "lastTouchedVersion": "2026.9.6" }"#,
    ] {
        assert!(config.contains(kept), "{kept} went: {config}");
    }
    assert!(!config.contains("api.openai.com"));
    let bashrc = std::fs::read_to_string(home.path().join(".bashrc")).unwrap();
    assert_eq!(bashrc, "# ~/.bashrc\nalias ll='ls -l'\nexport EDITOR=vim\n");
    let transcript = home
        .path()
        .join(".openclaw/agents/main/sessions/2026-09-01-demo.jsonl");
    let lines = std::fs::read_to_string(transcript).unwrap();
    assert_eq!(lines.lines().count(), 42);
    for line in lines.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    assert!(lines.contains("OPENAI_API_KEY=REDACTED-"));
}

#[test]
fn sealed_originals_open_with_the_code_alone() {
    let home = Home::new();
    let applied = home.harden(&["--apply"]);
    let code = text(&applied.stdout);
    let wrong = "AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ";
    let refused = home.run(&["undo", "--code-file", "-"], wrong);
    assert_eq!(refused.status.code(), Some(3), "{}", text(&refused.stderr));
    assert_eq!(home.standing(), STAYING);
    // Nothing that is left on the host holds a removed secret or the code.
    let mut state = BTreeMap::new();
    walk(&home.path().join(".local/state/bedlock"), &mut state);
    let secret = code
        .split("recovery code: ")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap();
    for (path, entry) in &state {
        assert!(
            !contains(&entry.bytes, secret.trim().as_bytes()),
            "{}",
            path.display()
        );
        for canary in &home.canaries {
            let clear = contains(&entry.bytes, canary.value.as_bytes());
            assert!(!clear, "{} is in {}", canary.name, path.display());
        }
    }
    let discarded = home.run(&["undo", "--discard"], "");
    assert_eq!(discarded.status.code(), Some(0));
    let nothing = home.run(&["undo", "--code-file", "-"], &code);
    assert_eq!(nothing.status.code(), Some(3));
    assert_eq!(home.standing(), STAYING);
}

#[test]
fn the_demo_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_bedlock"))
        .arg("demo")
        .env_clear()
        .env("HOME", folder.path())
        .env("TMPDIR", folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("6 of 6"));
    // The night: refused when the session is over, and there again after one tap.
    let told = text(&output.stdout);
    assert!(told.contains("and it cannot be renewed"), "{told}");
    assert!(told.contains("2 taps, 2 messages"), "{told}");
    assert!(!told.contains("FAKE"), "no token is printed");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn the_sandbox_stops_at_a_signal_and_leaves_nothing_behind() {
    use rustix::process::{Pid, Signal, kill_process};

    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_bedlock"))
        .args(["sandbox", "--json", "--approve", "auto"])
        .env_clear()
        .env("HOME", folder.path())
        .env("TMPDIR", folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    let told: serde_json::Value = serde_json::from_str(&line).unwrap();
    let home = Path::new(told["environment"]["HOME"].as_str().unwrap());
    let config = std::fs::read_to_string(home.join(".aws/config")).unwrap();
    assert!(config.contains("[profile bedlock-sandbox]"), "{config}");
    assert!(home.starts_with(folder.path().canonicalize().unwrap()));

    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
