//! Everything that this suite asks and is answered, held against the service models of botocore.

use std::process::Command;

use serde_json::Value;

/// Runs every other test once more with a recording, and lets botocore judge it.
#[test]
#[ignore = "needs the clients that `cargo xtask peers` installs"]
fn botocores_models_know_every_request_and_every_answer() {
    let folder = tempfile::tempdir().unwrap();
    let recording = folder.path().join("recording.jsonl");
    let suite = Command::new(std::env::current_exe().unwrap())
        .env("BEDLOCK_RECORDING", &recording)
        .output()
        .unwrap();
    assert!(suite.status.success(), "{suite:?}");

    let peers = std::env::var_os("BEDLOCK_PEERS")
        .expect("run this with `cargo xtask peer-tests`, which sets BEDLOCK_PEERS");
    let python = std::path::Path::new(&peers).join("python/bin/python");
    let judged = Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/contract.py"))
        .arg(&recording)
        .output()
        .unwrap();
    assert!(judged.status.success(), "{judged:?}");
    let judged: Value = serde_json::from_slice(&judged.stdout).unwrap();
    assert_eq!(judged["wrong"], Value::Array(Vec::new()));
    for held in [
        "sso-oidc answers",
        "sso-oidc errors",
        "sso answers",
        "sso errors",
        "bedrock-runtime answers",
        "bedrock-runtime errors",
        "sts answers",
        "sts errors",
    ] {
        assert!(judged["held"][held].as_u64() > Some(0), "{held}: {judged}");
    }
}
